/* SPDX-License-Identifier: MIT */
/*
 * names: sets of names, and what Redis knows of many logs; see redis_io.h.  A set may be as large
 * as a user likes, so it is read in parts.
 */
#include <stdio.h>

#include "redis/sync_conn.h"

#define SET_PART "100" /* members that Redis looks at for one part, about */

static void on_has(void *arg, size_t i, const redisReply *r)
{
    (void)i;
    *(bool *)arg = r->type == REDIS_REPLY_INTEGER && r->integer == 1;
}

enum sync_result redis_sync_set_has(struct redis_sync *s, const char *key, struct slice member,
                                    bool *has)
{
    const struct sync_command c = {.words = {slice_of("SISMEMBER"), slice_of(key), member}, .n = 3};
    *has = false;
    return sync_exchange(s, &c, 1, on_has, has);
}

struct part {
    char *cursor;
    void (*fn)(void *arg, struct slice member);
    void *arg;
};

/* [cursor, [member ...]] */
static void on_part(void *arg, size_t i, const redisReply *r)
{
    const struct part *p = arg;
    (void)i;
    snprintf(p->cursor, REDIS_SET_CURSOR, "0");
    if (r->type != REDIS_REPLY_ARRAY || r->elements != 2 || !reply_is_text(r->element[0]) ||
        r->element[1]->type != REDIS_REPLY_ARRAY)
        return;
    struct slice cursor = reply_slice(r->element[0]);
    if (cursor.len < REDIS_SET_CURSOR)
        snprintf(p->cursor, REDIS_SET_CURSOR, "%.*s", (int)cursor.len, cursor.p);
    const redisReply *members = r->element[1];
    for (size_t k = 0; k < members->elements; k++)
        if (reply_is_text(members->element[k]))
            p->fn(p->arg, reply_slice(members->element[k]));
}

enum sync_result redis_sync_set_scan(struct redis_sync *s, const char *key,
                                     char cursor[REDIS_SET_CURSOR],
                                     void (*fn)(void *arg, struct slice member), void *arg)
{
    char from[REDIS_SET_CURSOR];
    snprintf(from, sizeof from, "%s", cursor);
    const struct sync_command c = {.words = {slice_of("SSCAN"), slice_of(key), slice_of(from),
                                             slice_of("COUNT"), slice_of(SET_PART)},
                                   .n = 5};
    struct part part = {cursor, fn, arg};
    enum sync_result result = sync_exchange(s, &c, 1, on_part, &part);
    if (result != SYNC_MISSING)
        return result;
    snprintf(cursor, REDIS_SET_CURSOR, "0"); /* the key is of another type */
    return SYNC_OK;
}

struct infos {
    struct redis_sync *s;
    const struct sync_command *commands;
    struct redis_info *out;
    bool down; /* an error said that the server cannot serve now */
};

static void on_info(void *arg, size_t i, const redisReply *r)
{
    struct infos *infos = arg;
    const struct sync_command *c = &infos->commands[i];
    infos->out[i] = (struct redis_info){0};
    if (r->type == REDIS_REPLY_ERROR)
        infos->down = sync_error(infos->s, c->words, c->n, r) == SYNC_DOWN || infos->down;
    else
        reply_info(r, &infos->out[i]);
}

enum sync_result redis_sync_infos(struct redis_sync *s, const char *const *keys, size_t n,
                                  struct redis_info *infos)
{
    struct sync_command commands[REDIS_INFOS];
    struct infos answers = {.s = s, .commands = commands, .out = infos};
    for (size_t i = 0; i < n; i++)
        commands[i] = (struct sync_command){
            .words = {slice_of("XINFO"), slice_of("STREAM"), slice_of(keys[i])},
            .n = 3,
            .errors = true};
    enum sync_result result = sync_exchange(s, commands, n, on_info, &answers);
    return result == SYNC_OK && answers.down ? SYNC_DOWN : result;
}
