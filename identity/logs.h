/* SPDX-License-Identifier: MIT */
/*
 * logs: which logs of SSELOG_LOGS an identity may read, and which keys these have.  Pure: the
 * caller asks Redis whether a set has a name.
 *
 * Two identities never get the same key.  Within one template auth_log_key() sees to that.  A key
 * that fits two templates belongs to the one with more text outside its names; of equal ones, to
 * the first, and SSELOG_STREAM is before all words.  Example: SSELOG_STREAM is "logs:{user}", and
 * "web" is "logs:{user}:web". The user "ann:web" then has no log of SSELOG_STREAM, because its key
 * is that of ann's log "web".
 */
#ifndef SSELOG_IDENTITY_LOGS_H
#define SSELOG_IDENTITY_LOGS_H

#include "auth.h"

struct logs_asker {
    const struct config *config;
    const struct identity *identity;
    const struct route_match *captures; /* NULL: none */
};

struct logs_keys {
    char key[IDENTITY_MAX_KEY + 1]; /* of the log */
    char set[IDENTITY_MAX_KEY + 1]; /* that must have the log's name; "": none */
};

/* Looks for the log of that name in one word.  WHY_OK: keys has its key, and perhaps a set.
 * WHY_LOG_UNKNOWN: the word has no such log.  Others: why the identity may not read it. */
enum why logs_find(const struct logs_asker *a, const struct log_word *word, struct slice name,
                   struct logs_keys *keys);
/* The key of SSELOG_STREAM, or of SSELOG_CHANNEL.  WHY_OK, or why the identity has none. */
enum why logs_default(const struct logs_asker *a, char key[IDENTITY_MAX_KEY + 1]);
/* Fills the key of the word's set.  -1: the identity has none. */
int logs_set(const struct logs_asker *a, const struct log_word *word,
             char set[IDENTITY_MAX_KEY + 1]);

#endif
