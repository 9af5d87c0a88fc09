# SPDX-License-Identifier: MIT
"""The rights that the process gives up before it serves, as /proc shows them."""
import contextlib
import ctypes
import os
import pwd
import re
import subprocess
from pathlib import Path

import pytest

import procs
import webs
from fcgi import FcgiStream, environment, fcgi_get
from procs import wait_until

UNPRIVILEGED = "www-data"
AS_ROOT = pytest.mark.skipif(not webs.ROOT, reason="needs root to become another user")


def become_unprivileged():
    user = pwd.getpwnam(UNPRIVILEGED)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)


def status(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def thread_ids(pid):
    return [int(t) for t in os.listdir(f"/proc/{pid}/task")]


@pytest.fixture
def responder(stack, redis):
    """A responder of an unprivileged user that serves a viewer, so that all threads and descriptors exist."""
    setup = stack.setup(redis)
    run = {}
    if webs.ROOT:
        setup.options["SSELOG_ALLOW_ROOT"] = "0"
        os.chown(setup.dir, pwd.getpwnam(UNPRIVILEGED).pw_uid, -1)
        run = {"preexec": become_unprivileged}
    r = stack.responder(setup=setup, run=run)
    viewer = stack.keep(FcgiStream(r.socket, environment("/sselog/stream")))
    viewer.read_until_live()
    assert fcgi_get(r.socket, environment("/sselog/history")).status == 200
    return r


def test_every_thread_has_no_new_privileges(responder):
    """The flag belongs to a thread, not to the process."""
    seen = []
    for task in thread_ids(responder.pid):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread that ends meanwhile
            seen.append(status(f"{responder.pid}/task/{task}")["NoNewPrivs"])
    assert len(seen) >= 2 + 2 and set(seen) == {"1"}  # main, relay, fronts
    if webs.ROOT:
        assert status(responder.pid)["CapEff"].strip("0") == ""


@pytest.mark.memory
def test_process_is_not_dumpable(responder):
    """Its files in /proc belong to root: no other user may read them or trace the process."""
    limits = Path(f"/proc/{responder.pid}/limits").read_text().splitlines()
    core = next(line for line in limits if line.startswith("Max core file size")).split()
    assert core[4:6] == ["0", "0"]
    assert status(responder.pid)["Uid"].split()[0] != "0"
    for name in ("environ", "mem", "fd", "maps"):
        assert os.stat(f"/proc/{responder.pid}/{name}").st_uid == 0, name


@AS_ROOT
@pytest.mark.memory
def test_programs_of_the_same_user_cannot_read_its_memory(responder):
    """Such a program may be a broken web application."""
    for name in ("environ", "mem", "maps", "fd/0"):
        done = subprocess.run(["cat", f"/proc/{responder.pid}/{name}"], preexec_fn=become_unprivileged,
                              capture_output=True)
        assert done.returncode != 0 and done.stdout == b"" and b"ermission denied" in done.stderr, name


def landlock_abi():
    """landlock_create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION); -1 without Landlock."""
    return ctypes.CDLL(None, use_errno=True).syscall(444, None, ctypes.c_size_t(0), ctypes.c_uint32(1))


def test_missing_landlock_is_logged(responder):
    output = responder.output()
    abi = landlock_abi()
    assert ("Landlock is not available" in output) == (abi < 1), output
    assert ("restricts files but not TCP ports" in output) == (1 <= abi < 4), output


def test_reconnect_to_redis_works_under_landlock(stack):
    """The process may still reach Redis, by its path and by its port."""
    for tcp in (False, True):
        redis = stack.redis(tcp=tcp, persistent=True)
        r = stack.responder(redis)
        with FcgiStream(r.socket, environment("/sselog/stream")) as s:
            s.read_until_live()
            redis.stop()
            s.read_event("source")
            redis.start()
            redis.add("log", "x")
            assert s.read_records(1)[0].data == "x"


def test_start_as_root_is_refused(stack, redis):
    """Without SSELOG_ALLOW_ROOT; as root, or as root of a user namespace."""
    setup = stack.setup(redis)
    del setup.options["SSELOG_ALLOW_ROOT"]
    argv = [setup.program, "-s", setup.dir / "r.sock"]
    if not webs.ROOT:
        argv = ["unshare", "--user", "--map-root-user", *argv]
    done = subprocess.run(argv, env=setup.environment(), capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "SSELOG_ALLOW_ROOT" in done.stderr and done.stderr.count("\n") == 1
    assert not (setup.dir / "r.sock").exists()


def open_descriptors(pid):
    """Number, target and flags of all open descriptors. One that is closed meanwhile is left out."""
    found = {}
    for fd in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            target = os.readlink(f"/proc/{pid}/fd/{fd}")
            info = Path(f"/proc/{pid}/fdinfo/{fd}").read_text()
            found[int(fd)] = target, int(re.search(r"^flags:\s*(\d+)$", info, re.M)[1], 8)
    return found


def test_all_descriptors_are_close_on_exec(responder):
    """All except the three standard ones, also those that libraries have opened."""
    def inherited():
        """hiredis 0.14 opens without the flag, which sselog sets just after the call."""
        return {fd: target for fd, (target, flags) in open_descriptors(responder.pid).items()
                if fd > 2 and not flags & os.O_CLOEXEC}
    wait_until(lambda: not inherited(), "descriptors to be close-on-exec")
    # The standard ones, sockets to Redis, pipes, epolls and the listener.
    wait_until(lambda: len(open_descriptors(responder.pid)) >= 3 + 8 and not inherited(), "all descriptors")


def test_socket_from_spawn_fcgi_is_used(stack, redis):
    r = stack.responder(redis, run={"by": "spawn-fcgi"})
    wait_until(lambda: "serving" in r.output(), "the start")
    assert fcgi_get(r.socket, environment("/sselog/healthz")).status == 200
    assert open_descriptors(r.pid)[0][0].startswith("socket:")


def test_socket_mode_is_0660_by_default(stack, redis):
    """Option -m sets another mode."""
    setup = stack.setup(redis)
    for mode, extra in ((0o660, []), (0o600, ["-m", "0600"])):
        path = setup.dir / f"{mode:o}.sock"
        child = stack.keep(procs.Child([setup.program, "-s", path, *extra], env=setup.environment(),
                                       log=setup.dir / "log"))
        wait_until(lambda: procs.listening(path), "the socket")
        assert os.stat(path).st_mode & 0o777 == mode
        assert child.running()
