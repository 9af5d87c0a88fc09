# SPDX-License-Identifier: MIT
"""The units of packaging/: their lines, and what they do under a service manager (tests/lib/manager.py).

`make check-systemd` does the same with a real systemd (tests/systemd/)."""
import contextlib
import ctypes
import os
import re
import signal
import socket
import subprocess
import threading
from pathlib import Path

import pytest

import load
import manager
import procs
import webs
from fcgi import FcgiStream, environment, fcgi_get
from procs import wait_until
from tables import case

PTRACE_ATTACH, WALL = 16, 0x40000000  # ptrace(2), waitpid(2)

UNITS = ("sselog", "sselog@")
SAME = ("Type", "WatchdogSec", "ExecStartPre", "ExecStart", "ExecReload", "StandardOutput", "StandardError", "Restart",
        "RestartSec", "TimeoutStopSec")


def lines(name, kind="service"):
    return manager.unit(webs.TOP / f"packaging/{name}.{kind}")


def test_units_recover_by_their_lines():
    for name in UNITS:
        with case(name):
            both = lines(name)
            service = both["Service"]
            assert both["Unit"]["StartLimitIntervalSec"] == ["0"]
            assert (service["Type"], service["Restart"], service["RestartSec"]) == (["notify"], ["on-failure"], ["2"])
            start, = service["ExecStart"]
            assert service["ExecStartPre"] == [f"{start} -t"]
            assert service["ExecReload"] == [f"{start} -t", "/bin/sh -c 'kill -HUP $MAINPID'"]
    assert {k: lines("sselog")["Service"][k] for k in SAME} == {k: lines("sselog@")["Service"][k] for k in SAME}


def test_systemd_finds_no_fault_in_the_units(stack):
    """With the program at a path that exists, and without the manual, which is not installed here."""
    directory = stack.directory()
    for name in UNITS:
        for kind in ("service", "socket"):
            text = (webs.TOP / f"packaging/{name}.{kind}").read_text().replace("/usr/local/bin/sselog", str(webs.program()))
            (directory / f"{name}.{kind}").write_text(re.sub("^Documentation=.*\n", "", text, flags=re.M))
    for name in ("sselog", "sselog@1"):
        done = subprocess.run(["systemd-analyze", "verify", directory / f"{name}.service", directory / f"{name}.socket"],
                              capture_output=True, text=True, timeout=60, env={**os.environ, "SYSTEMD_UNIT_PATH": f"{directory}:"})
        assert done.returncode == 0 and str(directory) not in done.stderr and "sselog" not in done.stderr, done.stderr


# Those that send to a log. Redis is often on another machine, and journalctl reads the number of the boot below /proc/sys.
SENDERS = {"sselog-follow": ("IPAddressDeny", "IPAddressAllow"), "sselog-journal": ("IPAddressDeny", "IPAddressAllow", "ProcSubset")}


@pytest.mark.parametrize("name", SENDERS)
def test_units_that_send_have_the_sandbox_of_the_service(stack, name):
    """systemd-analyze rates it: below 2 is "OK"."""
    file = webs.TOP / f"examples/feeding/{name}.service"
    service, whole = manager.unit(file)["Service"], lines("sselog")["Service"]
    names = [k for k in list(whole)[list(whole).index("DynamicUser"):] if k not in SENDERS[name]]
    assert len(names) > 20
    assert {k: service.get(k) for k in names} == {k: whole[k] for k in names}
    copy = stack.directory() / file.name
    copy.write_text(file.read_text().replace("/usr/local/bin/sselog", str(webs.program())))
    for check in ["verify", "--man=no"], ["security", "--offline=true", "--threshold=20"]:
        done = subprocess.run(["systemd-analyze", *check, copy], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and "sselog" not in done.stderr, done.stderr + done.stdout


class Service:
    """The unit `sselog` under the scripted manager, with its file of options."""

    def __init__(self, stack, redis, text="SSELOG_AUTH=anonymous\nSSELOG_STREAM=log\n", **kw):
        setup = webs.Setup(stack.directory(), redis.url)
        self.file = setup.dir / "etc" / "sselog.conf"
        self.file.parent.mkdir()
        self.file.write_text(text)
        self.program = setup.program
        self.manager = stack.keep(manager.Manager(
            setup.dir, "sselog", setup, [("/usr/local/bin/sselog", self.program), ("/etc/sselog/sselog.conf", self.file),
                                         ("/run/sselog", setup.dir)], **kw))
        self.socket = self.manager.path

    @property
    def pid(self):
        return self.manager.child.pid

    def ask(self):
        """The status of /healthz, which the socket may answer late."""
        return fcgi_get(self.socket, environment("/sselog/healthz", HTTP_ACCEPT="*/*")).status

    def told(self):
        return [text for _, text in self.manager.messages]


@pytest.mark.parametrize("abstract", [False, True], ids=["path", "abstract"])
def test_first_request_starts_the_service_which_tells_its_state(stack, redis, abstract):
    """An abstract socket of the manager is out of reach for a process that Landlock restricts already."""
    service = Service(stack, redis, abstract=abstract, watchdog_scale=0.2)  # it tells its state as often as it gives signs of life
    m = service.manager
    assert m.child is None and service.ask() == 200
    wait_until(lambda: m.state == "active", "READY=1")
    assert re.match(r"READY=1\nSTATUS=0 viewers; Redis is (there|away)\n", service.told()[0])
    with FcgiStream(service.socket, environment("/sselog/stream")) as viewer:
        viewer.read_until_live()
        wait_until(lambda: any("STATUS=1 viewer; Redis is there\n" in text for text in service.told()), "the viewer")
        redis.stop()
        wait_until(lambda: any("STATUS=1 viewer; Redis is away\n" in text for text in service.told()), "the outage")
    m.restart()
    assert ("active", "STOPPING=1\n") in m.messages and m.deaths == []
    assert "<6>info sselog: serving" in m.output(), "lines have priorities for the journal"


def test_fault_of_the_manager_is_told_where_its_state_is_read(stack, redis):
    service = Service(stack, redis)
    service.program.unlink()  # the command of ExecStartPre cannot be run
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(service.socket))
        with pytest.raises(FileNotFoundError):
            wait_until(lambda: service.manager.state == "active", "READY=1")
    with pytest.raises(FileNotFoundError):
        service.manager.stop()
    service.manager.fault = None


def test_wrong_option_is_served_when_it_is_corrected(stack, redis):
    """A client waits meanwhile, and nobody gives a command. More starts fail than systemd allows by default."""
    service = Service(stack, redis, "SSELOG_STREEM=log\n")
    m = service.manager
    answers = []
    client = threading.Thread(target=lambda: answers.append(service.ask()), daemon=True)
    client.start()
    wait_until(lambda: m.deaths.count("ExecStartPre") > manager.START_LIMIT + 1, "failed starts")
    assert "<3>error config: " in m.output() and "did you mean SSELOG_STREAM?" in m.output()
    service.file.write_text("SSELOG_AUTH=anonymous\nSSELOG_STREAM=log\n")
    client.join(procs.DEADLINE)
    assert answers == [200]


def test_wrong_option_would_close_the_socket_without_two_lines(stack, redis):
    """The manager of these tests gives up then, as systemd does."""
    service = Service(stack, redis, "SSELOG_STREEM=log\n", scale=1, without=("StartLimitIntervalSec", "RestartSec"))
    with contextlib.suppress(AssertionError, OSError):
        service.ask()
    wait_until(lambda: service.manager.state == "failed", "the end of all starts")
    assert not procs.listening(service.socket)


@pytest.mark.parametrize("by, told", [("sselog", ["READY=1", "STOPPING=1"]), ("spawn-fcgi", [])])
def test_only_a_process_of_the_manager_tells_it_something(stack, redis, by, told):
    """A web server passes its NOTIFY_SOCKET on to the programs that it starts."""
    setup = stack.setup(redis)
    heard = manager.Notify(setup.dir / "notify", abstract=False)
    setup.options["NOTIFY_SOCKET"] = heard.name
    responder = stack.responder(setup=setup, run={"by": by})
    assert fcgi_get(responder.socket, environment("/sselog/healthz")).status == 200
    assert responder.stop() == 0
    lines = "".join(text for text, _ in iter(heard.read, None)).splitlines()
    assert [line for line in lines if not line.startswith("STATUS=")] == told


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL], ids=lambda n: n.name)
def test_process_that_hangs_or_dies_is_replaced(stack, redis, number):
    service = Service(stack, redis, watchdog_scale=0.1)
    m = service.manager
    assert service.ask() == 200
    former = service.pid
    wait_until(lambda: "WATCHDOG=1\n" in "".join(service.told()), "a sign of life")
    os.kill(former, number)
    wait_until(lambda: m.child and m.child.pid != former and m.state == "active", "the next process")
    assert m.deaths[:2] == (["watchdog", f"status {-signal.SIGABRT}"] if number == signal.SIGSTOP else
                            [f"status {-signal.SIGKILL}"])
    assert service.ask() == 200


def hang_relay(pid):
    """Stops the relay's thread, as a tracer does, until the process ends. Only it and the first thread wait in epoll."""
    libc = ctypes.CDLL(None, use_errno=True)
    stopped = threading.Event()

    def trace(thread):
        if libc.ptrace(PTRACE_ATTACH, thread, None, None) == 0:
            os.waitpid(thread, WALL)
            stopped.set()
            with contextlib.suppress(ChildProcessError):
                while not os.WIFSIGNALED(os.waitpid(thread, WALL)[1]):
                    pass  # else the process could not be reaped

    def relay():
        return [int(t.name) for t in Path(f"/proc/{pid}/task").iterdir()
                if int(t.name) != pid and re.search("ep(_p)?oll", (t / "wchan").read_text())]
    thread, = wait_until(relay, "the relay to wait")
    threading.Thread(target=trace, args=[thread], daemon=True).start()
    assert stopped.wait(procs.DEADLINE)


@pytest.mark.skipif(not webs.ROOT, reason="needs root to trace a process")
def test_relay_that_hangs_ends_the_signs_of_life(stack, redis):
    """All else works on: the first thread accepts, the front answers."""
    service = Service(stack, redis, watchdog_scale=0.1)
    m = service.manager
    assert service.ask() == 200
    former = service.pid
    hang_relay(former)
    assert service.ask() == 200
    wait_until(lambda: m.child and m.child.pid != former and m.state == "active", "the next process")
    assert m.deaths[0] == "watchdog"
    assert "<3>error sselog: the relay hangs: the service manager gets no sign of life" in m.output()
    with FcgiStream(service.socket, environment("/sselog/stream")) as viewer:
        viewer.read_until_live()


def test_reload_refuses_wrong_options_and_takes_right_ones(stack, redis):
    service = Service(stack, redis)
    m = service.manager
    viewer = stack.keep(FcgiStream(service.socket, environment("/sselog/stream")))
    viewer.read_until_live()
    wait_until(lambda: m.state == "active", "READY=1")
    service.file.write_text("SSELOG_AUTH=anonymous\nSSELOG_STREAM=log\nSSELOG_KEEPALIV=1\n")
    assert m.reload() is False and "did you mean SSELOG_KEEPALIVE?" in m.output()
    os.kill(service.pid, signal.SIGHUP)  # without the check before
    wait_until(lambda: any("the new options are wrong" in text for text in service.told()), "the status")
    service.file.write_text("SSELOG_AUTH=anonymous\nSSELOG_STREAM=log-other\n")
    assert m.reload() is True
    assert re.search(r"RELOADING=1\nMONOTONIC_USEC=\d+\n$", "".join(t for t in service.told() if "RELOADING" in t))
    assert "the new options are wrong" not in service.told()[-1]
    redis.add("log-other", "of the new log")
    assert b"of the new log" in fcgi_get(service.socket, environment("/sselog/history")).raw
    redis.add("log", "of the former one")
    assert viewer.read_records(1)[0].data == "of the former one"


@pytest.mark.load
def test_upgrades_and_restarts_under_load_refuse_nothing_and_lose_nothing(stack, redis):
    """The program is another one at the same path afterwards. Viewers resume."""
    service = Service(stack, redis)
    m = service.manager
    assert service.ask() == 200
    version = subprocess.run([service.program, "-V"], capture_output=True, check=True).stdout.split()[1].rstrip(b",")
    newer = version[:-1] + b"9"
    assert version != newer
    with load.Load(redis, "log", lambda params: FcgiStream(service.socket, params)) as running:
        for n in range(4):
            running.wait_for_more()
            if n == 1:
                upgraded = service.program.with_suffix(".new")
                upgraded.write_bytes(service.program.read_bytes().replace(version, newer))
                upgraded.chmod(0o755)
                upgraded.rename(service.program)
            m.restart()
        running.wait_for_more()
    assert running.failures == []
    assert running.asked > 50
    running.assert_complete()
    assert re.findall(r"serving, version (\S+)", m.output())[-1].encode() == newer
    assert m.deaths == []
