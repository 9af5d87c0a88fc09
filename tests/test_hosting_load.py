# SPDX-License-Identifier: MIT
"""The instruments of tests/hosting/load find the faults that they are for.

The clients talk to a server of a few lines, which answers each request by a function of the test. entry.c
starts programs of the test instead of sselog."""
import json
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import procs

HOSTING = Path(__file__).with_name("hosting")
sys.path.append(str(HOSTING))

import places

pytestmark = pytest.mark.tools


def record(number, age=0.0):
    return f"id: {number}-1\ndata: {number} {time.monotonic() - age:.3f}\n\n"


def poll(*blocks, live=True):
    return "".join(["retry: 100\n\n", *blocks, "event: live\ndata: {}\n\n" if live else ""])


class Server(ThreadingHTTPServer):
    """answer(cursor, count) returns a status or the text of the stream, and whether the answer is whole."""
    daemon_threads = True

    def __init__(self, answer):
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                server.count += 1
                what, whole = answer(self.headers["Last-Event-ID"], server.count)
                self.send_response(what if isinstance(what, int) else 200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Transfer-Encoding", "chunked")
                self.send_header("Connection", "close")
                self.end_headers()
                raw = b"" if isinstance(what, int) else what.encode()
                half = len(raw) // 2
                for part in (raw[:half], raw[half:]):
                    if part:
                        self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
                if whole:
                    self.wfile.write(b"0\r\n\r\n")

            def log_message(self, *_):
                pass

        self.count = 0
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, args=(.02,), daemon=True).start()

    def stop(self):
        self.shutdown()
        self.server_close()


def told(stack, answer, *options, last=4):
    """The result of one client with these answers. The run ends with record `last`, or after three seconds."""
    server = stack.keep(Server(answer))
    run = subprocess.Popen(
        ["/usr/bin/python3", HOSTING / "clients.py", "--port", str(server.server_port), "--path", "/x",
         "--clients", "1", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    out = run.communicate(json.dumps({"last": last, "deadline": 3}) + "\n", timeout=60)[0]
    return json.loads(out.splitlines()[-1])


def whole(cursor, count):
    """Two records an answer, after the cursor."""
    after = int((cursor or "0-1").split("-")[0])
    return poll(record(after + 1), record(after + 2)), True


SUMS = ("records", "lost", "repeated", "cuts", "forgiven")


def sums(result):
    return tuple(result[name] for name in SUMS)


def test_whole_answers_have_no_faults(stack):
    result = told(stack, whole)
    assert sums(result) == (4, 0, 0, 0, 0)
    assert not result["faults"] and not result["late"] and result["requests"] == 2
    assert result["retry"] == [.1, .1]


@pytest.mark.parametrize("text, expected", [
    (lambda: poll(record(1), record(3), record(4)), (3, 1, 0, 0, 0)),
    (lambda: poll(record(1), record(2), record(2), record(3), record(4)), (5, 0, 1, 0, 0)),
    (lambda: poll(record(1), record(2)), None)])
def test_lost_and_repeated_records_are_faults(stack, text, expected):
    result = told(stack, lambda *_: (text(), True))
    if expected:
        assert sums(result) == expected
    else:
        assert result["lost"] == 2 and result["repeated"] and result["faults"][-1]["kind"] == "missing at the end"
    assert result["faults"][0]["timeline"]


def test_gap_is_a_fault(stack):
    result = told(stack, lambda *_: (poll('event: gap\ndata: {}\n\n', record(1)), True), last=1)
    assert [f["kind"] for f in result["faults"]] == ["gap"]


def test_record_later_than_twice_the_interval_is_late(stack):
    text = poll(record(1, 1), record(2, 9)).replace("100", "2000")
    result = told(stack, lambda *_: (text, True), last=2)
    assert [late["number"] for late in result["late"]] == [2] and result["late"][0]["allowed"] == 4
    assert result["worst"] > 4


def test_cut_answer_is_counted_and_resumed_after_its_last_whole_event(stack):
    def answer(cursor, count):
        if count == 1:
            return poll(record(1), live=False) + "id: 2-1\ndata: 2 0", False
        return whole(cursor, count)

    assert sums(told(stack, answer, last=3)) == (3, 0, 0, 1, 0)


@pytest.mark.parametrize("age, late", [(.5, False), (5, True)])
def test_spoilt_answers_allow_the_waits_that_they_told(stack, age, late):
    """Twice 0.1 s, and the 1.5 s of an answer that was never live."""
    def answer(cursor, count):
        return (poll(), poll(live=False).replace("100", "1500"), poll(record(1, age)))[count - 1], True

    assert bool(told(stack, answer, "--forgive", last=1)["late"]) == late


def test_spoilt_answers_allow_nothing_where_nothing_is_killed(stack):
    def answer(cursor, count):
        return (poll(), poll(live=False).replace("100", "1500"), poll(record(1, .5)))[count - 1], True

    assert told(stack, answer, last=1)["late"]


@pytest.mark.parametrize("status", [500, 503, 508, 204, 401])
def test_status_ends_a_client_for_good(stack, status):
    result = told(stack, lambda *_: (status, True))
    assert result["requests"] == 1 and result["faults"][0]["what"] == [status]


@pytest.mark.parametrize("status, forgiven", [(500, 1), (503, 1), (508, 0), (401, 0)])
def test_status_of_a_killed_program_may_be_forgiven(stack, status, forgiven):
    def answer(cursor, count):
        return (poll(), True) if count == 1 else (status, True) if count == 2 else whole(cursor, count)

    result = told(stack, answer, "--forgive")
    assert result["forgiven"] == forgiven and bool(result["faults"]) != bool(forgiven)


class Program:
    """A webs.Setup whose program is a script."""

    def __init__(self, directory, text):
        self.dir, self.program = directory, directory / "sselog"
        self.program.write_text("#!/bin/sh\n" + text)
        self.program.chmod(0o755)


def test_process_beyond_the_limit_is_counted_and_answered_508(stack):
    setup = Program(stack.directory(), "echo ready; read line")
    limited = places.Places(setup, 2)
    runs = [subprocess.Popen([setup.program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(2)]
    try:
        assert [run.stdout.readline() for run in runs] == ["ready\n"] * 2
        third = subprocess.run([setup.program], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        assert third.returncode == 1 and third.stdout.startswith("Status: 508 ")
        assert limited.counts()[:3] == (3, 2, 1)
        runs[0].kill()  # the place is free even so
        runs[0].wait()
        fourth = subprocess.run([setup.program], input="\n", stdout=subprocess.PIPE, text=True)
        assert fourth.returncode == 0 and limited.counts()[:3] == (3, 3, 1)
    finally:
        for run in runs:
            run.communicate()
    assert limited.counts()[3] > 0


def test_signals_and_the_end_of_a_program_pass_through(stack):
    setup = Program(stack.directory(), "[ $# = 0 ] || exit 3; trap 'exit 7' TERM; echo ready; while sleep .02; do :; done")
    places.Places(setup, 2)
    assert subprocess.run([setup.program, "now"]).returncode == 3
    child = stack.keep(procs.Child([setup.program], log=stack.directory() / "out"))
    procs.wait_until(lambda: "ready" in child.output(), "the program")
    child.send(signal.SIGTERM)
    assert child.wait() == 7
