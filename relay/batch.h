/* SPDX-License-Identifier: MIT */
/*
 * batch: the frames of some records, formatted once for all viewers of a view.  A record that is
 * too long for that ends its batch, and is sent piece by piece from its shared payload.
 */
#ifndef SSELOG_RELAY_BATCH_H
#define SSELOG_RELAY_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "relay/budget.h"
#include "relay/counts.h"
#include "relay/place.h"

struct blob;
struct record;
struct relay;
struct view;

struct batch {
    struct buf bytes;
    struct item *items;
    size_t count, cap;
    uint32_t withheld; /* records, with those before the batch where it has the view's number */
    uint32_t withheld_before;
    bool numbered;                       /* it has */
    struct withheld_number number_after; /* the view's, at `after` */
    struct cursor after;                 /* of a viewer that took all */
    uint32_t epoch;      /* the life of the log that they are of, if that is proven */
    struct xid clear_to; /* no more records were found up to here */
    struct buf open;     /* a long record after the items: what stands before its data lines ... */
    struct blob *blob;   /* ... and its payload; NULL: none */
    struct cursor after_blob;
    bool history;
};

/* A long record that is being sent to viewers, or just came. Views of a log may show different
 * fields of one entry as the payload. */
struct large {
    struct large *next;
    const struct view *view; /* NULL: it is gone */
    struct xid id;
    struct blob *blob;
    struct charge charged;
};

/* Empties b for records after from, of a log of that life. */
void batch_begin(struct batch *b, const struct cursor *from, uint32_t epoch, bool history);
/* b is what w gets next: it goes on with the number of the view. */
void batch_number(struct batch *b, const struct view *w);
/* Formats entries from i on, until the batch is full or a long record ends it.  Returns the next i,
 * or 0 when memory ran out.  nth: records of history before them. */
size_t batch_fill(struct relay *r, struct batch *b, const struct view *w,
                  const struct redis_entry *entries, size_t i, size_t count, uint64_t nth);
/* Adds one record, if the view shows it. -1: out of memory. */
int batch_add(struct relay *r, struct batch *b, const struct view *w, struct record *rec,
              uint64_t nth);
/* Its frames go into the ring of w. */
void batch_to_ring(struct relay *r, struct view *w, const struct batch *b);
/* Whether an entry holds a value longer than RESP_BULK_LARGE. */
bool batch_entry_is_large(const struct redis_entry *e);
/* Forgets long records that no viewer is sent any more. */
void batch_tidy(struct relay *r);
/* A view that is freed takes its long records' names along: another may get its address. */
void batch_forget_view(struct relay *r, const struct view *w);
/* to takes what b holds, and b is empty. */
void batch_move(struct batch *to, struct batch *b);
void batch_free(struct batch *b);

#endif
