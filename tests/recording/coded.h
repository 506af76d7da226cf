/*
 * Clips whose frames carry the time (timecode.h), really encoded: Opus, each packet of which is
 * encoded once; and VP8, by an encoder for each clip, which gives a keyframe when it is asked for
 * one. Any one thread.
 */
#pragma once

#include "tests/peer/clip.h"

/* Of source's time. They end by coded_free. every_ms: a multiple of TIMECODE_SLOT_US. */
struct clip *coded_sound_new(unsigned source);
struct clip *coded_picture_new(unsigned source, uint64_t late_us, unsigned every_ms);
void coded_free(struct clip *clip); /* NULL is allowed */
