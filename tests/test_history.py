# SPDX-License-Identifier: MIT
"""Older records, asked for page by page."""
import json

import procs
import webs
from fcgi import environment, fcgi_get
from procs import wait_until


def page(responder, query=""):
    """A 503 says that Redis took longer than 2 s: a page asks again then."""
    def answered():
        answer = fcgi_get(responder.socket, environment("/sselog/history", query))
        return answer if answer.status != 503 else None
    answer = wait_until(answered, "an answer")
    assert answer.status == 200, answer.raw
    return json.loads(answer.raw)


def pages(responder, limit):
    """All records, oldest first, as a page that scrolls up gets them."""
    records, query = [], f"limit={limit}"
    while True:
        got = page(responder, query)
        records = got["records"] + records
        if not got["more"]:
            return records
        query = f"limit={limit}&before={got['first']}"


def test_pages_join_without_a_seam(stack, redis):
    ids = redis.add_many("log", [str(i) for i in range(450)])
    responder = stack.responder(redis)
    for limit in (1000, 200, 7):
        assert [r["id"] for r in pages(responder, limit)] == ids


def test_no_log_no_history(stack, redis):
    answer = page(stack.responder(redis))
    del answer["whose"]
    assert answer == {"records": [], "more": False, "first": None}


def test_only_streams_have_a_history(stack, redis):
    """Not that of a stream which happens to have the key of SSELOG_STREAM."""
    redis.add("log", "x")
    for source in ("pubsub", "channels"):
        answer = fcgi_get(stack.responder(redis, auth="anonymous", source=source, channel="log", stream="log").socket,
                          environment("/sselog/history"))
        assert (answer.status, json.loads(answer.raw)) == (404, {"error": "there is no history"})


def test_a_reader_of_one_log_gets_no_other(stack, redis):
    """What history calls `whose` is one reader's of one log, in every process; asked with it, others are refused."""
    redis.add("log:ann", "hers")
    redis.add("log:bob", "of bob")
    options = {"auth": "remote_user", "stream": "log:{user}"}
    one, other = (stack.responder(redis, **options) for _ in range(2))

    def whose(responder, user):
        answer = fcgi_get(responder.socket, environment("/sselog/history", REMOTE_USER=user))
        return json.loads(answer.raw)["whose"]

    tags = {user: whose(one, user) for user in ("ann", "bob")}
    assert tags["ann"] != tags["bob"] and tags == {user: whose(other, user) for user in tags}
    for path in ("/sselog/history", "/sselog/stream"):
        answer = fcgi_get(one.socket, environment(path, f"whose={tags['ann']}", REMOTE_USER="bob"))
        assert answer.status == 409 and b"of bob" not in answer.raw
    answer = fcgi_get(one.socket, environment("/sselog/history", f"whose={tags['ann']}", REMOTE_USER="ann"))
    assert answer.status == 200 and b"hers" in answer.raw


def test_long_records_come_in_part_and_cost_little(stack, redis):
    """Of a long payload the beginning comes, with its size; several of them do not pile up in memory."""
    ids = [redis.add("log", "x" * 40_000_000) for _ in range(4)] + redis.add_many("log", "ab")
    responder = stack.responder(redis)
    records = pages(responder, 200)
    assert [r["id"] for r in records] == ids
    assert [(len(r["data"]), r.get("size")) for r in records[:4]] == [(65536, 40_000_000)] * 4
    assert [r["data"] for r in records[4:]] == ["a", "b"]
    peak = procs.peak_kb(responder.pid)
    assert webs.sanitized() or peak < 200 * 1024, f"{peak} kB for records of 40 MB"


def test_long_records_behind_short_ones_cost_little(stack, redis):
    """Many are read at once while they are short: that must not be how many long ones are held.
    It is the same with a field that is not the payload."""
    ids = [redis.add("log", "x" * 10_000_000) for _ in range(10)]
    ids += [redis.add("log", "y", other="x" * 10_000_000) for _ in range(10)]
    ids += redis.add_many("log", ["short"] * 200)
    responder = stack.responder(redis)
    records = pages(responder, 1000)
    assert [r["id"] for r in records] == ids
    assert [r["data"] for r in records[10:20]] == ["y"] * 10
    peak = procs.peak_kb(responder.pid)
    assert webs.sanitized() or peak < 60 * 1024, f"{peak} kB for records of 10 MB"


def test_redis_with_too_many_clients_is_away(stack, redis):
    """The page may ask again."""
    scripted = stack.scripted(redis, lambda conn, cmd: FULL if cmd[0] == b"XREVRANGE" else None)
    answer = fcgi_get(stack.responder(scripted).socket, environment("/sselog/history"))
    assert answer.status == 503 and "retry-after" in answer.headers


FULL = b"-ERR max number of clients reached\r\n"
