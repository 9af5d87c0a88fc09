/* SPDX-License-Identifier: MIT */
/* profile_parts: the functions of the profiles' rows, and what they share. Private to profile.c and
 * profile_*.c. */
#ifndef SSELOG_FORMAT_PROFILE_PARTS_H
#define SSELOG_FORMAT_PROFILE_PARTS_H

#include "format/profile.h"

/* The longest payload that is rewritten, in bytes. A payload and its rewritten form, which may be
 * six times as long, are both in memory. */
#define PROFILE_MAX_WRITTEN (8u * 1024 * 1024)

/* ---- profile.c ---- */

/* A frame without an id: "event: name", one line of data, the blank line. data: a JSON object. */
void profile_control(const struct profile *p, struct buf *b, const char *event, const char *data);
/* The id field of a frame. */
void profile_id(const struct profile *p, struct buf *b, struct xid id);
/* The same for a record.  In a stream of several logs each client has another id there, which is
 * written before the frame: profile_cursor(). */
void profile_record_id(const struct profile *p, struct buf *b, const struct record *r);
/* The event field of a record that has a name.  A name that EventSource fires itself is prefixed.
 */
void profile_event(const struct profile *p, struct buf *b, const struct record *r);
/* Begin and end a record with one data line, which the caller writes between the two. */
void profile_line_begin(const struct profile *p, struct buf *b, const struct record *r);
void profile_line_end(const struct profile *p, struct buf *b);

#define PROFILE_NOTE 48
/* Whether data is too long to be rewritten. Then it becomes a text about its size, stored in
 * note. */
bool profile_shorten(struct slice *data, char note[PROFILE_NOTE]);
/* Writes {"message": text}. */
void profile_message(struct buf *b, struct slice text);

/* ---- profile_lines.c ---- */

void lines_control(const struct profile *p, struct buf *b, const char *event, const char *data);
void lines_first_frame(const struct profile *p, struct buf *b, const struct moment *m);
void lines_record(const struct profile *p, struct buf *b, struct record *r);
void lines_keepalive(const struct profile *p, struct buf *b, const struct moment *m);
void lines_moved(const struct profile *p, struct buf *b, const char *cursor);

/* ---- profile_smarter.c ---- */

void smarter_record(const struct profile *p, struct buf *b, struct record *r);
void smarter_bulk(const struct profile *p, struct buf *b, struct record *r, uint64_t nth);
void smarter_live(const struct profile *p, struct buf *b, const struct moment *m);

/* ---- profile_json.c ---- */

void object_record(const struct profile *p, struct buf *b, struct record *r);
void tod_open(const struct profile *p, struct buf *b, const struct record *r);
void tod_keepalive(const struct profile *p, struct buf *b, const struct moment *m);
void swf_first_frame(const struct profile *p, struct buf *b, const struct moment *m);
void swf_open(const struct profile *p, struct buf *b, const struct record *r);
void swf_record(const struct profile *p, struct buf *b, struct record *r);
void swf_keepalive(const struct profile *p, struct buf *b, const struct moment *m);
void astrbot_record(const struct profile *p, struct buf *b, struct record *r);
void envelope_first_frame(const struct profile *p, struct buf *b, const struct moment *m);
void envelope_keepalive(const struct profile *p, struct buf *b, const struct moment *m);
void envelope_record(const struct profile *p, struct buf *b, struct record *r);
void envelope_open(const struct profile *p, struct buf *b, const struct record *r);
void envelope_moved(const struct profile *p, struct buf *b, const char *cursor);

#endif
