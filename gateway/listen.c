/* SPDX-License-Identifier: MIT */
/* listen: see listen.h. */
#include "gateway/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG   1024
#define PASSED_FD 3 /* SD_LISTEN_FDS_START */

static int failed(int fd, struct buf *why, const char *where, const char *what)
{
    buf_addf(why, "%s: %s: %s", where, what, strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Whether no process listens on the socket, because one was killed and left it. The test does not
 * block: connect fails with EAGAIN if the queue of a listener is full. */
static bool is_stale(const struct sockaddr_un *a)
{
    struct stat st;
    if (lstat(a->sun_path, &st) < 0 || !S_ISSOCK(st.st_mode))
        return false;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool refused =
        fd >= 0 && connect(fd, (const struct sockaddr *)a, sizeof *a) < 0 && errno == ECONNREFUSED;
    if (fd >= 0)
        close(fd);
    return refused;
}

static int listen_unix(const char *path, mode_t mode, struct buf *why)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    size_t len = strlen(path);
    if (len >= sizeof a.sun_path) {
        errno = ENAMETOOLONG;
        return failed(-1, why, path, "socket");
    }
    memcpy(a.sun_path, path, len + 1);
    if (is_stale(&a))
        unlink(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    mode_t before = umask(0777); /* no client can connect before chmod */
    int bound = fd < 0 ? -1 : bind(fd, (struct sockaddr *)&a, sizeof a);
    umask(before);
    if (bound < 0)
        return failed(fd, why, path, "bind");
    if (chmod(path, mode) < 0 || listen(fd, BACKLOG) < 0)
        return failed(fd, why, path, "listen");
    return fd;
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
