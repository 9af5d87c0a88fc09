# SPDX-License-Identifier: MIT
"""Lines of events in the log: event=refuse with its cause, event=open and event=close of each stream. No secret is in them."""
import hashlib
import re
import shlex

import pytest

import identity
from fcgi import FcgiStream, environment, fcgi_get
from identity import jwt, session
from procs import wait_until
from sse import get
from webs import TIME

JSON = {"HTTP_ACCEPT": "application/json"}
LEVELS = "error|warning|info|debug"


def lines(text, event):
    """The fields of each line of that event, in their order."""
    found = re.findall(rf"^(?:{TIME}|<\d>)(?:{LEVELS}) (?:front|relay): (event={event} .*)$", text, re.M)
    return [dict(word.split("=", 1) for word in shlex.split(line)) for line in found]


def refused(r, **params):
    """The answer, and the fields of its line."""
    before = len(r.output())
    params = {"REMOTE_ADDR": "192.0.2.1", **JSON, **params}
    answer = fcgi_get(r.socket, environment("/sselog/history", params.pop("query", ""), **params))
    wait_until(lambda: lines(r.output()[before:], "refuse"), "the line")
    [line] = lines(r.output()[before:], "refuse")
    assert line["status"] == str(answer.status)
    return answer, line


def bearer(token):
    return {"HTTP_AUTHORIZATION": f"Bearer {token}"}


@pytest.fixture
def every_method(stack, redis):
    key = identity.secret_file(stack.directory(), "key", identity.SECRET)
    return stack.responder(redis, auth="header cookie bearer token jwt", trusted="192.0.2.99", jwt_key_file=key,
                           jwt_iss=identity.ISSUER, jwt_aud="sselog", stream="stream:logs:{user}")


def causes():
    """Eleven ways to be refused, each with its cause, and what of it is secret."""
    newline = hashlib.sha256(b"a-bearer-key\n").hexdigest()
    return [
        ("bearer-unknown", bearer("a-bearer-key"), {f"bearer:{newline}": session()}, "a-bearer-key"),
        ("session-not-json", {"HTTP_COOKIE": "session=pickled"}, {"session:pickled": b"\x80\x04\x95."}, "pickled"),
        ("session-no-user", {"HTTP_COOKIE": "session=nobody"}, {"session:nobody": '{"name":"ann"}'}, "nobody"),
        ("untrusted-proxy", {"HTTP_X_REMOTE_USER": "proxied"}, {}, "proxied"),
        ("jwt-no-iss", bearer(jwt(iss=None)), {}, "eyJ"),
        ("jwt-aud", bearer(jwt(aud="other")), {}, "eyJ"),
        ("jwt-expired", bearer(jwt(lifetime=-1)), {}, "eyJ"),
        ("jwt-no-user", bearer(jwt(sub=None)), {}, "eyJ"),
        ("jwt-signature", bearer(jwt(secret="another secret of thirty-two byt")), {}, "eyJ"),
        ("none", {"SERVER_SOFTWARE": "nginx/1.22.1"}, {}, None),
        ("no-authorization", {"SERVER_SOFTWARE": "Apache/2.4.57 (Debian)"}, {}, None),
    ]


def test_eleven_causes_have_eleven_words_and_one_answer(every_method, redis):
    answers, seen = set(), []
    for why, params, keys, secret in causes():
        for name, value in keys.items():
            redis.client.set(name, value)
        answer, line = refused(every_method, **params)
        assert line["why"] == why and line["address"] == "192.0.2.1" and "user" not in line, line
        answers.add((answer.head, bytes(answer.raw)))
        seen.append(why)
        assert not secret or secret not in every_method.output(), why
    assert len(answers) == 1 and len(set(seen)) == 11
    assert answers.pop()[1] == b'{"error":"authentication required"}'


def test_apache_that_withholds_the_header_is_told_apart(stack, redis):
    server = stack.server("fcgid", redis, stream="stream:logs:{user}", **identity.options("bearer"))
    assert get(server.port, server.path + "/stream", {"Accept": "application/json"}).status == 401
    wait_until(lambda: "event=refuse status=401 why=no-authorization method=none " in server.output(), "the line")


def test_what_comes_after_the_identity_is_refused_with_its_user(stack, redis):
    r = stack.responder(redis, auth="remote_user", stream="log:{tenant}")
    answer, line = refused(r, REMOTE_USER="o'neil \"x\" status=200")
    assert answer.status == 403
    assert (line["why"], line["method"], line["user"]) == ("forbidden", "remote_user", "o'neil \"x\" status=200")
    for query, why, params in [("", "disabled", {"SSELOG_ENABLED": "0"}),
                               ("whose=other", "whose", {"SSELOG_STREAM": "log:{user}"})]:
        answer, line = refused(r, query=query, REMOTE_USER="ann", **params)
        assert line["why"] == why and answer.status == {"disabled": 403, "whose": 409}[why]


def test_refusal_has_the_status_that_the_answer_stands_for(stack, redis):
    """Clients that accept an event stream get 200 in place of 503, those of smarter are led to the login."""
    r = stack.responder(auth="cookie", stream="log:{user}")
    answer = fcgi_get(r.socket, environment("/sselog/stream", HTTP_COOKIE="session=a-secret-id"))
    assert answer.status == 200 and answer.read_event("unavailable")
    r2 = stack.responder(redis, profile="smarter", auth="cookie", login_url="/login", stream="log:{user}")
    answer = fcgi_get(r2.socket, environment("/sselog/stream", "a=query", HTTP_COOKIE="session=a-secret-id"))
    assert answer.status == 302
    for responder, status, why in (r, "503", "unavailable"), (r2, "302", "session-unknown"):
        [line] = lines(responder.output(), "refuse")
        assert (line["status"], line["why"], line["method"]) == (status, why, "cookie")
        assert "a-secret-id" not in responder.output() and "a=query" not in responder.output()


def test_cgi_logs_its_refusal(stack, redis):
    server = stack.server("cgid", redis, stream="stream:logs:{user}", **identity.options("bearer"))
    for _ in range(2):
        assert get(server.port, server.path + "/stream", {"Accept": "application/json"}).status == 401
    wait_until(lambda: server.output().count("event=refuse status=401 why=no-authorization method=none ") == 2, "the lines")


def test_users_are_hashed_on_request(stack, redis):
    r = stack.responder(redis, auth="remote_user", stream="log:{tenant}", log_user="hash", log_level="debug")
    _, line = refused(r, REMOTE_USER="Zoë", REMOTE_ADDR="unix:")
    assert line["user"] == hashlib.sha256("Zoë".encode()).hexdigest()[:12]
    with FcgiStream(r.socket, environment("/sselog/stream", REMOTE_USER="Zoë", SSELOG_STREAM="log")) as s:
        s.read_until_live()
    with FcgiStream(r.socket, environment("/sselog/stream", REMOTE_USER="Zoë", SSELOG_STREAM="log:{user}")) as s:
        s.read_until_live()
    wait_until(lambda: len(lines(r.output(), "close")) == 2, "the lines")
    closed = lines(r.output(), "close")
    assert [c["user"] for c in closed] == [line["user"]] * 2 and "Zo" not in r.output()
    assert sorted(c.get("key", "") for c in closed) == ["", "log"]


def test_levels_choose_the_lines(stack, redis):
    for level, whys in [("debug", ["not-found", "none"]), ("info", ["none"]), ("warning", [])]:
        r = stack.responder(redis, auth="remote_user", log_level=level)
        for path in ("/sselog/nonsense", "/sselog/history"):
            fcgi_get(r.socket, environment(path))
        assert r.stop() == 0
        assert [line["why"] for line in lines(r.output(), "refuse")] == whys
        assert bool(lines(r.output(), "refuse")) == (level != "warning")


@pytest.mark.threads
def test_scanner_fills_no_disk(stack, redis):
    """Refusals of one cause to one address are one line; those of many addresses are limited together."""
    r = stack.responder(redis, auth="bearer")
    ask = environment("/sselog/history", REMOTE_ADDR="192.0.2.1", **bearer("wrong"))
    for _ in range(50):
        assert fcgi_get(r.socket, ask).status in (401, 429)
    assert [line["why"] for line in lines(r.output(), "refuse")] == ["bearer-unknown", "throttled"]
    assert lines(r.output(), "refuse")[1]["cause"] == "bearer-unknown"
    for n in range(400):
        fcgi_get(r.socket, environment("/sselog/history", REMOTE_ADDR=f"198.51.{n // 200}.{n % 200}"))
    assert len(lines(r.output(), "refuse")) < 250


def test_scanner_hides_no_warning(stack, redis):
    refused = b"-NOPERM this user has no permissions to run the 'set' command\r\n"
    scripted = stack.scripted(redis, lambda conn, cmd: refused if cmd[0].upper() == b"SET" else None)
    r = stack.responder(scripted, auth="remote_user token", stream="log:{user}")
    for n in range(150):
        fcgi_get(r.socket, environment("/sselog/history", REMOTE_ADDR=f"198.51.100.{n}"))
    assert len(lines(r.output(), "refuse")) >= 100
    assert fcgi_get(r.socket, environment("/sselog/token", method="POST", REMOTE_USER="ann")).status == 500
    assert lines(r.output(), "refuse")[-1]["why"] == "failed"


def test_stream_that_waited_in_vain_for_a_seat_is_refused(stack, redis):
    r = stack.responder(redis, auth="remote_user", stream="log", max_per_user=1)
    params = environment("/sselog/stream", REMOTE_USER="ann", REMOTE_ADDR="192.0.2.1")
    with FcgiStream(r.socket, params) as held:
        held.read_until_live()
        assert fcgi_get(r.socket, params).read_event("unavailable").json()["reason"].startswith("too many viewers")
    wait_until(lambda: lines(r.output(), "refuse"), "the line")
    [line] = lines(r.output(), "refuse")
    assert (line["status"], line["why"], line["user"], line["address"]) == ("429", "user-seats", "ann", "192.0.2.1")


def viewer(stack, redis, **options):
    r = stack.responder(redis, log_level="debug", **{"auth": "remote_user", "stream": "log:{user}", **options})
    s = stack.keep(FcgiStream(r.socket, environment("/sselog/stream", REMOTE_USER="ann", REMOTE_ADDR="192.0.2.1",
                                                    HTTP_COOKIE="session=a-secret-id")))
    s.read_until_live()
    return r, s


def closed(r):
    wait_until(lambda: lines(r.output(), "close"), "the line")
    [opened], [line] = lines(r.output(), "open"), lines(r.output(), "close")
    assert "a-secret-id" not in r.output()
    about = {name: value for name, value in opened.items() if name != "event"}
    assert about.items() <= line.items() and list(line)[:5] == ["event", "records", "bytes", "seconds", "reason"]
    assert re.fullmatch("[0-9a-f-]{36}", line["client"]) and line["address"] == "192.0.2.1"
    return line


def test_peer_that_left_is_gone(stack, redis):
    redis.add("log:ann", "one")
    r, s = viewer(stack, redis)
    redis.add("log:ann", "two")
    s.read_records(2)
    s.close()
    line = closed(r)
    assert (line["reason"], line["records"], line["user"], line["key"], line["method"], line["profile"]) == (
        "gone", "2", "ann", "log:ann", "remote_user", "plain")
    assert int(line["bytes"]) >= len(s.raw)


def test_shutdown_and_lifetime_end_a_stream(stack, redis):
    r, s = viewer(stack, redis)
    assert r.stop() == 0
    assert closed(r)["reason"] == s.read_event("end").json()["reason"] == "shutdown"
    r, s = viewer(stack, redis, lifetime=5)
    assert s.read_event("end").json()["reason"] == closed(r)["reason"] == "lifetime"


def test_session_that_is_deleted_ends_a_stream(stack, redis):
    redis.client.set("session:a-secret-id", session("ann"))
    r, s = viewer(stack, redis, auth="cookie")
    redis.client.delete("session:a-secret-id")
    assert s.read_event("end").json()["reason"] == closed(r)["reason"]


def test_log_that_cannot_be_read_is_named(stack, redis):
    redis.client.set("log:ann", "a string")
    r = stack.responder(redis, log_level="debug", auth="remote_user", stream="log:{user}")
    fcgi_get(r.socket, environment("/sselog/stream", REMOTE_USER="ann"))
    wait_until(lambda: lines(r.output(), "close"), "the line")
    [line] = lines(r.output(), "close")
    assert (line["reason"], line["text"]) == ("failed", "the log's key holds another type")
    assert re.search(r"warning redis: \S+: (XRANGE|XINFO) log:ann refused: WRONGTYPE", r.output())


def test_lines_about_redis_show_no_more_of_a_secret_key_than_its_template(stack, redis):
    r = stack.responder(redis, auth="cookie bearer token", bearer_key="sselog:bearer:key:{sha256}", log_level="debug")
    redis.client.lpush("session:a-secret-id", "x")
    redis.client.lpush(f"sselog:bearer:key:{hashlib.sha256(b'a-bearer-key').hexdigest()}", "x")
    redis.client.lpush("sse_token:a-secret-token-of-43", "x")
    for command, params in [("GET session:...", {"HTTP_COOKIE": "session=a-secret-id"}),
                            ("GET sselog:bearer:key:...", bearer("a-bearer-key")),
                            ("GETDEL sse_token:...", {"query": "token=a-secret-token-of-43"})]:
        refused(r, **params)
        assert re.search(rf"warning redis: \S+: {re.escape(command)} refused: WRONGTYPE", r.output()), command
    assert not re.search("a-secret|a-bearer|" + hashlib.sha256(b"a-bearer-key").hexdigest()[:8], r.output())


def test_streams_are_logged_only_at_debug(stack, redis):
    r = stack.responder(redis, auth="remote_user", stream="log:{user}")
    with FcgiStream(r.socket, environment("/sselog/stream", REMOTE_USER="ann")) as s:
        s.read_until_live()
    assert r.stop() == 0
    assert not lines(r.output(), "open") and not lines(r.output(), "close")
