/* SPDX-License-Identifier: MIT */
/*
 * machine: the system calls of the relay, simulated: one clock, sockets, one epoll, the order pipe,
 * allocations that fail.  The linker sends the calls here (--wrap).  A socket's peer reads when a
 * step says so.  The steps of the run happen while the relay waits in epoll_wait; the relay's own
 * loop runs unchanged.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <time.h>

#include "sim.h"

#define FD_EPOLL 90
#define FD_PIPE  91 /* and 92, its other end */
#define FD_FIRST 100
#define FD_FEED  93

#define HEAD_ROOM    64
#define WALL_SECONDS 1800000000

struct sock {
    bool used, watched, file, gone, flows, began;
    uint32_t events;
    void *tag;
    int space; /* bytes that it still takes while its peer does not read */
    struct client *client;
};
static struct sock socks[MAX_CLIENTS];
static int nsocks;
static struct {
    char bytes[65536];
    size_t len;
    void *tag;
} order_pipe;
static void *feed_tag;
static bool inside; /* the simulation's own code runs: no allocation fails */
static int oom_in, oom_more;
static bool was_oom;
static int burst;

void machine_reset(void)
{
    memset(socks, 0, sizeof socks);
    nsocks = 0;
    order_pipe.len = 0;
    inside = true;
    oom_in = oom_more = 0;
    was_oom = false;
    burst = 0;
}

/* ---- memory ---- */

bool machine_enter(void)
{
    bool was = inside;
    inside = true;
    return was;
}

void machine_leave(bool was)
{
    inside = was;
}

void machine_oom(int nth, int more)
{
    oom_in = nth;
    oom_more = more;
}

bool machine_was_oom(void)
{
    return was_oom;
}

bool machine_fails(void)
{
    if (inside || oom_in == 0 || --oom_in > 0)
        return false;
    was_oom = true;
    if (oom_more > 0) {
        oom_more--;
        oom_in = 1;
    }
    for (int i = 0; i < nclients; i++)
        clients[i]->oom = clients[i]->oom || clients[i]->closed == NEVER;
    return true;
}

#define allocation_fails machine_fails
#include "tests/unit/wrap_malloc.h"

int __wrap_malloc_trim(size_t pad);
int __wrap_malloc_trim(size_t pad)
{
    (void)pad;
    return 0;
}

/* ---- time ---- */

int __wrap_clock_gettime(clockid_t clock, struct timespec *t);
time_t __wrap_time(time_t *t);

int __wrap_clock_gettime(clockid_t clock, struct timespec *t)
{
    t->tv_sec = sim.now / 1000 + (clock == CLOCK_MONOTONIC ? 0 : WALL_SECONDS);
    t->tv_nsec = sim.now % 1000 * 1000000 + sim.us * 1000;
    return 0;
}

/* The relay works for so long. */
static void pass(int us)
{
    sim.us += us;
    sim.now += sim.us / 1000;
    sim.us %= 1000;
}

time_t __wrap_time(time_t *t)
{
    (void)t;
    return sim.now / 1000 + WALL_SECONDS;
}

/* ---- sockets ---- */

static struct sock *sock_of(int fd)
{
    int i = fd - FD_FIRST;
    if (i < 0 || i >= nsocks || !socks[i].used)
        abort(); /* a descriptor that is not open is used */
    return &socks[i];
}

int machine_socket(struct client *c, bool file)
{
    struct sock *s = &socks[nsocks];
    *s = (struct sock){.used = true, .file = file, .flows = true, .client = c};
    return FD_FIRST + nsocks++;
}

bool machine_open(int fd)
{
    return socks[fd - FD_FIRST].used;
}

int machine_open_count(void)
{
    int n = 0;
    for (int i = 0; i < nsocks; i++)
        n += socks[i].used;
    return n;
}

/* The peer reads again, or stops after space more bytes.  A new connection always has room for the
 * head. */
void machine_flow(int fd, bool flows, int space)
{
    if (!socks[fd - FD_FIRST].began && space < HEAD_ROOM)
        space = HEAD_ROOM;
    socks[fd - FD_FIRST].flows = flows;
    socks[fd - FD_FIRST].space = space;
}

void machine_take(int fd, int bytes)
{
    socks[fd - FD_FIRST].space += bytes;
}

void machine_hang_up(int fd)
{
    socks[fd - FD_FIRST].gone = true;
}

ssize_t __wrap_writev(int fd, const struct iovec *v, int n);
ssize_t __wrap_send(int fd, const void *p, size_t len, int flags);
ssize_t __wrap_recv(int fd, void *p, size_t len, int flags);
int __wrap_close(int fd);
int __wrap_fcntl(int fd, int command, ...);
int __wrap_fcntl64(int fd, int command, ...);
int __wrap_pipe2(int fds[2], int flags);
ssize_t __wrap_write(int fd, const void *p, size_t len);
ssize_t __wrap_read(int fd, void *p, size_t len);

ssize_t __wrap_writev(int fd, const struct iovec *v, int n)
{
    bool was = machine_enter();
    struct sock *s = sock_of(fd);
    size_t all = 0, taken = 0;
    for (int i = 0; i < n; i++)
        all += v[i].iov_len;
    size_t room = s->flows || s->file ? all : (size_t)s->space < all ? (size_t)s->space : all;
    ssize_t result = (ssize_t)room;
    if (s->gone) {
        errno = EPIPE;
        result = -1;
    } else if (room == 0 && all > 0) {
        errno = EAGAIN;
        result = -1;
    }
    sim.progress += result > 0;
    pass(sim.settings[SET_PACE]);
    s->began = s->began || result > 0;
    for (int i = 0; result > 0 && i < n && taken < room; i++) {
        size_t len = v[i].iov_len < room - taken ? v[i].iov_len : room - taken;
        client_bytes(s->client, v[i].iov_base, len);
        taken += len;
    }
    if (!s->flows && result > 0)
        s->space -= (int)room;
    int saved = errno;
    machine_leave(was);
    errno = saved;
    return result;
}

ssize_t __wrap_send(int fd, const void *p, size_t len, int flags)
{
    (void)flags;
    return __wrap_writev(fd, &(struct iovec){(void *)(uintptr_t)p, len}, 1);
}

ssize_t __wrap_recv(int fd, void *p, size_t len, int flags)
{
    (void)p;
    (void)len;
    (void)flags;
    if (sock_of(fd)->gone)
        return 0;
    errno = EAGAIN;
    return -1;
}

int __wrap_close(int fd)
{
    if (fd < FD_FIRST)
        return 0;
    bool was = machine_enter();
    struct sock *s = sock_of(fd);
    s->used = s->watched = false;
    client_closed(s->client);
    machine_leave(was);
    return 0;
}

int __wrap_fcntl(int fd, int command, ...)
{
    (void)fd;
    (void)command;
    return 0;
}

int __wrap_fcntl64(int fd, int command, ...)
{
    (void)fd;
    (void)command;
    return 0;
}

/* ---- the order pipe ---- */

int __wrap_pipe2(int fds[2], int flags)
{
    (void)flags;
    fds[0] = FD_PIPE;
    fds[1] = FD_PIPE + 1;
    return 0;
}

ssize_t __wrap_write(int fd, const void *p, size_t len)
{
    if (fd == 2) { /* a diagnostic */
        story("   %.*s", (int)len - 1, (const char *)p);
        return (ssize_t)len;
    }
    if (fd != FD_PIPE + 1 || order_pipe.len + len > sizeof order_pipe.bytes)
        abort();
    memcpy(order_pipe.bytes + order_pipe.len, p, len);
    order_pipe.len += len;
    return (ssize_t)len;
}

ssize_t __wrap_read(int fd, void *p, size_t len)
{
    if (fd != FD_PIPE)
        abort();
    size_t n = len < order_pipe.len ? len : order_pipe.len;
    if (n == 0) {
        errno = EAGAIN;
        return -1;
    }
    memcpy(p, order_pipe.bytes, n);
    memmove(order_pipe.bytes, order_pipe.bytes + n, order_pipe.len - n);
    order_pipe.len -= n;
    return (ssize_t)n;
}

/* ---- epoll ---- */

int __wrap_epoll_create1(int flags);
int __wrap_epoll_ctl(int epoll, int op, int fd, struct epoll_event *e);
int __wrap_epoll_wait(int epoll, struct epoll_event *events, int max, int timeout);

int __wrap_epoll_create1(int flags)
{
    (void)flags;
    return FD_EPOLL;
}

int __wrap_epoll_ctl(int epoll, int op, int fd, struct epoll_event *e)
{
    (void)epoll;
    if (fd == FD_PIPE)
        order_pipe.tag = e->data.ptr;
    if (fd == FD_FEED)
        feed_tag = e->data.ptr;
    if (fd < FD_FIRST)
        return 0;
    struct sock *s = sock_of(fd);
    if (s->file) {
        errno = EPERM;
        return -1;
    }
    s->watched = op != EPOLL_CTL_DEL;
    if (op != EPOLL_CTL_DEL) {
        s->events = e->events;
        s->tag = e->data.ptr;
    }
    return 0;
}

static uint32_t ready_events(const struct sock *s)
{
    uint32_t ready = 0;
    if (s->gone)
        ready |= EPOLLHUP | (s->events & (EPOLLIN | EPOLLRDHUP));
    if (s->events & EPOLLOUT && (s->flows || s->space > 0 || s->gone))
        ready |= EPOLLOUT;
    return ready;
}

static int collect(struct epoll_event *events, int max)
{
    int n = 0;
    /* The kernel promises no order of events. */
    int first = nsocks > 0 ? sim.stamp % nsocks : 0;
    bool pipe_first = sim.stamp & 1;
    if (pipe_first && order_pipe.len > 0)
        events[n++] = (struct epoll_event){.events = EPOLLIN, .data.ptr = order_pipe.tag};
    for (int i = 0; i < nsocks && n < max - 2; i++) {
        const struct sock *s = &socks[(first + i) % nsocks];
        uint32_t ready = s->used && s->watched ? ready_events(s) : 0;
        if (ready)
            events[n++] = (struct epoll_event){.events = ready, .data.ptr = s->tag};
    }
    if (!pipe_first && order_pipe.len > 0)
        events[n++] = (struct epoll_event){.events = EPOLLIN, .data.ptr = order_pipe.tag};
    if (redis_ready())
        events[n++] = (struct epoll_event){.events = EPOLLIN, .data.ptr = feed_tag};
    return n;
}

/* Shorter than a keepalive and than the relay's sweep once a minute.  Lost invalidations need that
 * sweep. */
#define SETTLE_MS (redis.lost_news ? 75000 : 12000)

/* After the steps: all that is under way arrives, and the clock moves to the relay's next deadline.
 * Returns false when the run is over. */
static bool settle(int64_t due)
{
    static int64_t until;
    static int phase;
    if (!sim.settling) {
        sim.settling = true;
        burst = 0;
        phase = 0;
        until = sim.now + SETTLE_MS;
        story("-- calm");
        redis_op(&(struct step){OP_ALLOW, 0, 0, 0, 0});
        redis_op(&(struct step){OP_UP, 0, 0, 0, 0});
        machine_oom(0, 0);
        clients_flow_all();
        return true;
    }
    if (redis_all()) {
        if (sim.answer_rounds++ > 3000)
            longjmp(sim.stuck, STUCK_ASKING);
        return true;
    }
    if (due <= until) {
        sim.now = due > sim.now ? due : sim.now;
        sim.answer_rounds = 0;
        return true;
    }
    if (phase == 0 && sim.settings[SET_LAST]) {
        phase = 1;
        until = sim.now + SETTLE_MS;
        for (int i = 0; i < STREAMS; i++)
            redis_op(&(struct step){OP_ADD, i, 1, KIND_SEEN, 0});
        redis_op(&(struct step){OP_PUBLISH, KIND_SEEN, 0, 0, 0});
        return true;
    }
    return false;
}

int __wrap_epoll_wait(int epoll, struct epoll_event *events, int max, int timeout)
{
    bool was = machine_enter();
    int64_t due = timeout < 0 ? INT64_MAX : sim.now + timeout;
    int n = 0, stamp = sim.stamp;
    /* A relay that does not wait, since it hands out, is met by an event every other time. */
    bool meets = timeout == 0 && burst == 0 && sim.at < sim.plan->n && sim.hasty++ % 2;
    (void)epoll;
    invariants_check();
    for (;; meets = false) {
        if (burst > 0)
            burst--;
        else if (meets)
            ;
        else if ((n = collect(events, max)) > 0 || sim.now >= due)
            break;
        sim.stamp++;
        if (sim.at < sim.plan->n) {
            const struct step *s = &sim.plan->steps[sim.at++];
            if (s->op == OP_BURST)
                burst = s->a;
            sim_step(s);
        } else if (sim.stopping) {
            redis_all();
            sim.now = due < sim.now + 1000 ? due : sim.now + 1000;
        } else if (!settle(due)) {
            sim.stopping = true;
            story("-- stop");
            relay_stop(sim.relay);
        }
    }
    /* Many turns in which nothing happens: the process would use all of a processor. */
    sim.idle = sim.stamp == stamp && sim.progress == 0 ? sim.idle + 1 : 0;
    sim.progress = 0;
    sim.woke = sim.now;
    if (sim.idle > 300)
        longjmp(sim.stuck, STUCK_IDLE);
    machine_leave(was);
    return n;
}
