/* SPDX-License-Identifier: MIT */
/* follow: see follow.h. */
#include "verify/follow.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "doctor/http.h"
#include "verify/address.h"

#define PATIENCE_MS 10000 /* for the first byte */
#define SETTLE_MS   15000 /* to read again what is not explained */
#define SETTLES     3
#define ATTEMPTS    3    /* without any stream */
#define RETRY_MS    1000 /* where the server tells no time */
#define RETRY_MOST  60000
#define SLICE_MS    100
#define MAX_TOKEN   512

struct follow {
    const struct verify_options *options;
    struct count *count;
    const volatile sig_atomic_t *stop;
    struct followed *result;
    struct events events;
    uint64_t random;
    int64_t ends, cut_at;  /* ms */
    bool settles;          /* it reads again, until live */
    bool is_stream;        /* the answer is an event stream */
    bool digest;           /* the web server wants Digest authentication */
    uint64_t retry;        /* ms, as the server says */
    char token[MAX_TOKEN]; /* of the next request; "": none came */
};

const char *verify_start(void)
{
    return http_start();
}

/* ---- chance ---- */

/* splitmix64: the same seed cuts at the same moments. */
static uint64_t next_random(struct follow *f)
{
    uint64_t z = f->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* A tenth to twice the mean time between cuts from now on. */
static void plan_cut(struct follow *f, int64_t now)
{
    int64_t mean = f->options->duration / ((int64_t)f->options->cuts + 1);
    int64_t wait = mean / 10 + (int64_t)(next_random(f) % (uint64_t)(2 * mean + 1));
    f->cut_at = f->options->cuts == 0 || now + wait > f->ends ? f->ends : now + wait;
}

/* ---- what comes ---- */

static void keep_token(struct follow *f, struct slice data)
{
    static const char name[] = "\"token\":\"";
    const char *at = data.p ? strstr(data.p, name) : NULL;
    size_t len = at ? strcspn(at + sizeof name - 1, "\"") : 0;
    if (len > 0 && len < sizeof f->token)
        snprintf(f->token, sizeof f->token, "%.*s", (int)len, at + sizeof name - 1);
}

static void on_event(void *arg, const struct event *e)
{
    struct follow *f = arg;
    if (e->has_retry)
        f->retry = e->retry < RETRY_MOST ? e->retry : RETRY_MOST;
    if (!e->has_id && slice_equal(e->name, slice_of("token")))
        keep_token(f, e->data);
    count_event(f->count, e);
}

static bool is_event_stream(const struct http_answer *a)
{
    char type[128];
    return a->status == 200 && http_header(a, "Content-Type", type, sizeof type) &&
           strncmp(type, "text/event-stream", 17) == 0;
}

static bool on_bytes(void *arg, struct http_answer *a)
{
    struct follow *f = arg;
    if (!f->is_stream && !is_event_stream(a))
        return true;
    if (!f->is_stream)
        a->deadline = f->cut_at;
    f->is_stream = true;
    events_feed(&f->events, a->body.p, a->body.len);
    buf_clear(&a->body);
    return !(f->settles && f->count->now.live);
}

/* ---- a connection ---- */

static void ask(struct follow *f, struct http_answer *a)
{
    const struct verify_options *o = f->options;
    struct buf url, id;
    buf_init(&url, 8192);
    url.secret = true; /* a token may be in it */
    buf_init(&id, 4096);
    bool again = count_has_open(f->count);
    buf_adds(&id, "Last-Event-ID: ");
    size_t empty = id.len;
    count_resume(f->count, &id);
    count_connect(f->count, again);
    verify_address(&url, o->url,
                   &(struct address_wants){id.len > empty, f->token[0] ? f->token : NULL});
    explicit_bzero(f->token, sizeof f->token); /* it is good for one request */
    int64_t left = f->cut_at - clock_ms();
    struct http_request q = {.url = url.p,
                             .agent = "verify",
                             .stop = f->stop,
                             .credentials = o->credentials,
                             .digest = f->digest,
                             .local = o->local,
                             .insecure = o->insecure,
                             .patience = left < PATIENCE_MS ? (int)left : PATIENCE_MS,
                             .on_bytes = on_bytes,
                             .arg = f};
    size_t n = 0;
    q.headers[n++] = "Accept: text/event-stream";
    if (id.len > empty)
        q.headers[n++] = id.p;
    for (size_t i = 0; o->headers[i]; i++)
        q.headers[n++] = o->headers[i];
    f->is_stream = false;
    f->retry = RETRY_MS;
    http_get(&q, a);
    events_end(&f->events);
    count_disconnect(f->count);
    buf_free(&url);
    buf_free(&id);
}

enum outcome {
    OUTCOME_CUT,    /* by us */
    OUTCOME_ENDED,  /* in order, or by the server */
    OUTCOME_BUSY,   /* the server asks to come later */
    OUTCOME_DIGEST, /* it wants another way to log in */
    OUTCOME_NOTHING,
    OUTCOME_REFUSED
};

static enum outcome outcome_of(const struct follow *f, const struct http_answer *a)
{
    char how[256];
    if (f->is_stream)
        return a->late || a->stopped ? OUTCOME_CUT : OUTCOME_ENDED;
    if (a->status == 0)
        return OUTCOME_NOTHING;
    if (a->status == 401 && !f->digest && f->options->credentials &&
        http_header(a, "WWW-Authenticate", how, sizeof how) && strstr(how, "Digest"))
        return OUTCOME_DIGEST;
    return a->status == 429 || a->status >= 500 ? OUTCOME_BUSY : OUTCOME_REFUSED;
}

static void refuse(struct follow *f, const struct http_answer *a)
{
    struct followed *r = f->result;
    if (a->status == 200)
        snprintf(r->refused, sizeof r->refused,
                 "the answer is no event stream: give the URL of the stream");
    else
        snprintf(r->refused, sizeof r->refused, "the server answers %ld", a->status);
}

/* Until then, but not after the end. */
static void wait_until(const struct follow *f, int64_t at)
{
    for (int64_t now; (now = clock_ms()) < at && now < f->ends && !*f->stop;) {
        int64_t left = at - now < SLICE_MS ? at - now : SLICE_MS;
        nanosleep(&(struct timespec){.tv_nsec = left * 1000000}, NULL);
    }
}

static int64_t retry_after(const struct http_answer *a)
{
    char text[32];
    uint64_t seconds;
    bool told = http_header(a, "Retry-After", text, sizeof text) &&
                slice_number(slice_of(text), 0, RETRY_MOST / 1000, &seconds) == 0;
    return told ? (int64_t)seconds * 1000 : RETRY_MS;
}

static void tell(const struct follow *f, const struct http_answer *a, enum outcome outcome)
{
    static const char *const names[] = {"cut here",       "ended by the server", "busy",
                                        "another log-in", "no answer",           "refused"};
    if (f->options->verbose)
        fprintf(stderr, "connection %llu: %llu records, %s%s%s\n",
                (unsigned long long)f->count->connections,
                (unsigned long long)f->count->now.received, names[outcome],
                a->failure && !a->late ? ": " : "", a->failure && !a->late ? a->failure : "");
}

/* Counts the end of a connection; the time of the next one. */
static int64_t conclude(struct follow *f, const struct http_answer *a, enum outcome outcome)
{
    struct followed *r = f->result;
    int64_t now = clock_ms();
    r->opened += f->is_stream;
    switch (outcome) {
    case OUTCOME_CUT:
        r->cuts++;
        plan_cut(f, now);
        return now;
    case OUTCOME_ENDED:
        r->broken += !f->count->now.ended;
        return now + (int64_t)f->retry;
    case OUTCOME_BUSY:
        r->busy++;
        return now + retry_after(a);
    case OUTCOME_DIGEST:
        f->digest = true;
        return now;
    case OUTCOME_NOTHING:
        r->broken++;
        if (r->opened == 0 && r->broken >= ATTEMPTS)
            snprintf(r->refused, sizeof r->refused, "no answer: %s",
                     a->late      ? "nothing came in time"
                     : a->failure ? a->failure
                                  : "it ended");
        return now + RETRY_MS;
    default:
        refuse(f, a);
        return now;
    }
}

static void connect_once(struct follow *f)
{
    struct http_answer a;
    ask(f, &a);
    enum outcome outcome = outcome_of(f, &a);
    tell(f, &a, outcome);
    int64_t next = conclude(f, &a, outcome);
    http_free(&a);
    wait_until(f, next);
}

static bool goes_on(const struct follow *f)
{
    return !*f->stop && !f->result->refused[0] && clock_ms() < f->ends;
}

/* The last connection may have ended in a part that no count explains. */
static void settle(struct follow *f)
{
    f->settles = true;
    for (int i = 0; i < SETTLES && count_has_open(f->count) && !*f->stop; i++) {
        f->ends = f->cut_at = clock_ms() + SETTLE_MS;
        if (!f->result->refused[0])
            connect_once(f);
    }
}

void verify_follow(const struct verify_options *o, struct count *c,
                   const volatile sig_atomic_t *stop, struct followed *result)
{
    struct follow f = {.options = o, .count = c, .stop = stop, .result = result, .random = o->seed};
    *result = (struct followed){0};
    events_init(&f.events, on_event, &f);
    f.ends = clock_ms() + o->duration;
    plan_cut(&f, clock_ms());
    while (goes_on(&f))
        connect_once(&f);
    settle(&f);
    count_finish(c);
    events_free(&f.events);
    explicit_bzero(f.token, sizeof f.token);
}
