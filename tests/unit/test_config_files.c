/* SPDX-License-Identifier: MIT */
/*
 * config, files: the file of options, and the files that options name: passwords, secrets and keys.
 * A file that others may read or write, or that holds something else, stops the start.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "config/source.h"
#include "config/value.c"
#include "config_loader.h"

static void test_bad_files_are_refused_with_their_line(void **state)
{
    static const struct {
        const char *text;
        size_t len;
        const char *message;
    } rows[] = {
        {"SSELOG_HISTORY=1\nFOO=1\n", 23, "/a:2: FOO: no such option"},
        {"RETRY=1\n", 8, "/a:1: RETRY: no such option; did you mean SSELOG_RETRY?"},
        {"SSELOG_HISTORY=1\nSSELOG_HISTORY=1\n", 34, "/a:2: SSELOG_HISTORY: set a second time"},
        {"\n\nhello\n", 8, "/a:3: a line is NAME=value"},
        {"=1\n", 3, "/a:1: a line is NAME=value"},
        {"#\nSSELOG_RETRY=x", 16, "SSELOG_RETRY=x (file /"},
        {"#\nSSELOG_RETRY=x", 16, "/a:2): a whole number"},
        {"\nREDIS_URL=x\n", 13, "/a:2): "},
        {"SSELOG_FIELD=a\0b\n", 17, "NUL"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *none[] = {NULL};
        write_file(path_a, rows[i].text, rows[i].len, 0644);
        assert_null(load(path_a, none));
        assert_contains(message, rows[i].message);
    }
}

static void test_unreadable_files_are_refused(void **state)
{
    const char *none[] = {NULL};
    char *large = calloc(1, SOURCE_MAX_FILE + 1);
    (void)state;
    assert_non_null(large);
    memset(large, '\n', SOURCE_MAX_FILE + 1);
    write_file(path_a, large, SOURCE_MAX_FILE, 0644);
    struct config_base *base = load(path_a, none);
    assert_non_null(base);
    config_unload(base);
    write_file(path_a, large, SOURCE_MAX_FILE + 1, 0644);
    assert_null(load(path_a, none));
    free(large);
    assert_null(load(directory, none));
    assert_contains(message, directory);
    assert_null(load("/nonexistent/sselog.conf", none));
    assert_contains(message, "/nonexistent/sselog.conf: No such file");
}

static void test_files_that_are_read(void **state)
{
    const char *files[CONFIG_FILES];
    (void)state;
    struct config_base *base = load_one("SSELOG_HISTORY=5");
    assert_int_equal(config_files(base, files), 0);
    config_unload(base);
    write_file(path_b, "0123456789abcdef", 16, 0600);
    char text[200];
    snprintf(text, sizeof text, "SSELOG_JWT_KEY_FILE=%s\n", path_b);
    write_file(path_a, text, strlen(text), 0644);
    base = load(path_a, (const char *[]){NULL});
    assert_int_equal(config_files(base, files), 2);
    assert_string_equal(files[0], path_a);
    assert_string_equal(files[1], path_b);
    config_unload(base);
}

static void test_secret_files_are_read(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        mode_t mode;
        const char *secret; /* NULL: refused */
    } rows[] = {
        {"hunter2", 7, 0600, "hunter2"},
        {"hunter2\n", 8, 0640, "hunter2"},
        {"hunter2\r\n", 9, 0400, "hunter2"},
        {"hunter2\n\n", 9, 0600, "hunter2\n"},
        {" h 2 ", 5, 0600, " h 2 "},
        {"hunter2", 7, 0604, NULL},
        {"hunter2", 7, 0602, NULL},
        {"", 0, 0600, NULL},
        {"\n", 1, 0600, NULL},
        {"a\0b", 3, 0600, NULL},
    };
    char setting[128];
    (void)state;
    snprintf(setting, sizeof setting, "SSELOG_REDIS_PASSWORD_FILE=%s", path_b);
    for (size_t i = 0; i < COUNT(rows); i++) {
        write_file(path_b, rows[i].bytes, rows[i].len, rows[i].mode);
        const char *environment[] = {"SSELOG_REDIS=redis://u:other@h", setting, NULL};
        struct config_base *base = load(NULL, environment);
        assert_true((base != NULL) == (rows[i].secret != NULL));
        if (base)
            assert_string_equal(config_of(base)->redis.password, rows[i].secret);
        else
            assert_contains(message, path_b);
        assert_null(strstr(message, "hunter"));
        config_unload(base);
        assert_int_equal(unlink(path_b), 0);
    }
}

static void test_bad_secret_files_are_refused(void **state)
{
    char large[MAX_SECRET + 1], setting[128];
    (void)state;
    assert_null(load_one("SSELOG_COOKIE_SECRET_FILE=/nonexistent/s"));
    assert_contains(message,
                    "SSELOG_COOKIE_SECRET_FILE=/nonexistent/s (environment): No such file");
    assert_null(load_one("SSELOG_COOKIE_SECRET_FILE=hunter2"));
    assert_null(strstr(message, "hunter"));
    snprintf(setting, sizeof setting, "SSELOG_COOKIE_SECRET_FILE=%s", directory);
    assert_null(load_one(setting));
    assert_contains(message, "regular");
    memset(large, 'x', sizeof large);
    snprintf(setting, sizeof setting, "SSELOG_COOKIE_SECRET_FILE=%s", path_b);
    write_file(path_b, large, sizeof large, 0600);
    assert_null(load_one(setting));
    write_file(path_b, large, sizeof large - 1, 0600);
    struct config_base *base = load_one(setting);
    assert_non_null(base);
    assert_int_equal(config_of(base)->cookie_secret.len, sizeof large - 1);
    config_unload(base);
    unlink(path_b);
}

static void test_jwt_needs_a_key_of_its_algorithm(void **state)
{
    static const char pem[] = "-----BEGIN PUBLIC KEY-----\n", secret[] = "0123456789abcdef";
    static const struct {
        const char *alg, *key;
        mode_t mode;
        const char *message; /* NULL: accepted */
    } rows[] = {
        {"SSELOG_JWT_ALG=HS256", secret, 0600, NULL},
        {"SSELOG_JWT_ALG=HS256", secret, 0604, "open to others"},
        {"SSELOG_JWT_ALG=HS256", secret + 1, 0600, "less than 16 bytes"},
        {"SSELOG_JWT_ALG=HS256", "x", 0600, "SSELOG_JWT_KEY_FILE=/"},
        {"SSELOG_JWT_ALG=HS256", pem, 0600, "PEM"},
#ifdef HAVE_LIBJWT
        {"SSELOG_JWT_ALG=RS256", pem, 0644, NULL},
#else
        {"SSELOG_JWT_ALG=RS256", pem, 0644, "need libjwt"},
#endif
        {"SSELOG_JWT_ALG=ES256", pem, 0646, "written by others"},
        {"SSELOG_JWT_ALG=ES256", secret, 0600, "PEM"},
        {"SSELOG_JWT_ALG=HS256", NULL, 0, "jwt needs"},
    };
    char setting[128];
    (void)state;
    snprintf(setting, sizeof setting, "SSELOG_JWT_KEY_FILE=%s", path_b);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *key = rows[i].key ? rows[i].key : "";
        write_file(path_b, key, strlen(key), rows[i].mode | 0600);
        const char *environment[] = {"SSELOG_AUTH=jwt", rows[i].alg, rows[i].key ? setting : NULL,
                                     NULL};
        struct config_base *base = load(NULL, environment);
        assert_true((base != NULL) == (rows[i].message == NULL));
        if (rows[i].message)
            assert_contains(message, rows[i].message);
        config_unload(base);
        unlink(path_b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_files_are_refused_with_their_line),
        cmocka_unit_test(test_unreadable_files_are_refused),
        cmocka_unit_test(test_files_that_are_read),
        cmocka_unit_test(test_secret_files_are_read),
        cmocka_unit_test(test_bad_secret_files_are_refused),
        cmocka_unit_test(test_jwt_needs_a_key_of_its_algorithm),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
