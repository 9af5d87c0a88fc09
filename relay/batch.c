/* SPDX-License-Identifier: MIT */
/* batch: see batch.h. */
#include "relay/batch.h"

#include <stdlib.h>

#include "format/record.h"
#include "relay/core.h"
#include "relay/seats.h"

void batch_free(struct batch *b)
{
    buf_free(&b->bytes);
    buf_free(&b->open);
    blob_unref(b->blob);
    free(b->items);
}

void batch_move(struct batch *to, struct batch *b)
{
    *to = *b;
    *b = (struct batch){0};
    buf_init(&b->bytes, to->bytes.max);
    buf_init(&b->open, to->open.max);
}

bool batch_entry_is_large(const struct redis_entry *e)
{
    for (size_t i = 0; i < 2 * e->pairs; i++)
        if (e->fields[i].len > RESP_BULK_LARGE)
            return true;
    return false;
}

static int batch_add_item(struct batch *b, struct xid id, uint64_t rank)
{
    if (b->count == b->cap) {
        size_t cap = b->cap ? 2 * b->cap : 64;
        struct item *grown = realloc(b->items, cap * sizeof *grown);
        if (!grown)
            return -1;
        b->items = grown;
        b->cap = cap;
    }
    b->items[b->count++] = (struct item){(uint32_t)b->bytes.len, b->withheld, id, rank};
    return 0;
}

void batch_begin(struct batch *b, const struct cursor *from, uint32_t epoch, bool history)
{
    buf_clear(&b->bytes);
    buf_clear(&b->open);
    blob_unref(b->blob);
    b->blob = NULL;
    b->count = 0;
    b->withheld = b->withheld_before = 0;
    b->numbered = false;
    b->number_after = (struct withheld_number){0};
    b->after = *from;
    b->epoch = epoch;
    b->clear_to = XID_ZERO;
    b->history = history;
}

void batch_number(struct batch *b, const struct view *w)
{
    b->numbered = true;
    b->withheld = b->withheld_before = w->ring.withheld;
}

/* Views that show the same field hold the same blob. */
static unsigned held_by_larges(const struct relay *r, const struct blob *b)
{
    unsigned n = 0;
    for (const struct large *g = r->larges; g; g = g->next)
        n += g->blob == b;
    return n;
}

/* The first of those that hold b is charged for it. */
static void charge_once(struct relay *r, const struct blob *b)
{
    bool first = true;
    for (struct large *g = r->larges; g; g = g->next) {
        if (g->blob != b)
            continue;
        seats_charge(r->seats, NULL, &g->charged, charge_of(first ? b->len : 0, 0));
        first = false;
    }
}

/* The long payload of rec, shared by reference by all viewers that are being sent it.  Redis's own
 * bytes are kept; a payload that was made here is copied. */
static struct blob *payload_blob(struct relay *r, const struct view *w, const struct record *rec)
{
    for (struct large *g = r->larges; g; g = g->next)
        if (g->view == w && rec->has_id && xid_cmp(g->id, rec->id) == 0)
            return blob_ref(g->blob);
    struct large *g = calloc(1, sizeof *g);
    struct blob *b = redis_feed_blob(r->feed, rec->data.p);
    if (b)
        blob_ref(b);
    else if ((b = blob_new(rec->data.len)))
        memcpy(b->bytes, rec->data.p, rec->data.len);
    if (!g || !b) {
        free(g);
        blob_unref(b);
        return NULL;
    }
    *g = (struct large){.next = r->larges, .view = w, .id = rec->id, .blob = b};
    r->larges = g;
    charge_once(r, b);
    return blob_ref(b);
}

void batch_forget_view(struct relay *r, const struct view *w)
{
    for (struct large *g = r->larges; g; g = g->next)
        if (g->view == w)
            g->view = NULL;
}

void batch_tidy(struct relay *r)
{
    blob_unref(r->batch.blob);
    r->batch.blob = NULL;
    for (struct large **p = &r->larges; *p;) {
        struct large *g = *p;
        if (g->blob->refs > held_by_larges(r, g->blob)) {
            p = &g->next;
            continue;
        }
        *p = g->next;
        seats_charge(r->seats, NULL, &g->charged, (struct charge){0});
        charge_once(r, g->blob);
        blob_unref(g->blob);
        free(g);
    }
}

int batch_add(struct relay *r, struct batch *b, const struct view *w, struct record *rec,
              uint64_t nth)
{
    const struct profile *p = w->profile;
    struct cursor here = {.id = rec->id, .at = CURSOR_SENT, .rank = b->after.rank};
    bool whole = rec->data.len <= p->whole || (p->bulk && b->history);
    if (!filter_pass(w->filter, rec)) {
        b->withheld++;
        return 0;
    }
    if (!whole) {
        profile_open(p, &b->open, rec);
        b->blob = payload_blob(r, w, rec);
        here.large = true;
        b->after_blob = here;
        return b->blob && !b->open.failed ? 0 : -1;
    }
    size_t before = b->bytes.len;
    profile_record(p, &b->bytes, rec, b->history, nth + b->count);
    if (b->bytes.failed)
        return -1;
    if (b->bytes.len > before)
        return batch_add_item(b, rec->id, here.rank);
    b->withheld++; /* the profile has no frame for it */
    return 0;
}

size_t batch_fill(struct relay *r, struct batch *b, const struct view *w,
                  const struct redis_entry *entries, size_t i, size_t count, uint64_t nth)
{
    for (; i < count && !b->blob && b->bytes.len < 4 * (size_t)r->limits.read_bytes; i++) {
        struct record rec;
        if (record_from_entry(&rec, entries[i].id, entries[i].fields, entries[i].pairs, w->field,
                              w->event_field))
            return 0;
        rec.event_prefix = slice_of(w->event_prefix);
        rec.log = slice_of(w->name);
        b->after.rank += b->after.rank != RANK_UNKNOWN;
        if (w->proof) {
            rec.rank = b->after.rank;
            rec.epoch = b->epoch;
        }
        int bad = batch_add(r, b, w, &rec, nth);
        record_end(&rec);
        if (bad)
            return 0;
        b->after.id = entries[i].id;
        b->after.at = CURSOR_SENT;
        b->after.located = false;
        b->after.large = batch_entry_is_large(&entries[i]);
    }
    return i;
}

void batch_to_ring(struct relay *r, struct view *w, const struct batch *b)
{
    if (b->count > 0)
        ring_add(&r->rings, &w->ring, b->items, b->count, b->bytes.p);
    if (b->blob)
        ring_reset(&r->rings, &w->ring, b->after_blob.id);
}
