/*
 * Commands for a worker whose mailbox is full, in order, until it has room. None of them may be
 * lost; that the row stays short is the work of who fills it:
 *
 *   - while one waits, nobody is added on that worker, and beyond WAITING_MAX nobody in any room
 *     that has a part there (relay_add_peer). So what waits beyond it ends what there is: a removal
 *     for each participant, a close for each room, an offer's few more publications.
 *   - what sets a value (a slot's feed, a mute, the stage, the screen) takes the place of the one
 *     before it: one for each value.
 *
 * Main thread.
 */
#pragma once

#include "relay/room/command.h"
#include <glib.h>

#define WAITING_MAX 4096

struct waiting;

struct waiting *waiting_new(void);
void waiting_free(struct waiting *waiting); /* and what waits; NULL is allowed */
/* Takes the command. */
void waiting_push(struct waiting *waiting, struct command *command);
/* Gives the first one away; NULL: none. waiting_return puts it back there. */
struct command *waiting_take(struct waiting *waiting);
void waiting_return(struct waiting *waiting, struct command *command);
unsigned waiting_length(const struct waiting *waiting);
