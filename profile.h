/* SPDX-License-Identifier: MIT */
/*
 * profile: one table row per dialect an event stream is served in.  A row holds what differs
 * (line end, heads, texts, presets of options) and functions where a text is not enough; every
 * function is set, to the plain profile's where a dialect does not differ.  Pure: writes into
 * buffers, no I/O, no clock.
 */
#ifndef SSELOG_PROFILE_H
#define SSELOG_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "record.h"
#include "xid.h"

/* What the API of The Other Dude says with each of its answers. */
#define TOD_HEADERS                                                                                \
    "X-Content-Type-Options: nosniff\r\n"                                                          \
    "X-Frame-Options: DENY\r\n"                                                                    \
    "X-DNS-Prefetch-Control: on\r\n"                                                               \
    "Referrer-Policy: strict-origin-when-cross-origin\r\n"                                         \
    "Permissions-Policy: camera=(), microphone=(), geolocation=(self)\r\n"

struct preset {
    const char *option; /* "SSELOG_KEEPALIVE" */
    const char *value;
};

/* What a profile's functions are told of a moment in a viewer's stream. */
struct moment {
    unsigned retry_ms;  /* the retry hint to give, jittered where the end of a stream wants it */
    uint64_t replayed;  /* records of history written so far to this viewer */
    double unix_time;   /* seconds */
    const char *client; /* a random id for this viewer, RFC 9562 version 4 text */
    bool resumed;       /* the viewer brought a cursor */
    bool has_id;        /* keepalive of a keepalive_fixed profile: the cursor moved to id since the
                           client was last told one */
    struct xid id;
};

/* Why a stream ends in an orderly way. */
enum end_reason { END_LIFETIME, END_SHUTDOWN, END_REVOKED, END_EXPIRED };
const char *end_reason_name(enum end_reason reason);

struct profile {
    const char *name;
    const char
        *enveloped; /* name of the profile in its stead for those who ask ?envelope=1; NULL: none */
    const struct preset *presets; /* ends with option NULL; defaults that stay settable */
    const char *eol;
    const char *content_type;
    const char *cache_control;
    const char *more_headers; /* "Name: value\r\n" lines, or "" */

    /* Each adds bytes to b. */
    void (*hello)(const struct profile *, struct buf *b, const struct moment *);
    void (*record)(const struct profile *, struct buf *b, struct record *, bool history,
                   uint64_t nth); /* nth record of this viewer's history, from 0; 0 when live */
    /* What stands before the data lines of a record. */
    void (*open)(const struct profile *, struct buf *b, const struct record *);
    void (*live)(const struct profile *, struct buf *b,
                 const struct moment *); /* history is done */
    void (*gap)(const struct profile *, struct buf *b, const char *after, const char *next,
                int64_t lost); /* texts of ids or NULL; lost -1 unknown */
    void (*source)(const struct profile *, struct buf *b, bool live);
    void (*keepalive)(const struct profile *, struct buf *b, const struct moment *);
    void (*moved)(const struct profile *, struct buf *b,
                  struct xid id); /* cursor past withheld records */
    void (*end)(const struct profile *, struct buf *b, enum end_reason, const struct moment *);
    void (*unavailable)(const struct profile *, struct buf *b, const char *reason,
                        const struct moment *);
    bool bulk;     /* history is written otherwise than live records */
    bool one_line; /* records are never written piecewise: record() does more than open() */
    bool late;     /* no frame says that a stream is live: the response itself begins when it is */
    bool keepalive_fixed; /* the keepalive comes every interval, output or not */
};

/* NULL: no such profile. */
const struct profile *profile_find(const char *name);
/* i-th profile, NULL past the last: for messages. */
const struct profile *profile_at(unsigned i);

/* A record whose payload is longer than this is written piecewise: open(), then its data lines by
 * sse_data_part, then sse_end; shorter ones by record(). */
#define PROFILE_MAX_WHOLE (64 * 1024)

#endif
