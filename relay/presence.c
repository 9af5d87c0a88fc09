/* SPDX-License-Identifier: MIT */
/* presence: see presence.h. */
#include "relay/presence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

#define RENEW_MS 30000

/* Writes an entry that ends in so many seconds, unless it is renewed.  -1: the feed is not up. */
static int put(const struct viewer *v, const struct presence *p, unsigned seconds)
{
    char ends[24];
    snprintf(ends, sizeof ends, "%lld", (long long)time(NULL) + seconds);
    const char *add[] = {"ZADD", p->key, ends, p->member};
    return redis_feed_command(v->relay->feed, 4, add);
}

static void renew(const struct viewer *v, struct presence *p)
{
    char now[24];
    if (v->relay->now < p->at)
        return;
    snprintf(now, sizeof now, "(%lld", (long long)time(NULL));
    const char *prune[] = {"ZREMRANGEBYSCORE", p->key, "-inf", now};
    if (put(v, p, PRESENCE_SECONDS) == 0 && redis_feed_command(v->relay->feed, 4, prune) == 0)
        p->at = v->relay->now + RENEW_MS;
}

void presence_check(struct viewer *v)
{
    for (struct presence *p = v->presence; p; p = p->next)
        renew(v, p);
}

static int take_off(struct redis_feed *feed, const struct presence *p)
{
    const char *remove[] = {"ZREM", p->key, p->member};
    return redis_feed_command(feed, 3, remove);
}

void presence_forget(struct relay *r)
{
    presence_free(r->owed);
    r->owed = NULL;
}

void presence_renew(struct relay *r)
{
    for (struct presence *p = r->owed; p; p = p->next)
        take_off(r->feed, p);
    presence_forget(r);
    for (struct viewer *v = r->all; v; v = v->all_next) {
        for (struct presence *p = v->presence; p; p = p->next)
            p->at = 0;
        if (v->first.view)
            presence_check(v);
    }
}

void presence_remove(struct viewer *v)
{
    struct relay *r = v->relay;
    struct presence *p;
    while ((p = v->presence)) {
        v->presence = p->next;
        p->next = NULL;
        if (v->poll) {
            put(v, p, v->poll->every / 1000 + 1);
        } else if (take_off(r->feed, p) && !r->up && !r->down) {
            p->next = r->owed;
            r->owed = p;
            continue;
        }
        presence_free(p);
    }
}

void presence_polled(const struct viewer *v)
{
    const struct poll *p = v->poll;
    int64_t now = clock_wall_ms();
    struct redis_polled polled = {.key = p->key,
                                  .client = p->client,
                                  .due_ms = now + p->every,
                                  .wall_us = (uint64_t)(clock_us() - p->came),
                                  .cpu_us = (uint64_t)(clock_cpu_us() - p->cpu)};
    redis_feed_polled(v->relay->feed, &polled, now);
}
