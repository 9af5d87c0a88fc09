#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Many EventSource clients of one stream in one process, and a check of all that each receives.

    clients.py --port P --path PATH --clients N [--per-second N] [--forgive]

A client follows the rules of the HTML standard for EventSource: `retry` and `id`, Last-Event-ID, an event
counts when its blank line is there. After an answer or a network error it waits for the last retry, with no
jitter of its own, as Chrome does. A status but 200 ends it for good, which is a fault. With --forgive it
comes back from 500, 502 and 503, as web/sselog.js does: a web server answers so when its program is killed.

A record may arrive twice the interval after it was added. That is the retry which the client was told by its
answer before. With --forgive, an answer that was cut or never told `live` allows the wait that it told, too.

The payload of a record is "NUMBER SECONDS": records are numbered from 1, and the time is CLOCK_MONOTONIC
just before XADD. Each client must receive each number once and in order. The clients begin one after the
other, --per-second of them each second.

The process prints a line of JSON when all clients were told `live`. Then it reads lines of JSON:
{"connects": true} is answered with the number of answers that each client asked for and whether it is held.
{"last": N, "deadline": S} ends the run when all clients have record N, or after S seconds, with the result.
"""
import argparse
import collections
import errno
import heapq
import json
import os
import selectors
import socket
import sys
import time

FIRST_RETRY = 3.0  # seconds, of a client that was told none yet
HELD = 1.0  # seconds: an answer that is live for so long is a held stream
END = "end"  # of an answer that is whole
FORGIVEN = (500, 502, 503)
TIMELINE = 60  # what a client did last, for the report of a fault


class Body:
    """Takes the framing of HTTP/1.1 off an answer. ended: its end has come, not only that of the connection."""

    def __init__(self, head):
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
        self.chunked = b"chunked" in fields.get(b"transfer-encoding", b"")
        length = fields.get(b"content-length")
        self.left = None if length is None else int(length)  # of the chunk, when it is chunked
        self.whole_at_end = not self.chunked and length is None
        self.ended = self.left == 0
        self.raw = b""

    def feed(self, raw):
        """The bytes of the body in these of the connection."""
        if not self.chunked:
            if self.left is not None:
                self.left -= len(raw)
                self.ended = self.left <= 0
            return raw
        self.raw += raw
        out = []
        while self.raw and not self.ended:
            if not self.left:
                size, line_end, rest = self.raw.partition(b"\r\n")
                if not line_end:
                    break
                self.left = int(size.partition(b";")[0], 16)
                self.raw = rest
                self.ended = self.left == 0
                self.left += 2  # the line end behind the chunk
            if len(self.raw) < self.left:  # the whole chunk only: sselog's are small
                break
            out.append(self.raw[:self.left - 2])
            self.raw = self.raw[self.left:]
            self.left = 0
        return b"".join(out)


class Client:
    """One EventSource. The loop calls its functions; they return nothing and never wait."""

    def __init__(self, crowd, number):
        self.crowd, self.number = crowd, number
        self.sock = None
        self.retry = FIRST_RETRY
        self.interval = None  # told by the last answer that was whole and live
        self.spoilt = 0.0  # seconds to wait that answers told which were cut, or never live, since then
        self.last_id = b""
        self.next = 1  # the number of the record that comes next
        self.live_once = False
        self.live_since = None
        self.connects = 0
        self.dead = False
        self.timeline = collections.deque(maxlen=TIMELINE)

    def note(self, what, *more):
        self.timeline.append((round(time.monotonic() - self.crowd.began, 3), what, *more))

    def fault(self, kind, *more):
        self.note(kind, *more)
        self.crowd.fault(self, kind, more)

    def held(self, now):
        return self.live_since is not None and now - self.live_since > HELD

    # ---- one request ----

    def open(self):
        self.connects += 1
        self.head, self.body, self.rest, self.event = b"", None, b"", b""
        self.sock = socket.socket()
        self.sock.setblocking(False)
        self.note("request", self.last_id.decode())
        error = self.sock.connect_ex(("127.0.0.1", self.crowd.options.port))
        if error not in (0, errno.EINPROGRESS):
            self.again("connect: " + os.strerror(error))
            return
        self.crowd.selector.register(self.sock, selectors.EVENT_WRITE, self)

    def connected(self):
        cursor = b"Last-Event-ID: " + self.last_id + b"\r\n" if self.last_id else b""
        try:
            self.sock.send(b"GET " + self.crowd.options.path.encode() + b" HTTP/1.1\r\nHost: localhost\r\n"
                           b"Accept: text/event-stream\r\nCache-Control: no-cache\r\nConnection: close\r\n"
                           + cursor + b"\r\n")
        except OSError as e:
            self.again(f"connect: {e.strerror}")
            return
        self.crowd.selector.modify(self.sock, selectors.EVENT_READ, self)

    def close(self):
        if self.sock is not None:
            try:
                self.crowd.selector.unregister(self.sock)
            except KeyError:
                pass
            self.sock.close()
        self.sock = self.live_since = None

    def again(self, why):
        """The answer or the connection has ended: another request after the last retry."""
        self.note(why)
        if why == END and self.live_since is not None:
            self.interval, self.spoilt = self.retry, 0.0
        else:
            self.spoilt += self.retry
        self.close()
        self.crowd.later(self.retry, self)

    def refused(self, status):
        if status in FORGIVEN and self.crowd.options.forgive:
            self.crowd.forgiven += 1
            self.again(f"status {status}")
        else:
            self.close()
            self.dead = True
            self.fault("status", status)

    def readable(self):
        try:
            raw = self.sock.recv(1 << 18)
        except BlockingIOError:
            return
        except OSError as e:
            self.ended(e.strerror)
            return
        if not raw:
            self.ended("end of connection")
            return
        if self.body is None:
            self.head += raw
            head, blank, raw = self.head.partition(b"\r\n\r\n")
            if not blank:
                return
            status = int(head.split(b" ", 2)[1])
            if status != 200 or b"text/event-stream" not in head.lower():
                self.refused(status)
                return
            self.body = Body(head)
        self.feed(self.body.feed(raw), time.monotonic())
        if self.body and self.body.ended:
            self.again(END)

    def ended(self, why):
        if self.body and self.body.whole_at_end:
            self.again(END)
            return
        self.crowd.cuts += 1
        self.again(f"cut: {why}" if self.body else f"no answer: {why}")

    # ---- the events of an answer ----

    def feed(self, data, now):
        *blocks, self.rest = (self.rest + data).split(b"\n\n")
        for block in blocks:
            self.block(block, now)

    def block(self, block, now):
        kind, data, id = b"", [], None
        for line in block.split(b"\n"):
            name, _, value = line.partition(b":")
            value = value.removeprefix(b" ")
            if name == b"data":
                data.append(value)
            elif name == b"id":
                id = value
            elif name == b"event":
                kind = value
            elif name == b"retry" and value.isdigit():
                self.retry = int(value) / 1000
                self.crowd.told(self.retry)
        if id is not None:
            self.last_id = id
        if data:
            self.dispatch(kind, b"\n".join(data), now)

    def dispatch(self, kind, data, now):
        if kind == b"live":
            self.note("live")
            self.live_since = now
            if not self.live_once:
                self.live_once = True
                self.crowd.not_live -= 1
        elif kind in (b"", b"message"):
            number, _, sent = data.partition(b" ")
            self.record(int(number), float(sent), now)
        elif kind == b"gap":
            self.fault("gap", data.decode())
        elif kind != b"hello":
            self.note(kind.decode(), data.decode())

    def record(self, number, sent, now):
        self.note("record", number, self.last_id.decode())
        self.crowd.records += 1
        if number < self.next:
            self.crowd.repeated += 1
            self.fault("repeated", number)
            return
        if number > self.next:
            self.crowd.lost += number - self.next
            self.fault("lost", self.next, number - 1)
        if self.live_since is not None:  # it came while the stream was open
            self.spoilt = 0.0
        self.next = number + 1
        self.crowd.delay(self, number, sent, now, self.interval or self.retry)


class Crowd:
    """All clients, their loop, and the sums."""

    def __init__(self, options):
        self.options = options
        self.began = time.monotonic()
        self.selector = selectors.EpollSelector()
        self.timers = []
        self.clients = [Client(self, n) for n in range(options.clients)]
        self.not_live = options.clients
        self.records = self.lost = self.repeated = self.cuts = self.forgiven = 0
        self.held_most = 0
        self.retry_range = [float("inf"), 0.0]
        self.late = []  # records later than twice the interval
        self.faults = []
        self.worst = 0.0
        self.last = None

    def fault(self, client, kind, more):
        if len(self.faults) < 10:
            self.faults.append({"client": client.number, "kind": kind, "what": more,
                                "timeline": list(client.timeline)})
        elif len(self.faults) < 1000:
            self.faults.append({"client": client.number, "kind": kind, "what": more})

    def told(self, retry):
        low, high = self.retry_range
        self.retry_range = [min(low, retry), max(high, retry)]

    def delay(self, client, number, sent, now, interval):
        ratio = (now - sent) / interval
        self.worst = max(self.worst, ratio)
        allowed = 2 * interval + (client.spoilt if self.options.forgive else 0)
        if now - sent > allowed and len(self.late) < 20000:
            self.late.append({"client": client.number, "number": number, "sent": sent, "arrived": now,
                              "interval": interval, "allowed": allowed,
                              "timeline": list(client.timeline) if len(self.late) < 5 else []})

    def later(self, seconds, client):
        heapq.heappush(self.timers, (time.monotonic() + seconds, client.number, client))

    def turn(self):
        now = time.monotonic()
        while self.timers and self.timers[0][0] <= now:
            heapq.heappop(self.timers)[2].open()
        wait = min(0.25, max(0, self.timers[0][0] - time.monotonic())) if self.timers else 0.25
        for key, _ in self.selector.select(wait):
            client = key.data
            if client is None:
                self.command()
            elif client.sock is not key.fileobj:
                continue
            elif key.events & selectors.EVENT_WRITE:
                client.connected()
            else:
                client.readable()

    def held(self):
        now = time.monotonic()
        return [c.held(now) for c in self.clients]

    def command(self):
        line = sys.stdin.readline()
        if not line:
            self.selector.unregister(sys.stdin)
            if self.last is None:
                sys.exit(1)
            return
        command = json.loads(line)
        if "last" in command:
            self.last = command["last"]
            self.deadline = time.monotonic() + command["deadline"]
        else:
            say({"connects": [c.connects for c in self.clients], "held": self.held()})

    def complete(self):
        """Whether the run has ended; a client that is dead is not waited for."""
        return self.last is not None and (time.monotonic() > self.deadline or
                                          all(c.dead or c.next > self.last for c in self.clients))

    def run(self):
        for n, client in enumerate(self.clients):
            self.later(n / self.options.per_second, client)
        self.selector.register(sys.stdin, selectors.EVENT_READ, None)
        announced, looked = False, 0.0
        while not self.complete():
            self.turn()
            if not announced and (self.not_live == 0 or any(c.dead for c in self.clients)):
                announced = True
                say({"live": self.not_live == 0})
            if time.monotonic() - looked > 0.5:
                looked = time.monotonic()
                self.held_most = max(self.held_most, sum(self.held()))
        return self.result()

    def result(self):
        for c in self.clients:
            if c.next <= self.last:
                self.lost += self.last + 1 - c.next
                c.fault("missing at the end", c.next, self.last)
        return {"records": self.records, "lost": self.lost, "repeated": self.repeated, "cuts": self.cuts,
                "forgiven": self.forgiven, "held_most": self.held_most, "worst": self.worst,
                "retry": self.retry_range, "requests": sum(c.connects for c in self.clients),
                "began": self.began, "late": self.late, "faults": self.faults}


def say(what):
    print(json.dumps(what), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--path", required=True)
    parser.add_argument("--clients", type=int, required=True)
    parser.add_argument("--per-second", type=float, default=50)
    parser.add_argument("--forgive", action="store_true")
    say(Crowd(parser.parse_args()).run())


if __name__ == "__main__":
    main()
