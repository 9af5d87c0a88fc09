# SPDX-License-Identifier: MIT
"""Another proxy in front of the web server: docs/proxies.md, symptom by symptom.

Each set-up is a block of that page.  As it stands, nothing is found.  With a line left out or changed the symptom is there.
`sselog doctor` then names it with a line that the page quotes."""
import re
import socket
import subprocess

import pytest

import doctor
import h2
import proxies
import webs
from doctor import SHORT
from identity import bearer_key, session
from procs import DeadlineExceeded, wait_until
from sse import Stream, basic, get
from tables import long_but
from test_doctor import without

QUICK = {"keepalive": 1}


@pytest.mark.parametrize("name, inner", long_but([("nginx", "lighttpd"), ("haproxy", "proxy_fcgi")], [
    ("nginx", "lighttpd"), ("nginx", "nginx"), ("haproxy", "proxy_fcgi"), ("apache", "lighttpd"), ("lighttpd", "nginx")]))
def test_nothing_is_found_at_a_good_proxy(stack, redis, name, inner):
    redis.add("log", '{"level": "info"}')
    server = stack.server(inner, redis, cors="https://app.example", **QUICK)
    proxy = stack.keep(proxies.PROXIES[name](server))
    e = doctor.web(proxy, "--origin", "https://app.example", "--hold", "0.1")
    assert not e.findings and {"D7", "D8", "D12", "D13", "D16"} <= e.passed


# Each row: proxy, web server behind it, change of the block, options, finding, evidence, cure.
BROKEN = {
    "nginx collects what another nginx sends": (
        "nginx", "nginx", {"edit": without("proxy_buffering .*", "proxy_http_version .*")}, {}, "D7",
        "/stream sent nothing in 0.5 s", '"proxy_buffering off;"'),
    "nginx ignores X-Accel-Buffering": (
        "nginx", "lighttpd", {"edit": without("proxy_buffering .*", "proxy_http_version .*",
                                              by="proxy_ignore_headers X-Accel-Buffering;")}, {}, "D7",
        "/stream sent nothing in 0.5 s", '"proxy_buffering off;"'),
    "nginx ends silent streams": (
        "nginx", "lighttpd", {"edit": without("proxy_read_timeout 120s", by="proxy_read_timeout 1s")}, {"keepalive": 30}, "D12",
        "the stream was cut after", '"proxy_read_timeout 120s;"'),
    "nginx compresses": (
        "nginx", "lighttpd", {"edit": without("gzip +off;", by="gzip on; gzip_types text/event-stream; gzip_min_length 0;")},
        {}, "D13", "compresses the stream (gzip): proxies may hold records back", '"gzip off;"'),
    "lighttpd collects": (
        "lighttpd", "proxy_fcgi", {"edit": without("server.stream-response-body .*")}, {}, "D7",
        "/stream sent nothing in 0.5 s", '"server.stream-response-body = 2"'),
    "lighttpd ends silent streams": (
        "lighttpd", "nginx", {"edit": without('"read-timeout" => 120', by='"read-timeout" => 1')}, {"keepalive": 30}, "D12",
        "the stream was cut after", '"read-timeout" => 120'),
    "haproxy ends silent streams": (
        "haproxy", "lighttpd", {"edit": without("timeout server 120s", by="timeout server 1s")}, {"keepalive": 30}, "D12",
        "the stream was cut after", '"timeout server 120s"'),
    "haproxy tells no address": (
        "haproxy", "proxy_fcgi", {"edit": without("option forwardfor")}, {}, "D18",
        "sselog takes all clients for one at 127.0.0.1, and everybody may read /status", '"option forwardfor"'),
    "haproxy's check asks for a page that is not there": (
        "haproxy", "proxy_fcgi", {"edit": lambda t: without("GET /sselog/livez", by="GET /nowhere")(
            without(r" check", by=" check inter 50ms fall 1")(t))}, {}, "D6",
        "/healthz is answered 503 by haproxy itself", '"option httpchk GET /sselog/livez"'),
    "nginx does not reach the web server": (
        "nginx", "lighttpd", {"port": 1}, {}, "D6", "/healthz is answered 502 by nginx itself", "that proxy_pass names"),
    "Apache does not reach the web server": (
        "apache", "lighttpd", {"port": 1}, {}, "D6", "/healthz is answered 503 by Apache itself", "that ProxyPass names"),
    "haproxy sends the PROXY protocol to lighttpd": (
        "haproxy", "lighttpd", {"edit": without(r"127.0.0.1:(\d+) check", by=r"127.0.0.1:\1 send-proxy")}, {}, "D6",
        "/healthz is answered 400 by lighttpd itself", 'extforward.hap-PROXY = "enable"'),
    "Apache ends silent streams": (
        "apache", "lighttpd", {"edit": without("timeout=120", by="timeout=1")}, {"keepalive": 30}, "D12",
        "the stream was cut after", '"timeout=120"'),
    "Apache compresses": (
        "apache", "lighttpd", {"edit": without("SetEnv no-gzip.*"), "more": "SetOutputFilter DEFLATE\n"}, {}, "D13",
        "compresses the stream (gzip)", '"SetEnv no-gzip 1"'),
}


@pytest.mark.parametrize("name", long_but(list(BROKEN)[::4], BROKEN))
def test_broken_proxy_is_named_with_its_line(stack, redis, name):
    kind, inner, how, options, id, evidence, cure = BROKEN[name]
    redis.add("log", '{"level": "info"}')
    server = stack.server(inner, redis, **{**QUICK, **options})
    proxy = stack.keep(proxies.PROXIES[kind](server, **how))
    if "check" in name:
        wait_until(lambda: get(proxy.port, "/sselog/healthz").status == 503, "the outcome of the check")
    hold = () if id == "D12" else ("--hold", "0.1")
    patience = SHORT if id == "D7" else doctor.LONG
    doctor.web(proxy, *hold, patience=patience).only(id, evidence, cure)


# Each of these edits lets a check through the login of an example.
LIVEZ = {
    "proxy_fcgi": lambda t: t + '<LocationMatch "^/sselog/livez$">\nRequire all granted\n</LocationMatch>\n',
    "lighttpd": lambda t: re.sub(r"^ *auth\.require .*?^    \)$", r'$HTTP["url"] != "/sselog/livez" {\n\g<0>\n}', t,
                                 flags=re.M | re.S),
    "nginx": lambda t: re.sub(r"location ~ \^/sselog\S* \{\s*(fastcgi_pass .*;)\n", r"location = /sselog/livez {\n\1\n"
                              "fastcgi_param REQUEST_METHOD $request_method;\nfastcgi_param SCRIPT_NAME /sselog;\n"
                              r"fastcgi_param PATH_INFO /livez;\n}\n\g<0>", t)}


@pytest.mark.parametrize("name", long_but(list(LIVEZ)[::3], LIVEZ))
def test_check_of_haproxy_passes_the_login_of_the_example(stack, redis, name):
    for edit, passes in (None, False), (LIVEZ[name], True):
        setup = stack.setup(redis, auth="remote_user", stream="log")
        server = stack.keep(webs.SERVERS[name](setup, auth=True, edit=edit))
        proxy = stack.keep(proxies.Haproxy(server, edit=without(" check", by=f" check inter {250 if passes else 50}ms fall {20 if passes else 1}")))
        if passes:
            checked = re.compile(rb'endpoint="livez",code="2xx"} [1-9]')
            wait_until(lambda: checked.search(get(server.port, "/sselog/metrics", basic("ann")).raw), "the check")
        else:
            wait_until(lambda: get(proxy.port, "/sselog/livez").status == 503, "the outcome of the check")
        assert get(proxy.port, "/sselog/stream").status == (401 if passes else 503)
    for path in "/", "/../stream", "/stream":
        assert get(server.port, f"/sselog/livez{path}").status in (401, 404)


# ---- what a reader sees ----

def test_haproxy_that_compresses_holds_the_last_record_back(stack, redis):
    """The next record pushes it out, or a keepalive.  With no-transform haproxy leaves the stream as it is."""
    changed = '\n$HTTP["url"] =~ "^/sselog" { setenv.set-response-header = ("Cache-Control" => "no-store") }\n'
    compress = "    compression algo gzip\n    compression type text/event-stream\n"
    for more, held in (changed, True), ("", False):
        server = stack.server("lighttpd", redis, web={"edit": lambda text, more=more: text + more})
        proxy = stack.keep(proxies.Haproxy(server, edit=lambda text: text + compress))
        with Stream(proxy.port, "/sselog/stream?history=0", {"Accept-Encoding": "gzip"}) as s:
            s.read_until(lambda s: b"event: live" in s.raw, "the beginning")
            first = redis.add("log", "first")
            if held:
                s.read_until(lambda s: b"data: fir" in s.raw, "the beginning of the record")
                assert not s.records, "its end is held back"
                redis.add("log", "second")
            s.read_until(lambda s: s.records, "the record")
            assert s.records[0].id == first
        e = doctor.web(proxy, "--hold", "0.1")
        if held:
            e.has("D13", "compresses the stream (gzip): proxies may hold records back", "Cache-Control: no-transform")
            e.has("D13", 'Cache-Control of the stream is "no-store", not "no-store, no-transform"')
        else:
            assert not e.findings


# SETTINGS_MAX_CONCURRENT_STREAMS as the page has it, and what turns HTTP/2 without TLS on.
STREAMS = {"nginx": (128, {"more": " http2"}), "haproxy": (100, {"more": " proto h2"}),
           "apache": (100, {"more": "LoadModule http2_module /usr/lib/apache2/modules/mod_http2.so\nProtocols h2c http/1.1\n"}),
           "lighttpd": (8, {})}


@pytest.mark.parametrize("name", long_but(list(STREAMS)[::3], STREAMS))
def test_streams_of_http_2_are_those_that_the_page_tells(stack, redis, name):
    streams, how = STREAMS[name]
    proxy = stack.keep(proxies.PROXIES[name](stack.server("proxy_fcgi", redis), **how))
    connection = stack.keep(h2.Connection(proxy.port))
    connection.read_until(lambda: connection.settings, "SETTINGS", 30)
    assert connection.settings[h2.MAX_CONCURRENT_STREAMS] == streams
    row = re.search(rf"^\| {name} \| (\d+) \|", proxies.PAGE.read_text(), re.M | re.I)
    assert int(row[1]) == streams


def is_live(stream):
    return any(e.type == "live" for e in stream.events)


@pytest.mark.parametrize("name, held", [("lighttpd", 8), ("apache", 6)])
def test_further_streams_of_a_connection_do_not_begin(stack, redis, name, held):
    """lighttpd refuses the ninth, as its SETTINGS say.  Apache lets the seventh wait, although its SETTINGS allow 100.
    The page and the doctor tell so."""
    proxy = stack.keep(proxies.PROXIES[name](stack.server("nginx", redis), **STREAMS[name][1]))
    connection = stack.keep(h2.Connection(proxy.port))
    for _ in range(held):
        connection.open("/sselog/stream", {}).read_until(is_live, "live")
    further = connection.open("/sselog/healthz", {})
    try:
        further.read_until(lambda s: s.ended, "its end", deadline=1)
        assert name == "lighttpd" and further.reset
    except DeadlineExceeded:
        assert name == "apache"
    assert int(re.search(rf"^\| {name} \| \d+ \| (\d+)", proxies.PAGE.read_text(), re.M | re.I)[1]) == held
    assert re.search(f'"{held} streams under {name}', (webs.TOP / "doctor/stream.c").read_text(), re.I)


def test_note_of_http_2_is_about_the_proxy_that_speaks_it(stack, redis, tmp_path):
    """Not about the web server behind it."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2",
                    "-keyout", tmp_path / "key", "-out", tmp_path / "cert"], check=True, capture_output=True)
    redis.add("log", "x")
    pem = stack.directory() / "pem"
    pem.write_text((tmp_path / "key").read_text() + (tmp_path / "cert").read_text())
    proxy = stack.keep(proxies.Haproxy(stack.server("lighttpd", redis), more=f" ssl crt {pem} alpn h2,http/1.1"))
    e = doctor.web(proxy, "--insecure", "--hold", "0.1", scheme="https")
    assert not e.findings
    assert any("HTTP/2: a browser's connection has about 100 streams" in n["evidence"] for n in e.notes)


# ---- who asks ----

def wrong_login(port):
    return get(port, "/sselog/history", {"Authorization": "Bearer wrong", "Accept": "application/json"}).status


def test_clients_of_a_proxy_that_tells_no_address_are_one(stack, redis):
    server = stack.server("lighttpd", redis, auth="bearer")
    silent, telling = (stack.keep(proxies.Haproxy(server, edit=edit)) for edit in (without("option forwardfor"), None))
    for _ in range(30):
        wrong_login(silent.port)
    assert wrong_login(silent.port) == 429, "also for another client"
    assert wrong_login(telling.port) == 401


LOGIN = {
    "nginx": 'auth_basic "log"; auth_basic_user_file {file}; proxy_set_header XRemoteUser $remote_user;\n}}',
    "haproxy": "    http-request auth realm log unless {{ http_auth(users) }}\n"
               "    http-request set-header XRemoteUser %[http_auth_user]\n"}
USERS = "\nuserlist users\n    user ann insecure-password secret\n"


def with_login(name, setup):
    """An edit: the proxy asks for the password and names the user."""
    def edit(text):
        if name == "nginx":
            return re.sub(r"\}\s*$", LOGIN[name].format(file=setup.passwords), text)
        return webs.substitute(text, [("    option forwardfor\n", LOGIN[name].format() + "    option forwardfor\n")]) + USERS
    return edit


@pytest.mark.parametrize("name", long_but(list(LOGIN)[::2], LOGIN))
def test_login_of_the_proxy_needs_the_address_that_sselog_sees(stack, redis, name):
    redis.add("stream:logs:ann", "x")
    options = {"auth": "header", "user_header": "XRemoteUser", "stream": "stream:logs:{user}"}
    restores = 'server.modules += ("mod_extforward")\nextforward.forwarder = ("127.0.0.1" => "trust")\n'
    for trusted, more, good in ("127.0.0.1", "", True), ("192.0.2.1", "", False), ("127.0.0.1", restores, True):
        server = stack.server("lighttpd", redis, web={"edit": lambda text, more=more: text + more}, trusted=trusted, **options)
        proxy = stack.keep(proxies.PROXIES[name](server, edit=with_login(name, server.setup)))
        answer = get(proxy.port, "/sselog/history", {**basic("ann"), "Accept": "application/json"})
        assert answer.status == (200 if good else 401)
        if not good:
            wait_until(lambda: "why=untrusted-proxy" in server.output(), "the cause")
            e = doctor.web(proxy, "-u", f"ann:{webs.PASSWORD}", "--hold", "0.1")
            e.only("D11", "/stream is answered 401", "")


# The web server's lines for the client's address, and what haproxy then sends.
RESTORES = {
    "lighttpd, X-Forwarded-For": (
        "lighttpd", 'server.modules += ("mod_extforward")\nextforward.forwarder = ("127.0.0.1" => "trust")\n', ""),
    "lighttpd, PROXY": (
        "lighttpd", 'server.modules += ("mod_extforward")\nextforward.forwarder = ("127.0.0.1" => "trust")\n'
                    'extforward.hap-PROXY = "enable"\n', " send-proxy"),
    "Apache, X-Forwarded-For": (
        "proxy_fcgi", "LoadModule remoteip_module /usr/lib/apache2/modules/mod_remoteip.so\n"
                      "RemoteIPHeader X-Forwarded-For\nRemoteIPInternalProxy 127.0.0.1\n", ""),
    "Apache, PROXY": (
        "proxy_fcgi", "LoadModule remoteip_module /usr/lib/apache2/modules/mod_remoteip.so\nRemoteIPProxyProtocol On\n",
        " send-proxy"),
    "nginx, X-Forwarded-For": (
        "nginx", "set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For;\n", ""),
    "nginx, PROXY": (
        "nginx", "set_real_ip_from 127.0.0.1; real_ip_header proxy_protocol;\n", " send-proxy"),
}


def restoring(kind, lines, sends):
    """The argument of the web server that adds these lines."""
    if kind == "proxy_fcgi":
        return {"directives": lines}
    if kind == "lighttpd":
        return {"edit": lambda text: text + lines}
    listen = (lambda t: re.sub(r"(listen 127.0.0.1:\d+)", r"\1 proxy_protocol", t)) if sends else lambda t: t
    return {"edit": lambda text: listen(text).replace("    server {\n", "    server {\n" + lines)}


@pytest.mark.parametrize("name", long_but(list(RESTORES)[::3], RESTORES))
def test_address_of_the_client_comes_through_the_proxy(stack, redis, name):
    """The page quotes the lines.  The client has the address 127.0.0.2."""
    kind, lines, sends = RESTORES[name]
    page = proxies.PAGE.read_text()
    for line in re.split(r"[\n;] ?", lines):
        assert line.startswith(("LoadModule", "server.modules")) or line in page, line
    server = stack.server(kind, redis, web=restoring(kind, lines, sends), auth="bearer")
    proxy = stack.keep(proxies.Haproxy(server, edit=lambda text: re.sub(r"(web \S+)", r"\1" + sends, text)))
    with socket.create_connection(("127.0.0.1", proxy.port), 30, ("127.0.0.2", 0)) as s:
        s.sendall(b"GET /sselog/history HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nConnection: close\r\n\r\n")
        assert b" 401 " in s.makefile("rb").readline()
    wait_until(lambda: "address=127.0.0.2" in server.output(), "the line of the refusal")


CLOUDFLARE = {
    "lighttpd": 'server.modules += ("mod_extforward")\nextforward.headers = ("CF-Connecting-IP")\n'
                'extforward.forwarder = ("173.245.48.0/20" => "trust")\n',
    "proxy_fcgi": "LoadModule remoteip_module /usr/lib/apache2/modules/mod_remoteip.so\n"
                  "RemoteIPHeader CF-Connecting-IP\nRemoteIPTrustedProxy 173.245.48.0/20\n",
    "nginx": "real_ip_header CF-Connecting-IP; set_real_ip_from 173.245.48.0/20;\n",
}


@pytest.mark.parametrize("kind", long_but(["nginx"], CLOUDFLARE))
def test_address_of_the_client_comes_through_cloudflare(stack, redis, kind):
    """haproxy takes its place, in another network. A client that begins X-Forwarded-For is not believed."""
    lines = CLOUDFLARE[kind]
    for line in re.split(r"[\n;] ?", lines):
        assert line.startswith(("LoadModule", "server.modules")) or line in proxies.PAGE.read_text(), line
    here = webs.substitute(lines, [("173.245.48.0/20", "127.0.0.0/8")])
    server = stack.server(kind, redis, web=restoring(kind, here, ""), auth="bearer")
    cloudflare = without("http-request del-header X-Forwarded-For", by="http-request set-header CF-Connecting-IP 192.0.2.7")
    proxy = stack.keep(proxies.Haproxy(server, edit=cloudflare))
    assert get(proxy.port, "/sselog/history", {"Authorization": "Bearer x", "X-Forwarded-For": "192.0.2.8"}).status == 401
    wait_until(lambda: "address=192.0.2.7" in server.output(), "the line of the refusal")


@pytest.mark.parametrize("name", long_but(["haproxy"], proxies.PROXIES))
def test_prometheus_must_ask_the_web_server_behind_the_proxy(stack, redis, name):
    server = stack.server("lighttpd", redis)
    proxy = stack.keep(proxies.PROXIES[name](server))
    assert get(server.port, "/sselog/metrics").status == 200
    assert get(proxy.port, "/sselog/metrics").status == 403


def administrator(redis):
    """The arguments of an administrator's login."""
    redis.client.set(bearer_key("boss"), session("boss", role="admin"))
    return "-H", "Authorization: Bearer boss"


@pytest.mark.parametrize("name", ["lighttpd, X-Forwarded-For", "Apache, X-Forwarded-For"])
def test_doctor_sees_whether_the_address_comes_through(stack, redis, name):
    kind, lines, sends = RESTORES[name]
    redis.add("stream:logs:boss", "x")
    for web, restored in (restoring(kind, lines, sends), True), ({}, False):
        server = stack.server(kind, redis, web=web, auth="bearer", stream="stream:logs:{user}", admin_roles="admin")
        proxy = stack.keep(proxies.NginxProxy(server))
        e = doctor.web(proxy, *administrator(redis), "--hold", "0.1")
        assert not e.findings
        assert ("D18" in e.passed) == restored
        lost = [n for n in e.notes if "sselog logs 127.0.0.1 for a client at 127.0.0.2" in n["evidence"]]
        assert bool(lost) != restored


@pytest.mark.parametrize("name, inner, more, named", [
    # nginx writes its own name over that of the server behind it.
    ("nginx", "proxy_fcgi", "", "answers behind nginx, which runs it or is a proxy"),
    ("nginx", "nginx", "", "answers behind nginx, which runs it or is a proxy"),
    ("apache", "proxy_fcgi", "ProxyVia On\n", "Apache is a proxy in front of another web server"),
    ("apache", "nginx", "", "Apache is a proxy in front of nginx"),
    ("haproxy", "lighttpd", "", "haproxy is a proxy in front of lighttpd")])
def test_proxy_without_details_is_named_as_far_as_it_can_be_known(stack, redis, name, inner, more, named):
    server = stack.server(inner, redis)
    proxy = stack.keep(proxies.PROXIES[name](server, more=more))
    e = doctor.web(proxy, "--hold", "0.1")
    assert not e.findings and any(named in n["evidence"] for n in e.notes), e.all
    assert any("tells no details here" in n["evidence"] for n in e.notes)


def test_web_server_that_expects_the_proxy_protocol_is_named(stack, redis):
    kind, lines, sends = RESTORES["nginx, PROXY"]
    server = stack.server(kind, redis, web=restoring(kind, lines, sends))
    doctor.web(server).only("D6", "cannot be reached: Server returned nothing", "may expect the PROXY protocol")


# ---- pages of other origins ----

ORIGIN = "https://app.example"
PREFLIGHT = {
    "nginx": (lambda t, file, by: re.sub(r"\}\s*$", f'{by} {{ auth_basic "log"; auth_basic_user_file {file}; }}\n}}', t),
              "limit_except OPTIONS", "limit_except GET"),
    "haproxy": (lambda t, file, by: t.replace("    option forwardfor\n",
                                              f"    option forwardfor\n    http-request auth realm log unless {by}\n") + USERS,
                "{ method OPTIONS } or { http_auth(users) }", "{ http_auth(users) }"),
    "lighttpd": (lambda t, file, by: t + 'server.modules += ("mod_auth", "mod_authn_file")\nauth.backend = "htpasswd"\n'
                 f'auth.backend.htpasswd.userfile = "{file}"\n{by} {{\nauth.require = ("/" => ("method" => "basic", '
                 '"realm" => "log", "require" => "valid-user"))\n}\n',
                 '$HTTP["request-method"] != "OPTIONS"', '$HTTP["request-method"] != "X"'),
    "apache": (lambda t, file, by: "".join(f"LoadModule {m}_module /usr/lib/apache2/modules/mod_{m}.so\n" for m in (
                   "authn_core", "authn_file", "authz_user", "auth_basic")) + t.replace(
                       "</Location>", f'AuthType Basic\nAuthName log\nAuthUserFile "{file}"\nRequire valid-user\n{by}\n</Location>'),
               "Require method OPTIONS", ""),
}


@pytest.mark.parametrize("name", long_but(list(PREFLIGHT)[::3], PREFLIGHT))
def test_preflight_passes_the_login_of_the_proxy(stack, redis, name):
    edit, right, wrong = PREFLIGHT[name]
    assert right in proxies.PAGE.read_text()
    redis.add("log", "x")
    server = stack.server("nginx" if name == "lighttpd" else "lighttpd", redis, cors=ORIGIN, **QUICK)
    for by in right, wrong:
        if name == "nginx" and by == wrong:  # limit_except GET asks all other methods too
            continue
        proxy = stack.keep(proxies.PROXIES[name](server, edit=lambda t, by=by: edit(t, server.setup.passwords, by)))
        e = doctor.web(proxy, "-u", f"ann:{webs.PASSWORD}", "--origin", ORIGIN, "--hold", "0.1")
        if by == right:
            assert not e.findings and "D16" in e.passed
        else:
            e.only("D16", "a preflight (OPTIONS /stream) is answered 401", right.split(" or ")[0].strip("{} "))


TWICE = {"nginx": lambda t: re.sub(r"\}\s*$", f"add_header Access-Control-Allow-Origin {ORIGIN};\n}}", t),
         "haproxy": lambda t: t + f"    http-response add-header Access-Control-Allow-Origin {ORIGIN}\n",
         "apache": lambda t: t.replace("</Location>", f"Header add Access-Control-Allow-Origin {ORIGIN}\n</Location>")}


@pytest.mark.parametrize("name", long_but(list(TWICE)[::3], TWICE))
def test_second_header_of_cors_is_named(stack, redis, name):
    redis.add("log", "x")
    server = stack.server("lighttpd", redis, cors=ORIGIN, **QUICK)
    proxy = stack.keep(proxies.PROXIES[name](server, edit=TWICE[name]))
    e = doctor.web(proxy, "--origin", ORIGIN, "--hold", "0.1")
    e.only("D16", "Access-Control-Allow-Origin comes more than once", "remove ")


# ---- the page ----

def formats():
    """For each finding of doctor/: its id, its name and the format of its evidence as a pattern."""
    sources = {p: re.sub(r'"\s*\n\s*"', "", p.read_text()) for p in (webs.TOP / "doctor").glob("*.c")}
    for text in sources.values():
        checks = dict((m[0], m[1:]) for m in re.findall(r'struct check (\w+) = \{"(\w+)", "([\w-]+)"\}', text))
        for m in re.finditer(r"report_add\(\s*[\w>.-]+,\s*([^,]+),\s*(\w+),(.*?)\);", text, re.S):
            if m[2] in checks:
                for literal in re.findall(r'"((?:\\.|[^"\\])*%?(?:\\.|[^"\\])*)"', m[3]):
                    yield *checks[m[2]], literal.replace('\\"', '"')


def test_each_line_of_the_doctor_that_the_page_quotes_exists():
    known = [(id, name, ".*".join(map(re.escape, re.split(r"%(?:\.\d)?[lz]?[a-z]", f)))) for id, name, f in formats()]
    quoted = re.findall(r"^    (FAIL|WARN|NOTE) (\w+) ([\w-]+): (.*)$", proxies.PAGE.read_text(), re.M)
    assert len(quoted) > 20
    for _, id, name, evidence in quoted:
        assert any(id == i and name == n and re.fullmatch(f + ".*", evidence) for i, n, f in known if len(f) > 8), (id, evidence)


def test_each_line_of_a_proxy_that_the_doctor_names_is_on_the_page():
    page, seen = proxies.PAGE.read_text(), 0
    for line in re.findall(r"\{FAULT_\w+, PROXY_\w+,(.*?)\},\n", (webs.TOP / "doctor/proxy_cure.c").read_text(), re.S):
        for quoted in re.findall(r'\\"(.*?[^\\])\\"', "".join(re.findall(r'"((?:\\.|[^"\\])*)"', line))):
            seen += 1
            assert quoted.replace('\\"', '"').strip('"') in page, quoted
    assert seen > 15
