/* SPDX-License-Identifier: MIT */
/* web: the checks through the web server, in their order. */
#ifndef SSELOG_DOCTOR_WEB_H
#define SSELOG_DOCTOR_WEB_H

#include <stdio.h>

#include "config/config.h"
#include "doctor/finding.h"
#include "doctor/options.h"

/* c: NULL if it is not known. access_log: at its end, or NULL. True: the stream can be read by the
 * login that was given. */
bool web_check(const struct config *c, const struct doctor_options *o, const char *nonce,
               FILE *access_log, struct report *r);
/* Copies the URL of the mount: that of the options without /stream and a slash at its end. */
void web_base(const char *url, char *base, size_t size);

#endif
