# SPDX-License-Identifier: MIT
"""Counts the instructions of a responder with callgrind, a tool of valgrind.

    measure()  instructions of each thing that the responder does, by name

A figure per request or per record is the difference of two runs that differ only in their number, so
start and stop do not count.  Each request waits for the end of the one before.  So a figure hardly
depends on time, and two runs differ by less than 1 %.
"""
import contextlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time

import fastcgi

DEADLINE_S = 60
LOG = "/a"
COOKIE, SESSION = {"SSELOG_AUTH": "cookie"}, {"HTTP_COOKIE": "session=s"}
VIEWERS, AT_ONCE, PAYLOAD = 40, 10, "x" * 100
APPEND, POLLED = {"SSELOG_APPEND": "1", "SSELOG_APPEND_RATE": "0"}, {"SSELOG_HOLD": "0"}
BATCH = 500  # records of a batch
LINE = "2026-11-28T11:44:35.123Z INFO [main] org.example.Shop: the order was taken from the queue" + " more words" * 10
# One front thread, so that its connection to Redis is the only one.  The C library chooses functions by the
# processor.  GLIBC_TUNABLES makes the choice the same on most of x86-64.  Without it the count depends on
# lengths, because callgrind counts `rep movsb` as one instruction per byte.
ENVIRONMENT = {"SSELOG_AUTH": "anonymous", "SSELOG_ROUTE": "/sselog/{log}", "SSELOG_STREAM": "log:{log}",
               "SSELOG_KEEPALIVE": "60", "SSELOG_LOG_LEVEL": "warning", "SSELOG_ALLOW_ROOT": "1",
               "SSELOG_FRONT_THREADS": "1", "SSELOG_HISTORY": "100000", "PATH": "/usr/bin:/bin",
               "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-AVX_Fast_Unaligned_Load,-ERMS,-FSRM"}


# ---- the processes -------------------------------------------------------------------------

@contextlib.contextmanager
def child(argv, **more):
    with subprocess.Popen(argv, **more) as process:
        try:
            yield process
        finally:
            process.kill()


class Site:
    """A directory with the sockets of a private Redis and of the responder."""

    def __init__(self, on_exit):
        self.directory = tempfile.mkdtemp(prefix="sselog-callgrind-")
        on_exit.callback(shutil.rmtree, self.directory, True)
        self.redis_path, self.path = f"{self.directory}/redis.sock", f"{self.directory}/sselog.sock"
        on_exit.enter_context(child(["redis-server", "--port", "0", "--unixsocket", self.redis_path,
                                     "--save", "", "--dir", self.directory], stdout=subprocess.DEVNULL))
        deadline = time.monotonic() + DEADLINE_S
        while self.redis("PING") != "PONG\n":
            if time.monotonic() > deadline:
                raise RuntimeError("Redis does not answer")
            time.sleep(0.01)

    def redis(self, commands):
        return subprocess.run(["redis-cli", "-s", self.redis_path], input=commands, check=False,
                              capture_output=True, text=True).stdout

    def add(self, count, payload=PAYLOAD):
        """Adds records in one transaction, so that the responder reads all of them at once."""
        self.redis("MULTI\n" + f'XADD log:a * data "{payload}"\n' * count + "EXEC\n")

    def log_in(self):
        self.redis("SET session:s '{\"user_id\":\"ann\"}'")

    def open(self, path=LOG, body=b"", **params):
        return fastcgi.Exchange(self.path, {"PATH_INFO": path, **params}, body)

    def open_stream(self, path=LOG, **params):
        viewer = self.open(path, **params)
        viewer.read_until(b"event: live")
        return viewer

    def callgrind(self, build, environment, **more):
        argv = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={self.directory}/out",
                os.path.join(build, "sselog")]
        environment = {**ENVIRONMENT, "SSELOG_REDIS": f"unix://{self.redis_path}", **environment}
        return child(argv, env=environment, stderr=subprocess.PIPE, **more)


def collected(responder, stop):
    """Waits for the end of the process, and returns how many instructions it took."""
    if stop:
        responder.terminate()
    said = responder.communicate(timeout=DEADLINE_S)[1].decode(errors="replace")
    number = re.search(r"Collected : (\d+)", said)
    if responder.returncode != 0 or not number:
        raise RuntimeError("the responder did not end well:\n" + said)
    return int(number.group(1))


def count(build, environment, serve, *args):
    """Instructions of one responder, as FastCGI, that serve(site, *args) is done with."""
    with contextlib.ExitStack() as on_exit:
        site = Site(on_exit)
        listener = on_exit.enter_context(socket.socket(socket.AF_UNIX))
        listener.bind(site.path)
        listener.listen(128)
        responder = on_exit.enter_context(site.callgrind(build, environment, stdin=listener,
                                                          stdout=subprocess.DEVNULL))
        serve(site, *args)
        return collected(responder, True)


def count_cgi(build, environment, path, text, stop):
    """Instructions of one CGI process whose answer has this text. stop: the answer does not end by itself."""
    with contextlib.ExitStack() as on_exit:
        site = Site(on_exit)
        request = {**fastcgi.CGI, "PATH_INFO": path, **environment}
        responder = on_exit.enter_context(site.callgrind(build, request, stdin=subprocess.DEVNULL,
                                                          stdout=subprocess.PIPE))
        seen = b""
        while text not in seen:
            chunk = os.read(responder.stdout.fileno(), 65536)
            if not chunk:
                raise RuntimeError(f"the answer ended before {text!r}: {seen!r}")
            seen += chunk
        return collected(responder, stop)


# ---- what they do --------------------------------------------------------------------------

def deliveries(site, batches, at_once):
    """Each batch is added when all viewers have the one before."""
    viewers = [site.open_stream() for _ in range(VIEWERS)]
    for _ in range(batches):
        site.add(at_once)
        for viewer in viewers:
            for _ in range(at_once):
                viewer.read_until(PAYLOAD.encode())
    for viewer in viewers:
        viewer.leave()


def histories(site, records):
    site.add(records)
    site.open_stream().leave()


def history_answers(site, records):
    site.add(records)
    answer = site.open(f"{LOG}/history", QUERY_STRING="limit=1000").read_to_end()
    if len(answer) < records * len(PAYLOAD):
        raise RuntimeError(f"/history: not {records} records: {answer[:200]!r}")


def filtered_lines(site, records):
    site.add(records, LINE)
    answer = site.open(f"{LOG}/history", QUERY_STRING="level=warning").read_to_end()
    if b"Status: 200 " not in answer or LINE.encode() in answer:
        raise RuntimeError(f"/history: no filtered answer: {answer[:200]!r}")


def streams(site, number, params):
    site.log_in()
    for _ in range(number):
        site.open_stream(**params).leave()


def answers(site, number, path, params, status):
    site.log_in()
    for _ in range(number):
        answer = site.open(path, **params).read_to_end()
        if b"Status: %d " % status not in answer:
            raise RuntimeError(f"{path}: not answered {status}: {answer!r}")


def appends(site, number):
    body = (PAYLOAD + "\n").encode() * BATCH
    for _ in range(number):
        answer = site.open(f"{LOG}/append", body, REQUEST_METHOD="POST", CONTENT_TYPE="text/plain",
                           CONTENT_LENGTH=str(len(body))).read_to_end()
        if b'{"appended":%d,' % BATCH not in answer:
            raise RuntimeError(f"/append: not {BATCH} records: {answer!r}")


# Whole processes: the name, and how one is counted.
PROCESSES = (
    ("FastCGI process: start, one /healthz, stop", count, {}, answers, 1, f"{LOG}/healthz", {}, 200),
    ("CGI process: a stream up to live", count_cgi, {}, LOG, b"event: live", True),
    ("CGI process: /history without records", count_cgi, {}, f"{LOG}/history", b"Status: 200 ", False),
    ("CGI process: refusal 401", count_cgi, COOKIE, LOG, b"Status: 401 ", False),
)
# Differences of two FastCGI processes: the name, few and many units, how many of what is named are in a
# unit, and what the processes do with that number.
DIFFERENCES = (
    ("live delivery, one record", 20, 420, VIEWERS, {}, deliveries, 1),
    ("live delivery, ten records in one write", 10, 160, VIEWERS * AT_ONCE, {}, deliveries, AT_ONCE),
    ("record of a stream's history", 500, 3500, 1, {}, histories),
    ("record of /history", 100, 900, 1, {}, history_answers),
    ("line of text that a level withholds", 100, 900, 1, {}, filtered_lines),
    ("record of a batch for /append", 4, 24, BATCH, APPEND, appends),
    ("stream, from request to end", 20, 320, 1, {}, streams, {}),
    ("stream of a session, from request to end", 20, 320, 1, COOKIE, streams, SESSION),
    ("poll without records", 20, 320, 1, POLLED, answers, LOG, {}, 200),
    ("/history without records", 20, 320, 1, {}, answers, f"{LOG}/history", {}, 200),
    ("/status", 20, 320, 1, {}, answers, f"{LOG}/status", {}, 200),
    ("/metrics", 20, 320, 1, {}, answers, f"{LOG}/metrics", {}, 200),
    ("/healthz", 20, 320, 1, {}, answers, f"{LOG}/healthz", {}, 200),
    ("/token", 20, 320, 1, COOKIE, answers, f"{LOG}/token", {**SESSION, "REQUEST_METHOD": "POST"}, 200),
    ("refusal 401", 20, 320, 1, COOKIE, answers, LOG, {}, 401),
    ("refusal 404", 20, 320, 1, {}, answers, "/a/b/c", {}, 404),
)


def measure(build):
    """Instructions by name.  build: the directory with sselog."""
    figures = {name: how(build, *args) for name, how, *args in PROCESSES}
    for name, few, many, in_a_unit, environment, serve, *args in DIFFERENCES:
        less, more = (count(build, environment, serve, number, *args) for number in (few, many))
        figures[name] = round((more - less) / (many - few) / in_a_unit)
    return figures
