/* SPDX-License-Identifier: MIT */
/* service: what a service manager is told, also when it does not read for a while. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "service.c"

/* A manager at an address in the abstract namespace, with a name that the kernel chooses. */
static int listen_as_manager(void)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    socklen_t len = sizeof a;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(sa_family_t)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
    a.sun_path[0] = '@';
    setenv("NOTIFY_SOCKET", a.sun_path, 1);
    return fd;
}

static void assert_hears(int fd, const char *text)
{
    char got[200] = "";
    assert_int_equal(recv(fd, got, sizeof got - 1, 0) > 0, text[0] != '\0');
    assert_string_equal(got, text);
}

static void test_what_the_manager_did_not_get_is_told_again(void **state)
{
    static const struct config config = {
        .max_viewers = 1, .max_per_user = 1, .max_memory = 64 << 20};
    static const char status[] = "STATUS=0 viewers; Redis is away\n";
    struct service s = {.relay = relay_new(&config)};
    char got[200];
    (void)state;
    assert_non_null(s.relay);
    int fd = listen_as_manager();
    assert_true(notify_open());
    while (notify_send("WATCHDOG=1\n", false) == 0) /* the manager does not read */
        ;
    tell(&s, true);
    while (recv(fd, got, sizeof got, 0) > 0)
        ;
    tell(&s, true);
    assert_hears(fd, status);
    tell(&s, true);
    assert_hears(fd, ""); /* the manager has it */
    while (notify_send("WATCHDOG=1\n", false) == 0)
        ;
    tell_ready(&s); /* after a reload; it waits a second */
    while (recv(fd, got, sizeof got, 0) > 0)
        ;
    tell(&s, true);
    assert_hears(fd, "READY=1\n");
    tell(&s, true);
    assert_hears(fd, "");
    notify_close();
    close(fd);
    relay_free(s.relay);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_the_manager_did_not_get_is_told_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
