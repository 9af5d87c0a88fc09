/* SPDX-License-Identifier: MIT */
/*
 * value: parses texts of options; see value.h.  Invariants: no error text contains the value, which
 * may be a secret.  Memory that held a value is wiped before it is freed.
 */
#include "config/value.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define MAX_SECRET   (16 * 1024)
#define MAX_HOST     253
#define MAX_DATABASE 1000000
#define REDIS_PORT   6379

struct arena_chunk {
    struct arena_chunk *next;
    size_t size;
    max_align_t data[];
};

void *arena_alloc(struct arena *a, size_t size)
{
    if (size > SIZE_MAX - sizeof(struct arena_chunk))
        return NULL;
    struct arena_chunk *chunk = calloc(1, sizeof *chunk + size);
    if (chunk == NULL)
        return NULL;
    chunk->next = a->first;
    chunk->size = size;
    a->first = chunk;
    return chunk->data;
}

char *arena_copy(struct arena *a, struct slice s)
{
    char *copy = s.len < SIZE_MAX ? arena_alloc(a, s.len + 1) : NULL;
    if (copy && s.len > 0)
        memcpy(copy, s.p, s.len);
    return copy;
}

void arena_free(struct arena *a)
{
    while (a->first) {
        struct arena_chunk *chunk = a->first;
        a->first = chunk->next;
        explicit_bzero(chunk->data, chunk->size);
        free(chunk);
    }
}

int value_number(struct slice text, unsigned long min, unsigned long max, unsigned long *out)
{
    unsigned long n = 0;
    if (text.len == 0)
        return -1;
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return -1;
        unsigned long digit = (unsigned long)(text.p[i] - '0');
        if (n > (ULONG_MAX - digit) / 10)
            return -1;
        n = n * 10 + digit;
    }
    if (n < min || n > max)
        return -1;
    *out = n;
    return 0;
}

bool value_next_word(const char **at, struct slice *word)
{
    const char *start = *at + strspn(*at, " ");
    size_t len = strcspn(start, " ");
    *at = start + len;
    *word = slice_make(start, len);
    return len > 0;
}

size_t value_count_words(const char *text)
{
    struct slice word;
    size_t n = 0;
    while (value_next_word(&text, &word))
        n++;
    return n;
}

int value_find_word(struct slice word, const char *const *names)
{
    for (int i = 0; names[i]; i++) {
        if (slice_equal(word, slice_of(names[i])))
            return i;
    }
    return -1;
}

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Whether s is not empty and has only letters, digits and the bytes in others. */
static bool consists_of(struct slice s, const char *others)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!is_alnum(s.p[i]) && (s.p[i] == '\0' || strchr(others, s.p[i]) == NULL))
            return false;
    }
    return s.len > 0;
}

bool value_is_token(struct slice s)
{
    return consists_of(s, "!#$%&'*+-.^_`|~");
}

bool value_is_visible(struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] <= ' ' || s.p[i] >= 0x7f)
            return false;
    }
    return s.len > 0;
}

bool value_is_pointer(const char *s)
{
    if (*s != '/')
        return false;
    for (; *s; s++) {
        if (*s == '~' && s[1] != '0' && s[1] != '1')
            return false;
    }
    return true;
}

int value_next_name(const char **at, struct slice *name)
{
    const char *open = *at + strcspn(*at, "{}");
    if (*open == '\0') {
        *at = open;
        return 0;
    }
    size_t len = strcspn(open + 1, "{}");
    if (*open == '}' || open[1 + len] != '}' || len == 0)
        return -1;
    *name = slice_make(open + 1, len);
    *at = open + len + 2;
    return 1;
}

static bool starts_with(struct slice s, const char *text)
{
    size_t len = strlen(text);
    return s.len >= len && strncasecmp(s.p, text, len) == 0;
}

/* Splits s at the first mark to *head and *rest. False: there is no mark; then *head is all of s
 * and *rest is empty. */
static bool split(struct slice s, char mark, struct slice *head, struct slice *rest)
{
    const char *at = s.len > 0 ? memchr(s.p, mark, s.len) : NULL;
    *head = slice_make(s.p, at ? (size_t)(at - s.p) : s.len);
    *rest = at ? slice_after(s, head->len + 1) : slice_after(s, s.len);
    return at != NULL;
}

static bool is_ipv6(struct slice s)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr address;
    if (s.len == 0 || s.len >= sizeof text || memchr(s.p, '\0', s.len) != NULL)
        return false;
    memcpy(text, s.p, s.len);
    text[s.len] = '\0';
    return inet_pton(AF_INET6, text, &address) == 1;
}

/* Splits "host", "host:port" or "[v6]:port". port 0: none. */
static const char *split_host(struct slice s, struct slice *host, unsigned long *port)
{
    struct slice rest;
    bool has_port;
    *port = 0;
    if (s.len > 0 && s.p[0] == '[') {
        if (!split(slice_after(s, 1), ']', host, &rest) || !is_ipv6(*host))
            return "no IPv6 address in the brackets";
        has_port = rest.len > 0 && rest.p[0] == ':';
        if (rest.len > 0 && !has_port)
            return "only a port may follow the brackets";
        rest = has_port ? slice_after(rest, 1) : rest;
    } else {
        has_port = split(s, ':', host, &rest);
        if (host->len > MAX_HOST || !consists_of(*host, ".-_"))
            return "the host is missing or malformed";
    }
    if (has_port && value_number(rest, 1, 65535, port) < 0)
        return "the port must be a number from 1 to 65535";
    return NULL;
}

const char *value_check_origin(struct slice s)
{
    struct slice scheme, rest, host;
    unsigned long port;
    if (!split(s, ':', &scheme, &rest) || !consists_of(scheme, "+-.") || !starts_with(rest, "//"))
        return "an origin is scheme://host or scheme://host:port";
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] >= 'A' && s.p[i] <= 'Z')
            return "browsers write origins in lower case";
    }
    rest = slice_after(rest, 2);
    if (memchr(rest.p, '/', rest.len) != NULL)
        return "an origin has no path, and no slash at its end";
    if (split_host(rest, &host, &port) != NULL)
        return "an origin is scheme://host or scheme://host:port, without wildcards";
    if ((port == 80 && slice_equal(scheme, slice_of("http"))) ||
        (port == 443 && slice_equal(scheme, slice_of("https"))))
        return "browsers leave the usual port out of an origin";
    return NULL;
}

#define NETWORKS_WANTED                                                                            \
    "addresses or networks are wanted, with blanks between them, such as 192.0.2.1 10.0.0.0/8 ::1"

const char *value_read_network(struct slice s, struct network *out)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    char text[INET6_ADDRSTRLEN];
    struct slice address, length;
    unsigned long bits;
    bool has_length = split(s, '/', &address, &length);
    if (address.len == 0 || address.len >= sizeof text)
        return NETWORKS_WANTED;
    memcpy(text, address.p, address.len);
    text[address.len] = '\0';
    bool v4 = inet_pton(AF_INET, text, out->address + 12) == 1;
    if (v4)
        memcpy(out->address, mapped, sizeof mapped);
    else if (inet_pton(AF_INET6, text, out->address) != 1)
        return NETWORKS_WANTED;
    bits = v4 ? 32 : 128;
    if (has_length && value_number(length, 0, bits, &bits) < 0)
        return "the length of a network is 0 to 32, or to 128 for IPv6";
    out->bits = (unsigned)bits + (v4 ? 96 : 0);
    return NULL;
}

/* Decodes percent encoding (RFC 3986, section 2.1); refuses %00. *out is NULL for an empty text. */
static const char *decode(struct arena *a, struct slice text, char **out)
{
    *out = NULL;
    if (text.len == 0)
        return NULL;
    char *to = arena_copy(a, text);
    if (to == NULL)
        return VALUE_NO_MEMORY;
    *out = to;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.p[i];
        if (c == '%') {
            int byte = slice_hex_byte(slice_after(text, i + 1));
            if (byte <= 0)
                return "a % must be followed by two hexadecimal digits";
            c = (char)byte;
            i += 2;
        }
        *to++ = c;
    }
    *to = '\0';
    return NULL;
}

static const char *read_userinfo(struct arena *a, struct slice s, struct redis_address *out)
{
    struct slice user, password;
    split(s, ':', &user, &password);
    const char *why = decode(a, user, &out->user);
    return why ? why : decode(a, password, &out->password);
}

/* Only db=N may follow the '?'. Other settings of redis-py URLs must not be ignored silently, as
 * some of them matter for TLS. */
static const char *read_database(struct slice path, struct slice query, int *db)
{
    const struct slice name = slice_of("db=");
    unsigned long n = 0;
    if (query.len > 0) {
        if (path.len > 0)
            return "the database is given twice";
        if (query.len < name.len || memcmp(query.p, name.p, name.len) != 0)
            return "only db=N may follow the question mark";
        path = slice_after(query, name.len);
        if (path.len == 0)
            return "the database must be a number";
    }
    if (path.len > 0 && value_number(path, 0, MAX_DATABASE, &n) < 0)
        return "the database must be a number";
    *db = (int)n;
    return NULL;
}

/* The last '@' ends the user part, because passwords with an unencoded '@' are common. */
static struct slice cut_userinfo(struct slice *authority)
{
    for (size_t i = authority->len; i > 0; i--) {
        if (authority->p[i - 1] == '@') {
            struct slice info = slice_make(authority->p, i - 1);
            *authority = slice_after(*authority, i);
            return info;
        }
    }
    return slice_make(authority->p, 0);
}

static const char *read_host(struct arena *a, struct slice s, struct redis_address *out)
{
    struct slice host;
    unsigned long port;
    const char *why = split_host(s, &host, &port);
    if (why)
        return why;
    out->port = (uint16_t)(port ? port : REDIS_PORT);
    out->host = arena_copy(a, host);
    return out->host ? NULL : VALUE_NO_MEMORY;
}

static const char *read_socket(struct arena *a, struct slice path, struct redis_address *out)
{
    const char *why = decode(a, path, &out->path);
    if (why)
        return why;
    if (path.len < 2)
        return "the path of the socket is missing";
    if (strlen(out->path) >= sizeof((struct sockaddr_un *)NULL)->sun_path)
        return "the path of the socket is too long";
    return NULL;
}

const char *value_read_redis(struct arena *a, const char *text, struct redis_address *out)
{
    struct slice rest = slice_of(text), query;
    bool socket = starts_with(rest, "unix://");
    memset(out, 0, sizeof *out);
    out->tls = starts_with(rest, "rediss://");
    if (!socket && !out->tls && !starts_with(rest, "redis://"))
        return "an address begins with redis://, rediss:// or unix://";
    rest = slice_after(rest, (size_t)(strchr(rest.p, ':') - rest.p) + 3);
    if (memchr(rest.p, '#', rest.len) != NULL)
        return "write # as %23";
    if (split(rest, '?', &rest, &query) && query.len == 0)
        return "only db=N may follow the question mark";
    const char *slash = memchr(rest.p, '/', rest.len);
    struct slice authority = slice_make(rest.p, slash ? (size_t)(slash - rest.p) : rest.len);
    struct slice path = slice_after(rest, authority.len);
    const char *why = read_userinfo(a, cut_userinfo(&authority), out);
    if (why == NULL && socket && authority.len > 0)
        why = "a unix:// address has an absolute path and no host";
    if (why == NULL)
        why = socket ? read_socket(a, path, out) : read_host(a, authority, out);
    if (why)
        return why;
    path = socket || path.len == 0 ? slice_after(path, path.len) : slice_after(path, 1);
    return read_database(path, query, &out->db);
}

/* Reads up to size bytes. Returns their number, or -1 with errno. */
static ssize_t read_all(int fd, char *p, size_t size)
{
    size_t len = 0;
    while (len < size) {
        ssize_t n = read(fd, p + len, size - len);
        if (n == 0)
            break;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        len += (size_t)n;
    }
    return (ssize_t)len;
}

static const char *read_secret(struct arena *a, int fd, mode_t refused, struct slice *out)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return strerror(errno);
    if (!S_ISREG(st.st_mode))
        return "the file is not a regular one";
    if (st.st_mode & refused)
        return refused & S_IROTH ? "the file is open to others (chmod o= would close it)"
                                 : "the file can be written by others";
    if (st.st_size > MAX_SECRET)
        return "the file is larger than 16 KiB";
    char *p = arena_alloc(a, MAX_SECRET + 1);
    if (p == NULL)
        return VALUE_NO_MEMORY;
    ssize_t n = read_all(fd, p, MAX_SECRET);
    if (n < 0)
        return strerror(errno);
    size_t len = (size_t)n;
    if (len > 0 && p[len - 1] == '\n')
        len--;
    if (len > 0 && p[len - 1] == '\r' && len < (size_t)n)
        len--;
    p[len] = '\0';
    *out = slice_make(p, len);
    return len > 0 ? NULL : "the file is empty";
}

const char *value_read_secret(struct arena *a, const char *path, mode_t refused, struct slice *out)
{
    /* O_NONBLOCK: open must not wait for the other end of a FIFO. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return strerror(errno);
    const char *why = read_secret(a, fd, refused, out);
    close(fd);
    return why;
}
