# SPDX-License-Identifier: MIT
"""The libraries of tests/faults, which are preloaded into a program: each is built once per process."""
import atexit
import functools
import shutil
import subprocess
import tempfile
from pathlib import Path

SOURCES = Path(__file__).parents[1] / "faults"


@functools.cache
def directory():
    """Where the libraries are, open to the servers' users."""
    path = Path(tempfile.mkdtemp(prefix="sselog-faults-"))
    path.chmod(0o755)
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def can_build():
    return shutil.which("cc") is not None


@functools.cache
def library(name):
    """The path of tests/faults/NAME.c as a library."""
    path = directory() / f"{name}.so"
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-w", "-o", path, SOURCES / f"{name}.c", "-ldl"],
                   check=True)
    return path
