# SPDX-License-Identifier: MIT
"""Writes AstrBot's log entries to a Redis stream, which sselog serves.

    from redis_log import RedisLog
    RedisLog.from_url("redis://127.0.0.1:6379/0").attach(log_broker)

The field `data` of a record is one log entry as JSON in UTF-8: level, time, data, category.

Logging never waits for Redis and never fails because of it.  Entries go through a bounded queue to a
separate thread.  While Redis is unavailable they wait there.  Entries that do not fit are counted, and
a record in their place tells the number.  Each entry gets its id here: an XADD whose answer was lost
can be repeated without a duplicate.  Needs redis (redis-py).
"""
import atexit
import collections
import json
import threading
import time

import redis


class RedisLog:
    """client: a redis.Redis with a socket_timeout, without decode_responses. maxlen: about how many
    records Redis keeps. room: how many entries may wait."""

    def __init__(self, client, key="stream:logs:astrbot", maxlen=1000, room=1000):
        self.client = client
        self.key = key
        self.maxlen = maxlen
        self.room = room
        self.lost = 0  # since the start
        self._waiting = collections.deque()  # entries, and numbers of lost ones between them
        self._changed = threading.Condition()
        self._closing = False
        self._last = (0, 0)  # id of the last entry written
        self._thread = threading.Thread(target=self._run, name="redis-log", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    @classmethod
    def from_url(cls, url, **kw):
        return cls(redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5), **kw)

    def attach(self, broker):
        """From now on every entry that this LogBroker publishes goes to Redis too."""
        publish = broker.publish

        def both(entry):
            publish(entry)
            self.put(entry)

        broker.publish = both
        return self

    def put(self, entry):
        """Queues an entry. Any thread may call it; it never waits for Redis."""
        with self._changed:
            if len(self._waiting) < self.room:
                self._waiting.append(dict(entry))
                self._changed.notify()
                return
            self.lost += 1
            if isinstance(self._waiting[-1], int):
                self._waiting[-1] += 1
            else:
                self._waiting.append(1)

    def close(self, deadline=2.0):
        """Waits at most deadline seconds until the thread has written the queue."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(deadline)

    def _run(self):
        while True:
            with self._changed:
                while not self._waiting and not self._closing:
                    self._changed.wait()
                if not self._waiting:
                    return
                entry = self._waiting[0]
                if isinstance(entry, int):  # replaced before it is written: put() must not add to it
                    self._waiting[0] = entry = self._missing(entry)
            self._write(self._text(entry))
            with self._changed:
                self._waiting.popleft()

    def _text(self, entry):
        try:
            text = json.dumps(entry, ensure_ascii=False, default=str)
        except (TypeError, ValueError, RecursionError):
            self.lost += 1
            text = json.dumps(self._missing(1))
        # json.dumps accepts lone surrogates, which UTF-8 cannot encode.
        return text.encode("utf-8", "replace")

    @staticmethod
    def _missing(count):
        what = f"{count} log line{'s are' if count > 1 else ' is'} missing here: not taken by Redis"
        return {"level": "WARNING", "time": time.time(), "category": "system",
                "data": f"\x1b[1;33m[{time.strftime('%Y-%m-%d %H:%M:%S')}.000] [Core] [WARN] "
                        f"[redis_log]: {what}\x1b[0m"}

    def _write(self, data):
        """Returns when the record is in Redis."""
        now = int(time.time() * 1000)
        wanted = max((now, 0), (self._last[0], self._last[1] + 1))
        pause = 0.05
        while True:
            try:
                wanted = self._add(wanted, data)
                if wanted is None:
                    return
            except (redis.RedisError, OSError):
                time.sleep(pause)
                pause = min(pause * 2, 5.0)

    def _add(self, wanted, data):
        """Returns None if data is in the log, else a later id to try."""
        name = "%d-%d" % wanted
        try:
            self.client.xadd(self.key, {"data": data}, id=name, maxlen=self.maxlen, approximate=True)
        except redis.ResponseError as error:
            if "equal or smaller" not in str(error):
                raise
            if not self._holds(name, data):  # the clock was set back, or another program writes too
                ms, n = self.client.xinfo_stream(self.key)["last-generated-id"].split(b"-")
                return (int(ms), int(n) + 1)
        self._last = wanted
        return None

    def _holds(self, name, data):
        """Whether an earlier attempt, whose answer was lost, succeeded."""
        return any(fields.get(b"data") == data for _, fields in self.client.xrange(self.key, name, name))
