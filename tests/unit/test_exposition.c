/* SPDX-License-Identifier: MIT */
/* exposition: the text format of Prometheus, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "front/exposition.c"

static struct buf out;
static struct exposition e = {.out = &out, .pid = "7"};

static void assert_written(const char *text)
{
    buf_addc(&out, '\0');
    assert_false(out.failed);
    assert_string_equal(out.p, text);
    buf_clear(&out);
}

static void test_head_and_samples(void **state)
{
    (void)state;
    static const struct {
        enum exposition_kind kind;
        const char *labels;
        uint64_t value;
        const char *text;
    } rows[] = {
        {GAUGE, "", 0, "# HELP p_n Help.\n# TYPE p_n gauge\np_n{pid=\"7\"} 0\n"},
        {COUNTER, "", UINT64_MAX,
         "# HELP p_n_total Help.\n# TYPE p_n_total counter\n"
         "p_n_total{pid=\"7\"} 18446744073709551615\n"},
        {COUNTER, "a=\"b\",c=\"d\"", 5,
         "# HELP p_n_total Help.\n# TYPE p_n_total counter\n"
         "p_n_total{pid=\"7\",a=\"b\",c=\"d\"} 5\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        exposition_begin(&e, "p_", "n", rows[i].kind, "Help.");
        exposition_sample(&e, rows[i].labels, rows[i].value);
        assert_written(rows[i].text);
    }
}

static void test_times_are_in_seconds(void **state)
{
    (void)state;
    static const struct {
        uint64_t us;
        const char *text;
    } rows[] = {{0, "n{pid=\"7\"} 0.000000\n"},
                {1, "n{pid=\"7\"} 0.000001\n"},
                {1999999, "n{pid=\"7\"} 1.999999\n"},
                {1764447123456000, "n{pid=\"7\"} 1764447123.456000\n"}};
    exposition_begin(&e, "", "n", GAUGE, "Help.");
    buf_clear(&out);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        exposition_seconds(&e, "", rows[i].us);
        assert_written(rows[i].text);
    }
}

/* A duration that equals a bound is within it; a bucket has those of the buckets before it. */
static void test_histogram(void **state)
{
    (void)state;
    static const int64_t durations[] = {-1, 100, 101, 1000, 2500000, 2500001};
    struct histogram h = {0};
    for (size_t i = 0; i < sizeof durations / sizeof *durations; i++)
        histogram_add(&h, durations[i]);
    exposition_begin(&e, "", "n", HISTOGRAM, "Help.");
    exposition_histogram(&e, &h);
    assert_written("# HELP n Help.\n# TYPE n histogram\n"
                   "n_bucket{pid=\"7\",le=\"0.0001\"} 2\nn_bucket{pid=\"7\",le=\"0.00025\"} 3\n"
                   "n_bucket{pid=\"7\",le=\"0.0005\"} 3\nn_bucket{pid=\"7\",le=\"0.001\"} 4\n"
                   "n_bucket{pid=\"7\",le=\"0.0025\"} 4\nn_bucket{pid=\"7\",le=\"0.005\"} 4\n"
                   "n_bucket{pid=\"7\",le=\"0.01\"} 4\nn_bucket{pid=\"7\",le=\"0.025\"} 4\n"
                   "n_bucket{pid=\"7\",le=\"0.05\"} 4\nn_bucket{pid=\"7\",le=\"0.1\"} 4\n"
                   "n_bucket{pid=\"7\",le=\"0.25\"} 4\nn_bucket{pid=\"7\",le=\"1\"} 4\n"
                   "n_bucket{pid=\"7\",le=\"2.5\"} 5\nn_bucket{pid=\"7\",le=\"+Inf\"} 6\n"
                   "n_sum{pid=\"7\"} 5.001202\nn_count{pid=\"7\"} 6\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_head_and_samples),
        cmocka_unit_test(test_times_are_in_seconds),
        cmocka_unit_test(test_histogram),
    };
    buf_init(&out, 64 * 1024);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    buf_free(&out);
    return failed;
}
