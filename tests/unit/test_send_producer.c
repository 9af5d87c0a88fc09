/* SPDX-License-Identifier: MIT */
/* producer: its random names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/random.h>

static ssize_t next_random(void *bytes, size_t n, unsigned flags);
#define getrandom next_random
#include "send/producer.c"
#undef getrandom

#define CALLS 3

/* Of the system: how many bytes, or an error below 0. */
static int answers[CALLS];
static size_t calls;

static ssize_t next_random(void *bytes, size_t n, unsigned flags)
{
    assert_int_equal(flags, 0);
    assert_true(calls < CALLS);
    int answer = answers[calls++];
    memset(bytes, 0xa5, n);
    errno = answer < 0 ? -answer : 0;
    return answer < 0 ? -1 : answer;
}

static void test_name_needs_random_bytes(void **state)
{
    static const struct {
        const char *what;
        int answers[CALLS];
        int result;
        size_t calls;
    } cases[] = {
        {"at once", {8}, 0, 1},
        {"after signals", {-EINTR, -EINTR, 8}, 0, 3},
        {"the system has no such call", {-ENOSYS}, -1, 1},
        {"too few", {7}, -1, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[PRODUCER_RANDOM] = "";
        print_message("%s\n", cases[i].what);
        memcpy(answers, cases[i].answers, sizeof answers);
        calls = 0;
        assert_int_equal(producer_random(name), cases[i].result);
        assert_int_equal(calls, cases[i].calls);
        assert_string_equal(name, cases[i].result == 0 ? "a5a5a5a5a5a5a5a5" : "");
    }
}

/* The start fails then. */
static void test_producer_without_a_random_life_is_none(void **state)
{
    const struct send_options options = {.log = "log"};
    struct producer p = {0};
    (void)state;
    answers[0] = -ENOSYS;
    calls = 0;
    assert_int_equal(producer_init(&p, &options, "name", 0), -1);
    producer_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_name_needs_random_bytes),
        cmocka_unit_test(test_producer_without_a_random_life_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
