/* SPDX-License-Identifier: MIT */
/* profile_table: one row for each profile; see profile.h.  Only the rows know names and defaults of
 * the systems that sselog stands in for. */
#include "format/profile_parts.h"

#define PLAIN_HEADERS "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
#define PLAIN_HEAD    .eol = "\n", .content_type = "text/event-stream", .headers = PLAIN_HEADERS
/* The headers of all answers of The Other Dude's API. */
#define TOD_HEADERS                                                                                \
    "X-Content-Type-Options: nosniff\r\n"                                                          \
    "X-Frame-Options: DENY\r\n"                                                                    \
    "X-DNS-Prefetch-Control: on\r\n"                                                               \
    "Referrer-Policy: strict-origin-when-cross-origin\r\n"                                         \
    "Permissions-Policy: camera=(), microphone=(), geolocation=(self)\r\n"

static const struct preset smarter_presets[] = {
    {"SSELOG_STREAM", "stream:logs:User.{user}"},
    {"SSELOG_CHANNEL", "logs:User.{user}"},
    {"SSELOG_SKIP_LEVEL", "DEBUG"},
    {"SSELOG_SKIP_TEXT",
     "smarter.apps.dashboard.views.terminal_emulator.api.streams.stream_user_logs()| DEBUG "},
    {"SSELOG_SKIP_LOGGER", "smarter.apps.dashboard.views.terminal_emulator.api.streams"},
    {NULL, NULL},
};

static const struct preset tod_presets[] = {
    {"SSELOG_AUTH", "token"},
    {"SSELOG_ROUTE", "/api/tenants/{tenant}/events/stream"},
    {"SSELOG_STREAM", "stream:events"},
    {"SSELOG_CHANNEL", "events"},
    {"SSELOG_MATCH", "tenant_id={tenant}"},
    {"SSELOG_ADMIN_ROLES", "super_admin"},
    {"SSELOG_JWT_COOKIE", "access_token"},
    {"SSELOG_HISTORY_AGE", "60"}, /* the page makes a new EventSource every 25 s, without an id */
    {NULL, NULL},
};

static const struct preset swf_presets[] = {
    {"SSELOG_AUTH", "remote_user bearer"},
    {"SSELOG_SOURCE", "channels"},
    {"SSELOG_CHANNEL", "workflow_events"},
    {"SSELOG_STREAM", "stream:workflow_events"},
    {"SSELOG_FILTERS", "msg_types=msg_type agents=processed_by run_ids=run_id"},
    {"SSELOG_HISTORY", "0"}, /* its pages would take an old answer for the new one */
    {"SSELOG_KEEPALIVE", "30"},
    {NULL, NULL},
};

static const struct preset astrbot_presets[] = {
    {"SSELOG_AUTH", "jwt"},
    {"SSELOG_STREAM", "stream:logs:astrbot"},
    {"SSELOG_CHANNEL", "logs:astrbot"},
    {"SSELOG_JWT_USER", "username"},
    {"SSELOG_JWT_COOKIE", "astrbot_dashboard_jwt"},
    /* Its page reconnects without an id and fetches history only once; it drops what it has. */
    {"SSELOG_HISTORY", "500"},
    {NULL, NULL},
};

static const struct profile envelope = {
    .id = PROFILE_ENVELOPE,
    .name = "envelope",
    .named_logs = true,
    .counts = true,
    PLAIN_HEAD,
    .first_frame = envelope_first_frame,
    .record = envelope_record,
    .open = envelope_open,
    .keepalive = envelope_keepalive,
    .moved = envelope_moved,
    .whole = 64 * 1024,
};

static const struct profile lines = {
    .id = PROFILE_LINES,
    .name = "ndjson",
    .named_logs = true,
    .counts = true,
    .eol = "\n",
    .content_type = "application/x-ndjson",
    .headers = PLAIN_HEADERS,
    .first_frame = lines_first_frame,
    .record = lines_record,
    .control = lines_control,
    .keepalive = lines_keepalive,
    .moved = lines_moved,
    .whole = SIZE_MAX,
};

static const struct profile plain = {
    .id = PROFILE_PLAIN,
    .name = "plain",
    .named_logs = true,
    .counts = true,
    .enveloped = &envelope,
    .lines = &lines,
    PLAIN_HEAD,
    .whole = 64 * 1024,
};

static const struct profile smarter = {
    .id = PROFILE_SMARTER,
    .name = "smarter",
    .presets = smarter_presets,
    PLAIN_HEAD,
    .record = smarter_record,
    .bulk = smarter_bulk,
    .live = smarter_live,
    .whole = PROFILE_MAX_WRITTEN,
    .unnamed = true,
};

static const struct profile tod = {
    .id = PROFILE_TOD,
    .name = "tod",
    .presets = tod_presets,
    .eol = "\r\n",
    .content_type = "text/event-stream; charset=utf-8",
    .headers = TOD_HEADERS,
    .record = object_record,
    .open = tod_open,
    .keepalive = tod_keepalive,
    .whole = SIZE_MAX,
    .late = true,
};

static const struct profile swf = {
    .id = PROFILE_SWF,
    .name = "swf",
    .presets = swf_presets,
    PLAIN_HEAD,
    .first_frame = swf_first_frame,
    .record = swf_record,
    .open = swf_open,
    .keepalive = swf_keepalive,
    .whole = SIZE_MAX,
    .late = true,
    .mute = true,
    .keepalive_fixed = true,
};

static const struct profile astrbot = {
    .id = PROFILE_ASTRBOT,
    .name = "astrbot",
    .presets = astrbot_presets,
    PLAIN_HEAD,
    .record = astrbot_record,
    .whole = SIZE_MAX,
    .unnamed = true,
    .late = true,
};

#define ROW(ID, row) [PROFILE_##ID] = &row,
static const struct profile *const profiles[PROFILE_COUNT] = {PROFILES(ROW)};

const struct profile *profile_at(unsigned i)
{
    return i < PROFILE_COUNT ? profiles[i] : NULL;
}

const struct profile *profile_find(const char *name)
{
    const struct profile *p;
    for (unsigned i = 0; (p = profile_at(i)) != NULL; i++)
        if (strcmp(p->name, name) == 0)
            return p;
    return NULL;
}
