/* SPDX-License-Identifier: MIT */
/* logs: see logs.h. */
#include "identity/logs.h"

#include <string.h>

#include "config/log_word.h"
#include "identity/template.h"

static int fill(const struct logs_asker *a, const char *template, struct slice name,
                char key[IDENTITY_MAX_KEY + 1])
{
    return auth_log_key(a->config, a->identity, a->captures, template, name, key);
}

/* The templates that share the keys: SSELOG_STREAM, then those of the words. NULL: no more. */
static const char *template_at(const struct config *c, size_t i)
{
    return i == 0 ? c->stream : c->logs[i - 1].key;
}

/* Whether the i-th template gives this key to the same identity. That of a set does so only for the
 * names in the set, which are not known here. */
static bool gives(const struct logs_asker *a, size_t i, const char *key)
{
    char its[IDENTITY_MAX_KEY + 1];
    bool is_set = i > 0 && a->config->logs[i - 1].set;
    return !is_set && fill(a, template_at(a->config, i), slice_make("", 0), its) == 0 &&
           strcmp(its, key) == 0;
}

/* Whether the key that template was filled to belongs to it. */
static bool owns(const struct logs_asker *a, const char *template, const char *key)
{
    size_t mine = template_literals(template);
    bool before = true;
    const char *other;
    for (size_t i = 0; (other = template_at(a->config, i)) != NULL; i++) {
        size_t its = template_literals(other);
        if (strcmp(other, template) == 0)
            before = false;
        else if ((its > mine || (its == mine && before)) && template_fits(other, key) &&
                 !gives(a, i, key))
            return false;
    }
    return true;
}

int logs_set(const struct logs_asker *a, const struct log_word *word,
             char set[IDENTITY_MAX_KEY + 1])
{
    return fill(a, word->set, slice_make("", 0), set);
}

enum why logs_find(const struct logs_asker *a, const struct log_word *word, struct slice name,
                   struct logs_keys *keys)
{
    keys->set[0] = '\0';
    if (!log_word_is_name(name) || (word->name && !slice_equal(name, slice_of(word->name))))
        return WHY_LOG_UNKNOWN;
    if (word->set && logs_set(a, word, keys->set))
        return WHY_LOG_NAMES;
    if (fill(a, word->key, name, keys->key))
        return WHY_LOG_NAMES;
    return owns(a, word->key, keys->key) ? WHY_OK : WHY_LOG_KEY;
}

enum why logs_default(const struct logs_asker *a, char key[IDENTITY_MAX_KEY + 1])
{
    const struct config *c = a->config;
    const struct slice none = slice_make("", 0);
    if (fill(a, c->log_kind == LOG_STREAM ? c->stream : c->channel, none, key))
        return WHY_FORBIDDEN;
    return !config_names_logs(c) || owns(a, c->stream, key) ? WHY_OK : WHY_LOG_KEY;
}
