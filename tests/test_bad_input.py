# SPDX-License-Identifier: MIT
"""Hostile and broken input gets a clear answer, if any, and affects only its own connection."""
import ctypes
import os
import random
import socket
import tempfile

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
    # With one front thread, its connection to Redis is already open when descriptors are counted.
    responder = stack.responder(redis, front_threads=1)
    wait_until(lambda: fcgi_get(responder.socket, environment("/sselog/healthz")).status == 200, "Redis")
    assert serves(responder)
    return responder


def serves(responder):
    """Whether a normal viewer gets its record."""
    with FcgiStream(responder.socket, environment("/sselog/stream")) as s:
        return s.read_records(1)


@pytest.fixture
def stable_responder(responder):
    """A responder that must be the same process after the test, serve, and have no more descriptors."""
    pid = responder.pid
    fcgi.wait_until_no_viewers(responder.socket)
    before = procs.open_fds(pid)
    yield responder
    assert responder.child.running(), responder.output()
    assert serves(responder)
    wait_until(lambda: procs.open_fds(pid) <= before, "descriptors as before")
    assert "Sanitizer" not in responder.output()


def check_each(responder, table, check):
    """Calls check(row) for each row; after each, the same process must have no more descriptors."""
    before = procs.open_fds(responder.pid)
    for name, row in table.items():
        with case(name):
            check(row)
            assert responder.child.running(), responder.output()
            wait_until(lambda: procs.open_fds(responder.pid) <= before, "descriptors as before")


# ---- parameters of the request ----

QUERIES = {
    "bad percent": "%", "cut percent": "q=%2", "no hex": "q=%zz", "NUL": "q=a%00b",
    "NUL in a name": "a%00=1", "too many": "&".join(f"a{i}=1" for i in range(10_000)),
    "long": "q=" + "x" * 9000, "very long": "q=" + "x" * 60_000,
    "history none": "history=x", "history negative": "history=-1", "history huge": "history=" + "9" * 30,
    "history empty": "history=", "history hex": "history=0x10", "level unknown": "level=shouting",
}


def test_malformed_queries_are_refused(stable_responder):
    def check(query):
        answer = fcgi_get(stable_responder.socket, environment("/sselog/stream", query, HTTP_ACCEPT="*/*"))
        assert answer.status in (400, 414, 431), answer.status
        assert b"error" in answer.raw
    check_each(stable_responder, QUERIES, check)


ACCEPTED_QUERIES = ["q=%ff%fe", "q=%e2%82", "unknown=1&&&=&x", "q=", "=&=", "q=a&q=b", "q=\xff", "level=", "&" * 60]


def test_unusual_queries_are_accepted(stable_responder):
    def check(query):
        with FcgiStream(stable_responder.socket, environment("/sselog/stream", query)) as s:
            assert s.status == 200
            s.read_until_live()
    check_each(stable_responder, named(ACCEPTED_QUERIES), check)


PATHS = ["/sselog//stream", "/sselog/../stream", "/sselog/stream/..", "/sselog/stream%00", "/sselog/\0",
         "/sselog/stream\n", "/sselog/" + "a" * 5000, "/sselog/" + "a/" * 1000, "/sselog/Stream",
         "/sselog/stream;x=1", "/sselog/\xff\xfe", "/sselog/{user}"]


def test_unknown_paths_are_refused(stable_responder):
    def check(path):
        answer = fcgi_get(stable_responder.socket, environment(path, HTTP_ACCEPT="*/*"))
        assert answer.status in (400, 404, 414)
        assert path.encode("utf-8") not in answer.raw  # the answer does not repeat the path
    check_each(stable_responder, named(PATHS), check)


METHODS = ["PUT", "DELETE", "TRACE", "get", "G\0ET", "", "A" * 5000, "GET ", "CONNECT", "\xff"]


def test_unknown_methods_are_refused(stable_responder):
    def check(method):
        answer = fcgi_get(stable_responder.socket, environment("/sselog/stream", method=method))
        assert answer.status in (400, 405, 501)
        assert answer.status != 405 or "GET" in answer.headers["allow"]
    check_each(stable_responder, named(METHODS), check)


COOKIES = [("a=" + "x" * 65_000, 431), ("; ".join(f"c{i}=v" for i in range(5000)), 431), ("a=b;" * 10_000, 431),
           ("\0", 400), ("session", 200), ("=;=;=", 200), ("\xff" * 300, 200)]


def test_oversized_cookies_are_refused_and_odd_ones_ignored(stable_responder):
    def check(row):
        cookie, status = row
        with FcgiStream(stable_responder.socket, environment("/sselog/stream", HTTP_COOKIE=cookie)) as answer:
            assert answer.status == status
    check_each(stable_responder, named(COOKIES), check)


def test_ten_thousand_parameters_do_no_harm(stable_responder):
    params = environment("/sselog/stream", **{f"HTTP_X_{i}": "v" for i in range(10_000)})
    with FcgiStream(stable_responder.socket, params) as s:
        assert s.status in (200, 431)


def test_megabytes_of_parameters_are_refused_without_holding_them(stable_responder):
    """Six megabytes of parameters must not be held in memory."""
    params = environment("/sselog/stream", **{f"HTTP_X_{i}": "v" * 60_000 for i in range(100)})
    before = procs.private_kb(stable_responder.pid)
    with Peer(stable_responder.socket) as peer:
        try:
            peer.request(params)
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert peer.closed()
    assert webs.sanitized() or procs.private_kb(stable_responder.pid) - before < 4096


def test_parameter_names_and_values_with_all_bytes_do_no_harm(stable_responder):
    raw = bytes(range(256))
    params = {**environment("/sselog/stream"), raw: raw, b"": b"", b"HTTP_X": raw * 10,
              b"HTTP_ACCEPT": raw}
    with FcgiStream(stable_responder.socket, params) as s:
        assert s.status in (200, 400)


MUST_AGREE = ["REMOTE_USER", "REMOTE_ADDR", "AUTH_TYPE", "REDIRECT_REMOTE_USER", "SSELOG_STREAM"]


@pytest.mark.parametrize("name", MUST_AGREE)
def test_names_that_tell_who_asks_must_not_come_twice(stable_responder, name):
    """Also if one value is empty. The answer is 500 and the log names the parameter, but not its values."""
    for values in (("bob-1", "ann-1"), ("", "ann-1"), ("ann-1", "")):
        params = {**environment("/sselog/history"), name: None}
        twice = [(k, v) for k, v in params.items() if v is not None] + [(name, value) for value in values]
        with case(values):
            answer = fcgi_get(stable_responder.socket, twice)
            assert answer.status == 500 and b"misconfigured" in answer.raw
            assert f"error front: {name} came twice" in stable_responder.output()
            assert "ann-1" not in stable_responder.output()


def test_same_value_twice_counts_once(stable_responder):
    params = [*environment("/sselog/stream").items(), ("REMOTE_ADDR", "127.0.0.1"), ("SSELOG_STREAM", "log"),
              ("SSELOG_STREAM", "log")]
    with FcgiStream(stable_responder.socket, params) as s:
        assert s.read_records(1)


def test_of_other_parameters_the_last_one_counts(responder):
    """As with PHP-FPM: the usual configuration of nginx is an include, then lines that override it."""
    params = [*environment("/sselog/history", "limit=none").items()]
    status = {(): 400, (("QUERY_STRING", "limit=1"),): 200, (("REQUEST_METHOD", "POST"),): 405,
              (("PATH_INFO", "/nowhere"),): 404, (("PATH_INFO", "/nowhere"), ("PATH_INFO", "/healthz")): 200}
    for more, expected in status.items():
        with case(more):
            assert fcgi_get(responder.socket, params + list(more)).status == expected


def test_parameter_names_with_equals_are_refused(stable_responder):
    """libfcgi joins name and value by "=", so REMOTE_USER=bob would be the user "bob=..."."""
    for name in ("REMOTE_USER=bob", "SSELOG_STREAM=log", "A\nB"):
        params = {**environment("/sselog/history"), name: ""}
        with case(name):
            assert fcgi_get(stable_responder.socket, params).status == 400
            assert "warning fcgi: refused: a parameter" in stable_responder.output()


def cgi_answer(setup, params):
    """The answer of sselog as CGI. params: pairs, whose names may repeat, as no dict allows."""
    libc = ctypes.CDLL(None, use_errno=True)
    settings = [f"{k}={v}".encode() for k, v in [*setup.environment().items(), *params]]
    envp = (ctypes.c_char_p * (len(settings) + 1))(*settings, None)
    program = str(setup.program).encode()
    argv = (ctypes.c_char_p * 2)(program, None)
    with tempfile.TemporaryFile() as out:
        pid = os.fork()
        if pid == 0:
            os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
            os.dup2(out.fileno(), 1)
            os.dup2(out.fileno(), 2)
            libc.execve(program, argv, envp)
            os._exit(127)
        os.waitpid(pid, 0)
        out.seek(0)
        return out.read().decode(errors="replace")


def test_parameters_that_come_twice_are_the_same_to_a_cgi(stack, redis):
    """The C library shows the first of two variables only, but the environment may hold both."""
    redis.add("stream:logs:ann", "for ann")
    setup = stack.setup(redis, auth="remote_user", stream="stream:logs:{user}")
    params = [*environment("/sselog/history").items()]
    assert "for ann" in cgi_answer(setup, [*params, ("REMOTE_USER", "ann")])
    twice = cgi_answer(setup, [*params, ("REMOTE_USER", "ann"), ("REMOTE_USER", "bob")])
    assert "Status: 500" in twice and "REMOTE_USER came twice" in twice and "for ann" not in twice
    assert "Status: 404" in cgi_answer(setup, [*params, ("REMOTE_USER", "ann"), ("PATH_INFO", "/nowhere")])


def test_client_headers_set_no_options(stack, redis):
    """All headers of a client arrive as HTTP_*, so that none has the name of an option."""
    redis.add("log", "x")
    redis.add("other", "y")
    server = stack.server("lighttpd", redis)
    for name in ("SSELOG_STREAM", "SSELOG_AUTH", "SSELOG_REDIS", "SSELOG_HISTORY"):
        for header in (name, name.replace("_", "-"), f"HTTP-{name}"):
            with case(header), Stream(server.port, "/sselog/stream", {header: "other"}) as s:
                s.read_until_live()
                assert s.payloads == ["x"]


def test_bad_option_of_a_request_answers_500_and_is_logged(stable_responder):
    """A mistake in a SetEnv: the cause is in the log, not in the answer."""
    for name, value in (("SSELOG_KEEPALIVE", "never"), ("SSELOG_REDIS", "redis://elsewhere"),
                        ("SSELOG_NOSUCH", "1")):
        answer = fcgi_get(stable_responder.socket, environment("/sselog/stream", **{name: value}))
        assert answer.status == 500
        assert value.encode() not in answer.raw
        assert name in stable_responder.output()


def test_option_value_cannot_forge_a_log_line(stable_responder):
    fcgi_get(stable_responder.socket,
             environment("/sselog/stream", SSELOG_KEEPALIVE="x\nerror main: forged\x1b[2J"))
    assert "\nerror main: forged" not in stable_responder.output() and "\x1b" not in stable_responder.output()


# ---- FastCGI, byte by byte ----

def whole_request(params=None, **kw):
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


def test_request_sent_byte_by_byte_is_answered(stable_responder):
    with Peer(stable_responder.socket) as peer:
        peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
        for i in range(len(raw := whole_request())):
            peer.send(raw[i:i + 1])
        assert b"Status: 200" in first_event(peer)


FRAGMENTS = {f"size {size}, padding {padding}": (size, padding)
             for size in (1, 2, 7, 8, 9, 100) for padding in (0, 1, 255)}


def test_fragmented_and_padded_parameters_are_accepted(stable_responder):
    params = fcgi.pairs(environment("/sselog/stream"))

    def check(row):
        size, padding = row
        with Peer(stable_responder.socket) as peer:
            peer.send(fcgi.begin() + fcgi.stream(fcgi.PARAMS, params, size=size, padding=padding) +
                      fcgi.stream(fcgi.STDIN, b""))
            assert b"Status: 200" in first_event(peer)
    check_each(stable_responder, FRAGMENTS, check)


def test_answer_has_the_request_id(stable_responder):
    with FcgiStream(stable_responder.socket, environment("/sselog/stream"), id=7) as s:
        s.read_until_live()
        assert {r[1] for r in s.records_seen} == {7}


def test_keep_conn_request_is_answered(stable_responder):
    """sselog may close the connection after the answer."""
    with FcgiStream(stable_responder.socket, environment("/sselog/healthz"), flags=fcgi.KEEP_CONN) as s:
        s.read_rest()
        assert s.status == 200 and s.app_status == 0


def test_oversized_body_is_cut_off(stable_responder):
    """10 MB of standard input to a request that needs none."""
    with Peer(stable_responder.socket) as peer:
        try:
            peer.request(environment("/sselog/token", method="POST", CONTENT_LENGTH=str(10 ** 8)),
                         b"x" * 10_000_000)
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert peer.closed()
    assert webs.sanitized() or procs.private_kb(stable_responder.pid) < 4096


@pytest.mark.parametrize("leaves", [lambda peer: peer.sock.shutdown(socket.SHUT_WR),
                                    lambda peer: peer.send(record(fcgi.ABORT))], ids=["closes its half", "aborts"])
def test_web_server_whose_client_left_gets_the_end_of_the_response(responder, leaves):
    """lighttpd would write two lines of an error for each page that is closed."""
    with Peer(responder.socket) as peer:
        peer.request(environment("/sselog/stream"))
        assert peer.next().type == fcgi.STDOUT
        leaves(peer)
        seen = list(iter(peer.next, None))
        assert [(r.type, r.content) for r in seen[-2:]] == [(fcgi.STDOUT, b""), (fcgi.END, bytes(8))]


def test_abort_request_ends_the_stream(stable_responder):
    with Peer(stable_responder.socket) as peer:
        peer.send(whole_request())
        first_event(peer)
        peer.send(record(fcgi.ABORT))
        assert [(r.type, r.content) for r in iter(peer.next, None)][-1] == (fcgi.END, bytes(8))


def test_half_closed_connection_gets_the_end_of_its_request(stable_responder):
    """lighttpd passes a client's FIN on. Without an end of the request it logs an error, with the query."""
    with Peer(stable_responder.socket) as peer:
        peer.send(whole_request())
        first_event(peer)
        peer.sock.shutdown(socket.SHUT_WR)
        last = None
        while got := peer.next():
            last = got
        assert last.type == fcgi.END


def test_records_from_the_web_server_during_a_stream_are_ignored(stable_responder, redis):
    """A late empty FCGI_STDIN, which mod_proxy_fcgi sends, data, and records of unknown types."""
    with Peer(stable_responder.socket) as peer:
        peer.send(whole_request())
        first_event(peer)
        for late in (record(fcgi.STDIN), record(fcgi.STDIN, b"x" * 65535, padding=255),
                     record(99, b"?"), record(fcgi.DATA)):
            peer.send(late)
        redis.add("log", "after all that")
        got = b""
        while b"after all that" not in got:
            got += peer.next().content


BROKEN_REQUESTS = {
    "silence": b"",
    "a byte": b"\1",
    "half a header": fcgi.begin()[:5],
    "half a body": fcgi.begin()[:12],
    "only the begin": fcgi.begin(),
    "half the parameters": whole_request()[:60],
    "no end of the parameters": fcgi.begin() + record(fcgi.PARAMS, fcgi.pairs(environment())),
    "version 9": record(fcgi.BEGIN, b"\0\1\0\0\0\0\0\0", version=9),
    "HTTP": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "TLS": bytes.fromhex("16030100c8010000c40303") + bytes(64),
    "zeros": bytes(1000),
    "ones": b"\xff" * 1000,
    "parameters first": fcgi.stream(fcgi.PARAMS, fcgi.pairs(environment())),
    "standard input first": record(fcgi.STDIN, b"x"),
    "two begins": fcgi.begin() + fcgi.begin(),
    "begin twice, other id": fcgi.begin() + fcgi.begin(id=2) + whole_request()[16:],
    "a begin too short": record(fcgi.BEGIN, b"\0\1"),
    "role filter": whole_request(role=3),
    "role authorizer": whole_request(role=2),
    "role 0": whole_request(role=0),
    "parameters of another id": fcgi.begin(id=1) + fcgi.stream(fcgi.PARAMS, fcgi.pairs(environment()), id=2),
    "a name longer than the data": fcgi.begin() + fcgi.stream(fcgi.PARAMS, b"\x7f\x01abc") + record(fcgi.STDIN),
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


def test_broken_requests_disturb_no_other_request(stable_responder):
    """Another request is served while each of these is open; then each is closed or reset."""
    def check(data):
        for end in (Peer.close, Peer.reset):
            peer = Peer(stable_responder.socket)
            try:
                peer.send(data)
            except (BrokenPipeError, ConnectionResetError):
                pass
            assert serves(stable_responder)
            end(peer)
    check_each(stable_responder, BROKEN_REQUESTS, check)


VARIABLES = {"FCGI_MAX_CONNS": b"", "FCGI_MAX_REQS": b"", "FCGI_MPXS_CONNS": b"", "OTHER": b""}


def test_management_records_are_answered(stable_responder):
    """Before a request, which is then served on the same connection."""
    with Peer(stable_responder.socket) as peer:
        peer.send(record(fcgi.GET_VALUES, fcgi.pairs(VARIABLES), id=0) + record(77, b"x", id=0))
        values, unknown = peer.next(), peer.next()
        assert (values.type, values.id) == (fcgi.RESULT, 0)
        assert b"\x0f\x01FCGI_MPXS_CONNS0" in values.content and b"FCGI_MAX_CONNS" in values.content
        assert b"OTHER" not in values.content
        assert (unknown.type, unknown.id, unknown.content) == (fcgi.UNKNOWN, 0, b"\x4d" + bytes(7))
        peer.request(environment("/sselog/healthz"))
        assert peer.next().content.startswith(b"Status: 200 ")


@pytest.mark.parametrize("when", ["before_the_first_is_complete", "behind_the_first", "while_the_first_is_served"])
def test_second_request_on_a_connection_is_refused(stable_responder, redis, when):
    """It gets FCGI_CANT_MPX_CONN. The first, a stream, goes on."""
    first, second = whole_request(), whole_request(id=2)
    with Peer(stable_responder.socket) as peer:
        peer.send({"before_the_first_is_complete": first[:16] + second + first[16:],
                   "behind_the_first": first + second, "while_the_first_is_served": first}[when])
        if when == "while_the_first_is_served":
            while b"event: live" not in peer.next().content:
                pass
            peer.send(second)
        redis.add("log", "still there")
        got = []
        while not got or b"still there" not in got[-1].content:
            got.append(peer.next())
    assert [(r.type, r.content[4]) for r in got if r.id == 2] == [(fcgi.END, 1)]
    assert {r.type for r in got if r.id == 1} == {fcgi.STDOUT}


def test_silent_connections_delay_no_other_request(stable_responder):
    """More connections than front threads, each silent after another part of a request."""
    raw = whole_request()
    peers = []
    for i in range(40):
        peers.append(Peer(stable_responder.socket))
        peers[i].send(raw[:i * 3])  # without delay: sselog closes a connection that sends nothing
    for _ in range(3):
        assert serves(stable_responder)
    for peer in peers:
        peer.close()


def test_peers_that_do_not_read_delay_no_other_viewer(stable_responder, redis):
    """Ten viewers do not read their records; another viewer gets its record."""
    peers = []
    for _ in range(10):
        peer = Peer(stable_responder.socket, rcvbuf=4096)
        peer.send(whole_request())
        peers.append(peer)
    redis.add_many("log", ["x" * 1000] * 3000)
    with FcgiStream(stable_responder.socket, environment("/sselog/stream", "history=0")) as s:
        s.read_until_live()
        redis.add("log", "past them")
        assert s.read_records(1)[0].data == "past them"
    for peer in peers:
        peer.reset()


def test_peers_that_disconnect_at_any_time_do_no_harm(stable_responder, redis):
    """Peers close or reset at random points of a request, while records come."""
    rng = random.Random(7)
    raw = whole_request()
    for n in range(300):
        peer = Peer(stable_responder.socket)
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


def test_corrupted_requests_do_no_harm(stable_responder):
    rng = random.Random(11)
    raw = whole_request()
    for _ in range(300):
        data = bytearray(raw)
        for _ in range(rng.randrange(1, 6)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        with Peer(stable_responder.socket) as peer:
            try:
                peer.send(bytes(data))
            except (BrokenPipeError, ConnectionResetError):
                pass


def test_viewers_are_served_when_descriptors_run_out(stack, redis):
    """With no descriptor left, open viewers get their records, and sselog does not spin. New connections
    are served when descriptors are free again."""
    import resource
    redis.add("log", "x")
    responder = stack.responder(redis, max_per_user=1000, run={
        "preexec": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (48, 48))})
    with FcgiStream(responder.socket, environment("/sselog/stream")) as s:
        s.read_until_live()
        peers = []
        for _ in range(100):
            peer = Peer(responder.socket)
            peer.send(whole_request())
            peers.append(peer)
        redis.add("log", "without free descriptors")
        s.read_records(2)
        before = procs.cpu_seconds(responder.pid)
        s.read_for(1)
        assert procs.cpu_seconds(responder.pid) - before < 0.5, "sselog spins"
        for peer in peers:
            peer.close()
        wait_until(lambda: procs.open_fds(responder.pid) < 30, "descriptors to be closed")
        assert serves(responder)


def test_malformed_http_requests_through_lighttpd(stack, redis):
    """Malformed requests that lighttpd passes on."""
    redis.add("log", "x")
    server = stack.server("lighttpd", redis)
    for path, status in (("/sselog/stream?q=%00", (400,)), ("/sselog/stream?level=loud", (400,)),
                         ("/sselog/stream?" + "a=1&" * 1500, (400, 414)),
                         ("/sselog/%2e%2e/stream", (400, 403, 404)), ("/sselog/%ff", (400, 404))):
        assert get(server.port, path).status in status, path
    with Stream(server.port, "/sselog/stream", {"Last-Event-ID": "1-0%0d%0aX: y"}) as s:
        assert s.read_until_live() and "x" not in s.headers and s.payloads == ["x"]
    assert get(server.port, "/sselog/stream", {"Cookie": "a=" + "x" * 7000}, method="HEAD").status == 200
    with Stream(server.port, "/sselog/stream") as s:
        s.read_until_live()
        assert s.payloads == ["x"]
