/* SPDX-License-Identifier: MIT */
/* cmd_send: the command line of `sselog send`; send/ does the work. */
#ifndef SSELOG_CMD_SEND_H
#define SSELOG_CMD_SEND_H

#include "config/config.h"

/* Reads the command line, which begins with "send". -1: continue with cmd_send_run. Else the exit
 * status. */
int cmd_send_read(int argc, char **argv);
/* Returns the exit status: 0: all records are sent, 1: some are not, 2: wrong usage. */
int cmd_send_run(const struct config *config);

#endif
