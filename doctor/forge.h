/* SPDX-License-Identifier: MIT */
/*
 * forge: whether names that a client invents come back as somebody: a user of Basic authentication
 * with any password, headers of a proxy, and a client's address.
 */
#ifndef SSELOG_DOCTOR_FORGE_H
#define SSELOG_DOCTOR_FORGE_H

#include "doctor/browser.h"

void forge_check(struct browser *b);

#endif
