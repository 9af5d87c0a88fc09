/* SPDX-License-Identifier: MIT */
/*
 * context: one request on its way through the front; shared by front.c (where it goes), access.c
 * (who may have what), stream.c (the stream) and answer.c (what the answers look like).
 */
#ifndef SSELOG_FRONT_CONTEXT_H
#define SSELOG_FRONT_CONTEXT_H

#include "auth.h"
#include "config/config.h"
#include "front/profile_http.h"
#include "gateway/gateway.h"
#include "redis_io.h"
#include "relay/relay.h"
#include "gateway/request.h"
#include "front/throttle.h"

/* Redis key, with a log's behind it, that lists the log's viewers where a dialect tells of them. */
#define LISTED "sselog:viewers:"

struct context {
    struct relay *relay;
    struct redis_ask *ask;
    struct throttle *throttle; /* NULL: CGI, where a process sees one request */
    struct throttle *foreign;  /* for what pages of other sites ask */
    bool slowed;               /* its address had too many failures: no look-ups */
    const struct config_base *base;
    const struct config *config; /* for this request */
    struct exchange *exchange;
    struct request request;
    const struct profile_http *profile_http; /* of config's profile */
    enum endpoint_kind endpoint;
    struct identity who;
    enum auth_result refused; /* why who is nobody */
    bool has_match;           /* SSELOG_ROUTE matched */
    struct route_match match;
    char canonical[37]; /* for a dialect: a capture in another form */
    bool has_since;     /* the cursor is a time; until: where the log ended when it came */
    double since;
    struct xid until;
    struct buf head, body; /* of the answer */
};

/* ---- access.c ---- */

/* 0: v->who is who it is. -1: answered. */
int access_identify(struct context *v);
/* Whether a page of another site may be behind the request, and not one in SSELOG_CORS. */
bool access_is_cross_site(const struct context *v);
/* Answers 403. */
void access_forbid(struct context *v);
/* 0: viewing is on. -1: answered. */
int access_enabled(struct context *v);
/* The key of the log, or channel, that is asked for. -1: answered. */
int access_key(struct context *v, char key[IDENTITY_MAX_KEY + 1]);
/* What the configuration withholds and what the query asks for. NULL: answered. */
struct filter *access_filter(struct context *v);

/* ---- stream.c ---- */

void serve_stream(struct context *v);

/* ---- answer.c ---- */

/* Begins the answer: status line and the headers every answer has. */
void answer_begin(struct context *v, int status, const char *content_type);
void answer_header(struct context *v, const char *name, const char *value);
/* Headers for a page of another origin, where its origin is allowed. */
void answer_cors(struct context *v);
/* Whether a page of that origin may read our answers. */
bool answer_origin_allowed(const struct context *v, const char *origin);
/* A short JSON answer {"error": why}. */
void answer_error(struct context *v, int status, const char *why);
/* 401, the same whatever was wrong. */
void answer_unauthorized(struct context *v);
/* A refusal in the words of the dialect; false: it has none for this. */
bool answer_refusal(struct context *v, enum refusal why);
/* A trouble that passes: to those who ask for an event stream a 200 that says so and ends, for
 * EventSource gives up for good on any other status; to others status with Retry-After. */
void answer_unavailable(struct context *v, int status, const char *why);
void answer_status(struct context *v);
void answer_metrics(struct context *v);
/* Older records. filter says which may be shown. */
void answer_history(struct context *v, const char *key, const struct filter *filter);
/* Sends what was begun. */
void answer_send(struct context *v);

#endif
