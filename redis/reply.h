/* SPDX-License-Identifier: MIT */
/*
 * reply: answers of Redis, as hiredis parsed them, read into what the rest of the program
 * knows. Private to redis_io.c and sync.c; with them and tls.c all that knows hiredis.
 */
#ifndef SSELOG_REDIS_REPLY_H
#define SSELOG_REDIS_REPLY_H

#include "redis_io.h" /* before hiredis.h, which defines REDIS_OK as the same 0 */

#include <hiredis/hiredis.h>

/* What an answer's slices and entries live in, used again for each. Starts zeroed. */
struct reply_room {
    struct blob **blobs; /* the large values of this answer, in order */
    size_t nblobs, next_blob;
    struct slice *slices;
    size_t cap_slices;
    struct redis_entry *entries;
    size_t cap_entries;
};

void reply_room_free(struct reply_room *m);
/* An error whose text begins so. */
bool reply_starts_with(const redisReply *r, const char *word);
/* An error's text, less what repeats the command's arguments: those may be secrets. */
const char *reply_error_text(const redisReply *r);
/* An error that says the server is not fit to be asked now: as if it were away. */
bool reply_is_outage(const redisReply *r);
bool reply_is_text(const redisReply *r);
struct slice reply_slice(const redisReply *r);
/* Passes bytes from the socket to the parser, less what is diverted. As resp_bulk_feed, which it
 * calls; -1 also when the parser has no memory. */
ssize_t reply_feed(redisReader *parser, struct resp_bulk *d, const char *p, size_t len);
/* Takes the large values that belong to this answer from d. -1: out of memory. */
int reply_hold_blobs(struct reply_room *m, struct resp_bulk *d, const redisReply *r);
void reply_drop_blobs(struct reply_room *m);
/* The bytes of a value, diverted or not. Values are to be asked for in their order. */
struct slice reply_value(struct reply_room *m, const redisReply *r);
/* An XRANGE answer as m->entries. How many, -1 when out of memory. */
ssize_t reply_entries(struct reply_room *m, const redisReply *r);
/* An XINFO STREAM answer. */
void reply_info(const redisReply *r, struct redis_info *info);

#endif
