/* SPDX-License-Identifier: MIT */
/*
 * budget: how many bytes may be held because peers do not take them: answers, the rests of streams
 * and long records, beyond what an idle viewer costs.  Pure: each function takes the facts and
 * returns what to do.
 *
 * Bytes under way may exceed the limit; nothing new begins then.  So a record of any size can be
 * sent, and the excess is that of a few reads.  A quarter of all is the share of one holder: a
 * single one cannot make others wait.
 */
#ifndef SSELOG_RELAY_BUDGET_H
#define SSELOG_RELAY_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A peer that takes nothing for so many ms is cut off: of an answer always, of a stream only when
 * others wait for the memory. */
#define BUDGET_STALL_MS 5000

/* Of one process.  Written under the lock of the seats. */
struct budget {
    size_t max;
    _Atomic size_t used;
    _Atomic unsigned freed; /* how often bytes were given back */
};

/* Bytes held for one viewer or answer.  A rest has at most 64 MB, a value of Redis 512. */
struct charge {
    uint32_t own;
    uint32_t shared; /* by reference with others: counted for the holder, not for the process */
};

static inline struct charge charge_of(size_t own, size_t shared)
{
    return (struct charge){(uint32_t)own, (uint32_t)shared};
}

enum budget_room { BUDGET_ROOM, BUDGET_HOLDER_FULL, BUDGET_FULL };

/* Whether more may be held.  held: by its holder; limited: the holder has a share. */
enum budget_room budget_room(size_t max, size_t used, size_t held, bool limited);
/* Whether a stream may hold more.  When all is full, a holder of nothing still may, up to half as
 * much again: slow peers of some users cannot stop the streams of the others. */
bool budget_lets_on(enum budget_room room, size_t max, size_t used, size_t held);
/* Whether those that wait for memory are worth a look. */
bool budget_is_eased(size_t max, size_t used);
/* Whether a stream that holds bytes, and whose peer took nothing for stalled ms, is cut off. */
bool budget_cuts(enum budget_room room, int64_t stalled);
/* sum with `to` in the place of `from`. */
size_t budget_moved(size_t sum, size_t from, size_t to);

#endif
