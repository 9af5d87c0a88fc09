# SPDX-License-Identifier: MIT
"""CORS: only pages of configured origins may read answers and request tokens."""
import json

import pytest

import webs
from fcgi import FcgiStream, environment, fcgi_get
from identity import session
from sse import Stream, basic, get
from tables import case

ALLOWED = "https://app.example"
OTHER = "http://localhost:3000"
FOREIGN = ["https://evil.example", "null", "https://app.example.evil.example", "http://app.example",
           "https://app.example:8443", "https://APP.example", "https://app.example/", "*", ""]


@pytest.fixture
def responder(stack, redis):
    redis.client.set("session:abc", session())
    redis.add("stream:logs:ann", "x")
    return stack.responder(redis, auth="cookie", stream="stream:logs:{user}", cors=f"{ALLOWED} {OTHER}")


def request(responder, path="/sselog/stream", origin=None, **params):
    given = {"HTTP_ACCEPT": "application/json", "HTTP_ORIGIN": origin, **params}
    return fcgi_get(responder.socket, environment(path, **given))


def cors_headers(answer):
    """The CORS headers of an answer."""
    return {k.removeprefix("access-control-"): v for k, v in answer.headers.items()
            if k.startswith("access-control-")}


# Endpoints and methods; each is requested with and without a good credential.
PATHS = [("/sselog/stream", "GET"), ("/sselog/history", "GET"), ("/sselog/token", "POST"),
         ("/sselog/status", "GET"), ("/sselog/healthz", "GET"), ("/sselog/nowhere", "GET"),
         ("/sselog/stream", "DELETE")]


def test_only_configured_origins_get_cors_headers(responder):
    for n, (path, method) in enumerate(PATHS):  # each from an address without failed attempts
        for cookie in ("session=abc", "session=bad"):
            for origin in (ALLOWED, OTHER, None, *FOREIGN):
                params = environment(path, method=method, HTTP_COOKIE=cookie, HTTP_ORIGIN=origin,
                                     REMOTE_ADDR=f"192.0.2.{n}")
                with case(f"{method} {path}, {cookie}, origin {origin}"), \
                        FcgiStream(responder.socket, params) as answer:
                    allowed = {"allow-origin": origin, "allow-credentials": "true"}
                    assert cors_headers(answer) == (allowed if origin in (ALLOWED, OTHER) else {})
                    assert answer.headers["vary"] == "Origin", "a cache would give it to another origin"


def test_preflight_needs_no_credential(responder):
    """Browsers send no credential with a preflight."""
    for path, methods in (("/sselog/stream", "GET"), ("/sselog/token", "POST"), ("/sselog/history", "GET")):
        asked = {"HTTP_ACCESS_CONTROL_REQUEST_METHOD": methods,
                 "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": "authorization,last-event-id"}
        answer = fcgi_get(responder.socket, environment(path, method="OPTIONS", HTTP_ORIGIN=ALLOWED, **asked))
        assert answer.status == 204 and answer.raw == b"" and answer.headers["vary"] == "Origin"
        found = cors_headers(answer)
        assert found["allow-origin"] == ALLOWED and found["allow-credentials"] == "true"
        assert methods in found["allow-methods"].split(", ")
        allowed = found["allow-headers"].lower().split(", ")
        assert {"authorization", "last-event-id", "cache-control", "content-type"} <= set(allowed)
        assert int(found["max-age"]) > 0
        for origin in [None, *FOREIGN]:
            answer = fcgi_get(responder.socket, environment(path, method="OPTIONS", HTTP_ORIGIN=origin, **asked))
            assert answer.status == 204 and cors_headers(answer) == {}, origin


def test_no_cors_headers_by_default(stack, redis):
    redis.client.set("session:abc", session())
    responder = stack.responder(redis, auth="cookie", stream="stream:logs:{user}")
    for method in ("GET", "OPTIONS"):
        for path, _ in PATHS[:6]:
            params = environment(path, method=method, HTTP_ORIGIN=ALLOWED, HTTP_COOKIE="session=abc")
            with FcgiStream(responder.socket, params) as answer:
                assert cors_headers(answer) == {} and "vary" not in answer.headers


def test_unavailable_stream_has_cors_headers(responder, redis):
    """A page of a configured origin must be able to read the `unavailable` event."""
    redis.stop()
    answer = request(responder, origin=ALLOWED, HTTP_COOKIE="session=abc", HTTP_ACCEPT="text/event-stream")
    assert answer.status == 200 and [e.type for e in answer.events] == ["unavailable"]
    assert cors_headers(answer)["allow-origin"] == ALLOWED and answer.headers["vary"] == "Origin"


CROSS_SITE = [  # Origin, Sec-Fetch-Site, Host, and whether the request gets a token
    (None, None, "logs.example", True),  # a script
    ("https://logs.example", None, "logs.example", True),
    ("https://logs.example:8443", None, "logs.example:8443", True),
    ("https://logs.example", "same-origin", "logs.example", True),
    (None, "same-origin", "logs.example", True),
    (None, "none", "logs.example", True),
    (ALLOWED, "cross-site", "logs.example", True),
    (ALLOWED, None, "logs.example", True),
    (OTHER, "same-site", "logs.example", True),
    ("https://evil.example", "cross-site", "logs.example", False),
    ("https://evil.example", None, "logs.example", False),
    ("https://sub.logs.example", "same-site", "logs.example", False),
    (None, "cross-site", "logs.example", False),
    (None, "same-site", "logs.example", False),
    ("null", None, "logs.example", False),
    ("null", "cross-site", "logs.example", False),
    ("https://logs.example.evil.example", None, "logs.example", False),
    ("https://logs.example:8443", None, "logs.example", False),
    ("https://evil.example", "something new", "logs.example", False),
    ("https://logs.example", "something new", "logs.example", False),
    ("https://evil.example", None, None, False),
    ("https://evil.example", "", "logs.example", False),
]


def test_token_is_refused_to_cross_site_requests(redis, responder):
    for row in CROSS_SITE:
        origin, site, host, may = row
        with case(row):
            redis.client.delete(*redis.client.keys("sse_token:*"), "no such key")
            redis.client.config_resetstat()
            answer = fcgi_get(responder.socket, environment(
                "/sselog/token", method="POST", HTTP_COOKIE="session=abc", HTTP_ORIGIN=origin,
                HTTP_SEC_FETCH_SITE=site, HTTP_HOST=host))
            assert answer.status == (200 if may else 403)
            assert len(redis.client.keys("sse_token:*")) == may
            if not may:
                assert json.loads(answer.raw) == {"error": "cross-site request"}
                assert redis.client.info("commandstats").get("cmdstat_get") is None, "a look-up before the refusal"


def test_origin_has_the_port_that_host_lacks(redis, responder):
    """With Debian's own parameters nginx passes $host, which has no port, and the port as SERVER_PORT."""
    for origin, host, port, may in (
            ("http://logs.example:8081", "logs.example", "8081", True), ("http://[::1]:8081", "[::1]", "8081", True),
            ("http://logs.example", "logs.example", "80", True), ("http://[::1]:8081", "[::1]:8081", "80", True),
            ("http://logs.example:9999", "logs.example", "8081", False),
            ("http://logs.example:8081", "logs.example", None, False),
            ("http://logs.example:8081", "logs.example:8080", "8081", False),
            ("http://[::1]:8081", "[::1]:8080", "8081", False),
            ("http://logs.example.evil:8081", "logs.example", "8081", False),
            ("http://evil.example:8081", "logs.example", "8081", False)):
        answer = fcgi_get(responder.socket, environment(
            "/sselog/token", method="POST", HTTP_COOKIE="session=abc", HTTP_ORIGIN=origin, HTTP_HOST=host,
            SERVER_PORT=port))
        assert answer.status == (200 if may else 403), (origin, host, port)


@pytest.mark.parametrize("kind", ["lighttpd", "fcgid", "htaccess", "nginx"])
def test_preflight_passes_the_basic_authentication_of_the_web_server(stack, redis, kind):
    """Browsers send it without a password.  Other methods still need one."""
    server = stack.server(kind, redis, web={"auth": True}, auth="remote_user", stream="stream:logs:{user}", cors=ALLOWED)
    headers = {"Origin": ALLOWED, "Access-Control-Request-Method": "GET"}
    for password in ({}, basic("ann", "wrong"), basic("ann", webs.PASSWORD)):
        answer = get(server.port, server.path + "/stream", {**headers, **password}, method="OPTIONS")
        assert (answer.status, answer.raw) == (204, b""), password
        assert answer.headers["access-control-allow-origin"] == ALLOWED
    for method, body in (("GET", b""), ("POST", b"x")):
        assert get(server.port, server.path + "/stream", headers, method=method, body=body).status == 401, method


@pytest.mark.parametrize("kind", ["lighttpd", "fcgid"])
def test_cors_works_through_web_servers(stack, redis, kind):
    redis.client.set("session:abc", session())
    redis.add("stream:logs:ann", "x")
    server = stack.server(kind, redis, auth="cookie", stream="stream:logs:{user}", cors=ALLOWED)
    headers = {"Cookie": "session=abc", "Origin": ALLOWED}
    with Stream(server.port, server.path + "/stream", headers) as s:
        s.read_until_live()
        assert s.headers["access-control-allow-origin"] == ALLOWED
        assert s.headers["access-control-allow-credentials"] == "true"
        assert "Origin" in s.headers["vary"]
    preflight = get(server.port, server.path + "/token", {**headers, "Access-Control-Request-Method": "POST"},
                    method="OPTIONS")
    assert preflight.status == 204 and preflight.headers["access-control-allow-origin"] == ALLOWED
    foreign = {**headers, "Origin": "https://evil.example"}
    assert get(server.port, server.path + "/token", foreign, method="POST", body=b"x").status == 403
    with Stream(server.port, server.path + "/stream", foreign) as s:
        assert "access-control-allow-origin" not in s.headers
