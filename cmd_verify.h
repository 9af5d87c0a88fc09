/* SPDX-License-Identifier: MIT */
/*
 * cmd_verify: the sub-command `sselog verify`: follows a stream as a client does, and says whether
 * all records came.
 */
#ifndef SSELOG_CMD_VERIFY_H
#define SSELOG_CMD_VERIFY_H

/* argv: "verify" and its arguments. file: that of -c, or NULL. Returns the exit status: 0: all
 * came, 1: something is missing or was repeated, 2: wrong usage, or it cannot be told. */
int verify_run(int argc, char **argv, const char *file, char *const *environment);

#endif
