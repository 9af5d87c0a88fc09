# SPDX-License-Identifier: MIT
"""`sselog verify`: whole streams are found whole, and each way in which a record can be missing is found."""
import os
import signal

import pytest

import procs
from sse import Stream
from verifying import Feed, Loser, ScriptedStreams, finish, forgetful, start, url_of, verify

EPOCH = "80000001"
HOLD = ScriptedStreams.HOLD


def record(n, data="x", name=None, rank=None):
    event = f"event: {name}\n" if name else ""
    return f"id: {n}-0~{rank or n}.{EPOCH}\n{event}data: {data}\n\n"


def live(sent, withheld=0, lost=0):
    return f'event: live\ndata: {{"replayed":{sent},"sent":{sent},"withheld":{withheld},"lost":{lost}}}\n\n'


def end(sent, reason="lifetime", withheld=0, lost=0):
    return f'retry: 10\nevent: end\ndata: {{"reason":"{reason}","sent":{sent},"withheld":{withheld},"lost":{lost}}}\n\n'


def records(first, last):
    return "".join(record(n) for n in range(first, last + 1))


def redis_options(redis, **more):
    return {"SSELOG_REDIS": redis.url, "SSELOG_AUTH": "anonymous", "SSELOG_STREAM": "log", **more}


# ---- real servers ----

@pytest.mark.parametrize("kind", ["lighttpd", "proxy_fcgi"])
def test_whole_stream_is_complete_over_cuts(stack, redis, kind):
    server = stack.server(kind, redis)
    with Feed(redis):
        v = verify("--for", 3, "--cuts", 5, "--seed", 7, url_of(server))
    assert v.status == 0, v
    received = int(v.sum.split(" of ")[0].replace(",", ""))
    assert received > 100 and v.sum.startswith(f"{received:,} of {received:,}, 0 gaps, "), v
    assert "seed 7" in v.err
    with Stream(server.port, f"{server.path}/stream?history=1&proof=1") as s:
        said = s.read_until_live().json()
    assert said == {"replayed": 1, "sent": 1, "withheld": 0, "lost": 0}


def test_redis_has_no_more_than_came(stack, redis):
    server = stack.server("lighttpd", redis)
    with Feed(redis):
        v = verify("--for", 2, "--redis", url_of(server), environment=redis_options(redis))
    assert v.status == 0 and "\nRedis has " in v.out, v
    assert v.sum.split(" of ")[0] == v.out.split("Redis has ")[1].split(" ")[0], v


@pytest.mark.parametrize("query,fields", [
    ("?level=error", lambda n: {"data": f"{'ERROR' if n % 3 else 'DEBUG'} record {n}"}),
    ("?q=keep", lambda n: {"data": "keep" if n % 7 == 0 else "drop"}),
])
def test_withheld_records_are_not_missing(stack, redis, query, fields):
    server = stack.server("lighttpd", redis)
    with Feed(redis, fields=fields):
        v = verify("--for", 3, "--cuts", 5, "--redis", "--log", "log", url_of(server, query), environment=redis_options(redis))
    assert v.status == 0 and " withheld" in v.sum, v


def test_records_withheld_by_the_server_are_not_missing(stack, redis):
    server = stack.server("lighttpd", redis, skip_level="DEBUG")
    with Feed(redis, fields=lambda n: {"data": f"{'INFO' if n % 2 else 'DEBUG'} record {n}"}):
        v = verify("--for", 2, url_of(server, "?envelope=1"))
    assert v.status == 0 and " withheld" in v.sum, v


def test_several_logs_are_checked_each(stack, redis):
    server = stack.server("lighttpd", redis, logs="web=stream:web api=stream:api")
    with Feed(redis, key="stream:web"), Feed(redis, key="stream:api", size=3):
        v = verify("--for", 3, "--cuts", 5, "--redis", url_of(server, "?log=web&log=api"),
                   environment=redis_options(redis, SSELOG_LOGS="web=stream:web api=stream:api"))
    assert v.status == 0 and v.sum.split(" of ")[0] == v.out.split("\nRedis has ")[1].split(" ")[0], v


@pytest.mark.parametrize("cuts", [0, 2])
def test_polls_are_followed_to_the_end(stack, redis, cuts):
    """The moment of a cut may fall between two polls."""
    server = stack.server("lighttpd", redis, hold=0, poll=500)
    with Feed(redis):
        v = verify("--json", "--for", 3, "--cuts", cuts, url_of(server))
    found = v.json
    assert v.status == 0 and found["connections"] > 3 and found["broken"] == 0, v


def test_withheld_records_without_ranks_are_not_called_complete(stack, redis):
    """Neither ranks nor Redis tell a withheld record from a missing one."""
    ids = [redis.add("log", f"record {n}") for n in range(3)]
    text = "".join(f"id: {i}\ndata: x\n\n" for i in (ids[0], ids[2])) + live(2, withheld=1) + HOLD
    server = stack.keep(ScriptedStreams(text))
    v = verify("--for", 1, "--cuts", 0, "--redis", "--log", "log", url_of(server), environment=redis_options(redis))
    assert v.status == 2 and "not checked: 2 records without a rank" in v.out, v


def test_more_withheld_records_than_counted_are_missing_in_redis(stack, redis):
    """The ranks have a hole of one record, and Redis has two there."""
    ids = [redis.add("log", f"record {n}") for n in range(4)]
    text = "".join(f"id: {i}~{n}.{EPOCH}\ndata: x\n\n" for i, n in ((ids[0], 1), (ids[3], 3))) + live(2, withheld=1) + HOLD
    server = stack.keep(ScriptedStreams(text))
    v = verify("--for", 1, "--cuts", 0, "--redis", "--log", "log", url_of(server), environment=redis_options(redis))
    assert v.status == 1 and "missing, and in Redis: 1 record\n" in v.out, v


def test_gap_that_is_told_is_not_missing(stack, redis):
    server = stack.server("lighttpd", redis)
    redis.add_many("log", ["old"] * 20)
    first = redis.client.xrange("log", count=1)[0][0].decode()
    redis.client.xtrim("log", maxlen=5, approximate=False)
    v = verify("--for", 1, "--cuts", 0, url_of(server, f"?last_event_id={first}~1"))
    assert v.status == 0 and v.sum.startswith("5 of 19, 1 gap of 14 records"), v


def test_record_that_a_proxy_loses_is_found(stack, redis):
    server = stack.server("lighttpd", redis)
    loser = stack.keep(Loser(server, 40))
    with Feed(redis):
        v = verify("--for", 4, "--cuts", 3, url_of(loser))
    assert loser.lost and v.status == 1, v
    before = loser.lost.split("~")[0]
    assert "left out at first: " + before in v.out or "1 record between" in v.out, (loser.lost, v)


@pytest.mark.memory
def test_relay_that_leaves_one_record_out_is_found(stack, redis):
    """It says nothing: no gap, and no count has the record."""
    setup = stack.setup(redis)
    setup.program.unlink()
    os.link(forgetful(997), setup.program)
    server = stack.server("lighttpd", setup=setup)
    with Feed(redis):
        v = verify("--for", 5, "--cuts", 3, url_of(server))
    assert v.status == 1 and ("missing: 1 record between " in v.out or "left out at first: " in v.out), v


def test_deleted_record_is_told_apart_by_redis(stack, redis):
    """Ranks count it, and nobody could send it."""
    server = stack.server("lighttpd", redis)
    ids = [redis.add("log", f"record {n}") for n in range(9)]
    redis.client.xdel("log", ids[4])
    v = verify("--for", 1, "--redis", url_of(server, f"?last_event_id={ids[1]}~2"), environment=redis_options(redis))
    assert v.status == 0, v


# ---- a scripted server ----

def checked(stack, *answers, args=(), query=""):
    server = stack.keep(ScriptedStreams(*answers))
    v = verify("--for", 1.5, "--cuts", 0, *args, url_of(server, query))
    return v, server


@pytest.mark.parametrize("answers,status,says", [
    ([records(1, 5) + live(5) + HOLD], 0, "5 of 5, 0 gaps"),
    ([live(0) + HOLD], 0, "0 of 0, 0 gaps"),
    ([records(1, 3) + end(3), records(4, 6) + live(3) + HOLD], 0, "6 of 6, 0 gaps"),
    ([records(1, 2) + records(4, 5) + live(4) + HOLD], 1, "missing: 1 record between 2-0 and 4-0"),
    ([records(1, 2) + records(4, 5) + live(4, withheld=1) + HOLD], 0, "4 of 4, 0 gaps, 1 withheld"),
    ([records(1, 2) + records(5, 6) + live(5) + HOLD], 1, "missing: 2 records between 2-0 and 5-0"),
    ([records(1, 2) + live(3) + HOLD], 1, "lost on the way: 1 record"),
    ([records(1, 2) + record(2) + live(3) + HOLD], 1, "repeated: 2-0"),
    ([records(1, 3) + record(2) + live(4) + HOLD], 1, "out of order: 2-0 after 3-0"),
    ([records(1, 2) + 'event: gap\ndata: {"after":"2-0","next":"6-0","lost":3}\n\n' + records(6, 7) + live(4, lost=3) + HOLD],
     0, "4 of 7, 1 gap of 3 records"),
    ([records(1, 2) + records(6, 7) + live(4, lost=3) + HOLD], 1, "a gap that was not told: 3 records"),
    ([records(1, 1) + live(3) + records(2, 4) + live(5) + HOLD], 1, "counts that contradict each other\n"),
    ([": nothing\n\n" + HOLD], 2, "neither an id nor a count came"),
    # A connection that breaks without a count is read again from before its hole.
    ([live(0) + records(1, 2) + records(4, 5), records(3, 5) + live(3) + HOLD], 1, "left out at first: 3-0 after 2-0"),
    ([live(0) + records(1, 2) + records(4, 5), records(4, 5) + live(2, withheld=1) + HOLD], 0, "4 of 4, 0 gaps, 1 withheld"),
    ([live(0) + records(1, 2) + records(4, 5), records(4, 5) + live(2) + HOLD], 1, "missing: 1 record between 2-0 and 4-0"),
])
def test_result_of_a_scripted_server(stack, answers, status, says):
    v, _ = checked(stack, *answers)
    assert v.status == status and says in v.out, v


def test_second_reading_begins_before_the_hole(stack):
    v, server = checked(stack, live(0) + records(1, 2) + records(4, 5), records(4, 5) + live(2, withheld=1) + HOLD)
    assert "last-event-id" not in server.heads[0].lower() and "history=0&proof=1 " in server.heads[0]
    assert f"Last-Event-ID: 2-0~2.{EPOCH}\r\n" in server.heads[1] and "history" not in server.heads[1], server.heads


def test_stream_without_ranks_is_not_called_complete(stack):
    v, _ = checked(stack, "id: 1-0\ndata: a\n\nid: 2-0\ndata: b\n\n" + live(2) + HOLD)
    assert v.status == 2 and v.sum.startswith("2 of 2") and "not checked: 2 records without a rank" in v.out, v


def test_token_of_a_poll_opens_the_next_one(stack):
    token = 'event: token\ndata: {"token":"next-one","expires_in":303}\n\n'
    v, server = checked(stack, records(1, 2) + live(2) + token + end(2, "poll"), records(3, 4) + live(2) + HOLD,
                       query="?token=first-one")
    assert v.status == 0, v
    assert "token=first-one&" in server.heads[0] and "token=next-one&" in server.heads[1], server.heads
    assert "first-one" not in server.heads[1] and "-one" not in v.out + v.err, v


def test_busy_server_is_asked_again(stack):
    busy = ("503 Service Unavailable", "Retry-After: 0\r\n", "{}")
    v, _ = checked(stack, busy, records(1, 2) + live(2) + HOLD)
    assert v.status == 0 and v.sum.startswith("2 of 2"), v


def test_unavailable_stream_is_asked_again(stack):
    v, _ = checked(stack, 'retry: 10\nevent: unavailable\ndata: {"reason":"too many viewers"}\n\n', records(1, 2) + live(2) + HOLD)
    assert v.status == 0 and v.sum.startswith("2 of 2"), v


@pytest.mark.parametrize("answer,says", [
    (("401 Unauthorized", "", ""), "the server answers 401"),
    (("200 OK", "Content-Type: text/html\r\n", "<html>"), "the answer is no event stream"),
])
def test_refused_stream_cannot_be_checked(stack, answer, says):
    v, _ = checked(stack, answer)
    assert v.status == 2 and says in v.out, v


def test_server_that_is_away_cannot_be_checked():
    v = verify("--for", 30, f"http://127.0.0.1:{procs.free_port()}/stream")
    assert v.status == 2 and "no answer" in v.out, v


def test_secrets_are_not_printed(stack):
    v, server = checked(stack, ("401 Unauthorized", 'WWW-Authenticate: Basic realm="x"\r\n', ""),
                       args=("-v", "-u", "ann:hidden-1", "-H", "Cookie: session=hidden-2"), query="?token=hidden-3")
    assert "Cookie: session=hidden-2" in server.heads[0] and v.status == 2
    assert "hidden" not in v.out + v.err, v


def test_interrupt_prints_the_result_so_far(stack):
    server = stack.keep(ScriptedStreams(records(1, 5) + live(5) + HOLD))
    process = start("--for", 600, "--cuts", 0, "-v", url_of(server))
    procs.wait_until(lambda: server.heads, "a request")
    process.send_signal(signal.SIGINT)
    v = finish(process)
    assert v.status in (0, 2) and " gaps, 1 connection" in v.sum, v


def test_json_has_the_same(stack):
    v, _ = checked(stack, records(1, 2) + records(4, 5) + live(4) + HOLD, args=("--json", "--seed", 11))
    found = v.json
    assert v.status == 1 and found["complete"] is False and found["seed"] == 11
    assert (found["received"], found["owed"], found["missing"]) == (4, 5, 1)
    assert found["faults"] == [{"kind": "missing", "records": 1, "after": "2-0", "next": "4-0"}]


# ---- recorded streams, and the command line ----

def test_recorded_connections_are_checked(tmp_path):
    for name, text in (("a", records(1, 4) + end(4)), ("b", records(5, 7) + end(3)), ("c", records(6, 7) + end(2))):
        (tmp_path / name).write_text(text)
    assert verify("--read", tmp_path / "a", tmp_path / "b").status == 0
    v = verify("--read", tmp_path / "a", tmp_path / "c")
    assert v.status == 1 and v.out == "6 of 7, 0 gaps, 2 connections\nmissing: 1 record between 4-0 and 6-0\n", v
    v = verify("--read", "-", stdin=records(1, 3).replace("\n", "\r\n"))
    assert v.status == 0 and v.sum == "3 of 3, 0 gaps, 1 connection", v


def test_file_without_a_stream_is_not_called_complete():
    v = verify("--read", "-", stdin='{"error":"unauthorized"}\n')
    assert v.status == 2 and "not checked: neither an id nor a count came" in v.out, v


def test_names_of_logs_are_printed_only_if_a_log_can_have_them():
    text = "".join(f'id: w"e\x1bb=1-0\nevent: record.w"e\x1bb\ndata: x\n\n' for _ in range(2)) + record(1)
    v = verify("--json", "--read", "-", stdin=text)
    assert v.status == 2 and v.json["received"] == 1, v
    v = verify("--read", "-", stdin=text)
    assert "\x1b" not in v.out and "names of logs" in v.out, v


@pytest.mark.parametrize("args,says", [
    ((), "no URL was given"),
    (("--read",), "no file was given"),
    (("ftp://x/",), "must begin with http:// or https://"),
    (("--for", "x", "http://x/"), "malformed value: x"),
    (("-H", "hidden", "http://x/"), "malformed value of -H"),
    (("--user", "ann", "http://x/"), "--log and --user are for --redis"),
    (("--fro", "1", "http://x/"), "--fro"),
    *((("--read", *option, "/dev/null"), "with --read only --json") for option in (
        ("--redis",), ("--log", "log"), ("--user", "ann"), ("--for", "1"), ("--cuts", "1"), ("-u", "ann:hidden"), ("-H", "A: hidden"),
        ("-k",), ("--local",), ("--seed", "1"), ("-v",))),
])
def test_wrong_command_line_is_told(args, says):
    v = verify(*args)
    assert v.status == 2 and says in v.err and "hidden" not in v.err, v
