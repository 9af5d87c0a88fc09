# SPDX-License-Identifier: MIT
"""Sends numbered, time-stamped records to groups of Django Channels, at a given rate.

usage: channels_publish.py REDIS-URL GROUP RATE COUNT BYTES GROUPS SECONDS

"%d" in the name of the group is the number of the group.  It prints one line of JSON, as bench/publish.c does.
"""
import asyncio
import json
import sys
import time

from channels_redis.core import RedisChannelLayer


def payload(n, t, size):
    text = f'{{"n":{n},"t":{t},"p":"'
    return text.ljust(size - 2, "x") + '"}'


async def publish(url, group, rate, count, size, groups, seconds):
    channels, start, sent = RedisChannelLayer(hosts=[url]), time.monotonic(), 0
    while sent < count and time.monotonic() < start + seconds:
        await asyncio.sleep(max(start + sent / rate - time.monotonic(), 0))
        name = group.replace("%d", str(sent % groups))
        await channels.group_send(name, {"type": "broadcast", "payload": payload(
            sent // groups + 1, time.clock_gettime_ns(time.CLOCK_MONOTONIC), size)})
        sent += 1
    spent = time.monotonic() - start
    return {"records": sent, "seconds": spent, "rate": sent / spent}


def main():
    url, group, *numbers = sys.argv[1:]
    print(json.dumps(asyncio.run(publish(url, group, *map(int, numbers)))))


if __name__ == "__main__":
    main()
