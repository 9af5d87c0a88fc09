/* SPDX-License-Identifier: MIT */
/* probe_reader: the members that the doctor uses, and answers that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "doctor/probe_reader.c"

static int read(const char *text, struct probe *p)
{
    return probe_read(slice_of(text), "n-1", p);
}

static void test_members_are_read(void **state)
{
    struct probe p;
    (void)state;
    assert_int_equal(read("{\"probe\":\"n-1\",\"pid\":42,\"started\":\"cgi\",\"server\":\"Apache\","
                          "\"headers\":[\"HTTP_HOST\",\"HTTP_AUTHORIZATION\"],\"redirected\":[],"
                          "\"auth\":[\"remote_user\",\"jwt\"],\"user\":null,\"why\":\"none\","
                          "\"lifetime\":3600,\"keepalive\":15,\"compress\":1}",
                          &p),
                     0);
    assert_int_equal(p.pid, 42);
    assert_int_equal(p.lifetime, 3600);
    assert_int_equal(p.keepalive, 15);
    assert_true(p.compress && p.authorization && p.wants_authorization);
    assert_string_equal(p.started, "cgi");
    assert_string_equal(p.server, "Apache");
    assert_string_equal(p.user, "");
    assert_string_equal(p.why, "none");
}

static void test_header_may_come_by_a_redirect(void **state)
{
    struct probe p;
    (void)state;
    assert_int_equal(
        read("{\"probe\":\"n-1\",\"redirected\":[\"REDIRECT_HTTP_AUTHORIZATION\"]}", &p), 0);
    assert_true(p.authorization && !p.wants_authorization);
}

static void test_headers_of_a_proxy_are_seen(void **state)
{
    struct probe p;
    (void)state;
    assert_int_equal(read("{\"probe\":\"n-1\",\"protocol\":\"HTTP/1.0\","
                          "\"headers\":[\"HTTP_HOST\",\"HTTP_X_FORWARDED_FOR\"]}",
                          &p),
                     0);
    assert_true(p.forwarded);
    assert_string_equal(p.protocol, "HTTP/1.0");
    assert_int_equal(read("{\"probe\":\"n-1\",\"headers\":[\"HTTP_HOST\"]}", &p), 0);
    assert_false(p.forwarded);
}

static void test_other_answers_are_none(void **state)
{
    static const char *const texts[] = {
        "",
        "ok\n",
        "null",
        "[]",
        "{}",
        "{\"probe\":\"n-2\",\"pid\":1}",
        "{\"error\":\"not allowed\"}",
        "<html>",
        "{\"probe\":\"n-1\",\"headers\":",
    };
    struct probe p;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(read(texts[i], &p), -1);
        assert_int_equal(p.pid, 0);
    }
}

static void test_odd_members_do_no_harm(void **state)
{
    char text[1000], name[400];
    struct probe p;
    (void)state;
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    snprintf(
        text, sizeof text,
        "{\"probe\":\"n-1\",\"pid\":-1,\"keepalive\":\"many\",\"headers\":{},\"auth\":[1,null],"
        "\"server\":\"%s\"}",
        name);
    assert_int_equal(read(text, &p), 0);
    assert_int_equal(p.pid, 0);
    assert_int_equal(p.keepalive, 0);
    assert_int_equal(strlen(p.server), PROBE_TEXT - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_are_read),
        cmocka_unit_test(test_header_may_come_by_a_redirect),
        cmocka_unit_test(test_headers_of_a_proxy_are_seen),
        cmocka_unit_test(test_other_answers_are_none),
        cmocka_unit_test(test_odd_members_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
