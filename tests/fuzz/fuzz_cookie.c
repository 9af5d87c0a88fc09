/* SPDX-License-Identifier: MIT */
/* Fuzz target: a Cookie header.  A value that is found is within the header, has no ';' and differs
 * from the values before it. */
#include <stdint.h>
#include <stdlib.h>

#include "gateway/request.h"

#define MAX 4

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
    struct slice values[MAX];
    size_t count = request_cookies(r, "session", values, MAX);
    if (count > MAX + 1)
        abort();
    for (size_t i = 0; i < count && i < MAX; i++) {
        if (values[i].p < header || values[i].p + values[i].len > header + len)
            abort();
        if (values[i].len > 0 && memchr(values[i].p, ';', values[i].len) != NULL)
            abort();
        for (size_t j = 0; j < i; j++)
            if (slice_equal(values[i], values[j]))
                abort();
    }
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
