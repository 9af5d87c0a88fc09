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

#define REQUEST_MS  10000  /* for the parameters to arrive; then for the next bytes of the body */
#define BODY_MS     120000 /* after this time a body gets no further REQUEST_MS */
#define MAX_PENDING 512    /* incomplete requests; one more closes the oldest */
#define PAUSE_MS    100    /* after accept failed */
#define LAST_MS     250    /* for requests that have begun when the process stops */

struct pending {
    struct pending *next, *prev; /* a ring by deadline, the next one first after the head */
    struct fcgi_reader *in;
    int64_t last; /* the deadline is not moved from then on */
};

struct acceptor {
    int listener, epoll;
    struct pending list; /* head of the ring */
    size_t count;
    int64_t now;
    int64_t paused;                   /* when to accept again; 0: not paused */
    bool logged;                      /* that accept failed */
    const struct accept_chore *chore; /* NULL: none */
    int64_t chore_at;                 /* when it has its next turn; INT64_MAX: when it is called */
    accept_ready *ready;
    void *arg;
};

static int watch(struct acceptor *a, int fd, void *tag)
{
    struct epoll_event e = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = tag};
    return epoll_ctl(a->epoll, EPOLL_CTL_ADD, fd, &e);
}

static void unlink_pending(struct pending *p)
{
    p->prev->next = p->next;
    p->next->prev = p->prev;
}

/* A peer that has sent nothing gets nothing. */
static void close_early(struct fcgi_reader *in, enum fcgi_reader_refusal why)
{
    if (in->request != 0 && !in->refused)
        fcgi_reader_refuse(in, why);
    fcgi_reader_free(in);
}

/* Gives p the latest deadline of all. */
static void link_last(struct acceptor *a, struct pending *p)
{
    p->in->deadline = a->now + REQUEST_MS;
    p->next = &a->list;
    p->prev = a->list.prev;
    p->prev->next = p;
    a->list.prev = p;
}

/* Removes p from the list and returns its reader. */
static struct fcgi_reader *detach(struct acceptor *a, struct pending *p)
{
    struct fcgi_reader *in = p->in;
    epoll_ctl(a->epoll, EPOLL_CTL_DEL, in->fd, NULL);
    unlink_pending(p);
    a->count--;
    free(p);
    return in;
}

/* A large body may come over a slow link, and the web server may pass it on as it comes. */
static void renew_deadline(struct acceptor *a, struct pending *p)
{
    if (!p->in->params_done || a->now >= p->last)
        return;
    unlink_pending(p);
    link_last(a, p);
}

static void read_pending(struct acceptor *a, struct pending *p)
{
    switch (fcgi_reader_read(p->in)) {
    case FCGI_READER_MORE:
        renew_deadline(a, p);
        return;
    case FCGI_READER_READY:
        a->ready(a->arg, detach(a, p));
        return;
    case FCGI_READER_REFUSED:
        fcgi_reader_refuse(p->in, p->in->refusal);
        renew_deadline(a, p);
        return;
    case FCGI_READER_BAD:
        fcgi_reader_free(detach(a, p));
        return;
    }
}

static void add_pending(struct acceptor *a, int fd)
{
    struct fcgi_reader *in = fcgi_reader_new(fd);
    struct pending *p = in ? malloc(sizeof *p) : NULL;
    if (!p || watch(a, fd, p)) {
        free(p);
        fcgi_reader_free(in);
        return;
    }
    *p = (struct pending){.in = in, .last = a->now + BODY_MS};
    link_last(a, p);
    if (++a->count > MAX_PENDING)
        close_early(detach(a, a->list.next), REFUSAL_MANY);
    read_pending(a, p); /* most requests are complete by now */
}

/* Descriptors or memory ran out, or the socket failed. It stays readable, so epoll must not watch
 * it for a while. */
static void pause_accepting(struct acceptor *a)
{
    if (!a->logged)
        diag(DIAG_ERROR, "accept", "cannot accept: %s", strerror(errno));
    a->logged = true;
    a->paused = a->now + PAUSE_MS;
    epoll_ctl(a->epoll, EPOLL_CTL_DEL, a->listener, NULL);
}

static void accept_some(struct acceptor *a, bool over)
{
    for (int i = 0; i < 64; i++) {
        int fd = accept4(a->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            a->logged = false;
            add_pending(a, fd);
        } else if (errno == EAGAIN && !over) {
            return; /* another process may have accepted it */
        } else if (errno != EINTR && errno != ECONNABORTED) {
            pause_accepting(a);
            return;
        }
    }
}

static void drop_overdue(struct acceptor *a)
{
    while (a->count > 0 && a->list.next->in->deadline <= a->now)
        close_early(detach(a, a->list.next), REFUSAL_LATE);
    if (a->paused && a->now >= a->paused) {
        a->paused = 0;
        watch(a, a->listener, a);
    }
}

static void do_chore(struct acceptor *a)
{
    const struct accept_chore *c = a->chore;
    c->work(c->arg);
    a->now = clock_ms();
    a->chore_at = c->every_ms < 0 ? INT64_MAX : a->now + c->every_ms;
}

static int time_to_wait(const struct acceptor *a)
{
    int64_t due = a->count > 0 ? a->list.next->in->deadline : INT64_MAX;
    if (a->paused && a->paused < due)
        due = a->paused;
    if (a->chore && a->chore_at < due)
        due = a->chore_at;
    int64_t wait = due - clock_ms();
    return due == INT64_MAX ? -1 : wait < 0 ? 0 : (int)wait;
}

/* False: stop. Takes one event at a time, because its handler may close another connection. */
static bool run_once(struct acceptor *a)
{
    struct epoll_event e;
    int n = epoll_wait(a->epoll, &e, 1, time_to_wait(a));
    bool called = n > 0 && a->chore && e.data.ptr == a->chore;
    a->now = clock_ms();
    if (n > 0 && !e.data.ptr)
        return false;
    if (n > 0 && e.data.ptr == a)
        accept_some(a, e.events & EPOLLHUP); /* it was shut down */
    else if (n > 0 && !called)
        read_pending(a, e.data.ptr);
    if (called || (a->chore && a->now >= a->chore_at))
        do_chore(a);
    gateway_forget();
    drop_overdue(a);
    return true;
}

/* Serves what has begun, and with ACCEPT_TAKE what waits, until nothing is left or the time is
 * over. */
static void take_rest(struct acceptor *a, int stop_fd, enum accept_rest rest)
{
    struct epoll_event e;
    a->now = clock_ms();
    int64_t until = a->now + LAST_MS;
    epoll_ctl(a->epoll, EPOLL_CTL_DEL, stop_fd, NULL);
    if (a->chore)
        epoll_ctl(a->epoll, EPOLL_CTL_DEL, a->chore->fd, NULL);
    if (rest == ACCEPT_LEAVE)
        epoll_ctl(a->epoll, EPOLL_CTL_DEL, a->listener, NULL);
    while (a->now < until &&
           epoll_wait(a->epoll, &e, 1, a->count > 0 ? (int)(until - a->now) : 0) > 0) {
        a->now = clock_ms();
        if (e.data.ptr == a)
            accept_some(a, e.events & EPOLLHUP);
        else
            read_pending(a, e.data.ptr);
    }
    while (a->count > 0)
        fcgi_reader_free(detach(a, a->list.next));
    gateway_forget();
}

int accept_run(int fd, int stop_fd, enum accept_rest rest, const struct accept_chore *chore,
               accept_ready *ready, void *arg)
{
    struct acceptor a = {.listener = fd, .ready = ready, .arg = arg, .chore = chore};
    a.list.next = a.list.prev = &a.list;
    a.chore_at = chore && chore->every_ms >= 0 ? 0 : INT64_MAX;
    a.epoll = epoll_create1(EPOLL_CLOEXEC);
    /* Another process that shares the socket may accept first: accept must not block. */
    int flags = fcntl(fd, F_GETFL);
    if (a.epoll < 0 || flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
        watch(&a, fd, &a) || watch(&a, stop_fd, NULL) ||
        (chore && watch(&a, chore->fd, (void *)(uintptr_t)chore))) {
        if (a.epoll >= 0)
            close(a.epoll);
        return -1;
    }
    while (run_once(&a))
        ;
    take_rest(&a, stop_fd, rest);
    close(a.epoll);
    return 0;
}
