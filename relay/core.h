/* SPDX-License-Identifier: MIT */
/*
 * core: the structures that the files of the relay share.  They belong to the relay's thread, and
 * only to these files; relay.h is what others see.  Each file has a header of its own for its
 * functions.  The order of the files, in which none calls a later one:
 *
 *   budget admission < seats place ring counts marks storm batch reads revocation presence replaces
 * gather gzip trace < follower emit hold < viewer < fanout < log waitlist < tail < pubsub channels
 * < relay
 */
#ifndef SSELOG_RELAY_CORE_H
#define SSELOG_RELAY_CORE_H

#include "base/buf.h"
#include "base/omit.h"
#include "redis_io.h"
#include "relay/batch.h"
#include "relay/budget.h"
#include "relay/gzip.h"
#include "relay/marks.h"
#include "relay/place.h"
#include "relay/relay.h"
#include "relay/ring.h"
#include "relay/storm.h"
#include "sse.h"

struct channels;
struct fanout;
struct log_source;
struct read;
struct replaced;
struct revocation;
struct seats;
struct trace;

/* Bytes that go out in one write. */
#define WRITE_BYTES (32 * 1024)
/* ms after which what failed for lack of memory is tried again. */
#define RETRY_MS 250

/* Bounds of one relay. The simulation sets them so low that a few records meet them. */
struct limits {
    size_t ring_bytes;    /* of recent frames, over all logs */
    unsigned read_bytes;  /* of one batch read for a viewer behind */
    unsigned first_read;  /* records of the first read of a log, whose records may be of any size */
    size_t reads;         /* for viewers behind under way at once; tips do not wait for them long */
    unsigned frames;      /* of all views, made of one read of a tip: they are made in one turn */
    int64_t slice_us;     /* of a hand-out, before other logs get their turn; 1 at least */
    unsigned gather_ms;   /* the longest pause after a hand-out */
    size_t deflate_bytes; /* compressed in a turn, before viewers that catch up wait for the next */
};

enum viewer_state {
    VIEWER_NEW,      /* no byte was sent yet */
    VIEWER_OPEN,     /* the stream goes on */
    VIEWER_DRAINING, /* the final frame is written: only waits for the peer to take it */
    VIEWER_CLOSED    /* nothing more is written; freed at the end of this turn */
};

enum viewer_phase {
    PHASE_RESUME,  /* brought a cursor */
    PHASE_NEW,     /* brought none, and no place was found yet */
    PHASE_HISTORY, /* gets history */
    PHASE_LIVE     /* the client was told that the stream is live */
};

enum follower_wait {
    WAIT_NONE,
    WAIT_READ, /* for the answer to f->read */
    WAIT_TURN  /* in the queue, until few enough reads are under way */
};

/* A viewer in one of its logs: where it stands there, and what it waits for. */
struct follower {
    struct follower *next, **at; /* in its view */
    struct follower *beside;     /* in the viewer's next log; NULL: it is the last */
    struct follower *wait_next;  /* among those that wait for the same */
    struct viewer *viewer;
    struct view *view; /* NULL: an answer's rest, or taken out of its log */
    struct read *read; /* that will bring it on; NULL: none */
    struct gap *gap;   /* to be told before the next record; NULL: none */
    struct place place;
    struct position told;          /* last place the client was told */
    struct withheld_number number; /* its view's, at its cursor */
    uint32_t epoch; /* the life of the log that its client names; EPOCH_UNKNOWN: none, or it went on
                     * since */
    enum follower_wait waits : 8;
    enum place_step need : 8; /* what viewer_serve() found that it needs to go on */
    bool told_any : 1;
    bool told_former : 1; /* told is of a log before the present one */
};

struct viewer {
    struct viewer *all_next, **all_at; /* among all */
    struct viewer *ended_next;
    struct relay *relay;
    struct watcher *watcher;   /* of its revocation key; NULL: it has none */
    struct replaced *replaced; /* its client id; NULL: none */
    struct seat *account;      /* what it holds is charged to it; NULL: nobody's */
    struct charge charged;
    struct buf *head;  /* response head and first frame, withheld; NULL: sent */
    struct blob *blob; /* long record being written */
    struct out out;
    struct sse_part part;  /* of blob */
    struct follower first; /* of its logs, most often the only one */
    uint64_t replayed;
    struct stream_counts counts;
    int64_t kept;   /* last frame that serves as a keepalive; ms, CLOCK_MONOTONIC, like all times
                     * here */
    int64_t ends;   /* lifetime or identity, INT64_MAX: never; draining: we wait until then */
    int64_t moved;  /* when its peer last took bytes */
    uint64_t taken; /* out.taken at that time */
    struct presence *presence; /* NULL: not listed in Redis */
    struct trace *trace;       /* for its lines of the log; NULL: it is not logged */
    struct poll *poll;         /* NULL: the stream is held */
    unsigned keepalive;        /* seconds */
    unsigned retry;            /* ms */
    struct gzip_sum sum;       /* with gzip: of what it was sent */
    enum viewer_state state : 8;
    enum viewer_phase phase : 8;
    enum end_reason end_reason : 8; /* at ends */
    bool gzip : 1;                  /* the stream is compressed */
    bool keepalive_fixed : 1;       /* no other frame serves as one */
    bool seated : 1;                /* it has a seat, of its account */
    bool told_lost : 1;             /* that Redis went away */
    bool watch_out : 1;             /* waits until writable */
    bool unpollable : 1;            /* a regular file: always writable */
};

/* Viewers of one log that see the same bytes. */
struct view {
    struct view *next;
    struct log *log;
    const struct profile *profile;
    /* These are in the same block of memory. */
    const char *field, *event_field;
    const char *event_prefix; /* NULL: none */
    const char *name;         /* of the log, in streams of several logs; NULL: of one */
    bool proof;               /* ids say what proves them */
    struct filter *filter;
    struct follower *followers;
    int64_t empty_since; /* without followers */
    struct ring ring;
};

enum info_state {
    INFO_NONE,
    INFO_ASKED, /* XINFO STREAM is under way */
    INFO_HELD   /* it is to be asked for when the read of the tip under way was answered */
};

struct log {
    struct relay *relay;
    struct log *next, **at;
    const struct log_source *source;
    const char *key; /* in the same block of memory */
    struct view *views;
    /* The place up to which the log was read.  NONE: it is not known; BEHIND: its read is under
     * way. */
    struct place tip;
    struct marks marks;     /* records up to the tip */
    uint64_t asked;         /* reads of the tip ever sent: their numbers */
    uint64_t proven;        /* number of the last one that reached the end of the log */
    uint64_t wanted;        /* number of the one that viewers wait for */
    int64_t look_at;        /* when the tip is read though nothing called for it */
    uint64_t info_number;   /* number of the last XINFO STREAM among all requests */
    int64_t ask_at;         /* it is not asked for before that time: memory was short */
    struct read *reading;   /* the tip's, under way; NULL: none */
    struct fanout *fanouts; /* what was read and is not handed out yet; NULL: nothing */
    int64_t slice_began;    /* us: when it last began to hand out */
    int64_t fanout_us;      /* that handing out what was read has taken so far */
    size_t waiting;         /* bytes of fanouts */
    struct log *handing_next;
    int64_t read_at; /* the tip is not read before that time: records are gathered */
    struct log *gather_next;
    char *channel;      /* LOG_CHANNELS: our name in the group; NULL: not in it */
    double joined;      /* when we last joined, Unix seconds */
    unsigned live;      /* followers that are LIVE */
    unsigned under_way; /* answers that will name it */
    unsigned weight;    /* bytes of a record, a recent average that forgets large ones slowly;
                         * 0: none was read */
    enum log_kind kind : 8;
    enum info_state info : 8; /* XINFO STREAM for the viewers and the tip that are ASKING */
    bool stale : 1;           /* changed since the tip was read, or never read */
    bool unasked : 1;         /* there was no memory to subscribe */
    bool gathers : 1;         /* among those that are read when their pause is over */
    bool member : 1;          /* the group was seen to have us */
};

struct relay {
    struct limits limits;
    struct redis_feed *feed;
    struct relay_stats stats;
    int epoll;
    int pipe[2];
    struct viewer *all;
    struct viewer *ended; /* DRAINING or CLOSED in this turn */
    void *log_tree;       /* tsearch(3) by kind and key */
    void *revocation_tree;
    void *replaces; /* tsearch(3) by client id */
    struct log *logs;
    struct read *reads;
    size_t nreads;
    uint64_t requests;                   /* ever sent for places */
    struct follower *queue, **queue_end; /* that wait for their turn to read */
    struct ring_store rings;
    struct batch batch;                 /* scratch */
    struct log *handing, *handing_last; /* that hand out, the next first */
    size_t fanout_bytes;                /* of frames that wait for the next slice, of all logs */
    struct log *gathering;              /* that pause */
    struct gzip *gzip; /* of the viewers whose streams are compressed; NULL: there is none */
    size_t deflated;   /* bytes that were compressed in this turn */
    struct large *larges;
    struct seats *seats;
    struct budget budget;
    bool held_back;             /* a viewer waits for memory */
    unsigned freed;             /* budget.freed when those that wait were last looked at */
    struct admission *waitlist; /* newcomers that wait for a seat, the oldest first */
    unsigned seats_given;       /* seats_given() when the list was last gone through */
    int64_t probe_at;           /* viewers whose seats are awaited get a keepalive then */
    uint64_t most_viewers;      /* since memory was last given back */
    struct channels *channels;  /* NULL until the first log of that kind */
    int64_t now;
    _Atomic int64_t turn_began; /* 0: it waits for events */
    _Atomic int64_t turn_asked; /* when relay_turn_ms asked for a turn; 0: it was made */
    int64_t next_sweep;
    int64_t next_look;               /* without tracking */
    _Atomic bool stopping;           /* relay_stop was called */
    int64_t stop_by;                 /* 0: not stopping */
    struct omit omit, omit_warnings; /* of lines about viewers; many of them hide no warning */
    struct storm storm;              /* of invalidations; while it lasts, tracking is false */
    bool up, down, tracking;
    bool until_idle;       /* CGI: the process serves one request */
    struct presence *owed; /* entries to remove when the feed is up for the first time */
    bool revocation_due;   /* there was no memory to look at a key */
};

/* A sweep takes place at that time, or earlier. */
static inline void sweep_by(struct relay *r, int64_t at)
{
    if (at < r->next_sweep)
        r->next_sweep = at;
}

/* There was no memory to ask for something: a sweep, which tries again, comes soon. */
static inline void retry_soon(struct relay *r)
{
    sweep_by(r, r->now + RETRY_MS);
}

#endif
