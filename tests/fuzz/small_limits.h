/* SPDX-License-Identifier: MIT */
/* small_limits: the limits of resp_bulk, so small that a few bytes reach them and a run costs
 * microseconds.  Comes before redis/resp_bulk.c is included. */
#ifndef SSELOG_FUZZ_SMALL_LIMITS_H
#define SSELOG_FUZZ_SMALL_LIMITS_H

#define RESP_BULK_LARGE    48
#define RESP_BULK_MUCH     200
#define RESP_BULK_SHORT    41
#define RESP_BULK_ELEMENTS 64
#define RESP_BULK_TEXT     64

#endif
