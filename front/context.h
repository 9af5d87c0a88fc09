/* SPDX-License-Identifier: MIT */
/*
 * context: one request while the front answers it. Owned by one thread, from the request's arrival
 * until its answer or its viewer is handed on. An endpoint that takes long answers nothing and sets
 * task: then the context waits in the lane, and the lane's thread owns it.
 */
#ifndef SSELOG_FRONT_CONTEXT_H
#define SSELOG_FRONT_CONTEXT_H

#include "auth.h"
#include "config/config.h"
#include "front/lane.h"
#include "front/parked.h"
#include "front/profile_http.h"
#include "front/refusal.h"
#include "front/throttle.h"
#include "gateway/gateway.h"
#include "gateway/request.h"
#include "identity/identity.h"
#include "redis_io.h"
#include "relay/relay.h"

#define TASK_SLICE_MS 50 /* of one turn, about */

/* The end of a turn. */
enum turn {
    TURN_AGAIN, /* it needs another one */
    TURN_DONE,  /* the request is answered */
    TURN_PARK   /* the request waits, as context.parking says; then it has another turn */
};

/* Work of a request that takes long. It is the first member of what the work needs. */
struct task {
    /* Works for one turn. */
    enum turn (*turn)(struct context *ctx, struct task *t);
    void (*free)(struct task *t);
};

/* Which thread does the work: requests of one kind never wait behind those of another. */
enum task_lane { LANE_HISTORY, LANE_APPEND, LANE_SEARCH, LANES };

struct rate;

struct context {
    struct relay *relay;
    struct redis_sync *redis;
    /* Failed credentials by address: of requests in general, and of those that a page of another
     * site may have caused. Both NULL under CGI, where a process sees one request. */
    struct throttle *throttle, *cross_site_throttle;
    bool throttled;                 /* the credential is wrong, as too many before it */
    struct rate *rate;              /* of what is appended; NULL under CGI */
    struct refusals *refusals;      /* for front/refusal.c; NULL under CGI */
    struct figures *figures;        /* of the process; NULL under CGI */
    struct scans *scans;            /* searches of the process; NULL under CGI */
    const struct config_base *base; /* held: of the time when the request came */
    const struct config *start;     /* of the process: has the options that a reload leaves alone */
    const char *started;            /* how the process was started: see front_started_as */
    const struct config *config;    /* for this request */
    struct exchange *exchange;
    bool cgi;     /* the process serves this request only */
    int64_t came; /* us, CLOCK_MONOTONIC; as CGI, when the process started */
    int64_t cpu;  /* processor time that the process had taken then, us */
    struct request request;
    const struct profile_http *profile_http; /* of config's profile */
    enum endpoint_kind endpoint;             /* ENDPOINTS until one is found */
    struct identity identity;                /* all zero until access_identify sets it */
    enum auth_result auth_result;            /* how access_identify ended */
    struct cause refusal; /* of the identity, then of what is refused; see refusal.h */
    bool refused;         /* refusal_set was called */
    int status;           /* of the answer */
    bool has_match;       /* SSELOG_ROUTE matched: match is set */
    struct route_match match;
    char tenant_uuid[37]; /* a tenant of match in canonical form, where the profile wants UUIDs */
    /* has_since: the cursor is a time. Then since is that time, and until the last id that the log
     * had when the request came. */
    bool has_since;
    double since;
    struct xid until;
    struct buf head, body; /* of the answer */
    struct task *task;     /* NULL: the endpoint has answered */
    enum task_lane lane;   /* of task */
    bool flows;            /* the answer is sent in pieces, and its head was: see outflow.h */
    int64_t piece;         /* the same: when its last piece was taken, CLOCK_MONOTONIC ms */
    struct lane_job job;   /* with task: the place in the lane */
    struct parking parking;
    struct buf *keep; /* the answer goes here, to be sent later; NULL: it is sent */
};

/* Begins to answer x. Takes ownership of x and of a reference to base; both are given up if there
 * is no memory, and the result is NULL. cgi: the process serves this request only. The caller sets
 * what the front shares among requests. */
struct context *context_new(struct exchange *x, const struct config_base *base, bool cgi);
/* Ends the request, frees ctx and releases its config. The relay gets the part of the answer that
 * the peer did not take yet: no thread of the front waits for a slow peer. */
void context_free(struct context *ctx);

#endif
