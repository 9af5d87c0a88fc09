/* SPDX-License-Identifier: MIT */
/* redis_cure: what to do when Redis cannot be reached or refuses the log-in.  Pure. */
#ifndef SSELOG_DOCTOR_REDIS_CURE_H
#define SSELOG_DOCTOR_REDIS_CURE_H

/* why: the text of the system or of Redis. Constant text; NULL: none is known. */
const char *redis_cure(const char *why);

#endif
