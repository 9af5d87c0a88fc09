# SPDX-License-Identifier: MIT
"""A handler for Python's logging that writes records into a log of sselog. It needs redis-py.

    logging.getLogger().addHandler(RedisStreamHandler("redis://127.0.0.1:6379/0", "stream:logs:alice"))

A thread writes, so the program never waits for Redis. While Redis is away, up to `waiting` records are kept; further
ones are lost, and a record tells how many. Standard error tells once why Redis takes nothing. A traceback is part of
its record. A record can come twice, if Redis breaks off before it has answered.
"""
import datetime
import json
import logging
import os
import queue
import socket
import sys
import threading
import time

import redis


class RedisStreamHandler(logging.Handler):
    def __init__(self, url, key, maxlen=10000, waiting=10000):
        super().__init__()
        patience = {} if url.startswith("unix:") else {"socket_connect_timeout": 5}  # redis-py refuses it there
        self.redis = redis.Redis.from_url(url, socket_timeout=5, **patience)
        self.key, self.maxlen, self.host = key, maxlen, socket.gethostname()
        self.waiting = waiting
        self._start()
        os.register_at_fork(after_in_child=self._start)  # the thread does not survive a fork

    def _start(self):
        self.queue = queue.Queue(self.waiting)
        self.lost = 0
        self.told = None  # the last error, told once
        threading.Thread(target=self._write, daemon=True).start()

    def payload(self, level, name, message, created):
        when = datetime.datetime.fromtimestamp(created).astimezone().isoformat(timespec="milliseconds")
        return json.dumps({"time": when, "level": level, "host": self.host, "logger": name, "message": message})

    def emit(self, record):
        try:
            self.queue.put_nowait(self.payload(record.levelname, record.name, self.format(record), record.created))
        except queue.Full:
            self.lost += 1
        except Exception:
            self.handleError(record)

    def _write(self):
        while True:
            self._add(self.queue.get())
            self.queue.task_done()
            if self.lost and self.queue.empty():
                lost, self.lost = self.lost, 0
                self._add(self.payload("WARNING", "sselog", f"{lost} records were lost", time.time()))

    def _add(self, payload):
        pause = 0.1
        while True:
            try:
                self.redis.xadd(self.key, {"data": payload}, maxlen=self.maxlen)
                self.told = None
                return
            except redis.RedisError as error:
                if logging.raiseExceptions and self.told != str(error):
                    self.told = str(error)
                    print(f"sselog_handler: {self.key}: {error}; trying again", file=sys.stderr)
                time.sleep(pause)
                pause = min(2 * pause, 5)

    def flush(self, seconds=2):
        """Waits until all is written, but no longer than this. logging calls it when the program ends."""
        end = time.monotonic() + seconds
        while self.queue.unfinished_tasks and time.monotonic() < end:
            time.sleep(0.01)
