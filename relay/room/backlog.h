/*
 * What a recorded track has for the studio: messages in their order, each kept until the studio has
 * written it, and on from the last keyframe among those, so that a new studio can go on decoding;
 * but what is written makes room where there is none. Bounded, allocated once. Owned by who made
 * it.
 *
 *   |  written, kept   |  written  |  sent  |  not sent  |
 *   ^ last keyframe before ........^        ^            ^ put
 */
#pragma once

#include "relay/rtp/packet.h"
#include <stdbool.h>

struct backlog;

struct backlog *backlog_new(size_t capacity); /* bytes */
void backlog_free(struct backlog *backlog);   /* NULL is allowed */

/* Whose what is put from now on is; 0, until then: nobody knows. */
void backlog_set_source(struct backlog *backlog, uint32_t peer);
/* false: there is no room. keyframe: decoding may begin with it. */
bool backlog_put(struct backlog *backlog, bool keyframe, const struct bytes *parts, unsigned n);
/* The next to be sent; valid until the next put or written. false: nothing waits. */
bool backlog_peek(const struct backlog *backlog, struct bytes *ret);
/* Whose that is; of the same message when it comes again, too. */
uint32_t backlog_source(const struct backlog *backlog);
void backlog_sent(struct backlog *backlog);
/* The first count of those sent since the last rewind are written. More than were sent: false. */
bool backlog_written(struct backlog *backlog, uint64_t count);
/* Another studio: all that is kept is to be sent. */
void backlog_rewind(struct backlog *backlog);
size_t backlog_bytes(const struct backlog *backlog);	   /* kept */
uint64_t backlog_unwritten(const struct backlog *backlog); /* messages */
