/* SPDX-License-Identifier: MIT */
/*
 * naps: preloaded into Apache, shortens its naps. The modules sleep up to a second between two
 * tries of what is ready within milliseconds; the tests would wait for that hundreds of times.
 */
#include <stdlib.h>
#include <time.h>

enum { LONGEST_US = 20000 };

/* The programs that Apache starts are tested as they are. */
__attribute__((constructor)) static void keep_to_oneself(void)
{
    unsetenv("LD_PRELOAD");
}

/* APR's own declaration: void apr_sleep(apr_interval_time_t), in microseconds. */
void apr_sleep(long long us)
{
    long long nap = us < LONGEST_US ? us : LONGEST_US;
    if (nap > 0)
        nanosleep(&(struct timespec){.tv_nsec = (long)nap * 1000}, NULL);
}
