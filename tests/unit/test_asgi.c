/* SPDX-License-Identifier: MIT */
/* asgi: messages that channels_redis packs become JSON; all other bytes are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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
    {M("\x82" TYPE PAYLOAD "\x90"), NULL, NULL, ASGI_OTHER}, /* the payload is not a map */
    {M("\x82"
       "\xa4type\xa5other" PAYLOAD "\x80"),
     NULL, NULL, ASGI_OTHER},                                /* another type */
    {M("\x81" PAYLOAD "\x80"), NULL, NULL, ASGI_OTHER},      /* no type */
    {M("\x81" TYPE), NULL, NULL, ASGI_OTHER},                /* no payload */
    {M("\x93" TYPE PAYLOAD "\x80"), NULL, NULL, ASGI_OTHER}, /* an array */
    {M("\x82" TYPE PAYLOAD "\xdf\xff\xff\xff\xff"), NULL, NULL,
     ASGI_UNREADABLE}, /* claims more items than it has bytes */
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

/* The message and its payload are two levels around the arrays. */
static void test_nesting_too_deep_is_refused(void **state)
{
    static const size_t levels[] = {1, 29, 30, 31, 100, 2000};
    char text[2000];
    (void)state;
    memset(text, '\x91', sizeof text);
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        struct buf payload, b;
        buf_init(&b, 4000);
        buf_init(&payload, 4000);
        buf_add(&b, PREFIX_BYTES "\x82" TYPE PAYLOAD "\x81\xa1x",
                sizeof PREFIX_BYTES "\x82" TYPE PAYLOAD "\x81\xa1x" - 1);
        buf_add(&b, text, levels[i]);
        buf_addc(&b, '\xc0');
        assert_int_equal(asgi_read(buf_slice(&b), &payload, note, &b),
                         levels[i] <= 30 ? ASGI_BROADCAST : ASGI_UNREADABLE);
        buf_free(&b);
        buf_free(&payload);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_queue_members_become_json),
        cmocka_unit_test(test_nesting_too_deep_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
