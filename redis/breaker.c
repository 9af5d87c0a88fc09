/* SPDX-License-Identifier: MIT */
/* breaker: see breaker.h. */
#include "redis/breaker.h"

#define PAUSE_MS 500 /* between a failure and the next trial */

struct breaker breaker_of_lookups = BREAKER_CLOSED;

bool breaker_enter(struct breaker *b, int64_t now, bool *trial)
{
    pthread_mutex_lock(&b->lock);
    bool allowed = !b->open || (!b->trial_running && now >= b->trial_at);
    *trial = allowed && b->open;
    b->trial_running = b->trial_running || *trial;
    pthread_mutex_unlock(&b->lock);
    return allowed;
}

bool breaker_pauses(struct breaker *b, int64_t now)
{
    pthread_mutex_lock(&b->lock);
    bool pauses = b->open && now < b->trial_at;
    pthread_mutex_unlock(&b->lock);
    return pauses;
}

void breaker_leave(struct breaker *b, int64_t now, bool trial, enum breaker_result result)
{
    pthread_mutex_lock(&b->lock);
    if (trial)
        b->trial_running = false;
    if (result == BREAKER_SUCCESS) {
        b->open = false;
    } else if (trial || result == BREAKER_TIMEOUT) {
        b->open = true;
        b->trial_at = now + PAUSE_MS;
    }
    pthread_mutex_unlock(&b->lock);
}
