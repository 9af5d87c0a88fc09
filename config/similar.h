/* SPDX-License-Identifier: MIT */
/* similar: the option that an unknown name was meant to be. */
#ifndef SSELOG_CONFIG_SIMILAR_H
#define SSELOG_CONFIG_SIMILAR_H

#include "base/buf.h"

/* The option whose name is most like this one, such as SSELOG_STREAM for SSELOG_STREM, STREAM and
 * sselog_stream; NULL if none or several are. */
const char *similar_option(struct slice name);

#endif
