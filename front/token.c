/* SPDX-License-Identifier: MIT */
/* token: see token.h. auth.c decides about the form of a token, its key and its value. */
#include "front/token.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "auth.h"
#include "front/access.h"

static enum token_result store(struct redis_sync *redis, const char *key, size_t shown,
                               struct slice value, unsigned seconds)
{
    switch (redis_sync_set(redis, key, shown, value, seconds)) {
    case SYNC_OK:
        return TOKEN_STORED;
    case SYNC_DOWN:
        return TOKEN_NOT_NOW;
    default:
        return redis_sync_refusal_passes(redis) ? TOKEN_NOT_NOW : TOKEN_REFUSED;
    }
}

enum token_result token_make(struct redis_sync *redis, const struct config *config,
                             const struct identity *who, unsigned seconds, char token[TOKEN_SIZE])
{
    char key[IDENTITY_MAX_KEY + 1] = "";
    struct buf value;
    enum token_result r = TOKEN_IMPOSSIBLE;
    buf_init(&value, 4096);
    if (auth_make_token(token) == 0 && auth_token_key(config, slice_of(token), key) == 0 &&
        auth_token_value(config, who, &value) == 0)
        r = store(redis, key, access_shown(config, key), buf_slice(&value), seconds);
    auth_wipe(value.p, value.len);
    auth_wipe(key, sizeof key);
    buf_free(&value);
    return r;
}

void token_client_id(char out[37])
{
    unsigned char b[16];
    if (getrandom(b, sizeof b, GRND_NONBLOCK) != (ssize_t)sizeof b)
        for (size_t i = 0; i < sizeof b; i++)
            b[i] = (unsigned char)rand();         /* a label, not a secret */
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40); /* RFC 9562, section 5.4 */
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    snprintf(out, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0],
             b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13],
             b[14], b[15]);
}
