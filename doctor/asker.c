/* SPDX-License-Identifier: MIT */
/* asker: see asker.h. */
#include "doctor/asker.h"

int asker_open(struct asker *a, const struct config *c, struct report *r)
{
    *a = (struct asker){.config = c, .report = r, .redis = redis_sync_new(&c->redis, ASKER_MS)};
    if (!a->redis)
        return -1;
    buf_init(&a->answer, ASKER_ANSWER);
    redis_sync_keep_why(a->redis);
    redis_sync_always(a->redis);
    address_name(&c->redis, a->where);
    return 0;
}

void asker_close(struct asker *a)
{
    redis_sync_free(a->redis);
    buf_free(&a->answer);
}

enum sync_result asker_ask(struct asker *a, const char *const *words, size_t n)
{
    struct slice slices[ASKER_WORDS];
    for (size_t i = 0; i < n; i++)
        slices[i] = slice_of(words[i]);
    buf_clear(&a->answer);
    return redis_sync_command(a->redis, slices, n, &a->answer);
}

const char *asker_text(const struct asker *a)
{
    return a->answer.p ? a->answer.p : "";
}

bool asker_is_denied(const struct asker *a)
{
    const char *error = asker_text(a);
    return strncmp(error, "NOPERM", 6) == 0 || strncmp(error, "ERR unknown", 11) == 0 ||
           strncmp(error, "EXECABORT", 9) == 0; /* of nothing: EXEC itself was denied */
}
