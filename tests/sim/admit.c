/* SPDX-License-Identifier: MIT */
/* admit: what the front would hand over to the relay for a client. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "format/profile_parts.h"
#include "sim.h"

static const char *const keys[LOGS] = {"log0", "log1", "channel"};
const char *const client_profiles[VIEWS] = {"plain", "plain", "envelope", "smarter"};

static void live_frame(const struct profile *p, struct buf *b, const struct moment *m)
{
    char data[64];
    snprintf(data, sizeof data, "{\"replayed\":%llu}", (unsigned long long)m->replayed);
    profile_control(p, b, "live", data);
}

/* A late profile sends the response head when the viewer has a place.  Here it also tells when the
 * viewer is live, for the oracle. */
static const struct profile *profile_of(const struct client *c)
{
    static struct profile late[VIEWS];
    const struct profile *p = profile_find(client_profiles[c->view]);
    if (!c->late)
        return p;
    late[c->view] = *p;
    late[c->view].late = true;
    if (!p->live)
        late[c->view].live = live_frame;
    return &late[c->view];
}

static struct filter *filter_of(enum view_kind view)
{
    struct filter_spec spec = {.query =
                                   view == VIEW_FILTER ? slice_of("keep") : slice_make(NULL, 0)};
    return filter_new(&spec);
}

static void add_poll(const struct client *c, struct admission *a)
{
    if (!c->poll)
        return;
    struct poll *p = a->poll = calloc(1, sizeof *p);
    if (!p)
        abort();
    p->every = a->retry;
    p->key = strdup("hold");
    p->came = clock_us() - 1;
}

static void fill_log(struct admitted_log *l, const struct client *c)
{
    const char *name = several_name(c);
    l->key = strdup(keys[c->log]);
    l->name = name ? strdup(name) : NULL;
    l->filter = filter_of(c->view);
    l->has_cursor = c->has_cursor;
    l->cursor = c->cursor;
    l->cursor_lost = c->lost;
    l->rank = c->first->proof ? c->brought.rank : RANK_UNKNOWN;
    l->epoch = c->first->proof ? c->brought.epoch : EPOCH_UNKNOWN;
}

void client_admit(struct client *c)
{
    struct seat_holder nobody = {HOLDER_NOBODY, ""};
    struct admission *a = calloc(1, sizeof *a);
    c->fd = machine_socket(c, c->file);
    out_init(&a->out, c->fd, c->cgi ? 0 : 1);
    buf_init(&a->head, 4096);
    buf_adds(&a->head, "HEAD\n\n");
    a->profile = profile_of(c);
    a->kind = c->log == 2 ? LOG_PUBSUB : LOG_STREAM;
    fill_log(&a->log, c);
    for (struct admitted_log *l = &a->log; c->beside; l = l->next) {
        c = c->beside;
        c->fd = c->first->fd;
        fill_log(l->next = calloc(1, sizeof *l), c);
    }
    c = c->first;
    a->field = strdup("data");
    a->event_field = strdup("event");
    a->since = c->since;
    a->since_all = c->since_all;
    a->history = (unsigned)c->history;
    a->keepalive = KEEPALIVE;
    a->retry = 3000;
    a->lifetime = (unsigned)c->lifetime;
    add_poll(c, a);
    a->gzip = c->gzip;
    a->proof = c->proof;
    a->refused = relay_seat(sim.relay, &nobody, &a->seat);
    relay_admit(sim.relay, a);
}
