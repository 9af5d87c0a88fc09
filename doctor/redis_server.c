/* SPDX-License-Identifier: MIT */
/* redis_server: see redis_server.h. */
#include "doctor/redis_server.h"

#include <stdio.h>

static const struct check REDIS = {"D2", "redis"};

/* The value of a line `name:value` of INFO. False: there is none. */
static bool info_field(const struct asker *a, const char *name, char out[64])
{
    size_t len = strlen(name);
    for (const char *p = asker_text(a); *p;) {
        size_t line = strcspn(p, "\r\n");
        if (line > len && strncmp(p, name, len) == 0 && p[len] == ':') {
            snprintf(out, 64, "%.*s", (int)(line - len - 1), p + len + 1);
            return true;
        }
        p += line;
        p += strspn(p, "\r\n");
    }
    return false;
}

static void check_version(struct asker *a)
{
    char version[64];
    unsigned major = 0, minor = 0;
    if (!info_field(a, "redis_version", version))
        return;
    if (sscanf(version, "%u.%u", &major, &minor) == 2 && (major < 6 || (major == 6 && minor < 2)))
        report_add(a->report, FINDING_FAIL, REDIS, "use Redis 6.2 or newer, best 7 or newer",
                   "%s is Redis %s: it cannot read on from a record, nor take a token", a->where,
                   version);
    else if (major < 7)
        report_add(a->report, FINDING_NOTE, REDIS, NULL,
                   "%s is Redis %s: a gap is told without the number of records", a->where,
                   version);
    else
        report_add(a->report, FINDING_OK, REDIS, NULL, "%s is Redis %s", a->where, version);
}

static void check_eviction(struct asker *a)
{
    char policy[64], most[64];
    if (!info_field(a, "maxmemory_policy", policy) || !info_field(a, "maxmemory", most))
        return;
    bool limited = strcmp(most, "0") != 0;
    if (strncmp(policy, "allkeys-", 8) == 0 && limited)
        report_add(a->report, FINDING_FAIL, REDIS,
                   "set maxmemory-policy noeviction, or volatile-lru, and limit logs by MAXLEN",
                   "maxmemory-policy is %s with maxmemory %s: whole logs can be evicted", policy,
                   most);
    else if (strncmp(policy, "volatile-", 9) == 0 && limited)
        report_add(a->report, FINDING_NOTE, REDIS, NULL,
                   "maxmemory-policy is %s: sessions and tokens can be evicted, logs without a "
                   "time to live cannot",
                   policy);
    else
        report_add(a->report, FINDING_OK, REDIS, NULL, "no log is evicted: maxmemory %s, %s", most,
                   policy);
}

/* INFO does not tell whether snapshots are configured, and CONFIG is often forbidden. */
static void check_snapshots(struct asker *a)
{
    const char *words[] = {"CONFIG", "GET", "save"};
    if (asker_ask(a, words, 3) != SYNC_OK)
        report_add(a->report, FINDING_NOTE, REDIS, NULL,
                   "there is no append-only file; whether there are snapshots cannot be seen");
    else if (strcmp(asker_text(a), "save\n\n") == 0)
        report_add(a->report, FINDING_NOTE, REDIS, NULL,
                   "neither appendonly nor save is set: a restart of Redis loses all logs");
    else
        report_add(a->report, FINDING_OK, REDIS, NULL, "snapshots are written");
}

static void check_persistence(struct asker *a)
{
    char aof[64] = "0", saved[64] = "ok", written[64] = "ok";
    info_field(a, "aof_enabled", aof);
    info_field(a, "rdb_last_bgsave_status", saved);
    info_field(a, "aof_last_write_status", written);
    if (strcmp(saved, "ok") != 0 || strcmp(written, "ok") != 0)
        report_add(a->report, FINDING_FAIL, REDIS, "see Redis's log: the disk may be full",
                   "the last snapshot: %s, the last write to the append-only file: %s; Redis may "
                   "take no records",
                   saved, written);
    else if (strcmp(aof, "0") == 0)
        check_snapshots(a);
    else
        report_add(a->report, FINDING_OK, REDIS, NULL, "the append-only file is written");
}

/* Without a section, INFO has all that is looked at. check_persistence asks something else, so it
 * is the last. */
void redis_server_check(struct asker *a)
{
    const char *words[] = {"INFO"};
    if (asker_ask(a, words, 1) != SYNC_OK) {
        report_add(
            a->report, FINDING_NOTE, REDIS, NULL,
            "%s: version, eviction and persistence are not checked, INFO is not to be had: %s",
            a->where, asker_text(a));
        return;
    }
    check_version(a);
    check_eviction(a);
    check_persistence(a);
}
