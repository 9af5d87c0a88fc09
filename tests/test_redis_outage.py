# SPDX-License-Identifier: MIT
"""Redis goes, comes, stalls and talks nonsense; viewers are told, and no record is lost or repeated."""
import time

import pytest

import procs
import scripted_redis as odd
from fcgi import FcgiStream, environment, fcgi_get
from procs import wait_until
from sse import Stream


def follow(responder, query="", **params):
    return FcgiStream(responder.socket, environment("/sselog/stream", query, **params))


def states(stream):
    return [e.json()["state"] for e in stream.events if e.type == "source"]


def source(stream, *wanted):
    """Reads until the source states told so far are these."""
    stream.until(lambda s: states(s) == list(wanted), f"source states {wanted}")


@pytest.mark.threads
@pytest.mark.parametrize("how, tcp", [("stop", False), ("kill", True)], ids=["stop-unix", "kill-tcp"])
def test_away_and_back(stack, how, tcp):
    """With persistence: records from before the outage and after it, each once."""
    redis = stack.redis(persistent=True, tcp=tcp)
    responder = stack.responder(redis)
    viewers = [stack.keep(follow(responder)) for _ in range(5)]
    ids = redis.add_many("log", ["before"] * 10)
    for s in viewers:
        s.messages(10)
    ids += redis.add_many("log", ["just before"] * 50)
    getattr(redis, how)()
    for s in viewers:
        source(s, "lost")
    redis.start()
    ids += redis.add_many("log", ["after"] * 50)
    for s in viewers:
        s.messages(len(ids))
        assert [e.id for e in s.records] == ids
        source(s, "lost", "live")
        assert not [e for e in s.events if e.type == "gap"]


def test_absent_at_start(stack, redis):
    """Viewers are held and served when it comes."""
    redis.add("log", "x")
    redis.stop()
    responder = stack.responder(redis)
    viewers = [stack.keep(follow(responder)) for _ in range(3)]
    for s in viewers:
        assert s.status == 200
        source(s, "lost")
    redis.start()
    redis.add("log", "at last")
    for s in viewers:
        source(s, "lost", "live")
        assert s.messages(1)[0].data == "at last"


def test_scripts_get_503_while_redis_is_away(stack, redis):
    redis.add("log", "x")
    responder = stack.responder(redis)
    redis.stop()
    for path in ("/history", "/healthz"):
        answer = fcgi_get(responder.socket, environment("/sselog" + path, HTTP_ACCEPT="application/json"))
        assert answer.status == 503, path
    assert "retry-after" in fcgi_get(responder.socket, environment(
        "/sselog/history", HTTP_ACCEPT="application/json")).headers
    redis.start()
    wait_until(lambda: fcgi_get(responder.socket, environment("/sselog/healthz")).status == 200, "healthz")


@pytest.mark.threads
def test_many_restarts_through_lighttpd(stack):
    redis = stack.redis(persistent=True)
    server = stack.server("lighttpd", redis)
    with Stream(server.port, "/sselog/stream") as s:
        s.live()
        ids = []
        for n in range(2):
            ids += redis.add_many("log", [f"{n}"] * 30)
            redis.kill()
            redis.start()
            ids += redis.add_many("log", [f"{n}"] * 30)
            s.messages(len(ids), deadline=60)
        assert [e.id for e in s.records] == ids


def test_connection_killed_by_the_administrator(stack, redis):
    """CLIENT KILL of either connection, in turn: nothing is lost."""
    responder = stack.responder(redis)
    ids = []

    def both():
        """By name; not while Redis still knows those before."""
        found = {c["name"]: c["id"] for c in redis.clients()}
        return len(redis.clients()) == 2 and set(found) == {"sselog-relay", "sselog-doorbell"} and found

    with follow(responder) as s:
        s.live()
        for _ in range(3):
            for name in ("sselog-relay", "sselog-doorbell"):
                victims = wait_until(both, "both connections")
                assert redis.client.client_kill_filter(_id=victims[name]) == 1
                ids += redis.add_many("log", ["x"] * 20)
                s.messages(len(ids))
        assert [e.id for e in s.records] == ids


# ---- a Redis that misbehaves to order ----

def first(n, action, *names):
    """A handler: action for the first n commands of these names, the real server after that."""
    left = [n]

    def handler(conn, cmd):
        if cmd[0].upper().decode() in names and left[0] > 0:
            left[0] -= 1
            return action
        return None
    return handler


@pytest.fixture
def odd_one(stack, redis):
    return stack.scripted(redis)


def odd_responder(stack, server, **options):
    return stack.responder(server, **options)


READS = ("XRANGE", "XREVRANGE")
CASES = {
    "half an answer, then closed": (odd.Cut(30), READS),
    "one byte of an answer, then closed": (odd.Cut(1), READS),
    "closed instead of an answer": (odd.CLOSE, READS),
    "loading": (odd.LOADING, READS),
    "loading from the start": (odd.LOADING, ("CLIENT", "PING", "HELLO", "SELECT", *READS)),
    "garbage": (b"?what\r\n", READS),
    "a length that is none": (b"*99999999999999999999\r\n", READS),
    "a huge array": (b"*2147483647\r\n", READS),
    "nested without end": (b"*1\r\n" * 50, READS),
    "closed while tracking is set up": (odd.CLOSE, ("CLIENT",)),
    "closed while subscribing": (odd.CLOSE, ("SUBSCRIBE",)),
}


@pytest.mark.parametrize("case", CASES)
def test_trouble_that_passes(stack, redis, odd_one, case):
    """Two such answers, then all is well: the viewer gets every record once."""
    action, names = CASES[case]
    ids = redis.add_many("log", ["old"] * 10)
    odd_one.handler = first(2, action, *names)
    responder = odd_responder(stack, odd_one)
    with follow(responder) as s:
        # An answer that never becomes whole is given up after some seconds, each time.
        assert [e.id for e in s.messages(10, deadline=60)] == ids
        odd_one.handler = first(1, action, *names)
        ids += redis.add_many("log", ["new"] * 10)
        assert [e.id for e in s.messages(20, deadline=60)] == ids
    assert responder.child.running()


def test_one_byte_at_a_time(stack, redis, odd_one):
    odd_one.handler = lambda conn, cmd: odd.Slow(None, 0)
    responder = odd_responder(stack, odd_one)
    ids = redis.add_many("log", ["x" * 50] * 20)
    with follow(responder) as s:
        assert [e.id for e in s.messages(20)] == ids
        ids.append(redis.add("log", "y"))
        assert [e.id for e in s.messages(21)] == ids


def test_no_rights(stack, redis, odd_one):
    """-NOAUTH and -NOPERM: the viewer waits and is told; the log line says why, once in a while."""
    odd_one.handler = lambda conn, cmd: odd.NOAUTH
    responder = odd_responder(stack, odd_one)
    with follow(responder) as s:
        source(s, "lost")
        wait_until(lambda: "NOAUTH" in responder.output(), "a line that says why")
        time.sleep(0.4)  # so that a loop without a pause would show
        assert responder.output().count("NOAUTH") < 20
        odd_one.handler = lambda conn, cmd: None
        s.live()


def test_tracking_refused(stack, redis, odd_one):
    """An old or restricted server: it is said once, and logs are looked at by time instead."""
    def handler(conn, cmd):
        if [w.upper() for w in cmd[:2]] == [b"CLIENT", b"TRACKING"]:
            return b"-ERR unknown subcommand 'TRACKING'\r\n"
        return None
    odd_one.handler = handler
    responder = odd_responder(stack, odd_one)
    with follow(responder) as s:
        s.live()
        ids = []
        for i in range(2):
            ids.append(redis.add("log", str(i)))
            s.messages(i + 1)
        assert [e.id for e in s.records] == ids
    assert "TRACKING refused" in responder.output()


def test_silence(stack, redis, odd_one):
    """It takes commands and never answers: given up after a while, tried again, nothing lost."""
    responder = odd_responder(stack, odd_one)
    with follow(responder) as s:
        ids = redis.add_many("log", "ab")
        s.messages(2)
        silent = {0}
        silent.clear()

        def handler(conn, cmd):
            # Connections that stand now stay silent; new ones are served.
            return odd.SILENCE if conn.number in silent else None
        silent.update(c.number for c in odd_one.conns)
        odd_one.handler = handler
        ids += redis.add_many("log", "cd")
        assert [e.id for e in s.messages(4, deadline=60)] == ids


def test_nobody_spins_while_redis_is_away(stack, redis):
    redis.stop()
    responder = stack.responder(redis)
    with follow(responder) as s:
        source(s, "lost")
        before = procs.cpu_seconds(responder.pid)
        s.read_for(1)
        assert procs.cpu_seconds(responder.pid) - before < 0.25
