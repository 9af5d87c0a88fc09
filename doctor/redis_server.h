/* SPDX-License-Identifier: MIT */
/* redis_server: Redis itself: its version, whether it evicts logs, and whether it keeps them. */
#ifndef SSELOG_DOCTOR_REDIS_SERVER_H
#define SSELOG_DOCTOR_REDIS_SERVER_H

#include "doctor/asker.h"

void redis_server_check(struct asker *a);

#endif
