/* SPDX-License-Identifier: MIT */
/* tally: see tally.h. */
#include "front/tally.h"

#include <stdlib.h>
#include <string.h>

struct tally_axis tally_axis(uint64_t from, uint64_t to, unsigned wanted)
{
    struct tally_axis a = {from, to, 0, 0};
    if (from >= to)
        return a;
    uint64_t span = to - from;
    a.width = (span - 1) / wanted + 1;
    a.count = (unsigned)((span - 1) / a.width + 1);
    return a;
}

int tally_init(struct tally *t, const struct tally_axis *axis)
{
    *t = (struct tally){.axis = *axis, .cells = 1};
    t->rows = calloc(axis->count + 1, sizeof *t->rows);
    return t->rows ? 0 : -1;
}

void tally_free(struct tally *t)
{
    free(t->rows);
}

void tally_sample(struct tally *t, unsigned cells)
{
    t->cells = cells < t->axis.width ? cells : (unsigned)t->axis.width;
    t->counted = t->estimated = 0;
    memset(t->rows, 0, t->axis.count * sizeof *t->rows);
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

bool tally_cell(const struct tally *t, unsigned n, struct tally_cell *c)
{
    const struct tally_axis *a = &t->axis;
    if (n / t->cells >= a->count)
        return false;
    uint64_t step = (a->width - 1) / t->cells + 1, offset = n % t->cells * step;
    uint64_t bucket = a->from + n / t->cells * a->width;
    uint64_t end = least(a->width, a->to - bucket);
    c->from = bucket + least(offset, end);
    c->to = c->from + least(step, bucket + end - c->from); /* offset + step may be 2^64 */
    return true;
}

bool tally_has(const struct tally *t, uint64_t ms)
{
    return ms >= t->axis.from && ms < t->axis.to;
}

static struct tally_row *row_at(struct tally *t, uint64_t ms)
{
    return &t->rows[(ms - t->axis.from) / t->axis.width];
}

void tally_count(struct tally *t, uint64_t ms, unsigned level, bool shown)
{
    t->counted++;
    if (shown)
        row_at(t, ms)->counted[level]++;
}

void tally_add(struct tally *t, const struct tally_cell *c, unsigned entries, uint64_t oldest,
               const unsigned shown[LEVEL_CLASSES], bool all)
{
    if (entries == 0)
        return;
    struct tally_row *row = row_at(t, c->from);
    double factor = all ? 1 : (double)(c->to - c->from) / (double)(c->to - oldest);
    double *counts = all ? row->counted : row->estimated;
    *(all ? &t->counted : &t->estimated) += entries * factor;
    for (unsigned i = 0; i < LEVEL_CLASSES; i++)
        counts[i] += shown[i] * factor;
}

void tally_bound(struct tally *t, uint64_t entries, bool all)
{
    double room = (double)entries > t->counted ? (double)entries - t->counted : 0;
    if (t->estimated == 0 || (!all && room >= t->estimated))
        return;
    double factor = room / t->estimated;
    t->estimated = room;
    for (unsigned i = 0; i < t->axis.count; i++)
        for (unsigned k = 0; k < LEVEL_CLASSES; k++)
            t->rows[i].estimated[k] *= factor;
}

static uint64_t number_of(const struct tally_row *r, unsigned level)
{
    return (uint64_t)(r->counted[level] + r->estimated[level] + 0.5);
}

static void write_row(const struct tally_row *r, struct buf *b, bool by_level)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < LEVEL_CLASSES; i++) {
        if (by_level)
            buf_addf(b, "%s%llu", i > 0 ? "," : "[", (unsigned long long)number_of(r, i));
        sum += number_of(r, i);
    }
    if (by_level)
        buf_addc(b, ']');
    else
        buf_addf(b, "%llu", (unsigned long long)sum);
}

void tally_write(const struct tally *t, struct buf *b, bool by_level)
{
    for (unsigned i = 0; by_level && i < LEVEL_CLASSES; i++)
        buf_addf(b, "%s\"%s\"", i > 0 ? "," : "\"levels\":[", level_classes[i]);
    buf_adds(b, by_level ? "],\"buckets\":[" : "\"buckets\":[");
    for (unsigned i = 0; i < t->axis.count; i++) {
        buf_adds(b, i > 0 ? "," : "");
        write_row(&t->rows[i], b, by_level);
    }
    buf_addc(b, ']');
}
