# SPDX-License-Identifier: MIT
"""sselog and the null responder, each behind lighttpd, nginx or Apache, from the shipped examples."""
import os
import socket

import kit
from peers import webservers
from peers.peer import HISTORY, KEEPALIVE_S, Peer


class Responder(Peer):
    """A FastCGI responder and the web server before it.  lighttpd starts the responder itself."""

    def __init__(self, site, server):
        super().__init__(site)
        self.mount = "/sselog"
        if server == "lighttpd":
            self.mount = "/" + os.path.basename(self.program())
            site.port, web = site.start_lighttpd([kit.backend(self.program(), site.dir, self.options())])
            self.roots = [web.pid]
        else:
            responder, path = self.start_responder()
            site.port, web = webservers.SERVERS[server](site, path)
            self.roots = [web.pid, responder.pid]

    def program(self):
        raise NotImplementedError

    def options(self):
        """The responder's environment."""
        raise NotImplementedError

    def start_responder(self):
        """Starts the responder with its listening socket on descriptor 0."""
        path = f"{self.site.dir}/responder.sock"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen(1024)
            os.chmod(path, 0o666)
            return self.site.start([self.program()], stdin=listener, env=self.options()), path

    def path(self, log):
        return f"{self.mount}/{log}"


def sselog_options(site):
    return {**kit.sselog_environment(site.redis_url), "SSELOG_HISTORY": str(HISTORY),
            "SSELOG_KEEPALIVE": str(KEEPALIVE_S)}


class Sselog(Responder):
    def program(self):
        return f"{self.site.build}/sselog"

    def options(self):
        return sselog_options(self.site)

    def publish(self, log, rate, count, logs=1, seconds=3600):
        return kit.produce_redis(self.site, rate, count, log, logs)


class Fcgid(Peer):
    """sselog under Apache's mod_fcgid: a process for each viewer."""

    cannot = dict.fromkeys(
        ("fanout", "latency", "logs", "history", "reconnect", "idle", "held", "poll", "ceiling", "overload"),
        "each viewer is a process")

    def __init__(self, site):
        super().__init__(site)
        site.port, web = webservers.fcgid(site, f"{site.build}/sselog", sselog_options(site))
        self.roots = [web.pid]

    def path(self, log):
        return f"/sselog/{log}"

    def publish(self, log, rate, count, logs=1, seconds=3600):
        return kit.produce_redis(self.site, rate, count, log, logs)


class Null(Responder):
    cannot = {case: f"the null responder has no {what}" for case, what in (
        ("logs", "logs, only one stream of records for all"), ("history", "history"),
        ("reconnect", "memory of what a viewer has"), ("poll", "memory of what a viewer has"))}

    def program(self):
        return self.site.tool("null")

    def options(self):
        return {"LC_ALL": "C"}

    def publish(self, log, rate, count, logs=1, seconds=3600):
        return kit.produce_null(self.site, rate, count, self.mount)
