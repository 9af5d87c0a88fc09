/* SPDX-License-Identifier: MIT */
/*
 * value: parses texts of options: numbers, words, networks, Redis addresses, files with secrets.
 * Knows no option's name, source or default.  Functions that return a text return NULL for success,
 * else what is wrong, as it follows "NAME=value: " in a message.  The text never contains the
 * value.
 */
#ifndef SSELOG_CONFIG_VALUE_H
#define SSELOG_CONFIG_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "config/config.h"

/* Memory that is wiped and freed all at once. Starts zeroed. */
struct arena {
    struct arena_chunk *first;
};
/* Zeroed memory, aligned for any type; NULL: out of memory. */
void *arena_alloc(struct arena *a, size_t size);
/* A NUL-terminated copy. */
char *arena_copy(struct arena *a, struct slice s);
/* Valid in any state. Afterwards the arena is empty and can be used again. */
void arena_free(struct arena *a);

#define VALUE_NO_MEMORY "out of memory"

/* Parses a decimal number from min to max: only digits, no sign, no blank. 0 or -1. */
int value_number(struct slice text, unsigned long min, unsigned long max, unsigned long *out);
/* The next word of a list that is separated by blanks; moves *at behind it. False: no more. */
bool value_next_word(const char **at, struct slice *word);
size_t value_count_words(const char *text);
/* The index of word in names, which end with NULL, or -1. */
int value_find_word(struct slice word, const char *const *names);
/* Whether s is a token, such as the name of a header or cookie (RFC 9110, section 5.6.2). */
bool value_is_token(struct slice s);
/* Whether s is printable ASCII without blanks and not empty. */
bool value_is_visible(struct slice s);
/* Whether s is a JSON pointer (RFC 6901), but not the one to the whole document. */
bool value_is_pointer(const char *s);
/* The next "{name}" of a template: 1 and the name, 0 at the end, -1 if the braces are malformed. */
int value_next_name(const char **at, struct slice *name);
/* Checks an origin in the form that browsers send (RFC 6454, section 6.2). */
const char *value_check_origin(struct slice s);
/* Parses an address or a network, such as "::1" or "10.0.0.0/8". */
const char *value_read_network(struct slice s, struct network *out);
/* Parses a URL with redis://, rediss:// or unix://; its strings are in the arena. */
const char *value_read_redis(struct arena *a, const char *text, struct redis_address *out);
/* Reads a file to the arena, without one newline at its end, and NUL-terminated. Refuses a file
 * that is empty, larger than 16 KiB, not a regular file, or has a permission bit of `refused`. */
const char *value_read_secret(struct arena *a, const char *path, mode_t refused, struct slice *out);

#endif
