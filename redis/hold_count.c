/* SPDX-License-Identifier: MIT */
/*
 * hold_count: the streams that a site holds and the clients that poll it, counted in two sorted
 * sets; see redis_io.h. A process that dies leaves members behind, which end by their scores. No
 * script and no transaction is needed: when two processes take the last place at the same time,
 * both may see one member too many, and both give theirs back.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "redis/sync_conn.h"

#define SAMPLE "16" /* polls whose cost is averaged */

/* A poll may take minutes, because its client reads slowly. Of that no more counts than this: one
 * such poll is not to make all clients wait for as long. */
#define MOST_WALL_US 5000000
#define MOST_CPU_US  1000000

struct polls_key {
    char text[128 + sizeof REDIS_HOLD_POLLS]; /* SSELOG_HOLD_KEY has at most 128 bytes */
};

static struct polls_key polls_key(const char *key)
{
    struct polls_key k;
    snprintf(k.text, sizeof k.text, "%s" REDIS_HOLD_POLLS, key);
    return k;
}

struct score {
    char text[24];
};

/* open: without that score itself. */
static struct score score_of(int64_t n, bool open)
{
    struct score s;
    snprintf(s.text, sizeof s.text, "%s%" PRId64, open ? "(" : "", n);
    return s;
}

static struct sync_command command(size_t n, const char *const *words)
{
    struct sync_command c = {.n = n};
    for (size_t i = 0; i < n; i++)
        c.words[i] = slice_of(words[i]);
    return c;
}

/* ---- how many there are ---- */

struct look {
    struct redis_hold *out;
    bool looks; /* the first answer is the number of held streams */
    uint64_t sampled;
};

/* Cuts the last part off a member, a number after a colon. -1: there is none. */
static int cut_number(struct slice *member, uint64_t *n)
{
    const char *colon = memrchr(member->p, ':', member->len);
    if (!colon)
        return -1;
    size_t before = (size_t)(colon - member->p);
    struct slice number = slice_make(colon + 1, member->len - before - 1);
    member->len = before;
    return slice_number(number, 1, UINT32_MAX, n);
}

/* Adds the cost that a member "client:wall:cpu" tells. */
static void add_cost(struct look *l, const redisReply *r)
{
    struct slice member = reply_is_text(r) ? slice_make(r->str, r->len) : slice_make("", 0);
    uint64_t wall, cpu;
    if (cut_number(&member, &cpu) || cut_number(&member, &wall))
        return;
    l->out->wall_us += wall < MOST_WALL_US ? wall : MOST_WALL_US;
    l->out->cpu_us += cpu < MOST_CPU_US ? cpu : MOST_CPU_US;
    l->sampled++;
}

static void on_look(void *arg, size_t i, const redisReply *r)
{
    struct look *l = arg;
    uint64_t n = r->type == REDIS_REPLY_INTEGER && r->integer > 0 ? (uint64_t)r->integer : 0;
    if (l->looks && i == 0)
        l->out->held = n;
    else if (r->type == REDIS_REPLY_INTEGER)
        l->out->pollers = n;
    else
        for (size_t k = 0; k < r->elements; k++)
            add_cost(l, r->element[k]);
}

enum sync_result redis_sync_hold_look(struct redis_sync *s, const char *key, int64_t now_ms,
                                      bool looks, struct redis_hold *out)
{
    struct polls_key polls = polls_key(key);
    struct score second = score_of(now_ms / 1000, false), now = score_of(now_ms, false);
    const char *held[] = {"ZCOUNT", key, second.text, "+inf"};
    const char *pollers[] = {"ZCOUNT", polls.text, now.text, "+inf"};
    const char *sample[] = {"ZREVRANGEBYSCORE", polls.text, "+inf", now.text, "LIMIT", "0", SAMPLE};
    struct sync_command c[] = {command(4, held), command(4, pollers), command(7, sample)};
    struct look l = {out, looks, 0};
    *out = (struct redis_hold){0};
    enum sync_result result = sync_exchange(s, looks ? c : c + 1, looks ? 3 : 2, on_look, &l);
    if (l.sampled > 0) {
        out->wall_us /= l.sampled;
        out->cpu_us /= l.sampled;
    }
    return result;
}

/* ---- one more ---- */

static void on_number(void *arg, size_t i, const redisReply *r)
{
    (void)i;
    if (r->type == REDIS_REPLY_INTEGER)
        *(int64_t *)arg = r->integer;
}

enum sync_result redis_sync_hold_take(struct redis_sync *s, const char *key, const char *member,
                                      uint64_t most, int64_t now, int64_t ends, bool *taken)
{
    struct score over = score_of(now, true), end = score_of(ends, false);
    const char *prune[] = {"ZREMRANGEBYSCORE", key, "-inf", over.text};
    const char *add[] = {"ZADD", key, end.text, member};
    const char *count[] = {"ZCARD", key};
    struct sync_command take[] = {command(4, prune), command(4, add), command(2, count)};
    int64_t members = 0; /* the last answer counts */
    *taken = false;
    enum sync_result result = sync_exchange(s, take, 3, on_number, &members);
    if (result != SYNC_OK)
        return result;
    *taken = members > 0 && (uint64_t)members <= most;
    return *taken ? SYNC_OK : redis_sync_hold_leave(s, key, member);
}

enum sync_result redis_sync_hold_leave(struct redis_sync *s, const char *key, const char *member)
{
    const char *words[] = {"ZREM", key, member};
    struct sync_command leave = command(3, words);
    int64_t removed;
    return sync_exchange(s, &leave, 1, on_number, &removed);
}

/* ---- a poll ---- */

/* Adds the poll, and takes away those whose clients are overdue. Its words point into it. */
struct count {
    struct polls_key polls;
    struct score due, now;
    char member[128];
    const char *add[4], *prune[4];
};

static void make_count(struct count *c, const struct redis_polled *p, int64_t now_ms)
{
    c->polls = polls_key(p->key);
    c->due = score_of(p->due_ms, false);
    c->now = score_of(now_ms, true);
    snprintf(c->member, sizeof c->member, "%.64s:%" PRIu64 ":%" PRIu64, p->client, p->wall_us,
             p->cpu_us);
    const char *const add[] = {"ZADD", c->polls.text, c->due.text, c->member};
    const char *const prune[] = {"ZREMRANGEBYSCORE", c->polls.text, "-inf", c->now.text};
    memcpy(c->add, add, sizeof add);
    memcpy(c->prune, prune, sizeof prune);
}

int redis_feed_polled(struct redis_feed *f, const struct redis_polled *p, int64_t now_ms)
{
    struct count c;
    make_count(&c, p, now_ms);
    return redis_feed_command(f, 4, c.add) || redis_feed_command(f, 4, c.prune) ? -1 : 0;
}

enum sync_result redis_sync_hold_polled(struct redis_sync *s, const struct redis_polled *p,
                                        int64_t now_ms)
{
    struct count c;
    int64_t changed;
    make_count(&c, p, now_ms);
    struct sync_command both[] = {command(4, c.add), command(4, c.prune)};
    return sync_exchange(s, both, 2, on_number, &changed);
}
