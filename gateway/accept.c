/* SPDX-License-Identifier: MIT */
/* accept: see accept.h. */
#include "gateway/accept.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "gateway/gateway.h"

#define INTAKE_MS 10000 /* a request must be whole by then */
#define INTAKES   512   /* incomplete requests at once; one more and the oldest goes */
#define PAUSE_MS  100   /* when descriptors ran out */

struct young {
    struct young *next, *prev; /* oldest first, around the head */
    struct fcgi_reader *in;
};

struct acceptor {
    int listener, epoll;
    struct young list; /* head of the ring */
    size_t count;
    int64_t now;
    int64_t paused; /* until then no connection is accepted; 0: not paused */
    bool said;      /* that accepting fails */
    accept_ready *ready;
    void *arg;
};

static int watch(struct acceptor *a, int fd, void *tag)
{
    struct epoll_event e = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = tag};
    return epoll_ctl(a->epoll, EPOLL_CTL_ADD, fd, &e);
}

/* Takes y off the list and gives its intake back. */
static struct fcgi_reader *let_go(struct acceptor *a, struct young *y)
{
    struct fcgi_reader *in = y->in;
    epoll_ctl(a->epoll, EPOLL_CTL_DEL, in->fd, NULL);
    y->prev->next = y->next;
    y->next->prev = y->prev;
    a->count--;
    free(y);
    return in;
}

static void read_young(struct acceptor *a, struct young *y)
{
    struct fcgi_reader *in;
    switch (fcgi_reader_read(y->in)) {
    case FCGI_READER_MORE:
        return;
    case FCGI_READER_READY:
        a->ready(a->arg, let_go(a, y));
        return;
    case FCGI_READER_TOO_LARGE:
        in = let_go(a, y);
        fcgi_reader_refuse(in);
        fcgi_reader_free(in);
        return;
    case FCGI_READER_BAD:
        fcgi_reader_free(let_go(a, y));
        return;
    }
}

static void add_young(struct acceptor *a, int fd)
{
    struct fcgi_reader *in = fcgi_reader_new(fd);
    struct young *y = in ? malloc(sizeof *y) : NULL;
    if (!y || watch(a, fd, y)) {
        free(y);
        fcgi_reader_free(in);
        return;
    }
    in->deadline = a->now + INTAKE_MS;
    *y = (struct young){&a->list, a->list.prev, in};
    y->prev->next = y;
    a->list.prev = y;
    if (++a->count > INTAKES)
        fcgi_reader_free(let_go(a, a->list.next));
    read_young(a, y); /* most requests are whole by now */
}

/* Out of descriptors, memory, or the socket itself: it stays readable, so look away from it for a
 * moment. */
static void pause_accepting(struct acceptor *a)
{
    if (!a->said)
        diag(DIAG_ERROR, "accept", "cannot accept: %s", strerror(errno));
    a->said = true;
    a->paused = a->now + PAUSE_MS;
    epoll_ctl(a->epoll, EPOLL_CTL_DEL, a->listener, NULL);
}

static void accept_some(struct acceptor *a, bool over)
{
    for (int i = 0; i < 64; i++) {
        int fd = accept4(a->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            a->said = false;
            add_young(a, fd);
        } else if (errno == EAGAIN && !over) {
            return; /* another process of ours may have been quicker */
        } else if (errno != EINTR && errno != ECONNABORTED) {
            pause_accepting(a);
            return;
        }
    }
}

static void drop_overdue(struct acceptor *a)
{
    while (a->count > 0 && a->list.next->in->deadline <= a->now)
        fcgi_reader_free(let_go(a, a->list.next));
    if (a->paused && a->now >= a->paused) {
        a->paused = 0;
        watch(a, a->listener, a);
    }
}

static int time_to_wait(const struct acceptor *a)
{
    int64_t due = a->count > 0 ? a->list.next->in->deadline : INT64_MAX;
    if (a->paused && a->paused < due)
        due = a->paused;
    int64_t wait = due - clock_ms();
    return due == INT64_MAX ? -1 : wait < 0 ? 0 : (int)wait;
}

/* false: told to stop. One event at a time: handling it may end another's connection. */
static bool turn(struct acceptor *a)
{
    struct epoll_event e;
    int n = epoll_wait(a->epoll, &e, 1, time_to_wait(a));
    a->now = clock_ms();
    if (n > 0 && !e.data.ptr)
        return false;
    if (n > 0 && e.data.ptr == a)
        accept_some(a, e.events & EPOLLHUP); /* somebody shut it down */
    else if (n > 0)
        read_young(a, e.data.ptr);
    gateway_forget();
    drop_overdue(a);
    return true;
}

int accept_run(int fd, int stop_fd, accept_ready *ready, void *arg)
{
    struct acceptor a = {.listener = fd, .ready = ready, .arg = arg};
    a.list.next = a.list.prev = &a.list;
    a.epoll = epoll_create1(EPOLL_CLOEXEC);
    /* Another process may share the socket and take the connection first: never block in accept. */
    int flags = fcntl(fd, F_GETFL);
    if (a.epoll < 0 || flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
        watch(&a, fd, &a) || watch(&a, stop_fd, NULL)) {
        if (a.epoll >= 0)
            close(a.epoll);
        return -1;
    }
    while (turn(&a))
        ;
    while (a.count > 0)
        fcgi_reader_free(let_go(&a, a.list.next));
    close(a.epoll);
    return 0;
}
