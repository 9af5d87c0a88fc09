/* SPDX-License-Identifier: MIT */
/* emit: which ids a viewer may be told, and that each is told once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relay/emit.c"

/* A place that is before a record, not at one, is no id to tell. */
static void only_ids_that_were_sent_are_told(void **state)
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

/* An id that a filter moved past is told with the keepalive, and once; where the peer takes nothing
 * it is told with the next. */
static void a_keepalive_tells_how_far_the_log_was_read(void **state)
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
        cmocka_unit_test(only_ids_that_were_sent_are_told),
        cmocka_unit_test(a_keepalive_tells_how_far_the_log_was_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
