/* SPDX-License-Identifier: MIT */
/*
 * redis_sync: the synchronous calls against a scripted server in a thread.  A call waits until its
 * deadline and not longer, and takes no answer that may be another request's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/un.h>
#include <unistd.h>

#include "redis/sync_conn.c"

/* ---- the server ---- */

/* Answers the commands in their order, over all connections; "" is silence, NULL the end. */
struct peer {
    const char *const *script;
    struct redis_address address;
    char path[108];
    int listener;
    int connections;
    pthread_t thread;
};

/* A command arrives in one piece here. An answer that is NULL ends the connection. */
static void serve(struct peer *p, int fd)
{
    char command[4096];
    while (recv(fd, command, sizeof command, 0) > 0) {
        const char *answer = *p->script;
        if (!answer)
            return;
        p->script++;
        if (strcmp(answer, "close") == 0)
            return;
        send(fd, answer, strlen(answer), MSG_NOSIGNAL);
    }
}

static void *run(void *arg)
{
    struct peer *p = arg;
    int fd;
    while ((fd = accept(p->listener, NULL, NULL)) >= 0) {
        p->connections++;
        serve(p, fd);
        close(fd);
    }
    return NULL;
}

static void start(struct peer *p, const char *const *script)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    *p = (struct peer){.script = script};
    snprintf(p->path, sizeof p->path, "/tmp/sselog-sync-%d", (int)getpid());
    memcpy(a.sun_path, p->path, strlen(p->path) + 1);
    unlink(p->path);
    p->listener = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(p->listener, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(p->listener, 8), 0);
    p->address.path = p->path;
    assert_int_equal(pthread_create(&p->thread, NULL, run, p), 0);
}

/* The caller closed its connection before. */
static void stop(struct peer *p)
{
    shutdown(p->listener, SHUT_RDWR);
    pthread_join(p->thread, NULL);
    close(p->listener);
    unlink(p->path);
}

/* ---- cases ---- */

#define BOB "$12\r\n{\"id\":\"bob\"}\r\n"
#define ANN "$12\r\n{\"id\":\"ann\"}\r\n"

/* The first call gets an answer with more behind it. The second call must not get the rest. */
static void test_surplus_reply_is_nobodys_answer(void **state)
{
    static const char *const firsts[] = {
        ("+PONG\r\n" BOB),       /* a whole answer more */
        "+PONG\r\n$12\r\n{",     /* a part of one, in its body */
        "+PONG\r\n$1",           /* in its head */
        "+PONG\r\n+PO",          /* in a line */
        "+PONG\r\n*2\r\n+a\r\n", /* in an array */
        "+PONG\r\n*2\r\n",       /* after an array's head */
    };
    (void)state;
    for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++) {
        const char *const script[] = {firsts[i], ANN, NULL};
        struct peer peer;
        struct buf value;
        start(&peer, script);
        struct redis_sync *s = redis_sync_new(&peer.address, 1000);
        assert_int_equal(redis_sync_ping(s), SYNC_DOWN);
        buf_init(&value, 100);
        assert_int_equal(redis_sync_get(s, "session:ann", 8, false, &value), SYNC_OK);
        assert_true(slice_equal(buf_slice(&value), slice_of("{\"id\":\"ann\"}")));
        redis_sync_free(s);
        stop(&peer);
        assert_int_equal(peer.connections, 2);
        buf_free(&value);
    }
}

/* The same, but the surplus arrives after the call has returned. */
static void test_late_surplus_reply_is_nobodys_answer(void **state)
{
    const char *const script[] = {"+PONG\r\n", ANN, NULL};
    struct peer peer;
    struct buf value;
    int ends[2];
    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    start(&peer, script + 1);
    struct redis_sync *s = redis_sync_new(&peer.address, 1000);
    s->ctx = redisConnectFd(ends[0]);
    assert_int_equal(send(ends[1], BOB, strlen(BOB), 0), strlen(BOB));
    buf_init(&value, 100);
    assert_int_equal(redis_sync_get(s, "session:ann", 8, false, &value), SYNC_OK);
    assert_true(slice_equal(buf_slice(&value), slice_of("{\"id\":\"ann\"}")));
    redis_sync_free(s);
    stop(&peer);
    close(ends[1]);
    buf_free(&value);
}

/* The server closes the connection only when the next command arrives, as a firewall does. A
 * command that only reads is sent again; a token is taken at most once. */
static void test_connection_closed_while_idle_is_renewed_without_an_error(void **state)
{
    (void)state;
    for (int take = 0; take < 2; take++) {
        const char *const script[] = {"+PONG\r\n", "close", ANN, NULL};
        struct peer peer;
        struct buf value;
        start(&peer, script);
        struct redis_sync *s = redis_sync_new(&peer.address, 1000);
        assert_int_equal(redis_sync_ping(s), SYNC_OK);
        buf_init(&value, 100);
        assert_int_equal(redis_sync_get(s, "key", 0, take, &value), take ? SYNC_DOWN : SYNC_OK);
        redis_sync_free(s);
        stop(&peer);
        assert_int_equal(peer.connections, take ? 1 : 2);
        buf_free(&value);
    }
}

/* A new connection that is closed is an error at once. */
static void test_closed_new_connection_is_an_error(void **state)
{
    const char *const script[] = {"close", ANN, NULL};
    struct peer peer;
    struct buf value;
    (void)state;
    start(&peer, script);
    struct redis_sync *s = redis_sync_new(&peer.address, 1000);
    buf_init(&value, 100);
    assert_int_equal(redis_sync_get(s, "key", 0, false, &value), SYNC_DOWN);
    redis_sync_free(s);
    stop(&peer);
    assert_int_equal(peer.connections, 1);
    buf_free(&value);
}

/* An answer of another type belongs to another request: the connection ends. */
static void test_reply_of_another_type_is_no_answer(void **state)
{
    static const char *const replies[] = {":1\r\n", "*1\r\n$3\r\nbob\r\n"};
    (void)state;
    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
        const char *const script[] = {replies[i], ANN, NULL};
        struct peer peer;
        struct buf value;
        start(&peer, script);
        struct redis_sync *s = redis_sync_new(&peer.address, 1000);
        buf_init(&value, 100);
        assert_int_equal(redis_sync_get(s, "session:ann", 8, false, &value), SYNC_DOWN);
        assert_int_equal(redis_sync_get(s, "session:ann", 8, false, &value), SYNC_OK);
        assert_true(slice_equal(buf_slice(&value), slice_of("{\"id\":\"ann\"}")));
        redis_sync_free(s);
        stop(&peer);
        buf_free(&value);
    }
}

/* ---- each call, refused in each way ---- */

static enum sync_result told_newest(struct redis_sync *s, size_t *told)
{
    bool any = true;
    struct xid id;
    enum sync_result result = redis_sync_newest(s, "log:1", XID_MAX, &any, &id);
    *told += result == SYNC_OK && !any;
    return result;
}

static enum sync_result told_news(struct redis_sync *s, size_t *told)
{
    bool news = true;
    enum sync_result result = redis_sync_news(s, "log:1", XID_ZERO, &news);
    *told += result == SYNC_OK && !news;
    return result;
}

static enum sync_result told_info(struct redis_sync *s, size_t *told)
{
    struct redis_info info;
    enum sync_result result = redis_sync_info(s, "log:1", &info);
    *told += info.exists;
    return result;
}

static void no_member(void *arg, struct slice member)
{
    (void)member;
    ++*(size_t *)arg;
}

static const struct {
    const char *name; /* in the log */
    const char *good; /* an answer */
} calls[] = {{"GET se...", "$1\r\nv\r\n"},
             {"GETDEL se...", "$1\r\nv\r\n"},
             {"SET se...", "+OK\r\n"},
             {"XREVRANGE log:1", "*0\r\n"},
             {"ZRANGEBYSCORE members", "*0\r\n"},
             {"XRANGE log:1", "*0\r\n"},
             {"XINFO log:1", "*0\r\n"},
             {"PING", "+PONG\r\n"}};

static enum sync_result call(struct redis_sync *s, size_t which, size_t *told)
{
    struct buf value;
    enum sync_result result;
    buf_init(&value, 100);
    switch (which) {
    case 0:
    case 1:
        result = redis_sync_get(s, "secret", 2, which == 1, &value);
        *told += value.len;
        break;
    case 2:
        result = redis_sync_set(s, "secret", 2, slice_of("v"), 10);
        break;
    case 3:
        result = told_newest(s, told);
        break;
    case 4:
        result = redis_sync_members(s, "members", 0, no_member, told);
        break;
    case 5:
        result = told_news(s, told);
        break;
    case 6:
        result = told_info(s, told);
        break;
    default:
        result = redis_sync_ping(s);
        break;
    }
    buf_free(&value);
    return result;
}

/* Also returns the lines that the call wrote to the log. */
static enum sync_result call_and_listen(struct redis_sync *s, size_t which, size_t *told,
                                        char lines[2000])
{
    int file = memfd_create("lines", MFD_CLOEXEC), saved = dup(STDERR_FILENO);
    assert_int_equal(dup2(file, STDERR_FILENO), STDERR_FILENO);
    enum sync_result result = call(s, which, told);
    assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
    close(saved);
    ssize_t n = pread(file, lines, 1999, 0);
    lines[n > 0 ? n : 0] = '\0';
    close(file);
    return result;
}

/* For XINFO a missing key is an answer. */
static enum sync_result wanted(size_t which, enum sync_result result)
{
    return strcmp(calls[which].name, "XINFO log:1") == 0 && result == SYNC_MISSING ? SYNC_OK
                                                                                   : result;
}

/* The caller is told, the log has address, command and key, and the next call uses the same
 * connection. */
static void test_refused_call_is_told_to_its_caller_only(void **state)
{
    static const struct {
        const char *text;
        enum sync_result result;
    } errors[] = {
        {"-NOPERM this user has no permissions\r\n", SYNC_REFUSED},
        {"-NOAUTH Authentication required.\r\n", SYNC_DOWN},
        {"-WRONGPASS invalid username-password pair\r\n", SYNC_REFUSED},
        {"-MOVED 3999 127.0.0.1:6381\r\n", SYNC_REFUSED},
        {"-READONLY You can't write against a read only replica.\r\n", SYNC_REFUSED},
        {"-OOM command not allowed\r\n", SYNC_REFUSED},
        {"-LOADING Redis is loading\r\n", SYNC_DOWN},
        {"-BUSY Redis is busy running a script.\r\n", SYNC_DOWN},
        {"-WRONGTYPE Operation against a key\r\n", SYNC_MISSING},
        {"-ERR unknown command 'X', with args beginning with: 'secret' \r\n", SYNC_REFUSED},
    };
    (void)state;
    for (size_t which = 0; which < sizeof calls / sizeof *calls; which++) {
        for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
            const char *const script[] = {errors[i].text, errors[i].text, calls[which].good, NULL};
            char lines[2000], want[200];
            size_t told = 0;
            struct peer peer;
            start(&peer, script);
            struct redis_sync *s = redis_sync_new(&peer.address, 1000);
            enum sync_result want_result = wanted(which, errors[i].result);
            assert_int_equal(call_and_listen(s, which, &told, lines), want_result);
            snprintf(want, sizeof want, "warning redis: %s: %s refused: %.5s", peer.path,
                     calls[which].name, errors[i].text + 1);
            assert_non_null(strstr(lines, want));
            assert_null(strstr(lines, "secret"));
            assert_int_equal(call_and_listen(s, which, &told, lines), want_result);
            assert_string_equal(lines, ""); /* once a minute */
            assert_int_equal(told, 0);
            assert_int_equal(call(s, which, &told), SYNC_OK);
            redis_sync_free(s);
            stop(&peer);
            assert_int_equal(peer.connections, 1);
        }
    }
}

/* Two calls of an own kind of connection to a server that is silent. Returns how many waited. */
static size_t count_waits(void use(struct redis_sync *))
{
    const char *const script[] = {"", "", NULL};
    char lines[2000];
    size_t told = 0, waits = 0;
    struct peer peer;
    start(&peer, script);
    struct redis_sync *s = redis_sync_new(&peer.address, 5),
                      *other = redis_sync_new(&peer.address, 5);
    use(s);
    for (size_t which = 0; which < 2; which++) {
        assert_int_equal(call_and_listen(s, which, &told, lines), SYNC_DOWN);
        waits += strstr(lines, "no answer in time") != NULL;
    }
    assert_int_equal(redis_sync_pauses(s), waits == 1);
    assert_false(redis_sync_pauses(other));
    redis_sync_free(s);
    redis_sync_free(other);
    stop(&peer);
    return waits;
}

static void test_time_outs_of_long_calls_do_not_count_for_others(void **state)
{
    (void)state;
    assert_int_equal(count_waits(redis_sync_apart), 1);
    assert_int_equal(count_waits(redis_sync_always), 2);
}

/* The first time-out opens the circuit breaker; until its next trial, all calls fail at once. */
static void test_silent_server_makes_one_call_wait(void **state)
{
    const char *const script[] = {"", NULL};
    char lines[2000];
    size_t told = 0;
    struct peer peer;
    (void)state;
    start(&peer, script);
    struct redis_sync *s = redis_sync_new(&peer.address, 5);
    for (size_t which = 0; which < sizeof calls / sizeof *calls; which++) {
        assert_int_equal(call_and_listen(s, which, &told, lines), SYNC_DOWN);
        assert_int_equal(strstr(lines, "look-up: no answer in time") != NULL, which == 0);
    }
    assert_int_equal(told, 0);
    redis_sync_free(s);
    stop(&peer);
    assert_int_equal(peer.connections, 1);
}

/* ends: of its connection; the caller has the second one. */
static struct redis_sync *new_connected(unsigned deadline, int ends[2])
{
    static const struct redis_address nowhere = {.path = NULL};
    struct redis_sync *s = redis_sync_new(&nowhere, deadline);
    assert_non_null(s);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    s->ctx = redisConnectFd(ends[0]);
    assert_non_null(s->ctx);
    return s;
}

/* A slow line takes a bundle in several deadlines. Without that the sender would begin again each
 * time. Other calls wait no longer. */
static void test_bytes_that_redis_takes_renew_the_deadline_of_a_sender(void **state)
{
    int ends[2];
    (void)state;
    struct redis_sync *s = new_connected(3600000, ends);
    for (int renews = 0; renews < 2; renews++) {
        int64_t end = s->end = clock_ms() + 1800000;
        s->renews = renews;
        buf_adds(&s->out, "PING\r\n");
        assert_int_equal(sync_write(s), 0);
        assert_int_equal(s->end > end, renews);
    }
    redis_sync_free(s);
    close(ends[1]);
}

/* A process that was stopped until after the deadline reads an answer that arrived meanwhile.  It
 * does not wait for one that did not arrive. */
static void test_answer_after_the_deadline_counts_if_it_is_there(void **state)
{
    int ends[2];
    (void)state;
    struct redis_sync *s = new_connected(1000, ends);
    s->end = clock_ms() - 1;
    assert_int_equal(write(ends[1], "+", 1), 1);
    assert_int_equal(sync_wait(s, POLLIN), 0);
    assert_false(s->timed_out);
    assert_int_equal(recv(ends[0], &(char){0}, 1, 0), 1);
    assert_int_equal(sync_wait(s, POLLIN), -1);
    assert_true(s->timed_out);
    assert_null(s->ctx);
    redis_sync_free(s);
    close(ends[1]);
}

static void test_bytes_extend_the_deadline_threefold_at_most(void **state)
{
    struct redis_sync s = {.deadline = 100};
    (void)state;
    sync_set_deadline(&s);
    int64_t first = s.end;
    s.end = extended(&s, 7 * BYTES_PER_MS);
    assert_int_equal(s.end, first + 7);
    for (int i = 0; i < 100; i++)
        s.end = extended(&s, 7 * BYTES_PER_MS);
    assert_int_equal(s.end, first + 200);
}

/* ---- held and polled streams ---- */

static void test_hold_is_looked_at_in_one_exchange(void **state)
{
    static const struct {
        const char *answer;
        bool looks;
        enum sync_result result;
        struct redis_hold found;
    } rows[] = {
        {":3\r\n:7\r\n*2\r\n$7\r\na:10:20\r\n$7\r\nb:30:60\r\n", true, SYNC_OK, {3, 7, 20, 40}},
        {":7\r\n*1\r\n$7\r\na:10:20\r\n", false, SYNC_OK, {0, 7, 10, 20}},
        {":7\r\n*0\r\n", false, SYNC_OK, {0, 7, 0, 0}},
        /* members that somebody else wrote */
        {":-1\r\n*4\r\n$1\r\na\r\n$3\r\na:1\r\n$5\r\na:x:1\r\n:5\r\n", false, SYNC_OK, {0}},
        {":3\r\n-NOPERM no\r\n*0\r\n", true, SYNC_REFUSED, {3, 0, 0, 0}},
        {"-LOADING Redis is loading\r\n-LOADING no\r\n", false, SYNC_DOWN, {0}},
        {"+OK\r\n*0\r\n", false, SYNC_DOWN, {0}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *const script[] = {rows[i].answer, NULL};
        struct redis_hold found;
        struct peer peer;
        start(&peer, script);
        struct redis_sync *s = redis_sync_new(&peer.address, 1000);
        assert_int_equal(redis_sync_hold_look(s, "k", 5000, rows[i].looks, &found), rows[i].result);
        assert_memory_equal(&found, &rows[i].found, sizeof found);
        redis_sync_free(s);
        stop(&peer);
    }
}

static void test_place_is_given_back_when_there_is_one_too_many(void **state)
{
    static const struct {
        const char *first, *second;
        enum sync_result result;
        bool taken;
    } rows[] = {
        {":0\r\n:1\r\n:2\r\n", NULL, SYNC_OK, true},
        {":0\r\n:1\r\n:3\r\n", ":1\r\n", SYNC_OK, false},
        {":0\r\n:1\r\n:3\r\n", "-READONLY no\r\n", SYNC_REFUSED, false},
        {":0\r\n-OOM no\r\n:0\r\n", NULL, SYNC_REFUSED, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *const script[] = {rows[i].first, rows[i].second, NULL};
        bool taken;
        struct peer peer;
        start(&peer, script);
        struct redis_sync *s = redis_sync_new(&peer.address, 1000);
        assert_int_equal(redis_sync_hold_take(s, "k", "m", 2, 5, 95, &taken), rows[i].result);
        assert_int_equal(taken, rows[i].taken);
        redis_sync_free(s);
        stop(&peer);
    }
}

/* The server closed the connection while it was idle: the exchange is made again on a new one. */
static void test_exchange_is_repeated_on_a_new_connection(void **state)
{
    static const char *const script[] = {"+PONG\r\n", "close", ":1\r\n*0\r\n", NULL};
    struct redis_hold found;
    struct peer peer;
    (void)state;
    start(&peer, script);
    struct redis_sync *s = redis_sync_new(&peer.address, 1000);
    assert_int_equal(redis_sync_ping(s), SYNC_OK);
    assert_int_equal(redis_sync_hold_look(s, "k", 5000, false, &found), SYNC_OK);
    assert_int_equal(found.pollers, 1);
    redis_sync_free(s);
    stop(&peer);
    assert_int_equal(peer.connections, 2);
}

/* ---- walks ---- */

/* The sequence numbers of the entries that a walk used, in order; 9 for a value that is missing. */
struct seen {
    char used[32];
    size_t n;
    uint64_t next; /* forward: the entry that the next read must begin with */
};

static bool see(void *arg, const struct redis_entry *entry)
{
    struct seen *seen = arg;
    seen->used[seen->n++] = (char)('0' + (entry->fields[1].len > 0 ? entry->id.seq : 9));
    seen->next = entry->id.seq;
    return true;
}

static bool prove(void *arg, const struct redis_entry *entries, size_t count, size_t *start)
{
    const struct seen *seen = arg;
    *start = 1;
    /* A large value that was used is not held again. */
    assert_true(count == 0 || seen->n == 0 || entries[0].fields[1].len <= 1);
    return count > 0 && entries[0].id.seq == seen->next;
}

#define LARGE ((size_t)5 * 1024 * 1024) /* more than one answer holds */

/* An answer with one entry for each digit; after '!' its value is large. */
static char *make_answer(const char *digits)
{
    size_t room = strlen(digits) * (LARGE + 200) + 32, at, n = 0;
    char *answer = calloc(1, room);
    assert_non_null(answer);
    for (const char *d = digits; *d; d++)
        n += *d != '!';
    at = (size_t)snprintf(answer, room, "*%zu\r\n", n);
    for (const char *d = digits; *d; d++) {
        size_t len = *d == '!' ? LARGE : 1;
        d += *d == '!';
        at += (size_t)snprintf(answer + at, room - at,
                               "*2\r\n$3\r\n0-%c\r\n*2\r\n$4\r\ndata\r\n$%zu\r\n", *d, len);
        memset(answer + at, 'x', len);
        memcpy(answer + at + len, "\r\n", 2);
        at += len + 2;
    }
    return answer;
}

static void test_walk_forward_proves_each_read_and_holds_few_large_values(void **state)
{
    static const struct {
        const char *answers[5]; /* a read wants one new entry, then two, four ... */
        const char *used;
        bool more, lost;
    } rows[] = {
        {{"1"}, "", false, false},
        {{"12", "23"}, "23", false, false},
        {{"12", "234", "45"}, "2345", false, false},
        {{"12", "345"}, "2", true, true},
        {{"23"}, "", false, true},
        {{""}, "", false, true},
        {{"!12", "2"}, "2", false, false},                    /* the large value is known already */
        {{"!1!2", "!1!2", "!2!3", "!3"}, "23", false, false}, /* 2 and 3 are held one by one */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *script[6] = {0};
        for (size_t k = 0; rows[i].answers[k]; k++)
            script[k] = make_answer(rows[i].answers[k]);
        struct peer peer;
        struct seen seen = {.next = 1};
        struct redis_walk w = {.key = "log", .at = {0, 1}, .fn = see, .proof = prove, .arg = &seen};
        start(&peer, (const char *const *)script);
        struct redis_sync *s = redis_sync_new(&peer.address, 60000);
        while (!w.ended)
            assert_int_equal(redis_sync_walk(s, &w, 0), SYNC_OK);
        assert_string_equal(seen.used, rows[i].used);
        assert_int_equal(w.more, rows[i].more);
        assert_int_equal(w.lost, rows[i].lost);
        assert_int_equal(w.at.seq, seen.next);
        redis_sync_free(s);
        stop(&peer);
        for (size_t k = 0; script[k]; k++)
            free(script[k]);
    }
}

static void test_info_of_no_key_is_an_answer(void **state)
{
    const char *const script[] = {"-ERR no such key\r\n", "*2\r\n+length\r\n:7\r\n", NULL};
    struct redis_info info;
    struct peer peer;
    (void)state;
    start(&peer, script);
    struct redis_sync *s = redis_sync_new(&peer.address, 1000);
    assert_int_equal(redis_sync_info(s, "log", &info), SYNC_OK);
    assert_false(info.exists);
    assert_int_equal(redis_sync_info(s, "log", &info), SYNC_OK);
    assert_true(info.exists && info.length == 7);
    redis_sync_free(s);
    stop(&peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hold_is_looked_at_in_one_exchange),
        cmocka_unit_test(test_place_is_given_back_when_there_is_one_too_many),
        cmocka_unit_test(test_exchange_is_repeated_on_a_new_connection),
        cmocka_unit_test(test_bytes_that_redis_takes_renew_the_deadline_of_a_sender),
        cmocka_unit_test(test_answer_after_the_deadline_counts_if_it_is_there),
        cmocka_unit_test(test_bytes_extend_the_deadline_threefold_at_most),
        cmocka_unit_test(test_surplus_reply_is_nobodys_answer),
        cmocka_unit_test(test_late_surplus_reply_is_nobodys_answer),
        cmocka_unit_test(test_connection_closed_while_idle_is_renewed_without_an_error),
        cmocka_unit_test(test_closed_new_connection_is_an_error),
        cmocka_unit_test(test_reply_of_another_type_is_no_answer),
        cmocka_unit_test(test_refused_call_is_told_to_its_caller_only),
        cmocka_unit_test(test_walk_forward_proves_each_read_and_holds_few_large_values),
        cmocka_unit_test(test_info_of_no_key_is_an_answer),
        cmocka_unit_test(test_time_outs_of_long_calls_do_not_count_for_others),
        cmocka_unit_test(
            test_silent_server_makes_one_call_wait), /* the last: it opens the breaker */
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
