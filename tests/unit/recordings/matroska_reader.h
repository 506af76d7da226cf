/*
 * Reads a Matroska file as a player does: elements by their ids and sizes, unknown ones skipped,
 * and what is cut off in the middle left. For one track.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct matroska_block {
	uint64_t time_ms;
	bool keyframe;
	const uint8_t *data;
	size_t length;
};

struct matroska_file {
	char doc_type[16], codec[16], language[36], name[64];
	uint64_t type, width, height, scale_ns;
	double duration_ms;
	bool segment_ended; /* its size is known, and ends with the file */
	unsigned clusters, open_clusters;
	GArray *blocks; /* struct matroska_block */
};

/* false: it isn't one. */
bool matroska_file_read(struct matroska_file *file, const uint8_t *data, size_t length);
void matroska_file_clear(struct matroska_file *file);
