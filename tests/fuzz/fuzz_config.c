/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: lines NAME=value.  The first line is the environment and all lines are the
 * parameters of a request; then the other way round.  The result is a configuration that can be
 * printed and released, or one line with the reason.  Options that name a file are left out, so
 * that no file is opened.
 */
#include <stdint.h>
#include <stdlib.h>

#include "config/config.h"

#define MAX_LINES 32

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_why(const struct buf *why)
{
    if (why->len == 0 || memchr(why->p, '\n', why->len) != NULL)
        abort();
}

static void try_request(const struct config_base *base, char *const *lines)
{
    const struct config *config;
    struct buf why;
    buf_init(&why, 2000);
    if (config_for_request(base, lines, &config, &why) == 0)
        config_release(base, config);
    else
        check_why(&why);
    buf_free(&why);
}

static void try_load(char *const *environment, char *const *lines)
{
    struct buf why, out;
    struct config_base *base;
    buf_init(&why, 2000);
    buf_init(&out, 1024 * 1024);
    base = config_load(NULL, environment, &why);
    if (base) {
        config_print(base, &out);
        try_request(base, lines);
        config_unload(base);
    } else {
        check_why(&why);
    }
    buf_free(&why);
    buf_free(&out);
}

/* Splits text into lines, without those that name a file. */
static void cut_lines(char *text, char *lines[MAX_LINES + 1])
{
    size_t n = 0;
    while (text && n < MAX_LINES) {
        char *end = strchr(text, '\n');
        if (end)
            *end = '\0';
        if (strstr(text, "_FILE") == NULL)
            lines[n++] = text;
        text = end ? end + 1 : NULL;
    }
    lines[n] = NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *lines[MAX_LINES + 1], *first[2] = {NULL, NULL};
    char *text = malloc(size + 1);
    if (text == NULL)
        abort();
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    cut_lines(text, lines);
    first[0] = lines[0];
    try_load(first, lines);
    try_load(lines, first);
    free(text);
    return 0;
}
