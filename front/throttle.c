/* SPDX-License-Identifier: MIT */
/* throttle: see throttle.h. */
#include "front/throttle.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "front/buckets.h"

#define V6_KEPT 8 /* bytes of an IPv6 address that count: its /64 */

_Static_assert(BUCKETS_ID == 16, "an address is an id");

struct throttle {
    pthread_mutex_t lock;
    int64_t all_full_at; /* when the bucket of all addresses together is full again */
    int64_t logged;      /* when the last line was due; 0: never */
    /* IPv4 in IPv4-mapped form, IPv6 without its lower half. */
    struct buckets *addresses;
};

struct throttle *throttle_new(void)
{
    struct throttle *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    pthread_mutex_init(&t->lock, NULL);
    t->addresses = buckets_new();
    if (t->addresses)
        return t;
    throttle_free(t);
    return NULL;
}

void throttle_free(struct throttle *t)
{
    if (!t)
        return;
    pthread_mutex_destroy(&t->lock);
    buckets_free(t->addresses);
    free(t);
}

/* IPv4-mapped IPv6 (RFC 4291, section 2.5.5.2) is IPv4. */
int throttle_read_address(const char *text, unsigned char out[16])
{
    static const unsigned char mapped[12] = {[10] = 0xff, 0xff};
    char copy[INET6_ADDRSTRLEN];
    size_t len = text ? strcspn(text, "%") : 0; /* a zone, "%eth0" */
    if (len == 0 || len >= sizeof copy)
        return -1;
    memcpy(copy, text, len);
    copy[len] = '\0';
    memcpy(out, mapped, sizeof mapped);
    if (inet_pton(AF_INET, copy, out + sizeof mapped) == 1)
        return 0;
    if (inet_pton(AF_INET6, copy, out) != 1)
        return -1;
    if (memcmp(out, mapped, sizeof mapped) != 0)
        memset(out + V6_KEPT, 0, 16 - V6_KEPT);
    return 0;
}

/* Takes one failure from a bucket. False: it was empty. */
static bool take(int64_t *full_at, int64_t now, int64_t burst, int64_t refill)
{
    int64_t from = *full_at > now ? *full_at : now;
    if (from - now > (burst - 1) * refill)
        return false;
    *full_at = from + refill;
    return true;
}

/* Needs the lock. */
static bool take_of_address(struct throttle *t, const char *address, int64_t now)
{
    unsigned char a[16];
    if (throttle_read_address(address, a) == -1)
        return true;
    return take(buckets_find(t->addresses, a, now), now, THROTTLE_BURST, THROTTLE_REFILL_MS);
}

enum throttle_result throttle_fail(struct throttle *t, const char *address, int64_t now, bool *log)
{
    *log = false;
    pthread_mutex_lock(&t->lock);
    /* A failure that the address has no more room for takes none from all: one address must
     * not use up the bucket of all. */
    bool room = take_of_address(t, address, now) &&
                take(&t->all_full_at, now, THROTTLE_ALL_BURST, THROTTLE_ALL_MS);
    if (!room && (t->logged == 0 || now - t->logged >= THROTTLE_LOG_MS)) {
        t->logged = now;
        *log = true;
    }
    pthread_mutex_unlock(&t->lock);
    return room ? THROTTLE_WRONG : THROTTLE_TOO_MANY;
}

const char *throttle_source(const char *peer, bool forwarded)
{
    return forwarded ? NULL : peer;
}
