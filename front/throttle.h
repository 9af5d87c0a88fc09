/* SPDX-License-Identifier: MIT */
/*
 * throttle: how often an address got its credential wrong lately, so that guessing is slow and
 * nobody else notices.  A table of fixed size: what an attacker with many addresses can do is to
 * be forgotten, not to take memory.  Knows addresses and a clock that is handed in; answers
 * nothing, waits for nothing.
 *
 * Each address has THROTTLE_BURST failures to spend and gets one back every THROTTLE_BACK_MS.  An
 * IPv6 address counts as its /64, which is one customer.  An address is kept whole in its place,
 * so that two never share one by chance.
 */
#ifndef SSELOG_FRONT_THROTTLE_H
#define SSELOG_FRONT_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

#define THROTTLE_BURST   10
#define THROTTLE_BACK_MS 2000
#define THROTTLE_SLOTS   1024

struct throttle;

/* NULL: out of memory, or no randomness for the table's key. */
struct throttle *throttle_new(void);
/* NULL is fine. */
void throttle_free(struct throttle *t);
/* Any thread; now is in ms of a clock that never goes back.  Whether the address has spent its
 * failures; one that is no address (a Unix socket's, NULL) never has. */
bool throttle_is_over(struct throttle *t, const char *address, int64_t now);
/* Any thread: one more failure of the address. */
void throttle_fail(struct throttle *t, const char *address, int64_t now);

#endif
