/* SPDX-License-Identifier: MIT */
/* offset: see offset.h. */
#include "redis/offset.h"

#include <stdio.h>
#include <stdlib.h>

#define RENEWALS 24 /* while Redis keeps an offset, if batches come all the time */

int offset_init(struct redis_offset *o, const char *log, const char *producer, const char *life,
                unsigned keep)
{
    char suffix[sizeof ":sent:" + OFFSET_NAME];
    size_t size = strlen(log) + sizeof suffix + SLOT_KEY_MORE;
    *o = (struct redis_offset){.log = log, .key = malloc(size), .keep = keep};
    o->expires = keep == 0 ? INT64_MAX : 0;
    buf_init(&o->seen, OFFSET_MAX);
    buf_init(&o->before, OFFSET_MAX);
    buf_init(&o->next, OFFSET_MAX);
    if (!o->key)
        return -1;
    snprintf(suffix, sizeof suffix, ":sent:%s", producer);
    slot_key(log, suffix, o->key, size);
    snprintf(o->life, sizeof o->life, "%s", life);
    return 0;
}

void offset_free(struct redis_offset *o)
{
    free(o->key);
    buf_free(&o->seen);
    buf_free(&o->before);
    buf_free(&o->next);
    o->key = NULL;
}

/* The first word of text, which is cut off. */
static struct slice cut_word(struct slice *text)
{
    const char *blank = text->len > 0 ? memchr(text->p, ' ', text->len) : NULL;
    size_t n = blank ? (size_t)(blank - text->p) : text->len;
    struct slice word = slice_make(text->p, n);
    *text = slice_after(*text, blank ? n + 1 : n);
    return word;
}

struct slice offset_place(const struct redis_offset *o)
{
    struct slice place = buf_slice(&o->before);
    cut_word(&place);
    cut_word(&place);
    return place;
}

int offset_set_next(struct redis_offset *o, struct slice place)
{
    buf_clear(&o->next);
    buf_adds(&o->next, o->life);
    buf_addc(&o->next, ' ');
    buf_add_number(&o->next, ++o->batches);
    buf_addc(&o->next, ' ');
    return buf_add(&o->next, place.p, place.len);
}

int offset_see(struct redis_offset *o, struct slice value)
{
    buf_clear(&o->seen);
    return buf_add(&o->seen, value.p, value.len);
}

/* The content of a buffer becomes the value before the next batch. */
static void move_to_before(struct redis_offset *o, struct buf *value)
{
    struct buf former = o->before;
    o->before = *value;
    *value = former;
    buf_clear(value);
}

void offset_take(struct redis_offset *o)
{
    o->known = true;
    move_to_before(o, &o->seen);
}

/* A key that is gone would have no time to live. */
bool offset_renews(const struct redis_offset *o, int64_t now)
{
    int64_t keep = (int64_t)o->keep * 1000;
    return keep > 0 && (o->before.len == 0 || o->expires - now < keep - keep / RENEWALS);
}

void offset_sent(struct redis_offset *o, bool renewed, int64_t now)
{
    if (renewed)
        o->expires = now + (int64_t)o->keep * 1000;
    move_to_before(o, &o->next);
}

enum offset_finding offset_compare(const struct redis_offset *o, int64_t now)
{
    struct slice value = buf_slice(&o->seen), rest = value;
    if (!o->known || o->before.len + value.len == 0)
        return OFFSET_BEFORE;
    if (value.len == 0)
        return now < o->expires ? OFFSET_GONE : OFFSET_BEFORE;
    if (slice_equal(value, buf_slice(&o->next)))
        return OFFSET_THERE;
    if (slice_equal(value, buf_slice(&o->before)))
        return OFFSET_BEFORE;
    bool own = slice_equal(cut_word(&rest), slice_of(o->life));
    return own ? OFFSET_EARLIER : OFFSET_TAKEN;
}
