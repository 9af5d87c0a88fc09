/* SPDX-License-Identifier: MIT */
/* web_login: the values of command lines that ask a web server: a login, headers, times. */
#ifndef SSELOG_DOCTOR_WEB_LOGIN_H
#define SSELOG_DOCTOR_WEB_LOGIN_H

#include "doctor/options.h"

/* USER:PASSWORD of -u.  Without a password it is read from standard input.  *credentials points to
 * value, or to memory of this file.  -1: malformed, or there is no password. */
int web_login_read(const char *value, const char **credentials);
/* Adds a header of -H.  -1: it has no colon, or there are too many. */
int web_login_header(const char *headers[DOCTOR_HEADERS + 1], const char *header);
/* Seconds, perhaps with a fraction, as milliseconds.  -1: malformed, or over a day. */
int web_login_seconds(const char *text);

#endif
