/* SPDX-License-Identifier: MIT */
/* scans: see scans.h. */
#include "front/scans.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct scans {
    pthread_mutex_t lock;
    struct scans_entry *first;
    _Atomic uint64_t open, records;
};

struct scans *scans_new(void)
{
    struct scans *s = calloc(1, sizeof *s);
    if (s)
        pthread_mutex_init(&s->lock, NULL);
    return s;
}

void scans_free(struct scans *s)
{
    if (!s)
        return;
    pthread_mutex_destroy(&s->lock);
    free(s);
}

/* The caller holds the lock. */
static void replace(struct scans *s, const char *holder)
{
    for (struct scans_entry *e = s->first; e; e = e->next)
        if (e->holder && strcmp(e->holder, holder) == 0)
            e->replaced = true;
}

int scans_begin(struct scans *s, const struct seat_holder *holder, struct scans_entry *e)
{
    bool named = holder->kind != HOLDER_NOBODY;
    if (!s)
        return 0;
    e->holder = named ? strdup(holder->name) : NULL;
    if (named && !e->holder)
        return -1;
    pthread_mutex_lock(&s->lock);
    if (named)
        replace(s, holder->name);
    e->next = s->first;
    s->first = e;
    s->open++;
    pthread_mutex_unlock(&s->lock);
    return 0;
}

void scans_end(struct scans *s, struct scans_entry *e)
{
    if (!s)
        return;
    pthread_mutex_lock(&s->lock);
    struct scans_entry **at = &s->first;
    while (*at && *at != e)
        at = &(*at)->next;
    if (*at) {
        *at = e->next;
        s->open--;
    }
    pthread_mutex_unlock(&s->lock);
    free(e->holder);
    e->holder = NULL;
}

void scans_count(struct scans *s, uint64_t records)
{
    if (s)
        s->records += records;
}

struct scans_figures scans_figures(struct scans *s)
{
    return s ? (struct scans_figures){s->open, s->records} : (struct scans_figures){0};
}
