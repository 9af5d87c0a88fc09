/* SPDX-License-Identifier: MIT */
/* channels: see channels.h. */
#include "relay/channels.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "base/diag.h"
#include "format/asgi.h"
#include "relay/pubsub.h"

#define GROUP        "asgi:group:"
#define MAX_KEY      640
#define GROUP_EXPIRY "86400" /* seconds, channels_redis's default */
#define REJOIN_MS    60000
#define AGAIN_MS     1000 /* a group that does not keep us is not joined in a loop */
#define COMPLAIN_MS  60000
#define MAX_PAYLOAD  (64u * 1024 * 1024) /* as JSON */

struct channels {
    char process[33];
    char queue[64]; /* key of our messages */
    size_t logs;
    int64_t rejoin_at;
    int64_t complain_at; /* not before then, of a message that cannot be read */
};

static void hex_id(char out[33])
{
    unsigned char b[16];
    if (getrandom(b, sizeof b, GRND_NONBLOCK) != (ssize_t)sizeof b)
        for (size_t i = 0; i < sizeof b; i++)
            b[i] = (unsigned char)rand(); /* not a secret: a name */
    for (size_t i = 0; i < sizeof b; i++)
        snprintf(out + 2 * i, 3, "%02x", b[i]);
}

static struct channels *channels_of(struct relay *r)
{
    if (r->channels)
        return r->channels;
    r->channels = calloc(1, sizeof *r->channels);
    if (!r->channels)
        return NULL;
    hex_id(r->channels->process);
    snprintf(r->channels->queue, sizeof r->channels->queue, "asgispecific.%s!",
             r->channels->process);
    r->channels->rejoin_at = r->now + REJOIN_MS;
    return r->channels;
}

/* The name of our channel in the group of l. -1: out of memory. */
static int name_channel(struct log *l)
{
    struct channels *c = channels_of(l->relay);
    char id[33], name[96];
    if (l->channel)
        return 0;
    hex_id(id);
    if (c)
        snprintf(name, sizeof name, "specific.%s!%s", c->process, id);
    l->channel = c ? strdup(name) : NULL;
    if (!l->channel)
        return -1;
    if (c->logs++ == 0)
        redis_feed_pop(l->relay->feed, c->queue);
    return 0;
}

static int group_key(const struct log *l, char key[MAX_KEY])
{
    int n = snprintf(key, MAX_KEY, GROUP "%s", l->key);
    return n > 0 && n < MAX_KEY ? 0 : -1;
}

static void postpone(struct relay *r)
{
    int64_t at = r->now + AGAIN_MS;
    if (r->channels->rejoin_at > at)
        r->channels->rejoin_at = at;
    if (r->next_sweep > at)
        r->next_sweep = at;
}

static void join(struct log *l);

/* Whether a score is a number of at least `least`.  The value has no NUL at its end. */
static bool score_reaches(struct slice value, double least)
{
    char text[64], *end;
    if (value.len == 0 || value.len >= sizeof text)
        return false;
    memcpy(text, value.p, value.len);
    text[value.len] = '\0';
    double score = strtod(text, &end);
    return end == text + value.len && score >= least;
}

/* When this process joined, as the group has it.  A time older than ours was put there so that the
 * group removes us soon. */
static void on_score(void *arg, enum redis_result result, const struct slice *value)
{
    struct log *l = arg;
    bool member = value && score_reaches(*value, l->joined - 1);
    if (!l->channel || result == REDIS_LOST) {
        /* left meanwhile; or to be joined again when Redis is back */
    } else if (result != REDIS_OK) {
        log_fail_all(l, result);
    } else if (member) {
        l->member = true;
        pubsub_stands(l);
    } else if (l->member) {
        l->member = false;
        join(l);
    } else {
        postpone(l->relay);
    }
    l->under_way--;
    if (!l->views)
        sweep_by(l->relay, l->relay->now); /* it may be the last answer that names l */
}

/* Asks whether we are in the group; Redis then reports its next change. */
static void look(struct log *l)
{
    char key[MAX_KEY];
    if (l->channel && group_key(l, key) == 0 &&
        redis_feed_score(l->relay->feed, key, l->channel, on_score, l) == 0)
        l->under_way++;
}

static void join(struct log *l)
{
    char key[MAX_KEY], now[32];
    struct timespec t;
    if (name_channel(l) || group_key(l, key)) {
        diag(DIAG_ERROR, "relay", "cannot join the group %s", l->key);
        return;
    }
    clock_gettime(CLOCK_REALTIME, &t);
    snprintf(now, sizeof now, "%lld.%06ld", (long long)t.tv_sec, t.tv_nsec / 1000);
    const char *add[] = {"ZADD", key, now, l->channel};
    const char *expire[] = {"EXPIRE", key, GROUP_EXPIRY};
    l->joined = (double)t.tv_sec;
    redis_feed_command(l->relay->feed, 4, add);
    redis_feed_command(l->relay->feed, 3, expire);
    look(l);
}

static void leave(struct log *l)
{
    struct relay *r = l->relay;
    char key[MAX_KEY];
    if (!l->channel)
        return;
    if (group_key(l, key) == 0) {
        const char *remove[] = {"ZREM", key, l->channel};
        redis_feed_command(r->feed, 3, remove);
    }
    free(l->channel);
    l->channel = NULL;
    if (--r->channels->logs == 0)
        redis_feed_pop(r->feed, NULL);
}

/* ---- the table ---- */

static void begin(struct follower *f)
{
    struct log *l = f->view->log;
    f->place.standing = PLACE_MET;
    if (l->tip.state == PLACE_NONE)
        join(l);
    else
        pubsub_stands(l);
}

static void look_not(struct log *l)
{
    (void)l;
}

static int64_t check(struct log *l)
{
    (void)l; /* channels_check_times() joins for all groups at once */
    return INT64_MAX;
}

const struct log_source channels_source = {begin, pubsub_skip, look_not, check,
                                           join,  pubsub_down, leave};

/* ---- all groups ---- */

void channels_invalidated(struct relay *r, struct slice key)
{
    size_t n = strlen(GROUP);
    for (struct log *l = r->channels ? r->logs : NULL; l; l = l->next)
        if (l->channel && (!key.p || (key.len > n && memcmp(key.p, GROUP, n) == 0 &&
                                      slice_equal(slice_after(key, n), slice_of(l->key)))))
            look(l);
}

int64_t channels_check_times(struct relay *r)
{
    if (!r->channels || r->channels->logs == 0)
        return INT64_MAX;
    if (r->now >= r->channels->rejoin_at) {
        r->channels->rejoin_at = r->now + REJOIN_MS;
        for (struct log *l = r->logs; l; l = l->next)
            if (l->channel && r->up)
                join(l);
    }
    return r->channels->rejoin_at;
}

static void to_channel(void *arg, struct slice name, struct slice payload)
{
    struct relay *r = arg;
    for (struct log *l = r->logs; l; l = l->next) {
        if (l->channel && slice_equal(name, slice_of(l->channel))) {
            pubsub_deliver(l, payload);
            return;
        }
    }
}

/* Logged now and then: a sender of such messages sends many. */
static void complain(struct relay *r, size_t len)
{
    struct channels *c = r->channels;
    if (!c || r->now < c->complain_at)
        return;
    c->complain_at = r->now + COMPLAIN_MS;
    diag(DIAG_WARNING, "relay",
         "a message of %zu bytes is dropped: no msgpack, nested deeper than %d levels, or too long",
         len, ASGI_MAX_DEPTH);
}

void channels_popped(struct relay *r, struct slice member)
{
    struct buf payload;
    buf_init(&payload, MAX_PAYLOAD);
    if (asgi_read(member, &payload, to_channel, r) == ASGI_UNREADABLE)
        complain(r, member.len);
    buf_free(&payload);
}

void channels_leave_all(struct relay *r)
{
    for (struct log *l = r->logs; l; l = l->next)
        leave(l);
}

void channels_free(struct relay *r)
{
    free(r->channels);
    r->channels = NULL;
}
