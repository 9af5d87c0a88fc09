# SPDX-License-Identifier: MIT
"""nginx and Apache before a responder, from the shipped examples."""
import contextlib
import os
import re
import shutil

import kit

# Apache has a thread for each viewer.
APACHE_THREADS, APACHE_PROCESSES = 500, 12
APACHE_MODULES = "mpm_event authn_core authz_core alias dir mime env setenvif headers".split()


def nginx(site, responder):
    def command(port):
        with open(f"{site.dir}/nginx.conf", "w", encoding="utf-8") as f:
            f.write("daemon off;\n" + kit.adapted("examples/nginx.conf", (
                (kit.WHO_MAY_LOOK, ""),
                (r"(?m)^user .*$", kit.nginx_user()),
                (r"(?m)^pid .*$", f"pid {site.dir}/nginx.pid;"),
                (r"(?m)^error_log .*$", f"error_log {site.dir}/nginx.log;"),
                (r"(?m)^worker_rlimit_nofile .*$", f"worker_rlimit_nofile {site.files};"),
                (r"worker_connections \d+;", f"worker_connections {site.files // 2};"),
                (r"access_log /.*;", "access_log off;"),
                (r"listen 127.0.0.1:8080;", f"listen 127.0.0.1:{port} backlog=4096;"),
                (r"unix:/run/sselog/sselog.sock;", f"unix:{responder};"))))
        return [kit.program("nginx"), "-c", f.name]
    return site.start_on_port("nginx", command)


# Without password, page and access log.
APACHE_CHANGES = ((kit.WHO_MAY_LOOK, "Require all granted\n"), (r'(?m)^Alias "/log" .*$', ""),
                  (r"(?m)^GlobalLog .*$", ""))


def apache(site, responder):
    example = kit.adapted("apache-example.conf", (
        *APACHE_CHANGES, (r'"unix:/run/sselog/sselog.sock\|', f'"unix:{responder}|')))
    return start_apache(site, example, "SSELOG_PROXY", ["proxy", "proxy_fcgi"])


def fcgid(site, program, options):
    """Apache that starts the program with mod_fcgid, from a directory that Apache's user may enter."""
    copy = shutil.copy(program, f"{site.dir}/sselog")
    environment = "\n".join(f'FcgidInitialEnv {name} "{value}"' for name, value in options.items())
    own_files = f'FcgidIPCDir "{site.dir}/fcgid"\nFcgidProcessTableFile "{site.dir}/fcgid.shm"\n'
    example = own_files + kit.adapted("apache-example.conf", (
        *APACHE_CHANGES, (r'(?m)^    Alias "/sselog" "/usr/local/bin/sselog"', f'Alias "/sselog" "{copy}"'),
        (r"(?m)^ *FcgidInitialEnv SSELOG_REDIS .*\n *FcgidInitialEnv SSELOG_STREAM .*$", environment)))
    port, web = start_apache(site, example, "SSELOG_FCGID", ["fcgid"])
    site.on_exit.callback(remove_shared_memory, web)
    return port, web


def remove_shared_memory(apache):
    """mod_fcgid leaves its file behind."""
    with contextlib.suppress(OSError), open(f"/proc/{apache.pid}/maps", encoding="utf-8") as f:
        for file in set(re.findall(r"/dev/shm/ShM\.\w+", f.read())):
            os.unlink(file)


def start_apache(site, example, define, modules):
    """Starts Apache with the lines that a distribution has around the example."""
    loads = "".join(f"LoadModule {m}_module /usr/lib/apache2/modules/mod_{m}.so\n" for m in APACHE_MODULES + modules)
    user = "User www-data\nGroup www-data\n" if os.geteuid() == 0 else ""
    os.chmod(site.dir, 0o755)

    def command(port):
        with open(f"{site.dir}/apache.conf", "w", encoding="utf-8") as f:
            f.write(f'ServerRoot "{site.dir}"\nServerName localhost\nListen 127.0.0.1:{port}\n'
                    f'ListenBacklog 4096\n{loads}{user}PidFile "{site.dir}/apache.pid"\n'
                    f'ErrorLog "{site.dir}/apache.log"\nDefaultRuntimeDir "{site.dir}"\n'
                    f'Mutex "file:{site.dir}"\nTypesConfig /dev/null\n'
                    f'ThreadLimit {APACHE_THREADS}\nThreadsPerChild {APACHE_THREADS}\n'
                    f'ServerLimit {APACHE_PROCESSES}\nStartServers {APACHE_PROCESSES}\n'
                    f'MaxRequestWorkers {APACHE_THREADS * APACHE_PROCESSES}\n'
                    f'MaxSpareThreads {APACHE_THREADS * APACHE_PROCESSES}\n' + example)
        return [kit.program("apache2"), "-DFOREGROUND", f"-D{define}", "-f", f.name]
    return site.start_on_port("apache", command)


SERVERS = {"nginx": nginx, "apache": apache}
