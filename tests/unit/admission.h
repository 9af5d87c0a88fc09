/* SPDX-License-Identifier: MIT */
/*
 * admission: one viewer of the stream "log", as a front thread hands it to the relay.  Include it
 * after cmocka.h and the .c under test.
 */
#ifndef SSELOG_TEST_ADMISSION_H
#define SSELOG_TEST_ADMISSION_H

#include <stdlib.h>
#include <string.h>

#include "format/filter.h"
#include "format/profile.h"
#include "relay/relay.h"

/* out: its connection.  Everything but the response head and the profile is the plainest. */
static inline struct admission *admission_of(struct relay *r, struct out out, const char *profile)
{
    struct filter_spec all = {0};
    struct admission *a = calloc(1, sizeof *a);
    struct seat_holder ann = {HOLDER_USER, "ann"};
    assert_non_null(a);
    a->out = out;
    buf_init(&a->head, 4096);
    a->profile = profile_find(profile);
    assert_non_null(a->profile);
    a->log.key = strdup("log");
    a->field = strdup("data");
    a->event_field = strdup("event");
    a->log.filter = filter_new(&all);
    assert_int_equal(relay_seat(r, &ann, &a->seat), SEAT_TAKEN);
    return a;
}

/* The viewer is of two logs: "log" as "web", and "log2" as "api", whose cursor cannot be read. */
static inline void admission_add_log(struct admission *a)
{
    struct filter_spec all = {0};
    struct admitted_log *other = calloc(1, sizeof *other);
    assert_non_null(other);
    a->log.name = strdup("web");
    a->log.next = other;
    other->key = strdup("log2");
    other->name = strdup("api");
    other->filter = filter_new(&all);
    other->cursor_lost = true;
}

#endif
