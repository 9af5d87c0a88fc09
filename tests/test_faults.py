# SPDX-License-Identifier: MIT
"""Failing allocations and system calls, missing descriptors, and signals at any moment.

A failure affects only its own request. Only SIGTERM ends the process. All descriptors are closed afterwards.
"""
import mmap
import os
import resource
import shutil
import signal
import struct
import threading
import time

import pytest

import faults
import procs
from fcgi import FcgiStream, Peer, environment, fcgi_get, wait_until_no_viewers
from procs import DeadlineExceeded, wait_until
from webs import STOP_DEADLINE


def follow(responder, query="", **params):
    return FcgiStream(responder.socket, environment("/sselog/stream", query, **params))


def get(responder, path, query=""):
    return fcgi_get(responder.socket, environment("/sselog" + path, query))


def fds(responder):
    return procs.open_fds(responder.pid)


def assert_serves(redis, responder):
    """Checks that a viewer gets a live record."""
    with follow(responder, "history=0") as s:
        s.read_until_live()
        id = redis.add("log", "it works")
        s.read_until(lambda s: id in [e.id for e in s.records], "a record")


def try_all_requests(redis, responder, deadline=5):
    """Makes one request of each kind; a request may fail."""
    def stream():
        with FcgiStream(responder.socket,
                        environment("/sselog/stream", "history=20&q=x", SSELOG_KEEPALIVE="60"),
                        deadline=deadline) as s:
            s.read_event("live", deadline)
            redis.client.xadd("log", {"data": "x" * 300, "event": "e"})
            redis.client.xadd("log", {"data": "x" * 200_000}, maxlen=30, approximate=False)
            s.read_until(lambda s: len(s.payloads) and len(s.payloads[-1]) == 200_000, "records", deadline)

    def resumed():
        with FcgiStream(responder.socket, environment("/sselog/stream", HTTP_LAST_EVENT_ID="5-0"),
                        deadline=deadline) as s:
            s.read_event("live", deadline)
    for step in (stream, resumed, lambda: get(responder, "/history", "limit=10"),
                 lambda: get(responder, "/status"), lambda: get(responder, "/healthz"),
                 lambda: get(responder, "/nothing")):
        try:
            step()
        except (AssertionError, OSError):
            pass  # the failure hit this request, which may also exceed its deadline


class FailingMalloc:
    """Controls the library tests/faults/failing_malloc.c."""

    def __init__(self, directory):
        self.library = faults.library("failing_malloc")
        self.file = directory / "failing_malloc"
        self.file.write_bytes(bytes(16))
        with open(self.file, "r+b") as f:
            self.map = mmap.mmap(f.fileno(), 16)

    def fail_at(self, n):
        self.map[0:8] = struct.pack("q", n)

    def left(self):
        return struct.unpack("q", self.map[0:8])[0]

    def failed(self):
        return struct.unpack("q", self.map[8:16])[0]


@pytest.mark.skipif(not faults.can_build(), reason="no compiler")
@pytest.mark.memory  # a sanitizer has an allocator of its own
def test_failed_allocation_fails_one_request_only(stack, redis):
    """The n-th allocation fails, for FAULT_ROUNDS different n (from the environment)."""
    rounds = int(os.environ.get("FAULT_ROUNDS") or 10)
    setup = stack.setup(redis, front_threads=1)
    failing = FailingMalloc(setup.dir)
    setup.options.update(LD_PRELOAD=str(failing.library), FAILING_MALLOC=str(failing.file))
    responder = stack.responder(setup=setup)
    redis.add_many("log", ["x" * 100] * 30)
    try_all_requests(redis, responder)
    assert_serves(redis, responder)
    wait_until_no_viewers(responder.socket)
    before = fds(responder)
    failing.fail_at(1_000_000)
    try_all_requests(redis, responder)
    allocations = 1_000_000 - failing.left()
    assert allocations > 100
    chosen = range(1, allocations + 1, max(1, allocations // rounds))
    for n in chosen:
        failing.fail_at(n)
        for _ in range(20):  # on a busy machine requests time out before the n-th allocation
            try_all_requests(redis, responder, deadline=.3)
            if failing.left() == 0:
                break
        failing.fail_at(0)
        assert responder.child.running(), f"allocation {n}: {responder.output()[-2000:]}"
    assert_serves(redis, responder)
    assert failing.failed() == len(chosen)
    wait_until(lambda: fds(responder) <= before, "descriptors as before")
    assert responder.stop() == 0


PASSING_ERRORS = {
    "accept4": "accept4:error=EMFILE:when=2..4",
    "accept4 aborted": "accept4:error=ECONNABORTED:when=1+3",
    "epoll_wait interrupted": "epoll_wait:error=EINTR:when=1+2",
    "writev full": "writev:error=EAGAIN:when=1+2",
    "writev interrupted": "writev:error=EINTR:when=1+2",
    "send full": "sendto:error=EAGAIN:when=1+2",
    "send interrupted": "sendto:error=EINTR:when=1+2",
    "recv interrupted": "recvfrom:error=EINTR:when=1+3",
    "connect interrupted": "connect:error=EINTR:when=1+2",
    "memfd": "memfd_create:error=EMFILE:when=2+3",
}
FATAL_ERRORS = {  # end the connection
    "writev broken": "writev:error=EPIPE:when=2+5",
    "send broken": "sendto:error=EPIPE:when=2+5",
    "recv reset": "recvfrom:error=ECONNRESET:when=3+9",
    "connect refused": "connect:error=ECONNREFUSED:when=1+2",
}


@pytest.mark.memory
@pytest.mark.skipif(shutil.which("strace") is None, reason="no strace")
@pytest.mark.parametrize("case", [*PASSING_ERRORS, *FATAL_ERRORS])
def test_failed_system_call_fails_one_request_only(stack, redis, case):
    """Requests may fail while strace injects errors; afterwards all work again."""
    responder = stack.responder(redis, front_threads=1)
    try_all_requests(redis, responder)
    assert_serves(redis, responder)
    wait_until_no_viewers(responder.socket)
    before = fds(responder)
    log = responder.setup.dir / "strace.log"
    tracer = stack.keep(procs.Child(
        ["strace", "-f", "-o", "/dev/null", "-p", str(responder.pid), "-e",
         "inject=" + {**PASSING_ERRORS, **FATAL_ERRORS}[case]], log=log))
    wait_until(lambda: "attached" in tracer.output() or not tracer.running(), "strace")
    if not tracer.running():
        pytest.skip("strace may not attach here: " + tracer.output()[-200:])
    for _ in range(2):
        try_all_requests(redis, responder, deadline=.5)
    assert responder.child.running(), responder.output()[-2000:]
    tracer.stop(signal.SIGINT)
    assert_serves(redis, responder)
    wait_until(lambda: fds(responder) <= before, "descriptors as before")
    assert responder.stop() == 0


def test_open_viewers_are_served_when_descriptors_run_out(stack, redis):
    """With more connections than descriptors, open viewers get their records. The other connections wait or
    are closed, and all descriptors are free afterwards."""
    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
    responder = stack.responder(redis, run={"preexec": limit}, front_threads=1)
    assert_serves(redis, responder)
    try_all_requests(redis, responder)
    wait_until_no_viewers(responder.socket)
    before = fds(responder)
    with follow(responder, "history=0") as s:
        s.read_until_live()
        peers = [stack.keep(Peer(responder.socket)) for _ in range(60)]
        wait_until(lambda: fds(responder) >= 38, "all descriptors taken")
        id = redis.add("log", "x")
        s.read_until(lambda s: s.records and s.records[-1].id == id, "the record")
        for p in peers:
            p.close()
        assert_serves(redis, responder)
    wait_until(lambda: fds(responder) <= before, "descriptors as before")
    assert responder.output().count("cannot accept") < 5
    assert responder.stop() == 0


def no_condition(stack, redis):
    return None


def redis_is_down(stack, redis):
    redis.stop()


def long_history(stack, redis):
    redis.add_many("log", ["x" * 2000] * 1500)


def large_record(stack, redis):
    redis.add("log", "x" * 30_000_000)


def redis_is_frozen(stack, redis):
    redis.freeze()


@pytest.mark.parametrize("moment", [no_condition, redis_is_down, long_history, large_record,
                                    redis_is_frozen])
def test_sigterm_ends_streams_orderly(stack, redis, moment):
    """The exit status is 0 within the deadline, and each viewer that reads on gets a complete response."""
    responder = stack.responder(redis)
    moment(stack, redis)
    viewers = []
    for i in range(4):
        params = environment("/sselog/stream", "", HTTP_LAST_EVENT_ID="0-1" if i % 2 else None)
        viewers.append(stack.keep(FcgiStream(responder.socket, params)))
    time.sleep(.01)
    responder.child.send(signal.SIGTERM)
    assert responder.child.wait(STOP_DEADLINE) == 0, responder.output()[-2000:]
    redis.thaw()
    for s in viewers:
        s.read_rest()
        if moment is not large_record and moment is not long_history:
            assert s.events[-1].type == "end" and s.events[-1].json()["reason"] == "shutdown"
            assert s.app_status == 0


@pytest.mark.threads
def test_sigterm_during_connects_cuts_no_response(stack, redis):
    """Responses that have begun are complete when the process stops, while many clients connect."""
    responder = stack.responder(redis, front_threads=4)
    assert_serves(redis, responder)
    cut, stopping = [], threading.Event()

    def connect():
        while not stopping.is_set():
            try:
                with follow(responder, "history=0") as s:
                    s.read_for(.02)
                    if stopping.is_set():
                        s.read_rest(5)
                        if not [e for e in s.events if e.type == "end"]:
                            cut.append(bytes(s.raw))
            except (OSError, AssertionError):
                pass  # the responder no longer accepts
    threads = [threading.Thread(target=connect) for _ in range(8)]
    for t in threads:
        t.start()
    time.sleep(.5)
    stopping.set()
    responder.child.send(signal.SIGTERM)
    for t in threads:
        t.join()
    assert responder.child.wait(STOP_DEADLINE) == 0, responder.output()[-2000:]
    assert not cut


@pytest.mark.threads
def test_concurrent_requests_of_all_kinds_do_no_harm(stack, redis):
    """Streams, status, metrics, histories and garbage at the same time."""
    responder = stack.responder(redis, front_threads=4)
    end = time.monotonic() + 1.5

    def again(step):
        while time.monotonic() < end:
            try:
                step()
            except DeadlineExceeded:
                raise
            except (OSError, AssertionError):
                pass

    def stream():
        with follow(responder, "history=5") as s:
            s.read_until_live()

    def garbage():
        with Peer(responder.socket) as p:
            p.send(os.urandom(64))
            p.closed(1)
    steps = [stream, stream, lambda: get(responder, "/status"), lambda: get(responder, "/metrics"),
             lambda: get(responder, "/history"), garbage, lambda: redis.add("log", "x")]
    threads = [threading.Thread(target=again, args=(s,)) for s in steps]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert_serves(redis, responder)
    assert responder.stop() == 0


def test_peer_reset_during_a_write_does_no_harm(stack, redis):
    """A write to the closed connection must not raise SIGPIPE."""
    responder = stack.responder(redis)
    redis.add_many("log", ["x" * 1000] * 1000)
    for _ in range(20):
        s = follow(responder)
        s.peer.reset()
    assert_serves(redis, responder)
    assert responder.stop() == 0
