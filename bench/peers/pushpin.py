# SPDX-License-Identifier: MIT
"""pushpin: Debian's packages of it, of condure and of zurl, and an application behind it.

The application only says which channel a viewer gets; it is not counted.  pushpin's own limit of
messages a second is off: with it, records that follow each other closely wait for a pause."""
import http.server
import threading

import kit
from peers.peer import KEEPALIVE_S, Peer

LIBRARY = "/usr/lib/pushpin"

ZURL = """
[General]
in_spec=ipc://{directory}/zurl-in
in_stream_spec=ipc://{directory}/zurl-in-stream
out_spec=ipc://{directory}/zurl-out
defpolicy=allow
max_open_requests=10000
"""


class Application(http.server.BaseHTTPRequestHandler):
    """Answers each request with pushpin's instructions: hold the stream, in the channel of the path."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = b"event: live\ndata: {}\n\n"
        self.send_response(200)
        for name, value in (
                ("Content-Type", "text/event-stream"), ("Content-Length", str(len(body))),
                ("Grip-Hold", "stream"), ("Grip-Channel", self.path.rpartition("/")[2]),
                ("Grip-Keep-Alive", f":\\n\\n; format=cstring; timeout={KEEPALIVE_S}")):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nothing."""


class Pushpin(Peer):
    cannot = {case: f"pushpin keeps no records; the application must {what}" for case, what in (
        ("history", "send the history"), ("reconnect", "send what a viewer missed"),
        ("poll", "answer polls"))}

    def __init__(self, site):
        super().__init__(site)
        application = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Application)
        threading.Thread(target=application.serve_forever, daemon=True).start()
        site.on_exit.callback(application.server_close)
        site.on_exit.callback(application.shutdown)
        self.publish_port = kit.free_port()
        with open(f"{LIBRARY}/internal.conf", encoding="utf-8") as f:
            internal = f.read().replace("ipc:///var/run/zurl/", f"ipc://{site.dir}/")
        zurl = self.write("zurl.conf", ZURL.format(directory=site.dir))
        self.write("internal.conf", internal)
        self.write("routes", f"* 127.0.0.1:{application.server_port}\n")
        helper = site.start(["zurl", f"--config={zurl}"])
        site.port, process = site.start_on_port("pushpin", self.command)
        self.roots = [process.pid, helper.pid]
        kit.wait_for("pushpin's publishing port", lambda: kit.accepts_port(self.publish_port))

    def write(self, name, text):
        with open(f"{self.site.dir}/{name}", "w", encoding="utf-8") as f:
            f.write(text)
        return f.name

    def command(self, port):
        """Debian's configuration with other ports and places."""
        directory = self.site.dir
        text = kit.adapted("/etc/pushpin/pushpin.conf", [(rf"(?m)^{name}=.*$", f"{name}={value}") for name, value in {
            "include": f"{directory}/internal.conf", "rundir": directory, "logdir": directory,
            "http_port": f"127.0.0.1:{port}", "log_level": 1, "routesfile": f"{directory}/routes",
            "push_in_spec": f"tcp://127.0.0.1:{self.publish_port}", "push_in_http_port": kit.free_port(),
            "push_in_sub_specs": f"ipc://{directory}/sub", "command_spec": f"ipc://{directory}/command",
            "message_rate": 0}.items()])
        return ["pushpin", f"--config={self.write('pushpin.conf', text)}"]

    def path(self, log):
        return f"/{log}"

    def publish(self, log, rate, count, logs=1, seconds=3600):
        return kit.run_json(self.site.tool("publish"), "-f", "grip", "-p", self.publish_port, "-u", log,
                            "-m", logs, "-r", rate, "-n", count, "-s", kit.PAYLOAD, "-t", seconds)
