/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: Last-Event-ID, as one position or as the list of several logs.  A position that
 * was read has the same value after it was formatted and read again.  Only the characters of a
 * position are accepted, and what is refused changes nothing.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/cursor_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool so)
{
    if (!so)
        abort();
}

/* A rank of 0, or a life without a rank, is not written: it proves nothing. */
static void need_same(const struct position *a, const struct position *b)
{
    bool ranked = a->rank != RANK_UNKNOWN && a->rank > 0;
    need(xid_cmp(a->id, b->id) == 0);
    need(b->rank == (ranked ? a->rank : RANK_UNKNOWN));
    need(b->epoch == (ranked ? a->epoch : EPOCH_UNKNOWN));
}

static void read_position(struct slice text)
{
    struct position p = {{1, 2}, 3, 4}, again;
    struct xid id = {5, 6};
    char out[POSITION_TEXT];
    bool read = position_parse(text, &p) == 0;
    need(position_parse_id(text, &id) == (read ? 0 : -1));
    if (!read) {
        need(p.id.ms == 1 && p.id.seq == 2 && p.rank == 3 && p.epoch == 4);
        need(id.ms == 5 && id.seq == 6);
        return;
    }
    for (size_t i = 0; i < text.len; i++)
        need(text.p[i] && strchr("0123456789abcdef-~.", text.p[i]));
    size_t len = position_format(&p, out);
    need(len < POSITION_TEXT && strlen(out) == len && xid_cmp(id, p.id) == 0);
    need(position_parse(slice_make(out, len), &again) == 0);
    need_same(&p, &again);
}

/* The name of the item that text begins with, as a string of its own. */
static char *copy_name(const char *text)
{
    char *name = strndup(text, strcspn(text, "="));
    need(name);
    return name;
}

/* Builds the list again from what is found in it. */
static void rebuild(const char *text, struct buf *list)
{
    for (const char *p = text; *p; p += strcspn(p, ","), p += *p == ',') {
        struct position at, item;
        char *name = copy_name(p);
        size_t before = strlen(name) + 1, len = strcspn(p, ",");
        need(position_parse(slice_make(p + before, len - before), &item) == 0);
        need(cursor_list_find(text, name, &at) && xid_cmp(at.id, item.id) == 0);
        need(at.rank == item.rank && at.epoch == item.epoch);
        cursor_list_add(list, name, &at);
        free(name);
    }
}

static void read_list(const char *text)
{
    struct buf list;
    if (!cursor_list_is(text))
        return;
    buf_init(&list, 1024 * 1024);
    rebuild(text, &list);
    need(!list.failed && cursor_list_is(list.p));
    for (const char *p = text; *p; p += strcspn(p, ","), p += *p == ',') {
        struct position at, again;
        char *name = copy_name(p);
        need(cursor_list_find(text, name, &at) && cursor_list_find(list.p, name, &again));
        need_same(&at, &again);
        free(name);
    }
    buf_free(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = strndup((const char *)data, size);
    need(text);
    read_position(slice_make((const char *)data, size));
    read_list(text);
    free(text);
    return 0;
}
