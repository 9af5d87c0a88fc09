/* SPDX-License-Identifier: MIT */
/* gateway: a complete request passes through libfcgi and is answered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gateway/gateway.c"
#include "fcgi_peer.h"

static struct exchange *begin(const struct buf *wire, int *peer)
{
    struct fcgi_reader *in = new_reader(peer);
    assert_int_equal(send(*peer, wire->p, wire->len, 0), wire->len);
    assert_int_equal(fcgi_reader_read(in), FCGI_READER_READY);
    return gateway_begin(in);
}

static void test_request_gives_its_parameters_and_gets_its_answer(void **state)
{
    struct buf wire;
    struct seen s;
    int peer;
    (void)state;
    buf_init(&wire, 4 * 1024 * 1024);
    add_begin(&wire, 7, ROLE_RESPONDER);
    add_params(&wire, 7, 60000, 65535, 0);
    add_body(&wire, 7, 100);
    struct exchange *x = begin(&wire, &peer);
    assert_non_null(x);
    assert_string_equal(gateway_param(x, "REQUEST_METHOD", 0), "GET");
    assert_string_equal(gateway_param(x, "EMPTY", 0), "");
    assert_int_equal(strlen(gateway_param(x, "LONG", 0)), 60000);
    assert_null(gateway_param(x, "LON", 0));
    assert_null(gateway_param(x, "LONGER", 0));
    assert_null(gateway_param(x, "REQUEST_METHOD", 1));
    gateway_answer(x, slice_of("Status: 200 OK\r\n"), slice_of("body"));
    gateway_end(x);
    seen_init(&s);
    while (read_peer(&s, peer, 4096) > 0)
        ;
    parse_records(&s, 7);
    assert_true(s.request_ended);
    assert_string_equal(s.content.p, "Status: 200 OK\r\n\r\nbody");
    seen_free(&s);
    buf_free(&wire);
    close(peer);
}

/* The abort, or its first bytes, arrives in the same read as the request. */
static void test_abort_right_after_the_request_is_noticed(void **state)
{
    (void)state;
    for (size_t early = 0; early <= HEADER_LEN; early++) {
        struct buf wire;
        int peer;
        buf_init(&wire, 100000);
        add_request(&wire, 1);
        add_record(&wire, TYPE_ABORT, 1, NULL, 0, 0);
        size_t late = HEADER_LEN - early;
        wire.len -= late;
        struct exchange *x = begin(&wire, &peer);
        if (early == HEADER_LEN) {
            assert_null(x);
        } else {
            struct out o = gateway_take_out(x);
            assert_int_equal(send(peer, wire.p + wire.len, late, 0), late);
            assert_int_equal(out_drain_input(&o), OUT_GONE);
            out_close(&o);
            gateway_end(x);
        }
        buf_free(&wire);
        close(peer);
    }
}

static void test_requests_leak_no_descriptor(void **state)
{
    (void)state;
    int before = dup(0);
    close(before);
    for (int i = 0; i < 50; i++) {
        struct buf wire;
        int peer;
        buf_init(&wire, 100000);
        add_request(&wire, 1);
        struct exchange *x = begin(&wire, &peer);
        struct out o = {.fd = -1};
        if (i % 2)
            o = gateway_take_out(x);
        gateway_end(x);
        out_close(&o);
        close(peer);
        buf_free(&wire);
    }
    int after = dup(0);
    close(after);
    assert_int_equal(after, before);
}

static int start(void **state)
{
    (void)state;
    return gateway_init();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_gives_its_parameters_and_gets_its_answer),
        cmocka_unit_test(test_abort_right_after_the_request_is_noticed),
        cmocka_unit_test(test_requests_leak_no_descriptor),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
