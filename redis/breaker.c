/* SPDX-License-Identifier: MIT */
/* breaker: see breaker.h. */
#include "redis/breaker.h"

#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"

#define PAUSE_MS 500 /* in trouble the next try is so long after the last */
#define NAP_MS   5   /* between looks at what the feed found */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    char host[WAY_HOST];
    bool works, not_found;
    bool trouble, probing;
    int64_t not_before; /* CLOCK_MONOTONIC ms */
} way;

void way_found(const char *host, bool works)
{
    pthread_mutex_lock(&lock);
    if (works || !way.works)
        snprintf(way.host, sizeof way.host, "%s", host);
    way.works = way.works || works;
    way.not_found = false;
    pthread_mutex_unlock(&lock);
}

void way_not_found(void)
{
    pthread_mutex_lock(&lock);
    way.not_found = true;
    pthread_mutex_unlock(&lock);
}

static bool is_numeric(const char *host)
{
    static const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list;
    if (getaddrinfo(host, NULL, &hints, &list))
        return false;
    freeaddrinfo(list);
    return true;
}

/* True: there is no better one to wait for. */
static bool read_host(char found[WAY_HOST])
{
    pthread_mutex_lock(&lock);
    memcpy(found, way.host, WAY_HOST);
    bool known = way.works || way.not_found;
    pthread_mutex_unlock(&lock);
    return known;
}

bool way_host(const char *host, int64_t until, char found[WAY_HOST])
{
    if (is_numeric(host)) {
        snprintf(found, WAY_HOST, "%s", host);
        return true;
    }
    while (!read_host(found) && clock_ms() < until)
        poll(NULL, 0, NAP_MS);
    return found[0] != '\0';
}

bool way_enter(bool *probe)
{
    pthread_mutex_lock(&lock);
    bool open = !way.trouble || (!way.probing && clock_ms() >= way.not_before);
    *probe = open && way.trouble;
    way.probing = way.probing || *probe;
    pthread_mutex_unlock(&lock);
    return open;
}

void way_leave(bool probe, enum way_was was)
{
    pthread_mutex_lock(&lock);
    if (probe)
        way.probing = false;
    if (was == WAY_WELL) {
        way.trouble = false;
    } else if (probe || was == WAY_SILENT) {
        way.trouble = true;
        way.not_before = clock_ms() + PAUSE_MS;
    }
    pthread_mutex_unlock(&lock);
}
