/* SPDX-License-Identifier: MIT */
/* offset: see offset.h. */
#include "redis/offset.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

int offset_init(struct redis_offset *o, const char *log, const char *producer, const char *life,
                unsigned keep)
{
    char suffix[sizeof ":sent:" + OFFSET_NAME];
    size_t size = strlen(log) + sizeof suffix + SLOT_KEY_MORE;
    *o = (struct redis_offset){.log = log, .key = malloc(size), .keep = keep};
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
    buf_addf(&o->next, "%s %" PRIu64 " ", o->life, ++o->batches);
    return buf_add(&o->next, place.p, place.len);
}

int offset_take(struct redis_offset *o, struct slice value)
{
    o->known = true;
    buf_clear(&o->before);
    return buf_add(&o->before, value.p, value.len);
}

enum offset_finding offset_compare(const struct redis_offset *o, struct slice value)
{
    struct slice rest = value;
    if (!o->known || value.len == 0)
        return OFFSET_BEFORE;
    if (slice_equal(value, buf_slice(&o->next)))
        return OFFSET_THERE;
    if (slice_equal(value, buf_slice(&o->before)))
        return OFFSET_BEFORE;
    bool own = slice_equal(cut_word(&rest), slice_of(o->life));
    return own ? OFFSET_EARLIER : OFFSET_TAKEN;
}
