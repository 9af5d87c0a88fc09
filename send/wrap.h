/* SPDX-License-Identifier: MIT */
/*
 * wrap: records as JSON objects with time, level, host and message.  Pure: the caller gives the
 * time and the name of the host.
 *
 * Invariant: text becomes one JSON object on one line, in UTF-8.  An object stays as it is, except
 * for members at its end.
 */
#ifndef SSELOG_SEND_WRAP_H
#define SSELOG_SEND_WRAP_H

#include "base/clock.h"
#include "send/options.h"

/* The members that records get. */
struct wrap {
    struct slice host;               /* of records that have none */
    bool host_asked;                 /* objects that have none get it too */
    struct slice level;              /* of records that have none; len 0: none */
    const struct send_field *fields; /* of records that have none of the name */
    size_t nfields;
};

/* Appends text as the member "message" of an object. The member "level" is the level that the text
 * names, else that of w; without both it is left out. now: Unix time, ms. */
void wrap_text(struct buf *out, const struct wrap *w, struct slice text, int64_t now);
/* Appends text as it is, if it is a JSON object. Members that w asks for and that are missing are
 * added at its end. False: it is no object, and nothing was appended. */
bool wrap_object(struct buf *out, const struct wrap *w, struct slice text);

/* ---- for other forms of records ---- */

/* Appends a member; the object begins with "{". */
void wrap_member(struct buf *out, const char *name, struct slice value);
/* Appends the member "time" in the form of RFC 3339. now: Unix time, ms. */
void wrap_time(struct buf *out, int64_t now);
/* Appends the fields that the command line gives. */
void wrap_fields(struct buf *out, const struct wrap *w);

#endif
