/* SPDX-License-Identifier: MIT */
/* probe_reader: reads the answer to GET /healthz?probe=NONCE, which front/probe.c writes.  Pure. */
#ifndef SSELOG_DOCTOR_PROBE_READER_H
#define SSELOG_DOCTOR_PROBE_READER_H

#include <stdbool.h>

#include "base/buf.h"

#define PROBE_TEXT 128

struct probe {
    unsigned pid, lifetime, keepalive; /* the last two in seconds */
    bool compress;
    bool authorization;       /* the header Authorization arrived */
    bool wants_authorization; /* one of the methods reads it */
    bool forwarded;           /* a header of a proxy arrived */
    char started[PROBE_TEXT], server[PROBE_TEXT], address[PROBE_TEXT], profile[PROBE_TEXT],
        protocol[PROBE_TEXT];
    /* fingerprints; "": none */
    char remote_user[PROBE_TEXT], user[PROBE_TEXT], tenant[PROBE_TEXT], role[PROBE_TEXT];
    char method[PROBE_TEXT], why[PROBE_TEXT], text[PROBE_TEXT], claim[PROBE_TEXT];
    char user_header[PROBE_TEXT], tenant_header[PROBE_TEXT], role_header[PROBE_TEXT];
};

/* 0, or -1: text is no such answer, or one to another nonce. Texts that are too long are cut. */
int probe_read(struct slice text, const char *nonce, struct probe *out);

#endif
