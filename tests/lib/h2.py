# SPDX-License-Identifier: MIT
"""HTTP/2 without TLS (RFC 9113, section 3.3), as far as a page needs it that opens and closes streams.

    Connection   one connection; open() begins a request, cancel() ends it while the connection stays
    H2Stream     one response, with an event stream's parser
"""
import struct
import time

from procs import DEADLINE, DeadlineExceeded
from sse import Parser, connect

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
END_STREAM, ACK, END_HEADERS, PADDED = 1, 1, 4, 8
CANCEL = 8
MAX_CONCURRENT_STREAMS = 3  # a setting


def frame(type, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", type, flags, stream) + payload


def field(name, value):
    """A literal without indexing (RFC 7541, section 6.2.2), without Huffman coding."""
    name, value = name.encode(), value.encode()
    assert len(name) < 127 and len(value) < 127
    return b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value


class H2Stream:
    def __init__(self, connection, number):
        self.connection, self.number = connection, number
        self.parser = Parser()
        self.ended = False
        self.reset = False  # it ended by RST_STREAM

    @property
    def events(self):
        return self.parser.events

    def read_until(self, found, what, deadline=DEADLINE):
        self.connection.read_until(lambda: found(self), what, deadline)

    def cancel(self):
        """Ends it, as a browser does when its page leaves or calls EventSource.close()."""
        self.connection.send(frame(RST_STREAM, 0, self.number, struct.pack(">I", CANCEL)))


class Connection:
    def __init__(self, port, deadline=DEADLINE):
        self.sock = connect(port, deadline)
        self.streams = {}
        self.settings = {}  # of the server
        self._in = b""
        self.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS, 0, 0))

    def send(self, data):
        self.sock.sendall(data)

    def open(self, path, headers):
        number = 2 * len(self.streams) + 1
        stream = self.streams[number] = H2Stream(self, number)
        fields = {":method": "GET", ":scheme": "http", ":authority": "localhost", ":path": path,
                  "accept": "text/event-stream", **headers}
        self.send(frame(HEADERS, END_STREAM | END_HEADERS, number,
                        b"".join(field(n, v) for n, v in fields.items())))
        return stream

    def read_until(self, found, what, deadline):
        end = time.monotonic() + deadline
        while not found():
            left = end - time.monotonic()
            if left <= 0:
                raise DeadlineExceeded(f"{what}: not within {deadline} s")
            self.sock.settimeout(left)
            try:
                data = self.sock.recv(65536)
            except TimeoutError:
                continue
            assert data, "the server closed the connection"
            self._in += data
            while self._take_frame():
                pass

    def _take_frame(self):
        if len(self._in) < 9:
            return False
        length = int.from_bytes(self._in[:3], "big")
        type, flags, number = struct.unpack(">BBI", self._in[3:9])
        if len(self._in) < 9 + length:
            return False
        payload, self._in = self._in[9:9 + length], self._in[9 + length:]
        stream = self.streams.get(number)
        assert type != GOAWAY, f"the server ends the connection: {payload}"
        if type == SETTINGS:
            self.settings.update(struct.iter_unpack(">HI", payload))
        if type in (SETTINGS, PING) and not flags & ACK:
            self.send(frame(type, ACK, 0, payload if type == PING else b""))
        elif type == DATA and stream:
            stream.parser.feed(payload[1:len(payload) - payload[0]] if flags & PADDED else payload)
        if stream and type in (DATA, HEADERS) and flags & END_STREAM or stream and type == RST_STREAM:
            stream.ended, stream.reset = True, type == RST_STREAM
        return True

    def close(self):
        self.sock.close()
