/* SPDX-License-Identifier: MIT */
/* listen: sockets made at paths and loopback addresses, what is refused, what is passed by others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "gateway/listen.c"

static char dir[] = "/tmp/sselog-listen-XXXXXX";
static char path[sizeof dir + 8];

static int make_dir(void **state)
{
    (void)state;
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

static int try_at(const char *where, mode_t mode, bool said)
{
    struct buf why;
    buf_init(&why, 1024);
    int fd = listen_at(where, mode, &why);
    assert_int_equal(fd < 0, said);
    assert_int_equal(why.len > 0, said); /* one line that says why */
    if (said)
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

static void a_path(void **state)
{
    static const mode_t modes[] = {0600, 0660, 0666, 0777, 0};
    (void)state;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        struct stat st;
        mode_t mask = umask(022);
        int fd = try_at(path, modes[i], false);
        assert_int_equal(umask(mask), 022); /* as it was */
        assert_int_equal(lstat(path, &st), 0);
        assert_true(S_ISSOCK(st.st_mode));
        assert_int_equal(st.st_mode & 0777, modes[i]);
        assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
        close(fd); /* what is left is stale: the next takes its place */
    }
    unlink(path);
}

static void a_path_in_use(void **state)
{
    (void)state;
    int fd = try_at(path, 0600, false);
    try_at(path, 0600, true);
    int peer = connect_to(path); /* still his */
    assert_true(peer >= 0);
    close(peer);
    close(fd);
    unlink(path);
}

/* Its queue is full: it is in use all the same, and we do not wait in it. */
static void a_path_in_use_and_full(void **state)
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
    alarm(120); /* ends the test where it would wait */
    try_at(path, 0600, true);
    alarm(0);
    while (n > 0)
        close(peers[--n]);
    close(fd);
    unlink(path);
}

static void what_is_no_socket_stays(void **state)
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

static void refused(void **state)
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

static void loopback(void **state)
{
    char where[40];
    struct sockaddr_in a;
    socklen_t len = sizeof a;
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    (void)state;
    for (int tries = 0; tries < 20; tries++) {
        int probe = socket(AF_INET, SOCK_STREAM, 0); /* a port that was free a moment ago */
        struct buf why;
        assert_int_equal(bind(probe, (struct sockaddr *)&any, sizeof any), 0);
        assert_int_equal(getsockname(probe, (struct sockaddr *)&a, &len), 0);
        close(probe);
        snprintf(where, sizeof where, "127.0.0.1:%u", ntohs(a.sin_port));
        buf_init(&why, 1024);
        int fd = listen_at(where, 0, &why);
        buf_free(&why);
        if (fd < 0)
            continue; /* somebody took it */
        assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
        assert_int_equal(a.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
        try_at(where, 0, true);
        close(fd);
        return;
    }
    fail();
}

static void passed_by_a_supervisor(void **state)
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
        cmocka_unit_test(a_path),
        cmocka_unit_test(a_path_in_use),
        cmocka_unit_test(a_path_in_use_and_full),
        cmocka_unit_test(what_is_no_socket_stays),
        cmocka_unit_test(refused),
        cmocka_unit_test(loopback),
        cmocka_unit_test(passed_by_a_supervisor),
    };

    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
