/* SPDX-License-Identifier: MIT */
/* service: what a service manager is told, also when it does not read or when a thread hangs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "front/front.h"
#include "relay/relay.h"

static int64_t relay_turn;
static bool front_works;

static int64_t fake_relay_turn_ms(const struct relay *r)
{
    (void)r;
    return relay_turn;
}

static bool fake_front_turns(const struct front *f, int64_t now)
{
    (void)f;
    (void)now;
    return front_works;
}

#define relay_turn_ms fake_relay_turn_ms
#define front_turns   fake_front_turns
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

/* The turn of the relay may last half the time after which the manager kills, and ten seconds. */
static void test_a_thread_that_hangs_ends_the_signs_of_life(void **state)
{
    static const struct {
        unsigned watchdog;
        int64_t relay;
        bool front, alive;
    } cases[] = {
        {4000, 0, true, true},
        {4000, 1999, true, true},
        {4000, 2000, true, false},
        {4000, 0, false, false},
        {4000, 2000, false, false},
        {30000, RELAY_STALLED_MS - 1, true, true},
        {30000, RELAY_STALLED_MS, true, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        own.watchdog_ms = cases[i].watchdog;
        relay_turn = cases[i].relay;
        front_works = cases[i].front;
        assert_int_equal(lives(&(struct service){0}), cases[i].alive);
    }
    own.watchdog_ms = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_the_manager_did_not_get_is_told_again),
        cmocka_unit_test(test_a_thread_that_hangs_ends_the_signs_of_life),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
