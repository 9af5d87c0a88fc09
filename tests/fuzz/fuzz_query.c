/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: a query string (up to the first newline) and an Accept header (the rest).  The
 * parser returns 0 or a status, decoded text stays within its buffer, and no argument holds a NUL.
 */
#include <stdint.h>
#include <stdlib.h>

#include "gateway/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzzed {
    char *query, *accept;
};

static const char *get(void *arg, const char *name, unsigned nth)
{
    const struct fuzzed *f = arg;
    if (nth > 0)
        return NULL;
    if (strcmp(name, "REQUEST_METHOD") == 0)
        return "GET";
    if (strcmp(name, "QUERY_STRING") == 0)
        return f->query;
    return strcmp(name, "HTTP_ACCEPT") == 0 ? f->accept : NULL;
}

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

static void check(const struct request *r)
{
    if (r->nargs > REQUEST_MAX_QUERY_ARGS)
        abort();
    for (size_t i = 0; i < r->nargs; i++) {
        const struct request_arg *arg = &r->args[i];
        if (strlen(arg->value.p) != arg->value.len || request_arg_count(r, arg->name) == 0 ||
            request_arg(r, arg->name) == NULL)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t len = end ? (size_t)(end - data) : size;
    struct fuzzed f = {copy(data, len), copy(data + len, size - len)};
    struct request r;
    const char *why;
    int status = request_parse(&r, get, &f, &why);
    if (status == 0) {
        check(&r);
        request_wants_stream(&r);
    } else if (why == NULL || status < 400) {
        abort();
    }
    request_free(&r);
    free(f.query);
    free(f.accept);
    return 0;
}
