# SPDX-License-Identifier: MIT
"""Bytes that peers do not read are held up to SSELOG_MAX_MEMORY. Others go on, and no record is lost."""
import json
import re

import pytest

from fcgi import FcgiStream, environment, fcgi_get
from metrics import figures
from procs import peak_kb, wait_until

MIB = 1024  # kB


def request(responder, user, path="/history", query="limit=1000"):
    """Reads the head of the answer, and no more."""
    return FcgiStream(responder.socket, environment("/sselog" + path, query, REMOTE_USER=user), rcvbuf=4096)


def fill(redis, user, count, size):
    pipe = redis.client.pipeline()
    for _ in range(count):
        pipe.xadd(f"stream:logs:{user}", {"data": "x" * size})
    pipe.execute()


@pytest.mark.memory
def test_unread_answers_of_one_user_are_bounded_and_others_get_theirs(stack, redis):
    fill(redis, "ann", 1000, 4000)
    redis.add("stream:logs:bob", "for bob")
    responder = stack.responder(redis, auth="remote_user", stream="stream:logs:{user}", max_memory="64M")
    before = peak_kb(responder.pid)
    unread = [stack.keep(request(responder, "ann")) for _ in range(200)]
    assert {s.status for s in unread} == {200, 503}
    assert all(int(s.headers["retry-after"]) > 0 for s in unread if s.status == 503)
    assert peak_kb(responder.pid) - before < 2 * 64 * MIB
    assert 0 < figures(responder)["sselog_held_bytes"] < 2 * 64 * MIB * 1024
    bob = fcgi_get(responder.socket, environment("/sselog/history", REMOTE_USER="bob"))
    assert [r["data"] for r in json.loads(bob.raw)["records"]] == ["for bob"]
    assert re.search(r"info front: event=refuse status=503 why=memory .*user=ann ", responder.output())
    for s in unread:
        s.close()
    wait_until(lambda: figures(responder)["sselog_held_bytes"] == 0, "free memory")
    assert request(responder, "ann").status == 200


@pytest.mark.memory
@pytest.mark.long
def test_unread_answers_of_many_users_are_bounded(stack, redis):
    """As above, also when no user takes more than a share. Control characters are six bytes in JSON."""
    for n in range(20):
        fill(redis, f"user{n}", 10, 0)
        for _ in range(100):
            redis.add(f"stream:logs:user{n}", "\1" * 8000)
    responder = stack.responder(redis, auth="remote_user", stream="stream:logs:{user}", max_memory="16M")
    before = peak_kb(responder.pid)
    unread = [stack.keep(request(responder, f"user{n % 20}")) for n in range(100)]
    assert {s.status for s in unread} == {200, 503}
    assert peak_kb(responder.pid) - before < 2 * 16 * MIB + 16 * MIB  # two answers are being made


@pytest.mark.memory
def test_viewers_wait_for_memory_and_lose_no_record(stack, redis):
    """Long records before viewers that do not read. The last viewer reads when the others left."""
    fill(redis, "ann", 3, 1024 * 1024)
    redis.add("stream:logs:bob", "for bob")
    responder = stack.responder(redis, auth="remote_user", stream="stream:logs:{user}", max_memory="8M")
    before = peak_kb(responder.pid)
    viewers = [stack.keep(request(responder, "ann", "/stream", "")) for _ in range(20)]
    with request(responder, "bob", "/stream", "") as bob:
        bob.read_until_live()
        assert bob.payloads == ["for bob"]
    assert peak_kb(responder.pid) - before < 2 * 8 * MIB
    for s in viewers[:-1]:
        s.close()
    assert [len(e.data) for e in viewers[-1].read_records(3)] == [1024 * 1024] * 3
    viewers[-1].read_until_live()


@pytest.mark.memory
def test_slow_readers_of_some_users_do_not_stop_the_streams_of_others(stack, redis):
    """They take a little all the time, so they are not cut off."""
    users = ["a", "b", "c", "d"]
    for user in users:
        fill(redis, user, 300, 4000)
    redis.add("stream:logs:bob", "for bob")
    responder = stack.responder(redis, auth="remote_user", stream="stream:logs:{user}", max_memory="2M")
    unread = [stack.keep(request(responder, user)) for user in users]
    unread = [s for s in unread if s.status == 200]
    assert unread and figures(responder)["sselog_held_bytes"] >= 2 * MIB * 1024
    bob = environment("/sselog/history", REMOTE_USER="bob")
    assert fcgi_get(responder.socket, bob).status == 503
    with request(responder, "bob", "/stream", "") as stream:
        stream.read_until_live()
        assert stream.payloads == ["for bob"]
        assert figures(responder)["sselog_held_bytes"] >= 2 * MIB * 1024
    for s in unread:
        taken = 0
        while taken < 700_000:
            taken += len(s.sock.recv(65536))
    wait_until(lambda: figures(responder)["sselog_held_bytes"] < 2 * MIB * 1024, "give back what was taken")
    assert figures(responder)["sselog_cut_off_total"] == 0
    assert fcgi_get(responder.socket, bob).status == 200
