/* SPDX-License-Identifier: MIT */
/* tail: what follows when a read fails, or memory does.  There is no Redis: reads are counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relay/reads.h"

static int reads;

static struct read *count_read(struct log *l, enum read_kind kind, read_done_fn *done)
{
    (void)l;
    (void)kind;
    (void)done;
    reads++;
    return NULL;
}
#define reads_new count_read
#define on_read   catchup_on_read
#include "relay/catchup.c"
#undef on_read
#include "relay/tail.c"

/* The first viewer of the read ended in this turn: its final frame still goes out.  The other one
 * cannot be given its records, and comes back. */
static void test_read_without_memory_closes_only_open_viewers(void **state)
{
    static const struct slice fields[] = {{"data", 4}, {"text", 4}};
    static const struct redis_entry entries[] = {{{1, 0}, NULL, 0}, {{2, 0}, fields, 1}};
    struct filter_spec all = {0};
    struct relay r = {.epoll = -1, .now = 1000, .limits.read_bytes = 1000};
    struct log l = {.relay = &r, .key = (char[]){"log"}};
    struct view w = {.log = &l, .profile = profile_find("plain"), .field = (char[]){"data"}};
    struct viewer ended = {
        .relay = &r, .first.viewer = &ended, .first.view = &w, .state = VIEWER_DRAINING};
    struct viewer open = {
        .relay = &r, .first.viewer = &open, .first.view = &w, .state = VIEWER_OPEN};
    struct read q = {.log = &l, .view = &w, .from = {.id = {1, 0}, .at = CURSOR_SENT}, .count = 9};
    (void)state;
    w.event_field = (char[]){"event"};
    w.filter = filter_new(&all);
    buf_init(&r.batch.bytes, 1); /* no frame finds room */
    open.first.place.state = PLACE_BEHIND;
    r.stats.behind = r.stats.viewers = 1;
    reads_join(&q, &open.first);
    reads_join(&q, &ended.first);
    hand_to_waiters(&q, entries, 2, 1);
    assert_int_equal(open.state, VIEWER_CLOSED);
    assert_int_equal(ended.state, VIEWER_DRAINING);
    assert_int_equal(r.stats.viewers, 0);
    assert_int_equal(r.stats.behind, 0);
    batch_free(&r.batch);
    filter_free(w.filter);
}

/* A viewer waited for the end of the log to be proven.  It is told of the failure, and then nobody
 * waits.  The read is not sent again and again until the view is freed. */
static void test_refused_read_of_the_tip_is_not_repeated(void **state)
{
    struct relay r = {.epoll = -1, .up = true, .next_sweep = INT64_MAX};
    struct log l = {.relay = &r, .source = &tail_source, .asked = 2, .proven = 1, .wanted = 2};
    struct view w = {.log = &l, .profile = profile_find("plain")};
    struct read q = {.log = &l, .number = 2, .count = 9};
    (void)state;
    l.views = &w;
    l.tip.state = PLACE_BEHIND;
    on_tip(&q, REDIS_REFUSED, NULL, 0);
    assert_int_equal(reads, 0);
    l.wanted = l.asked + 1; /* the next viewer */
    invalidate(&l);
    assert_int_equal(reads, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_without_memory_closes_only_open_viewers),
        cmocka_unit_test(test_refused_read_of_the_tip_is_not_repeated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
