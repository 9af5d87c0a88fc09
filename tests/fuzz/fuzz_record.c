/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: records and filters. The input is split at 0xfe into texts: the first is the payload
 * of a message, all together are the fields of an entry. An object made from fields must be JSON. A
 * record that passes a match rule must have the field with that value.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "format/filter.h"
#include "format/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_TEXTS 32

static void check(bool holds)
{
    if (!holds)
        abort();
}

/* Reads each byte, so that the sanitizers check it. */
static void touch(struct slice s)
{
    volatile char sink = 0;
    for (size_t i = 0; i < s.len; i++)
        sink = s.p[i];
    (void)sink;
}

static size_t split(const uint8_t *data, size_t size, struct slice texts[MAX_TEXTS])
{
    const char *p = (const char *)data, *end = p + size;
    size_t n = 0;
    while (n < MAX_TEXTS) {
        const char *mark = p < end ? memchr(p, 0xfe, (size_t)(end - p)) : NULL;
        texts[n++] = slice_make(p, (size_t)((mark ? mark : end) - p));
        if (!mark)
            break;
        p = mark + 1;
    }
    return n;
}

static struct filter *make_filter(struct slice text)
{
    static const struct filter_rule match = {"t", "a"}, list = {"r", "1, 2,x"};
    static const char *const skip[] = {"debug", "audit", NULL};
    struct filter_spec spec = {.match = &match,
                               .nmatch = text.len % 2,
                               .lists = &list,
                               .nlists = text.len / 2 % 2,
                               .level = text.len % 3 ? "info" : NULL,
                               .skip_levels = skip,
                               .query = text};
    struct filter *f = filter_new(&spec);
    if (!f) {
        check(errno == EINVAL);
        spec.query = (struct slice){0};
        f = filter_new(&spec);
    }
    check(f && filter_key(f).len > 0);
    return f;
}

static void ask(struct record *r, struct slice text, const char *json)
{
    struct filter *f = make_filter(text);
    struct slice field;
    if (filter_pass(f, r) && text.len % 2 == 1)
        check(record_field(r, "t", RECORD_ANY, &field) && slice_equal(field, slice_of("a")));
    if (record_field(r, "level", RECORD_ANY, &field))
        touch(field);
    check(!json || record_json(r) || strstr(json, "\\u0000") || r->data.len > RECORD_MAX_PARSE);
    filter_free(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice texts[MAX_TEXTS];
    size_t n = split(data, size, texts);
    struct record r;
    record_from_message(&r, XID_ZERO, texts[0]);
    ask(&r, texts[n - 1], NULL);
    record_end(&r);
    check(record_from_entry(&r, XID_ZERO, texts, n / 2, "data", "event") == 0);
    ask(&r, texts[n - 1], r.made.len > 0 ? r.data.p : NULL);
    record_end(&r);
    return 0;
}
