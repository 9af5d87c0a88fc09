/* SPDX-License-Identifier: MIT */
/*
 * shown: how a client is named in lines of the log: by its user, in full or hashed as
 * SSELOG_LOG_USER says, and by the address that the web server gives.
 */
#ifndef SSELOG_FRONT_SHOWN_H
#define SSELOG_FRONT_SHOWN_H

#include "base/fields.h"

struct admission;
struct context;

/* The words about a viewer whose log and profile the request names; the caller frees them.  NULL:
 * out of memory. */
char *shown_viewer(const struct context *ctx, const struct admission *a);
/* Adds user, tenant and address, as far as they are known. */
void shown_client(const struct context *ctx, struct fields *line);

#endif
