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

/* Of a piece with one frame of that length. */
static size_t cost(size_t len)
{
    return size_of(1, len);
}

static size_t len_of(const struct piece *p)
{
    return p->items[p->count - 1].end;
}

static void add_one(struct ring_store *s, struct ring *r, uint64_t n, const char *bytes, size_t len)
{
    ring_add(s, r, &(struct item){(uint32_t)len, 0, id_of(n), n}, 1, bytes);
}

/* The first frame after record n; NULL: none. */
static const struct item *item_after(const struct ring *r, uint64_t n)
{
    size_t i;
    const struct piece *p = ring_after(r, id_of(n), &i);
    return p ? &p->items[i] : NULL;
}

/* The list of pieces is linked both ways, adds up to the byte count, and is within the budget. */
static void assert_store_consistent(const struct ring_store *s)
{
    size_t bytes = 0;
    const struct piece *last = NULL;
    for (const struct piece *p = s->oldest; p; p = p->newer) {
        assert_ptr_equal(p->older, last);
        bytes += size_of(p->count, len_of(p));
        last = p;
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
        add_one(&s, &r, n, "0123456789", 10);
    assert_store_consistent(&s);
    assert_int_equal(r.floor.ms, 101); /* 101 was evicted first */
    assert_false(ring_covers(&r, id_of(100)));
    assert_true(ring_covers(&r, id_of(101)));
    assert_int_equal(item_after(&r, 101)->id.ms, 102);
    assert_int_equal(item_after(&r, 103)->rank, 104);
    assert_null(item_after(&r, 104));
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
    add_one(&s, &a, 1, "0123456789", 10);
    add_one(&s, &b, 2, big, sizeof big);
    assert_store_consistent(&s);
    assert_null(a.first); /* all frames were evicted, the large one too */
    assert_null(b.first);
    assert_int_equal(a.floor.ms, 1);
    assert_int_equal(b.floor.ms, 2);
    add_one(&s, &b, 3, "x", 1);
    assert_int_equal(item_after(&b, 2)->id.ms, 3);
    ring_reset(&s, &b, XID_ZERO);
}

/* lens[i][n] is the length of record n in ring i; 0: it was not added there. */
struct model {
    unsigned lens[RINGS][FRAMES];
    struct ring rings[RINGS];
    struct ring_store store;
};

static void test_frames_of_a_piece_are_found_one_by_one(void **state)
{
    struct ring_store s = {.max = 10000};
    struct ring r = {.floor = id_of(5)};
    static const struct item items[] = {{2, 0, {10, 0}, 1}, {3, 0, {12, 0}, 2}, {6, 0, {14, 0}, 3}};
    static const struct {
        uint64_t position;
        size_t i;
    } rows[] = {{5, 0}, {9, 0}, {10, 1}, {11, 1}, {12, 2}, {13, 2}};
    size_t i;
    (void)state;
    ring_add(&s, &r, items, 3, "aabccc");
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        assert_ptr_equal(ring_after(&r, id_of(rows[k].position), &i), r.first);
        assert_int_equal(i, rows[k].i);
    }
    assert_null(ring_after(&r, id_of(14), &i));
    for (uint64_t id = 4; id <= 15; id++)
        assert_int_equal(ring_knows(&r, id_of(id)), id == 5 || id == 10 || id == 12 || id == 14);
    assert_memory_equal(piece_bytes(r.first) + item_start(items, 1), "bccc", 4);
    assert_int_equal(item_start(items, 0), 0);
    ring_reset(&s, &r, XID_ZERO);
}

static void assert_ring_has_its_frames(const struct model *m, int i, uint64_t upto)
{
    const struct ring *r = &m->rings[i];
    const struct piece *p = r->first;
    for (uint64_t n = r->floor.ms + 1; n < upto; n++) {
        if (m->lens[i][n] == 0)
            continue;
        assert_non_null(p);
        assert_int_equal(p->items[0].id.ms, n);
        assert_int_equal(len_of(p), m->lens[i][n]);
        assert_int_equal((unsigned char)piece_bytes(p)[len_of(p) - 1], n & 0xff);
        p = p->next;
    }
    assert_null(p);
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
            add_one(&m.store, &m.rings[i], n, bytes, len);
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
        cmocka_unit_test(test_frames_of_a_piece_are_found_one_by_one),
        cmocka_unit_test(test_rings_that_share_a_budget_keep_their_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
