/* SPDX-License-Identifier: MIT */
/* join: see join.h. */
#include "send/join.h"

#include <regex.h>
#include <stdlib.h>

#include "send/lines.h"

struct join {
    bool has_expression;
    bool starts; /* the expression matches lines that start a record */
    regex_t expression;
};

struct join *join_new(const char *continues, const char *starts, struct buf *why)
{
    const char *text = starts ? starts : continues;
    struct join *j = calloc(1, sizeof *j);
    char reason[128];
    if (!j) {
        buf_adds(why, "out of memory");
        return NULL;
    }
    j->starts = starts != NULL;
    int bad = text ? regcomp(&j->expression, text, REG_EXTENDED | REG_NOSUB) : 0;
    j->has_expression = text && !bad;
    if (!bad)
        return j;
    regerror(bad, &j->expression, reason, sizeof reason);
    buf_addf(why, "the expression %s is malformed: %s", text, reason);
    join_free(j);
    return NULL;
}

void join_free(struct join *j)
{
    if (j && j->has_expression)
        regfree(&j->expression);
    free(j);
}

/* A copy has the NUL that regexec needs. A longer part of a line would take long. */
static bool matches(const struct join *j, struct slice line)
{
    char text[JOIN_LOOK + 1];
    size_t n = line.len < JOIN_LOOK ? line.len : JOIN_LOOK;
    if (!j->has_expression)
        return false;
    if (n > 0)
        memcpy(text, line.p, n);
    text[n] = '\0';
    return regexec(&j->expression, text, 0, NULL, 0) == 0;
}

bool join_continues(const struct join *j, struct slice line)
{
    if (j->starts)
        return !matches(j, line);
    return (line.len > 0 && (line.p[0] == ' ' || line.p[0] == '\t')) || matches(j, line);
}

/* The text without its line end. */
static struct slice without_end(struct slice text)
{
    if (text.len > 0 && text.p[text.len - 1] == '\n') {
        text.len--;
        if (text.len > 0 && text.p[text.len - 1] == '\r')
            text.len--;
    }
    return text;
}

bool join_next(const struct join *j, struct slice text, bool end, bool flush, size_t *held,
               struct slice *record, size_t *used)
{
    struct slice line;
    size_t at = *held, n;
    bool ends = false;
    if (!j)
        return lines_next(text, end, record, used);
    while (!ends && lines_next(slice_after(text, at), end, &line, &n)) {
        ends = at > 0 && (at + n > LINES_MAX || !join_continues(j, line));
        at += ends ? 0 : n;
    }
    ends = at > 0 && (ends || end || flush);
    *held = ends ? 0 : at;
    *record = without_end(slice_make(text.p, at));
    *used = at;
    return ends;
}

void join_copy(struct buf *out, struct slice record)
{
    while (record.len > 0) {
        const char *lf = memchr(record.p, '\n', record.len);
        size_t n = lf ? (size_t)(lf - record.p) + 1 : record.len;
        struct slice line = lf ? without_end(slice_make(record.p, n)) : record;
        buf_add(out, line.p, line.len);
        if (lf)
            buf_addc(out, '\n');
        record = slice_after(record, n);
    }
}
