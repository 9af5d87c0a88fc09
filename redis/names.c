/* SPDX-License-Identifier: MIT */
/*
 * names: sets of names, and what Redis knows of many logs; see redis_io.h.  A set may be as large
 * as a user likes, so it is read in parts.
 */
#include "redis/sync_conn.h"

static void on_has(void *arg, size_t i, const redisReply *r)
{
    (void)i;
    *(bool *)arg = r->type == REDIS_REPLY_INTEGER && r->integer == 1;
}

enum sync_result redis_sync_set_has(struct redis_sync *s, const char *key, struct slice member,
                                    bool *has)
{
    const struct sync_command c = {{slice_of("SISMEMBER"), slice_of(key), member}, 3};
    *has = false;
    return sync_exchange(s, &c, 1, on_has, has);
}
