/* SPDX-License-Identifier: MIT */
/* asgi: messages that channels_redis packs become JSON; all other bytes are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "format/asgi.c"

#define PREFIX_BYTES "\0\n\r123456789" /* in place of 12 random bytes */
#define M(bytes)                                                                                   \
    {                                                                                              \
        PREFIX_BYTES bytes, sizeof PREFIX_BYTES bytes - 1                                          \
    }
#define TYPE                                                                                       \
    "\xa4type\xa9"                                                                                 \
    "broadcast"
#define PAYLOAD "\xa7payload"
#define TO      "\xb0__asgi_channel__"

static void note(void *arg, struct slice name, struct slice payload)
{
    struct buf *names = arg;
    assert_true(payload.len > 0);
    buf_add(names, name.p, name.len);
    buf_addc(names, ';');
}

static const struct {
    struct slice member;
    const char *payload, *names;
    enum asgi_kind kind;
} members[] = {
    {M("\x83" TYPE PAYLOAD "\x81\xa1n\x07" TO "\x92\xa1"
       "a\xa1"
       "b"),
     "{\"n\": 7}", "a;b;", ASGI_BROADCAST},
    {M("\x83" TO "\xa1x" PAYLOAD "\x80" TYPE), "{}", "x;", ASGI_BROADCAST},
    {M("\x82" TYPE PAYLOAD "\x80"), "{}", "", ASGI_BROADCAST},
    {M("\x82" TYPE PAYLOAD "\x86\xa1"
       "a\xc0\xa1"
       "b\x92\xc2\xc3\xa1"
       "c\xff\xa1"
       "d\xcb\x3f\xf8\0\0\0\0\0\0\xa1"
       "e\x81\x01\xa1y\xa1"
       "f\xc4\x02\xc3\xa9"),
     "{\"a\": null, \"b\": [false, true], \"c\": -1, \"d\": 1.5, \"e\": {\"1\": \"y\"}, \"f\": "
     "\"\\u00e9\"}",
     "", ASGI_BROADCAST},
    {M("\x82" TYPE PAYLOAD "\x83\xa1"
       "a\xcf\xff\xff\xff\xff\xff\xff\xff\xff\xa1"
       "b\xcb\x7f\xf8\0\0\0\0\0\0\xa1"
       "c\xd4\x01x"),
     "{\"a\": 18446744073709551615, \"b\": null, \"c\": null}", "", ASGI_BROADCAST},
    {M("\x82" TYPE PAYLOAD "\x81\xa1t\xa3\n\xff\""), "{\"t\": \"\\n\\ufffd\\\"\"}", "",
     ASGI_BROADCAST},
    {M("\x82" TYPE PAYLOAD "\x84\xa1" /* integers with a sign */
       "a\xd0\x80\xa1"
       "b\xd1\x80\0\xa1"
       "c\xd2\xff\xff\xff\xfe\xa1"
       "d\xd3\x80\0\0\0\0\0\0\0"),
     "{\"a\": -128, \"b\": -32768, \"c\": -2, \"d\": -9223372036854775808}", "", ASGI_BROADCAST},
    {M("\x82" TYPE PAYLOAD "\x84\xa1"
       "a\xd0\x7f\xa1"
       "b\xd3\x7f\xff\xff\xff\xff\xff\xff\xff\xa1"
       "c\xcd\xff\xff\xa1"
       "d\xe0"),
     "{\"a\": 127, \"b\": 9223372036854775807, \"c\": 65535, \"d\": -32}", "", ASGI_BROADCAST},
    {M("\x82" TYPE PAYLOAD "\x82\xa1" /* 32-bit floats */
       "a\xca\x3f\x80\0\0\xa1"
       "b\xca\x3d\xcc\xcc\xcd"),
     "{\"a\": 1.0, \"b\": 0.10000000149011612}", "", ASGI_BROADCAST},
    {M("\x82" TYPE PAYLOAD "\x84\x91\xa1x\x01\xc7\x01\x05z\x02\xcc\xff\x03\xc2\x04"),
     "{\"null\": 1, \"null\": 2, \"255\": 3, \"false\": 4}", "", ASGI_BROADCAST}, /* names */
    {M("\x82" TYPE PAYLOAD "\x82\xd9\x01x\xde\0\x01\xda\0\x01y\xdc\0\x02\xdb\0\0\0\x01z\xc5\0\x01w"
       "\xa1u\xdd\0\0\0\0"),
     "{\"x\": {\"y\": [\"z\", \"w\"]}, \"u\": []}", "", ASGI_BROADCAST}, /* long headers */
    {M("\x82" TYPE PAYLOAD "\x86\x01\xd5\x01zz\x02\xd6\x01zzzz\x03\xd7\x01zzzzzzzz\x04\xd8\x01"
       "zzzzzzzzzzzzzzzz\x05\xc8\0\x01\x01z\x06\xc9\0\0\0\0\x01"),
     "{\"1\": null, \"2\": null, \"3\": null, \"4\": null, \"5\": null, \"6\": null}", "",
     ASGI_BROADCAST},
    {M("\x86" TYPE TO "\xa1x" PAYLOAD "\x81\x01\x02" TO "\xa1y" PAYLOAD "\x80\xa4type\xc0"),
     "{\"1\": 2}", "x;", ASGI_BROADCAST}, /* of equal names the first counts */
    {M("\x83" TO "\x95\x91\xa1"
       "a\xa1"
       "b\x81\xa1"
       "c\xa1"
       "d\x07\xc4\x01"
       "e" PAYLOAD "\x80" TYPE),
     "{}", "b;e;", ASGI_BROADCAST}, /* what is no text is no channel */
    {M("\x83" TO "\x81\xa1"
       "a\xa1"
       "b" PAYLOAD "\x80" TYPE),
     "{}", "", ASGI_BROADCAST},
    {M("\x82" TYPE PAYLOAD "\x80 more"), "{}", "", ASGI_BROADCAST}, /* bytes follow */
    {M("\x82" TYPE PAYLOAD "\x90"), NULL, NULL, ASGI_OTHER},        /* the payload is not a map */
    {M("\x82"
       "\xa4type\xa5other" PAYLOAD "\x80"),
     NULL, NULL, ASGI_OTHER}, /* another type */
    {M("\x82\xa4type\xd7"
       "broadcast" PAYLOAD "\x80"),
     NULL, NULL, ASGI_OTHER}, /* its type is of an extension, which is no text */
    {M("\x81" PAYLOAD "\x80"), NULL, NULL, ASGI_OTHER},      /* no type */
    {M("\x81" TYPE), NULL, NULL, ASGI_OTHER},                /* no payload */
    {M("\x93" TYPE PAYLOAD "\x80"), NULL, NULL, ASGI_OTHER}, /* an array */
    {M("\x82" TYPE PAYLOAD "\xdf\xff\xff\xff\xff"), NULL, NULL,
     ASGI_UNREADABLE}, /* claims more items than it has bytes */
    {M("\x82" TYPE PAYLOAD "\x81\x01\xdd\xff\xff\xff\xff\x01"), NULL, NULL, ASGI_UNREADABLE},
    {M("\x82" TYPE PAYLOAD "\x81\x01\xdb\xff\xff\xff\xff\x01"), NULL, NULL, ASGI_UNREADABLE},
    {M("\x82" TYPE PAYLOAD "\x81\x01\xc9\xff\xff\xff\xff\x01"), NULL, NULL, ASGI_UNREADABLE},
    {M("\xdf\xff\xff\xff\xff" TYPE PAYLOAD "\x80"), NULL, NULL, ASGI_UNREADABLE},
    {M("\x83" TYPE PAYLOAD "\x80"), NULL, NULL, ASGI_UNREADABLE}, /* ends before a member */
    {M("\x82" TYPE PAYLOAD "\x81\x01\xc1"), NULL, NULL, ASGI_UNREADABLE},
    {M("\x81\xa1z\xcd\x01"), NULL, NULL, ASGI_UNREADABLE}, /* ends inside a number */
    {M("\xc1"), NULL, NULL, ASGI_UNREADABLE},
    {M(""), NULL, NULL, ASGI_UNREADABLE},
    {{"short", 5}, NULL, NULL, ASGI_UNREADABLE},
    {{NULL, 0}, NULL, NULL, ASGI_UNREADABLE},
};

static void test_queue_members_become_json(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        struct buf payload, names;
        buf_init(&payload, 1000);
        buf_init(&names, 1000);
        buf_adds(&names, "");
        buf_room(&names, 1);
        enum asgi_kind kind = asgi_read(members[i].member, &payload, note, &names);
        assert_int_equal(kind, members[i].kind);
        if (kind == ASGI_BROADCAST) {
            assert_string_equal(payload.p, members[i].payload);
            assert_int_equal(names.len, strlen(members[i].names));
            assert_memory_equal(names.len > 0 ? names.p : "", members[i].names, names.len);
        }
        buf_free(&payload);
        buf_free(&names);
    }
}

/* A message: in the payload or beside it, levels - 1 arrays in each other. */
static void make_deep(struct buf *b, bool beside, size_t levels)
{
    buf_adds(b, "123456789012\x83" TYPE);
    if (beside)
        buf_adds(b, PAYLOAD "\x80\xa1x");
    else
        buf_adds(b, "\xa1z\x01" PAYLOAD "\x81\xa1x");
    for (size_t i = 1; i < levels; i++)
        buf_addc(b, '\x91');
    buf_addc(b, '\xc0');
}

/* Other members are not written as JSON. So their depth does not matter. */
static void test_payload_nested_too_deep_is_refused(void **state)
{
    static const size_t levels[] = {1, 30, 31, 32, 33, 511, 512, 513, 2000};
    (void)state;
    for (size_t i = 0; i < 2 * sizeof levels / sizeof *levels; i++) {
        struct buf payload, b, names;
        bool beside = i % 2;
        buf_init(&b, 4000);
        buf_init(&payload, 4000);
        buf_init(&names, 100);
        make_deep(&b, beside, levels[i / 2]);
        enum asgi_kind kind = asgi_read(buf_slice(&b), &payload, note, &names);
        assert_int_equal(kind, beside || levels[i / 2] <= 512 ? ASGI_BROADCAST : ASGI_UNREADABLE);
        if (kind == ASGI_BROADCAST)
            assert_int_equal(payload.len,
                             beside ? 2 : strlen("{\"x\": null}") + 2 * (levels[i / 2] - 1));
        buf_free(&b);
        buf_free(&payload);
        buf_free(&names);
    }
}

/* Every beginning of a message is refused, also when its payload is whole. */
static void test_truncated_message_is_refused(void **state)
{
    static const struct slice whole = M("\x83" TYPE PAYLOAD "\x85\xa1"
                                        "a\xcb\x3f\xf8\0\0\0\0\0\0\xa1"
                                        "b\xc7\x02\x01zz\xa1"
                                        "c\xd9\x02yy\xa1"
                                        "d\x92\xcd\x01\0\x80\xa1"
                                        "e\xd6\x01wwww" TO "\x91\xa1x");
    struct buf payload, names;
    (void)state;
    buf_init(&payload, 1000);
    buf_init(&names, 100);
    for (size_t len = 0; len <= whole.len; len++) {
        char *copy = malloc(len + 1); /* AddressSanitizer sees a read beyond its end */
        assert_non_null(copy);
        memcpy(copy + 1, whole.p, len);
        assert_int_equal(asgi_read(slice_make(copy + 1, len), &payload, note, &names),
                         len == whole.len ? ASGI_BROADCAST : ASGI_UNREADABLE);
        free(copy);
    }
    buf_free(&payload);
    buf_free(&names);
}

static void test_payload_that_becomes_too_long_is_refused(void **state)
{
    static const struct slice member =
        M("\x82" TYPE PAYLOAD "\x81\xa1x\x92\x01\x02"); /* {"x": [1, 2]} */
    (void)state;
    for (size_t max = 0; max < 20; max++) {
        struct buf payload;
        buf_init(&payload, max);
        assert_int_equal(asgi_read(member, &payload, note, NULL),
                         max >= strlen("{\"x\": [1, 2]}") ? ASGI_BROADCAST : ASGI_UNREADABLE);
        buf_free(&payload);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_queue_members_become_json),
        cmocka_unit_test(test_payload_nested_too_deep_is_refused),
        cmocka_unit_test(test_truncated_message_is_refused),
        cmocka_unit_test(test_payload_that_becomes_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
