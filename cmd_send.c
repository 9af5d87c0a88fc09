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
#include "sse.h"

#define BATCH            256           /* records in one call of redis_sync_send */
#define MAX_LINE         (1024 * 1024) /* a longer line continues in the next record */
#define READ_SIZE        (64 * 1024)
#define DEADLINE_MS      5000 /* for one answer of Redis */
#define BACKOFF_FIRST_MS 100
#define BACKOFF_LAST_MS  2000
#define PROGRESS_MS      500
#define PACE_MS          60000 /* between two lines about one outage */
#define MOST_UTF8        4     /* bytes of a character */

static const char bom[] = "\xef\xbb\xbf";

struct sender {
    const struct config *config;
    const struct send_options *options;
    struct redis_sync *redis;
    struct buf in; /* read, but not yet sent */
    bool begun;    /* it is known whether the input begins with a byte order mark */
    bool end;      /* of the input */
    bool refused;
    bool away;          /* Redis: the outage was told */
    int64_t told;       /* when */
    char told_why[256]; /* and with which reason */
    char address[300];  /* of Redis, for messages */
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

/* ---- messages ---- */

static void name_address(struct sender *s)
{
    const struct redis_address *a = &s->config->redis;
    if (a->path)
        snprintf(s->address, sizeof s->address, "%s", a->path);
    else
        snprintf(s->address, sizeof s->address, "%s:%u", a->host, a->port);
}

/* Tells of an outage at its beginning, and of another reason a minute later. */
static void tell_outage(struct sender *s)
{
    const char *why = redis_sync_why(s->redis);
    int64_t now = clock_ms();
    if (s->away && (now - s->told < PACE_MS || strcmp(s->told_why, why) == 0))
        return;
    diag(DIAG_WARNING, "send", "%s at %s: %s; trying again", s->options->log, s->address, why);
    s->away = true;
    s->told = now;
    snprintf(s->told_why, sizeof s->told_why, "%s", why);
}

static void tell_return(struct sender *s)
{
    if (s->away)
        diag(DIAG_INFO, "send", "%s at %s: sending again", s->options->log, s->address);
    s->away = false;
}

static void tell_failure(const struct sender *s)
{
    const char *why = s->refused || s->away ? redis_sync_why(s->redis) : "not all lines were sent";
    diag(DIAG_ERROR, "send",
         "%s at %s: %s; %s after %" PRIu64 " records; %zu bytes of input were read and not sent",
         s->options->log, s->address, why, s->refused ? "refused by Redis" : "stopped", s->sent,
         s->in.len);
}

/* ---- lines ---- */

/* The length of the first part of a long line: it ends before a character that it would cut. */
static size_t part_length(struct slice text)
{
    for (size_t i = MAX_LINE - MOST_UTF8 + 1; i < MAX_LINE; i++) {
        bool good;
        size_t len = sse_utf8_sequence((const unsigned char *)text.p + i, text.len - i, &good);
        if (good && i + len > MAX_LINE)
            return i;
    }
    return MAX_LINE;
}

/* Takes the next line of text, or the next part of a long one. end: no more input follows. *used:
 * the bytes of it, with the line end. False: no line is complete. */
static bool next_line(struct slice text, bool end, struct slice *line, size_t *used)
{
    const char *lf = text.len > 0 ? memchr(text.p, '\n', text.len) : NULL;
    size_t n = lf ? (size_t)(lf - text.p) : text.len;
    if (lf && n > 0 && lf[-1] == '\r')
        n--;
    /* Without its end, a line must show whether a CR or the rest of a character follows. */
    if (n > MAX_LINE + (lf || end ? 0 : (size_t)MOST_UTF8)) {
        *used = part_length(slice_make(text.p, n));
        *line = slice_make(text.p, *used);
        return true;
    }
    *line = slice_make(text.p, n);
    *used = lf ? (size_t)(lf - text.p) + 1 : n;
    return lf || (end && text.len > 0);
}

/* Drops a byte order mark at the start of the input. */
static void drop_bom(struct sender *s)
{
    size_t mark = sizeof bom - 1, n = s->in.len < mark ? s->in.len : mark;
    bool same = n == 0 || memcmp(s->in.p, bom, n) == 0;
    if (s->begun || (same && n < mark && !s->end))
        return;
    s->begun = true;
    if (same && n == mark)
        buf_drop(&s->in, mark);
}

/* Makes a record of each complete line; returns how many. ends[i]: where the line of record i ends
 * in s->in. */
static size_t make_records(const struct sender *s, struct redis_add adds[BATCH], size_t ends[BATCH])
{
    size_t n = 0, at = 0, used;
    struct slice line;
    while (s->begun && n < BATCH &&
           next_line(slice_make(s->in.p + at, s->in.len - at), s->end, &line, &used)) {
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
        if (r == SYNC_OK) {
            tell_return(s);
            return 0;
        }
        s->refused = r == SYNC_REFUSED;
        if (s->refused)
            return -1;
        tell_outage(s);
        if (s->stopping)
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
    drop_bom(s);
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

/* Returns the exit status. */
static int send_all(struct sender *s)
{
    while (!s->end && !s->stopping)
        if (read_some(s) || send_what_is_read(s))
            return 1;
    s->end = true; /* the rest without a line end is a record too */
    return send_what_is_read(s) ? 1 : 0;
}

/* A password that is refused is told before the first line comes. */
static int connect_first(struct sender *s)
{
    size_t done;
    enum sync_result r = redis_sync_send(s->redis, NULL, 0, &done);
    s->refused = r == SYNC_REFUSED;
    if (r == SYNC_DOWN)
        tell_outage(s);
    return s->refused ? -1 : 0;
}

int send_run(const struct config *config, const struct send_options *options)
{
    struct sender s = {.config = config, .options = options};
    int status = 1;
    buf_init(&s.in, MAX_LINE + 2 * READ_SIZE);
    s.started = s.shown = clock_ms();
    s.terminal = isatty(STDERR_FILENO);
    name_address(&s);
    s.redis = redis_sync_new(&config->redis, DEADLINE_MS);
    s.signals = take_signals();
    if (!s.redis || s.signals < 0) {
        diag(DIAG_ERROR, "send", "out of memory or descriptors");
        goto out;
    }
    redis_sync_keep_why(s.redis);
    if (connect_first(&s)) {
        tell_failure(&s);
        goto out;
    }
    status = send_all(&s);
    show_progress(&s, true);
    if (status)
        tell_failure(&s);
out:
    if (s.signals >= 0)
        close(s.signals);
    redis_sync_free(s.redis);
    buf_free(&s.in);
    return status;
}
