# SPDX-License-Identifier: MIT
"""A private redis-server on a Unix socket (and on a free TCP port, with tcp=True) that tests can restart.

    Redis   the server: start, stop, kill, freeze; add() and add_many() write records

With SSELOG_TEST_ACL=1 the server has the users of examples/redis-acl.conf, and sselog logs in as one of
them. The tests then show that these rights are enough. The tests themselves are the default user.
"""
import contextlib
import os
import signal
from pathlib import Path

import redis

from procs import Child, free_port, listening, is_stopped, wait_until


ACL = os.environ.get("SSELOG_TEST_ACL", "") not in ("", "0")
PASSWORDS = {"sselog": "change-me", "sselog-producer": "change-me-too"}


def url_as_user(url, user="sselog"):
    """The URL with the name and the password of the user, if SSELOG_TEST_ACL is set."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{user}:{PASSWORDS[user]}@{rest.rpartition('@')[2]}" if ACL else url


def acl_file(directory):
    """Writes the example's users, with the key patterns of the tests added to its own."""
    text = (Path(__file__).parents[2] / "examples/redis-acl.conf").read_text()
    more, send = (" ".join(line.removeprefix(mark) for line in text.splitlines() if line.startswith(mark))
                  for mark in ("#more# ", "#send# "))
    for old, new in (("+multi +exec +get +set\n", f"+multi +exec +get +set {send}\n"),
                     ("%R~stream:logs:*", "%R~stream:* %R~log* &news"), ("+client|tracking", f"+client|tracking {more}"),
                     ("%R~session:*", "%R~session:* %R~sess:* %R~sselog:session:*"),
                     ("%RW~stream:logs:*", "%RW~stream:logs:* %RW~log*"), ("%W~stream:logs:*", "%W~stream:logs:* %W~log* &log*"),
                     ("%RW~{stream:logs:*}:sent:*", "%RW~{stream:*}:sent:* %RW~{log*}:sent:* %RW~log*:sent:*")):
        if old not in text:
            raise AssertionError(f"the example no longer holds {old!r}")
        text = text.replace(old, new)
    path = directory / "redis-acl.conf"
    path.write_text(text)
    return path


class Redis:
    """persistent: Redis answers a write when it is on disk, so that a restart loses nothing."""

    def __init__(self, directory, *, tcp=False, persistent=False, options=()):
        self.dir = directory / "redis"
        self.dir.mkdir(exist_ok=True)
        self.socket = self.dir / "redis.sock"
        self.tcp = tcp
        self.port = 0
        self.persistent = persistent
        self.options = list(options)
        self.child = None
        self.client = None
        self.start()

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}/0" if self.tcp else f"unix://{self.socket}"

    def start(self):
        """Starts it on the same port as before; with the same data, if it is persistent."""
        for _ in range(10):
            if self.tcp and not self.port:
                self.port = free_port()
            self.child = Child(self._argv(), log=self.dir / "redis.log", death=signal.SIGKILL)
            if self._up():
                return
            self.child.kill()
            self.port = 0
        raise AssertionError("redis-server does not start: " + self.child.output()[-2000:])

    def _argv(self):
        aof = ["--appendonly", "yes", "--appendfsync", "always"] if self.persistent else \
              ["--appendonly", "no"]
        users = [acl_file(self.dir)] if ACL else []
        return ["redis-server", *users, "--port", self.port, "--bind", "127.0.0.1",
                "--unixsocket", self.socket, "--unixsocketperm", "777", "--dir", self.dir,
                "--save", "", "--daemonize", "no", *aof, *self.options]

    def _up(self):
        self.client = redis.Redis(unix_socket_path=str(self.socket), socket_timeout=30)

        def ready():
            if not self.child.running():
                return "dead"
            with contextlib.suppress(redis.exceptions.RedisError):
                return self.client.ping() and "up"
            return None

        return wait_until(ready, "redis-server") == "up" and \
            (not self.tcp or listening(self.port)) and self.child.running()

    def now_ms(self):
        """The clock that ids come from."""
        seconds, microseconds = self.client.time()
        return seconds * 1000 + microseconds // 1000

    def add(self, key, data, event=None, id="*", **more):
        """XADD; returns the id as text."""
        fields = {"data": data, **more}
        if event is not None:
            fields["event"] = event
        return self.client.xadd(key, fields, id=id).decode()

    def add_many(self, key, payloads):
        """XADD for each payload, in one pipeline; returns the ids."""
        pipe = self.client.pipeline(transaction=False)
        for data in payloads:
            pipe.xadd(key, {"data": data})
        return [i.decode() for i in pipe.execute()]

    def clients(self):
        """CLIENT LIST without the connection of the tests."""
        me = self.client.client_id()
        return [c for c in self.client.client_list() if int(c["id"]) != me]

    def stop(self):
        """Stops it with SIGTERM."""
        if self.child:
            with contextlib.suppress(redis.exceptions.RedisError):
                self.client.close()
            self.child.stop()

    def kill(self):
        self.child.kill()

    def end(self):
        """Kills it at the end of a test: after SIGTERM it could take a tenth of a second."""
        self.client.close()
        self.kill()

    def freeze(self):
        """Stops the process with SIGSTOP: it keeps its connections and answers nothing until thaw()."""
        self.child.send(signal.SIGSTOP)
        # kill() returns before all threads have stopped.
        wait_until(lambda: is_stopped(self.child.pid), "redis-server to be stopped")

    def thaw(self):
        self.child.send(signal.SIGCONT)
