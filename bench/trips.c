/* SPDX-License-Identifier: MIT */
/*
 * trips: makes given round trips to Redis and ends, as the least that a CGI program must do for the
 * same answer.  It is linked statically.  bench/plain_cgi.py writes the script, from what sselog
 * sent and received.
 *
 * A script is a sequence of steps, each with a head line `CONNECTION KIND NUMBER`:
 * - s: sends the NUMBER bytes that follow the head line.  The first step of a connection opens it.
 * - r: receives until NUMBER lines have come.
 *
 * usage: trips SOCKET SCRIPT; without arguments it does nothing, as /bin/true.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CONNECTIONS 4
#define MAX_SCRIPT  (256 * 1024)

static int connect_to(const char *path)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (strlen(path) >= sizeof to.sun_path)
        return -1;
    memcpy(to.sun_path, path, strlen(path));
    return fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0 ? fd : -1;
}

static bool receive_lines(int fd, unsigned long lines)
{
    char data[16 * 1024];
    while (lines > 0) {
        ssize_t n = read(fd, data, sizeof data);
        if (n <= 0)
            return false;
        for (const char *p = data; lines > 0 && (p = memchr(p, '\n', (size_t)(data + n - p))); p++)
            lines--;
    }
    return true;
}

/* Makes the step at *script, which ends before end, and moves *script behind it. */
static bool step(const char *path, char **script, const char *end, int fds[CONNECTIONS])
{
    char *rest;
    unsigned long which = strtoul(*script, &rest, 10);
    char kind = rest[1];
    unsigned long number = strtoul(rest + 2, &rest, 10);
    *script = rest + 1; /* behind the newline */
    if (which >= CONNECTIONS)
        return false;
    if (fds[which] < 0)
        fds[which] = connect_to(path);
    if (kind == 'r')
        return receive_lines(fds[which], number);
    if (*script + number > end)
        return false;
    ssize_t n = write(fds[which], *script, number);
    *script += number;
    return n == (ssize_t)number;
}

int main(int argc, char **argv)
{
    static char text[MAX_SCRIPT + 1];
    int fds[CONNECTIONS];
    if (argc < 3)
        return 0;
    int fd = open(argv[2], O_RDONLY | O_CLOEXEC);
    ssize_t len = fd < 0 ? -1 : read(fd, text, MAX_SCRIPT);
    if (len < 0)
        return 1;
    memset(fds, -1, sizeof fds);
    for (char *at = text; at < text + len;)
        if (!step(argv[1], &at, text + len, fds))
            return 1;
    return 0;
}
