/* SPDX-License-Identifier: MIT */
/* similar: the word of a list that an unknown word was meant to be. */
#ifndef SSELOG_CONFIG_SIMILAR_H
#define SSELOG_CONFIG_SIMILAR_H

#include "base/buf.h"

/* A search: begin, offer each word, then look at found. */
struct similar {
    const char *found; /* the word that is most like the wanted one; NULL: none, or several are */
    struct slice wanted;
    unsigned nearest;
};

void similar_begin(struct similar *s, struct slice wanted);
/* part: what is compared of the word. */
void similar_offer(struct similar *s, const char *word, struct slice part);

/* The option whose name is most like this one, such as SSELOG_STREAM for SSELOG_STREM, STREAM and
 * sselog_stream; NULL if none or several are. */
const char *similar_option(struct slice name);

#endif
