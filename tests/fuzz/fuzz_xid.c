/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: ids.  A parsed id has the same value after it was formatted and parsed again, and
 * its next and previous ids are right.  Only digits and one hyphen are accepted.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/xid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void neighbours(struct xid id)
{
    struct xid next = xid_next(id), prev = xid_prev(id);
    if (xid_cmp(id, XID_MAX) != 0)
        check(xid_cmp(id, next) < 0 && xid_cmp(xid_prev(next), id) == 0);
    else
        check(xid_cmp(id, next) == 0);
    if (xid_cmp(id, XID_ZERO) != 0)
        check(xid_cmp(prev, id) < 0 && xid_cmp(xid_next(prev), id) == 0);
    else
        check(xid_cmp(id, prev) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_make((const char *)data, size);
    struct xid id = {1, 2}, again;
    char out[XID_TEXT];
    size_t len, hyphens = 0;
    if (xid_parse(text, &id) < 0) {
        check(id.ms == 1 && id.seq == 2);
        return 0;
    }
    for (size_t i = 0; i < size; i++) {
        check((data[i] >= '0' && data[i] <= '9') || data[i] == '-');
        hyphens += data[i] == '-';
    }
    check(hyphens <= 1);
    len = xid_format(id, out);
    check(len < XID_TEXT && strlen(out) == len);
    check(xid_parse(slice_make(out, len), &again) == 0 && xid_cmp(id, again) == 0);
    neighbours(id);
    return 0;
}
