/* SPDX-License-Identifier: MIT */
/* fields: a value from outside forges no field, and one that has no room is left out whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/fields.c"

static void test_values_are_quoted_where_they_need_it(void **state)
{
    static const struct {
        const char *value, *text;
    } cases[] = {
        {"ann", "event=x user=ann"},
        {"ann@example.org", "event=x user=ann@example.org"},
        {"DOMAIN\\ann", "event=x user=\"DOMAIN\\\\ann\""},
        {"ann status=200", "event=x user=\"ann status=200\""},
        {"a=b", "event=x user=\"a=b\""},
        {"a\" b=\"c", "event=x user=\"a\\\" b=\\\"c\""},
        {"\\\"", "event=x user=\"\\\\\\\"\""},
        {"Zo\xc3\xab", "event=x user=\"Zo\xc3\xab\""},
        {"a\nb", "event=x user=\"a\nb\""},
        {"", "event=x user=\"\""},
        {NULL, "event=x"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fields f;
        fields_begin(&f, "event=x");
        fields_add(&f, "user", cases[i].value);
        assert_string_equal(f.text, cases[i].text);
        assert_int_equal(f.len, strlen(f.text));
    }
}

static void test_a_field_without_room_is_left_out(void **state)
{
    char value[FIELDS_MAX + 10];
    (void)state;
    for (size_t len = FIELDS_MAX - 40; len < sizeof value; len++) {
        for (int quoted = 0; quoted < 2; quoted++) {
            struct fields f;
            memset(value, quoted ? '"' : 'a', len);
            value[len] = '\0';
            fields_begin(&f, "event=x");
            fields_add(&f, "long", value);
            size_t wanted = strlen("event=x long=") + (quoted ? 2 * len + 2 : len);
            assert_int_equal(f.len, wanted < FIELDS_MAX ? wanted : strlen("event=x"));
            assert_int_equal(f.len, strlen(f.text));
            fields_words(&f, value);
            fields_number(&f, "records", UINT64_MAX);
            assert_true(f.len < FIELDS_MAX && f.len == strlen(f.text));
        }
    }
}

static void test_words_follow_as_they_are(void **state)
{
    struct fields f;
    (void)state;
    fields_begin(&f, "event=close");
    fields_number(&f, "records", 18446744073709551615u);
    fields_words(&f, " user=\"a b\" key=k");
    assert_string_equal(f.text, "event=close records=18446744073709551615 user=\"a b\" key=k");
}

static void test_words_without_room_are_left_out_one_by_one(void **state)
{
    struct fields words = {0}, f;
    char user[301], key[401], escaped[301], wanted[FIELDS_MAX];
    (void)state;
    memset(user, '"', 150);
    memset(key, 'k', 400);
    user[150] = key[400] = '\0';
    fields_begin(&words, "");
    fields_add(&words, "user", user);
    fields_add(&words, "key", key);
    fields_add(&words, "client", "a \\\" b");
    fields_begin(&f, "event=close");
    memset(f.text + f.len, '.', 80);
    f.len += 80;
    for (int i = 0; i < 150; i++)
        memcpy(escaped + 2 * i, "\\\"", 2);
    escaped[300] = '\0';
    snprintf(wanted, sizeof wanted, "%.*s user=\"%s\" client=\"a \\\\\\\" b\"", (int)f.len, f.text,
             escaped);
    fields_words(&f, words.text);
    assert_string_equal(f.text, wanted);
    assert_int_equal(f.len, strlen(wanted));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_are_quoted_where_they_need_it),
        cmocka_unit_test(test_a_field_without_room_is_left_out),
        cmocka_unit_test(test_words_follow_as_they_are),
        cmocka_unit_test(test_words_without_room_are_left_out_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
