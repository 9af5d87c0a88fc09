# SPDX-License-Identifier: MIT
"""The base of all programs of the comparison."""
import kit

# The same for all: how many records a newcomer gets, and how long a stream is silent before a keepalive.
HISTORY, KEEPALIVE_S = 2000, 15


class Peer:
    """A program that runs.  Its start is its constructor; the site's on_exit ends it.

    cannot: the cases that it cannot do, with the reasons.
    first_frame: a viewer is ready with its first frame, because no `event: live` comes."""

    cannot = {}
    first_frame = False

    def __init__(self, site):
        self.site = site
        self.roots = []  # pids; these processes and all below them are the program

    def path(self, log):
        """Where viewers read a log.  "%d" in the name of the log stays."""
        raise NotImplementedError

    def publish(self, log, rate, count, logs=1, seconds=3600):
        """Sends records 1 to count to a log, or in turn to logs of a name with "%d".  Returns when all are
        sent, or after so many seconds: {"records": sent, "seconds": ..., "rate": reached}."""
        raise NotImplementedError

    def processor_seconds(self):
        """So far, by the names of programs."""
        return kit.tree_seconds(self.roots)

    def memory_kb(self):
        return kit.tree_kb(self.roots)
