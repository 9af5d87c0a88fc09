# SPDX-License-Identifier: MIT
"""Hostile and broken input: a clear answer where one is due, trouble for that connection alone."""
import random
import socket

import pytest

import fcgi
import procs
import webs
from fcgi import FcgiStream, Peer, environment, fcgi_get, record
from procs import wait_until
from sse import Stream, get
from tables import case, named


@pytest.fixture
def responder(stack, redis):
    redis.add("log", "x")
    # One front thread: its connection to Redis, opened when first needed, is counted before.
    responder = stack.responder(redis, front_threads=1)
    wait_until(lambda: fcgi_get(responder.socket, environment("/sselog/healthz")).status == 200, "Redis")
    assert serves(responder)
    return responder


def serves(responder):
    """A decent viewer gets its record."""
    with FcgiStream(responder.socket, environment("/sselog/stream")) as s:
        return s.messages(1)


@pytest.fixture
def unharmed(responder):
    """Afterwards it is the same process, with no descriptor more, and it serves."""
    pid = responder.pid
    fcgi.wait_until_no_viewers(responder.socket)
    before = procs.open_fds(pid)
    yield responder
    assert responder.child.running(), responder.output()
    assert serves(responder)
    wait_until(lambda: procs.open_fds(pid) <= before, "descriptors as before")
    assert "Sanitizer" not in responder.output()


def each(responder, table, check):
    """check(row) for each row. After each the same process has no descriptor more."""
    before = procs.open_fds(responder.pid)
    for name, row in table.items():
        with case(name):
            check(row)
            assert responder.child.running(), responder.output()
            wait_until(lambda: procs.open_fds(responder.pid) <= before, "descriptors as before")


# ---- over HTTP-like parameters ----

QUERIES = {
    "bad percent": "%", "cut percent": "q=%2", "no hex": "q=%zz", "NUL": "q=a%00b",
    "NUL in a name": "a%00=1", "too many": "&".join(f"a{i}=1" for i in range(10_000)),
    "long": "q=" + "x" * 9000, "very long": "q=" + "x" * 60_000,
    "history none": "history=x", "history negative": "history=-1", "history huge": "history=" + "9" * 30,
    "history empty": "history=", "history hex": "history=0x10", "level unknown": "level=shouting",
}


def test_queries(unharmed):
    def check(query):
        answer = fcgi_get(unharmed.socket, environment("/sselog/stream", query, HTTP_ACCEPT="*/*"))
        assert answer.status in (400, 414, 431), answer.status
        assert b"error" in answer.raw
    each(unharmed, QUERIES, check)


FINE_QUERIES = ["q=%ff%fe", "q=%e2%82", "unknown=1&&&=&x", "q=", "=&=", "q=a&q=b", "q=\xff", "level=", "&" * 60]


def test_queries_that_are_fine(unharmed):
    def check(query):
        with FcgiStream(unharmed.socket, environment("/sselog/stream", query)) as s:
            assert s.status == 200
            s.live()
    each(unharmed, named(FINE_QUERIES), check)


PATHS = ["/sselog//stream", "/sselog/../stream", "/sselog/stream/..", "/sselog/stream%00", "/sselog/\0",
         "/sselog/stream\n", "/sselog/" + "a" * 5000, "/sselog/" + "a/" * 1000, "/sselog/Stream",
         "/sselog/stream;x=1", "/sselog/\xff\xfe", "/sselog/{user}"]


def test_paths(unharmed):
    def check(path):
        answer = fcgi_get(unharmed.socket, environment(path, HTTP_ACCEPT="*/*"))
        assert answer.status in (400, 404, 414)
        assert path.encode("utf-8") not in answer.raw  # nothing of it comes back
    each(unharmed, named(PATHS), check)


METHODS = ["PUT", "DELETE", "TRACE", "get", "G\0ET", "", "A" * 5000, "GET ", "CONNECT", "\xff"]


def test_methods(unharmed):
    def check(method):
        answer = fcgi_get(unharmed.socket, environment("/sselog/stream", method=method))
        assert answer.status in (400, 405, 501)
        assert answer.status != 405 or "GET" in answer.headers["allow"]
    each(unharmed, named(METHODS), check)


COOKIES = [("a=" + "x" * 65_000, 431), ("; ".join(f"c{i}=v" for i in range(5000)), 431), ("a=b;" * 10_000, 431),
           ("\0", 400), ("session", 200), ("=;=;=", 200), ("\xff" * 300, 200)]


def test_cookies(unharmed):
    def check(row):
        cookie, status = row
        with FcgiStream(unharmed.socket, environment("/sselog/stream", HTTP_COOKIE=cookie)) as answer:
            assert answer.status == status
    each(unharmed, named(COOKIES), check)


def test_ten_thousand_parameters(unharmed):
    params = environment("/sselog/stream", **{f"HTTP_X_{i}": "v" for i in range(10_000)})
    with FcgiStream(unharmed.socket, params) as s:
        assert s.status in (200, 431)


def test_parameters_beyond_all_bounds(unharmed):
    """Megabytes of them: refused before they are held."""
    params = environment("/sselog/stream", **{f"HTTP_X_{i}": "v" * 60_000 for i in range(100)})
    before = procs.private_kb(unharmed.pid)
    with Peer(unharmed.socket) as peer:
        try:
            peer.request(params)
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert peer.closed()
    assert webs.sanitized() or procs.private_kb(unharmed.pid) - before < 4096


def test_names_and_values_of_all_bytes(unharmed):
    raw = bytes(range(256))
    params = {**environment("/sselog/stream"), raw: raw, b"": b"", b"HTTP_X": raw * 10,
              b"HTTP_ACCEPT": raw}
    with FcgiStream(unharmed.socket, params) as s:
        assert s.status in (200, 400)


def test_same_name_twice(unharmed):
    params = [*environment("/sselog/stream").items(), ("REQUEST_METHOD", "POST"),
              ("PATH_INFO", "/nowhere")]
    with FcgiStream(unharmed.socket, params) as s:
        assert s.status in (200, 400, 404, 405)


def test_a_client_cannot_set_options(stack, redis):
    """Its headers arrive as HTTP_*, whatever they are called."""
    redis.add("log", "x")
    redis.add("other", "y")
    server = stack.server("lighttpd", redis)
    for name in ("SSELOG_STREAM", "SSELOG_AUTH", "SSELOG_REDIS", "SSELOG_HISTORY"):
        for header in (name, name.replace("_", "-"), f"HTTP-{name}"):
            with case(header), Stream(server.port, "/sselog/stream", {header: "other"}) as s:
                s.live()
                assert s.payloads == ["x"]


def test_bad_option_from_the_web_server(unharmed):
    """A mistake in a SetEnv: that request fails, its cause is in the log and not in the answer."""
    for name, value in (("SSELOG_KEEPALIVE", "never"), ("SSELOG_REDIS", "redis://elsewhere"),
                        ("SSELOG_NOSUCH", "1")):
        answer = fcgi_get(unharmed.socket, environment("/sselog/stream", **{name: value}))
        assert answer.status == 500
        assert value.encode() not in answer.raw
        assert name in unharmed.output()


def test_log_lines_cannot_be_forged(unharmed):
    fcgi_get(unharmed.socket, environment("/sselog/stream", SSELOG_KEEPALIVE="x\nerror main: forged\x1b[2J"))
    assert "\nerror main: forged" not in unharmed.output() and "\x1b" not in unharmed.output()


# ---- FastCGI, byte by byte ----

def whole(params=None, **kw):
    params = environment("/sselog/stream") if params is None else params
    return fcgi.begin(**kw) + fcgi.stream(fcgi.PARAMS, fcgi.pairs(params)) + fcgi.stream(fcgi.STDIN, b"")


def first_event(peer):
    got = b""
    while b"event: live" not in got:
        r = peer.next()
        assert r is not None, got
        assert r.version == 1 and r.id in (1, 7)
        if r.type == fcgi.STDOUT:
            got += r.content
    return got


def test_one_byte_at_a_time(unharmed):
    with Peer(unharmed.socket) as peer:
        peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
        for i in range(len(raw := whole())):
            peer.send(raw[i:i + 1])
        assert b"Status: 200" in first_event(peer)


FRAGMENTS = {f"size {size}, padding {padding}": (size, padding)
             for size in (1, 2, 7, 8, 9, 100) for padding in (0, 1, 255)}


def test_fragments_and_padding(unharmed):
    params = fcgi.pairs(environment("/sselog/stream"))

    def check(row):
        size, padding = row
        with Peer(unharmed.socket) as peer:
            peer.send(fcgi.begin() + fcgi.stream(fcgi.PARAMS, params, size=size, padding=padding) +
                      fcgi.stream(fcgi.STDIN, b""))
            assert b"Status: 200" in first_event(peer)
    each(unharmed, FRAGMENTS, check)


def test_request_ids(unharmed):
    """The answer carries the id of the request."""
    with FcgiStream(unharmed.socket, environment("/sselog/stream"), id=7) as s:
        s.live()
        assert {r[1] for r in s.records_seen} == {7}


def test_short_answers_with_keep_conn(unharmed):
    """A peer that wants to keep the connection gets its answer, then may find it closed."""
    with FcgiStream(unharmed.socket, environment("/sselog/healthz"), flags=fcgi.KEEP_CONN) as s:
        s.rest()
        assert s.status == 200 and s.app_status == 0


def test_body_is_bounded(unharmed):
    """Of a request that needs none."""
    with Peer(unharmed.socket) as peer:
        try:
            peer.request(environment("/sselog/token", method="POST", CONTENT_LENGTH=str(10 ** 8)),
                         b"x" * 10_000_000)
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert peer.closed()
    assert webs.sanitized() or procs.private_kb(unharmed.pid) < 4096


def test_abort(unharmed):
    """FCGI_ABORT_REQUEST ends the stream."""
    with Peer(unharmed.socket) as peer:
        peer.send(whole())
        first_event(peer)
        peer.send(record(fcgi.ABORT))
        assert peer.closed()


def test_input_while_streaming_is_ignored(unharmed, redis):
    """Late empty FCGI_STDIN (mod_proxy_fcgi leaves one), data, records of unknown types."""
    with Peer(unharmed.socket) as peer:
        peer.send(whole())
        first_event(peer)
        for late in (record(fcgi.STDIN), record(fcgi.STDIN, b"x" * 65535, padding=255),
                     record(99, b"?"), record(fcgi.DATA)):
            peer.send(late)
        redis.add("log", "after all that")
        got = b""
        while b"after all that" not in got:
            got += peer.next().content


BROKEN = {
    "silence": b"",
    "a byte": b"\1",
    "half a header": fcgi.begin()[:5],
    "half a body": fcgi.begin()[:12],
    "begin alone": fcgi.begin(),
    "half the parameters": whole()[:60],
    "no end of the parameters": fcgi.begin() + record(fcgi.PARAMS, fcgi.pairs(environment())),
    "version 9": record(fcgi.BEGIN, b"\0\1\0\0\0\0\0\0", version=9),
    "HTTP": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "TLS": bytes.fromhex("16030100c8010000c40303") + bytes(64),
    "zeros": bytes(1000),
    "ones": b"\xff" * 1000,
    "parameters first": fcgi.stream(fcgi.PARAMS, fcgi.pairs(environment())),
    "standard input first": record(fcgi.STDIN, b"x"),
    "two begins": fcgi.begin() + fcgi.begin(),
    "begin twice, other id": fcgi.begin() + fcgi.begin(id=2) + whole()[16:],
    "a begin too short": record(fcgi.BEGIN, b"\0\1"),
    "role filter": whole(role=3),
    "role authorizer": whole(role=2),
    "role 0": whole(role=0),
    "parameters of another id": fcgi.begin(id=1) + fcgi.stream(fcgi.PARAMS, fcgi.pairs(environment()), id=2),
    "a name longer than all": fcgi.begin() + fcgi.stream(fcgi.PARAMS, b"\x7f\x01abc") + record(fcgi.STDIN),
    "a length of 2 GB": fcgi.begin() + fcgi.stream(fcgi.PARAMS, b"\xff\xff\xff\xff\xff\xff\xff\xffabc") +
    record(fcgi.STDIN),
    "lengths that add to zero": fcgi.begin() + fcgi.stream(fcgi.PARAMS, b"\x80\0\0\0\x80\0\0\0" * 100) +
    record(fcgi.STDIN),
    "cut length": fcgi.begin() + fcgi.stream(fcgi.PARAMS, b"\x80") + record(fcgi.STDIN),
    "no parameters": fcgi.begin() + record(fcgi.PARAMS) + record(fcgi.STDIN),
    "abort first": record(fcgi.ABORT),
    "abort half way": fcgi.begin() + record(fcgi.PARAMS, b"\1\1ab") + record(fcgi.ABORT),
    "get values": record(fcgi.GET_VALUES, fcgi.pairs({"FCGI_MAX_CONNS": ""}), id=0),
    "unknown management": record(77, b"x", id=0),
}


def test_broken_peers(unharmed):
    """Sent, then closed, or reset, or left to stand while others are served."""
    def check(data):
        for end in (Peer.close, Peer.reset):
            peer = Peer(unharmed.socket)
            try:
                peer.send(data)
            except (BrokenPipeError, ConnectionResetError):
                pass
            assert serves(unharmed)
            end(peer)
    each(unharmed, BROKEN, check)


def test_silent_peers_hold_nobody_up(unharmed):
    """Many more than there are front threads, at different points of a request."""
    raw = whole()
    peers = []
    for i in range(40):
        peers.append(Peer(unharmed.socket))
        peers[i].send(raw[:i * 3])  # at once: a peer that is late is given up
    for _ in range(3):
        assert serves(unharmed)
    for peer in peers:
        peer.close()


def test_peer_that_stops_reading(unharmed, redis):
    """Answers and streams to it wait; others do not."""
    peers = []
    for _ in range(10):
        peer = Peer(unharmed.socket, rcvbuf=4096)
        peer.send(whole())
        peers.append(peer)
    redis.add_many("log", ["x" * 1000] * 3000)
    with FcgiStream(unharmed.socket, environment("/sselog/stream", "history=0")) as s:
        s.live()
        redis.add("log", "past them")
        assert s.messages(1)[0].data == "past them"
    for peer in peers:
        peer.reset()


def test_vanishing_peers_under_load(unharmed, redis):
    """Gone at any moment of a request, while records come."""
    rng = random.Random(7)
    raw = whole()
    for n in range(300):
        peer = Peer(unharmed.socket)
        try:
            peer.send(raw[:rng.randrange(len(raw) * 2)])
            if rng.random() < 0.3:
                redis.add("log", "y")
            if rng.random() < 0.5:
                peer.next(deadline=0.02)
        except (BrokenPipeError, ConnectionResetError, procs.DeadlineExceeded):
            pass
        finally:
            peer.reset() if n % 2 else peer.close()


def test_random_bytes(unharmed):
    rng = random.Random(11)
    raw = whole()
    for _ in range(300):
        data = bytearray(raw)
        for _ in range(rng.randrange(1, 6)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        with Peer(unharmed.socket) as peer:
            try:
                peer.send(bytes(data))
            except (BrokenPipeError, ConnectionResetError):
                pass


def test_descriptors_run_out(stack, redis):
    """Too many connections at once: those that are there are served on, and later ones again."""
    import resource
    redis.add("log", "x")
    responder = stack.responder(redis, max_per_user=1000, run={
        "preexec": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (48, 48))})
    with FcgiStream(responder.socket, environment("/sselog/stream")) as s:
        s.live()
        peers = []
        for _ in range(100):
            peer = Peer(responder.socket)
            peer.send(whole())
            peers.append(peer)
        redis.add("log", "served on")
        s.messages(2)
        before = procs.cpu_seconds(responder.pid)
        s.read_for(1)
        assert procs.cpu_seconds(responder.pid) - before < 0.5, "it spins"
        for peer in peers:
            peer.close()
        wait_until(lambda: procs.open_fds(responder.pid) < 30, "descriptors back")
        assert serves(responder)


def test_http_garbage_through_lighttpd(stack, redis):
    """What a web server lets through."""
    redis.add("log", "x")
    server = stack.server("lighttpd", redis)
    for path, status in (("/sselog/stream?q=%00", (400,)), ("/sselog/stream?level=loud", (400,)),
                         ("/sselog/stream?" + "a=1&" * 1500, (400, 414)),
                         ("/sselog/%2e%2e/stream", (400, 403, 404)), ("/sselog/%ff", (400, 404))):
        assert get(server.port, path).status in status, path
    answer = get(server.port, "/sselog/stream", {"Last-Event-ID": "1-0%0d%0aX: y"})
    assert answer.status == 400
    assert get(server.port, "/sselog/stream", {"Cookie": "a=" + "x" * 7000}, method="HEAD").status == 200
    with Stream(server.port, "/sselog/stream") as s:
        s.live()
        assert s.payloads == ["x"]
