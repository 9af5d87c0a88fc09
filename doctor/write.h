/* SPDX-License-Identifier: MIT */
/*
 * write: marked records on their way: from XADD through the web server, and over a reconnect.  They
 * are deleted afterwards.
 */
#ifndef SSELOG_DOCTOR_WRITE_H
#define SSELOG_DOCTOR_WRITE_H

#include "doctor/browser.h"

/* Writes to the log of the options' user, which the URL must show.  b: after web_check, with a
 * config.  The address of Redis is that of the options' producer, else that of the config. */
void write_check(const struct browser *b);

#endif
