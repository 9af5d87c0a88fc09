/* SPDX-License-Identifier: MIT */
/* diag: each line is one write, text from outside cannot forge a line, and errno is kept. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>
#include <cmocka.h>

/* Collects what diag wrote. A write may be interrupted or fail before. */
static char written[4096];
static size_t written_len;
static unsigned writes, interrupts, refuse;
static char logged[4096];
static int logged_priority;

static ssize_t test_write(int fd, const void *p, size_t len)
{
    assert_int_equal(fd, 2);
    writes++;
    if (interrupts > 0) {
        interrupts--;
        errno = EINTR;
        return -1;
    }
    if (refuse) {
        errno = EAGAIN;
        return -1;
    }
    assert_true(written_len + len < sizeof written);
    memcpy(written + written_len, p, len);
    written_len += len;
    written[written_len] = '\0';
    return (ssize_t)len;
}

static void test_syslog(int priority, const char *format, int len, const char *line)
{
    assert_string_equal(format, "%.*s");
    logged_priority = priority;
    memcpy(logged, line, (size_t)len);
    logged[len] = '\0';
}

static void test_openlog(const char *name, int option, int facility)
{
    (void)option;
    (void)facility;
    assert_string_equal(name, "sselog");
}

#include <syslog.h>
#include <unistd.h>
#undef syslog /* it is a macro in fortified C libraries */
#define write   test_write
#define syslog  test_syslog
#define openlog test_openlog
#include "base/diag.c"
#undef write
#undef syslog
#undef openlog

static int fresh(void **state)
{
    (void)state;
    written_len = writes = interrupts = refuse = 0;
    written[0] = '\0';
    return diag_open("stderr", DIAG_INFO);
}

static void test_lines_are_escaped(void **state)
{
    static const struct {
        const char *text, *line;
    } cases[] = {
        {"plain", "info relay: plain\n"},
        {"two\nlines", "info relay: two\\x0alines\n"},
        {"cr\rtab\tesc\x1b[31m", "info relay: cr\\x0dtab\\x09esc\\x1b[31m\n"},
        {"del\x7f", "info relay: del\\x7f\n"},
        {"\xc3\xa9\xff", "info relay: \\xc3\\xa9\\xff\n"},
        {"100% %n", "info relay: 100% %n\n"},
        {"", "info relay: \n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fresh(state);
        diag(DIAG_INFO, "relay", "%s", cases[i].text);
        assert_string_equal(written, cases[i].line);
        assert_int_equal(writes, 1);
    }
}

static void test_levels_below_the_threshold_are_dropped(void **state)
{
    enum diag_level level;
    (void)state;
    diag(DIAG_DEBUG, "m", "hidden");
    assert_string_equal(written, "");
    diag(DIAG_ERROR, "m", "e%d", 1);
    diag(DIAG_WARNING, "m", "w");
    assert_string_equal(written, "error m: e1\nwarning m: w\n");
    assert_int_equal(diag_open("stderr", DIAG_ERROR), 0);
    diag(DIAG_WARNING, "m", "hidden");
    diag_open("stderr", DIAG_DEBUG);
    diag(DIAG_DEBUG, "m", "shown");
    assert_string_equal(written, "error m: e1\nwarning m: w\ndebug m: shown\n");
    assert_int_equal(diag_open("file", DIAG_INFO), -1);
    assert_int_equal(diag_level_parse("warning", &level), 0);
    assert_int_equal(level, DIAG_WARNING);
    assert_int_equal(diag_level_parse("Warning", &level), -1);
    assert_int_equal(diag_level_parse("", &level), -1);
}

/* A line of up to 1,000 bytes is not cut. A longer one is cut before an escape, never inside one.
 */
static void test_long_lines_are_cut(void **state)
{
    static const size_t head = sizeof "info m: " - 1;
    char text[5000], last[8];
    for (size_t len = 200; len < sizeof text; len += len < 300 || len > 1050 ? 97 : 1) {
        for (int control = 0; control < 2; control++) {
            size_t full = head + len * (control ? 4 : 1);
            fresh(state);
            memset(text, control ? '\1' : 'a', len);
            text[len] = '\0';
            diag(DIAG_INFO, "m", "%s", text);
            assert_int_equal(writes, 1);
            if (full <= 1000) {
                assert_int_equal(written_len, full + 1);
                continue;
            }
            assert_true(written_len <= 1001 && written_len > 994);
            memcpy(last, written + written_len - 8, 8);
            assert_memory_equal(last, control ? "\\x01...\n" : "aaaa...\n", 8);
        }
    }
}

static void test_errno_is_kept(void **state)
{
    (void)state;
    errno = ENOENT;
    interrupts = 2;
    diag(DIAG_INFO, "m", "%m");
    assert_int_equal(errno, ENOENT);
    assert_string_equal(written, "info m: No such file or directory\n");
    assert_int_equal(writes, 3);
    errno = EPERM;
    refuse = 1;
    diag(DIAG_INFO, "m", "lost");
    assert_int_equal(errno, EPERM);
    assert_int_equal(writes, 4);
}

static void test_syslog_gets_the_same_line(void **state)
{
    (void)state;
    assert_int_equal(diag_open("syslog", DIAG_INFO), 0);
    diag(DIAG_WARNING, "redis", "odd\n%s", "reply");
    assert_string_equal(logged, "warning redis: odd\\x0areply");
    assert_int_equal(logged_priority, LOG_WARNING);
    assert_int_equal(writes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_lines_are_escaped, fresh),
        cmocka_unit_test_setup(test_levels_below_the_threshold_are_dropped, fresh),
        cmocka_unit_test_setup(test_long_lines_are_cut, fresh),
        cmocka_unit_test_setup(test_errno_is_kept, fresh),
        cmocka_unit_test_setup(test_syslog_gets_the_same_line, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
