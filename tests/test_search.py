# SPDX-License-Identifier: MIT
"""/search: the records of a part of a log that a query wants, as an event stream that tells its progress."""
import json
import random
import time
import urllib.parse

import pytest

import identity
import metrics
import scripted_redis
from fcgi import END, FcgiStream, Peer, environment, fcgi_get
from paced import Paced
from procs import wait_until
from sse import Parser, Stream, is_record


def ask(query=None, **more):
    return urllib.parse.urlencode({**(query or {}), **more})


def begin(responder, query="", **params):
    return FcgiStream(responder.socket, environment("/sselog/search", query, **params))


def finish(stream):
    """The data of the final frame."""
    stream.read_rest()
    last = stream.events[-1]
    assert last.type == "end" and not is_record(last), stream.events[-3:]
    return last.json()


def search(responder, query="", **params):
    """The ids that were found, and the data of the final frame."""
    with begin(responder, query, **params) as s:
        end = finish(s)
        return [r.id for r in s.records], end, [e.json() for e in s.events if e.type == "gap"]


def nothing_runs(responder):
    wait_until(lambda: (f := metrics.figures(responder))["sselog_searches"] == 0 and f["sselog_seats"] == 0, "no search runs")


@pytest.mark.parametrize("direction", ["backward", "forward"])
def test_resumed_searches_together_find_what_one_whole_search_finds(stack, redis, direction):
    """The parts end at limits of random size, in front of a match, behind it or at the end of a page."""
    rng = random.Random(direction)
    ids = redis.add_many("log", [f"{'needle' if rng.random() < .2 else 'hay'} {i}" for i in range(3300)])
    responder = stack.responder(redis)
    part = {"q": "needle", "dir": direction, "from": ids[40], "to": ids[-40]}
    whole, end, _ = search(responder, ask(part, limit=10000))
    assert end["reason"] == "done" and end["matched"] == len(whole) > 500 and end["scanned"] == 3220
    assert end["at"] == (ids[40] if direction == "backward" else ids[-41])
    found, scanned, at = [], 0, {}
    while True:
        more, end, gaps = search(responder, ask(part, limit=rng.choice((1, 7, 60, 150)), **at))
        found, scanned, at = found + more, scanned + end["scanned"], {"at": end["at"]}
        assert not gaps and end["matched"] == len(more)
        if end["reason"] == "done":
            break
    assert found == whole and scanned == 3220
    nothing_runs(responder)


def test_withheld_records_are_neither_found_nor_counted_as_found(stack, redis):
    for i in range(20):
        redis.add("log", json.dumps({"tenant": "ab"[i % 2], "m": f"needle {i}", "level": "error" if i % 4 else "info"}))
    responder = stack.responder(redis, auth="remote_user", stream="log", match="tenant={user}", filters="ts=m")
    for user, query, n in (("a", "q=needle", 10), ("b", "q=needle", 10), ("c", "q=needle", 0), ("b", "level=error", 10),
                           ("a", "level=error", 5), ("a", "ts=needle+4,needle+5", 1)):
        found, end, _ = search(responder, query, REMOTE_USER=user)
        assert (len(found), end["matched"], end["scanned"]) == (n, n, 20), (user, query)


LONG = 0.2  # of one read; a log of 2000 records takes eleven


@pytest.fixture
def paced(stack, redis):
    redis.add_many("log", [f"{i}" for i in range(2000)])
    return Paced(stack, redis, LONG)


@pytest.mark.parametrize("kind", ["lighttpd", "proxy_fcgi", "cgid"])
def test_records_come_before_the_end_and_a_client_that_leaves_ends_its_search(stack, paced, kind):
    server = stack.server(kind, paced.redis)
    with Stream(server.port, server.path + "/search") as s:
        assert s.status == 200 and s.headers["content-type"] == "text/event-stream"
        assert s.read_records(1)[0].data == "1999"
        s.read_until(lambda s: [e for e in s.events if e.type == "progress" and e.json()["scanned"] >= 1], "progress")
        assert not [e for e in s.events if e.type == "end"]
    wait_until(lambda: not still_reads(paced), "no more reads")
    with Stream(server.port, server.path + "/search?limit=7&dir=forward") as s:
        assert finish(s)["matched"] == 7
        assert [r.data for r in s.records] == [str(i) for i in range(7)]


def still_reads(paced):
    """Whether Redis is read during twice the time of a read."""
    before = paced.reads
    time.sleep(2 * LONG)
    return paced.reads > before


def test_history_is_not_behind_a_search_and_a_client_that_leaves_ends_it(stack, paced):
    responder = stack.responder(paced.redis)
    with begin(responder) as s:
        s.read_records(1)
        assert fcgi_get(responder.socket, environment("/sselog/history", "limit=1")).status == 200
        f = metrics.figures(responder)
        assert f["sselog_searches"] == 1 and f["sselog_seats"] == 1
    nothing_runs(responder)
    assert metrics.figures(responder)["sselog_searched_records_total"] < 2000


def test_newer_search_of_a_user_replaces_the_older(stack, paced):
    responder = stack.responder(paced.redis, auth="remote_user", stream="log")
    with begin(responder, REMOTE_USER="ann") as first, begin(responder, "limit=10000", REMOTE_USER="bob") as other:
        first.read_records(1)
        other.read_records(1)
        with begin(responder, "limit=3", REMOTE_USER="ann") as second:
            assert finish(second)["reason"] == "limit"
        end = finish(first)
        assert end["reason"] == "replaced" and end["at"] == first.records[-1].id
        assert finish(other)["reason"] == "done"
    nothing_runs(responder)


def search_on(responder, at):
    """The ids that follow that place, found in as many searches as a slow machine needs."""
    found = []
    while True:
        more, end, _ = search(responder, ask(limit=10000, at=at))
        found, at = found + more, end["at"]
        if end["reason"] == "done":
            return found


def test_peer_that_reads_nothing_stops_the_search_and_then_gets_all(stack, redis):
    """Its time may be over meanwhile: then the next search has the rest."""
    ids = redis.add_many("log", [f"{i} ".ljust(2000, "x") for i in range(5000)])
    responder = stack.responder(redis)
    seen = []
    slow = stack.keep(Peer(responder.socket, rcvbuf=4096))
    slow.request(environment("/sselog/search", "limit=10000"))
    wait_until(lambda: waits_for_its_peer(responder, seen), "the search to wait")
    assert seen[-1] < 1000
    assert search(responder, "limit=10")[1]["reason"] == "limit"
    body = b""
    while (record := slow.next()).type != END:
        body += record.content
    parser = Parser()
    parser.feed(body.partition(b"\r\n\r\n")[2])
    found = [r.id for r in parser.records]
    assert found + search_on(responder, found[-1]) == ids[::-1]
    nothing_runs(responder)


def test_lost_redis_ends_a_search_that_can_be_resumed(stack, redis, paced):
    responder = stack.responder(paced.redis)
    paced.pace = 0
    paced.before = {n: lambda: scripted_redis.CLOSE for n in range(5, 9)}
    first, end, _ = search(responder)
    assert end["reason"] == "unavailable" and 0 < end["scanned"] < 2000 and end["at"] == first[-1]
    paced.before = {}
    rest = wait_until(lambda: (s := search(responder, ask(at=end["at"], limit=10000)))[1]["reason"] == "done" and s[0], "Redis")
    assert first + rest == search(responder, "limit=10000")[0]


def test_login_that_is_revoked_ends_a_search(stack, redis, paced):
    redis.client.set("session:abc", identity.session())
    responder = stack.responder(paced.redis, stream="log", **identity.options("cookie"))
    with begin(responder, HTTP_COOKIE="session=abc") as s:
        s.read_records(1)
        redis.client.delete("session:abc")
        assert finish(s)["reason"] == "revoked"
    assert fcgi_get(responder.socket, environment("/sselog/search", HTTP_COOKIE="session=abc")).status == 401


def test_stop_ends_a_search(stack, paced):
    responder = stack.responder(paced.redis)
    with begin(responder) as s:
        s.read_records(1)
        assert responder.stop() == 0
        end = finish(s)
        assert end["reason"] == "shutdown" and end["at"] == s.records[-1].id


@pytest.mark.parametrize("direction", ["backward", "forward"])
def test_records_that_are_trimmed_meanwhile_are_a_gap(stack, redis, direction):
    ids = redis.add_many("log", [str(i) for i in range(2000)])
    paced = Paced(stack, redis)
    responder = stack.responder(paced.redis)
    paced.before = {5: lambda: redis.client.xtrim("log", minid=ids[1000], approximate=False) and None}
    found, end, gaps = search(responder, ask(dir=direction, limit=10000))
    assert end["reason"] == "done" and len(gaps) == 1
    if direction == "backward":
        assert found == ids[:999:-1] and gaps[0]["next"] == ids[1000] and gaps[0]["lost"] == 1000
    else:
        assert found[-1000:] == ids[1000:] and found[:-1000] == ids[:len(found) - 1000]
        assert gaps == [{"after": found[-1001], "next": ids[1000], "lost": 2000 - len(found)}]


@pytest.mark.parametrize("direction", ["backward", "forward"])
def test_number_of_lost_records_is_not_told_where_it_cannot_be_known(stack, redis, direction):
    """Of a part of the log, and where records were deleted one by one."""
    for part in ({"from": 100, "to": 1900}, {}):
        redis.client.delete("log")
        ids = redis.add_many("log", [str(i) for i in range(2000)])
        if not part:
            redis.client.xdel("log", ids[50])
        paced = Paced(stack, redis)
        paced.before = {5: lambda: redis.client.xtrim("log", minid=ids[1000], approximate=False) and None}
        part = {k: ids[i] for k, i in part.items()}
        _, end, gaps = search(stack.responder(paced.redis), ask(part, dir=direction, limit=10000))
        assert end["reason"] == "done" and [gap["lost"] for gap in gaps] == [None]


@pytest.mark.parametrize("direction", ["backward", "forward"])
def test_deleted_record_at_the_end_of_a_read_is_no_gap(stack, redis, direction):
    """The record that the next read begins at."""
    ids = redis.add_many("log", [str(i) for i in range(2000)])
    paced = Paced(stack, redis)
    left = list(ids)

    def delete_all_but_some():
        """So that the record is among them, in either direction."""
        redis.client.xdel("log", *ids[5:20], *ids[-20:-5])
        left[-20:-5], left[5:20] = [], []
    paced.before = {4: delete_all_but_some}
    found, end, gaps = search(stack.responder(paced.redis), ask(dir=direction, limit=10000))
    assert end["reason"] == "done" and not gaps
    found = found if direction == "forward" else found[::-1]
    assert [id for id in found if id in set(left)] == left


def test_search_backward_does_not_go_on_in_an_older_log(stack, redis):
    """It takes the key meanwhile. The rest of the former log is a gap."""
    redis.add("older", "o", id="5-0")
    ids = redis.add_many("log", [str(i) for i in range(2000)])
    paced = Paced(stack, redis)
    responder = stack.responder(paced.redis)
    paced.before = {5: lambda: redis.client.rename("older", "log") and None}
    found, end, gaps = search(responder, "limit=10000")
    assert end["reason"] == "done" and 0 < len(found) < 2000 and found == ids[:-len(found) - 1:-1]
    assert [gap["next"] for gap in gaps] == [found[-1]]


def waits_for_its_peer(responder, searched):
    """Whether a search looks at no more records for now. searched: what earlier calls saw."""
    searched.append(metrics.figures(responder)["sselog_searched_records_total"])
    time.sleep(0.05)
    return len(searched) > 5 and 0 < searched[-1] == searched[-5]


@pytest.mark.long
def test_peer_that_takes_a_little_now_and_then_keeps_no_seat(stack, redis):
    """Half a minute after the time of a search its seat is free."""
    redis.add_many("log", [f"{i} ".ljust(2000, "x") for i in range(5000)])
    responder = stack.responder(redis)
    slow = stack.keep(Peer(responder.socket, rcvbuf=4096))
    slow.request(environment("/sselog/search", "limit=10000"))
    wait_until(lambda seen=[]: waits_for_its_peer(responder, seen), "the search to wait")

    def is_free():
        assert slow.sock.recv(100)
        time.sleep(1)
        return metrics.figures(responder)["sselog_seats"] == 0
    start = time.monotonic()
    wait_until(is_free, "its seat", 90)
    assert time.monotonic() - start > 20
