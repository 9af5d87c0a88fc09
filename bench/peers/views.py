# SPDX-License-Identifier: MIT
"""Two views in Python on uvicorn: of Starlette, over a Redis stream, and of Django Channels."""
import os

import kit
from peers.peer import HISTORY, KEEPALIVE_S, Peer

# Debian's Python has Debian's packages.
PYTHON = "/usr/bin/python3"
HERE = os.path.dirname(os.path.abspath(__file__))


class View(Peer):
    """One process of uvicorn with an application of this directory."""

    application = None

    def __init__(self, site):
        super().__init__(site)
        site.port, process = site.start_on_port("uvicorn", self.command)
        self.roots = [process.pid]

    def command(self, port):
        return ["/usr/bin/env", f"REDIS_URL={self.site.redis_url}", f"KEEPALIVE={KEEPALIVE_S}",
                f"HISTORY={HISTORY}", PYTHON, "-m", "uvicorn", "--app-dir", HERE, "--port", str(port),
                "--backlog", "4096", "--log-level", "warning", "--no-access-log",
                f"{self.application}:application"]

    def path(self, log):
        return f"/stream/{log}"


class Starlette(View):
    application = "starlette_view"

    def publish(self, log, rate, count, logs=1, seconds=3600):
        return kit.produce_redis(self.site, rate, count, log, logs)


class Django(View):
    application = "django_view"
    cannot = {case: f"Channels keeps no records: {what}" for case, what in (
        ("history", "there is no history"), ("reconnect", "what a viewer missed is gone"),
        ("poll", "what comes between two polls is gone"))}

    def publish(self, log, rate, count, logs=1, seconds=3600):
        return kit.run_json(PYTHON, f"{HERE}/channels_publish.py", self.site.redis_url, log, rate, count,
                            kit.PAYLOAD, logs, seconds)
