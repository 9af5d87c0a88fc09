/* SPDX-License-Identifier: MIT */
/*
 * publish: sends numbered, time-stamped records to a program that has a publishing interface of its
 * own, at a given rate, as producer does to Redis.  Two interfaces:
 *
 * - http: one POST to a path for each record, over kept connections, the next after the reply.  The
 *   records of a log take the same connection, so their order is certain.
 * - grip: pushpin's items for an HTTP stream, over ZeroMQ's wire protocol, which has no replies.
 *   pushpin closes its HTTP connections after each item.
 *
 * A record has the time at which it was due and this program saw it, even if it must wait for its
 * connection.  After -t seconds the rest is not sent.  It prints one line of JSON: how many records
 * it sent and the rate that it reached.
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

#define MAX_CONNECTIONS 64
#define MAX_NAME        256
#define MAX_HEAD        1024
#define MAX_BODY        (2 * (size_t)BENCH_MAX_PAYLOAD + 1024)
#define MAX_REPLY       4096
#define STUCK_MS        30000

static struct {
    bool grip;
    unsigned port, logs, rate, count, size, connections, seconds;
    const char *to; /* template of the path or the channel */
} plan = {false, 0, 1, 100, 1000, 100, 1, 3600, "/pub/bench"};

struct connection {
    int fd;
    bool waits; /* for a reply */
    char reply[MAX_REPLY];
    size_t len;
};

static struct {
    struct connection connections[MAX_CONNECTIONS];
    uint64_t start, *seen; /* seen[k]: when record k was due and seen */
    unsigned due, sent, done;
} run;

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "publish: %s: %s\n", what, why);
    exit(1);
}

static void send_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR)
            fail("send", strerror(errno));
        bytes += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
}

static void read_all(int fd, char *bytes, size_t len)
{
    if (recv(fd, bytes, len, MSG_WAITALL) != (ssize_t)len)
        fail("greeting", "the peer closed");
}

/* ZMTP 3.0 (ZeroMQ RFC 23): the greeting without security, and the command READY of a PUSH socket.
 * Messages may follow after the peer's greeting and READY. */
static void greet(int fd)
{
    static const char ready[] = "\x04\x1a\x05READY\x0bSocket-Type\0\0\0\x04PUSH";
    char greeting[64] = {0}, head[2], body[UINT8_MAX];
    greeting[0] = '\xff';
    greeting[8] = 1;
    greeting[9] = 0x7f;
    greeting[10] = 3;
    memcpy(greeting + 12, "NULL", 4);
    send_all(fd, greeting, sizeof greeting);
    send_all(fd, ready, sizeof ready - 1);
    read_all(fd, greeting, sizeof greeting);
    read_all(fd, head, sizeof head);
    read_all(fd, body, (unsigned char)head[1]);
}

static int connect_one(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)plan.port)};
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
        fail("connect", strerror(errno));
    if (plan.grip)
        greet(fd);
    return fd;
}

/* Writes the item of pushpin that sends the payload as an event. Returns its length. */
static size_t grip_item(char *out, const char *channel, const char *payload)
{
    size_t len = (size_t)snprintf(
        out, MAX_BODY,
        "J{\"channel\":\"%s\",\"formats\":{\"http-stream\":{\"content\":\"data: ", channel);
    for (; *payload; payload++) {
        if (*payload == '"')
            out[len++] = '\\';
        out[len++] = *payload;
    }
    return len + (size_t)snprintf(out + len, MAX_BODY - len, "\\n\\n\"}}}");
}

/* A ZMTP message with a length of 64 bits. */
static size_t grip_head(char *out, size_t body)
{
    int i;
    out[0] = 2;
    for (i = 0; i < 8; i++)
        out[1 + i] = (char)((uint64_t)body >> (56 - 8 * i));
    return 9;
}

static size_t http_head(char *out, const char *path, size_t body)
{
    return (size_t)snprintf(out, MAX_HEAD,
                            "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\n"
                            "Content-Length: %zu\r\n\r\n",
                            path, body);
}

static void send_record(struct connection *c, unsigned k)
{
    static char payload[BENCH_MAX_PAYLOAD + 1], body[MAX_BODY], message[MAX_HEAD + MAX_BODY];
    char name[MAX_NAME];
    size_t head, len = plan.size;
    const char *content = payload;
    bench_expand(name, sizeof name, plan.to, k % plan.logs);
    bench_payload(payload, plan.size, k / plan.logs + 1, run.seen[k]);
    payload[plan.size] = '\0';
    if (plan.grip) {
        len = grip_item(body, name, payload);
        content = body;
        head = grip_head(message, len);
    } else {
        head = http_head(message, name, len);
    }
    memcpy(message + head, content, len);
    send_all(c->fd, message, head + len);
    c->waits = !plan.grip;
    run.done += plan.grip;
}

/* Whether the reply is complete. */
static bool complete(const struct connection *c)
{
    const char *end = strstr(c->reply, "\r\n\r\n"), *length;
    if (!end)
        return false;
    if (strncmp(c->reply, "HTTP/1.1 20", 11) != 0)
        fail("refused", c->reply);
    length = strcasestr(c->reply, "\r\nContent-Length: ");
    if (!length || length > end)
        fail("reply without a length", c->reply);
    return c->len >= (size_t)(end + 4 - c->reply) + strtoul(length + 18, NULL, 10);
}

static void read_reply(struct connection *c)
{
    ssize_t n = recv(c->fd, c->reply + c->len, MAX_REPLY - 1 - c->len, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0)
        fail("the connection", n < 0 ? strerror(errno) : "closed, or the reply is too long");
    c->len += (size_t)n;
    c->reply[c->len] = '\0';
    if (complete(c)) {
        c->waits = false;
        c->len = 0;
        run.done++;
    }
}

static struct connection *connection_of(unsigned k)
{
    return &run.connections[k % plan.logs % plan.connections];
}

/* Waits for a reply or for the time at which the next record is due. */
static void wait_for_work(void)
{
    struct pollfd fds[MAX_CONNECTIONS];
    uint64_t now = bench_now(), due = run.due < plan.count
                                          ? bench_due(run.start, plan.rate, run.due)
                                          : now + STUCK_MS * (BENCH_NS / 1000);
    uint64_t left = due > now ? due - now : 0;
    struct timespec timeout = {(time_t)(left / BENCH_NS), (long)(left % BENCH_NS)};
    unsigned i;
    int ready;
    for (i = 0; i < plan.connections; i++) {
        fds[i].fd = run.connections[i].waits ? run.connections[i].fd : -1;
        fds[i].events = POLLIN;
    }
    ready = ppoll(fds, plan.connections, &timeout, NULL);
    if (ready == 0 && run.due == plan.count)
        fail("reply", "none came for 30 s");
    for (i = 0; ready > 0 && i < plan.connections; i++)
        if (fds[i].fd >= 0 && fds[i].revents)
            read_reply(&run.connections[i]);
}

static void publish(void)
{
    uint64_t end, latest;
    run.start = bench_now();
    latest = run.start + plan.seconds * BENCH_NS;
    while (run.done < plan.count) {
        uint64_t now = bench_now();
        while (run.due < plan.count && bench_due(run.start, plan.rate, run.due) <= now)
            run.seen[run.due++] = now;
        if (now > latest)
            plan.count = run.due = run.sent;
        while (run.sent < run.due && !connection_of(run.sent)->waits) {
            send_record(connection_of(run.sent), run.sent);
            run.sent++;
        }
        if (run.done < plan.count)
            wait_for_work();
    }
    end = bench_now();
    printf("{\"records\":%u,\"seconds\":%.6f,\"rate\":%.1f}\n", run.done,
           (double)(end - run.start) / 1e9, run.done * 1e9 / (double)(end - run.start));
}

static void usage(void)
{
    fputs("usage: publish -p PORT -u TO [-f http|grip] [-m LOGS] [-r RATE] [-n COUNT] [-s BYTES]\n"
          "               [-c CONNECTIONS] [-t SECONDS]\n"
          "  -u  path, or pushpin's channel; %d is the number of the log, 0 to LOGS-1\n"
          "  -t  after this time the rest is not sent\n",
          stderr);
    exit(2);
}

static void read_options(int argc, char **argv)
{
    int c;
    while ((c = getopt(argc, argv, "p:u:f:m:r:n:s:c:t:")) != -1) {
        if (c == 'p')
            plan.port = (unsigned)bench_number("-p", optarg, 1, 65535);
        else if (c == 'u')
            plan.to = optarg;
        else if (c == 'f')
            plan.grip = strcmp(optarg, "grip") == 0;
        else if (c == 'm')
            plan.logs = (unsigned)bench_number("-m", optarg, 1, 1000000);
        else if (c == 'r')
            plan.rate = (unsigned)bench_number("-r", optarg, 1, 10000000);
        else if (c == 'n')
            plan.count = (unsigned)bench_number("-n", optarg, 1, 100000000);
        else if (c == 's')
            plan.size = (unsigned)bench_number("-s", optarg, BENCH_MIN_PAYLOAD, BENCH_MAX_PAYLOAD);
        else if (c == 'c')
            plan.connections = (unsigned)bench_number("-c", optarg, 1, MAX_CONNECTIONS);
        else if (c == 't')
            plan.seconds = (unsigned)bench_number("-t", optarg, 1, 3600);
        else
            usage();
    }
    if (!plan.port || optind != argc || strlen(plan.to) > MAX_NAME - 16)
        usage();
}

int main(int argc, char **argv)
{
    unsigned i;
    read_options(argc, argv);
    run.seen = calloc(plan.count, sizeof(*run.seen));
    if (!run.seen)
        fail("memory", strerror(errno));
    for (i = 0; i < plan.connections; i++)
        run.connections[i].fd = connect_one();
    publish();
    return 0;
}
