/* SPDX-License-Identifier: MIT */
/* current: see current.h.  The lock lies between reading the pointer and holding what it points to:
 * without it the last reference could be given back there. */
#include "config/current.h"

void config_current_init(struct config_current *c, const struct config_base *base)
{
    pthread_mutex_init(&c->lock, NULL);
    c->base = config_hold(base);
}

void config_current_free(struct config_current *c)
{
    config_unload(c->base);
    pthread_mutex_destroy(&c->lock);
}

void config_current_replace(struct config_current *c, const struct config_base *base)
{
    config_hold(base);
    pthread_mutex_lock(&c->lock);
    const struct config_base *former = c->base;
    c->base = base;
    pthread_mutex_unlock(&c->lock);
    config_unload(former);
}

const struct config_base *config_current_hold(struct config_current *c)
{
    pthread_mutex_lock(&c->lock);
    const struct config_base *base = config_hold(c->base);
    pthread_mutex_unlock(&c->lock);
    return base;
}
