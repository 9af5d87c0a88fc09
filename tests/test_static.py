# SPDX-License-Identifier: MIT
"""`make static`: one file that runs on any Linux, without a library and without a file beside it.

Each test puts it into an empty directory and makes that its root. The file is the same for all builds, so the tests
are not repeated for sanitizers."""
import contextlib
import os
import shutil
import signal
import socket
import struct
import subprocess
import threading

import pytest

import identity
import redisd
import webs
from fcgi import FcgiStream, environment
from procs import Child, listening, wait_until
from tables import case

pytestmark = [pytest.mark.memory, pytest.mark.skipif(not webs.ROOT, reason="needs root for chroot")]

NOBODY = "65534:65534"


class Root:
    """An empty directory with the program in it, and the options of a log that everybody may read."""

    def __init__(self, stack, redis, url=None, **options):
        self.stack = stack
        self.dir = stack.directory()
        shutil.copy(webs.static_program(), self.dir / "sselog")
        self.options = {"SSELOG_AUTH": "anonymous", "SSELOG_STREAM": "log"}
        if not url:
            os.link(redis.socket, self.dir / "redis.sock")
            url = redisd.url_as_user("unix:///redis.sock")
        self.options.update(SSELOG_REDIS=url, **options)

    def file(self, name, text):
        path = self.dir / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def argv(self, *args):
        return ["chroot", f"--userspec={NOBODY}", self.dir, "/sselog", *args]

    def run(self, *args, **env):
        """Runs it to its end, with all options and these variables."""
        return subprocess.run(self.argv(*args), env={"PATH": os.environ["PATH"], **self.options, **env},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)

    def cgi(self, path, **params):
        return self.run(**environment(f"/sselog{path}", **params))

    def start(self, *args, **env):
        log = self.dir.with_name(self.dir.name + ".out")
        return self.stack.keep(Child(self.argv(*args), log=log, env={"PATH": os.environ["PATH"], **self.options, **env}))


@pytest.fixture
def root(stack, redis):
    return Root(stack, redis)


def assert_follows(output, redis):
    """A stream with one record of history also gets the next one."""
    wait_until(lambda: "event: live" in output(), "the live frame")
    assert "data: history" in output()
    redis.add("log", "next")
    wait_until(lambda: "data: next" in output(), "the next record")


def test_stream_as_cgi_in_an_empty_root(stack):
    redis = stack.redis(tcp=True)
    redis.add("log", "history")
    for url in (None, redisd.url_as_user(redis.url)):
        with case(url or "Unix socket"):
            redis.client.delete("log")
            redis.add("log", "history")
            child = Root(stack, redis, url).start(**environment("/sselog/stream"))
            assert_follows(child.output, redis)
            assert child.stop(signal.SIGTERM) == 0


def test_stream_as_fastcgi_in_an_empty_root(stack, redis, root):
    redis.add("log", "history")
    (root.dir / "run").mkdir(mode=0o777)
    (root.dir / "run").chmod(0o777)
    address = root.dir / "run/s.sock"
    child = root.start("-s", "/run/s.sock")
    wait_until(lambda: not child.running() or listening(address), "the socket")
    with FcgiStream(address, environment("/sselog/stream")) as s:
        s.read_until_live()
        assert s.payloads == ["history"]
        redis.add("log", "next")
        s.read_records(2)
        assert s.payloads == ["history", "next"]
    assert child.stop(signal.SIGTERM) == 0


def headers(path):
    """The type of the ELF file and the types of its program headers: elf(5)."""
    raw = path.read_bytes()
    at, size, count = struct.unpack_from("<Q", raw, 32)[0], *struct.unpack_from("<HH", raw, 54)
    return struct.unpack_from("<H", raw, 16)[0], {
        struct.unpack_from("<I", raw, at + size * i)[0]: struct.unpack_from("<I", raw, at + size * i + 4)[0]
        for i in range(count)}


def test_file_is_small_needs_no_loader_and_is_hardened():
    program = webs.static_program()
    kind, segments = headers(program)
    dynamic, interpreter, stack, relro = 3, 3, 0x6474e551, 0x6474e552
    assert kind == dynamic, "it is loaded at a random address"
    assert interpreter not in segments
    assert relro in segments and not segments[stack] & 1, "read-only tables; a stack without code"
    assert program.stat().st_size < 4_000_000
    listed = subprocess.run(["readelf", "-dW", program], capture_output=True, text=True, check=True).stdout
    assert "NEEDED" not in listed and "BIND_NOW" in listed and "TEXTREL" not in listed


def test_missing_parts_are_told(root):
    version = root.run("-V").stdout
    assert version.startswith("sselog ") and ", static\n" in version
    for option, lacks, ways in (("SSELOG_JWT_ALG", "RS256", "use HS256"), ("SSELOG_REDIS", "rediss://", "use unix://")):
        with case(option):
            assert lacks in version and option in version
            value = "rediss://redis.example" if option == "SSELOG_REDIS" else lacks
            done = root.run("-t", **{"SSELOG_AUTH": "jwt", option: value})
            assert done.returncode == 2
            assert f"error config: {option}" in done.stderr and lacks in done.stderr and ways in done.stderr


def test_doctor_needs_no_file_of_the_system(root):
    """Names of users come from files, which are not there: no library of a name service is loaded."""
    done = root.run("doctor", "--as", "www-data")
    assert done.returncode == 1 and "there is no user www-data" in done.stdout
    done = root.run("doctor", "http://127.0.0.1:1/sselog")
    assert "libcurl" in done.stdout


def test_token_of_hs256_is_verified(stack, redis):
    root = Root(stack, redis, SSELOG_AUTH="jwt", SSELOG_JWT_KEY_FILE="/key", SSELOG_STREAM="log:{user}")
    root.file("key", identity.SECRET)
    os.chown(root.dir / "key", 65534, 65534)
    (root.dir / "key").chmod(0o400)
    redis.add("log:ann", "for ann")
    for secret, answer in ((identity.SECRET, "for ann"), ("another secret of 32 characters!!", "Status: 401")):
        with case(answer):
            token = identity.jwt("ann", secret=secret)
            done = root.cgi("/history", HTTP_AUTHORIZATION=f"Bearer {token}")
            assert answer in done.stdout, done.stderr


@contextlib.contextmanager
def name_server(address, name, found):
    """Answers look-ups of one name with an IPv4 address; it knows no other (RFC 1035)."""
    wanted = b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"

    def answer(query):
        question = query[12:query.index(b"\0", 12) + 5]
        known = question[:-4].lower() == wanted
        is_a = known and question[-4:] == b"\0\1\0\1"
        record = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + socket.inet_aton(found) if is_a else b""
        return query[:2] + struct.pack(">HHHHH", 0x8180 if known else 0x8183, 1, is_a, 0, 0) + question + record

    def serve():
        with contextlib.suppress(OSError):
            while True:
                query, peer = s.recvfrom(512)
                if not query:
                    return
                s.sendto(answer(query), peer)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind((address, 53))
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield
        finally:
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"", (address, 53))
            thread.join()


def test_host_name_is_found_without_the_libraries_of_the_name_services(stack):
    """nsswitch.conf names services that are libraries; loading one of another C library would crash."""
    redis = stack.redis(tcp=True)
    redis.add("log", "found")
    url = redisd.url_as_user(f"redis://redis.example:{redis.port}")
    for source in ("hosts", "DNS", "none"):
        with case(source), contextlib.ExitStack() as servers:
            root = Root(stack, redis, url)
            root.file("etc/nsswitch.conf", "hosts: mymachines [!UNAVAIL=return] resolve [!UNAVAIL=return]\n")
            if source == "hosts":
                root.file("etc/hosts", "127.0.0.1 redis.example\n")
            if source == "DNS":
                servers.enter_context(name_server("127.5.3.53", "redis.example", "127.0.0.1"))
                root.file("etc/resolv.conf", "nameserver 127.5.3.53\n")
            done = root.cgi("/history")
            assert done.returncode == 0, done
            if source == "none":
                assert "Status: 503" in done.stdout
                assert f"redis.example:{redis.port}: " in done.stderr and "name resolution" in done.stderr
            else:
                assert '"data":"found"' in done.stdout, done.stderr


def test_name_that_is_not_found_ends_no_stream(stack):
    """The relay resolves in a thread of the C library."""
    child = Root(stack, None, "redis://redis.example").start(**environment("/sselog/stream"))
    wait_until(lambda: "event: source" in child.output() or not child.running(), "the state of Redis")
    wait_until(lambda: "redis.example:6379: redis.example: " in child.output(), "the reason")
    assert child.stop(signal.SIGTERM) == 0
    assert "event: end" in child.output()
