/* SPDX-License-Identifier: MIT */
/* signed_cookie: see signed_cookie.h; nettle makes the signature and compares in constant time. */
#include "identity/signed_cookie.h"

#include <nettle/base64.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <string.h>

/* Percent-decodes (RFC 3986, section 2.1). -1: malformed or too long. */
static int percent_decode(struct slice in, char *out, size_t size, size_t *len)
{
    *len = 0;
    for (size_t i = 0; i < in.len; i++) {
        char c = in.p[i];
        if (c == '%') {
            int byte = slice_hex_byte(slice_after(in, i + 1));
            if (byte < 0)
                return -1;
            c = (char)byte;
            i += 2;
        }
        if (*len == size)
            return -1;
        out[(*len)++] = c;
    }
    return 0;
}

static bool signature_is_valid(struct slice id, struct slice signature, struct slice secret)
{
    struct hmac_sha256_ctx hmac;
    uint8_t digest[SHA256_DIGEST_SIZE];
    char text[BASE64_ENCODE_RAW_LENGTH(SHA256_DIGEST_SIZE)];
    hmac_sha256_set_key(&hmac, secret.len, (const uint8_t *)secret.p);
    hmac_sha256_update(&hmac, id.len, (const uint8_t *)id.p);
    hmac_sha256_digest(&hmac, sizeof digest, digest);
    base64_encode_raw(text, sizeof digest, digest);
    bool valid = signature.len == SIGNATURE_LEN && memeql_sec(signature.p, text, SIGNATURE_LEN);
    explicit_bzero(&hmac, sizeof hmac);
    explicit_bzero(digest, sizeof digest);
    explicit_bzero(text, sizeof text);
    return valid;
}

int signed_cookie_id(struct slice value, struct slice secret, char room[SIGNED_COOKIE_ROOM],
                     struct slice *id)
{
    size_t len;
    if (percent_decode(value, room, SIGNED_COOKIE_ROOM, &len) == -1 || len < 2 ||
        memcmp(room, "s:", 2) != 0)
        return -1;
    const char *dot = memrchr(room + 2, '.', len - 2);
    if (!dot)
        return -1;
    *id = slice_make(room + 2, (size_t)(dot - room - 2));
    struct slice signature = {dot + 1, len - 2 - id->len - 1};
    return signature_is_valid(*id, signature, secret) ? 0 : -1;
}
