/* SPDX-License-Identifier: MIT */
/* trace: see trace.h. */
#include "relay/trace.h"

#include <stdlib.h>

#include "base/diag.h"
#include "base/fields.h"

struct trace {
    int64_t began; /* ms, CLOCK_MONOTONIC */
    uint64_t records;
    char shown[];
};

/* Writes the line unless too many were written lately. kind: see omit_is_due. */
static void put(struct relay *r, enum diag_level level, uint64_t kind, struct fields *line)
{
    uint64_t repeated, omitted;
    struct omit *omit = level == DIAG_WARNING ? &r->omit_warnings : &r->omit;
    if (!omit_is_due(omit, kind, r->now, &repeated, &omitted))
        return;
    if (repeated)
        fields_number(line, "repeated", repeated);
    if (omitted)
        fields_number(line, "omitted", omitted);
    diag(level, "relay", "%s", line->text);
}

void trace_open(struct viewer *v, const char *shown)
{
    struct fields line = {0};
    size_t size = shown ? strlen(shown) + 1 : 0;
    if (!shown || !(v->trace = malloc(sizeof *v->trace + size)))
        return;
    v->trace->began = v->relay->now;
    v->trace->records = 0;
    memcpy(v->trace->shown, shown, size);
    fields_begin(&line, "event=open");
    fields_words(&line, shown);
    put(v->relay, DIAG_DEBUG, 0, &line);
}

void trace_records(struct viewer *v, size_t n)
{
    if (v->trace)
        v->trace->records += n;
}

void trace_close(struct viewer *v, const char *reason, const char *text)
{
    struct fields line = {0};
    struct trace *t = v->trace;
    if (!t)
        return;
    fields_begin(&line, "event=close");
    fields_number(&line, "records", t->records);
    fields_number(&line, "bytes", v->out.taken + v->out.rest.len);
    fields_number(&line, "seconds", (uint64_t)(v->relay->now - t->began) / 1000);
    fields_add(&line, "reason", reason);
    fields_add(&line, "text", text);
    fields_words(&line, t->shown);
    put(v->relay, DIAG_DEBUG, 0, &line);
    free(t);
    v->trace = NULL;
}

void trace_refusal(struct relay *r, const char *text)
{
    struct fields line = {0};
    if (!text)
        return;
    fields_begin(&line, text);
    put(r, DIAG_INFO, omit_kind(0, text), &line);
}

void trace_channel(struct relay *r, const char *key)
{
    struct fields line = {0};
    fields_begin(&line, "event=fail");
    fields_add(&line, "key", key);
    fields_add(&line, "text", "Redis refuses the channel");
    put(r, DIAG_WARNING, omit_kind(omit_kind(0, "channel"), key), &line);
}
