# SPDX-License-Identifier: MIT
"""A login that ends while a stream is open ends the stream, and the next connect is refused."""
import json
import time

import pytest

import identity
from fcgi import END, STDOUT, FcgiStream, environment, fcgi_get
from identity import jwt, session
from procs import DEADLINE, wait_until
from tables import case

QUIET = {"keepalive": 600}  # seconds

COOKIE = {"HTTP_COOKIE": "session=abc"}
BEARER = {"HTTP_AUTHORIZATION": "Bearer secret-key"}
KEYS = {"cookie": ("session:abc", COOKIE), "bearer": (identity.bearer_key("secret-key"), BEARER)}


def path(query="", **params):
    return environment("/sselog/stream", query, **params)


def ended(stream, deadline=DEADLINE):
    """The reason that the stream gives; it must be the last it says. QUIET sees to it that nothing else
    than the news brings it on."""
    reason = stream.event("end", deadline=deadline).json()["reason"]
    stream.rest()
    assert stream.events[-1].type == "end" and stream.parser.retry is not None
    return reason


def refused(responder, params, query=""):
    answer = fcgi_get(responder.socket, path(query, HTTP_ACCEPT="application/json", **params))
    return answer.status == 401


@pytest.fixture
def responder(stack, redis):
    return stack.responder(redis, auth="cookie bearer token", stream="stream:logs:{user}", **QUIET)


def rename(redis, key):
    redis.client.rename(key, "elsewhere")


def another_type(redis, key):
    pipe = redis.client.pipeline(transaction=True)
    pipe.delete(key).rpush(key, session())
    pipe.execute()


CHANGES = {
    "deleted": (lambda r, k: r.client.delete(k), "expired"),
    "expired": (lambda r, k: r.client.pexpire(k, 50), "expired"),
    "expired at once": (lambda r, k: r.client.pexpire(k, -1), "expired"),
    "all deleted": (lambda r, k: r.client.flushall(), "expired"),
    "renamed": (rename, "expired"),
    "another user": (lambda r, k: r.client.set(k, session("bob")), "revoked"),
    "another role": (lambda r, k: r.client.set(k, session(role="admin")), "revoked"),
    "no role": (lambda r, k: r.client.set(k, '{"user_id":"ann","tenant_id":"acme"}'), "revoked"),
    "another tenant": (lambda r, k: r.client.set(k, session(tenant_id="other")), "revoked"),
    "no user": (lambda r, k: r.client.set(k, '{"user_id":null}'), "revoked"),
    "emptied": (lambda r, k: r.client.set(k, ""), "revoked"),
    "no JSON any more": (lambda r, k: r.client.append(k, "x"), "revoked"),
    "another type": (another_type, "revoked"),
    "too large": (lambda r, k: r.client.set(k, session(more="x" * 70000)), "revoked"),
}


@pytest.mark.threads
@pytest.mark.parametrize("method", KEYS)
def test_change_ends_the_stream(redis, responder, method):
    key, params = KEYS[method]
    for n, change in enumerate(CHANGES):
        with case(change):
            redis.client.flushall()
            redis.client.set(key, session())
            redis.client.set("session:other", session("bob"))
            # Each from an address that has not failed yet.
            change_ends_the_stream(redis, responder, change, key, {**params, "REMOTE_ADDR": f"192.0.2.{n}"})


def change_ends_the_stream(redis, responder, change, key, params):
    with FcgiStream(responder.socket, path(**params)) as s, \
            FcgiStream(responder.socket, path(HTTP_COOKIE="session=other")) as other:
        s.live()
        other.live()
        redis.add("stream:logs:ann", "before")
        s.messages(1)
        act, reason = CHANGES[change]
        act(redis, key)
        assert ended(s) == reason
        assert s.payloads == ["before"]
        if change not in ("another user", "another role", "no role", "another tenant"):  # good logins too
            assert refused(responder, params)
        if change == "all deleted":
            assert ended(other) == "expired"
        else:  # nobody else notices
            redis.add("stream:logs:bob", "for bob")
            assert other.messages(1)[0].data == "for bob"


@pytest.mark.parametrize("method", KEYS)
def test_what_does_not_matter_goes_on(redis, responder, method):
    """Sessions are written all the time: only user, tenant and role count."""
    key, params = KEYS[method]
    redis.client.set(key, session())
    with FcgiStream(responder.socket, path(**params)) as s:
        s.live()
        for n in range(20):
            redis.client.set(key, session(last_seen=n))
            redis.client.expire(key, 100 + n)
            redis.add("stream:logs:ann", str(n))
            s.messages(n + 1)
        assert not [e for e in s.events if e.type == "end"]
        redis.client.delete(key)  # and it is still watched
        assert ended(s) == "expired"


@pytest.mark.parametrize("source", ["pubsub", "channels"])
def test_what_has_no_log_to_read_is_watched_too(stack, redis, source):
    responder = stack.responder(redis, auth="cookie", source=source, channel="logs:{user}")
    redis.client.set("session:abc", session())
    with FcgiStream(responder.socket, path(**COOKIE)) as s:
        s.live()
        redis.client.delete("session:abc")
        assert ended(s) == "expired"
    assert refused(responder, COOKIE)


@pytest.mark.threads
def test_all_streams_of_a_login_end(redis, responder):
    redis.client.set("session:abc", session())
    streams = [FcgiStream(responder.socket, path(**COOKIE)) for _ in range(10)]
    try:
        for s in streams:
            s.live()
        redis.client.delete("session:abc")
        assert {ended(s) for s in streams} == {"expired"}
    finally:
        for s in streams:
            s.close()
    # The same login again: watched anew.
    redis.client.set("session:abc", session())
    with FcgiStream(responder.socket, path(**COOKIE)) as s:
        s.live()
        redis.client.delete("session:abc")
        assert ended(s) == "expired"


def test_gone_between_look_up_and_stream(stack, redis):
    """The session goes right after the front saw it: not one record is sent."""
    def handler(conn, cmd):
        if cmd[0].upper() == b"GET" and redis.client.exists("once"):
            value = redis.client.get("session:abc")
            redis.client.delete("session:abc", "once")
            return b"$%d\r\n%s\r\n" % (len(value), value)
        return None
    redis.client.set("session:abc", session())
    redis.client.set("once", 1)
    redis.add("stream:logs:ann", "secret")
    responder = stack.responder(stack.scripted(redis, handler), auth="cookie",
                                stream="stream:logs:{user}", **QUIET)
    with FcgiStream(responder.socket, path(**COOKIE)) as s:
        assert ended(s) == "expired"
        assert s.payloads == []


def test_expiry_of_many(redis, responder):
    """Redis drops expired keys by and by; each drop ends its viewer."""
    for n in range(50):
        redis.client.set(f"session:{n}", session(f"user{n}"))
    streams = [FcgiStream(responder.socket, path(HTTP_COOKIE=f"session={n}")) for n in range(50)]
    try:
        for s in streams:
            s.live()
        for n in range(50):
            redis.client.pexpire(f"session:{n}", 100 + 10 * n)
        wait_until(lambda: not redis.client.keys("session:*"), "expiry")
        assert {ended(s) for s in streams} == {"expired"}
    finally:
        for s in streams:
            s.close()


def test_gone_while_redis_was_away(stack):
    redis = stack.redis(persistent=True)
    redis.client.set("session:abc", session())
    redis.client.set("session:def", session("bob"))
    responder = stack.responder(redis, auth="cookie", stream="stream:logs:{user}", **QUIET)
    with FcgiStream(responder.socket, path(**COOKIE)) as s, \
            FcgiStream(responder.socket, path(HTTP_COOKIE="session=def")) as stays:
        s.live()
        stays.live()
        redis.stop()
        s.event("source")
        redis.start()  # with what was on disk
        assert stays.event("source", nth=2).json() == {"state": "live"}
        redis.client.delete("session:abc")
        assert ended(s) == "expired"
        redis.kill()
        stays.event("source", nth=3)
        redis.persistent = False  # it comes back empty
        redis.start()
        assert stays.event("end").json()["reason"] == "expired"


def test_without_tracking(stack, redis):
    """Where Redis refuses tracking the key is looked at by time, as the logs are."""
    def handler(conn, cmd):
        if [w.upper() for w in cmd[:2]] == [b"CLIENT", b"TRACKING"]:
            return b"-ERR unknown subcommand 'TRACKING'\r\n"
        return None
    redis.client.set("session:abc", session())
    responder = stack.responder(stack.scripted(redis, handler), auth="cookie",
                                stream="stream:logs:{user}", **QUIET)
    with FcgiStream(responder.socket, path(**COOKIE)) as s:
        s.live()
        redis.client.delete("session:abc")
        assert ended(s) == "expired"


# ---- identities with an end of their own ----

def soon_over(follow):
    """A stream by a credential that is over in a few seconds: as few as this machine needs to open
    it. follow(seconds) opens it, or is refused."""
    for seconds in (2, 4, 8, 16, 32):
        s = follow(seconds)
        if s.status == 200:
            return s
        s.close()
    raise AssertionError("refused while it was good")


def test_jwt_ends_at_its_time(stack, redis):
    key = identity.secret_file(stack.directory(), "key", identity.SECRET)
    responder = stack.responder(redis, auth="jwt", jwt_key_file=key, stream="stream:logs:{user}")
    short = {}
    lasting = {"HTTP_AUTHORIZATION": "Bearer " + jwt("bob", lifetime=300)}
    endless = {"HTTP_AUTHORIZATION": "Bearer " + jwt("eve", lifetime=None)}

    def follow(seconds):
        short["HTTP_AUTHORIZATION"] = "Bearer " + jwt(lifetime=seconds)
        return FcgiStream(responder.socket, path(**short))
    with FcgiStream(responder.socket, path(**lasting)) as other, \
            FcgiStream(responder.socket, path(**endless)) as third, soon_over(follow) as s:
        before = int(json.loads(identity_claims(short))["exp"])
        assert ended(s, 2 * DEADLINE) == "expired"
        assert int(time.time()) >= before, "ended early"
        assert refused(responder, short)
        for user, viewer in (("bob", other), ("eve", third)):
            redis.add(f"stream:logs:{user}", "x")
            viewer.messages(1)


def identity_claims(params):
    body = params["HTTP_AUTHORIZATION"].split(".")[1]
    return identity.base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))


def test_token_ends_at_its_time(redis, responder):
    """What the token's value says; nothing said, the stream's lifetime ends it."""
    query = "token=" + "a" * 43
    ends = []

    def follow(seconds):
        ends.append(int(time.time()) + seconds)
        redis.client.set("sse_token:" + "a" * 43, session(sselog={"ends": ends[-1]}))
        return FcgiStream(responder.socket, path(query))
    with soon_over(follow) as s:
        assert ended(s, 2 * DEADLINE) == "expired"
        assert int(time.time()) >= ends[-1], "ended early"
    assert refused(responder, {}, query)
    redis.client.set("sse_token:" + "b" * 43, session(sselog={"ends": int(time.time()) - 1}))
    assert refused(responder, {}, "token=" + "b" * 43)


def test_token_stream_ends_with_its_lifetime(stack, redis):
    """As any stream does: in good order, with keepalives until then."""
    responder = stack.responder(redis, auth="token", stream="stream:logs:{user}", lifetime=5, keepalive=1,
                                retry=1000)
    redis.client.set("sse_token:" + "a" * 43, session())
    with FcgiStream(responder.socket, path("token=" + "a" * 43)) as s:
        s.rest()
        assert s.status == 200 and not s.parser.unfinished()
        assert s.parser.comments.count("keepalive") >= 1
        last = s.events[-1]
        assert (last.type, last.json()) == ("end", {"reason": "lifetime"})
        assert s.parser.retries[0] == 1000 and len(s.parser.retries) == 2
        assert s.app_status == 0 and s.protocol_status == 0
        assert s.records_seen[-1][0] == END and s.records_seen[-2] == (STDOUT, 1, 0)
    assert refused(responder, {}, "token=" + "a" * 43)


def make_token(responder, params):
    answer = fcgi_get(responder.socket, environment("/sselog/token", method="POST", **params))
    assert answer.status == 200, answer.raw
    return "token=" + json.loads(answer.raw)["token"]


def test_token_made_from_a_login_ends_with_it(redis, responder):
    redis.client.set("session:abc", session())
    first, second = make_token(responder, COOKIE), make_token(responder, COOKIE)
    with FcgiStream(responder.socket, path(first)) as s:
        s.live()
        redis.client.delete("session:abc")
        assert ended(s) == "expired"
    assert refused(responder, {}, second), "a token outlived its login"


def test_token_made_from_a_jwt_ends_with_it(stack, redis):
    key = identity.secret_file(stack.directory(), "key", identity.SECRET)
    responder = stack.responder(redis, auth="jwt token", jwt_key_file=key, stream="stream:logs:{user}")

    def follow(seconds):
        made = fcgi_get(responder.socket, environment(
            "/sselog/token", method="POST", HTTP_AUTHORIZATION="Bearer " + jwt(lifetime=seconds)))
        return FcgiStream(responder.socket, path("token=" + json.loads(made.raw).get("token", "")))
    with soon_over(follow) as s:
        assert ended(s, 2 * DEADLINE) == "expired"


@pytest.mark.parametrize("kind", ["lighttpd", "fcgid", "proxy_fcgi", "cgid", "nginx"])
def test_through_web_servers(stack, redis, kind):
    """EventSource gets the end, comes back and is told 401: it stops by itself."""
    from sse import EventSource
    redis.client.set("session:abc", session())
    redis.add("stream:logs:ann", "x")
    server = stack.server(kind, redis, auth="cookie", stream="stream:logs:{user}", retry=100, **QUIET)
    with EventSource(server.port, server.path + "/stream", {"Cookie": "session=abc"}) as viewer:
        viewer.wait(lambda v: v.records, "a record")
        redis.client.delete("session:abc")
        viewer.wait(lambda v: v.failed, "the refusal")
        assert viewer.failed == 401 and viewer.ends == ["expired"]
