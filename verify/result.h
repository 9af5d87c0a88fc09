/* SPDX-License-Identifier: MIT */
/* result: what `sselog verify` found, as text or as one JSON object, and its exit status.  Pure.
 */
#ifndef SSELOG_VERIFY_RESULT_H
#define SSELOG_VERIFY_RESULT_H

#include "verify/compare.h"
#include "verify/count.h"
#include "verify/follow.h"

struct result {
    const struct count *count;
    const struct followed *followed; /* NULL: recorded streams were read */
    const struct compared *compared; /* NULL: not with Redis */
    uint64_t seed;
};

enum { RESULT_COMPLETE = 0, RESULT_INCOMPLETE = 1, RESULT_UNCHECKED = 2 };

int result_status(const struct result *v);
/* Appends lines: the sum, then each fault, then what could not be checked. */
void result_text(const struct result *v, struct buf *b);
void result_json(const struct result *v, struct buf *b);

#endif
