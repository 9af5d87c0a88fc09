# SPDX-License-Identifier: MIT
"""Ends: each viewer gets the orderly end and loses nothing, whoever asks for it."""
import contextlib
import os
import signal
import threading
import time

import pytest

import procs
import webs
from fcgi import FcgiStream, environment
from procs import wait_until
from sse import EventSource, Stream, get


def ended(stream, reason="shutdown"):
    stream.rest()
    assert not stream.parser.unfinished()
    assert stream.events[-1].type == "end" and stream.events[-1].json() == {"reason": reason}
    first, last = stream.parser.retries[0], stream.parser.retries[-1]
    assert len(stream.parser.retries) == 2 and first <= last <= 2 * first + 1000


def within_a_second(attempt):
    """attempt() returns seconds. A busy machine makes one late or another, not each of them."""
    took = []
    for _ in range(5):
        took.append(attempt())
        if took[-1] < 1:
            return
    raise AssertionError(f"took {took} s")


@pytest.mark.threads
@pytest.mark.parametrize("by", ["sselog", "spawn-fcgi"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_sigterm(stack, redis, by, number):
    responder = stack.responder(redis, run={"by": by}, max_per_user=100)
    ids = redis.add_many("log", "abc")

    def attempt():
        if not responder.child.running():
            responder.start()
        with contextlib.ExitStack() as open_ones:
            viewers = [open_ones.enter_context(FcgiStream(responder.socket, environment("/sselog/stream")))
                       for _ in range(50)]
            for s in viewers:
                s.live()
            start = time.monotonic()
            os.kill(responder.pid, number)
            assert responder.child.wait() == 0
            took = time.monotonic() - start  # of sselog, not of fifty readers
            for s in viewers:
                ended(s)
                assert s.app_status == 0
                assert [e.id for e in s.records] == ids
            # Viewers that were cut off together must not come back together.
            assert len({s.parser.retries[-1] for s in viewers}) > 10
            return took

    within_a_second(attempt)


def test_sigterm_with_a_viewer_that_does_not_read(stack, redis):
    """It cannot hold the process up; the others get their end."""
    responder = stack.responder(redis)
    stuck = stack.keep(FcgiStream(responder.socket, environment("/sselog/stream"), rcvbuf=4096))
    other = stack.keep(FcgiStream(responder.socket, environment("/sselog/stream")))
    other.live()
    redis.add_many("log", ["x" * 1000] * 2000)
    other.messages(2000)
    responder.child.send(signal.SIGTERM)
    ended(other)
    assert responder.child.wait() == 0
    stuck.close()


def test_sigterm_while_redis_is_away(stack, redis):
    redis.stop()
    responder = stack.responder(redis)
    with FcgiStream(responder.socket, environment("/sselog/stream")) as s:
        s.event("source")
        responder.child.send(signal.SIGTERM)
        ended(s)
        assert responder.child.wait() == 0


def test_sigterm_while_idle_and_at_once(stack, redis):
    """At any moment of its life, the first included."""
    for _ in range(5):
        responder = stack.responder(redis)
        responder.child.send(signal.SIGTERM)
        assert responder.child.wait() == 0


def test_socket_left_behind_is_taken_over(stack, redis):
    responder = stack.responder(redis)
    for end in (responder.kill, responder.stop):
        end()
        responder.start()
        with FcgiStream(responder.socket, environment("/sselog/stream")) as s:
            s.live()


def test_socket_of_a_running_one_is_not_taken(stack, redis):
    responder = stack.responder(redis)
    second = procs.Child([responder.setup.program, "-s", responder.socket],
                         env=responder.setup.environment(), log=responder.setup.dir / "second.log")
    stack.keep(second)
    assert second.wait() != 0
    with FcgiStream(responder.socket, environment("/sselog/stream")) as s:
        s.live()


class Statuses:
    """A program in the place of sselog that runs it and notes the exit status of each."""

    def __init__(self, setup):
        self.file = setup.dir / "statuses"
        self.file.touch()
        self.file.chmod(0o666)
        self.real = str(setup.program)
        self.program = setup.dir / "noted" / "sselog"
        self.program.parent.mkdir()
        self.program.write_text(f'#!/bin/sh\n"{self.real}" "$@"\necho $? >>"{self.file}"\n')
        self.program.chmod(0o755)

    def edit(self, example):
        """The example with this program."""
        return webs.substitute(example, [(f'{self.real}"', f'{self.program}"')])

    def get(self):
        return self.file.read_text().split()


@pytest.mark.parametrize("kind", ["lighttpd", "fcgid", "nginx", "proxy_fcgi", "lighttpd-cgi", "cgid",
                                  "mod_cgi"])
def test_sigterm_to_the_responder_behind_a_server(stack, redis, kind):
    """The viewer gets the orderly end within a second, and the exit status is 0."""
    setup = stack.setup(redis)
    statuses = Statuses(setup)
    by_itself = issubclass(webs.SERVERS[kind], webs.ServerWithResponder)
    server = stack.server(kind, setup=setup, web={} if by_itself else {"edit": statuses.edit})

    def attempt():
        if by_itself and not server.responders():
            server.responder.start()
        if kind.startswith("lighttpd"):
            # It starts one for FastCGI in any case, which must be so far that SIGTERM is its own to handle;
            # and answers 503 until it has noticed that one ended.
            wait_until(lambda: get(server.port, "/sselog/healthz").status == 200, "a responder")
        with Stream(server.port, server.path + "/stream") as s:
            s.live()
            pids, before = server.responders(), len(statuses.get())
            assert pids
            start = time.monotonic()
            for pid in pids:
                os.kill(pid, signal.SIGTERM)
            ended(s)
            took = time.monotonic() - start
            assert not s.cut
        wait_until(lambda: not set(pids) & set(server.responders()), "the responder's end")
        if by_itself:
            assert server.responder.child.wait() == 0
        else:
            wait_until(lambda: len(statuses.get()) >= before + len(pids), "the exit status")
            assert set(statuses.get()) == {"0"}
        return took

    within_a_second(attempt)


@pytest.mark.parametrize("kind", ["lighttpd"])
def test_stop_of_the_web_server_ends_the_responder(stack, redis, kind):
    server = stack.server(kind, redis)
    s = stack.keep(Stream(server.port, server.path + "/stream"))
    s.live()
    pids = server.responders()
    server.child.send(signal.SIGTERM)
    wait_until(lambda: not any(procs.executable(p) == str(server.setup.program) for p in pids),
               "the responder's end")


# In a graceful restart lighttpd lets streams stand for 8 s before it ends them.
QUICK_GRACEFUL = 'server.feature-flags += ("server.graceful-shutdown-timeout" => 1)\n'


def follow_through(stack, redis, kind, disturb, directives="", rounds=1, retry_server_errors=False, **options):
    """A viewer that reconnects as EventSource does, under a producer and a disturbance: each once.
    A status that would end EventSource fails, if it is not to be retry_server_errors."""
    web = {"directives": directives} if issubclass(webs.SERVERS[kind], webs.Apache) else \
        {"edit": lambda example: example + QUICK_GRACEFUL}
    server = stack.server(kind, redis, web=web, retry=100, **options)
    ids = []
    stop = threading.Event()

    def produce():
        while not stop.wait(0.01):
            ids.append(redis.add("log", str(len(ids))))

    producer = threading.Thread(target=produce)
    with EventSource(server.port, server.path + "/stream", retry_server_errors=retry_server_errors) as viewer:
        viewer.wait(lambda v: "live" in [e.type for e in v.events], "live")
        producer.start()
        try:
            for _ in range(rounds):
                disturb(server, viewer)
        finally:
            stop.set()
            producer.join()
        viewer.wait(lambda v: len(v.records) >= len(ids), "all records")
        assert [e.id for e in viewer.records] == ids
        assert viewer.failed is None
        return viewer


def test_busy_timeout_of_mod_fcgid(stack, redis):
    """mod_fcgid ends a stream that lasts: SIGTERM, and so in good order. Where that takes a busy machine
    seconds SIGKILL follows; it ends the next stream too."""
    def disturb(server, viewer):
        viewer.wait(lambda v: "shutdown" in v.ends, "an end in good order")
    follow_through(stack, redis, "fcgid", disturb, "FcgidBusyTimeout 2\nFcgidBusyScanInterval 1", keepalive=1)


def test_io_timeout_of_mod_fcgid(stack, redis):
    """A quiet log, keepalives more often than FcgidIOTimeout: the stream stands."""
    server = stack.server("fcgid", redis, web={"directives": "FcgidIOTimeout 4"}, keepalive=1)
    with Stream(server.port, "/sselog/stream") as s:
        s.live()
        s.until(lambda s: len(s.parser.comments) >= 5, "five keepalives")
        redis.add("log", "x")
        assert s.messages(1)[0].data == "x"
        assert b"<html" not in s.raw.lower()


def generations(server):
    """How often Apache said that it is up."""
    log = server.dir / f"{server.name()}-error.log"
    return log.read_text(errors="replace").count("resuming normal operations")


@pytest.mark.parametrize("kind, cut", [("fcgid", True), ("proxy_fcgi", False), ("cgid", False),
                                       ("lighttpd", True)])
def test_graceful_restart(stack, redis, kind, cut):
    """Some servers let the streams stand, others end them. Nothing makes EventSource give up."""
    def disturb(server, viewer):
        up = wait_until(lambda: generations(server) or kind == "lighttpd", "Apache")
        count, have = viewer.connects, len(viewer.records)
        server.graceful()
        viewer.wait(lambda v: v.connects > count if cut else len(v.records) > have + 50, "what comes next")
        # A signal that comes before that is lost.
        wait_until(lambda: generations(server) > up or kind == "lighttpd", "Apache's next generation")
    follow_through(stack, redis, kind, disturb, rounds=1 if cut else 2)


def test_responder_of_lighttpd_killed(stack, redis):
    """lighttpd starts another one. Until it has noticed, it answers 503."""
    def disturb(server, viewer):
        count = viewer.connects
        for pid in server.responders():
            os.kill(pid, signal.SIGKILL)
        viewer.wait(lambda v: v.connects > count, "a reconnect")
    viewer = follow_through(stack, redis, "lighttpd", disturb, rounds=3, retry_server_errors=True)
    assert None in viewer.ends
