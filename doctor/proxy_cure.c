/* SPDX-License-Identifier: MIT */
/* proxy_cure: see proxy_cure.h. */
#include "doctor/proxy_cure.h"

#include <stddef.h>
#include <string.h>

/* How a name or, without one, a body begins. The first row that is found counts. */
static const struct {
    const char *software, *body;
    enum proxy proxy;
} marks[] = {
    {"cloudflare", "", PROXY_CDN},
    {"CloudFront", "", PROXY_CDN},
    {"AkamaiGHost", "", PROXY_CDN},
    {"Varnish", "", PROXY_CDN},
    {"nginx", "", PROXY_NGINX},
    {"Apache", "", PROXY_APACHE},
    {"lighttpd", "", PROXY_LIGHTTPD},
    {"", "<html><body><h1>400 Bad request</h1>\nYour browser sent", PROXY_HAPROXY},
    {"", "400 Bad Request", PROXY_GO},
};

static bool begins(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

enum proxy proxy_of(const char *software, const char *body)
{
    size_t i = 0, n = sizeof marks / sizeof *marks;
    if (software[0])
        body = "";
    while (i < n && (!begins(software, marks[i].software) || !begins(body, marks[i].body)))
        i++;
    return i < n ? marks[i].proxy : PROXY_UNKNOWN;
}

const char *proxy_name(enum proxy proxy)
{
    static const char *const names[PROXIES] = {
        [PROXY_UNKNOWN] = "a proxy", [PROXY_NGINX] = "nginx",       [PROXY_HAPROXY] = "haproxy",
        [PROXY_APACHE] = "Apache",   [PROXY_LIGHTTPD] = "lighttpd", [PROXY_GO] = "Caddy or Traefik",
        [PROXY_CDN] = "a CDN",
    };
    return names[proxy];
}

enum proxy proxy_like(enum server server)
{
    switch (server) {
    case SERVER_NGINX:
        return PROXY_NGINX;
    case SERVER_LIGHTTPD:
    case SERVER_LIGHTTPD_CGI:
        return PROXY_LIGHTTPD;
    case SERVER_APACHE:
    case SERVER_FCGID:
    case SERVER_PROXY_FCGI:
    case SERVER_APACHE_CGI:
        return PROXY_APACHE;
    default:
        return PROXY_UNKNOWN;
    }
}

enum hop proxy_hop(const struct hop_facts *f)
{
    bool known = f->first != PROXY_UNKNOWN;
    if (f->via || (f->detailed && (f->forwarded || f->older_protocol)))
        return HOP_PROXY;
    if (known && f->first != proxy_like(f->runs))
        return HOP_PROXY;
    return f->detailed ? HOP_DIRECT : known ? HOP_MAYBE : HOP_DIRECT;
}

#define IN_THE_PAGE " (docs/proxies.md has it)"
#define IN_NGINX    " into the location of proxy_pass in nginx" IN_THE_PAGE
#define IN_HAPROXY  " into haproxy.cfg" IN_THE_PAGE
#define IN_APACHE   " into Apache's configuration" IN_THE_PAGE
#define IN_LIGHTTPD " into lighttpd.conf" IN_THE_PAGE
#define OR_POLL     "; where that cannot be, set SSELOG_HOLD=0: then no answer is held"
#define NO_SECOND   "let only sselog set Access-Control headers"

/* The lines, by fault. PROXY_UNKNOWN counts where a proxy has no line of its own. */
static const struct {
    enum fault fault;
    enum proxy proxy;
    const char *line;
} cures[] = {
    {FAULT_BUFFERED, PROXY_UNKNOWN, "turn the buffering of responses off" OR_POLL},
    {FAULT_BUFFERED, PROXY_NGINX,
     "put \"proxy_buffering off;\" and \"proxy_http_version 1.1;\"" IN_NGINX},
    {FAULT_BUFFERED, PROXY_HAPROXY, "remove http-response wait-for-body from haproxy.cfg"},
    {FAULT_BUFFERED, PROXY_LIGHTTPD, "put \"server.stream-response-body = 2\"" IN_LIGHTTPD},
    {FAULT_BUFFERED, PROXY_GO, "remove the middleware that buffers, or set flush_interval -1"},
    {FAULT_BUFFERED, PROXY_CDN, "let it pass this path without buffering or changes" OR_POLL},
    {FAULT_UNAVAILABLE, PROXY_UNKNOWN, "start the web server behind it, or correct its address"},
    {FAULT_UNAVAILABLE, PROXY_NGINX, "start the web server that proxy_pass names"},
    {FAULT_UNAVAILABLE, PROXY_HAPROXY,
     "start the web server that haproxy.cfg names; let its check ask for what needs no login: put "
     "\"option httpchk GET /sselog/livez\"" IN_HAPROXY},
    {FAULT_UNAVAILABLE, PROXY_APACHE, "start the web server that ProxyPass names"},
    {FAULT_UNAVAILABLE, PROXY_LIGHTTPD, "start the web server that proxy.server names"},
    {FAULT_BAD_REQUEST, PROXY_UNKNOWN,
     "let it send the PROXY protocol only if the web server expects it"},
    {FAULT_BAD_REQUEST, PROXY_HAPROXY,
     "remove send-proxy, or let the web server expect the PROXY protocol"},
    {FAULT_FORGED_ADDRESS, PROXY_UNKNOWN, "let it overwrite X-Forwarded-For"},
    {FAULT_FORGED_ADDRESS, PROXY_NGINX,
     "put \"proxy_set_header X-Forwarded-For $remote_addr;\"" IN_NGINX},
    {FAULT_FORGED_ADDRESS, PROXY_HAPROXY,
     "put \"http-request del-header X-Forwarded-For\" and \"option forwardfor\"" IN_HAPROXY},
    {FAULT_FORGED_ADDRESS, PROXY_APACHE,
     "put \"RequestHeader unset X-Forwarded-For early\"" IN_APACHE},
    {FAULT_NO_AUTHORIZATION, PROXY_UNKNOWN, "let it pass the header Authorization on"},
    {FAULT_NO_AUTHORIZATION, PROXY_NGINX,
     "remove the line proxy_set_header Authorization from the location of proxy_pass"},
    {FAULT_NO_AUTHORIZATION, PROXY_HAPROXY,
     "remove the line http-request del-header Authorization from haproxy.cfg"},
    {FAULT_NO_AUTHORIZATION, PROXY_APACHE,
     "remove the line RequestHeader unset Authorization from Apache's configuration"},
    {FAULT_CUT, PROXY_UNKNOWN, "let its time-out of silence be longer than SSELOG_KEEPALIVE"},
    {FAULT_CUT, PROXY_NGINX, "put \"proxy_read_timeout 120s;\"" IN_NGINX},
    {FAULT_CUT, PROXY_HAPROXY, "put \"timeout server 120s\"" IN_HAPROXY},
    {FAULT_CUT, PROXY_APACHE, "put \"timeout=120\" behind ProxyPass" IN_APACHE},
    {FAULT_CUT, PROXY_LIGHTTPD, "put \"read-timeout\" => 120 into proxy.server" IN_LIGHTTPD},
    {FAULT_COMPRESSED, PROXY_UNKNOWN, "let it compress no text/event-stream"},
    {FAULT_COMPRESSED, PROXY_NGINX, "put \"gzip off;\"" IN_NGINX},
    {FAULT_COMPRESSED, PROXY_HAPROXY,
     "leave text/event-stream out of `compression type`, and let Cache-Control: no-transform pass"},
    {FAULT_COMPRESSED, PROXY_APACHE,
     "put \"SetEnv no-gzip 1\" and \"SetEnv no-brotli 1\"" IN_APACHE},
    {FAULT_COMPRESSED, PROXY_LIGHTTPD, "leave text/event-stream out of deflate.mimetypes"},
    {FAULT_CACHE, PROXY_UNKNOWN, "remove the line that changes Cache-Control"},
    {FAULT_PREFLIGHT, PROXY_UNKNOWN, "let OPTIONS pass without a password"},
    {FAULT_PREFLIGHT, PROXY_NGINX, "put auth_basic into \"limit_except OPTIONS\"" IN_NGINX},
    {FAULT_PREFLIGHT, PROXY_HAPROXY,
     "put \"unless { method OPTIONS }\" behind http-request auth" IN_THE_PAGE},
    {FAULT_PREFLIGHT, PROXY_APACHE,
     "put \"Require method OPTIONS\" beside \"Require valid-user\"" IN_THE_PAGE},
    {FAULT_PREFLIGHT, PROXY_LIGHTTPD,
     "put auth.require into \"$HTTP[\"request-method\"] != \"OPTIONS\"\"" IN_THE_PAGE},
    {FAULT_TWO_ORIGINS, PROXY_UNKNOWN, NO_SECOND},
    {FAULT_TWO_ORIGINS, PROXY_NGINX, NO_SECOND ": remove add_header Access-Control-Allow-Origin"},
    {FAULT_TWO_ORIGINS, PROXY_HAPROXY,
     NO_SECOND ": remove http-response add-header Access-Control-Allow-Origin"},
    {FAULT_TWO_ORIGINS, PROXY_APACHE, NO_SECOND ": remove Header add Access-Control-Allow-Origin"},
    {FAULT_NO_ADDRESS, PROXY_UNKNOWN, "let it send X-Forwarded-For"},
    {FAULT_NO_ADDRESS, PROXY_NGINX,
     "put \"proxy_set_header X-Forwarded-For $remote_addr;\"" IN_NGINX},
    {FAULT_NO_ADDRESS, PROXY_HAPROXY, "put \"option forwardfor\"" IN_HAPROXY},
    {FAULT_NO_ADDRESS, PROXY_APACHE, "remove the line ProxyAddHeaders Off"},
    {FAULT_NO_ADDRESS, PROXY_LIGHTTPD, "put proxy.forwarded = (\"for\" => 1)" IN_LIGHTTPD},
};

static const char *line_of(enum fault fault, enum proxy proxy)
{
    size_t i = 0, n = sizeof cures / sizeof *cures;
    while (i < n && (cures[i].fault != fault || cures[i].proxy != proxy))
        i++;
    return i < n ? cures[i].line : NULL;
}

const char *proxy_cure_for(enum fault fault, enum proxy proxy)
{
    const char *own = line_of(fault, proxy);
    return own ? own : line_of(fault, PROXY_UNKNOWN);
}
