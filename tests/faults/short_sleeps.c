/* SPDX-License-Identifier: MIT */
/*
 * short_sleeps: a library to preload into Apache, which shortens its sleeps. Apache's modules sleep
 * up to a second between two tries, though the next try succeeds after milliseconds. The tests
 * would wait for that hundreds of times.
 */
#include <stdlib.h>
#include <time.h>

enum { LONGEST_US = 20000 };

/* Programs that Apache starts do not load this library. */
__attribute__((constructor)) static void unset_preload(void)
{
    unsetenv("LD_PRELOAD");
}

/* APR's own declaration: void apr_sleep(apr_interval_time_t), in microseconds. */
void apr_sleep(long long us)
{
    long long sleep_us = us < LONGEST_US ? us : LONGEST_US;
    if (sleep_us > 0)
        nanosleep(&(struct timespec){.tv_nsec = (long)sleep_us * 1000}, NULL);
}
