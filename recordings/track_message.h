/* Reads what comes over a recorded track's socket: see relay/base/studio_wire.h. */
#pragma once

#include "recordings/capture.h"
#include "relay/relay.h"
#include <stddef.h>

#define TRACK_NAME_MAX	 64
#define TRACK_FOLDER_MAX 200

/* Microseconds, either way. What a file says of its begin counts nanoseconds, in 64 bits. */
#define TRACK_TIME_MAX (INT64_MAX / 2)
#define TRACK_WALL_MAX (INT64_MAX / 2000)

struct track_hello {
	char name[TRACK_NAME_MAX];     /* of the file, without its ending */
	char folder[TRACK_FOLDER_MAX]; /* within the data folder; goes nowhere else */
	char language[36];	       /* "": none */
	bool video;
	/* Time 0, on the relay's clock, which begins when the machine does: less than 0 where it
	 * has been started again since then. */
	int64_t begin_us;
	int64_t wall_us; /* the same, since 1970 */
};

/* The first message. ERR_NOT_FOUND: it is about no track; ERR_UNSUPPORTED: another version. */
enum err track_hello_parse(const char *data, size_t length, struct track_hello *ret) MUST_CHECK;

struct track_media {
	struct capture capture;
	const uint8_t *rtp; /* within the message */
	size_t length;
};

/* Whose what follows is. ERR_UNSUPPORTED: it is something else. */
enum err track_source_parse(const uint8_t *data, size_t length, uint32_t *ret_peer) MUST_CHECK;
/* Any other; its capture's source is left to the caller. */
enum err track_media_parse(const uint8_t *data, size_t length, bool video,
			   struct track_media *ret) MUST_CHECK;
