/* SPDX-License-Identifier: MIT */
/*
 * resp_bulk: the parser gets the same bytes and the same bodies are kept apart for each way to cut
 * a stream of RESP into pieces.  A placeholder appears only after its body is complete.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "redis/resp_bulk.c"

#define LARGE (RESP_BULK_LARGE + 1)

struct taken {
    struct buf out;
    size_t nblobs;
    size_t scanned, placeholders; /* in out */
    size_t lens[8];
    unsigned char sums[8];
    bool bad;
};

static void add_bulk(struct buf *b, size_t len, char fill)
{
    buf_addf(b, "$%zu\r\n", len);
    assert_int_equal(buf_room(b, len), 0);
    for (size_t i = 0; i < len; i++)
        b->p[b->len + i] = (char)(fill + (char)(i % 3));
    b->len += len;
    buf_adds(b, "\r\n");
}

static unsigned char sum(const struct blob *b)
{
    unsigned char s = 0;
    for (size_t i = 0; i < b->len; i++)
        s = (unsigned char)(s * 31 + (unsigned char)b->bytes[i]);
    return s;
}

static size_t placeholders(struct taken *t)
{
    for (; t->scanned + 3 <= t->out.len; t->scanned++)
        t->placeholders += memcmp(t->out.p + t->scanned, "+\r\n", 3) == 0;
    return t->placeholders;
}

static ssize_t feed(struct resp_bulk *bulk, const char *p, size_t len, struct buf *out)
{
    struct slice pass;
    ssize_t used = resp_bulk_feed(bulk, p, len, &pass);
    if (used >= 0)
        assert_int_equal(buf_add(out, pass.p, pass.len), 0);
    return used;
}

/* Reads as redis_io.c does: to resp_bulk_target if there is one, else through resp_bulk_feed. */
static int pass(struct resp_bulk *bulk, const char *p, size_t len, struct buf *out, unsigned keep)
{
    while (len > 0) {
        size_t room;
        char *into = resp_bulk_target(bulk, &room);
        if (into) {
            size_t n = room < len ? room : len;
            memcpy(into, p, n);
            resp_bulk_filled(bulk, n);
            p += n;
            len -= n;
            if (feed(bulk, p, 0, out) < 0)
                return -1;
            continue;
        }
        ssize_t used = feed(bulk, p, len, out);
        if (used < 0)
            return -1;
        p += used;
        len -= (size_t)used;
        if (bulk->large > 0 && resp_bulk_large(bulk, keep != 0))
            return -1;
    }
    return 0;
}

static void take(struct resp_bulk *bulk, struct taken *t)
{
    struct blob *b;
    while ((b = resp_bulk_take(bulk))) {
        assert_true(t->nblobs < 8);
        t->lens[t->nblobs] = b->len;
        t->sums[t->nblobs++] = sum(b);
        blob_unref(b);
    }
}

#define ALL 2 /* keep bodies of any length */

/* Passes wire in pieces of the given size; the first has `shift` bytes if that is not 0. */
static struct taken run(const struct buf *wire, size_t piece, size_t shift, unsigned keep)
{
    struct resp_bulk bulk = {.all = keep == ALL};
    struct taken t = {0};
    buf_init(&t.out, 16 * 1024 * 1024);
    for (size_t at = 0; at < wire->len && !t.bad;) {
        size_t n = at == 0 && shift > 0 ? shift : piece;
        if (n > wire->len - at)
            n = wire->len - at;
        t.bad = pass(&bulk, wire->p + at, n, &t.out, keep) < 0;
        at += n;
        take(&bulk, &t);
        /* no placeholder before its body */
        if (!t.bad)
            assert_true(placeholders(&t) <= t.nblobs);
    }
    resp_bulk_reset(&bulk);
    return t;
}

static void assert_same(const struct taken *a, const struct taken *b)
{
    assert_int_equal(a->bad, b->bad);
    assert_int_equal(a->nblobs, b->nblobs);
    assert_memory_equal(a->lens, b->lens, sizeof a->lens);
    assert_memory_equal(a->sums, b->sums, sizeof a->sums);
    assert_int_equal(a->out.len, b->out.len);
    assert_memory_equal(a->out.p, b->out.p, a->out.len);
}

static void build(struct buf *b, int which)
{
    buf_init(b, 16 * 1024 * 1024);
    switch (which) {
    case 0: /* nothing large: all bytes are passed on */
        buf_adds(b, "+OK\r\n:12\r\n$-1\r\n*-1\r\n*0\r\n-ERR no $5\r\n$0\r\n\r\n");
        add_bulk(b, 10, '$');
        break;
    case 1: /* one large body, and two at the end of nested arrays */
        add_bulk(b, LARGE, 'a');
        buf_adds(b, "*2\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$4\r\ndata\r\n");
        add_bulk(b, LARGE + 7, 'b');
        buf_adds(b, "*2\r\n$3\r\n2-0\r\n*2\r\n$4\r\ndata\r\n");
        add_bulk(b, 2 * LARGE, 'c');
        buf_adds(b, "+OK\r\n");
        break;
    case 2: /* several in one entry, with small ones and nil between them */
        buf_adds(b, "*6\r\n");
        add_bulk(b, LARGE, '$');
        add_bulk(b, RESP_BULK_LARGE, '\r');
        buf_adds(b, "$-1\r\n");
        add_bulk(b, LARGE, '\n');
        add_bulk(b, LARGE, '*');
        buf_adds(b, ":-7\r\n");
        break;
    default: /* a body that looks like headers */
        buf_addf(b, "$%d\r\n", LARGE + 3);
        for (int i = 0; i < LARGE + 3; i += 4)
            buf_adds(b, "$9\r\n");
        buf_adds(b, "\r\n$2\r\nhi\r\n");
        break;
    }
    assert_false(b->failed);
}

static void test_pieces_of_any_size_give_the_same(void **state)
{
    static const size_t pieces[] = {1, 2, 3, 7, 4096, 16384, 65535, 65536, 65537};
    static const size_t large[][4] = {{0, 3, 3, 1}, {0, 3, 3, 1}, {1, 7, 4, 2}};
    (void)state;
    for (int which = 0; which < 4; which++) {
        struct buf wire;
        build(&wire, which);
        for (unsigned keep = 0; keep <= ALL; keep++) {
            struct taken whole = run(&wire, wire.len, 0, keep);
            assert_false(whole.bad);
            assert_int_equal(whole.nblobs, large[keep][which]);
            assert_int_equal(placeholders(&whole), whole.nblobs);
            for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
                struct taken t = run(&wire, pieces[i], 0, keep);
                assert_same(&whole, &t);
                buf_free(&t.out);
            }
            for (size_t shift = 1; shift < 120; shift++) {
                struct taken t = run(&wire, wire.len, shift, keep);
                assert_same(&whole, &t);
                buf_free(&t.out);
            }
            buf_free(&whole.out);
        }
        buf_free(&wire);
    }
}

static void test_large_bodies_become_placeholders(void **state)
{
    struct buf wire;
    (void)state;
    build(&wire, 1);
    struct taken kept = run(&wire, 1000, 0, 1), dropped = run(&wire, 1000, 0, 0);
    assert_int_equal(kept.lens[0], LARGE);
    assert_int_equal(kept.lens[1], LARGE + 7);
    assert_int_equal(kept.lens[2], 2 * LARGE);
    assert_int_equal(dropped.nblobs, 3);
    assert_int_equal(dropped.lens[2], 0);
    static const char out[] = "+\r\n*2\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$4\r\ndata\r\n+\r\n"
                              "*2\r\n$3\r\n2-0\r\n*2\r\n$4\r\ndata\r\n+\r\n+OK\r\n";
    assert_string_equal(kept.out.p, out);
    assert_string_equal(dropped.out.p, out);
    buf_free(&kept.out);
    buf_free(&dropped.out);
    buf_free(&wire);
}

static void test_malformed_headers_are_refused(void **state)
{
    static const struct {
        const char *wire;
        bool bad;
    } cases[] = {
        {"$536870913\r\n", true},                     /* above the maximum of a value */
        {"$99999999999999999999\r\n", true},          /* above any integer type */
        {"$000000000000000000000000000000000", true}, /* a header without end */
        {"$x\r\n", true},
        {"$12", false}, /* not complete */
        {"$\r\n", true},
        {"$70000\n", true},
        {"$7\r\r\n", true},
        {"$7 \r\n", true},
        {"$+7\r\n", true},
        {"*7\n", true},
        {"*-2\r\n", true},
        {"*-1\r\n$-1\r\n", false},
        {"%1\r\n", true}, /* the types of RESP3 */
        {",1.5\r\n", true},
        {"#t\r\n", true},
        {"_\r\n", true},
        {"+%1\r\n", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf wire;
        buf_init(&wire, 100);
        buf_adds(&wire, cases[i].wire);
        for (size_t piece = 1; piece < 40; piece += 13) {
            struct taken t = run(&wire, piece, 0, 1);
            assert_int_equal(t.bad, cases[i].bad);
            buf_free(&t.out);
        }
        buf_free(&wire);
    }
}

/* The parser ends a line of text at CR LF. A header after a lone LF is text to it. */
static void test_line_ends_where_the_parser_ends_it(void **state)
{
    static const char wire[] = "+a\n$70000\n\r$70000\r\r\n-\n\n\r\n:1\n*9\r\n$2\r\n\n\r\r\n";
    struct buf b;
    (void)state;
    buf_init(&b, 100);
    buf_add(&b, wire, sizeof wire - 1);
    for (size_t piece = 1; piece < sizeof wire; piece++) {
        struct taken t = run(&b, piece, 0, 1);
        assert_false(t.bad);
        assert_int_equal(t.nblobs, 0);
        assert_true(slice_equal(buf_slice(&t.out), buf_slice(&b)));
        buf_free(&t.out);
    }
    buf_free(&b);
}

/* Appends text n times. */
static void add_times(struct buf *b, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_adds(b, text);
}

/* The parser holds a bounded number of bytes and elements. */
static void test_answer_without_end_is_refused(void **state)
{
    static const struct {
        const char *start, *more;
        size_t times;
        bool bad;
    } cases[] = {
        {"+", "A", RESP_BULK_TEXT - 1, false}, /* its line end would be too much */
        {"+", "A", RESP_BULK_TEXT, true},
        {"-", "A", RESP_BULK_TEXT, true},
        {":", "1", RESP_BULK_TEXT, true},
        {"", "+AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n", RESP_BULK_TEXT / 16, false}, /* many lines */
        {"*4194304\r\n", ":1\r\n", 3, false},
        {"*4194304\r\n*1\r\n", "", 0, true},
        {"*4194305\r\n", "", 0, true},
        {"", "*1048576\r\n", 4, false}, /* nested, or in a row: the parser allocates for each */
        {"", "*1048576\r\n", 5, true},
        {"*-1\r\n*3\r\n", "*-1\r\n", 3, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf wire;
        buf_init(&wire, 1024 * 1024);
        buf_adds(&wire, cases[i].start);
        add_times(&wire, cases[i].more, cases[i].times);
        for (size_t piece = 1000; piece <= wire.len + 1000; piece += wire.len) {
            struct taken t = run(&wire, piece, 0, 1);
            assert_int_equal(t.bad, cases[i].bad);
            buf_free(&t.out);
        }
        buf_free(&wire);
    }
}

/* The limits are those of one answer. */
static void test_limits_begin_again_with_each_answer(void **state)
{
    struct resp_bulk bulk = {0};
    struct buf out;
    (void)state;
    buf_init(&out, 1000);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(pass(&bulk, "*4194304\r\n", 10, &out, 1), 0);
        resp_bulk_answered(&bulk);
    }
    resp_bulk_reset(&bulk);
    buf_free(&out);
}

/* A record of very many values below RESP_BULK_LARGE: the parser gets some megabytes of them, and
 * always ids. */
static void test_much_in_one_answer_is_kept_out_of_the_parser(void **state)
{
    size_t fitting = RESP_BULK_MUCH / RESP_BULK_LARGE + 1;
    struct resp_bulk bulk = {0};
    struct buf wire, out;
    (void)state;
    buf_init(&wire, 100000);
    buf_init(&out, 2 * RESP_BULK_MUCH);
    add_bulk(&wire, RESP_BULK_LARGE, 'a');
    for (size_t i = 0; i < fitting + 3; i++) {
        assert_int_equal(pass(&bulk, wire.p, wire.len, &out, 1), 0);
        assert_int_equal(bulk.ndone, i < fitting ? 0 : i + 1 - fitting);
    }
    buf_clear(&wire);
    add_bulk(&wire, 41, '1'); /* the longest id */
    assert_int_equal(pass(&bulk, wire.p, wire.len, &out, 1), 0);
    assert_int_equal(bulk.ndone, 3);
    resp_bulk_reset(&bulk);
    buf_free(&out);
    buf_free(&wire);
}

static void test_reset_inside_a_body_frees_it(void **state)
{
    struct buf wire;
    (void)state;
    build(&wire, 2);
    for (size_t at = 0; at < wire.len; at += wire.len / 37) {
        struct resp_bulk bulk = {0};
        struct buf out;
        buf_init(&out, 16 * 1024 * 1024);
        assert_int_equal(pass(&bulk, wire.p, at, &out, 1), 0);
        resp_bulk_reset(&bulk); /* leaks show under a sanitizer */
        buf_clear(&out);
        assert_int_equal(pass(&bulk, "$2\r\nhi\r\n", 8, &out, 1), 0);
        assert_string_equal(out.p, "$2\r\nhi\r\n");
        resp_bulk_reset(&bulk);
        buf_free(&out);
    }
    buf_free(&wire);
}

static void test_blobs_are_shared_by_reference(void **state)
{
    (void)state;
    struct blob *b = blob_new(3);
    void (*volatile unref)(struct blob *) = blob_unref; /* gcc 12 warns of a use after free */
    assert_ptr_equal(blob_ref(b), b);
    unref(b);
    memcpy(b->bytes, "abc", 3); /* one reference is left */
    unref(b);
    unref(NULL);
    assert_null(blob_new((size_t)MAX_BULK + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces_of_any_size_give_the_same),
        cmocka_unit_test(test_large_bodies_become_placeholders),
        cmocka_unit_test(test_malformed_headers_are_refused),
        cmocka_unit_test(test_line_ends_where_the_parser_ends_it),
        cmocka_unit_test(test_answer_without_end_is_refused),
        cmocka_unit_test(test_limits_begin_again_with_each_answer),
        cmocka_unit_test(test_much_in_one_answer_is_kept_out_of_the_parser),
        cmocka_unit_test(test_reset_inside_a_body_frees_it),
        cmocka_unit_test(test_blobs_are_shared_by_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
