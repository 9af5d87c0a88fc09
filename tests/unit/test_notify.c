/* SPDX-License-Identifier: MIT */
/* notify: what is sent to a service manager, where to, and that no call waits for one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/diag.h"

/* The last line of the log. */
static char logged[200];

static void __attribute__((format(printf, 3, 4)))
test_diag(enum diag_level level, const char *module, const char *format, ...)
{
    va_list ap;
    (void)level, (void)module;
    va_start(ap, format);
    vsnprintf(logged, sizeof logged, format, ap);
    va_end(ap);
}

#define diag test_diag
#include "base/notify.c"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void test_address_is_a_path_or_an_abstract_name(void **state)
{
    char longest[sizeof((struct sockaddr_un *)0)->sun_path + 1];
    struct sockaddr_un a;
    socklen_t len;
    (void)state;
    assert_int_equal(notify_address("/run/n", &a, &len), 0);
    assert_string_equal(a.sun_path, "/run/n");
    assert_int_equal(len, offsetof(struct sockaddr_un, sun_path) + sizeof "/run/n");
    assert_int_equal(notify_address("@n/1", &a, &len), 0);
    assert_memory_equal(a.sun_path, "\0n/1", 4);
    assert_int_equal(len, offsetof(struct sockaddr_un, sun_path) + 4);
    static const char *const refused[] = {"", "/", "@", "run/n", "vsock:2:9999"};
    for (size_t i = 0; i < COUNT(refused); i++)
        assert_int_equal(notify_address(refused[i], &a, &len), -1);
    memset(longest, '/', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(notify_address(longest, &a, &len), -1);
    assert_int_equal(notify_address(longest + 1, &a, &len), 0);
}

static void test_watchdog_counts_for_the_process_that_it_names(void **state)
{
    static const struct {
        const char *usec, *pid;
        unsigned ms;
    } rows[] = {{NULL, NULL, 0},
                {"30000000", NULL, 30000},
                {"30000000", "42", 30000},
                {"1", "42", 1},
                {"30000000", "43", 0},
                {"30000000", "x", 0},
                {"", "42", 0},
                {"0", "42", 0},
                {"30s", "42", 0},
                {"-1", "42", 0},
                {"1500", "42", 1},
                {"99999999999999999999", "42", 0},
                {NULL, "42", 0},
                {"30000000", "", 0}};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(notify_watchdog_of(rows[i].usec, rows[i].pid, 42), rows[i].ms);
}

static void test_pause_leaves_the_watchdog_four_signs(void **state)
{
    static const unsigned rows[][2] = {{0, 5000},    {30000, 5000}, {20000, 5000},
                                       {8000, 2000}, {1000, 250},   {1, 1}};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(notify_pause(rows[i][0], 5000), rows[i][1]);
}

static void test_messages(void **state)
{
    struct buf out;
    (void)state;
    buf_init(&out, 1000);
    notify_add_reloading(&out, 1234567);
    notify_add_status(&out, 0, false, false);
    notify_add_status(&out, 1, true, false);
    notify_add_status(&out, 12, true, true);
    assert_string_equal(out.p, "RELOADING=1\nMONOTONIC_USEC=1234567\n"
                               "STATUS=0 viewers; Redis is away\n"
                               "STATUS=1 viewer; Redis is there\n"
                               "STATUS=12 viewers; Redis is there; the new options are wrong and "
                               "not in use: see the log\n");
    buf_free(&out);
}

/* A manager at that address. */
static int listen_as_manager(const char *text)
{
    struct sockaddr_un a;
    socklen_t len;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_int_equal(notify_address(text, &a, &len), 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, len), 0);
    return fd;
}

static void assert_heard(int fd, const char *text)
{
    char got[200] = "";
    ssize_t n = recv(fd, got, sizeof got - 1, 0);
    assert_int_equal(n, text ? (ssize_t)strlen(text) : -1);
    assert_string_equal(got, text ? text : "");
}

static void hear_all(const char *where)
{
    int fd = listen_as_manager(where);
    setenv("NOTIFY_SOCKET", where, 1);
    assert_true(notify_open());
    notify_send("READY=1\n", true);
    assert_heard(fd, "READY=1\n");
    for (int i = 0; i < 10000; i++) /* nobody reads them: they are dropped */
        notify_send("WATCHDOG=1\n", false);
    assert_heard(fd, "WATCHDOG=1\n");
    close(fd);
    if (where[0] == '/')
        unlink(where);
    notify_send("lost", false);
    fd = listen_as_manager(where); /* started again */
    notify_send("again", false);
    assert_heard(fd, "again");
    close(fd);
    notify_close();
    notify_send("late", true);
}

static void test_manager_hears_of_the_process(void **state)
{
    char dir[] = "/tmp/sselog-notify-XXXXXX", path[64], name[64];
    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/s", dir);
    snprintf(name, sizeof name, "@%s", dir);
    hear_all(path);
    hear_all(name);
    unlink(path);
    rmdir(dir);
    int fd = listen_as_manager(name);
    setenv("SYSTEMD_EXEC_PID", "1", 1);
    logged[0] = '\0';
    assert_false(notify_open()); /* it manages a process that started us */
    assert_non_null(strstr(logged, "it knows process 1, not "));
    snprintf(path, sizeof path, "%d", getpid());
    setenv("SYSTEMD_EXEC_PID", path, 1);
    assert_true(notify_open());
    notify_close();
    close(fd);
    assert_false(notify_open()); /* nobody listens */
    setenv("NOTIFY_SOCKET", "nowhere", 1);
    assert_false(notify_open());
    unsetenv("NOTIFY_SOCKET");
    unsetenv("SYSTEMD_EXEC_PID");
    assert_false(notify_open());
    notify_send("READY=1\n", true);
    notify_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_address_is_a_path_or_an_abstract_name),
        cmocka_unit_test(test_watchdog_counts_for_the_process_that_it_names),
        cmocka_unit_test(test_pause_leaves_the_watchdog_four_signs),
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_manager_hears_of_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
