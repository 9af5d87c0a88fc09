/* SPDX-License-Identifier: MIT */
/*
 * profile_lines: the profile of scripts, one JSON object a line (https://github.com/ndjson). A
 * control line has the member "control", which no record has. A keepalive is an empty line.
 */
#include "format/object.h"
#include "format/profile_parts.h"

/* data: a JSON object as text. */
void lines_control(const struct profile *p, struct buf *b, const char *event, const char *data)
{
    buf_addf(b, "{\"control\":\"%s\"%s%s%s", event, data[1] == '}' ? "" : ",", data + 1, p->eol);
}

void lines_first_frame(const struct profile *p, struct buf *b, const struct moment *m)
{
    buf_addf(b, "{\"control\":\"open\",\"retry\":%u}%s", m->retry_ms, p->eol);
}

/* A payload that is very long is cut: its line would have to be in memory as a whole. */
void lines_record(const struct profile *p, struct buf *b, struct record *r)
{
    object_write(b, r, PROFILE_MAX_WRITTEN);
    buf_adds(b, p->eol);
}

void lines_keepalive(const struct profile *p, struct buf *b, const struct moment *m)
{
    (void)m;
    buf_adds(b, p->eol);
}

void lines_moved(const struct profile *p, struct buf *b, const char *cursor)
{
    buf_addf(b, "{\"control\":\"cursor\",\"id\":\"%s\"}%s", cursor, p->eol);
}
