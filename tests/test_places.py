# SPDX-License-Identifier: MIT
"""Where a viewer begins, and how it goes on, in logs that are empty, left alone for a while, or hold
records of every size."""
import procs
import webs
from fcgi import FcgiStream, environment, wait_until_invalidations_read
from procs import wait_until


def follow(responder, query="", rcvbuf=None, **params):
    return FcgiStream(responder.socket, environment("/sselog/stream", query, **params),
                      rcvbuf=rcvbuf)


def kinds(stream):
    """Records as "record", other events by their names, in the order they came."""
    records = {id(r) for r in stream.records}
    return ["record" if id(e) in records else e.type for e in stream.events]


def test_a_log_that_is_empty_but_there(stack, redis):
    """Its only record was deleted: a viewer waits in it as in any other."""
    redis.add("log", "a", id="1-0")
    redis.client.xdel("log", "1-0")
    responder = stack.responder(redis)
    with follow(responder) as first, follow(responder, "history=1") as second:
        for s in (first, second):
            s.live()
        redis.add("log", "b", id="2-0")
        for s in (first, second):
            assert [e.id for e in s.messages(1)] == ["2-0"]
            assert kinds(s)[-1] == "record" and "gap" not in kinds(s)


def test_long_records_are_read_few_at_a_time(stack, redis):
    """A viewer that takes nothing costs what is on its way to it, not all of the log."""
    size, count = 10_000_000, 4 if webs.sanitized() else 8
    ids = redis.add_many("log", ["small"] * 5)
    for i in range(count):
        ids.append(redis.add("log", chr(ord("a") + i) * size))
    responder = stack.responder(redis)
    with follow(responder, rcvbuf=4096) as slow:
        slow.messages(1)
        with follow(responder) as s:
            s.keep_raw = False
            s.messages(len(ids), deadline=120)
            assert [e.id for e in s.records] == ids
            assert all(len(line) == size and line[0] == line[-1] == chr(ord("a") + i)
                       for i, line in enumerate(s.payloads[5:]))
            assert "gap" not in kinds(s)
        peak = procs.peak_kb(responder.pid)
        assert webs.sanitized() or peak < 60 * 1024, f"{peak} kB for records of 10 MB"


def test_long_records_in_two_views_are_given_back(stack, redis):
    """Both hold the same bytes, and when they are sent nobody does."""
    size, count = 1_000_000, 16
    responder = stack.responder(redis)
    with follow(responder) as s, follow(responder, "q=a") as other:
        for viewer in (s, other):
            viewer.keep_raw = False
            viewer.live()
        for i in range(1, count + 1):
            redis.client.xadd("log", {"data": "a" * size}, maxlen=2, approximate=False)
            for viewer in (s, other):
                viewer.messages(i)
        peak = procs.peak_kb(responder.pid)
        assert webs.sanitized() or peak < 12 * 1024, f"{peak} kB for {count} records of 1 MB"


def test_long_records_in_several_fields(stack, redis):
    """An entry is never cut in two, however much it holds; a burst of them comes in order to those who
    are live, and to who comes back in the middle of it."""
    def long_entry(letter):
        return {"data": letter * 900_000, "more": letter * 900_000, "other": letter * 900_000}

    responder = stack.responder(redis)
    with follow(responder, SSELOG_FIELD="other") as s:
        s.live()
        pipe = redis.client.pipeline(transaction=True)
        for letter in "abcdef":
            pipe.xadd("log", long_entry(letter))
            pipe.xadd("log", {"other": letter})
        ids = [i.decode() for i in pipe.execute()]
        want = [letter * n for letter in "abcdef" for n in (900_000, 1)]
        s.messages(12)
        assert [e.id for e in s.records] == ids and s.payloads == want
        for at in (0, 4, 5):
            with follow(responder, SSELOG_FIELD="other", HTTP_LAST_EVENT_ID=ids[at]) as late:
                late.messages(11 - at)
                assert [e.id for e in late.records] == ids[at + 1:] and late.payloads == want[at + 1:]
                assert "gap" not in kinds(late)


def test_long_record_into_a_file_as_cgi(stack, redis, tmp_path):
    """Standard output is a file, which no poll waits for: a long record comes whole without a
    keepalive's help."""
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


def test_history_before_live_while_the_tip_lags(stack, redis):
    """Others are live and have not heard yet of what came: to who comes now it is history."""
    odd = stack.scripted(redis)
    responder = stack.responder(odd)
    with follow(responder, "q=a") as live:
        live.live()
        redis.add("log", "a")
        live.messages(1)
        wait_until_invalidations_read(responder.socket, redis)
        odd.pushes.clear()
        ids = []
        for i in range(14):
            ids.append(redis.client.xadd("log", {"data": str(i)}, maxlen=5, approximate=False).decode())
        with follow(responder) as s:
            assert s.live().json()["replayed"] == 5
            assert [e.id for e in s.records] == ids[9:]
            odd.pushes.set()
            ids.append(redis.add("log", "a"))
            assert s.messages(6)[5].id == ids[-1] and kinds(s) == ["record"] * 5 + ["live", "record"]
            live.until(lambda s: s.records[-1].id == ids[-1], "the news")
            assert [e.json()["lost"] for e in live.events if e.type == "gap"] == [9]
