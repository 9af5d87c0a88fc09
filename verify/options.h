/* SPDX-License-Identifier: MIT */
/* options: what the command line of `sselog verify` asks for.  Only data. */
#ifndef SSELOG_VERIFY_OPTIONS_H
#define SSELOG_VERIFY_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "doctor/options.h"

#define VERIFY_LOGS 16

struct verify_options {
    const char *url;    /* of the stream; NULL: files are read */
    char *const *files; /* recorded streams; "-" is standard input */
    size_t nfiles;
    const char *credentials;                 /* USER:PASSWORD; NULL: none */
    const char *headers[DOCTOR_HEADERS + 1]; /* "Name: value"; ends with NULL */
    bool insecure, local;                    /* as in struct doctor_options */
    int duration;                            /* ms */
    unsigned cuts;                           /* of the connection, at random moments */
    uint64_t seed;                           /* of these moments */
    bool json, verbose;
    bool redis;                    /* compare with Redis */
    const char *logs[VERIFY_LOGS]; /* KEY, or NAME=KEY of several; empty: by the options */
    size_t nlogs;
    const char *user, *tenant, *role; /* whose log; NULL: not given */
};

#endif
