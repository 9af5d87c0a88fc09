/* SPDX-License-Identifier: MIT */
/* emit: see emit.h. */
#include "relay/emit.h"

#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "relay/counts.h"
#include "relay/told.h"
#include "relay/trace.h"

#define FAIL_RETRY_MS 30000 /* after a failure that will not pass by itself soon */
#define MAX_CONTROL   4096  /* bytes of control frames written at once */
#define MANY_ITEMS    64    /* records of a stream of several logs written at once */

static struct moment moment_of(const struct viewer *v, unsigned retry)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (struct moment){.retry_ms = retry,
                           .replayed = v->replayed,
                           .counts = v->counts,
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

bool emit_in_bulk(const struct viewer *v)
{
    const struct view *w = v->first.view;
    return w && w->profile->bulk && v->phase == PHASE_HISTORY;
}

static void add_gap(struct buf *b, const struct follower *f)
{
    const struct view *w = f->view;
    const struct gap *g = f->gap;
    bool ids = w->log->kind == LOG_STREAM;
    char first[XID_TEXT], last[XID_TEXT];
    xid_format(g->after, first);
    xid_format(g->next, last);
    struct gap_frame frame = {.log = w->name,
                              .after = ids && !g->after_unknown ? first : NULL,
                              .next = ids && g->has_next ? last : NULL,
                              .lost = g->lost,
                              .reason = g->tail ? "tail" : NULL};
    profile_gap(w->profile, b, &frame);
}

enum out_result emit_gap(struct follower *f)
{
    struct viewer *v = f->viewer;
    struct buf b;
    buf_init(&b, MAX_CONTROL);
    add_gap(&b, f);
    enum out_result r = put_buf(v, &b);
    if (r == OUT_SENT) {
        v->relay->stats.gaps++;
        counts_add_gap(&v->counts, f->gap->lost);
        f->told_former = f->told_any && xid_cmp(f->place.cursor.id, f->told.id) < 0;
        free(f->gap);
        f->gap = NULL;
    }
    return r;
}

enum out_result emit_source(struct viewer *v, bool live)
{
    const struct profile *p = v->first.view->profile;
    struct buf b;
    buf_init(&b, MAX_CONTROL);
    profile_source(p, &b, live);
    enum out_result r = put_buf(v, &b);
    if (r == OUT_SENT)
        v->told_lost = !live;
    return r;
}

/* Some profiles tell the cursor in a frame that goes out anyway. */
static void add_id(struct moment *m, const struct viewer *v)
{
    m->has_id = told_has_moved(&v->first);
    m->id = v->first.place.cursor.id;
}

enum out_result emit_live(struct viewer *v)
{
    const struct profile *p = v->first.view->profile;
    if (v->phase == PHASE_LIVE)
        return OUT_SENT;
    struct moment m = moment_of(v, v->retry);
    bool bulk = emit_in_bulk(v), told_any = v->first.told_any, told = false;
    struct buf b;
    buf_init(&b, MAX_CONTROL);
    if (bulk) {
        v->first.told_any = false; /* its records had no ids */
        add_id(&m, v);
    } else {
        told = told_add_moves(v, &b);
    }
    profile_live(p, &b, &m);
    enum out_result r = put_buf(v, &b);
    if (r != OUT_SENT) {
        v->first.told_any = told_any;
        return r;
    }
    v->phase = PHASE_LIVE;
    if (told || m.has_id)
        told_moves(v);
    return r;
}

enum out_result emit_cursor(struct viewer *v)
{
    struct buf b;
    if (!told_any_moved(v))
        return OUT_SENT;
    buf_init(&b, MAX_CONTROL);
    told_add_moves(v, &b);
    enum out_result r = put_buf(v, &b);
    if (r == OUT_SENT)
        told_moves(v);
    return r;
}

enum out_result emit_keepalive(struct viewer *v)
{
    const struct profile *p = v->first.view->profile;
    struct moment m = moment_of(v, v->retry);
    bool told = false;
    struct buf b;
    buf_init(&b, MAX_CONTROL);
    if (p->keepalive_fixed)
        add_id(&m, v);
    else
        told = told_add_moves(v, &b);
    profile_keepalive(p, &b, &m);
    enum out_result r = put_buf(v, &b);
    v->relay->stats.keepalives += r == OUT_SENT;
    if (r == OUT_SENT && (told || m.has_id))
        told_moves(v);
    return r;
}

/* ---- the first frame and the final one ---- */

static void add_first_frame(struct viewer *v, struct buf *b, const char *client)
{
    struct moment m = moment_of(v, v->retry);
    m.client = client;
    profile_first_frame(v->first.view->profile, b, &m);
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
        profile_token(v->first.view->profile, b, p->token, (unsigned)left);
}

void emit_end(struct viewer *v, struct buf *b, enum end_reason reason)
{
    const struct profile *p = v->first.view->profile;
    bool polled = reason == END_POLL; /* its time was chosen for this client */
    struct moment m = moment_of(v, polled ? v->retry : jittered(v->retry));
    buf_init(b, MAX_CONTROL);
    if (emit_in_bulk(v))
        return;
    if (!p->keepalive_fixed)
        told_add_moves(v, b);
    else if (polled)
        add_id(&m, v);
    if (m.has_id) /* the frame in which this profile tells it */
        profile_keepalive(p, b, &m);
    if (polled)
        add_token(v, b);
    profile_end(p, b, reason, &m);
}

void emit_failure(struct viewer *v, struct buf *b, const char *reason)
{
    const struct profile *p = v->first.view->profile;
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

static void was_sent(struct follower *f, struct xid id, uint64_t rank, uint32_t epoch)
{
    place_sent(&f->place, id, rank);
    f->told = told_position(f, id, rank, epoch);
    f->epoch = EPOCH_UNKNOWN;
    f->told_any = true;
    f->told_former = false;
}

/* Items from i on, one at least, that fit into so many bytes.  Returns the one after them. */
static size_t run_end(const struct item *items, size_t count, size_t i, size_t room)
{
    size_t start = item_start(items, i), k = i + 1;
    while (k < count && items[k].end - start <= room)
        k++;
    return k;
}

/* The same in a stream of several logs, where each record has a line more. */
static size_t many_end(const struct item *items, size_t count, size_t i)
{
    size_t most = i + MANY_ITEMS;
    return run_end(items, most < count ? most : count, i, WRITE_BYTES);
}

/* Where frames come from. */
struct origin {
    struct withheld_number before; /* the number before them */
    bool numbered;                 /* those of the items are the view's */
    uint32_t epoch;                /* the life of their log */
};

/* Items up to the last one were sent, so many. */
static void items_were_sent(struct follower *f, const struct item *last, size_t n,
                            const struct origin *from)
{
    struct viewer *v = f->viewer;
    was_sent(f, last->id, last->rank, from->epoch);
    counts_add(&v->counts, from->before, last->withheld, n);
    f->number = (struct withheld_number){last->withheld, from->numbered};
    v->relay->stats.deliveries += n;
    trace_records(v, n);
    if (v->phase != PHASE_LIVE)
        v->replayed += n;
}

/* Adds the line with which a record of f begins, in a stream of several logs. */
static void add_record_cursor(struct buf *b, const struct follower *f, const struct position *at)
{
    struct buf text;
    buf_init(&text, MAX_CONTROL);
    told_add_cursor(&text, f->viewer, f, at);
    if (text.failed)
        b->failed = true;
    else
        profile_cursor(f->view->profile, b, text.p);
    buf_free(&text);
}

/* Items from i to k, whose frames are at bytes.  In a stream of several logs each gets its cursor,
 * which no other viewer has. */
static enum out_result emit_run(struct follower *f, const struct item *items, const char *bytes,
                                size_t i, size_t k, uint32_t epoch)
{
    struct viewer *v = f->viewer;
    struct buf b;
    size_t start = item_start(items, i), len = items[k - 1].end - start;
    struct iovec run = {(char *)(uintptr_t)bytes + start, len};
    if (!told_of_many(v))
        return emit_parts(v, &run, 1, len);
    buf_init(&b, 16 * WRITE_BYTES);
    for (; i < k; i++) {
        struct position at = told_position(f, items[i].id, items[i].rank, epoch);
        add_record_cursor(&b, f, &at);
        buf_add(&b, bytes + item_start(items, i), items[i].end - item_start(items, i));
    }
    run = (struct iovec){b.p, b.len};
    enum out_result r = b.failed ? OUT_GONE : emit_parts(v, &run, 1, b.len);
    buf_free(&b);
    return r;
}

/* Viewers that catch up at many places want other pieces each, and would hold up all others. */
static bool waits_for_its_turn(const struct viewer *v)
{
    return v->gzip && v->relay->deflated >= v->relay->limits.deflate_bytes;
}

/* The number of its view before item i of p, which comes next; p NULL: before all that comes. */
static struct withheld_number number_of(const struct follower *f, const struct piece *p, size_t i)
{
    struct withheld_number n = counts_number_at(&f->view->ring, p, i, &f->place.cursor);
    return n.known ? n : f->number;
}

/* Items of the ring up to the last one were sent; i of p was the first. */
static void ring_was_sent(struct follower *f, const struct piece *p, size_t i,
                          const struct item *last, size_t n)
{
    struct origin from = {number_of(f, p, i), true, f->view->log->marks.epoch};
    items_were_sent(f, last, n, &from);
}

/* Frames of several pieces in one write. */
static enum out_result emit_pieces(struct follower *f, const struct piece *first, size_t from)
{
    const struct piece *p = first;
    const struct item *last = NULL;
    size_t i = from;
    struct iovec parts[OUT_PARTS];
    size_t k, len = 0, items = 0;
    int n = 0;
    for (; p && n < OUT_PARTS && len < WRITE_BYTES; p = k == p->count ? p->next : NULL, i = 0) {
        size_t start = item_start(p->items, i);
        k = run_end(p->items, p->count, i, WRITE_BYTES - len);
        last = &p->items[k - 1];
        parts[n++] = (struct iovec){(char *)(uintptr_t)piece_bytes(p) + start, last->end - start};
        len += last->end - start;
        items += k - i;
    }
    enum out_result r = emit_parts(f->viewer, parts, n, len);
    if (r == OUT_SENT)
        ring_was_sent(f, first, from, last, items);
    return r;
}

/* The same in a stream of several logs, of one piece. */
static enum out_result emit_piece(struct follower *f, const struct piece *p, size_t i)
{
    size_t k = many_end(p->items, p->count, i);
    enum out_result r = emit_run(f, p->items, piece_bytes(p), i, k, f->view->log->marks.epoch);
    if (r == OUT_SENT)
        ring_was_sent(f, p, i, &p->items[k - 1], k - i);
    return r;
}

enum out_result emit_from_ring(struct follower *f)
{
    size_t i;
    struct viewer *v = f->viewer;
    const struct piece *p = ring_after(&f->view->ring, cursor_position(&f->place.cursor), &i);
    if (!p) { /* the records up to the tip are withheld from this view */
        counts_add(&v->counts, number_of(f, NULL, 0), f->view->ring.withheld, 0);
        f->number = (struct withheld_number){f->view->ring.withheld, true};
        f->place.cursor = f->view->log->tip.cursor;
        return OUT_SENT;
    }
    if (waits_for_its_turn(v))
        return OUT_FULL;
    enum out_result r = told_of_many(v) ? emit_piece(f, p, i) : emit_pieces(f, p, i);
    if (r == OUT_SENT)
        f->place.standing = PLACE_MET;
    return r;
}

/* Records that were withheld before item i. */
static struct withheld_number number_before(const struct batch *b, size_t i)
{
    return (struct withheld_number){i > 0 ? b->items[i - 1].withheld : b->withheld_before, true};
}

enum out_result emit_items(struct follower *f, const struct batch *b)
{
    struct xid at = cursor_position(&f->place.cursor);
    size_t i = 0;
    while (i < b->count && xid_cmp(b->items[i].id, at) <= 0)
        i++;
    for (size_t k; i < b->count; i = k) {
        k = told_of_many(f->viewer) ? many_end(b->items, b->count, i)
                                    : run_end(b->items, b->count, i, WRITE_BYTES);
        enum out_result r = emit_run(f, b->items, b->bytes.p, i, k, b->epoch);
        if (r != OUT_SENT)
            return r;
        struct origin from = {number_before(b, i), b->numbered, b->epoch};
        items_were_sent(f, &b->items[k - 1], k - i, &from);
    }
    return OUT_SENT;
}

void emit_passed(struct follower *f, const struct batch *b, bool newly)
{
    if (newly)
        counts_add(&f->viewer->counts, number_before(b, b->count), b->withheld, 0);
    f->number = b->number_after;
    f->place.cursor = b->after;
}

static enum out_result put_long_head(struct follower *f, const struct batch *b)
{
    struct buf head;
    if (!told_of_many(f->viewer))
        return emit_bytes(f->viewer, b->open.p, b->open.len);
    buf_init(&head, b->open.len + MAX_CONTROL);
    struct position at = told_position(f, b->after_blob.id, b->after_blob.rank, b->epoch);
    add_record_cursor(&head, f, &at);
    buf_add(&head, b->open.p, b->open.len);
    return put_buf(f->viewer, &head);
}

enum out_result emit_long_begins(struct follower *f, const struct batch *b)
{
    struct viewer *v = f->viewer;
    enum out_result r = put_long_head(f, b);
    if (r != OUT_SENT)
        return r;
    v->blob = blob_ref(b->blob);
    v->part = (struct sse_part){0};
    was_sent(f, b->after_blob.id, b->after_blob.rank, b->epoch);
    counts_add(&v->counts, number_before(b, b->count), b->withheld, 1);
    f->number = (struct withheld_number){b->withheld, b->numbered};
    if (v->phase != PHASE_LIVE)
        v->replayed++;
    return OUT_SENT;
}

enum out_result emit_long_on(struct viewer *v)
{
    struct buf b;
    enum out_result r;
    const struct profile *p = v->first.view->profile;
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
