/* SPDX-License-Identifier: MIT */
/* cure: see cure.h. */
#include "doctor/cure.h"

#include <stddef.h>
#include <string.h>

const char *server_name(enum server server)
{
    static const char *const names[SERVERS] = {
        [SERVER_OTHER] = "another web server",   [SERVER_LIGHTTPD] = "lighttpd",
        [SERVER_LIGHTTPD_CGI] = "lighttpd, CGI", [SERVER_APACHE] = "Apache",
        [SERVER_FCGID] = "Apache, mod_fcgid",    [SERVER_PROXY_FCGI] = "Apache, mod_proxy_fcgi",
        [SERVER_APACHE_CGI] = "Apache, CGI",     [SERVER_NGINX] = "nginx",
        [SERVER_LITESPEED] = "LiteSpeed",
    };
    return names[server];
}

static enum server apache_of(const char *started)
{
    if (strcmp(started, "cgi") == 0)
        return SERVER_APACHE_CGI;
    if (strcmp(started, "spawned") == 0)
        return SERVER_FCGID;
    return started[0] ? SERVER_PROXY_FCGI : SERVER_APACHE;
}

enum server server_of(const char *software, const char *started)
{
    if (strstr(software, "LiteSpeed"))
        return SERVER_LITESPEED;
    if (strncmp(software, "Apache", 6) == 0)
        return apache_of(started);
    if (strncmp(software, "lighttpd", 8) == 0)
        return strcmp(started, "cgi") == 0 ? SERVER_LIGHTTPD_CGI : SERVER_LIGHTTPD;
    return strncmp(software, "nginx", 5) == 0 ? SERVER_NGINX : SERVER_OTHER;
}

#define IN_LIGHTTPD "lighttpd.conf (lighttpd-example.conf has it)"
#define IN_APACHE   "Apache's configuration (apache-example.conf has it)"
#define IN_NGINX    "sselog's location in nginx.conf (examples/nginx.conf has it)"

#define IN_LITESPEED                                                                               \
    "put \"RewriteRule ^sselog\\.cgi - [E=noconntimeout:1,E=no-gzip:1]\" into .htaccess "          \
    "(examples/hosting/htaccess has it)"
#define OR_POLL "; where you may not, set SSELOG_HOLD=0: then no answer is held"

#define STREAM_BODY "put \"server.stream-response-body = 2\" into " IN_LIGHTTPD
#define NO_GZIP                                                                                    \
    "put \"SetEnv no-gzip 1\" and \"SetEnv no-brotli 1\" into .htaccess or sselog's "              \
    "<Location> of " IN_APACHE
#define NO_CACHE_HEADER                                                                            \
    "remove the line that sets Cache-Control for sselog's path (Header set, setenv, add_header)"
#define OR_METHOD "; a login by a cookie, token or header needs its method in SSELOG_AUTH"
#define PASS_AUTH "put \"CGIPassAuth On\" into sselog's <Location> of " IN_APACHE
#define TRUSTED                                                                                    \
    "let the proxy overwrite this header, and name in SSELOG_TRUSTED only proxies that clients "   \
    "cannot go around"
#define LOG_PATH                                                                                   \
    "log the path without the query string (%m %U %H in place of %r), as apache-example.conf and " \
    "lighttpd-example.conf do"
#define SEE_LOG      "see the error log of the web server"
#define OPTION_PLACE "sselog's log names the option or parameter; options of the process stand in "

/* The lines, by fault. SERVER_OTHER counts where a server has no line of its own. */
static const struct {
    enum fault fault;
    enum server server;
    const char *line;
} cures[] = {
    {FAULT_BUFFERED, SERVER_OTHER,
     "turn the buffering of responses off in the web server or proxy" OR_POLL},
    {FAULT_BUFFERED, SERVER_LIGHTTPD, STREAM_BODY},
    {FAULT_BUFFERED, SERVER_LIGHTTPD_CGI, STREAM_BODY},
    {FAULT_BUFFERED, SERVER_APACHE,
     "put \"FcgidOutputBufferSize 0\" (mod_fcgid), or flushpackets=on "
     "behind ProxyPass (mod_proxy_fcgi), into " IN_APACHE},
    {FAULT_BUFFERED, SERVER_FCGID, "put \"FcgidOutputBufferSize 0\" into " IN_APACHE},
    {FAULT_BUFFERED, SERVER_PROXY_FCGI,
     "put \"flushpackets=on\" behind sselog's ProxyPass in " IN_APACHE},
    {FAULT_BUFFERED, SERVER_APACHE_CGI,
     "run CGI by mod_cgid or mod_cgi, without an output filter that "
     "collects, in " IN_APACHE OR_POLL},
    {FAULT_BUFFERED, SERVER_NGINX,
     "put \"fastcgi_buffering off;\" into, and remove "
     "fastcgi_ignore_headers from, " IN_NGINX},
    {FAULT_BUFFERED, SERVER_LITESPEED, IN_LITESPEED OR_POLL},
    {FAULT_NOT_FOUND, SERVER_OTHER, "give the URL at which sselog is mounted"},
    {FAULT_NOT_FOUND, SERVER_LIGHTTPD,
     "put \"check-local\" => \"disable\" into the responder's block in " IN_LIGHTTPD
     ", or give the URL at which sselog is mounted"},
    {FAULT_NOT_FOUND, SERVER_LIGHTTPD_CGI,
     "put alias.url and cgi.assign into " IN_LIGHTTPD
     ", or give the URL at which sselog is mounted"},
    {FAULT_NOT_FOUND, SERVER_APACHE,
     "put Alias, ScriptAlias or ProxyPass for this path into " IN_APACHE},
    {FAULT_NOT_FOUND, SERVER_FCGID, "put Alias for this path into " IN_APACHE},
    {FAULT_NOT_FOUND, SERVER_PROXY_FCGI, "put ProxyPass for this path into " IN_APACHE},
    {FAULT_NOT_FOUND, SERVER_APACHE_CGI, "put ScriptAlias for this path into " IN_APACHE},
    {FAULT_NOT_FOUND, SERVER_NGINX,
     "put \"location ~ ^/sselog(/|$)\" for this path into nginx.conf "
     "(examples/nginx.conf has it)"},
    {FAULT_DOWNLOADED, SERVER_OTHER, "let the web server run the file as CGI"},
    {FAULT_DOWNLOADED, SERVER_LIGHTTPD,
     "put cgi.assign = (\"sselog\" => \"\") into " IN_LIGHTTPD ", and mod_cgi into server.modules"},
    {FAULT_DOWNLOADED, SERVER_LIGHTTPD_CGI,
     "put cgi.assign = (\"sselog\" => \"\") into " IN_LIGHTTPD},
    {FAULT_DOWNLOADED, SERVER_APACHE,
     "turn on CGI: a2enmod cgid, or mod_fcgid with \"SetHandler "
     "fcgid-script\" and \"Options +ExecCGI\"; in .htaccess: \"Options +ExecCGI\" and "
     "\"AddHandler cgi-script .cgi\""},
    {FAULT_DOWNLOADED, SERVER_APACHE_CGI, "turn on CGI: a2enmod cgid"},
    {FAULT_DOWNLOADED, SERVER_LITESPEED,
     "ask the hoster to allow CGI; put \"AddHandler cgi-script .cgi\" "
     "into .htaccess"},
    {FAULT_UNAVAILABLE, SERVER_OTHER, "start sselog, and let the web server connect to its socket"},
    {FAULT_UNAVAILABLE, SERVER_LIGHTTPD,
     "start sselog at the socket that fastcgi.server names; `sselog -s SOCKET doctor` checks it; "
     "with bin-path lighttpd starts it: see server.breakagelog, and check the options by `sselog "
     "doctor` without a URL"},
    {FAULT_UNAVAILABLE, SERVER_APACHE,
     "start sselog at the socket that ProxyPass names; `sselog -s SOCKET "
     "doctor` checks it"},
    {FAULT_UNAVAILABLE, SERVER_PROXY_FCGI,
     "start sselog at the socket that ProxyPass names; `sselog -s "
     "SOCKET doctor` checks it"},
    {FAULT_UNAVAILABLE, SERVER_NGINX,
     "start sselog at the socket that fastcgi_pass names; `sselog -s "
     "SOCKET doctor` checks it"},
    {FAULT_BROKEN, SERVER_OTHER, SEE_LOG},
    {FAULT_BROKEN, SERVER_LIGHTTPD, "see the error log and server.breakagelog of lighttpd"},
    {FAULT_BROKEN, SERVER_APACHE,
     "see Apache's error log: a line `error config:` names a wrong "
     "option; `Permission denied` means mode 755 is missing; `not "
     "allowed here` names a line to remove from .htaccess"},
    {FAULT_MISCONFIGURED, SERVER_OTHER, OPTION_PLACE "the environment of sselog"},
    {FAULT_MISCONFIGURED, SERVER_LIGHTTPD,
     OPTION_PLACE "bin-environment, not in setenv.set-environment"},
    {FAULT_MISCONFIGURED, SERVER_APACHE,
     OPTION_PLACE "FcgidInitialEnv (mod_fcgid) or sselog.conf "
                  "(mod_proxy_fcgi), not in SetEnv"},
    {FAULT_MISCONFIGURED, SERVER_FCGID, OPTION_PLACE "FcgidInitialEnv, not in SetEnv"},
    {FAULT_MISCONFIGURED, SERVER_PROXY_FCGI, OPTION_PLACE "sselog.conf, not in SetEnv"},
    {FAULT_MISCONFIGURED, SERVER_NGINX, OPTION_PLACE "sselog.conf, not in fastcgi_param"},
    {FAULT_PATH, SERVER_OTHER, "pass the path below the mount as PATH_INFO"},
    {FAULT_PATH, SERVER_LIGHTTPD,
     "name the responder \"/sselog\" without a slash at its end in "
     "fastcgi.server of " IN_LIGHTTPD},
    {FAULT_PATH, SERVER_APACHE,
     "put ProxyFCGISetEnvIf with PATH_INFO and SCRIPT_NAME into sselog's "
     "<Location> of " IN_APACHE},
    {FAULT_PATH, SERVER_PROXY_FCGI,
     "put ProxyFCGISetEnvIf with PATH_INFO and SCRIPT_NAME into "
     "sselog's <Location> of " IN_APACHE},
    {FAULT_PATH, SERVER_NGINX,
     "put \"fastcgi_split_path_info ^(/sselog)(/.*)?$;\" and SCRIPT_NAME, "
     "PATH_INFO by fastcgi_param into " IN_NGINX},
    {FAULT_UNCHECKED_USER, SERVER_OTHER,
     "let the web server check passwords before it passes REMOTE_USER"},
    {FAULT_UNCHECKED_USER, SERVER_NGINX,
     "put \"auth_basic\" and \"auth_basic_user_file\" beside REMOTE_USER, "
     "and no `include fastcgi_params`, into " IN_NGINX},
    {FAULT_FORGED_HEADER, SERVER_OTHER, TRUSTED},
    {FAULT_FORGED_ADDRESS, SERVER_OTHER,
     "let the web server take client addresses only from its proxies"},
    {FAULT_FORGED_ADDRESS, SERVER_LIGHTTPD, "name only your proxies in extforward.forwarder"},
    {FAULT_FORGED_ADDRESS, SERVER_APACHE,
     "name your proxies in RemoteIPInternalProxy or RemoteIPTrustedProxy"},
    {FAULT_FORGED_ADDRESS, SERVER_NGINX, "name only your proxies in set_real_ip_from"},
    {FAULT_NO_AUTHORIZATION, SERVER_OTHER,
     "pass the header Authorization on as HTTP_AUTHORIZATION"},
    {FAULT_NO_AUTHORIZATION, SERVER_APACHE, PASS_AUTH},
    {FAULT_NO_AUTHORIZATION, SERVER_FCGID, PASS_AUTH ", or FcgidPassHeader Authorization"},
    {FAULT_NO_AUTHORIZATION, SERVER_LITESPEED,
     "put \"SetEnvIf Authorization (.+) HTTP_AUTHORIZATION=$1\" into "
     ".htaccess"},
    {FAULT_NO_AUTHORIZATION, SERVER_NGINX,
     "put \"fastcgi_param HTTP_AUTHORIZATION $http_authorization;\" into "
     "sselog's location, or remove the line that empties it"},
    {FAULT_NO_LOGIN, SERVER_OTHER,
     "let the web server ask for the password on this path" OR_METHOD},
    {FAULT_NO_LOGIN, SERVER_LIGHTTPD,
     "put auth.require for this path into " IN_LIGHTTPD ", and mod_auth before mod_fastcgi or "
     "mod_cgi into server.modules" OR_METHOD},
    {FAULT_NO_LOGIN, SERVER_APACHE,
     "put \"AuthType Basic\", AuthUserFile and \"Require valid-user\" into sselog's <Location> "
     "of " IN_APACHE OR_METHOD},
    {FAULT_NO_LOGIN, SERVER_NGINX,
     "put auth_basic, auth_basic_user_file and \"fastcgi_param REMOTE_USER $remote_user;\" "
     "into " IN_NGINX OR_METHOD},
    {FAULT_CUT, SERVER_OTHER,
     "let the time-out of silence be longer than SSELOG_KEEPALIVE, or set "
     "SSELOG_LIFETIME below the time after which the host ends programs"},
    {FAULT_CUT, SERVER_LIGHTTPD,
     "raise server.max-write-idle, or read-timeout of the responder, "
     "above SSELOG_KEEPALIVE in lighttpd.conf"},
    {FAULT_CUT, SERVER_LIGHTTPD_CGI,
     "raise server.max-write-idle, cgi.limits read-timeout, above "
     "SSELOG_KEEPALIVE in lighttpd.conf"},
    {FAULT_CUT, SERVER_APACHE,
     "raise Timeout, FcgidIOTimeout, or timeout= behind ProxyPass above "
     "SSELOG_KEEPALIVE in " IN_APACHE},
    {FAULT_CUT, SERVER_FCGID,
     "put \"FcgidIOTimeout 60\", above SSELOG_KEEPALIVE, and "
     "\"FcgidBusyTimeout 3900\", above SSELOG_LIFETIME, into " IN_APACHE},
    {FAULT_CUT, SERVER_PROXY_FCGI,
     "put \"timeout=120\", above SSELOG_KEEPALIVE, behind sselog's "
     "ProxyPass in " IN_APACHE},
    {FAULT_CUT, SERVER_APACHE_CGI,
     "put \"CGIDScriptTimeout 120s\", above SSELOG_KEEPALIVE, "
     "into " IN_APACHE "; if the host ends programs, set SSELOG_LIFETIME below that"},
    {FAULT_CUT, SERVER_NGINX,
     "put \"fastcgi_read_timeout 120s;\", above SSELOG_KEEPALIVE, into " IN_NGINX},
    {FAULT_CUT, SERVER_LITESPEED, IN_LITESPEED},
    {FAULT_COMPRESSED, SERVER_OTHER,
     "compress no text/event-stream; SSELOG_COMPRESS=1 does it without "
     "delay"},
    {FAULT_COMPRESSED, SERVER_LIGHTTPD,
     "leave text/event-stream, and the prefix text/, out of "
     "deflate.mimetypes in lighttpd.conf"},
    {FAULT_COMPRESSED, SERVER_APACHE, NO_GZIP},
    {FAULT_COMPRESSED, SERVER_NGINX, "put \"gzip off;\" into " IN_NGINX},
    {FAULT_COMPRESSED, SERVER_LITESPEED, IN_LITESPEED},
    {FAULT_CACHE, SERVER_OTHER, NO_CACHE_HEADER},
    {FAULT_PROCESSES, SERVER_OTHER, "run one process, which serves thousands of viewers"},
    {FAULT_PROCESSES, SERVER_LIGHTTPD,
     "put \"max-procs\" => 1 into the responder's block in " IN_LIGHTTPD},
    {FAULT_QUERY_LOGGED, SERVER_OTHER, "log the path without the query string"},
    {FAULT_QUERY_LOGGED, SERVER_LIGHTTPD,
     "put accesslog.format with %m %U %H in place of %r into " IN_LIGHTTPD},
    {FAULT_QUERY_LOGGED, SERVER_APACHE,
     "put %m %U %H in place of %r, and env=!sselog behind the site's own "
     "CustomLog, into " IN_APACHE},
    {FAULT_QUERY_LOGGED, SERVER_NGINX,
     "put log_format with $uri in place of $request into nginx.conf "
     "(examples/nginx.conf has it)"},
    {FAULT_PREFLIGHT, SERVER_OTHER, "let OPTIONS pass without a password"},
    {FAULT_PREFLIGHT, SERVER_LIGHTTPD,
     "put auth.require into $HTTP[\"request-method\"] != \"OPTIONS\" "
     "in " IN_LIGHTTPD},
    {FAULT_PREFLIGHT, SERVER_APACHE,
     "put \"Require method OPTIONS\" beside \"Require valid-user\" "
     "in " IN_APACHE},
    {FAULT_PREFLIGHT, SERVER_NGINX, "put auth_basic into \"limit_except OPTIONS\" in " IN_NGINX},
    {FAULT_BAD_REQUEST, SERVER_OTHER,
     "a proxy in front may send the PROXY protocol: let the web server expect it"},
    {FAULT_BAD_REQUEST, SERVER_LIGHTTPD,
     "a proxy in front may send the PROXY protocol: put extforward.hap-PROXY = \"enable\", and the "
     "proxy's address in extforward.forwarder, into lighttpd.conf"},
    {FAULT_BAD_REQUEST, SERVER_APACHE,
     "a proxy in front may send the PROXY protocol: put RemoteIPProxyProtocol On into the virtual "
     "host of Apache"},
    {FAULT_BAD_REQUEST, SERVER_NGINX,
     "a proxy in front may send the PROXY protocol: put proxy_protocol behind listen, and "
     "real_ip_header proxy_protocol, into nginx.conf"},
    {FAULT_TWO_ORIGINS, SERVER_OTHER,
     "remove the line of the web server that sets Access-Control-Allow-Origin for sselog's path"},
    {FAULT_NO_ADDRESS, SERVER_OTHER, "let the proxy send X-Forwarded-For"},
    {FAULT_ADDRESS_LOST, SERVER_OTHER,
     "let the web server take the client's address from X-Forwarded-For of its proxies"},
    {FAULT_ADDRESS_LOST, SERVER_LIGHTTPD,
     "put mod_extforward, with the proxy's address in extforward.forwarder, into lighttpd.conf"},
    {FAULT_ADDRESS_LOST, SERVER_APACHE,
     "put RemoteIPHeader X-Forwarded-For, with the proxy's address in RemoteIPInternalProxy, into "
     "Apache's configuration"},
    {FAULT_ADDRESS_LOST, SERVER_NGINX,
     "put real_ip_header X-Forwarded-For, with the proxy's address in set_real_ip_from, into "
     "nginx.conf"},
};

/* Where a server has no line of its own, that of its family counts. */
static enum server family_of(enum server server)
{
    switch (server) {
    case SERVER_FCGID:
    case SERVER_PROXY_FCGI:
    case SERVER_APACHE_CGI:
        return SERVER_APACHE;
    case SERVER_LIGHTTPD_CGI:
        return SERVER_LIGHTTPD;
    default:
        return server;
    }
}

static const char *line_of(enum fault fault, enum server server)
{
    size_t i = 0, n = sizeof cures / sizeof *cures;
    while (i < n && (cures[i].fault != fault || cures[i].server != server))
        i++;
    return i < n ? cures[i].line : NULL;
}

const char *cure_for(enum fault fault, enum server server)
{
    const char *own = line_of(fault, server);
    if (!own)
        own = line_of(fault, family_of(server));
    return own ? own : line_of(fault, SERVER_OTHER);
}

/* The first row whose text begins the word counts. */
static const struct {
    const char *word, *cure;
} refusals[] = {
    {"no-authorization", "send the header Authorization; under Apache it arrives only with "
                         "\"CGIPassAuth On\""},
    {"none", "log in: -u USER:PASSWORD, or -H with the header or cookie of a login"},
    {"failed-login", "the web server refuses this login: correct the user or password"},
    {"untrusted-proxy", "name the proxy's address in SSELOG_TRUSTED"},
    {"session-unknown", "correct SSELOG_COOKIE and SSELOG_SESSION_KEY, which name where the "
                        "application keeps its sessions, or log in again"},
    {"session-signature", "set SSELOG_COOKIE_SECRET_FILE to the application's secret"},
    {"session-not-json", "let the application store sessions as JSON, not as pickle or PHP"},
    {"session-names", "let the application store tenant and role as text, or correct "
                      "SSELOG_TENANT_FIELD and SSELOG_ROLE_FIELD"},
    {"session-malformed", "let SSELOG_COOKIE name the cookie of the session"},
    {"cookies-", "delete the browser's old cookies of this name, of other paths and domains"},
    {"other-scheme", "send the token as Authorization: Bearer TOKEN"},
    {"authorization-malformed", "send the token once, as Authorization: Bearer TOKEN"},
    {"user-malformed", "let the web server or proxy send one name, of at most 128 bytes"},
    {"session-no-user", "correct SSELOG_USER_FIELD, or let the application store the user"},
    {"bearer-unknown", "store the key under SSELOG_BEARER_KEY; hash it without a line end: "
                       "printf %s KEY | sha256sum"},
    {"bearer-", "store JSON such as {\"user_id\":\"ann\"} as the value of the bearer key"},
    {"token-unknown", "make a new exchange token: each opens one stream, within "
                      "SSELOG_TOKEN_TTL"},
    {"token-", "make a new exchange token, by POST /token or `sselog token`"},
    {"jwt-expired", "renew the token; check the clocks of both machines"},
    {"jwt-not-yet", "check the clocks of both machines"},
    {"jwt-signature", "set SSELOG_JWT_KEY_FILE to the key of the issuer"},
    {"jwt-alg", "set SSELOG_JWT_ALG to the algorithm of the issuer"},
    {"jwt-no-iss", "let the issuer set iss, or unset SSELOG_JWT_ISS"},
    {"jwt-iss", "set SSELOG_JWT_ISS to the issuer's iss"},
    {"jwt-no-aud", "let the issuer set aud, or unset SSELOG_JWT_AUD"},
    {"jwt-aud", "set SSELOG_JWT_AUD to one of the issuer's aud"},
    {"jwt-no-exp", "let the issuer set exp, or set SSELOG_JWT_ALLOW_NO_EXP=1"},
    {"jwt-no-user", "set SSELOG_JWT_USER to the claim that names the user"},
    {"jwt-require", "let the issuer set the claim, or correct SSELOG_JWT_REQUIRE"},
    {"jwt-refuse", "use a token that was made for this, or correct SSELOG_JWT_REFUSE"},
    {"jwt-", "let the issuer make a JWT as RFC 7519 has it"},
    {"log-", "correct SSELOG_LOGS, or ask for a log that /logs names"},
    {"forbidden", "let the login have the tenant or role that SSELOG_STREAM names"},
    {"throttled", "wait a minute, and find out who sends wrong credentials"},
    {"unavailable", "`sselog doctor` without a URL checks Redis"},
    {"disabled", "set SSELOG_ENABLED=1"},
};

const char *cure_of_refusal(const char *word)
{
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        if (strncmp(word, refusals[i].word, strlen(refusals[i].word)) == 0)
            return refusals[i].cure;
    return NULL;
}
