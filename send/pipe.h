/* SPDX-License-Identifier: MIT */
/* pipe: sends what comes on standard input, until its end. */
#ifndef SSELOG_SEND_PIPE_H
#define SSELOG_SEND_PIPE_H

#include "send/bundle.h"
#include "send/sender.h"

/* Returns 0, or -1: not all was sent. *waiting: bytes that were read and not sent. */
int pipe_run(struct sender *s, const struct recipe *how, struct bundle *bundle, size_t *waiting);

#endif
