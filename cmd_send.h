/* SPDX-License-Identifier: MIT */
/*
 * cmd_send: the sub-command `sselog send`: writes each line of standard input to a log as a record.
 * During an outage of Redis it stops reading, so memory is bounded and no line is lost.  A record
 * may be sent twice if the connection was lost before its answer.
 */
#ifndef SSELOG_CMD_SEND_H
#define SSELOG_CMD_SEND_H

#include "config/config.h"

struct send_options {
    const char *log;     /* stream key */
    const char *channel; /* also PUBLISH to this channel; NULL: do not */
    const char *event;   /* NULL: none */
    unsigned long maxlen;
};

/* Returns the exit status: 0: all lines are sent, 1: some are not. */
int send_run(const struct config *config, const struct send_options *options);

#endif
