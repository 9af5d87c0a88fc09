# SPDX-License-Identifier: MIT
"""The contract of smarter's log stream, through the web servers with examples/smarter."""
import json
import re
import threading
import time

import pytest

import procs
from dropins import body, cookie, serve, servers
from fcgi import FcgiStream, environment, fcgi_get
from sse import EventSource, Stream, get
from tables import long_but

PATH = "/dashboard/logs/api/stream/"
MARKER = "smarter.apps.dashboard.views.terminal_emulator.api.streams.stream_user_logs()"
KEY = "stream:logs:User.admin"


def record(message="[2026-05-02 16:00:00] INFO \x1b[1;31mtext\x1b[0m", level="INFO", logger="smarter"):
    """A record as smarter writes it: JSON on seven lines, in ASCII."""
    return json.dumps({"message": message, "level": level, "timestamp": 1777737600.25,
                       "logger": logger, "pod": None}, indent=2)


def write_batch(client, *records, user="User.admin"):
    """Writes a batch of records as smarter's log handler does."""
    pipe = client.pipeline(transaction=True)
    for data in records:
        for context, ttl in ((user, 3600), ("global", 86400)):
            pipe.publish(f"logs:{context}", data)
            pipe.xadd(f"stream:logs:{context}", {"data": data}, maxlen=1000, approximate=True)
            pipe.expire(f"stream:logs:{context}", ttl)
    pipe.execute()


def bulk_event(stream):
    """Reads until the bulk, which holds the history, and returns its event."""
    return stream.read_until(lambda s: [e for e in s.events if e.type == "bulk"], "the bulk")[0]


def bulk(stream):
    return bulk_event(stream).json()


@servers
def test_exact_bytes_of_bulk_live_records_and_keepalive(stack, redis, kind):
    """The head, retry, the bulk as json.dumps writes it, live records line by line, and keepalives."""
    first, second = record("ä one"), record("two\nlines")
    write_batch(redis.client, first, second)
    server = serve(stack, redis, "smarter", kind, keepalive=1)
    with Stream(server.port, PATH, cookie(redis, "admin")) as s:
        assert s.status == 200
        assert s.headers["content-type"] == "text/event-stream"
        assert s.headers["cache-control"] == "no-store, no-transform"
        assert s.headers["x-accel-buffering"] == "no"
        bulk(s)
        array = json.dumps([json.loads(first), json.loads(second)])
        # If Redis takes more than a second to answer, keepalives come before the bulk.
        began = body(s).replace(": keepalive\n\n", "")
        last = redis.client.xrevrange(KEY, count=1)[0][0].decode()
        assert began == f"retry: 3000\n\nevent: bulk\ndata: {array}\nid: {last}\n\n"
        assert bulk_event(s).id == last  # some clients only keep the id of an event that they dispatch
        before = len(s.raw)
        write_batch(redis.client, first)
        live = s.read_records(2)[1]  # the bulk is the first event
        lines = "".join(f"data: {line}\n" for line in first.split("\n"))
        assert len(first.split("\n")) == 7
        assert f"id: {live.id}\n{lines}\n" in body(s)[before:]
        assert live.type == "message" and json.loads(live.data) == json.loads(first)
        s.read_until(lambda s: "keepalive" in s.parser.comments, "keepalive")
        assert ": keepalive\n\n" in body(s)


@servers
def test_empty_log_sends_an_empty_bulk(stack, redis, kind):
    server = serve(stack, redis, "smarter", kind)
    with Stream(server.port, PATH, cookie(redis, "admin")) as s:
        assert bulk(s) == []
        assert body(s).startswith("retry: 3000\n\nevent: bulk\ndata: []\nid: 0-0\n\n")


@servers
def test_unauthenticated_requests_are_redirected_to_login(stack, redis, kind):
    write_batch(redis.client, record("for admin"))
    server = serve(stack, redis, "smarter", kind)
    answer = get(server.port, PATH)
    assert answer.status == 302
    assert answer.headers["location"] == "/dashboard/logs/sselog-pass/?next=/dashboard/logs/api/stream/"
    answer = get(server.port, PATH + "?a=b&c", {"Cookie": "sselog=unknown"})
    assert answer.headers["location"] == "/dashboard/logs/sselog-pass/?next=/dashboard/logs/api/stream/%3Fa%3Db%26c"
    with Stream(server.port, PATH, cookie(redis, "bob")) as s:
        assert bulk(s) == []


@servers
def test_without_login_page_the_answer_is_401(stack, redis, kind):
    server = serve(stack, redis, "smarter", kind, more={'"/dashboard/logs/sselog-pass/"': '""'})
    assert get(server.port, PATH).status == 401


def test_login_redirect_escapes_the_query(stack, redis):
    """The client's query is escaped in the Location header and cannot add a header."""
    responder = stack.responder(redis, profile="smarter", auth="remote_user", login_url="/login/?a=b")
    for query, text in (("", ""),
                        ("x=\"y\u00e4&n=%0d%0aSet-Cookie:a", "%3Fx%3D%22y%C3%A4%26n%3D%250d%250aSet-Cookie%3Aa")):
        answer = fcgi_get(responder.socket, environment(PATH, query, mount=PATH))
        assert answer.status == 302
        assert answer.headers["location"] == f"/login/?a=b&next={PATH}{text}"


def test_unknown_parameters_and_malformed_cursors_are_accepted(stack, redis):
    """An error status would end the page's EventSource for good."""
    responder = stack.responder(redis, profile="smarter", auth="remote_user")
    for query, cursor in (("level=x", None), ("history=all", None), ("envelope=2", None), ("", "abc"),
                          ("", "1-x"), ("last_event_id=-", None)):
        with FcgiStream(responder.socket, environment(PATH, query, mount=PATH, REMOTE_USER="admin",
                                                      HTTP_LAST_EVENT_ID=cursor)) as s:
            assert s.status == 200 and bulk(s) == []


@servers
def test_enabled_0_answers_with_a_text(stack, redis, kind):
    server = serve(stack, redis, "smarter", kind, enabled=0)
    answer = get(server.port, PATH, cookie(redis, "admin"))
    assert (answer.status, answer.headers["content-type"]) == (200, "text/plain")
    assert body(answer) == ("Log viewing in browser is disabled. Set environment variable "
                            "'SMARTER_ENABLE_DASHBOARD_SERVER_LOGS' to make log streaming visible.")
    assert get(server.port, PATH).status == 302  # authentication comes first


def test_enabled_0_needs_no_redis(stack):
    responder = stack.responder(None, profile="smarter", auth="remote_user", enabled=0)
    answer = fcgi_get(responder.socket, environment(PATH, mount=PATH, REMOTE_USER="admin"))
    assert answer.status == 200 and b"disabled" in answer.raw


@servers
def test_stream_answers_503_without_redis(stack, kind):
    redis = stack.redis(tcp=True)
    server = serve(stack, redis, "smarter", kind)
    headers = cookie(redis, "admin")
    redis.kill()
    answer = get(server.port, PATH, headers)
    assert (answer.status, answer.headers["content-type"]) == (503, "text/plain")
    assert body(answer) == "Log stream is temporarily unavailable."


def test_event_source_is_told_to_come_back_without_redis(stack, redis):
    """After a 503 a page would never reconnect, and say "Reconnecting..." for ever."""
    responder = stack.responder(redis, profile="smarter", auth="cookie remote_user")
    redis.kill()
    for who in ({"REMOTE_USER": "admin"}, {"HTTP_COOKIE": "session=x"}):
        answer = fcgi_get(responder.socket, environment(PATH, mount=PATH, HTTP_ACCEPT="text/event-stream", **who))
        assert (answer.status, answer.headers["content-type"]) == (200, "text/event-stream"), who
        assert re.fullmatch(r'retry: \d+\nevent: unavailable\ndata: \{"reason":"[^"]+"\}\n\n', body(answer)), who


def test_remote_user_gets_503_without_redis(stack, redis):
    responder = stack.responder(redis, profile="smarter", auth="remote_user")
    redis.kill()
    answer = fcgi_get(responder.socket, environment(PATH, mount=PATH, REMOTE_USER="admin", HTTP_ACCEPT="*/*"))
    assert (answer.status, answer.headers["content-type"], body(answer)) == \
        (503, "text/plain", "Log stream is temporarily unavailable.")


SKIPPED = [
    record(f"GET by {MARKER}"), record("[t] DEBUG x", "INFO"), "plain DEBUG text",
    record("x", "debug"), json.dumps({"message": "x", "levelname": "Debug"}),
    record("x", logger=MARKER.rpartition(".")[0]), f"text with {MARKER} in it",
]


@servers
def test_debug_records_and_own_requests_are_skipped(stack, redis, kind):
    """The rules hold for the bulk and for live records. Skipped records count towards SSELOG_HISTORY."""
    shown = [record("DEBUG"), record("[t]DEBUG x"), record("x", "INFO", "other"), "debug text"]
    server = serve(stack, redis, "smarter", kind, history=6)
    for data in ["too old"] * 3 + SKIPPED[:2] + shown:
        redis.add(KEY, data)
    with Stream(server.port, PATH, cookie(redis, "admin")) as s:
        got = bulk(s)
        assert got == [json.loads(shown[0]), json.loads(shown[1]), json.loads(shown[2]),
                       {"message": "debug text"}]
        redis.add_many(KEY, SKIPPED)
        redis.add(KEY, "the end")
        assert [e.data for e in s.read_records(2)[1:]] == ["the end"]


def test_skip_text_and_skip_logger_are_configurable(stack, redis):
    responder = stack.responder(redis, profile="smarter", auth="remote_user",
                                skip_text="views.logs.stream()|noise", skip_logger="a b", skip_level="TRACE")
    for data in ("by views.logs.stream()", "some noise", record("x", logger="b"),
                 "a DEBUG b", "kept"):
        redis.add(KEY, data)
    with FcgiStream(responder.socket, environment(PATH, mount=PATH, REMOTE_USER="admin")) as s:
        assert bulk(s) == [{"message": "a DEBUG b"}, {"message": "kept"}]


@servers
def test_resume_sends_records_without_bulk(stack, redis, kind):
    """The page replaces its list when a bulk comes, so that a resume sends the missed records one by one."""
    server = serve(stack, redis, "smarter", kind)
    headers = cookie(redis, "admin")
    write_batch(redis.client, record("0"))
    with Stream(server.port, PATH, headers) as s:
        last = bulk_event(s).id
    write_batch(redis.client, record("1"))
    write_batch(redis.client, record("2"))
    for where in ({"Last-Event-ID": last}, None):
        path = PATH if where else f"{PATH}?lastEventId={last}"
        with Stream(server.port, path, {**headers, **(where or {})}) as s:
            got = [e.json()["message"] for e in s.read_records(2)]
            assert got == ["1", "2"] and not [e for e in s.events if e.type == "bulk"]


ODD_PAYLOADS = [b"\xff not utf-8", b'{"message": "\\ud800"}', b'{"message": "x", "v": NaN}',
       b'{"message": "x", "v": [Infinity, -Infinity, 1e400]}', b"[" * 5000 + b"]" * 5000,
       b"42", b'"text"', b"null", b"[1, 2]", b'{"level": "INFO"}', b'{"message": null}', b"",
       b'{"message": "\\u0000"}', b'{"message": "a\rb"}', b"data: x\n\nevent: forged", b"{}"]


@servers
def test_odd_payloads_break_neither_bulk_nor_stream(stack, redis, kind):
    """No payload breaks the array or the stream, and each element has a message that the page can show."""
    for payload in ODD_PAYLOADS:
        redis.add(KEY, payload)
    server = serve(stack, redis, "smarter", kind)
    with Stream(server.port, PATH, cookie(redis, "admin")) as s:

        def strict(constant):
            raise AssertionError(f"a browser refuses {constant}")

        array = json.loads(bulk_event(s).data, parse_constant=strict)
        assert len(array) == len(ODD_PAYLOADS) and all(type(e["message"]) is str for e in array)
        assert array[1]["message"] == "\ufffd" and array[2] == {"message": "x", "v": None}
        assert array[5] == {"message": "42"} and array[8] == {"message": "[1, 2]"}
        for payload in ODD_PAYLOADS:
            redis.add(KEY, payload)
        redis.add(KEY, "the end")
        live = s.read_records(1 + len(ODD_PAYLOADS) + 1)[1:]
        assert live[-1].data == "the end" and {e.type for e in live} == {"message"}
        for event in live:
            try:
                value = json.loads(event.data, parse_constant=strict)
            except (ValueError, AssertionError, RecursionError):
                continue  # the page shows text that is not JSON unchanged
            assert type(value["message"]) is str


def test_bulk_keeps_digits_and_order_of_the_last_2000_records(stack, redis):
    """The bulk has at most 2000 records, in the order of the log; numbers keep their digits."""
    redis.client.config_set("stream-node-max-entries", 100)
    redis.add_many(KEY, [f'{{"message":"{i}","big":12345678901234567890123,"f":1.50}}'
                         for i in range(2100)])
    responder = stack.responder(redis, profile="smarter", auth="remote_user")
    with FcgiStream(responder.socket, environment(PATH, mount=PATH, REMOTE_USER="admin")) as s:
        text = bulk_event(s).data
        assert [e["message"] for e in json.loads(text)] == [str(i) for i in range(100, 2100)]
        assert text.startswith('[{"message": "100", "big": 12345678901234567890123, "f": 1.50}, {')


@pytest.mark.parametrize("kind", long_but(["fcgid"], ["lighttpd", "fcgid"]))
def test_no_record_is_lost_or_repeated_across_reconnects(stack, redis, kind):
    """smarter's handler writes 500 records a second, while viewers connect, disconnect and are cut."""
    least = 800 if kind == "fcgid" else 2000  # mod_fcgid starts a process for each viewer, which takes longer
    server = serve(stack, redis, "smarter", kind)
    headers = cookie(redis, "admin")
    stop = threading.Event()
    sent = []

    def produce():
        start = time.monotonic()
        while not stop.is_set():
            n = len(sent)
            write_batch(redis.client, record(f"[2026-05-02 16:00:00] INFO \x1b[1;31m{n}\x1b[0m"))
            sent.append(n)
            # After the planned records, more follow slowly, for the viewers that still read.
            time.sleep(max(0, start + n / 500 - time.monotonic()) if n < least else 0.02)

    producer = threading.Thread(target=produce, daemon=True)
    producer.start()
    try:
        steady = [stack.keep(EventSource(server.port, PATH, headers)) for _ in range(3)]
        rounds = 0
        while rounds < 8 or len(sent) < least:
            with Stream(server.port, PATH, headers) as s:
                bulk(s)
                s.read_records(1 + 20)
                assert_consecutive(received_numbers(s)[1:])
            # A viewer that is cut before its bulk has no cursor to resume from.
            steady[rounds % 3].wait(lambda v: v.last_id, "a cursor")
            steady[rounds % 3].cut()
            rounds += 1
    finally:
        stop.set()
        producer.join()
    for viewer in steady:
        last = f"31m{sent[-1]}\\u001b"
        viewer.wait(lambda v: last in v.events[-1].data, "the last record", 2 * procs.DEADLINE)
        numbers = received_numbers(viewer)
        assert numbers.count("bulk") == 1, "a resume sent a bulk again"
        assert numbers[0] == "bulk"
        assert_consecutive(numbers[1:])


def received_numbers(viewer):
    """The numbers of a viewer's records in their order, with "bulk" before the numbers of a bulk. A gap is
    in the list as its event."""
    def number(message):
        return int(re.fullmatch(r"\[.*\] INFO \x1b\[1;31m(\d+)\x1b\[0m", message).group(1))

    numbers = []
    for e in list(viewer.events):
        if e.type == "bulk":
            numbers += ["bulk", *(number(x["message"]) for x in e.json())]
        elif e.type == "message":
            assert e.data.count("\n") == 6, "not the seven lines that were written"
            numbers.append(number(e.json()["message"]))
        elif e.type == "gap":
            numbers.append(e)
    return numbers


def assert_consecutive(numbers):
    """Checks that each number follows the one before it, except where a gap was reported.

    The log keeps the records of two seconds, and mod_fcgid may take longer to start a process: then there is
    a gap. The counts of gaps in one connection add up. A viewer that was cut before the next record gets the
    whole gap again in its next connection."""
    last, gaps = None, []
    for n in numbers:
        if not isinstance(n, int):
            gaps.append(n.json()["lost"])
            continue
        lost = 0 if last is None else n - last - 1
        possible = {sum(gaps[i:]) for i in range(len(gaps))} if None not in gaps else {max(lost, 0)}
        assert lost in (possible or {0}), f"{last} then {n}, gaps {gaps}"
        last, gaps = n, []


@pytest.mark.memory
@pytest.mark.long
def test_large_bulk_needs_little_memory_and_delays_no_other_viewer(stack, redis):
    """A bulk of 2,000 records of 10 kB for five viewers, four of which do not read."""
    responder = stack.responder(redis, profile="smarter", auth="remote_user")
    pipe = redis.client.pipeline(transaction=False)
    for i in range(2000):
        pipe.xadd(KEY, {"data": record("x" * 10_000)})
    pipe.execute()

    def follow(user, **kw):
        return FcgiStream(responder.socket, environment(PATH, mount=PATH, REMOTE_USER=user), **kw)

    with follow("other") as other:
        bulk(other)
        before = procs.private_kb(responder.pid)
        slow = [stack.keep(follow("admin", rcvbuf=8192)) for _ in range(4)]
        with follow("admin") as s:
            s.keep_raw = False
            peak = before
            while not s.events:
                s.read_once()
                peak = max(peak, procs.private_kb(responder.pid))
                if len(s.records_seen) % 50 == 0:
                    redis.add("stream:logs:User.other", record("now"))
                    other.read_until(lambda o: o.records[-1].type == "message", "the other viewer's record")
            assert len(s.events[0].json()) == 2000
        assert peak - before < 4096, f"{peak - before} kB more for 5 bulks of 20 MB"
        assert not any(v.events for v in slow)


def test_shutdown_inside_the_bulk_sends_no_partial_event(stack, redis):
    """A stream that ends inside the array has no blank line after it. The page ignores the partial bulk and
    gets a complete one when it reconnects."""
    redis.add_many(KEY, [record("x" * 10_000) for _ in range(1000)])
    responder = stack.responder(redis, profile="smarter", auth="remote_user")
    with FcgiStream(responder.socket, environment(PATH, mount=PATH, REMOTE_USER="admin"),
                    rcvbuf=8192) as s:
        s.read_until(lambda s: len(s.raw) > 100_000, "a part of the array")
        responder.child.send(15)
        s.read_rest()
        assert not s.events and s.parser.unfinished()


def viewer_inside_bulk(stack, redis):
    """A viewer that has read the beginning of a bulk of 200 records."""
    redis.client.config_set("stream-node-max-entries", 10)
    redis.add_many(KEY, [json.dumps({"message": str(i), "pad": "x" * 10_000}) for i in range(200)])
    responder = stack.responder(redis, profile="smarter", auth="remote_user")
    s = stack.keep(FcgiStream(responder.socket, environment(PATH, mount=PATH, REMOTE_USER="admin"), rcvbuf=8192))
    return s.read_until(lambda s: len(s.raw) > 50_000 and s, "a part of the array")


def test_bulk_continues_after_a_redis_restart(stack):
    """The array continues when Redis is back: it is complete, comes once, and has no other frame in it."""
    redis = stack.redis(persistent=True)
    s = viewer_inside_bulk(stack, redis)
    redis.kill()
    redis.start()
    redis.add(KEY, "after")
    shown = lambda s: [x["message"] for e in s.events if e.type == "bulk" for x in e.json()] + \
        [e.data for e in s.events if e.type != "bulk"]
    s.read_until(lambda s: "after" in shown(s), "the last")
    assert shown(s) == [str(i) for i in range(200)] + ["after"]


def test_trim_during_the_bulk_reports_a_gap_after_it(stack, redis):
    """The records that were trimmed are missing from the array, and the gap follows it."""
    s = viewer_inside_bulk(stack, redis)
    redis.client.xtrim(KEY, maxlen=50, approximate=False)
    gap = s.read_event("gap").json()
    numbers = [int(x["message"]) for x in bulk(s)]
    read = numbers.index(150)
    assert numbers == [*range(read), *range(150, 200)]
    assert gap["lost"] == 150 - read and [e.type for e in s.events] == ["bulk", "gap"]


LONG = [json.dumps({"message": "m", "pad": "x" * 100_000}), json.dumps({"pad": "x" * 100_000}),
        json.dumps(["x" * 100_000]), "x" * 100_000 + "\r\n", json.dumps("x" * 2_000_000)]


def test_live_records_have_a_message_the_page_can_show(stack, redis):
    """The page fails on JSON without a message. So sselog adds one, also to long records and to JSON that is
    nested too deep for its own parser."""
    deep = ["[" * 600 + "]" * 600, '{"a":' * 600 + "1" + "}" * 600, "[" * 5000 + "]" * 5000]
    payloads = deep + LONG
    responder = stack.responder(redis, profile="smarter", auth="remote_user")
    with FcgiStream(responder.socket, environment(PATH, mount=PATH, REMOTE_USER="admin")) as s:
        bulk(s)
        redis.add_many(KEY, payloads + ["the end"])
        *live, end = [e.data for e in s.read_records(1 + len(payloads) + 1)[1:]]
        assert end == "the end"
        assert [json.loads(data)["message"] for data in live[:3]] == deep
        assert json.loads(live[3])["message"] == "m"
        assert json.loads(live[4]) == {"pad": "x" * 100_000, "message": LONG[1]}
        assert json.loads(live[5]) == {"message": LONG[2]}
        assert live[6] == "x" * 100_000, "the final line end made a line of its own"
        assert json.loads(live[7]) == {"message": LONG[4]}


def test_level_debug_is_recognised_in_its_variants(stack, redis):
    """The rule of examples/smarter/README.md, which differs from the original's in two ways."""
    responder = stack.responder(redis, profile="smarter", auth="remote_user")
    left_out = [{"level": 20}, {"level": "20"}, {"levelno": 10}, {"level": "DBUG"}, {"severity": "DEBUG"},
                {"level": "debug", "levelname": "INFO"}, {"level": "DEBUG", "deep": json.loads("[" * 40 + "]" * 40)}]
    shown = [{"level": "INFO", "levelname": "DEBUG"}, {"level": "TRACE"}, {"level": 10}, {"level": None}]
    redis.add_many(KEY, [json.dumps({**r, "message": "m"}) for r in left_out + shown])
    with FcgiStream(responder.socket, environment(PATH, mount=PATH, REMOTE_USER="admin")) as s:
        assert [{k: v for k, v in r.items() if k != "message"} for r in bulk(s)] == shown


def test_entry_without_data_is_shown_by_its_fields(stack, redis):
    """The original shows an empty line for such an entry."""
    responder = stack.responder(redis, profile="smarter", auth="remote_user")
    redis.client.xadd(KEY, {"other": "x", "more": "y"})
    redis.client.xadd(KEY, {"message": "as it is", "level": "INFO"})
    with FcgiStream(responder.socket, environment(PATH, mount=PATH, REMOTE_USER="admin")) as s:
        assert bulk(s) == [{"other": "x", "more": "y", "message": '{"other":"x","more":"y"}'},
                           {"message": "as it is", "level": "INFO"}]
