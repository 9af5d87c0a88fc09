# SPDX-License-Identifier: MIT
"""Shared by bench/run and bench/compare.

- figures of the kernel: processor time, memory
- a site: a directory with a private Redis, and all that is started there
- sselog's options and lighttpd's configuration, from the shipped example
- the load client, and ways to make records
"""
import contextlib
import json
import os
import re
import resource
import select
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
PAYLOAD = 100
STARTUP_S = 60
KEEPALIVE_S = 5
TICK = os.sysconf("SC_CLK_TCK")


# ---- figures of the kernel -----------------------------------------------------------------

def cpu_seconds(pid):
    """User and system time of all threads, also of those that ended."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
        fields = f.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def private_kb(pid):
    """The pages that no file holds. The pages of programs and libraries are shared by all processes, and
    how many of them are mapped depends on the kernel's cache."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("Anonymous:"))


def mapped_kb(pid):
    """The pages that only this process maps now, those of files among them."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
        return sum(int(line.split()[1]) for line in f
                   if line.startswith(("Private_Clean:", "Private_Dirty:")))


def kernel_kb():
    """The kernel's own memory on the whole machine: sockets and other objects, stacks, tables of pages."""
    with open("/proc/meminfo", encoding="ascii") as f:
        return sum(int(line.split()[1]) for line in f
                   if line.startswith(("SUnreclaim:", "KernelStack:", "PageTables:")))


def open_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def processes():
    """All processes: pid, name, and the fields of /proc/PID/stat from the state on."""
    for entry in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{entry}/stat", encoding="ascii",
                                                errors="replace") as f:
            head, _, rest = f.read().rpartition(")")
            yield int(entry), head.partition("(")[2], rest.split()


def child_named(parent, name):
    return next((pid for pid, its_name, fields in processes()
                 if its_name == name and int(fields[1]) == parent), None)


def tree(roots):
    """The pids of these processes and of all below them."""
    parents = {pid: int(fields[1]) for pid, _, fields in processes()}
    found = set(roots)
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def tree_seconds(roots):
    """Processor seconds of a tree, by the names of programs.  A process that ended counts for the parent
    that waited for it."""
    wanted, seconds = tree(roots), {}
    for pid, name, fields in processes():
        if pid in wanted:
            seconds[name] = seconds.get(name, 0) + sum(map(int, fields[11:15])) / TICK
    return seconds


def tree_kb(roots):
    """Memory of a tree that no file holds: each process's share of anonymous and of shared pages."""
    total = 0
    for pid in tree(roots):
        with contextlib.suppress(ProcessLookupError, FileNotFoundError), open(
                f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
            total += sum(int(line.split()[1]) for line in f
                         if line.startswith(("Pss_Anon:", "Pss_Shmem:")))
    return total


def wait_for(what, ready, seconds=STARTUP_S):
    """Polls until ready() returns a true value, and returns it."""
    deadline = time.monotonic() + seconds
    while True:
        value = ready()
        if value:
            return value
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what}: not within {seconds} s")
        time.sleep(0.02)


# ---- the parts -----------------------------------------------------------------------------

def accepts(family, address):
    with contextlib.suppress(OSError), socket.socket(family) as s:
        s.connect(address)
        return True
    return False


def accepts_port(port):
    return accepts(socket.AF_INET, ("127.0.0.1", port))


def answers_stream(port, path):
    """Whether a request is answered 200 and gets the first bytes of its body."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as s:
        s.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n".encode())
        answer = b""
        while not answer.partition(b"\r\n\r\n")[2] and (more := s.recv(4096)):
            answer += more
        return answer.startswith(b"HTTP/1.1 200 ")
    return False


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def raise_files():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return min(hard, 65536) if hard != resource.RLIM_INFINITY else 65536


def program(name):
    """The path of a server's program, which may be in a directory for administrators only."""
    path = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
    if not path:
        raise RuntimeError(f"{name}: not installed")
    return path


def nginx_user():
    """nginx started by root would become "nobody", and could not open what root made."""
    return "user root;" if os.geteuid() == 0 else ""


def stop(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def sselog_environment(redis_url):
    environment = {
        "SSELOG_REDIS": redis_url,
        "SSELOG_AUTH": "anonymous",
        "SSELOG_ROUTE": "/sselog/{log}",
        "SSELOG_STREAM": "stream:logs:{log}",
        "SSELOG_MAX_VIEWERS": "20000",
        "SSELOG_MAX_PER_USER": "20000",
        "SSELOG_KEEPALIVE": str(KEEPALIVE_S),
        "SSELOG_LOG_LEVEL": "warning",
    }
    if os.geteuid() == 0:
        environment["SSELOG_ALLOW_ROOT"] = "1"
    return environment


def backend(path, directory, environment):
    lines = "\n".join(f'            "{k}" => "{v}",' for k, v in environment.items())
    name = os.path.basename(path)
    return f"""
    "/{name}" => ((
        "bin-path" => "{path}",
        "socket" => "{directory}/{name}.sock",
        "max-procs" => 1,
        "check-local" => "disable",
        "listen-backlog" => 1024,
        "bin-environment" => (
{lines}
        )
    )),"""


def adapted(example, changes):
    """The text of a shipped example, or of another file, with changes: patterns and what takes their place.
    It is an error if a pattern is not there just once."""
    with open(os.path.join(HERE, "..", example), encoding="utf-8") as f:
        text = f.read()
    for pattern, replacement in changes:
        text, found = re.subn(pattern, lambda _, r=replacement: r, text)
        if found != 1:
            raise RuntimeError(f"{example}: {found} matches of {pattern}")
    return text


# The part of an example that asks for a password.
WHO_MAY_LOOK = r"(?ms)^ *# --- who may look -.*?# --- end of who may look -+\n"


def lighttpd_config(directory, port, files, backends):
    """The shipped example with other paths, a free port, its own user and the null responder as a second
    backend, without passwords and access log."""
    return adapted("lighttpd-example.conf", (
        (WHO_MAY_LOOK, ""),
        (r'(?m)^accesslog\.filename .*$', ''),
        (r'(?m)^accesslog\.format .*$', ''),
        (r'"mod_auth", "mod_authn_file", "mod_setenv", "mod_accesslog"', '"mod_setenv"'),
        (r'(?m)^server\.username .*\nserver\.groupname .*\n', ''),
        (r'(?m)^server\.port .*$', f'server.port = {port}'),
        (r'(?m)^server\.document-root .*$', f'server.document-root = "{directory}"'),
        (r'(?m)^server\.errorlog .*$', f'server.errorlog = "{directory}/lighttpd.log"\n'
         f'server.breakagelog = "{directory}/responders.log"'),
        (r'(?m)^server\.pid-file .*$', f'server.pid-file = "{directory}/lighttpd.pid"'),
        # Each viewer takes two descriptors of lighttpd, its own and its responder's.
        (r'(?m)^server\.max-fds .*$', f'server.max-fds = {files}\n'
         f'server.max-connections = {files // 2 - 64}'),
        (r'(?ms)^\$HTTP\["url"\] =~ "\^/sselog\(/\|\$\)" \{\n    fastcgi\.server = \(.*?^    \)\n\}$',
         "fastcgi.server = (" + "".join(backends).rstrip(",") + "\n)")))


class Site:
    """A directory with a private redis-server, and what is started there.  on_exit, an ExitStack, ends all."""

    def __init__(self, build, on_exit, redis_port=0):
        self.build = os.path.abspath(build)
        self.on_exit = on_exit
        self.dir = tempfile.mkdtemp(prefix="sselog-bench-")
        on_exit.callback(shutil.rmtree, self.dir, True)
        self.files = raise_files()
        self.redis_socket, self.redis_port = f"{self.dir}/redis.sock", redis_port
        self.redis_url = f"redis://127.0.0.1:{redis_port}" if redis_port else f"unix://{self.redis_socket}"
        self.redis = self.start_redis()
        self.port = 0  # of the web server
        self.logs_used = 0

    def tool(self, name):
        return f"{self.build}/bench/{name}"

    def start(self, argv, **settings):
        """Starts a program.  Its output goes to NAME.out, which tail() shows."""
        settings = {"stdin": subprocess.DEVNULL, **settings}
        with open(f"{self.dir}/{os.path.basename(argv[0])}.out", "ab") as out:
            process = subprocess.Popen(argv, stdout=out, stderr=out, **settings)
        self.on_exit.callback(stop, process)
        return process

    def start_on_port(self, name, command):
        """Starts command(port), which returns arguments, on a free port.  Another process may take that
        port first, so it tries again.  Returns the port and the process."""
        for _ in range(5):
            port = free_port()
            process = self.start(command(port))
            wait_for(name, lambda: process.poll() is not None
                     or accepts_port(port))
            if process.poll() is None:
                return port, process
        raise RuntimeError(f"{name} did not start:\n" + self.tail())

    def start_redis(self):
        process = self.start(
            ["redis-server", "--port", str(self.redis_port), "--bind", "127.0.0.1", "--unixsocket",
             self.redis_socket, "--save", "", "--appendonly", "no", "--dir", self.dir,
             "--maxclients", "12000"])
        wait_for("redis-server", lambda: accepts(socket.AF_UNIX, self.redis_socket))
        return process

    def start_lighttpd(self, backends):
        def command(port):
            with open(f"{self.dir}/lighttpd.conf", "w", encoding="utf-8") as f:
                f.write(lighttpd_config(self.dir, port, self.files, backends))
            return [program("lighttpd"), "-D", "-f", f.name]
        return self.start_on_port("lighttpd", command)

    def tail(self):
        """The last lines of all that was started."""
        text = ""
        for name in sorted(n for n in os.listdir(self.dir) if n.endswith((".out", ".log"))):
            with open(f"{self.dir}/{name}", encoding="utf-8", errors="replace") as f:
                text += "".join(f"  {name}: {line}" for line in f.readlines()[-8:])
        return text

    def http(self, path):
        url = f"http://127.0.0.1:{self.port}{path}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.load(answer)
        except (urllib.error.URLError, ConnectionError):
            return None

    def new_log(self):
        self.logs_used += 1
        return f"r{self.logs_used}"


class Load:
    """The load client: opens viewers and counts what they receive."""

    def __init__(self, site, *args):
        argv = [site.tool("load"), "-p", str(site.port), "-q", "60", *map(str, args)]
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        stop(self.process)
        self.process.stdin.close()
        self.process.stdout.close()

    def line(self, seconds):
        if not select.select([self.process.stdout], [], [], seconds)[0]:
            raise RuntimeError(f"load client: no word within {seconds} s")
        return self.process.stdout.readline().decode()

    def ready(self):
        line = self.line(STARTUP_S)
        if line != "ready\n":
            raise RuntimeError(f"load client: viewers did not get ready: {line.strip()}")

    def reconnect(self):
        """Lets all viewers leave and come back.  ready() then waits for them again."""
        self.process.stdin.write(b"reconnect\n")
        self.process.stdin.flush()

    def finish(self, seconds=300):
        """Closes its standard input, which says that no more records come, and returns the
        counts."""
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        while (line := self.line(seconds)) == "ready\n":
            pass  # nobody waited for it
        result = json.loads(line or "{}")
        result["status"] = self.process.wait()
        return result


# ---- a run of records ----------------------------------------------------------------------

def produce_null(site, rate, count, mount="/null"):
    """Starts a run of the null responder and waits until all its records are sent."""
    began = time.monotonic()
    if not site.http(f"{mount}/start?rate={rate}&count={count}&size={PAYLOAD}"):
        raise RuntimeError("null responder: start refused")
    wait_for("null responder's run",
             lambda: site.http(f"{mount}/status")["emitted"] == count, count / rate * 20 + 30)
    seconds = time.monotonic() - began
    return {"records": count, "seconds": seconds, "rate": count / seconds}


def redis(site, *command):
    return subprocess.run(["redis-cli", "-s", site.redis_socket, *command], check=True,
                          capture_output=True, text=True).stdout.strip()


def run_json(*argv):
    """Runs a program that prints one line of JSON."""
    done = subprocess.run(list(map(str, argv)), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{os.path.basename(argv[0])}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def produce_redis(site, rate, count, log, logs=1):
    return run_json(site.tool("producer"), "-S", site.redis_socket, "-l", f"stream:logs:{log}",
                    "-m", logs, "-r", rate, "-n", count, "-s", PAYLOAD)
