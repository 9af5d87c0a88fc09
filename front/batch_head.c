/* SPDX-License-Identifier: MIT */
/* batch_head: see batch_head.h. */
#include "front/batch_head.h"

#include <stdio.h>
#include <strings.h>

/* Whether the media type (RFC 9110, section 8.3.1) is `type`; its parameters do not count. */
static bool is_type(const char *text, const char *type)
{
    size_t n = strlen(type);
    return strncasecmp(text, type, n) == 0 && strchr(" \t;", text[n]) != NULL;
}

static bool is_one_of(const char *text, const char *const *types)
{
    while (*types && !is_type(text, *types))
        types++;
    return *types != NULL;
}

/* A body without a type counts as lines, and so does the type that curl --data-binary sends. */
static int find_form(const char *type, enum incoming_form *form, const char **wrong)
{
    static const char *const lines[] = {"text/plain", "application/x-www-form-urlencoded",
                                        "application/octet-stream", NULL};
    static const char *const values[] = {"application/x-ndjson", "application/ndjson",
                                         "application/jsonl", "application/x-jsonlines", NULL};
    if (!type || is_one_of(type, lines))
        *form = INCOMING_LINES;
    else if (is_one_of(type, values))
        *form = INCOMING_NDJSON;
    else if (is_type(type, "application/json"))
        *form = INCOMING_JSON;
    else {
        *wrong = "the types are text/plain, application/x-ndjson and application/json";
        return 415;
    }
    return 0;
}

static int find_loki_form(const char *type, enum incoming_form *form, const char **wrong)
{
    *wrong = "the types are application/json and application/x-protobuf";
    *form = type && is_type(type, "application/json") ? INCOMING_LOKI : INCOMING_LOKI_PROTOBUF;
    return type && (*form == INCOMING_LOKI || is_type(type, "application/x-protobuf")) ? 0 : 415;
}

/* Loki's protobuf form is always Snappy, and some clients name it. */
static int find_coding(const char *coding, struct batch_head *head, const char **wrong)
{
    bool snappy = head->form == INCOMING_LOKI_PROTOBUF;
    head->gzip = coding && (strcasecmp(coding, "gzip") == 0 || strcasecmp(coding, "x-gzip") == 0);
    *wrong = snappy ? "Content-Encoding may be snappy or gzip, or is left out"
                    : "the only Content-Encoding is gzip";
    if (!coding || head->gzip || strcasecmp(coding, "identity") == 0)
        return 0;
    return snappy && strcasecmp(coding, "snappy") == 0 ? 0 : 415;
}

/* A name with a length, and without control characters. */
static bool is_name(const char *text)
{
    size_t len = 0;
    for (; text[len]; len++)
        if ((unsigned char)text[len] < ' ' || text[len] == 0x7f)
            return false;
    return len > 0 && len <= BATCH_HEAD_NAME;
}

static int find_names(const struct request *r, struct batch_head *head, const char **wrong)
{
    const char *offset = request_header(r, "Sselog-Offset", NULL);
    bool too_long = false;
    head->once = request_header(r, "Idempotency-Key", &too_long);
    head->producer = request_header(r, "Sselog-Producer", &too_long);
    head->event = request_arg(r, "event");
    if (too_long || (head->once && !is_name(head->once)) ||
        (head->producer && !is_name(head->producer)) || (head->event && !is_name(head->event)))
        *wrong = "event, Idempotency-Key and Sselog-Producer have 1 to 255 bytes, and no control "
                 "characters";
    else if (head->once && head->producer)
        *wrong = "Idempotency-Key and Sselog-Producer cannot be given together";
    else if (!head->producer != !offset)
        *wrong = "Sselog-Producer and Sselog-Offset belong together";
    else if (offset && slice_number(slice_of(offset), 0, UINT64_MAX, &head->offset))
        *wrong = "Sselog-Offset must be a number";
    else
        return 0;
    return 400;
}

int batch_head_read(const struct request *r, bool loki, struct batch_head *head, const char **wrong)
{
    const char *type = request_param(r, "CONTENT_TYPE");
    *head = (struct batch_head){0};
    int status =
        loki ? find_loki_form(type, &head->form, wrong) : find_form(type, &head->form, wrong);
    if (status == 0)
        status = find_coding(request_header(r, "Content-Encoding", NULL), head, wrong);
    return status ? status : find_names(r, head, wrong);
}

void batch_head_digest(const struct batch_head *head, struct slice body, char out[FINGERPRINT + 1])
{
    char kind[BATCH_HEAD_NAME + 16];
    int len = snprintf(kind, sizeof kind, "%d %s", head->form, head->event ? head->event : "");
    fingerprint_with_nonce(slice_make(kind, (size_t)len), body, out);
}
