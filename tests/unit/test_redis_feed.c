/* SPDX-License-Identifier: MIT */
/*
 * redis_feed: the feed against a scripted server.  The test writes each byte of the server and
 * moves the clock.  Each request gets one result and each outage is reported once, even
 * when the server sends wrong data or is silent.  The feed reconnects.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/un.h>

#include "redis_io.c"

static bool no_memory; /* for a large value */

static void *bulk_malloc(size_t n)
{
    return no_memory && n > RESP_BULK_LARGE ? NULL : malloc(n);
}

#define malloc bulk_malloc
#include "redis/resp_bulk.c"
#undef malloc

/* ---- the server ---- */

struct peer {
    int fd;
    struct buf in;
};

struct world {
    int listener;
    char path[108];
    struct redis_address address;
    struct redis_feed *feed;
    int64_t now;
    struct peer peers[3]; /* the third: after redis_feed_pop, or a renewed command connection */
    size_t npeers;
    const char *tracking; /* the answer to CLIENT TRACKING */
    const char *refused;  /* commands that begin so get the answer `refusal`; NULL: none do */
    const char *refusal;  /* NULL: silence */
    const char *client;   /* the answer to CLIENT SETNAME and CLIENT ID; NULL: as usual */
    const char *greeting; /* the answer to PING on a new connection */
    const char *pong;     /* the answer to PING on the invalidation connection; NULL: greeting */
    struct peer *command; /* the connection that sent CLIENT TRACKING */
    struct peer *invalidation;
    /* events and results of the feed */
    int up, down, invalidations, messages, answers, popped;
    bool tracked;
    enum redis_result result;
    size_t entries;
    struct xid last;
};

static void on_up_event(void *arg, bool tracking)
{
    struct world *w = arg;
    w->up++;
    w->tracked = tracking;
}
static void on_down_event(void *arg)
{
    ((struct world *)arg)->down++;
}
static void on_invalidated_event(void *arg, struct slice key)
{
    ((struct world *)arg)->invalidations += key.p ? 1 : 100;
}
static void on_message_event(void *arg, struct slice channel, struct slice payload)
{
    (void)channel;
    (void)payload;
    ((struct world *)arg)->messages++;
}
static void on_subscribed_event(void *arg, struct slice channel)
{
    (void)arg;
    (void)channel;
}

static void on_refused_event(void *arg)
{
    (void)arg;
}

static void on_popped_event(void *arg, struct slice member)
{
    (void)member;
    ((struct world *)arg)->popped++;
}

static const struct redis_events events = {
    on_up_event,         on_down_event,    on_invalidated_event, on_message_event,
    on_subscribed_event, on_refused_event, on_popped_event};

static void on_range(void *arg, enum redis_result result, const struct redis_entry *entries,
                     size_t count)
{
    struct world *w = arg;
    w->answers++;
    w->result = result;
    w->entries = count;
    if (count > 0)
        w->last = entries[count - 1].id;
}

static void on_info(void *arg, enum redis_result result, const struct redis_info *info)
{
    struct world *w = arg;
    w->answers++;
    w->result = result;
    if (result == REDIS_OK) {
        w->entries = info->length;
        w->last = info->last;
    }
}

static void on_get(void *arg, enum redis_result result, const struct slice *value)
{
    struct world *w = arg;
    w->answers++;
    w->result = result;
    w->entries = value ? value->len : SIZE_MAX;
}

static void reply(struct peer *p, const char *text)
{
    ssize_t n = send(p->fd, text, strlen(text), MSG_NOSIGNAL);
    assert_true(n == (ssize_t)strlen(text) || errno == EPIPE); /* the feed may have gone */
}

static void hang_up(struct peer *p)
{
    if (p->fd >= 0)
        close(p->fd);
    p->fd = -1;
    buf_free(&p->in);
}

/* Removes the next complete command from p->in: its words, joined by blanks. */
static bool next_command(struct peer *p, char out[200])
{
    size_t at = 0, len = 0;
    char *end;
    if (p->in.len == 0 || p->in.p[0] != '*' || !strstr(p->in.p, "\r\n"))
        return false;
    long words = strtol(p->in.p + 1, &end, 10);
    at = (size_t)(end - p->in.p) + 2;
    for (long i = 0; i < words; i++) {
        if (at >= p->in.len || !strstr(p->in.p + at, "\r\n"))
            return false;
        size_t n = (size_t)strtol(p->in.p + at + 1, &end, 10);
        at = (size_t)(end - p->in.p) + 2;
        if (at + n + 2 > p->in.len)
            return false;
        assert_true(len + n + 2 < 200);
        memcpy(out + len, p->in.p + at, n);
        len += n;
        out[len++] = ' ';
        at += n + 2;
    }
    out[len - 1] = '\0';
    buf_drop(&p->in, at);
    return true;
}

static bool is(const char *command, const char *start)
{
    return strncmp(command, start, strlen(start)) == 0;
}

/* Answers the first commands of a connection.  Returns false for other commands. */
static bool greet(struct world *w, struct peer *p, const char *command)
{
    if (w->refused && is(command, w->refused)) {
        if (w->refusal)
            reply(p, w->refusal);
    } else if (w->client && is(command, "CLIENT"))
        reply(p, w->client);
    else if (is(command, "AUTH") || is(command, "SELECT"))
        reply(p, "+OK\r\n");
    else if (is(command, "CLIENT SETNAME"))
        reply(p, "+OK\r\n");
    else if (is(command, "CLIENT ID"))
        reply(p, ":77\r\n");
    else if (is(command, "SUBSCRIBE __redis__")) {
        w->invalidation = p;
        reply(p, "*3\r\n$9\r\nsubscribe\r\n$20\r\n__redis__:invalidate\r\n:1\r\n");
    } else if (is(command, "PING")) {
        reply(p, p == w->invalidation && w->pong ? w->pong : w->greeting);
    } else if (is(command, "CLIENT TRACKING")) {
        assert_string_equal(command, "CLIENT TRACKING ON REDIRECT 77");
        w->command = p;
        reply(p, w->tracking);
    } else {
        return false;
    }
    return true;
}

/* Runs feed and server until both are silent.  Returns true when the server received a command that
 * it does not answer by itself. */
static bool talk(struct world *w, char command[200])
{
    for (int idle = 0; idle < 3; idle++) {
        redis_feed_run(w->feed, w->now);
        int fd = accept(w->listener, NULL, NULL);
        if (fd >= 0) {
            assert_true(w->npeers < 3);
            w->peers[w->npeers].fd = fd;
            buf_init(&w->peers[w->npeers++].in, 100000);
            idle = 0;
        }
        for (size_t i = 0; i < w->npeers; i++) {
            struct peer *p = &w->peers[i];
            char got[4096];
            ssize_t n = p->fd < 0 ? 0 : recv(p->fd, got, sizeof got, MSG_DONTWAIT);
            if (n > 0) {
                idle = 0;
                buf_add(&p->in, got, (size_t)n);
            }
            while (next_command(p, command))
                if (!greet(w, p, command))
                    return true;
        }
    }
    return false;
}

static void settle(struct world *w)
{
    char command[200];
    assert_false(talk(w, command));
}

static struct world *new_world(void)
{
    struct world *w = calloc(1, sizeof *w);
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    assert_non_null(w);
    snprintf(w->path, sizeof w->path, "/tmp/sselog-feed-%d", (int)getpid());
    memcpy(a.sun_path, w->path, strlen(w->path) + 1);
    unlink(w->path);
    w->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(w->listener, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(w->listener, 8), 0);
    w->address.path = w->path;
    w->tracking = "+OK\r\n";
    w->greeting = "+PONG\r\n";
    w->now = 1000000;
    w->feed = redis_feed_new(&w->address, &events, w);
    assert_non_null(w->feed);
    return w;
}

static void forget_peers(struct world *w)
{
    for (size_t i = 0; i < w->npeers; i++)
        hang_up(&w->peers[i]);
    w->npeers = 0;
    w->command = w->invalidation = NULL;
}

static void free_world(struct world *w)
{
    redis_feed_free(w->feed);
    forget_peers(w);
    close(w->listener);
    unlink(w->path);
    free(w);
}

/* Runs the feed until it is up, at the start or after an outage. */
static void come_up(struct world *w)
{
    int before = w->up;
    forget_peers(w);
    int64_t due = redis_feed_deadline(w->feed);
    assert_true(due != INT64_MAX);
    if (due > w->now)
        w->now = due;
    settle(w);
    assert_int_equal(w->up, before + 1);
    assert_true(w->feed->up);
    assert_int_equal(w->npeers, 2);
}

enum request { RANGE, INFO, GET };

static void request(struct world *w, enum request what)
{
    static const struct redis_range all = {.to = {UINT64_MAX, UINT64_MAX}, .count = 10};
    char command[200];
    w->answers = 0;
    int bad = what == RANGE  ? redis_feed_range(w->feed, "key", &all, on_range, w)
              : what == INFO ? redis_feed_info(w->feed, "key", on_info, w)
                             : redis_feed_get(w->feed, "key", 2, on_get, w);
    assert_int_equal(bad, 0);
    assert_int_equal(w->feed->command.sent, 1);
    assert_true(talk(w, command));
    assert_true(is(command, what == RANGE  ? "XRANGE key 0-0 18446744073709551615-"
                            : what == INFO ? "XINFO STREAM key"
                                           : "GET key"));
}

#define TWO                                                                                        \
    "*2\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$4\r\ndata\r\n$1\r\na\r\n"                                     \
    "*2\r\n$3\r\n2-7\r\n*2\r\n$4\r\ndata\r\n$1\r\nb\r\n"
#define INFO_OK "*4\r\n$6\r\nlength\r\n:3\r\n$17\r\nlast-generated-id\r\n$3\r\n9-9\r\n"

static const struct {
    const char *what;
    enum request ask;
    const char *reply; /* NULL: silence */
    bool close;
    enum redis_result result;
    size_t entries;
} cases[] = {
    {"entries", RANGE, TWO, false, REDIS_OK, 2},
    {"no entries", RANGE, "*0\r\n", false, REDIS_OK, 0},
    {"wrong type", RANGE, "-WRONGTYPE Operation against\r\n", false, REDIS_WRONGTYPE, 0},
    {"no rights", RANGE, "-NOPERM this user\r\n", false, REDIS_REFUSED, 0},
    {"loading", RANGE, "-LOADING Redis is loading\r\n", false, REDIS_LOST, 0},
    {"no password any more", RANGE, "-NOAUTH Authentication required.\r\n", false, REDIS_LOST, 0},
    {"a replica without its primary", RANGE, "-MASTERDOWN Link with MASTER is down\r\n", false,
     REDIS_LOST, 0},
    {"half an answer", RANGE, "*2\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$4\r\nda", true, REDIS_LOST, 0},
    {"nothing but the end", RANGE, "", true, REDIS_LOST, 0},
    {"garbage", RANGE, "?what\r\n", false, REDIS_LOST, 0},
    {"a number", RANGE, ":1\r\n", false, REDIS_LOST, 0},
    {"a word", RANGE, "+OK\r\n", false, REDIS_LOST, 0},
    {"nil", RANGE, "$-1\r\n", false, REDIS_LOST, 0},
    {"a bulk too long", RANGE, "*1\r\n$99999999999\r\n", false, REDIS_LOST, 0},
    {"silence", RANGE, NULL, false, REDIS_LOST, 0},
    {"half an answer, silence", RANGE, "*2\r\n*2\r\n", false, REDIS_LOST, 0},
    {"info", INFO, INFO_OK, false, REDIS_OK, 3},
    {"info of no key", INFO, "-ERR no such key\r\n", false, REDIS_OK, 0},
    {"info of another type", INFO, "-WRONGTYPE Operation\r\n", false, REDIS_WRONGTYPE, 0},
    {"info that is a word", INFO, "+OK\r\n", false, REDIS_LOST, 0},
    {"info cut", INFO, "*4\r\n$6\r\nlen", true, REDIS_LOST, 0},
    {"value", GET, "$5\r\nhello\r\n", false, REDIS_OK, 5},
    {"no value", GET, "$-1\r\n", false, REDIS_OK, SIZE_MAX},
    {"value of another type", GET, "-WRONGTYPE Operation\r\n", false, REDIS_WRONGTYPE, SIZE_MAX},
    {"value that is a list", GET, "*1\r\n$1\r\nx\r\n", false, REDIS_LOST, SIZE_MAX},
};

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

/* Sends text one byte at a time; the feed runs after each. */
static void drip(struct world *w, const char *text)
{
    for (size_t i = 0; text[i] && w->answers == 0 && w->feed->up; i++) {
        send(w->command->fd, text + i, 1, MSG_NOSIGNAL);
        redis_feed_run(w->feed, w->now);
    }
}

static void test_each_answer_gives_its_result(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int dripping = 0; dripping < 2; dripping++) {
            struct world *w = new_world();
            print_message("%s\n", cases[i].what);
            come_up(w);
            request(w, cases[i].ask);
            if (cases[i].reply && dripping)
                drip(w, cases[i].reply);
            else if (cases[i].reply)
                reply(w->command, cases[i].reply);
            if (cases[i].close)
                hang_up(w->command);
            settle(w);
            if (w->answers == 0) { /* silence ends the request at the deadline, not before */
                int64_t due = redis_feed_deadline(w->feed);
                assert_true(due > w->now && due <= w->now + ANSWER_MS);
                redis_feed_run(w->feed, due - 1);
                assert_int_equal(w->answers, 0);
                w->now = due;
                redis_feed_run(w->feed, w->now);
            }
            assert_int_equal(w->answers, 1);
            assert_int_equal(w->result, cases[i].result);
            if (w->result == REDIS_OK)
                assert_int_equal(w->entries, cases[i].entries);
            assert_int_equal(w->down, w->result == REDIS_LOST);
            assert_int_equal(w->feed->command.sent, 0);
            if (w->result == REDIS_LOST)
                come_up(w);
            request(w, RANGE);
            reply(w->command, TWO);
            settle(w);
            assert_int_equal(w->answers, 1);
            assert_int_equal(w->result, REDIS_OK);
            assert_int_equal(w->last.ms, 2);
            free_world(w);
        }
    }
}

/* Many requests are open: each gets its result once, in order. */
static void test_outage_fails_each_request_once(void **state)
{
    static const struct redis_range all = {.to = {UINT64_MAX, UINT64_MAX}, .count = 10};
    struct world *w = new_world();
    (void)state;
    come_up(w);
    for (int i = 0; i < 100; i++)
        assert_int_equal(redis_feed_range(w->feed, "key", &all, on_range, w), 0);
    redis_feed_run(w->feed, w->now);
    reply(w->command, TWO "*0\r\n");
    redis_feed_run(w->feed, w->now);
    assert_int_equal(w->answers, 2);
    hang_up(w->invalidation);
    redis_feed_run(w->feed, w->now);
    assert_int_equal(w->answers, 100);
    assert_int_equal(w->result, REDIS_LOST);
    assert_int_equal(w->down, 1);
    assert_int_equal(redis_feed_range(w->feed, "key", &all, on_range, w), -1);
    assert_int_equal(redis_feed_get(w->feed, "key", 2, on_get, w), -1);
    assert_int_equal(redis_feed_subscribe(w->feed, "c"), -1);
    come_up(w);
    assert_int_equal(w->answers, 100);
    free_world(w);
}

static void test_reconnect_backs_off(void **state)
{
    struct world *w = new_world();
    int64_t longest = 0;
    (void)state;
    close(w->listener);
    w->listener = -1;
    for (int i = 0; i < 20; i++) {
        redis_feed_run(w->feed, w->now);
        assert_int_equal(w->down, 1); /* reported once, though it fails often */
        int64_t due = redis_feed_deadline(w->feed);
        assert_true(due > w->now && due <= w->now + BACKOFF_LAST_MS);
        redis_feed_run(w->feed, due - 1);
        assert_int_equal(redis_feed_deadline(w->feed), due); /* no attempt before its time */
        longest = due - w->now > longest ? due - w->now : longest;
        w->now = due;
    }
    assert_true(longest >= BACKOFF_LAST_MS / 2);
    free_world(w);
}

/* Only connections that were up for a minute make the next wait short again. */
static void test_backoff_grows_until_connections_held(void **state)
{
    static const struct {
        int64_t up_for;
        unsigned least, most; /* of the wait */
    } steps[] = {
        {-1, 25, 50},           {-1, 50, 100},           {0, 100, 200},
        {5, 200, 400},          {HELD_MS - 1, 400, 800}, {-1, 800, 1600},
        {10000, 1000, 2000},    {-1, 1000, 2000},        {HELD_MS, 25, 50},
        {HELD_MS - 1, 50, 100}, {HELD_MS, 25, 50},       {INT64_MAX, 25, 50},
    };
    unsigned longest[2] = {BACKOFF_FIRST_MS, BACKOFF_FIRST_MS};
    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        assert_int_equal(link_backoff(&longest[0], steps[i].up_for, 0), steps[i].least);
        assert_int_equal(link_backoff(&longest[1], steps[i].up_for, steps[i].most - steps[i].least),
                         steps[i].most);
        assert_int_equal(longest[0], longest[1]);
    }
}

/* A server that greets well and answers the first read wrongly: few attempts, one line in the log.
 */
static void test_server_that_greets_and_answers_wrongly_is_seldom_tried(void **state)
{
    static const struct redis_range all = {.to = {UINT64_MAX, UINT64_MAX}, .count = 10};
    struct world *w = new_world();
    int64_t start = w->now;
    char command[200];
    (void)state;
    while (w->now < start + 60000) {
        come_up(w);
        assert_int_equal(redis_feed_range(w->feed, "key", &all, on_range, w), 0);
        assert_true(talk(w, command));
        reply(w->command, ":1\r\n");
        settle(w);
        assert_false(w->feed->up);
    }
    assert_in_range(w->up, 20, 70); /* it was 23 a second */
    assert_int_equal(w->down, w->up);
    free_world(w);
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

/* Nothing is due for seconds. Then a request has its whole deadline. */
static void test_request_after_idle_time_has_its_whole_deadline(void **state)
{
    struct world *w = new_world();
    (void)state;
    come_up(w);
    w->now += ANSWER_MS + 1000;
    assert_true(w->now < redis_feed_deadline(w->feed));
    redis_feed_set_time(w->feed, w->now);
    request(w, RANGE);
    assert_int_equal(conn_deadline(w->feed, &w->feed->command), w->now + ANSWER_MS);
    reply(w->command, TWO);
    settle(w);
    assert_int_equal(w->result, REDIS_OK);
    assert_int_equal(w->down, 0);
    free_world(w);
}

/* Redis closes the idle command connection: another takes its place, and all keys count as changed.
 */
static void test_connection_closed_while_idle_is_renewed_without_an_outage(void **state)
{
    static const struct redis_range all = {.to = {UINT64_MAX, UINT64_MAX}, .count = 10};
    struct world *w = new_world();
    (void)state;
    come_up(w);
    w->now += ANSWER_MS + 1000;
    hang_up(w->command);
    redis_feed_run(w->feed, w->now);                                           /* notices it */
    assert_int_equal(redis_feed_range(w->feed, "key", &all, on_range, w), -1); /* not yet */
    assert_int_equal(redis_feed_subscribe(w->feed, "channel"), 0);
    char command[200];
    assert_true(talk(w, command));
    assert_string_equal(command, "SUBSCRIBE channel");
    settle(w);
    assert_int_equal(w->npeers, 3);
    assert_ptr_equal(w->command, &w->peers[2]);
    assert_int_equal(w->invalidations, 100);
    request(w, RANGE);
    reply(w->command, TWO);
    settle(w);
    assert_int_equal(w->result, REDIS_OK);
    assert_int_equal(w->up, 1);
    assert_int_equal(w->down, 0);
    free_world(w);
}

/* It is an outage if the server closes a connection that was not idle, or takes no other. */
static void test_connection_that_cannot_be_renewed_is_an_outage(void **state)
{
    enum how { ASKED, HALF_ANSWER, NO_SERVER, SILENT, OTHER_TRACKING, TOO_SOON, END };
    (void)state;
    for (enum how how = ASKED; how < END; how++) {
        struct world *w = new_world();
        come_up(w);
        if (how != TOO_SOON) /* a server that closes each connection at once */
            w->now += RENEW_MS;
        redis_feed_set_time(w->feed, w->now);
        if (how == ASKED)
            request(w, RANGE);
        if (how == HALF_ANSWER)
            reply(w->command, "*2\r\n");
        if (how == NO_SERVER)
            unlink(w->path);
        if (how == SILENT)
            w->greeting = "";
        if (how == OTHER_TRACKING)
            w->tracking = "-ERR no\r\n";
        hang_up(w->command);
        settle(w);
        if (how == SILENT) {
            assert_int_equal(w->down, 0);
            w->now = redis_feed_deadline(w->feed);
            redis_feed_run(w->feed, w->now);
        }
        assert_int_equal(w->down, 1);
        assert_false(w->feed->up);
        free_world(w);
    }
}

static void test_messages_of_the_invalidation_connection_are_reported(void **state)
{
    static const struct {
        const char *text;
        int invalidations, messages;
        bool lost;
    } inputs[] = {
        {"*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n", 2, 0,
         false},
        {"*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n*-1\r\n", 100, 0, false},
        {"*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n$-1\r\n", 100, 0, false},
        {"*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n", 0, 1, false},
        {"*3\r\n$7\r\nsmessag\r\n$1\r\nc\r\n$2\r\nhi\r\n", 0, 0, false},
        {"*4\r\n$8\r\npmessage\r\n$1\r\n*\r\n$1\r\nc\r\n$2\r\nhi\r\n", 0, 0, false},
        {"*2\r\n$4\r\npong\r\n$0\r\n\r\n", 0, 0, false},
        {"*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n*1\r\n:4\r\n", 0, 0, false},
        {"+hello\r\n", 0, 0, true},
        {"-ERR what\r\n", 0, 0, true},
        {"*1\r\n$1\r\nx\r\n", 0, 0, true},
        {"*2\r\n:1\r\n:2\r\n", 0, 0, true},
        {">1\r\n$1\r\nx\r\n", 0, 0, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        struct world *w = new_world();
        print_message("%s\n", inputs[i].text);
        come_up(w);
        reply(w->invalidation, inputs[i].text);
        settle(w);
        assert_int_equal(w->invalidations, inputs[i].invalidations);
        assert_int_equal(w->messages, inputs[i].messages);
        assert_int_equal(w->down, inputs[i].lost);
        free_world(w);
    }
}

/* Both connections get a PING after a long silence. No answer on one closes both. */
static void test_idle_connections_are_pinged(void **state)
{
    struct world *w = new_world();
    char command[200];
    (void)state;
    come_up(w);
    w->now = redis_feed_deadline(w->feed);
    for (int i = 0; i < 20; i++)
        talk(w, command); /* PINGs; +PONG is wrong on the invalidation connection */
    assert_int_equal(w->down, 1);
    come_up(w);
    w->greeting = "";
    w->now = redis_feed_deadline(w->feed);
    settle(w);
    w->now = redis_feed_deadline(w->feed);
    redis_feed_run(w->feed, w->now);
    assert_int_equal(w->down, 2);
    w->greeting = "+PONG\r\n";
    come_up(w);
    free_world(w);
}

/* Redis refuses to pop while it cannot write to its disk.  The feed repeats the request after the
 * connection was idle for long, and then receives the members. */
static void test_refused_pop_is_repeated_when_idle(void **state)
{
    struct world *w = new_world();
    char command[200];
    (void)state;
    w->pong = "*2\r\n$4\r\npong\r\n$0\r\n\r\n";
    come_up(w);
    redis_feed_pop(w->feed, "queue");
    assert_true(talk(w, command));
    assert_true(is(command, "BZPOPMIN queue "));
    assert_int_equal(w->npeers, 3);
    for (int refused = 0; refused < 3; refused++) {
        reply(&w->peers[2], "-MISCONF Redis is configured to save RDB snapshots\r\n");
        settle(w);
        w->now = redis_feed_deadline(w->feed) - 1;
        settle(w);
        w->now++;
        assert_true(talk(w, command)); /* after the PINGs, which the server answers itself */
        assert_true(is(command, "BZPOPMIN queue "));
    }
    reply(&w->peers[2], "*3\r\n$5\r\nqueue\r\n$4\r\nlate\r\n$1\r\n1\r\n");
    assert_true(talk(w, command));
    assert_true(is(command, "ZPOPMIN queue "));
    assert_int_equal(w->popped, 1);
    assert_int_equal(w->down, 0);
    free_world(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_answer_gives_its_result),
        cmocka_unit_test(test_refused_request_is_told_to_its_owner_only),
        cmocka_unit_test(test_value_too_large_for_memory_fails_only_its_log),
        cmocka_unit_test(test_refused_first_command_has_its_effect),
        cmocka_unit_test(test_outage_fails_each_request_once),
        cmocka_unit_test(test_reconnect_backs_off),
        cmocka_unit_test(test_backoff_grows_until_connections_held),
        cmocka_unit_test(test_server_that_greets_and_answers_wrongly_is_seldom_tried),
        cmocka_unit_test(test_refused_first_command_ends_the_attempt),
        cmocka_unit_test(test_refused_tracking_is_reported),
        cmocka_unit_test(test_missing_client_command_falls_back_to_polling),
        cmocka_unit_test(test_request_after_idle_time_has_its_whole_deadline),
        cmocka_unit_test(test_connection_closed_while_idle_is_renewed_without_an_outage),
        cmocka_unit_test(test_connection_that_cannot_be_renewed_is_an_outage),
        cmocka_unit_test(test_messages_of_the_invalidation_connection_are_reported),
        cmocka_unit_test(test_idle_connections_are_pinged),
        cmocka_unit_test(test_refused_pop_is_repeated_when_idle),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
