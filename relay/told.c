/* SPDX-License-Identifier: MIT */
/* told: see told.h. */
#include "relay/told.h"

#include "format/cursor_list.h"

#define MAX_CURSOR 4096 /* bytes of a cursor of several logs */

/* The life of its log.  That of the tip may be over when f, which is BEHIND, reads the next one. */
static uint32_t epoch_of(const struct follower *f)
{
    return f->place.state == PLACE_LIVE ? f->view->log->marks.epoch : EPOCH_UNKNOWN;
}

static struct position position_now(const struct follower *f)
{
    return told_position(f, f->place.cursor.id, f->place.cursor.rank, epoch_of(f));
}

/* The client was told that id with another proof than there is, or with none. */
static bool lacks_proof(const struct follower *f)
{
    struct position now = position_now(f);
    return f->place.state == PLACE_LIVE && now.rank != RANK_UNKNOWN && now.rank > 0 &&
           (now.rank != f->told.rank || now.epoch != f->told.epoch);
}

bool told_has_moved(const struct follower *f)
{
    const struct cursor *c = &f->place.cursor;
    bool placed = f->place.state == PLACE_LIVE || f->place.state == PLACE_BEHIND;
    int compared = f->told_any ? xid_cmp(c->id, f->told.id) : 1;
    bool moved = compared == 0 ? lacks_proof(f) : compared > 0 || f->told_former;
    return placed && f->view->log->kind == LOG_STREAM && f->place.standing != PLACE_FRESH &&
           !f->gap && c->at == CURSOR_SENT && moved;
}

/* The client was told f's cursor. */
static void cursor_was_told(struct follower *f)
{
    f->told = position_now(f);
    f->told_any = true;
    f->told_former = false;
}

bool told_any_moved(const struct viewer *v)
{
    for (const struct follower *f = &v->first; f; f = f->beside)
        if (told_has_moved(f))
            return true;
    return false;
}

void told_moves(struct viewer *v)
{
    for (struct follower *f = &v->first; f; f = f->beside)
        if (told_has_moved(f))
            cursor_was_told(f);
}

void told_add_cursor(struct buf *b, const struct viewer *v, const struct follower *sent,
                     const struct position *at)
{
    for (const struct follower *f = &v->first; f; f = f->beside) {
        struct position moved = position_now(f), told = f->told;
        if (!f->view->proof)
            told.rank = RANK_UNKNOWN;
        if (f == sent)
            cursor_list_add(b, f->view->name, at);
        else if (!sent && told_has_moved(f))
            cursor_list_add(b, f->view->name, &moved);
        else if (f->told_any)
            cursor_list_add(b, f->view->name, &told);
    }
}

static void add_frame(const struct viewer *v, struct buf *b)
{
    const struct profile *p = v->first.view->profile;
    struct buf text;
    if (!told_of_many(v)) {
        struct position at = position_now(&v->first);
        profile_moved(p, b, &at);
        return;
    }
    buf_init(&text, MAX_CURSOR);
    told_add_cursor(&text, v, NULL, NULL);
    if (text.failed)
        b->failed = true;
    else
        profile_moved_to(p, b, text.p);
    buf_free(&text);
}

bool told_add_moves(const struct viewer *v, struct buf *b)
{
    size_t before = b->len;
    if (told_any_moved(v))
        add_frame(v, b);
    return b->len > before; /* some profiles tell it in another frame */
}
