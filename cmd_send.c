/* SPDX-License-Identifier: MIT */
/* cmd_send: see cmd_send.h. */
#include "cmd_send.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "redis_io.h"

#define BATCH            256           /* records in one call of redis_sync_send */
#define MAX_LINE         (1024 * 1024) /* a longer line continues in the next record */
#define READ_SIZE        (64 * 1024)
#define DEADLINE_MS      5000 /* for one answer of Redis */
#define BACKOFF_FIRST_MS 100
#define BACKOFF_LAST_MS  2000
#define PROGRESS_MS      500

struct sender {
    const struct config *config;
    const struct send_options *options;
    struct redis_sync *redis;
    struct buf in; /* read, but not yet sent */
    bool end;      /* of the input */
    bool refused;
    uint64_t sent;
    int64_t started, shown;
    uint64_t shown_sent;
    bool terminal;
    int signals; /* readable: stop */
    bool stopping;
};

static void show_progress(struct sender *s, bool last)
{
    int64_t now = clock_ms(), span = now - s->shown;
    if (!s->terminal || (!last && span < PROGRESS_MS))
        return;
    uint64_t rate = span > 0 ? (s->sent - s->shown_sent) * 1000 / (uint64_t)span : 0;
    if (last) {
        span = now - s->started;
        rate = span > 0 ? s->sent * 1000 / (uint64_t)span : s->sent;
    }
    fprintf(stderr, "\r%" PRIu64 " records sent, %" PRIu64 " a second \033[K%s", s->sent, rate,
            last ? "\n" : "");
    s->shown = now;
    s->shown_sent = s->sent;
}

/* The next line in s->in from at on. False: no line is complete. */
static bool next_line(const struct sender *s, size_t at, struct slice *line, size_t *used)
{
    const char *p = s->in.p + at;
    size_t len = s->in.len - at;
    const char *end = len > 0 ? memchr(p, '\n', len) : NULL;
    size_t n = end ? (size_t)(end - p) : len;
    if (n > MAX_LINE) {
        *line = slice_make(p, MAX_LINE);
        *used = MAX_LINE;
        return true;
    }
    *line = slice_make(p, n);
    *used = n + (end ? 1 : 0);
    return end || (s->end && len > 0);
}

/* Makes a record of each complete line; returns how many. ends[i]: where the line of record i ends
 * in s->in. */
static size_t make_records(const struct sender *s, struct redis_add adds[BATCH], size_t ends[BATCH])
{
    size_t n = 0, at = 0, used;
    struct slice line;
    while (n < BATCH && next_line(s, at, &line, &used)) {
        at += used;
        adds[n] = (struct redis_add){.key = s->options->log,
                                     .channel = s->options->channel,
                                     .maxlen = s->options->maxlen,
                                     .field = slice_of(s->config->field),
                                     .value = line,
                                     .event_field = slice_of(s->config->event_field),
                                     .event = slice_of(s->options->event)};
        ends[n++] = at;
    }
    return n;
}

/* Waits until fd is readable (-1: none), ms milliseconds have passed (-1: no limit), or a signal
 * asks to stop. */
static void wait_for(struct sender *s, int fd, int ms)
{
    struct pollfd p[] = {{s->signals, POLLIN, 0}, {fd, POLLIN, 0}};
    poll(p, 2, ms);
    s->stopping = s->stopping || p[0].revents;
}

/* Repeats until all records are sent. After a signal to stop it tries only once. */
static int send_batch(struct sender *s, const struct redis_add *adds, size_t n)
{
    int backoff = BACKOFF_FIRST_MS;
    size_t at = 0;
    for (;;) {
        size_t done;
        enum sync_result r = redis_sync_send(s->redis, adds + at, n - at, &done);
        at += done;
        s->sent += done;
        show_progress(s, false);
        if (r == SYNC_OK)
            return 0;
        s->refused = r == SYNC_REFUSED;
        if (s->refused || s->stopping)
            return -1;
        if (done > 0)
            backoff = BACKOFF_FIRST_MS;
        wait_for(s, -1, backoff);
        backoff = backoff * 2 < BACKOFF_LAST_MS ? backoff * 2 : BACKOFF_LAST_MS;
    }
}

static int send_what_is_read(struct sender *s)
{
    struct redis_add adds[BATCH];
    size_t ends[BATCH], n;
    while ((n = make_records(s, adds, ends)) > 0) {
        if (send_batch(s, adds, n))
            return -1;
        buf_drop(&s->in, ends[n - 1]);
    }
    return 0;
}

/* Reads some input. -1: it cannot be read. */
static int read_some(struct sender *s)
{
    if (buf_room(&s->in, READ_SIZE))
        return -1;
    wait_for(s, STDIN_FILENO, -1);
    if (s->stopping)
        return 0;
    ssize_t n = read(STDIN_FILENO, s->in.p + s->in.len, READ_SIZE);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return 0;
    if (n < 0) {
        diag(DIAG_ERROR, "send", "standard input: %s", strerror(errno));
        return -1;
    }
    s->end = n == 0;
    s->in.len += (size_t)n;
    return 0;
}

/* A descriptor that is readable after a signal to stop, or -1. With a handler that sets a flag, a
 * signal between the test of the flag and poll would be missed. */
static int take_signals(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigset_t stop;
    sigaction(SIGPIPE, &ignore, NULL);
    sigemptyset(&stop);
    sigaddset(&stop, SIGINT);
    sigaddset(&stop, SIGTERM);
    return sigprocmask(SIG_BLOCK, &stop, NULL) ? -1 : signalfd(-1, &stop, SFD_CLOEXEC);
}

int send_run(const struct config *config, const struct send_options *options)
{
    struct sender s = {.config = config, .options = options};
    int status = 1;
    buf_init(&s.in, MAX_LINE + 2 * READ_SIZE);
    s.started = s.shown = clock_ms();
    s.terminal = isatty(STDERR_FILENO);
    s.redis = redis_sync_new(&config->redis, DEADLINE_MS);
    s.signals = take_signals();
    if (!s.redis || s.signals < 0)
        goto out;
    while (!s.end && !s.stopping)
        if (read_some(&s) || send_what_is_read(&s))
            goto out;
    s.end = true; /* the rest without a newline is a record too */
    status = send_what_is_read(&s) ? 1 : 0;
out:
    show_progress(&s, true);
    if (status)
        diag(DIAG_ERROR, "send",
             "%s after %" PRIu64 " records; %zu bytes of input were read and not sent",
             s.refused ? "refused by Redis" : "stopped", s.sent, s.in.len);
    if (s.signals >= 0)
        close(s.signals);
    redis_sync_free(s.redis);
    buf_free(&s.in);
    return status;
}
