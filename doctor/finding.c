/* SPDX-License-Identifier: MIT */
/* finding: see finding.h. */
#include "doctor/finding.h"

#include <stdarg.h>

#include "format/pyjson.h"

#define MAX_LINE 8192
#define LONG_MS  2000 /* shorter waits are not told */

static const char *const state_names[FINDING_STATES] = {
    [FINDING_OK] = "OK", [FINDING_NOTE] = "NOTE", [FINDING_WARN] = "WARN", [FINDING_FAIL] = "FAIL"};

/* Bytes that are not printable ASCII could end the line or change the terminal. */
static void add_escaped(struct buf *out, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 0x20 || c > 0x7e)
            buf_addf(out, "\\x%02x", c);
        else
            buf_addc(out, *text);
    }
}

static void add_member(struct buf *out, const char *before, const char *text)
{
    buf_adds(out, before);
    pyjson_string(out, slice_of(text), PYJSON_ASCII);
}

static void format_json(const struct finding *f, struct buf *out)
{
    add_member(out, "{\"state\":", state_names[f->state]);
    add_member(out, ",\"id\":", f->check.id);
    add_member(out, ",\"name\":", f->check.name);
    add_member(out, ",\"evidence\":", f->evidence);
    if (f->cure)
        add_member(out, ",\"cure\":", f->cure);
    buf_adds(out, "}\n");
}

void finding_format(const struct finding *f, bool json, struct buf *out)
{
    if (json) {
        format_json(f, out);
        return;
    }
    buf_addf(out, "%s %s %s: ", state_names[f->state], f->check.id, f->check.name);
    add_escaped(out, f->evidence);
    if (f->cure) {
        buf_adds(out, "; ");
        add_escaped(out, f->cure);
    }
    buf_addc(out, '\n');
}

static void print(struct report *r, const struct finding *f)
{
    struct buf line;
    buf_init(&line, (size_t)8 * MAX_LINE);
    finding_format(f, r->json, &line);
    fwrite(line.p ? line.p : "", 1, line.len, r->to);
    fflush(r->to);
    buf_free(&line);
}

void report_add(struct report *r, enum finding_state state, struct check check, const char *cure,
                const char *format, ...)
{
    struct buf evidence;
    va_list ap;
    r->count[state]++;
    if (state == FINDING_OK && !r->verbose)
        return;
    buf_init(&evidence, MAX_LINE);
    va_start(ap, format);
    buf_vaddf(&evidence, format, ap);
    va_end(ap);
    struct finding f = {state, check, evidence.p ? evidence.p : "out of memory", cure};
    print(r, &f);
    buf_free(&evidence);
}

void report_wait(struct report *r, const char *what, int64_t ms)
{
    if (ms < LONG_MS || r->json || !r->terminal)
        return;
    fprintf(r->to, "%s, %.0f s at most ...\n", what, (double)ms / 1000);
    fflush(r->to);
}

int report_end(struct report *r)
{
    const unsigned *n = r->count;
    if (!r->json)
        fprintf(r->to, "%u failed, %u warnings, %u notes, %u passed\n", n[FINDING_FAIL],
                n[FINDING_WARN], n[FINDING_NOTE], n[FINDING_OK]);
    return n[FINDING_FAIL] + n[FINDING_WARN] > 0;
}
