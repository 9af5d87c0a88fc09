# SPDX-License-Identifier: MIT
"""The programs that bench/compare measures: one module for each kind, one class for each program.

A Peer is made for a kit.Site that has a Redis, starts itself there, and says how records get into
it and where viewers read.  PEERS maps the names of the command line to functions that make one.
"""
from functools import partial

from peers.nchan import Nchan
from peers.responders import Null, Sselog

PEERS = {
    **{f"sselog-{server}": partial(Sselog, server=server) for server in ("lighttpd", "nginx", "apache")},
    **{f"null-{server}": partial(Null, server=server) for server in ("lighttpd", "nginx", "apache")},
    **{f"nchan-{store}-{workers}": partial(Nchan, store=store, workers=workers)
       for store in ("memory", "redis") for workers in (1, 2)},
}
