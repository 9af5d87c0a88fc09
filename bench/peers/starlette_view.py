# SPDX-License-Identifier: MIT
"""An event stream of Starlette, in the shape that such views have.

Each log has one reader, and each viewer a queue of limited length.  History comes by XREVRANGE.  A full
queue loses the newest record, as in the systems that have this shape."""
import asyncio
import contextlib
import os

import redis.asyncio
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route

QUEUE = 512
KEEPALIVE_S, HISTORY = int(os.environ["KEEPALIVE"]), int(os.environ["HISTORY"])
CLIENT = redis.asyncio.Redis.from_url(os.environ["REDIS_URL"])


def number(entry_id):
    """An id of Redis, to compare."""
    return tuple(map(int, entry_id.split(b"-")))


def frame(entry_id, fields):
    return b"id: %s\ndata: %s\n\n" % (entry_id, fields[b"data"])


class Log:
    """One Redis stream, read once for all of its viewers."""

    logs = {}

    def __init__(self, key):
        self.key, self.queues, self.reader = key, set(), None

    @classmethod
    def of(cls, name):
        return cls.logs.setdefault(name, cls(f"stream:logs:{name}"))

    async def join(self, queue):
        """From here on the queue gets all records."""
        self.queues.add(queue)
        if not self.reader:
            newest = CLIENT.xrevrange(self.key, count=1)
            self.reader = asyncio.ensure_future(self.read(newest))

    async def read(self, newest):
        entries = await newest
        last = entries[0][0] if entries else b"0-0"
        while True:
            for _, entries in await CLIENT.xread({self.key: last}, block=1000) or ():
                for entry in entries:
                    last = entry[0]
                    for queue in self.queues:
                        with contextlib.suppress(asyncio.QueueFull):
                            queue.put_nowait(entry)

    def leave(self, queue):
        self.queues.discard(queue)
        if not self.queues and self.reader:
            self.reader.cancel()
            self.reader = None

    async def past(self, last_id):
        """The records after an id, or the newest ones."""
        if last_id:
            return await CLIENT.xrange(self.key, f"({last_id}", "+")
        return (await CLIENT.xrevrange(self.key, count=HISTORY))[::-1]


async def frames(log, last_id):
    queue, last = asyncio.Queue(QUEUE), (0, 0)
    await log.join(queue)
    try:
        yield b"retry: 3000\n\n"
        for entry in await log.past(last_id):
            last = number(entry[0])
            yield frame(*entry)
        yield b"event: live\ndata: {}\n\n"
        while True:
            try:
                entry = await asyncio.wait_for(queue.get(), KEEPALIVE_S)
            except asyncio.TimeoutError:
                yield b": keepalive\n\n"
                continue
            if number(entry[0]) > last:
                yield frame(*entry)
    finally:
        log.leave(queue)


async def stream(request):
    return StreamingResponse(frames(Log.of(request.path_params["log"]), request.headers.get("last-event-id")),
                             media_type="text/event-stream")


application = Starlette(routes=[Route("/stream/{log}", stream)])
