/* SPDX-License-Identifier: MIT */
/*
 * config: merges the four sources of options and the defaults to one struct config and checks it.
 * The sources are a request's parameters, the environment, a file and the presets of the profile.
 * option.c knows each option, source.c reads a source.
 * Invariants: an unchecked configuration is never returned, and a returned one never changes.  The
 * configuration for a request shares with the base what a request may not set, so the base must
 * outlive it.  Only the count of references of a base changes after it was loaded.
 */
#include "config/config.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "config/source.h"
#include "config/option.h"
#include "format/profile.h"
#include "config/risk.h"
#include "config/value.h"

/* Bytes of a secret of HS256. The owner of one token can try all shorter secrets without us. */
#define MIN_SECRET 16

#define NOT_BY_REQUEST                                                                             \
    "a request may not set this; give it to the process: FcgidInitialEnv in Apache, "              \
    "bin-environment in lighttpd, or the file of sselog -c"

/* A configuration with its memory and the texts it was read from. config must be the first member:
 * config_release gets a pointer to it. */
struct config_set {
    struct config config;
    struct arena arena;
    const char *text[OPTIONS];
    enum origin from[OPTIONS];
    bool open_password; /* that of SSELOG_REDIS: every user may read it in the file */
};

struct config_base {
    atomic_uint references;
    struct config_set set;
    struct arena arena;
    struct source from_file;
    struct source environment;
};

/* A set under construction. request is NULL for that of the base. */
struct builder {
    const struct config_base *base;
    const struct source *request;
    struct config_set *set;
    struct buf *why;
};

/* For names of options in this file, which exist. */
static size_t index_of(const char *name)
{
    return (size_t)option_find(slice_of(name));
}

/* ---- messages ---- */

/* Whether a message may repeat the text of an option. For a file with a secret only a path may be
 * repeated: another text may be the secret itself, given by mistake. */
static bool may_show(const struct option *option, const char *text)
{
    return !(option->flags & SECRET) || (option->flags & NO_MEMBER && *text == '/');
}

/* Writes "SSELOG_X=value (environment): text" to out. */
static void describe(const struct config_base *base, const struct config_set *set, size_t i,
                     const char *text, struct buf *out)
{
    enum origin from = set->from[i];
    const struct source *file = &base->from_file;
    buf_clear(out);
    buf_adds(out, options[i].name);
    if (may_show(&options[i], set->text[i])) {
        buf_addc(out, '=');
        source_add_shown(out, slice_of(set->text[i]));
    }
    buf_addf(out, " (%s", origin_names[from]);
    if (from == FROM_PROFILE)
        buf_addf(out, " %s", set->config.profile->name);
    if (from == FROM_FILE) {
        buf_addc(out, ' ');
        source_add_shown(out, slice_of(file->file));
        buf_addf(out, ":%u", file->line[file->text[i] ? i : REDIS_URL]);
    }
    buf_addf(out, "): %s", text);
}

static int refuse(const struct builder *b, size_t i, const char *reason)
{
    describe(b->base, b->set, i, reason, b->why);
    return -1;
}

/* ---- rules between options ---- */

static bool captured(const char *route, struct slice name)
{
    struct slice capture;
    while (route && value_next_name(&route, &capture) > 0) {
        if (slice_equal(capture, name))
            return true;
    }
    return false;
}

/* Whether two names of the template touch, as in "{tenant}{user}". Nothing would tell where the
 * value of the first ends, so template_expand never fills it. */
static bool has_touching_names(const char *template)
{
    return strstr(template, "}{") != NULL;
}

/* filled: the configuration uses the template, so its names must have values. own: another name
 * that this template may have; NULL: none. */
static int check_names(const struct builder *b, const char *option, const char *template,
                       bool filled, const char *own)
{
    static const char *const identity[] = {"user", "tenant", "role", NULL};
    const struct config *config = &b->set->config;
    struct slice name;
    if (has_touching_names(template))
        return refuse(b, index_of(option), "two names touch: write a text between them");
    while (value_next_name(&template, &name) > 0) {
        if (captured(config->route, name) || (own && slice_equal(name, slice_of(own))))
            continue;
        if (value_find_word(name, identity) < 0)
            return refuse(b, index_of(option),
                          "names are {user}, {tenant}, {role} and what SSELOG_ROUTE captures");
        if (filled && config->auth[0] == AUTH_ANONYMOUS)
            return refuse(b, index_of(option),
                          "SSELOG_AUTH=anonymous gives no user, tenant or role to fill in");
    }
    return 0;
}

static int check_templates(const struct builder *b)
{
    const struct config *config = &b->set->config;
    bool stream = config->log_kind == LOG_STREAM;
    if (check_names(b, "SSELOG_STREAM", config->stream, stream, NULL) < 0 ||
        check_names(b, "SSELOG_CHANNEL", config->channel, !stream, NULL) < 0)
        return -1;
    for (const struct pair *pair = config->match; pair->name; pair++) {
        if (check_names(b, "SSELOG_MATCH", pair->value, true, NULL) < 0)
            return -1;
    }
    return 0;
}

/* Only a stream keeps records, and only plain's clients know log=. */
static int check_logs(const struct builder *b)
{
    const struct config *config = &b->set->config;
    size_t logs = index_of("SSELOG_LOGS");
    if (!config_names_logs(config))
        return 0;
    if (config->log_kind != LOG_STREAM)
        return refuse(b, logs, "named logs need SSELOG_SOURCE=stream");
    if (!config->profile->named_logs)
        return refuse(b, logs, "named logs need SSELOG_PROFILE=plain");
    for (const struct pair *filter = config->filters; filter->name; filter++)
        if (strcmp(filter->name, "log") == 0)
            return refuse(b, logs, "log= would also be a filter of SSELOG_FILTERS");
    for (const struct log_word *word = config->logs; word->key; word++) {
        if (word->set && captured(config->route, slice_of("log")))
            return refuse(b, logs, "SSELOG_ROUTE captures {log}, which is the name of a set's log");
        if (check_names(b, "SSELOG_LOGS", word->key, true, word->set ? "log" : NULL) < 0 ||
            (word->set && check_names(b, "SSELOG_LOGS", word->set, true, NULL) < 0))
            return -1;
    }
    return 0;
}

/* A poll is answered with the records after a cursor, and only a stream keeps records. */
static int check_hold(const struct builder *b)
{
    const struct config *config = &b->set->config;
    return config->hold == HOLD_ALL || config->log_kind == LOG_STREAM
               ? 0
               : refuse(b, index_of("SSELOG_HOLD"), "polls need SSELOG_SOURCE=stream");
}

/* Only a stream keeps what is appended. */
static int check_append(const struct builder *b)
{
    const struct config *config = &b->set->config;
    if (!config_appends(config) || config->log_kind == LOG_STREAM)
        return 0;
    return refuse(b, index_of(config->append ? "SSELOG_APPEND" : "SSELOG_APPEND_ROLES"),
                  "appending needs SSELOG_SOURCE=stream");
}

static int check_methods(const struct builder *b)
{
    const struct config *config = &b->set->config;
    size_t auth = index_of("SSELOG_AUTH");
    if (config_uses(config, AUTH_HEADER) && config->ntrusted == 0)
        return refuse(b, auth, "header needs SSELOG_TRUSTED");
    if (!config_uses(config, AUTH_JWT))
        return 0;
#ifndef HAVE_LIBJWT
    if (config->jwt_alg != JWT_HS256)
        return refuse(
            b, index_of("SSELOG_JWT_ALG"),
            "RS256 and ES256 need libjwt, without which this sselog was built; use HS256, "
            "or another build");
#endif
    return config->jwt_key.len == 0 ? refuse(b, auth, "jwt needs SSELOG_JWT_KEY_FILE") : 0;
}

/* Reads the file that the option names; an empty slice if it names none. */
static int load_secret(const struct builder *b, size_t i, mode_t refused, struct slice *out)
{
    const char *path = b->set->text[i];
    *out = slice_make(NULL, 0);
    if (path == NULL || *path == '\0')
        return 0;
    const char *wrong = value_read_secret(&b->set->arena, path, refused, out);
    return wrong ? refuse(b, i, wrong) : 0;
}

/* The key must fit the algorithm: everybody knows a public key, so with one as HMAC secret
 * everybody could sign tokens (RFC 8725, section 2.1). */
static int load_jwt_key(const struct builder *b)
{
    static const char pem[] = "-----BEGIN ";
    struct config *config = &b->set->config;
    size_t i = index_of("SSELOG_JWT_KEY_FILE");
    /* Others may read a public key, but not write it. */
    mode_t refused = config->jwt_alg == JWT_HS256 ? S_IRWXO : S_IWOTH;
    /* A request uses the key of the base: no file is opened while serving. */
    if (!b->request && load_secret(b, i, refused, &config->jwt_key) < 0)
        return -1;
    struct slice key = config->jwt_key;
    bool is_pem = key.len >= sizeof pem && memcmp(key.p, pem, sizeof pem - 1) == 0;
    if (config->jwt_alg == JWT_HS256 && !is_pem && key.len > 0 && key.len < MIN_SECRET)
        return refuse(b, i, "a secret of less than 16 bytes can be guessed from one token");
    if (key.len == 0 || is_pem == (config->jwt_alg != JWT_HS256))
        return 0;
    return refuse(b, i,
                  is_pem ? "SSELOG_JWT_ALG=HS256 wants a secret, this is a PEM key"
                         : "RS256 and ES256 want a public key in PEM form");
}

static int check_redis(const struct builder *b)
{
    struct redis_address *redis = &b->set->config.redis;
    size_t file = index_of("SSELOG_REDIS_PASSWORD_FILE");
    struct slice password;
    b->set->open_password = redis->password && b->base->from_file.open &&
                            b->set->from[index_of("SSELOG_REDIS")] == FROM_FILE;
    if (load_secret(b, file, S_IRWXO, &password) < 0)
        return -1;
    if (password.len > 0 && memchr(password.p, '\0', password.len) != NULL)
        return refuse(b, file, "the file holds a NUL byte");
    if (password.len > 0) {
        redis->password = arena_copy(&b->set->arena, password);
        if (redis->password == NULL)
            return source_no_memory(b->why);
    }
    if (redis->user && !redis->password)
        return refuse(b, index_of("SSELOG_REDIS"), "it names a user, but there is no password");
#ifndef HAVE_HIREDIS_SSL
    if (redis->tls)
        return refuse(b, index_of("SSELOG_REDIS"),
                      "rediss:// needs hiredis with TLS, without which this sselog was built; use "
                      "unix://, redis:// through a tunnel, or another build");
#endif
    return 0;
}

/* ---- sources into a set ---- */

static const char *preset_of(const struct profile *profile, const char *name)
{
    const struct preset *preset = profile ? profile->presets : NULL;
    for (; preset && preset->option; preset++) {
        if (strcmp(preset->option, name) == 0)
            return preset->value;
    }
    return NULL;
}

/* Takes the text of option i from the first source that has one. */
static void choose(const struct builder *b, size_t i)
{
    const struct config_base *base = b->base;
    const char *preset = preset_of(b->set->config.profile, options[i].name);
    bool redis = (options[i].flags & ADDRESS) != 0;
    const struct {
        enum origin from;
        const char *text;
    } sources[] = {
        {FROM_REQUEST, b->request ? b->request->text[i] : NULL},
        {FROM_ENVIRONMENT, base->environment.text[i]},
        {FROM_FILE, base->from_file.text[i]},
        {FROM_ENVIRONMENT, redis ? base->environment.text[REDIS_URL] : NULL},
        {FROM_FILE, redis ? base->from_file.text[REDIS_URL] : NULL},
        {FROM_PROFILE, preset},
        {FROM_DEFAULT, options[i].fallback},
    };
    size_t n = 0;
    while (sources[n].text == NULL && n + 1 < sizeof sources / sizeof *sources)
        n++;
    b->set->text[i] = sources[n].text;
    b->set->from[i] = sources[n].from;
}

static int read_option(const struct builder *b, size_t i)
{
    char room[OPTION_WANTED];
    choose(b, i);
    const char *wrong =
        option_read(&options[i], &b->set->arena, &b->set->config, b->set->text[i], room);
    return wrong ? refuse(b, i, wrong) : 0;
}

/* Reads all options for the base, or for a request those that a request may set. */
static int build(const struct builder *b)
{
    struct config *config = &b->set->config;
    size_t profile = index_of("SSELOG_PROFILE");
    config->profile = NULL; /* SSELOG_PROFILE itself has no preset */
    if (read_option(b, profile) < 0)
        return -1;
    for (size_t i = 0; i < OPTIONS; i++) {
        bool shared = b->request && !(options[i].flags & REQUEST);
        if (i != profile && !shared && read_option(b, i) < 0)
            return -1;
    }
    if (!b->request) {
        size_t secret = index_of("SSELOG_COOKIE_SECRET_FILE");
        if (check_redis(b) < 0 || load_secret(b, secret, S_IRWXO, &config->cookie_secret) < 0)
            return -1;
    }
    return load_jwt_key(b) < 0 || check_templates(b) < 0 || check_logs(b) < 0 ||
                   check_methods(b) < 0 || check_hold(b) < 0 || check_append(b) < 0
               ? -1
               : 0;
}

/* ---- the base, and what a request changes ---- */

struct config_base *config_load(const char *file, char *const *environment, struct buf *why)
{
    struct config_base *base = calloc(1, sizeof *base);
    if (base == NULL) {
        source_no_memory(why);
        return NULL;
    }
    atomic_init(&base->references, 1);
    const struct builder builder = {.base = base, .set = &base->set, .why = why};
    if (source_read_environment(&base->environment, &base->arena, environment, why) == 0 &&
        source_read_file(&base->from_file, &base->arena, file, why) == 0 && build(&builder) == 0)
        return base;
    config_unload(base);
    return NULL;
}

/* The members of a base that may change lie in memory of malloc, so const may be cast away. */
static atomic_uint *references(const struct config_base *base)
{
    return &((struct config_base *)base)->references;
}

const struct config_base *config_hold(const struct config_base *base)
{
    atomic_fetch_add_explicit(references(base), 1, memory_order_relaxed);
    return base;
}

void config_unload(const struct config_base *base)
{
    if (base == NULL || atomic_fetch_sub(references(base), 1) > 1)
        return;
    struct config_base *last = (struct config_base *)base;
    arena_free(&last->set.arena);
    arena_free(&last->arena);
    free(last);
}

const struct config *config_of(const struct config_base *base)
{
    return &base->set.config;
}

/* Collects the options that the request changes; returns their number, or -1. As CGI the
 * environment is also the request, so an option with the same value as in the base is always
 * allowed. */
static int gather_request(const struct config_base *base, char *const *params,
                          struct source *source, struct buf *why)
{
    int count = 0;
    for (; *params; params++) {
        struct slice name;
        if (!source_is_ours(*params))
            continue;
        const char *text = source_value(*params, &name);
        int i = option_find(name);
        if (i < 0 || text == NULL)
            return source_refuse_unknown(why, name, FROM_REQUEST);
        bool same = strcmp(base->set.text[i], text) == 0;
        if (!same && !(options[i].flags & REQUEST))
            return source_refuse_name(why, name, FROM_REQUEST, NOT_BY_REQUEST);
        /* A preset or default may change with the profile that the request sets. */
        bool settled = base->set.from[i] >= FROM_FILE || !(options[i].flags & REQUEST);
        if ((same && settled) || source->text[i])
            continue;
        source->text[i] = text;
        count++;
    }
    return count;
}

static bool any_ours(char *const *params)
{
    for (; params && *params; params++) {
        if (source_is_ours(*params))
            return true;
    }
    return false;
}

int config_for_request(const struct config_base *base, char *const *params,
                       const struct config **out, struct buf *why)
{
    *out = &base->set.config;
    if (!any_ours(params))
        return 0;
    struct source request = {.text = {NULL}};
    int count = gather_request(base, params, &request, why);
    if (count <= 0)
        return count;
    struct config_set *set = malloc(sizeof *set);
    if (set == NULL)
        return source_no_memory(why);
    *set = base->set;
    set->arena = (struct arena){NULL};
    const struct builder builder = {.base = base, .request = &request, .set = set, .why = why};
    if (build(&builder) < 0) {
        config_release(base, &set->config);
        return -1;
    }
    *out = &set->config;
    return 0;
}

void config_release(const struct config_base *base, const struct config *config)
{
    if (config == NULL || config == &base->set.config)
        return;
    struct config_set *set = (struct config_set *)config;
    arena_free(&set->arena);
    free(set);
}

/* ---- reading again ---- */

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* New connections may log in as another user, or with another password: see redis/login.h. */
static bool same_server(const struct redis_address *a, const struct redis_address *b)
{
    return same_text(a->host, b->host) && same_text(a->path, b->path) && a->port == b->port &&
           a->db == b->db && a->tls == b->tls;
}

bool config_same_redis(const struct config_base *running, const struct config_base *now)
{
    return same_server(&running->set.config.redis, &now->set.config.redis);
}

static bool needs_restart(const struct config_set *running, const struct config_set *now, size_t i)
{
    if (options[i].flags & ADDRESS)
        return !same_server(&running->config.redis, &now->config.redis);
    return options[i].flags & RESTART && strcmp(running->text[i], now->text[i]) != 0;
}

void config_each_restart(const struct config_base *running, const struct config_base *now,
                         void (*each)(void *arg, const char *line), void *arg)
{
    struct buf line;
    buf_init(&line, 1024);
    for (size_t i = 0; i < OPTIONS; i++) {
        if (!needs_restart(&running->set, &now->set, i))
            continue;
        describe(now, &now->set, i, "needs a restart; the former value stays in use", &line);
        if (!line.failed)
            each(arg, line.p);
    }
    buf_free(&line);
}

size_t config_files(const struct config_base *base, const char *files[CONFIG_FILES])
{
    size_t n = 0;
    if (base->from_file.file)
        files[n++] = base->from_file.file;
    for (size_t i = 0; i < OPTIONS && n < CONFIG_FILES; i++) {
        if (options[i].flags & NO_MEMBER && *base->set.text[i])
            files[n++] = base->set.text[i];
    }
    return n;
}

/* ---- printing ---- */

void config_warn(const struct config_base *base, void (*warn)(void *arg, const char *line),
                 void *arg)
{
    struct risk risks[RISKS_MAX];
    size_t count = risk_find(&base->set.config, base->set.open_password, risks);
    struct buf line;
    buf_init(&line, 1024);
    for (size_t i = 0; i < count; i++) {
        describe(base, &base->set, index_of(risks[i].option), risks[i].text, &line);
        if (!line.failed)
            warn(arg, line.p);
    }
    buf_free(&line);
}

/* The address as a URL, without its password. */
static void add_redis(struct buf *out, const struct redis_address *redis)
{
    bool v6 = redis->host && strchr(redis->host, ':') != NULL;
    buf_adds(out, redis->path ? "unix://" : redis->tls ? "rediss://" : "redis://");
    if (redis->user) {
        source_add_escaped(out, slice_of(redis->user));
        buf_addc(out, '@');
    }
    if (redis->path) {
        source_add_escaped(out, slice_of(redis->path));
        buf_addf(out, "?db=%d", redis->db);
    } else {
        buf_addf(out, v6 ? "[%s]:%u/%d" : "%s:%u/%d", redis->host, redis->port, redis->db);
    }
}

static void add_value(const struct config_set *set, size_t i, struct buf *out)
{
    if (options[i].flags & ADDRESS)
        add_redis(out, &set->config.redis);
    else if (options[i].flags & SECRET)
        buf_adds(out, *set->text[i] ? "set" : "unset");
    else
        buf_adds(out, set->text[i]);
}

void config_print(const struct config_base *base, struct buf *out)
{
    const struct config_set *set = &base->set;
    for (size_t i = 0; i < OPTIONS; i++) {
        size_t start = out->len;
        buf_addf(out, "%s=", options[i].name);
        add_value(set, i, out);
        size_t width = out->len - start;
        buf_addf(out, "%*s # %s", width < 52 ? (int)(52 - width) : 0, "",
                 origin_names[set->from[i]]);
        if (set->from[i] == FROM_PROFILE)
            buf_addf(out, " %s", set->config.profile->name);
        if (options[i].flags & ADDRESS)
            buf_addf(out, ", password %s", set->config.redis.password ? "set" : "unset");
        buf_addc(out, '\n');
    }
}
