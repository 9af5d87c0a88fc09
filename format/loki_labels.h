/* SPDX-License-Identifier: MIT */
/*
 * loki_labels: the labels of a stream as text, {job="x", level="error"}.  Values are quoted as Go
 * quotes strings (strconv.Quote), and names may be.  Pure.
 */
#ifndef SSELOG_FORMAT_LOKI_LABELS_H
#define SSELOG_FORMAT_LOKI_LABELS_H

#include "base/buf.h"

/* Appends a label as a member of a JSON object, with a comma before it. Ill-formed UTF-8 becomes
 * U+FFFD. Nothing is added for a name that each record has by itself. */
void loki_labels_add(struct buf *out, struct slice name, struct slice value);
/* Appends the labels in text. No text is no labels. -1: malformed; some may have been added. The
 * caller must check out->failed. */
int loki_labels_read(struct slice text, struct buf *out);

#endif
