/* SPDX-License-Identifier: MIT */
/* stream: see stream.h. */
#include "doctor/stream.h"

#include <stdio.h>

#include "base/clock.h"
#include "format/member.h"

#define PATH      "/stream?history=0"
#define KEEPALIVE 15 /* seconds, where neither the probe nor the options tell */
#define PROBES    6  /* beside the open stream */

static const struct check BUFFERING = {"D7", "buffering"};
static const struct check REFUSAL = {"D11", "refusal"};
static const struct check TIMEOUTS = {"D12", "time-outs"};
static const struct check HTTP = {"D13", "http"};
static const struct check PROCESSES = {"D14", "processes"};

/* An open stream. */
struct held {
    struct browser *browser;
    int64_t started;
    int64_t hold; /* ms, from the first byte */
    int64_t last; /* when the last byte came */
    bool more;    /* bytes came later than the first ones */
};

static bool is_stream(const struct http_answer *a)
{
    char type[128];
    return a->status == 200 && http_header(a, "Content-Type", type, sizeof type) &&
           strncmp(type, "text/event-stream", 17) == 0;
}

/* ---- several processes ---- */

/* Under CGI and mod_fcgid each viewer is a process. */
static bool is_process_per_viewer(const struct browser *b)
{
    return b->server == SERVER_FCGID || strcmp(b->probe.started, "cgi") == 0;
}

/* Probes beside the open stream: a server that chooses the least busy process takes another. */
static void count_processes(struct browser *b)
{
    unsigned pids[PROBES + 1] = {b->probe.pid}, n = 1;
    static const struct ask plain = {0};
    if (!b->detailed || is_process_per_viewer(b))
        return;
    for (int i = 0; i < PROBES; i++) {
        struct probe p;
        char nonce[64];
        long status;
        unsigned at = 0;
        if (browser_probe(b, &plain, &p, nonce, &status))
            continue;
        while (at < n && pids[at] != p.pid)
            at++;
        if (at == n)
            pids[n++] = p.pid;
    }
    if (n > 1)
        report_add(b->report, FINDING_WARN, PROCESSES, browser_cure(b, FAULT_PROCESSES),
                   "%u processes answer at this URL: SSELOG_MAX_VIEWERS, SSELOG_MAX_PER_USER, "
                   "/status and /metrics count each one for itself",
                   n);
    else
        report_add(b->report, FINDING_OK, PROCESSES, NULL, "one process answers");
}

/* ---- headers ---- */

static void check_headers(struct browser *b, const struct http_answer *a)
{
    char cache[256] = "", coding[64];
    http_header(a, "Cache-Control", cache, sizeof cache);
    if (!strstr(cache, "no-store") || !strstr(cache, "no-transform"))
        report_add(b->report, FINDING_WARN, HTTP, browser_cure(b, FAULT_CACHE),
                   "Cache-Control of the stream is \"%s\", not \"no-store, no-transform\"", cache);
    else
        report_add(b->report, FINDING_OK, HTTP, NULL, "Cache-Control: %s", cache);
    if (http_header(a, "Content-Encoding", coding, sizeof coding))
        report_add(b->report, FINDING_FAIL, HTTP, browser_cure(b, FAULT_COMPRESSED),
                   "the stream is compressed (%s) for a client that did not ask for it", coding);
}

/* The first server ends HTTP/2: how many streams it lets one connection have. */
static const char *streams_of(enum proxy first)
{
    return first == PROXY_NGINX      ? "more than 60 streams"
           : first == PROXY_LIGHTTPD ? "8 streams under lighttpd"
           : first == PROXY_APACHE   ? "6 streams under Apache, then further requests hang"
                                     : "about 100 streams";
}

/* How many streams a browser can have over one connection, or with HTTP/1.1 over its six. */
static void check_version(struct browser *b, int version)
{
    enum proxy first = b->first != PROXY_UNKNOWN ? b->first : proxy_like(b->server);
    if (version == 20 || version == 30)
        report_add(b->report, FINDING_NOTE, HTTP, NULL,
                   "HTTP/%d: a browser's connection has %s, all tabs together", version / 10,
                   streams_of(first));
    else
        report_add(b->report, FINDING_NOTE, HTTP, NULL,
                   "HTTP/1.1: a browser opens 6 connections to a site, so 6 streams, all tabs "
                   "together");
}

static bool stop_at_once(void *arg, struct http_answer *a)
{
    (void)arg;
    (void)a;
    return false;
}

static void check_compression(struct browser *b)
{
    struct ask ask = {.headers = {"Accept: text/event-stream", "Accept-Encoding: gzip, br"},
                      .patience = b->options->patience,
                      .on_bytes = stop_at_once};
    struct http_answer a;
    char coding[64] = "";
    browser_get(b, PATH, &ask, &a);
    http_header(&a, "Content-Encoding", coding, sizeof coding);
    if (a.first_at == 0)
        report_add(b->report, FINDING_FAIL, HTTP, browser_cure(b, FAULT_COMPRESSED),
                   "nothing came in %d ms for a client that accepts gzip and br, without them the "
                   "stream came at once",
                   b->options->patience);
    else if (coding[0] && !b->probe.compress)
        report_add(b->report, FINDING_WARN, HTTP, browser_cure(b, FAULT_COMPRESSED),
                   "the web server compresses the stream (%s): proxies may hold records back",
                   coding);
    else
        report_add(b->report, FINDING_OK, HTTP, NULL,
                   "the web server does not compress the stream");
    http_free(&a);
}

/* ---- the stream ---- */

static bool on_bytes(void *arg, struct http_answer *a)
{
    struct held *h = arg;
    int64_t now = clock_ms();
    if (h->last == 0) {
        h->started = now;
        if (!is_stream(a))
            return true;
        count_processes(h->browser);
        report_wait(h->browser->report, "listening to /stream", h->hold);
        a->deadline = clock_ms() + h->hold;
    } else if (now - h->started > h->browser->options->patience / 2) {
        h->more = true;
    }
    h->last = now;
    return true;
}

static unsigned keepalive_of(const struct browser *b)
{
    return b->detailed ? b->probe.keepalive : b->config ? b->config->keepalive : KEEPALIVE;
}

/* Two keepalives and a half. */
static int64_t hold_of(const struct browser *b)
{
    return b->options->hold >= 0 ? b->options->hold : (int64_t)keepalive_of(b) * 2500;
}

/* The data of the first event that begins with this line, as a slice of the body. */
static struct slice data_of(const struct http_answer *a, const char *event)
{
    static const char data[] = "data: ";
    const char *at = a->body.p ? strstr(a->body.p, event) : NULL;
    at = at ? strstr(at, data) : NULL;
    if (!at)
        return slice_make(NULL, 0);
    at += sizeof data - 1;
    return slice_make(at, strcspn(at, "\r\n"));
}

/* The seconds of the member "every" of the final frame, or 0. */
static double every_of(const struct http_answer *a)
{
    uint64_t ms = 0;
    member_number(data_of(a, "event: end"), "every", &ms);
    return (double)ms / 1000;
}

static void check_ended(struct browser *b, const struct held *h, const struct http_answer *a)
{
    double seconds = a->first_at > 0 ? (double)(a->ended_at - h->started) / 1000 : 0;
    unsigned lifetime = b->probe.lifetime;
    const char *end = a->body.p ? strstr(a->body.p, "event: end") : NULL;
    if (browser_is_poll(a))
        report_add(b->report, FINDING_NOTE, TIMEOUTS, NULL,
                   "streams are answered as polls, every %.1f s", every_of(a));
    else if (end || (!a->failure && lifetime > 0 && seconds + 1 >= lifetime))
        report_add(b->report, FINDING_NOTE, TIMEOUTS, NULL,
                   "the stream ended in order after %.1f s", seconds);
    else
        report_add(
            b->report, FINDING_FAIL, TIMEOUTS, browser_cure(b, FAULT_CUT),
            "the stream was cut after %.1f s (%s), before SSELOG_LIFETIME; a keepalive comes "
            "each %u s",
            seconds, a->failure ? a->failure : "without a fault", keepalive_of(b));
}

static void check_held(struct browser *b, const struct held *h, const struct http_answer *a)
{
    bool expected = h->hold >= (int64_t)keepalive_of(b) * 1500 && h->hold > b->options->patience;
    if (a->stopped)
        report_add(b->report, FINDING_OK, TIMEOUTS, NULL,
                   "the stream stayed open until it had sent %zu bytes", a->body.len);
    else if (!a->late)
        check_ended(b, h, a);
    else if (expected && !h->more)
        report_add(b->report, FINDING_FAIL, BUFFERING, browser_cure(b, FAULT_BUFFERED),
                   "the beginning of /stream came at once, then nothing in %.1f s, although a "
                   "keepalive comes each %u s",
                   (double)h->hold / 1000, keepalive_of(b));
    else
        report_add(b->report, FINDING_OK, TIMEOUTS, NULL, "the stream stayed open for %.1f s",
                   (double)h->hold / 1000);
}

static void check_open(struct browser *b, const struct held *h, const struct http_answer *a)
{
    report_add(b->report, FINDING_OK, BUFFERING, NULL, "/stream answered at once");
    check_headers(b, a);
    check_version(b, a->version);
    check_held(b, h, a);
    if (a->first_at > 0)
        check_compression(b);
}

static void report_unavailable(struct browser *b, struct slice why)
{
    report_add(b->report, FINDING_FAIL, REFUSAL,
               "the log of sselog has the reason; sselog doctor --user USER looks at the log's key",
               "/stream answered that it is unavailable: %.*s", (int)why.len, why.p);
}

long stream_check(struct browser *b)
{
    struct held h = {.browser = b, .hold = hold_of(b)};
    struct ask ask = {.headers = {"Accept: text/event-stream"},
                      .patience = b->options->patience,
                      .on_bytes = on_bytes,
                      .arg = &h};
    struct http_answer a;
    browser_get(b, PATH, &ask, &a);
    long status = a.status;
    struct slice why = data_of(&a, "event: unavailable");
    if (a.first_at == 0 && a.late) {
        report_add(b->report, FINDING_FAIL, BUFFERING, browser_cure(b, FAULT_BUFFERED),
                   "/healthz answered at once, /stream sent nothing in %.1f s",
                   (double)b->options->patience / 1000);
        status = 0;
    } else if (status == 0) {
        report_add(b->report, FINDING_FAIL, TIMEOUTS, browser_cure(b, FAULT_CUT),
                   "/healthz was answered, /stream ended without an answer (%s)",
                   a.failure ? a.failure : "without a fault");
    } else if (is_stream(&a) && why.len > 0) {
        report_unavailable(b, why);
        status = 0;
    } else if (is_stream(&a)) {
        check_open(b, &h, &a);
    } else if (status == 200) {
        report_add(b->report, FINDING_FAIL, HTTP, NULL,
                   "/stream is no text/event-stream: give the URL at which sselog is mounted");
    }
    http_free(&a);
    return status;
}
