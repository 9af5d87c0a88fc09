/* SPDX-License-Identifier: MIT */
/* browser: see browser.h. */
#include "doctor/browser.h"

#include <stdio.h>

#define ANSWER_MS 15000

bool browser_has_login(const struct browser *b)
{
    return b->options->credentials || b->options->headers[0];
}

const char *browser_cure(struct browser *b, enum fault fault)
{
    const char *own = cure_for(fault, b->server), *its = proxy_cure_for(fault, b->first);
    if (!its || b->hop == HOP_DIRECT)
        return own;
    if (b->hop == HOP_PROXY)
        snprintf(b->cure, sizeof b->cure, "in %s in front: %s; or behind it: %s",
                 proxy_name(b->first), its, own);
    else
        snprintf(b->cure, sizeof b->cure, "%s; or, if %s is a proxy here: %s", own,
                 proxy_name(b->first), its);
    return b->cure;
}

bool browser_is_our_error(const struct http_answer *a)
{
    static const char start[] = "{\"error\":";
    return a->body.len >= sizeof start - 1 && memcmp(a->body.p, start, sizeof start - 1) == 0;
}

bool browser_is_poll(const struct http_answer *a)
{
    const char *end = a->body.p ? strstr(a->body.p, "event: end") : NULL;
    return end && strstr(end, "\"poll\"");
}

void browser_get(const struct browser *b, const char *url, const struct ask *ask,
                 struct http_answer *a)
{
    const struct doctor_options *o = b->options;
    char whole[BROWSER_URL];
    size_t n = 0;
    struct http_request q = {.url = whole,
                             .method = ask->method,
                             .credentials = ask->credentials,
                             .patience = ask->patience > 0 ? ask->patience : ANSWER_MS,
                             .from = ask->from,
                             .old = ask->old,
                             .local = o->local,
                             .insecure = o->insecure,
                             .on_bytes = ask->on_bytes,
                             .arg = ask->arg};
    snprintf(whole, sizeof whole, "%s%s", b->base, url);
    for (size_t i = 0; i < 4 && ask->headers[i]; i++)
        q.headers[n++] = ask->headers[i];
    for (size_t i = 0; !ask->anonymous && o->headers[i]; i++)
        q.headers[n++] = o->headers[i];
    if (!ask->anonymous && !ask->credentials)
        q.credentials = o->credentials;
    q.digest = b->digest && q.credentials == o->credentials;
    http_get(&q, a);
}

int browser_probe(struct browser *b, const struct ask *ask, struct probe *p, char nonce[64],
                  long *status)
{
    struct http_answer a;
    char url[128];
    snprintf(nonce, 64, "%.43s-%u", b->nonce, b->probes++ % 1000000);
    snprintf(url, sizeof url, "/healthz?probe=%s", nonce);
    browser_get(b, url, ask, &a);
    *status = a.status;
    int result = a.status == 200 ? probe_read(buf_slice(&a.body), nonce, p) : -1;
    http_free(&a);
    return result;
}
