# SPDX-License-Identifier: MIT
"""The folder of `make hosting`, uploaded to hosts as they are: Apache, no library of sselog, an .htaccess with limits.

Each host is a Debian of its own (tests/lib/sandbox.py). The .htaccess is edited only as the README beside it tells."""
import io
import re
import tarfile

import pytest

import identity
import sandbox
import webs
from tables import case, long_but

pytestmark = [pytest.mark.memory,
              pytest.mark.skipif(not sandbox.available(), reason="needs root and namespaces of its own")]

HERE = "/var/www/html/log"
URL = "http://127.0.0.1/log"
README = webs.TOP / "examples/hosting/README.md"
EXEC_CGI = "Options +ExecCGI\n"


def without_options(text):
    return webs.substitute(text, [(EXEC_CGI, "")])


def without_login(text):
    return webs.drop_block(text, "who may look")


# For each host: what it allows, the lines that it gives itself, a line of its error log, and the README's remedy.
HOSTS = {
    "all": ("All", "", None, None),
    "list": ("FileInfo AuthConfig Limit Options=ExecCGI", "", None, None),
    "no AuthConfig": ("FileInfo Limit Options=ExecCGI", "", "AuthType not allowed here", without_login),
    "ExecCGI given": ("FileInfo AuthConfig Limit Options=Indexes,FollowSymLinks", EXEC_CGI,
                      "Option ExecCGI not allowed here", without_options),
}


class Host(sandbox.Sandbox):
    """A Debian with Apache, a Redis of the customer, and the uploaded folder. owner: suEXEC runs programs as `you`."""

    def __init__(self, directory, override, given="", owner=False):
        super().__init__(directory)
        try:
            self.prepare(override, given, owner)
        except BaseException:
            self.stop()
            raise

    def prepare(self, override, given, owner):
        for library in ("fcgi", "hiredis", "json-c", "utf8proc", "jwt"):
            self.sh(f"rm -f /usr/lib/*/lib{library}[.-]*")
        assert "error while loading shared libraries" in self.sh("/tmp/build/sselog -V 2>&1 || :")
        self.sh("useradd -m you; mkdir /home/you/redis /home/you/sselog; chmod 755 /home/you")
        self.sh("htpasswd -B -c /home/you/sselog/htpasswd alice", b"secret\nsecret\n")
        socket = "/home/you/redis/redis.sock"
        self.start(f"redis-server --save '' --dir /tmp --port 0 --unixsocket {socket} --unixsocketperm 777",
                   f"redis-cli -s {socket} ping")
        self.cli = f"redis-cli -s {socket}"
        self.sh(f"{self.cli} XADD stream:logs:alice '*' data 'GET / 200'")
        self.upload()
        self.sh("cat >/etc/apache2/conf-available/host.conf", f"""
            ServerName localhost
            {"SuexecUserGroup you you" if owner else ""}
            <Directory "{HERE}">
            {given}
            AllowOverride {override}
            </Directory>""".encode())
        if owner:
            self.sh(f"chown -R you: {HERE} /home/you; chmod 700 /home/you/redis")
        self.sh(f"a2enmod cgid {'suexec' if owner else ''}; a2enconf host; systemctl restart apache2")

    def upload(self):
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as tar:
            tar.add(webs.hosting(), HERE.lstrip("/"))
        self.sh(f"tar -x -f - -C /; echo {{}} >{HERE}/package.json", packed.getvalue())

    def edit(self, change):
        path = f"{HERE}/.htaccess"
        self.sh(f"cat >{path}", change(self.sh(f"cat {path}")).encode())

    def status(self, path, *options):
        return self.sh(f"curl -s -o /dev/null -w '%{{http_code}}' {' '.join(options)} {URL}/{path}")

    def stream(self, *options):
        return self.first_line(f"{' '.join(options)} {URL}/sselog.cgi/stream", "^data: GET")

    def error_log(self):
        return self.sh("cat /var/log/apache2/error.log")


def with_bearer(text):
    return without_login(text) + 'SetEnv SSELOG_AUTH "bearer"\nSetEnv SSELOG_STREAM "stream:logs:alice"\n'


@pytest.mark.parametrize("name", long_but(["list", "no AuthConfig"], HOSTS))
def test_folder_works_with_what_the_host_allows(stack, name):
    override, given, refusal, change = HOSTS[name]
    host = stack.keep(Host(stack.directory(), override, given))
    if refusal:
        assert host.status("console.html") == "500"
        assert refusal in host.error_log()
        assert f"500, `{refusal}`" in README.read_text()
        host.edit(change)
    login = "-u alice:secret"
    if change == without_login:
        host.edit(lambda text: text + 'SetEnv SSELOG_AUTH "anonymous"\nSetEnv SSELOG_STREAM "stream:logs:alice"\n')
        login = ""
    else:
        assert host.status("console.html") == "401"
        assert host.status("sselog.cgi/stream", "-u alice:wrong") == "401"
    assert host.sh(f"curl -s {login} {URL}/sselog.cgi/healthz") == "ok\n"
    assert host.stream(login) == "data: GET / 200"
    for file in ("console.html", "console-bundle.js", "console.css", "sselog.js"):
        assert (file, host.status(file, login)) == (file, "200")
    for file in (".htaccess", "package.json", "README.md", "sselog", ""):
        assert (file, host.status(file, login)) == (file, "403")
    with case("Authorization arrives"):
        if change != without_login:
            host.edit(with_bearer)
        else:
            host.edit(lambda text: webs.substitute(text, [('"anonymous"', '"bearer"')]))
        host.sh(f"{host.cli} SET {identity.bearer_key('good-key')} '{identity.session('alice')}'")
        assert host.stream("-H 'Authorization: Bearer good-key'") == "data: GET / 200"
        assert host.status("sselog.cgi/stream", "-H 'Authorization: Bearer bad-key'") == "401"


def test_mode_without_execution_is_told(stack):
    host = stack.keep(Host(stack.directory(), "All"))
    host.sh(f"chmod 644 {HERE}/sselog.cgi")
    assert host.status("sselog.cgi/healthz", "-u alice:secret") == "500"
    assert re.search("exec of .* failed", host.error_log())
    assert "500, `exec of ... failed`" in README.read_text()


def test_suexec_leaves_the_options_of_a_script(stack):
    """suEXEC drops the variables of SetEnv. The README shows a file of options that is executed instead."""
    host = stack.keep(Host(stack.directory(), "All", owner=True))
    assert host.status("sselog.cgi/healthz", "-u alice:secret") == "503"
    assert "127.0.0.1:6379" in host.error_log(), "the address that is the default"
    assert "503 with any address, and the error log names 127.0.0.1:6379" in README.read_text()
    script = re.search("```ini\n(#!.*?)```", README.read_text(), re.S).group(1)
    host.edit(lambda text: re.sub("^SetEnv .*\n", "", text, flags=re.M))
    host.sh("mv sselog.cgi /home/you/sselog/sselog; cat >sselog.cgi; chmod 755 sselog.cgi; chown you: sselog.cgi",
            script.encode(), directory=HERE)
    assert "SSELOG_LIFETIME=240 " in host.sh("setpriv --reuid=you --regid=you --clear-groups ./sselog.cgi -t", directory=HERE)
    assert host.sh(f"curl -s -u alice:secret {URL}/sselog.cgi/healthz") == "ok\n"
    assert host.stream("-u alice:secret") == "data: GET / 200"
