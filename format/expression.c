/* SPDX-License-Identifier: MIT */
/*
 * expression: see expression.h. PCRE2 interprets the patterns. It makes no machine code, because
 * services are often forbidden to have memory that is both writable and executable.
 */
#include "format/expression.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdatomic.h>
#include <stdlib.h>

/* Steps that a search may take, as PCRE2 counts them, and memory in KiB. */
#define STEPS        ((size_t)1000)
#define STEPS_A_BYTE ((size_t)8)
#define STEPS_MOST   ((size_t)200000)
/* Characters that it may pass in scans. */
#define SCANS         ((size_t)200000)
#define SCANS_A_BYTE  ((size_t)100)
#define MEMORY        16384
#define KEPT          4096 /* bytes of a text whose search keeps its memory */
#define IDLE          8    /* searches whose memory is kept */
#define PATTERN_DEPTH 100  /* of groups in a pattern */

struct expression {
    pcre2_code *code;
    bool foreign; /* a reader wrote it: a search may need much memory, which is not kept */
};

/* The syntax of JavaScript, where PCRE2 has a choice. */
static pcre2_compile_context *syntax(void)
{
    pcre2_compile_context *c = pcre2_compile_context_create(NULL);
    if (!c)
        return NULL;
    pcre2_set_newline(c, PCRE2_NEWLINE_ANYCRLF);
    pcre2_set_compile_extra_options(c, PCRE2_EXTRA_ALT_BSUX);
    pcre2_set_parens_nest_limit(c, PATTERN_DEPTH);
    return c;
}

static uint32_t options_of(unsigned flags)
{
    uint32_t asked = PCRE2_NEVER_BACKSLASH_C | PCRE2_MATCH_UNSET_BACKREF | PCRE2_ALLOW_EMPTY_CLASS |
                     PCRE2_DOLLAR_ENDONLY;
    if (flags & EXPRESSION_FOLD)
        asked |= PCRE2_CASELESS;
    if (flags & EXPRESSION_LINES)
        asked |= PCRE2_MULTILINE;
    if (flags & EXPRESSION_DOTALL)
        asked |= PCRE2_DOTALL;
    if (flags & EXPRESSION_UTF)
        asked |= PCRE2_UTF | PCRE2_MATCH_INVALID_UTF;
    return asked;
}

static const char *reason(int error)
{
    static _Thread_local char text[128];
    if (error == PCRE2_ERROR_NOMEMORY || error == PCRE2_ERROR_HEAP_FAILED)
        return NULL;
    pcre2_get_error_message(error, (PCRE2_UCHAR *)text, sizeof text);
    return text;
}

struct expression *expression_new(struct slice pattern, unsigned flags, const char **why)
{
    struct expression *e = calloc(1, sizeof *e);
    pcre2_compile_context *context = syntax();
    int error = PCRE2_ERROR_NOMEMORY;
    PCRE2_SIZE at;
    if (e && context)
        e->code = pcre2_compile((PCRE2_SPTR)(pattern.p ? pattern.p : ""), pattern.len,
                                options_of(flags), &error, &at, context);
    pcre2_compile_context_free(context);
    if (e)
        e->foreign = flags & EXPRESSION_UTF;
    if (e && e->code)
        return e;
    free(e);
    *why = reason(error);
    return NULL;
}

void expression_free(struct expression *e)
{
    if (!e)
        return;
    pcre2_code_free(e->code);
    free(e);
}

/* The work of a search, as its callouts tell it. */
struct work {
    size_t from; /* where a scan began; PCRE2_UNSET: it has ended */
    size_t done, most;
};

/* A step back into a scan comes to its end only, and costs a step. */
static int count_work(pcre2_callout_block *at, void *arg)
{
    struct work *w = arg;
    uint32_t number = at->callout_number;
    if (number == EXPRESSION_SCAN) {
        w->from = at->current_position;
    } else if (number == EXPRESSION_SCANNED) {
        w->done += w->from != PCRE2_UNSET && at->current_position > w->from
                       ? at->current_position - w->from
                       : 0;
        w->from = PCRE2_UNSET;
    } else if (number >= EXPRESSION_WORK) {
        w->done += (number - EXPRESSION_WORK) * EXPRESSION_WORK_UNIT;
    } else if (number - EXPRESSION_REFERENCE < at->capture_top) {
        const PCRE2_SIZE *group = at->offset_vector + 2 * (size_t)(number - EXPRESSION_REFERENCE);
        w->done += group[0] != PCRE2_UNSET ? group[1] - group[0] : 0;
    }
    return w->done > w->most ? PCRE2_ERROR_CALLOUT : 0;
}

/* ---- searching ---- */

/* The objects that a search needs beside the expression. */
struct tools {
    pcre2_match_data *data;
    pcre2_match_context *context;
};

static void tools_free(struct tools *t)
{
    if (!t)
        return;
    pcre2_match_context_free(t->context);
    pcre2_match_data_free(t->data);
    free(t);
}

static struct tools *tools_new(void)
{
    struct tools *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->data = pcre2_match_data_create(EXPRESSION_GROUPS, NULL);
    t->context = pcre2_match_context_create(NULL);
    if (t->data && t->context)
        return t;
    tools_free(t);
    return NULL;
}

/* Tools that no search uses now. To make some takes longer than most searches in short texts. */
static _Atomic(struct tools *) idle[IDLE];

static struct tools *take_tools(bool kept)
{
    struct tools *t = NULL;
    for (size_t i = 0; i < IDLE && kept && !t; i++)
        if (atomic_load(&idle[i]))
            t = atomic_exchange(&idle[i], NULL);
    return t ? t : tools_new();
}

static void leave_tools(struct tools *t, bool kept)
{
    for (size_t i = 0; i < IDLE && kept; i++) {
        struct tools *none = NULL;
        if (atomic_compare_exchange_strong(&idle[i], &none, t))
            return;
    }
    tools_free(t);
}

static void set_limits(pcre2_match_context *c, size_t length, struct work *work)
{
    size_t steps = length < STEPS_MOST / STEPS_A_BYTE ? STEPS + STEPS_A_BYTE * length : STEPS_MOST;
    *work = (struct work){.from = PCRE2_UNSET, .most = SCANS + SCANS_A_BYTE * length};
    pcre2_set_match_limit(c, (uint32_t)steps);
    pcre2_set_heap_limit(c, MEMORY);
    pcre2_set_callout(c, count_work, work);
}

/* count: groups up to the last one that matched. */
static void tell(struct slice text, pcre2_match_data *data, int count, struct expression_match *m)
{
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(data);
    *m = (struct expression_match){0};
    for (int i = 0; i < count; i++)
        if (at[2 * i] != PCRE2_UNSET)
            m->group[i] = slice_make(text.p + at[2 * i], at[2 * i + 1] - at[2 * i]);
}

static enum expression_result search(const struct expression *e, struct slice text,
                                     const struct tools *tools, struct expression_match *m)
{
    struct work work;
    set_limits(tools->context, text.len, &work);
    int found =
        pcre2_match(e->code, (PCRE2_SPTR)text.p, text.len, 0, 0, tools->data, tools->context);
    /* 0: it matched, and has more groups than data holds. */
    if (found >= 0 && m)
        tell(text, tools->data, found > 0 ? found : EXPRESSION_GROUPS, m);
    if (found >= 0)
        return EXPRESSION_FOUND;
    return found == PCRE2_ERROR_NOMATCH ? EXPRESSION_NO : EXPRESSION_LIMIT;
}

enum expression_result expression_find(const struct expression *e, struct slice text,
                                       struct expression_match *m)
{
    bool kept = !e->foreign && text.len <= KEPT;
    struct tools *tools = take_tools(kept);
    if (!tools)
        return EXPRESSION_LIMIT;
    if (text.len == 0)
        text.p = "";
    enum expression_result result = search(e, text, tools, m);
    leave_tools(tools, kept);
    return result;
}

int expression_group(const struct expression *e, const char *name)
{
    int number = pcre2_substring_number_from_name(e->code, (PCRE2_SPTR)name);
    return number > 0 && number < EXPRESSION_GROUPS ? number : -1;
}
