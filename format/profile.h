/* SPDX-License-Identifier: MIT */
/*
 * profile: one table row per dialect an event stream is served in.  A row holds what differs
 * (line end, heads, presets of options, a few properties) and functions where that is not enough; a
 * function that it leaves empty is as in the plain profile.  Pure: writes into buffers, no I/O, no
 * clock.
 */
#ifndef SSELOG_FORMAT_PROFILE_H
#define SSELOG_FORMAT_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "format/record.h"
#include "base/xid.h"

/* clang-format off */

/* All profiles, in the order in which messages name them. Each has a row in format/profile.c and
 * one in front/profile_http.c: without either the program does not compile. */
#define PROFILES(X)                                                                                \
    X(PLAIN, plain)                                                                                \
    X(ENVELOPE, envelope)                                                                          \
    X(SMARTER, smarter)                                                                            \
    X(TOD, tod)                                                                                    \
    X(SWF, swf)                                                                                   \
    X(ASTRBOT, astrbot)

#define PROFILE_ID(ID, row) PROFILE_##ID,
enum profile_id { PROFILES(PROFILE_ID) PROFILE_COUNT };
#undef PROFILE_ID

/* clang-format on */

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
    enum profile_id id;
    const char *name;                /* the value of SSELOG_PROFILE */
    const struct profile *enveloped; /* what ?envelope=1 gives instead; NULL: no such choice */
    const struct preset
        *presets; /* ends with option NULL; defaults that stay settable; NULL: none */
    const char *eol;
    const char *content_type;
    const char *cache_control;
    const char *headers; /* "Name: value\r\n" lines of this and every other answer */

    /* What differs from plain; called by the functions below alone. NULL: nothing. */
    void (*first_frame)(const struct profile *, struct buf *b, const struct moment *);
    void (*record)(const struct profile *, struct buf *b, struct record *);
    void (*open)(const struct profile *, struct buf *b, const struct record *);
    void (*live)(const struct profile *, struct buf *b, const struct moment *);
    void (*keepalive)(const struct profile *, struct buf *b, const struct moment *);
    void (*moved)(const struct profile *, struct buf *b, struct xid id);
    /* History is one event: its nth record, from 0. NULL: as live records. */
    void (*bulk)(const struct profile *, struct buf *b, struct record *, uint64_t nth);
    /* A payload longer than this is written piecewise: profile_open, then its data lines by
     * sse_data_part, then sse_end; others by profile_record. */
    size_t whole;
    bool unnamed; /* for pages that listen for default messages alone: event names are left out */
    bool late;    /* no frame says hello, nor that a stream is live: the response itself begins when
                     it is */
    bool mute;    /* its client takes any frame for a message: gaps, outages and ends are not told,
                     and a moved cursor with the keepalive alone */
    bool keepalive_fixed; /* the keepalive comes every interval, output or not */
};

/* Each adds bytes to b; none where the dialect has no such frame. Reasons are our own constants. */

/* Status line and headers of the stream, without the blank line. */
void profile_head(const struct profile *p, struct buf *b);
/* A whole answer in place of a stream that has not begun, for a client that is not to take it for
 * one that ended well. */
void profile_refuse(const struct profile *p, struct buf *b, const char *reason);
void profile_first_frame(const struct profile *p, struct buf *b, const struct moment *m);
/* nth: number of this viewer's history, from 0; 0 when live. */
void profile_record(const struct profile *p, struct buf *b, struct record *r, bool history,
                    uint64_t nth);
/* What stands before the data lines of a record. */
void profile_open(const struct profile *p, struct buf *b, const struct record *r);
/* History is done. */
void profile_live(const struct profile *p, struct buf *b, const struct moment *m);
/* after, next: texts of ids, or NULL; lost -1: unknown. */
void profile_gap(const struct profile *p, struct buf *b, const char *after, const char *next,
                 int64_t lost);
void profile_source(const struct profile *p, struct buf *b, bool live);
void profile_keepalive(const struct profile *p, struct buf *b, const struct moment *m);
/* The cursor is past withheld records. */
void profile_moved(const struct profile *p, struct buf *b, struct xid id);
void profile_end(const struct profile *p, struct buf *b, enum end_reason reason,
                 const struct moment *m);
void profile_unavailable(const struct profile *p, struct buf *b, const char *reason,
                         const struct moment *m);

/* NULL: no such profile. */
const struct profile *profile_find(const char *name);
/* i-th profile, NULL past the last: for messages. */
const struct profile *profile_at(unsigned i);

#endif
