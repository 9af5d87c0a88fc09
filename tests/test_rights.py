# SPDX-License-Identifier: MIT
"""Channels that the Redis user may not use: sselog works without them, or reports them to their viewers."""
import pytest

from fcgi import FcgiStream, environment
from procs import wait_until


@pytest.fixture
def restricted(stack, redis, request):
    """A responder whose Redis user may use only these channels."""
    channels, options = request.param
    redis.client.execute_command("ACL", "SETUSER", "limited", "reset", "on", ">secret", "+@all", "~*",
                                 *(f"&{c}" for c in channels))
    yield stack.responder(setup=restricted_setup(stack, redis, options))
    redis.client.execute_command("ACL", "DELUSER", "limited")


def restricted_setup(stack, redis, options):
    setup = stack.setup(redis, **options)
    setup.options["SSELOG_REDIS"] = f"unix://limited:secret@{redis.socket}"
    return setup


@pytest.mark.parametrize("restricted", [([], {})], indirect=True, ids=["no_channel"])
def test_without_the_invalidation_channel_logs_are_read_at_intervals(redis, restricted):
    ids = redis.add_many("log", "abc")
    with FcgiStream(restricted.socket, environment("/sselog/stream")) as s:
        s.read_until_live()
        ids += redis.add_many("log", "de")
        s.read_until(lambda v: [e.id for e in v.records] == ids, "all records")
    output = wait_until(lambda: restricted.output(), "a line")
    assert output.count("every 250 ms") == 1 and "secret" not in output


@pytest.mark.parametrize("restricted", [(["__redis__:invalidate", "open"], {
    "auth": "remote_user", "source": "pubsub", "channel": "{user}"})], indirect=True,
                         ids=["one_channel"])
def test_refused_channel_affects_only_its_viewers(redis, restricted):
    with FcgiStream(restricted.socket, environment("/sselog/stream", REMOTE_USER="open")) as good:
        good.read_until_live()
        with FcgiStream(restricted.socket, environment("/sselog/stream", REMOTE_USER="closed")) as bad:
            bad.read_until(lambda v: any(e.type == "unavailable" for e in v.events), "the refusal")
        redis.client.publish("open", "still here")
        good.read_until(lambda v: [e.data for e in v.records] == ["still here"], "the message")
        assert not [e for e in good.events if e.type in ("source", "gap")]
        assert 'warning relay: event=fail key=closed text="Redis refuses the channel"' in restricted.output()
