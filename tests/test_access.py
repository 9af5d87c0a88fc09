# SPDX-License-Identifier: MIT
"""Every method of authentication, through lighttpd and Apache, with the option files that are shipped.

For each method the tests send a credential that is absent, good, expired, wrong, malformed, oversized,
sent twice or used again, and one while Redis is down. They ask for the user's own log, for another
user's log, and for a log as an administrator. All requests without a good credential get the same answer.
"""
import json
import subprocess

import pytest

import identity
from credentials import (METHODS, ServerWithMethod, assert_identity_unavailable, assert_refused, bearer, comparable,
                         statuses)
from fcgi import FcgiStream, environment, fcgi_get
from identity import JSON, jwt, session
from procs import wait_until
from sse import Stream, get
from tables import long_but

SERVERS = pytest.mark.parametrize("kind", long_but(["lighttpd"], ["lighttpd", "fcgid"]))


READING = {"/search": "data: {}\n", "/volume": '"buckets":[1]', "/export": " {}\n"}
ASKED = ("ann", "/stream"), ("bob", "/stream"), ("nobody", "/stream")
ASKED_IN_TURN = (  # each of them by half of the wrong credentials: of too many sselog says 429
    ("ann", "/history"), ("ann", "/append"), ("nobody", "/append"), ("ann", "/stream?log=web"),
    ("ann", "/stream?log=web&log=never"), ("ann", "/history?log=never"), ("ann", "/logs"), ("nobody", "/logs"), ("ann", "/search"),
    ("bob", "/search?log=never"), ("ann", "/volume"), ("nobody", "/volume?log=web"), ("bob", "/export"),
    ("ann", "/export?log=web"))


@SERVERS
@pytest.mark.parametrize("method", METHODS)
def test_method_accepts_and_refuses_credentials(stack, kind, method):
    server = ServerWithMethod(stack, kind, method)
    good, admin = server.method.good, lambda: server.method.good("root", "admin")

    # A good credential gives access to the user's own log; an administrator's to all logs.
    assert server.read(good(), "ann") == ["for ann"]
    assert server.read(admin(), "root") == ["for root"]
    assert server.read(admin(), "bob") == ["for bob"]
    others = [server.answer(good(), owner) for owner in ("bob", "root", "nobody-at-all")]
    assert [a.status for a in others] == [403] * 3
    assert len({str(comparable(a)) for a in others}) == 1, "tells which logs exist"
    assert json.loads(others[0].raw) == {"error": "not allowed"}
    assert server.answer(good(), "ann", what="/history").status == 200
    assert server.answer(good(), "bob", what="/history").status == 403

    # The endpoints that read a part of a log ask the same questions.
    for what, seen in READING.items():
        for credential, owner, log in ((good, "ann", ""), (admin, "bob", ""), (good, "ann", "?log=web"), (admin, "bob", "?log=web")):
            answer = server.answer(credential(), owner, what=what + log)
            record = f"for {owner}" + ("'s web" if log else "")
            assert answer.status == 200 and seen.format(record).encode() in answer.raw, (what, owner, log, answer.raw)
        others = [server.answer(good(), owner, what=what + log) for owner, log in (
            ("bob", ""), ("nobody-at-all", ""), ("bob", "?log=web"), ("ann", "?log=never"))]
        assert len({str(comparable(a)) for a in others}) == 1 and others[0].status == 403, "tells which logs exist"

    # The same holds for a log by its name, and the list has only the identity's own logs.
    for credential, owner, seen in ((good, "ann", "for ann's web"), (admin, "bob", "for bob's web")):
        answer = server.answer(credential(), owner, what="/history?log=web")
        assert [r["data"] for r in json.loads(answer.raw)["records"]] == [seen]
        listed = json.loads(server.answer(credential(), owner, what="/logs").raw)["logs"]
        assert [(log["name"], log["length"]) for log in listed] == [("web", 1)]
    others = [server.answer(good(), owner, what=what) for owner, what in (
        ("bob", "/history?log=web"), ("bob", "/stream?log=web"), ("ann", "/history?log=never"), ("nobody", "/history?log=web"),
        ("ann", "/stream?log=web&log=never"), ("ann", "/stream?log=never&log=web"), ("bob", "/stream?log=web&log=never"))]
    assert len({str(comparable(a)) for a in others}) == 1 and others[0].status == 403, "tells which logs exist"
    assert json.loads(server.answer(good(), "bob", what="/logs").raw) == {"logs": []}

    # An identity that may read a log may append to it, but not by a token.
    before = server.logs()
    assert server.answer(good(), "bob", what="/append").status == 403
    assert server.logs() == before
    written = [b"written"] * (not server.method.single)
    assert server.answer(good(), "ann", what="/append").status == (200 if written else 403)
    assert server.answer(admin(), "bob", what="/append").status == (200 if written else 403)
    after = server.logs()
    assert after == {**before, "ann": before["ann"] + written, "bob": before["bob"] + written}

    # The same credential again.
    again = good()
    assert server.read(again, "ann")[0] == "for ann"
    if server.method.single:
        assert_refused(server.answer(again, "ann"), server.method.challenge)
    else:
        assert server.read(again, "ann")[0] == "for ann"

    # Without a good credential, the answer is the same for every log, endpoint and mistake.
    refusals = set()
    for n, (case, credential) in enumerate(server.method.bad().items()):
        for owner, what in (*ASKED, *ASKED_IN_TURN[n % 2::2]):
            answer = server.answer(credential, owner, what=what)
            assert answer.status in statuses(credential), case
            if answer.status == 401:
                assert_refused(answer, server.method.challenge)
                refusals.add(str(comparable(answer)))
            assert b"for " not in answer.raw, case
        # EventSource gets the same status, and gives up.
        stream = server.answer(credential, "ann", {"Accept": "text/event-stream"})
        assert stream.status == answer.status, case
    assert len(refusals) == 1
    assert server.logs() == after

    # Redis is down.
    bad = server.method.bad()
    given = [(good(), "ann"), (admin(), "bob")]
    server.redis.stop()
    for credential, owner in given:
        if server.method.needs_redis:
            for what in ("/stream", "/logs", *READING):
                assert_identity_unavailable(server.answer(credential, owner, what=what))
            stream = server.answer(credential, owner, {"Accept": "text/event-stream"})
            assert stream.status == 200 and stream.headers["content-type"] == "text/event-stream"
            assert [e.type for e in stream.events] == ["unavailable"] and stream.parser.retry >= 100
        else:
            with Stream(server.web.port, server.url(credential, owner), credential.headers) as s:
                assert s.status == 200
                assert s.read_event("source").json() == {"state": "lost"}
    if not server.method.needs_redis:
        for what in ("/stream", *READING):
            assert server.answer(given[0][0], "bob", what=what).status == 403
    for case, credential in bad.items():
        answer = server.answer(credential, "ann")
        if credential.needs_reply:
            assert_identity_unavailable(answer)
        else:
            assert answer.status in statuses(credential), case
            assert answer.status != 401 or str(comparable(answer)) in refusals, case


@SERVERS
@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_jwt_with_public_key(stack, redis, kind, alg):
    """libjwt and libcrypto work after the process has given up its access to the file system."""
    redis.add("stream:logs:alice", "for alice")
    key, [token] = identity.key_and_tokens(alg)
    setup = stack.setup(redis)
    (setup.dir / "key.pem").write_text(key)
    (setup.dir / "key.pem").chmod(0o644)
    setup.options.update({"SSELOG_AUTH": "jwt", "SSELOG_JWT_ALG": alg, "SSELOG_STREAM": "stream:logs:{user}",
                          "SSELOG_JWT_KEY_FILE": str(setup.dir / "key.pem")})
    server = stack.server(kind, setup=setup)
    with Stream(server.port, server.path + "/stream", bearer(token)) as s:
        assert s.status == 200
        s.read_until_live()
        assert s.payloads == ["for alice"]
    head, claims, mac = token.split(".")
    broken = mac[:10] + ("A" if mac[10] != "A" else "B") + mac[11:]
    for bad in (f"{head}.{claims}.{broken}", f"{head}.{claims}.", jwt("alice", secret=key.rstrip("\n"))):
        assert_refused(get(server.port, server.path + "/stream", {**JSON, **bearer(bad)}), "Bearer")


# ---- several cookies of one name, and the reasons of refusals ----

def test_of_several_cookies_the_good_one_counts(stack, redis):
    """A browser also sends what an application left at another path or domain."""
    key = identity.secret_file(stack.directory(), "key", identity.SECRET)
    redis.client.set("session:good", session())
    redis.add("stream:logs:ann", "for ann")
    r = responder(stack, redis, auth="cookie jwt", jwt_key_file=key, jwt_cookie="jwt")
    good = jwt()
    for cookies in ("session=good; session=good", "session=old; session=good", "session=good; session=old",
                    f"jwt={good}; jwt={good}", f"jwt={jwt(lifetime=-9)}; jwt={good}", f"jwt={good}; jwt=x"):
        with FcgiStream(r.socket, environment("/sselog/stream", HTTP_COOKIE=cookies)) as s:
            s.read_until_live()
            assert s.payloads == ["for ann"], cookies
    # The stream ends with the session that counted.
    with FcgiStream(r.socket, environment("/sselog/stream", HTTP_COOKIE="session=old; session=good")) as s:
        s.read_until_live()
        redis.client.delete("session:good")
        assert s.read_event("end").json()["reason"] == "expired"


def test_refused_credential_leaves_its_reason_in_the_log(stack, redis):
    """At the level debug. The line holds nothing that the client sent."""
    key = identity.secret_file(stack.directory(), "key", identity.SECRET)
    for id, value in {"good": session(), "other": session("bob"), "list": "[]",
                      "twice": '{"user_id":1,"user_id":2}'}.items():
        redis.client.set(f"session:{id}", value)
    r = responder(stack, redis, auth="cookie jwt", jwt_key_file=key, jwt_iss=identity.ISSUER, jwt_aud="sselog",
                  jwt_require="type=access", jwt_refuse="token_type", jwt_cookie="jwt", log_level="debug",
                  trusted="192.0.2.1")
    good = {"type": "access"}
    rows = [
        ({}, "why=none method=none"),
        ({"HTTP_COOKIE": "session=never"}, "why=session-unknown method=cookie"),
        ({"HTTP_COOKIE": "session=list"}, "why=session-no-user method=cookie claim=/user_id"),
        ({"HTTP_COOKIE": "session=twice"}, "why=session-not-json"),
        ({"HTTP_COOKIE": "session="}, "why=session-malformed"),
        ({"HTTP_COOKIE": "session=never; session=nor-this"}, "why=cookies-none"),
        ({"HTTP_COOKIE": "session=good; session=other"}, "why=cookies-several"),
        (jwt(**good, secret="another secret of thirty-two byt"), "why=jwt-signature method=jwt"),
        (jwt(**good, alg="HS512"), "why=jwt-alg"),
        (jwt(**good, lifetime=-1), "why=jwt-expired"),
        (jwt(**good, lifetime=None), "why=jwt-no-exp"),
        (jwt(**good, nbf=4000000000), "why=jwt-not-yet"),
        (jwt(**good, iss="other"), "why=jwt-iss"),
        (jwt(**good, aud="other"), "why=jwt-aud"),
        (jwt(**good, sub=None), "why=jwt-no-user method=jwt claim=sub"),
        ({"HTTP_COOKIE": f"jwt=x; jwt={jwt(type='refresh')}"}, "why=cookies-none method=jwt address="),
        (jwt(type="refresh"), "why=jwt-require method=jwt claim=type"),
        (jwt(**good, token_type="plugin"), "why=jwt-refuse method=jwt claim=token_type"),
    ]
    for given, reason in rows:
        params = {"HTTP_AUTHORIZATION": f"Bearer {given}"} if isinstance(given, str) else given
        before = len(r.output())
        assert status_of(r, REMOTE_ADDR="192.0.2.1", **params).status == 401, reason
        wait_until(lambda: "info front: " in r.output()[before:], f"the reason: {reason}")
        line, *more = [line for line in r.output()[before:].splitlines() if "info front: " in line]
        assert reason in line and not more, (line, more)
        assert not [word for word in ("never", "nor-this", "plugin", "bearer", "eyj") if word in line.lower()], line
    good_one = environment("/sselog/history", HTTP_AUTHORIZATION="Bearer " + jwt(**good, nbf=0))
    assert fcgi_get(r.socket, good_one).status == 200


# ---- several methods, and their look-ups ----

def responder(stack, redis, **options):
    return stack.responder(redis, **{"stream": "stream:logs:{user}", **options})


def status_of(r, query="", accept="application/json", **params):
    return fcgi_get(r.socket, environment("/sselog/stream", query, HTTP_ACCEPT=accept, **params))


def test_first_method_with_a_credential_decides(stack, redis):
    redis.client.set("session:good", session("ann"))
    redis.client.set(identity.bearer_key("key"), session("bob"))
    for user in ("ann", "bob", "eve"):
        redis.add(f"stream:logs:{user}", f"for {user}")
    r = responder(stack, redis, auth="cookie bearer remote_user")
    rows = [
        ({"HTTP_COOKIE": "session=good", "HTTP_AUTHORIZATION": "Bearer key", "REMOTE_USER": "eve"}, "ann"),
        ({"HTTP_COOKIE": "x=y", "HTTP_AUTHORIZATION": "Bearer key", "REMOTE_USER": "eve"}, "bob"),
        ({"HTTP_AUTHORIZATION": "Basic x", "REMOTE_USER": "eve"}, "eve"),
        ({"HTTP_COOKIE": "session=bad", "HTTP_AUTHORIZATION": "Bearer key", "REMOTE_USER": "eve"}, None),
        ({"HTTP_AUTHORIZATION": "Bearer bad", "REMOTE_USER": "eve"}, None),
    ]
    for params, user in rows:
        if user is None:
            assert status_of(r, **params).status == 401, params
            continue
        with FcgiStream(r.socket, environment("/sselog/stream", **params)) as s:
            s.read_until_live()
            assert s.payloads == [f"for {user}"], params


@pytest.mark.parametrize("source", ["stream", "pubsub"])
def test_user_name_is_not_a_pattern(stack, redis, source):
    """A user gets the log of exactly that name, with any characters in it."""
    names = ["ann", "a*", "*", "?nn", "[a-z]nn", "ann\\", "{user}", "ann,bob",
             "ann bob", "%61nn", "Zo\u00eb", "n" * 128]
    r = responder(stack, redis, auth="remote_user", source=source, channel="logs:{user}")
    viewers = {}
    for name in names:
        viewers[name] = stack.keep(FcgiStream(r.socket, environment("/sselog/stream", REMOTE_USER=name)))
        viewers[name].read_until_live()
    for name in [*names, "the end"]:  # the last record goes to all logs
        for user in [name] if name != "the end" else names:
            if source == "pubsub":
                redis.client.publish(f"logs:{user}", f"for {name}")
            else:
                redis.add(f"stream:logs:{user}", f"for {name}")
    for name, s in viewers.items():
        assert [e.data for e in s.read_records(2)] == [f"for {name}", "for the end"]


WHERE = {"plain": ("/sselog/stream", "/sselog/history"), "astrbot": ("/api/live-log", "/api/log-history")}


@pytest.mark.parametrize("profile", WHERE)
def test_match_filters_stream_and_history(stack, redis, profile):
    """SSELOG_MATCH: a user sees only records of the user's tenant, in the stream and in history.
    Administrators see all records; a user without a tenant is refused."""
    tenants = {"ann": "acme", "bob": "other", "eve": "", "root": ""}
    for user, tenant in tenants.items():
        redis.client.set(f"session:{user}", json.dumps({"user_id": user, "tenant_id": tenant,
                                                        "role": "admin" if user == "root" else ""}))
    r = stack.responder(redis, profile=profile, auth="cookie", stream="log", match="tenant={tenant}",
                        admin_roles="admin", history=10)

    def ask_for(what, user):
        path = WHERE[profile][what]
        return environment(path, mount="/sselog" if profile == "plain" else path, HTTP_COOKIE=f"session={user}")

    records = [{"tenant": t, "text": f"for {t}"} for t in ("acme", "other", "", None, ["acme"])]
    records += [{"text": "of no tenant"}, {"tenant": "acme", "text": "the end"}]
    redis.add_many("log", [json.dumps(x) for x in records])
    seen = {"ann": ["for acme", "the end"], "root": [x["text"] for x in records]}
    for user, texts in seen.items():
        with FcgiStream(r.socket, ask_for(0, user)) as s:
            s.read_until(lambda s: s.records and s.records[-1].json()["text"] == "the end", "the last")
            assert [e.json()["text"] for e in s.records] == texts
    for user, texts in {**seen, "bob": ["for other"]}.items():
        answer = json.loads(fcgi_get(r.socket, ask_for(1, user)).raw)
        got = answer["data"]["logs"] if profile == "astrbot" else \
            [json.loads(x["data"]) for x in answer["records"]]
        assert [x["text"] for x in got] == texts
        if profile == "plain":
            volume, export = (fcgi_get(r.socket, environment(path, query, HTTP_COOKIE=f"session={user}")).raw
                              for path, query in (("/sselog/volume", ""), ("/sselog/export", "format=jsonl")))
            assert sum(json.loads(volume)["buckets"]) == len(texts)
            assert [json.loads(json.loads(line)["data"])["text"] for line in export.splitlines()] == texts
    for what in (0, 1):
        answer = fcgi_get(r.socket, ask_for(what, "eve"))
        assert answer.status == 403 and b"the end" not in answer.raw


def test_enabled_0_refuses_everybody(stack, redis):
    """All requests are refused, with a good credential too, and without a look-up."""
    redis.add("stream:logs:ann", "for ann")
    r = responder(stack, redis, auth="remote_user", enabled=0)
    redis.stop()
    for path in ("/sselog/stream", "/sselog/history", "/sselog/volume", "/sselog/export", "/sselog/search", "/sselog/logs"):
        for user in ("ann", None):
            answer = fcgi_get(r.socket, environment(path, REMOTE_USER=user, HTTP_ACCEPT="application/json"))
            assert answer.status == 403
            assert json.loads(answer.raw) == {"error": "log viewing is turned off"}


def test_configuration_without_protection_does_not_start(stack, redis):
    rows = [{"auth": "header"}, {"auth": "jwt"}, {"auth": "anonymous cookie", "stream": "log"},
            {"auth": "anonymous", "stream": "stream:logs:{user}"}, {"auth": "password"}, {"auth": ""},
            {"auth": "cookie", "session_key": "session"}, {"auth": "token", "token_key": "t"},
            {"auth": "bearer", "bearer_key": "{user}"}, {"auth": "cookie", "session_key": "{id}"},
            {"auth": "remote_user", "stream": "{tenant}{user}"}]
    for options in rows:
        setup = stack.setup(redis, **options)
        done = subprocess.run([setup.program, "-t"], env=setup.environment(), capture_output=True, text=True)
        assert done.returncode == 2, options
        assert done.stderr.count("\n") == 1 and "SSELOG_" in done.stderr, done.stderr


def test_start_warns_of_options_that_may_be_mistakes(stack, redis):
    r = responder(stack, redis, auth="cookie", session_key="sse_token:{id}", trusted="0.0.0.0/0")
    wait_until(lambda: "info sselog: serving" in r.output(), "the start")  # it listens before that
    warnings = [line.partition("=")[0].partition("Z ")[2] for line in r.output().splitlines() if "Z warning config: " in line]
    assert warnings == ["warning config: SSELOG_TRUSTED", "warning config: SSELOG_SESSION_KEY"]
