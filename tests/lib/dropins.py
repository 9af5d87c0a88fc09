# SPDX-License-Identifier: MIT
"""What the contract tests of the four systems share: servers that run the shipped snippets, and who
looks."""
import hashlib
import json
import threading
import time

import jwt
import pytest

import examples
from fcgi import STDOUT, Peer
from procs import TooLate, wait_until

servers = pytest.mark.parametrize("kind", ["lighttpd", "fcgid"])


def serve(stack, redis, name, kind="lighttpd", *, tokens=False, more=None, **options):
    """The web server with examples/NAME; options that the snippet does not set, without SSELOG_."""
    setup = stack.setup(redis, auth="remote_user")
    del setup.options["SSELOG_AUTH"]
    return stack.keep(examples.SERVERS[kind](setup, name, options=options, tokens=tokens, more=more))


def cookie(redis, user):
    """A login that the application has put into Redis (sselog_pass.py)."""
    redis.client.set(f"sselog:session:of-{user}", json.dumps({"user_id": user}))
    return {"Cookie": f"sselog=of-{user}"}


def api_key(redis, user, key="k" * 40):
    """A token key that the application has put into Redis (sselog_tokens.py)."""
    redis.client.set("sselog:bearer:" + hashlib.sha256(key.encode()).hexdigest(),
                     json.dumps({"user_id": user}))
    return {"Authorization": f"Token {key}"}


def sse_token(redis, tenant, role="viewer", token="t" * 43, seconds=600):
    redis.client.set(f"sse_token:{token}", json.dumps(
        {"user_id": "u-1", "tenant_id": tenant, "role": role}), ex=seconds)
    return token


def signed(secret=examples.SECRET, **claims):
    return jwt.encode({"exp": int(time.time()) + 3600, **claims}, secret, algorithm="HS256")


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def body(stream):
    """What came so far, as text."""
    return bytes(stream.raw).decode()


def held_back(stack, redis, commands, params, **options):
    """While Redis keeps the answer to such a command back nothing comes, not even the head."""
    go = threading.Event()
    odd = stack.scripted(redis, lambda conn, cmd: cmd[0].startswith(commands) and not go.wait(60) or None)
    responder = stack.responder(odd, **options)
    with Peer(responder.socket) as peer:
        peer.request(params)
        wait_until(lambda: any(c.startswith(commands) for (c, *_) in (cmd for _, cmd in list(odd.log))),
                   "the command")
        with pytest.raises(TooLate):
            peer.next(deadline=0.7)
        go.set()
        first = peer.next()
        assert first.type == STDOUT and first.content.startswith(b"Status: 200 OK\r\n")
