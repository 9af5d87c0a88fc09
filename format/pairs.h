/* SPDX-License-Identifier: MIT */
/*
 * pairs: key=value pairs in a text, as logfmt and the structured data of syslog have them. Words
 * that are no pair are passed over. web/pairs.js reads them alike. Pure.
 */
#ifndef SSELOG_FORMAT_PAIRS_H
#define SSELOG_FORMAT_PAIRS_H

#include "base/buf.h"

struct pair {
    struct slice key, value; /* of a quoted value what is between the quotes, as it is written */
    size_t from, to;         /* its place, with the blanks behind it */
};

/* The next pair from *at on, which moves behind it. False: there is none. */
bool pairs_next(struct slice text, size_t *at, struct pair *out);
/* The value of the last pair with this key. */
bool pairs_find(struct slice text, struct slice key, struct slice *value);

#endif
