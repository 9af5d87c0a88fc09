# SPDX-License-Identifier: MIT
"""Fixtures: a directory, a private Redis and servers that end with the test, also when it fails."""
import os
import re
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "lib"))

import pytest

import procs
import redisd
import scripted_redis
import webs

# A run that is ended must not leave servers behind: let fixtures be torn down.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def pytest_configure(config):
    config.addinivalue_line("markers", "threads: also run under ThreadSanitizer")
    config.addinivalue_line("markers", "memory: of the program as it is shipped, not under sanitizers")
    config.addinivalue_line("markers", "load: records by the thousand, too many under valgrind")


TEST_DEADLINE = 300  # seconds: for what hangs, not for what is slow on a busy machine


class Stack:
    """Starts what a test asks for and ends it afterwards, the newest first."""

    def __init__(self):
        self._dirs = []
        self._things = []
        self._redis = None

    def directory(self):
        d = procs.Dir()
        self._dirs.append(d)
        return d.path

    def keep(self, thing):
        self._things.append(thing)
        return thing

    def redis(self, **kw):
        return self.keep(redisd.Redis(self.directory(), **kw))

    def scripted(self, real=None, handler=lambda conn, cmd: None):
        return self.keep(scripted_redis.ScriptedRedis(self.directory(), real and real.socket,
                                                      handler))

    def setup(self, redis=None, **options):
        """options without SSELOG_, in lower case. Without an identity: one anonymous log `log`."""
        if "auth" not in options:
            options = {"auth": "anonymous", "stream": "log", **options}
        return webs.Setup(self.directory(), redis.url if redis else "unix:///nowhere", **options)

    def server(self, kind, redis=None, *, setup=None, web=None, **options):
        """A web server with sselog: kind is one of webs.SERVERS."""
        setup = setup or self.setup(redis, **options)
        return self.keep(webs.SERVERS[kind](setup, **(web or {})))

    def responder(self, redis=None, *, setup=None, run=None, **options):
        """sselog alone on a Unix socket."""
        setup = setup or self.setup(redis, **options)
        return self.keep(webs.Responder(setup, **(run or {})))

    def end(self, failed):
        problems = []
        for thing in reversed(self._things):
            try:
                end = [getattr(thing, m) for m in ("end", "stop", "close") if hasattr(thing, m)]
                end[0]()
            except Exception as e:  # the rest must end too
                problems.append(f"{type(thing).__name__}: {e}")
            said = thing.said() if hasattr(thing, "said") else ""
            if SANITIZER.search(said):
                problems.append("a sanitizer or memcheck found something")
            if failed or problems:
                print(f"--- {type(thing).__name__}\n{said}", file=sys.stderr)
        for d in self._dirs:
            d.remove()
        if problems:
            raise AssertionError("; ".join(problems))


SANITIZER = re.compile(r"ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|runtime error:|^==\d+== ", re.M)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if call.when == "call":
        item.failed_call = report.failed


def too_late(*_):
    raise procs.TooLate(f"the test did not end within {TEST_DEADLINE} s")


@pytest.fixture
def stack(request):
    s = Stack()
    # For waits that have no deadline of their own, such as a write to a peer that does not read.
    signal.signal(signal.SIGALRM, too_late)
    signal.alarm(TEST_DEADLINE)
    try:
        yield s
    finally:
        signal.alarm(0)
        s.end(getattr(request.node, "failed_call", True))


@pytest.fixture
def redis(stack):
    return stack.redis()


@pytest.fixture(scope="session", autouse=True)
def program_is_there():
    assert os.access(webs.program(), os.X_OK), f"{webs.program()} is not built"
