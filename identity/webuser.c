/* SPDX-License-Identifier: MIT */
/* webuser: see webuser.h. */
#include "identity/webuser.h"

#include <strings.h>

#include "identity/session.h"

#define PREFIX_LEN    (sizeof "REDIRECT_" - 1)
#define MAX_REDIRECTS 10 /* Apache's own limit, LimitInternalRecursion */

/* Apache puts the status of each redirect into REDIRECT_STATUS, and adds the prefix once more to
 * those of earlier redirects. */
static bool was_redirected_for_an_error(const struct request *request)
{
    char name[MAX_REDIRECTS * PREFIX_LEN + sizeof "STATUS"];
    for (size_t depth = 0; depth < MAX_REDIRECTS; depth++) {
        memcpy(name + depth * PREFIX_LEN, "REDIRECT_STATUS", sizeof "REDIRECT_STATUS");
        const char *status = request_param(request, name);
        if (!status)
            return false;
        if (strcmp(status, "200") != 0)
            return true;
    }
    return true;
}

enum webuser_result webuser_read(const struct request *request, struct identity *identity)
{
    const char *user = request_param(request, "REMOTE_USER");
    if (!user) {
        user = request_param(request, "REDIRECT_REMOTE_USER");
        if (user && was_redirected_for_an_error(request))
            return WEBUSER_CLAIMED;
    }
    if (!user)
        return WEBUSER_NONE;
    return session_set_name(identity->user, slice_of(user)) == 0 ? WEBUSER_OK : WEBUSER_BAD;
}

/* Reads a name from a proxy's header; header may be NULL. A second header from the client makes the
 * name bad. Web servers join repeated headers with ", " (RFC 9110, section 5.3). They may also pass
 * a header with a similar name, such as X_User beside X-User, as the same parameter. */
static enum webuser_result read_header(const struct request *request, const char *header,
                                       char out[IDENTITY_MAX_NAME + 1])
{
    bool too_long = false;
    if (!header)
        return WEBUSER_NONE;
    const char *value = request_header(request, header, &too_long);
    if (too_long || (value && strchr(value, ',')) || request_header_is_doubled(request, header))
        return WEBUSER_BAD;
    if (!value)
        return WEBUSER_NONE;
    return session_set_name(out, slice_of(value)) == 0 ? WEBUSER_OK : WEBUSER_BAD;
}

enum webuser_result webuser_read_headers(const struct config *config, const struct request *request,
                                         struct identity *identity)
{
    enum webuser_result result = read_header(request, config->user_header, identity->user);
    if (result != WEBUSER_OK)
        return result;
    result = read_header(request, config->tenant_header, identity->tenant);
    if (result != WEBUSER_BAD)
        result = read_header(request, config->role_header, identity->role);
    return result == WEBUSER_BAD ? WEBUSER_BAD : WEBUSER_OK;
}

/* Whether the server gives headers with different names the same variable. Apache and nginx drop
 * names with other characters than letters, digits and '-'. */
static bool folds_names(const char *software)
{
    static const char *const servers[] = {"lighttpd", "OpenBSD httpd"};
    for (size_t i = 0; software && i < sizeof servers / sizeof *servers; i++) {
        if (strncasecmp(software, servers[i], strlen(servers[i])) == 0)
            return true;
    }
    return false;
}

static bool has_separator(const char *name)
{
    size_t plain = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
    return name[plain] != '\0';
}

const char *webuser_imitable_header(const struct config *config, const struct request *request)
{
    if (!config_uses(config, AUTH_HEADER) ||
        !folds_names(request_param(request, "SERVER_SOFTWARE")))
        return NULL;
    if (config->tenant_header && has_separator(config->tenant_header))
        return "SSELOG_TENANT_HEADER";
    if (config->role_header && has_separator(config->role_header))
        return "SSELOG_ROLE_HEADER";
    return NULL;
}
