/* SPDX-License-Identifier: MIT */
/*
 * diag: one-line diagnostics, "level module: text".  Whatever a caller formats into
 * the line, control bytes and bytes outside ASCII leave as \xNN, so that nothing from
 * outside can forge a second line.  Callers never pass a secret.
 */
#ifndef SSELOG_BASE_DIAG_H
#define SSELOG_BASE_DIAG_H

enum diag_level { DIAG_ERROR, DIAG_WARNING, DIAG_INFO, DIAG_DEBUG };

/* Where lines go ("stderr" or "syslog") and the least urgent level that is written.
 * Before the first call: stderr, info. Returns 0, or -1 for an unknown name. */
int diag_open(const char *where, enum diag_level least);
/* Reads "error", "warning", "info", "debug"; -1 if it is none of them. */
int diag_level_parse(const char *name, enum diag_level *level);
/* One line; what is longer than 1,000 bytes ends in "...". Safe from any thread; keeps errno. */
void diag(enum diag_level level, const char *module, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
