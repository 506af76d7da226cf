#include "tests/recording/timecode.h"
#include <math.h>
#include <string.h>

#define BANDS	   3
#define TONES	   16
#define STEP_HZ	   150
#define AMPLITUDE  6000
#define FADE	   120 /* samples: a slot's sound begins and ends softly */
#define BEGIN	   240 /* what is measured of a slot: behind the codec's delay and the fade */
#define END	   860
#define CLEAR_DB   6.0 /* a band's tone above its next loudest */
#define SIDE	   4
#define BLACK	   16
#define WHITE	   235
#define CHECK_BITS 4

/* 300 .. 2550, 2850 .. 5100, 5400 .. 7650 Hz */
static double hz_of(unsigned band, unsigned tone)
{
	return 300 + (band * (TONES + 1) + tone) * STEP_HZ;
}

unsigned timecode_at(unsigned source, uint64_t taken_us)
{
	uint64_t slot = taken_us / TIMECODE_SLOT_US;
	return (unsigned)((slot + source * TIMECODE_SOURCE_SLOT) % TIMECODE_SLOTS);
}

unsigned timecode_source(unsigned code, uint64_t about_us, uint64_t *ret_taken_us)
{
	uint64_t about = (about_us + TIMECODE_SLOT_US / 2) / TIMECODE_SLOT_US;
	unsigned ahead = (unsigned)((code + TIMECODE_SLOTS - about % TIMECODE_SLOTS +
				     TIMECODE_SOURCE_SLOT / 2) %
				    TIMECODE_SLOTS);
	unsigned source = ahead / TIMECODE_SOURCE_SLOT;
	int64_t apart = (int64_t)(ahead % TIMECODE_SOURCE_SLOT) - TIMECODE_SOURCE_SLOT / 2;
	*ret_taken_us = (uint64_t)((int64_t)about + apart) * TIMECODE_SLOT_US;
	return source;
}

void timecode_sound(unsigned code, int16_t samples[static TIMECODE_SAMPLES])
{
	for (unsigned i = 0; i < TIMECODE_SAMPLES; i++) {
		unsigned edge = i < TIMECODE_SAMPLES - 1 - i ? i : TIMECODE_SAMPLES - 1 - i;
		double fade = edge < FADE ? 0.5 - 0.5 * cos(M_PI * (edge + 0.5) / FADE) : 1,
		       sum = 0;
		for (unsigned band = 0; band < BANDS; band++)
			sum += sin(2 * M_PI * hz_of(band, code >> 4 * band & 15) * i /
				   TIMECODE_RATE);
		samples[i] = (int16_t)(AMPLITUDE * fade * sum);
	}
}

/* The windowed waves of each tone, which samples are compared with. */
static float waves[BANDS][TONES][2][END - BEGIN];

static void make_waves(void)
{
	for (unsigned band = 0; band < BANDS; band++)
		for (unsigned tone = 0; tone < TONES; tone++)
			for (unsigned i = 0; i < END - BEGIN; i++) {
				double window =
					0.5 - 0.5 * cos(2 * M_PI * (i + 0.5) / (END - BEGIN));
				double angle = 2 * M_PI * hz_of(band, tone) * i / TIMECODE_RATE;
				waves[band][tone][0][i] = (float)(window * cos(angle));
				waves[band][tone][1][i] = (float)(window * sin(angle));
			}
}

static double power(const float *samples, float wave[2][END - BEGIN])
{
	float re = 0, im = 0;
	for (unsigned i = 0; i < END - BEGIN; i++) {
		re += wave[0][i] * samples[BEGIN + i];
		im += wave[1][i] * samples[BEGIN + i];
	}
	return (double)re * (double)re + (double)im * (double)im;
}

bool timecode_of_sound(const float samples[static TIMECODE_SAMPLES], unsigned *ret_code)
{
	unsigned code = 0;
	if (waves[0][0][0][1] == 0)
		make_waves();
	for (unsigned band = 0; band < BANDS; band++) {
		double most = 0, next = 0;
		unsigned tone = 0;
		for (unsigned i = 0; i < TONES; i++) {
			double each = power(samples, waves[band][i]);
			if (each > most) {
				next = most;
				most = each;
				tone = i;
			} else if (each > next) {
				next = each;
			}
		}
		if (most < 1e-3 || most < next * pow(10, CLEAR_DB / 10))
			return false;
		code |= tone << 4 * band;
	}
	*ret_code = code;
	return true;
}

/* Not the same for neighbours, and not 0 for 0: a black picture is no code. */
static unsigned check_of(unsigned code)
{
	return (code ^ code >> 4 ^ code >> 8 ^ 5) & ((1 << CHECK_BITS) - 1);
}

void timecode_picture(unsigned code, uint8_t *luma)
{
	unsigned bits = code << CHECK_BITS | check_of(code);
	for (unsigned y = 0; y < TIMECODE_HEIGHT; y++)
		for (unsigned x = 0; x < SIDE; x++) {
			unsigned field = y * SIDE / TIMECODE_HEIGHT * SIDE + x;
			memset(luma + y * TIMECODE_WIDTH + x * TIMECODE_WIDTH / SIDE,
			       bits >> field & 1 ? WHITE : BLACK, TIMECODE_WIDTH / SIDE);
		}
}

bool timecode_of_picture(const uint8_t *luma, size_t stride, unsigned width, unsigned height,
			 unsigned *ret_code)
{
	unsigned bits = 0;
	for (unsigned field = 0; field < SIDE * SIDE; field++) {
		unsigned x = (2 * (field % SIDE) + 1) * width / (2 * SIDE);
		unsigned y = (2 * (field / SIDE) + 1) * height / (2 * SIDE);
		bits |= (luma[y * stride + x] > (BLACK + WHITE) / 2 ? 1u : 0) << field;
	}
	*ret_code = bits >> CHECK_BITS;
	return check_of(*ret_code) == (bits & ((1 << CHECK_BITS) - 1));
}
