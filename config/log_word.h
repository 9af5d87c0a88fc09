/* SPDX-License-Identifier: MIT */
/*
 * log_word: the words of SSELOG_LOGS, and the names of logs.  Knows the form of a word; config.c
 * checks the names in its templates, which depend on other options.
 */
#ifndef SSELOG_CONFIG_LOG_WORD_H
#define SSELOG_CONFIG_LOG_WORD_H

#include <stdbool.h>

#include "config/value.h"

#define LOG_WORD_NAME     64  /* bytes of the longest name */
#define LOG_WORD_TITLE    128 /* bytes of the longest title */
#define LOG_WORD_TEMPLATE 256 /* bytes of the longest template of a key */
#define LOG_WORD_WORDS    64
#define LOG_WORD_SETS     4 /* words with a set */

/* Whether a log may have this name: 1 to 64 characters of A-Z a-z 0-9 . _ -. */
bool log_word_is_name(struct slice name);
/* Parses words "NAME=KEY", "NAME(Title)=KEY" and "@SET=KEY" to an array in the arena, which ends
 * with key NULL. NULL, or what is wrong with which word: constant text, or text in room, which has
 * OPTION_WANTED bytes. */
const char *log_word_read_all(struct arena *arena, const char *text, struct log_word **out,
                              char *room);

#endif
