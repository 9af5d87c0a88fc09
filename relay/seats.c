/* SPDX-License-Identifier: MIT */
/* seats: see seats.h. */
#include "relay/seats.h"

#include <pthread.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

/* An address may stand for several people, so it may have this many times what a user may have. */
#define USERS_PER_ADDRESS 10

struct seat {
    unsigned count;
    unsigned awaited; /* claims that wait */
    unsigned users;   /* of it as an account */
    size_t held;      /* bytes */
    unsigned max;     /* of count; 0: no limit */
    char name[];
};

struct seats {
    pthread_mutex_t lock;
    unsigned max, max_per_user;
    unsigned taken;
    _Atomic unsigned given;
    struct budget *budget;
    void *tree; /* by name */
};

static int compare_seats(const void *a, const void *b)
{
    const struct seat *x = a, *y = b;
    return strcmp(x->name, y->name);
}

struct seats *seats_new(unsigned max, unsigned max_per_user, struct budget *budget)
{
    struct seats *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    pthread_mutex_init(&s->lock, NULL);
    s->max = max;
    s->max_per_user = max_per_user;
    s->budget = budget;
    return s;
}

void seats_free(struct seats *s)
{
    if (!s)
        return;
    tdestroy(s->tree, free);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

static unsigned limit_of(const struct seats *s, enum seat_holder_kind kind)
{
    return kind == HOLDER_USER      ? s->max_per_user
           : kind == HOLDER_ADDRESS ? s->max_per_user * USERS_PER_ADDRESS
                                    : 0;
}

/* The holder's node, which is made if it is missing.  The caller holds the lock. */
static struct seat *seat_find(struct seats *s, const struct seat_holder *holder)
{
    size_t len = strlen(holder->name) + 1;
    struct seat *made = calloc(1, sizeof *made + len);
    if (!made)
        return NULL;
    memcpy(made->name, holder->name, len);
    made->max = limit_of(s, holder->kind);
    struct seat **node = tsearch(made, &s->tree, compare_seats);
    if (!node || *node != made)
        free(made);
    return node ? *node : NULL;
}

static void seat_forget(struct seats *s, struct seat *seat)
{
    if (seat->count > 0 || seat->awaited > 0 || seat->users > 0)
        return;
    tdelete(seat, &s->tree, compare_seats);
    free(seat);
}

static enum seat_result try_to_take(struct seats *s, struct seat *seat)
{
    if (s->taken >= s->max)
        return SEAT_FULL;
    if (seat->max > 0 && seat->count >= seat->max)
        return SEAT_USER_FULL;
    seat->count++;
    s->taken++;
    return SEAT_TAKEN;
}

enum seat_result seats_take(struct seats *s, const struct seat_holder *holder, struct seat **seat)
{
    pthread_mutex_lock(&s->lock);
    struct seat *found = seat_find(s, holder);
    enum seat_result result = found ? try_to_take(s, found) : SEAT_NO_MEMORY;
    *seat = found;
    if (found && result != SEAT_TAKEN) {
        /* Viewers of nobody cannot be told apart, and a holder without viewers has none to lose. */
        if (found->max > 0 && found->count > 0 && found->awaited < SEATS_MAX_AWAITED) {
            found->awaited++;
        } else {
            seat_forget(s, found);
            *seat = NULL;
        }
    }
    pthread_mutex_unlock(&s->lock);
    return result;
}

void seats_give(struct seats *s, struct seat *seat)
{
    pthread_mutex_lock(&s->lock);
    seat->count--;
    s->taken--;
    s->given++;
    seat_forget(s, seat);
    pthread_mutex_unlock(&s->lock);
}

bool seats_claim(struct seats *s, struct seat *seat)
{
    pthread_mutex_lock(&s->lock);
    bool taken = try_to_take(s, seat) == SEAT_TAKEN;
    seat->awaited -= taken;
    pthread_mutex_unlock(&s->lock);
    return taken;
}

void seats_leave(struct seats *s, struct seat *seat)
{
    pthread_mutex_lock(&s->lock);
    seat->awaited--;
    seat_forget(s, seat);
    pthread_mutex_unlock(&s->lock);
}

bool seats_are_awaited(struct seats *s, const struct seat *seat)
{
    pthread_mutex_lock(&s->lock);
    bool awaited = seat->awaited > 0;
    pthread_mutex_unlock(&s->lock);
    return awaited;
}

/* ---- bytes ---- */

struct seat *seats_account(struct seats *s, const struct seat_holder *holder)
{
    pthread_mutex_lock(&s->lock);
    struct seat *seat = seat_find(s, holder);
    if (seat)
        seat->users++;
    pthread_mutex_unlock(&s->lock);
    return seat;
}

struct seat *seats_hold(struct seats *s, struct seat *seat)
{
    pthread_mutex_lock(&s->lock);
    seat->users++;
    pthread_mutex_unlock(&s->lock);
    return seat;
}

void seats_release(struct seats *s, struct seat *account)
{
    pthread_mutex_lock(&s->lock);
    account->users--;
    seat_forget(s, account);
    pthread_mutex_unlock(&s->lock);
}

void seats_charge(struct seats *s, struct seat *account, struct charge *charged, struct charge next)
{
    if (!s || (charged->own == next.own && charged->shared == next.shared))
        return;
    pthread_mutex_lock(&s->lock);
    s->budget->freed += next.own + next.shared < charged->own + charged->shared;
    s->budget->used = budget_moved(s->budget->used, charged->own, next.own);
    if (account)
        account->held =
            budget_moved(account->held, charged->own + charged->shared, next.own + next.shared);
    pthread_mutex_unlock(&s->lock);
    *charged = next;
}

/* The caller holds the lock. */
static enum budget_room room_of(const struct seats *s, const struct seat *account)
{
    return budget_room(s->budget->max, s->budget->used, account ? account->held : 0,
                       account && account->max > 0);
}

enum budget_room seats_room(struct seats *s, const struct seat *account)
{
    if (!s)
        return BUDGET_ROOM;
    pthread_mutex_lock(&s->lock);
    enum budget_room room = room_of(s, account);
    pthread_mutex_unlock(&s->lock);
    return room;
}

bool seats_let_on(struct seats *s, const struct seat *account)
{
    if (!s)
        return true;
    pthread_mutex_lock(&s->lock);
    bool on = budget_lets_on(room_of(s, account), s->budget->max, s->budget->used,
                             account ? account->held : 0);
    pthread_mutex_unlock(&s->lock);
    return on;
}

/* ---- facts ---- */

unsigned seats_taken(struct seats *s)
{
    pthread_mutex_lock(&s->lock);
    unsigned taken = s->taken;
    pthread_mutex_unlock(&s->lock);
    return taken;
}

unsigned seats_given(const struct seats *s)
{
    return s->given;
}
