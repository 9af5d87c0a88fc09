/* SPDX-License-Identifier: MIT */
/*
 * cmd_doctor: the sub-command `sselog doctor`: finds out why no record comes, and names the line
 * that mends it.  It asks in three steps: this machine and Redis, the web server as a browser
 * does, and with --write a record on its way.
 */
#ifndef SSELOG_CMD_DOCTOR_H
#define SSELOG_CMD_DOCTOR_H

/* argv: "doctor" and its arguments. file and socket: those of -c and -s, or NULL. Returns the exit
 * status: 0: nothing found, 1: something, 2: wrong usage. */
int doctor_run(int argc, char **argv, const char *file, const char *socket,
               char *const *environment);

#endif
