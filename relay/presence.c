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
    char ends[24], now[24];
    if (!v->presence_key || v->relay->now < v->presence_at)
        return;
    snprintf(ends, sizeof ends, "%lld", (long long)time(NULL) + ENTRY_SECONDS);
    snprintf(now, sizeof now, "(%lld", (long long)time(NULL));
    const char *add[] = {"ZADD", v->presence_key, ends, v->presence_member};
    const char *prune[] = {"ZREMRANGEBYSCORE", v->presence_key, "-inf", now};
    if (redis_feed_command(v->relay->feed, 4, add) == 0 &&
        redis_feed_command(v->relay->feed, 4, prune) == 0)
        v->presence_at = v->relay->now + RENEW_MS;
}

void presence_renew(struct relay *r)
{
    for (struct viewer *v = r->all; v; v = v->all_next) {
        v->presence_at = 0;
        if (v->view)
            presence_check(v);
    }
}

void presence_remove(struct viewer *v)
{
    if (v->presence_key) {
        const char *remove[] = {"ZREM", v->presence_key, v->presence_member};
        redis_feed_command(v->relay->feed, 3, remove);
    }
    free(v->presence_key);
    free(v->presence_member);
    v->presence_key = v->presence_member = NULL;
}
