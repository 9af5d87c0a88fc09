/* SPDX-License-Identifier: MIT */
/* web: see web.h. */
#include "doctor/web.h"

#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "doctor/forge.h"
#include "doctor/proxy.h"
#include "doctor/stream.h"

#define LOG_MS    20000 /* lighttpd writes its access log now and then */
#define LOG_PAUSE 50    /* ms */
#define MAX_LOG   (1024 * 1024)
#define PATH_MS   8000 /* for an answer that waits for nothing */
#define NONSENSE  "/nonsense-"
#define NOTHING   ((struct ask){0})
#define NOT_ALLOWED                                                                                \
    " (run it on that machine, perhaps with --local, or with an administrator's login)"

static const struct check ANSWERS = {"D6", "answers"};
static const struct check PATHS = {"D8", "path"};
static const struct check HEADER = {"D10", "authorization"};
static const struct check REFUSAL = {"D11", "refusal"};
static const struct check ACCESS_LOG = {"D15", "access-log"};
static const struct check CROSS_ORIGIN = {"D16", "cors"};

/* Copies the URL of the mount: without /stream and a slash at its end. */
static void copy_base(const char *url, char *base, size_t size)
{
    snprintf(base, size, "%.*s", (int)strcspn(url, "?#"), url);
    size_t len = strlen(base);
    while (len > 0 && base[len - 1] == '/')
        base[--len] = '\0';
    if (len > 7 && strcmp(base + len - 7, "/stream") == 0)
        base[len - 7] = '\0';
}

/* ---- who answers ---- */

static void find_server(struct browser *b, const struct http_answer *a)
{
    char software[PROBE_TEXT] = "", via[PROBE_TEXT];
    http_header(a, "Server", software, sizeof software);
    b->via = http_header(a, "Via", via, sizeof via);
    b->server = server_of(software, "");
    /* A proxy may put its own name into Server. */
    if (b->via && proxy_like(b->server) == b->first)
        b->server = SERVER_OTHER;
    proxy_decide(b);
}

/* Status 401 or 403 of the web server itself. */
static void add_refused(struct browser *b, const struct http_answer *a)
{
    if (!browser_has_login(b))
        report_add(b->report, FINDING_NOTE, ANSWERS, NULL,
                   "the web server asks for a login: with -u USER:PASSWORD more can be checked");
    else
        report_add(b->report, FINDING_FAIL, ANSWERS, "correct the user or the password of -u",
                   "the web server refuses the login (%ld)", a->status);
}

static bool is_program(const struct http_answer *a)
{
    return a->body.len >= 4 && memcmp(a->body.p, "\177ELF", 4) == 0;
}

static bool stop_at_a_page(void *arg, struct http_answer *a)
{
    (void)arg;
    return a->body.len < 1024; /* a program that is sent as a file is large */
}

static void add_download(struct browser *b)
{
    report_add(b->report, FINDING_FAIL, ANSWERS, browser_cure(b, FAULT_DOWNLOADED),
               "the program itself is sent as a file: %s does not run it", server_name(b->server));
}

/* Apache answers 404 for a path below a file that it does not run, and sends the file itself. */
static bool is_download(struct browser *b)
{
    struct http_answer a;
    struct ask ask = {.on_bytes = stop_at_a_page};
    browser_get(b, "", &ask, &a);
    bool found = is_program(&a);
    http_free(&a);
    return found;
}

/* The server that made an error: the first one, if its name is there. */
static const char *name_of_origin(const struct browser *b, const struct http_answer *a)
{
    char software[PROBE_TEXT];
    bool named = http_header(a, "Server", software, sizeof software);
    return !named && b->first != PROXY_UNKNOWN ? proxy_name(b->first) : server_name(b->server);
}

static void add_foreign(struct browser *b, const struct http_answer *a)
{
    long s = a->status;
    if (s == 404 && is_download(b)) {
        add_download(b);
        return;
    }
    enum fault fault = s == 404 || s / 100 == 2           ? FAULT_NOT_FOUND
                       : s == 502 || s == 503 || s == 504 ? FAULT_UNAVAILABLE
                       : s == 400                         ? FAULT_BAD_REQUEST
                                                          : FAULT_BROKEN;
    report_add(b->report, FINDING_FAIL, ANSWERS, browser_cure(b, fault),
               "/healthz is answered %ld by %s itself, not by sselog", s, name_of_origin(b, a));
}

/* sselog answered, but not that all is well. */
static void add_unwell(struct browser *b, const struct http_answer *a)
{
    if (a->status == 500)
        report_add(b->report, FINDING_FAIL, ANSWERS, browser_cure(b, FAULT_MISCONFIGURED),
                   "sselog refuses what the web server sent with each request (500 misconfigured)");
    else if (a->status == 503)
        report_add(b->report, FINDING_FAIL, ANSWERS, "`sselog doctor` without a URL checks Redis",
                   "sselog answers, but Redis cannot be reached");
    else
        report_add(b->report, FINDING_FAIL, ANSWERS, NULL, "sselog answers /healthz with %ld",
                   a->status);
}

static bool has_body(const struct http_answer *a, const char *text)
{
    return a->body.len == strlen(text) && memcmp(a->body.p, text, a->body.len) == 0;
}

static void add_unreached(struct browser *b, const char *why)
{
    report_add(b->report, FINDING_FAIL, ANSWERS,
               strstr(why, "certificate")
                   ? "use a certificate for this host that browsers accept; -k accepts any"
               : strstr(why, "returned nothing") || strstr(why, "receiving")
                   ? "the web server may expect the PROXY protocol: give the URL of the proxy"
                   : "correct the URL, or start the web server",
               "%s cannot be reached: %s", b->base, why);
}

static bool check_answer(struct browser *b, const struct http_answer *a)
{
    char location[512];
    find_server(b, a);
    if (is_program(a))
        add_download(b);
    else if (a->status == 0)
        add_unreached(b, a->failure ? a->failure : "no answer");
    else if (a->status / 100 == 3 && http_header(a, "Location", location, sizeof location))
        report_add(b->report, FINDING_FAIL, ANSWERS, "give the URL that it leads to",
                   "/healthz redirects to %s", location);
    else if (a->status == 200 && has_body(a, "ok\n"))
        return true;
    else if (browser_is_our_error(a) || has_body(a, "unavailable\n"))
        add_unwell(b, a);
    else if (a->status == 401 || a->status == 403)
        add_refused(b, a);
    else
        add_foreign(b, a);
    return false;
}

static bool wants_digest(const struct http_answer *a)
{
    char scheme[64];
    return http_header(a, "WWW-Authenticate", scheme, sizeof scheme) &&
           strncasecmp(scheme, "Digest", 6) == 0;
}

/* True: sselog answers, and Redis. */
static bool check_answers(struct browser *b)
{
    struct http_answer a;
    struct ask ask = {.on_bytes = stop_at_a_page};
    browser_get(b, "/healthz", &ask, &a);
    if (b->options->credentials && a.status == 401 && wants_digest(&a)) {
        b->digest = true;
        http_free(&a);
        browser_get(b, "/healthz", &ask, &a);
    }
    bool well = check_answer(b, &a);
    http_free(&a);
    return well;
}

/* Asks for details, which not everybody gets. */
static void ask_details(struct browser *b)
{
    char nonce[64];
    long status;
    b->detailed = browser_probe(b, &NOTHING, &b->probe, nonce, &status) == 0;
    if (b->detailed && b->probe.server[0])
        b->server = server_of(b->probe.server, b->probe.started);
    proxy_decide(b);
    if (b->detailed)
        report_add(b->report, FINDING_OK, ANSWERS, NULL, "sselog answers under %s",
                   server_name(b->server));
    else if (b->hop == HOP_MAYBE)
        report_add(b->report, FINDING_NOTE, ANSWERS, NULL,
                   "sselog answers behind %s, which runs it or is a proxy in front of the web "
                   "server that does; it tells no details here, so that cannot be seen, and some "
                   "checks are left out" NOT_ALLOWED,
                   proxy_name(b->first));
    else
        report_add(b->report, FINDING_NOTE, ANSWERS, NULL,
                   "sselog answers under %s, but tells no details here, so some checks are left "
                   "out" NOT_ALLOWED,
                   server_name(b->server));
}

/* ---- the path ---- */

static bool stop_at_a_stream(void *arg, struct http_answer *a)
{
    (void)arg;
    return a->status != 200;
}

static void check_path(struct browser *b)
{
    char url[80];
    struct ask ask = {.on_bytes = stop_at_a_stream, .patience = PATH_MS};
    struct http_answer a;
    snprintf(url, sizeof url, NONSENSE "%.32s", b->nonce);
    browser_get(b, url, &ask, &a);
    if (a.status == 404 && browser_is_our_error(&a))
        report_add(b->report, FINDING_OK, PATHS, NULL, "a path that does not exist is 404");
    else if (a.status == 200 || a.status == 0)
        report_add(b->report, FINDING_FAIL, PATHS, browser_cure(b, FAULT_PATH),
                   "%s is answered %s: sselog is not told the path below its mount", url,
                   a.status == 200 ? "with the stream" : "with nothing");
    else if (a.status != 401 && a.status != 403)
        report_add(b->report, FINDING_FAIL, PATHS, browser_cure(b, FAULT_NOT_FOUND),
                   "%s is answered %ld by %s, not by sselog", url, a.status,
                   server_name(b->server));
    http_free(&a);
}

/* ---- the login ---- */

static void check_authorization(struct browser *b)
{
    char header[96], nonce[64];
    struct probe p;
    long status;
    snprintf(header, sizeof header, "Authorization: Bearer doctor-%.32s", b->nonce);
    struct ask ask = {.anonymous = true, .headers = {header}};
    if (!b->detailed || !b->probe.wants_authorization || browser_probe(b, &ask, &p, nonce, &status))
        return;
    if (p.authorization)
        report_add(b->report, FINDING_OK, HEADER, NULL, "the header Authorization arrives");
    else
        report_add(b->report, FINDING_FAIL, HEADER, browser_cure(b, FAULT_NO_AUTHORIZATION),
                   "the header Authorization does not arrive at sselog");
}

/* A login that no method sees: sending one is no cure. */
static const char *cure_of_probe(struct browser *b)
{
    bool unseen = strcmp(b->probe.why, "none") == 0 && browser_has_login(b);
    return unseen ? browser_cure(b, FAULT_NO_LOGIN) : cure_of_refusal(b->probe.why);
}

static void add_refusal(struct browser *b, long status)
{
    const struct probe *p = &b->probe;
    bool refused = status == 401 || status == 403 || status == 429;
    bool without = status == 401 && !browser_has_login(b) && strcmp(p->why, "failed-login") != 0;
    enum finding_state state = without ? FINDING_NOTE : FINDING_FAIL;
    const char *by = p->method[0] ? p->method : "none", *colon = p->claim[0] ? ", " : "";
    if (refused && b->detailed && strcmp(p->why, "ok") != 0)
        report_add(b->report, state, REFUSAL, cure_of_probe(b),
                   "/stream is answered %ld: why=%s method=%s: %s%s%s", status, p->why, by, p->text,
                   colon, p->claim);
    else if (status == 403)
        report_add(b->report, FINDING_FAIL, REFUSAL,
                   "let the login have the tenant or role that SSELOG_STREAM, SSELOG_ROUTE or "
                   "SSELOG_MATCH name",
                   "/stream is answered 403: this user has no log here");
    else
        report_add(b->report, state, REFUSAL,
                   "the line event=refuse of sselog's log has the reason" NOT_ALLOWED,
                   "/stream is answered %ld", status);
}

/* ---- access log, pages of other origins ---- */

static void ask_with_secret(struct browser *b)
{
    char url[96];
    struct http_answer a;
    snprintf(url, sizeof url, "/healthz?token=secret-%.32s", b->nonce);
    browser_get(b, url, &NOTHING, &a);
    http_free(&a);
}

/* Reads what was logged since the start. True: there is a line of the request that came after the
 * one with the secret. */
static bool read_log(FILE *f, struct buf *text)
{
    char chunk[4096];
    size_t n;
    clearerr(f);
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
        buf_add(text, chunk, n);
    return text->len > 0 && strstr(text->p, NONSENSE);
}

static void check_access_log(struct browser *b, FILE *f)
{
    struct buf text;
    char secret[64];
    int64_t end = clock_ms() + LOG_MS;
    buf_init(&text, MAX_LOG);
    snprintf(secret, sizeof secret, "secret-%.32s", b->nonce);
    report_wait(b->report, "waiting for a line of the access log", LOG_MS);
    while (!read_log(f, &text) && clock_ms() < end)
        usleep(LOG_PAUSE * 1000);
    if (text.len > 0 && strstr(text.p, secret))
        report_add(b->report, FINDING_FAIL, ACCESS_LOG, browser_cure(b, FAULT_QUERY_LOGGED),
                   "the access log has query strings, so it has exchange tokens and search texts");
    else if (text.len > 0 && strstr(text.p, NONSENSE))
        report_add(b->report, FINDING_OK, ACCESS_LOG, NULL, "the access log has no query strings");
    else
        report_add(b->report, FINDING_NOTE, ACCESS_LOG, NULL,
                   "no line of sselog's path was written to %s in %d s", b->options->access_log,
                   LOG_MS / 1000);
    buf_free(&text);
}

static void check_cors(struct browser *b)
{
    char origin[512], allowed[512] = "", credentials[16] = "", cure[640];
    const char *o = b->options->origin;
    struct ask ask = {.method = "OPTIONS",
                      .anonymous = true,
                      .headers = {origin, "Access-Control-Request-Method: GET",
                                  "Access-Control-Request-Headers: authorization"}};
    struct http_answer a;
    snprintf(origin, sizeof origin, "Origin: %s", o);
    snprintf(cure, sizeof cure, "add %s to SSELOG_CORS", o);
    browser_get(b, "/stream", &ask, &a);
    unsigned times = http_count(&a, "Access-Control-Allow-Origin");
    http_header(&a, "Access-Control-Allow-Origin", allowed, sizeof allowed);
    http_header(&a, "Access-Control-Allow-Credentials", credentials, sizeof credentials);
    if (a.status / 100 != 2)
        report_add(b->report, FINDING_FAIL, CROSS_ORIGIN, browser_cure(b, FAULT_PREFLIGHT),
                   "a preflight (OPTIONS /stream) is answered %ld", a.status);
    else if (times > 1 || strchr(allowed, ','))
        report_add(b->report, FINDING_FAIL, CROSS_ORIGIN, browser_cure(b, FAULT_TWO_ORIGINS),
                   "Access-Control-Allow-Origin comes more than once: browsers refuse that");
    else if (strcmp(allowed, o) != 0)
        report_add(b->report, FINDING_FAIL, CROSS_ORIGIN, cure,
                   "pages of %s may not read: Access-Control-Allow-Origin is \"%s\"", o, allowed);
    else if (strcmp(credentials, "true") != 0)
        report_add(b->report, FINDING_FAIL, CROSS_ORIGIN,
                   "let the web server not change Access-Control headers",
                   "pages of %s may not send cookies", o);
    else
        report_add(b->report, FINDING_OK, CROSS_ORIGIN, NULL, "pages of %s may read", o);
    http_free(&a);
}

/* ---- all ---- */

bool web_check(struct browser *b, FILE *access_log)
{
    const struct doctor_options *o = b->options;
    const char *why = http_start();
    if (why) {
        report_add(b->report, FINDING_FAIL, ANSWERS,
                   "run sselog doctor --url-only with this URL on a machine that has it", "%s",
                   why);
        return false;
    }
    copy_base(o->url, b->base, sizeof b->base);
    proxy_find(b);
    if (!check_answers(b))
        return false;
    ask_details(b);
    proxy_check(b);
    if (access_log)
        ask_with_secret(b);
    check_path(b);
    forge_check(b);
    check_authorization(b);
    long status = stream_check(b);
    if (status != 0 && status != 200)
        add_refusal(b, status);
    if (o->origin)
        check_cors(b);
    if (access_log)
        check_access_log(b, access_log);
    return status == 200;
}
