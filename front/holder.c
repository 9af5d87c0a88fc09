/* SPDX-License-Identifier: MIT */
/* holder: see holder.h. */
#include "front/holder.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "front/access.h"
#include "front/answer.h"
#include "front/context.h"
#include "front/refusal.h"

struct prefix {
    unsigned char bytes[16];
    unsigned bits;
};

static bool is_within(const unsigned char address[16], const struct prefix *p)
{
    unsigned whole = p->bits / 8, rest = p->bits % 8;
    unsigned mask = 0xff00u >> rest & 0xff;
    return memcmp(address, p->bytes, whole) == 0 &&
           (rest == 0 || (address[whole] & mask) == p->bytes[whole]);
}

static bool is_loopback(const unsigned char address[16])
{
    static const struct prefix v4 = {{[10] = 0xff, 0xff, 127}, 104};
    static const unsigned char v6[16] = {[15] = 1}, v6_net[16] = {0}; /* as a /64 it is zero */
    return is_within(address, &v4) || memcmp(address, v6, 16) == 0 ||
           memcmp(address, v6_net, 16) == 0;
}

/* RFC 1918, RFC 4193 and link-local addresses. */
static bool is_private(const unsigned char address[16])
{
    static const struct prefix nets[] = {{{[10] = 0xff, 0xff, 10}, 104},
                                         {{[10] = 0xff, 0xff, 172, 16}, 108},
                                         {{[10] = 0xff, 0xff, 192, 168}, 112},
                                         {{[10] = 0xff, 0xff, 169, 254}, 112},
                                         {{0xfc}, 7},
                                         {{0xfe, 0x80}, 10}};
    for (size_t i = 0; i < sizeof nets / sizeof *nets; i++)
        if (is_within(address, &nets[i]))
            return true;
    return false;
}

/* Whether requests from there are those of one client.  Anybody can send the headers of a proxy, so
 * they count only from an address that a proxy of our own may have.  A client on this machine, or a
 * proxy here that names no clients, cannot be told apart. */
static bool is_one_client(const unsigned char address[16], bool trusted, bool forwarded)
{
    return !trusted && !is_loopback(address) && !(forwarded && is_private(address));
}

struct seat_holder holder_of(const struct context *ctx, char name[HOLDER_NAME])
{
    const struct request *r = &ctx->request;
    unsigned char a[16];
    if (ctx->identity.user[0]) {
        snprintf(name, HOLDER_NAME, "%s%c%s", ctx->identity.tenant, SEAT_HOLDER_JOINS,
                 ctx->identity.user);
        return (struct seat_holder){HOLDER_USER, name};
    }
    name[0] = '\0';
    if (throttle_read_address(request_param(r, "REMOTE_ADDR"), a) ||
        !is_one_client(a, auth_is_trusted(ctx->config, r), access_is_forwarded(ctx)))
        return (struct seat_holder){HOLDER_NOBODY, name};
    char text[INET6_ADDRSTRLEN];
    inet_ntop(AF_INET6, a, text, sizeof text);
    snprintf(name, HOLDER_NAME, "%c%caddress %s", SEAT_HOLDER_JOINS, SEAT_HOLDER_JOINS, text);
    return (struct seat_holder){HOLDER_ADDRESS, name};
}

bool holder_has_no_room(struct context *ctx)
{
    char name[HOLDER_NAME];
    struct seat_holder holder = holder_of(ctx, name);
    if (relay_has_room(ctx->relay, &holder))
        return false;
    refusal_set(ctx, WHY_MEMORY);
    answer_error(ctx, 503, "too many answers wait to be read");
    return true;
}

int holder_take_seat(struct context *ctx)
{
    char name[HOLDER_NAME];
    struct seat_holder holder = holder_of(ctx, name);
    struct seat *seat;
    enum seat_result result = relay_seat(ctx->relay, &holder, &seat);
    if (result == SEAT_TAKEN) {
        ctx->parking.seat = seat;
        return 0;
    }
    if (seat)
        relay_unseat(ctx->relay, seat, result);
    refusal_set(ctx, refusal_of_seat(result));
    answer_error(ctx, refusal_seat_status(result), seat_refusal(result));
    return -1;
}
