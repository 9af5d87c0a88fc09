/* SPDX-License-Identifier: MIT */
/*
 * redis_way: what the threads of this process tell each other about the way to Redis: whether
 * look-ups go unanswered.  There is one address for the process, so there is one way.
 */
#ifndef SSELOG_REDIS_WAY_H
#define SSELOG_REDIS_WAY_H

#include <stdbool.h>

/* May Redis be asked now? After an ask went unanswered one tries at a time, the others are told at
 * once: a thread that waits for Redis serves nobody. *probe: this one is it. Where true, way_leave
 * follows. */
bool way_enter(bool *probe);
enum way_was {
    WAY_WELL,
    WAY_LOST,  /* the trouble of that connection, unless there was trouble already */
    WAY_SILENT /* Redis did not answer, or could not be reached */
};
void way_leave(bool probe, enum way_was was);

#endif
