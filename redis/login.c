/* SPDX-License-Identifier: MIT */
/* login: see login.h. */
#include "redis/login.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct login replaced;
static bool is_replaced;

static void wipe(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
}

void login_free(struct login *l)
{
    wipe(l->user);
    wipe(l->password);
    *l = (struct login){NULL, NULL};
}

static int copy(const char *user, const char *password, struct login *out)
{
    *out = (struct login){user ? strdup(user) : NULL, password ? strdup(password) : NULL};
    if ((!user || out->user) && (!password || out->password))
        return 0;
    login_free(out);
    return -1;
}

int login_replace(const struct redis_address *a)
{
    struct login now, former;
    if (copy(a->user, a->password, &now))
        return -1;
    pthread_mutex_lock(&lock);
    former = replaced;
    replaced = now;
    is_replaced = true;
    pthread_mutex_unlock(&lock);
    login_free(&former);
    return 0;
}

int login_read(const struct redis_address *a, struct login *out)
{
    pthread_mutex_lock(&lock);
    int result =
        is_replaced ? copy(replaced.user, replaced.password, out) : copy(a->user, a->password, out);
    pthread_mutex_unlock(&lock);
    return result;
}
