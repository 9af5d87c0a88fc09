/* SPDX-License-Identifier: MIT */
/*
 * sse: bytes of an event stream (WHATWG HTML, section 9.2 "Server-sent events") into a
 * bounded buffer.  Pure: no I/O, no clock, knows nothing but buf.  Invariants: nothing a
 * payload holds can start a field or end an event (CR, LF and CRLF all split data lines;
 * NUL, CR and LF never reach a one-line field), and what is written is UTF-8 (bytes that
 * are not become U+FFFD, one for each maximal subpart, Unicode 15 section 3.9).
 * eol is "\n" or "\r\n". Failure is buf's: check b->failed.
 */
#ifndef SSELOG_SSE_H
#define SSELOG_SSE_H

#include "base/buf.h"

/* "name: value" and a line end; NUL, CR, LF in value are left out. */
void sse_field(struct buf *b, const char *eol, const char *name, struct slice value);
/* "data: line" for each line of payload; an empty payload is one "data: " line. A line end at the
 * very end of payload gives a last empty line, so that the reader gets back exactly these lines. */
void sse_data(struct buf *b, const char *eol, struct slice payload);
/* The blank line that ends an event. */
void sse_end(struct buf *b, const char *eol);
/* ": text" and a blank line. */
void sse_comment(struct buf *b, const char *eol, const char *text);
/* "retry: ms" and a line end (no blank line). */
void sse_retry(struct buf *b, const char *eol, unsigned ms);
/* Length of the well-formed UTF-8 sequence at p (n > 0), with *good true; else of the maximal
 * subpart of an ill-formed one (Unicode 15, section 3.9, table 3-7 and U+FFFD substitution). */
size_t sse_utf8_sequence(const unsigned char *p, size_t n, bool *good);
/* payload as UTF-8, bad bytes replaced, nothing split. */
void sse_utf8(struct buf *b, struct slice payload);

/* Where a long payload's data lines stand between two calls of sse_data_part. Starts zeroed. */
struct sse_part {
    size_t at;    /* payload bytes consumed */
    bool in_line; /* "data: " of the current line is out */
    bool done;    /* the last line end is out */
};
/* As sse_data, in pieces: adds at least one byte and about room bytes at most (it may pass room by
 * 16) and returns; call again until part->done. The pieces joined are what sse_data would have
 * written. When b has failed, part->done is set too: nothing more can come. */
void sse_data_part(struct buf *b, const char *eol, struct slice payload, struct sse_part *part,
                   size_t room);

#endif
