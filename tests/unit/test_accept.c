/* SPDX-License-Identifier: MIT */
/*
 * accept: complete requests are handed over while other peers are slow or silent.  Silent peers are
 * closed at the deadline, or earlier if there are too many.  Accepting pauses after an error and
 * ends on request.  The tests set the clock.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/resource.h>
#include <sys/un.h>

#include "gateway/accept.c"

static struct sockaddr_un address;
static int ready_count;

static void count_ready(void *arg, struct fcgi_reader *in)
{
    (void)arg;
    ready_count++;
    fcgi_reader_free(in);
}

/* A listening socket in the abstract namespace, with a name that the kernel chooses. */
static int listener(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    socklen_t len = sizeof address;
    address = (struct sockaddr_un){.sun_family = AF_UNIX};
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(sa_family_t)), 0);
    assert_int_equal(listen(fd, 4096), 0);
    memset(&address, 0, sizeof address);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    return fd;
}

static int peer(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(sa_family_t) + 6),
                     0); /* NUL and five hex digits */
    return fd;
}

static const unsigned char request[] = {
    1, 1, 0, 1, 0, 8, 0, 0, 0, 1, 0,   0,   0, 0, 0, 0, /* begin */
    1, 4, 0, 1, 0, 4, 0, 0, 1, 1, 'A', 'B',             /* A=B */
    1, 4, 0, 1, 0, 0, 0, 0,                             /* no more parameters */
    1, 5, 0, 1, 0, 0, 0, 0,                             /* no body */
};

static void say(int fd, size_t from, size_t to)
{
    assert_int_equal(send(fd, request + from, to - from, MSG_NOSIGNAL), to - from);
}

/* Whether an answer with the status has come. */
static bool answered(int fd, const char *status)
{
    char answer[512];
    ssize_t n = recv(fd, answer, sizeof answer - 1, MSG_DONTWAIT | MSG_PEEK);
    answer[n > 0 ? n : 0] = '\0';
    return n > 8 && strstr(answer + 8, status);
}

/* Reads the answer, if there is one. */
static bool closed(int fd)
{
    char answer[512];
    ssize_t n;
    while ((n = recv(fd, answer, sizeof answer, MSG_DONTWAIT)) > 0)
        ;
    return n == 0;
}

static void begin(struct acceptor *a, int stop)
{
    *a = (struct acceptor){.listener = listener(), .ready = count_ready};
    a->list.next = a->list.prev = &a->list;
    a->epoll = epoll_create1(EPOLL_CLOEXEC);
    assert_int_equal(watch(a, a->listener, a), 0);
    if (stop >= 0)
        assert_int_equal(watch(a, stop, NULL), 0);
    ready_count = 0;
}

static void end(struct acceptor *a)
{
    while (a->count > 0)
        fcgi_reader_free(detach(a, a->list.next));
    close(a->epoll);
    close(a->listener);
}

/* Runs until no event is left. */
static void settle(struct acceptor *a)
{
    struct epoll_event e;
    while (epoll_wait(a->epoll, &e, 1, 0) > 0)
        assert_true(run_once(a));
}

static void test_complete_requests_are_handed_over(void **state)
{
    struct acceptor a;
    (void)state;
    begin(&a, -1);
    int at_once = peer(), in_parts = peer(), gone = peer(), garbage = peer(), silent = peer();
    say(at_once, 0, sizeof request);
    say(in_parts, 0, 20);
    say(gone, 0, 20);
    assert_int_equal(send(garbage, "GET / HTTP/1.0\r\n\r\n", 18, 0), 18);
    settle(&a);
    assert_int_equal(ready_count, 1);
    assert_true(closed(garbage));
    assert_int_equal(a.count, 3);
    close(gone);
    settle(&a);
    assert_int_equal(a.count, 2);
    for (size_t i = 20; i < sizeof request; i++) {
        say(in_parts, i, i + 1);
        settle(&a);
    }
    assert_int_equal(ready_count, 2);
    assert_int_equal(a.count, 1);
    assert_false(closed(silent));
    close(at_once);
    close(in_parts);
    close(garbage);
    close(silent);
    end(&a);
}

static void test_silent_peers_are_closed_at_the_deadline(void **state)
{
    struct acceptor a;
    (void)state;
    begin(&a, -1);
    int first = peer(), second;
    settle(&a);
    assert_true(time_to_wait(&a) > 0 && time_to_wait(&a) <= REQUEST_MS);
    second = peer();
    settle(&a);
    int64_t late = a.list.prev->in->deadline += 5000;
    a.now = a.list.next->in->deadline - 1;
    drop_overdue(&a);
    assert_false(closed(first));
    a.now++;
    drop_overdue(&a);
    assert_true(closed(first));
    assert_false(closed(second));
    a.now = late;
    drop_overdue(&a);
    assert_true(closed(second));
    assert_int_equal(a.count, 0);
    assert_int_equal(time_to_wait(&a), -1);
    close(first);
    close(second);
    end(&a);
}

/* A batch over a slow link, which the web server passes on as it comes. */
static const unsigned char batch[] = {
    1,   1,   0,   1,   0,   8,   0,   0,   0,   1,   0,   0,   0,   0,   0,   0, /* begin */
    1,   4,   0,   1,   0,   18,  0,   0,   9,   7,   'P', 'A', 'T', 'H', '_', 'I',
    'N', 'F', 'O', '/', 'a', 'p', 'p', 'e', 'n', 'd', /* path */
    1,   4,   0,   1,   0,   0,   0,   0,             /* no more parameters */
    1,   5,   0,   1,   0,   1,   0,   0,   'x',      /* a byte of the body */
};

/* Sets the clock of an acceptor without events, and closes what is overdue then. */
static void pass(struct acceptor *a, int64_t now)
{
    a->now = now;
    drop_overdue(a);
}

/* The peer sends a byte of the body at that time. */
static void send_byte(struct acceptor *a, struct pending *p, int fd, int64_t now)
{
    a->now = now;
    assert_int_equal(send(fd, batch + sizeof batch - 9, 9, MSG_NOSIGNAL), 9);
    read_pending(a, p);
}

static void test_body_may_come_slowly_but_not_stop(void **state)
{
    struct acceptor a;
    (void)state;
    begin(&a, -1);
    int slow = peer(), other = peer();
    assert_int_equal(send(slow, batch, sizeof batch, MSG_NOSIGNAL), sizeof batch);
    a.now = 1000;
    accept_some(&a, false);
    struct pending *p = a.list.next;
    assert_int_equal(a.count, 2);
    for (int64_t at = 9000; at < 1000 + BODY_MS; at += 8000) {
        send_byte(&a, p, slow, at);
        pass(&a, at + REQUEST_MS - 1);
        assert_false(closed(slow));
        assert_int_equal(closed(other), true); /* it sent nothing in the first time */
        assert_int_equal(a.count, 1);
    }
    int64_t last = p->in->deadline;
    send_byte(&a, p, slow, 1000 + BODY_MS); /* too late to move the deadline */
    assert_int_equal(p->in->deadline, last);
    pass(&a, last);
    assert_int_equal(a.count, 0);
    assert_true(answered(slow, "Status: 408 Request Timeout"));
    close(slow);
    close(other);
    end(&a);
}

/* A refused connection stays until the peer has sent all and closes, or is silent. */
static void test_refused_peer_may_send_its_rest(void **state)
{
    struct acceptor a;
    (void)state;
    begin(&a, -1);
    bodies_limit(1, 1);
    bodies_expect(true);
    for (int silent = 0; silent < 2; silent++) {
        int fd = peer();
        assert_int_equal(send(fd, batch, sizeof batch, MSG_NOSIGNAL), sizeof batch);
        a.now = 1000;
        accept_some(&a, false);
        struct pending *p = a.list.next;
        send_byte(&a, p, fd, 9000);
        assert_true(p->in->refused);
        send_byte(&a, p, fd, 18000);
        pass(&a, 27999);
        assert_int_equal(a.count, 1);
        if (silent) {
            pass(&a, 28000);
        } else {
            close(fd);
            read_pending(&a, p);
        }
        assert_int_equal(a.count, 0);
        if (silent)
            close(fd);
    }
    bodies_limit(BODIES_SMALL, BODIES_SMALL);
    bodies_expect(false);
    end(&a);
}

/* No event occurs before the deadline. */
static void test_wait_ends_at_the_deadline(void **state)
{
    struct acceptor a;
    (void)state;
    begin(&a, -1);
    int fd = peer();
    settle(&a);
    a.list.next->in->deadline = a.now + 20;
    alarm(30); /* ends a test that waits without end */
    assert_true(run_once(&a));
    alarm(0);
    assert_true(closed(fd));
    assert_int_equal(a.count, 0);
    close(fd);
    end(&a);
}

/* 600 peers stop in the middle of a request.  Another peer is served at once. */
static void test_too_many_incomplete_requests_close_the_oldest(void **state)
{
    static int fds[600];
    struct acceptor a;
    (void)state;
    begin(&a, -1);
    for (int i = 0; i < 600; i++) {
        fds[i] = peer();
        say(fds[i], 0, 16);
        if (i % 50 == 0)
            settle(&a);
    }
    settle(&a);
    assert_int_equal(a.count, MAX_PENDING);
    assert_true(answered(fds[0], "Status: 503 ")); /* the oldest was closed */
    assert_true(closed(fds[0]));
    assert_true(answered(fds[600 - MAX_PENDING - 1], "Status: 503 "));
    assert_false(closed(fds[600 - MAX_PENDING]));
    int honest = peer();
    say(honest, 0, sizeof request);
    settle(&a);
    assert_int_equal(ready_count, 1);
    for (int i = 0; i < 600; i++)
        close(fds[i]);
    settle(&a);
    assert_int_equal(a.count, 0);
    close(honest);
    end(&a);
}

/* The loop must not spin while no descriptor is free.  It goes on when one is free again. */
static void test_accept_pauses_without_descriptors(void **state)
{
    struct acceptor a;
    struct rlimit before, low;
    (void)state;
    begin(&a, -1);
    int fd = peer(), least = dup(fd);
    say(fd, 0, sizeof request);
    close(least);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    low = (struct rlimit){(rlim_t)least, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
    for (int i = 0; i < 3; i++) {
        settle(&a);
        assert_true(a.paused > 0);
        assert_true(time_to_wait(&a) >= 0 && time_to_wait(&a) <= PAUSE_MS);
        a.now = a.paused;
        drop_overdue(&a);
        assert_int_equal(a.paused, 0);
    }
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    settle(&a);
    assert_int_equal(ready_count, 1);
    close(fd);
    end(&a);
}

/* A listening socket stays readable after shutdown. */
static void test_listener_that_was_shut_down_pauses_accept(void **state)
{
    struct acceptor a;
    (void)state;
    begin(&a, -1);
    shutdown(a.listener, SHUT_RDWR);
    settle(&a); /* must end */
    assert_true(a.paused > 0);
    end(&a);
}

static void test_stop_ends_accept_run(void **state)
{
    int stop[2];
    (void)state;
    assert_int_equal(pipe(stop), 0);
    int fd = listener(), half = peer();
    say(half, 0, 20);
    assert_int_equal(write(stop[1], "", 1), 1);
    assert_int_equal(accept_run(fd, stop[0], ACCEPT_TAKE, NULL, count_ready, NULL), 0);
    close(fd);
    assert_true(closed(half));
    assert_int_equal(accept_run(-1, stop[0], ACCEPT_TAKE, NULL, count_ready, NULL), -1);
    close(half);
    close(stop[0]);
    close(stop[1]);
}

static int chore_pipe[2], stop_pipe[2], chores;

/* Ends accept_run with its third call. */
static void count_chore(void *arg)
{
    char bytes[8];
    assert_ptr_equal(arg, &chores);
    if (chores == 0 || chores == 2) /* the first was not called by the pipe */
        assert_int_equal(read(chore_pipe[0], bytes, sizeof bytes), chores == 0 ? -1 : 1);
    if (++chores == 2)
        assert_int_equal(write(chore_pipe[1], "", 1), 1);
    if (chores == 3)
        assert_int_equal(write(stop_pipe[1], "", 1), 1);
}

static void test_chore_is_done_at_times_and_when_it_is_called(void **state)
{
    struct accept_chore chore = {.every_ms = 1, .work = count_chore, .arg = &chores};
    (void)state;
    assert_int_equal(pipe2(chore_pipe, O_NONBLOCK), 0);
    assert_int_equal(pipe(stop_pipe), 0);
    int fd = listener();
    chore.fd = chore_pipe[0];
    assert_int_equal(accept_run(fd, stop_pipe[0], ACCEPT_TAKE, &chore, count_ready, NULL), 0);
    assert_in_range(chores, 3, 4);
    close(fd);
    for (int i = 0; i < 2; i++) {
        close(chore_pipe[i]);
        close(stop_pipe[i]);
    }
}

/* A process that shares its listening socket leaves what waits there to the others. */
static void test_waiting_requests_are_served_before_the_end(void **state)
{
    (void)state;
    for (int rest = ACCEPT_LEAVE; rest <= ACCEPT_TAKE; rest++) {
        int stop[2], peers[70];
        assert_int_equal(pipe(stop), 0);
        int fd = listener();
        for (int i = 0; i < 70; i++) {
            peers[i] = peer();
            say(peers[i], 0, sizeof request);
        }
        ready_count = 0;
        assert_int_equal(write(stop[1], "", 1), 1);
        struct acceptor a = {.listener = fd, .ready = count_ready, .now = clock_ms()};
        a.list.next = a.list.prev = &a.list;
        a.epoll = epoll_create1(EPOLL_CLOEXEC);
        assert_int_equal(watch(&a, fd, &a), 0);
        assert_int_equal(watch(&a, stop[0], NULL), 0);
        take_rest(&a, stop[0], (enum accept_rest)rest);
        assert_int_equal(ready_count, rest == ACCEPT_TAKE ? 70 : 0);
        int waits = accept(fd, NULL, NULL);
        assert_int_equal(waits >= 0, rest == ACCEPT_LEAVE);
        for (int i = 0; i < 70; i++)
            close(peers[i]);
        if (waits >= 0)
            close(waits);
        close(a.epoll);
        close(fd);
        close(stop[0]);
        close(stop[1]);
    }
}

/* The rest of a request that has begun arrives after the process was asked to stop. */
static void test_begun_request_is_completed_after_the_stop(void **state)
{
    int stop[2];
    struct acceptor a;
    (void)state;
    assert_int_equal(pipe(stop), 0);
    begin(&a, stop[0]);
    int half = peer();
    say(half, 0, 20);
    accept_some(&a, false);
    assert_int_equal(a.count, 1);
    say(half, 20, sizeof request);
    assert_int_equal(write(stop[1], "", 1), 1);
    take_rest(&a, stop[0], ACCEPT_LEAVE);
    assert_int_equal(ready_count, 1);
    close(half);
    close(stop[0]);
    close(stop[1]);
    end(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_complete_requests_are_handed_over),
        cmocka_unit_test(test_silent_peers_are_closed_at_the_deadline),
        cmocka_unit_test(test_body_may_come_slowly_but_not_stop),
        cmocka_unit_test(test_refused_peer_may_send_its_rest),
        cmocka_unit_test(test_wait_ends_at_the_deadline),
        cmocka_unit_test(test_too_many_incomplete_requests_close_the_oldest),
        cmocka_unit_test(test_accept_pauses_without_descriptors),
        cmocka_unit_test(test_listener_that_was_shut_down_pauses_accept),
        cmocka_unit_test(test_stop_ends_accept_run),
        cmocka_unit_test(test_chore_is_done_at_times_and_when_it_is_called),
        cmocka_unit_test(test_waiting_requests_are_served_before_the_end),
        cmocka_unit_test(test_begun_request_is_completed_after_the_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
