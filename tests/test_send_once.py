# SPDX-License-Identifier: MIT
"""sselog send: each line once and in order, while the sender, its connections and Redis are killed, and while
Redis takes no writes for moments."""
import json
import random
import re
import selectors
import socket
import subprocess
import threading
import time

import pytest

from procs import Child, wait_until
from scripted_redis import CLOSE, Cut
from sending import Sending, producer_environment, start_send, values
from tables import case

BIG = "1000000"


def of_sender(redis, name, key="log"):
    """The numbers of the lines of one sender, in the order of the log."""
    return [int(v.split()[1]) for v in values(redis, key) if v.split()[0] == name.encode()]


def runs(numbers):
    """The first and the last of numbers that follow each other."""
    found = []
    for n in numbers:
        if found and n == found[-1][1] + 1:
            found[-1] = (found[-1][0], n)
        else:
            found.append((n, n))
    return found


class Follower:
    """Sends a file that grows, and starts again after each kill."""

    def __init__(self, stack, setup, name):
        self.stack, self.setup, self.name = stack, setup, name
        self.file = stack.directory() / f"{name}.log"
        self.lines = 0
        self.file.touch()
        self.start()

    def start(self):
        self.sending = self.stack.keep(Sending(self.setup, "-l", "log", "-n", BIG, "--follow", str(self.file), "--state",
                                               str(self.file.with_suffix(".state"))))

    def kill(self):
        self.sending.kill()
        self.start()

    def write(self, count):
        with open(self.file, "a", encoding="ascii") as f:
            f.write("".join(f"{self.name} {n}\n" for n in range(self.lines, self.lines + count)))
        self.lines += count


class Piped:
    """Sends standard input, in one run."""

    def __init__(self, setup, name, *arguments):
        self.name, self.lines = name, 0
        self.popen = start_send(setup, "-l", "log", "-n", BIG, *arguments, stderr=subprocess.DEVNULL)
        self.queue = 0
        self.closed = False
        self.thread = threading.Thread(target=self.feed, daemon=True)
        self.thread.start()

    def write(self, count):
        self.queue += count

    def feed(self):
        while not self.closed or self.lines < self.queue:
            if self.lines == self.queue:
                time.sleep(0.001)
                continue
            count = self.queue - self.lines
            self.popen.stdin.write(b"".join(b"%s %d\n" % (self.name.encode(), n)
                                            for n in range(self.lines, self.lines + count)))
            self.popen.stdin.flush()
            self.lines += count
        self.popen.stdin.close()

    def end(self):
        self.closed = True
        self.thread.join(60)
        assert self.popen.wait(60) == 0


def kill_connections(redis):
    for client in redis.clients():
        redis.client.client_kill_filter(_id=client["id"])


def kill_redis(redis):
    """Redis 7.0 that is killed while it writes a transaction to its file keeps the piece without its end, and adds these
    records at its next start but one. The tool of Redis removes the piece, as the manual says."""
    redis.kill()
    done = subprocess.run(["redis-check-aof", "--fix", redis.dir / "appendonlydir/appendonly.aof.manifest"], input=b"y\ny\n",
                          capture_output=True, timeout=60, check=False)
    assert b"AOF analyzed" in done.stdout or b"valid" in done.stdout or b"truncated" in done.stdout, done.stdout
    redis.start()


def flap(redis, name, bad, good):
    redis.client.config_set(name, bad)
    time.sleep(0.01)  # not for readiness: the time of the refusals
    redis.client.config_set(name, good)


def harass(stack, kills, seed):
    """Two senders to one log through so many kills."""
    chance = random.Random(seed)
    redis = stack.redis(persistent=True)
    setup = stack.setup(redis)
    follower, piped = Follower(stack, setup, "file"), Piped(setup, "pipe")
    deeds = follower.kill, lambda: kill_connections(redis), lambda: kill_redis(redis)
    flaps = ("maxmemory", "1", "0"), ("min-replicas-to-write", "1", "0")
    for number in range(kills):
        have = redis.client.xlen("log")
        for sender in follower, piped:
            sender.write(chance.choice((1, 3, 300, 900)))
        if chance.random() < 0.8:
            wait_until(lambda have=have: redis.client.xlen("log") > have, f"progress before kill {number}", deadline=60)
            time.sleep(chance.random() * 0.01)  # a moment within a batch
        if chance.random() < 0.5:
            flap(redis, *chance.choice(flaps))
        chance.choice(deeds)()
    for sender in follower, piped:  # the follower that sends this line can be stopped
        sender.write(1)
    piped.end()
    follower.write(1)  # the newest sender has begun when this line is there
    wait_until(lambda: redis.client.xlen("log") >= follower.lines + piped.lines, "the last line", deadline=120)
    assert follower.sending.stop()[1] == 0
    for sender in follower, piped:
        assert runs(of_sender(redis, sender.name)) == [(0, sender.lines - 1)], sender.name


def test_kills_lose_repeat_and_reorder_nothing(stack):
    """Of the sender, of connections, of Redis; and memory and replicas that are missing for moments."""
    harass(stack, 30, 1)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 12))
def test_thousand_kills_lose_repeat_and_reorder_nothing(stack, seed):
    harass(stack, 100, seed)


# ---- answers that are lost ----


PROGRESS = 3000  # bytes, so that the pauses between attempts do not grow


class Cutting:
    """A socket before Redis whose n-th connection ends after n * step bytes of requests or of answers."""

    def __init__(self, directory, redis, first, step, most, answers):
        self.socket, self.redis = directory / "cut.sock", redis
        self.limits = [n for limit in range(first, most, step) for n in (limit, PROGRESS)][::-1]
        self.answers = answers
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.socket))
        self.socket.chmod(0o777)
        self.listener.listen(8)
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def url(self):
        return f"unix://{self.socket}"

    def accept(self):
        while True:
            try:
                threading.Thread(target=self.relay, args=(self.listener.accept()[0],), daemon=True).start()
            except OSError:
                return

    def relay(self, client):
        limit = self.limits.pop() if self.limits else 1 << 40
        with client, socket.socket(socket.AF_UNIX) as server, selectors.DefaultSelector() as watch:
            server.connect(str(self.redis.socket))
            watch.register(client, selectors.EVENT_READ, (server, not self.answers))
            watch.register(server, selectors.EVENT_READ, (client, self.answers))
            while limit > 0:
                for key, _ in watch.select():
                    to, counts = key.data
                    data = key.fileobj.recv(65536)
                    if not data:
                        return
                    data = data[:limit] if counts else data
                    to.sendall(data)
                    limit -= len(data) if counts else 0

    def end(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def output(self):
        return ""


def cut_often(stack, redis, firsts, step, answers):
    """One sender for each of the first places of a cut."""
    cuts = [stack.keep(Cutting(stack.directory(), redis, first, step, 600, answers)) for first in firsts]
    senders = [start_send(stack.setup(cut), "-l", f"log{n}", "-n", BIG, stderr=subprocess.DEVNULL)
               for n, cut in enumerate(cuts)]
    counts = [0] * len(cuts)

    def feed(n):
        """The next two lines, when the log has those before: batches stay small."""
        if redis.client.xlen(f"log{n}") == counts[n] and cuts[n].limits:
            senders[n].stdin.write(b"%d\n%d\n" % (counts[n], counts[n] + 1))
            senders[n].stdin.flush()
            counts[n] += 2
        return not cuts[n].limits
    wait_until(lambda: all([feed(n) for n in range(len(cuts))]), "all cuts", deadline=120)
    for n, p in enumerate(senders):
        p.stdin.close()
        assert p.wait(60) == 0
        assert [int(v) for v in values(redis, f"log{n}")] == list(range(counts[n]))


@pytest.mark.parametrize("answers", [False, True], ids=["requests", "answers"])
def test_connection_that_ends_after_some_bytes_loses_and_repeats_nothing(stack, redis, answers):
    cut_often(stack, redis, range(0, 70, 13), 70, answers)


@pytest.mark.long
@pytest.mark.parametrize("answers", [False, True], ids=["requests", "answers"])
def test_connection_that_ends_after_any_byte_loses_and_repeats_nothing(stack, redis, answers):
    cut_often(stack, redis, range(24), 24, answers)


@pytest.mark.parametrize("command", [b"MULTI", b"XADD", b"SET", b"EXEC", b"WATCH", b"XLEN", b"GET"])
@pytest.mark.parametrize("fault", [CLOSE, Cut(1)], ids=["before", "after"])
def test_lost_command_loses_and_repeats_nothing(stack, redis, command, fault):
    """Before Redis gets it, or after it executed it; in each exchange of a run once."""
    seen = []

    def handler(conn, cmd):
        if cmd[0] == command:
            seen.append(cmd)
            return fault if len(seen) in (1, 4, 6, 9) else None
        return None
    p = start_send(stack.setup(stack.scripted(redis, handler)), "-l", "log", stderr=subprocess.DEVNULL)
    for n in range(12):
        p.stdin.write(b"%d\n" % n)
        p.stdin.flush()
        wait_until(lambda n=n: redis.client.xlen("log") > n, "the line")
    p.communicate()
    assert p.returncode == 0 and [int(v) for v in values(redis)] == list(range(12))
    assert len(seen) > (1 if command == b"XLEN" else 9)  # the type of the log is asked for on a new connection only


@pytest.mark.parametrize("late", [True, False], ids=["after_the_repetition", "before_it"])
def test_transaction_of_a_lost_connection_that_comes_late_adds_nothing(stack, redis, late):
    """It was on its way while the next connection looked for it."""
    came, done = threading.Event(), threading.Event()
    batches = []  # the connections that began one

    def handler(conn, cmd):
        if cmd[0] == b"XADD" and conn not in batches:
            batches.append(conn)
            if len(batches) == 2 and not late:
                done.set()
                came.wait(30)
        if cmd[0] == b"EXEC" and batches and conn is batches[0]:
            conn.sock.shutdown(socket.SHUT_RDWR)  # the sender repeats it by another connection
            done.wait(30)
            answer = conn.real  # as the kernel would: the rest goes to Redis although nobody hears the answer
            answer.sendall(b"*1\r\n$4\r\nEXEC\r\n")
            answer.recv(65536)
            came.set()
            return CLOSE
        return None
    p = start_send(stack.setup(stack.scripted(redis, handler)), "-l", "log", stderr=subprocess.DEVNULL)
    p.stdin.write(b"1\n2\n")
    p.stdin.flush()
    if late:
        wait_until(lambda: redis.client.xlen("log") == 2, "the repetition")
        done.set()
    wait_until(came.is_set, "the late transaction")
    p.communicate(b"3\n")
    assert p.returncode == 0 and values(redis) == [b"1", b"2", b"3"]


@pytest.mark.parametrize("lost", [False, True], ids=["told", "lost"])
def test_log_that_becomes_another_type_keeps_its_lines_out_of_the_offset(stack, redis, lost):
    """A transaction goes on after an error."""
    broken = []

    def handler(conn, cmd):
        if cmd[0] == b"XADD":
            redis.client.set("log", "a string")
            broken.append(conn)
        return Cut(1) if cmd[0] == b"EXEC" and conn in broken and lost else None
    setup = stack.setup(stack.scripted(redis, handler))
    p = start_send(setup, "-l", "log", "--producer", "p", stderr=subprocess.PIPE)
    told = p.communicate(b"1\n2\n")[1].decode()
    assert p.returncode == 1 and "WRONGTYPE" in told, told
    redis.client.delete("log")
    time.sleep(0.002)  # the key of the offset expires
    p = start_send(stack.setup(redis), "-l", "log", "--producer", "p")
    p.communicate(b"1\n2\n3\n")
    assert p.returncode == 0 and values(redis) == [b"1", b"2", b"3"]


# ---- names ----


def named(setup, *arguments, **kw):
    return start_send(setup, "-l", "log", "--producer", "import", *arguments, stderr=subprocess.PIPE, **kw)


def test_name_goes_on_where_the_input_was(setup, redis):
    """Of the same input: it is read from its start, and a last line without an end waits for a signal's next run."""
    for number, given in enumerate((b"1\n2\n", b"1\n2\n3\n", b"1\n2\n3\n", b"1\n2\n3\n4\n5")):
        with case(number):
            p = named(setup)
            assert p.communicate(given)[1] == b"" and p.returncode == 0
    assert values(redis) == [b"1", b"2", b"3", b"4", b"5"]
    key, = redis.client.keys("*sent*")
    assert key == b"{log}:sent:import" and redis.client.ttl(key) == -1


def test_line_that_a_signal_cuts_is_left_to_the_next_run(setup, redis):
    p = named(setup)
    p.stdin.write(b"1\n2\npart")
    p.stdin.flush()
    wait_until(lambda: redis.client.xlen("log") == 2, "the complete lines")
    p.terminate()
    assert p.wait(30) == 0
    named(setup).communicate(b"1\n2\npartial\n")
    assert values(redis) == [b"1", b"2", b"partial"]


@pytest.mark.parametrize("given", [b"1\n2\n3\n", b"1\n", b"", b"x\ny\nz\n"], ids=["more", "shorter", "empty", "other"])
def test_other_input_under_a_name_is_refused(setup, redis, given):
    named(setup).communicate(b"a\nb\n")
    p = named(setup)
    told = p.communicate(given)[1].decode()
    assert p.returncode == 1 and "does not begin with the 4 bytes that this producer has sent" in told, told
    assert values(redis) == [b"a", b"b"]


def test_second_sender_of_a_name_takes_over_and_the_first_ends(setup, redis):
    first = named(setup)
    lines = b"".join(b"%d\n" % n for n in range(10))
    first.stdin.write(lines)
    first.stdin.flush()
    wait_until(lambda: redis.client.xlen("log") == 10, "the lines of the first")
    second = named(setup)  # had it asked before the first line came, it would be the one that ends
    second.stdin.write(lines + b"10\n")
    second.stdin.flush()
    wait_until(lambda: redis.client.xlen("log") == 11, "the line of the second")
    told = first.communicate(b"10\n")[1].decode()
    assert first.returncode == 1 and "another process uses the same name of a producer; stopped after 10 records" in told, told
    assert second.communicate(b"11\n") == (None, b"") and second.returncode == 0
    assert values(redis) == [b"%d" % n for n in range(12)]


def test_senders_that_begin_at_the_same_time_under_a_name_repeat_nothing(setup, redis):
    lines = b"".join(b"%d\n" % n for n in range(3000))
    both = [named(setup, "-n", BIG) for _ in range(4)]
    threads = [threading.Thread(target=p.communicate, args=(lines,)) for p in both]
    for step in (threading.Thread.start, threading.Thread.join):
        for t in threads:
            step(t)
    assert {p.returncode for p in both} <= {0, 1} and 0 in [p.returncode for p in both]
    assert [int(v) for v in values(redis)] == list(range(3000))


KEYS = [("log", "{log}:sent:n"), ("log{b}c", "log{b}c:sent:n")]


def test_offset_is_in_the_slot_of_its_log(setup, redis):
    for log, key in KEYS:
        with case(log):
            start_send(setup, "-l", log, "--producer", "n").communicate(b"x\n")
            assert redis.client.exists(key) == 1


def test_offset_of_one_run_expires(setup, redis):
    start_send(setup, "-l", "log").communicate(b"x\n")
    key, = redis.client.keys("*sent*")
    assert 86000 < redis.client.ttl(key) <= 86400


def feed(p, redis, numbers):
    """Sends the numbers one by one, each when the one before is in the log."""
    for n in numbers:
        p.stdin.write(b"%d\n" % n)
        p.stdin.flush()
        wait_until(lambda n=n: redis.client.xlen("log") == n + 1, "the line")
        yield n


@pytest.mark.parametrize("arguments", [(), ("--producer", "import")], ids=["one_run", "name"])
def test_offset_that_is_gone_is_told_and_stops_nobody(setup, redis, arguments):
    """As after a failover to a server without data, or by a hand: nothing tells which records are lost."""
    p = start_send(setup, "-l", "log", *arguments, stderr=subprocess.PIPE)
    for _ in feed(p, redis, range(4)):
        redis.client.delete(*redis.client.keys("*sent*"))
    told = p.communicate(b"4\n")[1].decode()
    assert p.returncode == 0 and values(redis) == [b"%d" % n for n in range(5)]
    assert told.count("the place of this input is gone there; records that Redis had confirmed may be lost\n") == 4, told
    assert told.count("\n") == 4, told


def test_place_in_redis_keeps_its_time_to_live(setup, redis):
    """Most batches do not set it."""
    p = start_send(setup, "-l", "log", stderr=subprocess.PIPE)
    for _ in feed(p, redis, range(4)):
        key, = redis.client.keys("*sent*")
        assert 86000 < redis.client.ttl(key) <= 86400
    assert p.communicate()[1] == b"" and p.returncode == 0


# A value, and how the line about it ends.
NO_PLACES = [(b"x" * 3000, "is no place of a producer; refused by Redis after 0 records"),
             (b"x" * 100000, "is no place of a producer; refused by Redis after 0 records"),
             (b"x 1 x", "{log}:sent:import: the key is no place of lines\n")]


@pytest.mark.parametrize("value,end", NO_PLACES, ids=["long", "longer", "malformed"])
def test_key_that_is_no_place_is_told(setup, redis, value, end):
    redis.client.set("{log}:sent:import", value)
    p = named(setup)
    told = p.communicate(b"1\n")[1].decode()
    assert p.returncode == 1 and end in told, told
    assert redis.client.get("{log}:sent:import") == value and not redis.client.exists("log")


def test_key_of_another_type_is_told(setup, redis):
    redis.client.rpush("{log}:sent:import", "x")
    p = named(setup)
    assert b"WRONGTYPE" in p.communicate(b"1\n")[1] and p.returncode == 1


# ---- files ----


@pytest.fixture
def files(stack):
    return stack.directory()


def follow(stack, setup, files, *arguments):
    return stack.keep(Sending(setup, "-l", "log", "-n", BIG, "--follow", files / "app.log", "--state", files / "state", *arguments))


def write(files, *lines):
    with open(files / "app.log", "a", encoding="ascii") as f:
        f.write("".join(f"{line}\n" for line in lines))


def has(redis, *lines):
    wait_until(lambda: redis.client.xlen("log") >= len(lines), f"{len(lines)} records")
    assert values(redis) == [line.encode() for line in lines]


def test_state_file_that_is_older_than_redis_repeats_nothing(stack, setup, redis, files):
    """As after a kill between the transaction and the write of the file."""
    write(files, "1", "2")
    sending = follow(stack, setup, files)
    has(redis, "1", "2")
    wait_until(lambda: (files / "state").read_text().split()[2] == "4", "the place")
    before = (files / "state").read_bytes()
    write(files, "3", "4")
    has(redis, "1", "2", "3", "4")
    sending.kill()
    (files / "state").write_bytes(before)
    write(files, "5")
    sending = follow(stack, setup, files)
    has(redis, "1", "2", "3", "4", "5")
    assert sending.stop() == ("", 0)


def test_state_file_tells_the_place_if_redis_is_empty(stack, setup, redis, files):
    write(files, "1", "2")
    sending = follow(stack, setup, files)
    has(redis, "1", "2")
    assert sending.stop() == ("", 0)
    redis.client.flushall()
    write(files, "3")
    follow(stack, setup, files)
    has(redis, "3")


def test_name_keeps_places_without_a_state_file(stack, setup, redis, files):
    write(files, "1", "2")
    sending = follow(stack, setup, files, "--producer", "web1")
    has(redis, "1", "2")
    sending.kill()
    for name in "state", "state.lock":
        (files / name).unlink()
    write(files, "3")
    follow(stack, setup, files, "--producer", "web1")
    has(redis, "1", "2", "3")
    assert redis.client.keys("{log}:sent:web1-*")


def roll_back(redis, dumps):
    """As a failover to a replica that lacks the last writes."""
    for key, value in dumps.items():
        redis.client.restore(key, 0, value, replace=True)


def dump(redis):
    return {key: redis.client.dump(key) for key in redis.client.keys("*")}


@pytest.mark.parametrize("running", [True, False], ids=["while_it_runs", "between_runs"])
def test_records_that_redis_lost_after_it_confirmed_them_are_sent_again(stack, setup, redis, files, running):
    write(files, "1", "2")
    sending = follow(stack, setup, files)
    has(redis, "1", "2")
    had = dump(redis)
    write(files, "3", "4")
    has(redis, "1", "2", "3", "4")
    if not running:
        assert sending.stop() == ("", 0)
    roll_back(redis, had)
    write(files, "5")
    if not running:
        follow(stack, setup, files)
    has(redis, "1", "2", "3", "4", "5")
    if running:
        told, status = sending.stop()
        assert status == 0 and "records that Redis had confirmed are lost there; sending them again" in told, told


def test_records_that_redis_lost_are_told_if_the_input_has_gone(setup, redis):
    p = start_send(setup, "-l", "log", stderr=subprocess.PIPE)
    dumps = []
    for n in range(3):
        p.stdin.write(b"%d\n" % n)
        p.stdin.flush()
        wait_until(lambda n=n: redis.client.xlen("log") == n + 1, "the line")
        dumps.append(dump(redis))
    roll_back(redis, dumps[0])
    told = p.communicate(b"3\n")[1].decode()
    assert p.returncode == 0 and "records that Redis had confirmed are lost there; the input no longer has them" in told, told
    assert values(redis) == [b"0", b"3"]


# ---- the journal ----


def entry(number, sequence="aa", message=None):
    return json.dumps({"__CURSOR": f"s={sequence};i={number:x};b=bb;m=1;t=1;x=1", "MESSAGE": message or str(number)}).encode() + b"\n"


def messages(redis):
    return [json.loads(v)["message"] for v in values(redis)]


def journal(stack, setup, state, *given):
    p = start_send(setup, "-l", "log", "--journal", "--state", str(state), stderr=subprocess.PIPE)
    assert p.communicate(b"".join(given))[1] == b"" and p.returncode == 0


def test_entries_after_an_older_cursor_are_not_repeated(stack, setup, redis):
    state = stack.directory() / "cursor"
    journal(stack, setup, state, *(entry(n) for n in range(8, 20)))
    assert state.read_text() == "s=aa;i=13;b=bb;m=1;t=1;x=1\n"
    journal(stack, setup, state, *(entry(n) for n in range(12, 24)))  # the file was older than Redis
    assert messages(redis) == [str(n) for n in range(8, 24)]
    journal(stack, setup, state, entry(1, "cc"), entry(24))  # another journal: nothing is known of its order
    assert messages(redis)[-2:] == ["1", "24"]


def test_entry_that_is_too_long_for_a_record_does_not_stop_what_follows(stack, setup, redis):
    """It comes behind the entry whose cursor Redis has, and has no cursor that could be compared."""
    state = stack.directory() / "cursor"
    journal(stack, setup, state, entry(1))
    journal(stack, setup, state, entry(1), entry(2, message="x" * 3_000_000), entry(3))
    found = values(redis)
    assert b'"message": "1"' in found[0] or b'"message":"1"' in found[0]
    assert json.loads(found[-1])["message"] == "3" and len(found) == 5
    assert state.read_text() == "s=aa;i=3;b=bb;m=1;t=1;x=1\n"


def test_place_that_is_too_long_for_a_cursor_is_told(setup, redis):
    redis.client.set("{log}:sent:import", b"x 1 " + b"s" * 1500)
    p = named(setup, "--journal")
    told = p.communicate(entry(1))[1].decode()
    assert p.returncode == 1 and "{log}:sent:import: the key is no place of the journal\n" in told, told
    assert not redis.client.exists("log")


# ---- rights ----

OLD = "+ping +select +xadd +xtrim +publish"
NEW = f"{OLD} +watch +multi +exec +get +set +xlen"
RIGHTS = [("~log", OLD), ("~log", NEW), *(("~log ~{log}:sent:*", NEW.replace(f" +{name}", "")) for name in
                                           ("watch", "multi", "exec", "get", "set", "xlen"))]


def as_user(setup, redis, keys, commands, *arguments):
    redis.client.execute_command("ACL", "SETUSER", "old", "reset", "on", ">pw", "allchannels", *keys.split(), *commands.split())
    given = producer_environment(setup)
    scheme, _, rest = given["SSELOG_REDIS"].partition("://")
    given["SSELOG_REDIS"] = f"{scheme}://old:pw@{rest.rpartition('@')[2]}"
    return Child([setup.program, "send", "-l", "log", *arguments], stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=given).popen


@pytest.mark.parametrize("keys,commands", RIGHTS, ids=["before", "no_key", "watch", "multi", "exec", "get", "set", "xlen"])
def test_without_rights_to_the_offset_records_are_sent_as_before(setup, redis, keys, commands):
    p = as_user(setup, redis, keys, commands)
    told = p.communicate(b"".join(b"%d\n" % n for n in range(600)))[1].decode()
    assert p.returncode == 0 and [int(v) for v in values(redis)] == list(range(600))
    assert told.count("\n") == 1 and re.search("warning send: log at .*: NOPERM .*a lost answer may repeat records", told), told
    p = as_user(setup, redis, keys, commands, "--producer", "import")
    told = p.communicate(b"x\n")[1].decode()
    assert p.returncode == 1 and "NOPERM" in told and "refused by Redis after 0 records" in told, told
    assert redis.client.xlen("log") == 600


def test_least_rights_are_enough(setup, redis):
    p = as_user(setup, redis, "~log ~{log}:sent:*", NEW)
    assert p.communicate(b"x\n")[1] == b"" and p.returncode == 0 and values(redis) == [b"x"]


def take_right(redis, command):
    redis.client.execute_command("ACL", "SETUSER", "old", f"-{command}")


@pytest.mark.parametrize("right", ["exec", "set", "watch"])
def test_right_that_is_lost_while_it_runs_makes_the_state_file_count(setup, redis, files, right):
    """The place in Redis then is older than the state file: a later run must not go back to it."""
    def start():
        return as_user(setup, redis, "~log ~{log}:sent:*", NEW, "--follow", files / "app.log", "--state", files / "state")
    write(files, "1", "2")
    p = start()
    has(redis, "1", "2")
    take_right(redis, right)
    write(files, "3")
    has(redis, "1", "2", "3")
    write(files, "4")  # without WATCH it is the first one that is refused
    has(redis, "1", "2", "3", "4")
    p.terminate()
    told = p.communicate(timeout=30)[1].decode()
    assert p.returncode == 0 and told.count("\n") == 1 and "a lost answer may repeat records" in told, told
    write(files, "5")
    p = start()
    has(redis, "1", "2", "3", "4", "5")
    p.terminate()
    assert p.communicate(timeout=30)[1] == b"" and p.returncode == 0


def test_right_that_is_lost_in_a_transaction_repeats_nothing(stack, redis):
    """The records are added, their offset is not. Redis checks the rights again at EXEC."""
    def handler(conn, cmd):
        if cmd[0] == b"EXEC" and [b"XADD"] in [c[:1] for c in conn.commands]:
            take_right(redis, "set")
        return None
    p = as_user(stack.setup(stack.scripted(redis, handler)), redis, "~log ~{log}:sent:*", NEW)
    told = p.communicate(b"1\n2\n")[1].decode()
    assert p.returncode == 0 and values(redis) == [b"1", b"2"]
    assert told.count("\n") == 1 and "a lost answer may repeat records" in told, told


class Redis86:
    """XADD ... IDMP as Redis 8.6 has it, before an older Redis: of a producer the last 100 numbers are known."""

    def __init__(self, redis, cuts):
        self.redis, self.cuts, self.known = redis, cuts, {}
        self.commands = 0

    def __call__(self, conn, cmd):
        if cmd[0] == b"WATCH":
            return b"-NOPERM this user has no permissions to run the 'watch' command\r\n"
        if cmd[0] != b"XADD":
            return None
        assert cmd[2] == b"IDMP"
        known = self.known.setdefault(cmd[3], {})
        if cmd[4] not in known:
            known[cmd[4]] = self.redis.client.execute_command(*cmd[:2], *cmd[5:])
            for old in list(known)[:-100]:
                del known[old]
        self.commands += 1
        if self.commands in self.cuts:
            return CLOSE
        return b"$%d\r\n%s\r\n" % (len(known[cmd[4]]), known[cmd[4]])


def test_idempotent_xadd_repeats_nothing_without_the_rights(stack, redis):
    """After each lost answer, also to many records at once."""
    server = Redis86(redis, {1, 2, 50, 101, 230, 500, 501, 700})
    p = start_send(stack.setup(stack.scripted(redis, server)), "-l", "log", "-n", "2000", stderr=subprocess.DEVNULL)
    p.communicate(b"".join(b"%d\n" % n for n in range(900)))
    assert p.returncode == 0 and [int(v) for v in values(redis)] == list(range(900))
    assert len(server.known) == 1 and server.commands > 900
