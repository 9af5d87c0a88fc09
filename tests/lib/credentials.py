# SPDX-License-Identifier: MIT
"""The methods of authentication with tables of good and bad credentials, and a web server that asks for one of them."""
import json
from dataclasses import dataclass, field

import identity
import webs
from identity import JSON, jwt, session, signed_cookie
from procs import wait_until
from sse import Stream, basic, get

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


def statuses(ask):
    return ask.status if isinstance(ask.status, tuple) else (ask.status,)


def assert_identity_unavailable(answer):
    assert answer.status == 503 and "retry-after" in answer.headers
    assert json.loads(answer.raw) == {"error": "identity cannot be checked now"}
