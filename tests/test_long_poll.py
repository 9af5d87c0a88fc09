# SPDX-License-Identifier: MIT
"""Long polls, /history?after=ID&wait=SECONDS, and answers and streams of lines (NDJSON), as scripts use them."""
import json
import os
import random
import signal
import subprocess
import threading
import time

import pytest

import identity
import procs
import webs
from fcgi import FcgiStream, Peer, environment, fcgi_get
from identity import session
from procs import DEADLINE, wait_until
from scripted_redis import Transform
from sse import get

LINES = "application/x-ndjson"


def params(query="", user="ann", path="/sselog/history", **more):
    return environment(path, query, **{"REMOTE_USER": user, "HTTP_ACCEPT": LINES, **more})


def objects(raw):
    """The lines as jq reads them: empty ones are nothing."""
    return [json.loads(line) for line in bytes(raw).decode().split("\n") if line]


def key(record_id):
    return tuple(int(part) for part in record_id.split("-"))


class Page:
    """A whole answer."""

    def __init__(self, answer):
        self.status, self.raw = answer.status, bytes(answer.raw)
        assert self.status == 200, self.raw
        *lines, self.page = objects(self.raw)
        assert self.page["control"] == "page"
        self.records = [o for o in lines if "control" not in o]
        self.gaps = [o for o in lines if o.get("control") == "gap"]
        assert len(lines) == len(self.records) + len(self.gaps)
        self.last = self.page["last"]

    @property
    def data(self):
        return [r["data"] for r in self.records]


def poll(responder, query, **kw):
    return Page(fcgi_get(responder.socket, params(query, **kw)))


@pytest.fixture
def responder(stack, redis):
    return start(stack, redis)


class Waiting(FcgiStream):
    """A request that waits. Its head is read only by finish()."""

    def __init__(self, address, environ):
        self.address, self.environ = address, environ
        self.peer = Peer(address)
        self.peer.request(environ)

    def finish(self):
        """The answer as (status, body)."""
        raw = b""
        while got := self.peer.next():
            raw += got.content if got.type == 6 else b""
        self.peer.close()
        head, _, body = raw.partition(b"\r\n\r\n")
        return int(head.split()[1]), body

    def close(self):
        self.peer.close()


def start(stack, redis, **options):
    """With one front thread requests reach the lane in the order in which they came."""
    return stack.responder(redis, **{"auth": "remote_user", "stream": "log:{user}", "front_threads": 1, **options})


def wait_all(responder, waiting, query="after=0-0&wait=300", **kw):
    """Sends so many requests, and returns them when each of them waits."""
    asked = []
    for n in range(waiting):
        asked.append(Waiting(responder.socket, params(query, **kw)))
        if n % 40 == 39 or n + 1 == waiting:
            poll(responder, "after=0-0&limit=1", **kw)  # users' requests are served in their order
    return asked


def refusal(responder, user="ann"):
    answer = fcgi_get(responder.socket, params("after=0-0&wait=300", user=user))
    return answer.status, json.loads(answer.raw)["error"]


TOO_MANY = {429: "too many viewers for this user", 503: "too many viewers"}


def test_polls_together_hold_every_record_once(redis, responder):
    """While a producer adds records one by one and in bursts, by polls of any limit, with and without a filter."""
    total, sent = 3000, []

    def produce():
        chance = random.Random(7)
        while len(sent) < total:
            n = min(chance.choice((1, 1, 2, 300)), total - len(sent))
            sent.extend(redis.add_many("log:ann", [str(len(sent) + k) for k in range(n)]))

    producer = threading.Thread(target=produce)
    producer.start()
    got, odd = [], []
    for into, more in ((got, ""), (odd, "&q=1")):
        last = "0-0"
        while last != (sent[-1] if len(sent) == total else None):
            page = poll(responder, f"after={last}&wait=1&limit={random.choice((1, 7, 200, 1000))}{more}")
            assert not page.gaps
            into.extend(page.records)
            last = page.last
    producer.join()
    assert [r["data"] for r in got] == [str(n) for n in range(total)] and [r["id"] for r in got] == sent
    assert [r["data"] for r in odd] == [str(n) for n in range(total) if "1" in str(n)]


def test_each_record_is_answered_or_in_a_gap_while_the_log_is_trimmed(redis, responder):
    """The log keeps 50 records, and polls are slower than the producer."""
    sent, total = [], 4000

    def produce():
        while len(sent) < total:
            pipe = redis.client.pipeline()
            for k in range(40):
                pipe.xadd("log:ann", {"data": str(len(sent) + k)}, maxlen=50, approximate=False)
            sent.extend(x.decode() if isinstance(x, bytes) else x for x in pipe.execute())

    producer = threading.Thread(target=produce)
    producer.start()
    last, seen, gaps = "0-0", [], []
    while len(sent) < total or last != sent[-1]:
        page = poll(responder, f"after={last}&wait=1&limit=30")
        assert len(page.gaps) <= 1
        for gap in page.gaps:
            assert key(last) <= key(gap["after"])  # later where nothing was between, as at the log's start
            gaps.append((len(seen), gap))
        seen += [r["id"] for r in page.records]
        last = page.last
    producer.join()
    missing = [x for x in sent if x not in set(seen)]
    assert [x for x in sent if x in set(seen)] == seen

    for x in missing:
        assert any(key(g["after"]) < key(x) and (g["next"] is None or key(x) < key(g["next"])) for _, g in gaps), x


def test_log_that_is_trimmed_faster_than_it_is_read_is_answered_as_gaps(stack, redis):
    """Each time that the responder has learned where the log begins, all records are other ones."""
    trimming = True

    def add_five():
        for _ in range(5):
            redis.client.xadd("log:ann", {"data": "x"}, maxlen=5, approximate=False)

    def replace(reply):
        if trimming:
            add_five()
        return reply

    def handler(_, command):
        return Transform(replace) if command[0] == b"XINFO" else None

    responder = start(stack, stack.scripted(redis, handler))
    at = redis.add("log:ann", "first")
    add_five()
    for _ in range(3):
        page = poll(responder, f"after={at}&limit=10")
        assert page.records == [] and page.page["more"]
        (gap,) = page.gaps
        assert gap["after"] == at and key(at) < key(page.last) < key(gap["next"])
        at = page.last
    trimming = False
    page = poll(responder, f"after={at}&limit=10")
    assert len(page.gaps) == 1 and len(page.records) == 5


def test_wait_ends_within_a_second_of_a_record(redis, responder):
    """One of three attempts must: on a busy machine some are late."""
    last, took = "0-0", []
    for n in range(3):
        asked = Waiting(responder.socket, params(f"after={last}&wait=60"))
        assert fcgi_get(responder.socket, params(path="/sselog/healthz")).status == 200
        redis.add("log:ann", str(n))
        start = time.monotonic()
        status, raw = asked.finish()
        took.append(time.monotonic() - start)
        assert status == 200 and objects(raw)[0]["data"] == str(n)
        last = objects(raw)[-1]["last"]
    assert min(took) < 1, took


def test_wait_goes_on_over_withheld_records(redis, responder):
    """The answer's `last` is past them, so that they are not looked at again."""
    asked = Waiting(responder.socket, params("after=0-0&wait=60&level=error"))
    redis.add_many("log:ann", ['{"level":"DEBUG"}'] * 5)
    debug = redis.add("log:ann", '{"level":"DEBUG"}')
    assert poll(responder, "after=0-0&wait=1&level=error").last == debug
    error = redis.add("log:ann", '{"level":"ERROR"}')
    status, raw = asked.finish()
    assert status == 200 and [o.get("id") for o in objects(raw)] == [error, None]
    assert objects(raw)[-1]["last"] == error


def test_log_that_is_recreated_while_waited_for_is_a_gap(redis, responder):
    first = redis.add("log:ann", "old")
    asked = wait_all(responder, 1, f"after={first}&wait=60")[0]
    redis.client.delete("log:ann")
    new = redis.add("log:ann", "new")
    status, raw = asked.finish()
    assert status == 200
    assert [(o.get("control"), o.get("data"), o.get("after"), o.get("next")) for o in objects(raw)] == [
        ("gap", None, first, new), (None, "new", None, None), ("page", None, None, None)]


@pytest.mark.long
def test_long_record_is_read_once_and_cut(redis, responder):
    """Neither the record at the cursor nor a look for news holds it in memory."""
    first = redis.add("log:ann", "x" * 40_000_000)
    second = redis.add("log:ann", "y" * 40_000_000)
    third = redis.add("log:ann", "z")
    records = poll(responder, "after=0-0&wait=1").records
    assert [(r["id"], len(r["data"]), r.get("size")) for r in records] == [
        (first, 65536, 40_000_000), (second, 65536, 40_000_000), (third, 1, None)]
    assert [r["id"] for r in poll(responder, f"after={first}").records] == [second, third]
    assert [r["id"] for r in poll(responder, f"after={second}").records] == [third]
    peak = procs.peak_kb(responder.pid)
    assert webs.sanitized() or peak < 130 * 1024, f"{peak} kB for records of 40 MB"


@pytest.mark.load
def test_two_hundred_waits_hold_no_thread_and_no_connection(stack, redis):
    responder = start(stack, redis, max_per_user=200)
    poll(responder, "after=0-0")
    threads, clients = procs.threads(responder.pid), len(redis.clients())
    waiting = [stack.keep(w) for w in wait_all(responder, 200)]
    refused = fcgi_get(responder.socket, params("after=0-0&wait=1"))
    assert (refused.status, json.loads(refused.raw)["error"]) == (429, TOO_MANY[429])
    assert int(refused.headers["retry-after"]) > 0
    assert poll(responder, "after=0-0").records == []  # what does not wait takes no seat
    assert (procs.threads(responder.pid), len(redis.clients())) == (threads, clients)
    before = redis.client.info("commandstats")["cmdstat_xrange"]["calls"]
    record = redis.add("log:ann", "x")
    for w in waiting:
        status, raw = w.finish()
        assert status == 200 and [o.get("id") for o in objects(raw)] == [record, None]
    after = redis.client.info("commandstats")["cmdstat_xrange"]["calls"]
    assert after - before < 3 * 200 + 60  # one answer for each, and few looks, which all share


def test_waits_and_streams_share_the_limits(stack, redis):
    responder = start(stack, redis, max_per_user=1, max_viewers=3)
    with FcgiStream(responder.socket, params(path="/sselog/stream")):
        assert refusal(responder) == (429, TOO_MANY[429])
        for user in ("bob", "cy"):
            stack.keep(wait_all(responder, 1, user=user)[0])
            assert refusal(responder, user)[0] == (429 if user == "bob" else 503)
        assert refusal(responder, "dan") == (503, TOO_MANY[503])


def test_client_that_left_gives_its_seat_back(stack, redis):
    responder = start(stack, redis, max_per_user=1)
    asked = wait_all(responder, 1)[0]
    assert refusal(responder)[0] == 429
    asked.close()
    wait_until(lambda: fcgi_get(responder.socket, params("after=0-0&wait=1")).status == 200, "a free seat")


@pytest.mark.parametrize("change,answer", [("deleted", 401), ("another user", 401), ("seen", 200)])
def test_identity_is_checked_again_after_a_wait(stack, redis, change, answer):
    """A session that ended while its request waited gets no record."""
    responder = start(stack, redis, auth="cookie")
    redis.client.set("session:abc", session())
    asked = wait_all(responder, 1, user=None, HTTP_COOKIE="session=abc")[0]
    if change == "deleted":
        redis.client.delete("session:abc")
    else:
        redis.client.set("session:abc", session("bob") if change == "another user" else session(seen=1))
    redis.add("log:ann", "secret")
    status, raw = asked.finish()
    assert (status, b"secret" in raw) == (answer, answer == 200)


def test_wait_ends_with_the_identity(stack, redis):
    """A token that expires is answered 401 at its end, not after the time to wait."""
    key = identity.secret_file(stack.directory(), "jwt.key", identity.SECRET)
    responder = start(stack, redis, auth="jwt", jwt_key_file=str(key))
    token = identity.jwt(lifetime=3)
    asked = Waiting(responder.socket, params("after=0-0&wait=300", user=None, HTTP_AUTHORIZATION=f"Bearer {token}"))
    assert asked.finish()[0] == 401


@pytest.mark.threads
def test_stop_answers_what_waits(stack, redis):
    """At once, without an error: the client goes on with the next process."""
    responder = start(stack, redis, max_per_user=20)
    last = redis.add("log:ann", "x")
    waiting = [stack.keep(w) for w in wait_all(responder, 20, f"after={last}&wait=300")]
    assert responder.stop() == 0
    for w in waiting:
        status, raw = w.finish()
        assert status == 200 and objects(raw)[-1]["last"] == last


def test_redis_that_is_away_is_503_at_the_end_of_the_wait(redis, responder):
    last = redis.add("log:ann", "x")
    asked = Waiting(responder.socket, params(f"after={last}&wait=2"))
    assert fcgi_get(responder.socket, params(path="/sselog/healthz")).status == 200
    redis.kill()
    status, _ = asked.finish()
    assert status == 503


def test_stream_of_lines(redis, responder):
    ids = redis.add_many("log:ann", ["a", "b\nc"])
    with FcgiStream(responder.socket, params("history=1", path="/sselog/stream", SSELOG_KEEPALIVE="1")) as s:
        assert s.headers["content-type"] == LINES
        s.read_until(lambda s: b'"live"' in s.raw, "live")
        redis.add("log:ann", "d", event="end", host="h")
        s.read_until(lambda s: b'"d"' in s.raw, "the record")
        s.read_until(lambda s: s.raw.endswith(b"\n\n"), "a keepalive")
        opened, first, live, record = objects(s.raw)
    assert opened == {"control": "open", "retry": 3000}
    assert first == {"id": ids[1], "data": "b\nc"}
    assert live == {"control": "live", "replayed": 1, "sent": 1, "withheld": 0, "lost": 0}
    del record["id"]
    assert record == {"event": "end", "data": "d", "fields": {"host": "h"}}


def test_stream_of_lines_ends_with_a_control_line(stack, redis):
    responder = stack.responder(redis)
    with FcgiStream(responder.socket, params(path="/sselog/stream")) as s:
        s.read_until(lambda s: b'"live"' in s.raw, "live")
        responder.child.send(signal.SIGTERM)
        s.read_rest()
        end = objects(s.raw)[-1]
    assert end["control"] == "end" and end["reason"] == "shutdown" and end["retry"] >= 3000


@pytest.mark.parametrize("accept,lines", [(LINES, True), ("*/*", False), ("application/*", False),
                                          (f"{LINES};q=0", False), (f"text/html, {LINES};q=0.5", True),
                                          (f"{LINES};q=0.5, text/event-stream, application/json", False)])
def test_accept_chooses_lines(redis, responder, accept, lines):
    redis.add("log:ann", "x")
    for path, other in (("/sselog/history", "application/json"), ("/sselog/stream", "text/event-stream")):
        answer = fcgi_get(responder.socket, params(path=path, HTTP_ACCEPT=accept, REQUEST_METHOD="HEAD"))
        assert (answer.status, answer.headers["content-type"]) == (200, LINES if lines else other)


@pytest.mark.parametrize("profile", ["smarter", "swf"])
def test_profiles_of_other_systems_have_no_lines(stack, redis, profile):
    responder = stack.responder(redis, profile=profile, auth="remote_user", stream="log:{user}", source="stream")
    answer = fcgi_get(responder.socket, params(path="/sselog/stream", REQUEST_METHOD="HEAD"))
    assert answer.headers["content-type"].startswith("text/event-stream")


def test_cgi_process_ends_when_its_client_left(stack, redis):
    """It waits by itself, so a wait must not outlive its client."""
    setup = stack.setup(redis, auth="remote_user", stream="log:{user}")
    child = subprocess.Popen([webs.program()], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             env={**setup.environment(), **params("after=0-0&wait=300")})
    wait_until(lambda: redis.client.info("commandstats").get("cmdstat_xrange", {}).get("calls", 0) > 1, "a look")
    child.stdout.close()
    assert child.wait(DEADLINE) == 0


SCRIPTS = webs.TOP / "examples" / "scripts"
FOLLOW = SCRIPTS / "follow.sh"
# Prints as follow.sh does, and keeps the last id in a file.
PHP = f"""
require '{SCRIPTS}/follow.php';
[, $url, $state] = $argv;
$last = @file_get_contents($state) ?: '0-0';
follow($url, trim($last), function (array $record, string $id) use ($state) {{
    echo json_encode($record), "\\n";
    file_put_contents($state, "$id\\n");
}});
"""


@pytest.mark.parametrize("argv", [[FOLLOW], ["php", "-r", PHP, "--"]], ids=["sh", "php"])
@pytest.mark.parametrize("options", [{}, {"hold": 0, "poll": 500}], ids=["waits", "asks again"])
def test_loop_goes_on_where_it_ended(stack, redis, tmp_path, argv, options):
    """The scripts that we ship, through lighttpd, are killed and started again."""
    server = stack.server("lighttpd", redis, **options)
    ids, printed = redis.add_many("log", ["a", "b"]), tmp_path / "printed"
    state = tmp_path / "state"

    def follow():
        with printed.open("ab") as out:
            return subprocess.Popen([*argv, f"http://127.0.0.1:{server.port}/sselog/history", state], stdout=out,
                                    start_new_session=True)

    def end(child):
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def wait_for(last):
        wait_until(lambda: state.exists() and state.read_text() == f"{last}\n", "the last id in the file")

    first = follow()
    try:
        wait_for(ids[-1])
        ids.append(redis.add("log", '{"control":"page"}'))
        wait_for(ids[-1])
    finally:
        end(first)
    ids += redis.add_many("log", [str(n) for n in range(500)])
    second = follow()
    try:
        wait_for(ids[-1])
    finally:
        end(second)
    assert [json.loads(line)["id"] for line in printed.read_text().splitlines()] == ids


def test_refused_shell_loop_ends(stack, redis, tmp_path):
    server = stack.server("lighttpd", redis, auth="remote_user", stream="log:{user}")
    url = f"http://127.0.0.1:{server.port}/sselog/history"
    done = subprocess.run([FOLLOW, url, tmp_path / "state"], capture_output=True, text=True, timeout=DEADLINE,
                          check=False)
    assert done.returncode == 1 and "status 401" in done.stderr
    assert get(server.port, "/sselog/healthz").status == 200
