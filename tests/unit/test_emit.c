/* SPDX-License-Identifier: MIT */
/* emit: a viewer receives each id once, and only ids of records that were sent or filtered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relay/emit.c"

/* A cursor that waits for a record has no id to send. */
static void test_only_a_cursor_at_a_record_has_an_id(void **state)
{
    static const struct {
        enum cursor_at at;
        bool moved;
    } cases[] = {{CURSOR_SENT, true}, {CURSOR_NEXT, false}, {CURSOR_OPEN, false}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct log l = {.kind = LOG_STREAM};
        struct view w = {.log = &l};
        struct viewer v = {.view = &w, .place.state = PLACE_BEHIND};
        struct xid at;
        v.place.standing = PLACE_MET;
        v.place.cursor = (struct cursor){.id = {42, 0}, .at = cases[i].at};
        v.told_any = true;
        v.told = (struct xid){17, 0};
        assert_int_equal(has_moved(&v, &at), cases[i].moved);
    }
}

/* The keepalive sends the id of a filtered record once.  A peer that does not read gets the id with
 * the next keepalive. */
static void test_keepalive_sends_the_id_of_a_filtered_record(void **state)
{
    static const char *const profiles[] = {"plain", "swf"};
    (void)state;
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++) {
        struct relay r = {.now = 1};
        struct log l = {.relay = &r, .kind = LOG_STREAM};
        struct view w = {.log = &l, .profile = profile_find(profiles[i])};
        struct viewer v = {.relay = &r, .view = &w, .told_any = true};
        char got[1000] = "";
        int s[2];
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s), 0);
        v.place.state = PLACE_LIVE;
        v.place.standing = PLACE_MET;
        l.tip.cursor = v.place.cursor = (struct cursor){.id = {42, 7}, .at = CURSOR_SENT};
        v.out.fd = s[0];
        buf_init(&v.out.rest, 1024 * 1024);
        buf_adds(&v.out.rest, "still to be taken");
        while (send(s[0], got, sizeof got, 0) > 0)
            ;
        assert_int_equal(emit_keepalive(&v), OUT_FULL);
        assert_int_equal(v.told.ms, 0);
        buf_clear(&v.out.rest);
        while (recv(s[1], got, sizeof got, 0) > 0)
            ;
        for (int time = 0; time < 2; time++) {
            assert_int_equal(emit_keepalive(&v), OUT_SENT);
            ssize_t n = recv(s[1], got, sizeof got, 0);
            assert_true(n > 0);
            assert_int_equal(memmem(got, (size_t)n, "42-7", 4) != NULL, time == 0);
        }
        close(s[0]);
        close(s[1]);
        buf_free(&v.out.rest);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_a_cursor_at_a_record_has_an_id),
        cmocka_unit_test(test_keepalive_sends_the_id_of_a_filtered_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
