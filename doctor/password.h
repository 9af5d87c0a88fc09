/* SPDX-License-Identifier: MIT */
/* password: reads a password from standard input, without showing it on a terminal. */
#ifndef SSELOG_DOCTOR_PASSWORD_H
#define SSELOG_DOCTOR_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

/* Reads a line, with its end. A terminal gets a prompt. A signal that ends the process ends it
 * after the terminal shows again what is typed. False: there is no line. */
bool password_read(char *out, size_t size);

#endif
