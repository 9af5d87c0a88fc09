/* SPDX-License-Identifier: MIT */
/* page: the bytes of an answer of /history, and its limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "front/page.c"

static struct page page; /* large */

static void add(uint64_t seq, const char *data)
{
    struct record r;
    record_from_message(&r, (struct xid){1, seq}, slice_of(data));
    r.has_id = true;
    assert_int_equal(page_add(&page, &r), 0);
    record_end(&r);
}

static void assert_bytes(const struct page_end *end, bool lines, const char *bytes)
{
    struct buf b;
    buf_init(&b, 1000);
    page_write(&page, &b, end, lines);
    assert_string_equal(b.p, bytes);
    buf_free(&b);
}

static void test_answers_have_their_bytes(void **state)
{
    const struct page_end gap = {"{\"after\":null}", true, "1-1", "1-3", "w", 0, 0};
    const struct page_end none = {NULL, false, NULL, NULL, "w", 0, 0};
    const struct page_end later = {NULL, false, NULL, NULL, "w", 500, 3000};
    (void)state;
    page_init(&page, 2, true, 1000);
    assert_bytes(&none, false,
                 "{\"records\":[],\"more\":false,\"first\":null,\"last\":null,\"whose\":\"w\"}");
    assert_bytes(&none, true,
                 "{\"control\":\"page\",\"more\":false,\"first\":null,\"last\":null,"
                 "\"whose\":\"w\"}\n");
    assert_bytes(&later, true,
                 "{\"control\":\"page\",\"more\":false,\"first\":null,\"last\":null,"
                 "\"status_level\":\"5xx\",\"every\":3000,\"whose\":\"w\"}\n");
    add(3, "c");
    add(1, "a\n");
    assert_bytes(
        &gap, false,
        "{\"records\":[{\"id\":\"1-1\",\"data\":\"a\\n\"},{\"id\":\"1-3\",\"data\":\"c\"}],"
        "\"gap\":{\"after\":null},\"more\":true,\"first\":\"1-1\",\"last\":\"1-3\","
        "\"whose\":\"w\"}");
    assert_bytes(&gap, true,
                 "{\"control\":\"gap\",\"after\":null}\n"
                 "{\"id\":\"1-1\",\"data\":\"a\\n\"}\n{\"id\":\"1-3\",\"data\":\"c\"}\n"
                 "{\"control\":\"page\",\"more\":true,\"first\":\"1-1\",\"last\":\"1-3\","
                 "\"whose\":\"w\"}\n");
    page.newest_first = false;
    assert_bytes(&gap, true,
                 "{\"control\":\"gap\",\"after\":null}\n"
                 "{\"id\":\"1-3\",\"data\":\"c\"}\n{\"id\":\"1-1\",\"data\":\"a\\n\"}\n"
                 "{\"control\":\"page\",\"more\":true,\"first\":\"1-1\",\"last\":\"1-3\","
                 "\"whose\":\"w\"}\n");
    page_free(&page);
}

static void test_page_is_full_by_number_or_by_bytes(void **state)
{
    char *data = calloc(1, PAGE_WHOLE + 2);
    (void)state;
    assert_non_null(data);
    page_init(&page, 2, false, 16 * 1024 * 1024);
    add(1, "");
    assert_false(page_is_full(&page));
    add(2, "");
    assert_true(page_is_full(&page));
    page_free(&page);
    page_init(&page, PAGE_MAX, false, 16 * 1024 * 1024);
    memset(data, 'x', PAGE_WHOLE);
    for (uint64_t i = 0; i < 8; i++) {
        assert_false(page_is_full(&page));
        add(i, data);
    }
    assert_true(page_is_full(&page));
    page_free(&page);
    page_init(&page, 1, false, 1024 * 1024);
    data[PAGE_WHOLE] = 'x';
    add(1, data); /* cut */
    assert_in_range(page.text.len, OBJECT_PART, OBJECT_PART + 100);
    page_free(&page);
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers_have_their_bytes),
        cmocka_unit_test(test_page_is_full_by_number_or_by_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
