/* SPDX-License-Identifier: MIT */
/*
 * jwtcheck: see jwtcheck.h. libjwt 1.x is loaded at the first use; nettle compares in constant
 * time; json-c reads the claims. Invariant: no claim is read before the signature was verified
 * under the configured algorithm.
 */
#include "identity/jwtcheck.h"

#include <json-c/json.h>

#ifdef HAVE_LIBJWT

#include <dlfcn.h>
#include <jwt.h>
#include <math.h>
#include <nettle/base64.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TOKEN     8192
#define SIGNATURE_LEN 43 /* base64url of 32 bytes without '=' */

/* Functions of libjwt, found by dlsym, with the prototypes of <jwt.h>. */
static struct {
    __typeof__(&jwt_decode) decode;
    __typeof__(&jwt_free) free;
    __typeof__(&jwt_get_header) get_header;
    __typeof__(&jwt_get_grants_json) get_grants_json;
    __typeof__(&jwt_get_headers_json) get_headers_json;
    bool loaded;
} lib;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static bool find(void *handle, const char *name, void *function, size_t size)
{
    void *address = dlsym(handle, name);
    memcpy(function, &address, size); /* POSIX: dlsym, application usage */
    return address != NULL;
}

static void load(void)
{
    void *handle = dlopen(LIBJWT_SONAME, RTLD_NOW | RTLD_LOCAL);
    lib.loaded =
        handle && find(handle, "jwt_decode", &lib.decode, sizeof lib.decode) &&
        find(handle, "jwt_free", &lib.free, sizeof lib.free) &&
        find(handle, "jwt_get_header", &lib.get_header, sizeof lib.get_header) &&
        find(handle, "jwt_get_grants_json", &lib.get_grants_json, sizeof lib.get_grants_json) &&
        find(handle, "jwt_get_headers_json", &lib.get_headers_json, sizeof lib.get_headers_json);
}

static bool is_loaded(void)
{
    pthread_once(&once, load);
    return lib.loaded;
}

static const char pem_public[] = "-----BEGIN PUBLIC KEY-----";

/* Tokens with a wrong signature: to verify one makes libcrypto read its files during start. */
static const char *const samples[] = {
    [JWT_HS256] = "eyJhbGciOiJIUzI1NiJ9.e30.AA",
    [JWT_RS256] = "eyJhbGciOiJSUzI1NiJ9.e30.AA",
    [JWT_ES256] = "eyJhbGciOiJFUzI1NiJ9.e30.AA",
};

int jwtcheck_start(const struct config *config, struct buf *why)
{
    jwt_t *jwt = NULL;
    bool pem = config->jwt_key.len >= sizeof pem_public - 1 &&
               memmem(config->jwt_key.p, config->jwt_key.len, pem_public, sizeof pem_public - 1);
    if (!is_loaded()) {
        buf_addf(why, "jwt: %s cannot be loaded", LIBJWT_SONAME);
        return -1;
    }
    /* With a public key as HMAC secret everybody could sign (RFC 8725, section 2.1). */
    if (config->jwt_alg == JWT_HS256 &&
        memmem(config->jwt_key.p, config->jwt_key.len, "-----BEGIN ", strlen("-----BEGIN "))) {
        buf_adds(why, "SSELOG_JWT_KEY_FILE: holds PEM, which HS256 does not take");
        return -1;
    }
    if (config->jwt_alg != JWT_HS256 && !pem) {
        buf_adds(why, "SSELOG_JWT_KEY_FILE: holds no PEM public key (BEGIN PUBLIC KEY)");
        return -1;
    }
    if (lib.decode(&jwt, samples[config->jwt_alg], (const unsigned char *)config->jwt_key.p,
                   (int)config->jwt_key.len) == 0)
        lib.free(jwt);
    return 0;
}

/* Verifies HS256 before libjwt does: libjwt up to 1.15 compares with strcmp, whose run time reveals
 * how much of a guess is right (CVE-2024-25189). */
static bool hmac_is_valid(const char *token, struct slice key)
{
    const char *dot = strrchr(token, '.');
    struct hmac_sha256_ctx hmac;
    struct base64_encode_ctx encode;
    uint8_t digest[SHA256_DIGEST_SIZE];
    char text[BASE64_ENCODE_RAW_LENGTH(SHA256_DIGEST_SIZE) + BASE64_ENCODE_FINAL_LENGTH];
    hmac_sha256_set_key(&hmac, key.len, (const uint8_t *)key.p);
    hmac_sha256_update(&hmac, (size_t)(dot - token), (const uint8_t *)token);
    hmac_sha256_digest(&hmac, sizeof digest, digest);
    base64url_encode_init(&encode);
    size_t len = base64_encode_update(&encode, text, sizeof digest, digest);
    base64_encode_final(&encode, text + len);
    bool valid = strlen(dot + 1) == SIGNATURE_LEN && memeql_sec(dot + 1, text, SIGNATURE_LEN);
    explicit_bzero(&hmac, sizeof hmac);
    explicit_bzero(digest, sizeof digest);
    explicit_bzero(text, sizeof text);
    return valid;
}

/* Whether the header names the configured algorithm and no critical extension (RFC 7515, section
 * 4.1.11). It is decoded without the key: then libjwt keeps the header's text and verifies
 * nothing. */
static bool header_fits(const struct config *config, const char *token)
{
    static const char *const wanted[] = {
        [JWT_HS256] = "HS256", [JWT_RS256] = "RS256", [JWT_ES256] = "ES256"};
    jwt_t *jwt = NULL;
    if (lib.decode(&jwt, token, NULL, 0) != 0)
        return false;
    const char *alg = lib.get_header(jwt, "alg");
    char *critical = lib.get_headers_json(jwt, "crit");
    bool fits = !critical && alg && strcmp(alg, wanted[config->jwt_alg]) == 0;
    free(critical);
    lib.free(jwt);
    return fits;
}

static struct json_object *verified_claims(const struct config *config, const char *token)
{
    jwt_t *jwt = NULL;
    if (!header_fits(config, token))
        return NULL;
    if (config->jwt_alg == JWT_HS256 && !hmac_is_valid(token, config->jwt_key))
        return NULL;
    if (lib.decode(&jwt, token, (const unsigned char *)config->jwt_key.p,
                   (int)config->jwt_key.len) != 0)
        return NULL;
    char *text = lib.get_grants_json(jwt, NULL);
    lib.free(jwt);
    struct json_object *claims = text ? json_tokener_parse(text) : NULL;
    free(text);
    if (!json_object_is_type(claims, json_type_object)) {
        json_object_put(claims);
        return NULL;
    }
    return claims;
}

/* Reads a NumericDate (RFC 7519, section 2), which may have a fraction. *there: the claim exists.
 * -1: it exists and is no NumericDate. */
static int numeric_date(struct json_object *claims, const char *name, bool *there, double *date)
{
    struct json_object *o;
    *there = json_object_object_get_ex(claims, name, &o);
    if (!*there)
        return 0;
    if (!json_object_is_type(o, json_type_int) && !json_object_is_type(o, json_type_double))
        return -1;
    *date = json_object_get_double(o);
    return isfinite(*date) && *date > 0 && *date < 1e15 ? 0 : -1;
}

static bool text_is(struct json_object *o, const char *text)
{
    return json_object_is_type(o, json_type_string) &&
           slice_equal(slice_make(json_object_get_string(o), (size_t)json_object_get_string_len(o)),
                       slice_of(text));
}

/* Whether issuer and audience are the configured ones. "aud" is a string or an array of strings
 * (RFC 7519, section 4.1.3). */
static bool is_for_us(struct json_object *claims, const struct config *config)
{
    struct json_object *o = NULL;
    if (config->jwt_iss) {
        json_object_object_get_ex(claims, "iss", &o);
        if (!text_is(o, config->jwt_iss))
            return false;
    }
    if (!config->jwt_aud)
        return true;
    o = NULL;
    json_object_object_get_ex(claims, "aud", &o);
    if (!json_object_is_type(o, json_type_array))
        return text_is(o, config->jwt_aud);
    for (size_t i = 0; i < json_object_array_length(o); i++)
        if (text_is(json_object_array_get_idx(o, i), config->jwt_aud))
            return true;
    return false;
}

/* Checks the time: valid from "nbf" on, expired from "exp" on (RFC 7519, sections 4.1.4 and
 * 4.1.5). */
static enum jwtcheck_result check_time(struct json_object *claims, int64_t now, int64_t *ends)
{
    bool has_exp, has_nbf;
    double exp = 0, nbf = 0;
    if (numeric_date(claims, "exp", &has_exp, &exp) == -1 ||
        numeric_date(claims, "nbf", &has_nbf, &nbf) == -1 || (has_nbf && (double)now < nbf))
        return JWTCHECK_BAD;
    *ends = has_exp ? (int64_t)exp : 0;
    return has_exp && (double)now >= exp ? JWTCHECK_EXPIRED : JWTCHECK_OK;
}

/* Whether token is three non-empty parts in base64url (RFC 7515, section 7.1). libjwt 1.x skips
 * other characters, and writes past the end of an empty part. */
static bool is_compact(struct slice token)
{
    size_t dots = 0, part = 0;
    for (size_t i = 0; i < token.len; i++) {
        unsigned char c = (unsigned char)token.p[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (c == '.' && part > 0) {
            dots++;
            part = 0;
        } else if (letter || c == '-' || c == '_') {
            part++;
        } else {
            return false;
        }
    }
    return dots == 2 && part > 0;
}

enum jwtcheck_result jwtcheck(const struct config *config, struct slice token, int64_t now,
                              struct json_object **claims, int64_t *ends)
{
    enum jwtcheck_result result = JWTCHECK_BAD;
    *claims = NULL;
    *ends = 0;
    if (token.len > MAX_TOKEN || config->jwt_key.len == 0 || !is_compact(token) || !is_loaded())
        return JWTCHECK_BAD;
    char *copy = strndup(token.p, token.len);
    if (!copy)
        return JWTCHECK_BAD;
    struct json_object *o = verified_claims(config, copy);
    if (o && is_for_us(o, config))
        result = check_time(o, now, ends);
    if (result == JWTCHECK_OK)
        *claims = o;
    else
        json_object_put(o);
    explicit_bzero(copy, token.len);
    free(copy);
    return result;
}

#else /* without libjwt */

int jwtcheck_start(const struct config *config, struct buf *why)
{
    (void)config;
    buf_adds(why, "jwt: this sselog was built without libjwt");
    return -1;
}

enum jwtcheck_result jwtcheck(const struct config *config, struct slice token, int64_t now,
                              struct json_object **claims, int64_t *ends)
{
    (void)config, (void)token, (void)now;
    *claims = NULL;
    *ends = 0;
    return JWTCHECK_BAD;
}

#endif
