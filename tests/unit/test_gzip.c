/* SPDX-License-Identifier: MIT */
/*
 * gzip: pieces in any order make a member that zlib accepts, and all of a piece can be read as soon
 * as it came.  The same bytes are compressed once, and no more is kept than the limits say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "relay/gzip.c"

#define MAX (8u * 1024 * 1024)

/* len bytes: lines of a log, or noise. */
static struct buf content(size_t len, bool noise, unsigned seed)
{
    struct buf b;
    buf_init(&b, MAX);
    srand(seed);
    while (b.len < len) {
        if (noise)
            buf_addc(&b, (char)rand());
        else
            buf_addf(&b,
                     "id: 1764%u-%d\ndata: {\"level\":\"info\",\"message\":\"job %d done\"}\n\n",
                     seed, rand() % 1000, rand());
    }
    buf_cut(&b, len);
    assert_false(b.failed);
    return b;
}

static struct iovec iovec_of(const struct buf *b)
{
    return (struct iovec){b->p, b->len};
}

/* One client: the bytes that it got, and those that it had to get. */
struct client {
    z_stream inflate;
    struct buf got, wanted;
    struct gzip_sum sum;
    size_t wire;
    bool ended;
};

static void client_takes(struct client *c, struct slice bytes)
{
    c->wire += bytes.len;
    c->inflate.next_in = (Bytef *)(uintptr_t)bytes.p;
    c->inflate.avail_in = (uInt)bytes.len;
    assert_int_equal(buf_room(&c->got, 1024 * 1024), 0);
    c->inflate.next_out = (Bytef *)c->got.p + c->got.len;
    c->inflate.avail_out = 1024 * 1024;
    int result = inflate(&c->inflate, Z_SYNC_FLUSH);
    c->got.len += 1024 * 1024 - c->inflate.avail_out;
    assert_true(result == Z_OK || result == Z_STREAM_END || bytes.len == 0);
    assert_int_equal(c->inflate.avail_in, 0);
    c->ended = result == Z_STREAM_END;
    assert_true(slice_equal(buf_slice(&c->got), buf_slice(&c->wanted)));
}

static void client_begin(struct client *c)
{
    *c = (struct client){0};
    buf_init(&c->got, MAX);
    buf_init(&c->wanted, MAX);
    assert_int_equal(inflateInit2(&c->inflate, 16 + MAX_WBITS), Z_OK);
    client_takes(c, slice_make(gzip_header, GZIP_HEADER_LEN));
}

static void client_end(struct client *c)
{
    inflateEnd(&c->inflate);
    buf_free(&c->got);
    buf_free(&c->wanted);
}

static void send_to(struct client *c, struct slice plain, const struct gzip_piece *piece)
{
    buf_add(&c->wanted, plain.p, plain.len);
    client_takes(c, piece->bytes);
    gzip_count(&c->sum, piece);
}

static void test_pieces_make_a_member_in_any_order(void **state)
{
    static const struct {
        size_t len;
        bool noise, stored;
    } rows[] = {{0, false, false},       {1, false, true},
                {13, false, true},       {100, false, false},
                {100, true, true},       {1500, false, false},
                {32768, false, false},   {65535, true, true},
                {65536, true, true},     {65535, false, true},
                {200000, false, true},   {MAX_PLAIN, false, false},
                {MAX_PLAIN, true, true}, {MAX_PLAIN + 1, false, false}};
    enum { ROWS = sizeof rows / sizeof *rows };
    struct gzip *g = NULL;
    (void)state;
    assert_int_equal(gzip_join(&g), 0);
    for (unsigned order = 0; order < 20; order++) {
        struct client c;
        struct gzip_piece piece;
        client_begin(&c);
        for (size_t n = 0; n < ROWS; n++) {
            size_t i = (n * 5 + order) % ROWS;
            struct buf plain = content(rows[i].len, rows[i].noise, order % 3);
            struct iovec v = iovec_of(&plain);
            if (rows[i].stored && order % 2)
                assert_true(gzip_store(g, buf_slice(&plain), &piece));
            else
                assert_true(gzip_deflate(g, &v, 1, &piece));
            assert_true(piece.bytes.len <= stored_len(plain.len));
            assert_true(piece.fresh == 0 || piece.fresh == plain.len);
            assert_true(piece.fresh <= MAX_PLAIN);
            send_to(&c, buf_slice(&plain), &piece);
            buf_free(&plain);
        }
        buf_adds(&c.wanted, "the end");
        assert_true(gzip_finish(g, &c.sum, slice_of("the end"), &piece));
        assert_false(c.ended);
        client_takes(&c, piece.bytes);
        assert_true(c.ended); /* zlib has compared the check sum and the length */
        client_end(&c);
    }
    gzip_leave(&g);
    assert_null(g);
}

/* The length at the end is that of all bytes, also beyond 32 bits. */
static void test_sum_wraps_as_the_format_says(void **state)
{
    struct gzip_sum sum = {.len = UINT32_MAX - 3};
    struct gzip_piece piece = {.content.len = 10, .shift = (uint32_t)crc32_combine_gen(10)};
    (void)state;
    gzip_count(&sum, &piece);
    assert_int_equal(sum.len, 6);
}

static void test_same_bytes_are_compressed_once(void **state)
{
    struct gzip *g = NULL;
    struct gzip_piece first, second, other;
    struct buf a = content(5000, false, 1), b = content(5000, false, 1),
               c = content(5000, false, 2);
    struct iovec whole = iovec_of(&a), other_bytes = iovec_of(&c);
    struct iovec parts[3] = {{b.p, 7}, {b.p + 7, 0}, {b.p + 7, b.len - 7}};
    (void)state;
    assert_int_equal(gzip_join(&g), 0);
    assert_true(gzip_deflate(g, &whole, 1, &first));
    assert_true(gzip_deflate(g, &other_bytes, 1, &other));
    uLong compressed = g->deflate.total_in;
    g->deflate.total_in = 0;
    assert_int_equal(compressed, 5000);
    assert_int_equal(first.fresh, 5000);
    assert_int_equal(other.fresh, 5000);
    assert_true(gzip_deflate(g, &whole, 1, &second));
    assert_int_equal(second.fresh, 0);
    assert_int_equal(g->count, 2);
    assert_true(slice_equal(first.bytes, second.bytes) ||
                second.bytes.p == g->kept[0]->piece.bytes.p);
    assert_true(gzip_deflate(g, parts, 3, &second));
    assert_ptr_equal(second.bytes.p, g->kept[0]->piece.bytes.p);
    assert_int_equal(g->deflate.total_in, 0);
    assert_memory_equal(&second.content, &first.content, sizeof second.content);
    gzip_leave(&g);
    buf_free(&a);
    buf_free(&b);
    buf_free(&c);
}

static size_t kept_bytes(const struct gzip *g)
{
    size_t sum = 0;
    for (size_t i = 0; i < g->count; i++)
        sum += cost(g->kept[(g->oldest + i) % MAX_KEPT]);
    return sum;
}

/* A batch is as long as the reads of the relay make it: all its pieces are kept for the next
 * viewer. */
static void test_pieces_of_the_largest_batch_are_kept_and_old_ones_are_not(void **state)
{
    enum { PIECES = 17, PIECE = 32 * 1024 };
    struct gzip *g = NULL;
    (void)state;
    assert_int_equal(gzip_join(&g), 0);
    for (unsigned round = 0; round < 5; round++) {
        for (unsigned viewer = 0; viewer < 3; viewer++) {
            for (unsigned i = 0; i < PIECES; i++) {
                struct gzip_piece piece;
                struct buf plain =
                    content(round == 4 && i % 5 == 0 ? 10 * PIECE : PIECE, false, 100 * round + i);
                struct iovec v = iovec_of(&plain);
                bool known = find(g, buf_slice(&plain)) != NULL;
                assert_true(known == (viewer > 0) || round == 4);
                assert_true(gzip_deflate(g, &v, 1, &piece));
                assert_true(g->count <= MAX_KEPT && g->bytes <= KEPT_BYTES);
                assert_int_equal(g->bytes, kept_bytes(g));
                buf_free(&plain);
            }
        }
    }
    gzip_leave(&g);
}

/* A long frame needs much for a moment. */
static void test_memory_for_a_long_frame_is_given_back_with_the_next_piece(void **state)
{
    enum { LONG = 4 * 1024 * 1024, LITTLE = 100 };
    struct gzip *g = NULL;
    struct gzip_piece piece;
    struct buf plain = content(LONG, false, 1);
    struct iovec halves[2] = {{plain.p, LONG / 2}, {plain.p + LONG / 2, LONG / 2}};
    struct iovec little[2] = {{plain.p, LITTLE}, {plain.p + LITTLE, LITTLE}};
    (void)state;
    assert_int_equal(gzip_join(&g), 0);
    assert_true(gzip_deflate(g, halves, 2, &piece));
    assert_true(piece.bytes.len > LONG);
    assert_true(gzip_deflate(g, little, 2, &piece));
    assert_true(g->plain.cap < BUFSIZ && g->wire.cap < BUFSIZ);
    gzip_leave(&g);
    buf_free(&plain);
}

static void test_memory_is_given_back_after_the_last_stream(void **state)
{
    struct gzip *g = NULL;
    (void)state;
    assert_int_equal(gzip_join(&g), 0);
    struct gzip *made = g;
    assert_int_equal(gzip_join(&g), 0);
    assert_ptr_equal(g, made);
    gzip_leave(&g);
    assert_ptr_equal(g, made);
    gzip_leave(&g);
    assert_null(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces_make_a_member_in_any_order),
        cmocka_unit_test(test_sum_wraps_as_the_format_says),
        cmocka_unit_test(test_same_bytes_are_compressed_once),
        cmocka_unit_test(test_pieces_of_the_largest_batch_are_kept_and_old_ones_are_not),
        cmocka_unit_test(test_memory_for_a_long_frame_is_given_back_with_the_next_piece),
        cmocka_unit_test(test_memory_is_given_back_after_the_last_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
