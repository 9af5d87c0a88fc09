/* SPDX-License-Identifier: MIT */
/*
 * place: a model.  It is a log that is added to, trimmed, thinned out and recreated at random, and
 * a reader that knows only what Redis would answer.  Records that the reader missed must have been
 * told, and no others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "relay/place.c"

#include "ids.h"

#define MOST 4096

enum fate { THERE, TRIMMED, DELETED };

/* The log as Redis keeps it; record n of all times has id n + 1. */
struct model {
    uint64_t seed;
    size_t made;  /* records of all times */
    size_t begin; /* the first record of the log of today */
    enum fate fate[MOST];
    unsigned times[MOST]; /* delivered */
    bool thinned;         /* some were taken out of the middle */
    bool renewed;         /* the log was removed since the reader looked last */
    struct place reader;
    struct xid told; /* all up to here was delivered or told as lost */
};

static unsigned dice(struct model *m, unsigned sides)
{
    m->seed ^= m->seed << 13;
    m->seed ^= m->seed >> 7;
    m->seed ^= m->seed << 17;
    return (unsigned)(m->seed % sides);
}

static struct redis_info info_of(const struct model *m)
{
    struct redis_info info = {.exists = m->made > m->begin, .has_added = m->made > m->begin};
    if (!info.exists)
        return info;
    info.added = m->made - m->begin;
    info.last = ID(m->made);
    for (size_t i = m->made; i-- > m->begin;) {
        if (m->fate[i] != THERE)
            continue;
        info.length++;
        info.has_first = true;
        info.first = ID(i + 1);
    }
    return info;
}

static void change(struct model *m)
{
    unsigned what = dice(m, 100);
    if (what < 55) {
        for (unsigned n = 1 + dice(m, 5); n > 0 && m->made < MOST; n--)
            m->made++;
    } else if (what < 80) {
        unsigned n = dice(m, dice(m, 4) == 0 ? 12 : 4);
        for (size_t i = m->begin; i < m->made && n > 0; i++) {
            n -= m->fate[i] == THERE;
            if (m->fate[i] == THERE)
                m->fate[i] = TRIMMED;
        }
    } else if (what < 97) {
        size_t i = m->made > m->begin ? m->begin + dice(m, (unsigned)(m->made - m->begin)) : MOST;
        if (i < MOST && m->fate[i] == THERE) {
            m->fate[i] = DELETED;
            m->thinned = true;
        }
    } else if (m->made > m->begin) {
        for (; m->begin < m->made; m->begin++)
            if (m->fate[m->begin] == THERE)
                m->fate[m->begin] = TRIMMED;
        m->renewed = true;
        if (m->reader.cursor.id.ms == 0) /* waits for the beginning of the next log */
            m->told = ID(m->begin);
    }
}

/* How many records between the reader and next were never delivered, by what became of them. */
static void count_missed(const struct model *m, uint64_t next, int64_t *trimmed, int64_t *deleted)
{
    *trimmed = *deleted = 0;
    for (uint64_t i = m->told.ms; i + 1 < next && i < m->made; i++) {
        *trimmed += m->times[i] == 0 && m->fate[i] == TRIMMED;
        *deleted += m->times[i] == 0 && m->fate[i] == DELETED;
    }
}

static int64_t deleted_ever(const struct model *m)
{
    int64_t n = 0;
    for (size_t i = 0; i < m->made; i++)
        n += m->fate[i] == DELETED;
    return n;
}

static void gap_is_true(struct model *m, const struct gap *gap, bool knew_rank)
{
    int64_t trimmed, deleted;
    uint64_t next = gap->has_next ? gap->next.ms : m->made + 1;
    count_missed(m, next, &trimmed, &deleted);
    if (knew_rank && !m->renewed)
        assert_true(trimmed + deleted_ever(m) > 0);
    if (gap->lost >= 0 && !m->renewed) {
        assert_true(gap->lost >= trimmed);
        assert_true(gap->lost <= trimmed + deleted_ever(m));
        if (!m->thinned)
            assert_int_equal(gap->lost, trimmed);
    }
    if (!m->renewed && knew_rank)
        assert_true(gap->lost > 0);
    m->told = ID(next - 1);
}

/* The last record at or before the cursor, as tail.c finds it. */
static bool locate(struct model *m)
{
    for (uint64_t i = m->reader.cursor.id.ms; i-- > m->begin;) {
        if (i < m->made && m->fate[i] == THERE) {
            m->reader.cursor.id = ID(i + 1);
            return true;
        }
    }
    return false;
}

static size_t read_from(const struct model *m, struct redis_entry *out, size_t most)
{
    size_t n = 0, from = m->reader.cursor.id.ms > 0 ? m->reader.cursor.id.ms - 1 : 0;
    for (size_t i = from < m->begin ? m->begin : from; i < m->made && n < most; i++)
        if (m->fate[i] == THERE)
            out[n++] = (struct redis_entry){.id = ID(i + 1)};
    return n;
}

static void deliver(struct model *m, const struct redis_entry *e, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int64_t trimmed, deleted;
        uint64_t id = e[i].id.ms;
        if (m->reader.cursor.at != CURSOR_OPEN) {
            count_missed(m, id, &trimmed, &deleted);
            assert_int_equal(trimmed, 0); /* else loss was silent */
        }
        assert_int_equal(m->times[id - 1]++, 0);
        assert_true(id > m->told.ms);
        m->told = e[i].id;
        m->reader.cursor.rank += m->reader.cursor.rank != RANK_UNKNOWN;
        m->reader.cursor.id = e[i].id;
        m->reader.cursor.at = CURSOR_SENT;
    }
}

static void look(struct model *m)
{
    struct redis_entry e[8] = {{.pairs = 0}};
    struct gap gap;
    size_t start, n = read_from(m, e, 1 + dice(m, 8));
    if (cursor_proven(&m->reader.cursor, e, n, &start)) {
        deliver(m, e + start, n - (start < n ? start : n));
        return;
    }
    struct redis_info info = info_of(m);
    bool knew = m->reader.cursor.rank != RANK_UNKNOWN;
    m->reader.doubt = DOUBT_MISSING;
    switch (place_on_info(&m->reader, &info, &gap)) {
    case FOUND_GAP:
        gap_is_true(m, &gap, knew);
        break;
    case FIND_BEFORE:
        assert_true(locate(m));
        break;
    case FOUND_END:
        assert_true(m->made == m->begin || m->reader.cursor.id.ms == m->made);
        break;
    default:
        break;
    }
    m->renewed = false;
}

/* The reader comes back with the id it was told last and nothing else. */
static void come_back(struct model *m)
{
    if (m->reader.cursor.at == CURSOR_SENT && m->reader.cursor.id.ms > 0 &&
        m->reader.cursor.id.ms == m->told.ms)
        m->reader.cursor = (struct cursor){.id = m->told, .at = CURSOR_SENT, .rank = RANK_UNKNOWN};
}

static void follow(struct model *m, bool renew)
{
    m->reader = (struct place){.cursor.at = CURSOR_SENT, .standing = PLACE_CLAIMED};
    for (int i = 0; i < 300 && m->made < MOST - 8; i++) {
        size_t begin = m->begin;
        change(m);
        if (!renew && m->begin != begin)
            return;
        if (m->renewed) /* what comes then is trimmed only after the reader looked */
            m->made += 1 + dice(m, 8);
        for (unsigned n = m->renewed ? 1 : dice(m, 3); n > 0; n--)
            look(m);
        if (dice(m, 20) == 0 && !m->renewed)
            come_back(m);
    }
    for (int i = 0; i < 2000; i++)
        look(m);
    for (size_t i = m->begin; i < m->made; i++)
        assert_true(m->times[i] == 1 || m->fate[i] != THERE || i < m->told.ms);
}

static void test_model_reader_misses_nothing_silently(void **state)
{
    struct model *m = malloc(sizeof *m);
    (void)state;
    assert_non_null(m);
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        *m = (struct model){.seed = seed * 0x9e3779b97f4a7c15u};
        follow(m, seed % 2 == 0);
    }
    free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_model_reader_misses_nothing_silently),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
