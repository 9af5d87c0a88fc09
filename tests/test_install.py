# SPDX-License-Identifier: MIT
"""`make install` and `make uninstall`: the files, their places and modes, and that the console works."""
import os
import re
import shutil
import subprocess
import urllib.request

import pytest

import webs
from installing import BUILD, make, tree

ODD = "/opt/a&b|c\\d"  # a PREFIX that sed could misread

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
    for command in ("doctor", "send", "token", "verify"):
        files[f"{prefix}/share/man/man1/sselog-{command}.1"] = 0o644
    for file in (top / "web").iterdir():
        files[f"{prefix}/share/sselog/{file.name}"] = 0o644
    examples = [p for p in (top / "examples").rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    for file in examples:
        mode = 0o755 if os.access(file, os.X_OK) else 0o644
        files[f"{prefix}/share/doc/sselog/examples/{file.relative_to(top / 'examples')}"] = mode
    for file in (top / "packaging").iterdir():
        files[f"{prefix}/share/doc/sselog/examples/packaging/{file.name}"] = 0o644
    for name in ("lighttpd-example.conf", "apache-example.conf", "sselog.conf"):
        files[f"{prefix}/share/doc/sselog/examples/{name}"] = 0o644
    for name in ("README.md", "SECURITY.md", "NEWS", *(f"docs/{p.name}" for p in (top / "docs").glob("*.md"))):
        files[f"{prefix}/share/doc/sselog/{name}"] = 0o644
    return files


def test_install_writes_readable_files_and_uninstall_removes_them(root):
    """`make uninstall` removes no other file, also none that somebody put between them."""
    shutil.copytree(tree(), root)
    assert installed(root) == expected()
    for file in (webs.TOP / "web").iterdir():
        assert (root / "usr/local/share/sselog" / file.name).read_bytes() == file.read_bytes(), file
    closed = [p for p in root.rglob("*") if p.is_dir() and p.stat().st_mode & 0o055 != 0o055]
    assert not closed, "a strict umask must not make directories that the web server cannot enter"
    version = subprocess.run([root / "usr/local/bin/sselog", "-V"], capture_output=True, text=True)
    assert re.search(r"\d+\.\d+\.\d+", version.stdout)
    others = {"usr/local/bin/other", "usr/local/share/sselog/page.html"}
    for other in others:
        (root / other).write_text("")
    make("uninstall", root)
    assert installed(root).keys() == others
    left = {str(p.relative_to(root)) for p in root.rglob("sselog")}
    assert left == {"usr/local/share/sselog"}, "its own directories go when they are empty"


def test_installed_files_name_the_prefix_and_no_other(root):
    prefix = ODD
    shutil.copytree(tree(PREFIX=prefix), root)
    assert installed(root) == expected(prefix[1:])
    texts = [p for p in root.rglob("*") if p.is_file() and p.name != "sselog"]
    assert not [p for p in texts if re.search(r"/usr/local/\S*sselog", p.read_text())]
    for name in ("examples/lighttpd-example.conf", "examples/apache-example.conf"):
        text = (root / prefix[1:] / "share/doc/sselog" / name).read_text()
        assert f'"{prefix}/bin/sselog"' in text and f'"{prefix}/share/sselog"' in text
    unit = (root / prefix[1:] / "share/doc/sselog/examples/packaging/sselog.service").read_text()
    assert f"\nExecStart={prefix}/bin/sselog " in unit
    assert f"\n.Pa {prefix}/share/doc/sselog/examples " in (root / prefix[1:] / "share/man/man8/sselog.8").read_text()
    make("uninstall", root, PREFIX=prefix)
    assert installed(root) == {}


CODE = re.compile(r"^```.*?^```$", re.M | re.S)  # of pages that readers write
LINK = re.compile(r'\]\(([^)#\s]+)[^)]*\)|src="([^"]+)"')


@pytest.mark.parametrize("given", [{}, {"PREFIX": ODD}], ids=["/usr/local", ODD])
def test_links_of_installed_documents_lead_to_installed_files(given):
    root = tree(**given)
    targets = [(page.relative_to(root), page.parent, m[1] or m[2]) for page in root.rglob("*.md")
               for m in LINK.finditer(CODE.sub("", page.read_text())) if ":" not in m.group()]
    assert len(targets) > 50
    broken = {f"{page}: {target}" for page, directory, target in targets
              if not (root / target[1:] if target[0] == "/" else directory / target).exists()}
    assert not broken, "\n" + "\n".join(sorted(broken))


def test_directories_are_respected(root):
    make("install", root, DATADIR="/srv", BINDIR="/opt/bin")
    assert {"srv/sselog/console.html", "opt/bin/sselog"} <= installed(root).keys()
    text = (root / "usr/local/share/doc/sselog/examples/apache-example.conf").read_text()
    assert 'Alias "/log" "/srv/sselog"' in text and '"/opt/bin/sselog"' in text


def options(path, **environment):
    """The options that are in effect with a file, and where each comes from; all of them."""
    done = subprocess.run([BUILD / "sselog", "-c", path, "-t"], capture_output=True, text=True,
                          env={k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")} | environment)
    assert done.returncode == 0, done.stderr
    return {m[1]: (m[2], m[3]) for m in re.finditer(r"^(SSELOG_\w+)=(.*?) +# (\w+)", done.stdout, re.M)}


def test_file_of_options_has_each_option_with_its_default(tmp_path):
    """Each is a comment with a text above it. Without the #, the file is right too, and changes nothing."""
    file = shutil.copy(tree() / "usr/local/share/doc/sselog/examples/sselog.conf", tmp_path / "sselog.conf")
    text = file.read_text()
    assert not [line for line in text.splitlines() if line and line[0] != "#"]
    before = options(file)
    assert {origin for _, origin in before.values()} == {"default"}
    named = re.findall(r"^#(SSELOG_\w+)=", text, re.M)
    assert sorted(named) == sorted(before)
    described = re.findall(r"^# [^\n]{8,}\n(?:#     \S.*\n)*((?:#SSELOG_.*\n)+)", text, re.M)
    assert len("".join(described).splitlines()) == len(named)
    first = text.split("# ---- ")[1]
    assert len(re.findall("^#SSELOG_", first, re.M)) == 5
    file.write_text(re.sub(r"^#(?=SSELOG_)", "", text, flags=re.M))
    after = options(file)
    assert {origin for _, origin in after.values()} == {"file"}
    assert {name: value for name, (value, _) in after.items()} == {name: value for name, (value, _) in before.items()}


@pytest.mark.parametrize("kind", ["lighttpd", "fcgid", "nginx"])
def test_installed_console_has_all_its_files(stack, redis, kind):
    """All files that the console loads are there, with relative URLs. The directory is a copy of web/, as the
    installed one is."""
    server = stack.server(kind, redis)
    base = f"http://127.0.0.1:{server.port}" + ("/log/" if kind == "fcgid" else "/")
    types = {"": "text/html", "console.html": "text/html", "console.css": "text/css", "reader.css": "text/css"}
    todo = ["", "console.html", "console.js", "sselog-classic.js", "sselog-log.js"]
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
    assert seen - {""} == scripts | {"console.html", "console.css", "reader.css"}
