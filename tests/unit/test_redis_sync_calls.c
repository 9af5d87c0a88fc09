/* SPDX-License-Identifier: MIT */
/*
 * redis_sync, the calls: each is answered, refused in each way, or not answered in time.  A walk
 * proves each of its reads and holds few large values.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/mman.h>

#include "redis/sync.c"
#include "sync_peer.h"

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
            peer_start(&peer, script);
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
            peer_stop(&peer);
            assert_int_equal(peer.connections, 1);
        }
    }
}

static void test_info_of_no_key_is_an_answer(void **state)
{
    const char *const script[] = {"-ERR no such key\r\n", "*2\r\n+length\r\n:7\r\n", NULL};
    struct redis_info info;
    struct peer peer;
    (void)state;
    peer_start(&peer, script);
    struct redis_sync *s = redis_sync_new(&peer.address, 1000);
    assert_int_equal(redis_sync_info(s, "log", &info), SYNC_OK);
    assert_false(info.exists);
    assert_int_equal(redis_sync_info(s, "log", &info), SYNC_OK);
    assert_true(info.exists && info.length == 7);
    redis_sync_free(s);
    peer_stop(&peer);
}

/* ---- walks ---- */

/* The sequence numbers of the entries that a walk used, in order; 9 for a value that is missing. */
struct seen {
    char used[32];
    size_t n;
    uint64_t next; /* with proof: the entry that the next read must begin with */
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

static void test_walk_proves_each_read_and_holds_few_large_values(void **state)
{
    static const struct {
        const char *answers[5]; /* a read wants one new entry, then two, four ... */
        const char *used;
        bool more, lost, newest_first;
    } rows[] = {
        {{"1"}, "", false, false, false},
        {{"12", "23"}, "23", false, false, false},
        {{"12", "234", "45"}, "2345", false, false, false},
        {{"12", "345"}, "2", true, true, false},
        {{"23"}, "", false, true, false},
        {{""}, "", false, true, false},
        {{"!12", "2"}, "2", false, false, false}, /* the large value is known already */
        {{"!1!2", "!1!2", "!2!3", "!3"},
         "23",
         false,
         false,
         false}, /* 2 and 3 are held one by one */
        {{"98", "876", "65"}, "8765", false, false, true},
        {{"98", "765"}, "8", true, true, true},
        {{"!98", "8"}, "8", false, false, true},
        {{"!9!8", "!9!8", "!8!7", "!7"}, "87", false, false, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *script[6] = {0};
        for (size_t k = 0; rows[i].answers[k]; k++)
            script[k] = make_answer(rows[i].answers[k]);
        struct peer peer;
        struct seen seen = {.next = rows[i].newest_first ? 9 : 1};
        struct redis_walk w = {.key = "log",
                               .at = {0, seen.next},
                               .fn = see,
                               .proof = prove,
                               .arg = &seen,
                               .newest_first = rows[i].newest_first};
        peer_start(&peer, (const char *const *)script);
        struct redis_sync *s = redis_sync_new(&peer.address, 60000);
        while (!w.ended)
            assert_int_equal(redis_sync_walk(s, &w, 0), SYNC_OK);
        assert_string_equal(seen.used, rows[i].used);
        assert_int_equal(w.more, rows[i].more);
        assert_int_equal(w.lost, rows[i].lost);
        assert_int_equal(w.at.seq, seen.next);
        redis_sync_free(s);
        peer_stop(&peer);
        for (size_t k = 0; script[k]; k++)
            free(script[k]);
    }
}

/* ---- a silent server ---- */

/* Two calls of an own kind of connection to a server that is silent. Returns how many waited. */
static size_t count_waits(void use(struct redis_sync *))
{
    const char *const script[] = {"", "", NULL};
    char lines[2000];
    size_t told = 0, waits = 0;
    struct peer peer;
    peer_start(&peer, script);
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
    peer_stop(&peer);
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
    peer_start(&peer, script);
    struct redis_sync *s = redis_sync_new(&peer.address, 5);
    for (size_t which = 0; which < sizeof calls / sizeof *calls; which++) {
        assert_int_equal(call_and_listen(s, which, &told, lines), SYNC_DOWN);
        assert_int_equal(strstr(lines, "look-up: no answer in time") != NULL, which == 0);
    }
    assert_int_equal(told, 0);
    redis_sync_free(s);
    peer_stop(&peer);
    assert_int_equal(peer.connections, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused_call_is_told_to_its_caller_only),
        cmocka_unit_test(test_info_of_no_key_is_an_answer),
        cmocka_unit_test(test_walk_proves_each_read_and_holds_few_large_values),
        cmocka_unit_test(test_time_outs_of_long_calls_do_not_count_for_others),
        cmocka_unit_test(test_silent_server_makes_one_call_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
