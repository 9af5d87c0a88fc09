/* SPDX-License-Identifier: MIT */
/*
 * start: where a stream starts in its log, by the cursors and the time that its request names.
 * Pure: the time now is an argument. Knows no profile and no Redis.
 *
 * A page that is opened at an address with a cursor keeps it there and adds newer ones with each
 * reconnect. So of all cursors the greatest counts, and a time only counts without a cursor.
 */
#ifndef SSELOG_FRONT_START_H
#define SSELOG_FRONT_START_H

#include <stdbool.h>
#include <stdint.h>

#include "base/position.h"
#include "gateway/request.h"

enum start_kind {
    START_HISTORY,  /* no cursor: the newest records */
    START_AFTER,    /* the client has the record id: those after it */
    START_SINCE,    /* the records from id on; the client does not claim to have others */
    START_MALFORMED /* a parameter can be no cursor, or no time */
};

struct start {
    enum start_kind kind;
    struct position at; /* its id, and of a cursor what proves it */
    bool lost;          /* the client had a cursor, which is no id: what it has cannot be known */
};

/* The stream whose start is looked for. */
struct start_of {
    const char *log; /* in a stream of several logs: its name in their cursors; NULL: of one */
    bool lenient; /* malformed cursors and times, and cursors without a hyphen, count as absent */
};

/* Reads header and query of a request for a stream. A header is never malformed, because
 * EventSource repeats it for ever. now: Unix time in ms. */
struct start start_find(const struct request *r, const struct start_of *of, int64_t now);
/* The nth text of r that is a cursor, from 0; *is_header tells where it is. NULL: no more. */
const char *start_cursor(const struct request *r, size_t nth, bool *is_header);
/* Whether a parameter of that name asks for a part of a log: it is a word such as from or offset,
 * or another spelling of one. */
bool start_is_range(const char *name);
/* Reads a time. It is a duration before now, such as 15m or 1h30m (s, m, h, d, w), or a date-time
 * by RFC 3339, section 5.6, whose '+' may have become a blank. A full-date is its midnight in UTC.
 * *ms: Unix time, 0 if earlier. -1: none of these. */
int start_time(const char *text, int64_t now, int64_t *ms);
/* The first id that Redis can give at that time. */
struct xid start_id_at(int64_t ms);
/* Reads a number as Python's float() does: blanks around it, '_' between digits, "inf" and "nan".
 * -1: no number. */
int start_float(const char *text, double *out);

#endif
