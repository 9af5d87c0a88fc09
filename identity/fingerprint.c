/* SPDX-License-Identifier: MIT */
/* fingerprint: see fingerprint.h. */
#include "identity/fingerprint.h"

#include <nettle/base16.h>
#include <nettle/sha2.h>
#include <string.h>

/* Digests the parts one after the other.  Writes the first `digits` of the digest, which are even
 * in number. */
static void digest(const struct slice *parts, size_t n, size_t digits, char *out)
{
    struct sha256_ctx sha;
    uint8_t bytes[SHA256_DIGEST_SIZE];
    sha256_init(&sha);
    for (size_t i = 0; i < n; i++)
        sha256_update(&sha, parts[i].len, (const uint8_t *)parts[i].p);
    sha256_digest(&sha, sizeof bytes, bytes);
    base16_encode_update(out, digits / 2, bytes);
    out[digits] = '\0';
    explicit_bzero(&sha, sizeof sha);
    explicit_bzero(bytes, sizeof bytes);
}

void fingerprint(struct slice text, char out[FINGERPRINT + 1])
{
    digest(&text, 1, FINGERPRINT, out);
}

void fingerprint_with_nonce(struct slice nonce, struct slice name, char out[FINGERPRINT + 1])
{
    const struct slice parts[] = {nonce, slice_of(":"), name};
    digest(parts, 3, FINGERPRINT, out);
}

/* Each name counts with its NUL, as a separator. */
static void digest_names(const char *const names[4], size_t digits, char *out)
{
    struct slice parts[4];
    for (size_t i = 0; i < 4; i++)
        parts[i] = slice_make(names[i], strlen(names[i]) + 1);
    digest(parts, 4, digits, out);
}

void fingerprint_view(const struct identity *identity, const char *key,
                      char out[FINGERPRINT_VIEW + 1])
{
    const char *const names[] = {key, identity->user, identity->tenant, identity->role};
    digest_names(names, FINGERPRINT_VIEW, out);
}

void fingerprint_own(const struct identity *identity, const char *kind, const char *name,
                     char out[FINGERPRINT + 1])
{
    const char *const names[] = {kind, name, identity->user, identity->tenant};
    digest_names(names, FINGERPRINT, out);
}

void fingerprint_user(const char *user, char out[FINGERPRINT_USER + 1])
{
    const struct slice name = slice_of(user);
    digest(&name, 1, FINGERPRINT_USER, out);
}
