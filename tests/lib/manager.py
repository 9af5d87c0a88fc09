# SPDX-License-Identifier: MIT
"""A service manager that runs the units of packaging/ by their lines, as systemd would, without root.

    unit(file)    the lines of a unit: {section: {name: [value, ...]}}
    Manager       the socket of a .socket file, and the service that the first connection starts

It knows the lines that decide whether a service comes back: ListenStream, ExecStartPre, ExecStart, ExecReload,
Type=notify, WatchdogSec, Restart, RestartSec, TimeoutStopSec, StartLimitIntervalSec, StandardError. Any other line of
[Service] that takes no right away is an error.
"""
import contextlib
import os
import select
import shlex
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import procs
import webs
from procs import wait_until

KNOWN = {"Type", "WatchdogSec", "ExecStartPre", "ExecStart", "ExecReload", "StandardOutput", "StandardError", "Restart",
         "RestartSec", "TimeoutStopSec"}
# Rights that it does not take away: tests of hardening and those with a real systemd do.
RIGHTS = set("""LimitNOFILE DynamicUser NoNewPrivileges CapabilityBoundingSet AmbientCapabilities RestrictSUIDSGID
    LockPersonality RestrictRealtime RestrictNamespaces UMask KeyringMode ProtectHome ProtectSystem PrivateTmp
    PrivateDevices ProtectKernelTunables ProtectKernelModules ProtectKernelLogs ProtectControlGroups ProtectClock
    ProtectHostname ProtectProc ProcSubset RestrictAddressFamilies IPAddressDeny IPAddressAllow MemoryDenyWriteExecute
    SystemCallArchitectures SystemCallFilter SystemCallErrorNumber""".split())

DEFAULT_RESTART_SEC = 0.1
START_LIMIT = 5  # starts within DefaultStartLimitIntervalSec, 10 s

# Gives the program the socket as descriptor 3, and the variables that name its own pid.
LAUNCH = """
import os, sys
fd, pids, program = int(sys.argv[1]), sys.argv[2].split(","), sys.argv[3:]
os.environ.update({name: str(os.getpid()) for name in pids})
os.dup2(fd, 3)
os.execv(program[0], program)
"""


def unit(file):
    found, section = {}, None
    for line in Path(file).read_text().splitlines():
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), {})
        elif line and not line.startswith("#"):
            name, _, value = line.partition("=")
            section.setdefault(name, []).append(value)
    return found


class Notify:
    """The socket of NOTIFY_SOCKET: each message with the pid of its sender."""

    def __init__(self, path, abstract):
        self.name = f"@{path}" if abstract else str(path)
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.sock.bind(f"\0{path}" if abstract else str(path))

    def read(self):
        """The message and the pid, or None."""
        with contextlib.suppress(BlockingIOError):
            data, control, _, _ = self.sock.recvmsg(4096, socket.CMSG_SPACE(12))
            return data.decode(), struct.unpack("iii", control[0][2])[0]


class Manager:
    """replace: pairs of texts for the units' lines, such as paths. scale: shortens RestartSec and the time of the start
    limit. watchdog_scale: shortens WatchdogSec. states: all states of the service so far. messages: what the service
    told, with the state that it had then. deaths: why its processes ended. All three raise the fault that ended the
    manager's thread, if one did. without: lines of the service that are left out, so that systemd's defaults count."""

    def __init__(self, directory, name, setup, replace, *, scale=0.05, watchdog_scale=1, abstract=False, without=()):
        self.scale, self.watchdog_scale = scale, watchdog_scale
        self.environment = setup.environment()
        service, sockets = (self._unit(f"{name}.{kind}", replace) for kind in ("service", "socket"))
        for lines in service.values():
            for line in without:
                lines.pop(line, None)
        self.lines = service["Service"]
        unknown = set(self.lines) - KNOWN - RIGHTS
        assert not unknown, f"lines that this manager does not know: {unknown}"
        self.unlimited = service["Unit"].get("StartLimitIntervalSec") == ["0"]
        self.log = directory / "journal"
        self.log.touch()
        self.notify = Notify(directory / "notify", abstract)
        self.path = sockets["Socket"]["ListenStream"][0]
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        os.chmod(self.path, int(sockets["Socket"]["SocketMode"][0], 8) | 0o006)
        self.listener.listen(int(sockets["Socket"]["Backlog"][0]))
        self.child = None
        self._states, self._messages, self._deaths = ["dead"], [], []
        self.fault = None
        self.starts, self.again_at, self.heard = [], 0, 0
        self.lock = threading.RLock()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    @staticmethod
    def _unit(file, replace):
        found = unit(webs.TOP / "packaging" / file)
        for lines in found.values():
            for name, values in lines.items():
                for old, new in replace:
                    values = [v.replace(old, str(new)) for v in values]
                lines[name] = values
        return found

    def _line(self, name):
        value, = self.lines[name]
        return value

    def _watchdog(self):
        return float(self._line("WatchdogSec")) * self.watchdog_scale

    def _sound(self, value):
        if self.fault:
            raise self.fault
        return value

    states = property(lambda self: self._sound(self._states))
    messages = property(lambda self: self._sound(self._messages))
    deaths = property(lambda self: self._sound(self._deaths))

    @property
    def state(self):
        return self.states[-1]

    def _become(self, state):
        self._states.append(state)

    # ---- the service ----

    def _command(self, line, pid=0):
        """Runs one command of ExecStartPre or ExecReload. Whether it succeeded."""
        words = shlex.split(line.replace("$MAINPID", str(pid)))
        with open(self.log, "ab") as log:
            return subprocess.run(words, env=self._journal(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=log, timeout=60).returncode == 0

    def _journal(self):
        s = self.log.stat()
        return {**self.environment, "JOURNAL_STREAM": f"{s.st_dev}:{s.st_ino}"}

    def _start(self):
        now = time.monotonic()
        self.starts = [t for t in self.starts if now - t < 10 * self.scale] + [now]
        if not self.unlimited and len(self.starts) > START_LIMIT:
            self.listener.close()
            os.unlink(self.path)
            self._become("failed")
            return
        self._become("start-pre")
        if not all(self._command(line) for line in self.lines.get("ExecStartPre", [])):
            self._died("ExecStartPre", failed=True)
            return
        self._become("start")
        environment = {**self._journal(), "NOTIFY_SOCKET": self.notify.name, "LISTEN_FDS": "1"}
        pids = ["LISTEN_PID", "SYSTEMD_EXEC_PID"]
        if "WatchdogSec" in self.lines:
            environment["WATCHDOG_USEC"] = str(int(self._watchdog() * 1e6))
            pids.append("WATCHDOG_PID")
        argv = [sys.executable, "-c", LAUNCH, self.listener.fileno(), ",".join(pids), *shlex.split(self._line("ExecStart"))]
        self.child = procs.Child(argv, env=environment, log=self.log, stdout=subprocess.DEVNULL,
                                 pass_fds=[self.listener.fileno()])
        self.heard = time.monotonic()

    def _died(self, why, failed):
        self._deaths.append(why)
        self.child = None
        if failed and self._line("Restart") == "on-failure":
            self._become("auto-restart")
            pause = float(self._line("RestartSec")) if "RestartSec" in self.lines else DEFAULT_RESTART_SEC
            self.again_at = time.monotonic() + pause * self.scale
        else:
            self._become("dead")

    def _hear(self):
        while message := self.notify.read():
            text, sender = message
            if not self.child or sender != self.child.pid:
                continue  # NotifyAccess=main
            self._messages.append((self.state, text))
            lines = dict(line.split("=", 1) for line in text.splitlines())
            if "WATCHDOG" in lines or "READY" in lines:
                self.heard = time.monotonic()
            if "RELOADING" in lines and "MONOTONIC_USEC" in lines:
                self._become("reloading")
            if "READY" in lines and self.state in ("start", "reloading"):
                self._become("active")
            if "STOPPING" in lines:
                self._become("stopping")

    def _look(self):
        """Reaps the process, and kills one that gives no sign of life, as systemd does."""
        status = self.child.popen.poll()
        silent = time.monotonic() - self.heard
        if status is not None:
            self._died(f"status {status}", failed=status not in (0, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP))
        elif "WatchdogSec" in self.lines and self.state == "active" and silent > self._watchdog():
            self._deaths.append("watchdog")
            self.child.send(signal.SIGABRT)
            self.child.send(signal.SIGCONT)
            self._died(f"status {self.child.wait()}", failed=True)

    def _connected(self):
        return bool(select.select([self.listener], [], [], 0)[0])

    def _run(self):
        try:
            self._serve()
        except Exception as e:  # the test's thread raises it
            self.fault = e

    def _serve(self):
        while not self.over.wait(0.003):
            with self.lock:
                self._hear()
                if self.child:
                    self._look()
                elif self.state == "dead" and self._connected():
                    self._start()
                elif self.state == "auto-restart" and time.monotonic() >= self.again_at:
                    self._start()

    # ---- commands of systemctl ----

    def reload(self):
        """Whether all commands of ExecReload succeeded; then the service has told that it is ready again."""
        with self.lock:
            count = len(self.states)
            done = all(self._command(line, self.child.pid) for line in self.lines["ExecReload"])
        if done:
            wait_until(lambda: self.states[count:][:2] == ["reloading", "active"], "the reload")
        return done

    def restart(self):
        """Returns when the next process is ready."""
        with self.lock:
            self._stop()
            self._start()
        wait_until(lambda: self.state == "active", "the next process")

    def _stop(self):
        if self.child:
            self.child.send(signal.SIGTERM)
            self.child.wait(float(self._line("TimeoutStopSec")))
            self._hear()
            self.child = None

    def output(self):
        return self.log.read_text(errors="replace")

    def stop(self):
        self.over.set()
        self.thread.join()
        try:
            self._stop()
        finally:
            self.listener.close()
        self._sound(None)
