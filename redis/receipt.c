/* SPDX-License-Identifier: MIT */
/* receipt: see receipt.h. The line has six words; a word that is not known is "-". */
#include "redis/receipt.h"

#include <inttypes.h>
#include <stdio.h>

#define WORDS 6

void receipt_key(const char *log, const char *digest, char *out, size_t size)
{
    char suffix[sizeof ":sent:" + RECEIPT_DIGEST];
    snprintf(suffix, sizeof suffix, ":sent:%s", digest);
    slot_key(log, suffix, out, size);
}

void receipt_format(const struct receipt *m, char out[RECEIPT_TEXT])
{
    char offset[24] = "-", after[XID_TEXT], first[XID_TEXT] = "-", last[XID_TEXT] = "-";
    if (m->has_offset)
        snprintf(offset, sizeof offset, "%" PRIu64, m->offset);
    xid_format(m->after, after);
    if (m->has_ids) {
        xid_format(m->first, first);
        xid_format(m->last, last);
    }
    snprintf(out, RECEIPT_TEXT, "%s %" PRIu64 " %s %s %s %s", m->digest, m->count, offset, after,
             first, last);
}

/* Cuts text at its blanks. -1: it has not WORDS words. */
static int split(struct slice text, struct slice words[WORDS])
{
    for (size_t i = 0; i < WORDS; i++) {
        const char *blank = text.len > 0 ? memchr(text.p, ' ', text.len) : NULL;
        size_t len = blank ? (size_t)(blank - text.p) : text.len;
        if (len == 0 || (blank != NULL) != (i + 1 < WORDS))
            return -1;
        words[i] = slice_make(text.p, len);
        text = slice_after(text, len + (blank != NULL));
    }
    return 0;
}

int receipt_parse(struct slice text, struct receipt *m)
{
    struct slice w[WORDS], none = slice_of("-");
    *m = (struct receipt){0};
    if (split(text, w) || w[0].len != RECEIPT_DIGEST)
        return -1;
    memcpy(m->digest, w[0].p, RECEIPT_DIGEST);
    m->has_offset = !slice_equal(w[2], none);
    m->has_ids = !slice_equal(w[4], none);
    if (slice_number(w[1], 0, UINT64_MAX, &m->count) || xid_parse(w[3], &m->after) ||
        (m->has_offset && slice_number(w[2], 0, UINT64_MAX, &m->offset)))
        return -1;
    return m->has_ids && (xid_parse(w[4], &m->first) || xid_parse(w[5], &m->last)) ? -1 : 0;
}

enum receipt_finding receipt_compare(const struct receipt *kept, const struct receipt *wanted)
{
    if (wanted->has_offset && kept->has_offset && wanted->offset != kept->offset)
        return wanted->offset > kept->offset ? RECEIPT_NEW : RECEIPT_OLDER;
    return strcmp(kept->digest, wanted->digest) == 0 ? RECEIPT_SAME : RECEIPT_OTHER;
}
