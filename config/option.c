/* SPDX-License-Identifier: MIT */
/* option: the table of options; see option.h. The readers that it names are in reader.c. */
#include "config/option.h"

#include "config/reader.h"

#define MAX_VALUE 4096 /* bytes of one option */

#define AT(member) offsetof(struct config, member)

const struct option options[] = {
    {"SSELOG_REDIS", PROCESS | SECRET | ADDRESS, "redis://127.0.0.1:6379/0", reader_redis,
     AT(redis), 0, 0},
    {"SSELOG_REDIS_PASSWORD_FILE", PROCESS | SECRET | NO_MEMBER, "", reader_path, 0, 0, 0},
    {"SSELOG_MAX_VIEWERS", PROCESS | RESTART, "10000", reader_unsigned, AT(max_viewers), 1,
     1000000},
    {"SSELOG_MAX_PER_USER", PROCESS | RESTART, "20", reader_unsigned, AT(max_per_user), 1, 1000000},
    {"SSELOG_MAX_MEMORY", PROCESS | RESTART, "64M", reader_size, AT(max_memory), 1024 * 1024,
     1ul << 31},
    {"SSELOG_GATHER", PROCESS | RESTART, "40", reader_unsigned, AT(gather), 0, 1000},
    {"SSELOG_APPEND_BODY", PROCESS | RESTART, "4M", reader_size, AT(append_body), 64 * 1024,
     16 * 1024 * 1024},
    {"SSELOG_APPEND_RATE", PROCESS, "32M", reader_rate, AT(append_rate), 1024, 1024 * 1024 * 1024},
    {"SSELOG_FRONT_THREADS", PROCESS | RESTART, "2", reader_unsigned, AT(front_threads), 1, 64},
    {"SSELOG_ALLOW_ROOT", PROCESS | RESTART, "0", reader_bool, AT(allow_root), 0, 0},
    {"SSELOG_LOG", PROCESS | RESTART, "stderr", reader_log_to, AT(log_to), 0, 0},
    {"SSELOG_LOG_LEVEL", PROCESS, "info", reader_level, AT(log_level), 0, 0},
    {"SSELOG_LOG_USER", PROCESS, "full", reader_log_user, AT(log_user_hash), 0, 0},

    {"SSELOG_AUTH", REQUEST, "remote_user", reader_auth, AT(auth), 0, 0},
    {"SSELOG_PROFILE", REQUEST, "plain", reader_profile, AT(profile), 0, 0},
    {"SSELOG_STREAM", REQUEST, "stream:logs:{user}", reader_template, AT(stream), 0, 0},
    {"SSELOG_CHANNEL", REQUEST, "logs:{user}", reader_template, AT(channel), 0, 0},
    {"SSELOG_LOGS", REQUEST, "", reader_logs, AT(logs), 0, 0},
    {"SSELOG_SOURCE", REQUEST, "stream", reader_source, AT(log_kind), 0, 0},
    {"SSELOG_ROUTE", REQUEST, "", reader_route, AT(route), 0, 0},
    {"SSELOG_ADMIN_ROLES", REQUEST, "", reader_words, AT(admin_roles), 0, 0},
    {"SSELOG_APPEND", REQUEST, "0", reader_bool, AT(append), 0, 0},
    {"SSELOG_APPEND_ROLES", REQUEST, "", reader_words, AT(append_roles), 0, 0},
    {"SSELOG_APPEND_MAXLEN", REQUEST, "10000", reader_unsigned, AT(append_maxlen), 1, 1000000000},
    {"SSELOG_FIELD", REQUEST, "data", reader_name, AT(field), 0, 0},
    {"SSELOG_EVENT_FIELD", REQUEST, "event", reader_name, AT(event_field), 0, 0},
    {"SSELOG_EVENT_PREFIX", REQUEST, "", reader_prefix, AT(event_prefix), 0, 0},
    {"SSELOG_HISTORY", REQUEST, "2000", reader_unsigned, AT(history), 0, 1000000},
    {"SSELOG_SEARCH", REQUEST, "1", reader_bool, AT(search), 0, 0},
    {"SSELOG_HISTORY_AGE", REQUEST, "0", reader_unsigned, AT(history_age), 0, 31536000},
    {"SSELOG_FILTERS", REQUEST, "", reader_filters, AT(filters), 0, 0},
    {"SSELOG_MATCH", REQUEST, "", reader_match, AT(match), 0, 0},
    {"SSELOG_SKIP_LEVEL", REQUEST, "", reader_words, AT(skip_levels), 0, 0},
    {"SSELOG_STATUS_LEVEL", REQUEST, "no", reader_status_level, AT(status_level), 0, 0},
    {"SSELOG_SKIP_TEXT", REQUEST, "", reader_texts, AT(skip_texts), 0, 0},
    {"SSELOG_SKIP_LOGGER", REQUEST, "", reader_words, AT(skip_loggers), 0, 0},
    {"SSELOG_LOGIN_URL", REQUEST, "", reader_login_url, AT(login_url), 0, 0},
    {"SSELOG_KEEPALIVE", REQUEST, "15", reader_unsigned, AT(keepalive), 1, 3600},
    {"SSELOG_RETRY", REQUEST, "3000", reader_unsigned, AT(retry), 100, 3600000},
    {"SSELOG_LIFETIME", REQUEST, "3600", reader_lifetime, AT(lifetime), 5, 604800},
    {"SSELOG_HOLD", REQUEST, "", reader_hold, AT(hold), 0, 1000000},
    {"SSELOG_HOLD_KEY", REQUEST, "sselog:hold", reader_name, AT(hold_key), 0, 0},
    {"SSELOG_POLL", REQUEST, "3000", reader_unsigned, AT(poll), 500, 3600000},
    {"SSELOG_PROCESSES", REQUEST, "15", reader_unsigned, AT(processes), 1, 10000},
    {"SSELOG_COMPRESS", REQUEST, "0", reader_bool, AT(compress), 0, 0},
    {"SSELOG_CORS", REQUEST, "", reader_origins, AT(cors), 0, 0},
    {"SSELOG_ENABLED", REQUEST, "1", reader_bool, AT(enabled), 0, 0},

    {"SSELOG_TRUSTED", REQUEST, "", reader_networks, AT(trusted), 0, 0},
    {"SSELOG_USER_HEADER", REQUEST, "X-Remote-User", reader_header, AT(user_header), 0, 0},
    {"SSELOG_TENANT_HEADER", REQUEST, "", reader_optional_header, AT(tenant_header), 0, 0},
    {"SSELOG_ROLE_HEADER", REQUEST, "", reader_optional_header, AT(role_header), 0, 0},
    {"SSELOG_COOKIE", REQUEST, "session", reader_token, AT(cookie), 0, 0},
    {"SSELOG_SESSION_KEY", REQUEST, "session:{id}", reader_session_key, AT(session_key), 0, 0},
    {"SSELOG_USER_FIELD", REQUEST, "/user_id", reader_pointer, AT(user_field), 0, 0},
    {"SSELOG_TENANT_FIELD", REQUEST, "/tenant_id", reader_pointer, AT(tenant_field), 0, 0},
    {"SSELOG_ROLE_FIELD", REQUEST, "/role", reader_pointer, AT(role_field), 0, 0},
    {"SSELOG_COOKIE_SECRET_FILE", PROCESS | SECRET | NO_MEMBER, "", reader_path, 0, 0, 0},
    {"SSELOG_BEARER_KEY", REQUEST, "sselog:bearer:{sha256}", reader_bearer_key, AT(bearer_key), 0,
     0},
    {"SSELOG_TOKEN_KEY", REQUEST, "sse_token:{token}", reader_token_key, AT(token_key), 0, 0},
    {"SSELOG_TOKEN_TTL", REQUEST, "30", reader_unsigned, AT(token_ttl), 1, 86400},
    {"SSELOG_JWT_KEY_FILE", PROCESS | SECRET | NO_MEMBER, "", reader_path, 0, 0, 0},
    {"SSELOG_JWT_ALG", REQUEST, "HS256", reader_algorithm, AT(jwt_alg), 0, 0},
    {"SSELOG_JWT_COOKIE", REQUEST, "", reader_optional_token, AT(jwt_cookie), 0, 0},
    {"SSELOG_JWT_ISS", REQUEST, "", reader_optional, AT(jwt_iss), 0, 0},
    {"SSELOG_JWT_AUD", REQUEST, "", reader_optional, AT(jwt_aud), 0, 0},
    {"SSELOG_JWT_REQUIRE", REQUEST, "", reader_require, AT(jwt_require), 0, 0},
    {"SSELOG_JWT_REFUSE", REQUEST, "", reader_refuse, AT(jwt_refuse), 0, 0},
    {"SSELOG_JWT_ALLOW_NO_EXP", REQUEST, "0", reader_bool, AT(jwt_allow_no_exp), 0, 0},
    {"SSELOG_JWT_USER", REQUEST, "sub", reader_claim, AT(jwt_user), 0, 0},
    {"SSELOG_JWT_TENANT", REQUEST, "tenant_id", reader_claim, AT(jwt_tenant), 0, 0},
    {"SSELOG_JWT_ROLE", REQUEST, "role", reader_claim, AT(jwt_role), 0, 0},
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
