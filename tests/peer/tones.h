/*
 * How loud each of some tones is in decoded sound, window by window (Goertzel's algorithm under a
 * Hann window: 1 kHz beside a tone nothing of it is left).
 */
#pragma once

#include <glib.h>

#define TONES_MAX 16

/* levels: dB of full scale, in the order of the frequencies. */
typedef void (*tones_tell)(void *user, const double *levels, unsigned n);

struct tones;
struct tones *tones_new(const unsigned *hz, unsigned n, unsigned rate, tones_tell tell, void *user);
void tones_free(struct tones *tones); /* NULL is allowed */
void tones_add(struct tones *tones, const float *samples, size_t n);
