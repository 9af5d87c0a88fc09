/* SPDX-License-Identifier: MIT */
/* sender: see sender.h. */
#include "send/sender.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"

#define DEADLINE_MS      5000 /* for one answer of Redis */
#define BACKOFF_FIRST_MS 100
#define BACKOFF_LAST_MS  2000
#define PROGRESS_MS      500
#define PACE_MS          60000 /* between two lines about one outage */
#define TRIM_MS          1000  /* between two trims of a log by age */

/* ---- messages ---- */

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

static void tell_failure(const struct sender *s, size_t waiting)
{
    const char *why = s->refused || s->away ? redis_sync_why(s->redis) : "not all lines were sent";
    const char *how = s->refused && !s->taken ? "refused by Redis" : "stopped";
    const char *key = s->list_refused ? s->options->list : s->options->log;
    diag(DIAG_ERROR, "send",
         "%s at %s: %s; %s after %" PRIu64 " records; %zu bytes of input were read and not sent",
         key, s->address, why, how, s->sent, waiting);
}

/* A start that failed has told why. */
void sender_finish(struct sender *s, bool failed, size_t waiting)
{
    bool begun = s->refused || s->stopping || s->sent > 0 || waiting > 0;
    show_progress(s, true);
    if (failed && begun)
        tell_failure(s, waiting);
}

/* ---- start ---- */

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

int sender_init(struct sender *s, const struct config *config, const struct send_options *options)
{
    *s = (struct sender){.config = config, .options = options, .backoff = BACKOFF_FIRST_MS};
    s->started = s->shown = clock_ms();
    s->terminal = isatty(STDERR_FILENO);
    name_address(s);
    s->redis = redis_sync_new(&config->redis, DEADLINE_MS);
    s->signals = take_signals();
    if (!s->redis || s->signals < 0) {
        diag(DIAG_ERROR, "send", "out of memory or descriptors");
        return -1;
    }
    redis_sync_keep_why(s->redis);
    return 0;
}

void sender_free(struct sender *s)
{
    if (s->signals >= 0)
        close(s->signals);
    redis_sync_free(s->redis);
}

int sender_connect(struct sender *s)
{
    size_t done;
    enum sync_result r = redis_sync_send(s->redis, NULL, 0, &done);
    s->refused = r == SYNC_REFUSED;
    if (r == SYNC_DOWN)
        tell_outage(s);
    return s->refused ? -1 : 0;
}

/* ---- sending ---- */

bool sender_wait(struct sender *s, int fd, int ms)
{
    struct pollfd p[] = {{s->signals, POLLIN, 0}, {fd, POLLIN, 0}};
    poll(p, 2, ms);
    s->stopping = s->stopping || p[0].revents;
    return p[1].revents != 0;
}

int sender_after(struct sender *s, enum sync_result result, bool progressed)
{
    if (result == SYNC_OK || progressed)
        s->backoff = BACKOFF_FIRST_MS;
    if (result == SYNC_OK) {
        tell_return(s);
        return 0;
    }
    s->refused = result != SYNC_DOWN;
    if (s->refused)
        return -1;
    tell_outage(s);
    if (s->stopping)
        return -1;
    sender_wait(s, -1, s->backoff);
    s->backoff = s->backoff * 2 < BACKOFF_LAST_MS ? s->backoff * 2 : BACKOFF_LAST_MS;
    return 1;
}

void sender_count(struct sender *s, size_t n)
{
    s->sent += n;
    show_progress(s, false);
}

/* Removes what is older than the log keeps. Ids of records hold the time of Redis, so the clock of
 * this machine does not matter. An outage is left to the next records. */
int sender_trim(struct sender *s)
{
    int64_t now = clock_ms();
    struct xid newest = redis_sync_added(s->redis);
    uint64_t keep = s->options->keep;
    if (keep == 0 || newest.ms <= keep || (s->trimmed > 0 && now - s->trimmed < TRIM_MS))
        return 0;
    s->trimmed = now;
    struct xid least = {newest.ms - keep, 0};
    s->refused = redis_sync_trim(s->redis, s->options->log, least) == SYNC_REFUSED;
    return s->refused ? -1 : 0;
}
