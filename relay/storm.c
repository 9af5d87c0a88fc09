/* SPDX-License-Identifier: MIT */
/* storm: see storm.h. */
#include "relay/storm.h"

bool storm_on_invalidation(struct storm *s, int64_t now, size_t logs)
{
    if (s->ends > 0)
        return false;
    if (now - s->second >= 1000) {
        s->second = now;
        s->count = 0;
    }
    if (++s->count <= STORM_COUNT + STORM_PER_LOG * (uint64_t)logs)
        return false;
    bool again = s->last_ms > 0 && now - s->began < STORM_LAST_MS;
    s->last_ms = !again                           ? STORM_FIRST_MS
                 : s->last_ms < STORM_LAST_MS / 2 ? 2 * s->last_ms
                                                  : STORM_LAST_MS;
    s->ends = now + s->last_ms;
    return true;
}

void storm_on_news(struct storm *s)
{
    if (s->count > 0)
        s->count--;
}

bool storm_is_over(struct storm *s, int64_t now)
{
    if (s->ends == 0 || now < s->ends)
        return false;
    *s = (struct storm){.second = now, .began = now, .last_ms = s->last_ms};
    return true;
}
