# SPDX-License-Identifier: MIT
"""Positions of viewers in logs that are empty, that hold long records, or whose newest records sselog has
not read yet."""
import pytest

import procs
import webs
from fcgi import FcgiStream, environment, wait_until_invalidations_read
from procs import wait_until


def follow(responder, query="", rcvbuf=None, **params):
    return FcgiStream(responder.socket, environment("/sselog/stream", query, **params),
                      rcvbuf=rcvbuf)


def event_types(stream):
    """The types of all events in order; a record has the type "record"."""
    records = {id(r) for r in stream.records}
    return ["record" if id(e) in records else e.type for e in stream.events]


def test_empty_log_sends_its_next_record(stack, redis):
    """The key exists, but its only record was deleted."""
    redis.add("log", "a", id="1-0")
    redis.client.xdel("log", "1-0")
    responder = stack.responder(redis)
    with follow(responder) as first, follow(responder, "history=1") as second:
        for s in (first, second):
            s.read_until_live()
        redis.add("log", "b", id="2-0")
        for s in (first, second):
            assert [e.id for e in s.read_records(1)] == ["2-0"]
            assert event_types(s)[-1] == "record" and "gap" not in event_types(s)


@pytest.mark.long
def test_long_records_of_a_slow_viewer_need_little_memory(stack, redis):
    """For a viewer that does not read, sselog holds only few records, not the whole log."""
    size, count = 10_000_000, 4 if webs.sanitized() else 8
    ids = redis.add_many("log", ["small"] * 5)
    for i in range(count):
        ids.append(redis.add("log", chr(ord("a") + i) * size))
    responder = stack.responder(redis)
    with follow(responder, rcvbuf=4096) as slow:
        slow.read_records(1)
        with follow(responder) as s:
            s.keep_raw = False
            s.read_records(len(ids), deadline=120)
            assert [e.id for e in s.records] == ids
            assert all(len(line) == size and line[0] == line[-1] == chr(ord("a") + i)
                       for i, line in enumerate(s.payloads[5:]))
            assert "gap" not in event_types(s)
        peak = procs.peak_kb(responder.pid)
        assert webs.sanitized() or peak < 60 * 1024, f"{peak} kB for records of 10 MB"


def test_long_records_in_two_views_are_held_once_and_freed(stack, redis):
    """Both views share the bytes of a record, which are freed after it was sent."""
    size, count = 1_000_000, 16
    responder = stack.responder(redis)
    with follow(responder) as s, follow(responder, "q=a") as other:
        for viewer in (s, other):
            viewer.keep_raw = False
            viewer.read_until_live()
        for i in range(1, count + 1):
            redis.client.xadd("log", {"data": "a" * size}, maxlen=2, approximate=False)
            for viewer in (s, other):
                viewer.read_records(i)
        peak = procs.peak_kb(responder.pid)
        assert webs.sanitized() or peak < 12 * 1024, f"{peak} kB for {count} records of 1 MB"


def test_long_entries_arrive_whole_and_in_order(stack, redis):
    """Entries with three long fields arrive whole and in order: live, and at a resume from the middle."""
    def long_entry(letter):
        return {"data": letter * 900_000, "more": letter * 900_000, "other": letter * 900_000}

    responder = stack.responder(redis)
    with follow(responder, SSELOG_FIELD="other") as s:
        s.read_until_live()
        pipe = redis.client.pipeline(transaction=True)
        for letter in "abcdef":
            pipe.xadd("log", long_entry(letter))
            pipe.xadd("log", {"other": letter})
        ids = [i.decode() for i in pipe.execute()]
        want = [letter * n for letter in "abcdef" for n in (900_000, 1)]
        s.read_records(12)
        assert [e.id for e in s.records] == ids and s.payloads == want
        for at in (0, 4, 5):
            with follow(responder, SSELOG_FIELD="other", HTTP_LAST_EVENT_ID=ids[at]) as late:
                late.read_records(11 - at)
                assert [e.id for e in late.records] == ids[at + 1:] and late.payloads == want[at + 1:]
                assert "gap" not in event_types(late)


def test_long_record_is_written_to_a_file_as_cgi(stack, redis, tmp_path):
    """poll does not wait for a file. A long record must be written whole, without a keepalive between."""
    setup = stack.setup(redis, keepalive=600)
    where = tmp_path / "out"
    with open(where, "wb") as out:
        child = stack.keep(procs.Child(
            [setup.program], env={**setup.environment(), **environment("/sselog/stream")},
            log=tmp_path / "err", stdout=out))

        def got():
            return where.read_bytes()

        wait_until(lambda: b"event: live" in got(), "live")
        redis.add("log", "x" * 1_000_000)
        wait_until(lambda: got().count(b"x") >= 1_000_000, "all of the record")
        child.stop()


def test_records_beyond_the_tip_are_history_for_a_new_viewer(stack, redis):
    """Invalidations are held back, so that the tip is behind the log. For a viewer that joins now, the records
    beyond the tip are history."""
    scripted = stack.scripted(redis)
    responder = stack.responder(scripted)
    with follow(responder, "q=a") as live:
        live.read_until_live()
        redis.add("log", "a")
        live.read_records(1)
        wait_until_invalidations_read(responder.socket, redis)
        scripted.pushes.clear()
        ids = []
        for i in range(14):
            ids.append(redis.client.xadd("log", {"data": str(i)}, maxlen=5, approximate=False).decode())
        with follow(responder) as s:
            assert s.read_until_live().json()["replayed"] == 5
            assert [e.id for e in s.records] == ids[9:]
            scripted.pushes.set()
            ids.append(redis.add("log", "a"))
            assert s.read_records(6)[5].id == ids[-1] and event_types(s) == ["record"] * 5 + ["live", "record"]
            live.read_until(lambda s: s.records[-1].id == ids[-1], "the newest record")
            assert [e.json()["lost"] for e in live.events if e.type == "gap"] == [9]
