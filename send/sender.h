/* SPDX-License-Identifier: MIT */
/*
 * sender: the connection of `sselog send` to Redis: repeats what an outage stopped, tells of
 * outages and progress, and notices signals to stop.  Does not know where records come from.
 */
#ifndef SSELOG_SEND_SENDER_H
#define SSELOG_SEND_SENDER_H

#include "config/config.h"
#include "redis/append.h"
#include "redis/offset.h"
#include "send/bundle.h"

enum sender_idmp {
    SENDER_IDMP_UNKNOWN,
    SENDER_IDMP_KNOWN, /* Redis 8.6 or later */
    SENDER_IDMP_ABSENT
};

struct sender {
    const struct config *config;
    const struct send_options *options;
    struct redis_sync *redis;
    int signals;       /* readable: stop */
    bool stopping;     /* a signal asked for it */
    bool list_refused; /* Redis refused a command for the list only */
    bool taken;        /* another process uses the name of the producer */
    bool plain;        /* Redis refuses to keep places; then also: */
    enum sender_idmp idmp;
    char life[OFFSET_LIFE + 1]; /* name of the producer for IDMP */
    char address[300];          /* of Redis, for messages */
    uint64_t sent;              /* records */
    /* private */
    bool refused;
    bool away;          /* Redis: the outage was told */
    int64_t told;       /* when */
    char told_why[256]; /* and with which reason */
    int backoff;        /* ms, before the next attempt */
    int64_t trimmed;    /* when, for --keep; 0: never */
    int64_t started, shown;
    uint64_t shown_sent;
    bool terminal;
};

/* Takes the signals and makes the connection, which is not open yet. -1: out of memory or
 * descriptors, which was told. sender_free must follow. */
int sender_init(struct sender *s, const struct config *config, const struct send_options *options);
void sender_free(struct sender *s);
/* Connects, so that a password that is refused is told before the first record comes. An outage is
 * no error yet. -1: refused. */
int sender_connect(struct sender *s);
/* Waits until fd is readable (-1: none), ms milliseconds have passed (-1: no limit), or a signal
 * asks to stop. Returns whether fd is readable. */
bool sender_wait(struct sender *s, int fd, int ms);
/* Decides what follows a call of Redis, and waits for it. 0: it was answered; 1: it is to be
 * repeated, and the time to do so has come; -1: give up. progressed: a part was done, so the next
 * attempt need not wait long. */
int sender_after(struct sender *s, enum sync_result result, bool progressed);
/* Removes what the log keeps no longer, by age. -1: Redis refuses that. */
int sender_trim(struct sender *s);
/* Counts records that were sent, and shows them. */
void sender_count(struct sender *s, size_t n);
/* Shows the count a last time. waiting: bytes that were read and not sent; only told if failed. */
void sender_finish(struct sender *s, bool failed, size_t waiting);

#endif
