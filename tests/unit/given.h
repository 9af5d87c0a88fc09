/* SPDX-License-Identifier: MIT */
/* given: the parameters of a GET that has a Last-Event-ID and a query. */
#ifndef SSELOG_TESTS_GIVEN_H
#define SSELOG_TESTS_GIVEN_H

#include <string.h>

struct given {
    const char *header, *query;
};

static const char *parameter(void *arg, const char *name, unsigned nth)
{
    const struct given *g = arg;
    if (nth > 0)
        return NULL;
    if (strcmp(name, "HTTP_LAST_EVENT_ID") == 0)
        return g->header;
    return strcmp(name, "QUERY_STRING") == 0     ? g->query
           : strcmp(name, "REQUEST_METHOD") == 0 ? "GET"
                                                 : NULL;
}

#endif
