/* SPDX-License-Identifier: MIT */
/*
 * slot: names of keys that Redis Cluster keeps in the slot of another key, so that one transaction
 * may use both.  Pure.
 */
#ifndef SSELOG_REDIS_SLOT_H
#define SSELOG_REDIS_SLOT_H

#include "base/buf.h"

/* The part of a key from which its slot is computed: what is between its first '{' and the first
 * '}' after that. If there are no such bytes, it is the whole key. (Redis Cluster specification,
 * "Hash tags") */
struct slice slot_tag(const char *key);
/* The slot of a key with this tag. */
unsigned slot_number(struct slice tag);
/* Writes the name of a key in the slot of this one: the key, in braces if it has no tag of its own,
 * and the suffix. It has up to SLOT_KEY_MORE bytes more than both, with its NUL. */
#define SLOT_KEY_MORE (sizeof "{4294967295}")
void slot_key(const char *key, const char *suffix, char *out, size_t size);

#endif
