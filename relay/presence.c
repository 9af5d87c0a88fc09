/* SPDX-License-Identifier: MIT */
/* presence: see presence.h. */
#include "relay/presence.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ENTRY_SECONDS 90
#define RENEW_MS      30000

void presence_check(struct viewer *v)
{
    struct presence *p = v->presence;
    char ends[24], now[24];
    if (!p || v->relay->now < p->at)
        return;
    snprintf(ends, sizeof ends, "%lld", (long long)time(NULL) + ENTRY_SECONDS);
    snprintf(now, sizeof now, "(%lld", (long long)time(NULL));
    const char *add[] = {"ZADD", p->key, ends, p->member};
    const char *prune[] = {"ZREMRANGEBYSCORE", p->key, "-inf", now};
    if (redis_feed_command(v->relay->feed, 4, add) == 0 &&
        redis_feed_command(v->relay->feed, 4, prune) == 0)
        p->at = v->relay->now + RENEW_MS;
}

void presence_renew(struct relay *r)
{
    for (struct viewer *v = r->all; v; v = v->all_next) {
        if (v->presence)
            v->presence->at = 0;
        if (v->view)
            presence_check(v);
    }
}

void presence_remove(struct viewer *v)
{
    if (v->presence) {
        const char *remove[] = {"ZREM", v->presence->key, v->presence->member};
        redis_feed_command(v->relay->feed, 3, remove);
    }
    presence_free(v->presence);
    v->presence = NULL;
}

void presence_free(struct presence *p)
{
    if (!p)
        return;
    free(p->key);
    free(p->member);
    free(p);
}
