/* SPDX-License-Identifier: MIT */
/*
 * config, values: which values each option accepts, and what they mean.  All others stop the start;
 * the message names the option and never contains a password.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "config/value.c"
#include "config/log_word.c"
#include "config/option.c"
#include "config/reader.c"
#include "config_loader.h"

/* Settings that are accepted, one or two at a time. */
static const char *const good[][2] = {
    {"SSELOG_AUTH=cookie bearer token"},
    {"SSELOG_AUTH=  cookie   bearer "},
    {"SSELOG_AUTH=header", "SSELOG_TRUSTED=10.0.0.0/8 ::1 192.0.2.7"},
    {"SSELOG_TENANT_HEADER=", "SSELOG_ROLE_HEADER=X-Remote-Role"},
    {"SSELOG_AUTH=anonymous", "SSELOG_STREAM=stream:all"},
    {"SSELOG_AUTH=anonymous", "SSELOG_PROFILE=preset"},
    {"SSELOG_ROUTE=/a/{app}/{user}", "SSELOG_STREAM=logs:{app}:{user}:{role}"},
    {"SSELOG_SOURCE=pubsub", "SSELOG_CHANNEL=logs:all"},
    {"SSELOG_LOGS="},
    {"SSELOG_LOGS= web=log:{user}  A-z_0.9(A_title_(=_b))=logs "},
    {"SSELOG_LOGS=@{user}:logs=log:{user}:{log} @all=all:{log}"},
    {"SSELOG_LOGS=a={app}:{log}", "SSELOG_ROUTE=/{app}/{log}"},
    {"SSELOG_LOGS=a=x", "SSELOG_FILTERS=Log=sender"},
    {"SSELOG_MAX_MEMORY=1048576"},
    {"SSELOG_MAX_MEMORY=1024k"},
    {"SSELOG_MAX_MEMORY=2G"},
    {"SSELOG_APPEND_BODY=64K"},
    {"SSELOG_APPEND_BODY=16M"},
    {"SSELOG_APPEND_RATE=0"},
    {"SSELOG_APPEND_RATE=1k"},
    {"SSELOG_APPEND_RATE=1G"},
    {"SSELOG_APPEND=1"},
    {"SSELOG_APPEND_ROLES=producer admin"},
    {"SSELOG_APPEND_MAXLEN=1000000000"},
    {"SSELOG_GATHER=0"},
    {"SSELOG_GATHER=1000"},
    {"SSELOG_LIFETIME=0"},
    {"SSELOG_LIFETIME=5"},
    {"SSELOG_LIFETIME=604800"},
    {"SSELOG_HOLD="},
    {"SSELOG_HOLD=0"},
    {"SSELOG_HOLD=1000000"},
    {"SSELOG_HOLD=", "SSELOG_SOURCE=pubsub"},
    {"SSELOG_POLL=500"},
    {"SSELOG_POLL=3600000"},
    {"SSELOG_PROCESSES=1"},
    {"SSELOG_PROCESSES=10000"},
    {"SSELOG_KEEPALIVE=3600"},
    {"SSELOG_HISTORY=0"},
    {"SSELOG_HISTORY=1000000"},
    {"SSELOG_HISTORY_AGE=31536000"},
    {"SSELOG_EVENT_PREFIX=app."},
    {"SSELOG_EVENT_PREFIX="},
    {"SSELOG_FILTERS=msg_types=msg_type agents=sender"},
    {"SSELOG_MATCH=tenant_id={tenant} kind=log"},
    {"SSELOG_CORS=https://a.example http://[::1]:8080 http://localhost:3000"},
    {"SSELOG_STATUS_LEVEL=no"},
    {"SSELOG_STATUS_LEVEL=5xx"},
    {"SSELOG_STATUS_LEVEL=4xx"},
    {"SSELOG_LOGIN_URL=/login/"},
    {"SSELOG_LOGIN_URL=https://sso.example/in?x=1"},
    {"SSELOG_LOGIN_URL="},
    {"SSELOG_USER_FIELD=/a~1b/~0/0"},
    {"SSELOG_JWT_USER=https://example.com/user"},
    {"SSELOG_JWT_REQUIRE=type=access https://example.com/kind=a=b"},
    {"SSELOG_JWT_REQUIRE= "},
    {"SSELOG_JWT_REFUSE=token_type https://example.com/kind"},
    {"SSELOG_JWT_ALLOW_NO_EXP=1"},
    {"SSELOG_BEARER_KEY=b:{token}"},
    {"SSELOG_SESSION_KEY={id}:session", "SSELOG_TOKEN_KEY={token}."},
    {"SSELOG_ENABLED=0"},
    {"SSELOG_LOG=syslog", "SSELOG_LOG_LEVEL=debug"},
    {"SSELOG_LOG_USER=hash"},
    {"SSELOG_LOG_USER=full"},
    {"SSELOG_ADMIN_ROLES=admin super_admin"},
};

static void test_good_values_are_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        const char *environment[] = {good[i][0], good[i][1], NULL};
        struct config_base *base = load(NULL, environment);
        if (base == NULL)
            fail_msg("%s: %s", good[i][0], message);
        config_unload(base);
    }
}

/* Each row has one or two settings that stop the start.  The message has the third text, or the
 * name of the first option. */
static void refuse_each(const char *const (*rows)[3], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *environment[] = {rows[i][0], rows[i][1], NULL};
        char name[64];
        struct config_base *base = load(NULL, environment);
        if (base)
            fail_msg("%s was accepted", rows[i][0]);
        snprintf(name, sizeof name, "%.*s", (int)strcspn(rows[i][0], "="), rows[i][0]);
        assert_contains(message, rows[i][2] ? rows[i][2] : name);
    }
}

static void test_bad_numbers_are_refused(void **state)
{
    static const char *const rows[][3] = {
        {"SSELOG_HISTORY=", NULL,
         "SSELOG_HISTORY= (environment): a whole number from 0 to 1000000"},
        {"SSELOG_HISTORY=abc", NULL, "SSELOG_HISTORY=abc"},
        {"SSELOG_HISTORY=-1"},
        {"SSELOG_HISTORY=+1"},
        {"SSELOG_HISTORY= 1"},
        {"SSELOG_HISTORY=1 "},
        {"SSELOG_HISTORY=1000001"},
        {"SSELOG_HISTORY=18446744073709551617"},
        {"SSELOG_HISTORY=0x10"},
        {"SSELOG_HISTORY_AGE=31536001"},
        {"SSELOG_HISTORY_AGE=1m"},
        {"SSELOG_KEEPALIVE=0"},
        {"SSELOG_KEEPALIVE=3601"},
        {"SSELOG_RETRY=99"},
        {"SSELOG_HOLD=-1"},
        {"SSELOG_HOLD=1000001", NULL, "a whole number from 0 to 1000000 is wanted"},
        {"SSELOG_HOLD=none"},
        {"SSELOG_POLL=499"},
        {"SSELOG_POLL=3600001"},
        {"SSELOG_PROCESSES=0"},
        {"SSELOG_PROCESSES=10001"},
        {"SSELOG_LIFETIME=4"},
        {"SSELOG_LIFETIME=604801"},
        {"SSELOG_APPEND_MAXLEN=0"},
        {"SSELOG_GATHER=1001"},
        {"SSELOG_FRONT_THREADS=0"},
        {"SSELOG_FRONT_THREADS=65"},
        {"SSELOG_TOKEN_TTL=0"},
    };
    (void)state;
    refuse_each(rows, COUNT(rows));
}

static void test_bad_sizes_are_refused(void **state)
{
    static const char *const rows[][3] = {
        {"SSELOG_MAX_MEMORY="},
        {"SSELOG_MAX_MEMORY=M"},
        {"SSELOG_MAX_MEMORY=1023K"},
        {"SSELOG_MAX_MEMORY=1048575"},
        {"SSELOG_MAX_MEMORY=64MB"},
        {"SSELOG_MAX_MEMORY=3G"},
        {"SSELOG_MAX_MEMORY=99999999999999999999G"},
        {"SSELOG_MAX_MEMORY=1T"},
        {"SSELOG_MAX_MEMORY=-1M"},
        {"SSELOG_APPEND_BODY=65535"},
        {"SSELOG_APPEND_BODY=17M"},
        {"SSELOG_APPEND_RATE=1023"},
        {"SSELOG_APPEND_RATE="},
    };
    (void)state;
    refuse_each(rows, COUNT(rows));
}

static void test_unknown_names_and_words_are_refused(void **state)
{
    static const char *const rows[][3] = {
        {"SSELOG_HISTROY=1", NULL,
         "SSELOG_HISTROY (environment): no such option; did you mean SSELOG_HISTORY?"},
        {"SSELOG_=1"},
        {"SSELOG_APPEND=yes"},
        {"SSELOG_ENABLED=yes"},
        {"SSELOG_ALLOW_ROOT="},
        {"SSELOG_LOG=/tmp/log"},
        {"SSELOG_LOG_LEVEL=loud"},
        {"SSELOG_LOG_USER=none"},
        {"SSELOG_AUTH="},
        {"SSELOG_AUTH=basic"},
        {"SSELOG_AUTH=cookie cookie"},
        {"SSELOG_AUTH=cookie anonymous", NULL, "anonymous must be the only"},
        {"SSELOG_AUTH=cookie,bearer"},
        {"SSELOG_PROFILE=fancy", NULL, "the profiles are plain, preset, bad"},
        {"SSELOG_PROFILE=bad", NULL, "SSELOG_KEEPALIVE=never (profile bad)"},
        {"SSELOG_SOURCE=kafka"},
        {"SSELOG_STATUS_LEVEL=", NULL, "no, 5xx or 4xx is wanted"},
        {"SSELOG_STATUS_LEVEL=500"},
        {"SSELOG_STATUS_LEVEL=5xx 4xx"},
        {"SSELOG_JWT_ALG=none"},
        {"SSELOG_JWT_ALG=hs256"},
    };
    (void)state;
    refuse_each(rows, COUNT(rows));
}

static void test_options_that_contradict_each_other_are_refused(void **state)
{
    static const char *const rows[][3] = {
        {"SSELOG_HOLD=0", "SSELOG_SOURCE=pubsub", "polls need SSELOG_SOURCE=stream"},
        {"SSELOG_APPEND=1", "SSELOG_SOURCE=pubsub"},
        {"SSELOG_APPEND_ROLES=producer", "SSELOG_SOURCE=channels"},
        {"SSELOG_AUTH=header", NULL, "header needs SSELOG_TRUSTED"},
        {"SSELOG_AUTH=anonymous", NULL, "SSELOG_STREAM=stream:logs:{user} (default): SSELOG_AUTH"},
        {"SSELOG_AUTH=anonymous", "SSELOG_STREAM=s:{tenant}", "SSELOG_STREAM=s:{tenant}"},
        {"SSELOG_HISTORY=1", "SSELOG_HISTORY=2", "SSELOG_HISTORY (environment): set twice"},
    };
    (void)state;
    refuse_each(rows, COUNT(rows));
}

static void test_bad_templates_are_refused(void **state)
{
    static const char *const rows[][3] = {
        {"SSELOG_STREAM="},
        {"SSELOG_STREAM=logs:{user"},
        {"SSELOG_STREAM=logs:user}"},
        {"SSELOG_STREAM=logs:{}"},
        {"SSELOG_STREAM=logs:{{user}}"},
        {"SSELOG_STREAM=logs:{app}", NULL, "what SSELOG_ROUTE captures"},
        {"SSELOG_STREAM=logs:{User}"},
        {"SSELOG_STREAM={tenant}{user}", NULL,
         "SSELOG_STREAM={tenant}{user} (environment): two names touch"},
        {"SSELOG_STREAM=a:{user}{role}:b"},
        {"SSELOG_CHANNEL={tenant}{user}", NULL, "two names touch"},
        {"SSELOG_MATCH=a=b owner={tenant}{user}", NULL, "two names touch"},
        {"SSELOG_ROUTE=/{a}/{b}", "SSELOG_STREAM=x:{a}{b}", "SSELOG_STREAM=x:{a}{b}"},
        {"SSELOG_CHANNEL=logs:{id}"},
        {"SSELOG_MATCH=a={app}"},
        {"SSELOG_MATCH=tenant"},
        {"SSELOG_MATCH=tenant={tenant"},
        {"SSELOG_ROUTE=api/{tenant}"},
        {"SSELOG_ROUTE=/{a}-{b}"},
    };
    (void)state;
    refuse_each(rows, COUNT(rows));
}

#define N64 "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
#define W8  " a=x b=x c=x d=x e=x f=x g=x h=x"

static void test_bad_words_of_logs_are_refused(void **state)
{
    static const char *const rows[][3] = {
        {"SSELOG_LOGS=web", NULL, "word 1: NAME=KEY, NAME(Title)=KEY or @SET=KEY is wanted"},
        {"SSELOG_LOGS=a=x =x", NULL, "word 2: a name has 1 to 64 characters"},
        {"SSELOG_LOGS=a:b=x", NULL, "word 1: a name has"},
        {"SSELOG_LOGS=" N64 "n=x", NULL, "word 1: a name has"},
        {"SSELOG_LOGS=a b=x", NULL, "word 1: NAME=KEY"},
        {"SSELOG_LOGS=a()=x", NULL, "word 1: a title has 1 to 128 bytes"},
        {"SSELOG_LOGS=a(t=x", NULL, "word 1: a title has"},
        {"SSELOG_LOGS=a(t)b=x", NULL, "word 1: a title has"},
        {"SSELOG_LOGS=a(" N64 N64 "n)=x", NULL, "word 1: a title has"},
        {"SSELOG_LOGS=a=x b=y a=z", NULL, "word 3: a word before it has this name"},
        {"SSELOG_LOGS=a=", NULL, "word 1: a key has 1 to 256 bytes"},
        {"SSELOG_LOGS=a={user", NULL, "word 1: a key has"},
        {"SSELOG_LOGS=a=" N64 N64 N64 N64 "n", NULL, "word 1: a key has"},
        {"SSELOG_LOGS=@=x{log}", NULL, "word 1: the key of a set is wanted"},
        {"SSELOG_LOGS=@s{log}=x{log}", NULL, "word 1: the key of a set is wanted"},
        {"SSELOG_LOGS=@s=x", NULL, "word 1: the key of a set's logs is wanted"},
        {"SSELOG_LOGS=@s={log}:{log}", NULL, "word 1: the key of a set's logs"},
        {"SSELOG_LOGS=@a={log}1 @b={log}2 @c={log}3 @d={log}4 @e={log}5", NULL,
         "word 5: at most 4 words have a set"},
        {"SSELOG_LOGS=" W8 W8 W8 W8 W8 W8 W8 W8 " a=x", NULL, "at most 64 words"},
        {"SSELOG_LOGS=a=x:{log}", NULL, "what SSELOG_ROUTE captures"},
        {"SSELOG_LOGS=a=x:{app}", NULL, "what SSELOG_ROUTE captures"},
        {"SSELOG_LOGS=@{app}=x:{log}", NULL, "what SSELOG_ROUTE captures"},
        {"SSELOG_LOGS=@s=x:{user}{log}", NULL, "two names touch"},
        {"SSELOG_LOGS=@s=x:{log}", "SSELOG_ROUTE=/{log}", "SSELOG_ROUTE captures {log}"},
        {"SSELOG_LOGS=a=x", "SSELOG_SOURCE=pubsub", "named logs need SSELOG_SOURCE=stream"},
        {"SSELOG_LOGS=a=x", "SSELOG_PROFILE=preset", "named logs need SSELOG_PROFILE=plain"},
        {"SSELOG_LOGS=a=x", "SSELOG_FILTERS=log=sender", "also be a filter"},
    };
    (void)state;
    refuse_each(rows, COUNT(rows));
}

static void test_titles_of_logs_have_blanks(void **state)
{
    struct config_base *base =
        load_one("SSELOG_LOGS=a(A_\"b\"_(=))=x:{user} b=y @s:{user}=z:{log}");
    const struct log_word *words = config_of(base)->logs;
    (void)state;
    assert_string_equal(words[0].name, "a");
    assert_string_equal(words[0].title, "A \"b\" (=)");
    assert_string_equal(words[0].key, "x:{user}");
    assert_string_equal(words[1].title, "b");
    assert_null(words[2].name);
    assert_string_equal(words[2].set, "s:{user}");
    assert_string_equal(words[2].key, "z:{log}");
    assert_null(words[3].key);
    config_unload(base);
}

static void test_bad_keys_of_credentials_are_refused(void **state)
{
    static const char *const rows[][3] = {
        {"SSELOG_SESSION_KEY=session"},
        {"SSELOG_SESSION_KEY=session:{user}"},
        {"SSELOG_SESSION_KEY=session:{id}{id}"},
        {"SSELOG_BEARER_KEY=bearer"},
        {"SSELOG_SESSION_KEY={id}", NULL, "SSELOG_SESSION_KEY={id} (environment): a text beside"},
        {"SSELOG_BEARER_KEY={token}", NULL, "a text beside the name"},
        {"SSELOG_BEARER_KEY={sha256}", NULL, "a text beside the name"},
        {"SSELOG_TOKEN_KEY={token}", NULL, "a text beside the name"},
        {"SSELOG_BEARER_KEY=b:{id}"},
        {"SSELOG_TOKEN_KEY=t:{sha256}"},
    };
    (void)state;
    refuse_each(rows, COUNT(rows));
}

static void test_bad_names_are_refused(void **state)
{
    static const char *const rows[][3] = {
        {"SSELOG_EVENT_PREFIX=a\tb"},
        {"SSELOG_HOLD_KEY="},
        {"SSELOG_FILTERS=level=level"},
        {"SSELOG_FILTERS=token=x"},
        {"SSELOG_FILTERS=replaces=x", NULL, "are taken"},
        {"SSELOG_FILTERS=after=x", NULL, "are taken"},
        {"SSELOG_FILTERS=wait=x", NULL, "are taken"},
        {"SSELOG_FILTERS=a=b a=c"},
        {"SSELOG_FILTERS=a="},
        {"SSELOG_FILTERS==a"},
        {"SSELOG_USER_HEADER="},
        {"SSELOG_USER_HEADER=X Remote"},
        {"SSELOG_ROLE_HEADER=X:Remote"},
        {"SSELOG_COOKIE=a;b"},
        {"SSELOG_COOKIE=a=b"},
        {"SSELOG_JWT_COOKIE=a,b"},
        {"SSELOG_USER_FIELD=user"},
        {"SSELOG_USER_FIELD="},
        {"SSELOG_ROLE_FIELD=/a~2"},
        {"SSELOG_FIELD="},
        {"SSELOG_FIELD=a\nb", NULL, "SSELOG_FIELD=a\\x0ab"},
        {"SSELOG_TENANT_HEADER=X Tenant"},
    };
    (void)state;
    refuse_each(rows, COUNT(rows));
}

static void test_bad_claims_are_refused(void **state)
{
    static const char *const rows[][3] = {
        {"SSELOG_JWT_USER="},
        {"SSELOG_JWT_REQUIRE=type"},
        {"SSELOG_JWT_REFUSE=type=refresh", NULL, "SSELOG_JWT_REQUIRE"},
        {"SSELOG_JWT_REFUSE=scope,asset"},
        {"SSELOG_JWT_REQUIRE=type="},
        {"SSELOG_JWT_REQUIRE==access"},
        {"SSELOG_JWT_ALLOW_NO_EXP=yes"},
    };
    (void)state;
    refuse_each(rows, COUNT(rows));
}

static void test_bad_addresses_are_refused(void **state)
{
    static const char *const rows[][3] = {
        {"SSELOG_LOGIN_URL=//evil.example/"},
        {"SSELOG_LOGIN_URL=javascript:alert(1)"},
        {"SSELOG_LOGIN_URL=/a b"},
        {"SSELOG_LOGIN_URL=/a\r\nSet-Cookie: x=y", NULL, "control character"},
        {"SSELOG_CORS=*"},
        {"SSELOG_CORS=null"},
        {"SSELOG_CORS=https://*.example"},
        {"SSELOG_CORS=https://a.example/", NULL, "slash"},
        {"SSELOG_CORS=https://a.example:443"},
        {"SSELOG_CORS=https://A.example"},
        {"SSELOG_CORS=https://user@a.example"},
        {"SSELOG_CORS=https://a.example:0"},
        {"SSELOG_CORS=https://"},
        {"SSELOG_CORS=a.example"},
        {"SSELOG_TRUSTED=10.0.0.0/33"},
        {"SSELOG_TRUSTED=::/129"},
        {"SSELOG_TRUSTED=10.0.0"},
        {"SSELOG_TRUSTED=localhost"},
        {"SSELOG_TRUSTED=192.0.2.1,192.0.2.2", NULL, "with blanks between them"},
        {"SSELOG_TRUSTED=10.0.0.0/"},
        {"SSELOG_TRUSTED=10.0.0.0/-1"},
        {"SSELOG_REDIS="},
        {"REDIS_URL=http://x", NULL, "SSELOG_REDIS (environment)"},
    };
    (void)state;
    refuse_each(rows, COUNT(rows));
}

static void test_long_values_are_refused_and_shortened(void **state)
{
    char setting[6000];
    (void)state;
    memset(setting, 'x', sizeof setting - 1);
    setting[sizeof setting - 1] = '\0';
    memcpy(setting, "SSELOG_STREAM=", 14);
    assert_null(load_one(setting));
    assert_contains(message, "xxx... (environment): the value is longer");
    setting[14 + 257] = '\0';
    assert_null(load_one(setting));
    setting[14 + 256] = '\0';
    struct config_base *base = load_one(setting);
    assert_non_null(base);
    config_unload(base);
}

/* request_header never finds a longer name, so it must be refused. */
static void test_long_header_names_are_refused(void **state)
{
    static const char *const names[] = {
        "SSELOG_USER_HEADER=", "SSELOG_TENANT_HEADER=", "SSELOG_ROLE_HEADER="};
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        char setting[128];
        size_t len = strlen(names[i]);
        memset(setting, 'x', sizeof setting);
        memcpy(setting, names[i], len);
        setting[len + REQUEST_MAX_NAME + 1] = '\0';
        assert_null(load_one(setting));
        assert_contains(message, "at most 58 bytes");
        setting[len + REQUEST_MAX_NAME] = '\0';
        struct config_base *base = load_one(setting);
        assert_non_null(base);
        config_unload(base);
    }
}

static bool same(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void test_redis_addresses_are_parsed(void **state)
{
    static const struct {
        const char *text, *host;
        unsigned port;
        const char *path, *user, *password;
        int db;
    } rows[] = {
        {"redis://localhost", "localhost", 6379, NULL, NULL, NULL, 0},
        {"redis://localhost/", "localhost", 6379, NULL, NULL, NULL, 0},
        {"REDIS://h:1/5", "h", 1, NULL, NULL, NULL, 5},
        {"redis://h:65535?db=3", "h", 65535, NULL, NULL, NULL, 3},
        {"redis://h/?db=3", "h", 6379, NULL, NULL, NULL, 3},
        {"redis://:pw@h", "h", 6379, NULL, NULL, "pw", 0},
        {"redis://u:p%40%2f%3a@h/1", "h", 6379, NULL, "u", "p@/:", 1},
        {"redis://u:a@b@h", "h", 6379, NULL, "u", "a@b", 0},
        {"redis://u:a:b@h", "h", 6379, NULL, "u", "a:b", 0},
        {"redis://:@h", "h", 6379, NULL, NULL, NULL, 0},
        {"redis://[::1]", "::1", 6379, NULL, NULL, NULL, 0},
        {"redis://:x@[2001:db8::1]:7000/2", "2001:db8::1", 7000, NULL, NULL, "x", 2},
        {"unix:///run/redis.sock", NULL, 0, "/run/redis.sock", NULL, NULL, 0},
        {"unix:///run/redis.sock?db=4", NULL, 0, "/run/redis.sock", NULL, NULL, 4},
        {"unix://:pw@/run/r%20s?db=0", NULL, 0, "/run/r s", NULL, "pw", 0},
        {"unix://u:pw@/run/a@b", NULL, 0, "/run/a@b", "u", "pw", 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char setting[128];
        snprintf(setting, sizeof setting, "SSELOG_REDIS=%s", rows[i].text);
        struct config_base *base = load_one(setting);
        if (base == NULL)
            fail_msg("%s: %s", rows[i].text, message);
        const struct redis_address *r = &config_of(base)->redis;
        assert_true(same(r->host, rows[i].host) && same(r->path, rows[i].path));
        assert_true(same(r->user, rows[i].user) && same(r->password, rows[i].password));
        assert_int_equal(r->port, rows[i].port);
        assert_int_equal(r->db, rows[i].db);
        assert_false(r->tls);
        config_unload(base);
    }
}

/* The password is always hunter2. */
static void test_messages_about_addresses_hide_the_password(void **state)
{
    static const char *const rows[] = {
        "hunter2",
        "redis:hunter2",
        "redis://",
        "redis://:hunter2@",
        "redis://:hunter2@/1",
        "redis://:hunter2@h:",
        "redis://:hunter2@h:0",
        "redis://:hunter2@h:65536",
        "redis://:hunter2@h:port",
        "redis://:hunter2@h/x",
        "redis://:hunter2@h/-1",
        "redis://:hunter2@h/1/2",
        "redis://:hunter2@h/99999999999",
        "redis://:hunter2@h/1?db=1",
        "redis://:hunter2@h?db=",
        "redis://:hunter2@h?",
        "redis://:hunter2@h?ssl=1",
        "redis://h?password=hunter2",
        "redis://:hunter2#@h",
        "redis://:hunter2/x@h",
        "redis://:hunter2%@h",
        "redis://:hunter2%0@h",
        "redis://:hunter2%00@h",
        "redis://:hunter2@[::1",
        "redis://:hunter2@[::1]7",
        "redis://:hunter2@[1.2.3.4]",
        "redis://:hunter2@::1",
        "redis://:hunter2@a b",
        "redis://hunter2@h",
        "rediss+x://:hunter2@h",
        "unix://:hunter2@",
        "unix://:hunter2@/",
        "unix://:hunter2@host/path",
        "unix://:hunter2@/p?db=x",
        "unix://:hunter2@/" /* 110 bytes */
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
#ifndef HAVE_HIREDIS_SSL
        "rediss://:hunter2@h",
#endif
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char setting[256];
        snprintf(setting, sizeof setting, "SSELOG_REDIS=%s", rows[i]);
        if (load_one(setting) != NULL)
            fail_msg("%s was accepted", rows[i]);
        assert_contains(message, "SSELOG_REDIS (environment): ");
        assert_null(strstr(message, "hunter"));
    }
}

static void test_networks_are_parsed(void **state)
{
    static const unsigned char ten[16] = {[10] = 0xff, [11] = 0xff, [12] = 10};
    struct config_base *base =
        load_one("SSELOG_TRUSTED=10.0.0.0/8 10.0.0.0 ::1 2001:db8::/32 ::/0");
    (void)state;
    assert_non_null(base);
    const struct config *c = config_of(base);
    const unsigned bits[] = {104, 128, 128, 32, 0};
    assert_int_equal(c->ntrusted, COUNT(bits));
    for (size_t i = 0; i < COUNT(bits); i++)
        assert_int_equal(c->trusted[i].bits, bits[i]);
    assert_memory_equal(c->trusted[0].address, ten, sizeof ten);
    assert_int_equal(c->trusted[2].address[15], 1);
    config_unload(base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_values_are_accepted),
        cmocka_unit_test(test_bad_numbers_are_refused),
        cmocka_unit_test(test_bad_sizes_are_refused),
        cmocka_unit_test(test_unknown_names_and_words_are_refused),
        cmocka_unit_test(test_options_that_contradict_each_other_are_refused),
        cmocka_unit_test(test_bad_templates_are_refused),
        cmocka_unit_test(test_bad_words_of_logs_are_refused),
        cmocka_unit_test(test_titles_of_logs_have_blanks),
        cmocka_unit_test(test_bad_keys_of_credentials_are_refused),
        cmocka_unit_test(test_bad_names_are_refused),
        cmocka_unit_test(test_bad_claims_are_refused),
        cmocka_unit_test(test_bad_addresses_are_refused),
        cmocka_unit_test(test_long_values_are_refused_and_shortened),
        cmocka_unit_test(test_long_header_names_are_refused),
        cmocka_unit_test(test_redis_addresses_are_parsed),
        cmocka_unit_test(test_messages_about_addresses_hide_the_password),
        cmocka_unit_test(test_networks_are_parsed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
