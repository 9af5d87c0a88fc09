/* SPDX-License-Identifier: MIT */
/* address: see address.h. */
#include "verify/address.h"

static bool is_one_of(struct slice name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (slice_equal(name, slice_of(names[i])))
            return true;
    return false;
}

/* Parameters that say where the stream begins. */
static bool is_place(struct slice name)
{
    static const char *const places[] = {"last_event_id", "lastEventId", "lastEventID", "since",
                                         "history"};
    return is_one_of(name, places, sizeof places / sizeof *places);
}

static bool is_left_out(struct slice name, const struct address_wants *wants)
{
    return slice_equal(name, slice_of("proof")) || (wants->resumes && is_place(name)) ||
           (wants->token && slice_equal(name, slice_of("token")));
}

/* Takes the next parameter off *query.  False: there is none. */
static bool next_parameter(const char **query, struct slice *whole, struct slice *name)
{
    size_t len = strcspn(*query, "&#");
    if (**query == '\0' || **query == '#')
        return false;
    *whole = slice_make(*query, len);
    *name = slice_make(*query, strcspn(*query, "=&#"));
    *query += len + ((*query)[len] == '&');
    return true;
}

void verify_address(struct buf *b, const char *url, const struct address_wants *wants)
{
    size_t path = strcspn(url, "?#");
    const char *query = url[path] == '?' ? url + path + 1 : "";
    struct slice whole, name;
    bool placed = wants->resumes;
    buf_add(b, url, path);
    buf_adds(b, "?");
    while (next_parameter(&query, &whole, &name)) {
        if (whole.len == 0 || is_left_out(name, wants))
            continue;
        placed = placed || is_place(name);
        buf_add(b, whole.p, whole.len);
        buf_addc(b, '&');
    }
    if (wants->token)
        buf_addf(b, "token=%s&", wants->token);
    buf_adds(b, placed ? "proof=1" : "history=0&proof=1");
}

bool verify_log_name(struct buf *b, const char *url, size_t n)
{
    size_t path = strcspn(url, "?#");
    const char *query = url[path] == '?' ? url + path + 1 : "";
    struct slice whole, name;
    while (next_parameter(&query, &whole, &name)) {
        if (!slice_equal(name, slice_of("log")) || whole.len < 4 || n-- > 0)
            continue;
        buf_add(b, whole.p + 4, whole.len - 4); /* names of logs need no escapes */
        return true;
    }
    return false;
}
