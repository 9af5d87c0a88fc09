/* SPDX-License-Identifier: MIT */
/*
 * option: the table of options and how the text of each becomes a member of struct config.  A new
 * option is a row there, a member of struct config and a row in the manual.  Knows no layers and no
 * rules between options; those are config's.
 */
#ifndef SSELOG_CONFIG_OPTION_H
#define SSELOG_CONFIG_OPTION_H

#include <stddef.h>

#include "config/config.h"
#include "config/value.h"

struct place;

enum option_flags {
    PROCESS = 0,
    REQUEST = 1,   /* a request may set it */
    SECRET = 2,    /* neither messages nor config_print show the text */
    NO_MEMBER = 4, /* names a file, which config opens once all options are known */
    ADDRESS = 8    /* where Redis is: REDIS_URL stands in for it */
};

struct option {
    const char *name;
    unsigned flags;
    const char *fallback; /* the default; "" none */
    const char *(*read)(struct place *, const char *text);
    size_t offset; /* into struct config */
    unsigned long min, max;
};

#define OPTIONS 50
extern const struct option options[OPTIONS];

/* The index of the option of that name, or -1. */
int option_find(struct slice name);

/* Room for the text of an error that is made for the occasion. */
#define OPTION_WANTED 160
/* Reads text into its member of config; memory comes from the arena. NULL, or what is wrong with
 * it: a text that may lie in room and never holds any of the value. */
const char *option_read(const struct option *option, struct arena *arena, struct config *config,
                        const char *text, char room[OPTION_WANTED]);

#endif
