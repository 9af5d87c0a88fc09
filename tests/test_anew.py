# SPDX-License-Identifier: MIT
"""Logs that are deleted and written anew under the same name, with ids of any kind, while viewers come
and what they read is under way."""
from fcgi import FcgiStream, environment


def follow(responder, query="", rcvbuf=None, **params):
    return FcgiStream(responder.socket, environment("/sselog/stream", query, **params), rcvbuf=rcvbuf)


def test_history_does_not_hold_what_was_deleted(stack, redis):
    """Those who were live had it, and its frame may still be kept: who comes now does not get it."""
    responder = stack.responder(redis)
    with follow(responder) as live:
        live.live()
        for n, data in enumerate(["a", "secret", "c"], 1):
            redis.add("log", data, id=f"{n}-0")
        live.messages(3)
        redis.client.xdel("log", "2-0")
        for query in ("", "history=2"):
            with follow(responder, query) as s:
                assert s.live().json()["replayed"] == 2
                assert s.lines == ["a", "c"]
                redis.add("log", "news", id="10-0" if not query else "11-0")
                s.messages(3)
            redis.client.xtrim("log", maxlen=3, approximate=False)
            redis.client.xdel("log", "10-0", "11-0")
