/* SPDX-License-Identifier: MIT */
/*
 * wrap_malloc: the allocations of a test program that is linked with --wrap for each of these
 * functions.  Define allocation_fails() before; include it once.
 */
#ifndef SSELOG_TEST_WRAP_MALLOC_H
#define SSELOG_TEST_WRAP_MALLOC_H

#include <stddef.h>
#include <string.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
char *__wrap_strdup(const char *s);

void *__wrap_malloc(size_t n)
{
    return allocation_fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return allocation_fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    return allocation_fails() ? NULL : __real_realloc(p, n);
}

char *__wrap_strdup(const char *s)
{
    size_t n = strlen(s) + 1;
    char *copy = allocation_fails() ? NULL : __real_malloc(n);
    return copy ? memcpy(copy, s, n) : NULL;
}

#endif
