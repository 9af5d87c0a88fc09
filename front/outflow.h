/* SPDX-License-Identifier: MIT */
/*
 * outflow: an answer that is sent in pieces, by a task in a lane (context.h). No thread waits for
 * the peer: while it takes nothing, the task is parked. Little is held meanwhile, about one piece.
 *
 * The use: answer_begin(), outflow_begin(). Then in each turn: add bytes to ctx->body, and call
 * outflow_send() when there are OUTFLOW_PIECE of them, and before the turn ends. It says how the
 * turn goes on. At last outflow_end(), or outflow_break().
 */
#ifndef SSELOG_FRONT_OUTFLOW_H
#define SSELOG_FRONT_OUTFLOW_H

#include <stdbool.h>
#include <stdint.h>

struct context;

#define OUTFLOW_PIECE    ((size_t)64 * 1024)
#define OUTFLOW_STALL_MS 30000  /* a peer that takes nothing for so long is cut off */
#define OUTFLOW_PIECE_MS 120000 /* and one that takes so long for one piece */

enum outflow {
    OUTFLOW_OPEN, /* ctx->body was taken and is empty: go on */
    OUTFLOW_FULL, /* it still holds bytes: add none, return TURN_PARK, then call outflow_send() */
    OUTFLOW_GONE  /* the client left or was cut off, or memory ran out: return TURN_DONE */
};

/* Takes a seat, and puts the head that was begun into ctx->body, which must be empty. 0, or -1:
 * answered, which is the case for HEAD too. From then on only the functions here send. May be
 * called by the endpoint or by its task. */
int outflow_begin(struct context *ctx);
/* Sends ctx->body. */
enum outflow outflow_send(struct context *ctx);
/* Whether the process stops. The task then adds its last bytes, also when outflow_send() says
 * OUTFLOW_FULL, and calls outflow_end(): it has no other turn. */
bool outflow_stops(const struct context *ctx);
/* Of a task that has an end of its own: from that time (CLOCK_MONOTONIC ms) on it is not parked. It
 * then adds its last bytes, as when the process stops. */
void outflow_limit(struct context *ctx, int64_t end);
/* Sends ctx->body as the end of the answer. Bytes that the peer does not take now go to the relay,
 * with context_free(). Return TURN_DONE. */
void outflow_end(struct context *ctx);
/* Breaks the answer off, so that the client can tell that it is not complete. Return TURN_DONE. */
void outflow_break(struct context *ctx);

#endif
