/* SPDX-License-Identifier: MIT */
/*
 * sse: writes event streams (WHATWG HTML, section 9.2 "Server-sent events") into a bounded buffer.
 * Pure: no I/O and no clock; it knows only buf.
 *
 * Invariants: no payload can start a field or end an event. CR, LF and CRLF all split data lines;
 * NUL, CR and LF never reach a one-line field. The output is UTF-8: ill-formed bytes become U+FFFD,
 * one for each maximal subpart (Unicode 15, section 3.9).
 *
 * eol is "\n" or "\r\n". After an error b->failed is set.
 */
#ifndef SSELOG_SSE_H
#define SSELOG_SSE_H

#include "base/buf.h"

/* Writes "name: value" and a line end. NUL, CR and LF in value are dropped. */
void sse_field(struct buf *b, const char *eol, const char *name, struct slice value);
/* The same for the field "event", whose value has two parts. */
void sse_event(struct buf *b, const char *eol, struct slice prefix, struct slice name);
/* Writes "data: line" for each line of payload. An empty payload is one empty line. A line end at
 * the end of payload makes a last empty line, so the reader gets back exactly these lines. */
void sse_data(struct buf *b, const char *eol, struct slice payload);
/* Writes the blank line that ends an event. */
void sse_end(struct buf *b, const char *eol);
/* Writes ": text" and a blank line. */
void sse_comment(struct buf *b, const char *eol, const char *text);
/* Writes "retry: ms" and a line end, but no blank line. */
void sse_retry(struct buf *b, const char *eol, unsigned ms);
/* Length of the UTF-8 sequence at p (n > 0). *good: it is well-formed. If not, the length is that
 * of its maximal subpart (Unicode 15, section 3.9, table 3-7 and U+FFFD substitution). */
size_t sse_utf8_sequence(const unsigned char *p, size_t n, bool *good);
/* Writes payload as UTF-8 with ill-formed bytes replaced; lines are not split. */
void sse_utf8(struct buf *b, struct slice payload);

/* The progress of a long payload between two calls of sse_data_part. Starts zeroed. */
struct sse_part {
    uint32_t at;  /* payload bytes consumed; a value of Redis has at most 512 MB */
    bool in_line; /* "data: " of the current line is written */
    bool done;    /* the last line end is written */
};
/* Writes the next piece of what sse_data would write. Call it until part->done; the pieces together
 * equal sse_data's output. A piece has at least one byte and at most room + 16. When b has failed,
 * part->done is set too. */
void sse_data_part(struct buf *b, const char *eol, struct slice payload, struct sse_part *part,
                   size_t room);

#endif
