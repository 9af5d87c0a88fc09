# SPDX-License-Identifier: MIT
"""The cost of a request as plain CGI, where each one is a process: processor time from exec to exit.

The static sselog answers some requests.  Beside it, in the same rounds, run /bin/true, a static program that does
nothing, and bench/trips, which makes the same round trips to Redis and nothing else.  So the rest is sselog's own
cost, also on a busy machine.

    scenario()   the rows for bench/run
"""
import contextlib
import os
import select
import socket
import statistics
import threading

import fastcgi
from kit import redis, sselog_environment

MOST = 1.5  # times /bin/true, beside the round trips
RECORDS = 20
# The requests: path, and more variables.
REQUESTS = {
    "/healthz": ("/healthz", {}),
    f"/history of {RECORDS} records": ("/history", {}),
    f"a poll of {RECORDS} records": ("/stream", {"SSELOG_HOLD": "0"}),
    "a poll without news": ("/stream", {"SSELOG_HOLD": "0", "HTTP_LAST_EVENT_ID": "LAST"}),
}


class Recorder:
    """Passes the bytes of one connection after the other on to Redis, and writes the script for bench/trips."""

    def __init__(self, path, redis_socket):
        self.path, self.redis_socket = path, redis_socket
        self.steps, self.connections = [], 0
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(8)
        self.stop_pipe = os.pipe()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        pairs = {}  # a socket: its peer, the number of the connection, and the kind of a step from it
        while True:
            ready = select.select([self.listener, self.stop_pipe[0], *pairs], [], [])[0]
            if self.stop_pipe[0] in ready:
                break
            for s in ready:
                if s is self.listener:
                    client, server = s.accept()[0], socket.socket(socket.AF_UNIX)
                    server.connect(self.redis_socket)
                    pairs[client] = server, self.connections, "s"
                    pairs[server] = client, self.connections, "r"
                    self.connections += 1
                elif s in pairs:
                    self._pass_on(s, pairs)
        for s in (self.listener, *pairs):
            s.close()

    def _pass_on(self, s, pairs):
        peer, number, kind = pairs[s]
        data = s.recv(65536)
        if data:
            peer.sendall(data)
            self.steps.append((number, kind, data))
            return
        for one in (s, peer):
            del pairs[one]
            one.close()

    def script(self):
        """Ends the recording and returns it."""
        os.write(self.stop_pipe[1], b"x")
        self.thread.join()
        for fd in self.stop_pipe:
            os.close(fd)
        os.unlink(self.path)
        return b"".join(b"%d s %d\n%b" % (number, len(data), data) if kind == "s" else
                        b"%d r %d\n" % (number, data.count(b"\n")) for number, kind, data in self.steps)


class Program:
    """A program that is run many times: its name, arguments and environment, and the microseconds of each run."""

    def __init__(self, name, argv, env=None):
        self.name, self.argv, self.env = name, argv, env or {}
        self.runs = []

    def run(self, null, out):
        pid = os.posix_spawn(self.argv[0], self.argv, self.env, file_actions=[
            (os.POSIX_SPAWN_DUP2, null, 0), (os.POSIX_SPAWN_DUP2, out, 1), (os.POSIX_SPAWN_DUP2, null, 2)])
        _, status, usage = os.wait4(pid, 0)
        if status:
            raise RuntimeError(f"{self.name}: status {status}")
        self.runs.append((usage.ru_utime + usage.ru_stime) * 1e6)

    def cost(self):
        return statistics.median(self.runs)


def requests(stack):
    """The names and environments of REQUESTS, for one log.  They lack the address of Redis."""
    log = stack.new_log()
    for n in range(RECORDS):
        last = redis(stack, "XADD", f"stream:logs:{log}", "*", "data", f"record {n} of the log")
    for name, (path, more) in REQUESTS.items():
        options = {**sselog_environment(""), "SSELOG_STREAM": f"stream:logs:{log}"}
        del options["SSELOG_ROUTE"]
        more = {k: last if v == "LAST" else v for k, v in more.items()}
        yield name, {**options, **fastcgi.CGI, "PATH_INFO": path, **more}


def run_rounds(programs, rounds, scratch):
    with contextlib.ExitStack() as files:
        null, out = os.open(os.devnull, os.O_RDWR), os.open(scratch, os.O_WRONLY | os.O_CREAT, 0o600)
        files.callback(os.close, null)
        files.callback(os.close, out)
        for _ in range(rounds):
            for program in programs:
                os.ftruncate(out, 0)
                os.lseek(out, 0, os.SEEK_SET)
                program.run(null, out)


def record(stack, sselog, environment):
    """The script of the round trips that one request makes."""
    recorder = Recorder(f"{stack.dir}/recorder.sock", stack.redis_socket)
    try:
        program = Program("recorded", [sselog], {**environment, "SSELOG_REDIS": f"unix://{recorder.path}"})
        run_rounds([program], 1, f"{stack.dir}/cgi.out")
    finally:
        script = recorder.script()
    return script


def scenario(stack, book, size, names):
    """Rows for bench/run.  The asked figure is MOST times /bin/true, plus what the round trips cost."""
    if "sselog" not in names:
        return
    sselog, trips = f"{stack.build}/static/sselog", stack.tool("trips")
    nothing, true = Program("a static program that does nothing", [trips]), Program("/bin/true", ["/bin/true"])
    compared = []
    for name, environment in requests(stack):
        path = f"{stack.dir}/script-{len(compared)}"
        with open(path, "wb") as f:
            f.write(record(stack, sselog, environment))
        environment["SSELOG_REDIS"] = stack.redis_url
        compared.append((Program(name, [sselog], environment),
                         Program(f"{name}, round trips", [trips, stack.redis_socket, path]),
                         Program(f"{name}, linked dynamically", [f"{stack.build}/sselog"], environment)))
    everything = [true, nothing, *(program for row in compared for program in row)]
    run_rounds(everything, size["rounds"], f"{stack.dir}/cgi.out")
    book.raw["cgi"] = {program.name: program.runs for program in everything}
    book.row("cgi", "processor time of /bin/true; of a static program that does nothing", "",
             f"{true.cost():.0f} us; {nothing.cost():.0f} us")
    for program, round_trips, dynamic in compared:
        asked = MOST * true.cost() + round_trips.cost() - nothing.cost()
        book.row("cgi", f"{program.name}: processor time; of its round trips; linked dynamically", f"{asked:.0f} us",
                 f"{program.cost():.0f} us; {round_trips.cost() - nothing.cost():.0f} us; {dynamic.cost():.0f} us",
                 program.cost() <= asked)
