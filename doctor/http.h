/* SPDX-License-Identifier: MIT */
/*
 * http: HTTP requests as a browser makes them, with a deadline until the first byte, and streams
 * that are watched while they are open.  Its .c is the only file that knows libcurl, which is
 * loaded when the first request is made.
 */
#ifndef SSELOG_DOCTOR_HTTP_H
#define SSELOG_DOCTOR_HTTP_H

#include <signal.h>
#include <stdbool.h>

#include "base/buf.h"
#include "doctor/options.h"

struct http_answer {
    const char *failure; /* what ended it, or NULL: the answer is whole */
    bool late;           /* the deadline ended it, or the caller's signal */
    bool stopped;        /* on_bytes ended it */
    long status;         /* 0: no status line came */
    int version;         /* 10, 11, 20, 30; 0: unknown */
    struct buf head;     /* lines, of the last response */
    struct buf body;
    int64_t deadline; /* CLOCK_MONOTONIC ms; on_bytes may move it */
    int64_t first_at; /* when the first byte of the body came; 0: none came */
    int64_t ended_at;
    char from[48];  /* the client's own address; "": not known */
    char text[160]; /* private: of failure */
};

/* Called after bytes of the body came. False: end the request. */
typedef bool http_bytes_fn(void *arg, struct http_answer *a);

struct http_request {
    const char *url;
    const char *method;                      /* NULL: GET */
    const char *agent;                       /* the command that asks; NULL: "doctor" */
    const volatile sig_atomic_t *stop;       /* a signal set it: end now; NULL: none does */
    const char *credentials;                 /* USER:PASSWORD; NULL: none */
    const char *headers[DOCTOR_HEADERS + 8]; /* "Name: value"; ends with NULL */
    int patience;                            /* ms */
    const char *from;                        /* the address to connect from; NULL: any */
    bool digest;                             /* credentials by Digest authentication */
    bool old;                                /* HTTP/1.1, also where HTTP/2 is to be had */
    bool local, insecure;                    /* as in struct doctor_options */
    http_bytes_fn *on_bytes;                 /* NULL: none */
    void *arg;
};

/* NULL, or why there can be no requests: this build or this machine has no libcurl. */
const char *http_start(void);
/* Makes one request. Free the answer with http_free. Body and head have a maximum; what exceeds it
 * ends the request as on_bytes does. */
void http_get(const struct http_request *q, struct http_answer *a);
/* How often a header is in the answer. */
unsigned http_count(const struct http_answer *a, const char *name);
/* Copies the value of a header of the answer, of several the last. False: there is none. */
bool http_header(const struct http_answer *a, const char *name, char *out, size_t size);
/* A may be zeroed, or freed before. */
void http_free(struct http_answer *a);

#endif
