/* SPDX-License-Identifier: MIT */
/* address: see address.h. */
#include "redis/address.h"

#include <errno.h>
#include <netdb.h>
#include <nss.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"

#ifdef SSELOG_STATIC
#define LINKED_STATICALLY true
#else
#define LINKED_STATICALLY false
#endif

#define POLL_MS 5 /* between two reads of the published address */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    char host[ADDRESS_TEXT];
    bool works, failed;
} published;

void address_name(const struct redis_address *a, char name[ADDRESS_NAME])
{
    name[0] = '\0';
    if (a->path)
        snprintf(name, ADDRESS_NAME, "%s", a->path);
    else if (a->host)
        snprintf(name, ADDRESS_NAME, strchr(a->host, ':') ? "[%s]:%u" : "%s:%u", a->host, a->port);
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

int address_start(const struct redis_address *a, struct buf *why)
{
    if (!LINKED_STATICALLY || a->path || is_numeric(a->host) ||
        __nss_configure_lookup("hosts", "files dns") == 0)
        return 0;
    buf_addf(why, "look-up of %s: %s", a->host, strerror(errno));
    return -1;
}

void address_publish(const char *host, bool works)
{
    pthread_mutex_lock(&lock);
    if (works || !published.works)
        snprintf(published.host, sizeof published.host, "%s", host);
    published.works = published.works || works;
    published.failed = false;
    pthread_mutex_unlock(&lock);
}

void address_publish_failure(void)
{
    pthread_mutex_lock(&lock);
    published.failed = true;
    pthread_mutex_unlock(&lock);
}

/* True: waiting brings no better address. */
static bool read_published(char found[ADDRESS_TEXT])
{
    pthread_mutex_lock(&lock);
    memcpy(found, published.host, ADDRESS_TEXT);
    bool settled = published.works || published.failed;
    pthread_mutex_unlock(&lock);
    return settled;
}

bool address_wait(const char *host, int64_t until, char found[ADDRESS_TEXT])
{
    if (is_numeric(host)) {
        snprintf(found, ADDRESS_TEXT, "%s", host);
        return true;
    }
    while (!read_published(found) && clock_ms() < until)
        poll(NULL, 0, POLL_MS);
    return found[0] != '\0';
}
