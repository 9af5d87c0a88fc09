/* SPDX-License-Identifier: MIT */
/* admission: see admission.h. */
#include "relay/admission.h"

#include <stdlib.h>
#include <string.h>

void presence_free(struct presence *p)
{
    while (p) {
        struct presence *next = p->next;
        free(p->key);
        free(p->member);
        free(p);
        p = next;
    }
}

void poll_free(struct poll *p)
{
    if (!p)
        return;
    if (p->token)
        explicit_bzero(p->token, strlen(p->token));
    free(p->token);
    free(p->key);
    free(p);
}

/* The first is a part of its admission. */
static void logs_free(struct admitted_log *first)
{
    for (struct admitted_log *l = first, *next; l; l = next) {
        next = l->next;
        free(l->key);
        free(l->name);
        filter_free(l->filter);
        if (l != first)
            free(l);
    }
}

void admission_free(struct admission *a)
{
    if (!a)
        return;
    out_close(&a->out);
    buf_free(&a->head);
    buf_free(&a->refusal);
    free(a->refusal_line);
    free(a->shown);
    free(a->replaces);
    logs_free(&a->log);
    free(a->field);
    free(a->event_field);
    free(a->event_prefix);
    if (a->revocation_key) /* it may name a session */
        explicit_bzero(a->revocation_key, strlen(a->revocation_key));
    free(a->revocation_key);
    presence_free(a->presence);
    poll_free(a->poll);
    if (a->release)
        a->release(a->arg);
    free(a);
}
