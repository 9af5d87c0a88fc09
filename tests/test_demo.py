# SPDX-License-Identifier: MIT
"""tests/demo, the script of `make demo`: it shows logs, and leaves no process and no file."""
import json
import re
import signal
import subprocess
import urllib.request
from pathlib import Path

import pytest

import procs
import webs
from procs import wait_until
from sse import get
from tables import long_but

# The demo waits up to 30 s for each of the three programs that it starts, and 5 s for each that it stops.
DEADLINE = 90.0


@pytest.mark.parametrize("number", long_but([signal.SIGINT], [signal.SIGINT, signal.SIGTERM]), ids=lambda s: s.name)
def test_demo_shows_records_and_cleans_up(stack, number, monkeypatch):
    scratch = stack.directory()
    file = scratch / "some.log"
    file.write_text("a line of the file\nand another\n")
    out = scratch / "out"
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setenv("DEMO_FILE", str(file))
    monkeypatch.setenv("SSELOG", str(webs.program()))
    monkeypatch.delenv("SSELOG_TEST_ACL", raising=False)  # the demo has a Redis of its own
    demo = stack.keep(procs.Child([webs.TOP / "tests/demo"], log=out))
    output = demo.output
    wait_until(lambda: "curl -N" in output() or not demo.running(), "the URL", DEADLINE)
    assert demo.running(), output()
    port = int(re.search(r"http://127\.0\.0\.1:(\d+)/sselog/stream", output())[1])
    page = re.search(r"^ *page +(http://\S+)$", output(), re.M)[1]
    with urllib.request.urlopen(page) as answer:
        assert b'id="log"' in answer.read(), "the address that is printed leads to the console"
    wait_until(lambda: "data: a line of the file" in output() and "data: and another" in output(),
               "records of the file", DEADLINE)
    logs = json.loads(get(port, "/sselog/logs").raw)["logs"]
    assert [(log["name"], log.get("default", False)) for log in logs] == [("web", True), ("api", False), ("worker", False)]
    for name in "api", "worker":
        yesterday, = json.loads(get(port, f"/sselog/volume?log={name}&to=1h&buckets=1&by=level").raw)["buckets"]
        assert yesterday[3] > 0, f"errors of yesterday in {name}"
        wait_until(lambda name=name: json.loads(get(port, f"/sselog/history?log={name}&from=1h").raw)["records"],
                   f"records of {name} from now", DEADLINE)
    if number == signal.SIGINT:  # in one case only: lighttpd writes its access log every few seconds
        assert get(port, "/a-request-of-the-test").status == 404
        wait_until(lambda: "a-request-of-the-test" in output(), "the test's request in the stream", DEADLINE)
        found = get(port, "/sselog/history?q=status%3E%3D400").raw
        assert b"a-request-of-the-test" in found and b"a line of the file" not in found
    members = procs.descendants(demo.pid)
    assert len(members) >= 4
    demo.send(number)
    assert demo.wait(DEADLINE) == 0
    wait_until(lambda: not [p for p in members if procs.executable(p)], "its processes to end")
    assert sorted(p.name for p in scratch.iterdir()) == ["out", "some.log"]


def test_demo_names_a_file_it_cannot_read(stack, monkeypatch):
    scratch = stack.directory()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setenv("SSELOG", str(webs.program()))
    monkeypatch.setenv("DEMO_FILE", "/no/such/file")
    done = subprocess.run([webs.TOP / "tests/demo"], capture_output=True, text=True, timeout=DEADLINE)
    assert done.returncode == 1 and "/no/such/file" in done.stderr
    assert not list(Path(scratch).iterdir())
