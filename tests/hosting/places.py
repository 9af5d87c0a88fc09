# SPDX-License-Identifier: MIT
"""The hoster's limit of processes around sselog, and what the processes did.

    Places   puts entry.c where the web server expects sselog; reads its counts
"""
import contextlib
import os
import struct
import subprocess
from pathlib import Path

import procs

COUNTS = struct.Struct("=5Q")  # as struct counts in entry.c


class Places:
    """The limit for the program of one webs.Setup. A web server that starts it starts `entry` instead."""

    def __init__(self, setup, limit):
        self.limit = limit
        self.real = Path(f"{setup.program}.real")
        setup.program.rename(self.real)
        subprocess.run(["cc", "-O2", "-static", "-Wall", "-Wextra", "-o", setup.program,
                        Path(__file__).with_name("entry.c")], check=True)
        self.file = setup.dir / "places"
        self.file.write_bytes(COUNTS.pack(limit, 0, 0, 0, 0).ljust(4096, b"\0"))
        self.file.chmod(0o666)  # the web server has a user of its own

    def counts(self):
        """The most that lived at once, all starts, those refused, and the seconds of those that ended."""
        _, most, starts, refused, microseconds = COUNTS.unpack_from(self.file.read_bytes())
        return most, starts, refused, microseconds / 1e6

    def processes(self):
        """The pids of sselog that live now."""
        found = []
        for entry in os.listdir("/proc"):
            if entry.isdigit() and procs.executable(entry) == str(self.real):
                found.append(int(entry))
        return found

    def cpu_seconds(self):
        """Processor time of all sselog processes, those that live included."""
        live = 0
        for pid in self.processes():
            with contextlib.suppress(OSError):
                for task in Path(f"/proc/{pid}/task").iterdir():
                    live += int((task / "schedstat").read_text().split()[0])
        return self.counts()[3] + live / 1e9
