# SPDX-License-Identifier: MIT
"""Where a viewer begins, and how it goes on, in logs that are empty, left alone for a while, or hold
records of every size."""
import procs
import webs
from fcgi import FcgiStream, environment, until_heard
from procs import wait_until

LONG = 100_000  # bytes of a payload that is read past the reply parser


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


def test_trimmed_while_nobody_looked(stack, redis):
    """A log is still followed for some seconds after its last viewer. Whoever comes then gets the
    history that there is now, and is told afterwards that it is live."""
    responder = stack.responder(redis)
    with follow(responder) as s:
        s.live()
    for i in range(14):
        redis.client.xadd("log", {"data": str(i)}, maxlen=5, approximate=False)
    for _ in range(3):
        with follow(responder) as s:
            s.live()
            assert s.lines == [str(i) for i in range(9, 14)]
            assert kinds(s) == ["record"] * 5 + ["live"]


def test_history_while_nobody_looked_is_history(stack, redis):
    """What came while a log had no viewer is history to the next, not news."""
    responder = stack.responder(redis)
    redis.add_many("log", [str(i) for i in range(10)])
    with follow(responder) as s:
        s.live()
    redis.add_many("log", [str(i) for i in range(10, 20)])
    with follow(responder, "history=5") as s:
        assert s.live().json()["replayed"] == 5
        assert s.lines == [str(i) for i in range(15, 20)]
        redis.add("log", "news")
        s.messages(6)
        assert kinds(s) == ["record"] * 5 + ["live", "record"]


def test_a_long_record_that_is_deleted(stack, redis):
    """What was known of it does not cling to the record before it: the next one comes whole."""
    redis.add("log", "a", id="1-0")
    responder = stack.responder(redis)
    with follow(responder) as s:
        s.live()
        redis.add("log", "b" * LONG, id="2-0")
        s.messages(2)
        redis.client.xdel("log", "2-0")
        redis.add("log", "c" * LONG, id="3-0")
        s.messages(3)
        assert [len(line) for line in s.lines] == [1, LONG, LONG]
        assert set(s.lines[2]) == {"c"}


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
                       for i, line in enumerate(s.lines[5:]))
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
        assert [e.id for e in s.records] == ids and s.lines == want
        for at in (0, 4, 5):
            with follow(responder, SSELOG_FIELD="other", HTTP_LAST_EVENT_ID=ids[at]) as late:
                late.messages(11 - at)
                assert [e.id for e in late.records] == ids[at + 1:] and late.lines == want[at + 1:]
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


def test_all_trimmed_before_the_first_read(stack, redis):
    """Between finding a viewer's place and reading from it everything there goes: it begins with what
    is left, for nothing was promised to it yet."""
    done = []

    def trim(conn, cmd):
        if cmd[0] == b"XRANGE" and not done:
            done.extend(redis.add_many("log", [str(i) for i in range(10, 20)]))
            redis.client.xtrim("log", maxlen=10, approximate=False)

    redis.add_many("log", [str(i) for i in range(10)])
    responder = stack.responder(stack.scripted(redis, trim))
    with follow(responder) as s:
        s.messages(10)
        assert s.lines == [str(i) for i in range(10, 20)]
        s.live()


def test_history_before_live_while_the_tip_lags(stack, redis):
    """Others are live and have not heard yet of what came: to who comes now it is history."""
    odd = stack.scripted(redis)
    responder = stack.responder(odd)
    with follow(responder, "q=a") as live:
        live.live()
        redis.add("log", "a")
        live.messages(1)
        until_heard(responder.socket, redis)
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


def test_what_came_and_went_holds_nobody_up(stack, redis):
    """The newest record was deleted before those who are live heard of it: its place is not waited for."""
    odd = stack.scripted(redis)
    responder = stack.responder(odd)
    redis.add("log", "a")
    with follow(responder) as live:
        live.live()
        until_heard(responder.socket, redis)
        odd.pushes.clear()
        redis.client.xdel("log", redis.add("log", "b"))
        with follow(responder) as s:
            s.live()
            assert s.lines == ["a"]
        odd.pushes.set()
