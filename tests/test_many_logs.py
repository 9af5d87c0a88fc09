# SPDX-License-Identifier: MIT
"""One stream of several logs: each record comes once, with the log's name and a cursor for all of them."""
import json

import pytest

from fcgi import FcgiStream, environment, fcgi_get
from identity import session
from procs import wait_until

WORDS = "web=logs:{user}:web api=logs:{user}:api jobs=logs:{user}:jobs"
COOKIE = {"HTTP_COOKIE": "session=abc"}
KEYS = {name: f"logs:ann:{name}" for name in ("web", "api", "jobs")}
ALL = "log=web&log=api&log=jobs"


@pytest.fixture
def responder(stack, redis):
    redis.client.set("session:abc", session())
    return stack.responder(redis, auth="cookie token", stream="logs:{user}", logs=WORDS)


def stream(responder, query=ALL, **params):
    return FcgiStream(responder.socket, environment("/sselog/stream", query, **{**COOKIE, **params}))


def logs_of(records):
    """Records by log: what their envelopes hold."""
    found = {}
    for record in records:
        envelope = json.loads(record.data)
        found.setdefault(envelope["log"], []).append(envelope["data"])
    return found


def cursor(event):
    return dict(item.split("=") for item in event.id.split(","))


def test_records_of_all_logs_come_once_and_in_order(redis, responder):
    for n in range(5):
        for name, key in KEYS.items():
            redis.add(key, f"{name} {n}")
    with stream(responder) as s:
        s.read_until_live()
        assert logs_of(s.records) == {name: [f"{name} {n}" for n in range(5)] for name in KEYS}
        for n in range(5, 8):
            for name, key in KEYS.items():
                redis.add(key, f"{name} {n}")
        assert logs_of(s.read_records(24)) == {name: [f"{name} {n}" for n in range(8)] for name in KEYS}
