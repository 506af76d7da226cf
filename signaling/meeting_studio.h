/* Which programs a meeting's studio makes: those that somebody has a slot on. Main thread. */
#pragma once

#include "signaling/meeting_internal.h"

/* Every second: starts what is wanted, ends what isn't any more. */
void meeting_studio_tick(struct meeting *meeting);
/* What the channels are in, after anything of it may have changed. */
void meeting_studio_follow(const struct meeting *meeting);
/* There is one from now on. */
void meeting_studio_need(struct meeting *meeting);
void meeting_studio_free(struct meeting *meeting);
