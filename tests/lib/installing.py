# SPDX-License-Identifier: MIT
"""The files that `make install` writes, with the program that is built already.

    make(goal, root)   runs make with this DESTDIR
    tree()             a DESTDIR after `make install`, which all tests share; archive() is a tar file of it
"""
import hashlib
import os
import subprocess
from pathlib import Path

import webs
from procs import once

BUILD = Path(os.environ.get("BUILD") or webs.TOP / "build").resolve()


def make(goal, root, **variables):
    subprocess.run(["make", "-s", "-o", f"{BUILD}/sselog", f"BUILD={BUILD}", f"DESTDIR={root}",
                    *(f"{k}={v}" for k, v in variables.items()), goal],
                   cwd=webs.TOP, check=True, capture_output=True, text=True, env={"PATH": os.environ["PATH"]}, umask=0o077)


def tree(**variables):
    name = hashlib.sha256(repr(variables).encode()).hexdigest()[:16]
    return once(f"installed-{name}", lambda root: make("install", root, **variables))


def archive():
    return once("installed.tar", lambda path: subprocess.run(["tar", "-C", tree(), "-cf", path, "."], check=True))
