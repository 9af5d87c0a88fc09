/* SPDX-License-Identifier: MIT */
/* pubkey: see pubkey.h. */
#include "identity/pubkey.h"

#include <nettle/base64.h>

#define MAX_BASE64 8192 /* bytes; the key of RSA with 16384 bits has about 2800 */

static const char begin[] = "-----BEGIN PUBLIC KEY-----";
static const char end[] = "-----END PUBLIC KEY-----";

/* Tags of DER (ITU-T X.690, section 8). */
enum { INTEGER = 0x02, BIT_STRING = 0x03, OID = 0x06, SEQUENCE = 0x30 };

/* Object identifiers (RFC 8017, appendix A.1; RFC 5480, section 2.1.1). */
static const char rsa_encryption[] = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
static const char ec_public_key[] = "\x2a\x86\x48\xce\x3d\x02\x01";
static const char prime256v1[] = "\x2a\x86\x48\xce\x3d\x03\x01\x07";

static const char *find(struct slice in, const char *text)
{
    return in.len > 0 ? memmem(in.p, in.len, text, strlen(text)) : NULL;
}

/* The text between the lines BEGIN and END; p NULL: there is none. */
static struct slice body_of(struct slice pem)
{
    const char *from = find(pem, begin);
    if (!from)
        return slice_make(NULL, 0);
    from += sizeof begin - 1;
    struct slice rest = slice_make(from, (size_t)(pem.p + pem.len - from));
    const char *to = find(rest, end);
    return slice_make(from, to ? (size_t)(to - from) : 0);
}

/* Moves the element at the start of *rest to *content, without tag and length. False: it has
 * another tag, or does not fit. */
static bool take(struct slice *rest, unsigned char tag, struct slice *content)
{
    const unsigned char *p = (const unsigned char *)rest->p;
    if (rest->len < 2 || p[0] != tag)
        return false;
    size_t len = p[1], head = 2, more = len & 0x7f;
    if (len >= 0x80) {
        if (more == 0 || more > 2 || rest->len < 2 + more)
            return false;
        for (len = 0; head < 2 + more; head++)
            len = len << 8 | p[head];
    }
    if (len > rest->len - head)
        return false;
    *content = slice_make(rest->p + head, len);
    *rest = slice_make(rest->p + head + len, rest->len - head - len);
    return true;
}

/* Whether bits, the content of a BIT STRING, is an RSAPublicKey (RFC 8017, appendix A.1.1). */
static bool is_rsa_key(struct slice bits)
{
    struct slice key, modulus, exponent;
    struct slice rest = slice_after(bits, 1);
    return take(&rest, SEQUENCE, &key) && rest.len == 0 && take(&key, INTEGER, &modulus) &&
           take(&key, INTEGER, &exponent) && key.len == 0 && modulus.len > 0 && exponent.len > 0;
}

/* Whether bits is a point of a curve with 256 bits (RFC 5480, section 2.2). */
static bool is_point(struct slice bits)
{
    return (bits.len == 1 + 1 + 64 && bits.p[1] == 4) ||
           (bits.len == 1 + 1 + 32 && (bits.p[1] == 2 || bits.p[1] == 3));
}

static enum pubkey_kind kind_of(struct slice der)
{
    struct slice info, algorithm, oid, curve, bits;
    if (!take(&der, SEQUENCE, &info) || der.len > 0 || !take(&info, SEQUENCE, &algorithm) ||
        !take(&info, BIT_STRING, &bits) || info.len > 0 || !take(&algorithm, OID, &oid) ||
        bits.len < 2 || bits.p[0] != 0)
        return PUBKEY_DAMAGED;
    if (slice_equal(oid, slice_of(rsa_encryption)))
        return is_rsa_key(bits) ? PUBKEY_RSA : PUBKEY_DAMAGED;
    if (!slice_equal(oid, slice_of(ec_public_key)) || !take(&algorithm, OID, &curve) ||
        !slice_equal(curve, slice_of(prime256v1)))
        return PUBKEY_OTHER;
    return is_point(bits) ? PUBKEY_P256 : PUBKEY_DAMAGED;
}

enum pubkey_kind pubkey_kind(struct slice pem)
{
    uint8_t der[BASE64_DECODE_LENGTH(MAX_BASE64)];
    struct base64_decode_ctx ctx;
    size_t len = sizeof der;
    struct slice body = body_of(pem);
    if (!body.p)
        return PUBKEY_NONE;
    base64_decode_init(&ctx);
    if (body.len > MAX_BASE64 || !base64_decode_update(&ctx, &len, der, body.len, body.p) ||
        !base64_decode_final(&ctx))
        return PUBKEY_DAMAGED;
    return kind_of(slice_make((const char *)der, len));
}
