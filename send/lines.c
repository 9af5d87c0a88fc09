/* SPDX-License-Identifier: MIT */
/* lines: see lines.h. */
#include "send/lines.h"

#include "sse.h"

#define MOST_UTF8 4 /* bytes of a character */

static const char mark[] = "\xef\xbb\xbf";

/* The length of the first part of a long line: it ends before a character that it would cut. */
static size_t part_length(struct slice text)
{
    for (size_t i = LINES_MAX - MOST_UTF8 + 1; i < LINES_MAX; i++) {
        bool good;
        size_t len = sse_utf8_sequence((const unsigned char *)text.p + i, text.len - i, &good);
        if (good && i + len > LINES_MAX)
            return i;
    }
    return LINES_MAX;
}

bool lines_next(struct slice text, bool end, struct slice *line, size_t *used)
{
    const char *lf = text.len > 0 ? memchr(text.p, '\n', text.len) : NULL;
    size_t n = lf ? (size_t)(lf - text.p) : text.len;
    if (lf && n > 0 && lf[-1] == '\r')
        n--;
    /* Without its end, a line must show whether a CR or the rest of a character follows. */
    if (n > LINES_MAX + (lf || end ? 0 : (size_t)MOST_UTF8)) {
        *used = part_length(slice_make(text.p, n));
        *line = slice_make(text.p, *used);
        return true;
    }
    *line = slice_make(text.p, n);
    *used = lf ? (size_t)(lf - text.p) + 1 : n;
    return lf || (end && text.len > 0);
}

int lines_mark(struct slice text, bool end)
{
    size_t length = sizeof mark - 1, n = text.len < length ? text.len : length;
    bool same = n == 0 || memcmp(text.p, mark, n) == 0;
    if (same && n < length && !end)
        return -1;
    return same && n == length ? (int)length : 0;
}
