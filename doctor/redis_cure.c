/* SPDX-License-Identifier: MIT */
/* redis_cure: see redis_cure.h. */
#include "doctor/redis_cure.h"

#include <stddef.h>
#include <string.h>

const char *redis_cure(const char *why)
{
    static const struct {
        const char *text, *cure;
    } cures[] = {
        {"Connection refused", "start Redis, or correct the address in SSELOG_REDIS"},
        {"No such file", "start Redis with `unixsocket` at this path, or correct SSELOG_REDIS"},
        {"Permission denied",
         "put the user that serves into the socket's group, and set `unixsocketperm 770`"},
        {"WRONGPASS", "correct the user or the password in SSELOG_REDIS"},
        {"NOAUTH", "Redis wants a password: set SSELOG_REDIS_PASSWORD_FILE"},
        {"AUTH", "Redis has no such password: correct SSELOG_REDIS"},
        {"out of range", "correct the number of the database in SSELOG_REDIS"},
        {"LOADING", "wait until Redis has read its data"},
        {"no answer in time", "a firewall may drop the packets, or Redis is busy"},
        {"certificate", "set SSL_CERT_FILE to the certificate of the authority that signed it"},
        {"TLS", "use redis:// if this Redis has no TLS"},
    };
    for (size_t i = 0; i < sizeof cures / sizeof *cures; i++)
        if (strstr(why, cures[i].text))
            return cures[i].cure;
    return NULL;
}
