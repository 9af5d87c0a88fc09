/* SPDX-License-Identifier: MIT */
/*
 * throttle: counts the wrong credentials of each address and of all together. It decides only how
 * a wrong one is answered: a good one is never slowed by what others send. It knows addresses and
 * the time that the caller gives; it never waits.
 *
 * Each address has a token bucket of THROTTLE_BURST failures, refilled by one every
 * THROTTLE_REFILL_MS. An IPv6 address counts as its /64, because one customer has at least that.
 * One more bucket counts all failures, also those without an address.
 *
 * Addresses are stored whole (see buckets.h), so two addresses never share a bucket.
 */
#ifndef SSELOG_FRONT_THROTTLE_H
#define SSELOG_FRONT_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

#define THROTTLE_BURST     10
#define THROTTLE_REFILL_MS 2000
#define THROTTLE_ALL_BURST 200 /* of all addresses together */
#define THROTTLE_ALL_MS    50  /* refill by one */
#define THROTTLE_LOG_MS    60000

struct throttle;

/* NULL: out of memory, or no random bytes for the table's key. */
struct throttle *throttle_new(void);
/* t may be NULL. */
void throttle_free(struct throttle *t);
/* Reads an IP address into the form that counts: IPv4 as IPv4-mapped IPv6, IPv6 without its lower
 * half. -1: text is no address. */
int throttle_read_address(const char *text, unsigned char out[16]);
enum throttle_result {
    THROTTLE_WRONG,   /* say that the credential is wrong */
    THROTTLE_TOO_MANY /* refuse it because there were too many; the client should wait */
};
/* Counts a wrong credential and decides about its answer. Text that is no IP address (a Unix
 * socket, NULL) counts only among all. now is in ms of a monotonic clock. *log: a line about it is
 * due, at most one every THROTTLE_LOG_MS. May be called by any thread. */
enum throttle_result throttle_fail(struct throttle *t, const char *address, int64_t now, bool *log);
/* The address that a failure counts against: the peer's, unless the request came through a proxy.
 * Then the peer stands for many clients: NULL. */
const char *throttle_source(const char *peer, bool forwarded);

#endif
