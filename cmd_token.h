/* SPDX-License-Identifier: MIT */
/* cmd_token: the sub-command `sselog token`: makes an exchange token and prints it. */
#ifndef SSELOG_CMD_TOKEN_H
#define SSELOG_CMD_TOKEN_H

#include "config/config.h"

/* Reads the command line, which begins with "token". -1: continue with token_run. Else the exit
 * status. */
int token_read(int argc, char **argv);
/* Makes the token that token_read was told. Returns the exit status. */
int token_run(const struct config *config);

#endif
