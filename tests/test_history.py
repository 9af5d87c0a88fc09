# SPDX-License-Identifier: MIT
"""/history: older records, one page after the other."""
import json
import urllib.parse

import pytest

import procs
import webs
from fcgi import FcgiStream, environment, fcgi_get
from paced import Paced
from procs import DEADLINE, wait_until
from sse import plain_id


def get_page(responder, query=""):
    """One page. Asks again after 503, which means that Redis took longer than 2 s."""
    def answered():
        answer = fcgi_get(responder.socket, environment("/sselog/history", query))
        return answer if answer.status != 503 else None
    answer = wait_until(answered, "an answer", 4 * DEADLINE)  # valgrind reads 40 MB slowly
    assert answer.status == 200, answer.raw
    return json.loads(answer.raw)


def get_all_pages(responder, limit):
    """All records, oldest first, requested as the console does when a user scrolls up."""
    records, query = [], f"limit={limit}"
    while True:
        got = get_page(responder, query)
        records = got["records"] + records
        if not got["more"]:
            return records
        query = f"limit={limit}&before={got['first']}"


def test_pages_together_hold_every_record_once(stack, redis):
    ids = redis.add_many("log", [str(i) for i in range(450)])
    responder = stack.responder(redis)
    for limit in (1000, 200, 7):
        assert [r["id"] for r in get_all_pages(responder, limit)] == ids


def ids_of(answer):
    return [r["id"] for r in answer["records"]]


@pytest.mark.parametrize("query,ids,more,first,last", [
    ("from=2", "2-0 2-1 3-0 9-0", False, "2-0", "9-0"),
    ("from=2&limit=2", "3-0 9-0", True, "3-0", "9-0"),
    ("from=2&limit=2&before=3-0", "2-0 2-1", False, "2-0", "2-1"),
    ("from=2&to=3", "2-0 2-1", False, "2-0", "2-1"),
    ("from=2&to=3&limit=1", "2-1", True, "2-1", "2-1"),
    ("from=2&dir=forward&limit=3", "2-0 2-1 3-0", True, "2-0", "3-0"),
    ("from=2&to=3&dir=forward&limit=1", "2-0", True, "2-0", "2-0"),
    ("from=2&to=3&after=2-0", "2-1", False, "2-1", "2-1"),
    ("from=2&after=1-0", "2-0 2-1 3-0 9-0", False, "2-0", "9-0"),
    ("to=2-1&dir=forward", "1-0 2-0", False, "1-0", "2-0"),
    ("dir=forward&limit=1", "1-0", True, "1-0", "1-0"),
    ("from=1970-01-01T00:00:00.002Z&to=1970-01-01T00:00:00.003Z", "2-0 2-1", False, "2-0", "2-1"),
    ("from=1970-01-01&to=1970-01-01T01:00:00.003%2B01:00", "1-0 2-0 2-1", False, "1-0", "2-1"),
    ("from=4&to=9", "", False, None, None),
    ("from=4&to=9&dir=forward", "", False, None, "3-18446744073709551615"),
    ("from=10", "", False, None, "9-0"),  # the stream goes on from there
    ("from=10&dir=forward", "", False, None, "9-18446744073709551615"),
    ("to=1", "", False, None, None),
    ("from=5-5&to=5-5", "", False, None, None),
    ("from=2&q=x3", "3-0", False, "2-0", "9-0"),
])
def test_range_is_paged_from_both_ends(stack, redis, query, ids, more, first, last):
    for id in ("1-0", "2-0", "2-1", "3-0", "9-0"):
        redis.add("log", "x" + id[0], id=id)
    answer = get_page(stack.responder(redis), query)
    assert (" ".join(ids_of(answer)), answer["more"], answer["first"], answer["last"]) == (ids, more, first, last)
    assert "gap" not in answer


def test_pages_lead_away_from_a_record_on_both_sides(stack, redis):
    """As a page does that shows what is round a match. Records that were trimmed meanwhile are a gap."""
    ids = redis.add_many("log", [str(i) for i in range(500)])
    responder = stack.responder(redis)
    found = ids_of(get_page(responder, f"from={ids[250]}&dir=forward&limit=60"))
    older = newer = {"more": True, "first": found[0], "last": found[-1]}
    while older["more"]:
        older = get_page(responder, f"before={older['first']}&limit=60")
        found = ids_of(older) + found
    while newer["more"]:
        newer = get_page(responder, f"after={newer['last']}&dir=forward&limit=60")
        found += ids_of(newer)
    assert found == ids
    redis.client.xtrim("log", minid=ids[300], approximate=False)
    answer = get_page(responder, f"after={ids[250]}&to={ids[302]}")
    assert answer["gap"] == {"after": ids[250], "next": ids[300], "lost": None} and ids_of(answer) == ids[300:302]
    answer = get_page(responder, f"from={ids[250]}&to={ids[302]}&dir=forward")
    assert "gap" not in answer and ids_of(answer) == ids[300:302]


def test_filters_and_envelope_see_the_entry_s_other_fields(stack, redis):
    """Of `XADD log * data text level DEBUG host web2`. Plain streams have only the payload."""
    redis.add("log", "quiet", level="DEBUG", host="web2")
    loud = redis.add("log", "loud", event="e", level="ERROR", host="web2")
    redis.add("log", '{"level":"DEBUG","host":"web1"}', level="ERROR", host="web2")
    responder = stack.responder(redis, filters="hosts=host")
    found = [{"id": loud, "event": "e", "data": "loud", "fields": {"level": "ERROR", "host": "web2"}}]
    terms = ("web2 loud", "-quiet level>=warning", "host=web1,web2 level=error", "/^LO/i -/^q/", "e level=error", "host~B2 -host=web1 -quiet")
    queries = [urllib.parse.urlencode({"q": q}) for q in terms]
    for query in ("level=info&hosts=web2", "level=info&q=WEB2", "level=info", *queries):
        assert get_page(responder, query)["records"] == found, query
    with FcgiStream(responder.socket, environment("/sselog/stream", "level=info&envelope=1")) as s:
        s.read_until_live()
        assert [(plain_id(e.id), e.json()) for e in s.records[:1]] == [(loud, {k: v for k, v in found[0].items() if k != "id"})]
    with FcgiStream(responder.socket, environment("/sselog/stream", "level=info")) as s:
        s.read_until_live()
        assert [(e.id, e.type, e.data) for e in s.records[:1]] == [(loud, "e", "loud")]


SEEN = [b'{"m":"caf\\u00e9 \\/api\\/users"}', b'{"m":"\\u003cnil\\u003e, say \\"hi\\""}', "ПРИВЕТ".encode(),
        b'{"m":"\\u043f\\u0440\\u0438\\u0432\\u0435\\u0442"}', b'{"m":"\\u0044EBUG"}', b"caf\\u00e9 \xff"]


@pytest.mark.parametrize("text,found", [("CAFÉ", [0]), ('"/api/users"', [0]), ("<nil>", [1]), ('say "hi"', [1]),
                                        ("Привет", [2, 3]), ("\\u00E9", [0, 5]), ("debug", []), ("nowhere", [])])
def test_search_sees_what_a_reader_sees(stack, redis, text, found):
    """Escape sequences of JSON are read, and case is ignored in all scripts; for SSELOG_SKIP_TEXT it matters."""
    ids = redis.add_many("log", SEEN)
    responder = stack.responder(redis, skip_text="DEBUG|Debug")
    records = get_page(responder, urllib.parse.urlencode({"q": text}))["records"]
    assert [r["id"] for r in records] == [ids[i] for i in found]


def test_history_of_a_missing_log_is_empty(stack, redis):
    answer = get_page(stack.responder(redis))
    del answer["whose"]
    assert answer == {"records": [], "more": False, "first": None, "last": "0-0"}


def test_pubsub_and_channels_have_no_history(stack, redis):
    """There is a stream with the key of SSELOG_STREAM, which these sources do not use."""
    redis.add("log", "x")
    for source in ("pubsub", "channels"):
        responder = stack.responder(redis, auth="anonymous", source=source, channel="log", stream="log")
        answer = fcgi_get(responder.socket, environment("/sselog/history"))
        assert (answer.status, json.loads(answer.raw)) == (404, {"error": "there is no history"})


def test_whose_of_another_user_is_refused(stack, redis):
    """`whose` of an answer is the same in every process and names one user's log. A request of another user
    with it is refused."""
    redis.add("log:ann", "hers")
    redis.add("log:bob", "of bob")
    options = {"auth": "remote_user", "stream": "log:{user}"}
    one, other = (stack.responder(redis, **options) for _ in range(2))

    def get_whose(responder, user):
        answer = fcgi_get(responder.socket, environment("/sselog/history", REMOTE_USER=user))
        return json.loads(answer.raw)["whose"]

    tags = {user: get_whose(one, user) for user in ("ann", "bob")}
    assert tags["ann"] != tags["bob"] and tags == {user: get_whose(other, user) for user in tags}
    for path in ("/sselog/history", "/sselog/stream"):
        answer = fcgi_get(one.socket, environment(path, f"whose={tags['ann']}", REMOTE_USER="bob"))
        assert answer.status == 409 and b"of bob" not in answer.raw
    answer = fcgi_get(one.socket, environment("/sselog/history", f"whose={tags['ann']}", REMOTE_USER="ann"))
    assert answer.status == 200 and b"hers" in answer.raw


def test_long_records_are_cut_and_need_little_memory(stack, redis):
    """An answer has the beginning of a long payload and its size, and holds only few of them in memory."""
    ids = [redis.add("log", "x" * 40_000_000) for _ in range(4)] + redis.add_many("log", "ab")
    responder = stack.responder(redis)
    records = get_all_pages(responder, 200)
    assert [r["id"] for r in records] == ids
    assert [(len(r["data"]), r.get("size")) for r in records[:4]] == [(65536, 40_000_000)] * 4
    assert [r["data"] for r in records[4:]] == ["a", "b"]
    peak = procs.peak_kb(responder.pid)
    assert webs.sanitized() or peak < 200 * 1024, f"{peak} kB for records of 40 MB"


@pytest.mark.long
def test_long_records_before_short_ones_need_little_memory(stack, redis):
    """Many short records are read with one command. Of the long ones before them fewer must be held.

    Half of the records have the long value in a field that is not the payload."""
    ids = [redis.add("log", "x" * 10_000_000) for _ in range(10)]
    ids += [redis.add("log", "y", other="x" * 10_000_000) for _ in range(10)]
    ids += redis.add_many("log", ["short"] * 200)
    responder = stack.responder(redis)
    records = get_all_pages(responder, 1000)
    assert [r["id"] for r in records] == ids
    assert [r["data"] for r in records[10:20]] == ["y"] * 10
    peak = procs.peak_kb(responder.pid)
    assert webs.sanitized() or peak < 60 * 1024, f"{peak} kB for records of 10 MB"


def test_too_many_redis_clients_answers_503(stack, redis):
    """The answer has Retry-After, so that the console asks again."""
    scripted = stack.scripted(redis, lambda conn, cmd: FULL if cmd[0] == b"XREVRANGE" else None)
    answer = fcgi_get(stack.responder(scripted).socket, environment("/sselog/history"))
    assert answer.status == 503 and "retry-after" in answer.headers


FULL = b"-ERR max number of clients reached\r\n"


def test_page_backward_does_not_go_on_in_an_older_log(stack, redis):
    """It takes the key while the page is read. The rest of the former log is a gap."""
    redis.add("older", "o", id="5-0")
    ids = redis.add_many("log", [str(i) for i in range(2000)])
    paced = Paced(stack, redis)
    responder = stack.responder(paced.redis)
    paced.before = {5: lambda: redis.client.rename("older", "log") and None}
    page = json.loads(fcgi_get(responder.socket, environment("/sselog/history", "limit=1000")).raw)
    found = [r["id"] for r in page["records"]]
    assert 0 < len(found) < 1000 and found == ids[-len(found):]
    assert page["more"] is False and page["gap"]["next"] == found[0]


def test_page_backward_tells_what_was_trimmed_meanwhile(stack, redis):
    ids = redis.add_many("log", [str(i) for i in range(900)])
    paced = Paced(stack, redis)
    responder = stack.responder(paced.redis)
    paced.before = {5: lambda: redis.client.xtrim("log", minid=ids[600], approximate=False) and None}
    page = json.loads(fcgi_get(responder.socket, environment("/sselog/history", "limit=1000")).raw)
    assert [r["id"] for r in page["records"]] == ids[600:]
    assert page["more"] is False and (page["gap"]["next"], page["gap"]["lost"]) == (ids[600], 600)
