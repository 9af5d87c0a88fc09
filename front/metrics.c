/* SPDX-License-Identifier: MIT */
/* metrics: see metrics.h. */
#include "front/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/process.h"
#include "front/answer.h"
#include "front/append.h"
#include "front/context.h"
#include "front/exposition.h"
#include "front/figures.h"
#include "front/scans.h"
#include "gateway/fcgi_reader.h"

#define PREFIX "sselog_"

struct row {
    const char *name;
    enum exposition_kind kind;
    const char *help;
    uint64_t value;
};

#define ROWS 26

/* Every row is read once, so the figures of one answer are of about the same moment. */
static void read_rows(const struct context *ctx, struct row rows[ROWS])
{
    const struct relay_stats *s = relay_stats(ctx->relay);
    const struct config *c = ctx->start;
    const struct row now[ROWS] = {
        {"viewers", GAUGE, "Open event streams.", s->viewers},
        {"viewers_max", GAUGE, "Seats of the process, SSELOG_MAX_VIEWERS.", c->max_viewers},
        {"seats", GAUGE, "Seats that are taken, by streams and by requests that wait.",
         relay_seats(ctx->relay)},
        {"behind", GAUGE, "Logs of open event streams that have not met its tip.", s->behind},
        {"logs", GAUGE, "Logs followed.", s->logs},
        {"accepted", COUNTER, "Event streams ever opened.", s->accepted},
        {"polls", COUNTER, "Event streams answered complete.", s->polls},
        {"records", COUNTER, "Records read from logs as they came.", s->records},
        {"deliveries", COUNTER, "Records handed to viewers.", s->deliveries},
        {"writes", COUNTER, "Writes of event stream to viewers.", s->writes},
        {"sent_bytes", COUNTER, "Bytes of event stream handed to viewers.", s->bytes},
        {"gzip_content_bytes", COUNTER, "Bytes of compressed streams, before compression.",
         s->gzip_content},
        {"gzip_sent_bytes", COUNTER, "Bytes of compressed streams as sent.", s->gzip_sent},
        {"gzip_deflated_bytes", COUNTER, "Bytes that were compressed, once for all viewers.",
         s->gzip_deflated},
        {"gaps", COUNTER, "Gaps told to viewers.", s->gaps},
        {"keepalives", COUNTER, "Keepalives sent.", s->keepalives},
        {"held_bytes", GAUGE, "Bytes held for peers that have not taken them.",
         relay_held(ctx->relay)},
        {"held_max_bytes", GAUGE, "Bytes that may be held, SSELOG_MAX_MEMORY.", c->max_memory},
        {"cut_off", COUNTER, "Peers cut off because they took nothing.", s->cut_off},
        {"log_lines_dropped", COUNTER, "Lines of the log that nobody took in time.",
         diag_dropped()},
        {"redis_outages", COUNTER, "Times Redis went away.", s->outages},
        {"appended_records", COUNTER, "Records added to logs by /append.", append_counts().records},
        {"repeated_batches", COUNTER, "Batches of /append that had been added before.",
         append_counts().repeated},
        {"searches", GAUGE, "Searches under way.", scans_figures(ctx->scans).open},
        {"searched_records", COUNTER, "Records that searches looked at.",
         scans_figures(ctx->scans).records},
        {"redis_up", GAUGE, "Whether Redis is connected.", s->redis_up},
    };
    memcpy(rows, now, sizeof now);
}

/* ---- refusals and requests ---- */

/* Requests that were refused before they were complete have these causes. */
static const enum why incomplete[REFUSAL_COUNT] = {
    [REFUSAL_PARAMS] = WHY_BAD_REQUEST,    [REFUSAL_BODY] = WHY_BATCH_LARGE,
    [REFUSAL_BODIES] = WHY_MEMORY,         [REFUSAL_MEMORY] = WHY_MEMORY,
    [REFUSAL_LATE] = WHY_BAD_REQUEST,      [REFUSAL_MANY] = WHY_BUSY,
    [REFUSAL_MALFORMED] = WHY_BAD_REQUEST,
};

/* Refusals with a cause, by code. A viewer that waited for a seat without success is refused by the
 * relay. */
static void count_refused(const struct context *ctx, enum why why, uint64_t n[FIGURES_NCODES])
{
    for (int i = 0; i < FIGURES_NCODES; i++)
        n[i] = ctx->figures ? ctx->figures->refused[why][i] : 0;
    for (enum seat_result r = SEAT_TAKEN + 1; r < SEAT_RESULTS; r++)
        if (refusal_of_seat(r) == why)
            n[figures_code(refusal_seat_status(r))] += relay_stats(ctx->relay)->unseated[r];
    for (enum fcgi_reader_refusal r = 0; r < REFUSAL_COUNT; r++)
        if (incomplete[r] == why)
            n[figures_code(fcgi_reader_status(r))] += fcgi_reader_refused(r);
}

/* Answers of an endpoint with a status from class * 100 on. */
static uint64_t requests(const struct context *ctx, int endpoint, int class)
{
    const struct relay_stats *s = relay_stats(ctx->relay);
    uint64_t n = ctx->figures ? ctx->figures->requests[endpoint][class - 2] : 0;
    for (enum fcgi_reader_refusal r = 0; r < REFUSAL_COUNT && endpoint == ENDPOINTS; r++)
        if (fcgi_reader_status(r) / 100 == class)
            n += fcgi_reader_refused(r);
    if (endpoint != ENDPOINT_STREAM)
        return n;
    for (int i = SEAT_TAKEN + 1; i < SEAT_RESULTS; i++)
        if (refusal_seat_status((enum seat_result)i) / 100 == class)
            n += s->unseated[i];
    return class == 2 ? n + s->accepted : n;
}

static void add_requests(const struct context *ctx, struct exposition *e)
{
    static const char *const names[ENDPOINTS + 1] = {
        [ENDPOINT_STREAM] = "stream",   [ENDPOINT_HISTORY] = "history",
        [ENDPOINT_TOKEN] = "token",     [ENDPOINT_STATUS] = "status",
        [ENDPOINT_METRICS] = "metrics", [ENDPOINT_HEALTHZ] = "healthz",
        [ENDPOINT_LIVEZ] = "livez",     [ENDPOINT_APPEND] = "append",
        [ENDPOINT_LOKI] = "loki",       [ENDPOINT_VOLUME] = "volume",
        [ENDPOINT_EXPORT] = "export",   [ENDPOINT_SEARCH] = "search",
        [ENDPOINT_LOGS] = "logs",       [ENDPOINTS] = "none"};
    char labels[64];
    exposition_begin(e, PREFIX, "requests", COUNTER,
                     "Requests answered, by endpoint and class of the status.");
    for (int i = 0; i <= ENDPOINTS; i++) {
        for (int class = 2; class < 2 + FIGURES_CLASSES; class ++) {
            snprintf(labels, sizeof labels, "endpoint=\"%s\",code=\"%dxx\"", names[i], class);
            exposition_sample(e, labels, requests(ctx, i, class));
        }
    }
}

/* A counter that appears with its first event shows no increase, so each cause is there from the
 * start with its usual status. */
static void add_refusals(const struct context *ctx, struct exposition *e)
{
    char labels[96], code[12];
    exposition_begin(e, PREFIX, "refused", COUNTER, "Requests refused, by status and cause.");
    for (enum why why = WHY_OK + 1; why < WHY_COUNT; why++) {
        uint64_t n[FIGURES_NCODES];
        count_refused(ctx, why, n);
        for (int i = 0; i < FIGURES_NCODES; i++) {
            if (n[i] == 0 && figures_codes[i] != why_status(why))
                continue;
            snprintf(code, sizeof code, figures_codes[i] ? "%d" : "other", figures_codes[i]);
            snprintf(labels, sizeof labels, "code=\"%s\",reason=\"%s\"", code, why_word(why));
            exposition_sample(e, labels, n[i]);
        }
    }
}

/* ---- /metrics ---- */

static void add_process(struct exposition *e)
{
    struct process_figures p;
    process_read(&p);
    exposition_begin(e, "process_", "start_time_seconds", GAUGE,
                     "When the process started, Unix time.");
    exposition_seconds(e, "", (uint64_t)p.started_ms * 1000);
    exposition_begin(e, "process_", "cpu_seconds", COUNTER, "Processor time of all threads.");
    exposition_seconds(e, "", (uint64_t)p.cpu_us);
    if (p.known) {
        exposition_begin(e, "process_", "resident_memory_bytes", GAUGE, "Memory in use.");
        exposition_sample(e, "", p.resident);
        exposition_begin(e, "process_", "open_fds", GAUGE, "Open descriptors.");
        exposition_sample(e, "", p.open_fds);
    }
    if (p.max_fds > 0) {
        exposition_begin(e, "process_", "max_fds", GAUGE, "Descriptors that may be open.");
        exposition_sample(e, "", p.max_fds);
    }
}

static void add_redis(struct exposition *e)
{
    const struct redis_figures *f = redis_figures();
    exposition_begin(e, PREFIX, "redis_connects", COUNTER,
                     "Connections made to Redis, by what they are for.");
    exposition_sample(e, "connection=\"feed\"", f->feed_connects);
    exposition_sample(e, "connection=\"lookup\"", f->lookup_connects);
    exposition_begin(e, PREFIX, "lookup_seconds", HISTOGRAM,
                     "Calls of Redis for which a request waited.");
    exposition_histogram(e, &f->lookups);
    exposition_begin(e, PREFIX, "redis_round_trip_seconds", HISTOGRAM,
                     "Commands of the relay, from sending to the answer; a sample of them.");
    exposition_histogram(e, &f->round_trips);
}

void metrics_answer(struct context *ctx)
{
    struct row rows[ROWS];
    char pid[NUMBER_DIGITS + 1];
    struct exposition e = {.out = &ctx->body, .pid = pid};
    pid[number_format((uint64_t)getpid(), pid)] = '\0';
    answer_begin(ctx, 200, EXPOSITION_TYPE);
    exposition_begin(&e, PREFIX, "build_info", GAUGE, "The version that runs; always 1.");
    exposition_sample(&e, "version=\"" SSELOG_VERSION "\"", 1);
    read_rows(ctx, rows);
    for (const struct row *r = rows; r < rows + ROWS; r++) {
        exposition_begin(&e, PREFIX, r->name, r->kind, r->help);
        exposition_sample(&e, "", r->value);
    }
    exposition_begin(&e, PREFIX, "relay_turn_seconds", GAUGE,
                     "How long the present turn of the relay has lasted.");
    exposition_seconds(&e, "", (uint64_t)relay_turn_ms(ctx->relay) * 1000);
    add_requests(ctx, &e);
    add_refusals(ctx, &e);
    add_redis(&e);
    add_process(&e);
    answer_send(ctx);
}

/* ---- /status ---- */

static void add_json_process(struct buf *b)
{
    struct process_figures p;
    process_read(&p);
    buf_addf(b, "\"pid\":%u,\"start_time\":%.3f,\"cpu_seconds\":%.3f", (unsigned)getpid(),
             (double)p.started_ms / 1e3, (double)p.cpu_us / 1e6);
    if (p.known)
        buf_addf(b, ",\"resident_memory_bytes\":%" PRIu64 ",\"open_fds\":%" PRIu64, p.resident,
                 p.open_fds);
    if (p.max_fds > 0)
        buf_addf(b, ",\"max_fds\":%" PRIu64, p.max_fds);
}

/* The causes that occurred. */
static void add_json_refusals(const struct context *ctx, struct buf *b)
{
    const char *comma = "";
    buf_adds(b, "\"refused\":{");
    for (enum why why = WHY_OK + 1; why < WHY_COUNT; why++) {
        uint64_t n[FIGURES_NCODES], sum = 0;
        count_refused(ctx, why, n);
        for (int i = 0; i < FIGURES_NCODES; i++)
            sum += n[i];
        if (sum > 0)
            buf_addf(b, "%s\"%s\":%" PRIu64, comma, why_word(why), sum);
        comma = sum > 0 ? "," : comma;
    }
    buf_addc(b, '}');
}

void metrics_status(struct context *ctx)
{
    struct row rows[ROWS];
    struct buf *b = &ctx->body;
    answer_begin(ctx, 200, "application/json");
    read_rows(ctx, rows);
    buf_addc(b, '{');
    for (const struct row *r = rows; r < rows + ROWS; r++) {
        if (strcmp(r->name, "redis_up") == 0)
            buf_addf(b, "\"redis_up\":%s,", r->value ? "true" : "false");
        else
            buf_addf(b, "\"%s\":%" PRIu64 ",", r->name, r->value);
    }
    add_json_refusals(ctx, b);
    buf_adds(b, ",\"version\":\"" SSELOG_VERSION "\",");
    add_json_process(b);
    buf_adds(b, "}\n");
    answer_send(ctx);
}
