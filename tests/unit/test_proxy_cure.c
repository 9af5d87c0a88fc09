/* SPDX-License-Identifier: MIT */
/* proxy_cure: which server refused a malformed request, whether it is a proxy, and its lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "doctor/proxy_cure.c"

static void test_first_server_is_known_by_how_it_refuses(void **state)
{
    static const struct {
        const char *software, *body;
        enum proxy proxy;
    } rows[] = {
        {"nginx/1.22.1", "<html>", PROXY_NGINX},
        {"Apache", "", PROXY_APACHE},
        {"lighttpd/1.4.69", "", PROXY_LIGHTTPD},
        {"cloudflare", "", PROXY_CDN},
        {"CloudFront", "", PROXY_CDN},
        {"", "<html><body><h1>400 Bad request</h1>\nYour browser sent an invalid request.\n",
         PROXY_HAPROXY},
        {"", "400 Bad Request", PROXY_GO},
        {"BaseHTTP/0.6 Python/3.11.2", "400 Bad Request", PROXY_UNKNOWN},
        {"", "", PROXY_UNKNOWN},
        {"", "<h1>Bad request</h1>", PROXY_UNKNOWN},
        {"LiteSpeed", "", PROXY_UNKNOWN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(proxy_of(rows[i].software, rows[i].body), rows[i].proxy);
}

static void test_first_server_is_a_proxy_if_another_runs_sselog(void **state)
{
    static const struct {
        struct hop_facts facts;
        enum hop hop;
    } rows[] = {
        {{PROXY_NGINX, SERVER_NGINX, false, true, false, false}, HOP_DIRECT},
        {{PROXY_APACHE, SERVER_FCGID, false, true, false, false}, HOP_DIRECT},
        {{PROXY_LIGHTTPD, SERVER_LIGHTTPD_CGI, false, true, false, false}, HOP_DIRECT},
        {{PROXY_NGINX, SERVER_NGINX, false, true, true, false}, HOP_PROXY},
        {{PROXY_NGINX, SERVER_NGINX, false, true, false, true}, HOP_PROXY},
        {{PROXY_UNKNOWN, SERVER_NGINX, false, true, true, false}, HOP_PROXY},
        {{PROXY_NGINX, SERVER_NGINX, false, false, false, false}, HOP_MAYBE},
        {{PROXY_HAPROXY, SERVER_APACHE, false, false, false, false}, HOP_PROXY},
        {{PROXY_HAPROXY, SERVER_OTHER, false, false, false, false}, HOP_PROXY},
        {{PROXY_LIGHTTPD, SERVER_PROXY_FCGI, false, true, false, false}, HOP_PROXY},
        {{PROXY_NGINX, SERVER_OTHER, true, false, false, false}, HOP_PROXY},
        {{PROXY_UNKNOWN, SERVER_NGINX, true, false, false, false}, HOP_PROXY},
        {{PROXY_NGINX, SERVER_NGINX, true, true, false, false}, HOP_PROXY},
        {{PROXY_UNKNOWN, SERVER_OTHER, false, false, false, false}, HOP_DIRECT},
        {{PROXY_UNKNOWN, SERVER_LITESPEED, false, true, false, false}, HOP_DIRECT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(proxy_hop(&rows[i].facts), rows[i].hop);
}

static void test_cure_is_a_line_of_that_proxy(void **state)
{
    static const struct {
        enum fault fault;
        enum proxy proxy;
        const char *line;
    } rows[] = {
        {FAULT_BUFFERED, PROXY_NGINX, "proxy_buffering off;"},
        {FAULT_BUFFERED, PROXY_LIGHTTPD, "server.stream-response-body = 2"},
        {FAULT_BUFFERED, PROXY_APACHE, "SSELOG_HOLD=0"},
        {FAULT_CUT, PROXY_HAPROXY, "timeout server 120s"},
        {FAULT_CUT, PROXY_CDN, "SSELOG_KEEPALIVE"},
        {FAULT_UNAVAILABLE, PROXY_APACHE, "ProxyPass names"},
        {FAULT_NO_ADDRESS, PROXY_HAPROXY, "option forwardfor"},
        {FAULT_TWO_ORIGINS, PROXY_NGINX, "remove add_header"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_non_null(strstr(proxy_cure_for(rows[i].fault, rows[i].proxy), rows[i].line));
    for (int proxy = 0; proxy < PROXIES; proxy++) {
        assert_non_null(proxy_name((enum proxy)proxy));
        assert_null(proxy_cure_for(FAULT_DOWNLOADED, (enum proxy)proxy));
        assert_null(proxy_cure_for(FAULT_PROCESSES, (enum proxy)proxy));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_server_is_known_by_how_it_refuses),
        cmocka_unit_test(test_first_server_is_a_proxy_if_another_runs_sselog),
        cmocka_unit_test(test_cure_is_a_line_of_that_proxy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
