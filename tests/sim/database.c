/* SPDX-License-Identifier: MIT */
/*
 * database: a model of two stream keys of Redis.  The fate of each record, and its time, is kept
 * for the oracle.
 */
#include <stdio.h>
#include <string.h>

#include "sim.h"

struct redis redis;

void database_reset(void)
{
    redis.nrecs = redis.nlives = redis.nlooks = 0;
    for (int i = 0; i < LOGS; i++) {
        redis.life[i] = redis.aside[i] = -1;
        redis.next_ms[i] = 1000000;
        redis.changed[i] = 0;
        redis.was_back[i] = redis.only_cut[i] = false;
    }
}

static int alive_in(int life)
{
    int n = 0;
    for (int i = 0; life >= 0 && i < redis.nrecs; i++)
        n += redis.recs[i].life == life && redis.recs[i].fate == ALIVE;
    return n;
}

static void die(struct rec *r, enum fate fate)
{
    r->fate = fate;
    r->dead = sim.stamp;
}

static void life_begin(int log)
{
    int n = redis.nlives++;
    redis.lives[n].log = log;
    redis.lives[n].added = 0;
    redis.lives[n].cuts = 0;
    redis.lives[n].last = redis.lives[n].max_deleted = XID_ZERO;
    redis.lives[n].begun = sim.stamp;
    redis.lives[n].left = NEVER;
    redis.life[log] = n;
}

/* No id is given twice: the relay cannot tell apart two records with one id.  Some records have the
 * millisecond of the one before. */
static struct xid next_id(int log, int life, int serial, bool jump)
{
    const struct life *l = &redis.lives[life];
    uint64_t first = (uint64_t)(life * 100 + l->cuts) * 1000;
    uint64_t ms = redis.next_ms[log] + hash32((unsigned)serial) % 3 + (jump ? 1000 : 0);
    if (ms > l->last.ms)
        return (struct xid){ms, first};
    if (l->last.seq >= first && l->last.seq < first + 999 && hash32((unsigned)serial) % 2)
        return (struct xid){l->last.ms, l->last.seq + 1};
    return (struct xid){l->last.ms + 1, first};
}

static void add(int log, int kind, bool jump)
{
    if (redis.nrecs == MAX_RECORDS)
        return;
    if (redis.life[log] < 0) {
        if (redis.nlives == MAX_LIVES)
            return;
        life_begin(log);
    }
    int life = redis.life[log], serial = redis.nrecs++;
    struct xid id = next_id(log, life, serial, jump);
    redis.next_ms[log] = id.ms;
    redis.lives[life].last = id;
    redis.lives[life].added++;
    redis.recs[serial] = (struct rec){.id = id,
                                      .serial = serial,
                                      .log = log,
                                      .life = life,
                                      .count = (int)redis.lives[life].added,
                                      .kind = kind,
                                      .born = sim.stamp,
                                      .dead = NEVER};
    story("log%d: #%d is %llu-%llu%s", log, serial, (unsigned long long)id.ms,
          (unsigned long long)id.seq,
          kind == KIND_HIDDEN ? ", hidden"
          : kind == KIND_LONG ? ", long"
                              : "");
    redis_changed(log);
}

static struct rec *nth_alive(int life, int n, bool newest)
{
    for (int i = 0; life >= 0 && i < redis.nrecs; i++) {
        struct rec *r = &redis.recs[newest ? redis.nrecs - 1 - i : i];
        if (r->life == life && r->fate == ALIVE && n-- == 0)
            return r;
    }
    return NULL;
}

static void delete_one(int log, int nth, bool head)
{
    struct rec *first = nth_alive(redis.life[log], 0, false);
    struct rec *r = head ? first : nth_alive(redis.life[log], nth, true);
    if (!r || (!head && r == first)) /* only some steps delete the first record */
        return;
    r->was_first = r == first;
    r->was_deleted = true;
    die(r, DELETED);
    if (xid_cmp(r->id, redis.lives[r->life].max_deleted) > 0)
        redis.lives[r->life].max_deleted = r->id;
    story("log%d: XDEL #%d", log, r->serial);
    redis_changed(log);
}

static void trim(int log, int keep)
{
    int n = alive_in(redis.life[log]) - keep;
    if (n <= 0)
        return;
    while (n-- > 0)
        die(nth_alive(redis.life[log], 0, false), TRIMMED);
    story("log%d: trimmed to %d", log, keep);
    redis_changed(log);
}

static void left(int log)
{
    redis.lives[redis.life[log]].left = sim.stamp;
    redis.life[log] = -1;
    redis.changed[log] = sim.stamp;
}

static void del(int log, int how)
{
    int life = redis.life[log];
    if (life < 0)
        return;
    uint64_t first = 0;
    for (int i = 0; i < redis.nrecs; i++) {
        struct rec *r = &redis.recs[i];
        if (r->life == life && first == 0)
            first = r->id.ms;
        if (r->life == life && r->fate == ALIVE)
            die(r, GONE);
    }
    left(log);
    /* The ids of the next life are higher, lower, or between the old ones. */
    if (how == 1)
        redis.next_ms[log] -= 20000;
    else if (how == 2 && first > 0)
        redis.next_ms[log] = first + (redis.next_ms[log] - first) / 2;
    story("log%d: DEL", log);
    redis_changed(log);
}

static void away(int log)
{
    if (redis.life[log] < 0 || redis.aside[log] >= 0)
        return;
    redis.aside[log] = redis.life[log];
    for (int i = 0; i < redis.nrecs; i++)
        if (redis.recs[i].life == redis.life[log] && redis.recs[i].fate == ALIVE)
            die(&redis.recs[i], AWAY);
    left(log);
    story("log%d: renamed away", log);
    redis_changed(log);
}

static void back(int log)
{
    if (redis.aside[log] < 0)
        return;
    del(log, 0);
    redis.life[log] = redis.aside[log];
    redis.aside[log] = -1;
    for (int i = 0; i < redis.nrecs; i++) {
        if (redis.recs[i].life == redis.life[log] && redis.recs[i].fate == AWAY) {
            redis.recs[i].fate = ALIVE;
            redis.recs[i].dead = NEVER;
        }
    }
    redis.lives[redis.life[log]].left = NEVER;
    redis.changed[log] = sim.stamp;
    redis.was_back[log] = true;
    redis.only_cut[log] = false;
    story("log%d: renamed back", log);
    redis_changed(log);
}

/* Redis ends.  It, or a replica, starts without the last n records of the first log.  Its clock may
 * be behind the ids of the lost records. */
void database_crash(int n, bool clock_behind)
{
    int life = redis.life[0];
    for (int i = redis.nrecs - 1; life >= 0 && i >= 0 && n > 0; i--) {
        struct rec *r = &redis.recs[i];
        if (r->life != life || r->fate == CUT)
            continue;
        die(r, CUT);
        redis.lives[life].added--;
        n--;
    }
    if (life >= 0) {
        struct xid last = XID_ZERO;
        for (int i = 0; i < redis.nrecs; i++)
            if (redis.recs[i].life == life && redis.recs[i].fate != CUT)
                last = redis.recs[i].id;
        redis.lives[life].last = last;
        if (clock_behind)
            redis.next_ms[0] = last.ms;
        if (xid_cmp(redis.lives[life].max_deleted, last) > 0)
            redis.lives[life].max_deleted = last;
        redis.lives[life].cuts++;
        redis.changed[0] = sim.stamp;
        redis.only_cut[0] = !redis.was_back[0] || redis.only_cut[0];
        redis.was_back[0] = true;
        if (redis.lives[life].added == 0)
            left(0);
    }
    story("log0: Redis ended and lost the tail");
}

void database_flush(void)
{
    for (int log = 0; log < STREAMS; log++)
        del(log, 0);
}

bool database_op(const struct step *s)
{
    switch (s->op) {
    case OP_ADD:
        for (int i = 0; i < s->b; i++)
            add(s->a, s->c, s->d && i == 0);
        return true;
    case OP_XDEL:
        delete_one(s->a, s->b, s->c);
        return true;
    case OP_TRIM:
        trim(s->a, s->b);
        return true;
    case OP_DEL:
        del(s->a, s->b);
        return true;
    case OP_AWAY:
        away(s->a);
        return true;
    case OP_BACK:
        back(s->a);
        return true;
    default:
        return false;
    }
}

/* ---- reads ---- */

const struct rec *database_find(int log, struct xid id)
{
    for (int i = redis.nrecs - 1; i >= 0; i--)
        if (redis.recs[i].log == log && xid_cmp(redis.recs[i].id, id) == 0)
            return &redis.recs[i];
    return NULL;
}

size_t rec_payload(const struct rec *r, char *text)
{
    int n = snprintf(text, 64, "#%d %s", r->serial, r->kind == KIND_HIDDEN ? "drop" : "keep");
    size_t len = (size_t)n;
    if (r->kind == KIND_LONG) {
        len = LONG_MIN_BYTES + hash32((unsigned)r->serial) % LONG_MIN_BYTES;
        memset(text + n, 'a' + r->serial % 26, len - (size_t)n);
    }
    return len;
}

void database_info(int log, struct redis_info *info)
{
    int life = redis.life[log];
    if (life < 0)
        return;
    struct rec *first = nth_alive(life, 0, false);
    *info = (struct redis_info){.exists = true,
                                .length = (uint64_t)alive_in(life),
                                .last = redis.lives[life].last,
                                .has_first = first != NULL,
                                .first = first ? first->id : XID_ZERO,
                                .has_added = true,
                                .added = redis.lives[life].added,
                                .has_deleted = true,
                                .deleted = redis.lives[life].max_deleted};
    if (redis.nlooks < 4096)
        redis.looks[redis.nlooks++] = (struct look){life, sim.stamp, info->added - info->length,
                                                    info->has_first, info->first};
}

/* The limit for long records in one answer, of which the first always fits. */
#define LARGE_BYTES (200 * 1024)

enum redis_result database_range(int log, const struct redis_range *range, int *serials, int *n)
{
    static char scrap[REC_MAX_BYTES];
    int life = redis.life[log];
    size_t large = 0;
    *n = 0;
    for (int i = 0; life >= 0 && i < redis.nrecs && (unsigned)*n < range->count; i++) {
        const struct rec *r = &redis.recs[range->newest_first ? redis.nrecs - 1 - i : i];
        if (r->life != life || r->fate != ALIVE || xid_cmp(r->id, range->from) < 0 ||
            xid_cmp(r->id, range->to) > 0)
            continue;
        bool stored = r->kind == KIND_LONG && range->large != LARGE_NONE &&
                      !(range->large == LARGE_BUT_FIRST && *n == 0);
        size_t len = stored ? rec_payload(r, scrap) : 0;
        if (stored && large > 0 && large + len > LARGE_BYTES && range->count > 2)
            return REDIS_CUT;
        large += len;
        serials[(*n)++] = r->serial;
    }
    return REDIS_OK;
}
