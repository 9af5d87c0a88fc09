/* SPDX-License-Identifier: MIT */
/* fingerprint: see fingerprint.h. */
#include "identity/fingerprint.h"

#include <nettle/base16.h>
#include <nettle/sha2.h>

void fingerprint(struct slice nonce, struct slice name, char out[FINGERPRINT + 1])
{
    struct sha256_ctx sha;
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_init(&sha);
    sha256_update(&sha, nonce.len, (const uint8_t *)nonce.p);
    sha256_update(&sha, 1, (const uint8_t *)":");
    sha256_update(&sha, name.len, (const uint8_t *)name.p);
    sha256_digest(&sha, sizeof digest, digest);
    base16_encode_update(out, sizeof digest, digest);
    out[FINGERPRINT] = '\0';
}
