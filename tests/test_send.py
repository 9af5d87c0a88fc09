# SPDX-License-Identifier: MIT
"""sselog send: lines of standard input to the log, none lost and none invented."""
import os
import pty
import subprocess
import threading

import pytest

import redisd
from fcgi import FcgiStream, environment
from procs import wait_until


def producer(setup):
    """The environment of who writes."""
    given = setup.environment()
    return {**given, "SSELOG_REDIS": redisd.url_as_user(given["SSELOG_REDIS"], "sselog-producer")}


def sender(setup, *arguments, **kw):
    return subprocess.Popen([setup.program, "send", *arguments], stdin=subprocess.PIPE,
                            env=producer(setup), **kw)


def entries(redis, key="log"):
    return [{k.decode(): v for k, v in fields.items()} for _, fields in redis.client.xrange(key)]


@pytest.fixture
def setup(stack, redis):
    return stack.setup(redis)


def test_lines(setup, redis):
    lines = [b"one", b"", b"  blanks  ", b"tab\there", "€".encode(), b"\xff\xfe", b"a\0b", b"x" * 100_000]
    p = sender(setup, "-l", "log", stderr=subprocess.PIPE)
    _, said = p.communicate(b"\n".join(lines))  # the last one without a line end
    assert p.returncode == 0, said
    got = [e["data"] for e in entries(redis)]
    assert got == lines or got == [x for x in lines if x]
    assert all(set(e) == {"data"} for e in entries(redis))


def test_event_and_many(setup, redis):
    p = sender(setup, "-l", "log", "-e", "deploy")
    p.communicate(b"".join(b"%d\n" % i for i in range(1500)))
    assert p.returncode == 0
    got = entries(redis)
    assert [int(e["data"]) for e in got] == list(range(1500))
    assert {e["event"] for e in got} == {b"deploy"}


def test_a_line_arrives_while_the_input_stays_open(stack, setup, redis):
    """tail -F piped into it: no waiting for a full block."""
    responder = stack.responder(setup=setup)
    p = sender(setup, "-l", "log")
    try:
        with FcgiStream(responder.socket, environment("/sselog/stream")) as s:
            s.live()
            for i in range(3):
                p.stdin.write(b"line %d\n" % i)
                p.stdin.flush()
                assert s.messages(i + 1)[i].data == f"line {i}"
    finally:
        p.stdin.close()
        assert p.wait(30) == 0


def test_redis_away_for_a_while(stack):
    """Nothing is lost; it stops reading its input instead of piling it up."""
    redis = stack.redis(persistent=True)
    setup = stack.setup(redis)
    p = sender(setup, "-l", "log", "-n", "1000000", stderr=subprocess.DEVNULL)
    total = 20_000
    written = [0]

    def feed():
        for i in range(total):
            p.stdin.write(b"%06d %s\n" % (i, b"x" * 1000))
            written[0] = i
        p.stdin.close()

    feeder = threading.Thread(target=feed, daemon=True)
    redis.stop()
    feeder.start()
    wait_until(lambda: written[0] > 10, "the input to be read")
    last = -1
    while last != written[0]:  # until it reads no more
        last = written[0]
        feeder.join(0.2)
    assert written[0] < total - 1, "20 MB were taken in with nowhere to go"
    redis.start()
    feeder.join(60)
    assert p.wait(60) == 0
    assert [int(e["data"].split()[0]) for e in entries(redis)] == list(range(total))


def test_killed_redis_in_the_middle(stack):
    """Its answer lost, a line may come twice, never not at all."""
    redis = stack.redis(persistent=True)
    setup = stack.setup(redis)
    p = sender(setup, "-l", "log", "-n", "1000000", stderr=subprocess.DEVNULL)

    def feed():
        for i in range(3000):
            p.stdin.write(b"%d\n" % i)
            p.stdin.flush()
        p.stdin.close()

    feeder = threading.Thread(target=feed, daemon=True)
    feeder.start()
    for _ in range(3):
        have = redis.client.xlen("log")
        wait_until(lambda: redis.client.xlen("log") > have or p.poll() is not None, "progress")
        redis.kill()
        redis.start()
    feeder.join(60)
    assert p.wait(60) == 0
    got = [int(e["data"]) for e in entries(redis)]
    assert set(got) == set(range(3000)) and len(got) < 3000 + 3 * 256  # one batch for each time


def test_refused_is_told(setup, redis):
    redis.client.set("log", "a string")
    p = sender(setup, "-l", "log", stderr=subprocess.PIPE)
    _, said = p.communicate(b"x\n")
    assert p.returncode not in (0, None) and b"WRONGTYPE" in said


def test_too_many_clients_pass(stack, redis):
    """What is full now is not full for ever."""
    full = [b"-ERR max number of clients reached\r\n"] * 2
    scripted = stack.scripted(redis, lambda conn, cmd: full.pop() if cmd[0] == b"XADD" and full else None)
    p = sender(stack.setup(scripted), "-l", "log", stderr=subprocess.DEVNULL)
    p.communicate(b"x\n")
    assert p.returncode == 0 and entries(redis) == [{"data": b"x"}]


def test_publish_too(setup, redis):
    with redis.client.pubsub() as listener:
        listener.subscribe("log")
        wait_until(lambda: listener.get_message(timeout=1), "the subscription")
        p = sender(setup, "-l", "log", "-p")
        p.communicate(b"hello\n")
        assert p.returncode == 0
        message = wait_until(lambda: listener.get_message(timeout=1), "the message")
        assert message["data"] == b"hello"
    assert entries(redis) == [{"data": b"hello"}]


def test_progress_on_a_terminal_only(setup, redis):
    master, slave = pty.openpty()
    p = sender(setup, "-l", "log", stderr=slave)
    os.close(slave)
    p.communicate(b"x\n" * 1000)
    shown = b""
    try:
        while chunk := os.read(master, 4096):
            shown += chunk
    except OSError:
        pass
    os.close(master)
    assert p.returncode == 0 and b"1000" in shown.replace(b",", b"").replace(b" ", b"")
    p = sender(setup, "-l", "log", stderr=subprocess.PIPE)
    assert p.communicate(b"x\n")[1] == b""


@pytest.mark.parametrize("arguments", [["-Z"], ["-l"], ["-l", ""], ["surplus"]])
def test_bad_command_line(setup, arguments):
    p = sender(setup, *arguments, stderr=subprocess.PIPE)
    _, said = p.communicate(b"")
    assert p.returncode == 2 and said
