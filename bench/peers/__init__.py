# SPDX-License-Identifier: MIT
"""The programs that bench/compare measures: one module for each kind, one class for each program.

A Peer is made for a kit.Site that has a Redis, starts itself there, and says how records get into
it and where viewers read.  PEERS maps the names of the command line to functions that make one.
"""
from functools import partial

from peers.nchan import Nchan
from peers.pushpin import Pushpin
from peers.responders import Fcgid, Null, Sselog
from peers.views import Django, Starlette

PEERS = {
    **{f"sselog-{server}": partial(Sselog, server=server) for server in ("lighttpd", "nginx", "apache")},
    "sselog-fcgid": Fcgid,
    **{f"null-{server}": partial(Null, server=server) for server in ("lighttpd", "nginx", "apache")},
    **{f"nchan-{store}-{workers}": partial(Nchan, store=store, workers=workers)
       for store in ("memory", "redis") for workers in (1, 2)},
    "pushpin": Pushpin,
    "starlette": Starlette,
    "django": Django,
}
