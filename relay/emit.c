/* SPDX-License-Identifier: MIT */
/* emit: see emit.h. */
#include "relay/emit.h"

#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "relay/trace.h"

#define FAIL_RETRY_MS 30000 /* after a failure that will not pass by itself soon */
#define MAX_CONTROL   4096  /* bytes of control frames written at once */

static struct moment moment_of(const struct viewer *v, unsigned retry)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (struct moment){.retry_ms = retry,
                           .replayed = v->replayed,
                           .unix_time = (double)t.tv_sec + (double)t.tv_nsec / 1e9,
                           .keepalive_ms = v->keepalive * 1000,
                           .resumed = v->phase == PHASE_RESUME};
}

/* Viewers that were cut off together do not come back together. */
static unsigned jittered(unsigned retry)
{
    return retry + (unsigned)rand() % (retry / 2 + 1);
}

/* ---- bytes ---- */

/* Parts of so many bytes together, in one write, as they are. */
static enum out_result send_parts(struct viewer *v, const struct iovec *parts, int n, size_t len)
{
    enum out_result r = out_send(&v->out, parts, n);
    if (r == OUT_SENT) {
        if (!v->keepalive_fixed)
            v->kept = v->relay->now;
        v->relay->stats.bytes += len;
        v->relay->stats.writes++;
    }
    return r;
}

static enum out_result send_bytes(struct viewer *v, struct slice bytes)
{
    struct iovec part = {(void *)(uintptr_t)bytes.p, bytes.len};
    return send_parts(v, &part, 1, bytes.len);
}

static enum out_result send_piece(struct viewer *v, const struct gzip_piece *piece)
{
    enum out_result r = send_bytes(v, piece->bytes);
    if (r != OUT_SENT)
        return r;
    gzip_count(&v->sum, piece);
    v->relay->stats.gzip_content += piece->content.len;
    v->relay->stats.gzip_sent += piece->bytes.len;
    return r;
}

static enum out_result send_stored(struct viewer *v, struct slice bytes)
{
    struct gzip_piece piece;
    return gzip_store(v->relay->gzip, bytes, &piece) ? send_piece(v, &piece) : OUT_GONE;
}

static enum out_result send_deflated(struct viewer *v, const struct iovec *parts, int n)
{
    struct gzip_piece piece;
    if (!gzip_deflate(v->relay->gzip, parts, n, &piece))
        return OUT_GONE;
    v->relay->deflated += piece.fresh;
    v->relay->stats.gzip_deflated += piece.fresh;
    return send_piece(v, &piece);
}

/* Bytes that only v is sent. */
static enum out_result emit_bytes(struct viewer *v, const void *p, size_t len)
{
    struct slice bytes = slice_make(p, len);
    return v->gzip ? send_stored(v, bytes) : send_bytes(v, bytes);
}

/* Parts of so many bytes together that other viewers are sent too, in one write. */
static enum out_result emit_parts(struct viewer *v, const struct iovec *parts, int n, size_t len)
{
    return v->gzip ? send_deflated(v, parts, n) : send_parts(v, parts, n, len);
}

enum out_result emit_head(struct viewer *v, const struct buf *head)
{
    return send_bytes(v, buf_slice(head));
}

/* Writes a control frame, and frees it. */
static enum out_result put_buf(struct viewer *v, struct buf *b)
{
    enum out_result r = b->failed ? OUT_GONE : emit_bytes(v, b->p, b->len);
    buf_free(b);
    return r;
}

/* ---- news about the stream ---- */

/* Whether the cursor is past the last id that the client knows: a filter withheld records, or the
 * client knows none yet.  Or it is in another log, and the client was told the gap: with its old id
 * it would be told again each time it comes back. */
static bool has_moved(const struct viewer *v, struct xid *at)
{
    const struct log *l = v->view->log;
    const struct cursor *c = &v->place.cursor;
    *at = c->id;
    int compared = v->told_any ? xid_cmp(*at, v->told) : 1;
    bool moved = compared > 0 || (compared < 0 && v->told_former);
    return l->kind == LOG_STREAM && v->place.standing != PLACE_FRESH && !v->gap &&
           c->at == CURSOR_SENT && moved;
}

/* The id that the client received last.  It is restored when the peer did not take the frame. */
struct told {
    struct xid id;
    bool any;
    bool former; /* it is of a log before the present one */
};

static struct told get_told(const struct viewer *v)
{
    return (struct told){v->told, v->told_any, v->told_former};
}

static void set_told(struct viewer *v, struct told t)
{
    v->told = t.id;
    v->told_any = t.any;
    v->told_former = t.former;
}

/* An event with an id and no data moves the client's cursor (WHATWG HTML 9.2.6). */
static bool add_moved(struct viewer *v, struct buf *b)
{
    const struct profile *p = v->view->profile;
    struct xid at;
    size_t before = b->len;
    if (!has_moved(v, &at))
        return false;
    profile_moved(p, b, at);
    if (b->len == before) /* this profile tells it in another frame */
        return false;
    set_told(v, (struct told){at, true, false});
    return true;
}

bool emit_in_bulk(const struct viewer *v)
{
    return v->view && v->view->profile->bulk && v->phase == PHASE_HISTORY;
}

enum out_result emit_gap(struct viewer *v)
{
    const struct profile *p = v->view->profile;
    bool ids = v->view->log->kind == LOG_STREAM;
    char after[XID_TEXT], next[XID_TEXT];
    struct buf b;
    buf_init(&b, MAX_CONTROL);
    xid_format(v->gap->after, after);
    xid_format(v->gap->next, next);
    profile_gap(p, &b, ids && !v->gap->after_unknown ? after : NULL,
                ids && v->gap->has_next ? next : NULL, v->gap->lost);
    enum out_result r = put_buf(v, &b);
    if (r == OUT_SENT) {
        v->relay->stats.gaps++;
        v->told_former = v->told_any && xid_cmp(v->place.cursor.id, v->told) < 0;
        free(v->gap);
        v->gap = NULL;
    }
    return r;
}

enum out_result emit_source(struct viewer *v, bool live)
{
    const struct profile *p = v->view->profile;
    struct buf b;
    buf_init(&b, MAX_CONTROL);
    profile_source(p, &b, live);
    enum out_result r = put_buf(v, &b);
    if (r == OUT_SENT)
        v->told_lost = !live;
    return r;
}

enum out_result emit_live(struct viewer *v)
{
    const struct profile *p = v->view->profile;
    if (v->phase == PHASE_LIVE)
        return OUT_SENT;
    struct told before = get_told(v);
    struct moment m = moment_of(v, v->retry);
    bool bulk = emit_in_bulk(v);
    struct buf b;
    buf_init(&b, MAX_CONTROL);
    if (bulk)
        v->told_any = false; /* its records had no ids */
    else
        add_moved(v, &b);
    m.has_id = bulk && has_moved(v, &m.id);
    profile_live(p, &b, &m);
    enum out_result r = put_buf(v, &b);
    if (r != OUT_SENT) {
        set_told(v, before);
        return r;
    }
    v->phase = PHASE_LIVE;
    if (m.has_id)
        set_told(v, (struct told){m.id, true, false});
    return r;
}

enum out_result emit_keepalive(struct viewer *v)
{
    const struct profile *p = v->view->profile;
    struct moment m = moment_of(v, v->retry);
    struct told before = get_told(v);
    struct buf b;
    buf_init(&b, MAX_CONTROL);
    m.has_id = p->keepalive_fixed && has_moved(v, &m.id);
    if (!p->keepalive_fixed)
        add_moved(v, &b);
    profile_keepalive(p, &b, &m);
    enum out_result r = put_buf(v, &b);
    v->relay->stats.keepalives += r == OUT_SENT;
    if (r != OUT_SENT)
        set_told(v, before);
    else if (m.has_id)
        set_told(v, (struct told){m.id, true, false});
    return r;
}

/* ---- the first frame and the final one ---- */

static void add_first_frame(struct viewer *v, struct buf *b, const char *client)
{
    struct moment m = moment_of(v, v->retry);
    m.client = client;
    profile_first_frame(v->view->profile, b, &m);
}

/* Adds the beginning of a compressed stream.  -1: out of memory. */
static int add_gzip(struct viewer *v, struct buf *head, struct slice frame)
{
    struct gzip_piece piece;
    if (gzip_join(&v->relay->gzip))
        return -1;
    v->gzip = true;
    if (!gzip_store(v->relay->gzip, frame, &piece))
        return -1;
    buf_add(head, gzip_header, GZIP_HEADER_LEN);
    buf_add(head, piece.bytes.p, piece.bytes.len);
    gzip_count(&v->sum, &piece);
    return 0;
}

void emit_first_frame(struct viewer *v, struct buf *head, const char *client, bool gzip)
{
    struct buf b;
    if (!gzip) {
        add_first_frame(v, head, client);
        return;
    }
    buf_init(&b, MAX_CONTROL);
    add_first_frame(v, &b, client);
    head->failed = b.failed || add_gzip(v, head, buf_slice(&b)) || head->failed;
    buf_free(&b);
}

void emit_end_gzip(struct viewer *v)
{
    if (v->gzip)
        gzip_leave(&v->relay->gzip);
    v->gzip = false;
}

/* The token was made before the answer, which may take long. One that has ended is not told. */
static void add_token(const struct viewer *v, struct buf *b)
{
    const struct poll *p = v->poll;
    int64_t left = p->token ? (p->token_ends - clock_ms()) / 1000 : 0;
    if (left > 0)
        profile_token(v->view->profile, b, p->token, (unsigned)left);
}

void emit_end(struct viewer *v, struct buf *b, enum end_reason reason)
{
    const struct profile *p = v->view->profile;
    bool polled = reason == END_POLL; /* its time was chosen for this client */
    struct moment m = moment_of(v, polled ? v->retry : jittered(v->retry));
    buf_init(b, MAX_CONTROL);
    if (emit_in_bulk(v))
        return;
    if (v->place.state == PLACE_LIVE || v->place.state == PLACE_BEHIND)
        add_moved(v, b);
    m.has_id = polled && p->keepalive_fixed && has_moved(v, &m.id);
    if (m.has_id) /* the frame in which this profile tells it */
        profile_keepalive(p, b, &m);
    if (polled)
        add_token(v, b);
    profile_end(p, b, reason, &m);
}

void emit_failure(struct viewer *v, struct buf *b, const char *reason)
{
    const struct profile *p = v->view->profile;
    unsigned retry = v->retry > FAIL_RETRY_MS ? v->retry : FAIL_RETRY_MS;
    struct moment m = moment_of(v, jittered(retry));
    buf_init(b, MAX_CONTROL);
    if (v->head && p->mute) {
        buf_clear(v->head);
        emit_end_gzip(v);
        profile_refuse(p, v->head, reason);
    } else if (!emit_in_bulk(v)) {
        profile_unavailable(p, b, reason, &m);
    }
}

void emit_final(struct viewer *v, struct slice frame)
{
    struct gzip_piece last = {.bytes = frame};
    if (v->gzip && !gzip_finish(v->relay->gzip, &v->sum, frame, &last))
        return;
    if (send_bytes(v, last.bytes) == OUT_FULL)
        out_leave_bytes(&v->out, last.bytes.p, last.bytes.len);
}

/* ---- records ---- */

static void was_sent(struct viewer *v, struct xid id, uint64_t rank)
{
    place_sent(&v->place, id, rank);
    set_told(v, (struct told){id, true, false});
}

/* Items from i on, one at least, that fit into so many bytes.  Returns the one after them. */
static size_t run_end(const struct item *items, size_t count, size_t i, size_t room)
{
    size_t start = item_start(items, i), k = i + 1;
    while (k < count && items[k].end - start <= room)
        k++;
    return k;
}

/* Items up to the last one were sent, so many. */
static void items_were_sent(struct viewer *v, const struct item *last, size_t n)
{
    was_sent(v, last->id, last->rank);
    v->relay->stats.deliveries += n;
    trace_records(v, n);
    if (v->phase != PHASE_LIVE)
        v->replayed += n;
}

/* Viewers that catch up at many places want other pieces each, and would hold up all others. */
static bool waits_for_its_turn(const struct viewer *v)
{
    return v->gzip && v->relay->deflated >= v->relay->limits.deflate_bytes;
}

enum out_result emit_from_ring(struct viewer *v)
{
    size_t i, k, len = 0, items = 0;
    const struct piece *p = ring_after(&v->view->ring, cursor_position(&v->place.cursor), &i);
    const struct item *last = NULL;
    struct iovec parts[OUT_PARTS];
    int n = 0;
    if (!p) { /* the records up to the tip are withheld from this view */
        v->place.cursor = v->view->log->tip.cursor;
        return OUT_SENT;
    }
    if (waits_for_its_turn(v))
        return OUT_FULL;
    for (; p && n < OUT_PARTS && len < WRITE_BYTES; p = k == p->count ? p->next : NULL, i = 0) {
        size_t start = item_start(p->items, i);
        k = run_end(p->items, p->count, i, WRITE_BYTES - len);
        last = &p->items[k - 1];
        parts[n++] = (struct iovec){(char *)(uintptr_t)piece_bytes(p) + start, last->end - start};
        len += last->end - start;
        items += k - i;
    }
    enum out_result r = emit_parts(v, parts, n, len);
    if (r == OUT_SENT) {
        items_were_sent(v, last, items);
        v->place.standing = PLACE_MET;
    }
    return r;
}

enum out_result emit_items(struct viewer *v, const struct batch *b)
{
    struct xid at = cursor_position(&v->place.cursor);
    size_t i = 0;
    while (i < b->count && xid_cmp(b->items[i].id, at) <= 0)
        i++;
    for (size_t k; i < b->count; i = k) {
        size_t start = item_start(b->items, i);
        k = run_end(b->items, b->count, i, WRITE_BYTES);
        struct iovec run = {b->bytes.p + start, b->items[k - 1].end - start};
        enum out_result r = emit_parts(v, &run, 1, run.iov_len);
        if (r != OUT_SENT)
            return r;
        items_were_sent(v, &b->items[k - 1], k - i);
    }
    return OUT_SENT;
}

enum out_result emit_long_begins(struct viewer *v, const struct batch *b)
{
    enum out_result r = emit_bytes(v, b->open.p, b->open.len);
    if (r != OUT_SENT)
        return r;
    v->blob = blob_ref(b->blob);
    v->part = (struct sse_part){0};
    was_sent(v, b->after_blob.id, b->after_blob.rank);
    if (v->phase != PHASE_LIVE)
        v->replayed++;
    return OUT_SENT;
}

enum out_result emit_long_on(struct viewer *v)
{
    struct buf b;
    enum out_result r;
    const struct profile *p = v->view->profile;
    struct sse_part part = v->part;
    buf_init(&b, 8 * WRITE_BYTES);
    sse_data_part(&b, p->eol, slice_make(v->blob->bytes, v->blob->len), &part, WRITE_BYTES);
    if (part.done)
        sse_end(&b, p->eol);
    r = put_buf(v, &b);
    if (r == OUT_SENT) {
        v->part = part;
        if (part.done) {
            blob_unref(v->blob);
            v->blob = NULL;
            v->relay->stats.deliveries++;
            trace_records(v, 1);
        }
    }
    return r;
}
