/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: the value of a producer's offset, which anybody may write to Redis. Its place is a
 * part of it, and what follows from it does not depend on more than it. The value of the own batch
 * is found, and no other value is taken for it.
 */
#include <stdint.h>
#include <stdlib.h>

#include "redis/offset.h"

#define LIFE "00112233aabbccdd"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

/* The value that was before, and the one that Redis has now. */
static void compare(struct slice before, struct slice now)
{
    struct redis_offset o;
    check(offset_init(&o, "log", "name", LIFE, 0) == 0);
    if (offset_see(&o, before) == 0)
        offset_take(&o);
    bool fits = offset_set_next(&o, slice_of("1 2")) == 0;
    check(fits && o.before.len <= OFFSET_MAX);
    if (offset_see(&o, now) == 0) {
        bool own = slice_equal(now, buf_slice(&o.next));
        enum offset_finding finding = offset_compare(&o, 0);
        check(!own || finding == (o.known ? OFFSET_THERE : OFFSET_BEFORE));
        check(finding != OFFSET_THERE || own);
        check((finding == OFFSET_GONE) == (o.known && now.len == 0 && o.before.len > 0));
        offset_take(&o);
        struct slice place = offset_place(&o);
        check(slice_equal(now, buf_slice(&o.before)) && place.len <= now.len);
        check(slice_equal(place, slice_after(now, now.len - place.len)));
        check(offset_set_next(&o, place) != 0 || o.next.len >= place.len);
    } else {
        check(now.len > OFFSET_MAX);
    }
    offset_free(&o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_make((const char *)data, size), now = text, before;
    const char *bar = size > 0 ? memchr(data, '|', size) : NULL;
    slice_cut(&now, bar ? (size_t)(bar - text.p) : 0, &before);
    compare(before, bar ? slice_after(now, 1) : now);
    return 0;
}
