# SPDX-License-Identifier: MIT
"""Limits: the number of viewers of a user and of a process, and failed attempts of an address."""
import json
import time

import pytest

import identity
from fcgi import FcgiStream, environment, fcgi_get
from identity import session
from procs import wait_until
from sse import Stream, get


def open_stream(responder, user="ann", **params):
    return FcgiStream(responder.socket, environment("/sselog/stream", REMOTE_USER=user, **params))


def json_request(responder, user="ann", **params):
    return fcgi_get(responder.socket, environment("/sselog/stream", REMOTE_USER=user,
                                                  HTTP_ACCEPT="application/json", **params))


def assert_too_many_viewers(responder, user, status, why):
    """A script gets the status and Retry-After. EventSource gives up on any status except 200, and so gets
    a stream with `unavailable` that ends."""
    answer = json_request(responder, user)
    assert answer.status == status and int(answer.headers["retry-after"]) > 0
    assert json.loads(answer.raw) == {"error": why}
    with open_stream(responder, user) as s:
        assert s.status == 200 and s.headers["content-type"] == "text/event-stream"
        s.read_rest()
        assert [(e.type, e.json()) for e in s.events] == [("unavailable", {"reason": why})]
        assert s.parser.retry >= 100


class OpenViewers:
    """A number of live viewers of a user."""

    def __init__(self, responder, user, count):
        self.streams = [open_stream(responder, user) for _ in range(count)]
        for s in self.streams:
            s.read_until_live()

    def close(self):
        for s in self.streams:
            s.close()


def test_max_per_user_limits_each_user(stack, redis):
    responder = stack.responder(redis, auth="remote_user", stream="stream:logs:{user}", max_per_user=3)
    ann = stack.keep(OpenViewers(responder, "ann", 3))
    assert_too_many_viewers(responder, "ann", 429, "too many viewers for this user")
    bob = stack.keep(OpenViewers(responder, "bob", 3))  # another user has another limit
    assert json_request(responder, "ann", REQUEST_METHOD="HEAD").status == 200  # a HEAD request takes no seat
    ann.streams.pop().close()

    def try_stream():
        with open_stream(responder, "ann") as s:
            s.read_until(lambda s: s.events, "an event")
            return s.events[0].type == "live"
    wait_until(try_stream, "a free seat")
    assert len(bob.streams) == 3


def test_max_viewers_limits_the_process(stack, redis):
    responder = stack.responder(redis, auth="remote_user", stream="stream:logs:{user}", max_viewers=4,
                                max_per_user=3)
    stack.keep(OpenViewers(responder, "ann", 2))
    stack.keep(OpenViewers(responder, "bob", 2))
    assert_too_many_viewers(responder, "eve", 503, "too many viewers")
    history = fcgi_get(responder.socket, environment("/sselog/history", REMOTE_USER="eve"))
    assert history.status == 200  # requests other than streams take no seat


def test_options_of_the_request_hold_for_a_refusal(stack, redis):
    """CORS and retry of the refusal are those of the request, also with an identity that can be revoked."""
    redis.client.set("session:abc", session())
    responder = stack.responder(redis, auth="cookie", stream="stream:logs:{user}", max_per_user=1)
    given = {"HTTP_COOKIE": "session=abc", "HTTP_ORIGIN": "https://app.example",
             "SSELOG_CORS": "https://app.example", "SSELOG_RETRY": "600000"}
    with FcgiStream(responder.socket, environment("/sselog/stream", **given)) as first:
        first.read_until_live()
        for accept in ("text/event-stream", "application/json"):
            full = fcgi_get(responder.socket, environment("/sselog/stream", **given, HTTP_ACCEPT=accept))
            assert full.headers["access-control-allow-origin"] == "https://app.example"
            assert full.headers["vary"] == "Origin"
            if full.status == 200:
                assert [e.type for e in full.events] == ["unavailable"]
                assert full.parser.retry >= 600000


def test_same_user_name_of_two_tenants_counts_as_two_users(stack, redis):
    """User and tenant together identify a user: (ann, acme), (acme, ann) and (eann, acm) differ."""
    names = [("ann", "acme"), ("ann", "other"), ("ann", ""), ("acme", "ann"), ("eann", "acm")]
    for n, (user, tenant) in enumerate(names):
        redis.client.set(f"session:{n}", json.dumps({"user_id": user, "tenant_id": tenant}))
    responder = stack.responder(redis, auth="cookie", stream="stream:logs:{user}", max_per_user=1)

    def follow(n):
        return FcgiStream(responder.socket, environment("/sselog/stream", HTTP_COOKIE=f"session={n}"))
    for n in range(len(names)):
        stack.keep(follow(n)).read_until_live()
    with follow(0) as again:
        again.read_event("unavailable")


def test_anonymous_viewers_have_no_user_limit(stack, redis):
    responder = stack.responder(redis, max_per_user=1)
    viewers = [stack.keep(FcgiStream(responder.socket, environment("/sselog/stream"))) for _ in range(3)]
    for s in viewers:
        s.read_until_live()


def test_seat_is_free_after_any_end_of_a_stream(stack, redis):
    """The stream ends by revocation or by a reset of the connection."""
    responder = stack.responder(redis, auth="cookie", stream="stream:logs:{user}", max_viewers=1)
    params = environment("/sselog/stream", HTTP_COOKIE="session=abc")
    for n in range(6):
        redis.client.set("session:abc", session())

        def try_stream():
            s = FcgiStream(responder.socket, params)
            s.read_until(lambda s: s.events, "an event")
            if s.events[0].type == "live":
                return s
            s.close()
        s = wait_until(try_stream, f"a free seat in round {n}")
        if n % 2:
            redis.client.delete("session:abc")
            s.read_event("end")
            s.close()
        else:
            s.peer.reset()


# ---- failed attempts ----

BURST = 10  # failed attempts of an address before its wrong ones are answered 429
RETURN_SECONDS = 2  # until one more attempt is allowed


def attempt(responder, address, cookie="session=bad", accept="application/json", **params):
    return fcgi_get(responder.socket, environment("/sselog/stream", HTTP_COOKIE=cookie, REMOTE_ADDR=address,
                                                  HTTP_ACCEPT=accept, **params))


def use_up_attempts(responder, address, **params):
    """Sends bad credentials until the address is slowed. Returns how many failed, and the last answer.

    503 is no failed attempt: Redis did not answer in time."""
    tried = []

    def slowed():
        tried.append(attempt(responder, address, **params))
        return tried[-1].status not in (401, 503)
    wait_until(slowed, "slowing")
    return [a.status for a in tried].count(401), tried[-1]


class AttemptBudget:
    """The failed attempts of an address, and of other addresses that must share them.

    Their number may not exceed the initial attempts and those that have returned with time."""

    def __init__(self, responder, address, **params):
        self.responder = responder
        self.begun = time.monotonic()
        self.count, self.answer = use_up_attempts(responder, address, **params)
        assert self.count >= BURST, "slowed too early"

    def assert_slowed(self, address, **params):
        count, answer = use_up_attempts(self.responder, address, **params)
        self.count += count
        returned = int((time.monotonic() - self.begun) / RETURN_SECONDS) + 1
        assert self.count <= BURST + returned, "not slowed"
        return answer


@pytest.fixture
def limited(stack, redis):
    redis.client.set("session:good", session())
    redis.add("stream:logs:ann", "for ann")
    redis.client.set(identity.bearer_key("key"), session())
    key = identity.secret_file(stack.directory(), "key", identity.SECRET)
    return stack.responder(redis, auth="cookie bearer jwt remote_user", stream="stream:logs:{user}",
                           jwt_key_file=key, trusted="198.51.100.7", front_threads=1)


def test_failed_attempts_slow_only_their_address(redis, limited):
    budget = AttemptBudget(limited, "192.0.2.1")
    assert budget.answer.status == 429
    assert json.loads(budget.answer.raw) == {"error": "too many failed attempts"}
    assert int(budget.answer.headers["retry-after"]) > 0
    answer = budget.assert_slowed("192.0.2.1", accept="text/event-stream")
    assert answer.status == 429 and not answer.events  # not 200: EventSource would send it again for ever
    for other in ("192.0.2.2", "2001:db8::1", "127.0.0.1"):
        assert attempt(limited, other).status == 401
    with FcgiStream(limited.socket, environment("/sselog/stream", HTTP_COOKIE="session=good",
                                                REMOTE_ADDR="192.0.2.2")) as s:
        s.read_until_live()
        assert s.payloads == ["for ann"]


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_good_credential_works_beside_wrong_ones_of_its_address(limited, accept):
    """All share one address, as behind a NAT."""
    use_up_attempts(limited, "192.0.2.1")
    for good in ({"HTTP_COOKIE": "session=good"}, {"HTTP_COOKIE": None, "HTTP_AUTHORIZATION": "Bearer key"}):
        for _ in range(5):
            assert attempt(limited, "192.0.2.1").status in (401, 429)
            with FcgiStream(limited.socket, environment("/sselog/stream", REMOTE_ADDR="192.0.2.1", HTTP_ACCEPT=accept,
                                                        **good)) as s:
                s.read_until_live()
                assert s.payloads == ["for ann"]


@pytest.mark.parametrize("profile", ["smarter", "swf"])
def test_page_whose_pass_has_ended_is_led_to_the_login_beside_wrong_ones(stack, redis, profile):
    """The examples' passes are short and renewed there. Else wrong credentials of others would end these pages."""
    r = stack.responder(redis, auth="cookie", profile=profile, login_url="/renew")
    for _ in range(BURST + 3):
        answer = attempt(r, "192.0.2.1", cookie="session=ended", accept="text/event-stream")
        assert answer.status == 302 and answer.headers["location"].startswith("/renew?next=")
    assert "too many wrong credentials" in r.output()


def test_attempts_return_with_time(limited):
    use_up_attempts(limited, "192.0.2.1")
    wait_until(lambda: attempt(limited, "192.0.2.1").status == 401, "one more attempt")


def test_too_many_wrong_credentials_are_logged_once(limited):
    for _ in range(2):
        use_up_attempts(limited, "192.0.2.1")
    line = "warning front: too many wrong credentials, the last one from 192.0.2.1"
    assert limited.output().count(line) == 1


def test_credentials_without_lookup_are_not_slowed(limited):
    """An identity from the web server, and a valid JWT."""
    use_up_attempts(limited, "192.0.2.1")
    for params in ({"REMOTE_USER": "ann"}, {"HTTP_AUTHORIZATION": "Bearer " + identity.jwt()}):
        with FcgiStream(limited.socket, environment("/sselog/stream", REMOTE_ADDR="192.0.2.1", **params)) as s:
            s.read_until_live()
            assert s.payloads == ["for ann"]


def test_requests_that_are_not_failed_attempts(limited):
    """No credential, a malformed one, an expired JWT, and a good one."""
    for n in range(2 * BURST):
        assert attempt(limited, "192.0.2.1", cookie=None).status == 401
        assert attempt(limited, "192.0.2.1", cookie=None, HTTP_AUTHORIZATION="Bearer a b").status == 400
        assert attempt(limited, "192.0.2.1", cookie=None,
                       HTTP_AUTHORIZATION="Bearer " + identity.jwt(lifetime=-5)).status == 401
        assert attempt(limited, "192.0.2.1", "session=good", REQUEST_METHOD="HEAD").status == 200
    assert attempt(limited, "192.0.2.1").status == 401


def test_ipv6_addresses_of_one_64_network_count_together(limited):
    AttemptBudget(limited, "2001:db8:1:2::1").assert_slowed("2001:db8:1:2:ffff::9")
    assert attempt(limited, "2001:db8:1:3::1").status == 401


THROUGH_PROXY = [("198.51.100.7", {}), *(("192.0.2.1", {"HTTP_" + name: value}) for name, value in {
    "X_FORWARDED_FOR": "203.0.113.9", "FORWARDED": "for=203.0.113.9", "VIA": "1.1 proxy", "X_REAL_IP": "203.0.113.9"
}.items())]


@pytest.mark.parametrize("proxy, added", THROUGH_PROXY,
                         ids=["trusted", "x_forwarded_for", "forwarded", "via", "x_real_ip"])
def test_what_comes_through_a_proxy_does_not_count_against_it(limited, proxy, added):
    """A proxy has many clients: one of them must not use up the attempts of the others."""
    for _ in range(2 * BURST):
        assert attempt(limited, proxy, **added).status == 401
    assert attempt(limited, proxy).status == 401
    count, _ = use_up_attempts(limited, "192.0.2.2")
    assert count >= BURST


CROSS_SITE = [{"HTTP_SEC_FETCH_SITE": "cross-site"}, {"HTTP_SEC_FETCH_SITE": "same-site"},
              {"HTTP_ORIGIN": "https://evil.example", "HTTP_HOST": "logs.example"}]


@pytest.mark.parametrize("marks", CROSS_SITE, ids=["cross_site", "same_site", "other_origin"])
def test_cross_site_requests_have_attempts_of_their_own(limited, marks):
    """Requests that another site makes a browser send are counted apart from the user's own."""
    AttemptBudget(limited, "192.0.2.1", **marks).assert_slowed("192.0.2.1", cookie="session=worse", **marks)
    with FcgiStream(limited.socket, environment("/sselog/stream", HTTP_COOKIE="session=good",
                                                REMOTE_ADDR="192.0.2.1")) as s:
        s.read_until_live()
        assert s.payloads == ["for ann"]
    count, _ = use_up_attempts(limited, "192.0.2.1")
    assert count >= BURST, "slowed too early"


def test_allowed_origins_share_the_attempts_of_the_address(limited):
    """Requests of the own pages and of origins in SSELOG_CORS share the attempts of the address."""
    allowed = {"HTTP_ORIGIN": "https://app.example", "HTTP_SEC_FETCH_SITE": "cross-site",
               "SSELOG_CORS": "https://app.example"}
    budget = AttemptBudget(limited, "192.0.2.1", **allowed)
    for marks in ({}, {"HTTP_SEC_FETCH_SITE": "same-origin"}, {"HTTP_SEC_FETCH_SITE": "none"}):
        budget.assert_slowed("192.0.2.1", **marks)


@pytest.mark.parametrize("kind", ["lighttpd", "nginx", "proxy_fcgi"])
def test_no_good_client_is_refused_beside_an_attacker(stack, redis, kind):
    """Both come from one address. Wrong credentials are answered 429 in the end, good ones never."""
    redis.client.set("session:good", session())
    server = stack.server(kind, redis, auth="cookie", stream="stream:logs:{user}")

    def ask(cookie):
        return get(server.port, server.path + "/history", {**identity.JSON, "Cookie": cookie}).status
    with Stream(server.port, server.path + "/stream", {"Cookie": "session=good"}) as viewer:
        viewer.read_until_live()
        wrong, good = [], []
        for n in range(60):
            wrong.append(ask(f"session=bad{n}"))
            if n % 3 == 0:
                good.append(ask("session=good"))
        assert good == [200] * len(good)
        assert wrong[0] == 401 and set(wrong[BURST:]) <= {401, 429} and 429 in wrong
        redis.add("stream:logs:ann", "x")
        assert viewer.read_records(1)
