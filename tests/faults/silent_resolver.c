/* SPDX-License-Identifier: MIT */
/*
 * silent_resolver: a library to preload into the program, which simulates a name server that does
 * not answer. getaddrinfo of a name takes longer than any test waits. The thread of getaddrinfo_a
 * is not affected, since it calls the C library's own function.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <unistd.h>

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **list)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **) =
        (int (*)(const char *, const char *, const struct addrinfo *, struct addrinfo **))dlsym(
            RTLD_NEXT, "getaddrinfo");
    struct addrinfo numeric = hints ? *hints : (struct addrinfo){0};
    numeric.ai_flags |= AI_NUMERICHOST;
    if (real(name, service, &numeric, list) == 0)
        return 0;
    if (!hints || !(hints->ai_flags & AI_NUMERICHOST))
        sleep(120);
    return EAI_NONAME;
}
