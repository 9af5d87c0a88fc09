# SPDX-License-Identifier: MIT
"""A Debian of its own for one test, which works in it as an administrator does, as root.

The test sees this machine's files through an overlay, and changes only a copy in memory. /run and /tmp are empty, as
after a boot. Network and processes are its own, so the shipped files run as they are: with their paths, ports and
users. All of it is gone when its first process ends.

    Sandbox(directory)   starts it, with systemd as its first process if it is asked for
    sh(script)           runs shell commands in it, as root, in the directory of the sources
    syslog()             starts a syslog; syslogged() waits for a line with a text
    blocks(file)         the shell commands that a README shows
"""
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

import procs
import webs

SOURCES = "/mnt"

# Makes the file system in $1. $2: a directory for what is bound into it.
ROOT = f"""
mount -t tmpfs none "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" none "$1/root"
mount_system "$1/root"
cd "$1/root"
mount --bind -o ro {webs.TOP} .{SOURCES}
cp -r "$2/." usr/local/sbin
"""

# Then waits.
WAIT = """
chroot . systemd-tmpfiles --create --prefix /run --prefix /var/log --exclude-prefix /run/systemd
touch run/ready
while :; do sleep 1000 & wait $!; done # this shell also reaps what servers leave behind
"""

# Then boots, without the units of this machine. The units forbid ptrace(2), without which a program under ASan cannot
# look for leaks, and fails when it ends.
BOOT = """
rm -r etc/systemd/system usr/local/sbin/systemctl
mkdir -p etc/systemd/system etc/systemd/system.conf.d
printf '[Manager]\\nDefaultEnvironment=ASAN_OPTIONS=detect_leaks=0\\n' >etc/systemd/system.conf.d/asan.conf
boot_system "$1/root" --unit=basic.target
"""

# Writes what programs send to syslog into a file.
SYSLOG = """
import os, socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("/dev/log")
os.chmod("/dev/log", 0o666)
with open("/tmp/syslog", "ab", 0) as file:
    while True:
        file.write(s.recv(4096) + b"\\n")
"""

# Programs that have no place here, or would need the network. They do what the test needs, and fail on all else.
STUBS = {
    "sudo": 'exec "$@"',
    # All packages that a document names must be installed on the machine that runs the tests.
    "apt": '[ "$1" = install ] && shift && exec dpkg-query -W "$@" >/dev/null',
    "apt-get": '[ "$1 $2 $3" = "install -y --no-install-recommends" ] && shift 3 && exec dpkg-query -W "$@" >/dev/null',
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


class System:
    """A Debian in namespaces of its own.

    script: shell commands that mount it by tests/lib/system.sh, and boot it or wait. arguments: of the script.
    root: its directory in its mount namespace. systemd: boots it."""

    def __init__(self, script, *arguments, log, root="/", systemd=True):
        self.root = root
        self.log = log
        self.cgroup = own_cgroup() if systemd else None
        self.child = procs.Child(
            ["unshare", "--mount", "--net", "--ipc", "--pid", "--uts", "--cgroup", "--fork", "--kill-child=KILL",
             "sh", "-ec", f". {Path(__file__).with_name('system.sh')}\n{script}", "-", *arguments],
            env={"PATH": PATH}, log=log,
            preexec=(lambda: (self.cgroup / "cgroup.procs").write_text("0")) if systemd else None)
        try:
            procs.wait_until(lambda: not self.child.running() or self.init(), "the first process")
            if not self.child.running():
                raise AssertionError(f"no system: {self.output()}")
        except BaseException:
            self.stop()
            raise

    def init(self):
        """The pid of its first process, when all is ready."""
        pids = [p for p in procs.descendants(self.child.pid) if os.path.exists(f"/proc/{p}/root{self.root}/run/ready")]
        return pids[0] if pids else None

    def output(self):
        return self.log.read_text(errors="replace")

    def stop(self):
        self.child.kill()
        if self.cgroup:
            procs.wait_until(lambda: "populated 0" in (self.cgroup / "cgroup.events").read_text(), "the last process")
            for made, _, _ in os.walk(self.cgroup, topdown=False):
                os.rmdir(made)


class Sandbox(System):
    def __init__(self, directory, systemd=False):
        self.dir = Path(directory)
        stubs = self.dir / "stubs"
        for made in (self.dir / "fs", stubs):
            made.mkdir()
        for name, body in STUBS.items():
            (stubs / name).write_text(f"#!/bin/sh\nset -e\n{body}\n")
            (stubs / name).chmod(0o755)
        super().__init__(ROOT + (BOOT if systemd else WAIT), self.dir / "fs", stubs, log=self.dir / "sandbox.out",
                         root="/" if systemd else self.dir / "fs/root", systemd=systemd)
        try:
            if systemd:
                self.sh("until systemctl is-active --quiet basic.target 2>/dev/null; do sleep 0.02; done")
            self.sh("mkdir /tmp/build && cat >/tmp/build/sselog && chmod 755 /tmp/build/sselog", webs.program().read_bytes())
        except BaseException:
            self.stop()
            raise

    def sh(self, script, stdin=b"", directory=SOURCES):
        """Runs the script and returns its output. A command that fails ends it."""
        done = subprocess.run(
            ["nsenter", "--target", str(self.init()), "--mount", "--net", "--ipc", "--pid", "chroot", str(self.root),
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

    def syslog(self):
        self.start(f"python3 -c '{SYSLOG}'", "[ -S /dev/log ]")

    def syslogged(self, text):
        """The first line that contains the text, as soon as there is one."""
        return self.sh(f"until grep -m1 -Fe {shlex.quote(text)} /tmp/syslog; do sleep 0.02; done").strip()

    def first_line(self, curl, pattern):
        """The first line of a response that matches; the response need not end."""
        return self.sh(f": >/tmp/response; curl -sN {curl} >/tmp/response & pid=$!\n"
                       f"until grep -m1 '{pattern}' /tmp/response; do\n"
                       # A response that has ended is complete: a last look tells.
                       f"    kill -0 $pid 2>/dev/null || exec grep -m1 '{pattern}' /tmp/response; sleep 0.02\n"
                       f"done; kill $pid 2>/dev/null || :").strip()

    def stop_server(self, pid_file):
        """Ends it, and waits for the programs that it has started: one may outlive it for a moment, with its socket."""
        self.sh(f"pid=$(cat {pid_file}); its=$(cat /proc/$pid/task/*/children); kill $pid\n"
                "for one in $pid $its; do while kill -0 $one 2>/dev/null; do sleep 0.02; done; done")


PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def own_cgroup():
    """A control group below that of this machine's version 2, for the groups that systemd makes."""
    mounted = subprocess.run(["findmnt", "-n", "-t", "cgroup2", "-o", "TARGET"], check=True, capture_output=True, text=True)
    return Path(tempfile.mkdtemp(prefix="sselog-", dir=mounted.stdout.split()[0]))


def available():
    """Whether this user may make one."""
    return webs.ROOT and subprocess.run(["unshare", "--mount", "--net", "mount", "-t", "tmpfs", "none", "/mnt"],
                                        capture_output=True).returncode == 0


def blocks(file):
    """The shell commands that a document shows, one text for each block."""
    text = (webs.TOP / file).read_text()
    found = re.findall(r"^( *)```sh\n(.*?)^\1```$", text, re.M | re.S)
    return [re.sub(f"^{indent}", "", block, flags=re.M) for indent, block in found]


def install_of(file, server):
    """The blocks of an installation: what all web servers need, then what this one does."""
    return [block for block in blocks(file) if "make install" in block or f"systemctl restart {server}" in block]
