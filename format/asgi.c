/* SPDX-License-Identifier: MIT */
/*
 * asgi: see asgi.h. It reads msgpack (github.com/msgpack/msgpack/blob/master/spec.md) token by
 * token and builds no tree. So no memory depends on what a message claims to contain. A message is
 * read once as a whole to find its members; then its payload is read again and written as JSON.
 */
#include "format/asgi.h"

#include <inttypes.h>

#define PREFIX 12 /* random bytes that make each member unique */

/* ---- msgpack ---- */

enum token_kind { BAD, NIL, NO, YES, UINT, INT, FLOAT32, FLOAT64, TEXT, EXT, ARRAY, MAP };

struct token {
    enum token_kind kind;
    uint64_t n;        /* an integer, the bits of a float, or how many bytes, items or pairs */
    struct slice text; /* of TEXT: str or bin; else empty */
};

/* The types of the bytes 0xc0 to 0xdf: how many bytes hold the number n, else n itself. */
static const struct {
    unsigned char kind, bytes, n;
} types[32] = {
    {NIL, 0, 0},     {BAD, 0, 0},     {NO, 0, 0},   {YES, 0, 0},                /* c0 to c3 */
    {TEXT, 1, 0},    {TEXT, 2, 0},    {TEXT, 4, 0},                             /* c4: bin */
    {EXT, 1, 0},     {EXT, 2, 0},     {EXT, 4, 0},                              /* c7 */
    {FLOAT32, 4, 0}, {FLOAT64, 8, 0},                                           /* ca */
    {UINT, 1, 0},    {UINT, 2, 0},    {UINT, 4, 0}, {UINT, 8, 0},               /* cc */
    {INT, 1, 0},     {INT, 2, 0},     {INT, 4, 0},  {INT, 8, 0},                /* d0 */
    {EXT, 0, 1},     {EXT, 0, 2},     {EXT, 0, 4},  {EXT, 0, 8},  {EXT, 0, 16}, /* d4 */
    {TEXT, 1, 0},    {TEXT, 2, 0},    {TEXT, 4, 0},                             /* d9: str */
    {ARRAY, 2, 0},   {ARRAY, 4, 0},   {MAP, 2, 0},  {MAP, 4, 0},                /* dc to df */
};

static struct slice take(struct slice *s, size_t n)
{
    struct slice taken = slice_make(s->p, n);
    *s = slice_make(s->p + n, s->len - n);
    return taken;
}

/* The token of a type byte, without the length or number that follows in further bytes. */
static struct token short_token(unsigned char type)
{
    if (type < 0x80)
        return (struct token){.kind = UINT, .n = type};
    if (type < 0xa0)
        return (struct token){.kind = type < 0x90 ? MAP : ARRAY, .n = type & 0x0fu};
    if (type < 0xc0)
        return (struct token){.kind = TEXT, .n = type & 0x1fu};
    if (type < 0xe0)
        return (struct token){.kind = types[type - 0xc0].kind, .n = types[type - 0xc0].n};
    return (struct token){.kind = INT, .n = UINT64_MAX << 8 | type};
}

/* Takes a token from the front of s: a value, or the header of an array or map. False: there is no
 * whole one. */
static bool read_token(struct slice *s, struct token *t)
{
    if (s->len == 0)
        return false;
    unsigned char type = (unsigned char)*take(s, 1).p;
    size_t bytes = type >= 0xc0 && type < 0xe0 ? types[type - 0xc0].bytes : 0;
    *t = short_token(type);
    if (t->kind == BAD || bytes > s->len)
        return false;
    if (t->kind == INT && bytes > 0 && (unsigned char)*s->p >= 0x80)
        t->n = UINT64_MAX; /* the sign fills the bytes in front */
    for (struct slice number = take(s, bytes); number.len > 0;)
        t->n = t->n << 8 | (unsigned char)*take(&number, 1).p;
    uint64_t content = t->kind == TEXT ? t->n : t->kind == EXT ? 1 + t->n : 0;
    if (content > s->len)
        return false;
    struct slice text = take(s, (size_t)content);
    if (t->kind == TEXT)
        t->text = text;
    return true;
}

/* The number of objects that belong to a token and follow it. */
static uint64_t items_of(const struct token *t)
{
    return t->kind == MAP ? 2 * t->n : t->kind == ARRAY ? t->n : 0;
}

/* Takes whole objects from the front of s. Their number cannot overflow: that takes 10 GB of
 * headers. */
static bool skip_objects(struct slice *s, uint64_t objects)
{
    struct token t;
    for (; objects > 0; objects += items_of(&t) - 1)
        if (!read_token(s, &t))
            return false;
    return true;
}

/* ---- to JSON ---- */

static double double_of(const struct token *t)
{
    uint32_t bits = (uint32_t)t->n;
    float narrow;
    double wide;
    memcpy(&narrow, &bits, sizeof narrow);
    memcpy(&wide, &t->n, sizeof wide);
    return t->kind == FLOAT32 ? (double)narrow : wide;
}

/* Types that JSON does not have become null. */
static void put_scalar(struct buf *b, const struct token *t)
{
    if (t->kind == TEXT)
        pyjson_string(b, t->text, PYJSON_ASCII);
    else if (t->kind == NO || t->kind == YES)
        buf_adds(b, t->kind == YES ? "true" : "false");
    else if (t->kind == UINT)
        buf_addf(b, "%" PRIu64, t->n);
    else if (t->kind == INT)
        buf_addf(b, "%" PRId64, (int64_t)t->n);
    else if (t->kind == FLOAT32 || t->kind == FLOAT64)
        pyjson_double(b, double_of(t));
    else
        buf_adds(b, "null");
}

/* Writes the name of a member. A name that is no string becomes its JSON text in quotes, as in
 * json.dumps. */
static bool put_name(struct buf *b, struct slice *s)
{
    struct token t;
    if (!read_token(s, &t) || !skip_objects(s, items_of(&t)))
        return false;
    if (t.kind != TEXT)
        buf_addc(b, '"');
    put_scalar(b, &t);
    buf_adds(b, t.kind != TEXT ? "\": " : ": ");
    return true;
}

/* An array or map that is being written: the index of its next item, and how many it has. */
struct level {
    uint32_t at, size;
    char end;
};

static bool start_item(struct buf *b, struct level *l, struct slice *s)
{
    if (l->at++ > 0)
        buf_adds(b, ", ");
    return l->end == ']' || put_name(b, s);
}

/* Ends the levels that have no further item. Returns how many remain. */
static size_t end_levels(struct buf *b, const struct level *levels, size_t depth)
{
    while (depth > 0 && levels[depth - 1].at == levels[depth - 1].size)
        buf_addc(b, levels[--depth].end);
    return depth;
}

/* Writes the object at the front of s. False: it is nested too deep. */
static bool put_json(struct buf *b, struct slice s)
{
    struct level levels[ASGI_MAX_DEPTH];
    size_t depth = 0;
    struct token t;
    do {
        if ((depth > 0 && !start_item(b, &levels[depth - 1], &s)) || !read_token(&s, &t))
            return false;
        if (t.kind != MAP && t.kind != ARRAY) {
            put_scalar(b, &t);
        } else if (depth < ASGI_MAX_DEPTH) {
            buf_addc(b, t.kind == MAP ? '{' : '[');
            levels[depth++] = (struct level){0, (uint32_t)t.n, t.kind == MAP ? '}' : ']'};
        } else {
            return false;
        }
        depth = end_levels(b, levels, depth);
    } while (depth > 0);
    return true;
}

/* ---- messages ---- */

/* The members of a message that count, each as msgpack. len 0: no such member. */
struct message {
    struct slice type, payload, channels;
};

static struct slice *place_of(struct message *m, struct slice name)
{
    if (slice_equal(name, slice_of("type")))
        return &m->type;
    if (slice_equal(name, slice_of("payload")))
        return &m->payload;
    return slice_equal(name, slice_of("__asgi_channel__")) ? &m->channels : NULL;
}

/* Reads a whole message. Of members with equal names the first counts. False: it is not msgpack. */
static bool read_message(struct message *m, struct slice s)
{
    struct token map, name;
    if (!read_token(&s, &map))
        return false;
    if (map.kind != MAP)
        return skip_objects(&s, items_of(&map));
    for (uint64_t i = 0; i < map.n; i++) {
        if (!read_token(&s, &name) || !skip_objects(&s, items_of(&name)))
            return false;
        const char *value = s.p;
        if (!skip_objects(&s, 1))
            return false;
        struct slice *place = place_of(m, name.text);
        if (place && place->len == 0)
            *place = slice_make(value, (size_t)(s.p - value));
    }
    return true;
}

/* Of a broadcast, the payload is a map. */
static bool is_broadcast(struct message m)
{
    struct token type, payload;
    return read_token(&m.type, &type) && slice_equal(type.text, slice_of("broadcast")) &&
           read_token(&m.payload, &payload) && payload.kind == MAP;
}

/* names is one name or an array of them. */
static void call_for_channels(struct slice names, struct slice payload,
                              void (*channel)(void *arg, struct slice name, struct slice payload),
                              void *arg)
{
    struct slice items = names;
    struct token t;
    if (read_token(&items, &t) && t.kind == ARRAY)
        names = items;
    for (; read_token(&names, &t); skip_objects(&names, items_of(&t)))
        if (t.kind == TEXT)
            channel(arg, t.text, payload);
}

enum asgi_kind asgi_read(struct slice member, struct buf *payload,
                         void (*channel)(void *arg, struct slice name, struct slice payload),
                         void *arg)
{
    struct message m = {0};
    if (member.len <= PREFIX || !read_message(&m, slice_after(member, PREFIX)))
        return ASGI_UNREADABLE;
    if (!is_broadcast(m))
        return ASGI_OTHER;
    if (!put_json(payload, m.payload) || payload->failed)
        return ASGI_UNREADABLE;
    call_for_channels(m.channels, buf_slice(payload), channel, arg);
    return ASGI_BROADCAST;
}
