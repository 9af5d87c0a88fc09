# SPDX-License-Identifier: MIT
"""Searches and exports that end before their end: with their login, or because the log cannot be read."""
import json
import subprocess

import pytest

import identity
import scripted_redis
from fcgi import FcgiStream, environment, fcgi_get
from paced import Paced
from procs import wait_until
from tables import long_but

LONG = 0.5  # seconds of one read; a log of 2000 records takes eleven
LOGIN_ENDED = [b"# the export ends here before its end: the login ended", b'{"control":"incomplete","error":"the login ended"}']


def login_by_jwt(stack, _redis):
    """Options and a credential that is good for one or two seconds."""
    file = identity.secret_file(stack.directory(), "jwt-key", identity.SECRET)
    return {**identity.options("jwt"), "jwt_key_file": file}, {"HTTP_AUTHORIZATION": "Bearer " + identity.jwt(lifetime=2)}


def login_by_session(_stack, redis):
    """The same for a session that Redis forgets."""
    redis.client.set("session:abc", identity.session(), px=1500)
    return identity.options("cookie"), {"HTTP_COOKIE": "session=abc"}


LOGINS = pytest.mark.parametrize("login,reason", [(login_by_jwt, "expired"), (login_by_session, "revoked")],
                                 ids=["jwt", "session"])


@LOGINS
def test_search_ends_with_its_login(stack, redis, login, reason):
    ids = redis.add_many("log", [str(i) for i in range(2000)])
    paced = Paced(stack, redis, LONG)
    options, credential = login(stack, redis)
    responder = stack.responder(paced.redis, stream="log", **options)
    with FcgiStream(responder.socket, environment("/sselog/search", "limit=10000", **credential)) as s:
        s.read_rest()
        end = s.events[-1]
        assert end.type == "end" and end.json()["reason"] == reason
        assert 0 < len(s.records) < 2000 and [r.id for r in s.records] == ids[:-len(s.records) - 1:-1]
        assert end.json()["at"] == s.records[-1].id and s.app_status == 0
    assert fcgi_get(responder.socket, environment("/sselog/search", **credential)).status == 401


@LOGINS
@pytest.mark.parametrize("form,last", zip(["text", "jsonl"], LOGIN_ENDED), ids=["text", "jsonl"])
def test_export_ends_with_its_login(stack, redis, login, reason, form, last):
    """Broken off behind a line that tells why."""
    redis.add_many("log", [str(i) for i in range(2000)])
    paced = Paced(stack, redis, LONG)
    options, credential = login(stack, redis)
    responder = stack.responder(paced.redis, stream="log", **options)
    with FcgiStream(responder.socket, environment("/sselog/export", f"format={form}", **credential)) as s:
        s.read_rest()
        lines = bytes(s.raw).splitlines()
        assert lines[-1] == last and 1 < len(lines) < 2000 and s.app_status is None
    assert fcgi_get(responder.socket, environment("/sselog/export", **credential)).status == 401


def lose_after_some_reads(paced):
    paced.before = {paced.reads + n: lambda: scripted_redis.CLOSE for n in range(5, 9)}


def raw_end(url, paced=None):
    """The last five bytes with the chunks' own, of an export that loses Redis if paced is given."""
    if paced:
        wait_until(lambda: subprocess.run(["curl", "-sSf", url], capture_output=True).returncode == 0, "Redis")
        lose_after_some_reads(paced)
    return subprocess.run(["curl", "-sS", "--raw", url], capture_output=True).stdout[-5:]


@pytest.mark.parametrize("kind,status", long_but(
    [("lighttpd", 18), ("nginx", 0)], [("lighttpd", 18), ("proxy_fcgi", 18), ("fcgid", 0), ("cgid", 0), ("nginx", 0)]))
def test_client_of_a_web_server_sees_that_an_export_is_broken_off(stack, redis, kind, status):
    """By a chunked answer without its end, which is curl's status 18. Some servers end it as a whole one: there the last
    line tells it, as it does everywhere."""
    ids = redis.add_many("log", [f"number {i}" for i in range(2000)])
    paced = Paced(stack, redis)
    server = stack.server(kind, paced.redis)
    url = f"http://localhost:{server.port}{server.path}/export?format=jsonl"
    assert raw_end(url) == b"0\r\n\r\n"
    lose_after_some_reads(paced)
    cut = subprocess.run(["curl", "-sS", "-w", "%{stderr}%{http_code}", url], capture_output=True)
    paced.before = {}
    text, _, page = cut.stdout.partition(b"<!DOCTYPE")
    lines = [json.loads(line) for line in text.splitlines()]
    assert lines[-1] == {"control": "incomplete", "error": "the log cannot be reached now"}
    assert (b"500 Internal Server Error" in page) == (kind == "fcgid")
    assert [line["id"] for line in lines[:-1]] == ids[:len(lines) - 1] and 1 < len(lines) < len(ids)
    assert cut.returncode == status and cut.stderr.endswith(b"200"), cut.stderr
    assert raw_end(url, paced) == (b'"}\n\r\n' if status else b"0\r\n\r\n")
