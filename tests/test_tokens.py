# SPDX-License-Identifier: MIT
"""Exchange tokens: made by POST /token or by `sselog token`, valid once and for a short time."""
import json
import re
import subprocess

import pytest

import fcgi
import identity
from fcgi import FcgiStream, environment, fcgi_get
from identity import session
from procs import wait_until
from sse import Stream, get

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@pytest.fixture
def responder(stack, redis):
    redis.client.set("session:abc", session())
    redis.add("stream:logs:ann", "for ann")
    return stack.responder(redis, auth="token cookie", stream="stream:logs:{user}")


def post(responder, path="/sselog/token", **params):
    return fcgi_get(responder.socket, environment(path, method="POST", **params))


def make_token(responder, **params):
    answer = post(responder, HTTP_COOKIE="session=abc", **params)
    assert answer.status == 200, answer.raw
    return json.loads(answer.raw)["token"]


def status(responder, query, path="/sselog/stream", **params):
    return fcgi_get(responder.socket, environment(path, query, HTTP_ACCEPT="application/json", **params)).status


def test_token_is_made_and_opens_one_stream(redis, responder):
    answer = post(responder, HTTP_COOKIE="session=abc")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    given = json.loads(answer.raw)
    assert set(given) == {"token", "expires_in"} and given["expires_in"] == 30
    token = given["token"]
    assert TOKEN.fullmatch(token)
    assert 0 < redis.client.ttl("sse_token:" + token) <= 30
    value = json.loads(redis.client.get("sse_token:" + token))
    assert {k: value[k] for k in ("user_id", "tenant_id", "role")} == json.loads(session())
    with FcgiStream(responder.socket, environment("/sselog/stream", f"token={token}")) as s:
        s.read_until_live()
        assert s.payloads == ["for ann"]
    assert not redis.client.exists("sse_token:" + token)
    assert status(responder, f"token={token}") == 401


@pytest.mark.parametrize("error", ["READONLY You can't write against a read only replica.",
                                   "OOM command not allowed when used memory > 'maxmemory'.",
                                   "NOREPLICAS Not enough good replicas to write.",
                                   "MISCONF Redis is configured to save RDB snapshots, but it's unable to persist.",
                                   "NOPERM this user has no permissions", None])
def test_token_that_redis_does_not_take_now_is_asked_for_again(stack, redis, error):
    """A replica, full memory or a full disk pass by themselves; a missing right does not."""
    redis.client.set("session:abc", session())
    answers = {b"SET": f"-{error}\r\n".encode()} if error else {}
    scripted = stack.scripted(redis, lambda conn, cmd: answers.get(cmd[0].upper()))
    responder = stack.responder(scripted, auth="token cookie", stream="stream:logs:{user}")
    answer = post(responder, HTTP_COOKIE="session=abc")
    passes = error and not error.startswith("NOPERM")
    assert (answer.status, answer.headers.get("retry-after")) == \
        ((503, "5") if passes else (500, None) if error else (200, None))


def test_tokens_differ(responder):
    assert len({make_token(responder) for _ in range(50)}) == 50


def test_token_expires(redis, stack, responder):
    other = stack.responder(setup=stack.setup(redis, auth="token cookie", stream="stream:logs:{user}",
                                              token_ttl=1))
    token = make_token(other)
    wait_until(lambda: not redis.client.exists("sse_token:" + token), "expiry")
    assert status(responder, f"token={token}") == 401


def test_token_endpoint_refuses_other_identities_and_methods(stack, redis, responder):
    """Refused are requests without a credential, with a token, and anonymous ones."""
    assert post(responder).status == 401
    assert post(responder, HTTP_COOKIE="session=unknown").status == 401
    token = make_token(responder)
    assert fcgi_get(responder.socket, environment("/sselog/token", f"token={token}", method="POST")).status == 403
    anonymous = stack.responder(redis)
    assert post(anonymous).status == 403
    assert len(redis.client.keys("sse_token:*")) == 0
    for method in ("GET", "HEAD", "PUT"):
        refused = fcgi_get(responder.socket,
                           environment("/sselog/token", method=method, HTTP_COOKIE="session=abc"))
        assert refused.status == 405 and "POST" in refused.headers["allow"]


def test_token_endpoint_answers_503_without_redis(redis, stack):
    responder = stack.responder(redis, auth="remote_user token", stream="stream:logs:{user}")
    redis.stop()
    answer = post(responder, REMOTE_USER="ann")
    assert answer.status == 503 and "retry-after" in answer.headers
    assert "token" not in json.loads(answer.raw)


@pytest.mark.threads
def test_only_one_of_200_concurrent_requests_uses_a_token(stack, redis):
    """Two processes with four threads each get 200 requests with the same token."""
    redis.add("stream:logs:ann", "for ann")
    responders = [stack.responder(setup=stack.setup(redis, auth="token", stream="stream:logs:{user}",
                                                    front_threads=4)) for _ in range(2)]
    for round in range(3):
        token = f"{round:043}"
        redis.client.set("sse_token:" + token, session())
        peers = []
        try:
            for n in range(200):
                peer = fcgi.Peer(responders[n % 2].socket)
                peers.append(peer)
                params = environment("/sselog/stream", f"token={token}", HTTP_ACCEPT="application/json",
                                     REMOTE_ADDR=f"192.0.2.{n}")
                request = fcgi.begin() + fcgi.stream(fcgi.PARAMS, fcgi.pairs(params)) + fcgi.record(fcgi.STDIN)
                peer.send(request[:-1])
                peer.rest = request[-1:]
            for peer in peers:  # the last byte of each: all requests become complete at the same time
                peer.send(peer.rest)
            heads = [peer.next().content.split(b"\r\n")[0] for peer in peers]
        finally:
            for peer in peers:
                peer.close()
        assert heads.count(b"Status: 200 OK") == 1, heads
        # 429: more than 200 wrong credentials in all
        assert heads.count(b"Status: 401 Unauthorized") + heads.count(b"Status: 429 Too Many Requests") == 199
        assert not redis.client.exists("sse_token:" + token)


@pytest.mark.parametrize("kind", ["lighttpd", "fcgid"])
def test_token_works_through_web_servers_and_is_not_logged(stack, redis, kind):
    redis.client.set("session:abc", session())
    redis.add("stream:logs:ann", "for ann")
    server = stack.server(kind, redis, **identity.options("token", auth="token cookie"),
                          stream="stream:logs:{user}")
    answer = get(server.port, server.path + "/token", {"Cookie": "session=abc"}, method="POST", body=b"x")
    assert answer.status == 200
    token = json.loads(answer.raw)["token"]
    with Stream(server.port, f"{server.path}/stream?token={token}") as s:
        s.read_until_live()
        assert s.payloads == ["for ann"]
    assert get(server.port, f"{server.path}/stream?token={token}", identity.JSON).status == 401
    server.flush_log()
    wait_until(lambda: "/stream" in server.access_log(), "the access log")
    assert token not in server.access_log() and token not in server.output()


# ---- sselog token ----

def run_token(setup, *args):
    return subprocess.run([setup.program, "token", *args], env=setup.environment(), capture_output=True,
                          text=True, errors="replace", timeout=150)


@pytest.fixture
def setup(stack, redis):
    return stack.setup(redis, auth="token", stream="stream:logs:{user}")


def test_token_command_makes_tokens(stack, redis, setup):
    done = run_token(setup, "-u", "ann", "-t", "acme", "-r", "viewer", "-T", "700")
    assert done.returncode == 0 and done.stderr == ""
    token = done.stdout.rstrip("\n")
    assert TOKEN.fullmatch(token)
    assert 30 < redis.client.ttl("sse_token:" + token) <= 700
    assert json.loads(redis.client.get("sse_token:" + token)) == json.loads(session())
    redis.add("stream:logs:ann", "for ann")
    responder = stack.responder(setup=setup)
    with FcgiStream(responder.socket, environment("/sselog/stream", f"token={token}")) as s:
        s.read_until_live()
        assert s.payloads == ["for ann"]
    least = run_token(setup, "-u", "o'neil").stdout.strip()
    assert json.loads(redis.client.get("sse_token:" + least)) == {"user_id": "o'neil"}
    assert 0 < redis.client.ttl("sse_token:" + least) <= 30


@pytest.mark.parametrize("args", [
    [], ["-u", ""], ["-u", "n" * 129], ["-u", "a", "-T", "0"], ["-u", "a", "-T", "86401"],
    ["-u", "a", "-T", "x"], ["-u", "a", "more"], ["-u", "a", "-x"], ["-u", "a\nb"],
    ["-u", "a", "-t", "\x7f"], ["-u", "a", "-r", b"\xff"]],
    ids=["no_user", "empty_user", "long_user", "lifetime_0", "lifetime_too_long", "lifetime_no_number",
         "surplus_argument", "unknown_option", "line_end_in_user", "control_in_tenant", "role_not_utf8"])
def test_token_command_refuses_malformed_arguments(redis, setup, args):
    done = run_token(setup, *args)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.count("\n") >= 1
    assert "-T" not in args or f"-T takes 1 to 86400 seconds, but here is {args[-1]}" in done.stderr
    assert not redis.client.keys("sse_token:*")


def test_token_command_fails_without_redis(redis, setup):
    redis.stop()
    done = run_token(setup, "-u", "ann")
    assert done.returncode == 1 and done.stdout == "" and done.stderr


def test_token_of_contradictory_fields_is_not_blamed_on_redis(stack, redis):
    setup = stack.setup(redis, auth="token", stream="log", user_field="/a", tenant_field="/a/b")
    done = run_token(setup, "-u", "ann", "-t", "acme")
    assert done.returncode == 1 and done.stdout == "" and "the token could not be made" in done.stderr


def test_token_that_cannot_be_written_is_a_failure(setup):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([setup.program, "token", "-u", "ann"], env=setup.environment(), stdout=full, timeout=150)
    assert done.returncode == 1
