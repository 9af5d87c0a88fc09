# SPDX-License-Identifier: MIT
"""A proxy before a real Redis that makes chosen commands fail in a chosen way.

A ScriptedRedis listens on a Unix socket and asks a handler about each command. A command that the
handler leaves alone goes to the real server, and the real reply comes back.

A handler is called with (connection, command), where the command is a list of bytes, and returns
    None             pass the command on to the real server
    bytes            send these bytes as the reply
    SILENCE          never reply
    CLOSE            close the connection
    Slow(bytes|None, pause)   one byte at a time, with pauses (None: the real reply)
    Cut(n)           the first n bytes of the real reply, then close
    Delay(seconds)   the real reply, later
    Transform(fn)    fn(real reply)
"""
import os
import selectors
import socket
import threading
import time
from collections import namedtuple

SILENCE = object()
CLOSE = object()
Slow = namedtuple("Slow", "data pause")
Cut = namedtuple("Cut", "n")
Delay = namedtuple("Delay", "seconds")
Transform = namedtuple("Transform", "fn")

NOAUTH = b"-NOAUTH Authentication required.\r\n"
LOADING = b"-LOADING Redis is loading the dataset in memory\r\n"
WRONGTYPE = b"-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"


def reply_end(data, at=0):
    """The end of the RESP value that starts at `at`, or -1 if the value is incomplete."""
    nl = data.find(b"\r\n", at)
    if nl < 0:
        return -1
    kind, rest = data[at:at + 1], data[at + 1:nl]
    nl += 2
    if kind == b"$":
        n = int(rest)
        end = nl if n < 0 else nl + n + 2
        return end if end <= len(data) else -1
    if kind in b"*>":
        for _ in range(max(int(rest), 0)):
            nl = reply_end(data, nl)
            if nl < 0:
                return -1
    return nl


def command(data):
    """The first command in the data and its length in bytes, or (None, 0)."""
    end = reply_end(data)
    if end < 0:
        return None, 0
    parts, at = [], data.find(b"\r\n") + 2
    while at < end:
        nl = data.find(b"\r\n", at)
        n = int(data[at + 1:nl])
        parts.append(data[nl + 2:nl + 2 + n])
        at = nl + 2 + n + 2
    return parts, end


class Conn:
    """One connection of a client, with a connection of its own to the real server."""

    def __init__(self, owner, sock, number):
        self.owner, self.sock, self.number = owner, sock, number
        self.commands = []
        self.real = None
        if owner.real:
            self.real = socket.socket(socket.AF_UNIX)
            self.real.connect(str(owner.real))

    def start(self):
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        try:
            self._serve()
        except (OSError, ValueError):
            pass
        finally:
            self.close()

    def _serve(self):
        pending = held = b""
        watch = selectors.DefaultSelector()
        watch.register(self.sock, selectors.EVENT_READ)
        if self.real:
            watch.register(self.real, selectors.EVENT_READ)
        while True:
            if held and self.owner.pushes.is_set():
                self.sock.sendall(held)
                held = b""
            for key, _ in watch.select(0.02 if held else None):
                data = key.fileobj.recv(262144)
                if not data:
                    return
                if key.fileobj is self.real:  # a push: a message, an invalidation
                    held += data
                    continue
                pending += data
                while True:
                    cmd, used = command(pending)
                    if cmd is None:
                        break
                    raw, pending = pending[:used], pending[used:]
                    if not self._answer(cmd, raw):
                        return

    def _answer(self, cmd, raw):
        self.commands.append(cmd)
        self.owner.log.append((self.number, cmd))
        action = self.owner.handler(self, cmd)
        if action is SILENCE:
            return True
        if action is CLOSE:
            return False
        if isinstance(action, bytes):
            self.sock.sendall(action)
            return True
        if isinstance(action, Slow) and action.data is not None:
            return self._drip(action.data, action.pause)
        self.real.sendall(raw)
        answer = b""
        # SUBSCRIBE sends one reply for each channel; the first is enough here.
        while (end := reply_end(answer)) < 0:
            data = self.real.recv(262144)
            if not data:
                return False
            answer += data
        if isinstance(action, Slow):
            return self._drip(answer, action.pause)
        if isinstance(action, Cut):
            self.sock.sendall(answer[:action.n])
            return False
        if isinstance(action, Delay):
            time.sleep(action.seconds)
        if isinstance(action, Transform):
            answer = action.fn(answer[:end]) + answer[end:]
        self.sock.sendall(answer)
        return True

    def _drip(self, data, pause):
        for i in range(len(data)):
            self.sock.sendall(data[i:i + 1])
            if pause:
                time.sleep(pause)
        return True

    def close(self):
        for s in (self.sock, self.real):
            if s:
                try:
                    s.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                s.close()


class ScriptedRedis:
    """handler may be replaced at any time."""

    def __init__(self, directory, real=None, handler=lambda conn, cmd: None):
        self.socket = directory / "scripted.sock"
        self.real = real
        self.handler = handler
        self.log = []  # (number of the connection, command)
        self.pushes = threading.Event()  # cleared: messages and invalidations are held back
        self.pushes.set()
        self.conns = []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.socket))
        os.chmod(self.socket, 0o777)
        self.listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        return f"unix://{self.socket}"

    def _accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            try:
                conn = Conn(self, sock, len(self.conns))
            except OSError:
                sock.close()
                continue
            self.conns.append(conn)  # before its first command, so that cut_all() finds it
            conn.start()

    def seen(self, *name):
        """The commands so far that start with these words, in any case."""
        want = [n.upper().encode() for n in name]
        return [c for _, c in list(self.log) if [w.upper() for w in c[:len(want)]] == want]

    def cut_all(self):
        for conn in list(self.conns):
            conn.close()

    def stop(self):
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        self.cut_all()
