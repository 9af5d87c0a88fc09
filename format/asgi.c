/* SPDX-License-Identifier: MIT */
/*
 * asgi: see asgi.h. msgpack-c limits the depth that it unpacks (MSGPACK_EMBED_STACK_SIZE). But it
 * allocates as many items as the header of an array claims, up to 2^32. So the claims of a message
 * are checked against its length before it is unpacked.
 */
#include "format/asgi.h"

#include <inttypes.h>
#include <msgpack.h>

#include "format/pyjson.h"

#define PREFIX 12 /* random bytes that make each member unique */

static struct slice text_of(const msgpack_object *o)
{
    if (o->type == MSGPACK_OBJECT_STR)
        return slice_make(o->via.str.ptr, o->via.str.size);
    if (o->type == MSGPACK_OBJECT_BIN)
        return slice_make(o->via.bin.ptr, o->via.bin.size);
    return slice_make(NULL, 0);
}

static bool is_text(const msgpack_object *o)
{
    return o->type == MSGPACK_OBJECT_STR || o->type == MSGPACK_OBJECT_BIN;
}

static const msgpack_object *find(const msgpack_object *map, const char *name)
{
    if (map->type != MSGPACK_OBJECT_MAP)
        return NULL;
    for (uint32_t i = 0; i < map->via.map.size; i++) {
        const msgpack_object_kv *kv = &map->via.map.ptr[i];
        if (is_text(&kv->key) && slice_equal(text_of(&kv->key), slice_of(name)))
            return &kv->val;
    }
    return NULL;
}

/* ---- claimed sizes ---- */

/* The number of bytes after the type byte that hold a length, a count or the number itself. */
static size_t header_bytes(unsigned char type)
{
    static const unsigned char bytes[32] = {
        [0xc4 - 0xc0] = 1, [0xc5 - 0xc0] = 2, [0xc6 - 0xc0] = 4, [0xc7 - 0xc0] = 1,
        [0xc8 - 0xc0] = 2, [0xc9 - 0xc0] = 4, [0xca - 0xc0] = 4, [0xcb - 0xc0] = 8,
        [0xcc - 0xc0] = 1, [0xcd - 0xc0] = 2, [0xce - 0xc0] = 4, [0xcf - 0xc0] = 8,
        [0xd0 - 0xc0] = 1, [0xd1 - 0xc0] = 2, [0xd2 - 0xc0] = 4, [0xd3 - 0xc0] = 8,
        [0xd9 - 0xc0] = 1, [0xda - 0xc0] = 2, [0xdb - 0xc0] = 4, [0xdc - 0xc0] = 2,
        [0xdd - 0xc0] = 4, [0xde - 0xc0] = 2, [0xdf - 0xc0] = 4,
    };
    return type >= 0xc0 && type < 0xe0 ? bytes[type - 0xc0] : 0;
}

/* The bytes (*skip) and items (*items) that follow the header of an object. n is the number in the
 * header. */
static void claims(unsigned char type, uint64_t n, uint64_t *skip, uint64_t *items)
{
    *skip = *items = 0;
    if (type >= 0x80 && type < 0xa0)
        *items = type < 0x90 ? 2 * (type & 0x0fu) : type & 0x0fu;
    else if (type >= 0xa0 && type < 0xc0)
        *skip = type & 0x1fu;
    else if ((type >= 0xc4 && type <= 0xc6) || (type >= 0xd9 && type <= 0xdb))
        *skip = n;
    else if (type >= 0xc7 && type <= 0xc9)
        *skip = n + 1;
    else if (type >= 0xd4 && type <= 0xd8)
        *skip = 1 + (UINT64_C(1) << (type - 0xd4));
    else if (type >= 0xdc && type <= 0xdd)
        *items = n;
    else if (type >= 0xde && type <= 0xdf)
        *items = 2 * n;
}

/* Whether s is long enough for all that it claims to contain. An item has at least one byte. */
static bool is_long_enough(struct slice s)
{
    uint64_t wanted = 1, skip, items;
    for (size_t at = 0; wanted > 0; wanted += items) {
        if (at >= s.len || wanted > s.len - at)
            return false;
        unsigned char type = (unsigned char)s.p[at++];
        size_t header = header_bytes(type);
        uint64_t n = 0;
        if (header > s.len - at)
            return false;
        for (size_t i = 0; i < header; i++)
            n = n << 8 | (unsigned char)s.p[at++];
        claims(type, n, &skip, &items);
        if (skip > s.len - at)
            return false;
        at += (size_t)skip;
        wanted--;
    }
    return true;
}

/* ---- to JSON ---- */

/* Types that JSON does not have become null. */
static void put_scalar(struct buf *b, const msgpack_object *o)
{
    if (is_text(o))
        pyjson_string(b, text_of(o), PYJSON_ASCII);
    else if (o->type == MSGPACK_OBJECT_BOOLEAN)
        buf_adds(b, o->via.boolean ? "true" : "false");
    else if (o->type == MSGPACK_OBJECT_POSITIVE_INTEGER)
        buf_addf(b, "%" PRIu64, o->via.u64);
    else if (o->type == MSGPACK_OBJECT_NEGATIVE_INTEGER)
        buf_addf(b, "%" PRId64, o->via.i64);
    else if (o->type == MSGPACK_OBJECT_FLOAT32 || o->type == MSGPACK_OBJECT_FLOAT64)
        pyjson_double(b, o->via.f64);
    else
        buf_adds(b, "null");
}

/* Writes the name of a member. A name that is no string becomes its JSON text in quotes, as in
 * json.dumps. */
static void put_name(struct buf *b, const msgpack_object *o)
{
    if (is_text(o)) {
        put_scalar(b, o);
    } else {
        buf_addc(b, '"');
        put_scalar(b, o);
        buf_addc(b, '"');
    }
    buf_adds(b, ": ");
}

/* An array or map that is being written, and the index of its next item. */
struct level {
    const msgpack_object *o;
    uint32_t at;
};

static bool is_container(const msgpack_object *o)
{
    return o->type == MSGPACK_OBJECT_MAP || o->type == MSGPACK_OBJECT_ARRAY;
}

static uint32_t size_of(const msgpack_object *o)
{
    return o->type == MSGPACK_OBJECT_MAP ? o->via.map.size : o->via.array.size;
}

/* The next item of a level. In a map its name is written. */
static const msgpack_object *next_item(struct buf *b, struct level *l)
{
    uint32_t i = l->at++;
    if (i > 0)
        buf_adds(b, ", ");
    if (l->o->type == MSGPACK_OBJECT_ARRAY)
        return &l->o->via.array.ptr[i];
    put_name(b, &l->o->via.map.ptr[i].key);
    return &l->o->via.map.ptr[i].val;
}

static void put_json(struct buf *b, const msgpack_object *o)
{
    struct level levels[ASGI_MAX_DEPTH];
    size_t depth = 0;
    for (;;) {
        if (is_container(o) && depth < ASGI_MAX_DEPTH) {
            buf_addc(b, o->type == MSGPACK_OBJECT_MAP ? '{' : '[');
            levels[depth++] = (struct level){o, 0};
        } else {
            put_scalar(b, o);
        }
        while (depth > 0 && levels[depth - 1].at == size_of(levels[depth - 1].o)) {
            depth--;
            buf_addc(b, levels[depth].o->type == MSGPACK_OBJECT_MAP ? '}' : ']');
        }
        if (depth == 0)
            return;
        o = next_item(b, &levels[depth - 1]);
    }
}

/* ---- messages ---- */

static void call_for_channels(const msgpack_object *names, struct slice payload,
                              void (*channel)(void *arg, struct slice name, struct slice payload),
                              void *arg)
{
    if (names && is_text(names))
        channel(arg, text_of(names), payload);
    if (!names || names->type != MSGPACK_OBJECT_ARRAY)
        return;
    for (uint32_t i = 0; i < names->via.array.size; i++)
        if (is_text(&names->via.array.ptr[i]))
            channel(arg, text_of(&names->via.array.ptr[i]), payload);
}

/* The payload of a broadcast; NULL: the message is none. */
static const msgpack_object *find_payload(const msgpack_object *message)
{
    const msgpack_object *type = find(message, "type"), *payload = find(message, "payload");
    if (!type || !slice_equal(text_of(type), slice_of("broadcast")) || !payload)
        return NULL;
    return payload->type == MSGPACK_OBJECT_MAP ? payload : NULL;
}

enum asgi_kind asgi_read(struct slice member, struct buf *payload,
                         void (*channel)(void *arg, struct slice name, struct slice payload),
                         void *arg)
{
    enum asgi_kind kind = ASGI_UNREADABLE;
    msgpack_unpacked unpacked;
    if (member.len <= PREFIX || !is_long_enough(slice_make(member.p + PREFIX, member.len - PREFIX)))
        return ASGI_UNREADABLE;
    msgpack_unpacked_init(&unpacked);
    if (msgpack_unpack_next(&unpacked, member.p + PREFIX, member.len - PREFIX, NULL) ==
        MSGPACK_UNPACK_SUCCESS) {
        const msgpack_object *map = find_payload(&unpacked.data);
        if (map)
            put_json(payload, map);
        kind = !map ? ASGI_OTHER : payload->failed ? ASGI_UNREADABLE : ASGI_BROADCAST;
        if (kind == ASGI_BROADCAST)
            call_for_channels(find(&unpacked.data, "__asgi_channel__"), buf_slice(payload), channel,
                              arg);
    }
    msgpack_unpacked_destroy(&unpacked);
    return kind;
}
