/* SPDX-License-Identifier: MIT */
/* redis_ask: when a call gives up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <unistd.h>

#include "redis/sync.c"

/* A process that stood still past the deadline takes the answer that came meanwhile; without one it
 * waits no longer. */
static void what_is_there_counts(void **state)
{
    struct redis_address nowhere = {.path = NULL};
    struct redis_ask *a = redis_ask_new(&nowhere, 1000);
    int s[2];
    (void)state;
    assert_non_null(a);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
    a->ctx = redisConnectFd(s[0]);
    assert_non_null(a->ctx);
    a->end = clock_ms() - 1;
    assert_int_equal(write(s[1], "+", 1), 1);
    assert_int_equal(ask_wait(a, POLLIN), 0);
    assert_false(a->silent);
    assert_int_equal(recv(s[0], &(char){0}, 1, 0), 1);
    assert_int_equal(ask_wait(a, POLLIN), -1);
    assert_true(a->silent);
    assert_null(a->ctx);
    redis_ask_free(a);
    close(s[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_there_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
