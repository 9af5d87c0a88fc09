/* SPDX-License-Identifier: MIT */
/* options: what the command line of `sselog doctor` asks for.  Only data. */
#ifndef SSELOG_DOCTOR_OPTIONS_H
#define SSELOG_DOCTOR_OPTIONS_H

#include <stdbool.h>

#define DOCTOR_HEADERS 16

struct doctor_options {
    /* without a web server */
    const char *file;   /* of options, NULL: none */
    const char *socket; /* of -s, NULL: none */
    const char *as;     /* the system's user that will serve, or with a socket the one that will
                           connect; NULL: who runs the doctor */
    const char *user, *tenant, *role; /* whose log; NULL: not given */
    bool write;                       /* a marked record may be written */
    const char *producer; /* file of options with the address of a producer; NULL: none */
    /* through the web server */
    const char *url;                         /* of the mount or of the stream; NULL: not wanted */
    const char *credentials;                 /* USER:PASSWORD; NULL: none */
    const char *headers[DOCTOR_HEADERS + 1]; /* "Name: value"; ends with NULL */
    bool url_only;                           /* nothing of this machine is checked */
    bool local;                              /* connect to 127.0.0.1 in place of the URL's host */
    bool insecure;                           /* accept any certificate */
    const char *origin;                      /* of a page that should be able to read */
    const char *access_log;                  /* a file */
    int patience;                            /* ms until the first byte */
    int hold;                                /* ms to hold a stream; -1: two keepalives */
};

#endif
