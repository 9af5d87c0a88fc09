/* SPDX-License-Identifier: MIT */
/*
 * harden: after hardening some calls fail and the program works.  Each test runs in a child
 * process, since hardening cannot be undone.  Connections go only to sockets of this test.
 */
#include "base/harden.c"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "identity/jwtcheck.h"

static char directory[] = "/tmp/sselog-harden-XXXXXX";
static struct sockaddr_un stream_address, datagram_address;
static struct sockaddr_in redis_address, other_address;
static int listeners[4];

static int listen_tcp(struct sockaddr_in *address)
{
    socklen_t len = sizeof *address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    *address =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(bind(fd, (struct sockaddr *)address, len), 0);
    assert_int_equal(listen(fd, 5), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)address, &len), 0);
    return fd;
}

static int listen_unix(struct sockaddr_un *address, const char *name, int type)
{
    int fd = socket(AF_UNIX, type, 0);
    address->sun_family = AF_UNIX;
    snprintf(address->sun_path, sizeof address->sun_path, "%s/%s", directory, name);
    assert_int_equal(bind(fd, (struct sockaddr *)address, sizeof *address), 0);
    if (type == SOCK_STREAM)
        assert_int_equal(listen(fd, 5), 0);
    return fd;
}

static int set_up(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(directory));
    listeners[0] = listen_tcp(&redis_address);
    listeners[1] = listen_tcp(&other_address);
    listeners[2] = listen_unix(&stream_address, "redis", SOCK_STREAM);
    listeners[3] = listen_unix(&datagram_address, "log", SOCK_DGRAM);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof listeners / sizeof *listeners; i++)
        close(listeners[i]);
    unlink(stream_address.sun_path);
    unlink(datagram_address.sun_path);
    return rmdir(directory);
}

/* Runs `what` in a child process. EXPECT ends it with a line that says where. */
static void in_child(void (*what)(void))
{
    int status;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        what();
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s (%s)\n", __FILE__, __LINE__, #condition, strerror(errno));  \
            _exit(1);                                                                              \
        }                                                                                          \
    } while (0)

/* 0, or the errno of connect. */
static int connect_to(const void *address, socklen_t len, int type)
{
    int fd = socket(((const struct sockaddr *)address)->sa_family, type | SOCK_CLOEXEC, 0);
    int why = connect(fd, address, len) == 0 ? 0 : errno;
    close(fd);
    return why;
}

static int open_for(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0600);
    int why = fd == -1 ? errno : 0;
    if (fd != -1)
        close(fd);
    return why;
}

static bool has_landlock(long abi)
{
    return syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, LANDLOCK_CREATE_RULESET_VERSION) >=
           abi;
}

static struct harden_needs needs_literal(void)
{
    return (struct harden_needs){.host = "127.0.0.1", .port = ntohs(redis_address.sin_port)};
}

static void process_limits(void)
{
    struct harden_needs needs = needs_literal();
    struct rlimit limit;
    EXPECT(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    limit.rlim_cur = limit.rlim_max / 2;
    EXPECT(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    EXPECT(harden_process(&needs) == 0);
    EXPECT(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == LEAK_SANITIZER);
    EXPECT(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
    EXPECT(getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 0 && limit.rlim_max == 0);
    EXPECT(getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur == limit.rlim_max);
}

static void expect_closed_files(void)
{
    char path[200];
    EXPECT(open_for("/etc/passwd", O_RDONLY) == EACCES);
    EXPECT(open_for("/etc/hosts", O_RDONLY) == EACCES);
    EXPECT(LEAK_SANITIZER || open_for("/proc/self/environ", O_RDONLY) == EACCES);
    EXPECT(open_for("/", O_RDONLY | O_DIRECTORY) == EACCES);
    EXPECT(open_for("/usr/lib", O_RDONLY | O_DIRECTORY) == EACCES);
    snprintf(path, sizeof path, "%s/new", directory);
    EXPECT(open_for(path, O_WRONLY | O_CREAT) == EACCES);
    EXPECT(unlink(stream_address.sun_path) == -1 && errno == EACCES);
    EXPECT(open_for("/dev/null", O_RDWR) == 0);
    EXPECT(open_for("/dev/urandom", O_RDONLY) == 0);
}

/* A Redis connection by Unix socket and syslog's /dev/log do not need the file system. */
static void expect_unix_sockets(void)
{
    EXPECT(connect_to(&stream_address, sizeof stream_address, SOCK_STREAM) == 0);
    EXPECT(connect_to(&datagram_address, sizeof datagram_address, SOCK_DGRAM) == 0);
}

static void *expect_in_thread(void *arg)
{
    (void)arg;
    expect_closed_files();
    return NULL;
}

static void literal_address(void)
{
    struct harden_needs needs = needs_literal();
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in dns = any;
    pthread_t thread;
    dns.sin_port = htons(53);
    EXPECT(harden_process(&needs) == 0);
    expect_closed_files();
    expect_unix_sockets();
    EXPECT(pthread_create(&thread, NULL, expect_in_thread, NULL) == 0);
    EXPECT(pthread_join(thread, NULL) == 0);
    EXPECT(connect_to(&redis_address, sizeof redis_address, SOCK_STREAM) == 0);
    if (!has_landlock(4))
        return;
    EXPECT(connect_to(&other_address, sizeof other_address, SOCK_STREAM) == EACCES);
    EXPECT(connect_to(&dns, sizeof dns, SOCK_STREAM) == EACCES);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    EXPECT(bind(fd, (struct sockaddr *)&any, sizeof any) == -1 && errno == EACCES);
    /* A socket that was bound before hardening accepts. */
    fd = accept(listeners[0], NULL, NULL);
    EXPECT(fd >= 0);
}

static void unix_socket(void)
{
    struct harden_needs needs = {.host = NULL};
    EXPECT(harden_process(&needs) == 0);
    expect_closed_files();
    expect_unix_sockets();
    EXPECT(open_for("/usr/share/zoneinfo", O_RDONLY | O_DIRECTORY) == EACCES);
    if (has_landlock(4))
        EXPECT(connect_to(&redis_address, sizeof redis_address, SOCK_STREAM) == EACCES);
}

static void local_time(void)
{
    struct harden_needs needs = {.local_time = true};
    EXPECT(harden_process(&needs) == 0);
    expect_closed_files();
    EXPECT(open_for("/usr/share/zoneinfo", O_RDONLY | O_DIRECTORY) == 0);
}

/* The first resolution of a host name may come after hardening. */
static void named_host(void)
{
    struct harden_needs needs = {.host = "localhost", .port = ntohs(redis_address.sin_port)};
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found = NULL;
    struct sockaddr_in dns = {
        .sin_family = AF_INET, .sin_port = htons(53), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    EXPECT(harden_process(&needs) == 0);
    EXPECT(open_for("/etc/hosts", O_RDONLY) == 0);
    EXPECT(open_for("/etc/resolv.conf", O_RDONLY) == 0 || errno == ENOENT);
    EXPECT(open_for("/etc", O_RDONLY | O_DIRECTORY) == EACCES);
    EXPECT(open_for("/etc/passwd", O_RDONLY) == EACCES);
    EXPECT(open_for("/etc/hosts", O_RDWR) == EACCES);
    EXPECT(LEAK_SANITIZER || open_for("/proc/self/environ", O_RDONLY) == EACCES);
    EXPECT(getaddrinfo("localhost", NULL, &hints, &found) == 0);
    freeaddrinfo(found);
    EXPECT(connect_to(&redis_address, sizeof redis_address, SOCK_STREAM) == 0);
    if (has_landlock(4)) {
        EXPECT(connect_to(&other_address, sizeof other_address, SOCK_STREAM) == EACCES);
        EXPECT(connect_to(&dns, sizeof dns, SOCK_STREAM) != EACCES);
    }
}

#ifdef HAVE_LIBJWT
/* libjwt is loaded before hardening and checks tokens without the file system. */
static void jwt_afterwards(void)
{
    /* clang-format off */
    static const char key[] =
        "-----BEGIN PUBLIC KEY-----\n"
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEjN6G230eXbIw+Biu5sZTAGOmBgo/\n"
        "6Xh7+4yaFmKewnuTQ4fEaeNSAHXFbQ/Mc3A5La+XebXQ5LYpGBbNURG/+A==\n"
        "-----END PUBLIC KEY-----\n";
    static const char token[] =
        "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsInRlbmFudF9pZCI6ImFjbWU"
        "iLCJyb2xlIjoidmlld2VyIiwiZXhwIjoyMDAwMDAwMDAwfQ.piFKgRVyVYsue8HyM_hmrvRtkQiNxS0s"
        "NBl4y52Bcf_MrWpUPh2cCW2U5tYjkrrS2iUE27Qpxkm3knrCi91wAQ";
    /* clang-format on */
    struct config config = {.jwt_alg = JWT_ES256, .jwt_key = {key, sizeof key - 1}};
    struct harden_needs needs = {.host = NULL};
    struct jwtcheck jwt;
    struct buf why;
    buf_init(&why, 1000);
    EXPECT(jwtcheck_start(&config, &why) == 0);
    EXPECT(harden_process(&needs) == 0);
    EXPECT(jwtcheck(&config, slice_of(token), 1700000000, &jwt) == JWTCHECK_OK);
}
#endif

/* The kernel refuses Landlock: a line is logged and the process serves. */
static void refused(void)
{
    struct harden_needs needs = {.host = NULL};
    struct rlimit none = {0, 0};
    /* No file descriptor for the ruleset: landlock_create_ruleset(2) fails. */
    EXPECT(setrlimit(RLIMIT_NOFILE, &none) == 0);
    EXPECT(harden_process(&needs) == 0);
    EXPECT(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
}

static void root_is_refused(void)
{
    if (geteuid() == 0) {
        EXPECT(harden_refuse_root(false) != NULL);
        EXPECT(harden_refuse_root(true) == NULL);
        EXPECT(seteuid(65534) == 0);
        EXPECT(harden_refuse_root(false) != NULL); /* the process can become root again */
        EXPECT(seteuid(0) == 0 && setresuid(65534, 65534, 65534) == 0);
    }
    EXPECT(harden_refuse_root(false) == NULL);
    EXPECT(harden_refuse_root(true) == NULL);
}

static void test_process_has_its_limits(void **state)
{
    (void)state;
    in_child(process_limits);
}

static void need_landlock(void)
{
    if (!has_landlock(1))
        skip();
}

static void test_numeric_address_is_the_only_one_reached(void **state)
{
    (void)state;
    need_landlock();
    in_child(literal_address);
}

static void test_time_zone_can_be_read_if_it_is_needed(void **state)
{
    (void)state;
    need_landlock();
    in_child(local_time);
}

static void test_unix_socket_of_redis_works_after_hardening(void **state)
{
    (void)state;
    need_landlock();
    in_child(unix_socket);
}

static void test_host_name_resolves_after_hardening(void **state)
{
    (void)state;
    need_landlock();
    in_child(named_host);
}

#ifdef HAVE_LIBJWT
static void test_jwt_is_checked_after_hardening(void **state)
{
    (void)state;
    in_child(jwt_afterwards);
}
#endif

static void test_process_serves_when_landlock_is_refused(void **state)
{
    (void)state;
    in_child(refused);
}

static void test_root_is_refused(void **state)
{
    (void)state;
    in_child(root_is_refused);
}

/* A rule for a directory covers all that is below it. */
static void test_shared_directories_are_not_opened(void **state)
{
    static const char *const shared[] = {"/",          "/etc",           "/home/ann", "/mnt",
                                         "/opt",       "/usr/local/etc", "/var/lib",  "/var/www",
                                         "/usr/local", "/media",         "/root",     "/tmp"};
    static const char *const own[] = {"/etc/sselog",   "/opt/sselog", "/home/ann/sselog",
                                      "/var/www/conf", "/secrets",    "/run/secrets"};
    (void)state;
    for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
        assert_true(is_shared(shared[i]));
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        assert_false(is_shared(own[i]));
}

static void expect_only_the_file(void)
{
    char path[PATH_MAX], beside[PATH_MAX];
    const char *files[] = {path};
    struct harden_needs needs = needs_literal();
    needs.files = files;
    needs.nfiles = 1;
    snprintf(path, sizeof path, "/tmp//../tmp/.%s", strrchr(directory, '/') + 1);
    snprintf(beside, sizeof beside, "%s/beside", directory);
    EXPECT(open_for(path, O_CREAT | O_WRONLY) == 0 && open_for(beside, O_CREAT | O_WRONLY) == 0);
    EXPECT(harden_process(&needs) == 0);
    EXPECT(open_for(path, O_RDONLY) == 0);
    EXPECT(open_for(beside, O_RDONLY) == EACCES);
}

/* However the path is written. */
static void test_file_in_a_shared_directory_opens_only_itself(void **state)
{
    char path[PATH_MAX];
    (void)state;
    if (has_landlock(1))
        in_child(expect_only_the_file);
    snprintf(path, sizeof path, "/tmp/.%s", strrchr(directory, '/') + 1);
    unlink(path);
    snprintf(path, sizeof path, "%s/beside", directory);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_process_has_its_limits),
        cmocka_unit_test(test_numeric_address_is_the_only_one_reached),
        cmocka_unit_test(test_time_zone_can_be_read_if_it_is_needed),
        cmocka_unit_test(test_unix_socket_of_redis_works_after_hardening),
        cmocka_unit_test(test_host_name_resolves_after_hardening),
#ifdef HAVE_LIBJWT
        cmocka_unit_test(test_jwt_is_checked_after_hardening),
#endif
        cmocka_unit_test(test_shared_directories_are_not_opened),
        cmocka_unit_test(test_file_in_a_shared_directory_opens_only_itself),
        cmocka_unit_test(test_process_serves_when_landlock_is_refused),
        cmocka_unit_test(test_root_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
