# SPDX-License-Identifier: MIT
"""docs/feeding.md and examples/feeding: each snippet, run by the program that it is for.

A record arrives with its time, level, host and message, and the filter of levels knows its level."""
import gzip
import json
import re
import shlex
import subprocess
import sys
import time

import pytest

import logproto
import sandbox
import webs
from fcgi import environment, fcgi_get
from feeding import HOST, KEY, LEVELS, SNIPPETS, Debian, Feed, Program, Syslog, WebServer, node_modules
from procs import free_port, listening, wait_until
from sse import connect, get
from tables import long_but

TRACE, DEBUG, INFO, WARNING, ERROR, CRITICAL = range(-1, 5)


@pytest.fixture
def feed(stack):
    return Feed(stack)


SYSLOG = [("user.debug", DEBUG), ("daemon.info", INFO), ("local0.notice", INFO), ("user.warning", WARNING),
          ("mail.err", ERROR), ("user.crit", CRITICAL), ("kern.alert", CRITICAL), ("user.emerg", CRITICAL)]


def test_document_has_each_snippet():
    linked = re.findall(r"\]\(\.\./examples/feeding/([^)]+)\)", (webs.TOP / "docs/feeding.md").read_text())
    assert set(linked) == {path.name for path in SNIPPETS.iterdir()}


@pytest.mark.parametrize("name", ["rsyslog", "syslog-ng"])
def test_syslog_daemon_writes_each_level(stack, feed, name):
    port = [("port(6379)", f"port({feed.redis.port})")] if name == "syslog-ng" else []
    daemon = stack.keep(Syslog(feed, name, feed.text(f"{name}.conf", port)))
    for priority, _ in SYSLOG:
        daemon.write(priority, f'{priority} is "quoted" \\ and costs 1 €')
    got = feed.expect([(level, f'{priority} is "quoted" \\ and costs 1 €') for priority, level in SYSLOG])
    assert {o["program"] for o in got} == {"shop"}
    feed.redis.kill()
    daemon.write("user.err", "in an outage")
    feed.redis.start()
    wait_until(lambda: any('"in an outage"' in data for data in feed.payloads()), "what came in the outage")


# As the syslog exporter of OpenTelemetry collectors writes RFC 5424, without the octet counts of RFC 6587.
RFC5424 = "<{}>1 {} web7 shop - - - {}\n"


def test_collector_sends_to_rsyslog_by_tcp(stack, feed):
    port = free_port()
    assert re.search(r"port\W+1514\b", feed.text("otel-collector.yaml"))
    text = feed.text("rsyslog.conf") + feed.text("rsyslog-tcp.conf", [("1514", port)])
    stack.keep(Syslog(feed, "rsyslog", text))
    wait_until(lambda: listening(port), "rsyslog")
    with connect(port) as s:
        for priority in (14, 15, 12, 11, 10):
            s.sendall(RFC5424.format(priority, feed.now(), f"priority {priority}").encode())
        feed.expect([(INFO, "priority 14"), (DEBUG, "priority 15"), (WARNING, "priority 12"), (ERROR, "priority 11"),
                     (CRITICAL, "priority 10")], host="web7")


def test_rsyslog_s_own_streams_are_shown(feed):
    """rsyslog's omhiredis is newer than Debian 12: its XADD, and one of its jsonf lines."""
    now = feed.now()
    assert 'mode="stream"' in feed.text("rsyslog-stream.conf")
    feed.redis.client.execute_command("XADD", KEY, "MAXLEN", "~", 10000, "*", "msg", json.dumps(
        {"time": now, "level": "err", "host": HOST, "program": "shop", "message": "disk full now"}) + "\n")
    feed.expect([(ERROR, "disk full now")], field="msg")


def test_redpanda_connect_s_streams_are_shown(feed):
    """Its redis_streams writes body_key, and a field for each metadata, of which the snippet leaves none."""
    assert re.search("^    body_key: data$", feed.text("redpanda-connect.yaml"), re.M)
    feed.redis.client.execute_command("XADD", KEY, "MAXLEN", "~", 10000, "*", "data", json.dumps(
        {"host": HOST, "level": "info", "message": "a line", "time": feed.now()}))
    feed.expect([(INFO, "a line")])


MONOLOG = """<?php
require '/usr/share/php/Monolog/autoload.php';
require %(handler)r;
$log = new Monolog\\Logger('shop');
$log->pushHandler(new Monolog\\Handler\\FallbackGroupHandler(
    [new RedisStreamHandler('127.0.0.1', %(port)d, 'stream:logs:alice'), new Monolog\\Handler\\ErrorLogHandler()]));
foreach (['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'] as $level) {
    $log->$level("$level is \\"quoted\\" and costs 1 €", $level === 'info' ? ['id' => 7] : []);
}
$log->error('failed', ['exception' => new RuntimeException('no disk')]);
"""
QUOTED = 'is "quoted" and costs 1 €'


def test_monolog_handler_writes_names_of_levels(feed):
    script = feed.dir / "shop.php"
    script.write_text(MONOLOG % {"handler": str(feed.snippet("RedisStreamHandler.php")), "port": feed.redis.port})
    subprocess.run(["php", script], check=True)
    levels = {"debug": DEBUG, "info": INFO, "notice": INFO, "warning": WARNING, "error": ERROR, "critical": CRITICAL,
              "alert": CRITICAL, "emergency": CRITICAL}
    *plain, failed = [json.loads(data) for data in feed.shown(9)[0]]
    assert failed["message"].startswith("failed ") and "RuntimeException" in failed["message"]
    assert "#0 {main}" in failed["message"]
    feed.expect([(level, f"{name} {QUOTED}" + (' {"id":7}' if name == "info" else "")) for name, level in levels.items()] +
                [(ERROR, failed["message"])])
    feed.redis.kill()
    done = subprocess.run(["php", script], capture_output=True, text=True)
    assert done.returncode == 0 and f"emergency {QUOTED}" in done.stderr


PYTHON = """
import logging, sys
from sselog_handler import RedisStreamHandler
log = logging.getLogger("shop")
log.setLevel(logging.DEBUG)
log.addHandler(RedisStreamHandler(sys.argv[1], "stream:logs:alice"))
for level in "debug info warning error critical".split():
    getattr(log, level)('%s is "quoted" and costs 1 €', level)
try:
    1 / 0
except ZeroDivisionError:
    log.exception("failed")
"""


def test_python_handler_writes_a_traceback_as_one_record(feed):
    feed.snippet("sselog_handler.py")
    subprocess.run([sys.executable, "-c", PYTHON, feed.redis.url], check=True, cwd=feed.dir)
    *_, failed = [json.loads(data)["message"] for data in feed.shown(6)[0]]
    assert failed.startswith("failed\nTraceback ") and failed.endswith("ZeroDivisionError: division by zero")
    feed.expect([(n, f"{level} {QUOTED}") for n, level in enumerate(LEVELS)] + [(ERROR, failed)])


def test_python_handler_tells_once_why_it_cannot_write(feed):
    feed.snippet("sselog_handler.py")
    done = subprocess.run([sys.executable, "-c", PYTHON, "unix:///nowhere/redis"], capture_output=True, text=True, timeout=30,
                          cwd=feed.dir)
    assert done.returncode == 0 and done.stderr.count("trying again") == 1
    assert done.stderr.startswith("sselog_handler: stream:logs:alice: Error 2 connecting")


OUTAGE = """
import logging, os, sys
from sselog_handler import RedisStreamHandler
log = logging.getLogger("shop")
log.addHandler(RedisStreamHandler(sys.argv[1], "stream:logs:alice", waiting=3))
for number in range(10):
    log.warning("%s", number)
print("all are logged", flush=True)
sys.stdin.read()
if os.fork() == 0:
    log.warning("after a fork")
logging.shutdown()
"""


def test_python_program_does_not_wait_for_redis(feed):
    feed.snippet("sselog_handler.py")
    feed.redis.kill()
    with subprocess.Popen([sys.executable, "-c", OUTAGE, feed.redis.url], cwd=feed.dir, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as program:
        assert program.stdout.readline() == b"all are logged\n"
        feed.redis.start()
        wait_until(lambda: any("were lost" in data for data in feed.payloads()), "the number of those lost")
        program.stdin.close()
        assert program.wait(30) == 0
    wait_until(lambda: any("after a fork" in data for data in feed.payloads()), "the record of the child")
    *kept, told, forked = [json.loads(data)["message"] for data in feed.shown(feed.count())[0]]
    assert kept == [str(number) for number in range(len(kept))] and 3 <= len(kept) <= 4
    assert (told, forked) == (f"{10 - len(kept)} records were lost", "after a fork")


DJANGO = """
import django.test
SECRET_KEY = "x"
ROOT_URLCONF = "settings"
def fail(request):
    raise RuntimeError("no disk")
urlpatterns = [django.urls.path("fail", fail)]
"""
DJANGO_RUN = """
import django, django.test
django.setup()
client = django.test.Client(raise_request_exception=False)
client.get("/nowhere"), client.get("/fail")
"""


def test_django_logs_requests_that_fail(feed):
    feed.snippet("sselog_handler.py")
    (feed.dir / "settings.py").write_text(feed.text("django_logging.py") + DJANGO)
    subprocess.run([sys.executable, "-c", DJANGO_RUN], check=True, cwd=feed.dir, stderr=subprocess.DEVNULL,
                   env=feed.environment(DJANGO_SETTINGS_MODULE="settings"))
    _, failed = [json.loads(data)["message"] for data in feed.shown(2)[0]]
    assert failed.startswith("Internal Server Error: /fail\nTraceback ") and failed.endswith("RuntimeError: no disk")
    feed.expect([(WARNING, "Not Found: /nowhere"), (ERROR, failed)])


UVICORN = """
async def app(scope, receive, send):
    assert scope["path"] == "/"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})
"""


def test_uvicorn_logs_requests_and_failures(stack, feed):
    feed.snippet("sselog_handler.py")
    config = feed.snippet("uvicorn.json")
    (feed.dir / "app.py").write_text(UVICORN)
    stack.keep(Program([sys.executable, "-m", "uvicorn", "--lifespan", "off", "--port", "0", "--log-config", config, "app:app"],
                     cwd=feed.dir, env=feed.environment(), log=feed.dir / "uvicorn.out"))
    running = wait_until(lambda: [m for d in feed.payloads() if (m := re.search(r"http://127.0.0.1:(\d+)", d))], "the port")
    for path, status in (("/", 200), ("/fail", 500)):
        assert get(int(running[0].group(1)), path).status == status
    wait_until(lambda: all(any(text in data for data in feed.payloads()) for text in ("AssertionError", "/fail HTTP/1.1\\\" 500")),
               "the failure")
    told = [json.loads(data) for data in feed.shown(feed.count())[0]]
    assert [(o["level"], o["message"].partition(" - ")[2]) for o in told if o["logger"] == "uvicorn.access"] == \
        [("INFO", '"GET / HTTP/1.1" 200'), ("INFO", '"GET /fail HTTP/1.1" 500')]
    failed, = [o["message"] for o in told if o["level"] == "ERROR"]
    assert failed.startswith("Exception in ASGI application\nTraceback ")


NODE = """
import { logger } from "./%s.js";
for (const level of %s) logger[level](`${level} is "quoted" and costs 1 €`);
logger.error(%s);
"""
NODE_LOGGERS = [
    ("pino", {"trace": TRACE, "debug": DEBUG, "info": INFO, "warn": WARNING, "error": ERROR, "fatal": CRITICAL},
     'new Error("no disk"), "failed"'),
    ("winston", {"silly": TRACE, "debug": DEBUG, "verbose": DEBUG, "http": INFO, "info": INFO, "warn": WARNING,
                 "error": ERROR}, 'new Error("failed")')]


@pytest.mark.parametrize(("name", "levels", "error"), long_but(NODE_LOGGERS[:1], NODE_LOGGERS),
                         ids=[row[0] for row in NODE_LOGGERS])
def test_node_logger_is_piped_to_send(feed, name, levels, error):
    feed.snippet(f"{name}.js")
    (feed.dir / "package.json").write_text('{"type": "module"}')
    (feed.dir / "app.js").write_text(NODE % (name, json.dumps(list(levels)), error))
    (feed.dir / "node_modules").symlink_to(node_modules())
    subprocess.run("node app.js | sselog send -l stream:logs:alice", shell=True, check=True, cwd=feed.dir,
                   env=feed.environment(LOG_LEVEL=next(iter(levels))))
    *_, failed = feed.expect([(level, f"{word} {QUOTED}") for word, level in levels.items()] + [(ERROR, "failed")])
    assert "Error: " in json.dumps(failed) and " at file:" in json.dumps(failed)


@pytest.mark.parametrize(("programs", "reason"), [
    ((), "node is not installed"), (("node",), "npm is not installed"),
    (("node", "npm"), "npm could not fetch the packages")], ids=["nothing", "node", "no network"])
def test_node_loggers_are_left_out_without_npm_or_the_network(tmp_path, monkeypatch, programs, reason):
    for name in programs:
        (tmp_path / name).write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "tests/feeding").mkdir(parents=True)
    (tmp_path / "tests/feeding/package.json").write_text((webs.TOP / "tests/feeding/package.json").read_text())
    monkeypatch.setattr(webs, "TOP", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(pytest.skip.Exception, match=reason):
        node_modules()


AGENT_TEXT = 'a "b" \\\\x41 \\u00 c é'
AGENT = AGENT_TEXT.encode().decode("latin-1")  # as it goes over the wire


def ask(server, logged=lambda count: True):
    """Three requests, with a header that must be escaped, and with queries, which may hold tokens.

    logged: whether so many are in the log. Apache may log two connections in the other order."""
    for count, (path, status) in enumerate([("/", 200), ("/nowhere", 404), ("/fail", 500)]):
        wait_until(lambda: logged(count), f"{count} requests in the log")
        assert get(server.port, path + "?token=t0", {"User-Agent": AGENT, "Referer": f"http://{HOST}/?token=t0"}).status == status


ASKED = [(INFO, "127.0.0.1 GET /{index} HTTP/1.1 200 5"), (WARNING, "127.0.0.1 GET /nowhere HTTP/1.1 404 {size}"),
          (ERROR, "127.0.0.1 GET /fail HTTP/1.1 500 {size}")]


def expect_asked(feed, agent=AGENT_TEXT, index=""):
    sizes = ["", *[json.loads(data)["message"].split()[-1] for data in feed.shown(3)[0][1:]]]
    for o in feed.expect([(level, text.format(size=size, index=index)) for (level, text), size in zip(ASKED, sizes)]):
        assert (o["agent"], o["referer"]) == (agent, f"http://{HOST}/")
        assert (o["client"], o["status"]) == ("127.0.0.1", o["message"].split()[-2])
        assert o["user"] in ("-", "")


# Level, the first and the last line of the start; how the agent and the path "/" are told: mod_dir changes it.
PIPED = [("apache", INFO, "level=notice [mpm_event] AH", "AH00094: Command line", (AGENT, "index.html")),
         ("lighttpd", WARNING, "server started", "server started", (AGENT_TEXT, ""))]


@pytest.mark.parametrize(("name", "level", "first", "last", "told"), PIPED, ids=[row[0] for row in PIPED])
def test_web_server_sends_its_logs_through_pipes(stack, feed, name, level, first, last, told):
    """The errors come first: what a server says when it starts."""
    server = stack.keep(WebServer(feed, name, feed.text(f"{name}.conf")))
    wait_until(lambda: any(last in data for data in feed.payloads()), "the last line of the start")
    started = [json.loads(data) for data in feed.payloads()]
    assert first in started[0]["message"]
    feed.expect([(level, o["message"]) for o in started])
    feed.redis.client.delete(KEY)
    ask(server, lambda count: feed.count() == count)
    expect_asked(feed, *told)


def test_nginx_s_access_log_is_followed_and_errors_go_to_syslog(stack, feed):
    text = feed.text("nginx.conf", [("/var/log/nginx/sselog.log", feed.dir / "sselog.log"), ("/dev/log", feed.dir / "log")])
    follow, = re.findall(r"^#     (sselog send .*)$", text, re.M)
    stack.keep(Syslog(feed, "syslog-ng", feed.text("syslog-ng.conf", [("port(6379)", f"port({feed.redis.port})")])))
    ask(stack.keep(WebServer(feed, "nginx", text)))
    *_, missing = [json.loads(data) for data in feed.shown(1)[0]]
    assert (missing["level"], missing["host"], missing["program"]) == ("err", HOST, "nginx")
    assert "No such file or directory" in missing["message"]
    feed.redis.client.delete(KEY)
    state = str(feed.dir / "state")
    stack.keep(Program(["sh", "-c", f"exec {follow}"], env=feed.environment(STATE_DIRECTORY=state), log=feed.dir / "follow.out"))
    expect_asked(feed)


def own_debian(stack, **how):
    if not sandbox.available():
        pytest.skip("needs root and namespaces of its own")
    return Debian(stack, **how)


@pytest.fixture
def debian(stack):
    return own_debian(stack, systemd=True)


# In the configuration of Debian's package, beside that of sselog: commands that enable the snippet where it says.
STOCK = {
    "apache": "cp packaging/apache.conf /etc/apache2/conf-available/sselog.conf; a2enmod headers proxy_fcgi;"
              "a2enconf sselog sselog-feeding; sed -i 's#^\\s*ErrorLog .*#{line}#' /etc/apache2/sites-available/000-default.conf",
    "lighttpd": webs.commented_directive((SNIPPETS / "lighttpd.conf").read_text(), "chown") + "cp packaging/lighttpd.conf /etc/lighttpd/conf-available/05-sselog.conf; lighty-enable-mod accesslog sselog",
}


@pytest.mark.parametrize("name", long_but(list(STOCK)[:1], STOCK))
def test_stock_web_server_of_debian_sends_its_logs(stack, name):
    """Its own log files are configured already. No record has a query, which may hold a token."""
    debian = own_debian(stack)
    text = (SNIPPETS / f"{name}.conf").read_text()
    place, = re.findall(rf"/etc/{name}2?/conf-\w+/\S+\.conf", text)
    line = webs.commented_directive(text, "ErrorLog").strip() if name == "apache" else ""
    debian.sh(f"cp examples/feeding/access.sed /etc/sselog/; cp examples/feeding/{name}.conf {place}")
    debian.sh(f"{STOCK[name].format(line=line)}; systemctl restart {name.replace('apache', 'apache2')}")
    debian.sh("until redis-cli XRANGE stream:logs:alice - + | grep -q 'AH00094\\|server started'; do sleep 0.02; done")
    debian.sh("curl -s -A shop -e 'http://127.0.0.1/?token=t0' http://127.0.0.1/{nowhere,sselog/stream}?token=t0")
    debian.sh("until redis-cli XRANGE stream:logs:alice - + | grep -q sselog/stream; do sleep 0.02; done")
    *_, other, ours = [json.loads(data) for data in debian.shown(debian.count())[0]]
    for record, path, status in (other, "/nowhere", 404), (ours, "/sselog/stream", 401):
        assert re.fullmatch(rf"127\.0\.0\.1 GET {path} HTTP/1\.1 {status} \d+", record["message"])
        assert (record["level"], record["agent"], record["referer"]) == ("warning", "shop", "http://127.0.0.1/")


APP = b"""import logging
logging.basicConfig(format="2026-01-02 %(levelname)s %(message)s", level="INFO")
try:
    1 / 0
except ZeroDivisionError:
    logging.exception("failed")
logging.info("goes on")
"""


def test_shell_as_the_document_shows(debian):
    output, follow, traceback, _ = sandbox.blocks("docs/feeding.md")
    debian.sh("cd /tmp; cat >app.py; " + traceback, APP)
    (error, failed), (level, last) = [(o["level"], o["message"].splitlines()) for o in map(json.loads, debian.shown(2)[0])]
    assert (error.lower(), failed[0], failed[1], failed[-1]) == (
        "error", "2026-01-02 ERROR failed", "Traceback (most recent call last):", "ZeroDivisionError: division by zero")
    assert (level.lower(), last) == ("info", ["2026-01-02 INFO goes on"])
    debian.sh(f"redis-cli DEL {KEY}")
    debian.sh(output)
    *_, disk, told = debian.shown(3)[0]
    assert disk.endswith(" /")
    told = json.loads(told)
    assert (told["message"], told["level"], told["job"], told["host"]) == ("backup is done", "notice", "backup", HOST)
    debian.sh(f"redis-cli DEL {KEY}; : >/var/log/app.log")
    debian.sandbox.start(f"({follow.strip()})", "ls -l $(grep -lx tail /proc/[0-9]*/comm | sed s/comm$/fd/) | grep -q app.log")
    debian.sh(r"printf 'ERROR failed\n  at main\nlevel=debug more\n' >>/var/log/app.log")
    debian.expect([(ERROR, "ERROR failed\n  at main"), (DEBUG, "level=debug more")])


BACKUP = b"""#!/bin/sh
echo begins
printf 'Traceback:\\n  File "backup"\\n' >&2
echo 'ERROR disk full'
"""


def test_cron_s_job_is_a_record_or_more(debian):
    job, = re.findall(r"^15 3 \* \* \* (.*)$", (SNIPPETS / "crontab").read_text(), re.M)
    debian.sh("cat >/usr/sbin/backup; chmod 755 /usr/sbin/backup", BACKUP)
    debian.sh(f"SSELOG_REDIS=redis://127.0.0.1:6379/0 sh -c {shlex.quote(job)}")
    got = debian.expect([(INFO, "begins"), (INFO, 'Traceback:\n  File "backup"'), (ERROR, "ERROR disk full")])
    assert {o["job"] for o in got} == {"backup"}


def test_unit_follows_the_journal(debian):
    debian.unit("sselog-journal", "pgrep -x journalctl")
    debian.sh("until redis-cli EXISTS " + KEY + " | grep -q 1; do logger marker; sleep 0.1; done; systemd-cat -t shop echo last")
    debian.sh(f"until redis-cli XREVRANGE {KEY} + - COUNT 1 | grep -q last; do sleep 0.02; done")
    debian.clear()
    *_, logger = sandbox.blocks("docs/feeding.md")
    debian.sh(logger + "printf '<4>it is slow\\n' | systemd-cat -t shop")
    got = debian.expect([(ERROR, "disk full"), (WARNING, "it is slow")])
    assert [o["unit"] for o in got] == ["backup", "shop"]
    debian.sh("systemctl stop sselog-journal; logger -p user.err -t backup 'while it was stopped'; systemctl start sselog-journal")
    debian.sh("logger -p user.err -t backup 'after it'")
    debian.sh(f"until redis-cli XREVRANGE {KEY} + - COUNT 9 | grep -q 'after it'; do sleep 0.02; done")
    told = [json.loads(data) for data in debian.shown(debian.count())[0]]
    assert [o["message"] for o in told if o["unit"] == "backup"] == ["disk full", "while it was stopped", "after it"]
    debian.sh("redis-cli CONFIG SET requirepass another; systemctl restart sselog-journal;"
              "until journalctl -u sselog-journal | grep -q 'error send: .*NOAUTH'; do sleep 0.05; done")


def test_unit_follows_a_file_over_rotation_and_a_stop(debian):
    write = "echo '{{\"level\":\"{0}\",\"time\":\"{1}\",\"host\":\"{2}\",\"message\":\"{3}\"}}' >>/var/log/nginx/sselog.log"
    lines = [(INFO, "first"), (WARNING, "before the stop"), (ERROR, "while it was stopped"), (INFO, "after the rotation")]
    before, last, stopped, after = [write.format(LEVELS[level], debian.now(), HOST, text) for level, text in lines]
    debian.sh(f"mkdir -p /var/log/nginx; {before}; cd /var/log/nginx; chgrp adm sselog.log; chmod 640 sselog.log")
    debian.unit("sselog-follow", f"[ $(redis-cli XLEN {KEY}) = 1 ]")
    debian.sh(f"{last}; until [ $(redis-cli XLEN {KEY}) = 2 ]; do sleep 0.02; done; systemctl stop sselog-follow")
    debian.sh(f"{stopped}; cd /var/log/nginx; cp -p sselog.log empty; mv sselog.log sselog.log.1; : >empty; mv empty sselog.log; {after}; systemctl start sselog-follow")
    debian.expect(lines)


# The snippet, its name of the list, what makes it RPUSH, and an event.
MOVED = [("vector.yaml", "key: (.*)", "data_type: list\n *list:\n *method: rpush\n",
          {"host": HOST, "message": "from Vector", "severity": "err", "source_type": "syslog"}),
         ("logstash.conf", 'key => "(.*)"', 'data_type => "list"\n',
          {"host": HOST, "message": "from Logstash", "level": "error", "@timestamp": "-"})]


@pytest.mark.parametrize(("name", "key", "pushes", "event"), MOVED, ids=[row[0] for row in MOVED])
def test_list_is_moved_into_the_log(stack, feed, name, key, pushes, event):
    """As the sink `redis` of Vector and the output `redis` of Logstash write it, with RPUSH."""
    text = feed.text(name)
    list_key, = re.findall(f"^ *{key}$", text, re.M)
    assert re.search(pushes, text)
    command, = re.findall(r"^# +(sselog send .*)$", text, re.M)
    stack.keep(Program(["sh", "-c", f"exec {command}"], env=feed.environment(), log=feed.dir / "send.out"))
    feed.redis.client.rpush(list_key, *[json.dumps({**event, "time": feed.now(), "number": n}) for n in range(3)])
    got = feed.expect([(ERROR, event["message"])] * 3)
    assert [o["number"] for o in got] == [0, 1, 2]


MONOLOG_LIST = """<?php
require '/usr/share/php/Monolog/autoload.php';
$redis = new Redis();
$redis->connect('127.0.0.1', %d);
$log = new Monolog\\Logger('shop');
$log->pushHandler(new Monolog\\Handler\\RedisHandler($redis, 'queue:php'));
$log->debug('one');
$log->error('two');
"""


def test_monolog_s_own_list_is_moved(stack, feed):
    script = feed.dir / "shop.php"
    script.write_text(MONOLOG_LIST % feed.redis.port)
    command, = re.findall(r"`(sselog send --list KEY --json)`", (webs.TOP / "docs/feeding.md").read_text())
    stack.keep(Program(["sh", "-c", f"exec {command.replace('KEY', 'queue:php')} -l {KEY}"], env=feed.environment(),
                       log=feed.dir / "send.out"))
    subprocess.run(["php", script], check=True)
    one, two = [json.loads(data)["message"] for data in feed.shown(2)[0]]
    assert "shop.DEBUG: one" in one and "shop.ERROR: two" in two
    feed.expect([(DEBUG, one), (ERROR, two)])


DOCKER = r"""#!/bin/sh
# Two containers: one runs already, one starts later and again. The first start is told twice.
case $1 in
ps) echo id1 ;;
events) printf '%s\n' '- id1' '- id2'; while [ ! -e again ]; do sleep 0.02; done; echo '- id2' ;;
inspect)
    for id; do :; done
    [ $id = id1 ] && echo '2026-11-29T10:00:00.1Z /web' || echo "2026-11-29T1$(cat again 2>/dev/null || echo 1):00:00.1Z /db" ;;
logs)
    case "$*" in
    *--since\ 2026-11-29T1[12]:00:00.1Z\ id2) echo "ERROR db at $4" >&2; : >followed ;;
    *id1) echo 'INFO web' ;;
    *) echo "ERROR not understood: $*" ;;
    esac ;;
*) exit 1 ;;
esac
"""


def test_docker_containers_are_followed_from_each_start(feed):
    feed.snippet("docker.sh")
    (feed.dir / "docker").write_text(DOCKER)
    (feed.dir / "docker").chmod(0o755)
    environment = feed.environment()
    environment["PATH"] = f"{feed.dir}:{environment['PATH']}"
    with subprocess.Popen(["./docker.sh", KEY], env=environment, cwd=feed.dir) as script:
        wait_until((feed.dir / "followed").exists, "the first start")
        (feed.dir / "again").write_text("2")
        assert script.wait(30) == 0
    got = {(o["container"], o["level"], o["message"]) for o in map(json.loads, feed.shown(3)[0])}
    assert got == {("web", "INFO", "INFO web"), ("db", "ERROR", "ERROR db at 2026-11-29T11:00:00.1Z"),
                   ("db", "ERROR", "ERROR db at 2026-11-29T12:00:00.1Z")}


def loki(labels, *lines):
    """A push request of Loki, as Fluent Bit and Vector make it: times in nanoseconds, as text."""
    return json.dumps({"streams": [{"stream": labels, "values": [[str(time.time_ns()), line] for line in lines]}]}).encode()


def array(*objects):
    return json.dumps([{"time": Feed.now(), **o} for o in objects]).encode()


LABELS = {"level": "error", "host": HOST}
PROTOBUF = {"CONTENT_TYPE": "application/x-protobuf"}
URL = r"https://log.example.org(/[^\s\"]+)"


def logproto_push(labels):
    return logproto.snappy(logproto.push((labels, [(time.time_ns(), "disk full")])))


POSTED = [("fluent-bit.conf", r"uri +(\S+)", lambda: array({"message": "disk full", **LABELS}), {}),
          ("fluent-bit-loki.conf", r"uri +(\S+)", lambda: loki({"job": "fluent-bit", **LABELS}, "disk full"), {}),
          ("vector-loki.yaml", r"path: (\S+)", lambda: gzip.compress(loki(LABELS, "disk full")),
           {"HTTP_CONTENT_ENCODING": "gzip"}),
          ("config.alloy", f'url += "{URL}"', lambda: logproto_push(f'{{host="{HOST}", level="error"}}'), PROTOBUF),
          ("promtail.yaml", f"- url: {URL}", lambda: logproto_push(f'{{host="{HOST}", level="error"}}'), PROTOBUF),
          ("otel-collector-loki.yaml", f"endpoint: {URL}",
           lambda: logproto_push(f'{{exporter="OTLP", host="{HOST}", job="shop", level="ERROR"}}'), PROTOBUF)]


@pytest.mark.parametrize(("name", "path", "body", "headers"), POSTED, ids=[row[0] for row in POSTED])
def test_posted_records_arrive(feed, name, path, body, headers):
    """As the outputs of Fluent Bit and Vector and the clients of Loki post them."""
    where, = re.findall(f"^ *{path}$", feed.text(name), re.M)
    responder = feed.stack.responder(feed.redis, auth="anonymous", stream=KEY, append=1)
    posted = body()
    answer = fcgi_get(responder.socket, environment(where, method="POST", HTTP_ACCEPT="*/*", CONTENT_LENGTH=str(len(posted)),
                                                    **{"CONTENT_TYPE": "application/json", **headers}), posted)
    assert answer.status in (200, 204), answer.raw
    feed.expect([(ERROR, "disk full")])
