# SPDX-License-Identifier: MIT
"""The same tests with every web server, each started from the example that is shipped."""
import concurrent.futures
import json
import re
import socket
import subprocess
import threading

import pytest

import procs
import webs
from fcgi import environment, fcgi_get
from procs import wait_until
from sse import EventSource, Stream, basic, get
from tables import long_but
from webs import TOP

every_server = pytest.mark.parametrize("kind", list(webs.SERVERS))
# test_history_live_and_resume has them all in `make check`.
servers = pytest.mark.parametrize("kind", long_but(["lighttpd", "cgid", "nginx"], webs.SERVERS))


@every_server
def test_history_live_and_resume(stack, redis, kind):
    redis.add_many("log", [f"old {i}" for i in range(5)])
    server = stack.server(kind, redis)
    with Stream(server.port, server.path + "/stream") as s:
        assert s.status == 200
        assert s.headers["content-type"] == "text/event-stream"
        assert s.headers["cache-control"] == "no-store, no-transform"
        assert s.read_until_live().json() == {"replayed": 5, "sent": 5, "withheld": 0, "lost": 0}
        for i in range(3):  # one after the other: each must arrive without a later one
            redis.add("log", f"new {i}")
            s.read_records(6 + i)
        assert s.payloads == [f"old {i}" for i in range(5)] + [f"new {i}" for i in range(3)]
        middle = s.records[3].id
    with Stream(server.port, server.path + "/stream", {"Last-Event-ID": middle}) as s:
        s.read_until_live()
        assert s.payloads == ["old 4", "new 0", "new 1", "new 2"]
    with Stream(server.port, f"{server.path}?last_event_id={middle}") as s:  # the path of the mount
        s.read_until_live()
        assert s.payloads == ["old 4", "new 0", "new 1", "new 2"]


@servers
def test_basic_authentication_decides_the_log(stack, redis, kind):
    """The web server's user name selects the log; a client cannot set it by a header."""
    redis.add("stream:logs:ann", "for ann")
    redis.add("stream:logs:bob", "for bob")
    server = stack.server(kind, redis, web={"auth": True}, auth="remote_user")
    stream = server.path + "/stream"
    assert get(server.port, stream).status == 401
    assert get(server.port, stream, basic("ann", "wrong")).status == 401
    assert get(server.port, stream, {"X-Remote-User": "ann", "Remote-User": "ann"}).status == 401
    for user in ("ann", "bob"):
        with Stream(server.port, stream, basic(user)) as s:
            s.read_until_live()
            assert s.payloads == [f"for {user}"]


@servers
def test_requests_without_authentication_are_refused(stack, redis, kind):
    """Without the example's part "who may look" the web server checks nothing, and sselog refuses."""
    redis.add("stream:logs:ann", "for ann")
    server = stack.server(kind, redis, auth="remote_user")
    for headers in ({}, basic("ann"), {"Remote-User": "ann", "REMOTE_USER": "ann"}):
        answer = get(server.port, server.path + "/stream", headers)
        assert answer.status == 401, headers
        assert "for ann" not in str(answer.raw)


@servers
def test_endpoints_below_the_mount(stack, redis, kind):
    redis.add_many("log", ["one", "two"])
    server = stack.server(kind, redis)
    assert get(server.port, server.path + "/healthz").status == 200
    history = get(server.port, server.path + "/history?limit=10")
    assert history.status == 200 and b"one" in history.raw and b"two" in history.raw
    assert history.headers["content-type"].startswith("application/json")
    volume = get(server.port, server.path + "/volume?buckets=1&by=level")
    assert json.loads(volume.raw)["buckets"] == [[0, 0, 0, 0, 0, 2]]
    export = get(server.port, server.path + "/export?format=jsonl")
    assert [json.loads(line)["data"] for line in export.raw.splitlines()] == ["one", "two"]
    assert export.headers["content-disposition"] == 'attachment; filename="log.jsonl"'
    for path in ("/nowhere", "/stream/more", "/healthz/x"):
        assert get(server.port, server.path + path).status == 404, path
    post = get(server.port, server.path + "/stream", method="POST", body=b"x=1")
    assert post.status == 405 and "GET" in post.headers["allow"]


def test_cgi_reads_an_unused_body(stack, redis):
    """mod_cgid uses one socket for input and output. Unread input would reset the connection when it closes,
    and the answer would be lost."""
    setup = stack.setup(redis)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(b"x=1")
        program = subprocess.Popen([setup.program], stdin=theirs, stdout=theirs, env={
            **setup.environment(), "GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "POST",
            "CONTENT_LENGTH": "3", "SCRIPT_NAME": "/sselog", "PATH_INFO": "/stream"})
        theirs.close()
        assert program.wait(30) == 0
        assert ours.recv(4096).startswith(b"Status: 405") and ours.recv(4096) == b""


@pytest.mark.parametrize("kind", ["lighttpd", "fcgid", "nginx"])
def test_no_query_string_in_the_access_log(stack, redis, kind):
    """The query string may hold tokens and search texts."""
    server = stack.server(kind, redis)
    assert get(server.port, server.path + "/healthz?token=topsecret&q=private").status == 200
    server.flush_log()
    log = wait_until(lambda: "healthz" in server.access_log() and server.access_log(), "the access log")
    assert "topsecret" not in log and "private" not in log
    if kind == "fcgid":  # the site's own log has all other requests
        assert get(server.port, "/nowhere?token=others").status == 404
        site = server.dir / "site.log"
        wait_until(lambda: "/nowhere?token=others" in site.read_text(), "the site's log")
        assert "healthz" not in site.read_text()


SHIPPED = [p for p in (*TOP.glob("*-example.conf"), TOP / "sselog.8", *(TOP / "examples").rglob("*"))
           if p.is_file() and p.suffix in (".conf", ".1")]


@pytest.mark.parametrize("needs, also", [('"check-local"', '"tcp-fin-propagate"'), ("SetEnv no-gzip", "SetEnv no-brotli")])
def test_shipped_files_have_lines_that_belong_together(needs, also):
    """Each responder of lighttpd passes the end of a connection on; no compression of Apache is forgotten."""
    counts = {p: (text.count(needs), text.count(also)) for p in SHIPPED for text in [p.read_text()] if needs in text}
    assert len(counts) >= 5
    for file, (n, m) in counts.items():
        assert n == m, file


@pytest.mark.parametrize("kind", ["lighttpd", "nginx"])
def test_viewer_that_left_is_gone_before_the_next_keepalive(stack, redis, kind):
    server = stack.server(kind, redis, keepalive=600)
    with Stream(server.port, server.path + "/stream") as s:
        s.read_until_live()
        assert viewers(server) == 1
    wait_until(lambda: viewers(server) == 0, "the end of the viewer", deadline=60)
    server.child.stop()
    assert "unexpected end-of-file" not in server.output(), "a page that is closed is no error"


def viewers(server):
    return json.loads(get(server.port, server.path + "/status").raw)["viewers"]


def test_cgi_part_of_lighttpd_streams_without_the_responder(stack, redis):
    server = stack.server("lighttpd-cgi", redis, web={"edit": lambda text: webs.drop_block(text, "the responder")})
    with Stream(server.port, server.path + "/stream") as s:
        s.read_until_live()
        redis.add("log", "new")
        s.read_records(1)


def test_lighttpd_makes_requests_wait_while_an_activated_sselog_restarts(stack, redis):
    """The example's line for a sselog that runs by itself, at a socket that stays while no process serves it."""
    setup = stack.setup(redis)
    socket_path = setup.dir / "activated.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(socket_path))
        listening.listen(64)

        def run():
            return stack.keep(procs.Child([setup.program], env=setup.environment(), stdin=listening,
                                          log=setup.dir / "activated.log"))

        child = run()
        server = stack.server("lighttpd", setup=setup, web={"edit": lambda text: at_socket(text, socket_path)})
        assert get(server.port, server.path + "/healthz").status == 200
        child.stop()
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            answers = [pool.submit(get, server.port, server.path + "/healthz") for _ in range(20)]
            wait_until(lambda: waiting_at(socket_path) == 20, "20 waiting requests")
            run()
            assert [a.result().status for a in answers] == [200] * 20


def test_started_sselog_takes_the_socket_over_and_refuses_nobody(stack, redis):
    """Another `sselog -s` starts and the former is stopped, twice, while requests come all the time."""
    setup = stack.setup(redis, retry=100)
    path = setup.dir / "s.sock"

    def run(number):
        child = stack.keep(procs.Child([setup.program, "-s", path, "-m", "0666"], env=setup.environment(),
                                       log=setup.dir / f"sselog-{number}.log"))
        wait_until(lambda: "serving" in child.output(), "sselog")
        return child

    former = run(0)
    server = stack.server("lighttpd", setup=setup, web={"edit": lambda text: at_socket(text, path)})
    done = threading.Event()

    def ask(answers):
        while not done.is_set():
            answers.append(fcgi_get(path, environment("/sselog/healthz")).status)
            answers.append(get(server.port, server.path + "/healthz").status)
        return answers

    with concurrent.futures.ThreadPoolExecutor(4) as pool, \
            EventSource(server.port, server.path + "/stream") as viewer:
        try:
            lists = [[] for _ in range(3)]
            asked = [pool.submit(ask, answers) for answers in lists]
            ids = []
            for number in (1, 2):
                counts = [len(answers) for answers in lists]
                wait_until(lambda: all(len(a) > n + 2 for a, n in zip(lists, counts)), "answers")
                latter = run(number)
                assert f"taken over from process {former.pid}," in latter.output()
                assert former.stop() == 0
                ids.append(redis.add("log", "x"))
                former = latter
            wait_until(lambda: [e.id for e in viewer.events if e.data == "x"] == ids, "each record once")
        finally:
            done.set()
        assert {status for answers in asked for status in answers.result()} == {200}
        assert viewer.failed is None


def at_socket(text, path):
    """The example with the line of its comment in place of the lines that this comment names."""
    line = re.search(r'^# +("socket" => "/run/sselog/sselog.sock",)$', text, re.M).group(1)
    for name in ("bin-path", "max-procs", "listen-backlog"):
        text, n = re.subn(rf'^ +"{name}" .*\n', "", text, flags=re.M)
        assert n == 1, name
    text, n = re.subn(r' +"bin-environment" => \(\n[^)]*\)\n', "", text)
    assert n == 1
    return re.sub(r'^( +)"socket" .*$', lambda m: m.group(1) + line.replace("/run/sselog/sselog.sock", str(path)),
                  text, count=1, flags=re.M)


def waiting_at(path):
    """How many connections wait at a listening Unix socket to be accepted: all but the listener are connected to it."""
    return sum(line.split()[-1] == str(path) for line in open("/proc/net/unix") if str(path) in line) - 1


@pytest.mark.parametrize("kind, path", [("lighttpd", "/"), ("fcgid", "/log/"), ("nginx", "/")])
def test_page_cannot_be_framed_by_another_site_nor_kept_after_an_update(stack, redis, kind, path):
    server = stack.server(kind, redis)
    for name in ("", "console-bundle.js", "console.css"):
        headers = get(server.port, path + name).headers
        assert (headers["content-security-policy"], headers["x-frame-options"], headers["x-content-type-options"],
                headers["cache-control"]) == ("frame-ancestors 'self'", "SAMEORIGIN", "nosniff", "no-cache"), name
    assert "x-frame-options" not in get(server.port, server.path + "/healthz").headers


@pytest.mark.parametrize("kind, path", [("lighttpd", "/"), ("fcgid", "/log/"), ("nginx", "/")])
def test_page_is_compressed_and_not_sent_again_while_it_stays_the_same(stack, redis, kind, path):
    server = stack.server(kind, redis)
    for name in ("", "console-bundle.js", "console.css"):
        first = get(server.port, path + name, {"Accept-Encoding": "gzip"}).headers
        assert first["content-encoding"] == "gzip" and "accept-encoding" in first["vary"].lower(), name
        again = get(server.port, path + name, {"Accept-Encoding": "gzip", "If-None-Match": first["etag"]})
        assert again.status == 304, name
        other = get(server.port, path + name, {"Accept-Encoding": "gzip", "If-None-Match": first["etag"].replace('"', '"0', 1)})
        assert other.status == 200, name


@pytest.mark.parametrize("kind", ["fcgid", "proxy_fcgi"])
def test_apache_compresses_no_stream_although_it_compresses_all(stack, redis, kind):
    everything = ("LoadModule brotli_module /usr/lib/apache2/modules/mod_brotli.so\n"
                  "SetOutputFilter BROTLI_COMPRESS;DEFLATE\n")
    server = stack.server(kind, redis, web={"directives": everything})
    for encoding in ("br", "gzip"):
        asked = {"Accept-Encoding": encoding}
        assert get(server.port, "/log/console.html", asked).headers["content-encoding"] == encoding
        with Stream(server.port, server.path + "/stream", asked) as s:
            s.read_until_live()
            redis.add("log", "new")
            s.read_until(lambda s: b"new" in s.raw, "the record")
            assert "content-encoding" not in s.headers


@pytest.mark.parametrize("kind, path", [("lighttpd", "/"), ("fcgid", "/log/"), ("nginx", "/")])
def test_console_is_served(stack, redis, kind, path):
    setup = stack.setup(redis)
    web = setup.change_web()
    (web / "console.html").write_text("<title>the page</title>")
    (web / "extra.js").write_text("1;")
    server = stack.server(kind, setup=setup)
    page = get(server.port, path)
    assert page.status == 200 and b"the page" in page.raw
    assert page.headers["content-type"].startswith("text/html")
    script = get(server.port, path + "extra.js")
    assert "javascript" in script.headers["content-type"]


@servers
def test_concurrent_viewers_get_each_record_once_in_order(stack, redis, kind):
    # mod_fcgid waits a second before it starts another process; this test keeps that second.
    count, web = (4, {"short_sleeps": False}) if kind == "fcgid" else (12, {})
    server = stack.server(kind, redis, web=web)
    viewers = [stack.keep(Stream(server.port, server.path + "/stream")) for _ in range(count)]
    for s in viewers:
        s.read_until_live()
    ids = redis.add_many("log", [f"{i}" for i in range(200)])
    for s in viewers:
        assert [e.id for e in s.read_records(200)] == ids


# With an open stream Apache takes ten seconds to stop, so that only one of its servers is stopped.
@pytest.mark.parametrize("kind, how", long_but([("fcgid", "kill"), ("cgid", "kill"), ("lighttpd", "stop"), ("nginx", "stop")],
                                               [(k, "kill") for k in webs.SERVERS] +
                                               [(k, "stop") for k in ("lighttpd", "fcgid", "nginx")]))
def test_restart_of_the_web_server_loses_no_record(stack, redis, kind, how):
    """The web server and sselog are stopped and started, and the viewer reconnects."""
    server = stack.server(kind, redis, retry=100)
    wanted = redis.add_many("log", [f"before {i}" for i in range(20)])
    with EventSource(server.port, server.path + "/stream", retry_server_errors=True) as viewer:
        viewer.wait(lambda v: len(v.records) == 20, "history")
        getattr(server, how)()
        wanted += redis.add_many("log", [f"while away {i}" for i in range(20)])
        server.start()
        assert server.port == viewer.address
        wanted += redis.add_many("log", [f"after {i}" for i in range(20)])
        viewer.wait(lambda v: len(v.records) >= len(wanted), "all records")
        assert [e.id for e in viewer.records] == wanted
        assert not [e for e in viewer.events if e.type == "gap"]
