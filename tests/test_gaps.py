# SPDX-License-Identifier: MIT
"""Logs that are trimmed, removed and made anew under viewers who are here, behind or coming back."""
from fcgi import FcgiStream, environment


def follow(responder, query="", rcvbuf=None, **params):
    return FcgiStream(responder.socket, environment("/sselog/stream", query, **params),
                      rcvbuf=rcvbuf)


def gaps(stream):
    return [e.json() for e in stream.events if e.type == "gap"]


def test_a_cursor_from_a_former_log_while_the_log_is_followed(stack, redis):
    """The log by that name is not the one the cursor is from, and others look at it already."""
    responder = stack.responder(redis)
    ids = [redis.add("log", "a", id="5-0")]
    with follow(responder) as other:
        other.live()
        with follow(responder, HTTP_LAST_EVENT_ID="100-0") as s:
            s.event("gap")
            assert gaps(s) == [{"after": "100-0", "next": "5-0", "lost": None}]
            ids.append(redis.add("log", "b", id="6-0"))
            assert [e.id for e in s.messages(2)] == ids
            assert [e.id for e in other.messages(2)] == ids


def test_removed_and_filled_again_with_lower_ids(stack, redis):
    """Whoever was live is told once, and gets what is there now once."""
    responder = stack.responder(redis)
    redis.add_many("log", ["old"] * 5)
    with follow(responder) as s:
        s.messages(5)
        s.live()
        pipe = redis.client.pipeline(transaction=True)
        pipe.delete("log")
        for i in range(1, 4):
            pipe.xadd("log", {"data": f"new {i}"}, id=f"{i}-0")
        pipe.execute()
        assert [e.id for e in s.messages(8)[5:]] == ["1-0", "2-0", "3-0"]
        with follow(responder, HTTP_LAST_EVENT_ID="2-0") as late:
            redis.add("log", "new 4", id="4-0")
            assert [e.id for e in late.messages(2)] == ["3-0", "4-0"]
            assert not gaps(late)
        assert s.messages(9)[8].id == "4-0"
        assert [g["lost"] for g in gaps(s)] == [None]


def test_removed_and_filled_again_with_higher_ids(stack, redis):
    """A page that comes back: nothing is there of what it had, and nothing was ever trimmed."""
    responder = stack.responder(redis)
    redis.add("log", "old", id="5-0")
    redis.client.delete("log")
    redis.add("log", "new", id="7-0")
    with follow(responder, HTTP_LAST_EVENT_ID="5-0") as s:
        assert s.messages(1)[0].id == "7-0"
        assert gaps(s) == [{"after": "5-0", "next": "7-0", "lost": None}]


def test_recreated_log_that_grew_past_the_cursor_is_a_gap(stack, redis):
    """Redis 7 tells by max-deleted-entry-id that this log never had the cursor's record."""
    responder = stack.responder(redis)
    ids = [redis.add("log", "new", id=f"{i}-0") for i in (1, 4, 6, 9)]
    with follow(responder, HTTP_LAST_EVENT_ID="5-0") as s:
        assert [e.id for e in s.messages(4)] == ids
        assert gaps(s) == [{"after": "5-0", "next": "1-0", "lost": None}]


def test_deleted_records_are_not_counted_as_lost(stack, redis):
    """entries-added and length of Redis hold what XDEL removed: then nobody knows how many were trimmed."""
    responder = stack.responder(redis)
    ids = [redis.add("log", "a", id=f"{i}-0") for i in range(1, 10)]
    redis.client.xdel("log", "5-0")
    with follow(responder, HTTP_LAST_EVENT_ID="5-0") as s:
        assert [e.id for e in s.messages(4)] == ids[5:]
        assert not gaps(s)
    redis.client.xtrim("log", minid="7-0", approximate=False)
    with follow(responder, HTTP_LAST_EVENT_ID="0-0") as s:
        assert [e.id for e in s.messages(3)] == ids[6:]
        assert gaps(s) == [{"after": "0-0", "next": "7-0", "lost": None}]


def test_trimmed_to_the_last_one_all_the_time(stack, redis):
    """MAXLEN 1: a viewer that keeps up misses nothing and is told of nothing."""
    responder = stack.responder(redis)
    with follow(responder) as s:
        s.live()
        for i in range(1, 30):
            redis.client.xadd("log", {"data": str(i)}, maxlen=1, approximate=False)
            s.messages(i)
        assert s.payloads == [str(i) for i in range(1, 30)]
        assert not gaps(s)


def test_one_entry_two_payloads(stack, redis):
    """Each view shows its own field of a long entry, also while another is being sent the other."""
    responder = stack.responder(redis)
    size = 3 * 1024 * 1024
    redis.client.xadd("log", {"a": "A" * size, "b": "B" * size})
    with follow(responder, rcvbuf=4096, SSELOG_FIELD="a") as slow:
        with follow(responder, SSELOG_FIELD="b") as s:
            data = s.messages(1)[0].data
            assert len(data) == size and set(data) == {"B"}
        data = slow.messages(1)[0].data
        assert len(data) == size and set(data) == {"A"}
