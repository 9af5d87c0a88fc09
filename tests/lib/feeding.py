# SPDX-License-Identifier: MIT
"""A log that programs write by the snippets of examples/feeding, and the records that sselog then shows.

    Feed        Redis on a TCP port, a sselog that serves the log; snippet() prepares a file of examples/feeding
    Debian      the same in a Debian of its own, with systemd; it needs root
    expect()    of both: the records that must arrive, and their levels
    unpacked()  the directory of a package of tests/deps.d/*.unpack
    node_modules()    the packages of tests/feeding/package.json
    Program     a program that is killed at the end of the test
    Syslog      rsyslog or syslog-ng on a socket of its own; write() sends it lines by logger

The snippets are used as they are, except that paths and ports are replaced.
"""
import datetime
import fcntl
import json
import os
import shutil
import socket
import subprocess
import time

import pytest

import redisd
import sandbox
import webs
from fcgi import environment, fcgi_get
from procs import Child, free_port, process_listens, wait_until

KEY = "stream:logs:alice"
SNIPPETS = webs.TOP / "examples/feeding"
HOST = socket.gethostname()
LEVELS = ["debug", "info", "warning", "error", "critical"]


class Log:
    """Records that arrive. Subclasses have count(), and reader(), whose function asks sselog for records."""

    def __init__(self):
        self.begun = time.time()

    def shown(self, count, **options):
        """Waits for this many records. Returns the payloads that sselog serves, and for each level those that pass.

        options: of sselog."""
        wait_until(lambda: self.count() >= count, f"{count} records")
        served = self.reader(**options)
        everything = served("limit=100")
        assert len(everything) == count, everything
        return everything, {level: served(f"limit=100&level={level}") for level in LEVELS}

    def expect(self, records, host=HOST, **options):
        """records: the severity, as an index of LEVELS (-1: below) or None, and the message of each record, in order.

        Returns the payloads as objects."""
        everything, passed = self.shown(len(records), **options)
        objects = [json.loads(data) for data in everything]
        assert [o["message"] for o in objects] == [message for _, message in records]
        for number, level in enumerate(LEVELS):
            right = [data for data, (severity, _) in zip(everything, records) if severity is None or severity >= number]
            assert passed[level] == right, f"level={level}"
        for o in objects:
            assert o["host"] == host
            self.check_time(o["time"])
        return objects

    @staticmethod
    def now():
        return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")

    def check_time(self, text):
        """It has a zone, and is between the start of the test and now."""
        told = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
        assert told.tzinfo, text
        assert int(self.begun) <= told.timestamp() <= time.time() + 1, text


class Feed(Log):
    def __init__(self, stack):
        super().__init__()
        self.stack = stack
        self.dir = stack.directory()
        self.redis = stack.redis(tcp=True)
        self.producer = redisd.url_as_user(self.redis.url, "sselog-producer")
        self.setup = stack.setup(self.redis, auth="anonymous", stream=KEY)
        self.send_conf = self.dir / "send.conf"
        self.send_conf.write_text(f"SSELOG_REDIS={self.producer}\n")

    def text(self, name, pairs=()):
        """A snippet. pairs: more texts to replace, each of which it must hold."""
        text = (SNIPPETS / name).read_text()
        for old, new in (("/etc/sselog/access.sed", SNIPPETS / "access.sed"), ("/etc/sselog/send.conf", self.send_conf),
                         ("/usr/local/bin/sselog", self.setup.program), ("redis://127.0.0.1:6379/0", self.redis.url)):
            text = text.replace(old, str(new))
        return webs.substitute(text, pairs)

    def snippet(self, name, pairs=()):
        """Writes it into the directory of the test."""
        path = self.dir / name
        path.write_text(self.text(name, pairs))
        path.chmod(0o755)
        return path

    def environment(self, **more):
        """Of programs: `sselog` is in the path."""
        given = self.setup.environment()
        return {**given, "SSELOG_REDIS": self.producer, "PATH": f"{self.setup.dir}:{given['PATH']}", **more}

    def count(self):
        return self.redis.client.xlen(KEY)

    def payloads(self):
        """As they are in Redis."""
        return [fields[b"data"].decode() for _, fields in self.redis.client.xrange(KEY)]

    def reader(self, **options):
        responder = self.stack.responder(self.redis, auth="anonymous", stream=KEY, **options)

        def served(query):
            answer = fcgi_get(responder.socket, environment("/sselog/history", query))
            assert answer.status == 200, answer.raw
            return [r["data"] for r in json.loads(answer.raw)["records"]]
        return served


class Debian(Log):
    """A Debian of its own (sandbox.py) with Redis and, if it is asked for, systemd and its journal. Nothing is replaced here."""

    def __init__(self, stack, systemd=False):
        super().__init__()
        self.sandbox = stack.keep(sandbox.Sandbox(stack.directory(), systemd=systemd))
        self.sh = self.sandbox.sh
        self.sandbox.redis()
        self.sh("cp /tmp/build/sselog /usr/local/bin/; mkdir /etc/sselog\n"
                "umask 077; echo SSELOG_REDIS=redis://127.0.0.1:6379/0 >/etc/sselog/send.conf")

    def clear(self):
        self.sh(f"redis-cli DEL {KEY}")

    def unit(self, name, until):
        """Starts a unit of examples/feeding. until: a command that succeeds when it works."""
        self.sh(f"cp examples/feeding/{name}.service /etc/systemd/system/; systemctl start {name}")
        self.sh(f"until {until}; do systemctl is-active {name}; sleep 0.02; done")
        assert "root" not in self.sh("ps -o user= -C sselog,journalctl").split()

    def count(self):
        return int(self.sh(f"redis-cli XLEN {KEY}"))

    def reader(self):
        def served(query):
            answer = self.sh(f"SSELOG_ALLOW_ROOT=1 SSELOG_AUTH=anonymous SSELOG_STREAM={KEY} REQUEST_METHOD=GET "
                             f"PATH_INFO=/history QUERY_STRING='{query}' sselog </dev/null")
            return [r["data"] for r in json.loads(answer.partition("\r\n\r\n")[2])["records"]]
        return served


def unpacked(package):
    """build/ holds them, also when another directory holds the program under test."""
    path = webs.TOP / "build/unpacked" / package
    assert path.is_dir(), f"{path} is not there: tests/deps check"
    return path


def node_modules():
    """The packages of tests/feeding/package.json. npm fetches them when one is missing; one worker at a time.

    Without them the test is skipped, which only CI counts as failed."""
    top = webs.TOP / "tests/feeding"
    if not shutil.which("node"):
        pytest.skip("node is not installed")
    with open(top / "package.json") as package:
        fcntl.flock(package, fcntl.LOCK_EX)
        names = json.load(package)["devDependencies"]
        if not all((top / "node_modules" / name).is_dir() for name in names):
            if not shutil.which("npm"):
                pytest.skip("npm is not installed")
            done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--fetch-retries=1"], cwd=top, stdout=subprocess.DEVNULL)
            if done.returncode != 0:
                pytest.skip("npm could not fetch the packages")
    return top / "node_modules"


class Program(Child):
    """A program, or a pipe of several, that is killed at the end of the test."""

    def end(self):
        self.kill()


class Syslog:
    """A syslog daemon that includes a snippet. command() starts it with a configuration."""

    def __init__(self, feed, name, text):
        self.dir = feed.dir
        self.socket = feed.dir / "log"
        (feed.dir / "snippet.conf").write_text(text)
        config = feed.dir / f"{name}.conf"
        argv, text, more = DAEMONS[name](feed.dir, config)
        config.write_text(text)
        self.child = Child(argv, log=feed.dir / f"{name}.out", env={"PATH": os.environ["PATH"], **more})
        wait_until(lambda: not self.child.running() or self.socket.exists(), name)
        assert self.child.running(), self.output()

    def write(self, priority, message, tag="shop"):
        subprocess.run(["logger", "--socket-errors=on", "-u", self.socket, "-t", tag, "-p", priority, message], check=True)

    def output(self):
        return self.child.output()

    def end(self):
        self.child.kill()


def rsyslog(directory, config):
    package = unpacked("rsyslog")
    text = (f'global(workDirectory="{directory}")\nmodule(load="imuxsock" SysSock.Use="off")\n'
            f'input(type="imuxsock" Socket="{directory}/log")\ninclude(file="{directory}/snippet.conf")\n')
    modules, = (package / "usr/lib").glob("*/rsyslog")
    return [package / "usr/sbin/rsyslogd", "-n", "-f", config, "-i", "NONE", "-M", modules], text, {}


def syslog_ng(directory, config):
    package = unpacked("syslog-ng-core")
    modules = ":".join(str(p) for name in ("syslog-ng-core", "syslog-ng-mod-redis")
                       for p in (unpacked(name) / "usr/lib/syslog-ng").glob("[0-9]*"))
    text = (f'@version: 3.38\nsource s_src {{ unix-dgram("{directory}/log"); }};\n'
            f'@include "{directory}/snippet.conf"\n')
    return [package / "usr/sbin/syslog-ng", "-F", "-f", config, "--module-path", modules, "--no-caps",
            "-R", directory / "persist", "-c", directory / "control", "-p", directory / "pid"], text, \
        {"LD_LIBRARY_PATH": str(package / "usr/lib/syslog-ng")}


class WebServer:
    """A web server without sselog. name: one of WEB_SERVERS; text: a snippet of its configuration.

    It serves / with 200; paths that are missing with 404; and /fail with 500."""

    def __init__(self, feed, name, text):
        self.dir = feed.dir
        (self.dir / "site").mkdir()
        (self.dir / "site/index.html").write_text("hello")
        (self.dir / "snippet.conf").write_text(text)
        self.log = self.dir / f"{name}.out"
        config = self.dir / "server.conf"
        for _ in range(10):
            self.port = free_port()
            argv, main = WEB_SERVERS[name](self.dir, config)
            config.write_text(main.replace("PORT", str(self.port)))
            self.child = Child(argv, log=self.log, env={"PATH": os.environ["PATH"]})
            wait_until(lambda: not self.child.running() or process_listens(self.child.pid, self.port), name)
            if self.child.running():
                return
        raise AssertionError(f"{name} does not start: {self.output()}")

    def output(self):
        return self.child.output()

    def end(self):
        """Kills it: Apache takes a second to stop."""
        self.child.kill()


def nginx(directory, config):
    temporary = "".join(f"{kind}_temp_path {directory}/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    return ["nginx", "-e", "stderr", "-p", directory, "-c", config, "-g", f"daemon off; pid {directory}/pid;"], \
        f"""events {{}}
http {{
    {temporary}
    include {directory}/snippet.conf;
    server {{ listen 127.0.0.1:PORT; root {directory}/site; location /fail {{ return 500; }} }}
}}
"""


def apache(directory, config):
    modules = "mpm_event authn_core authz_core dir alias setenvif".split()
    loads = "".join(f"LoadModule {m}_module /usr/lib/apache2/modules/mod_{m}.so\n" for m in modules)
    if webs.ROOT:
        loads += "User www-data\nGroup www-data\n"
    return ["/usr/sbin/apache2", "-DFOREGROUND", "-f", config], f"""ServerRoot {directory}
ServerName localhost
Listen 127.0.0.1:PORT
{loads}PidFile {directory}/pid
DefaultRuntimeDir {directory}
Mutex file:{directory}
DocumentRoot {directory}/site
DirectoryIndex index.html
Redirect 500 /fail
ErrorLog {directory}/error.log
Include {directory}/snippet.conf
"""


def lighttpd(directory, config):
    return ["lighttpd", "-D", "-f", config], f"""server.port = PORT
server.bind = "127.0.0.1"
server.document-root = "{directory}/site"
index-file.names = ("index.html")
server.modules = ("mod_access", "mod_rewrite", "mod_redirect")
$HTTP["url"] =~ "^/fail" {{ url.redirect = ("" => "/"), url.redirect-code = 500 }}
include "{directory}/snippet.conf"
"""


WEB_SERVERS = {"nginx": nginx, "apache": apache, "lighttpd": lighttpd}
DAEMONS = {"rsyslog": rsyslog, "syslog-ng": syslog_ng}
