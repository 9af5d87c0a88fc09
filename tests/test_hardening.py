# SPDX-License-Identifier: MIT
"""What the process gives up before it serves, seen from outside in /proc."""
import contextlib
import ctypes
import os
import pwd
import re
import subprocess
from pathlib import Path

import pytest

import webs
from fcgi import FcgiStream, environment, fcgi_get
from procs import wait_until

UNPRIVILEGED = "www-data"
AS_ROOT = pytest.mark.skipif(not webs.ROOT, reason="needs root to become another user")
SANITIZED = any(s in os.environ for s in ("ASAN_OPTIONS", "TSAN_OPTIONS"))


def become_unprivileged():
    user = pwd.getpwnam(UNPRIVILEGED)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)


def status(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def tasks(pid):
    return [int(t) for t in os.listdir(f"/proc/{pid}/task")]


@pytest.fixture
def responder(stack, redis):
    """As another user, serving a viewer, so that all its threads and descriptors are there."""
    setup = stack.setup(redis)
    run = {}
    if webs.ROOT:
        setup.options["SSELOG_ALLOW_ROOT"] = "0"
        os.chown(setup.dir, pwd.getpwnam(UNPRIVILEGED).pw_uid, -1)
        run = {"preexec": become_unprivileged}
    r = stack.responder(setup=setup, run=run)
    viewer = stack.keep(FcgiStream(r.socket, environment("/sselog/stream")))
    viewer.live()
    assert fcgi_get(r.socket, environment("/sselog/history")).status == 200
    return r


def test_no_new_privileges(responder):
    """In every thread: it is a thread's, not the process's."""
    seen = []
    for task in tasks(responder.pid):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # one that ends while we look
            seen.append(status(f"{responder.pid}/task/{task}")["NoNewPrivs"])
    assert len(seen) >= 2 + 2 and set(seen) == {"1"}  # main, relay, fronts
    if webs.ROOT:
        assert status(responder.pid)["CapEff"].strip("0") == ""


@pytest.mark.memory
def test_no_core_dump(responder):
    """Not dumpable: its files in /proc are root's, and nobody else may trace it or read them."""
    limits = Path(f"/proc/{responder.pid}/limits").read_text().splitlines()
    core = next(line for line in limits if line.startswith("Max core file size")).split()
    assert core[4:6] == ["0", "0"]
    if SANITIZED:
        return  # LeakSanitizer reads the process at its end
    assert status(responder.pid)["Uid"].split()[0] != "0"
    for name in ("environ", "mem", "fd", "maps"):
        assert os.stat(f"/proc/{responder.pid}/{name}").st_uid == 0, name


@AS_ROOT
@pytest.mark.memory
def test_its_own_user_cannot_look_into_it(responder):
    """Another program of the same user, a broken web application say."""
    if SANITIZED:
        return
    for name in ("environ", "mem", "maps", "fd/0"):
        done = subprocess.run(["cat", f"/proc/{responder.pid}/{name}"], preexec_fn=become_unprivileged,
                              capture_output=True)
        assert done.returncode != 0 and done.stdout == b"" and b"ermission denied" in done.stderr, name


def landlock_abi():
    """landlock_create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION); -1 where there is none."""
    return ctypes.CDLL(None, use_errno=True).syscall(444, None, ctypes.c_size_t(0), ctypes.c_uint32(1))


def test_landlock_or_a_line_that_says_so(responder):
    said = responder.output()
    abi = landlock_abi()
    assert ("Landlock is not available" in said) == (abi < 1), said
    assert ("restricts files but not TCP ports" in said) == (1 <= abi < 4), said


def test_it_goes_on_without_files(stack):
    """All that a reconnect needs is still within reach, by path and by port."""
    for tcp in (False, True):
        redis = stack.redis(tcp=tcp, persistent=True)
        r = stack.responder(redis)
        with FcgiStream(r.socket, environment("/sselog/stream")) as s:
            s.live()
            redis.stop()
            s.event("source")
            redis.start()
            redis.add("log", "x")
            assert s.messages(1)[0].data == "x"


def test_root_is_refused(stack, redis):
    """Unless told; as root, or as what a user namespace takes for root."""
    setup = stack.setup(redis)
    del setup.options["SSELOG_ALLOW_ROOT"]
    argv = [setup.program, "-s", setup.dir / "r.sock"]
    if not webs.ROOT:
        argv = ["unshare", "--user", "--map-root-user", *argv]
    done = subprocess.run(argv, env=setup.environment(), capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "SSELOG_ALLOW_ROOT" in done.stderr and done.stderr.count("\n") == 1
    assert not (setup.dir / "r.sock").exists()


def descriptors(pid):
    """Target and flags by number. One that is closed while we look does not count."""
    found = {}
    for fd in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            target = os.readlink(f"/proc/{pid}/fd/{fd}")
            info = Path(f"/proc/{pid}/fdinfo/{fd}").read_text()
            found[int(fd)] = target, int(re.search(r"^flags:\s*(\d+)$", info, re.M)[1], 8)
    return found


def test_descriptors_are_not_inherited(responder):
    """Every one above the three standard ones is close-on-exec, whoever opened it."""
    def inherited():
        """hiredis 0.14 opens without the flag, which is set when its call is back."""
        return {fd: target for fd, (target, flags) in descriptors(responder.pid).items()
                if fd > 2 and not flags & os.O_CLOEXEC}
    wait_until(lambda: not inherited(), "descriptors to be close-on-exec")
    # Sockets to Redis, pipes, epolls, the listener.
    wait_until(lambda: len(descriptors(responder.pid)) >= 3 + 8 and not inherited(), "all of them")


def test_what_it_is_started_with_stays_small(stack, redis):
    """A socket passed by spawn-fcgi, and nothing else of its parent."""
    r = stack.responder(redis, run={"by": "spawn-fcgi"})
    pid = next(p for p in [r.pid] if p)
    wait_until(lambda: "serving" in r.output(), "the start")
    assert fcgi_get(r.socket, environment("/sselog/healthz")).status == 200
    assert descriptors(pid)[0][0].startswith("socket:")


def test_the_socket_is_the_groups(stack, redis):
    """-m, and 0660 without it: no one else reaches the FastCGI socket."""
    setup = stack.setup(redis)
    for mode, extra in ((0o660, []), (0o600, ["-m", "0600"])):
        path = setup.dir / f"{mode:o}.sock"
        import procs
        child = stack.keep(procs.Child([setup.program, "-s", path, *extra], env=setup.environment(),
                                       log=setup.dir / "log"))
        wait_until(lambda: procs.listening(path), "the socket")
        assert os.stat(path).st_mode & 0o777 == mode
        assert child.running()
