/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: bytes from a peer on the FastCGI socket, in pieces whose size is the first byte.
 * libfcgi and request.c parse a complete request.  No limit may be exceeded, the connection is
 * closed or taken over, and bytes after the request are read too.  Two users are a contradiction.
 */
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/diag.h"
#include "gateway/gateway.h"
#include "gateway/params.h"
#include "gateway/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool so)
{
    if (!so)
        abort();
}

/* Without a contradiction all readers of REMOTE_USER see the same user. */
static void check_params(char *const *params)
{
    const char *last = params_find(params, "REMOTE_USER", 0), *other;
    if (params_contradiction(params).p)
        return;
    for (unsigned nth = 1; (other = params_find(params, "REMOTE_USER", nth)); nth++)
        need(strcmp(last, other) == 0);
}

static void serve(struct fcgi_reader *in)
{
    struct exchange *x = gateway_begin(in);
    struct request r;
    const char *why;
    if (!x)
        return;
    check_params(gateway_params(x));
    int status = request_parse(&r, gateway_param, x, &why);
    need(status == 0 || (status >= 400 && why));
    gateway_answer(x, slice_of("Status: 200 OK\r\n"), slice_of(status ? why : r.path));
    struct out o = gateway_take_out(x);
    out_drain_input(&o);
    out_flush(&o);
    out_close(&o);
    request_free(&r);
    gateway_end(x);
}

static enum fcgi_reader_state feed(struct fcgi_reader *in, int peer, const uint8_t *p, size_t len,
                                   size_t piece)
{
    enum fcgi_reader_state state = FCGI_READER_MORE;
    for (size_t at = 0; at < len && state == FCGI_READER_MORE; at += piece) {
        size_t n = piece < len - at ? piece : len - at;
        need(send(peer, p + at, n, MSG_NOSIGNAL) == (ssize_t)n);
        state = fcgi_reader_read(in);
        need(in->params.len <= FCGI_READER_MAX_PARAMS && in->body.len <= FCGI_READER_MAX_BODY);
    }
    return state;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool begun;
    int s[2];
    if (!begun)
        need(gateway_init() == 0 && diag_open("stderr", DIAG_ERROR) == 0);
    begun = true;
    if (size < 2 || size > 100000)
        return 0;
    need(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0);
    struct fcgi_reader *in = fcgi_reader_new(s[0]);
    need(in != NULL);
    switch (feed(in, s[1], data + 1, size - 1, data[0] ? data[0] * 16u : 1)) {
    case FCGI_READER_READY:
        serve(in);
        break;
    case FCGI_READER_REFUSED:
        fcgi_reader_refuse(in, in->refusal);
        need(fcgi_reader_read(in) == FCGI_READER_MORE);
        fcgi_reader_free(in);
        break;
    default:
        fcgi_reader_free(in);
    }
    close(s[1]);
    return 0;
}
