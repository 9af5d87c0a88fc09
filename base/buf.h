/* SPDX-License-Identifier: MIT */
/*
 * buf: a growable byte buffer with a maximum, and the slice, which points at bytes of another
 * owner. Knows only libc.  A buffer that reached its maximum or ran out of memory is marked failed
 * until it is cleared.  So a caller checks once, at the end.
 */
#ifndef SSELOG_BASE_BUF_H
#define SSELOG_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes with a length; they may hold NUL and belong to another owner. p may be NULL if len is 0. */
struct slice {
    const char *p;
    size_t len;
};

struct buf {
    char *p;      /* p[len] is NUL; p is NULL until the first addition */
    size_t len;   /* bytes in use */
    size_t cap;   /* bytes allocated */
    uint32_t max; /* len never exceeds this */
    bool failed;  /* maximum reached or out of memory: the content is incomplete */
    bool starved; /* failed, because memory ran out */
    bool secret;  /* set by the owner: bytes are wiped when they are freed, moved or dropped */
};

/* Makes b an empty buffer that holds at most max bytes, and less than 4 GB. Allocates nothing. */
void buf_init(struct buf *b, size_t max);
/* Frees the memory. The buffer is empty and can be used again, with the same maximum. NULL is fine.
 */
void buf_free(struct buf *b);
/* Empties the buffer and clears the failed mark. Keeps the memory. */
void buf_clear(struct buf *b);
/* Each adds everything and returns 0, or adds nothing, sets b->failed and returns -1. */
int buf_add(struct buf *b, const void *p, size_t len);
int buf_adds(struct buf *b, const char *s);
int buf_addc(struct buf *b, char c);
int buf_add_number(struct buf *b, uint64_t number);
int buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
int buf_vaddf(struct buf *b, const char *format, va_list ap) __attribute__((format(printf, 2, 0)));
/* Allocates space for len more bytes at p + b->len without adding them. 0 or -1 as above. */
int buf_room(struct buf *b, size_t len);
/* Shortens the content to len bytes if it has more. A failed buffer stays failed. */
void buf_cut(struct buf *b, size_t len);
/* Removes the first n bytes, or all if there are fewer. */
void buf_drop(struct buf *b, size_t n);
/* Gives memory back if most of a large buffer is unused. */
void buf_shrink(struct buf *b);

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
/* Same length and same bytes. Not for secrets: the time shows where they differ. */
static inline bool slice_equal(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}
/* Returns what is after the first n bytes; n <= s.len. If n is 0, p may be NULL. */
static inline struct slice slice_after(struct slice s, size_t n)
{
    return slice_make(n > 0 ? s.p + n : s.p, s.len - n);
}
/* Cuts the first len bytes off *rest into *head. -1: there are fewer; then *head is empty. */
static inline int slice_cut(struct slice *rest, size_t len, struct slice *head)
{
    bool enough = len <= rest->len;
    size_t n = enough ? len : 0;
    *head = slice_make(rest->p, n);
    *rest = slice_after(*rest, n);
    return enough ? 0 : -1;
}
/* The value of the two hexadecimal digits that text starts with; -1: it does not. */
int slice_hex_byte(struct slice text);
/* Parses a decimal number from least to most: only digits, no sign, no blank. All numbers from
 * outside are parsed here. Returns 0, or -1 without a change of *number. */
int slice_number(struct slice text, uint64_t least, uint64_t most, uint64_t *number);

#define NUMBER_DIGITS 20 /* of the greatest 64-bit number */
/* Writes number in decimal, without a NUL. Returns how many digits. For code that runs for each
 * record: printf takes several times as long. */
size_t number_format(uint64_t number, char out[NUMBER_DIGITS]);

#endif
