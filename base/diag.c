/* SPDX-License-Identifier: MIT */
/*
 * diag: writes lines to standard error or to syslog.  Knows only libc.  A line is one write(2) and
 * shorter than PIPE_BUF.  So lines of other threads and processes on the same pipe do not mix with
 * it (POSIX, write).  A line that cannot be written is lost.
 */
#include "base/diag.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#define DIAG_MAX 1000 /* bytes of a line without its newline */

static const struct {
    const char *name;
    int priority;
} levels[] = {
    [DIAG_ERROR] = {"error", LOG_ERR},
    [DIAG_WARNING] = {"warning", LOG_WARNING},
    [DIAG_INFO] = {"info", LOG_INFO},
    [DIAG_DEBUG] = {"debug", LOG_DEBUG},
};

static _Atomic(enum diag_level) threshold = DIAG_INFO;
static atomic_bool to_syslog = false;

int diag_open(const char *where, enum diag_level least)
{
    bool use_syslog = strcmp(where, "syslog") == 0;
    if (!use_syslog && strcmp(where, "stderr") != 0)
        return -1;
    if (use_syslog)
        openlog("sselog", LOG_PID | LOG_NDELAY, LOG_DAEMON);
    to_syslog = use_syslog;
    threshold = least;
    return 0;
}

int diag_level_parse(const char *name, enum diag_level *level)
{
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        if (strcmp(levels[i].name, name) == 0) {
            *level = (enum diag_level)i;
            return 0;
        }
    }
    return -1;
}

/* Copies text to line and writes each byte outside printable ASCII as \xNN. If the line is cut,
 * here or by the caller, it ends in "..." and never in half an escape. Returns the length. */
static size_t escape(char line[DIAG_MAX], const char *text, bool cut)
{
    static const char hex[] = "0123456789abcdef";
    size_t len = 0, keep = 0; /* keep: the last length that leaves space for the dots */
    for (const char *p = text; *p; p++) {
        unsigned char c = (unsigned char)*p;
        bool plain = c >= 0x20 && c < 0x7f;
        if (len <= DIAG_MAX - 3)
            keep = len;
        if (len + (plain ? 1 : 4) > DIAG_MAX) {
            cut = true;
            break;
        }
        if (plain) {
            line[len++] = (char)c;
        } else {
            line[len++] = '\\';
            line[len++] = 'x';
            line[len++] = hex[c >> 4];
            line[len++] = hex[c & 15];
        }
    }
    if (!cut)
        return len;
    if (len <= DIAG_MAX - 3)
        keep = len;
    memcpy(line + keep, "...", 3);
    return keep + 3;
}

static void emit(enum diag_level level, char *line, size_t len)
{
    if (to_syslog) {
        syslog(levels[level].priority, "%.*s", (int)len, line);
        return;
    }
    line[len] = '\n';
    while (write(STDERR_FILENO, line, len + 1) < 0 && errno == EINTR)
        ;
}

void diag(enum diag_level level, const char *module, const char *format, ...)
{
    char text[DIAG_MAX + 2], line[DIAG_MAX + 1]; /* text: one byte more, to detect a cut */
    int saved = errno, head, body;
    va_list ap;
    if (level > threshold)
        return;
    head = snprintf(text, sizeof text, "%s %s: ", levels[level].name, module);
    if (head < 0 || (size_t)head >= sizeof text)
        head = 0;
    errno = saved; /* for %m */
    va_start(ap, format);
    body = vsnprintf(text + head, sizeof text - (size_t)head, format, ap);
    va_end(ap);
    if (body < 0)
        body = snprintf(text + head, sizeof text - (size_t)head, "(message cannot be formatted)");
    emit(level, line, escape(line, text, (size_t)head + (size_t)body >= sizeof text));
    errno = saved;
}
