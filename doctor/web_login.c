/* SPDX-License-Identifier: MIT */
/* web_login: see web_login.h. */
#include "doctor/web_login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/password.h"

int web_login_header(const char *headers[DOCTOR_HEADERS + 1], const char *header)
{
    size_t n = 0;
    while (headers[n])
        n++;
    if (n == DOCTOR_HEADERS || !strchr(header, ':'))
        return -1;
    headers[n] = header;
    return 0;
}

/* A password on the command line can be seen by others, one on standard input cannot. */
int web_login_read(const char *value, const char **credentials)
{
    static char login[512];
    *credentials = value;
    if (strchr(value, ':'))
        return 0;
    int n = snprintf(login, sizeof login, "%s:", value);
    if (n < 0 || (size_t)n >= sizeof login || !password_read(login + n, sizeof login - (size_t)n))
        return -1;
    login[strcspn(login, "\r\n")] = '\0';
    *credentials = login;
    return 0;
}

int web_login_seconds(const char *text)
{
    char *end;
    double seconds = strtod(text, &end);
    return *end || end == text || !(seconds >= 0 && seconds <= 86400) ? -1 : (int)(seconds * 1000);
}
