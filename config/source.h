/* SPDX-License-Identifier: MIT */
/*
 * source: reads one source of options, the environment or a file, to texts by the option's index.
 * Knows the names of options, but not their values; config.c merges the sources.  Messages escape
 * and shorten text from outside.
 */
#ifndef SSELOG_CONFIG_SOURCE_H
#define SSELOG_CONFIG_SOURCE_H

#include <stdbool.h>

#include "config/option.h"

/* In ascending order of precedence. */
enum origin { FROM_DEFAULT, FROM_PROFILE, FROM_FILE, FROM_ENVIRONMENT, FROM_REQUEST };
extern const char *const origin_names[];

/* The index after those of the options: the variable REDIS_URL, an alternative to SSELOG_REDIS. */
#define REDIS_URL OPTIONS

#define SOURCE_MAX_FILE (256 * 1024) /* bytes */

struct source {
    const char *text[OPTIONS + 1]; /* NULL: not set */
    unsigned line[OPTIONS + 1];    /* number in the file */
    const char *file;              /* NULL: none */
    bool open;                     /* every user of this machine may read the file */
};

/* Both fill an empty source with memory from the arena. 0, or -1 with one line in why. */
int source_read_environment(struct source *source, struct arena *arena, char *const *environment,
                            struct buf *why);
/* file NULL: none. The buffer with its bytes is wiped after use. */
int source_read_file(struct source *source, struct arena *arena, const char *file, struct buf *why);

/* Whether NAME starts with SSELOG_. */
bool source_is_ours(const char *setting);
/* Splits NAME=value and returns the value; NULL if there is no '='. */
const char *source_value(const char *setting, struct slice *name);

/* ---- messages; an int result is always -1 ---- */

void source_add_escaped(struct buf *out, struct slice s);
void source_add_shown(struct buf *out, struct slice s);
int source_refuse_name(struct buf *why, struct slice name, enum origin from, const char *reason);
int source_refuse_unknown(struct buf *why, struct slice name, enum origin from);
int source_no_memory(struct buf *why);

#endif
