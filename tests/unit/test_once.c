/* SPDX-License-Identifier: MIT */
/*
 * once: which step follows which answers, and what a caller is told.  The answers of a step are
 * those of a scripted server.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "redis/once.c"
#include "sync_peer.h"

#define LIFE "00112233aabbccdd"

static void test_step_that_follows_the_answers(void **state)
{
    static const struct {
        const char *what;
        enum step step;
        struct facts facts; /* aborted, refused, unset, denied, looked, finding */
        struct decision next;
    } rows[] = {
        {"not there", LOOK, {.looked = true, .finding = OFFSET_BEFORE}, {ADD, ONCE_DONE}},
        {"there", LOOK, {.looked = true, .finding = OFFSET_THERE}, {END, ONCE_DONE}},
        {"earlier", LOOK, {.looked = true, .finding = OFFSET_EARLIER}, {END, ONCE_EARLIER}},
        {"gone", LOOK, {.looked = true, .finding = OFFSET_GONE}, {END, ONCE_GONE}},
        {"another's", LOOK, {.looked = true, .finding = OFFSET_TAKEN}, {END, ONCE_TAKEN}},
        {"lost", LOOK, {.looked = false}, {END, ONCE_DOWN}},
        {"no stream", LOOK, {.refused = true, .looked = true}, {END, ONCE_REFUSED}},
        {"no stream, and the batch is there",
         LOOK,
         {.refused = true, .looked = true, .finding = OFFSET_THERE},
         {TAKE_BACK, ONCE_REFUSED}},
        {"added", ADD, {.looked = true, .finding = OFFSET_THERE}, {END, ONCE_DONE}},
        {"added, and another wrote behind it",
         ADD,
         {.looked = true, .finding = OFFSET_TAKEN},
         {END, ONCE_DONE}},
        {"added, then lost", ADD, {.looked = false}, {END, ONCE_DONE}},
        {"raced", ADD, {.aborted = true, .looked = true}, {ADD, ONCE_DONE}},
        {"raced by another process",
         ADD,
         {.aborted = true, .looked = true, .finding = OFFSET_TAKEN},
         {END, ONCE_TAKEN}},
        {"raced by the end of the key",
         ADD,
         {.aborted = true, .looked = true, .finding = OFFSET_GONE},
         {END, ONCE_GONE}},
        {"raced, then lost", ADD, {.aborted = true}, {END, ONCE_DOWN}},
        {"refused, with the offset",
         ADD,
         {.refused = true, .looked = true, .finding = OFFSET_THERE},
         {TAKE_BACK, ONCE_REFUSED}},
        {"refused, and another wrote behind it",
         ADD,
         {.refused = true, .looked = true, .finding = OFFSET_TAKEN},
         {END, ONCE_REFUSED}},
        {"refused, then lost: the next call looks", ADD, {.refused = true}, {END, ONCE_DOWN}},
        {"without its offset", ADD, {.unset = true, .looked = true}, {END, ONCE_REFUSED}},
        {"without its offset, for want of rights",
         ADD,
         {.unset = true, .denied = true, .looked = true},
         {END, ONCE_DENIED}},
        {"without its offset, then lost", ADD, {.unset = true, .denied = true}, {END, ONCE_DENIED}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("%s\n", rows[i].what);
        struct decision next = decide(rows[i].step, &rows[i].facts);
        assert_int_equal(next.step, rows[i].next.step);
        assert_int_equal(next.result, rows[i].next.result);
    }
}

/* ---- with a server ---- */

#define LOOKED       "+OK\r\n+QUEUED\r\n*1\r\n$-1\r\n+OK\r\n:0\r\n"
#define NO_STREAM    "+OK\r\n+QUEUED\r\n*1\r\n$-1\r\n+OK\r\n-WRONGTYPE is a string\r\n"
#define NOTHING      "$-1\r\n"
#define QUEUED       "+OK\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n"
#define ADDED        QUEUED "*3\r\n$3\r\n1-1\r\n$3\r\n1-2\r\n+OK\r\n+OK\r\n"
#define WRONG        QUEUED "*3\r\n-WRONGTYPE x\r\n-WRONGTYPE x\r\n+OK\r\n+OK\r\n"
#define NOT_SET      QUEUED "*3\r\n$3\r\n1-1\r\n$3\r\n1-2\r\n-NOPERM no SET any more\r\n+OK\r\n"
#define NO_SET       "+OK\r\n+QUEUED\r\n+QUEUED\r\n-NOPERM no SET\r\n"
#define ODDLY_UNSET  QUEUED "*3\r\n$3\r\n1-1\r\n$3\r\n1-2\r\n-ERR what\r\n+OK\r\n"
#define ABORTED      QUEUED "*-1\r\n+OK\r\n"
#define TAKEN_BACK   "+OK\r\n+QUEUED\r\n*1\r\n+OK\r\n"
#define VALUE(place) "$20\r\n" LIFE " 1 " place "\r\n"
#define FORMER       "$20\r\n" LIFE " 0 9\r\n"
#define OTHER        "$20\r\nffffffffffffffff 1 9\r\n"
#define SCRIPT       12

/* A call of two records, of which an earlier one may have been lost. *why: for how long. */
static enum redis_once call(const char *const *script, size_t *done, char why[256])
{
    static const struct redis_add adds[2] = {
        {.key = "log", .field = {"data", 4}, .value = {"x", 1}},
        {.key = "log", .field = {"data", 4}, .value = {"y", 1}}};
    struct redis_offset o;
    struct peer peer;
    enum redis_once result;
    unsigned calls = 0;
    peer_start(&peer, script);
    struct redis_sync *s = redis_sync_new(&peer.address, 5000);
    redis_sync_keep_why(s);
    redis_sync_always(s);
    assert_int_equal(offset_init(&o, "log", "name", LIFE, 0), 0);
    assert_int_equal(offset_set_next(&o, slice_of("9")), 0);
    do
        result = redis_sync_once(s, &o, adds, 2, done);
    while (result == ONCE_DOWN && ++calls < 3 && *peer.script);
    snprintf(why, 256, "%s", redis_sync_why(s));
    offset_free(&o);
    redis_sync_free(s);
    peer_stop(&peer);
    assert_null(*peer.script); /* all was asked for */
    return result;
}

static void test_call_is_told_what_became_of_its_records(void **state)
{
    static const struct {
        const char *what;
        const char *script[SCRIPT];
        enum redis_once result;
        size_t done;
        const char *why;
    } rows[] = {
        {"added", {LOOKED NOTHING, ADDED VALUE("9")}, ONCE_DONE, 2, ""},
        {"added, and the answers behind it are lost",
         {LOOKED NOTHING, ADDED, "hang up"},
         ONCE_DONE,
         2,
         "closed by the server"},
        {"the answer was lost, and it is there",
         {LOOKED NOTHING, "close", LOOKED VALUE("9")},
         ONCE_DONE,
         2,
         "closed by the server"},
        {"the answer was lost, and it is not there",
         {LOOKED NOTHING, "close", LOOKED NOTHING, ADDED VALUE("9")},
         ONCE_DONE,
         2,
         ""},
        {"no stream", {NO_STREAM NOTHING}, ONCE_REFUSED, 0, "WRONGTYPE is a string"},
        {"no stream any more",
         {LOOKED NOTHING, WRONG VALUE("9"), TAKEN_BACK},
         ONCE_REFUSED,
         0,
         "WRONGTYPE x"},
        {"no stream any more, and the answers behind it are lost",
         {LOOKED NOTHING, WRONG, "hang up", NO_STREAM VALUE("9"), TAKEN_BACK},
         ONCE_REFUSED,
         0,
         "WRONGTYPE is a string"},
        {"no stream any more, and another took the place",
         {LOOKED NOTHING, WRONG NOTHING},
         ONCE_REFUSED,
         0,
         "WRONGTYPE x"},
        {"the offset is not written", {LOOKED NOTHING, NOT_SET NOTHING}, ONCE_DENIED, 2, "NOPERM"},
        {"the offset may not be written",
         {LOOKED NOTHING, NO_SET},
         ONCE_DENIED,
         0,
         "NOPERM no SET"},
        {"nor for another reason",
         {LOOKED NOTHING, ODDLY_UNSET NOTHING},
         ONCE_REFUSED,
         2,
         "ERR what"},
        {"a race", {LOOKED NOTHING, ABORTED NOTHING, ADDED VALUE("9")}, ONCE_DONE, 2, ""},
        {"a race, and the batch is there", {LOOKED NOTHING, ABORTED VALUE("9")}, ONCE_DONE, 2, ""},
        {"lost batches", {LOOKED FORMER, ABORTED NOTHING}, ONCE_GONE, 0, ""},
        {"no rights to transactions", {"-NOPERM no MULTI\r\n"}, ONCE_DENIED, 0, "NOPERM no MULTI"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char why[256];
        size_t done = 9;
        print_message("%s\n", rows[i].what);
        assert_int_equal(call(rows[i].script, &done, why), rows[i].result);
        assert_int_equal(done, rows[i].done);
        assert_non_null(strstr(why, rows[i].why));
    }
}

/* It wrote between the transaction and the look behind it. So the next call looks first. */
static void test_another_process_that_wrote_behind_a_batch_is_noticed(void **state)
{
    static const char *const script[] = {LOOKED NOTHING, ADDED OTHER, LOOKED OTHER, NULL};
    const struct redis_add add[2] = {{.key = "log", .field = {"data", 4}},
                                     {.key = "log", .field = {"data", 4}}};
    struct redis_offset o;
    struct peer peer;
    size_t done;
    (void)state;
    peer_start(&peer, script);
    struct redis_sync *s = redis_sync_new(&peer.address, 5000);
    redis_sync_always(s);
    assert_int_equal(offset_init(&o, "log", "name", LIFE, 0), 0);
    assert_int_equal(offset_set_next(&o, slice_of("9")), 0);
    assert_int_equal(redis_sync_once(s, &o, add, 2, &done), ONCE_DONE);
    assert_int_equal(done, 2);
    assert_int_equal(offset_set_next(&o, slice_of("9")), 0);
    assert_int_equal(redis_sync_once(s, &o, add, 2, &done), ONCE_TAKEN);
    assert_int_equal(done, 0);
    offset_free(&o);
    redis_sync_free(s);
    peer_stop(&peer);
}

/* ---- the key ---- */

/* An answer to LOOK with a value of this length. */
static char *long_value(size_t length)
{
    static char answer[200 * 1024];
    int n = snprintf(answer, sizeof answer, "%s$%zu\r\n", LOOKED, length);
    memset(answer + n, 'x', length);
    memcpy(answer + (size_t)n + length, "\r\n", 3);
    return answer;
}

/* Up to 64 KiB hiredis has the value, beyond that nobody holds it. */
static void test_key_that_is_no_place_is_refused(void **state)
{
    static const size_t lengths[] = {OFFSET_MAX + 1, 60000, 100000};
    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        const char *const script[] = {long_value(lengths[i]), NULL};
        char why[256];
        size_t done;
        enum redis_once result = call(script, &done, why);
        print_message("%zu: %s\n", lengths[i], why);
        assert_int_equal(result, ONCE_REFUSED);
        assert_string_equal(why, "{log}:sent:name is no place of a producer");
    }
}

static void test_race_that_is_lost_again_and_again_is_told(void **state)
{
    static const char *const script[] = {
        LOOKED NOTHING,  ABORTED NOTHING, ABORTED NOTHING, ABORTED NOTHING, ABORTED NOTHING,
        ABORTED NOTHING, ABORTED NOTHING, ABORTED NOTHING, ABORTED NOTHING, NULL};
    char why[256];
    size_t done;
    (void)state;
    assert_int_equal(call(script, &done, why), ONCE_DOWN);
    assert_string_equal(why, "the offset was changed again and again");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_step_that_follows_the_answers),
        cmocka_unit_test(test_call_is_told_what_became_of_its_records),
        cmocka_unit_test(test_another_process_that_wrote_behind_a_batch_is_noticed),
        cmocka_unit_test(test_key_that_is_no_place_is_refused),
        cmocka_unit_test(test_race_that_is_lost_again_and_again_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
