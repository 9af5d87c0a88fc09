/* SPDX-License-Identifier: MIT */
/* rights: see rights.h. */
#include "doctor/rights.h"

#include <stdio.h>

#include "auth.h"
#include "doctor/asker.h"
#include "doctor/log_check.h"
#include "doctor/redis_cure.h"
#include "doctor/redis_server.h"
#include "identity/logs.h"
#include "identity/template.h"
#include "redis/receipt.h"

static const struct check REDIS = {"D2", "redis"};
static const struct check RIGHTS = {"D2a", "rights"};

enum key_of {
    OF_NOTHING,
    OF_LOG,
    OF_CHANNEL,
    OF_SESSION,
    OF_BEARER,
    OF_TOKEN,
    OF_RENEWED,
    OF_APPENDED, /* a log to which records are appended */
    OF_RECEIPT,  /* what is remembered of a batch */
    OF_SET,      /* the names of logs */
    OF_HELD,
    OF_COUNTED, /* the key at which ZADD is needed first */
    OF_POLLS
};

/* Refused rights of SSELOG_HOLD: all streams become polls, or too many polls come at once. */
#define NOTHING_HELD "each stream is answered as a poll"
#define NOT_PACED    "polls may be more than SSELOG_PROCESSES allows"
#define NOBODY       "sselog-doctor" /* member of no set, and no digest */

#define NOTHING_ADDED "no record can be appended"
#define NOT_ONCE      "no batch with Idempotency-Key or Sselog-Producer can be appended"

struct keys {
    char log[IDENTITY_MAX_KEY + 1], session[IDENTITY_MAX_KEY + 1], bearer[IDENTITY_MAX_KEY + 1],
        token[IDENTITY_MAX_KEY + 1], polls[IDENTITY_MAX_KEY + 1],
        receipt[IDENTITY_MAX_KEY + RECEIPT_KEY_MORE], set[IDENTITY_MAX_KEY + 1];
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
    /* An entry cannot have this id. */
    {OF_APPENDED, {"XADD", "KEY", "0-0", "-", "-"}, "+xadd %W~", NOTHING_ADDED, false},
    {OF_RECEIPT, {"WATCH", "KEY"}, "+watch %R~", NOT_ONCE, false},
    {OF_RECEIPT, {"UNWATCH"}, "+unwatch", NOT_ONCE, false},
    {OF_RECEIPT, {"GET", "KEY"}, "+get %R~", NOT_ONCE, false},
    {OF_RECEIPT, {"SET", "KEY", "-", "XX"}, "+set %RW~", NOT_ONCE, false},
    {OF_RECEIPT, {"MULTI"}, "+multi", NOTHING_ADDED, false},
    {OF_RECEIPT, {"EXEC"}, "+exec", NOTHING_ADDED, false},
    {OF_SET,
     {"SSCAN", "KEY", "0", "COUNT", "1"},
     "+sscan %R~",
     "/logs cannot list the logs of a set",
     false},
    {OF_SET, {"SISMEMBER", "KEY", NOBODY}, "+sismember %R~", "log= finds no log of a set", false},
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
    case OF_APPENDED:
        return config_appends(c) && k->log[0] ? k->log : NULL;
    case OF_RECEIPT:
        return config_appends(c) && k->log[0] ? k->receipt : NULL;
    case OF_SET:
        return k->set[0] ? k->set : NULL;
    case OF_HELD:
        return c->hold != 0 && c->hold != HOLD_ALL ? c->hold_key : NULL;
    case OF_COUNTED:
        return c->hold == HOLD_ALL ? NULL : c->hold > 0 ? c->hold_key : k->polls;
    case OF_POLLS:
        return c->hold != HOLD_ALL ? k->polls : NULL;
    }
    return NULL;
}

/* key: tried. pattern: named in the cure; where the key has an invented name, it has `*`. */
static void try_right(struct asker *a, const struct right *right, const char *key,
                      const char *pattern)
{
    const char *words[ASKER_WORDS] = {NULL};
    char name[64] = "", cure[IDENTITY_MAX_KEY + 128];
    size_t n = 0;
    for (; n < ASKER_WORDS - 1 && right->words[n]; n++)
        words[n] = strcmp(right->words[n], "KEY") == 0 ? key : right->words[n];
    snprintf(name, sizeof name, "%s%s%s", words[0], key[0] ? "" : " ", key[0] ? "" : words[1]);
    enum sync_result result = asker_ask(a, words, n);
    bool of_pattern = strchr("~&", right->right[strlen(right->right) - 1]) != NULL;
    snprintf(cure, sizeof cure, "give the user of SSELOG_REDIS this right: %s%s", right->right,
             of_pattern ? pattern : "");
    if (result == SYNC_DOWN)
        report_add(a->report, FINDING_WARN, RIGHTS, NULL, "%s: no answer: %s", name, asker_text(a));
    else if (result == SYNC_REFUSED && asker_is_denied(a))
        report_add(a->report, right->optional ? FINDING_WARN : FINDING_FAIL, RIGHTS, cure,
                   "%s is refused, so %s: %s", name, right->why, asker_text(a));
    else
        report_add(a->report, FINDING_OK, RIGHTS, NULL, "%s is allowed", name);
}

static int fill(const char *template, const char *name, const char *value, char *key)
{
    struct template_name n = {slice_of(name), slice_of(value)};
    return template_expand(template, &n, 1, key, IDENTITY_MAX_KEY + 1);
}

/* Keys like those of credentials. secret, hash: of a credential that nobody has, or `*`. */
static void fill_keys(const struct config *c, const char *secret, const char *hash, struct keys *k)
{
    bool hashed = strstr(c->bearer_key, "{sha256}") != NULL;
    fill(c->session_key, "id", secret, k->session);
    fill(c->bearer_key, hashed ? "sha256" : "token", hashed ? hash : secret, k->bearer);
    fill(c->token_key, "token", secret, k->token);
    snprintf(k->polls, sizeof k->polls, "%s" REDIS_HOLD_POLLS, c->hold_key);
}

static void check_rights(struct asker *a, const struct keys *k, const struct keys *patterns)
{
    for (size_t i = 0; i < RIGHTS_COUNT; i++) {
        const char *key = key_for(a->config, k, rights[i].of);
        if (key)
            try_right(a, &rights[i], key, key_for(a->config, patterns, rights[i].of));
    }
}

/* ---- all ---- */

static void set_name(char out[IDENTITY_MAX_NAME + 1], const char *given, const char *otherwise)
{
    snprintf(out, IDENTITY_MAX_NAME + 1, "%s", given ? given : otherwise);
}

/* The identity that the command line names, or an invented one. */
static struct identity identity_of(const struct doctor_options *o, const char *nonce)
{
    struct identity who = {.method = AUTH_TOKEN};
    set_name(who.user, o->user, nonce);
    set_name(who.tenant, o->tenant, o->user ? "" : nonce);
    set_name(who.role, o->role, o->user ? "" : nonce);
    return who;
}

/* The key of the first set of SSELOG_LOGS that the identity has; "": none. */
static void find_set(const struct config *c, const struct doctor_options *o, const char *nonce,
                     char key[IDENTITY_MAX_KEY + 1])
{
    const struct identity who = identity_of(o, nonce);
    const struct logs_asker asker = {c, &who, NULL};
    key[0] = '\0';
    for (const struct log_word *word = c->logs; word->key && !key[0]; word++)
        if (word->set)
            logs_set(&asker, word, key);
}

int rights_key(const struct config *c, const struct doctor_options *o, const char *nonce,
               struct report *r, char key[IDENTITY_MAX_KEY + 1])
{
    static const struct check log_check_id = {"D2b", "log"};
    const struct identity who = identity_of(o, nonce);
    const char *template = c->log_kind == LOG_STREAM ? c->stream : c->channel;
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
    enum sync_result result = asker_ask(a, words, 1);
    /* A right that is not needed: an error of it is an answer. */
    bool answers = result == SYNC_OK || (result == SYNC_REFUSED && asker_is_denied(a));
    if (answers)
        report_add(a->report, FINDING_OK, REDIS, NULL, "%s answers", a->where);
    else
        report_add(a->report, FINDING_FAIL, REDIS, redis_cure(asker_text(a)), "%s: %s", a->where,
                   asker_text(a));
    return answers;
}

void rights_check(const struct config *c, const struct doctor_options *o, const char *nonce,
                  struct report *r)
{
    struct asker a;
    struct keys k = {0}, patterns = {0};
    char hash[65];
    if (asker_open(&a, c, r))
        return;
    snprintf(hash, sizeof hash, "%.32s%.32s", nonce, nonce);
    fill_keys(c, nonce, hash, &k);
    fill_keys(c, "*", "*", &patterns);
    if (check_connection(&a)) {
        redis_server_check(&a);
        if (rights_key(c, o, nonce, r, k.log) == 0) {
            rights_key(c, o, "*", r, patterns.log);
            if (o->user && c->log_kind == LOG_STREAM)
                log_check(c, a.redis, k.log, r);
        }
        find_set(c, o, nonce, k.set);
        find_set(c, o, "*", patterns.set);
        receipt_key(k.log, NOBODY, k.receipt, sizeof k.receipt);
        receipt_key(patterns.log, "*", patterns.receipt, sizeof patterns.receipt);
        check_rights(&a, &k, &patterns);
    }
    asker_close(&a);
}
