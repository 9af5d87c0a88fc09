# SPDX-License-Identifier: MIT
"""Users that the web server names: its Basic and Digest, redirects, headers of a proxy, and names that nobody verified."""
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

import identity
import webs
from credentials import assert_refused, bearer, twice
from fcgi import environment, fcgi_get
from identity import JSON, session
from sse import Stream, basic, get

SERVERS = pytest.mark.parametrize("kind", ["lighttpd", "fcgid"])


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
