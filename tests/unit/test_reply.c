/* SPDX-License-Identifier: MIT */
/* reply: replies as entries. An entry that is none makes the whole answer wrong. reply_memory: the
 * objects of a reply are right, and are freed together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "redis/reply.c"
#include "redis/reply_memory.c"

static redisReply *parse(redisReader *parser, struct reply_storage *m, const char *wire)
{
    struct resp_bulk bulk = {0};
    void *reply = NULL;
    assert_int_equal(reply_feed(parser, &bulk, wire, strlen(wire)), strlen(wire));
    assert_int_equal(redisReaderGetReply(parser, &reply), 0);
    assert_non_null(reply);
    assert_true(reply_is_last(parser, &bulk));
    assert_int_equal(reply_hold_blobs(m, &bulk, reply), 0);
    resp_bulk_reset(&bulk);
    return reply;
}

static void test_lines_are_skipped_between_two_replies_only(void **state)
{
    static const struct slice line = {"+QUEUED\r\n", 9};
    static const struct {
        const char *wire;
        size_t most, skipped;
        bool replies; /* a reply follows */
    } cases[] = {
        {"", 9, 0, false},
        {"+QUEUED\r\n", 9, 1, false},
        {"+QUEUED\r\n+QUEUED\r\n", 9, 2, false},
        {"+QUEUED\r\n+QUEUED\r\n", 1, 1, true},
        {"+QUEUED\r\n+QUEUE", 9, 1, false},
        {"+QUEUED\r\n-OOM\r\n", 9, 1, true},
        {"-OOM\r\n+QUEUED\r\n", 9, 0, true},
        {"+QUEUEDX\r\n", 9, 0, true},
        {"*3\r\n+QUEUED\r\n", 9, 0, false}, /* a part of the array */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        redisReader *parser = redisReaderCreate();
        struct resp_bulk bulk = {0};
        void *reply = NULL;
        assert_int_equal(redisReaderGetReply(parser, &reply), 0); /* it waits for one */
        reply_feed(parser, &bulk, cases[i].wire, strlen(cases[i].wire));
        if (cases[i].wire[0] == '*') {
            assert_int_equal(redisReaderGetReply(parser, &reply), 0);
            reply_feed(parser, &bulk, line.p, line.len);
        }
        assert_int_equal(reply_skip_lines(parser, line, cases[i].most), cases[i].skipped);
        assert_int_equal(redisReaderGetReply(parser, &reply), 0);
        assert_int_equal(reply != NULL, cases[i].replies);
        if (reply)
            freeReplyObject(reply);
        redisReaderFree(parser);
        resp_bulk_reset(&bulk);
    }
}

static void test_entries_are_whole_or_the_answer_is_refused(void **state)
{
    static const struct {
        const char *wire;
        ssize_t entries;
        size_t pairs; /* of the last entry */
    } cases[] = {
        {"*0\r\n", 0, 0},
        {"*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n", 1, 1},
        {"*1\r\n*2\r\n$3\r\n1-1\r\n*3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n", 1, 1},
        {"*1\r\n*2\r\n$3\r\n1-1\r\n*0\r\n", 1, 0}, /* no fields, so no array of slices */
        {"*1\r\n*2\r\n$3\r\n1-1\r\n:5\r\n", -1, 0},
        {"*1\r\n*2\r\n$3\r\n1-1\r\n$1\r\nx\r\n", -1, 0},
        {"*1\r\n*2\r\n$3\r\n1-1\r\n*-1\r\n", -1, 0},
        {"*1\r\n*2\r\n:1\r\n*0\r\n", -1, 0},
        {"*1\r\n*2\r\n$1\r\nx\r\n*0\r\n", -1, 0},
        {"*1\r\n*1\r\n$3\r\n1-1\r\n", -1, 0},
        {"*1\r\n$3\r\n1-1\r\n", -1, 0},
        {"*1\r\n$-1\r\n", -1, 0},
        {"*2\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n:1\r\n", -1, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        redisReader *parser = redisReaderCreate();
        struct reply_storage m = {0};
        struct reply_memory memory = {0};
        const char *why = NULL;
        assert_non_null(parser);
        reply_memory_serve(&memory, parser);
        redisReply *r = parse(parser, &m, cases[i].wire);
        assert_int_equal(reply_entries(&m, r, &why), cases[i].entries);
        if (cases[i].entries > 0)
            assert_int_equal(m.entries[cases[i].entries - 1].pairs, cases[i].pairs);
        if (cases[i].entries < 0)
            assert_string_equal(why, "malformed entries");
        redisReaderFree(parser);
        reply_memory_free(&memory);
        reply_storage_free(&m);
    }
}

/* Whether p is in m. */
static bool is_inside(const struct reply_memory *m, const void *p)
{
    for (const struct reply_area *a = m->newest; a; a = a->older)
        if ((const char *)p >= (const char *)a->objects &&
            (const char *)p < (const char *)a->objects + a->size)
            return true;
    return false;
}

static void assert_text(const struct reply_memory *m, const redisReply *r, int type,
                        const char *text)
{
    assert_true(is_inside(m, r) && is_inside(m, r->str));
    assert_int_equal(r->type, type);
    assert_string_equal(r->str, text);
    assert_int_equal(r->len, strlen(text));
}

static redisReply *next_reply(redisReader *parser, const char *wire)
{
    void *reply = NULL;
    assert_int_equal(redisReaderFeed(parser, wire, strlen(wire)), 0);
    assert_int_equal(redisReaderGetReply(parser, &reply), 0);
    return reply;
}

static void test_reply_is_made_in_its_memory(void **state)
{
    struct reply_memory m = {0};
    redisReader *parser = redisReaderCreate();
    (void)state;
    reply_memory_serve(&m, parser);
    redisReply *r = next_reply(parser, "*7\r\n+OK\r\n-ERR no\r\n:-7\r\n$-1\r\n*-1\r\n*0\r\n*2\r\n"
                                       "$3\r\nabc\r\n$0\r\n\r\n");
    redisReaderFree(parser); /* the reply outlives it */
    assert_int_equal(r->type, REDIS_REPLY_ARRAY);
    assert_int_equal(r->elements, 7);
    assert_text(&m, r->element[0], REDIS_REPLY_STATUS, "OK");
    assert_text(&m, r->element[1], REDIS_REPLY_ERROR, "ERR no");
    assert_int_equal(r->element[2]->type, REDIS_REPLY_INTEGER);
    assert_int_equal(r->element[2]->integer, -7);
    assert_int_equal(r->element[3]->type, REDIS_REPLY_NIL);
    assert_int_equal(r->element[4]->type, REDIS_REPLY_NIL);
    assert_int_equal(r->element[5]->type, REDIS_REPLY_ARRAY);
    assert_int_equal(r->element[5]->elements, 0);
    assert_text(&m, r->element[6]->element[0], REDIS_REPLY_STRING, "abc");
    assert_text(&m, r->element[6]->element[1], REDIS_REPLY_STRING, "");
    reply_memory_free(&m);
}

/* Also an object that is longer than an area. Between replies the memory of a short one is kept. */
static void test_long_reply_gives_its_memory_back(void **state)
{
    struct reply_memory m = {0};
    struct buf wire;
    (void)state;
    buf_init(&wire, 1024 * 1024);
    buf_addf(&wire, "*501\r\n$%d\r\n%0*d\r\n", 3 * AREA, 3 * AREA, 1);
    for (int i = 0; i < 500; i++)
        buf_addf(&wire, "$50\r\n%050d\r\n", i);
    for (int turn = 0; turn < 3; turn++) {
        redisReader *parser = redisReaderCreate();
        reply_memory_serve(&m, parser);
        redisReply *r = next_reply(parser, wire.p);
        assert_int_equal(r->element[0]->len, 3 * AREA);
        for (int i = 0; i < 500; i++) {
            char text[51];
            snprintf(text, sizeof text, "%050d", i);
            assert_text(&m, r->element[i + 1], REDIS_REPLY_STRING, text);
        }
        reply_memory_clear(&m);
        assert_true(!m.newest || (!m.newest->older && m.newest->size == AREA));
        assert_null(next_reply(parser, "*2\r\n$1\r\na\r\n")); /* not complete */
        redisReaderFree(parser);
    }
    reply_memory_clear(&m);
    assert_int_equal(m.left, AREA);
    reply_memory_free(&m);
    buf_free(&wire);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_are_skipped_between_two_replies_only),
        cmocka_unit_test(test_entries_are_whole_or_the_answer_is_refused),
        cmocka_unit_test(test_reply_is_made_in_its_memory),
        cmocka_unit_test(test_long_reply_gives_its_memory_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
