/* SPDX-License-Identifier: MIT */
/*
 * sim: the parts of the relay's simulation.  One run is a list of steps.  Nothing else decides what
 * happens, so a run can be repeated, printed and shortened.
 *
 *    step.c     steps: their text, and the list that a seed makes
 *    machine.c  the system calls of the relay: time, sockets, epoll, the order pipe, memory
 *    database.c a model of the streams in Redis
 *    redis.c    the feed (redis_feed_*) over it, and a channel
 *    client.c   the viewers' clients; parses what each received as an event stream
 *    admit.c    what the front would hand over for them
 *    several.c  those of them that have several logs in one stream
 *    gunzip.c   decodes it first, if it is compressed
 *    oracle.c   what each client had to receive
 *    messages.c  the same for channels
 *    counts.c   whether the counts of live and end are right
 *    polls.c    the same for streams that are answered complete
 *    invariants.c  what must hold inside the relay
 *    sim.c      runs, seeds, shrinking, named cases
 */
#ifndef SSELOG_SIM_H
#define SSELOG_SIM_H

#include <limits.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "redis_io.h"
#include "relay/core.h"

#define NEVER INT_MAX

/* ---- step.c ---- */

enum op {
    OP_SET, /* a setting of this run; such steps come first */
    OP_WAIT,
    OP_BURST, /* the next steps happen before the relay looks */
    /* Redis */
    OP_ADD,
    OP_XDEL,
    OP_TRIM,
    OP_DEL,
    OP_AWAY,
    OP_BACK,
    OP_CRASH,
    OP_UP,
    OP_DOWN,
    OP_DENY,
    OP_ALLOW,
    OP_SPURIOUS,
    OP_FLUSH,
    OP_PUBLISH,
    /* requests and messages under way */
    OP_EXEC,   /* Redis executes requests */
    OP_ANSWER, /* answers arrive */
    OP_RING,   /* invalidations and messages arrive */
    OP_DOUBLE, /* Redis sends an invalidation again */
    OP_LOSE,   /* invalidations under way never arrive */
    /* clients */
    OP_JOIN,
    OP_AGAIN, /* reconnects with its last id */
    OP_STALL, /* stops reading */
    OP_TAKE,  /* reads some bytes */
    OP_FLOW,  /* reads all again */
    OP_LEAVE,
    OP_OOM,
    OPS
};

struct step {
    enum op op;
    int a, b, c, d;
};
#define JOIN_GZIP     1000 /* in d of OP_JOIN: the client accepts compressed streams */
#define JOIN_SEVERAL  23   /* as a of OP_JOIN: both logs of streams, in envelopes */
#define POLL_LIFETIME 4    /* as a lifetime in d of OP_JOIN: the client polls */

#define MAX_STEPS 1200
struct plan {
    struct step steps[MAX_STEPS];
    int n;
};

enum mode {
    MODE_GENTLE, /* records added, and deleted inside the log */
    MODE_TRIM,   /* and trimming */
    MODE_LIVES,  /* and logs deleted and made again with higher or lower ids */
    MODE_AWAY,   /* and logs renamed away and back */
    MODE_OUTAGE, /* and connections lost */
    MODE_CRASH,  /* and the tail of a log lost */
    MODE_DENY,   /* and commands refused for a time */
    MODE_LONG,   /* long records */
    MODE_BULK,   /* history as one event */
    MODE_PUBSUB, /* messages without ids */
    MODE_MEMORY, /* allocations fail */
    MODE_SWEEP,  /* without tracking */
    MODE_ALL,
    MODES
};
extern const char *const mode_names[MODES];

enum setting {
    SET_RING,
    SET_READ,
    SET_READS,
    SET_SWEEP,
    SET_LAST,
    SET_MEMORY,
    SET_PACE /* us that a write takes */,
    SETTINGS
};

void plan_make(struct plan *p, enum mode mode, uint64_t seed);
/* One step as text, NUL-terminated. */
void step_print(const struct step *s, char *out, size_t size);
/* Reads steps from a file.  Returns -1, with a line on stderr, when a line is not a step. */
int plan_read(struct plan *p, const char *path);
void plan_print(const struct plan *p);
unsigned hash32(unsigned x);

/* ---- sim.c ---- */

/* Why a run makes no progress. */
enum stuck { STUCK_IDLE = 1, STUCK_ASKING };

struct sim {
    struct relay *relay;
    const struct plan *plan;
    int at;       /* next step */
    int stamp;    /* number of the current event; all times of the oracle are stamps */
    int64_t now;  /* ms */
    int us;       /* since then */
    int64_t woke; /* when the relay's turn began */
    int hasty;    /* waits of no time */
    bool verbose;
    bool settling; /* the steps are done: each request is answered at once */
    bool stopping;
    int settings[SETTINGS];
    int progress;       /* things that the current turn of the relay did */
    int idle;           /* turns in a row in which nothing happened */
    int answer_rounds;  /* rounds of requests and answers while the clock stands still */
    jmp_buf stuck;      /* ends a run that makes no progress; the values are enum stuck */
    const char *broken; /* the first invariant that does not hold; NULL: none */
};
extern struct sim sim;

/* Performs one step. */
void sim_step(const struct step *s);
/* With -v: prints a line about what happens. */
void story(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- machine.c ---- */

void machine_reset(void);
/* The simulation's own code runs between these two calls: no allocation fails. */
bool machine_enter(void);
void machine_leave(bool was);
/* The nth allocation of the relay from now on fails, and more after it. */
void machine_oom(int nth, int more);
bool machine_was_oom(void);
/* Whether an allocation fails now.  The model of Redis asks, since it allocates nothing itself. */
bool machine_fails(void);

struct client;
/* A socket whose peer is c; returns its descriptor. */
int machine_socket(struct client *c, bool file);
void machine_flow(int fd, bool flows, int space);
void machine_take(int fd, int bytes);
void machine_hang_up(int fd);
bool machine_open(int fd);
int machine_open_count(void);

/* ---- database.c ---- */

#define STREAMS     2
#define LOGS        3 /* and one channel */
#define MAX_RECORDS 700
#define MAX_LIVES   60

enum fate { ALIVE, DELETED, TRIMMED, GONE /* with its key */, AWAY, CUT /* with the tail */ };

struct rec {
    struct xid id;
    int serial, log, life;
    int count; /* entries of its life up to it */
    int kind;  /* enum kind */
    int born, dead;
    enum fate fate;
    bool was_deleted;
    bool was_first; /* it was the first of the log when it was deleted */
};
enum kind { KIND_SEEN, KIND_HIDDEN, KIND_LONG };

/* One answer to XINFO STREAM. */
struct look {
    int life, stamp;
    uint64_t removed;
    bool has_first;
    struct xid first;
};

struct redis {
    struct rec recs[MAX_RECORDS];
    int nrecs;
    struct life {
        int log;
        uint64_t added;
        struct xid last, max_deleted;
        int cuts;
        int begun, left; /* stamps between which it was at its key, the last time */
    } lives[MAX_LIVES];
    int nlives;
    int life[LOGS];  /* the life at the key; -1: none */
    int aside[LOGS]; /* the life that was renamed away; -1: none */
    uint64_t next_ms[LOGS];
    int changed[LOGS];   /* stamp of the last DEL, RENAME, loss; 0: never */
    bool was_back[LOGS]; /* the log was renamed back or lost its tail: ids may occur twice */
    bool only_cut[LOGS]; /* it lost its tail, and was never renamed back */
    bool denied_ever, down_ever, lost_news;
    struct {
        int from, to; /* stamps; to is NEVER during an outage */
    } outages[64];
    int noutages;
    struct look looks[4096];
    int nlooks;
    /* serials of messages, in the order in which the relay received them */
    int messages[MAX_RECORDS];
    int nmessages;
    const char *fault; /* what is wrong with a request of the relay; NULL: nothing */
};
extern struct redis redis;

void database_reset(void);
/* Changes a log.  False: s is no such step. */
bool database_op(const struct step *s);
/* Redis ends, and starts without the last n records of the first log. */
void database_crash(int n, bool clock_behind);
void database_flush(void);
/* XINFO STREAM. */
void database_info(int log, struct redis_info *info);
/* XRANGE.  Writes the serials of the records to serials, and how many they are to *n. */
enum redis_result database_range(int log, const struct redis_range *range, int *serials, int *n);
const struct rec *database_find(int log, struct xid id);
#define LONG_MIN_BYTES (70 * 1024)
#define REC_MAX_BYTES  (2 * LONG_MIN_BYTES + 64)
/* Writes the payload of r to text, of REC_MAX_BYTES; returns its length. */
size_t rec_payload(const struct rec *r, char *text);

/* ---- redis.c ---- */

void redis_reset(void);
void redis_op(const struct step *s);
/* The database changed a log: the relay may be told. */
void redis_changed(int log);
/* Whether the feed has work that may be done now. */
bool redis_ready(void);
/* Executes and delivers all that is under way.  Returns whether there was anything. */
bool redis_all(void);

/* ---- client.c ---- */

enum view_kind { VIEW_PLAIN, VIEW_FILTER, VIEW_ENVELOPE, VIEW_SMARTER, VIEWS };

enum event_kind { EV_RECORD, EV_ID, EV_GAP, EV_LIVE, EV_SOURCE, EV_END, EV_UNAVAILABLE };

struct event {
    enum event_kind kind;
    int stamp;
    int serial; /* of the record, or of the record with the id of EV_ID; -1: the id is 0-0 */
    struct xid id;
    long long n; /* `lost` of a gap, `replayed` of live; -1: null */
    struct xid after, next;
    bool has_after, has_next;
    bool bulk; /* a bulk holds it together with the record before */
    bool live; /* EV_SOURCE */
    struct {
        bool any; /* the frame has them */
        long long sent, withheld, lost;
    } counts; /* EV_LIVE, EV_END */
};

#define MAX_EVENTS  1600
#define MAX_CLIENTS 40
struct client {
    int number, fd, log;
    struct client *first;  /* of a stream of several logs, whose connection it has; itself */
    struct client *beside; /* in the next log of that stream; NULL: none */
    enum view_kind view;
    int history;
    bool has_cursor;
    struct xid cursor;
    struct position brought; /* the cursor, with its proof */
    bool proof;              /* it asks for ids with proof */
    int base;                /* serial of the record at the cursor; -1: 0-0 */
    int base_life;           /* -1: 0-0 */
    bool lost;               /* its cursor could not be read */
    struct xid since;        /* it gets no history before this id */
    bool since_all;          /* it is owed all records since then */
    int since_life;          /* the log's life when it joined; -1: none */
    int joined;              /* stamp */
    int headed;        /* stamp of the response head that told it that it has a place, or NEVER */
    int64_t joined_at; /* ms */
    int left;          /* stamp at which the client hung up, or NEVER */
    int closed;        /* stamp at which the server closed the connection, or NEVER */
    bool oom;          /* an allocation failed while it was connected */
    bool slow;         /* it stopped reading at least once */
    int lifetime;      /* seconds after which the relay ends it; 0: none */
    bool poll;         /* the stream is answered complete */
    bool held;         /* it was open until the relay was stopped */
    bool file, cgi;
    bool late; /* the head is sent when it has a place */
    bool gzip; /* the stream is compressed */
    struct event events[MAX_EVENTS];
    int n;
    bool over;          /* FCGI_END_REQUEST came */
    const char *broken; /* what is wrong with the bytes; NULL: nothing */
    bool has_last;
    struct xid last; /* the last id received, sent as Last-Event-ID */
    /* parser */
    unsigned char head[8];
    int have;
    size_t content, padding;
    int type;
    char *line;
    size_t len, cap;
    char *data;
    size_t data_len, data_cap;
    char name[24];
    bool has_data, has_id;
    struct xid id;
    struct position at;   /* id, with its proof */
    struct position told; /* last, with its proof */
    /* gunzip.c */
    size_t in_head;              /* bytes of the head that came */
    bool inflating, inflated;    /* the member began, ended */
    struct z_stream_s *inflater; /* used again by later runs */
};
extern struct client *clients[MAX_CLIENTS];
extern int nclients;

void clients_reset(void);
void client_op(const struct step *s);
void client_bytes(struct client *c, const char *p, size_t len);
void client_closed(struct client *c);
/* Takes bytes of the response as text. */
void client_text(struct client *c, const char *p, size_t len);
/* Prints what c received. */
void client_print(const struct client *c);
void clients_flow_all(void);

#define KEEPALIVE 15 /* seconds */
/* Whether the client already has c->id. */
bool client_knows_id(const struct client *c);
/* Takes the frame that was parsed. */
void client_dispatch(struct client *c);

/* ---- admit.c ---- */

extern const char *const client_profiles[VIEWS];
/* The relay gets the request of c, and of those beside it. */
void client_admit(struct client *c);

/* ---- several.c ---- */

/* The name of c's log in a stream of several; NULL: of one. */
const char *several_name(const struct client *c);
/* The id line and the frame of a stream of several logs. */
void several_id(struct client *first, const char *text);
void several_dispatch(struct client *first);
/* Before the oracle checks: each gets what is known of its connection. */
void several_share(void);

/* ---- gunzip.c ---- */

/* Takes bytes of a compressed response. */
void client_gunzip(struct client *c, const char *p, size_t len);
/* The response came to its end in good order. */
void client_gunzip_ends(struct client *c);

/* ---- invariants.c ---- */

/* Sets sim.broken when the relay's structures are wrong.  Called after each turn of the relay. */
void invariants_check(void);
/* Called before and after each answer to XINFO STREAM for a log of the relay. */
void invariants_before_info(const struct log *l);
void invariants_after_info(const struct log *l);

/* ---- oracle.c ---- */

/* Whether the client's filter shows the record. */
bool oracle_shows(const struct client *c, const struct rec *r);
/* Redis refused, and the final frame was not taken, or had no place. */
bool oracle_may_lack_final_frame(const struct client *c);
/* The gap that follows the bulk.  A client that left or failed may not have received it. */
const struct event *oracle_bulk_gap(const struct client *c);
/* Each outage is reported to each client that was served before it, and its end too. */
void oracle_check_outages(const struct client *c);
/* Notes a fault; the first one is the run's. */
void oracle_fault(const struct client *c, const char *what, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Returns the first fault, or NULL.  With -v prints all faults. */
const char *oracle_check(void);

/* ---- messages.c ---- */

/* Checks a client of a channel. */
void oracle_check_messages(const struct client *c);

/* ---- counts.c ---- */

/* Checks the counts in the frames of c, and of those beside it. */
void oracle_check_counts(const struct client *c);

/* ---- polls.c ---- */

/* Checks the end of a poll. */
void oracle_check_poll(const struct client *c);

#endif
