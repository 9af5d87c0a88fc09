# SPDX-License-Identifier: MIT
"""An event stream of Django Channels, in the shape of swf-monitor's: each viewer is a channel in a group, and
producers send to the group.  The messages go through channels_redis with its usual limits."""
import asyncio
import os

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="for the comparison", ALLOWED_HOSTS=["*"], USE_TZ=True, INSTALLED_APPS=["channels"],
    CHANNEL_LAYERS={"default": {"BACKEND": "channels_redis.core.RedisChannelLayer",
                                "CONFIG": {"hosts": [os.environ["REDIS_URL"]]}}})
django.setup()

from channels.exceptions import StopConsumer
from channels.generic.http import AsyncHttpConsumer
from channels.routing import URLRouter
from django.urls import re_path

KEEPALIVE_S = int(os.environ["KEEPALIVE"])


class Stream(AsyncHttpConsumer):
    async def http_request(self, message):
        """Unlike the base class, does not end when the request was handled."""
        self.log = self.scope["url_route"]["kwargs"]["log"]
        await self.channel_layer.group_add(self.log, self.channel_name)
        await self.send_headers(headers=[(b"Content-Type", b"text/event-stream"),
                                         (b"Cache-Control", b"no-cache")])
        await self.send_body(b"event: live\ndata: {}\n\n", more_body=True)
        self.heart = asyncio.ensure_future(self.beat())

    async def beat(self):
        while True:
            await asyncio.sleep(KEEPALIVE_S)
            await self.send_body(b"event: heartbeat\ndata: {}\n\n", more_body=True)

    async def broadcast(self, event):
        await self.send_body(b"data: %s\n\n" % event["payload"].encode(), more_body=True)

    async def http_disconnect(self, message):
        self.heart.cancel()
        await self.channel_layer.group_discard(self.log, self.channel_name)
        raise StopConsumer


application = URLRouter([re_path(r"^stream/(?P<log>[\w-]+)$", Stream.as_asgi())])
