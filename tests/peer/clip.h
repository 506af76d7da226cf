/*
 * What a test peer sends: encoded frames that repeat for ever, made or read once and shared by all
 * peers. A clip of pictures begins with a keyframe, so that starting it anew is what a keyframe
 * request asks for.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct frame {
	const uint8_t *data;
	size_t length;
	bool keyframe;
};

struct clip {
	bool video;
	unsigned width, height;
	uint32_t ticks; /* RTP ticks of each frame: of 48,000 a second for sound, 90,000 for
			   pictures */
	unsigned n_frames;
	struct frame *frames;
	GBytes *bytes; /* what the frames lie in */
	/* Instead of frames: one that was taken at this time, by the clock that drives the sender;
	 * valid until the next call. Then the frames are taken at multiples of their length, and
	 * sent late_us after that. */
	struct frame (*make)(void *user, uint64_t taken_us, bool keyframe);
	void *user;
	uint64_t late_us;
};

/* One second of a sine, Opus, 20 ms a frame. hz is a whole number, so that the end fits the
 * beginning. */
struct clip *clip_new_tone(unsigned hz);
/* A wave file of 48 kHz, one channel, 16 bits: Opus, 20 ms a frame. What doesn't fill the last
 * frame is left out. */
struct clip *clip_open_wave(const char *path, GError **error);
/* VP8 in form (headers that a forwarder reads), noise in content: no decoder takes it. */
struct clip *clip_new_noise(unsigned width, unsigned height, unsigned frames_per_second,
			    unsigned kilobits);
/* VP8 in an IVF file, as GStreamer's "vp8enc ! avmux_ivf" or ffmpeg write it. */
struct clip *clip_open_ivf(const char *path, GError **error);
void clip_free(struct clip *clip); /* NULL is allowed */
