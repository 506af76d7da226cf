/* A voice for tests: one tone, as RTP packets of Opus; and how loud a tone is in what comes back.
 */
#pragma once

#include <opus/opus.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TONE_RATE  48000
#define TONE_FRAME 960 /* 20 ms */
#define TONE_MAX   1500

struct tone {
	OpusEncoder *encoder;
	double hz, dbfs;
	uint16_t sequence;
	uint32_t timestamp, ssrc;
	bool muted;    /* nothing is sent, while time goes on */
	unsigned skip; /* every so manieth packet is lost; 0: none */
};

void tone_init(struct tone *tone, double hz, double dbfs, uint32_t ssrc);
void tone_clear(struct tone *tone);
/* The next 20 ms as an RTP packet; returns its length, 0: it is lost, or not sent. */
size_t tone_next(struct tone *tone, uint8_t packet[static TONE_MAX]);

/* dBFS of this tone in the samples (the sine's amplitude); whole periods make it exact. */
double tone_measure(const float *samples, size_t n, double hz);
