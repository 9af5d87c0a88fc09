/* SPDX-License-Identifier: MIT */
/*
 * config_loader: loads configurations for tests, from files and environments.  It stands in for the
 * table of profiles, and keeps the message of the last load.  Include it once, after cmocka.h and
 * the .c under test.  Tests that write files use make_directory() and remove_directory().
 */
#ifndef SSELOG_TEST_CONFIG_LOADER_H
#define SSELOG_TEST_CONFIG_LOADER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config.h"
#include "format/profile.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Profiles for these tests. */
static const struct preset presets[] = {{"SSELOG_KEEPALIVE", "30"},
                                        {"SSELOG_ROUTE", "/t/{tenant}/stream"},
                                        {"SSELOG_STREAM", "events:{tenant}"},
                                        {NULL, NULL}};
static const struct preset bad_presets[] = {{"SSELOG_KEEPALIVE", "never"}, {NULL, NULL}};
static const struct profile profiles[] = {
    {.name = "plain", .named_logs = true},
    {.name = "preset", .presets = presets},
    {.name = "bad", .presets = bad_presets},
};

const struct profile *profile_at(unsigned i)
{
    return i < COUNT(profiles) ? &profiles[i] : NULL;
}

const struct profile *profile_find(const char *name)
{
    for (size_t i = 0; i < COUNT(profiles); i++) {
        if (strcmp(profiles[i].name, name) == 0)
            return &profiles[i];
    }
    return NULL;
}

/* A directory for files of all tests, removed at the end. */
static char directory[] = "/tmp/test_config.XXXXXX";
static char path_a[64], path_b[64];

static inline int make_directory(void **state)
{
    (void)state;
    if (mkdtemp(directory) == NULL)
        return -1;
    snprintf(path_a, sizeof path_a, "%s/a", directory);
    snprintf(path_b, sizeof path_b, "%s/b", directory);
    return 0;
}

static inline int remove_directory(void **state)
{
    (void)state;
    unlink(path_a);
    unlink(path_b);
    return rmdir(directory);
}

static inline void write_file(const char *path, const void *bytes, size_t len, mode_t mode)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(path, mode), 0);
}

/* `why` of the last load, NUL-terminated. */
static char message[1024];

static inline struct config_base *load(const char *file, const char *const *environment)
{
    struct buf why;
    buf_init(&why, sizeof message - 1);
    struct config_base *base = config_load(file, (char *const *)(uintptr_t)environment, &why);
    snprintf(message, sizeof message, "%s", why.p ? why.p : "");
    assert_true((base == NULL) == (message[0] != '\0'));
    assert_null(strchr(message, '\n'));
    buf_free(&why);
    return base;
}

static inline struct config_base *load_one(const char *setting)
{
    const char *environment[] = {setting, NULL};
    return load(NULL, environment);
}

static inline int for_request(const struct config_base *base, const char *const *params,
                              const struct config **out)
{
    struct buf why;
    buf_init(&why, sizeof message - 1);
    int result = config_for_request(base, (char *const *)(uintptr_t)params, out, &why);
    snprintf(message, sizeof message, "%s", why.p ? why.p : "");
    assert_true((result < 0) == (message[0] != '\0'));
    buf_free(&why);
    return result;
}

static inline void assert_contains(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", part, text);
}

#endif
