/* SPDX-License-Identifier: MIT */
/*
 * cmd_line: what the command lines of sselog and of its sub-commands share: help on standard
 * output, and messages about wrong use that name the wrong word.  It knows no option of a command.
 */
#ifndef SSELOG_CMD_LINE_H
#define SSELOG_CMD_LINE_H

#include <stddef.h>

struct option; /* of getopt_long */
struct similar;

enum { EXIT_USAGE = 2 };

/* Opens those of the descriptors 0 to 2 that are closed, in a way that reading or writing fails.
 * Else a file or a connection would get the number, and be written to as standard error. */
void cmd_hold_standard(void);
/* Ends what was printed to standard output. Returns the exit status, EXIT_FAILURE if it was not
 * written, which is told. */
int cmd_flush(void);
/* Prints text and does that. */
int cmd_print(const char *text);
/* Tells on standard error what is wrong and how to get help. command: "send", or NULL for sselog
 * itself. Returns EXIT_USAGE. */
int cmd_wrong(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Adds the word that was found to text, if there is one. */
void cmd_add_similar(const struct similar *s, const char *dashes, char *text, size_t size);
/* Writes to text what getopt_long with opterr 0 and a leading ':' means by letter, '?' or ':'. */
void cmd_name_wrong(int letter, char *const *argv, const struct option *options, char *text,
                    size_t size);
/* The same as a message. Returns EXIT_USAGE. */
int cmd_wrong_option(const char *command, int letter, char *const *argv,
                     const struct option *options);

#endif
