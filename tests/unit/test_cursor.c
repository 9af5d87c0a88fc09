/* SPDX-License-Identifier: MIT */
/*
 * cursor: every verdict by itself, then a model: a log that is added to, trimmed, thinned out and
 * made anew at random, followed by a reader that knows of it only what Redis would answer.  What
 * the reader missed must have been told, and nothing may be told that was not missed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "relay/cursor.c"

#define ID(n) ((struct xid){(n), 0})

static void positions(void **state)
{
    static const struct {
        struct cursor c;
        struct xid position;
    } cases[] = {
        {{.id = {7, 3}, .at = CURSOR_SENT}, {7, 3}},
        {{.id = {7, 3}, .at = CURSOR_NEXT}, {7, 2}},
        {{.id = {7, 0}, .at = CURSOR_NEXT}, {6, UINT64_MAX}},
        {{.id = {0, 0}, .at = CURSOR_OPEN}, {0, 0}},
        {{.id = {0, 0}, .at = CURSOR_SENT}, {0, 0}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(xid_cmp(cursor_position(&cases[i].c), cases[i].position), 0);
}

static void proofs(void **state)
{
    static const struct {
        enum cursor_at at;
        uint64_t first; /* id of the first entry; 0: there is none */
        bool proven;
        size_t start;
    } cases[] = {
        {CURSOR_SENT, 10, true, 1}, {CURSOR_SENT, 11, false, 0}, {CURSOR_SENT, 0, false, 0},
        {CURSOR_NEXT, 10, true, 0}, {CURSOR_NEXT, 11, false, 0}, {CURSOR_NEXT, 0, false, 0},
        {CURSOR_OPEN, 10, true, 0}, {CURSOR_OPEN, 11, true, 0},  {CURSOR_OPEN, 0, true, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cursor c = {.id = ID(10), .at = cases[i].at};
        struct redis_entry e = {.id = ID(cases[i].first)};
        size_t start = 99;
        assert_int_equal(cursor_proven(&c, &e, cases[i].first > 0, &start), cases[i].proven);
        if (cases[i].proven)
            assert_int_equal(start, cases[i].start);
    }
}

#define NONE RANK_UNKNOWN
#define OLD  UINT64_MAX /* added: a server that does not tell it */

static void verdicts(void **state)
{
    static const struct {
        const char *what;
        enum cursor_at at;
        uint64_t id, rank;
        uint64_t first, last, length, added; /* last 0: no such key */
        enum cursor_verdict verdict;
        int64_t lost;
        enum cursor_at then;
        uint64_t then_id, then_rank;
    } cases[] = {
        {"open", CURSOR_OPEN, 5, NONE, 9, 20, 3, 10, CURSOR_READ_ON, 0, CURSOR_OPEN, 5, NONE},
        {"log empty before and now", CURSOR_SENT, 0, 0, 0, 0, 0, 0, CURSOR_AT_END, 0, CURSOR_SENT,
         0, 0},
        {"log removed", CURSOR_SENT, 5, 5, 0, 0, 0, 0, CURSOR_GAP, -1, CURSOR_SENT, 0, 0},
        {"first records of an empty log", CURSOR_SENT, 0, 0, 1, 3, 3, 3, CURSOR_READ_ON, 0,
         CURSOR_NEXT, 1, 0},
        {"first records, some trimmed since", CURSOR_SENT, 0, 0, 3, 5, 3, 5, CURSOR_GAP, 2,
         CURSOR_NEXT, 3, 2},
        {"at the end, all trimmed", CURSOR_SENT, 5, 5, 0, 5, 0, 5, CURSOR_AT_END, 0, CURSOR_SENT, 5,
         5},
        {"at the end, rank unknown", CURSOR_SENT, 5, NONE, 0, 5, 0, 5, CURSOR_AT_END, 0,
         CURSOR_SENT, 5, 5},
        {"trimmed up to it", CURSOR_SENT, 5, 5, 6, 9, 4, 9, CURSOR_READ_ON, 0, CURSOR_NEXT, 6, 5},
        {"trimmed past it", CURSOR_SENT, 5, 5, 8, 9, 2, 9, CURSOR_GAP, 2, CURSOR_NEXT, 8, 7},
        {"all trimmed", CURSOR_SENT, 5, 5, 0, 9, 0, 9, CURSOR_GAP, 4, CURSOR_SENT, 9, 9},
        {"trimmed past it, rank unknown", CURSOR_SENT, 5, NONE, 8, 9, 2, 9, CURSOR_GAP, -1,
         CURSOR_NEXT, 8, 7},
        {"trimmed past it, old server", CURSOR_SENT, 5, 5, 8, 9, 2, OLD, CURSOR_GAP, -1,
         CURSOR_NEXT, 8, NONE},
        {"only its record is gone", CURSOR_SENT, 5, 5, 2, 9, 7, 9, CURSOR_LOCATE, 0, CURSOR_SENT, 5,
         5},
        {"the next is gone", CURSOR_NEXT, 5, 4, 8, 9, 2, 9, CURSOR_GAP, 3, CURSOR_NEXT, 8, 7},
        {"the next, the last of all, is gone", CURSOR_NEXT, 5, 4, 0, 5, 0, 5, CURSOR_GAP, 1,
         CURSOR_SENT, 5, 5},
        {"made anew, lower ids", CURSOR_SENT, 50, 9, 1, 3, 3, 3, CURSOR_GAP, -1, CURSOR_NEXT, 1, 0},
        {"made anew, lower ids, all trimmed", CURSOR_SENT, 50, 5, 0, 8, 0, 8, CURSOR_GAP, -1,
         CURSOR_SENT, 8, 8},
        {"made anew, fewer records", CURSOR_SENT, 5, 5, 8, 9, 2, 2, CURSOR_GAP, -1, CURSOR_NEXT, 8,
         0},
        {"made anew, more records", CURSOR_SENT, 5, 5, 8, 19, 12, 12, CURSOR_GAP, -1, CURSOR_NEXT,
         8, 0},
        {"made anew, rank unknown", CURSOR_SENT, 5, NONE, 8, 9, 2, 2, CURSOR_GAP, -1, CURSOR_NEXT,
         8, 0},
        {"more there than were added", CURSOR_SENT, 5, 5, 8, 9, 9, 3, CURSOR_GAP, -1, CURSOR_NEXT,
         8, NONE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cursor c = {.id = ID(cases[i].id), .at = cases[i].at, .rank = cases[i].rank};
        struct xid before = cursor_position(&c);
        struct redis_info info = {.exists = cases[i].last > 0,
                                  .length = cases[i].length,
                                  .last = ID(cases[i].last),
                                  .has_first = cases[i].first > 0,
                                  .first = ID(cases[i].first),
                                  .has_added = cases[i].last > 0 && cases[i].added != OLD,
                                  .added = cases[i].added};
        struct gap gap;
        print_message("%s\n", cases[i].what);
        assert_int_equal(cursor_check(&c, false, &info, &gap), cases[i].verdict);
        if (cases[i].verdict == CURSOR_GAP) {
            assert_int_equal(gap.lost, cases[i].lost);
            assert_int_equal(xid_cmp(gap.after, before), 0);
            assert_int_equal(gap.has_next, info.has_first);
            assert_int_equal(xid_cmp(gap.next, info.first), 0);
        }
        assert_int_equal(c.at, cases[i].then);
        assert_int_equal(c.id.ms, cases[i].then_id);
        assert_int_equal(c.rank, cases[i].then_rank);
    }
}

/* What XDEL took away: max-deleted-entry-id tells whether this log ever had the record at a cursor,
 * and its records make the counts of Redis say less. */
static void deletions(void **state)
{
    static const struct {
        const char *what;
        bool missing;
        uint64_t id, rank, first, last, length, added, deleted;
        enum cursor_verdict verdict;
        int64_t lost;
        uint64_t then_rank;
    } cases[] = {
        {"it was deleted", true, 5, NONE, 2, 9, 7, 9, 5, CURSOR_LOCATE, 0, NONE},
        {"one beyond was deleted", true, 5, NONE, 2, 9, 7, 9, 8, CURSOR_LOCATE, 0, NONE},
        {"never in this log", true, 5, NONE, 2, 9, 7, 9, 4, CURSOR_GAP, -1, NONE},
        {"never in this log, none deleted", true, 5, NONE, 2, 9, 8, 9, 0, CURSOR_GAP, -1, 1},
        {"fewer were ever added", true, 5, 9, 2, 9, 3, 4, 8, CURSOR_GAP, -1, NONE},
        {"not looked for yet", false, 5, NONE, 2, 9, 8, 9, 4, CURSOR_LOCATE, 0, NONE},
        {"trimmed, never deleted", true, 5, NONE, 8, 9, 2, 9, 0, CURSOR_GAP, -1, 7},
        {"trimmed past it, one deleted before", true, 5, 5, 8, 9, 2, 9, 3, CURSOR_GAP, -1, 7},
        {"trimmed up to it, one deleted before", true, 5, 5, 6, 9, 4, 9, 3, CURSOR_READ_ON, 0, 5},
        {"trimmed past it, a hole behind the first", true, 5, 5, 7, 9, 2, 9, 8, CURSOR_GAP, -1,
         NONE},
        {"first records, the second deleted", true, 0, 0, 1, 3, 2, 3, 2, CURSOR_GAP, -1, NONE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cursor c = {.id = ID(cases[i].id), .at = CURSOR_SENT, .rank = cases[i].rank};
        struct redis_info info = {.exists = true,
                                  .length = cases[i].length,
                                  .last = ID(cases[i].last),
                                  .has_first = true,
                                  .first = ID(cases[i].first),
                                  .has_added = true,
                                  .added = cases[i].added,
                                  .has_deleted = true,
                                  .deleted = ID(cases[i].deleted)};
        struct gap gap;
        print_message("%s\n", cases[i].what);
        assert_int_equal(cursor_check(&c, cases[i].missing, &info, &gap), cases[i].verdict);
        if (cases[i].verdict == CURSOR_GAP)
            assert_int_equal(gap.lost, cases[i].lost);
        assert_int_equal(c.rank, cases[i].then_rank);
    }
}

/* The record at a cursor was deleted: reads begin at the one before it, the position stays. */
static void located(void **state)
{
    struct cursor c = {.id = ID(5), .at = CURSOR_SENT, .large = true};
    struct redis_entry before = {.id = ID(3)}, own = {.id = ID(5)};
    size_t start;
    (void)state;
    assert_int_equal(cursor_read_from(&c).ms, 5);
    cursor_locate(&c, ID(3));
    assert_int_equal(cursor_read_from(&c).ms, 3);
    assert_int_equal(cursor_position(&c).ms, 5);
    assert_false(c.large);
    assert_true(cursor_proven(&c, &before, 1, &start));
    assert_int_equal(start, 1);
    assert_false(cursor_proven(&c, &own, 1, &start));
    c.at =
        CURSOR_NEXT; /* the record before is not sent to those that wait for a deleted one either */
    assert_true(cursor_proven(&c, &before, 1, &start));
    assert_int_equal(start, 1);
}

/* ---- the model ---- */

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
    struct cursor reader;
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
        if (m->reader.id.ms == 0) /* waits for the beginning of whatever log it will be */
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

/* The last record at or before the cursor, as log.c finds it. */
static bool locate(struct model *m)
{
    for (uint64_t i = m->reader.id.ms; i-- > m->begin;) {
        if (i < m->made && m->fate[i] == THERE) {
            m->reader.id = ID(i + 1);
            return true;
        }
    }
    return false;
}

static size_t read_from(const struct model *m, struct redis_entry *out, size_t most)
{
    size_t n = 0, from = m->reader.id.ms > 0 ? m->reader.id.ms - 1 : 0;
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
        if (m->reader.at != CURSOR_OPEN) {
            count_missed(m, id, &trimmed, &deleted);
            assert_int_equal(trimmed, 0); /* else loss was silent */
        }
        assert_int_equal(m->times[id - 1]++, 0);
        assert_true(id > m->told.ms);
        m->told = e[i].id;
        m->reader.rank += m->reader.rank != RANK_UNKNOWN;
        m->reader.id = e[i].id;
        m->reader.at = CURSOR_SENT;
    }
}

static void look(struct model *m)
{
    struct redis_entry e[8] = {{.pairs = 0}};
    struct gap gap;
    size_t start, n = read_from(m, e, 1 + dice(m, 8));
    if (cursor_proven(&m->reader, e, n, &start)) {
        deliver(m, e + start, n - (start < n ? start : n));
        return;
    }
    struct redis_info info = info_of(m);
    bool knew = m->reader.rank != RANK_UNKNOWN;
    switch (cursor_check(&m->reader, true, &info, &gap)) {
    case CURSOR_GAP:
        gap_is_true(m, &gap, knew);
        break;
    case CURSOR_LOCATE:
        assert_true(locate(m));
        break;
    case CURSOR_AT_END:
        assert_true(m->made == m->begin || m->reader.id.ms == m->made);
        break;
    case CURSOR_READ_ON:
        break;
    }
    m->renewed = false;
}

/* The reader comes back with the id it was told last and nothing else. */
static void come_back(struct model *m)
{
    if (m->reader.at == CURSOR_SENT && m->reader.id.ms > 0 && m->reader.id.ms == m->told.ms)
        m->reader = (struct cursor){.id = m->told, .at = CURSOR_SENT, .rank = RANK_UNKNOWN};
}

static void follow(struct model *m, bool renew)
{
    m->reader = (struct cursor){.at = CURSOR_SENT};
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

static void nothing_is_missed_silently(void **state)
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
        cmocka_unit_test(positions), cmocka_unit_test(proofs),
        cmocka_unit_test(verdicts),  cmocka_unit_test(deletions),
        cmocka_unit_test(located),   cmocka_unit_test(nothing_is_missed_silently),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
