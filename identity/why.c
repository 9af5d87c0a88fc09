/* SPDX-License-Identifier: MIT */
/* why: see why.h. */
#include "identity/why.h"

#define ROW(id, word, text) {word, text},
static const struct {
    const char *word, *text;
} rows[WHY_COUNT] = {WHYS(ROW)};

const char *why_word(enum why why)
{
    return rows[why].word;
}

const char *why_text(enum why why)
{
    return rows[why].text;
}
