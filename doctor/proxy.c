/* SPDX-License-Identifier: MIT */
/* proxy: see proxy.h. */
#include "doctor/proxy.h"

#include <stdio.h>

static const struct check PROXY = {"D18", "proxy"};

/* A client of this machine asks from the second address too: a proxy on this machine may have the
 * first one. */
#define LOOPBACK "127.0.0.1"
#define ANOTHER  "127.0.0.2"

/* Each server refuses this request itself, and does not pass it on (RFC 9112, section 6.3). */
void proxy_find(struct browser *b)
{
    static const struct ask malformed = {
        .anonymous = true, .old = true, .headers = {"Content-Length: none"}};
    struct http_answer a;
    char software[PROBE_TEXT] = "";
    browser_get(b, "/healthz", &malformed, &a);
    http_header(&a, "Server", software, sizeof software);
    snprintf(b->from, sizeof b->from, "%s", a.from);
    if (a.status == 400)
        b->first = proxy_of(software, a.body.p ? a.body.p : "");
    http_free(&a);
}

void proxy_decide(struct browser *b)
{
    struct hop_facts f = {.first = b->first,
                          .runs = b->server,
                          .via = b->via,
                          .detailed = b->detailed,
                          .forwarded = b->probe.forwarded,
                          .older_protocol = strcmp(b->probe.protocol, "HTTP/1.0") == 0};
    b->hop = proxy_hop(&f);
}

/* Tells the outcome of a probe from an address of ours, which a proxy may tell. */
static void add_address(struct browser *b, const char *from, const struct probe *p)
{
    bool on_this_machine = strcmp(p->address, LOOPBACK) == 0 || strcmp(p->address, "::1") == 0;
    if (strcmp(p->address, from) == 0)
        report_add(b->report, FINDING_OK, PROXY, NULL, "sselog is told the client's address");
    else if (p->forwarded)
        report_add(
            b->report, FINDING_NOTE, PROXY, browser_cure(b, FAULT_ADDRESS_LOST),
            "sselog logs %s for a client at %s: the proxy tells the client's address, the web "
            "server does not read it",
            p->address, from);
    else
        report_add(b->report, FINDING_WARN, PROXY, browser_cure(b, FAULT_NO_ADDRESS),
                   "the proxy does not tell the client's address: sselog takes all clients for one "
                   "at %s%s",
                   p->address,
                   on_this_machine ? ", and everybody may read /status and /metrics" : "");
}

static void check_address(struct browser *b)
{
    bool local = strcmp(b->from, LOOPBACK) == 0;
    struct ask ask = {.from = local ? ANOTHER : NULL};
    struct probe p;
    char nonce[64];
    long status;
    if (browser_probe(b, &ask, &p, nonce, &status) == 0)
        add_address(b, local ? ANOTHER : b->from, &p);
    else if (local && (status == 401 || status == 403))
        report_add(b->report, FINDING_OK, PROXY, NULL,
                   "sselog tells the client's address from the proxy's");
}

void proxy_check(struct browser *b)
{
    if (b->hop == HOP_DIRECT)
        return;
    if (b->hop == HOP_PROXY)
        report_add(b->report, FINDING_NOTE, PROXY, NULL,
                   "%s is a proxy in front of %s: docs/proxies.md has its lines",
                   proxy_name(b->first), server_name(b->server));
    if (b->hop == HOP_PROXY && b->detailed)
        check_address(b);
}
