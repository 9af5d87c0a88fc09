/* SPDX-License-Identifier: MIT */
/* wrap: see wrap.h. */
#include "send/wrap.h"

#include "format/level.h"
#include "format/pyjson.h"
#include "send/level.h"

static void add_member(struct buf *out, struct slice name, struct slice value)
{
    if (out->len > 0 && out->p[out->len - 1] != '{')
        buf_addc(out, ',');
    pyjson_string(out, name, PYJSON_UTF8);
    buf_addc(out, ':');
    pyjson_string(out, value, PYJSON_UTF8);
}

void wrap_member(struct buf *out, const char *name, struct slice value)
{
    add_member(out, slice_of(name), value);
}

void wrap_time(struct buf *out, int64_t now)
{
    char text[CLOCK_TEXT];
    wrap_member(out, "time", slice_make(text, clock_text(now, text)));
}

void wrap_fields(struct buf *out, const struct wrap *w)
{
    for (size_t i = 0; i < w->nfields; i++)
        add_member(out, w->fields[i].name, w->fields[i].value);
}

void wrap_text(struct buf *out, const struct wrap *w, struct slice text, int64_t now)
{
    struct slice level = w->level;
    level_find(text, &level);
    buf_addc(out, '{');
    wrap_time(out, now);
    if (level.len > 0)
        wrap_member(out, "level", level);
    wrap_member(out, "host", w->host);
    wrap_fields(out, w);
    wrap_member(out, "message", text);
    buf_addc(out, '}');
}

static bool has(struct slice object, struct pyjson_member look)
{
    pyjson_text(NULL, object, PYJSON_UTF8, &look);
    return look.value.len > 0;
}

static bool has_member(struct slice object, const char *name)
{
    return has(object, (struct pyjson_member){.name = name});
}

/* Whether the server reads a level from a field of this name. */
static bool is_level(struct slice field)
{
    const char *name;
    for (size_t i = 0; (name = level_field(i)); i++)
        if (slice_equal(field, slice_of(name)))
            return true;
    return false;
}

static void add_missing(struct buf *out, const struct wrap *w, struct slice object)
{
    if (w->level.len > 0 && !has(object, (struct pyjson_member){.is = is_level}))
        wrap_member(out, "level", w->level);
    if (w->host_asked && !has_member(object, "host"))
        wrap_member(out, "host", w->host);
    for (size_t i = 0; i < w->nfields; i++) /* names of the command line end with NUL */
        if (!has_member(object, w->fields[i].name.p))
            add_member(out, w->fields[i].name, w->fields[i].value);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The object without its closing brace and blanks before it. */
static struct slice open_object(struct slice object)
{
    while (object.p[object.len - 1] != '}')
        object.len--;
    object.len--;
    while (is_blank(object.p[object.len - 1]))
        object.len--;
    return object;
}

bool wrap_object(struct buf *out, const struct wrap *w, struct slice text)
{
    if (pyjson_first(text) != '{' || pyjson_text(NULL, text, PYJSON_UTF8, NULL) != PYJSON_OBJECT)
        return false;
    if (w->level.len == 0 && !w->host_asked && w->nfields == 0)
        return buf_add(out, text.p, text.len) == 0;
    struct slice open = open_object(text);
    buf_add(out, open.p, open.len);
    add_missing(out, w, text);
    buf_addc(out, '}');
    return true;
}
