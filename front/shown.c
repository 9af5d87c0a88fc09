/* SPDX-License-Identifier: MIT */
/* shown: see shown.h. */
#include "front/shown.h"

#include "front/context.h"
#include "identity/fingerprint.h"

void shown_client(const struct context *ctx, struct fields *line)
{
    const struct identity *who = &ctx->identity;
    char hash[FINGERPRINT_USER + 1];
    if (who->user[0] && ctx->config->log_user_hash) {
        fingerprint_user(who->user, hash);
        fields_add(line, "user", hash);
    } else if (who->user[0]) {
        fields_add(line, "user", who->user);
    }
    fields_add(line, "tenant", who->tenant[0] ? who->tenant : NULL);
    fields_add(line, "address", request_param(&ctx->request, "REMOTE_ADDR"));
}

/* Whether the key would tell the name that is hashed beside it. */
static bool tells_user(const struct context *ctx, const char *key)
{
    const char *user = ctx->identity.user;
    return ctx->config->log_user_hash && user[0] && strstr(key, user);
}

char *shown_viewer(const struct context *ctx, const struct admission *a)
{
    struct fields words = {0};
    fields_begin(&words, "");
    shown_client(ctx, &words);
    fields_add(&words, "method", auth_method_name(ctx->identity.method));
    fields_add(&words, "profile", a->profile->name);
    for (const struct admitted_log *log = &a->log; log; log = log->next)
        fields_add(&words, "key", tells_user(ctx, log->key) ? NULL : log->key);
    fields_add(&words, "client", a->client);
    return strdup(words.text);
}
