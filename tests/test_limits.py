# SPDX-License-Identifier: MIT
"""How many viewers there may be, and how often a credential may be wrong."""
import json
import time

import pytest

import identity
from fcgi import FcgiStream, environment, fcgi_get
from identity import session
from procs import wait_until
from sse import Stream, get


def stream(responder, user="ann", **params):
    return FcgiStream(responder.socket, environment("/sselog/stream", REMOTE_USER=user, **params))


def script(responder, user="ann", **params):
    return fcgi_get(responder.socket, environment("/sselog/stream", REMOTE_USER=user,
                                             HTTP_ACCEPT="application/json", **params))


def is_too_many(responder, user, status, why):
    """To a script the status and when to come back; to EventSource a stream that says so and ends,
    for it gives up for good on any other status."""
    answer = script(responder, user)
    assert answer.status == status and int(answer.headers["retry-after"]) > 0
    assert json.loads(answer.raw) == {"error": why}
    with stream(responder, user) as s:
        assert s.status == 200 and s.headers["content-type"] == "text/event-stream"
        s.rest()
        assert [(e.type, e.json()) for e in s.events] == [("unavailable", {"reason": why})]
        assert s.parser.retry >= 100


class Full:
    """So many viewers of a user, all live."""

    def __init__(self, responder, user, count):
        self.streams = [stream(responder, user) for _ in range(count)]
        for s in self.streams:
            s.live()

    def close(self):
        for s in self.streams:
            s.close()


def test_viewers_of_one_user(stack, redis):
    responder = stack.responder(redis, auth="remote_user", stream="stream:logs:{user}", max_per_user=3)
    ann = stack.keep(Full(responder, "ann", 3))
    is_too_many(responder, "ann", 429, "too many viewers for this user")
    bob = stack.keep(Full(responder, "bob", 3))  # nobody else's limit
    assert script(responder, "ann", REQUEST_METHOD="HEAD").status == 200  # takes no place
    ann.streams.pop().close()

    def let_in():
        with stream(responder, "ann") as s:
            s.until(lambda s: s.events, "an event")
            return s.events[0].type == "live"
    wait_until(let_in, "a place that was given back")
    assert len(bob.streams) == 3


def test_viewers_of_one_process(stack, redis):
    responder = stack.responder(redis, auth="remote_user", stream="stream:logs:{user}", max_viewers=4,
                                max_per_user=3)
    stack.keep(Full(responder, "ann", 2))
    stack.keep(Full(responder, "bob", 2))
    is_too_many(responder, "eve", 503, "too many viewers")
    history = fcgi_get(responder.socket, environment("/sselog/history", REMOTE_USER="eve"))
    assert history.status == 200  # answers take no place


def test_the_options_of_the_request_hold_at_a_limit(stack, redis):
    """Also where the identity goes on being watched: CORS, dialect and retry are the request's."""
    redis.client.set("session:abc", session())
    responder = stack.responder(redis, auth="cookie", stream="stream:logs:{user}", max_per_user=1)
    given = {"HTTP_COOKIE": "session=abc", "HTTP_ORIGIN": "https://app.example",
             "SSELOG_CORS": "https://app.example", "SSELOG_RETRY": "600000"}
    with FcgiStream(responder.socket, environment("/sselog/stream", **given)) as first:
        first.live()
        for accept in ("text/event-stream", "application/json"):
            full = fcgi_get(responder.socket, environment("/sselog/stream", **given, HTTP_ACCEPT=accept))
            assert full.headers["access-control-allow-origin"] == "https://app.example"
            assert full.headers["vary"] == "Origin"
            if full.status == 200:
                assert [e.type for e in full.events] == ["unavailable"]
                assert full.parser.retry >= 600000


def test_users_of_two_tenants_are_two(stack, redis):
    """Whatever their names are made of."""
    names = [("ann", "acme"), ("ann", "other"), ("ann", ""), ("acme", "ann"), ("eann", "acm")]
    for n, (user, tenant) in enumerate(names):
        redis.client.set(f"session:{n}", json.dumps({"user_id": user, "tenant_id": tenant}))
    responder = stack.responder(redis, auth="cookie", stream="stream:logs:{user}", max_per_user=1)

    def follow(n):
        return FcgiStream(responder.socket, environment("/sselog/stream", HTTP_COOKIE=f"session={n}"))
    for n in range(len(names)):
        stack.keep(follow(n)).live()
    with follow(0) as again:
        again.event("unavailable")


def test_the_anonymous_are_not_one_user(stack, redis):
    responder = stack.responder(redis, max_per_user=1)
    viewers = [stack.keep(FcgiStream(responder.socket, environment("/sselog/stream"))) for _ in range(3)]
    for s in viewers:
        s.live()


def test_places_come_back_however_a_stream_ends(stack, redis):
    """Ended by revocation, by the peer's vanishing, refused after the place was taken."""
    responder = stack.responder(redis, auth="cookie", stream="stream:logs:{user}", max_viewers=1)
    params = environment("/sselog/stream", HTTP_COOKIE="session=abc")
    for n in range(6):
        redis.client.set("session:abc", session())

        def let_in():
            s = FcgiStream(responder.socket, params)
            s.until(lambda s: s.events, "an event")
            if s.events[0].type == "live":
                return s
            s.close()
        s = wait_until(let_in, f"a place in round {n}")
        if n % 2:
            redis.client.delete("session:abc")
            s.event("end")
            s.close()
        else:
            s.peer.reset()


# ---- failed attempts ----

BURST, BACK = 10, 2  # failures that an address may spend, seconds after which one is given back


def attempt(responder, address, cookie="session=bad", accept="application/json", **params):
    return fcgi_get(responder.socket, environment("/sselog/stream", HTTP_COOKIE=cookie, REMOTE_ADDR=address,
                                             HTTP_ACCEPT=accept, **params))


def exhaust(responder, address, **params):
    """Wrong ones until the address is slowed; how many it took. One that Redis did not answer in time
    is no failure."""
    tried = []

    def slowed():
        tried.append(attempt(responder, address, **params))
        return tried[-1].status not in (401, 503)
    wait_until(slowed, "slowing")
    return [a.status for a in tried].count(401), tried[-1]


class Spent:
    """All failures of an address, as of one after another that they slow: no more than time gives back.
    On a machine that stood still that may be many."""

    def __init__(self, responder, address, **params):
        self.responder = responder
        self.begun = time.monotonic()
        self.count, self.answer = exhaust(responder, address, **params)
        assert self.count >= BURST, "it did not have all its tries"

    def slows(self, address, **params):
        count, answer = exhaust(self.responder, address, **params)
        self.count += count
        given_back = int((time.monotonic() - self.begun) / BACK) + 1
        assert self.count <= BURST + given_back, "it was not slowed"
        return answer


@pytest.fixture
def guarded(stack, redis):
    redis.client.set("session:good", session())
    redis.add("stream:logs:ann", "for ann")
    key = identity.secret_file(stack.directory(), "key", identity.SECRET)
    return stack.responder(redis, auth="cookie bearer jwt remote_user", stream="stream:logs:{user}",
                           jwt_key_file=key, trusted="198.51.100.7", front_threads=1)


def test_failures_slow_their_address_alone(redis, guarded):
    spent = Spent(guarded, "192.0.2.1")
    assert spent.answer.status == 429
    assert json.loads(spent.answer.raw) == {"error": "too many failed attempts"}
    assert int(spent.answer.headers["retry-after"]) > 0
    said = spent.slows("192.0.2.1", accept="text/event-stream")
    assert said.status == 200 and [e.type for e in said.events] == ["unavailable"]
    for other in ("192.0.2.2", "2001:db8::1", "127.0.0.1"):
        assert attempt(guarded, other).status == 401
    with FcgiStream(guarded.socket, environment("/sselog/stream", HTTP_COOKIE="session=good",
                                                REMOTE_ADDR="192.0.2.2")) as s:
        s.live()
        assert s.payloads == ["for ann"]


def test_no_look_up_for_who_is_slowed(redis, guarded):
    """Nor is a right guess told from a wrong one."""
    exhaust(guarded, "192.0.2.1")
    before = identity.lookup_counts(redis)
    answers = [attempt(guarded, "192.0.2.1", cookie) for cookie in ("session=bad", "session=good")]
    if [a.status for a in answers] == [429, 429]:  # no failure was given back meanwhile
        assert identity.lookup_counts(redis) == before
        assert answers[0].raw == answers[1].raw


def test_they_are_given_back(guarded):
    exhaust(guarded, "192.0.2.1")
    wait_until(lambda: attempt(guarded, "192.0.2.1", "session=good", "text/event-stream",
                               REQUEST_METHOD="HEAD").headers.get("cache-control") == "no-cache"
               and attempt(guarded, "192.0.2.1").status == 401, "one more attempt")


def test_what_needs_no_look_up_is_not_kept_out(guarded):
    """The web server's word, and a JWT that holds."""
    exhaust(guarded, "192.0.2.1")
    for params in ({"REMOTE_USER": "ann"}, {"HTTP_AUTHORIZATION": "Bearer " + identity.jwt()}):
        with FcgiStream(guarded.socket, environment("/sselog/stream", REMOTE_ADDR="192.0.2.1", **params)) as s:
            s.live()
            assert s.payloads == ["for ann"]


def test_what_is_no_failure(guarded):
    """No credential, one out of form, a login that is over, a good one."""
    for n in range(2 * BURST):
        assert attempt(guarded, "192.0.2.1", cookie=None).status == 401
        assert attempt(guarded, "192.0.2.1", cookie=None, HTTP_AUTHORIZATION="Bearer a b").status == 400
        assert attempt(guarded, "192.0.2.1", cookie=None,
                       HTTP_AUTHORIZATION="Bearer " + identity.jwt(lifetime=-5)).status == 401
        assert attempt(guarded, "192.0.2.1", "session=good", REQUEST_METHOD="HEAD").status == 200
    assert attempt(guarded, "192.0.2.1").status == 401


def test_a_network_of_one_customer_is_one(guarded):
    Spent(guarded, "2001:db8:1:2::1").slows("2001:db8:1:2:ffff::9")
    assert attempt(guarded, "2001:db8:1:3::1").status == 401


def test_a_trusted_proxy_is_nobody(guarded):
    """Many clients stand behind it: one of them must not lock out the rest."""
    for _ in range(2 * BURST):
        assert attempt(guarded, "198.51.100.7").status == 401


CROSS_SITE = [{"HTTP_SEC_FETCH_SITE": "cross-site"}, {"HTTP_SEC_FETCH_SITE": "same-site"},
              {"HTTP_ORIGIN": "https://evil.example", "HTTP_HOST": "logs.example"}]


@pytest.mark.parametrize("marks", CROSS_SITE, ids=str)
def test_pages_of_others_lock_nobody_out(guarded, marks):
    """What they make a browser ask for is counted, and slowed, by itself."""
    Spent(guarded, "192.0.2.1", **marks).slows("192.0.2.1", cookie="session=worse", **marks)
    with FcgiStream(guarded.socket, environment("/sselog/stream", HTTP_COOKIE="session=good",
                                                REMOTE_ADDR="192.0.2.1")) as s:
        s.live()
        assert s.payloads == ["for ann"]
    count, _ = exhaust(guarded, "192.0.2.1")
    assert count >= BURST, "it had all its tries"


def test_pages_that_may_ask_are_not_others(guarded):
    """One's own, and of the origins in SSELOG_CORS: all spend the same tries."""
    allowed = {"HTTP_ORIGIN": "https://app.example", "HTTP_SEC_FETCH_SITE": "cross-site",
               "SSELOG_CORS": "https://app.example"}
    spent = Spent(guarded, "192.0.2.1", **allowed)
    for marks in ({}, {"HTTP_SEC_FETCH_SITE": "same-origin"}, {"HTTP_SEC_FETCH_SITE": "none"}):
        spent.slows("192.0.2.1", **marks)


@pytest.mark.parametrize("kind", ["lighttpd", "nginx"])
def test_through_web_servers(stack, redis, kind):
    redis.client.set("session:good", session())
    server = stack.server(kind, redis, auth="cookie", stream="stream:logs:{user}")
    headers = {**identity.JSON, "Cookie": "session=bad"}
    with Stream(server.port, server.path + "/stream", {"Cookie": "session=good"}) as viewer:
        viewer.live()
        wait_until(lambda: get(server.port, server.path + "/stream", headers).status == 429, "slowing")
        redis.add("stream:logs:ann", "x")
        assert viewer.messages(1)
