/* SPDX-License-Identifier: MIT */
/* write: see write.h. */
#include "doctor/write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xid.h"
#include "doctor/rights.h"
#include "redis/command.h"

#define REDIS_MS  5000
#define TIMED     5 /* records whose way is timed */
#define RECORDS   (TIMED + 1)
#define KNOWN     2  /* records that the reconnecting client has */
#define MARK      96 /* bytes, with the NUL */
#define LONG_LINE (256 * 1024)

static const struct check DELIVERY = {"D17", "delivery"};

struct delivery {
    struct browser browser;
    const struct config *config;
    struct redis_sync *redis; /* of the producer */
    char key[IDENTITY_MAX_KEY + 1];
    char ids[RECORDS][XID_TEXT + 1];
    unsigned written, seen;
    int64_t written_at, took[TIMED]; /* microseconds */
    bool refused;
    unsigned times[RECORDS]; /* how often each record came in this stream */
    bool live, ends, polled; /* events of this stream */
    struct buf answer;
};

/* ---- records ---- */

static void mark(const struct delivery *d, unsigned number, char out[MARK])
{
    snprintf(out, MARK, "doctor-%.32s-%u.", d->browser.nonce, number);
}

/* Adds the next record. -1: told. */
static int write_next(struct delivery *d)
{
    char text[MARK], payload[256];
    mark(d, d->written, text);
    snprintf(payload, sizeof payload, "{\"level\":\"info\",\"message\":\"sselog doctor: %s\"}",
             text);
    const struct slice words[] = {slice_of("XADD"), slice_of(d->key), slice_of("*"),
                                  slice_of(d->config->field), slice_of(payload)};
    buf_clear(&d->answer);
    d->written_at = clock_us();
    if (redis_sync_command(d->redis, words, 5, &d->answer) == SYNC_OK) {
        snprintf(d->ids[d->written++], sizeof d->ids[0], "%s", d->answer.p);
        return 0;
    }
    d->refused = true;
    report_add(d->browser.report, FINDING_FAIL, DELIVERY,
               "give --producer FILE, with the SSELOG_REDIS of a user that may XADD and XDEL",
               "no record could be written to %s: %s", d->key, d->answer.p ? d->answer.p : "");
    return -1;
}

static void delete_all(struct delivery *d)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < d->written; i++) {
        const struct slice words[] = {slice_of("XDEL"), slice_of(d->key), slice_of(d->ids[i])};
        buf_clear(&d->answer);
        kept += redis_sync_command(d->redis, words, 3, &d->answer) != SYNC_OK;
    }
    if (kept > 0)
        report_add(d->browser.report, FINDING_NOTE, DELIVERY, NULL,
                   "%u marked records stay in %s: %s", kept, d->key,
                   d->answer.p ? d->answer.p : "");
}

/* ---- what a stream has ---- */

/* Forgets the stream before. */
static void begin_stream(struct delivery *d)
{
    memset(d->times, 0, sizeof d->times);
    d->live = d->ends = d->polled = false;
}

/* Counts the marks that begin in the first `part` bytes of text. */
static void count_records(struct delivery *d, struct slice text, size_t part)
{
    char mark_text[MARK];
    for (unsigned i = 0; i < d->written; i++) {
        mark(d, i, mark_text);
        for (const char *p = text.p, *end = text.p + text.len;
             (p = memmem(p, (size_t)(end - p), mark_text, strlen(mark_text))); p++)
            d->times[i] += p < text.p + part;
    }
}

static void take_line(struct delivery *d, struct slice line)
{
    static const char poll[] = "\"poll\"";
    if (line.len > 0 && line.p[line.len - 1] == '\r')
        line.len--;
    count_records(d, line, line.len);
    d->live = d->live || slice_equal(line, slice_of("event: live"));
    d->polled = d->polled || (d->ends && memmem(line.p, line.len, poll, sizeof poll - 1));
    d->ends = d->ends || slice_equal(line, slice_of("event: end"));
}

/* Reads what came and drops it: a log may have more records than memory. */
static void take_lines(struct delivery *d, struct http_answer *a)
{
    struct slice rest = buf_slice(&a->body);
    const char *end;
    while (rest.len > 0 && (end = memchr(rest.p, '\n', rest.len))) {
        size_t len = (size_t)(end - rest.p);
        take_line(d, slice_make(rest.p, len));
        rest = slice_make(end + 1, rest.len - len - 1);
    }
    if (rest.len > LONG_LINE) { /* a part of a line: a mark may go on behind it */
        size_t part = rest.len - MARK;
        count_records(d, rest, part);
        rest.len -= part;
    }
    buf_drop(&a->body, a->body.len - rest.len);
}

/* ---- the first stream: how long a record takes ---- */

static bool is_live(const struct delivery *d)
{
    const char *profile = d->browser.probe.profile;
    return d->live || (profile[0] && strcmp(profile, "plain") != 0);
}

static bool on_timed(void *arg, struct http_answer *a)
{
    struct delivery *d = arg;
    take_lines(d, a);
    if (!is_live(d))
        return true;
    if (d->written > 0 && d->seen < d->written) {
        if (d->times[d->seen] == 0)
            return true;
        d->took[d->seen++] = clock_us() - d->written_at;
    }
    a->deadline = clock_ms() + d->browser.options->patience;
    return d->seen < TIMED && write_next(d) == 0;
}

static int compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* False: nothing more can be checked. */
static bool check_times(struct delivery *d)
{
    struct ask ask = {.headers = {"Accept: text/event-stream"}, .on_bytes = on_timed, .arg = d};
    struct http_answer a;
    begin_stream(d);
    browser_get(&d->browser, "/stream?history=0", &ask, &a);
    http_free(&a);
    if (d->refused)
        return false;
    if (d->seen == TIMED) {
        const int64_t *median = d->took + TIMED / 2;
        qsort(d->took, TIMED, sizeof *d->took, compare);
        report_add(d->browser.report, FINDING_NOTE, DELIVERY, NULL,
                   "a record is in the stream %.1f ms after XADD (median of %d)",
                   (double)*median / 1000, TIMED);
        return true;
    }
    while (d->polled && d->written < TIMED)
        if (write_next(d))
            return false;
    if (!d->polled)
        report_add(d->browser.report, FINDING_FAIL, DELIVERY,
                   "check that --user is the user of the login, and SSELOG_REDIS the Redis of the "
                   "web server's sselog",
                   "record %u of %d, written to %s, did not come", d->seen + 1, TIMED, d->key);
    return d->polled;
}

/* ---- the second stream: a reconnect ---- */

static bool on_resumed(void *arg, struct http_answer *a)
{
    struct delivery *d = arg;
    take_lines(d, a);
    if (d->times[TIMED - 1] == 0)
        return true;
    a->deadline = clock_ms() + d->browser.options->patience;
    if (d->written == TIMED)
        return write_next(d) == 0;
    return d->times[TIMED] == 0;
}

static void check_resumed(struct delivery *d)
{
    char cursor[64];
    struct ask ask = {.headers = {"Accept: text/event-stream", cursor},
                      .patience = d->browser.options->patience,
                      .on_bytes = on_resumed,
                      .arg = d};
    struct http_answer a;
    unsigned lost = 0, twice = 0;
    snprintf(cursor, sizeof cursor, "Last-Event-ID: %s", d->ids[KNOWN - 1]);
    begin_stream(d);
    browser_get(&d->browser, "/stream", &ask, &a);
    for (unsigned i = 0; i < d->written; i++) {
        unsigned n = d->times[i];
        lost += i >= KNOWN && n == 0 && !(i == TIMED && d->polled);
        twice += i >= KNOWN ? n > 1 : n > 0;
    }
    http_free(&a);
    if (lost + twice > 0)
        report_add(d->browser.report, FINDING_FAIL, DELIVERY,
                   "pass the header Last-Event-ID on, and let no cache answer for the stream",
                   "after a reconnect %u of %u records were lost, %u came twice", lost,
                   d->written - KNOWN, twice);
    else if (!d->refused)
        report_add(d->browser.report, FINDING_OK, DELIVERY, NULL,
                   "after a reconnect nothing is lost or doubled");
}

static void deliver(struct delivery *d)
{
    const struct browser *b = &d->browser;
    if (d->config->log_kind != LOG_STREAM)
        report_add(b->report, FINDING_NOTE, DELIVERY, NULL,
                   "--write is for the source `stream` only");
    else if (rights_key(d->config, b->options, b->nonce, b->report, d->key) == 0 && check_times(d))
        check_resumed(d);
    delete_all(d);
}

/* The options of the producer. NULL: told. */
static struct config_base *load_producer(const struct doctor_options *o, struct report *r)
{
    char *const nothing[] = {NULL};
    struct buf why;
    buf_init(&why, 1024);
    struct config_base *base = config_load(o->producer, nothing, &why);
    if (!base)
        report_add(r, FINDING_FAIL, DELIVERY, "correct the file of --producer", "%s",
                   why.p ? why.p : "out of memory");
    buf_free(&why);
    return base;
}

void write_check(const struct browser *b)
{
    const struct config *c = b->config;
    bool given = b->options->producer != NULL;
    struct config_base *producer = given ? load_producer(b->options, b->report) : NULL;
    if (given && !producer)
        return;
    struct delivery d = {
        .browser = *b,
        .config = c,
        .redis = redis_sync_new(producer ? &config_of(producer)->redis : &c->redis, REDIS_MS)};
    buf_init(&d.answer, 4096);
    if (d.redis) {
        redis_sync_keep_why(d.redis);
        deliver(&d);
    }
    redis_sync_free(d.redis);
    buf_free(&d.answer);
    config_unload(producer);
}
