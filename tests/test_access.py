# SPDX-License-Identifier: MIT
"""Every method of authentication, through lighttpd and Apache, with the option files that are shipped.

For each method the tests send a credential that is absent, good, expired, wrong, malformed, oversized,
sent twice or used again, and one while Redis is down. They ask for the user's own log, for another
user's log, and for a log as an administrator. All requests without a good credential get the same answer.
"""
import json
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

import faults
import identity
import scripted_redis
import webs
from fcgi import FcgiStream, environment, fcgi_get
from identity import JSON, jwt, session, signed_cookie
from procs import wait_until
from sse import Stream, basic, get

SERVERS = pytest.mark.parametrize("kind", ["lighttpd", "fcgid"])
UNKNOWN_TOKEN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ-_01234"
REFUSED = {"content-type": "application/json", "cache-control": "no-store",
           "x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}


@dataclass
class Request:
    """The credential of a request: headers and query. status: the expected status, or several. needs_reply:
    sselog looks it up, so that the answer is 503 while Redis is down."""
    headers: dict = field(default_factory=dict)
    query: str = ""
    status: object = 401
    needs_reply: bool = False


def bearer(token, scheme="Bearer"):
    return {"Authorization": f"{scheme} {token}"}


def cookie(value, name="session"):
    return {"Cookie": f"{name}={value}"}


def twice(header, a, b=None):
    """The same header in two lines."""
    return {header: f"{a}\r\n{header}: {b or a}"}


class Method:
    """One value of SSELOG_AUTH, with its options and its credentials.

    prepare() writes the credentials to Redis. good() returns a new good credential, bad() a table of bad
    ones. needs_redis: the method looks a credential up. single: a credential can be used once.
    challenge: the expected WWW-Authenticate header."""
    needs_redis = True
    single = False
    challenge = None

    def __init__(self, redis, directory):
        self.redis = redis
        self.directory = directory
        self.prepare()

    def prepare(self):
        pass

    def expire(self, key, value):
        """Writes a key and waits until it has expired."""
        self.redis.client.set(key, value, px=1)
        wait_until(lambda: not self.redis.client.exists(key), "expiry")


class Header(Method):
    needs_redis = False
    options = identity.options("header")

    def good(self, user="ann", role=None):
        return Request({"RemoteUser": user, **({"RemoteRole": role} if role else {})})

    def bad(self):
        return {
            "absent": Request(),
            "only a role": Request({"RemoteRole": "admin"}),
            "wrong": Request({"RemoteUser": "ann\xff"}),
            "malformed": Request({"RemoteUser": "ann, bob"}),
            "oversized": Request({"RemoteUser": "a" * 129}),
            "duplicated": Request(twice("RemoteUser", "ann", "bob"), status=(400, 401)),
            "role duplicated": Request({"RemoteUser": "ann", **twice("RemoteRole", "a", "admin")},
                                   status=(400, 401)),
        }


class Cookie(Method):
    options = identity.options("cookie")

    def prepare(self):
        for id, value in {"good": session(), "root": session("root", "admin"), "text": "ann",
                          "nobody": '{"tenant_id":"acme"}', "empty": "",
                          "cut": r'{"user_id":"mallory","user_id\u0000":"ann"}',
                          "twice": '{"user_id":"mallory","user_id":"ann"}'}.items():
            self.redis.client.set(f"session:{id}", value)
        self.expire("session:old", session())

    def good(self, user="ann", role=None):
        return Request(cookie("root" if role == "admin" else "good"))

    def bad(self):
        return {
            "absent": Request(), "another cookie": Request(cookie("good", "other")),
            "expired": Request(cookie("old"), needs_reply=True),
            "unknown": Request(cookie("never"), needs_reply=True),
            "wrong: no JSON": Request(cookie("text"), needs_reply=True),
            "wrong: no user": Request(cookie("nobody"), needs_reply=True),
            "wrong: empty value": Request(cookie("empty"), needs_reply=True),
            "wrong: a name that is cut at NUL": Request(cookie("cut"), needs_reply=True),
            "wrong: a name twice": Request(cookie("twice"), needs_reply=True), "malformed": Request(cookie("")),
            "oversized": Request(cookie("x" * 257)),
            "several, none good": Request({"Cookie": "session=never; session=nor-this"}, needs_reply=True),
            "several, two good": Request({"Cookie": "session=good; session=root"}, needs_reply=True),
            "too many": Request({"Cookie": "session=good; " + "; ".join(f"session={n}" for n in range(4))}),
        }


class Express(Method):
    options = identity.options("express")

    def prepare(self):
        file = identity.secret_file(self.directory, "cookie-secret", identity.COOKIE_SECRET)
        self.options = {**self.options, "cookie_secret_file": file, "role_field": "/passport/role"}
        for id, user, role in (("good.id", "ann", "viewer"), ("root", "root", "admin")):
            self.redis.client.set(f"sess:{id}", json.dumps({"cookie": {"path": "/"}, "passport": {
                "user": user, "role": role}}))

    def good(self, user="ann", role=None):
        return Request(cookie(signed_cookie("root" if role == "admin" else "good.id"), "connect.sid"))

    def bad(self):
        sid = "connect.sid"
        good = signed_cookie("good.id")
        return {
            "absent": Request(), "unknown": Request(cookie(signed_cookie("never"), sid), needs_reply=True),
            "wrong": Request(cookie(signed_cookie("good.id", "another secret"), sid)),
            "another's signature": Request(cookie(good.replace("good", "root"), sid)),
            "unsigned": Request(cookie("s%3Agood.id", sid)), "bare": Request(cookie("good.id", sid)),
            "malformed": Request(cookie("s%3Agood.id.%zz", sid)),
            "oversized": Request(cookie(signed_cookie("x" * 257), sid)),
            "several, none good": Request({"Cookie": f"{sid}=good.id; {sid}=root"}),
        }


class Bearer(Method):
    options = identity.options("bearer")
    challenge = "Bearer"

    def prepare(self):
        for token, value in {"good-key": session(), "root-key": session("root", "admin"),
                             "bad-key": "[]"}.items():
            self.redis.client.set(identity.bearer_key(token), value)
        self.expire(identity.bearer_key("old-key"), session())

    def good(self, user="ann", role=None):
        return Request(bearer("root-key" if role == "admin" else "good-key"))

    def bad(self):
        return {
            "absent": Request(), "another scheme": Request(basic("ann")),
            "expired": Request(bearer("old-key"), needs_reply=True),
            "unknown": Request(bearer("never"), needs_reply=True),
            "wrong": Request(bearer("bad-key"), needs_reply=True),
            "the key's name": Request(bearer(identity.bearer_key("good-key")), needs_reply=True),
            "malformed": Request(bearer("good-key good-key"), status=400),
            "no token": Request({"Authorization": "Bearer"}, status=400),
            "oversized": Request(bearer("x" * 6000), needs_reply=True),
            "duplicated": Request(twice("Authorization", "Bearer good-key"), status=400),
        }


class Token(Method):
    options = identity.options("token")
    single = True

    def prepare(self):
        self.count = 0
        self.expire("sse_token:" + "e" * 43, session())

    def good(self, user="ann", role=None):
        self.count += 1
        token = f"{self.count:043}"
        self.redis.client.set("sse_token:" + token,
                              session("root", "admin") if role == "admin" else session())
        return Request(query=f"token={token}")

    def bad(self):
        self.redis.client.set("sse_token:" + "w" * 43, '{"user_id":[]}')
        doubled = self.good().query
        return {
            "absent": Request(), "another parameter": Request(query="tokens=" + UNKNOWN_TOKEN),
            "expired": Request(query="token=" + "e" * 43, needs_reply=True),
            "unknown": Request(query="token=" + UNKNOWN_TOKEN, needs_reply=True),
            "wrong": Request(query="token=" + "w" * 43, needs_reply=True),
            "malformed": Request(query="token=short"),
            # lighttpd escapes the percent sign of an invalid escape, Apache passes it on.
            "invalid escape": Request(query="token=%zz", status=(400, 401)), "empty": Request(query="token="),
            "oversized": Request(query="token=" + "x" * 257),
            "duplicated": Request(query=f"{doubled}&{doubled}"),
        }


class Jwt(Method):
    needs_redis = False
    options = identity.options("jwt")
    challenge = "Bearer"

    def prepare(self):
        file = identity.secret_file(self.directory, "jwt-key", identity.SECRET)
        self.options = {**self.options, "jwt_key_file": file}

    def credential(self, token, **kw):
        return Request(bearer(token), **kw)

    def good(self, user="ann", role=None):
        return self.credential(jwt(user, role or "viewer"))

    def bad(self):
        good = jwt()
        head, claims, mac = good.split(".")
        return {
            "absent": Request(),
            "expired": self.credential(jwt(lifetime=-1)), "without an end": self.credential(jwt(lifetime=None)),
            "not yet": self.credential(jwt(nbf=4000000000)),
            "wrong": self.credential(jwt(secret="another secret of thirty-two byt")),
            "another's claims": self.credential(".".join((head, jwt("bob").split(".")[1], mac))),
            "alg none": self.credential(jwt(alg="none").rpartition(".")[0] + "."),
            "another issuer": self.credential(jwt(iss="https://other.example")),
            "another audience": self.credential(jwt(aud="other")), "no audience": self.credential(jwt(aud=None)),
            "no subject": self.credential(jwt(sub=None)), "malformed": self.credential("a.b"),
            "malformed claims": self.credential(f"{head}.!!!.{mac}"),
            "oversized": self.credential(jwt(note="x" * 5000, secret="wrong")),
            **self.doubled(good),
        }

    def doubled(self, good):
        return {"duplicated": Request(twice("Authorization", f"Bearer {good}"), status=400)}


class JwtCookie(Jwt):
    def credential(self, token, **kw):
        return Request(cookie(token, "jwt"), **kw)

    def doubled(self, good):
        return {"several, two good": Request({"Cookie": f"jwt={good}; jwt={jwt('bob')}"}),
                "several, none good": Request({"Cookie": f"jwt={good}x; jwt={jwt(lifetime=-1)}"})}


METHODS = {c.__name__.lower(): c for c in (Header, Cookie, Express, Bearer, Token, Jwt, JwtCookie)}


class ServerWithMethod:
    """A web server with one method of authentication, a route for each user, and the users' logs."""

    def __init__(self, stack, kind, method):
        self.redis = stack.redis()
        for user in ("ann", "bob", "root"):
            self.redis.add(f"stream:logs:{user}", f"for {user}")
            self.redis.add(f"stream:logs:{user}:web", f"for {user}'s web")
        self.method = METHODS[method](self.redis, stack.directory())
        given = {"trusted": "127.0.0.1",  # no delay after failed attempts of the tests
                 **self.method.options, "admin_roles": "admin", "retry": 100, "append": 1,
                 "route": webs.SERVERS[kind].path + "/{user}/stream", "stream": "stream:logs:{user}",
                 "logs": "web=stream:logs:{user}:web"}
        self.web = stack.server(kind, self.redis, **given)

    def url(self, ask, owner, what="/stream"):
        return f"{self.web.path}/{owner}{what}" + (f"{'&' if '?' in what else '?'}{ask.query}" if ask.query else "")

    def read(self, ask, owner):
        """Opens a stream, which must be accepted, and returns the records in it."""
        with Stream(self.web.port, self.url(ask, owner), ask.headers) as s:
            assert s.status == 200, (s.status, s.read_rest())
            s.read_until_live()
            return s.payloads

    def answer(self, ask, owner, accept=JSON, what="/stream"):
        post = {"method": "POST", "body": b"written"} if what == "/append" else {}
        length = {"Content-Length": "7"} if post else {}
        return get(self.web.port, self.url(ask, owner, what), {**ask.headers, **accept, **length}, **post)

    def logs(self):
        return {user: [f[b"data"] for _, f in self.redis.client.xrange(f"stream:logs:{user}")]
                for user in ("ann", "bob", "root", "nobody")}


def assert_refused(answer, challenge):
    """Checks for 401, with nothing in the answer that depends on the kind of mistake."""
    assert answer.status == 401
    assert json.loads(answer.raw) == {"error": "authentication required"}
    for name, value in REFUSED.items():
        assert answer.headers[name] == value
    assert answer.headers.get("www-authenticate") == challenge
    assert "set-cookie" not in answer.headers and "location" not in answer.headers


def comparable(answer):
    """Status, headers and body of an answer, without the web server's own headers."""
    own = {k: v for k, v in answer.headers.items()
           if k not in ("date", "server", "connection", "keep-alive")}
    return answer.status, own, bytes(answer.raw)


@SERVERS
@pytest.mark.parametrize("method", METHODS)
def test_method_accepts_and_refuses_credentials(stack, kind, method):
    server = ServerWithMethod(stack, kind, method)
    good, admin = server.method.good, lambda: server.method.good("root", "admin")

    # A good credential gives access to the user's own log; an administrator's to all logs.
    assert server.read(good(), "ann") == ["for ann"]
    assert server.read(admin(), "root") == ["for root"]
    assert server.read(admin(), "bob") == ["for bob"]
    others = [server.answer(good(), owner) for owner in ("bob", "root", "nobody-at-all")]
    assert [a.status for a in others] == [403] * 3
    assert len({str(comparable(a)) for a in others}) == 1, "tells which logs exist"
    assert json.loads(others[0].raw) == {"error": "not allowed"}
    assert server.answer(good(), "ann", what="/history").status == 200
    assert server.answer(good(), "bob", what="/history").status == 403

    # The same holds for a log by its name, and the list has only the identity's own logs.
    for credential, owner, seen in ((good, "ann", "for ann's web"), (admin, "bob", "for bob's web")):
        answer = server.answer(credential(), owner, what="/history?log=web")
        assert [r["data"] for r in json.loads(answer.raw)["records"]] == [seen]
        listed = json.loads(server.answer(credential(), owner, what="/logs").raw)["logs"]
        assert [(log["name"], log["length"]) for log in listed] == [("web", 1)]
    others = [server.answer(good(), owner, what=what) for owner, what in (
        ("bob", "/history?log=web"), ("bob", "/stream?log=web"), ("ann", "/history?log=never"), ("nobody", "/history?log=web"))]
    assert len({str(comparable(a)) for a in others}) == 1 and others[0].status == 403, "tells which logs exist"
    assert json.loads(server.answer(good(), "bob", what="/logs").raw) == {"logs": []}

    # An identity that may read a log may append to it, but not by a token.
    before = server.logs()
    assert server.answer(good(), "bob", what="/append").status == 403
    assert server.logs() == before
    written = [b"written"] * (not server.method.single)
    assert server.answer(good(), "ann", what="/append").status == (200 if written else 403)
    assert server.answer(admin(), "bob", what="/append").status == (200 if written else 403)
    after = server.logs()
    assert after == {**before, "ann": before["ann"] + written, "bob": before["bob"] + written}

    # The same credential again.
    again = good()
    assert server.read(again, "ann")[0] == "for ann"
    if server.method.single:
        assert_refused(server.answer(again, "ann"), server.method.challenge)
    else:
        assert server.read(again, "ann")[0] == "for ann"

    # Without a good credential, the answer is the same for every log, endpoint and mistake.
    refusals = set()
    for case, credential in server.method.bad().items():
        for owner, what in (("ann", "/stream"), ("bob", "/stream"), ("nobody", "/stream"),
                            ("ann", "/history"), ("ann", "/volume"), ("bob", "/export"), ("ann", "/append"), ("nobody", "/append"),
                            ("ann", "/stream?log=web"), ("ann", "/history?log=never"), ("ann", "/logs")):
            answer = server.answer(credential, owner, what=what)
            assert answer.status in statuses(credential), case
            if answer.status == 401:
                assert_refused(answer, server.method.challenge)
                refusals.add(str(comparable(answer)))
            assert b"for " not in answer.raw, case
        # EventSource gets the same status, and gives up.
        stream = server.answer(credential, "ann", {"Accept": "text/event-stream"})
        assert stream.status == answer.status, case
    assert len(refusals) == 1
    assert server.logs() == after

    # Redis is down.
    bad = server.method.bad()
    given = [(good(), "ann"), (admin(), "bob")]
    server.redis.stop()
    for credential, owner in given:
        if server.method.needs_redis:
            assert_identity_unavailable(server.answer(credential, owner))
            stream = server.answer(credential, owner, {"Accept": "text/event-stream"})
            assert stream.status == 200 and stream.headers["content-type"] == "text/event-stream"
            assert [e.type for e in stream.events] == ["unavailable"] and stream.parser.retry >= 100
        else:
            with Stream(server.web.port, server.url(credential, owner), credential.headers) as s:
                assert s.status == 200
                assert s.read_event("source").json() == {"state": "lost"}
    if not server.method.needs_redis:
        assert server.answer(given[0][0], "bob").status == 403
    for case, credential in bad.items():
        answer = server.answer(credential, "ann")
        if credential.needs_reply:
            assert_identity_unavailable(answer)
        else:
            assert answer.status in statuses(credential), case
            assert answer.status != 401 or str(comparable(answer)) in refusals, case


def statuses(ask):
    return ask.status if isinstance(ask.status, tuple) else (ask.status,)


def assert_identity_unavailable(answer):
    assert answer.status == 503 and "retry-after" in answer.headers
    assert json.loads(answer.raw) == {"error": "identity cannot be checked now"}


# ---- the web server's own methods ----

class DigestApache(webs.ApacheFcgid):
    modules = ["fcgid", "auth_digest"]


def replace_block(text, file, passwords):
    """The example with examples/auth/FILE in the place of its part "who may look"."""
    block = webs.substitute((webs.TOP / "examples/auth" / file).read_text(),
                            [("/etc/sselog/htdigest", passwords)])
    start, end = text.index("# --- who may look"), text.index("# --- end of who may look")
    return text[:start] + block.strip() + "\n" + text[text.index("\n", end):]


def htdigest(directory):
    path = directory / "htdigest"
    lines = "".join(f"{user}:log:{identity.hashlib.md5(f'{user}:log:{webs.PASSWORD}'.encode()).hexdigest()}\n"
                    for user in webs.USERS)
    path.write_text(lines)
    path.chmod(0o644)
    return path


@SERVERS
def test_digest_of_the_web_server(stack, redis, kind):
    """The web server checks Digest, as its example configures it; sselog takes the user's name from it."""
    redis.add("stream:logs:ann", "for ann")
    setup = stack.setup(redis, auth="remote_user")
    passwords = htdigest(setup.dir)
    file = {"lighttpd": "lighttpd-digest.conf", "fcgid": "apache-digest.conf"}[kind]
    make = {"lighttpd": webs.Lighttpd, "fcgid": DigestApache}[kind]
    server = stack.keep(make(setup, auth=True, edit=lambda t: replace_block(t, file, passwords)))
    path = server.path + "/stream"
    refused = get(server.port, path)
    assert refused.status == 401
    challenge = refused.headers["www-authenticate"]
    with Stream(server.port, path,
                identity.digest_authorization(challenge, "ann", webs.PASSWORD, path)) as s:
        s.read_until_live()
        assert s.payloads == ["for ann"]
    wrong = [identity.digest_authorization(challenge, user, password, path) for user, password in
             (("ann", "wrong"), ("bob", "wrong"), ("nobody", webs.PASSWORD))]
    statuses = in_parallel(lambda given: get(server.port, path, given).status, [*wrong, basic("ann")])
    assert statuses == [401] * 4
    assert get(server.port, path, method="OPTIONS").status == 204, "a preflight has no password"


def in_parallel(ask, given):
    """The answers to all, in order. In parallel, since lighttpd answers a wrong password after a second."""
    with ThreadPoolExecutor(len(given)) as pool:
        return list(pool.map(ask, given))


@SERVERS
def test_basic_of_the_web_server(stack, redis, kind):
    """remote_user with Basic: the web server refuses wrong passwords, sselog names that are too long."""
    setup = stack.setup(redis, auth="remote_user", route="/sselog/{user}/stream",
                        stream="stream:logs:{user}", admin_roles="admin")
    long = "n" * 129
    subprocess.run(["htpasswd", "-bm", setup.passwords, long, webs.PASSWORD], check=True,
                   stderr=subprocess.DEVNULL)
    redis.add("stream:logs:ann", "for ann")
    server = stack.server(kind, setup=setup, web={"auth": True})

    def status(headers, owner="ann"):
        return get(server.port, f"/sselog/{owner}/stream", {**JSON, **headers}).status
    with Stream(server.port, "/sselog/ann/stream", basic("ann")) as s:
        s.read_until_live()
        assert s.payloads == ["for ann"]
    assert status(basic("ann"), "bob") == status(basic("bob"), "ann") == 403
    *wrong, malformed = in_parallel(status, [{}, basic("ann", "wrong"), basic("nobody"),
                                         {"Authorization": "Basic !!!"}])
    assert wrong == [401] * 3 and malformed in (400, 401)
    # Of two headers, some web servers take the first: then it opens only that user's log.
    for first, second in (("ann", "bob"), ("bob", "ann")):
        doubled = twice("Authorization", *(basic(user)["Authorization"] for user in (first, second)))
        with Stream(server.port, "/sselog/ann/stream", doubled) as s:
            assert s.status in ((200, 400, 401) if first == "ann" else (400, 401, 403))
    oversized = get(server.port, "/sselog/ann/stream", {**JSON, **basic(long)})
    assert_refused(oversized, None)
    redis.stop()  # this method needs no Redis
    assert status(basic("ann", "wrong")) == 401 and status(basic("ann"), "bob") == 403
    with Stream(server.port, "/sselog/ann/stream", basic("ann")) as s:
        assert s.read_event("source").json() == {"state": "lost"}


class HtaccessRedirect(webs.ApacheHtaccess):
    """Shared hosting, where the .htaccess of a directory rewrites to the program in another directory.

    After this internal redirect, variables that the directory has set begin with REDIRECT_."""
    modules = ["cgid", "rewrite"]
    path = "/site/app"
    AUTH_LINES = {"remote_user": ('AuthType Basic\nAuthName log\nAuthUserFile "{passwords}"\n', "valid-user"),
             "bearer": ('SetEnvIf Authorization "(.+)" HTTP_AUTHORIZATION=$1\n', "all granted")}

    def config(self, port):
        text = super().config(port)
        program, app = (self.dir / "site" / name for name in (".htaccess", "app/.htaccess"))
        program.write_text(webs.substitute(program.read_text(), [
            ('SetEnvIf Authorization "(.+)" HTTP_AUTHORIZATION=$1', ""), ("RedirectMatch 403", "# ")]))
        lines, who = self.AUTH_LINES[self.setup.options["SSELOG_AUTH"]]
        app.parent.mkdir(exist_ok=True)
        app.write_text(lines.format(passwords=self.setup.passwords) +
                       f'<FilesMatch "">\nRequire {who}\n</FilesMatch>\n'
                       "RewriteEngine On\nRewriteRule ^(.*)$ /site/sselog.cgi/$1\n")
        return text


@pytest.mark.parametrize("method, good, bad", [
    ("remote_user", basic("ann"), basic("ann", "wrong")), ("bearer", bearer("good-key"), bearer("bad-key"))],
    ids=["remote_user", "bearer"])
def test_variables_with_redirect_prefix_identify(stack, redis, method, good, bad):
    redis.add("stream:logs:ann", "for ann")
    redis.client.set(identity.bearer_key("good-key"), session())
    server = stack.keep(HtaccessRedirect(stack.setup(redis, auth=method, stream="stream:logs:{user}")))
    with Stream(server.port, server.path + "/stream", good) as s:
        s.read_until_live()
        assert s.payloads == ["for ann"]
    for headers in (bad, {}):
        assert get(server.port, server.path + "/stream", headers).status == 401
    # Without the redirect, Apache has set no user and no Authorization.
    assert get(server.port, "/site/sselog.cgi/stream", good).status == 401


# ---- names that the web server did not verify ----

INCLUDE = "include /etc/nginx/fastcgi_params;\n"  # of Debian; it sends REMOTE_USER with $remote_user
OVERRIDE = "fastcgi_param REMOTE_USER ann;\n"  # of a log-in such as auth_request
ORDERS = {"before": OVERRIDE + INCLUDE, "after": INCLUDE + OVERRIDE, "only": INCLUDE}


def with_orders(text):
    """The example's location again at /before, /after and /only, with the lines of ORDERS."""
    start = text.index("        location ~ ^/sselog")
    end = text.index("\n        }\n", start) + len("\n        }\n")
    for name, lines in ORDERS.items():
        block = webs.substitute(text[start:end], [("^/sselog", f"^/{name}"), ("^(/sselog)", f"^(/{name})"),
                                                  ("gzip off;", "gzip off;\n" + lines)])
        text = text[:end] + block + text[end:]
    return text


def test_unverified_remote_user_beside_a_verified_one_is_refused(stack, redis):
    """`include fastcgi_params;` sends the name that the client claims. In either order it is answered 500, unless
    both are the same user."""
    for user in ("ann", "bob"):
        redis.add(f"stream:logs:{user}", f"for {user}")
    server = stack.server("nginx", redis, auth="remote_user", stream="stream:logs:{user}",
                          web={"edit": with_orders})

    def ask(order, headers):
        answer = get(server.port, f"/{order}/history", headers)
        return answer.status, answer.raw
    for order in ("before", "after"):
        for claimed in ({}, basic("bob", "anything")):
            status, body = ask(order, claimed)
            assert status == 500 and b"for " not in body
        status, body = ask(order, basic("ann", "anything"))
        assert status == 200 and b"for ann" in body
    assert server.responder.output().count("error front: REMOTE_USER came twice with different values") == 4
    # Without another, nothing tells whether somebody verified the name: the manual and nginx.conf warn of this.
    assert ask("only", {})[0] == 401
    assert b"for bob" in ask("only", basic("bob", "anything"))[1]


@pytest.mark.parametrize("kind", ["fcgid", "cgid", "proxy_fcgi"])
def test_claimed_name_after_a_failed_login_is_not_believed(stack, redis, kind):
    """With ErrorDocument 401 in an open location Apache passes the name of the failed login on, as
    REDIRECT_REMOTE_USER."""
    redis.add("stream:logs:bob", "for bob")
    setup = stack.setup(redis, auth="remote_user", stream="stream:logs:{user}")
    private = (f'<Location "/private">\nAuthType Basic\nAuthName log\nAuthUserFile "{setup.passwords}"\n'
               'Require valid-user\nErrorDocument 401 /sselog/history\n</Location>\n')
    server = stack.server(kind, setup=setup, web={"directives": private})
    for claimed in (basic("bob", "wrong"), basic("nobody"), {}):
        answer = get(server.port, "/private", {**JSON, **claimed})
        assert answer.status == 401 and b"for bob" not in answer.raw


class SecondRedirect(HtaccessRedirect):
    """A directory whose failed logins show /site/app, which rewrites to the program: two internal redirects."""
    path = "/site/login"

    def config(self, port):
        text = super().config(port)
        site = self.dir / "site"
        login = webs.substitute((site / "app/.htaccess").read_text(), [("/site/sselog.cgi", "/site/app")])
        (site / "login").mkdir(exist_ok=True)
        (site / "login/.htaccess").write_text(login + "ErrorDocument 401 /site/app/history\n")
        (site / "app/.htaccess").write_text('<FilesMatch "">\nRequire all granted\n</FilesMatch>\n'
                                            "RewriteEngine On\nRewriteRule ^(.*)$ /site/sselog.cgi/$1\n")
        return text


def test_claimed_name_is_not_believed_after_a_second_redirect(stack, redis):
    """The name of a login that succeeded passes both redirects."""
    redis.add("stream:logs:bob", "for bob")
    server = stack.keep(SecondRedirect(stack.setup(redis, auth="remote_user", stream="stream:logs:{user}",
                                                   log_level="debug")))
    wrong, good = (get(server.port, "/site/login/history", {**JSON, **basic("bob", *password)})
                   for password in (("wrong",), ()))
    assert wrong.status == 401 and b"for bob" not in wrong.raw
    assert good.status == 200 and b"for bob" in good.raw
    assert server.output().count("REDIRECT_REMOTE_USER came by a redirect for an error") == 1


@SERVERS
def test_headers_of_an_untrusted_address_are_ignored(stack, redis, kind):
    """Identity headers count only from an address in SSELOG_TRUSTED, other headers for addresses never."""
    redis.add("stream:logs:ann", "for ann")
    server = stack.server(kind, redis, stream="stream:logs:{user}",
                          **identity.options("header", trusted="192.0.2.0/24 2001:db8::/32"))
    for headers in ({"RemoteUser": "ann"},
                    {"RemoteUser": "ann", "X-Forwarded-For": "192.0.2.1", "Forwarded": "for=192.0.2.1",
                     "X-Real-IP": "192.0.2.1", "Remote-Addr": "192.0.2.1"}):
        assert_refused(get(server.port, server.path + "/stream", {**JSON, **headers}), None)


def test_log_names_the_address_whose_user_header_is_not_believed(stack, redis):
    responder = stack.responder(redis, auth="header", trusted="192.0.2.1", log_level="debug")
    answer = fcgi_get(responder.socket, environment("/sselog/history", REMOTE_ADDR="127.0.0.1",
                                                    HTTP_X_REMOTE_USER="ann"))
    assert answer.status == 401
    assert "status=401 why=untrusted-proxy method=none claim=X-Remote-User address=127.0.0.1 " in responder.output()


SAME_VARIABLE = ["X_Remote_{}", "X-Remote_{}", "X.Remote.{}", "X!Remote~{}"]


@pytest.mark.parametrize("kind", ["fcgid", "nginx"])
def test_header_names_that_cgi_maps_to_the_same_variable(stack, redis, kind):
    """Apache and nginx drop all of these, so that a client cannot imitate a proxy's header."""
    for user in ("ann", "root"):
        redis.add(f"stream:logs:{user}", f"for {user}")
    proxy = {"X-Remote-User": "ann", "X-Remote-Role": "viewer"}
    server = header_server(stack, redis, kind, user_header="X-Remote-User", role_header="X-Remote-Role")
    assert status_for(server, "ann", proxy) == 200
    for name in SAME_VARIABLE:
        user, role = {name.format("User"): "root"}, {name.format("Role"): "admin"}
        for headers in ({**proxy, **user}, {**user, **proxy}, {**proxy, **role}, {**role, **proxy}):
            assert status_for(server, "root", headers) == 403, headers
            assert status_for(server, "ann", headers) == 200, headers


def test_imitated_user_header_is_refused_under_lighttpd(stack, redis):
    """lighttpd turns all these names into HTTP_X_REMOTE_USER, so that a client's header arrives beside the
    proxy's. A header for the role that can be imitated is a fault of the configuration."""
    proxy = {"X-Remote-User": "ann", "RemoteRole": "viewer"}
    server = header_server(stack, redis, "lighttpd", user_header="X-Remote-User")
    assert status_for(server, "ann", proxy) == 200
    for name in SAME_VARIABLE:
        user = {name.format("User"): "root"}
        for headers in ({**proxy, **user}, {**user, **proxy}):
            assert status_for(server, "root", headers) == status_for(server, "ann", headers) == 401, headers


@pytest.mark.parametrize("option", ["role_header", "tenant_header"])
def test_headers_that_can_be_imitated_are_misconfigured_under_lighttpd(stack, redis, option):
    """No client reads anything until the configuration is changed: not the one that the proxy names either."""
    server = header_server(stack, redis, "lighttpd", **{option: "X-Remote-Name"})
    for name in ("X-Remote-Name", "X_Remote_Name", "X.Remote.Name", "Other"):
        assert status_for(server, "ann", {"RemoteUser": "ann", name: "admin"}) == 500
    assert f"error front: SSELOG_{option.upper()}: under this web server" in server.output()


def test_role_and_tenant_headers_count_only_if_they_are_named(stack, redis):
    server = header_server(stack, redis, "fcgid", user_header="X-Remote-User", role_header="")
    for role in ("X-Remote-Role", "RemoteRole", "Role"):
        assert status_for(server, "root", {"X-Remote-User": "ann", role: "admin"}) == 403


@SERVERS
def test_header_names_without_separators_cannot_be_imitated(stack, redis, kind):
    """If the proxy's header names have letters and digits only, no other name maps to the same variable."""
    redis.add("stream:logs:ann", "for ann")
    server = header_server(stack, redis, kind)
    for name in ("Remote-Role", "Remote_Role", "Remote.Role", "-RemoteRole", "RemoteRole_"):
        headers = {"RemoteUser": "ann", name: "admin"}
        assert status_for(server, "ann", headers) == 200
        assert status_for(server, "root", headers) == 403


def header_server(stack, redis, kind, **options):
    return stack.server(kind, redis, admin_roles="admin", stream="stream:logs:{user}",
                        route="/sselog/{user}/stream",
                        **{**identity.options("header", trusted="127.0.0.1"), **options})


def status_for(server, owner, headers):
    return get(server.port, f"/sselog/{owner}/stream", {**identity.JSON, **headers}, method="HEAD").status


@pytest.mark.parametrize("kind", ["lighttpd", "fcgid"])
@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_jwt_with_public_key(stack, redis, kind, alg):
    """libjwt and libcrypto work after the process has given up its access to the file system."""
    redis.add("stream:logs:alice", "for alice")
    key, [token] = identity.key_and_tokens(alg)
    setup = stack.setup(redis)
    (setup.dir / "key.pem").write_text(key)
    (setup.dir / "key.pem").chmod(0o644)
    setup.options.update({"SSELOG_AUTH": "jwt", "SSELOG_JWT_ALG": alg, "SSELOG_STREAM": "stream:logs:{user}",
                          "SSELOG_JWT_KEY_FILE": str(setup.dir / "key.pem")})
    server = stack.server(kind, setup=setup)
    with Stream(server.port, server.path + "/stream", bearer(token)) as s:
        assert s.status == 200
        s.read_until_live()
        assert s.payloads == ["for alice"]
    head, claims, mac = token.split(".")
    broken = mac[:10] + ("A" if mac[10] != "A" else "B") + mac[11:]
    for bad in (f"{head}.{claims}.{broken}", f"{head}.{claims}.", jwt("alice", secret=key.rstrip("\n"))):
        assert_refused(get(server.port, server.path + "/stream", {**JSON, **bearer(bad)}), "Bearer")


# ---- several cookies of one name, and the reasons of refusals ----

def test_of_several_cookies_the_good_one_counts(stack, redis):
    """A browser also sends what an application left at another path or domain."""
    key = identity.secret_file(stack.directory(), "key", identity.SECRET)
    redis.client.set("session:good", session())
    redis.add("stream:logs:ann", "for ann")
    r = responder(stack, redis, auth="cookie jwt", jwt_key_file=key, jwt_cookie="jwt")
    good = jwt()
    for cookies in ("session=good; session=good", "session=old; session=good", "session=good; session=old",
                    f"jwt={good}; jwt={good}", f"jwt={jwt(lifetime=-9)}; jwt={good}", f"jwt={good}; jwt=x"):
        with FcgiStream(r.socket, environment("/sselog/stream", HTTP_COOKIE=cookies)) as s:
            s.read_until_live()
            assert s.payloads == ["for ann"], cookies
    # The stream ends with the session that counted.
    with FcgiStream(r.socket, environment("/sselog/stream", HTTP_COOKIE="session=old; session=good")) as s:
        s.read_until_live()
        redis.client.delete("session:good")
        assert s.read_event("end").json()["reason"] == "expired"


def test_refused_credential_leaves_its_reason_in_the_log(stack, redis):
    """At the level debug. The line holds nothing that the client sent."""
    key = identity.secret_file(stack.directory(), "key", identity.SECRET)
    for id, value in {"good": session(), "other": session("bob"), "list": "[]",
                      "twice": '{"user_id":1,"user_id":2}'}.items():
        redis.client.set(f"session:{id}", value)
    r = responder(stack, redis, auth="cookie jwt", jwt_key_file=key, jwt_iss=identity.ISSUER, jwt_aud="sselog",
                  jwt_require="type=access", jwt_refuse="token_type", jwt_cookie="jwt", log_level="debug",
                  trusted="192.0.2.1")
    good = {"type": "access"}
    rows = [
        ({}, "why=none method=none"),
        ({"HTTP_COOKIE": "session=never"}, "why=session-unknown method=cookie"),
        ({"HTTP_COOKIE": "session=list"}, "why=session-no-user method=cookie claim=/user_id"),
        ({"HTTP_COOKIE": "session=twice"}, "why=session-not-json"),
        ({"HTTP_COOKIE": "session="}, "why=session-malformed"),
        ({"HTTP_COOKIE": "session=never; session=nor-this"}, "why=cookies-none"),
        ({"HTTP_COOKIE": "session=good; session=other"}, "why=cookies-several"),
        (jwt(**good, secret="another secret of thirty-two byt"), "why=jwt-signature method=jwt"),
        (jwt(**good, alg="HS512"), "why=jwt-alg"),
        (jwt(**good, lifetime=-1), "why=jwt-expired"),
        (jwt(**good, lifetime=None), "why=jwt-no-exp"),
        (jwt(**good, nbf=4000000000), "why=jwt-not-yet"),
        (jwt(**good, iss="other"), "why=jwt-iss"),
        (jwt(**good, aud="other"), "why=jwt-aud"),
        (jwt(**good, sub=None), "why=jwt-no-user method=jwt claim=sub"),
        ({"HTTP_COOKIE": f"jwt=x; jwt={jwt(type='refresh')}"}, "why=cookies-none method=jwt address="),
        (jwt(type="refresh"), "why=jwt-require method=jwt claim=type"),
        (jwt(**good, token_type="plugin"), "why=jwt-refuse method=jwt claim=token_type"),
    ]
    for given, reason in rows:
        params = {"HTTP_AUTHORIZATION": f"Bearer {given}"} if isinstance(given, str) else given
        before = len(r.output())
        assert status_of(r, REMOTE_ADDR="192.0.2.1", **params).status == 401, reason
        wait_until(lambda: "info front: " in r.output()[before:], f"the reason: {reason}")
        line, *more = [line for line in r.output()[before:].splitlines() if "info front: " in line]
        assert reason in line and not more, (line, more)
        assert not [word for word in ("never", "nor-this", "plugin", "bearer", "eyj") if word in line.lower()], line
    good_one = environment("/sselog/history", HTTP_AUTHORIZATION="Bearer " + jwt(**good, nbf=0))
    assert fcgi_get(r.socket, good_one).status == 200


# ---- several methods, and their look-ups ----

def responder(stack, redis, **options):
    return stack.responder(redis, **{"stream": "stream:logs:{user}", **options})


def status_of(r, query="", accept="application/json", **params):
    return fcgi_get(r.socket, environment("/sselog/stream", query, HTTP_ACCEPT=accept, **params))


def test_first_method_with_a_credential_decides(stack, redis):
    redis.client.set("session:good", session("ann"))
    redis.client.set(identity.bearer_key("key"), session("bob"))
    for user in ("ann", "bob", "eve"):
        redis.add(f"stream:logs:{user}", f"for {user}")
    r = responder(stack, redis, auth="cookie bearer remote_user")
    rows = [
        ({"HTTP_COOKIE": "session=good", "HTTP_AUTHORIZATION": "Bearer key", "REMOTE_USER": "eve"}, "ann"),
        ({"HTTP_COOKIE": "x=y", "HTTP_AUTHORIZATION": "Bearer key", "REMOTE_USER": "eve"}, "bob"),
        ({"HTTP_AUTHORIZATION": "Basic x", "REMOTE_USER": "eve"}, "eve"),
        ({"HTTP_COOKIE": "session=bad", "HTTP_AUTHORIZATION": "Bearer key", "REMOTE_USER": "eve"}, None),
        ({"HTTP_AUTHORIZATION": "Bearer bad", "REMOTE_USER": "eve"}, None),
    ]
    for params, user in rows:
        if user is None:
            assert status_of(r, **params).status == 401, params
            continue
        with FcgiStream(r.socket, environment("/sselog/stream", **params)) as s:
            s.read_until_live()
            assert s.payloads == [f"for {user}"], params


@pytest.mark.parametrize("source", ["stream", "pubsub"])
def test_user_name_is_not_a_pattern(stack, redis, source):
    """A user gets the log of exactly that name, with any characters in it."""
    names = ["ann", "a*", "*", "?nn", "[a-z]nn", "ann\\", "{user}", "ann,bob",
             "ann bob", "%61nn", "Zo\u00eb", "n" * 128]
    r = responder(stack, redis, auth="remote_user", source=source, channel="logs:{user}")
    viewers = {}
    for name in names:
        viewers[name] = stack.keep(FcgiStream(r.socket, environment("/sselog/stream", REMOTE_USER=name)))
        viewers[name].read_until_live()
    for name in [*names, "the end"]:  # the last record goes to all logs
        for user in [name] if name != "the end" else names:
            if source == "pubsub":
                redis.client.publish(f"logs:{user}", f"for {name}")
            else:
                redis.add(f"stream:logs:{user}", f"for {name}")
    for name, s in viewers.items():
        assert [e.data for e in s.read_records(2)] == [f"for {name}", "for the end"]


WHERE = {"plain": ("/sselog/stream", "/sselog/history"), "astrbot": ("/api/live-log", "/api/log-history")}


@pytest.mark.parametrize("profile", WHERE)
def test_match_filters_stream_and_history(stack, redis, profile):
    """SSELOG_MATCH: a user sees only records of the user's tenant, in the stream and in history.
    Administrators see all records; a user without a tenant is refused."""
    tenants = {"ann": "acme", "bob": "other", "eve": "", "root": ""}
    for user, tenant in tenants.items():
        redis.client.set(f"session:{user}", json.dumps({"user_id": user, "tenant_id": tenant,
                                                        "role": "admin" if user == "root" else ""}))
    r = stack.responder(redis, profile=profile, auth="cookie", stream="log", match="tenant={tenant}",
                        admin_roles="admin", history=10)

    def ask_for(what, user):
        path = WHERE[profile][what]
        return environment(path, mount="/sselog" if profile == "plain" else path, HTTP_COOKIE=f"session={user}")

    records = [{"tenant": t, "text": f"for {t}"} for t in ("acme", "other", "", None, ["acme"])]
    records += [{"text": "of no tenant"}, {"tenant": "acme", "text": "the end"}]
    redis.add_many("log", [json.dumps(x) for x in records])
    seen = {"ann": ["for acme", "the end"], "root": [x["text"] for x in records]}
    for user, texts in seen.items():
        with FcgiStream(r.socket, ask_for(0, user)) as s:
            s.read_until(lambda s: s.records and s.records[-1].json()["text"] == "the end", "the last")
            assert [e.json()["text"] for e in s.records] == texts
    for user, texts in {**seen, "bob": ["for other"]}.items():
        answer = json.loads(fcgi_get(r.socket, ask_for(1, user)).raw)
        got = answer["data"]["logs"] if profile == "astrbot" else \
            [json.loads(x["data"]) for x in answer["records"]]
        assert [x["text"] for x in got] == texts
        if profile == "plain":
            volume, export = (fcgi_get(r.socket, environment(path, query, HTTP_COOKIE=f"session={user}")).raw
                              for path, query in (("/sselog/volume", ""), ("/sselog/export", "format=jsonl")))
            assert sum(json.loads(volume)["buckets"]) == len(texts)
            assert [json.loads(json.loads(line)["data"])["text"] for line in export.splitlines()] == texts
    for what in (0, 1):
        answer = fcgi_get(r.socket, ask_for(what, "eve"))
        assert answer.status == 403 and b"the end" not in answer.raw


@pytest.mark.parametrize("method", ["cookie", "bearer", "token"])
def test_unknown_and_invalid_credentials_cost_the_same_lookups(stack, redis, method):
    """Each request costs one look-up of the same kind, for a missing key and for an invalid value."""
    key, params = {
        "cookie": (lambda x: f"session:{x}", lambda x: {"HTTP_COOKIE": f"session={x}"}),
        "bearer": (identity.bearer_key, lambda x: {"HTTP_AUTHORIZATION": f"Bearer {x}"}),
        "token": (lambda x: f"sse_token:{x}", lambda x: {"query": f"token={x}"}),
    }[method]
    r = responder(stack, redis, auth=method)
    answers, asked = set(), set()
    for n, value in enumerate([None, "", "text", "[]", "{}", '{"user_id":""}', "x" * 70000]):
        name = f"{n:043}"
        if value is not None:
            redis.client.set(key(name), value)
        before = identity.lookup_counts(redis)
        answer = status_of(r, **params(name))
        after = identity.lookup_counts(redis)
        answers.add((answer.head, bytes(answer.raw)))
        asked.add(tuple(after[c] - before[c] for c in sorted(after)))
    assert len(answers) == 1
    assert asked == {(0, 1) if method == "token" else (1, 0)}


def test_cookie_with_wrong_signature_is_not_looked_up(stack, redis):
    """sselog looks up only cookies that are signed with its secret. The answer shows neither whether the
    signature was right nor whether the session exists."""
    file = identity.secret_file(stack.directory(), "secret", identity.COOKIE_SECRET)
    redis.client.set("session:good", session())
    redis.client.set("session:empty", "")
    r = responder(stack, redis, auth="cookie", cookie_secret_file=file)
    rows = [(signed_cookie("never"), 1), (signed_cookie("empty"), 1), ("good", 0), ("never", 0),
            (signed_cookie("good", "another secret"), 0), (signed_cookie("never", "another secret"), 0),
            (signed_cookie("never").replace("never", "good"), 0), ("s%3Agood.", 0)]
    answers = set()
    for value, wanted in rows:
        before = identity.lookup_counts(redis)["get"]
        answer = status_of(r, HTTP_COOKIE=f"session={value}")
        assert identity.lookup_counts(redis)["get"] - before == wanted, value
        answers.add((answer.status, answer.head, bytes(answer.raw)))
    assert len(answers) == 1 and answers.pop()[0] == 401


def test_frozen_redis_delays_only_lookups(stack, redis):
    """While Redis does not answer, look-ups time out. Open viewers, and requests with a method that needs
    no Redis, do not wait for them, with any number of look-ups."""
    key = identity.secret_file(stack.directory(), "key", identity.SECRET)
    r = responder(stack, redis, auth="cookie jwt remote_user", keepalive=1, jwt_key_file=key)
    with FcgiStream(r.socket, environment("/sselog/stream", REMOTE_USER="ann")) as viewer:
        viewer.read_until_live()
        redis.freeze()
        with RepeatedLookups(r.socket, 3) as repeated:
            wait_until(lambda: abandoned_lookups(r), "the first look-up to time out")
            seen = len(viewer.parser.comments)
            wait_until(lambda: most_requests_wait_for_no_lookup(r), "requests beside look-ups", 90)
            assert status_of(r).status == 401
            viewer.read_until(lambda s: len(s.parser.comments) > seen, "a keepalive")
        assert set(repeated.answers) == {503}
        redis.thaw()
        redis.add("stream:logs:ann", "after")
        viewer.read_records(1)
        wait_until(lambda: status_of(r, HTTP_COOKIE="session=x").status == 401, "look-ups")


def abandoned_lookups(r):
    """The number of look-ups that have timed out, from the log."""
    return r.output().count("look-up: no answer in time")


def most_requests_wait_for_no_lookup(r):
    """Whether eight of ten requests were answered before the next look-up timed out.

    If look-ups held all threads, each request would be answered just after a time-out. Two of ten may
    coincide with a time-out by chance, since the machine may be busy."""
    token = {"HTTP_AUTHORIZATION": "Bearer " + jwt()}
    prompt = 0
    for params in ({"REMOTE_USER": "bob"}, token) * 5:
        before = abandoned_lookups(r)
        with FcgiStream(r.socket, environment("/sselog/stream", **params)) as s:
            assert s.status == 200
        prompt += abandoned_lookups(r) == before
        time.sleep(0.3)  # ten pauses are longer than a look-up: the requests fall in different parts of it
    return prompt >= 8


class RepeatedLookups:
    """Clients that send a cookie, which must be looked up, again as soon as they are answered."""

    def __init__(self, socket, clients):
        self.answers = []
        self.going = True
        self.threads = [threading.Thread(target=self._run, args=(socket,)) for _ in range(clients)]

    def _run(self, socket):
        while self.going:
            answer = fcgi_get(socket, environment("/sselog/stream", HTTP_COOKIE="session=x",
                                                  HTTP_ACCEPT="application/json"))
            self.answers.append(answer.status)

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *_):
        self.going = False
        for t in self.threads:
            t.join()


def test_enabled_0_refuses_everybody(stack, redis):
    """All requests are refused, with a good credential too, and without a look-up."""
    redis.add("stream:logs:ann", "for ann")
    r = responder(stack, redis, auth="remote_user", enabled=0)
    redis.stop()
    for path in ("/sselog/stream", "/sselog/history", "/sselog/volume", "/sselog/export"):
        for user in ("ann", None):
            answer = fcgi_get(r.socket, environment(path, REMOTE_USER=user, HTTP_ACCEPT="application/json"))
            assert answer.status == 403
            assert json.loads(answer.raw) == {"error": "log viewing is turned off"}


def test_configuration_without_protection_does_not_start(stack, redis):
    rows = [{"auth": "header"}, {"auth": "jwt"}, {"auth": "anonymous cookie", "stream": "log"},
            {"auth": "anonymous", "stream": "stream:logs:{user}"}, {"auth": "password"}, {"auth": ""},
            {"auth": "cookie", "session_key": "session"}, {"auth": "token", "token_key": "t"},
            {"auth": "bearer", "bearer_key": "{user}"}, {"auth": "cookie", "session_key": "{id}"},
            {"auth": "remote_user", "stream": "{tenant}{user}"}]
    for options in rows:
        setup = stack.setup(redis, **options)
        done = subprocess.run([setup.program, "-t"], env=setup.environment(), capture_output=True, text=True)
        assert done.returncode == 2, options
        assert done.stderr.count("\n") == 1 and "SSELOG_" in done.stderr, done.stderr


def test_start_warns_of_options_that_may_be_mistakes(stack, redis):
    r = responder(stack, redis, auth="cookie", session_key="sse_token:{id}", trusted="0.0.0.0/0")
    wait_until(lambda: "info sselog: serving" in r.output(), "the start")  # it listens before that
    warnings = [line.partition("=")[0].partition("Z ")[2] for line in r.output().splitlines() if "Z warning config: " in line]
    assert warnings == ["warning config: SSELOG_TRUSTED", "warning config: SSELOG_SESSION_KEY"]


def test_lookup_has_a_deadline_when_redis_sends_byte_by_byte(stack, redis):
    """The deadline is that of the whole look-up, not of each read: a byte a second ends in 503."""
    redis.client.set("session:x", session("ann"))
    scripted = stack.scripted(redis, lambda conn, cmd: scripted_redis.Slow(None, 1) if cmd[0] == b"GET" else None)
    r = responder(stack, scripted, auth="cookie")
    assert status_of(r, HTTP_COOKIE="session=x").status == 503


@pytest.mark.memory
def test_slow_name_server_does_not_delay_lookups(stack):
    """A name server that does not answer blocks no front thread: these use the address that the relay found."""
    redis = stack.redis(tcp=True)
    redis.client.set("session:x", session("ann"))
    setup = stack.setup(redis, auth="cookie", stream="stream:logs:{user}")
    setup.options["SSELOG_REDIS"] = setup.options["SSELOG_REDIS"].replace("127.0.0.1", "localhost")
    library = str(faults.library("silent_resolver"))
    setup.options["LD_PRELOAD"] = library
    r = stack.responder(setup=setup)
    cookie = environment("/sselog/history", HTTP_COOKIE="session=x", HTTP_ACCEPT="application/json")
    # The relay may not have the address yet when the first request comes.
    wait_until(lambda: fcgi_get(r.socket, cookie).status == 200, "the address")
    setup = stack.setup(redis, auth="cookie", stream="stream:logs:{user}")
    setup.options.update(SSELOG_REDIS="redis://nowhere.invalid", LD_PRELOAD=library)
    assert fcgi_get(stack.responder(setup=setup).socket, cookie).status == 503
