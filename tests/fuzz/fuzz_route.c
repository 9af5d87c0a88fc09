/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: a route (up to the first newline) and a path (the rest).  If a valid route matches,
 * the route with its captures filled in is the path, and captures hold only allowed bytes.
 */
#include <stdint.h>
#include <stdlib.h>

#include "gateway/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *copy(const uint8_t *p, size_t len)
{
    char *s = malloc(len + 1);
    if (s == NULL)
        abort();
    if (len > 0)
        memcpy(s, p, len);
    s[len] = '\0';
    return s;
}

static void check_value(struct slice value)
{
    if (value.len == 0 || value.len > 128)
        abort();
    for (size_t i = 0; i < value.len; i++) {
        if (value.p[i] == '/' || value.p[i] <= ' ' || value.p[i] == '*' || value.p[i] == ':')
            abort();
    }
}

static void check_filled(const char *pattern, const char *path, const struct route_match *m)
{
    for (size_t i = 0; *pattern; pattern++) {
        if (*pattern != '{') {
            if (*path++ != *pattern)
                abort();
            continue;
        }
        struct slice value = m->captures[i++].value;
        check_value(value);
        if (value.p != path)
            abort();
        path += value.len;
        pattern = strchr(pattern, '}');
    }
    if (*path)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t len = end ? (size_t)(end - data) : size;
    char *pattern = copy(data, len);
    char *path = end ? copy(end + 1, size - len - 1) : copy(data, 0);
    struct route_match m;
    bool matched = route_match(pattern, path, &m);
    if (route_check(pattern) == 0 && matched)
        check_filled(pattern, path, &m);
    free(pattern);
    free(path);
    return 0;
}
