/* SPDX-License-Identifier: MIT */
/* log_check: whether the log of a user exists, has the configured field, and levels that are known.
 */
#ifndef SSELOG_DOCTOR_LOG_CHECK_H
#define SSELOG_DOCTOR_LOG_CHECK_H

#include "config/config.h"
#include "doctor/finding.h"
#include "redis_io.h"

void log_check(const struct config *c, struct redis_sync *redis, const char *key, struct report *r);

#endif
