/* SPDX-License-Identifier: MIT */
/*
 * throttle: see throttle.h. The table is a set-associative cache: each set has WAYS slots. A keyed
 * digest chooses the set of an address, so an attacker cannot know which addresses share a set.
 * When a set is full, the slot whose bucket is full again first is replaced.
 */
#include "front/throttle.h"

#include <arpa/inet.h>
#include <errno.h>
#include <nettle/hmac.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define WAYS    8
#define SETS    (THROTTLE_SLOTS / WAYS)
#define V6_KEPT 8 /* bytes of an IPv6 address that count: its /64 */

struct slot {
    unsigned char address[16]; /* IPv4 in IPv4-mapped form, IPv6 without its lower half */
    int64_t full_at;           /* when the bucket is full again; 0: the slot is unused */
};

struct throttle {
    pthread_mutex_t lock;
    int64_t all_full_at; /* when the bucket of all addresses together is full again */
    int64_t logged;      /* when the last line was due; 0: never */
    struct hmac_sha256_ctx keyed;
    struct slot sets[SETS][WAYS];
};

struct throttle *throttle_new(void)
{
    unsigned char key[32];
    struct throttle *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    if (getrandom(key, sizeof key, 0) != sizeof key) { /* never short up to 256 bytes */
        free(t);
        return NULL;
    }
    hmac_sha256_set_key(&t->keyed, sizeof key, key);
    explicit_bzero(key, sizeof key);
    pthread_mutex_init(&t->lock, NULL);
    return t;
}

void throttle_free(struct throttle *t)
{
    if (!t)
        return;
    pthread_mutex_destroy(&t->lock);
    explicit_bzero(&t->keyed, sizeof t->keyed);
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

/* Needs the lock. */
static struct slot *set_of(struct throttle *t, const unsigned char address[16])
{
    struct hmac_sha256_ctx keyed = t->keyed;
    uint8_t digest[2];
    hmac_sha256_update(&keyed, 16, address);
    hmac_sha256_digest(&keyed, sizeof digest, digest);
    return t->sets[(digest[0] << 8 | digest[1]) % SETS];
}

static struct slot *find(struct slot *set, const unsigned char address[16])
{
    for (int i = 0; i < WAYS; i++)
        if (set[i].full_at && memcmp(set[i].address, address, 16) == 0)
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
    struct slot *set = set_of(t, a);
    struct slot *s = find(set, a);
    if (!s) {
        s = victim(set);
        memcpy(s->address, a, sizeof a);
        s->full_at = now;
    }
    return take(&s->full_at, now, THROTTLE_BURST, THROTTLE_REFILL_MS);
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
