/* SPDX-License-Identifier: MIT */
/* bodies: see bodies.h. */
#include "gateway/bodies.h"

#include <stdatomic.h>

static size_t most_one = BODIES_SMALL, most_all = BODIES_SMALL;
static _Atomic size_t held;
static _Atomic bool expect;

void bodies_limit(size_t one, size_t all)
{
    most_one = one;
    most_all = all > one ? all : one;
}

size_t bodies_most(void)
{
    return most_one;
}

void bodies_expect(bool expected)
{
    expect = expected;
}

bool bodies_expected(void)
{
    return expect;
}

bool bodies_take(size_t n)
{
    size_t now = atomic_load(&held);
    do
        if (n > most_all || now > most_all - n)
            return false;
    while (!atomic_compare_exchange_weak(&held, &now, now + n));
    return true;
}

void bodies_give(size_t n)
{
    atomic_fetch_sub(&held, n);
}
