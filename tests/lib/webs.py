# SPDX-License-Identifier: MIT
"""sselog behind each web server, started from the example files that are shipped.

    Setup      the directory, the options and a copy of the program, for one server
    Server     base of all web servers; SERVERS maps their names to their classes
    Responder  sselog on a Unix socket, without a web server

A server takes a Setup and writes its configuration into the setup's directory. The configuration is
an example with paths, port and options replaced. The server starts on a free port and offers port,
path (of the mount), responders(), output() and stop(). A replacement that finds nothing is an error,
so that the examples and the tests cannot drift apart.
"""
import contextlib
import functools
import hashlib
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import faults
import redisd
from procs import (Child, DeadlineExceeded, descendants, executable, free_port, listening,
                   once, process_listens, session_members, wait_until)

TOP = Path(__file__).resolve().parents[2]
ROOT = os.geteuid() == 0
USERS = ("ann", "bob", "o'neil")
PASSWORD = "secret"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z "  # before each line of the log on standard error


def program():
    """The binary under test: $SSELOG, or the one of $BUILD."""
    path = os.environ.get("SSELOG") or Path(os.environ.get("BUILD") or TOP / "build") / "sselog"
    return Path(path).resolve()


def static_program():
    """The file of `make static`."""
    return made("static/sselog", "static")


def hosting():
    """The folder of `make hosting`."""
    return made("hosting/sselog.cgi", "hosting").parent


def made(name, target):
    path = Path(os.environ.get("BUILD") or TOP / "build").resolve() / name
    assert os.access(path, os.X_OK), f"{path} is not there: make {target}"
    return path


@functools.cache
def sanitized():
    """Whether the program is built with a sanitizer or runs under valgrind.

    Its use of memory and time then means nothing."""
    raw = program().read_bytes()
    return any(mark in raw for mark in (b"__asan_init", b"__tsan_init", b"exec valgrind"))


@functools.cache
def passwords():
    """A password file as htpasswd writes it, with all of USERS."""
    return b"".join(subprocess.run(["htpasswd", "-bmn", user, PASSWORD], check=True,
                                   stdout=subprocess.PIPE).stdout.strip() + b"\n" for user in USERS)


def program_copy(path):
    """A copy of the program: the web server's user may not be able to enter the source tree."""
    def make(directory):
        directory.mkdir()
        shutil.copy(path, directory / "sselog")
        (directory / "sselog").chmod(0o755)

    name = hashlib.sha256(str(path).encode()).hexdigest()[:16]
    return once(f"program-{name}", make) / "sselog"


def copy_of_web(directory):
    if (TOP / "web").is_dir():
        shutil.copytree(TOP / "web", directory)
    else:
        directory.mkdir()


class Setup:
    """Directory, options, program and password file of one server.

    options: names of options without SSELOG_, in lower case, and their values."""

    def __init__(self, directory, redis_url, **options):
        self.dir = Path(directory)
        self.options = {"SSELOG_REDIS": redisd.url_as_user(redis_url), "SSELOG_ALLOW_ROOT": "1"}
        for name, value in options.items():
            self.options[f"SSELOG_{name.upper()}"] = str(value)
        # A file of its own path, which tells its processes from those of other tests. Its bytes are shared.
        self.program = self.dir / "sselog"
        if not self.program.exists():
            os.link(program_copy(program()), self.program)
        self.passwords = self.dir / "htpasswd"
        if not self.passwords.exists():
            self.passwords.write_bytes(passwords())
            self.passwords.chmod(0o644)

    @functools.cached_property
    def web(self):
        """A copy of the page and its scripts, which all tests share."""
        return once("web", copy_of_web)

    def change_web(self, make=copy_of_web):
        """Gives this server a directory of its own in the place of the shared one, and returns it."""
        self.web = self.dir / "web"
        make(self.web)
        return self.web

    def environment(self):
        """The environment of a process that gets its options directly, and nothing else of the tests'."""
        keep = ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS", "TMPDIR")
        return {**{k: os.environ[k] for k in keep if k in os.environ}, **self.options}

    def sanitizers(self):
        return {k: v for k, v in self.environment().items() if k.endswith("SAN_OPTIONS")}


def substitute(text, pairs):
    """Replaces each old text by its new one; an old text that is not there is an error."""
    for old, new in pairs:
        if old not in text:
            raise AssertionError(f"the example no longer holds {old!r}")
        text = text.replace(old, str(new))
    return text


def drop_block(text, name):
    """Removes the lines from "# --- name ---" to "# --- end of name ---"."""
    new, n = re.subn(rf"^ *# --- {name} -.*?^ *# --- end of {name} -.*?$", "", text,
                     flags=re.M | re.S)
    if not n:
        raise AssertionError(f"the example no longer holds the part {name!r}")
    return new


def commented_directive(text, directive):
    """The line that a comment shows as an example."""
    found = re.search(rf"^ *# +({directive} .*)$", text, re.M)
    if not found:
        raise AssertionError(f"the example no longer shows {directive}")
    return found.group(1) + "\n"


def terminate(pids):
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


class Server:
    """A web server that runs an example. auth: keep the example's part "who may look", which asks for
    a password. edit: a function that changes the text of the example."""

    path = "/sselog"

    def __init__(self, setup, *, auth=False, edit=None):
        self.setup = setup
        self.dir = setup.dir
        self.auth = auth
        self.edit = edit
        self.child = None
        self.port = None
        self.start()

    def name(self):
        return type(self).__name__.lower()

    def start(self):
        """Starts on a free port, and tries others if another process takes it first. A later start uses
        the same port, so that viewers can reconnect."""
        for _ in range(10):
            port = self.port or free_port()
            config = self.dir / f"{self.name()}.conf"
            config.write_text(self.config(port))
            self.child = Child(self.command(config), env=self.server_environment(),
                               log=self.dir / f"{self.name()}.out")

            def ready():
                return not self.child.running() or (process_listens(self.child.pid, port) and self.is_ready())

            wait_until(ready, self.name())
            if self.child.running():
                self.port = port
                return
            self.child.kill()
            if "ddress already in use" not in self.output():
                break
        raise AssertionError(f"{self.name()} does not start: {self.output()}")

    def is_ready(self):
        """Whether all is ready to answer requests, besides the listening port."""
        return True

    def server_environment(self):
        return {"PATH": os.environ["PATH"], **self.setup.sanitizers()}

    def output(self):
        """Its output and error log."""
        log = self.dir / f"{self.name()}-error.log"
        return (self.child.output() + (log.read_text(errors="replace") if log.exists() else ""))[-6000:]

    def flush_log(self):
        """Makes the server write its access log out: some servers buffer lines for seconds."""

    def access_log(self):
        return (self.dir / f"{self.name()}-access.log").read_text()

    def example(self, file, pairs):
        text = substitute((TOP / file).read_text(), pairs)
        if not self.auth:
            text = drop_block(text, "who may look")
        return self.edit(text) if self.edit else text

    def responders(self):
        """Pids of the sselog processes it started."""
        mine = str(self.setup.program)
        return [p for p in descendants(self.child.pid) if executable(p) == mine]

    def graceful(self):
        """Apache's and lighttpd's graceful restart."""
        self.child.send(signal.SIGUSR1)

    def stop(self):
        return self.child.stop()

    def kill(self):
        self.child.kill()

    def end(self):
        """Stops it at the end of a test: orderly, as far as that is quick. The web server does not stop
        responders that a script started, so they get a signal of their own."""
        self.child.send(signal.SIGTERM)
        with contextlib.suppress(DeadlineExceeded):
            self.child.wait()
        terminate(session_members(self.child.pid))
        self.stop()


class Lighttpd(Server):
    def config(self, port):
        d = self.dir
        text = self.example("lighttpd-example.conf", [
            ("/usr/local/bin/sselog", self.setup.program), ("/usr/local/share/sselog", self.setup.web),
            ("/var/log/lighttpd/access.log", d / "lighttpd-access.log"),
            ("/var/log/lighttpd/error.log", d / "lighttpd-error.log"),
            ("/run/lighttpd.pid", d / "lighttpd.pid"), ("/run/lighttpd/sselog.sock", d / "l.sock"),
            ("/etc/sselog/htpasswd", self.setup.passwords), ("8080", port),
            ('server.username      = "www-data"\n', ""), ('server.groupname     = "www-data"\n', "")])
        text = re.sub("^#cgi# ?", "", text, flags=re.M)
        given = {"SSELOG_STREAM": "stream:logs:{user}", **self.setup.sanitizers(),
                 **self.setup.options}
        anchor = '"SSELOG_STREAM" => "stream:logs:{user}"'
        text = re.sub(r'^ *"SSELOG_(?!STREAM)\w+"\s*=> .*\n', "", text, flags=re.M)
        return substitute(text, [
            (anchor, ",\n".join(f'"{name}" => "{value}"' for name, value in given.items()))])

    def server_environment(self):
        return {**self.setup.environment(), "PATH": os.environ["PATH"]}

    def flush_log(self):
        self.stop()

    def name(self):
        return "lighttpd"

    def command(self, config):
        return ["lighttpd", "-D", "-f", config]


class LighttpdCgi(Lighttpd):
    """lighttpd with its example's second mount, which runs sselog as CGI."""
    path = "/cgi-bin/sselog"


MODULES = """mpm_{mpm} authn_core authn_file authz_core authz_user auth_basic alias dir mime env setenvif
             deflate filter headers""".split()


class Apache(Server):
    define = "SSELOG_FCGID"
    modules = ["fcgid"]
    mpm = "event"

    def __init__(self, setup, *, directives="", short_sleeps=True, **kw):
        self.directives = directives
        self.short_sleeps = short_sleeps
        self.shared = set()
        super().__init__(setup, **kw)

    def start(self):
        super().start()
        maps = Path(f"/proc/{self.child.pid}/maps").read_text()
        self.shared = {Path(p) for p in re.findall(r"/dev/shm/ShM\.\w+", maps)}

    def server_environment(self):
        """With short_sleeps, shortens Apache's sleeps: that saves time and changes nothing else."""
        shortened = self.short_sleeps and faults.can_build() and not sanitized()
        return {**super().server_environment(),
                **({"LD_PRELOAD": str(faults.library("short_sleeps"))} if shortened else {})}

    def config(self, port):
        d = self.dir
        text = self.example("apache-example.conf", [
            ("/usr/local/bin/sselog", self.setup.program), ("/usr/local/share/sselog", self.setup.web),
            ("/var/log/apache2/sselog.log", d / f"{self.name()}-access.log"),
            ("/run/sselog/sselog.sock", d / "s.sock"), ("/etc/sselog/htpasswd", self.setup.passwords)])
        if not self.auth:
            text = substitute(text, [('<Location "/sselog">\n', '<Location "/sselog">\nRequire all granted\n')])
        (d / "sselog.conf").write_text(self.with_options(text))
        return (self.surroundings(port) + f'Include "{d}/sselog.conf"\n' + self.site_log(text) +
                f'{self.directives}\n')

    def site_log(self, text):
        """The CustomLog line of the rest of the site, from the example's comment."""
        line = substitute(commented_directive(text, "CustomLog"),
                          [("/var/log/apache2/access.log", self.dir / "site.log")])
        return f'LogFormat "%h %u %t \\"%r\\" %>s %b" combined\n{line}'

    def with_options(self, text):
        """Sets each option where the example sets its options, in both styles."""
        for style in ("FcgidInitialEnv", "SetEnv"):
            anchor = f'{style} SSELOG_STREAM "stream:logs:{{user}}"'
            if anchor not in text:
                raise AssertionError(f"the example no longer holds {anchor!r}")
            given = dict(self.setup.options)
            if style == "FcgidInitialEnv":
                given.update(self.setup.sanitizers())
            given.setdefault("SSELOG_STREAM", "stream:logs:{user}")
            text = re.sub(rf'^ *{style} SSELOG_(?!STREAM)\S+ .*\n', "", text, flags=re.M)
            text = text.replace(anchor, "\n".join(f'{style} {k} "{v}"' for k, v in given.items()))
        return text

    def surroundings(self, port):
        """The lines that a distribution's apache2.conf has around the example."""
        d = self.dir
        modules = [m.format(mpm=self.mpm) for m in MODULES] + self.modules
        loads = "".join(f"LoadModule {m}_module /usr/lib/apache2/modules/mod_{m}.so\n"
                        for m in modules)
        own = "User www-data\nGroup www-data\n" if ROOT else ""
        extra = f'FcgidIPCDir "{d}/fcgid"\nFcgidProcessTableFile "{d}/fcgid.shm"\n' \
            if "fcgid" in self.modules else f'ScriptSock "{d}/cgid.sock"\n' \
            if "cgid" in self.modules else ""
        return (f'ServerRoot "{d}"\nServerName localhost\nListen 127.0.0.1:{port}\n{loads}{own}'
                f'PidFile "{d}/{self.name()}.pid"\nErrorLog "{d}/{self.name()}-error.log"\n'
                f'DefaultRuntimeDir "{d}"\nMutex "file:{d}"\nDocumentRoot "{self.setup.web}"\n{extra}'
                'TypesConfig /dev/null\nAddType text/html .html\nAddType text/javascript .js\n'
                'AddType text/css .css\n'
                '<Directory "/">\nOptions FollowSymLinks\nAllowOverride None\n'
                'Require all denied\n</Directory>\n'
                f'<Directory "{self.setup.web}">\nRequire all granted\n</Directory>\n')

    def is_ready(self):
        # mod_cgid's daemon listens on its socket before it changes the owner of the socket.
        if "cgid" not in self.modules:
            return True
        sockets = list(self.dir.glob("cgid.sock*"))
        return bool(sockets) and (not ROOT or all(s.stat().st_uid != 0 for s in sockets))

    def name(self):
        return "apache"

    def command(self, config):
        return ["/usr/sbin/apache2", "-DFOREGROUND", f"-D{self.define}", "-f", config]

    def end(self):
        """Stops the responders first: with an open stream Apache takes ten seconds to stop."""
        terminate(self.responders())
        with contextlib.suppress(DeadlineExceeded):
            wait_until(lambda: not self.responders(), deadline=5)
        self.kill()
        for file in self.shared:  # mod_fcgid, when killed, leaves it behind
            file.unlink(missing_ok=True)


class ApacheFcgid(Apache):
    pass


class ApacheCgid(Apache):
    define = "SSELOG_CGI"
    modules = ["cgid"]


class ApacheCgi(Apache):
    """mod_cgi, which runs only with the prefork module."""
    define = "SSELOG_CGI"
    modules = ["cgi"]
    mpm = "prefork"


class ApacheHtaccess(Apache):
    """Shared hosting: CGI in a directory of a site, configured by .htaccess only."""
    define = "SSELOG_CGI"
    modules = ["cgid"]
    path = "/site/sselog.cgi"

    def config(self, port):
        d = self.dir
        site = d / "site"
        site.mkdir(exist_ok=True)
        shutil.copy(self.setup.program, site / "sselog.cgi")
        self.setup.options.setdefault("SSELOG_HOLD", "")  # all are held
        text = self.example("examples/hosting/htaccess", [
            ("/home/you/sselog/htpasswd", self.setup.passwords),
            ("unix:///home/you/redis/redis.sock", self.setup.options["SSELOG_REDIS"])])
        for name, value in self.setup.options.items():
            text = re.sub(rf"^SetEnv {name} .*\n", "", text, flags=re.M)
            text += f'SetEnv {name} "{value}"\n'
        (site / ".htaccess").write_text(text)
        return self.surroundings(port) + (
            f'Alias "/site" "{site}"\n<Directory "{site}">\nAllowOverride AuthConfig FileInfo '
            f'Options\nRequire all granted\n</Directory>\n{self.directives}\n')

    def responders(self):
        mine = str(self.dir / "site/sselog.cgi")
        return [p for p in descendants(self.child.pid) if executable(p) == mine]


STOP_DEADLINE = 25  # seconds: longer than any stop takes, shorter than the 30 that a peer has to read an answer


class Responder:
    """sselog by itself on a Unix socket. by: "sselog" (-s) or "spawn-fcgi"."""

    def __init__(self, setup, *, by="sselog", socket="s.sock", extra=(), preexec=None):
        self.setup = setup
        self.by = by
        self.socket = setup.dir / socket
        self.extra = list(extra)
        self.preexec = preexec
        self.start()

    def start(self):
        if self.by == "sselog":
            argv = [self.setup.program, "-s", self.socket, "-m", "0666", *self.extra]
        else:
            argv = ["spawn-fcgi", "-n", "-s", self.socket, "-M", "0666", "--", self.setup.program]
        self.child = Child(argv, env=self.setup.environment(), log=self.setup.dir / "sselog.log",
                           preexec=self.preexec)
        wait_until(lambda: not self.child.running() or listening(self.socket), "sselog")
        if not self.child.running():
            raise AssertionError(f"sselog does not start: {self.child.output()[-2000:]}")

    @property
    def pid(self):
        return self.child.pid

    def responders(self):
        return [self.pid]

    def output(self):
        return self.child.output()

    def stop(self, deadline=STOP_DEADLINE):
        """The exit status after SIGTERM."""
        return self.child.stop(deadline=deadline)

    def kill(self):
        self.child.kill()

    def end(self):
        """Stops it and fails if it has crashed or ends with an error."""
        crashed = -(self.child.popen.poll() or 0) in CRASHES
        status = self.stop()
        if crashed or -status in CRASHES or status > 0:
            raise AssertionError(f"sselog ended with status {status}")


CRASHES = (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE, signal.SIGPIPE)


class ServerWithResponder(Server):
    """A web server in front of a Responder, which it does not start itself."""

    by = "sselog"

    def __init__(self, setup, **kw):
        self.responder = Responder(setup, by=self.by)
        try:
            super().__init__(setup, **kw)
        except BaseException:
            self.responder.kill()
            raise

    def start(self):
        if not self.responder.child.running():
            self.responder.start()
        super().start()

    def responders(self):
        return self.responder.responders() if self.responder.child.running() else []

    def stop(self):
        try:
            super().stop()
        finally:
            self.responder.stop()

    def output(self):
        return super().output() + self.responder.output()[-3000:]

    def kill(self):
        super().kill()
        self.responder.kill()

    def end(self):
        self.responder.end()
        super().end()


class ApacheProxy(ServerWithResponder, Apache):
    define = "SSELOG_PROXY"
    modules = ["proxy", "proxy_fcgi"]


class Nginx(ServerWithResponder):
    by = "spawn-fcgi"

    def config(self, port):
        d = self.dir
        text = self.example("examples/nginx.conf", [
            ("/usr/local/share/sselog", self.setup.web), ("/run/sselog/sselog.sock", d / "s.sock"),
            ("/var/log/nginx/access.log", d / "nginx-access.log"),
            ("/var/log/nginx/error.log", d / "nginx-error.log"), ("/run/nginx.pid", d / "nginx.pid"),
            ("/etc/sselog/htpasswd", self.setup.passwords), ("8080", port),
            ("http {", "http {\n" + "".join(f"{kind}_temp_path {d}/nginx-{kind};\n" for kind in
                                            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")))])
        return text

    def command(self, config):
        return ["nginx", "-e", "stderr", "-p", self.dir, "-c", config, "-g", "daemon off;"]


SERVERS = {"lighttpd": Lighttpd, "lighttpd-cgi": LighttpdCgi, "fcgid": ApacheFcgid,
           "proxy_fcgi": ApacheProxy, "cgid": ApacheCgid, "mod_cgi": ApacheCgi,
           "htaccess": ApacheHtaccess, "nginx": Nginx}
CGI = ("lighttpd-cgi", "cgid", "mod_cgi", "htaccess")  # a process ends with its viewer
