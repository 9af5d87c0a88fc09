# SPDX-License-Identifier: MIT
"""The units of packaging/ under a real systemd, in a Debian of its own (tests/lib/sandbox.py): `make check-systemd`.

tests/test_units.py has the same under a scripted manager, and tests/test_setups.py a first start."""
import re
import threading
from pathlib import Path

import pytest
import redis as redis_module

import load
import sandbox
from fcgi import FcgiStream, environment, fcgi_get
from procs import wait_until

pytestmark = pytest.mark.skipif(not sandbox.available(), reason="needs root and namespaces of its own")

OPTIONS = "SSELOG_AUTH=anonymous\nSSELOG_STREAM=log\n"


class Service:
    """sselog.socket and sselog.service, with Redis beside them. Tests reach their sockets from outside."""

    def __init__(self, stack):
        self.debian = debian = stack.keep(sandbox.Sandbox(stack.directory(), systemd=True))
        debian.start("redis-server --save '' --dir /tmp --unixsocket /tmp/redis.sock", "redis-cli ping | grep -q PONG")
        debian.sh("cp /tmp/build/sselog /usr/local/bin/; mkdir /etc/sselog")
        self.options(OPTIONS)
        debian.sh("cp packaging/sselog.socket packaging/sselog.service /etc/systemd/system/; systemctl daemon-reload")
        debian.sh("systemctl enable --now sselog.socket")
        root = Path(f"/proc/{debian.init()}/root")
        self.socket = root / "run/sselog/sselog.sock"
        self.client = redis_module.Redis(unix_socket_path=str(root / "tmp/redis.sock"))

    def options(self, text):
        self.debian.sh("cat >/etc/sselog/new && mv /etc/sselog/new /etc/sselog/sselog.conf", text.encode())

    def add(self, key, data):
        return self.client.xadd(key, {"data": data}).decode()

    def ask(self, path="/sselog/healthz"):
        return fcgi_get(self.socket, environment(path, HTTP_ACCEPT="*/*"))

    def follow(self, params=None):
        return FcgiStream(self.socket, params or environment("/sselog/stream"))

    def show(self, name):
        return self.debian.sh(f"systemctl show -P {name} sselog.service").strip()

    def journal(self, *options):
        return self.debian.sh(f"journalctl -o cat -u sselog.service {' '.join(options)}")


@pytest.fixture
def service(stack):
    return Service(stack)


def test_typo_is_corrected_and_served_without_a_command(service):
    service.options("SSELOG_STREEM=log\n")
    answers = []
    client = threading.Thread(target=lambda: answers.append(service.ask().status), daemon=True)
    client.start()
    wait_until(lambda: int(service.show("NRestarts")) >= 3, "failed starts")
    assert service.debian.sh("systemctl is-active sselog.socket") == "active\n"
    assert "did you mean SSELOG_STREAM?" in service.journal("-p err")
    service.options(OPTIONS)
    client.join(20)
    assert answers == [200]


def test_state_is_told(service):
    assert service.ask().status == 200
    assert (service.show("ActiveState"), service.show("Type"), service.show("WatchdogUSec")) == ("active", "notify", "30s")
    with service.follow() as viewer:
        viewer.read_until_live()
        wait_until(lambda: service.show("StatusText") == "1 viewer; Redis is there", "the status")
    assert "serving, version" in service.journal("-p info") and "serving" not in service.journal("-p warning")
    assert "SSELOG_" not in service.journal(), "what -t prints is not in the journal"
    assert service.show("StandardError") == "journal"


def test_reload_ends_no_stream(service):
    with service.follow() as viewer:
        viewer.read_until_live()
        pid = service.show("MainPID")
        for n in range(20):
            service.options(OPTIONS + f"SSELOG_KEEPALIVE={100 + n}\n")
            service.debian.sh("systemctl reload sselog")
            service.add("log", str(n))
        assert [r.data for r in viewer.read_records(20)] == [str(n) for n in range(20)]
        service.options(OPTIONS + "SSELOG_KEEPALIV=1\n")
        assert "1\n" == service.debian.sh("systemctl reload sselog >/dev/null 2>&1 && echo 0 || echo 1")
        assert "did you mean SSELOG_KEEPALIVE?" in service.journal("-p err")
        service.options(OPTIONS.replace("=log", "=log-other"))
        service.debian.sh("systemctl reload sselog")
        service.add("log-other", "of the new log")
        assert b"of the new log" in service.ask("/sselog/history").raw
        assert (service.show("ActiveState"), service.show("MainPID"), service.show("NRestarts")) == ("active", pid, "0")


def test_process_that_hangs_is_killed_and_replaced(service):
    service.debian.sh("""mkdir /etc/systemd/system/sselog.service.d
        printf '[Service]\\nWatchdogSec=6\\n' >/etc/systemd/system/sselog.service.d/quick.conf; systemctl daemon-reload""")
    assert service.ask().status == 200
    pid = service.show("MainPID")
    service.debian.sh(f"kill -STOP {pid}")
    assert service.ask().status == 200  # by the next process
    assert service.show("MainPID") != pid and service.show("NRestarts") == "1"
    assert "watchdog" in service.debian.sh("journalctl -o cat _PID=1")


def test_upgrades_and_restarts_under_load_refuse_nothing_and_lose_nothing(service):
    assert service.ask().status == 200
    version = service.debian.sh("sselog -V").split()[1].rstrip(",")
    newer = version[:-1] + "9"
    with load.Load(service, "log", service.follow) as running:
        for n in range(6):
            running.wait_for_more()
            if n == 2:
                service.debian.sh(f"""sed 's/{re.escape(version)}/{newer}/g' /usr/local/bin/sselog >/usr/local/bin/new
                                      chmod 755 /usr/local/bin/new; mv /usr/local/bin/new /usr/local/bin/sselog""")
            service.debian.sh("systemctl restart sselog")
        running.wait_for_more()
    print(f"{running.asked} requests, {len(running.ids)} records")
    assert running.failures == []
    running.assert_complete()
    assert re.findall(r"serving, version (\S+)", service.journal())[-1] == newer
    assert service.show("NRestarts") == "0"
