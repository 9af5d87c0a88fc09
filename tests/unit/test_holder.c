/* SPDX-License-Identifier: MIT */
/* holder: which addresses count as one client. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "front/holder.c"

static void test_address_of_many_clients_holds_no_seats(void **state)
{
    static const struct {
        const char *address;
        bool trusted, forwarded, one;
    } cases[] = {
        {"192.0.2.1", false, false, true},   {"192.0.2.1", false, true, true},
        {"192.0.2.1", true, false, false},   {"127.0.0.1", false, false, false},
        {"127.255.0.9", false, true, false}, {"128.0.0.1", false, true, true},
        {"::1", false, false, false},        {"::ffff:127.0.0.1", false, false, false},
        {"10.1.2.3", false, false, true},    {"10.1.2.3", false, true, false},
        {"172.31.0.1", false, true, false},  {"172.32.0.1", false, true, true},
        {"192.168.7.7", false, true, false}, {"192.169.7.7", false, true, true},
        {"169.254.1.1", false, true, false}, {"2001:db8::1", false, true, true},
        {"fd00::1", false, true, false},     {"fd00::1", false, false, true},
        {"fe80::1", false, true, false},     {"fec0::1", false, true, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned char a[16];
        assert_int_equal(throttle_read_address(cases[i].address, a), 0);
        if (is_one_client(a, cases[i].trusted, cases[i].forwarded) != cases[i].one)
            fail_msg("%s", cases[i].address);
    }
}

struct given {
    const char *address, *forwarded_for;
};

static const char *param(void *arg, const char *name, unsigned nth)
{
    const struct given *g = arg;
    if (nth == 0 && strcmp(name, "REMOTE_ADDR") == 0)
        return g->address;
    return nth == 0 && strcmp(name, "HTTP_X_FORWARDED_FOR") == 0 ? g->forwarded_for : NULL;
}

static void test_holder_is_the_user_or_else_the_address(void **state)
{
    static const struct {
        const char *tenant, *user;
        struct given given;
        enum seat_holder_kind kind;
        const char *name;
    } cases[] = {
        {"acme",
         "ann",
         {"192.0.2.1", NULL},
         HOLDER_USER,
         "acme\x1f"
         "ann"},
        {"",
         "ann",
         {NULL, NULL},
         HOLDER_USER,
         "\x1f"
         "ann"},
        {"",
         "",
         {"192.0.2.1", NULL},
         HOLDER_ADDRESS,
         "\x1f\x1f"
         "address ::ffff:192.0.2.1"},
        {"",
         "",
         {"2001:db8:1:2:3::4", NULL},
         HOLDER_ADDRESS,
         "\x1f\x1f"
         "address 2001:db8:1:2::"},
        {"", "", {"10.0.0.1", "192.0.2.1"}, HOLDER_NOBODY, ""},
        {"", "", {"unix:", NULL}, HOLDER_NOBODY, ""},
        {"", "", {NULL, NULL}, HOLDER_NOBODY, ""},
    };
    struct config config = {0};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct given given = cases[i].given;
        struct context ctx = {.config = &config,
                              .request = {.get = param, .get_arg = (void *)(uintptr_t)&given}};
        char name[HOLDER_NAME];
        snprintf(ctx.identity.tenant, sizeof ctx.identity.tenant, "%s", cases[i].tenant);
        snprintf(ctx.identity.user, sizeof ctx.identity.user, "%s", cases[i].user);
        struct seat_holder holder = holder_of(&ctx, name);
        assert_int_equal(holder.kind, cases[i].kind);
        assert_string_equal(holder.name, cases[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_address_of_many_clients_holds_no_seats),
        cmocka_unit_test(test_holder_is_the_user_or_else_the_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
