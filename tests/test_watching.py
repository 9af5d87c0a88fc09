# SPDX-License-Identifier: MIT
"""Watching: /metrics, /status, /livez, the rules and the dashboard of examples/prometheus, the level of the log."""
import base64
import json
import os
import re
import signal
import subprocess
import urllib.parse
from pathlib import Path

import pytest

import faults
import webs
from fcgi import FcgiStream, environment, fcgi_get
from identity import bearer_key
from metrics import exposition, figures
from procs import Child, free_port, wait_until
from sse import Stream, get
from webs import TIME

PROMETHEUS = webs.TOP / "examples/prometheus"


def ask(responder, path, query="", **params):
    return fcgi_get(responder.socket, environment(f"/sselog{path}", query, **params))


def promtool(*args, text=None):
    return subprocess.run(["promtool", *args], input=text, capture_output=True, text=True, timeout=60)


def test_metrics_follow_the_conventions(stack, redis):
    responder = stack.responder(redis)
    answer = ask(responder, "/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    checked = promtool("check", "metrics", text=exposition(responder))
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
    names = re.findall(r"\[ENDPOINT_(\w+)\] = \{[\"P]", (webs.TOP / "front/front.c").read_text())
    counted = {key[1].split('"')[1] for key in figures(responder) if key[0] == "sselog_requests_total"}
    assert counted == {*map(str.lower, names), "none"} and len(names) > 5


def test_figures_of_the_process_are_those_of_the_kernel(stack, redis):
    responder = stack.responder(redis)
    kernel = Path(f"/proc/{responder.pid}")
    before = figures(responder)
    with FcgiStream(responder.socket, environment("/sselog/stream")) as viewer:
        viewer.read_until_live()
        # While it answers, the connection of the scrape is open, and libfcgi reads the request from a file in memory.
        wait_until(lambda: figures(responder)["process_open_fds"] == len(list((kernel / "fd").iterdir())) + 2, "fds")
        now = figures(responder)
        resident = int(re.search(r"VmRSS:\s+(\d+)", (kernel / "status").read_text())[1]) * 1024
        limit = int(re.search(r"Max open files +(\d+)", (kernel / "limits").read_text())[1])
    assert abs(now["process_resident_memory_bytes"] - resident) < resident / 4
    assert now["process_max_fds"] == limit
    assert now["process_cpu_seconds_total"] >= before["process_cpu_seconds_total"] > 0
    status = json.loads(ask(responder, "/status").raw)
    assert status["pid"] == responder.pid
    assert status["start_time"] == now["process_start_time_seconds"]
    assert abs(os.stat(kernel).st_ctime - status["start_time"]) < 60
    assert {"open_fds", "max_fds", "resident_memory_bytes", "cpu_seconds"} <= set(status)
    assert now["sselog_build_info", f'version="{status["version"]}"'] == 1
    told = subprocess.run([webs.program(), "--version"], capture_output=True, text=True, check=True).stdout
    assert re.match(r"sselog ([^\s,]+)", told)[1] == status["version"]


@pytest.mark.threads
def test_each_refusal_counts_by_its_status_and_cause(stack, redis):
    """The front refuses some, the relay those that waited for a seat. As an event stream a refusal has its own status."""
    responder = stack.responder(redis, auth="remote_user", stream="log", max_viewers="2", max_per_user="1")

    def user(name, **params):
        return {"REMOTE_USER": name, "REMOTE_ADDR": "192.0.2.1", **params}

    def stream(name, **params):
        return stack.keep(FcgiStream(responder.socket, environment("/sselog/stream", **user(name, **params))))

    before = figures(responder)
    assert ask(responder, "/history").status == 401
    assert ask(responder, "/metrics", **user("ann")).status == 403
    assert ask(responder, "/nowhere").status == 404
    assert stream("ann", method="HEAD").status == 200
    stream("ann").read_until_live()
    assert stream("ann", HTTP_ACCEPT="*/*").status == 429  # by the relay
    stream("bob").read_until_live()
    assert stream("eve").status == 200  # by the front
    now = figures(responder)
    grown = {key: now[key] - before[key] for key in now if now[key] > before[key]}
    assert {key[1]: n for key, n in grown.items() if key[0] == "sselog_refused_total"} == {
        'code="401",reason="none"': 1, 'code="403",reason="forbidden"': 1, 'code="404",reason="not-found"': 1,
        'code="429",reason="user-seats"': 1, 'code="503",reason="seats"': 1}
    assert {key[1]: n for key, n in grown.items() if key[0] == "sselog_requests_total"} == {
        'endpoint="history",code="4xx"': 1, 'endpoint="metrics",code="4xx"': 1, 'endpoint="none",code="4xx"': 1,
        'endpoint="stream",code="2xx"': 3, 'endpoint="stream",code="4xx"': 1, 'endpoint="stream",code="5xx"': 1,
        'endpoint="metrics",code="2xx"': 1}
    status = json.loads(ask(responder, "/status").raw)
    assert status["refused"] == {"none": 1, "forbidden": 1, "not-found": 1, "user-seats": 1, "seats": 1}


def test_redis_is_measured(stack, redis):
    """A look-up is one call; of the relay's commands one at a time is timed. Connections count again after an outage."""
    responder = stack.responder(redis)
    wait_until(lambda: figures(responder)["sselog_redis_up"], "the feed")
    for _ in range(3):
        assert ask(responder, "/healthz").status == 200
    with FcgiStream(responder.socket, environment("/sselog/stream")) as viewer:
        viewer.read_until_live()
        before = figures(responder)
        redis.add("log", "one more read")
        viewer.read_records(1)
        now = figures(responder)
        assert now["sselog_lookup_seconds_count"] == 3 and 0 < now["sselog_lookup_seconds_sum"] < 60
        assert now["sselog_lookup_seconds_bucket", 'le="+Inf"'] == 3
        trips = "sselog_redis_round_trip_seconds_count"
        assert now[trips] > before[trips] > 0 and 0 < now["sselog_redis_round_trip_seconds_sum"] < 60
        connects = [("sselog_redis_connects_total", f'connection="{c}"') for c in ("feed", "lookup")]
        assert now["sselog_redis_outages_total"] == 0 and 1 <= now[connects[1]] <= 3
        redis.stop()
        viewer.read_event("source")
        redis.start()
        viewer.read_event("source", nth=2)
    again = figures(responder)
    assert again["sselog_redis_outages_total"] == 1
    assert [now[connects[0]], again[connects[0]]] == [1, 2]


def test_records_in_one_write_are_measured(stack, redis):
    responder = stack.responder(redis)
    redis.add_many("log", [str(n) for n in range(50)])
    with FcgiStream(responder.socket, environment("/sselog/stream", "history=50")) as viewer:
        viewer.read_records(50)
        now = wait_until(lambda: (f := figures(responder))["sselog_deliveries_total"] == 50 and f, "history")
        assert 0 < now["sselog_writes_total"] < 25
        assert now["sselog_sent_bytes_total"] >= len("".join(r.data for r in viewer.read_records(50)))


def test_compression_is_measured(stack, redis):
    responder = stack.responder(redis, compress="1")
    redis.add_many("log", ["alike " * 50] * 20)
    with FcgiStream(responder.socket, environment("/sselog/stream", "history=20", HTTP_ACCEPT_ENCODING="gzip")) as viewer:
        assert viewer.headers["content-encoding"] == "gzip"
        wait_until(lambda: figures(responder)["sselog_deliveries_total"] == 20, "history")
    now = figures(responder)
    content, sent = now["sselog_gzip_content_bytes_total"], now["sselog_gzip_sent_bytes_total"]
    assert 20 * 300 < content < 20 * 600 and 0 < sent < content / 5 and sent <= now["sselog_sent_bytes_total"]
    assert 20 * 300 < now["sselog_gzip_deflated_bytes_total"] <= content


def test_livez_needs_no_redis(stack, redis):
    responder = stack.responder(redis)
    wait_until(lambda: ask(responder, "/healthz").status == 200, "Redis")
    redis.stop()
    assert ask(responder, "/healthz").status == 503
    assert ask(responder, "/livez", REMOTE_ADDR="192.0.2.1").status == 200


@pytest.mark.skipif(not faults.can_build(), reason="no compiler")
def test_livez_tells_that_the_relay_is_stalled(stack, redis):
    setup = stack.setup(redis)
    control = setup.dir / "stalled"
    control.write_bytes(b"\0")

    def stall(yes):
        with open(control, "r+b") as f:
            f.write(bytes([yes]))

    setup.options.update(LD_PRELOAD=str(faults.library("stalled_relay")), STALLED_RELAY=str(control))
    responder = stack.responder(setup=setup)
    assert ask(responder, "/livez").status == 200
    # The time of a relay that waits does not run.
    wait_until(lambda: not any(figures(responder)["sselog_relay_turn_seconds"] for _ in range(10)), "a relay that waits")
    stall(True)
    redis.add("log", "this wakes the relay")
    wait_until(lambda: ask(responder, "/livez").status == 503, "the relay is stalled")
    answer = ask(responder, "/livez")
    assert re.fullmatch(rb"the relay has not turned for (59|6\d) s\n", answer.raw)
    assert figures(responder)["sselog_relay_turn_seconds"] >= 59
    stall(False)
    wait_until(lambda: ask(responder, "/livez").status == 200, "turns again")


@pytest.mark.threads
def test_signal_turns_debug_on_and_off(stack, redis):
    responder = stack.responder(redis, log_level="warning")

    def level(name):
        os.kill(responder.pid, signal.SIGUSR2)
        line = rf"^{TIME}info diag: the log level is {name} now$"
        wait_until(lambda: re.search(line, responder.output(), re.M), name)

    ask(responder, "/nowhere")
    level("debug")
    ask(responder, "/nowhere")
    wait_until(lambda: "why=not-found" in responder.output(), "a line of level debug")
    level("warning")
    ask(responder, "/nowhere?x")
    assert len(re.findall("why=not-found", responder.output())) == 1
    assert ask(responder, "/livez").status == 200


def test_rules_and_configuration_are_right(tmp_path):
    rules = promtool("check", "rules", PROMETHEUS / "sselog.rules.yml")
    assert rules.returncode == 0, rules.stderr
    text = (PROMETHEUS / "prometheus.yml").read_text()
    for name in re.findall(r"/etc/prometheus/([\w.]+)", text):
        (tmp_path / name).touch()
    (tmp_path / "sselog.rules.yml").symlink_to(PROMETHEUS / "sselog.rules.yml")
    (tmp_path / "prometheus.yml").write_text(text.replace("/etc/prometheus", str(tmp_path)))
    config = promtool("check", "config", tmp_path / "prometheus.yml")
    assert config.returncode == 0, config.stdout + config.stderr


def test_alerts_ask_for_statuses_that_are_counted():
    """A status that sselog counts as another one would never be seen."""
    source = "".join((webs.TOP / f"front/figures.{kind}").read_text() for kind in "hc")
    counted = re.search(r"\{[\s\\]*((?:\d{3},\s*)+)0,?[\s\\]*\}", source)[1]
    rules = (PROMETHEUS / "sselog.rules.yml").read_text()
    asked = {code for codes in re.findall(r'code=~?"([\d|]+)"', rules) for code in codes.split("|")}
    assert {"401", "500", "507"} <= asked <= set(re.findall(r"\d{3}", counted))


@pytest.mark.long
def test_rules_sum_over_processes_and_alert():
    """The figures of tests/watching/rules.yml: also of processes that answer in turns, or were replaced."""
    tested = promtool("test", "rules", webs.TOP / "tests/watching/rules.yml")
    assert tested.returncode == 0, tested.stdout + tested.stderr
    alerts = re.findall(r"- alert: (\w+)", (PROMETHEUS / "sselog.rules.yml").read_text())
    text = (webs.TOP / "tests/watching/rules.yml").read_text()
    fired = re.findall(r"alertname: (\w+)\n +exp_alerts:\n", text)
    assert set(fired) == set(alerts)


def expressions():
    """Of the dashboard and of the rules: (place, expression without the variables of Grafana)."""
    board = json.loads((PROMETHEUS / "grafana-dashboard.json").read_text())
    found = [(panel["title"], target["expr"]) for panel in board["panels"] for target in panel["targets"]]
    found += [(note["name"], note["expr"]) for note in board["annotations"]["list"]]
    found += [(v["name"], v["query"].split("(", 1)[1].rsplit(",", 1)[0]) for v in board["templating"]["list"]
              if v["type"] == "query"]
    assert len(found) > 20
    return [(place, expr.replace("$__rate_interval", "5m")) for place, expr in found]


def test_dashboard_asks_what_can_be_answered(stack, redis, tmp_path):
    """Each expression is right, and each figure in it, or in the rules, is in /metrics or is recorded."""
    rules = "".join(f"  - record: x{i}\n    expr: {json.dumps(expr)}\n" for i, (_, expr) in enumerate(expressions()))
    (tmp_path / "rules.yml").write_text(f"groups:\n- name: dashboard\n  rules:\n{rules}")
    checked = promtool("check", "rules", tmp_path / "rules.yml")
    assert checked.returncode == 0, checked.stderr
    text = (PROMETHEUS / "sselog.rules.yml").read_text()
    recorded = set(re.findall(r"record: (\S+)", text))
    there = {key if isinstance(key, str) else key[0] for key in figures(stack.responder(redis))}
    places = [("rules", re.sub(r"#.*|(record|summary|description): .*", "", text)), *expressions()]
    for place, expr in places:
        named = set(re.findall(r"(?<![\w:])(?:(?:sselog|process)_\w+|\w+:\w+:\w+)(?![\w:])", expr))
        assert named and named <= there | recorded, (place, named - there - recorded)


class Prometheus:
    """Runs examples/prometheus with other targets and short intervals. secrets: {file of /etc/prometheus: text}."""

    def __init__(self, directory, targets, secrets):
        self.dir = directory
        for name, text in secrets.items():
            (self.dir / name).write_text(text)
        rules = (PROMETHEUS / "sselog.rules.yml").read_text()
        (self.dir / "sselog.rules.yml").write_text(rules.replace("[5m:15s]", "[5m:1s]"))
        text = (PROMETHEUS / "prometheus.yml").read_text().replace("/etc/prometheus", str(self.dir))
        text = text.replace("username: prometheus", "username: ann")
        text = text.replace("_interval: 15s", "_interval: 250ms").replace("scheme: https", "scheme: http")
        for target, port in targets.items():
            text = text.replace(target, f"127.0.0.1:{port}")
        (self.dir / "prometheus.yml").write_text(text)
        self.port = free_port()
        self.child = Child(["prometheus", f"--config.file={self.dir}/prometheus.yml", f"--storage.tsdb.path={self.dir}/data",
                            f"--web.listen-address=127.0.0.1:{self.port}"], log=self.dir / "prometheus.log")

    def ask(self, query):
        """{job: value}"""
        try:
            answer = get(self.port, "/api/v1/query?" + urllib.parse.urlencode({"query": query}))
        except OSError:  # it starts
            assert self.child.running(), self.output()
            return {}
        result = json.loads(answer.raw)["data"]["result"] if answer.status == 200 else []
        return {sample["metric"]["job"]: float(sample["value"][1]) for sample in result}

    def output(self):
        return self.child.output()

    def stop(self):
        self.child.kill()


def test_prometheus_reads_and_sums_the_processes_behind_a_web_server(stack, redis):
    """By password where three processes answer in turns, and as an administrator with a bearer key."""
    redis.client.set(bearer_key("topsecret"), '{"user_id":"prometheus","role":"watcher"}')
    others = [stack.responder(redis, auth="remote_user", stream="log") for _ in range(2)]
    pool = " ".join(f"server unix:{responder.socket};" for responder in others)

    def add_pool(text):
        own = re.search(r"fastcgi_pass (unix:.*);", text)[1]
        return text.replace(own, "pool").replace("    server {", f"    upstream pool {{ server {own}; {pool} }}\n    server {{")

    by_password = stack.server("nginx", redis, auth="remote_user", stream="log", web={"auth": True, "edit": add_pool})
    by_key = stack.server("lighttpd", redis, auth="bearer", stream="log", admin_roles="watcher", trusted="127.0.0.1")
    login = {"Authorization": "Basic " + base64.b64encode(f"ann:{webs.PASSWORD}".encode()).decode()}
    for _ in range(5):
        stack.keep(Stream(by_password.port, "/sselog/stream", login)).read_until_live()
    prometheus = stack.keep(Prometheus(
        stack.directory(), {"127.0.0.1:80": by_password.port, "log.example.org": by_key.port},
        {"sselog.password": webs.PASSWORD, "sselog.key": "topsecret"}))
    wait_until(lambda: prometheus.ask("instance:sselog_processes:count") == {"sselog": 3, "sselog-remote": 1}, "processes")
    wait_until(lambda: prometheus.ask("instance:sselog_viewers:sum") == {"sselog": 5, "sselog-remote": 0}, "viewers")
    wait_until(lambda: prometheus.ask("min by (job) (up)") == {"sselog": 1, "sselog-remote": 1}, "answers to all")
