# SPDX-License-Identifier: MIT
"""The contract of swf-monitor's message stream, over the web servers with the snippets of
examples/swf; published by the real channels_redis."""
import asyncio
import json
import math
import random
import re
import struct
import time

import pytest
from channels_redis.core import RedisChannelLayer

import scripted_redis
from dropins import api_key, body, cookie, assert_no_head_before_reply, serve, servers
from fcgi import FcgiStream, Peer, environment, fcgi_get
from procs import wait_until
from sse import Stream, get

PATH = "/swf-monitor/api/messages/stream/"
STATUS = PATH + "status/"
GROUP = "asgi:group:workflow_events"
DENIED = '{"detail": "Authentication credentials were not provided."}'


def group_send(redis, *messages, **options):
    """Whole messages, as RedisChannelLayer.group_send takes them."""

    async def send():
        layer = RedisChannelLayer(hosts=[redis.url], **options)
        for message in messages:
            await layer.group_send("workflow_events", message)
        await layer.close_pools()

    asyncio.run(send())


def publish(redis, *payloads, **options):
    group_send(redis, *({"type": "broadcast", "payload": p} for p in payloads), **options)


def messages(stream, count, deadline=30):
    """The first count events but connected and heartbeat."""
    def found(s):
        got = [e for e in s.events if e.type not in ("connected", "heartbeat")]
        return got[:count] if len(got) >= count else None
    return stream.until(found, f"{count} messages", deadline)


@servers
def test_bytes(stack, redis, kind):
    server = serve(stack, redis, "swf", kind)
    with Stream(server.port, PATH, api_key(redis, "ann")) as s:
        assert s.status == 200 and s.headers["content-type"] == "text/event-stream"
        assert s.headers["cache-control"] == "no-cache" and s.headers["x-accel-buffering"] == "no"
        s.until(lambda s: s.events, "connected")
        first = body(s)
        assert re.fullmatch(r'event: connected\ndata: \{"client_id": "[0-9a-f]{8}-[0-9a-f]{4}-4'
                            r'[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", "status": "connected"\}'
                            r'\n\n', first)
        payload = {"msg_type": "data_ready", "processed_by": "ä", "run_id": 7, "f": 1.5,
                   "none": None, "yes": True, "list": [[], {}, -3], "text": "a\nb", "big": 2 ** 63}
        publish(redis, payload)  # the membership stood before `connected` came
        messages(s, 1)
        assert body(s) == first + f"event: data_ready\ndata: {json.dumps(payload)}\n\n"


@servers
def test_who_may_look(stack, redis, kind):
    server = serve(stack, redis, "swf", kind)
    for headers in ({}, {"Authorization": "Token unknown"}, {"Cookie": "sselog=unknown"},
                    {"X-Remote-User": "ann"}):
        answer = get(server.port, PATH, headers)
        assert (answer.status, body(answer)) == (401, DENIED)
        assert answer.headers["content-type"] == "application/json"
        answer = get(server.port, STATUS, headers)
        assert (answer.status, body(answer)) == (403, DENIED)
    for headers in (api_key(redis, "ann"), cookie(redis, "bob")):
        with Stream(server.port, PATH, headers) as s:
            assert s.status == 200
    assert get(server.port, PATH + "?token=" + "k" * 40).status == 401


@servers
def test_session_comes_before_token(stack, redis, kind):
    """Who brings both is who the session says, as in the original; a session that has ended is not
    passed over."""
    server = serve(stack, redis, "swf", kind)
    unknown, known = {"Authorization": "Token unknown"}, api_key(redis, "ann")
    with Stream(server.port, PATH, {**cookie(redis, "bob"), **unknown}) as s:
        assert s.status == 200
    for headers in ({"Cookie": "sselog=ended"}, {**known, "Cookie": "sselog=ended"}):
        assert get(server.port, PATH, headers).status == 401
    with Stream(server.port, PATH, {**known, "Cookie": "sessionid=of-django"}) as s:
        assert s.status == 200


@servers
def test_redis_away(stack, kind):
    """Nobody is left before a stream that nothing comes from."""
    redis = stack.redis(tcp=True)
    server = serve(stack, redis, "swf", kind)
    assert get(server.port, PATH).status == 401  # the check comes first
    headers = api_key(redis, "ann")
    redis.kill()
    for path in (PATH, STATUS):
        answer = get(server.port, path, headers)
        assert (answer.status, body(answer)) == (503, '{"detail": "No channel layer configured."}')


@servers
def test_filters(stack, redis, kind):
    """Or inside a list, and between lists; the last of a repeated parameter; trimmed items; a
    number is its digits; an empty list is no filter."""
    server = serve(stack, redis, "swf", kind)
    headers = api_key(redis, "ann")
    sent = [{"msg_type": t, "processed_by": a, "run_id": r} for t, a, r in
            (("x", "a", 1), ("y", "a", "1"), ("x", "b", 2), ("X", "a", 1))] + [{"msg_type": "x"}]

    def numbers(query):
        with Stream(server.port, PATH + query, headers) as s:
            s.until(lambda s: s.events, "connected")
            publish(redis, *({**p, "n": i, "of": query} for i, p in enumerate(sent)),
                    {"msg_type": "x", "processed_by": "a", "run_id": 1, "end": query})
            # Those of the query before may still come, where its process waits for the next viewer.
            s.until(lambda s: s.events[-1].json().get("end") == query, "the last")
            return [e.json()["n"] for e in s.events if e.json().get("of") == query]

    assert numbers("") == [0, 1, 2, 3, 4]
    assert numbers("?msg_types=x") == [0, 2, 4]
    assert numbers("?msg_types=y,%20x%20&agents=a") == [0, 1]
    assert numbers("?msg_types=y&msg_types=x&agents=") == [0, 2, 4]
    assert numbers("?run_ids=1") == [0, 1, 3]
    assert numbers("?agents=a,") == [0, 1, 3]
    assert numbers("?msg_types=x&agents=a,b&run_ids=2,1") == [0, 2]


@servers
def test_status_is_true(stack, redis, kind):
    """Of all processes: mod_fcgid has one for each viewer. Own viewers only."""
    server = serve(stack, redis, "swf", kind)
    ann, bob = api_key(redis, "ann", "a" * 40), api_key(redis, "bob", "b" * 40)

    def status(headers):
        answer = get(server.port, STATUS, {**headers, "Accept": "application/json"})
        assert answer.status == 200 and answer.headers["content-type"] == "application/json"
        return json.loads(body(answer))

    none = {"connected_clients": 0, "client_ids": [], "client_filters": {}}
    assert status(ann) == none
    with Stream(server.port, PATH + "?msg_types=a,%20b&agents=&run_ids=7", ann) as s, \
            Stream(server.port, PATH, ann) as t:
        first, second = (v.until(lambda v: v.events, "connected")[0].json()["client_id"]
                         for v in (s, t))
        wait_until(lambda: status(ann)["connected_clients"] == 2, "both to be counted")
        got = status(ann)
        assert sorted(got["client_ids"]) == sorted([first, second])
        assert got["client_filters"] == {first: {"msg_types": ["a", "b"], "run_ids": ["7"]},
                                         second: {}}
        assert status(bob) == none
    message = {"msg_type": "a", "run_id": 7}  # a client that left is noticed at a write
    wait_until(lambda: status(ann) == none or publish(redis, message), "nobody")


@servers
def test_what_is_delivered(stack, redis, kind):
    """Broadcasts with a map alone; nothing forged; names of control frames are not taken."""
    server = serve(stack, redis, "swf", kind)
    with Stream(server.port, PATH, api_key(redis, "ann")) as s:
        s.until(lambda s: s.events, "connected")
        group_send(redis, {"type": "other", "payload": {"msg_type": "no"}}, {"type": "broadcast"},
                   {"type": "broadcast", "payload": [1]}, {"payload": {"msg_type": "no"}, "type": b""})
        member = redis.client.zrange(GROUP, 0, 0)[0].decode()
        queue = "asgi" + member.split("!")[0] + "!"
        for i, raw in enumerate((b"", b"short", b"123456789012", b"123456789012\xc1",
                                 b"123456789012\xdf\xff\xff\xff\xff", b"123456789012" + b"\x91" * 500)):
            redis.client.zadd(queue, {raw: i})
        publish(redis, {"msg_type": "a\nid: 1\r\ndata: forged\n\nevent: x"}, {"n": 1},
                {"msg_type": None}, {"msg_type": "heartbeat"}, {"msg_type": "connected"},
                {"msg_type": "nan", "v": float("nan")}, {"msg_type": "last"})
        s.until(lambda s: s.events[-1].type == "last", "the last")
        assert [e.type for e in s.events[1:]] == \
            ["aid: 1data: forgedevent: x", "message", "message", "message", "message", "nan", "last"]
        assert s.events[-2].json()["v"] is None and not s.parser.comments


@servers
def test_client_that_keeps_the_last_data_line(stack, redis, kind):
    """remote_sse_receiver.py's parser: "event: " and "data: " exactly, the last data line counts."""
    server = serve(stack, redis, "swf", kind)
    payloads = [{"msg_type": "sse_test", "text": text} for text in
                ("one\ntwo\r\nthree\u2028", "x" * 70_000, "ü" * 40_000, " ", "data: x\n\n")]
    with Stream(server.port, PATH, api_key(redis, "ann")) as s:
        s.until(lambda s: s.events, "connected")
        publish(redis, *payloads)
        messages(s, len(payloads))
        got = []
        for block in body(s).split("\n\n")[:-1]:
            event = data = None
            for line in block.split("\n"):
                assert line.startswith(("event: ", "data: ")), line
                if line.startswith("event: "):
                    event = line[7:].strip()
                else:
                    data = line[6:].strip()
            got.append((event, json.loads(data)))
        assert got[0][0] == "connected" and [d for e, d in got[1:]] == payloads


@servers
def test_expiry_of_the_group(stack, redis, kind):
    """Thrown out as too old, or the whole group gone: messages still come."""
    server = serve(stack, redis, "swf", kind)
    with Stream(server.port, PATH, api_key(redis, "ann")) as s:
        s.until(lambda s: s.events, "connected")
        member = redis.client.zrange(GROUP, 0, 0)[0]
        assert 86000 < redis.client.ttl(GROUP) <= 86400

        def back():
            score = redis.client.zscore(GROUP, member)
            return score and score > 1e9

        for i, force in enumerate((
                lambda: redis.client.delete(GROUP),
                lambda: redis.client.pexpire(GROUP, 1),
                lambda: redis.client.zrem(GROUP, member),
                lambda: redis.client.zadd(GROUP, {member: 1000.0}))):
            force()
            wait_until(lambda: back() and redis.client.ttl(GROUP) > 86000, "the membership")
            publish(redis, {"msg_type": "after", "n": i})
            assert messages(s, i + 1)[-1].json()["n"] == i
        publish(redis, {"msg_type": "evicts"}, group_expiry=-5)  # removes all that have joined
        wait_until(back, "the membership")
        publish(redis, {"msg_type": "again"})
        s.until(lambda s: s.events[-1].type == "again", "the last")


def follow(responder, query="", **more):
    return FcgiStream(responder.socket, environment(PATH, query, mount=PATH, REMOTE_USER="ann", **more))


@pytest.fixture
def responder(stack, redis):
    return stack.responder(redis, profile="swf", auth="remote_user")


def test_floats_as_python_writes_them(redis, responder):
    """Through msgpack and back into json.dumps's text: at random, and powers of two and of ten."""
    choose = random.Random(7)
    floats = [struct.unpack("d", choose.randbytes(8))[0] for _ in range(3000)]
    floats += [2.0 ** e for e in range(-1074, 1024)] + [float(f"1e{e}") for e in range(-323, 309)]
    floats += [-0.0, 1e-4, 1e-5, 1e15, 1e16, 0.1 + 0.2, 1766742118.0]
    payload = {"msg_type": "floats", "v": [f for f in floats if math.isfinite(f)]}
    with follow(responder) as s:
        s.until(lambda s: s.events, "connected")
        publish(redis, payload)
        messages(s, 1)
        assert f"data: {json.dumps(payload)}\n\n" in body(s)


def test_refused_is_no_empty_stream(stack, redis):
    """Its Python client comes back at once when a stream ends in good order, and after 15 s otherwise."""
    responder = stack.responder(redis, profile="swf", auth="remote_user", max_per_user=1)

    def refusal(**more):
        answer = fcgi_get(responder.socket, environment(PATH, mount=PATH, REMOTE_USER="ann", **more))
        assert answer.headers["content-type"] == "application/json" and "retry-after" in answer.headers
        assert json.loads(answer.raw)["error"]
        return answer.status

    with follow(responder) as s:
        s.until(lambda s: s.events, "connected")
        assert refusal() == 429
    redis.client.set("asgi:group:other", "no sorted set")
    wait_until(lambda: refusal(SSELOG_CHANNEL="other") == 503, "the first to be noticed as gone")


def test_what_cannot_be_read_is_said(redis, responder):
    """Once a minute, not for each message."""
    deep = []
    for _ in range(40):
        deep = [deep]
    with follow(responder) as s:
        s.until(lambda s: s.events, "connected")
        publish(redis, *({"msg_type": "deep", "v": deep} for _ in range(5)), {"msg_type": "last"})
        assert messages(s, 1)[0].type == "last"
    wait_until(lambda: "nested deeper than 32 levels" in responder.output(), "the line")
    assert responder.output().count("is dropped") == 1


def test_what_its_clients_may_say_besides(stack, redis):
    """Parameters that the system does not know are no error; the word Token in any case, as RFC 9110
    has it of schemes."""
    responder = stack.responder(redis, profile="swf", auth="bearer")
    key = api_key(redis, "ann")["Authorization"].replace("Token", "token")
    for query in ("level=x", "history=all", "envelope=2", "level=&q="):
        with FcgiStream(responder.socket, environment(PATH, query, mount=PATH, HTTP_AUTHORIZATION=key)) as s:
            assert s.status == 200
            s.until(lambda s: s.events, "connected")


def test_redis_away_and_who_it_is_known(redis, responder):
    """The web server has said who it is: still nobody is left before a stream that nothing comes from."""
    redis.kill()
    for path in (PATH, STATUS):
        answer = fcgi_get(responder.socket, environment(path, mount=PATH, REMOTE_USER="ann"))
        assert (answer.status, body(answer)) == (503, '{"detail": "No channel layer configured."}')


def test_nothing_comes_before_the_membership_stands(stack, redis):
    """`connected` says that from now on nothing is missed."""
    assert_no_head_before_reply(stack, redis, b"ZSCORE", environment(PATH, mount=PATH, REMOTE_USER="ann"), profile="swf",
              auth="remote_user")


@pytest.fixture
def logins(stack, redis):
    """A responder, and the parameters of a request by each of some users with a session."""
    responder = stack.responder(redis, profile="swf", auth="cookie", admin_roles="admin",
                                channel="{tenant}_events")
    for user, session in {"ann": {"tenant_id": "t"}, "bob": {"tenant_id": "t"}, "none": {},
                          "root": {"tenant_id": "t", "role": "admin"}}.items():
        redis.client.set(f"session:{user}", json.dumps({"user_id": user, **session}))
    return responder, lambda user, path=PATH: environment(path, mount=PATH, HTTP_COOKIE=f"session={user}")


def test_status_lists_everybody_to_an_administrator(logins):
    responder, by = logins

    def listed(user):
        answer = fcgi_get(responder.socket, by(user, STATUS))
        assert answer.status == 200
        return sorted(json.loads(body(answer))["client_ids"])

    with FcgiStream(responder.socket, by("ann")) as ann, FcgiStream(responder.socket, by("bob")) as bob:
        one, other = (s.until(lambda s: s.events, "connected")[0].json()["client_id"] for s in (ann, bob))
        wait_until(lambda: listed("root") == sorted([one, other]), "both to be listed")
        assert listed("ann") == [one] and listed("bob") == [other]


def test_status_forgets_who_was_killed(redis, logins):
    """A process that died takes nothing back: what it listed ends by itself."""
    responder, by = logins

    def listed():
        return json.loads(body(fcgi_get(responder.socket, by("ann", STATUS))))["client_ids"]

    with FcgiStream(responder.socket, by("ann")) as s:
        own = s.until(lambda s: s.events, "connected")[0].json()["client_id"]
        wait_until(lambda: listed() == [own], "the own entry")
        key, = redis.client.keys("sselog:viewers:*")
        member, = redis.client.zrange(key, 0, -1)
        assert 30 < redis.client.zscore(key, member) - time.time() <= 91, "longer than until it is made anew"
        for other, seconds in (("past", -1), ("future", 60)):
            redis.client.zadd(key, {member.replace(own.encode(), other.encode()): time.time() + seconds})
        assert sorted(listed()) == sorted([own, "future"])


def test_no_permission(logins):
    """Known, but of no tenant: the name of its group cannot be made."""
    responder, by = logins
    answer = fcgi_get(responder.socket, by("none"))
    assert (answer.status, body(answer)) == \
        (403, '{"detail": "You do not have permission to perform this action."}')


def test_leaves_the_group_when_it_stops(redis, responder):
    with follow(responder) as s:
        s.until(lambda s: s.events, "connected")
        assert redis.client.zcard(GROUP) == 1
        assert responder.stop() == 0
    assert redis.client.zcard(GROUP) == 0
    assert not redis.client.keys("sselog:viewers:*")


def test_leaves_the_group_also_while_a_look_up_waits(stack, redis):
    """A front thread that does not end in time is left behind, but not what Redis is to be told."""
    odd = stack.scripted(redis, lambda conn, cmd: scripted_redis.SILENCE if cmd[0] == b"GET" else None)
    responder = stack.responder(odd, profile="swf", auth="remote_user cookie", channel="workflow_events")
    with follow(responder) as s, Peer(responder.socket) as waiting:
        s.until(lambda s: s.events, "connected")
        assert redis.client.zcard(GROUP) == 1
        waiting.request(environment(STATUS, mount=STATUS, HTTP_COOKIE="session=x"))
        wait_until(lambda: any(cmd[0] == b"GET" for _, cmd in list(odd.log)), "the look-up")
        assert responder.stop() == 0
    assert redis.client.zcard(GROUP) == 0


def test_connections(redis, responder):
    """A third one while such a log is followed, for all of them; none that waits before and after."""
    names = lambda: sorted(c["name"] for c in redis.clients() if c["name"].startswith("sselog"))
    wait_until(lambda: names() == ["sselog-doorbell", "sselog-relay"], "two connections")
    viewers = [follow(responder, SSELOG_CHANNEL=f"group{i % 2}") for i in range(6)]
    for s in viewers:
        s.until(lambda s: s.events, "connected")
    assert names() == ["sselog-doorbell", "sselog-queue", "sselog-relay"]
    members = {redis.client.zrange(f"asgi:group:group{i}", 0, -1)[0].split(b"!")[0] for i in (0, 1)}
    assert len(members) == 1, "one sorted set of messages for all groups of a process"
    for s in viewers:
        s.close()
    wait_until(lambda: names() == ["sselog-doorbell", "sselog-relay"], "two connections")
    for group in ("asgi:group:group0", "asgi:group:group1"):
        wait_until(lambda: redis.client.zcard(group) == 0, "the group to be left")


def test_burst_and_order(redis, responder):
    """As many as the group's capacity lets through, in their order."""
    with follow(responder) as s:
        s.until(lambda s: s.events, "connected")
        publish(redis, *({"msg_type": "n", "i": i} for i in range(300)), capacity=100_000)
        assert [e.json()["i"] for e in messages(s, 300)] == list(range(300))


def test_outage(stack):
    redis = stack.redis(tcp=True)
    responder = stack.responder(redis, profile="swf", auth="remote_user", keepalive=1)
    with follow(responder) as s:
        s.until(lambda s: s.events, "connected")
        redis.kill()
        redis.start()
        wait_until(lambda: redis.client.zcard(GROUP) == 1, "the membership")
        wait_until(lambda: fcgi_get(responder.socket, environment(
            STATUS, mount=PATH, REMOTE_USER="ann")).raw.startswith(b'{"connected_clients": 1'), "the list")
        publish(redis, {"msg_type": "again"})
        assert messages(s, 1)[0].type == "again"
        assert {e.type for e in s.events} <= {"connected", "heartbeat", "again"}


def test_heartbeat(stack, redis):
    """At its interval, whether something else is sent or not, and not before; Python's float."""
    responder = stack.responder(redis, profile="swf", auth="remote_user", keepalive=1)
    start = time.monotonic()
    with follow(responder) as s:
        heartbeats = lambda: [e for e in s.events if e.type == "heartbeat"]
        s.until(lambda s: heartbeats(), "one of a quiet group")
        assert {e.type for e in s.events} == {"connected", "heartbeat"}
        while len(heartbeats()) < 2:
            publish(redis, {"msg_type": "x"})
            s.more()
        for n, e in enumerate(heartbeats(), 1):
            assert e.at - start > n - 0.01
        assert re.search(r'event: heartbeat\ndata: \{"timestamp": \d+\.\d+\}\n\n', body(s))


def test_stream_adds_replay(stack, redis):
    responder = stack.responder(redis, profile="swf", auth="remote_user", source="stream", keepalive=1)
    ids = redis.add_many("stream:workflow_events",
                         [json.dumps({"msg_type": "m", "run_id": i % 2, "n": i}) for i in range(6)])
    with follow(responder, "run_ids=1") as s:
        assert [e.json()["n"] for e in messages(s, 3)] == [1, 3, 5]
        assert f'id: {ids[1]}\nevent: m\ndata: {{"msg_type": "m", "run_id": 1, "n": 1}}\n\n' in body(s)
        last = redis.add("stream:workflow_events", json.dumps({"msg_type": "m", "run_id": 0}))
        s.until(lambda s: s.parser.last_id == last, "a heartbeat that moves the cursor")
        assert body(s).count("\n\n") == len(s.events), "no block without an event"
    with follow(responder, HTTP_LAST_EVENT_ID=ids[3]) as s:
        assert [e.id for e in messages(s, 3)] == [ids[4], ids[5], last]
