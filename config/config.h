/* SPDX-License-Identifier: MIT */
/*
 * config: the options from the request's parameters, the environment and a file, checked once and
 * then const.  Only the table in option.c knows an option's name, default, range and whether a
 * request may set it.  The code that serves knows only struct config.
 */
#ifndef SSELOG_CONFIG_CONFIG_H
#define SSELOG_CONFIG_CONFIG_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/diag.h"

struct profile;

#define CONFIG_MAX_WORDS 256 /* items of one list option */
#define HOLD_ALL         UINT_MAX

enum auth_method {
    AUTH_END, /* ends the list */
    AUTH_REMOTE_USER,
    AUTH_HEADER,
    AUTH_COOKIE,
    AUTH_BEARER,
    AUTH_TOKEN,
    AUTH_JWT,
    AUTH_ANONYMOUS
};
#define AUTH_METHODS 7

enum log_kind { LOG_STREAM, LOG_PUBSUB, LOG_CHANNELS };

enum jwt_algorithm { JWT_HS256, JWT_RS256, JWT_ES256 };

/* The address of Redis. host is NULL if path (a Unix socket) is set. */
struct redis_address {
    char *host;
    uint16_t port;
    char *path;
    char *user;     /* NULL: none */
    char *password; /* NULL: none */
    int db;
    bool tls; /* rediss://: the certificate must be valid for host */
};

/* "name=value" of a list option. */
struct pair {
    char *name;
    char *value;
};

/* A word of SSELOG_LOGS: one log, or the logs whose names are the members of a set of Redis. */
struct log_word {
    char *name;  /* NULL: the set has the names */
    char *title; /* of the log, for its reader; never NULL with a name */
    char *set;   /* key template; NULL: one log */
    char *key;   /* key template of the log; with a set it holds {log} */
};

/* A network as IPv6 or IPv4-mapped IPv6 address; the first `bits` bits are significant. */
struct network {
    unsigned char address[16];
    unsigned bits;
};

struct config {
    /* process */
    struct redis_address redis;
    unsigned max_viewers;
    unsigned max_per_user;
    size_t max_memory;      /* bytes held for peers that are slow, 1 MiB to 2 GiB */
    unsigned gather;        /* ms, 0 to 1000; 0: records are not gathered */
    size_t append_body;     /* bytes of one body of /append, 64 KiB to 16 MiB */
    size_t append_rate;     /* bytes a second that one identity may append; 0: no limit */
    unsigned front_threads; /* 1 to 64 */
    bool allow_root;
    char *log_to;
    enum diag_level log_level;
    bool log_user_hash; /* users are hashed in the log */

    /* a request may set these */
    enum auth_method auth[AUTH_METHODS + 1]; /* ends with AUTH_END */
    const struct profile *profile;
    char *stream;          /* key template */
    char *channel;         /* channel template */
    struct log_word *logs; /* that log= chooses from; ends with key NULL */
    enum log_kind log_kind;
    char *route;            /* NULL: none */
    char **admin_roles;     /* NULL-terminated; never NULL */
    bool append;            /* each identity that may read a log may append to it */
    char **append_roles;    /* that may append; empty: as append says */
    unsigned append_maxlen; /* records that a log keeps, about; 1 to 1000000000 */
    char *field;
    char *event_field;
    char *event_prefix;   /* of the names in event fields; NULL: none */
    unsigned history;     /* records; 0 to 1000000 */
    bool search;          /* /search is on */
    unsigned history_age; /* seconds, 0 to a year; 0: of any age */
    struct pair *filters; /* parameter=json_field; ends with name NULL */
    struct pair *match;   /* json_field=template; ends with name NULL */
    char **skip_levels;
    unsigned status_level; /* the lowest status of HTTP that is a level: 400, 500; 0: none */
    char **skip_texts;     /* substrings of payloads */
    char **skip_loggers;
    char *login_url;    /* NULL: none */
    unsigned keepalive; /* seconds, 1 to 3600 */
    unsigned retry;     /* ms, 100 to 3600000 */
    unsigned lifetime;  /* seconds; 0: none, else 5 to 604800 */
    unsigned hold;      /* streams of the site that are held; HOLD_ALL: all, 0: none */
    char *hold_key;     /* of Redis, where the streams of the site are counted */
    unsigned poll;      /* ms, 500 to 3600000: the least interval of polls */
    unsigned processes; /* that the site may have; 1 to 10000 */
    bool compress;      /* for clients that accept it */
    char **cors;        /* origins, exact */
    bool enabled;

    /* identity methods */
    struct network *trusted;
    size_t ntrusted;
    char *user_header;                 /* HTTP name, such as X-Remote-User */
    char *tenant_header, *role_header; /* NULL: none */
    char *cookie;
    char *session_key;                            /* template with {id} */
    char *user_field, *tenant_field, *role_field; /* JSON pointers, RFC 6901 */
    char *bearer_key;                             /* template with {sha256} or {token} */
    char *token_key;                              /* template with {token} */
    unsigned token_ttl;                           /* seconds, 1 to 86400 */
    enum jwt_algorithm jwt_alg;
    char *jwt_cookie, *jwt_iss, *jwt_aud; /* NULL: not used, not checked */
    struct pair *jwt_require;             /* claim=text; ends with name NULL */
    char **jwt_refuse;                    /* claim names */
    bool jwt_allow_no_exp;
    char *jwt_user, *jwt_tenant, *jwt_role; /* claim names */
    struct slice cookie_secret; /* the file without one newline at its end; len 0: none */
    struct slice jwt_key;       /* as above; NUL-terminated */
};

/* Whether the method is one of config->auth. */
static inline bool config_uses(const struct config *config, enum auth_method method)
{
    size_t i = 0;
    while (config->auth[i] != AUTH_END && config->auth[i] != method)
        i++;
    return config->auth[i] == method;
}

/* Whether anybody may append to logs. */
static inline bool config_appends(const struct config *config)
{
    return config->append || config->append_roles[0];
}

/* Whether requests may choose a log by its name. */
static inline bool config_names_logs(const struct config *config)
{
    return config->logs && config->logs[0].key;
}

/* A snapshot of the configuration, as the environment and the files were when it was loaded. It
 * counts its references: each keeper of it, or of a pointer into it, holds one. New requests get
 * the one of config/current.h, and go on with the one that they began with. */
struct config_base;

/* Reads the file (NULL: none) and the environment (NAME=value strings, as environ). Checks each
 * option and the rules between options, such as that the method header needs SSELOG_TRUSTED. Also
 * reads the files with secrets, which other users must not be able to read. NULL: something is
 * wrong, and the process must not serve; why is one line with the option and its value, but never a
 * secret. */
struct config_base *config_load(const char *file, char *const *environment, struct buf *why);
/* Any thread: takes one more reference, and returns base. */
const struct config_base *config_hold(const struct config_base *base);
/* Any thread: gives a reference back, at first that of config_load. With the last one the snapshot
 * is wiped and freed. NULL is fine. */
void config_unload(const struct config_base *base);
/* The configuration as loaded. */
const struct config *config_of(const struct config_base *base);
/* The configuration for one request. params are its parameters as NAME=value and end with NULL;
 * names without SSELOG_ at their start are ignored. If the request sets no option, *out is
 * config_of(base). Returns 0, or -1 with why as above: an unknown option, one that a request may
 * not set, or a bad value; the answer is then 500. Release *out with config_release before base is
 * unloaded. */
int config_for_request(const struct config_base *base, char *const *params,
                       const struct config **out, struct buf *why);
void config_release(const struct config_base *base, const struct config *config);
/* Calls each with the text of every option that differs between the two and that only a restart can
 * change, as in a message. Out of memory: no call. */
void config_each_restart(const struct config_base *running, const struct config_base *now,
                         void (*each)(void *arg, const char *line), void *arg);
/* Whether both name the same Redis.  Its user and its password may differ. */
bool config_same_redis(const struct config_base *running, const struct config_base *now);
#define CONFIG_FILES 4
/* Fills files with the paths that config_load read: the file of options and those with secrets.
 * Returns their number. */
size_t config_files(const struct config_base *base, const char *files[CONFIG_FILES]);
/* Adds the effective options to out, one line of NAME=value with its source for each. A secret is
 * shown as set or unset. */
void config_print(const struct config_base *base, struct buf *out);
/* Calls warn with one line for each setting that may be a mistake; see risk.h. Out of memory: no
 * line. */
void config_warn(const struct config_base *base, void (*warn)(void *arg, const char *line),
                 void *arg);

#endif
