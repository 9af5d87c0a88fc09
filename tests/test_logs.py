# SPDX-License-Identifier: MIT
"""SSELOG_LOGS: log= chooses a log for every endpoint, and /logs lists those of the identity."""
import json

import pytest

from fcgi import FcgiStream, environment, fcgi_get
from identity import session
from procs import wait_until

WORDS = "web(Web_server)=stream:logs:{user}:web team=stream:team:{tenant} @sselog:logs:{user}=stream:logs:{user}:{log}"
COOKIE = {"HTTP_COOKIE": "session=abc"}


@pytest.fixture
def responder(stack, redis):
    redis.client.set("session:abc", session())
    for log in ("stream:logs:ann", "stream:logs:ann:web", "stream:logs:ann:api", "stream:logs:bob:web"):
        redis.add(log, f"of {log}")
    redis.client.sadd("sselog:logs:ann", "api")
    return stack.responder(redis, auth="cookie token", stream="stream:logs:{user}", logs=WORDS)


def stream(responder, query="", **params):
    return FcgiStream(responder.socket, environment("/sselog/stream", query, **(params or COOKIE)))


def listed(responder, **params):
    answer = fcgi_get(responder.socket, environment("/sselog/logs", **(params or COOKIE)))
    assert answer.status == 200, answer.raw
    return json.loads(answer.raw)["logs"]


@pytest.mark.parametrize("query,log", [("", "stream:logs:ann"), ("log=web", "stream:logs:ann:web"),
                                       ("log=api", "stream:logs:ann:api")])
def test_stream_follows_the_log_that_is_named(redis, responder, query, log):
    with stream(responder, query) as s:
        s.read_until_live()
        redis.add("stream:logs:ann:web" if log != "stream:logs:ann:web" else "stream:logs:ann", "another log's")
        redis.add(log, "live")
        assert [e.data for e in s.read_records(2)] == [f"of {log}", "live"]


def test_token_and_revocation_hold_for_named_logs(redis, responder):
    made = fcgi_get(responder.socket, environment("/sselog/token", method="POST", **COOKIE))
    token = json.loads(made.raw)["token"]
    with stream(responder, f"log=web&token={token}", HTTP_ACCEPT="text/event-stream") as s:
        s.read_until_live()
        assert [e.data for e in s.records] == ["of stream:logs:ann:web"]
        redis.client.delete("session:abc")
        assert s.read_event("end").json()["reason"] == "expired"


def test_tab_replaces_its_stream_of_the_same_log_only(redis, responder):
    """A page may show two logs at once, under one id."""
    with stream(responder, "log=web&replaces=tab-1") as web, stream(responder, "log=api&replaces=tab-1") as api:
        web.read_until_live()
        api.read_until_live()
        with stream(responder, "log=web&replaces=tab-1") as again:
            again.read_until_live()
            assert web.read_event("end").json()["reason"] == "replaced"
            redis.add("stream:logs:ann:api", "live")
            assert [e.data for e in api.read_records(2)] == ["of stream:logs:ann:api", "live"]


def test_lists_follow_the_set_and_the_options(stack, redis, responder):
    assert [log["name"] for log in listed(responder)] == ["web", "team", "api"]
    redis.client.sadd("sselog:logs:ann", "jobs")
    assert [log["name"] for log in listed(responder)] == ["web", "team", "api", "jobs"]
    redis.client.srem("sselog:logs:ann", "api")
    gone = fcgi_get(responder.socket, environment("/sselog/history", "log=api", **COOKIE))
    assert gone.status == 403


def test_list_tells_which_log_is_read_without_a_name(stack, redis):
    words = "web=stream:logs:{user}:web main=stream:logs:{user}"
    responder = stack.responder(redis, auth="remote_user", stream="stream:logs:{user}", logs=words)
    found = listed(responder, REMOTE_USER="ann")
    assert [(log["name"], log.get("default")) for log in found] == [("web", None), ("main", True)]
    other = stack.responder(redis, auth="remote_user", stream="stream:team:{tenant}", logs=words)
    assert not any("default" in log for log in listed(other, REMOTE_USER="ann"))


def test_hostile_set_harms_nobody(redis, responder):
    """Binary, long and many names; keys that are no streams; a set that is none."""
    redis.client.sadd("sselog:logs:ann", b"\x00\xff", b"a\r\nX: y", b"x" * 65, b"y" * 200_000, "..", "ok", "")
    redis.client.set("stream:logs:ann:..", "text")
    assert [log["name"] for log in listed(responder)] == ["web", "team", "..", "api", "ok"]
    assert listed(responder)[2] == {"name": "..", "title": "..", "first": None, "last": None, "length": 0}
    redis.client.sadd("sselog:logs:ann", *(f"log{n:05}" for n in range(10_000)))
    names = [log["name"] for log in listed(responder)]
    assert len(names) <= 1002 and len(set(names)) == len(names) and names[2:] == sorted(names[2:])
    redis.client.delete("sselog:logs:ann")
    redis.client.set("sselog:logs:ann", "api")
    assert [log["name"] for log in listed(responder)] == ["web", "team"]
    wait_until(lambda: "are no names of logs" in responder.output(), "the line about the set")


def test_append_takes_no_name(stack, redis):
    responder = stack.responder(redis, auth="remote_user", stream="stream:logs:{user}", logs=WORDS, append=1)
    answer = fcgi_get(responder.socket, environment("/sselog/append", "log=web", method="POST", REMOTE_USER="ann"))
    assert answer.status == 400 and not redis.client.exists("stream:logs:ann:web")
