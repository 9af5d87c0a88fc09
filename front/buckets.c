/* SPDX-License-Identifier: MIT */
/*
 * buckets: see buckets.h. The table is a set-associative cache: each set has WAYS slots. A keyed
 * digest chooses the set of an id, so an attacker cannot know which ids share a set. When a set is
 * full, the slot whose bucket is full again first is replaced.
 */
#include "front/buckets.h"

#include <errno.h>
#include <nettle/hmac.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define WAYS 8
#define SETS (BUCKETS / WAYS)

struct slot {
    unsigned char id[BUCKETS_ID];
    int64_t full_at; /* 0: the slot is unused */
};

struct buckets {
    struct hmac_sha256_ctx keyed;
    struct slot sets[SETS][WAYS];
};

struct buckets *buckets_new(void)
{
    unsigned char key[32];
    struct buckets *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    if (getrandom(key, sizeof key, 0) != sizeof key) { /* never short up to 256 bytes */
        free(b);
        return NULL;
    }
    hmac_sha256_set_key(&b->keyed, sizeof key, key);
    explicit_bzero(key, sizeof key);
    return b;
}

void buckets_free(struct buckets *b)
{
    if (!b)
        return;
    explicit_bzero(&b->keyed, sizeof b->keyed);
    free(b);
}

static void digest(const struct buckets *b, const void *bytes, size_t len, size_t n, uint8_t *out)
{
    struct hmac_sha256_ctx keyed = b->keyed;
    hmac_sha256_update(&keyed, len, bytes);
    hmac_sha256_digest(&keyed, n, out);
}

void buckets_id(const struct buckets *b, const void *name, size_t len, unsigned char id[BUCKETS_ID])
{
    digest(b, name, len, BUCKETS_ID, id);
}

static struct slot *set_of(struct buckets *b, const unsigned char id[BUCKETS_ID])
{
    uint8_t chosen[2];
    digest(b, id, BUCKETS_ID, sizeof chosen, chosen);
    return b->sets[(chosen[0] << 8 | chosen[1]) % SETS];
}

static struct slot *find(struct slot *set, const unsigned char id[BUCKETS_ID])
{
    for (int i = 0; i < WAYS; i++)
        if (set[i].full_at && memcmp(set[i].id, id, BUCKETS_ID) == 0)
            return &set[i];
    return NULL;
}

/* The slot of a set to replace: unused, or the first whose bucket is full again. */
static struct slot *victim(struct slot *set)
{
    struct slot *s = set;
    for (int i = 1; i < WAYS; i++)
        if (set[i].full_at < s->full_at)
            s = &set[i];
    return s;
}

int64_t *buckets_find(struct buckets *b, const unsigned char id[BUCKETS_ID], int64_t now)
{
    struct slot *set = set_of(b, id), *s = find(set, id);
    if (!s) {
        s = victim(set);
        memcpy(s->id, id, BUCKETS_ID);
        s->full_at = now;
    }
    return &s->full_at;
}
