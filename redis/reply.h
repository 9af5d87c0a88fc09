/* SPDX-License-Identifier: MIT */
/*
 * reply: converts the replies that hiredis parsed to the types of types.h.  Private to redis_io.c
 * and redis/.
 */
#ifndef SSELOG_REDIS_REPLY_H
#define SSELOG_REDIS_REPLY_H

#include "redis/resp_bulk.h"
#include "redis/types.h" /* before hiredis.h, which defines REDIS_OK as the same 0 */

#include <hiredis/hiredis.h>

/* Memory of the slices and entries of one reply, used again for the next. Starts zeroed. */
struct reply_storage {
    struct blob **blobs; /* the large values of this reply, in order */
    size_t nblobs, next_blob;
    struct slice *slices;
    size_t cap_slices;
    struct redis_entry *entries;
    size_t cap_entries;
};

void reply_storage_free(struct reply_storage *m);
/* Whether r is an error whose text starts with word. */
bool reply_starts_with(const redisReply *r, const char *word);
/* The text of an error for the log. Leaves out the words of our command that "ERR unknown command
 * ..., with args beginning with: ..." repeats: a key may hold a token. */
const char *reply_error_text(const redisReply *r);
/* Whether r is an error of which waiting does not rid a producer: rights, password, type of key. */
bool reply_is_for_good(const redisReply *r);
/* Whether r is an error that means: the server cannot serve requests now. */
bool reply_is_outage(const redisReply *r);
/* Whether r is the error of a server that takes no writes for now. */
bool reply_is_no_write(const redisReply *r);
bool reply_is_text(const redisReply *r);
struct slice reply_slice(const redisReply *r);
/* Passes bytes from the socket through resp_bulk_feed to the parser. Returns how many bytes it
 * used: all, or those up to the end of a large body's header; then call resp_bulk_large. -1: as
 * there, or the parser is out of memory. */
ssize_t reply_feed(redisReader *parser, struct resp_bulk *bulk, const char *p, size_t len);
/* Whether all that arrived was returned as replies. If not, more arrived than was asked for. */
bool reply_is_last(const redisReader *parser, const struct resp_bulk *bulk);
/* Takes up to n answers that are this line, with its end, without making replies of them. Only
 * between two replies. Returns how many. */
size_t reply_skip_lines(redisReader *parser, struct slice line, size_t n);
/* Moves the large values of this reply, which the parser has just returned, from bulk to m. -1: out
 * of memory. */
int reply_hold_blobs(struct reply_storage *m, struct resp_bulk *bulk, const redisReply *r);
void reply_drop_blobs(struct reply_storage *m);
/* The bytes of a value, large or not. Must be called for the values of a reply in their order. */
struct slice reply_value(struct reply_storage *m, const redisReply *r);
/* Converts a reply to XRANGE, an array, to m->entries. Returns their number, or -1 with a reason.
 */
ssize_t reply_entries(struct reply_storage *m, const redisReply *r, const char **why);
/* Converts a reply to XINFO STREAM. */
void reply_info(const redisReply *r, struct redis_info *info);

#endif
