# SPDX-License-Identifier: MIT
"""Diagnostics never block: while nobody reads standard error, everything is served. Dropped lines are counted and told later."""
import fcntl
import os
import re
import select
import signal
import socket
import subprocess
import time

import pytest

from fcgi import FcgiStream, environment, fcgi_get
from procs import DEADLINE, Child, wait_until
from webs import TIME, listening

LINES = 600  # with these a pipe of one page and the lines that wait are full


class Pipe:
    """A pipe of one page, or a pair of stream sockets, as standard error has under a service manager."""

    def __init__(self, kind):
        if kind == "pipe":
            self.reader, self.writer = os.pipe()
            fcntl.fcntl(self.writer, fcntl.F_SETPIPE_SZ, 4096)
        else:
            ends = socket.socketpair()
            self.reader, self.writer = (end.detach() for end in ends)

    def fill(self):
        """Writes until it is full. The flag of the open file is as before afterwards."""
        os.set_blocking(self.writer, False)
        try:
            while True:
                os.write(self.writer, b"x" * 512)
        except BlockingIOError:
            pass
        finally:
            os.set_blocking(self.writer, True)

    def read_until(self, pattern, deadline=DEADLINE):
        """All bytes up to the first match, as text."""
        text, end = "", time.monotonic() + deadline
        while not re.search(pattern, text):
            ready, _, _ = select.select([self.reader], [], [], end - time.monotonic())
            assert ready, f"{pattern} does not come: {text[-500:]}"
            text += os.read(self.reader, 65536).decode()
        return text

    def close(self):
        os.close(self.reader)
        os.close(self.writer)


class Blocked:
    """sselog with a standard error that is full and that nobody reads."""

    def __init__(self, stack, redis, kind):
        self.pipe = stack.keep(Pipe(kind))
        self.pipe.fill()
        setup = stack.setup(redis)
        self.socket = setup.dir / "s.sock"
        self.child = subprocess.Popen([setup.program, "-s", self.socket, "-m", "0666"], env=setup.environment(),
                                      stdin=subprocess.DEVNULL, stderr=self.pipe.writer)
        wait_until(lambda: listening(self.socket), "sselog")

    def log_a_line(self):
        answer = fcgi_get(self.socket, environment("/sselog/healthz", SSELOG_RETRY="0"))
        assert answer.status == 500

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        return self.child.wait(DEADLINE)

    def close(self):
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()


@pytest.mark.threads
@pytest.mark.parametrize("kind", ["pipe", "socket"])
def test_a_standard_error_that_nobody_reads_blocks_nobody(stack, redis, kind):
    blocked = stack.keep(Blocked(stack, redis, kind))
    with FcgiStream(blocked.socket, environment("/sselog/stream")) as viewer:
        viewer.read_until_live()
        for _ in range(LINES):
            blocked.log_a_line()
        redis.add("log", "still served")
        viewer.read_records(1)
        told = re.compile(TIME + r"warning diag: (\d+) lines were dropped$", re.M)
        text = blocked.pipe.read_until(told.pattern.replace("$", "\n"))
        assert len(re.findall(rf"^{TIME}error front: SSELOG_RETRY", text, re.M)) + int(told.search(text)[1]) == LINES
    assert blocked.stop() == 0


def test_a_stop_does_not_wait_for_a_reader(stack, redis):
    blocked = stack.keep(Blocked(stack, redis, "pipe"))
    blocked.log_a_line()
    assert blocked.stop() == 0


def test_send_goes_on_while_nobody_reads_its_standard_error(stack, redis):
    """The program that writes to `sselog send` must not wait for it."""
    pipe = stack.keep(Pipe("pipe"))
    pipe.fill()
    setup = stack.setup(redis)
    redis.client.set("log", "a key of another type")
    sender = stack.keep(Child([setup.program, "send"], env=setup.environment(), stdin=subprocess.PIPE,
                              preexec=lambda: os.dup2(pipe.writer, 2)))
    sender.popen.stdin.write(b"refused\n")
    sender.popen.stdin.close()
    assert sender.wait() == 1


def test_journal_gets_priorities_and_others_get_the_time(stack, redis):
    """JOURNAL_STREAM names the device and inode of what the journal reads (systemd.exec(5))."""
    setup = stack.setup(redis)
    for other in (0, 1):  # an inode of something else: standard error was redirected since
        pipe = stack.keep(Pipe("socket"))
        of = os.fstat(pipe.writer)
        child = stack.keep(Child([setup.program, "-s", setup.dir / f"{other}.sock"], preexec=lambda fd=pipe.writer: os.dup2(fd, 2),
                                 env={**setup.environment(), "JOURNAL_STREAM": f"{of.st_dev}:{of.st_ino + other}",
                                      "SSELOG_TOKEN_KEY": "session:{token}", "SSELOG_AUTH": "cookie token"}))
        text = pipe.read_until("serving, version .*\n")
        assert re.search("^" + (TIME if other else "<4>") + "warning config: ", text, re.M), text
        assert re.search("^" + (TIME if other else "<6>") + "info sselog: serving", text, re.M), text
        assert child.stop() == 0
