/* SPDX-License-Identifier: MIT */
/*
 * reader: how the text of each kind of option becomes a member of struct config; see option.h.
 * Private to option.c, whose table names a reader for each option.
 */
#ifndef SSELOG_CONFIG_READER_H
#define SSELOG_CONFIG_READER_H

#include "config/option.h"

/* One option during parsing: its member of config, and what a message about it may need. */
struct place {
    struct arena *arena;
    struct config *config;
    void *at;
    unsigned long min, max;
    char *wanted; /* OPTION_WANTED bytes */
};

/* Parses text to place->at. NULL, or what is wrong. */
typedef const char *reader(struct place *place, const char *text);

reader reader_unsigned, reader_size, reader_rate, reader_lifetime, reader_bool, reader_level,
    reader_log_to, reader_log_user, reader_redis, reader_auth, reader_profile, reader_source,
    reader_template, reader_route, reader_words, reader_filters, reader_match, reader_login_url,
    reader_origins, reader_networks, reader_token, reader_pointer, reader_session_key,
    reader_bearer_key, reader_token_key, reader_algorithm, reader_claim, reader_name, reader_header,
    reader_hold, reader_require, reader_refuse, reader_optional, reader_optional_token,
    reader_optional_header, reader_path, reader_prefix, reader_texts, reader_status_level,
    reader_logs;

#endif
