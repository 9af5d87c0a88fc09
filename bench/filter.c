/* SPDX-License-Identifier: MIT */
/*
 * filter: processor time that a filter takes for records of several kinds, in microseconds a
 * record. The records are 200 bytes long, and only their numbers differ. It tells too what the
 * first record of a process costs.
 *
 * usage: filter [QUERY [RECORDS [KIND]]]; without them level>=warning, 100000 and all kinds
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "format/filter.h"

#define LENGTH 200

/* % is the number of the record. */
static const struct {
    const char *kind, *text;
} kinds[] = {
    {"iso, level", "2026-11-28T11:44:35.%Z INFO request was answered "},
    {"iso, python", "2026-11-28 11:44:35,% - app.worker - WARNING - the queue is long "},
    {"iso, words", "2026-11-28 11:44:35 the job % was taken from the queue "},
    {"iso, module", "2026-11-28 11:44:35.% ERROR [main] org.example.Shop: no stock "},
    {"bracket", "[2026-11-28 11:44:35] app.INFO: user % logged in "},
    {"nginx error",
     "2026/11/28 11:44:35 [error] 31#31: *% open() failed (2: No such file), client: 10.0.0.7, "},
    {"access", "203.0.113.7 - - [28/Nov/2026:11:44:35 +0000] \"GET /item/% HTTP/1.1\" 200 2326 "
               "\"-\" \"curl/8.5.0\" "},
    {"syslog", "Nov 28 11:44:35 web sshd[%]: Accepted publickey for ann from 203.0.113.7 "},
    {"syslog iso", "2026-11-28T11:44:35.%+00:00 web sshd[712]: Accepted publickey for ann "},
    {"postgres", "2026-11-28 11:44:35.123 UTC [%] LOG:  checkpoint complete: wrote 17 buffers "},
    {"logfmt",
     "time=2026-11-28T11:44:35Z level=info msg=\"request answered\" number=% path=/a/b/c "},
    {"plain words", "the job % was taken from the queue, and more words follow it "},
    {"json", "{\"time\":\"2026-11-28T11:44:35Z\",\"level\":\"info\",\"n\":%,\"logger\":\"app\","
             "\"message\":\""},
    {"json text", "{\"time\":\"2026-11-28T11:44:35Z\",\"n\":%,\"logger\":\"app\",\"message\":"
                  "\"2026-11-28 11:44:35 INFO "},
};

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* A record of LENGTH bytes. */
static void make(char text[LENGTH + 1], const char *form, unsigned number)
{
    static const char filling[] = "abcdefghi jklmno pqrst uvwxyz ";
    size_t before = strcspn(form, "%");
    int n = snprintf(text, LENGTH - 1, "%.*s%06u%s", (int)before, form, number % 1000000,
                     form + before + 1);
    for (size_t i = n > 0 ? (size_t)n : 0; i < LENGTH; i++)
        text[i] = filling[i % (sizeof filling - 1)];
    if (text[0] == '{')
        memcpy(text + LENGTH - 2, "\"}", 2);
    text[LENGTH] = '\0';
}

static bool passes(const struct filter *f, const char *text)
{
    struct record r;
    record_from_message(&r, XID_ZERO, slice_make(text, LENGTH));
    bool pass = filter_pass(f, &r);
    record_end(&r);
    return pass;
}

/* Measures one kind. */
static void measure(const struct filter *f, const char *kind, const char *form, unsigned records)
{
    char text[LENGTH + 1];
    unsigned long passed = 0;
    make(text, form, 1);
    double start = now_us();
    passes(f, text);
    double first = now_us() - start, making = now_us();
    for (unsigned i = 0; i < records; i++)
        make(text, form, i);
    making = now_us() - making;
    start = now_us();
    for (unsigned i = 0; i < records; i++) {
        make(text, form, i);
        passed += passes(f, text);
    }
    double all = now_us() - start;
    printf("%-14s %10.0f %10.2f %7lu%%\n", kind, first, (all - making) / records,
           passed * 100 / records);
}

int main(int argc, char **argv)
{
    unsigned long records = argc > 2 ? strtoul(argv[2], NULL, 10) : 100000;
    struct filter_spec spec = {.query = slice_of(argc > 1 ? argv[1] : "level>=warning")};
    struct filter *f = filter_new(&spec);
    if (!f || records == 0 || records > UINT_MAX)
        return 1;
    printf("%-14s %10s %10s %8s\n", "kind", "first, us", "each, us", "passed");
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        if (argc < 4 || strcmp(argv[3], kinds[k].kind) == 0)
            measure(f, kinds[k].kind, kinds[k].text, (unsigned)records);
    filter_free(f);
    return 0;
}
