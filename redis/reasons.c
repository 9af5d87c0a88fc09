/* SPDX-License-Identifier: MIT */
/* reasons: see reasons.h. */
#include "redis/reasons.h"

#include <stddef.h>

/* FNV-1a over all bytes except digits. */
static uint32_t hash_text(uint32_t hash, const char *text)
{
    for (; *text; text++)
        if (*text < '0' || *text > '9')
            hash = (hash ^ (unsigned char)*text) * 16777619u;
    return hash;
}

bool reasons_are_new(struct reasons *r, const char *who, const char *why, int64_t now)
{
    uint32_t hash = hash_text(hash_text(2166136261u, who), why);
    size_t free_at = REASONS_KEPT;
    hash = hash ? hash : 1;
    for (size_t i = 0; i < REASONS_KEPT; i++) {
        bool recent = r->logged[i].hash != 0 && now - r->logged[i].at < REASONS_MS;
        if (recent && r->logged[i].hash == hash)
            return false;
        if (!recent)
            free_at = i;
    }
    if (free_at == REASONS_KEPT)
        return false;
    r->logged[free_at].hash = hash;
    r->logged[free_at].at = now;
    return true;
}
