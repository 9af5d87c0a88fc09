/* SPDX-License-Identifier: MIT */
/*
 * batch_head: what the head of a request says about the batch of records in its body: the form, and
 * what tells the batch from others.  Pure.
 */
#ifndef SSELOG_FRONT_BATCH_HEAD_H
#define SSELOG_FRONT_BATCH_HEAD_H

#include "format/incoming.h"
#include "gateway/request.h"
#include "identity/fingerprint.h"

#define BATCH_HEAD_NAME 255 /* bytes of the longest key, producer and event name */

/* Its texts belong to the request. */
struct batch_head {
    enum incoming_form form;
    bool gzip;
    const char *event;    /* NULL: none */
    const char *once;     /* Idempotency-Key; NULL: none */
    const char *producer; /* Sselog-Producer; NULL: none */
    uint64_t offset;      /* Sselog-Offset, with producer */
};

/* Reads the head. 0, or the status of the answer and *wrong, a constant text for it. */
int batch_head_read(const struct request *r, bool loki, struct batch_head *head,
                    const char **wrong);
/* A digest of the batch: of its body, its form and its event name. */
void batch_head_digest(const struct batch_head *head, struct slice body, char out[FINGERPRINT + 1]);

#endif
