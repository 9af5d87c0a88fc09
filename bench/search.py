# SPDX-License-Identifier: MIT
"""The scenario search: what a search costs, and what it costs those who watch meanwhile."""
import http.client
import json
import statistics
import threading

from kit import cpu_seconds, redis

RECORD = 200  # bytes of a payload
LINES = {"text": '2026-11-29T10:%02d:%02d.123Z INFO  app.orders: order %d of customer 4711 was packed and handed over',
         "json": '{"time":"2026-11-29T10:%02d:%02dZ","level":"info","status":200,"msg":"order %d was packed"}'}
# None matches, so each search looks at the whole log.
QUERIES = {"text": ("q=nowhere", "level=critical"), "json": ("q=nowhere", "level=critical", "q=status%3D599")}
BUDGET_S = 6  # of processor time for 1,000,000 records
FILL = """
for i = 1, tonumber(ARGV[2]) do
    local line = string.format(ARGV[1], i / 60 % 60, i % 60, i)
    line = string.sub(line, 1, -2) .. string.rep(' ', tonumber(ARGV[3]) - #line) .. string.sub(line, -1)
    redis.call('XADD', KEYS[1], '*', 'data', line)
end"""


def fill(stack, kind, count):
    log = stack.new_log()
    for _ in range(count // 10000):
        redis(stack, "EVAL", FILL, "1", f"stream:logs:{log}", LINES[kind], "10000", str(RECORD))
    return log


def search(stack, log, query):
    """Goes on after each deadline, to the end of the log. Returns how many records were looked at."""
    scanned, at = 0, ""
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=120)
        connection.request("GET", f"/sselog/{log}/search?{query}&at={at}")
        text = connection.getresponse().read().decode()
        connection.close()
        end = json.loads(text.rpartition("event: end\ndata: ")[2].partition("\n")[0])
        scanned, at = scanned + end["scanned"], end["at"]
        if end["reason"] != "deadline":
            if end["reason"] != "done":
                raise RuntimeError(f"search: {end}")
            return scanned


def costs(stack, book, count):
    for kind, queries in QUERIES.items():
        log = fill(stack, kind, count)
        for query in queries:
            pid = stack.responder("sselog")
            before = cpu_seconds(pid), cpu_seconds(stack.redis.pid)
            scanned = search(stack, log, query)
            ours, of_redis = ((cpu_seconds(p) - b) * 1e6 / count
                              for p, b in zip((pid, stack.redis.pid), before))
            book.raw[f"search {kind} {query}"] = {"us": ours, "redis_us": of_redis}
            book.bad_records += abs(scanned - count)
            book.row("search", f"{query} of {kind}: processor time for 1,000,000 records; of Redis", f"{BUDGET_S} s",
                     f"{ours:.2f} s; {of_redis:.2f} s", ours <= BUDGET_S)
        redis(stack, "DEL", f"stream:logs:{log}")


class Searching:
    """A user who searches all the time while this is open."""

    def __init__(self, stack, log):
        self.over, self.thread = threading.Event(), threading.Thread(target=self.run, args=(stack, log))

    def run(self, stack, log):
        while not self.over.is_set():
            search(stack, log, "level=critical")

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


def scenario(stack, book, size, names, measure):
    """measure(): a run of live viewers, which returns its counts and latencies."""
    if "sselog" not in names:
        return
    costs(stack, book, size["records"])
    log = fill(stack, "text", size["records"])
    quiet, busy = [], []
    for _ in range(size["rounds"]):
        quiet.append(measure())
        with Searching(stack, log):
            busy.append(measure())
    for result in (*quiet, *busy):
        book.records("search", result)
    p99 = [statistics.median(r["p99_us"] for r in runs) for runs in (quiet, busy)]
    book.raw["search viewers"] = {"quiet": quiet, "busy": busy}
    book.row("search", f"p99 of {size['viewers']} viewers while one searches: "
             f"{p99[0] / 1e3:.1f} ms without, {p99[1] / 1e3:.1f} ms with; ratio", "<= 1.10", f"{p99[1] / p99[0]:.2f}",
             p99[1] <= 1.1 * p99[0])
