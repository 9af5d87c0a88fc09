/* SPDX-License-Identifier: MIT */
/* message: see message.h. */
#include "redis/message.h"

static void deliver_invalidations(struct redis_feed *f, const redisReply *keys)
{
    if (keys->type != REDIS_REPLY_ARRAY) { /* nil: the database was flushed */
        f->events->invalidated(f->arg, slice_make(NULL, 0));
        return;
    }
    for (size_t i = 0; f->up && i < keys->elements; i++)
        if (reply_is_text(keys->element[i]))
            f->events->invalidated(f->arg, reply_slice(keys->element[i]));
}

/* Redis refused a subscription. An ACL may deny the invalidation channel, or the command is
 * missing: then the owner of the feed polls its keys. A later refusal goes to the owner. */
static void subscription_refused(struct redis_feed *f, const redisReply *r)
{
    bool first = !f->invalidation.ready;
    if (reply_is_outage(r) || !(first || reply_starts_with(r, "NOPERM"))) {
        link_lose(f, f->invalidation.name, reply_error_text(r));
    } else if (first) {
        f->invalidation.ready = true;
        f->no_invalidation = true;
        link_log_no_tracking(f, "SUBSCRIBE " INVALIDATION_CHANNEL, r);
        link_track(f);
    } else {
        link_log_refused(f, "SUBSCRIBE", reply_error_text(r));
        f->events->refused(f->arg);
    }
}

void message_deliver(struct redis_feed *f, const redisReply *r)
{
    if (r->type == REDIS_REPLY_ERROR) {
        subscription_refused(f, r);
        return;
    }
    if (f->no_invalidation && r->type == REDIS_REPLY_STATUS) { /* to PING: nothing is subscribed */
        f->invalidation.pinged = 0;
        return;
    }
    if (r->type != REDIS_REPLY_ARRAY || r->elements < 2 || !reply_is_text(r->element[0])) {
        link_lose(f, f->invalidation.name, "malformed message");
        return;
    }
    struct slice kind = reply_slice(r->element[0]), channel = reply_slice(r->element[1]);
    bool is_invalidation = slice_equal(channel, slice_of(INVALIDATION_CHANNEL));
    if (slice_equal(kind, slice_of("pong"))) {
        f->invalidation.pinged = 0;
    } else if (slice_equal(kind, slice_of("subscribe")) && is_invalidation) {
        f->invalidation.ready = true;
        link_track(f);
    } else if (slice_equal(kind, slice_of("subscribe"))) {
        f->events->subscribed(f->arg, channel);
    } else if (slice_equal(kind, slice_of("message")) && r->elements == 3 && f->up) {
        if (is_invalidation)
            deliver_invalidations(f, r->element[2]);
        else if (reply_is_text(r->element[2]))
            f->events->message(f->arg, channel, reply_value(&f->storage, r->element[2]));
    }
}
