/* SPDX-License-Identifier: MIT */
/*
 * sselog: serves logs in Redis to browsers: live, resumable and with access control, behind an
 * existing web server.  This file has main, the sub-commands, and the order of start and stop.
 *
 * The path of a request: gateway/accept.c reads it completely.  A front thread (front/front.c)
 * routes it and identifies the user by auth.c.  It then answers, or passes the connection to the
 * relay thread.  Requests that take long, /history and /append, wait in a lane with a thread of its
 * own (front/slow.c).  The relay reads records in relay/log.c through redis_io.c.  format/profile.c
 * and sse.c format each record once for all viewers of the same view, and relay/viewer.c sends it.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <link.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "gateway/accept.h"
#include "gateway/bodies.h"
#include "config/config.h"
#include "config/similar.h"
#include "base/diag.h"
#include "front/front.h"
#include "gateway/gateway.h"
#include "base/harden.h"
#include "base/process.h"
#include "identity/jwtcheck.h"
#include "identity/roles.h"
#include "gateway/listen.h"
#include "redis_io.h"
#include "redis/address.h"
#include "redis/tls.h"
#include "relay/relay.h"
#include "service.h"
#include "cmd_doctor.h"
#include "cmd_line.h"
#include "cmd_send.h"
#include "cmd_token.h"
#include "cmd_verify.h"

extern char **environ;

enum { EXIT_CONFIG = 2 };

#define LAST_LINES_MS 500 /* for the reader of the last diagnostics */

struct command_line {
    const char *socket;
    mode_t mode;
    const char *file;
    bool check;
};

static int stop_pipe[2] = {-1, -1};
static struct relay *relay; /* for the signal handler */

/* ---- messages ---- */

static const char help[] =
    "usage: sselog [-c FILE] [-s SOCKET [-m MODE]]       serve: FastCGI or CGI\n"
    "       sselog [-c FILE] -t                          check the configuration and print it\n"
    "       sselog [-c FILE] send [OPTION...]            lines of text into a log\n"
    "       sselog [-c FILE] token -u USER [OPTION...]   make an exchange token\n"
    "       sselog [-c FILE] [-s SOCKET] doctor [OPTION...] [URL]\n"
    "                                                    find out why nothing comes\n"
    "       sselog [-c FILE] verify [OPTION...] URL      whether all records of a stream come\n"
    "       sselog send --help, token --help, doctor --help, verify --help\n"
    "\n"
    "  -s, --socket SOCKET  listen at this path, or at 127.0.0.1:PORT or [::1]:PORT\n"
    "  -m, --mode MODE      permissions of the socket, octal; 0660\n"
    "  -c, --config FILE    options, one NAME=value a line; the environment wins\n"
    "  -t, --check          check the configuration and print it\n"
    "  -V, --version        print the version and what this build lacks\n"
    "  -h, --help           this text\n"
    "\n"
    "Options are environment variables SSELOG_...: see sselog(8).\n";

static const char version[] = "sselog " SSELOG_VERSION
#ifdef SSELOG_STATIC
                              ", static"
#endif
                              "\n"
#ifndef HAVE_LIBJWT
                              "without RS256 and ES256 of SSELOG_JWT_ALG, which need libjwt\n"
#endif
#ifndef HAVE_HIREDIS_SSL
                              "without rediss:// in SSELOG_REDIS, which needs hiredis with TLS\n"
#endif
#ifndef HAVE_LIBCURL
                              "without URLs of sselog doctor and verify, which need libcurl\n"
#endif
    ;

/* The command line of a process that may have been meant to serve. */
static int bad_command_line(const char *what)
{
    if (diag_find_reader())
        diag(DIAG_ERROR, "sselog", "%s; see sselog --help", what);
    return cmd_wrong(NULL, "%s", what);
}

static int config_error(const struct buf *why)
{
    diag(DIAG_ERROR, "config", "%s", why->p ? why->p : "out of memory");
    return EXIT_CONFIG;
}

/* ---- stopping ---- */

static void on_stop(int number)
{
    int saved = errno;
    (void)number;
    (void)!write(stop_pipe[1], "", 1);
    if (relay)
        relay_stop(relay);
    errno = saved;
}

/* Must follow FCGX_Init, which installs handlers of its own. */
static int catch_signals(void)
{
    struct sigaction stop = {.sa_handler = on_stop, .sa_flags = SA_RESTART};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    if (pipe2(stop_pipe, O_CLOEXEC) || service_catch())
        return -1;
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGUSR1, &stop, NULL); /* web servers ask a FastCGI responder to stop by it */
    sigaction(SIGPIPE, &ignore, NULL);
    return 0;
}

static bool was_stopped(void)
{
    struct pollfd p = {stop_pipe[0], POLLIN, 0};
    return poll(&p, 1, 0) > 0;
}

/* Threads inherit the mask: only the main thread handles these signals. */
static void block_signals(int how)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGUSR2);
    pthread_sigmask(how, &set, NULL);
}

/* ---- serving ---- */

static void *run_relay(void *arg)
{
    relay_run(arg, false);
    return NULL;
}

static void take_request(void *arg, struct fcgi_reader *in)
{
    front_take(arg, in);
}

/* Releases the read-only pages of one program or library; the kernel maps them again on use. The
 * table of segments is in such a page, so it is copied first. */
static int release_pages(struct dl_phdr_info *info, size_t size, void *arg)
{
    ElfW(Phdr) segments[32];
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    int n = info->dlpi_phnum < 32 ? info->dlpi_phnum : 32;
    (void)size;
    (void)arg;
    memcpy(segments, info->dlpi_phdr, (size_t)n * sizeof *segments);
    for (const ElfW(Phdr) *h = segments; h < segments + n && info->dlpi_addr != 0; h++) {
        uintptr_t start = (info->dlpi_addr + h->p_vaddr) & ~(page - 1);
        if (h->p_type == PT_LOAD && !(h->p_flags & PF_W))
            madvise((void *)start, info->dlpi_addr + h->p_vaddr + h->p_memsz - start,
                    MADV_DONTNEED);
    }
    return 0;
}

/* The start used most pages of the program and its libraries; serving needs a third of them. A page
 * that only one process maps counts as its private memory. Without this call, that is 400 kB more.
 */
static void release_startup_pages(void)
{
    dl_iterate_phdr(release_pages, NULL);
}

/* A web server or spawn-fcgi passes the socket as standard input, systemd as descriptor 3. */
static const char *how_started(int fd, enum accept_rest rest)
{
    return rest == ACCEPT_TAKE ? "socket" : fd == STDIN_FILENO ? "spawned" : "systemd";
}

static int serve_fastcgi(const struct config_base *base, const struct command_line *line, int fd)
{
    enum accept_rest rest = line->socket ? ACCEPT_TAKE : ACCEPT_LEAVE;
    pthread_t relay_thread;
    block_signals(SIG_BLOCK);
    struct front *front = front_new(base, relay, false);
    if (!front || pthread_create(&relay_thread, NULL, run_relay, relay)) {
        diag(DIAG_ERROR, "sselog", "cannot start threads");
        front_stop(front, UINT_MAX); /* without a request its threads end at once */
        front_free(front);
        return EXIT_FAILURE;
    }
    front_started_as(front, how_started(fd, rest));
    block_signals(SIG_UNBLOCK);
    config_warn(base, service_warn, NULL);
    diag(DIAG_INFO, "sselog", "serving, version " SSELOG_VERSION);
    release_startup_pages();
    struct service service = {line->file, base, front, relay};
    struct accept_chore chore;
    service_ready(&service, &chore);
    int status = accept_run(fd, stop_pipe[0], rest, &chore, take_request, front) ? EXIT_FAILURE
                                                                                 : EXIT_SUCCESS;
    service_close();
    relay_stop(relay);
    pthread_join(relay_thread, NULL);
    if (!front_stop(front, 500)) { /* a synchronous call still waits for Redis */
        relay_finish(relay);
        diag_stop(LAST_LINES_MS);
        _exit(status);
    }
    front_free(front);
    return status;
}

static int serve_cgi(const struct config_base *base)
{
    struct front *front = front_new(base, relay, true);
    struct exchange *x = gateway_begin_cgi();
    if (!front || !x) {
        diag(DIAG_ERROR, "sselog", "out of memory");
        return EXIT_FAILURE;
    }
    front_answer(front, x);
    if (relay_is_asked(relay)) { /* else all was answered by the front */
        release_startup_pages();
        relay_run(relay, true);
    }
    front_free(front);
    return EXIT_SUCCESS;
}

/* One arena, and freed memory goes back to the system, so that memory stays small. */
static void tune_memory(void)
{
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, 256 * 1024);
    mallopt(M_TRIM_THRESHOLD, 128 * 1024);
}

enum started_as { AS_FASTCGI, AS_CGI, AS_NOTHING };

static int harden(const struct config_base *base, enum started_as as)
{
    const struct config *c = config_of(base);
    const struct redis_address *a = &c->redis;
    const char *files[CONFIG_FILES]; /* that a reload reads again */
    size_t nfiles = as == AS_FASTCGI ? config_files(base, files) : 0;
    struct harden_needs needs = {.host = a->path ? NULL : a->host,
                                 .port = a->port,
                                 .tls = a->tls,
                                 .local_time =
                                     strcmp(c->log_to, "syslog") == 0 || diag_find_reader(),
                                 .files = files,
                                 .nfiles = nfiles};
    return harden_process(&needs);
}

/* How the process was started. *fd: the socket that it was started with, or -1. */
static enum started_as find_start(const struct command_line *line, int *fd)
{
    *fd = -1;
    if (line->socket)
        return AS_FASTCGI;
    *fd = listen_passed();
    if (*fd < 0 && gateway_is_fastcgi())
        *fd = STDIN_FILENO;
    if (*fd >= 0)
        return AS_FASTCGI;
    return getenv("REQUEST_METHOD") ? AS_CGI : AS_NOTHING;
}

/* Adds all that forbids to serve to why. */
static bool is_refused(const struct config *c, enum started_as as, struct buf *why)
{
    const char *root = harden_refuse_root(c->allow_root);
    if (as == AS_NOTHING)
        buf_adds(why, "not started by a web server: give -s SOCKET");
    if (as == AS_NOTHING && root)
        buf_adds(why, "; ");
    if (root)
        buf_adds(why, root);
    return as == AS_NOTHING || root;
}

static int serve(const struct config_base *base, const struct command_line *line)
{
    const struct config *c = config_of(base);
    struct buf why;
    int fd, status = EXIT_FAILURE;
    enum started_as as = find_start(line, &fd);
    buf_init(&why, 1024);
    if (is_refused(c, as, &why)) {
        status = config_error(&why);
        goto out;
    }
    tune_memory();
    bodies_limit(c->append_body, c->max_memory);
    bodies_expect(roles_allow_append(c));
    srand((unsigned)time(NULL) ^ (unsigned)getpid() << 16);
    if (gateway_init() ||
        catch_signals()) { /* before listen_at: a socket means that we are ready */
        diag(DIAG_ERROR, "sselog", "cannot start");
        goto out;
    }
    if (line->socket && (fd = listen_at(line->socket, line->mode, &why)) < 0) {
        status = config_error(&why);
        goto out;
    }
    process_open();
    if (as == AS_FASTCGI && (line->socket || fd != STDIN_FILENO))
        service_open(); /* else a web server started this process, whose manager knows only that */
    if (harden(base, as) == 0) {
        diag_start(); /* a blocked standard error must not block what serves */
        relay = relay_new(c);
    }
    if (!relay) {
        diag(DIAG_ERROR, "sselog", "cannot start: %s", strerror(errno));
        goto out;
    }
    if (was_stopped()) /* a signal before the relay existed */
        relay_stop(relay);
    status = as == AS_FASTCGI ? serve_fastcgi(base, line, fd) : serve_cgi(base);
    struct relay *done = relay;
    relay = NULL;
    relay_free(done);
out:
    buf_free(&why);
    return status;
}

/* ---- sub-commands ---- */

/* read: the command line, before there is a configuration; -1, or the exit status. */
static const struct command {
    const char *name;
    int (*read)(int argc, char **argv);
    int (*run)(const struct config *config);
} commands[] = {{"send", cmd_send_read, cmd_send_run}, {"token", token_read, token_run}};

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(name, commands[i].name) == 0)
            return &commands[i];
    return NULL;
}

static int wrong_command(const char *name)
{
    char text[256];
    struct similar s;
    snprintf(text, sizeof text, "there is no command %.100s", name);
    similar_begin(&s, slice_of(name));
    similar_offer(&s, "doctor", slice_of("doctor"));
    similar_offer(&s, "verify", slice_of("verify"));
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        similar_offer(&s, commands[i].name, slice_of(commands[i].name));
    cmd_add_similar(&s, "", text, sizeof text);
    return cmd_wrong(NULL, "%s", text);
}

static int print_config(const struct config_base *base)
{
    struct buf out;
    buf_init(&out, 1024 * 1024);
    config_print(base, &out);
    fwrite(out.p, 1, out.len, stdout);
    buf_free(&out);
    return cmd_flush();
}

/* ---- start ---- */

/* Loads the libraries that the options need, or does without, and checks the files that they read.
 * Must precede harden, which closes access to these. tokens: JWTs will be verified. Returns 0 or
 * the exit status.
 */
static int start_libraries(const struct config *c, bool tokens)
{
    struct buf why;
    buf_init(&why, 1024);
    bool failed = address_start(&c->redis, &why) ||
                  (c->redis.tls && redis_tls_start(c->redis.host, &why)) ||
                  (tokens && c->jwt_key.len > 0 && jwtcheck_start(c, &why));
    int status = failed ? config_error(&why) : 0;
    buf_free(&why);
    return status;
}

/* command: NULL: to serve. */
static int run(const struct config_base *base, const struct command_line *line,
               const struct command *command)
{
    const struct config *c = config_of(base);
    int status = start_libraries(c, line->check || !command);
    if (status)
        return status;
    if (line->check) {
        config_warn(base, service_warn, NULL);
        return print_config(base);
    }
    if (diag_open(c->log_to, c->log_level))
        return EXIT_CONFIG;
    return command ? command->run(c) : serve(base, line);
}

static const struct option long_options[] = {
    {"socket", required_argument, NULL, 's'},
    {"mode", required_argument, NULL, 'm'},
    {"config", required_argument, NULL, 'c'},
    {"check", no_argument, NULL, 't'},
    {"version", no_argument, NULL, 'V'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int read_mode(const char *text, mode_t *mode)
{
    char *end;
    *mode = (mode_t)strtoul(text, &end, 8);
    return *mode <= 0777 && *end == '\0' && end != text ? 0 : -1;
}

/* Returns -1 to continue, else the exit status. */
static int read_command_line(int argc, char **argv, struct command_line *line)
{
    int letter;
    char wrong[256];
    opterr = 0;
    *line = (struct command_line){.mode = 0660};
    while ((letter = getopt_long(argc, argv, "+:s:m:c:tVh", long_options, NULL)) != -1) {
        if (letter == 's')
            line->socket = optarg;
        else if (letter == 'c')
            line->file = optarg;
        else if (letter == 't')
            line->check = true;
        else if (letter == 'V' || letter == 'h')
            return cmd_print(letter == 'h' ? help : version);
        else if (letter == 'm' && read_mode(optarg, &line->mode))
            return bad_command_line("the mode must be an octal number up to 0777");
        else if (letter != 'm') {
            cmd_name_wrong(letter, argv, long_options, wrong, sizeof wrong);
            return bad_command_line(wrong);
        }
    }
    return -1;
}

/* The file of options that was executed by its first line, `#!/path/of/sselog` (execve(2)), or
 * NULL. Its name is the first argument then.  A word of a query cannot imitate that: AT_EXECFN is
 * what the kernel was told to execute, and this program itself is no script. */
static const char *executed_script(int argc, char **argv)
{
    const char *executed = (const char *)getauxval(AT_EXECFN); /* getauxval(3) */
    char start[2];
    if (argc < 2 || !executed || strcmp(argv[1], executed) != 0)
        return NULL;
    int fd = open(executed, O_RDONLY | O_CLOEXEC);
    bool is_script = fd >= 0 && read(fd, start, 2) == 2 && memcmp(start, "#!", 2) == 0;
    if (fd >= 0)
        close(fd);
    return is_script ? executed : NULL;
}

int main(int argc, char **argv)
{
    cmd_hold_standard();
    const char *script = executed_script(argc, argv);
    struct command_line line;
    struct buf why;
    /* As CGI the arguments may be words of the query (RFC 3875, section 4.4) and are no options. */
    bool cgi = getenv("GATEWAY_INTERFACE") && getenv("REQUEST_METHOD");
    argc -= script != NULL;
    argv += script != NULL;
    int status = cgi ? -1 : read_command_line(argc, argv, &line);
    if (status >= 0)
        return status;
    if (cgi) {
        line = (struct command_line){.mode = 0660};
        optind = argc;
    }
    if (!line.file)
        line.file = script;
    argc -= optind;
    argv += optind;
    if (argc > 0 && strcmp(argv[0], "doctor") == 0) /* wrong options are its findings */
        return doctor_run(argc, argv, line.file, line.socket, environ);
    if (argc > 0 && strcmp(argv[0], "verify") == 0) /* most often it needs no options */
        return verify_run(argc, argv, line.file, environ);
    const struct command *command = argc > 0 ? find_command(argv[0]) : NULL;
    if (argc > 0 && !command)
        return wrong_command(argv[0]);
    if (command && (status = command->read(argc, argv)) >= 0)
        return status;
    if (!line.check && !command) /* it serves, and may have no terminal */
        diag_find_reader();
    buf_init(&why, 1024);
    struct config_base *base = config_load(line.file, environ, &why);
    status = base ? run(base, &line, command) : config_error(&why);
    config_unload(base);
    buf_free(&why);
    diag_stop(LAST_LINES_MS);
    return status;
}
