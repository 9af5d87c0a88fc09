/* SPDX-License-Identifier: MIT */
/* login: the user and the password of new connections, before and after they were replaced. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "redis/login.c"

static void assert_login(const struct redis_address *a, const char *user, const char *password)
{
    struct login l;
    assert_int_equal(login_read(a, &l), 0);
    assert_true(user ? l.user && strcmp(l.user, user) == 0 : !l.user);
    assert_true(password ? l.password && strcmp(l.password, password) == 0 : !l.password);
    login_free(&l);
    login_free(&l); /* valid in any state */
}

static void test_replaced_login_is_that_of_all_connections(void **state)
{
    char user[] = "ann", first[] = "first", second[] = "second";
    struct redis_address none = {0}, one = {.password = first},
                         both = {.user = user, .password = second};
    (void)state;
    assert_login(&none, NULL, NULL);
    assert_login(&one, NULL, "first");
    assert_login(&both, "ann", "second");
    assert_int_equal(login_replace(&both), 0);
    second[0] = 'x'; /* it was copied */
    assert_login(&none, "ann", "second");
    assert_login(&one, "ann", "second");
    assert_int_equal(login_replace(&none), 0);
    assert_login(&one, NULL, NULL);
    login_free(&replaced);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replaced_login_is_that_of_all_connections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
