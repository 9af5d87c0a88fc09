/* SPDX-License-Identifier: MIT */
/* similar: the option that an unknown name was meant to be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "config/similar.c"

static void test_name_leads_to_the_option_that_is_like_it(void **state)
{
    static const char *const rows[][2] = {
        {"SSELOG_STREM", "SSELOG_STREAM"},
        {"SSELOG_STREEM", "SSELOG_STREAM"},
        {"SSELOG_HISTROY", "SSELOG_HISTORY"},
        {"SSELOG_JWT_KEYFILE", "SSELOG_JWT_KEY_FILE"},
        {"SSELOG_MAX_VIEWER", "SSELOG_MAX_VIEWERS"},
        {"SSELOG_KEEP_ALIVE", "SSELOG_KEEPALIVE"},
        {"SSELOG_ROUTES", "SSELOG_ROUTE"},
        {"SSELOG_KEEP_ALIFE", "SSELOG_KEEPALIVE"},
        {"SSELOG_KEEP_ALIF", NULL}, /* three are wrong */
        {"STREAM", "SSELOG_STREAM"},
        {"sselog_stream", "SSELOG_STREAM"},
        {"Redis", "SSELOG_REDIS"},
        {"CORS", "SSELOG_CORS"},
        {"OCRS", "SSELOG_CORS"}, /* two that changed places count as one */
        {"SSELOG_HOST", NULL},   /* a third of the name may be wrong, not a half */
        {"SSELOG_AUDIT", NULL},
        {"SSELOG_JWT_", NULL}, /* as near to SSELOG_JWT_ISS as to others */
        {"SSELOG_USER", NULL},
        {"SSELOG_", NULL},
        {"SSELOG_X", NULL},
        {"", NULL},
        {"SSELOG_STREAM_OF_A_NAME_THAT_IS_LONGER_THAN_ALL_OPTIONS_ARE", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *found = similar_option(slice_of(rows[i][0]));
        if (!found != !rows[i][1] || (found && strcmp(found, rows[i][1]) != 0))
            fail_msg("%s: %s", rows[i][0], found ? found : "none");
    }
}

static void test_names_fit(void **state)
{
    (void)state;
    for (size_t i = 0; i < OPTIONS; i++) {
        assert_true(without_prefix(slice_of(options[i].name)).len < NAME_ROOM);
        assert_string_equal(similar_option(slice_of(options[i].name)), options[i].name);
    }
}

static void test_name_may_hold_any_bytes(void **state)
{
    char name[NAME_ROOM];
    (void)state;
    for (size_t len = 0; len < sizeof name; len++) {
        memset(name, 0xff, sizeof name);
        name[len / 2] = '\0';
        assert_null(similar_option(slice_make(name, len)));
    }
}

static void test_word_leads_to_the_nearest(void **state)
{
    static const char *const words[] = {"send", "token", "doctor"};
    static const char *const rows[][2] = {
        {"sned", "send"}, {"toke", "token"}, {"Doctor", "doctor"}, {"docotr", "doctor"},
        {"sed", "send"},  {"se", NULL},      {"serve", NULL},      {"ends", NULL}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct similar s;
        similar_begin(&s, slice_of(rows[i][0]));
        for (size_t k = 0; k < sizeof words / sizeof *words; k++)
            similar_offer(&s, words[k], slice_of(words[k]));
        if (!s.found != !rows[i][1] || (s.found && strcmp(s.found, rows[i][1]) != 0))
            fail_msg("%s: %s", rows[i][0], s.found ? s.found : "none");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_name_leads_to_the_option_that_is_like_it),
        cmocka_unit_test(test_word_leads_to_the_nearest),
        cmocka_unit_test(test_names_fit),
        cmocka_unit_test(test_name_may_hold_any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
