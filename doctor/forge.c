/* SPDX-License-Identifier: MIT */
/* forge: see forge.h. */
#include "doctor/forge.h"

#include <stdio.h>

#include "identity/fingerprint.h"

static const struct check IDENTITY = {"D9", "identity"};

/* The status of /stream for a request. */
static long stream_status(struct browser *b, const struct ask *ask)
{
    struct http_answer a;
    struct ask head = *ask;
    head.method = "HEAD";
    browser_get(b, "/stream", &head, &a);
    long status = a.status;
    http_free(&a);
    return status;
}

/* Whether the invented name came back as one of the names that sselog found. */
static bool came_back(const struct probe *p, const char *nonce, const char *name)
{
    char digest[FINGERPRINT + 1];
    fingerprint_with_nonce(slice_of(nonce), slice_of(name), digest);
    return strcmp(p->remote_user, digest) == 0 || strcmp(p->user, digest) == 0 ||
           strcmp(p->tenant, digest) == 0 || strcmp(p->role, digest) == 0;
}

/* Without details only the status can tell: what is refused without a login is served with an
 * invented one. */
static bool is_believed(struct browser *b, const struct ask *ask, const char *name)
{
    struct probe p;
    char nonce[64];
    long status;
    if (browser_probe(b, ask, &p, nonce, &status) == 0)
        return came_back(&p, nonce, name);
    if (status == 0 || (ask->anonymous == false && !ask->credentials))
        return false;
    static const struct ask nobody = {.anonymous = true};
    return stream_status(b, ask) == 200 && stream_status(b, &nobody) != 200;
}

static void try_credentials(struct browser *b, const char *name)
{
    char credentials[80];
    struct ask ask = {.anonymous = true, .credentials = credentials};
    snprintf(credentials, sizeof credentials, "%s:x", name);
    if (is_believed(b, &ask, name))
        report_add(b->report, FINDING_FAIL, IDENTITY, browser_cure(b, FAULT_UNCHECKED_USER),
                   "the invented user %s with the password x was taken for a user: any password "
                   "reads any log",
                   name);
    else
        report_add(b->report, FINDING_OK, IDENTITY, NULL, "an invented user is refused");
}

static void try_header(struct browser *b, const char *header, bool anonymous, const char *name)
{
    char line[256];
    struct ask ask = {.anonymous = anonymous, .headers = {line}};
    if (!header[0])
        return;
    snprintf(line, sizeof line, "%s: %s", header, name);
    if (is_believed(b, &ask, name))
        report_add(b->report, FINDING_FAIL, IDENTITY, browser_cure(b, FAULT_FORGED_HEADER),
                   "the client's header %s was believed", header);
    else
        report_add(b->report, FINDING_OK, IDENTITY, NULL, "the client's header %s is not believed",
                   header);
}

/* Some servers give X_User, which a client sends, and X-User, which a proxy sets, the same name.
 * False: the header has no such other name. */
static bool with_underscores(const char *header, char copy[PROBE_TEXT])
{
    snprintf(copy, PROBE_TEXT, "%s", header);
    for (char *p = copy; *p; p++)
        if (*p == '-')
            *p = '_';
    return strcmp(copy, header) != 0;
}

static void try_header_names(struct browser *b, const char *header, bool anonymous,
                             const char *name)
{
    char copy[PROBE_TEXT];
    try_header(b, header, anonymous, name);
    if (with_underscores(header, copy))
        try_header(b, copy, anonymous, name);
}

/* The probe has details where this header is not believed, because sselog knows the address as the
 * doctor's. A web server that believes it tells sselog another client. */
static void try_address(struct browser *b)
{
    struct ask ask = {.headers = {"X-Forwarded-For: " PROBE_FORWARDED}};
    struct probe p;
    char nonce[64];
    long status;
    const char *from = b->probe.address;
    bool local = strncmp(from, "127.", 4) == 0 || strcmp(from, "::1") == 0;
    bool detailed = browser_probe(b, &ask, &p, nonce, &status) == 0;
    if (detailed ? strcmp(p.address, PROBE_FORWARDED) == 0 : status == 401 || status == 403)
        report_add(b->report, local ? FINDING_WARN : FINDING_FAIL, IDENTITY,
                   browser_cure(b, FAULT_FORGED_ADDRESS),
                   "the header X-Forwarded-For of the client at %s was believed%s", from,
                   local ? ", which is right only for a proxy there" : "");
    else if (detailed)
        report_add(b->report, FINDING_OK, IDENTITY, NULL,
                   "the client's header X-Forwarded-For is not believed");
}

/* Without details: an invented role of an administrator brings them if it is believed. */
static void try_administrator(struct browser *b, const char *header)
{
    char line[512], nonce[64];
    struct ask ask = {.headers = {line}};
    struct probe p;
    long status;
    if (!b->config || !b->config->admin_roles[0])
        return;
    snprintf(line, sizeof line, "%s: %s", header, b->config->admin_roles[0]);
    if (browser_probe(b, &ask, &p, nonce, &status) == 0)
        report_add(b->report, FINDING_FAIL, IDENTITY, browser_cure(b, FAULT_FORGED_HEADER),
                   "the client's header %s was believed: it made an administrator of the client",
                   header);
}

/* The names of the headers: as sselog tells them, else as the options of this machine have them. */
struct header_names {
    const char *user, *tenant, *role;
};

static struct header_names header_names(const struct browser *b)
{
    const struct config *c = b->config;
    const struct probe *p = &b->probe;
    struct header_names n = {"X-Remote-User", NULL, NULL};
    if (b->detailed)
        n = (struct header_names){p->user_header, p->tenant_header, p->role_header};
    else if (c)
        n = (struct header_names){c->user_header, c->tenant_header, c->role_header};
    if (!n.role || !n.role[0])
        n.role = "X-Remote-Role";
    return n;
}

void forge_check(struct browser *b)
{
    struct header_names n = header_names(b);
    char name[64], copy[PROBE_TEXT];
    snprintf(name, sizeof name, "doctor-%.32s", b->nonce);
    try_credentials(b, name);
    try_header_names(b, n.user, true, name);
    if (b->detailed) {
        try_header_names(b, n.role, false, name);
        if (n.tenant && n.tenant[0])
            try_header_names(b, n.tenant, false, name);
        try_address(b);
    } else {
        try_administrator(b, n.role);
        if (with_underscores(n.role, copy))
            try_administrator(b, copy);
    }
}
