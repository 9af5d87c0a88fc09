# SPDX-License-Identifier: MIT
"""sselog send --list: a list that other programs fill becomes a log; each element arrives once, in order."""
import json
import re
import threading

import pytest

from procs import wait_until
from scripted_redis import CLOSE, Cut
from sending import Sending, entries, values


def has_moved(redis, count):
    return wait_until(lambda: redis.client.xlen("log") >= count, f"{count} records")


@pytest.mark.parametrize("push,options,size", [("rpush", [], 17_000_000), ("lpush", ["--newest-first"], 100_000)])
def test_elements_become_records_in_order(stack, setup, redis, push, options, size):
    long = b"x" * size  # an element is one record, however long it is
    elements = [b"one\nrecord", b"", b"a\0b", long, *(b"%d" % n for n in range(1000))]
    getattr(redis.client, push)("queue:a", *elements)
    sending = stack.keep(Sending(setup, "-l", "log", "--list", "queue:a", *options))
    has_moved(redis, len(elements))
    getattr(redis.client, push)("queue:a", "later")
    has_moved(redis, len(elements) + 1)
    assert sending.stop() == ("", 0)
    assert values(redis) == [*elements, b"later"]
    assert not redis.client.exists("queue:a", "{queue:a}:moving")


def test_elements_as_json(stack, setup, redis):
    redis.client.rpush("queue:a", '{"message":"x"}')
    stack.keep(Sending(setup, "-l", "log", "--list", "queue:a", "--level", "info", "-e", "deploy", "-p"))
    has_moved(redis, 1)
    assert entries(redis) == [{"data": b'{"message":"x","level":"info"}', "event": b"deploy"}]


def test_log_of_a_list_is_trimmed_by_age(stack, setup, redis):
    for number in range(1000):
        redis.client.xadd("log", {"data": "old"}, id=f"{number + 1}-1")
    redis.client.rpush("queue:a", "x")
    stack.keep(Sending(setup, "-l", "log", "--list", "queue:a", "--keep", "1d"))
    wait_until(lambda: values(redis)[-1] == b"x" and redis.client.xlen("log") <= 100, "old records to be removed")


TOTAL = 6000


def fill(redis):
    for start in range(0, TOTAL, 20):
        redis.client.rpush("queue:a", *range(start, start + 20))


def test_kills_lose_and_repeat_nothing(stack, setup, redis):
    """Of this process, at any time: while elements are taken, read, and moved by two processes."""
    filler = threading.Thread(target=fill, args=(redis,), daemon=True)
    filler.start()
    options = "-l", "log", "--list", "queue:a", "-n", "1000000"
    for part in range(1, 13):
        sending = stack.keep(Sending(setup, *options))
        has_moved(redis, part * TOTAL // 14)
        sending.kill()
    stack.keep(Sending(setup, *options))
    has_moved(redis, TOTAL)
    filler.join(30)
    assert values(redis) == [b"%d" % n for n in range(TOTAL)]
    assert not redis.client.exists("queue:a", "{queue:a}:moving")


def test_two_processes_move_each_element_once(stack, setup, redis):
    options = "-l", "log", "--list", "queue:a", "-n", "1000000"
    both = [stack.keep(Sending(setup, *options)) for _ in range(2)]
    fill(redis)
    has_moved(redis, TOTAL)
    assert [s.stop() for s in both] == [("", 0)] * 2
    assert sorted(map(int, values(redis))) == list(range(TOTAL))


@pytest.mark.parametrize("command", [b"BLMOVE", b"LRANGE", b"MULTI", b"EXEC"])
@pytest.mark.parametrize("fault", [CLOSE, Cut(1)], ids=["before", "after"])
def test_lost_connection_loses_and_repeats_nothing(stack, redis, command, fault):
    """Before Redis gets the command, or after it executed it."""
    faults = [fault]
    scripted = stack.scripted(redis, lambda conn, cmd: faults.pop() if cmd[0] == command and faults else None)
    redis.client.rpush("queue:a", *range(700))
    stack.keep(Sending(stack.setup(scripted), "-l", "log", "--list", "queue:a"))
    has_moved(redis, 700)
    assert values(redis) == [b"%d" % n for n in range(700)] and not faults


def test_list_of_another_type_is_named(stack, setup, redis):
    redis.client.set("queue:a", "a string")
    told, status = stack.keep(Sending(setup, "-l", "log", "--list", "queue:a")).wait()
    assert status == 1 and re.search(r"queue:a at \S+: WRONGTYPE", told), told


def test_log_of_another_type_loses_nothing(stack, setup, redis):
    redis.client.rpush("queue:a", *range(5))
    redis.client.set("log", "a string")
    told, status = stack.keep(Sending(setup, "-l", "log", "--list", "queue:a")).wait()
    assert status == 1 and "WRONGTYPE" in told
    redis.client.delete("log")
    stack.keep(Sending(setup, "-l", "log", "--list", "queue:a"))
    has_moved(redis, 5)
    assert values(redis) == [b"0", b"1", b"2", b"3", b"4"]


@pytest.mark.parametrize("form", [[], ["--json"], ["-p"]], ids=["lines", "json", "published"])
def test_log_that_becomes_another_type_in_between_loses_nothing(stack, redis, form):
    """A transaction goes on after an error, and yet no element leaves its list: at no time could a kill lose one."""
    commands = []

    def handler(conn, cmd):
        commands.append(cmd[0])
        if cmd[0] == b"MULTI":
            redis.client.set("log", "a string")
        if cmd[0] == b"EXEC":
            return Cut(1)  # this process never hears what Redis did
    redis.client.rpush("queue:a", *range(100))
    scripted = stack.scripted(redis, handler)
    told, status = stack.keep(Sending(stack.setup(scripted), "-l", "log", "--list", "queue:a", *form)).wait()
    assert status == 1 and "WRONGTYPE" in told
    assert b"EXEC" in commands
    left = redis.client.lrange("{queue:a}:moving", 0, -1) + redis.client.lrange("queue:a", 0, -1)
    assert left == [b"%d" % n for n in range(100)]


def test_ids_that_end_within_a_bundle_lose_and_repeat_nothing(stack, setup, redis):
    """Some records of a transaction are in the log, and the others are not."""
    redis.client.xadd("log", {"data": "last"}, id=f"{2**64 - 1}-{2**64 - 1 - 5}")
    redis.client.rpush("queue:a", *range(40))
    told, status = stack.keep(Sending(setup, "-l", "log", "--list", "queue:a")).wait()
    assert status == 1 and "exhausted" in told and "refused by Redis after 5 records" in told
    assert values(redis)[1:] == [b"0", b"1", b"2", b"3", b"4"]
    left = redis.client.lrange("{queue:a}:moving", 0, -1) + redis.client.lrange("queue:a", 0, -1)
    assert left == [b"%d" % n for n in range(5, 40)]


@pytest.mark.long
def test_long_elements_after_short_ones_are_read_one_at_a_time(stack, setup, redis):
    """Else 256 of them would be held in memory."""
    elements = [*(b"%d" % n for n in range(600)), *(b"%d" % n * 3_000_000 for n in range(6)), b"last"]
    redis.client.rpush("queue:a", *elements)
    sending = stack.keep(Sending(setup, "-l", "log", "--list", "queue:a"))
    has_moved(redis, len(elements))
    assert sending.stop() == ("", 0)
    assert values(redis) == elements


@pytest.mark.memory
@pytest.mark.long
def test_element_that_becomes_longer_than_redis_takes_blocks_nothing(stack, setup, redis):
    redis.client.rpush("queue:a", "first", b"\1" * 90_000_000, "later")
    sending = stack.keep(Sending(setup, "-l", "log", "--list", "queue:a", "--json"))
    wait_until(lambda: redis.client.xlen("log") == 2, "the short ones", deadline=300)  # 540 MB are written
    told, status = sending.stop()
    assert status == 0 and told.count("\n") == 1
    assert "queue:a: an element of 90000000 bytes makes a record of more than 536870912" in told
    assert "the last one of the list {queue:a}:refused" in told
    assert redis.client.llen("{queue:a}:refused") == 1 and not redis.client.exists("{queue:a}:moving")
    assert [json.loads(v)["message"] for v in values(redis)] == ["first", "later"]


def test_signal_ends_it_although_others_take_elements(stack, redis):
    """Before each look there are more elements, as from another process that takes them."""
    def handler(conn, cmd):
        if cmd[0] == b"UNWATCH":
            redis.client.rpush("{queue:a}:moving", *range(300))
    scripted = stack.scripted(redis, handler)
    sending = stack.keep(Sending(stack.setup(scripted), "-l", "log", "--list", "queue:a"))
    has_moved(redis, 300)
    assert sending.stop() == ("", 0)


def test_log_without_a_further_id_loses_nothing(stack, setup, redis):
    """The key has the right type, and yet each transaction fails."""
    redis.client.xadd("log", {"data": "last"}, id=f"{2**64 - 1}-{2**64 - 1}")
    redis.client.rpush("queue:a", "one", "two")
    told, status = stack.keep(Sending(setup, "-l", "log", "--list", "queue:a")).wait()
    assert status == 1 and "exhausted" in told and "refused by Redis after 0 records" in told
    left = redis.client.lrange("{queue:a}:moving", 0, -1) + redis.client.lrange("queue:a", 0, -1)
    assert left == [b"one", b"two"]


def test_key_that_is_no_list_ends_it(stack, setup, redis):
    redis.client.set("queue:a", "a string")
    told, status = stack.keep(Sending(setup, "-l", "log", "--list", "queue:a")).wait()
    assert status == 1 and "WRONGTYPE" in told
