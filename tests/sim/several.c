/* SPDX-License-Identifier: MIT */
/*
 * several: clients of one stream of both streams' logs.  Such a client is two in a list.  The
 * first parses the bytes, and each gets the events of its log: the oracle checks each like a client
 * of one log.  A cursor is right when it has, for each log, the last id that came of it.
 */
#include <stdlib.h>
#include <string.h>

#include "format/cursor_list.h"
#include "sim.h"

static const char *const names[STREAMS] = {"log0", "log1"};

const char *several_name(const struct client *c)
{
    return c->first->beside ? names[c->log] : NULL;
}

/* The fields of an id line, which names the logs of which the client has an id. */
void several_id(struct client *first, const char *text)
{
    if (!cursor_list_is(text))
        first->broken = "not a cursor of several logs";
    for (struct client *c = first; c; c = c->beside) {
        c->has_id = cursor_list_find(text, names[c->log], &c->at);
        c->id = c->has_id ? c->at.id : c->id;
    }
}

/* c dispatches what first has parsed. */
static void lend(struct client *c, struct client *first)
{
    char *data = c->data;
    if (c == first) {
        client_dispatch(c);
        return;
    }
    c->data = first->data;
    c->data_len = first->data_len;
    c->has_data = first->has_data;
    memcpy(c->name, first->name, sizeof c->name);
    client_dispatch(c);
    c->data = data;
    c->has_data = false;
}

/* The log whose name the frame says; -1: none. */
static int log_of(const struct client *first)
{
    static const char *const says[STREAMS] = {"{\"log\":\"log0\",", "{\"log\":\"log1\","};
    for (int i = 0; i < STREAMS; i++)
        if (strncmp(first->name, "record.", 7) == 0 ? strcmp(first->name + 7, names[i]) == 0
                                                    : strncmp(first->data, says[i], 14) == 0)
            return i;
    return -1;
}

/* A frame of one log. In a record, the id of the other log is the one that came last. */
static void dispatch_one(struct client *first, int log)
{
    bool is_gap = strcmp(first->name, "gap") == 0;
    for (struct client *c = first; c; c = c->beside) {
        if (c->log == log) {
            if (is_gap && first->has_id)
                first->broken = "a gap with an id";
            lend(c, first);
        } else if (!is_gap && c->has_id != (c->has_last || c->has_cursor)) {
            first->broken = "a cursor lacks a log, or has one too many";
        } else if (!is_gap && c->has_id && !client_knows_id(c)) {
            first->broken = "a record moves the cursor of another log";
        }
    }
}

/* Each log whose id is new has moved. */
static void dispatch_cursor(struct client *first)
{
    bool moved = false;
    for (struct client *c = first; c; c = c->beside) {
        if (c->has_id && !client_knows_id(c)) {
            lend(c, first);
            moved = true;
        }
    }
    if (!moved)
        first->broken = "the client has this cursor already";
}

/* `replayed` is the number of records of all logs; the oracle wants that of its log. */
static void count_replayed(struct client *first)
{
    long long all = 0, said = first->events[first->n - 1].n;
    for (struct client *c = first; c; c = c->beside) {
        long long n = 0;
        for (int i = 0; i < c->n; i++)
            n += c->events[i].kind == EV_RECORD;
        c->events[c->n - 1].n = n;
        all += n;
    }
    if (all != said)
        first->broken = "`replayed` is not the number of records of all logs";
}

static void dispatch_all(struct client *first)
{
    if (first->has_id)
        first->broken = "a control frame with an id";
    for (struct client *c = first; c; c = c->beside)
        lend(c, first);
    if (strcmp(first->name, "live") == 0)
        count_replayed(first);
}

void several_dispatch(struct client *first)
{
    int log = first->has_data ? log_of(first) : -1;
    if (log >= 0)
        dispatch_one(first, log);
    else if (strcmp(first->name, "cursor") == 0)
        dispatch_cursor(first);
    else if (first->name[0] == '\0' && first->has_data)
        first->broken = "a record without the name of its log";
    else
        dispatch_all(first);
    for (struct client *c = first; c; c = c->beside)
        c->has_id = false;
}

/* Each is closed, and the like, with the connection. */
static void share(struct client *first)
{
    for (struct client *c = first->beside; c; c = c->beside) {
        c->left = first->left;
        c->closed = first->closed;
        c->over = first->over;
        c->oom = c->oom || first->oom;
        c->slow = first->slow;
        c->held = first->held;
        if (!c->broken)
            c->broken = first->broken;
    }
}

void several_share(void)
{
    for (int i = 0; i < nclients; i++)
        share(clients[i]);
}
