/* SPDX-License-Identifier: MIT */
/*
 * pattern: see pattern.h. One pass over the source, with a stack of open groups. Limits on depth,
 * groups and size keep the compiled form small. References are written at the end, when the numbers
 * of all groups are known.
 */
#include "format/pattern.h"

#include <stdio.h>
#include <stdlib.h>

#include "format/expression.h"
#include "format/pattern_escape.h"
#include "format/unicode.h"

#define DEPTH      64    /* groups inside groups */
#define GROUPS     99    /* and references to them */
#define REPEATS    1000  /* the highest count in {n,m} */
#define SIZE       32768 /* of an expression with its counted repeats written out */
#define LITERAL    8     /* sizes of items */
#define SET        48
#define GROUP      24
#define MAX_NAME   64
#define MAX_DIGITS 9

enum kind { ALL, CAPTURE, PLAIN, AHEAD, BEHIND };

struct group {
    enum kind kind;
    size_t size;  /* of the alternatives before this one */
    size_t sum;   /* of the items of this alternative */
    int width;    /* characters of this alternative; -1: they vary */
    int common;   /* width of the alternatives before this one; -1: they vary */
    bool divided; /* there is an alternative before this one */
};

struct item {
    size_t size;
    int width;
    size_t from; /* its place in the output */
    bool single; /* a character or a set */
};

struct reference {
    unsigned number; /* 0: by name */
    struct slice name;
    size_t place; /* in the output */
};

struct translator {
    struct slice source;
    size_t at;
    bool fold;
    struct buf out;
    struct group open[DEPTH + 1];
    size_t depth; /* of open */
    struct slice names[GROUPS + 1];
    unsigned groups;
    struct reference references[GROUPS];
    size_t nreferences;
    struct item item; /* the item before, which a quantifier may follow */
    bool has_item;
    bool placed; /* it has an assertion */
    bool failed;
    char *why;
};

__attribute__((format(printf, 2, 3))) static void refuse(struct translator *t, const char *format,
                                                         ...)
{
    va_list ap;
    if (t->failed)
        return;
    va_start(ap, format);
    vsnprintf(t->why, PATTERN_WHY, format, ap);
    va_end(ap);
    t->failed = true;
}

static struct group *innermost(struct translator *t)
{
    return &t->open[t->depth - 1];
}

static char peek(const struct translator *t, size_t ahead)
{
    return t->at + ahead < t->source.len ? t->source.p[t->at + ahead] : '\0';
}

static struct slice rest_of(const struct translator *t)
{
    return slice_after(t->source, t->at < t->source.len ? t->at : t->source.len);
}

static bool begins(struct slice text, const char *with)
{
    size_t n = strlen(with);
    return text.len >= n && memcmp(text.p, with, n) == 0;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Adds a character that stands for itself. */
static void add_literal(struct translator *t, uint32_t c)
{
    char bytes[4];
    if (c < 0x80 && !is_letter((char)c) && !is_digit((char)c) && c != ' ')
        buf_addf(&t->out, "\\u{%x}", c);
    else
        buf_add(&t->out, bytes, unicode_write(c, bytes));
}

/* The item before can have no quantifier any more. */
static void settle(struct translator *t)
{
    struct group *g = innermost(t);
    if (t->has_item) {
        g->sum += t->item.size;
        g->width = t->item.width < 0 || g->width < 0 ? -1 : g->width + t->item.width;
    }
    t->has_item = false;
    if (g->size + g->sum > SIZE)
        refuse(t, "is too large");
}

/* Ends an item of the source that needs length bytes there. */
static void put(struct translator *t, size_t length, size_t size, int width)
{
    t->at += length;
    t->item = (struct item){.size = size, .width = width};
    t->has_item = true;
}

/* Ends an item that is one character or a set, and begins at a place in the output. */
static void put_single(struct translator *t, size_t from, size_t length, size_t size)
{
    put(t, length, size, 1);
    t->item.from = from;
    t->item.single = true;
}

static void put_assertion(struct translator *t, const char *text, size_t length)
{
    settle(t);
    buf_adds(&t->out, text);
    t->at += length;
}

/* ---- groups ---- */

static void open_group(struct translator *t, enum kind kind, const char *text, size_t length)
{
    settle(t);
    if (t->depth > DEPTH || (kind == CAPTURE && t->groups == GROUPS)) {
        refuse(t, t->depth > DEPTH ? "is too deep" : "is too large");
        return;
    }
    t->open[t->depth++] = (struct group){.kind = kind};
    t->groups += kind == CAPTURE;
    buf_adds(&t->out, text);
    t->at += length;
}

/* The name between "<" and ">" that text begins with; empty: there is none. */
static struct slice name_in(struct slice text)
{
    size_t n = 1;
    if (text.len == 0 || text.p[0] != '<')
        return (struct slice){0};
    while (n < text.len && (is_letter(text.p[n]) || is_digit(text.p[n]) || text.p[n] == '_'))
        n++;
    return n < text.len && text.p[n] == '>' && n - 1 <= MAX_NAME ? slice_make(text.p + 1, n - 1)
                                                                 : (struct slice){0};
}

/* The number of a group; 0: there is none of this name. */
static unsigned number_of(const struct translator *t, struct slice name)
{
    for (unsigned i = 1; i <= t->groups; i++)
        if (t->names[i].len > 0 && slice_equal(t->names[i], name))
            return i;
    return 0;
}

/* Names are for references only: the group keeps its number. */
static void open_named(struct translator *t, struct slice name)
{
    if (number_of(t, name) > 0)
        refuse(t, "is malformed: two groups have the name \"%.*s\"", (int)name.len, name.p);
    open_group(t, CAPTURE, "(", name.len + 4);
    if (!t->failed)
        t->names[t->groups] = name;
}

static void read_group(struct translator *t)
{
    static const struct {
        const char *text;
        enum kind kind;
    } kinds[] = {
        {"(?:", PLAIN}, {"(?=", AHEAD}, {"(?!", AHEAD}, {"(?<=", BEHIND}, {"(?<!", BEHIND}};
    struct slice rest = rest_of(t);
    struct slice name = begins(rest, "(?<") ? name_in(slice_after(rest, 2)) : (struct slice){0};
    if (name.len > 0 && !is_digit(name.p[0])) {
        open_named(t, name);
        return;
    }
    if (peek(t, 1) != '?') {
        open_group(t, CAPTURE, "(", 1);
        return;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (begins(rest, kinds[i].text)) {
            open_group(t, kinds[i].kind, kinds[i].text, strlen(kinds[i].text));
            return;
        }
    refuse(t, "is malformed: \"(?\" begins no group");
}

static void end_alternative(struct translator *t)
{
    struct group *g = innermost(t);
    settle(t);
    if (g->kind == BEHIND && g->width < 0)
        refuse(t, "is malformed: the length of a look-behind may not vary");
    g->common = !g->divided || g->common == g->width ? g->width : -1;
    g->divided = true;
    g->size += g->sum;
    g->sum = 0;
    g->width = 0;
}

static void close_group(struct translator *t)
{
    struct group g;
    if (t->depth == 1) {
        refuse(t, "is malformed: a \")\" has no \"(\"");
        return;
    }
    end_alternative(t);
    g = t->open[--t->depth];
    put_assertion(t, ")", 1);
    if (g.kind == CAPTURE || g.kind == PLAIN) {
        put(t, 0, g.size + GROUP, g.common);
    } else {
        innermost(t)->sum += g.size + GROUP;
        t->placed = true;
    }
}

/* ---- quantifiers ---- */

struct count {
    size_t length;        /* of "{n,m}" in the source; 0: it is no quantifier */
    unsigned least, most; /* most is 0 in "{n,}" */
    bool bounded;
};

static size_t read_digits(struct slice text, size_t at, unsigned *number)
{
    size_t n = 0;
    *number = 0;
    while (at + n < text.len && n < MAX_DIGITS && is_digit(text.p[at + n]))
        *number = *number * 10 + (unsigned)(text.p[at + n++] - '0');
    return n;
}

static struct count read_count(struct slice text)
{
    struct count c = {.bounded = true};
    size_t at = 1, n;
    if (text.len == 0 || text.p[0] != '{' || (n = read_digits(text, at, &c.least)) == 0)
        return c;
    at += n;
    c.most = c.least;
    if (at < text.len && text.p[at] == ',') {
        n = read_digits(text, ++at, &c.most);
        at += n;
        c.bounded = n > 0;
    }
    if (at < text.len && text.p[at] == '}')
        c.length = at + 1;
    return c;
}

/* Checks a counted repeat and writes it out in the size of the item. */
static void apply_count(struct translator *t, const struct count *c)
{
    const char *text = t->source.p + t->at;
    unsigned most = c->most > c->least ? c->most : c->least;
    if (most > REPEATS)
        refuse(t, "is malformed: %.*s is too often", (int)c->length, text);
    else if (c->bounded && c->most < c->least)
        refuse(t, "is malformed: %.*s is out of order", (int)c->length, text);
    t->item.width = c->bounded && c->most == c->least && t->item.width >= 0
                        ? t->item.width * (int)c->least
                        : -1;
    t->item.size *= most > 0 ? most : 1;
}

/* Puts the signs of a scan (expression.h) around the item before and its quantifier. */
static void add_scan(struct translator *t, size_t from, struct slice quantifier)
{
    struct buf item;
    buf_init(&item, t->out.max);
    buf_add(&item, t->out.p + from, t->out.len - from);
    buf_cut(&t->out, from);
    buf_addf(&t->out, "(?C%d)", EXPRESSION_SCAN);
    buf_add(&t->out, item.p, item.len);
    buf_add(&t->out, quantifier.p, quantifier.len);
    buf_addf(&t->out, "(?C%d)", EXPRESSION_SCANNED);
    if (item.failed)
        t->out.failed = true;
    buf_free(&item);
}

static void read_quantifier(struct translator *t)
{
    struct count c = read_count(rest_of(t));
    struct slice text = slice_make(t->source.p + t->at, c.length > 0 ? c.length : 1);
    if (!t->has_item) {
        refuse(t, "is malformed: nothing can repeat before \"%.*s\"", (int)text.len, text.p);
        return;
    }
    if (c.length > 0)
        apply_count(t, &c);
    else
        t->item.width = -1;
    if (t->failed)
        return;
    if (peek(t, text.len) == '?')
        text.len++;
    settle(t);
    if (t->item.single && text.p[0] != '?')
        add_scan(t, t->item.from, text);
    else
        buf_add(&t->out, text.p, text.len);
    t->at += text.len;
}

/* ---- escapes ---- */

/* The character of an escape sequence. rest is what follows the backslash; *length counts it. */
static uint32_t read_escaped(struct translator *t, struct slice rest, size_t *length)
{
    uint32_t c = 0;
    size_t n = 0;
    bool known = pattern_escape_character(rest, &c, length);
    ++*length;
    if (known)
        return c;
    if (rest.len > 0)
        unicode_read(rest.p, rest.len, &n);
    refuse(t, "is malformed: \"\\%.*s\" is no escape sequence", (int)n, rest.len > 0 ? rest.p : "");
    return 0;
}

/* ---- references ---- */

static void add_reference(struct translator *t, unsigned number, struct slice name, size_t length)
{
    settle(t);
    put(t, length, LITERAL, -1);
    if (t->nreferences == GROUPS) {
        refuse(t, "is too large");
        return;
    }
    t->references[t->nreferences++] = (struct reference){number, name, t->out.len};
}

/* Whether rest, which follows a backslash, begins with a reference to a group. */
static bool read_reference(struct translator *t, struct slice rest)
{
    struct slice name;
    unsigned number;
    size_t n;
    if (rest.len > 0 && rest.p[0] >= '1' && rest.p[0] <= '9') {
        n = read_digits(rest, 0, &number);
        add_reference(t, number, (struct slice){0}, n + 1);
        return true;
    }
    name = begins(rest, "k<") ? name_in(slice_after(rest, 1)) : (struct slice){0};
    if (name.len > 0)
        add_reference(t, 0, name, name.len + 4);
    return name.len > 0;
}

/* Writes the whole expression. Its own length is work at each place where it is tried. */
static void resolve(struct translator *t, struct buf *out)
{
    size_t from = 0, work = t->open[0].size / LITERAL / EXPRESSION_WORK_UNIT;
    if (work > 0)
        buf_addf(out, "(?C%zu)", EXPRESSION_WORK + work);
    if (work > 0)
        buf_adds(out, "(?:");
    for (size_t i = 0; i < t->nreferences && !t->failed; i++) {
        const struct reference *r = &t->references[i];
        unsigned number = r->number > 0 ? r->number : number_of(t, r->name);
        if (r->number > t->groups)
            refuse(t, "is malformed: there is no group %u", number);
        else if (number == 0)
            refuse(t, "is malformed: there is no group \"%.*s\"", (int)r->name.len, r->name.p);
        buf_add(out, t->out.p + from, r->place - from);
        buf_addf(out, "(?:(?C%u)\\g{%u})", EXPRESSION_REFERENCE + number, number);
        from = r->place;
    }
    buf_add(out, t->out.p + from, t->out.len - from);
    if (work > 0)
        buf_addc(out, ')');
}

static void read_escape(struct translator *t)
{
    struct slice rest = slice_after(t->source, t->at + 1);
    size_t before = t->out.len, n, length;
    uint32_t c;
    if (rest.len > 0 && (rest.p[0] == 'b' || rest.p[0] == 'B')) {
        put_assertion(t, rest.p[0] == 'b' ? "\\b" : "\\B", 2);
        t->placed = true;
        return;
    }
    if (read_reference(t, rest))
        return;
    settle(t);
    buf_addc(&t->out, '[');
    n = pattern_escape_set(rest, t->fold, &t->out);
    if (n > 0) {
        buf_addc(&t->out, ']');
        put_single(t, before, n + 1, SET);
        return;
    }
    buf_cut(&t->out, before);
    c = read_escaped(t, rest, &length);
    add_literal(t, c);
    put_single(t, before, length, LITERAL);
}

/* ---- sets ---- */

/* Reads one member of a set. True: it is a character, *c. False: it is a set, and was added. */
static bool read_member(struct translator *t, uint32_t *c)
{
    struct slice rest = rest_of(t);
    size_t n;
    if (rest.p[0] != '\\') {
        *c = unicode_read(rest.p, rest.len, &n);
        t->at += n;
        return true;
    }
    rest = slice_after(rest, 1);
    n = pattern_escape_set(rest, t->fold, &t->out);
    if (n > 0) {
        t->at += n + 1;
        return false;
    }
    if (rest.len > 0 && rest.p[0] == 'b') {
        *c = '\b';
        n = 2;
    } else {
        *c = read_escaped(t, rest, &n);
    }
    t->at += n;
    return true;
}

/* One member of a set, or a range. Beside a set "-" stands for itself. */
static void read_range(struct translator *t)
{
    uint32_t from = 0, to = 0;
    bool single = read_member(t, &from);
    if (single)
        add_literal(t, from);
    if (peek(t, 0) != '-' || t->at + 1 >= t->source.len || peek(t, 1) == ']')
        return;
    t->at++;
    size_t mark = t->out.len;
    bool also = read_member(t, &to);
    if (single && also && to < from)
        refuse(t, "is malformed: a range in a set is out of order");
    if (!single || !also) {
        buf_adds(&t->out, "\\u{2d}");
        if (also)
            add_literal(t, to);
        return;
    }
    buf_cut(&t->out, mark);
    buf_addc(&t->out, '-');
    add_literal(t, to);
}

static void read_set(struct translator *t)
{
    bool inverse = peek(t, 1) == '^';
    size_t size = SET, from = t->out.len;
    settle(t);
    buf_adds(&t->out, inverse ? "[^" : "[");
    t->at += inverse ? 2 : 1;
    while (!t->failed && peek(t, 0) != ']') {
        if (t->at >= t->source.len) {
            refuse(t, "is not complete: a \"[\" has no \"]\"");
            return;
        }
        read_range(t);
        size += LITERAL;
    }
    buf_addc(&t->out, ']');
    put_single(t, from, 1, size);
}

/* ---- all ---- */

static void read_character(struct translator *t)
{
    size_t n;
    uint32_t c = unicode_read(t->source.p + t->at, t->source.len - t->at, &n);
    size_t from = t->out.len;
    settle(t);
    if (c == '.')
        buf_addc(&t->out, '.');
    else
        add_literal(t, c);
    put_single(t, from, n, LITERAL);
}

static void read_one(struct translator *t)
{
    switch (t->source.p[t->at]) {
    case '(':
        read_group(t);
        break;
    case ')':
        close_group(t);
        break;
    case '|':
        end_alternative(t);
        put_assertion(t, "|", 1);
        break;
    case '[':
        read_set(t);
        break;
    case '\\':
        read_escape(t);
        break;
    case '^':
    case '$':
        put_assertion(t, t->source.p[t->at] == '^' ? "^" : "$", 1);
        t->placed = true;
        break;
    case '*':
    case '+':
    case '?':
        read_quantifier(t);
        break;
    case '{':
        if (read_count(rest_of(t)).length > 0) {
            read_quantifier(t);
            break;
        }
        /* fall through */
    default:
        read_character(t);
    }
}

int pattern_translate(struct slice source, bool fold, struct buf *out, bool *placed,
                      char why[PATTERN_WHY])
{
    struct translator *t = calloc(1, sizeof *t);
    int result = -1;
    why[0] = '\0';
    if (!t)
        return -1;
    t->source = source;
    t->fold = fold;
    t->why = why;
    buf_init(&t->out, out->max);
    t->open[t->depth++] = (struct group){.kind = ALL};
    while (!t->failed && t->at < source.len)
        read_one(t);
    if (!t->failed && t->depth > 1)
        refuse(t, "is not complete: a \"(\" has no \")\"");
    if (!t->failed)
        end_alternative(t);
    if (!t->failed)
        resolve(t, out);
    if (!t->failed && !t->out.failed && !out->failed)
        result = 0;
    *placed = t->placed;
    buf_free(&t->out);
    free(t);
    return result;
}
