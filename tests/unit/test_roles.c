/* SPDX-License-Identifier: MIT */
/* roles: who may append. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "identity/roles.c"

static void test_role_or_option_lets_append(void **state)
{
    static char producer[] = "producer", admin[] = "admin";
    static char *none[] = {NULL}, *some[] = {producer, admin, NULL};
    static const struct {
        bool append;
        char **roles;
        const char *role;
        enum auth_method method;
        bool may;
    } rows[] = {
        {false, none, "producer", AUTH_BEARER, false}, {true, none, "", AUTH_REMOTE_USER, true},
        {true, none, "any", AUTH_ANONYMOUS, true},     {true, none, "any", AUTH_TOKEN, false},
        {false, some, "producer", AUTH_BEARER, true},  {false, some, "admin", AUTH_JWT, true},
        {false, some, "", AUTH_BEARER, false},         {true, some, "", AUTH_BEARER, false},
        {true, some, "viewer", AUTH_BEARER, false},    {false, some, "producer", AUTH_TOKEN, false},
        {false, some, "Producer", AUTH_BEARER, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct config c = {.append = rows[i].append, .append_roles = rows[i].roles};
        struct identity who = {.method = rows[i].method};
        snprintf(who.role, sizeof who.role, "%s", rows[i].role);
        print_message("%zu\n", i);
        assert_int_equal(roles_may_append(&c, &who), rows[i].may);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_role_or_option_lets_append),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
