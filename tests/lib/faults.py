# SPDX-License-Identifier: MIT
"""Builds the libraries of tests/faults, which are preloaded into a program, once per process.

    library()   the path of a built library
"""
import atexit
import functools
import shutil
import subprocess
import tempfile
from pathlib import Path

SOURCES = Path(__file__).parents[1] / "faults"


@functools.cache
def directory():
    """The directory of the built libraries, which other users may read."""
    path = Path(tempfile.mkdtemp(prefix="sselog-faults-"))
    path.chmod(0o755)
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def can_build():
    return shutil.which("cc") is not None


@functools.cache
def library(name):
    """Builds tests/faults/NAME.c and returns the path of the library."""
    path = directory() / f"{name}.so"
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-w", "-o", path, SOURCES / f"{name}.c", "-ldl"],
                   check=True)
    return path
