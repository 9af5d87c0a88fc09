/* SPDX-License-Identifier: MIT */
/* case_rows: the rows of a table in tests/cases, which tests of the page read too. */
#ifndef SSELOG_TESTS_CASE_ROWS_H
#define SSELOG_TESTS_CASE_ROWS_H

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CASE_CELLS 4

struct case_rows {
    char *(*cells)[CASE_CELLS]; /* they may be changed in place */
    size_t count;
    char *text;
};

static char *case_rows_load(const char *name)
{
    char here[] = __FILE__, path[4096];
    char *text;
    FILE *f;
    long size;
    snprintf(path, sizeof path, "%s/../cases/%s", dirname(here), name);
    f = fopen(path, "rb");
    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    size = ftell(f);
    rewind(f);
    text = calloc(1, (size_t)size + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)size, f), size);
    fclose(f);
    return text;
}

/* Reads a table of that many columns. Lines that begin with "# " are comments. */
static struct case_rows case_rows_read(const char *name, size_t columns)
{
    struct case_rows rows = {.text = case_rows_load(name)};
    char *rest = rows.text, *line, *cell;
    while ((line = strsep(&rest, "\n")) != NULL) {
        if (line[0] == '\0' || strncmp(line, "# ", 2) == 0)
            continue;
        rows.cells = realloc(rows.cells, (rows.count + 1) * sizeof *rows.cells);
        assert_non_null(rows.cells);
        for (size_t i = 0; i < columns; i++) {
            cell = strsep(&line, "\t");
            rows.cells[rows.count][i] = cell;
            if (!cell)
                fail_msg("row %zu of %s is too short", rows.count + 1, name);
        }
        rows.count++;
    }
    return rows;
}

static void case_rows_free(struct case_rows *rows)
{
    free(rows->cells);
    free(rows->text);
}

#endif
