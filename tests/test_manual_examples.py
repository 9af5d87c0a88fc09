# SPDX-License-Identifier: MIT
"""EXAMPLES of all manual pages. The commands run as they stand, in a Debian of its own. The parts of configurations
are those of the example files, which other tests run."""
import re
import shlex

import pytest

import sandbox
import webs
from tables import case

PAGES = sorted(webs.TOP.glob("sselog*.[18]"))
PROGRAMS = {"program": 'echo "GET / 200"'}  # what a pipe begins with
# Commands that go on until they are stopped, and what gives them a line first.
ENDLESS = {"--follow ": "mkdir -p /var/log/nginx /var/lib/sselog; program >>/var/log/nginx/access.log",
           "--list ": "redis-cli RPUSH logs:queue \"$(program)\"",
           "journalctl -f": "program | systemd-cat"}


def section(page):
    return page.read_text().partition("\n.Sh EXAMPLES\n")[2].partition("\n.Sh ")[0] + "\n"


def displays(page):
    """Each display with the text before it: `.Dl LINE`, or the lines of `.Bd -literal`."""
    before = 0
    text = section(page)
    for m in re.finditer(r"^\.Dl (.*)\n|^\.Bd -literal.*\n((?:.*\n)*?)\.Ed", text, re.M):
        yield text[before:m.start()], (m.group(1) or m.group(2)).replace(r"\e", "\\").replace(r"\&", "")
        before = m.end()


def of_documents():
    """The commands of sselog that documents for administrators show, each once."""
    found = {}
    for name in ("docs/troubleshooting.md", "docs/security.md", "README.md"):
        text = (webs.TOP / name).read_text()
        for line in re.findall(r"(?:^ {4}|^\$ |`sudo )(sselog -c [^`\n]*)", text, re.M) + re.findall(r"`(sselog -c [^`\n]* -t)`", text):
            command = line.replace("PASSWORD", "secret").replace(" URL", " http://localhost/sselog").replace("alice", "ann")
            found.setdefault(command, name)
    return found.items()


def is_shell(display):
    return re.match(r"[#$] ", display)


def commands(display):
    """The commands of a display, each with the assignments before it, which the rest of the display sees."""
    known = ""
    for line in re.split(r"^[#$] ", display.replace("\\\n", " "), flags=re.M)[1:]:
        line = line.strip()
        if re.match(r"\w+=\$\(", line):
            known += line + "\n"
        else:
            yield known, line


def run(debian, known, command):
    """A server goes on, a stream is read up to its first record, a sender adds a record. All else ends with status 0."""
    if re.search(r"sselog .*-s \S+", command) and "doctor" not in command:
        debian.start(known + command, "[ -S /run/sselog/sselog.sock ]")
    elif "curl -N" in command:
        debian.sh(f": >/tmp/response; {known}{command} >/tmp/response 2>&1 & pid=$!\n"
                  "until grep -q '^data: GET' /tmp/response; do\n"
                  "    kill -0 $pid 2>/dev/null || { grep '^data: GET' /tmp/response || { cat /tmp/response; exit 1; }; exit 0; }\n"
                  "    sleep 0.02\ndone; kill $pid")
    elif first := next((line for text, line in ENDLESS.items() if text in command), None):
        debian.sh(f"{first}; n=$(redis-cli XLEN stream:logs:ann)\nsetsid sh -c {shlex.quote(known + command)} & pid=$!\n"
                  "until [ $(redis-cli XLEN stream:logs:ann) -gt $n ]; do kill -0 $pid; sleep 0.02; done; kill -- -$pid")
    else:
        said = debian.sh(known + command, b"secret\n")
        assert '"error"' not in said and "FAIL" not in said, said


def serve(debian, options, apache):
    debian.sh("cat >/etc/sselog/sselog.conf", f"SSELOG_STREAM=stream:logs:{{user}}\nSSELOG_KEEPALIVE=1\n{options}\n".encode())
    debian.sh("cat >/etc/apache2/conf-available/sselog.conf; a2enmod headers proxy_fcgi; a2enconf sselog; systemctl restart apache2",
              f"Define SSELOG_PROXY\n{apache}".encode())


@pytest.mark.skipif(not sandbox.available(), reason="needs root and namespaces of its own")
def test_commands_run_as_they_stand(stack):
    debian = stack.keep(sandbox.Sandbox(stack.directory(), systemd=True))
    debian.redis()
    debian.sh("cp /tmp/build/sselog /usr/local/bin/; cp -r web /usr/local/share/sselog; mkdir /etc/sselog")
    debian.sh("cp packaging/sselog@.socket packaging/sselog@.service /etc/systemd/system/")
    debian.sh("htpasswd -B -c /etc/sselog/htpasswd ann; redis-cli XADD stream:logs:ann '*' data 'GET / 200'", b"secret\nsecret\n")
    for name, body in PROGRAMS.items():
        debian.sh(f"cat >/usr/local/bin/{name}; chmod 755 /usr/local/bin/{name}", f"#!/bin/sh\n{body}\n".encode())
    apache = (webs.TOP / "apache-example.conf").read_text()
    serve(debian, "", apache)
    seen = 0
    for page in sorted(PAGES, key=lambda p: (p.suffix != ".8", p.name == "sselog-token.1", p.name)):
        if page.name == "sselog-token.1":  # the last one, with another login
            serve(debian, "SSELOG_AUTH=token", webs.drop_block(apache, "who may look"))
            server = next(c for _, d in displays(webs.TOP / "sselog.8") for _, c in commands(d) if c.startswith("setpriv"))
            debian.sh("kill $(pidof sselog)")
            run(debian, "", server)
        for _, display in displays(page):
            if not is_shell(display):
                continue
            for known, command in commands(display):
                with case(f"{page.name}: {command}"):
                    run(debian, known, command)
                    seen += 1
        if page.suffix == ".8":
            for command, name in of_documents():
                with case(f"{name}: {command}"):
                    run(debian, "", command)
                    seen += 1
    assert seen > 13
    assert debian.sh("redis-cli XLEN stream:logs:ann").strip() != "1", "sselog send added records"


def test_configurations_are_parts_of_the_example_files():
    file, seen = None, 0
    for page in PAGES:
        for before, display in displays(page):
            if is_shell(display):
                continue
            file = (re.findall(r"Pa (\S+(?:\.conf|htaccess))", before) or [file])[-1]
            text = re.sub(r"\s", "", (webs.TOP / file).read_text())
            for line in display.replace("\\\n", " ").splitlines():
                part = re.sub(r"\s", "", line)
                assert part == "..." or part in text, f"{page.name}: {file} has no line {line}"
                seen += 1
    assert seen > 20


def test_every_page_stands_by_itself():
    for page in PAGES:
        there = re.findall(r"^\.Sh (.*)$", page.read_text(), re.M)
        missing = {"NAME", "SYNOPSIS", "DESCRIPTION", "ENVIRONMENT", "EXIT STATUS", "EXAMPLES", "SEE ALSO"} - set(there)
        assert not missing, f"{page.name} has no {missing}"
        others = {p.stem for p in PAGES} - {page.stem} if page.suffix == ".8" else {"sselog"}
        assert others <= set(re.findall(r"^\.Xr (\S+) \d", page.read_text().partition("\n.Sh SEE ALSO\n")[2], re.M)), page.name
