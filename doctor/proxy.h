/* SPDX-License-Identifier: MIT */
/*
 * proxy: whether there is a proxy between the doctor and the web server that runs sselog, which
 * one, and whether sselog learns the client's address through it.
 */
#ifndef SSELOG_DOCTOR_PROXY_H
#define SSELOG_DOCTOR_PROXY_H

#include "doctor/browser.h"

/* Sets b->first, by a request that each server refuses itself. */
void proxy_find(struct browser *b);
/* Sets b->hop. To be called again when more is known. */
void proxy_decide(struct browser *b);
/* Check D18. Without a proxy it tells nothing. */
void proxy_check(struct browser *b);

#endif
