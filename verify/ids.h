/* SPDX-License-Identifier: MIT */
/* ids: a growable list of ids in ascending order.  Pure except for memory. */
#ifndef SSELOG_VERIFY_IDS_H
#define SSELOG_VERIFY_IDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/xid.h"

#define IDS_MOST ((size_t)8 * 1024 * 1024) /* 128 MiB */

struct ids {
    struct xid *at;
    size_t count, cap;
};

/* Adds id where it belongs.  -1: out of memory, or there are too many. */
int ids_add(struct ids *s, struct xid id);
bool ids_have(const struct ids *s, struct xid id);
void ids_clear(struct ids *s);
void ids_free(struct ids *s);

#endif
