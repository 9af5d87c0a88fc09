/* SPDX-License-Identifier: MIT */
/*
 * slowname: preloaded into the program, a name server that is silent: looking a name up takes
 * longer than any test waits. The C library's own thread, of getaddrinfo_a, does not come by here.
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
