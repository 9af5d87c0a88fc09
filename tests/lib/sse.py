# SPDX-License-Identifier: MIT
"""A client of event streams.

    Parser       bytes to events (HTML, section 9.2.6 "Interpreting an event stream"); keeps comments too
    Stream       one HTTP response over a raw socket; reads only when asked, always with a deadline
    get()        a complete HTTP response
    EventSource  reconnects as a browser does, with Last-Event-ID and the last retry value
    plain_id()   a cursor without the proofs of its ids
"""
import base64
import codecs
import contextlib
import json
import re
import socket
import threading
import time
import zlib
from dataclasses import dataclass, field

from procs import DEADLINE, DeadlineExceeded


_LINE_END = re.compile(r"\r\n|\n|\r")


def plain_id(cursor):
    return re.sub(r"~[^,]*", "", cursor)


@dataclass
class Event:
    type: str
    data: str
    id: str  # the last event id when this event was dispatched
    own_id: bool = False  # the event itself had an id field
    at: float = field(default=0.0, compare=False)  # time.monotonic() when the event was complete

    def json(self):
        return json.loads(self.data)


class Parser:
    """Parses the bytes given to feed(), line by line; CR, LF and CRLF all end a line."""

    def __init__(self):
        self.events = []
        self.records = []  # the events that are not control frames
        self.comments = []
        self.comment_times = []  # time.monotonic() of each comment
        self.retry = None
        self.retries = []
        self.last_id = ""
        self.cursor_moves = []  # ids of blocks without data: they are no events, but move the cursor
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = []  # pieces of the incomplete last line
        self._skip_lf = False
        self._start = True
        self._reset()

    def _reset(self):
        self._data, self._type, self._id_seen = [], "", False

    def feed(self, raw):
        text = self._decoder.decode(raw)
        if not text:
            return
        if self._start:
            text = text.removeprefix("\ufeff")
            self._start = False
        if self._skip_lf:
            text = text.removeprefix("\n")
        self._skip_lf = text.endswith("\r")
        *lines, rest = _LINE_END.split(text)
        if lines:
            lines[0] = "".join(self._rest) + lines[0]
            self._rest = []
        for line in lines:
            self._line(line)
        if rest:
            self._rest.append(rest)

    def unfinished(self):
        """Whether there are bytes after the last blank line: an event that was cut."""
        return bool(self._rest or self._data or self._type or self._id_seen)

    def _line(self, line):
        if line == "":
            self._dispatch()
            return
        if line.startswith(":"):
            self.comments.append(line[1:].removeprefix(" "))
            self.comment_times.append(time.monotonic())
            return
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._type = value
        elif name == "id" and "\0" not in value:
            self.last_id = value
            self._id_seen = True
        elif name == "retry" and value and all(c in "0123456789" for c in value):
            self.retry = int(value)
            self.retries.append(self.retry)

    def _dispatch(self):
        if self._data:
            self.events.append(Event(self._type or "message", "\n".join(self._data), self.last_id,
                                     self._id_seen, time.monotonic()))
            if is_record(self.events[-1]):
                self.records.append(self.events[-1])
        elif self._id_seen:
            self.cursor_moves.append(self.last_id)
        self._reset()


def basic(user, password="secret"):
    token = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


def connect(address, deadline=DEADLINE):
    """address: a port of 127.0.0.1 or the path of a Unix socket."""
    unix = not isinstance(address, int)
    s = socket.socket(socket.AF_UNIX if unix else socket.AF_INET)
    s.settimeout(deadline)
    s.connect(str(address) if unix else ("127.0.0.1", address))
    return s


class Stream:
    """One response, of any content type. It reads only inside its methods read_...

    events, records and payloads hold what was read so far; raw holds the bytes of the body.
    gzip: decodes a compressed body, and raises zlib.error at what is malformed; None: it is plain."""

    gzip = None

    def __init__(self, address, path="/", headers=None, *, method="GET", body=b"", deadline=DEADLINE,
                 rcvbuf=None):
        self.parser = Parser()
        self.raw = bytearray()  # the body, without transfer and content coding
        self.ended = False  # the end of the response was read
        self.cut = False  # the connection ended before the body was complete
        self._chunks = None
        self._length = None
        self.taken = 0
        self._wire = b""
        self.keep_raw = True
        self.sock = connect(address, deadline)
        if rcvbuf:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
        lines = {"Host": "localhost", "Accept": "text/event-stream", "Connection": "close",
                 **(headers or {})}
        if body:
            lines["Content-Length"] = str(len(body))
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items())
        try:
            self.sock.sendall(head.encode("latin-1") + b"\r\n" + body)
            self._read_head(method, deadline)
        except BaseException:
            self.sock.close()
            raise

    def _read_head(self, method, deadline):
        end = time.monotonic() + deadline
        while b"\r\n\r\n" not in self._wire:
            if not self._receive(end):
                raise AssertionError(f"connection closed before a response head: {self._wire!r}")
        head, _, self._wire = self._wire.partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        self.status = int(status.split()[1])
        self.headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            name = name.lower()
            value = value.strip()
            self.headers[name] = f"{self.headers[name]}, {value}" if name in self.headers else value
        if "chunked" in self.headers.get("transfer-encoding", ""):
            self._chunks = 0
        elif "content-length" in self.headers:
            self._length = int(self.headers["content-length"])
        if method == "HEAD" or self.status in (204, 304):
            self._length, self._chunks = 0, None
        self._decode()

    def _receive(self, end):
        """Reads once from the socket; False at its end. Raises DeadlineExceeded when `end` has passed."""
        left = end - time.monotonic()
        if left <= 0:
            raise DeadlineExceeded("nothing more came in time")
        self.sock.settimeout(left)
        try:
            data = self.sock.recv(262144)
        except (TimeoutError, socket.timeout):
            raise DeadlineExceeded("nothing more came in time") from None
        except ConnectionResetError:
            data = b""
        self._wire += data
        return bool(data)

    def _take(self, data):
        self.taken += len(data)
        if self.headers.get("content-encoding") == "gzip":
            self.gzip = self.gzip or zlib.decompressobj(zlib.MAX_WBITS + 16)
            data = self.gzip.decompress(data)
        if self.keep_raw:
            self.raw += data
        self.parser.feed(data)

    def _decode(self):
        """Moves the bytes that were received to the body, without transfer coding."""
        if self._chunks is None:
            room = len(self._wire) if self._length is None else self._length - self.taken
            data, self._wire = self._wire[:room], self._wire[room:]
            self._take(data)
            if self._length is not None and self.taken >= self._length:
                self.ended = True
            return
        while True:
            if self._chunks > 2:  # inside a chunk, its CRLF counted
                data = self._wire[:self._chunks - 2]
                if not data:
                    return
                self._wire = self._wire[len(data):]
                self._chunks -= len(data)
                self._take(data)
            elif self._chunks:
                if len(self._wire) < self._chunks:
                    return
                self._wire = self._wire[self._chunks:]
                self._chunks = 0
            else:
                line, sep, rest = self._wire.partition(b"\r\n")
                if not sep:
                    return
                size = int(line.split(b";")[0], 16)
                self._wire = rest
                if size == 0:
                    self.ended = True
                    return
                self._chunks = size + 2

    def read_once(self, deadline=DEADLINE):
        """Reads once; False at the end of the response."""
        if self.ended:
            return False
        if not self._receive(time.monotonic() + deadline):
            self.ended = True
            self.cut = self._chunks is not None or self._length is not None
            return False
        self._decode()
        return not self.ended

    def read_until(self, condition, what="event", deadline=DEADLINE):
        """Reads until condition(self) is true and returns it; fails at the end of the response."""
        end = time.monotonic() + deadline
        while not (value := condition(self)):
            if self.ended or not self.read_once(max(end - time.monotonic(), 0.001)):
                if value := condition(self):
                    return value
                raise AssertionError(f"stream ended while waiting for {what}; last: "
                                     f"{self.parser.events[-3:]} {self.raw[-300:]!r}")
        return value

    def read_event(self, type, deadline=DEADLINE, nth=1):
        """Reads until the nth control frame of that type and returns it."""
        def found(s):
            hits = [e for e in s.parser.events if e.type == type and not is_record(e)]
            return hits[nth - 1] if len(hits) >= nth else None
        return self.read_until(found, f"event {type}", deadline)

    def read_until_live(self, deadline=DEADLINE):
        """Reads until the first `event: live` and returns it."""
        return self.read_event("live", deadline)

    def read_records(self, count, deadline=DEADLINE):
        """Reads until there are `count` records and returns the first `count`."""
        self.read_until(lambda s: len(s.records) >= count, f"{count} records", deadline)
        return self.records[:count]

    @property
    def records(self):
        return self.parser.records

    @property
    def events(self):
        return self.parser.events

    @property
    def payloads(self):
        """The data of all records so far."""
        return [e.data for e in self.records]

    def read_rest(self, deadline=DEADLINE):
        """Reads to the end of the response and returns the whole body."""
        end = time.monotonic() + deadline
        while self.read_once(max(end - time.monotonic(), 0.001)):
            pass
        return self.raw

    def read_for(self, seconds):
        """Reads for that long, and ignores what arrives."""
        end = time.monotonic() + seconds
        with contextlib.suppress(DeadlineExceeded):
            while (left := end - time.monotonic()) > 0 and self.read_once(left):
                pass

    def close(self):
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


CONTROL = {"live", "gap", "source", "end", "unavailable", "token", "ping", "progress"}


def is_record(event):
    """A control frame never has an id; a record has one, also under the name of a control frame."""
    return event.own_id or event.type not in CONTROL


def get(address, path="/", headers=None, **kw):
    """Reads a response to its end and returns it; for responses that end by themselves."""
    with Stream(address, path, {"Accept": "*/*", **(headers or {})}, **kw) as s:
        s.read_rest()
        return s


class EventSource:
    """Reconnects until closed, on a thread, and collects the events of all its responses.

    As a browser, it gives up on any status other than 200 and keeps it in `failed`. A refused connection
    is tried again. With retry_server_errors, so are the web server's own errors while it stops or starts,
    as the client script does; `server_errors` counts them."""

    def __init__(self, address, path="/", headers=None, least_pause=0.05, retry_server_errors=False):
        self.address, self.path, self.headers = address, path, dict(headers or {})
        self.retry_server_errors = retry_server_errors
        self.server_errors = 0
        self.events = []
        self.ends = []  # of each response: the reason in `event: end`, or None if it ended without one
        self.connects = 0
        self.failed = None
        self.last_id = ""
        self.pause = least_pause
        self._least = least_pause
        self._closing = threading.Event()
        self._stream = None
        self._lock = threading.Condition()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._closing.is_set() and self.failed is None:
            try:
                self._once()
            except (OSError, AssertionError):
                pass
            self._closing.wait(self.pause)

    def open(self, last_id):
        """Opens a new response; tests without a web server override this method."""
        headers = {**self.headers, **({"Last-Event-ID": last_id} if last_id else {})}
        return Stream(self.address, self.path, headers)

    def cut(self):
        """Ends the connection from the viewer's side; it reconnects."""
        with contextlib.suppress(OSError, AttributeError):
            self._stream.sock.shutdown(socket.SHUT_RDWR)

    def _once(self):
        stream = self.open(self.last_id)
        stream.keep_raw = False
        # The parser has read the first part of the body, with the head.
        stream.parser.last_id = stream.parser.last_id or self.last_id
        self._stream = stream
        try:
            kind = stream.headers.get("content-type", "").split(";")[0]
            of_server = stream.status in (502, 503, 504) or (stream.status == 500 and kind == "text/html")
            if self.retry_server_errors and of_server:
                self.server_errors += 1
                return
            if stream.status != 200 or kind != "text/event-stream":
                self.failed = stream.status
                return
            with self._lock:
                self.connects += 1
                self._lock.notify_all()
            seen = self._collect(stream, 0)
            while not self._closing.is_set() and stream.read_once(3600):
                seen = self._collect(stream, seen)
            self._collect(stream, seen)
            end = [e.json()["reason"] for e in stream.events if e.type == "end"]
            with self._lock:
                self.ends.append(end[0] if end else None)
                self._lock.notify_all()
        finally:
            stream.close()

    def _collect(self, stream, seen):
        parser = stream.parser
        with self._lock:
            self.events += parser.events[seen:]
            # A browser keeps an id only after its whole block has arrived.
            if not parser._id_seen:
                self.last_id = parser.last_id
            elif len(parser.events) > seen:
                self.last_id = parser.events[-1].id
            if parser.retry is not None:
                self.pause = max(parser.retry / 1000, self._least)
            self._lock.notify_all()
        return len(parser.events)

    @property
    def records(self):
        with self._lock:
            return [e for e in self.events if is_record(e)]

    def wait(self, condition, what="condition", deadline=DEADLINE):
        """Waits until condition(self) is true, and returns its value; checks after each arrival."""
        end = time.monotonic() + deadline
        while True:
            if value := condition(self):
                return value
            with self._lock:
                left = end - time.monotonic()
                if left <= 0:
                    raise DeadlineExceeded(f"{what}: not within {deadline} s; {self.connects} connects, "
                                  f"{len(self.events)} events, ends {self.ends}, failed {self.failed}")
                self._lock.wait(min(left, 0.05))

    def close(self):
        self._closing.set()
        self.cut()
        self._thread.join(10)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
