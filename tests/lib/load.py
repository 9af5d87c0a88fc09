# SPDX-License-Identifier: MIT
"""Load while something is restarted: short requests, and viewers that resume.

    Producer    adds about 300 records a second
    Load        a producer, two viewers, and two clients of /healthz
"""
import threading
import time

from fcgi import environment
from procs import wait_until
from sse import EventSource


class Viewer(EventSource):
    def __init__(self, connect):
        self.connect = connect
        super().__init__(None)

    def open(self, last_id):
        return self.connect(environment("/sselog/stream", HTTP_LAST_EVENT_ID=last_id or None, SSELOG_RETRY="100"))


class Producer(threading.Thread):
    """Adds a record every 3 ms until it is stopped. ids: of its records."""

    def __init__(self, redis, key):
        super().__init__(daemon=True)
        self.redis, self.key = redis, key
        self.ids = []
        self.over = threading.Event()
        self.start()

    def run(self):
        while not self.over.wait(0.003):
            self.ids.append(self.redis.add(self.key, f"record {len(self.ids)}"))

    def stop(self):
        self.over.set()
        self.join()
        return self.ids


class Load:
    """connect: opens a request with these parameters, as a FcgiStream. failures: the requests that were not answered 200,
    or not answered. asked: how many were."""

    def __init__(self, redis, key, connect):
        self.redis, self.key, self.connect = redis, key, connect
        self.failures, self.asked = [], 0
        self.over = threading.Event()

    def __enter__(self):
        self.viewers = [Viewer(self.connect) for _ in range(2)]
        for viewer in self.viewers:
            viewer.wait(lambda v: v.events, "live")
        self.producer = Producer(self.redis, self.key)
        self.threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(2)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()
        last = self.producer.stop()[-1]
        try:
            for viewer in self.viewers:
                viewer.wait(lambda v: v.records and v.records[-1].id == last, "the last record")
        finally:
            for viewer in self.viewers:
                viewer.close()

    @property
    def ids(self):
        return self.producer.ids

    def _ask(self):
        while not self.over.is_set():
            began = time.monotonic()
            try:
                with self.connect(environment("/sselog/healthz", HTTP_ACCEPT="*/*")) as answer:
                    answer.read_rest()
                    if answer.status != 200:
                        self.failures.append(answer.status)
            except (OSError, AssertionError) as e:
                self.failures.append(f"{e!r} after {time.monotonic() - began:.3f} s")
            self.asked += 1

    def wait_for_more(self):
        """Waits until each part has done something more."""
        asked, ids = self.asked, len(self.ids)
        wait_until(lambda: self.asked > asked + 20 and len(self.ids) > ids + 20, "load")
        ids = len(self.ids)
        for viewer in self.viewers:
            viewer.wait(lambda v: v.records and v.records[-1].id >= self.ids[ids - 1], "records", 30)

    def assert_complete(self):
        """Each viewer has each record once, in their order."""
        for viewer in self.viewers:
            assert viewer.failed is None
            assert [e.id for e in viewer.records] == self.ids
