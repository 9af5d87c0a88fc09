/* SPDX-License-Identifier: MIT */
/* follower: see follower.h. */
#include "relay/follower.h"

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
