#include "tests/unit/recordings/sample_file.h"
#include "recordings/matroska.h"
#include <math.h>
#include <opus/opus.h>
#include <stdio.h>
#include <string.h>

#define BEGIN_US   (INT64_C(1764187200) * 1000000)
#define CLUSTER_MS 1000
#define FRAME	   (SAMPLE_RATE / 50)

struct sample_file {
	FILE *file;
	bool clustered;
	uint64_t cluster_ms;
};

struct sample_file *sample_file_new(const char *folder, const char *name, bool video,
				    const char *language)
{
	g_autofree char *path = g_strdup_printf("%s/%s.%s", folder, name, video ? "mkv" : "mka");
	struct sample_file *file = g_new0(struct sample_file, 1);
	struct matroska_places places;
	g_autoptr(GByteArray) out = g_byte_array_new();
	file->file = fopen(path, "wb");
	if (!file->file)
		g_error("%s: %m", path);
	matroska_write_header(out,
			      &(struct matroska_track){.video = video,
						       .width = 1280,
						       .height = 720,
						       .name = name,
						       .language = language,
						       .uid = g_str_hash(name) | 1,
						       .begin_us = BEGIN_US},
			      &places);
	fwrite(out->data, 1, out->len, file->file);
	return file;
}

void sample_file_block(struct sample_file *file, uint64_t time_ms, bool keyframe,
		       const uint8_t *data, size_t length)
{
	g_autoptr(GByteArray) out = g_byte_array_new();
	if (!file->clustered || time_ms - file->cluster_ms >= CLUSTER_MS) {
		matroska_write_cluster(out, time_ms); /* its size stays unknown */
		file->clustered = true;
		file->cluster_ms = time_ms;
	}
	matroska_write_block(out, (int16_t)(time_ms - file->cluster_ms), keyframe, data, length);
	if (fwrite(out->data, 1, out->len, file->file) != out->len)
		g_error("sample: %m");
}

void sample_file_free(struct sample_file *file)
{
	if (fclose(file->file) != 0)
		g_error("sample: %m");
	g_free(file);
}

void sample_tone(void *user, double time_ms, float *samples, size_t n)
{
	const struct sample_tone *tone = user;
	double amplitude = pow(10, tone->dbfs / 20);
	for (size_t i = 0; i < n; i++) {
		double t = time_ms / 1000 + (double)i / SAMPLE_RATE;
		bool beep = tone->beeps &&
			    fmod(t, SAMPLE_FLASH_MS / 1000.0) < SAMPLE_FLASHS_MS / 1000.0;
		samples[i] = (float)(amplitude * sin(2 * G_PI * tone->hz * t));
		if (beep)
			samples[i] += (float)(0.3 * sin(2 * G_PI * SAMPLE_BEEP_HZ * t));
	}
}

void sample_file_sound(struct sample_file *file, uint64_t from_ms, uint64_t to_ms, double drift_ppm,
		       sample_sound sound, void *user)
{
	int error;
	OpusEncoder *encoder = opus_encoder_create(SAMPLE_RATE, 1, OPUS_APPLICATION_VOIP, &error);
	g_assert_cmpint(error, ==, OPUS_OK);
	opus_encoder_ctl(encoder, OPUS_SET_BITRATE(32000));
	opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(2));
	for (uint64_t n = 0;; n++) {
		float samples[FRAME];
		uint8_t packet[1500];
		double time_ms = (double)from_ms + 20.0 * (double)n * (1 + drift_ppm / 1e6);
		if (time_ms >= (double)to_ms)
			break;
		sound(user, time_ms, samples, FRAME);
		opus_int32 length =
			opus_encode_float(encoder, samples, FRAME, packet, sizeof packet);
		g_assert_cmpint(length, >, 0);
		sample_file_block(file, (uint64_t)time_ms, true, packet, (size_t)length);
	}
	opus_encoder_destroy(encoder);
}
