# SPDX-License-Identifier: MIT
"""Logs that are deleted and written anew under the same name, with ids of any kind, while viewers come
and what they read is under way."""
import json
import threading

import pytest

import scripted_redis as odd
from fcgi import FcgiStream, environment, fcgi_get
from procs import DEADLINE, wait_until


def follow(responder, query="", rcvbuf=None, **params):
    return FcgiStream(responder.socket, environment("/sselog/stream", query, **params), rcvbuf=rcvbuf)


def gaps(stream):
    return [e.json() for e in stream.events if e.type == "gap"]


def ids(stream):
    return [e.id for e in stream.records]


def read_to(stream, id):
    """All up to the record of that id."""
    stream.until(lambda s: id in ids(s), f"record {id}")


def write_anew(redis, ids, data="new"):
    pipe = redis.client.pipeline(transaction=True)
    pipe.delete("log")
    for id in ids:
        pipe.xadd("log", {"data": data}, id=id)
    pipe.execute()


class Held:
    """Before a real Redis: holds one kind of command until let go. answered: the server has it, and its
    answer is held."""

    def __init__(self, stack, redis, name, answered):
        self.name, self.answered = name, answered
        self.met, self.go = threading.Event(), threading.Event()
        self.redis = stack.scripted(redis, self.handle)

    def hold(self, answer=None):
        self.met.set()
        self.go.wait(DEADLINE)
        return answer

    def handle(self, conn, cmd):
        if cmd[0] != self.name or self.go.is_set():
            return None
        return odd.Transform(self.hold) if self.answered else self.hold()


def nobody_looks(responder):
    answer = fcgi_get(responder.socket, environment("/sselog/status", HTTP_ACCEPT="application/json"))
    return json.loads(answer.raw)["viewers"] == 0


@pytest.mark.parametrize("new, history", [(["98-0", "99-0", "102-0"], 2), (["102-0"], None)],
                         ids=["same_end-2", "one_same-None"])
def test_while_nobody_looked(stack, redis, new, history):
    """A log is still followed for some seconds after its last viewer. To who comes then all that is there
    is history, and of what was there before it hears nothing."""
    responder = stack.responder(redis)
    with follow(responder) as s:
        s.live()
        for n in (100, 101, 102):
            redis.add("log", "old", id=f"{n}-0")
        s.messages(3)
    wait_until(lambda: nobody_looks(responder), "no viewer")
    write_anew(redis, new)
    want = new if history is None else new[len(new) - min(history, len(new)):]
    with follow(responder, "" if history is None else f"history={history}") as s:
        assert s.live().json()["replayed"] == len(want)
        redis.client.xadd("log", {"data": "new"}, id="300-0", maxlen=1, approximate=False)
        read_to(s, "300-0")
        assert ids(s) == want + ["300-0"] and set(s.payloads) == {"new"}
        assert not gaps(s)


def test_between_finding_a_place_and_reading_from_it(stack, redis):
    """The newest two were found in a log that is gone when they are read, and whose ids were higher."""
    held = Held(stack, redis, b"XREVRANGE", answered=True)
    responder = stack.responder(held.redis)
    for n in (100, 101, 102):
        redis.add("log", "old", id=f"{n}-0")
    with follow(responder, "history=2") as s:
        assert held.met.wait(DEADLINE)
        with follow(responder) as other:
            write_anew(redis, ["1-0", "2-0", "3-0"])
            held.go.set()
            s.live()
            other.live()
            redis.add("log", "new", id="4-0")
            read_to(s, "4-0")
            assert ids(s) == ["2-0", "3-0", "4-0"] and not gaps(s)
            read_to(other, "4-0")
            assert ids(other) == ["1-0", "2-0", "3-0", "4-0"] and not gaps(other)


def test_while_the_record_before_a_deleted_one_is_looked_for(stack, redis):
    """What is found is of another log: the gap is told, and all of the new one comes."""
    held = Held(stack, redis, b"XREVRANGE", answered=False)
    responder = stack.responder(held.redis)
    old, new = ["100-0", "101-0", "102-0"], ["1-0", "2-0", "3-0"]
    for id in old:
        redis.add("log", "old", id=id)
    with follow(responder) as s:
        s.live()
        pipe = redis.client.pipeline(transaction=True)
        pipe.xdel("log", "102-0")
        pipe.xadd("log", {"data": "old"}, id="103-0")
        pipe.execute()
        assert held.met.wait(DEADLINE)
        write_anew(redis, new)
        held.go.set()
        redis.add("log", "new", id="3-1")
        read_to(s, "3-1")
        assert ids(s) == [*old, *new, "3-1"] and len(gaps(s)) == 1


def test_a_cursor_from_the_former_log(stack, redis):
    """The frames kept of the new log go back to its beginning; that proves nothing for a cursor that is
    not in it. One that is, shown in this view or not, is told of nothing."""
    responder = stack.responder(redis, filters="k=k")

    def add(id, k):
        redis.add("log", json.dumps({"k": k}), id=id)

    add("5-0", "a")
    add("6-0", "a")
    with follow(responder, "k=a") as live:
        live.live()
        redis.client.delete("log")
        live.event("gap")
        add("100-0", "a")
        add("101-0", "b")
        add("102-0", "a")
        read_to(live, "102-0")
        new = ids(live)[2:]
        for cursor, want, told in (("5-0", new, 1), ("100-0", new[1:], 0), ("101-0", new[-1:], 0)):
            with follow(responder, "k=a", HTTP_LAST_EVENT_ID=cursor) as s:
                s.live()
                assert ids(s) == want and len(gaps(s)) == told, cursor


def test_history_does_not_hold_what_was_deleted(stack, redis):
    """Those who were live had it, and its frame may still be kept: who comes now does not get it."""
    responder = stack.responder(redis)
    with follow(responder) as live:
        live.live()
        for n, data in enumerate(["a", "secret", "c"], 1):
            redis.add("log", data, id=f"{n}-0")
        live.messages(3)
        redis.client.xdel("log", "2-0")
        with follow(responder, "history=2") as s:
            assert s.live().json()["replayed"] == 2
            assert s.payloads == ["a", "c"]
