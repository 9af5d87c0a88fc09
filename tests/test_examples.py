# SPDX-License-Identifier: MIT
"""The files in examples/: the unchanged web server snippets, and the small programs for the four systems.

The programs write the records of The Other Dude and AstrBot to Redis, and make the logins of smarter and swf-monitor
usable by sselog."""
import asyncio
import contextlib
import http.server
import json
import sys
import threading
import time
from datetime import timedelta
from types import SimpleNamespace

import jwt
import pytest
import redis as redis_py

import examples
import jetstream
import scripted_redis
from procs import wait_until
from sse import Stream, get
from tables import case, long_but
from webs import TOP

sys.path[:0] = [str(TOP / "examples" / name) for name in ("tod", "astrbot")]

import nats_to_redis
import redis_log

TENANTS = ("6f1c1f0e-0000-4000-8000-00000000000a", "6f1c1f0e-0000-4000-8000-00000000000b")


# ---- the snippets -------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def application():
    """A server that answers each path with its name.  It gets the requests that are not for sselog."""

    class Echo(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = f"the application: {self.path}".encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


def post(port, path, headers):
    """A POST without a body has Content-Length: 0, as in browsers."""
    return get(port, path, {**headers, "Content-Length": "0"}, method="POST")


def signed(**claims):
    return jwt.encode({"exp": int(time.time()) + 3600, **claims}, examples.SECRET, algorithm="HS256")


def tod_token(redis, tenant, role="viewer", token="t" * 43):
    """Stores a token as the application does.  It lasts 10 minutes here, not 30 s."""
    redis.client.set(f"sse_token:{token}", json.dumps(
        {"user_id": "u-1", "tenant_id": tenant, "role": role}), ex=600)
    return token


def channels_send(redis, payload, group="workflow_events"):
    """Sends a payload to each member of the group by RedisChannelLayer.group_send()."""
    from channels_redis.core import RedisChannelLayer

    async def send():
        channels = RedisChannelLayer(hosts=[redis.url])
        await channels.group_send(group, {"type": "broadcast", "payload": payload})
        await channels.close_pools()

    asyncio.run(send())


class Smarter:
    name = "smarter"
    path = "/dashboard/logs/api/stream/"
    rest = ("/", "/dashboard/logs/", "/dashboard/logs/api/other/", "/dashboard/logs/api/streams")

    @staticmethod
    def credential(redis):
        redis.client.set("sselog:session:secret", '{"user_id": "ann"}')
        return "", {"Cookie": "sselog=secret"}

    @staticmethod
    def write(redis, text):
        redis.add("stream:logs:User.ann", json.dumps({"message": text, "level": "INFO"}, indent=2))


class Tod:
    name = "tod"
    path = f"/api/tenants/{TENANTS[0]}/events/stream"
    rest = ("/api/auth/sse-token", "/api/tenants/", f"/api/tenants/{TENANTS[0]}/events", "/")

    @staticmethod
    def credential(redis):
        return f"?token={tod_token(redis, TENANTS[0])}", {}

    @staticmethod
    def write(redis, text):
        for tenant, what in ((TENANTS[1], "foreign"), (TENANTS[0], text)):
            redis.add("stream:events", json.dumps({"tenant_id": tenant, "message": what}),
                      "alert_fired")


class Swf:
    name = "swf"
    path = "/swf-monitor/api/messages/stream/"
    rest = ("/swf-monitor/", "/swf-monitor/api/messages/", "/swf-monitor/api/messages/stream/x")

    @staticmethod
    def credential(redis):
        import hashlib
        redis.client.set("sselog:bearer:" + hashlib.sha256(b"k" * 40).hexdigest(), '{"user_id": "ann"}')
        return "", {"Authorization": "Token " + "k" * 40}

    @staticmethod
    def write(redis, text):
        channels_send(redis, {"msg_type": "data_ready", "message": text})


class Astrbot:
    name = "astrbot"
    path = "/api/live-log"
    rest = ("/", "/api/auth/login", "/api/live-logs", "/api/v1/logs")

    @staticmethod
    def credential(redis):
        return "", {"Authorization": "Bearer " + signed(username="ann")}

    @staticmethod
    def write(redis, text):
        redis.add("stream:logs:astrbot", json.dumps({"level": "INFO", "time": 1.5, "data": text,
                                                     "category": "system"}))


SYSTEMS = (Smarter, Tod, Swf, Astrbot)
systems = pytest.mark.parametrize("system", SYSTEMS, ids=lambda s: s.name)
servers = pytest.mark.parametrize("kind", long_but(["fcgid"], examples.SERVERS))


def example(stack, redis, kind, name, **kw):
    setup = stack.setup(redis, auth="remote_user")
    del setup.options["SSELOG_AUTH"]  # the snippets set it
    return stack.keep(examples.SERVERS[kind](setup, name, **kw))


@servers
@systems
def test_snippet_sends_only_its_path_to_sselog(stack, redis, application, kind, system):
    """The path shows a record when it is written.  All other paths go to the application.  A request without a
    credential is refused.  No token is in a log file."""
    server = example(stack, redis, kind, system.name, app=application)
    assert get(server.port, system.path).status in (302, 401, 422)
    query, headers = system.credential(redis)
    with Stream(server.port, system.path + query, headers) as s:
        assert s.status == 200, s.read_rest()
        assert s.headers["content-type"].startswith("text/event-stream")
        if system is Swf:
            s.read_until(lambda s: b"event: connected" in s.raw, "connected")
        system.write(redis, "first words")
        s.read_until(lambda s: b"first words" in s.raw, "the record")
        assert b"foreign" not in s.raw
    for path in system.rest:
        answer = get(server.port, path)
        assert answer.raw.decode() == f"the application: {path}", path
    if kind == "lighttpd":
        return
    assert get(server.port, system.path + "?token=secret").status in (302, 401)
    assert get(server.port, system.rest[0] + "?of=the+application").status == 200
    site = server.dir / "site.log"
    wait_until(lambda: server.access_log().count(system.path) >= 2 and "the+application" in site.read_text(),
               "refusals in one log, the rest in the other")
    for log in (server.access_log(), site.read_text(), server.output()):
        assert "token=" not in log and "secret" not in log


@pytest.mark.parametrize("kind", examples.SERVERS)
def test_tod_token_of_sselog_opens_the_stream_once(stack, redis, application, kind):
    server = example(stack, redis, kind, "tod", app=application, tokens=True)
    login = signed(sub="u-1", tenant_id=TENANTS[0], role="viewer", type="access")
    for headers in ({"Authorization": f"Bearer {login}"}, {"Cookie": f"access_token={login}"}):
        answer = post(server.port, "/api/auth/sse-token", headers)
        assert answer.status == 200, answer.raw
        token = json.loads(answer.raw)["token"]
        with Stream(server.port, f"{Tod.path}?token={token}") as s:
            assert s.status == 200
            Tod.write(redis, "first words")
            s.read_until(lambda s: b"first words" in s.raw, "the record")
        assert get(server.port, f"{Tod.path}?token={token}").status == 401
    assert post(server.port, "/api/auth/sse-token", {}).status == 401
    for other in (signed(sub="u-1", type="refresh"), signed(sub="u-1", tenant_id=TENANTS[0], role="viewer")):
        answer = post(server.port, "/api/auth/sse-token", {"Authorization": f"Bearer {other}"})
        assert answer.status == 401, answer.raw


@servers
def test_astrbot_plugin_page_token_opens_no_log(stack, redis, application, kind):
    """AstrBot signs the tokens of plugin pages with the secret of its log-ins, and refuses them here."""
    server = example(stack, redis, kind, "astrbot", app=application)
    Astrbot.write(redis, "words")
    token = signed(username="ann", token_type="plugin_page_asset", plugin_name="x")
    for path in ("/api/live-log", "/api/v1/logs/live", "/api/log-history", "/api/v1/logs/history"):
        for headers in ({"Authorization": f"Bearer {token}"}, {"Cookie": f"astrbot_dashboard_jwt={token}"}):
            answer = get(server.port, path, headers)
            assert answer.status == 401 and b"words" not in answer.raw, (path, answer.raw)


def test_astrbot_history_has_the_original_form(stack, redis):
    server = example(stack, redis, "lighttpd", "astrbot")
    Astrbot.write(redis, "日志 one")
    _, headers = Astrbot.credential(redis)
    for path in ("/api/log-history", "/api/v1/logs/history"):
        assert json.loads(get(server.port, path, headers).raw) == {
            "status": "ok", "message": None,
            "data": {"logs": [{"level": "INFO", "time": 1.5, "data": "日志 one",
                               "category": "system"}]}}
        assert get(server.port, path).status == 401


# ---- tod/nats_to_redis.py -----------------------------------------------------------------------

def event(n, tenant=TENANTS[0], **more):
    return json.dumps({"tenant_id": tenant, "n": n, **more}, indent=1).encode()


class Bridged:
    """The bridge between a JetStream of the tests and a real Redis."""

    def __init__(self, url):
        self.url = url
        self.jet = jetstream.JetStream()

    @contextlib.asynccontextmanager
    async def running(self, **kw):
        import redis.asyncio

        # The time-out is long, so that a slow answer is not taken for a lost one.
        client = redis.asyncio.Redis(unix_socket_path=self.url.removeprefix("unix://"),
                                     socket_timeout=60)
        bridge = nats_to_redis.Bridge(client, **kw)
        work = asyncio.ensure_future(nats_to_redis.run(self.jet, bridge, None))
        try:
            yield bridge
        finally:
            work.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await work
            await client.close()

    async def settled(self):
        """Waits until all messages are delivered."""
        def left():
            return [m for c in self.jet.durables.values() for m in self.jet.streams[c.stream]
                    if m.seq > c.floor and m.subject.startswith(c.prefix)]

        for _ in range(3000):
            if len(self.jet.durables) == len(nats_to_redis.SOURCES) and not left():
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"not delivered: {left()[:3]}")


async def until(condition):
    for _ in range(3000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("not in time")


def records(redis, key="stream:events"):
    return [{k.decode(): v.decode() for k, v in fields.items()}
            for _, fields in redis.client.xrange(key)]


def numbers(redis):
    return [json.loads(r["data"])["n"] for r in records(redis)]


def test_bridge_writes_the_names_and_fields_of_the_page(redis):
    subjects = [("DEVICE_EVENTS", "device.status.d1", "device_status"),
                ("DEVICE_EVENTS", "device.metrics.d1", "metric_update"),
                ("DEVICE_EVENTS", "config.push.rollback.t.d", "config_push"),
                ("DEVICE_EVENTS", "config.push.alert.t.d", "config_push"),
                ("ALERT_EVENTS", "alert.fired.t", "alert_fired"),
                ("ALERT_EVENTS", "alert.resolved.t", "alert_resolved"),
                ("OPERATION_EVENTS", "firmware.progress.t.d", "firmware_progress")]

    async def run():
        b = Bridged(redis.url)
        for i, (stream, subject, _) in enumerate(subjects):
            b.jet.publish(stream, subject, event(i, text="größer\n"))
        b.jet.publish("DEVICE_EVENTS", "device.firmware.d1", event(99))  # no consumer subscribes to it
        b.jet.publish("ALERT_EVENTS", "alert.fired.t", b'{"n": 7}')
        async with b.running():
            await b.settled()

    asyncio.run(run())
    got = sorted(records(redis), key=lambda r: json.loads(r["data"])["n"])
    assert [r["event"] for r in got] == [name for _, _, name in subjects] + ["alert_fired"]
    assert got[4] == {"data": '{"tenant_id": "%s", "n": 4, "text": "gr\\u00f6\\u00dfer\\n"}' % TENANTS[0],
                      "event": "alert_fired", "nats": "ALERT_EVENTS:1", "tenant_id": TENANTS[0]}
    assert "tenant_id" not in got[7]
    assert nats_to_redis.event_of("config.pushed") == "unknown"


def test_bridge_writes_nothing_twice(redis):
    """Acknowledgements are lost, and the bridge ends between XADD and acknowledgement."""
    async def run():
        b = Bridged(redis.url)
        for i in range(50):
            b.jet.publish("DEVICE_EVENTS", "device.status.d1", event(i))
        b.jet.lose_acks = 20
        async with b.running() as bridge:
            await b.settled()
            assert (bridge.written, bridge.repeated) == (50, 20)
        b.jet.publish("DEVICE_EVENTS", "device.status.d1", event(50))
        b.jet.lose_acks = 10 ** 9
        async with b.running() as bridge:
            await until(lambda: bridge.repeated)
        b.jet.lose_acks = 0
        b.jet.publish("DEVICE_EVENTS", "device.status.d1", event(51))
        async with b.running() as bridge:
            await b.settled()
            assert (bridge.written, bridge.repeated) == (1, 1)

    asyncio.run(run())
    assert numbers(redis) == list(range(52))


def test_bridge_accepts_times_with_and_without_a_zone(redis, monkeypatch):
    """Versions of nats-py differ.  A change of the version repeats no record."""
    async def run():
        b = Bridged(redis.url)
        for without in (True, False, True):
            b.jet.without_zone = without
            b.jet.publish("DEVICE_EVENTS", "device.status.d1", event(b.jet.clock.microsecond))
            b.jet.lose_acks = 10 ** 9
            async with b.running() as bridge:
                await until(lambda: bridge.written == 1)
            b.jet.without_zone, b.jet.lose_acks = not without, 0
            async with b.running() as bridge:
                await b.settled()
                assert (bridge.written, bridge.repeated) == (0, 1)
            seq = b.jet.streams["DEVICE_EVENTS"][-1].seq
            assert redis.client.hget("sselog:tod:positions", "sselog-device-status").decode() == \
                f"{seq:020d}{(b.jet.clock - nats_to_redis.EPOCH) // timedelta(microseconds=1):020d}"

    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        asyncio.run(run())
    finally:
        monkeypatch.undo()
        time.tzset()
    assert len(numbers(redis)) == 3


def test_bridge_ends_on_cancellation(redis):
    """The cancellation comes at any moment, also together with an answer of Redis."""
    async def run():
        for i in range(30):
            b = Bridged(redis.url)
            b.jet.publish("DEVICE_EVENTS", "device.status.d1", event(i))
            b.jet.lose_acks = 10 ** 9  # so there is always work to do
            async with b.running():
                await asyncio.sleep(i / 2000)
            assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())


def test_bridge_ends_although_cancellations_are_dropped():
    """wait_for() of Python before 3.12 drops a cancellation that comes together with the result.  redis-py and nats-py
    use it, and on a busy machine that happens nearly each time."""
    class Deaf:
        calls = dropped = 0

        async def eval(self, *_):
            self.calls += 1
            try:
                await asyncio.sleep(0)
            except asyncio.CancelledError:
                self.dropped += 1
                if self.dropped > 20:
                    raise
            return b"1-0"

    async def run():
        jet, client = jetstream.JetStream(), Deaf()
        jet.publish("DEVICE_EVENTS", "device.status.d1", event(0))
        jet.lose_acks = 10 ** 9
        work = asyncio.ensure_future(nats_to_redis.run(jet, nats_to_redis.Bridge(client), None))
        await until(lambda: client.calls > 3)
        work.cancel()
        await asyncio.wait({work})
        assert 0 < client.dropped < 20

    asyncio.run(run())


def test_bridge_loses_nothing_in_an_outage(stack, monkeypatch):
    """No record is lost, repeated or reordered while Redis is away, or when its answers are lost."""
    monkeypatch.setattr(nats_to_redis, "LONGEST_PAUSE", 0.1)
    redis = stack.redis(persistent=True)
    lost = set()

    def handler(conn, cmd):
        if cmd[0].upper() == b"EVAL" and len(lost) < 6 and cmd[-3] not in lost:
            lost.add(cmd[-3])
            return scripted_redis.Cut(0)  # the command is executed, but its answer is lost
        return None

    proxy = stack.scripted(redis, handler)

    async def run():
        b = Bridged(proxy.url)
        async with b.running() as bridge:
            for i in range(30):
                b.jet.publish("ALERT_EVENTS", "alert.fired.t", event(i))
            await b.settled()
            assert len(lost) == 6 and bridge.repeated == 6
            redis.kill()
            proxy.cut_all()
            for i in range(30, 60):
                b.jet.publish("ALERT_EVENTS", "alert.fired.t", event(i))
            await until(lambda: b.jet.in_progress >= 8)  # it has tried several times
            redis.start()
            await b.settled()

    asyncio.run(run())
    assert numbers(redis) == list(range(60))


def test_bridge_goes_on_after_a_recreated_stream_or_a_clock_set_back(redis, monkeypatch):
    monkeypatch.setattr(nats_to_redis, "IDLE", 0.05)
    monkeypatch.setattr(nats_to_redis, "LONGEST_PAUSE", 0.05)

    async def run():
        b = Bridged(redis.url)
        async with b.running() as bridge:
            for i in range(5):
                b.jet.publish("DEVICE_EVENTS", "device.status.d1", event(i))
            await b.settled()
            b.jet.recreate_stream("DEVICE_EVENTS")  # sequences begin at 1 again
            for i in range(5, 8):
                b.jet.publish("DEVICE_EVENTS", "device.status.d1", event(i))
            await b.settled()
            b.jet.clock = b.jet.clock.replace(year=2025)
            for i in range(8, 12):
                b.jet.publish("DEVICE_EVENTS", "device.status.d1", event(i))
            b.jet.lose_acks = 2
            await b.settled()
            assert bridge.repeated == 2

    asyncio.run(run())
    assert numbers(redis) == list(range(12))


def test_bridge_skips_messages_that_are_not_json_objects(redis, monkeypatch):
    monkeypatch.setattr(nats_to_redis, "LONGEST_PAUSE", 0.05)
    bad = [b"no JSON", b"[1]", b"\xff", b"", b"[" * 100000, b'"text"']

    async def run():
        b = Bridged(redis.url)
        b.jet.refuse = {"sselog-alerts": 2}  # its stream is created a little later
        for data in bad:
            b.jet.publish("DEVICE_EVENTS", "device.status.d1", data)
        b.jet.publish("DEVICE_EVENTS", "device.status.d1", b'{"n": 0, "x": NaN}')
        b.jet.publish("ALERT_EVENTS", "alert.fired.t", event(1))
        async with b.running(log="stream:events:{tenant}") as bridge:
            await b.settled()
            assert bridge.refused == len(bad)
        assert b.jet.terminated == bad

    asyncio.run(run())
    assert records(redis, "stream:events:none")[0]["data"] == '{"n": 0, "x": null}'
    assert len(records(redis, f"stream:events:{TENANTS[0]}")) == 1


def test_bridge_gives_each_tenant_its_own_events(stack, redis):
    """From JetStream to viewers.  The event names are those that the page listens to."""
    server = example(stack, redis, "lighttpd", "tod")

    def open_stream(tenant, token, role="viewer"):
        tod_token(redis, tenant, role, token)
        return Stream(server.port, f"/api/tenants/{tenant}/events/stream?token={token}")

    async def run():
        b = Bridged(redis.url)
        for i in range(40):
            b.jet.publish("ALERT_EVENTS", "alert.fired.t", event(i, TENANTS[i % 2]))
        b.jet.publish("ALERT_EVENTS", "alert.fired.t", b'{"n": 40}')
        for tenant in TENANTS:
            b.jet.publish("ALERT_EVENTS", "alert.resolved.t", event("end", tenant))
        async with b.running():
            await b.settled()

    with open_stream(TENANTS[0], "a" * 43) as a, open_stream(TENANTS[1], "b" * 43) as b, \
            open_stream(TENANTS[0], "c" * 43, "super_admin") as c:
        asyncio.run(run())
        for s, want in ((a, list(range(0, 40, 2))), (b, list(range(1, 40, 2)))):
            s.read_until(lambda s: any(e.type == "alert_resolved" for e in s.events), "the last")
            assert [e.json()["n"] for e in s.events if e.type == "alert_fired"] == want
        c.read_until(lambda s: len([e for e in s.events if e.type == "alert_resolved"]) == 2, "the last")
        assert [e.json()["n"] for e in c.events if e.type == "alert_fired"] == list(range(41))


# ---- astrbot/redis_log.py -----------------------------------------------------------------------

LOG = "stream:logs:astrbot"


@pytest.fixture
def sink(request):
    """Makes RedisLogs, and closes them after the test."""
    made = []

    def make(url, **kw):
        client = redis_py.Redis(unix_socket_path=url.removeprefix("unix://"), socket_timeout=1)
        made.append(redis_log.RedisLog(client, **kw))
        return made[-1]

    yield make
    for log in made:
        log.close(5)


def entry(i, text=None):
    return {"level": "INFO", "time": 1766742118.25, "data": text or f"line {i}", "category": "system"}


def entries(redis):
    return [json.loads(r["data"]) for r in records(redis, LOG)]


def written(redis, count):
    wait_until(lambda: redis.client.xlen(LOG) >= count, f"{count} records")
    return entries(redis)


def test_log_broker_publishes_to_redis_too(redis, sink):
    """Redis has all published entries, in order and unchanged, also with equal times.  The broker works as before."""
    class LogBroker:
        def __init__(self):
            self.log_cache = []

        def publish(self, log_entry):
            self.log_cache.append(log_entry)

    broker = LogBroker()
    sink(redis.url).attach(broker)
    sent = [entry(i) for i in range(200)]
    sent.append(entry(0, "\x1b[1;36m[Core] 日志 \ud800\x1b[0m"))
    for e in sent:
        broker.publish(e)
    assert broker.log_cache == sent
    got = written(redis, len(sent))
    assert got[:-1] == sent[:-1]
    assert got[-1]["data"] == "\x1b[1;36m[Core] 日志 ?\x1b[0m"
    raw = redis.client.xrevrange(LOG, count=1)[0][1]
    assert "日志".encode() in raw[b"data"] and list(raw) == [b"data"]
    assert list(got[0]) == ["level", "time", "data", "category"]


def test_log_never_blocks_and_reports_missing_lines(redis, sink):
    """Logging goes on while Redis does not answer.  Afterwards an entry with the number of missing lines is in their
    place."""
    log = sink(redis.url, room=100)
    log.put(entry(0))
    wait_until(lambda: not log._waiting, "an empty queue")
    redis.freeze()
    for i in range(1, 1001):
        log.put(entry(i))
    redis.thaw()
    wait_until(lambda: not log._waiting, "an empty queue")
    for i in range(1001, 1006):
        log.put(entry(i))
    wait_until(lambda: not log._waiting, "an empty queue")
    expected = 0
    for e in entries(redis):
        if "missing here" in e["data"]:
            assert e["level"] == "WARNING"
            expected += int(e["data"].split("[redis_log]: ")[1].split()[0])
        else:
            assert e["data"] == f"line {expected}"
            expected += 1
    assert expected == 1006
    assert log.lost == 900  # the queue holds 100


def test_log_writes_nothing_twice_when_answers_are_lost(stack, redis, sink):
    cuts = []

    def handler(conn, cmd):
        if cmd[0].upper() == b"XADD" and len(cuts) < 4:
            cuts.append(cmd)
            # The answer of an executed command is lost, or the command is not executed.
            return scripted_redis.Cut(0) if len(cuts) % 2 else scripted_redis.CLOSE
        return None

    log = sink(stack.scripted(redis, handler).url)
    for i in range(20):
        log.put(entry(i))
    wait_until(lambda: not log._waiting, "an empty queue")
    assert len(cuts) == 4
    assert [e["data"] for e in entries(redis)] == [f"line {i}" for i in range(20)]


def test_log_goes_on_after_ids_ahead_of_its_clock(redis, sink):
    """Other programs write to the log, and all records are deleted.  The next id is above the last one."""
    ahead = int(time.time() * 1000) + 10 ** 8
    redis.client.xadd(LOG, {"data": '{"data": "other"}'}, id=f"{ahead}-5")
    log = sink(redis.url)
    log.put(entry(0))
    written(redis, 2)
    redis.client.xtrim(LOG, maxlen=0, approximate=False)
    redis.client.xadd(LOG, {"data": '{"data": "other"}'}, id=f"{ahead + 7}-0")
    log.put(entry(1))
    written(redis, 2)
    redis.client.xtrim(LOG, maxlen=0, approximate=False)
    log.put(entry(2))
    log.put(entry(3))
    assert [e["data"] for e in written(redis, 2)] == ["line 2", "line 3"]


def test_log_is_trimmed_to_about_maxlen(redis, sink):
    log = sink(redis.url, maxlen=500, room=5000)
    for i in range(2000):
        log.put(entry(i))
    loop = []
    loop.append(loop)
    log.put({"level": "INFO", "data": loop})
    log.put(entry(2000))
    wait_until(lambda: not log._waiting, "an empty queue")
    kept = entries(redis)
    assert 500 <= len(kept) <= 700
    assert kept[-1]["data"] == "line 2000" and kept[-3]["data"] == "line 1999"
    assert "1 log line is missing" in kept[-2]["data"]


# ---- smarter/sselog_pass.py and swf/sselog_tokens.py --------------------------------------------

@pytest.fixture
def site(stack, redis):
    """A real Django with users and sessions, and with these files."""
    return SimpleNamespace(port=examples.django_site(stack, redis))


RENEW_PATH = "/dashboard/logs/sselog-pass/"
RENEW = f"{RENEW_PATH}?next={Smarter.path}"


class Browser:
    """An HTTP client that keeps its cookies."""

    def __init__(self, port):
        self.port = port
        self.cookies = {}

    def get(self, path, ask=get):
        answer = ask(self.port, path, {"Cookie": self.header()})
        for one in answer.headers.get("set-cookie", "").replace("GMT, ", "GMT\n").split("\n"):
            first = one.split(";")[0]
            if "=" in first:
                name, _, value = first.strip().partition("=")
                self.cookies[name] = value
                self.last_cookie = one
        return answer

    def refused(self):
        """Whether the stream sends the browser to Django."""
        with self.stream() as s:
            return s.status == 302 and s.headers["location"] == RENEW

    def header(self):
        return "; ".join(f"{k}={v}" for k, v in self.cookies.items())

    def stream(self, query=""):
        return Stream(self.port, Smarter.path + query, {"Cookie": self.header()})


def test_page_of_django_opens_the_own_log_until_logout(stack, redis, site):
    """The page sets the cookie that the stream needs.  Logging out ends the stream."""
    server = example(stack, redis, "lighttpd", "smarter", app=site.port)
    for user in ("ann", "bob"):
        redis.add(f"stream:logs:User.{user}", json.dumps({"message": f"for {user}"}, indent=2))
    nobody = Browser(server.port)
    answer = nobody.get(Smarter.path)
    assert (answer.status, answer.headers["location"]) == (302, RENEW)
    assert nobody.get(RENEW).headers["location"] == f"/login/?next={Smarter.path}"
    streams = {}
    for user in ("ann", "bob"):
        v = Browser(server.port)
        assert v.get("/dashboard/logs/").status == 302
        assert v.get(f"/login/?user={user}").status == 200
        assert v.stream().status == 302  # the page sets the cookie
        assert v.get("/dashboard/logs/").status == 200
        assert "HttpOnly" in v.last_cookie or "sselog" in v.cookies
        s = streams[user] = v.stream()
        s.read_until(lambda s: f"for {user}".encode() in s.raw, "the own log")
        assert s.raw.count(b"for ") == 1
        assert v.get("/dashboard/logs/").status == 200 and v.stream().status == 200
        if user == "ann":
            ann = v
    ann.get("/logout/")
    streams["ann"].read_rest()  # it ends
    assert ann.refused() and ann.get(RENEW).headers["location"].startswith("/login/")
    redis.add("stream:logs:User.bob", '{"message": "still here"}')
    streams["bob"].read_until(lambda s: b"still here" in s.raw, "bob's stream goes on")
    for s in streams.values():
        s.close()


def logged_in(port, user):
    """A browser whose user has opened the page, and the open stream."""
    v = Browser(port)
    assert v.get(f"/login/?user={user}").status == 200 and v.get("/dashboard/logs/").status == 200
    s = v.stream()
    s.read_until(lambda s: b"event: bulk" in s.raw, "the history")
    return v, s


ENDS = [  # what happens to the user, and whether the session then gets another pass
    ("/user/{}/email/", True), ("/user/{}/proxy-email/", True), ("/user/{}/own-password/", True),
    ("/login/?user=bob", True), ("/login/?user={}", True), ("/logout/", False), ("/user/{}/password/", False),
    ("/user/{}/proxy-password/", False), ("/user/{}/deactivate/", False), ("/user/{}/delete/", False)]


def test_pass_ends_with_the_login_that_it_was_made_from(stack, redis, site):
    """Open streams end at once.  The old cookie stays dead, also when the session gets another pass."""
    options = {"trusted": "127.0.0.1"}  # many dead cookies come from this address
    port = example(stack, redis, "lighttpd", "smarter", app=site.port, options=options).port
    other, others = logged_in(port, "bob")
    for n, (does, again) in enumerate(ENDS):
        with case(does):
            v, s = logged_in(port, f"user{n}")
            before = v.cookies["sselog"]
            by = v if does.startswith("/log") or "own" in does else Browser(port)
            assert by.get(does.format(f"user{n}")).status == 200
            s.read_rest()
            assert v.refused()
            answer = v.get(RENEW)
            assert answer.headers["location"] == (Smarter.path if again else f"/login/?next={Smarter.path}")
            if again:
                assert v.stream().status == 200
                assert (v.cookies["sselog"] == before) == ("email" in does)
                v.cookies["sselog"] = before
                assert v.refused() == ("email" not in does)
    assert other.stream().status == 200 and not others.ended
    redis.client.execute_command("ACL", "SETUSER", "default", "-zrange")
    assert Browser(port).get("/user/bob/password/").status == 200, "Redis keeps nobody from a new password"
    assert other.get("/dashboard/logs/").status == 302


@pytest.mark.long
def test_pass_is_short_and_a_stream_in_use_renews_it(stack, redis, site):
    """The stream ends with its pass.  The browser is sent to Django and back, and misses nothing."""
    server = example(stack, redis, "lighttpd", "smarter", app=site.port)
    v, s = logged_in(server.port, "ann")
    key, = redis.client.keys("sselog:session:*")
    assert 0 < redis.client.ttl(key) <= 900 and "max-age=900" in v.last_cookie.lower()
    redis.client.expire(key, 100)
    v.get("/dashboard/logs/")
    assert redis.client.ttl(key) > 100 and redis.client.keys("sselog:session:*") == [key], "the page renews it"
    first = redis.add("stream:logs:User.ann", '{"message": "before"}')
    s.read_until(lambda s: b"before" in s.raw, "the record")
    redis.client.pexpire(key, 1)
    s.read_rest()
    redis.add("stream:logs:User.ann", '{"message": "meanwhile"}')
    assert v.refused() and v.get(RENEW).headers["location"] == Smarter.path
    with Stream(server.port, Smarter.path, {"Cookie": v.header(), "Last-Event-ID": first}) as s:
        s.read_until(lambda s: b"meanwhile" in s.raw, "the missed record")
        assert b"before" not in s.raw
    assert v.get(f"{RENEW_PATH}?next=//evil.example/dashboard/logs/").headers["location"] == "/dashboard/logs/"
    assert "vary" not in v.get("/any/page/").headers, "a look at the session makes no page depend on it"
    v.get("/user/ann/quiet-password/")  # no signal tells this
    redis.client.delete(key)
    assert v.refused() and v.get(RENEW).headers["location"].startswith("/login/")


@pytest.mark.long
def test_token_of_django_opens_the_stream_once(stack, redis, site):
    server = example(stack, redis, "lighttpd", "smarter", app=site.port)
    v = Browser(server.port)
    assert v.get("/dashboard/logs/token/", post).status == 302
    v.get("/login/?user=ann")
    assert v.get("/dashboard/logs/token/").status == 405
    token = json.loads(v.get("/dashboard/logs/token/", post).raw)["token"]
    assert 0 < redis.client.ttl(f"sse_token:{token}") <= 30
    redis.add("stream:logs:User.ann", '{"message": "for ann"}')
    with v.stream(f"?token={token}") as s:
        s.read_until(lambda s: b"for ann" in s.raw, "the log")
    assert v.stream(f"?token={token}").status in (302, 401)
    token = json.loads(v.get("/dashboard/logs/token/", post).raw)["token"]
    with v.stream(f"?token={token}") as s:
        s.read_until(lambda s: b"for ann" in s.raw, "the log")
        v.get("/logout/")
        s.read_rest()  # it ends


@pytest.mark.long
def test_token_key_of_swf_works_until_it_is_revoked(stack, redis, site):
    """A key works until it is deleted, or until its user is deactivated."""
    server = example(stack, redis, "lighttpd", "swf")

    def look(key):
        return Stream(server.port, Swf.path, {"Authorization": f"Token {key}"})

    key = get(site.port, "/key/ann/make/").raw.decode()
    assert len(key) == 40 and not any(key.encode() in k for k in redis.client.keys("*"))
    assert look("0" * 40).status == 401
    with look(key) as s:
        s.read_until(lambda s: b"event: connected" in s.raw, "connected")
        get(site.port, "/key/ann/deactivate/")
        s.read_rest()
    assert look(key).status == 401
    get(site.port, "/key/ann/activate/")
    with look(key) as s:
        assert s.status == 200
        get(site.port, "/key/ann/drop/")
        s.read_rest()
    assert look(key).status == 401


def test_stream_of_swf_has_the_frames_of_channels_and_resumes(stack, redis):
    """publish.py replaces Channels.  A client that reconnects gets the messages that it missed."""
    import importlib.util
    import os

    os.environ["REDIS_URL"] = redis.url
    spec = importlib.util.spec_from_file_location("publish", TOP / "examples/swf/publish.py")
    publish = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(publish)
    del os.environ["REDIS_URL"]
    server = example(stack, redis, "lighttpd", "swf", more={
        '"SSELOG_SOURCE" => "channels"': '"SSELOG_SOURCE" => "stream"',
        '"SSELOG_CHANNEL" => "workflow_events"': '"SSELOG_STREAM" => "stream:workflow_events"'})
    _, headers = Swf.credential(redis)
    with Stream(server.port, Swf.path + "?run_ids=7", headers) as s:
        s.read_until(lambda s: b"event: connected" in s.raw, "connected")
        publish.publish({"msg_type": "data_ready", "run_id": 7, "n": 0})
        publish.publish({"msg_type": "data_ready", "run_id": 8, "n": 1})
        publish.publish({"msg_type": "end_run", "run_id": 7, "n": 2})
        s.read_until(lambda s: any(e.type == "end_run" for e in s.events), "the record")
        assert [(e.type, e.json()["n"]) for e in s.events if e.type != "connected"] == \
            [("data_ready", 0), ("end_run", 2)]
        last = s.events[-1].id
    publish.publish({"msg_type": "data_ready", "run_id": 7, "n": 3})
    with Stream(server.port, Swf.path, {**headers, "Last-Event-ID": last}) as s:
        s.read_until(lambda s: any(e.type == "data_ready" for e in s.events), "the missed message")
        assert [e.json()["n"] for e in s.events if e.type == "data_ready"] == [3]
