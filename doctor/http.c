/* SPDX-License-Identifier: MIT */
/* http: see http.h. */
#include "doctor/http.h"

#include <stdio.h>
#include <strings.h>

#include "base/clock.h"

#define MAX_HEAD (64 * 1024)
#define MAX_BODY (4 * 1024 * 1024)

/* Returns how often it is there; the last value is copied. */
static unsigned find_header(const struct http_answer *a, const char *name, char *out, size_t size)
{
    size_t len = strlen(name);
    unsigned found = 0;
    for (const char *p = a->head.p ? a->head.p : ""; *p;) {
        size_t line = strcspn(p, "\r\n");
        if (line > len && p[len] == ':' && strncasecmp(p, name, len) == 0) {
            const char *value = p + len + 1 + strspn(p + len + 1, " \t");
            snprintf(out, size, "%.*s", (int)(p + line - value), value);
            found++;
        }
        p += line;
        p += strspn(p, "\r\n");
    }
    return found;
}

bool http_header(const struct http_answer *a, const char *name, char *out, size_t size)
{
    return find_header(a, name, out, size) > 0;
}

unsigned http_count(const struct http_answer *a, const char *name)
{
    return find_header(a, name, NULL, 0);
}

void http_free(struct http_answer *a)
{
    buf_free(&a->head);
    buf_free(&a->body);
}

#ifdef HAVE_LIBCURL

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <dlfcn.h>

/* Functions of libcurl, found by dlsym, with the prototypes of <curl/curl.h>. */
static struct {
    __typeof__(&curl_global_init) global_init;
    __typeof__(&curl_easy_init) easy_init;
    __typeof__(&curl_easy_setopt) setopt;
    __typeof__(&curl_easy_getinfo) getinfo;
    __typeof__(&curl_easy_cleanup) easy_cleanup;
    __typeof__(&curl_easy_strerror) easy_strerror;
    __typeof__(&curl_multi_init) multi_init;
    __typeof__(&curl_multi_add_handle) add_handle;
    __typeof__(&curl_multi_remove_handle) remove_handle;
    __typeof__(&curl_multi_perform) perform;
    __typeof__(&curl_multi_poll) poll;
    __typeof__(&curl_multi_info_read) info_read;
    __typeof__(&curl_multi_cleanup) multi_cleanup;
    __typeof__(&curl_slist_append) slist_append;
    __typeof__(&curl_slist_free_all) slist_free_all;
} lib;

static bool find(void *handle, const char *name, void *function, size_t size)
{
    void *address = dlsym(handle, name);
    memcpy(function, &address, size); /* POSIX: dlsym, application usage */
    return address != NULL;
}

#define FIND(member, name) find(handle, name, &lib.member, sizeof lib.member)

const char *http_start(void)
{
    if (lib.easy_init)
        return NULL;
    void *handle = dlopen(LIBCURL_SONAME, RTLD_NOW | RTLD_LOCAL);
    bool found =
        handle && FIND(global_init, "curl_global_init") && FIND(setopt, "curl_easy_setopt") &&
        FIND(getinfo, "curl_easy_getinfo") && FIND(easy_cleanup, "curl_easy_cleanup") &&
        FIND(easy_strerror, "curl_easy_strerror") && FIND(multi_init, "curl_multi_init") &&
        FIND(add_handle, "curl_multi_add_handle") &&
        FIND(remove_handle, "curl_multi_remove_handle") && FIND(perform, "curl_multi_perform") &&
        FIND(poll, "curl_multi_poll") && FIND(info_read, "curl_multi_info_read") &&
        FIND(multi_cleanup, "curl_multi_cleanup") && FIND(slist_append, "curl_slist_append") &&
        FIND(slist_free_all, "curl_slist_free_all") && FIND(easy_init, "curl_easy_init");
    if (found && lib.global_init(CURL_GLOBAL_DEFAULT) == 0)
        return NULL;
    lib.easy_init = NULL;
    return "libcurl (" LIBCURL_SONAME ") cannot be loaded";
}

/* ---- what comes ---- */

static size_t take_head(char *p, size_t size, size_t n, void *arg)
{
    struct http_answer *a = arg;
    if (n * size > 5 && strncmp(p, "HTTP/", 5) == 0)
        buf_clear(&a->head); /* of a 100 Continue, or of a proxy */
    return buf_add(&a->head, p, n * size) ? 0 : n * size;
}

struct transfer {
    const struct http_request *request;
    struct http_answer *answer;
    CURL *easy;
};

static size_t take_body(char *p, size_t size, size_t n, void *arg)
{
    struct transfer *t = arg;
    struct http_answer *a = t->answer;
    if (a->first_at == 0)
        a->first_at = clock_ms();
    lib.getinfo(t->easy, CURLINFO_RESPONSE_CODE, &a->status);
    bool full = buf_add(&a->body, p, n * size) != 0;
    a->stopped = full || (t->request->on_bytes && !t->request->on_bytes(t->request->arg, a));
    return a->stopped ? 0 : n * size;
}

/* ---- the request ---- */

static struct curl_slist *make_headers(const struct http_request *q)
{
    struct curl_slist *list = NULL;
    for (const char *const *h = q->headers; *h; h++)
        list = lib.slist_append(list, *h);
    return list;
}

static void set_options(struct transfer *t, const struct http_request *q,
                        struct curl_slist *headers, struct curl_slist *connect_to)
{
    CURL *e = t->easy;
    char agent[64];
    lib.setopt(e, CURLOPT_URL, q->url);
    lib.setopt(e, CURLOPT_NOSIGNAL, 1L);
    snprintf(agent, sizeof agent, "sselog-%s/%s", q->agent ? q->agent : "doctor", SSELOG_VERSION);
    lib.setopt(e, CURLOPT_USERAGENT, agent); /* it is copied */
    lib.setopt(e, CURLOPT_PROXY, "");
    lib.setopt(e, CURLOPT_HTTPHEADER, headers);
    lib.setopt(e, CURLOPT_CONNECT_TO, connect_to);
    lib.setopt(e, CURLOPT_HEADERFUNCTION, take_head);
    lib.setopt(e, CURLOPT_HEADERDATA, t->answer);
    lib.setopt(e, CURLOPT_WRITEFUNCTION, take_body);
    lib.setopt(e, CURLOPT_WRITEDATA, t);
    if (q->credentials)
        lib.setopt(e, CURLOPT_USERPWD, q->credentials);
    if (q->from)
        lib.setopt(e, CURLOPT_INTERFACE, q->from);
    if (q->old)
        lib.setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    if (q->digest)
        lib.setopt(e, CURLOPT_HTTPAUTH, (long)CURLAUTH_DIGEST);
    if (q->method && strcmp(q->method, "HEAD") == 0)
        lib.setopt(e, CURLOPT_NOBODY, 1L);
    else if (q->method)
        lib.setopt(e, CURLOPT_CUSTOMREQUEST, q->method);
    if (q->insecure) {
        lib.setopt(e, CURLOPT_SSL_VERIFYPEER, 0L);
        lib.setopt(e, CURLOPT_SSL_VERIFYHOST, 0L);
    }
}

/* Runs until it ends or its deadline, which on_bytes may move. */
static CURLcode run(CURLM *multi, const struct http_request *q, struct http_answer *a)
{
    int running = 1, left;
    while (lib.perform(multi, &running) == CURLM_OK && running) {
        int64_t wait = a->deadline - clock_ms();
        if (wait <= 0 || (q->stop && *q->stop)) {
            a->late = true;
            return CURLE_OPERATION_TIMEDOUT;
        }
        lib.poll(multi, NULL, 0, wait < 1000 ? (int)wait : 1000, NULL);
    }
    CURLMsg *m = lib.info_read(multi, &left);
    return m && m->msg == CURLMSG_DONE ? m->data.result : CURLE_OK;
}

static int version_of(CURL *e)
{
    long version = 0;
    lib.getinfo(e, CURLINFO_HTTP_VERSION, &version);
    return version == CURL_HTTP_VERSION_1_0   ? 10
           : version == CURL_HTTP_VERSION_1_1 ? 11
           : version == CURL_HTTP_VERSION_2_0 ? 20
           : version == CURL_HTTP_VERSION_3   ? 30
                                              : 0;
}

void http_get(const struct http_request *q, struct http_answer *a)
{
    *a = (struct http_answer){.deadline = clock_ms() + q->patience};
    buf_init(&a->head, MAX_HEAD);
    buf_init(&a->body, MAX_BODY);
    struct transfer t = {q, a, lib.easy_init()};
    CURLM *multi = lib.multi_init();
    struct curl_slist *headers = make_headers(q);
    struct curl_slist *to = q->local ? lib.slist_append(NULL, "::127.0.0.1:") : NULL;
    CURLcode code = CURLE_OUT_OF_MEMORY;
    const char *from = NULL;
    if (t.easy && multi) {
        set_options(&t, q, headers, to);
        lib.add_handle(multi, t.easy);
        code = run(multi, q, a);
        lib.getinfo(t.easy, CURLINFO_RESPONSE_CODE, &a->status);
        a->version = version_of(t.easy);
        if (lib.getinfo(t.easy, CURLINFO_LOCAL_IP, &from) == CURLE_OK && from)
            snprintf(a->from, sizeof a->from, "%s", from);
        lib.remove_handle(multi, t.easy);
    }
    a->ended_at = clock_ms();
    snprintf(a->text, sizeof a->text, "%s", lib.easy_strerror(code));
    a->failure = code == CURLE_OK || a->stopped ? NULL : a->text;
    lib.easy_cleanup(t.easy);
    lib.multi_cleanup(multi);
    lib.slist_free_all(headers);
    lib.slist_free_all(to);
}

#else

const char *http_start(void)
{
    return "this sselog was built without libcurl";
}

void http_get(const struct http_request *q, struct http_answer *a)
{
    (void)q;
    *a = (struct http_answer){.failure = "no libcurl"};
}

#endif
