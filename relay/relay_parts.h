/* SPDX-License-Identifier: MIT */
/*
 * relay_parts: the structures that the relay's files share: relay.c (the loop), viewer.c (one
 * viewer's turns) and emit.c (its frames), log.c, read.c and batch.c (what is read from Redis for
 * whom, and made of it), pubsub.c and channels.c (sources that keep nothing), revocation.c (keys
 * that must go on standing) and presence.c.  Private to these.  All of it belongs to the relay's
 * thread.
 */
#ifndef SSELOG_RELAY_RELAY_PARTS_H
#define SSELOG_RELAY_RELAY_PARTS_H

#include "base/buf.h"
#include "relay/cursor.h"
#include "redis_io.h"
#include "relay/relay.h"
#include "relay/ring.h"
#include "sse.h"

struct revocation;
struct seats;
struct channels;

/* Bytes that go out in one write. */
#define WRITE_BYTES (32 * 1024)
/* A view outlives its last viewer by so many ms: after a restart of the web server all come back at
 * once, and its ring serves them. */
#define LINGER_MS 5000

/* Bounds of one relay. The simulation sets them so low that a few records meet them. */
struct limits {
    size_t ring_bytes;   /* of recent frames, over all logs */
    unsigned read_bytes; /* of one batch read for a viewer behind */
    unsigned first_read; /* records of the first read of a log, whose records may be of any size */
    size_t reads;        /* for viewers behind under way at once; tips do not wait for them long */
};

enum viewer_state {
    VIEWER_PLACING, /* waits to learn where in its log it stands */
    VIEWER_BEHIND,
    VIEWER_LIVE,
    VIEWER_DRAINING /* the end is written: only waits for the peer to take it */
};

struct viewer {
    struct viewer *next, **at;         /* in its view */
    struct viewer *all_next, **all_at; /* among all */
    struct viewer *wait_next;          /* in a read's waiters or in the queue for a read */
    struct viewer *revocation_next;
    struct relay *relay;
    struct view *view; /* NULL: only draining */
    struct read *read; /* that will bring it on; NULL: none */
    struct revocation *revocation;
    struct seat *seat;
    struct gap *gap;   /* to be told before the next record; NULL: none */
    struct buf *head;  /* response head and first frame, withheld; NULL: sent */
    struct blob *blob; /* long record being written */
    struct out out;
    struct sse_part part; /* of blob */
    struct cursor cursor;
    struct xid told;       /* last id the client was told */
    struct xid history_to; /* what was there when it came is history, up to here */
    struct xid clear_to;   /* a read found nothing more up to here, which was the tip */
    uint64_t proof;        /* number of the read of the tip that it waits for; 0: none */
    uint64_t came;         /* requests sent when it came to ask: only later ones answer it */
    uint64_t replayed;
    int64_t last_out;                     /* ms, CLOCK_MONOTONIC, like all times here */
    int64_t kept;                         /* last keepalive */
    int64_t ends;                         /* lifetime or identity; INT64_MAX: never */
    int64_t dead_at;                      /* draining: how long we wait */
    char *presence_key, *presence_member; /* listed in Redis; NULL: not */
    int64_t presence_at;                  /* when its entry is to be made anew */
    unsigned history, keepalive, retry;
    enum viewer_state state;
    enum end_reason end_reason; /* at ends */
    bool fresh;                 /* brought no cursor, and was sent nothing yet */
    bool resumed;               /* brought one */
    bool unproven;              /* its cursor was not met by the tip, nor in the ring */
    bool missing;               /* a read did not find the record at its cursor */
    bool beyond;                /* its cursor, of a deleted record, may be beyond the tip */
    bool replaying;             /* gets history, up to its first meeting with the tip */
    bool told_any;
    bool said_live;
    bool said_lost;  /* was told that Redis went away */
    bool queued;     /* in the queue for a read */
    bool watch_out;  /* waits until writable */
    bool unpollable; /* a regular file: always writable */
    bool dead;       /* freed at the end of this turn */
    bool (*still_valid)(void *arg, const struct slice *value);
    void (*release)(void *arg);
    void *arg;
};

/* Viewers of one log that see the same bytes. */
struct view {
    struct view *next;
    struct log *log;
    const struct profile *profile;
    char *field, *event_field;
    struct filter *filter;
    struct viewer *viewers;
    int64_t empty_since; /* without viewers */
    struct ring ring;
};

struct log {
    struct relay *relay;
    struct log *next, **at;
    enum log_kind kind;
    char *key;
    struct view *views;
    struct cursor tip;
    size_t live;           /* viewers LIVE */
    unsigned weight;       /* bytes of a record, a recent average that forgets large ones slowly;
                            * 0: none was read */
    bool known;            /* tip means something */
    bool rung;             /* changed since it was read, or never read */
    uint64_t asked;        /* reads of the tip ever sent: their numbers */
    uint64_t proven;       /* number of the last that found all up to the end of the log */
    uint64_t wanted;       /* number of the one that viewers wait for */
    int64_t look_at;       /* when the tip is read though nothing called for it */
    bool reading;          /* its tip is */
    bool asking;           /* XINFO is under way ... */
    uint64_t info_number;  /* ... the relay's request of this number ... */
    bool again;            /* ... and is to be asked for again behind it */
    bool unasked;          /* there was no memory to subscribe */
    bool held;             /* viewers are placed when the read of the tip under way was answered */
    bool unproven;         /* the tip waits for XINFO: its record was not found */
    struct read *tip_read; /* READ_TIP under way; NULL: none */
    size_t under_way;      /* answers that will name it */
    char *channel;         /* LOG_CHANNELS: our name in the group; NULL: not in it */
    double joined;         /* when we last joined, Unix seconds */
    bool member;           /* the group was seen to have us */
};

enum read_kind {
    READ_TIP,    /* what came after the log's tip */
    READ_AFTER,  /* what comes after a cursor, up to the tip, for viewers behind */
    READ_NEWEST, /* backwards, to find where the newest N begin */
    READ_BEFORE  /* backwards, to find the last record at or before a cursor */
};

struct read {
    struct read *next, **at; /* among all but tips */
    enum read_kind kind;
    struct log *log;
    struct view *view;      /* READ_AFTER; NULL once it is gone */
    struct viewer *waiters; /* READ_BEFORE without any: for the tip */
    bool for_tip;
    struct cursor from;
    struct xid to;
    unsigned count;
    unsigned left;    /* READ_NEWEST: how many more */
    unsigned history; /* READ_NEWEST: N */
    uint64_t number;  /* READ_TIP: of the log's; READ_NEWEST: requests sent before it */
    uint64_t nth;     /* READ_AFTER: records of history before it */
    bool as_history;
};

/* The frames of some records, made once for all viewers of a view. */
struct item {
    size_t end; /* in bytes */
    struct xid id;
    uint64_t rank;
};
struct batch {
    struct buf bytes;
    struct item *items;
    size_t count, cap;
    struct cursor after; /* of a viewer that took all */
    struct xid clear_to; /* nothing more was found up to here */
    struct buf open;     /* a long record behind the items: what stands before its data lines ... */
    struct blob *blob;   /* ... and its payload; NULL: none */
    struct cursor after_blob;
    bool history;
};

/* A long record that is being sent to viewers, or just came. Views of a log may show different
 * fields of one entry as the payload. */
struct large {
    struct large *next;
    const struct view *view; /* NULL: it is gone */
    struct xid id;
    struct blob *blob;
};

struct relay {
    const struct config *config;
    struct limits limits;
    struct redis_feed *feed;
    struct relay_stats stats;
    int epoll;
    int pipe[2];
    struct viewer *all;
    struct viewer *closed;            /* dead, through all_next */
    void *log_tree, *revocation_tree; /* tsearch(3) by key */
    struct log *logs;
    struct read *reads;
    size_t nreads;
    uint64_t requests;                 /* ever sent */
    struct viewer *queue, **queue_end; /* BEHIND, waiting for a read */
    struct ring_store rings;
    struct batch batch; /* scratch */
    struct large *larges;
    struct seats *seats;
    uint64_t most_viewers;     /* since memory was last given back */
    struct channels *channels; /* NULL until the first log of that source */
    int64_t now;
    int64_t next_sweep;
    int64_t next_look; /* without tracking */
    int64_t stop_by;   /* 0: not stopping */
    bool up, down, tracking;
    bool revocation_due; /* there was no memory to look at a key that vouches */
};

#define RETRY_MS 250
/* There was no memory to ask for something: the next sweep, which tries again, comes soon. */
static inline void retry_soon(struct relay *r)
{
    if (r->now + RETRY_MS < r->next_sweep)
        r->next_sweep = r->now + RETRY_MS;
}

/* ---- viewer.c ---- */

struct viewer *viewer_new(struct relay *r, struct admission *a);
/* Writes whatever can be written now. */
void viewer_serve(struct viewer *v);
/* Hands it a batch as far as it has not got it. */
void viewer_take(struct viewer *v, const struct batch *b);
void viewer_tell_gap(struct viewer *v, const struct gap *gap);
/* The orderly end. */
void viewer_end(struct viewer *v, enum end_reason reason);
/* The stream cannot go on; the reason is told, with a retry far off. */
void viewer_fail(struct viewer *v, const char *reason);
/* Lets go of it at once. */
void viewer_drop(struct viewer *v);
void viewer_set_state(struct viewer *v, enum viewer_state state);
/* Frees the dead. */
void viewer_reap(struct relay *r);
/* What is due now; returns when something will be due next. */
int64_t viewer_check_times(struct viewer *v);
/* Events of its descriptor. */
void viewer_event(struct viewer *v, uint32_t events);
struct viewer *viewer_new_drain(struct relay *r, struct out out);

/* ---- emit.c ---- */

/* Like out_send: OUT_FULL when the peer takes nothing now; then v is as it was. */
enum out_result emit_bytes(struct viewer *v, const void *p, size_t len);
/* v->gap, which then is none. */
enum out_result emit_gap(struct viewer *v);
/* That Redis went away, or is back. */
enum out_result emit_source(struct viewer *v, bool live);
/* That history is done, once. */
enum out_result emit_live(struct viewer *v);
enum out_result emit_keepalive(struct viewer *v);
/* The next frames of its view's ring, as many as one write takes. */
enum out_result emit_from_ring(struct viewer *v);
/* What it has not got yet of b's records but the long one ... */
enum out_result emit_items(struct viewer *v, const struct batch *b);
/* ... which begins so, and goes on by the piece until v->blob is none. */
enum out_result emit_long_begins(struct viewer *v, const struct batch *b);
enum out_result emit_long_on(struct viewer *v);
/* Whether it is inside the one event that a bulk profile's history is: no other frame may stand
 * there. */
bool emit_in_bulk(const struct viewer *v);
/* The first frame, behind the head. */
void emit_first_frame(struct viewer *v, struct buf *head, const char *client);
/* Last words into b, which the caller frees; none where no frame may stand. A failure can still
 * become the status of a response whose head is withheld. */
void emit_end(struct viewer *v, struct buf *b, enum end_reason reason);
void emit_failure(struct viewer *v, struct buf *b, const char *reason);

/* ---- log.c ---- */

/* Finds or makes the log and the view for a new viewer; takes what it needs out of a. -1: out of
 * memory. */
int log_attach(struct viewer *v, struct admission *a);
void log_detach(struct viewer *v);
/* Brings a new viewer on its way. */
void log_start(struct viewer *v);
/* The viewer's place must be (re)found ... */
void log_place(struct viewer *v);
/* ... by what Redis says after this: a read did not find the record at its cursor. */
void log_place_missing(struct viewer *v);
/* Whether v, for which nothing more was found, stands at the end of the log, wherever the tip was
 * left: known from a read of the tip that is asked for after this. When it is there, v is served.
 */
bool log_at_end(struct viewer *v);
/* Reads the tip when it is called for. */
void log_look(struct log *l);
/* NULL: not followed. */
struct log *log_find(struct relay *r, enum log_kind kind, const char *key);
/* Frees l once no view is left and no answer under way names it. */
void log_release(struct log *l);
/* XINFO STREAM for all who wait to be placed. */
void log_ask_info(struct relay *r, struct log *l);
/* There was no memory for what was read, up to upto: those LIVE go on when there is some. */
void log_leave_behind(struct view *w, struct xid upto);
/* Those BEHIND who wait for nothing go on. After viewer_take, not amid: it may begin a read, which
 * uses the batch. */
void log_serve_view(struct view *w);
/* The log cannot be read: its viewers are told, and end. */
void log_fail_all(struct log *l, enum redis_result result);
void log_on_tip(struct relay *r, struct read *q, enum redis_result result,
                const struct redis_entry *entries, size_t count);
/* The record at the tip was not found; this is the last before it, NULL: there is none. */
void log_tip_located(struct log *l, const struct xid *before);
void log_ring(struct relay *r, struct slice key); /* key.p NULL: all */
void log_look_all(struct relay *r);
void log_up(struct relay *r);
void log_down(struct relay *r);
/* Frees views that nobody watches any more, and their logs; returns when there will be more to do.
 */
int64_t log_tidy(struct relay *r);
/* At the end of the relay. */
void log_free_all(struct relay *r);

/* ---- read.c ---- */

/* NULL: out of memory. A read names its log until its answer came. */
struct read *read_new(struct relay *r, enum read_kind kind, struct log *l);
/* Sends q, or frees it and returns -1. */
int read_send(struct relay *r, struct read *q);
void read_join(struct read *q, struct viewer *v);
/* Whoever waits for q, through wait_next; they wait no more. */
struct viewer *read_take_waiters(struct read *q);
/* How many records one read of l asks for. */
unsigned read_count(const struct log *l);
void read_weigh(struct log *l, const struct redis_entry *entries, size_t count);
/* Finds the last record from first, the oldest in the log, up to to, for a viewer or (NULL) the
 * tip. One before first would be of another log, made since. */
int read_locate(struct relay *r, struct log *l, struct viewer *v, struct xid first, struct xid to);
/* Finds where the newest N begin. */
void read_newest(struct relay *r, struct viewer *v, unsigned history);
/* A viewer BEHIND wants the records after its cursor. */
void read_want(struct viewer *v);
/* Takes v out of whatever it waits for. */
void read_forget_waiter(struct viewer *v);

/* ---- batch.c ---- */

/* Empties b for records after from. */
void batch_begin(struct batch *b, const struct cursor *from, bool history);
/* Formats entries from i on, as far as one batch goes (a long record ends it). Returns the next i;
 * 0 when memory ran out. nth: records of history before them. */
size_t batch_fill(struct relay *r, struct batch *b, const struct view *w,
                  const struct redis_entry *entries, size_t i, size_t count, uint64_t nth);
/* Adds one record that the view shows. -1: out of memory. */
int batch_add(struct relay *r, struct batch *b, const struct view *w, struct record *rec,
              uint64_t nth);
/* To every LIVE viewer of w, and into its ring. */
void batch_hand_out(struct relay *r, struct view *w, const struct batch *b);
bool batch_entry_is_large(const struct redis_entry *e);
/* Forgets long records that nobody is sent any more. */
void batch_tidy(struct relay *r);
void batch_free(struct batch *b);

/* ---- pubsub.c ---- */

/* To the viewers of l; nothing unless it has begun. */
void pubsub_deliver(struct log *l, struct slice payload);
/* The subscription, or membership, stands. */
void pubsub_begin(struct log *l);
void pubsub_came(struct relay *r, struct slice channel, struct slice payload);
void pubsub_subscribed(struct relay *r, struct slice channel);
/* One of the subscriptions waited for was refused: who waits is told, and comes back later. */
void pubsub_refused(struct relay *r);
/* Those that waited for the subscription are LIVE from here on. */
void pubsub_stands(struct log *l);
void pubsub_skip_to_ring(struct viewer *v);

/* ---- channels.c ---- */

void channels_join(struct log *l);
void channels_leave(struct log *l);
void channels_leave_all(struct relay *r);
void channels_ring(struct relay *r, struct slice key); /* key.p NULL: all */
void channels_popped(struct relay *r, struct slice member);
/* Joins again what is due; returns when more will be. */
int64_t channels_check_times(struct relay *r);
void channels_free(struct relay *r);

/* ---- presence.c ---- */

/* Makes v's entry, anew when it is due. */
void presence_check(struct viewer *v);
void presence_renew(struct relay *r);
void presence_remove(struct viewer *v);

/* ---- revocation.c ---- */

/* -1: out of memory; revocation_detach in any case. */
int revocation_attach(struct viewer *v, char *key);
void revocation_detach(struct viewer *v);
void revocation_ring(struct relay *r, struct slice key);
void revocation_look_all(struct relay *r);
/* Looks again where there was no memory to. */
void revocation_look_due(struct relay *r);
/* At the end of the relay. */
void revocation_free_all(struct relay *r);

#endif
