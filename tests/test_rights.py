# SPDX-License-Identifier: MIT
"""Rights that Redis refuses: what the program does without, and whose trouble it is."""
import pytest

from fcgi import FcgiStream, environment
from procs import wait_until


@pytest.fixture
def limited(stack, redis, request):
    """A responder whose Redis user may use these channels only."""
    channels, options = request.param
    redis.client.execute_command("ACL", "SETUSER", "limited", "reset", "on", ">secret", "+@all", "~*",
                                 *(f"&{c}" for c in channels))
    yield stack.responder(setup=limited_setup(stack, redis, options))
    redis.client.execute_command("ACL", "DELUSER", "limited")


def limited_setup(stack, redis, options):
    setup = stack.setup(redis, **options)
    setup.options["SSELOG_REDIS"] = f"unix://limited:secret@{redis.socket}"
    return setup


@pytest.mark.parametrize("limited", [([], {})], indirect=True)
def test_without_the_bells_channel_logs_are_looked_at(redis, limited):
    ids = redis.add_many("log", "abc")
    with FcgiStream(limited.socket, environment("/sselog/stream")) as s:
        s.live()
        ids += redis.add_many("log", "de")
        s.until(lambda v: [e.id for e in v.records] == ids, "all of them")
    said = wait_until(lambda: limited.output(), "a line")
    assert said.count("every 250 ms") == 1 and "secret" not in said


@pytest.mark.parametrize("limited", [(["__redis__:invalidate", "open"], {
    "auth": "remote_user", "source": "pubsub", "channel": "{user}"})], indirect=True)
def test_a_refused_channel_is_its_viewers_trouble_alone(redis, limited):
    with FcgiStream(limited.socket, environment("/sselog/stream", REMOTE_USER="open")) as good:
        good.live()
        with FcgiStream(limited.socket, environment("/sselog/stream", REMOTE_USER="closed")) as bad:
            bad.until(lambda v: any(e.type == "unavailable" for e in v.events), "the refusal")
        redis.client.publish("open", "still here")
        good.until(lambda v: [e.data for e in v.records] == ["still here"], "the message")
        assert not [e for e in good.events if e.type in ("source", "gap")]
