/* SPDX-License-Identifier: MIT */
/*
 * stalled_relay: a library to preload into the program. STALLED_RELAY names a file. While its first
 * byte is not 0, the relay stops inside its turn, and then the monotonic clock is a minute ahead.
 * So a test need not wait until the turn has lasted too long.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static volatile char *stalled;
static volatile int stands; /* the relay does */

__attribute__((constructor)) static void begin(void)
{
    const char *name = getenv("STALLED_RELAY");
    int fd = name ? open(name, O_RDWR | O_CLOEXEC) : -1;
    void *p = fd < 0 ? MAP_FAILED : mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);
    if (p != MAP_FAILED)
        stalled = p;
}

/* In its turn the relay looks at the connections to Redis without a wait. */
int epoll_wait(int epoll, struct epoll_event *events, int most, int timeout)
{
    while (stalled && *stalled && timeout == 0) {
        stands = 1;
        usleep(1000);
        stands = *stalled;
    }
    return epoll_pwait(epoll, events, most, timeout, NULL);
}

int clock_gettime(clockid_t clock, struct timespec *t)
{
    int result = (int)syscall(SYS_clock_gettime, clock, t);
    if (stands && clock == CLOCK_MONOTONIC)
        t->tv_sec += 60;
    return result;
}
