# SPDX-License-Identifier: MIT
"""Proxies in front of the web server of sselog, from the blocks of docs/proxies.md.

    PROXIES   maps their names to their classes

A proxy takes the server that it stands before, and is a server itself: port, path, stop().  edit changes the
block, as that of webs.Server changes an example."""
import itertools
import re

import webs

PAGE = webs.TOP / "docs/proxies.md"


def block(language):
    """The block of this language in the page."""
    found = re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.M | re.S)
    assert len(found) == 1, f"the page has {len(found)} blocks for {language}"
    return found[0]


numbers = itertools.count()  # of proxies: several may share a directory


class Proxy(webs.Server):
    """inner: the server behind it. more: what is added at the port (nginx, haproxy), or as lines at the end."""

    def __init__(self, inner, *, edit=None, more="", port=None):
        self.inner = inner
        self.more = more
        self.inner_port = port or inner.port
        self.path = inner.path
        self.number = next(numbers)
        super().__init__(inner.setup, edit=edit)

    def name(self):
        return f"{self.language}-in-front-{self.number}"

    def block(self):
        text = webs.substitute(block(self.language), [("8080", self.inner_port)])
        return self.edit(text) if self.edit else text


class NginxProxy(Proxy):
    language = "nginx"

    def config(self, port):
        d = self.dir
        temporary = "".join(f"{kind}_temp_path {d}/front-{kind};\n" for kind in
                            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        return (f"pid {d}/{self.name()}.pid;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}"
                f"server {{\nlisten 127.0.0.1:{port}{self.more};\n{self.block()}}}\n}}\n")

    def command(self, config):
        return ["nginx", "-e", "stderr", "-p", self.dir, "-c", config, "-g", "daemon off;"]


class Haproxy(Proxy):
    language = "haproxy"

    def config(self, port):
        return webs.substitute(self.block(), [("bind :80", f"bind 127.0.0.1:{port}{self.more}")])

    def command(self, config):
        return ["haproxy", "-db", "-f", config]


class LighttpdProxy(Proxy):
    language = "lighttpd"

    def config(self, port):
        return (f'server.bind = "127.0.0.1"\nserver.port = {port}\nserver.document-root = "{self.dir}"\n'
                f"{self.block()}{self.more}")

    def command(self, config):
        return ["lighttpd", "-D", "-f", config]


class ApacheProxy(Proxy):
    language = "apache"
    modules = "mpm_event authz_core headers env setenvif filter deflate proxy proxy_http".split()

    def config(self, port):
        d = self.dir
        loads = "".join(f"LoadModule {m}_module /usr/lib/apache2/modules/mod_{m}.so\n" for m in self.modules)
        own = "User www-data\nGroup www-data\n" if webs.ROOT else ""
        return (f'ServerRoot "{d}"\nServerName localhost\nListen 127.0.0.1:{port}\n{loads}{own}'
                f'PidFile "{d}/{self.name()}.pid"\nErrorLog "{d}/{self.name()}-error.log"\nDefaultRuntimeDir "{d}"\n'
                f'Mutex "file:{d}"\n{self.block()}{self.more}')

    def command(self, config):
        return ["/usr/sbin/apache2", "-DFOREGROUND", "-f", config]

    def end(self):
        self.kill()  # with an open stream Apache takes ten seconds to stop


PROXIES = {"nginx": NginxProxy, "haproxy": Haproxy, "apache": ApacheProxy, "lighttpd": LighttpdProxy}
