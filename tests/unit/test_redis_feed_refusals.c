/* SPDX-License-Identifier: MIT */
/*
 * redis_feed: a server that refuses one command, or whose answer finds no memory.  Only the owner
 * of a request is told; a refused first command has its effect on the connection.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <sys/mman.h>

#include "redis_io.c"

static bool no_memory; /* for a large value */

static void *bulk_malloc(size_t n)
{
    return no_memory && n > RESP_BULK_LARGE ? NULL : malloc(n);
}

#define malloc bulk_malloc
#include "redis/resp_bulk.c"
#undef malloc

#include "feed_server.h"

/* ---- each request, refused in each way ---- */

enum effect { REFUSED, WRONG_TYPE, OUTAGE };

static const struct {
    const char *text; /* NULL: silence */
    enum effect effect;
} errors[] = {
    {"-NOPERM this user has no permissions to access one of the keys\r\n", REFUSED},
    {"-NOAUTH Authentication required.\r\n", OUTAGE},
    {"-WRONGPASS invalid username-password pair or user is disabled.\r\n", REFUSED},
    {"-MOVED 3999 127.0.0.1:6381\r\n", REFUSED},
    {"-READONLY You can't write against a read only replica.\r\n", REFUSED},
    {"-OOM command not allowed when used memory > 'maxmemory'.\r\n", REFUSED},
    {"-LOADING Redis is loading the dataset in memory\r\n", OUTAGE},
    {"-BUSY Redis is busy running a script.\r\n", OUTAGE},
    {"-WRONGTYPE Operation against a key holding the wrong kind of value\r\n", WRONG_TYPE},
    {"-ERR unknown command 'X', with args beginning with: 'secret' \r\n", REFUSED},
    {NULL, OUTAGE},
};

#define ERRORS (sizeof errors / sizeof *errors)

/* The lines that the feed wrote meanwhile. */
static int capture_start(int *saved)
{
    int file = memfd_create("lines", MFD_CLOEXEC);
    assert_true(file >= 0);
    *saved = dup(STDERR_FILENO);
    assert_int_equal(dup2(file, STDERR_FILENO), STDERR_FILENO);
    return file;
}

static void capture_end(int file, int saved, char lines[2000])
{
    assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
    close(saved);
    ssize_t n = pread(file, lines, 1999, 0);
    lines[n > 0 ? n : 0] = '\0';
    close(file);
}

struct answer {
    int times;
    enum redis_result result;
};

static void on_one_range(void *arg, enum redis_result result, const struct redis_entry *entries,
                         size_t count)
{
    struct answer *a = arg;
    (void)entries;
    (void)count;
    a->times++;
    a->result = result;
}
static void on_one_info(void *arg, enum redis_result result, const struct redis_info *info)
{
    (void)info;
    on_one_range(arg, result, NULL, 0);
}
static void on_one_value(void *arg, enum redis_result result, const struct slice *value)
{
    assert_true(result == REDIS_OK || !value);
    on_one_range(arg, result, NULL, 0);
}

static const struct {
    const char *name; /* in the log */
    bool answered;
} kinds[] = {{"XRANGE log:1", true},
             {"XINFO log:1", true},
             {"GET se...", true},
             {"ZSCORE log:1", true},
             {"ZADD log:1", false}};

static const struct redis_range everything = {.to = {UINT64_MAX, UINT64_MAX}, .count = 10};

static void ask_kind(struct world *w, size_t kind, struct answer *a)
{
    const char *add[] = {"ZADD", "log:1", "1", "member"};
    int bad = kind == 0   ? redis_feed_range(w->feed, "log:1", &everything, on_one_range, a)
              : kind == 1 ? redis_feed_info(w->feed, "log:1", on_one_info, a)
              : kind == 2 ? redis_feed_get(w->feed, "secret", 2, on_one_value, a)
              : kind == 3 ? redis_feed_score(w->feed, "log:1", "member", on_one_value, a)
                          : redis_feed_command(w->feed, 4, add);
    assert_int_equal(bad, 0);
}

static void ask_other(struct world *w, struct answer *a)
{
    assert_int_equal(redis_feed_range(w->feed, "log:2", &everything, on_one_range, a), 0);
}

/* The log has the address, the command and the key of a log, but no session. */
static void assert_logged(const char *lines, const char *name, const char *text)
{
    char want[200];
    snprintf(want, sizeof want, "/tmp/sselog-feed-%d: %s refused: %.5s", (int)getpid(), name,
             text + 1);
    if (!strstr(lines, want))
        fail_msg("no \"%s\" in: %s", want, lines);
    assert_null(strstr(lines, "secret"));
}

static void refuse_one(size_t kind, size_t error)
{
    struct world *w = new_world();
    struct answer one = {0}, other = {0};
    char command[200], lines[2000];
    int saved, file = capture_start(&saved);
    come_up(w);
    ask_kind(w, kind, &one);
    ask_other(w, &other);
    assert_true(talk(w, command) && talk(w, command));
    if (errors[error].text)
        reply(w->command, errors[error].text);
    reply(w->command, errors[error].text ? TWO : "");
    settle(w);
    if (!errors[error].text) {
        w->now = redis_feed_deadline(w->feed);
        redis_feed_run(w->feed, w->now);
    }
    capture_end(file, saved, lines);
    bool outage = errors[error].effect == OUTAGE;
    assert_int_equal(one.times, kinds[kind].answered);
    if (one.times)
        assert_int_equal(one.result, outage                               ? REDIS_LOST
                                     : errors[error].effect == WRONG_TYPE ? REDIS_WRONGTYPE
                                                                          : REDIS_REFUSED);
    assert_int_equal(other.times, 1); /* notices an outage, and nothing else */
    assert_int_equal(other.result, outage ? REDIS_LOST : REDIS_OK);
    assert_int_equal(w->down, outage);
    assert_int_equal(w->feed->command.sent, 0); /* the owner decides when to ask again */
    if (!outage) {
        assert_logged(lines, kinds[kind].name, errors[error].text);
    } else {
        assert_non_null(strstr(lines, "command connection: "));
        assert_true(redis_feed_deadline(w->feed) <= w->now + BACKOFF_FIRST_MS);
        come_up(w); /* and then it works */
        ask_other(w, &other);
        assert_true(talk(w, command));
        reply(w->command, TWO);
        settle(w);
        assert_int_equal(other.result, REDIS_OK);
    }
    free_world(w);
}

static void test_refused_request_is_told_to_its_owner_only(void **state)
{
    (void)state;
    for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++)
        for (size_t error = 0; error < ERRORS; error++)
            refuse_one(kind, error);
}

/* The answer to XRANGE: entries 1-0, 2-0 ...; the one at `large` has a long value. */
static void reply_entries_with_large(struct peer *p, size_t count, size_t large)
{
    struct buf b;
    buf_init(&b, 1024 * 1024);
    buf_addf(&b, "*%zu\r\n", count);
    for (size_t i = 0; i < count; i++) {
        size_t len = i == large ? RESP_BULK_LARGE + 1 : 1;
        buf_addf(&b, "*2\r\n$3\r\n%zu-0\r\n*2\r\n$4\r\ndata\r\n$%zu\r\n", i + 1, len);
        for (size_t k = 0; k < len; k++)
            buf_addc(&b, 'x');
        buf_adds(&b, "\r\n");
    }
    reply(p, b.p);
    buf_free(&b);
}

/* There is no memory for a value: the rest of the answer is delivered, or only its log fails. */
static void test_value_too_large_for_memory_fails_only_its_log(void **state)
{
    static const struct {
        unsigned count; /* that were asked for; the answer has as many */
        size_t large;
        enum redis_result result;
        size_t entries;
    } rows[] = {
        {4, 3, REDIS_CUT, 3},       {4, 0, REDIS_CUT, 0},       {3, 1, REDIS_CUT, 1},
        {2, 1, REDIS_TOO_LARGE, 1}, {2, 0, REDIS_TOO_LARGE, 0}, {1, 0, REDIS_TOO_LARGE, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world *w = new_world();
        struct redis_range range = {.to = {UINT64_MAX, UINT64_MAX}, .count = rows[i].count};
        struct answer other = {0};
        char command[200], lines[2000];
        int saved, file = capture_start(&saved);
        come_up(w);
        assert_int_equal(redis_feed_range(w->feed, "log:1", &range, on_range, w), 0);
        ask_other(w, &other);
        assert_true(talk(w, command) && talk(w, command));
        no_memory = true;
        reply_entries_with_large(w->command, rows[i].count, rows[i].large);
        reply(w->command, TWO);
        settle(w);
        no_memory = false;
        capture_end(file, saved, lines);
        assert_int_equal(w->answers, 1);
        assert_int_equal(w->result, rows[i].result);
        if (w->result == REDIS_CUT)
            assert_int_equal(w->entries, rows[i].entries);
        else
            assert_non_null(strstr(lines, "XRANGE log:1 refused: a value is too large for memory"));
        assert_int_equal(other.times, 1);
        assert_int_equal(other.result, REDIS_OK);
        assert_int_equal(w->down, 0);
        free_world(w);
    }
}

/* ---- the first commands ---- */

enum start { UP, POLLING, DOWN };

/* One of the first commands is refused, for good or for now. */
static void test_refused_first_command_has_its_effect(void **state)
{
    static const struct {
        const char *command;
        enum start for_good, wrong_type, for_now;
    } commands[] = {
        {"AUTH", DOWN, DOWN, DOWN},
        {"SELECT", DOWN, DOWN, DOWN},
        {"CLIENT SETNAME", UP, UP, UP},
        {"PING", DOWN, DOWN, DOWN},
        {"CLIENT ID", POLLING, POLLING, DOWN},
        {"SUBSCRIBE __redis__", POLLING, POLLING, DOWN},
        {"CLIENT TRACKING", POLLING, POLLING, DOWN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        for (size_t error = 0; error < ERRORS - 1; error++) { /* silence has a test of its own */
            struct world *w = new_world();
            char user[] = "user", password[] = "hush", lines[2000];
            int saved, file = capture_start(&saved);
            w->address.user = user;
            w->address.password = password;
            w->address.db = 3;
            w->refused = commands[i].command;
            w->refusal = errors[error].text;
            settle(w);
            capture_end(file, saved, lines);
            enum start want = errors[error].effect == OUTAGE       ? commands[i].for_now
                              : errors[error].effect == WRONG_TYPE ? commands[i].wrong_type
                                                                   : commands[i].for_good;
            assert_int_equal(w->up, want != DOWN);
            assert_int_equal(w->down, want == DOWN);
            assert_int_equal(w->tracked, want == UP);
            if (want != UP) { /* the reason is logged */
                char word[8];
                snprintf(word, sizeof word, "%.5s", errors[error].text + 1);
                assert_non_null(strstr(lines, word));
                assert_non_null(strstr(lines, w->path));
            }
            assert_null(strstr(lines, "hush"));
            free_world(w);
        }
    }
}

static void test_refused_first_command_ends_the_attempt(void **state)
{
    static const char *const replies[] = {"-NOAUTH Authentication required.\r\n",
                                          "-LOADING Redis is loading\r\n", "?\r\n"};
    (void)state;
    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
        struct world *w = new_world();
        w->greeting = replies[i];
        settle(w);
        assert_int_equal(w->up, 0);
        assert_int_equal(w->down, 1);
        w->greeting = "+PONG\r\n";
        come_up(w);
        free_world(w);
    }
    struct world *w = new_world();
    w->greeting = ""; /* silence */
    settle(w);
    int64_t due = redis_feed_deadline(w->feed);
    assert_true(due > w->now && due <= w->now + CONNECT_MS);
    w->now = due;
    redis_feed_run(w->feed, w->now);
    assert_int_equal(w->down, 1);
    w->greeting = "+PONG\r\n";
    come_up(w);
    free_world(w);
}

static void test_refused_tracking_is_reported(void **state)
{
    struct world *w = new_world();
    (void)state;
    w->tracking = "-ERR unknown subcommand\r\n";
    come_up(w);
    assert_false(w->tracked);
    free_world(w);
}

/* A server without the command CLIENT, or that denies it: everything works, by polling. An outage
 * is no such answer. */
static void test_missing_client_command_falls_back_to_polling(void **state)
{
    static const struct {
        const char *reply;
        bool up;
    } answers[] = {
        {"-ERR unknown command `CLIENT`, with args beginning with: `ID`, \r\n", true},
        {"-ERR unknown subcommand 'ID'. Try CLIENT HELP.\r\n", true},
        {"-NOPERM this user has no permissions to run the 'client|id' command\r\n", true},
        {"-LOADING Redis is loading the dataset in memory\r\n", false},
        {"-NOAUTH Authentication required.\r\n", false},
        {"+OK\r\n", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct world *w = new_world();
        w->client = answers[i].reply;
        settle(w);
        assert_int_equal(w->up, answers[i].up);
        assert_int_equal(w->down, !answers[i].up);
        assert_false(w->tracked);
        assert_null(w->command); /* it did not try CLIENT TRACKING */
        if (answers[i].up) {
            char command[200];
            static const struct redis_range all = {.to = {UINT64_MAX, UINT64_MAX}, .count = 10};
            assert_int_equal(redis_feed_range(w->feed, "key", &all, on_range, w), 0);
            assert_true(talk(w, command));
            assert_true(is(command, "XRANGE key "));
        }
        free_world(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused_request_is_told_to_its_owner_only),
        cmocka_unit_test(test_value_too_large_for_memory_fails_only_its_log),
        cmocka_unit_test(test_refused_first_command_has_its_effect),
        cmocka_unit_test(test_refused_first_command_ends_the_attempt),
        cmocka_unit_test(test_refused_tracking_is_reported),
        cmocka_unit_test(test_missing_client_command_falls_back_to_polling),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
