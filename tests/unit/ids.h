/* SPDX-License-Identifier: MIT */
/* ids: a short form of ids of records. */
#ifndef SSELOG_TEST_IDS_H
#define SSELOG_TEST_IDS_H

#include "base/xid.h"

/* The id n-0. */
#define ID(n) ((struct xid){(n), 0})

#endif
