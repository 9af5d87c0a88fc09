/* SPDX-License-Identifier: MIT */
/*
 * follow: follows a stream as a client does, over connections that it cuts itself at random
 * moments, and gives its events to the check.
 */
#ifndef SSELOG_VERIFY_FOLLOW_H
#define SSELOG_VERIFY_FOLLOW_H

#include <signal.h>

#include "verify/count.h"
#include "verify/options.h"

struct followed {
    unsigned opened;   /* connections that brought an event stream */
    unsigned cuts;     /* of ours */
    unsigned broken;   /* connections that ended without `end`, or without an answer */
    unsigned busy;     /* answers 429 and 5xx */
    char refused[160]; /* why it went no further; "": it did */
};

/* NULL, or why there can be no requests. */
const char *verify_start(void);
/* Follows o->url for o->duration, or until *stop is set. */
void verify_follow(const struct verify_options *o, struct count *c,
                   const volatile sig_atomic_t *stop, struct followed *f);

#endif
