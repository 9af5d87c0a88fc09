/* SPDX-License-Identifier: MIT */
/* password: see password.h. */
#include "doctor/password.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

/* They end the process, or stop it while the shell has the terminal. */
static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
#define SIGNALS (sizeof signals / sizeof *signals)

static volatile sig_atomic_t caught;

static void on_signal(int number)
{
    caught = number;
}

/* The actions of the signals before, and the blocked ones. */
struct signals_before {
    struct sigaction actions[SIGNALS];
    sigset_t mask;
};

/* From here on they only arrive while wait_for_line waits, so none is missed before it. */
static void catch_signals(struct signals_before *before)
{
    struct sigaction during = {.sa_handler = on_signal};
    sigset_t blocked;
    sigemptyset(&during.sa_mask);
    sigemptyset(&blocked);
    caught = 0;
    for (size_t i = 0; i < SIGNALS; i++)
        sigaddset(&blocked, signals[i]);
    sigprocmask(SIG_BLOCK, &blocked, &before->mask);
    for (size_t i = 0; i < SIGNALS; i++) {
        sigaction(signals[i], NULL, &before->actions[i]);
        if (before->actions[i].sa_handler != SIG_IGN) /* as under nohup */
            sigaction(signals[i], &during, NULL);
    }
}

/* Ends the process if one was caught. */
static void release_signals(const struct signals_before *before)
{
    for (size_t i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &before->actions[i], NULL);
    sigprocmask(SIG_SETMASK, &before->mask, NULL);
    if (caught)
        raise(caught);
}

/* A terminal has something to read when a whole line is there. False: a signal came. */
static bool wait_for_line(const sigset_t *mask)
{
    struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
    while (!caught && ppoll(&p, 1, NULL, mask) < 0)
        if (errno != EINTR)
            break;
    return !caught;
}

static bool read_hidden(const struct termios *shown, char *out, size_t size)
{
    struct signals_before before;
    struct termios hidden = *shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    catch_signals(&before);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden); /* drops what was typed before */
    fputs("Password: ", stderr);
    bool found = wait_for_line(&before.mask) && fgets(out, (int)size, stdin);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, shown);
    fputc('\n', stderr);
    release_signals(&before);
    return found;
}

bool password_read(char *out, size_t size)
{
    struct termios shown;
    if (tcgetattr(STDIN_FILENO, &shown))
        return fgets(out, (int)size, stdin);
    return read_hidden(&shown, out, size);
}
