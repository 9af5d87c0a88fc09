/* SPDX-License-Identifier: MIT */
/* cmd_line: see cmd_line.h. */
#include "cmd_line.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/similar.h"

/* Of two wrong ways, input that can only be written and output that can only be read: reading or
 * writing then fails, as it would if they were closed. */
void cmd_hold_standard(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY); /* the lowest: fd */
}

int cmd_flush(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_SUCCESS;
    fprintf(stderr, "sselog: standard output: %s\n", strerror(errno));
    return EXIT_FAILURE;
}

int cmd_print(const char *text)
{
    fputs(text, stdout);
    return cmd_flush();
}

int cmd_wrong(const char *command, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    fprintf(stderr, "sselog: %s%s", command ? command : "", command ? ": " : "");
    vfprintf(stderr, format, ap);
    va_end(ap);
    fprintf(stderr, "; see sselog %s%s--help\n", command ? command : "", command ? " " : "");
    return EXIT_USAGE;
}

/* Whether an option of the table has this letter: getopt knows it, so it was used wrongly. */
static int is_known(const struct option *options, int letter)
{
    while (options->name && options->val != letter)
        options++;
    return options->name != NULL;
}

void cmd_add_similar(const struct similar *s, const char *dashes, char *text, size_t size)
{
    size_t len = strlen(text);
    if (s->found)
        snprintf(text + len, size - len, " (did you mean %s%s?)", dashes, s->found);
}

static void name_unknown(const char *word, const struct option *options, char *text, size_t size)
{
    int length = (int)strcspn(word, "=");
    struct similar s;
    snprintf(text, size, "there is no option %.*s", length, word);
    similar_begin(&s, slice_make(word + 2, (size_t)length - 2));
    for (; options->name; options++)
        similar_offer(&s, options->name, slice_of(options->name));
    cmd_add_similar(&s, "--", text, size);
}

/* getopt leaves the letter in optopt. For a long option the word before optind holds it; so does
 * it for a letter without its value, which is the last of its word. */
void cmd_name_wrong(int letter, char *const *argv, const struct option *options, char *text,
                    size_t size)
{
    const char *word = argv[optind - 1];
    int length = (int)strcspn(word, "=");
    if (letter == ':' && strncmp(word, "--", 2) == 0)
        snprintf(text, size, "%s needs a value", word);
    else if (letter == ':')
        snprintf(text, size, "-%c needs a value", optopt);
    else if (optopt == 0)
        name_unknown(word, options, text, size);
    else if (is_known(options, optopt))
        snprintf(text, size, "%.*s takes no value", length, word);
    else
        snprintf(text, size, "there is no option -%c", optopt);
}

/* Options of sselog itself, which no command has. After getopt_long as above. */
static bool stands_before(char *const *argv)
{
    const char *word = argv[optind - 1];
    return optopt == 'c' || optopt == 's' ||
           (optopt == 0 &&
            (strncmp(word, "--config", 8) == 0 || strncmp(word, "--socket", 8) == 0));
}

int cmd_wrong_option(const char *command, int letter, char *const *argv,
                     const struct option *options)
{
    char text[256];
    cmd_name_wrong(letter, argv, options, text, sizeof text);
    return cmd_wrong(command, "%s%s", text,
                     stands_before(argv) ? " here: it stands before the command" : "");
}
