# SPDX-License-Identifier: MIT
"""Builds the libraries of tests/faults, which are preloaded into a program, once per run.

    library()   the path of a built library
"""
import functools
import shutil
import subprocess
from pathlib import Path

from procs import once

SOURCES = Path(__file__).parents[1] / "faults"


def can_build():
    return shutil.which("cc") is not None


@functools.cache
def library(name):
    """Builds tests/faults/NAME.c and returns the path of the library."""
    def build(directory):
        directory.mkdir()
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-w", "-o", directory / f"{name}.so", SOURCES / f"{name}.c", "-ldl"],
                       check=True)

    return once(f"faults-{name}", build) / f"{name}.so"
