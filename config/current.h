/* SPDX-License-Identifier: MIT */
/*
 * current: the snapshot of the configuration that new requests get.  A reload replaces it.  A
 * request holds the one that it began with, and what outlives the request holds it on.
 */
#ifndef SSELOG_CONFIG_CURRENT_H
#define SSELOG_CONFIG_CURRENT_H

#include <pthread.h>

#include "config/config.h"

struct config_current {
    pthread_mutex_t lock;
    const struct config_base *base; /* held; with lock */
};

/* Holds base. */
void config_current_init(struct config_current *c, const struct config_base *base);
void config_current_free(struct config_current *c);
/* Any thread: holds base in place of the former one. */
void config_current_replace(struct config_current *c, const struct config_base *base);
/* Any thread: the snapshot, with a reference for the caller. */
const struct config_base *config_current_hold(struct config_current *c);

#endif
