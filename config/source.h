/* SPDX-License-Identifier: MIT */
/*
 * source: what one source of options says, as texts by the option's index: the environment or a
 * file.  Knows the names of options, not what they may hold; config.c lays the layers over each
 * other.  Messages repeat what came from outside escaped, and not without end.
 */
#ifndef SSELOG_CONFIG_SOURCE_H
#define SSELOG_CONFIG_SOURCE_H

#include <stdbool.h>

#include "config/option.h"

/* The later ones win. */
enum origin { FROM_DEFAULT, FROM_PROFILE, FROM_FILE, FROM_ENVIRONMENT, FROM_REQUEST };
extern const char *const origin_names[];

/* Stands behind the options: REDIS_URL, which stands in for SSELOG_REDIS. */
#define REDIS_URL OPTIONS

#define SOURCE_MAX_FILE (256 * 1024) /* bytes */

struct source {
    const char *text[OPTIONS + 1]; /* NULL: it says nothing */
    unsigned line[OPTIONS + 1];    /* of the file */
    const char *file;              /* NULL: none */
};

/* These fill an empty source, its memory from the arena. 0, or -1 with one line in why. */
int source_read_environment(struct source *source, struct arena *arena, char *const *environment,
                            struct buf *why);
/* file may be NULL. Its bytes are wiped after use, but for what the source keeps. */
int source_read_file(struct source *source, struct arena *arena, const char *file, struct buf *why);

/* Whether NAME=value begins as our options do. */
bool source_is_ours(const char *setting);
/* Cuts NAME from NAME=value; NULL when there is no '='. */
const char *source_value(const char *setting, struct slice *name);

/* ---- messages; the ints are -1 ---- */

void source_add_escaped(struct buf *out, struct slice s);
void source_add_shown(struct buf *out, struct slice s);
int source_refuse_name(struct buf *why, struct slice name, enum origin from, const char *reason);
int source_no_memory(struct buf *why);

#endif
