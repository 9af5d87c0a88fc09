/* SPDX-License-Identifier: MIT */
/*
 * ring: several rings share one budget.  After each addition, reset or eviction a ring holds all
 * frames that it claims to cover, in order, and the byte count is the sum of the frames.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "relay/ring.c"

#define RINGS  4
#define FRAMES 6000

static struct xid id_of(uint64_t n)
{
    return (struct xid){n, 0};
}

static size_t cost(size_t len)
{
    return sizeof(struct frame) + len;
}

/* The list of frames is linked both ways, adds up to the byte count, and is within the budget. */
static void assert_store_consistent(const struct ring_store *s)
{
    size_t bytes = 0;
    const struct frame *last = NULL;
    for (const struct frame *f = s->oldest; f; f = f->newer) {
        assert_ptr_equal(f->older, last);
        bytes += cost(f->len);
        last = f;
    }
    assert_ptr_equal(s->newest, last);
    assert_int_equal(bytes, s->bytes);
    assert_true(s->bytes <= s->max);
}

static void test_oldest_frame_is_evicted_and_raises_the_floor(void **state)
{
    struct ring_store s = {.max = 3 * cost(10)};
    struct ring r = {.floor = id_of(100)};
    (void)state;
    for (uint64_t n = 101; n <= 104; n++)
        ring_add(&s, &r, id_of(n), n, slice_make("0123456789", 10));
    assert_store_consistent(&s);
    assert_int_equal(r.floor.ms, 101); /* 101 was evicted first */
    assert_false(ring_covers(&r, id_of(100)));
    assert_true(ring_covers(&r, id_of(101)));
    assert_int_equal(ring_after(&r, id_of(101))->id.ms, 102);
    assert_int_equal(ring_after(&r, id_of(103))->rank, 104);
    assert_null(ring_after(&r, id_of(104)));
    assert_true(ring_knows(&r, id_of(101)));
    assert_true(ring_knows(&r, id_of(102)));
    assert_true(ring_knows(&r, id_of(104)));
    assert_false(ring_knows(&r, id_of(100)));
    assert_false(ring_knows(&r, id_of(105)));
    assert_false(ring_knows(&r, (struct xid){103, 1}));
    ring_reset(&s, &r, id_of(200));
    assert_true(ring_knows(&r, id_of(200)));
    assert_false(ring_knows(&r, id_of(201)));
    assert_null(r.first);
    assert_null(r.last);
    assert_int_equal(s.bytes, 0);
    assert_false(ring_covers(&r, id_of(199)));
    assert_true(ring_covers(&r, id_of(200)));
}

static void test_frame_larger_than_the_budget_empties_all_rings(void **state)
{
    struct ring_store s = {.max = 2 * cost(10)};
    struct ring a = {.floor = id_of(0)}, b = {.floor = id_of(0)};
    static const char big[1000];
    (void)state;
    ring_add(&s, &a, id_of(1), 1, slice_make("0123456789", 10));
    ring_add(&s, &b, id_of(2), 2, slice_make(big, sizeof big));
    assert_store_consistent(&s);
    assert_null(a.first); /* all frames were evicted, the large one too */
    assert_null(b.first);
    assert_int_equal(a.floor.ms, 1);
    assert_int_equal(b.floor.ms, 2);
    ring_add(&s, &b, id_of(3), 3, slice_make("x", 1));
    assert_int_equal(ring_after(&b, id_of(2))->id.ms, 3);
    ring_reset(&s, &b, XID_ZERO);
}

/* lens[i][n] is the length of record n in ring i; 0: it was not added there. */
struct model {
    unsigned lens[RINGS][FRAMES];
    struct ring rings[RINGS];
    struct ring_store store;
};

static void assert_ring_has_its_frames(const struct model *m, int i, uint64_t upto)
{
    const struct ring *r = &m->rings[i];
    const struct frame *f = r->first;
    for (uint64_t n = r->floor.ms + 1; n < upto; n++) {
        if (m->lens[i][n] == 0)
            continue;
        assert_non_null(f);
        assert_int_equal(f->id.ms, n);
        assert_int_equal(f->len, m->lens[i][n]);
        assert_int_equal((unsigned char)f->bytes[f->len - 1], n & 0xff);
        f = f->next;
    }
    assert_null(f);
}

static void test_rings_that_share_a_budget_keep_their_frames(void **state)
{
    static struct model m;
    unsigned dice = 7;
    char bytes[300];
    (void)state;
    m.store.max = 40 * cost(100);
    for (uint64_t n = 1; n < FRAMES; n++) {
        dice = dice * 1664525 + 1013904223;
        int i = (int)(dice >> 16) % RINGS;
        unsigned len = 1 + (dice >> 20) % sizeof bytes;
        memset(bytes, (int)(n & 0xff), sizeof bytes);
        if ((dice >> 8) % 97 == 0) {
            ring_reset(&m.store, &m.rings[i], id_of(n));
            assert_null(m.rings[i].first);
        } else {
            m.lens[i][n] = len;
            ring_add(&m.store, &m.rings[i], id_of(n), n, slice_make(bytes, len));
        }
        if (n % 16)
            continue;
        assert_store_consistent(&m.store);
        for (int k = 0; k < RINGS; k++)
            assert_ring_has_its_frames(&m, k, n + 1);
    }
    for (int k = 0; k < RINGS; k++)
        ring_reset(&m.store, &m.rings[k], XID_ZERO);
    assert_null(m.store.oldest);
    assert_null(m.store.newest);
    assert_int_equal(m.store.bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_oldest_frame_is_evicted_and_raises_the_floor),
        cmocka_unit_test(test_frame_larger_than_the_budget_empties_all_rings),
        cmocka_unit_test(test_rings_that_share_a_budget_keep_their_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
