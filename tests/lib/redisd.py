# SPDX-License-Identifier: MIT
"""A private redis-server on a Unix socket (and a free TCP port when asked), restartable.

With SSELOG_TEST_ACL=1 it knows the users of examples/redis-acl.conf, and sselog is one of them: the
tests then show that these rights are enough. The tests themselves stay the default user.
"""
import contextlib
import os
import signal
from pathlib import Path

import redis

from procs import Child, free_port, listening, stands_still, wait_until


ACL = os.environ.get("SSELOG_TEST_ACL", "") not in ("", "0")
PASSWORDS = {"sselog": "change-me", "sselog-producer": "change-me-too"}


def as_user(url, user="sselog"):
    """The address as this user has it, when users are asked for."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{user}:{PASSWORDS[user]}@{rest.rpartition('@')[2]}" if ACL else url


def acl_file(directory):
    """The example, with the patterns of the keys that the tests use beside its own."""
    text = (Path(__file__).parents[2] / "examples/redis-acl.conf").read_text()
    more = " ".join(line.removeprefix("#more# ") for line in text.splitlines() if line.startswith("#more# "))
    for old, new in (("%R~stream:logs:*", "%R~stream:* %R~log* &news"), ("+client|tracking", f"+client|tracking {more}"),
                     ("%R~session:*", "%R~session:* %R~sess:* %R~sselog:session:*"),
                     ("%W~stream:logs:*", "%W~stream:logs:* %W~log* &log*")):
        if old not in text:
            raise AssertionError(f"the example no longer holds {old!r}")
        text = text.replace(old, new)
    path = directory / "redis-acl.conf"
    path.write_text(text)
    return path


class Redis:
    """persistent: every write is on disk before it is answered, so that a restart loses nothing."""

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
        """Starts it, with the data of the last time if it is persistent, on the same port."""
        for _ in range(10):
            if self.tcp and not self.port:
                self.port = free_port()
            self.child = Child(self._argv(), log=self.dir / "redis.log", death=signal.SIGKILL)
            if self._up():
                return
            self.child.kill()
            self.port = 0
        raise AssertionError("redis-server does not start: " + self.child.said()[-2000:])

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

    def add(self, key, data, event=None, id="*", **more):
        """XADD; returns the id as text."""
        fields = {"data": data, **more}
        if event is not None:
            fields["event"] = event
        return self.client.xadd(key, fields, id=id).decode()

    def add_many(self, key, payloads):
        """XADD of each, pipelined; returns the ids."""
        pipe = self.client.pipeline(transaction=False)
        for data in payloads:
            pipe.xadd(key, {"data": data})
        return [i.decode() for i in pipe.execute()]

    def clients(self):
        """CLIENT LIST without our own connections."""
        me = self.client.client_id()
        return [c for c in self.client.client_list() if int(c["id"]) != me]

    def stop(self):
        """An orderly end."""
        if self.child:
            with contextlib.suppress(redis.exceptions.RedisError):
                self.client.close()
            self.child.stop()

    def kill(self):
        self.child.kill()

    def end(self):
        """How a test leaves it: at once. To SIGTERM it listens ten times a second."""
        self.client.close()
        self.kill()

    def freeze(self):
        """It keeps its connections and answers nothing until thaw()."""
        self.child.send(signal.SIGSTOP)
        # kill() is back before all threads of it have come to a stop.
        wait_until(lambda: stands_still(self.child.pid), "redis-server to stand still")

    def thaw(self):
        self.child.send(signal.SIGCONT)
