/* SPDX-License-Identifier: MIT */
/*
 * fields: "name=value name=value", for lines of the log.  A value with blanks, quotes or other
 * characters that could end it stands in quotes, so text from outside cannot forge a field.  Pure;
 * diag escapes what is not printable ASCII.
 */
#ifndef SSELOG_BASE_FIELDS_H
#define SSELOG_BASE_FIELDS_H

#include <stddef.h>
#include <stdint.h>

#define FIELDS_MAX 800

struct fields {
    char text[FIELDS_MAX]; /* ends with NUL */
    size_t len;
};

/* Begins with text as it is. */
void fields_begin(struct fields *f, const char *text);
/* Adds what another struct fields holds, each field with a blank before it.  One that has no room
 * is left out whole. */
void fields_words(struct fields *f, const char *words);
/* Adds a field; value NULL: none.  Without room it is left out, as above. */
void fields_add(struct fields *f, const char *name, const char *value);
void fields_number(struct fields *f, const char *name, uint64_t value);

#endif
