/* SPDX-License-Identifier: MIT */
/*
 * null: the null responder, a FastCGI program to compare sselog with.  It accepts the same
 * connections from the same web server and writes the same heads and frames (profile plain) at a
 * given rate.  It has no Redis, no identity and no history, so it shows the cost of any responder.
 * It formats each record once and writes it to each viewer with one system call.  Records that
 * become due while it writes go out together.
 *
 * Invariant: a viewer is a descriptor and an offset into the one buffer of framed bytes.
 *
 * Requests:
 * - GET .../start?rate=R&count=N&size=B starts a run to all viewers, or answers 409 during a run.
 * - GET .../status returns its figures.
 * - Any other path opens a viewer.
 */
#include <fastcgi.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "bench.h"

#define EVENTS     256
#define REQUEST_ID 1 /* web servers that do not multiplex use only this id */
#define MAX_RUN    ((size_t)256 * 1024 * 1024)

struct viewer {
    int fd;      /* -1: closed, reap() frees it */
    bool full;   /* the socket is full: wait for its edge */
    size_t sent; /* bytes of the run */
};

static struct {
    struct viewer **viewers;
    size_t count, room;
    int epoll, timer;
    bool any_gone;
} hub;

static struct {
    char *bytes; /* framed records, one after another */
    size_t len, room;
    uint64_t start, rate, records, emitted;
    size_t size;
    uint64_t last_ms, last_seq; /* of the id */
    uint64_t writes;
} run;

static const char head[] =
    "Status: 200 OK\r\n"
    "Content-Type: text/event-stream\r\n"
    "Cache-Control: no-store, no-transform\r\n"
    "X-Accel-Buffering: no\r\n"
    "X-Content-Type-Options: nosniff\r\n\r\n"
    "retry: 3000\n\n"
    "event: live\ndata: {\"replayed\":0,\"sent\":0,\"withheld\":0,\"lost\":0}\n\n";

static void fail(const char *what)
{
    fprintf(stderr, "null: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* FastCGI specification, section 3.3: the header of a record. */
static void put_header(char *p, unsigned char type, size_t len)
{
    const unsigned char bytes[FCGI_HEADER_LEN] = {
        1, type, 0, REQUEST_ID, (unsigned char)(len >> 8), (unsigned char)len, 0, 0};
    memcpy(p, bytes, sizeof bytes);
}

static void forget(struct viewer *v)
{
    if (v->fd >= 0)
        close(v->fd);
    v->fd = -1;
    hub.any_gone = true;
}

/* Frees closed viewers. Events hold pointers to viewers, so call it only between two waits. */
static void reap(void)
{
    size_t i, kept = 0;
    for (i = 0; i < hub.count; i++)
        if (hub.viewers[i]->fd >= 0)
            hub.viewers[kept++] = hub.viewers[i];
        else
            free(hub.viewers[i]);
    hub.count = kept;
    hub.any_gone = false;
}

static void flush(struct viewer *v)
{
    while (v->sent < run.len) {
        ssize_t n =
            send(v->fd, run.bytes + v->sent, run.len - v->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        run.writes++;
        if (n > 0)
            v->sent += (size_t)n;
        else if (n < 0 && errno == EAGAIN)
            v->full = true;
        else if (n < 0 && errno != EINTR)
            forget(v);
        if (v->fd < 0 || v->full)
            return;
    }
}

/* Only an end of file from the web server matters; its bytes are ignored. */
static void drain(struct viewer *v)
{
    char waste[512];
    ssize_t n;
    while ((n = recv(v->fd, waste, sizeof waste, MSG_DONTWAIT)) > 0)
        ;
    if (n == 0 || errno != EAGAIN)
        forget(v);
}

static void add_viewer(int fd)
{
    struct viewer *v = calloc(1, sizeof *v);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET};
    if (hub.count == hub.room) {
        hub.room = hub.room ? hub.room * 2 : 64;
        hub.viewers = realloc(hub.viewers, hub.room * sizeof(*hub.viewers));
    }
    if (!v || !hub.viewers)
        fail("memory");
    v->fd = fd;
    v->sent = run.len;
    hub.viewers[hub.count++] = v;
    event.data.ptr = v;
    if (epoll_ctl(hub.epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        fail("epoll_ctl");
}

/* Appends one record as sselog frames it: an id like those of Redis and the payload, in one
 * FCGI_STDOUT record. */
static void emit_one(void)
{
    struct timespec now;
    char *p = run.bytes + run.len;
    uint64_t ms;
    int n;
    clock_gettime(CLOCK_REALTIME, &now);
    ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    run.last_seq = ms == run.last_ms ? run.last_seq + 1 : 0;
    run.last_ms = ms;
    n = snprintf(p + FCGI_HEADER_LEN, run.room - run.len - FCGI_HEADER_LEN,
                 "id: %llu-%llu\ndata: ", (unsigned long long)ms, (unsigned long long)run.last_seq);
    bench_payload(p + FCGI_HEADER_LEN + n, run.size, ++run.emitted, bench_now());
    memcpy(p + FCGI_HEADER_LEN + (size_t)n + run.size, "\n\n", 2);
    put_header(p, FCGI_STDOUT, (size_t)n + run.size + 2);
    run.len += FCGI_HEADER_LEN + (size_t)n + run.size + 2;
}

static void tick(void)
{
    uint64_t due, expired;
    size_t i;
    if (read(hub.timer, &expired, sizeof expired) < 0)
        return;
    due = (bench_now() - run.start) * run.rate / BENCH_NS + 1;
    while (run.emitted < due && run.emitted < run.records)
        emit_one();
    if (run.emitted == run.records)
        timerfd_settime(hub.timer, 0, &(struct itimerspec){0}, NULL);
    for (i = 0; i < hub.count; i++)
        if (hub.viewers[i]->fd >= 0 && !hub.viewers[i]->full)
            flush(hub.viewers[i]);
}

static unsigned long query_number(const char *query, const char *name, unsigned long otherwise,
                                  unsigned long max)
{
    const char *at = query ? strstr(query, name) : NULL;
    unsigned long value = at ? strtoul(at + strlen(name), NULL, 10) : otherwise;
    return value < 1 || value > max ? otherwise : value;
}

static bool run_over(void)
{
    size_t i;
    for (i = 0; i < hub.count; i++)
        if (hub.viewers[i]->fd >= 0 && hub.viewers[i]->sent < run.len)
            return false;
    return run.emitted == run.records;
}

static void begin_run(const char *query)
{
    struct itimerspec every = {{0, 0}, {0, 1}};
    size_t i;
    run.rate = query_number(query, "rate=", 100, 1000000);
    run.records = query_number(query, "count=", 1000, 10000000);
    run.size = query_number(query, "size=", 100, BENCH_MAX_PAYLOAD);
    run.size = run.size < BENCH_MIN_PAYLOAD ? BENCH_MIN_PAYLOAD : run.size;
    run.room = run.records * (run.size + 64);
    run.room = run.room > MAX_RUN ? MAX_RUN : run.room;
    run.records = run.room / (run.size + 64);
    free(run.bytes);
    run.bytes = malloc(run.room);
    if (!run.bytes)
        fail("memory");
    run.len = run.emitted = run.writes = 0;
    for (i = 0; i < hub.count; i++)
        hub.viewers[i]->sent = 0;
    run.start = bench_now();
    every.it_interval.tv_sec = (time_t)(1 / run.rate);
    every.it_interval.tv_nsec = (long)(BENCH_NS / run.rate % BENCH_NS);
    timerfd_settime(hub.timer, 0, &every, NULL);
}

static void answer(FCGX_Request *request, const char *path)
{
    bool start = strstr(path, "/start") != NULL, busy = start && !run_over();
    if (start && !busy)
        begin_run(FCGX_GetParam("QUERY_STRING", request->envp));
    FCGX_FPrintF(request->out,
                 "Status: %s\r\nContent-Type: application/json\r\n\r\n"
                 "{\"viewers\":%lu,\"records\":%lu,\"emitted\":%lu,\"writes\":%lu}\n",
                 busy ? "409 Conflict" : "200 OK", (unsigned long)hub.count,
                 (unsigned long)run.records, (unsigned long)run.emitted, (unsigned long)run.writes);
    FCGX_Finish_r(request);
}

/* Takes the connection from libfcgi, frees libfcgi's buffers, and writes the head. */
static void take_over(FCGX_Request *request)
{
    char first[FCGI_HEADER_LEN + sizeof head - 1];
    int fd = request->ipcFd, id = request->requestId;
    request->ipcFd = -1;
    FCGX_Free(request, 0);
    put_header(first, FCGI_STDOUT, sizeof head - 1);
    memcpy(first + FCGI_HEADER_LEN, head, sizeof head - 1);
    if (id != REQUEST_ID || send(fd, first, sizeof first, MSG_NOSIGNAL) != (ssize_t)sizeof first)
        close(fd);
    else
        add_viewer(fd);
}

/* Reading the parameters may block. It does not, because the web server sends them in one piece. */
static void accept_all(void)
{
    FCGX_Request request;
    for (;;) {
        const char *path;
        if (FCGX_InitRequest(&request, STDIN_FILENO, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
            fail("FCGX_InitRequest");
        if (FCGX_Accept_r(&request) != 0)
            return;
        path = FCGX_GetParam("PATH_INFO", request.envp);
        path = path ? path : "";
        if (strstr(path, "/start") || strstr(path, "/status"))
            answer(&request, path);
        else
            take_over(&request);
    }
}

static void prepare(void)
{
    struct epoll_event event = {.events = EPOLLIN};
    bench_raise_files();
    if (FCGX_Init() != 0)
        fail("FCGX_Init");
    signal(SIGTERM, SIG_DFL); /* libfcgi's handler only sets a flag */
    hub.epoll = epoll_create1(EPOLL_CLOEXEC);
    hub.timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (hub.epoll < 0 || hub.timer < 0 ||
        fcntl(STDIN_FILENO, F_SETFL, fcntl(STDIN_FILENO, F_GETFL) | O_NONBLOCK) != 0)
        fail("prepare");
    event.data.ptr = &hub;
    if (epoll_ctl(hub.epoll, EPOLL_CTL_ADD, STDIN_FILENO, &event) != 0)
        fail("listen socket on descriptor 0");
    event.data.ptr = &run;
    if (epoll_ctl(hub.epoll, EPOLL_CTL_ADD, hub.timer, &event) != 0)
        fail("timer");
}

static void viewer_event(struct viewer *v, uint32_t events)
{
    if (v->fd >= 0 && (events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP)))
        forget(v);
    else if (v->fd >= 0 && (events & EPOLLIN))
        drain(v);
    if (v->fd >= 0 && (events & EPOLLOUT)) {
        v->full = false;
        flush(v);
    }
}

int main(void)
{
    struct epoll_event events[EVENTS];
    prepare();
    for (;;) {
        int i, n = epoll_wait(hub.epoll, events, EVENTS, -1);
        for (i = 0; i < n; i++) {
            if (events[i].data.ptr == &hub)
                accept_all();
            else if (events[i].data.ptr == &run)
                tick();
            else
                viewer_event(events[i].data.ptr, events[i].events);
        }
        if (hub.any_gone)
            reap();
    }
}
