# SPDX-License-Identifier: MIT
"""Hostile requests: the product of who asks, for what, how, and with which lies in the headers.

    CREDENTIALS, PATHS, HEADERS, METHODS   the tables; a row of each is one request
    requests(count, seed)                  a sample of the product
    problem(request, answer)               what is wrong with an answer, or None

Each user's log holds one record that names its reader. An answer therefore tells whose log it comes from. So
there is no table of right answers: nobody gets a record of another, and who asks properly gets the own one.
"""
import json
import random
import re
from dataclasses import dataclass, field

import identity
from sse import basic

USERS = ("ann", "bob", "root", "mallory")
SESSIONS = {"session-of-ann": identity.session("ann"), "session-of-bob": identity.session("bob"),
            "session-of-root": identity.session("root", role="admin"),
            "session-of-mallory": '{"user_id":"mallory","user_id\\u0000":"bob","role":"viewer","tenant_id":"acme"}',
            "session-of-pickle": "S'bob'", "session-without-user": '{"role":"admin"}',
            "session-with-nan": '{"user_id":NaN}'}
BEARER = "0123456789abcdefghijklmnopqrstuvwxyzABCDEF"
SECRETS = (*SESSIONS, BEARER, "guessed-password", "secretsecret")


def record_of(user):
    return f"a-record-for-{user}-only"


@dataclass(frozen=True)
class Credential:
    """headers: what the client sends. user: who that is, or None if it is nobody."""
    headers: tuple
    user: object = None


def _cookies(*values):
    return (("Cookie", "; ".join(f"session={v}" for v in values)),)


# Of a site where the web server asks for a password, and of one where sselog looks credentials up.
PASSWORD = [Credential((), None),
            *(Credential(tuple(basic(u).items()), u) for u in ("ann", "bob")),
            Credential(tuple(basic("ann", "guessed-password").items())),
            Credential(tuple(basic("bob", "").items())), Credential(tuple(basic("", "").items())),
            Credential((("Authorization", "Basic ***"),)), Credential((("Authorization", "Basic"),)),
            Credential(_cookies("session-of-bob")), Credential((("Authorization", "Bearer " + BEARER),))]
LOOKUP = [Credential(()),
          *(Credential(_cookies(f"session-of-{u}"), u) for u in ("ann", "bob", "root")),
          Credential((("Authorization", "Bearer " + BEARER),), "ann"),
          Credential(_cookies("session-of-ann") + (("Authorization", "Bearer " + BEARER),), "ann"),
          *(Credential(_cookies(c)) for c in (
              "session-of-pickle", "session-without-user", "session-with-nan", "session-of-mallory",
              "unknown-session", "", "a/../b", "x" * 5000)),
          Credential((("Authorization", "Bearer unknown"),)), Credential((("Authorization", "Bearer"),)),
          Credential(tuple(basic("bob").items()))]
CREDENTIALS = {"password": PASSWORD, "lookup": LOOKUP}

# The answers for which an identity must be known: records, or their numbers.
LOG = ("log", "counts")
# Path, and what a proper GET of it answers: one of LOG, "open" (needs no identity) or None (not said).
PATHS = [
    ("", "log"), ("/stream", "log"), ("/history", "log"), ("/healthz", "open"), ("/livez", "open"), ("/history?limit=5", "log"),
    ("/search?limit=5", "log"), ("/volume?buckets=2", "counts"), ("/export?format=jsonl", "log"),
    ("/search?at=1-0&dir=forward&key=stream:logs:bob", "log"), ("/search?limit=0", None),
    ("/history?after=0-0&wait=0", "log"), ("/history?after=0-0&wait=999", None),
    ("/stream?user=bob", "log"), ("/stream?user_id=bob&tenant_id=acme&role=admin", "log"),
    ("/stream?REMOTE_USER=bob", "log"), ("/stream?SSELOG_STREAM=stream:logs:bob", "log"),
    ("/stream?stream=stream:logs:bob&key=stream:logs:bob", "log"), ("/history?user=../bob", "log"),
    ("/stream?history=1000000000", None), ("/history?limit=-1", None), ("/history?limit=0x10", None),
    ("/history?before=99999999999999999999-0", None), ("/stream?last_event_id=%0d%0aevent:%20injected", None),
    ("/stream?lastEventId=0-0", "log"), ("/stream?q=%ff%fe", None), ("/stream?q=" + "(" * 200, None),
    ("/stream?level=%0d%0aX-Injected:%20injected", None), ("/stream?level=NONSENSE", None),
    ("/stream?" + "a=b&" * 100, None), ("/stream?" + "x" * 9000, None), ("/stream?a%00b=c", None),
    ("/stream?token=a-token-of-nobody", None), ("/stream?token=a&token=b", None), ("/stream?whose=0", None),
    ("/status", None), ("/metrics", None), ("/token", None), ("/nowhere", None), ("/STREAM", None),
    ("//stream", None), ("/stream/../history", None), ("/%2e%2e/%2e%2e/etc/passwd", None),
    ("/stream%00", None), ("/stream%0d%0aX-Injected:%20injected", None), ("/stream;user=bob", None),
    ("/stream/bob", None), ("/" + "p" * 3000, None), ("/stream?%", None), ("/stream?q=%zz", None),
]

# Header lines, and whether a proper request stays proper with them.
HARMLESS = [
    (), (("X-Remote-User", "bob"),), (("X_Remote_User", "bob"),), (("X.Remote.User", "bob"),),
    (("Remote-User", "bob"),), (("REMOTE_USER", "bob"),), (("Redirect-Remote-User", "bob"),),
    (("X-Remote-Role", "admin"), ("X-Remote-Tenant", "acme")), (("X!Remote~Role", "admin"),),
    (("X-Forwarded-User", "bob"),), (("X-User", "bob"), ("X-Email", "bob")),
    (("SSELOG_STREAM", "stream:logs:bob"),), (("Sselog-Auth", "anonymous"),),
    (("X-Forwarded-For", "192.0.2.1"),), (("X-Forwarded-For", "127.0.0.1"), ("X-Real-IP", "127.0.0.1")),
    (("Forwarded", "for=192.0.2.1;by=\"[::1]\""),), (("Proxy", "http://evil.example/"),),
    (("X-Original-URL", "/sselog/status"), ("X-Rewrite-URL", "/sselog/status")),
    (("X-HTTP-Method-Override", "POST"),), (("If-None-Match", "*"),),
    (("Accept-Encoding", "gzip, br, zstd"),), (("Accept", "*/*"),), (("Accept", "\"'<>"),),
    (("User-Agent", "<script>injected</script>"),), (("Referer", "http://evil.example/?injected"),),
    (("Script-Name", "/evil"), ("Path-Info", "/status"), ("Query-String", "user=bob")),
    (("Last-Event-ID", "0-0"),), (("Origin", "http://evil.example"), ("Sec-Fetch-Site", "cross-site")),
]
HARMFUL = [
    (("Range", "bytes=0-10"),),  # lighttpd cuts any answer
    (("Last-Event-ID", "99999999999999999999999"),), (("Last-Event-ID", "1-1, 2-2"),),
    (("Last-Event-ID", "x" * 300),), (("Last-Event-ID", "\x01\x7f"),), (("Host", "evil.example:99999"),),
    (("Authorization", "Bearer a"), ("Authorization", "Bearer b")), (("Cookie", "x" * 7000),),
    (("Cookie", "session=a"), ("Cookie", "session=session-of-pickle")),
    (("Cookie", "session"), ("Cookie", ";;;=;session=;")), (("X-Long", "y" * 7000),),
    (("Content-Length", "7"),), (("Content-Length", "-1"),), (("Transfer-Encoding", "chunked"),),
    (("Transfer-Encoding", "injected"),), (("Expect", "100-continue"),), (("Connection", "upgrade"),),
    (("Upgrade", "websocket"), ("Sec-WebSocket-Key", "injected")), (("X-Nul", "a\x00b"),),
    (("Bad Name", "x"),), (("", "x"),), (("X-Folded", "a\r\n b"),), (("Cookie", "session=\xff\xfe"),),
]
HEADERS = [(h, True) for h in HARMLESS] + [(h, False) for h in HARMFUL]
METHODS = ["GET"] * 12 + ["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "PROPFIND", "get", "G\x01T"]


@dataclass(frozen=True)
class Request:
    credential: Credential
    path: str
    expects: object  # what a proper GET of the path answers
    headers: tuple
    proper: bool  # the headers do no harm
    method: str

    def lines(self):
        """All header lines. Those of the credential come first."""
        return self.credential.headers + self.headers

    def announces_a_body(self):
        return any(name in ("Content-Length", "Transfer-Encoding") for name, _ in self.headers)

    def __str__(self):
        return f"{self.method} {self.path[:90]} {[(k, v[:60]) for k, v in self.lines()]}"


@dataclass
class Answer:
    status: int
    headers: list = field(default_factory=list)  # (name in lower case, value)
    body: bytes = b""

    def type(self):
        return dict(self.headers).get("content-type", "").partition(";")[0]


def requests(site, count, seed):
    """The same sample for the same seed. Half of the requests differ from a proper one in one thing only,
    because two wrong things hide each other."""
    dice = random.Random(seed)
    for n in range(count):
        credential = dice.choice(CREDENTIALS[site])
        path, expects = dice.choice(PATHS)
        headers, proper = dice.choice(HEADERS)
        method = dice.choice(METHODS)
        if n % 2:
            kept = dice.randrange(3)
            path, expects = (path, expects) if kept == 0 else dice.choice(PATHS[:3])
            headers, proper = (headers, proper) if kept == 1 else ((), True)
            method = method if kept == 2 else "GET"
        if site == "password" and expects == "open":
            expects = None  # the web server asks for a password here too
        yield Request(credential, path, expects, headers, proper, method)


EVENT_LINE = re.compile(rb"(?:retry: \d+|id: (?:[\d-]+|over)|event: [a-z-]+|data: .*|: \w+|)")
RESPONSE_HEADERS = set("""allow cache-control connection content-disposition content-length content-range
    content-security-policy content-type date location referrer-policy retry-after server transfer-encoding
    vary www-authenticate x-accel-buffering x-content-type-options x-frame-options keep-alive upgrade
    accept-ranges etag last-modified""".split())
# 206: lighttpd's. 501, 505: a web server's own answer to a method or a coding that it does not know.
STATUSES = {200, 204, 206, 400, 401, 403, 404, 405, 409, 411, 413, 414, 417, 429, 431, 501, 505}


def problem(request, answer):
    """Names the fault of an answer; None: it has none."""
    return (_strangers_record(request, answer) or _own_record_missing(request, answer) or
            _status(request, answer) or _head(answer) or _framing(answer))


def _strangers_record(request, answer):
    for user in USERS:
        if user != request.credential.user and record_of(user).encode() in answer.body:
            return f"the record of {user}"
    return None


def _own_record_missing(request, answer):
    user = request.credential.user
    proper = request.proper and request.method == "GET"
    if not proper or not request.expects or (request.expects in LOG and not user):
        return None
    if answer.status != 200:
        return "a proper request is refused"
    if request.expects == "log" and record_of(user).encode() not in answer.body:
        return "the reader's own record is missing"
    return None


def _status(request, answer):
    # mod_fcgid's own page, because the body that the request announces does not come.
    cut = request.announces_a_body() and answer.status == 500 and answer.type() == "text/html"
    if answer.status not in STATUSES and not cut:
        return "such a status"
    nobody = request.expects in LOG and not request.credential.user
    if nobody and answer.status == 200 and request.method not in ("OPTIONS", "TRACE"):
        return "nobody is let in"
    return None


def _head(answer):
    for name, value in answer.headers:
        if name not in RESPONSE_HEADERS and not name.startswith("access-control-"):
            return f"a header {name!r}"
        if "injected" in value:
            return f"a header from the request: {name}: {value}"
    return None


def _framing(answer):
    if answer.type() == "application/json" and answer.body and answer.status != 206:
        try:
            json.loads(answer.body)
        except ValueError:
            return "JSON that is none"
    if answer.type() == "text/event-stream":
        for line in answer.body.split(b"\n"):
            if not EVENT_LINE.fullmatch(line):
                return f"a line {line!r} in the stream"
    return None
