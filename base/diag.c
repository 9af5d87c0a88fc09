/* SPDX-License-Identifier: MIT */
/*
 * diag: writes lines to standard error or to syslog.  Knows only libc.  A line is one write(2) and
 * shorter than PIPE_BUF.  So lines of other threads and processes on the same pipe do not mix with
 * it (POSIX, write).
 *
 * Standard error may be a pipe or a terminal that nobody reads, and syslog(3) waits too.  Other
 * processes share the open file, so O_NONBLOCK is not ours to set, and between poll(2) and write(2)
 * they may fill the pipe.  So after diag_start only a thread of this file writes.  It may wait for
 * ever; callers leave their lines in a buffer, or drop them when it is full.  A regular file has no
 * reader to wait for, so callers write to it themselves.
 */
#include "base/diag.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define DIAG_MAX  1000        /* bytes of a line without its newline and what its reader adds */
#define PREFIX    64          /* more than the longest prefix */
#define PENDING   (16 * 1024) /* bytes of lines that wait for the thread */
#define DIRECT_MS 1000        /* without the thread, a line waits so long for its reader */

static const struct {
    const char *name;
    int priority;
} levels[] = {
    [DIAG_ERROR] = {"error", LOG_ERR},
    [DIAG_WARNING] = {"warning", LOG_WARNING},
    [DIAG_INFO] = {"info", LOG_INFO},
    [DIAG_DEBUG] = {"debug", LOG_DEBUG},
};

static _Atomic(enum diag_level) threshold = DIAG_INFO;
static enum diag_level chosen = DIAG_INFO; /* by diag_open */
static atomic_bool to_syslog = false;
static bool stderr_lost; /* set before threads start */

/* The words before "level module: " depend on the reader of standard error. */
enum prefix {
    PREFIX_UNKNOWN,
    PREFIX_TIME,    /* nobody adds a time: we do */
    PREFIX_PRIORITY /* the journal adds the time and wants "<N>" (sd-daemon(3)) */
};
static _Atomic(enum prefix) prefix = PREFIX_UNKNOWN;

enum writer {
    WRITER_NONE,  /* callers write */
    WRITER_READY, /* the first line starts the thread */
    WRITER_RUNS,
    WRITER_STOPS, /* it writes what waits, and ends */
    WRITER_ENDED  /* to be joined */
};

/* All but the lock and the conditions are used with the lock. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* lines or a stop for the thread */
    pthread_cond_t ended;   /* waits by CLOCK_MONOTONIC; made by diag_start */
    enum writer state;
    pthread_t thread;
    char pending[PENDING]; /* lines, each after a byte with its level */
    size_t len;
    unsigned long dropped; /* lines, since the last one that was told */
    _Atomic unsigned long dropped_ever;
} writer = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

/* Whether the journal reads standard error: JOURNAL_STREAM names its device and inode
 * (systemd.exec(5)). A child whose standard error was redirected inherits the variable too. */
static bool is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    char own[64];
    struct stat s;
    if (!stream || fstat(STDERR_FILENO, &s))
        return false;
    snprintf(own, sizeof own, "%ju:%ju", (uintmax_t)s.st_dev, (uintmax_t)s.st_ino);
    return strcmp(stream, own) == 0;
}

static size_t write_time(char out[PREFIX])
{
    size_t len = clock_text(clock_wall_ms(), out);
    out[len] = ' ';
    return len + 1;
}

static size_t write_prefix(char out[PREFIX], enum diag_level level)
{
    if (to_syslog)
        return 0;
    enum prefix known = prefix; /* diag_open in another thread may forget it */
    if (known == PREFIX_UNKNOWN)
        prefix = known = is_journal() ? PREFIX_PRIORITY : PREFIX_TIME;
    return known == PREFIX_TIME ? write_time(out)
                                : (size_t)snprintf(out, PREFIX, "<%d>", levels[level].priority);
}

static void use_syslog(bool use)
{
    if (use && !to_syslog)
        openlog("sselog", LOG_PID | LOG_NDELAY, LOG_DAEMON);
    to_syslog = use;
}

/* A server that runs in the background gives its programs /dev/null, or no standard error. */
static bool is_unread(int fd)
{
    struct stat s;
    return fstat(fd, &s) != 0 || (S_ISCHR(s.st_mode) && s.st_rdev == makedev(1, 3));
}

bool diag_find_reader(void)
{
    stderr_lost = is_unread(STDERR_FILENO);
    if (stderr_lost)
        use_syslog(true);
    return stderr_lost;
}

int diag_open(const char *where, enum diag_level least)
{
    bool named = strcmp(where, "syslog") == 0;
    if (!named && strcmp(where, "stderr") != 0)
        return -1;
    use_syslog(named || stderr_lost);
    threshold = chosen = least;
    prefix = PREFIX_UNKNOWN;
    return 0;
}

int diag_level_parse(const char *name, enum diag_level *level)
{
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        if (strcmp(levels[i].name, name) == 0) {
            *level = (enum diag_level)i;
            return 0;
        }
    }
    return -1;
}

bool diag_writes(enum diag_level level)
{
    return level <= threshold;
}

/* Copies text to line and writes each byte outside printable ASCII as \xNN. If the line is cut,
 * here or by the caller, it ends in "..." and never in half an escape. Returns the length. */
static size_t escape(char line[DIAG_MAX], const char *text, bool cut)
{
    static const char hex[] = "0123456789abcdef";
    size_t len = 0, keep = 0; /* keep: the last length that leaves space for the dots */
    for (const char *p = text; *p; p++) {
        unsigned char c = (unsigned char)*p;
        bool plain = c >= 0x20 && c < 0x7f;
        if (len <= DIAG_MAX - 3)
            keep = len;
        if (len + (plain ? 1 : 4) > DIAG_MAX) {
            cut = true;
            break;
        }
        if (plain) {
            line[len++] = (char)c;
        } else {
            line[len++] = '\\';
            line[len++] = 'x';
            line[len++] = hex[c >> 4];
            line[len++] = hex[c & 15];
        }
    }
    if (!cut)
        return len;
    if (len <= DIAG_MAX - 3)
        keep = len;
    memcpy(line + keep, "...", 3);
    return keep + 3;
}

/* Whether standard error accepts bytes within ms; -1: for ever. An error also counts: write(2) then
 * returns at once. */
static bool wait_for_reader(int ms)
{
    struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};
    int n;
    while ((n = poll(&p, 1, ms)) < 0 && errno == EINTR)
        ;
    return n != 0;
}

/* Writes a line, which ends in a newline. A descriptor that does not block gets ms for its reader;
 * another one may wait for ever. False: the line is lost, wholly or in part. */
static bool write_line(enum diag_level level, const char *line, size_t len, int ms)
{
    if (to_syslog) {
        syslog(levels[level].priority, "%.*s", (int)len - 1, line);
        return true;
    }
    while (len > 0) {
        ssize_t n = write(STDERR_FILENO, line, len);
        if (n > 0) {
            line += n;
            len -= (size_t)n;
        } else if (n == 0 || (errno != EINTR && (errno != EAGAIN || !wait_for_reader(ms)))) {
            return false;
        }
    }
    return true;
}

/* Tells how many lines were dropped. Returns how many are still to be told. */
static unsigned long tell_dropped(unsigned long dropped, int ms)
{
    char line[PREFIX + 64];
    if (dropped == 0)
        return 0;
    size_t len = write_prefix(line, DIAG_WARNING);
    len += (size_t)snprintf(line + len, 64, "warning diag: %lu lines were dropped\n", dropped);
    return write_line(DIAG_WARNING, line, len, ms) ? 0 : dropped;
}

/* ---- the thread ---- */

/* Copies what waits to out and returns its length. 0: stop. *dropped: lines that came later. */
static size_t take_pending(char out[PENDING], unsigned long *dropped)
{
    pthread_mutex_lock(&writer.lock);
    while (writer.len == 0 && writer.state == WRITER_RUNS)
        pthread_cond_wait(&writer.changed, &writer.lock);
    size_t len = writer.len;
    memcpy(out, writer.pending, len);
    *dropped = writer.dropped;
    writer.len = 0;
    writer.dropped = 0;
    if (len == 0) {
        writer.state = WRITER_ENDED;
        pthread_cond_signal(&writer.ended);
    }
    pthread_mutex_unlock(&writer.lock);
    return len;
}

static void *run_writer(void *arg)
{
    static char lines[PENDING];
    unsigned long dropped, untold = 0;
    size_t len;
    while ((len = take_pending(lines, &dropped)) > 0) {
        untold += dropped;
        for (char *p = lines, *end; p < lines + len; p = end) {
            end = (char *)memchr(p, '\n', (size_t)(lines + len - p)) + 1;
            bool lost = !write_line((enum diag_level) * p, p + 1, (size_t)(end - p - 1), -1);
            untold += lost;
            writer.dropped_ever += lost;
        }
        untold = tell_dropped(untold, -1);
    }
    return arg;
}

/* Needs the lock. The thread gets no signals: they are for the main thread. */
static void start_thread(void)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&writer.thread, NULL, run_writer, NULL) == 0)
        writer.state = WRITER_RUNS;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* Whether a write may wait for somebody. */
static bool may_wait(void)
{
    struct stat s;
    return to_syslog || fstat(STDERR_FILENO, &s) || !S_ISREG(s.st_mode);
}

void diag_start(void)
{
    pthread_condattr_t attr;
    pthread_mutex_lock(&writer.lock);
    if (writer.state == WRITER_NONE && may_wait()) {
        pthread_condattr_init(&attr);
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
        pthread_cond_init(&writer.ended, &attr);
        pthread_condattr_destroy(&attr);
        writer.state = WRITER_READY;
    }
    pthread_mutex_unlock(&writer.lock);
}

bool diag_stop(unsigned timeout_ms)
{
    struct timespec until;
    int late = 0;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += timeout_ms / 1000;
    until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&writer.lock);
    if (writer.state == WRITER_RUNS)
        writer.state = WRITER_STOPS;
    pthread_cond_signal(&writer.changed);
    while (writer.state == WRITER_STOPS && !late)
        late = pthread_cond_timedwait(&writer.ended, &writer.lock, &until);
    bool ended = writer.state != WRITER_STOPS;
    if (writer.state == WRITER_ENDED)
        pthread_join(writer.thread, NULL);
    if (ended)
        writer.state = WRITER_NONE;
    pthread_mutex_unlock(&writer.lock);
    return ended;
}

/* ---- lines ---- */

unsigned long diag_dropped(void)
{
    return writer.dropped_ever;
}

/* Needs the lock. */
static void count_dropped(void)
{
    writer.dropped++;
    writer.dropped_ever++;
}

/* Needs the lock. Leaves the line to the thread. */
static void leave(enum diag_level level, const char *line, size_t len)
{
    if (len + 1 > PENDING - writer.len) {
        count_dropped();
        return;
    }
    writer.pending[writer.len++] = (char)level;
    memcpy(writer.pending + writer.len, line, len);
    writer.len += len;
    pthread_cond_signal(&writer.changed);
}

/* Needs the lock. At the start and the end the reader of a line has a moment; while threads serve,
 * none. */
static void write_here(enum diag_level level, const char *line, size_t len)
{
    int ms = writer.state == WRITER_NONE ? DIRECT_MS : 0;
    if ((!to_syslog && !wait_for_reader(ms)) || !write_line(level, line, len, ms))
        count_dropped();
    else
        writer.dropped = tell_dropped(writer.dropped, ms);
}

static void emit(enum diag_level level, char *line, size_t len)
{
    line[len] = '\n';
    pthread_mutex_lock(&writer.lock);
    if (writer.state == WRITER_READY)
        start_thread();
    if (writer.state == WRITER_RUNS || writer.state == WRITER_STOPS)
        leave(level, line, len + 1);
    else
        write_here(level, line, len + 1);
    pthread_mutex_unlock(&writer.lock);
}

void diag(enum diag_level level, const char *module, const char *format, ...)
{
    char text[DIAG_MAX + 2], line[PREFIX + DIAG_MAX + 1]; /* text: one byte more, to detect a cut */
    int saved = errno, head, body;
    va_list ap;
    if (!diag_writes(level))
        return;
    head = snprintf(text, sizeof text, "%s %s: ", levels[level].name, module);
    if (head < 0 || (size_t)head >= sizeof text)
        head = 0;
    errno = saved; /* for %m */
    va_start(ap, format);
    body = vsnprintf(text + head, sizeof text - (size_t)head, format, ap);
    va_end(ap);
    if (body < 0)
        body = snprintf(text + head, sizeof text - (size_t)head, "(message cannot be formatted)");
    size_t before = write_prefix(line, level);
    bool cut = (size_t)head + (size_t)body >= sizeof text;
    emit(level, line, before + escape(line + before, text, cut));
    errno = saved;
}

/* The line is written at the level at which all lines are. */
void diag_toggle_debug(void)
{
    enum diag_level next = threshold != DIAG_DEBUG ? DIAG_DEBUG
                           : chosen != DIAG_DEBUG  ? chosen
                                                   : DIAG_INFO;
    threshold = DIAG_DEBUG;
    diag(DIAG_INFO, "diag", "the log level is %s now", levels[next].name);
    threshold = next;
}
