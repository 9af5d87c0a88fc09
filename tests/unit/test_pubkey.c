/* SPDX-License-Identifier: MIT */
/* pubkey: keys of each kind as OpenSSL writes them, and what is left of them when bytes are lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "identity/pubkey.c"

#define BEGIN "-----BEGIN PUBLIC KEY-----\n"
#define END   "-----END PUBLIC KEY-----\n"
/* clang-format off */
#define RSA \
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAsCiMhkOTsSJPXmUzYc5H\n" \
    "YoiOlDYtmCveSVldEzvK8Hxa8LAzX84t190LJ6gDff/79g16LbB1uKeJ3QdQN0Dk\n" \
    "FeICjmho3LNl16nYmRSAQDXImEKNZhv8OvSG8Lt60AnouD500ProN6Q4YVMjpMuW\n" \
    "MYlTXZZem60rl8E1gOk+QzoYXD4RDH6ZATJ0MRJMZz9smJFf/xZIVRmDnScgkjPM\n" \
    "WcnUG7tpQSct5GNjXoyrxGfMJZ09P0NyytXralouOzVWYkMeSH4zWRvR7h5S+5kf\n" \
    "ZMfg2UTWNmM0F8wSsE/FIvcr8WHuQjNFdHW5f9MJslAug8Q7+Of1niCKq+RRI24u\n" \
    "YQIDAQAB\n"
#define P256 \
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEjN6G230eXbIw+Biu5sZTAGOmBgo/\n" \
    "6Xh7+4yaFmKewnuTQ4fEaeNSAHXFbQ/Mc3A5La+XebXQ5LYpGBbNURG/+A==\n"
#define P256_COMPRESSED \
    "MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgAC7/4qHvH5gkoOgZ53XYaZ1ea41U94\n" \
    "r3O/atBIghLiYBI=\n"
#define P384 \
    "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEBReuZWUH9IdWedxsX2VuxxNFU93f9Qf/\n" \
    "BVNXIf+J+3BUw7quxoRvkf11aHrMxXD2zJCiXSNR8T33+6J6Uv5Zl/UBIz+jZCdK\n" \
    "6dGFKk5VdpuGzEnalyk0tePrbb5H+J6R\n"
#define ED25519 "MCowBQYDK2VwAyEAw3amCDqd3M6k9rL87Ugr/pvzA2rwLqex8iZqNPHVZgU=\n"
/* clang-format on */

static void test_kind_of_a_key_is_told(void **state)
{
    static const struct {
        const char *pem;
        enum pubkey_kind kind;
    } cases[] = {
        {BEGIN RSA END, PUBKEY_RSA},
        {BEGIN P256 END, PUBKEY_P256},
        {BEGIN P256_COMPRESSED END, PUBKEY_P256},
        {BEGIN P384 END, PUBKEY_OTHER},
        {BEGIN ED25519 END, PUBKEY_OTHER},
        {"the key of our login\n" BEGIN RSA END "more\n", PUBKEY_RSA},
        {"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" BEGIN P256 END,
         PUBKEY_P256},
        {"", PUBKEY_NONE},
        {"0123456789abcdef0123456789abcdef", PUBKEY_NONE},
        {"-----BEGIN PRIVATE KEY-----\n" P256 "-----END PRIVATE KEY-----\n", PUBKEY_NONE},
        {"-----BEGIN RSA PUBLIC KEY-----\n" RSA "-----END RSA PUBLIC KEY-----\n", PUBKEY_NONE},
        {BEGIN RSA, PUBKEY_DAMAGED},
        {BEGIN END, PUBKEY_DAMAGED},
        {BEGIN "AA" RSA END, PUBKEY_DAMAGED},
        {BEGIN P256_COMPRESSED P256_COMPRESSED END, PUBKEY_DAMAGED},
        {BEGIN "a secret?\n" END, PUBKEY_DAMAGED},
        {END BEGIN, PUBKEY_DAMAGED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum pubkey_kind kind = pubkey_kind(slice_of(cases[i].pem));
        if (kind != cases[i].kind)
            fail_msg("case %zu: %d", i, kind);
    }
    assert_int_equal(pubkey_kind(slice_make(NULL, 0)), PUBKEY_NONE);
}

static void test_crlf_lines_are_read(void **state)
{
    static const char lf[] = BEGIN RSA END;
    char text[2 * sizeof lf];
    size_t len = 0;
    (void)state;
    for (const char *p = lf; *p; p++) {
        if (*p == '\n')
            text[len++] = '\r';
        text[len++] = *p;
    }
    assert_int_equal(pubkey_kind(slice_make(text, len)), PUBKEY_RSA);
}

/* No part of a key, and no key with a piece missing, is taken for a whole one. */
static void test_key_with_a_missing_piece_is_damaged(void **state)
{
    static const char *const bodies[] = {RSA, P256, P256_COMPRESSED};
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        size_t whole = strlen(bodies[i]) - 1;
        for (size_t at = 0; at < whole; at++) {
            for (size_t gap = 1; gap <= 8 && at + gap <= whole; gap++) {
                char text[1000];
                snprintf(text, sizeof text, BEGIN "%.*s%s" END, (int)at, bodies[i],
                         bodies[i] + at + gap);
                size_t lost = gap;
                for (size_t k = at; k < at + gap; k++)
                    lost -= bodies[i][k] == '\n' || bodies[i][k] == '=';
                enum pubkey_kind kind = pubkey_kind(slice_of(text));
                if (lost > 0 && (kind == PUBKEY_RSA || kind == PUBKEY_P256))
                    fail_msg("body %zu without %zu bytes at %zu", i, gap, at);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kind_of_a_key_is_told),
        cmocka_unit_test(test_crlf_lines_are_read),
        cmocka_unit_test(test_key_with_a_missing_piece_is_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
