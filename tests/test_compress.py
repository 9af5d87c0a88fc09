# SPDX-License-Identifier: MIT
"""Compressed streams: each record can be read at once, and no web server compresses a second time."""
import json
import random
import re
import signal
import subprocess

import pytest

import webs
from fcgi import FcgiStream, environment, fcgi_get
from procs import DEADLINE
from sse import EventSource, Stream
from tables import case, long_but

BROTLI = "LoadModule brotli_module /usr/lib/apache2/modules/mod_brotli.so\n"

# Ways in which a site may let its web server compress all event streams: Apache's directives, or what is
# put in place of which lines of the example.
DEFLATE = {"edit": lambda text: webs.substitute(text, [
    ('("mod_auth",', '("mod_deflate", "mod_auth",'),
    ("server.bind ", 'deflate.mimetypes = ("text/event-stream")\n'
     'deflate.allowed-encodings = ("gzip", "deflate")\nserver.bind ')])}


def apache(filters):
    return {"directives": BROTLI + filters,
            "edit": lambda text: "".join(line for line in text.splitlines(True) if "SetEnv no-" not in line)}


COMPRESSING = {
    "lighttpd": DEFLATE,
    "lighttpd-cgi": DEFLATE,
    "fcgid": apache("AddOutputFilterByType BROTLI_COMPRESS;DEFLATE text/event-stream"),
    "proxy_fcgi": apache("AddOutputFilterByType DEFLATE text/event-stream"),
    "cgid": apache("SetOutputFilter BROTLI_COMPRESS;DEFLATE"),
    "mod_cgi": apache("SetOutputFilter DEFLATE"),
    "htaccess": apache("AddOutputFilterByType BROTLI_COMPRESS text/event-stream"),
    "nginx": {"edit": lambda text: webs.substitute(text, [
        ("gzip off;", "gzip on;\ngzip_types text/event-stream;\ngzip_min_length 0;\ngzip_proxied any;")])},
}
compressing = pytest.mark.parametrize("kind", long_but(["lighttpd", "fcgid", "nginx"], COMPRESSING))


def json_records(count):
    rnd = random.Random(count)
    return [json.dumps({"time": f"2026-11-29T02:{i // 60 % 60:02}:{i % 60:02}Z", "level": rnd.choice(["INFO", "DEBUG"]),
                        "logger": rnd.choice(["app.db", "app.web"]), "message": f"request handled in {rnd.randrange(500)} ms",
                        "status": rnd.choice([200, 200, 404]), "request": f"{rnd.randrange(1 << 32):08x}"})
            for i in range(count)]


@compressing
def test_server_that_compresses_streams_passes_ours_on(stack, redis, kind):
    server = stack.server(kind, redis, web=COMPRESSING[kind], compress=1)
    redis.add_many("log", json_records(100))
    with Stream(server.port, server.path + "/stream", {"Accept-Encoding": "gzip, br"}) as s:
        s.read_until_live()
        assert s.headers["content-encoding"] == "gzip"
        assert "accept-encoding" in s.headers["vary"].lower()
        for n in range(3):  # one by one: each is there before the next is written
            redis.add("log", f"as it comes {n}")
            assert s.read_records(101 + n)[-1].data == f"as it comes {n}"
        webs.terminate(server.responders())
        s.read_event("end")
        s.read_rest()
        assert s.gzip.eof and not s.gzip.unused_data, "the member has its check sum, and nothing follows it"


@compressing
def test_server_with_its_example_passes_both_forms_on(stack, redis, kind):
    server = stack.server(kind, redis, compress=1)
    redis.add_many("log", json_records(20))
    for encoding, sent in (("gzip", "gzip"), ("identity", None)):
        with Stream(server.port, server.path + "/stream", {"Accept-Encoding": encoding}) as s:
            s.read_until_live()
            assert s.headers.get("content-encoding") == sent and s.payloads == json_records(20)
            assert s.headers["vary"] == "Accept-Encoding"


def test_curl_shows_each_record_as_it_comes(stack, redis):
    server = stack.server("lighttpd", redis, compress=1)
    redis.add("log", "from history")
    url = f"http://127.0.0.1:{server.port}{server.path}/stream"
    curl = subprocess.Popen(["curl", "-sN", "--compressed", url], stdout=subprocess.PIPE, text=True)
    try:
        lines = iter(curl.stdout)
        assert any(line == "data: from history\n" for line in lines)
        redis.add("log", "as it comes")
        assert any(line == "data: as it comes\n" for line in lines)
        webs.terminate(server.responders())
        assert any(line.startswith('data: {"reason":"shutdown",') for line in lines)
        assert curl.wait(DEADLINE) == 0
    finally:
        curl.kill()
        curl.wait()


def stream(responder, **params):
    return FcgiStream(responder.socket, environment("/sselog/stream", **params))


def test_only_a_client_that_prefers_gzip_gets_it(stack, redis):
    responder = stack.responder(redis, compress=1)
    for accept, gzip in (("gzip, deflate, br, zstd", True), ("br, *;q=0.1", True), ("gzip;q=0", False), ("br", False),
                         ("identity;q=1, gzip;q=0.5", False), (None, False)):
        with case(accept), stream(responder, HTTP_ACCEPT_ENCODING=accept) as s:
            s.read_until_live()
            assert ("content-encoding" in s.headers) == gzip == (s.gzip is not None)
            assert s.headers["vary"] == "Accept-Encoding"


def test_streams_are_plain_by_default(stack, redis):
    with stream(stack.responder(redis), HTTP_ACCEPT_ENCODING="gzip") as s:
        s.read_until_live()
        assert "content-encoding" not in s.headers and "vary" not in s.headers


def test_answers_without_a_stream_are_plain(stack, redis):
    responder = stack.responder(redis, compress=1, max_viewers=1, cors="https://app.example")
    asked = {"HTTP_ACCEPT_ENCODING": "gzip", "HTTP_ORIGIN": "https://app.example"}
    head = fcgi_get(responder.socket, environment("/sselog/stream", method="HEAD", **asked))
    assert head.status == 200 and head.raw == b"" and "content-encoding" not in head.headers
    with stream(responder, **asked) as s:
        s.read_until_live()
        for path, accept in (("/sselog/stream", "text/event-stream"), ("/sselog/stream?since=x", "*/*"), ("/sselog/livez", "*/*")):
            path, _, query = path.partition("?")
            answer = fcgi_get(responder.socket, environment(path, query, HTTP_ACCEPT=accept, **asked))
            with case(f"{path} {query}"):
                assert "content-encoding" not in answer.headers and answer.raw[:2] != b"\x1f\x8b"
                assert answer.headers["vary"] == "Origin, Accept-Encoding"


def test_history_takes_at_most_a_sixth_of_the_bytes(stack, redis):
    records = json_records(2000)
    redis.add_many("log", records)
    responder = stack.responder(redis, compress=1)
    size = {}
    for encoding in ("identity", "gzip", "gzip"):
        with stream(responder, HTTP_ACCEPT_ENCODING=encoding) as s:
            s.read_until_live()
            assert s.payloads == records
            size[encoding] = s.taken
    assert size["gzip"] * 6 < size["identity"]


def test_records_of_each_length_arrive_whole(stack, redis):
    """Long records are sent in pieces, very long lines in one frame; noise does not grow by much."""
    noise = random.Random(1).randbytes(300_000).hex()
    lengths = [0, 1, 100, 32_000, 65_000, 66_000, 200_000, 600_000]
    responder = stack.responder(redis, compress=1)
    with stream(responder, HTTP_ACCEPT_ENCODING="gzip") as live:
        live.read_until_live()
        redis.add_many("log", [noise[:n] for n in lengths])
        with stream(responder, HTTP_ACCEPT_ENCODING="gzip") as history:
            for s in (live, history):
                s.read_records(len(lengths))
                assert s.payloads == [noise[:n] for n in lengths]
                assert s.taken < len(s.raw) * 1.01


@pytest.mark.parametrize("profile, options", [("smarter", {}), ("astrbot", {}), ("swf", {"source": "stream"}),
                                              ("tod", {"route": "/sselog/stream", "match": ""})])
def test_profiles_send_the_same_records_compressed(stack, redis, profile, options):
    redis.add_many("log", ['{"type":"log","message":"the %dth"}' % n for n in range(50)])
    responder = stack.responder(redis, compress=1, profile=profile, history=100, **options)
    seen = []
    for encoding in ("identity", "gzip"):
        with stream(responder, HTTP_ACCEPT_ENCODING=encoding) as s:
            s.read_until(lambda s: b"the 49th" in s.raw, "the last record")
            assert (s.gzip is not None) == (encoding == "gzip")
            seen.append(re.findall(rb"the \d+th", s.raw))
    assert seen[0] == seen[1] == [b"the %dth" % n for n in range(50)]


def test_client_that_reconnects_misses_nothing(stack, redis):
    server = stack.server("lighttpd", redis, compress=1, retry=100)
    with EventSource(server.port, server.path + "/stream", {"Accept-Encoding": "gzip"}) as source:
        for n in range(5):
            redis.add_many("log", [f"{n}-{i}" for i in range(30)])
            source.wait(lambda s, n=n: len(s.records) == 30 * (n + 1), "the records")
            source.cut()
        assert [r.data for r in source.records] == [f"{n}-{i}" for n in range(5) for i in range(30)]


def test_slow_reader_gets_every_record_once(stack, redis):
    """Its connection is full most of the time: what it did not take is in no check sum."""
    records = [random.Random(n).randbytes(2000).hex() for n in range(1500)]
    responder = stack.responder(redis, compress=1)
    with FcgiStream(responder.socket, environment("/sselog/stream", HTTP_ACCEPT_ENCODING="gzip"), rcvbuf=4096) as s:
        s.read_until_live()
        for i in range(0, len(records), 100):
            redis.add_many("log", records[i:i + 100])
        s.read_records(len(records))
        assert s.payloads == records
        responder.child.send(signal.SIGTERM)
        s.read_event("end")
        s.read_rest()
        assert s.gzip.eof


def test_figures_count_the_bytes_that_are_sent(stack, redis):
    redis.add_many("log", json_records(500))
    responder = stack.responder(redis, compress=1)
    with stream(responder, HTTP_ACCEPT_ENCODING="gzip") as s:
        s.read_until_live()
        status = fcgi_get(responder.socket, environment("/sselog/status", HTTP_ACCEPT="*/*"))
        assert s.taken <= json.loads(status.raw)["sent_bytes"] < s.taken + 1000
