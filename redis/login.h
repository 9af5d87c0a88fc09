/* SPDX-License-Identifier: MIT */
/*
 * login: the user and the password with which new connections log in to Redis.  A reload replaces
 * them, while connections that are open stay.  The process serves from one Redis, so the replaced
 * log-in is a global behind a mutex, as the address in redis/address.h is.
 */
#ifndef SSELOG_REDIS_LOGIN_H
#define SSELOG_REDIS_LOGIN_H

#include "config/config.h"

struct login {
    char *user;     /* NULL: none */
    char *password; /* NULL: no log-in */
};

/* Any thread: from now on all connections of this process log in as the address says. Its strings
 * are copied. -1: out of memory, nothing changed. */
int login_replace(const struct redis_address *a);
/* Any thread: copies the log-in of the last login_replace, or without one that of the address.
 * Give it to login_free at once. -1: out of memory. */
int login_read(const struct redis_address *a, struct login *out);
/* Wipes and frees both. Valid in any state. */
void login_free(struct login *l);

#endif
