/* SPDX-License-Identifier: MIT */
/*
 * rights: the checks of Redis in their order: its address and log-in, the server itself, the log of
 * one user, and each right that sselog needs, tried one by one.  Nothing is written.
 */
#ifndef SSELOG_DOCTOR_RIGHTS_H
#define SSELOG_DOCTOR_RIGHTS_H

#include "config/config.h"
#include "doctor/finding.h"
#include "doctor/options.h"
#include "identity/identity.h"

/* The key of the log, or the channel, of the options' user. Without a user: of a user `nonce`,
 * which does not exist. -1: told, with check D2b, if a user was given. */
int rights_key(const struct config *c, const struct doctor_options *o, const char *nonce,
               struct report *r, char key[IDENTITY_MAX_KEY + 1]);
/* All checks of Redis. */
void rights_check(const struct config *c, const struct doctor_options *o, const char *nonce,
                  struct report *r);

#endif
