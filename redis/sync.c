/* SPDX-License-Identifier: MIT */
/* sync: the synchronous calls of redis_io.h.  Each call has a deadline. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "redis/sync_conn.h"
#include "redis/wire.h"

#define HOLD_BYTES (4 * 1024 * 1024) /* of large values in one answer */
#define WALK_READ  128               /* entries that redis_sync_walk reads at once, at most */
#define WALK_READS 32                /* reads of one walk */
#define WALK_BYTES (256 * 1024)      /* of one read of a walk with `most`, about */
#define WALK_LONG  (512 * 1024) /* after so many bytes of large values, read one entry at a time */

struct redis_sync *redis_sync_new(const struct redis_address *address, unsigned deadline)
{
    struct redis_sync *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->address = address;
    s->deadline = deadline;
    s->breaker = &breaker_of_lookups;
    s->own = (struct breaker)BREAKER_CLOSED;
    address_name(address, s->where);
    wire_init(&s->out);
    return s;
}

void redis_sync_hurry(struct redis_sync *s, unsigned deadline)
{
    s->deadline = deadline;
}

void redis_sync_beside_feed(struct redis_sync *s)
{
    s->beside_feed = true;
}

void redis_sync_apart(struct redis_sync *s)
{
    s->breaker = &s->own;
}

void redis_sync_always(struct redis_sync *s)
{
    s->breaker = NULL;
}

void redis_sync_keep_why(struct redis_sync *s)
{
    s->keeps_why = true;
}

const char *redis_sync_why(const struct redis_sync *s)
{
    return s->why;
}

void redis_sync_free(struct redis_sync *s)
{
    if (!s)
        return;
    sync_close(s);
    reply_storage_free(&s->storage);
    reply_memory_free(&s->memory);
    free(s);
}

/* ---- calls ---- */

void sync_begin(struct redis_sync *s)
{
    sync_set_deadline(s);
    s->renews = false;
    s->hold = HOLD_BYTES;
    s->skip = 0;
    s->bulk.all = false;
    s->shown = SIZE_MAX;
}

/* Logs that the server refused a command, if that is new. A key whose end may be a secret is shown
 * up to there. */
static void sync_log_refused(struct redis_sync *s, const struct slice *words, size_t n,
                             const char *why)
{
    char name[ADDRESS_NAME];
    size_t at = slice_equal(words[0], slice_of("XINFO")) ? 2 : 1; /* XINFO STREAM key */
    struct slice key = at < n ? words[at] : slice_make(NULL, 0);
    bool secret = s->shown < key.len;
    int len = secret ? (int)s->shown : (int)key.len;
    snprintf(name, sizeof name, "%s%s%.*s%s", words[0].p, key.len ? " " : "", len,
             key.len ? key.p : "", secret ? "..." : "");
    if (reasons_are_new(&s->refusals, name, why, clock_ms()))
        diag(DIAG_WARNING, "redis", "%s: %s refused: %s", s->where, name, why);
}

enum sync_result sync_error(struct redis_sync *s, const struct slice *words, size_t n,
                            const redisReply *r)
{
    if (reply_starts_with(r, "ERR no such key")) /* of XINFO */
        return SYNC_MISSING;
    sync_log_refused(s, words, n, reply_error_text(r));
    if (reply_is_outage(r))
        return SYNC_DOWN;
    /* A key of another type is no session or token. */
    return reply_starts_with(r, "WRONGTYPE") ? SYNC_MISSING : SYNC_REFUSED;
}

/* The types of answers that fit a request. */
typedef bool fits_fn(const redisReply *r);

static bool is_value(const redisReply *r)
{
    return reply_is_text(r) || r->type == REDIS_REPLY_NIL;
}

static bool is_array(const redisReply *r)
{
    return r->type == REDIS_REPLY_ARRAY;
}

/* sync_once, if the answer fits. If it does not, answers and requests no longer match. */
static redisReply *sync_fitting(struct redis_sync *s, const struct slice *words, size_t n,
                                fits_fn *fits)
{
    redisReply *r = sync_once(s, words, n);
    if (!r || r->type == REDIS_REPLY_ERROR || fits(r))
        return r;
    sync_free_reply(s);
    sync_lose(s, "answer of the wrong type");
    return NULL;
}

/* A connection that was closed while idle may show it only after the command was sent. Whether the
 * command may be sent again on another, although the server may have executed it. */
static bool may_repeat(struct slice command)
{
    return !slice_equal(command, slice_of("GETDEL")) && !slice_equal(command, slice_of("SET"));
}

/* One request. Free the reply with sync_free_reply. NULL: *result says why there is none. */
static redisReply *sync_request(struct redis_sync *s, const struct slice *words, size_t n,
                                fits_fn *fits, enum sync_result *result)
{
    redisReply *r;
    *result = SYNC_DOWN;
    do {
        if (sync_enter(s))
            return NULL;
        r = sync_fitting(s, words, n, fits);
        sync_leave(s);
    } while (!r && s->was_idle && !s->timed_out && may_repeat(words[0]));
    if (!r)
        return NULL;
    *result = r->type == REDIS_REPLY_ERROR ? sync_error(s, words, n, r) : SYNC_OK;
    if (*result == SYNC_OK)
        return r;
    s->refusal_passes = reply_is_no_write(r);
    sync_free_reply(s);
    return NULL;
}

bool redis_sync_refusal_passes(const struct redis_sync *s)
{
    return s->refusal_passes;
}

enum sync_result redis_sync_get(struct redis_sync *s, const char *key, size_t shown, bool take,
                                struct buf *value)
{
    const struct slice words[] = {slice_of(take ? "GETDEL" : "GET"), slice_of(key)};
    enum sync_result result;
    sync_begin(s);
    s->shown = shown;
    s->bulk.all = true; /* it may be a secret: it stays out of hiredis and is wiped */
    s->hold = value->max - value->len;
    redisReply *r = sync_request(s, words, 2, is_value, &result);
    if (!r)
        return result;
    struct slice text = reply_value(&s->storage, r);
    if (r->type == REDIS_REPLY_NIL || s->cut || buf_add(value, text.p, text.len))
        result = SYNC_MISSING;
    sync_free_reply(s);
    return result;
}

enum sync_result redis_sync_set(struct redis_sync *s, const char *key, size_t shown,
                                struct slice value, unsigned seconds)
{
    char ttl[12];
    snprintf(ttl, sizeof ttl, "%u", seconds);
    const struct slice words[] = {slice_of("SET"), slice_of(key), value,
                                  slice_of("EX"),  slice_of(ttl), slice_of("NX")};
    enum sync_result result;
    sync_begin(s);
    s->shown = shown;
    redisReply *r = sync_request(s, words, 6, is_value, &result);
    if (!r)
        return result;
    result = r->type == REDIS_REPLY_NIL ? SYNC_REFUSED : SYNC_OK;
    s->refusal_passes = false;
    sync_free_reply(s);
    return result;
}

enum sync_result redis_sync_ping(struct redis_sync *s)
{
    const struct slice words[] = {slice_of("PING")};
    enum sync_result result;
    sync_begin(s);
    redisReply *r = sync_request(s, words, 1, reply_is_text, &result);
    if (r)
        sync_free_reply(s);
    return result;
}

/* Entries of a log, from the one at `at` on. */
struct read {
    const char *key;
    struct xid at;
    bool forward; /* else backwards */
    unsigned count;
};

/* Reads entries to s->storage. NULL: *result says why there are none. */
static redisReply *sync_entries(struct redis_sync *s, const struct read *read, ssize_t *n,
                                enum sync_result *result)
{
    char at[XID_TEXT], number[12];
    xid_format(read->at, at);
    snprintf(number, sizeof number, "%u", read->count);
    const struct slice words[] = {slice_of(read->forward ? "XRANGE" : "XREVRANGE"),
                                  slice_of(read->key),
                                  slice_of(at),
                                  slice_of(read->forward ? "+" : "-"),
                                  slice_of("COUNT"),
                                  slice_of(number)};
    redisReply *r = sync_request(s, words, 6, is_array, result);
    if (!r)
        return NULL;
    const char *why;
    *n = reply_entries(&s->storage, r, &why);
    if (*n >= 0)
        return r;
    sync_log_refused(s, words, 6, why);
    *result = SYNC_REFUSED;
    sync_free_reply(s);
    return NULL;
}

/* The id of the entry that is nearest to read->at. */
static enum sync_result nearest(struct redis_sync *s, const struct read *read, bool *any,
                                struct xid *id)
{
    enum sync_result result;
    ssize_t n;
    sync_begin(s);
    s->hold = 0;
    redisReply *r = sync_entries(s, read, &n, &result);
    if (!r)
        return result;
    *any = n > 0;
    if (*any)
        *id = s->storage.entries[0].id;
    sync_free_reply(s);
    return SYNC_OK;
}

enum sync_result redis_sync_newest(struct redis_sync *s, const char *key, struct xid to, bool *any,
                                   struct xid *id)
{
    const struct read read = {.key = key, .at = to, .count = 1};
    return nearest(s, &read, any, id);
}

enum sync_result redis_sync_oldest(struct redis_sync *s, const char *key, struct xid from,
                                   bool *any, struct xid *id)
{
    const struct read read = {key, from, true, 1};
    return nearest(s, &read, any, id);
}

enum sync_result redis_sync_news(struct redis_sync *s, const char *key, struct xid after,
                                 bool *news)
{
    struct xid id;
    enum sync_result result = redis_sync_oldest(s, key, xid_next(after), news, &id);
    *news = result == SYNC_OK && *news && xid_cmp(id, after) > 0;
    return result;
}

enum sync_result redis_sync_info(struct redis_sync *s, const char *key, struct redis_info *info)
{
    const struct slice words[] = {slice_of("XINFO"), slice_of("STREAM"), slice_of(key)};
    enum sync_result result;
    *info = (struct redis_info){0};
    sync_begin(s);
    s->hold = 0; /* the first and the last entry come with it */
    redisReply *r = sync_request(s, words, 3, is_array, &result);
    if (!r)
        return result == SYNC_MISSING ? SYNC_OK : result;
    reply_info(r, info);
    sync_free_reply(s);
    return SYNC_OK;
}

/* ---- walks ---- */

static bool goes_forward(const struct redis_walk *w)
{
    return w->proof && !w->newest_first;
}

static bool is_held(const struct reply_storage *m, struct slice value, bool cut)
{
    for (size_t i = 0; i < m->nblobs; i++)
        if ((!cut || m->blobs[i]->len == 0) && m->blobs[i]->bytes == value.p)
            return true;
    return false;
}

/* How many values of the entry are large. cut: only those that are missing because the answer held
 * no more. */
static unsigned count_large(const struct reply_storage *m, const struct redis_entry *entry,
                            bool cut)
{
    unsigned n = 0;
    for (size_t k = 0; m->nblobs > 0 && k < 2 * entry->pairs; k++)
        n += is_held(m, entry->fields[k], cut);
    return n;
}

/* Hands the entries from i on to the walk's function. It stops before an entry whose large values
 * were cut. Returns the index of the first one that was not used. */
static ssize_t walk_over(struct redis_sync *s, struct redis_walk *w, ssize_t i, ssize_t n,
                         bool *wanted)
{
    const struct redis_entry *entries = s->storage.entries;
    while (i < n && !(s->cut && count_large(&s->storage, &entries[i], true) > 0) &&
           (*wanted = w->fn(w->arg, &entries[i]))) {
        w->at = w->proof ? entries[i].id : xid_prev(entries[i].id);
        i++;
    }
    return i;
}

static size_t bytes_of(const struct redis_entry *entries, ssize_t n)
{
    size_t bytes = 0;
    for (ssize_t i = 0; i < n; i++)
        for (size_t k = 0; k < 2 * entries[i].pairs; k++)
            bytes += entries[i].fields[k].len;
    return bytes;
}

/* How many entries to read after n entries. */
static unsigned walk_count(const struct redis_walk *w, const struct redis_entry *entries, ssize_t n)
{
    unsigned most = w->most ? w->most : WALK_READ;
    if (w->most && n > 0) {
        size_t fit = WALK_BYTES / (bytes_of(entries, n) / (size_t)n + 1) + 1;
        most = fit < most ? (unsigned)fit : most;
    }
    return 2 * w->count < most ? 2 * w->count : most;
}

/* Prepares the read after one that had n of `count` entries and used them up to i. */
static void walk_prepare(struct redis_sync *s, struct redis_walk *w, ssize_t i, ssize_t n,
                         unsigned count, size_t held)
{
    struct xid end = goes_forward(w) ? XID_MAX : XID_ZERO;
    const struct redis_entry *entries = s->storage.entries;
    bool are_long = s->cut || held > WALK_LONG;
    w->more = i < n || ((unsigned)n == count && xid_cmp(entries[n - 1].id, end) != 0);
    w->count = are_long ? 1 : walk_count(w, entries, n);
    w->skip = w->proof && i > 0 ? count_large(&s->storage, &entries[i - 1], false) : 0;
    w->skip_known = true;
}

/* One read. It stops before an entry whose large values were cut. The next read starts there. The
 * first wanted entry is cut only if the one before it is not known yet. */
static enum sync_result walk_on(struct redis_sync *s, struct redis_walk *w)
{
    enum sync_result result;
    ssize_t n;
    size_t start = 0;
    bool wanted = true, whole = w->count == 1 && (w->skip_known || !w->proof);
    const struct read read = {w->key, w->at, goes_forward(w), w->count + (w->proof != NULL)};
    const size_t hold = s->hold = whole ? SIZE_MAX : HOLD_BYTES;
    s->skip = w->skip;
    redisReply *r = sync_entries(s, &read, &n, &result);
    if (!r)
        return result;
    w->lost = w->proof && !w->proof(w->arg, s->storage.entries, (size_t)n, &start);
    if (!w->lost) {
        ssize_t i = walk_over(s, w, (ssize_t)start, n, &wanted);
        walk_prepare(s, w, i, n, read.count, hold - s->hold);
    }
    w->ended = w->lost || !wanted || !w->more || (++w->reads == WALK_READS && !w->most);
    sync_free_reply(s);
    return SYNC_OK;
}

enum sync_result redis_sync_walk(struct redis_sync *s, struct redis_walk *w, unsigned slice)
{
    enum sync_result result;
    int64_t start = clock_ms(), taken;
    if (w->count == 0)
        w->count = 1;
    do {
        sync_begin(s);
        result = walk_on(s, w);
        taken = clock_ms() - start;
        w->ended = w->ended || (w->taken + taken >= s->deadline && !w->most);
    } while (result == SYNC_OK && !w->ended && taken < slice);
    w->taken += taken;
    return result;
}

enum sync_result redis_sync_members(struct redis_sync *s, const char *key, int64_t from,
                                    void (*fn)(void *arg, struct slice member), void *arg)
{
    char low[24];
    snprintf(low, sizeof low, "%" PRId64, from);
    const struct slice words[] = {slice_of("ZRANGEBYSCORE"), slice_of(key), slice_of(low),
                                  slice_of("+inf")};
    enum sync_result result;
    sync_begin(s);
    s->hold = SIZE_MAX;
    redisReply *r = sync_request(s, words, 4, is_array, &result);
    if (!r)
        return result;
    for (size_t i = 0; i < r->elements; i++)
        if (reply_is_text(r->element[i]))
            fn(arg, reply_value(&s->storage, r->element[i]));
    sync_free_reply(s);
    return SYNC_OK;
}

/* Reads the answers of an exchange. After an error of the server the others are still read. */
static enum sync_result read_answers(struct redis_sync *s, const struct sync_command *c, size_t n,
                                     sync_answer_fn *fn, void *arg)
{
    enum sync_result result = SYNC_OK;
    for (size_t i = 0; i < n; i++) {
        const redisReply *r = sync_reply(s);
        if (!r)
            return SYNC_DOWN;
        bool error = r->type == REDIS_REPLY_ERROR;
        bool fits = r->type == REDIS_REPLY_INTEGER || r->type == REDIS_REPLY_ARRAY ||
                    (error && c[i].errors);
        if (error && !fits && result == SYNC_OK)
            result = sync_error(s, c[i].words, c[i].n, r);
        else if (fits && result == SYNC_OK)
            fn(arg, i, r);
        sync_free_reply(s);
        if (!fits && result == SYNC_OK) {
            sync_lose(s, "answer of the wrong type");
            return SYNC_DOWN;
        }
    }
    return sync_finish(s) ? SYNC_DOWN : result;
}

static enum sync_result exchange_once(struct redis_sync *s, const struct sync_command *c, size_t n,
                                      sync_answer_fn *fn, void *arg)
{
    for (size_t i = 0; i < n; i++)
        if (wire_add(&s->out, c[i].words, c[i].n))
            return sync_lose(s, "out of memory"), SYNC_DOWN;
    return sync_write(s) ? SYNC_DOWN : read_answers(s, c, n, fn, arg);
}

enum sync_result sync_exchange(struct redis_sync *s, const struct sync_command *c, size_t n,
                               sync_answer_fn *fn, void *arg)
{
    enum sync_result result;
    sync_begin(s);
    do {
        if (sync_enter(s))
            return SYNC_DOWN;
        result = exchange_once(s, c, n, fn, arg);
        sync_leave(s);
    } while (result == SYNC_DOWN && !s->ctx && s->was_idle && !s->timed_out);
    return result;
}
