/* SPDX-License-Identifier: MIT */
/* reply_memory: see reply_memory.h.  The bytes of a string and the elements of an array follow
 * their object. */
#include "redis/reply_memory.h"

#include <stdlib.h>

#define AREA (8 * 1024) /* bytes; an object that needs more gets an area of its size */

struct reply_area {
    struct reply_area *older;
    size_t size;
    redisReply objects[];
};

/* ---- areas ---- */

static int add_area(struct reply_memory *m, size_t size)
{
    struct reply_area *a = malloc(sizeof *a + size);
    if (!a)
        return -1;
    *a = (struct reply_area){.older = m->newest, .size = size};
    m->newest = a;
    m->left = size;
    return 0;
}

/* NULL: out of memory. */
static void *cut(struct reply_memory *m, size_t size)
{
    size_t align = _Alignof(redisReply);
    size = (size + align - 1) / align * align;
    if (size > m->left && add_area(m, size > AREA ? size : AREA))
        return NULL;
    char *p = (char *)m->newest->objects + (m->newest->size - m->left);
    m->left -= size;
    return p;
}

static void drop_newest(struct reply_memory *m)
{
    struct reply_area *a = m->newest;
    m->newest = a->older;
    free(a);
}

void reply_memory_clear(struct reply_memory *m)
{
    while (m->newest && (m->newest->older || m->newest->size > AREA))
        drop_newest(m);
    m->left = m->newest ? m->newest->size : 0;
}

void reply_memory_free(struct reply_memory *m)
{
    while (m->newest)
        drop_newest(m);
    m->left = 0;
}

/* ---- objects, for the parser; NULL: out of memory ---- */

#if HIREDIS_MAJOR < 1
typedef int array_length;
#else
typedef size_t array_length;
#endif

/* more: bytes that follow the object. */
static redisReply *new_object(const redisReadTask *task, size_t more)
{
    redisReply *r = cut(task->privdata, sizeof *r + more);
    if (!r)
        return NULL;
    *r = (redisReply){.type = task->type};
    if (task->parent)
        ((redisReply *)task->parent->obj)->element[task->idx] = r;
    return r;
}

static void *new_string(const redisReadTask *task, char *text, size_t len)
{
    redisReply *r = new_object(task, len + 1);
    if (!r)
        return NULL;
    r->str = (char *)(r + 1);
    r->len = len;
    memcpy(r->str, text, len);
    r->str[len] = '\0';
    return r;
}

/* resp_bulk bounds their number. The parser makes all of them before it returns the reply. */
static void *new_array(const redisReadTask *task, array_length elements)
{
    redisReply *r = new_object(task, (size_t)elements * sizeof(*r->element));
    if (!r)
        return NULL;
    r->element = (redisReply **)(r + 1);
    r->elements = (size_t)elements;
    return r;
}

static void *new_integer(const redisReadTask *task, long long value)
{
    redisReply *r = new_object(task, 0);
    if (r)
        r->integer = value;
    return r;
}

/* The task has the type of what is nil. */
static void *new_nil(const redisReadTask *task)
{
    redisReply *r = new_object(task, 0);
    if (r)
        r->type = REDIS_REPLY_NIL;
    return r;
}

/* resp_bulk refuses the other types of RESP3. */
static redisReplyObjectFunctions functions = {.createString = new_string,
                                              .createArray = new_array,
                                              .createInteger = new_integer,
                                              .createNil = new_nil};

void reply_memory_serve(struct reply_memory *m, redisReader *parser)
{
    parser->fn = &functions;
    parser->privdata = m;
}
