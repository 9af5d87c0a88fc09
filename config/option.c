/* SPDX-License-Identifier: MIT */
/*
 * option: the table of options and their parsers; see option.h.  Invariants: no message contains
 * the value, which may be a secret.  A parser always sets its member, also to "none".
 */
#include "config/option.h"

#include <stdio.h>

#include "format/profile.h"
#include "gateway/request.h"

#define MAX_VALUE    4096 /* bytes of one option */
#define MAX_TEMPLATE 256
#define MAX_NAME     128 /* of a header, cookie, claim, field */

/* One option during parsing: its member of config, and what a message about it may need. */
struct place {
    struct arena *arena;
    struct config *config;
    void *at;
    unsigned long min, max;
    char *wanted; /* OPTION_WANTED bytes */
};

/* Parses text to place->at. NULL, or what is wrong. */
typedef const char *parser(struct place *place, const char *text);

static parser read_unsigned, read_size, read_lifetime, read_bool, read_level, read_log_to,
    read_log_user, read_redis, read_auth, read_profile, read_source, read_template, read_route,
    read_words, read_filters, read_match, read_login_url, read_origins, read_networks, read_token,
    read_pointer, read_session_key, read_bearer_key, read_token_key, read_algorithm, read_claim,
    read_name, read_header, read_hold, read_require, read_refuse, read_optional,
    read_optional_token, read_optional_header, read_path, read_prefix, read_texts;

#define AT(member) offsetof(struct config, member)

const struct option options[] = {
    {"SSELOG_REDIS", PROCESS | SECRET | ADDRESS, "redis://127.0.0.1:6379/0", read_redis, AT(redis),
     0, 0},
    {"SSELOG_REDIS_PASSWORD_FILE", PROCESS | SECRET | NO_MEMBER, "", read_path, 0, 0, 0},
    {"SSELOG_MAX_VIEWERS", PROCESS | RESTART, "10000", read_unsigned, AT(max_viewers), 1, 1000000},
    {"SSELOG_MAX_PER_USER", PROCESS | RESTART, "20", read_unsigned, AT(max_per_user), 1, 1000000},
    {"SSELOG_MAX_MEMORY", PROCESS | RESTART, "64M", read_size, AT(max_memory), 1024 * 1024,
     1ul << 31},
    {"SSELOG_GATHER", PROCESS | RESTART, "40", read_unsigned, AT(gather), 0, 1000},
    {"SSELOG_FRONT_THREADS", PROCESS | RESTART, "2", read_unsigned, AT(front_threads), 1, 64},
    {"SSELOG_ALLOW_ROOT", PROCESS | RESTART, "0", read_bool, AT(allow_root), 0, 0},
    {"SSELOG_LOG", PROCESS | RESTART, "stderr", read_log_to, AT(log_to), 0, 0},
    {"SSELOG_LOG_LEVEL", PROCESS, "info", read_level, AT(log_level), 0, 0},
    {"SSELOG_LOG_USER", PROCESS, "full", read_log_user, AT(log_user_hash), 0, 0},

    {"SSELOG_AUTH", REQUEST, "remote_user", read_auth, AT(auth), 0, 0},
    {"SSELOG_PROFILE", REQUEST, "plain", read_profile, AT(profile), 0, 0},
    {"SSELOG_STREAM", REQUEST, "stream:logs:{user}", read_template, AT(stream), 0, 0},
    {"SSELOG_CHANNEL", REQUEST, "logs:{user}", read_template, AT(channel), 0, 0},
    {"SSELOG_SOURCE", REQUEST, "stream", read_source, AT(log_kind), 0, 0},
    {"SSELOG_ROUTE", REQUEST, "", read_route, AT(route), 0, 0},
    {"SSELOG_ADMIN_ROLES", REQUEST, "", read_words, AT(admin_roles), 0, 0},
    {"SSELOG_FIELD", REQUEST, "data", read_name, AT(field), 0, 0},
    {"SSELOG_EVENT_FIELD", REQUEST, "event", read_name, AT(event_field), 0, 0},
    {"SSELOG_EVENT_PREFIX", REQUEST, "", read_prefix, AT(event_prefix), 0, 0},
    {"SSELOG_HISTORY", REQUEST, "2000", read_unsigned, AT(history), 0, 1000000},
    {"SSELOG_HISTORY_AGE", REQUEST, "0", read_unsigned, AT(history_age), 0, 31536000},
    {"SSELOG_FILTERS", REQUEST, "", read_filters, AT(filters), 0, 0},
    {"SSELOG_MATCH", REQUEST, "", read_match, AT(match), 0, 0},
    {"SSELOG_SKIP_LEVEL", REQUEST, "", read_words, AT(skip_levels), 0, 0},
    {"SSELOG_SKIP_TEXT", REQUEST, "", read_texts, AT(skip_texts), 0, 0},
    {"SSELOG_SKIP_LOGGER", REQUEST, "", read_words, AT(skip_loggers), 0, 0},
    {"SSELOG_LOGIN_URL", REQUEST, "", read_login_url, AT(login_url), 0, 0},
    {"SSELOG_KEEPALIVE", REQUEST, "15", read_unsigned, AT(keepalive), 1, 3600},
    {"SSELOG_RETRY", REQUEST, "3000", read_unsigned, AT(retry), 100, 3600000},
    {"SSELOG_LIFETIME", REQUEST, "3600", read_lifetime, AT(lifetime), 5, 604800},
    {"SSELOG_HOLD", REQUEST, "", read_hold, AT(hold), 0, 1000000},
    {"SSELOG_HOLD_KEY", REQUEST, "sselog:hold", read_name, AT(hold_key), 0, 0},
    {"SSELOG_POLL", REQUEST, "3000", read_unsigned, AT(poll), 500, 3600000},
    {"SSELOG_PROCESSES", REQUEST, "15", read_unsigned, AT(processes), 1, 10000},
    {"SSELOG_COMPRESS", REQUEST, "0", read_bool, AT(compress), 0, 0},
    {"SSELOG_CORS", REQUEST, "", read_origins, AT(cors), 0, 0},
    {"SSELOG_ENABLED", REQUEST, "1", read_bool, AT(enabled), 0, 0},

    {"SSELOG_TRUSTED", REQUEST, "", read_networks, AT(trusted), 0, 0},
    {"SSELOG_USER_HEADER", REQUEST, "X-Remote-User", read_header, AT(user_header), 0, 0},
    {"SSELOG_TENANT_HEADER", REQUEST, "", read_optional_header, AT(tenant_header), 0, 0},
    {"SSELOG_ROLE_HEADER", REQUEST, "", read_optional_header, AT(role_header), 0, 0},
    {"SSELOG_COOKIE", REQUEST, "session", read_token, AT(cookie), 0, 0},
    {"SSELOG_SESSION_KEY", REQUEST, "session:{id}", read_session_key, AT(session_key), 0, 0},
    {"SSELOG_USER_FIELD", REQUEST, "/user_id", read_pointer, AT(user_field), 0, 0},
    {"SSELOG_TENANT_FIELD", REQUEST, "/tenant_id", read_pointer, AT(tenant_field), 0, 0},
    {"SSELOG_ROLE_FIELD", REQUEST, "/role", read_pointer, AT(role_field), 0, 0},
    {"SSELOG_COOKIE_SECRET_FILE", PROCESS | SECRET | NO_MEMBER, "", read_path, 0, 0, 0},
    {"SSELOG_BEARER_KEY", REQUEST, "sselog:bearer:{sha256}", read_bearer_key, AT(bearer_key), 0, 0},
    {"SSELOG_TOKEN_KEY", REQUEST, "sse_token:{token}", read_token_key, AT(token_key), 0, 0},
    {"SSELOG_TOKEN_TTL", REQUEST, "30", read_unsigned, AT(token_ttl), 1, 86400},
    {"SSELOG_JWT_KEY_FILE", PROCESS | SECRET | NO_MEMBER, "", read_path, 0, 0, 0},
    {"SSELOG_JWT_ALG", REQUEST, "HS256", read_algorithm, AT(jwt_alg), 0, 0},
    {"SSELOG_JWT_COOKIE", REQUEST, "", read_optional_token, AT(jwt_cookie), 0, 0},
    {"SSELOG_JWT_ISS", REQUEST, "", read_optional, AT(jwt_iss), 0, 0},
    {"SSELOG_JWT_AUD", REQUEST, "", read_optional, AT(jwt_aud), 0, 0},
    {"SSELOG_JWT_REQUIRE", REQUEST, "", read_require, AT(jwt_require), 0, 0},
    {"SSELOG_JWT_REFUSE", REQUEST, "", read_refuse, AT(jwt_refuse), 0, 0},
    {"SSELOG_JWT_ALLOW_NO_EXP", REQUEST, "0", read_bool, AT(jwt_allow_no_exp), 0, 0},
    {"SSELOG_JWT_USER", REQUEST, "sub", read_claim, AT(jwt_user), 0, 0},
    {"SSELOG_JWT_TENANT", REQUEST, "tenant_id", read_claim, AT(jwt_tenant), 0, 0},
    {"SSELOG_JWT_ROLE", REQUEST, "role", read_claim, AT(jwt_role), 0, 0},
};
_Static_assert(sizeof options / sizeof *options == OPTIONS, "OPTIONS counts the rows");

int option_find(struct slice name)
{
    for (int i = 0; i < OPTIONS; i++) {
        if (slice_equal(name, slice_of(options[i].name)))
            return i;
    }
    return -1;
}

/* Sets an option that may be empty to "none". The member must be set, because the configuration of
 * a request starts as a copy of the base. */
static const char *keep_none(struct place *place)
{
    *(char **)place->at = NULL;
    return NULL;
}

static const char *keep(struct place *place, const char *text)
{
    char *copy = arena_copy(place->arena, slice_of(text));
    *(char **)place->at = copy;
    return copy ? NULL : VALUE_NO_MEMORY;
}

static const char *read_unsigned(struct place *place, const char *text)
{
    unsigned long n;
    if (value_number(slice_of(text), place->min, place->max, &n) < 0) {
        snprintf(place->wanted, OPTION_WANTED, "a whole number from %lu to %lu is wanted",
                 place->min, place->max);
        return place->wanted;
    }
    *(unsigned *)place->at = (unsigned)n;
    return NULL;
}

static const char *read_hold(struct place *place, const char *text)
{
    if (*text)
        return read_unsigned(place, text);
    *(unsigned *)place->at = HOLD_ALL;
    return NULL;
}

/* Bytes, with K, M or G behind the number as in Redis's "64mb" and nginx's "64m". */
static const char *read_size(struct place *place, const char *text)
{
    static const char units[] = "kmg";
    struct slice number = slice_of(text);
    const char *unit = number.len > 0 ? strchr(units, text[number.len - 1] | 0x20) : NULL;
    unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;
    unsigned long n;
    number.len -= unit != NULL;
    if (value_number(number, 1, place->max >> shift, &n) < 0 || n << shift < place->min)
        return "a size from 1M to 2G is wanted, such as 64M";
    *(size_t *)place->at = (size_t)n << shift;
    return NULL;
}

static const char *read_lifetime(struct place *place, const char *text)
{
    if (strcmp(text, "0") == 0) {
        *(unsigned *)place->at = 0;
        return NULL;
    }
    return read_unsigned(place, text) ? "0 or a whole number from 5 to 604800 is wanted" : NULL;
}

static const char *read_bool(struct place *place, const char *text)
{
    if (strcmp(text, "0") != 0 && strcmp(text, "1") != 0)
        return "0 or 1 is wanted";
    *(bool *)place->at = *text == '1';
    return NULL;
}

static const char *read_log_to(struct place *place, const char *text)
{
    if (strcmp(text, "stderr") != 0 && strcmp(text, "syslog") != 0)
        return "stderr or syslog is wanted";
    return keep(place, text);
}

static const char *read_level(struct place *place, const char *text)
{
    enum diag_level level;
    if (diag_level_parse(text, &level) < 0)
        return "error, warning, info or debug is wanted";
    *(enum diag_level *)place->at = level;
    return NULL;
}

static const char *read_log_user(struct place *place, const char *text)
{
    *(bool *)place->at = strcmp(text, "hash") == 0;
    return *(bool *)place->at || strcmp(text, "full") == 0 ? NULL : "full or hash is wanted";
}

static const char *read_redis(struct place *place, const char *text)
{
    return value_read_redis(place->arena, text, place->at);
}

static const char *read_path(struct place *place, const char *text)
{
    (void)place;
    (void)text;
    return NULL; /* config.c reads the file after all options */
}

static const char *read_auth(struct place *place, const char *text)
{
    static const char *const names[] = {"remote_user", "header", "cookie",    "bearer",
                                        "token",       "jwt",    "anonymous", NULL};
    enum auth_method *methods = place->at;
    struct slice word;
    unsigned seen = 0;
    size_t n = 0;
    while (value_next_word(&text, &word)) {
        int i = value_find_word(word, names);
        if (i < 0)
            return "the methods are remote_user, header, cookie, bearer, token, jwt, anonymous";
        if (seen & 1u << i)
            return "a method is named twice";
        seen |= 1u << i;
        methods[n++] = (enum auth_method)(AUTH_REMOTE_USER + i);
    }
    methods[n] = AUTH_END;
    if (n == 0)
        return "a method is wanted";
    return n > 1 && seen & 1u << 6 ? "anonymous must be the only method" : NULL;
}

static const char *read_profile(struct place *place, const char *text)
{
    const struct profile *profile = profile_find(text);
    struct buf names;
    *(const struct profile **)place->at = profile;
    if (profile)
        return NULL;
    buf_init(&names, OPTION_WANTED - 1);
    buf_adds(&names, "the profiles are");
    for (unsigned i = 0; profile_at(i) != NULL; i++)
        buf_addf(&names, "%s %s", i ? "," : "", profile_at(i)->name);
    if (!names.failed)
        memcpy(place->wanted, names.p, names.len + 1);
    bool failed = names.failed;
    buf_free(&names);
    return failed ? "no such profile" : place->wanted;
}

static const char *read_source(struct place *place, const char *text)
{
    static const char *const names[] = {"stream", "pubsub", "channels", NULL};
    int i = value_find_word(slice_of(text), names);
    if (i < 0)
        return "stream, pubsub or channels is wanted";
    *(enum log_kind *)place->at = (enum log_kind)(LOG_STREAM + i);
    return NULL;
}

/* config.c checks the names: they depend on the route. */
static const char *read_template(struct place *place, const char *text)
{
    const char *at = text;
    struct slice name;
    int found;
    do
        found = value_next_name(&at, &name);
    while (found > 0);
    if (found < 0)
        return "braces hold a name, and come in pairs";
    if (*text == '\0' || strlen(text) > MAX_TEMPLATE)
        return "1 to 256 bytes are wanted";
    return keep(place, text);
}

static const char *read_route(struct place *place, const char *text)
{
    if (*text == '\0')
        return keep_none(place);
    if (route_check(text) < 0)
        return "a path such as /api/{tenant}/stream is wanted, each name once, 4 names at most";
    return keep(place, text);
}

/* Parses a list of words to an array that ends with NULL. check returns what is wrong with a word.
 */
static const char *read_list(struct place *place, const char *text,
                             const char *(*check)(struct slice))
{
    size_t count = value_count_words(text);
    char **words = arena_alloc(place->arena, (count + 1) * sizeof *words);
    struct slice word;
    *(char ***)place->at = words;
    if (words == NULL)
        return VALUE_NO_MEMORY;
    for (size_t i = 0; value_next_word(&text, &word); i++) {
        const char *wrong = count > CONFIG_MAX_WORDS ? "too many words" : check(word);
        if (wrong)
            return wrong;
        words[i] = arena_copy(place->arena, word);
        if (words[i] == NULL)
            return VALUE_NO_MEMORY;
    }
    return NULL;
}

static const char *check_word(struct slice word)
{
    return word.len > MAX_NAME ? "a word is longer than 128 bytes" : NULL;
}

static const char *read_words(struct place *place, const char *text)
{
    return read_list(place, text, check_word);
}

/* A claim is refused with any value. A value, or a list in the manner of another program, would
 * make a name that no claim has. */
static const char *check_refuse(struct slice word)
{
    if (memchr(word.p, '=', word.len) || memchr(word.p, ',', word.len))
        return "names of claims are wanted, with blanks between them; see SSELOG_JWT_REQUIRE for "
               "values";
    return check_word(word);
}

static const char *read_refuse(struct place *place, const char *text)
{
    return read_list(place, text, check_refuse);
}

/* Parses texts between '|' to an array that ends with NULL. Keeps blanks, skips empty texts. */
static const char *read_texts(struct place *place, const char *text)
{
    size_t n = 0, most = 2;
    for (const char *p = text; *p; p++)
        most += *p == '|';
    if (most > CONFIG_MAX_WORDS)
        return "too many texts";
    char **texts = arena_alloc(place->arena, most * sizeof *texts);
    *(char ***)place->at = texts;
    if (texts == NULL)
        return VALUE_NO_MEMORY;
    while (*text) {
        size_t len = strcspn(text, "|");
        if (len > 0 && (texts[n++] = arena_copy(place->arena, slice_make(text, len))) == NULL)
            return VALUE_NO_MEMORY;
        text += len + (text[len] == '|');
    }
    return NULL;
}

static const char *read_origins(struct place *place, const char *text)
{
    return read_list(place, text, value_check_origin);
}

/* Parses words "name=value". check returns what is wrong with pair n. */
static const char *read_pairs(struct place *place, const char *text,
                              const char *(*check)(const struct pair *pairs, size_t n))
{
    size_t count = value_count_words(text);
    struct pair *pairs = arena_alloc(place->arena, (count + 1) * sizeof *pairs);
    struct slice word;
    *(struct pair **)place->at = pairs;
    if (pairs == NULL)
        return VALUE_NO_MEMORY;
    for (size_t i = 0; value_next_word(&text, &word); i++) {
        const char *equals = memchr(word.p, '=', word.len);
        size_t len = equals ? (size_t)(equals - word.p) : 0;
        if (count > CONFIG_MAX_WORDS || len == 0 || len > MAX_NAME || len + 1 == word.len)
            return "words of the form name=value are wanted";
        pairs[i].name = arena_copy(place->arena, slice_make(word.p, len));
        pairs[i].value = arena_copy(place->arena, slice_make(equals + 1, word.len - len - 1));
        if (pairs[i].name == NULL || pairs[i].value == NULL)
            return VALUE_NO_MEMORY;
        const char *wrong = check(pairs, i);
        if (wrong)
            return wrong;
    }
    return NULL;
}

/* A filter must not use a parameter with another meaning. */
static const char *check_filter(const struct pair *pairs, size_t n)
{
    static const char *const taken[] = {
        "token", "last_event_id", "lastEventId", "lastEventID", "since", "history", "level", "q",
        "whose", "envelope",      "replaces",    "before",      "limit", "after",   "wait",  NULL};
    if (value_find_word(slice_of(pairs[n].name), taken) >= 0)
        return "token, last_event_id, lastEventId, lastEventID, since, history, level, q, whose, "
               "envelope, replaces, before, limit, after and wait are taken";
    for (size_t i = 0; i < n; i++) {
        if (strcmp(pairs[i].name, pairs[n].name) == 0)
            return "a parameter is named twice";
    }
    return NULL;
}

static const char *read_filters(struct place *place, const char *text)
{
    return read_pairs(place, text, check_filter);
}

static const char *check_match(const struct pair *pairs, size_t n)
{
    const char *at = pairs[n].value;
    struct slice name;
    int found;
    do
        found = value_next_name(&at, &name);
    while (found > 0);
    return found < 0 ? "braces hold a name, and come in pairs" : NULL;
}

static const char *read_match(struct place *place, const char *text)
{
    return read_pairs(place, text, check_match);
}

/* A claim cannot have two values, unless it is a list: each word must hold. */
static const char *check_require(const struct pair *pairs, size_t n)
{
    return value_is_visible(slice_of(pairs[n].name)) ? NULL
                                                     : "words of the form claim=value are wanted";
}

static const char *read_require(struct place *place, const char *text)
{
    return read_pairs(place, text, check_require);
}

/* The value is sent in a Location header: no byte may end a line, a word or a quoted string. */
static const char *read_login_url(struct place *place, const char *text)
{
    bool path = text[0] == '/' && text[1] != '/';
    bool url = strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0;
    if (*text == '\0')
        return keep_none(place);
    if (!(path || url) || !value_is_visible(slice_of(text)) || strpbrk(text, "\"<>\\#") != NULL)
        return "a path or an http or https address is wanted";
    return keep(place, text);
}

static const char *read_networks(struct place *place, const char *text)
{
    struct config *config = place->config;
    size_t count = value_count_words(text);
    struct slice word;
    config->ntrusted = 0;
    config->trusted = arena_alloc(place->arena, count * sizeof *config->trusted);
    if (config->trusted == NULL)
        return VALUE_NO_MEMORY;
    while (value_next_word(&text, &word)) {
        const char *wrong = value_read_network(word, &config->trusted[config->ntrusted]);
        if (wrong)
            return wrong;
        config->ntrusted++;
    }
    return NULL;
}

static const char *read_token(struct place *place, const char *text)
{
    if (!value_is_token(slice_of(text)) || strlen(text) > MAX_NAME)
        return "a name of a cookie is wanted (a token of RFC 9110)";
    return keep(place, text);
}

static const char *read_header(struct place *place, const char *text)
{
    if (!value_is_token(slice_of(text)) || strlen(text) > REQUEST_MAX_NAME)
        return "a name of a header of at most 58 bytes is wanted (a token of RFC 9110)";
    return keep(place, text);
}

static const char *read_optional_token(struct place *place, const char *text)
{
    return *text ? read_token(place, text) : keep_none(place);
}

static const char *read_optional_header(struct place *place, const char *text)
{
    return *text ? read_header(place, text) : keep_none(place);
}

static const char *read_optional(struct place *place, const char *text)
{
    return *text ? keep(place, text) : keep_none(place);
}

static const char *read_prefix(struct place *place, const char *text)
{
    return strlen(text) > MAX_NAME ? "at most 128 bytes are wanted" : read_optional(place, text);
}

static const char *read_pointer(struct place *place, const char *text)
{
    if (!value_is_pointer(text) || strlen(text) > MAX_NAME)
        return "a JSON pointer is wanted, such as /user/name";
    return keep(place, text);
}

/* The name of a claim may be a URI (RFC 7519, section 4.2), so it need not be a token. */
static const char *read_claim(struct place *place, const char *text)
{
    if (!value_is_visible(slice_of(text)) || strlen(text) > MAX_NAME)
        return "the name of a claim is wanted";
    return keep(place, text);
}

static const char *read_name(struct place *place, const char *text)
{
    if (*text == '\0' || strlen(text) > MAX_NAME)
        return "a name of 1 to 128 bytes is wanted";
    return keep(place, text);
}

/* A key template must contain exactly one of the names, once. Without it all credentials would lead
 * to the same key. */
static const char *read_key(struct place *place, const char *text, const char *const *names,
                            const char *wanted)
{
    const char *at = text;
    struct slice name;
    size_t count = 0;
    int found;
    while ((found = value_next_name(&at, &name)) > 0) {
        if (value_find_word(name, names) < 0)
            return wanted;
        count++;
    }
    if (found < 0 || count != 1 || strlen(text) > MAX_TEMPLATE)
        return wanted;
    if (text[0] == '{' && text[strlen(text) - 1] == '}')
        return "a text beside the name is wanted: else a client may name any key of Redis";
    return keep(place, text);
}

static const char *read_session_key(struct place *place, const char *text)
{
    static const char *const names[] = {"id", NULL};
    return read_key(place, text, names, "a key with {id} in it, once, is wanted");
}

static const char *read_bearer_key(struct place *place, const char *text)
{
    static const char *const names[] = {"sha256", "token", NULL};
    return read_key(place, text, names, "a key with {sha256} or {token} in it, once, is wanted");
}

static const char *read_token_key(struct place *place, const char *text)
{
    static const char *const names[] = {"token", NULL};
    return read_key(place, text, names, "a key with {token} in it, once, is wanted");
}

static const char *read_algorithm(struct place *place, const char *text)
{
    static const char *const names[] = {"HS256", "RS256", "ES256", NULL};
    int i = value_find_word(slice_of(text), names);
    if (i < 0)
        return "HS256, RS256 or ES256 is wanted";
    *(enum jwt_algorithm *)place->at = (enum jwt_algorithm)(JWT_HS256 + i);
    return NULL;
}

static const char *check_text(const char *text)
{
    if (strlen(text) > MAX_VALUE)
        return "the value is longer than 4096 bytes";
    for (; *text; text++) {
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return "the value holds a control character";
    }
    return NULL;
}

const char *option_read(const struct option *option, struct arena *arena, struct config *config,
                        const char *text, char room[OPTION_WANTED])
{
    struct place place = {.arena = arena,
                          .config = config,
                          .at = (char *)config + option->offset,
                          .min = option->min,
                          .max = option->max,
                          .wanted = room};
    const char *wrong = check_text(text);
    return wrong ? wrong : option->read(&place, text);
}
