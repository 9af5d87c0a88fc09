/* SPDX-License-Identifier: MIT */
/*
 * profile: the forms in which an event stream is sent: our own, and those of systems whose clients
 * exist already. Each profile has one row of values and functions; an empty function means: as in
 * the plain profile. Pure: it writes into buffers, without I/O and clock. A profile's HTTP side is
 * in front/profile_http.h.
 */
#ifndef SSELOG_FORMAT_PROFILE_H
#define SSELOG_FORMAT_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "format/record.h"
#include "base/position.h"

/* clang-format off */

/* All profiles, in the order in which messages name them. Each has a row in
 * format/profile_table.c and one in front/profile_http.c: without either the program does not compile. */
#define PROFILES(X)                                                                                \
    X(PLAIN, plain)                                                                                \
    X(ENVELOPE, envelope)                                                                          \
    X(LINES, lines)                                                                                \
    X(SMARTER, smarter)                                                                            \
    X(TOD, tod)                                                                                    \
    X(SWF, swf)                                                                                   \
    X(ASTRBOT, astrbot)

#define PROFILE_ID(ID, row) PROFILE_##ID,
enum profile_id { PROFILES(PROFILE_ID) PROFILE_COUNT };
#undef PROFILE_ID

/* clang-format on */

/* Another default for an option. */
struct preset {
    const char *option; /* "SSELOG_KEEPALIVE" */
    const char *value;
};

/* Counts of the records that one connection passed. */
struct stream_counts {
    uint64_t sent;
    int64_t withheld; /* by filters, or because they have no payload; -1: not known */
    uint64_t lost;    /* by the gaps that were told, where their number is known */
};

/* The state of a viewer's stream when a profile's function is called. */
struct moment {
    unsigned retry_ms; /* the retry hint to send; at the end of a stream with random jitter */
    uint64_t replayed; /* records of history that were written to this viewer so far */
    struct stream_counts counts;
    double unix_time;      /* seconds */
    unsigned keepalive_ms; /* the longest time without a frame */
    const char *client;    /* a random id of this viewer: text of a UUID version 4 (RFC 9562) */
    bool resumed;          /* the viewer sent a cursor */
    /* In the keepalive of a keepalive_fixed profile, and at the end of a bulk: the cursor is at id,
     * which the client does not know yet. */
    bool has_id;
    struct xid id;
};

/* The reasons for which we end a stream. */
enum end_reason { END_LIFETIME, END_SHUTDOWN, END_REVOKED, END_EXPIRED, END_REPLACED, END_POLL };
const char *end_reason_name(enum end_reason reason);

struct profile {
    enum profile_id id;
    const char *name;                /* the value of SSELOG_PROFILE */
    const struct profile *enveloped; /* what ?envelope=1 gives instead; NULL: no such choice */
    const struct profile *lines;     /* what its content type in Accept gives; NULL: no choice */
    const struct preset *presets;    /* the last has option NULL; NULL: none */
    const char *eol;
    const char *content_type;
    const char *headers; /* "Name: value\r\n" lines of all answers, not only the stream */

    /* Frames that differ from plain's, called only by the functions below. NULL: as in plain. */
    void (*first_frame)(const struct profile *, struct buf *b, const struct moment *);
    void (*record)(const struct profile *, struct buf *b, struct record *);
    void (*open)(const struct profile *, struct buf *b, const struct record *);
    void (*live)(const struct profile *, struct buf *b, const struct moment *);
    /* All other control frames too, without retry hints. data: a JSON object. */
    void (*control)(const struct profile *, struct buf *b, const char *event, const char *data);
    void (*keepalive)(const struct profile *, struct buf *b, const struct moment *);
    void (*moved)(const struct profile *, struct buf *b, const char *cursor);
    /* Writes the nth record of history, from 0, where all history is one event. NULL: history is
     * sent like live records. */
    void (*bulk)(const struct profile *, struct buf *b, struct record *, uint64_t nth);
    /* A payload of at most this length is written by profile_record. A longer one is written in
     * pieces: profile_open, data lines by sse_data_part, sse_end. */
    size_t whole;
    bool unnamed; /* its page listens only for unnamed messages: no event names are sent */
    /* Plain's first frame and live frame are not sent. The response begins when the stream is
     * live. */
    bool late;
    bool counts;     /* live and end have the counts of the connection */
    bool named_logs; /* its clients choose logs by log=, and list them */
    /* Its client takes every frame for a message: gaps, outages and ends are not sent, and a moved
     * cursor only with the keepalive. */
    bool mute;
    bool keepalive_fixed; /* the keepalive is sent every interval, also between records */
};

/* The functions below append a frame to b, or nothing when the profile has no such frame. A reason
 * is one of our constants: it is not escaped. */

/* The status line and the headers of the stream, without the blank line that ends them. no-store: a
 * shared cache may keep nothing (RFC 9111, section 5.2.2.5). no-transform: a proxy that compresses
 * would hold records back. */
void profile_head(const struct profile *p, struct buf *b);
/* A whole answer 503 in place of a stream that did not begin. After a 200 the client would think
 * that the stream ended in good order. */
void profile_refuse(const struct profile *p, struct buf *b, const char *reason);
/* The frame before all others. */
void profile_first_frame(const struct profile *p, struct buf *b, const struct moment *m);
/* A record. nth: its number in this viewer's history, from 0; 0 when live. */
void profile_record(const struct profile *p, struct buf *b, struct record *r, bool history,
                    uint64_t nth);
/* The lines of a record before its data lines. */
void profile_open(const struct profile *p, struct buf *b, const struct record *r);
/* The stream is live: all history was sent. */
void profile_live(const struct profile *p, struct buf *b, const struct moment *m);
/* Records are missing between two ids. */
struct gap_frame {
    const char *log;          /* one of several; NULL: the only one */
    const char *after, *next; /* ids; NULL: not known */
    int64_t lost;             /* their number; -1: not known */
    const char *reason;       /* NULL: none is told */
};
void profile_gap(const struct profile *p, struct buf *b, const struct gap_frame *gap);
#define PROFILE_GAP_DATA 288
/* The same as a JSON object. */
void profile_gap_data(char data[PROFILE_GAP_DATA], const struct gap_frame *gap);
/* Redis was lost, or is live again. */
void profile_source(const struct profile *p, struct buf *b, bool live);
void profile_keepalive(const struct profile *p, struct buf *b, const struct moment *m);
/* The cursor is now there: the records up to it were withheld. */
void profile_moved(const struct profile *p, struct buf *b, const struct position *at);
/* The same as a text: an id, or a cursor of several logs (format/cursor_list.h). */
void profile_moved_to(const struct profile *p, struct buf *b, const char *cursor);
/* Begins a record's frame in a stream of several logs, whose frames have no id of their own. */
void profile_cursor(const struct profile *p, struct buf *b, const char *cursor);
/* The figures of a search. at: the last record that it looked at. */
struct profile_counts {
    uint64_t scanned, matched;
    bool has_at;
    struct xid at;
};
void profile_progress(const struct profile *p, struct buf *b, struct profile_counts c);
/* The final frame of a search, without a retry hint. */
void profile_search_end(const struct profile *p, struct buf *b, const char *reason,
                        struct profile_counts c);
/* The last event id becomes this word, which is no id: nothing follows that an EventSource could
 * come back for. */
void profile_over(const struct profile *p, struct buf *b, const char *word);
/* The final frames of a stream: when to come back, and why it ends, or did not begin. END_POLL
 * tells the time also in its data. */
void profile_end(const struct profile *p, struct buf *b, enum end_reason reason,
                 const struct moment *m);
void profile_unavailable(const struct profile *p, struct buf *b, const char *reason,
                         const struct moment *m);
/* The exchange token with which the client comes back, good for so many seconds. */
void profile_token(const struct profile *p, struct buf *b, const char *token, unsigned seconds);

/* NULL: no such profile. */
const struct profile *profile_find(const char *name);
/* The i-th profile; NULL after the last. */
const struct profile *profile_at(unsigned i);

#endif
