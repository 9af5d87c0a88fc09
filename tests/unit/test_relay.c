/* SPDX-License-Identifier: MIT */
/*
 * relay: how viewers are admitted when memory fails, and how they are taken apart.  Redis is a
 * socket on which nobody answers.  The linker sends all allocations here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "relay/relay.c"
#include "admission.h"

/* ---- memory ---- */

/* Allocations until one fails; negative: none fails. */
static int fails_after = -1;

static bool allocation_fails(void)
{
    return fails_after >= 0 && fails_after-- == 0;
}

#include "wrap_malloc.h"

/* ---- one relay ---- */

static char path[64];
static int redis;
static struct config config = {.redis.path = path, .max_viewers = 100, .max_per_user = 100};
static int released[8], nreleased;

static int set_up(void **state)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    (void)state;
    snprintf(path, sizeof path, "/tmp/test_relay.%d", (int)getpid());
    memcpy(a.sun_path, path, strlen(path) + 1);
    redis = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    nreleased = 0;
    return bind(redis, (struct sockaddr *)&a, sizeof a) || listen(redis, 5);
}

static int tear_down(void **state)
{
    (void)state;
    close(redis);
    unlink(path);
    return 0;
}

static void was_released(void *arg)
{
    released[nreleased++] = *(int *)arg;
}

static bool stands(void *arg, const struct slice *value)
{
    (void)arg;
    return value != NULL;
}

/* The peer's end of the connection is in *peer. */
static struct admission *new_admission(struct relay *r, const char *profile, enum log_kind kind,
                                       int *peer)
{
    static int number;
    struct out out;
    int s[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s), 0);
    *peer = s[1];
    out_init(&out, s[0], 1);
    struct admission *a = admission_of(r, out, profile);
    buf_adds(&a->head, "Content-Type: text/event-stream\r\n\r\n");
    a->kind = kind;
    a->presence_key = strdup("present");
    a->presence_member = strdup("ann");
    a->revocation_key = strdup("session:abc");
    a->still_valid = stands;
    a->release = was_released;
    a->arg = &number;
    a->keepalive = 15;
    return a;
}

static bool is_closed(int peer)
{
    char bytes[4096];
    ssize_t n;
    while ((n = recv(peer, bytes, sizeof bytes, MSG_DONTWAIT)) > 0)
        ;
    return n == 0;
}

/* ---- tests ---- */

/* Whether an allocation failed, the nth. */
static bool admit_without_memory(int nth, const char *profile, enum log_kind kind)
{
    struct relay *r = relay_new(&config);
    int peer;
    assert_non_null(r);
    struct admission *a = new_admission(r, profile, kind, &peer);
    nreleased = 0;
    fails_after = nth;
    admit(r, a);
    bool failed = fails_after < 0;
    fails_after = -1;
    reap(r);
    assert_int_equal(r->stats.viewers, r->all != NULL);
    assert_int_equal(r->stats.behind, r->all != NULL);
    assert_int_equal(r->stats.accepted >= r->stats.viewers, 1);
    assert_true(failed || r->all);
    assert_int_equal(is_closed(peer), r->all == NULL);
    sweep(r);
    for (struct log *l = r->logs; l; l = l->next)
        assert_non_null(l->views);
    relay_finish(r);
    assert_true(is_closed(peer));
    assert_int_equal(nreleased, 1);
    assert_int_equal(r->stats.viewers, 0);
    assert_int_equal(r->stats.behind, 0);
    assert_null(r->revocation_tree);
    struct seat *seat = relay_seat(r, "ann", &(const char *){NULL});
    assert_int_equal(*(unsigned *)(void *)seat, 1); /* its count */
    relay_unseat(r, seat);
    close(peer);
    relay_free(r);
    return failed;
}

/* Whichever allocation fails, the seat, the connection and the identity are given back. */
static void test_admission_without_memory_leaves_nothing_behind(void **state)
{
    static const char *const profiles[] = {"plain", "astrbot", "smarter"};
    static const enum log_kind kinds[] = {LOG_STREAM, LOG_PUBSUB, LOG_CHANNELS};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        for (size_t k = 0; k < 3; k++) {
            int n = 0;
            while (admit_without_memory(n, profiles[i], kinds[k]))
                n++;
            assert_true(n > 5);
        }
    }
}

/* A CGI process whose answer is written ends: it does not wait for Redis first. */
static void test_cgi_ends_when_all_is_written(void **state)
{
    struct relay *r = relay_new(&config);
    struct out out;
    char byte;
    int s[2];
    (void)state;
    assert_non_null(r);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s), 0);
    out_init(&out, s[0], 0);
    buf_adds(&out.rest, "x");
    relay_drain(r, out);
    relay_run(r, true);
    assert_int_equal(accept(redis, NULL, NULL), -1);
    relay_free(r);
    assert_int_equal(recv(s[1], &byte, 1, 0), 1);
    assert_int_equal(recv(s[1], &byte, 1, 0), 0);
    close(s[1]);
}

/* In the other order, ten thousand viewers of one revocation key would take a second. */
static void test_viewers_are_taken_apart_in_the_order_of_their_ends(void **state)
{
    struct relay *r = relay_new(&config);
    int peers[5], numbers[5];
    (void)state;
    assert_non_null(r);
    for (int i = 0; i < 5; i++) {
        struct admission *a = new_admission(r, "plain", LOG_STREAM, &peers[i]);
        numbers[i] = i;
        a->arg = &numbers[i];
        admit(r, a);
    }
    for (struct viewer *v = r->all; v; v = v->all_next)
        viewer_close(v);
    reap(r);
    assert_int_equal(nreleased, 5);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(released[i], 4 - i);
        close(peers[i]);
    }
    relay_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_admission_without_memory_leaves_nothing_behind, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_cgi_ends_when_all_is_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_viewers_are_taken_apart_in_the_order_of_their_ends,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
