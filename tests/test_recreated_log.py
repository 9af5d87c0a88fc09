# SPDX-License-Identifier: MIT
"""Logs that are deleted and created again under the same key, while viewers join and commands are under way."""
import json
import threading

import pytest

import scripted_redis
from fcgi import FcgiStream, environment, fcgi_get
from procs import DEADLINE, wait_until


def follow(responder, query="", rcvbuf=None, **params):
    return FcgiStream(responder.socket, environment("/sselog/stream", query, **params), rcvbuf=rcvbuf)


def gaps(stream):
    return [e.json() for e in stream.events if e.type == "gap"]


def ids(stream):
    return [e.id for e in stream.records]


def read_until_id(stream, id):
    """Reads until the record with that id."""
    stream.read_until(lambda s: id in ids(s), f"record {id}")


def recreate_log(redis, ids, data="new"):
    pipe = redis.client.pipeline(transaction=True)
    pipe.delete("log")
    for id in ids:
        pipe.xadd("log", {"data": data}, id=id)
    pipe.execute()


class HeldCommand:
    """A proxy before a real Redis that holds one kind of command until `released` is set.

    answered: the server gets the command at once, and its reply is held. `received` is set when the first command
    is held."""

    def __init__(self, stack, redis, name, answered):
        self.name, self.answered = name, answered
        self.received, self.released = threading.Event(), threading.Event()
        self.redis = stack.scripted(redis, self.handle)

    def hold(self, answer=None):
        self.received.set()
        self.released.wait(DEADLINE)
        return answer

    def handle(self, conn, cmd):
        if cmd[0] != self.name or self.released.is_set():
            return None
        return scripted_redis.Transform(self.hold) if self.answered else self.hold()


def has_no_viewers(responder):
    answer = fcgi_get(responder.socket, environment("/sselog/status", HTTP_ACCEPT="application/json"))
    return json.loads(answer.raw)["viewers"] == 0


@pytest.mark.parametrize("new, history", [(["98-0", "99-0", "102-0"], 2), (["102-0"], None)],
                         ids=["several_records", "one_record"])
def test_log_recreated_without_viewers_shows_only_new_records(stack, redis, new, history):
    """sselog follows a log for some seconds after its last viewer has gone. A viewer that joins then gets the
    new records as history, and no gap for the old ones."""
    responder = stack.responder(redis)
    with follow(responder) as s:
        s.read_until_live()
        for n in (100, 101, 102):
            redis.add("log", "old", id=f"{n}-0")
        s.read_records(3)
    wait_until(lambda: has_no_viewers(responder), "no viewers")
    recreate_log(redis, new)
    want = new if history is None else new[len(new) - min(history, len(new)):]
    with follow(responder, "" if history is None else f"history={history}") as s:
        assert s.read_until_live().json()["replayed"] == len(want)
        redis.client.xadd("log", {"data": "new"}, id="300-0", maxlen=1, approximate=False)
        read_until_id(s, "300-0")
        assert ids(s) == want + ["300-0"] and set(s.payloads) == {"new"}
        assert not gaps(s)


def test_log_recreated_between_the_two_reads_of_a_join(stack, redis):
    """sselog looks up the position of the newest two records. Before it reads from there, the log is deleted
    and created again with lower ids."""
    held_command = HeldCommand(stack, redis, b"XREVRANGE", answered=True)
    responder = stack.responder(held_command.redis)
    for n in (100, 101, 102):
        redis.add("log", "old", id=f"{n}-0")
    with follow(responder, "history=2") as s:
        assert held_command.received.wait(DEADLINE)
        with follow(responder) as other:
            recreate_log(redis, ["1-0", "2-0", "3-0"])
            held_command.released.set()
            s.read_until_live()
            other.read_until_live()
            redis.add("log", "new", id="4-0")
            read_until_id(s, "4-0")
            assert ids(s) == ["2-0", "3-0", "4-0"] and not gaps(s)
            read_until_id(other, "4-0")
            assert ids(other) == ["1-0", "2-0", "3-0", "4-0"] and not gaps(other)


def test_log_recreated_during_the_search_before_a_deleted_record(stack, redis):
    """The search finds a record of the new log: the viewer gets a gap and all records of the new log."""
    held_command = HeldCommand(stack, redis, b"XREVRANGE", answered=False)
    responder = stack.responder(held_command.redis)
    old, new = ["100-0", "101-0", "102-0"], ["1-0", "2-0", "3-0"]
    for id in old:
        redis.add("log", "old", id=id)
    with follow(responder) as s:
        s.read_until_live()
        pipe = redis.client.pipeline(transaction=True)
        pipe.xdel("log", "102-0")
        pipe.xadd("log", {"data": "old"}, id="103-0")
        pipe.execute()
        assert held_command.received.wait(DEADLINE)
        recreate_log(redis, new)
        held_command.released.set()
        redis.add("log", "new", id="3-1")
        read_until_id(s, "3-1")
        assert ids(s) == [*old, *new, "3-1"] and len(gaps(s)) == 1


def test_cursor_of_a_deleted_log_gets_a_gap_and_all_records(stack, redis):
    """The ring holds all frames of the new log, but a cursor that is not in this log still needs a gap. A
    cursor in this log gets none, also if its record is not in this view."""
    responder = stack.responder(redis, filters="k=k")

    def add(id, k):
        redis.add("log", json.dumps({"k": k}), id=id)

    add("5-0", "a")
    add("6-0", "a")
    with follow(responder, "k=a") as live:
        live.read_until_live()
        redis.client.delete("log")
        live.read_event("gap")
        add("100-0", "a")
        add("101-0", "b")
        add("102-0", "a")
        read_until_id(live, "102-0")
        new = ids(live)[2:]
        for cursor, want, gap_count in (("5-0", new, 1), ("100-0", new[1:], 0), ("101-0", new[-1:], 0)):
            with follow(responder, "k=a", HTTP_LAST_EVENT_ID=cursor) as s:
                s.read_until_live()
                assert ids(s) == want and len(gaps(s)) == gap_count, cursor


def test_history_omits_a_deleted_record(stack, redis):
    """The ring may still hold the frame of a record that was deleted after it was sent."""
    responder = stack.responder(redis)
    with follow(responder) as live:
        live.read_until_live()
        for n, data in enumerate(["a", "secret", "c"], 1):
            redis.add("log", data, id=f"{n}-0")
        live.read_records(3)
        redis.client.xdel("log", "2-0")
        with follow(responder, "history=2") as s:
            assert s.read_until_live().json()["replayed"] == 2
            assert s.payloads == ["a", "c"]
