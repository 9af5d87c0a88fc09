/* SPDX-License-Identifier: MIT */
/* plan: see plan.h. */
#include "verify/plan.h"

enum outcome plan_outcome(const struct plan_end *e)
{
    bool streams = e->is_stream && (e->begun || !e->late);
    if (streams && (e->late || e->done))
        return OUTCOME_CUT;
    if (streams)
        return e->ended ? OUTCOME_ENDED : OUTCOME_BROKEN;
    if (e->status == 0 || e->is_stream)
        return e->late && e->over ? OUTCOME_OVER : OUTCOME_NOTHING;
    if (e->status == 401 && e->digest)
        return OUTCOME_DIGEST;
    return e->status == 429 || e->status >= 500 ? OUTCOME_BUSY : OUTCOME_REFUSED;
}

int64_t plan_pause(enum outcome outcome, const struct plan_times *times)
{
    switch (outcome) {
    case OUTCOME_ENDED:
    case OUTCOME_BROKEN:
        return times->retry;
    case OUTCOME_BUSY:
        return times->after;
    case OUTCOME_NOTHING:
        return PLAN_RETRY;
    default:
        return 0;
    }
}

bool plan_gives_up(enum outcome outcome, unsigned opened, unsigned broken)
{
    return outcome == OUTCOME_REFUSED ||
           (outcome == OUTCOME_NOTHING && opened == 0 && broken >= PLAN_ATTEMPTS);
}

int64_t plan_patience(int64_t now, int64_t ends)
{
    int64_t left = ends > now ? ends - now : 0;
    return left < PLAN_PATIENCE ? left : PLAN_PATIENCE;
}

int64_t plan_cut(int64_t now, int64_t ends, int64_t duration, unsigned cuts, uint64_t random)
{
    int64_t mean = duration / ((int64_t)cuts + 1);
    int64_t at = now + mean / 10 + (int64_t)(random % (uint64_t)(2 * mean + 1));
    return cuts == 0 || at > ends ? ends : at;
}
