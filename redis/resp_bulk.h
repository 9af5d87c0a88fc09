/* SPDX-License-Identifier: MIT */
/*
 * resp_bulk: keeps large values out of the reply parser.  A Redis value of up to 512 MB would be
 * held twice by hiredis, once in its input buffer and once in its reply.  The bytes from the socket
 * pass through here first; the body of a bulk string longer than RESP_BULK_LARGE goes straight into
 * a blob of its exact size, and the parser is given an empty status string in its place.  Knows the
 * framing of RESP2 (Redis serialization protocol specification) and no library.
 */
#ifndef SSELOG_REDIS_RESP_BULK_H
#define SSELOG_REDIS_RESP_BULK_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"

#define RESP_BULK_LARGE (64 * 1024)

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

#define RESP_BULK_MAX_LINE 32

struct resp_bulk {
    bool all;             /* set by its owner: bodies of any length but 0 are diverted */
    size_t large;         /* length of a large body whose header was just met: see resp_bulk_feed */
    struct blob *filling; /* the large body now arriving */
    size_t filled;
    size_t skip;  /* bytes of a small body, or line end, that pass (or are dropped) unlooked at */
    bool drop;    /* ... dropped: the line end behind a diverted body */
    bool in_line; /* inside a line that is not a bulk header: passes */
    char line[RESP_BULK_MAX_LINE]; /* a header, withheld until it is whole */
    size_t line_len;
    struct blob **done; /* diverted bodies in the order of their placeholders */
    size_t ndone, cap_done;
};

/* Frees all, but leaves `all`; the struct is ready for a new connection. */
void resp_bulk_reset(struct resp_bulk *d);
/* Where the next bytes from the socket may be read to directly: the unfilled rest of a large body.
 * Length 0: read into a buffer of your own and pass it to resp_bulk_feed. */
char *resp_bulk_target(struct resp_bulk *d, size_t *len);
/* n bytes were read to resp_bulk_target. */
void resp_bulk_filled(struct resp_bulk *d, size_t n);
/* Passes p on to out (for the parser), less what is diverted. Returns how many bytes it used: all,
 * or those up to and with the header of a large body: then d->large is its length, and
 * resp_bulk_large must be called before the next resp_bulk_feed, when the parser had what came
 * before it. -1: out of memory or framing no Redis sends: drop the connection. */
ssize_t resp_bulk_feed(struct resp_bulk *d, const char *p, size_t len, struct buf *out);
/* What becomes of the large body: kept in a blob, or (keep false) read and forgotten, a blob of
 * length 0 in its stead. -1: out of memory. */
int resp_bulk_large(struct resp_bulk *d, bool keep);
/* The next diverted body, for the next placeholder that the parser yields; the caller owns the
 * reference. NULL: none. */
struct blob *resp_bulk_take(struct resp_bulk *d);

#endif
