/* SPDX-License-Identifier: MIT */
/*
 * probe: GET /healthz?probe=NONCE, the answer for `sselog doctor`: what arrived here of the
 * request, and why it would be refused.  It has names of headers and options, no values of them,
 * and fingerprints of the user's names.
 */
#ifndef SSELOG_FRONT_PROBE_H
#define SSELOG_FRONT_PROBE_H

#include <stdbool.h>

#define PROBE_NONCE 64 /* characters of the longest nonce */

struct context;

/* Whether the request has a well-formed nonce: letters, digits, '-' and '_'. */
bool probe_is_asked(const struct context *ctx);
/* Answers, for a client that may see it. ctx->identity and ctx->refusal are set. */
void probe_answer(struct context *ctx);

#endif
