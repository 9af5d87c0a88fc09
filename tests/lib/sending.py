# SPDX-License-Identifier: MIT
"""sselog send as tests start it.

    producer_environment()   the environment of a producer, with its user of Redis
    start_send()             sselog send, with a pipe as standard input
    Sending                  sselog send that runs until it is stopped or killed
    entries(), values()      the entries of a log, and their payloads
"""
import subprocess

import procs
import redisd


def producer_environment(setup):
    """The environment of a producer, with its Redis user."""
    given = setup.environment()
    return {**given, "SSELOG_REDIS": redisd.url_as_user(given["SSELOG_REDIS"], "sselog-producer")}


def start_send(setup, *arguments, **kw):
    return procs.Child([setup.program, "send", *arguments], stdin=subprocess.PIPE,
                       env=producer_environment(setup), **kw).popen


class Sending:
    """Without input; keep it in a stack, which ends it."""

    def __init__(self, setup, *arguments, **environment):
        self.child = procs.Child([setup.program, "send", *arguments], stderr=subprocess.PIPE,
                                 env={**producer_environment(setup), **environment}).popen
        self.told = ""

    def kill(self):
        self.child.kill()
        self.child.wait(30)

    def stop(self):
        """Ends it in order; what it told on standard error, and its exit status."""
        self.child.terminate()
        return self.wait()

    def wait(self):
        self.told = self.child.communicate(timeout=30)[1].decode()
        return self.told, self.child.returncode

    def output(self):
        return self.told

    def end(self):
        if self.child.stderr.closed:
            return
        if self.child.poll() is None:
            self.child.kill()
        self.wait()


def entries(redis, key="log"):
    return [{k.decode(): v for k, v in fields.items()} for _, fields in redis.client.xrange(key)]


def values(redis, key="log"):
    return [e["data"] for e in entries(redis, key)]
