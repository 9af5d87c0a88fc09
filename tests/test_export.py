# SPDX-License-Identifier: MIT
"""/export: all records of a range as a file."""
import json
import selectors

import pytest

from fcgi import FcgiStream, environment, fcgi_get
from procs import DEADLINE
from webs import TOP


def export(responder, query="", **more):
    answer = fcgi_get(responder.socket, environment("/sselog/export", query, **more))
    assert answer.status == 200, answer.raw
    return answer


def test_file_has_each_record_of_the_range_in_order(stack, redis):
    ids = redis.add_many("log", [f"number {i}" for i in range(5000)])
    responder = stack.responder(redis)
    lines = export(responder, "format=jsonl").raw.splitlines()
    assert [json.loads(line) for line in lines] == [{"id": id, "data": f"number {i}"} for i, id in enumerate(ids)]
    lines = export(responder, f"format=jsonl&from={ids[100]}&to={ids[103]}").raw.splitlines()
    assert [json.loads(line)["id"] for line in lines] == ids[100:103]
    assert export(responder, f"from={ids[7]}&to={ids[7]}").raw == b""
    assert len(export(responder).raw.splitlines()) == 5000
    lines = export(responder, "format=jsonl&q=%22number+77%22").raw.splitlines()
    assert [json.loads(line)["data"] for line in lines] == ["number 77", *(f"number 77{i}" for i in range(10))]


def test_text_has_time_level_event_and_message(stack, redis):
    """As the download of the page; format/text_line has more cases."""
    redis.add("log", '{"level":"warn","msg":"full\\ndisk"}', id="1789000000000-0")
    redis.add("log", "plain", event="note", id="1789000000001-0")
    responder = stack.responder(redis, skip_text="secret")
    redis.add("log", "secret", id="1789000000001-1")
    answer = export(responder, "from=2026-09-10&to=2026-09-11T00:00:00Z")
    assert answer.raw == b"2026-09-10 00:26:40.000Z WARNING full\n    disk\n2026-09-10 00:26:40.001Z [note] plain\n"
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="log-20260910T000000Z-20260911T000000Z.txt"'
    assert export(responder, "format=jsonl").headers["content-disposition"] == 'attachment; filename="log.jsonl"'


def test_file_is_called_like_its_log(stack, redis):
    responder = stack.responder(redis, auth="anonymous", stream="log", logs="web=log Db_1.a=stream:logs:other")
    for query, name in (("", "log.txt"), ("log=web", "log-web.txt"), ("log=Db_1.a&format=jsonl&to=1970-01-02", "log-Db_1.a-19700102T000000Z.jsonl")):
        assert export(responder, query).headers["content-disposition"] == f'attachment; filename="{name}"'
    assert fcgi_get(responder.socket, environment("/sselog/export", "log=x%22%0d%0ay")).status == 403


def test_wrong_queries_are_told(stack, redis):
    responder = stack.responder(redis)
    for query, word in (("from=2&to=1", "from"), ("format=csv", "format"), ("limit=5", "limit"), ("level=loud", "level")):
        answer = fcgi_get(responder.socket, environment("/sselog/export", query))
        assert answer.status == 400 and word in json.loads(answer.raw)["error"].split(), answer.raw
    responder = stack.responder(redis, auth="anonymous", source="pubsub", channel="log")
    assert fcgi_get(responder.socket, environment("/sselog/export")).status == 404


def begun(responder, redis, query, records=30_000):
    """An export that has begun and waits, because its client reads nothing yet. Returns the stream and the ids."""
    ids = redis.add_many("log", ["x" * 500] * records)
    stream = FcgiStream(responder.socket, environment("/sselog/export", query))
    with selectors.DefaultSelector() as sent:
        sent.register(stream.sock, selectors.EVENT_READ)
        assert sent.select(DEADLINE), "nothing was sent"
    return stream, ids


@pytest.mark.parametrize("form,last", [("text", b"# the export ends here before its end: the log cannot be reached now"),
                                       ("jsonl", b'{"control":"incomplete","error":"the log cannot be reached now"}')])
def test_fault_of_redis_does_not_look_like_the_end(stack, redis, form, last):
    """The last line says it, and the request has no end."""
    responder = stack.responder(redis)
    stream, ids = begun(responder, redis, f"format={form}")
    with stream:
        redis.stop()
        stream.read_rest()
        lines = bytes(stream.raw).splitlines()
        assert lines[-1] == last and 0 < len(lines) < len(ids)
        assert stream.app_status is None


def test_log_that_begins_again_with_lower_ids_does_not_look_like_the_end(stack, redis):
    responder = stack.responder(redis)
    stream, ids = begun(responder, redis, "format=jsonl")
    with stream:
        redis.add("other", "x", id="5-0")
        redis.client.rename("other", "log")
        stream.read_rest()
        lines = [json.loads(line) for line in stream.raw.splitlines()]
        assert [line["id"] for line in lines[:-1]] == ids[:len(lines) - 1] and len(lines) < len(ids)
        assert lines[-1] == {"control": "gap", "after": lines[-2]["id"], "next": None, "lost": None}


@pytest.mark.parametrize("form,gap", [("text", b"# %d records after "), ("jsonl", b'{"control":"gap","after":')])
def test_records_that_are_trimmed_meanwhile_are_told(stack, redis, form, gap):
    responder = stack.responder(redis)
    stream, ids = begun(responder, redis, f"format={form}")
    with stream:
        redis.client.xtrim("log", maxlen=10, approximate=False)
        stream.read_rest()
        lines = bytes(stream.raw).splitlines()
        assert stream.app_status == 0
        lost = len(ids) - 10 - (len(lines) - 11)
        gap = gap % lost if form == "text" else gap
        assert form == "text" or json.loads(lines[-11])["lost"] == lost
        assert lines[-11].startswith(gap) and [line for line in lines if line.startswith(gap)] == [lines[-11]]


def test_records_added_later_are_not_in_the_file(stack, redis):
    responder = stack.responder(redis)
    stream, ids = begun(responder, redis, "format=jsonl")
    with stream:
        redis.add("log", "later")
        stream.read_rest()
        assert [json.loads(line)["id"] for line in stream.raw.splitlines()] == ids


def test_text_is_as_in_a_download_of_the_page(stack, redis):
    """tests/browser/texts.test.js has the same cases."""
    rows = [line.split("\t") for line in (TOP / "tests/cases/texts.tsv").read_text().splitlines() if line[0] != "#"]
    responder = stack.responder(redis)
    for i, (data, _) in enumerate(rows):
        redis.add("log", json.loads(data), id=f"1789000000000-{i}")
    assert export(responder).raw.decode() == "".join(json.loads(text) for _, text in rows)
