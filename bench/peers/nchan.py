# SPDX-License-Identifier: MIT
"""nchan: nginx with Debian's module, one location to publish and one to subscribe."""
import kit
from peers.peer import HISTORY, KEEPALIVE_S, Peer

# For many logs.  The records of one log come over one connection, because more would change their order and
# did not make nchan faster.
CONNECTIONS = 8

CONFIG = """
load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
{user}
worker_processes {workers};
worker_rlimit_nofile {files};
daemon off;
pid {directory}/nginx.pid;
error_log {directory}/nginx.log;
events {{ worker_connections {connections}; }}
http {{
    access_log off;
    nchan_shared_memory_size 1024M;
    {upstream}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        keepalive_requests 1000000000;
        location ~ ^/pub/(.+)$ {{
            nchan_publisher;
            nchan_channel_id $1;
            nchan_message_buffer_length {history};
            nchan_message_timeout 1h;
            {store}
        }}
        location ~ ^/sub/(.+)$ {{
            nchan_subscriber eventsource;
            nchan_channel_id $1;
            nchan_subscriber_first_message oldest;
            nchan_eventsource_ping_interval {keepalive};
            {store}
        }}
    }}
}}
"""


class Nchan(Peer):
    first_frame = True
    cannot = {"poll": "nothing in a stream says that a viewer has all there is"}

    def __init__(self, site, store, workers):
        super().__init__(site)
        self.store, self.workers = store, workers
        site.port, process = site.start_on_port("nginx", self.command)
        self.roots = [process.pid]
        if store == "redis":
            kit.wait_for("nchan's connections to Redis", self.connected)

    def connected(self):
        """Whether each worker listens to Redis.  A viewer that comes before that waits for ever."""
        return len(kit.redis(self.site, "CLIENT", "LIST", "TYPE", "pubsub").splitlines()) == self.workers

    def command(self, port):
        redis, site = self.store == "redis", self.site
        with open(f"{site.dir}/nchan.conf", "w", encoding="utf-8") as f:
            f.write(CONFIG.format(
                user=kit.nginx_user(), workers=self.workers, files=site.files, directory=site.dir,
                connections=site.files // 2, port=port, history=HISTORY, keepalive=KEEPALIVE_S,
                upstream=f"upstream redis {{ nchan_redis_server {site.redis_url}; }}" if redis else "",
                store="nchan_redis_pass redis;" if redis else ""))
        return [kit.program("nginx"), "-c", f.name]

    def path(self, log):
        return f"/sub/{log}"

    def publish(self, log, rate, count, logs=1, seconds=3600):
        return kit.run_json(self.site.tool("publish"), "-p", self.site.port, "-u", f"/pub/{log}",
                            "-m", logs, "-r", rate, "-n", count, "-s", kit.PAYLOAD,
                            "-c", CONNECTIONS, "-t", seconds)
