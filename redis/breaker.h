/* SPDX-License-Identifier: MIT */
/*
 * breaker: a circuit breaker of synchronous calls.  A thread that waits for Redis serves nobody, so
 * requests must not wait for it one after the other.
 *
 * Closed: all calls go to Redis.  A time-out opens the breaker.
 * Open: calls fail at once.  After a pause one call becomes the trial.
 * Half-open: the trial runs and all other calls fail.  Its result closes the breaker or opens it
 * again.
 *
 * The process has one Redis address, so the short calls of all threads share one breaker.  A thread
 * whose calls are long has one of its own.  A mutex guards each; now is CLOCK_MONOTONIC ms.
 */
#ifndef SSELOG_REDIS_BREAKER_H
#define SSELOG_REDIS_BREAKER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct breaker {
    pthread_mutex_t lock;
    bool open;          /* with trial_running: half-open */
    bool trial_running; /* stays set if another call closes the breaker first */
    int64_t trial_at;
};
#define BREAKER_CLOSED                                                                             \
    {                                                                                              \
        .lock = PTHREAD_MUTEX_INITIALIZER                                                          \
    }

extern struct breaker breaker_of_lookups; /* the shared one */

/* Whether a call may go to Redis. True: breaker_leave must follow. *trial: this call is the trial.
 */
bool breaker_enter(struct breaker *b, int64_t now, bool *trial);

/* Whether calls fail at once now, for a call that is never the trial and tells no result. */
bool breaker_pauses(struct breaker *b, int64_t now);

enum breaker_result {
    BREAKER_SUCCESS,
    BREAKER_LOST,   /* the connection ended: opens the breaker only if the call was the trial */
    BREAKER_TIMEOUT /* Redis did not answer in time, or the connection could not be made */
};
void breaker_leave(struct breaker *b, int64_t now, bool trial, enum breaker_result result);

#endif
