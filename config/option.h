/* SPDX-License-Identifier: MIT */
/*
 * option: the table of options, with the reader that parses the text of each to a member of struct
 * config.  A new option needs a row there, a member of struct config and an entry in the
 * manual. Knows no sources and no rules between options: these are in config.c.
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
    SECRET = 2,    /* messages and config_print do not show the text */
    NO_MEMBER = 4, /* names a file, which config.c reads after all options */
    ADDRESS = 8,   /* of Redis: REDIS_URL is an alternative */
    RESTART = 16   /* the process uses the value that it was started with */
};

struct option {
    const char *name;
    unsigned flags;
    const char *fallback; /* the default; "": none */
    const char *(*read)(struct place *, const char *text);
    size_t offset; /* into struct config */
    unsigned long min, max;
};

#define OPTIONS 71
extern const struct option options[];

/* The index of the option of that name, or -1. */
int option_find(struct slice name);

/* Size of the buffer for a text of option_read. */
#define OPTION_WANTED 160
/* Parses text to the option's member of config, with memory from the arena. NULL, or a text that
 * says what is wrong: it may be in room, and it never contains the value. */
const char *option_read(const struct option *option, struct arena *arena, struct config *config,
                        const char *text, char room[OPTION_WANTED]);

#endif
