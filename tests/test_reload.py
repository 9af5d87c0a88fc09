# SPDX-License-Identifier: MIT
"""A page that is reloaded again and again: what its former streams held is free for the next one.

Some web servers tell that a client left only when they are given something to send."""
import re

import pytest

import h2
from fcgi import FcgiStream, environment
from identity import session
from sse import Stream
from tables import long_but

SEATS = 20
RELOADS = 30


def assert_live(stream):
    stream.read_until(lambda s: s.events, "an event")
    assert stream.events[0].type == "live", stream.raw


@pytest.mark.parametrize("kind", long_but(["fcgid", "nginx"], ["lighttpd", "fcgid", "proxy_fcgi", "nginx"]))
def test_page_reloaded_more_often_than_there_are_seats_stays_live(stack, redis, kind):
    redis.client.set("session:good", session())
    server = stack.server(kind, redis, auth="cookie", stream="stream:logs:{user}", max_per_user=SEATS, keepalive=600)
    for _ in range(RELOADS + 1):
        with Stream(server.port, server.path + "/stream", {"Cookie": "session=good"}) as page:
            assert_live(page)


# Apache: see below.
HTTP2 = {"lighttpd": {}, "nginx": {"edit": lambda text: re.sub(r"(listen 127.0.0.1:\d+)", r"\1 http2", text)}}


@pytest.mark.parametrize("kind", HTTP2)
def test_page_reloaded_over_one_http2_connection_stays_live(stack, redis, kind):
    """A reload ends one stream of the connection; the connection stays."""
    redis.client.set("session:good", session())
    server = stack.server(kind, redis, web=HTTP2[kind], auth="cookie", stream="stream:logs:{user}", max_per_user=SEATS,
                          keepalive=600)
    connection = stack.keep(h2.Connection(server.port))
    for _ in range(RELOADS + 1):
        page = connection.open(server.path + "/stream", {"cookie": "session=good"})
        page.read_until(lambda s: s.events or s.ended, "an event")
        assert [e.type for e in page.events] == ["live"]
        page.cancel()


@pytest.mark.parametrize("kind", ["fcgid", "proxy_fcgi"])
def test_page_reloaded_over_http2_through_apache_is_live_after_a_keepalive(stack, redis, kind):
    """Apache begins six streams of a connection. One that was ended makes room when its next keepalive is
    written. Nothing refuses the newest, which waits for that."""
    redis.client.set("session:good", session())
    http2 = "LoadModule http2_module /usr/lib/apache2/modules/mod_http2.so\nProtocols h2c http/1.1\n"
    server = stack.server(kind, redis, web={"directives": http2}, auth="cookie", stream="stream:logs:{user}",
                          max_per_user=SEATS, keepalive=1)
    connection = stack.keep(h2.Connection(server.port))
    for _ in range(RELOADS):
        connection.open(server.path + "/stream", {"cookie": "session=good"}).cancel()
    page = connection.open(server.path + "/stream", {"cookie": "session=good"})
    page.read_until(lambda s: s.events or s.ended, "an event")
    assert [e.type for e in page.events] == ["live"]


def test_stream_that_names_its_tab_takes_the_place_of_the_former_one(stack, redis):
    """The former one is not known to be gone: its connection is open."""
    responder = stack.responder(redis, auth="remote_user", stream="stream:logs:{user}", max_per_user=1)

    def follow(user="ann", query="replaces=tab-1"):
        return stack.keep(FcgiStream(responder.socket, environment("/sselog/stream", query, REMOTE_USER=user)))
    first = follow()
    assert_live(first)
    assert_live(follow("bob"))  # the same id is another one's tab
    second = follow()
    assert_live(second)
    assert first.read_event("end").json()["reason"] == "replaced"
    follow(query="replaces=tab-2").read_event("unavailable")
    assert follow(query="replaces=not+an+id").status == 400
