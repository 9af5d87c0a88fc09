/* SPDX-License-Identifier: MIT */
/*
 * reader: see reader.h.  Invariants: no message contains the value, which may be a secret.  A
 * reader always sets its member, also to "none".
 */
#include "config/reader.h"

#include <stdio.h>

#include "config/log_word.h"
#include "format/profile.h"
#include "gateway/request.h"

#define MAX_NAME 128 /* of a header, cookie, claim, field */

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

const char *reader_unsigned(struct place *place, const char *text)
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

const char *reader_hold(struct place *place, const char *text)
{
    if (*text)
        return reader_unsigned(place, text);
    *(unsigned *)place->at = HOLD_ALL;
    return NULL;
}

/* Writes a size with its unit. */
static void format_size(unsigned long n, char out[24])
{
    unsigned shift = 0;
    while (shift < 3 && n >= 1024 && n % 1024 == 0) {
        n /= 1024;
        shift++;
    }
    snprintf(out, 24, shift > 0 ? "%lu%c" : "%lu", n, " KMG"[shift]);
}

/* Bytes, with K, M or G behind the number as in Redis's "64mb" and nginx's "64m". */
const char *reader_size(struct place *place, const char *text)
{
    static const char units[] = "kmg";
    struct slice number = slice_of(text);
    const char *unit = number.len > 0 ? strchr(units, text[number.len - 1] | 0x20) : NULL;
    unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;
    unsigned long n;
    number.len -= unit != NULL;
    if (value_number(number, 1, place->max >> shift, &n) < 0 || n << shift < place->min) {
        char least[24], most[24];
        format_size(place->min, least);
        format_size(place->max, most);
        snprintf(place->wanted, OPTION_WANTED, "a size from %s to %s is wanted, such as 4M", least,
                 most);
        return place->wanted;
    }
    *(size_t *)place->at = (size_t)n << shift;
    return NULL;
}

const char *reader_rate(struct place *place, const char *text)
{
    *(size_t *)place->at = 0;
    return strcmp(text, "0") == 0     ? NULL
           : reader_size(place, text) ? "0 or a size from 1K to 1G is wanted, such as 4M"
                                      : NULL;
}

const char *reader_lifetime(struct place *place, const char *text)
{
    if (strcmp(text, "0") == 0) {
        *(unsigned *)place->at = 0;
        return NULL;
    }
    return reader_unsigned(place, text) ? "0 or a whole number from 5 to 604800 is wanted" : NULL;
}

const char *reader_bool(struct place *place, const char *text)
{
    if (strcmp(text, "0") != 0 && strcmp(text, "1") != 0)
        return "0 or 1 is wanted";
    *(bool *)place->at = *text == '1';
    return NULL;
}

const char *reader_log_to(struct place *place, const char *text)
{
    if (strcmp(text, "stderr") != 0 && strcmp(text, "syslog") != 0)
        return "stderr or syslog is wanted";
    return keep(place, text);
}

const char *reader_level(struct place *place, const char *text)
{
    enum diag_level level;
    if (diag_level_parse(text, &level) < 0)
        return "error, warning, info or debug is wanted";
    *(enum diag_level *)place->at = level;
    return NULL;
}

const char *reader_log_user(struct place *place, const char *text)
{
    *(bool *)place->at = strcmp(text, "hash") == 0;
    return *(bool *)place->at || strcmp(text, "full") == 0 ? NULL : "full or hash is wanted";
}

const char *reader_redis(struct place *place, const char *text)
{
    return value_read_redis(place->arena, text, place->at);
}

const char *reader_path(struct place *place, const char *text)
{
    (void)place;
    (void)text;
    return NULL; /* config.c reads the file after all options */
}

const char *reader_auth(struct place *place, const char *text)
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

const char *reader_profile(struct place *place, const char *text)
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

const char *reader_source(struct place *place, const char *text)
{
    static const char *const names[] = {"stream", "pubsub", "channels", NULL};
    int i = value_find_word(slice_of(text), names);
    if (i < 0)
        return "stream, pubsub or channels is wanted";
    *(enum log_kind *)place->at = (enum log_kind)(LOG_STREAM + i);
    return NULL;
}

const char *reader_status_level(struct place *place, const char *text)
{
    static const char *const names[] = {"no", "4xx", "5xx", NULL};
    static const unsigned lowest[] = {0, 400, 500};
    int i = value_find_word(slice_of(text), names);
    if (i < 0)
        return "no, 5xx or 4xx is wanted";
    *(unsigned *)place->at = lowest[i];
    return NULL;
}

/* config.c checks the names: they depend on the route. */
const char *reader_template(struct place *place, const char *text)
{
    const char *at = text;
    struct slice name;
    int found;
    do
        found = value_next_name(&at, &name);
    while (found > 0);
    if (found < 0)
        return "braces hold a name, and come in pairs";
    if (*text == '\0' || strlen(text) > LOG_WORD_TEMPLATE)
        return "1 to 256 bytes are wanted";
    return keep(place, text);
}

const char *reader_route(struct place *place, const char *text)
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

const char *reader_words(struct place *place, const char *text)
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

const char *reader_refuse(struct place *place, const char *text)
{
    return read_list(place, text, check_refuse);
}

/* Parses texts between '|' to an array that ends with NULL. Keeps blanks, skips empty texts. */
const char *reader_texts(struct place *place, const char *text)
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

const char *reader_origins(struct place *place, const char *text)
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

const char *reader_logs(struct place *place, const char *text)
{
    return log_word_read_all(place->arena, text, place->at, place->wanted);
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

const char *reader_filters(struct place *place, const char *text)
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

const char *reader_match(struct place *place, const char *text)
{
    return read_pairs(place, text, check_match);
}

/* A claim cannot have two values, unless it is a list: each word must hold. */
static const char *check_require(const struct pair *pairs, size_t n)
{
    return value_is_visible(slice_of(pairs[n].name)) ? NULL
                                                     : "words of the form claim=value are wanted";
}

const char *reader_require(struct place *place, const char *text)
{
    return read_pairs(place, text, check_require);
}

/* The value is sent in a Location header: no byte may end a line, a word or a quoted string. */
const char *reader_login_url(struct place *place, const char *text)
{
    bool path = text[0] == '/' && text[1] != '/';
    bool url = strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0;
    if (*text == '\0')
        return keep_none(place);
    if (!(path || url) || !value_is_visible(slice_of(text)) || strpbrk(text, "\"<>\\#") != NULL)
        return "a path or an http or https address is wanted";
    return keep(place, text);
}

const char *reader_networks(struct place *place, const char *text)
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

const char *reader_token(struct place *place, const char *text)
{
    if (!value_is_token(slice_of(text)) || strlen(text) > MAX_NAME)
        return "a name of a cookie is wanted (a token of RFC 9110)";
    return keep(place, text);
}

const char *reader_header(struct place *place, const char *text)
{
    if (!value_is_token(slice_of(text)) || strlen(text) > REQUEST_MAX_NAME)
        return "a name of a header of at most 58 bytes is wanted (a token of RFC 9110)";
    return keep(place, text);
}

const char *reader_optional_token(struct place *place, const char *text)
{
    return *text ? reader_token(place, text) : keep_none(place);
}

const char *reader_optional_header(struct place *place, const char *text)
{
    return *text ? reader_header(place, text) : keep_none(place);
}

const char *reader_optional(struct place *place, const char *text)
{
    return *text ? keep(place, text) : keep_none(place);
}

const char *reader_prefix(struct place *place, const char *text)
{
    return strlen(text) > MAX_NAME ? "at most 128 bytes are wanted" : reader_optional(place, text);
}

const char *reader_pointer(struct place *place, const char *text)
{
    if (!value_is_pointer(text) || strlen(text) > MAX_NAME)
        return "a JSON pointer is wanted, such as /user/name";
    return keep(place, text);
}

/* The name of a claim may be a URI (RFC 7519, section 4.2), so it need not be a token. */
const char *reader_claim(struct place *place, const char *text)
{
    if (!value_is_visible(slice_of(text)) || strlen(text) > MAX_NAME)
        return "the name of a claim is wanted";
    return keep(place, text);
}

const char *reader_name(struct place *place, const char *text)
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
    if (found < 0 || count != 1 || strlen(text) > LOG_WORD_TEMPLATE)
        return wanted;
    if (text[0] == '{' && text[strlen(text) - 1] == '}')
        return "a text beside the name is wanted: else a client may name any key of Redis";
    return keep(place, text);
}

const char *reader_session_key(struct place *place, const char *text)
{
    static const char *const names[] = {"id", NULL};
    return read_key(place, text, names, "a key with {id} in it, once, is wanted");
}

const char *reader_bearer_key(struct place *place, const char *text)
{
    static const char *const names[] = {"sha256", "token", NULL};
    return read_key(place, text, names, "a key with {sha256} or {token} in it, once, is wanted");
}

const char *reader_token_key(struct place *place, const char *text)
{
    static const char *const names[] = {"token", NULL};
    return read_key(place, text, names, "a key with {token} in it, once, is wanted");
}

const char *reader_algorithm(struct place *place, const char *text)
{
    static const char *const names[] = {"HS256", "RS256", "ES256", NULL};
    int i = value_find_word(slice_of(text), names);
    if (i < 0)
        return "HS256, RS256 or ES256 is wanted";
    *(enum jwt_algorithm *)place->at = (enum jwt_algorithm)(JWT_HS256 + i);
    return NULL;
}
