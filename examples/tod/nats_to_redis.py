#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Copies The Other Dude's events from NATS JetStream to one Redis stream, which sselog serves.

    NATS_URL=nats://127.0.0.1:4222 REDIS_URL=redis://127.0.0.1:6379/0 ./nats_to_redis.py

Fields of a record: `data` (the message as one line of ASCII JSON), `event` (the name that the pages
listen to), `tenant_id`, and `nats` (where it comes from).  Needs nats-py and redis (4.2 or later).

No message is lost or written twice.  The bridge acknowledges a message after its XADD, so NATS
delivers it again after a failure.  It writes the position of each consumer in the same step as the
record, so it recognises a message that was delivered again.  A consumer has one message in flight at
a time: the position needs this, and it keeps the order.
"""
import argparse
import asyncio
import json
import logging
import os
import signal
from datetime import datetime, timedelta, timezone

from redis.exceptions import RedisError

say = logging.getLogger("nats_to_redis")

# Stream, subject, name of the durable consumer: the subjects that the application subscribes to. Only
# one consumer keeps an order. One therefore takes all of ALERT_EVENTS (""), so that no alert is
# resolved before it fired.
SOURCES = (
    ("DEVICE_EVENTS", "device.status.>", "sselog-device-status"),
    ("DEVICE_EVENTS", "device.metrics.>", "sselog-device-metrics"),
    ("DEVICE_EVENTS", "config.push.rollback.>", "sselog-config-rollback"),
    ("DEVICE_EVENTS", "config.push.alert.>", "sselog-config-alert"),
    ("ALERT_EVENTS", "", "sselog-alerts"),
    ("OPERATION_EVENTS", "", "sselog-operations"),
)

EVENTS = (
    ("device.status.", "device_status"),
    ("device.metrics.", "metric_update"),
    ("alert.fired.", "alert_fired"),
    ("alert.resolved.", "alert_resolved"),
    ("config.push.", "config_push"),
    ("firmware.progress.", "firmware_progress"),
)

# Writes record and position in one step. A message is a repetition if neither its sequence nor its
# time is past the position. A recreated stream begins at sequence 1, but later in time. A clock that
# was set back gives earlier times, but higher sequences. Numbers are padded with zeros and compared
# as texts, because Lua's numbers hold only 53 bits.
WRITE = """
local last = redis.call('HGET', KEYS[2], ARGV[1])
if last and ARGV[2] <= last:sub(1, 20) and ARGV[3] <= last:sub(21) then return false end
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[4], '*', unpack(ARGV, 5))
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2] .. ARGV[3])
return id
"""

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
LONGEST_PAUSE = 5.0  # seconds between attempts; well below the 30 s after which NATS repeats
IDLE = 10.0  # seconds without a message; then the bridge checks that the consumer exists


def event_of(subject):
    return next((event for prefix, event in EVENTS if subject.startswith(prefix)), "unknown")


def digits(number):
    return f"{number:020d}"


class Bridge:
    """redis: a redis.asyncio client. log: the key; {tenant} in it makes a log for each tenant."""

    def __init__(self, redis, log="stream:events", maxlen=20000):
        self.redis = redis
        self.log = log
        self.maxlen = maxlen
        self.positions = "sselog:tod:positions"
        self.written = self.repeated = self.refused = 0
        self.ending = False

    async def write(self, consumer, message, record):
        """Returns False if the message was written before."""
        tenant = str(record.get("tenant_id") or "")
        seq = message.metadata.sequence.stream
        # Older nats-py returns local time without its zone. astimezone() is right for both.
        when = message.metadata.timestamp.astimezone(timezone.utc)
        microseconds = (when - EPOCH) // timedelta(microseconds=1)
        fields = ["data", json.dumps(record), "event", event_of(message.subject),
                  "nats", f"{message.metadata.stream}:{seq}"]
        if tenant:
            fields += ["tenant_id", tenant]
        return await self.redis.eval(
            WRITE, 2, self.log.replace("{tenant}", tenant or "none"), self.positions, consumer,
            digits(seq), digits(microseconds), self.maxlen, *fields) is not None

    async def take(self, consumer, message):
        """Writes one message and then acknowledges it. Waits as long as Redis is unavailable."""
        try:
            # json.dumps would write NaN, which is no JSON.
            record = json.loads(message.data, parse_constant=lambda name: None)
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict):
            self.refused += 1
            say.warning("%s: a message that is no JSON object is left out", message.subject)
            await message.term()
            return
        pause = 0.1
        while True:
            try:
                new = await self.write(consumer, message, record)
                break
            except (RedisError, OSError) as error:
                say.warning("%s: waiting for Redis: %s", consumer, error)
                await message.in_progress()
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
        if new:
            self.written += 1
        else:
            self.repeated += 1
        await message.ack()

    async def follow(self, consumer, subscription):
        """Takes messages until it is cancelled."""
        while not self.ending:
            try:
                messages = await subscription.fetch(1, timeout=IDLE)
            except asyncio.TimeoutError:  # also nats.errors.TimeoutError: no message came
                # A consumer that was deleted with its stream is silent too: this call then fails.
                await subscription.consumer_info()
                continue
            for message in messages:
                await self.take(consumer, message)


async def subscribe(js, stream, subject, durable, config):
    """Tries until it works: the application makes its streams when it starts, perhaps later."""
    while True:
        try:
            return await js.pull_subscribe(subject, durable=durable, stream=stream, config=config)
        except Exception as error:  # any error is logged; the next attempt may succeed
            say.warning("%s: %s: trying again", durable, error)
            await asyncio.sleep(LONGEST_PAUSE)


async def run(js, bridge, config):
    """Follows all sources. A source that fails is subscribed again; the others continue."""

    async def one(stream, subject, durable):
        while not bridge.ending:
            subscription = await subscribe(js, stream, subject, durable, config)
            try:
                await bridge.follow(durable, subscription)
            except Exception as error:  # as above
                say.warning("%s: %r: following it again", durable, error)
                await asyncio.sleep(min(1, LONGEST_PAUSE))

    tasks = [asyncio.ensure_future(one(*source)) for source in SOURCES]
    try:
        await asyncio.wait(tasks)
    finally:
        # Before Python 3.12 wait_for drops a cancellation that comes together with its result. On a
        # busy machine this happens repeatedly. So `ending` stops the loops too, and tasks that
        # continue are cancelled again.
        bridge.ending = True
        while any(not task.done() for task in tasks):
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=0.02)


async def main():
    import nats
    import redis.asyncio
    from nats.js.api import AckPolicy, ConsumerConfig

    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--log", default="stream:events", help="key; may hold {tenant}")
    options.add_argument("--maxlen", type=int, default=20000, help="records kept, about")
    given = options.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")

    client = redis.asyncio.from_url(os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0"),
                                    socket_timeout=10, socket_connect_timeout=10)
    nc = await nats.connect(os.environ.get("NATS_URL", "nats://127.0.0.1:4222"),
                            max_reconnect_attempts=-1)
    # One message in flight, as the positions need. NATS repeats a message after 30 s.
    config = ConsumerConfig(ack_policy=AckPolicy.EXPLICIT, max_ack_pending=1, ack_wait=30)
    bridge = Bridge(client, given.log, given.maxlen)
    work = asyncio.ensure_future(run(nc.jetstream(), bridge, config))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, work.cancel)
    try:
        await work
    except asyncio.CancelledError:
        say.info("%d written, %d repeated, %d left out", bridge.written, bridge.repeated,
                 bridge.refused)
    finally:
        await nc.close()
        await client.close()


if __name__ == "__main__":
    asyncio.run(main())
