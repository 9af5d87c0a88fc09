/* SPDX-License-Identifier: MIT */
/* local: see local.h. */
#include "doctor/local.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#ifdef SSELOG_STATIC
#include <nss.h>
#endif

#include "base/harden.h"
#include "identity/jwtcheck.h"
#include "redis/tls.h"

#define SPARE_FILES 32 /* descriptors that are no viewers */

static const struct check OPTIONS_CHECK = {"D1", "options"};
static const struct check LIBRARIES = {"D3", "libraries"};
static const struct check SOCKET = {"D4", "socket"};
static const struct check LIMITS = {"D5", "limits"};

/* ---- the user and the options ---- */

/* A static program must load no library of another C library: names come from /etc/passwd and
 * /etc/group only.  The call of glibc fails only without memory, and then nothing is loaded. */
static void limit_name_services(void)
{
#ifdef SSELOG_STATIC
    static const char *const services[] = {"passwd", "group", "initgroups"};
    for (size_t i = 0; i < sizeof services / sizeof *services; i++)
        __nss_configure_lookup(services[i], "files");
#endif
}

int local_become(const struct doctor_options *o, struct report *r)
{
    limit_name_services();
    if (!o->as)
        return 0;
    const struct passwd *p = getpwnam(o->as);
    if (!p) {
        report_add(r, FINDING_FAIL, OPTIONS_CHECK, "give an existing user after --as",
                   "there is no user %s", o->as);
        return -1;
    }
    if (p->pw_uid == geteuid())
        return 0;
    if (initgroups(p->pw_name, p->pw_gid) || setgid(p->pw_gid) || setuid(p->pw_uid)) {
        report_add(r, FINDING_FAIL, OPTIONS_CHECK, "run sselog doctor --as as root",
                   "cannot become the user %s: %s", o->as, strerror(errno));
        return -1;
    }
    return 0;
}

static void add_risk(void *arg, const char *line)
{
    report_add(arg, FINDING_WARN, OPTIONS_CHECK, NULL, "%s", line);
}

static const char *name_of_user(uid_t id, char number[12])
{
    const struct passwd *p = getpwuid(id);
    snprintf(number, 12, "%u", (unsigned)id);
    return p ? p->pw_name : number;
}

struct config_base *local_load(const struct doctor_options *o, char *const *environment,
                               struct report *r)
{
    struct buf why;
    char number[12];
    const char *user = name_of_user(geteuid(), number);
    buf_init(&why, 1024);
    struct config_base *base = config_load(o->file, environment, &why);
    if (!base)
        report_add(r, FINDING_FAIL, OPTIONS_CHECK,
                   strstr(why.p ? why.p : "", strerror(EACCES))
                       ? "let the user that serves read this file, and no other"
                       : "correct this; sselog -t prints all options",
                   "as user %s: %s", user, why.p ? why.p : "out of memory");
    buf_free(&why);
    if (!base)
        return NULL;
    report_add(r, FINDING_OK, OPTIONS_CHECK, NULL, "right, all files readable as user %s", user);
    config_warn(base, add_risk, r);
    bool serves = o->as && !o->socket;
    const char *root = serves ? harden_refuse_root(config_of(base)->allow_root) : NULL;
    if (root)
        report_add(r, FINDING_FAIL, OPTIONS_CHECK, "let another user serve", "%s", root);
    return base;
}

/* ---- libraries ---- */

void local_libraries(const struct config *c, struct report *r)
{
    struct buf why;
    buf_init(&why, 1024);
    bool failed = (c->redis.tls && redis_tls_start(c->redis.host, &why)) ||
                  (c->jwt_key.len > 0 && jwtcheck_start(c, &why));
    if (failed)
        report_add(r, FINDING_FAIL, LIBRARIES, "install the library, or correct the option", "%s",
                   why.p ? why.p : "out of memory");
    else
        report_add(r, FINDING_OK, LIBRARIES, NULL, "all that the options need are loaded");
    buf_free(&why);
}

/* ---- limits ---- */

/* The hard limit of open files of a process that is no child of ours. 0: unknown. */
static unsigned long files_of(pid_t pid)
{
    char path[64], line[256];
    unsigned long soft, hard = 0;
    snprintf(path, sizeof path, "/proc/%d/limits", (int)pid);
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "Max open files %lu %lu", &soft, &hard) == 2)
            break;
    if (f)
        fclose(f);
    return hard;
}

/* sselog raises its limit to the hard one. */
static void check_files(const struct config *c, unsigned long files, const char *whose,
                        struct report *r)
{
    unsigned long wanted = (unsigned long)c->max_viewers + SPARE_FILES;
    if (files < wanted)
        report_add(r, FINDING_WARN, LIMITS,
                   "raise LimitNOFILE= of the service, or `ulimit -Hn`, or lower "
                   "SSELOG_MAX_VIEWERS",
                   "%s may open %lu files, fewer than SSELOG_MAX_VIEWERS=%u needs", whose, files,
                   c->max_viewers);
    else
        report_add(r, FINDING_OK, LIMITS, NULL, "%s may open %lu files, enough for %u viewers",
                   whose, files, c->max_viewers);
}

static void check_own_files(const struct config *c, struct report *r)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        check_files(c, limit.rlim_max, "a program started from here", r);
}

/* ---- the socket ---- */

static int connect_or_close(int fd, const struct sockaddr *address, socklen_t len)
{
    if (fd >= 0 && connect(fd, address, len) && errno != EAGAIN && errno != EINPROGRESS) {
        int saved = errno;
        close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

/* Connects to a Unix socket. The descriptor, or -1 with errno. */
static int connect_path(const char *path)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof name.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(name.sun_path, path, strlen(path) + 1);
    return connect_or_close(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
                            (struct sockaddr *)&name, sizeof name);
}

/* Connects to 127.0.0.1:PORT or [::1]:PORT, as above. On loopback a refusal is told at once. */
static int connect_port(const char *where)
{
    const char *colon = strrchr(where, ':');
    uint64_t port;
    if (!colon || slice_number(slice_of(colon + 1), 1, 65535, &port)) {
        errno = EINVAL;
        return -1;
    }
    struct sockaddr_in v4 = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6,
                              .sin6_port = htons((uint16_t)port),
                              .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    bool six = where[0] == '[';
    int fd = socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return six ? connect_or_close(fd, (struct sockaddr *)&v6, sizeof v6)
               : connect_or_close(fd, (struct sockaddr *)&v4, sizeof v4);
}

/* The first directory on the way to path that this user may not enter; "": none. */
static void closed_directory(const char *path, char out[PATH_MAX])
{
    for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(out, PATH_MAX, "%.*s", (int)(slash - path), path);
        if (access(out, X_OK))
            return;
    }
    out[0] = '\0';
}

/* Mode, owner and group of the file, with the group's members. */
static void describe(const struct stat *st, struct buf *out)
{
    char number[12];
    const char *user = name_of_user(st->st_uid, number);
    buf_addf(out, "mode %04o, user %s", (unsigned)st->st_mode & 07777, user);
    const struct group *g = getgrgid(st->st_gid);
    if (!g) {
        buf_addf(out, ", group %u", (unsigned)st->st_gid);
        return;
    }
    buf_addf(out, ", group %s", g->gr_name);
    for (char **member = g->gr_mem; *member; member++)
        buf_addf(out, "%s%s", member == g->gr_mem ? " with " : ", ", *member);
}

static void add_unconnected(const char *path, const char *description, int error, struct report *r)
{
    char directory[PATH_MAX], number[12];
    const char *user = name_of_user(geteuid(), number);
    closed_directory(path, directory);
    if (error == EACCES && directory[0])
        report_add(r, FINDING_FAIL, SOCKET,
                   "let the web server's group enter this directory: chgrp www-data, chmod 0750",
                   "user %s may not enter %s", user, directory);
    else if (error == EACCES)
        report_add(r, FINDING_FAIL, SOCKET,
                   "put the web server's user into this group, or give the socket the web server's "
                   "group (SocketGroup=www-data in sselog.socket)",
                   "user %s may not connect to %s: %s", user, path, description);
    else if (error == ECONNREFUSED)
        report_add(r, FINDING_FAIL, SOCKET, "start sselog: systemctl start sselog.socket",
                   "nobody listens at %s: a process that ended left it", path);
    else
        report_add(r, FINDING_FAIL, SOCKET, NULL, "%s: %s", path, strerror(error));
}

static void add_missing(const char *path, int error, struct report *r)
{
    char directory[PATH_MAX];
    closed_directory(path, directory);
    if (directory[0] && error == ENOENT)
        report_add(r, FINDING_FAIL, SOCKET,
                   "make it at each boot by packaging/sselog.tmpfiles.conf, or use "
                   "packaging/sselog.socket, which makes it",
                   "there is no directory %s", directory);
    else if (error == ENOENT)
        report_add(r, FINDING_FAIL, SOCKET,
                   "start sselog: systemctl start sselog.socket, or sselog -s PATH",
                   "there is no %s", path);
    else
        add_unconnected(path, "", error, r);
}

/* Finds the process that listens, and whether it may open enough files. systemd listens for a
 * service that may not run yet. */
static void check_listener(int fd, const struct config *c, struct report *r)
{
    struct ucred peer;
    socklen_t len = sizeof peer;
    char path[64], program[PATH_MAX] = "";
    unsigned long files = 0;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.pid > 1) {
        snprintf(path, sizeof path, "/proc/%d/exe", (int)peer.pid);
        ssize_t n = readlink(path, program, sizeof program - 1);
        files = n < 0 || strstr(program, "sselog") ? files_of(peer.pid) : 0;
    }
    snprintf(path, sizeof path, "process %d, which listens,", (int)peer.pid);
    if (files > 0)
        check_files(c, files, path, r);
    else
        check_own_files(c, r);
}

static void check_socket(const char *path, const struct config *c, struct report *r)
{
    struct stat st;
    struct buf description;
    if (stat(path, &st)) {
        add_missing(path, errno, r);
        return;
    }
    if (!S_ISSOCK(st.st_mode)) {
        report_add(r, FINDING_FAIL, SOCKET, "give the path of the socket", "%s is no socket", path);
        return;
    }
    buf_init(&description, 4096);
    describe(&st, &description);
    const char *text = description.p ? description.p : "";
    int fd = connect_path(path);
    if (fd < 0)
        add_unconnected(path, text, errno, r);
    else if (st.st_mode & S_IWOTH)
        report_add(r, FINDING_WARN, SOCKET, "chmod o= the socket, or start sselog with -m 0660",
                   "every user of this machine can connect to %s and claim any identity: %s", path,
                   text);
    else
        report_add(r, FINDING_OK, SOCKET, NULL, "%s accepts connections: %s", path, text);
    if (fd >= 0) {
        check_listener(fd, c, r);
        close(fd);
    }
    buf_free(&description);
}

static void check_port(const char *where, const struct config *c, struct report *r)
{
    int fd = connect_port(where);
    if (fd < 0)
        report_add(r, FINDING_FAIL, SOCKET, "start sselog -s with this address", "%s: %s", where,
                   strerror(errno));
    else
        report_add(r, FINDING_WARN, SOCKET, "use a Unix socket of mode 0660",
                   "every user of this machine can connect to %s and claim any identity", where);
    if (fd >= 0)
        close(fd);
    check_own_files(c, r);
}

void local_socket(const struct doctor_options *o, const struct config *c, struct report *r)
{
    if (!o->socket)
        check_own_files(c, r);
    else if (strncmp(o->socket, "127.0.0.1:", 10) == 0 || strncmp(o->socket, "[::1]:", 6) == 0)
        check_port(o->socket, c, r);
    else
        check_socket(o->socket, c, r);
}
