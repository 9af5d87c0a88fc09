/* SPDX-License-Identifier: MIT */
/*
 * scan_plan: what a request for /search wants, when its search ends and when it tells its progress.
 * Pure.
 */
#ifndef SSELOG_FRONT_SCAN_PLAN_H
#define SSELOG_FRONT_SCAN_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/xid.h"
#include "front/range.h"

#define SCAN_MS          10000 /* of one request: it ends then, and the next one goes on */
#define SCAN_SLOW_MS     40000 /* of one whose peer is slow: it ends then */
#define SCAN_PROGRESS_MS 250
#define SCAN_LIMIT       1000 /* matches, when the query gives no limit */
#define SCAN_LIMIT_MAX   10000
#define SCAN_OVER        "over" /* the last event id after the end: PROFILE_OVER */

struct pair;

/* The wish of a request. */
struct scan_wish {
    struct range range;
    bool forward;  /* oldest first */
    bool resumed;  /* the client has all up to at, from the side where it began */
    struct xid at; /* with resumed */
    uint64_t limit;
};

/* Reads from, to, dir, limit and at of r, and its Last-Event-ID. now: Unix time, ms. Returns NULL,
 * or a sentence that says what is wrong. */
const char *scan_read(const struct request *r, const struct pair *filters, int64_t now,
                      struct scan_wish *w);
/* Whether r comes from an EventSource whose search has ended. */
bool scan_is_over(const struct request *r);

enum scan_end {
    SCAN_GOES_ON,
    SCAN_DONE,        /* all of the range was looked at */
    SCAN_LIMITED,     /* as many records were found as were asked for */
    SCAN_DEADLINE,    /* it took SCAN_MS */
    SCAN_REPLACED,    /* the same user began another one */
    SCAN_EXPIRED,     /* the login ended */
    SCAN_REVOKED,     /* the login was revoked */
    SCAN_UNAVAILABLE, /* Redis was lost */
    SCAN_FAILED,      /* Redis refuses, or memory ran out */
    SCAN_SHUTDOWN     /* the process stops */
};
const char *scan_end_name(enum scan_end end);
/* Whether an EventSource is not to come back. Otherwise it goes on at its last event id. */
bool scan_is_final(enum scan_end end);

struct scan_facts {
    bool all_read;
    bool expired, revoked;
    bool lost, failed;
    bool stopping, replaced;
    uint64_t matched, limit;
    int64_t age; /* ms since it began */
};
enum scan_end scan_decide(const struct scan_facts *f);

/* since: ms since the last progress was told, or since the beginning. */
bool scan_tells(int64_t since);

#endif
