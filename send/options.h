/* SPDX-License-Identifier: MIT */
/* options: what the command line of `sselog send` asks for. */
#ifndef SSELOG_SEND_OPTIONS_H
#define SSELOG_SEND_OPTIONS_H

#include "base/buf.h"

#define SEND_FIELDS 32  /* --field, at most */
#define SEND_FILES  64  /* --follow, at most */
#define NAME_MOST   40  /* bytes of --producer */
#define HOST_MAX    256 /* bytes of the name of a machine, with the NUL */

enum send_form {
    FORM_TEXT,   /* a record is the text as it is */
    FORM_JSON,   /* a JSON object */
    FORM_JOURNAL /* the same; each line comes from journalctl -o json */
};

/* A member that each JSON object gets. */
struct send_field {
    struct slice name, value;
};

struct send_options {
    const char *log;      /* stream key */
    const char *channel;  /* also PUBLISH to this channel; NULL: do not */
    const char *event;    /* NULL: none */
    unsigned long maxlen; /* about how many records the log keeps; 0: no limit */
    uint64_t keep;        /* about how long it keeps them, ms; 0: no limit */
    enum send_form form;
    struct slice level; /* of records that have none; len 0: none */
    struct slice host;  /* len 0: that of the machine */
    struct send_field fields[SEND_FIELDS];
    size_t nfields;
    bool join;             /* indented lines continue a record */
    const char *continues; /* lines that match this expression too; NULL: none */
    const char *starts;    /* only a line that matches it starts a record; NULL: none */
    const char *files[SEND_FILES];
    size_t nfiles; /* 0: standard input, or the list */
    const char *state;
    const char *producer; /* name; NULL: none */
    const char *list;     /* key of the list that is moved; NULL: none */
    bool newest_first;    /* its writers use LPUSH */
};

/* Reads the value of --keep, such as "3d", as ms. The units are s, m, h, d and w; the most is ten
 * years. -1: it is malformed. */
int options_keep(const char *text, uint64_t *ms);
/* Adds the value of --field, NAME=VALUE, which is changed and must stay valid. NULL, or why not. */
const char *options_field(struct send_options *o, char *text);
/* Why the value of --producer is malformed; NULL: it is not. */
const char *options_producer(const char *name);
/* Why the options do not fit together; NULL: they do. */
const char *options_conflict(const struct send_options *o);

#endif
