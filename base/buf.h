/* SPDX-License-Identifier: MIT */
/*
 * buf: a growable byte buffer with a cap, and the slice that points at bytes
 * somebody else owns.  Knows libc alone.  A buffer that met its cap or ran out
 * of memory is marked failed and stays so until it is cleared: callers check
 * once, at the end.
 */
#ifndef SSELOG_BASE_BUF_H
#define SSELOG_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes with a length; may hold NUL; owned by someone else. p may be NULL when len is 0. */
struct slice {
    const char *p;
    size_t len;
};

struct buf {
    char *p;     /* always NUL-terminated at p[len] once anything was added; NULL before */
    size_t len;  /* bytes in use */
    size_t cap;  /* bytes allocated */
    size_t max;  /* len never exceeds this */
    bool failed; /* cap met or out of memory: the content is incomplete */
    bool secret; /* may be set by its owner: what is given back, moved or dropped is wiped */
};

/* An empty buffer that will hold at most max bytes; allocates nothing yet. */
void buf_init(struct buf *b, size_t max);
/* Gives the memory back; the buffer is empty and usable again with the same cap. NULL is fine. */
void buf_free(struct buf *b);
/* Empties the buffer and clears the failed mark, keeping the memory. */
void buf_clear(struct buf *b);
/* Each returns 0, or -1 with b->failed set and b unchanged otherwise (all or nothing). */
int buf_add(struct buf *b, const void *p, size_t len);
int buf_adds(struct buf *b, const char *s);
int buf_addc(struct buf *b, char c);
int buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
int buf_vaddf(struct buf *b, const char *format, va_list ap) __attribute__((format(printf, 2, 0)));
/* Makes room for len more bytes at p + len without adding them: 0 or -1 as above. */
int buf_room(struct buf *b, size_t len);
/* Cuts it back to len bytes, if it holds more; a failed buffer stays failed. */
void buf_cut(struct buf *b, size_t len);
/* Drops the first n bytes (n <= len). */
void buf_drop(struct buf *b, size_t n);

static inline struct slice slice_of(const char *s)
{
    return (struct slice){s, s ? strlen(s) : 0};
}
static inline struct slice slice_make(const char *p, size_t len)
{
    return (struct slice){p, len};
}
static inline struct slice buf_slice(const struct buf *b)
{
    return (struct slice){b->p, b->len};
}
/* Same length and same bytes. Not for secrets: its time tells where they differ. */
static inline bool slice_equal(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}
/* The byte of two hexadecimal digits at the beginning of text; -1: they are not there. */
int slice_hex_byte(struct slice text);
/* The one reader of numbers: decimal digits alone (no sign, no blank), least to most.
 * Returns 0, or -1 with *number untouched. */
int slice_number(struct slice text, uint64_t least, uint64_t most, uint64_t *number);

#endif
