/* SPDX-License-Identifier: MIT */
/*
 * request: methods, paths, queries, headers and cookies are decoded, or refused with a status.  A
 * route matches a path in one way only.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "gateway/params.h"
#include "gateway/request.c"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* The getter, over "NAME=value" strings that end with NULL. */
static const char *lookup(void *arg, const char *name, unsigned nth)
{
    return params_find(arg, name, nth);
}

static int parse(struct request *r, const char *const *params)
{
    const char *why = "unset";
    int status = request_parse(r, lookup, (void *)(uintptr_t)params, &why);
    assert_true((status == 0) == (why == NULL));
    return status;
}

/* "NAME=" followed by n times c. */
static char *filled(const char *name, size_t n, char c)
{
    size_t len = strlen(name);
    char *s = malloc(len + n + 1);
    assert_non_null(s);
    memcpy(s, name, len);
    memset(s + len, c, n);
    s[len + n] = '\0';
    return s;
}

static void test_methods_are_recognised(void **state)
{
    static const struct {
        const char *param;
        enum method method;
    } rows[] = {{"REQUEST_METHOD=GET", METHOD_GET},      {"REQUEST_METHOD=HEAD", METHOD_HEAD},
                {"REQUEST_METHOD=POST", METHOD_POST},    {"REQUEST_METHOD=OPTIONS", METHOD_OPTIONS},
                {"REQUEST_METHOD=DELETE", METHOD_OTHER}, {"REQUEST_METHOD=get", METHOD_OTHER},
                {"REQUEST_METHOD=GET ", METHOD_OTHER}};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *params[] = {rows[i].param, NULL};
        struct request r;
        assert_int_equal(parse(&r, params), 0);
        assert_int_equal(r.method, rows[i].method);
        request_free(&r);
    }
}

static void test_request_without_method_is_refused(void **state)
{
    const char *none[] = {"PATH_INFO=/x", NULL}, *empty[] = {"REQUEST_METHOD=", NULL};
    struct request r;
    (void)state;
    assert_int_equal(parse(&r, none), 400);
    request_free(&r);
    assert_int_equal(parse(&r, empty), 400);
    request_free(&r);
    request_free(&r); /* valid in any state */
    request_free(NULL);
}

static void test_path_joins_mount_and_rest(void **state)
{
    static const struct {
        const char *script, *info, *path, *below;
    } rows[] = {
        {"SCRIPT_NAME=/logs", "PATH_INFO=/stream", "/logs/stream", "/stream"},
        {"SCRIPT_NAME=/logs", "X=", "/logs", ""},
        {"SCRIPT_NAME=", "PATH_INFO=", "/", ""},
        {"SCRIPT_NAME=", "PATH_INFO=/a", "/a", "/a"},
        {"SCRIPT_NAME=/", "PATH_INFO=/a", "/a", "/a"},
        {"SCRIPT_NAME=/", "PATH_INFO=", "/", ""},
        {"SCRIPT_NAME=", "PATH_INFO=a", "/a", "/a"},
        {"SCRIPT_NAME=x", "PATH_INFO=/a", "/x/a", "/a"},
        {"SCRIPT_NAME=/a", "PATH_INFO=//b/../c", "/a//b/../c", "//b/../c"},
        {"SCRIPT_NAME=/\xff", "PATH_INFO=/%41", "/\xff/%41", "/%41"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *params[] = {"REQUEST_METHOD=GET", rows[i].script, rows[i].info, NULL};
        struct request r;
        assert_int_equal(parse(&r, params), 0);
        assert_string_equal(r.path, rows[i].path);
        assert_string_equal(r.below, rows[i].below);
        request_free(&r);
    }
}

/* args: the decoded arguments as "name=value", joined by '|'. */
static void test_queries_are_decoded_or_refused(void **state)
{
    static const struct {
        const char *query;
        int status;
        const char *args;
    } rows[] = {
        {"", 0, ""},
        {"a=1&b=2", 0, "a=1|b=2"},
        {"&&a=1&", 0, "a=1"},
        {"a", 0, "a="},
        {"=v", 0, "=v"},
        {"a==b=", 0, "a==b="},
        {"a=b+c%20d%2B", 0, "a=b c d+"},
        {"%61%3d=%26", 0, "a==&"},
        {"a=%C3%a4\xff", 0, "a=\xc3\xa4\xff"},
        {"a=%0d%0a%01", 0, "a=\r\n\x01"},
        {"a=1;b=2", 0, "a=1;b=2"},
        {"a=%00", 400, NULL},
        {"%00=a", 400, NULL},
        {"a=%", 400, NULL},
        {"a=%4", 400, NULL},
        {"a=%4&b=1", 400, NULL},
        {"a=%zz", 400, NULL},
        {"a=%-1", 400, NULL},
        {"a=b c", 400, NULL},
        {"a=b\r\nc", 400, NULL},
        {"a=\x7f", 400, NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char param[256], args[256] = "";
        snprintf(param, sizeof param, "QUERY_STRING=%s", rows[i].query);
        const char *params[] = {"REQUEST_METHOD=GET", param, NULL};
        struct request r;
        assert_int_equal(parse(&r, params), rows[i].status);
        size_t at = 0;
        for (size_t j = 0; j < r.nargs; j++) {
            assert_int_equal(r.args[j].value.len, strlen(r.args[j].value.p));
            at += (size_t)snprintf(args + at, sizeof args - at, "%s%s=%s", j ? "|" : "",
                                   r.args[j].name, r.args[j].value.p);
        }
        if (rows[i].status == 0) {
            assert_string_equal(args, rows[i].args);
            assert_string_equal(r.query_string, rows[i].query);
        }
        request_free(&r);
    }
}

static void test_last_argument_of_a_name_counts(void **state)
{
    const char *params[] = {"REQUEST_METHOD=GET", "QUERY_STRING=a=1&b=x&a=2&A=3&a=", NULL};
    struct request r;
    (void)state;
    assert_int_equal(parse(&r, params), 0);
    assert_string_equal(request_arg(&r, "a"), "");
    assert_string_equal(request_arg(&r, "A"), "3");
    assert_string_equal(request_arg(&r, "b"), "x");
    assert_null(request_arg(&r, "c"));
    assert_int_equal(request_arg_count(&r, "a"), 3);
    assert_int_equal(request_arg_count(&r, "c"), 0);
    request_free(&r);
}

/* The limit is accepted, one byte more is refused. */
static void test_sizes_are_limited(void **state)
{
    static const struct {
        const char *name;
        size_t bound;
        int status;
    } rows[] = {
        {"SCRIPT_NAME=/", REQUEST_MAX_PATH - 1, 414},
        {"PATH_INFO=/", REQUEST_MAX_PATH - 1, 414},
        {"QUERY_STRING=", REQUEST_MAX_QUERY, 414},
        {"HTTP_COOKIE=", REQUEST_MAX_COOKIES, 431},
        {"HTTP_AUTHORIZATION=", REQUEST_MAX_HEADER, 431},
        {"REDIRECT_HTTP_AUTHORIZATION=", REQUEST_MAX_HEADER, 431},
        {"HTTP_LAST_EVENT_ID=", REQUEST_MAX_HEADER, 431},
        {"HTTP_ACCEPT=", REQUEST_MAX_HEADER, 431},
        {"HTTP_ORIGIN=", REQUEST_MAX_HEADER, 431},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        for (size_t more = 0; more < 2; more++) {
            char *param = filled(rows[i].name, rows[i].bound + more, 'x');
            const char *params[] = {"REQUEST_METHOD=GET", param, NULL};
            struct request r;
            assert_int_equal(parse(&r, params), more ? rows[i].status : 0);
            request_free(&r);
            free(param);
        }
    }
}

static void test_path_parts_share_one_limit(void **state)
{
    char *script = filled("SCRIPT_NAME=/", 1200, 's'), *info = filled("PATH_INFO=/", 1200, 'i');
    const char *params[] = {"REQUEST_METHOD=GET", script, info, NULL};
    struct request r;
    (void)state;
    assert_int_equal(parse(&r, params), 414);
    request_free(&r);
    free(script);
    free(info);
}

static void test_number_of_arguments_is_limited(void **state)
{
    (void)state;
    for (size_t n = REQUEST_MAX_QUERY_ARGS; n <= REQUEST_MAX_QUERY_ARGS + 1; n++) {
        char query[2 * REQUEST_MAX_QUERY_ARGS + 32] = "QUERY_STRING=";
        size_t at = strlen(query);
        for (size_t i = 0; i < n; i++) {
            query[at++] = 'a';
            query[at++] = '&';
        }
        query[at] = '\0';
        const char *params[] = {"REQUEST_METHOD=GET", query, NULL};
        struct request r;
        assert_int_equal(parse(&r, params), n > REQUEST_MAX_QUERY_ARGS ? 400 : 0);
        request_free(&r);
    }
}

static void test_headers_are_found_by_http_name(void **state)
{
    char *large = filled("HTTP_X_LARGE=", REQUEST_MAX_HEADER + 1, 'x');
    const char *params[] = {"REQUEST_METHOD=GET",
                            "HTTP_LAST_EVENT_ID=5-0",
                            "HTTP_X_EMPTY=",
                            "REDIRECT_HTTP_AUTHORIZATION=Bearer r",
                            large,
                            "REMOTE_USER=",
                            "REMOTE_ADDR=::1",
                            NULL};
    struct request r;
    bool too_long = false;
    (void)state;
    assert_int_equal(parse(&r, params), 0);
    assert_string_equal(request_header(&r, "Last-Event-ID", NULL), "5-0");
    assert_null(request_header(&r, "X-Empty", NULL));
    assert_null(request_header(&r, "X-Absent", &too_long));
    assert_false(too_long);
    assert_null(request_header(&r, "X-Large", &too_long));
    assert_true(too_long);
    assert_string_equal(request_header(&r, "Authorization", NULL), "Bearer r");
    params[2] = "HTTP_AUTHORIZATION=Bearer own";
    assert_string_equal(request_header(&r, "authorization", NULL), "Bearer own");
    char name[REQUEST_MAX_NAME + 2] = {0}, *longest = filled("HTTP_", REQUEST_MAX_NAME + 3, 'N');
    memset(name, 'n', REQUEST_MAX_NAME);
    memcpy(longest + 5 + REQUEST_MAX_NAME, "=v", 3);
    params[2] = longest;
    assert_string_equal(request_header(&r, name, NULL), "v");
    name[REQUEST_MAX_NAME] = 'n';
    memcpy(longest + 5 + REQUEST_MAX_NAME, "N=v", 4);
    assert_null(request_header(&r, name, NULL));
    assert_null(request_param(&r, "REMOTE_USER"));
    assert_string_equal(request_param(&r, "REMOTE_ADDR"), "::1");
    request_free(&r);
    free(large);
    free(longest);
}

static void test_cookies_are_found(void **state)
{
    static const struct {
        const char *header;
        size_t count;
        const char *value;
    } rows[] = {
        {"session=abc", 1, "abc"},
        {"a=1; session=abc; b=2", 1, "abc"},
        {"a=1;session=abc", 1, "abc"},
        {"session=\"abc\"", 1, "abc"},
        {"session=\"", 1, "\""},
        {"session=\"\"", 1, ""},
        {"session=", 1, ""},
        {"session=a=b=", 1, "a=b="},
        {" \tsession = abc \t;", 1, "abc"},
        {"session=one; session=two", 2, "one"},
        {"session=one; session=one", 1, "one"},
        {"session=one; session=\"one\"; session=one ", 1, "one"},
        {"session=one; session=two; session=one; session=three", 3, "one"},
        {"session=1; session=2; session=3; session=4", 4, "1"},
        {"session=; session=", 1, ""},
        {"session", 0, ""},
        {"Session=abc", 0, ""},
        {"xsession=abc; sessionx=abc", 0, ""},
        {"a=\"; session=abc\"", 1, "abc\""},
        {"; ; =x; session=s%3Aid.sig", 1, "s%3Aid.sig"},
        {"", 0, ""},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char param[256];
        snprintf(param, sizeof param, "HTTP_COOKIE=%s", rows[i].header);
        const char *params[] = {"REQUEST_METHOD=GET", param, NULL};
        struct request r;
        struct slice values[3] = {{0}};
        assert_int_equal(parse(&r, params), 0);
        assert_int_equal(request_cookies(&r, "session", values, 3), rows[i].count);
        assert_true(slice_equal(values[0], slice_of(rows[i].value)));
        request_free(&r);
    }
}

static void test_accept_names_the_event_stream(void **state)
{
    static const struct {
        const char *accept;
        bool wants;
    } rows[] = {
        {"text/event-stream", true},
        {"Text/Event-Stream", true},
        {"text/html, text/event-stream;q=0.1", true},
        {"text/html;q=1 , text/event-stream ; charset=utf-8", true},
        {"text/event-stream;q=0", false},
        {"text/event-stream;q=0.000", false},
        {"text/event-stream; Q=0.0", false},
        {"text/event-stream;q=0.001", true},
        {"text/event-stream;q=0, text/event-stream", true},
        {"text/event-stream;charset=utf-8;q=0", false},
        {"text/event-streams", false},
        {"text/event", false},
        {"*/*", false},
        {"text/*", false},
        {"text/html;x=\",text/event-stream,\"", false},
        {"text/html;x=\"\\\",text/event-stream\"", false},
        {"", false},
        {",;,", false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char param[256];
        snprintf(param, sizeof param, "HTTP_ACCEPT=%s", rows[i].accept);
        const char *params[] = {"REQUEST_METHOD=GET", param, NULL};
        struct request r;
        assert_int_equal(parse(&r, params), 0);
        assert_int_equal(request_wants_stream(&r), rows[i].wants);
        request_free(&r);
    }
}

static void test_accept_weighs_a_type_by_its_name_only(void **state)
{
    static const struct {
        const char *accept;
        int weight;
    } rows[] = {
        {"application/x-ndjson", 1000},
        {"Application/X-NDJSON ; charset=utf-8", 1000},
        {"text/html, application/x-ndjson;q=0.25", 250},
        {"application/x-ndjson;q=0.1, application/x-ndjson;q=0.5", 500},
        {"application/x-ndjson;q=high", 1000},
        {"application/x-ndjson;q=0", 0},
        {"application/x-ndjson;q=0.000, */*", 0},
        {"*/*", 0},
        {"application/*", 0},
        {"application/x-ndjson-seq", 0},
        {"application/json, text/event-stream", 0},
        {"text/plain;a=\"x, application/x-ndjson\"", 0},
        {"", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char param[256];
        snprintf(param, sizeof param, "HTTP_ACCEPT=%s", rows[i].accept);
        const char *params[] = {"REQUEST_METHOD=GET", param, NULL};
        struct request r;
        assert_int_equal(parse(&r, params), 0);
        assert_int_equal(request_accepts(&r, "application/x-ndjson"), rows[i].weight);
        request_free(&r);
    }
}

static void test_accept_encoding_is_weighed(void **state)
{
    static const struct {
        const char *accept;
        bool gzip;
    } rows[] = {
        {"gzip", true},
        {"GZip", true},
        {"gzip, deflate, br, zstd", true},
        {"br;q=1.0, gzip;q=0.8, *;q=0.1", true},
        {"deflate,\tgzip ;q=1.000", true},
        {"gzip;q=0.001", true},
        {"gzip;q=1.", true},
        {"*", true},
        {"*;q=0.5", true},
        {"identity, gzip", true},
        {"identity;q=0.5, gzip;q=1.0", true},
        {"identity;q=0, gzip", true},
        {"*;q=0, gzip", true},
        {", gzip,", true},
        {"", false},
        {"identity", false},
        {"deflate, br", false},
        {"gzip;q=0", false},
        {"gzip;q=0.000", false},
        {"gzip; Q=0", false},
        {"gzip ; q = 0", false},
        {"gzip;q=0, *", false},
        {"*;q=0", false},
        {"identity;q=1, gzip;q=0.5", false},
        {"gzip;q=0.5, *;q=0.8", false},
        {"identity, *;q=0.5", false},
        {"gzip;q=2", false},
        {"gzip;q=", false},
        {"gzip;q=high", false},
        {"gzip;q=0,5", false},
        {"gzip;q=-1", false},
        {"gzip;q=1.5", false},
        {"gzipped", false},
        {"gzi", false},
        {"gzip-gzip", false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char param[256];
        snprintf(param, sizeof param, "HTTP_ACCEPT_ENCODING=%s", rows[i].accept);
        const char *params[] = {"REQUEST_METHOD=GET", param, NULL};
        struct request r;
        assert_int_equal(parse(&r, params), 0);
        assert_int_equal(request_accepts_gzip(&r), rows[i].gzip);
        request_free(&r);
    }
}

static void test_malformed_routes_are_refused(void **state)
{
    static const struct {
        const char *pattern;
        int result;
    } rows[] = {
        {"/", 0},
        {"/api/tenants/{tenant}/events/stream", 0},
        {"/{a}/{b}/{c}/{d}", 0},
        {"/{a}:{b}", 0},
        {"/{a}.json", 0},
        {"/log-{a_1}", 0},
        {"", -1},
        {"api", -1},
        {"{a}", -1},
        {"/{a}/{b}/{c}/{d}/{e}", -1},
        {"/{a}/{a}", -1},
        {"/{a}{b}", -1},
        {"/{a}-{b}", -1},
        {"/{}", -1},
        {"/{a", -1},
        {"/a}", -1},
        {"/{{a}}", -1},
        {"/{A}", -1},
        {"/{a b}", -1},
        {"/a b", -1},
        {"/{abcdefghijklmnopqrstuvwxyz0123456}", -1},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(route_check(rows[i].pattern), rows[i].result);
}

/* captures: "name=value" joined by '|'; NULL: no match. */
static void test_routes_match_the_whole_path(void **state)
{
    static const struct {
        const char *pattern, *path, *captures;
    } rows[] = {
        {"/", "/", ""},
        {"/stream", "/stream", ""},
        {"/stream", "/stream/", NULL},
        {"/stream/", "/stream", NULL},
        {"/stream", "/Stream", NULL},
        {"/t/{tenant}/stream", "/t/acme/stream", "tenant=acme"},
        {"/t/{tenant}/stream", "/t/acme/stream/", NULL},
        {"/t/{tenant}/stream", "/t/acme/x/stream", NULL},
        {"/t/{tenant}/stream", "/t//stream", NULL},
        {"/t/{tenant}/stream", "/t/./stream", NULL},
        {"/t/{tenant}/stream", "/t/../stream", NULL},
        {"/t/{tenant}/stream", "/t/.../stream", "tenant=..."},
        {"/t/{tenant}/stream", "/t/a%2fb/stream", NULL},
        {"/t/{tenant}/stream", "/t/a*/stream", NULL},
        {"/t/{tenant}/stream", "/t/a:b/stream", NULL},
        {"/t/{tenant}/stream", "/t/\xc3\xa4/stream", NULL},
        {"/t/{tenant}/stream", "/t/a b/stream", NULL},
        {"/t/{tenant}/stream", "/t/A-z0.9_@+/stream", "tenant=A-z0.9_@+"},
        {"/{a}/{b}", "/x/y", "a=x|b=y"},
        {"/{a}:{b}", "/x:y", "a=x|b=y"},
        {"/{a}:{b}", "/x:y:z", NULL},
        {"/{a}.json", "/x.json", "a=x"},
        {"/{a}.json", "/x.json.json", "a=x.json"},
        {"/{a}.json", "/.json", NULL},
        {"/{a}.json", "/x.jsonx", NULL},
        {"/{a}x:{b}", "/xx:y", "a=x|b=y"},
        {"/{a}x:{b}", "/x:y", NULL},
        {"/log-{a}", "/log-1", "a=1"},
        {"/log-{a}", "/log-", NULL},
        {"/{a}", "", NULL},
        {"/{a", "/x", NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct route_match m;
        char text[256] = "";
        bool matched = route_match(rows[i].pattern, rows[i].path, &m);
        assert_int_equal(matched, rows[i].captures != NULL);
        size_t at = 0;
        for (size_t j = 0; matched && j < m.count; j++)
            at += (size_t)snprintf(text + at, sizeof text - at, "%s%.*s=%.*s", j ? "|" : "",
                                   (int)m.captures[j].name.len, m.captures[j].name.p,
                                   (int)m.captures[j].value.len, m.captures[j].value.p);
        if (matched)
            assert_string_equal(text, rows[i].captures);
    }
}

static void test_captures_are_limited(void **state)
{
    struct route_match m;
    char *path = filled("/", 129, 'a');
    (void)state;
    assert_false(route_match("/{a}", path, &m));
    path[129] = '\0';
    assert_true(route_match("/{a}", path, &m));
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_methods_are_recognised),
        cmocka_unit_test(test_request_without_method_is_refused),
        cmocka_unit_test(test_path_joins_mount_and_rest),
        cmocka_unit_test(test_queries_are_decoded_or_refused),
        cmocka_unit_test(test_last_argument_of_a_name_counts),
        cmocka_unit_test(test_sizes_are_limited),
        cmocka_unit_test(test_path_parts_share_one_limit),
        cmocka_unit_test(test_number_of_arguments_is_limited),
        cmocka_unit_test(test_headers_are_found_by_http_name),
        cmocka_unit_test(test_cookies_are_found),
        cmocka_unit_test(test_accept_names_the_event_stream),
        cmocka_unit_test(test_accept_weighs_a_type_by_its_name_only),
        cmocka_unit_test(test_accept_encoding_is_weighed),
        cmocka_unit_test(test_malformed_routes_are_refused),
        cmocka_unit_test(test_routes_match_the_whole_path),
        cmocka_unit_test(test_captures_are_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
