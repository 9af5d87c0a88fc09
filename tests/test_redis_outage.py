# SPDX-License-Identifier: MIT
"""Redis stops, starts, hangs or sends broken replies. Viewers get `source` frames and each record once."""
import time

import pytest

import procs
import scripted_redis
from fcgi import FcgiStream, environment, fcgi_get
from procs import wait_until
from sse import Stream


def follow(responder, query="", **params):
    return FcgiStream(responder.socket, environment("/sselog/stream", query, **params))


def states(stream):
    return [e.json()["state"] for e in stream.events if e.type == "source"]


def wait_for_source(stream, *wanted):
    """Reads until the `source` frames so far have these states."""
    stream.read_until(lambda s: states(s) == list(wanted), f"source states {wanted}")


@pytest.mark.threads
@pytest.mark.parametrize("how, tcp", [("stop", False), ("kill", True)], ids=["stop-unix", "kill-tcp"])
def test_records_around_an_outage_arrive_once(stack, how, tcp):
    """Redis keeps its data, and viewers get the records from before and after the outage."""
    redis = stack.redis(persistent=True, tcp=tcp)
    responder = stack.responder(redis)
    viewers = [stack.keep(follow(responder)) for _ in range(5)]
    ids = redis.add_many("log", ["before"] * 10)
    for s in viewers:
        s.read_records(10)
    ids += redis.add_many("log", ["just before"] * 50)
    getattr(redis, how)()
    for s in viewers:
        wait_for_source(s, "lost")
    redis.start()
    ids += redis.add_many("log", ["after"] * 50)
    for s in viewers:
        s.read_records(len(ids))
        assert [e.id for e in s.records] == ids
        wait_for_source(s, "lost", "live")
        assert not [e for e in s.events if e.type == "gap"]


def test_viewers_wait_for_a_redis_that_starts_later(stack, redis):
    """Viewers stay connected and get records when Redis has started."""
    redis.add("log", "x")
    redis.stop()
    responder = stack.responder(redis)
    viewers = [stack.keep(follow(responder)) for _ in range(3)]
    for s in viewers:
        assert s.status == 200
        wait_for_source(s, "lost")
    redis.start()
    redis.add("log", "after the start")
    for s in viewers:
        wait_for_source(s, "lost", "live")
        assert s.read_records(1)[0].data == "after the start"


def test_scripts_get_503_without_redis(stack, redis):
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
def test_redis_restarts_lose_no_record_through_lighttpd(stack):
    redis = stack.redis(persistent=True)
    server = stack.server("lighttpd", redis)
    with Stream(server.port, "/sselog/stream") as s:
        s.read_until_live()
        ids = []
        for n in range(2):
            ids += redis.add_many("log", [f"{n}"] * 30)
            redis.kill()
            redis.start()
            ids += redis.add_many("log", [f"{n}"] * 30)
            s.read_records(len(ids), deadline=60)
        assert [e.id for e in s.records] == ids


def test_client_kill_of_either_connection_loses_no_record(stack, redis):
    responder = stack.responder(redis)
    ids = []

    def both_connections():
        """The ids of both connections by name, once Redis lists no earlier connections."""
        found = {c["name"]: c["id"] for c in redis.clients()}
        return len(redis.clients()) == 2 and set(found) == {"sselog-relay", "sselog-doorbell"} and found

    with follow(responder) as s:
        s.read_until_live()
        for _ in range(3):
            for name in ("sselog-relay", "sselog-doorbell"):
                victims = wait_until(both_connections, "both connections")
                assert redis.client.client_kill_filter(_id=victims[name]) == 1
                ids += redis.add_many("log", ["x"] * 20)
                s.read_records(len(ids))
        assert [e.id for e in s.records] == ids


def test_command_connection_closed_while_idle_is_no_outage(stack, redis):
    """Redis closes connections that are idle for its `timeout`. Viewers are told nothing and miss nothing."""
    responder = stack.responder(redis)

    def relay():
        return {c["id"] for c in redis.clients() if c["name"] == "sselog-relay"}
    with follow(responder) as s:
        s.read_until_live()
        first = relay()
        redis.client.config_set("timeout", 1)
        wait_until(lambda: relay() and relay() != first, "another connection")
        redis.client.config_set("timeout", 0)
        ids = [redis.add("log", "x")]
        assert [e.id for e in s.read_records(1)] == ids
        assert states(s) == []
    assert "trying again" not in responder.output()


# ---- broken replies ----

def first_times(n, action, *names):
    """A handler that returns action for the first n commands with these names, and then passes them on."""
    left = [n]

    def handler(conn, cmd):
        if cmd[0].upper().decode() in names and left[0] > 0:
            left[0] -= 1
            return action
        return None
    return handler


@pytest.fixture
def scripted(stack, redis):
    return stack.scripted(redis)


def start_responder(stack, server, **options):
    return stack.responder(server, **options)


READS = ("XRANGE", "XREVRANGE")
CASES = {
    "part of a reply, then closed": (scripted_redis.Cut(30), READS),
    "one byte of a reply, then closed": (scripted_redis.Cut(1), READS),
    "closed instead of a reply": (scripted_redis.CLOSE, READS),
    "loading": (scripted_redis.LOADING, READS),
    "loading from the start": (scripted_redis.LOADING, ("CLIENT", "PING", "HELLO", "SELECT", *READS)),
    "garbage": (b"?what\r\n", READS),
    "an invalid length": (b"*99999999999999999999\r\n", READS),
    "a huge array": (b"*2147483647\r\n", READS),
    "endless nesting": (b"*1\r\n" * 50, READS),
    "a line without end": (b"+" + b"A" * 100000, READS),
    "many huge arrays": (b"*1048576\r\n" * 6, READS),
    "closed while tracking is set up": (scripted_redis.CLOSE, ("CLIENT",)),
    "closed while subscribing": (scripted_redis.CLOSE, ("SUBSCRIBE",)),
}


@pytest.mark.parametrize("case", CASES)
def test_broken_replies_lose_no_record(stack, redis, scripted, case):
    """After two broken replies Redis works, and the viewer gets every record once."""
    action, names = CASES[case]
    ids = redis.add_many("log", ["old"] * 10)
    scripted.handler = first_times(2, action, *names)
    responder = start_responder(stack, scripted)
    with follow(responder) as s:
        # Each incomplete reply times out after some seconds.
        assert [e.id for e in s.read_records(10, deadline=60)] == ids
        scripted.handler = first_times(1, action, *names)
        ids += redis.add_many("log", ["new"] * 10)
        assert [e.id for e in s.read_records(20, deadline=60)] == ids
    assert responder.child.running()


def test_replies_in_single_bytes_are_read(stack, redis, scripted):
    scripted.handler = lambda conn, cmd: scripted_redis.Slow(None, 0)
    responder = start_responder(stack, scripted)
    ids = redis.add_many("log", ["x" * 50] * 20)
    with follow(responder) as s:
        assert [e.id for e in s.read_records(20)] == ids
        ids.append(redis.add("log", "y"))
        assert [e.id for e in s.read_records(21)] == ids


def test_noauth_is_logged_without_a_busy_loop(stack, redis, scripted):
    """The viewer gets `source` with state lost, and the log has the reason, but not for each attempt."""
    scripted.handler = lambda conn, cmd: scripted_redis.NOAUTH
    responder = start_responder(stack, scripted)
    with follow(responder) as s:
        wait_for_source(s, "lost")
        wait_until(lambda: "NOAUTH" in responder.output(), "the reason in the log")
        time.sleep(0.4)  # a busy loop would log more lines in this time
        assert responder.output().count("NOAUTH") < 20
        scripted.handler = lambda conn, cmd: None
        s.read_until_live()


def test_stream_works_without_tracking(stack, redis, scripted):
    """On a server that refuses tracking, sselog reads logs at intervals and logs this."""
    def handler(conn, cmd):
        if [w.upper() for w in cmd[:2]] == [b"CLIENT", b"TRACKING"]:
            return b"-ERR unknown subcommand 'TRACKING'\r\n"
        return None
    scripted.handler = handler
    responder = start_responder(stack, scripted)
    with follow(responder) as s:
        s.read_until_live()
        ids = []
        for i in range(2):
            ids.append(redis.add("log", str(i)))
            s.read_records(i + 1)
        assert [e.id for e in s.records] == ids
    assert "TRACKING refused" in responder.output()


@pytest.mark.parametrize("without", ["CLIENT", "XINFO"])
def test_server_without_a_command_still_answers(stack, redis, scripted, without):
    """Health, tokens, history, export and search need neither CLIENT nor XINFO. Without CLIENT, streams work by polling."""
    def handler(conn, cmd):
        missing = cmd[0].upper().decode() == without
        return f"-ERR unknown command '{without}', with args beginning with: \r\n".encode() if missing else None
    redis.client.set("session:ann", '{"user_id":"ann"}')
    ids = [redis.add("log", "x")]
    scripted.handler = handler
    responder = start_responder(stack, scripted, auth="token cookie", cookie="sid", session_key="session:{id}",
                                stream="log")

    def ask(path, **more):
        return fcgi_get(responder.socket, environment("/sselog" + path, HTTP_COOKIE="sid=ann",
                                                      HTTP_ACCEPT="application/json", **more))
    assert ask("/healthz").status == 200
    assert ask("/token", method="POST", HTTP_SEC_FETCH_SITE="same-origin").status in (200, 201)
    assert ask("/history").status == 200
    assert ask("/export").raw.endswith(b" x\n") and b'"reason":"done"' in ask("/search").raw
    if without == "CLIENT":
        with follow(responder, HTTP_COOKIE="sid=ann") as s:
            s.read_until_live()
            ids.append(redis.add("log", "y"))
            assert [e.id for e in s.read_records(2)] == ids
            assert states(s) == []
        assert "CLIENT ID refused (ERR unknown command" in responder.output()


def test_silent_connection_is_replaced(stack, redis, scripted):
    """Redis takes commands on open connections and never replies; new connections work."""
    responder = start_responder(stack, scripted)
    with follow(responder) as s:
        ids = redis.add_many("log", "ab")
        s.read_records(2)
        silent = set()

        def handler(conn, cmd):
            return scripted_redis.SILENCE if conn.number in silent else None
        silent.update(c.number for c in scripted.conns)
        scripted.handler = handler
        ids += redis.add_many("log", "cd")
        assert [e.id for e in s.read_records(4, deadline=60)] == ids


def test_missing_redis_causes_no_busy_loop(stack, redis):
    redis.stop()
    responder = stack.responder(redis)
    with follow(responder) as s:
        wait_for_source(s, "lost")
        before = procs.cpu_seconds(responder.pid)
        s.read_for(1)
        assert procs.cpu_seconds(responder.pid) - before < 0.25


def test_malformed_entries_end_only_their_log(stack, redis, scripted):
    """A server answers reads of one key with entries that are none. The viewer of another key notices nothing."""
    def handler(conn, cmd):
        bad = cmd[0] in (b"XRANGE", b"XREVRANGE") and cmd[1] == b"logs:ann"
        return b"*1\r\n*2\r\n$3\r\n1-1\r\n:5\r\n" if bad else None
    ids = {user: [redis.add(f"logs:{user}", "x")] for user in ("ann", "bob")}
    scripted.handler = handler
    responder = start_responder(stack, scripted, auth="remote_user", stream="logs:{user}")
    with follow(responder, REMOTE_USER="bob") as bob, follow(responder, REMOTE_USER="ann") as ann:
        bob.read_until_live()
        assert ann.read_event("unavailable").json()["reason"] == "refused"
        ids["bob"].append(redis.add("logs:bob", "y"))
        bob.read_records(2)
        assert [e.id for e in bob.records] == ids["bob"]
        assert states(bob) == []
    assert f"warning redis: {scripted.socket}: XRANGE logs:ann refused: malformed entries" in responder.output()


def test_surplus_reply_is_not_the_next_users_session(stack, redis, scripted):
    """Redis answers a PING twice, the second time with bob's session. Ann's cookie shows ann's log."""
    for user in ("ann", "bob"):
        redis.client.set(f"session:{user}", f'{{"user_id":"{user}"}}')
        redis.add(f"logs:{user}", f"for {user}")
    bob = b'+PONG\r\n$17\r\n{"user_id":"bob"}\r\n'
    responder = start_responder(stack, scripted, auth="cookie", cookie="sid", session_key="session:{id}",
                                stream="logs:{user}", front_threads="1")

    def handler(conn, cmd):
        of_feed = any(c[0] == b"CLIENT" for c in conn.commands)
        return bob if cmd == [b"PING"] and not of_feed else None
    scripted.handler = handler
    health = fcgi_get(responder.socket, environment("/sselog/healthz"))
    assert health.status == 503
    answer = fcgi_get(responder.socket, environment("/sselog/history", HTTP_COOKIE="sid=ann",
                                                    HTTP_ACCEPT="application/json"))
    assert b"for ann" in answer.raw and b"bob" not in answer.raw
    assert "answer without a request" in responder.output()


def test_full_tracking_table_makes_no_storm_of_commands(stack, redis):
    """Redis tracks one key, and three logs have viewers: each read makes it forget another log. sselog reads
    at intervals then, and viewers get their records."""
    redis.client.config_set("tracking-table-max-keys", 1)
    responder = stack.responder(redis, auth="remote_user", stream="logs:{user}")
    users = ["ann", "bob", "cid"]
    ids = {u: [redis.add(f"logs:{u}", "x")] for u in users}
    viewers = {u: stack.keep(follow(responder, REMOTE_USER=u)) for u in users}
    for u in users:
        viewers[u].read_records(1)
    wait_until(lambda: "announces changes that are none" in responder.output(), "the storm in the log")
    before = redis.client.info("stats")["total_commands_processed"]
    for u in users:
        ids[u].append(redis.add(f"logs:{u}", "y"))
        assert [e.id for e in viewers[u].read_records(2)] == ids[u]
    assert redis.client.info("stats")["total_commands_processed"] - before < 500
