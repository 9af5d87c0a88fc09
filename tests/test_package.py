# SPDX-License-Identifier: MIT
"""The files of the Debian package agree with those that they are made from. tests/package/life tries the package."""
import re

import pytest

import webs

DEBIAN = webs.TOP / "debian"
PACKAGING = webs.TOP / "packaging"


def directives(text):
    """The lines of a configuration without comments, layout and the prefix."""
    lines = (re.sub(r"\s+", " ", line).strip(" ,") for line in text.replace("/usr/local/", "/usr/").splitlines())
    return {re.sub(r" ?(\+?=)>? ?", r"\1", line) for line in lines if line and line[0] != "#"}


def test_version_is_that_of_the_program():
    version = re.search(r"^VERSION := (\S+)$", (webs.TOP / "Makefile").read_text(), re.M).group(1)
    assert re.match(r"sselog \((\S+)\) \w+; urgency=", (DEBIAN / "changelog").read_text()).group(1) == version


def test_build_needs_what_a_build_by_hand_needs():
    listed = re.search(r"^build='([^']*)'", (webs.TOP / "tests/deps").read_text(), re.M).group(1).split()
    needs = re.search(r"^Build-Depends:(.*(?:\n .*)*)", (DEBIAN / "control").read_text(), re.M).group(1)
    essential = {"gcc", "make", "libc6-dev"}  # of every build
    assert set(listed) - essential == {n.split()[0] for n in needs.split(",")} - {"debhelper-compat", "dh-sequence-installsysusers"}


def test_units_are_those_that_debhelper_installs():
    units = {p.name for p in PACKAGING.iterdir() if p.suffix in (".service", ".socket", ".timer", ".path")}
    assert units == {"sselog.service", "sselog.socket", "sselog@.service", "sselog@.socket"}
    assert units == {line.removeprefix("debian/") for line in (DEBIAN / "clean").read_text().split()}


# A configuration of the package, its example, the part of it that the package has, and lines that only one of them has.
CONFIGURATIONS = {
    "apache.conf": (
        "apache-example.conf", r"# The console page.*?(?=<IfDefine SSELOG_FCGID>)|(?<=\n<IfDefine SSELOG_PROXY>).*?(?=</IfDefine>)",
        {"<IfModule !proxy_fcgi_module>", 'Error "sselog needs a module: a2enmod proxy_fcgi"',
         "<IfModule !headers_module>", 'Error "sselog needs a module: a2enmod headers"'}),
    "nginx.conf": (
        "examples/nginx.conf", r"# The console page.*",
        {"location /log/ {", "alias /usr/share/sselog/;", "location / {", "root /usr/share/sselog;"}),
    "lighttpd.conf": (
        "lighttpd-example.conf", r"# --- who may look.*?# --- end of the responder",
        {'$HTTP["url"]=~ "^/log(/|$)" {', 'alias.url=("/log"="/usr/share/sselog")',
         'index-file.names=("console.html")', "setenv.set-response-header=(",
         '"Content-Security-Policy"="frame-ancestors \'self\'"', '"X-Frame-Options"="SAMEORIGIN"',
         '"X-Content-Type-Options"="nosniff"', '"Cache-Control"="no-cache"',
         'server.modules+=("mod_auth", "mod_authn_file", "mod_setenv", "mod_accesslog", "mod_fastcgi")', 'server.modules+=("mod_fastcgi")',
         r'accesslog.format="%h %u %t \"%m %U %H\" %>s %b"',
         '"socket"="/run/sselog/sselog.sock"', '"socket"="/run/lighttpd/sselog.sock"', '"bin-path"="/usr/bin/sselog"',
         '"max-procs"=1', '"listen-backlog"=1024', '"bin-environment"=(', '"SSELOG_REDIS"="redis://127.0.0.1:6379/0"',
         '"SSELOG_STREAM"="stream:logs:{user}"', "server.max-fds=16384"}),
}


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_configurations_are_parts_of_the_examples(name):
    """A line that is added or mended in the example must be in the package too."""
    example, part, own = CONFIGURATIONS[name]
    found = re.findall(part, (webs.TOP / example).read_text(), re.S)
    assert directives((PACKAGING / name).read_text()) ^ directives("\n".join(found)) == own


@pytest.mark.parametrize("name, demand", [
    ("apache.conf", "Require valid-user"), ("nginx.conf", 'auth_basic "log";'),
    ("lighttpd.conf", '"/"=("method"="basic", "realm"="log", "require"="valid-user")')])
def test_configurations_demand_a_login(name, demand):
    assert demand in directives((PACKAGING / name).read_text())
