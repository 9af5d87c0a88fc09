# SPDX-License-Identifier: MIT
"""The event stream: its records and frames, and that a slow or broken viewer affects no other viewer."""
import contextlib
import json
import os
import resource
import signal
import socket
import struct
import threading
import time
from pathlib import Path

import pytest

import fcgi
import procs
import webs
from fcgi import FcgiStream, environment
from procs import wait_until
from sse import Stream, connect
from tables import case


def follow(responder, query="", path="/sselog/stream", rcvbuf=None, **params):
    return FcgiStream(responder.socket, environment(path, query, **params), rcvbuf=rcvbuf)


@pytest.fixture
def responder(stack, redis):
    return stack.responder(redis)


# ---- payloads ----

BYTES = bytes(range(256))


PAYLOADS = [  # payload, lines that the viewer gets (None: the whole payload, as UTF-8)
    (b"", [""]),
    (b"one line", ["one line"]),
    (b"\n", ["", ""]),
    (b"a\nb\r\nc\rd", ["a", "b", "c", "d"]),
    (b"a\r\r\nb", ["a", "", "b"]),
    (b"ends\n", ["ends", ""]),
    (b"\rdata: forged\r\rid: 9-9\r\rdata: x", ["", "data: forged", "", "id: 9-9", "", "data: x"]),
    (b"  blanks  ", ["  blanks  "]),
    (b": no comment", [": no comment"]),
    ("€ 漢字 \U0001f600".encode(), ["€ 漢字 \U0001f600"]),
    (b"\xef\xbb\xbfmark", ["\ufeffmark"]),
    (b"cut \xe2\x82", ["cut \ufffd"]),
    (b"a\0b", ["a\0b"]),
    (BYTES, None),
]


def test_payload_arrives_unchanged_as_utf8(redis, responder):
    for n, (payload, lines) in enumerate(PAYLOADS):
        if lines is None:
            lines = split_lines(payload.decode("utf-8", "replace"))
        id = redis.add(f"log{n}", payload)
        with case(ascii(payload)), follow(responder, SSELOG_STREAM=f"log{n}") as s:
            s.read_until_live()
            after = redis.add(f"log{n}", payload)
            assert [(e.id, e.data, e.type) for e in s.read_records(2)] == \
                [(id, "\n".join(lines), "message"), (after, "\n".join(lines), "message")]
            bytes(s.raw).decode("utf-8")  # fails if the stream is not UTF-8


def split_lines(text):
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def test_record_of_100000_lines_arrives_whole(redis, responder):
    text = "\n".join(str(i) for i in range(100_000))
    with follow(responder) as s:
        s.read_until_live()
        redis.add("log", text)
        redis.add("log", "after it")
        first, second = s.read_records(2)
        assert first.data == text and second.data == "after it"


def test_event_name_of_a_record_is_passed_on(redis, responder):
    redis.add("log", "a", event="deploy")
    redis.add("log", "b", event="two\nlines: data: x")
    redis.add("log", "c", event="")
    redis.add("log", "d", event="end")  # a record with the name of a control frame
    with follow(responder) as s:
        s.read_until_live()
        assert [(e.type, e.data) for e in s.records] == \
            [("deploy", "a"), ("twolines: data: x", "b"), ("message", "c"), ("end", "d")]
        redis.add("log", "e")
        assert s.read_records(5)[4].data == "e"


def test_entry_without_payload_field_is_sent_as_json(redis, responder):
    redis.client.xadd("log", {"level": "INFO", "text": "two\nlines \"quoted\""})
    with follow(responder) as s:
        s.read_until_live()
        assert json.loads(s.payloads[0]) == {"level": "INFO", "text": "two\nlines \"quoted\""}


def test_configured_field_names_are_used(redis, stack):
    responder = stack.responder(redis, field="message", event_field="kind")
    redis.client.xadd("log", {"message": "hello", "kind": "greeting", "data": "not this"})
    with follow(responder) as s:
        s.read_until_live()
        assert [(e.type, e.data) for e in s.records] == [("greeting", "hello")]


@pytest.mark.memory
@pytest.mark.long
def test_64_mb_payload_delays_no_other_viewer(redis, responder):
    """The payload arrives whole and is held in memory once; meanwhile another viewer gets its records."""
    long, other = "stream:logs:long", "stream:logs:other"
    redis.client.config_set("proto-max-bulk-len", str(512 * 1024 * 1024))
    size = 64 * 1024 * 1024
    payload = b"0123456789abcdef" * (size // 16)
    before = procs.private_kb(responder.pid)
    with follow(responder, SSELOG_STREAM=long, rcvbuf=65536) as big, \
            follow(responder, SSELOG_STREAM=other) as small:
        big.keep_raw = False
        big.read_until_live()
        small.read_until_live()
        redis.add(long, payload)
        # The viewer of the long record reads nothing; the other viewer gets one record after the other.
        for i in range(20):
            redis.add(other, str(i))
            small.read_records(i + 1)
        assert big.read_records(1, deadline=60)[0].data == payload.decode()
    # The peak shows whether a second copy of the payload existed at any time.
    peak = procs.peak_kb(responder.pid)
    assert peak < 1.5 * size / 1024, f"{peak} kB for a payload of {size // 1024} kB"
    wait_until(lambda: procs.private_kb(responder.pid) - before < 8 * 1024, "memory given back")


# ---- many viewers and logs ----

@pytest.mark.threads
def test_hundred_viewers_get_each_record_once_in_order(stack, redis):
    """Through lighttpd, while a producer writes."""
    server = stack.server("lighttpd", redis, max_per_user=1000)
    viewers = [stack.keep(Stream(server.port, "/sselog/stream")) for _ in range(100)]
    for s in viewers:
        s.read_until_live()
    ids = []

    def produce():
        for _ in range(20):
            ids.extend(redis.add_many("log", ["x" * 100] * 25))

    producer = threading.Thread(target=produce)
    producer.start()
    for s in viewers:
        s.read_records(500)
    producer.join()
    for s in viewers:
        assert [e.id for e in s.records] == ids


@pytest.mark.threads
def test_300_logs_share_two_redis_connections(stack, redis):
    """Each of 300 viewers gets its own log only, over two connections to Redis."""
    responder = stack.responder(redis, auth="remote_user", stream="logs:{user}")
    users = [f"u{i}" for i in range(300)]
    viewers = [stack.keep(follow(responder, REMOTE_USER=u)) for u in users]
    for s in viewers:
        s.read_until_live()
    assert len(redis.clients()) == 2, [c["cmd"] for c in redis.clients()]
    pipe = redis.client.pipeline(transaction=False)
    for n in range(10):
        for u in users:
            pipe.xadd(f"logs:{u}", {"data": f"{u} {n}"})
    pipe.execute()
    for u, s in zip(users, viewers):
        s.read_records(10)
        assert s.payloads == [f"{u} {n}" for n in range(10)]
    assert len(redis.clients()) == 2


@pytest.mark.threads
def test_joining_while_records_arrive_loses_and_repeats_none(stack, redis):
    """A hundred viewers change from history to live at different moments."""
    responder = stack.responder(redis, max_per_user=1000)
    ids = redis.add_many("log", ["old"] * 100)
    stop = threading.Event()
    viewers = []

    def produce():
        while not stop.wait(0.005):
            # Every record goes to all viewers, so the number of records is bounded.
            if len(ids) < 200 + 40 * len(viewers):
                ids.extend(redis.add_many("log", ["new"] * 5))

    producer = threading.Thread(target=produce)
    producer.start()
    try:
        for _ in range(100):
            viewers.append(stack.keep(follow(responder, f"last_event_id={ids[0]}")))
        for s in viewers:
            s.read_until_live()
    finally:
        stop.set()
        producer.join()
    for s in viewers:
        s.read_records(len(ids) - 1)
        assert [e.id for e in s.records] == ids[1:]


# ---- slow and disconnected viewers ----

@pytest.mark.threads
def test_slow_reader_delays_nobody_and_gets_every_record(stack, redis):
    """A viewer stops reading while 30,000 records come. sselog does not hold these records in memory, and
    the viewer gets each of them once when it reads again."""
    server = stack.server("lighttpd", redis, keepalive=600)  # no keepalive resumes the slow viewer
    pid = wait_until(server.responders, "the responder")[0]
    slow = stack.keep(Stream(server.port, "/sselog/stream", rcvbuf=1 << 18))
    quick = stack.keep(Stream(server.port, "/sselog/stream"))
    slow.read_until_live()
    quick.read_until_live()
    pid, = server.responders()
    before = procs.private_kb(pid)
    ids = []
    for _ in range(60):
        ids += redis.add_many("log", ["x" * 1000] * 500)
        quick.read_records(len(ids))
    grown = procs.private_kb(pid) - before
    assert webs.sanitized() or grown < 8 * 1024, f"{grown} kB more for one slow viewer of 30 MB"
    slow.read_records(len(ids), deadline=60)
    assert [e.id for e in slow.records] == ids
    assert [e.id for e in quick.records] == ids
    assert not [e for e in slow.events if e.type == "gap"]


@contextlib.contextmanager
def stopped(pid, redis):
    """Stops the process inside the block, after Redis has answered all commands of the process."""
    def states():
        return {p.read_text().rpartition(")")[2].split()[0] for p in Path(f"/proc/{pid}/task").glob("*/stat")}
    os.kill(pid, signal.SIGSTOP)
    try:
        wait_until(lambda: states() == {"T"}, "every thread to be stopped")
        redis.client.ping()
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_gap_reports_the_number_of_lost_records(stack, redis):
    """sselog is stopped after a known record; part of the records that follow are trimmed meanwhile."""
    responder = stack.responder(redis)
    with follow(responder) as s:
        s.read_until_live()
        first = redis.add_many("log", ["x"] * 10)
        s.read_records(10)
        with stopped(responder.pid, redis):
            more = redis.add_many("log", ["y"] * 10)
            redis.client.xtrim("log", maxlen=4, approximate=False)
        assert [e.id for e in s.read_records(14)] == first + more[-4:]
        assert s.read_event("gap").json() == {"after": first[-1], "next": more[6], "lost": 6}
        assert [e.type for e in s.events].count("gap") == 1


def test_disconnected_viewer_frees_its_descriptor(stack, redis):
    responder = stack.responder(redis, max_per_user=1000, keepalive=600)
    with follow(responder) as s:
        s.read_until_live()
        before = procs.open_fds(responder.pid) - 1
    wait_until(lambda: procs.open_fds(responder.pid) <= before, "its descriptor to be closed")
    for _ in range(3):
        viewers = [follow(responder) for _ in range(50)]
        for s in viewers:
            s.read_until_live()
        assert procs.open_fds(responder.pid) >= before + 49
        for i, s in enumerate(viewers):
            s.peer.reset() if i % 2 else s.close()
        # The next keepalive is ten minutes away, so the disconnect itself must be noticed.
        wait_until(lambda: procs.open_fds(responder.pid) <= before, "descriptors to be closed")


def open_fds(server):
    return sum(procs.open_fds(p) for p in server.responders())


def reset(stream):
    """Closes the connection with a TCP reset."""
    stream.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    stream.close()


@pytest.mark.parametrize("kind, leave", [("nginx", Stream.close), ("lighttpd", reset)])
def test_disconnect_reported_by_the_web_server_frees_descriptors(stack, redis, kind, leave):
    """The web server closes its connection to sselog, which notices it without a write."""
    server = stack.server(kind, redis, keepalive=600)
    first = stack.keep(Stream(server.port, "/sselog/stream"))
    first.read_until_live()
    idle = open_fds(server) - 1
    leave(first)
    wait_until(lambda: open_fds(server) <= idle, "its descriptor to be closed")
    viewers = [Stream(server.port, "/sselog/stream") for _ in range(4)]
    for s in viewers:
        s.read_until_live()
    assert open_fds(server) > idle + 1  # `idle` may hold short-lived descriptors
    for s in viewers:
        leave(s)
    wait_until(lambda: open_fds(server) <= idle, "descriptors to be closed")


@pytest.mark.parametrize("kind", ["lighttpd", "proxy_fcgi", "fcgid"])
def test_disconnected_viewer_is_noticed_by_the_next_keepalive(stack, redis, kind):
    """These web servers report a disconnect only when sselog writes; the keepalive is such a write."""
    server = stack.server(kind, redis, keepalive=1)

    with Stream(server.port, "/sselog/stream") as s:
        s.read_until_live()
        s.read_once()  # reads a keepalive
    idle = wait_until(lambda: server.responders() and open_fds(server), "a responder")
    viewers = [Stream(server.port, "/sselog/stream") for _ in range(4)]
    for s in viewers:
        s.read_until_live()
    watched, held = redis.clients(), open_fds(server)
    for s in viewers:
        s.close()
    if kind == "fcgid":  # each process serves the next viewer, with its connections to Redis
        # A viewer that comes before a process is free would start another process.
        wait_until(lambda: open_fds(server) <= held - 4, "descriptors to be closed")
        for s in [Stream(server.port, "/sselog/stream") for _ in range(4)]:
            s.read_until_live()
            s.close()
        assert len(redis.clients()) <= len(watched) + 2
    else:
        wait_until(lambda: open_fds(server) <= idle, "descriptors to be closed")


# ---- keepalives ----

def test_keepalives_come_at_their_interval(stack, redis):
    """Keepalives come while there are no records, and none comes early."""
    responder = stack.responder(redis, keepalive=1)
    start = time.monotonic()
    with follow(responder) as s:
        s.read_until(lambda s: len(s.parser.comments) >= 2, "two keepalives")
        assert set(s.parser.comments) == {"keepalive"} and not s.records
        for n, at in enumerate(s.parser.comment_times, 1):
            assert at - start > n - 0.01


# ---- filters ----

def line(level, text, **more):
    return json.dumps({"level": level, "message": text, **more})


def test_level_and_text_filters(redis, responder):
    for level, text in (("DEBUG", "a"), ("INFO", "b NEEDLE"), ("ERROR", "c"), ("WARNING", "d needle"),
                        ("CRITICAL", "e")):
        redis.add("log", line(level, text))
    redis.add("log", "plain text, no level, needle")

    def texts(query):
        with follow(responder, query) as s:
            s.read_until_live()
            return [e.data if e.data[0] != "{" else e.json()["message"] for e in s.records]

    assert texts("level=warning") == ["c", "d needle", "e", "plain text, no level, needle"]
    assert texts("level=ERROR") == ["c", "e", "plain text, no level, needle"]
    assert texts("q=needle") == ["b NEEDLE", "d needle", "plain text, no level, needle"]
    assert texts("q=Needle&level=warning") == ["d needle", "plain text, no level, needle"]
    assert texts("q=nothing%20at%20all") == []


def test_filtered_viewer_keeps_its_cursor(redis, stack):
    """Records that a filter drops move the cursor, so that a resume does not read them again."""
    responder = stack.responder(redis, keepalive=1)
    with follow(responder, "level=error") as s:
        s.read_until_live()
        last = redis.add_many("log", [line("INFO", "x")] * 50)[-1]
        s.read_until(lambda s: s.parser.last_id == last, "the cursor to move")
        assert not s.records
        redis.add("log", line("ERROR", "y"))
        assert s.read_records(1)[0].json()["message"] == "y"


def test_configured_filters_select_records(redis, stack):
    responder = stack.responder(redis, filters="run=run_id app=app.name")
    for run, app in ((1, "a"), (2, "a"), (2, "b"), ("2", "a")):
        redis.add("log", json.dumps({"run_id": run, "app.name": app}))

    def count(query):
        with follow(responder, query) as s:
            s.read_until_live()
            return len(s.records)

    assert [count(q) for q in ("", "run=2", "run=1,2", "run=2&app=a", "app=c", "run=")] == \
        [4, 3, 4, 2, 0, 4]


# ---- sources ----

def test_pubsub_messages_arrive_without_ids(stack, redis):
    responder = stack.responder(redis, source="pubsub", channel="news", keepalive=1)
    with follow(responder) as s:
        s.read_until_live()
        wait_until(lambda: redis.client.pubsub_numsub("news")[0][1] == 1, "the subscription")
        for i in range(100):
            redis.client.publish("news", f"message {i}\nline two")
        assert [e.data for e in s.read_records(100)] == [f"message {i}\nline two" for i in range(100)]
        assert s.parser.last_id == ""  # a browser cannot resume from a message
    wait_until(lambda: redis.client.pubsub_numsub("news")[0][1] == 0, "the end of the subscription")


def test_pubsub_viewers_share_one_subscription(stack, redis):
    responder = stack.responder(redis, source="pubsub", channel="news", max_per_user=100)
    viewers = [stack.keep(follow(responder)) for _ in range(30)]
    for s in viewers:
        s.read_until_live()
    wait_until(lambda: redis.client.pubsub_numsub("news")[0][1] == 1, "one subscription")
    redis.client.publish("news", "hello")
    for s in viewers:
        assert s.read_records(1)[0].data == "hello"


def test_pubsub_outage_reports_source_and_gap(stack):
    redis = stack.redis(tcp=True)
    responder = stack.responder(redis, source="pubsub", channel="news")
    with follow(responder) as s:
        s.read_until_live()
        redis.stop()
        assert s.read_event("source").json() == {"state": "lost"}
        redis.start()
        assert s.read_event("source", nth=2).json() == {"state": "live"}
        wait_until(lambda: redis.client.pubsub_numsub("news")[0][1] == 1, "the subscription")
        redis.client.publish("news", "again")
        assert s.read_records(1)[0].data == "again"
        assert [e for e in s.events if e.type == "gap"], "messages may be lost, so a gap must be reported"


def test_key_of_wrong_type_reports_unavailable_to_its_viewers_only(stack, redis):
    """Viewers of a key that is not a stream get `unavailable`; viewers of other logs get records."""
    responder = stack.responder(redis, auth="remote_user", stream="logs:{user}")
    redis.client.set("logs:bad", "a string")
    redis.add("logs:good", "1")
    with follow(responder, REMOTE_USER="good") as good, follow(responder, REMOTE_USER="bad") as bad:
        good.read_until_live()
        bad.read_event("unavailable")
        redis.add("logs:good", "2")
        good.read_records(2)
        redis.client.delete("logs:good")
        redis.client.set("logs:good", "a string now")
        good.read_event("unavailable")
    redis.client.delete("logs:bad")
    redis.add("logs:bad", "healed")
    with follow(responder, REMOTE_USER="bad") as healed:
        healed.read_until_live()
        assert healed.payloads == ["healed"]


# ---- memory and descriptors ----

@pytest.mark.memory
@pytest.mark.long
def test_idle_viewer_costs_1_kb(stack, redis):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 6000:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 6000), hard))
    responder = stack.responder(redis, auth="remote_user", stream="logs:{user}", max_viewers=10000)
    with follow(responder, REMOTE_USER="first") as s:
        s.read_until_live()
        base = procs.private_kb(responder.pid)
        assert base <= 420, f"{base} kB private"
    count = 2000
    viewers = [stack.keep(follow(responder, REMOTE_USER=f"u{i % 200}")) for i in range(count)]
    for s in viewers:
        s.read_until_live()
    wait_until(lambda: procs.private_kb(responder.pid) - base <= count,
               f"1 kB for each viewer; now {(procs.private_kb(responder.pid) - base) / count:.2f}")


@pytest.mark.memory
def test_mod_fcgid_process_uses_420_kb_at_most(stack, redis):
    server = stack.server("fcgid", redis)
    with Stream(server.port, "/sselog/stream") as s:
        s.read_until_live()
        redis.add("log", "x")
        s.read_records(1)
        for pid in server.responders():
            assert procs.private_kb(pid) <= 420


@pytest.mark.memory
@pytest.mark.long
def test_ten_thousand_connects_leak_nothing(stack, redis):
    responder = stack.responder(redis, max_per_user=100)
    redis.add_many("log", ["x"] * 20)
    request = fcgi.begin() + fcgi.stream(fcgi.PARAMS, fcgi.pairs(environment("/sselog/stream"))) + \
        fcgi.record(fcgi.STDIN)

    def some(n):
        """Connects n times, ten at a time, and reads until `live`, without a parser: that saves time."""
        for _ in range(n // 10):
            socks = [connect(responder.socket) for _ in range(10)]
            for sock in socks:
                sock.sendall(request)
            for sock in socks:
                with sock:
                    got = b""
                    while b"event: live" not in got:
                        more = sock.recv(65536)
                        assert more, got
                        got += more

    some(1000)
    fds = procs.open_fds(responder.pid)
    memory = procs.private_kb(responder.pid)
    some(9000)
    wait_until(lambda: procs.open_fds(responder.pid) <= fds, "descriptors as before")
    assert procs.private_kb(responder.pid) <= memory + 200
