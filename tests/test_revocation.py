# SPDX-License-Identifier: MIT
"""Revocation: a login that ends while a stream is open ends the stream, and the next connect is refused."""
import json
import time

import pytest

import identity
from fcgi import END, STDOUT, FcgiStream, environment, fcgi_get
from identity import jwt, session
from procs import DEADLINE, wait_until
from tables import case

LONG_KEEPALIVE = {"keepalive": 600}  # seconds: only the revocation itself can end a stream

COOKIE = {"HTTP_COOKIE": "session=abc"}
BEARER = {"HTTP_AUTHORIZATION": "Bearer secret-key"}
KEYS = {"cookie": ("session:abc", COOKIE), "bearer": (identity.bearer_key("secret-key"), BEARER)}


def path(query="", **params):
    return environment("/sselog/stream", query, **params)


def end_reason(stream, deadline=DEADLINE):
    """The reason in the final frame of the stream."""
    reason = stream.read_event("end", deadline=deadline).json()["reason"]
    stream.read_rest()
    assert stream.events[-1].type == "end" and stream.parser.retry is not None
    return reason


def refused(responder, params, query=""):
    answer = fcgi_get(responder.socket, path(query, HTTP_ACCEPT="application/json", **params))
    return answer.status == 401


@pytest.fixture
def responder(stack, redis):
    return stack.responder(redis, auth="cookie bearer token", stream="stream:logs:{user}", **LONG_KEEPALIVE)


def rename(redis, key):
    redis.client.rename(key, "elsewhere")


def replace_by_list(redis, key):
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
    "another type": (replace_by_list, "revoked"),
    "too large": (lambda r, k: r.client.set(k, session(more="x" * 70000)), "revoked"),
}


@pytest.mark.threads
@pytest.mark.parametrize("method", KEYS)
def test_changed_credential_ends_the_stream(redis, responder, method):
    key, params = KEYS[method]
    for n, change in enumerate(CHANGES):
        with case(change):
            redis.client.flushall()
            redis.client.set(key, session())
            redis.client.set("session:other", session("bob"))
            # Each case has an address of its own, without failed attempts.
            assert_change_ends_the_stream(redis, responder, change, key, {**params, "REMOTE_ADDR": f"192.0.2.{n}"})


def assert_change_ends_the_stream(redis, responder, change, key, params):
    with FcgiStream(responder.socket, path(**params)) as s, \
            FcgiStream(responder.socket, path(HTTP_COOKIE="session=other")) as other:
        s.read_until_live()
        other.read_until_live()
        redis.add("stream:logs:ann", "before")
        s.read_records(1)
        act, reason = CHANGES[change]
        act(redis, key)
        assert end_reason(s) == reason
        assert s.payloads == ["before"]
        if change not in ("another user", "another role", "no role", "another tenant"):  # good credentials
            assert refused(responder, params)
        if change == "all deleted":
            assert end_reason(other) == "expired"
        else:  # the other viewer's stream continues
            redis.add("stream:logs:bob", "for bob")
            assert other.read_records(1)[0].data == "for bob"


@pytest.mark.parametrize("method", KEYS)
def test_unrelated_changes_of_a_session_keep_the_stream(redis, responder, method):
    """Applications often write sessions; only a change of user, tenant or role is a revocation."""
    key, params = KEYS[method]
    redis.client.set(key, session())
    with FcgiStream(responder.socket, path(**params)) as s:
        s.read_until_live()
        for n in range(20):
            redis.client.set(key, session(last_seen=n))
            redis.client.expire(key, 100 + n)
            redis.add("stream:logs:ann", str(n))
            s.read_records(n + 1)
        assert not [e for e in s.events if e.type == "end"]
        redis.client.delete(key)  # the key is still tracked
        assert end_reason(s) == "expired"


@pytest.mark.parametrize("source", ["pubsub", "channels"])
def test_revocation_ends_pubsub_and_channels_streams(stack, redis, source):
    responder = stack.responder(redis, auth="cookie", source=source, channel="logs:{user}")
    redis.client.set("session:abc", session())
    with FcgiStream(responder.socket, path(**COOKIE)) as s:
        s.read_until_live()
        redis.client.delete("session:abc")
        assert end_reason(s) == "expired"
    assert refused(responder, COOKIE)


@pytest.mark.threads
def test_revocation_ends_all_streams_of_a_login(redis, responder):
    redis.client.set("session:abc", session())
    streams = [FcgiStream(responder.socket, path(**COOKIE)) for _ in range(10)]
    try:
        for s in streams:
            s.read_until_live()
        redis.client.delete("session:abc")
        assert {end_reason(s) for s in streams} == {"expired"}
    finally:
        for s in streams:
            s.close()
    # The same login again is tracked again.
    redis.client.set("session:abc", session())
    with FcgiStream(responder.socket, path(**COOKIE)) as s:
        s.read_until_live()
        redis.client.delete("session:abc")
        assert end_reason(s) == "expired"


def test_login_revoked_between_lookup_and_stream_sees_no_record(stack, redis):
    """The session is deleted just after the front has read it: no record is sent."""
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
                                stream="stream:logs:{user}", **LONG_KEEPALIVE)
    with FcgiStream(responder.socket, path(**COOKIE)) as s:
        assert end_reason(s) == "expired"
        assert s.payloads == []


def test_expiry_of_many_sessions_ends_their_streams(redis, responder):
    """Redis deletes expired keys one by one; each deletion ends its viewer."""
    for n in range(50):
        redis.client.set(f"session:{n}", session(f"user{n}"))
    streams = [FcgiStream(responder.socket, path(HTTP_COOKIE=f"session={n}")) for n in range(50)]
    try:
        for s in streams:
            s.read_until_live()
        for n in range(50):
            redis.client.pexpire(f"session:{n}", 100 + 10 * n)
        wait_until(lambda: not redis.client.keys("session:*"), "expiry")
        assert {end_reason(s) for s in streams} == {"expired"}
    finally:
        for s in streams:
            s.close()


def test_login_revoked_during_a_redis_outage_ends_its_stream(stack):
    redis = stack.redis(persistent=True)
    redis.client.set("session:abc", session())
    redis.client.set("session:def", session("bob"))
    responder = stack.responder(redis, auth="cookie", stream="stream:logs:{user}", **LONG_KEEPALIVE)
    with FcgiStream(responder.socket, path(**COOKIE)) as s, \
            FcgiStream(responder.socket, path(HTTP_COOKIE="session=def")) as stays:
        s.read_until_live()
        stays.read_until_live()
        redis.stop()
        s.read_event("source")
        redis.start()  # with the data from disk
        assert stays.read_event("source", nth=2).json() == {"state": "live"}
        redis.client.delete("session:abc")
        assert end_reason(s) == "expired"
        redis.kill()
        stays.read_event("source", nth=3)
        redis.persistent = False  # it starts empty
        redis.start()
        assert stays.read_event("end").json()["reason"] == "expired"


def test_revocation_is_noticed_without_tracking(stack, redis):
    """If Redis refuses tracking, sselog reads the key at intervals, as it does with logs."""
    def handler(conn, cmd):
        if [w.upper() for w in cmd[:2]] == [b"CLIENT", b"TRACKING"]:
            return b"-ERR unknown subcommand 'TRACKING'\r\n"
        return None
    redis.client.set("session:abc", session())
    responder = stack.responder(stack.scripted(redis, handler), auth="cookie",
                                stream="stream:logs:{user}", **LONG_KEEPALIVE)
    with FcgiStream(responder.socket, path(**COOKIE)) as s:
        s.read_until_live()
        redis.client.delete("session:abc")
        assert end_reason(s) == "expired"


# ---- credentials that expire ----

def open_before_expiry(follow):
    """A stream whose credential expires in a few seconds, with more seconds on a slow machine.

    follow(seconds) opens the stream with a credential that is valid for that long."""
    for seconds in (2, 4, 8, 16, 32):
        s = follow(seconds)
        if s.status == 200:
            return s
        s.close()
    raise AssertionError("a valid credential was refused")


def test_stream_ends_when_its_jwt_expires(stack, redis):
    key = identity.secret_file(stack.directory(), "key", identity.SECRET)
    responder = stack.responder(redis, auth="jwt", jwt_key_file=key, stream="stream:logs:{user}",
                                jwt_allow_no_exp=1)
    expiring = {}
    lasting = {"HTTP_AUTHORIZATION": "Bearer " + jwt("bob", lifetime=300)}
    endless = {"HTTP_AUTHORIZATION": "Bearer " + jwt("eve", lifetime=None)}

    def follow(seconds):
        expiring["HTTP_AUTHORIZATION"] = "Bearer " + jwt(lifetime=seconds)
        return FcgiStream(responder.socket, path(**expiring))
    with FcgiStream(responder.socket, path(**lasting)) as other, \
            FcgiStream(responder.socket, path(**endless)) as third, open_before_expiry(follow) as s:
        before = int(json.loads(jwt_claims(expiring))["exp"])
        assert end_reason(s, 2 * DEADLINE) == "expired"
        assert int(time.time()) >= before, "ended early"
        assert refused(responder, expiring)
        for user, viewer in (("bob", other), ("eve", third)):
            redis.add(f"stream:logs:{user}", "x")
            viewer.read_records(1)


def jwt_claims(params):
    body = params["HTTP_AUTHORIZATION"].split(".")[1]
    return identity.base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))


def test_stream_ends_when_its_token_expires(redis, responder):
    """The expiry time stands in the value of the token's key."""
    query = "token=" + "a" * 43
    ends = []

    def follow(seconds):
        ends.append(int(time.time()) + seconds)
        redis.client.set("sse_token:" + "a" * 43, session(sselog={"ends": ends[-1]}))
        return FcgiStream(responder.socket, path(query))
    with open_before_expiry(follow) as s:
        assert end_reason(s, 2 * DEADLINE) == "expired"
        assert int(time.time()) >= ends[-1], "ended early"
    assert refused(responder, {}, query)
    redis.client.set("sse_token:" + "b" * 43, session(sselog={"ends": int(time.time()) - 1}))
    assert refused(responder, {}, "token=" + "b" * 43)


def test_stream_of_a_token_without_expiry_ends_at_its_lifetime(stack, redis):
    """It ends as any stream does, with a final frame, and has keepalives before."""
    responder = stack.responder(redis, auth="token", stream="stream:logs:{user}", lifetime=5, keepalive=1,
                                retry=1000)
    redis.client.set("sse_token:" + "a" * 43, session())
    with FcgiStream(responder.socket, path("token=" + "a" * 43)) as s:
        s.read_rest()
        assert s.status == 200 and not s.parser.unfinished()
        assert s.parser.comments.count("keepalive") >= 1
        last = s.events[-1]
        assert (last.type, last.json()["reason"]) == ("end", "lifetime")
        assert s.parser.retries[0] == 1000 and len(s.parser.retries) == 2
        assert s.app_status == 0 and s.protocol_status == 0
        assert s.records_seen[-1][0] == END and s.records_seen[-2] == (STDOUT, 1, 0)
    assert refused(responder, {}, "token=" + "a" * 43)


def make_token(responder, params):
    answer = fcgi_get(responder.socket, environment("/sselog/token", method="POST", **params))
    assert answer.status == 200, answer.raw
    return "token=" + json.loads(answer.raw)["token"]


def test_stream_of_a_token_ends_with_the_login_that_made_it(redis, responder):
    redis.client.set("session:abc", session())
    first, second = make_token(responder, COOKIE), make_token(responder, COOKIE)
    with FcgiStream(responder.socket, path(first)) as s:
        s.read_until_live()
        redis.client.delete("session:abc")
        assert end_reason(s) == "expired"
    assert refused(responder, {}, second), "a token outlived its login"


def test_stream_of_a_token_ends_with_the_jwt_that_made_it(stack, redis):
    key = identity.secret_file(stack.directory(), "key", identity.SECRET)
    responder = stack.responder(redis, auth="jwt token", jwt_key_file=key, stream="stream:logs:{user}")

    def follow(seconds):
        made = fcgi_get(responder.socket, environment(
            "/sselog/token", method="POST", HTTP_AUTHORIZATION="Bearer " + jwt(lifetime=seconds)))
        return FcgiStream(responder.socket, path("token=" + json.loads(made.raw).get("token", "")))
    with open_before_expiry(follow) as s:
        assert end_reason(s, 2 * DEADLINE) == "expired"


@pytest.mark.parametrize("kind", ["lighttpd", "fcgid", "proxy_fcgi", "cgid", "nginx"])
def test_event_source_stops_after_revocation(stack, redis, kind):
    """EventSource gets the final frame, reconnects, gets 401 and stops."""
    from sse import EventSource
    redis.client.set("session:abc", session())
    redis.add("stream:logs:ann", "x")
    server = stack.server(kind, redis, auth="cookie", stream="stream:logs:{user}", retry=100, **LONG_KEEPALIVE)
    with EventSource(server.port, server.path + "/stream", {"Cookie": "session=abc"}) as viewer:
        viewer.wait(lambda v: v.records, "a record")
        redis.client.delete("session:abc")
        viewer.wait(lambda v: v.failed, "the refusal")
        assert viewer.failed == 401 and viewer.ends == ["expired"]
