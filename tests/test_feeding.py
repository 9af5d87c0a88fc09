# SPDX-License-Identifier: MIT
"""docs/feeding.md and examples/feeding: each snippet, run by the program that it is for.

A record arrives with its time, level, host and message, and the filter of levels knows its level."""
import json

import pytest

from feeding import HOST, KEY, Feed, Syslog

DEBUG, INFO, WARNING, ERROR, CRITICAL = range(5)


@pytest.fixture
def feed(stack):
    return Feed(stack)


SYSLOG = [("user.debug", DEBUG), ("daemon.info", INFO), ("local0.notice", INFO), ("user.warning", WARNING),
          ("mail.err", ERROR), ("user.crit", CRITICAL), ("kern.alert", CRITICAL), ("user.emerg", CRITICAL)]


@pytest.mark.parametrize("name", ["rsyslog", "syslog-ng"])
def test_syslog_daemon_writes_each_level(stack, feed, name):
    port = [("port(6379)", f"port({feed.redis.port})")] if name == "syslog-ng" else []
    daemon = stack.keep(Syslog(feed, name, feed.text(f"{name}.conf", port)))
    for priority, _ in SYSLOG:
        daemon.write(priority, f'{priority} is "quoted" \\ and costs 1 €')
    got = feed.expect([(level, f'{priority} is "quoted" \\ and costs 1 €') for priority, level in SYSLOG])
    assert {o["program"] for o in got} == {"shop"}


def test_rsyslog_s_own_streams_are_shown(feed):
    """rsyslog's omhiredis is newer than Debian 12: its XADD, and one of its jsonf lines."""
    now = feed.now()
    assert 'mode="stream"' in feed.text("rsyslog-stream.conf")
    feed.redis.client.execute_command("XADD", KEY, "MAXLEN", "~", 10000, "*", "msg", json.dumps(
        {"time": now, "level": "err", "host": HOST, "program": "shop", "message": "disk full now"}) + "\n")
    feed.expect([(ERROR, "disk full now")], field="msg")
