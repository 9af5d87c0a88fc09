/* SPDX-License-Identifier: MIT */
/*
 * sync_peer: a scripted server in a thread, which the synchronous calls of redis_io.h take for
 * Redis.  Include it after cmocka.h.
 */
#ifndef SSELOG_TEST_SYNC_PEER_H
#define SSELOG_TEST_SYNC_PEER_H

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "redis_io.h"

/* Answers the commands in their order, over all connections; "" is silence, NULL the end. */
struct peer {
    const char *const *script;
    struct redis_address address;
    char path[108];
    int listener;
    int connections;
    pthread_t thread;
};

/* A command arrives in one piece here. An answer that is NULL, or "close", ends the connection, and
 * so does "hang up" behind the answer before it. */
static inline void peer_serve(struct peer *p, int fd)
{
    char command[4096];
    while (recv(fd, command, sizeof command, 0) > 0) {
        const char *answer = *p->script;
        if (!answer)
            return;
        p->script++;
        if (strcmp(answer, "close") == 0)
            return;
        send(fd, answer, strlen(answer), MSG_NOSIGNAL);
        if (*p->script && strcmp(*p->script, "hang up") == 0) {
            p->script++;
            return;
        }
    }
}

static inline void *peer_run(void *arg)
{
    struct peer *p = arg;
    int fd;
    while ((fd = accept(p->listener, NULL, NULL)) >= 0) {
        p->connections++;
        peer_serve(p, fd);
        close(fd);
    }
    return NULL;
}

static inline void peer_start(struct peer *p, const char *const *script)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    *p = (struct peer){.script = script};
    snprintf(p->path, sizeof p->path, "/tmp/sselog-sync-%d", (int)getpid());
    memcpy(a.sun_path, p->path, strlen(p->path) + 1);
    unlink(p->path);
    p->listener = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(p->listener, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(p->listener, 8), 0);
    p->address.path = p->path;
    assert_int_equal(pthread_create(&p->thread, NULL, peer_run, p), 0);
}

/* The caller closed its connection before. */
static inline void peer_stop(struct peer *p)
{
    shutdown(p->listener, SHUT_RDWR);
    pthread_join(p->thread, NULL);
    close(p->listener);
    unlink(p->path);
}

#endif
