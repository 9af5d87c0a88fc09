/* SPDX-License-Identifier: MIT */
/*
 * compare: whether the client got what Redis has: the entries of each log between the first record
 * that came and the last.
 */
#ifndef SSELOG_VERIFY_COMPARE_H
#define SSELOG_VERIFY_COMPARE_H

#include "config/config.h"
#include "verify/count.h"
#include "verify/options.h"

struct compared {
    uint64_t entries;  /* of all logs, between the first record and the last */
    uint64_t withheld; /* of them, that did not come in a view that withholds records */
    uint64_t deleted;  /* records of holes that were deleted one by one */
    char failed[200];  /* why it could not be compared; "": it was */
};

/* Adds to c what Redis has and did not come, and takes back holes of records that were deleted. */
void compare_run(const struct config *config, const struct verify_options *o, struct count *c,
                 struct compared *r);

#endif
