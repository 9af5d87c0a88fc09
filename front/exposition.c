/* SPDX-License-Identifier: MIT */
/* exposition: see exposition.h. */
#include "front/exposition.h"

#include <inttypes.h>
#include <stdio.h>

void exposition_begin(struct exposition *e, const char *prefix, const char *name,
                      enum exposition_kind kind, const char *help)
{
    static const char *const types[] = {"gauge", "counter", "histogram"};
    const char *total = kind == COUNTER ? "_total" : "";
    e->prefix = prefix;
    e->name = name;
    e->kind = kind;
    buf_addf(e->out, "# HELP %s%s%s %s\n# TYPE %s%s%s %s\n", prefix, name, total, help, prefix,
             name, total, types[kind]);
}

/* The name with the end, and the labels. */
static void begin_sample(struct exposition *e, const char *end, const char *labels)
{
    const char *const parts[] = {
        e->prefix, e->name, end, "{pid=\"", e->pid, "\"", labels[0] ? "," : "", labels, "} "};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        buf_adds(e->out, parts[i]);
}

static const char *end_of(const struct exposition *e)
{
    return e->kind == COUNTER ? "_total" : "";
}

static void add_number(struct exposition *e, uint64_t number)
{
    char digits[NUMBER_DIGITS];
    buf_add(e->out, digits, number_format(number, digits));
    buf_addc(e->out, '\n');
}

static void add_seconds(struct exposition *e, uint64_t us)
{
    buf_addf(e->out, "%" PRIu64 ".%06u\n", us / 1000000, (unsigned)(us % 1000000));
}

void exposition_sample(struct exposition *e, const char *labels, uint64_t value)
{
    begin_sample(e, end_of(e), labels);
    add_number(e, value);
}

void exposition_seconds(struct exposition *e, const char *labels, uint64_t us)
{
    begin_sample(e, end_of(e), labels);
    add_seconds(e, us);
}

/* The count is the sum of what was read here, so it fits the buckets while others count. */
void exposition_histogram(struct exposition *e, const struct histogram *h)
{
    uint64_t count = 0;
    char label[32];
    for (int i = 0; i <= HISTOGRAM_BOUNDS; i++) {
        count += h->counts[i];
        if (i < HISTOGRAM_BOUNDS)
            snprintf(label, sizeof label, "le=\"%g\"", histogram_bounds[i] / 1e6);
        else
            snprintf(label, sizeof label, "le=\"+Inf\"");
        begin_sample(e, "_bucket", label);
        add_number(e, count);
    }
    begin_sample(e, "_sum", "");
    add_seconds(e, h->sum);
    begin_sample(e, "_count", "");
    add_number(e, count);
}
