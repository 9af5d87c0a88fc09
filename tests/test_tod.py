# SPDX-License-Identifier: MIT
"""The contract of The Other Dude's event stream, through the web servers with examples/tod."""
import json
import threading
import time
import uuid

import pytest

from dropins import assert_no_head_before_reply, bearer, body, serve, servers, signed, sse_token
from fcgi import FcgiStream, environment, fcgi_get
from procs import wait_until
from sse import Stream, get

A, B = "6f1c1f0e-0000-4000-8000-00000000000a", "6f1c1f0e-0000-4000-8000-00000000000b"
HEADERS = {"x-content-type-options": "nosniff", "x-frame-options": "DENY",
           "x-dns-prefetch-control": "on", "referrer-policy": "strict-origin-when-cross-origin",
           "permissions-policy": "camera=(), microphone=(), geolocation=(self)"}


def path(tenant, token=None):
    return f"/api/tenants/{tenant}/events/stream" + (f"?token={token}" if token is not None else "")


def publish(redis, tenant, event="alert_fired", **more):
    """Writes a record as nats_to_redis.py does; returns its id and its data."""
    data = {"tenant_id": tenant, "device_id": "d-1", **more}
    return redis.add("stream:events", json.dumps(data, separators=(",", ":")), event), data


def has(headers, wanted):
    return {k: v for k, v in headers.items() if k in wanted} == wanted


@servers
def test_exact_bytes_of_records_and_heartbeat(stack, redis, kind):
    server = serve(stack, redis, "tod", kind, keepalive=1)
    with Stream(server.port, path(A, sse_token(redis, A))) as s:
        assert s.status == 200
        assert s.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert s.headers["cache-control"] == "no-store, no-transform" and s.headers["x-accel-buffering"] == "no"
        assert has(s.headers, HEADERS)
        id, data = publish(redis, A, "device_status", status="ä", nested={"a": [1.5, None]})
        s.read_records(1)
        assert f"id: {id}\r\nevent: device_status\r\ndata: {json.dumps(data)}\r\n\r\n" in body(s)
        s.read_until(lambda s: ": heartbeat\r\n\r\n" in body(s), "heartbeat")
        assert "heartbeat" in s.parser.comments
        assert body(s).count("\n") == body(s).count("\r\n") == body(s).count("\r")
        assert not s.parser.retries


def test_filtered_records_move_the_cursor_before_a_heartbeat(stack, redis):
    """Records of other tenants move the cursor. The block with the new id does not replace the heartbeat."""
    responder = stack.responder(redis, profile="tod", auth="token", keepalive=1)
    where = path(A)
    with FcgiStream(responder.socket, environment(where, f"token={sse_token(redis, A)}", mount=where)) as s:
        for _ in range(3):
            last, _ = publish(redis, B)
            s.read_until(lambda s: f"id: {last}\r\n\r\n: heartbeat\r\n\r\n" in body(s), "the cursor")
            assert s.parser.last_id == last and not s.records


@servers
def test_uuid_token_and_tenant_are_checked_in_this_order(stack, redis, kind):
    server = serve(stack, redis, "tod", kind)
    token = sse_token(redis, A)

    def ask(tenant, token=None):
        answer = get(server.port, path(tenant, token))
        assert has(answer.headers, HEADERS) and answer.headers["content-type"] == "application/json"
        return answer.status, json.loads(body(answer))["detail"]

    for bad in ("no-uuid", A[:-1], A + "0", A.replace("-", "_")):
        status, detail = ask(bad, token)
        assert (status, detail[0]["loc"], detail[0]["type"]) == \
            (422, ["path", "tenant_id"], "uuid_parsing")
    status, detail = ask(A)
    assert (status, detail) == (422, [{"type": "missing", "loc": ["query", "token"],
                                       "msg": "Field required", "input": None}])
    assert redis.client.exists(f"sse_token:{token}"), "a malformed request used the token up"
    for unknown in ("", "x", "u" * 43, token[:-1] + "%2A"):
        assert ask(A, unknown) == (401, "Invalid or expired SSE token")
    assert ask(B, token) == (403, "Not authorized for this tenant")
    assert not redis.client.exists(f"sse_token:{token}"), "the token is used up before the tenant is checked"
    assert ask(A, token) == (401, "Invalid or expired SSE token")
    assert ask(A, sse_token(redis, None)) == (403, "Not authorized for this tenant")


@servers
def test_error_bodies_have_the_exact_bytes(stack, redis, kind):
    server = serve(stack, redis, "tod", kind)
    answer = get(server.port, path(A, "u" * 43))
    assert body(answer) == '{"detail":"Invalid or expired SSE token"}'
    assert "www-authenticate" not in answer.headers
    assert body(get(server.port, path(B, sse_token(redis, A)))) == \
        '{"detail":"Not authorized for this tenant"}'


@servers
def test_token_is_single_use_and_expires(stack, redis, kind):
    server = serve(stack, redis, "tod", kind)
    token = sse_token(redis, A)
    with Stream(server.port, path(A, token)) as s:
        assert s.status == 200
    assert get(server.port, path(A, token)).status == 401
    token = sse_token(redis, A, seconds=1)
    wait_until(lambda: not redis.client.exists(f"sse_token:{token}"), "the token to expire")
    assert get(server.port, path(A, token)).status == 401


@servers
def test_uuid_without_dashes_or_in_upper_case_is_accepted(stack, redis, kind):
    server = serve(stack, redis, "tod", kind)
    for form in (A.upper(), A.replace("-", ""), A.replace("-", "").upper()):
        with Stream(server.port, path(form, sse_token(redis, A, role="api_key"))) as s:
            assert s.status == 200
            id, _ = publish(redis, A)
            s.read_until(lambda s, id=id: s.records and s.records[-1].id == id, "the record")


def test_uuid_with_braces_or_urn_prefix_is_refused(stack, redis):
    """A difference from the original, which examples/tod/README.md names."""
    responder = stack.responder(redis, profile="tod", auth="token")
    for form in ("{" + A + "}", "urn:uuid:" + A, "%7B" + A + "%7D"):
        where = path(form)
        answer = fcgi_get(responder.socket, environment(where, f"token={sse_token(redis, A)}", mount=where))
        assert answer.status == 422


@servers
def test_only_json_objects_of_the_tenant_are_delivered(stack, redis, kind):
    """The event has the record's name, or `unknown`. A super_admin gets the records of all tenants."""
    server = serve(stack, redis, "tod", kind)
    with Stream(server.port, path(A, sse_token(redis, A))) as s, \
            Stream(server.port, path(A, sse_token(redis, None, "super_admin"))) as admin:
        publish(redis, B)
        for payload in ("no json", "[1]", '{"device_id":"d"}', '{"tenant_id":null}', b"\xff",
                        json.dumps({"tenant_id": [A]}), "x" * 70_000):
            redis.add("stream:events", payload, "alert_fired")
        redis.add("stream:events", json.dumps({"tenant_id": A, "n": 1}))  # without an event name
        publish(redis, A, "config_push", text="x" * 70_000)
        publish(redis, A, "firmware_progress", n=2)
        assert [e.type for e in s.read_records(3)] == ["unknown", "config_push", "firmware_progress"]
        assert {e.json()["tenant_id"] for e in s.records} == {A}
        assert len(s.records[1].json()["text"]) == 70_000
        admin.read_until(lambda s: s.records and s.records[-1].json().get("n") == 2, "all")
        tenants = [e.json().get("tenant_id") for e in admin.records]
        assert tenants == [B, None, None, [A], A, A, A]


@pytest.mark.parametrize("query", ["q=%2F(%2F", "level=loud"])
def test_wrong_filter_filters_nothing(stack, redis, query):
    """The original knows no filters. q=x that is no mistake still filters."""
    responder = stack.responder(redis, profile="tod", auth="token", keepalive=1)
    where = path(A)
    for given, wanted in ((query, ["one", "two"]), ("q=two", ["two"])):
        with FcgiStream(responder.socket, environment(where, f"token={sse_token(redis, A)}&{given}", mount=where)) as s:
            assert s.status == 200
            for status in ("one", "two"):
                publish(redis, A, "device_status", status=status)
            assert [r.json()["status"] for r in s.read_records(len(wanted))] == wanted


@servers
def test_resume_replays_and_other_ids_start_with_the_last_minute(stack, redis, kind):
    """The page makes a new EventSource every 25 s and after each fault, without an id. Records that came
    meanwhile must reach it. An id that is not of Redis counts as none."""
    server = serve(stack, redis, "tod", kind)
    payload = json.dumps({"tenant_id": A})
    minutes_ago = [redis.add("stream:events", payload, "alert_fired", id=f"{redis.now_ms() - 600_000 + i}-0")
                   for i in range(3)]
    ids = [publish(redis, t, n=i)[0] for i, t in enumerate([A, B, A, A])]
    with Stream(server.port, path(A, sse_token(redis, A)), {"Last-Event-ID": minutes_ago[1]}) as s:
        assert [e.id for e in s.read_records(4)] == [minutes_ago[2], ids[0], *ids[2:]]
    recent = [ids[0], *ids[2:]]
    for header in ({}, {"Last-Event-ID": "57"}, {"Last-Event-ID": "abc"}):
        with Stream(server.port, path(A, sse_token(redis, A)), header) as s:
            assert s.status == 200
            s.read_records(len(recent))
            recent.append(publish(redis, A)[0])
            assert [e.id for e in s.read_records(len(recent))] == recent


def test_page_that_reconnects_without_an_id_loses_nothing(stack, redis):
    """As the original's page does; the records of the last minute come again, which only refreshes its caches."""
    responder = stack.responder(redis, profile="tod", auth="token")
    where, sent, received = path(A), [], set()
    for _ in range(4):
        with FcgiStream(responder.socket, environment(where, f"token={sse_token(redis, A)}", mount=where)) as s:
            sent += [publish(redis, A)[0] for _ in range(3)]
            s.read_until(lambda s: s.records and s.records[-1].id == sent[-1], "the newest record")
            ids = [e.id for e in s.records]
            assert ids == sorted(set(ids), key=ids.index) == sent[-len(ids):]
            received |= set(ids)
        sent += [publish(redis, A)[0] for _ in range(2)]  # nobody is connected
    assert set(sent[:-2]) <= received


def post(port, headers=None):
    return get(port, "/api/auth/sse-token", {"Content-Length": "0", **(headers or {})}, method="POST")


@servers
def test_token_endpoint_exchanges_a_login_for_a_token(stack, redis, kind):
    server = serve(stack, redis, "tod", kind, tokens=True)
    login = signed(sub="u-1", tenant_id=A, role="viewer", type="access")
    for headers in (bearer(login), {"Cookie": f"access_token={login}"}):
        answer = post(server.port, headers)
        token = json.loads(body(answer))["token"]
        assert answer.status == 200 and body(answer) == f'{{"token":"{token}"}}'
        assert len(token) == 43 and 0 < redis.client.ttl(f"sse_token:{token}") <= 30
        value = json.loads(redis.client.get(f"sse_token:{token}"))
        assert (value["user_id"], value["tenant_id"], value["role"]) == ("u-1", A, "viewer")
        with Stream(server.port, path(A, token)) as s:
            assert s.status == 200
        assert get(server.port, path(A, token)).status == 401
    for headers in ({}, bearer("x.y.z"), bearer(signed(secret="another secret, as long as that one",
                                                       sub="u", tenant_id=A))):
        answer = post(server.port, headers)
        assert answer.status == 401 and body(answer) == '{"detail":"Not authenticated"}'
        assert answer.headers["www-authenticate"] == "Bearer"


def test_token_cannot_be_exchanged_for_a_token(stack, redis):
    """The attempt uses the token up."""
    responder = stack.responder(redis, profile="tod", auth="token")
    token = sse_token(redis, A)
    answer = fcgi_get(responder.socket, environment("/api/auth/sse-token", f"token={token}", method="POST",
                                                    mount="/api/auth/sse-token"))
    assert (answer.status, body(answer)) == (401, '{"detail":"Not authenticated"}')
    assert not redis.client.keys("sse_token:*")


def token_request(token, tenant=A):
    return environment(path(tenant), f"token={token}", mount=path(tenant))


def test_stream_answers_503_without_redis(stack, redis):
    responder = stack.responder(redis, profile="tod", auth="token")
    redis.kill()
    answer = fcgi_get(responder.socket, token_request("u" * 43))
    assert (answer.status, body(answer)) == (503, '{"detail":"Service temporarily unavailable"}')
    assert has(answer.headers, HEADERS)


def test_head_waits_for_the_position_in_the_log(stack, redis):
    """All records that are added after the head has arrived must reach the stream."""
    assert_no_head_before_reply(stack, redis, b"X", token_request(sse_token(redis, A)), profile="tod",
                                auth="token")


def test_log_of_each_tenant_has_the_canonical_uuid(stack, redis):
    """With `nats_to_redis.py --log 'stream:events:{tenant}'` the key has the UUID in its canonical form. A
    super_admin gets the log of the tenant in the path."""
    responder = stack.responder(redis, profile="tod", auth="token", stream="stream:events:{tenant}")

    def follow(tenant, form, role="viewer"):
        return FcgiStream(responder.socket, token_request(sse_token(redis, tenant, role), form))

    with follow(A, A) as a, follow(B, B.upper()) as b, \
            follow(None, B.replace("-", ""), "super_admin") as all_b:
        for n, tenant in enumerate((A, B, A, B)):
            redis.add(f"stream:events:{tenant}", json.dumps({"tenant_id": tenant, "n": n}), "alert_fired")
        assert [e.json()["n"] for e in a.read_records(2)] == [0, 2]
        assert [e.json()["n"] for e in b.read_records(2)] == [1, 3]
        assert [e.json()["n"] for e in all_b.read_records(2)] == [1, 3]
    answer = fcgi_get(responder.socket, token_request(sse_token(redis, A), B))
    assert (answer.status, body(answer)) == (403, '{"detail":"Not authorized for this tenant"}')


@pytest.mark.load
def test_fifty_tenants_each_get_all_their_records_in_order(stack, redis):
    """One log with 1,000 records a second for 50 tenants."""
    responder = stack.responder(redis, profile="tod", auth="token", max_per_user=100)
    tenants = [str(uuid.uuid4()) for _ in range(50)]
    viewers = []
    for i, tenant in enumerate(tenants):
        token = sse_token(redis, tenant, token=f"{i:043d}")
        where = path(tenant)
        viewers.append(stack.keep(FcgiStream(responder.socket, environment(
            where, f"token={token}", mount=where))))
    sent, count = {t: [] for t in tenants}, 2000

    def produce():
        start = time.monotonic()
        for i in range(0, count, 20):
            pipe = redis.client.pipeline(transaction=False)
            for n in range(i, i + 20):
                tenant = tenants[n * 7919 % 50]
                pipe.xadd("stream:events", {"event": "metric_update", "data": json.dumps(
                    {"tenant_id": tenant, "n": n})}, maxlen=100_000, approximate=True)
                sent[tenant].append(n)
            pipe.execute()
            time.sleep(max(0, start + i / 1000 - time.monotonic()))
        for tenant in tenants:
            publish(redis, tenant, n=-1)

    producer = threading.Thread(target=produce, daemon=True)
    producer.start()
    for viewer, tenant in zip(viewers, tenants):
        viewer.read_until(lambda s: s.records and s.records[-1].json()["n"] == -1, "the tenant's last record")
        got = [e.json() for e in viewer.records]
        assert {x["tenant_id"] for x in got} == {tenant}
        assert [x["n"] for x in got[:-1]] == sent[tenant]
    producer.join()
