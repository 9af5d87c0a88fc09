/* SPDX-License-Identifier: MIT */
/* send: see send.h. */
#include "send/send.h"

#include <unistd.h>

#include "base/diag.h"
#include "send/follow.h"
#include "send/list.h"
#include "send/pipe.h"

/* The recipe of the options. host: room for the name of this machine. -1: out of memory. */
static int make_recipe(struct recipe *how, const struct config *config,
                       const struct send_options *o, char host[HOST_MAX])
{
    struct buf why;
    int bad = 0;
    buf_init(&why, 512);
    if (gethostname(host, HOST_MAX - 1))
        host[0] = '\0';
    *how = (struct recipe){.config = config,
                           .options = o,
                           .wrap = {.host = o->host.len > 0 ? o->host : slice_of(host),
                                    .host_asked = o->host.len > 0,
                                    .level = o->level,
                                    .fields = o->fields,
                                    .nfields = o->nfields}};
    how->join = o->join ? join_new(o->continues, o->starts, &why) : NULL;
    if (o->join && !how->join) {
        diag(DIAG_ERROR, "send", "%s", why.p ? why.p : "out of memory");
        bad = -1;
    }
    buf_free(&why);
    return bad;
}

static int run(struct sender *s, const struct recipe *how, struct bundle *bundle, size_t *waiting)
{
    if (s->options->nfiles > 0)
        return follow_run(s, how, bundle, waiting);
    if (s->options->list)
        return list_run(s, how, bundle);
    return pipe_run(s, how, bundle, waiting);
}

int send_run(const struct config *config, const struct send_options *options)
{
    struct sender s = {.signals = -1};
    struct recipe how;
    struct bundle bundle;
    char host[HOST_MAX] = "";
    size_t waiting = 0;
    bundle_init(&bundle);
    bool bad = make_recipe(&how, config, options, host) || sender_init(&s, config, options);
    if (!bad) {
        bad = sender_connect(&s) || run(&s, &how, &bundle, &waiting);
        sender_finish(&s, bad, waiting);
    }
    sender_free(&s);
    join_free(how.join);
    bundle_free(&bundle);
    return bad ? 1 : 0;
}
