/* SPDX-License-Identifier: MIT */
/*
 * entry: runs sselog within the limit of processes that a hoster sets, and counts without sampling.
 *
 * It stands where the web server expects sselog, as NAME, and starts NAME.real. Each start takes a
 * place: the lock of one byte in the file `places` beside it. The kernel frees the place when this
 * process ends, however it ends, and this process ends right after sselog. Places are taken one at
 * a time, the lowest free one first. So the highest place that was ever taken tells exactly how
 * many lived at once. A start beyond the limit is counted and answered 508, as CloudLinux answers
 * it.
 *
 * The file begins with a struct counts, which tests/hosting/places.py makes and reads.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MUTEX = 4096, FIRST = 4097 }; /* the locked bytes: of the search, and of the first place */

struct counts {
    uint64_t limit;
    _Atomic uint64_t most;         /* the most that ever lived at once */
    _Atomic uint64_t starts;       /* of sselog */
    _Atomic uint64_t refused;      /* beyond the limit */
    _Atomic uint64_t microseconds; /* processor time of those that ended */
};

static volatile sig_atomic_t child;

static int lock(int fd, int command, short type, off_t byte)
{
    struct flock range = {.l_type = type, .l_start = byte, .l_len = 1}; /* from the file's start */
    return fcntl(fd, command, &range);
}

/* Takes the lowest free place and returns its number, from 0; -1 if there is none. */
static int take_place(int fd, struct counts *counts)
{
    uint64_t place = 0;
    if (lock(fd, F_OFD_SETLKW, F_WRLCK, MUTEX) != 0)
        return -1;
    while (place < counts->limit && lock(fd, F_OFD_SETLK, F_WRLCK, FIRST + (off_t)place) != 0)
        place++;
    if (place + 1 > counts->most)
        counts->most = place + 1;
    lock(fd, F_OFD_SETLK, F_UNLCK, MUTEX);
    return place < counts->limit ? (int)place : -1;
}

static int refuse(struct counts *counts)
{
    int listens = 0;
    socklen_t size = sizeof listens;
    counts->refused++;
    getsockopt(0, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size);
    if (!listens) /* plain CGI; a FastCGI process has nobody to answer yet */
        puts("Status: 508 Resource Limit Is Reached\r\nContent-Type: text/html\r\n\r\n508\r");
    return 1;
}

static void pass_on(int number)
{
    if (child > 0)
        kill(child, number);
}

static const int passed_on[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1};

/* Starts the program with the signals of this process's own start. */
static pid_t start(const char *program, char **argv)
{
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        sigprocmask(SIG_SETMASK, &before, NULL);
        if (getppid() == parent)
            execv(program, argv);
        _exit(127);
    }
    child = pid;
    for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++)
        signal(passed_on[i], pass_on);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return pid;
}

static int await_end(pid_t pid, struct counts *counts)
{
    struct rusage used = {0};
    int status = 0;
    while (wait4(pid, &status, 0, &used) < 0)
        if (pid < 0)
            return 1;
    counts->microseconds += (uint64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 +
                            (uint64_t)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
    return status;
}

int main(int argc, char **argv)
{
    char self[4000], program[4096], places[4096];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length <= 0)
        return 1;
    self[length] = '\0';
    snprintf(program, sizeof program, "%s.real", self);
    snprintf(places, sizeof places, "%.*s/places", (int)(strrchr(self, '/') - self), self);
    int fd = open(places, O_RDWR | O_CLOEXEC);
    struct counts *counts = mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd < 0 || counts == MAP_FAILED || argc < 1)
        return 1;
    signal(SIGCHLD, SIG_DFL); /* mod_cgid ignores it, and the times of a child would be lost */
    if (take_place(fd, counts) < 0)
        return refuse(counts);
    counts->starts++;
    pid_t pid = start(program, argv);
    /* The web server must see the end of the answer when sselog ends it. */
    for (int i = 0; i < 3; i++)
        close(i);
    int status = await_end(pid, counts);
    if (WIFSIGNALED(status)) {
        signal(WTERMSIG(status), SIG_DFL);
        kill(getpid(), WTERMSIG(status));
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
