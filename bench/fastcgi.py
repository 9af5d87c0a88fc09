# SPDX-License-Identifier: MIT
"""FastCGI 1.0 from the web server's side, as far as the bench needs it.

    CGI        the parameters of a request for a stream, to which a caller adds PATH_INFO
    request()  the bytes of a request
    Exchange   one request to a responder at a Unix socket, and its answer
"""
import socket
import struct

DEADLINE_S = 60
MOST = 65535  # bytes in a record
CGI = {"GATEWAY_INTERFACE": "CGI/1.1", "SERVER_PROTOCOL": "HTTP/1.1", "REQUEST_METHOD": "GET",
       "SCRIPT_NAME": "/sselog", "QUERY_STRING": "", "HTTP_ACCEPT": "text/event-stream",
       "REMOTE_ADDR": "127.0.0.1", "PATH": "/usr/bin:/bin"}


def request(params, body=b""):
    """Begin as a responder, the parameters (all shorter than 128 bytes), the body."""
    pairs = b"".join(bytes((len(k), len(v))) + k.encode() + v.encode() for k, v in params.items())
    parts = [body[at:at + MOST] for at in range(0, len(body), MOST)]
    records = ((1, b"\0\1\0\0\0\0\0\0"), (4, pairs), (4, b""), *((5, part) for part in parts), (5, b""))
    return b"".join(struct.pack(">BBHHBx", 1, kind, 1, len(content), 0) + content
                    for kind, content in records)


class Exchange:
    """The answer is read as it comes, with the headers of its FastCGI records."""

    def __init__(self, path, params, body=b""):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(DEADLINE_S)
        self.socket.connect(path)
        self.socket.sendall(request({**CGI, **params}, body))
        self.seen, self.ended = b"", False

    def read(self):
        chunk = self.socket.recv(65536)
        self.ended = not chunk
        self.seen += chunk

    def read_until(self, text):
        while text not in self.seen:
            if self.ended:
                raise RuntimeError(f"the answer ended before {text!r}: {self.seen[-80:]!r}")
            self.read()
        self.seen = self.seen.partition(text)[2]

    def read_to_end(self):
        while not self.ended:
            self.read()
        self.socket.close()
        return self.seen

    def leave(self):
        """Goes away, and waits until the responder has seen it and closed its side."""
        self.socket.shutdown(socket.SHUT_WR)
        self.read_to_end()
