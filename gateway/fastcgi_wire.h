/* SPDX-License-Identifier: MIT */
/*
 * fastcgi_wire: the format of FastCGI records, for out.c, fcgi_reader.c and gateway.c.  Section
 * numbers in these files refer to the FastCGI Specification 1.0.
 */
#ifndef SSELOG_GATEWAY_FASTCGI_WIRE_H
#define SSELOG_GATEWAY_FASTCGI_WIRE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
    FCGI_VERSION = 1,
    TYPE_BEGIN = 1,
    TYPE_ABORT = 2,
    TYPE_END = 3,
    TYPE_PARAMS = 4,
    TYPE_STDIN = 5,
    TYPE_STDOUT = 6,
    TYPE_GET_VALUES = 9,
    TYPE_GET_VALUES_RESULT = 10,
    TYPE_UNKNOWN = 11,
    ROLE_RESPONDER = 1,
    HEADER_LEN = 8,
    END_LEN = 2 * HEADER_LEN,
    /* protocol statuses (section 5.5) */
    REQUEST_COMPLETE = 0,
    CANT_MPX_CONN = 1,
    UNKNOWN_ROLE = 3
};

/* Writes the header of a record with len bytes of content and no padding (section 3.3). */
static inline void put_header(unsigned char h[HEADER_LEN], int type, uint16_t request, size_t len)
{
    h[0] = FCGI_VERSION;
    h[1] = (unsigned char)type;
    h[2] = (unsigned char)(request >> 8);
    h[3] = (unsigned char)request;
    h[4] = (unsigned char)(len >> 8);
    h[5] = (unsigned char)len;
    h[6] = 0;
    h[7] = 0;
}

/* Writes an FCGI_END_REQUEST record with the application status 0. */
static inline void put_end(unsigned char end[END_LEN], uint16_t request, int status)
{
    memset(end, 0, END_LEN);
    put_header(end, TYPE_END, request, HEADER_LEN);
    end[HEADER_LEN + 4] = (unsigned char)status;
}

static inline uint16_t header_request(const unsigned char h[HEADER_LEN])
{
    return (uint16_t)((h[2] << 8) | h[3]);
}

#endif
