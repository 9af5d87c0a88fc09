/* SPDX-License-Identifier: MIT */
/*
 * profile_parts: what the rows of profiles share.  Private to profile.c and profile_*.c. A row that
 * does not differ from plain in a function uses plain's.
 */
#ifndef SSELOG_PROFILE_PARTS_H
#define SSELOG_PROFILE_PARTS_H

#include "profile.h"

extern const struct profile profile_smarter, profile_tod, profile_swf, profile_astrbot;

/* A frame without an id: "event: name", one line of data, the blank line. */
void profile_control(const struct profile *p, struct buf *b, const char *event, const char *data);
void profile_id(const struct profile *p, struct buf *b, struct xid id);

void profile_plain_hello(const struct profile *p, struct buf *b, const struct moment *m);
void profile_plain_gap(const struct profile *p, struct buf *b, const char *after, const char *next,
                       int64_t lost);
void profile_plain_source(const struct profile *p, struct buf *b, bool live);
void profile_plain_keepalive(const struct profile *p, struct buf *b, const struct moment *m);
void profile_plain_moved(const struct profile *p, struct buf *b, struct xid id);
void profile_plain_end(const struct profile *p, struct buf *b, enum end_reason reason,
                       const struct moment *m);
void profile_plain_unavailable(const struct profile *p, struct buf *b, const char *reason,
                               const struct moment *m);
/* Pages that listen for default messages alone: an entry's event name would hide it from them. */
void profile_open_unnamed(const struct profile *p, struct buf *b, const struct record *r);

#define PROFILE_NOTE 80
/* data; or, where it is too long to be written anew, a JSON object in note that tells its size. */
struct slice profile_bounded(struct slice data, char note[PROFILE_NOTE]);

#endif
