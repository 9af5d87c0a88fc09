/* SPDX-License-Identifier: MIT */
/* rights: see rights.h. */
#include "doctor/rights.h"

#include <stdio.h>

#include "auth.h"
#include "doctor/log_check.h"
#include "doctor/redis_cure.h"
#include "identity/template.h"
#include "redis/address.h"
#include "redis/command.h"

#define REDIS_MS   5000
#define MAX_ANSWER (64 * 1024)
#define MAX_WORDS  8

static const struct check REDIS = {"D2", "redis"};
static const struct check RIGHTS = {"D2a", "rights"};

/* One connection, and what all its checks need. */
struct asker {
    const struct config *config;
    struct report *report;
    struct redis_sync *redis;
    struct buf answer;
    char where[ADDRESS_NAME];
};

static enum sync_result ask(struct asker *a, const char *const *words, size_t n)
{
    struct slice slices[MAX_WORDS];
    for (size_t i = 0; i < n; i++)
        slices[i] = slice_of(words[i]);
    buf_clear(&a->answer);
    return redis_sync_command(a->redis, slices, n, &a->answer);
}

static const char *text_of(const struct asker *a)
{
    return a->answer.p ? a->answer.p : "";
}

/* ---- the server ---- */

/* The value of a line `name:value` of INFO. False: there is none. */
static bool info_field(const struct asker *a, const char *name, char out[64])
{
    size_t len = strlen(name);
    for (const char *p = text_of(a); *p;) {
        size_t line = strcspn(p, "\r\n");
        if (line > len && strncmp(p, name, len) == 0 && p[len] == ':') {
            snprintf(out, 64, "%.*s", (int)(line - len - 1), p + len + 1);
            return true;
        }
        p += line;
        p += strspn(p, "\r\n");
    }
    return false;
}

/* False: a section is not to be had, which is told. */
static bool ask_info(struct asker *a, const char *section)
{
    const char *words[] = {"INFO", section};
    if (ask(a, words, 2) == SYNC_OK)
        return true;
    report_add(a->report, FINDING_NOTE, REDIS, NULL, "%s: INFO %s is not to be had: %s", a->where,
               section, text_of(a));
    return false;
}

static void check_version(struct asker *a)
{
    char version[64];
    unsigned major = 0, minor = 0;
    if (!ask_info(a, "server") || !info_field(a, "redis_version", version))
        return;
    if (sscanf(version, "%u.%u", &major, &minor) == 2 && (major < 6 || (major == 6 && minor < 2)))
        report_add(a->report, FINDING_FAIL, REDIS, "use Redis 6.2 or newer, best 7 or newer",
                   "%s is Redis %s: it cannot read on from a record, nor take a token", a->where,
                   version);
    else if (major < 7)
        report_add(a->report, FINDING_NOTE, REDIS, NULL,
                   "%s is Redis %s: a gap is told without the number of records", a->where,
                   version);
    else
        report_add(a->report, FINDING_OK, REDIS, NULL, "%s is Redis %s", a->where, version);
}

static void check_eviction(struct asker *a)
{
    char policy[64], most[64];
    if (!ask_info(a, "memory") || !info_field(a, "maxmemory_policy", policy) ||
        !info_field(a, "maxmemory", most))
        return;
    bool limited = strcmp(most, "0") != 0;
    if (strncmp(policy, "allkeys-", 8) == 0 && limited)
        report_add(a->report, FINDING_FAIL, REDIS,
                   "set maxmemory-policy noeviction, or volatile-lru, and limit logs by MAXLEN",
                   "maxmemory-policy is %s with maxmemory %s: whole logs can be evicted", policy,
                   most);
    else if (strncmp(policy, "volatile-", 9) == 0 && limited)
        report_add(a->report, FINDING_NOTE, REDIS, NULL,
                   "maxmemory-policy is %s: sessions and tokens can be evicted, logs without a "
                   "time to live cannot",
                   policy);
    else
        report_add(a->report, FINDING_OK, REDIS, NULL, "no log is evicted: maxmemory %s, %s", most,
                   policy);
}

/* INFO does not tell whether snapshots are configured, and CONFIG is often forbidden. */
static void check_snapshots(struct asker *a)
{
    const char *words[] = {"CONFIG", "GET", "save"};
    if (ask(a, words, 3) != SYNC_OK)
        report_add(a->report, FINDING_NOTE, REDIS, NULL,
                   "there is no append-only file; whether there are snapshots cannot be seen");
    else if (strcmp(text_of(a), "save\n\n") == 0)
        report_add(a->report, FINDING_NOTE, REDIS, NULL,
                   "neither appendonly nor save is set: a restart of Redis loses all logs");
    else
        report_add(a->report, FINDING_OK, REDIS, NULL, "snapshots are written");
}

static void check_persistence(struct asker *a)
{
    char aof[64] = "0", saved[64] = "ok", written[64] = "ok";
    if (!ask_info(a, "persistence"))
        return;
    info_field(a, "aof_enabled", aof);
    info_field(a, "rdb_last_bgsave_status", saved);
    info_field(a, "aof_last_write_status", written);
    if (strcmp(saved, "ok") != 0 || strcmp(written, "ok") != 0)
        report_add(a->report, FINDING_FAIL, REDIS, "see Redis's log: the disk may be full",
                   "the last snapshot: %s, the last write to the append-only file: %s; Redis may "
                   "take no records",
                   saved, written);
    else if (strcmp(aof, "0") == 0)
        check_snapshots(a);
    else
        report_add(a->report, FINDING_OK, REDIS, NULL, "the append-only file is written");
}

/* ---- rights ---- */

enum key_of {
    OF_NOTHING,
    OF_LOG,
    OF_CHANNEL,
    OF_SESSION,
    OF_BEARER,
    OF_TOKEN,
    OF_RENEWED,
    OF_HELD,
    OF_COUNTED, /* the key at which ZADD is needed first */
    OF_POLLS
};

/* Refused rights of SSELOG_HOLD: all streams become polls, or too many polls come at once. */
#define NOTHING_HELD "each stream is answered as a poll"
#define NOT_PACED    "polls may be more than SSELOG_PROCESSES allows"
#define NOBODY       "sselog-doctor" /* member of no set */

struct keys {
    char log[IDENTITY_MAX_KEY + 1], session[IDENTITY_MAX_KEY + 1], bearer[IDENTITY_MAX_KEY + 1],
        token[IDENTITY_MAX_KEY + 1], polls[IDENTITY_MAX_KEY + 1];
};

/* Commands as sselog sends them, or the same ones with a range or member that is not there. The
 * word KEY stands for the key. */
static const struct right {
    enum key_of of;
    const char *words[7];
    const char *right; /* as ACL SETUSER has it */
    const char *why;   /* what is not possible without it */
    bool optional;     /* records come without it, only later */
} rights[] = {
    {OF_LOG, {"XRANGE", "KEY", "-", "+", "COUNT", "1"}, "+xrange %R~", "no log can be read", false},
    {OF_LOG,
     {"XREVRANGE", "KEY", "+", "-", "COUNT", "1"},
     "+xrevrange %R~",
     "no history can be read",
     false},
    {OF_LOG, {"XINFO", "STREAM", "KEY"}, "+xinfo|stream %R~", "no loss can be found", false},
    {OF_SESSION, {"GET", "KEY"}, "+get %R~", "no session can be checked", false},
    {OF_BEARER, {"GET", "KEY"}, "+get %R~", "no bearer key can be checked", false},
    {OF_TOKEN, {"GETDEL", "KEY"}, "+getdel %RW~", "no exchange token can be used", false},
    {OF_RENEWED,
     {"SET", "KEY", "-", "XX"},
     "+set %RW~",
     "a client with an exchange token has to log in again after each poll",
     false},
    {OF_HELD, {"ZCARD", "KEY"}, "+zcard %R~", NOTHING_HELD, true},
    {OF_HELD, {"ZREM", "KEY", NOBODY}, "+zrem %RW~", NOTHING_HELD, true},
    {OF_HELD, {"ZCOUNT", "KEY", "1", "0"}, "+zcount %R~", NOTHING_HELD, true},
    {OF_COUNTED,
     {"ZADD", "KEY", "XX", "0", NOBODY},
     "+zadd %RW~",
     NOTHING_HELD ", and " NOT_PACED,
     true},
    {OF_POLLS, {"ZREMRANGEBYSCORE", "KEY", "1", "0"}, "+zremrangebyscore %RW~", NOT_PACED, true},
    {OF_POLLS, {"ZREVRANGEBYSCORE", "KEY", "0", "1"}, "+zrevrangebyscore %R~", NOT_PACED, true},
    {OF_NOTHING, {"CLIENT", "ID"}, "+client|id", "sselog looks every 250 ms", true},
    {OF_NOTHING,
     {"CLIENT", "TRACKING", "ON"},
     "+client|tracking",
     "sselog looks every 250 ms",
     true},
    /* The last two end the use of the connection for other commands. */
    {OF_CHANNEL, {"SUBSCRIBE", "KEY"}, "+subscribe &", "no channel can be read", false},
    {OF_NOTHING,
     {"SUBSCRIBE", "__redis__:invalidate"},
     "+subscribe &__redis__:invalidate",
     "sselog looks every 250 ms",
     true},
};
#define RIGHTS_COUNT (sizeof rights / sizeof *rights)

/* The key that a right is tried on; NULL: the options do not need this right. */
static const char *key_for(const struct config *c, const struct keys *k, enum key_of of)
{
    switch (of) {
    case OF_NOTHING:
        return c->log_kind == LOG_STREAM ? "" : NULL;
    case OF_LOG:
        return c->log_kind == LOG_STREAM && k->log[0] ? k->log : NULL;
    case OF_CHANNEL:
        return c->log_kind == LOG_PUBSUB && k->log[0] ? k->log : NULL;
    case OF_SESSION:
        return config_uses(c, AUTH_COOKIE) ? k->session : NULL;
    case OF_BEARER:
        return config_uses(c, AUTH_BEARER) ? k->bearer : NULL;
    case OF_TOKEN:
        return config_uses(c, AUTH_TOKEN) ? k->token : NULL;
    case OF_RENEWED:
        return config_uses(c, AUTH_TOKEN) && c->hold != HOLD_ALL ? k->token : NULL;
    case OF_HELD:
        return c->hold != 0 && c->hold != HOLD_ALL ? c->hold_key : NULL;
    case OF_COUNTED:
        return c->hold == HOLD_ALL ? NULL : c->hold > 0 ? c->hold_key : k->polls;
    case OF_POLLS:
        return c->hold != HOLD_ALL ? k->polls : NULL;
    }
    return NULL;
}

/* Other errors mean that the right is there: the key is missing or has another type. */
static bool is_denied(const char *error)
{
    return strncmp(error, "NOPERM", 6) == 0 || strncmp(error, "ERR unknown", 11) == 0;
}

static void try_right(struct asker *a, const struct right *right, const char *key)
{
    const char *words[MAX_WORDS] = {NULL};
    char name[64] = "", cure[IDENTITY_MAX_KEY + 128];
    size_t n = 0;
    for (; n < MAX_WORDS - 1 && right->words[n]; n++)
        words[n] = strcmp(right->words[n], "KEY") == 0 ? key : right->words[n];
    snprintf(name, sizeof name, "%s%s%s", words[0], key[0] ? "" : " ", key[0] ? "" : words[1]);
    enum sync_result result = ask(a, words, n);
    bool of_pattern = strchr("~&", right->right[strlen(right->right) - 1]) != NULL;
    snprintf(cure, sizeof cure, "give the user of SSELOG_REDIS this right: %s%s", right->right,
             of_pattern ? key : "");
    if (result == SYNC_DOWN)
        report_add(a->report, FINDING_WARN, RIGHTS, NULL, "%s: no answer: %s", name, text_of(a));
    else if (result == SYNC_REFUSED && is_denied(text_of(a)))
        report_add(a->report, right->optional ? FINDING_WARN : FINDING_FAIL, RIGHTS, cure,
                   "%s is refused, so %s: %s", name, right->why, text_of(a));
    else
        report_add(a->report, FINDING_OK, RIGHTS, NULL, "%s is allowed", name);
}

static int fill(const char *template, const char *name, const char *value, char *key)
{
    struct template_name n = {slice_of(name), slice_of(value)};
    return template_expand(template, &n, 1, key, IDENTITY_MAX_KEY + 1);
}

/* Keys like those of credentials, for a credential that nobody has. */
static void fill_keys(const struct config *c, const char *nonce, struct keys *k)
{
    char hash[65];
    snprintf(hash, sizeof hash, "%.32s%.32s", nonce, nonce);
    bool hashed = strstr(c->bearer_key, "{sha256}") != NULL;
    fill(c->session_key, "id", nonce, k->session);
    fill(c->bearer_key, hashed ? "sha256" : "token", hashed ? hash : nonce, k->bearer);
    fill(c->token_key, "token", nonce, k->token);
    snprintf(k->polls, sizeof k->polls, "%s" REDIS_HOLD_POLLS, c->hold_key);
}

static void check_rights(struct asker *a, struct keys *k)
{
    for (size_t i = 0; i < RIGHTS_COUNT; i++) {
        const char *key = key_for(a->config, k, rights[i].of);
        if (key)
            try_right(a, &rights[i], key);
    }
}

/* ---- all ---- */

static void set_name(char out[IDENTITY_MAX_NAME + 1], const char *given, const char *otherwise)
{
    snprintf(out, IDENTITY_MAX_NAME + 1, "%s", given ? given : otherwise);
}

int rights_key(const struct config *c, const struct doctor_options *o, const char *nonce,
               struct report *r, char key[IDENTITY_MAX_KEY + 1])
{
    static const struct check log_check_id = {"D2b", "log"};
    struct identity who = {.method = AUTH_TOKEN};
    const char *template = c->log_kind == LOG_STREAM ? c->stream : c->channel;
    set_name(who.user, o->user, nonce);
    set_name(who.tenant, o->tenant, o->user ? "" : nonce);
    set_name(who.role, o->role, o->user ? "" : nonce);
    if (auth_key(c, &who, NULL, template, key) == 0)
        return 0;
    if (c->route && strchr(c->route, '{'))
        report_add(r, FINDING_NOTE, log_check_id, NULL,
                   "%s may have names from the path (SSELOG_ROUTE): no log is looked at", template);
    else if (o->user)
        report_add(r, FINDING_FAIL, log_check_id,
                   "give --tenant and --role as the template needs them",
                   "user %s fills no key of %s", o->user, template);
    return -1;
}

static bool check_connection(struct asker *a)
{
    const char *words[] = {"PING"};
    enum sync_result result = ask(a, words, 1);
    /* A right that is not needed: an error of it is an answer. */
    bool answers = result == SYNC_OK || (result == SYNC_REFUSED && is_denied(text_of(a)));
    if (answers)
        report_add(a->report, FINDING_OK, REDIS, NULL, "%s answers", a->where);
    else
        report_add(a->report, FINDING_FAIL, REDIS, redis_cure(text_of(a)), "%s: %s", a->where,
                   text_of(a));
    return answers;
}

void rights_check(const struct config *c, const struct doctor_options *o, const char *nonce,
                  struct report *r)
{
    struct asker a = {.config = c, .report = r, .redis = redis_sync_new(&c->redis, REDIS_MS)};
    struct keys k = {0};
    if (!a.redis)
        return;
    buf_init(&a.answer, MAX_ANSWER);
    redis_sync_keep_why(a.redis);
    redis_sync_apart(a.redis);
    address_name(&c->redis, a.where);
    fill_keys(c, nonce, &k);
    if (check_connection(&a)) {
        check_version(&a);
        check_eviction(&a);
        check_persistence(&a);
        if (rights_key(c, o, nonce, r, k.log) == 0 && o->user && c->log_kind == LOG_STREAM)
            log_check(c, a.redis, k.log, r);
        check_rights(&a, &k);
    }
    redis_sync_free(a.redis);
    buf_free(&a.answer);
}
