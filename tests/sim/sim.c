/* SPDX-License-Identifier: MIT */
/*
 * sim: the relay's simulation; tests/sim/sim.h says how it is built.
 *
 *    relay                                 the named cases, then 5,000 seeds of all modes
 *    relay --from A --to B [--mode MODE]   these seeds
 *    relay --seed N --mode MODE [-v]       one run; -v prints what happens
 *    relay --seed N --mode MODE --shrink   the fewest steps that fail the same way
 *    relay --case FILE [-v]                one file of steps
 *
 * The results of many runs are TAP.
 */
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <dirent.h>

#include "sim.h"

struct sim sim;

#define DEFAULT_SEEDS 5000

void story(const char *format, ...)
{
    va_list ap;
    if (!sim.verbose)
        return;
    printf("%6d  ", sim.stamp);
    va_start(ap, format);
    vprintf(format, ap);
    va_end(ap);
    printf("\n");
    fflush(stdout);
}

static void set(int what, int value)
{
    sim.settings[what] = value;
    if (what == SET_RING)
        sim.relay->rings.max = (size_t)value;
    else if (what == SET_READ)
        sim.relay->limits.read_bytes = (unsigned)value;
    else if (what == SET_READS)
        sim.relay->limits.reads = (size_t)value;
    else if (what == SET_MEMORY)
        sim.relay->budget.max = (size_t)value;
}

void sim_step(const struct step *s)
{
    char text[80];
    if (sim.verbose) {
        step_print(s, text, sizeof text);
        story("%s", text);
    }
    if (s->op == OP_SET)
        set(s->a, s->b);
    else if (s->op == OP_WAIT)
        sim.now += s->a;
    else if (s->op == OP_OOM)
        machine_oom(s->a, s->b);
    else if (s->op == OP_BURST)
        ;
    else if (s->op >= OP_JOIN)
        client_op(s);
    else
        redis_op(s);
}

/* Runs the plan.  Returns the first fault, or NULL. */
static const char *run(const struct plan *p)
{
    static const struct config config = {
        .max_viewers = 100000, .max_per_user = 100000, .max_memory = 64 << 20, .gather = 40};
    bool verbose = sim.verbose;
    sim = (struct sim){.plan = p, .now = 1000000, .verbose = verbose};
    srand(1);
    machine_reset();
    redis_reset();
    clients_reset();
    sim.relay = relay_new(&config);
    sim.relay->limits.first_read = 3;
    sim.relay->limits.frames = 6;
    sim.relay->limits.deflate_bytes = 200;
    int stuck = setjmp(sim.stuck);
    if (stuck)
        return stuck == STUCK_IDLE ? "the relay turns without end and does nothing"
                                   : "the relay asks Redis without end";
    machine_leave(false);
    relay_run(sim.relay, false);
    machine_enter();
    relay_free(sim.relay);
    const char *fault = sim.broken ? sim.broken : oracle_check();
    if (!fault && machine_open_count() > 0)
        fault = "a connection was left open";
    return fault;
}

/* ---- many ---- */

static const char *run_seed(enum mode mode, uint64_t seed)
{
    static struct plan plan;
    plan_make(&plan, mode, seed);
    return run(&plan);
}

/* Prints one line for each mode.  Returns how many modes failed. */
static int run_seeds(uint64_t from, uint64_t to, int only, int *number)
{
    int failed = 0;
    for (int m = 0; m < MODES; m++) {
        int faults = 0, printed = 0;
        if (only >= 0 && m != only)
            continue;
        for (uint64_t seed = from; seed <= to; seed++) {
            if (only < 0 && seed % MODES != (uint64_t)m)
                continue;
            const char *fault = run_seed((enum mode)m, seed);
            if (!fault)
                continue;
            faults++;
            if (printed++ < 10)
                printf("# --mode %s --seed %llu: %s\n", mode_names[m], (unsigned long long)seed,
                       fault);
        }
        failed += faults > 0;
        printf("%sok %d - seeds %llu to %llu, %s", faults ? "not " : "", ++*number,
               (unsigned long long)from, (unsigned long long)to, mode_names[m]);
        printf(faults ? ": %d failed\n" : "\n", faults);
        fflush(stdout);
    }
    return failed;
}

/* ---- cases ---- */

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_case(const struct dirent *e)
{
    size_t n = strlen(e->d_name);
    return n > 6 && strcmp(e->d_name + n - 6, ".steps") == 0;
}

static int run_cases(int *number)
{
    static struct plan plan;
    struct dirent **list;
    int failed = 0, n = scandir(SIM_CASES, &list, is_case, by_name);
    for (int i = 0; i < n; i++) {
        char path[600];
        snprintf(path, sizeof path, "%s/%s", SIM_CASES, list[i]->d_name);
        const char *fault = plan_read(&plan, path) ? "cannot be read" : run(&plan);
        printf("%sok %d - %.*s\n", fault ? "not " : "", ++*number, (int)strlen(list[i]->d_name) - 6,
               list[i]->d_name);
        if (fault)
            printf("# %s\n", fault);
        failed += fault != NULL;
        free(list[i]);
    }
    if (n >= 0)
        free(list);
    return failed;
}

/* ---- shrinking ---- */

/* Runs the plan in a child process, since it may crash.  out: the fault's text, "crash", or "". */
static void try_plan(const struct plan *p, char out[120])
{
    static char *shared;
    int status;
    if (!shared)
        shared = mmap(NULL, 120, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    snprintf(shared, 120, "crash");
    pid_t child = fork();
    if (child == 0) {
        alarm(5);
        const char *fault = run(p);
        snprintf(shared, 120, "%s", fault ? fault : "");
        _exit(0);
    }
    waitpid(child, &status, 0);
    snprintf(out, 120, "%s", shared);
}

static bool shrink_by(struct plan *p, int chunk, const char *want)
{
    static struct plan less;
    bool any = false;
    for (int at = 0; at < p->n;) {
        char got[120];
        less.n = 0;
        for (int i = 0; i < p->n; i++)
            if (i < at || i >= at + chunk)
                less.steps[less.n++] = p->steps[i];
        try_plan(&less, got);
        if (strcmp(got, want) == 0) {
            *p = less;
            any = true;
        } else {
            at += chunk;
        }
    }
    return any;
}

static void shrink(struct plan *p)
{
    char want[120];
    try_plan(p, want);
    if (!want[0]) {
        printf("no fault\n");
        return;
    }
    for (int chunk = p->n / 2; chunk > 0; chunk /= 2)
        while (shrink_by(p, chunk, want) && chunk == 1)
            ;
    printf("# %s\n", want);
    plan_print(p);
}

/* ---- main ---- */

static int mode_of(const char *name)
{
    for (int i = 0; i < MODES; i++)
        if (strcmp(mode_names[i], name) == 0)
            return i;
    fprintf(stderr, "no such mode: %s\n", name);
    exit(2);
}

static int one(struct plan *p, bool shrinks)
{
    if (shrinks) {
        shrink(p);
        return 0;
    }
    const char *fault = run(p);
    printf("%s\n", fault ? fault : "no fault");
    return fault != NULL;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"from", 1, NULL, 'f'},
                                            {"to", 1, NULL, 't'},
                                            {"mode", 1, NULL, 'm'},
                                            {"seed", 1, NULL, 's'},
                                            {"case", 1, NULL, 'c'},
                                            {"shrink", 0, NULL, 'x'},
                                            {0}};
    static struct plan plan;
    uint64_t from = 0, to = 0, seed = 0;
    int mode = -1, number = 0, c;
    const char *file = NULL;
    bool shrinks = false;
    machine_reset();
    while ((c = getopt_long(argc, argv, "v", options, NULL)) != -1) {
        if (c == 'f')
            from = strtoull(optarg, NULL, 10);
        else if (c == 't')
            to = strtoull(optarg, NULL, 10);
        else if (c == 's')
            seed = strtoull(optarg, NULL, 10);
        else if (c == 'm')
            mode = mode_of(optarg);
        else if (c == 'c')
            file = optarg;
        else if (c == 'x')
            shrinks = true;
        else if (c == 'v')
            sim.verbose = true;
        else
            return 2;
    }
    if (file)
        return plan_read(&plan, file) ? 2 : one(&plan, shrinks);
    if (seed) {
        plan_make(&plan, mode < 0 ? (enum mode)(seed % MODES) : (enum mode)mode, seed);
        return one(&plan, shrinks);
    }
    int failed = 0;
    if (!from) {
        failed = run_cases(&number);
        from = 1;
        to = DEFAULT_SEEDS;
    }
    failed += run_seeds(from, to, mode, &number);
    printf("1..%d\n", number);
    return failed > 0;
}
