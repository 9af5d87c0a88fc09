/* SPDX-License-Identifier: MIT */
/*
 * loki_push: the protobuf form of Loki's push request, as Grafana Alloy, Promtail and Vector send
 * it:
 *
 *     PushRequest { repeated Stream streams = 1; }
 *     Stream { string labels = 1; repeated Entry entries = 2; }
 *     Entry { Timestamp time = 1; string line = 2; repeated Label metadata = 3; }
 *     Label { string name = 1; string value = 2; }
 *     Timestamp { int64 seconds = 1; int32 nanos = 2; }
 *
 * Records are those of the JSON form: see loki.h. Other fields are skipped; of several equal ones
 * the last counts. Ill-formed UTF-8 becomes U+FFFD. Pure.
 */
#ifndef SSELOG_FORMAT_LOKI_PUSH_H
#define SSELOG_FORMAT_LOKI_PUSH_H

#include "format/incoming.h"

/* For incoming_read. The records are in in->text. */
enum incoming_result loki_push_read(struct incoming *in, struct slice body);

#endif
