# SPDX-License-Identifier: MIT
"""The contract of swf-monitor's message stream, through the web servers with examples/swf.

The messages are published by the real channels_redis.
"""
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
from dropins import api_key, assert_no_head_before_reply, body, cookie, serve, servers
from fcgi import FcgiStream, Peer, environment, fcgi_get
from procs import wait_until
from sse import Stream, get

PATH = "/swf-monitor/api/messages/stream/"
STATUS = PATH + "status/"
GROUP = "asgi:group:workflow_events"
DENIED = '{"detail": "Authentication credentials were not provided."}'


def group_send(redis, *messages, **options):
    """Sends complete messages with RedisChannelLayer.group_send."""

    async def send():
        channels = RedisChannelLayer(hosts=[redis.url], **options)
        for message in messages:
            await channels.group_send("workflow_events", message)
        await channels.close_pools()

    asyncio.run(send())


def publish(redis, *payloads, **options):
    """Sends payloads as swf-monitor does."""
    group_send(redis, *({"type": "broadcast", "payload": p} for p in payloads), **options)


def messages(stream, count, deadline=30):
    """The first `count` events, without connected and heartbeat."""
    def found(s):
        got = [e for e in s.events if e.type not in ("connected", "heartbeat")]
        return got[:count] if len(got) >= count else None
    return stream.read_until(found, f"{count} messages", deadline)


@servers
def test_exact_bytes_of_connected_and_a_message(stack, redis, kind):
    server = serve(stack, redis, "swf", kind)
    with Stream(server.port, PATH, api_key(redis, "ann")) as s:
        assert s.status == 200 and s.headers["content-type"] == "text/event-stream"
        assert s.headers["cache-control"] == "no-store, no-transform" and s.headers["x-accel-buffering"] == "no"
        s.read_until(lambda s: s.events, "connected")
        first = body(s)
        assert re.fullmatch(r'event: connected\ndata: \{"client_id": "[0-9a-f]{8}-[0-9a-f]{4}-4'
                            r'[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", "status": "connected"\}'
                            r'\n\n', first)
        payload = {"msg_type": "data_ready", "processed_by": "ä", "run_id": 7, "f": 1.5,
                   "none": None, "yes": True, "list": [[], {}, -3], "text": "a\nb", "big": 2 ** 63}
        publish(redis, payload)  # sselog joins the group before it sends `connected`
        messages(s, 1)
        assert body(s) == first + f"event: data_ready\ndata: {json.dumps(payload)}\n\n"


@servers
def test_browser_without_a_pass_is_sent_to_django(stack, redis, kind):
    """An EventSource follows the redirect, and comes back with another pass.  The status is never redirected."""
    server = serve(stack, redis, "swf", kind)
    for cookies in ("sselog=unknown", "sessionid=x"):
        answer = get(server.port, PATH + "?msg_types=a", {"Cookie": cookies})
        assert (answer.status, answer.headers["location"]) == \
            (302, f"/swf-monitor/sselog-pass/?next={PATH}%3Fmsg_types%3Da")
        assert get(server.port, STATUS, {"Cookie": cookies}).status == 403


@servers
def test_unauthenticated_requests_are_refused(stack, redis, kind):
    server = serve(stack, redis, "swf", kind)
    for headers in ({}, {"Authorization": "Token unknown"}, {"Authorization": "Token unknown", "Cookie": "x=y"},
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
def test_session_cookie_is_checked_before_token(stack, redis, kind):
    """With both credentials the session decides, as in the original. An expired session is refused, also
    with a good token."""
    server = serve(stack, redis, "swf", kind)
    unknown, known = {"Authorization": "Token unknown"}, api_key(redis, "ann")
    with Stream(server.port, PATH, {**cookie(redis, "bob"), **unknown}) as s:
        assert s.status == 200
    for headers, status in (({"Cookie": "sselog=ended"}, 302), ({**known, "Cookie": "sselog=ended"}, 401)):
        assert get(server.port, PATH, headers).status == status
    with Stream(server.port, PATH, {**known, "Cookie": "sessionid=of-django"}) as s:
        assert s.status == 200


@servers
def test_stream_and_status_answer_503_without_redis(stack, kind):
    """A client gets an error, not a stream without messages."""
    redis = stack.redis(tcp=True)
    server = serve(stack, redis, "swf", kind)
    assert get(server.port, PATH).status == 401  # authentication comes first
    headers = api_key(redis, "ann")
    redis.kill()
    for path in (PATH, STATUS):
        answer = get(server.port, path, headers)
        assert (answer.status, body(answer)) == (503, '{"detail": "No channel layer configured."}')


@servers
def test_filters_combine_lists_with_and_values_with_or(stack, redis, kind):
    """A message must match one value of each list.

    Of a repeated parameter the last counts. Blanks around values are ignored. A number matches its digits.
    An empty list is no filter."""
    server = serve(stack, redis, "swf", kind)
    headers = api_key(redis, "ann")
    sent = [{"msg_type": t, "processed_by": a, "run_id": r} for t, a, r in
            (("x", "a", 1), ("y", "a", "1"), ("x", "b", 2), ("X", "a", 1))] + [{"msg_type": "x"}]

    def received(query):
        with Stream(server.port, PATH + query, headers) as s:
            s.read_until(lambda s: s.events, "connected")
            publish(redis, *({**p, "n": i, "of": query} for i, p in enumerate(sent)),
                    {"msg_type": "x", "processed_by": "a", "run_id": 1, "end": query})
            # mod_fcgid reuses the process of the query before, whose messages may still arrive.
            s.read_until(lambda s: s.events[-1].json().get("end") == query, "the last")
            return [e.json()["n"] for e in s.events if e.json().get("of") == query]

    assert received("") == [0, 1, 2, 3, 4]
    assert received("?msg_types=x") == [0, 2, 4]
    assert received("?msg_types=y,%20x%20&agents=a") == [0, 1]
    assert received("?msg_types=y&msg_types=x&agents=") == [0, 2, 4]
    assert received("?run_ids=1") == [0, 1, 3]
    assert received("?agents=a,") == [0, 1, 3]
    assert received("?msg_types=x&agents=a,b&run_ids=2,1") == [0, 2]


@servers
def test_status_counts_own_viewers_of_all_processes(stack, redis, kind):
    """The status counts the user's own viewers, in all processes: mod_fcgid has one for each viewer."""
    server = serve(stack, redis, "swf", kind)
    ann, bob = api_key(redis, "ann", "a" * 40), api_key(redis, "bob", "b" * 40)

    def status(headers):
        answer = get(server.port, STATUS, {**headers, "Accept": "application/json"})
        assert answer.status == 200 and answer.headers["content-type"] == "application/json"
        return json.loads(body(answer))

    no_viewers = {"connected_clients": 0, "client_ids": [], "client_filters": {}}
    assert status(ann) == no_viewers
    with Stream(server.port, PATH + "?msg_types=a,%20b&agents=&run_ids=7", ann) as s, \
            Stream(server.port, PATH, ann) as t:
        first, second = (v.read_until(lambda v: v.events, "connected")[0].json()["client_id"]
                         for v in (s, t))
        wait_until(lambda: status(ann)["connected_clients"] == 2, "both to be counted")
        got = status(ann)
        assert sorted(got["client_ids"]) == sorted([first, second])
        assert got["client_filters"] == {first: {"msg_types": ["a", "b"], "run_ids": ["7"]},
                                         second: {}}
        assert status(bob) == no_viewers
    message = {"msg_type": "a", "run_id": 7}  # sselog notices a disconnect when it writes
    wait_until(lambda: status(ann) == no_viewers or publish(redis, message), "a status without viewers")


@servers
def test_malformed_messages_are_dropped_and_names_cannot_be_forged(stack, redis, kind):
    """Only broadcasts whose payload is a map are delivered. A message cannot forge frames or the names of
    control frames."""
    server = serve(stack, redis, "swf", kind)
    with Stream(server.port, PATH, api_key(redis, "ann")) as s:
        s.read_until(lambda s: s.events, "connected")
        group_send(redis, {"type": "other", "payload": {"msg_type": "no"}}, {"type": "broadcast"},
                   {"type": "broadcast", "payload": [1]}, {"payload": {"msg_type": "no"}, "type": b""})
        member = redis.client.zrange(GROUP, 0, 0)[0].decode()
        queue = "asgi" + member.split("!")[0] + "!"
        for raw in (b"", b"short", b"123456789012", b"123456789012\xc1",
                    b"123456789012\xdf\xff\xff\xff\xff", b"123456789012" + b"\x91" * 500):
            redis.client.zadd(queue, {raw: time.time()})  # channels_redis removes old ones
        publish(redis, {"msg_type": "a\nid: 1\r\ndata: forged\n\nevent: x"}, {"n": 1},
                {"msg_type": None}, {"msg_type": "heartbeat"}, {"msg_type": "connected"},
                {"msg_type": "nan", "v": float("nan")}, {"msg_type": "last"})
        s.read_until(lambda s: s.events[-1].type == "last", "the last")
        assert [e.type for e in s.events[1:]] == \
            ["aid: 1data: forgedevent: x", "message", "message", "message", "message", "nan", "last"]
        assert s.events[-2].json()["v"] is None and not s.parser.comments


@servers
def test_parser_of_the_python_client_gets_every_message(stack, redis, kind):
    """The parser of remote_sse_receiver.py: it needs exactly "event: " and "data: ", and keeps only the last
    data line."""
    server = serve(stack, redis, "swf", kind)
    payloads = [{"msg_type": "sse_test", "text": text} for text in
                ("one\ntwo\r\nthree\u2028", "x" * 70_000, "ü" * 40_000, " ", "data: x\n\n")]
    with Stream(server.port, PATH, api_key(redis, "ann")) as s:
        s.read_until(lambda s: s.events, "connected")
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
def test_expired_membership_is_renewed(stack, redis, kind):
    """Messages still arrive after the member or the whole group was removed as too old."""
    server = serve(stack, redis, "swf", kind)
    with Stream(server.port, PATH, api_key(redis, "ann")) as s:
        s.read_until(lambda s: s.events, "connected")
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
        publish(redis, {"msg_type": "evicts"}, group_expiry=-5)  # removes all members
        wait_until(back, "the membership")
        publish(redis, {"msg_type": "again"})
        s.read_until(lambda s: s.events[-1].type == "again", "the last")


def follow(responder, query="", **more):
    return FcgiStream(responder.socket, environment(PATH, query, mount=PATH, REMOTE_USER="ann", **more))


@pytest.fixture
def responder(stack, redis):
    return stack.responder(redis, profile="swf", auth="remote_user")


def test_floats_have_the_form_of_json_dumps(redis, responder):
    """Random floats, powers of two and powers of ten pass through msgpack to the text of json.dumps."""
    choose = random.Random(7)
    floats = [struct.unpack("d", choose.randbytes(8))[0] for _ in range(3000)]
    floats += [2.0 ** e for e in range(-1074, 1024)] + [float(f"1e{e}") for e in range(-323, 309)]
    floats += [-0.0, 1e-4, 1e-5, 1e15, 1e16, 0.1 + 0.2, 1766742118.0]
    payload = {"msg_type": "floats", "v": [f for f in floats if math.isfinite(f)]}
    with follow(responder) as s:
        s.read_until(lambda s: s.events, "connected")
        publish(redis, payload)
        messages(s, 1)
        assert f"data: {json.dumps(payload)}\n\n" in body(s)


def test_refusal_is_an_error_status_with_retry_after(stack, redis):
    """The Python client reconnects at once after a stream that ends normally, and after 15 s otherwise."""
    responder = stack.responder(redis, profile="swf", auth="remote_user", max_per_user=1)

    def refusal(**more):
        answer = fcgi_get(responder.socket, environment(PATH, mount=PATH, REMOTE_USER="ann", **more))
        assert answer.headers["content-type"] == "application/json" and "retry-after" in answer.headers
        assert json.loads(answer.raw)["error"]
        return answer.status

    with follow(responder) as s:
        s.read_until(lambda s: s.events, "connected")
        assert refusal() == 429
    redis.client.set("asgi:group:other", "no sorted set")
    wait_until(lambda: refusal(SSELOG_CHANNEL="other") == 503, "the disconnect of the first viewer")


def test_dropped_messages_are_logged_once_a_minute(redis, responder):
    """Messages that cannot be parsed are dropped with one log line a minute, not one for each."""
    with follow(responder) as s:
        s.read_until(lambda s: s.events, "connected")
        queue = "asgi" + redis.client.zrange(GROUP, 0, 0)[0].decode().split("!")[0] + "!"
        for i in range(5):
            deep = b"\x82\xa4type\xa9broadcast\xa7payload\x81\xa1v" + b"\x91" * (512 + i) + b"\xc0"
            redis.client.zadd(queue, {b"123456789012" + deep: time.time()})  # channels_redis removes old ones
        publish(redis, {"msg_type": "last"})
        assert messages(s, 1)[0].type == "last"
    wait_until(lambda: "nested deeper than 512 levels" in responder.output(), "the line")
    assert responder.output().count("is dropped") == 1


def test_unknown_parameters_and_case_of_the_scheme_are_accepted(stack, redis):
    """Parameters that swf-monitor does not know are no error. The scheme Token may have any case (RFC 9110,
    section 11.1)."""
    responder = stack.responder(redis, profile="swf", auth="bearer")
    key = api_key(redis, "ann")["Authorization"].replace("Token", "token")
    for query in ("level=x", "history=all", "envelope=2", "level=&q=", "q=%2F(%2F"):
        with FcgiStream(responder.socket, environment(PATH, query, mount=PATH, HTTP_AUTHORIZATION=key)) as s:
            assert s.status == 200
            s.read_until(lambda s: s.events, "connected")
            if query == "q=%2F(%2F":
                publish(redis, {"msg_type": "shown", "of": query})
                assert messages(s, 1)[0].json()["of"] == query


def test_remote_user_gets_503_without_redis(redis, responder):
    """With an identity from the web server, which needs no look-up, a client still gets an error."""
    redis.kill()
    for path in (PATH, STATUS):
        answer = fcgi_get(responder.socket, environment(path, mount=PATH, REMOTE_USER="ann"))
        assert (answer.status, body(answer)) == (503, '{"detail": "No channel layer configured."}')


def test_head_waits_for_group_membership(stack, redis):
    """`connected` promises that all later messages arrive."""
    assert_no_head_before_reply(stack, redis, b"ZSCORE", environment(PATH, mount=PATH, REMOTE_USER="ann"),
                                profile="swf", auth="remote_user")


@pytest.fixture
def logins(stack, redis):
    """A responder, and a function that makes the parameters of a user's request with a session."""
    responder = stack.responder(redis, profile="swf", auth="cookie", admin_roles="admin",
                                channel="{tenant}_events")
    for user, session in {"ann": {"tenant_id": "t"}, "bob": {"tenant_id": "t"}, "none": {},
                          "root": {"tenant_id": "t", "role": "admin"}}.items():
        redis.client.set(f"session:{user}", json.dumps({"user_id": user, **session}))
    return responder, lambda user, path=PATH: environment(path, mount=PATH, HTTP_COOKIE=f"session={user}")


def test_status_shows_all_viewers_to_an_administrator(logins):
    responder, by = logins

    def listed(user):
        answer = fcgi_get(responder.socket, by(user, STATUS))
        assert answer.status == 200
        return sorted(json.loads(body(answer))["client_ids"])

    with FcgiStream(responder.socket, by("ann")) as ann, FcgiStream(responder.socket, by("bob")) as bob:
        one, other = (s.read_until(lambda s: s.events, "connected")[0].json()["client_id"] for s in (ann, bob))
        wait_until(lambda: listed("root") == sorted([one, other]), "both to be listed")
        assert listed("ann") == [one] and listed("bob") == [other]


def test_status_shows_no_viewers_of_another_tenant(stack, redis):
    """Users of two tenants that have the same name are two users, also in a log that both may read."""
    responder = stack.responder(redis, profile="swf", auth="cookie", channel="workflow_events")
    for tenant in ("", "red", "blue"):
        redis.client.set(f"session:{tenant or 'none'}", json.dumps({"user_id": "ann", "tenant_id": tenant} if tenant
                                                                   else {"user_id": "ann"}))

    def by(tenant, path=PATH):
        return environment(path, mount=PATH, HTTP_COOKIE=f"session={tenant}")

    def listed(tenant):
        return json.loads(body(fcgi_get(responder.socket, by(tenant, STATUS))))["client_ids"]

    with FcgiStream(responder.socket, by("red")) as red, FcgiStream(responder.socket, by("none")) as none:
        own, other = (s.read_until(lambda s: s.events, "connected")[0].json()["client_id"] for s in (red, none))
        wait_until(lambda: (listed("red"), listed("none")) == ([own], [other]), "each to see its own")
        assert listed("blue") == []


def test_status_entries_of_a_killed_process_expire(redis, logins):
    """A killed process cannot remove its entries, so that each has an expiry time."""
    responder, by = logins

    def listed():
        return json.loads(body(fcgi_get(responder.socket, by("ann", STATUS))))["client_ids"]

    with FcgiStream(responder.socket, by("ann")) as s:
        own = s.read_until(lambda s: s.events, "connected")[0].json()["client_id"]
        wait_until(lambda: listed() == [own], "the own entry")
        key, = redis.client.keys("sselog:viewers:*")
        member, = redis.client.zrange(key, 0, -1)
        assert 30 < redis.client.zscore(key, member) - time.time() <= 91, "longer than the renewal interval"
        for other, seconds in (("past", -1), ("future", 60)):
            redis.client.zadd(key, {member.replace(own.encode(), other.encode()): time.time() + seconds})
        assert sorted(listed()) == sorted([own, "future"])


def test_user_without_tenant_gets_403(logins):
    """The channel is {tenant}_events, so that a user without a tenant has no channel."""
    responder, by = logins
    answer = fcgi_get(responder.socket, by("none"))
    assert (answer.status, body(answer)) == \
        (403, '{"detail": "You do not have permission to perform this action."}')


def test_stop_leaves_the_group(redis, responder):
    with follow(responder) as s:
        s.read_until(lambda s: s.events, "connected")
        assert redis.client.zcard(GROUP) == 1
        assert responder.stop() == 0
    assert redis.client.zcard(GROUP) == 0
    assert not redis.client.keys("sselog:viewers:*")


def test_stop_leaves_the_group_while_a_lookup_waits(stack, redis):
    """A front thread that does not end in time does not keep sselog from leaving the group."""
    scripted = stack.scripted(redis, lambda conn, cmd: scripted_redis.SILENCE if cmd[0] == b"GET" else None)
    responder = stack.responder(scripted, profile="swf", auth="remote_user cookie", channel="workflow_events")
    with follow(responder) as s, Peer(responder.socket) as waiting:
        s.read_until(lambda s: s.events, "connected")
        assert redis.client.zcard(GROUP) == 1
        waiting.request(environment(STATUS, mount=STATUS, HTTP_COOKIE="session=x"))
        wait_until(lambda: any(cmd[0] == b"GET" for _, cmd in list(scripted.log)), "the look-up")
        assert responder.stop() == 0
    assert redis.client.zcard(GROUP) == 0


def test_all_groups_of_a_process_share_one_queue_connection(redis, responder):
    """There is a third connection to Redis while at least one group has a viewer, and only then."""
    names = lambda: sorted(c["name"] for c in redis.clients() if c["name"].startswith("sselog"))
    wait_until(lambda: names() == ["sselog-doorbell", "sselog-relay"], "two connections")
    viewers = [follow(responder, SSELOG_CHANNEL=f"group{i % 2}") for i in range(6)]
    for s in viewers:
        s.read_until(lambda s: s.events, "connected")
    assert names() == ["sselog-doorbell", "sselog-queue", "sselog-relay"]
    members = {redis.client.zrange(f"asgi:group:group{i}", 0, -1)[0].split(b"!")[0] for i in (0, 1)}
    assert len(members) == 1, "one sorted set of messages for all groups of a process"
    for s in viewers:
        s.close()
    wait_until(lambda: names() == ["sselog-doorbell", "sselog-relay"], "two connections")
    for group in ("asgi:group:group0", "asgi:group:group1"):
        wait_until(lambda: redis.client.zcard(group) == 0, "sselog to leave the group")


def test_burst_arrives_in_order(redis, responder):
    """The group's capacity does not limit this burst."""
    with follow(responder) as s:
        s.read_until(lambda s: s.events, "connected")
        publish(redis, *({"msg_type": "n", "i": i} for i in range(300)), capacity=100_000)
        assert [e.json()["i"] for e in messages(s, 300)] == list(range(300))


def test_membership_and_status_return_after_redis_restart(stack):
    redis = stack.redis(tcp=True)
    responder = stack.responder(redis, profile="swf", auth="remote_user", keepalive=1)
    with follow(responder) as s:
        s.read_until(lambda s: s.events, "connected")
        redis.kill()
        redis.start()
        wait_until(lambda: redis.client.zcard(GROUP) == 1, "the membership")
        wait_until(lambda: fcgi_get(responder.socket, environment(
            STATUS, mount=PATH, REMOTE_USER="ann")).raw.startswith(b'{"connected_clients": 1'), "the list")
        publish(redis, {"msg_type": "again"})
        assert messages(s, 1)[0].type == "again"
        assert {e.type for e in s.events} <= {"connected", "heartbeat", "again"}


def test_heartbeat_comes_at_its_interval(stack, redis):
    """Heartbeats come at their interval, with and without messages between them, and none comes early.
    The timestamp has the form of a Python float."""
    responder = stack.responder(redis, profile="swf", auth="remote_user", keepalive=1)
    start = time.monotonic()
    with follow(responder) as s:
        heartbeats = lambda: [e for e in s.events if e.type == "heartbeat"]
        s.read_until(lambda s: heartbeats(), "a heartbeat without messages")
        assert {e.type for e in s.events} == {"connected", "heartbeat"}
        while len(heartbeats()) < 2:
            publish(redis, {"msg_type": "x"})
            s.read_once()
        for n, e in enumerate(heartbeats(), 1):
            assert e.at - start > n - 0.01
        assert re.search(r'event: heartbeat\ndata: \{"timestamp": \d+\.\d+\}\n\n', body(s))


def test_not_a_number_hides_neither_name_nor_fields(stack, redis):
    """json.dumps writes NaN, which JSON lacks: filters see the other fields, and the page gets null."""
    responder = stack.responder(redis, profile="swf", auth="remote_user", source="stream", history=9)
    record = redis.add("stream:workflow_events", json.dumps({"msg_type": "stf_gen", "x": float("nan"), "run_id": 7}))
    redis.add("stream:workflow_events", json.dumps({"msg_type": "stf_gen", "x": float("inf"), "run_id": 8}))
    with follow(responder, "msg_types=stf_gen&run_ids=7") as s:
        messages(s, 1)
        assert f'id: {record}\nevent: stf_gen\ndata: {{"msg_type": "stf_gen", "x": null, "run_id": 7}}\n\n' in body(s)


@pytest.mark.parametrize("source", ["channels", "stream"])
def test_deep_message_has_its_name_and_passes_its_filters(stack, redis, source):
    """Python's json takes and writes such a message, and the original delivers it: up to 510 levels below the
    payload's own, which is what Python's msgpack packs."""
    responder = stack.responder(redis, profile="swf", auth="remote_user", source=source)
    deep = {}
    for _ in range(509):
        deep = {"a": deep}
    with follow(responder, "msg_types=stf_gen&run_ids=7") as s:
        s.read_until(lambda s: s.events, "connected")
        for run in (8, 7):
            payload = {"msg_type": "stf_gen", "run_id": run, "deep": deep}
            if source == "channels":
                publish(redis, payload)
            else:
                redis.add("stream:workflow_events", json.dumps(payload))
        messages(s, 1)
        assert f"event: stf_gen\ndata: {json.dumps(payload)}\n\n" in body(s)


def test_stream_source_has_no_history_by_default(stack, redis):
    """A page that matches answers by pandaid would take yesterday's error for the answer to today's request. A client
    that brings its id still gets all records after it."""
    responder = stack.responder(redis, profile="swf", auth="remote_user", source="stream")
    old, = redis.add_many("stream:workflow_events", [json.dumps({"msg_type": "m", "pandaid": 42, "ok": False})])
    with follow(responder) as s:
        s.read_until(lambda s: s.events, "connected")
        new = redis.add("stream:workflow_events", json.dumps({"msg_type": "m", "pandaid": 42, "ok": True}))
        assert [e.id for e in messages(s, 1)] == [new]
    with follow(responder, HTTP_LAST_EVENT_ID=old) as s:
        assert [e.id for e in messages(s, 1)] == [new]


def test_stream_source_replays_and_resumes(stack, redis):
    responder = stack.responder(redis, profile="swf", auth="remote_user", source="stream", history=100, keepalive=1)
    ids = redis.add_many("stream:workflow_events",
                         [json.dumps({"msg_type": "m", "run_id": i % 2, "n": i}) for i in range(6)])
    with follow(responder, "run_ids=1") as s:
        assert [e.json()["n"] for e in messages(s, 3)] == [1, 3, 5]
        assert f'id: {ids[1]}\nevent: m\ndata: {{"msg_type": "m", "run_id": 1, "n": 1}}\n\n' in body(s)
        last = redis.add("stream:workflow_events", json.dumps({"msg_type": "m", "run_id": 0}))
        s.read_until(lambda s: s.parser.last_id == last, "a heartbeat that moves the cursor")
        assert body(s).count("\n\n") == len(s.events), "a block without an event"
    with follow(responder, HTTP_LAST_EVENT_ID=ids[3]) as s:
        assert [e.id for e in messages(s, 3)] == [ids[4], ids[5], last]
