# SPDX-License-Identifier: MIT
"""A Debian of its own for one test, which works in it as an administrator does, as root.

The test sees this machine's files through an overlay, and changes only a copy in memory. /run and /tmp are empty, as
after a boot. Network and processes are its own, so the shipped files run as they are: with their paths, ports and
users. All of it is gone when its first process ends.

    Sandbox(directory)   starts it
    sh(script)           runs shell commands in it, as root, in the directory of the sources
    blocks(file)         the shell commands that a README shows
"""
import os
import re
import shutil
import subprocess
from pathlib import Path

import procs
import webs

SOURCES = "/mnt"

# Makes the file system in $1, and waits. $2: a directory for what is bound into it.
INIT = f"""
set -e
mount --make-rprivate /
mount -t tmpfs none "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" none "$1/root"
cd "$1/root"
mount --rbind /dev dev
mount -t proc none proc
mount -t tmpfs -o mode=755 none run
mount -t tmpfs none tmp
mount --bind -o ro {webs.TOP} .{SOURCES}
cp -r "$2/." usr/local/sbin
ip link set lo up
chroot . systemd-tmpfiles --create --prefix /run --prefix /var/log --exclude-prefix /run/systemd
touch tmp/ready
while :; do sleep 1000 & wait $!; done # this shell also reaps what servers leave behind
"""

# Programs that have no place here, or would need the network. They do what the test needs, and fail on all else.
STUBS = {
    "sudo": 'exec "$@"',
    # All packages that a document names must be installed on the machine that runs the tests.
    "apt": '[ "$1" = install ] && shift && exec dpkg-query -W "$@" >/dev/null',
    # The program is built already.
    "make": f'exec /usr/bin/make -s -C {SOURCES} -o /tmp/build/sselog BUILD=/tmp/build "$@"',
    # Starts a service by the lines of its unit, without systemd.
    "systemctl": """
        [ "$1" = restart ] && [ $# = 2 ]
        lines() { sed -n "s/^$1=//p" "/lib/systemd/system/$2.service"; }
        check=$(lines ExecStartPre "$2")
        run=$(lines ExecStart "$2")
        $check
        if [ "$(lines Type "$2")" = forking ]; then
            $run </dev/null
        else
            $run </dev/null >/tmp/$2.out 2>&1 & pid=$!
        fi
        until curl -s -o /dev/null http://127.0.0.1/; do
            [ -z "$pid" ] || kill -0 $pid || { cat /tmp/$2.out; exit 1; }
            sleep 0.02
        done""",
}


class Sandbox:
    def __init__(self, directory):
        self.dir = Path(directory)
        self.root = self.dir / "fs/root"
        stubs = self.dir / "stubs"
        for made in (self.dir / "fs", stubs):
            made.mkdir()
        for name, body in STUBS.items():
            (stubs / name).write_text(f"#!/bin/sh\nset -e\n{body}\n")
            (stubs / name).chmod(0o755)
        self.log = self.dir / "sandbox.out"
        self.child = procs.Child(
            ["unshare", "--mount", "--net", "--ipc", "--pid", "--fork", "--kill-child=KILL",
             "sh", "-c", INIT, "-", self.dir / "fs", stubs],
            env={"PATH": PATH}, log=self.log)
        procs.wait_until(lambda: not self.child.running() or self._init(), "the sandbox")
        if not self.child.running():
            raise AssertionError(f"no sandbox: {self.output()}")
        self.sh('mkdir /tmp/build && cat >/tmp/build/sselog && chmod 755 /tmp/build/sselog', webs.program().read_bytes())

    def _init(self):
        """The pid of its first process, when all is ready."""
        pids = [p for p in procs.descendants(self.child.pid) if os.path.exists(f"/proc/{p}/root{self.root}/tmp/ready")]
        return pids[0] if pids else None

    def sh(self, script, stdin=b"", directory=SOURCES):
        """Runs the script and returns its output. A command that fails ends it."""
        done = subprocess.run(
            ["nsenter", "--target", str(self._init()), "--mount", "--net", "--ipc", "--pid", "chroot", str(self.root),
             "sh", "-ec", f'umask 022; cd "{directory}"; {script}'],
            input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30, start_new_session=True,
            env={"PATH": PATH, "HOME": "/root"})
        text = done.stdout.decode(errors="replace")
        if done.returncode:
            raise AssertionError(f"{script}\nended with {done.returncode}:\n{text}")
        return text

    def start(self, command, until, **kw):
        """Runs a server in the background, and waits until the second command succeeds."""
        self.sh(f"{command} </dev/null >>/tmp/server.out 2>&1 & pid=$!\n"
                f"until {until}; do kill -0 $pid || {{ cat /tmp/server.out; exit 1; }}; sleep 0.02; done", **kw)

    def redis(self, *options):
        self.start(" ".join(["redis-server --save '' --dir /tmp", *options]),
                   "redis-cli ping 2>&1 | grep -q 'PONG\\|NOAUTH'")

    def first_line(self, curl, pattern):
        """The first line of a response that matches; the response need not end."""
        return self.sh(f": >/tmp/response; curl -sN {curl} >/tmp/response & pid=$!\n"
                       f"until grep -m1 '{pattern}' /tmp/response; do kill -0 $pid; sleep 0.02; done; kill $pid || :").strip()

    def stop_server(self, pid_file):
        self.sh(f"pid=$(cat {pid_file}); kill $pid; while kill -0 $pid 2>/dev/null; do sleep 0.02; done")

    def output(self):
        return self.log.read_text(errors="replace")

    def stop(self):
        self.child.kill()


PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def available():
    """Whether this user may make one."""
    return webs.ROOT and subprocess.run(["unshare", "--mount", "--net", "mount", "-t", "tmpfs", "none", "/mnt"],
                                        capture_output=True).returncode == 0


def blocks(file):
    """The shell commands that a document shows, one text for each block."""
    text = (webs.TOP / file).read_text()
    found = re.findall(r"^( *)```sh\n(.*?)^\1```$", text, re.M | re.S)
    return [re.sub(f"^{indent}", "", block, flags=re.M) for indent, block in found]
