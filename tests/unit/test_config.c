/* SPDX-License-Identifier: MIT */
/*
 * config, option, source and value: the name, default and limits of every option, the precedence of
 * the sources, and the rules between options.  A message names the option and never contains a
 * secret.  A failed allocation at any place is an error and leaks nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

/* For the files under test: the n-th allocation from now fails; negative: none. */
static long fail_after = -1;

static int fails(void)
{
    return fail_after >= 0 && fail_after-- == 0;
}

static void *failing_calloc(size_t n, size_t size)
{
    return fails() ? NULL : calloc(n, size);
}

static void *failing_malloc(size_t size)
{
    return fails() ? NULL : malloc(size);
}

#define calloc failing_calloc
#define malloc failing_malloc
#include "config/value.c"
#include "config/option.c"
#include "config/reader.c"
#include "config/config.c"
#undef calloc
#undef malloc

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Profiles for these tests. */
static const struct preset presets[] = {{"SSELOG_KEEPALIVE", "30"},
                                        {"SSELOG_ROUTE", "/t/{tenant}/stream"},
                                        {"SSELOG_STREAM", "events:{tenant}"},
                                        {NULL, NULL}};
static const struct preset bad_presets[] = {{"SSELOG_KEEPALIVE", "never"}, {NULL, NULL}};
static const struct profile profiles[] = {
    {.name = "plain"},
    {.name = "preset", .presets = presets},
    {.name = "bad", .presets = bad_presets},
};

const struct profile *profile_at(unsigned i)
{
    return i < COUNT(profiles) ? &profiles[i] : NULL;
}

const struct profile *profile_find(const char *name)
{
    for (size_t i = 0; i < COUNT(profiles); i++) {
        if (strcmp(profiles[i].name, name) == 0)
            return &profiles[i];
    }
    return NULL;
}

/* A directory for files of all tests, removed at the end. */
static char directory[] = "/tmp/test_config.XXXXXX";
static char path_a[64], path_b[64];

static int make_directory(void **state)
{
    (void)state;
    if (mkdtemp(directory) == NULL)
        return -1;
    snprintf(path_a, sizeof path_a, "%s/a", directory);
    snprintf(path_b, sizeof path_b, "%s/b", directory);
    return 0;
}

static int remove_directory(void **state)
{
    (void)state;
    unlink(path_a);
    unlink(path_b);
    return rmdir(directory);
}

static void write_file(const char *path, const void *bytes, size_t len, mode_t mode)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(path, mode), 0);
}

/* `why` of the last load, NUL-terminated. */
static char message[1024];

static struct config_base *load(const char *file, const char *const *environment)
{
    struct buf why;
    buf_init(&why, sizeof message - 1);
    struct config_base *base = config_load(file, (char *const *)(uintptr_t)environment, &why);
    snprintf(message, sizeof message, "%s", why.p ? why.p : "");
    assert_true((base == NULL) == (message[0] != '\0'));
    assert_null(strchr(message, '\n'));
    buf_free(&why);
    return base;
}

static struct config_base *load_one(const char *setting)
{
    const char *environment[] = {setting, NULL};
    return load(NULL, environment);
}

static int for_request(const struct config_base *base, const char *const *params,
                       const struct config **out)
{
    struct buf why;
    buf_init(&why, sizeof message - 1);
    int result = config_for_request(base, (char *const *)(uintptr_t)params, out, &why);
    snprintf(message, sizeof message, "%s", why.p ? why.p : "");
    assert_true((result < 0) == (message[0] != '\0'));
    buf_free(&why);
    return result;
}

static void assert_contains(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", part, text);
}

static void test_defaults_are_as_documented(void **state)
{
    const char *none[] = {"PATH=/bin", "HTTP_SSELOG_AUTH=anonymous", NULL};
    struct config_base *base = load(NULL, none);
    (void)state;
    assert_non_null(base);
    const struct config *c = config_of(base);
    assert_string_equal(c->redis.host, "127.0.0.1");
    assert_int_equal(c->redis.port, 6379);
    assert_int_equal(c->auth[0], AUTH_REMOTE_USER);
    assert_int_equal(c->auth[1], AUTH_END);
    assert_string_equal(c->profile->name, "plain");
    assert_string_equal(c->stream, "stream:logs:{user}");
    assert_int_equal(c->history, 2000);
    assert_int_equal(c->history_age, 0);
    assert_int_equal(c->hold, HOLD_ALL);
    assert_string_equal(c->hold_key, "sselog:hold");
    assert_int_equal(c->poll, 3000);
    assert_int_equal(c->processes, 15);
    assert_null(c->event_prefix);
    assert_int_equal(c->keepalive, 15);
    assert_int_equal(c->retry, 3000);
    assert_int_equal(c->lifetime, 3600);
    assert_int_equal(c->max_viewers, 10000);
    assert_int_equal(c->max_per_user, 20);
    assert_int_equal(c->max_memory, 64 * 1024 * 1024);
    assert_int_equal(c->front_threads, 2);
    assert_int_equal(c->append_body, 4 * 1024 * 1024);
    assert_int_equal(c->append_rate, 32 * 1024 * 1024);
    assert_int_equal(c->append_maxlen, 10000);
    assert_false(c->append || config_appends(c));
    assert_int_equal(c->token_ttl, 30);
    assert_true(c->enabled);
    assert_true(c->jwt_require[0].name == NULL && c->jwt_refuse[0] == NULL);
    assert_false(c->jwt_allow_no_exp);
    assert_false(c->allow_root);
    assert_null(c->route);
    assert_null(c->login_url);
    assert_string_equal(c->user_header, "X-Remote-User");
    assert_null(c->tenant_header);
    assert_null(c->role_header);
    assert_null(c->cors[0]);
    assert_null(c->admin_roles[0]);
    assert_null(c->filters[0].name);
    assert_null(c->match[0].name);
    assert_int_equal(c->ntrusted, 0);
    assert_int_equal(c->cookie_secret.len, 0);
    assert_int_equal(c->log_level, DIAG_INFO);
    assert_false(c->log_user_hash);
    config_unload(base);
    config_unload(NULL);
}

/* Settings that are accepted, one or two at a time. */
static void test_good_values_are_accepted(void **state)
{
    static const char *const rows[][2] = {
        {"SSELOG_AUTH=cookie bearer token"},
        {"SSELOG_AUTH=  cookie   bearer "},
        {"SSELOG_AUTH=header", "SSELOG_TRUSTED=10.0.0.0/8 ::1 192.0.2.7"},
        {"SSELOG_TENANT_HEADER=", "SSELOG_ROLE_HEADER=X-Remote-Role"},
        {"SSELOG_AUTH=anonymous", "SSELOG_STREAM=stream:all"},
        {"SSELOG_AUTH=anonymous", "SSELOG_PROFILE=preset"},
        {"SSELOG_ROUTE=/a/{app}/{user}", "SSELOG_STREAM=logs:{app}:{user}:{role}"},
        {"SSELOG_SOURCE=pubsub", "SSELOG_CHANNEL=logs:all"},
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
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *environment[] = {rows[i][0], rows[i][1], NULL};
        struct config_base *base = load(NULL, environment);
        if (base == NULL)
            fail_msg("%s: %s", rows[i][0], message);
        config_unload(base);
    }
}

/* Settings that stop the start. The message must contain the third text, or the name of the first
 * option. */
static void test_bad_values_are_refused(void **state)
{
    static const char *const rows[][3] = {
        {"SSELOG_HISTROY=1", NULL,
         "SSELOG_HISTROY (environment): no such option; did you mean SSELOG_HISTORY?"},
        {"SSELOG_=1"},
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
        {"SSELOG_EVENT_PREFIX=a\tb"},
        {"SSELOG_KEEPALIVE=0"},
        {"SSELOG_KEEPALIVE=3601"},
        {"SSELOG_RETRY=99"},
        {"SSELOG_HOLD=-1"},
        {"SSELOG_HOLD=1000001", NULL, "a whole number from 0 to 1000000 is wanted"},
        {"SSELOG_HOLD=none"},
        {"SSELOG_HOLD=0", "SSELOG_SOURCE=pubsub", "polls need SSELOG_SOURCE=stream"},
        {"SSELOG_HOLD_KEY="},
        {"SSELOG_POLL=499"},
        {"SSELOG_POLL=3600001"},
        {"SSELOG_PROCESSES=0"},
        {"SSELOG_PROCESSES=10001"},
        {"SSELOG_LIFETIME=4"},
        {"SSELOG_LIFETIME=604801"},
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
        {"SSELOG_APPEND=yes"},
        {"SSELOG_APPEND_MAXLEN=0"},
        {"SSELOG_APPEND=1", "SSELOG_SOURCE=pubsub"},
        {"SSELOG_APPEND_ROLES=producer", "SSELOG_SOURCE=channels"},
        {"SSELOG_GATHER=1001"},
        {"SSELOG_FRONT_THREADS=0"},
        {"SSELOG_FRONT_THREADS=65"},
        {"SSELOG_TOKEN_TTL=0"},
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
        {"SSELOG_AUTH=header", NULL, "header needs SSELOG_TRUSTED"},
        {"SSELOG_AUTH=anonymous", NULL, "SSELOG_STREAM=stream:logs:{user} (default): SSELOG_AUTH"},
        {"SSELOG_AUTH=anonymous", "SSELOG_STREAM=s:{tenant}", "SSELOG_STREAM=s:{tenant}"},
        {"SSELOG_PROFILE=fancy", NULL, "the profiles are plain, preset, bad"},
        {"SSELOG_PROFILE=bad", NULL, "SSELOG_KEEPALIVE=never (profile bad)"},
        {"SSELOG_SOURCE=kafka"},
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
        {"SSELOG_FILTERS=level=level"},
        {"SSELOG_FILTERS=token=x"},
        {"SSELOG_FILTERS=replaces=x", NULL, "are taken"},
        {"SSELOG_FILTERS=after=x", NULL, "are taken"},
        {"SSELOG_FILTERS=wait=x", NULL, "are taken"},
        {"SSELOG_FILTERS=a=b a=c"},
        {"SSELOG_FILTERS=a="},
        {"SSELOG_FILTERS==a"},
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
        {"SSELOG_USER_HEADER="},
        {"SSELOG_USER_HEADER=X Remote"},
        {"SSELOG_ROLE_HEADER=X:Remote"},
        {"SSELOG_COOKIE=a;b"},
        {"SSELOG_COOKIE=a=b"},
        {"SSELOG_JWT_COOKIE=a,b"},
        {"SSELOG_JWT_USER="},
        {"SSELOG_JWT_REQUIRE=type"},
        {"SSELOG_JWT_REFUSE=type=refresh", NULL, "SSELOG_JWT_REQUIRE"},
        {"SSELOG_JWT_REFUSE=scope,asset"},
        {"SSELOG_JWT_REQUIRE=type="},
        {"SSELOG_JWT_REQUIRE==access"},
        {"SSELOG_JWT_ALLOW_NO_EXP=yes"},
        {"SSELOG_JWT_ALG=none"},
        {"SSELOG_JWT_ALG=hs256"},
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
        {"SSELOG_USER_FIELD=user"},
        {"SSELOG_USER_FIELD="},
        {"SSELOG_ROLE_FIELD=/a~2"},
        {"SSELOG_FIELD="},
        {"SSELOG_FIELD=a\nb", NULL, "SSELOG_FIELD=a\\x0ab"},
        {"SSELOG_REDIS="},
        {"REDIS_URL=http://x", NULL, "SSELOG_REDIS (environment)"},
        {"SSELOG_HISTORY=1", "SSELOG_HISTORY=2", "SSELOG_HISTORY (environment): set twice"},
        {"SSELOG_TENANT_HEADER=X Tenant"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *environment[] = {rows[i][0], rows[i][1], NULL};
        char name[64];
        struct config_base *base = load(NULL, environment);
        if (base)
            fail_msg("%s was accepted", rows[i][0]);
        snprintf(name, sizeof name, "%.*s", (int)strcspn(rows[i][0], "="), rows[i][0]);
        assert_contains(message, rows[i][2] ? rows[i][2] : name);
    }
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

static void test_sources_have_precedence(void **state)
{
    static const char file[] = "# options\n\n  SSELOG_HISTORY = 7 \r\nSSELOG_RETRY=700\n"
                               "REDIS_URL=redis://file\nSSELOG_FIELD=a # b = c";
    const char *environment[] = {"SSELOG_HISTORY=8", "SSELOG_HISTORY=8", "REDIS_URL=redis://env",
                                 "SSELOG_PROFILE=preset", NULL};
    const char *params[] = {"SSELOG_HISTORY=10", "REDIS_URL=redis://request", "HTTP_X=y", NULL};
    const struct config *c;
    (void)state;
    write_file(path_a, file, sizeof file - 1, 0644);
    struct config_base *base = load(path_a, environment);
    assert_non_null(base);
    assert_int_equal(config_of(base)->history, 8);
    assert_int_equal(config_of(base)->retry, 700);
    assert_int_equal(config_of(base)->keepalive, 30);
    assert_string_equal(config_of(base)->redis.host, "env");
    assert_string_equal(config_of(base)->field, "a # b = c");
    assert_string_equal(config_of(base)->stream, "events:{tenant}");
    assert_int_equal(for_request(base, params, &c), 0);
    assert_int_equal(c->history, 10);
    assert_int_equal(c->keepalive, 30);
    assert_string_equal(c->redis.host, "env");
    config_release(base, c);
    config_unload(base);
}

static void test_sselog_redis_wins_over_redis_url(void **state)
{
    static const char file[] = "SSELOG_REDIS=redis://file\n";
    const char *environment[] = {"REDIS_URL=redis://env", NULL};
    (void)state;
    write_file(path_a, file, sizeof file - 1, 0644);
    struct config_base *base = load(path_a, environment);
    assert_non_null(base);
    assert_string_equal(config_of(base)->redis.host, "file");
    config_unload(base);
}

static void test_bad_files_are_refused_with_their_line(void **state)
{
    static const struct {
        const char *text;
        size_t len;
        const char *message;
    } rows[] = {
        {"SSELOG_HISTORY=1\nFOO=1\n", 23, "/a:2: FOO: no such option"},
        {"RETRY=1\n", 8, "/a:1: RETRY: no such option; did you mean SSELOG_RETRY?"},
        {"SSELOG_HISTORY=1\nSSELOG_HISTORY=1\n", 34, "/a:2: SSELOG_HISTORY: set a second time"},
        {"\n\nhello\n", 8, "/a:3: a line is NAME=value"},
        {"=1\n", 3, "/a:1: a line is NAME=value"},
        {"#\nSSELOG_RETRY=x", 16, "SSELOG_RETRY=x (file /"},
        {"#\nSSELOG_RETRY=x", 16, "/a:2): a whole number"},
        {"\nREDIS_URL=x\n", 13, "/a:2): "},
        {"SSELOG_FIELD=a\0b\n", 17, "NUL"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *none[] = {NULL};
        write_file(path_a, rows[i].text, rows[i].len, 0644);
        assert_null(load(path_a, none));
        assert_contains(message, rows[i].message);
    }
}

static void test_unreadable_files_are_refused(void **state)
{
    const char *none[] = {NULL};
    char *large = calloc(1, SOURCE_MAX_FILE + 1);
    (void)state;
    assert_non_null(large);
    memset(large, '\n', SOURCE_MAX_FILE + 1);
    write_file(path_a, large, SOURCE_MAX_FILE, 0644);
    struct config_base *base = load(path_a, none);
    assert_non_null(base);
    config_unload(base);
    write_file(path_a, large, SOURCE_MAX_FILE + 1, 0644);
    assert_null(load(path_a, none));
    free(large);
    assert_null(load(directory, none));
    assert_contains(message, directory);
    assert_null(load("/nonexistent/sselog.conf", none));
    assert_contains(message, "/nonexistent/sselog.conf: No such file");
}

static void test_request_sets_only_what_it_may(void **state)
{
    static const struct {
        const char *param;
        const char *message; /* NULL: accepted */
    } rows[] = {
        {"SSELOG_HISTORY=5", NULL},
        {"SSELOG_ROUTE=/x/{user}", NULL},
        {"SSELOG_ROUTE=", NULL},
        {"SSELOG_HISTORY=x", "SSELOG_HISTORY=x (request): a whole number"},
        {"SSELOG_NO=x", "SSELOG_NO (request): no such option"},
        {"SSELOG_RETRI=1", "SSELOG_RETRI (request): no such option; did you mean SSELOG_RETRY?"},
        {"SSELOG_AUTH=header", "header needs SSELOG_TRUSTED"},
        {"SSELOG_AUTH=anonymous", "SSELOG_AUTH=anonymous gives no user"},
        {"SSELOG_REDIS=redis://evil", "SSELOG_REDIS (request): a request may not set this; give it "
                                      "to the process: FcgidInitialEnv "},
        {"SSELOG_REDIS=redis://h", NULL},
        {"SSELOG_MAX_VIEWERS=1", "SSELOG_MAX_VIEWERS (request): a request may not set this"},
        {"SSELOG_MAX_VIEWERS=10000", NULL},
        {"SSELOG_COOKIE_SECRET_FILE=/x", "a request may not set this"},
        {"SSELOG_PROFILE=bad", "(profile bad)"},
        {"SSELOG_HISTORY", "no such option"},
    };
    const char *environment[] = {"SSELOG_REDIS=redis://h", "SSELOG_ROUTE=/y/{app}", NULL};
    struct config_base *base = load(NULL, environment);
    (void)state;
    assert_non_null(base);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *params[] = {"PATH_INFO=/", rows[i].param, NULL};
        const struct config *c = NULL;
        int result = for_request(base, params, &c);
        assert_int_equal(result, rows[i].message ? -1 : 0);
        if (result == 0)
            config_release(base, c);
        else
            assert_contains(message, rows[i].message);
    }
    config_unload(base);
}

static void test_request_without_options_shares_the_base(void **state)
{
    const char *environment[] = {"SSELOG_HISTORY=5", "SSELOG_REDIS=redis://:pw@h", NULL};
    const char *nothing[] = {"PATH_INFO=/", "HTTP_SSELOG_AUTH=x", NULL}, *empty[] = {NULL};
    const char *const *same_as_base[] = {nothing, empty, environment};
    struct config_base *base = load(NULL, environment);
    const struct config *c;
    (void)state;
    assert_non_null(base);
    for (size_t i = 0; i < COUNT(same_as_base); i++) {
        assert_int_equal(for_request(base, same_as_base[i], &c), 0);
        assert_ptr_equal(c, config_of(base));
        config_release(base, c);
    }
    assert_int_equal(for_request(base, NULL, &c), 0);
    assert_ptr_equal(c, config_of(base));
    config_release(base, NULL);
    config_unload(base);
}

/* Calls of config_each_restart. */
static char restarts[2000];

static void note_restart(void *arg, const char *line)
{
    (void)arg;
    size_t len = strlen(restarts);
    snprintf(restarts + len, sizeof restarts - len, "%s\n", line);
}

#define AGAIN "needs a restart; the former value stays in use"

static void test_options_that_only_a_restart_changes(void **state)
{
    static const struct {
        const char *before, *after;
        const char *line; /* NULL: none */
    } rows[] = {
        {"SSELOG_HISTORY=5", "SSELOG_HISTORY=6", NULL},
        {"SSELOG_LOG_LEVEL=info", "SSELOG_LOG_LEVEL=debug", NULL},
        {"SSELOG_MAX_VIEWERS=10000", "X=", NULL}, /* the default */
        {"SSELOG_MAX_VIEWERS=5", "SSELOG_MAX_VIEWERS=6",
         "SSELOG_MAX_VIEWERS=6 (environment): " AGAIN},
        {"SSELOG_FRONT_THREADS=5", "X=", "SSELOG_FRONT_THREADS=2 (default): " AGAIN},
        {"SSELOG_LOG=stderr", "SSELOG_LOG=syslog", "SSELOG_LOG=syslog (environment): " AGAIN},
        {"SSELOG_REDIS=redis://a:1", "SSELOG_REDIS=redis://a:1/0", NULL},
        {"SSELOG_REDIS=redis://a:1", "SSELOG_REDIS=redis://ann:pw@a:1", NULL},
        {"SSELOG_REDIS=redis://a:1", "SSELOG_REDIS=redis://:pw@b:1",
         "SSELOG_REDIS (environment): " AGAIN},
        {"SSELOG_REDIS=redis://a:1", "SSELOG_REDIS=redis://a:2",
         "SSELOG_REDIS (environment): " AGAIN},
        {"SSELOG_REDIS=redis://a:1", "SSELOG_REDIS=redis://a:1/3",
         "SSELOG_REDIS (environment): " AGAIN},
        {"SSELOG_REDIS=redis://a:1", "SSELOG_REDIS=unix:///a",
         "SSELOG_REDIS (environment): " AGAIN},
        {"REDIS_URL=unix:///a", "SSELOG_REDIS=unix:///a", NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct config_base *before = load_one(rows[i].before), *after = load_one(rows[i].after);
        char wanted[200] = "";
        assert_true(before && after);
        if (rows[i].line)
            snprintf(wanted, sizeof wanted, "%s\n", rows[i].line);
        restarts[0] = '\0';
        config_each_restart(before, after, note_restart, NULL);
        assert_string_equal(restarts, wanted);
        assert_int_equal(config_same_redis(before, after), !strstr(wanted, "SSELOG_REDIS"));
        config_unload(before);
        config_unload(after);
    }
}

/* Each option of the process is read again, or is named as one that needs a restart. */
static void test_options_of_the_process_that_a_reload_sets(void **state)
{
    static const char *const again[] = {
        "SSELOG_REDIS",    "SSELOG_REDIS_PASSWORD_FILE", "SSELOG_APPEND_RATE",  "SSELOG_LOG_LEVEL",
        "SSELOG_LOG_USER", "SSELOG_COOKIE_SECRET_FILE",  "SSELOG_JWT_KEY_FILE", NULL};
    (void)state;
    for (size_t i = 0; i < OPTIONS; i++) {
        bool request = options[i].flags & REQUEST, restart = options[i].flags & RESTART;
        bool listed = value_find_word(slice_of(options[i].name), again) >= 0;
        if (request ? restart || listed : restart == listed)
            fail_msg("%s: it has RESTART, or is in the list above", options[i].name);
    }
}

static void test_files_that_are_read(void **state)
{
    const char *files[CONFIG_FILES];
    (void)state;
    struct config_base *base = load_one("SSELOG_HISTORY=5");
    assert_int_equal(config_files(base, files), 0);
    config_unload(base);
    write_file(path_b, "0123456789abcdef", 16, 0600);
    char text[200];
    snprintf(text, sizeof text, "SSELOG_JWT_KEY_FILE=%s\n", path_b);
    write_file(path_a, text, strlen(text), 0644);
    base = load(path_a, (const char *[]){NULL});
    assert_int_equal(config_files(base, files), 2);
    assert_string_equal(files[0], path_a);
    assert_string_equal(files[1], path_b);
    config_unload(base);
}

static void test_last_reference_frees_the_snapshot(void **state)
{
    (void)state;
    struct config_base *base = load_one("SSELOG_HISTORY=5");
    const struct config_base *held = config_hold(base);
    assert_ptr_equal(held, base);
    config_unload(base);
    assert_int_equal(config_of(held)->history, 5);
    config_unload(held);
}

/* The profile of a request has presets. Every other source except the defaults wins over them. */
static void test_request_may_choose_a_profile(void **state)
{
    const char *environment[] = {"SSELOG_STREAM=own:{user}", NULL};
    const char *params[] = {"SSELOG_PROFILE=preset", NULL};
    const char *repeated[] = {"SSELOG_PROFILE=preset", "SSELOG_KEEPALIVE=15", NULL};
    struct config_base *base = load(NULL, environment);
    const struct config *c;
    (void)state;
    assert_non_null(base);
    assert_int_equal(for_request(base, params, &c), 0);
    assert_string_equal(c->profile->name, "preset");
    assert_int_equal(c->keepalive, 30);
    assert_string_equal(c->route, "/t/{tenant}/stream");
    assert_string_equal(c->stream, "own:{user}");
    assert_int_equal(config_of(base)->keepalive, 15);
    config_release(base, c);
    assert_int_equal(for_request(base, repeated, &c), 0);
    assert_int_equal(c->keepalive, 15);
    config_release(base, c);
    config_unload(base);
}

/* An empty value in a request unsets the option. */
static void test_request_may_unset_an_option(void **state)
{
    const char *environment[] = {"SSELOG_LOGIN_URL=/login", "SSELOG_JWT_ISS=me",
                                 "SSELOG_ROUTE=/x/{app}", NULL};
    const char *params[] = {"SSELOG_LOGIN_URL=", "SSELOG_JWT_ISS=", "SSELOG_ROUTE=", NULL};
    struct config_base *base = load(NULL, environment);
    const struct config *c;
    (void)state;
    assert_non_null(base);
    assert_int_equal(for_request(base, params, &c), 0);
    assert_null(c->login_url);
    assert_null(c->jwt_iss);
    assert_null(c->route);
    config_release(base, c);
    config_unload(base);
}

static void test_secret_files_are_read(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        mode_t mode;
        const char *secret; /* NULL: refused */
    } rows[] = {
        {"hunter2", 7, 0600, "hunter2"},
        {"hunter2\n", 8, 0640, "hunter2"},
        {"hunter2\r\n", 9, 0400, "hunter2"},
        {"hunter2\n\n", 9, 0600, "hunter2\n"},
        {" h 2 ", 5, 0600, " h 2 "},
        {"hunter2", 7, 0604, NULL},
        {"hunter2", 7, 0602, NULL},
        {"", 0, 0600, NULL},
        {"\n", 1, 0600, NULL},
        {"a\0b", 3, 0600, NULL},
    };
    char setting[128];
    (void)state;
    snprintf(setting, sizeof setting, "SSELOG_REDIS_PASSWORD_FILE=%s", path_b);
    for (size_t i = 0; i < COUNT(rows); i++) {
        write_file(path_b, rows[i].bytes, rows[i].len, rows[i].mode);
        const char *environment[] = {"SSELOG_REDIS=redis://u:other@h", setting, NULL};
        struct config_base *base = load(NULL, environment);
        assert_true((base != NULL) == (rows[i].secret != NULL));
        if (base)
            assert_string_equal(config_of(base)->redis.password, rows[i].secret);
        else
            assert_contains(message, path_b);
        assert_null(strstr(message, "hunter"));
        config_unload(base);
        assert_int_equal(unlink(path_b), 0);
    }
}

static void test_bad_secret_files_are_refused(void **state)
{
    char large[MAX_SECRET + 1], setting[128];
    (void)state;
    assert_null(load_one("SSELOG_COOKIE_SECRET_FILE=/nonexistent/s"));
    assert_contains(message,
                    "SSELOG_COOKIE_SECRET_FILE=/nonexistent/s (environment): No such file");
    assert_null(load_one("SSELOG_COOKIE_SECRET_FILE=hunter2"));
    assert_null(strstr(message, "hunter"));
    snprintf(setting, sizeof setting, "SSELOG_COOKIE_SECRET_FILE=%s", directory);
    assert_null(load_one(setting));
    assert_contains(message, "regular");
    memset(large, 'x', sizeof large);
    snprintf(setting, sizeof setting, "SSELOG_COOKIE_SECRET_FILE=%s", path_b);
    write_file(path_b, large, sizeof large, 0600);
    assert_null(load_one(setting));
    write_file(path_b, large, sizeof large - 1, 0600);
    struct config_base *base = load_one(setting);
    assert_non_null(base);
    assert_int_equal(config_of(base)->cookie_secret.len, sizeof large - 1);
    config_unload(base);
    unlink(path_b);
}

/* A cookie secret may hold any byte, also NUL. */
static void test_requests_share_the_cookie_secret(void **state)
{
    const char *params[] = {"SSELOG_HISTORY=1", NULL};
    const struct config *c;
    char setting[128];
    (void)state;
    snprintf(setting, sizeof setting, "SSELOG_COOKIE_SECRET_FILE=%s", path_b);
    write_file(path_b, "a\0b", 3, 0600);
    struct config_base *base = load_one(setting);
    unlink(path_b);
    assert_non_null(base);
    assert_int_equal(for_request(base, params, &c), 0);
    assert_int_equal(c->cookie_secret.len, 3);
    assert_memory_equal(c->cookie_secret.p, "a\0b", 3);
    config_release(base, c);
    config_unload(base);
}

static void test_jwt_needs_a_key_of_its_algorithm(void **state)
{
    static const char pem[] = "-----BEGIN PUBLIC KEY-----\n", secret[] = "0123456789abcdef";
    static const struct {
        const char *alg, *key;
        mode_t mode;
        const char *message; /* NULL: accepted */
    } rows[] = {
        {"SSELOG_JWT_ALG=HS256", secret, 0600, NULL},
        {"SSELOG_JWT_ALG=HS256", secret, 0604, "open to others"},
        {"SSELOG_JWT_ALG=HS256", secret + 1, 0600, "less than 16 bytes"},
        {"SSELOG_JWT_ALG=HS256", "x", 0600, "SSELOG_JWT_KEY_FILE=/"},
        {"SSELOG_JWT_ALG=HS256", pem, 0600, "PEM"},
#ifdef HAVE_LIBJWT
        {"SSELOG_JWT_ALG=RS256", pem, 0644, NULL},
#else
        {"SSELOG_JWT_ALG=RS256", pem, 0644, "need libjwt"},
#endif
        {"SSELOG_JWT_ALG=ES256", pem, 0646, "written by others"},
        {"SSELOG_JWT_ALG=ES256", secret, 0600, "PEM"},
        {"SSELOG_JWT_ALG=HS256", NULL, 0, "jwt needs"},
    };
    char setting[128];
    (void)state;
    snprintf(setting, sizeof setting, "SSELOG_JWT_KEY_FILE=%s", path_b);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *key = rows[i].key ? rows[i].key : "";
        write_file(path_b, key, strlen(key), rows[i].mode | 0600);
        const char *environment[] = {"SSELOG_AUTH=jwt", rows[i].alg, rows[i].key ? setting : NULL,
                                     NULL};
        struct config_base *base = load(NULL, environment);
        assert_true((base != NULL) == (rows[i].message == NULL));
        if (rows[i].message)
            assert_contains(message, rows[i].message);
        config_unload(base);
        unlink(path_b);
    }
}

/* The key of the base is not read again, so a request needs no file system. */
static void test_requests_share_the_jwt_key(void **state)
{
    const char *params[] = {"SSELOG_JWT_ISS=me", NULL}, *rsa[] = {"SSELOG_JWT_ALG=RS256", NULL};
    const struct config *c;
    char setting[128];
    (void)state;
    snprintf(setting, sizeof setting, "SSELOG_JWT_KEY_FILE=%s", path_b);
    write_file(path_b, "0123456789abcdef\n", 17, 0600);
    struct config_base *base = load_one(setting);
    unlink(path_b);
    assert_non_null(base);
    assert_int_equal(for_request(base, params, &c), 0);
    assert_string_equal(c->jwt_key.p, "0123456789abcdef");
    config_release(base, c);
    assert_int_equal(for_request(base, rsa, &c), -1);
    config_unload(base);
}

static void count_warnings(void *arg, const char *line)
{
    char *all = arg;
    snprintf(all + strlen(all), 1000 - strlen(all), "%s\n", line);
}

static void test_warnings_name_the_option_and_hide_secrets(void **state)
{
    char setting[128], all[1000] = "";
    const char *environment[] = {"SSELOG_TRUSTED=0.0.0.0/0", setting, NULL};
    (void)state;
    snprintf(setting, sizeof setting, "SSELOG_COOKIE_SECRET_FILE=%s", path_b);
    write_file(path_b, "hunter2\n", 8, 0600);
    struct config_base *base = load(NULL, environment);
    unlink(path_b);
    assert_non_null(base);
    config_warn(base, count_warnings, all);
    assert_contains(all, "SSELOG_TRUSTED=0.0.0.0/0 (environment): a network in it");
    assert_contains(all, "\nSSELOG_COOKIE_SECRET_FILE=/");
    assert_contains(all, "less than 32 bytes");
    assert_null(strstr(all, "hunter"));
    config_unload(base);
    base = load_one("SSELOG_HISTORY=1");
    all[0] = '\0';
    config_warn(base, count_warnings, all);
    assert_string_equal(all, "");
    config_unload(base);
}

static void test_password_is_warned_of_where_every_user_may_read_it(void **state)
{
    static const struct {
        const char *line, *environment;
        mode_t mode;
        bool warned;
    } rows[] = {
        {"SSELOG_REDIS=redis://:hunter2@a/0", NULL, 0644, true},
        {"REDIS_URL=redis://:hunter2@a/0", NULL, 0604, true},
        {"SSELOG_REDIS=redis://:hunter2@a/0", NULL, 0640, false},
        {"SSELOG_REDIS=redis://a/0", NULL, 0644, false},
        {"SSELOG_REDIS=redis://a/0", "SSELOG_REDIS=redis://:hunter2@a/0", 0644, false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *environment[] = {rows[i].environment, NULL};
        char all[1000] = "", wanted[256];
        write_file(path_a, rows[i].line, strlen(rows[i].line), rows[i].mode);
        struct config_base *base = load(path_a, environment);
        assert_non_null(base);
        config_warn(base, count_warnings, all);
        config_unload(base);
        snprintf(wanted, sizeof wanted, "SSELOG_REDIS (file %s:1): every user ", path_a);
        if (rows[i].warned)
            assert_contains(all, wanted);
        else
            assert_string_equal(all, "");
        assert_null(strstr(all, "hunter"));
    }
}

static void test_print_hides_only_secrets(void **state)
{
    const char *environment[] = {"SSELOG_REDIS=redis://u%0a:hunter2@[::1]:7/3",
                                 "SSELOG_PROFILE=preset", NULL};
    struct config_base *base = load(NULL, environment);
    struct buf out;
    (void)state;
    assert_non_null(base);
    buf_init(&out, 64 * 1024);
    config_print(base, &out);
    assert_false(out.failed);
    assert_null(strstr(out.p, "hunter"));
    assert_contains(out.p, "SSELOG_REDIS=redis://u\\x0a@[::1]:7/3");
    assert_contains(out.p, "# environment, password set\n");
    assert_contains(out.p, "\nSSELOG_KEEPALIVE=30 ");
    assert_contains(out.p, "# profile preset\n");
    assert_contains(out.p, "\nSSELOG_JWT_KEY_FILE=unset ");
    size_t lines = 0;
    for (size_t i = 0; i < out.len; i++)
        lines += out.p[i] == '\n';
    assert_int_equal(lines, OPTIONS);
    buf_free(&out);
    config_unload(base);
}

/* The options that a request may not set. A change of this list is a change of the documented
 * behaviour. */
static void test_request_may_set_only_the_listed_options(void **state)
{
    static const char *const process[] = {"SSELOG_REDIS",         "SSELOG_REDIS_PASSWORD_FILE",
                                          "SSELOG_MAX_VIEWERS",   "SSELOG_MAX_PER_USER",
                                          "SSELOG_MAX_MEMORY",    "SSELOG_GATHER",
                                          "SSELOG_APPEND_BODY",   "SSELOG_APPEND_RATE",
                                          "SSELOG_FRONT_THREADS", "SSELOG_ALLOW_ROOT",
                                          "SSELOG_LOG",           "SSELOG_LOG_LEVEL",
                                          "SSELOG_LOG_USER",      "SSELOG_COOKIE_SECRET_FILE",
                                          "SSELOG_JWT_KEY_FILE"};
    size_t seen = 0;
    (void)state;
    for (size_t i = 0; i < OPTIONS; i++) {
        assert_non_null(options[i].fallback);
        assert_int_equal(strncmp(options[i].name, "SSELOG_", 7), 0);
        seen += !(options[i].flags & REQUEST);
    }
    assert_int_equal(seen, COUNT(process));
    for (size_t i = 0; i < COUNT(process); i++) {
        int at = option_find(slice_of(process[i]));
        assert_true(at >= 0 && !(options[at].flags & REQUEST));
    }
}

/* Each allocation fails once. Sanitizers and valgrind find leaks. */
static void test_out_of_memory_is_an_error(void **state)
{
    static const char file[] = "SSELOG_CORS=https://a.example https://b.example\n"
                               "SSELOG_FILTERS=a=b c=d\nSSELOG_TRUSTED=::1 10.0.0.0/8\n";
    const char *environment[] = {"SSELOG_REDIS=redis://u:p@h", "SSELOG_ROUTE=/{app}", NULL};
    struct config_base *base = NULL;
    long n;
    (void)state;
    write_file(path_a, file, sizeof file - 1, 0644);
    for (n = 0; base == NULL; n++) {
        fail_after = n;
        base = load(path_a, environment);
        fail_after = -1;
        if (base == NULL)
            assert_contains(message, "out of memory");
    }
    assert_true(n > 40);
    const char *params[] = {"SSELOG_HISTORY=1", "SSELOG_ADMIN_ROLES=a b", NULL};
    const struct config *c;
    int result = -1;
    for (n = 0; result < 0; n++) {
        fail_after = n;
        result = for_request(base, params, &c);
        fail_after = -1;
    }
    assert_true(n > 30);
    config_release(base, c);
    config_unload(base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_are_as_documented),
        cmocka_unit_test(test_good_values_are_accepted),
        cmocka_unit_test(test_bad_values_are_refused),
        cmocka_unit_test(test_long_header_names_are_refused),
        cmocka_unit_test(test_long_values_are_refused_and_shortened),
        cmocka_unit_test(test_redis_addresses_are_parsed),
        cmocka_unit_test(test_messages_about_addresses_hide_the_password),
        cmocka_unit_test(test_networks_are_parsed),
        cmocka_unit_test(test_sources_have_precedence),
        cmocka_unit_test(test_sselog_redis_wins_over_redis_url),
        cmocka_unit_test(test_bad_files_are_refused_with_their_line),
        cmocka_unit_test(test_unreadable_files_are_refused),
        cmocka_unit_test(test_request_sets_only_what_it_may),
        cmocka_unit_test(test_request_without_options_shares_the_base),
        cmocka_unit_test(test_request_may_choose_a_profile),
        cmocka_unit_test(test_request_may_unset_an_option),
        cmocka_unit_test(test_secret_files_are_read),
        cmocka_unit_test(test_bad_secret_files_are_refused),
        cmocka_unit_test(test_requests_share_the_cookie_secret),
        cmocka_unit_test(test_jwt_needs_a_key_of_its_algorithm),
        cmocka_unit_test(test_requests_share_the_jwt_key),
        cmocka_unit_test(test_warnings_name_the_option_and_hide_secrets),
        cmocka_unit_test(test_password_is_warned_of_where_every_user_may_read_it),
        cmocka_unit_test(test_print_hides_only_secrets),
        cmocka_unit_test(test_request_may_set_only_the_listed_options),
        cmocka_unit_test(test_out_of_memory_is_an_error),
        cmocka_unit_test(test_options_that_only_a_restart_changes),
        cmocka_unit_test(test_options_of_the_process_that_a_reload_sets),
        cmocka_unit_test(test_files_that_are_read),
        cmocka_unit_test(test_last_reference_frees_the_snapshot),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
