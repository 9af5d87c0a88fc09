/* SPDX-License-Identifier: MIT */
/* producer: see producer.h. */
#include "send/producer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/random.h>

#include "base/diag.h"

#define IDMP_MAX                                                                                   \
    100 /* records of a producer that Redis remembers, if its options are the default */

int producer_random(char name[PRODUCER_RANDOM])
{
    uint64_t bits;
    ssize_t n;
    do
        n = getrandom(&bits, sizeof bits, 0);
    while (n < 0 && errno == EINTR);
    if (n != sizeof bits) {
        diag(DIAG_ERROR, "send", "no random number: %s", n < 0 ? strerror(errno) : "too short");
        return -1;
    }
    snprintf(name, PRODUCER_RANDOM, "%016" PRIx64, bits);
    return 0;
}

int producer_init(struct producer *p, const struct send_options *o, const char *name, unsigned keep)
{
    char life[PRODUCER_RANDOM];
    buf_init(&p->text, OFFSET_MAX);
    if (producer_random(life))
        return -1;
    if (offset_init(&p->offset, o->log, name, life, keep) == 0)
        return 0;
    diag(DIAG_ERROR, "send", "out of memory or descriptors");
    return -1;
}

void producer_free(struct producer *p)
{
    offset_free(&p->offset);
    buf_free(&p->text);
}

/* ---- without the rights to a place ---- */

/* A name that the user gave promises more than this server allows. */
static int go_on_without(struct sender *s)
{
    if (s->options->producer)
        return sender_after(s, SYNC_REFUSED, false);
    s->idmp = producer_random(s->life) ? SENDER_IDMP_ABSENT : SENDER_IDMP_UNKNOWN;
    diag(DIAG_WARNING, "send",
         "%s at %s: %s; the place of this input is not kept there, so a lost answer may repeat "
         "records",
         s->options->log, s->address, redis_sync_why(s->redis));
    s->plain = true;
    return 0;
}

/* The first record shows whether Redis knows IDMP. */
static size_t number(struct sender *s, struct redis_add *adds, size_t n)
{
    if (s->idmp == SENDER_IDMP_ABSENT)
        return n;
    n = s->idmp == SENDER_IDMP_UNKNOWN ? 1 : n < IDMP_MAX ? n : IDMP_MAX;
    for (size_t i = 0; i < n; i++) {
        adds[i].producer = s->life;
        adds[i].number = s->sent + i;
    }
    return n;
}

/* Whether Redis took the word IDMP for an id. */
static bool lacks_idmp(struct sender *s, enum sync_result r, struct redis_add *add)
{
    bool lacks = r == SYNC_REFUSED && s->idmp == SENDER_IDMP_UNKNOWN &&
                 strncmp(redis_sync_why(s->redis), "ERR Invalid stream ID", 21) == 0;
    if (lacks) {
        s->idmp = SENDER_IDMP_ABSENT;
        add->producer = NULL;
    } else if (r == SYNC_OK && s->idmp == SENDER_IDMP_UNKNOWN) {
        s->idmp = SENDER_IDMP_KNOWN;
    }
    return lacks;
}

static int send_plain(struct sender *s, struct redis_add *adds, size_t n)
{
    size_t at = 0, done;
    if (n == 0)
        return sender_trim(s);
    for (;;) {
        size_t part = number(s, adds + at, n - at);
        enum sync_result r = redis_sync_send(s->redis, adds + at, part, &done);
        if (lacks_idmp(s, r, adds + at))
            continue;
        at += done;
        sender_count(s, done);
        int next = sender_after(s, r, done > 0);
        if (next < 0 || (next == 0 && at == n))
            return next < 0 ? -1 : sender_trim(s);
    }
}

/* ---- with it ---- */

static enum sync_result result_of(enum redis_once r)
{
    return r == ONCE_DONE ? SYNC_OK : r == ONCE_DOWN ? SYNC_DOWN : SYNC_REFUSED;
}

int producer_find(struct sender *s, struct producer *p)
{
    int next = s->plain ? 0 : 1;
    while (next > 0) {
        enum redis_once r = redis_sync_find(s->redis, &p->offset);
        next = r == ONCE_DENIED ? go_on_without(s) : sender_after(s, result_of(r), false);
    }
    return next;
}

/* Redis lost batches that it had confirmed, as after a failover. 1: the input went back to them. */
static int go_back(struct sender *s, struct producer *p)
{
    bool back = p->rewind && p->rewind(p->arg, offset_place(&p->offset));
    diag(DIAG_WARNING, "send", "%s at %s: records that Redis had confirmed are lost there; %s",
         s->options->log, s->address, back ? "sending them again" : "the input no longer has them");
    return back;
}

/* It lost the place too: then nothing tells which. 1: as go_back. */
static int note_loss(struct sender *s, struct producer *p, enum redis_once r)
{
    if (r == ONCE_EARLIER)
        return go_back(s, p);
    diag(DIAG_WARNING, "send",
         "%s at %s: the place of this input is gone there; records that Redis had confirmed may be "
         "lost",
         s->options->log, s->address);
    return 0;
}

static int send_once(struct sender *s, struct producer *p, struct redis_add *adds, size_t n)
{
    size_t done;
    for (;;) {
        enum redis_once r = redis_sync_once(s->redis, &p->offset, adds, n, &done);
        bool lost = r == ONCE_EARLIER || r == ONCE_GONE;
        if (lost && note_loss(s, p, r))
            return 1;
        if (lost)
            continue;
        s->taken = r == ONCE_TAKEN;
        sender_count(s, done);
        if (r == ONCE_DENIED)
            return go_on_without(s) ? -1 : send_plain(s, adds + done, n - done);
        int next = sender_after(s, result_of(r), done > 0);
        if (next <= 0)
            return next == 0 ? sender_trim(s) : -1;
    }
}

/* As producer_input. */
static int send_bundle(struct sender *s, struct producer *p, struct bundle *b, struct slice bytes)
{
    if (s->plain)
        return send_plain(s, b->adds, b->n);
    buf_clear(&p->text);
    p->place(p->arg, bytes, &p->text);
    if (p->text.failed || offset_set_next(&p->offset, buf_slice(&p->text))) {
        diag(DIAG_ERROR, "send", "out of memory or descriptors");
        return -1;
    }
    return send_once(s, p, b->adds, b->n);
}

int producer_input(struct sender *s, struct producer *p, const struct recipe *how, struct bundle *b,
                   struct input *in, bool flush)
{
    size_t n;
    do {
        n = bundle_fill(b, how, in, flush);
        struct slice bytes = slice_make(in->bytes.p, b->used);
        int result = b->made.failed ? -1 : n > 0 ? send_bundle(s, p, b, bytes) : 0;
        if (result)
            return result;
        p->sent(p->arg, bytes);
        buf_drop(&in->bytes, b->used);
    } while (n > 0);
    return 0;
}
