# SPDX-License-Identifier: MIT
"""Credentials for tests: the values in Redis, the headers of a client, and the shipped option files.

    options()         the options of examples/auth/NAME.conf
    session(), bearer_key()    the value and the key of a session or a bearer token in Redis
    jwt(), key_and_tokens(), signed_cookie(), digest_authorization()    what a client sends
    secret_file()     a file that holds a secret
    lookup_counts()   how many look-ups Redis has answered
"""
import base64
import hashlib
import hmac
import json
import re
import time
import urllib.parse

import webs

SECRET = "0123456789abcdef0123456789abcdef"  # signs JWTs
COOKIE_SECRET = "fedcba9876543210fedcba9876543210"
ISSUER, AUDIENCE = "https://login.example", "sselog"
JSON = {"Accept": "application/json"}


def options(name, **more):
    """The options of examples/auth/NAME.conf, in lower case without SSELOG_."""
    found = {}
    for line in (webs.TOP / "examples/auth" / f"{name}.conf").read_text().splitlines():
        if line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found[key.removeprefix("SSELOG_").lower()] = value
    return {**found, **more}


def secret_file(directory, name, text):
    """Writes a file that only its owner and the web server's user may read."""
    path = directory / name
    path.write_text(text + "\n")
    path.chmod(0o640)
    if webs.ROOT:
        import grp
        import os
        os.chown(path, -1, grp.getgrnam("www-data").gr_gid)
    return path


def session(user="ann", role="viewer", **more):
    return json.dumps({"user_id": user, "tenant_id": "acme", "role": role, **more})


def bearer_key(token):
    return "sselog:bearer:" + hashlib.sha256(token.encode()).hexdigest()


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jwt(user="ann", role="viewer", *, secret=SECRET, alg="HS256", lifetime=300, **claims):
    """A signed JWT. lifetime: seconds until it expires, or None for no expiry. A claim given as None is
    left out."""
    body = {"sub": user, "tenant_id": "acme", "role": role, "iss": ISSUER, "aud": AUDIENCE,
            "exp": None if lifetime is None else int(time.time()) + lifetime, **claims}
    body = {k: v for k, v in body.items() if v is not None}
    signed = b64(json.dumps({"alg": alg, "typ": "JWT"}).encode()) + "." + b64(json.dumps(body).encode())
    return signed + "." + b64(hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest())


def key_and_tokens(alg):
    """The key of HS256 and new tokens, or a public key and a token, valid until 2033, of the unit test."""
    if alg == "HS256":
        return SECRET, [jwt("alice", note=str(n) * 40) for n in range(6)]
    text = (webs.TOP / "tests/unit/test_jwtcheck.c").read_text()

    def literal(name):
        body = text.partition(f"static const char {name}[] =")[2].partition(";")[0]
        return "".join(part for part in body.split('"')[1::2]).replace("\\n", "\n")
    short = {"RS256": "rsa", "ES256": "ec"}[alg]
    return literal(f"{short}_key"), [literal(f"{alg.lower()}_token")]


def signed_cookie(id, secret=COOKIE_SECRET):
    """A cookie value as the Node module cookie-signature signs it and Express encodes it."""
    mac = base64.b64encode(hmac.new(secret.encode(), id.encode(), hashlib.sha256).digest())
    return urllib.parse.quote(f"s:{id}.{mac.decode().rstrip('=')}", safe="")


def digest_authorization(challenge, user, password, path):
    """The header that answers a Digest challenge (RFC 7616, MD5 with qop=auth)."""
    said = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge.partition("Digest")[2]))

    def md5(text):
        return hashlib.md5(text.encode()).hexdigest()
    ha1 = md5(f"{user}:{said['realm']}:{password}")
    if "sess" in said.get("algorithm", ""):
        ha1 = md5(f"{ha1}:{said['nonce']}:c0ffee")
    response = md5(f"{ha1}:{said['nonce']}:00000001:c0ffee:auth:{md5('GET:' + path)}")
    algorithm = f", algorithm={said['algorithm']}" if "algorithm" in said else ""
    return {"Authorization": f'Digest username="{user}", realm="{said["realm"]}", '
                             f'nonce="{said["nonce"]}", uri="{path}", qop=auth, nc=00000001, '
                             f'cnonce="c0ffee", response="{response}"{algorithm}'}


def lookup_counts(redis):
    """How often Redis has run each command that look-ups use."""
    stats = redis.client.info("commandstats")
    return {name: stats.get(f"cmdstat_{name}", {}).get("calls", 0) for name in ("get", "getdel")}
