/* SPDX-License-Identifier: MIT */
/*
 * line: recognises the forms of log lines in a text: what carries it (compose, syslog, CRI), its
 * time, its level, its fields, and JSON behind all that. web/line.js does the same on the page;
 * both have their forms from format/lines.txt and are tested by tests/cases/lines.tsv. Pure.
 *
 * Escape sequences of terminals count for nothing. Only the beginning of a text is looked at, and
 * JSON behind it.
 */
#ifndef SSELOG_FORMAT_LINE_H
#define SSELOG_FORMAT_LINE_H

#include "format/expression.h"

#define LINE_HEAD  2048 /* bytes of a text that are looked at */
#define LINE_DEPTH 4    /* parts of a line */
#define LINE_CUTS  16   /* places that are told of a line */

struct json_object;
struct line_form;

/* The match of one form. */
struct line_part {
    const struct line_form *form;
    struct expression_match match;
};

struct line {
    struct slice text;    /* without escape sequences; the other slices point into it */
    struct slice message; /* behind all heads; empty where the last form has the whole rest */
    bool bare;            /* the message has no form of its own: all parts only carry it */
    size_t nparts;
    struct line_part parts[LINE_DEPTH]; /* the outermost first */
    struct json_object *json;           /* an object up to the end of the message, or NULL */
    struct slice json_text;
    bool json_leads;  /* it is the message, and not behind the head of a logger and further text */
    struct buf plain; /* the text as it reads, if it has escape sequences */
};

/* The level that a part says: a text, empty where it says nothing, and the severity where the form
 * tells it, else -1. */
struct line_level {
    struct slice text;
    int severity;
};

struct line_cut {
    size_t from, to;
};

/* False: the text has no known form, or memory ran out. Otherwise line_end is due, and text must
 * stay valid until then. */
bool line_parse(struct line *l, struct slice text);
/* l may be NULL. */
void line_end(struct line *l);
/* The name of a part's form. */
const char *line_form_name(const struct line *l, size_t part);
/* The text of a field: of the JSON object, whose name may lead into nested objects, else of the
 * innermost part that has it. A field that is empty or "-" is none. */
bool line_field(const struct line *l, const char *name, struct slice *out);
/* The same in the JSON object only. */
bool line_json_field(const struct line *l, const char *path, struct slice *out);
/* The level that a part says. Inner parts count before outer ones. */
struct line_level line_level(const struct line *l, size_t part);
/* Stores the places of the text that its reader does not need beside its time and its level, in
 * rising order, and returns how many. says[i]: the reader is told the level of part i. */
size_t line_cuts(const struct line *l, const bool says[LINE_DEPTH], struct line_cut out[LINE_CUTS]);

#endif
