/* SPDX-License-Identifier: MIT */
/*
 * page: the records of one answer of /history, with limits of number and bytes, as JSON or as one
 * object a line. It asks nothing.
 */
#ifndef SSELOG_FRONT_PAGE_H
#define SSELOG_FRONT_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/xid.h"
#include "format/record.h"

#define PAGE_MAX 1000 /* records */

struct page {
    struct buf text;         /* the records as JSON, in the order in which they came */
    size_t starts[PAGE_MAX]; /* where each begins there */
    size_t count, limit;     /* of records; limit is at most PAGE_MAX */
    bool newest_first;       /* they came so, and are written oldest first */
};

/* The members of an answer beside its records. Texts are NULL where there is none. */
struct page_end {
    const char *gap; /* a JSON object */
    bool more;
    const char *first, *last; /* ids */
    const char *whose;
    unsigned status_level; /* 400, 500; 0: none, which is not told */
    unsigned every;        /* ms after which the client should ask again; 0: at once */
};

/* max: bytes of the records. */
void page_init(struct page *p, size_t limit, bool newest_first, size_t max);
void page_free(struct page *p);
/* Whether it takes no more records. */
bool page_is_full(const struct page *p);
/* -1: out of memory. */
int page_add(struct page *p, const struct record *r);
/* Writes the answer: one JSON object, or lines. */
void page_write(const struct page *p, struct buf *b, const struct page_end *end, bool lines);

#endif
