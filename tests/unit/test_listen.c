/* SPDX-License-Identifier: MIT */
/* listen: sockets at paths and loopback addresses, refused addresses, and passed sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <pthread.h>
#include <sys/wait.h>

#include "gateway/listen.c"

static char dir[] = "/tmp/sselog-listen-XXXXXX";
static char path[sizeof dir + 8];

static int make_dir(void **state)
{
    (void)state;
    diag_open("stderr", DIAG_WARNING);
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof path, "%s/s", dir);
    return 0;
}

static int remove_dir(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(dir);
}

static int try_at(const char *where, mode_t mode, bool refused)
{
    struct buf why;
    buf_init(&why, 1024);
    int fd = listen_at(where, mode, &why);
    assert_int_equal(fd < 0, refused);
    assert_int_equal(why.len > 0, refused); /* `why` has the reason */
    if (refused)
        assert_null(strchr(why.p, '\n'));
    buf_free(&why);
    return fd;
}

static int connect_to(const char *where)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    memcpy(a.sun_path, where, strlen(where) + 1);
    int result = connect(fd, (struct sockaddr *)&a, sizeof a);
    if (result == 0)
        return fd;
    close(fd);
    return -1;
}

static void test_path_gets_mode_and_replaces_stale_socket(void **state)
{
    static const mode_t modes[] = {0600, 0660, 0666, 0777, 0};
    (void)state;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        struct stat st;
        mode_t mask = umask(022);
        int fd = try_at(path, modes[i], false);
        assert_int_equal(umask(mask), 022); /* unchanged */
        assert_int_equal(lstat(path, &st), 0);
        assert_true(S_ISSOCK(st.st_mode));
        assert_int_equal(st.st_mode & 0777, modes[i]);
        assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
        close(fd); /* the socket is stale now: the next call replaces it */
    }
    unlink(path);
}

/* The number of connections that wait at a listener. */
static int waiting(int fd)
{
    int n = 0;
    fcntl(fd, F_SETFL, O_NONBLOCK);
    for (int one; (one = accept(fd, NULL, NULL)) >= 0; n++)
        close(one);
    return n;
}

static void test_path_in_use_is_taken_over(void **state)
{
    (void)state;
    int first = try_at(path, 0600, false);
    int early = connect_to(path);
    int second = try_at(path, 0660, false);
    int late = connect_to(path);
    assert_true(early >= 0 && late >= 0);
    assert_int_equal(waiting(first), 2); /* the other is that of log_former */
    assert_int_equal(waiting(second), 1);
    close(first);
    close(late);
    late = connect_to(path);
    assert_true(late >= 0);
    close(early);
    close(late);
    close(second);
    unlink(path);
}

/* A thread connects again and again while the path is taken over. */
static void *connect_on(void *arg)
{
    int *refused = arg;
    for (int i = 0; i < 2000; i++) {
        int fd = connect_to(path);
        *refused += fd < 0 && errno != EAGAIN;
        if (fd >= 0)
            close(fd);
    }
    return NULL;
}

static void test_nobody_is_refused_while_a_path_is_taken_over(void **state)
{
    int refused = 0, fd = try_at(path, 0600, false);
    pthread_t thread;
    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, connect_on, &refused), 0);
    for (int i = 0; i < 200; i++) {
        int next = try_at(path, 0600, false);
        close(fd);
        fd = next;
    }
    pthread_join(thread, NULL);
    assert_int_equal(refused, 0);
    close(fd);
    unlink(path);
}

/* Starts when `start` is closed. Tells how many connected to it until `end` is closed. */
static void start_at_once(int start, int ready, int end)
{
    char c;
    struct buf why;
    buf_init(&why, 1024);
    (void)!read(start, &c, 1);
    int fd = listen_at(path, 0600, &why);
    (void)!write(ready, "x", 1);
    (void)!read(end, &c, 1);
    c = (char)(fd < 0 ? 100 : waiting(fd));
    (void)!write(ready, &c, 1);
    _exit(0);
}

/* Processes that start at once: each but the last is found by the one that replaces it. */
static void test_each_process_that_is_replaced_is_found(void **state)
{
    enum { PROCESSES = 6 };
    (void)state;
    for (int round = 0; round < 20; round++) {
        int start[2], ready[2], end[2], found = 0;
        char c;
        assert_true(pipe(start) == 0 && pipe(ready) == 0 && pipe(end) == 0);
        for (int i = 0; i < PROCESSES; i++) {
            if (fork() == 0) {
                close(start[1]);
                close(end[1]);
                start_at_once(start[0], ready[1], end[0]);
            }
        }
        close(start[1]);
        for (int i = 0; i < PROCESSES; i++)
            assert_int_equal(read(ready[0], &c, 1), 1);
        close(end[1]);
        for (int i = 0; i < PROCESSES; i++) {
            assert_int_equal(read(ready[0], &c, 1), 1);
            found += c;
        }
        while (wait(NULL) > 0)
            ;
        assert_int_equal(found, PROCESSES - 1);
        int rest[] = {start[0], ready[0], ready[1], end[0]};
        for (int i = 0; i < 4; i++)
            close(rest[i]);
        unlink(path);
    }
}

static void test_failed_start_leaves_no_second_name(void **state)
{
    char second[sizeof path + 16];
    struct stat st;
    (void)state;
    snprintf(second, sizeof second, "%s/.%d", dir, (int)getpid());
    assert_int_equal(mkdir(path, 0700), 0);
    try_at(path, 0600, true);
    assert_int_equal(lstat(second, &st), -1);
    assert_int_equal(rmdir(path), 0);
    close(try_at(path, 0600, false));
    assert_int_equal(lstat(second, &st), -1);
    unlink(path);
}

/* The call does not block. */
static void test_path_with_full_queue_is_taken_over(void **state)
{
    int peers[200], n = 0;
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    (void)state;
    memcpy(a.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(fd, 1), 0);
    while (n < 200 && (peers[n] = connect_to(path)) >= 0)
        n++;
    assert_true(n < 200);
    alarm(120); /* ends a test that blocks */
    close(try_at(path, 0600, false));
    alarm(0);
    while (n > 0)
        close(peers[--n]);
    close(fd);
    unlink(path);
}

static void test_file_that_is_not_a_socket_is_kept(void **state)
{
    (void)state;
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("precious", f);
    fclose(f);
    try_at(path, 0600, true);
    f = fopen(path, "r");
    char text[9] = "";
    assert_non_null(fgets(text, sizeof text, f));
    fclose(f);
    assert_string_equal(text, "precious");
    unlink(path);
    assert_int_equal(symlink("/dev/null", path), 0);
    try_at(path, 0600, true);
    unlink(path);
}

static void test_other_addresses_are_refused(void **state)
{
    static const char *const wheres[] = {
        "",
        "/nonexistent/dir/s",
        "127.0.0.1:",
        "127.0.0.1:0",
        "127.0.0.1:65536",
        "127.0.0.1:80x",
        "127.0.0.1:-1",
        "127.0.0.1:+80",
        "127.0.0.1: 80",
        "[::1]:",
        "[::1]:99999999999999999999",
        "/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    };
    (void)state;
    for (size_t i = 0; i < sizeof wheres / sizeof *wheres; i++)
        try_at(wheres[i], 0600, true);
}

static void test_loopback_addresses_accept_connections(void **state)
{
    char where[40];
    struct sockaddr_in a;
    socklen_t len = sizeof a;
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    (void)state;
    for (int tries = 0; tries < 20; tries++) {
        int probe = socket(AF_INET, SOCK_STREAM, 0); /* finds a free port */
        struct buf why;
        assert_int_equal(bind(probe, (struct sockaddr *)&any, sizeof any), 0);
        assert_int_equal(getsockname(probe, (struct sockaddr *)&a, &len), 0);
        close(probe);
        snprintf(where, sizeof where, "127.0.0.1:%u", ntohs(a.sin_port));
        buf_init(&why, 1024);
        int fd = listen_at(where, 0, &why);
        buf_free(&why);
        if (fd < 0)
            continue; /* another process took it */
        assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
        assert_int_equal(a.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
        try_at(where, 0, true);
        close(fd);
        return;
    }
    fail();
}

static void test_socket_of_a_supervisor_is_used(void **state)
{
    char me[24];
    const struct {
        const char *pid, *fds;
        int fd;
    } cases[] = {
        {me, "1", 3},   {me, "2", -1},  {me, "0", -1},    {me, "", -1},
        {me, NULL, -1}, {"1", "1", -1}, {NULL, "1", -1},  {"", "1", -1},
        {me, "1x", -1}, {me, "-1", -1}, {NULL, NULL, -1}, {"99999999999999999999", "1", -1},
    };
    (void)state;
    snprintf(me, sizeof me, "%d", (int)getpid());
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsetenv("LISTEN_PID");
        unsetenv("LISTEN_FDS");
        if (cases[i].pid)
            setenv("LISTEN_PID", cases[i].pid, 1);
        if (cases[i].fds)
            setenv("LISTEN_FDS", cases[i].fds, 1);
        assert_int_equal(listen_passed(), cases[i].fd);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_path_gets_mode_and_replaces_stale_socket),
        cmocka_unit_test(test_path_in_use_is_taken_over),
        cmocka_unit_test(test_nobody_is_refused_while_a_path_is_taken_over),
        cmocka_unit_test(test_each_process_that_is_replaced_is_found),
        cmocka_unit_test(test_failed_start_leaves_no_second_name),
        cmocka_unit_test(test_path_with_full_queue_is_taken_over),
        cmocka_unit_test(test_file_that_is_not_a_socket_is_kept),
        cmocka_unit_test(test_other_addresses_are_refused),
        cmocka_unit_test(test_loopback_addresses_accept_connections),
        cmocka_unit_test(test_socket_of_a_supervisor_is_used),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
