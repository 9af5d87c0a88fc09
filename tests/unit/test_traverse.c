/* SPDX-License-Identifier: MIT */
/*
 * traverse: what is read of a log that changes between the reads. Random histories: records are
 * added, trimmed and deleted, the log is deleted or another one takes the key, Redis is lost, the
 * reader stops and resumes. An oracle knows what happened.
 *
 *     build/unit/test_traverse [SEED [COUNT]]    runs these seeds (1 20000); one seed tells its
 * story
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "front/traverse.c"

#define RECORDS 400 /* of one history, at most */
#define STEPS   600

/* ---- the world ---- */

/* Ids of different logs differ in their second part, so that no two records have the same. */
struct entry {
    struct xid id;
    unsigned log;
    bool here;     /* in the log that has the key */
    bool deleted;  /* by itself */
    bool promised; /* was there when the traverse began */
    bool taken;
    bool told; /* it lies in a gap */
};

static struct world {
    uint64_t random;
    bool tells;
    struct entry entries[RECORDS]; /* of each log in order of their ids */
    size_t count;
    unsigned log, logs; /* the present one; how many there were */
    uint64_t added, length;
    struct xid last, deleted;
    bool exists, tells_added; /* tells_added: Redis 7 */
    unsigned events;          /* that may still happen */
    bool blurred; /* another log has the key and Redis, before 7 or by a deletion, cannot tell it */
    bool removed; /* something other than an addition has happened since the first request */
    bool deleted_one; /* a single record was deleted since then */
} w;

static unsigned below(unsigned n)
{
    w.random ^= w.random << 13;
    w.random ^= w.random >> 7;
    w.random ^= w.random << 17;
    return (unsigned)((w.random >> 11) % n);
}

static void story(const char *what, struct xid id, uint64_t n)
{
    if (w.tells)
        printf("    %s %llu-%llu (%llu)\n", what, (unsigned long long)id.ms,
               (unsigned long long)id.seq, (unsigned long long)n);
}

static void add(unsigned n)
{
    for (; n > 0 && w.count < RECORDS; n--) {
        w.last = (struct xid){w.last.ms + 1 + below(3), w.log};
        w.entries[w.count++] = (struct entry){.id = w.last, .log = w.log, .here = true};
        w.exists = true;
        w.added++;
        w.length++;
    }
    story("added up to", w.last, w.length);
}

static void trim(unsigned n)
{
    w.removed = true;
    for (size_t i = 0; i < w.count && n > 0; i++)
        if (w.entries[i].here) {
            w.entries[i].here = false;
            w.length--;
            n--;
        }
    story("trimmed, last", w.last, w.length);
}

static void delete_one(void)
{
    if (w.length == 0)
        return;
    unsigned n = below((unsigned)w.length) + 1;
    struct entry *e = w.entries;
    for (; !e->here || --n > 0; e++)
        ;
    e->here = false;
    e->deleted = true;
    w.length--;
    w.removed = w.deleted_one = true;
    w.blurred = w.blurred || w.log > 0;
    if (xid_cmp(e->id, w.deleted) > 0)
        w.deleted = e->id;
    story("deleted", e->id, w.length);
}

/* Another log takes the key. It may be older, newer, or of the same time. */
static void replace(void)
{
    uint64_t low = w.last.ms > 40 ? w.last.ms - 40 : 0;
    trim(RECORDS);
    w.log = ++w.logs;
    w.added = w.length = 0;
    w.exists = false;
    w.deleted = XID_ZERO;
    w.last = (struct xid){below(3) ? low + below(80) : below(20), w.log};
    story("another log", w.last, w.log);
    if (below(4)) {
        add(1 + below(12));
        if (below(3) == 0)
            trim(below(4));
    }
}

static void happen(void)
{
    while (w.events > 0 && below(3) == 0) {
        unsigned what = below(20);
        w.events--;
        if (what < 8)
            add(1 + below(4));
        else if (what < 13)
            trim(1 + below(6));
        else if (what < 17)
            delete_one();
        else if (what < 18)
            trim(RECORDS);
        else
            replace();
    }
}

static bool is_down(void)
{
    return w.events > 0 && below(40) == 0;
}

/* ---- Redis ---- */

static void tell_info(struct redis_info *info)
{
    *info = (struct redis_info){.exists = w.exists};
    if (!w.exists)
        return;
    info->length = w.length;
    info->last = w.last;
    info->has_added = info->has_deleted = w.tells_added;
    info->added = w.tells_added ? w.added : 0;
    info->deleted = w.tells_added ? w.deleted : XID_ZERO;
    for (size_t i = 0; i < w.count && !info->has_first; i++)
        if (w.entries[i].here) {
            info->has_first = true;
            info->first = w.entries[i].id;
        }
}

static size_t read_entries(struct xid at, bool forward, size_t most, struct redis_entry *out)
{
    size_t n = 0;
    for (size_t k = 0; k < w.count && n < most; k++) {
        const struct entry *e = &w.entries[forward ? k : w.count - 1 - k];
        int side = xid_cmp(e->id, at);
        if (e->here && (forward ? side >= 0 : side <= 0))
            out[n++] = (struct redis_entry){.id = e->id};
    }
    return n;
}

static bool found_any; /* the newest answer of find_nearest() */

static enum sync_result find_nearest(struct xid at, bool forward, bool *any, struct xid *id)
{
    struct redis_entry e;
    happen();
    if (is_down())
        return SYNC_DOWN;
    *any = found_any = read_entries(at, forward, 1, &e) == 1;
    if (*any)
        *id = e.id;
    return SYNC_OK;
}

enum sync_result redis_sync_newest(struct redis_sync *s, const char *key, struct xid to, bool *any,
                                   struct xid *id)
{
    (void)s;
    (void)key;
    return find_nearest(to, false, any, id);
}

enum sync_result redis_sync_oldest(struct redis_sync *s, const char *key, struct xid from,
                                   bool *any, struct xid *id)
{
    (void)s;
    (void)key;
    return find_nearest(from, true, any, id);
}

enum sync_result redis_sync_walk(struct redis_sync *s, struct redis_walk *walk, unsigned slice)
{
    struct redis_entry entries[8];
    size_t most = 2 + below(5), start = 0;
    bool wanted = true;
    (void)s;
    (void)slice;
    happen();
    if (is_down())
        return SYNC_DOWN;
    size_t n = read_entries(walk->at, !walk->newest_first, most, entries);
    walk->lost = !walk->proof(walk->arg, entries, n, &start);
    while (!walk->lost && start < n && (wanted = walk->fn(walk->arg, &entries[start])))
        walk->at = entries[start++].id;
    walk->more = start < n || n == most;
    walk->ended = walk->lost || !wanted || !walk->more;
    return SYNC_OK;
}

/* ---- the reader ---- */

static struct reader {
    struct traverse t;
    unsigned began_in; /* the log that had the key when it began */
    unsigned gaps;
    bool any, exempt;
    bool over; /* a gap up to the end was told */
    struct xid at;
    char wrong[100];
} r;

static void fault(const char *what)
{
    if (!r.wrong[0])
        snprintf(r.wrong, sizeof r.wrong, "%s", what);
}

static struct entry *find_entry(struct xid id)
{
    struct entry *e = w.entries;
    while (e < w.entries + w.count && xid_cmp(e->id, id) != 0)
        e++;
    return e;
}

static struct xid first_id(void)
{
    size_t i = 0;
    while (!w.entries[i].here)
        i++;
    return w.entries[i].id;
}

/* A traverse that began: what is there now is owed. */
static void promise(void)
{
    bool first = !r.any;
    for (size_t i = 0; i < w.count; i++) {
        struct entry *e = &w.entries[i];
        bool found = e->here && range_has(&r.t.range, e->id) && (found_any || r.t.resumed) &&
                     (r.t.forward || r.t.resumed || xid_cmp(e->id, r.t.began) <= 0);
        if (first)
            e->promised = found;
        else if (!r.t.forward && !e->here && w.log == r.began_in && w.length > 0 &&
                 xid_cmp(r.at, first_id()) >= 0)
            e->promised = false; /* no request can know what left the old end before it */
    }
    if (first)
        r.began_in = w.log;
    r.exempt = r.exempt || r.t.beginnings + 1 >= BEGINNINGS;
}

static bool on_take(void *arg, const struct redis_entry *entry)
{
    struct entry *e = find_entry(entry->id);
    (void)arg;
    if (below(12) == 0)
        return false;
    story("taken", entry->id, e->log);
    if (e->taken)
        fault("taken twice");
    if (r.over)
        fault("taken behind the end");
    if (!range_has(&r.t.range, e->id))
        fault("taken from beyond the part");
    if (r.any && (xid_cmp(e->id, r.at) > 0) != r.t.forward)
        fault("taken out of order");
    if (e->log != r.began_in && r.gaps == 0 && !w.blurred && !r.exempt)
        fault("taken from another log without a gap");
    if (r.t.bounded && !r.t.resumed && xid_cmp(e->id, r.t.log.last) > 0)
        fault("taken though it was added later");
    e->taken = r.any = true;
    r.at = e->id;
    return true;
}

/* Another log has the key, and nothing that Redis tells is less than before. */
static bool is_disguised(void)
{
    return w.log != r.began_in && w.length > 0 && xid_cmp(w.last, r.t.log.last) >= 0 &&
           xid_cmp(first_id(), r.t.log.first) >= 0 && (!w.tells_added || w.added >= r.t.log.added);
}

static void on_gap(void *arg, const struct gap *gap)
{
    int64_t inside = 0;
    (void)arg;
    story("gap after", gap->after, (uint64_t)gap->lost);
    if (gap->has_next)
        story("    next", gap->next, 0);
    r.gaps++;
    for (size_t i = 0; i < w.count; i++) {
        struct entry *e = &w.entries[i];
        if (xid_cmp(e->id, gap->after) <= 0 || (gap->has_next && xid_cmp(e->id, gap->next) >= 0))
            continue;
        inside += e->log == r.began_in;
        if (e->taken)
            fault("a gap has a record that was taken");
        e->told = true;
    }
    r.over = r.t.taken > 0 && (!r.t.forward || !gap->has_next);
    if (gap->lost >= 0 &&
        (w.log == r.began_in || !(r.t.forward || (is_disguised() && w.deleted_one))) &&
        gap->lost != inside)
        fault("a gap has another number");
    if (gap->lost == 0)
        fault("a gap of nothing");
    if (!w.removed)
        fault("a gap though nothing was removed");
}

enum sync_result redis_sync_info(struct redis_sync *s, const char *key, struct redis_info *info)
{
    (void)s;
    (void)key;
    happen();
    if (is_down())
        return SYNC_DOWN;
    tell_info(info);
    if (r.t.state == TRAVERSE_BEGINS)
        promise();
    else if (is_disguised() && (r.t.forward || !w.tells_added))
        w.blurred = true;
    return SYNC_OK;
}

/* ---- histories ---- */

static void start_reader(void)
{
    struct traverse *t = &r.t;
    const struct range range = t->range;
    bool forward = t->forward, bounded = t->bounded;
    *t = (struct traverse){.key = "log",
                           .range = range,
                           .forward = forward,
                           .bounded = bounded,
                           .resumed = r.any,
                           .at = r.at,
                           .take = on_take,
                           .gap = on_gap};
    story(forward ? "forward from" : "backward from", r.at, r.any);
}

static void make_history(uint64_t seed)
{
    bool tells = w.tells;
    memset(&w, 0, sizeof w);
    memset(&r, 0, sizeof r);
    w.tells = tells;
    w.random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    below(2);
    w.tells_added = below(8) > 0;
    w.events = below(3) == 0 ? 0 : below(14);
    w.last.ms = 10;
    add(below(30));
    if (below(2))
        trim(below(10));
    if (below(4) == 0)
        delete_one();
    w.removed = w.deleted_one = false;
    r.t.forward = below(2);
    r.t.bounded = r.t.forward && below(2);
    r.t.range.to = XID_MAX;
    if (below(3) == 0)
        r.t.range.from = (struct xid){10 + below(30), 0};
    r.t.range.has_to = below(3) == 0;
    if (r.t.range.has_to)
        r.t.range.to = (struct xid){r.t.range.from.ms + below(60), 0};
}

/* Records that were there all the time were taken; those that left were told. */
static void look_back(void)
{
    for (size_t i = 0; i < w.count; i++) {
        const struct entry *e = &w.entries[i];
        bool owed = e->promised && !e->taken && !e->deleted;
        if (owed && e->here)
            fault("a record that was there all the time was not taken");
        if (owed && !e->told && !w.blurred)
            fault("a record is missing without a gap");
    }
}

static bool may_resume(void)
{
    return w.events > 0 && r.any && !r.t.bounded && below(60) == 0;
}

static const char *run(uint64_t seed)
{
    unsigned steps = 0;
    make_history(seed);
    start_reader();
    while (r.t.state != TRAVERSE_ENDED && !r.wrong[0] && ++steps < STEPS) {
        enum sync_result result = traverse_on(&r.t, NULL, 1);
        if (r.t.state != TRAVERSE_ENDED && (result != SYNC_OK || may_resume())) {
            if (r.t.bounded) /* an export is not resumed */
                return NULL;
            start_reader();
        }
    }
    if (steps == STEPS)
        fault("it does not end");
    if (!r.exempt)
        look_back();
    return r.wrong[0] ? r.wrong : NULL;
}

static uint64_t first_seed = 1, seeds = 20000;

static void test_what_is_there_all_the_time_is_taken_and_the_rest_is_told(void **state)
{
    (void)state;
    w.tells = seeds == 1;
    for (uint64_t seed = first_seed; seed < first_seed + seeds; seed++) {
        const char *wrong = run(seed);
        if (wrong)
            fail_msg("seed %llu: %s", (unsigned long long)seed, wrong);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_there_all_the_time_is_taken_and_the_rest_is_told),
    };
    if (argc > 1)
        first_seed = strtoull(argv[1], NULL, 10), seeds = 1;
    if (argc > 2)
        seeds = strtoull(argv[2], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
