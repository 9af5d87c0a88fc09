# SPDX-License-Identifier: MIT
"""Child processes that cannot outlive the tests, waits with a deadline, and readers of /proc.

    Child         one program with its output in a file; start, signal, stop
    TemporaryDir  a directory that servers under other users may enter
    once()        makes a directory that all tests of a run share
    wait_until()  polls a condition, with a deadline
    free_port(), listening(), process_listens()    TCP ports and Unix sockets
    children(), threads(), open_fds(), private_kb(), cpu_seconds() ...    one process, from /proc

Every child leads a session of its own and gets a signal when the test process dies. Stopping a child
ends all other processes of its session. This module does not know which program it runs.
"""
import atexit
import contextlib
import ctypes
import fcntl
import functools
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

DEADLINE = 30.0  # seconds: default of all waits
_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1

# A background job of a shell ignores SIGINT, and its children inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


class DeadlineExceeded(AssertionError):
    """A condition did not come true before its deadline."""


def wait_until(condition, what="condition", deadline=DEADLINE):
    """Returns the first true value of condition(); raises DeadlineExceeded after deadline seconds."""
    end = time.monotonic() + deadline
    pause = 0.002
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise DeadlineExceeded(f"{what}: not within {deadline} s")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)


def free_port():
    """A TCP port of 127.0.0.1 that was free a moment ago; the caller must be ready to try another.

    It is below the range of outgoing connections. Each of pytest's workers has a range of its own, so that
    no other worker takes the port of a server that restarts. A process that is no worker has the first range.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw")[2:]
    part = 10240 + 1024 * (1 + int(worker) % 8 if worker else 0)
    while True:
        port = random.randrange(part, part + 1024)
        with socket.socket() as s, contextlib.suppress(OSError):
            s.bind(("127.0.0.1", port))
            return port


def listening(address):
    """Whether something accepts connections: address is a path or a port of 127.0.0.1."""
    unix = not isinstance(address, int)
    with socket.socket(socket.AF_UNIX if unix else socket.AF_INET) as s:
        s.settimeout(5)
        try:
            s.connect(str(address) if unix else ("127.0.0.1", address))
            return True
        except OSError:
            return False


def process_listens(pid, port):
    """Whether this process listens on a TCP port: another process may have taken the port first."""
    sockets = set()
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(FileNotFoundError):
            rows = [line.split() for line in Path("/proc/net", table).read_text().splitlines()[1:]]
            sockets |= {f"socket:[{row[9]}]" for row in rows
                        if row[3] == "0A" and int(row[1].rpartition(":")[2], 16) == port}
    with contextlib.suppress(OSError):
        for fd in list(Path(f"/proc/{pid}/fd").iterdir()):
            with contextlib.suppress(OSError):
                if os.readlink(fd) in sockets:
                    return True
    return False


def session_members(sid):
    """Pids of all processes in session sid. A zombie counts while it has other threads: they still hold
    its ports and files."""
    found = []
    for entry in os.listdir("/proc"):
        with contextlib.suppress(OSError):
            if entry.isdigit() and os.getsid(int(entry)) == sid:
                fields = Path("/proc", entry, "stat").read_text().rpartition(")")[2].split()
                if fields[0] != "Z" or threads(entry) > 1:
                    found.append(int(entry))
    return found


class Child:
    """One program that runs, with its output in the file `log`.

    death: the signal that it gets when the test process dies. preexec: called between fork and exec. stderr: instead of
    the log."""

    def __init__(self, argv, *, env=None, log=None, stdin=subprocess.DEVNULL, stdout=None, stderr=None,
                 death=signal.SIGTERM, pass_fds=(), cwd=None, preexec=None):
        self.argv = [str(a) for a in argv]
        self.log = Path(log) if log else None
        out = open(self.log, "ab") if self.log else subprocess.DEVNULL

        def prepare():
            _libc.prctl(_PR_SET_PDEATHSIG, int(death))
            if preexec:
                preexec()

        # setpriv is quicker than preexec_fn, which copies this process. LD_PRELOAD is only for the program itself.
        copy = preexec is not None
        by = [] if copy else ["setpriv", "--pdeathsig", signal.Signals(death).name[3:], "--"]
        if not copy and "LD_PRELOAD" in (env or {}):
            by += ["env", f"LD_PRELOAD={env['LD_PRELOAD']}"]
            env = {k: v for k, v in env.items() if k != "LD_PRELOAD"}
        try:
            self.popen = subprocess.Popen(
                [*by, *self.argv], env=env, stdin=stdin, stdout=stdout if stdout is not None else out,
                stderr=stderr if stderr is not None else out, start_new_session=True, preexec_fn=prepare if copy else None,
                pass_fds=pass_fds, cwd=cwd)
        finally:
            if self.log:
                out.close()
        self.pid = self.popen.pid

    def running(self):
        return self.popen.poll() is None

    def output(self):
        """All that it has written to its log file."""
        return self.log.read_text(errors="replace") if self.log and self.log.exists() else ""

    def send(self, number):
        if self.running():
            os.kill(self.pid, number)

    def wait(self, deadline=DEADLINE):
        """Returns the exit status (negative: a signal); raises DeadlineExceeded if it does not end."""
        try:
            return self.popen.wait(deadline)
        except subprocess.TimeoutExpired:
            raise DeadlineExceeded(f"{self.argv[0]} did not end within {deadline} s") from None

    def stop(self, number=signal.SIGTERM, deadline=DEADLINE):
        """Sends a signal, waits, and kills it after the deadline; then ends the rest of its session.
        Returns the exit status."""
        self.send(number)
        try:
            self.popen.wait(deadline)
        except subprocess.TimeoutExpired:
            self.kill()
        self._sweep(deadline=3)
        return self.popen.returncode

    def kill(self):
        self.send(signal.SIGKILL)
        self.popen.wait()
        self._sweep(deadline=0)

    def _sweep(self, deadline):
        """Waits for the rest of the session to end, and kills it after the deadline: it may hold a port or
        a file."""
        end = time.monotonic() + deadline
        while left := session_members(self.pid):
            if time.monotonic() >= end:
                for pid in left:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
            time.sleep(0.01)


class TemporaryDir:
    """A temporary directory that servers under another user may enter."""

    def __init__(self):
        self.path = Path(tempfile.mkdtemp(prefix="sselog-"))
        self.path.chmod(0o755)

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)


SHARED = "TESTS_SHARED"  # this variable names the directory of what all workers share


@functools.cache
def shared():
    """The directory of what tests share. A program that is no worker of pytest has one of its own."""
    if SHARED in os.environ:
        return Path(os.environ[SHARED])
    directory = TemporaryDir()
    atexit.register(directory.remove)
    return directory.path


def once(name, make):
    """The shared directory of this name, which nobody may change. make(path) makes it, in the first process that asks."""
    path = shared() / name
    with open(shared() / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            begun = shared() / f"{name}.new"
            shutil.rmtree(begun, ignore_errors=True)  # of a process that was ended
            make(begun)
            begun.rename(path)
    return path


def children(pid):
    """Pids of the children of pid."""
    text = []
    with contextlib.suppress(OSError):
        for task in list(Path(f"/proc/{pid}/task").iterdir()):
            with contextlib.suppress(OSError):  # a thread may end meanwhile; the others still count
                text += (task / "children").read_text().split()
    return [int(p) for p in text]


def descendants(pid):
    found = []
    for child in children(pid):
        found += [child, *descendants(child)]
    return found


def executable(pid):
    try:
        return os.readlink(f"/proc/{pid}/exe").removesuffix(" (deleted)")
    except OSError:
        return ""


def private_kb(pid):
    """The pages that only this process has and that no file holds. The pages of programs and libraries
    are left out: all processes share them, and how many are mapped depends on the kernel's cache."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(rollup.partition("Anonymous:")[2].split()[0])


def peak_kb(pid):
    """The largest resident size so far, in kB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


def open_fds(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def threads(pid):
    return len(os.listdir(f"/proc/{pid}/task"))


def is_stopped(pid):
    """Whether a stop signal has reached all threads of the process, or the process has ended."""
    states = set()
    with contextlib.suppress(OSError):
        for task in list(Path(f"/proc/{pid}/task").iterdir()):
            with contextlib.suppress(OSError):
                states.add((task / "stat").read_text().rpartition(")")[2].split()[0])
    return states <= set("TZX")


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
