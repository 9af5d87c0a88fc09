/* SPDX-License-Identifier: MIT */
/*
 * send: the work of `sselog send`: takes records from standard input, from files or from a list,
 * and adds them to a log.  During an outage of Redis it takes no more, so memory is bounded and no
 * record is lost.
 */
#ifndef SSELOG_SEND_SEND_H
#define SSELOG_SEND_SEND_H

#include "config/config.h"
#include "send/options.h"

/* Returns the exit status: 0: all records are sent, 1: some are not. The expressions of the options
 * are known to be right. */
int send_run(const struct config *config, const struct send_options *options);

#endif
