# SPDX-License-Identifier: MIT
"""Gaps: logs that are trimmed, deleted and created again, for live viewers and for resumes."""
from fcgi import FcgiStream, environment


def follow(responder, query="", rcvbuf=None, **params):
    return FcgiStream(responder.socket, environment("/sselog/stream", query, **params),
                      rcvbuf=rcvbuf)


def gaps(stream):
    return [e.json() for e in stream.events if e.type == "gap"]


def test_cursor_of_a_deleted_log_reports_a_gap_in_a_followed_log(stack, redis):
    """The cursor is of a log that was deleted. The new log already has a viewer."""
    responder = stack.responder(redis)
    ids = [redis.add("log", "a", id="5-0")]
    with follow(responder) as other:
        other.read_until_live()
        with follow(responder, HTTP_LAST_EVENT_ID="100-0") as s:
            s.read_event("gap")
            assert gaps(s) == [{"after": "100-0", "next": "5-0", "lost": None}]
            ids.append(redis.add("log", "b", id="6-0"))
            assert [e.id for e in s.read_records(2)] == ids
            assert [e.id for e in other.read_records(2)] == ids


def test_log_recreated_with_lower_ids_reports_one_gap(stack, redis):
    """A live viewer gets one gap, and each new record once."""
    responder = stack.responder(redis)
    redis.add_many("log", ["old"] * 5)
    with follow(responder) as s:
        s.read_records(5)
        s.read_until_live()
        pipe = redis.client.pipeline(transaction=True)
        pipe.delete("log")
        for i in range(1, 4):
            pipe.xadd("log", {"data": f"new {i}"}, id=f"{i}-0")
        pipe.execute()
        assert [e.id for e in s.read_records(8)[5:]] == ["1-0", "2-0", "3-0"]
        with follow(responder, HTTP_LAST_EVENT_ID="2-0") as late:
            redis.add("log", "new 4", id="4-0")
            assert [e.id for e in late.read_records(2)] == ["3-0", "4-0"]
            assert not gaps(late)
        assert s.read_records(9)[8].id == "4-0"
        assert [g["lost"] for g in gaps(s)] == [None]


def test_log_recreated_with_higher_ids_reports_a_gap_at_resume(stack, redis):
    """The new log does not have the cursor's record, and nothing was trimmed from it."""
    responder = stack.responder(redis)
    redis.add("log", "old", id="5-0")
    redis.client.delete("log")
    redis.add("log", "new", id="7-0")
    with follow(responder, HTTP_LAST_EVENT_ID="5-0") as s:
        assert s.read_records(1)[0].id == "7-0"
        assert gaps(s) == [{"after": "5-0", "next": "7-0", "lost": None}]


def test_recreated_log_that_grew_past_the_cursor_reports_a_gap(stack, redis):
    """In Redis 7, max-deleted-entry-id shows that this log never had the cursor's record."""
    responder = stack.responder(redis)
    ids = [redis.add("log", "new", id=f"{i}-0") for i in (1, 4, 6, 9)]
    with follow(responder, HTTP_LAST_EVENT_ID="5-0") as s:
        assert [e.id for e in s.read_records(4)] == ids
        assert gaps(s) == [{"after": "5-0", "next": "1-0", "lost": None}]


def test_deleted_records_are_not_counted_as_lost(stack, redis):
    """XDEL changes the relation of entries-added and length, so that the number of trimmed records is
    unknown."""
    responder = stack.responder(redis)
    ids = [redis.add("log", "a", id=f"{i}-0") for i in range(1, 10)]
    redis.client.xdel("log", "5-0")
    with follow(responder, HTTP_LAST_EVENT_ID="5-0") as s:
        assert [e.id for e in s.read_records(4)] == ids[5:]
        assert not gaps(s)
    redis.client.xtrim("log", minid="7-0", approximate=False)
    with follow(responder, HTTP_LAST_EVENT_ID="0-0") as s:
        assert [e.id for e in s.read_records(3)] == ids[6:]
        assert gaps(s) == [{"after": "0-0", "next": "7-0", "lost": None}]


def test_trim_to_one_record_causes_no_gap_for_a_live_viewer(stack, redis):
    """The log has MAXLEN 1, and the viewer reads each record in time."""
    responder = stack.responder(redis)
    with follow(responder) as s:
        s.read_until_live()
        for i in range(1, 30):
            redis.client.xadd("log", {"data": str(i)}, maxlen=1, approximate=False)
            s.read_records(i)
        assert s.payloads == [str(i) for i in range(1, 30)]
        assert not gaps(s)


def test_views_of_a_long_entry_get_their_own_field(stack, redis):
    """Each view gets its own field, also while another view is still being sent."""
    responder = stack.responder(redis)
    size = 3 * 1024 * 1024
    redis.client.xadd("log", {"a": "A" * size, "b": "B" * size})
    with follow(responder, rcvbuf=4096, SSELOG_FIELD="a") as slow:
        with follow(responder, SSELOG_FIELD="b") as s:
            data = s.read_records(1)[0].data
            assert len(data) == size and set(data) == {"B"}
        data = slow.read_records(1)[0].data
        assert len(data) == size and set(data) == {"A"}
