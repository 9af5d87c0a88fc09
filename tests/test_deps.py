# SPDX-License-Identifier: MIT
"""tests/deps, with an apt-get that only tells how it was called: nothing is silent, and no server starts at the next boot."""
import subprocess

import pytest

import webs

NEEDED = ("dirname", "sed", "tr", "cat", "env", "id", "sh")
PROGRAMS = {
    # redis-server and the like are missing; all else is there.
    "dpkg-query": 'sed -n "s/^\\(build\\|demo\\)=//p; s/^ //p" "$TOP/tests/deps" | tr -d "\'" | tr " " "\\n" | '
                  'sed -n "/redis-server\\|lighttpd\\|curl$/d; s/.*/installed &, /p"',
    "apt-get": 'echo "apt-get $*" >>"$LOG"; echo "Need to get 58 MB of archives."\n'
               'case "$*" in *update*) : >"$LISTS" ;; *) [ -e "$LISTS" ] ;; esac',
    "systemctl": 'echo "systemctl $*" >>"$LOG"',
    "tee": "cat >/dev/null", "chmod": ":", "rm": ":", "sudo": '"$@"', "command": ":",
}


@pytest.fixture
def run(tmp_path):
    fakes = tmp_path / "bin"
    fakes.mkdir()
    for name in NEEDED:
        (fakes / name).symlink_to(f"/usr/bin/{name}")
    for name, body in PROGRAMS.items():
        (fakes / name).write_text(f"#!/bin/sh\n{body}\n")
        (fakes / name).chmod(0o755)
    log, lists = tmp_path / "log", tmp_path / "lists"

    def call(*args, fresh=False):
        log.write_text("")
        if fresh:
            lists.touch()
        else:
            lists.unlink(missing_ok=True)
        done = subprocess.run([webs.TOP / "tests/deps", *args], capture_output=True, text=True, timeout=30,
                              env={"PATH": str(fakes), "LOG": str(log), "LISTS": str(lists), "TOP": str(webs.TOP)})
        return done, log.read_text().splitlines()

    return call


def test_what_is_missing_is_told_and_apt_is_heard(run):
    done, calls = run("demo", fresh=True)
    assert done.returncode == 0, done.stderr
    assert "missing packages: redis-server lighttpd" in done.stderr and "Need to get 58 MB" in done.stderr
    installs = [c for c in calls if c.startswith("apt-get")]
    assert "--simulate" in installs[0] and "update" not in " ".join(installs) and len(installs) == 2


def test_absent_lists_are_fetched_first(run):
    done, calls = run("demo")
    assert done.returncode == 0 and "apt-get update" in done.stderr
    assert [("update" in c, "--simulate" in c) for c in calls if c.startswith("apt-get")] == [
        (False, True), (True, False), (False, False)]


def test_servers_that_it_installs_do_not_start_at_the_next_boot(run):
    _, calls = run("demo", fresh=True)
    assert [c.split()[-1] for c in calls if c.startswith("systemctl")] == ["redis-server.service", "lighttpd.service"]


def test_option_n_changes_nothing(run):
    done, calls = run("-n", "demo")
    assert done.returncode == 1 and calls == [] and "redis-server" in done.stderr
