/* SPDX-License-Identifier: MIT */
/* messages: what each client of a Pub/Sub channel had to receive; the other part of the oracle.
 * Messages have no ids. */
#include "sim.h"

void oracle_check_messages(const struct client *c)
{
    bool live = false, ended = false, failed = false, lost_all = false;
    int at = -1; /* index in redis.messages of the last one received */
    long long lost = 0;
    if (c->broken)
        oracle_fault(c, c->broken, "%d events", c->n);
    for (int i = 0; i < c->n; i++) {
        const struct event *e = &c->events[i];
        if (e->kind == EV_RECORD) {
            int k = at + 1;
            long long missing = 0;
            if (redis.recs[e->serial].born < c->joined)
                oracle_fault(c, "a message from before the client joined", "#%d", e->serial);
            while (k < redis.nmessages && redis.messages[k] != e->serial)
                missing += at >= 0 && oracle_shows(c, &redis.recs[redis.messages[k]]), k++;
            if (k == redis.nmessages)
                oracle_fault(c, "a message is repeated or out of order", "#%d", e->serial);
            if (at >= 0 && !lost_all && missing > lost)
                oracle_fault(c, "messages were lost without a gap", "%lld, reported %lld", missing,
                             lost);
            if (at >= 0 && !lost_all && lost > k - at - 1)
                oracle_fault(c, "a gap has more messages than were lost", "%lld of %d", lost,
                             k - at - 1);
            at = k;
            lost = 0;
            lost_all = false;
        } else if (e->kind == EV_GAP) {
            lost_all = lost_all || e->n < 0;
            lost += e->n;
            if (e->n < 0 && !redis.down_ever)
                oracle_fault(c, "a gap of unknown size without an outage", "%d", i);
        } else if (e->kind == EV_LIVE) {
            if (live || at >= 0)
                oracle_fault(c, "live comes twice, or after a message", "at %d", e->stamp);
            live = true;
        } else if (e->kind == EV_END || e->kind == EV_UNAVAILABLE) {
            ended = true;
            failed = failed || e->kind == EV_UNAVAILABLE;
        }
    }
    if (failed && !redis.denied_ever)
        oracle_fault(c, "unavailable although Redis refused nothing", "%d", c->n);
    bool gone = c->left != NEVER || c->lifetime > 0;
    if (gone || (c->oom && !ended) || failed || oracle_may_lack_final_frame(c))
        return;
    if (!ended || !live)
        oracle_fault(c, "the stream has no live frame or no final frame", "closed %d", c->closed);
    /* The last message was published after the steps; nothing can lose it. */
    if (sim.settings[SET_LAST] && redis.nmessages > 0 && at < redis.nmessages - 1 &&
        oracle_shows(c, &redis.recs[redis.messages[redis.nmessages - 1]]))
        oracle_fault(c, "the last message never came", "%d of %d", at, redis.nmessages);
}
