/* SPDX-License-Identifier: MIT */
/*
 * breaker: the circuit breaker of the synchronous calls.  A thread that waits for Redis serves
 * nobody, so the threads must not wait for it one after the other.
 *
 * Closed: all calls go to Redis.  A time-out opens the breaker.
 * Open: calls fail at once.  After a pause one call becomes the trial.
 * Half-open: the trial runs and all other calls fail.  Its result closes the breaker or opens it
 * again.
 *
 * The process has one Redis address, so it has one breaker, a global behind a mutex.
 */
#ifndef SSELOG_REDIS_BREAKER_H
#define SSELOG_REDIS_BREAKER_H

#include <stdbool.h>

/* Whether a call may go to Redis. True: breaker_leave must follow. *trial: this call is the trial.
 */
bool breaker_enter(bool *trial);

/* Whether calls fail at once now, for a call that is never the trial and tells no result. */
bool breaker_pauses(void);

enum breaker_result {
    BREAKER_SUCCESS,
    BREAKER_LOST,   /* the connection ended: opens the breaker only if the call was the trial */
    BREAKER_TIMEOUT /* Redis did not answer in time, or the connection could not be made */
};
void breaker_leave(bool trial, enum breaker_result result);

#endif
