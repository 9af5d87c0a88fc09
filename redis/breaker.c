/* SPDX-License-Identifier: MIT */
/* breaker: see breaker.h. */
#include "redis/breaker.h"

#include <pthread.h>
#include <stdint.h>

#include "base/clock.h"

#define PAUSE_MS 500 /* between a failure and the next trial */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    bool open;          /* with trial_running: half-open */
    bool trial_running; /* stays set if another call closes the breaker first */
    int64_t trial_at;   /* CLOCK_MONOTONIC ms */
} breaker;

bool breaker_enter(bool *trial)
{
    pthread_mutex_lock(&lock);
    bool allowed = !breaker.open || (!breaker.trial_running && clock_ms() >= breaker.trial_at);
    *trial = allowed && breaker.open;
    breaker.trial_running = breaker.trial_running || *trial;
    pthread_mutex_unlock(&lock);
    return allowed;
}

bool breaker_pauses(void)
{
    pthread_mutex_lock(&lock);
    bool pauses = breaker.open && clock_ms() < breaker.trial_at;
    pthread_mutex_unlock(&lock);
    return pauses;
}

void breaker_leave(bool trial, enum breaker_result result)
{
    pthread_mutex_lock(&lock);
    if (trial)
        breaker.trial_running = false;
    if (result == BREAKER_SUCCESS) {
        breaker.open = false;
    } else if (trial || result == BREAKER_TIMEOUT) {
        breaker.open = true;
        breaker.trial_at = clock_ms() + PAUSE_MS;
    }
    pthread_mutex_unlock(&lock);
}
