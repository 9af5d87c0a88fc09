# SPDX-License-Identifier: MIT
"""The documents, followed line by line as an administrator does, in a Debian of its own (tests/lib/sandbox.py).

Nothing is replaced here: the files have their own paths, ports and users."""
import io
import re
import zipfile

import pytest

import identity
import installing
import sandbox
import webs
from tables import case, long_but

pytestmark = pytest.mark.skipif(not sandbox.available(), reason="needs root and namespaces of its own")

PASSWORD = b"secret\nsecret\n"  # htpasswd asks for it twice
RECORD = "redis-cli XADD stream:logs:alice '*' data 'GET / 200' >/dev/null"


HERE = "http://127.0.0.1:8080/sselog"


@pytest.fixture
def debian(stack):
    return stack.keep(sandbox.Sandbox(stack.directory()))


HTPASSWD = ["install -m 0640 -g www-data /dev/null /etc/sselog/htpasswd", "htpasswd -B /etc/sselog/htpasswd USER"]


def installed(debian, options="SSELOG_STREAM=stream:logs:{user}"):
    """Prepares all that the example files need: the program, the page, a Redis with a record, passwords and options."""
    debian.redis()
    debian.sh("tar -xf - -C /; mkdir /etc/sselog", installing.archive().read_bytes())
    for file in ("apache-example.conf", "lighttpd-example.conf"):
        assert shown(file, "install -m").splitlines() == HTPASSWD
    debian.sh("; ".join([*HTPASSWD, RECORD]).replace("USER", "alice"), PASSWORD)
    debian.sh("cat >/etc/sselog/sselog.conf", options.encode() + b"\n")


def shown(file, first):
    """The commands of a comment, from the one that begins with this text to the end of the indented lines."""
    found = re.search(rf"^ *# {{5,}}({first}.*\n(?: *# {{5,}}.*\n)*)", (webs.TOP / file).read_text(), re.M)
    return re.sub(r"^ *# +", "", found.group(1), flags=re.M).replace("\\\n", " ").strip()


def part(text, name):
    """A part of an example file, with the lines that begin and end it."""
    return re.search(rf"^# --- {name} -.*?^# --- end of {name} -.*?$", text, re.M | re.S).group(0)


LISTENS = "until curl -s -o /dev/null http://127.0.0.1/; do sleep 0.02; done"
UP = f"curl -s -o /dev/null {HERE}/healthz"


def stream(debian, url):
    """The line of the record in alice's stream. The stream itself goes on."""
    return debian.first_line(f"-u alice:secret {url}/stream", "^data: GET")


@pytest.mark.parametrize("server", long_but(["apache2"], ["apache2", "lighttpd"]))
def test_readme_installs_a_log_that_alice_can_read(stack, server):
    """With a real systemd. tests/newcomer does the same in a new system, with a reboot."""
    debian = stack.keep(sandbox.Sandbox(stack.directory(), systemd=True))
    debian.redis()
    for block in sandbox.install_of("README.md", server):
        debian.sh(block.replace("enable --now redis-server", "enable --now"), PASSWORD)
    send, read, doctor = re.findall(r"^\$ (.*)$", (webs.TOP / "README.md").read_text(), re.M)
    debian.sh(f"{send}; {LISTENS}")
    assert debian.first_line(read.removeprefix("curl -N ").replace("-u alice", "-u alice:secret"), "^data: it") == "data: it works"
    assert "<title>" in debian.sh("curl -s http://localhost/log/")
    assert debian.sh("curl -s -o /dev/null -w '%{http_code}' http://localhost/sselog/stream") == "401"
    assert debian.sh("stat -c %a /etc/sselog/htpasswd; systemctl is-enabled sselog.socket " + server) == "640\nenabled\nenabled\n"
    debian.sh("echo SSELOG_KEEPALIVE=1 >>/etc/sselog/sselog.conf; systemctl reload sselog")  # the doctor waits for two
    said = debian.sh(f"{doctor} || :", b"secret\n")
    assert "\n0 failed, 0 warnings, " in said, said


def by_hand(file):
    """The commands by which a comment starts sselog by itself. The last one is a server."""
    made, *run = re.findall(r"^ *#     +(.*(?:install -d|setpriv| sselog -c).*)$", (webs.TOP / file).read_text(), re.M)
    return made, " ".join(run).replace("\\", "")


def test_complete_files_work_as_they_are(debian):
    """Started as root, as their first lines say."""
    installed(debian)
    with case("lighttpd"):
        debian.start("lighttpd -D -f lighttpd-example.conf", UP)
        assert stream(debian, HERE) == "data: GET / 200"
        debian.stop_server("/run/lighttpd.pid")
    with case("Debian's lighttpd starts sselog"):
        responder = part((webs.TOP / "lighttpd-example.conf").read_text(), "the responder")
        lines = re.search(r'"bin-path" =>.*"bin-environment" => \(.*?\)\n', responder, re.S).group(0)
        text = (webs.TOP / "packaging/lighttpd.conf").read_text().replace(
            '"socket"            => "/run/sselog/sselog.sock",\n            "check-local"       => "disable",\n'
            '            "tcp-fin-propagate" => "enable"\n', lines)
        debian.sh("cat >/etc/lighttpd/conf-available/05-sselog.conf; lighty-enable-mod sselog", text.encode())
        debian.sh("systemctl restart lighttpd")
        assert stream(debian, "http://127.0.0.1/sselog") == "data: GET / 200"
        debian.stop_server("/run/lighttpd.pid")
    with case("nginx, and sselog by hand"):
        made, run = by_hand("examples/nginx.conf")
        assert by_hand("apache-example.conf") == (made, run)
        for name in SYSTEMS:
            assert by_hand(f"examples/{name}/apache.conf") == (made, run.replace("sselog.sock", f"{name}.sock"))
        debian.sh(made)
        debian.start(run, "[ -S /run/sselog/sselog.sock ]")
        debian.sh(f"nginx -c {sandbox.SOURCES}/examples/nginx.conf")
        assert stream(debian, HERE) == "data: GET / 200"
    with case("Apache as a proxy"):
        debian.sh("""sed '1iDefine SSELOG_PROXY' apache-example.conf >/etc/apache2/conf-available/sselog.conf
                     a2enmod headers proxy_fcgi; a2enconf sselog; systemctl restart apache2""")
        assert stream(debian, "http://127.0.0.1/sselog") == "data: GET / 200"


def commands_of(server):
    """The last commands for an installation from the source: docs/deploy.md, The web server."""
    section = (webs.TOP / "docs/deploy.md").read_text().partition("\n## The web server\n")[2]
    directory = re.search(r"in `(/\S+/packaging)`", section).group(1)
    row = re.search(rf"^\| {server} \| (.*) \|$", section, re.M).group(1)
    return f"cd {directory}; " + re.search("`([^`]*)`", row).group(1)


SITES = {  # what else the row tells to do
    "Apache": ":",
    "lighttpd": ":",
    "nginx": "sed -i 's#^server {#&\\ninclude snippets/sselog.conf;#' /etc/nginx/sites-available/default; systemctl restart nginx",
}


@pytest.mark.parametrize("server", long_but(["lighttpd"], SITES))
def test_guide_puts_sselog_into_a_stock_web_server(stack, server):
    """docs/deploy.md, with a real systemd and the configuration of Debian's package."""
    debian = stack.keep(sandbox.Sandbox(stack.directory(), systemd=True))
    debian.redis()
    debian.sh("tar -xf - -C /; " + RECORD, installing.archive().read_bytes())
    for block in sandbox.blocks("docs/deploy.md")[:2]:
        debian.sh(block, PASSWORD)
    assert debian.sh("stat -c '%U %G %a' /etc/sselog/htpasswd") == "root www-data 640\n"
    debian.sh(f"{commands_of(server)}; {SITES[server]}")
    debian.sh(LISTENS)
    assert stream(debian, "http://127.0.0.1/sselog") == "data: GET / 200"
    assert "<title>" in debian.sh("curl -s http://127.0.0.1/log/")
    assert debian.sh("curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1/sselog/stream") == "401"
    assert debian.sh("systemctl is-active sselog.service") == "active\n"


def served_by_hand(debian):
    made, run = by_hand("apache-example.conf")
    debian.sh(made)
    debian.start(run, "[ -S /run/sselog/sselog.sock ]")


QUERY = "curl -s -o /dev/null -u alice:secret 'http://127.0.0.1/sselog/history?token=t0'; curl -s -o /dev/null http://127.0.0.1/other"


@pytest.mark.parametrize("file", long_but(["packaging/apache.conf"], ["apache-example.conf", "packaging/apache.conf"]))
def test_stock_apache_writes_no_query_of_sselog(debian, file):
    """Debian's virtual host has a CustomLog of its own."""
    installed(debian)
    served_by_hand(debian)
    site = webs.commented_directive((webs.TOP / "apache-example.conf").read_text(), "CustomLog").strip()
    debian.sh(f"(echo Define SSELOG_PROXY; cat {file}) >{APACHE}; a2enmod headers proxy_fcgi; a2enconf sselog;"
              f"sed -i 's#^\\s*CustomLog .*#{site}#' /etc/apache2/sites-available/000-default.conf; systemctl restart apache2")
    debian.sh(f"{QUERY}; until grep -q /other /var/log/apache2/access.log; do sleep 0.02; done")
    assert 'alice "GET /sselog/history HTTP/1.1" 200' in re.sub(r"\[.*?\] ", "", debian.sh("cat /var/log/apache2/sselog.log"))
    assert debian.sh("grep -r t0 /var/log/apache2 || :") == ""
    assert "sselog" not in debian.sh("cat /var/log/apache2/access.log")


def test_stock_lighttpd_writes_no_query_of_sselog(debian):
    installed(debian)
    served_by_hand(debian)
    debian.sh("cp packaging/lighttpd.conf /etc/lighttpd/conf-available/05-sselog.conf; lighty-enable-mod sselog accesslog;"
              f"systemctl restart lighttpd; {QUERY}")
    debian.stop_server("/run/lighttpd.pid")
    log = debian.sh("cat /var/log/lighttpd/access.log")
    assert 'alice ' in log and '"GET /sselog/history HTTP/1.1" 200' in log and "t0" not in log
    assert '"GET /other HTTP/1.1" 404' in log, "requests of others have the usual form"


def test_nginx_works_with_spawn_fcgi(debian):
    installed(debian)
    debian.syslog()
    debian.sh("cp packaging/sselog.tmpfiles.conf /etc/tmpfiles.d/sselog.conf")
    debian.sh(shown("packaging/sselog.tmpfiles.conf", "systemd-tmpfiles"))
    debian.sh(shown("examples/nginx.conf", "spawn-fcgi"))
    debian.sh(f"nginx -c {sandbox.SOURCES}/examples/nginx.conf")
    assert stream(debian, HERE) == "data: GET / 200"
    debian.syslogged("info sselog: serving")


@pytest.mark.long
def test_lighttpd_works_in_the_other_ways_of_its_example(debian):
    """As CGI, with a file of options, and with a sselog that runs by itself."""
    installed(debian)
    text = (webs.TOP / "lighttpd-example.conf").read_text()
    responder = part(text, "the responder")
    environment = re.search(r",\n *# The options of sselog\..*?\n            \)", responder, re.S).group(0)
    by_itself = re.sub(r'"bin-path" =>.*?"max-procs" => 1,', re.search(r'^# +("socket" => .*)$', text, re.M).group(1),
                       responder.replace(environment, ""), flags=re.S)
    path = re.search(r'^#     ("bin-path" => .*),$', text, re.M).group(1)
    for name, url, edited in (
            ("CGI", HERE.replace("sselog", "cgi-bin/sselog"),
             re.sub("^#cgi# ", "", text.replace(responder, ""), flags=re.M)),
            ("a file", HERE, text.replace(environment, "").replace('"bin-path" => "/usr/local/bin/sselog"', path)),
            ("by itself", HERE, text.replace(responder, re.sub(' *"listen-backlog".*\n', "", by_itself)))):
        with case(name):
            if name == "by itself":
                made, run = by_hand("examples/nginx.conf")
                debian.sh(made)
                debian.start(run, "[ -S /run/sselog/sselog.sock ]")
            debian.sh("cat >/tmp/lighttpd.conf", edited.encode())
            debian.start("lighttpd -D -f /tmp/lighttpd.conf", UP)
            assert stream(debian, url) == "data: GET / 200"
            debian.stop_server("/run/lighttpd.pid")


APACHE = "/etc/apache2/conf-available/sselog.conf"


@pytest.mark.long
def test_apache_works_in_the_other_ways_of_its_example(debian):
    installed(debian)
    text = (webs.TOP / "apache-example.conf").read_text()
    wrapper = webs.commented_directive(text, "FcgidWrapper")
    in_a_file = re.sub(r"^( *FcgidInitialEnv .*\n)+", wrapper, text, flags=re.M)
    for name, module, edited in (("a file", "fcgid", in_a_file), ("CGI", "cgid", "Define SSELOG_CGI\n" + text)):
        with case(name):
            if name == "CGI":
                debian.stop_server("/run/apache2/apache2.pid")
            debian.sh(f"cat >{APACHE}; a2enconf sselog; a2enmod headers {module}; systemctl restart apache2", edited.encode())
            assert stream(debian, "http://127.0.0.1/sselog") == "data: GET / 200"


TOKEN = "t" * 43
METHODS = {  # the commands that prepare Redis and files, and what curl sends then
    "bearer": (shown("examples/auth/bearer.conf", "key=") + '; echo "$key" >/tmp/key',
               "-H \"Authorization: Bearer $(cat /tmp/key)\""),
    "cookie": (f"redis-cli SET session:abc '{identity.session()}'", "-b session=abc"),
    "express": ("redis-cli SET sess:abc '{\"passport\": {\"user\": \"ann\"}}'; "
                f"printf {identity.COOKIE_SECRET} >/tmp/SECRET; cd /tmp; {shown('examples/auth/express.conf', 'install')}",
                f"-b connect.sid={identity.signed_cookie('abc')}"),
    "header": (":", "-H RemoteUser:ann"),
    "jwt": (f"printf {identity.SECRET} >/tmp/KEY; cd /tmp; {shown('examples/auth/jwt.conf', 'install')}",
            f"-b jwt={identity.jwt(lifetime=86400)}"),  # signed when pytest reads this file, used much later
    "token": ("redis-cli " + shown("examples/auth/token.conf", "SET").replace("TOKEN", TOKEN), f"-G -d token={TOKEN}"),
}


def test_options_of_each_method_work_as_a_file(debian):
    installed(debian)
    debian.sh("redis-cli XADD stream:logs:ann '*' data 'GET / 200'")
    text = webs.drop_block((webs.TOP / "lighttpd-example.conf").read_text(), "who may look")
    path = re.search(r'^#     ("bin-path" => .*),$', text, re.M).group(1)
    text = re.sub(r",\n *# The options of sselog\..*?\n            \)", "", text, flags=re.S)
    debian.sh("cat >/tmp/lighttpd.conf", text.replace('"bin-path" => "/usr/local/bin/sselog"', path).encode())
    for name, (commands, sent) in METHODS.items():
        with case(name):
            debian.sh(f"cp examples/auth/{name}.conf /etc/sselog/sselog.conf; {commands}")
            debian.start("lighttpd -D -f /tmp/lighttpd.conf", UP)
            assert debian.sh(f"curl -s -o /dev/null -w '%{{http_code}}' {HERE}/stream") == "401"
            assert debian.first_line(f"{sent} {HERE}/stream", "^data: GET") == "data: GET / 200"
            debian.stop_server("/run/lighttpd.pid")


@pytest.mark.parametrize("way, modules, says", long_but([("FCGID", "fcgid", "Invalid command 'Header'")], [
    ("FCGID", "headers", "Invalid command 'FcgidOutputBufferSize'"),
    ("FCGID", "fcgid", "Invalid command 'Header'"),
    ("PROXY", "headers", "Invalid command 'ProxyPass'"),
    ("PROXY", "headers proxy", "Invalid command 'ProxyFCGISetEnvIf'"),
    ("CGI", "headers", "sselog as CGI needs a module: a2enmod cgid"),
]))
def test_module_that_is_missing_ends_the_start_of_apache(debian, way, modules, says):
    debian.sh("a2dismod -f headers fcgid cgid cgi proxy_fcgi proxy")
    debian.sh(f"sed '1iDefine SSELOG_{way}' apache-example.conf >{APACHE}; a2enmod {modules}; a2enconf sselog")
    assert says in debian.sh("apache2ctl configtest && exit 1 || :")


def test_lines_that_nobody_would_read_reach_syslog(debian):
    """lighttpd in the background, and other programs without standard error. Commands stay silent if they are told to."""
    installed(debian)
    debian.syslog()
    for command in ("SSELOG_T=1 sselog -t", "SSELOG_T=1 sselog send -l x", "sselog send", "sselog token", "sselog x"):
        debian.sh(f"! {command} 2>/dev/null </dev/null")
    debian.sh("logger -s it is the first line 2>/dev/null")
    assert debian.syslogged("").endswith("it is the first line")
    as_user = "setpriv --reuid=www-data --regid=www-data --clear-groups"
    for command, says in (
            ("SSELOG_STREEM=x lighttpd -f lighttpd-example.conf",
             "error config: SSELOG_STREEM (environment): no such option; did you mean SSELOG_STREAM?"),
            ("spawn-fcgi -s /run/fcgi.sock -- /usr/local/bin/sselog", "error config: will not run as root"),
            ("sselog 2>/dev/null", "error config: not started by a web server: give -s SOCKET; will not run as root"),
            (f"{as_user} sselog 2>&-", "error config: not started by a web server: give -s SOCKET"),
            (f"{as_user} sselog -s /run/none/s.sock 2>/dev/null", "error config: /run/none/s.sock: "),
            ("sselog -c /none 2>/dev/null", "error config: /none: No such file"),
            ("sselog -q 2>/dev/null", "error sselog: there is no option -q"),
            ("SERVER_PROTOCOL=HTTP/1.1 GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=GET SSELOG_RETRY=x sselog 2>/dev/null",
             "error config: SSELOG_RETRY=x (environment): ")):
        with case(command):
            debian.sh(f": >/tmp/syslog; {command} || :")
            debian.syslogged(f"]: {says}")  # other lines may stand before it: lighttpd starts its program again
    # lighttpd ends too when its program ends soon enough.
    debian.sh("pid=$(cat /run/lighttpd.pid) && kill $pid || exit 0; while kill -0 $pid; do sleep 0.02; done 2>/dev/null")
    with case("what comes later"):
        debian.sh(f"lighttpd -f lighttpd-example.conf; until {UP}; do sleep 0.02; done")
        debian.syslogged("info sselog: serving")
        debian.stop_server("/run/lighttpd.pid")
    with case("breakagelog"):
        line = webs.commented_directive((webs.TOP / "lighttpd-example.conf").read_text(), "server.breakagelog")
        debian.sh("cat lighttpd-example.conf - >/tmp/lighttpd.conf", line.encode())
        debian.sh("SSELOG_STREEM=x lighttpd -f /tmp/lighttpd.conf || :")
        debian.sh("until grep SSELOG_STREEM /var/log/lighttpd/sselog.log; do sleep 0.02; done")


@pytest.mark.long
def test_units_serve_as_they_are_and_recover_from_a_wrong_option(stack):
    """With a real systemd.  Corrected options are served without a command."""
    debian = stack.keep(sandbox.Sandbox(stack.directory(), systemd=True))
    installed(debian, "SSELOG_STREEM=stream:logs:{user}")
    for name in ("sselog", "sselog@"):
        debian.sh(f"cp packaging/{name}.socket packaging/{name}.service /etc/systemd/system/")
    debian.sh(shown("packaging/sselog.socket", "systemctl"))
    debian.sh(f"nginx -c {sandbox.SOURCES}/examples/nginx.conf")
    answer = "/tmp/answer"
    debian.sh(f"curl -s -m 25 -u alice:secret {HERE}/healthz >{answer} 2>&1 & echo $! >/tmp/pid")
    debian.sh("until [ $(journalctl -u sselog | grep -c 'did you mean SSELOG_STREAM') -ge 2 ]; do sleep 0.1; done")
    assert debian.sh("systemctl is-active sselog.socket") == "active\n"
    assert debian.sh("systemctl show -P StartLimitIntervalUSec sselog sselog@1") == "0\n\n0\n", "systemd never gives up"
    debian.sh("sed -i s/STREEM/STREAM/ /etc/sselog/sselog.conf")
    debian.sh(f"while kill -0 $(cat /tmp/pid) 2>/dev/null; do sleep 0.02; done; grep ok {answer}")
    assert stream(debian, HERE) == "data: GET / 200"
    with case("several processes"):
        debian.sh("systemctl stop sselog.socket sselog.service;" + shown("packaging/sselog@.socket", "systemctl"))
        for n in "12":
            debian.sh(f"nginx -s stop -c {sandbox.SOURCES}/examples/nginx.conf")
            debian.sh(f"ln -sf {n}.sock /run/sselog/sselog.sock; nginx -c {sandbox.SOURCES}/examples/nginx.conf")
            assert stream(debian, HERE) == "data: GET / 200"


@pytest.mark.long
def test_secrets_of_the_guide_are_read_by_the_service_and_by_the_doctor(stack):
    """docs/deploy.md, with a real systemd and a Redis that wants a password. Nobody but root reads the file."""
    debian = stack.keep(sandbox.Sandbox(stack.directory(), systemd=True))
    text = (webs.TOP / "docs/deploy.md").read_text()
    option, dropin = (re.sub("^ +", "", m, flags=re.M) for m in re.search(
        r"^      (SSELOG_REDIS_PASSWORD_FILE=.*\n)(?s:.*?)^(      \[Service\]\n(?: {6}.+\n)+)", text, re.M).groups())
    debian.sh("mount --make-rshared /")  # as systemd does it outside of containers: credentials are mounts
    installed(debian, "SSELOG_STREAM=stream:logs:{user}\nSSELOG_KEEPALIVE=1\n" + option)
    debian.sh("redis-cli CONFIG SET requirepass topsecret")
    debian.sh("install -m 0600 /dev/null /etc/sselog/redis-password; echo topsecret >/etc/sselog/redis-password")
    debian.sh("cp packaging/sselog.socket packaging/sselog.service /etc/systemd/system/; mkdir /etc/systemd/system/sselog.service.d;"
              "cat >/etc/systemd/system/sselog.service.d/override.conf", dropin.encode())
    debian.sh(shown("packaging/sselog.socket", "systemctl"))
    debian.sh(f"nginx -c {sandbox.SOURCES}/examples/nginx.conf")
    assert stream(debian, HERE) == "data: GET / 200"
    known = "sselog -c /etc/sselog/sselog.conf"
    assert "SSELOG_REDIS_PASSWORD_FILE=set" in debian.sh(f"{known} -t")
    said = debian.sh(f"{known} doctor -v --user alice -u alice:secret {HERE}")
    assert "OK D2b " in said and " 0 warnings" in said
    said = debian.sh(f"{known} -s /run/sselog/sselog.sock doctor -v --as www-data --user alice")
    assert "OK D2b " in said and "OK D4 " in said
    said = debian.sh(f"{known} doctor --as www-data || :")
    assert said.startswith("FAIL D1 options: as user www-data: ") and "Permission denied" in said


def guide(language):
    """A part of docs/deploy.md."""
    return re.search(rf"^```{language}\n(.*?)^```", (webs.TOP / "docs/deploy.md").read_text(), re.M | re.S).group(1)


@pytest.mark.long
def test_several_processes_of_the_guide_share_the_requests(stack):
    """docs/deploy.md, with a real systemd."""
    debian = stack.keep(sandbox.Sandbox(stack.directory(), systemd=True))
    installed(debian)
    for block in sandbox.blocks("docs/deploy.md"):
        debian.sh(block, PASSWORD)
    nginx, lighttpd, apache = ((webs.TOP / f).read_text() for f in ("examples/nginx.conf", "lighttpd-example.conf", "apache-example.conf"))
    responder = part(lighttpd, "the responder")
    block = re.search(r"fastcgi\.server = \(.*?^    \)$", responder, re.M | re.S).group(0)
    proxied = re.search(r'^ *ProxyPass "/sselog".*$', apache, re.M).group(0)
    edited = {
        "nginx": nginx.replace("    server {", guide("nginx") + "    server {", 1).replace("unix:/run/sselog/sselog.sock;", "sselog;"),
        "lighttpd": lighttpd.replace(block, guide("lighttpd")),
        "apache": "Define SSELOG_PROXY\n" + apache.replace(proxied, guide("apache"))}
    start = {
        "nginx": ("cat >/tmp/nginx.conf; nginx -c /tmp/nginx.conf", HERE, "nginx -s stop -c /tmp/nginx.conf"),
        "lighttpd": (f"cat >/tmp/l.conf; lighttpd -f /tmp/l.conf; until {UP}; do sleep 0.02; done", HERE, ":"),
        "apache": (f"cat >{APACHE}; a2enmod headers proxy_fcgi proxy_balancer lbmethod_byrequests; a2enconf sselog;"
                   "systemctl restart apache2", "http://127.0.0.1/sselog", ":")}
    for name, text in edited.items():
        with case(name):
            command, url, stop = start[name]
            debian.sh(command, text.encode())
            assert stream(debian, url) == "data: GET / 200"
            probe = f"curl -s -u alice:secret '{url}/healthz?probe=x'"
            said = debian.sh(f"{probe}; : >/tmp/held; curl -sN -u alice:secret {url}/stream >/tmp/held & pid=$!\n"
                             "until grep -q '^data: GET' /tmp/held; do sleep 0.02; done\n"
                             f"{probe}; {probe}; kill $pid")  # lighttpd takes the one with fewer connections
            assert len(set(re.findall(r'"pid": ?(\d+)', said))) == 2, said
            debian.sh(stop)
            if name == "nginx":
                debian.sh(f"while {UP}; do sleep 0.02; done")


APPLICATION = r"""
import http.server
class Application(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.headers.get("Upgrade"):
            return self.wfile.write(b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nhello")
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"the application: {self.path}\n".encode())
        self.wfile.flush()
        if self.path == "/endless":
            self.rfile.read(1)
    log_message = lambda *_: None
http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Application).serve_forever()
"""

SYSTEMS = {  # the stream, what sselog answers there without a credential, and the port of the application
    "smarter": ("/dashboard/logs/api/stream/", "302", 8000),
    "tod": ("/api/tenants/6f1c1f0e-0000-4000-8000-00000000000a/events/stream", "422", 8000),
    "swf": ("/swf-monitor/api/messages/stream/", "401", 8000),
    "astrbot": ("/api/live-log", "401", 6185),
}


@pytest.mark.parametrize("name", long_but(["smarter"], SYSTEMS))
def test_readme_of_a_system_puts_sselog_before_the_application(debian, name):
    path, status, port = SYSTEMS[name]
    debian.redis(*(["--requirepass smarter"] if name == "smarter" else []))
    debian.sh("cp /tmp/build/sselog /usr/local/bin/")
    debian.sh("cat >/tmp/application.py", APPLICATION.replace("PORT", str(port)).encode())
    debian.start("python3 /tmp/application.py", f"curl -s http://127.0.0.1:{port}/")
    prepare(debian, name)
    shown = [block for block in sandbox.blocks(f"examples/{name}/README.md") if "systemctl" in block]
    assert len(shown) == 2
    for block in sorted(shown, key=lambda b: "apache" in b):
        with case(block):
            if "apache" in block:
                debian.stop_server("/run/lighttpd.pid")
            if name == "swf":
                swf_site(debian, block, port)
            debian.sh(block, directory=f"{sandbox.SOURCES}/examples/{name}")
            assert debian.sh(f"curl -s -o /dev/null -w '%{{http_code}}' http://127.0.0.1{path}") == status
            assert debian.sh("curl -s http://127.0.0.1/other/") == "the application: /other/\n"
            if name == "astrbot":
                stays_usable(debian)


def prepare(debian, name):
    """The other commands of the README."""
    for block in sandbox.blocks(f"examples/{name}/README.md"):
        if "cmd_config.json" in block:
            debian.sh("""mkdir -p /tmp/astrbot/data; cd /tmp/astrbot
                         echo '{"dashboard": {"jwt_secret": "0123456789abcdef0123456789abcdef"}}' >data/cmd_config.json""")
            debian.sh(block, directory="/tmp/astrbot")
            assert debian.sh("cat /etc/sselog/astrbot.jwt") == "0123456789abcdef0123456789abcdef"
        elif "JWT_SECRET_KEY" in block:
            debian.sh(f"JWT_SECRET_KEY=0123456789abcdef0123456789abcdef; {block}")
            assert debian.sh("stat -c '%U %a' /etc/sselog/tod.jwt") == "www-data 400\n"
        elif "nats_to_redis.py" in block:
            debian.sh("mkdir /tmp/wheels; cat >/tmp/wheels/nats_py-2.0-py3-none-any.whl", wheel())
            debian.sh("printf '[global]\\nno-index = true\\nfind-links = /tmp/wheels\\n' >/etc/pip.conf")
            said = debian.sh(block, directory=f"{sandbox.SOURCES}/examples/tod")
            assert "the bridge asks nats://127.0.0.1:4222" in said


def wheel():
    """A package nats-py for pip, whose connect() tells its address and ends the program."""
    files = {
        "nats/__init__.py": "async def connect(url, **_):\n    print('the bridge asks', url)\n    raise SystemExit(0)\n",
        "nats/js/__init__.py": "",
        "nats/js/api.py": "class AckPolicy: EXPLICIT = 1\nclass ConsumerConfig:\n    def __init__(self, **_): pass\n",
        "nats_py-2.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: nats-py\nVersion: 2.0\n",
        "nats_py-2.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "nats_py-2.0.dist-info/RECORD": "",
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return made.getvalue()


def swf_site(debian, block, port):
    """The rest of swf's own configuration, with a proxy in the place of mod_wsgi."""
    if "lighttpd" in block:
        proxy = f'proxy.server = ("" => (("host" => "127.0.0.1", "port" => {port})))'
        debian.sh("cat >>/etc/lighttpd/conf-available/10-proxy.conf; lighty-enable-mod proxy", proxy.encode())
        return
    line = re.search(r"`(Include \S+)`", (webs.TOP / "examples/swf/README.md").read_text()).group(1)
    site = f'<VirtualHost *:80>\n{line}\nProxyPass "/" "http://127.0.0.1:{port}/"\n</VirtualHost>\n'
    debian.sh("cat >/etc/apache2/sites-available/000-default.conf; a2enmod proxy_http", site.encode())


def stays_usable(debian):
    """The rest of the dashboard: answers that flow, and WebSockets."""
    assert debian.first_line("http://127.0.0.1/endless", "application") == "the application: /endless"
    upgrade = "-H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: eA=='"
    assert " 101 " in debian.first_line(f"-i {upgrade} http://127.0.0.1/ws", "^HTTP")
