/* What a peer in C tells of the tones that it hears, and the wave files that it speaks. */
#include "tests/peer/clip.h"
#include "tests/peer/tones.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define RATE 48000

struct told {
	unsigned windows;
	double levels[TONES_MAX];
};

static void tell(void *user, const double *levels, unsigned n)
{
	struct told *told = user;
	told->windows++;
	memcpy(told->levels, levels, n * sizeof *levels);
}

static void test_levels(void)
{
	const unsigned hz[] = {5000, 6000, 7000};
	struct told told = {0};
	struct tones *tones = tones_new(hz, G_N_ELEMENTS(hz), RATE, tell, &told);
	float samples[RATE / 4];
	for (unsigned i = 0; i < G_N_ELEMENTS(samples); i++)
		samples[i] = (float)(0.5 * sin(2 * G_PI * 5000 * i / RATE) +
				     0.005 * sin(2 * G_PI * 6000 * i / RATE));
	for (unsigned at = 0; at < G_N_ELEMENTS(samples); at += 100)
		tones_add(tones, samples + at, 100);
	g_assert_cmpuint(told.windows, ==, 2);
	g_assert_cmpfloat_with_epsilon(told.levels[0], 20 * log10(0.5), 0.1);
	g_assert_cmpfloat_with_epsilon(told.levels[1], 20 * log10(0.005), 0.1);
	g_assert_cmpfloat(told.levels[2], <, -100);
	tones_free(tones);
}

static void put_le(uint8_t *out, unsigned n, unsigned value)
{
	for (unsigned i = 0; i < n; i++)
		out[i] = (uint8_t)(value >> 8 * i);
}

/* A header of 44 bytes as most programs write it, and so many frames of silence. */
static GBytes *wave(unsigned rate, unsigned frames)
{
	size_t size = 44 + frames * 2 * (size_t)960;
	uint8_t *data = g_malloc0(size);
	memcpy(data, "RIFF\0\0\0\0WAVEfmt ", 16);
	put_le(data + 16, 4, 16);
	put_le(data + 20, 2, 1);
	put_le(data + 22, 2, 1);
	put_le(data + 24, 4, rate);
	put_le(data + 34, 2, 16);
	memcpy(data + 36, "data", 4);
	put_le(data + 40, 4, (unsigned)(size - 44));
	return g_bytes_new_take(data, size);
}

static struct clip *open_wave(GBytes *bytes, size_t length, GError **error)
{
	g_autofree char *path = NULL;
	int fd = g_file_open_tmp("wave-XXXXXX", &path, NULL);
	g_assert_cmpint(fd, >=, 0);
	g_assert_true(
		g_file_set_contents(path, g_bytes_get_data(bytes, NULL), (gssize)length, NULL));
	struct clip *clip = clip_open_wave(path, error);
	g_unlink(path);
	g_close(fd, NULL);
	g_bytes_unref(bytes);
	return clip;
}

static void test_wave(void)
{
	g_autoptr(GError) error = NULL;
	struct clip *clip = open_wave(wave(RATE, 3), 44 + 3 * 1920, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(clip->n_frames, ==, 3);
	g_assert_cmpuint(clip->ticks, ==, 960);
	clip_free(clip);
	/* Cut off in the third frame, whatever its header says. */
	clip = open_wave(wave(RATE, 3), 44 + 2 * 1920 + 10, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(clip->n_frames, ==, 2);
	clip_free(clip);
}

static void test_no_wave(void)
{
	const size_t lengths[] = {0, 11, 40, 44, 45};
	for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
		g_autoptr(GError) error = NULL;
		g_assert_null(open_wave(wave(RATE, 1), lengths[i], &error));
		g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL);
	}
	g_autoptr(GError) error = NULL;
	g_assert_null(open_wave(wave(22050, 1), 44 + 1920, &error));
	g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/tones/levels", test_levels);
	g_test_add_func("/tones/wave", test_wave);
	g_test_add_func("/tones/no-wave", test_no_wave);
	return g_test_run();
}
