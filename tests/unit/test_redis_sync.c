/* SPDX-License-Identifier: MIT */
/* redis_sync: the time-out of a call. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <unistd.h>

#include "redis/sync.c"

/* A process that was stopped until after the deadline reads an answer that arrived meanwhile.  It
 * does not wait for one that did not arrive. */
static void test_answer_after_the_deadline_counts_if_it_is_there(void **state)
{
    struct redis_address nowhere = {.path = NULL};
    struct redis_sync *s = redis_sync_new(&nowhere, 1000);
    int ends[2];
    (void)state;
    assert_non_null(s);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    s->ctx = redisConnectFd(ends[0]);
    assert_non_null(s->ctx);
    s->end = clock_ms() - 1;
    assert_int_equal(write(ends[1], "+", 1), 1);
    assert_int_equal(sync_wait(s, POLLIN), 0);
    assert_false(s->timed_out);
    assert_int_equal(recv(ends[0], &(char){0}, 1, 0), 1);
    assert_int_equal(sync_wait(s, POLLIN), -1);
    assert_true(s->timed_out);
    assert_null(s->ctx);
    redis_sync_free(s);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answer_after_the_deadline_counts_if_it_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
