/* SPDX-License-Identifier: MIT */
/*
 * risk: settings that may be right, but are often a mistake: they open logs to others, or name none
 * that there is.  sselog warns of them and serves.  config.c and option.c refuse what is wrong in
 * any case.  Pure.
 */
#ifndef SSELOG_CONFIG_RISK_H
#define SSELOG_CONFIG_RISK_H

#include "config/config.h"

#define RISK_SECRET 32 /* bytes that a secret should have: those of the digest (RFC 7518, 3.2) */

struct risk {
    const char *option;
    const char *text; /* what may go wrong, and what to do */
};

#define RISKS_MAX 15
/* Fills out and returns the number of risks. open_password: every user may read the file that has
 * the password in SSELOG_REDIS. */
size_t risk_find(const struct config *config, bool open_password, struct risk out[RISKS_MAX]);

#endif
