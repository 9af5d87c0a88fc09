# SPDX-License-Identifier: MIT
"""rediss://: sselog talks TLS, and only to the server that the URL names.

A sselog that is built without TLS does not start with such a URL. A run has only the tests for its build.
"""
import contextlib
import os
import re
import socket
import ssl
import subprocess
import threading

import pytest

import redisd
import webs
from fcgi import FcgiStream, environment, fcgi_get
from procs import wait_until


def check_config(**options):
    """Runs sselog -t with these options."""
    return subprocess.run([webs.program(), "-t"], env={"PATH": os.environ["PATH"], **options},
                          capture_output=True, text=True, timeout=30)


def has_tls():
    with contextlib.suppress(OSError):  # the program is not built; a fixture reports that
        return check_config(SSELOG_REDIS="rediss://127.0.0.1").returncode == 0
    return False


TLS = has_tls()


class Authority:
    """An issuer of certificates that is in no system's list of trusted issuers."""

    def __init__(self, directory):
        self.dir = directory
        self.file = directory / "ca.pem"
        self._openssl("req", "-x509", "-subj", "/CN=test issuer", "-keyout", "ca.key", "-out", "ca.pem")

    def _openssl(self, *words):
        new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        done = subprocess.run(["openssl", *words[:1], *(new if words[0] == "req" else []), *words[1:]],
                              cwd=self.dir, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr

    def issue(self, names):
        """Writes a certificate and key for names such as DNS:localhost,IP:127.0.0.1; returns their paths."""
        (self.dir / "names").write_text(f"subjectAltName={names}\n")
        self._openssl("req", "-subj", "/CN=test server", "-keyout", "server.key", "-out", "server.csr")
        self._openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                      "-CAcreateserial", "-extfile", "names", "-out", "server.pem")
        return self.dir / "server.pem", self.dir / "server.key"

    def as_directory(self):
        """A directory for SSL_CERT_DIR, where OpenSSL finds the issuer by the hash of its subject."""
        d = self.dir / "issuers"
        d.mkdir()
        (d / "test.pem").write_bytes(self.file.read_bytes())
        self._openssl("rehash", str(d))
        return d


class TlsRedis(redisd.Redis):
    """A Redis whose port speaks only TLS; the tests use its Unix socket."""

    def __init__(self, directory, authority, *, names="DNS:localhost,IP:127.0.0.1", host="127.0.0.1",
                 options=(), **kw):
        self.host = host
        cert, key = authority.issue(names)
        tls = ["--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", authority.file,
               "--tls-auth-clients", "no", *options]
        super().__init__(directory, tcp=True, options=tls, **kw)

    @property
    def url(self):
        return f"rediss://{self.host}:{self.port}/0"

    def _argv(self):
        return [*super()._argv(), "--port", "0", "--tls-port", self.port]


class Listener:
    """A TCP port that accepts connections and calls talk(connection) for each, on a thread."""

    def __init__(self, talk=lambda conn: None):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.accepted = []
        self.talk = talk
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        with contextlib.suppress(OSError):
            while True:
                conn, _ = self.socket.accept()
                self.accepted.append(conn)
                with contextlib.suppress(OSError):
                    self.talk(conn)

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(10)
        for conn in self.accepted:
            conn.close()


def follow(responder, query=""):
    return FcgiStream(responder.socket, environment("/sselog/stream", query))


def states(stream):
    return [e.json()["state"] for e in stream.events if e.type == "source"]


def wait_for_source(stream, *wanted):
    stream.read_until(lambda s: states(s) == list(wanted), f"source states {wanted}")


def healthz(responder):
    return fcgi_get(responder.socket, environment("/sselog/healthz")).status


@pytest.fixture
def authority(stack):
    return Authority(stack.directory())


@pytest.fixture
def serve(stack, authority):
    """Starts sselog for a Redis URL. trust: the variable that names the trusted issuer, or None."""
    def start(url, trust="SSL_CERT_FILE", **options):
        setup = stack.setup(**options)
        setup.options["SSELOG_REDIS"] = redisd.url_as_user(url)
        if trust:
            setup.options[trust] = str(authority.file if trust == "SSL_CERT_FILE" else
                                       authority.as_directory())
        return stack.responder(setup=setup)
    return start


def assert_connection_refused(responder, *words):
    """Checks that no viewer gets a record and that the log has these words.

    The relay logs the reason once, each look-up logs it too."""
    with follow(responder) as s:
        wait_for_source(s, "lost")
        assert healthz(responder) == 503
        lines = responder.output().splitlines()
        relay = [line for line in lines if "trying again" in line]
        assert len(relay) == 1
        for line in relay + [line for line in lines if "look-up" in line]:
            for word in words:
                assert word in line
        assert not s.records and states(s) == ["lost"]


def with_tls(test):
    return test if TLS else None


def without_tls(test):
    return None if TLS else test


@without_tls
def test_rediss_url_is_refused_without_tls_support():
    """sselog must never use plain text instead: it exits, with a line that says why."""
    for url in ("rediss://127.0.0.1", "rediss://:hunter2@redis.example:6380/1"):
        done = check_config(SSELOG_REDIS=url)
        assert done.returncode == 2
        assert done.stdout == ""
        assert re.fullmatch(webs.TIME + r"error config: SSELOG_REDIS .*: rediss:// needs hiredis with TLS, "
                            r"without which this sselog was built; use unix://, .*, or another build\n", done.stderr)


@with_tls
@pytest.mark.parametrize("host, trust", [
    # The C library resolves names in a thread of its own, which ThreadSanitizer does not support.
    pytest.param("127.0.0.1", "SSL_CERT_FILE", marks=pytest.mark.threads),
    ("localhost", "SSL_CERT_FILE"), ("localhost", "SSL_CERT_DIR")])
def test_stream_and_lookups_work_over_tls(stack, authority, serve, host, trust):
    """The URL has a name or an address. A file of issuers is read at the start. From a directory an issuer is
    read when a certificate names it, when sselog has no access to the rest of the file system."""
    redis = stack.keep(TlsRedis(stack.directory(), authority, host=host))
    ids = redis.add_many("log", ["before"] * 10)
    responder = serve(redis.url, trust)
    with follow(responder) as s:
        s.read_records(10)
        ids += redis.add_many("log", ["after"] * 10)
        s.read_records(20)
        assert [e.id for e in s.records] == ids
        assert states(s) == []
        assert fcgi_get(responder.socket, environment("/sselog/history")).status == 200
        assert healthz(responder) == 200
        plain = [c for c in redis.clients() if not c["addr"].startswith("127.0.0.1:")]
        assert len(redis.clients()) >= 3 and not plain


@with_tls
def test_large_replies_arrive_whole_over_tls(stack, authority, serve):
    """Replies that need several reads, large bulk strings, and TLS records that end anywhere.

    Bytes that OpenSSL has already decrypted must be read, although the socket is not readable."""
    redis = stack.keep(TlsRedis(stack.directory(), authority))
    sizes = [5_000_000, *[300_000] * 20, *range(65_000, 66_000, 50), *[16_384 - 40 + n for n in range(80)]]
    payloads = [(f"{n:08}" * (size // 8 + 1))[:size] for n, size in enumerate(sizes)]
    responder = serve(redis.url)
    with follow(responder) as s:
        s.read_until_live()
        redis.add_many("log", payloads)
        s.read_records(len(payloads))
        assert [e.data for e in s.records] == payloads
        with follow(responder, "history=1000") as late:
            late.read_until_live()
            assert [e.data for e in late.records] == payloads


@with_tls
def test_stream_continues_after_a_tls_redis_restart(stack, authority, serve):
    redis = stack.keep(TlsRedis(stack.directory(), authority, persistent=True))
    responder = serve(redis.url)
    with follow(responder) as s:
        ids = redis.add_many("log", ["before"] * 50)
        s.read_records(50)
        assert healthz(responder) == 200
        redis.kill()
        wait_for_source(s, "lost")
        redis.start()
        wait_for_source(s, "lost", "live")
        ids += redis.add_many("log", ["after"] * 50)
        s.read_records(100)
        assert [e.id for e in s.records] == ids
        wait_until(lambda: healthz(responder) == 200, "look-ups")
        redis.client.client_kill_filter(_type="normal", skipme=True)
        assert healthz(responder) == 200  # an idle connection that the server closed


@with_tls
def test_send_works_over_tls(stack, authority):
    redis = stack.keep(TlsRedis(stack.directory(), authority))
    environ = {"PATH": os.environ["PATH"], "SSL_CERT_FILE": str(authority.file),
               "SSELOG_REDIS": redisd.url_as_user(redis.url, "sselog-producer")}
    lines = "".join(f"line {n}\n" for n in range(500))
    done = subprocess.run([webs.program(), "send", "-l", "log"], env=environ, input=lines, text=True,
                          capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert [f[b"data"].decode() for _, f in redis.client.xrange("log")] == lines.splitlines()


@with_tls
@pytest.mark.parametrize("host, names, why", [
    ("127.0.0.1", "DNS:redis.example", "IP address mismatch"),
    ("127.0.0.1", "IP:127.0.0.2,DNS:127.0.0.1", "IP address mismatch"),
    ("localhost", "DNS:redis.example,IP:127.0.0.1", "hostname mismatch"),
    ("localhost", "DNS:localhost.example,DNS:l*", "hostname mismatch"),
])
def test_certificate_for_another_name_is_refused(stack, authority, serve, host, names, why):
    redis = stack.keep(TlsRedis(stack.directory(), authority, host=host, names=names))
    redis.add("log", "x")
    assert_connection_refused(serve(redis.url), f"not good for {host}", why)


@with_tls
def test_certificate_of_an_untrusted_issuer_is_refused(stack, authority, serve):
    """The issuer is not in the configured file, or no issuer is configured."""
    redis = stack.keep(TlsRedis(stack.directory(), Authority(stack.directory())))
    redis.add("log", "x")
    assert_connection_refused(serve(redis.url), "not good for 127.0.0.1", "self-signed certificate")
    assert_connection_refused(serve(redis.url, trust=None), "not good for 127.0.0.1", "self-signed certificate")


@with_tls
def test_unreadable_certificate_file_ends_the_start(authority):
    """A mistake in the configuration is reported at the start, not with each connection."""
    for path in ("/nonexistent/ca.pem", str(authority.dir / "ca.key")):
        done = check_config(SSELOG_REDIS="rediss://127.0.0.1", SSL_CERT_FILE=path)
        assert done.returncode == 2
        assert re.fullmatch(webs.TIME + re.escape(f"error config: SSL_CERT_FILE: {path}: no certificate could be read\n"),
                            done.stderr)


@with_tls
def test_silent_tls_server_times_out(stack, serve):
    """The server accepts and sends nothing. The relay still sends keepalives, and the handshake times out."""
    listener = stack.keep(Listener())
    responder = serve(f"rediss://127.0.0.1:{listener.port}", keepalive=1)
    with follow(responder) as s:
        wait_until(lambda: listener.accepted, "a connection")
        wait_for_source(s, "lost")
        s.read_until(lambda s: len(s.parser.comments) >= 2, "keepalives")
    assert "no answer in time" in responder.output()
    assert responder.stop() == 0


@with_tls
def test_tls_server_that_closes_is_tried_again(stack, serve):
    """The server closes in the middle of the handshake."""
    listener = stack.keep(Listener(lambda conn: conn.recv(10) and conn.close()))
    responder = serve(f"rediss://127.0.0.1:{listener.port}")
    with follow(responder) as s:
        wait_for_source(s, "lost")
        wait_until(lambda: len(listener.accepted) > 6, "more attempts")
        assert healthz(responder) == 503


@with_tls
def test_sni_has_the_host_name_and_no_secret_precedes_the_handshake(stack, authority, serve):
    """SNI has the host name of the URL, and is absent for an IP address (RFC 6066, section 3). The first
    byte on the connection belongs to the handshake, so that no password is sent in plain text."""
    cert, key = authority.issue("DNS:localhost")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(cert, key)
    names, first = [], []
    server.sni_callback = lambda conn, name, context: names.append(name)

    def talk(conn):
        first.append(conn.recv(1, socket.MSG_PEEK))
        with contextlib.suppress(ssl.SSLError):
            server.wrap_socket(conn, server_side=True).close()

    listener = stack.keep(Listener(talk))
    serve(f"rediss://:hunter2@localhost:{listener.port}")
    wait_until(lambda: len(names) >= 2, "handshakes")
    assert set(names) == {"localhost"}
    other = serve(f"rediss://:hunter2@127.0.0.1:{listener.port}")
    wait_until(lambda: "not good for 127.0.0.1" in other.output(), "handshakes with an IP address")
    wait_until(lambda: None in names, "handshakes with an IP address")
    assert set(names) == {"localhost", None} and set(first) <= {b"\x16", b""}
