/* SPDX-License-Identifier: MIT */
/*
 * throttle: counts the failed credentials of each address, so that guessing is slow and other
 * clients do not notice. It knows addresses and the time that the caller gives; it never waits.
 *
 * Each address has a token bucket of THROTTLE_BURST failures, refilled by one every
 * THROTTLE_REFILL_MS. An IPv6 address counts as its /64, because one customer has at least that.
 *
 * The table has a fixed size: an attacker with many addresses can push addresses out of it, but
 * cannot take memory. Whole addresses are stored, so two addresses never share a bucket.
 */
#ifndef SSELOG_FRONT_THROTTLE_H
#define SSELOG_FRONT_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

#define THROTTLE_BURST     10
#define THROTTLE_REFILL_MS 2000
#define THROTTLE_SLOTS     1024

struct throttle;

/* NULL: out of memory, or no random bytes for the table's key. */
struct throttle *throttle_new(void);
/* t may be NULL. */
void throttle_free(struct throttle *t);
/* Reads an IP address into the form that counts: IPv4 as IPv4-mapped IPv6, IPv6 without its lower
 * half. -1: text is no address. */
int throttle_read_address(const char *text, unsigned char out[16]);
/* Whether the address has no failure left and must wait. Text that is no IP address (a Unix socket,
 * NULL) has no bucket: false. now is in ms of a monotonic clock. May be called by any thread. */
bool throttle_blocks(struct throttle *t, const char *address, int64_t now);
/* Takes one failure from the bucket of the address. May be called by any thread. */
void throttle_fail(struct throttle *t, const char *address, int64_t now);

#endif
