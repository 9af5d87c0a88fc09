/* SPDX-License-Identifier: MIT */
/* rotation: files of a directory. The decisions are in test_send_mark.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "send/mark.h"

/* A rotation after the scan of the directory, before the file is opened. */
static char rotated[64];
static unsigned rotations;

static int find_and_rotate(const struct mark *m, const struct mark_file *files, size_t n)
{
    int found = mark_find(m, files, n);
    char old[80];
    snprintf(old, sizeof old, "%s.%u", rotated, rotations);
    if (rotations > 0) {
        assert_int_equal(rename(rotated, old), 0);
        rotations--;
        int fd = open(rotated, O_WRONLY | O_CREAT | O_EXCL, 0644);
        assert_int_equal(write(fd, "others\n", 7), 7);
        close(fd);
    }
    return found;
}

#define mark_find find_and_rotate
#include "send/rotation.c"
#undef mark_find

#define NOBODY 65534

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(fchmod(fd, 0644), 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

/* As the files of a service often are for others: their names are known, and not listed. */
static void test_file_is_found_in_a_directory_that_cannot_be_listed(void **state)
{
    char directory[] = "/tmp/sselog-rotation-XXXXXX", path[64], old[64];
    struct mark m;
    bool root = geteuid() == 0;
    (void)state;
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/app.log", directory);
    snprintf(old, sizeof old, "%s/app.log.1", directory);
    write_file(path, "one\ntwo\n");
    write_file(old, "zero\n");
    assert_int_equal(chmod(directory, 0111), 0);
    if (root)
        assert_int_equal(seteuid(NOBODY), 0);
    assert_int_equal(open(directory, O_RDONLY | O_DIRECTORY), -1);
    int fd = open(path, O_RDONLY);
    rotation_begin(fd, 4, &m);
    int found = rotation_open(path, &m, ROTATION_FIND);
    assert_true(found >= 0);
    assert_true(rotation_same_head(found, &m));
    assert_int_equal(rotation_open(path, &m, ROTATION_NEXT), -1);
    if (root)
        assert_int_equal(seteuid(0), 0);
    close(found);
    close(fd);
    chmod(directory, 0700);
    unlink(path);
    unlink(old);
    rmdir(directory);
}

/* Not the one that has its name now. */
static void test_file_that_is_renamed_meanwhile_is_found(void **state)
{
    char directory[] = "/tmp/sselog-rotation-XXXXXX", old[80];
    struct mark m;
    (void)state;
    assert_non_null(mkdtemp(directory));
    snprintf(rotated, sizeof rotated, "%s/app.log", directory);
    write_file(rotated, "one\ntwo\n");
    int fd = open(rotated, O_RDONLY);
    rotation_begin(fd, 4, &m);
    rotations = 2;
    int found = rotation_open(rotated, &m, ROTATION_FIND);
    assert_true(found >= 0);
    assert_true(rotation_same_head(found, &m));
    assert_int_equal(rotations, 0);
    close(found);
    close(fd);
    unlink(rotated);
    for (int i = 1; i <= 2; i++) {
        snprintf(old, sizeof old, "%s.%d", rotated, i);
        unlink(old);
    }
    rmdir(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file_is_found_in_a_directory_that_cannot_be_listed),
        cmocka_unit_test(test_file_that_is_renamed_meanwhile_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
