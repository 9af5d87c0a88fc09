/* SPDX-License-Identifier: MIT */
/*
 * hold: what is held for one viewer because its peer does not take it, and whether more may be.  It
 * is charged to the holder of the viewer's seat.  budget.h has the rules.
 */
#ifndef SSELOG_RELAY_HOLD_H
#define SSELOG_RELAY_HOLD_H

#include "relay/core.h"

/* Counts what is held for v, and notes when its peer last took bytes, or when there was nothing to
 * take. */
void hold_settle(struct viewer *v);
/* Whether v must wait before more is held for it.  A sweep comes soon then. */
bool hold_is_full(struct viewer *v);
/* Whether the stream is to be ended, because its peer takes nothing while others need the memory.
 * That is logged. */
bool hold_is_stalled(const struct viewer *v);
/* When hold_is_stalled() is due next. */
int64_t hold_stall_due(const struct viewer *v);

#endif
