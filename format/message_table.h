/* SPDX-License-Identifier: MIT */
/* message_table: made by `make tables` from format/levels.txt, for format/record.c only. */
#ifndef SSELOG_FORMAT_MESSAGE_TABLE_H
#define SSELOG_FORMAT_MESSAGE_TABLE_H

/* clang-format off */
static const char message_names[][17] = {"message", "msg", "data", "text", "log", "event", "short_message", "MESSAGE", "RenderedMessage", "@m", "@mt", "Message", "MessageTemplate", "body", "body.stringValue", "fields.message", "textPayload", "record.message", "error.message"};
/* clang-format on */

#endif
