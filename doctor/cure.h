/* SPDX-License-Identifier: MIT */
/*
 * cure: the line that mends a fault, by web server.  The lines are those of the shipped examples.
 * Pure.
 */
#ifndef SSELOG_DOCTOR_CURE_H
#define SSELOG_DOCTOR_CURE_H

/* A web server, and how it runs sselog. */
enum server {
    SERVER_OTHER,
    SERVER_LIGHTTPD,
    SERVER_LIGHTTPD_CGI,
    SERVER_APACHE, /* how is not known */
    SERVER_FCGID,
    SERVER_PROXY_FCGI,
    SERVER_APACHE_CGI,
    SERVER_NGINX,
    SERVER_LITESPEED,
    SERVERS
};

enum fault {
    FAULT_BUFFERED,
    FAULT_NOT_FOUND,        /* the server answers 404, or a page of its own */
    FAULT_DOWNLOADED,       /* the program's file is sent */
    FAULT_UNAVAILABLE,      /* 502, 503, 504 of the server */
    FAULT_BROKEN,           /* 500 of the server */
    FAULT_MISCONFIGURED,    /* 500 of sselog */
    FAULT_PATH,             /* the path below the mount is not told */
    FAULT_UNCHECKED_USER,   /* any password is accepted */
    FAULT_FORGED_HEADER,    /* a client's header names the user */
    FAULT_FORGED_ADDRESS,   /* a client's header names its address */
    FAULT_NO_AUTHORIZATION, /* the header does not arrive */
    FAULT_NO_LOGIN,         /* a login was sent, and no method of SSELOG_AUTH sees one */
    FAULT_CUT,              /* a stream ends too early */
    FAULT_COMPRESSED,
    FAULT_CACHE,     /* the header Cache-Control was changed */
    FAULT_PROCESSES, /* several processes serve one URL */
    FAULT_QUERY_LOGGED,
    FAULT_PREFLIGHT,    /* OPTIONS is refused */
    FAULT_BAD_REQUEST,  /* 400 of the server, for a good request */
    FAULT_TWO_ORIGINS,  /* headers of CORS come twice */
    FAULT_NO_ADDRESS,   /* a proxy does not tell the client's address */
    FAULT_ADDRESS_LOST, /* it does, and the web server does not read it */
    FAULTS
};

/* software: the header Server, or SERVER_SOFTWARE. started: as /healthz?probe= tells; "": not
 * known. */
enum server server_of(const char *software, const char *started);
const char *server_name(enum server server);
/* Constant text: what to put where. */
const char *cure_for(enum fault fault, enum server server);
/* The cure of a refusal, by its word (identity/why.h). NULL: none is known. */
const char *cure_of_refusal(const char *word);

#endif
