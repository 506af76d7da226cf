#include "recordings/archive_sound.h"
#include "recordings/archive_place.h"
#include "recordings/archive_track.h"
#include <opus/opus.h>
#include <string.h>

#define SAMPLES_A_MS (ARCHIVE_PLACE_RATE / 1000)
#define PACKET_MAX   (120 * SAMPLES_A_MS) /* the longest that Opus has */
/* So many ms missing are made up for: by what the next packet says of it, or by concealment. */
#define LOST_MAX_MS 60

struct archive_sound {
	struct archive_sound_config config;
	OpusDecoder *decoder;
	struct archive_track *track;
	size_t next_file;
	struct archive_place place;
	const struct archive_piece *piece; /* of the last packet */
	int64_t until_ms; /* where the last packet ended, on t; -1: there is none */
	bool ended;
	float samples[PACKET_MAX];
};

struct archive_sound *archive_sound_new(const struct archive_sound_config *config)
{
	struct archive_sound *sound = g_new0(struct archive_sound, 1);
	int error;
	sound->config = *config;
	sound->decoder = opus_decoder_create(ARCHIVE_PLACE_RATE, 1, &error);
	if (!sound->decoder)
		g_error("opus: %s", opus_strerror(error)); /* only memory can be missing */
	archive_place_init(&sound->place);
	sound->until_ms = -1;
	return sound;
}

void archive_sound_free(struct archive_sound *sound)
{
	if (!sound)
		return;
	archive_track_free(sound->track);
	opus_decoder_destroy(sound->decoder);
	archive_place_clear(&sound->place);
	g_free(sound);
}

/* The next packet of any file. */
static bool next_block(struct archive_sound *sound, struct archive_block *block)
{
	for (;;) {
		const char *file = sound->config.files[sound->next_file];
		if (sound->track && archive_track_next(sound->track, block))
			return true;
		g_clear_pointer(&sound->track, archive_track_free);
		if (!file)
			return false;
		/* One that can't be opened is told by whoever looked through the files. */
		sound->track = archive_track_open(sound->config.directory, file, NULL);
		sound->next_file++;
		sound->until_ms = -1;
		opus_decoder_ctl(sound->decoder, OPUS_RESET_STATE);
	}
}

static bool is_silent(const struct archive_sound *sound, int64_t from_ms, int64_t to_ms)
{
	for (size_t i = 0; i < sound->config.n_silent; i++)
		if (from_ms < sound->config.silent[i].to && to_ms > sound->config.silent[i].from)
			return true;
	return false;
}

/* Not over the end of its piece, where another time goes on. */
static void put(struct archive_sound *sound, int64_t time_ms, const float *samples, int n)
{
	const struct archive_piece *piece = archive_time_piece(sound->config.time, time_ms);
	if (n <= 0 || !piece || is_silent(sound, time_ms, time_ms + n / SAMPLES_A_MS))
		return;
	int64_t at = (piece->at + time_ms - piece->from) * SAMPLES_A_MS - ARCHIVE_SOUND_LATE;
	int64_t end = (piece->at + piece->to - piece->from) * SAMPLES_A_MS;
	bool exact = piece != sound->piece || sound->until_ms < 0;
	sound->piece = piece;
	if (at < end)
		archive_place_add(&sound->place, at, exact, samples, (size_t)MIN(n, end - at));
}

/* Lost packets: in-band FEC tells of the last of them, concealment covers what was before. */
static int decode_lost(struct archive_sound *sound, const struct archive_block *block, int packet)
{
	int lost = (int)(block->time_ms - sound->until_ms) * SAMPLES_A_MS, at = 0;
	lost -= lost % packet; /* what isn't a whole one is jitter */
	while (at + packet < lost) {
		int n = opus_decode_float(sound->decoder, NULL, 0, sound->samples + at, packet, 0);
		if (n <= 0)
			return at;
		at += n;
	}
	if (lost > 0) {
		int n = opus_decode_float(sound->decoder, block->data, (opus_int32)block->length,
					  sound->samples + at, packet, 1);
		at += MAX(n, 0);
	}
	return at;
}

static void take_block(struct archive_sound *sound, const struct archive_block *block)
{
	int packet = opus_packet_get_nb_samples(block->data, (opus_int32)block->length,
						ARCHIVE_PLACE_RATE);
	int64_t missing = sound->until_ms < 0 ? 0 : block->time_ms - sound->until_ms;
	int before = 0;
	if (packet <= 0)
		return;
	if (missing > 0 && missing <= LOST_MAX_MS && packet <= LOST_MAX_MS * SAMPLES_A_MS)
		before = decode_lost(sound, block, packet);
	int n = opus_decode_float(sound->decoder, block->data, (opus_int32)block->length,
				  sound->samples + before, PACKET_MAX - before, 0);
	if (n > 0)
		put(sound, block->time_ms - before / SAMPLES_A_MS, sound->samples, before + n);
	sound->until_ms = block->time_ms + packet / SAMPLES_A_MS;
}

void archive_sound_read(struct archive_sound *sound, float *samples, size_t n)
{
	struct archive_block block;
	while (n > 0) {
		size_t taken = archive_place_take(&sound->place, samples, n);
		samples += taken;
		n -= taken;
		if (n == 0)
			return;
		if (sound->ended || !next_block(sound, &block)) {
			sound->ended = true;
			memset(samples, 0, n * sizeof *samples);
			return;
		}
		take_block(sound, &block);
	}
}
