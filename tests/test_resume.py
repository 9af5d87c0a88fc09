# SPDX-License-Identifier: MIT
"""Resume: after any cursor the stream has all later records, each once, and nothing else."""
import threading

import pytest

from fcgi import FcgiStream, environment, fcgi_get
from sse import EventSource
from tables import case, named

BIG = 18446744073709551615


def follow(responder, cursor=None, query=""):
    extra = {"HTTP_LAST_EVENT_ID": cursor} if cursor is not None else {}
    return FcgiStream(responder.socket, environment("/sselog/stream", query, **extra))


def resumed(responder, cursor=None, query=""):
    """The ids of the records between the cursor and live, and the gaps."""
    with follow(responder, cursor, query) as s:
        live = s.read_until_live()
        gaps = [e.json() for e in s.events if e.type == "gap"]
        assert live.json()["replayed"] == len(s.records)
        return [e.id for e in s.records], gaps


@pytest.fixture
def responder(stack, redis):
    return stack.responder(redis, retry=100)


def test_resume_from_each_record_replays_all_later_ones(redis, responder):
    ids = redis.add_many("log", [str(i) for i in range(40)])
    for n, cursor in enumerate(ids):
        assert resumed(responder, cursor) == (ids[n + 1:], []), cursor
        assert resumed(responder, query=f"last_event_id={cursor}") == (ids[n + 1:], []), cursor


def test_greatest_of_all_cursors_counts(redis, responder):
    """A page that is opened at an address with a cursor keeps it there, and reconnects with a newer one, which a
    browser sends in the header and a polyfill in the query."""
    ids = redis.add_many("log", "abc")
    assert resumed(responder, query=f"lastEventID={ids[0]}") == (ids[1:], [])
    assert resumed(responder, ids[1], f"last_event_id={ids[0]}") == (ids[2:], [])
    assert resumed(responder, query=f"last_event_id={ids[0]}&lastEventId={ids[1]}") == (ids[2:], [])


def test_start_by_time_reports_a_gap_only_if_records_may_be_lost(redis, responder):
    """The first record may be later than the time, as in a young log. A gap is right only if records left the log."""
    ids = [redis.add("log", "x", id=f"{ms}-0") for ms in (5000, 6000, 7000)]
    for query in ("last_event_id=1000", "since=1970-01-01T00:00:01Z", "since=1970-01-01T02:00:01%2B02:00"):
        assert resumed(responder, query=query) == (ids, []), query
    assert resumed(responder, query="last_event_id=1000-0")[1] != []  # an id claims to be a record of this log
    for query in ("last_event_id=5500", "since=1970-01-01T00:00:05.5Z", "since=1970-01-01T00:00:06Z"):
        assert resumed(responder, query=query) == (ids[1:], []), query
    assert resumed(responder, query="since=1970-01-01T00:00:05Z&history=1") == (ids[2:], [])
    assert resumed(responder, query="since=15m") == ([], [])
    redis.client.xtrim("log", maxlen=2, approximate=False)
    gap = {"after": "4999-18446744073709551615", "next": ids[1], "lost": None}
    assert resumed(responder, query="since=1970-01-01T00:00:05Z") == (ids[1:], [gap])
    assert resumed(responder, query="since=1970-01-01T00:00:06Z") == (ids[1:], [])


def test_history_by_age_has_the_newest_records_since_then(redis, stack):
    """Of SSELOG_HISTORY and SSELOG_HISTORY_AGE the one counts that gives fewer. A cursor has neither limit."""
    old = [redis.add("log", str(i), id=f"{redis.now_ms() - 3_600_000 + i}-0") for i in range(3)]
    new = [redis.add("log", str(i)) for i in range(4)]
    for limits, ids in ((dict(history_age=60), new), (dict(history_age=86400), old + new),
                        (dict(history_age=60, history=3), new[1:]), (dict(history_age=0), old + new),
                        (dict(history_age=86400, history=5), (old + new)[2:]), (dict(history_age=60, history=0), [])):
        responder = stack.responder(redis, **limits)
        assert resumed(responder) == (ids, []), limits
        assert resumed(responder, old[0]) == (old[1:] + new, []), limits
        assert resumed(responder, query="history=2") == (ids[-2:], []), limits


def test_start_by_time_is_not_limited_by_the_history(redis, stack):
    """A cursor has precedence: a page that is opened at ?since= and was away for longer misses nothing."""
    responder = stack.responder(redis, history=1)
    now = redis.add("log", "now").split("-")[0]
    ids = [redis.add("log", str(i)) for i in range(3)]
    assert resumed(responder) == (ids[2:], [])
    assert resumed(responder, query="since=1h")[0][-3:] == ids
    assert resumed(responder, ids[0], "since=0s") == (ids[1:], [])
    assert resumed(responder, query=f"last_event_id={int(now) - 1}")[0][1:] == ids


def test_resume_inside_records_of_the_same_millisecond(redis, responder):
    ids = [redis.add("log", str(i), id=f"1000-{i}") for i in range(1, 301)]
    for cursor in (ids[0], ids[149], ids[298], ids[299]):
        assert resumed(responder, cursor) == (ids[ids.index(cursor) + 1:], [])
    # The log has no record with this id and none before it, so that it may be a recreated log.
    assert resumed(responder, "1000-0") == (ids, [{"after": "1000-0", "next": ids[0], "lost": None}])


def test_ids_compare_as_numbers(redis, responder):
    ids = [redis.add("log", "x", id=i) for i in ("9-9", "9-10", "10-1", "100-0", f"{BIG}-7", f"{BIG}-{BIG}")]
    for n, cursor in enumerate(ids):
        assert resumed(responder, cursor) == (ids[n + 1:], [])
    assert resumed(responder, "9-09") == (ids[1:], [])


def test_bare_millisecond_is_its_first_id(redis, responder):
    ids = [redis.add("log", "x", id=i) for i in ("5-0", "5-1", "6-0")]
    assert resumed(responder, "5") == (ids[1:], [])


def test_history_limit_does_not_cut_a_resume(redis, stack):
    """SSELOG_HISTORY limits only viewers without a cursor."""
    responder = stack.responder(redis, history=10)
    ids = redis.add_many("log", [str(i) for i in range(5000)])
    assert resumed(responder) == (ids[-10:], [])
    assert resumed(responder, ids[0]) == (ids[1:], [])
    assert resumed(responder, query="history=3") == (ids[-3:], [])
    for more in ("history=11", "history=4294967295"):
        assert resumed(responder, query=more) == (ids[-10:], []), "more than SSELOG_HISTORY"
    assert resumed(responder, query="history=0") == ([], [])


def test_resume_after_trim_reports_gap(redis, responder):
    ids = redis.add_many("log", [str(i) for i in range(100)])
    redis.client.xtrim("log", maxlen=40, approximate=False)
    got, gaps = resumed(responder, ids[19])
    assert got == ids[60:]
    # The number of the trimmed records after the cursor is unknown.
    assert gaps == [{"after": ids[19], "next": ids[60], "lost": None}]
    # Only the record at the cursor was trimmed, none after it.
    got, gaps = resumed(responder, ids[59])
    assert got == ids[60:]
    assert not gaps or gaps[0]["lost"] == 0 or gaps[0]["lost"] is None


def test_resume_after_complete_trim_reports_gap(redis, responder):
    ids = redis.add_many("log", "abcdef")
    redis.client.xtrim("log", maxlen=0, approximate=False)
    with follow(responder, ids[2]) as s:
        s.read_until_live()
        new = redis.add("log", "g")
        assert [e.id for e in s.read_records(1)] == [new]
        gap = [e for e in s.events if e.type == "gap"]
        assert len(gap) == 1 and gap[0].json()["after"] == ids[2]
        assert gap[0].json()["lost"] in (3, None)
        assert s.events.index(gap[0]) < s.events.index(s.records[0])


def test_log_that_does_not_exist_yet_starts_with_its_first_record(redis, responder):
    with follow(responder) as s:
        assert s.read_until_live().json() == {"replayed": 0, "sent": 0, "withheld": 0, "lost": 0}
        new = redis.add("log", "first ever")
        assert [e.id for e in s.read_records(1)] == [new]
    with follow(responder, "0-0") as s:
        s.read_until_live()
        assert [e.id for e in s.records] == [new]


def test_restart_of_sselog_loses_no_record(redis, responder):
    wanted = redis.add_many("log", [str(i) for i in range(50)])
    with FcgiEventSource(responder) as viewer:
        viewer.wait(lambda v: len(v.records) == 50, "history")
        for round in range(3):
            responder.kill()
            wanted += redis.add_many("log", [f"{round} {i}" for i in range(50)])
            responder.start()
            viewer.wait(lambda v: len(v.records) >= len(wanted), "all records")
        assert [e.id for e in viewer.records] == wanted


class FcgiEventSource(EventSource):
    """An EventSource that connects to the responder's FastCGI socket."""

    def __init__(self, responder):
        self.responder = responder
        super().__init__(None)

    def open(self, last_id):
        return follow(self.responder, last_id or None)


@pytest.mark.threads
@pytest.mark.load
def test_repeated_reconnects_under_load_lose_no_record(redis, stack):
    """A producer writes all the time, and the viewer is disconnected after every few records."""
    server = stack.server("lighttpd", redis, retry=100)
    ids = []
    stop = threading.Event()

    def produce():
        while not stop.wait(0.002):
            ids.extend(redis.add_many("log", ["x"] * 10))

    producer = threading.Thread(target=produce)
    with EventSource(server.port, "/sselog/stream", least_pause=0.001) as viewer:
        # With a cursor the viewer gets all records; without one it would get SSELOG_HISTORY of them.
        viewer.wait(lambda v: "live" in [e.type for e in v.events], "live")
        producer.start()
        try:
            for cuts in range(8):
                viewer.wait(lambda v: v.connects > cuts, "a connect")
                have = len(viewer.records)
                viewer.wait(lambda v: len(v.records) > have, "progress")
                viewer.cut()
        finally:
            stop.set()
            producer.join()
        viewer.wait(lambda v: len(v.records) >= len(ids), "all records")
        assert [e.id for e in viewer.records] == ids
        assert not [e for e in viewer.events if e.type == "gap"]


MALFORMED_CURSORS = [
    "x", "-", "1-", "-1", "--", "1-2-3", "1-x", "x-1", "0x10-0", "1e3-0", "1.5-0", "+1-0", "1-+0",
    " 1-0", "1-0 ", "1 -0", "18446744073709551616-0", "0-18446744073709551616", "9" * 40, "9" * 5000,
    "1-0\n", "1-0\r\nid: 9", "1-0\t", "１-0", "$", ">", "*", "(1-0", "1-*", "'; DROP", "../../etc",
    b"\xff\xfe", "+", "-0"]


def test_malformed_cursor_in_the_header_is_a_gap(responder, redis):
    """EventSource gives up for good at a 400. The stream says that something may be missing, and begins with
    history."""
    id = redis.add("log", "x")
    for name, cursor in named(MALFORMED_CURSORS).items():
        with case(name):
            if len(cursor) > 4000:
                params = environment("/sselog/stream", HTTP_LAST_EVENT_ID=cursor * 2)
                assert fcgi_get(responder.socket, params).status == 431
            else:
                assert resumed(responder, cursor) == ([id], [{"after": None, "next": None, "lost": None}])


def test_empty_cursor_is_no_cursor(responder, redis):
    ids = redis.add_many("log", "ab")
    assert resumed(responder, "") == (ids, [])
