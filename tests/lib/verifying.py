# SPDX-License-Identifier: MIT
"""`sselog verify` as tests run it, and streams that are broken on purpose.

    verify()          runs it; returns a Result
    Feed              adds records to a log while a block runs
    ScriptedStreams   an HTTP server that answers each request with the next of some texts
    Loser             a proxy in which one record is lost
    forgetful()       a program whose relay leaves one record in so many out, and counts nothing
"""
import json
import os
import re
import shlex
import subprocess
import threading
from pathlib import Path

import webs
from procs import free_port, once
from sse import connect

TOP = Path(__file__).resolve().parents[2]


class Result:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    @property
    def sum(self):
        return self.out.split("\n")[0]

    @property
    def json(self):
        return json.loads(self.out)

    def __repr__(self):
        return f"status {self.status}\n{self.out}\n{self.err}"


def start(*args, environment=None, stdin=subprocess.DEVNULL):
    keep = {k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS") or k == "PATH"}
    return subprocess.Popen([webs.program(), "verify", *map(str, args)], env={**keep, **(environment or {})},
                            stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process, stdin=None, timeout=120):
    out, err = process.communicate(stdin, timeout=timeout)
    return Result(process.returncode, out, err)


def verify(*args, environment=None, stdin=None):
    process = start(*args, environment=environment, stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL)
    return finish(process, stdin)


def url_of(server, query=""):
    return f"http://127.0.0.1:{server.port}{server.path}/stream{query}"


class Feed:
    """Adds records, so many at once, with pauses, until the block ends."""

    def __init__(self, redis, key="log", fields=lambda n: {"data": f"record {n}"}, size=20, pause=0.02):
        self.redis, self.key, self.fields, self.size, self.pause = redis, key, fields, size, pause
        self.count, self._over = 0, threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self):
        client = self.redis.client
        while not self._over.wait(self.pause):
            pipe = client.pipeline(transaction=False)
            for _ in range(self.size):
                pipe.xadd(self.key, self.fields(self.count))
                self.count += 1
            pipe.execute()

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()


class _Server:
    """Takes connections on a port, each in a thread of its own."""

    def __init__(self):
        import socket
        self.port = free_port()
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self):
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(peer,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def _serve(self, peer):
        with peer:
            try:
                self.serve(peer)
            except OSError:
                pass  # the client has cut the connection

    def close(self):
        import socket
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


class ScriptedStreams(_Server):
    """answers: for each request the text of a stream, or (status line, headers, body). The last one stays for all
    further requests. heads: what the requests said. A text that ends with HOLD leaves its connection open."""

    HOLD = "<hold>"
    path = ""

    def __init__(self, *answers):
        self.answers, self.heads = list(answers), []
        super().__init__()

    def serve(self, peer):
        head = b""
        while b"\r\n\r\n" not in head:
            part = peer.recv(4096)
            if not part:
                return
            head += part
        self.heads.append(head.decode())
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        status, headers, body = answer if isinstance(answer, tuple) else ("200 OK", "Content-Type: text/event-stream\r\n", answer)
        body, held = body.removesuffix(self.HOLD), body.endswith(self.HOLD)
        peer.sendall(f"HTTP/1.1 {status}\r\n{headers}Connection: close\r\n\r\n{body}".encode())
        while held and peer.recv(4096):
            pass


class Loser(_Server):
    """Passes a server's streams on. The nth record of all becomes a comment of the same length: nobody sees it."""

    path = "/sselog"

    def __init__(self, server, nth):
        self.server, self.nth, self.seen = server, nth, 0
        self.lost = None
        super().__init__()

    def _upwards(self, peer, up):
        try:
            while data := peer.recv(65536):
                up.sendall(data)
        except OSError:
            pass
        up.close()

    def _change(self, data):
        """Only records that stand whole in one piece: others pass, and are not counted."""
        for found in re.finditer(rb"(?<=\n)id: (\S+)\ndata: [^\n]*\n\n", data):
            self.seen += 1
            if self.seen == self.nth:
                self.lost = found[1].decode()
                return data[:found.start()] + b":" + b"x" * (len(found[0]) - 3) + b"\n\n" + data[found.end():]
        return data

    def serve(self, peer):
        with connect(self.server.port) as up:
            threading.Thread(target=self._upwards, args=(peer, up), daemon=True).start()
            while data := up.recv(65536):
                peer.sendall(self._change(data))


def forgetful(each):
    """The program, with a relay that leaves every so-manieth record out and says nothing. The rest is as it was."""
    def make(directory):
        directory.mkdir()
        source = (TOP / "relay" / "batch.c").read_text(encoding="utf-8")
        before = "    bool whole = rec->data.len"
        assert source.count(before) == 1
        broken = source.replace(before, f"    static unsigned record;\n    if (++record % {each} == 0)\n        return 0;\n{before}")
        (directory / "batch.c").write_text(broken, encoding="utf-8")
        packages = "hiredis json-c nettle libutf8proc libpcre2-8 zlib"
        flags = shlex.split(subprocess.check_output(["pkg-config", "--cflags", *packages.split()], text=True))
        libs = shlex.split(subprocess.check_output(["pkg-config", "--libs", *packages.split()], text=True))
        build = Path(os.environ.get("BUILD") or TOP / "build")
        subprocess.run(["cc", "-std=gnu11", "-O1", f"-I{TOP}", "-D_GNU_SOURCE", '-DSSELOG_VERSION="broken"', *flags, "-pthread",
                        "-fPIE", "-pie", "-o", directory / "sselog", directory / "batch.c", build / "sselog.o",
                        build / "libsselog.a", "-lfcgi", *libs, "-ldl"], check=True)

    return once(f"forgetful-{each}", make) / "sselog"
