/* SPDX-License-Identifier: MIT */
/* template: see template.h. */
#include "identity/template.h"

#include <string.h>

const struct template_name *template_find(const struct template_name *names, size_t count,
                                          struct slice name)
{
    for (size_t i = 0; i < count; i++)
        if (slice_equal(names[i].name, name))
            return &names[i];
    return NULL;
}

/* Whether a reader can tell where value ends: literal does not occur earlier in value followed by
 * literal. Counter-example: "x:" before "::" reads as "x", "::", and a ':' of the next value. */
static bool separable(struct slice value, struct slice literal)
{
    for (size_t at = 0; at < value.len; at++) {
        size_t head = value.len - at < literal.len ? value.len - at : literal.len;
        if (memcmp(value.p + at, literal.p, head) == 0 &&
            memcmp(literal.p, literal.p + head, literal.len - head) == 0)
            return false;
    }
    return true;
}

static int append(char *out, size_t size, size_t *len, struct slice s)
{
    if (s.len >= size - *len)
        return -1;
    if (s.len)
        memcpy(out + *len, s.p, s.len);
    *len += s.len;
    out[*len] = '\0';
    return 0;
}

int template_expand(const char *template, const struct template_name *names, size_t count,
                    char *out, size_t size)
{
    const char *p = template;
    size_t len = 0;
    out[0] = '\0';
    for (;;) {
        size_t literal = strcspn(p, "{");
        if (append(out, size, &len, slice_make(p, literal)) == -1)
            break;
        p += literal;
        if (*p == '\0')
            return 0;
        const char *close = strchr(p, '}');
        if (!close)
            break;
        const struct template_name *n =
            template_find(names, count, slice_make(p + 1, (size_t)(close - p - 1)));
        if (!n || n->value.len == 0)
            break;
        p = close + 1;
        size_t next = strcspn(p, "{");
        if (p[next] && !separable(n->value, slice_make(p, next)))
            break;
        if (append(out, size, &len, n->value) == -1)
            break;
    }
    explicit_bzero(out, size);
    return -1;
}

/* The text before the next name, after the name with which template may begin. *next: the rest of
 * the template. */
static struct slice next_literal(const char *template, const char **next)
{
    const char *close = *template == '{' ? strchr(template, '}') : NULL;
    const char *literal = close ? close + 1 : template;
    size_t len = strcspn(literal, "{");
    *next = literal + len;
    return slice_make(literal, len);
}

/* The first place of each text is as good as any later one, because a name takes any bytes. */
bool template_fits(const char *template, const char *text)
{
    struct slice rest = slice_of(text), literal = slice_make(template, strcspn(template, "{"));
    template += literal.len;
    if (rest.len < literal.len || memcmp(rest.p, literal.p, literal.len) != 0)
        return false;
    rest = slice_make(rest.p + literal.len, rest.len - literal.len);
    if (*template == '\0')
        return rest.len == 0;
    while (*template) {
        literal = next_literal(template, &template);
        bool last = *template == '\0';
        if (rest.len < literal.len + 1)
            return false;
        const char *at = last ? rest.p + rest.len - literal.len
                              : memmem(rest.p + 1, rest.len - 1, literal.p, literal.len);
        if (!at || memcmp(at, literal.p, literal.len) != 0)
            return false;
        rest = slice_make(at + literal.len, (size_t)(rest.p + rest.len - at) - literal.len);
    }
    return true;
}

size_t template_literals(const char *template)
{
    size_t bytes = 0;
    while (*template)
        bytes += next_literal(template, &template).len;
    return bytes;
}
