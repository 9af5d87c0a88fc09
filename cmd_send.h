/* SPDX-License-Identifier: MIT */
/*
 * cmd_send: the sub-command `sselog send`: standard input into a log, one line one record.  While
 * Redis is away it stops reading, so memory stays bounded and nothing is lost; a record whose
 * answer was lost with the connection may be sent twice.
 */
#ifndef SSELOG_CMD_SEND_H
#define SSELOG_CMD_SEND_H

#include "config/config.h"

struct send_options {
    const char *log;     /* stream key */
    const char *channel; /* also PUBLISH there; NULL: not */
    const char *event;   /* NULL: none */
    unsigned long maxlen;
};

/* Returns the exit status: 0 all is sent, 1 something was not. */
int send_run(const struct config *config, const struct send_options *options);

#endif
