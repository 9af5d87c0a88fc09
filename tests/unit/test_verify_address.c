/* SPDX-License-Identifier: MIT */
/* address: the URL of each request. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "verify/address.c"

static void test_address_has_what_fits(void **state)
{
    static const struct {
        const char *url;
        bool resumes;
        const char *token, *address;
    } cases[] = {
        {"http://h/s", false, NULL, "http://h/s?history=0&proof=1"},
        {"http://h/s", true, NULL, "http://h/s?proof=1"},
        {"http://h/s?#top", false, NULL, "http://h/s?history=0&proof=1"},
        {"http://h/s?q=a%26b&history=5#top", false, NULL, "http://h/s?q=a%26b&history=5&proof=1"},
        {"http://h/s?q=a&history=5&since=1h", true, NULL, "http://h/s?q=a&proof=1"},
        {"http://h/s?last_event_id=1-0&&proof=0", false, NULL,
         "http://h/s?last_event_id=1-0&proof=1"},
        {"http://h/s?token=a&log=web", true, NULL, "http://h/s?token=a&log=web&proof=1"},
        {"http://h/s?token=a&log=web", true, "b", "http://h/s?log=web&token=b&proof=1"},
    };
    struct buf b;
    (void)state;
    buf_init(&b, 1024);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        buf_clear(&b);
        verify_address(&b, cases[i].url, &(struct address_wants){cases[i].resumes, cases[i].token});
        assert_string_equal(b.p, cases[i].address);
    }
    buf_free(&b);
}

static void test_logs_of_the_address_are_found(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 1024);
    assert_true(verify_log_name(&b, "http://h/s?log=web&q=log&log=api", 1));
    assert_string_equal(b.p, "api");
    assert_false(verify_log_name(&b, "http://h/s?log=web&q=log&log=api", 2));
    assert_false(verify_log_name(&b, "http://h/s#?log=web", 0));
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_address_has_what_fits),
        cmocka_unit_test(test_logs_of_the_address_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
