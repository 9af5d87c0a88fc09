/* SPDX-License-Identifier: MIT */
/* web: the checks through the web server, in their order. */
#ifndef SSELOG_DOCTOR_WEB_H
#define SSELOG_DOCTOR_WEB_H

#include <stdio.h>

#include "doctor/browser.h"

/* b: with its options, report, nonce and config; the checks fill in what they learn of the server.
 * access_log: at its end, or NULL. True: the stream can be read by the login that was given. */
bool web_check(struct browser *b, FILE *access_log);

#endif
