# SPDX-License-Identifier: MIT
"""No secret appears in log lines, /status, answers, command lines, or in memory after its use."""
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

import identity
import redisd
import webs
from fcgi import FcgiStream, environment, fcgi_get
from identity import session
from procs import wait_until
from sse import Stream, basic, get

# Each secret is unique, so that a search finds it and nothing else.
COOKIE = "cookieSECRETcookieSECRET01"
BEARER = "bearerSECRETbearerSECRET02"
TOKEN = "tokenSECRETtokenSECRETtokenSECRET0000000003"
PASSWORD = "passwordSECRETpassword04"
REDIS_PASSWORD = "redisSECRETredisSECRET05"
SEARCH = "searchSECRETsearchSECRET06"
SECRETS = (COOKIE, BEARER, TOKEN, PASSWORD, REDIS_PASSWORD, SEARCH)


def secrets_in(data, *more):
    """The secrets that the data holds, in plain text or in base64."""
    data = data.encode() if isinstance(data, str) else bytes(data)
    return [s for s in (*SECRETS, *more)
            if s.encode() in data or identity.b64(f"ann:{s}".encode()).encode() in data]


@pytest.fixture
def secret_redis(stack):
    redis = stack.redis()
    if redisd.ACL:
        redis.client.execute_command("ACL", "SETUSER", "sselog", "resetpass", f">{REDIS_PASSWORD}")
    else:
        redis.client.config_set("requirepass", REDIS_PASSWORD)  # the tests' connection stays logged in
    redis.client.set(f"session:{COOKIE}", session())
    redis.client.set(identity.bearer_key(BEARER), session())
    redis.add("stream:logs:ann", "for ann")
    return redis


def options(stack, **more):
    key = identity.secret_file(stack.directory(), "key", identity.SECRET)
    return {"auth": "token bearer cookie jwt remote_user", "stream": "stream:logs:{user}",
            "jwt_key_file": key, "log_level": "debug", "admin_roles": "admin", **more}


def requests():
    """Requests to each endpoint, with good and bad credentials in all their places."""
    places = [
        {"HTTP_COOKIE": f"session={COOKIE}"}, {"HTTP_COOKIE": f"session={COOKIE}x; other={COOKIE}"},
        {"HTTP_COOKIE": f"session={COOKIE}; session={COOKIE}"},
        {"HTTP_AUTHORIZATION": f"Bearer {BEARER}"}, {"HTTP_AUTHORIZATION": f"Bearer {BEARER} {BEARER}"},
        {"HTTP_AUTHORIZATION": f"Token x{BEARER}"}, {"REDIRECT_HTTP_AUTHORIZATION": f"Bearer {BEARER}"},
        {"HTTP_AUTHORIZATION": basic("ann", PASSWORD)["Authorization"], "REMOTE_USER": "ann"},
        {"QUERY_STRING": f"token={TOKEN}&q={SEARCH}"}, {"QUERY_STRING": f"token={TOKEN}&token={TOKEN}"},
        {"QUERY_STRING": f"token={TOKEN}%zz"}, {"QUERY_STRING": f"q={SEARCH}&level=no", "REMOTE_USER": "ann"},
        {"QUERY_STRING": f"last_event_id={SEARCH}", "REMOTE_USER": "ann"},
        {"HTTP_COOKIE": f"jwt={BEARER}.{BEARER}.{BEARER}"},
    ]
    for path in ("/stream", "/history", "/token", "/status", "/nowhere"):
        for given in places:
            yield environment("/sselog" + path, method="POST" if path == "/token" else "GET",
                              REMOTE_ADDR="192.0.2.1", HTTP_ACCEPT="application/json",
                              SSELOG_TRUSTED="192.0.2.1", **given)


def answer_until_first_event(responder, params):
    """A complete answer, or a stream up to its first event."""
    with FcgiStream(responder.socket, params) as s:
        if s.headers.get("content-type") == "text/event-stream":
            s.read_until(lambda s: s.events, "an event")
        else:
            s.read_rest()
        return s


def test_no_secret_in_log_answers_status_or_metrics(stack, secret_redis):
    """The log level is debug."""
    r = stack.responder(setup=setup_with_password_file(stack, secret_redis))
    for params in requests():
        answer = answer_until_first_event(r, params)
        assert not secrets_in(bytes(answer.raw) + answer.head + answer.stderr), params
    status = fcgi_get(r.socket, environment("/sselog/status"))
    assert status.status == 200 and not secrets_in(status.raw)
    assert not secrets_in(fcgi_get(r.socket, environment("/sselog/metrics")).raw)
    secret_redis.stop()
    for params in requests():
        assert not secrets_in(bytes(answer_until_first_event(r, params).raw)), params
    assert not secrets_in(r.output()), r.output()


def setup_with_password_file(stack, redis, **more):
    """A setup whose Redis password is in a file."""
    setup = stack.setup(redis, **options(stack, **more))
    setup.options["SSELOG_REDIS_PASSWORD_FILE"] = str(
        identity.secret_file(setup.dir, "redis-password", REDIS_PASSWORD))
    return setup


def test_redis_error_that_repeats_the_command_is_not_logged(stack):
    """A Redis without GETDEL, or with renamed commands, repeats the arguments in its error."""
    redis = stack.redis()

    def handler(conn, cmd):
        if cmd[0].upper() in (b"GETDEL", b"GET"):
            return b"-ERR unknown command `%s`, with args beginning with: `%s`, \r\n" % (cmd[0], cmd[1])
        return None
    r = stack.responder(stack.scripted(redis, handler), auth="token cookie", stream="stream:logs:{user}")
    for params in ({"QUERY_STRING": f"token={TOKEN}"}, {"HTTP_COOKIE": f"session={COOKIE}"}):
        answer = fcgi_get(r.socket, environment("/sselog/stream", HTTP_ACCEPT="application/json", **params))
        assert answer.status == 503
        assert not secrets_in(answer.raw)
    wait_until(lambda: "unknown command" in r.output(), "the line")
    assert not secrets_in(r.output())


def test_no_secret_in_printed_configuration(stack, secret_redis):
    setup = stack.setup(secret_redis, **options(stack))
    setup.options["SSELOG_REDIS"] = f"redis://user:{REDIS_PASSWORD}@127.0.0.1:1/0"
    setup.options["SSELOG_JWT_KEY_FILE"] = COOKIE  # a secret in the place of a file name
    done = subprocess.run([setup.program, "-t"], env=setup.environment(), capture_output=True)
    assert done.returncode == 2 and not secrets_in(done.stdout + done.stderr)
    del setup.options["SSELOG_JWT_KEY_FILE"]
    setup.options["SSELOG_AUTH"] = "cookie"
    done = subprocess.run([setup.program, "-t"], env=setup.environment(), capture_output=True)
    assert done.returncode == 0 and not secrets_in(done.stdout + done.stderr)
    assert b"password set" in done.stdout
    setup.options["SSELOG_REDIS"] = f"redis://user:{REDIS_PASSWORD}@127.0.0.1:port/0"
    done = subprocess.run([setup.program, "-t"], env=setup.environment(), capture_output=True)
    assert done.returncode == 2 and not secrets_in(done.stdout + done.stderr)


@pytest.mark.parametrize("kind", ["lighttpd", "fcgid", "nginx"])
def test_no_secret_in_web_server_logs_and_command_lines(stack, secret_redis, kind):
    server = stack.server(kind, setup=setup_with_password_file(stack, secret_redis))
    headers = {**identity.JSON, "Cookie": f"session={COOKIE}", "Referer": f"http://x/?token={TOKEN}"}
    path = f"{server.path}/history?token={TOKEN}&q={SEARCH}"
    assert get(server.port, path, headers).status == 401
    headers["Authorization"] = f"Bearer {BEARER}"
    assert get(server.port, f"{server.path}/history?q={SEARCH}", headers).status == 200
    with Stream(server.port, f"{server.path}/stream?q={SEARCH}", headers) as s:
        s.read_until_live()
        assert s.headers["referrer-policy"] == "no-referrer"
        for pid in wait_until(server.responders, "responders"):
            assert not secrets_in(Path(f"/proc/{pid}/cmdline").read_bytes())
    server.flush_log()
    wait_until(lambda: server.access_log().count("history") == 2, "the access log")
    assert not secrets_in(server.access_log() + server.output())


def all_threads_sleep(pid):
    """Whether every thread sleeps, and so has finished its work."""
    states = {p.read_text().rpartition(")")[2].split()[0] for p in Path(f"/proc/{pid}/task").glob("*/stat")}
    return states == {"S"}


def read_writable_memory(pid):
    """The bytes of all writable memory of the process."""
    parts = []
    with open(f"/proc/{pid}/mem", "rb", 0) as mem:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            low, high, rights = re.match(r"(\w+)-(\w+) (\S+)", line).groups()
            if "rw" not in rights or "[v" in line:
                continue
            mem.seek(int(low, 16))
            try:
                parts.append(mem.read(int(high, 16) - int(low, 16)))
            except OSError:
                pass
    return b"".join(parts)


@pytest.mark.memory
@pytest.mark.skipif(not webs.ROOT, reason="only root may read the memory of a process that is not dumpable")
def test_no_secret_in_memory_after_use(stack, secret_redis):
    """Each credential was used, and copies of it were sent to Redis.

    While a stream is open, sselog keeps the name of its session, as the name of a tracked key. All other
    credentials must be wiped after their use."""
    r = stack.responder(setup=setup_with_password_file(stack, secret_redis))
    secret_redis.client.set(f"sse_token:{TOKEN}", session())
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {BEARER}"}
    password = {"HTTP_AUTHORIZATION": basic("ann", PASSWORD)["Authorization"], "REMOTE_USER": "ann"}
    cookie = {"HTTP_COOKIE": f"session={COOKIE}"}
    for given in (bearer, password, {"QUERY_STRING": f"token={TOKEN}"}):
        s = stack.keep(FcgiStream(r.socket, environment("/sselog/stream", **given)))
        s.read_until_live()
        assert s.payloads == ["for ann"]
    for given in (bearer, password, cookie, cookie, cookie):
        assert fcgi_get(r.socket, environment("/sselog/history", **given)).status == 200
    made = fcgi_get(r.socket, environment("/sselog/token", method="POST", **bearer))
    assert made.status == 200
    token = json.loads(made.raw)["token"]
    with FcgiStream(r.socket, environment("/sselog/stream", **cookie)) as s:
        s.read_until_live()
    assert fcgi_get(r.socket, environment("/sselog/history", "token=" + "x" * 43)).status == 401
    wait_until(lambda: viewer_count(r) == 3, "the end of the cookie's stream")
    wait_until(lambda: all_threads_sleep(r.pid), "its threads to finish their work")
    memory = read_writable_memory(r.pid)
    assert b"stream:logs:ann" in memory  # proves that the memory was read
    assert [s for s in secrets_in(memory, token) if s != REDIS_PASSWORD] == []  # needed to reconnect


@pytest.mark.memory
@pytest.mark.skipif(not webs.ROOT, reason="only root may read the memory of a process that is not dumpable")
@pytest.mark.parametrize("alg", ["HS256", "RS256", "ES256"])
def test_no_part_of_a_good_jwt_in_memory_after_use(stack, redis, alg):
    """Neither the claims as they were sent nor the signature, which would be enough to use the token again."""
    key, tokens = identity.key_and_tokens(alg)
    file = identity.secret_file(stack.directory(), "key", key)
    r = stack.responder(redis, auth="jwt", jwt_alg=alg, jwt_key_file=file, jwt_cookie="jwt",
                        stream="stream:logs:{user}", front_threads=1)
    redis.add("stream:logs:alice", "for alice")
    for token in tokens:
        for given in ({"HTTP_AUTHORIZATION": f"Bearer {token}"}, {"HTTP_COOKIE": f"jwt={token}"}):
            assert fcgi_get(r.socket, environment("/sselog/history", **given)).status == 200
        s = stack.keep(FcgiStream(r.socket, environment("/sselog/stream", HTTP_COOKIE=f"jwt={token}")))
        s.read_until_live()
        assert s.payloads == ["for alice"]
    wait_until(lambda: all_threads_sleep(r.pid), "its threads to finish their work")
    memory = read_writable_memory(r.pid)
    assert b"stream:logs:alice" in memory  # proves that the memory was read
    for token in tokens:
        _, claims, signature = token.split(".")
        found = [name for name, text in (("claims", claims), ("signature", signature)) if text.encode() in memory]
        assert found == [], token


def viewer_count(responder):
    return json.loads(fcgi_get(responder.socket, environment("/sselog/status")).raw)["viewers"]


@pytest.mark.skipif(not webs.ROOT, reason="only root may read the environment of a process that is not dumpable")
def test_no_secret_in_environment_of_a_cgi_process(stack, secret_redis):
    """A CGI process gets credentials in its environment, which /proc shows while the stream is open."""
    setup = setup_with_password_file(stack, secret_redis)
    server = stack.server("cgid", setup=setup)
    headers = {"Authorization": f"Bearer {BEARER}", "Cookie": f"session={COOKIE}x"}
    with Stream(server.port, f"{server.path}/stream?q={SEARCH}", headers) as s:
        s.read_until_live()
        pids = wait_until(server.responders, "the program")
        for pid in pids:
            left = Path(f"/proc/{pid}/environ").read_bytes()
            assert b"HTTP_COOKIE=" in left and b"QUERY_STRING=" in left
            assert not secrets_in(left)


def test_secret_file_that_others_may_read_ends_the_start(stack, secret_redis):
    for name in ("REDIS_PASSWORD_FILE", "COOKIE_SECRET_FILE", "JWT_KEY_FILE"):
        setup = stack.setup(secret_redis, auth="cookie", stream="stream:logs:{user}")
        path = identity.secret_file(setup.dir, "secret", COOKIE)
        path.chmod(0o644)
        setup.options[f"SSELOG_{name}"] = str(path)
        done = subprocess.run([setup.program, "-t"], env=setup.environment(), capture_output=True, text=True)
        assert done.returncode == 2 and "open to others" in done.stderr and not secrets_in(done.stderr)


@pytest.mark.parametrize("what", ["no file", "a directory", "a path below a file"])
def test_unreadable_password_file_ends_the_start(stack, secret_redis, what):
    """sselog exits with status 2 and one line that names the file, and creates no socket."""
    setup = stack.setup(secret_redis)
    path = {"no file": setup.dir / "nowhere", "a directory": setup.web,
            "a path below a file": setup.passwords / "x"}[what]
    setup.options["SSELOG_REDIS_PASSWORD_FILE"] = str(path)
    socket = setup.dir / "s.sock"
    done = subprocess.run([setup.program, "-s", socket], env=setup.environment(), capture_output=True,
                          text=True, timeout=30)
    assert done.returncode == 2 and not socket.exists()
    assert done.stderr.count("\n") == 1 and f"SSELOG_REDIS_PASSWORD_FILE={path}" in done.stderr


def test_request_cannot_set_options_that_name_files(stack, secret_redis):
    """Otherwise a request could make sselog open any file."""
    r = stack.responder(setup=setup_with_password_file(stack, secret_redis))
    for name in ("JWT_KEY_FILE", "COOKIE_SECRET_FILE", "REDIS_PASSWORD_FILE"):
        answer = fcgi_get(r.socket, environment("/sselog/history", HTTP_ACCEPT="application/json",
                                                **{f"SSELOG_{name}": "/etc/hostname"}))
        assert answer.status == 500 and b"hostname" not in answer.raw
    assert os.path.basename("/etc/hostname") not in r.output()
