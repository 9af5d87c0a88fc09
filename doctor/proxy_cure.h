/* SPDX-License-Identifier: MIT */
/*
 * proxy_cure: proxies between the client and the web server that runs sselog, and the line in each
 * that mends a fault.  The lines are those of docs/proxies.md.  Pure.
 */
#ifndef SSELOG_DOCTOR_PROXY_CURE_H
#define SSELOG_DOCTOR_PROXY_CURE_H

#include <stdbool.h>

#include "doctor/cure.h"

/* The server that answers first. */
enum proxy {
    PROXY_UNKNOWN,
    PROXY_NGINX,
    PROXY_HAPROXY,
    PROXY_APACHE,
    PROXY_LIGHTTPD,
    PROXY_GO, /* Caddy or Traefik */
    PROXY_CDN,
    PROXIES
};

/* Whether it is a proxy. */
enum hop {
    HOP_DIRECT, /* it runs sselog itself */
    HOP_MAYBE,  /* it may do that */
    HOP_PROXY
};

/* The facts about the connection from the client to sselog. */
struct hop_facts {
    enum proxy first;    /* the server that refused a malformed request */
    enum server runs;    /* the server that runs sselog, as well as it is known */
    bool via;            /* an answer has the header Via, which a proxy adds */
    bool detailed;       /* sselog told which one runs it, and its headers */
    bool forwarded;      /* a proxy's headers arrived */
    bool older_protocol; /* the request arrived as HTTP/1.0 */
};

/* Which server answered a malformed request: it did so itself. software: its header Server, or "".
 * body: of its answer. */
enum proxy proxy_of(const char *software, const char *body);
const char *proxy_name(enum proxy proxy);
/* The same program as a proxy. PROXY_UNKNOWN: there is none. */
enum proxy proxy_like(enum server server);
enum hop proxy_hop(const struct hop_facts *f);
/* Constant text: what to put where. NULL: no line of a proxy mends this fault. */
const char *proxy_cure_for(enum fault fault, enum proxy proxy);

#endif
