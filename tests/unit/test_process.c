/* SPDX-License-Identifier: MIT */
/* process: descriptors, memory and times, as the kernel tells them. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/process.c"

static void test_nothing_is_known_without_proc(void **state)
{
    (void)state;
    struct process_figures f;
    process_read(&f);
    assert_false(f.known);
    assert_int_equal(f.open_fds, 0);
    assert_true(f.max_fds > 0);
}

static uint64_t listed(void)
{
    uint64_t n = 0;
    DIR *d = opendir("/proc/self/fd");
    assert_non_null(d);
    for (const struct dirent *entry; (entry = readdir(d));)
        n += entry->d_name[0] != '.';
    closedir(d);
    return n - 1; /* d */
}

/* The highest number is far above the count, and in another group of slots. */
static void test_open_descriptors_are_counted(void **state)
{
    (void)state;
    static const int numbers[] = {3, 63, 64, 65, 127, 128, 300, 1000};
    struct process_figures f;
    process_open();
    process_open(); /* once more opens nothing */
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        dup2(status_fd, numbers[i]);
        process_read(&f);
        assert_true(f.known);
        assert_int_equal(f.open_fds, listed());
    }
}

static void test_limit_memory_and_times(void **state)
{
    (void)state;
    struct process_figures f;
    struct rlimit limit = {50, 2000}; /* a group of slots is larger */
    int64_t before = clock_wall_ms();
    process_open();
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    process_read(&f);
    assert_int_equal(f.max_fds, 50);
    assert_int_equal(f.open_fds, listed());
    assert_in_range(f.resident, 100 * 1024, (uint64_t)1 << 40);
    assert_in_range(f.started_ms, before, clock_wall_ms());
    assert_true(f.cpu_us > 0);
}

static void test_numbers_are_found_at_the_beginning_of_a_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t number;
    } rows[] = {{"N:\t12 kB\n", 12}, {"A: 1\nN: 3", 3}, {"XN: 4\n", -1}, {"", -1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(number_of(rows[i].text, "N:"), rows[i].number);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_known_without_proc),
        cmocka_unit_test(test_open_descriptors_are_counted),
        cmocka_unit_test(test_limit_memory_and_times),
        cmocka_unit_test(test_numbers_are_found_at_the_beginning_of_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
