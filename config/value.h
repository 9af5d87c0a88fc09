/* SPDX-License-Identifier: MIT */
/*
 * value: the text of one option made into what the program uses: numbers, words, networks, Redis
 * addresses, secret files.  Knows forms, but no option's name, source or default (config's table).
 * Functions that return a text return NULL for success, else what is wrong with the value, fit to
 * follow "NAME=value: "; it never holds any of the value.
 */
#ifndef SSELOG_CONFIG_VALUE_H
#define SSELOG_CONFIG_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "config/config.h"

/* Memory that is wiped and given back as a whole. Starts zeroed. */
struct arena {
    struct arena_chunk *first;
};
/* Zeroed memory, aligned for anything; NULL when there is none. */
void *arena_alloc(struct arena *a, size_t size);
/* A NUL-terminated copy. */
char *arena_copy(struct arena *a, struct slice s);
/* Valid in any state; the arena is empty and usable afterwards. */
void arena_free(struct arena *a);

#define VALUE_NO_MEMORY "out of memory"

/* Decimal digits alone, no sign, no blank, within min and max: 0 or -1. */
int value_number(struct slice text, unsigned long min, unsigned long max, unsigned long *out);
/* The next word of a list whose words are apart by blanks; *at moves behind it. False: no more. */
bool value_next_word(const char **at, struct slice *word);
size_t value_count_words(const char *text);
/* The index of word among names, which end with NULL; -1 when it is none of them. */
int value_find_word(struct slice word, const char *const *names);
/* token of RFC 9110 section 5.6.2: names of headers and cookies. */
bool value_is_token(struct slice s);
/* Printable ASCII without the blank, one byte at least. */
bool value_is_visible(struct slice s);
/* RFC 6901, and not the whole document. */
bool value_is_pointer(const char *s);
/* The next "{name}" of a template: 1 and the name, 0 at the end, -1 when the braces are out of
 * form. */
int value_next_name(const char **at, struct slice *name);
/* An origin as browsers write it (RFC 6454 section 6.2). */
const char *value_check_origin(struct slice s);
/* "10.0.0.0/8", "::1". */
const char *value_read_network(struct slice s, struct network *out);
/* redis://, rediss:// and unix:// addresses; strings go into the arena. */
const char *value_read_redis(struct arena *a, const char *text, struct redis_address *out);
/* The bytes of a file, one trailing line end removed, NUL-terminated. Refused when it is empty,
 * larger than 16 KiB, not a regular file, or any permission bit of `refused` is set. */
const char *value_read_secret(struct arena *a, const char *path, mode_t refused, struct slice *out);

#endif
