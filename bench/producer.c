/* SPDX-License-Identifier: MIT */
/*
 * producer: adds a given number of numbered, time-stamped records to one or more logs in Redis, at
 * a given rate.  The schedule is absolute: records that are due go out in one pipeline, so a late
 * record does not delay the next ones.  Record k belongs to log k mod logs, and numbers count from
 * 1 in each log.  It prints one line of JSON with the rate that it reached.
 */
#include <getopt.h>
#include <hiredis/hiredis.h>

#include "bench.h"

#define BATCH   1024u /* most records in one pipeline */
#define MAX_KEY 256

struct plan {
    const char *redis; /* path of the Unix socket */
    const char *log;   /* key template */
    unsigned logs;
    unsigned rate; /* records per second over all logs */
    unsigned count;
    unsigned size;
};

static void usage(void)
{
    fputs("usage: producer -S REDIS-SOCKET [-l KEY] [-m LOGS] [-r RATE] [-n COUNT] [-s BYTES]\n"
          "  -l  key of the log; %d is the number of the log, 0 to LOGS-1\n",
          stderr);
    exit(2);
}

static struct plan read_options(int argc, char **argv)
{
    struct plan plan = {NULL, "stream:logs:bench", 1, 100, 1000, 100};
    int c;
    while ((c = getopt(argc, argv, "S:l:m:r:n:s:")) != -1) {
        if (c == 'S')
            plan.redis = optarg;
        else if (c == 'l')
            plan.log = optarg;
        else if (c == 'm')
            plan.logs = (unsigned)bench_number("-m", optarg, 1, 1000000);
        else if (c == 'r')
            plan.rate = (unsigned)bench_number("-r", optarg, 1, 10000000);
        else if (c == 'n')
            plan.count = (unsigned)bench_number("-n", optarg, 1, 1000000000);
        else if (c == 's')
            plan.size = (unsigned)bench_number("-s", optarg, BENCH_MIN_PAYLOAD, BENCH_MAX_PAYLOAD);
        else
            usage();
    }
    if (!plan.redis || optind != argc)
        usage();
    return plan;
}

static void wait_until(uint64_t when)
{
    struct timespec ts = {(time_t)(when / BENCH_NS), (long)(when % BENCH_NS)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
        ;
}

static void append(redisContext *redis, const struct plan *plan, unsigned k)
{
    static char payload[BENCH_MAX_PAYLOAD];
    char key[MAX_KEY];
    int keylen = bench_expand(key, sizeof key, plan->log, k % plan->logs);
    const char *argv[] = {"XADD", key, "*", "data", payload};
    size_t lens[] = {4, (size_t)keylen, 1, 4, plan->size};
    bench_payload(payload, plan->size, k / plan->logs + 1, bench_now());
    redisAppendCommandArgv(redis, 5, argv, lens);
}

/* Reads one reply. Returns 0 if it is an id, else -1. */
static int take(redisContext *redis)
{
    redisReply *reply = NULL;
    int bad = redisGetReply(redis, (void **)&reply) != REDIS_OK || !reply;
    if (bad)
        fprintf(stderr, "producer: %s\n", redis->errstr);
    else if ((bad = reply->type != REDIS_REPLY_STRING))
        fprintf(stderr, "producer: XADD: %s\n", reply->str ? reply->str : "strange reply");
    if (reply)
        freeReplyObject(reply);
    return bad ? -1 : 0;
}

static int produce(redisContext *redis, const struct plan *plan)
{
    uint64_t start = bench_now(), worst = 0, end;
    unsigned k = 0, batch;
    while (k < plan->count) {
        uint64_t now, due = bench_due(start, plan->rate, k);
        wait_until(due);
        now = bench_now();
        worst = now - due > worst ? now - due : worst;
        for (batch = 0; batch < BATCH && k < plan->count && bench_due(start, plan->rate, k) <= now;
             batch++)
            append(redis, plan, k++);
        while (batch-- > 0)
            if (take(redis) != 0)
                return -1;
    }
    end = bench_now();
    printf("{\"records\":%u,\"seconds\":%.6f,\"rate\":%.1f,\"latest_us\":%.1f}\n", plan->count,
           (double)(end - start) / 1e9, plan->count * 1e9 / (double)(end - start),
           (double)worst / 1e3);
    return 0;
}

int main(int argc, char **argv)
{
    struct plan plan = read_options(argc, argv);
    char key[MAX_KEY];
    redisContext *redis;
    int rc;
    if (bench_expand(key, sizeof key, plan.log, plan.logs) < 0)
        usage();
    redis = redisConnectUnix(plan.redis);
    if (!redis || redis->err) {
        fprintf(stderr, "producer: %s: %s\n", plan.redis, redis ? redis->errstr : "no memory");
        redisFree(redis);
        return 1;
    }
    rc = produce(redis, &plan);
    redisFree(redis);
    return rc ? 1 : 0;
}
