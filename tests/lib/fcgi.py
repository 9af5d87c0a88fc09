# SPDX-License-Identifier: MIT
"""FastCGI 1.0 from the web server's side, byte by byte, for requests that no web server sends.

    record(), begin(), stream(), pairs()   build the bytes of a request
    environment()   the parameters of a request, as a web server sends them
    Peer            a raw connection to the responder
    FcgiStream      a request, with the same methods as sse.Stream
    fcgi_get()      a complete response
"""
import json
import socket
import struct
import time
from dataclasses import dataclass

from procs import DEADLINE, DeadlineExceeded, wait_until
from sse import Parser, Stream, connect

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR, DATA, GET_VALUES, RESULT, UNKNOWN = range(1, 12)
RESPONDER = 1
KEEP_CONN = 1


@dataclass
class Record:
    type: int
    id: int
    content: bytes
    version: int = 1


def record(type, content=b"", *, id=1, padding=0, version=1, length=None):
    """One record. length: a wrong content length for the header."""
    length = len(content) if length is None else length
    return struct.pack(">BBHHBx", version, type, id, length, padding) + content + b"\0" * padding


def begin(*, id=1, role=RESPONDER, flags=0):
    return record(BEGIN, struct.pack(">HB5x", role, flags), id=id)


def _length(n):
    return struct.pack(">B", n) if n < 128 else struct.pack(">I", n | 0x80000000)


def pairs(params):
    """Name-value pairs, encoded for a PARAMS record."""
    out = []
    for name, value in params.items() if isinstance(params, dict) else params:
        name, value = _bytes(name), _bytes(value)
        out += [_length(len(name)), _length(len(value)), name, value]
    return b"".join(out)


def _bytes(x):
    return x if isinstance(x, bytes) else str(x).encode("utf-8", "surrogateescape")


def stream(type, content, *, id=1, size=65535, padding=0):
    """The content as records of at most `size` bytes, and the empty record that ends the stream."""
    parts = [record(type, content[i:i + size], id=id, padding=padding)
             for i in range(0, len(content), size)]
    return b"".join(parts) + record(type, id=id)


def environment(path="/sselog", query="", *, method="GET", mount="/sselog", **more):
    """CGI parameters as web servers send them. A parameter given as None is left out."""
    assert path.startswith(mount)
    params = {"GATEWAY_INTERFACE": "CGI/1.1", "SERVER_PROTOCOL": "HTTP/1.1",
              "SERVER_SOFTWARE": "test", "SERVER_NAME": "localhost", "SERVER_PORT": "80",
              "REQUEST_METHOD": method, "SCRIPT_NAME": mount, "PATH_INFO": path[len(mount):],
              "QUERY_STRING": query, "REQUEST_URI": path + ("?" + query if query else ""),
              "REMOTE_ADDR": "127.0.0.1", "HTTP_ACCEPT": "text/event-stream"}
    params.update(more)
    return {k: v for k, v in params.items() if v is not None}


class Peer:
    """A raw connection to a responder."""

    def __init__(self, address, deadline=DEADLINE, rcvbuf=None):
        self.sock = connect(address, deadline)
        if rcvbuf:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
        self._in = b""

    def send(self, data):
        self.sock.sendall(data)

    def request(self, params, stdin=b"", **kw):
        self.send(begin(**kw) + stream(PARAMS, pairs(params), id=kw.get("id", 1)) +
                  stream(STDIN, stdin, id=kw.get("id", 1)))

    def next(self, deadline=DEADLINE):
        """The next record, or None at the end of the connection."""
        end = time.monotonic() + deadline
        while True:
            if len(self._in) >= 8:
                version, type, id, length, padding = struct.unpack(">BBHHBx", self._in[:8])
                whole = 8 + length + padding
                if len(self._in) >= whole:
                    content = self._in[8:8 + length]
                    self._in = self._in[whole:]
                    return Record(type, id, content, version)
            left = end - time.monotonic()
            if left <= 0:
                raise DeadlineExceeded(f"no record within {deadline} s, {len(self._in)} bytes of one")
            self.sock.settimeout(left)
            try:
                data = self.sock.recv(262144)
            except TimeoutError:
                raise DeadlineExceeded(f"no record within {deadline} s, {len(self._in)} bytes of one") from None
            except ConnectionResetError:
                data = b""
            if not data:
                return None
            self._in += data

    def closed(self, deadline=DEADLINE):
        """Reads on, and returns whether the responder closes within the deadline."""
        try:
            while self.next(deadline):
                pass
            return True
        except DeadlineExceeded:
            return False

    def reset(self):
        """Closes with a reset, if the transport has one."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def close(self):
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class FcgiStream(Stream):
    """A request sent directly to the responder's socket. Status, headers and body are those of an HTTP
    response."""

    def __init__(self, address, params, stdin=b"", *, deadline=DEADLINE, rcvbuf=None, **kw):
        self.parser = Parser()
        self.raw = bytearray()
        self.keep_raw = True
        self.ended = self.cut = False
        self._chunks = self._length = None
        self.taken = 0
        self._wire = b""
        self.stderr = b""
        self.app_status = self.protocol_status = None
        self.records_seen = []  # (type, id, length) of each record
        self.peer = Peer(address, deadline, rcvbuf)
        self.sock = self.peer.sock
        try:
            self.peer.request(params, stdin, **kw)
            self._read_cgi_head(deadline)
        except BaseException:
            self.peer.close()
            raise

    def _read_cgi_head(self, deadline):
        end = time.monotonic() + deadline
        while b"\r\n\r\n" not in self._wire:
            if not self._receive(end):
                raise AssertionError(f"no response head: {self._wire!r} stderr {self.stderr!r}")
        head, _, self._wire = self._wire.partition(b"\r\n\r\n")
        self.head = head
        self.headers = {}
        for line in head.decode("latin-1").split("\r\n"):
            name, _, value = line.partition(":")
            self.headers[name.lower()] = value.strip()
        self.status = int(self.headers.pop("status", "200").split()[0])
        self._decode()

    def _receive(self, end):
        got = self.peer.next(max(end - time.monotonic(), 0.001))
        if got is None:
            return False
        self.records_seen.append((got.type, got.id, len(got.content)))
        if got.type == STDOUT:
            self._wire += got.content
        elif got.type == STDERR:
            self.stderr += got.content
        elif got.type == END:
            self.app_status, self.protocol_status = struct.unpack(">IB3x", got.content)
            return False
        return True


def fcgi_get(address, params, stdin=b"", **kw):
    """Reads the response to a request to its end and returns it."""
    with FcgiStream(address, params, stdin, **kw) as s:
        s.read_rest()
        return s


def wait_until_no_viewers(address):
    """Waits until the process has no viewers and no test connection: descriptors can then be counted."""
    def idle():
        with FcgiStream(address, environment("/sselog/status", HTTP_ACCEPT="*/*")) as s:
            s.read_rest()
            return s.peer.closed() and json.loads(s.raw)["viewers"] == 0
    wait_until(idle, "no viewers")


def wait_until_invalidations_read(address, redis):
    """Waits until sselog has received, and acted on, all invalidations so far.

    Redis sends invalidations in order. So when the second record of another log has arrived, all earlier
    invalidations have arrived too."""
    with FcgiStream(address, environment("/sselog/stream", SSELOG_STREAM="log-heard")) as s:
        s.read_until_live()
        for n in (1, 2):
            redis.add("log-heard", "x")
            s.read_records(n)
