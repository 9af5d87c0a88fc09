# SPDX-License-Identifier: MIT
"""Redis comes back without the newest records of a log, as after a crash of one that saves from time to time.

A record that viewers had and that is still there proves that it is the same log: they get nothing again."""
import json

import pytest

from fcgi import FcgiStream, environment
from sse import Stream, plain_id

MANY = 2000


def follow(responder, query="", **params):
    return FcgiStream(responder.socket, environment("/sselog/stream", query, **params))


def gaps(stream):
    return [e.json() for e in stream.events if e.type == "gap"]


def saved(redis):
    """A log with many records, which a crash does not take."""
    ids = redis.add_many("log", [f"kept {n}" for n in range(MANY)])
    redis.client.save()
    return ids


def crash(redis):
    redis.kill()
    redis.start()


@pytest.mark.parametrize("web", [None, "lighttpd"])
def test_crash_that_loses_one_record_repeats_nothing(stack, redis, web):
    kept = saved(redis)
    if web:
        server = stack.server(web, redis)
        viewers = [Stream(server.port, f"{server.path}/stream{query}") for query in ("", "?proof=1", "?envelope=1")]
    else:
        responder = stack.responder(redis)
        viewers = [follow(responder, query) for query in ("", "proof=1", "envelope=1")]
    for s in viewers:
        s.read_until_live()
    lost = redis.add("log", "lost")
    for s in viewers:
        s.read_records(MANY + 1)
    crash(redis)
    new = redis.add("log", "new")
    for s in viewers:
        with s:
            assert [plain_id(e.id) for e in s.read_records(MANY + 2)] == [*kept, lost, new]
            assert gaps(s) == [{"after": lost, "next": None, "lost": None, "reason": "tail"}]
    ranks = [s.records[-1].id.partition("~")[2].partition(".")[0] for s in viewers]
    assert ranks == ["", str(MANY + 1), str(MANY + 1)]


def test_crash_that_loses_the_whole_log_is_another_log(stack, redis):
    redis.client.save()
    responder = stack.responder(redis)
    lost = redis.add_many("log", ["a", "b"])
    with follow(responder) as s:
        s.read_records(2)
        crash(redis)
        new = redis.add("log", "new")
        assert [e.id for e in s.read_records(3)] == [*lost, new]
        assert [(g["after"], g.get("reason")) for g in gaps(s)] == [(lost[-1], None)]


def test_viewer_that_comes_back_after_the_crash(stack, redis):
    """Its process knows the records that were lost, so that it goes on where the log does."""
    kept = saved(redis)
    responder = stack.responder(redis)
    with follow(responder) as other:
        other.read_until_live()
        lost = redis.add("log", "lost")
        other.read_records(MANY + 1)
        crash(redis)
        other.read_event("gap")
        with follow(responder, HTTP_LAST_EVENT_ID=kept[-1]) as s:
            new = redis.add("log", "new")
            assert [e.id for e in s.read_records(1)] == [new]
            assert gaps(s) == []
        assert [e.id for e in other.read_records(MANY + 2)[-2:]] == [lost, new]


def test_log_that_is_renamed_away_and_back_is_known(stack, redis):
    """Records of the log that had the name in between come too."""
    responder = stack.responder(redis)
    ids = redis.add_many("log", [f"old {n}" for n in range(20)])
    with follow(responder) as s:
        s.read_until_live()
        s.read_records(20)
        redis.client.rename("log", "aside")
        between = redis.add("log", "between")
        s.read_records(21)
        redis.client.rename("aside", "log")
        back = redis.add("log", "back", id=f"{int(between.partition('-')[0]) + 1}-0")  # an equal id would be the same record
        assert [e.id for e in s.read_records(22)] == [*ids, between, back]
        assert gaps(s)[0]["after"] == ids[-1]


def test_resume_with_proof_counts_what_is_lost(stack, redis):
    """Another process knows how many records there were up to the one that is gone."""
    ids = redis.add_many("log", ["x"] * 50)
    with follow(stack.responder(redis), "proof=1") as s:
        s.read_until_live()
        ids += redis.add_many("log", ["y"] * 3)
        proven = s.read_records(53)[-1].id
    assert plain_id(proven) == ids[-1] and proven.partition("~")[2].startswith("53.")
    redis.add_many("log", ["z"] * 10)
    redis.client.xtrim("log", maxlen=4, approximate=False)
    for cursor, lost in ((proven, 6), (ids[-1], None)):
        with follow(stack.responder(redis), "proof=1", HTTP_LAST_EVENT_ID=cursor) as s:
            s.read_records(4)
            assert [g["lost"] for g in gaps(s)] == [lost]


def test_log_made_again_with_the_same_id_is_known_by_its_proof(stack, redis):
    redis.add("log", "former", id="5-0")
    with follow(stack.responder(redis), "proof=1&envelope=1") as s:
        s.read_until_live()
        proven = s.parser.last_id
    redis.client.delete("log")
    for n, data in enumerate(("first", "same id", "last")):
        redis.add("log", data, id=f"{4 + n}-0")
    with follow(stack.responder(redis), "envelope=1", HTTP_LAST_EVENT_ID=proven) as s:
        assert [json.loads(e.data)["data"] for e in s.read_records(3)] == ["first", "same id", "last"]
        assert len(gaps(s)) == 1
