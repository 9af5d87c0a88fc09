/* SPDX-License-Identifier: MIT */
/*
 * level: the level of a record, from its fields or its text. The names, fields, numbers and forms
 * of text are those of format/levels.txt; the page reads levels by the same table. Pure.
 *
 * A level is a severity: TRACE 5, DEBUG 10, INFO 20, NOTICE 25, WARNING 30, ERROR 40, CRITICAL 50;
 * -1 is unknown.
 */
#ifndef SSELOG_FORMAT_LEVEL_H
#define SSELOG_FORMAT_LEVEL_H

#include "base/buf.h"
#include "format/record.h"

#define LEVEL_LOOK 200 /* bytes at the beginning of a text that are searched */

/* The severity of a name, in any case: "warn", "[WARN]", "INFO+2", "DEBUG1", "E". */
int level_of_name(struct slice name);
/* The usual name of a severity, in capitals. NULL: unknown. */
const char *level_name(int severity);
/* The page shows levels in classes: TRACE is DEBUG, NOTICE is INFO, and the last is for unknown
 * ones.
 */
#define LEVEL_CLASSES 6
extern const char *const level_classes[LEVEL_CLASSES];
/* The index of the class of a severity. */
unsigned level_class(int severity);
/* The names of the fields that hold a level, in order; NULL behind the last. */
const char *level_field(size_t i);
/* The severity that a text tells by its form, such as "[error]" or "panic:". *level is the word
 * that tells it; it points into text, or is empty when no word does. */
int level_of_text(struct slice text, struct slice *level);
/* The severity of a status of HTTP: 5xx is ERROR and 4xx WARNING, from `lowest` on. lowest: 500,
 * 400, or 0 for none. */
int level_of_status(struct slice status, unsigned lowest);
/* The severity of a record. Fields of the payload come before those of the entry. Without a field,
 * the text counts: the payload, or the message in a payload that is JSON. *text is the level as the
 * record has it, empty without one; it points into the record. The status of an
 * access record may raise it, as r->status_level says. */
int level_of_record(struct record *r, struct slice *text);

#endif
