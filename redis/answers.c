/* SPDX-License-Identifier: MIT */
/* answers: see answers.h. */
#include "redis/answers.h"

enum sync_result answers_enter(struct redis_sync *s)
{
    sync_set_deadline(s);
    s->renews = true; /* else a slow line would never get a bundle through, and repeat it */
    s->hold = 0;      /* answers that are read for their number only */
    s->skip = 0;
    s->bulk.all = false;
    s->shown = SIZE_MAX;
    if (sync_enter(s) == 0)
        return SYNC_OK;
    return s->refused ? SYNC_REFUSED : SYNC_DOWN;
}

enum sync_result answers_out_of_memory(struct redis_sync *s)
{
    sync_lose(s, "out of memory");
    return SYNC_DOWN;
}

enum sync_result answers_error(struct redis_sync *s, const redisReply *error)
{
    enum sync_result result = reply_is_for_good(error) ? SYNC_REFUSED : SYNC_DOWN;
    sync_lose(s, reply_error_text(error));
    return result;
}

const redisReply *answers_next(struct redis_sync *s, enum sync_result *result)
{
    sync_set_deadline(s);
    const redisReply *r = sync_reply(s);
    *result = r ? SYNC_OK : SYNC_DOWN;
    if (!r || r->type != REDIS_REPLY_ERROR)
        return r;
    *result = answers_error(s, r);
    sync_free_reply(s);
    return NULL;
}

size_t answers_are(struct redis_sync *s, const char *answer, size_t n)
{
    return reply_skip_lines(s->ctx->reader, slice_of(answer), n);
}

enum sync_result answers_skip(struct redis_sync *s, size_t n, size_t *count)
{
    enum sync_result result = SYNC_OK;
    *count = 0;
    while (n > 0) {
        size_t queued = answers_are(s, ANSWER_QUEUED, n);
        *count += queued;
        n -= queued;
        if (queued > 0)
            continue;
        const redisReply *r = answers_next(s, &result);
        if (!r)
            return result;
        *count += r->type != REDIS_REPLY_NIL;
        n--;
        sync_free_reply(s);
    }
    return result;
}
