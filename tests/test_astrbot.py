# SPDX-License-Identifier: MIT
"""The contract of AstrBot's live log, through the web servers with examples/astrbot."""
import json
import time

import pytest

import procs
import webs
from dropins import assert_no_head_before_reply, bearer, body, serve, servers, signed
from examples import SECRET
from fcgi import FcgiStream, environment, fcgi_get
from identity import secret_file
from procs import wait_until
from sse import EventSource, Stream, get

KEY = "stream:logs:astrbot"
PATHS = ("/api/live-log", "/api/v1/logs/live")
HISTORY = ("/api/log-history", "/api/v1/logs/history")


def entry(text, at=1766742118.1234567, level="INFO", category="system"):
    return {"level": level, "time": at, "data": text, "category": category}


def write(redis, *entries):
    return redis.add_many(KEY, [json.dumps(e, ensure_ascii=False) for e in entries])


@pytest.fixture
def login():
    return bearer(signed(username="astrbot"))


@servers
def test_exact_bytes_of_a_record(stack, redis, kind, login):
    server = serve(stack, redis, "astrbot", kind, keepalive=1)
    for path in PATHS:
        with Stream(server.port, path, login) as s:
            assert s.status == 200 and s.headers["content-type"] == "text/event-stream"
            assert s.headers["cache-control"] == "no-store, no-transform"
            e = entry("\x1b[1;36m[2026-01-01] [Core] [INFO] 日志 😀\u2028 \\ / \x7f \x1b[0m")
            id, = write(redis, e)
            s.read_until(lambda s, id=id: s.records and s.records[-1].id == id, "the record")
            data = json.dumps({"type": "log", **e}, ensure_ascii=False)
            assert f"id: {id}\ndata: {data}\n\n" in body(s)
            s.read_until(lambda s: "keepalive" in s.parser.comments, "a keepalive")


@servers
def test_unauthenticated_requests_get_the_original_messages(stack, redis, kind, login):
    server = serve(stack, redis, "astrbot", kind)
    late = bearer(signed(username="astrbot", exp=int(time.time()) - 10))
    bad = bearer(signed(secret="another secret of enough bytes....", username="astrbot"))
    legacy = ("未授权", "Token 过期", "Token 无效")
    v1 = ("Missing API key", "Token expired", "Invalid token")
    for paths, texts in ((0, legacy), (1, v1)):
        for path in (PATHS[paths], HISTORY[paths]):
            for headers, text in zip(({}, late, bad), texts):
                answer = get(server.port, path, headers)
                assert answer.status == 401
                assert body(answer) == f'{{"status":"error","message":"{text}"}}'
    # AstrBot has its API keys in a database that sselog does not read. The older paths accept no keys.
    for headers, query in (({"X-API-Key": "k"}, ""), ({"Authorization": "ApiKey k"}, ""), ({}, "?api_key=k"),
                           ({}, "?key=k")):
        for path, text in ((PATHS[0], legacy[0]), (PATHS[1], "Invalid API key"), (HISTORY[1], "Invalid API key")):
            answer = get(server.port, path + query, headers)
            assert (answer.status, body(answer)) == (401, f'{{"status":"error","message":"{text}"}}')
    cookie = {"Cookie": "astrbot_dashboard_jwt=" + login["Authorization"][7:]}
    for path in HISTORY:
        assert get(server.port, path, cookie).status == 200
    with Stream(server.port, PATHS[0], cookie) as s:
        assert s.status == 200


@servers
def test_history_holds_the_last_500_entries(stack, redis, kind, login):
    server = serve(stack, redis, "astrbot", kind)
    assert json.loads(body(get(server.port, HISTORY[0], login))) == \
        {"status": "ok", "message": None, "data": {"logs": []}}
    entries = [entry(f"日志 {i}", 100 + i) for i in range(620)]
    write(redis, *entries)
    redis.add(KEY, "no entry")

    def history(path):
        answer = get(server.port, path, login)
        assert answer.status == 200 and answer.headers["content-type"] == "application/json"
        assert body(answer).startswith('{"status":"ok","message":null,"data":{"logs":[')
        logs = json.loads(body(answer))["data"]["logs"]
        assert logs == entries[620 - len(logs):]
        assert "日志" in body(answer) or not logs
        return logs

    for path in HISTORY:  # a history has only entries that were read within 2 s
        wait_until(lambda path=path: len(history(path)) == 500, "a whole history")


@pytest.mark.parametrize("count,size,least", [(100, 200_000, 20), pytest.param(60, 3_000_000, 2, marks=pytest.mark.long)],
                         ids=["100_of_200_kB", "60_of_3_MB"])
def test_history_of_long_entries_is_bounded_by_size(stack, redis, count, size, least):
    """The answer holds the newest entries that fit, and the memory that is needed for them is bounded."""
    responder = stack.responder(redis, profile="astrbot", auth="remote_user")
    texts = [f"{i:03d}" + "x" * size for i in range(count)]
    for i, text in enumerate(texts):
        write(redis, entry(text, float(i)))
        if i == count - 2:
            redis.add(KEY, json.dumps(entry("longer than an answer" + "x" * 12_000_000)))

    def history():
        answer = fcgi_get(responder.socket, environment(HISTORY[0], mount=HISTORY[0], REMOTE_USER="astrbot"))
        assert answer.status == 200
        logs = [e["data"] for e in json.loads(answer.raw)["data"]["logs"]]
        assert 0 < len(logs) < count and logs == texts[-len(logs):]
        return logs

    # A history has only entries that were read within 2 s.
    wait_until(lambda: webs.sanitized() or len(history()) >= least, "a long answer")
    history()
    peak = procs.peak_kb(responder.pid)
    assert webs.sanitized() or peak < 100 * 1024, f"{peak} kB"


@servers
def test_cursor_is_a_time_and_replays_later_entries(stack, redis, kind, login):
    """The replay has entries with a greater time, in the order of the log. Live entries follow, with any time."""
    server = serve(stack, redis, "astrbot", kind)
    times = [100.5, 103.25, 101.5, 102.0, 102.0, 99.0]
    write(redis, *(entry(str(t), t) for t in times), {"level": "INFO", "data": "without a time"})

    def after(cursor, query=False):
        headers = {**login, **({} if query or cursor is None else {"Last-Event-ID": cursor})}
        path = PATHS[0] + (f"?lastEventId={cursor}" if query else "")
        with Stream(server.port, path, headers) as s:
            assert s.status == 200
            write(redis, entry("live", 1.0))
            s.read_until(lambda s: s.records and s.records[-1].json()["data"] == "live", "live")
            got = [e.json()["data"] for e in s.records]
        redis.client.xdel(KEY, s.parser.last_id)
        return got

    for query in (False, True):
        assert after("101.5", query) == ["103.25", "102.0", "102.0", "live"]
    assert after("102.0") == ["103.25", "live"]
    assert after("1e2") == ["100.5", "103.25", "101.5", "102.0", "102.0", "live"]
    assert after("1_0_1") == ["103.25", "101.5", "102.0", "102.0", "live"]
    assert after("-inf") == [str(t) for t in times] + ["live"]
    for cursor in ("inf", "200.0"):
        assert after(cursor) == ["live"], cursor
    for cursor in (None, "nan", "abc", "0x10", "1-x"):  # as without a cursor
        assert after(cursor) == [*(str(t) for t in times), "without a time", "live"], cursor


def test_cursor_accepts_underscores_as_python_floats_do(stack, redis):
    """float() of Python accepts an underscore only between two digits."""
    responder = stack.responder(redis, profile="astrbot", auth="remote_user", history=0)
    write(redis, entry("old", 1766742118.0))

    def first_after(cursor):
        with FcgiStream(responder.socket, environment(PATHS[0], mount=PATHS[0], REMOTE_USER="a",
                                                      HTTP_LAST_EVENT_ID=cursor)) as s:
            id, = write(redis, entry("live", 1.0))
            first = s.read_records(1)[0].json()["data"]
        redis.client.xdel(KEY, id)
        return first

    for cursor in ("1_0", "1_766_742_117.5", "1.5e0_1"):
        float(cursor)
        assert first_after(cursor) == "old", cursor
    for cursor in ("_1", "1_", "1__0", "1_.5", "1._5", "1_e5", "-_1"):
        with pytest.raises(ValueError):
            float(cursor)
        assert first_after(cursor) == "live", cursor


@servers
def test_page_that_reconnects_without_an_id_loses_nothing(stack, redis, kind, login):
    """The dashboard's component makes a new source after a fault, without an id, and does not fetch history again. It
    drops entries that it has by time, data and level."""
    server = serve(stack, redis, "astrbot", kind)
    names, shown = [], []

    def log(name):
        names.append(name)
        write(redis, entry(name))

    log("before")
    for n in range(3):
        with Stream(server.port, PATHS[1], login) as s:
            log(f"live {n}")
            s.read_until(lambda s: s.records and s.records[-1].json()["data"] == names[-1], "the newest entry")
            for e in s.records:
                e = e.json()
                if (e["time"], e["data"], e["level"]) not in shown:
                    shown.append((e["time"], e["data"], e["level"]))
        log(f"away {n}")
    assert [data for _, data, _ in shown] == names[:-1]


def test_stream_without_cursor_begins_with_the_newest_500(stack, redis):
    responder = stack.responder(redis, profile="astrbot", auth="remote_user")
    write(redis, *(entry(str(n)) for n in range(502)))
    with FcgiStream(responder.socket, environment(PATHS[0], mount=PATHS[0], REMOTE_USER="a")) as s:
        assert [e.json()["data"] for e in s.read_records(500)] == [str(n) for n in range(2, 502)]


@servers
@pytest.mark.parametrize("cursor_in", ["header", "query"])
def test_twenty_reconnects_lose_and_repeat_nothing(stack, redis, kind, login, cursor_in):
    """A polyfill reconnects with ?lastEventId=, a browser with Last-Event-ID. Some entries have equal times."""
    server = serve(stack, redis, "astrbot", kind)

    class Client(EventSource):
        def open(self, last_id):
            if cursor_in == "header" or not last_id:
                return super().open(last_id)
            return Stream(self.address, f"{self.path}?lastEventId={last_id}", self.headers)

    count = 0
    with Client(server.port, PATHS[0], login) as client:
        client.wait(lambda c: c.connects == 1, "the stream")
        write(redis, entry("0"))
        client.wait(lambda c: len(c.records) == 1, "the first record")
        for cut in range(20):
            client.cut()
            for _ in range(5):
                count += 1
                write(redis, entry(str(count), 1766742118.0 + count // 2))  # in pairs
            client.wait(lambda c: len(c.records) >= count + 1, f"records after cut {cut}")
        assert [e.json()["data"] for e in client.records] == [str(i) for i in range(count + 1)]


@servers
def test_odd_payloads_become_one_line_entries(stack, redis, kind, login):
    """Each payload becomes an entry on one line, which the console can show."""
    server = serve(stack, redis, "astrbot", kind)
    bad = [b"plain text\nwith lines", b"\xff\xfe", b"[1]", b'{"time": NaN, "data": "\\ud800"}', b"{}",
           b"", b"[" * 2000, b'{"data":"a\\nb\\r"}', b'{"data":\n"spread",\r\n"level":"INFO"}']
    with Stream(server.port, PATHS[0], login) as s:
        for payload in bad:
            redis.add(KEY, payload)
        got = [e.json() for e in s.read_records(len(bad))]
        assert all(e["type"] == "log" for e in got)
        assert got[0]["data"] == "plain text\nwith lines" and got[0]["level"] == "INFO"
        assert abs(got[0]["time"] - time.time()) < 600
        assert got[3] == {"type": "log", "time": None, "data": "\ufffd"}
        assert got[4] == {"type": "log"}
        assert body(s).count("\ndata: ") == len(bad)


def jwt_options(stack):
    key = secret_file(stack.directory(), "key", SECRET)
    return {"profile": "astrbot", "auth": "jwt", "jwt_key_file": key}


def login_request(login, path):
    return environment(path, mount=path, HTTP_AUTHORIZATION=login["Authorization"])


def test_history_answers_503_and_stream_source_lost_without_redis(stack, redis, login):
    """History answers in the form of its API, with Retry-After. The stream answers 200 with a frame, since
    EventSource gives up on any other status."""
    responder = stack.responder(redis, stream="stream:logs:astrbot", **jwt_options(stack))
    redis.kill()
    for path in HISTORY:
        answer = fcgi_get(responder.socket, login_request(login, path))
        assert (answer.status, body(answer)) == (503, '{"status":"error","message":"Service unavailable"}')
        assert int(answer.headers["retry-after"]) > 0
    with FcgiStream(responder.socket, login_request(login, PATHS[0])) as s:
        assert s.status == 200
        assert s.read_event("source").json() == {"state": "lost"}


def test_login_without_tenant_gets_403(stack, redis, login):
    """The log is stream:logs:{tenant}, so that a login without a tenant has no log."""
    responder = stack.responder(redis, stream="stream:logs:{tenant}", **jwt_options(stack))
    for path in (*PATHS, *HISTORY):
        answer = fcgi_get(responder.socket, login_request(login, path))
        assert (answer.status, body(answer)) == \
            (403, '{"status":"error","message":"Insufficient API key scope"}')


def test_head_waits_for_the_position_in_the_log(stack, redis, login):
    """The console fetches the history after the head: no record between the two may be missing."""
    assert_no_head_before_reply(stack, redis, b"X", login_request(login, PATHS[0]), **jwt_options(stack))
