# SPDX-License-Identifier: MIT
"""Nothing secret leaks: to log lines, /status, answers, command lines, or memory after its use."""
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

# Each is told apart wherever it turns up, and none is like anything that may be told.
COOKIE = "cookieSECRETcookieSECRET01"
BEARER = "bearerSECRETbearerSECRET02"
TOKEN = "tokenSECRETtokenSECRETtokenSECRET0000000003"
PASSWORD = "passwordSECRETpassword04"
REDIS_PASSWORD = "redisSECRETredisSECRET05"
SEARCH = "searchSECRETsearchSECRET06"
SECRETS = (COOKIE, BEARER, TOKEN, PASSWORD, REDIS_PASSWORD, SEARCH)


def found_in(data, *more):
    """Which of the secrets stand in data, as they are or in base64."""
    data = data.encode() if isinstance(data, str) else bytes(data)
    return [s for s in (*SECRETS, *more) if s.encode() in data or identity.b64(f"ann:{s}".encode()).encode() in data]


@pytest.fixture
def stocked(stack):
    redis = stack.redis()
    if redisd.ACL:
        redis.client.execute_command("ACL", "SETUSER", "sselog", "resetpass", f">{REDIS_PASSWORD}")
    else:
        redis.client.config_set("requirepass", REDIS_PASSWORD)  # our own connection is in already
    redis.client.set(f"session:{COOKIE}", session())
    redis.client.set(identity.bearer_key(BEARER), session())
    redis.add("stream:logs:ann", "for ann")
    return redis


def options(stack, **more):
    key = identity.secret_file(stack.directory(), "key", identity.SECRET)
    return {"auth": "token bearer cookie jwt remote_user", "stream": "stream:logs:{user}",
            "jwt_key_file": key, "log_level": "debug", "admin_roles": "admin", **more}


def requests():
    """Credentials in all their places, good and bad, to every kind of answer."""
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


def exchange(responder, params):
    """An answer; of a stream only what comes until it is live."""
    with FcgiStream(responder.socket, params) as s:
        if s.headers.get("content-type") == "text/event-stream":
            s.until(lambda s: s.events, "an event")
        else:
            s.rest()
        return s


def test_lines_answers_and_figures(stack, stocked):
    """At the most talkative level."""
    r = stack.responder(setup=protected(stack, stocked))
    for params in requests():
        answer = exchange(r, params)
        assert not found_in(bytes(answer.raw) + answer.head + answer.stderr), params
    figures = fcgi_get(r.socket, environment("/sselog/status"))
    assert figures.status == 200 and not found_in(figures.raw)
    assert not found_in(fcgi_get(r.socket, environment("/sselog/metrics")).raw)
    stocked.stop()
    for params in requests():
        assert not found_in(bytes(exchange(r, params).raw)), params
    assert not found_in(r.output()), r.output()


def protected(stack, redis, **more):
    """A setup whose Redis password is in a file."""
    setup = stack.setup(redis, **options(stack, **more))
    setup.options["SSELOG_REDIS_PASSWORD_FILE"] = str(
        identity.secret_file(setup.dir, "redis-password", REDIS_PASSWORD))
    return setup


def test_errors_of_redis_that_repeat_the_command(stack):
    """An old server answers GETDEL with the words it was given; so does one with renamed commands."""
    redis = stack.redis()

    def handler(conn, cmd):
        if cmd[0].upper() in (b"GETDEL", b"GET"):
            return b"-ERR unknown command `%s`, with args beginning with: `%s`, \r\n" % (cmd[0], cmd[1])
        return None
    r = stack.responder(stack.scripted(redis, handler), auth="token cookie", stream="stream:logs:{user}")
    for params in ({"QUERY_STRING": f"token={TOKEN}"}, {"HTTP_COOKIE": f"session={COOKIE}"}):
        answer = fcgi_get(r.socket, environment("/sselog/stream", HTTP_ACCEPT="application/json", **params))
        assert answer.status == 503
        assert not found_in(answer.raw)
    wait_until(lambda: "unknown command" in r.output(), "the line")
    assert not found_in(r.output())


def test_configuration_that_is_printed(stack, stocked):
    setup = stack.setup(stocked, **options(stack))
    setup.options["SSELOG_REDIS"] = f"redis://user:{REDIS_PASSWORD}@127.0.0.1:1/0"
    setup.options["SSELOG_JWT_KEY_FILE"] = COOKIE  # the secret where its file should be named
    done = subprocess.run([setup.program, "-t"], env=setup.environment(), capture_output=True)
    assert done.returncode == 2 and not found_in(done.stdout + done.stderr)
    del setup.options["SSELOG_JWT_KEY_FILE"]
    setup.options["SSELOG_AUTH"] = "cookie"
    done = subprocess.run([setup.program, "-t"], env=setup.environment(), capture_output=True)
    assert done.returncode == 0 and not found_in(done.stdout + done.stderr)
    assert b"password set" in done.stdout
    setup.options["SSELOG_REDIS"] = f"redis://user:{REDIS_PASSWORD}@127.0.0.1:port/0"
    done = subprocess.run([setup.program, "-t"], env=setup.environment(), capture_output=True)
    assert done.returncode == 2 and not found_in(done.stdout + done.stderr)


@pytest.mark.parametrize("kind", ["lighttpd", "fcgid", "nginx"])
def test_logs_of_web_servers_and_arguments(stack, stocked, kind):
    server = stack.server(kind, setup=protected(stack, stocked))
    headers = {**identity.JSON, "Cookie": f"session={COOKIE}", "Referer": f"http://x/?token={TOKEN}"}
    path = f"{server.path}/history?token={TOKEN}&q={SEARCH}"
    assert get(server.port, path, headers).status == 401
    headers["Authorization"] = f"Bearer {BEARER}"
    assert get(server.port, f"{server.path}/history?q={SEARCH}", headers).status == 200
    with Stream(server.port, f"{server.path}/stream?q={SEARCH}", headers) as s:
        s.live()
        assert s.headers["referrer-policy"] == "no-referrer"
        for pid in wait_until(server.responders, "responders"):
            assert not found_in(Path(f"/proc/{pid}/cmdline").read_bytes())
    server.flush_log()
    wait_until(lambda: server.access_log().count("history") == 2, "the access log")
    assert not found_in(server.access_log() + server.output())


def sleeps(pid):
    """Whether every thread waits for something: what it had to do is done."""
    return {stat.read_text().rpartition(")")[2].split()[0] for stat in Path(f"/proc/{pid}/task").glob("*/stat")} == {"S"}


def memory_of(pid):
    """All that the process may write to."""
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
@pytest.mark.skipif(not webs.ROOT, reason="the memory of a process that is not dumpable is root's to read")
def test_memory_after_use(stack, stocked):
    """Each credential was used, and of each copies were on the way to Redis. While a stream is open
    a session's name stays as the name of the key that is watched, and goes with it; passwords, keys
    and tokens have no business there any longer."""
    r = stack.responder(setup=protected(stack, stocked))
    stocked.client.set(f"sse_token:{TOKEN}", session())
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {BEARER}"}
    password = {"HTTP_AUTHORIZATION": basic("ann", PASSWORD)["Authorization"], "REMOTE_USER": "ann"}
    cookie = {"HTTP_COOKIE": f"session={COOKIE}"}
    for given in (bearer, password, {"QUERY_STRING": f"token={TOKEN}"}):
        s = stack.keep(FcgiStream(r.socket, environment("/sselog/stream", **given)))
        s.live()
        assert s.payloads == ["for ann"]
    for given in (bearer, password, cookie, cookie, cookie):
        assert fcgi_get(r.socket, environment("/sselog/history", **given)).status == 200
    made = fcgi_get(r.socket, environment("/sselog/token", method="POST", **bearer))
    assert made.status == 200
    token = json.loads(made.raw)["token"]
    with FcgiStream(r.socket, environment("/sselog/stream", **cookie)) as s:
        s.live()
    assert fcgi_get(r.socket, environment("/sselog/history", "token=" + "x" * 43)).status == 401
    wait_until(lambda: viewers(r) == 3, "the cookie's stream to be let go")
    wait_until(lambda: sleeps(r.pid), "its threads to be through with what they answered")
    memory = memory_of(r.pid)
    assert b"stream:logs:ann" in memory  # we do look where things are
    assert [s for s in found_in(memory, token) if s != REDIS_PASSWORD] == []  # which reconnecting needs


def viewers(responder):
    return json.loads(fcgi_get(responder.socket, environment("/sselog/status")).raw)["viewers"]


def test_environment_of_a_cgi_program(stack, stocked):
    """As CGI, credentials come in the environment, which /proc shows as long as the stream is open."""
    setup = protected(stack, stocked)
    server = stack.server("cgid", setup=setup)
    headers = {"Authorization": f"Bearer {BEARER}", "Cookie": f"session={COOKIE}x"}
    with Stream(server.port, f"{server.path}/stream?q={SEARCH}", headers) as s:
        s.live()
        pids = wait_until(server.responders, "the program")
        if not webs.ROOT:
            return  # not to be read at all: tests/test_hardening.py
        for pid in pids:
            left = Path(f"/proc/{pid}/environ").read_bytes()
            assert b"HTTP_COOKIE=" in left and b"QUERY_STRING=" in left
            assert not found_in(left)


def test_files_with_secrets_must_be_closed_to_others(stack, stocked):
    for name in ("REDIS_PASSWORD_FILE", "COOKIE_SECRET_FILE", "JWT_KEY_FILE"):
        setup = stack.setup(stocked, auth="cookie", stream="stream:logs:{user}")
        path = identity.secret_file(setup.dir, "secret", COOKIE)
        path.chmod(0o644)
        setup.options[f"SSELOG_{name}"] = str(path)
        done = subprocess.run([setup.program, "-t"], env=setup.environment(), capture_output=True, text=True)
        assert done.returncode == 2 and "open to others" in done.stderr and not found_in(done.stderr)


@pytest.mark.parametrize("what", ["nothing", "a directory", "nothing below a file"])
def test_password_file_that_cannot_be_read(stack, stocked, what):
    """One line that names it, exit 2, nothing served."""
    setup = stack.setup(stocked)
    path = {"nothing": setup.dir / "nowhere", "a directory": setup.web,
            "nothing below a file": setup.passwords / "x"}[what]
    setup.options["SSELOG_REDIS_PASSWORD_FILE"] = str(path)
    socket = setup.dir / "s.sock"
    done = subprocess.run([setup.program, "-s", socket], env=setup.environment(), capture_output=True,
                          text=True, timeout=30)
    assert done.returncode == 2 and not socket.exists()
    assert done.stderr.count("\n") == 1 and f"SSELOG_REDIS_PASSWORD_FILE={path}" in done.stderr


def test_options_that_name_files_are_not_a_requests(stack, stocked):
    """A file named by a request would be opened while serving."""
    r = stack.responder(setup=protected(stack, stocked))
    for name in ("JWT_KEY_FILE", "COOKIE_SECRET_FILE", "REDIS_PASSWORD_FILE"):
        answer = fcgi_get(r.socket, environment("/sselog/history", HTTP_ACCEPT="application/json",
                                                **{f"SSELOG_{name}": "/etc/hostname"}))
        assert answer.status == 500 and b"hostname" not in answer.raw
    assert os.path.basename("/etc/hostname") not in r.output()
