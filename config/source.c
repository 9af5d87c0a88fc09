/* SPDX-License-Identifier: MIT */
/* source: see source.h. */
#include "config/source.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/similar.h"

#define MAX_SHOWN 100 /* bytes of a value in a message */
#define PREFIX    "SSELOG_"

const char *const origin_names[] = {"default", "profile", "file", "environment", "request"};

static const struct slice none = {NULL, 0};

/* ---- messages ---- */

void source_add_escaped(struct buf *out, struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < ' ' || c >= 0x7f)
            buf_addf(out, "\\x%02x", c);
        else
            buf_addc(out, (char)c);
    }
}

void source_add_shown(struct buf *out, struct slice s)
{
    source_add_escaped(out, slice_make(s.p, s.len < MAX_SHOWN ? s.len : MAX_SHOWN));
    if (s.len > MAX_SHOWN)
        buf_adds(out, "...");
}

int source_refuse_name(struct buf *why, struct slice name, enum origin from, const char *reason)
{
    buf_clear(why);
    source_add_shown(why, name);
    buf_addf(why, " (%s): %s", origin_names[from], reason);
    return -1;
}

#define UNKNOWN "no such option"

/* After UNKNOWN. */
static void add_similar(struct buf *why, struct slice name)
{
    const char *similar = similar_option(name);
    if (similar)
        buf_addf(why, "; did you mean %s?", similar);
}

int source_refuse_unknown(struct buf *why, struct slice name, enum origin from)
{
    source_refuse_name(why, name, from, UNKNOWN);
    add_similar(why, name);
    return -1;
}

int source_no_memory(struct buf *why)
{
    buf_clear(why);
    buf_adds(why, "configuration: " VALUE_NO_MEMORY);
    return -1;
}

/* line 0: the fault is not in one line. */
static int refuse_file(const struct source *source, unsigned line, struct buf *why,
                       struct slice name, const char *reason)
{
    buf_clear(why);
    source_add_shown(why, slice_of(source->file));
    if (line > 0)
        buf_addf(why, ":%u", line);
    buf_adds(why, ": ");
    source_add_shown(why, name);
    buf_addf(why, "%s%s", name.len > 0 ? ": " : "", reason);
    return -1;
}

/* ---- names ---- */

bool source_is_ours(const char *setting)
{
    return strncmp(setting, PREFIX, sizeof PREFIX - 1) == 0;
}

const char *source_value(const char *setting, struct slice *name)
{
    const char *equals = strchr(setting, '=');
    *name = slice_make(setting, equals ? (size_t)(equals - setting) : strlen(setting));
    return equals ? equals + 1 : NULL;
}

/* The index of name in struct source, or -1. */
static int find(struct slice name)
{
    return slice_equal(name, slice_of("REDIS_URL")) ? REDIS_URL : option_find(name);
}

/* ---- the environment ---- */

/* Other programs share the environment: only REDIS_URL and names with SSELOG_ are read. */
int source_read_environment(struct source *source, struct arena *arena, char *const *environment,
                            struct buf *why)
{
    for (; environment && *environment; environment++) {
        struct slice name;
        const char *text = source_value(*environment, &name);
        int i = find(name);
        if (text == NULL || (i < 0 && !source_is_ours(*environment)))
            continue;
        if (i < 0)
            return source_refuse_unknown(why, name, FROM_ENVIRONMENT);
        if (source->text[i] && strcmp(source->text[i], text) != 0)
            return source_refuse_name(why, name, FROM_ENVIRONMENT, "set twice, to two values");
        if (source->text[i])
            continue;
        source->text[i] = arena_copy(arena, slice_of(text));
        if (source->text[i] == NULL)
            return source_no_memory(why);
    }
    return 0;
}

/* ---- a file ---- */

static struct slice trim(struct slice s)
{
    while (s.len > 0 && strchr(" \t\r", s.p[0]) != NULL) {
        s.p++;
        s.len--;
    }
    while (s.len > 0 && strchr(" \t\r", s.p[s.len - 1]) != NULL)
        s.len--;
    return s;
}

/* Reads one line, without its newline. */
static int read_line(struct source *source, struct arena *arena, struct slice line, unsigned number,
                     struct buf *why)
{
    line = trim(line);
    if (line.len == 0 || line.p[0] == '#')
        return 0;
    const char *equals = memchr(line.p, '=', line.len);
    if (equals == NULL || equals == line.p)
        return refuse_file(source, number, why, none, "a line is NAME=value, or begins with #");
    struct slice name = trim(slice_make(line.p, (size_t)(equals - line.p)));
    struct slice text = trim(slice_make(equals + 1, line.len - (size_t)(equals + 1 - line.p)));
    int i = find(name);
    if (i < 0) {
        refuse_file(source, number, why, name, UNKNOWN);
        add_similar(why, name);
        return -1;
    }
    if (source->text[i])
        return refuse_file(source, number, why, name, "set a second time");
    source->line[i] = number;
    source->text[i] = arena_copy(arena, text);
    return source->text[i] ? 0 : source_no_memory(why);
}

static int read_lines(struct source *source, struct arena *arena, struct slice text,
                      struct buf *why)
{
    if (text.len > 0 && memchr(text.p, '\0', text.len) != NULL)
        return refuse_file(source, 0, why, none, "it holds a NUL byte");
    for (unsigned number = 1; text.len > 0; number++) {
        const char *end = memchr(text.p, '\n', text.len);
        size_t len = end ? (size_t)(end - text.p) : text.len;
        if (read_line(source, arena, slice_make(text.p, len), number, why) < 0)
            return -1;
        size_t used = len + (end != NULL);
        text = slice_after(text, used);
    }
    return 0;
}

/* Reads an open file to its end; NULL, or what is wrong. */
static const char *read_all(int fd, struct buf *text)
{
    char chunk[4096];
    ssize_t n;
    while ((n = read(fd, chunk, sizeof chunk)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return strerror(errno);
        if (buf_add(text, chunk, (size_t)n) < 0)
            return "it is larger than 256 KiB, or memory ran out";
    }
    return NULL;
}

int source_read_file(struct source *source, struct arena *arena, const char *file, struct buf *why)
{
    struct buf text;
    if (file == NULL)
        return 0;
    source->file = arena_copy(arena, slice_of(file));
    if (source->file == NULL)
        return source_no_memory(why);
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return refuse_file(source, 0, why, none, strerror(errno));
    struct stat st;
    source->open = fstat(fd, &st) == 0 && st.st_mode & S_IROTH;
    buf_init(&text, SOURCE_MAX_FILE);
    const char *wrong = read_all(fd, &text);
    close(fd);
    int result = wrong ? refuse_file(source, 0, why, none, wrong)
                       : read_lines(source, arena, buf_slice(&text), why);
    if (text.p)
        explicit_bzero(text.p, text.cap);
    buf_free(&text);
    return result;
}
