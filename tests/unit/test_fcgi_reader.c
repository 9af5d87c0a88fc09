/* SPDX-License-Identifier: MIT */
/* fcgi_reader: requests in pieces, with hostile lengths and unusual records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <cmocka.h>

#include "gateway/fcgi_reader.c"
#include "fcgi_peer.h"

/* Sends wire in pieces to a reader until it returns another state than MORE. */
static enum fcgi_reader_state feed(struct fcgi_reader *in, int peer, const struct buf *wire,
                                   size_t piece)
{
    enum fcgi_reader_state state = FCGI_READER_MORE;
    for (size_t at = 0; at < wire->len && state == FCGI_READER_MORE; at += piece) {
        size_t n = wire->len - at < piece ? wire->len - at : piece;
        assert_int_equal(send(peer, wire->p + at, n, MSG_NOSIGNAL), n);
        state = fcgi_reader_read(in);
    }
    return state;
}

/* ---- requests ---- */

static void plain(struct buf *b)
{
    add_request(b, 1);
}
static void large_id(struct buf *b)
{
    add_request(b, 65535);
}
static void management(struct buf *b)
{
    add_record(b, TYPE_GET_VALUES, 0, "\016\000FCGI_MAX_CONNS", 16, 0);
    add_begin(b, 1, ROLE_RESPONDER);
    add_record(b, TYPE_GET_VALUES, 0, "\016\000FCGI_MAX_CONNS", 16, 7);
    add_params(b, 1, 10, 65535, 0);
    add_record(b, 77, 0, NULL, 0, 255);
    add_body(b, 1, 5);
}
static void another_id(struct buf *b)
{
    add_begin(b, 1, ROLE_RESPONDER);
    add_record(b, TYPE_PARAMS, 2, "\200", 1, 0);
    add_record(b, TYPE_ABORT, 2, NULL, 0, 0);
    add_params(b, 1, 10, 65535, 0);
    add_body(b, 1, 5);
}
static void full_params(struct buf *b)
{
    add_begin(b, 1, ROLE_RESPONDER);
    add_params(b, 1, FCGI_READER_MAX_PARAMS - 35, 65535, 255);
    add_body(b, 1, FCGI_READER_MAX_BODY);
}
static void much_params(struct buf *b)
{
    add_begin(b, 1, ROLE_RESPONDER);
    add_params(b, 1, FCGI_READER_MAX_PARAMS, 65535, 0);
}
static void much_body(struct buf *b)
{
    add_begin(b, 1, ROLE_RESPONDER);
    add_params(b, 1, 10, 65535, 0);
    add_body(b, 1, FCGI_READER_MAX_BODY + 1);
}
/* A request to a path that takes records. option: one that allows it, or NULL. */
static void add_batch(struct buf *b, size_t len, const char *option)
{
    struct buf pairs;
    buf_init(&pairs, 1024);
    add_pair(&pairs, "PATH_INFO", "/append", 7);
    if (option)
        add_pair(&pairs, option, "1", 1);
    add_begin(b, 1, ROLE_RESPONDER);
    add_stream(b, TYPE_PARAMS, 1, &pairs, 65535, 0);
    add_body(b, 1, len);
    buf_free(&pairs);
}
static void full_batch(struct buf *b)
{
    add_batch(b, 1024 * 1024, "SSELOG_APPEND");
}
static void batch_that_nobody_may_send(struct buf *b)
{
    add_batch(b, FCGI_READER_MAX_BODY + 1, NULL);
}
static void much_batch(struct buf *b)
{
    add_batch(b, 1024 * 1024 + 1, "SSELOG_APPEND_ROLES");
}
static void garbage(struct buf *b)
{
    buf_adds(b, "GET / HTTP/1.1\r\n\r\n");
}
static void wrong_version(struct buf *b)
{
    add_begin(b, 1, ROLE_RESPONDER);
    buf_add(b, "\002\004\000\001\000\000\000\000", 8);
}
static void filter_role(struct buf *b)
{
    add_begin(b, 1, 3);
}
static void id_zero(struct buf *b)
{
    add_begin(b, 0, ROLE_RESPONDER);
}
static void short_begin(struct buf *b)
{
    add_record(b, TYPE_BEGIN, 1, "\000\001", 2, 0);
}
static void two_begins(struct buf *b)
{
    add_begin(b, 1, ROLE_RESPONDER);
    add_begin(b, 1, ROLE_RESPONDER);
}
static void no_begin(struct buf *b)
{
    add_params(b, 1, 10, 65535, 0);
}
static void aborted(struct buf *b)
{
    add_begin(b, 1, ROLE_RESPONDER);
    add_record(b, TYPE_ABORT, 1, NULL, 0, 0);
}
static void body_first(struct buf *b)
{
    add_begin(b, 1, ROLE_RESPONDER);
    add_body(b, 1, 5);
}
static void params_again(struct buf *b)
{
    add_begin(b, 1, ROLE_RESPONDER);
    add_params(b, 1, 10, 65535, 0);
    add_params(b, 1, 10, 65535, 0);
}
static void pair_beyond_end(struct buf *b)
{
    add_begin(b, 1, ROLE_RESPONDER);
    add_record(b, TYPE_PARAMS, 1, "\004\005NAMEvalu", 10, 0);
    add_record(b, TYPE_PARAMS, 1, NULL, 0, 0);
}
static void pair_of_2gb(struct buf *b)
{
    add_begin(b, 1, ROLE_RESPONDER);
    add_record(b, TYPE_PARAMS, 1, "\377\377\377\377\377\377\377\377", 8, 0);
    add_record(b, TYPE_PARAMS, 1, NULL, 0, 0);
}
/* One parameter with this name. */
static void named(struct buf *b, const char *name)
{
    struct buf pair;
    buf_init(&pair, 1000);
    add_begin(b, 1, ROLE_RESPONDER);
    add_pair(&pair, name, "x", 1);
    add_stream(b, TYPE_PARAMS, 1, &pair, 1000, 0);
    buf_free(&pair);
    add_body(b, 1, 0);
}
static void name_with_equals(struct buf *b)
{
    named(b, "REMOTE_USER=bob");
}
static void name_with_line_end(struct buf *b)
{
    named(b, "REMOTE\nUSER");
}
static void half_a_length(struct buf *b)
{
    add_begin(b, 1, ROLE_RESPONDER);
    add_record(b, TYPE_PARAMS, 1, "\001\200\000", 3, 0);
    add_record(b, TYPE_PARAMS, 1, NULL, 0, 0);
}
static void half_a_request(struct buf *b)
{
    add_begin(b, 1, ROLE_RESPONDER);
    add_params(b, 1, 10, 65535, 0);
    add_record(b, TYPE_STDIN, 1, "x", 1, 0);
}

struct wire_case {
    const char *what;
    void (*build)(struct buf *);
    enum fcgi_reader_state state;
    enum fcgi_reader_refusal refusal;
    size_t params, body;
};

static void read_in_pieces(const struct wire_case *c, const struct buf *wire, size_t piece)
{
    int peer;
    struct fcgi_reader *in = new_reader(&peer);
    assert_int_equal(feed(in, peer, wire, piece), c->state);
    if (c->state == FCGI_READER_REFUSED)
        assert_int_equal(in->refusal, c->refusal);
    if (c->state == FCGI_READER_READY) {
        assert_int_equal(in->body.len, c->body);
        assert_int_equal(in->params.len, c->params);
    }
    fcgi_reader_free(in);
    close(peer);
}

static void test_pieces_of_any_size_give_the_same_request(void **state)
{
    static const struct wire_case cases[] = {
        {"plain", plain, FCGI_READER_READY, 0, 335, 0},
        {"large id", large_id, FCGI_READER_READY, 0, 335, 0},
        {"management records", management, FCGI_READER_READY, 0, 42, 5},
        {"another id", another_id, FCGI_READER_READY, 0, 42, 5},
        {"all that fits", full_params, FCGI_READER_READY, 0, FCGI_READER_MAX_PARAMS,
         FCGI_READER_MAX_BODY},
        {"too many parameters", much_params, FCGI_READER_REFUSED, REFUSAL_PARAMS, 0, 0},
        {"too long a body", much_body, FCGI_READER_REFUSED, REFUSAL_BODY, 0, 0},
        {"a batch that fits", full_batch, FCGI_READER_READY, 0, 34, 1024 * 1024},
        {"a batch that nobody may send", batch_that_nobody_may_send, FCGI_READER_REFUSED,
         REFUSAL_BODY, 0, 0},
        {"too long a batch", much_batch, FCGI_READER_REFUSED, REFUSAL_BODY, 0, 0},
        {"garbage", garbage, FCGI_READER_BAD, 0, 0, 0},
        {"wrong version", wrong_version, FCGI_READER_BAD, 0, 0, 0},
        {"filter role", filter_role, FCGI_READER_BAD, 0, 0, 0},
        {"request 0", id_zero, FCGI_READER_BAD, 0, 0, 0},
        {"short begin", short_begin, FCGI_READER_BAD, 0, 0, 0},
        {"two begins", two_begins, FCGI_READER_BAD, 0, 0, 0},
        {"no begin", no_begin, FCGI_READER_BAD, 0, 0, 0},
        {"aborted", aborted, FCGI_READER_BAD, 0, 0, 0},
        {"body first", body_first, FCGI_READER_BAD, 0, 0, 0},
        {"parameters again", params_again, FCGI_READER_BAD, 0, 0, 0},
        {"pair beyond the end", pair_beyond_end, FCGI_READER_BAD, 0, 0, 0},
        {"pair of 2 GB", pair_of_2gb, FCGI_READER_BAD, 0, 0, 0},
        {"a name with =", name_with_equals, FCGI_READER_REFUSED, REFUSAL_MALFORMED, 0, 0},
        {"a name with a line end", name_with_line_end, FCGI_READER_REFUSED, REFUSAL_MALFORMED, 0,
         0},
        {"half a length", half_a_length, FCGI_READER_BAD, 0, 0, 0},
        {"half a request", half_a_request, FCGI_READER_MORE, 0, 0, 0},
    };
    static const size_t pieces[] = {1, 7, 8, 4096, 60000};
    (void)state;
    bodies_limit(1024 * 1024, 4 * 1024 * 1024);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf wire;
        buf_init(&wire, 4 * 1024 * 1024);
        cases[i].build(&wire);
        print_message("%s\n", cases[i].what);
        for (size_t k = wire.len > 50000 ? 3 : 0; k < sizeof pieces / sizeof *pieces; k++)
            read_in_pieces(&cases[i], &wire, pieces[k]);
        buf_free(&wire);
    }
}

static void test_closed_peer_ends_the_request(void **state)
{
    struct buf wire;
    (void)state;
    buf_init(&wire, 100000);
    half_a_request(&wire);
    for (size_t n = 0; n <= wire.len; n += 5) {
        int peer;
        struct fcgi_reader *in = new_reader(&peer);
        assert_int_equal(send(peer, wire.p, n, 0), n);
        assert_int_equal(fcgi_reader_read(in), FCGI_READER_MORE);
        close(peer);
        assert_int_equal(fcgi_reader_read(in), FCGI_READER_BAD);
        fcgi_reader_free(in);
    }
    buf_free(&wire);
}

/* Large bodies that arrive at the same time share a limit. Those that ended give their parts back.
 */
static void test_large_bodies_share_a_limit(void **state)
{
    struct buf wire;
    struct fcgi_reader *in[3];
    int peers[3];
    (void)state;
    buf_init(&wire, 4 * 1024 * 1024);
    full_batch(&wire);
    bodies_limit(1024 * 1024, 5 * 512 * 1024);
    for (int i = 0; i < 3; i++) {
        in[i] = new_reader(&peers[i]);
        assert_int_equal(feed(in[i], peers[i], &wire, 60000),
                         i < 2 ? FCGI_READER_READY : FCGI_READER_REFUSED);
    }
    assert_int_equal(in[2]->refusal, REFUSAL_BODIES);
    for (int i = 0; i < 3; i++) {
        fcgi_reader_free(in[i]);
        close(peers[i]);
    }
    assert_true(bodies_take(5 * 512 * 1024));
    assert_false(bodies_take(1));
    bodies_give(5 * 512 * 1024);
    buf_free(&wire);
}

/* ---- requests that are refused by the reader ---- */

static void test_refusals_are_answered(void **state)
{
    static const struct {
        void (*build)(struct buf *);
        const char *status;
    } cases[] = {{much_params, "Status: 431 "},
                 {much_body, "Status: 413 "},
                 {name_with_equals, "Status: 400 "}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf wire;
        struct seen s;
        int peer;
        struct fcgi_reader *in = new_reader(&peer);
        buf_init(&wire, 4 * 1024 * 1024);
        cases[i].build(&wire);
        assert_int_equal(feed(in, peer, &wire, 60000), FCGI_READER_REFUSED);
        fcgi_reader_refuse(in, in->refusal);
        assert_int_equal(fcgi_reader_read(in), FCGI_READER_MORE);
        assert_int_equal(send(peer, wire.p, wire.len, MSG_NOSIGNAL), wire.len); /* it goes on */
        assert_int_equal(fcgi_reader_read(in), FCGI_READER_MORE);
        seen_init(&s);
        while (read_peer(&s, peer, 4096) > 0)
            ;
        shutdown(peer, SHUT_WR);
        assert_int_equal(fcgi_reader_read(in), FCGI_READER_BAD);
        fcgi_reader_free(in);
        parse_records(&s, 1);
        assert_true(s.request_ended);
        assert_memory_equal(s.content.p, cases[i].status, strlen(cases[i].status));
        seen_free(&s);
        buf_free(&wire);
        close(peer);
    }
}

/* A refused peer that sends without end. */
static void test_rest_of_a_refused_request_is_limited(void **state)
{
    static const char piece[64 * 1024];
    struct buf wire;
    int peer;
    struct fcgi_reader *in = new_reader(&peer);
    enum fcgi_reader_state result = FCGI_READER_MORE;
    size_t sent = 0;
    (void)state;
    bodies_limit(1024 * 1024, 4 * 1024 * 1024);
    buf_init(&wire, 4 * 1024 * 1024);
    much_batch(&wire);
    assert_int_equal(feed(in, peer, &wire, 60000), FCGI_READER_REFUSED);
    fcgi_reader_refuse(in, in->refusal);
    assert_true(bodies_take(4 * 1024 * 1024)); /* it holds nothing */
    bodies_give(4 * 1024 * 1024);
    for (; result == FCGI_READER_MORE && sent < 2 * BODIES_DROPPED; sent += sizeof piece) {
        assert_int_equal(send(peer, piece, sizeof piece, MSG_NOSIGNAL), sizeof piece);
        result = fcgi_reader_read(in);
    }
    assert_int_equal(result, FCGI_READER_BAD);
    assert_in_range(sent, BODIES_DROPPED, BODIES_DROPPED + sizeof piece);
    fcgi_reader_free(in);
    buf_free(&wire);
    close(peer);
}

static void test_other_roles_than_responder_are_refused(void **state)
{
    struct buf wire;
    struct seen s;
    int peer;
    struct fcgi_reader *in = new_reader(&peer);
    (void)state;
    buf_init(&wire, 1000);
    filter_role(&wire);
    assert_int_equal(feed(in, peer, &wire, 1000), FCGI_READER_BAD);
    seen_init(&s);
    read_peer(&s, peer, 100);
    parse_records(&s, 1);
    assert_true(s.request_ended);
    assert_int_equal(s.protocol_status, UNKNOWN_ROLE);
    seen_free(&s);
    buf_free(&wire);
    fcgi_reader_free(in);
    close(peer);
}

/* ---- records beside the request ---- */

/* Appends what the reader answered to the peer. */
static void read_answers(int peer, struct buf *b)
{
    assert_int_equal(buf_room(b, 70000), 0);
    ssize_t n = recv(peer, b->p + b->len, 70000, MSG_DONTWAIT);
    b->len += n > 0 ? (size_t)n : 0;
}

/* Sends record, then a whole request, in pieces. */
static void check_beside(const struct buf *record, const struct buf *want)
{
    static const size_t pieces[] = {1, 7, 60000};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct buf wire, got;
        int peer;
        struct fcgi_reader *in = new_reader(&peer);
        buf_init(&wire, 1000000);
        buf_init(&got, 1000000);
        buf_add(&wire, record->p, record->len);
        add_request(&wire, 5);
        assert_int_equal(feed(in, peer, &wire, pieces[i]), FCGI_READER_READY);
        read_answers(peer, &got);
        assert_int_equal(in->request, 5);
        assert_true(slice_equal(buf_slice(&got), buf_slice(want)));
        buf_free(&wire);
        buf_free(&got);
        fcgi_reader_free(in);
        close(peer);
    }
}

static void test_variables_are_answered_with_their_values(void **state)
{
    static const struct {
        const char *ask[3], *answer[3];
    } cases[] = {
        {{"FCGI_MPXS_CONNS"}, {"FCGI_MPXS_CONNS"}},
        {{"FCGI_MAX_CONNS", "FCGI_MAX_REQS", "FCGI_MPXS_CONNS"},
         {"FCGI_MAX_CONNS", "FCGI_MAX_REQS", "FCGI_MPXS_CONNS"}},
        {{"fcgi_max_conns", "OTHER", "FCGI_MAX_REQS"}, {"FCGI_MAX_REQS"}},
        {{"OTHER"}, {NULL}},
        {{NULL}, {NULL}},
    };
    char files[24];
    struct rlimit limit;
    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    snprintf(files, sizeof files, "%ju", (uintmax_t)limit.rlim_cur);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf asked, answered, record, want;
        buf_init(&asked, 1000);
        buf_init(&answered, 1000);
        buf_init(&record, 2000);
        buf_init(&want, 2000);
        for (size_t k = 0; k < 3 && cases[i].ask[k]; k++)
            add_pair(&asked, cases[i].ask[k], "", 0);
        for (size_t k = 0; k < 3 && cases[i].answer[k]; k++) {
            const char *value = strstr(cases[i].answer[k], "MPXS") ? "0" : files;
            add_pair(&answered, cases[i].answer[k], value, strlen(value));
        }
        add_record(&record, TYPE_GET_VALUES, 0, asked.p, asked.len, 3);
        add_record(&want, TYPE_GET_VALUES_RESULT, 0, answered.p, answered.len, 0);
        check_beside(&record, &want);
        buf_free(&asked);
        buf_free(&answered);
        buf_free(&record);
        buf_free(&want);
    }
}

static void test_other_management_records_are_unknown(void **state)
{
    static const int types[] = {77, 255, TYPE_GET_VALUES_RESULT, TYPE_UNKNOWN, TYPE_PARAMS};
    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const char content[HEADER_LEN] = {(char)types[i]};
        struct buf record, want;
        buf_init(&record, 1000);
        buf_init(&want, 1000);
        add_record(&record, types[i], 0, "abc", 3, 5);
        add_record(&want, TYPE_UNKNOWN, 0, content, sizeof content, 0);
        check_beside(&record, &want);
        buf_free(&record);
        buf_free(&want);
    }
}

static void test_malformed_or_endless_questions_end_the_connection(void **state)
{
    (void)state;
    for (int endless = 0; endless < 2; endless++) {
        struct buf wire, names;
        int peer;
        struct fcgi_reader *in = new_reader(&peer);
        buf_init(&wire, 1000000);
        buf_init(&names, 1000000);
        for (int i = 0; endless && i < 3800; i++)
            add_pair(&names, "FCGI_MAX_REQS", "", 0);
        buf_adds(&names, endless ? "" : "\x7f");
        add_record(&wire, TYPE_GET_VALUES, 0, names.p, names.len, 0);
        assert_int_equal(feed(in, peer, &wire, 60000), FCGI_READER_BAD);
        buf_free(&wire);
        buf_free(&names);
        fcgi_reader_free(in);
        close(peer);
    }
}

static void test_second_request_is_refused_and_the_first_goes_on(void **state)
{
    struct buf wire, got, want;
    unsigned char end[END_LEN];
    int peer;
    struct fcgi_reader *in = new_reader(&peer);
    (void)state;
    buf_init(&wire, 1000000);
    buf_init(&got, 1000000);
    buf_init(&want, 1000);
    add_begin(&wire, 5, ROLE_RESPONDER);
    for (int id = 6; id < 8; id++) {
        add_request(&wire, id);
        add_record(&wire, TYPE_ABORT, id, NULL, 0, 0);
        put_end(end, (uint16_t)id, CANT_MPX_CONN);
        buf_add(&want, end, sizeof end);
    }
    add_params(&wire, 5, 300, 100, 5);
    add_body(&wire, 5, 0);
    assert_int_equal(feed(in, peer, &wire, 60000), FCGI_READER_READY);
    read_answers(peer, &got);
    assert_int_equal(in->request, 5);
    assert_true(slice_equal(buf_slice(&got), buf_slice(&want)));
    buf_free(&wire);
    buf_free(&got);
    buf_free(&want);
    fcgi_reader_free(in);
    close(peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces_of_any_size_give_the_same_request),
        cmocka_unit_test(test_closed_peer_ends_the_request),
        cmocka_unit_test(test_large_bodies_share_a_limit),
        cmocka_unit_test(test_variables_are_answered_with_their_values),
        cmocka_unit_test(test_other_management_records_are_unknown),
        cmocka_unit_test(test_malformed_or_endless_questions_end_the_connection),
        cmocka_unit_test(test_second_request_is_refused_and_the_first_goes_on),
        cmocka_unit_test(test_refusals_are_answered),
        cmocka_unit_test(test_rest_of_a_refused_request_is_limited),
        cmocka_unit_test(test_other_roles_than_responder_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
