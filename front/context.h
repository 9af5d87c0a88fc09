/* SPDX-License-Identifier: MIT */
/*
 * context: one request while the front answers it. Owned by one front thread, from the request's
 * arrival until its answer or its viewer is handed on.
 */
#ifndef SSELOG_FRONT_CONTEXT_H
#define SSELOG_FRONT_CONTEXT_H

#include "auth.h"
#include "config/config.h"
#include "front/profile_http.h"
#include "front/throttle.h"
#include "gateway/gateway.h"
#include "gateway/request.h"
#include "identity/identity.h"
#include "redis_io.h"
#include "relay/relay.h"

struct context {
    struct relay *relay;
    struct redis_sync *redis;
    /* Failed credentials by address: of requests in general, and of those that a page of another
     * site may have caused. Both NULL under CGI, where a process sees one request. */
    struct throttle *throttle, *cross_site_throttle;
    bool throttled; /* too many failures from this address: no look-ups for this request */
    const struct config_base *base;
    const struct config *config; /* for this request */
    struct exchange *exchange;
    struct request request;
    const struct profile_http *profile_http; /* of config's profile */
    enum endpoint_kind endpoint;
    struct identity identity;     /* all zero until access_identify sets it */
    enum auth_result auth_result; /* how access_identify ended */
    bool has_match;               /* SSELOG_ROUTE matched: match is set */
    struct route_match match;
    char tenant_uuid[37]; /* a tenant of match in canonical form, where the profile wants UUIDs */
    /* has_since: the cursor is a time. Then since is that time, and until the last id that the log
     * had when the request came. */
    bool has_since;
    double since;
    struct xid until;
    struct buf head, body; /* of the answer */
};

#endif
