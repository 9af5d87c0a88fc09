# SPDX-License-Identifier: MIT
"""Look-ups of credentials: their cost, and that slow ones delay nobody else."""
import threading
import time

import pytest

import faults
import identity
import scripted_redis
from fcgi import FcgiStream, environment, fcgi_get
from identity import jwt, session, signed_cookie
from procs import wait_until


def responder(stack, redis, **options):
    return stack.responder(redis, **{"stream": "stream:logs:{user}", **options})


def status_of(r, query="", accept="application/json", **params):
    return fcgi_get(r.socket, environment("/sselog/stream", query, HTTP_ACCEPT=accept, **params))


@pytest.mark.parametrize("method", ["cookie", "bearer", "token"])
def test_unknown_and_invalid_credentials_cost_the_same_lookups(stack, redis, method):
    """Each request costs one look-up of the same kind, for a missing key and for an invalid value."""
    key, params = {
        "cookie": (lambda x: f"session:{x}", lambda x: {"HTTP_COOKIE": f"session={x}"}),
        "bearer": (identity.bearer_key, lambda x: {"HTTP_AUTHORIZATION": f"Bearer {x}"}),
        "token": (lambda x: f"sse_token:{x}", lambda x: {"query": f"token={x}"}),
    }[method]
    r = responder(stack, redis, auth=method)
    answers, asked = set(), set()
    for n, value in enumerate([None, "", "text", "[]", "{}", '{"user_id":""}', "x" * 70000]):
        name = f"{n:043}"
        if value is not None:
            redis.client.set(key(name), value)
        before = identity.lookup_counts(redis)
        answer = status_of(r, **params(name))
        after = identity.lookup_counts(redis)
        answers.add((answer.head, bytes(answer.raw)))
        asked.add(tuple(after[c] - before[c] for c in sorted(after)))
    assert len(answers) == 1
    assert asked == {(0, 1) if method == "token" else (1, 0)}


def test_cookie_with_wrong_signature_is_not_looked_up(stack, redis):
    """sselog looks up only cookies that are signed with its secret. The answer shows neither whether the
    signature was right nor whether the session exists."""
    file = identity.secret_file(stack.directory(), "secret", identity.COOKIE_SECRET)
    redis.client.set("session:good", session())
    redis.client.set("session:empty", "")
    r = responder(stack, redis, auth="cookie", cookie_secret_file=file)
    rows = [(signed_cookie("never"), 1), (signed_cookie("empty"), 1), ("good", 0), ("never", 0),
            (signed_cookie("good", "another secret"), 0), (signed_cookie("never", "another secret"), 0),
            (signed_cookie("never").replace("never", "good"), 0), ("s%3Agood.", 0)]
    answers = set()
    for value, wanted in rows:
        before = identity.lookup_counts(redis)["get"]
        answer = status_of(r, HTTP_COOKIE=f"session={value}")
        assert identity.lookup_counts(redis)["get"] - before == wanted, value
        answers.add((answer.status, answer.head, bytes(answer.raw)))
    assert len(answers) == 1 and answers.pop()[0] == 401


def test_frozen_redis_delays_only_lookups(stack, redis):
    """While Redis does not answer, look-ups time out. Open viewers, and requests with a method that needs
    no Redis, do not wait for them, with any number of look-ups."""
    key = identity.secret_file(stack.directory(), "key", identity.SECRET)
    r = responder(stack, redis, auth="cookie jwt remote_user", keepalive=1, jwt_key_file=key)
    with FcgiStream(r.socket, environment("/sselog/stream", REMOTE_USER="ann")) as viewer:
        viewer.read_until_live()
        redis.freeze()
        with RepeatedLookups(r.socket, 3) as repeated:
            wait_until(lambda: abandoned_lookups(r), "the first look-up to time out")
            seen = len(viewer.parser.comments)
            wait_until(lambda: most_requests_wait_for_no_lookup(r), "requests beside look-ups", 90)
            assert status_of(r).status == 401
            viewer.read_until(lambda s: len(s.parser.comments) > seen, "a keepalive")
        assert set(repeated.answers) == {503}
        redis.thaw()
        redis.add("stream:logs:ann", "after")
        viewer.read_records(1)
        wait_until(lambda: status_of(r, HTTP_COOKIE="session=x").status == 401, "look-ups")


def abandoned_lookups(r):
    """The number of look-ups that have timed out, from the log."""
    return r.output().count("look-up: no answer in time")


def most_requests_wait_for_no_lookup(r):
    """Whether eight of ten requests were answered before the next look-up timed out.

    If look-ups held all threads, each request would be answered just after a time-out. Two of ten may
    coincide with a time-out by chance, since the machine may be busy."""
    token = {"HTTP_AUTHORIZATION": "Bearer " + jwt()}
    prompt = 0
    for params in ({"REMOTE_USER": "bob"}, token) * 5:
        before = abandoned_lookups(r)
        with FcgiStream(r.socket, environment("/sselog/stream", **params)) as s:
            assert s.status == 200
        prompt += abandoned_lookups(r) == before
        time.sleep(0.3)  # ten pauses are longer than a look-up: the requests fall in different parts of it
    return prompt >= 8


class RepeatedLookups:
    """Clients that send a cookie, which must be looked up, again as soon as they are answered."""

    def __init__(self, socket, clients):
        self.answers = []
        self.going = True
        self.threads = [threading.Thread(target=self._run, args=(socket,)) for _ in range(clients)]

    def _run(self, socket):
        while self.going:
            answer = fcgi_get(socket, environment("/sselog/stream", HTTP_COOKIE="session=x",
                                                  HTTP_ACCEPT="application/json"))
            self.answers.append(answer.status)

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *_):
        self.going = False
        for t in self.threads:
            t.join()


def test_lookup_has_a_deadline_when_redis_sends_byte_by_byte(stack, redis):
    """The deadline is that of the whole look-up, not of each read: a byte a second ends in 503."""
    redis.client.set("session:x", session("ann"))
    scripted = stack.scripted(redis, lambda conn, cmd: scripted_redis.Slow(None, 1) if cmd[0] == b"GET" else None)
    r = responder(stack, scripted, auth="cookie")
    assert status_of(r, HTTP_COOKIE="session=x").status == 503


@pytest.mark.memory
def test_slow_name_server_does_not_delay_lookups(stack):
    """A name server that does not answer blocks no front thread: these use the address that the relay found."""
    redis = stack.redis(tcp=True)
    redis.client.set("session:x", session("ann"))
    setup = stack.setup(redis, auth="cookie", stream="stream:logs:{user}")
    setup.options["SSELOG_REDIS"] = setup.options["SSELOG_REDIS"].replace("127.0.0.1", "localhost")
    library = str(faults.library("silent_resolver"))
    setup.options["LD_PRELOAD"] = library
    r = stack.responder(setup=setup)
    cookie = environment("/sselog/history", HTTP_COOKIE="session=x", HTTP_ACCEPT="application/json")
    # The relay may not have the address yet when the first request comes.
    wait_until(lambda: fcgi_get(r.socket, cookie).status == 200, "the address")
    setup = stack.setup(redis, auth="cookie", stream="stream:logs:{user}")
    setup.options.update(SSELOG_REDIS="redis://nowhere.invalid", LD_PRELOAD=library)
    assert fcgi_get(stack.responder(setup=setup).socket, cookie).status == 503
