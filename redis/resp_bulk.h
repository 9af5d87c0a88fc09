/* SPDX-License-Identifier: MIT */
/*
 * resp_bulk: keeps large values apart from the reply parser.  A value may have 512 MB, and hiredis
 * would hold it twice: in its input buffer and in its reply.  Bytes from the socket pass through
 * here first.  The body of a bulk string longer than RESP_BULK_LARGE goes to a blob of its exact
 * size.  The parser gets an empty status string as a placeholder.  An answer without end, and one
 * with too many elements, are malformed.  Knows the framing of RESP2
 * (Redis serialization protocol specification) and no library.
 */
#ifndef SSELOG_REDIS_RESP_BULK_H
#define SSELOG_REDIS_RESP_BULK_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"

/* Limits of one answer. They bound what the parser holds. Tests set smaller ones. */
#ifndef RESP_BULK_LARGE
#define RESP_BULK_LARGE    (64 * 1024)       /* a longer body is large */
#define RESP_BULK_MUCH     (8 * 1024 * 1024) /* after so many bytes of bodies for the parser ... */
#define RESP_BULK_SHORT    256               /* ... only these are not large; longer than any id */
#define RESP_BULK_ELEMENTS (4 * 1024 * 1024) /* of all its arrays */
#define RESP_BULK_TEXT     (64 * 1024)       /* of a line that is no header */
#endif

/* Bytes shared by reference within one thread. */
struct blob {
    size_t len;
    unsigned refs;
    char bytes[];
};

/* One reference; NULL: out of memory. */
struct blob *blob_new(size_t len);
struct blob *blob_ref(struct blob *b);
/* NULL is fine. */
void blob_unref(struct blob *b);

#define RESP_BULK_MAX_LINE 32 /* the longest header */

struct resp_bulk {
    bool all;             /* set by the owner: every body that is not empty counts as large */
    size_t large;         /* length of a body whose header was just read: see resp_bulk_feed */
    struct blob *filling; /* the large body that arrives now */
    size_t filled;
    size_t skip;                   /* bytes to pass on, or to drop, without parsing them */
    bool drop;                     /* of skip: drop, do not pass on */
    size_t text;                   /* bytes so far of a line that is no header; it is passed on */
    bool text_cr;                  /* the last of them is a carriage return */
    char line[RESP_BULK_MAX_LINE]; /* a header, kept back until it is complete */
    size_t line_len;
    size_t passed, elements; /* of the answer so far: bytes of bodies for the parser, of arrays */
    struct blob **done;      /* large bodies in the order of their placeholders */
    size_t ndone, cap_done;
};

/* Frees everything; then the struct is ready for a new connection. `all` stays. */
void resp_bulk_reset(struct resp_bulk *bulk);
/* Where to read the next bytes from the socket to: the unfilled rest of a large body, with its
 * length. NULL: read to a buffer of your own and pass it to resp_bulk_feed. */
char *resp_bulk_target(struct resp_bulk *bulk, size_t *len);
/* n bytes were read to resp_bulk_target. Call resp_bulk_feed next, with 0 bytes if need be. */
void resp_bulk_filled(struct resp_bulk *bulk, size_t n);
/* Takes bytes at p and says in *pass which bytes the parser gets next: some of those at p, a header
 * that was kept back, or a placeholder. They are valid until the next call; pass->len 0: none.
 * Returns how many bytes it used, at least 1 of len > 0: call it again with the rest. If
 * bulk->large is set, the header of a large body of that length ended there: give *pass to the
 * parser, then call resp_bulk_large first. -1: out of memory or malformed: close the connection. */
ssize_t resp_bulk_feed(struct resp_bulk *bulk, const char *p, size_t len, struct slice *pass);
/* Decides about the large body. keep: read it to a blob. Else it is dropped while it arrives, and
 * a blob of length 0 stands for it. -1: out of memory; another call may still drop the body. */
int resp_bulk_large(struct resp_bulk *bulk, bool keep);
/* The parser returned an answer: the next one has the limits for itself. */
void resp_bulk_answered(struct resp_bulk *bulk);
/* Whether nothing of an answer is held: neither a part of one nor a body that was not taken. */
bool resp_bulk_is_empty(const struct resp_bulk *bulk);
/* The large body of the next placeholder that the parser returns. The caller owns the reference.
 * NULL: none. */
struct blob *resp_bulk_take(struct resp_bulk *bulk);

#endif
