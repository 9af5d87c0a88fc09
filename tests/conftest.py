# SPDX-License-Identifier: MIT
"""Fixtures for all tests of the real stack.

    stack   starts servers, responders and directories, and ends them after the test, also if it fails
    redis   a private Redis of the test
    setup   options for a program that uses this Redis
"""
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

# The cache of compiled tests is for this process: programs that tests start write none.
if "PYTEST_XDIST_WORKER" in os.environ and os.environ.pop("PYTHONPYCACHEPREFIX", None):
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"

# SIGTERM ends the run as an exception does, so that the fixtures stop their servers.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def pytest_configure(config):
    if procs.SHARED not in os.environ:  # the workers inherit it
        directory = procs.TemporaryDir()
        os.environ[procs.SHARED] = str(directory.path)
        config.add_cleanup(lambda: (os.environ.pop(procs.SHARED), directory.remove()))
    config.addinivalue_line("markers", "threads: also run under ThreadSanitizer")
    config.addinivalue_line("markers", "memory: only for the program as it is shipped, not under sanitizers")
    config.addinivalue_line("markers", "tools: of the tests, benches and checks themselves; make check-tools")
    config.addinivalue_line("markers", "documents: follows sources, documents and examples, as each build does alike")
    config.addinivalue_line("markers", "long: takes long, and a short form of it is not marked; make check-long")
    config.addinivalue_line("markers", "load: thousands of records, too many under valgrind")


# The files whose tests take longest. At the end of a run the other workers would wait for one of them.
LONG = ("test_setups.py", "test_install.py", "test_send_list.py")

# These files test neither the program's memory nor its rights in Redis, so ASan and least rights leave them out.
DOCUMENTS = ("test_demo.py", "test_documents.py", "test_feeding.py", "test_install.py", "test_layers.py", "test_manual.py",
             "test_manual_examples.py", "test_package.py", "test_setups.py")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Spreads the long tests over the first half: a worker takes many neighbours at the start, and few at the end."""
    for item in items:
        if item.path.name in DOCUMENTS:
            item.add_marker("documents")
    long = [item for item in items if item.path.name in LONG]
    items[:] = [item for item in items if item.path.name not in LONG]
    step = len(items) // 2 // max(len(long), 1) + 1
    for n, item in enumerate(long):
        items.insert(n * step, item)


TEST_DEADLINE = 300  # seconds: ends a test that hangs; long enough for a busy machine


class Stack:
    """Starts the servers of a test and stops them afterwards, the newest first."""

    def __init__(self):
        self._dirs = []
        self._things = []
        self._redis = None

    def directory(self):
        d = procs.TemporaryDir()
        self._dirs.append(d)
        return d.path

    def keep(self, thing):
        """Stops or closes this object after the test, too; returns it."""
        self._things.append(thing)
        return thing

    def redis(self, **kw):
        return self.keep(redisd.Redis(self.directory(), **kw))

    def scripted(self, real=None, handler=lambda conn, cmd: None):
        return self.keep(scripted_redis.ScriptedRedis(self.directory(), real and real.socket,
                                                      handler))

    def setup(self, redis=None, **options):
        """options: without SSELOG_, in lower case. Without `auth`, everybody may read the log `log`."""
        if "auth" not in options:
            options = {"auth": "anonymous", "stream": "log", **options}
        return webs.Setup(self.directory(), redis.url if redis else "unix:///nowhere", **options)

    def server(self, kind, redis=None, *, setup=None, web=None, **options):
        """A web server with sselog; kind is a key of webs.SERVERS."""
        setup = setup or self.setup(redis, **options)
        return self.keep(webs.SERVERS[kind](setup, **(web or {})))

    def responder(self, redis=None, *, setup=None, run=None, **options):
        """sselog on a Unix socket, without a web server."""
        setup = setup or self.setup(redis, **options)
        return self.keep(webs.Responder(setup, **(run or {})))

    def end(self, failed):
        problems = []
        for thing in reversed(self._things):
            try:
                end = [getattr(thing, m) for m in ("end", "stop", "close") if hasattr(thing, m)]
                end[0]()
            except Exception as e:  # the other servers must stop too
                problems.append(f"{type(thing).__name__}: {e}")
            output = thing.output() if hasattr(thing, "output") else ""
            if SANITIZER.search(output):
                problems.append("a sanitizer or memcheck found something")
            if failed or problems:
                print(f"--- {type(thing).__name__}\n{output}", file=sys.stderr)
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


def on_deadline(*_):
    raise procs.DeadlineExceeded(f"the test did not end within {TEST_DEADLINE} s")


@pytest.fixture
def stack(request):
    s = Stack()
    # Some waits have no deadline of their own, such as a write to a peer that does not read.
    signal.signal(signal.SIGALRM, on_deadline)
    signal.alarm(TEST_DEADLINE)
    try:
        yield s
    finally:
        signal.alarm(0)
        s.end(getattr(request.node, "failed_call", True))


@pytest.fixture
def redis(stack):
    return stack.redis()


@pytest.fixture
def setup(stack, redis):
    return stack.setup(redis)


@pytest.fixture(scope="session", autouse=True)
def program_is_built():
    assert os.access(webs.program(), os.X_OK), f"{webs.program()} is not built"
