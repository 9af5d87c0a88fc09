/* SPDX-License-Identifier: MIT */
/*
 * load: the load client.  It opens many viewers: event streams over HTTP/1.1 to 127.0.0.1.  It
 * parses head, chunks and lines in pieces of any size.  producer, publish and null put
 * sequence numbers and send times into the payload, and load checks them.  It prints "ready" when
 * every viewer has its `event: live`, or its first frame (-f) from servers that send no such event.
 * At the end it prints one line of JSON.  A table goes to standard error.  Modes:
 *
 * - stream counts lost, repeated and disordered records.  It ends when every viewer has every
 *   record, or when standard input is closed and nothing came for a while.
 *   A line on standard input lets all viewers leave and come back at once, each with the id of its
 *   last record; "ready" is printed again.
 * - poll is stream with viewers that leave when they are `live`, or when the server ends the
 * stream, and come back after a while.
 * - idle holds the viewers until standard input is closed.
 * - churn opens a viewer, waits for its first frame and closes it, again and again.
 *
 * Exit status: 0, 1 something failed, 2 usage, 3 records were lost, repeated or out of order.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

#define EVENTS     512
#define CHUNK      ((size_t)256 * 1024)
#define MAX_LINE   ((size_t)1024 * 1024)
#define MAX_RECORD (1ULL << 26)
#define STUCK_S    30 /* give up after this time without progress */
#define MAX_ID     48

enum mode { STREAM, POLL, IDLE, CHURN };
enum stage { HEAD, BODY, AWAY, CLOSED };
enum chunk { CHUNK_SIZE, CHUNK_DATA, CHUNK_END };

struct viewer {
    int fd;
    enum stage stage;
    bool chunked, ready, ok; /* ok: the status is 200 */
    enum chunk chunk;
    uint64_t chunk_left;
    char *line; /* beginning of a line that is not complete yet */
    size_t line_len, line_room;
    char event;                       /* first letter of this frame's event name; 0: none */
    uint64_t n, t;                    /* number and send time in this frame; n 0: not a record */
    char id[MAX_ID], last_id[MAX_ID]; /* of this frame; of the last record */
    uint64_t back;                    /* AWAY: when it comes back */
    uint64_t *seen;                   /* one bit for each n */
    uint64_t seen_room, highest, distinct;
};

static struct {
    enum mode mode;
    unsigned port, viewers, logs, at_once, expect, quiet, every_ms, at_most;
    bool first_frame; /* a viewer is ready with its first frame */
    const char *path;
} opt = {STREAM, 0, 1, 1, 32, 0, 5, 1000, 3600, false, "/stream"};

static struct {
    struct viewer *all;
    int epoll;
    bool input_closed, told_ready;
    unsigned started, ready, closed, failed;
    struct viewer **away; /* a ring: the viewer that comes back first is at away[first_away] */
    unsigned first_away, count_away;
    uint64_t moved, no_more; /* the last progress; the end of standard input */
    uint64_t received, distinct, repeated, disordered, gaps, ends, polls, bytes, first, last;
    uint64_t histogram[64 * 60], slowest, latency_sum;
} load;

/* Log-linear: each power of two has 64 steps, so the error is at most 1.6 %. */
static size_t histogram_slot(uint64_t ns)
{
    unsigned top = 63 - (unsigned)__builtin_clzll(ns | 63);
    return (size_t)(top - 5) * 64 + ((ns >> (top - 6 + (top < 6))) & 63);
}

/* The upper edge of the step that holds this share of the latencies, at most the slowest. */
static double histogram_us(double share)
{
    uint64_t want = (uint64_t)((double)load.received * share), sum = 0, ns;
    size_t i = 0, slots = sizeof load.histogram / sizeof load.histogram[0];
    while (i < slots && (sum += load.histogram[i]) <= want && sum < load.received)
        i++;
    ns = i < 64 ? i : (64 + (i & 63) + 1) << (i / 64 - 1);
    return (double)(ns < load.slowest ? ns : load.slowest) / 1e3;
}

/* lighttpd notices a reset at once, but a usual close only at its next write. Viewers of one run
 * must not delay the next run, so they reset. Those that come and go close as browsers do. */
static void close_socket(int fd)
{
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    if (opt.mode == STREAM || opt.mode == IDLE)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(fd);
}

static void end_connection(struct viewer *v, enum stage stage)
{
    close_socket(v->fd);
    free(v->line);
    v->line = NULL;
    v->line_len = v->line_room = 0;
    v->stage = stage;
}

static void leave(struct viewer *v)
{
    end_connection(v, AWAY);
    v->back = bench_now() + opt.every_ms * (BENCH_NS / 1000);
    load.away[(load.first_away + load.count_away++) % opt.viewers] = v;
    load.polls++;
}

/* The end of a connection. A viewer that polls comes back, if it was ever ready. */
static void close_viewer(struct viewer *v)
{
    if (v->stage >= AWAY)
        return;
    if (opt.mode == POLL && v->ready) {
        leave(v);
        return;
    }
    end_connection(v, CLOSED);
    load.closed++;
    if (!v->ready)
        load.failed++;
}

/* Marks n as seen. Returns whether it was seen before. */
static bool mark(struct viewer *v, uint64_t n)
{
    uint64_t bit = 1ULL << (n & 63), word = n >> 6;
    bool had;
    if (word >= v->seen_room) {
        uint64_t room = word < opt.expect / 64 ? opt.expect / 64 + 1 : word * 2 + 1;
        v->seen = realloc(v->seen, room * sizeof(*v->seen));
        if (!v->seen) {
            perror("load: memory");
            exit(1);
        }
        memset(v->seen + v->seen_room, 0, (room - v->seen_room) * sizeof(*v->seen));
        v->seen_room = room;
    }
    had = v->seen[word] & bit;
    v->seen[word] |= bit;
    return had;
}

static void count_record(struct viewer *v, uint64_t now)
{
    uint64_t took = now > v->t ? now - v->t : 0;
    load.received++;
    load.last = load.moved = now;
    memcpy(v->last_id, v->id, sizeof v->last_id);
    load.first = load.first && load.first < v->t ? load.first : v->t;
    load.latency_sum += took;
    load.slowest = took > load.slowest ? took : load.slowest;
    load.histogram[histogram_slot(took) % (sizeof load.histogram / sizeof load.histogram[0])]++;
    if (v->n >= MAX_RECORD || mark(v, v->n)) {
        load.repeated++;
        return;
    }
    v->distinct++;
    load.distinct++;
    if (v->n < v->highest)
        load.disordered++;
    else
        v->highest = v->n;
}

/* A blank line completes the frame. */
static void end_frame(struct viewer *v, uint64_t now)
{
    bool live = v->event == 'l';
    if (v->n)
        count_record(v, now);
    if (!v->ready && (live || opt.first_frame || opt.mode == CHURN)) {
        v->ready = true;
        load.ready++;
    }
    load.gaps += v->event == 'g';
    load.ends += v->event == 'e';
    v->n = 0;
    v->event = 0;
    if (opt.mode == CHURN || (opt.mode == POLL && live))
        close_viewer(v);
}

static uint64_t digits(const char **p, const char *end)
{
    uint64_t value = 0;
    while (*p < end && **p >= '0' && **p <= '9')
        value = value * 10 + (uint64_t)(*(*p)++ - '0');
    return value;
}

static void body_line(struct viewer *v, const char *p, size_t len, uint64_t now)
{
    static const char record[] = "data: {\"n\":", event[] = "event: ", time[] = ",\"t\":";
    static const char id[] = "id: ";
    const char *end;
    len -= len > 0 && p[len - 1] == '\r';
    end = p + len;
    if (len == 0) {
        end_frame(v, now);
    } else if (len >= sizeof record && memcmp(p, record, sizeof record - 1) == 0) {
        p += sizeof record - 1;
        v->n = digits(&p, end);
        if ((size_t)(end - p) >= sizeof time && memcmp(p, time, sizeof time - 1) == 0) {
            p += sizeof time - 1;
            v->t = digits(&p, end);
        }
    } else if (len >= sizeof event && memcmp(p, event, sizeof event - 1) == 0) {
        v->event = p[sizeof event - 1];
    } else if (len >= sizeof id && memcmp(p, id, sizeof id - 1) == 0) {
        snprintf(v->id, sizeof v->id, "%.*s", (int)(len - sizeof id + 1), p + sizeof id - 1);
    }
}

static void head_line(struct viewer *v, const char *p, size_t len)
{
    len -= len > 0 && p[len - 1] == '\r';
    if (len == 0) {
        v->stage = BODY;
        v->chunk = CHUNK_SIZE;
        v->chunk_left = 0; /* of the connection before, which it left in a chunk */
        if (!v->ok)
            close_viewer(v);
    } else if (len >= 12 && memcmp(p, "HTTP/1.", 7) == 0) {
        v->ok = memcmp(p + 9, "200", 3) == 0;
    } else if (len >= 26 && strncasecmp(p, "Transfer-Encoding: chunked", 26) == 0) {
        v->chunked = true;
    }
}

static bool keep_line(struct viewer *v, const char *p, size_t len)
{
    if (len > MAX_LINE - v->line_len)
        return false;
    if (v->line_len + len > v->line_room) {
        size_t room = (v->line_len + len) * 2;
        char *line = realloc(v->line, room);
        if (!line)
            return false;
        v->line = line;
        v->line_room = room;
    }
    memcpy(v->line + v->line_len, p, len);
    v->line_len += len;
    return true;
}

/* Processes the next line of p, and returns how many bytes it used. */
static size_t take_line(struct viewer *v, const char *p, size_t len, uint64_t now)
{
    const char *end = memchr(p, '\n', len);
    size_t took = end ? (size_t)(end - p) + 1 : len, line_len = end ? took - 1 : took;
    const char *line = p;
    if (!end || v->line_len > 0) {
        if (!keep_line(v, p, line_len)) {
            close_viewer(v);
            return len;
        }
        if (!end)
            return len;
        line = v->line;
        line_len = v->line_len;
    }
    v->line_len = 0;
    if (v->stage == HEAD)
        head_line(v, line, line_len);
    else
        body_line(v, line, line_len, now);
    return took;
}

/* RFC 9112, section 7.1. Ignores chunk extensions and trailers. */
static size_t chunk_byte(struct viewer *v, char c)
{
    if (c == '\n' && v->chunk == CHUNK_SIZE) {
        v->chunk = v->chunk_left ? CHUNK_DATA : CHUNK_END;
        if (!v->chunk_left)
            close_viewer(v);
    } else if (c == '\n') {
        v->chunk = CHUNK_SIZE;
    } else if (v->chunk == CHUNK_SIZE && c >= '0' && c <= '9') {
        v->chunk_left = v->chunk_left * 16 + (uint64_t)(c - '0');
    } else if (v->chunk == CHUNK_SIZE && (c | 32) >= 'a' && (c | 32) <= 'f') {
        v->chunk_left = v->chunk_left * 16 + (uint64_t)((c | 32) - 'a' + 10);
    }
    return 1;
}

static void feed(struct viewer *v, const char *p, size_t len, uint64_t now)
{
    while (len > 0 && v->stage < AWAY) {
        size_t took, room = len;
        if (v->stage == BODY && v->chunked && v->chunk != CHUNK_DATA) {
            took = chunk_byte(v, *p);
        } else if (v->stage == BODY && v->chunked) {
            room = v->chunk_left < len ? (size_t)v->chunk_left : len;
            took = take_line(v, p, room, now);
            v->chunk_left -= took;
            if (v->chunk_left == 0)
                v->chunk = CHUNK_END;
        } else {
            took = take_line(v, p, room, now);
        }
        p += took;
        len -= took;
    }
}

static void read_viewer(struct viewer *v)
{
    static char bytes[CHUNK];
    ssize_t n = recv(v->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    uint64_t now = bench_now();
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
        close_viewer(v);
    } else if (n > 0) {
        if (load.ready < opt.viewers)
            load.moved = now; /* from then on only records count, not keepalives */
        load.bytes += (uint64_t)n;
        feed(v, bytes, (size_t)n, now);
    }
}

/* connect and send block here, which is short on loopback. */
static int open_stream(unsigned i, const char *last_id)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)opt.port)};
    char path[512], request[1024];
    int len, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bench_expand(path, sizeof path, opt.path, i % opt.logs) < 0)
        goto bad;
    len = snprintf(request, sizeof request,
                   "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n%s%s%s\r\n",
                   path, *last_id ? "Last-Event-ID: " : "", last_id, *last_id ? "\r\n" : "");
    if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0 &&
        send(fd, request, (size_t)len, MSG_NOSIGNAL) == len)
        return fd;
bad:
    if (load.failed == 0)
        perror("load: connect");
    if (fd >= 0)
        close(fd);
    return -1;
}

static void connect_viewer(struct viewer *v)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = v};
    v->fd = open_stream((unsigned)(v - load.all), v->last_id);
    v->stage = v->fd < 0 ? CLOSED : HEAD;
    v->chunked = v->ok = false;
    v->event = 0;
    v->n = 0;
    if (v->fd < 0) {
        load.closed++;
        load.failed++;
    } else if (epoll_ctl(load.epoll, EPOLL_CTL_ADD, v->fd, &event) != 0) {
        close_viewer(v);
    }
}

/* All leave now; serve() starts them again. */
static void reconnect_all(void)
{
    unsigned i;
    for (i = 0; i < load.started; i++) {
        if (load.all[i].stage < AWAY)
            end_connection(&load.all[i], AWAY);
        load.all[i].ready = false;
    }
    load.started = load.ready = load.closed = load.failed = 0;
    load.told_ready = false;
}

static void start_viewers(void)
{
    uint64_t now = bench_now();
    while (load.started < opt.viewers && load.started - load.ready - load.failed < opt.at_once)
        connect_viewer(&load.all[load.started++]);
    while (load.count_away > 0 && load.away[load.first_away]->back <= now) {
        connect_viewer(load.away[load.first_away]);
        load.first_away = (load.first_away + 1) % opt.viewers;
        load.count_away--;
    }
}

static bool over(void)
{
    uint64_t still = bench_now() - load.moved;
    if (load.started < opt.viewers || load.ready + load.failed < opt.viewers)
        return still > STUCK_S * BENCH_NS;
    if (opt.mode == CHURN || load.closed == opt.viewers)
        return true;
    if (opt.mode == IDLE)
        return load.input_closed;
    if (opt.expect && load.distinct == (uint64_t)opt.expect * opt.viewers)
        return true;
    return load.input_closed &&
           (still > opt.quiet * BENCH_NS || bench_now() - load.no_more > opt.at_most * BENCH_NS);
}

static void end_input(void)
{
    load.input_closed = true;
    load.moved = load.no_more = bench_now();
}

/* The end of standard input says that the producer has finished. */
static void read_input(void)
{
    char waste[256];
    if (read(STDIN_FILENO, waste, sizeof waste) > 0) {
        reconnect_all();
        return;
    }
    epoll_ctl(load.epoll, EPOLL_CTL_DEL, STDIN_FILENO, NULL);
    end_input();
}

static void watch_input(void)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    if (epoll_ctl(load.epoll, EPOLL_CTL_ADD, STDIN_FILENO, &event) != 0)
        end_input(); /* a file or /dev/null, which epoll refuses */
}

static void serve(void)
{
    struct epoll_event events[EVENTS];
    load.moved = bench_now();
    while (!over()) {
        int i, n;
        start_viewers();
        if (!load.told_ready && load.ready == opt.viewers && opt.mode != CHURN) {
            load.told_ready = puts("ready") >= 0 && fflush(stdout) == 0;
        }
        n = epoll_wait(load.epoll, events, EVENTS, opt.mode == POLL ? 1 : 200);
        for (i = 0; i < n; i++) {
            struct viewer *v = events[i].data.ptr;
            if (!v)
                read_input();
            else if (v->stage < AWAY)
                read_viewer(v);
        }
    }
}

/* Counts the records that viewers lack, up to the expected number or to the highest one of each. */
static uint64_t count_lost(uint64_t *least, uint64_t *most)
{
    uint64_t lost = 0;
    unsigned i;
    *least = UINT64_MAX;
    for (i = 0; i < opt.viewers; i++) {
        const struct viewer *v = &load.all[i];
        uint64_t want = opt.expect ? opt.expect : v->highest;
        lost += want > v->distinct ? want - v->distinct : 0;
        *least = v->distinct < *least ? v->distinct : *least;
        *most = v->distinct > *most ? v->distinct : *most;
    }
    return lost;
}

static int report(double seconds)
{
    uint64_t least, most = 0, lost = opt.mode <= POLL ? count_lost(&least, &most) : 0;
    double span = load.last > load.first ? (double)(load.last - load.first) / 1e9 : 0;
    double rate = span > 0 ? (double)load.received / span : 0;
    double mean = load.received ? (double)load.latency_sum / 1e3 / (double)load.received : 0;
    double p50 = histogram_us(0.5), p99 = histogram_us(0.99), p999 = histogram_us(0.999);
    unsigned long long repeated = load.repeated, disordered = load.disordered;
    printf("{\"viewers\":%u,\"ready\":%u,\"failed\":%u,\"closed\":%u,\"seconds\":%.3f,"
           "\"received\":%llu,\"lost\":%llu,\"repeated\":%llu,\"out_of_order\":%llu,"
           "\"gaps\":%llu,\"ends\":%llu,\"polls\":%llu,\"least\":%llu,\"most\":%llu,\"bytes\":%llu,"
           "\"span\":%.6f,\"per_second\":%.1f,\"mean_us\":%.1f,\"p50_us\":%.1f,"
           "\"p99_us\":%.1f,\"p999_us\":%.1f,\"max_us\":%.1f}\n",
           opt.viewers, load.ready, load.failed, load.closed, seconds,
           (unsigned long long)load.received, (unsigned long long)lost, repeated, disordered,
           (unsigned long long)load.gaps, (unsigned long long)load.ends,
           (unsigned long long)load.polls, (unsigned long long)(most ? least : 0),
           (unsigned long long)most, (unsigned long long)load.bytes, span, rate, mean, p50, p99,
           p999, (double)load.slowest / 1e3);
    fprintf(stderr,
            "viewers   %10u   ready %u, failed %u, closed %u, in %.2f s\n"
            "received  %10llu   lost %llu, repeated %llu, out of order %llu\n"
            "rate      %10.0f/s in %.2f s, %.1f MB\n"
            "latency   p50 %.0f us, p99 %.0f us, p999 %.0f us, max %.0f us\n",
            opt.viewers, load.ready, load.failed, load.closed, seconds,
            (unsigned long long)load.received, (unsigned long long)lost, repeated, disordered, rate,
            span, (double)load.bytes / 1e6, p50, p99, p999, (double)load.slowest / 1e3);
    if (lost || repeated || disordered)
        return 3;
    return load.failed || load.ready < opt.viewers ? 1 : 0;
}

static void usage(void)
{
    fputs("usage: load -p PORT [-m stream|poll|idle|churn] [-n VIEWERS] [-u PATH] [-l LOGS] [-c "
          "AT-ONCE]\n"
          "            [-e RECORDS] [-q SECONDS] [-t SECONDS] [-i MS] [-f]\n"
          "  -u  path; %d is the number of the viewer, from 0\n"
          "  -l  that number is taken modulo LOGS\n"
          "  -e  records that each viewer is to get: the run ends with the last\n"
          "  -q  seconds of silence after the end of standard input before giving up\n"
          "  -t  seconds after the end of standard input before giving up in any case\n"
          "  -i  poll: milliseconds until a viewer comes back\n"
          "  -f  a viewer is ready with its first frame\n",
          stderr);
    exit(2);
}

static enum mode read_mode(const char *name)
{
    if (strcmp(name, "stream") == 0)
        return STREAM;
    if (strcmp(name, "poll") == 0)
        return POLL;
    if (strcmp(name, "idle") == 0)
        return IDLE;
    if (strcmp(name, "churn") != 0)
        usage();
    return CHURN;
}

static void read_options(int argc, char **argv)
{
    int c;
    while ((c = getopt(argc, argv, "p:m:n:u:l:c:e:q:t:i:f")) != -1) {
        if (c == 'p')
            opt.port = (unsigned)bench_number("-p", optarg, 1, 65535);
        else if (c == 'm')
            opt.mode = read_mode(optarg);
        else if (c == 'n')
            opt.viewers = (unsigned)bench_number("-n", optarg, 1, 1000000);
        else if (c == 'u')
            opt.path = optarg;
        else if (c == 'l')
            opt.logs = (unsigned)bench_number("-l", optarg, 1, 1000000);
        else if (c == 'c')
            opt.at_once = (unsigned)bench_number("-c", optarg, 1, 10000);
        else if (c == 'e')
            opt.expect = (unsigned)bench_number("-e", optarg, 1, MAX_RECORD - 1);
        else if (c == 'q')
            opt.quiet = (unsigned)bench_number("-q", optarg, 1, 3600);
        else if (c == 't')
            opt.at_most = (unsigned)bench_number("-t", optarg, 1, 3600);
        else if (c == 'i')
            opt.every_ms = (unsigned)bench_number("-i", optarg, 1, 3600000);
        else if (c == 'f')
            opt.first_frame = true;
        else
            usage();
    }
    if (!opt.port || optind != argc)
        usage();
}

int main(int argc, char **argv)
{
    uint64_t start = bench_now();
    unsigned i;
    int rc;
    read_options(argc, argv);
    bench_raise_files();
    load.epoll = epoll_create1(EPOLL_CLOEXEC);
    load.all = calloc(opt.viewers, sizeof(*load.all));
    load.away = calloc(opt.viewers, sizeof(struct viewer *));
    if (load.epoll < 0 || !load.all || !load.away) {
        perror("load");
        return 1;
    }
    watch_input();
    serve();
    rc = report((double)(bench_now() - start) / 1e9);
    for (i = 0; i < load.started; i++)
        close_viewer(&load.all[i]);
    return rc;
}
