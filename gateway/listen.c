/* SPDX-License-Identifier: MIT */
/* listen: see listen.h. */
#include "gateway/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/diag.h"

#define BACKLOG   1024
#define PASSED_FD 3 /* SD_LISTEN_FDS_START */

static int failed(int fd, struct buf *why, const char *where, const char *what)
{
    buf_addf(why, "%s: %s: %s", where, what, strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Logs which process listened at the path until now. connect fails at once if its queue is full or
 * if no process listens. */
static void log_former(const char *path, const struct sockaddr_un *a)
{
    struct ucred who;
    socklen_t len = sizeof who;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)a, sizeof *a) == 0 &&
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0)
        diag(DIAG_INFO, "listen", "%s is taken over from process %d, which can be stopped now",
             path, (int)who.pid);
    if (fd >= 0)
        close(fd);
}

/* Writes another name in the directory of the path: `.PID`. -1: it is too long. */
static int second_name(const char *path, struct sockaddr_un *a)
{
    const char *slash = strrchr(path, '/');
    int dir = slash ? (int)(slash - path) + 1 : 0;
    int len = snprintf(a->sun_path, sizeof a->sun_path, "%.*s.%d", dir, path, (int)getpid());
    return len < 0 || (size_t)len >= sizeof a->sun_path ? -1 : 0;
}

/* Makes a socket that listens at a. -1 with errno and *what. */
static int listen_there(const struct sockaddr_un *a, mode_t mode, const char **what)
{
    *what = "bind";
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    mode_t before = umask(0777); /* no client can connect before chmod */
    int bad = fd < 0 || bind(fd, (const struct sockaddr *)a, sizeof *a) < 0;
    umask(before);
    if (!bad) {
        *what = "listen";
        bad = chmod(a->sun_path, mode) < 0 || listen(fd, BACKLOG) < 0;
    }
    if (!bad || fd < 0)
        return fd;
    int saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

/* Whether there is a file at the path that is no socket. It is kept. */
static bool is_in_the_way(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && !S_ISSOCK(st.st_mode);
}

/* Gives the socket at the second name the path. A former socket has the second name for a moment,
 * so that of processes that start at once each but the last is named in the log. */
static int take_path(const struct sockaddr_un *second, const char *path,
                     const struct sockaddr_un *at)
{
    const char *from = second->sun_path;
    for (int tries = 0; tries < 100; tries++) {
        if (renameat2(AT_FDCWD, from, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
            return 0;
        if (errno != EEXIST)
            break;
        if (renameat2(AT_FDCWD, from, AT_FDCWD, path, RENAME_EXCHANGE) == 0) {
            log_former(path, second);
            unlink(from);
            return 0;
        }
        if (errno != ENOENT) /* it is gone meanwhile */
            break;
    }
    log_former(path, at); /* the file system cannot do that */
    return rename(from, path);
}

/* The socket listens under a second name before it takes the path. It replaces a former socket in
 * one step, so that no client is refused. */
static int listen_unix(const char *path, mode_t mode, struct buf *why)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX}, second = at;
    const char *what;
    size_t len = strlen(path);
    if (len >= sizeof at.sun_path || second_name(path, &second)) {
        errno = ENAMETOOLONG;
        return failed(-1, why, path, "socket");
    }
    memcpy(at.sun_path, path, len + 1);
    if (len == 0 || is_in_the_way(path)) {
        errno = len == 0 ? ENOENT : EADDRINUSE;
        return failed(-1, why, path, "bind");
    }
    unlink(second.sun_path); /* of a process that was killed here */
    int fd = listen_there(&second, mode, &what);
    if (fd >= 0) {
        what = "rename";
        if (take_path(&second, path, &at) == 0)
            return fd;
    }
    failed(fd, why, path, what);
    unlink(second.sun_path);
    return -1;
}

static int listen_inet(const struct sockaddr *a, socklen_t len, const char *where, struct buf *why)
{
    int one = 1, fd = socket(a->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return failed(fd, why, where, "socket");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, a, len) < 0)
        return failed(fd, why, where, "bind");
    if (listen(fd, BACKLOG) < 0)
        return failed(fd, why, where, "listen");
    return fd;
}

int listen_at(const char *where, mode_t mode, struct buf *why)
{
    static const char v4[] = "127.0.0.1:", v6[] = "[::1]:";
    bool is4 = strncmp(where, v4, sizeof v4 - 1) == 0, is6 = strncmp(where, v6, sizeof v6 - 1) == 0;
    if (!is4 && !is6)
        return listen_unix(where, mode, why);
    uint64_t port;
    if (slice_number(slice_of(where + (is4 ? sizeof v4 : sizeof v6) - 1), 1, 65535, &port)) {
        buf_addf(why, "%s: the port must be a number from 1 to 65535", where);
        return -1;
    }
    struct sockaddr_in a4 = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 a6 = {.sin6_family = AF_INET6,
                              .sin6_port = htons((uint16_t)port),
                              .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    return is4 ? listen_inet((struct sockaddr *)&a4, sizeof a4, where, why)
               : listen_inet((struct sockaddr *)&a6, sizeof a6, where, why);
}

int listen_passed(void)
{
    const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
    uint64_t n;
    if (!pid || !fds || slice_number(slice_of(pid), 1, INT32_MAX, &n) || n != (uint64_t)getpid())
        return -1;
    if (slice_number(slice_of(fds), 1, 1, &n))
        return -1;
    fcntl(PASSED_FD, F_SETFD, FD_CLOEXEC);
    return PASSED_FD;
}
