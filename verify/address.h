/* SPDX-License-Identifier: MIT */
/* address: the URL of each request of `sselog verify`, made of the one of the command line.  Pure.
 */
#ifndef SSELOG_VERIFY_ADDRESS_H
#define SSELOG_VERIFY_ADDRESS_H

#include "base/buf.h"

struct address_wants {
    bool resumes;      /* the request has a Last-Event-ID: no other place, no history */
    const char *token; /* in place of the URL's exchange token; NULL: that one stays */
};
/* Appends url with proof=1, and without what does not fit.  Its fragment is left out.  A stream
 * that begins, and whose URL names no place, begins now: history=0. */
void verify_address(struct buf *b, const char *url, const struct address_wants *wants);
/* Appends the nth value of the parameter log, from 0.  False: there is none. */
bool verify_log_name(struct buf *b, const char *url, size_t n);

#endif
