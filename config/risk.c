/* SPDX-License-Identifier: MIT */
/* risk: see risk.h. */
#include "config/risk.h"

#define SHORT_SECRET                                                                               \
    "the secret has less than 32 bytes, so it may be guessed: make a longer one of random bytes"

/* Networks of sites: 10.0.0.0/8 and fc00::/7 are the largest that are private. */
#define LARGEST_V4 8
#define LARGEST_V6 7

struct risks {
    struct risk *out;
    size_t count;
};

static void add(struct risks *r, const char *option, const char *text)
{
    if (r->count < RISKS_MAX)
        r->out[r->count++] = (struct risk){option, text};
}

/* Whether the first `bits` bits of a network are those of all IPv4-mapped addresses. */
static bool covers_v4(const struct network *n)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    unsigned bits = n->bits < 96 ? n->bits : 96, whole = bits / 8, rest = bits % 8;
    unsigned mask = rest > 0 ? 0xffu << (8 - rest) & 0xffu : 0;
    return memcmp(n->address, mapped, whole) == 0 &&
           (rest == 0 || ((n->address[whole] ^ mapped[whole]) & mask) == 0);
}

static bool is_wide(const struct network *n)
{
    return n->bits < LARGEST_V6 || (covers_v4(n) && n->bits < 96 + LARGEST_V4);
}

static void find_wide_networks(const struct config *c, struct risks *r)
{
    for (size_t i = 0; i < c->ntrusted; i++) {
        if (is_wide(&c->trusted[i])) {
            add(r, "SSELOG_TRUSTED",
                "a network in it is larger than any site's: name only the addresses of proxies");
            return;
        }
    }
}

static void find_short_secrets(const struct config *c, struct risks *r)
{
    if (c->jwt_alg == JWT_HS256 && c->jwt_key.len > 0 && c->jwt_key.len < RISK_SECRET)
        add(r, "SSELOG_JWT_KEY_FILE", SHORT_SECRET);
    if (c->cookie_secret.len > 0 && c->cookie_secret.len < RISK_SECRET)
        add(r, "SSELOG_COOKIE_SECRET_FILE", SHORT_SECRET);
}

/* ---- keys of credentials ---- */

/* A template with one name, and whether this configuration looks such keys up. */
struct key {
    const char *option, *template;
    bool used;
    const char *met; /* the text about another template that this one may meet */
};

#define MET(option) "a key may also be one of " option ": let both begin with different texts"

/* The texts before and after the name. */
static void split(const char *template, struct slice *before, struct slice *after)
{
    *before = slice_make(template, strcspn(template, "{"));
    const char *end = strchr(template, '}');
    *after = slice_of(end ? end + 1 : "");
}

/* Whether the shorter of two texts is the start (or the end) of the other. */
static bool one_starts(struct slice a, struct slice b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    return len == 0 || memcmp(a.p, b.p, len) == 0;
}

static bool one_ends(struct slice a, struct slice b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    return len == 0 || memcmp(a.p + a.len - len, b.p + b.len - len, len) == 0;
}

/* Whether one key may fit both templates. */
static bool may_meet(const char *a, const char *b)
{
    struct slice before_a, after_a, before_b, after_b;
    split(a, &before_a, &after_a);
    split(b, &before_b, &after_b);
    return one_starts(before_a, before_b) && one_ends(after_a, after_b);
}

/* A cookie that names the key of an exchange token would use the token more than once. */
static void find_common_keys(const struct config *c, struct risks *r)
{
    const struct key keys[] = {
        {"SSELOG_SESSION_KEY", c->session_key, config_uses(c, AUTH_COOKIE), NULL},
        {"SSELOG_BEARER_KEY", c->bearer_key, config_uses(c, AUTH_BEARER), MET("SSELOG_BEARER_KEY")},
        /* POST /token makes such keys for any method. */
        {"SSELOG_TOKEN_KEY", c->token_key, true, MET("SSELOG_TOKEN_KEY")},
    };
    size_t count = sizeof keys / sizeof *keys;
    for (size_t i = 0; i < count; i++) {
        if (keys[i].used && keys[i].template[0] == '{')
            add(r, keys[i].option,
                "no text stands before the name, so a client chooses how the key begins");
        for (size_t k = i + 1; keys[i].used && k < count; k++) {
            if (keys[k].used && may_meet(keys[i].template, keys[k].template))
                add(r, keys[i].option, keys[k].met);
        }
    }
}

/* Shells, web servers and systemd remove quotes, a file of -c does not. */
static void find_quotes(const struct config *c, struct risks *r)
{
    const struct {
        const char *option, *template;
    } all[] = {
        {"SSELOG_STREAM", c->stream},           {"SSELOG_CHANNEL", c->channel},
        {"SSELOG_SESSION_KEY", c->session_key}, {"SSELOG_BEARER_KEY", c->bearer_key},
        {"SSELOG_TOKEN_KEY", c->token_key},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].template && (all[i].template[0] == '"' || all[i].template[0] == '\''))
            add(r, all[i].option,
                "the quotes are part of the key in Redis: write the value without them");
}

static void find_open_log(const struct config *c, struct risks *r)
{
    if (c->append && !c->append_roles[0] && config_uses(c, AUTH_ANONYMOUS))
        add(r, "SSELOG_APPEND",
            "SSELOG_AUTH=anonymous lets everybody who reaches the server write to the log");
}

size_t risk_find(const struct config *config, bool open_password, struct risk out[RISKS_MAX])
{
    struct risks r = {out, 0};
    if (open_password)
        add(&r, "SSELOG_REDIS",
            "every user of this machine may read the password in this file: chmod 640 it and give "
            "it the group of sselog, or put the password into SSELOG_REDIS_PASSWORD_FILE");
    find_wide_networks(config, &r);
    find_short_secrets(config, &r);
    find_common_keys(config, &r);
    find_quotes(config, &r);
    find_open_log(config, &r);
    return r.count;
}
