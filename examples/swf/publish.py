# SPDX-License-Identifier: MIT
"""swf-monitor: writes messages to a Redis stream too, so that a page that reconnects misses none.

Call publish(enriched) after group_send in monitor_app/activemq_processor.py.
"""
import json
import os

import redis

client = redis.Redis.from_url(os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0"), socket_timeout=5)


def publish(message, key="stream:workflow_events"):
    client.xadd(key, {"data": json.dumps(message)}, maxlen=10000, approximate=True)
