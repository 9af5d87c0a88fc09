/* SPDX-License-Identifier: MIT */
/* service: see service.h. */
#include "service.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/notify.h"
#include "gateway/bodies.h"
#include "identity/jwtcheck.h"
#include "identity/roles.h"
#include "redis/login.h"

#define STATUS_MS 5000 /* the manager's status line is so old at most */

extern char **environ;

static struct {
    int pipe[2]; /* a byte for each signal: which one, see asked */
    bool managed;
    unsigned watchdog_ms;  /* 0: the manager does not watch */
    char status[128];      /* that the manager has */
    bool ready_due;        /* the manager has not been told that the process is ready */
    bool logged_hang;      /* and not yet its end */
    bool refused;          /* the options that were read last are wrong */
    enum diag_level level; /* of the options in use */
} own = {.pipe = {-1, -1}};

void service_warn(void *arg, const char *line)
{
    (void)arg;
    diag(DIAG_WARNING, "config", "%s", line);
}

/* ---- signals ---- */

/* The signals since the last call ask for this. */
struct asked {
    bool reload;       /* SIGHUP; several count as one */
    bool toggle_debug; /* SIGUSR2; two are none */
};

static void on_signal(int number)
{
    int saved = errno;
    char byte = (char)number;
    (void)!write(own.pipe[1], &byte, 1);
    errno = saved;
}

int service_catch(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    if (pipe2(own.pipe, O_CLOEXEC | O_NONBLOCK))
        return -1;
    return sigaction(SIGHUP, &action, NULL) || sigaction(SIGUSR2, &action, NULL) ? -1 : 0;
}

static struct asked read_signals(void)
{
    struct asked asked = {false, false};
    char bytes[64];
    for (ssize_t n; (n = read(own.pipe[0], bytes, sizeof bytes)) > 0;)
        for (ssize_t i = 0; i < n; i++) {
            asked.reload |= bytes[i] == SIGHUP;
            asked.toggle_debug ^= bytes[i] == SIGUSR2;
        }
    return asked;
}

/* ---- reading again ---- */

/* A password for another Redis is not for the one that the process keeps. */
static int use_login(const struct service *s, const struct config_base *base)
{
    return config_same_redis(s->start, base) ? login_replace(&config_of(base)->redis) : 0;
}

/* New connections to Redis log in as it says. NULL: something is wrong, which was logged. */
static struct config_base *load_again(const struct service *s)
{
    struct buf why;
    buf_init(&why, 1024);
    struct config_base *base = config_load(s->file, environ, &why);
    const struct config *c = base ? config_of(base) : NULL;
    if (c && ((c->jwt_key.len > 0 && jwtcheck_start(c, &why)) || use_login(s, base))) {
        config_unload(base);
        base = NULL;
    }
    if (!base)
        diag(DIAG_ERROR, "config", "%s; the former options stay in use",
             why.p ? why.p : "out of memory");
    buf_free(&why);
    return base;
}

/* Requests that begin from now on get the new options. Streams that are open keep theirs. */
static void reload(const struct service *s)
{
    struct config_base *base = load_again(s);
    own.refused = true;
    if (!base)
        return;
    const struct config *c = config_of(base);
    own.refused = false;
    front_use(s->front, base);
    bodies_expect(roles_allow_append(c));
    if (c->log_level != own.level)
        diag_open(config_of(s->start)->log_to, c->log_level);
    own.level = c->log_level;
    config_each_restart(s->start, base, service_warn, NULL);
    config_warn(base, service_warn, NULL);
    diag(DIAG_INFO, "sselog", "options and keys were read again");
    config_unload(base);
}

/* ---- the service manager ---- */

/* A thread that hangs must end the signs of life: the manager then starts the process again. */
static bool lives(const struct service *s)
{
    unsigned half = own.watchdog_ms / 2, limit = half < RELAY_STALLED_MS ? half : RELAY_STALLED_MS;
    bool relay = relay_turn_ms(s->relay) < limit, front = front_turns(s->front, clock_ms());
    if (relay && front) {
        own.logged_hang = false;
    } else if (!own.logged_hang) {
        own.logged_hang = true;
        diag(DIAG_ERROR, "sselog", "%s hangs: the service manager gets no sign of life",
             relay ? "a front thread" : "the relay");
    }
    return relay && front;
}

/* Tells what the manager does not have yet: that the process is ready, and the status. alive: a
 * sign of life, which may be dropped; the rest is told again then. */
static void tell(const struct service *s, bool alive)
{
    const struct relay_stats *stats = relay_stats(s->relay);
    struct buf lines;
    buf_init(&lines, 1024);
    if (own.ready_due)
        buf_adds(&lines, "READY=1\n");
    if (alive && own.watchdog_ms > 0 && lives(s))
        buf_adds(&lines, "WATCHDOG=1\n");
    size_t at = lines.len;
    notify_add_status(&lines, stats->viewers, stats->redis_up, own.refused);
    bool news = !lines.failed && strcmp(lines.p + at, own.status) != 0;
    if (!news)
        buf_cut(&lines, at);
    if (!lines.failed && lines.len > 0 && notify_send(lines.p, !alive) == 0) {
        own.ready_due = false;
        if (news)
            snprintf(own.status, sizeof own.status, "%s", lines.p + at);
    }
    buf_free(&lines);
}

static void tell_ready(const struct service *s)
{
    own.ready_due = true;
    tell(s, false);
}

static void tell_reloading(void)
{
    struct buf lines;
    buf_init(&lines, 1024);
    notify_add_reloading(&lines, clock_us());
    if (!lines.failed)
        notify_send(lines.p, true);
    buf_free(&lines);
}

static void work(void *arg)
{
    const struct service *s = arg;
    struct asked asked = read_signals();
    if (asked.toggle_debug)
        diag_toggle_debug();
    if (asked.reload) {
        if (own.managed)
            tell_reloading();
        reload(s);
        if (own.managed)
            tell_ready(s);
    }
    if (own.managed)
        tell(s, true);
}

void service_open(void)
{
    own.managed = notify_open();
    own.watchdog_ms = own.managed ? notify_watchdog_ms() : 0;
}

void service_ready(struct service *s, struct accept_chore *chore)
{
    int pause = own.managed ? (int)notify_pause(own.watchdog_ms, STATUS_MS) : -1;
    own.level = config_of(s->start)->log_level;
    *chore = (struct accept_chore){own.pipe[0], pause, work, s};
    if (own.managed)
        tell_ready(s);
}

void service_close(void)
{
    notify_send("STOPPING=1\n", true);
    notify_close();
}
