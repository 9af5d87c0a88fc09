/* SPDX-License-Identifier: MIT */
/*
 * client: the viewers' clients.  Each takes the bytes out of its FastCGI records and parses them as
 * an event stream (WHATWG HTML 9.2.6).  The events and their times are kept for the oracle.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

struct client *clients[MAX_CLIENTS];
int nclients;

void clients_reset(void)
{
    nclients = 0;
}

/* ---- events ---- */

static struct event *event_add(struct client *c, enum event_kind kind)
{
    if (c->n == MAX_EVENTS) {
        c->broken = "too many events";
        c->n--;
    }
    struct event *e = &c->events[c->n++];
    *e = (struct event){.kind = kind, .stamp = sim.stamp, .n = -1, .serial = -1};
    return e;
}

static const char *find(const char *text, size_t len, const char *what)
{
    return memmem(text, len, what, strlen(what));
}

static long long number_after(const char *text, size_t len, const char *name)
{
    const char *p = find(text, len, name);
    if (!p || p[strlen(name)] == 'n')
        return -1;
    return strtoll(p + strlen(name), NULL, 10);
}

static bool id_after(const char *text, size_t len, const char *name, struct xid *id)
{
    const char *p = find(text, len, name);
    const char *end = p ? strchr(p + strlen(name), '"') : NULL;
    return end &&
           xid_parse(slice_make(p + strlen(name), (size_t)(end - p) - strlen(name)), id) == 0;
}

static void long_text(struct client *c, int serial)
{
    static char text[REC_MAX_BYTES];
    size_t len = rec_payload(&redis.recs[serial], text);
    if (c->view != VIEW_SMARTER && (c->data_len != len || memcmp(text, c->data, len) != 0))
        c->broken = "a long record differs from the one that was added";
}

/* Each "#serial" in the data is a record; a bulk holds many. */
static void records(struct client *c, bool bulk)
{
    const char *p = c->data, *end = c->data + c->data_len;
    bool first = true;
    if (bulk && (*p != '[' || end[-1] != ']' || memchr(p, '\n', c->data_len)))
        c->broken = "a bulk is not one array";
    while ((p = memchr(p, '#', (size_t)(end - p)))) {
        int serial = (int)strtol(p + 1, NULL, 10);
        p++;
        if (serial < 0 || serial >= redis.nrecs || redis.recs[serial].log != c->log) {
            c->broken = "a record of another log";
            return;
        }
        struct event *e = event_add(c, EV_RECORD);
        e->serial = serial;
        e->id = c->id;
        e->bulk = bulk && !first;
        first = false;
        if (c->has_id && !bulk && c->log < STREAMS && xid_cmp(c->id, redis.recs[serial].id) != 0)
            c->broken = "the id is not the id of the record";
        if (!c->has_id && !bulk && c->log < STREAMS)
            c->broken = "a record without an id";
        if (redis.recs[serial].kind == KIND_LONG)
            long_text(c, serial);
        if (redis.recs[serial].kind == KIND_HIDDEN && c->view == VIEW_FILTER)
            c->broken = "a record that the filter hides";
        if (!bulk)
            return;
    }
}

static bool is_same(const struct client *c, struct xid id, const struct position *proof)
{
    return xid_cmp(c->id, id) == 0 && (c->at.rank == RANK_UNKNOWN ||
                                       (c->at.rank == proof->rank && c->at.epoch == proof->epoch));
}

/* An event with only an id must bring a new one, or another proof of it. */
bool client_knows_id(const struct client *c)
{
    bool brought = !c->has_last && c->has_cursor;
    return (c->has_last && is_same(c, c->last, &c->told)) ||
           (brought && is_same(c, c->cursor, &c->brought));
}

static void id_only(struct client *c)
{
    struct event *e = event_add(c, EV_ID);
    const struct rec *r = database_find(c->log, c->id);
    e->id = c->id;
    e->serial = r ? r->serial : -1;
    if (!r && xid_cmp(c->id, XID_ZERO) != 0)
        c->broken = "an id that the log never had";
}

/* Whether the last event is a bulk without an id.  Only a gap has none. */
static bool bulk_is_last(const struct client *c)
{
    return c->view == VIEW_SMARTER && c->log < STREAMS && !c->has_cursor && !c->has_last &&
           c->n > 0 && c->events[c->n - 1].kind == EV_LIVE;
}

static bool is_control(const char *name)
{
    static const char *const names[] = {"gap", "live", "source", "end", "unavailable", "ping"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* A record was deleted from its log. */
static bool has_holes(const struct rec *r)
{
    for (int i = 0; i < redis.nrecs; i++)
        if (redis.recs[i].life == r->life && redis.recs[i].was_deleted)
            return true;
    return false;
}

/* The rank is the number of the record in its log.  The relay does not see records that were
 * deleted before it read them. */
static void check_proof(struct client *c)
{
    const struct rec *r = database_find(c->log, c->id);
    uint64_t rank = r ? (uint64_t)r->count : 0;
    if (c->at.rank != RANK_UNKNOWN && !c->first->proof)
        c->broken = "a proof that was not asked for";
    if (c->at.rank != RANK_UNKNOWN && (c->at.rank > rank || (c->at.rank < rank && !has_holes(r))))
        c->broken = "an id with a wrong rank";
}

/* The counts of a profile that has them. */
static void add_counts(struct client *c, struct event *e)
{
    const char *d = c->data;
    size_t n = c->data_len;
    e->counts.any = find(d, n, "\"sent\":") != NULL;
    e->counts.sent = number_after(d, n, "\"sent\":");
    e->counts.withheld = number_after(d, n, "\"withheld\":");
    e->counts.lost = number_after(d, n, "\"lost\":");
    if (!e->counts.any && c->view != VIEW_SMARTER && !(c->late && e->kind == EV_LIVE))
        c->broken = "a frame without the counts";
}

void client_dispatch(struct client *c)
{
    struct event *e;
    char *d = c->data;
    size_t n = c->data_len;
    bool only_id = strcmp(c->name, "cursor") == 0 || (!c->has_data && c->has_id);
    if (only_id && client_knows_id(c))
        c->broken = "the client has this id already";
    bool excepted = strcmp(c->name, "gap") == 0 || strcmp(c->name, "unavailable") == 0;
    if (bulk_is_last(c) && !excepted) /* no id precedes a gap */
        c->broken = "a bulk has no id";
    if (c->has_id) {
        check_proof(c);
        c->last = c->id;
        c->told = c->at;
        c->has_last = true;
    }
    if (c->name[0] && !c->broken && is_control(c->name) && (*d != '{' || memchr(d, '\n', n)))
        c->broken = "a frame is inside a record";
    if (strcmp(c->name, "gap") == 0) {
        e = event_add(c, EV_GAP);
        e->n = number_after(d, n, "\"lost\":");
        e->has_after = id_after(d, n, "\"after\":\"", &e->after);
        if (c->log < STREAMS && !e->has_after && !(c->lost && c->n == 1))
            c->broken = "a gap without `after`";
        e->has_next = id_after(d, n, "\"next\":\"", &e->next);
    } else if (strcmp(c->name, "live") == 0) {
        e = event_add(c, EV_LIVE);
        e->n = number_after(d, n, "\"replayed\":");
        add_counts(c, e);
    } else if (strcmp(c->name, "source") == 0) {
        e = event_add(c, EV_SOURCE);
        e->live = find(d, n, "\"live\"") != NULL;
    } else if (strcmp(c->name, "end") == 0) {
        add_counts(c, event_add(c, EV_END));
    } else if (strcmp(c->name, "unavailable") == 0) {
        event_add(c, EV_UNAVAILABLE);
    } else if (strcmp(c->name, "ping") == 0) {
        if (c->has_id || number_after(d, n, "\"every\":") != KEEPALIVE * 1000)
            c->broken = "a ping with an id or without its interval";
    } else if (strcmp(c->name, "bulk") == 0) {
        records(c, true);
        int sent = c->n;
        e = event_add(c, EV_LIVE);
        e->n = sent;
        if (c->has_id)
            id_only(c);
    } else if (only_id) {
        id_only(c);
    } else if (c->has_data) {
        records(c, false);
    }
}

static void grow(char **p, size_t *cap, size_t need)
{
    if (need <= *cap)
        return;
    *cap = need * 2 + 256;
    *p = realloc(*p, *cap);
    if (!*p)
        abort();
}

/* Whether the response head tells c that it has a place.  After a keepalive's time, or while Redis
 * is away, or without memory to keep it, the head is sent without one. */
static bool has_place(const struct client *c)
{
    bool soon = sim.now - c->joined_at < KEEPALIVE * 1000;
    return c->late && !c->oom && soon && sim.relay->up && !redis.down_ever;
}

static void end_of_line(struct client *c)
{
    size_t n = c->len;
    if (n > 0 && c->line[n - 1] == '\r')
        n--;
    c->len = 0;
    if (n == 0) {
        if (c->beside && (c->has_data || c->has_id))
            several_dispatch(c);
        else if (c->has_data || c->has_id)
            client_dispatch(c);
        c->name[0] = '\0';
        c->has_data = c->has_id = false;
        c->data_len = 0;
        return;
    }
    c->line[n] = '\0';
    if (memcmp(c->line, "data: ", 6) == 0) {
        grow(&c->data, &c->data_cap, c->data_len + n + 2);
        if (c->has_data)
            c->data[c->data_len++] = '\n';
        memcpy(c->data + c->data_len, c->line + 6, n - 6);
        c->data_len += n - 6;
        c->data[c->data_len] = '\0';
        c->has_data = true;
    } else if (memcmp(c->line, "id: ", 4) == 0 && c->beside) {
        several_id(c, c->line + 4);
    } else if (memcmp(c->line, "id: ", 4) == 0) {
        if (position_parse(slice_make(c->line + 4, n - 4), &c->at))
            c->broken = "not an id";
        c->id = c->at.id;
        c->has_id = true;
    } else if (memcmp(c->line, "event: ", 7) == 0) {
        snprintf(c->name, sizeof c->name, "%s", c->line + 7);
    } else if (strcmp(c->line, "HEAD") == 0) {
        c->headed = has_place(c) ? sim.stamp : NEVER;
    } else if (c->line[0] != ':' && memcmp(c->line, "retry: ", 7) != 0) {
        c->broken = "not a field of an event stream";
    }
}

void client_text(struct client *c, const char *p, size_t len)
{
    while (len > 0) {
        const char *end = memchr(p, '\n', len);
        size_t n = end ? (size_t)(end - p) : len;
        grow(&c->line, &c->cap, c->len + n + 8);
        memcpy(c->line + c->len, p, n);
        c->len += n;
        if (!end)
            return;
        memset(c->line + c->len, 0, 8);
        end_of_line(c);
        p += n + 1;
        len -= n + 1;
    }
}

static void body(struct client *c, const char *p, size_t len)
{
    if (c->gzip)
        client_gunzip(c, p, len);
    else
        client_text(c, p, len);
}

/* FastCGI specification, section 3.3. */
void client_bytes(struct client *c, const char *p, size_t len)
{
    if (c->cgi) {
        body(c, p, len);
        return;
    }
    while (len > 0) {
        if (c->have < 8) {
            c->head[c->have++] = (unsigned char)*p++;
            len--;
            if (c->have < 8)
                continue;
            c->type = c->head[1];
            c->content = (size_t)(c->head[4] << 8 | c->head[5]);
            c->padding = c->head[6];
            if (c->head[0] != 1 || c->over)
                c->broken = "not a FastCGI record, or one after the end";
        } else if (c->content > 0) {
            size_t n = len < c->content ? len : c->content;
            if (c->type == 6)
                body(c, p, n);
            c->content -= n;
            p += n;
            len -= n;
        }
        if (c->have == 8 && c->content == 0) {
            c->over = c->over || c->type == 3;
            if (c->over)
                client_gunzip_ends(c);
            c->have = 0;
        }
    }
}

void client_closed(struct client *c)
{
    c->closed = sim.stamp;
    c->held = sim.stopping;
    story("client %d: closed", c->number);
}

/* ---- steps ---- */

static struct client *client_new(void)
{
    struct client *c = clients[nclients];
    if (!c) {
        c = clients[nclients] = calloc(1, sizeof *c);
        if (!c)
            abort();
    }
    char *line = c->line, *data = c->data;
    size_t cap = c->cap, data_cap = c->data_cap;
    struct z_stream_s *inflater = c->inflater;
    memset(c, 0, offsetof(struct client, events));
    memset((char *)c + offsetof(struct client, n), 0, sizeof *c - offsetof(struct client, n));
    c->line = line;
    c->data = data;
    c->cap = cap;
    c->data_cap = data_cap;
    c->inflater = inflater;
    c->number = nclients++;
    c->first = c;
    c->closed = c->left = c->headed = NEVER;
    c->joined = sim.stamp;
    c->joined_at = sim.now;
    c->base = c->base_life = -1;
    return c;
}

/* The id of the nth newest record that the log ever had, or of the first after it. */
static void set_since(struct client *c, int which, bool after)
{
    for (int i = redis.nrecs - 1; i >= 0; i--) {
        const struct rec *r = &redis.recs[i];
        if (r->log == c->log && which-- == 0)
            c->since = after ? xid_next(r->id) : r->id;
    }
    c->since_life = redis.life[c->log];
}

/* As another process told it. */
static struct position proven(const struct rec *r)
{
    struct position at = {.id = r->id, .rank = (uint64_t)r->count};
    for (int i = r->serial; i >= 0; i--)
        if (redis.recs[i].life == r->life)
            at.epoch = epoch_first(redis.recs[i].id);
    return at;
}

static void set_cursor(struct client *c, int which)
{
    if (which <= -4 && c->log < STREAMS) {
        c->lost = which == -4 && c->view != VIEW_SMARTER;
        c->since_all = which <= -200;
        if (c->since_all)
            c->history = INT_MAX;
        if (which <= -100)
            set_since(c, -which % 100 / 2, -which % 2);
        return;
    }
    c->has_cursor = which != -1 && c->log < STREAMS;
    if (!c->has_cursor || which == -2)
        return;
    if (which == -3) {
        c->cursor = (struct xid){redis.next_ms[c->log] + 500000, 7};
        c->base = redis.nrecs - 1;
        c->base_life = -2; /* no log ever had this id */
        return;
    }
    for (int i = redis.nrecs - 1; i >= 0; i--) {
        const struct rec *r = &redis.recs[i];
        if (r->log == c->log && which-- == 0) {
            c->cursor = r->id;
            c->brought = proven(r);
            c->base = r->serial;
            c->base_life = r->life;
            return;
        }
    }
}

static const char *text_of(struct xid id)
{
    static char text[XID_TEXT];
    xid_format(id, text);
    return text;
}

static struct client *new_of(const struct step *s, int log)
{
    struct client *c = client_new();
    c->log = log;
    c->view = (enum view_kind)(s->a / 10 % VIEWS);
    c->history = s->c;
    c->file = s->d % 10 == 7;
    c->cgi = s->d % 10 >= 5;
    c->late = s->a != JOIN_SEVERAL && (s->d % 10 == 2 || s->d % 10 == 6);
    c->lifetime = s->d / 10 % 100;
    c->poll = c->lifetime == POLL_LIFETIME && c->log < STREAMS;
    if (c->poll)
        c->lifetime = 0;
    c->gzip = s->d >= JOIN_GZIP;
    c->proof = c->number % 3 == 1 && c->view != VIEW_SMARTER;
    set_cursor(c, s->b);
    story("client %d: %s log%d, %s, %s %s, history %d", c->number, c->poll ? "polls" : "joins",
          c->log, client_profiles[c->view], c->has_cursor ? "after" : "since",
          text_of(c->has_cursor ? c->cursor : c->since), c->history);
    return c;
}

/* c has the connection of first. */
static void put_beside(struct client *first, struct client *c)
{
    c->first = first;
    first->beside = c;
    c->proof = first->proof;
}

/* Each client of one stream of both logs has its own cursor. A time is the same for both. */
static void join(const struct step *s)
{
    bool several = s->a == JOIN_SEVERAL;
    if (nclients + several >= MAX_CLIENTS)
        return;
    struct client *c = new_of(s, several ? 0 : s->a % 10);
    if (several) {
        put_beside(c, new_of(s, 1));
        c->beside->since = c->since;
        c->beside->history = c->history;
    }
    client_admit(c);
}

/* Comes back with the last id that it received, as EventSource does. */
static struct client *again(struct client *old)
{
    struct client *c = client_new();
    c->log = old->log;
    c->proof = old->proof;
    c->view = old->view;
    c->history = old->history;
    c->cgi = old->cgi;
    c->late = old->late;
    c->poll = old->poll;
    c->gzip = old->gzip;
    c->lost = old->lost;
    c->since = old->since;
    c->since_all = old->since_all;
    c->since_life = redis.life[c->log];
    c->has_cursor = old->has_last || old->has_cursor;
    if (old->has_last) {
        const struct rec *r = database_find(c->log, old->last);
        c->cursor = old->last;
        c->brought = old->told;
        c->base = r ? r->serial : -1;
        c->base_life = r ? r->life : -1;
    } else if (old->has_cursor) {
        c->cursor = old->cursor;
        c->brought = old->brought;
        c->base = old->base;
        c->base_life = old->base_life;
    }
    c->lost = c->lost && !c->has_cursor;
    story("client %d: reconnects as %d with %s", old->number, c->number,
          c->has_cursor ? text_of(c->cursor) : "no cursor");
    return c;
}

static void reconnect(struct client *old)
{
    if (nclients + (old->beside != NULL) >= MAX_CLIENTS)
        return;
    machine_hang_up(old->fd);
    old->left = old->left < sim.stamp ? old->left : sim.stamp;
    struct client *c = again(old);
    if (old->beside)
        put_beside(c, again(old->beside));
    client_admit(c);
}

void clients_flow_all(void)
{
    for (int i = 0; i < nclients; i++)
        if (machine_open(clients[i]->fd))
            machine_flow(clients[i]->fd, true, 0);
}

void client_op(const struct step *s)
{
    if (s->op == OP_JOIN) {
        join(s);
        return;
    }
    if (nclients == 0)
        return;
    struct client *c = clients[s->a < 0 ? nclients - 1 : s->a % nclients]->first; /* -1: newest */
    if (s->op == OP_AGAIN) {
        reconnect(c);
        return;
    }
    if (!machine_open(c->fd))
        return;
    if (s->op == OP_STALL) {
        machine_flow(c->fd, false, s->b);
        c->slow = true;
        story("client %d: stops reading after %d bytes", c->number, s->b);
    } else if (s->op == OP_TAKE) {
        machine_take(c->fd, s->b);
    } else if (s->op == OP_FLOW) {
        machine_flow(c->fd, true, 0);
        story("client %d: reads again", c->number);
    } else {
        machine_hang_up(c->fd);
        c->left = c->left < sim.stamp ? c->left : sim.stamp;
        story("client %d: hangs up", c->number);
    }
}

void client_print(const struct client *c)
{
    static const char letters[] = "rIglseu";
    printf("client %d:", c->number);
    for (int i = 0; i < c->n; i++) {
        const struct event *e = &c->events[i];
        printf(" %c", letters[e->kind]);
        if (e->kind == EV_RECORD || e->kind == EV_ID)
            printf("%d", e->serial);
        else if (e->kind == EV_GAP || e->kind == EV_LIVE)
            printf("%lld", e->n);
        else if (e->kind == EV_SOURCE)
            printf("%s", e->live ? "+" : "-");
    }
    printf("\n");
}
