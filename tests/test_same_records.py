# SPDX-License-Identifier: MIT
"""A filter shows the same records in /stream, /history, /search, /export and /volume, and in each part of a log."""
import json

import pytest

from fcgi import FcgiStream, environment, fcgi_get
from tables import long_but

LEVELS = ["debug", "DEBUG", "trace", "info", "Notice", "warning", "WARN", "error", "critical", "alert", None, "loud", 30, "7", 50, 5]


@pytest.fixture
def ids(redis):
    """80 records with levels of all kinds, and without; every tenth is of another tenant, every seventh is text."""
    made = []
    for i in range(80):
        level = LEVELS[i % len(LEVELS)]
        record = {"tenant": "b" if i % 10 == 9 else "a", "msg": f"number {i}", **({} if level is None else {"level": level})}
        text = f"{level or ''} plain {i}" if i % 7 == 6 else json.dumps(record)
        made.append(redis.add("log", text, id=f"{1789000000000 + 1000 * i}-0"))
    return made


def ask(responder, path, query):
    answer = fcgi_get(responder.socket, environment("/sselog" + path, query, REMOTE_USER="a"))
    assert answer.status == 200, (path, query, answer.raw)
    return answer


def history(responder, query, direction):
    """All pages. Forward each goes on after the one before, backward before its first record."""
    found, place = [], ""
    while True:
        page = json.loads(ask(responder, "/history", f"{query}&limit=7&dir={direction}{place}").raw)
        ids = [r["id"] for r in page["records"]]
        found = found + ids if direction == "forward" else ids + found
        if not page["more"]:
            return found
        place = f"&after={page['last']}" if direction == "forward" else f"&before={page['first']}"


def search(responder, query, direction):
    with FcgiStream(responder.socket, environment("/sselog/search", f"{query}&dir={direction}&limit=10000", REMOTE_USER="a")) as s:
        s.read_rest()
        assert s.events[-1].json()["reason"] == "done"
        found = [r.id for r in s.records]
    return found if direction == "forward" else found[::-1]


def stream(responder, query):
    with FcgiStream(responder.socket, environment("/sselog/stream", query + "&history=1000", REMOTE_USER="a")) as s:
        s.read_until_live()
        return [r.id for r in s.records]


FILTERS = ["", "level=warning", "level=error", "level=debug", "q=number", "q=level%3E%3Dwarning", "level=info&q=-number"]


@pytest.mark.parametrize("skip", long_but(["", "INFO"], ["", "DEBUG", "INFO", "WARNING"]))
def test_each_endpoint_shows_the_same_records(stack, redis, ids, skip):
    responder = stack.responder(redis, auth="remote_user", stream="log", match="tenant={user}",
                                **({"skip_level": skip} if skip else {}))
    counts = {}
    for query in FILTERS:
        shown = counts[query] = stream(responder, query)
        for first, last in ((0, 79), (0, 40), (17, 18), (33, 79), (5, 5)):
            part = f"{query}&from={ids[first]}&to={ids[last]}"
            wanted = [id for id in shown if ids[first] <= id < ids[last]]
            for direction in ("forward", "backward"):
                assert history(responder, part, direction) == wanted, (part, direction)
                assert search(responder, part, direction) == wanted, (part, direction)
            export = ask(responder, "/export", part + "&format=jsonl").raw
            assert [json.loads(line)["id"] for line in export.splitlines()] == wanted, part
            buckets = json.loads(ask(responder, "/volume", part + "&by=level").raw)["buckets"]
            assert sum(sum(b) if isinstance(b, list) else sum(b.values()) for b in buckets) == len(wanted), part
    unknown = ids[11]  # of the level "loud"
    assert unknown in counts[""] and unknown in counts["level=error"]
