/* SPDX-License-Identifier: MIT */
/* track: see track.h. */
#include "verify/track.h"

#include <stdio.h>

#include "verify/sum.h"

/* ---- the state ---- */

enum track_state track_next(enum track_state state, enum track_event event)
{
    static const enum track_state next[TRACK_STATES][TRACK_EVENTS] = {
        /* PLACE, SKIP, CAUGHT, TURN, EXPLAIN, GAP, RESUME */
        [TRACK_NEW] = {[TRACK_PLACE] = TRACK_WHOLE},
        [TRACK_WHOLE] = {TRACK_WHOLE, TRACK_HOLED, TRACK_WHOLE, TRACK_WHOLE, TRACK_WHOLE,
                         TRACK_WHOLE, TRACK_WHOLE},
        [TRACK_HOLED] = {TRACK_HOLED, TRACK_HOLED, TRACK_HOLED, TRACK_WHOLE, TRACK_WHOLE,
                         TRACK_HOLED, TRACK_AGAIN},
        [TRACK_AGAIN] = {TRACK_AGAIN, TRACK_AGAIN_HOLED, TRACK_WHOLE, TRACK_WHOLE, TRACK_AGAIN,
                         TRACK_WHOLE, TRACK_AGAIN},
        [TRACK_AGAIN_HOLED] = {TRACK_AGAIN_HOLED, TRACK_AGAIN_HOLED, TRACK_HOLED, TRACK_WHOLE,
                               TRACK_AGAIN, TRACK_HOLED, TRACK_AGAIN},
    };
    return next[state][event];
}

bool track_is_holed(const struct track *t)
{
    return t->state == TRACK_HOLED || t->state == TRACK_AGAIN_HOLED;
}

bool track_is_again(const struct track *t)
{
    return t->state == TRACK_AGAIN || t->state == TRACK_AGAIN_HOLED;
}

/* The log is read again from before its first open hole. */
static void go_back(struct track *t)
{
    if (!track_is_again(t))
        t->again_to = t->last.id;
    t->unread = t->holes > t->unread ? t->holes : t->unread;
    t->last = t->anchor = t->before;
    t->since = 0;
}

/* The first open hole: from here on ids are kept. */
static void begin_hole(struct track *t)
{
    t->before = t->last;
    t->before.rank = t->anchor.rank + t->since;
    t->before.epoch = t->anchor.epoch;
    if (!t->keeps_all && !track_is_again(t))
        ids_clear(&t->seen);
}

void track_move(struct track *t, enum track_event event)
{
    if (event == TRACK_SKIP && !track_is_holed(t))
        begin_hole(t);
    if (event == TRACK_RESUME && track_is_holed(t))
        go_back(t);
    if (event == TRACK_EXPLAIN)
        t->unread = sum_minus(t->unread, t->holes);
    t->state = track_next(t->state, event);
    if (!track_is_holed(t))
        t->holes = 0;
    if (!track_is_again(t))
        t->unread = 0;
}

/* ---- the start and the end ---- */

void track_init(struct track *t, struct slice name, bool keeps_all)
{
    *t = (struct track){.keeps_all = keeps_all, .anchor.rank = RANK_UNKNOWN};
    snprintf(t->name, sizeof t->name, "%.*s", (int)name.len, name.len > 0 ? name.p : "");
}

void track_free(struct track *t)
{
    ids_free(&t->seen);
}

const struct position *track_resume(const struct track *t)
{
    return t->state == TRACK_NEW ? NULL : track_is_holed(t) ? &t->before : &t->last;
}

/* ---- records ---- */

enum track_arrival track_arrival(const struct track *t, struct xid id)
{
    int order = t->state == TRACK_NEW ? 1 : xid_cmp(id, t->last.id);
    if (order <= 0 && t->gaps.told > 0)
        return TRACK_RESTARTED;
    if (order <= 0)
        return order == 0 ? TRACK_REPEATED : TRACK_DISORDERED;
    if (track_is_again(t) && xid_cmp(id, t->again_to) <= 0)
        return ids_have(&t->seen, id) ? TRACK_SEEN : TRACK_LATE;
    return TRACK_FRESH;
}

int track_keep(struct track *t, struct xid id)
{
    bool kept = t->keeps_all || track_is_holed(t) || track_is_again(t);
    return kept ? ids_add(&t->seen, id) : 0;
}

/* ---- ranks ---- */

/* Records that the ranks have between the anchor and `at`, and that did not come.  Fewer than
 * expected means that ranks were told again: records had been deleted one by one. */
static uint64_t hole_before(const struct track *t, const struct position *at, bool is_record)
{
    uint64_t expected = t->anchor.rank + t->since + is_record;
    return sum_minus(sum_minus(at->rank, expected), t->gaps.lost);
}

struct track_step track_step(const struct track *t, const struct position *at, bool is_record)
{
    bool anchored = t->anchor.rank != RANK_UNKNOWN && t->gaps.unknown == 0;
    bool other = anchored && t->gaps.told == 0 && epoch_differs(t->anchor.epoch, at->epoch);
    struct track_step step = {.other_life = other, .anchored = anchored && !other};
    if (step.anchored && at->rank != RANK_UNKNOWN)
        step.hole = hole_before(t, at, is_record);
    return step;
}

static void take_rank(struct track *t, const struct position *at, bool is_record,
                      const struct track_step *step)
{
    if (!step->anchored)
        t->anchor.rank = RANK_UNKNOWN;
    if (at->rank == RANK_UNKNOWN) {
        t->since += step->anchored && is_record;
        return;
    }
    if (step->hole > 0) {
        track_move(t, TRACK_SKIP);
        t->holes = sum_plus(t->holes, step->hole);
    }
    t->anchor = *at;
    t->since = 0;
}

void track_advance(struct track *t, const struct position *at, bool is_record,
                   const struct track_step *step)
{
    bool moves = t->state == TRACK_NEW || xid_cmp(at->id, t->last.id) != 0;
    if (moves || at->rank != RANK_UNKNOWN)
        take_rank(t, at, is_record, step);
    t->last = *at;
    if (moves)
        t->gaps = (struct track_gaps){0};
    track_move(t, TRACK_PLACE);
    if (track_is_again(t) && xid_cmp(at->id, t->again_to) >= 0)
        track_move(t, TRACK_CAUGHT);
}

uint64_t track_turn(struct track *t)
{
    uint64_t unread = t->unread;
    t->anchor.rank = RANK_UNKNOWN;
    ids_clear(&t->seen);
    track_move(t, TRACK_TURN);
    return unread;
}

/* ---- gaps ---- */

uint64_t track_gap(struct track *t, uint64_t lost)
{
    uint64_t unread = t->unread;
    bool known = lost != RANK_UNKNOWN;
    track_move(t, TRACK_GAP);
    t->gaps.told++;
    t->gaps.unknown += !known;
    t->gaps.lost = sum_plus(t->gaps.lost, known ? lost : 0);
    return unread;
}

struct track_gaps track_untell(struct track *t)
{
    struct track_gaps told = t->gaps;
    t->gaps = (struct track_gaps){0};
    return told;
}
