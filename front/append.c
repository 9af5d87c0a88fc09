/* SPDX-License-Identifier: MIT */
/*
 * append: see append.h. A front thread decides all that needs only the head of a request. The body
 * is read, and the records are added, in the lane of those that append.
 */
#include "front/append.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/clock.h"
#include "format/incoming.h"
#include "format/inflate.h"
#include "format/snappy.h"
#include "front/access.h"
#include "front/answer.h"
#include "front/batch_head.h"
#include "front/context.h"
#include "front/holder.h"
#include "front/rate.h"
#include "gateway/bodies.h"
#include "identity/fingerprint.h"
#include "identity/roles.h"
#include "redis/batch.h"

#define KEEP_S  86400 /* for which a batch is remembered */
#define COST    256   /* bytes that a batch costs beside its records: its receipt in Redis */
#define MAX_KEY (IDENTITY_MAX_KEY + RECEIPT_KEY_MORE)

struct append_task {
    struct task task;
    struct batch_head head;
    bool loki;
    char key[IDENTITY_MAX_KEY + 1];
    char receipt[MAX_KEY]; /* "": none */
    struct buf gunzipped, unsnapped;
    struct incoming in;
};

static struct {
    _Atomic uint64_t records, repeated;
} counts;

struct append_counts append_counts(void)
{
    return (struct append_counts){counts.records, counts.repeated};
}

/* ---- answers ---- */

static enum turn refuse(struct context *ctx, enum why why, int status, const char *text)
{
    refusal_set(ctx, why);
    answer_error(ctx, status, text);
    return TURN_DONE;
}

static enum turn refuse_batch(struct context *ctx, int status, const char *text)
{
    return refuse(ctx, status == 413 ? WHY_BATCH_LARGE : WHY_BATCH, status, text);
}

/* The producer may send the batch again. */
static enum turn refuse_starved(struct context *ctx)
{
    return refuse(ctx, WHY_FAILED, 503, "out of memory");
}

/* number: of the record at fault, 0: the body as a whole. */
static enum turn refuse_record(struct context *ctx, int status, size_t number, const char *what)
{
    char text[128];
    if (number == 0)
        snprintf(text, sizeof text, "the body %s", what);
    else
        snprintf(text, sizeof text, "record %zu %s", number, what);
    return refuse_batch(ctx, status, text);
}

static void add_id(struct buf *b, const char *name, const struct receipt *m, struct xid id)
{
    char text[XID_TEXT];
    xid_format(id, text);
    if (m->has_ids)
        buf_addf(b, ",\"%s\":\"%s\"", name, text);
    else
        buf_addf(b, ",\"%s\":null", name);
}

static enum turn answer_added(struct context *ctx, const struct append_task *a,
                              const struct receipt *m, bool repeated)
{
    answer_begin(ctx, a->loki ? 204 : 200, a->loki ? NULL : "application/json");
    if (repeated)
        answer_header(ctx, "Idempotent-Replayed", "true");
    if (!a->loki) {
        buf_addf(&ctx->body, "{\"appended\":%" PRIu64, m->count);
        add_id(&ctx->body, "first", m, m->first);
        add_id(&ctx->body, "last", m, m->last);
        buf_adds(&ctx->body, repeated ? ",\"repeated\":true}" : "}");
    }
    answer_send(ctx);
    return TURN_DONE;
}

/* The producer learns where to go on. */
static enum turn answer_older(struct context *ctx, const struct receipt *m)
{
    refusal_set(ctx, WHY_BATCH_REUSED);
    answer_begin(ctx, 409, "application/json");
    buf_addf(&ctx->body, "{\"error\":\"a later offset came before\",\"offset\":%" PRIu64 "}",
             m->offset);
    answer_send(ctx);
    return TURN_DONE;
}

static enum turn answer_result(struct context *ctx, const struct append_task *a,
                               enum redis_append result, const struct receipt *m)
{
    switch (result) {
    case APPEND_DONE:
        counts.records += m->count;
        return answer_added(ctx, a, m, false);
    case APPEND_REPEATED:
        counts.repeated++;
        return answer_added(ctx, a, m, true);
    case APPEND_OTHER:
        return refuse(ctx, WHY_BATCH_REUSED, 422, "this key or offset was used for another batch");
    case APPEND_OLDER:
        return answer_older(ctx, m);
    case APPEND_DOWN:
        return refuse(ctx, WHY_UNAVAILABLE, 503, "the log cannot be reached now");
    case APPEND_NO_WRITE:
        return refuse(ctx, WHY_UNAVAILABLE, 503, "the log takes no records now");
    case APPEND_FULL:
        return refuse(ctx, WHY_REDIS_FULL, 507, "there is no memory for more records");
    case APPEND_REFUSED:
        return refuse(ctx, WHY_FAILED, 500, "the log cannot be written");
    }
    return TURN_DONE;
}

/* ---- in the lane ---- */

/* Puts the content of *body into out, and *body there. malformed: the text for a body that cannot
 * be read. False: answered. */
static bool unpack(struct context *ctx, enum inflate_result inflate(struct slice, struct buf *),
                   const char *malformed, struct buf *out, struct slice *body)
{
    buf_init(out, bodies_most());
    switch (inflate(*body, out)) {
    case INFLATE_OK:
        *body = buf_slice(out);
        return true;
    case INFLATE_MALFORMED:
        refuse_batch(ctx, 400, malformed);
        return false;
    case INFLATE_LARGE:
        refuse_batch(ctx, 413, "content too large");
        return false;
    case INFLATE_NO_MEMORY:
        break;
    }
    refuse_starved(ctx);
    return false;
}

/* The content of the body. False: answered. */
static bool get_body(struct context *ctx, struct append_task *a, struct slice *body)
{
    gateway_body(ctx->exchange, body);
    if (a->head.gzip &&
        !unpack(ctx, inflate_gzip, "the body is not gzip, or is not complete", &a->gunzipped, body))
        return false;
    return a->head.form != INCOMING_LOKI_PROTOBUF ||
           unpack(ctx, snappy_inflate, "the body is not a block of Snappy, or is not complete",
                  &a->unsnapped, body);
}

/* The text about a malformed record, or about the body. */
static const char *fault_of(const struct append_task *a)
{
    if (a->in.fault)
        return a->in.fault;
    if (a->loki)
        return "is not in Loki's form";
    return a->in.number ? "is not JSON, or is not in UTF-8"
                        : "is not an array or object of JSON in UTF-8";
}

/* False: answered. */
static bool get_records(struct context *ctx, struct append_task *a, struct slice body)
{
    struct incoming *in = &a->in;
    switch (incoming_read(in, a->head.form, body)) {
    case INCOMING_OK:
        return true;
    case INCOMING_MALFORMED:
        refuse_record(ctx, 400, in->number, fault_of(a));
        return false;
    case INCOMING_LONG:
        refuse_record(ctx, 413, in->number, "is longer than 1048576 bytes");
        return false;
    case INCOMING_MANY:
        refuse_batch(ctx, 413, "the batch has too many records: 10000 are the most");
        return false;
    case INCOMING_LARGE:
        refuse_batch(ctx, 413, "the records and their labels are longer than 33554432 bytes");
        return false;
    case INCOMING_NO_MEMORY:
        break;
    }
    refuse_starved(ctx);
    return false;
}

/* Takes the records from the producer's rate. They may be longer than the body, by Loki's labels.
 * False: answered. */
static bool is_within_rate(struct context *ctx, const struct incoming *in)
{
    char name[HOLDER_NAME];
    size_t bytes = COST;
    if (!ctx->rate) /* CGI */
        return true;
    holder_of(ctx, name);
    for (size_t i = 0; i < in->count; i++)
        bytes += in->records[i].len;
    unsigned wait = rate_take(ctx->rate, name, bytes, ctx->config->append_rate, clock_us());
    if (wait == 0)
        return true;
    refusal_set(ctx, WHY_RATE);
    answer_error_after(ctx, 429, "too many records", wait);
    return false;
}

static enum turn add_records(struct context *ctx, struct append_task *a, struct slice body)
{
    const struct config *c = ctx->config;
    struct redis_batch b = {.key = a->key,
                            .maxlen = c->append_maxlen,
                            .field = slice_of(c->field),
                            .values = a->in.records,
                            .n = a->in.count,
                            .event_field = slice_of(c->event_field),
                            .event = slice_of(a->head.event),
                            .keep = KEEP_S};
    struct receipt receipt = {0};
    if (b.n == 0)
        return answer_added(ctx, a, &receipt, false);
    if (a->receipt[0]) {
        b.receipt = a->receipt;
        b.wanted.has_offset = a->head.producer != NULL;
        b.wanted.offset = a->head.offset;
        batch_head_digest(&a->head, body, b.wanted.digest);
    }
    enum redis_append result = redis_sync_append(ctx->redis, &b, &receipt);
    return answer_result(ctx, a, result, &receipt);
}

static enum turn append_turn(struct context *ctx, struct task *t)
{
    struct append_task *a = (struct append_task *)t;
    struct slice body;
    if (redis_sync_pauses(ctx->redis)) /* a batch that is read would only be refused */
        return answer_result(ctx, a, APPEND_DOWN, NULL);
    if (!get_body(ctx, a, &body) || !get_records(ctx, a, body) || !is_within_rate(ctx, &a->in))
        return TURN_DONE;
    return add_records(ctx, a, body);
}

static void append_free(struct task *t)
{
    struct append_task *a = (struct append_task *)t;
    incoming_free(&a->in);
    buf_free(&a->gunzipped);
    buf_free(&a->unsnapped);
    free(a);
}

/* ---- before the lane ---- */

/* 0, or -1: answered. A token is used up by now; it would have been worth one stream. */
static int check_right(struct context *ctx)
{
    if (roles_may_append(ctx->config, &ctx->identity))
        return 0;
    access_forbid(ctx, ctx->identity.method == AUTH_TOKEN ? WHY_APPEND_TOKEN : WHY_APPEND_ROLE);
    return -1;
}

static int refuse_length(struct context *ctx, enum gateway_body state)
{
    if (state == BODY_NO_MEMORY)
        refuse_starved(ctx);
    else
        refuse_batch(ctx, 413, "content too large");
    return -1;
}

/* The body has arrived as a whole. 0, or -1: answered. */
static int check_body(struct context *ctx)
{
    const char *length = request_param(&ctx->request, "CONTENT_LENGTH");
    uint64_t announced = 0;
    struct slice body;
    slice_number(slice_of(length), 0, UINT64_MAX, &announced);
    if (ctx->cgi && !length && request_header(&ctx->request, "Transfer-Encoding", NULL)) {
        refuse_batch(ctx, 411, "the length of the body is needed"); /* RFC 3875, section 4.2 */
        return -1;
    }
    enum gateway_body state = gateway_body(ctx->exchange, &body);
    if (state != BODY_WHOLE)
        return refuse_length(ctx, state);
    if (body.len >= announced)
        return 0;
    refuse_batch(ctx, 400, "the body is not complete");
    return -1;
}

static void name_receipt(const struct context *ctx, struct append_task *a)
{
    char digest[FINGERPRINT + 1];
    if (!a->head.once && !a->head.producer)
        return;
    fingerprint_own(&ctx->identity, a->head.producer ? "producer" : "batch",
                    a->head.producer ? a->head.producer : a->head.once, digest);
    receipt_key(a->key, digest, a->receipt, sizeof a->receipt);
}

/* Takes ownership of nothing: the head's texts belong to the request. */
static void begin(struct context *ctx, const struct batch_head *head, const char *key, bool loki)
{
    struct append_task *a = calloc(1, sizeof *a);
    if (!a) {
        refuse_starved(ctx);
        return;
    }
    a->task = (struct task){append_turn, append_free};
    a->head = *head;
    a->loki = loki;
    snprintf(a->key, sizeof a->key, "%s", key);
    name_receipt(ctx, a);
    ctx->task = &a->task;
    ctx->lane = LANE_APPEND;
}

static void serve(struct context *ctx, bool loki)
{
    char key[IDENTITY_MAX_KEY + 1];
    struct batch_head head;
    if (access_is_cross_site(ctx)) {
        refuse(ctx, WHY_CROSS_SITE, 403, "cross-site request");
        return;
    }
    if (access_enabled(ctx) || access_identify(ctx) || check_right(ctx))
        return;
    if (access_names_log(ctx)) {
        refuse_batch(ctx, 400,
                     "log is for reading: records are appended to the log without a name");
        return;
    }
    if (access_key(ctx, key) || check_body(ctx))
        return;
    const char *wrong = NULL;
    int status = batch_head_read(&ctx->request, loki, &head, &wrong);
    if (status)
        refuse_batch(ctx, status, wrong);
    else
        begin(ctx, &head, key, loki);
}

void serve_append(struct context *ctx)
{
    serve(ctx, false);
}

void serve_loki(struct context *ctx)
{
    serve(ctx, true);
}
