/*
 * One program of the archive, mixed from the clean tracks as the live one is (program.h): the floor
 * (voices and screen sound) and, over it, a language's channel at the floor's loudness. What is
 * better here than live: the floor goes down before the interpreter begins. Mono, 48 kHz, as voices
 * are; a stereo screen sound is mixed down. One thread.
 */
#pragma once

#include "recordings/archive_sound.h"

#define ARCHIVE_PROGRAM_VOICES 8   /* sounds of a floor */
#define ARCHIVE_PROGRAM_BLOCK  480 /* samples: 10 ms */
/* The floor comes back when the interpreter has said nothing for so long. */
#define ARCHIVE_PROGRAM_HOLD_MS 2000

struct archive_program;

struct archive_program_config {
	const struct archive_sound_config *floor;
	size_t n_floor;
	const struct archive_sound_config *channel; /* NULL: the floor's program */
	/* On the archive's time line: the floor speaks the channel's language, no double voice. */
	const struct archive_span *alone;
	size_t n_alone;
	double duck_db;
};

struct archive_program *archive_program_new(const struct archive_program_config *config);
void archive_program_free(struct archive_program *program); /* NULL is allowed */
/* The next block, from 0 of the archive on. */
void archive_program_read(struct archive_program *program,
			  float samples[static ARCHIVE_PROGRAM_BLOCK]);
