# SPDX-License-Identifier: MIT
"""sselog send: each line of standard input becomes a record of the log."""
import array
import fcntl
import json
import os
import pty
import re
import subprocess
import termios
import threading
import urllib.parse
from pathlib import Path

import pytest

from fcgi import FcgiStream, environment
from procs import wait_until
from sending import entries, producer_environment, start_send
from webs import TIME
from tables import case


def test_each_line_becomes_a_record_unchanged(setup, redis):
    lines = [b"one", b"", b"  blanks  ", b"tab\there", "€".encode(), b"\xff\xfe", b"a\0b", b"x" * 100_000]
    p = start_send(setup, "-l", "log", stderr=subprocess.PIPE)
    _, stderr = p.communicate(b"\n".join(lines))  # the last line has no line end
    assert p.returncode == 0, stderr
    got = [e["data"] for e in entries(redis)]
    assert got == lines
    assert all(set(e) == {"data"} for e in entries(redis))


def test_event_name_and_order_of_1500_lines(setup, redis):
    p = start_send(setup, "-l", "log", "-e", "deploy")
    p.communicate(b"".join(b"%d\n" % i for i in range(1500)))
    assert p.returncode == 0
    got = entries(redis)
    assert [int(e["data"]) for e in got] == list(range(1500))
    assert {e["event"] for e in got} == {b"deploy"}


def test_line_is_sent_while_the_input_stays_open(stack, setup, redis):
    """As with `tail -F`: send does not wait until a block is full."""
    responder = stack.responder(setup=setup)
    p = start_send(setup, "-l", "log")
    try:
        with FcgiStream(responder.socket, environment("/sselog/stream")) as s:
            s.read_until_live()
            for i in range(3):
                p.stdin.write(b"line %d\n" % i)
                p.stdin.flush()
                assert s.read_records(i + 1)[i].data == f"line {i}"
    finally:
        p.stdin.close()
        assert p.wait(30) == 0


def test_send_waits_for_redis_without_reading_more_input(stack):
    """send loses no line, and holds only a bounded part of its input."""
    redis = stack.redis(persistent=True)
    setup = stack.setup(redis)
    p = start_send(setup, "-l", "log", "-n", "1000000", stderr=subprocess.DEVNULL)
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
    while last != written[0]:  # until send reads no more
        last = written[0]
        feeder.join(0.2)
    assert written[0] < total - 1, "send has read 20 MB without Redis"
    redis.start()
    feeder.join(60)
    assert p.wait(60) == 0
    assert [int(e["data"].split()[0]) for e in entries(redis)] == list(range(total))


def test_killed_redis_loses_and_repeats_no_line(stack):
    redis = stack.redis(persistent=True)
    setup = stack.setup(redis)
    p = start_send(setup, "-l", "log", "-n", "1000000", stderr=subprocess.DEVNULL)

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
    assert [int(e["data"]) for e in entries(redis)] == list(range(3000))


def test_refused_write_fails_with_the_reason(setup, redis):
    redis.client.set("log", "a string")
    p = start_send(setup, "-l", "log", stderr=subprocess.PIPE)
    _, stderr = p.communicate(b"x\n")
    assert p.returncode == 1
    address = urllib.parse.urlsplit(setup.environment()["SSELOG_REDIS"])
    where = address.netloc.rsplit("@")[-1] or address.path
    assert re.fullmatch(rf"{TIME}error send: log at {re.escape(where)}: WRONGTYPE .*; refused by Redis after 0 records; "
                        r"2 bytes of input were read and not sent\n", stderr.decode()), stderr


def test_wrong_password_ends_send_before_the_first_line(setup, redis):
    scheme, _, rest = setup.environment()["SSELOG_REDIS"].partition("://")
    url = f"{scheme}://nobody:wrong@{rest.rpartition('@')[2]}"
    p = subprocess.Popen([setup.program, "send", "-l", "log"], stdin=subprocess.PIPE, stderr=subprocess.PIPE,
                         env={**setup.environment(), "SSELOG_REDIS": url})
    assert p.wait(30) == 1  # the input is still open
    assert b"error send: log at " in (told := p.stderr.read()) and b"WRONGPASS" in told


ERRORS = [
    ("NOPERM No permissions to access a key", 1), ("NOAUTH Authentication required.", 1),
    ("DENIED Redis is running in protected mode", 1), ("ERR unknown command 'XADD', with args beginning with: ", 1),
    ("MOVED 1 127.0.0.1:7001", 1), ("LOADING Redis is loading the dataset in memory", 0),
    ("READONLY You can't write against a read only replica.", 0), ("OOM command not allowed when used memory", 0),
    ("MISCONF Redis is configured to save RDB snapshots", 0), ("NOREPLICAS Not enough good replicas to write.", 0),
    ("BUSY Redis is busy running a script.", 0), ("TRYAGAIN Multiple keys request during rehashing of slot", 0),
]


def refusing(errors, command=b"XADD"):
    """A handler: commands get these errors, and EXEC fails after one as with a real Redis."""
    aborted = set()

    def handler(conn, cmd):
        if cmd[0] == command and errors:
            aborted.add(conn)
            return errors.pop()
        return b"-EXECABORT Transaction discarded because of previous errors.\r\n" if cmd[0] == b"EXEC" and conn in aborted else None
    return handler


def test_error_that_stays_ends_send_and_another_is_tried_again(stack, redis):
    scripted = stack.scripted(redis)
    setup = stack.setup(scripted)
    for number, (error, status) in enumerate(ERRORS):
        errors = [f"-{error}\r\n".encode()] * (9 if status else 1)
        scripted.handler = refusing(errors)
        with case(error):
            p = start_send(setup, "-l", f"log{number}", stderr=subprocess.PIPE)
            told = p.communicate(b"x\n")[1].decode()
            assert p.returncode == status and error.split()[0] in told and "look-up" not in told, told
            assert len(errors) == (8 if status else 0), "one attempt"
            if status == 0:
                assert re.fullmatch(rf"{TIME}warning send: log.* at .*; trying again\n{TIME}info send: log.*: sending again\n",
                                    told)
                assert entries(redis, f"log{number}") == [{"data": b"x"}]


MIB = 1024 * 1024


LINES = [
    (b"a\r\nb\n", [b"a", b"b"]), (b"\r\n\r\r\n", [b"", b"\r"]), (b"a\rb\r", [b"a\rb\r"]),
    (b"\xef\xbb\xbfa\nb\n", [b"a", b"b"]), (b"\xef\xbb\xbf", []), (b"\xef\xbb", [b"\xef\xbb"]),
    (b"a\n\xef\xbb\xbfb", [b"a", b"\xef\xbb\xbfb"]), (b"\n", [b""]), (b"", []),
    (b"x" * MIB + b"\r\ny", [b"x" * MIB, b"y"]), (b"x" * MIB + b"\r", [b"x" * MIB, b"\r"]),
    (b"x" * (MIB - 1) + "é!".encode(), [b"x" * (MIB - 1), "é!".encode()]),
    (b"x" * (MIB - 3) + "😀".encode() + b"\n", [b"x" * (MIB - 3), "😀".encode()]),
    (b"x" * (MIB - 2) + "é\n".encode(), [b"x" * (MIB - 2) + "é".encode()]),
    (b"x" * (MIB - 1) + b"\xc3\xc3\xa9", [b"x" * (MIB - 1) + b"\xc3", b"\xc3\xa9"]),
    (b"\xa9" * (MIB + 1), [b"\xa9" * MIB, b"\xa9"]),
]


@pytest.mark.parametrize("apart", [False, True], ids=["at_once", "in_two_writes"])
def test_ends_of_lines_and_of_parts_of_long_lines(setup, redis, apart):
    """Also when the last byte, or all after the first, comes later than the others."""
    for number, (given, records) in enumerate(LINES):
        with case(given[-9:]):
            p = start_send(setup, "-l", f"log{number}", "-n", "1000", stderr=subprocess.PIPE)
            at = 0 if not apart else min(1, len(given)) if len(given) < 9 else len(given) - 1
            p.stdin.write(given[:at])
            p.stdin.flush()
            wait_until(lambda p=p: not unread(p.stdin), "send to read what came")
            assert (p.communicate(given[at:])[1], p.returncode) == (b"", 0)
            assert [e["data"] for e in entries(redis, f"log{number}")] == records


def unread(pipe):
    """Bytes in the pipe that were not read."""
    count = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, count)
    return count[0]


def test_too_many_redis_clients_is_tried_again(stack, redis):
    full = [b"-ERR max number of clients reached\r\n"] * 2
    scripted = stack.scripted(redis, refusing(full))
    p = start_send(stack.setup(scripted), "-l", "log", stderr=subprocess.DEVNULL)
    p.communicate(b"x\n")
    assert p.returncode == 0 and entries(redis) == [{"data": b"x"}]


def test_option_p_also_publishes(setup, redis):
    with redis.client.pubsub() as listener:
        listener.subscribe("log")
        wait_until(lambda: listener.get_message(timeout=1), "the subscription")
        p = start_send(setup, "-l", "log", "-p")
        p.communicate(b"hello\n")
        assert p.returncode == 0
        message = wait_until(lambda: listener.get_message(timeout=1), "the message")
        assert message["data"] == b"hello"
    assert entries(redis) == [{"data": b"hello"}]


def test_progress_is_shown_only_on_a_terminal(setup, redis):
    master, slave = pty.openpty()
    p = start_send(setup, "-l", "log", stderr=slave)
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
    p = start_send(setup, "-l", "log", stderr=subprocess.PIPE)
    assert p.communicate(b"x\n")[1] == b""


WRONG_USE = [
    (["-Z"], "there is no option -Z;"), (["--nothing"], "there is no option --nothing"), (["-l"], "-l needs a value"),
    (["--log"], "--log needs a value"), (["-l", ""], "malformed value"), (["surplus"], "surplus"),
    (["--json=x"], "--json takes no value"), (["-n", "many"], "many of -n: "), (["-pn1x"], "1x of -n: "),
    (["--keep", "3x"], "3x of --keep: "), (["--keep=3x"], "3x of --keep: "), (["--keep", "3651d"], "at most ten years"), (["--join", "^x"], "--join=EXPR"),
    (["--level", "loud"], "loud of --level: "), (["--host", ""], "empty"), (["--field", "level=x"], "level"), (["--join=("], "("),
    (["-c", "F"], "there is no option -c here: it stands before the command"), (["--config=F"], "--config here: it stands before"),
    (["--list", "a", "--follow", "b"], "--list and --follow"), (["--state", "a"], "--state"), (["--follow", ""], "path"),
]


@pytest.mark.parametrize("arguments,told", WRONG_USE, ids=[" ".join(a) for a, _ in WRONG_USE])
def test_wrong_use_names_the_word_and_the_help(setup, arguments, told):
    p = start_send(setup, *arguments, stderr=subprocess.PIPE)
    _, stderr = p.communicate(b"")
    assert p.returncode == 2 and told in stderr.decode()
    assert re.fullmatch(r"sselog: send: .*; see sselog send --help\n", stderr.decode())


MEANT = [("sned", "send"), ("toke", "token"), ("doktor", "doctor"), ("send --lits x", "--list"), ("token --usre x", "--user"),
         ("doctor --jsom", "--json"), ("--sockte x", "--socket"), ("send --nothing", None), ("serve", None)]


@pytest.mark.parametrize("arguments,meant", MEANT, ids=[a for a, _ in MEANT])
def test_wrong_word_leads_to_the_one_that_is_like_it(setup, arguments, meant):
    done = subprocess.run([setup.program, *arguments.split()], capture_output=True, text=True, timeout=30)
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert f"(did you mean {meant}?)" in done.stderr if meant else "did you mean" not in done.stderr


def closed(setup, how, *arguments):
    """With standard descriptors that are closed or full."""
    return subprocess.Popen(["sh", "-c", f'exec "$0" "$@" {how}', setup.program, *arguments], env=producer_environment(setup),
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_input_that_is_closed_ends_send(setup):
    p = closed(setup, "<&-", "send", "-l", "log")
    assert re.fullmatch(rf"{TIME}error send: standard input: Bad file descriptor\n", p.communicate(timeout=30)[1].decode())
    assert p.returncode == 1


@pytest.mark.parametrize("how", [">&-", ">/dev/full"])
@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["-t"], ["send", "--help"], ["doctor"], ["token", "-u", "ann"]],
                         ids=" ".join)
def test_output_that_is_not_written_is_told(stack, setup, how, arguments):
    p = subprocess.Popen(["sh", "-c", f'exec "$0" "$@" {how}', setup.program, *arguments], env=setup.environment(),
                         stderr=subprocess.PIPE)
    told = p.communicate(timeout=30)[1].decode()
    assert p.returncode == 1 and "sselog: standard output: " in told


def test_no_connection_gets_the_number_of_standard_error(stack, setup, redis):
    """Else Redis would get what is told."""
    file = stack.directory() / "app.log"
    p = closed(setup, ">&- 2>&-", "send", "-l", "log", "--follow", str(file), "--state", str(file.parent / "state"))
    wait_until(lambda: (file.parent / "state").exists(), "the line about the file that does not exist yet")
    file.write_text("1\n2\n")
    wait_until(lambda: len(entries(redis)) == 2, "the records")
    p.terminate()
    assert p.communicate(timeout=30) == (b"", b"") and p.returncode == 0
    assert not redis.client.info("errorstats")


def test_start_that_fails_tells_one_line(stack, setup):
    state = stack.directory() / "no" / "state"
    p = start_send(setup, "-l", "log", "--follow", "/dev/null", "--state", str(state), stderr=subprocess.PIPE)
    told = p.communicate(timeout=30)[1].decode()
    assert p.returncode == 1 and told.count("\n") == 1 and "No such file or directory" in told


def test_help_needs_no_configuration(setup):
    done = subprocess.run([setup.program, "-c", "/nowhere", "send", "--help"], capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.startswith("usage: ")


TEXT = b"""ERROR disk full
{"level":"warn","msg":"x"}
{"msg":"y"}
z
"""


def test_lines_as_json(setup, redis):
    p = start_send(setup, "-l", "log", "--json", "--level", "info", "--host", "box", "--field", "env=prod", "--field", "n=1")
    p.communicate(TEXT)
    assert p.returncode == 0
    records = [json.loads(e["data"]) for e in entries(redis)]
    for number, message in ((0, "ERROR disk full"), (3, "z")):
        time = records[number].pop("time")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", time)
        assert records[number].pop("message") == message
    own = {"host": "box", "env": "prod", "n": "1"}
    assert records == [{"level": "ERROR", **own}, {"level": "warn", "msg": "x", **own}, {"level": "info", "msg": "y", **own},
                       {"level": "info", **own}]


def test_lines_of_journalctl(setup, redis):
    p = start_send(setup, "-l", "log", "--journal")
    p.communicate((Path(__file__).parent / "journal.json").read_bytes())
    assert p.returncode == 0
    records = [json.loads(e["data"]) for e in entries(redis)]
    assert [(r.get("level"), r.get("unit"), r["host"], r["message"]) for r in records] == [
        ("notice", "systemd-logind.service", "web1", "New session 4 of user ann."),
        ("err", "backup.service", "web1", "disk \ufffd full"), ("info", "kernel", "web1", "eth0: link up"),
        ("warning", "app.service", "web1", "[too long: give journalctl the option --all]"),
        (None, "app.service", "web1", "Grüße 👋"), ("info", "app.service", "web1", "first")]
    assert records[0]["time"] == "2026-01-02T03:04:05.678Z" and not any("CURSOR" in str(r) for r in records)


def test_joined_lines_wait_at_most_a_second_for_more(setup, redis):
    p = start_send(setup, "-l", "log", "--join=^Error")
    p.stdin.write(b"Traceback\n  file\nError: x\nnext\n part")
    p.stdin.flush()
    wait_until(lambda: redis.client.xlen("log") == 2, "the record that waits, although the input stays open")
    p.communicate(b"\nlast\n")
    assert [e["data"] for e in entries(redis)] == [b"Traceback\n  file\nError: x", b"next", b" part", b"last"]


def test_log_is_trimmed_by_age_and_by_number(setup, redis):
    """By the time of Redis: ids of old records are far in the past."""
    for number in range(1000):
        redis.client.xadd("log", {"data": "old"}, id=f"{number + 1}-1")
    p = start_send(setup, "-l", "log", "--keep", "1d")
    p.communicate(b"x\n")
    assert p.returncode == 0 and [e["data"] for e in entries(redis)][-1] == b"x" and redis.client.xlen("log") <= 100
    p = start_send(setup, "-l", "log", "--keep", "1d", "-n", "500")
    p.communicate(b"y\n" * 2000)
    assert p.returncode == 0 and 500 <= redis.client.xlen("log") <= 700
    p = start_send(setup, "-l", "log2", "--keep", "1d")
    p.communicate(b"y\n" * 12000)
    assert p.returncode == 0 and redis.client.xlen("log2") == 12000
