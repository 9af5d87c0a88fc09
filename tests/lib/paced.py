# SPDX-License-Identifier: MIT
"""A Redis before which each read of a log takes time, or which something happens to before one of them."""
import scripted_redis


class Paced:
    """pace: seconds of each read. before: what is done before the read of that number, counted from 1; what it
    returns is the answer, unless it is None."""

    def __init__(self, stack, redis, pace=0.0):
        self.pace, self.reads, self.before = pace, 0, {}
        self.redis = stack.scripted(redis, self.handle)

    def handle(self, _conn, cmd):
        if cmd[0] not in (b"XREVRANGE", b"XRANGE"):
            return None
        self.reads += 1
        answer = self.before.get(self.reads, lambda: None)()
        return answer or (scripted_redis.Delay(self.pace) if self.pace else None)
