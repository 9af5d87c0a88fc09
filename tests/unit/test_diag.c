/* SPDX-License-Identifier: MIT */
/* diag: each line is one write, text from outside cannot forge a line, errno is kept, and with the
 * thread no caller waits for a reader. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <cmocka.h>

/* Collects what diag wrote. A write may be interrupted or fail before. */
static char written[64 * 1024];
static size_t written_len;
static unsigned writes, interrupts, refuse, shorten, unready;

/* While the gate is closed, nobody reads, and a write waits. */
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gate_moved = PTHREAD_COND_INITIALIZER;
static bool closed, waiting;
static char logged[4096];
static int logged_priority;

static void set_gate(bool close)
{
    pthread_mutex_lock(&gate);
    closed = close;
    pthread_cond_broadcast(&gate_moved);
    pthread_mutex_unlock(&gate);
}

static void pass_gate(void)
{
    pthread_mutex_lock(&gate);
    waiting = closed;
    pthread_cond_broadcast(&gate_moved);
    while (closed)
        pthread_cond_wait(&gate_moved, &gate);
    waiting = false;
    pthread_mutex_unlock(&gate);
}

static void await_blocked_write(void)
{
    pthread_mutex_lock(&gate);
    while (!waiting)
        pthread_cond_wait(&gate_moved, &gate);
    pthread_mutex_unlock(&gate);
}

static ssize_t test_write(int fd, const void *p, size_t len)
{
    assert_int_equal(fd, 2);
    pass_gate();
    writes++;
    if (interrupts > 0) {
        interrupts--;
        errno = EINTR;
        return -1;
    }
    if (refuse > 0) {
        refuse--;
        errno = EAGAIN;
        return -1;
    }
    if (shorten > 0) {
        shorten--;
        len = 1;
    }
    assert_true(written_len + len < sizeof written);
    memcpy(written + written_len, p, len);
    written_len += len;
    written[written_len] = '\0';
    return (ssize_t)len;
}

static int test_poll(struct pollfd *p, nfds_t n, int ms)
{
    assert_int_equal(n, 1);
    assert_int_equal(p->fd, 2);
    (void)ms;
    if (unready == 0)
        return 1;
    unready--;
    return 0;
}

static bool no_threads;
static mode_t kind;      /* of standard error; 0: it is closed */
static unsigned special; /* its number as a character device */

static int test_fstat(int fd, struct stat *s)
{
    assert_int_equal(fd, 2);
    s->st_mode = kind;
    s->st_dev = 8;
    s->st_ino = 4711;
    s->st_rdev = makedev(1, special);
    return kind ? 0 : -1;
}

#define T "2023-11-14T22:13:20.007Z "

static int test_clock_gettime(clockid_t clock, struct timespec *t)
{
    if (clock != CLOCK_REALTIME)
        return clock_gettime(clock, t);
    *t = (struct timespec){1700000000, 7999999};
    return 0;
}

static int test_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*fn)(void *),
                               void *arg)
{
    return no_threads ? EAGAIN : pthread_create(thread, attr, fn, arg);
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
#define write          test_write
#define poll           test_poll
#define fstat          test_fstat
#define clock_gettime  test_clock_gettime
#define syslog         test_syslog
#define openlog        test_openlog
#define pthread_create test_pthread_create
#include "base/diag.c"
#undef write
#undef poll
#undef fstat
#undef clock_gettime
#undef syslog
#undef openlog
#undef pthread_create

static int fresh(void **state)
{
    (void)state;
    written_len = writes = interrupts = refuse = shorten = unready = 0;
    no_threads = false;
    kind = S_IFIFO;
    special = 0;
    stderr_lost = false;
    logged[0] = '\0';
    writer.dropped = 0;
    writer.dropped_ever = 0;
    written[0] = '\0';
    return diag_open("stderr", DIAG_INFO);
}

static void test_lines_are_escaped(void **state)
{
    static const struct {
        const char *text, *line;
    } cases[] = {
        {"plain", T "info relay: plain\n"},
        {"two\nlines", T "info relay: two\\x0alines\n"},
        {"cr\rtab\tesc\x1b[31m", T "info relay: cr\\x0dtab\\x09esc\\x1b[31m\n"},
        {"del\x7f", T "info relay: del\\x7f\n"},
        {"\xc3\xa9\xff", T "info relay: \\xc3\\xa9\\xff\n"},
        {"100% %n", T "info relay: 100% %n\n"},
        {"", T "info relay: \n"},
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
    assert_string_equal(written, T "error m: e1\n" T "warning m: w\n");
    assert_int_equal(diag_open("stderr", DIAG_ERROR), 0);
    diag(DIAG_WARNING, "m", "hidden");
    diag_open("stderr", DIAG_DEBUG);
    diag(DIAG_DEBUG, "m", "shown");
    assert_string_equal(written, T "error m: e1\n" T "warning m: w\n" T "debug m: shown\n");
    assert_int_equal(diag_open("file", DIAG_INFO), -1);
    assert_int_equal(diag_level_parse("warning", &level), 0);
    assert_int_equal(level, DIAG_WARNING);
    assert_int_equal(diag_level_parse("Warning", &level), -1);
    assert_int_equal(diag_level_parse("", &level), -1);
}

/* Debug and back; the line is always written. */
static void test_debug_is_turned_on_and_off(void **state)
{
    static const struct {
        enum diag_level chosen;
        const char *first, *second;
    } rows[] = {
        {DIAG_ERROR, "debug", "error"},
        {DIAG_WARNING, "debug", "warning"},
        {DIAG_INFO, "debug", "info"},
        {DIAG_DEBUG, "info", "debug"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char lines[200];
        fresh(state);
        diag_open("stderr", rows[i].chosen);
        diag_toggle_debug();
        assert_int_equal(diag_writes(DIAG_DEBUG), rows[i].chosen != DIAG_DEBUG);
        diag_toggle_debug();
        assert_int_equal(diag_writes(DIAG_DEBUG), rows[i].chosen == DIAG_DEBUG);
        assert_true(diag_writes(rows[i].chosen));
        snprintf(lines, sizeof lines,
                 T "info diag: the log level is %s now\n" T "info diag: the log level is %s now\n",
                 rows[i].first, rows[i].second);
        assert_string_equal(written, lines);
    }
}

/* A line of up to 1,000 bytes is not cut. A longer one is cut before an escape, never inside one.
 */
static void test_long_lines_are_cut(void **state)
{
    static const size_t head = sizeof "info m: " - 1;
    char text[5000], last[8];
    for (size_t len = 200; len < sizeof text; len += len < 300 || len > 1050 ? 97 : 1) {
        for (int control = 0; control < 2; control++) {
            size_t whole = head + len * (control ? 4 : 1);
            fresh(state);
            memset(text, control ? '\1' : 'a', len);
            text[len] = '\0';
            diag(DIAG_INFO, "m", "%s", text);
            assert_int_equal(writes, 1);
            size_t wrote = written_len - strlen(T);
            if (whole <= 1000) {
                assert_int_equal(wrote, whole + 1);
                continue;
            }
            assert_true(wrote <= 1001 && wrote > 994);
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
    assert_string_equal(written, T "info m: No such file or directory\n");
    assert_int_equal(writes, 3);
    errno = EPERM;
    refuse = 1;
    shorten = 2;
    diag(DIAG_INFO, "m", "%m");
    assert_int_equal(errno, EPERM);
    assert_string_equal(written, T "info m: No such file or directory\n" T
                                   "info m: Operation not permitted\n");
}

/* Without the thread: poll(2) says that nobody reads, or a descriptor that does not block is full.
 */
static void test_dropped_lines_are_told_with_the_next(void **state)
{
    (void)state;
    unready = 2;
    diag(DIAG_INFO, "m", "lost");
    diag(DIAG_INFO, "m", "lost");
    unready = 0;
    diag(DIAG_INFO, "m", "first");
    assert_string_equal(written, T "info m: first\n" T "warning diag: 2 lines were dropped\n");
    diag(DIAG_INFO, "m", "second");
    assert_string_equal(written, T "info m: first\n" T "warning diag: 2 lines were dropped\n" T
                                   "info m: second\n");
    assert_int_equal(diag_dropped(), 2);
}

static void test_thread_writes_the_lines_in_order(void **state)
{
    (void)state;
    diag_start();
    for (int round = 0; round < 2; round++) { /* it can start again */
        refuse = shorten = 1;
        diag(DIAG_INFO, "m", "a%d", round);
        diag(DIAG_WARNING, "m", "b");
        assert_true(diag_stop(60000));
        diag(DIAG_INFO, "m", "after the stop");
        diag_start();
    }
    assert_true(diag_stop(60000));
    assert_true(diag_stop(0)); /* nothing to stop */
    assert_int_equal(diag_dropped(), 0);
    assert_string_equal(written, T "info m: a0\n" T "warning m: b\n" T "info m: after the stop\n" T
                                   "info m: a1\n" T "warning m: b\n" T "info m: after the stop\n");
}

/* The line is there when diag() returns. */
static void test_callers_write_to_a_regular_file(void **state)
{
    (void)state;
    kind = S_IFREG;
    no_threads = true;
    diag_start();
    assert_int_equal(writer.state, WRITER_NONE);
    diag(DIAG_INFO, "m", "line");
    assert_string_equal(written, T "info m: line\n");
}

static unsigned count_lines(const char *with)
{
    unsigned n = 0;
    for (const char *p = written; (p = strstr(p, with)); p++)
        n++;
    return n;
}

static void test_blocked_reader_delays_no_caller(void **state)
{
    char told[96];
    (void)state;
    set_gate(true);
    diag_start();
    diag(DIAG_INFO, "m", "line");
    await_blocked_write();
    for (int i = 1; i < 5000; i++)
        diag(DIAG_INFO, "m", "line");
    assert_int_equal(written_len, 0);
    set_gate(false);
    assert_true(diag_stop(60000));
    unsigned lines = count_lines("info m: line\n");
    assert_in_range(lines, 300, 1000); /* 39 bytes each in 16 KiB, and the one that was blocked */
    snprintf(told, sizeof told, "\n" T "warning diag: %u lines were dropped\n", 5000 - lines);
    assert_string_equal(written + written_len - strlen(told), told);
    assert_int_equal(count_lines("dropped"), 1);
    assert_int_equal(diag_dropped(), 5000 - lines);
}

static void test_stop_does_not_wait_for_a_blocked_reader(void **state)
{
    (void)state;
    set_gate(true);
    diag_start();
    diag(DIAG_INFO, "m", "line");
    await_blocked_write();
    assert_false(diag_stop(1));
    assert_false(diag_stop(0));
    set_gate(false);
    assert_true(diag_stop(60000));
    assert_string_equal(written, T "info m: line\n");
}

static void test_without_a_thread_callers_write_and_do_not_wait(void **state)
{
    (void)state;
    no_threads = true;
    diag_start();
    unready = 1;
    diag(DIAG_INFO, "m", "lost");
    diag(DIAG_INFO, "m", "line");
    assert_string_equal(written, T "info m: line\n" T "warning diag: 1 lines were dropped\n");
    no_threads = false;
    diag(DIAG_INFO, "m", "by the thread");
    assert_true(diag_stop(60000));
    assert_int_equal(count_lines("by the thread"), 1);
}

static void *hammer(void *arg)
{
    for (int i = 0; i < 200; i++)
        diag(DIAG_INFO, "m", "%s", (const char *)arg);
    return NULL;
}

static void test_threads_may_call_at_once(void **state)
{
    static char names[4][2] = {"a", "b", "c", "d"};
    pthread_t threads[4];
    unsigned long told = 0;
    (void)state;
    diag_start();
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, hammer, names[i]), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_true(diag_stop(60000));
    for (const char *p = written; (p = strstr(p, "diag: ")); p++)
        told += strtoul(p + 6, NULL, 10);
    assert_int_equal(count_lines("info m: ") + told, 800);
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

/* Only where JOURNAL_STREAM names the device and inode of standard error does the journal read it.
 */
static void test_journal_gets_the_priority_in_place_of_the_time(void **state)
{
    static const struct {
        const char *stream, *line;
    } cases[] = {
        {"8:4711", "<4>warning m: w\n"}, {"8:471", T "warning m: w\n"},
        {"8:47110", T "warning m: w\n"}, {"9:4711", T "warning m: w\n"},
        {"8:4711 ", T "warning m: w\n"}, {"", T "warning m: w\n"},
        {NULL, T "warning m: w\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (cases[i].stream)
            setenv("JOURNAL_STREAM", cases[i].stream, 1);
        else
            unsetenv("JOURNAL_STREAM");
        fresh(state);
        diag(DIAG_WARNING, "m", "w");
        assert_string_equal(written, cases[i].line);
    }
}

static void test_each_level_has_its_priority_in_the_journal(void **state)
{
    setenv("JOURNAL_STREAM", "8:4711", 1);
    fresh(state);
    diag_open("stderr", DIAG_DEBUG);
    unready = 1;
    diag(DIAG_ERROR, "m", "lost");
    diag(DIAG_ERROR, "m", "a");
    diag(DIAG_INFO, "m", "b");
    diag(DIAG_DEBUG, "m", "c");
    unsetenv("JOURNAL_STREAM");
    assert_string_equal(written, "<3>error m: a\n<4>warning diag: 1 lines were dropped\n"
                                 "<6>info m: b\n<7>debug m: c\n");
}

static void test_lines_that_nobody_would_read_go_to_syslog(void **state)
{
    static const struct {
        mode_t kind;
        unsigned special;
        bool lost;
    } rows[] = {
        {S_IFIFO, 0, false}, {S_IFREG, 0, false}, {S_IFCHR, 3, true},
        {S_IFCHR, 5, false}, {S_IFBLK, 3, false}, {0, 0, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fresh(state);
        kind = rows[i].kind;
        special = rows[i].special;
        assert_int_equal(diag_find_reader(), rows[i].lost);
        diag(DIAG_ERROR, "config", "wrong");
        assert_string_equal(logged, rows[i].lost ? "error config: wrong" : "");
        assert_int_equal(diag_open("stderr", DIAG_INFO), 0);
        diag(DIAG_INFO, "m", "serving");
        assert_string_equal(logged, rows[i].lost ? "info m: serving" : "");
        assert_int_equal(writes, rows[i].lost ? 0 : 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_lines_are_escaped, fresh),
        cmocka_unit_test_setup(test_levels_below_the_threshold_are_dropped, fresh),
        cmocka_unit_test_setup(test_debug_is_turned_on_and_off, fresh),
        cmocka_unit_test_setup(test_long_lines_are_cut, fresh),
        cmocka_unit_test_setup(test_errno_is_kept, fresh),
        cmocka_unit_test_setup(test_dropped_lines_are_told_with_the_next, fresh),
        cmocka_unit_test_setup(test_thread_writes_the_lines_in_order, fresh),
        cmocka_unit_test_setup(test_callers_write_to_a_regular_file, fresh),
        cmocka_unit_test_setup(test_blocked_reader_delays_no_caller, fresh),
        cmocka_unit_test_setup(test_stop_does_not_wait_for_a_blocked_reader, fresh),
        cmocka_unit_test_setup(test_without_a_thread_callers_write_and_do_not_wait, fresh),
        cmocka_unit_test_setup(test_threads_may_call_at_once, fresh),
        cmocka_unit_test_setup(test_syslog_gets_the_same_line, fresh),
        cmocka_unit_test_setup(test_journal_gets_the_priority_in_place_of_the_time, fresh),
        cmocka_unit_test_setup(test_each_level_has_its_priority_in_the_journal, fresh),
        cmocka_unit_test_setup(test_lines_that_nobody_would_read_go_to_syslog, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
