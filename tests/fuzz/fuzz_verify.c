/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: streams of any server, as `sselog verify` checks them.  The first byte chooses
 * whether ids are kept; a byte 0xff ends a connection.  The result does not depend on how the bytes
 * are cut, and is JSON.  No sum goes below zero, each log has a name that it can have, and nothing
 * is proven where nothing came.
 */
#include <json-c/json.h>
#include <stdint.h>
#include <stdlib.h>

#include "format/json.h"
#include "verify/result.h"

#define MOST (1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool so)
{
    if (!so)
        abort();
}

static void check_track(const struct track *t)
{
    bool holed = track_is_holed(t), again = track_is_again(t);
    need(t->name[0] == '\0' || log_word_is_name(slice_of(t->name)));
    need(holed ? t->holes > 0 : t->holes == 0);
    need(again || t->unread == 0);
    need(!again || xid_cmp(t->last.id, t->again_to) <= 0);
    for (size_t i = 1; i < t->seen.count; i++)
        need(xid_cmp(t->seen.at[i - 1], t->seen.at[i]) < 0);
}

static void check(const struct count *c)
{
    need(c->now.settled <= c->now.holes && c->now.checked <= c->now.holes);
    need(c->gaps_unknown <= c->gaps && c->received <= MOST);
    need(c->now.settled < c->now.holes || c->now.nopen == 0);
    need(count_is_told(c) || !count_is_proven(c));
    for (size_t i = 0; i < c->nlogs; i++)
        check_track(&c->logs[i]);
}

static void on_event(void *arg, const struct event *e)
{
    count_event(arg, e);
    check(arg);
}

/* Feeds the bytes up to the end of a connection in pieces.  Returns how many. */
static size_t feed(struct events *s, const char *p, size_t len, size_t piece)
{
    const char *end = len > 0 ? memchr(p, 0xff, len) : NULL;
    size_t all = end ? (size_t)(end - p) : len;
    for (size_t at = 0; at < all; at += piece)
        events_feed(s, p + at, all - at < piece ? all - at : piece);
    events_end(s);
    return end ? all + 1 : all;
}

static void follow(struct count *c, const char *p, size_t len, size_t piece)
{
    struct events s;
    struct buf resume;
    events_init(&s, on_event, c);
    buf_init(&resume, MOST);
    for (size_t at = 0; at < len;) {
        buf_clear(&resume);
        count_resume(c, &resume);
        count_connect(c, count_has_open(c));
        check(c);
        at += feed(&s, p + at, len - at, piece);
    }
    count_finish(c);
    check(c);
    buf_free(&resume);
    events_free(&s);
}

static void add_result(struct buf *b, const uint8_t *data, size_t size, size_t piece)
{
    static struct count c;
    count_init(&c);
    c.keeps_all = data[0] & 1;
    follow(&c, (const char *)data + 1, size - 1, piece);
    struct result v = {.count = &c};
    result_text(&v, b);
    buf_clear(b);
    result_json(&v, b);
    need(!b->failed && (result_status(&v) == RESULT_INCOMPLETE) == (c.nproblems > 0));
    count_free(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf one, other;
    if (size == 0)
        return 0;
    buf_init(&one, MOST);
    buf_init(&other, MOST);
    add_result(&one, data, size, size);
    add_result(&other, data, size, 1 + data[0] % 7);
    struct json_object *o = json_read(buf_slice(&one), 8, JSON_UNIQUE | JSON_UTF8);
    need(o && slice_equal(buf_slice(&one), buf_slice(&other)));
    json_object_put(o);
    buf_free(&one);
    buf_free(&other);
    return 0;
}
