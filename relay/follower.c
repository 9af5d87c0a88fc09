/* SPDX-License-Identifier: MIT */
/* follower: see follower.h. */
#include "relay/follower.h"

#include <stdlib.h>

#include "relay/reads.h"

static bool is_behind(const struct follower *f)
{
    return f->viewer->state == VIEWER_OPEN && f->place.state != PLACE_LIVE;
}

void follower_count(const struct follower *f, int by)
{
    if (f->place.state == PLACE_LIVE)
        f->view->log->live += (unsigned)by;
    if (is_behind(f))
        f->viewer->relay->stats.behind += (uint64_t)by;
}

void follower_set_place(struct follower *f, enum place_state state)
{
    follower_count(f, -1);
    f->place.state = state;
    follower_count(f, 1);
}

void follower_seek_place(struct follower *f)
{
    follower_count(f, -1);
    reads_forget(f);
    place_seek(&f->place);
    f->number.known = false;
    follower_count(f, 1);
}

void follower_seek_missing(struct follower *f)
{
    follower_seek_place(f);
    place_seek_missing(&f->place, f->viewer->relay->requests);
}

bool follower_is_idle(const struct follower *f)
{
    return is_behind(f) && f->waits == WAIT_NONE && !f->viewer->watch_out;
}

/* ---- all of a viewer ---- */

static void put_at_start(struct follower *f, const struct admission *a,
                         const struct admitted_log *its)
{
    const struct viewer *v = f->viewer;
    bool none = xid_cmp(its->cursor, XID_ZERO) == 0;
    f->place = (struct place){.history = a->history,
                              .since = a->since,
                              .since_all = a->since_all,
                              .once = a->profile->late,
                              .standing = its->has_cursor ? PLACE_CLAIMED : PLACE_FRESH,
                              .came = v->relay->requests,
                              .to_prove = v->poll};
    f->place.cursor = (struct cursor){.id = its->cursor,
                                      .at = CURSOR_SENT,
                                      .rank = none            ? 0
                                              : its->rank > 0 ? its->rank
                                                              : RANK_UNKNOWN};
    f->epoch = its->epoch;
    f->told = (struct position){its->cursor, f->place.cursor.rank, its->epoch};
    f->told_any = its->has_cursor;
}

int followers_add(struct viewer *v, const struct admission *a)
{
    struct follower *f = &v->first;
    for (const struct admitted_log *its = &a->log; its; its = its->next) {
        put_at_start(f, a, its);
        v->phase = its->has_cursor ? PHASE_RESUME : v->phase;
        if (!its->next)
            break;
        if (!(f->beside = calloc(1, sizeof *f)))
            return -1;
        f = f->beside;
        f->viewer = v;
    }
    return 0;
}

void followers_free(struct viewer *v)
{
    free(v->first.gap);
    for (struct follower *f = v->first.beside, *next; f; f = next) {
        next = f->beside;
        free(f->gap);
        free(f);
    }
}

bool followers_are_live(const struct viewer *v, const struct follower *but)
{
    for (const struct follower *f = &v->first; f; f = f->beside)
        if (f != but && f->place.state != PLACE_LIVE)
            return false;
    return true;
}

bool followers_have_gap(const struct viewer *v)
{
    for (const struct follower *f = &v->first; f; f = f->beside)
        if (f->gap)
            return true;
    return false;
}

bool followers_are_sought(const struct viewer *v)
{
    for (const struct follower *f = &v->first; f; f = f->beside)
        if (place_is_sought(&f->place))
            return true;
    return false;
}
