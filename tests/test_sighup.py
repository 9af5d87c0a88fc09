# SPDX-License-Identifier: MIT
"""SIGHUP: options, keys and secrets are read again, and no viewer notices."""
import json
import os
import signal
import threading

import pytest

import identity
import procs
import webs
from fcgi import FcgiStream, environment, fcgi_get
from identity import bearer_key, jwt, session
from load import Producer
from metrics import figures
from procs import wait_until
from sse import get
from tables import case

SAID = "options and keys were read again"
KEPT = "; the former options stay in use"


class Options:
    """A file of options for a responder, which is replaced by rename(2) as editors do."""

    def __init__(self, directory, **options):
        self.path = directory / "etc" / "sselog.conf"
        self.path.parent.mkdir()
        self.set(**options)

    def set(self, **options):
        self.write("".join(f"SSELOG_{name.upper()}={value}\n" for name, value in options.items()))

    def write(self, text):
        new = self.path.with_suffix(".new")
        new.write_text(text)
        new.rename(self.path)


def with_file(stack, redis, **options):
    """A responder with these options in a file, and none of them in its environment."""
    setup = webs.Setup(stack.directory(), redis.url)
    file = Options(setup.dir, **options)
    return stack.responder(setup=setup, run={"extra": ["-c", file.path]}), file


def reload(responder, says=SAID):
    """Sends SIGHUP and waits for the line; returns what was logged since."""
    before = responder.output()
    os.kill(responder.pid, signal.SIGHUP)
    return wait_until(lambda: says in (new := responder.output()[len(before):]) and new, says)


def status_of(responder, **params):
    """The status of /history, which follows no log."""
    return fcgi_get(responder.socket, environment("/sselog/history", HTTP_ACCEPT="*/*", **params)).status


@pytest.mark.threads
def test_viewers_stay_open_over_twenty_reloads_under_load(stack, redis):
    """None of their records is lost or comes twice. Those with a session hold the options they began with."""
    redis.client.set("session:abc", session())
    options = {"auth": "cookie", "stream": "log", "history": 0}
    responder, file = with_file(stack, redis, **options)
    cookie = {"HTTP_COOKIE": "session=abc"}
    viewers = [stack.keep(FcgiStream(responder.socket, environment("/sselog/stream", **more, **cookie)))
               for more in ({}, {}, {"SSELOG_KEEPALIVE": "7"}, {"SSELOG_KEEPALIVE": "8"})]
    for viewer in viewers:
        viewer.read_until_live()
    producer = Producer(redis, "log")
    for n in range(20):
        file.set(**options, keepalive=100 + n)
        reload(responder)
        assert status_of(responder, **cookie) == 200
    ids = producer.stop()
    for viewer in viewers:
        assert [e.id for e in viewer.read_records(len(ids))] == ids
    redis.client.delete("session:abc")
    for viewer in viewers:
        assert viewer.read_event("end").json()["reason"] == "expired"


def test_logs_that_are_named_change_for_new_requests_only(stack, redis):
    redis.add("log-one", "1")
    redis.add("log-two", "2")
    options = {"auth": "anonymous", "stream": "log", "history": 0}
    responder, file = with_file(stack, redis, **options, logs="a=log-one")

    def logs():
        answers = [fcgi_get(responder.socket, environment(f"/sselog/{path}", f"log={name}"))
                   for path in ("history", "volume", "export", "search") for name in "ab"]
        listed = json.loads(fcgi_get(responder.socket, environment("/sselog/logs")).raw)["logs"]
        return [log["name"] for log in listed], [answer.status for answer in answers]
    assert logs() == (["a"], [200, 403] * 4)
    with FcgiStream(responder.socket, environment("/sselog/stream", "log=a")) as viewer:
        viewer.read_until_live()
        file.set(**options, logs="b=log-two")
        reload(responder)
        assert logs() == (["b"], [403, 200] * 4)
        redis.add("log-one", "still")
        assert viewer.read_records(1)[0].data == "still"
        file.set(**options, logs="b=")
        reload(responder, KEPT)
        assert logs() == (["b"], [403, 200] * 4)


@pytest.mark.threads
def test_requests_during_reloads_get_the_former_options_or_the_new_ones(stack, redis):
    redis.add("log-one", "log-one")
    redis.add("log-two", "log-two")
    responder, file = with_file(stack, redis, auth="anonymous", stream="log-one")
    answers, faults = [], []
    over = threading.Event()

    def ask():
        while not over.is_set():
            try:
                answers.append(fcgi_get(responder.socket, environment("/sselog/history")))
            except (OSError, AssertionError) as e:
                faults.append(repr(e))
    askers = [threading.Thread(target=ask, daemon=True) for _ in range(3)]
    for asker in askers:
        asker.start()
    for n in range(10):
        file.set(auth="anonymous", stream="log-two" if n % 2 == 0 else "log-one")
        reload(responder)
        count = len(answers) + len(faults)
        # Three requests may have begun before the reload.
        wait_until(lambda: len(answers) + len(faults) > count + 3, "a request after the reload")
    over.set()
    for asker in askers:
        asker.join()
    assert faults == [] and {answer.status for answer in answers} == {200}
    assert {b"log-one" in answer.raw for answer in answers} == {True, False}
    assert all((b"log-one" in answer.raw) != (b"log-two" in answer.raw) for answer in answers)


def test_new_bearer_keys_count_and_former_ones_are_refused(stack, redis):
    """The stream of a former one goes on until its key is deleted."""
    responder, file = with_file(stack, redis, auth="bearer", stream="log")
    old, new = ({"HTTP_AUTHORIZATION": f"Bearer {name}"} for name in ("old-key", "new-key"))
    redis.client.set(bearer_key("old-key"), session())
    redis.client.set(bearer_key("new-key").replace("bearer:", "bearer:v2:"), session())
    assert (status_of(responder, **old), status_of(responder, **new)) == (200, 401)
    viewer = stack.keep(FcgiStream(responder.socket, environment("/sselog/stream", **old)))
    viewer.read_until_live()
    file.set(auth="bearer", stream="log", bearer_key="sselog:bearer:v2:{sha256}")
    reload(responder)
    assert (status_of(responder, **old), status_of(responder, **new)) == (401, 200)
    redis.add("log", "still")
    assert viewer.read_records(1)[0].data == "still"
    redis.client.delete(bearer_key("old-key"))
    assert viewer.read_event("end").json()["reason"] == "expired"


def replace_secret(path, text):
    """As an administrator's `mv` does."""
    new = identity.secret_file(path.parent, "new", text)
    new.rename(path)


def test_keys_and_secrets_are_read_again(stack, redis):
    directory = stack.directory()
    other = "f" * 32
    key = identity.secret_file(directory, "jwt", identity.SECRET)
    cookie = identity.secret_file(directory, "cookie", identity.COOKIE_SECRET)
    redis.client.set("session:abc", session())
    responder, _ = with_file(stack, redis, auth="cookie jwt", stream="log", jwt_key_file=key, cookie_secret_file=cookie)

    def answers(**kw):
        return [status_of(responder, HTTP_AUTHORIZATION=f"Bearer {jwt(secret=secret)}")
                for secret in (identity.SECRET, other)] + \
               [status_of(responder, HTTP_COOKIE=f"session={identity.signed_cookie('abc', secret)}")
                for secret in (identity.COOKIE_SECRET, other)]
    assert answers() == [200, 401, 200, 401]
    replace_secret(key, other)
    replace_secret(cookie, other)
    assert answers() == [200, 401, 200, 401], "without a signal nothing changes"
    reload(responder)
    assert answers() == [401, 200, 401, 200]


def test_wrong_options_are_told_and_the_former_ones_stay(stack, redis):
    directory = stack.directory()
    key = identity.secret_file(directory, "jwt", identity.SECRET)
    right = {"auth": "jwt", "stream": "log", "jwt_key_file": key}
    responder, file = with_file(stack, redis, **right)
    token = {"HTTP_AUTHORIZATION": f"Bearer {jwt()}"}
    rsa = identity.key_and_tokens("RS256")[0]

    def wrong_file():
        file.set(**right, streem="log")

    def wrong_value():
        file.set(**right, keepalive="often")

    def no_file():
        file.path.unlink()

    def no_key():
        file.set(**right)
        key.unlink()

    def wrong_key():
        replace_secret(key, rsa)

    def wrong_public_key():
        file.set(**right, jwt_alg="RS256")
        replace_secret(key, rsa[:100])
    for change, says in ((wrong_file, "sselog.conf:4: SSELOG_STREEM: no such option; did you mean SSELOG_STREAM?"),
                         (wrong_value, "SSELOG_KEEPALIVE=often (file "), (no_file, "No such file or directory"),
                         (no_key, "SSELOG_JWT_KEY_FILE="), (wrong_key, "SSELOG_JWT_KEY_FILE="),
                         (wrong_public_key, "SSELOG_JWT_KEY_FILE: ")):
        with case(says):
            change()
            line, = [line for line in reload(responder, KEPT).splitlines() if KEPT in line]
            assert " error config: " in line and says in line
            assert status_of(responder, **token) == 200
            assert "BEGIN" not in line
    file.set(**right)
    replace_secret(key, identity.SECRET)
    reload(responder)
    assert status_of(responder, **token) == 200


def test_options_that_need_a_restart_are_named(stack, redis):
    options = {"auth": "anonymous", "stream": "log"}
    responder, file = with_file(stack, redis, **options)
    assert "needs a restart" not in reload(responder)
    file.set(**options, front_threads=5, max_viewers=7, max_memory="3M", gather=40, log_level="debug", keepalive=3)
    for _ in range(2):  # as long as they differ from what is in use
        told = [line for line in reload(responder).splitlines() if "needs a restart" in line]
        assert len(told) == 3 and all(" warning config: " in line for line in told)
        assert f"SSELOG_FRONT_THREADS=5 (file {file.path}:3): " in "".join(told)
        assert "SSELOG_MAX_VIEWERS=7" in "".join(told)
    assert procs.threads(responder.pid) < 5 + 2
    limits = figures(responder)
    assert (limits["sselog_viewers_max"], limits["sselog_held_max_bytes"]) == (10000, 64 << 20), "those in use"
    with FcgiStream(responder.socket, environment("/sselog/stream")) as s:
        s.read_until_live()
        wait_until(lambda: "event=open" in responder.output(), "a line of the level debug")


def test_redis_is_asked_with_the_new_password(stack):
    """Connections that are open stay; new ones log in with the new password."""
    redis = stack.redis()

    def set_password(text):
        redis.client.config_set("requirepass", text)
        redis.client.connection_pool.connection_kwargs["password"] = text
    set_password("first")
    directory = stack.directory()
    password = identity.secret_file(directory, "password", "first")
    setup = webs.Setup(stack.directory(), redis.url, auth="anonymous", stream="log", redis_password_file=password)
    setup.options["SSELOG_REDIS"] = redis.url
    responder = stack.responder(setup=setup)
    viewer = stack.keep(FcgiStream(responder.socket, environment("/sselog/stream")))
    viewer.read_until_live()
    set_password("second")
    replace_secret(password, "second")
    reload(responder)
    assert status_of(responder) == 200 and "WRONGPASS" not in responder.output()
    for client in redis.clients():
        redis.client.client_kill_filter(_id=client["id"])
    redis.add("log", "after")
    assert viewer.read_records(1)[0].data == "after"
    assert status_of(responder) == 200 and "WRONGPASS" not in responder.output()


def test_password_for_another_redis_is_not_sent_to_the_former_one(stack, redis):
    options = {"auth": "anonymous", "stream": "log"}
    setup = webs.Setup(stack.directory(), redis.url)
    file = Options(setup.dir, **options, redis=setup.options.pop("SSELOG_REDIS"))
    responder = stack.responder(setup=setup, run={"extra": ["-c", file.path]})
    assert status_of(responder) == 200
    file.set(**options, redis=f"redis://:for-another@127.0.0.1:{procs.free_port()}/0")
    assert "SSELOG_REDIS (file " in reload(responder)
    for client in redis.clients():
        redis.client.client_kill_filter(_id=client["id"])
    assert status_of(responder) == 200 and " AUTH" not in responder.output()


@pytest.mark.memory
def test_memory_does_not_grow_over_sixty_reloads(stack, redis):
    """A stream with a session keeps one former snapshot; the others are freed."""
    redis.client.set("session:abc", session())
    options = {"auth": "cookie", "stream": "log", "cors": " ".join(f"https://{n}.example" for n in range(100))}
    responder, file = with_file(stack, redis, **options)
    viewer = stack.keep(FcgiStream(responder.socket, environment("/sselog/stream", HTTP_COOKIE="session=abc")))
    viewer.read_until_live()

    def reload_often(count):
        for n in range(count):
            file.set(**options, keepalive=100 + n)
            reload(responder)
        return procs.private_kb(responder.pid), procs.open_fds(responder.pid)
    memory, fds = reload_often(20)
    more, more_fds = reload_often(60)
    assert more_fds == fds
    assert more - memory < 200, "60 snapshots have more than 600 kB"


@pytest.mark.parametrize("kind", ["lighttpd", "fcgid", "nginx"])
def test_responder_of_a_web_server_reads_its_secrets_again(stack, redis, kind):
    """Its options come from the web server and stay; files with secrets are read again."""
    directory = stack.directory()
    key = identity.secret_file(directory, "jwt", identity.SECRET)
    server = stack.server(kind, redis, auth="jwt", stream="log", jwt_key_file=key, jwt_cookie="jwt")

    def answer(secret):
        return get(server.port, server.path + "/history", {"Cookie": f"jwt={jwt(secret=secret)}"}).status
    other = "f" * 32
    assert (answer(identity.SECRET), answer(other)) == (200, 401)
    replace_secret(key, other)
    for pid in server.responders():
        os.kill(pid, signal.SIGHUP)
    wait_until(lambda: (answer(identity.SECRET), answer(other)) == (401, 200), "the new key")


def test_many_signals_at_once_are_harmless(stack, redis):
    responder = stack.responder(redis)
    for _ in range(1000):
        os.kill(responder.pid, signal.SIGHUP)
    wait_until(lambda: SAID in responder.output(), SAID)
    assert status_of(responder) == 200
