/* SPDX-License-Identifier: MIT */
/* mark: see mark.h. */
#include "send/mark.h"

#include <inttypes.h>

#define NUMBERS  6     /* of a line */
#define LAST_AGE 10000 /* base.9999 is a number, base.20260102 a date */

uint64_t mark_hash(uint64_t start, struct slice bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        start = (start ^ (unsigned char)bytes.p[i]) * UINT64_C(1099511628211);
    return start;
}

void mark_write(struct buf *out, const struct mark *m, const char *path)
{
    buf_addf(out, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %s\n",
             m->device, m->inode, m->offset, m->changed, m->length, m->hash, path);
}

int mark_read(struct slice line, struct mark *m, struct slice *path)
{
    uint64_t *const numbers[NUMBERS] = {&m->device,  &m->inode,  &m->offset,
                                        &m->changed, &m->length, &m->hash};
    for (size_t i = 0; i < NUMBERS; i++) {
        const char *blank = line.len > 0 ? memchr(line.p, ' ', line.len) : NULL;
        size_t n = blank ? (size_t)(blank - line.p) : line.len;
        if (!blank || slice_number(slice_make(line.p, n), 0, UINT64_MAX, numbers[i]))
            return -1;
        line = slice_make(blank + 1, line.len - n - 1);
    }
    *path = line;
    return line.len > 0 && m->length <= MARK_HEAD && m->length <= m->offset ? 0 : -1;
}

void mark_lines_write(struct buf *out, const struct mark_lines *m)
{
    buf_add_number(out, m->bytes);
    buf_addc(out, ' ');
    buf_add_number(out, m->hash);
}

int mark_lines_read(struct slice text, struct mark_lines *m)
{
    const char *blank = text.len > 0 ? memchr(text.p, ' ', text.len) : NULL;
    if (!blank)
        return -1;
    size_t n = (size_t)(blank - text.p);
    bool bad = slice_number(slice_make(text.p, n), 0, UINT64_MAX, &m->bytes) ||
               slice_number(slice_after(text, n + 1), 0, UINT64_MAX, &m->hash);
    return bad ? -1 : 0;
}

/* ---- rotation ---- */

/* Numbers grow with age, dates shrink. */
static bool read_age(const char *text, uint64_t *age)
{
    uint64_t number = 0;
    size_t digits = 0;
    if (strcmp(text, "old") == 0) {
        *age = 1;
        return true;
    }
    for (; *text; text++) {
        if (*text >= '0' && *text <= '9' && digits++ < 18)
            number = number * 10 + (uint64_t)(*text - '0');
        else if (digits == 0 || !strchr("-_.T", *text)) /* 2026-01-02_13 */
            return false;
    }
    *age = number < LAST_AGE ? number + 1 : UINT64_MAX - number;
    return digits > 0;
}

bool mark_age(const char *base, const char *name, uint64_t *age)
{
    size_t n = strlen(base);
    *age = 0;
    if (strncmp(base, name, n) != 0)
        return false;
    return name[n] == '\0' || ((name[n] == '.' || name[n] == '-') && read_age(name + n + 1, age));
}

static bool is_same(const struct mark *m, const struct mark_file *f)
{
    return f->device == m->device && f->inode == m->inode;
}

int mark_find(const struct mark *m, const struct mark_file *files, size_t n)
{
    int copy = -1;
    for (size_t i = 0; i < n; i++) {
        if (!files[i].same_head || files[i].size < m->offset)
            continue;
        if (is_same(m, &files[i]))
            return (int)i;
        if (m->length > 0 && files[i].changed >= m->changed)
            copy = (int)i;
    }
    return copy;
}

/* Whether a was written later than b. */
static bool is_later(const struct mark_file *a, const struct mark_file *b)
{
    return a->changed != b->changed ? a->changed > b->changed : a->age < b->age;
}

/* A new file may have the inode of one that was deleted. */
static bool is_left(const struct mark *m, const struct mark_file *f)
{
    return is_same(m, f) && f->same_head;
}

int mark_next(const struct mark *m, const struct mark_file *files, size_t n)
{
    struct mark_file now = {.changed = m->changed, .age = UINT64_MAX}; /* if its file is gone */
    int next = -1;
    for (size_t i = 0; i < n; i++)
        if (is_left(m, &files[i]))
            now = files[i];
    for (size_t i = 0; i < n; i++)
        if (!is_left(m, &files[i]) && is_later(&files[i], &now) &&
            (next < 0 || is_later(&files[next], &files[i])))
            next = (int)i;
    return next;
}

enum mark_step mark_decide(const struct mark_facts *f)
{
    if (f->size < f->read || !f->same_head)
        return MARK_FIND;
    if (f->size > f->read)
        return MARK_READ;
    bool quiet = f->quiet_ms >= MARK_QUIET_MS || f->age_ms >= MARK_QUIET_MS;
    return f->replaced && quiet ? MARK_NEXT : MARK_WAIT;
}
