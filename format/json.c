/* SPDX-License-Identifier: MIT */
/*
 * json: see json.h. json-c is more lenient than the JSON parser of a browser, so each text passes
 * lex() first.
 *
 * Invariant: a text that a strict parser refuses gives nothing here. json-c neither rounds a whole
 * number nor cuts a name in a text that lex() passed.
 */
#include "format/json.h"

#include <json-c/json.h>
#include <json-c/json_visit.h>

#include "sse.h"

/* The longest name of an object that a path leads through. */
#define MAX_STEP ((size_t)255)

struct lexer {
    const char *p;
    size_t len, at;
    bool nan;           /* JSON_NAN */
    size_t names;       /* names of members, in all objects */
    int depth, deepest; /* of arrays and objects in each other: here, and up to here */
    size_t copied;      /* bytes of p that were copied to wide */
    struct buf wide;    /* the text with large integers rewritten; empty if it has none */
};

/* Classes of bytes, as bits. END: may follow a number. MARK: a bracket, a colon, a comma or a
 * letter of a word. SIGN: may begin what is not finite. */
enum { BLANK = 1, DIGIT = 2, END = 4, MARK = 8, SIGN = 16 };

static const unsigned char classes[256] = {
    [' '] = BLANK | END, ['\t'] = BLANK | END, ['\r'] = BLANK | END, ['\n'] = BLANK | END,
    ['0'] = DIGIT,       ['1'] = DIGIT,        ['2'] = DIGIT,        ['3'] = DIGIT,
    ['4'] = DIGIT,       ['5'] = DIGIT,        ['6'] = DIGIT,        ['7'] = DIGIT,
    ['8'] = DIGIT,       ['9'] = DIGIT,        ['-'] = SIGN,         ['N'] = SIGN,
    ['I'] = SIGN,        ['{'] = MARK,         ['}'] = MARK | END,   ['['] = MARK,
    [']'] = MARK | END,  [','] = MARK | END,   [':'] = MARK,         ['t'] = MARK,
    ['r'] = MARK,        ['u'] = MARK,         ['e'] = MARK,         ['f'] = MARK,
    ['a'] = MARK,        ['l'] = MARK,         ['s'] = MARK,         ['n'] = MARK,
};

static bool next_has(const struct lexer *x, unsigned class)
{
    return x->at < x->len && classes[(unsigned char)x->p[x->at]] & class;
}

static bool next_is(const struct lexer *x, const char *set)
{
    return x->at < x->len && x->p[x->at] && strchr(set, x->p[x->at]);
}

static void skip_blanks(struct lexer *x)
{
    while (next_has(x, BLANK))
        x->at++;
}

/* Skips the string at x->at. *nul: it contains \u0000. False: it does not end, or contains a
 * control character. */
static bool lex_string(struct lexer *x, bool *nul)
{
    *nul = false;
    for (x->at++; x->at < x->len; x->at++) {
        unsigned char c = (unsigned char)x->p[x->at];
        if (c < 0x20)
            return false;
        if (c == '"') {
            x->at++;
            return true;
        }
        if (c == '\\') {
            if (x->len - x->at > 5 && memcmp(x->p + x->at, "\\u0000", 6) == 0)
                *nul = true;
            x->at++;
        }
    }
    return false;
}

/* False: there is no digit. */
static bool skip_digits(struct lexer *x)
{
    size_t start = x->at;
    while (next_has(x, DIGIT))
        x->at++;
    return x->at > start;
}

/* Skips a fraction and an exponent. *whole: there is neither. */
static bool lex_rest_of_number(struct lexer *x, bool *whole)
{
    size_t start = x->at;
    if (next_is(x, ".")) {
        x->at++;
        if (!skip_digits(x))
            return false;
    }
    if (next_is(x, "eE")) {
        x->at++;
        x->at += next_is(x, "+-");
        if (!skip_digits(x))
            return false;
    }
    *whole = x->at == start;
    return true;
}

/* Whether the text may go on as it does behind a number. Most lines of text that are no JSON begin
 * with a date, and end here. */
static bool lex_behind_number(struct lexer *x)
{
    if (x->at < x->len && !next_has(x, END))
        return false;
    skip_blanks(x);
    return x->depth > 0 || x->at == x->len;
}

/* Skips the number at x->at. An integer beyond 64 bits is rewritten as NNNe0: then json-c keeps its
 * text, else it would store the nearest 64-bit value. */
static bool lex_number(struct lexer *x)
{
    bool negative = x->p[x->at] == '-', whole;
    uint64_t most = negative ? (uint64_t)INT64_MAX + 1 : UINT64_MAX, n;
    size_t start = x->at += negative;
    if (!skip_digits(x))
        return false;
    struct slice digits = {x->p + start, x->at - start};
    if ((digits.len > 1 && digits.p[0] == '0') || !lex_rest_of_number(x, &whole))
        return false;
    if (whole && slice_number(digits, 0, most, &n) < 0) {
        buf_add(&x->wide, x->p + x->copied, x->at - x->copied);
        buf_adds(&x->wide, "e0");
        x->copied = x->at;
    }
    return lex_behind_number(x);
}

/* Skips a string, which may be a member's name. A name with \u0000 is refused: json-c cuts it
 * there, so that "tenant\u0000x" would become "tenant". */
static bool lex_name_or_string(struct lexer *x)
{
    bool nul;
    if (!lex_string(x, &nul))
        return false;
    skip_blanks(x);
    if (!next_is(x, ":"))
        return true;
    x->names++;
    return !nul;
}

/* Skips NaN, Infinity or -Infinity at x->at. json-c reads them as they are. */
static bool lex_not_finite(struct lexer *x)
{
    static const char *const words[] = {"NaN", "Infinity", "-Infinity"};
    for (size_t i = 0; x->nan && i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i]);
        if (x->len - x->at >= n && memcmp(x->p + x->at, words[i], n) == 0) {
            x->at += n;
            return true;
        }
    }
    return false;
}

/* Skips a byte of the class MARK. */
static void lex_mark(struct lexer *x)
{
    char c = x->p[x->at++];
    x->depth += (c == '{' || c == '[') - (c == '}' || c == ']');
    x->deepest = x->depth > x->deepest ? x->depth : x->deepest;
}

/* Refuses what json-c accepts beyond JSON: NaN and Infinity, unless they are wanted, single quotes,
 * comments, control characters, odd numbers, and text after a NUL. json-c checks the rest of the
 * grammar. */
static bool lex(struct lexer *x)
{
    while (skip_blanks(x), x->at < x->len) {
        if (x->p[x->at] == '"') {
            if (!lex_name_or_string(x))
                return false;
        } else if (next_has(x, SIGN) && lex_not_finite(x)) {
            continue;
        } else if (next_has(x, DIGIT) || x->p[x->at] == '-') {
            if (!lex_number(x))
                return false;
        } else if (next_has(x, MARK)) {
            lex_mark(x);
        } else {
            return false;
        }
    }
    if (x->copied > 0)
        buf_add(&x->wide, x->p + x->copied, x->len - x->copied);
    return !x->wide.failed;
}

/* Parses text as one JSON value, or NULL. */
static struct json_object *parse(struct slice text, int depth)
{
    struct json_tokener *tokener = json_tokener_new_ex(depth + 1);
    if (!tokener)
        return NULL;
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
    struct json_object *json = json_tokener_parse_ex(tokener, text.p, (int)text.len);
    enum json_tokener_error error = json_tokener_get_error(tokener);
    if (error == json_tokener_continue) { /* a bare number needs a byte after it */
        json = json_tokener_parse_ex(tokener, "", 1);
        error = json_tokener_get_error(tokener);
    }
    json_tokener_free(tokener);
    if (error == json_tokener_success)
        return json;
    json_object_put(json);
    return NULL;
}

static int count_member(struct json_object *o, int flags, struct json_object *parent,
                        const char *name, size_t *index, void *arg)
{
    size_t *count = arg;
    (void)o, (void)parent, (void)index;
    *count += name && flags != JSON_C_VISIT_SECOND;
    return JSON_C_VISIT_RETURN_CONTINUE;
}

/* Whether json has all members that the text names: of equal names json-c keeps one. The walk is
 * json-c's and recursive, within the depth of the text. */
static bool has_all_members(struct json_object *json, size_t names)
{
    size_t count = 0;
    return json_c_visit(json, 0, count_member, &count) == 0 && count == names;
}

static bool is_utf8(struct slice text)
{
    bool good = true;
    for (size_t i = 0; i < text.len && good;)
        i += sse_utf8_sequence((const unsigned char *)text.p + i, text.len - i, &good);
    return good;
}

struct json_object *json_read(struct slice text, int depth, unsigned rules)
{
    struct lexer x = {.p = text.p, .len = text.len, .nan = rules & JSON_NAN};
    struct json_object *json = NULL;
    if (text.len == 0 || text.len > INT32_MAX / 3 || (rules & JSON_UTF8 && !is_utf8(text)))
        return NULL;
    buf_init(&x.wide, 3 * text.len); /* "e0" is added to at least 19 digits */
    x.wide.secret = true;
    if (lex(&x) && x.deepest <= depth) /* json-c fills memory of the depth that it is told */
        json = parse(x.wide.len > 0 ? buf_slice(&x.wide) : text, x.deepest);
    buf_free(&x.wide);
    if (json && rules & JSON_UNIQUE && !has_all_members(json, x.names)) {
        json_object_put(json);
        json = NULL;
    }
    return json;
}

/* The length of a number's text without the "e0" that lex_number added. A writer's own NNNe0 with
 * so many digits loses it too: it is the same number. */
static size_t number_length(const char *text)
{
    size_t len = strlen(text);
    if (len >= 22 && strspn(text + (text[0] == '-'), "0123456789") == len - 2 - (text[0] == '-') &&
        memcmp(text + len - 2, "e0", 2) == 0)
        return len - 2;
    return len;
}

bool json_text(struct json_object *o, struct slice *out)
{
    switch (json_object_get_type(o)) {
    case json_type_string:
        *out = slice_make(json_object_get_string(o), (size_t)json_object_get_string_len(o));
        return true;
    case json_type_int:
    case json_type_boolean:
        *out = slice_of(json_object_get_string(o));
        return out->p != NULL;
    case json_type_double:
        *out = slice_of(json_object_get_string(o));
        if (out->p)
            out->len = number_length(out->p);
        return out->p != NULL;
    default:
        return false;
    }
}

/* The member of an object; *rest gets what of the path lies behind it, or NULL. In each object the
 * whole path is tried as a name before its part up to the first dot. */
static struct json_object *step(struct json_object *object, const char *path, const char **rest)
{
    char name[MAX_STEP + 1];
    size_t n = strcspn(path, ".");
    struct json_object *member;
    *rest = NULL;
    if (json_object_object_get_ex(object, path, &member))
        return member;
    if (path[n] == '\0' || n > MAX_STEP)
        return NULL;
    memcpy(name, path, n);
    name[n] = '\0';
    *rest = path + n + 1;
    return json_object_object_get_ex(object, name, &member) ? member : NULL;
}

struct json_object *json_at(struct json_object *o, const char *path)
{
    while (path && json_object_is_type(o, json_type_object))
        o = step(o, path, &path);
    return path ? NULL : o;
}

uint64_t json_leading(struct json_object *o, const char *paths, size_t size, size_t count)
{
    uint64_t found = 0;
    if (!json_object_is_type(o, json_type_object))
        return 0;
    json_object_object_foreach(o, name, value)
    {
        (void)value;
        for (size_t i = 0; i < count; i++) {
            const char *path = paths + i * size;
            size_t n = path[0] == name[0] ? strlen(name) : 0;
            if (n > 0 && strncmp(path, name, n) == 0 && (path[n] == '\0' || path[n] == '.'))
                found |= UINT64_C(1) << i;
        }
    }
    return found;
}
