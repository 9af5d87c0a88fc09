/* SPDX-License-Identifier: MIT */
/*
 * auth, names from the web server: REMOTE_USER and the headers of a trusted proxy.  Names that a
 * client can give itself do not count.  Nothing is looked up: Redis is away.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "auth.c"
#include "auth_rows.h"

static void test_remote_user_gives_the_identity(void **state)
{
    static const struct row rows[] = {
        {"anonymous", "REMOTE_USER=x", "ok ,,", ""},
        {"", "REMOTE_USER=alice", "none", ""},
        {"remote_user", "", "none", ""},
        {"remote_user", "REMOTE_USER=", "none", ""},
        {"remote_user", "REMOTE_USER=alice@example.org", "ok alice@example.org,,", ""},
        {"remote_user", "REMOTE_USER=DOMAIN\\user", "ok DOMAIN\\user,,", ""},
        {"remote_user", "REMOTE_USER=Zo\xc3\xab", "ok Zo\xc3\xab,,", ""},
        {"remote_user", "REDIRECT_REMOTE_USER=User.admin", "ok User.admin,,", ""},
        {"remote_user", "REDIRECT_REMOTE_USER=b|REMOTE_USER=a", "ok a,,", ""},
        /* After a redirect for an error it is the name that the client claimed. */
        {"remote_user", "REDIRECT_REMOTE_USER=a|REDIRECT_STATUS=200", "ok a,,", ""},
        {"remote_user", "REDIRECT_REMOTE_USER=a|REDIRECT_STATUS=", "ok a,,", ""},
        {"remote_user", "REDIRECT_REMOTE_USER=a|REDIRECT_STATUS=401", "none", ""},
        {"remote_user", "REDIRECT_REMOTE_USER=a|REDIRECT_STATUS=403", "none", ""},
        {"remote_user", "REDIRECT_REMOTE_USER=a|REDIRECT_STATUS=2000", "none", ""},
        {"remote_user", "REDIRECT_REMOTE_USER=a|REDIRECT_STATUS=200|REDIRECT_REDIRECT_STATUS=401",
         "none", ""},
        {"remote_user", "REDIRECT_REMOTE_USER=a|REDIRECT_STATUS=200|REDIRECT_REDIRECT_STATUS=200",
         "ok a,,", ""},
        {"remote_user", "REMOTE_USER=a|REDIRECT_STATUS=401", "ok a,,", ""},
        {"remote_user", "HTTP_REMOTE_USER=root", "none", ""},
        {"remote_user", "REMOTE_USER=" N128, "ok " N128 ",,", ""},
        {"remote_user", "REMOTE_USER=" N128 "n", "bad", ""},
        {"remote_user", "REMOTE_USER=a\nb", "bad", ""},
        {"remote_user", "REMOTE_USER=a\x7f", "bad", ""},
        {"remote_user", "REMOTE_USER=a\xc2\x85", "bad", ""},
        {"remote_user", "REMOTE_USER=a\xc0\xaf", "bad", ""},
        {"remote_user", "REMOTE_USER=a\xed\xa0\x80", "bad", ""},
        {"remote_user", "REMOTE_USER=a\xf4\x90\x80\x80", "bad", ""},
        {"remote_user", "REMOTE_USER=a\xe2\x82", "bad", ""},
        {"remote_user", "REMOTE_USER=\xf0\x9f\x90\xa7", "ok \xf0\x9f\x90\xa7,,", ""},
        /* After a bad credential no other method is tried. */
        {"remote_user header", "REMOTE_USER=\x01|REMOTE_ADDR=10.16.0.1|HTTP_X_REMOTE_USER=a", "bad",
         ""},
    };
    struct config c = base_config();
    (void)state;
    CHECK(rows, &c, &no_redis);
}

static void test_header_counts_only_from_trusted_proxies(void **state)
{
#define FROM(address) "REMOTE_ADDR=" address "|HTTP_X_REMOTE_USER=alice"
    static const struct row rows[] = {
        {"header", FROM("10.16.0.1"), "ok alice,,", ""},
        {"header", FROM("10.31.255.255"), "ok alice,,", ""},
        {"header", FROM("::ffff:10.16.0.1"), "ok alice,,", ""},
        {"header", FROM("2001:db8::1"), "ok alice,,", ""},
        {"header", FROM("2001:db8:0:0::1%eth0"), "ok alice,,", ""},
        {"header", FROM("10.32.0.0"), "none", ""},
        {"header", FROM("10.15.255.255"), "none", ""},
        {"header", FROM("2001:db8::2"), "none", ""},
        {"header", FROM("::10.16.0.1"), "none", ""},
        {"header", FROM(""), "none", ""},
        {"header", FROM("unix:"), "none", ""},
        {"header", FROM("10.16.0.1, 1.2.3.4"), "none", ""},
        {"header", FROM("10.16.0.1000000000000000000000000000000000000000000"), "none", ""},
        {"header", "HTTP_X_REMOTE_USER=alice", "none", ""},
        /* The client's own headers are not trusted. */
        {"header", FROM("192.0.2.1") "|HTTP_X_FORWARDED_FOR=10.16.0.1", "none", ""},
        {"header remote_user", FROM("192.0.2.1") "|REMOTE_USER=bob", "ok bob,,", ""},
        {"header remote_user", "REMOTE_ADDR=10.16.0.1|REMOTE_USER=bob", "ok bob,,", ""},
        {"header", FROM("10.16.0.1") "|HTTP_X_REMOTE_TENANT=acme|HTTP_X_REMOTE_ROLE=admin",
         "ok alice,acme,admin", ""},
        {"header", FROM("10.16.0.1") ", root", "bad", ""},
        {"header", FROM("10.16.0.1") "|HTTP_X_REMOTE_ROLE=viewer, admin", "bad", ""},
        {"header", FROM("10.16.0.1") "|HTTP_X_REMOTE_TENANT=a,b", "bad", ""},
        {"header", FROM("10.16.0.1") "|HTTP_X_REMOTE_USER=bob", "bad", ""},
        {"header", FROM("10.16.0.1") "|HTTP_X_REMOTE_USER=", "bad", ""},
        {"header", "HTTP_X_REMOTE_USER=|" FROM("10.16.0.1"), "bad", ""},
        {"header", FROM("10.16.0.1") "|HTTP_X_REMOTE_ROLE=a|HTTP_X_REMOTE_ROLE=admin", "bad", ""},
        {"header", FROM("10.16.0.1") "|HTTP_X_REMOTE_TENANT=a|HTTP_X_REMOTE_TENANT=", "bad", ""},
        {"header", FROM("10.16.0.1") "\x01", "bad", ""},
        {"header", FROM("10.16.0.1") "|HTTP_X_REMOTE_TENANT=\x01|HTTP_X_REMOTE_ROLE=x", "bad", ""},
        {"header", FROM("10.16.0.1") N128, "bad", ""},
    };
    struct config c = base_config();
    (void)state;
    CHECK(rows, &c, &no_redis);
    c.ntrusted = 0;
    check_row(&c, &(struct row){"header", FROM("10.16.0.1"), "none", ""}, &no_redis);
}

static void test_unnamed_tenant_and_role_headers_are_not_read(void **state)
{
    static const struct row rows[] = {
        {"header", FROM("10.16.0.1") "|HTTP_X_REMOTE_TENANT=acme|HTTP_X_REMOTE_ROLE=admin",
         "ok alice,,", ""},
        {"header", FROM("10.16.0.1") "|HTTP_X_REMOTE_ROLE=a|HTTP_X_REMOTE_ROLE=b|HTTP_=c",
         "ok alice,,", ""},
    };
    struct config c = base_config();
    (void)state;
    c.tenant_header = c.role_header = NULL;
    CHECK(rows, &c, &no_redis);
}

/* Under a server that gives X_Role the variable of X-Role, such a name is a fault of the
 * configuration. */
static void test_headers_that_clients_can_imitate_are_named(void **state)
{
    static const struct {
        enum auth_method method;
        const char *server, *user, *tenant, *role, *option;
    } cases[] = {
        {AUTH_HEADER, "lighttpd/1.4.69", "X-User", NULL, NULL, NULL},
        {AUTH_HEADER, "lighttpd/1.4.69", "X-User", "RemoteTenant", "Role2", NULL},
        {AUTH_HEADER, "lighttpd/1.4.69", "User", NULL, "X-Role", "SSELOG_ROLE_HEADER"},
        {AUTH_HEADER, "lighttpd/1.4.69", "User", NULL, "Remote_Role", "SSELOG_ROLE_HEADER"},
        {AUTH_HEADER, "lighttpd/1.4.69", "User", NULL, "Role!", "SSELOG_ROLE_HEADER"},
        {AUTH_HEADER, "lighttpd/1.4.69", "User", "X-Tenant", "Role", "SSELOG_TENANT_HEADER"},
        {AUTH_HEADER, "lighttpd", "User", ".", "Role", "SSELOG_TENANT_HEADER"},
        {AUTH_HEADER, "LightTPD/2", "User", NULL, "X-Role", "SSELOG_ROLE_HEADER"},
        {AUTH_HEADER, "OpenBSD httpd", "User", NULL, "X-Role", "SSELOG_ROLE_HEADER"},
        {AUTH_HEADER, "nginx/1.22.1", "User", "X-Tenant", "X-Role", NULL},
        {AUTH_HEADER, "Apache/2.4.57 (Debian)", "User", "X-Tenant", "X-Role", NULL},
        {AUTH_HEADER, "", "User", "X-Tenant", "X-Role", NULL},
        {AUTH_COOKIE, "lighttpd/1.4.69", "User", "X-Tenant", "X-Role", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char params[100];
        struct params split;
        struct request r;
        const char *why;
        struct config c = {.auth = {AUTH_REMOTE_USER, cases[i].method},
                           .user_header = text(cases[i].user),
                           .tenant_header = text(cases[i].tenant),
                           .role_header = text(cases[i].role)};
        snprintf(params, sizeof params, "SERVER_SOFTWARE=%s", cases[i].server);
        split_params(&split, params);
        assert_int_equal(request_parse(&r, get_param, &split, &why), 0);
        const char *option = webuser_imitable_header(&c, &r);
        if (!slice_equal(slice_of(option), slice_of(cases[i].option)))
            fail_msg("case %zu: %s", i, option ? option : "none");
        request_free(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_remote_user_gives_the_identity),
        cmocka_unit_test(test_header_counts_only_from_trusted_proxies),
        cmocka_unit_test(test_unnamed_tenant_and_role_headers_are_not_read),
        cmocka_unit_test(test_headers_that_clients_can_imitate_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
