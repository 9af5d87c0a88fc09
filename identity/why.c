/* SPDX-License-Identifier: MIT */
/* why: see why.h. */
#include "identity/why.h"

#define ROW(id, status, word, text) {status, word, text},
static const struct {
    int status;
    const char *word, *text;
} rows[WHY_COUNT] = {WHYS(ROW)};

const char *why_word(enum why why)
{
    return rows[why].word;
}

int why_status(enum why why)
{
    return rows[why].status;
}

const char *why_text(enum why why)
{
    return rows[why].text;
}
