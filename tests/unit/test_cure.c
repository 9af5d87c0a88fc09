/* SPDX-License-Identifier: MIT */
/* cure: which server a response comes from, and the line for each fault and server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "doctor/cure.c"
#include "identity/why.h"

static void test_server_is_known_by_its_name_and_by_how_it_runs_sselog(void **state)
{
    static const struct {
        const char *software, *started;
        enum server server;
    } rows[] = {
        {"Apache/2.4.71 (Debian)", "", SERVER_APACHE},
        {"Apache/2.4.71 (Debian)", "spawned", SERVER_FCGID},
        {"Apache", "proxy_fcgi", SERVER_PROXY_FCGI},
        {"Apache", "systemd", SERVER_PROXY_FCGI},
        {"Apache/2.4.71", "cgi", SERVER_APACHE_CGI},
        {"lighttpd/1.4.69", "", SERVER_LIGHTTPD},
        {"lighttpd/1.4.69", "spawned", SERVER_LIGHTTPD},
        {"lighttpd/1.4.69", "cgi", SERVER_LIGHTTPD_CGI},
        {"nginx/1.22.1", "spawned", SERVER_NGINX},
        {"LiteSpeed", "cgi", SERVER_LITESPEED},
        {"cloudflare", "", SERVER_OTHER},
        {"", "", SERVER_OTHER},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(server_of(rows[i].software, rows[i].started), rows[i].server);
}

static void test_each_fault_has_a_cure_under_each_server(void **state)
{
    (void)state;
    for (int fault = 0; fault < FAULTS; fault++)
        for (int server = 0; server < SERVERS; server++)
            assert_non_null(cure_for((enum fault)fault, (enum server)server));
    for (int server = 0; server < SERVERS; server++)
        assert_non_null(server_name((enum server)server));
}

static void test_cure_is_a_line_of_that_server(void **state)
{
    static const struct {
        enum fault fault;
        enum server server;
        const char *line;
    } rows[] = {
        {FAULT_BUFFERED, SERVER_FCGID, "FcgidOutputBufferSize 0"},
        {FAULT_BUFFERED, SERVER_PROXY_FCGI, "flushpackets=on"},
        {FAULT_BUFFERED, SERVER_LIGHTTPD, "server.stream-response-body = 2"},
        {FAULT_BUFFERED, SERVER_LIGHTTPD_CGI, "server.stream-response-body = 2"},
        {FAULT_BUFFERED, SERVER_NGINX, "fastcgi_buffering off;"},
        {FAULT_NOT_FOUND, SERVER_LIGHTTPD, "\"check-local\" => \"disable\""},
        {FAULT_PATH, SERVER_PROXY_FCGI, "ProxyFCGISetEnvIf"},
        {FAULT_PATH, SERVER_NGINX, "fastcgi_split_path_info"},
        {FAULT_DOWNLOADED, SERVER_APACHE, "a2enmod cgid"},
        {FAULT_NO_AUTHORIZATION, SERVER_FCGID, "CGIPassAuth On"},
        {FAULT_NO_AUTHORIZATION, SERVER_APACHE_CGI, "CGIPassAuth On"},
        {FAULT_UNCHECKED_USER, SERVER_NGINX, "auth_basic"},
        {FAULT_NO_LOGIN, SERVER_OTHER, "ask for the password"},
        {FAULT_NO_LOGIN, SERVER_LIGHTTPD, "auth.require"},
        {FAULT_NO_LOGIN, SERVER_LIGHTTPD_CGI, "auth.require"},
        {FAULT_NO_LOGIN, SERVER_PROXY_FCGI, "\"Require valid-user\""},
        {FAULT_NO_LOGIN, SERVER_NGINX, "auth_basic"},
        {FAULT_CUT, SERVER_FCGID, "FcgidBusyTimeout 3900"},
        {FAULT_CUT, SERVER_LITESPEED, "noconntimeout"},
        {FAULT_BUFFERED, SERVER_LITESPEED, "E=no-gzip:1"},
        {FAULT_BUFFERED, SERVER_LITESPEED, "SSELOG_HOLD=0"},
        {FAULT_BUFFERED, SERVER_APACHE_CGI, "SSELOG_HOLD=0"},
        {FAULT_COMPRESSED, SERVER_PROXY_FCGI, "no-gzip"},
        {FAULT_PROCESSES, SERVER_LIGHTTPD, "\"max-procs\" => 1"},
        {FAULT_PREFLIGHT, SERVER_APACHE_CGI, "Require method OPTIONS"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_non_null(strstr(cure_for(rows[i].fault, rows[i].server), rows[i].line));
}

/* A word that is renamed must not lose its cure. */
static void test_each_cause_of_401_has_a_cure(void **state)
{
    (void)state;
    for (int why = WHY_NONE; why <= WHY_DISABLED; why++)
        assert_non_null(cure_of_refusal(why_word((enum why)why)));
    assert_null(cure_of_refusal("ok"));
    assert_non_null(strstr(cure_of_refusal("jwt-expired"), "clocks"));
    assert_non_null(strstr(cure_of_refusal("jwt-iss"), "SSELOG_JWT_ISS"));
    assert_non_null(strstr(cure_of_refusal("session-not-json"), "pickle"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_server_is_known_by_its_name_and_by_how_it_runs_sselog),
        cmocka_unit_test(test_each_fault_has_a_cure_under_each_server),
        cmocka_unit_test(test_cure_is_a_line_of_that_server),
        cmocka_unit_test(test_each_cause_of_401_has_a_cure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
