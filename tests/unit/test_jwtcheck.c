/* SPDX-License-Identifier: MIT */
/*
 * jwtcheck: signatures, the fixed algorithm, time, issuer and audience. The RS256 and ES256 tokens
 * were signed once and their private keys were deleted; HS256 tokens are signed here.
 */
#include <nettle/memops.h>

/* Counts the comparisons in constant time. */
static unsigned compared;
static int counted_memeql_sec(const void *a, const void *b, size_t n)
{
    compared++;
    return memeql_sec(a, b, n);
}
#undef memeql_sec
#define memeql_sec counted_memeql_sec
#include "identity/jwtcheck.c"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <json-c/json.h>
#include <nettle/base64.h>
#include <nettle/hmac.h>

#define NOW 1700000000

#ifdef HAVE_LIBJWT
/* clang-format off */
static const char rsa_key[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAsCiMhkOTsSJPXmUzYc5H\n"
    "YoiOlDYtmCveSVldEzvK8Hxa8LAzX84t190LJ6gDff/79g16LbB1uKeJ3QdQN0Dk\n"
    "FeICjmho3LNl16nYmRSAQDXImEKNZhv8OvSG8Lt60AnouD500ProN6Q4YVMjpMuW\n"
    "MYlTXZZem60rl8E1gOk+QzoYXD4RDH6ZATJ0MRJMZz9smJFf/xZIVRmDnScgkjPM\n"
    "WcnUG7tpQSct5GNjXoyrxGfMJZ09P0NyytXralouOzVWYkMeSH4zWRvR7h5S+5kf\n"
    "ZMfg2UTWNmM0F8wSsE/FIvcr8WHuQjNFdHW5f9MJslAug8Q7+Of1niCKq+RRI24u\n"
    "YQIDAQAB\n"
    "-----END PUBLIC KEY-----\n";

static const char ec_key[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEjN6G230eXbIw+Biu5sZTAGOmBgo/\n"
    "6Xh7+4yaFmKewnuTQ4fEaeNSAHXFbQ/Mc3A5La+XebXQ5LYpGBbNURG/+A==\n"
    "-----END PUBLIC KEY-----\n";

static const char damaged_key[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEjN6G230eXbIw+Biu5sZTAGOmBgo/\n"
    "-----END PUBLIC KEY-----\n";

static const char rs256_token[] =
    "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsInRlbmFudF9pZCI6ImFjbWU"
    "iLCJyb2xlIjoidmlld2VyIiwiZXhwIjoyMDAwMDAwMDAwfQ.iQLi2L_NDMQXBskSZvz7EuKBZaVdYNog"
    "cjmEuvFGUuNoxKLSkJDRqkEB2TCyQke8r3YKf_Ncg7oRkeubnuLPOfRwfW4paNrgfmkcQQRW1QifeTRy"
    "I_mSu13OE_f7w4QpCfEF6mh2QyyS1r5dZ0IZppSMV3-3Q0KADzxTYsgyydxnGW6haRNr-yR4GSBdaxs5"
    "l6BqVV1_fgpO1CEwLBaaNJidFztBPTGEaf_5sA38Ql-5O-fNHXjcd_260VL46QIQ-TiQQCD0re0vYa0X"
    "f2WV86OKdnGlx68OFsZON1TQ0RryL_Q1bhJWFagl1EzcU5EbmmV-nZ8cl4yuhS07falyMg";

static const char es256_token[] =
    "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsInRlbmFudF9pZCI6ImFjbWU"
    "iLCJyb2xlIjoidmlld2VyIiwiZXhwIjoyMDAwMDAwMDAwfQ.piFKgRVyVYsue8HyM_hmrvRtkQiNxS0s"
    "NBl4y52Bcf_MrWpUPh2cCW2U5tYjkrrS2iUE27Qpxkm3knrCi91wAQ";

static const char rsa_key_as_secret_token[] =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsInRlbmFudF9pZCI6ImFjbWU"
    "iLCJyb2xlIjoidmlld2VyIiwiZXhwIjoyMDAwMDAwMDAwfQ.fLwyegtOj6xsTS-xo0hGb26MX2-CBm__"
    "LjUFh5iHNwQ";

static const char rs384_token[] =
    "eyJhbGciOiJSUzM4NCIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsInRlbmFudF9pZCI6ImFjbWU"
    "iLCJyb2xlIjoidmlld2VyIiwiZXhwIjoyMDAwMDAwMDAwfQ.Zk4SHkbhVcpQQYJZKCs0LuUYybRmwJTq"
    "QNU3vQuCr5pH8RH2ecZ5TPEza1nfC6k3SFnWg-c-chbQHY9oyhCgRtpaLGHTpnvAk1etE9IvFpNqy3IP"
    "OOPF4IIdjWMlo84cS6enOY4gICaPQlxiPtIUDdJ-vS127-N6Fg_G9nSOPZtgEdvSpgYOKfdyNF71q7_n"
    "pPSbxCumgZqGRm_bvXfk-r3kwHzWfxvBfewypy_gqKk4ukRGmcCxliIsagq0PlDA3yZUyB_4Q8d-JxlC"
    "bLudsp3JUe23sSsNBNt_rNrwt1R25aMJ5QQtYOt1I_xaqIiezhvNzWaSFZcCWecT2wdQlQ";
/* clang-format on */
#define LOADS 0
#else
#define LOADS (-1)
static const char rsa_key[] = "-----BEGIN PUBLIC KEY-----\n";
static const char *const ec_key = rsa_key, *const damaged_key = rsa_key;
#endif

static const char secret[] = "0123456789abcdef0123456789abcdef";

static struct config config_with(enum jwt_algorithm alg, const char *key)
{
    return (struct config){.jwt_alg = alg, .jwt_key = slice_of(key)};
}

static void add_base64url(char *out, size_t size, const void *p, size_t len)
{
    struct base64_encode_ctx ctx;
    char text[2048];
    size_t used = strlen(out), n;
    assert_true(len < 1500);
    base64url_encode_init(&ctx);
    n = base64_encode_update(&ctx, text, len, p);
    n += base64_encode_final(&ctx, text + n);
    while (n && text[n - 1] == '=')
        n--;
    assert_true(used + n < size);
    memcpy(out + used, text, n);
    out[used + n] = '\0';
}

/* Signs header.claims with key by HMAC-SHA256. */
static void sign_bytes(char out[4096], const char *header, struct slice claims, const char *key)
{
    struct hmac_sha256_ctx hmac;
    uint8_t digest[32];
    out[0] = '\0';
    add_base64url(out, 4096, header, strlen(header));
    memcpy(out + strlen(out), ".", 2);
    add_base64url(out, 4096, claims.p, claims.len);
    hmac_sha256_set_key(&hmac, strlen(key), (const uint8_t *)key);
    hmac_sha256_update(&hmac, strlen(out), (const uint8_t *)out);
    hmac_sha256_digest(&hmac, sizeof digest, digest);
    memcpy(out + strlen(out), ".", 2);
    add_base64url(out, 4096, digest, sizeof digest);
}

static void sign(char out[4096], const char *header, const char *claims, const char *key)
{
    sign_bytes(out, header, slice_of(claims), key);
}

static enum jwtcheck_result check(const struct config *config, const char *token, int64_t now,
                                  int64_t *ends)
{
    struct jwtcheck jwt;
    enum jwtcheck_result result = jwtcheck(config, slice_of(token), now, &jwt);
    assert_true((jwt.claims != NULL) == (result == JWTCHECK_OK));
    assert_true((jwt.why == WHY_OK) == (result == JWTCHECK_OK));
    json_object_put(jwt.claims);
    *ends = jwt.ends;
    return result;
}

static const char hs256[] = "{\"alg\":\"HS256\"}";

struct claims_row {
    const char *claims;
    const char *iss, *aud;
    enum jwtcheck_result result;
    int64_t ends;
};

static void check_claims(const struct claims_row *row)
{
    struct config config = config_with(JWT_HS256, secret);
    char token[4096];
    int64_t ends;
    config.jwt_allow_no_exp = !strstr(row->claims, "exp");
    config.jwt_iss = (char *)(uintptr_t)row->iss;
    config.jwt_aud = (char *)(uintptr_t)row->aud;
    sign(token, hs256, row->claims, secret);
    if (check(&config, token, NOW, &ends) != row->result || ends != row->ends)
        fail_msg("claims %s", row->claims);
}

static void test_time_issuer_and_audience_are_checked(void **state)
{
    static const struct claims_row rows[] = {
        {"{\"exp\":1700000001}", NULL, NULL, JWTCHECK_OK, 1700000001},
        {"{\"exp\":1700000000.5}", NULL, NULL, JWTCHECK_OK, 1700000000},
        {"{\"exp\":1700000000}", NULL, NULL, JWTCHECK_EXPIRED, 1700000000},
        {"{\"exp\":1}", NULL, NULL, JWTCHECK_EXPIRED, 1},
        {"{\"exp\":\"1700000001\"}", NULL, NULL, JWTCHECK_BAD, 0},
        {"{\"exp\":null}", NULL, NULL, JWTCHECK_BAD, 0},
        /* Any number is a NumericDate. An end that is over is never 0, which means none. */
        {"{\"exp\":0}", NULL, NULL, JWTCHECK_EXPIRED, 1},
        {"{\"exp\":-5}", NULL, NULL, JWTCHECK_EXPIRED, 1},
        {"{\"exp\":0.5}", NULL, NULL, JWTCHECK_EXPIRED, 1},
        {"{\"exp\":1.7000001e9}", NULL, NULL, JWTCHECK_OK, 1700000100},
        {"{\"exp\":1e300}", NULL, NULL, JWTCHECK_OK, INT64_C(1000000000000000)},
        {"{\"exp\":1e400}", NULL, NULL, JWTCHECK_OK, INT64_C(1000000000000000)},
        {"{\"exp\":-1e400}", NULL, NULL, JWTCHECK_EXPIRED, 1},
        {"{\"exp\":99999999999999999999}", NULL, NULL, JWTCHECK_OK, INT64_C(1000000000000000)},
        {"{\"exp\":true}", NULL, NULL, JWTCHECK_BAD, 0},
        {"{\"exp\":[1700000001]}", NULL, NULL, JWTCHECK_BAD, 0},
        {"{\"nbf\":0}", NULL, NULL, JWTCHECK_OK, 0},
        {"{\"nbf\":-1}", NULL, NULL, JWTCHECK_OK, 0},
        {"{\"nbf\":-0.0}", NULL, NULL, JWTCHECK_OK, 0},
        {"{\"nbf\":1699999999.9}", NULL, NULL, JWTCHECK_OK, 0},
        {"{\"nbf\":1700000000.5}", NULL, NULL, JWTCHECK_BAD, 0},
        {"{\"nbf\":1e400}", NULL, NULL, JWTCHECK_BAD, 0},
        {"{\"nbf\":null}", NULL, NULL, JWTCHECK_BAD, 0},
        {"{\"nbf\":1700000000}", NULL, NULL, JWTCHECK_OK, 0},
        {"{\"nbf\":1700000001}", NULL, NULL, JWTCHECK_BAD, 0},
        {"{\"nbf\":\"now\"}", NULL, NULL, JWTCHECK_BAD, 0},
        {"{\"iss\":\"us\"}", "us", NULL, JWTCHECK_OK, 0},
        {"{\"iss\":\"usa\"}", "us", NULL, JWTCHECK_BAD, 0},
        {"{\"iss\":[\"us\"]}", "us", NULL, JWTCHECK_BAD, 0},
        {"{}", "us", NULL, JWTCHECK_BAD, 0},
        {"{\"aud\":\"logs\"}", NULL, "logs", JWTCHECK_OK, 0},
        {"{\"aud\":[\"x\",\"logs\"]}", NULL, "logs", JWTCHECK_OK, 0},
        {"{\"aud\":[\"x\",\"log\"]}", NULL, "logs", JWTCHECK_BAD, 0},
        {"{\"aud\":[]}", NULL, "logs", JWTCHECK_BAD, 0},
        {"{\"aud\":\"other\"}", NULL, "logs", JWTCHECK_BAD, 0},
        {"{\"aud\":\"other\"}", NULL, NULL, JWTCHECK_OK, 0},
        {"{}", NULL, "logs", JWTCHECK_BAD, 0},
        /* A token for another audience is not called expired. */
        {"{\"exp\":1,\"aud\":\"other\"}", NULL, "logs", JWTCHECK_BAD, 0},
        {"[\"sub\"]", NULL, NULL, JWTCHECK_BAD, 0},
        {"{\"sub\":", NULL, NULL, JWTCHECK_BAD, 0},
        {"", NULL, NULL, JWTCHECK_BAD, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_claims(&rows[i]);
}

/* libjwt would cut a text at NUL, json-c a name; of equal names readers take the first or the
 * last. */
static void test_claims_are_read_strictly(void **state)
{
#define S(text)                                                                                    \
    {                                                                                              \
        text, sizeof text - 1                                                                      \
    }
    static const struct {
        struct slice claims;
        enum jwtcheck_result result;
    } rows[] = {
        {S("{\"sub\":\"a\",\"exp\":1800000000}"), JWTCHECK_OK},
        {S(" {\"sub\":\"a\\u0000\",\"exp\":1800000000}\r\n"), JWTCHECK_OK},
        {S("{\"sub\":\"a\",\"sub\\u0000\":\"b\",\"exp\":1800000000}"), JWTCHECK_BAD},
        {S("{\"sub\":\"a\",\"sub\":\"b\",\"exp\":1800000000}"), JWTCHECK_BAD},
        {S("{\"exp\":1,\"\\u0065xp\":1800000000}"), JWTCHECK_BAD},
        {S("{\"exp\":1800000000,\"x\":{\"y\":1,\"y\":2}}"), JWTCHECK_BAD},
        {S("{\"exp\":NaN}"), JWTCHECK_BAD},
        {S("{\"exp\":Infinity}"), JWTCHECK_BAD},
        {S("{\"nbf\":-Infinity,\"exp\":1800000000}"), JWTCHECK_BAD},
        {S("{\"exp\":01800000000}"), JWTCHECK_BAD},
        {S("{'exp':1800000000}"), JWTCHECK_BAD},
        {S("{\"exp\":1800000000/**/}"), JWTCHECK_BAD},
        {S("{\"exp\":1800000000}\0"), JWTCHECK_BAD},
        {S("{\"exp\":1800000000}\0{\"sub\":\"b\"}"), JWTCHECK_BAD},
        {S("{\"exp\":1800000000}{}"), JWTCHECK_BAD},
        {S("\xef\xbb\xbf{\"exp\":1800000000}"), JWTCHECK_BAD},
        {S("{\"exp\":1800000000,\"x\":\"\xff\"}"), JWTCHECK_BAD},
        {S("{\"exp\":1800000000,\"x\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}"), JWTCHECK_BAD},
        {S("null"), JWTCHECK_BAD},
    };
    struct config config = config_with(JWT_HS256, secret);
    char token[4096];
    int64_t ends;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sign_bytes(token, hs256, rows[i].claims, secret);
        if (check(&config, token, NOW, &ends) != rows[i].result)
            fail_msg("row %zu: %s", i, rows[i].claims.p);
    }
}

static void test_token_without_exp_needs_an_option(void **state)
{
    struct config config = config_with(JWT_HS256, secret);
    struct jwtcheck jwt;
    char token[4096];
    int64_t ends;
    (void)state;
    sign(token, hs256, "{\"sub\":\"a\"}", secret);
    assert_int_equal(jwtcheck(&config, slice_of(token), NOW, &jwt), JWTCHECK_BAD);
    assert_int_equal(jwt.why, WHY_JWT_NO_EXP);
    config.jwt_allow_no_exp = true;
    assert_int_equal(check(&config, token, NOW, &ends), JWTCHECK_OK);
    assert_int_equal(ends, 0);
    sign(token, hs256, "{\"exp\":null}", secret);
    assert_int_equal(check(&config, token, NOW, &ends), JWTCHECK_BAD);
}

#define GOOD "{\"iss\":\"me\",\"aud\":\"logs\",\"exp\":2000000000}"

static void test_each_failed_check_has_a_cause_of_its_own(void **state)
{
    static const struct {
        const char *header, *claims, *key;
        enum why why;
    } rows[] = {
        {hs256, GOOD, secret, WHY_OK},
        {"[]", GOOD, secret, WHY_JWT_HEADER},
        {"{\"alg\":\"none\"}", GOOD, secret, WHY_JWT_ALG},
        {"{\"alg\":\"HS256\",\"crit\":[\"b64\"]}", GOOD, secret, WHY_JWT_CRIT},
        {hs256, GOOD, "another secret of some length...", WHY_JWT_SIGNATURE},
        {hs256, "[]", secret, WHY_JWT_NOT_JSON},
        {hs256, "{\"sub\":\"a\",\"sub\":\"b\"}", secret, WHY_JWT_NOT_JSON},
        {hs256, "{\"aud\":\"logs\",\"exp\":2000000000}", secret, WHY_JWT_NO_ISS},
        {hs256, "{\"iss\":\"you\",\"aud\":\"logs\",\"exp\":2000000000}", secret, WHY_JWT_ISS},
        {hs256, "{\"iss\":\"me\",\"exp\":2000000000}", secret, WHY_JWT_NO_AUD},
        {hs256, "{\"iss\":\"me\",\"aud\":[\"mail\"],\"exp\":2000000000}", secret, WHY_JWT_AUD},
        {hs256, "{\"iss\":\"me\",\"aud\":\"logs\",\"exp\":\"1\"}", secret, WHY_JWT_DATE},
        {hs256, "{\"iss\":\"me\",\"aud\":\"logs\",\"nbf\":2000000000}", secret, WHY_JWT_NOT_YET},
        {hs256, "{\"iss\":\"me\",\"aud\":\"logs\"}", secret, WHY_JWT_NO_EXP},
        {hs256, "{\"iss\":\"me\",\"aud\":\"logs\",\"exp\":1}", secret, WHY_JWT_EXPIRED},
    };
    struct config config = config_with(JWT_HS256, secret);
    struct jwtcheck jwt;
    char token[4096];
    (void)state;
    config.jwt_iss = (char *)(uintptr_t) "me";
    config.jwt_aud = (char *)(uintptr_t) "logs";
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sign(token, rows[i].header, rows[i].claims, rows[i].key);
        jwtcheck(&config, slice_of(token), NOW, &jwt);
        if (jwt.why != rows[i].why)
            fail_msg("%s %s: %s", rows[i].header, rows[i].claims, why_word(jwt.why));
        json_object_put(jwt.claims);
    }
    jwtcheck(&config, slice_of("a.b"), NOW, &jwt);
    assert_int_equal(jwt.why, WHY_JWT_MALFORMED);
}

static void test_claims_are_required_and_refused(void **state)
{
    static const struct {
        const char *claims;
        const char *claim; /* that the reason names; NULL: the token is good */
    } rows[] = {
        {"{\"type\":\"access\",\"level\":3,\"ok\":true}", NULL},
        {"{\"type\":[\"refresh\",\"access\"],\"level\":[3],\"ok\":[\"true\"]}", NULL},
        {"{\"type\":\"access\",\"level\":\"3\",\"ok\":true,\"x\":{\"asset\":1}}", NULL},
        {"{\"type\":\"refresh\",\"level\":3,\"ok\":true}", "type"},
        {"{\"type\":\"access\\u0000\",\"level\":3,\"ok\":true}", "type"},
        {"{\"type\":\"Access\",\"level\":3,\"ok\":true}", "type"},
        {"{\"type\":[],\"level\":3,\"ok\":true}", "type"},
        {"{\"type\":null,\"level\":3,\"ok\":true}", "type"},
        {"{\"type\":{\"access\":\"access\"},\"level\":3,\"ok\":true}", "type"},
        {"{\"level\":3,\"ok\":true}", "type"},
        {"{\"type\":\"access\",\"level\":3.0,\"ok\":true}", "level"},
        {"{\"type\":\"access\",\"level\":3,\"ok\":false}", "ok"},
        {"{\"type\":\"access\",\"level\":3,\"ok\":true,\"asset\":\"x\"}", "asset"},
        {"{\"type\":\"access\",\"level\":3,\"ok\":true,\"asset\":null}", "asset"},
        {"{\"type\":\"access\",\"level\":3,\"ok\":true,\"\\u0061sset\":false}", "asset"},
        /* It is not called expired. */
        {"{\"exp\":1,\"type\":\"refresh\",\"level\":3,\"ok\":true}", "type"},
    };
    static struct pair wanted[] = {{(char *)(uintptr_t) "type", (char *)(uintptr_t) "access"},
                                   {(char *)(uintptr_t) "level", (char *)(uintptr_t) "3"},
                                   {(char *)(uintptr_t) "ok", (char *)(uintptr_t) "true"},
                                   {NULL, NULL}};
    static char *refused[] = {(char *)(uintptr_t) "none", (char *)(uintptr_t) "asset", NULL};
    struct config config = config_with(JWT_HS256, secret);
    char token[4096];
    (void)state;
    config.jwt_require = wanted;
    config.jwt_refuse = refused;
    config.jwt_allow_no_exp = true;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct jwtcheck jwt;
        sign(token, hs256, rows[i].claims, secret);
        enum jwtcheck_result result = jwtcheck(&config, slice_of(token), NOW, &jwt);
        const char *named = jwt.claim ? jwt.claim : "";
        if (result != (rows[i].claim ? JWTCHECK_BAD : JWTCHECK_OK) ||
            strcmp(named, rows[i].claim ? rows[i].claim : "") != 0)
            fail_msg("%s: %s%s", rows[i].claims, why_word(jwt.why), named);
        json_object_put(jwt.claims);
    }
}

static void test_header_must_name_the_algorithm(void **state)
{
    static const struct {
        const char *header;
        const char *key;
        enum jwtcheck_result result;
    } rows[] = {
        {hs256, secret, JWTCHECK_OK},
        {"{\"typ\":\"JWT\",\"alg\":\"HS256\",\"kid\":\"1\"}", secret, JWTCHECK_OK},
        {hs256, "another secret of some length...", JWTCHECK_BAD},
        {"{\"alg\":\"none\"}", secret, JWTCHECK_BAD},
        {"{\"alg\":\"HS512\"}", secret, JWTCHECK_BAD},
        {"{\"alg\":\"RS256\"}", secret, JWTCHECK_BAD},
        {"{\"typ\":\"JWT\"}", secret, JWTCHECK_BAD},
        {"{\"alg\":\"HS256\",\"crit\":[\"b64\"],\"b64\":false}", secret, JWTCHECK_BAD},
        {"{\"alg\":\"HS256\",\"crit\":null}", secret, JWTCHECK_BAD},
        {"{\"alg\":\"HS256\\u0000\"}", secret, JWTCHECK_BAD},
        {"{\"alg\":\"none\",\"alg\":\"HS256\"}", secret, JWTCHECK_BAD},
        {"{\"alg\":\"HS256\",\"alg\\u0000\":1}", secret, JWTCHECK_BAD},
        {"{\"alg\":[\"HS256\"]}", secret, JWTCHECK_BAD},
        {"[]", secret, JWTCHECK_BAD},
        {"", secret, JWTCHECK_BAD},
    };
    struct config config = config_with(JWT_HS256, secret);
    char token[4096];
    int64_t ends;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sign(token, rows[i].header, "{\"exp\":1800000000}", rows[i].key);
        if (check(&config, token, NOW, &ends) != rows[i].result)
            fail_msg("header %s", rows[i].header);
    }
}

static void test_malformed_tokens_are_refused(void **state)
{
    static const char *const rows[] = {"",
                                       ".",
                                       "..",
                                       "...",
                                       "a.b",
                                       "a.b.c",
                                       "eyJhbGciOiJIUzI1NiJ9",
                                       "eyJhbGciOiJIUzI1NiJ9.e30",
                                       "eyJhbGciOiJIUzI1NiJ9.e30.",
                                       "eyJhbGciOiJub25lIn0.e30.",
                                       ".e30.AA",
                                       "eyJhbGciOiJIUzI1NiJ9..AA",
                                       "eyJhbGciOiJIUzI1NiJ9.e30.AA.AA",
                                       "eyJhbGciOiJIUzI1NiJ9.e30.AA",
                                       "\xff.\xff.\xff",
                                       "%.%.%"};
    struct config config = config_with(JWT_HS256, secret);
    static char big[MAX_TOKEN + 2];
    char token[4096];
    int64_t ends;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(check(&config, rows[i], NOW, &ends), JWTCHECK_BAD);
    memset(big, '.', sizeof big - 1);
    assert_int_equal(check(&config, big, NOW, &ends), JWTCHECK_BAD);
    sign(token, hs256, "{\"exp\":1800000000}", secret);
    assert_int_equal(check(&config, token, NOW, &ends), JWTCHECK_OK);
    char *last = token + strlen(token) - 1;
    *last = *last == 'A' ? 'Q' : 'A';
    assert_int_equal(check(&config, token, NOW, &ends), JWTCHECK_BAD);
    *last = '\0';
    assert_int_equal(check(&config, token, NOW, &ends), JWTCHECK_BAD);
}

/* libjwt would skip characters that are not base64url, and write past the end of an empty part. */
static void test_compact_form_is_three_base64url_parts(void **state)
{
    static const char *const good[] = {"a.b.c", "AZ.az.09", "-.__.-_"};
    static const char *const bad[] = {"a.b",     "a.b.c.d", ".b.c",   "a..c",  "a.b.",  "a=.b.c",
                                      "a.b\n.c", " a.b.c",  "a.b.c%", "a.+.c", "a./.c", "a.b.c\xc3",
                                      "a,b,c",   "@.b.c",   "a.[.c",  "a.`.c", "a.{.c"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(is_compact(slice_of(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (is_compact(slice_of(bad[i])))
            fail_msg("%s", bad[i]);
}

/* Any other comparison reveals by its time how much of a guess is right. */
static void test_hmac_is_compared_in_constant_time(void **state)
{
    char token[4096];
    struct config config = config_with(JWT_HS256, secret);
    (void)state;
    sign(token, hs256, "{}", secret);
    struct parts parts = split(slice_of(token));
    compared = 0;
    assert_true(hmac_fits(&config, &parts));
    assert_int_equal(compared, 1); /* by memeql_sec */
    token[strlen(token) - 5] ^= 1;
    assert_false(hmac_fits(&config, &parts));
    assert_int_equal(compared, 2);
    parts = split(slice_of("a.b.c"));
    assert_false(hmac_fits(&config, &parts));
}

#ifdef HAVE_LIBJWT
static void test_public_keys_verify_only_their_algorithm(void **state)
{
    static const struct {
        enum jwt_algorithm alg;
        const char *key;
        const char *token;
        enum jwtcheck_result result;
    } rows[] = {
        {JWT_RS256, rsa_key, rs256_token, JWTCHECK_OK},
        {JWT_ES256, ec_key, es256_token, JWTCHECK_OK},
        {JWT_RS256, ec_key, rs256_token, JWTCHECK_BAD},
        {JWT_ES256, rsa_key, es256_token, JWTCHECK_BAD},
        {JWT_RS256, ec_key, es256_token, JWTCHECK_BAD},
        {JWT_ES256, rsa_key, rs256_token, JWTCHECK_BAD},
        {JWT_RS256, rsa_key, rs384_token, JWTCHECK_BAD},
        {JWT_RS256, secret, rs256_token, JWTCHECK_BAD},
        /* Signed with the public key as if it were an HMAC secret. */
        {JWT_RS256, rsa_key, rsa_key_as_secret_token, JWTCHECK_BAD},
        {JWT_HS256, rsa_key, rs256_token, JWTCHECK_BAD},
    };
    char changed[1024];
    int64_t ends;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct config config = config_with(rows[i].alg, rows[i].key);
        if (check(&config, rows[i].token, NOW, &ends) != rows[i].result)
            fail_msg("row %zu", i);
    }
    for (size_t i = 0; i < 2; i++) {
        struct config config = config_with(rows[i].alg, rows[i].key);
        size_t len = strlen(rows[i].token);
        assert_true(len < sizeof changed);
        memcpy(changed, rows[i].token, len + 1);
        changed[len - 20] = changed[len - 20] == 'A' ? 'B' : 'A';
        assert_int_equal(check(&config, changed, NOW, &ends), JWTCHECK_BAD);
        assert_int_equal(check(&config, rows[i].token, 2000000000, &ends), JWTCHECK_EXPIRED);
        assert_int_equal(ends, 2000000000);
    }
}

#endif

static void test_start_checks_the_key(void **state)
{
    static const struct {
        enum jwt_algorithm alg;
        const char *key;
        int result;
    } rows[] = {
        {JWT_HS256, secret, 0},   {JWT_RS256, rsa_key, LOADS}, {JWT_ES256, ec_key, LOADS},
        {JWT_HS256, rsa_key, -1}, {JWT_RS256, secret, -1},     {JWT_ES256, "", -1},
        {JWT_RS256, ec_key, -1},  {JWT_ES256, rsa_key, -1},    {JWT_RS256, damaged_key, -1}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct config config = config_with(rows[i].alg, rows[i].key);
        struct buf why;
        buf_init(&why, 1000);
        assert_int_equal(jwtcheck_start(&config, &why), rows[i].result);
        assert_true((why.len == 0) == (rows[i].result == 0));
        assert_true(why.len == 0 || !strstr(why.p, secret));
        buf_free(&why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time_issuer_and_audience_are_checked),
        cmocka_unit_test(test_claims_are_read_strictly),
        cmocka_unit_test(test_token_without_exp_needs_an_option),
        cmocka_unit_test(test_each_failed_check_has_a_cause_of_its_own),
        cmocka_unit_test(test_claims_are_required_and_refused),
        cmocka_unit_test(test_header_must_name_the_algorithm),
        cmocka_unit_test(test_malformed_tokens_are_refused),
        cmocka_unit_test(test_compact_form_is_three_base64url_parts),
        cmocka_unit_test(test_hmac_is_compared_in_constant_time),
        cmocka_unit_test(test_start_checks_the_key),
#ifdef HAVE_LIBJWT
        cmocka_unit_test(test_public_keys_verify_only_their_algorithm),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
