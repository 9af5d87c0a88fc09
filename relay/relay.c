/* SPDX-License-Identifier: MIT */
/*
 * relay: the loop.  Orders arrive on a pipe from the front, news from Redis through the feed, and
 * peers make room or go away.  Each turn handles what came, then what is due, and then takes ended
 * viewers apart.
 */
#include "relay/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "relay/channels.h"
#include "relay/fanout.h"
#include "relay/gather.h"
#include "relay/presence.h"
#include "relay/pubsub.h"
#include "relay/reads.h"
#include "relay/replaces.h"
#include "relay/revocation.h"
#include "relay/seats.h"
#include "relay/tail.h"
#include "relay/trace.h"
#include "relay/viewer.h"
#include "relay/waitlist.h"

#define SWEEP_MS  250 /* times are looked at this often at most */
#define LOOK_MS   250 /* without tracking: logs are looked at this often */
#define EASED_MS  10  /* viewers that wait for memory are looked at this often at most */
#define EVENTS    256
#define SETTLE_MS 300  /* for the last commands, at the end */
#define ORDER_MS  2000 /* a front thread waits so long while a hung relay leaves the pipe full */

/* ---- seats ---- */

const char *seat_refusal(enum seat_result result)
{
    return result == SEAT_FULL        ? "too many viewers"
           : result == SEAT_USER_FULL ? "too many viewers for this user"
                                      : "out of memory";
}

enum seat_result relay_seat(struct relay *r, const struct seat_holder *holder, struct seat **seat)
{
    return seats_take(r->seats, holder, seat);
}

void relay_unseat(struct relay *r, struct seat *seat, enum seat_result result)
{
    if (result == SEAT_TAKEN)
        seats_give(r->seats, seat);
    else
        seats_leave(r->seats, seat);
}

/* ---- orders from other threads ---- */

/* The last one only makes the loop turn. */
enum order_kind { ORDER_ADMIT, ORDER_DRAIN, ORDER_TURN };

struct order {
    uintptr_t kind; /* enum order_kind, in a whole word: no padding goes through the pipe */
    void *what;     /* struct admission or struct drain, malloced */
};

/* An answer's rest on its way to the relay. */
struct drain {
    struct out out;
    struct seat *account;
    struct charge charged;
};

/* A pipe takes writes of up to PIPE_BUF whole (POSIX write(2)), and is safe in signal handlers. */
static int give_order(struct relay *r, struct order o, int wait_ms)
{
    struct pollfd room = {.fd = r->pipe[1], .events = POLLOUT};
    ssize_t n;
    do
        n = write(r->pipe[1], &o, sizeof o);
    while (n < 0 && (errno == EINTR || (errno == EAGAIN && poll(&room, 1, wait_ms) > 0)));
    return n == (ssize_t)sizeof o ? 0 : -1;
}

void relay_admit(struct relay *r, struct admission *a)
{
    struct order o = {ORDER_ADMIT, a};
    if (give_order(r, o, ORDER_MS) == 0)
        return;
    if (a->seat)
        relay_unseat(r, a->seat, a->refused);
    admission_free(a);
}

bool relay_has_room(struct relay *r, const struct seat_holder *holder)
{
    struct seat *account = seats_account(r->seats, holder);
    bool room = seats_room(r->seats, account) == BUDGET_ROOM;
    if (account)
        seats_release(r->seats, account);
    return room;
}

unsigned relay_seats(const struct relay *r)
{
    return seats_taken(r->seats);
}

size_t relay_held(const struct relay *r)
{
    return r->budget.used;
}

int64_t relay_turn_ms(struct relay *r)
{
    struct order o = {ORDER_TURN, NULL};
    int64_t now = clock_ms(), began = r->turn_began, asked = 0;
    if (atomic_compare_exchange_strong(&r->turn_asked, &asked, now))
        give_order(r, o, 0);
    if (began == 0 || (asked != 0 && asked < began))
        began = asked;
    return began && began < now ? now - began : 0;
}

bool relay_is_asked(const struct relay *r)
{
    struct pollfd p = {.fd = r->pipe[0], .events = POLLIN};
    return poll(&p, 1, 0) > 0;
}

static void drop_drain(struct relay *r, struct drain *d)
{
    seats_charge(r->seats, d->account, &d->charged, (struct charge){0});
    if (d->account)
        seats_release(r->seats, d->account);
    out_close(&d->out);
    free(d);
}

void relay_drain(struct relay *r, struct out out, const struct seat_holder *holder)
{
    struct drain *d = calloc(1, sizeof *d);
    if (!d) {
        out_close(&out);
        return;
    }
    d->out = out;
    d->account = seats_account(r->seats, holder);
    seats_charge(r->seats, d->account, &d->charged, charge_of(out.rest.cap, 0));
    struct order o = {ORDER_DRAIN, d};
    if (give_order(r, o, ORDER_MS))
        drop_drain(r, d); // cppcheck-suppress memleak ; the relay frees it
}

void relay_stop(struct relay *r)
{
    struct order o = {ORDER_TURN, NULL};
    r->stopping = true;
    give_order(r, o, 0); /* there may be no room: then other orders make it turn */
}

bool relay_is_stopping(const struct relay *r)
{
    return r->stopping;
}

static const struct log_source *const sources[] = {
    [LOG_STREAM] = &tail_source, [LOG_PUBSUB] = &pubsub_source, [LOG_CHANNELS] = &channels_source};

static void admit_viewer(struct relay *r, struct admission *a)
{
    if (a->poll && r->until_idle)
        redis_feed_briefly(r->feed);
    struct viewer *v = viewer_new(r, a);
    if (!v)
        return;
    if (log_attach(v, a, sources[a->kind]) ||
        (a->revocation_key && revocation_attach(v, a, viewer_end))) {
        viewer_close(v);
        return;
    }
    viewer_begin(v, a);
    if (a->replaces && v->state == VIEWER_OPEN)
        replaces_add(v, a->replaces);
    if (r->stop_by)
        viewer_end(v, END_SHUTDOWN);
    else if (v->state == VIEWER_OPEN)
        log_begin(v);
    log_serve(v);
}

/* The stream that a's tab had before ends, and its seat is free. */
static void replace(struct relay *r, const struct admission *a)
{
    const struct log *l = a->replaces ? log_find(r, a->kind, a->log.key) : NULL;
    struct viewer *old = l ? replaces_find(r, a->seat, l, a->replaces) : NULL;
    if (old)
        viewer_end(old, END_REPLACED);
}

static void admit_seated(struct relay *r, struct admission *a)
{
    replace(r, a);
    admit_viewer(r, a);
    if (a->seat) /* not taken */
        relay_unseat(r, a->seat, a->refused);
    admission_free(a);
    sweep_by(r, r->now); /* its times are to be looked at */
}

static void admit(struct relay *r, struct admission *a)
{
    replace(r, a);
    if (a->refused != SEAT_TAKEN && seats_claim(r->seats, a->seat))
        a->refused = SEAT_TAKEN;
    if (a->refused == SEAT_TAKEN)
        admit_seated(r, a);
    else
        waitlist_add(r, a);
}

/* There was no seat in time. */
static void refuse(struct relay *r, struct admission *a)
{
    trace_refusal(r, a->refusal_line);
    r->stats.unseated[a->refused]++;
    struct seat *account = seats_hold(r->seats, a->seat);
    relay_unseat(r, a->seat, a->refused);
    out_send_bytes(&a->out, a->refusal.p, a->refusal.len);
    out_finish(&a->out);
    if (a->out.rest.len == 0) {
        seats_release(r->seats, account);
    } else {
        viewer_new_drain(r, a->out, account, (struct charge){0});
        a->out.fd = -1;
        buf_init(&a->out.rest, 0);
        sweep_by(r, r->now);
    }
    admission_free(a);
}

/* Seats that became free in this turn go to those that wait. */
static void serve_waitlist(struct relay *r)
{
    struct admission *a;
    while ((a = waitlist_seated(r)))
        admit_seated(r, a);
    while ((a = waitlist_overdue(r)))
        refuse(r, a);
}

static void stop_all(struct relay *r)
{
    if (r->stop_by)
        return;
    r->stop_by = r->now + 1000;
    while (r->handing) /* nobody could read a channel's messages again */
        fanout_finish(r->handing);
    for (struct viewer *v = r->all; v; v = v->all_next)
        viewer_end(v, END_SHUTDOWN);
}

/* Whether there were any. */
static bool take_orders(struct relay *r)
{
    struct order o[64];
    ssize_t n = read(r->pipe[0], o, sizeof o);
    for (size_t i = 0; n > 0 && i < (size_t)n / sizeof *o; i++) {
        if (o[i].kind == ORDER_ADMIT) {
            admit(r, o[i].what);
        } else if (o[i].kind == ORDER_DRAIN) {
            const struct drain *d = o[i].what;
            viewer_new_drain(r, d->out, d->account, d->charged);
            free(o[i].what);
        }
    }
    if (n > 0)
        r->turn_asked = 0;
    if (n > 0 && r->stopping)
        stop_all(r);
    return n > 0;
}

/* ---- what the feed says ---- */

static void on_up(void *arg, bool tracking)
{
    struct relay *r = arg;
    r->up = true;
    r->down = false;
    r->tracking = tracking;
    r->storm.ends = 0;
    r->next_look = r->now + LOOK_MS;
    r->stats.redis_up = true;
    for (struct log *l = r->logs; l; l = l->next)
        l->source->up(l);
    presence_renew(r);
    revocation_look_all(r);
    for (struct viewer *v = r->all; v; v = v->all_next)
        if (v->told_lost)
            log_serve(v);
}

static void on_down(void *arg)
{
    struct relay *r = arg;
    r->up = false;
    r->down = true;
    r->stats.redis_up = false;
    r->stats.outages++;
    reads_empty_queue(r);
    presence_forget(r);
    for (struct log *l = r->logs; l; l = l->next)
        l->source->down(l);
    for (struct viewer *v = r->all; v; v = v->all_next)
        log_serve(v);
}

/* While a storm lasts, logs and watched keys are read at intervals, as without tracking. */
static void storm_begins(struct relay *r)
{
    diag(
        DIAG_WARNING, "relay",
        "Redis announces changes that are none (see tracking-table-max-keys): looking every 250 ms "
        "for %u seconds",
        r->storm.last_ms / 1000);
    r->tracking = false;
    r->next_look = r->now;
}

static void on_invalidated(void *arg, struct slice key)
{
    struct relay *r = arg;
    if (!r->tracking)
        return;
    if (storm_on_invalidation(&r->storm, r->now, r->stats.logs)) {
        storm_begins(r);
        return;
    }
    tail_invalidated(arg, key);
    channels_invalidated(arg, key);
    revocation_invalidated(arg, key);
}

static void on_message(void *arg, struct slice channel, struct slice payload)
{
    pubsub_message(arg, channel, payload);
}

static void on_subscribed(void *arg, struct slice channel)
{
    pubsub_subscribed(arg, channel);
}

static void on_popped(void *arg, struct slice member)
{
    channels_popped(arg, member);
}

static void on_refused(void *arg)
{
    pubsub_refused(arg);
}

static const struct redis_events feed_events = {
    on_up, on_down, on_invalidated, on_message, on_subscribed, on_refused, on_popped};

/* ---- the loop ---- */

/* Viewers that wait for memory are looked at soon after some was given back. */
static void look_at_held_back(struct relay *r)
{
    if (!r->held_back || r->freed == r->budget.freed ||
        !budget_is_eased(r->budget.max, r->budget.used))
        return;
    r->held_back = false;
    r->freed = r->budget.freed;
    sweep_by(r, r->now + EASED_MS);
}

/* When most viewers of a crowd have left, what they used goes back to the system. */
static void give_memory_back(struct relay *r)
{
    uint64_t viewers = r->stats.viewers;
    if (viewers > r->most_viewers)
        r->most_viewers = viewers;
    if (r->most_viewers < 64 || viewers > r->most_viewers / 2)
        return;
    r->most_viewers = viewers;
    malloc_trim(0);
}

/* Looks at the times of all viewers.  A walk over some memory four times a second costs less than
 * thousands of timers in order. */
static void sweep(struct relay *r)
{
    r->next_sweep = INT64_MAX; /* the walk may call for another at once */
    int64_t due = log_sweep(r), channels = channels_check_times(r);
    revocation_look_due(r);
    give_memory_back(r);
    if (channels < due)
        due = channels;
    for (struct viewer *v = r->all; v; v = v->all_next) {
        int64_t next_due = viewer_check_times(v);
        if (next_due < due)
            due = next_due;
        if (viewer_is_idle(v))
            log_serve(v);
    }
    sweep_by(r, due < r->now + SWEEP_MS ? r->now + SWEEP_MS : due);
}

/* Those that ended, in the order of their ends.  A crowd that ends is met in the order of a list,
 * for example of a revocation key's; each viewer is first in that list then, and found at once. */
static struct viewer *take_ended(struct relay *r)
{
    struct viewer *first = NULL;
    while (r->ended) {
        struct viewer *v = r->ended;
        r->ended = v->ended_next;
        v->ended_next = first;
        first = v;
    }
    return first;
}

/* Takes apart the viewers that ended in this turn. */
static void reap(struct relay *r)
{
    for (struct viewer *v = take_ended(r), *next; v; v = next) {
        next = v->ended_next;
        log_detach(v);
        revocation_detach(v);
        if (v->state == VIEWER_CLOSED)
            viewer_free(v);
    }
}

static int time_to_wait(const struct relay *r)
{
    int64_t due = redis_feed_deadline(r->feed);
    if (r->handing)
        return 0;
    if (gather_due(r) < due)
        due = gather_due(r);
    if (r->next_sweep < due)
        due = r->next_sweep;
    if (waitlist_due(r) < due)
        due = waitlist_due(r);
    if (r->up && !r->tracking && r->next_look < due)
        due = r->next_look;
    if (r->stop_by && r->stop_by < due)
        due = r->stop_by;
    if (due == INT64_MAX)
        return -1;
    int64_t wait = due - clock_ms();
    return wait < 0 ? 0 : wait > 60000 ? 60000 : (int)wait;
}

static void turn(struct relay *r)
{
    static const struct slice all_keys = {0};
    struct epoll_event events[EVENTS];
    atomic_store_explicit(&r->turn_began, 0, memory_order_relaxed);
    int n = epoll_wait(r->epoll, events, EVENTS, time_to_wait(r));
    r->now = clock_ms();
    atomic_store_explicit(&r->turn_began, r->now, memory_order_relaxed);
    r->deflated = 0;
    redis_feed_set_time(r->feed, r->now);
    for (int i = 0; i < n; i++) {
        void *p = events[i].data.ptr;
        if (p == r)
            take_orders(r);
        else if (p != r->feed && viewer_event(p, events[i].events))
            log_serve(p);
    }
    redis_feed_run(r->feed, r->now);
    tail_run(r);
    if (r->up && !r->tracking && r->now >= r->next_look) {
        r->next_look = r->now + LOOK_MS;
        tail_invalidated(r, all_keys);
        revocation_look_all(r);
        r->tracking = storm_is_over(&r->storm, r->now);
    }
    if (r->now >= r->next_sweep)
        sweep(r);
    waitlist_probe(r);
    reap(r);
    serve_waitlist(r);
    batch_tidy(r);
    look_at_held_back(r);
    redis_feed_flush(r->feed);
}

void relay_run(struct relay *r, bool until_idle)
{
    r->now = clock_ms();
    r->until_idle = until_idle;
    if (until_idle) {
        bool any = take_orders(r);
        reap(r);
        if (!any || !(r->all || r->owed)) /* all was answered by the front */
            return;
    }
    redis_feed_run(r->feed, r->now);
    do
        turn(r);
    while ((r->all || r->owed || !(until_idle || r->stop_by)) &&
           (!r->stop_by || r->now < r->stop_by));
}

/* ---- beginning and end ---- */

static const struct limits default_limits = {.ring_bytes = 4u * 1024 * 1024,
                                             .read_bytes = 128 * 1024,
                                             .first_read = 16,
                                             .reads = 8,
                                             .frames = 4096,
                                             .slice_us = 2000,
                                             .deflate_bytes = 64 * 1024};

static int watch_readable(struct relay *r, int fd, void *tag)
{
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = tag};
    return epoll_ctl(r->epoll, EPOLL_CTL_ADD, fd, &e);
}

struct relay *relay_new(const struct config *config)
{
    struct relay *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->pipe[0] = r->pipe[1] = -1;
    r->queue_end = &r->queue;
    r->limits = default_limits;
    r->limits.gather_ms = config->gather;
    r->rings.max = r->limits.ring_bytes;
    r->next_sweep = INT64_MAX;
    buf_init(&r->batch.bytes, 64u * 1024 * 1024);
    buf_init(&r->batch.open, 1024 * 1024);
    r->epoll = epoll_create1(EPOLL_CLOEXEC);
    r->budget.max = config->max_memory;
    r->seats = seats_new(config->max_viewers, config->max_per_user, &r->budget);
    r->feed = redis_feed_new(&config->redis, &feed_events, r);
    if (r->epoll < 0 || !r->seats || !r->feed || pipe2(r->pipe, O_CLOEXEC | O_NONBLOCK) ||
        watch_readable(r, r->pipe[0], r) || watch_readable(r, redis_feed_fd(r->feed), r->feed)) {
        relay_free(r);
        return NULL;
    }
    return r;
}

void relay_finish(struct relay *r)
{
    /* Viewers that a front handed over too late get a final frame.  A page would take a cut
     * response for a refusal and give up. */
    r->stop_by = r->stop_by ? r->stop_by : 1;
    while (r->pipe[0] >= 0 && take_orders(r))
        ;
    serve_waitlist(r);
    for (struct viewer *v = r->all; v; v = v->all_next)
        viewer_close(v);
    reap(r);
    channels_leave_all(r);
    if (r->up)
        redis_feed_settle(r->feed, r->now, SETTLE_MS);
    reap(r);
}

void relay_free(struct relay *r)
{
    if (!r)
        return;
    relay_finish(r);
    log_free_all(r);
    channels_free(r);
    revocation_free_all(r);
    presence_forget(r);
    redis_feed_free(r->feed);
    batch_tidy(r);
    batch_free(&r->batch);
    seats_free(r->seats);
    for (int i = 0; i < 2; i++)
        if (r->pipe[i] >= 0)
            close(r->pipe[i]);
    if (r->epoll >= 0)
        close(r->epoll);
    free(r);
}

const struct relay_stats *relay_stats(const struct relay *r)
{
    return &r->stats;
}
