/*
 * Files of a recording for tests, as recordings/track.c writes them: Matroska with one track, from
 * tones and pictures made here. Whatever fails ends the program.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* --- a file --- */

struct sample_file;

struct sample_file *sample_file_new(const char *folder, const char *name, bool video,
				    const char *language);
/* As matroska_write_block; a cluster begins every second. */
void sample_file_block(struct sample_file *file, uint64_t time_ms, bool keyframe,
		       const uint8_t *data, size_t length);
void sample_file_free(struct sample_file *file); /* written, then */

/* --- sound --- */

#define SAMPLE_RATE	 48000
#define SAMPLE_BEEP_HZ	 3000 /* with the flash */
#define SAMPLE_FLASH_MS	 5000 /* one begins at each multiple */
#define SAMPLE_FLASHS_MS 200  /* and is so long */

/* n samples that begin at time_ms (with a fraction) of the recording's time line. */
typedef void (*sample_sound)(void *user, double time_ms, float *samples, size_t n);

struct sample_tone {
	double hz, dbfs;
	bool beeps;
};

/* A sample_sound; user: struct sample_tone. */
void sample_tone(void *user, double time_ms, float *samples, size_t n);
/* Packets of 20 ms from one time to the other; drift_ppm: of the sender's clock. */
void sample_file_sound(struct sample_file *file, uint64_t from_ms, uint64_t to_ms, double drift_ppm,
		       sample_sound sound, void *user);

/* --- pictures --- */

struct sample_picture {
	unsigned width, height, fps;
	bool text;	  /* a still page with lines instead of a scene that moves */
	bool flashes;	  /* bright for SAMPLE_FLASHS_MS at each SAMPLE_FLASH_MS, dark else */
	bool noise;	  /* as a camera's sensor has: costs encoders time */
	unsigned loop_ms; /* what was encoded once comes again; 0: never */
};

/* Frames of one encoder, which begins with a keyframe and has another one every 10 s. */
void sample_file_pictures(struct sample_file *file, uint64_t from_ms, uint64_t to_ms,
			  const struct sample_picture *picture);
