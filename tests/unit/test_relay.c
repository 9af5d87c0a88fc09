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
#include <signal.h>
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
static struct config config = {
    .redis.path = path, .max_viewers = 100, .max_per_user = 100, .max_memory = 64 << 20};
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
    a->presence = calloc(1, sizeof *a->presence);
    assert_non_null(a->presence);
    a->presence->key = strdup("present");
    a->presence->member = strdup("ann");
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

/* The viewer has a follower in each of its logs, or is gone. */
static void is_whole_or_gone(const struct relay *r, unsigned logs)
{
    assert_int_equal(r->stats.viewers, r->all != NULL);
    assert_int_equal(r->stats.behind, r->all ? logs : 0);
    if (!r->all || logs == 1)
        return;
    assert_non_null(r->all->first.beside);
    assert_int_equal(r->stats.gaps, 1); /* the cursor that could not be read */
}

/* Whether an allocation failed, the nth. */
static bool admit_without_memory(int nth, const char *profile, enum log_kind kind, unsigned logs)
{
    struct relay *r = relay_new(&config);
    int peer;
    assert_non_null(r);
    struct admission *a = new_admission(r, profile, kind, &peer);
    if (logs > 1)
        admission_add_log(a);
    nreleased = 0;
    fails_after = nth;
    admit(r, a);
    bool failed = fails_after < 0;
    fails_after = -1;
    reap(r);
    is_whole_or_gone(r, logs);
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
    struct seat_holder ann = {HOLDER_USER, "ann"};
    struct seat *seat;
    assert_int_equal(relay_seat(r, &ann, &seat), SEAT_TAKEN);
    assert_int_equal(*(unsigned *)(void *)seat, 1); /* its count */
    relay_unseat(r, seat, SEAT_TAKEN);
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
            while (admit_without_memory(n, profiles[i], kinds[k], 1))
                n++;
            assert_true(n > 4);
        }
    }
}

/* Not even a part of its logs. */
static void test_viewer_of_two_logs_without_memory_follows_none(void **state)
{
    int n = 0;
    (void)state;
    while (admit_without_memory(n, "plain", LOG_STREAM, 2))
        n++;
    assert_true(n > 8);
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
    struct seat_holder ann = {HOLDER_USER, "ann"};
    assert_false(relay_is_asked(r));
    relay_drain(r, out, &ann);
    assert_true(relay_is_asked(r));
    relay_run(r, true);
    assert_false(relay_is_asked(r));
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

/* ---- viewers that wait for memory ---- */

/* Without bytes that were given back nothing has changed: no turn follows at once. */
static void test_viewers_that_wait_are_looked_at_when_memory_was_given_back(void **state)
{
    static const struct {
        size_t from, to;
        bool held_back, looks;
    } cases[] = {{100, 75, true, true}, {100, 76, true, false}, {50, 50, true, false},
                 {50, 60, true, false}, {50, 40, true, true},   {100, 0, false, false}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct relay r = {.now = 1000, .next_sweep = INT64_MAX, .budget.max = 100};
        struct charge c = {0};
        r.seats = seats_new(1, 1, &r.budget);
        seats_charge(r.seats, NULL, &c, charge_of(cases[i].from, 0));
        r.held_back = cases[i].held_back;
        seats_charge(r.seats, NULL, &c, charge_of(cases[i].to, 0));
        look_at_held_back(&r);
        assert_int_equal(r.next_sweep, cases[i].looks ? 1000 + EASED_MS : INT64_MAX);
        r.next_sweep = INT64_MAX;
        r.held_back = true;
        look_at_held_back(&r);
        if (cases[i].looks)
            assert_int_equal(r.next_sweep, INT64_MAX);
        seats_free(r.seats);
    }
}

/* ---- newcomers that meet a limit ---- */

static const char refusal[] = "Status: 429 Too Many Requests\r\n\r\nno";

/* A relay with room for one viewer of a user, and that viewer. */
struct crowd {
    struct config config;
    struct relay *relay;
    int old, newcomer;
};

static struct admission *for_user(struct crowd *c, const char *user, const char *replaces,
                                  int *peer)
{
    struct seat_holder holder = {HOLDER_USER, user};
    struct admission *a = new_admission(c->relay, "plain", LOG_STREAM, peer);
    relay_unseat(c->relay, a->seat, a->refused);
    a->refused = relay_seat(c->relay, &holder, &a->seat);
    a->replaces = replaces ? strdup(replaces) : NULL;
    buf_init(&a->refusal, 1000);
    buf_adds(&a->refusal, refusal);
    return a;
}

static void crowd_init(struct crowd *c, const char *replaces)
{
    c->config = config;
    c->config.max_per_user = 1;
    nreleased = 0;
    c->relay = relay_new(&c->config);
    assert_non_null(c->relay);
    c->relay->now = 1000;
    admit(c->relay, for_user(c, "cat", replaces, &c->old));
    reap(c->relay);
}

static void crowd_free(struct crowd *c)
{
    relay_free(c->relay);
    close(c->old);
    close(c->newcomer);
}

/* The rest of a turn, at that time. */
static void end_turn(struct relay *r, int64_t now)
{
    r->now = now;
    for (struct viewer *v = r->all; v; v = v->all_next)
        viewer_event(v, EPOLLIN);
    waitlist_probe(r);
    reap(r);
    serve_waitlist(r);
    reap(r);
}

/* Returns the text that the peer received since it was last asked. */
static const char *got(int peer)
{
    static char bytes[4096];
    ssize_t n = recv(peer, bytes, sizeof bytes - 1, MSG_DONTWAIT), len = 0;
    for (ssize_t i = 0; i < n; i++)
        if (bytes[i])
            bytes[len++] = bytes[i]; /* without the zeros of FastCGI's headers */
    bytes[len] = '\0';
    return bytes;
}

/* The web server tells that the client left only when it is given something to send. */
static void test_newcomer_gets_the_seat_of_a_viewer_that_is_gone(void **state)
{
    struct crowd c;
    (void)state;
    crowd_init(&c, NULL);
    got(c.old);
    struct admission *a = for_user(&c, "cat", NULL, &c.newcomer);
    assert_int_equal(a->refused, SEAT_USER_FULL);
    admit(c.relay, a);
    assert_int_equal(waitlist_due(c.relay) <= c.relay->now, 1);
    end_turn(c.relay, 1001);
    assert_non_null(strstr(got(c.old), ": keepalive"));
    assert_string_equal(got(c.newcomer), "");
    assert_int_equal(waitlist_due(c.relay), 1001 + WAITLIST_PROBE_MS);
    end_turn(c.relay, 1050);
    assert_string_equal(got(c.old), "");
    end_turn(c.relay, 1101);
    assert_non_null(strstr(got(c.old), ": keepalive"));
    close(c.old);
    end_turn(c.relay, 1150);
    assert_non_null(strstr(got(c.newcomer), "text/event-stream"));
    assert_int_equal(c.relay->stats.viewers, 1);
    assert_null(c.relay->waitlist);
    crowd_free(&c);
}

static void test_newcomer_is_refused_when_no_viewer_is_gone(void **state)
{
    struct crowd c;
    (void)state;
    crowd_init(&c, NULL);
    admit(c.relay, for_user(&c, "cat", NULL, &c.newcomer));
    end_turn(c.relay, 1000 + WAITLIST_MS - 1);
    assert_string_equal(got(c.newcomer), "");
    end_turn(c.relay, 1000 + WAITLIST_MS);
    assert_non_null(strstr(got(c.newcomer), refusal));
    assert_true(is_closed(c.newcomer));
    assert_int_equal(c.relay->stats.viewers, 1);
    assert_int_equal(waitlist_due(c.relay), INT64_MAX);
    crowd_free(&c);
}

static void test_newcomer_that_waits_is_refused_at_the_stop(void **state)
{
    struct crowd c;
    (void)state;
    crowd_init(&c, NULL);
    admit(c.relay, for_user(&c, "cat", NULL, &c.newcomer));
    relay_finish(c.relay);
    assert_non_null(strstr(got(c.newcomer), refusal));
    assert_true(is_closed(c.newcomer));
    crowd_free(&c);
}

/* Only the viewers of the same user are disturbed. */
static void test_other_users_get_no_keepalive_for_a_newcomer(void **state)
{
    struct crowd c;
    int other;
    (void)state;
    crowd_init(&c, NULL);
    admit(c.relay, for_user(&c, "bob", NULL, &other));
    got(other);
    admit(c.relay, for_user(&c, "cat", NULL, &c.newcomer));
    end_turn(c.relay, 1001);
    assert_string_equal(got(other), "");
    close(other);
    crowd_free(&c);
}

/* The id counts only for the same user and the same log. */
static void test_newcomer_takes_the_place_of_the_stream_of_its_tab(void **state)
{
    static const struct {
        const char *old, *user, *key, *replaces;
        bool ends, open;
    } cases[] = {
        {"tab-1", "cat", "log", "tab-1", true, true},
        {"tab-1", "cat", "log", "tab-2", false, false},
        {"tab-1", "cat", "log", NULL, false, false},
        {"tab-1", "cat", "log 2", "tab-1", false, false},
        {"tab-1", "bob", "log", "tab-1", false, true},
        {NULL, "cat", "log", "tab-1", false, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct crowd c;
        int other;
        crowd_init(&c, cases[i].old);
        struct admission *a = for_user(&c, "dan", NULL, &other);
        free(a->log.key);
        a->log.key = strdup("log 2");
        admit(c.relay, a); /* that log is known */
        a = for_user(&c, cases[i].user, cases[i].replaces, &c.newcomer);
        free(a->log.key);
        a->log.key = strdup(cases[i].key);
        admit(c.relay, a);
        reap(c.relay);
        assert_int_equal(strstr(got(c.old), "\"replaced\"") != NULL, cases[i].ends);
        assert_int_equal(strstr(got(c.newcomer), "text/event-stream") != NULL, cases[i].open);
        crowd_free(&c);
        close(other);
        assert_int_equal(nreleased, 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_admission_without_memory_leaves_nothing_behind, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_viewer_of_two_logs_without_memory_follows_none, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_cgi_ends_when_all_is_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_viewers_are_taken_apart_in_the_order_of_their_ends,
                                        set_up, tear_down),
        cmocka_unit_test(test_viewers_that_wait_are_looked_at_when_memory_was_given_back),
        cmocka_unit_test_setup_teardown(test_newcomer_gets_the_seat_of_a_viewer_that_is_gone,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_newcomer_is_refused_when_no_viewer_is_gone, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_newcomer_that_waits_is_refused_at_the_stop, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_other_users_get_no_keepalive_for_a_newcomer, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_newcomer_takes_the_place_of_the_stream_of_its_tab,
                                        set_up, tear_down),
    };
    signal(SIGPIPE, SIG_IGN); /* as the program does */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
