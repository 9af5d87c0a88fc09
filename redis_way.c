/* SPDX-License-Identifier: MIT */
/* redis_way: see redis_way.h. */
#include "redis_way.h"

#include <pthread.h>
#include <stdint.h>

#include "clock.h"

#define PAUSE_MS 500 /* in trouble the next try is so long after the last */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    bool trouble, probing;
    int64_t not_before; /* CLOCK_MONOTONIC ms */
} way;

bool way_enter(bool *probe)
{
    pthread_mutex_lock(&lock);
    bool open = !way.trouble || (!way.probing && clock_ms() >= way.not_before);
    *probe = open && way.trouble;
    way.probing = way.probing || *probe;
    pthread_mutex_unlock(&lock);
    return open;
}

void way_leave(bool probe, enum way_was was)
{
    pthread_mutex_lock(&lock);
    if (probe)
        way.probing = false;
    if (was == WAY_WELL) {
        way.trouble = false;
    } else if (probe || was == WAY_SILENT) {
        way.trouble = true;
        way.not_before = clock_ms() + PAUSE_MS;
    }
    pthread_mutex_unlock(&lock);
}
