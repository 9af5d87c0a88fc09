/* SPDX-License-Identifier: MIT */
/* token: see token.h. auth.c decides about the form of a token, its key and its value. */
#include "front/token.h"

#include "auth.h"
#include "front/access.h"

enum sync_result token_make(struct redis_sync *redis, const struct config *config,
                            const struct identity *who, unsigned seconds, char token[TOKEN_SIZE])
{
    char key[IDENTITY_MAX_KEY + 1];
    struct buf value;
    enum sync_result r = SYNC_REFUSED;
    buf_init(&value, 4096);
    if (auth_make_token(token) == 0 && auth_token_key(config, slice_of(token), key) == 0 &&
        auth_token_value(config, who, &value) == 0)
        r = redis_sync_set(redis, key, access_shown(config, key), buf_slice(&value), seconds);
    auth_wipe(value.p, value.len);
    auth_wipe(key, sizeof key);
    buf_free(&value);
    return r;
}
