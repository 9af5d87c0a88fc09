# SPDX-License-Identifier: MIT
"""Shutdown and restart of sselog and of web servers: viewers get the final frame and lose no record."""
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
from tables import long_but


def assert_orderly_end(stream, reason="shutdown"):
    """Checks that the stream ends with a final frame and a longer retry."""
    stream.read_rest()
    assert not stream.parser.unfinished()
    assert stream.events[-1].type == "end" and stream.events[-1].json()["reason"] == reason
    first, last = stream.parser.retries[0], stream.parser.retries[-1]
    assert len(stream.parser.retries) == 2 and first <= last <= 2 * first + 1000


def assert_takes_less_than_a_second(attempt):
    """Checks that one of five attempts takes less than a second; attempt() returns its seconds.

    On a busy machine some attempts are late, but not all."""
    took = []
    for _ in range(5):
        took.append(attempt())
        if took[-1] < 1:
            return
    raise AssertionError(f"took {took} s")


@pytest.mark.threads
@pytest.mark.parametrize("by", ["sselog", "spawn-fcgi"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda s: s.name)
def test_signal_ends_fifty_streams_orderly_within_a_second(stack, redis, by, number):
    responder = stack.responder(redis, run={"by": by}, max_per_user=100)
    ids = redis.add_many("log", "abc")

    def attempt():
        if not responder.child.running():
            responder.start()
        with contextlib.ExitStack() as open_ones:
            viewers = [open_ones.enter_context(FcgiStream(responder.socket, environment("/sselog/stream")))
                       for _ in range(50)]
            for s in viewers:
                s.read_until_live()
            start = time.monotonic()
            os.kill(responder.pid, number)
            assert responder.child.wait() == 0
            took = time.monotonic() - start  # without the time that fifty readers take
            for s in viewers:
                assert_orderly_end(s)
                assert s.app_status == 0
                assert [e.id for e in s.records] == ids
            # The viewers were disconnected together and must not reconnect together.
            assert len({s.parser.retries[-1] for s in viewers}) > 10
            return took

    assert_takes_less_than_a_second(attempt)


def test_viewer_that_does_not_read_does_not_delay_sigterm(stack, redis):
    """The other viewer gets its final frame, and the process ends."""
    responder = stack.responder(redis)
    stuck = stack.keep(FcgiStream(responder.socket, environment("/sselog/stream"), rcvbuf=4096))
    other = stack.keep(FcgiStream(responder.socket, environment("/sselog/stream")))
    other.read_until_live()
    redis.add_many("log", ["x" * 1000] * 2000)
    other.read_records(2000)
    responder.child.send(signal.SIGTERM)
    assert_orderly_end(other)
    assert responder.child.wait() == 0
    stuck.close()


def test_sigterm_without_redis_ends_streams_orderly(stack, redis):
    redis.stop()
    responder = stack.responder(redis)
    with FcgiStream(responder.socket, environment("/sselog/stream")) as s:
        s.read_event("source")
        responder.child.send(signal.SIGTERM)
        assert_orderly_end(s)
        assert responder.child.wait() == 0


def test_sigterm_just_after_the_start_exits_with_0(stack, redis):
    for _ in range(5):
        responder = stack.responder(redis)
        responder.child.send(signal.SIGTERM)
        assert responder.child.wait() == 0


def test_stale_socket_file_is_replaced(stack, redis):
    responder = stack.responder(redis)
    for end in (responder.kill, responder.stop):
        end()
        responder.start()
        with FcgiStream(responder.socket, environment("/sselog/stream")) as s:
            s.read_until_live()


def test_viewers_stay_with_a_former_process_until_it_is_stopped(stack, redis):
    """`sselog -s` takes the socket of a running one over. Two processes then serve side by side."""
    responder = stack.responder(redis)

    def follow():
        return FcgiStream(responder.socket, environment("/sselog/stream"))
    with follow() as early:
        early.read_until_live()
        second = stack.keep(procs.Child([responder.setup.program, "-s", responder.socket, "-m", "0666"],
                                        env=responder.setup.environment(), log=responder.setup.dir / "second.log"))
        wait_until(lambda: "serving" in second.output(), "the second")
        with follow() as late:
            late.read_until_live()
            redis.add("log", "for both")
            assert early.read_records(1)[0].data == late.read_records(1)[0].data == "for both"
            assert responder.stop() == 0
            assert_orderly_end(early)
            redis.add("log", "for one")
            assert late.read_records(2)[1].data == "for one"


class ExitStatuses:
    """A script in the place of sselog, which runs it and writes each exit status to a file."""

    def __init__(self, setup):
        self.file = setup.dir / "statuses"
        self.file.touch()
        self.file.chmod(0o666)
        self.real = str(setup.program)
        self.program = setup.dir / "wrapper" / "sselog"
        self.program.parent.mkdir()
        self.program.write_text(f'#!/bin/sh\n"{self.real}" "$@"\necho $? >>"{self.file}"\n')
        self.program.chmod(0o755)

    def edit(self, example):
        """The example with the path of this script."""
        return webs.substitute(example, [(f'{self.real}"', f'{self.program}"')])

    def get(self):
        return self.file.read_text().split()


@pytest.mark.parametrize("kind", long_but(["lighttpd", "fcgid", "nginx"], [
    "lighttpd", "fcgid", "nginx", "proxy_fcgi", "lighttpd-cgi", "cgid", "mod_cgi"]))
def test_sigterm_to_the_responder_ends_streams_through_web_servers(stack, redis, kind):
    """The viewer gets the final frame within a second, and the exit status is 0."""
    setup = stack.setup(redis)
    exit_statuses = ExitStatuses(setup)
    own_responder = issubclass(webs.SERVERS[kind], webs.ServerWithResponder)
    server = stack.server(kind, setup=setup, web={} if own_responder else {"edit": exit_statuses.edit})

    def attempt():
        if own_responder and not server.responders():
            server.responder.start()
        if kind.startswith("lighttpd"):
            # lighttpd always starts a FastCGI responder, which must have installed its signal handler. It
            # also answers 503 until it has noticed that a responder has ended.
            wait_until(lambda: get(server.port, "/sselog/healthz").status == 200, "a responder")
        with Stream(server.port, server.path + "/stream") as s:
            s.read_until_live()
            pids, before = server.responders(), len(exit_statuses.get())
            assert pids
            start = time.monotonic()
            for pid in pids:
                os.kill(pid, signal.SIGTERM)
            assert_orderly_end(s)
            took = time.monotonic() - start
            assert not s.cut
        wait_until(lambda: not set(pids) & set(server.responders()), "the responder to end")
        if own_responder:
            assert server.responder.child.wait() == 0
        else:
            wait_until(lambda: len(exit_statuses.get()) >= before + len(pids), "the exit status")
            assert set(exit_statuses.get()) == {"0"}
        return took

    assert_takes_less_than_a_second(attempt)


@pytest.mark.parametrize("kind", ["lighttpd"])
def test_stop_of_lighttpd_ends_the_responder(stack, redis, kind):
    server = stack.server(kind, redis)
    s = stack.keep(Stream(server.port, server.path + "/stream"))
    s.read_until_live()
    pids = server.responders()
    server.child.send(signal.SIGTERM)
    wait_until(lambda: not any(procs.executable(p) == str(server.setup.program) for p in pids),
               "the responder to end")


# In a graceful restart lighttpd keeps streams open for 8 s by default.
QUICK_GRACEFUL = 'server.feature-flags += ("server.graceful-shutdown-timeout" => 1)\n'


def follow_during(stack, redis, kind, disrupt, directives="", rounds=1, retry_server_errors=False, **options):
    """Checks that a viewer, which reconnects as EventSource does, gets each record once.

    Meanwhile a producer writes and disrupt() restarts something. A status that ends EventSource fails the
    test, except errors of the web server with retry_server_errors."""
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
                disrupt(server, viewer)
        finally:
            stop.set()
            producer.join()
        viewer.wait(lambda v: len(v.records) >= len(ids), "all records")
        assert [e.id for e in viewer.records] == ids
        assert viewer.failed is None
        return viewer


def test_busy_timeout_of_mod_fcgid_loses_no_record(stack, redis):
    """mod_fcgid ends long streams with SIGTERM, and so with a final frame. On a busy machine SIGKILL may
    follow, so the test waits for a stream with a final frame."""
    def disrupt(server, viewer):
        viewer.wait(lambda v: "shutdown" in v.ends, "a final frame")
    follow_during(stack, redis, "fcgid", disrupt, "FcgidBusyTimeout 2\nFcgidBusyScanInterval 1", keepalive=1)


def test_keepalives_prevent_the_io_timeout_of_mod_fcgid(stack, redis):
    """Keepalives come more often than FcgidIOTimeout, so that a stream without records stays open."""
    server = stack.server("fcgid", redis, web={"directives": "FcgidIOTimeout 4"}, keepalive=1)
    with Stream(server.port, "/sselog/stream") as s:
        s.read_until_live()
        s.read_until(lambda s: len(s.parser.comments) >= 5, "five keepalives")
        redis.add("log", "x")
        assert s.read_records(1)[0].data == "x"
        assert b"<html" not in s.raw.lower()


def start_count(server):
    """How often Apache has logged that it is running."""
    log = server.dir / f"{server.name()}-error.log"
    return log.read_text(errors="replace").count("resuming normal operations")


@pytest.mark.parametrize("kind, cut", [("fcgid", True), ("proxy_fcgi", False), ("cgid", False),
                                       ("lighttpd", True)],
                         ids=["fcgid", "proxy_fcgi", "cgid", "lighttpd"])
def test_graceful_restart_of_the_web_server_loses_no_record(stack, redis, kind, cut):
    """Some servers keep the streams open, others end them. EventSource never gives up."""
    def disrupt(server, viewer):
        up = wait_until(lambda: start_count(server) or kind == "lighttpd", "Apache")
        count, have = viewer.connects, len(viewer.records)
        server.graceful()
        viewer.wait(lambda v: v.connects > count if cut else len(v.records) > have + 50, "more records")
        # Apache loses a signal that comes before it is running again.
        wait_until(lambda: start_count(server) > up or kind == "lighttpd", "Apache's next generation")
    follow_during(stack, redis, kind, disrupt, rounds=1 if cut else 2)


def test_killed_responder_of_lighttpd_loses_no_record(stack, redis):
    """lighttpd starts another responder, and answers 503 until then."""
    def disrupt(server, viewer):
        count = viewer.connects
        for pid in server.responders():
            os.kill(pid, signal.SIGKILL)
        viewer.wait(lambda v: v.connects > count, "a reconnect")
    viewer = follow_during(stack, redis, "lighttpd", disrupt, rounds=3, retry_server_errors=True)
    assert None in viewer.ends
