/* SPDX-License-Identifier: MIT */
/* asker: one connection to Redis for the checks, and the text of its last answer. */
#ifndef SSELOG_DOCTOR_ASKER_H
#define SSELOG_DOCTOR_ASKER_H

#include "config/config.h"
#include "doctor/finding.h"
#include "redis/address.h"
#include "redis/command.h"

#define ASKER_MS     5000 /* until an answer must be there */
#define ASKER_ANSWER (64 * 1024)
#define ASKER_WORDS  8

struct asker {
    const struct config *config;
    struct report *report;
    struct redis_sync *redis;
    struct buf answer;
    char where[ADDRESS_NAME]; /* the address, for findings */
};

/* -1: out of memory; there is nothing to close then. */
int asker_open(struct asker *a, const struct config *c, struct report *r);
void asker_close(struct asker *a);
/* Sends a command of at most ASKER_WORDS words. */
enum sync_result asker_ask(struct asker *a, const char *const *words, size_t n);
/* The answer, or why there is none. Good until the next command. */
const char *asker_text(const struct asker *a);
/* Whether the answer is that the command is not allowed, or not known. Other errors mean that the
 * right is there: the key is missing or has another type. */
bool asker_is_denied(const struct asker *a);

#endif
