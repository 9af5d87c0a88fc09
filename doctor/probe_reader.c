/* SPDX-License-Identifier: MIT */
/* probe_reader: see probe_reader.h. */
#include "doctor/probe_reader.h"

#include <json-c/json.h>
#include <stdio.h>

#include "format/json.h"

#define MAX_DEPTH 4

static void read_text(struct json_object *o, const char *name, char out[PROBE_TEXT])
{
    struct json_object *member;
    struct slice text;
    out[0] = '\0';
    if (json_object_object_get_ex(o, name, &member) && member && json_text(member, &text))
        snprintf(out, PROBE_TEXT, "%.*s", (int)text.len, text.p);
}

static unsigned read_number(struct json_object *o, const char *name)
{
    char text[PROBE_TEXT];
    uint64_t number = 0;
    read_text(o, name, text);
    slice_number(slice_of(text), 0, UINT32_MAX, &number);
    return (unsigned)number;
}

/* Whether the list has the text. */
static bool has(struct json_object *o, const char *list, const char *wanted)
{
    struct json_object *items;
    struct slice text;
    if (!json_object_object_get_ex(o, list, &items) || !json_object_is_type(items, json_type_array))
        return false;
    for (size_t i = 0; i < json_object_array_length(items); i++)
        if (json_text(json_object_array_get_idx(items, i), &text) &&
            slice_equal(text, slice_of(wanted)))
            return true;
    return false;
}

/* A proxy's headers, which the doctor does not send. */
static bool is_forwarded(struct json_object *o)
{
    static const char *const names[] = {"HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_VIA",
                                        "HTTP_X_REAL_IP"};
    bool found = false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        found = found || has(o, "headers", names[i]);
    return found;
}

static void read_members(struct json_object *o, struct probe *p)
{
    p->pid = read_number(o, "pid");
    p->lifetime = read_number(o, "lifetime");
    p->keepalive = read_number(o, "keepalive");
    p->compress = read_number(o, "compress") > 0;
    p->authorization = has(o, "headers", "HTTP_AUTHORIZATION") ||
                       has(o, "redirected", "REDIRECT_HTTP_AUTHORIZATION");
    p->wants_authorization = has(o, "auth", "bearer") || has(o, "auth", "jwt");
    p->forwarded = is_forwarded(o);
    read_text(o, "protocol", p->protocol);
    read_text(o, "started", p->started);
    read_text(o, "server", p->server);
    read_text(o, "address", p->address);
    read_text(o, "profile", p->profile);
    read_text(o, "remote_user", p->remote_user);
    read_text(o, "user", p->user);
    read_text(o, "tenant", p->tenant);
    read_text(o, "role", p->role);
    read_text(o, "method", p->method);
    read_text(o, "why", p->why);
    read_text(o, "text", p->text);
    read_text(o, "claim", p->claim);
    read_text(o, "user_header", p->user_header);
    read_text(o, "tenant_header", p->tenant_header);
    read_text(o, "role_header", p->role_header);
}

int probe_read(struct slice text, const char *nonce, struct probe *out)
{
    char its[PROBE_TEXT];
    struct json_object *o = json_read(text, MAX_DEPTH, JSON_UNIQUE | JSON_UTF8);
    *out = (struct probe){0};
    if (!json_object_is_type(o, json_type_object)) {
        json_object_put(o);
        return -1;
    }
    read_text(o, "probe", its);
    if (strcmp(its, nonce) == 0)
        read_members(o, out);
    json_object_put(o);
    return strcmp(its, nonce) == 0 ? 0 : -1;
}
