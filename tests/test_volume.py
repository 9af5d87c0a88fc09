# SPDX-License-Identifier: MIT
"""/volume: how many records a log has in each part of a span of time."""
import json

import pytest

from fcgi import environment, fcgi_get

NONE = {"approx": False, "scanned": 0, "buckets": []}


def get_volume(responder, query="", **more):
    answer = fcgi_get(responder.socket, environment("/sselog/volume", query, **more))
    assert answer.status == 200, answer.raw
    return json.loads(answer.raw)


def test_records_are_counted_by_time_and_level(stack, redis):
    """Records that the filters withhold are not counted, and an unknown level is one of its own."""
    for id, data in (("1000-0", '{"level":"error"}'), ("1000-1", "text"), ("1500-0", "[warn] x"), ("1999-0", '{"level":"debug"}'),
                     ("2000-0", '{"level":"info","m":"quiet"}'), ("3500-0", '{"level":"fatal"}')):
        redis.add("log", data, id=id)
    responder = stack.responder(redis, skip_text="quiet")
    assert get_volume(responder, "from=1000&to=4000&buckets=3") == {
        "from": 1000, "to": 4000, "width": 1000, "approx": False, "scanned": 6, "buckets": [4, 0, 1]}
    assert get_volume(responder, "from=1000&to=4000&buckets=3&by=level") == {
        "from": 1000, "to": 4000, "width": 1000, "approx": False, "scanned": 6,
        "levels": ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL", "OTHER"],
        "buckets": [[1, 0, 1, 1, 0, 1], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 1, 0]]}
    assert get_volume(responder, "from=1000&to=4000&buckets=3&level=warning")["buckets"] == [3, 0, 1]
    assert get_volume(responder, "from=1000&to=4000&buckets=3&q=text")["buckets"] == [1, 0, 0]


@pytest.mark.parametrize("query,span,buckets,scanned", [
    ("buckets=2", (1000, 3001, 1001), [2, 1], 3),  # from the first to the last
    ("", (1000, 3001, 17), None, 3),
    ("from=1000-1&buckets=2", (1000, 3001, 1001), [1, 1], 2),
    ("to=1000-1&buckets=2", (1000, 1001, 1), [1], 1),
    ("from=0&to=500&buckets=2", (0, 500, 250), [0, 0], 0),  # before the first
    ("to=500", (500, 500, 0), [], 0),
    ("from=4000", (4000, 4000, 0), [], 0),  # after the last
    ("from=4000&to=5000&buckets=2", (4000, 5000, 500), [0, 0], 0),
    ("from=1000&to=1000", (1000, 1000, 0), [], 0),
    ("from=1000&to=1001", (1000, 1001, 1), [2], 2),
    ("from=1970-01-01&to=1970-01-01T00:00:04Z&buckets=4", (0, 4000, 1000), [0, 2, 0, 1], 3),
])
def test_span_is_that_of_the_query_or_of_the_log(stack, redis, query, span, buckets, scanned):
    for id in ("1000-0", "1000-1", "3000-0"):
        redis.add("log", "x", id=id)
    got = get_volume(stack.responder(redis), query)
    assert (got["from"], got["to"], got["width"]) == span and got["scanned"] == scanned
    assert got["buckets"] == buckets if buckets is not None else sum(got["buckets"]) == 3 and len(got["buckets"]) == 118


def test_log_without_records_has_no_volume(stack, redis):
    responder = stack.responder(redis)
    assert get_volume(responder) == {"from": 0, "to": 0, "width": 0, **NONE}
    assert get_volume(responder, "from=5")["buckets"] == []
    assert get_volume(responder, "to=5")["buckets"] == []
    assert get_volume(responder, "from=5&to=7")["buckets"] == [0, 0]
    redis.add("log", "x", id="7-3")
    assert get_volume(responder) == {"from": 7, "to": 8, "width": 1, "approx": False, "scanned": 1, "buckets": [1]}


def test_last_millisecond_of_all_ends_the_span(stack, redis):
    """It has none after it, so its records are not counted. Those before it are."""
    for id in ("5-0", "18446744073709551614-7", "18446744073709551615-0"):
        redis.add("log", "x", id=id)
    responder = stack.responder(redis)
    for query in ("buckets=1", "buckets=1&from=0&to=18446744073709551615-18446744073709551615"):
        got = get_volume(responder, query)
        assert (got["to"], got["buckets"]) == (2**64 - 1, [2]), query


def test_wrong_queries_are_told(stack, redis):
    responder = stack.responder(redis)
    for query, word in (("from=2&to=1", "from"), ("from=x", "from"), ("to=x", "to"), ("buckets=0", "buckets"),
                        ("buckets=1001", "buckets"), ("by=user", "by"), ("level=loud", "level"), ("before=1-0", "before")):
        answer = fcgi_get(responder.socket, environment("/sselog/volume", query))
        assert answer.status == 400 and word in json.loads(answer.raw)["error"].split(), answer.raw


def test_large_log_is_sampled_and_says_so(stack, redis):
    """250,000 records, one each millisecond; each tenth is an error, more so in the last tenth of the time."""
    log = """for i = 1, 250000 do
               local bad = i % 10 == 0 or (i > 225000 and i % 2 == 0)
               redis.call('XADD', KEYS[1], i .. '-0', 'data', bad and '[error] x' or '[info] x') end"""
    redis.client.eval(log, 1, "log")
    responder = stack.responder(redis)
    got = get_volume(responder, "buckets=10&by=level")
    assert got["approx"] and got["scanned"] <= 110_000
    assert abs(sum(map(sum, got["buckets"])) - 250_000) < 100
    for row in got["buckets"][:9]:
        assert 20_000 < row[1] < 25_000 and 1_500 < row[3] < 4_000, row
    assert 11_000 < got["buckets"][9][3] < 14_000
    part = get_volume(responder, "from=1&to=200001&buckets=10")
    assert (part["approx"], part["scanned"], part["buckets"]) == (False, 200_000, [20_000] * 10)
    part = get_volume(responder, "from=1&to=200002&buckets=10")
    assert part["approx"] and all(abs(n - 20_000) < 500 for n in part["buckets"])


def test_log_that_is_replaced_by_an_older_one_meanwhile_counts_only_in_its_span(stack, redis):
    """Between the question for the span and the first read of records."""
    redis.add("log", "x", id="1000000000000-0")
    redis.add("old", "x", id="7-0")
    asked = []

    def handle(_conn, cmd):
        asked.append(cmd[0])
        if cmd[0] == b"XREVRANGE" and asked.count(b"XREVRANGE") == 2:
            redis.client.rename("old", "log")
    responder = stack.responder(stack.scripted(redis, handle))
    assert get_volume(responder)["buckets"] == [0]
    assert asked.count(b"XREVRANGE") == 2 and get_volume(responder)["from"] == 7


def test_volume_is_there_where_streams_are(stack, redis):
    """Sources without a log have none, and a user sees no other's."""
    redis.add("log:ann", "x")
    for source in ("pubsub", "channels"):
        responder = stack.responder(redis, auth="anonymous", source=source, channel="log", stream="log")
        answer = fcgi_get(responder.socket, environment("/sselog/volume"))
        assert (answer.status, json.loads(answer.raw)) == (404, {"error": "there is no volume"})
    responder = stack.responder(redis, auth="remote_user", stream="log:{user}")
    assert sum(get_volume(responder, REMOTE_USER="ann")["buckets"]) == 1
    assert get_volume(responder, REMOTE_USER="bob")["scanned"] == 0
    assert fcgi_get(responder.socket, environment("/sselog/volume")).status == 401
