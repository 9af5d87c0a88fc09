/* SPDX-License-Identifier: MIT */
/*
 * finding: what a check of `sselog doctor` found, as one line of text or of JSON.  Pure except for
 * the report, which prints.  Text from outside is escaped, so a finding is always one line.
 */
#ifndef SSELOG_DOCTOR_FINDING_H
#define SSELOG_DOCTOR_FINDING_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"

enum finding_state {
    FINDING_OK,   /* the check passed: printed only if wanted */
    FINDING_NOTE, /* worth knowing, or a check that could not be done */
    FINDING_WARN, /* works now, but not in each case */
    FINDING_FAIL
};
#define FINDING_STATES 4

/* Which check it is, for the manual and for scripts: "D7", "buffering". */
struct check {
    const char *id, *name;
};

struct finding {
    enum finding_state state;
    struct check check;
    const char *evidence;
    const char *cure; /* NULL: none */
};

/* Appends the finding with a line end: `FAIL D7 buffering: evidence; cure`, or a JSON object. */
void finding_format(const struct finding *f, bool json, struct buf *out);

struct report {
    FILE *to;
    bool json, verbose; /* verbose: passed checks too */
    bool terminal;      /* a person reads it now */
    unsigned count[FINDING_STATES];
};

/* Prints a finding now, because later checks may take long, and counts it. cure may be NULL. The
 * format makes the evidence. */
void report_add(struct report *r, enum finding_state state, struct check check, const char *cure,
                const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Tells a person at a terminal what takes so long at most: a line that is no finding. */
void report_wait(struct report *r, const char *what, int64_t ms);
/* Prints how many checks there were, unless as JSON. Returns the exit status: 0, or 1 after a
 * warning or a failure. */
int report_end(struct report *r);

#endif
