/* SPDX-License-Identifier: MIT */
/* command: see command.h. */
#include "redis/command.h"

#include <inttypes.h>

#include "base/clock.h"
#include "redis/sync_conn.h"

static void add_value(struct redis_sync *s, const redisReply *r, struct buf *text)
{
    if (r->type == REDIS_REPLY_INTEGER) {
        buf_addf(text, "%lld", r->integer);
    } else if (reply_is_text(r)) {
        struct slice value = reply_value(&s->storage, r);
        buf_add(text, value.p, value.len);
    }
}

static enum sync_result read_answer(struct redis_sync *s, const redisReply *r, struct buf *text)
{
    if (r->type == REDIS_REPLY_ERROR) {
        buf_adds(text, reply_error_text(r));
        return SYNC_REFUSED;
    }
    if (r->type != REDIS_REPLY_ARRAY)
        add_value(s, r, text);
    for (size_t i = 0; r->type == REDIS_REPLY_ARRAY && i < r->elements; i++) {
        add_value(s, r->element[i], text);
        buf_addc(text, '\n');
    }
    return r->type == REDIS_REPLY_NIL ? SYNC_MISSING : SYNC_OK;
}

enum sync_result redis_sync_command(struct redis_sync *s, const struct slice *words, size_t n,
                                    struct buf *text)
{
    sync_set_deadline(s);
    s->hold = text->max;
    s->bulk.all = false;
    redisReply *r = NULL;
    if (sync_enter(s) == 0) {
        r = sync_once(s, words, n);
        sync_leave(s);
    }
    if (!r) {
        buf_adds(text, s->why);
        return SYNC_DOWN;
    }
    enum sync_result result = read_answer(s, r, text);
    sync_free_reply(s);
    return result;
}
