/* SPDX-License-Identifier: MIT */
/* follow: see follow.h. */
#include "verify/follow.h"

#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "doctor/http.h"
#include "format/member.h"
#include "verify/address.h"
#include "verify/plan.h"

#define SETTLE_MS  15000 /* to read again what is not explained */
#define SETTLES    3
#define RETRY_MOST 60000
#define SLICE_MS   100
#define MAX_TOKEN  512

struct follow {
    const struct verify_options *options;
    struct count *count;
    const volatile sig_atomic_t *stop;
    struct followed *result;
    struct events events;
    uint64_t random;
    int64_t ends, cut_at;  /* ms */
    bool settles;          /* it reads again, until live */
    bool begun;            /* bytes of an event stream came */
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

/* At the beginning of a stream: a cut whose moment passed without one is planned again. */
static void plan_next_cut(struct follow *f)
{
    int64_t now = clock_ms();
    if (now >= f->cut_at && now < f->ends)
        f->cut_at = plan_cut(now, f->ends, f->options->duration, f->options->cuts, next_random(f));
}

/* ---- what comes ---- */

static void keep_token(struct follow *f, struct slice data)
{
    struct slice token;
    if (member_string(data, "token", &token) && token.len < sizeof f->token)
        snprintf(f->token, sizeof f->token, "%.*s", (int)token.len, token.p);
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
    if (!f->begun && !is_event_stream(a))
        return true;
    if (!f->begun) {
        plan_next_cut(f);
        a->deadline = f->cut_at;
    }
    f->begun = true;
    events_feed(&f->events, a->body.p, a->body.len);
    buf_clear(&a->body);
    return !(f->settles && f->count->now.live);
}

/* ---- a connection ---- */

/* The header that resumes, or an empty buffer. */
static void add_resume(const struct follow *f, struct buf *header)
{
    struct buf id;
    buf_init(&id, 4096);
    count_resume(f->count, &id);
    if (id.len > 0)
        buf_addf(header, "Last-Event-ID: %s", id.p);
    buf_free(&id);
}

static void send_request(struct follow *f, const char *url, const char *resume,
                         struct http_answer *a)
{
    const struct verify_options *o = f->options;
    struct http_request q = {.url = url,
                             .agent = "verify",
                             .stop = f->stop,
                             .credentials = o->credentials,
                             .digest = f->digest,
                             .local = o->local,
                             .insecure = o->insecure,
                             .patience = (int)plan_patience(clock_ms(), f->ends),
                             .on_bytes = on_bytes,
                             .arg = f};
    size_t n = 0;
    q.headers[n++] = "Accept: text/event-stream";
    if (resume)
        q.headers[n++] = resume;
    for (size_t i = 0; o->headers[i]; i++)
        q.headers[n++] = o->headers[i];
    http_get(&q, a);
}

static void ask(struct follow *f, struct http_answer *a)
{
    struct buf url, resume;
    buf_init(&url, 8192);
    url.secret = true; /* a token may be in it */
    buf_init(&resume, 5000);
    add_resume(f, &resume);
    count_connect(f->count, count_has_open(f->count));
    verify_address(&url, f->options->url,
                   &(struct address_wants){resume.len > 0, f->token[0] ? f->token : NULL});
    explicit_bzero(f->token, sizeof f->token); /* it is good for one request */
    f->begun = false;
    f->retry = PLAN_RETRY;
    send_request(f, url.p, resume.p, a);
    events_end(&f->events);
    buf_free(&url);
    buf_free(&resume);
}

static enum outcome outcome_of(const struct follow *f, const struct http_answer *a)
{
    char how[256];
    return plan_outcome(&(struct plan_end){
        .status = a->status,
        .is_stream = is_event_stream(a),
        .begun = f->begun,
        .late = a->late,
        .done = a->stopped,
        .over = *f->stop || clock_ms() >= f->ends,
        .ended = f->count->now.ended,
        .digest = !f->digest && f->options->credentials &&
                  http_header(a, "WWW-Authenticate", how, sizeof how) && strstr(how, "Digest")});
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
    return told ? (int64_t)seconds * 1000 : PLAN_RETRY;
}

static void tell(const struct follow *f, const struct http_answer *a, enum outcome outcome)
{
    static const char *const names[OUTCOMES] = {
        [OUTCOME_CUT] = "cut here",          [OUTCOME_ENDED] = "ended by the server",
        [OUTCOME_BROKEN] = "broken",         [OUTCOME_BUSY] = "busy",
        [OUTCOME_DIGEST] = "another log-in", [OUTCOME_NOTHING] = "no answer",
        [OUTCOME_OVER] = "no answer yet",    [OUTCOME_REFUSED] = "refused"};
    if (f->options->verbose)
        fprintf(stderr, "connection %llu: %llu records, %s%s%s\n",
                (unsigned long long)f->count->connections,
                (unsigned long long)f->count->now.received, names[outcome],
                a->failure && !a->late ? ": " : "", a->failure && !a->late ? a->failure : "");
}

/* ---- the result ---- */

static void add_outcome(struct followed *r, enum outcome outcome)
{
    r->opened += outcome == OUTCOME_CUT || outcome == OUTCOME_ENDED || outcome == OUTCOME_BROKEN;
    r->cuts += outcome == OUTCOME_CUT;
    r->broken += outcome == OUTCOME_BROKEN || outcome == OUTCOME_NOTHING;
    r->busy += outcome == OUTCOME_BUSY;
}

static void tell_why(struct followed *r, const struct http_answer *a, enum outcome outcome)
{
    if (outcome == OUTCOME_NOTHING)
        snprintf(r->refused, sizeof r->refused, "no answer: %s",
                 a->late      ? "nothing came in time"
                 : a->failure ? a->failure
                              : "it ended");
    else if (a->status == 200)
        snprintf(r->refused, sizeof r->refused,
                 "the answer is no event stream: give the URL of the stream");
    else
        snprintf(r->refused, sizeof r->refused, "the server answers %ld", a->status);
}

/* ---- all connections ---- */

static void connect_once(struct follow *f)
{
    struct http_answer a;
    ask(f, &a);
    enum outcome outcome = outcome_of(f, &a);
    struct plan_times times = {.retry = (int64_t)f->retry, .after = retry_after(&a)};
    tell(f, &a, outcome);
    add_outcome(f->result, outcome);
    if (plan_gives_up(outcome, f->result->opened, f->result->broken))
        tell_why(f->result, &a, outcome);
    f->digest = f->digest || outcome == OUTCOME_DIGEST;
    http_free(&a);
    wait_until(f, clock_ms() + plan_pause(outcome, &times));
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
    while (goes_on(&f))
        connect_once(&f);
    settle(&f);
    count_finish(c);
    events_free(&f.events);
    explicit_bzero(f.token, sizeof f.token);
}
