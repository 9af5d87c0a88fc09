/* SPDX-License-Identifier: MIT */
/* stream: the checks of an open stream: buffering, headers, time-outs, several processes. */
#ifndef SSELOG_DOCTOR_STREAM_H
#define SSELOG_DOCTOR_STREAM_H

#include "doctor/browser.h"

/* Opens the stream and holds it. Returns its status; 0: nothing came. A refusal is the caller's to
 * tell. */
long stream_check(struct browser *b);

#endif
