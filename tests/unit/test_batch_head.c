/* SPDX-License-Identifier: MIT */
/* batch_head: the form and the name of a batch, from the head of its request. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "front/batch_head.c"

struct head {
    const char *type, *coding, *once, *producer, *offset, *query;
};

static const char *param(void *arg, const char *name, unsigned nth)
{
    const struct head *h = arg;
    const struct {
        const char *name, *value;
    } all[] = {{"REQUEST_METHOD", "POST"},
               {"CONTENT_TYPE", h->type},
               {"HTTP_CONTENT_ENCODING", h->coding},
               {"HTTP_IDEMPOTENCY_KEY", h->once},
               {"HTTP_SSELOG_PRODUCER", h->producer},
               {"HTTP_SSELOG_OFFSET", h->offset},
               {"QUERY_STRING", h->query}};
    for (size_t i = 0; nth == 0 && i < sizeof all / sizeof *all; i++)
        if (strcmp(all[i].name, name) == 0)
            return all[i].value;
    return NULL;
}

static int read_head(const struct head *h, bool loki, struct batch_head *out)
{
    struct request r;
    const char *why, *wrong = NULL;
    assert_int_equal(request_parse(&r, param, (void *)(uintptr_t)h, &why), 0);
    int status = batch_head_read(&r, loki, out, &wrong);
    assert_true(status == 0 || wrong);
    request_free(&r);
    return status;
}

static void test_type_decides_the_form(void **state)
{
    static const struct {
        const char *type;
        bool loki;
        int status;
        enum incoming_form form;
    } rows[] = {
        {NULL, false, 0, INCOMING_LINES},
        {"text/plain", false, 0, INCOMING_LINES},
        {"Text/Plain; charset=utf-8", false, 0, INCOMING_LINES},
        {"application/x-www-form-urlencoded", false, 0, INCOMING_LINES},
        {"application/octet-stream", false, 0, INCOMING_LINES},
        {"application/x-ndjson", false, 0, INCOMING_NDJSON},
        {"application/jsonl", false, 0, INCOMING_NDJSON},
        {"application/json", false, 0, INCOMING_JSON},
        {"application/json;charset=utf-8", false, 0, INCOMING_JSON},
        {"application/json", true, 0, INCOMING_LOKI},
        {"text/plainer", false, 415, 0},
        {"text/html", false, 415, 0},
        {"multipart/form-data; boundary=x", false, 415, 0},
        {"application/x-protobuf", false, 415, 0},
        {"application/x-protobuf", true, 0, INCOMING_LOKI_PROTOBUF},
        {"text/plain", true, 415, 0},
        {NULL, true, 415, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct batch_head head;
        print_message("%s\n", rows[i].type ? rows[i].type : "none");
        assert_int_equal(read_head(&(struct head){.type = rows[i].type}, rows[i].loki, &head),
                         rows[i].status);
        if (rows[i].status == 0)
            assert_int_equal(head.form, rows[i].form);
    }
}

static void test_names_of_a_batch(void **state)
{
    static char longest[BATCH_HEAD_NAME + 1], longer[BATCH_HEAD_NAME + 2];
    const struct {
        struct head head;
        int status;
    } rows[] = {
        {{0}, 0},
        {{.coding = "gzip"}, 0},
        {{.coding = "X-Gzip"}, 0},
        {{.coding = "identity"}, 0},
        {{.coding = "snappy"}, 415},
        {{.coding = "gzip, gzip"}, 415},
        {{.once = longest}, 0},
        {{.once = longer}, 400},
        {{.once = "a\tb"}, 400},
        {{.once = "k", .offset = "1"}, 400},
        {{.once = "k", .producer = "p", .offset = "1"}, 400},
        {{.producer = "p", .offset = "18446744073709551615"}, 0},
        {{.producer = "p", .offset = "18446744073709551616"}, 400},
        {{.producer = "p", .offset = "-1"}, 400},
        {{.producer = "p"}, 400},
        {{.offset = "1"}, 400},
        {{.query = "event=deploy"}, 0},
        {{.query = "event="}, 400},
        {{.query = "event=a%0ab"}, 400},
    };
    (void)state;
    memset(longest, 'k', sizeof longest - 1);
    memset(longer, 'k', sizeof longer - 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct batch_head head;
        print_message("%zu\n", i);
        assert_int_equal(read_head(&rows[i].head, false, &head), rows[i].status);
    }
}

/* Form, event name and body decide what is added. */
static void test_digest_tells_batches_apart(void **state)
{
    static const struct batch_head heads[] = {{.form = INCOMING_LINES},
                                              {.form = INCOMING_NDJSON},
                                              {.form = INCOMING_LINES, .event = "a"},
                                              {.form = INCOMING_LINES, .event = "b"}};
    char digests[5][FINGERPRINT + 1];
    (void)state;
    for (size_t i = 0; i < 4; i++)
        batch_head_digest(&heads[i], slice_of("body"), digests[i]);
    batch_head_digest(&heads[0], slice_of("bodx"), digests[4]);
    for (size_t i = 0; i < 5; i++)
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(digests[i], digests[k]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_type_decides_the_form),
        cmocka_unit_test(test_names_of_a_batch),
        cmocka_unit_test(test_digest_tells_batches_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
