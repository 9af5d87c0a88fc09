/* SPDX-License-Identifier: MIT */
/*
 * params: the parameters that a web server sends with a request, as NAME=value strings in an array
 * that ends with NULL.  Decides what a name may be, and which value counts if a name comes twice.
 * Pure; knows no request and no policy about users.
 *
 * A server's configuration may name a parameter twice, such as once in an included file and once
 * after it.  Of most names the last one counts, as with PHP-FPM.  Names that say who asks or what
 * may be seen must agree: else an included file could give a client's claim the place of a name
 * that the server verified.
 */
#ifndef SSELOG_GATEWAY_PARAMS_H
#define SSELOG_GATEWAY_PARAMS_H

#include <stdbool.h>

#include "base/buf.h"

enum param_class {
    PARAM_LAST_COUNTS,
    PARAM_MUST_AGREE /* it tells who asks or what may be seen */
};

enum param_class params_class(struct slice name);
/* Whether a parameter may have this name. '=' would end the name at another place; a control
 * character has no meaning in a name. */
bool params_name_fits(struct slice name);
/* The value of the nth parameter of that name, counted from the last one, which is 0. NULL: there
 * are no more. */
const char *params_find(char *const *params, const char *name, unsigned nth);
/* The first name that must agree and comes with different values; an empty value is one too. p is
 * NULL: none. */
struct slice params_contradiction(char *const *params);

/* The ends of paths to which producers send records. */
#define PARAMS_APPEND "/append"
#define PARAMS_LOKI   "/loki/api/v1/push"
/* Whether the parameter is a path, or its end, to which records are sent: its body may be large. */
bool params_takes_records(struct slice name, struct slice value);
/* Whether the parameter is an option that may allow /append. */
bool params_may_append(struct slice name);

#endif
