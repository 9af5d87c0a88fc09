/* SPDX-License-Identifier: MIT */
/* batch: what a batch holds of an answer, where its viewers stand after it, and long records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "redis_io.h"

static struct blob *redis_has; /* the blob of a value that Redis's reply holds */

static struct blob *fake_blob(const struct redis_feed *f, const char *p)
{
    (void)f;
    (void)p;
    return redis_has;
}
#define redis_feed_blob fake_blob
#include "relay/batch.c"

#include "ids.h"

#define LONG_ONE  (64 * 1024 + 1) /* bytes: more than one frame of the plain profile */
#define SHORT_ONE 3

static char data[] = "data", event[] = "event";
static char text[LONG_ONE];
static struct relay relay;
static struct view views[2];
static struct slice fields[8][2];
static struct redis_entry entries[8];

/* Entries 1, 2 ...: k keeps, d is dropped by the filter, L is a long one. */
static size_t make_entries(const char *kinds)
{
    size_t n = strlen(kinds);
    for (size_t i = 0; i < n; i++) {
        size_t len = kinds[i] == 'L' ? LONG_ONE : SHORT_ONE;
        fields[i][0] = slice_of("data");
        fields[i][1] = kinds[i] == 'd' ? slice_of("drop") : slice_make(text, len);
        entries[i] = (struct redis_entry){.id = ID(i + 1), .fields = fields[i], .pairs = 1};
    }
    return n;
}

static int set_up(void **state)
{
    static const char *const skip[] = {"drop", NULL};
    struct filter_spec spec = {.skip_texts = skip};
    (void)state;
    memset(text, 'x', sizeof text);
    redis_has = NULL;
    relay = (struct relay){.limits.read_bytes = 4096, .rings.max = 1024 * 1024};
    buf_init(&relay.batch.bytes, 1024 * 1024);
    buf_init(&relay.batch.open, 1024);
    for (int i = 0; i < 2; i++) {
        views[i] = (struct view){.profile = profile_find("plain"), .filter = filter_new(&spec)};
        views[i].field = data;
        views[i].event_field = event;
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        filter_free(views[i].filter);
        ring_reset(&relay.rings, &views[i].ring, XID_ZERO);
    }
    batch_tidy(&relay);
    assert_null(relay.larges);
    batch_free(&relay.batch);
    return 0;
}

static void batch_is(const char *frames)
{
    const struct batch *b = &relay.batch;
    assert_int_equal(b->bytes.len, strlen(frames));
    assert_memory_equal(b->bytes.p, frames, b->bytes.len);
}

#define FRAME(id) "id: " id "-0\ndata: xxx\n\n"

static void test_batch_begins_empty(void **state)
{
    struct cursor from = {.id = ID(7), .at = CURSOR_NEXT, .rank = 5};
    struct batch *b = &relay.batch;
    (void)state;
    size_t n = make_entries("kkL");
    batch_begin(b, &from, EPOCH_UNKNOWN, false);
    assert_int_equal(batch_fill(&relay, b, &views[0], entries, 0, n, 0), n);
    assert_int_equal(b->count, 2);
    assert_non_null(b->blob);
    b->clear_to = ID(9);
    batch_begin(b, &from, EPOCH_UNKNOWN, true);
    assert_int_equal(b->count, 0);
    assert_int_equal(b->bytes.len, 0);
    assert_int_equal(b->open.len, 0);
    assert_null(b->blob);
    assert_int_equal(b->clear_to.ms, 0);
    assert_true(b->history);
    assert_true(cursor_equal(&b->after, &from));
}

/* A record that the filter withholds moves the viewers too. */
static void test_batch_moves_over_all_its_records(void **state)
{
    static const struct {
        const char *kinds;
        uint64_t rank, then_rank;
        size_t items;
    } cases[] = {{"kkd", 4, 7, 2}, {"d", 4, 5, 0}, {"kdk", RANK_UNKNOWN, RANK_UNKNOWN, 2}};
    struct batch *b = &relay.batch;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cursor from = {.at = CURSOR_NEXT, .rank = cases[i].rank, .located = true};
        size_t n = make_entries(cases[i].kinds);
        batch_begin(b, &from, EPOCH_UNKNOWN, false);
        assert_int_equal(batch_fill(&relay, b, &views[0], entries, 0, n, 0), n);
        assert_int_equal(b->count, cases[i].items);
        assert_int_equal(b->after.id.ms, n);
        assert_int_equal(b->after.at, CURSOR_SENT);
        assert_false(b->after.located);
        assert_true(b->after.rank == cases[i].then_rank);
        if (n > 1 && cases[i].rank != RANK_UNKNOWN)
            assert_int_equal(b->items[1].rank, cases[i].rank + 2);
    }
    batch_is(FRAME("1") FRAME("3"));
}

static void test_full_batch_leaves_the_rest(void **state)
{
    struct cursor from = {.at = CURSOR_SENT};
    struct batch *b = &relay.batch;
    (void)state;
    relay.limits.read_bytes = 9; /* 36 bytes: two frames pass them */
    size_t n = make_entries("kkkk");
    batch_begin(b, &from, EPOCH_UNKNOWN, false);
    assert_int_equal(batch_fill(&relay, b, &views[0], entries, 0, n, 0), 2);
    assert_int_equal(b->after.id.ms, 2);
    batch_begin(b, &b->after, EPOCH_UNKNOWN, false);
    assert_int_equal(batch_fill(&relay, b, &views[0], entries, 2, n, 0), 4);
    batch_is(FRAME("3") FRAME("4"));
}

static void test_batch_without_memory_is_none(void **state)
{
    struct cursor from = {.at = CURSOR_SENT};
    struct batch *b = &relay.batch;
    (void)state;
    size_t n = make_entries("kkk");
    buf_free(&b->bytes);
    buf_init(&b->bytes, 30);
    batch_begin(b, &from, EPOCH_UNKNOWN, false);
    assert_int_equal(batch_fill(&relay, b, &views[0], entries, 0, n, 0), 0);
}

static void test_frames_go_into_the_ring(void **state)
{
    struct cursor from = {.at = CURSOR_SENT, .rank = 4};
    struct batch *b = &relay.batch;
    (void)state;
    size_t n = make_entries("kdk");
    batch_begin(b, &from, EPOCH_UNKNOWN, false);
    batch_fill(&relay, b, &views[0], entries, 0, n, 0);
    batch_to_ring(&relay, &views[0], b);
    const struct piece *p = views[0].ring.first;
    assert_int_equal(p->count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(p->items[i].id.ms, 1 + 2 * i);
        assert_int_equal(p->items[i].rank, 5 + 2 * i);
        assert_int_equal(p->items[i].end, (1 + i) * strlen(FRAME("1")));
    }
    assert_memory_equal(piece_bytes(p), FRAME("1") FRAME("3"), p->items[1].end);
    assert_null(p->next);
    batch_begin(b, &from, EPOCH_UNKNOWN, false);
    batch_to_ring(&relay, &views[0], b); /* no frame: the filter withheld all */
    assert_ptr_equal(views[0].ring.last, p);
}

static void test_batch_is_moved(void **state)
{
    struct cursor from = {.at = CURSOR_SENT, .rank = 4};
    struct batch *b = &relay.batch, to;
    (void)state;
    size_t n = make_entries("kk");
    batch_begin(b, &from, EPOCH_UNKNOWN, false);
    batch_fill(&relay, b, &views[0], entries, 0, n, 0);
    batch_move(&to, b);
    assert_int_equal(to.count, 2);
    assert_string_equal(to.bytes.p, FRAME("1") FRAME("2"));
    assert_int_equal(b->count, 0);
    assert_int_equal(b->bytes.max, to.bytes.max);
    batch_free(&to);
    batch_begin(b, &from, EPOCH_UNKNOWN, false);
    assert_int_equal(batch_fill(&relay, b, &views[0], entries, 0, n, 0), n);
}

/* ---- long records ---- */

static void test_long_record_ends_its_batch_and_is_not_in_the_ring(void **state)
{
    struct cursor from = {.at = CURSOR_SENT};
    struct batch *b = &relay.batch;
    (void)state;
    size_t n = make_entries("kLk");
    batch_begin(b, &from, EPOCH_UNKNOWN, false);
    assert_int_equal(batch_fill(&relay, b, &views[0], entries, 0, n, 0), 2);
    batch_is(FRAME("1"));
    assert_int_equal(b->blob->len, LONG_ONE);
    assert_int_equal(b->open.len, strlen("id: 2-0\n"));
    assert_int_equal(b->after_blob.id.ms, 2);
    assert_int_equal(b->after_blob.at, CURSOR_SENT);
    assert_int_equal(b->after_blob.rank, 2);
    assert_true(b->after_blob.large);
    batch_to_ring(&relay, &views[0], b);
    assert_null(views[0].ring.first);
    assert_int_equal(views[0].ring.floor.ms, 2);
}

/* The long record that is given to a view, by its payload's bytes. */
static struct blob *blob_for(struct view *w, struct xid id, bool has_id)
{
    struct record rec = {.id = id, .has_id = has_id, .data = slice_make(text, LONG_ONE)};
    struct cursor from = {.at = CURSOR_SENT};
    batch_begin(&relay.batch, &from, EPOCH_UNKNOWN, false);
    assert_int_equal(batch_add(&relay, &relay.batch, w, &rec, 0), 0);
    return relay.batch.blob;
}

/* Views may show different fields of an entry; a message has no id that is its own. */
static void test_long_record_is_shared_in_its_view_only(void **state)
{
    (void)state;
    const struct blob *first = blob_for(&views[0], ID(5), true);
    assert_ptr_equal(blob_for(&views[0], ID(5), true), first);
    assert_ptr_not_equal(blob_for(&views[0], ID(6), true), first);
    assert_ptr_not_equal(blob_for(&views[1], ID(5), true), first);
    batch_forget_view(&relay, &views[0]); /* another view may get its address */
    const struct blob *second = blob_for(&views[0], ID(5), true);
    assert_ptr_not_equal(second, first);
    assert_ptr_not_equal(blob_for(&views[0], ID(5), false), second);
}

static void test_long_record_keeps_the_bytes_of_the_reply(void **state)
{
    (void)state;
    redis_has = blob_new(LONG_ONE);
    assert_ptr_equal(blob_for(&views[0], ID(5), true), redis_has);
    assert_ptr_equal(blob_for(&views[1], ID(5), true), redis_has);
    assert_int_equal(redis_has->refs, 4); /* ours, two names, the batch */
    batch_tidy(&relay);
    assert_non_null(relay.larges); /* ours may be a viewer's, and more will come for it */
    blob_unref(redis_has);
    batch_tidy(&relay);
    assert_null(relay.larges);
}

/* In a bulk each record is part of one event, however long it is. */
static void test_bulk_begins_with_its_first_record(void **state)
{
    struct cursor from = {.at = CURSOR_SENT};
    struct batch *b = &relay.batch;
    struct view *w = &views[0];
    (void)state;
    w->profile = profile_find("smarter");
    for (uint64_t nth = 0; nth < 2; nth++) {
        size_t n = make_entries("kk");
        batch_begin(b, &from, EPOCH_UNKNOWN, true);
        assert_int_equal(batch_fill(&relay, b, w, entries, 0, n, nth), 2);
        const char *begins = nth == 0 ? "event: bulk\ndata: [{" : ", {";
        assert_memory_equal(b->bytes.p, begins, strlen(begins));
        assert_memory_equal(b->bytes.p + b->items[0].end, ", {", 3);
    }
}

static void test_only_a_live_record_is_sent_in_pieces(void **state)
{
    struct cursor from = {.at = CURSOR_SENT};
    struct batch *b = &relay.batch;
    struct profile bulk = *profile_find("smarter");
    struct view *w = &views[0];
    (void)state;
    bulk.whole = LONG_ONE - 1;
    w->profile = &bulk;
    for (int history = 0; history < 2; history++) {
        make_entries("L");
        batch_begin(b, &from, EPOCH_UNKNOWN, history);
        assert_int_equal(batch_fill(&relay, b, w, entries, 0, 1, 0), 1);
        assert_int_equal(b->blob == NULL, history);
        assert_int_equal(b->count, history);
    }
}

static void test_long_record_is_charged_once_while_a_view_holds_it(void **state)
{
    struct budget budget = {.max = 10 * LONG_ONE};
    struct large *first = calloc(1, sizeof *first), *second = calloc(1, sizeof *second);
    (void)state;
    assert_true(first && second);
    relay.seats = seats_new(1, 1, &budget);
    first->blob = second->blob = blob_new(LONG_ONE);
    blob_ref(first->blob);
    first->next = second;
    relay.larges = first;
    charge_once(&relay, first->blob);
    assert_int_equal(budget.used, LONG_ONE);
    charge_once(&relay, first->blob);
    assert_int_equal(budget.used, LONG_ONE);
    batch_tidy(&relay);
    assert_int_equal(budget.used, 0);
    assert_null(relay.larges);
    seats_free(relay.seats);
    relay.seats = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(test_batch_begins_empty),
        TEST(test_batch_moves_over_all_its_records),
        TEST(test_full_batch_leaves_the_rest),
        TEST(test_batch_without_memory_is_none),
        TEST(test_frames_go_into_the_ring),
        TEST(test_batch_is_moved),
        TEST(test_long_record_ends_its_batch_and_is_not_in_the_ring),
        TEST(test_long_record_is_shared_in_its_view_only),
        TEST(test_long_record_keeps_the_bytes_of_the_reply),
        TEST(test_long_record_is_charged_once_while_a_view_holds_it),
        TEST(test_bulk_begins_with_its_first_record),
        TEST(test_only_a_live_record_is_sent_in_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
