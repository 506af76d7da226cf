#include "tests/unit/recordings/tone.h"
#include "relay/base/studio_wire.h"
#include "relay/base/wire.h"
#include <glib.h>
#include <math.h>

void tone_init(struct tone *tone, double hz, double dbfs, uint32_t ssrc)
{
	int error;
	*tone = (struct tone){
		.hz = hz, .dbfs = dbfs, .ssrc = ssrc, .sequence = 65500, .timestamp = ssrc * 7919};
	tone->encoder = opus_encoder_create(TONE_RATE, 1, OPUS_APPLICATION_VOIP, &error);
	g_assert_cmpint(error, ==, OPUS_OK);
	opus_encoder_ctl(tone->encoder, OPUS_SET_BITRATE(32000));
	opus_encoder_ctl(tone->encoder, OPUS_SET_INBAND_FEC(1));
	opus_encoder_ctl(tone->encoder, OPUS_SET_PACKET_LOSS_PERC(20));
	opus_encoder_ctl(tone->encoder, OPUS_SET_COMPLEXITY(2));
}

void tone_clear(struct tone *tone)
{
	opus_encoder_destroy(tone->encoder);
	tone->encoder = NULL;
}

size_t tone_next(struct tone *tone, uint8_t packet[static TONE_MAX])
{
	if (tone->muted) {
		tone->timestamp += TONE_FRAME;
		return 0;
	}
	float samples[TONE_FRAME];
	double amplitude = pow(10, tone->dbfs / 20);
	for (unsigned i = 0; i < TONE_FRAME; i++)
		samples[i] = (float)(amplitude * sin(2 * G_PI * tone->hz * i / TONE_RATE));
	packet[0] = 0x80;
	packet[1] = STUDIO_PAYLOAD_TYPE;
	wire_put16(packet + 2, tone->sequence++);
	wire_put32(packet + 4, tone->timestamp);
	wire_put32(packet + 8, tone->ssrc);
	tone->timestamp += TONE_FRAME;
	opus_int32 length =
		opus_encode_float(tone->encoder, samples, TONE_FRAME, packet + 12, TONE_MAX - 12);
	g_assert_cmpint(length, >, 0);
	return tone->skip && tone->sequence % tone->skip == 0 ? 0 : 12 + (size_t)length;
}

double tone_measure(const float *samples, size_t n, double hz)
{
	double real = 0, imaginary = 0;
	for (size_t i = 0; i < n; i++) {
		double phase = 2 * G_PI * hz * (double)i / TONE_RATE;
		real += (double)samples[i] * cos(phase);
		imaginary += (double)samples[i] * sin(phase);
	}
	return 20 * log10(2 * hypot(real, imaginary) / (double)n + 1e-9);
}
