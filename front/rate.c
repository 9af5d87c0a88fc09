/* SPDX-License-Identifier: MIT */
/* rate: see rate.h. */
#include "front/rate.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "front/buckets.h"

#define SECOND 1000000 /* us */

struct rate {
    pthread_mutex_t lock;
    struct buckets *buckets; /* NULL until the first batch: most processes get none */
};

struct rate *rate_new(void)
{
    struct rate *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    pthread_mutex_init(&r->lock, NULL);
    return r;
}

void rate_free(struct rate *r)
{
    if (!r)
        return;
    pthread_mutex_destroy(&r->lock);
    buckets_free(r->buckets);
    free(r);
}

/* full_at: of the bucket. */
static unsigned take(int64_t *full_at, int64_t now, size_t bytes, size_t per_second)
{
    int64_t from = *full_at > now ? *full_at : now, ahead = from - now;
    if (ahead > RATE_BURST_S * SECOND)
        return (unsigned)((ahead - RATE_BURST_S * SECOND) / SECOND + 1);
    *full_at = from + (int64_t)((uint64_t)bytes * SECOND / per_second);
    return 0;
}

unsigned rate_take(struct rate *r, const char *name, size_t bytes, size_t per_second, int64_t now)
{
    unsigned char id[BUCKETS_ID];
    unsigned wait = 1; /* out of memory */
    if (per_second == 0)
        return 0;
    pthread_mutex_lock(&r->lock);
    if (!r->buckets)
        r->buckets = buckets_new();
    if (r->buckets) {
        buckets_id(r->buckets, name, strlen(name), id);
        wait = take(buckets_find(r->buckets, id, now), now, bytes, per_second);
    }
    pthread_mutex_unlock(&r->lock);
    return wait;
}
