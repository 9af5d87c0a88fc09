# SPDX-License-Identifier: MIT
"""A product of hostile requests, by six ways in: nobody reads another's log, and nothing is harmed.

HOSTILE: the number of requests over all ways (600). SEED: another sample. lib/hostile.py has the tables.
"""
import os
import re
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import hostile
import identity
import webs
from fcgi import END, STDOUT, Peer, environment
from hostile import Answer
from procs import DEADLINE, DeadlineExceeded
from sse import connect

COUNT = int(os.environ.get("HOSTILE") or 600)
SEED = int(os.environ.get("SEED") or 4711)
WAYS = ("fcgi", "cgi", "lighttpd", "fcgid", "proxy_fcgi", "nginx")
AT_ONCE = 16  # lighttpd holds the answer to a wrong password back for a second
SITES = ("password", "lookup")


def has_ended(body):
    """Whether nothing more is to come in a stream that we want to see."""
    return any(f"\nevent: {end}\n".encode() in b"\n" + body for end in ("live", "end", "unavailable"))


def is_complete(head, body):
    """Whether all that we want to see has come, though the web server may linger."""
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    if length:
        return len(body) >= int(length[1])
    return b"text/event-stream" in head and has_ended(body.replace(b"\r\n", b"\n"))


def parse(head, body):
    """An answer from its head, without the status line, and its body."""
    headers = []
    for line in head.split(b"\r\n"):
        name, colon, value = line.decode("latin-1").partition(":")
        assert colon, f"a line {line!r} in the head"
        headers.append((name.lower(), value.strip()))
    status = dict(headers).get("status", "200").split()[0]
    return Answer(int(status), [h for h in headers if h[0] != "status"], body)


class Http:
    """Through a web server: one connection for each request, so that nothing is shared."""

    def __init__(self, server):
        self.server = server

    def ask(self, request):
        lines = [f"{request.method} {self.server.path}{request.path} HTTP/1.1", "Host: localhost", "Connection: close",
                 *(f"{name}: {value}" for name, value in request.lines())]
        with connect(self.server.port) as sock:
            sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
            if request.announces_a_body():  # there is none
                sock.shutdown(socket.SHUT_WR)
            return self.read(sock)

    @staticmethod
    def read(sock):
        end = time.monotonic() + DEADLINE
        raw = b""
        while time.monotonic() < end:
            try:
                data = sock.recv(65536)
            except ConnectionResetError:
                data = b""
            raw += data
            if raw.startswith(b"HTTP/1.1 100 "):
                raw = raw.partition(b"\r\n\r\n")[2]
            head, found, body = raw.partition(b"\r\n\r\n")
            if not data or (found and is_complete(head, body)):
                break
        else:
            raise DeadlineExceeded(f"no end of {raw[-300:]!r}")
        if not raw:
            return Answer(400)  # the web server hung up
        head, _, body = raw.partition(b"\r\n\r\n")
        line, _, head = head.partition(b"\r\n")
        answer = parse(head, unchunked(body) if b"chunked" in head.lower() else body)
        answer.status = int(line.split()[1])
        return answer


def unchunked(body):
    out = b""
    while match := re.match(rb"([0-9a-fA-F]+)\r\n", body):
        size = int(match[1], 16)
        out += body[match.end():match.end() + size]
        body = body[match.end() + size + 2:]
    return out


def cgi_environment(request, user):
    """The parameters that a web server which folds names as lighttpd does would make. The web server has
    checked the password: user is its result."""
    path, _, query = request.path.partition("?")
    env = environment("/sselog" + path, query, method=request.method, HTTP_ACCEPT=None, REMOTE_USER=user)
    for name, value in (("Host", "localhost"), *request.lines()):
        name = "HTTP_" + re.sub("[^A-Za-z0-9]", "_", name).upper()
        if name not in ("HTTP_CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING"):
            env[name] = f"{env[name]}, {value}" if name in env else value
    return env


class Direct:
    """A way in without a web server. On the site with passwords we are the web server: we check them."""

    def __init__(self, site, setup):
        self.site = site
        self.setup = setup

    def environment(self, request):
        user = request.credential.user if self.site == "password" else None
        return cgi_environment(request, user)


class Fcgi(Direct):
    def __init__(self, site, responder):
        super().__init__(site, responder.setup)
        self.server = responder

    def ask(self, request):
        raw = b""
        with Peer(self.server.socket) as peer:
            peer.request({k: v.encode("latin-1") for k, v in self.environment(request).items()})
            while (got := peer.next()) and got.type != END:
                raw += got.content if got.type == STDOUT else b""
                if b"text/event-stream" in raw and has_ended(raw):
                    break
        head, _, body = raw.partition(b"\r\n\r\n")
        return parse(head, body)


class Cgi(Direct):
    def ask(self, request):
        env = {k: v.replace("\0", "") for k, v in self.environment(request).items()}
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                process = subprocess.Popen([self.setup.program], stdin=subprocess.DEVNULL, stdout=theirs,
                                           stderr=subprocess.PIPE, env={**self.setup.environment(), **{
                                               k: v.encode("latin-1") for k, v in env.items()}})
            raw = b""
            ours.settimeout(DEADLINE)
            while data := ours.recv(65536):
                raw += data
                if b"text/event-stream" in raw and has_ended(raw):
                    break
        process.stderr.close()
        assert process.wait(DEADLINE) >= 0, "sselog crashed"
        head, _, body = raw.partition(b"\r\n\r\n")
        return parse(head, body)


def options(site):
    if site == "password":
        return {"auth": "remote_user", "stream": "stream:logs:{user}"}
    return identity.options("cookie", auth="header cookie bearer", trusted="192.0.2.9", admin_roles="admin",
                            stream="stream:logs:{user}")


def open_way(stack, redis, way, site):
    setup = stack.setup(redis, max_per_user=1000, **options(site))
    if way == "cgi":
        return Cgi(site, setup)
    if way == "fcgi":
        return Fcgi(site, stack.responder(setup=setup))
    return Http(stack.server(way, setup=setup, web={"auth": site == "password"}))


def fill(redis):
    for user in hostile.USERS:
        redis.add(f"stream:logs:{user}", hostile.record_of(user))
    for id, value in hostile.SESSIONS.items():
        redis.client.set(f"session:{id}", value)
    redis.client.set(identity.bearer_key(hostile.BEARER), identity.session("ann"))


def fault(door, request):
    """Says in words what is wrong with the answer; None: nothing."""
    try:
        answer = door.ask(request)
    except (OSError, AssertionError) as e:
        return f"{request}\n  -> {type(e).__name__}: {e}"
    wrong = hostile.problem(request, answer)
    return wrong and f"{wrong}\n  {request}\n  -> {answer.status} {answer.headers} {answer.body[:200]}"


@pytest.mark.load
@pytest.mark.parametrize("way", WAYS)
def test_hostile_requests_get_no_log_of_another_and_harm_nobody(stack, redis, way):
    fill(redis)
    for site in SITES:
        door = open_way(stack, redis, way, site)
        pids = door.server.responders() if hasattr(door, "server") else []
        asked = list(hostile.requests(site, COUNT // len(WAYS) // len(SITES), f"{SEED}-{way}-{site}"))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            faults = [f for f in pool.map(lambda request: fault(door, request), asked) if f]
        assert not faults, f"SEED={SEED}: {len(faults)} wrong answers\n" + "\n".join(faults[:20])
        if pids:
            assert set(pids) <= set(door.server.responders()), "a process ended"
            output = door.server.output()
            assert not [s for s in hostile.SECRETS if s in output], "a secret in the log"
