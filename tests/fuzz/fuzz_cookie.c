/* SPDX-License-Identifier: MIT */
/* Fuzz target: a Cookie header.  A value that is found is within the header and has no ';'. */
#include <stdint.h>
#include <stdlib.h>

#include "gateway/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *get(void *arg, const char *name, unsigned nth)
{
    if (nth > 0)
        return NULL;
    if (strcmp(name, "REQUEST_METHOD") == 0)
        return "GET";
    return strcmp(name, "HTTP_COOKIE") == 0 ? arg : NULL;
}

static void check(const struct request *r, const char *header, size_t len)
{
    struct slice value;
    size_t count = request_cookie(r, "session", &value);
    if (count == 0 && value.len != 0)
        abort();
    if (count > 0 && (value.p < header || value.p + value.len > header + len))
        abort();
    if (value.len > 0 && memchr(value.p, ';', value.len) != NULL)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *header = malloc(size + 1);
    struct request r;
    const char *why;
    if (header == NULL)
        abort();
    if (size > 0)
        memcpy(header, data, size);
    header[size] = '\0';
    if (request_parse(&r, get, header, &why) == 0)
        check(&r, header, strlen(header));
    request_free(&r);
    free(header);
    return 0;
}
