/* SPDX-License-Identifier: MIT */
/* reply: replies as entries. An entry that is none makes the whole answer wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "redis/reply.c"

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
        const char *why = NULL;
        assert_non_null(parser);
        redisReply *r = parse(parser, &m, cases[i].wire);
        assert_int_equal(reply_entries(&m, r, &why), cases[i].entries);
        if (cases[i].entries > 0)
            assert_int_equal(m.entries[cases[i].entries - 1].pairs, cases[i].pairs);
        if (cases[i].entries < 0)
            assert_string_equal(why, "malformed entries");
        freeReplyObject(r);
        reply_storage_free(&m);
        redisReaderFree(parser);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entries_are_whole_or_the_answer_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
