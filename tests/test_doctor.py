# SPDX-License-Identifier: MIT
"""`sselog doctor` names what is wrong with a set-up, and the line that mends it.  Each broken set-up is a shipped
example with one line changed or left out."""
import contextlib
import grp
import hashlib
import http.server
import json
import os
import re
import select
import signal
import socket
import subprocess
import termios
import threading
import time

import jwt
import pytest

import doctor
import redisd
import webs
from doctor import SHORT
from fcgi import FcgiStream, environment
from procs import DEADLINE, DeadlineExceeded
from scripted_redis import Transform
from tables import long_but
from webs import PASSWORD

# A keepalive each second: the doctor holds a stream for two and a half.
QUICK = {"keepalive": 1}
LOGIN = ("-u", f"ann:{PASSWORD}")


def without(*patterns, by=""):
    """An edit that replaces what each pattern matches, which must be there."""
    def edit(text):
        for pattern in patterns:
            text, n = re.subn(pattern, by, text, flags=re.M)
            assert n, f"the example no longer has {pattern!r}"
        return text
    return edit


def line(start):
    """A pattern for a whole line that begins with this text, after blanks."""
    return rf"^ *{start}.*\n"


def all_rights(stack, redis, **options):
    """Options with the default user of Redis, also where the tests run with the least rights."""
    setup = stack.setup(redis, **options)
    setup.options["SSELOG_REDIS"] = redis.url
    return setup


def writing(server, redis, user="ann"):
    """The options for records on their way, written by the user of producers."""
    path = server.dir / "producer.conf"
    path.write_text(f"SSELOG_REDIS={redisd.url_as_user(redis.url, 'sselog-producer')}\n")
    return "--user", user, "--write", "--producer", path


# ---- good set-ups ----

@pytest.mark.parametrize("kind", long_but(
    ["lighttpd", "fcgid", "nginx"], ["lighttpd", "lighttpd-cgi", "fcgid", "proxy_fcgi", "cgid", "htaccess", "nginx"]))
def test_nothing_is_found_at_a_good_set_up(stack, redis, kind):
    redis.add("log", '{"level": "info", "message": "x"}')
    server = stack.server(kind, redis, cors="https://app.example", **QUICK)
    e = doctor.web(server, *writing(server, redis), "--origin", "https://app.example")
    assert not e.findings
    assert {"D1", "D2", "D2a", "D2b", "D3", "D5", "D6", "D7", "D8", "D9", "D12", "D13", "D16", "D17"} <= e.passed
    assert ("D14" in e.passed) == (kind in ("lighttpd", "proxy_fcgi", "nginx"))
    if not redisd.ACL:  # the example gives producers no right to delete
        assert redis.client.xlen("log") == 1, "the marked records are deleted"


@pytest.mark.parametrize("kind", long_but(["nginx"], ["lighttpd", "fcgid", "nginx"]))
def test_nothing_is_found_behind_a_password(stack, redis, kind):
    redis.add("stream:logs:ann", '{"level": "info"}')
    server = stack.server(kind, redis, web={"auth": True}, auth="remote_user", cors="https://app.example", **QUICK)
    access = server.dir / f"{server.name()}-access.log"
    e = doctor.web(server, *LOGIN, *writing(server, redis), "--origin", "https://app.example",
                   *(() if kind == "lighttpd" else ("--access-log", access)))
    assert not e.findings
    assert {"D9", "D12", "D16", "D17"} <= e.passed


def test_a_login_that_is_missing_is_no_finding(stack, redis):
    server = stack.server("lighttpd", redis, web={"auth": True}, auth="remote_user")
    e = doctor.web(server)
    assert not e.findings and any("-u USER:PASSWORD" in n["evidence"] for n in e.notes)


# ---- broken set-ups: the web server ----

# Each row: server, edit of the example or more directives, options, finding, evidence, cure.
BROKEN = {
    "lighttpd buffers": (
        "lighttpd", {"edit": without(line("server.stream-response-body"))}, {}, "D7",
        "/stream sent nothing in 0.5 s", "server.stream-response-body = 2"),
    "lighttpd looks for a file": (
        "lighttpd", {"edit": without(line('"check-local"'))}, {}, "D6",
        "/healthz is answered 404 by lighttpd itself", '"check-local" => "disable"'),
    "lighttpd starts four processes": (
        "lighttpd", {"edit": without(line('"max-procs"'))}, {}, "D14",
        "processes answer at this URL", '"max-procs" => 1'),
    "lighttpd's responder does not run": (
        "lighttpd", {"edit": without(line('"bin-path"'), line('"max-procs"'), line('"listen-backlog"'),
                                     r' +"bin-environment" => \(\n[^)]*\)\n')}, {}, "D6",
        "/healthz is answered 503 by lighttpd itself", "start sselog at the socket that fastcgi.server names"),
    "lighttpd sends the program": (
        "lighttpd-cgi", {"edit": without(r"^#cgi# +cgi.assign.*\n")}, {}, "D6",
        "the program itself is sent as a file", 'cgi.assign = ("sselog" => "")'),
    "lighttpd as CGI buffers": (
        "lighttpd-cgi", {"edit": lambda t: without(r"^#cgi# +server.stream-response-body.*\n")(webs.drop_block(t, "the responder"))},
        {}, "D7", "/stream sent nothing", "server.stream-response-body = 2"),
    "lighttpd closes silent streams": (
        "lighttpd", {"edit": without('"max-procs" => 1,', by='"max-procs" => 1, "read-timeout" => 1,')},
        {"keepalive": 30}, "D12", "the stream was cut after", "read-timeout"),
    "mod_fcgid buffers": (
        "fcgid", {"edit": without(line("FcgidOutputBufferSize"))}, {}, "D7",
        "/stream sent nothing", '"FcgidOutputBufferSize 0"'),
    "Apache withholds Authorization": (
        "fcgid", {"edit": without(line("CGIPassAuth"))}, {"auth": "bearer"}, "D10",
        "the header Authorization does not arrive", '"CGIPassAuth On"'),
    "mod_fcgid's responder cannot start": (
        "fcgid", {"edit": without('(?=FcgidInitialEnv SSELOG_STREAM)', by='FcgidInitialEnv SSELOG_STREAMS "x"\n')}, {}, "D6",
        "/healthz is answered 500 by Apache itself", "error config:"),
    "an option of the process in SetEnv": (
        "fcgid", {"directives": '<Location "/sselog">\nSetEnv SSELOG_REDIS "redis://x"\n</Location>\n'}, {}, "D6",
        "sselog refuses what the web server sent", "not in SetEnv"),
    "mod_fcgid ends silent streams": (
        "fcgid", {"edit": without("FcgidIOTimeout 60", by="FcgidIOTimeout 2")}, {"keepalive": 30}, "D12",
        "the stream was cut after", '"FcgidIOTimeout 60"'),
    "Apache compresses all": (
        "fcgid", {"edit": without(line("SetEnv no-gzip")), "directives": "SetOutputFilter DEFLATE\n"}, {}, "D13",
        "compresses the stream (gzip)", '"SetEnv no-gzip 1"'),
    "Apache lets pages be cached": (
        "cgid", {"directives": 'Header always set Cache-Control "max-age=60"\nHeader set Cache-Control "max-age=60"\n'}, {},
        "D13", 'Cache-Control of the stream is "max-age=60"', "Header set"),
    "mod_proxy_fcgi buffers": (
        "proxy_fcgi", {"edit": without(" flushpackets=on")}, {}, "D7", "/stream sent nothing", '"flushpackets=on"'),
    "mod_proxy_fcgi does not split the path": (
        "proxy_fcgi", {"edit": without(line("ProxyFCGISetEnvIf"))}, {}, "D8",
        "is answered with the stream", "ProxyFCGISetEnvIf"),
    "mod_proxy_fcgi ends silent streams": (
        "proxy_fcgi", {"edit": without("timeout=120", by="timeout=1")}, {"keepalive": 30}, "D12",
        "the stream was cut after", '"timeout=120"'),
    "Apache has no cgid": (
        "cgid", {"edit": without('ScriptAlias(?= "/sselog")', by="Alias")}, {}, "D6",
        "the program itself is sent as a file", "a2enmod cgid"),
    "Apache believes addresses": (
        "proxy_fcgi", {"directives": "LoadModule remoteip_module /usr/lib/apache2/modules/mod_remoteip.so\n"
                                     "RemoteIPHeader X-Forwarded-For\n"}, {}, "D9",
        "X-Forwarded-For of the client at 127.0.0.1 was believed", "RemoteIPInternalProxy"),
    "nginx buffers": (
        "nginx", {"edit": without("fastcgi_buffering off;", by="fastcgi_ignore_headers X-Accel-Buffering;")}, {}, "D7",
        "/stream sent nothing", '"fastcgi_buffering off;"'),
    "nginx ends silent streams": (
        "nginx", {"edit": without("fastcgi_read_timeout 120s", by="fastcgi_read_timeout 1s")}, {"keepalive": 30}, "D12",
        "the stream was cut after", '"fastcgi_read_timeout 120s;"'),
    "nginx does not split the path": (
        "nginx", {"edit": without(line("fastcgi_split_path_info"), line("fastcgi_param PATH_INFO"),
                                  by="")}, {}, "D8", "is answered", "fastcgi_split_path_info"),
}


@pytest.mark.parametrize("name", long_but(list(BROKEN)[::3], BROKEN))
def test_broken_set_up_is_named_with_its_line(stack, redis, name):
    kind, web, options, id, evidence, cure = BROKEN[name]
    redis.add("log", '{"level": "info"}')
    server = stack.server(kind, redis, web=web, **{**QUICK, **options})
    patience = SHORT if id == "D7" else doctor.LONG
    hold = () if id == "D12" else ("--hold", "0.1")
    doctor.web(server, *hold, patience=patience).only(id, evidence, cure)


@pytest.mark.parametrize("kind, status, cure", [("proxy_fcgi", 503, "ProxyPass"), ("nginx", 502, "fastcgi_pass")])
def test_sselog_that_does_not_run_is_named(stack, redis, kind, status, cure):
    server = stack.server(kind, redis)
    server.responder.stop()
    (server.dir / "s.sock").unlink(missing_ok=True)
    doctor.web(server).only("D6", f"/healthz is answered {status} by ", f"socket that {cure} names")


def test_redis_that_is_away_is_named(stack, redis):
    server = stack.server("lighttpd", redis)
    redis.kill()
    e = doctor.web(server)
    e.has("D6", "Redis cannot be reached")
    e.has("D2", str(redis.socket), "start Redis")


def test_web_server_that_does_not_run_is_named(stack, redis):
    server = stack.server("lighttpd", redis)
    server.stop()
    doctor.web(server).only("D6", "Couldn't connect", "start the web server")


# ---- broken set-ups: who asks ----

def test_nginx_that_checks_no_password_is_named(stack, redis):
    redis.add("stream:logs:ann", "x")
    text = without(r"^ *limit_except OPTIONS \{[^}]*\}\n")
    server = stack.server("nginx", redis, web={"auth": True, "edit": text}, auth="remote_user", **QUICK)
    e = doctor.web(server, *LOGIN, "--hold", "0.1")
    e.only("D9", "with the password x was taken for a user", '"auth_basic"')


def test_header_of_a_client_is_named(stack, redis):
    """The doctor gets no details: its address is one of the trusted proxies'."""
    server = stack.server("nginx", redis, auth="header", trusted="127.0.0.1", user_header="XRemoteUser")
    doctor.web(server).only("D9", "the client's header XRemoteUser was believed", "SSELOG_TRUSTED")
    server = stack.server("lighttpd", redis, auth="header", trusted="127.0.0.1", **QUICK)
    e = doctor.web(server)
    e.has("D9", "the client's header X-Remote-User was believed", "SSELOG_TRUSTED")
    e.has("D9", "the client's header X_Remote_User was believed", "SSELOG_TRUSTED")


def test_role_of_a_client_is_named(stack, redis):
    """The web server sends the user's name as a proxy does, and the client's own header for the role."""
    redis.add("stream:logs:ann", "x")
    text = without("fastcgi_param REMOTE_USER ", by="fastcgi_param HTTP_USER ")
    server = stack.server("nginx", redis, web={"auth": True, "edit": text}, auth="header", trusted="127.0.0.1",
                          user_header="User", role_header="Role", admin_roles="admin")
    e = doctor.web(server, *LOGIN, "--hold", "0.1")
    e.only("D9", "the client's header Role was believed: it made an administrator", "SSELOG_TRUSTED")


def test_tenant_of_a_client_is_named(stack, redis):
    """The same for the tenant, and nginx passes names with underscores on."""
    redis.add("stream:logs:ann", "x")

    def edit(text):
        text = without("fastcgi_param REMOTE_USER ", by="fastcgi_param HTTP_ROLE admin;\nfastcgi_param HTTP_USER ")(text)
        return without("^http {", by="http {\nunderscores_in_headers on;")(text)

    server = stack.server("nginx", redis, web={"auth": True, "edit": edit}, auth="header", trusted="127.0.0.1",
                          user_header="User", tenant_header="X-Tenant", role_header="Role", admin_roles="admin")
    e = doctor.web(server, *LOGIN, "--hold", "0.1")
    e.has("D9", "the client's header X-Tenant was believed", "SSELOG_TRUSTED")
    e.has("D9", "the client's header X_Tenant was believed", "SSELOG_TRUSTED")


def test_login_by_digest_and_a_password_on_standard_input(stack, redis):
    redis.add("stream:logs:ann", "x")
    digest = stack.directory() / "htdigest"
    digest.write_text("ann:log:" + hashlib.md5(f"ann:log:{PASSWORD}".encode()).hexdigest() + "\n")
    text = without('"method" => "basic"', by='"method" => "digest"')

    def edit(example):
        return re.sub(r'^auth.backend .*\nauth.backend.htpasswd.userfile .*', f'auth.backend = "htdigest"\n'
                      f'auth.backend.htdigest.userfile = "{digest}"', text(example), count=1, flags=re.M)

    server = stack.server("lighttpd", redis, web={"auth": True, "edit": edit}, auth="remote_user")
    e = doctor.web(server, *LOGIN, *writing(server, redis), "--hold", "0.1")
    assert not e.findings and "D17" in e.passed
    assert not doctor.web(server, "-u", "ann", "--hold", "0.1", stdin=PASSWORD + "\n").findings
    doctor.web(server, "-u", "ann", stdin="wrong\n").only("D6", "the web server refuses the login", "-u")


SECRET = "secret" * 6


def token(**claims):
    return jwt.encode({"sub": "ann", "exp": 4000000000, **claims}, SECRET, "HS256")


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "key"
    path.touch(mode=0o600)
    path.write_text(SECRET)
    return path


REFUSED = {
    "expired": ("jwt", lambda: {"Authorization": "Bearer " + token(exp=1)}, "jwt-expired", "clocks"),
    "signature": ("jwt", lambda: {"Authorization": "Bearer " + token()[:-4] + "AAAA"}, "jwt-signature", "JWT_KEY_FILE"),
    "bearer": ("bearer", lambda: {"Authorization": "Bearer unknown"}, "bearer-unknown", "SSELOG_BEARER_KEY"),
    "session": ("cookie", lambda: {"Cookie": "session=unknown"}, "session-unknown", "SSELOG_SESSION_KEY"),
    "proxy": ("header", lambda: {"X-Remote-User": "ann"}, "untrusted-proxy", "SSELOG_TRUSTED"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_login_is_told_with_its_reason(stack, redis, name, key_file):
    method, headers, why, cure = REFUSED[name]
    options = {"jwt_key_file": key_file} if method == "jwt" else {"trusted": "192.0.2.9"} if method == "header" else {}
    server = stack.server("lighttpd", redis, auth=method, **options)
    given = [part for header, value in headers().items() for part in ("--header", f"{header}: {value}")]
    e = doctor.web(server, *given)
    e.only("D11", f"why={why}", cure)
    assert not doctor.web(server).findings, "without a login it is only a note"


def test_login_that_nobody_asks_for_is_told_with_the_line_of_the_web_server(stack, redis):
    server = stack.server("lighttpd", redis, auth="remote_user")
    doctor.web(server, *LOGIN).only("D11", "why=none", "auth.require")
    e = doctor.web(server)
    assert not e.findings and any("log in: -u" in n.get("cure", "") for n in e.notes)


def test_exchange_token_in_the_url_is_left_in_redis(stack, redis):
    server = stack.server("lighttpd", redis, auth="token")
    redis.client.set("sse_token:" + "a" * 43, json.dumps({"user_id": "ann"}))
    doctor.web(server)
    assert redis.client.exists("sse_token:" + "a" * 43)


# ---- broken set-ups: what is written, who may read ----

QUERY_LOGGED = {
    "lighttpd": (without("%U"), "accesslog.format"),
    "fcgid": (without('"%h %u %t .*"', by=r'"%h %r"'), "%m %U %H"),
    "nginx": (without(r'"\$request_method \$uri"', by='"$request"'), "$uri in place of $request"),
}


@pytest.mark.parametrize("kind", QUERY_LOGGED)
def test_query_strings_in_the_access_log_are_named(stack, redis, kind):
    edit, cure = QUERY_LOGGED[kind]
    if kind == "lighttpd":
        edit = without(line("accesslog.format"))
    server = stack.server(kind, redis, web={"edit": edit}, **QUICK)
    e = doctor.web(server, "--hold", "0.1", "--access-log", server.dir / f"{server.name()}-access.log")
    e.only("D15", "the access log has query strings", cure)


PREFLIGHT = {
    "lighttpd": (without(r'^\$HTTP\["request-method"\] != "OPTIONS" \{', by='$HTTP["request-method"] != "X" {'), "request-method"),
    "fcgid": (without(line("Require method OPTIONS")), "Require method OPTIONS"),
    "nginx": (without(r"limit_except OPTIONS \{([^}]*)\}", by=r"\1"), "limit_except OPTIONS"),
}


@pytest.mark.parametrize("kind", PREFLIGHT)
def test_preflight_that_is_refused_is_named(stack, redis, kind):
    edit, cure = PREFLIGHT[kind]
    server = stack.server(kind, redis, web={"auth": True, "edit": edit}, auth="remote_user", cors="https://app.example",
                          **QUICK)
    e = doctor.web(server, *LOGIN, "--hold", "0.1", "--origin", "https://app.example")
    e.only("D16", "a preflight (OPTIONS /stream) is answered 401", cure)


def test_origin_that_is_not_allowed_is_named(stack, redis):
    server = stack.server("lighttpd", redis, **QUICK)
    e = doctor.web(server, "--hold", "0.1", "--origin", "https://app.example")
    e.only("D16", "pages of https://app.example may not read", "SSELOG_CORS")


# ---- broken set-ups: this machine and Redis ----

def test_wrong_options_are_named(stack, redis):
    setup = all_rights(stack, redis)
    doctor.local(setup, history="many").only("D1", "SSELOG_HISTORY=many", "sselog -t")
    doctor.local(setup, auth="header", trusted="0.0.0.0/0").only("D1", "SSELOG_TRUSTED", "")


def test_addresses_of_redis_are_named(stack, redis):
    setup = all_rights(stack, redis)
    doctor.local(setup, redis="unix:///nowhere/redis.sock").only("D2", "/nowhere/redis.sock: No such file", "unixsocket")
    port = stack.keep(socket.create_server(("127.0.0.1", 0)))
    number = port.getsockname()[1]
    port.close()
    doctor.local(setup, redis=f"redis://127.0.0.1:{number}").only("D2", f"127.0.0.1:{number}: Connection refused",
                                                                 "start Redis")
    doctor.local(setup, redis=f"unix://:wrong@{redis.socket}").only("D2", "AUTH", "SSELOG_REDIS")


def test_password_of_redis_is_named(stack, redis):
    setup = all_rights(stack, redis)
    redis.client.config_set("requirepass", "right")
    doctor.local(setup).only("D2", "NOAUTH", "SSELOG_REDIS_PASSWORD_FILE")
    doctor.local(setup, redis=f"unix://:wrong@{redis.socket}").only("D2", "WRONGPASS", "password")
    assert not doctor.local(setup, redis=f"unix://:right@{redis.socket}").findings


def test_eviction_of_logs_is_named(stack):
    redis = stack.redis(options=["--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"])
    setup = all_rights(stack, redis)
    doctor.local(setup).only("D2", "maxmemory-policy is allkeys-lru", "noeviction")


def test_persistence_is_told(stack, redis):
    setup = all_rights(stack, redis)
    assert any("a restart of Redis loses all logs" in n["evidence"] for n in doctor.local(setup).notes)
    kept = stack.redis(persistent=True)
    assert not [n for n in doctor.local(setup, redis=kept.url).notes if "restart" in n["evidence"]]


def test_info_that_is_refused_is_one_note(stack, redis):
    redis.client.execute_command("ACL", "SETUSER", "reader", "on", ">pass", "~*", "&*", "+@all", "-info", "-type")
    redis.client.rpush("stream:logs:ann", "x")
    setup = all_rights(stack, redis, auth="remote_user")
    e = doctor.local(setup, "--user", "ann", redis=f"unix://reader:pass@{redis.socket}")
    assert len([n for n in e.notes if n["id"] == "D2"]) == 1
    assert "version, eviction and persistence are not checked" in e.notes[0]["evidence"]
    assert "NOPERM" in e.notes[0]["evidence"]
    assert e.findings[0]["evidence"] == "stream:logs:ann is no stream", "its type may not be asked for either"


def rewritten(real, old, new):
    """A handler that changes a text in answers to INFO, which keep their length."""
    assert len(old) == len(new)
    return lambda conn, words: Transform(lambda reply: reply.replace(old, new)) if words[0].upper() == b"INFO" else None


def test_old_redis_is_named(stack, redis):
    setup = all_rights(stack, redis)
    ours = b"redis_version:" + redis.client.info("server")["redis_version"].encode()
    for major, state in ("5.0", "FAIL"), ("6.0", "FAIL"), ("6.2", "NOTE"), ("7.2", None):
        other = ours.replace(b"redis_version:7.0", b"redis_version:" + major.encode())
        assert major == "7.0" or other != ours
        e = doctor.local(setup, redis=f"unix://{stack.scripted(redis, rewritten(redis, ours, other)).socket}")
        found = [f["state"] for f in e.findings + e.notes if f"is Redis {major}" in f["evidence"]]
        assert found == ([state] if state else [])
        if state == "FAIL":
            e.only("D2", "cannot read on from a record", "6.2 or newer")


@pytest.mark.parametrize("line", [b"rdb_last_bgsave_status:", b"aof_last_write_status:"])
def test_redis_that_cannot_write_to_its_disk_is_named(stack, redis, line):
    setup = all_rights(stack, redis)
    proxy = stack.scripted(redis, rewritten(redis, line + b"ok\r\n", line + b"er\r\n"))
    doctor.local(setup, redis=f"unix://{proxy.socket}").only("D2", "Redis may take no records", "the disk may be full")


RIGHTS = {
    "xrange": ("-xrange", "XRANGE is refused, so no log can be read", "+xrange %R~log"),
    "xinfo": ("-xinfo|stream", "XINFO is refused", "+xinfo|stream %R~log"),
    "tracking": ("-client|tracking", "CLIENT TRACKING is refused, so sselog looks every 250 ms", "+client|tracking"),
    "subscribe": ("-subscribe", "SUBSCRIBE __redis__:invalidate is refused", "+subscribe &__redis__:invalidate"),
    "getdel": ("-getdel", "GETDEL is refused, so no exchange token can be used", "+getdel %RW~sse_token:*"),
    "set": ("-set", "SET is refused, so a client with an exchange token has to log in again", "+set %RW~sse_token:*"),
    "zadd": ("-zadd", "ZADD is refused, so each stream is answered as a poll, and polls may be more", "+zadd %RW~sselog:hold"),
    "zcard": ("-zcard", "ZCARD is refused, so each stream is answered as a poll", "+zcard %R~sselog:hold"),
    "get": ("-get", "GET is refused, so no session can be checked", "+get %R~session:*"),
}
APPENDING = {
    "xadd": ("-xadd", "XADD is refused, so no record can be appended", "+xadd %W~log"),
    "watch": ("-watch", "WATCH is refused, so no batch with Idempotency-Key", "+watch %R~{log}:sent:*"),
    "unwatch": ("-unwatch", "UNWATCH is refused, so no batch with Idempotency-Key", "+unwatch"),
    "multi": ("-multi", "MULTI is refused, so no record can be appended", "+multi"),
    "exec": ("-exec", "EXEC is refused, so no record can be appended", "+exec"),
}


@pytest.mark.parametrize("name", [*RIGHTS, *APPENDING])
def test_right_that_is_missing_is_named(stack, redis, name):
    less, evidence, cure = {**RIGHTS, **APPENDING}[name]
    redis.client.execute_command("ACL", "SETUSER", "reader", "on", ">pass", "~*", "&*", "+@all", less)
    setup = all_rights(stack, redis, auth="token cookie", stream="log", hold=5, append=int(name in APPENDING))
    e = doctor.local(setup, redis=f"unix://reader:pass@{redis.socket}")
    e.only("D2a", evidence, cure)
    assert "NOPERM" in e.findings[0]["evidence"]
    assert not redis.client.keys("*"), "nothing is written"


def test_right_to_the_logs_of_all_users_is_named_without_a_user(stack, redis):
    redis.client.execute_command("ACL", "SETUSER", "reader", "on", ">pass", "~*", "&*", "+@all", "-xrange")
    setup = all_rights(stack, redis, auth="remote_user", stream="log:{user}")
    doctor.local(setup, redis=f"unix://reader:pass@{redis.socket}").only("D2a", "XRANGE is refused", "+xrange %R~log:*")


def test_rights_of_the_example_are_enough(stack, redis):
    text = (webs.TOP / "examples/redis-acl.conf").read_text()
    user, rules = re.search(r"^user (sselog) (.*)$", text, re.M).groups()
    more = re.search(r"^#more# \((%RW~sselog:hold.*)\)$", text, re.M).group(1)
    redis.client.execute_command("ACL", "SETUSER", user, "reset", *rules.split())
    setup = all_rights(stack, redis, auth="token cookie")
    as_example = {"redis": f"unix://sselog:change-me@{redis.socket}"}
    assert not doctor.local(setup, **as_example).findings
    assert {f["id"] for f in doctor.local(setup, hold=0, **as_example).findings} == {"D2a"}
    redis.client.execute_command("ACL", "SETUSER", user, *more.split())
    for hold in 0, 5:
        assert not doctor.local(setup, hold=hold, **as_example).findings
    assert {f["id"] for f in doctor.local(setup, append=1, **as_example).findings} == {"D2a"}
    more = re.search(r"^#more# \((.*%RW~\{stream:logs.*)\)$", text, re.M).group(1)
    redis.client.execute_command("ACL", "SETUSER", user, *more.split())
    assert not doctor.local(setup, append=1, **as_example).findings
    logs = "@sselog:logs:{user}=stream:logs:{user}:{log}"
    assert [f["evidence"].split()[0] for f in doctor.local(setup, logs=logs, **as_example).findings] == ["SSCAN", "SISMEMBER"]
    more = re.search(r"^#more# \((.*sscan.*)\)$", text, re.M).group(1)
    redis.client.execute_command("ACL", "SETUSER", user, *more.split())
    assert not doctor.local(setup, logs=logs, **as_example).findings


LOGS = {
    "missing": (lambda r: None, "WARN", "there is no log at stream:logs:ann", "sselog send -l"),
    "another type": (lambda r: r.rpush("stream:logs:ann", "x"), "FAIL", "is no stream, its type is list", "XADD"),
    "another field": (lambda r: r.xadd("stream:logs:ann", {"msg": "x"}), "WARN", "have no field data but msg",
                      "SSELOG_FIELD=msg"),
    "unknown level": (lambda r: r.xadd("stream:logs:ann", {"data": '{"level":"loud"}'}), "WARN",
                      "unknown level, such as loud", "level names"),
}


@pytest.mark.parametrize("name", LOGS)
def test_log_of_a_user_is_looked_at(stack, redis, name):
    fill, state, evidence, cure = LOGS[name]
    fill(redis.client)
    e = doctor.local(all_rights(stack, redis, auth="remote_user"), "--user", "ann")
    e.only("D2b", evidence, cure)
    assert e.findings[0]["state"] == state


def test_names_that_the_key_needs_are_asked_for(stack, redis):
    setup = all_rights(stack, redis, auth="remote_user", stream="stream:{tenant}:{user}")
    doctor.local(setup, "--user", "ann").only("D2b", "fills no key of stream:{tenant}:{user}", "--tenant")
    redis.add("stream:acme:ann", '{"level": "info"}')
    assert not doctor.local(setup, "--user", "ann", "--tenant", "acme").findings


def test_log_that_the_path_names_is_not_looked_at(stack, redis):
    """Nor is a right missing: the user of this Redis may read these logs only."""
    redis.client.execute_command("ACL", "SETUSER", "reader", "on", ">pass", "~job:*", "&*", "+@all")
    setup = all_rights(stack, redis, auth="remote_user", stream="job:{job}", route="/jobs/{job}/stream")
    for args in (), ("--user", "ann"):
        e = doctor.local(setup, *args, redis=f"unix://reader:pass@{redis.socket}")
        assert not e.findings
        assert any("may have names from the path" in n["evidence"] for n in e.notes)


@pytest.mark.skipif(not webs.ROOT, reason="only root may become another user")
def test_files_are_read_as_the_user_that_serves(stack, redis, key_file):
    setup = all_rights(stack, redis, auth="jwt", jwt_key_file=setup_key(stack, 0o600))
    assert not doctor.local(setup).findings
    e = doctor.local(setup, "--as", "www-data")
    e.only("D1", "as user www-data: ", "let the user that serves")
    assert "Permission denied" in e.findings[0]["evidence"]
    doctor.local(setup, "--as", "nobody-such").only("D1", "there is no user nobody-such", "--as")


@pytest.mark.skipif(not webs.ROOT, reason="only root may become another user")
def test_behind_a_socket_only_the_socket_is_looked_at_as_the_web_server(stack, redis):
    """Another process serves there, and root gave it the secrets."""
    responder = stack.responder(redis)
    os.chown(responder.socket, -1, grp.getgrnam("www-data").gr_gid)
    responder.socket.chmod(0o660)
    for directory in responder.socket.parents:
        if directory.stat().st_mode & 0o001 == 0:
            directory.chmod(directory.stat().st_mode | 0o001)
    e = doctor.local(responder.setup, "--as", "www-data", before=("-s", responder.socket), auth="jwt", allow_root=0,
                     jwt_key_file=setup_key(stack, 0o600))
    assert not e.findings and {"D1", "D2", "D4"} <= e.passed


def setup_key(stack, mode):
    path = stack.directory() / "key"
    path.write_text(SECRET)
    path.chmod(mode)
    return path


def test_sockets_are_looked_at(stack, redis):
    responder = stack.responder(redis)
    path = responder.socket
    e = doctor.local(responder.setup, before=("-s", path))
    e.only("D4", "every user of this machine can connect", "0660")
    path.chmod(0o660)
    e = doctor.local(responder.setup, before=("-s", path))
    assert not e.findings and {"D4", "D5"} <= e.passed
    assert "D4" in doctor.local(responder.setup, before=("-s", os.path.relpath(path))).passed
    if webs.ROOT:
        e = doctor.local(responder.setup, "--as", "www-data", before=("-s", path))
        e.has("D4", "user www-data may not connect", "group")
    responder.kill()
    doctor.local(responder.setup, before=("-s", path)).only("D4", "nobody listens", "systemctl start")
    path.unlink()
    doctor.local(responder.setup, before=("-s", path)).only("D4", "there is no ", "sselog -s")
    path.touch()
    doctor.local(responder.setup, before=("-s", path)).only("D4", "is no socket", "path of the socket")
    doctor.local(responder.setup, before=("-s", "/nowhere/s.sock")).only("D4", "no directory /nowhere", "tmpfiles")


def test_too_few_descriptors_are_named(stack, redis):
    e = doctor.local(all_rights(stack, redis), max_viewers=1000000)
    e.only("D5", "fewer than SSELOG_MAX_VIEWERS=1000000 needs", "LimitNOFILE=")


# ---- records on their way ----

def test_record_that_does_not_come_is_named(stack, redis):
    """The web server's sselog reads another log than that of --user."""
    server = stack.server("lighttpd", redis, **QUICK)
    server.setup.options.update(SSELOG_STREAM="other", SSELOG_REDIS=redis.url)
    redis.add("other", '{"level": "info"}')
    e = doctor.web(server, "--user", "ann", "--write", "--hold", "0.1", patience=3)
    e.only("D17", "record 1 of 5, written to other, did not come", "--user")
    assert redis.client.xlen("other") == 1


def test_producer_without_rights_is_named(stack, redis):
    redis.add("log", '{"level": "info"}')
    redis.client.execute_command("ACL", "SETUSER", "reader", "on", ">pass", "~*", "&*", "+@all", "-xadd")
    server = stack.server("lighttpd", redis, **QUICK)
    server.setup.options["SSELOG_REDIS"] = f"unix://reader:pass@{redis.socket}"
    e = doctor.web(server, "--user", "ann", "--write", "--hold", "0.1")
    e.only("D17", "no record could be written to log: NOPERM", "XADD")


def test_busy_log_hides_no_record_from_the_doctor(stack, redis):
    """Before each of its records another producer adds a large one, in all more than the doctor keeps."""
    large = "x" * 1_500_000
    redis.add("log", "x")

    def handler(conn, words):
        if words[0].upper() == b"XADD":
            redis.add("log", large)

    server = stack.server("lighttpd", redis, **QUICK)
    producer = stack.directory() / "producer.conf"
    producer.write_text(f"SSELOG_REDIS=unix://{stack.scripted(redis, handler).socket}\n")
    server.setup.options["SSELOG_REDIS"] = redis.url
    e = doctor.web(server, "--user", "ann", "--write", "--producer", producer, "--hold", "0.1")
    assert not e.findings and "D17" in e.passed


def test_records_that_cannot_be_deleted_are_told(stack, redis):
    redis.add("log", "x")
    redis.client.execute_command("ACL", "SETUSER", "writer", "on", ">pass", "~*", "&*", "+@all", "-xdel")
    server = stack.server("lighttpd", redis, **QUICK)
    server.setup.options["SSELOG_REDIS"] = f"unix://writer:pass@{redis.socket}"
    e = doctor.web(server, "--user", "ann", "--write", "--hold", "0.1")
    assert not e.findings
    assert any("6 marked records stay in log: NOPERM" in n["evidence"] for n in e.notes)


def test_file_of_the_producer_that_is_wrong_is_named(stack, redis):
    redis.add("log", "x")
    server = stack.server("lighttpd", redis, **QUICK)
    server.setup.options["SSELOG_REDIS"] = redis.url
    producer = stack.directory() / "producer.conf"
    for text, evidence in ("SSELOG_REDI=x\n", "SSELOG_REDI"), (None, "No such file"):
        if text:
            producer.write_text(text)
        else:
            producer.unlink()
        e = doctor.web(server, "--user", "ann", "--write", "--producer", producer, "--hold", "0.1")
        e.only("D17", evidence, "correct the file of --producer")


def test_source_without_a_log_is_not_written_to(stack, redis):
    server = stack.server("lighttpd", redis, source="pubsub", channel="logs:ann", **QUICK)
    e = doctor.web(server, "--user", "ann", "--write", "--hold", "0.1")
    assert any("--write is for the source `stream` only" in n["evidence"] for n in e.notes)


@pytest.mark.parametrize("fault, evidence", [("lose", "3 of 3 records were lost, 0 came twice"),
                                             ("double", "0 of 4 records were lost, 2 came twice")])
def test_reconnect_that_loses_or_doubles_records_is_named(stack, redis, answers, fault, evidence):
    """The server forgets Last-Event-ID and begins at the beginning, or it sends nothing."""
    responder = stack.responder(redis)
    redis.add("log", "x")

    def stream(path, headers):
        resumes = "Last-Event-ID" in headers
        history = 100 if resumes else 0
        return None if resumes and fault == "lose" else FcgiStream(responder.socket, environment("/sselog/stream", QUERY_STRING=f"history={history}"))

    answers.forward = stream
    options = {**responder.setup.options, "SSELOG_REDIS": redis.url}
    url = f"http://127.0.0.1:{answers.server_address[1]}/stream"
    done = doctor.run(options, "--json", "--patience", doctor.LONG, "--user", "ann", "--write", "--hold", "0.1", url)
    doctor.Examination(done).has("D17", evidence, "Last-Event-ID")


# ---- answers of other servers ----

class Answers(http.server.BaseHTTPRequestHandler):
    """Answers /healthz and wrong paths as sselog does, and the stream as the server's `stream` says."""

    def do_GET(self):
        path = self.path.partition("?")[0]
        status, kind, body = {
            "/healthz": (200, "text/plain", b"ok\n"),
            "/stream": (self.server.status, "text/event-stream", self.server.stream),
            "/page/healthz": (200, "text/html", b"<!doctype html>"),
        }.get(path, (404, "application/json", b'{"error":"not found"}'))
        if status is None:
            return
        if path == "/stream" and self.server.forward:
            self.pass_on(self.server.forward(self.path, self.headers))
            return
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Cache-Control", "no-store, no-transform")
        self.end_headers()
        self.wfile.write(body)
        if path == "/stream" and self.server.holds:
            self.server.done.wait(60 if self.server.holds is True else self.server.holds)

    def pass_on(self, stream):
        """Sends what a stream of sselog has, until the client leaves."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store, no-transform")
        self.end_headers()
        with stream or contextlib.nullcontext(), contextlib.suppress(ConnectionError):
            sent = 0
            while stream and not stream.ended:
                self.wfile.write(stream.raw[sent:])
                sent = len(stream.raw)
                with contextlib.suppress(DeadlineExceeded):
                    stream.read_once(0.1)
                self.wfile.flush()

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


@pytest.fixture
def answers():
    """A server on a free port, of which the tests set status (None: no answer), stream and holds."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.daemon_threads = True
        server.forward = None
        server.holds, server.status, server.stream, server.done = False, 200, b"", threading.Event()
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.done.set()
        server.shutdown()
        thread.join()


def examine(server, stack, redis, *args, patience=doctor.LONG, **options):
    environment = stack.setup(redis, **options).options
    url = f"http://127.0.0.1:{server.server_address[1]}/stream"
    return doctor.Examination(doctor.run(environment, "--json", "-v", "--patience", patience, *args, url))


def test_stream_that_is_answered_as_a_poll_is_no_fault(stack, redis, answers):
    answers.stream = b'retry: 3000\n\nevent: live\ndata: {"replayed":0}\n\nevent: end\ndata: {"reason":"poll","every":3000}\n\n'
    e = examine(answers, stack, redis)
    assert not e.findings
    assert any("streams are answered as polls, every 3.0 s" in n["evidence"] for n in e.notes)


def test_stream_that_ends_in_the_middle_is_named(stack, redis, answers):
    answers.stream = b'retry: 3000\n\nevent: live\ndata: {"replayed":0}\n\n'
    examine(answers, stack, redis).only("D12", "the stream was cut after", "SSELOG_LIFETIME")


def test_seconds_of_a_cut_are_those_of_the_stream(stack, redis, answers):
    """From the first byte to the end, without what the other checks take."""
    answers.stream, answers.holds = b'retry: 3000\n\nevent: live\ndata: {"replayed":0}\n\n', 1.5
    start = time.monotonic()
    e = examine(answers, stack, redis)
    whole = time.monotonic() - start
    e.only("D12", "the stream was cut after", "SSELOG_LIFETIME")
    assert 1.4 <= float(re.search(r"after ([\d.]+) s", e.findings[0]["evidence"])[1]) < whole


def test_stream_without_a_byte_is_named(stack, redis, answers):
    examine(answers, stack, redis).only("D12", "the stream was cut after 0.0 s", "SSELOG_LIFETIME")


def test_stream_that_is_unavailable_tells_why(stack, redis, answers):
    answers.stream = b'retry: 3000\n\nevent: unavailable\ndata: {"reason":"viewers"}\n\n'
    examine(answers, stack, redis).only("D11", '/stream answered that it is unavailable: {"reason":"viewers"}', "the log of sselog")


@pytest.mark.parametrize("status", [404, 502])
def test_stream_that_is_not_answered_is_a_fault_without_a_login(stack, redis, answers, status):
    answers.status = status
    examine(answers, stack, redis).only("D11", f"/stream is answered {status}", "")


def test_end_without_an_answer_is_named(stack, redis, answers):
    answers.status = None
    examine(answers, stack, redis).only("D12", "/stream ended without an answer", "")


def test_busy_log_is_no_cut(stack, redis, answers):
    """The doctor keeps no more than the first bytes."""
    answers.stream, answers.holds = b"data: x\n\n" * 1_000_000, True
    e = examine(answers, stack, redis)
    assert not e.findings and "D12" in e.passed


def test_silence_after_the_first_bytes_is_named(stack, redis, answers):
    """A buffer that is sent when it is full passes the beginning of a long history."""
    answers.stream, answers.holds = b"retry: 3000\n\n", True
    e = examine(answers, stack, redis, keepalive=1, patience=2)
    e.only("D7", "the beginning of /stream came at once, then nothing", "buffering")


def test_url_may_be_checked_from_a_machine_without_redis(answers):
    answers.stream = b'event: end\ndata: {"reason":"lifetime"}\n\n'
    url = f"http://127.0.0.1:{answers.server_address[1]}/"
    e = doctor.Examination(doctor.run({}, "--json", "-v", "--url-only", url))
    assert not e.findings and not {"D1", "D2"} & e.passed


def test_page_of_another_program_is_named(answers):
    url = f"http://127.0.0.1:{answers.server_address[1]}/page"
    e = doctor.Examination(doctor.run({}, "--json", "--url-only", url))
    e.only("D6", "/healthz is answered 200 by another web server itself", "give the URL at which sselog is mounted")


def test_details_that_are_not_told_are_a_note(stack, redis, answers):
    answers.stream = b'event: end\ndata: {"reason":"lifetime"}\n\n'
    e = examine(answers, stack, redis)
    assert not e.findings and any("tells no details here" in n["evidence"] for n in e.notes)


def test_certificate_and_http_2(stack, redis):
    redis.add("log", "x")
    d = stack.directory()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2",
                    "-keyout", d / "key", "-out", d / "cert"], check=True, capture_output=True)
    edit = without(r"(listen 127.0.0.1:\d+);", by=rf"\1 ssl http2; ssl_certificate {d}/cert; ssl_certificate_key {d}/key;")
    server = stack.server("nginx", redis, web={"edit": edit})
    doctor.web(server, scheme="https").only("D6", "certificate", "-k accepts any")
    e = doctor.web(server, "-k", "--hold", "0.1", scheme="https")
    assert not e.findings and any("HTTP/2" in n["evidence"] and "60 streams" in n["evidence"] for n in e.notes)


# ---- the lines ----

def cures():
    """The texts of the table in doctor/cure.c, with its macros replaced."""
    source = (webs.TOP / "doctor/cure.c").read_text().replace("\\\n", "")
    macros = dict(re.findall(r"^#define (\w+) +(.*)$", source, re.M))
    rows = re.findall(r"\{FAULT_\w+, SERVER_\w+,(.*?)\},\n", source, re.S)
    assert len(rows) > 50
    for row in rows:
        for _ in range(3):
            row = re.sub(r"\b[A-Z]{2}[A-Z_]+\b", lambda m: macros.get(m[0], m[0]), row)
        yield "".join(json.loads(part) for part in re.findall(r'"(?:\\.|[^"\\])*"', row))


def test_lines_that_the_doctor_names_stand_in_the_examples():
    seen = 0
    for cure in cures():
        for file in re.findall(r"\(([\w./-]+(?:\.conf|htaccess)) has it\)", cure):
            example = " ".join((webs.TOP / file).read_text().split())
            for quoted in re.findall(r'(?<!=> )"([^"]+)"(?! =>)', cure):
                seen += 1
                assert quoted.strip("\"") in example, f"{file}: {quoted}"
    assert seen > 20


# ---- the command line ----

@pytest.mark.parametrize("args", [["--nonsense"], ["ftp://x"], ["http://a", "http://b"], ["--write", "http://x"],
                                  ["--origin", "x"], ["--patience", "no", "http://x"], ["-u", "ann", "http://x"],
                                  ["-H", "x", "http://x"], ["--access-log", "/nowhere", "http://x"],
                                  ["--tenant", "acme"], ["--role", "admin", "http://x"], ["--url-only"], ["--url-only", "--as", "x", "http://x"]])
def test_wrong_usage_is_status_2(args):
    done = doctor.run({}, *args)
    assert done.returncode == 2 and done.stderr and not done.stdout


def test_access_log_that_cannot_be_opened_is_named():
    done = doctor.run({}, "--access-log", "/nowhere/log", "http://x")
    assert "the access log /nowhere/log cannot be opened: No such file or directory" in done.stderr


def test_text_has_one_line_for_each_finding(stack, redis):
    done = doctor.run({"SSELOG_REDIS": "unix:///nowhere"})
    assert done.returncode == 1
    first, last = done.stdout.splitlines()
    assert first.startswith("FAIL D2 redis: /nowhere: No such file or directory; start Redis")
    assert re.fullmatch(r"1 failed, 0 warnings, 0 notes, \d+ passed", last)


def read_until(terminal, text):
    """Its other end may stay open when the program has ended."""
    shown = b""
    while text not in shown:
        assert select.select([terminal], [], [], DEADLINE)[0], shown
        shown += os.read(terminal, 1000)


def test_terminal_asks_for_the_password_and_does_not_show_it():
    ours, its = os.openpty()
    with subprocess.Popen([webs.program(), "doctor", "--url-only", "--login", "ann", "http://127.0.0.1:1/"], stdin=its, stderr=its,
                          stdout=subprocess.DEVNULL) as process:
        read_until(ours, b"Password: ")
        os.write(ours, b"topsecret\n")
        assert process.wait(60) == 1
    os.close(its)
    assert os.read(ours, 1000) == b"\r\n"
    os.close(ours)


def test_terminal_is_told_what_takes_long(stack, redis):
    """A pipe is not: it gets findings only."""
    redis.add("log", "x")
    server = stack.server("lighttpd", redis)
    command = [webs.program(), "doctor", "--url-only", "--hold", "2", f"http://127.0.0.1:{server.port}/sselog"]
    ours, its = os.openpty()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=its, stderr=its) as process:
        read_until(ours, b"listening to /stream, 2 s at most ...\r\n")
        assert process.wait(60) == 0
    for end in ours, its:
        os.close(end)
    assert "listening" not in subprocess.run(command, capture_output=True, text=True, timeout=60).stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_terminal_shows_again_what_is_typed_after_a_signal(number):
    """Ctrl-C at the prompt."""
    ours, its = os.openpty()
    before = termios.tcgetattr(its)
    with subprocess.Popen([webs.program(), "doctor", "--url-only", "-u", "ann", "http://127.0.0.1:1/"], stdin=its, stderr=its,
                          stdout=subprocess.DEVNULL) as process:
        read_until(ours, b"Password: ")
        assert not termios.tcgetattr(its)[3] & termios.ECHO
        process.send_signal(number)
        assert process.wait(60) == -number
    assert termios.tcgetattr(its) == before
    os.close(its)
    os.close(ours)


def test_help_names_each_option():
    """A host has no manual."""
    text = subprocess.run([webs.program(), "doctor", "-h"], capture_output=True, text=True, check=True).stdout
    names = re.findall(r'^    \{"([a-z-]+)", (?:no|required)_argument', (webs.TOP / "cmd_doctor.c").read_text(), re.M)
    assert len(names) == 18 and all(re.search(rf"--{name}\b", text) for name in names)
