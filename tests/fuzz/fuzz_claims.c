/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: the claims of a JWT whose signature is right. The identity must be the one that a
 * plain, strict reader finds in the same bytes, or none if that reader refuses them. So a name has
 * no control character, and no claim is read in two ways.
 */
#include <math.h>
#include <nettle/base64.h>
#include <nettle/hmac.h>
#include <stdio.h>
#include <stdlib.h>

#include "auth.h"
#include "identity/session.h"
#include "sse.h"

#define NOW         1700000000
#define INPUT_MOST  1500
#define MAX_DEPTH   16
#define MAX_MEMBERS 64 /* of one object; inputs with more are skipped */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

/* ---- the plain reader ---- */

struct text {
    char p[INPUT_MOST];
    size_t len;
};

/* The claims that make an identity, as their text; kind is the first byte of the JSON value, or 0
 * for a claim that is absent. */
struct claim {
    const char *name;
    char kind;
    struct text text;
};
enum { SUB, TENANT, ROLE, EXP, NBF, CLAIMS };

struct reader {
    const char *p, *end;
    struct claim *claims;
    bool skipped; /* too many members for this reader */
};

static bool take(struct reader *r, char c)
{
    if (r->p == r->end || *r->p != c)
        return false;
    r->p++;
    return true;
}

static void blanks(struct reader *r)
{
    while (take(r, ' ') || take(r, '\t') || take(r, '\r') || take(r, '\n'))
        ;
}

static int hex4(struct reader *r)
{
    int code = 0;
    if (r->end - r->p < 4)
        return -1;
    for (int i = 0; i < 2; i++, r->p += 2) {
        int byte = slice_hex_byte(slice_make(r->p, 2));
        if (byte < 0)
            return -1;
        code = code << 8 | byte;
    }
    return code;
}

static void put(struct text *t, int code)
{
    unsigned char bytes[4];
    size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = n - 1; i > 0; i--, code >>= 6)
        bytes[i] = (unsigned char)(0x80 | (code & 0x3f));
    bytes[0] = (unsigned char)(lead[n] | code);
    memcpy(t->p + t->len, bytes, n);
    t->len += n;
}

/* After "\u". A surrogate without its other half is U+FFFD. */
static bool unicode_escape(struct reader *r, struct text *t)
{
    int high = hex4(r);
    if (high >= 0xd800 && high < 0xdc00 && r->end - r->p >= 6 && memcmp(r->p, "\\u", 2) == 0) {
        const char *here = r->p;
        r->p += 2;
        int low = hex4(r);
        if (low >= 0xdc00 && low < 0xe000) {
            put(t, 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
            return true;
        }
        r->p = here;
    }
    if (high >= 0)
        put(t, high >= 0xd800 && high < 0xe000 ? 0xfffd : high);
    return high >= 0;
}

static bool string(struct reader *r, struct text *t)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    t->len = 0;
    for (r->p++; r->p < r->end && *r->p != '"';) {
        char c = *r->p++;
        if ((unsigned char)c < 0x20)
            return false;
        if (c == '\\') {
            const char *at = r->p < r->end && *r->p ? strchr(from, *r->p) : NULL;
            if (take(r, 'u')) {
                if (!unicode_escape(r, t))
                    return false;
                continue;
            }
            if (!at)
                return false;
            c = to[at - from];
            r->p++;
        }
        t->p[t->len++] = c;
    }
    return take(r, '"');
}

static bool digits(struct reader *r)
{
    const char *start = r->p;
    while (r->p < r->end && *r->p >= '0' && *r->p <= '9')
        r->p++;
    return r->p > start;
}

static bool number(struct reader *r, struct text *t)
{
    const char *start = r->p;
    take(r, '-');
    if (!take(r, '0') && !digits(r))
        return false;
    if (take(r, '.') && !digits(r))
        return false;
    if (take(r, 'e') || take(r, 'E')) {
        if (!take(r, '-'))
            take(r, '+');
        if (!digits(r))
            return false;
    }
    t->len = (size_t)(r->p - start);
    memcpy(t->p, start, t->len);
    /* json.c gives 20 digits and "e0" the name of the same number without "e0". */
    const char *e = memchr(start, 'e', t->len), *point = memchr(start, '.', t->len);
    if (e && !point && e - start >= 20 && r->p - e == 2 && e[1] == '0')
        t->len -= 2;
    if (t->len == 2 && memcmp(t->p, "-0", 2) == 0) { /* the whole number 0 */
        t->p[0] = '0';
        t->len = 1;
    }
    return true;
}

static bool word(struct reader *r, const char *is)
{
    size_t len = strlen(is);
    if ((size_t)(r->end - r->p) < len || memcmp(r->p, is, len) != 0)
        return false;
    r->p += len;
    return true;
}

static bool value(struct reader *r, int containers, struct text *t);

static bool array(struct reader *r, int containers)
{
    struct text ignored;
    r->p++;
    blanks(r);
    if (take(r, ']'))
        return true;
    do {
        if (!value(r, containers + 1, &ignored))
            return false;
    } while (take(r, ','));
    return take(r, ']');
}

static bool member(struct reader *r, int containers, struct text *name)
{
    struct text text;
    blanks(r);
    if (r->p == r->end || *r->p != '"' || !string(r, name) || memchr(name->p, '\0', name->len))
        return false;
    blanks(r);
    if (!take(r, ':'))
        return false;
    blanks(r);
    char kind = r->p < r->end ? *r->p : '\0';
    if (!value(r, containers + 1, &text))
        return false;
    for (int i = 0; containers == 0 && i < CLAIMS; i++)
        if (slice_equal(slice_make(name->p, name->len), slice_of(r->claims[i].name))) {
            r->claims[i].kind = kind;
            r->claims[i].text = text;
        }
    return true;
}

static bool object(struct reader *r, int containers)
{
    struct text names[MAX_MEMBERS];
    int count = 0;
    r->p++;
    blanks(r);
    if (take(r, '}'))
        return true;
    do {
        if (count == MAX_MEMBERS) {
            r->skipped = true;
            return false;
        }
        if (!member(r, containers, &names[count]))
            return false;
        for (int i = 0; i < count; i++)
            if (names[i].len == names[count].len &&
                memcmp(names[i].p, names[count].p, names[i].len) == 0)
                return false;
        count++;
    } while (take(r, ','));
    return take(r, '}');
}

/* A value inside that many arrays and objects. t receives the text of a string or number. */
static bool value(struct reader *r, int containers, struct text *t)
{
    bool good = false;
    blanks(r);
    if (r->p == r->end || containers > MAX_DEPTH)
        return false;
    switch (*r->p) {
    case '{':
        good = object(r, containers);
        break;
    case '[':
        good = array(r, containers);
        break;
    case '"':
        good = string(r, t);
        break;
    case 't':
    case 'f':
    case 'n':
        good = word(r, "true") || word(r, "false") || word(r, "null");
        break;
    default:
        good = number(r, t);
    }
    blanks(r);
    return good;
}

/* ---- from claims to an identity ---- */

static bool is_utf8(struct slice s)
{
    bool good = true;
    for (size_t i = 0; i < s.len && good;)
        i += sse_utf8_sequence((const unsigned char *)s.p + i, s.len - i, &good);
    return good;
}

static bool is_number(const struct claim *c)
{
    return c->kind == '-' || (c->kind >= '0' && c->kind <= '9');
}

static double date(const struct claim *c)
{
    char copy[INPUT_MOST + 1];
    memcpy(copy, c->text.p, c->text.len);
    copy[c->text.len] = '\0';
    return strtod(copy, NULL);
}

static bool name(const struct claim *c, bool needed, char out[IDENTITY_MAX_NAME + 1])
{
    struct slice text = {c->text.p, c->text.len};
    out[0] = '\0';
    if (c->kind == '\0' || c->kind == 'n' || (c->kind == '"' && text.len == 0))
        return !needed;
    return (c->kind == '"' || is_number(c)) && session_set_name(out, text) == 0;
}

/* False: no identity. */
static bool expected(struct slice text, struct claim claims[CLAIMS], struct identity *out,
                     bool *skipped)
{
    struct reader r = {text.p, text.p + text.len, claims, false};
    struct text ignored;
    bool read;
    blanks(&r);
    read = is_utf8(text) && r.p < r.end && *r.p == '{' && value(&r, 0, &ignored) && r.p == r.end;
    *skipped = r.skipped;
    return read && is_number(&claims[EXP]) && NOW < date(&claims[EXP]) &&
           (claims[NBF].kind == '\0' || (is_number(&claims[NBF]) && NOW >= date(&claims[NBF]))) &&
           name(&claims[SUB], true, out->user) && name(&claims[TENANT], false, out->tenant) &&
           name(&claims[ROLE], false, out->role);
}

/* ---- the product ---- */

static size_t base64url(char *out, const void *p, size_t len)
{
    struct base64_encode_ctx ctx;
    base64url_encode_init(&ctx);
    size_t n = base64_encode_update(&ctx, out, len, p);
    n += base64_encode_final(&ctx, out + n);
    while (n > 0 && out[n - 1] == '=')
        n--;
    return n;
}

/* Writes the header's value with a token that is signed with key. */
static void sign(char *out, struct slice claims, const char *key)
{
    struct hmac_sha256_ctx hmac;
    uint8_t digest[SHA256_DIGEST_SIZE];
    char *token = stpcpy(out, "Bearer ");
    size_t len = (size_t)(stpcpy(token, "eyJhbGciOiJIUzI1NiJ9.") - token);
    len += base64url(token + len, claims.p, claims.len);
    hmac_sha256_set_key(&hmac, strlen(key), (const uint8_t *)key);
    hmac_sha256_update(&hmac, len, (const uint8_t *)token);
    hmac_sha256_digest(&hmac, sizeof digest, digest);
    token[len++] = '.';
    len += base64url(token + len, digest, sizeof digest);
    token[len] = '\0';
}

static const char *get_param(void *arg, const char *param, unsigned nth)
{
    if (nth > 0)
        return NULL;
    if (strcmp(param, "REQUEST_METHOD") == 0)
        return "GET";
    return strcmp(param, "HTTP_AUTHORIZATION") == 0 ? arg : NULL;
}

static bool identify(struct slice claims, struct identity *identity)
{
    static const char key[] = "0123456789abcdef0123456789abcdef";
    static char header[4096];
    struct config config = {.auth = {AUTH_JWT, AUTH_END},
                            .jwt_user = (char *)"sub",
                            .jwt_tenant = (char *)"tenant_id",
                            .jwt_role = (char *)"role",
                            .jwt_key = {key, sizeof key - 1}};
    const struct lookup none = {NULL, NULL};
    struct request r;
    const char *why;
    struct cause cause;
    sign(header, claims, key);
    check(request_parse(&r, get_param, header, &why) == 0);
    enum auth_result result = auth_identify(&config, &r, &none, NOW, identity, &cause);
    request_free(&r);
    return result == AUTH_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct claim claims[CLAIMS];
    static const char *const names[] = {"sub", "tenant_id", "role", "exp", "nbf"};
    struct slice text = {(const char *)data, size};
    struct identity want = {0}, got;
    bool skipped;
    if (size == 0 || size > INPUT_MOST)
        return 0;
    for (int i = 0; i < CLAIMS; i++)
        claims[i] = (struct claim){.name = names[i]};
    bool good = expected(text, claims, &want, &skipped);
    if (skipped)
        return 0;
    check(identify(text, &got) == good);
    if (good)
        check(strcmp(got.user, want.user) == 0 && strcmp(got.tenant, want.tenant) == 0 &&
              strcmp(got.role, want.role) == 0 && got.ends > NOW - 1);
    return 0;
}
