# SPDX-License-Identifier: MIT
"""Web servers that run the configurations of examples/NAME as they are shipped, with other paths.

    SERVERS         the web servers by name
    django_site()   a Django application with the examples' modules

As a program, for tests in other languages:

    examples.py NAME SERVER

starts Redis and the server (and Django behind it, for smarter), and prints one line of JSON with the
url. Each line of standard input is answered with one line of JSON: {"redis": [command...]}, or
{"signed": {claims}}, which returns a JWT. The servers stop at the end of standard input.
"""
import json
import re
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import procs
import webs

REDIS = {"smarter": "redis://:smarter@127.0.0.1:6379/1"}
SECRET = "an HMAC secret of at least 32 bytes!"


class Example(webs.Server):
    """A web server with examples/NAME.

    app: the port of an application that serves all other paths. options: additional options, without
    SSELOG_. more: {old: new}, replacements in the example's text. tokens: use its lines for tokens."""

    def __init__(self, setup, name, *, app=None, options=None, more=None, tokens=False):
        self.example_name = name
        self.app = app
        self.more = dict(more or {})
        self.tokens = tokens
        self.options = {f"SSELOG_{k.upper()}": str(v) for k, v in (options or {}).items()}
        self.key = setup.dir / "jwt"
        self.key.write_text(SECRET)
        self.key.chmod(0o600)
        if webs.ROOT and self.runs_as_www_data:
            shutil.chown(self.key, "www-data")
        super().__init__(setup)

    runs_as_www_data = False
    run_directory = "/run/sselog/"

    def snippet(self, file):
        d = self.setup.dir
        text = (webs.TOP / "examples" / self.example_name / file).read_text()
        pairs = {"/usr/local/bin/sselog": self.setup.program, self.run_directory: f"{d}/"}
        pairs[REDIS.get(self.example_name, "redis://127.0.0.1:6379/0")] = \
            self.setup.options["SSELOG_REDIS"]
        if f"/etc/sselog/{self.example_name}.jwt" in text:
            pairs[f"/etc/sselog/{self.example_name}.jwt"] = self.key
        return webs.substitute(text, [*pairs.items(), *self.more.items()])


class Lighttpd(Example):
    run_directory = "/run/lighttpd/"

    def name(self):
        return "lighttpd"

    def config(self, port):
        d = self.dir
        text = self.snippet("lighttpd.conf")
        if self.tokens:
            text = re.sub("^#tokens# ?", "", text, flags=re.M)
        (d / "snippet.conf").write_text(text)
        modules, rest = '"mod_fastcgi"', ""
        if self.app:
            modules += ', "mod_proxy"'
            rest = ('proxy.server = ("" => (("host" => "127.0.0.1", "port" => %d)))\n' % self.app)
        return (f'server.modules = ({modules})\nserver.bind = "127.0.0.1"\nserver.port = {port}\n'
                f'server.document-root = "{self.setup.web}"\nserver.errorlog = "{d}/lighttpd-error.log"\n'
                f'mimetype.assign = (".html" => "text/html", "" => "application/octet-stream")\n'
                f'{rest}include "{d}/snippet.conf"\n')

    def server_environment(self):
        given = {k: v for k, v in self.setup.environment().items() if k != "SSELOG_REDIS"}
        return {**given, **self.options}

    def command(self, config):
        return ["lighttpd", "-D", "-f", config]


class Fcgid(Example, webs.Apache):
    runs_as_www_data = True

    def config(self, port):
        d = self.dir
        text = self.snippet("apache.conf")
        text = webs.substitute(text, [("/var/log/apache2/sselog.log", d / "apache-access.log")])
        (d / "snippet.conf").write_text(text)
        self.modules = [*type(self).modules]
        rest = ""
        if self.app:
            self.modules += [m for m in ("proxy", "proxy_http") if m not in self.modules]
            rest = f'ProxyPass "/" "http://127.0.0.1:{self.app}/"\n'
        own = "".join(f'SetEnv {k} "{v}"\n' for k, v in self.options.items())
        sanitizers = "".join(f'FcgidInitialEnv {k} "{v}"\n' for k, v in self.setup.sanitizers().items()) \
            if "fcgid" in self.modules else ""
        define = "Define SSELOG_TOKENS\n" if self.tokens else ""
        beside = webs.commented_directive(text, "FcgidSpawnScoreUpLimit") if "fcgid" in self.modules else ""
        return (self.surroundings(port) + define + beside + f'<VirtualHost *:{port}>\n' + sanitizers +
                f'<Location "/">\n{own}</Location>\nInclude "{d}/snippet.conf"\n{self.site_log(text)}{rest}'
                '</VirtualHost>\n')

    def name(self):
        return "apache"


class ProxyFcgi(webs.ServerWithResponder, Fcgid):
    runs_as_www_data = False
    define = "SSELOG_PROXY"
    modules = ["proxy", "proxy_fcgi"]

    def __init__(self, setup, name, **kw):
        key = setup.dir / "jwt"
        key.write_text(SECRET)
        key.chmod(0o600)
        setup.options["SSELOG_JWT_KEY_FILE"] = str(key)
        self.by = "sselog"
        self.responder = webs.Responder(setup, socket=f"{name}.sock")
        try:
            Fcgid.__init__(self, setup, name, **kw)
        except BaseException:
            self.responder.kill()
            raise


SERVERS = {"lighttpd": Lighttpd, "fcgid": Fcgid, "proxy_fcgi": ProxyFcgi}


def django_site(stack, redis):
    """Starts django_site.py and returns its port."""
    directory = stack.directory()
    port = directory / "port"
    child = stack.keep(procs.Child(
        ["/usr/bin/python3", Path(__file__).parent / "django_site.py", directory],
        env={"REDIS_URL": redis.url, "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
        log=directory / "django.log"))
    procs.wait_until(lambda: port.exists() or not child.running(), "Django")
    if not child.running():
        raise AssertionError(f"Django does not start: {child.output()}")
    return int(port.read_text())


class Control:
    """The servers of the program, and its answers to requests."""

    def __init__(self, stack, name, kind):
        self.redis = stack.redis()
        setup = stack.setup(self.redis, auth="remote_user")
        del setup.options["SSELOG_AUTH"]
        page = setup.change_web() / "page.html"
        page.write_text("<!doctype html><title>page</title>")
        self.app = django_site(stack, self.redis) if name == "smarter" else None
        self.server = stack.keep(SERVERS[kind](setup, name, app=self.app, tokens=name == "tod",
                                               options={"retry": 300}))

    def answer(self, request):
        if "redis" in request:
            value = self.redis.client.execute_command(*request["redis"])
            return value.decode() if isinstance(value, bytes) else value
        if "signed" in request:
            import jwt
            claims = {"exp": int(time.time()) + 3600, **request["signed"]}
            return jwt.encode(claims, SECRET, algorithm="HS256")
        raise ValueError(request)


def main(name, kind):
    import conftest

    stack = conftest.Stack()
    try:
        control = Control(stack, name, kind)
        print(json.dumps({"url": f"http://127.0.0.1:{control.server.port}"}), flush=True)
        for line in sys.stdin:
            print(json.dumps(control.answer(json.loads(line))), flush=True)
    finally:
        stack.end(False)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    main(*sys.argv[1:])
