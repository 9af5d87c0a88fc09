/* SPDX-License-Identifier: MIT */
/* notify: see notify.h. */
#include "base/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/diag.h"

static struct {
    int fd; /* -1: no manager */
    struct sockaddr_un to;
    socklen_t len;
} manager = {.fd = -1};

/* ---- pure functions ---- */

int notify_address(const char *text, struct sockaddr_un *a, socklen_t *len)
{
    size_t n = strlen(text);
    if ((text[0] != '/' && text[0] != '@') || n < 2 || n >= sizeof a->sun_path)
        return -1;
    *a = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(a->sun_path, text, n + 1);
    *len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
    if (text[0] == '@')
        a->sun_path[0] = '\0'; /* unix(7) */
    else
        ++*len; /* a path has its NUL */
    return 0;
}

bool notify_is_meant(const char *pid, int own_pid)
{
    uint64_t n;
    return !pid || (slice_number(slice_of(pid), 1, INT32_MAX, &n) == 0 && n == (uint64_t)own_pid);
}

unsigned notify_watchdog_of(const char *usec, const char *pid, int own_pid)
{
    uint64_t us;
    if (!usec || slice_number(slice_of(usec), 1, UINT32_MAX * UINT64_C(1000), &us) ||
        !notify_is_meant(pid, own_pid))
        return 0;
    return us < 1000 ? 1 : (unsigned)(us / 1000);
}

/* A quarter: a sign of life that comes late is followed by others in time. */
unsigned notify_pause(unsigned watchdog_ms, unsigned status_ms)
{
    unsigned quarter = watchdog_ms / 4 > 0 ? watchdog_ms / 4 : 1;
    return watchdog_ms > 0 && quarter < status_ms ? quarter : status_ms;
}

void notify_add_reloading(struct buf *out, int64_t us)
{
    buf_addf(out, "RELOADING=1\nMONOTONIC_USEC=%" PRId64 "\n", us);
}

void notify_add_status(struct buf *out, uint64_t viewers, bool redis_up, bool refused)
{
    buf_addf(out, "STATUS=%" PRIu64 " viewer%s; Redis is %s%s\n", viewers, viewers == 1 ? "" : "s",
             redis_up ? "there" : "away",
             refused ? "; the new options are wrong and not in use: see the log" : "");
}

/* ---- the socket ---- */

unsigned notify_watchdog_ms(void)
{
    return notify_watchdog_of(getenv("WATCHDOG_USEC"), getenv("WATCHDOG_PID"), getpid());
}

bool notify_open(void)
{
    static const struct timeval second = {.tv_sec = 1};
    const char *where = getenv("NOTIFY_SOCKET"), *pid = getenv("SYSTEMD_EXEC_PID");
    if (!where)
        return false;
    if (!notify_is_meant(pid, getpid())) {
        diag(DIAG_INFO, "notify", "the service manager hears nothing: it knows process %s, not %d",
             pid, getpid());
        return false;
    }
    if (notify_address(where, &manager.to, &manager.len)) {
        diag(DIAG_WARNING, "notify", "%s: neither a path nor @name", where);
        return false;
    }
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&manager.to, manager.len) == 0 &&
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &second, sizeof second) == 0) {
        manager.fd = fd;
        return true;
    }
    diag(DIAG_WARNING, "notify", "%s: %s", where, strerror(errno));
    if (fd >= 0)
        close(fd);
    return false;
}

/* A manager that was started again has a new socket at the same address. */
int notify_send(const char *lines, bool important)
{
    int flags = MSG_NOSIGNAL | (important ? 0 : MSG_DONTWAIT);
    if (manager.fd < 0)
        return -1;
    ssize_t n = send(manager.fd, lines, strlen(lines), flags);
    if (n < 0 && (errno == ECONNREFUSED || errno == ENOTCONN || errno == ECONNRESET) &&
        connect(manager.fd, (const struct sockaddr *)&manager.to, manager.len) == 0)
        n = send(manager.fd, lines, strlen(lines), flags);
    if (n < 0 && important)
        diag(DIAG_WARNING, "notify", "%s: %s", getenv("NOTIFY_SOCKET"), strerror(errno));
    return n < 0 ? -1 : 0;
}

void notify_close(void)
{
    if (manager.fd >= 0)
        close(manager.fd);
    manager.fd = -1;
}
