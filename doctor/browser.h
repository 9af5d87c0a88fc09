/* SPDX-License-Identifier: MIT */
/*
 * browser: the requests of the checks through a web server, with the login that the command line
 * gave, and what is known of the server so far.
 */
#ifndef SSELOG_DOCTOR_BROWSER_H
#define SSELOG_DOCTOR_BROWSER_H

#include "config/config.h"
#include "doctor/cure.h"
#include "doctor/finding.h"
#include "doctor/http.h"
#include "doctor/options.h"
#include "doctor/probe_reader.h"
#include "doctor/proxy_cure.h"

#define BROWSER_URL  2048
#define BROWSER_CURE 1024

struct browser {
    const struct doctor_options *options;
    struct report *report;
    const char *nonce;
    const struct config *config;  /* of this machine; NULL: not known */
    char base[BROWSER_URL - 256]; /* the URL of the mount, without a slash at its end */
    enum server server;           /* that runs sselog */
    enum proxy first;             /* the server that answers first */
    bool via;                     /* an answer has the header Via */
    enum hop hop;                 /* whether that is another one */
    char from[48];                /* the doctor's own address; "": not known */
    bool digest;                  /* the web server wants Digest authentication */
    bool detailed;                /* the answers to probes have details: probe is set */
    struct probe probe;
    unsigned probes;         /* that were sent */
    char cure[BROWSER_CURE]; /* of browser_cure */
};

/* How a request is made. Zeroed: GET with the login of the command line. */
struct ask {
    const char *method;
    const char *credentials; /* in place of the command line's */
    const char *headers[4];  /* further ones; end with NULL */
    const char *from;        /* the address to connect from; NULL: any */
    int patience;            /* ms; 0: that of answers that do not wait for anything */
    bool anonymous;          /* without the login of the command line */
    bool old;                /* by HTTP/1.1 */
    http_bytes_fn *on_bytes;
    void *arg;
};

/* url: below the mount, such as "/stream". Free the answer with http_free. */
void browser_get(const struct browser *b, const char *url, const struct ask *ask,
                 struct http_answer *a);
/* GET /healthz?probe=. 0, or -1: there were no details. *status: of the answer; 0: none came. */
int browser_probe(struct browser *b, const struct ask *ask, struct probe *p, char nonce[64],
                  long *status);
/* Whether the body is JSON of sselog that tells an error. */
bool browser_is_our_error(const struct http_answer *a);
/* Whether the stream was answered complete, for a client that polls. */
bool browser_is_poll(const struct http_answer *a);
/* The cure of a fault under this server, and in a proxy in front of it. Good until the next call.
 */
const char *browser_cure(struct browser *b, enum fault fault);
/* Whether the command line gave a login. */
bool browser_has_login(const struct browser *b);

#endif
