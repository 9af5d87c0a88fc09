/* SPDX-License-Identifier: MIT */
/* seats: see seats.h. */
#include "relay/seats.h"

#include <pthread.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

struct seat {
    unsigned count;
    char user[];
};

struct seats {
    pthread_mutex_t lock;
    unsigned max, max_per_user;
    unsigned taken;
    void *tree; /* by user */
};

static int compare_seats(const void *a, const void *b)
{
    const struct seat *x = a, *y = b;
    return strcmp(x->user, y->user);
}

struct seats *seats_new(unsigned max, unsigned max_per_user)
{
    struct seats *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    pthread_mutex_init(&s->lock, NULL);
    s->max = max;
    s->max_per_user = max_per_user;
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

/* The user's node, which is made if it is missing.  The caller holds the lock. */
static struct seat *seat_find(struct seats *s, const char *user)
{
    size_t len = strlen(user) + 1;
    struct seat *made = calloc(1, sizeof *made + len);
    if (!made)
        return NULL;
    memcpy(made->user, user, len);
    struct seat **node = tsearch(made, &s->tree, compare_seats);
    if (!node || *node != made)
        free(made);
    return node ? *node : NULL;
}

static void seat_forget(struct seats *s, struct seat *seat)
{
    if (seat->count > 0)
        return;
    tdelete(seat, &s->tree, compare_seats);
    free(seat);
}

struct seat *seats_take(struct seats *s, const char *user, const char **why)
{
    *why = NULL;
    pthread_mutex_lock(&s->lock);
    struct seat *seat = seat_find(s, user);
    if (s->taken >= s->max)
        *why = "too many viewers";
    else if (seat && user[0] != '\0' && seat->count >= s->max_per_user)
        *why = "too many viewers for this user";
    else if (!seat)
        *why = "out of memory";
    if (*why && seat) {
        seat_forget(s, seat);
        seat = NULL;
    }
    if (seat) {
        seat->count++;
        s->taken++;
    }
    pthread_mutex_unlock(&s->lock);
    return seat;
}

void seats_give(struct seats *s, struct seat *seat)
{
    pthread_mutex_lock(&s->lock);
    seat->count--;
    s->taken--;
    seat_forget(s, seat);
    pthread_mutex_unlock(&s->lock);
}
