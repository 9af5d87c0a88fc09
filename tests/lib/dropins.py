# SPDX-License-Identifier: MIT
"""Shared parts of the contract tests of the four systems (smarter, tod, swf, astrbot).

    serve()     a web server with the shipped examples/NAME
    cookie(), api_key(), sse_token(), signed(), bearer()   credentials as the systems' applications make them
    body()      the bytes of a response so far
    assert_no_head_before_reply()    checks that the response waits for Redis
"""
import hashlib
import json
import threading
import time

import jwt
import pytest

import examples
from fcgi import STDOUT, Peer
from procs import DeadlineExceeded, wait_until

servers = pytest.mark.parametrize("kind", ["lighttpd", "fcgid"])


def serve(stack, redis, name, kind="lighttpd", *, tokens=False, more=None, **options):
    """The web server with examples/NAME. options: additional options, without SSELOG_."""
    setup = stack.setup(redis, auth="remote_user")
    del setup.options["SSELOG_AUTH"]
    return stack.keep(examples.SERVERS[kind](setup, name, options=options, tokens=tokens, more=more))


def cookie(redis, user):
    """A login as the application writes it to Redis (sselog_pass.py), and the viewer's header."""
    redis.client.set(f"sselog:session:of-{user}", json.dumps({"user_id": user}))
    return {"Cookie": f"sselog=of-{user}"}


def api_key(redis, user, key="k" * 40):
    """A token key as the application writes it to Redis (sselog_tokens.py), and the viewer's header."""
    redis.client.set("sselog:bearer:" + hashlib.sha256(key.encode()).hexdigest(),
                     json.dumps({"user_id": user}))
    return {"Authorization": f"Token {key}"}


def sse_token(redis, tenant, role="viewer", token="t" * 43, seconds=600):
    """A single-use token as tod's application writes it to Redis."""
    redis.client.set(f"sse_token:{token}", json.dumps(
        {"user_id": "u-1", "tenant_id": tenant, "role": role}), ex=seconds)
    return token


def signed(secret=examples.SECRET, **claims):
    """A JWT that is valid for an hour."""
    return jwt.encode({"exp": int(time.time()) + 3600, **claims}, secret, algorithm="HS256")


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def body(stream):
    """The body that was read so far, as text."""
    return bytes(stream.raw).decode()


def assert_no_head_before_reply(stack, redis, commands, params, **options):
    """Checks that not even the head is sent while Redis holds back its reply to one of these commands."""
    go = threading.Event()
    scripted = stack.scripted(redis, lambda conn, cmd: cmd[0].startswith(commands) and not go.wait(60) or None)
    responder = stack.responder(scripted, **options)
    with Peer(responder.socket) as peer:
        peer.request(params)
        wait_until(lambda: any(c.startswith(commands) for (c, *_) in (cmd for _, cmd in list(scripted.log))),
                   "the command")
        with pytest.raises(DeadlineExceeded):
            peer.next(deadline=0.7)
        go.set()
        first = peer.next()
        assert first.type == STDOUT and first.content.startswith(b"Status: 200 OK\r\n")
