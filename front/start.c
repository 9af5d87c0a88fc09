/* SPDX-License-Identifier: MIT */
/* start: see start.h. */
#include "front/start.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "format/cursor_list.h"

#define LONGEST INT64_C(1000000000000) /* seconds of a duration; longer ones reach no further */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* ---- cursors ---- */

/* Whether name is wanted, in upper or lower case, with or without '_' and '-'. */
static bool is_spelling_of(const char *name, const char *wanted)
{
    for (; *name; name++) {
        if (*name == '_' || *name == '-')
            continue;
        if (*wanted == '\0' || (*name | 0x20) != *wanted++)
            return false;
    }
    return *wanted == '\0';
}

static bool is_cursor_name(const char *name)
{
    return is_spelling_of(name, "lasteventid");
}

bool start_is_range(const char *name)
{
    static const char *const ranges[] = {
        "afterid",  "from",    "to",       "start", "end",    "begin",  "stop",
        "since",    "until",   "count",    "size",  "max",    "last",   "offset",
        "skip",     "page",    "lines",    "rows",  "tail",   "limits", "maxcount",
        "pagesize", "perpage", "beforeid", "limit", "before", "after"};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (is_spelling_of(name, ranges[i]))
            return true;
    return false;
}

const char *start_cursor(const struct request *r, size_t nth, bool *is_header)
{
    const char *header = request_header(r, "Last-Event-ID", NULL);
    *is_header = header && nth == 0;
    if (*is_header)
        return header;
    nth -= header != NULL;
    for (size_t i = 0; i < r->nargs; i++)
        if (is_cursor_name(r->args[i].name) && r->args[i].value.len > 0 && nth-- == 0)
            return r->args[i].value.p;
    return NULL;
}

/* nchan's ids: a time and a tag, such as 1450755280:0 or 1450755280:-,[1]. */
static bool is_nchan(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    const char *tag = text + digits + 1;
    return digits > 0 && text[digits] == ':' && *tag && tag[strspn(tag, "0123456789-,[]")] == '\0';
}

/* Mercure's ids: a UUID, mostly as a URN; and its word for the beginning. */
static bool is_mercure(const char *text)
{
    const char *uuid = strncmp(text, "urn:uuid:", 9) == 0 ? text + 9 : text;
    return strcmp(text, "earliest") == 0 ||
           (strlen(uuid) == 36 && uuid[strspn(uuid, "0123456789abcdefABCDEF-")] == '\0' &&
            uuid[8] == '-' && uuid[13] == '-' && uuid[18] == '-' && uuid[23] == '-');
}

/* Whether a page that kept another server's id, or none, would send this text. */
static bool is_foreign(const char *text)
{
    static const char *const words[] = {"null", "undefined", "NaN", "-1"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i]) == 0)
            return true;
    return is_nchan(text) || is_mercure(text);
}

/* An id that Redis gave has a hyphen. Without one it is a time, except 0, the beginning. */
static enum start_kind kind_of(const char *text, struct xid id)
{
    return strchr(text, '-') || id.ms == 0 ? START_AFTER : START_SINCE;
}

/* The three things that a cursor can say about a log. */
enum cursor_says { CURSOR_ID, CURSOR_NOTHING, CURSOR_UNREADABLE };

static enum cursor_says read_cursor(const char *text, const char *log, struct position *at)
{
    if (!log)
        return position_parse(slice_of(text), at) == 0 ? CURSOR_ID : CURSOR_UNREADABLE;
    if (!cursor_list_is(text))
        return CURSOR_UNREADABLE;
    return cursor_list_find(text, log, at) ? CURSOR_ID : CURSOR_NOTHING;
}

/* The greatest cursor of r. START_HISTORY: none. Of equal ones an id counts before a time. */
static struct start greatest(const struct request *r, const struct start_of *of)
{
    struct start best = {.kind = START_HISTORY};
    bool is_header, malformed = false;
    const char *text;
    for (size_t i = 0; (text = start_cursor(r, i, &is_header)); i++) {
        struct position at;
        enum cursor_says says = read_cursor(text, of->log, &at);
        bool readable = says == CURSOR_ID;
        if (says == CURSOR_NOTHING || (of->lenient && (!readable || !strchr(text, '-'))))
            continue;
        best.lost = best.lost || (!readable && (is_header || is_foreign(text)));
        malformed = malformed || (!readable && !is_header && !is_foreign(text));
        if (!readable)
            continue;
        int order = best.kind == START_HISTORY ? 1 : xid_cmp(at.id, best.at.id);
        if (order > 0 || (order == 0 && kind_of(text, at.id) == START_AFTER))
            best = (struct start){kind_of(text, at.id), at, best.lost};
    }
    if (best.kind != START_HISTORY)
        best.lost = false;
    else if (malformed && !best.lost)
        best.kind = START_MALFORMED;
    if (best.kind == START_SINCE)
        best.at.id = xid_next(best.at.id);
    return best;
}

struct start start_find(const struct request *r, const struct start_of *of, int64_t now)
{
    struct start s = greatest(r, of);
    const char *since = request_arg(r, "since");
    int64_t ms;
    if (s.kind != START_HISTORY || !since || !since[0])
        return s;
    if (start_time(since, now, &ms) == 0) {
        s.kind = START_SINCE;
        s.at.id = start_id_at(ms);
    } else if (!of->lenient) {
        s.kind = START_MALFORMED;
    }
    return s;
}

/* ---- times ---- */

struct xid start_id_at(int64_t ms)
{
    return (struct xid){ms > 0 ? (uint64_t)ms : 0, 0};
}

/* Numbers of at most nine digits, each with a unit. -1: not of this form. */
static int read_duration(const char *text, int64_t *seconds)
{
    *seconds = 0;
    do {
        size_t digits = strspn(text, "0123456789");
        int64_t unit = clock_unit(text[digits]);
        if (digits == 0 || digits > 9 || unit == 0)
            return -1;
        *seconds += strtol(text, NULL, 10) * unit;
        *seconds = *seconds < LONGEST ? *seconds : LONGEST;
        text += digits + 1;
    } while (*text);
    return 0;
}

/* Reads so many digits as a number from min to max, then the character end (0: any). */
static int read_digits(const char **text, int count, int min, int max, char end, int *out)
{
    *out = 0;
    for (int i = 0; i < count; i++, (*text)++) {
        if (!is_digit(**text))
            return -1;
        *out = *out * 10 + (**text - '0');
    }
    if (*out < min || *out > max || (end && (**text | 0x20) != (end | 0x20)))
        return -1;
    *text += end != 0;
    return 0;
}

/* The fraction of a second, in ms; further digits are cut. -1: a point without digits. */
static int read_fraction(const char **text, int *ms)
{
    *ms = 0;
    if (**text != '.')
        return 0;
    if (!is_digit(*++*text))
        return -1;
    for (int weight = 100; is_digit(**text); (*text)++, weight /= 10)
        *ms += weight * (**text - '0');
    return 0;
}

/* Z or the difference from UTC, in minutes; nothing may follow. */
static int read_zone(const char *text, int *minutes)
{
    int hour, minute, sign = *text == '-' ? -1 : 1;
    *minutes = 0;
    if (*text == 'Z' || *text == 'z')
        return text[1] == '\0' ? 0 : -1;
    if (!*text || !strchr("+- ", *text++) || read_digits(&text, 2, 0, 23, ':', &hour) ||
        read_digits(&text, 2, 0, 59, 0, &minute) || *text)
        return -1;
    *minutes = sign * (hour * 60 + minute);
    return 0;
}

static int days_of_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

/* Days from 1970-01-01 to a date of the Gregorian calendar. */
static int64_t days_since_1970(int year, int month, int day)
{
    int64_t y = year - 1, days = 365 * y + y / 4 - y / 100 + y / 400 - 719162 + day - 1;
    for (int m = 1; m < month; m++)
        days += days_of_month(year, m);
    return days;
}

static int read_date(const char **text, int64_t *days)
{
    int year, month, day;
    if (read_digits(text, 4, 1, 9999, '-', &year) || read_digits(text, 2, 1, 12, '-', &month) ||
        read_digits(text, 2, 1, 31, 0, &day) || day > days_of_month(year, month))
        return -1;
    *days = days_since_1970(year, month, day);
    return 0;
}

/* A date without a time is its midnight in UTC. */
static int read_date_time(const char *text, int64_t *ms)
{
    int hour, minute, second, fraction, zone;
    int64_t days;
    if (read_date(&text, &days))
        return -1;
    *ms = days * 86400000;
    if (!*text)
        return 0;
    if (!strchr("Tt ", *text++) || read_digits(&text, 2, 0, 23, ':', &hour) ||
        read_digits(&text, 2, 0, 59, ':', &minute) || read_digits(&text, 2, 0, 60, 0, &second) ||
        read_fraction(&text, &fraction) || read_zone(text, &zone))
        return -1;
    int64_t minutes = (days * 24 + hour) * 60 + minute - zone;
    *ms = (minutes * 60 + second) * 1000 + fraction;
    return 0;
}

int start_time(const char *text, int64_t now, int64_t *ms)
{
    int64_t seconds;
    if (read_duration(text, &seconds) == 0)
        *ms = now - seconds * 1000;
    else if (read_date_time(text, ms))
        return -1;
    *ms = *ms > 0 ? *ms : 0;
    return 0;
}

int start_float(const char *text, double *out)
{
    static const char digits[] = "0123456789";
    char plain[64];
    size_t n = 0;
    text += strspn(text, " \t");
    for (; *text && *text != ' ' && *text != '\t'; text++) {
        if (n + 1 == sizeof plain || strchr("xXpP(", *text))
            return -1;
        if (*text != '_')
            plain[n++] = *text;
        else if (n == 0 || !memchr(digits, text[-1], 10) || !memchr(digits, text[1], 10))
            return -1;
    }
    char *end;
    plain[n] = '\0';
    *out = strtod(plain, &end);
    return n == 0 || *end || text[strspn(text, " \t")] ? -1 : 0;
}
