# SPDX-License-Identifier: MIT
"""A fake of the part of NATS JetStream that examples/tod/nats_to_redis.py uses.

JetStream has streams, durable pull consumers that deliver one message at a time, acknowledgements, and
redelivery of messages that were not acknowledged.
"""
import asyncio
from collections import defaultdict, namedtuple
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

Stored = namedtuple("Stored", "subject data seq time")


class Message:
    def __init__(self, consumer, stored):
        self._consumer = consumer
        self.subject, self.data = stored.subject, stored.data
        self.metadata = SimpleNamespace(
            stream=consumer.stream, timestamp=consumer.jet.reported_time(stored.time),
            num_delivered=consumer.deliveries,
            sequence=SimpleNamespace(stream=stored.seq, consumer=consumer.deliveries))

    async def ack(self):
        self._consumer.settle(self.metadata.sequence.stream)

    async def term(self):
        self._consumer.jet.terminated.append(self.data)
        self._consumer.settle(self.metadata.sequence.stream)

    async def in_progress(self):
        self._consumer.jet.in_progress += 1


class Consumer:
    def __init__(self, jet, stream, subject):
        self.jet, self.stream, self.prefix = jet, stream, subject.removesuffix(">")
        self.floor = 0
        self.deliveries = 0
        self.gone = False

    async def consumer_info(self):
        if self.gone:
            raise RuntimeError("consumer not found")

    def settle(self, seq):
        if self.jet.lose_acks > 0:
            self.jet.lose_acks -= 1
        else:
            self.floor = max(self.floor, seq)

    async def fetch(self, batch=1, timeout=5):
        """Delivers the first message that is not acknowledged, at each call, without a waiting time."""
        assert batch == 1
        while True:
            for stored in self.jet.streams[self.stream]:
                if not self.gone and stored.seq > self.floor and stored.subject.startswith(self.prefix):
                    self.deliveries += 1
                    return [Message(self, stored)]
            try:
                await asyncio.wait_for(self.jet.news.wait(), timeout)
            finally:
                self.jet.news.clear()


class JetStream:
    def __init__(self):
        self.streams = defaultdict(list)
        self.durables = {}
        self.terminated = []
        self.in_progress = 0
        self.lose_acks = 0
        self.refuse = {}  # name of a durable consumer: how many subscriptions fail
        self.clock = datetime(2026, 1, 1, tzinfo=timezone.utc)
        self.without_zone = False  # times as old versions of nats-py report them: local, without a zone
        self.news = asyncio.Event()

    def reported_time(self, time):
        return time.astimezone().replace(tzinfo=None) if self.without_zone else time

    def publish(self, stream, subject, data):
        self.clock += timedelta(microseconds=7)
        log = self.streams[stream]
        log.append(Stored(subject, data, log[-1].seq + 1 if log else 1, self.clock))
        self.news.set()

    def recreate_stream(self, stream):
        """Deletes the stream with its consumers and creates it again."""
        self.streams[stream] = []
        for durable, consumer in list(self.durables.items()):
            if consumer.stream == stream:
                consumer.gone = True
                del self.durables[durable]

    async def pull_subscribe(self, subject, durable, stream, config=None):
        if self.refuse.get(durable, 0) > 0:
            self.refuse[durable] -= 1
            raise RuntimeError("stream not found")
        return self.durables.setdefault(durable, Consumer(self, stream, subject))
