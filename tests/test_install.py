# SPDX-License-Identifier: MIT
"""`make install` and `make uninstall`: the files, their places and modes, and that the console works."""
import os
import re
import subprocess
import urllib.request
from pathlib import Path

import pytest

import webs

BUILD = Path(os.environ.get("BUILD") or webs.TOP / "build").resolve()


def make(goal, root, **variables):
    """Runs make with the program that is built already."""
    return subprocess.run(
        ["make", "-s", "-o", f"{BUILD}/sselog", f"BUILD={BUILD}", f"DESTDIR={root}",
         *(f"{k}={v}" for k, v in variables.items()), goal],
        cwd=webs.TOP, check=True, capture_output=True, text=True,
        env={"PATH": os.environ["PATH"]}, preexec_fn=lambda: os.umask(0o077))


def installed(root):
    return {str(p.relative_to(root)): p.stat().st_mode & 0o777
            for p in root.rglob("*") if p.is_file()}


@pytest.fixture
def root(tmp_path):
    if not (BUILD / "sselog").exists():
        pytest.skip("no program in BUILD")
    return tmp_path / "root of it"


def expected(prefix="usr/local"):
    """The path and the mode of each file that is installed."""
    top = webs.TOP
    files = {f"{prefix}/bin/sselog": 0o755}
    files[f"{prefix}/share/man/man8/sselog.8"] = 0o644
    for command in ("doctor", "send", "token"):
        files[f"{prefix}/share/man/man1/sselog-{command}.1"] = 0o644
    for file in (top / "web").iterdir():
        files[f"{prefix}/share/sselog/{file.name}"] = 0o644
    examples = [p for p in (top / "examples").rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    for file in examples:
        mode = 0o755 if os.access(file, os.X_OK) else 0o644
        files[f"{prefix}/share/doc/sselog/examples/{file.relative_to(top / 'examples')}"] = mode
    for file in (top / "packaging").iterdir():
        files[f"{prefix}/share/doc/sselog/examples/packaging/{file.name}"] = 0o644
    for name in ("lighttpd-example.conf", "apache-example.conf"):
        files[f"{prefix}/share/doc/sselog/examples/{name}"] = 0o644
    return files


def test_install_writes_readable_files_and_uninstall_removes_them(root):
    """`make uninstall` removes no other file."""
    make("install", root)
    assert installed(root) == expected()
    for file in (webs.TOP / "web").iterdir():
        assert (root / "usr/local/share/sselog" / file.name).read_bytes() == file.read_bytes(), file
    closed = [p for p in root.rglob("*") if p.is_dir() and p.stat().st_mode & 0o055 != 0o055]
    assert not closed, "a strict umask must not make directories that the web server cannot enter"
    version = subprocess.run([root / "usr/local/bin/sselog", "-V"], capture_output=True, text=True)
    assert re.search(r"\d+\.\d+\.\d+", version.stdout)
    other = root / "usr/local/bin/other"
    other.write_text("")
    make("uninstall", root)
    assert installed(root).keys() == {"usr/local/bin/other"}


def test_prefix_and_directories_are_respected(root):
    make("install", root, PREFIX="/usr")
    assert installed(root) == expected("usr")
    make("uninstall", root, PREFIX="/usr")
    assert installed(root) == {}
    make("install", root, DATADIR="/srv", BINDIR="/opt/bin")
    assert {"srv/sselog/console.html", "opt/bin/sselog"} <= installed(root).keys()


@pytest.mark.parametrize("kind", ["lighttpd", "fcgid", "nginx"])
def test_installed_console_has_all_its_files(stack, redis, kind):
    """All files that the console loads are there, with relative URLs. The directory is a copy of web/, as the
    installed one is."""
    server = stack.server(kind, redis)
    base = f"http://127.0.0.1:{server.port}" + ("/log/" if kind == "fcgid" else "/")
    types = {"": "text/html", "console.html": "text/html", "console.css": "text/css"}
    todo = ["", "console.html", "sselog-classic.js"]
    seen = set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        with urllib.request.urlopen(base + name) as answer:
            assert answer.headers.get_content_type() == types.get(name, "text/javascript"), name
            text = answer.read().decode()
        if name.endswith(".js"):
            todo += re.findall(r'(?:from|URL\() ?"\./([^"]+)"', text)
        else:
            todo += re.findall(r'(?:src|href)="((?!data:)[^"]+)"', text)
    scripts = {p.name for p in (webs.TOP / "web").glob("*.js")}
    assert seen - {""} == scripts | {"console.html", "console.css"}
