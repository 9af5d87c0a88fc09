# SPDX-License-Identifier: MIT
"""One stream of several logs: each record comes once, with the log's name and a cursor for all of them."""
import json
import random

import pytest

from fcgi import FcgiStream, environment, fcgi_get
from identity import session
from sse import Stream, plain_id

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


def record_of(event):
    """Log and payload. A long record has no envelope."""
    if event.type.startswith("record."):
        return event.type.removeprefix("record."), event.data
    envelope = json.loads(event.data)
    return envelope["log"], envelope["data"]


def logs_of(records):
    """Payloads by log."""
    found = {}
    for record in records:
        if record.type != "cursor":
            log, data = record_of(record)
            found.setdefault(log, []).append(data)
    return found


def cursor(event):
    return dict(item.split("=") for item in plain_id(event.id).split(","))


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


def test_stream_goes_on_after_each_cursor(redis, responder):
    """Of the records after a cursor each comes once, for the cursor of each record."""
    for n in range(4):
        for name, key in KEYS.items():
            redis.add(key, f"{name} {n}")
    with stream(responder) as s:
        s.read_until_live()
        seen = list(s.records)
    for i, record in enumerate(seen):
        before = logs_of(seen[:i + 1])
        with stream(responder, HTTP_LAST_EVENT_ID=record.id) as s:
            s.read_until_live()
            after = logs_of(s.records)
            assert not [e for e in s.events if e.type == "gap"]
        assert {name: before.get(name, []) + after.get(name, []) for name in KEYS} == logs_of(seen), record.id


def test_nothing_is_lost_or_sent_twice_over_random_cuts(redis, responder):
    """Connections end after random numbers of bytes, while records are added, among them long and hidden ones."""
    rnd = random.Random(16)
    added, got, last = {name: [] for name in KEYS}, {name: [] for name in KEYS}, ""
    for _ in range(40):
        for _ in range(rnd.randrange(12)):
            name = rnd.choice(list(KEYS))
            data = f"{len(added[name])} {'x' * rnd.choice([10, 10, 100, 3000, 70_000])}"
            if rnd.randrange(4):
                added[name].append(data)
            else:
                data = f"hidden {data}"
            redis.add(KEYS[name], data)
        with stream(responder, f"{ALL}&q=-hidden", HTTP_LAST_EVENT_ID=last) as s:
            most = rnd.randrange(30_000) if rnd.randrange(4) else 10_000_000
            s.read_until(lambda s: len(s.raw) > most or any(e.type == "live" for e in s.events))
            for log, payloads in logs_of(s.records).items():
                got[log] += payloads
            assert not [e for e in s.events if e.type == "gap"]
            last = s.records[-1].id if s.records else last  # an event that was cut moves no cursor
    # `live` may come before records of the last milliseconds, which the relay gathers. So a last record of each log is awaited.
    for name, key in KEYS.items():
        added[name].append("last")
        redis.add(key, "last")
    with stream(responder, f"{ALL}&q=-hidden", HTTP_LAST_EVENT_ID=last) as s:
        s.read_until(lambda s: sum("last" in payloads for payloads in logs_of(s.records).values()) == len(KEYS))
        for log, payloads in logs_of(s.records).items():
            got[log] += payloads
    for name in KEYS:
        assert [data[:20] for data in got[name]] == [data[:20] for data in added[name]]
    assert got == added


def test_gap_names_its_log(redis, responder):
    ids = {name: redis.add_many(key, [f"{name} {n}" for n in range(10)]) for name, key in KEYS.items()}
    last = ",".join(f"{name}={ids[name][5]}" for name in KEYS)
    redis.client.xtrim(KEYS["web"], maxlen=2, approximate=False)
    with stream(responder, HTTP_LAST_EVENT_ID=last) as s:
        s.read_until_live()
        gaps = [e.json() for e in s.events if e.type == "gap"]
        assert logs_of(s.records)["web"] == ["web 8", "web 9"]
        assert logs_of(s.records)["api"] == ["api 6", "api 7", "api 8", "api 9"]
        assert gaps == [{"log": "web", "after": ids["web"][5], "next": ids["web"][8], "lost": None}]


def test_unreadable_cursor_is_a_gap_of_each_log(redis, responder):
    for name, key in KEYS.items():
        redis.add(key, name)
    with stream(responder, HTTP_LAST_EVENT_ID="5-0") as s:
        s.read_until_live()
        assert [e.json()["log"] for e in s.events if e.type == "gap"] == list(KEYS)
        assert logs_of(s.records) == {name: [name] for name in KEYS}


def test_log_that_the_cursor_lacks_begins_with_its_history(redis, responder):
    """As when a page adds a log to those that it shows."""
    for name, key in KEYS.items():
        redis.add(key, name)
    with stream(responder, "log=web&log=api") as s:
        s.read_until_live()
        last = s.records[-1].id
    with stream(responder, f"{ALL}&last_event_id={last}") as s:
        s.read_until_live()
        assert logs_of(s.records) == {"jobs": ["jobs"]}
    with stream(responder, f"log=jobs&log=api&last_event_id={last}") as s:
        s.read_until_live()
        assert logs_of(s.records) == {"jobs": ["jobs"]}


def test_hidden_records_move_the_cursor(redis, responder):
    ids = {name: redis.add(key, "hidden") for name, key in KEYS.items()}
    with stream(responder, f"{ALL}&q=-hidden") as s:
        s.read_until_live()
        assert logs_of(s.records) == {} and plain_id(s.parser.last_id) == ",".join(f"{name}={id}" for name, id in ids.items())
        ids["api"] = redis.add(KEYS["api"], "shown")
        s.read_until(lambda s: logs_of(s.records))
        assert cursor(s.records[-1]) == ids


def test_logs_without_records_have_a_place_too(redis, responder):
    """Records that come later are sent, though the client was away when they came."""
    with stream(responder) as s:
        s.read_until_live()
        last = s.parser.last_id
    assert last == "web=0-0,api=0-0,jobs=0-0"
    redis.add_many(KEYS["api"], ["one", "two"])
    with stream(responder, "history=0&" + ALL, HTTP_LAST_EVENT_ID=last) as s:
        assert logs_of(s.read_records(2)) == {"api": ["one", "two"]}


def test_long_record_names_its_log(redis, responder):
    redis.add(KEYS["web"], "short")
    id = redis.add(KEYS["api"], "x" * 100_000)
    with stream(responder) as s:
        s.read_until_live()
        long = [e for e in s.records if e.type == "record.api"]
        assert [e.data for e in long] == ["x" * 100_000] and cursor(long[0])["api"] == id


def test_compressed_stream_has_the_same_bytes(stack, redis):
    redis.client.set("session:abc", session())
    responder = stack.responder(redis, auth="cookie", stream="logs:{user}", logs=WORDS, compress=1)
    for name, key in KEYS.items():
        redis.add_many(key, [f"{name} {n} " + "text " * 40 for n in range(200)])
    plain, compressed = (stream(responder, HTTP_ACCEPT_ENCODING=coding) for coding in ("", "gzip"))
    with plain, compressed:
        for s in (plain, compressed):
            s.read_until_live()
            redis.add(KEYS["web"], "live")
            s.read_records(601)
        assert compressed.headers["content-encoding"] == "gzip"
        assert compressed.taken < len(compressed.raw) / 2
        assert logs_of(compressed.records)["api"] == logs_of(plain.records)["api"]


def test_lines_say_their_log(redis, responder):
    ids = {name: redis.add(key, name) for name, key in KEYS.items()}
    with stream(responder, HTTP_ACCEPT="application/x-ndjson") as s:
        s.read_until(lambda s: b'"control":"live"' in s.raw)
        lines = [json.loads(line) for line in s.raw.splitlines() if line]
    assert {line["log"]: line["id"] for line in lines if "data" in line} == ids
    last = ",".join(f"{name}={id}" for name, id in ids.items())
    redis.add(KEYS["jobs"], "next")
    with stream(responder, f"{ALL}&last_event_id={last}", HTTP_ACCEPT="application/x-ndjson") as s:
        s.read_until(lambda s: b'"next"' in s.raw)
        assert [json.loads(line)["data"] for line in s.raw.splitlines() if b'"data"' in line] == ["next"]


def test_poll_brings_all_logs(stack, redis):
    redis.client.set("session:abc", session())
    polling = stack.responder(redis, auth="cookie", stream="logs:{user}", logs=WORDS, hold=0)
    got, last = [], ""
    for n in range(3):
        for key in KEYS.values():
            redis.add(key, f"poll {n}")
        with stream(polling, HTTP_LAST_EVENT_ID=last) as s:
            s.read_rest()
            assert s.events[-1].json()["reason"] == "poll"
            got += s.records
            last = s.parser.last_id
    assert logs_of(got) == {name: ["poll 0", "poll 1", "poll 2"] for name in KEYS}


def test_stream_follows_all_logs_over_an_outage(stack, redis):
    responder = stack.responder(redis, auth="remote_user", stream="logs:{user}", logs=WORDS)
    redis.add(KEYS["web"], "before")
    with stream(responder, REMOTE_USER="ann") as s:
        s.read_until_live()
        redis.stop()
        redis.start()
        s.read_event("source", nth=2)
        for key in KEYS.values():
            redis.add(key, "after")
        s.read_until(lambda s: len([log for log, payloads in logs_of(s.records).items() if "after" in payloads]) == 3)


def test_end_of_the_login_ends_the_stream(redis, responder):
    with stream(responder) as s:
        s.read_until_live()
        redis.client.delete("session:abc")
        assert s.read_event("end").json()["reason"] == "expired"


def test_tab_replaces_its_stream_of_several_logs(redis, responder):
    with stream(responder, f"{ALL}&replaces=tab-1") as old:
        old.read_until_live()
        with stream(responder, f"{ALL}&replaces=tab-1") as new:
            new.read_until_live()
            assert old.read_event("end").json()["reason"] == "replaced"


def test_each_log_must_be_allowed(redis, responder):
    """The same answer as for one that does not exist, at each place among the names."""
    answers = [fcgi_get(responder.socket, environment("/sselog/stream", query, **COOKIE))
               for query in ("log=web&log=other", "log=other&log=web", "log=other", "log=web&log=api&log=%20")]
    assert {(answer.status, bytes(answer.raw)) for answer in answers} == {(403, bytes(answers[0].raw))}


@pytest.mark.parametrize("kind", ["lighttpd", "proxy_fcgi"])
def test_web_server_passes_all_logs_on(stack, redis, kind):
    server = stack.server(kind, redis, logs="web=logs:web api=logs:api")
    for name in ("web", "api"):
        redis.add(f"logs:{name}", f"{name} 1")
    with Stream(server.port, f"{server.path}/stream?log=web&log=api") as s:
        s.read_until_live()
        redis.add("logs:api", "api 2")
        assert logs_of(s.read_records(3)) == {"web": ["web 1"], "api": ["api 1", "api 2"]}
