/* SPDX-License-Identifier: MIT */
/* step: the steps of a run, as text, and the list of steps that a seed and a mode make. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

static const char *const op_names[OPS] = {
    [OP_SET] = "set",       [OP_WAIT] = "wait",       [OP_BURST] = "burst",
    [OP_ADD] = "add",       [OP_XDEL] = "xdel",       [OP_TRIM] = "trim",
    [OP_DEL] = "del",       [OP_AWAY] = "away",       [OP_BACK] = "back",
    [OP_CRASH] = "crash",   [OP_UP] = "up",           [OP_DOWN] = "down",
    [OP_DENY] = "deny",     [OP_ALLOW] = "allow",     [OP_SPURIOUS] = "spurious",
    [OP_FLUSH] = "flush",   [OP_PUBLISH] = "publish", [OP_EXEC] = "exec",
    [OP_ANSWER] = "answer", [OP_RING] = "ring",       [OP_DOUBLE] = "double",
    [OP_LOSE] = "lose",     [OP_JOIN] = "join",       [OP_AGAIN] = "again",
    [OP_STALL] = "stall",   [OP_TAKE] = "take",       [OP_FLOW] = "flow",
    [OP_LEAVE] = "leave",   [OP_OOM] = "oom",
};

const char *const mode_names[MODES] = {
    [MODE_GENTLE] = "gentle", [MODE_TRIM] = "trim",     [MODE_LIVES] = "lives",
    [MODE_AWAY] = "away",     [MODE_OUTAGE] = "outage", [MODE_CRASH] = "crash",
    [MODE_DENY] = "deny",     [MODE_LONG] = "long",     [MODE_BULK] = "bulk",
    [MODE_PUBSUB] = "pubsub", [MODE_MEMORY] = "memory", [MODE_SWEEP] = "sweep",
    [MODE_ALL] = "all",
};

/* ---- text ---- */

void step_print(const struct step *s, char *out, size_t size)
{
    snprintf(out, size, "%s %d %d %d %d", op_names[s->op], s->a, s->b, s->c, s->d);
    /* Zeros at the end are the default. */
    for (size_t n = strlen(out); n > 2 && strcmp(out + n - 2, " 0") == 0; n -= 2)
        out[n - 2] = '\0';
}

void plan_print(const struct plan *p)
{
    char text[80];
    for (int i = 0; i < p->n; i++) {
        step_print(&p->steps[i], text, sizeof text);
        printf("%s\n", text);
    }
}

static int read_step(struct step *s, const char *line)
{
    char name[16];
    *s = (struct step){0};
    if (sscanf(line, "%15s %d %d %d %d", name, &s->a, &s->b, &s->c, &s->d) < 1)
        return -1;
    for (int i = 0; i < OPS; i++) {
        if (strcmp(name, op_names[i]) == 0) {
            s->op = (enum op)i;
            return 0;
        }
    }
    return -1;
}

int plan_read(struct plan *p, const char *path)
{
    char line[200];
    FILE *f = fopen(path, "r");
    p->n = 0;
    if (!f) {
        perror(path);
        return -1;
    }
    int bad = 0;
    while (!bad && fgets(line, sizeof line, f)) {
        if (line[0] == '#' || line[0] == '\n')
            continue;
        bad = p->n == MAX_STEPS || read_step(&p->steps[p->n], line);
        p->n += !bad;
    }
    fclose(f);
    if (bad)
        fprintf(stderr, "%s: not a step: %s", path, line);
    return bad ? -1 : 0;
}

/* ---- from a seed ---- */

static uint64_t state;

static unsigned rnd(unsigned n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)((state >> 11) % n);
}

static bool one_in(unsigned n)
{
    return rnd(n) == 0;
}

unsigned hash32(unsigned x)
{
    x = (x ^ (x >> 16)) * 0x45d9f3bu;
    x = (x ^ (x >> 16)) * 0x45d9f3bu;
    return x ^ (x >> 16);
}

static void put(struct plan *p, enum op op, int a, int b, int c, int d)
{
    if (p->n < MAX_STEPS)
        p->steps[p->n++] = (struct step){op, a, b, c, d};
}

/* How often a mode has each event: one in N of the events of Redis; 0: never. */
struct odds {
    unsigned trim, head, del, away, down, crash, deny, hidden, lng, oom, flush;
};

static const struct odds odds_of[MODES] = {
    [MODE_GENTLE] = {.hidden = 4},
    [MODE_TRIM] = {.trim = 4, .head = 3, .hidden = 4},
    [MODE_LIVES] = {.trim = 8, .head = 3, .del = 12, .hidden = 4, .flush = 90},
    [MODE_AWAY] = {.trim = 8, .head = 3, .del = 20, .away = 8, .hidden = 4},
    [MODE_OUTAGE] = {.trim = 8, .head = 3, .del = 25, .down = 10, .hidden = 4},
    [MODE_CRASH] = {.trim = 12, .head = 3, .down = 20, .crash = 12},
    [MODE_DENY] = {.trim = 8, .head = 3, .del = 30, .deny = 8, .down = 40},
    [MODE_LONG] = {.trim = 10, .head = 3, .down = 30, .hidden = 6, .lng = 8},
    [MODE_BULK] = {.trim = 8, .head = 3, .del = 25, .down = 20, .hidden = 6},
    [MODE_PUBSUB] = {.down = 12, .hidden = 4, .deny = 30},
    [MODE_MEMORY] = {.trim = 8, .head = 3, .del = 25, .down = 25, .hidden = 6, .oom = 3},
    [MODE_SWEEP] = {.trim = 8, .head = 3, .del = 25, .down = 25, .hidden = 6},
    [MODE_ALL] = {.trim = 8,
                  .head = 3,
                  .del = 25,
                  .away = 30,
                  .down = 25,
                  .crash = 30,
                  .deny = 30,
                  .hidden = 6,
                  .lng = 40,
                  .oom = 20,
                  .flush = 200},
};

static bool hit(unsigned odds)
{
    return odds > 0 && one_in(odds);
}

static int random_log(void)
{
    return one_in(6) ? 1 : 0;
}

static void redis_event(struct plan *p, const struct odds *o)
{
    int log = random_log();
    if (hit(o->trim))
        put(p, OP_TRIM, log, (int)rnd(one_in(3) ? 2 : 10), 0, 0);
    else if (hit(o->del))
        put(p, OP_DEL, log, (int)rnd(4), 0, 0);
    else if (hit(o->away))
        put(p, one_in(2) ? OP_AWAY : OP_BACK, log, 0, 0, 0);
    else if (hit(o->down))
        put(p, one_in(2) ? OP_DOWN : OP_UP, 0, 0, 0, 0);
    else if (hit(o->crash))
        put(p, OP_CRASH, (int)rnd(5), one_in(3), 0, 0);
    else if (hit(o->deny))
        put(p, one_in(2) ? OP_DENY : OP_ALLOW, 1 + (int)rnd(7), 0, 0, 0);
    else if (hit(o->flush))
        put(p, OP_FLUSH, 0, 0, 0, 0);
    else if (hit(o->oom))
        put(p, OP_OOM, 1 + (int)rnd(one_in(2) ? 4 : 30), one_in(3) ? (int)rnd(20) : 0, 0, 0);
    else if (one_in(6))
        put(p, OP_XDEL, log, (int)rnd(12), o->head > 0 && one_in(o->head), 0);
    else
        put(p, OP_ADD, log, one_in(8) ? 1 + (int)rnd(6) : 1,
            hit(o->lng)      ? KIND_LONG
            : hit(o->hidden) ? KIND_HIDDEN
                             : KIND_SEEN,
            one_in(8));
}

static int random_view(enum mode mode)
{
    if (mode == MODE_BULK)
        return one_in(4) ? (int)rnd(VIEWS) : VIEW_SMARTER;
    if (mode == MODE_ALL)
        return (int)rnd(VIEWS);
    return one_in(3) ? one_in(2) ? VIEW_FILTER : VIEW_ENVELOPE : VIEW_PLAIN;
}

/* Returns -1: no cursor, -2: 0-0, -3: an id beyond all records, -4: a cursor that cannot be read,
 * n: the nth newest record ever. -100-2n: no cursor, and history since that record; -101-2n: since
 * the id after it.  -200-2n and -201-2n: the same, and all records since then are owed. */
static int random_cursor(void)
{
    if (one_in(2))
        return one_in(3) ? one_in(8) ? -4 : -100 * (1 + (int)rnd(2)) - (int)rnd(one_in(2) ? 8 : 50)
                         : -1;
    if (one_in(12))
        return one_in(3) ? -3 : -2;
    return (int)rnd(one_in(2) ? 3 : 25);
}

/* Which kind of client joins, without its lifetime.  The runs before streams were compressed stay
 * the same otherwise. */
static int random_client(unsigned kinds)
{
    int kind = (int)rnd(kinds);
    return hash32((unsigned)state) % 3 == 0 ? kind + JOIN_GZIP : kind;
}

/* The seconds until it ends, by ten. Some runs have many clients that poll. */
static int random_lifetime(void)
{
    int lifetime = one_in(8) ? 1 + (int)rnd(4) : 0;
    return 10 * (hash32((unsigned)(state >> 9)) % 8 == 0 ? POLL_LIFETIME : lifetime);
}

static bool has_channel(enum mode mode)
{
    return mode == MODE_ALL || mode == MODE_MEMORY;
}

/* The runs before streams had several logs stay the same otherwise. */
static int random_join(enum mode mode, bool channel)
{
    int one = (channel ? 2 : random_log()) + 10 * random_view(mode);
    bool several = !channel && hash32((unsigned)(state >> 13)) % 6 == 0;
    return several ? JOIN_SEVERAL : one;
}

static void client_event(struct plan *p, enum mode mode)
{
    int k = (int)rnd(MAX_CLIENTS);
    bool channel = mode == MODE_PUBSUB || (has_channel(mode) && one_in(6));
    switch (rnd(9)) {
    case 0:
    case 1:
        put(p, OP_JOIN, random_join(mode, channel), random_cursor(),
            one_in(3) ? 0 : 1 + (int)rnd(one_in(2) ? 4 : 14), random_client(8) + random_lifetime());
        break;
    case 2:
    case 3:
        put(p, OP_AGAIN, k, 0, 0, 0);
        break;
    case 4:
        put(p, OP_STALL, k, (int)rnd(one_in(2) ? 3 : 200), 0, 0);
        break;
    case 5:
    case 6:
        put(p, OP_TAKE, k, 1 + (int)rnd(one_in(3) ? 60000 : 200), 0, 0);
        break;
    case 7:
        put(p, OP_FLOW, k, 0, 0, 0);
        break;
    case 8:
        put(p, OP_LEAVE, k, 0, 0, 0);
        break;
    }
}

static void traffic_event(struct plan *p)
{
    unsigned w = rnd(12);
    if (w < 5)
        put(p, OP_EXEC, 1 + (int)rnd(2), 0, 0, 0);
    else if (w < 9)
        put(p, OP_ANSWER, 1 + (int)rnd(3), 0, 0, 0);
    else if (w < 11)
        put(p, OP_RING, 1 + (int)rnd(2), 0, 0, 0);
    else
        put(p, one_in(2) ? OP_SPURIOUS : OP_DOUBLE, random_log(), 0, 0, 0);
}

/* All that is under way arrives, with the requests that follow from it. */
static void calm(struct plan *p)
{
    for (int i = 0; i < 4; i++) {
        put(p, OP_EXEC, 8, 0, 0, 0);
        put(p, OP_ANSWER, 8, 0, 0, 0);
        put(p, OP_RING, 8, 0, 0, 0);
    }
}

static void random_traffic(struct plan *p)
{
    for (unsigned n = rnd(8); n > 0; n--)
        traffic_event(p);
}

/* Up to four requests, executed and answered one by one. */
static void one_by_one(struct plan *p)
{
    put(p, OP_RING, 2, 0, 0, 0);
    for (unsigned n = rnd(5); n > 0; n--) {
        put(p, OP_EXEC, 1, 0, 0, 0);
        if (n > 1 || one_in(2))
            put(p, OP_ANSWER, 1, 0, 0, 0);
    }
}

/* The log is deleted and recreated.  Some of its ids are above those of the former log. */
static void recreate_log(struct plan *p)
{
    put(p, OP_DEL, 0, (int)rnd(3), 0, 0);
    put(p, OP_ADD, 0, 1 + (int)rnd(6), KIND_SEEN, one_in(4));
    if (one_in(2))
        put(p, OP_ADD, 0, 1 + (int)rnd(3), KIND_SEEN, 1);
    if (one_in(3))
        put(p, OP_XDEL, 0, (int)rnd(4), 0, 0);
}

/* The newest record, and perhaps its log, is deleted while the relay looks for it. */
static void delete_newest(struct plan *p, enum mode mode)
{
    const struct odds *o = &odds_of[mode];
    if (one_in(2))
        calm(p);
    put(p, OP_ADD, 0, 1 + (int)rnd(3), KIND_SEEN, 0);
    if (one_in(3))
        calm(p);
    else if (one_in(2))
        random_traffic(p);
    put(p, OP_XDEL, 0, 0, 0, 0);
    if (one_in(2))
        put(p, OP_JOIN, 10 * random_view(mode), (int)rnd(2), 1 + (int)rnd(3), random_client(8));
    one_by_one(p);
    if (o->del > 0 && one_in(2))
        recreate_log(p);
    one_by_one(p);
    if (o->del > 0 && one_in(4))
        recreate_log(p);
    one_by_one(p);
    if (o->trim > 0 && one_in(2))
        put(p, OP_TRIM, 0, (int)rnd(2), 0, 0);
}

/* History is trimmed or deleted while the relay reads it. */
static void remove_history(struct plan *p, enum mode mode)
{
    const struct odds *o = &odds_of[mode];
    put(p, OP_ADD, 0, 3 + (int)rnd(8), KIND_SEEN, 0);
    put(p, OP_JOIN, 10 * random_view(mode), -1, 1 + (int)rnd(6), random_client(8));
    one_by_one(p);
    if (o->trim > 0 && one_in(2))
        put(p, OP_TRIM, 0, (int)rnd(3), 0, 0);
    one_by_one(p);
    if (o->del > 0 && one_in(3))
        recreate_log(p);
    one_by_one(p);
}

/* Redis refuses a read; a client reconnects to the same place. */
static void refuse_read(struct plan *p)
{
    calm(p);
    put(p, OP_DENY, 1 + (int)rnd(3), 0, 0, 0);
    put(p, one_in(2) ? OP_ADD : OP_SPURIOUS, 0, 1, KIND_SEEN, 0);
    calm(p);
    put(p, OP_ALLOW, 0, 0, 0, 0);
    put(p, OP_AGAIN, (int)rnd(MAX_CLIENTS), 0, 0, 0);
    random_traffic(p);
}

/* The relay ends a client that has taken a part of a long record or bulk. */
static void end_inside_record(struct plan *p, enum mode mode)
{
    for (int i = 0; i < 3; i++)
        put(p, OP_ADD, 0, 2, odds_of[mode].lng > 0 ? KIND_LONG : KIND_SEEN, 0);
    put(p, OP_JOIN, 10 * random_view(mode), -1, 8, random_client(2) + 10);
    put(p, OP_STALL, -1, 100 + (int)rnd(200), 0, 0);
    calm(p);
    put(p, OP_WAIT, 1100, 0, 0, 0);
    if (one_in(2))
        put(p, OP_TAKE, -1, (int)rnd(100000), 0, 0);
    put(p, OP_WAIT, 300, 0, 0, 0);
}

/* Sequences of steps that seldom come by chance. */
static void rare_sequence(struct plan *p, enum mode mode)
{
    const struct odds *o = &odds_of[mode];
    if (mode == MODE_PUBSUB)
        return;
    if (o->deny > 0 && one_in(2))
        refuse_read(p);
    else if ((o->lng > 0 || mode == MODE_BULK) && one_in(4))
        end_inside_record(p, mode);
    else if (one_in(2))
        delete_newest(p, mode);
    else
        remove_history(p, mode);
}

static int random_kind(void)
{
    return one_in(5) ? KIND_HIDDEN : one_in(5) ? KIND_LONG : KIND_SEEN;
}

static void begin(struct plan *p, enum mode mode)
{
    put(p, OP_SET, SET_RING, one_in(3) ? 1 << 20 : (int)rnd(3000), 0, 0);
    put(p, OP_SET, SET_READ, one_in(3) ? 128 * 1024 : 20 + (int)rnd(300), 0, 0);
    put(p, OP_SET, SET_READS, 1 + (int)rnd(8), 0, 0);
    put(p, OP_SET, SET_LAST, (int)rnd(2), 0, 0);
    if (mode == MODE_SWEEP)
        put(p, OP_SET, SET_SWEEP, 1, 0, 0);
    unsigned memory = hash32((unsigned)state); /* the runs before it was known stay the same */
    if (memory % 3 == 0)
        put(p, OP_SET, SET_MEMORY, 1 + (int)(memory / 3 % 3000), 0, 0);
    unsigned pace = hash32((unsigned)(state >> 32)); /* as above */
    if (pace % 3 == 0)
        put(p, OP_SET, SET_PACE, 1 + (int)(pace / 3 % 3000), 0, 0);
    int before = (int)rnd(one_in(2) ? 4 : 30);
    for (int i = 0; i < before; i++)
        put(p, OP_ADD, random_log(), 1, one_in(5) ? KIND_HIDDEN : KIND_SEEN, one_in(8));
    if (!one_in(10))
        put(p, OP_UP, 0, 0, 0, 0);
}

void plan_make(struct plan *p, enum mode mode, uint64_t seed)
{
    state = (seed * MODES + (uint64_t)mode + 1) * 0x9E3779B97F4A7C15ull | 1;
    for (int i = 0; i < 8; i++)
        rnd(2);
    p->n = 0;
    begin(p, mode);
    int n = one_in(4) ? 400 : 60 + (int)rnd(200);
    /* Some runs have much traffic, some hardly any. */
    unsigned traffic = 4 + rnd(12), crowd = 1 + rnd(4), writes = 1 + rnd(5);
    for (int i = 0; i < n; i++) {
        unsigned w = rnd(traffic + crowd + writes + 2);
        if (one_in(25))
            rare_sequence(p, mode);
        if (w < traffic)
            traffic_event(p);
        else if (w < traffic + crowd)
            client_event(p, mode);
        else if (w < traffic + crowd + writes) {
            if (mode == MODE_PUBSUB || (has_channel(mode) && one_in(6)))
                put(p, OP_PUBLISH, random_kind(), 0, 0, 0);
            if (mode != MODE_PUBSUB || one_in(3))
                redis_event(p, &odds_of[mode]);
        } else if (one_in(2)) {
            put(p, OP_BURST, 1 + (int)rnd(6), 0, 0, 0);
        } else {
            put(p, OP_WAIT, (int)rnd(one_in(20) ? 20000 : one_in(3) ? 600 : 40), 0, 0, 0);
        }
    }
}
