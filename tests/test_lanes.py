# SPDX-License-Identifier: MIT
"""Requests that take long wait in a lane of their own: streams, tokens and /healthz never wait behind them, users
take turns, and what does not fit is refused."""
import json
import re
import threading

import pytest

import scripted_redis
from fcgi import FcgiStream, Peer, environment, fcgi_get
from procs import wait_until

WAITING = 50  # requests of one user
OF_ONE_USER = 64  # that the lane takes


class HeldReads:
    """Redis, with the reads of ann's log for /history held back until release()."""

    def __init__(self, stack, redis):
        self.free = threading.Event()
        self.pace = None  # of each read, in seconds
        self.longest = 60  # seconds that a read is held
        self.redis = stack.scripted(redis, self.handle)

    def handle(self, _conn, cmd):
        if cmd[:2] == [b"XREVRANGE", b"log:ann"]:
            self.free.wait(self.longest)
        return scripted_redis.Delay(self.pace) if self.pace and cmd[0] == b"XREVRANGE" else None

    def release(self):
        self.free.set()

    def keys(self):
        """The logs that were read for /history, in order."""
        return [c[1] for c in self.redis.seen("XREVRANGE")]


@pytest.fixture
def held(stack, redis):
    for user in ("ann", "bob"):
        redis.add(f"log:{user}", f"for {user}")
    held = HeldReads(stack, redis)
    yield held
    held.release()


@pytest.fixture
def responder(stack, held):
    return stack.responder(held.redis, auth="remote_user", stream="log:{user}", front_threads=1)


def ask(responder, user, query="q=zzzz"):
    """Sends a request for history and does not wait for the answer."""
    peer = Peer(responder.socket)
    peer.request(environment("/sselog/history", query, REMOTE_USER=user, HTTP_ACCEPT="*/*"))
    return peer


def answered(peer):
    """The answer that has arrived, or None."""
    peer.sock.setblocking(False)
    try:
        return peer.sock.recv(65536)
    except BlockingIOError:
        return None


def status(peer):
    head = peer.next().content
    return int(head.split(b"\r\n")[0].split()[1])


def get(responder, user, path, **more):
    return fcgi_get(responder.socket, environment(path, REMOTE_USER=user, **{"HTTP_ACCEPT": "*/*", **more}))


@pytest.mark.threads
def test_nothing_waits_behind_the_history_of_another(stack, held, responder):
    """While all requests for ann's history wait for Redis, streams, tokens and /healthz are answered, and so is
    everything else."""
    asked = [stack.keep(ask(responder, "ann")) for _ in range(WAITING)]
    wait_until(held.keys, "the first read of ann's log")
    assert get(responder, "bob", "/sselog/healthz").status == 200
    assert get(responder, "bob", "/sselog/token", REQUEST_METHOD="POST").status == 200
    assert get(responder, "bob", "/sselog/status").status == 200
    for user in ("bob", "ann"):
        with FcgiStream(responder.socket, environment("/sselog/stream", "last_event_id=0-0", REMOTE_USER=user)) as s:
            s.read_records(1)
    assert not all(answered(peer) for peer in asked)


def test_users_take_turns(stack, held, responder):
    """bob's only request waits for one of ann's, not for all of them."""
    asked = [stack.keep(ask(responder, "ann")) for _ in range(WAITING)]
    wait_until(held.keys, "the first read of ann's log")
    asked.append(stack.keep(ask(responder, "bob")))
    assert get(responder, "bob", "/sselog/healthz").status == 200  # all requests before this one are in the lane
    held.release()
    assert [status(peer) for peer in asked[1:]] == [200] * WAITING
    assert b"log:bob" in held.keys()[1:3]  # ann's first request may have a second read


def test_long_walks_of_two_users_go_on_in_turns(stack, redis, held, responder):
    """Each read takes longer than a turn. Both answers are whole."""
    for user in ("ann", "bob"):
        redis.add_many(f"log:{user}", [f"{user} {n}" for n in range(40)])
    held.pace = 0.06
    asked = [stack.keep(ask(responder, user, query="")) for user in ("ann", "bob")]
    wait_until(held.keys, "the first read of ann's log")
    assert get(responder, "bob", "/sselog/healthz").status == 200
    held.release()
    for user, peer in zip(("ann", "bob"), asked):
        body = peer.next().content.partition(b"\r\n\r\n")[2]
        assert [r["data"] for r in json.loads(body)["records"]][1:] == [f"{user} {n}" for n in range(40)]
    assert held.keys()[:6] == [b"log:ann", b"log:bob"] * 3


def fill_lane(stack, responder, user):
    """Sends requests until one is refused. Returns those before it, and the bytes of its answer."""
    waiting = []
    for _ in range(10 * OF_ONE_USER):
        peer = stack.keep(ask(responder, user))
        # The only thread of the front has refused or queued it before it answers this.
        assert get(responder, "bob", "/sselog/healthz").status == 200
        answer = answered(peer) or b""
        if b" 503 " in answer:
            return waiting, answer
        waiting.append(peer)
    raise AssertionError("no request was refused")


def test_a_full_lane_refuses_with_a_line_in_the_log(stack, held, responder):
    """One user's requests do not take the places of others.  Each read is held for less than its deadline: on a slow
    machine some are answered while others come."""
    held.longest = 1
    waiting, refused = fill_lane(stack, responder, "ann")
    assert len(waiting) >= OF_ONE_USER
    assert b'{"error":"too many requests wait"}' in refused
    assert re.search(rb"\r\nRetry-After: [1-9]", refused)
    of_bob = stack.keep(ask(responder, "bob"))
    assert get(responder, "bob", "/sselog/healthz").status == 200
    held.release()
    for peer in waiting:
        peer.sock.setblocking(True)
    assert {status(peer) for peer in [*waiting, of_bob]} == {200}
    line = "warning front: event=refuse status=503 why=user-busy method=remote_user user=ann "
    assert responder.output().count(line) == 1


@pytest.mark.parametrize("path, method", [("/sselog/append", "POST"), ("/sselog/history", "GET")])
def test_hung_redis_holds_few_requests_up(stack, redis, path, method):
    """One request waits for Redis until its deadline. Those that wait behind it are refused at once then."""
    r = stack.responder(redis, auth="remote_user", stream="log:{user}", append="1", front_threads=1)

    def send(user):
        peer = stack.keep(Peer(r.socket))
        peer.request(environment(path, method=method, REMOTE_USER=user, HTTP_ACCEPT="*/*", CONTENT_LENGTH="1"), b"x")
        return peer

    assert status(send("ann")) == 200
    redis.freeze()
    waiting = [send(user) for _ in range(20) for user in ("ann", "bob")]
    assert {status(peer) for peer in waiting} == {503}
    timed_out = r.output().count("look-up: no answer in time")
    assert 1 <= timed_out <= 4 and "why=late" not in r.output()
    redis.thaw()
    wait_until(lambda: status(send("ann")) == 200, "Redis to be used again")


def test_a_stop_refuses_what_waits(stack, held, responder):
    """The turn that waits for Redis does not hold the process."""
    asked = [stack.keep(ask(responder, "ann")) for _ in range(3)]
    wait_until(held.keys, "the first read of ann's log")
    assert get(responder, "bob", "/sselog/healthz").status == 200
    assert responder.stop() == 0
    assert all(peer.closed() for peer in asked)
