/* SPDX-License-Identifier: MIT */
/*
 * loki: the JSON form of the push request of Grafana Loki (POST /loki/api/v1/push):
 *
 *     {"streams": [{"stream": {LABELS}, "values": [VALUE, ...]}, ...]}
 *
 * A value is ["NANOSECONDS", "LINE", {METADATA}].  loki_push reads the other form.  Each value
 * becomes a record, a JSON object: its time, as in RFC 3339 with nanoseconds, then labels and
 * structured metadata as members, and its line as "message".  Labels of the names time and message
 * are left out.  Pure.
 */
#ifndef SSELOG_FORMAT_LOKI_H
#define SSELOG_FORMAT_LOKI_H

#include "format/incoming.h"

/* For incoming_read. The records are in in->text. */
enum incoming_result loki_read(struct incoming *in, struct slice body);

#endif
