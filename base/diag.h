/* SPDX-License-Identifier: MIT */
/*
 * diag: diagnostics of one line, "level module: text".  Control bytes and bytes outside ASCII are
 * written as \xNN, so that text from outside cannot forge a second line.  Callers never pass a
 * secret.
 *
 * On standard error the time stands before the line, in UTC, such as "2026-01-02T03:04:05.678Z ".
 * If the journal reads standard error, the priority stands there in its place, such as "<4>".
 */
#ifndef SSELOG_BASE_DIAG_H
#define SSELOG_BASE_DIAG_H

#include <stdbool.h>

enum diag_level { DIAG_ERROR, DIAG_WARNING, DIAG_INFO, DIAG_DEBUG };

/* Sets the destination ("stderr" or "syslog") and the least urgent level to write. The defaults are
 * stderr and info. While other threads run, only the level may change. Returns 0, or -1 if the
 * destination is unknown. */
int diag_open(const char *where, enum diag_level least);
/* If standard error is /dev/null or closed, lines go to syslog, also those that diag_open sends to
 * stderr: the program serves, and its administrator reads nothing else. Returns whether it is so.
 * Call it before threads start. */
bool diag_find_reader(void);
/* The lines of level debug are written from now on; called again, those that diag_open chose, or up
 * to info if these are all. A line tells the new level. */
void diag_toggle_debug(void);
/* Parses "error", "warning", "info" or "debug". 0, or -1 for another name. */
int diag_level_parse(const char *name, enum diag_level *level);
/* Whether lines of that level are written. */
bool diag_writes(enum diag_level level);
/* From now on no caller of diag() waits for a reader of standard error, or for syslog: a thread
 * writes the lines, unless standard error is a regular file. The first line starts it. When
 * too many lines wait, further ones are dropped, and their number is told later. Call it after
 * hardening, which applies to threads that start afterwards. */
void diag_start(void);
/* Ends the thread after it wrote what waits. False: that takes longer than timeout_ms; then the
 * thread still runs. */
bool diag_stop(unsigned timeout_ms);
/* How many lines were dropped in all, because nobody took them in time. */
unsigned long diag_dropped(void);
/* Writes one line; a line over 1,000 bytes is cut and ends in "...". Thread-safe; keeps errno. */
void diag(enum diag_level level, const char *module, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
