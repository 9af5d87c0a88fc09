/* SPDX-License-Identifier: MIT */
/*
 * once: see once.h.  A call goes through steps. Each is one write, and the answers to it:
 *
 *    step       commands                                 the next step
 *    LOOK       MULTI GET EXEC, WATCH XLEN GET           ADD if the batch is not there, else END
 *    ADD        MULTI, XADD and PUBLISH of each record,  END; if EXEC did nothing, because the
 *               SET EXEC, WATCH GET                      offset was changed: as after LOOK
 *    TAKE_BACK  MULTI SET EXEC                           END
 *
 * LOOK comes first, unless the connection watches the offset and has seen its value: redis_sync's
 * `watched` tells that.  ADD watches the offset again and reads it, so a batch costs one round
 * trip.  The transaction of a connection that was lost fails if it reaches Redis after that of the
 * next connection.
 *
 * A transaction goes on after an error, for example if the key of the log is no stream any more.
 * Then LOOK and ADD lead to TAKE_BACK, if the offset has the value of the batch: it is set back to
 * what it was.  If the answer is lost and the key is a stream again before LOOK, the records are
 * gone; they would be gone with the key anyway.
 */
#include "redis/once.h"

#include <stdio.h>

#include "base/clock.h"
#include "redis/answers.h"
#include "redis/wire.h"

#define TRIES 8 /* of a transaction whose offset was changed by another process, or expired */

enum step { LOOK, ADD, TAKE_BACK, END };

/* The answers to a step told this. */
struct facts {
    bool aborted; /* EXEC did nothing */
    bool refused; /* the log, because its key is no stream, or a record */
    bool unset;   /* SET failed: the records are there, and the offset is as before */
    bool denied;  /* because of rights */
    bool looked;  /* at the offset; else the connection was lost behind EXEC's answer */
    enum offset_finding finding;
};

struct once {
    struct redis_sync *s;
    struct redis_offset *o;
    const struct redis_add *adds;
    size_t n;               /* 0: only look */
    size_t done;            /* records that are there */
    unsigned tries;         /* of ADD */
    bool renews;            /* ADD sets the time to live */
    enum redis_once result; /* of the call, at END */
    char why[128];          /* the error of what Redis refused */
};

/* ---- decisions ---- */

struct decision {
    enum step step;
    enum redis_once result; /* at END, or after TAKE_BACK */
};

static struct decision by_finding(enum offset_finding finding)
{
    static const struct decision decisions[] = {
        [OFFSET_BEFORE] = {ADD, ONCE_DONE},     [OFFSET_THERE] = {END, ONCE_DONE},
        [OFFSET_EARLIER] = {END, ONCE_EARLIER}, [OFFSET_GONE] = {END, ONCE_GONE},
        [OFFSET_TAKEN] = {END, ONCE_TAKEN},
    };
    return decisions[finding];
}

/* The step after LOOK or ADD. Only a batch that is there can be taken back; if nobody could look,
 * the next call does. */
static struct decision decide(enum step step, const struct facts *f)
{
    bool there = f->looked && f->finding == OFFSET_THERE;
    if (f->unset)
        return (struct decision){END, f->denied ? ONCE_DENIED : ONCE_REFUSED};
    if (f->refused && f->looked)
        return (struct decision){there ? TAKE_BACK : END, ONCE_REFUSED};
    if (step == ADD && !f->aborted && !f->refused)
        return (struct decision){END, ONCE_DONE};
    return f->looked ? by_finding(f->finding) : (struct decision){END, ONCE_DOWN};
}

/* ---- answers ---- */

static enum redis_once of_result(enum sync_result result)
{
    return result == SYNC_OK ? ONCE_DONE : result == SYNC_DOWN ? ONCE_DOWN : ONCE_REFUSED;
}

/* Of an administrator who gave no rights to the offset, or of a proxy without transactions. EXEC
 * tells why it is refused behind words of its own. */
static bool is_denial(const redisReply *r)
{
    return reply_starts_with(r, "NOPERM") || reply_starts_with(r, "ERR unknown command") ||
           reply_starts_with(r, "EXECABORT Transaction discarded because of: NOPERM");
}

static enum step end(struct once *a, enum redis_once result)
{
    a->result = result;
    return END;
}

static enum step lose(struct once *a, const char *why, enum redis_once result)
{
    sync_lose(a->s, why);
    return end(a, result);
}

/* An error to a command round the records. */
static const redisReply *take_error(struct once *a, const redisReply *error)
{
    bool denied = is_denial(error);
    enum sync_result result = answers_error(a->s, error);
    sync_free_reply(a->s);
    a->result = denied ? ONCE_DENIED : of_result(result);
    return NULL;
}

/* The next answer, also an error that begins with this word; NULL: no error. NULL: the connection
 * is lost, and a->result tells what that means. */
static const redisReply *next(struct once *a, const char *error)
{
    sync_set_deadline(a->s);
    const redisReply *r = sync_reply(a->s);
    if (r && r->type == REDIS_REPLY_ERROR && !(error && reply_starts_with(r, error)))
        return take_error(a, r);
    if (!r)
        a->result = ONCE_DOWN;
    return r;
}

/* Reads n answers. -1: as next(). */
static int skip_answers(struct once *a, size_t n)
{
    for (; n > 0; n--) {
        if (answers_are(a->s, ANSWER_OK, 1) || answers_are(a->s, ANSWER_QUEUED, 1))
            continue;
        if (!next(a, NULL))
            return -1;
        sync_free_reply(a->s);
    }
    return 0;
}

static void keep_why(struct once *a, const redisReply *error)
{
    snprintf(a->why, sizeof a->why, "%s", reply_error_text(error));
}

/* To XLEN. -1: as next(). */
static int read_type(struct once *a, struct facts *f)
{
    const redisReply *r = next(a, "WRONGTYPE");
    if (!r)
        return -1;
    f->refused = r->type == REDIS_REPLY_ERROR;
    if (f->refused)
        keep_why(a, r);
    sync_free_reply(a->s);
    return 0;
}

/* The value is too long. */
static void refuse_value(struct once *a)
{
    char why[256];
    bool starved = a->o->seen.starved;
    snprintf(why, sizeof why, "%.200s is no place of a producer", a->o->key);
    lose(a, starved ? "out of memory" : why, starved ? ONCE_DOWN : ONCE_REFUSED);
}

/* To GET, the last answer of a step. -1: as next(). */
static int read_value(struct once *a, struct facts *f)
{
    struct redis_sync *s = a->s;
    const redisReply *r = next(a, NULL);
    if (!r)
        return -1;
    bool bad = s->cut || offset_see(a->o, reply_is_text(r) ? reply_slice(r) : slice_of(""));
    sync_free_reply(s);
    if (bad)
        refuse_value(a);
    f->looked = !bad && sync_finish(s) == 0;
    if (f->looked)
        f->finding = offset_compare(a->o, clock_ms());
    return bad ? -1 : 0;
}

/* To EXEC of a batch: the answers to its commands; the last one is that to SET. */
static void read_added(struct once *a, const redisReply *r, struct facts *f)
{
    size_t commands = r->elements - 1, each = commands / a->n;
    const redisReply *set = r->element[commands];
    for (size_t i = 0; i < commands && !f->refused; i++) {
        f->refused = r->element[i]->type == REDIS_REPLY_ERROR;
        if (f->refused)
            keep_why(a, r->element[i]);
        else if (i % each == 0)
            xid_parse(reply_slice(r->element[i]), &a->s->added);
        a->done = (i + !f->refused) / each;
    }
    f->unset = set->type == REDIS_REPLY_ERROR;
    f->denied = f->unset && is_denial(set);
    if (f->unset)
        keep_why(a, set);
}

/* ---- commands ---- */

static int put(const struct once *a, const char *name, const char *key)
{
    const struct slice words[] = {slice_of(name), slice_of(key)};
    return wire_add(&a->s->out, words, key ? 2 : 1);
}

/* An empty value: the key expires at once, for which no further right is needed. */
static int put_set(const struct once *a, struct slice value, bool renews)
{
    char seconds[NUMBER_DIGITS];
    struct slice words[5] = {slice_of("SET"), slice_of(a->o->key), value, slice_of("KEEPTTL")};
    size_t n = a->o->keep > 0 ? 4 : 3;
    if (value.len == 0 || renews) {
        bool ends = value.len == 0;
        words[3] = slice_of(ends ? "PX" : "EX");
        words[4] = ends ? slice_of("1") : slice_make(seconds, number_format(a->o->keep, seconds));
        n = 5;
    }
    return wire_add(&a->s->out, words, n);
}

/* ---- steps ---- */

/* The value that was seen is the newest one. */
static enum step take(struct once *a, struct decision d)
{
    offset_take(a->o);
    a->s->watched = a->o;
    a->done = d.step == END && d.result == ONCE_DONE ? a->n : 0;
    return d.step == ADD && a->n == 0 ? end(a, ONCE_DONE) : d.step;
}

/* The batch is there. Whether the offset is watched depends on what was seen behind it. */
static enum step finish(struct once *a, const struct facts *f)
{
    a->s->watched = f->looked && f->finding == OFFSET_THERE ? a->o : NULL;
    a->done = a->n;
    offset_sent(a->o, a->renews, clock_ms());
    return END;
}

static enum step follow(struct once *a, enum step step, const struct facts *f)
{
    struct decision d = decide(step, f);
    a->result = d.result;
    if (d.step == TAKE_BACK || d.result == ONCE_DOWN)
        return d.step;
    if (d.result == ONCE_REFUSED || d.result == ONCE_DENIED)
        return lose(a, a->why, d.result);
    if (d.result == ONCE_TAKEN)
        return lose(a, "another process uses the same name of a producer", d.result);
    return step == ADD && !f->aborted ? finish(a, f) : take(a, d);
}

/* Its transaction shows that transactions are allowed: without MULTI the records of a batch would
 * be added one by one. */
static enum step look(struct once *a)
{
    struct facts f = {0};
    const char *key = a->o->key;
    a->s->watched = NULL;
    if (put(a, "MULTI", NULL) || put(a, "GET", key) || put(a, "EXEC", NULL) ||
        put(a, "WATCH", key) || put(a, "XLEN", a->o->log) || put(a, "GET", key))
        return end(a, of_result(answers_out_of_memory(a->s)));
    if (sync_write(a->s))
        return end(a, ONCE_DOWN);
    return skip_answers(a, 4) || read_type(a, &f) || read_value(a, &f) ? END : follow(a, LOOK, &f);
}

static int put_batch(const struct once *a)
{
    bool bad = put(a, "MULTI", NULL) != 0;
    for (size_t i = 0; i < a->n; i++)
        bad = bad || append_add(a->s, &a->adds[i]);
    return bad || put_set(a, buf_slice(&a->o->next), a->renews) || put(a, "EXEC", NULL) ||
           put(a, "WATCH", a->o->key) || put(a, "GET", a->o->key);
}

/* The answers to MULTI and to the commands that were queued. -1: as next(). */
static int read_queued(struct once *a, size_t commands)
{
    size_t count;
    if (skip_answers(a, 1))
        return -1;
    a->result = of_result(answers_skip(a->s, commands, &count));
    return a->result == ONCE_DONE ? skip_answers(a, 1) : -1;
}

/* A batch that is in the log is there also if the connection is lost behind the answer to EXEC. */
static enum step read_batch(struct once *a)
{
    struct facts f = {0};
    size_t commands = a->adds[0].channel ? 2 * a->n : a->n;
    const redisReply *r = read_queued(a, commands) ? NULL : next(a, NULL);
    if (!r)
        return END;
    f.aborted = r->type == REDIS_REPLY_NIL;
    bool fits = f.aborted || (r->type == REDIS_REPLY_ARRAY && r->elements == commands + 1);
    if (fits && !f.aborted)
        read_added(a, r, &f);
    sync_free_reply(a->s);
    if (!fits)
        return lose(a, "answer of the wrong type", ONCE_DOWN);
    bool bad = skip_answers(a, 1) || read_value(a, &f);
    return bad && f.aborted ? END : follow(a, ADD, &f);
}

static enum step add(struct once *a)
{
    if (a->tries++ == TRIES)
        return lose(a, "the offset was changed again and again", ONCE_DOWN);
    a->s->watched = NULL;
    a->renews = offset_renews(a->o, clock_ms());
    if (put_batch(a))
        return end(a, of_result(answers_out_of_memory(a->s)));
    return sync_write(a->s) ? end(a, ONCE_DOWN) : read_batch(a);
}

/* If the answer is lost, the next call looks. */
static enum step take_back(struct once *a)
{
    a->s->watched = NULL;
    if (put(a, "MULTI", NULL) || put_set(a, buf_slice(&a->o->before), a->o->keep > 0) ||
        put(a, "EXEC", NULL))
        return end(a, of_result(answers_out_of_memory(a->s)));
    if (sync_write(a->s))
        return end(a, ONCE_DOWN);
    return skip_answers(a, 3) ? END : lose(a, a->why, ONCE_REFUSED);
}

static enum redis_once run(struct once *a)
{
    enum sync_result entered = answers_enter(a->s);
    if (entered != SYNC_OK)
        return of_result(entered);
    enum step step = a->s->watched == a->o && a->n > 0 ? ADD : LOOK;
    while (step != END)
        step = step == LOOK ? look(a) : step == ADD ? add(a) : take_back(a);
    sync_leave(a->s);
    return a->result;
}

enum redis_once redis_sync_find(struct redis_sync *s, struct redis_offset *o)
{
    struct once a = {.s = s, .o = o};
    return run(&a);
}

enum redis_once redis_sync_once(struct redis_sync *s, struct redis_offset *o,
                                const struct redis_add *adds, size_t n, size_t *done)
{
    struct once a = {.s = s, .o = o, .adds = adds, .n = n};
    enum redis_once result = run(&a);
    *done = result == ONCE_DOWN ? 0 : a.done;
    return result;
}
