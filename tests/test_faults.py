# SPDX-License-Identifier: MIT
"""Memory, descriptors and system calls fail, signals come at any moment: nothing ends the process
but SIGTERM, what fails is that request's alone, and what was open is closed afterwards."""
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


def works(redis, responder):
    """A viewer is served, live."""
    with follow(responder, "history=0") as s:
        s.live()
        id = redis.add("log", "it works")
        s.until(lambda s: id in [e.id for e in s.records], "a record")


def serve_all(redis, responder, deadline=5):
    """One of each, as far as it goes."""
    def stream():
        with FcgiStream(responder.socket,
                        environment("/sselog/stream", "history=20&q=x", SSELOG_KEEPALIVE="60"),
                        deadline=deadline) as s:
            s.event("live", deadline)
            redis.client.xadd("log", {"data": "x" * 300, "event": "e"})
            redis.client.xadd("log", {"data": "x" * 200_000}, maxlen=30, approximate=False)
            s.until(lambda s: len(s.payloads) and len(s.payloads[-1]) == 200_000, "records", deadline)

    def resumed():
        with FcgiStream(responder.socket, environment("/sselog/stream", HTTP_LAST_EVENT_ID="5-0"),
                        deadline=deadline) as s:
            s.event("live", deadline)
    for step in (stream, resumed, lambda: get(responder, "/history", "limit=10"),
                 lambda: get(responder, "/status"), lambda: get(responder, "/healthz"),
                 lambda: get(responder, "/nothing")):
        try:
            step()
        except (AssertionError, OSError):
            pass  # this one met the failure; DeadlineExceeded is no failure to be alive


class NoMemory:
    """The control word of tests/faults/nomem.c."""

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
@pytest.mark.memory  # a sanitizer's allocator comes first
def test_any_allocation_may_fail(stack, redis):
    """The n-th from the start of some requests, for many n (FAULT_ROUNDS in the environment)."""
    rounds = int(os.environ.get("FAULT_ROUNDS") or 10)
    setup = stack.setup(redis, front_threads=1)
    nomem = NoMemory(setup.dir)
    setup.options.update(LD_PRELOAD=str(nomem.library), FAILING_MALLOC=str(nomem.file))
    responder = stack.responder(setup=setup)
    redis.add_many("log", ["x" * 100] * 30)
    serve_all(redis, responder)
    works(redis, responder)
    wait_until_no_viewers(responder.socket)
    before = fds(responder)
    nomem.fail_at(1_000_000)
    serve_all(redis, responder)
    allocations = 1_000_000 - nomem.left()
    assert allocations > 100
    chosen = range(1, allocations + 1, max(1, allocations // rounds))
    for n in chosen:
        nomem.fail_at(n)
        for _ in range(20):  # on a busy machine requests are given up before it comes to the n-th
            serve_all(redis, responder, deadline=.3)
            if nomem.left() == 0:
                break
        nomem.fail_at(0)
        assert responder.child.running(), f"allocation {n}: {responder.output()[-2000:]}"
    works(redis, responder)
    assert nomem.failed() == len(chosen)
    wait_until(lambda: fds(responder) <= before, "descriptors as before")
    assert responder.stop() == 0


CALLS = {
    "accept4": "accept4:error=EMFILE:when=2..4",
    "accept4 aborted": "accept4:error=ECONNABORTED:when=1+3",
    "epoll_wait interrupted": "epoll_wait:error=EINTR:when=1+2",
    "writev full": "writev:error=EAGAIN:when=1+2",
    "writev interrupted": "writev:error=EINTR:when=1+2",
    "recv interrupted": "recvfrom:error=EINTR:when=1+3",
    "connect interrupted": "connect:error=EINTR:when=1+2",
    "memfd": "memfd_create:error=EMFILE:when=2+3",
}
FATAL = {  # for the connection that meets it
    "writev broken": "writev:error=EPIPE:when=2+5",
    "recv reset": "recvfrom:error=ECONNRESET:when=3+9",
    "connect refused": "connect:error=ECONNREFUSED:when=1+2",
}


@pytest.mark.memory
@pytest.mark.skipif(shutil.which("strace") is None, reason="no strace")
@pytest.mark.parametrize("case", [*CALLS, *FATAL])
def test_system_calls_fail(stack, redis, case):
    """While they fail requests may; afterwards all is as before."""
    responder = stack.responder(redis, front_threads=1)
    serve_all(redis, responder)
    works(redis, responder)
    wait_until_no_viewers(responder.socket)
    before = fds(responder)
    log = responder.setup.dir / "strace.log"
    tracer = stack.keep(procs.Child(
        ["strace", "-f", "-o", "/dev/null", "-p", str(responder.pid), "-e",
         "inject=" + {**CALLS, **FATAL}[case]], log=log))
    wait_until(lambda: "attached" in tracer.output() or not tracer.running(), "strace")
    if not tracer.running():
        pytest.skip("strace may not attach here: " + tracer.output()[-200:])
    for _ in range(2):
        serve_all(redis, responder, deadline=.5)
    assert responder.child.running(), responder.output()[-2000:]
    tracer.stop(signal.SIGINT)
    works(redis, responder)
    wait_until(lambda: fds(responder) <= before, "descriptors as before")
    assert responder.stop() == 0


def test_few_descriptors(stack, redis):
    """More peers than descriptors: those served go on, the others wait or are closed, none is lost
    for good."""
    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
    responder = stack.responder(redis, run={"preexec": limit}, front_threads=1)
    works(redis, responder)
    serve_all(redis, responder)
    wait_until_no_viewers(responder.socket)
    before = fds(responder)
    with follow(responder, "history=0") as s:
        s.live()
        peers = [stack.keep(Peer(responder.socket)) for _ in range(60)]
        wait_until(lambda: fds(responder) >= 38, "all descriptors taken")
        id = redis.add("log", "x")
        s.until(lambda s: s.records and s.records[-1].id == id, "the record")
        for p in peers:
            p.close()
        works(redis, responder)
    wait_until(lambda: fds(responder) <= before, "descriptors as before")
    assert responder.output().count("cannot accept") < 5
    assert responder.stop() == 0


def at_once(stack, redis):
    return None


def while_connecting(stack, redis):
    redis.stop()


def in_history(stack, redis):
    redis.add_many("log", ["x" * 2000] * 1500)


def in_a_large_record(stack, redis):
    redis.add("log", "x" * 30_000_000)


def while_redis_is_silent(stack, redis):
    redis.freeze()


@pytest.mark.parametrize("moment", [at_once, while_connecting, in_history, in_a_large_record,
                                    while_redis_is_silent])
def test_sigterm_at_any_moment(stack, redis, moment):
    """Exit 0 soon, and whoever reads on finds a whole response: its end may say why."""
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
        s.rest()
        if moment is not in_a_large_record and moment is not in_history:
            assert s.events[-1].type == "end" and s.events[-1].json()["reason"] == "shutdown"
            assert s.app_status == 0


@pytest.mark.threads
def test_sigterm_among_connects(stack, redis):
    """Every response that began is whole when the process stops amid a crowd."""
    responder = stack.responder(redis, front_threads=4)
    works(redis, responder)
    cut, stopping = [], threading.Event()

    def connect():
        while not stopping.is_set():
            try:
                with follow(responder, "history=0") as s:
                    s.read_for(.02)
                    if stopping.is_set():
                        s.rest(5)
                        if not [e for e in s.events if e.type == "end"]:
                            cut.append(bytes(s.raw))
            except (OSError, AssertionError):
                pass  # not accepted any more
    crowd = [threading.Thread(target=connect) for _ in range(8)]
    for t in crowd:
        t.start()
    time.sleep(.5)
    stopping.set()
    responder.child.send(signal.SIGTERM)
    for t in crowd:
        t.join()
    assert responder.child.wait(STOP_DEADLINE) == 0, responder.output()[-2000:]
    assert not cut


@pytest.mark.threads
def test_hammered_from_all_sides(stack, redis):
    """Streams, figures, histories and garbage at once."""
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
            s.live()

    def garbage():
        with Peer(responder.socket) as p:
            p.send(os.urandom(64))
            p.closed(1)
    steps = [stream, stream, lambda: get(responder, "/status"), lambda: get(responder, "/metrics"),
             lambda: get(responder, "/history"), garbage, lambda: redis.add("log", "x")]
    crowd = [threading.Thread(target=again, args=(s,)) for s in steps]
    for t in crowd:
        t.start()
    for t in crowd:
        t.join()
    works(redis, responder)
    assert responder.stop() == 0


def test_no_sigpipe(stack, redis):
    """A peer that vanishes in the middle of a write."""
    responder = stack.responder(redis)
    redis.add_many("log", ["x" * 1000] * 1000)
    for _ in range(20):
        s = follow(responder)
        s.peer.reset()
    works(redis, responder)
    assert responder.stop() == 0
