/* SPDX-License-Identifier: MIT */
/*
 * harden: gives up core dumps, new privileges, the file system, and TCP except to Redis's port; see
 * harden.h.  Landlock has no wrappers in libc.  Constants of newer kernels are defined here,
 * because the header on the build machine may be older than the kernel. Invariant: if Landlock
 * fails, it restricts nothing.
 */
#include "base/harden.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/landlock.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/diag.h"

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444 /* the same on every architecture */
#define SYS_landlock_add_rule       445
#define SYS_landlock_restrict_self  446
#endif

/* See landlock(7) and the kernel's Documentation/userspace-api/landlock.rst. The rights of ABI 1
 * are bits 0 to 12; later ABIs added the others. */
#define FS_ABI_1        ((UINT64_C(1) << 13) - 1)
#define FS_REFER        (UINT64_C(1) << 13) /* ABI 2 */
#define FS_TRUNCATE     (UINT64_C(1) << 14) /* ABI 3 */
#define FS_IOCTL_DEV    (UINT64_C(1) << 15) /* ABI 5 */
#define NET_BIND        (UINT64_C(1) << 0)  /* ABI 4 */
#define NET_CONNECT     (UINT64_C(1) << 1)  /* ABI 4 */
#define SCOPE_ABSTRACT  (UINT64_C(1) << 0)  /* ABI 6 */
#define SCOPE_SIGNAL    (UINT64_C(1) << 1)  /* ABI 6 */
#define RULE_NET_PORT   2
#define READ_FILE       LANDLOCK_ACCESS_FS_READ_FILE
#define READ_TREE       (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define READ_WRITE_FILE (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE)
#define DNS_PORT        53

/* LeakSanitizer reads /proc and uses ptrace at the end of the process, so a build with it keeps
 * both.
 */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LEAK_SANITIZER 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define LEAK_SANITIZER 1
#endif
#ifndef LEAK_SANITIZER
#define LEAK_SANITIZER 0
#endif

/* struct landlock_ruleset_attr of ABI 6. An older kernel accepts it if the members that it does not
 * know are 0. */
struct ruleset {
    uint64_t fs;
    uint64_t net;
    uint64_t scoped;
};
/* struct landlock_net_port_attr */
struct net_port {
    uint64_t allowed;
    uint64_t port;
};

const char *harden_refuse_root(bool allow)
{
    if (allow || (geteuid() != 0 && getuid() != 0))
        return NULL;
    return "will not run as root: start it as a user of its own, or set SSELOG_ALLOW_ROOT=1";
}

static int add_path(int ruleset, const char *path, uint64_t allowed)
{
    struct landlock_path_beneath_attr rule = {.allowed_access = allowed};
    struct stat st;
    int result = 0;
    rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
    if (rule.parent_fd == -1)
        return 0; /* missing, or not readable for us: no rule is needed */
    if (fstat(rule.parent_fd, &st) == 0 && !S_ISDIR(st.st_mode))
        rule.allowed_access &= READ_WRITE_FILE; /* the kernel refuses directory rights for a file */
    if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == -1)
        result = -1;
    close(rule.parent_fd);
    return result;
}

static int add_paths(int ruleset, const char *const *paths, uint64_t allowed)
{
    for (; *paths; paths++)
        if (add_path(ruleset, *paths, allowed) == -1)
            return -1;
    return 0;
}

static bool is_name(const char *host)
{
    unsigned char address[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, host, address) != 1 && inet_pton(AF_INET6, host, address) != 1;
}

/* A DHCP client replaces resolv.conf by rename(2), and a rule for the old file does not cover the
 * new one. So the rule is for the directory of the real file. /etc is an exception, because it
 * holds many other files: there a new resolv.conf needs a restart. */
static int add_resolv_conf(int ruleset)
{
    char real[PATH_MAX];
    if (!realpath("/etc/resolv.conf", real))
        return 0;
    char *slash = strrchr(real, '/');
    if (!slash || slash == real)
        return 0;
    *slash = '\0';
    return strcmp(real, "/etc") == 0 ? 0 : add_path(ruleset, real, READ_FILE);
}

/* getaddrinfo(3) reads the files that its manual, nsswitch.conf(5), gai.conf(5) and host.conf(5)
 * name. It also loads the libraries of the name services in nsswitch.conf. */
static int add_resolver(int ruleset)
{
    static const char *const files[] = {
        "/etc/hosts",    "/etc/nsswitch.conf", "/etc/gai.conf",    "/etc/host.conf",
        "/etc/services", "/etc/resolv.conf",   "/etc/ld.so.cache", NULL};
    static const char *const trees[] = {
        "/usr/lib", "/lib", "/usr/lib64", "/lib64", "/run/systemd/resolve", NULL};
    if (add_paths(ruleset, files, READ_FILE) == -1 || add_paths(ruleset, trees, READ_TREE) == -1)
        return -1;
    return add_resolv_conf(ruleset);
}

/* Where OpenSSL looks for the issuer of a certificate: links in its directory and their targets, in
 * the layouts of the distributions. SSL_CERT_DIR may name more directories, separated by colons. */
static int add_certificates(int ruleset)
{
    static const char *const known[] = {"/etc/ssl",
                                        "/etc/pki",
                                        "/etc/ca-certificates",
                                        "/usr/lib/ssl",
                                        "/usr/local/ssl",
                                        "/usr/share/ca-certificates",
                                        "/usr/local/share/ca-certificates",
                                        "/var/lib/ca-certificates",
                                        NULL};
    const char *own = getenv("SSL_CERT_DIR");
    char path[PATH_MAX];
    for (; own && *own; own += strcspn(own, ":"), own += *own == ':') {
        int n = snprintf(path, sizeof path, "%.*s", (int)strcspn(own, ":"), own);
        if (n > 0 && (size_t)n < sizeof path && add_path(ruleset, path, READ_TREE) == -1)
            return -1;
    }
    return add_paths(ruleset, known, READ_TREE);
}

/* Directories that hold the files of many programs or users, below them too. dir: as realpath(3)
 * writes it. */
static bool is_shared(const char *dir)
{
    static const char *const names[] = {
        "/",          "/etc",       "/home",      "/media",         "/mnt",
        "/opt",       "/root",      "/run",       "/srv",           "/tmp",
        "/usr",       "/usr/lib",   "/usr/local", "/usr/local/etc", "/usr/local/share",
        "/usr/share", "/var",       "/var/cache", "/var/lib",       "/var/log",
        "/var/opt",   "/var/spool", "/var/tmp",   "/var/www"};
    static const char home[] = "/home/";
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(dir, names[i]) == 0)
            return true;
    return strncmp(dir, home, sizeof home - 1) == 0 && !strchr(dir + sizeof home - 1, '/');
}

/* A rule for a file does not cover the one that replaces it, so the rule is for its directory, and
 * covers all that is below. In a shared directory the rule is for the file: another one there needs
 * a restart. */
static int add_directory_of(int ruleset, const char *path)
{
    char dir[PATH_MAX], real[PATH_MAX];
    int n = snprintf(dir, sizeof dir, "%s", path);
    char *slash = n > 0 && (size_t)n < sizeof dir ? strrchr(dir, '/') : NULL;
    if (!slash)
        return add_path(ruleset, path, READ_FILE);
    slash[slash == dir] = '\0'; /* the root keeps its slash */
    bool own = realpath(dir, real) && !is_shared(real);
    return add_path(ruleset, own ? dir : path, READ_FILE);
}

/* The path may be a link, and both the link and its target may be replaced. */
static int add_read_again(int ruleset, const struct harden_needs *needs)
{
    char real[PATH_MAX];
    for (size_t i = 0; i < needs->nfiles; i++)
        if (add_directory_of(ruleset, needs->files[i]) == -1 ||
            (realpath(needs->files[i], real) && add_directory_of(ruleset, real) == -1))
            return -1;
    return 0;
}

static int add_files(int ruleset, const struct harden_needs *needs)
{
    static const char *const zones[] = {"/etc/localtime", "/usr/share/zoneinfo", NULL};
    /* Random bytes for libcrypto. */
    if (add_path(ruleset, "/dev/urandom", READ_FILE) == -1 ||
        add_path(ruleset, "/dev/null", READ_WRITE_FILE) == -1)
        return -1;
    if (needs->local_time && add_paths(ruleset, zones, READ_TREE) == -1)
        return -1;
    if (LEAK_SANITIZER && add_path(ruleset, "/proc", READ_TREE) == -1)
        return -1;
    if ((needs->host && is_name(needs->host) && add_resolver(ruleset) == -1) ||
        add_read_again(ruleset, needs) == -1)
        return -1;
    return needs->tls ? add_certificates(ruleset) : 0;
}

static int add_port(int ruleset, uint16_t port)
{
    struct net_port rule = {NET_CONNECT, port};
    return (int)syscall(SYS_landlock_add_rule, ruleset, RULE_NET_PORT, &rule, 0);
}

/* Allows TCP to Redis and to name servers, which send long answers over TCP (RFC 7766). Landlock
 * restricts neither UDP nor connect(2) to Unix sockets, such as Redis's and /dev/log. */
static int add_ports(int ruleset, const struct harden_needs *needs)
{
    if (!needs->host)
        return 0;
    if (add_port(ruleset, needs->port) == -1)
        return -1;
    return is_name(needs->host) ? add_port(ruleset, DNS_PORT) : 0;
}

/* All rights that this kernel knows. It refuses a ruleset with others. */
static struct ruleset all_rights(long abi)
{
    struct ruleset r = {.fs = FS_ABI_1};
    if (abi >= 2)
        r.fs |= FS_REFER;
    if (abi >= 3)
        r.fs |= FS_TRUNCATE;
    if (abi >= 4)
        r.net = NET_BIND | NET_CONNECT;
    if (abi >= 5)
        r.fs |= FS_IOCTL_DEV;
    if (abi >= 6)
        r.scoped = SCOPE_ABSTRACT | SCOPE_SIGNAL;
    return r;
}

/* landlock(7); landlock_create_ruleset(2), landlock_add_rule(2), landlock_restrict_self(2). */
static int restrict_self(long abi, const struct harden_needs *needs)
{
    struct ruleset rights = all_rights(abi);
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &rights, sizeof rights, 0);
    int result = -1, why;
    if (ruleset == -1)
        return -1;
    if (add_files(ruleset, needs) == 0 && (rights.net == 0 || add_ports(ruleset, needs) == 0))
        result = (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
    why = errno;
    close(ruleset);
    errno = why;
    return result;
}

static void apply_landlock(const struct harden_needs *needs)
{
    long abi =
        syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, LANDLOCK_CREATE_RULESET_VERSION);
    if (needs->local_time)
        tzset(); /* while /etc can be read */
    if (abi < 1 || restrict_self(abi, needs) == -1)
        diag(DIAG_INFO, "harden",
             "Landlock is not available: %s: files and ports stay within this process's reach",
             strerror(errno));
    else if (abi < 4)
        diag(DIAG_INFO, "harden",
             "this kernel's Landlock (ABI %ld) restricts files but not TCP ports", abi);
}

/* Each viewer needs a descriptor: raises the soft limit to the hard one (getrlimit(2)). */
static void raise_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == -1 || limit.rlim_cur == limit.rlim_max)
        return;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) == -1)
        diag(DIAG_WARNING, "harden", "limit of open files: %s", strerror(errno));
}

int harden_process(const struct harden_needs *needs)
{
    static const struct rlimit none = {0, 0};
    raise_files();
    /* A core dump would hold tokens (core(5)). PR_SET_DUMPABLE 0 also forbids ptrace by other
     * processes of this user (prctl(2)). */
    if (setrlimit(RLIMIT_CORE, &none) == -1 ||
        prctl(PR_SET_DUMPABLE, LEAK_SANITIZER, 0, 0, 0) == -1) {
        diag(DIAG_ERROR, "harden", "core dumps: %s", strerror(errno));
        return -1;
    }
    /* Then execve(2) grants no privileges (prctl(2)). Landlock requires it. */
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1) {
        diag(DIAG_ERROR, "harden", "no_new_privs: %s", strerror(errno));
        return -1;
    }
    apply_landlock(needs);
    return 0;
}
