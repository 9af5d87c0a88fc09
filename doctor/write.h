/* SPDX-License-Identifier: MIT */
/*
 * write: marked records on their way: from XADD through the web server, and over a reconnect.  They
 * are deleted afterwards.
 */
#ifndef SSELOG_DOCTOR_WRITE_H
#define SSELOG_DOCTOR_WRITE_H

#include "config/config.h"
#include "doctor/finding.h"
#include "doctor/options.h"

/* Writes to the log of the options' user, which the URL must show. The address of Redis is that of
 * the options' producer, else that of c. */
void write_check(const struct config *c, const struct doctor_options *o, const char *nonce,
                 struct report *r);

#endif
