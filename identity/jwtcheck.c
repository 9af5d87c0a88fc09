/* SPDX-License-Identifier: MIT */
/*
 * jwtcheck: see jwtcheck.h. nettle verifies HS256; libjwt 1.x, loaded at the first use, verifies
 * RS256 and ES256. json.c reads header and claims: what libjwt reads in them does not count.
 *
 * Invariants: no claim is read before the signature was verified under the configured algorithm.
 * Each copy of the token that is made here is wiped.
 */
#include "identity/jwtcheck.h"

#include <json-c/json.h>
#include <nettle/base64.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <stdlib.h>
#include <string.h>

#include "format/json.h"
#include "identity/pubkey.h"

#define MAX_TOKEN     8192
#define MAX_DEPTH     16                        /* nesting of header and claims */
#define MAX_ENDS      INT64_C(1000000000000000) /* Unix seconds; later ends are as good as none */
#define SIGNATURE_LEN 43                        /* base64url of 32 bytes without '=' */

/* A token in three parts (RFC 7515, section 7.1); all point into it. */
struct parts {
    struct slice text; /* the whole token */
    struct slice header, claims, signature;
    struct slice input; /* what is signed: header, dot, claims */
};

/* ---- public keys, by libjwt ---- */

static const char *const algorithms[] = {
    [JWT_HS256] = "HS256", [JWT_RS256] = "RS256", [JWT_ES256] = "ES256"};

#define KEY_FILE "SSELOG_JWT_KEY_FILE: " /* starts each message */

#ifdef HAVE_LIBJWT

#include <dlfcn.h>
#include <jwt.h>
#include <pthread.h>

#define STACK_USED                                                                                 \
    (24 * 1024) /* libjwt decodes a token on its stack: at most 3 times MAX_TOKEN                  \
                 */

/* Functions of libjwt, found by dlsym, with the prototypes of <jwt.h>. */
static struct {
    __typeof__(&jwt_decode) decode;
    __typeof__(&jwt_free) free;
    __typeof__(&jwt_get_alg) get_alg;
    bool loaded;
} lib;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* A block of libjwt and jansson. They free copies of the token, so each block knows its size and is
 * wiped. */
union block {
    size_t size;
    max_align_t align;
};

static void *wiping_malloc(size_t size)
{
    union block *b = size < SIZE_MAX - sizeof *b ? malloc(sizeof *b + size) : NULL;
    if (!b)
        return NULL;
    b->size = size;
    return b + 1;
}

static void wiping_free(void *p)
{
    union block *b = p;
    if (!p)
        return;
    b--;
    explicit_bzero(b + 1, b->size);
    free(b);
}

static void *wiping_realloc(void *p, size_t size)
{
    void *new = wiping_malloc(size);
    if (!new || !p)
        return new;
    size_t old = ((union block *)p)[-1].size;
    memcpy(new, p, old < size ? old : size);
    wiping_free(p);
    return new;
}

static bool find(void *handle, const char *name, void *function, size_t size)
{
    void *address = dlsym(handle, name);
    memcpy(function, &address, size); /* POSIX: dlsym, application usage */
    return address != NULL;
}

/* libjwt from 1.11 on takes an allocator, which it also gives to jansson. Earlier versions have
 * none, only jansson has. */
static void set_allocator(void *handle)
{
    int (*set_jwt)(void *(*)(size_t), void *(*)(void *, size_t), void (*)(void *));
    void (*set_json)(void *(*)(size_t), void (*)(void *));
    if (find(handle, "jwt_set_alloc", &set_jwt, sizeof set_jwt))
        set_jwt(wiping_malloc, wiping_realloc, wiping_free);
    else if (find(handle, "json_set_alloc_funcs", &set_json, sizeof set_json))
        set_json(wiping_malloc, wiping_free);
}

static void load(void)
{
    void *handle = dlopen(LIBJWT_SONAME, RTLD_NOW | RTLD_LOCAL);
    lib.loaded = handle && find(handle, "jwt_decode", &lib.decode, sizeof lib.decode) &&
                 find(handle, "jwt_free", &lib.free, sizeof lib.free) &&
                 find(handle, "jwt_get_alg", &lib.get_alg, sizeof lib.get_alg);
    if (lib.loaded)
        set_allocator(handle);
}

static bool is_loaded(void)
{
    pthread_once(&once, load);
    return lib.loaded;
}

/* libjwt decodes each part on its stack. */
static __attribute__((noinline)) void wipe_stack(void)
{
    char used[STACK_USED];
    explicit_bzero(used, sizeof used);
}

/* libjwt before 1.11 frees a copy of the token by free(3). The C library mostly gives the same
 * memory to the next block of that size. */
static void wipe_heap(size_t size)
{
    void *blocks[4];
    for (size_t i = 0; i < 4; i++)
        if ((blocks[i] = malloc(size)))
            explicit_bzero(blocks[i], size);
    for (size_t i = 0; i < 4; i++)
        free(blocks[i]);
}

/* libjwt reads the header again; get_alg tells what it has verified. */
static bool public_key_fits(const struct config *config, const struct parts *parts)
{
    static const jwt_alg_t wanted[] = {[JWT_RS256] = JWT_ALG_RS256, [JWT_ES256] = JWT_ALG_ES256};
    jwt_t *jwt = NULL;
    bool fits = false;
    char *copy = is_loaded() ? strndup(parts->text.p, parts->text.len) : NULL;
    if (!copy)
        return false;
    if (lib.decode(&jwt, copy, (const unsigned char *)config->jwt_key.p,
                   (int)config->jwt_key.len) == 0) {
        fits = lib.get_alg(jwt) == wanted[config->jwt_alg];
        lib.free(jwt);
    }
    explicit_bzero(copy, parts->text.len);
    wipe_heap(parts->text.len + 1);
    wipe_stack();
    free(copy);
    return fits;
}

/* To verify a token, here one with a wrong signature, makes libcrypto read its files. */
static void warm_up(const struct config *config)
{
    static const char *const samples[] = {
        [JWT_RS256] = "eyJhbGciOiJSUzI1NiJ9.e30.AA",
        [JWT_ES256] = "eyJhbGciOiJFUzI1NiJ9.e30.AA",
    };
    struct parts parts = {.text = slice_of(samples[config->jwt_alg])};
    public_key_fits(config, &parts);
}

#else /* without libjwt */

#define LIBJWT_SONAME "libjwt"

static bool is_loaded(void)
{
    return false;
}

static bool public_key_fits(const struct config *config, const struct parts *parts)
{
    (void)config, (void)parts;
    return false;
}

static void warm_up(const struct config *config)
{
    (void)config;
}

#endif

/* Tells what is wrong with a key for RS256 or ES256; NULL: nothing. */
static const char *fault_of_public_key(const struct config *config)
{
    bool rsa = config->jwt_alg == JWT_RS256;
    switch (pubkey_kind(config->jwt_key)) {
    case PUBKEY_NONE:
        return "holds no PEM public key (BEGIN PUBLIC KEY)";
    case PUBKEY_DAMAGED:
        return "holds a PEM public key that is damaged";
    case PUBKEY_RSA:
        return rsa ? NULL : "holds a key of RSA, ES256 needs one of the curve P-256";
    case PUBKEY_P256:
        return rsa ? "holds a key of the curve P-256, RS256 needs one of RSA" : NULL;
    default:
        return rsa ? "holds no key of RSA" : "holds no key of the curve P-256";
    }
}

/* Tells what is wrong with the key; NULL: nothing. With a public key as HMAC secret everybody could
 * sign (RFC 8725, section 2.1). */
static const char *fault_of_key(const struct config *config)
{
    static const char pem[] = "-----BEGIN ";
    if (config->jwt_alg != JWT_HS256)
        return fault_of_public_key(config);
    return memmem(config->jwt_key.p, config->jwt_key.len, pem, sizeof pem - 1)
               ? "holds PEM, which HS256 does not take"
               : NULL;
}

int jwtcheck_start(const struct config *config, struct buf *why)
{
    const char *fault = fault_of_key(config);
    if (fault) {
        buf_addf(why, KEY_FILE "%s", fault);
        return -1;
    }
    if (config->jwt_alg == JWT_HS256)
        return 0;
    if (!is_loaded()) {
        buf_addf(why, KEY_FILE "%s cannot be loaded", LIBJWT_SONAME);
        return -1;
    }
    warm_up(config);
    return 0;
}

/* ---- signature ---- */

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

static struct parts split(struct slice token)
{
    const char *first = memchr(token.p, '.', token.len), *last = memrchr(token.p, '.', token.len);
    const char *end = token.p + token.len;
    return (struct parts){
        .text = token,
        .header = {token.p, (size_t)(first - token.p)},
        .claims = {first + 1, (size_t)(last - first - 1)},
        .signature = {last + 1, (size_t)(end - last - 1)},
        .input = {token.p, (size_t)(last - token.p)},
    };
}

/* Compares in constant time. */
static bool hmac_fits(const struct config *config, const struct parts *parts)
{
    struct hmac_sha256_ctx hmac;
    struct base64_encode_ctx encode;
    uint8_t digest[SHA256_DIGEST_SIZE];
    char text[BASE64_ENCODE_RAW_LENGTH(SHA256_DIGEST_SIZE) + BASE64_ENCODE_FINAL_LENGTH];
    hmac_sha256_set_key(&hmac, config->jwt_key.len, (const uint8_t *)config->jwt_key.p);
    hmac_sha256_update(&hmac, parts->input.len, (const uint8_t *)parts->input.p);
    hmac_sha256_digest(&hmac, sizeof digest, digest);
    base64url_encode_init(&encode);
    size_t len = base64_encode_update(&encode, text, sizeof digest, digest);
    base64_encode_final(&encode, text + len);
    bool fits = parts->signature.len == SIGNATURE_LEN &&
                memeql_sec(parts->signature.p, text, SIGNATURE_LEN);
    explicit_bzero(&hmac, sizeof hmac);
    explicit_bzero(&encode, sizeof encode);
    explicit_bzero(digest, sizeof digest);
    explicit_bzero(text, sizeof text);
    return fits;
}

/* ---- header and claims ---- */

/* Decodes base64url without '=' (RFC 7515, section 2) into room, which is wiped by its owner. */
static int decode(struct slice part, struct buf *room)
{
    struct base64_decode_ctx ctx;
    size_t len = 0, end = 0;
    int result = -1;
    base64url_decode_init(&ctx);
    if (buf_room(room, BASE64_DECODE_LENGTH(part.len) + 1) == 0 &&
        base64_decode_update(&ctx, &len, (uint8_t *)room->p, part.len, part.p) &&
        base64_decode_update(&ctx, &end, (uint8_t *)room->p + len, (4 - part.len % 4) % 4, "===") &&
        base64_decode_final(&ctx)) {
        room->len = len + end;
        result = 0;
    }
    explicit_bzero(&ctx, sizeof ctx);
    return result;
}

/* Reads a part as a JSON object in which no name occurs twice (RFC 7519, section 4). NULL: it is
 * something else. */
static struct json_object *read_object(struct slice part)
{
    struct json_object *o = NULL;
    struct buf room;
    buf_init(&room, MAX_TOKEN);
    room.secret = true;
    if (decode(part, &room) == 0)
        o = json_read(buf_slice(&room), MAX_DEPTH, JSON_UNIQUE | JSON_UTF8);
    buf_free(&room);
    if (json_object_is_type(o, json_type_object))
        return o;
    json_object_put(o);
    return NULL;
}

static bool text_is(struct json_object *o, const char *text)
{
    struct slice s;
    return json_object_is_type(o, json_type_string) && json_text(o, &s) &&
           slice_equal(s, slice_of(text));
}

/* Whether the header names the configured algorithm and no critical extension (RFC 7515, section
 * 4.1.11). */
static enum why check_header(const struct config *config, struct slice part)
{
    struct json_object *header = read_object(part), *alg = NULL;
    enum why why = WHY_OK;
    if (!header)
        return WHY_JWT_HEADER;
    json_object_object_get_ex(header, "alg", &alg);
    if (!text_is(alg, algorithms[config->jwt_alg]))
        why = WHY_JWT_ALG;
    else if (json_object_object_get_ex(header, "crit", NULL))
        why = WHY_JWT_CRIT;
    json_object_put(header);
    return why;
}

/* Whether the claim is text, or a list that contains it. */
static bool claim_is(struct json_object *o, const char *text)
{
    struct slice s;
    if (!json_object_is_type(o, json_type_array))
        return json_text(o, &s) && slice_equal(s, slice_of(text));
    for (size_t i = 0; i < json_object_array_length(o); i++)
        if (json_text(json_object_array_get_idx(o, i), &s) && slice_equal(s, slice_of(text)))
            return true;
    return false;
}

/* "aud" is a string or an array of strings (RFC 7519, section 4.1.3). */
static enum why check_purpose(const struct config *config, struct json_object *claims,
                              const char **claim)
{
    struct json_object *iss = NULL, *aud = NULL, *o;
    bool has_iss = json_object_object_get_ex(claims, "iss", &iss);
    bool has_aud = json_object_object_get_ex(claims, "aud", &aud);
    if (config->jwt_iss && !text_is(iss, config->jwt_iss))
        return has_iss ? WHY_JWT_ISS : WHY_JWT_NO_ISS;
    if (config->jwt_aud && !claim_is(aud, config->jwt_aud))
        return has_aud ? WHY_JWT_AUD : WHY_JWT_NO_AUD;
    for (struct pair *p = config->jwt_require; p && p->name; p++) {
        *claim = p->name;
        if (!json_object_object_get_ex(claims, p->name, &o) || !claim_is(o, p->value))
            return WHY_JWT_REQUIRE;
    }
    for (char **name = config->jwt_refuse; name && *name; name++) {
        *claim = *name;
        if (json_object_object_get_ex(claims, *name, NULL))
            return WHY_JWT_REFUSE;
    }
    *claim = NULL;
    return WHY_OK;
}

/* ---- time ---- */

/* Reads a NumericDate (RFC 7519, section 2): any number, also one with a fraction, a negative or a
 * large one. *there: the claim exists. -1: it exists and is no number. */
static int numeric_date(struct json_object *claims, const char *name, bool *there, double *date)
{
    struct json_object *o;
    *there = json_object_object_get_ex(claims, name, &o);
    if (!*there)
        return 0;
    if (!json_object_is_type(o, json_type_int) && !json_object_is_type(o, json_type_double))
        return -1;
    *date = json_object_get_double(o);
    return 0;
}

/* The end in whole seconds. It is never 0, which means that there is none. */
static int64_t whole_seconds(double exp)
{
    return exp < 1 ? 1 : exp > (double)MAX_ENDS ? MAX_ENDS : (int64_t)exp;
}

/* Valid from "nbf" on, expired from "exp" on (RFC 7519, sections 4.1.4 and 4.1.5). */
static enum jwtcheck_result check_time(const struct config *config, int64_t now,
                                       struct jwtcheck *out)
{
    bool has_exp, has_nbf;
    double exp = 0, nbf = 0;
    if (numeric_date(out->claims, "exp", &has_exp, &exp) == -1 ||
        numeric_date(out->claims, "nbf", &has_nbf, &nbf) == -1)
        out->why = WHY_JWT_DATE;
    else if (has_nbf && (double)now < nbf)
        out->why = WHY_JWT_NOT_YET;
    else if (!has_exp && !config->jwt_allow_no_exp)
        out->why = WHY_JWT_NO_EXP;
    if (out->why != WHY_OK)
        return JWTCHECK_BAD;
    out->ends = has_exp ? whole_seconds(exp) : 0;
    if (!has_exp || (double)now < exp)
        return JWTCHECK_OK;
    out->why = WHY_JWT_EXPIRED;
    return JWTCHECK_EXPIRED;
}

/* Verifies the signature and reads the claims. */
static enum why verify(const struct config *config, struct slice token, struct jwtcheck *out)
{
    if (token.len > MAX_TOKEN || !is_compact(token))
        return WHY_JWT_MALFORMED;
    struct parts parts = split(token);
    enum why why = check_header(config, parts.header);
    if (why != WHY_OK)
        return why;
    if (config->jwt_key.len == 0 ||
        !(config->jwt_alg == JWT_HS256 ? hmac_fits(config, &parts)
                                       : public_key_fits(config, &parts)))
        return WHY_JWT_SIGNATURE;
    out->claims = read_object(parts.claims);
    return out->claims ? WHY_OK : WHY_JWT_NOT_JSON;
}

enum jwtcheck_result jwtcheck(const struct config *config, struct slice token, int64_t now,
                              struct jwtcheck *out)
{
    enum jwtcheck_result result = JWTCHECK_BAD;
    *out = (struct jwtcheck){0};
    out->why = verify(config, token, out);
    if (out->why == WHY_OK)
        out->why = check_purpose(config, out->claims, &out->claim);
    if (out->why == WHY_OK)
        result = check_time(config, now, out);
    if (result != JWTCHECK_OK) {
        json_object_put(out->claims);
        out->claims = NULL;
    }
    return result;
}
