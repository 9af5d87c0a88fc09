# SPDX-License-Identifier: MIT
"""POST /append and Loki's push: producers add records through the web server."""
import contextlib
import gzip
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time

import pytest

import logproto
import webs
from fcgi import PARAMS, STDIN, FcgiStream, Peer, begin, environment, fcgi_get, pairs, record, stream
from metrics import figures
from procs import wait_until
from scripted_redis import Cut
from sse import get
from tables import case, long_but

SERVERS = ["lighttpd", "fcgid", "nginx"]
APPEND = {"append": "1"}


def post(server, body, path="/append", type=None, **headers):
    """A POST through a web server, or to a responder."""
    named = {name.replace("_", "-"): str(value) for name, value in headers.items()}
    if type:
        named["Content-Type"] = type
    return get(server.port, server.path + path, {"Content-Length": str(len(body)), **named}, method="POST", body=body)


def send(responder, body, path="/append", type=None, **params):
    return fcgi_get(responder.socket, environment(
        "/sselog" + path.partition("?")[0], path.partition("?")[2], method="POST",
        **{"CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": type, **params}), body)


def entries(redis, key="log"):
    return [{k.decode(): v.decode() for k, v in fields.items()} for _, fields in redis.client.xrange(key)]


def payloads(redis, key="log"):
    return [e["data"] for e in entries(redis, key)]


def add_all(redis, values):
    pipe = redis.client.pipeline(transaction=False)
    for value in values:
        pipe.xadd("log", {"data": value})
    pipe.execute()


LOKI = {"streams": [{"stream": {"host": "web1", "level": "error"}, "values": [
    ["1700000000123456789", "disk full"], ["1700000001000000000", "two", {"trace_id": "abc"}]]}]}
LOKI_PUSH = logproto.push(('{host="web1", level="error"}', [
    (1700000000123456789, "disk full"), (1700000001000000000, "two", {"trace_id": "abc"})]))
PROTOBUF = "application/x-protobuf"


@pytest.mark.parametrize("kind", SERVERS)
def test_records_arrive_through_web_servers(stack, redis, kind):
    server = stack.server(kind, redis, **APPEND)
    answer = post(server, b"one\ntwo\n", "/append?event=deploy")
    ids = [id.decode() for id, _ in redis.client.xrange("log")]
    assert answer.status == 200
    assert json.loads(answer.raw) == {"appended": 2, "first": ids[0], "last": ids[1]}
    assert entries(redis) == [{"data": "one", "event": "deploy"}, {"data": "two", "event": "deploy"}]
    large = [f"{n} " + "x" * 1000 for n in range(1000)]
    assert post(server, "\n".join(large).encode(), type="text/plain").status == 200
    assert payloads(redis)[2:] == large
    assert post(server, "\n".join(5 * large).encode(), type="text/plain").status == 413, "no producer repeats that"
    loki = gzip.compress(json.dumps(LOKI).encode())
    assert post(server, loki, "/loki/api/v1/push", "application/json", Content_Encoding="gzip").status == 204
    assert post(server, logproto.snappy(LOKI_PUSH), "/loki/api/v1/push", PROTOBUF).status == 204
    assert payloads(redis)[-4:-2] == payloads(redis)[-2:]
    assert [json.loads(p) for p in payloads(redis)[-2:]] == [
        {"time": "2023-11-14T22:13:20.123456789Z", "host": "web1", "level": "error", "message": "disk full"},
        {"time": "2023-11-14T22:13:21.000000000Z", "host": "web1", "level": "error", "trace_id": "abc",
         "message": "two"}]


def test_curl_sends_lines_of_a_file(stack, redis):
    server = stack.server("lighttpd", redis, **APPEND)
    url = f"http://127.0.0.1:{server.port}{server.path}/append"
    lines = [f"line {n}" for n in range(9000)]
    for more in ([], ["-H", "Content-Type: text/plain", "-T", "-", "-X", "POST"]):  # with a length, and in chunks
        what = [] if more else ["--data-binary", "@-"]
        done = subprocess.run(["curl", "-sS", "--fail-with-body", *what, *more, url], input="\n".join(lines),
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done
        assert json.loads(done.stdout)["appended"] == 9000
    assert payloads(redis)[-9000:] == lines
    assert 10000 <= redis.client.xlen("log") <= 10200, "the log keeps about SSELOG_APPEND_MAXLEN records"


def test_body_over_the_limit_is_counted(stack, redis):
    """It is refused before the request is complete, so it belongs to no endpoint."""
    responder = stack.responder(redis, **APPEND, append_body="1M")
    refused = ("sselog_refused_total", 'code="413",reason="batch-large"')
    requests = ("sselog_requests_total", 'endpoint="none",code="4xx"')
    before = figures(responder)
    assert send(responder, b"x" * 1_100_000).status == 413
    after = figures(responder)
    assert [after[name] - before[name] for name in (refused, requests)] == [1, 1]


@pytest.mark.parametrize("kind", long_but(["fcgid"], webs.SERVERS))
def test_body_over_the_limit_gets_its_answer_from_each_server(stack, redis, kind):
    """The web server is still sending when sselog refuses. Apache passes chunks on to CGI without a length."""
    server = stack.server(kind, redis, **APPEND, append_body="1M", web={"edit": lambda text: text.replace(
        "client_max_body_size 4m", "client_max_body_size 64m")})
    url = f"http://127.0.0.1:{server.port}{server.path}/append"
    for size in (2_000_000, 20_000_000):
        for how in ("Content-Length", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked"):
            more = ["-H", how] if how != "Content-Length" else []
            with case(f"{size} bytes, {how}"):
                done = subprocess.run(["curl", "-sS", "-w", " %{http_code}", "-H", "Content-Type: text/plain", "-H", "Expect:",
                                       "--data-binary", "@-", *more, url], input=b"x\n" * (size // 2), capture_output=True, timeout=60)
                lengthless = more and kind in ("cgid", "mod_cgi", "htaccess")
                assert done.stdout.decode() == ('{"error":"the length of the body is needed"} 411' if lengthless else
                                                '{"error":"content too large"} 413'), done
    assert post(server, b"small").status == 200 and payloads(redis) == ["small"]


@pytest.mark.parametrize("kind", long_but(["lighttpd", "fcgid", "nginx"], webs.SERVERS))
def test_upload_that_breaks_off_adds_nothing(stack, redis, kind):
    """The part that arrived has whole lines. The client closes the connection, or resets it."""
    server = stack.server(kind, redis, **APPEND)
    part = b"half\n" * 20000
    for length in (b"Content-Length: 2000000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(part)):
        for reset in (b"\0" * 8, b"\1\0\0\0\0\0\0\0"):
            with socket.create_connection(("127.0.0.1", server.port)) as s:
                s.sendall(b"POST %s/append HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n" % server.path.encode() + length + part)
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
    assert post(server, b"whole").status == 200
    assert payloads(redis) == ["whole"]


def test_curl_sends_what_the_document_shows(stack, redis):
    """Each command twice: the one with a key counts once."""
    server = stack.server("lighttpd", redis, **APPEND, auth="remote_user", stream="log-{user}", web={"auth": True})
    (server.dir / "backup.log").write_text("first\nlast\n")
    commands = re.findall(r"^    (curl .*)$", (webs.TOP / "docs/feeding.md").read_text(), re.M)
    for command in 2 * commands:
        command = command.replace("alice", f"ann:{webs.PASSWORD}").replace("https://log.example", f"http://127.0.0.1:{server.port}")
        subprocess.run(f"{command} -sS --fail-with-body", shell=True, check=True, cwd=server.dir, stdout=subprocess.DEVNULL)
    objects = '{"level": "info", "message": "backup is done"}'
    assert payloads(redis, "log-ann") == ["first", "last", objects, objects]


@pytest.mark.long
def test_thousand_batches_sent_twice_are_a_thousand(stack, redis):
    server = stack.server("lighttpd", redis, **APPEND, append_maxlen=1000000)

    def producer(part):
        for n in range(part, 1000, 4):
            body = f"{n} a\n{n} b".encode()
            first, second = (post(server, body, Idempotency_Key=f"batch {n}") for _ in range(2))
            assert first.status == second.status == 200
            assert json.loads(second.raw) == {**json.loads(first.raw), "repeated": True}
            assert second.headers["idempotent-replayed"] == "true"
            done.append(n)

    done = []
    threads = [threading.Thread(target=producer, args=(part,)) for part in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(done) == 1000
    assert sorted(payloads(redis)) == sorted(f"{n} {x}" for n in range(1000) for x in "ab")


def repeat(server, body, answers=(200,), **kw):
    """Sends a batch until it is answered with a status that is no passing fault."""
    def sent():
        with contextlib.suppress(OSError, AssertionError):
            answer = post(server, body, **kw)
            assert answer.status not in (429, 500, 502, 503, 504, 507)
            return answer
        time.sleep(0.005)
        return None
    answer = wait_until(sent, "an answer")
    assert answer.status in answers, bytes(answer.raw)
    return json.loads(answer.raw)


@pytest.mark.load
def test_batches_are_added_once_under_kills(stack):
    """sselog and Redis are killed in turn, at any moment, while clients repeat each batch until it is answered."""
    redis = stack.redis(persistent=True)
    server = stack.server("lighttpd", redis, **APPEND, append_maxlen=1000000)
    names = [lambda n: {"Idempotency_Key": f"batch {n}"},
             lambda n: {"Sselog_Producer": "tail", "Sselog_Offset": n}]
    sent = [0, 0]
    stopping = threading.Event()
    faults = []

    def producer(part):
        try:
            while not stopping.is_set():
                n = sent[part]
                answer = repeat(server, b"".join(b"%d %d %d\n" % (part, n, i) for i in range(20)), **names[part](n))
                assert answer["appended"] == 20 and answer["first"] and answer["last"], answer
                sent[part] += 1
        except BaseException as e:
            faults.append(e)

    threads = [threading.Thread(target=producer, args=(part,)) for part in range(2)]
    for t in threads:
        t.start()
    for kill in range(4):
        before = list(sent)
        wait_until(lambda: faults or all(a > b + kill for a, b in zip(sent, before)), "progress")
        if kill % 2:
            redis.kill()
            redis.start()
        else:
            for pid in server.responders():
                os.kill(pid, signal.SIGKILL)
    stopping.set()
    for t in threads:
        t.join()
    assert not faults, faults
    got = [p.split() for p in payloads(redis)]
    for part in range(2):
        mine = [(int(n), int(i)) for p, n, i in got if int(p) == part]
        assert mine == [(n, i) for n in range(sent[part]) for i in range(20)]


def test_repetition_at_the_same_time_counts_once(stack, redis):
    """Several processes get the same batch at once."""
    setup = stack.setup(redis, **APPEND)
    responders = [stack.responder(setup=setup, run={"socket": f"{n}.sock"}) for n in range(3)]
    for n in range(20):
        answers = []
        threads = [threading.Thread(target=lambda r=r: answers.append(
            send(r, b"a\nb", HTTP_IDEMPOTENCY_KEY=f"k{n}"))) for r in responders for _ in range(2)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert [a.status for a in answers] == [200] * 6
        told = [json.loads(a.raw) for a in answers]
        assert sum("repeated" not in a for a in told) == 1
        assert len({a["first"] for a in told}) == 1
    assert payloads(redis) == ["a", "b"] * 20


def test_ids_of_a_batch_whose_answer_was_lost_are_found(stack, redis):
    """The mark has no ids when somebody was killed right after the transaction."""
    r = stack.responder(redis, **APPEND)
    send(r, b"before\nx")
    first = json.loads(send(r, b"x\ny", HTTP_IDEMPOTENCY_KEY="k").raw)
    redis.add("log", "y")
    mark, = redis.client.keys("{log}:sent:*")
    assert 86000 < redis.client.ttl(mark) <= 86400

    def lose_ids():
        redis.client.set(mark, b" ".join(redis.client.get(mark).split()[:4] + [b"-", b"-"]))

    lose_ids()
    assert json.loads(send(r, b"x\ny", HTTP_IDEMPOTENCY_KEY="k").raw) == {**first, "repeated": True}
    lose_ids()
    redis.client.xtrim("log", minid=first["last"], approximate=False)
    assert json.loads(send(r, b"x\ny", HTTP_IDEMPOTENCY_KEY="k").raw) == {
        "appended": 2, "first": None, "last": None, "repeated": True}
    assert redis.client.xlen("log") == 2


@pytest.mark.parametrize("logs", ["none", "another", "same"])
def test_receipt_of_a_batch_that_was_not_added_counts_for_nothing(stack, redis, logs):
    """Redis goes on after an error in a transaction. The receipt stays when somebody is killed right after it."""
    killed = []

    def handler(conn, cmd):
        if cmd[0] == b"MULTI" and not killed:
            redis.client.rename("log", "old")
            redis.client.set("log", "a string")
        if cmd[0] == b"EXEC" and not killed:
            killed.append(conn)
            return Cut(1)

    redis.add("log", "before")
    r = stack.responder(stack.scripted(redis, handler), **APPEND)
    assert send(r, b"x\ny", HTTP_IDEMPOTENCY_KEY="k").status == 503
    assert killed and len(redis.client.keys("{log}:sent:*")) == 1
    redis.client.delete("log")
    if logs == "same":
        redis.client.rename("old", "log")
    if logs != "none":
        add_all(redis, ["x"] * 5000 + ["z"])
    count = redis.client.xlen("log")
    answers = [json.loads(send(r, b"x\ny", HTTP_IDEMPOTENCY_KEY="k").raw) for _ in range(2)]
    assert payloads(redis)[count:] == ["x", "y"]
    assert "repeated" not in answers[0] and answers[1] == {**answers[0], "repeated": True}


def test_ids_are_found_behind_many_records(stack, redis):
    """Of a large batch, which begins with values that it repeats."""
    r = stack.responder(redis, **APPEND, append_maxlen=1000000)
    add_all(redis, ["x"] * 5000)
    body = b"\n".join([b"x"] * 6000 + [b"y"])
    first = json.loads(send(r, body, HTTP_IDEMPOTENCY_KEY="k").raw)
    mark, = redis.client.keys("{log}:sent:*")
    after = redis.client.xrange("log", count=1)[0][0]
    redis.client.set(mark, b" ".join(redis.client.get(mark).split()[:3] + [after, b"-", b"-"]))
    assert json.loads(send(r, body, HTTP_IDEMPOTENCY_KEY="k").raw) == {**first, "repeated": True}


def test_offsets_of_a_producer_rise(stack, redis):
    r = stack.responder(redis, **APPEND)

    def offset(n, body):
        answer = send(r, body, HTTP_SSELOG_PRODUCER="p", HTTP_SSELOG_OFFSET=str(n))
        return answer.status, json.loads(answer.raw)

    assert offset(1, b"one")[0] == 200
    assert offset(5, b"five")[0] == 200
    assert offset(5, b"five")[1]["repeated"]
    assert offset(5, b"other")[0] == 422
    assert offset(1, b"one") == (409, {"error": "a later offset came before", "offset": 5})
    assert payloads(redis) == ["one", "five"]
    assert len(redis.client.keys("{log}:sent:*")) == 1


def test_later_offset_through_another_process_stays(stack, redis):
    """The ids of a batch are noted after its transaction; the producer's next batch may come in between."""
    other = stack.responder(redis, **APPEND)
    steps = {}  # of each connection

    def offset(r, n):
        return send(r, b"%d" % n, HTTP_SSELOG_PRODUCER="p", HTTP_SSELOG_OFFSET=str(n))

    def handler(conn, cmd):
        own = steps.setdefault(conn, [])
        own.append(cmd[0])
        if own[-2:-1] == [b"EXEC"]:
            assert offset(other, 2).status == 200

    r = stack.responder(stack.scripted(redis, handler), **APPEND)
    assert offset(r, 1).status == 200
    assert b"repeated" in offset(other, 2).raw and offset(other, 1).status == 409
    assert payloads(redis) == ["1", "2"] and sum(own.count(b"EXEC") for own in steps.values()) == 1


def test_key_of_another_user_or_log_is_another(stack, redis):
    r = stack.responder(redis, **APPEND, auth="remote_user", stream="log-{user}")
    shared = {"SSELOG_STREAM": "log-all"}
    for user in ("ann", "bob"):
        assert b"repeated" not in send(r, b"x", REMOTE_USER=user, HTTP_IDEMPOTENCY_KEY="k").raw
        assert b"repeated" not in send(r, b"x", REMOTE_USER=user, HTTP_IDEMPOTENCY_KEY="k", **shared).raw
    assert send(r, b"y", REMOTE_USER="ann", HTTP_IDEMPOTENCY_KEY="k").status == 422
    assert "status=422 why=batch-reused" in r.output()
    assert payloads(redis, "log-all") == ["x", "x"]


def test_malformed_batches_add_nothing(stack, redis):
    r = stack.responder(redis, **APPEND, append_body="64K")
    loki = {"path": "/loki/api/v1/push", "type": "application/json"}
    push = {**loki, "type": PROTOBUF}
    good = b'{"a":1}\n'
    for name, status, error, body, more in [
            ("a line that is no JSON", 400, "record 3 is not JSON", good * 2 + b"{\n" + good,
             {"type": "application/x-ndjson"}),
            ("an element", 400, "record 2 is not JSON", b"[1,nope]", {"type": "application/json"}),
            ("no array and no object", 400, "the body is not an array or object of JSON", b'"x"', {"type": "application/json"}),
            ("an empty body of JSON", 400, "the body is not an array or object of JSON", b"", {"type": "application/json"}),
            ("an empty body of Loki", 400, "the body is not in Loki's form", b"", loki),
            ("a value of Loki", 400, "record 1 is not in Loki's form", b'{"streams":[{"values":[["x","y"]]}]}', loki),
            ("no gzip", 400, "not gzip", b"x", {"HTTP_CONTENT_ENCODING": "gzip"}),
            ("a bomb", 413, "content too large", gzip.compress(b"x\n" * 100000), {"HTTP_CONTENT_ENCODING": "gzip"}),
            ("a large body", 413, "content too large", b"x" * 65537, {}),
            ("many records", 413, "too many records", b"x\n" * 10001, {}),
            ("a body that was cut", 400, "not complete", b"one\ntw", {"CONTENT_LENGTH": "9"}),
            ("no Snappy", 400, "not a block of Snappy", LOKI_PUSH, push),
            ("another message", 400, "the body is not in Loki's protobuf form", logproto.snappy(b"\x0a\x09x"), push),
            ("labels", 400, "record 2 has labels that are not {name=\"value\", ...}",
             logproto.snappy(logproto.push(("{}", [(0, "x")]), ("{a}", [(0, "y")]))), push),
            ("a bomb of Snappy", 413, "content too large", logproto.snappy(b"x" * 100000), push),
            ("a type of Loki", 415, "application/json and application/x-protobuf", b"x", {**loki, "type": "text/plain"}),
            ("a coding of Loki", 415, "snappy or gzip", b"x", {**push, "HTTP_CONTENT_ENCODING": "deflate"}),
            ("snappy", 415, "only Content-Encoding is gzip", b"x", {"HTTP_CONTENT_ENCODING": "snappy"}),
            ("another type", 415, "text/plain", b"x", {"type": "multipart/form-data"}),
            ("an event name", 400, "event, Idempotency-Key and Sselog-Producer have", b"x", {"path": "/append?event=a%0ab"}),
            ("only an offset", 400, "belong together", b"x", {"HTTP_SSELOG_OFFSET": "1"})]:
        with case(name):
            answer = send(r, body, **more)
            assert answer.status == status and error in json.loads(answer.raw)["error"], bytes(answer.raw)
    assert redis.client.exists("log") == 0
    assert json.loads(send(r, b"\n\n").raw) == {"appended": 0, "first": None, "last": None}
    assert redis.client.exists("log") == 0
    assert send(r, b"x" * 70000).status == 413
    assert r.output().count("warning fcgi: refused: the body of a request is too large") == 1, "once a minute"


def test_faults_of_redis_have_their_status(stack, redis):
    r = stack.responder(redis, **APPEND)
    keyed = {"HTTP_IDEMPOTENCY_KEY": "k"}

    def status(**more):
        answer = send(r, b"x", **more)
        assert answer.status == 500 or "retry-after" in answer.headers
        return answer.status

    for params in ({}, keyed):
        redis.client.config_set("maxmemory", 1)
        assert status(**params) == 507
        redis.client.config_set("maxmemory", 0)
        redis.client.config_set("min-replicas-to-write", 1)
        assert status(**params) == 503
        redis.client.config_set("min-replicas-to-write", 0)
        redis.client.set("log", "no stream")
        assert status(**params) == 500
        redis.client.delete("log")
        assert redis.client.keys() == []
    assert all(f"XADD log refused: {why}" in r.output() for why in ("OOM", "NOREPLICAS", "WRONGTYPE"))
    assert "event=refuse status=507 why=redis-full" in r.output()
    assert figures(r)["sselog_refused_total", 'code="507",reason="redis-full"'] == 2
    redis.stop()
    assert status(**keyed) == 503
    redis.start()
    wait_until(lambda: send(r, b"x", **keyed).status == 200, "Redis to be used again")
    assert payloads(redis) == ["x"]


def test_rate_of_each_user_is_limited(stack, redis):
    r = stack.responder(redis, **APPEND, auth="remote_user", stream="log-{user}", append_rate="1K")
    assert send(r, b"x" * 10000, REMOTE_USER="ann").status == 200
    refused = send(r, b"x", REMOTE_USER="ann")
    assert refused.status == 429 and 1 <= int(refused.headers["retry-after"]) <= 10
    assert send(r, b"x", REMOTE_USER="bob").status == 200
    assert "why=rate" in r.output()


def test_labels_count_for_the_rate(stack, redis):
    """Loki's labels are repeated in each record: a short body may be a long batch."""
    r = stack.responder(redis, **APPEND, append_rate="64K")
    values = [[str(n), ""] for n in range(1000)]
    body = json.dumps({"streams": [{"stream": {"label": "x" * 10000}, "values": values}]}).encode()
    assert len(body) < 65536

    def push(body):
        return send(r, body, "/loki/api/v1/push", "application/json")

    assert push(body).status == 204, "one batch may be larger than the rate"
    assert push(body).status == 429
    large = push(body.replace(b"x" * 10000, b"x" * 40000))
    assert large.status == 413 and b"the records and their labels are longer than" in large.raw


def test_who_may_append(stack, redis):
    off = stack.responder(redis, auth="remote_user", stream="log")
    for path in ("/append", "/loki/api/v1/push"):
        assert send(off, b"x", path, REMOTE_USER="ann").status == 404
        assert fcgi_get(off.socket, environment("/sselog" + path, REMOTE_USER="ann")).status == 404
    assert "why=append-off" in off.output()

    trusted = {"auth": "header", "trusted": "127.0.0.1", "user_header": "RemoteUser", "role_header": "RemoteRole"}
    r = stack.responder(redis, **trusted, stream="log", append_roles="producer", admin_roles="admin")

    def status(role, **more):
        return send(r, b"x", HTTP_REMOTEUSER="ann", HTTP_REMOTEROLE=role, **more).status

    assert [status(role) for role in ("producer", "viewer", "admin", None)] == [200, 403, 403, 403]
    assert "why=append-role" in r.output()
    foreign = {"HTTP_ORIGIN": "https://other.example", "HTTP_HOST": "localhost"}
    assert status("producer", **foreign) == 403
    assert status("producer", HTTP_SEC_FETCH_SITE="cross-site") == 403
    assert status("producer", HTTP_SEC_FETCH_SITE="same-site") == 403
    assert status("producer", HTTP_SEC_FETCH_SITE="same-origin") == 200
    assert status("producer", **foreign, SSELOG_CORS="https://other.example") == 200
    assert "why=cross-site" in r.output()
    assert payloads(redis) == ["x"] * 3


def test_preflight_names_the_headers_of_a_batch(stack, redis):
    r = stack.responder(redis, **APPEND, cors="https://app.example")
    answer = fcgi_get(r.socket, environment("/sselog/append", method="OPTIONS", HTTP_ORIGIN="https://app.example"))
    assert answer.status == 204 and answer.headers["access-control-allow-methods"] == "POST, OPTIONS"
    allowed = {h.strip().lower() for h in answer.headers["access-control-allow-headers"].split(",")}
    assert {"content-type", "content-encoding", "idempotency-key", "sselog-producer", "sselog-offset"} <= allowed


def test_body_that_arrives_slowly_holds_nobody_up(stack, redis):
    r = stack.responder(redis, **APPEND)
    params = environment("/sselog/append", method="POST", CONTENT_LENGTH="9")
    with Peer(r.socket) as slow:
        slow.send(begin() + stream(PARAMS, pairs(params)) + record(STDIN, b"one\n"))
        assert send(r, b"two").status == 200
        slow.send(record(STDIN, b"three") + record(STDIN))
        wait_until(lambda: payloads(redis) == ["two", "one", "three"], "the slow batch")


def test_batch_that_waits_for_redis_holds_nobody_up(stack, redis):
    """The lane of batches has a connection to Redis of its own."""
    free = threading.Event()
    scripted = stack.scripted(redis, lambda conn, cmd: free.wait(60) and None if cmd[0] == b"EXEC" else None)
    r = stack.responder(scripted, **APPEND, front_threads=1)
    redis.add("log", "before")
    with Peer(r.socket) as waiting:
        waiting.request(environment("/sselog/append", method="POST", CONTENT_LENGTH="1"), b"x")
        wait_until(lambda: scripted.seen("EXEC"), "the transaction")
        for path in ("/history", "/healthz"):
            assert fcgi_get(r.socket, environment("/sselog" + path, HTTP_ACCEPT="*/*")).status == 200
        with FcgiStream(r.socket, environment("/sselog/stream")) as s:
            s.read_until_live()
            assert s.payloads == ["before"]
        free.set()
        assert waiting.next().content.startswith(b"Status: 200")
    assert payloads(redis) == ["before", "x"]


def test_protobuf_comes_in_any_coding(stack, redis):
    """Grafana Alloy names no Content-Encoding, others name snappy, and a proxy may compress again."""
    r = stack.responder(redis, **APPEND)
    lines = [(1700000000000000000 + n, f"line {n} " + "x" * 300) for n in range(2000)]
    packed = logproto.snappy(logproto.push(('{job="a"}', lines)))
    assert len(packed) < 200000
    for body, coding in [(packed, None), (packed, "snappy"), (packed, "identity"), (gzip.compress(packed), "gzip")]:
        redis.client.delete("log")
        assert send(r, body, "/loki/api/v1/push", PROTOBUF, HTTP_CONTENT_ENCODING=coding).status == 204
        assert [json.loads(p)["message"] for p in payloads(redis)] == [line for _, line in lines]


def test_bodies_as_collectors_send_them(stack, redis):
    """The body of Fluent Bit's output `loki`, and that of Vector's sink `loki` with compression = "gzip"."""
    r = stack.responder(redis, **APPEND)
    fluent_bit = (b'{"streams":[{"stream":{"job":"fluent-bit"},"values":[["1700000000000000001",'
                  b'"{\\"log\\":\\"a line\\",\\"stream\\":\\"stderr\\"}"]]}]}')
    vector = (b'{"streams":[{"stream":{"forwarder":"vector"},"values":[["1700000000000000002","one"],'
              b'["1700000000000000003","two",{"level":"warn"}]]}]}')
    kw = {"path": "/loki/api/v1/push", "type": "application/json"}
    assert send(r, fluent_bit, **kw, HTTP_USER_AGENT="Fluent-Bit").status == 204
    assert send(r, gzip.compress(vector), **kw, HTTP_CONTENT_ENCODING="gzip").status == 204
    got = [json.loads(p) for p in payloads(redis)]
    assert [(g["message"], g.get("job"), g.get("forwarder"), g.get("level")) for g in got] == [
        ('{"log":"a line","stream":"stderr"}', "fluent-bit", None, None), ("one", None, "vector", None),
        ("two", None, "vector", "warn")]
    with FcgiStream(r.socket, environment("/sselog/stream", "level=error")) as s:
        s.read_until_live()
        assert [json.loads(p)["message"] for p in s.payloads] == [got[0]["message"], "one"]  # the others have no level
