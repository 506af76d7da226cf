#include "recordings/archive_frames.h"
#include "recordings/archive_track.h"
#include <libyuv/scale.h>
#include <string.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>

struct archive_frames {
	int directory;
	const struct archive_source *source;
	const struct archive_time *time;
	struct archive_track *track;
	guint next_file;
	bool waiting; /* block is the next one, not decoded yet */
	struct archive_block block;
	int64_t block_at; /* of it; never back */
	bool has_decoder, ended;
	vpx_codec_ctx_t decoder;
	const vpx_image_t *image; /* the decoder's, until its next call */
	unsigned serial, fitted;  /* of image, of picture */
	uint8_t picture[ARCHIVE_I420];
};

void archive_frames_dark(uint8_t out[static ARCHIVE_I420])
{
	memset(out, ARCHIVE_DARK_Y, ARCHIVE_WIDTH * ARCHIVE_HEIGHT);
	memset(out + ARCHIVE_WIDTH * ARCHIVE_HEIGHT, 128, ARCHIVE_WIDTH * ARCHIVE_HEIGHT / 2);
}

static void open_file(struct archive_frames *f, guint file)
{
	archive_track_free(f->track);
	f->track = archive_track_open(f->directory, f->source->files->pdata[file], NULL);
	f->next_file = file + 1;
}

static void seek(struct archive_frames *f, int64_t from_ms)
{
	const struct archive_key *best = NULL;
	for (guint i = 0; i < f->source->keys->len; i++) {
		const struct archive_key *key =
			&g_array_index(f->source->keys, struct archive_key, i);
		int64_t t = g_array_index(f->source->frames, int64_t, key->frame);
		if (archive_time_at(f->time, t) <= from_ms)
			best = key;
	}
	if (!best)
		return;
	open_file(f, best->file);
	if (f->track)
		archive_track_seek(f->track, best->place, best->cluster_ms);
}

struct archive_frames *archive_frames_new(int directory, const struct archive_source *source,
					  const struct archive_time *time, int64_t from_ms)
{
	struct archive_frames *f = g_new0(struct archive_frames, 1);
	f->directory = directory;
	f->source = source;
	f->time = time;
	seek(f, from_ms);
	return f;
}

void archive_frames_free(struct archive_frames *f)
{
	if (!f)
		return;
	archive_track_free(f->track);
	if (f->has_decoder)
		vpx_codec_destroy(&f->decoder);
	g_free(f);
}

static bool next_block(struct archive_frames *f)
{
	while (!f->ended) {
		if (f->track && archive_track_next(f->track, &f->block)) {
			f->block_at = MAX(f->block_at, archive_time_at(f->time, f->block.time_ms));
			return true;
		}
		if (f->source->files->pdata[f->next_file])
			open_file(f, f->next_file);
		else
			f->ended = true;
	}
	return false;
}

static bool start_decoder(struct archive_frames *f)
{
	const vpx_codec_dec_cfg_t config = {.threads = 1};
	if (!f->has_decoder)
		f->has_decoder = vpx_codec_dec_init(&f->decoder, vpx_codec_vp8_dx(), &config, 0) ==
				 VPX_CODEC_OK;
	return f->has_decoder;
}

/* A picture that would take all memory is none. */
static bool is_too_large(const struct archive_block *block)
{
	vpx_codec_stream_info_t info = {.sz = sizeof info};
	return block->length > 0 &&
	       vpx_codec_peek_stream_info(vpx_codec_vp8_dx(), block->data, (unsigned)block->length,
					  &info) == VPX_CODEC_OK &&
	       info.is_kf && (uint64_t)info.w * info.h > ARCHIVE_PIXELS_MAX;
}

static void decode(struct archive_frames *f)
{
	vpx_codec_iter_t at = NULL;
	const vpx_image_t *image;
	/* No data would mean a lost frame to the decoder. */
	if (f->block.length == 0 || is_too_large(&f->block) || !start_decoder(f))
		return;
	f->image = NULL; /* its memory is the decoder's */
	if (vpx_codec_decode(&f->decoder, f->block.data, (unsigned)f->block.length, NULL, 0) !=
	    VPX_CODEC_OK)
		return;
	while ((image = vpx_codec_get_frame(&f->decoder, &at))) {
		f->image = image;
		f->serial++;
	}
}

/* As large as it fits, in the middle; even, as the colours' planes are half as large. */
static void fit(struct archive_frames *f)
{
	const vpx_image_t *image = f->image;
	int width = (int)image->d_w, height = (int)image->d_h;
	int w = ARCHIVE_WIDTH, h = ARCHIVE_HEIGHT;
	if ((int64_t)width * ARCHIVE_HEIGHT > (int64_t)height * ARCHIVE_WIDTH)
		h = (int)MAX((int64_t)height * ARCHIVE_WIDTH / width / 2 * 2, 2);
	else
		w = (int)MAX((int64_t)width * ARCHIVE_HEIGHT / height / 2 * 2, 2);
	int x = (ARCHIVE_WIDTH - w) / 4 * 2, y = (ARCHIVE_HEIGHT - h) / 4 * 2;
	uint8_t *luma = f->picture, *u = luma + ARCHIVE_WIDTH * ARCHIVE_HEIGHT;
	uint8_t *v = u + ARCHIVE_WIDTH * ARCHIVE_HEIGHT / 4;
	int chroma = y / 2 * (ARCHIVE_WIDTH / 2) + x / 2;
	if (w != ARCHIVE_WIDTH || h != ARCHIVE_HEIGHT)
		archive_frames_dark(f->picture);
	I420Scale(image->planes[0], image->stride[0], image->planes[1], image->stride[1],
		  image->planes[2], image->stride[2], width, height, luma + y * ARCHIVE_WIDTH + x,
		  ARCHIVE_WIDTH, u + chroma, ARCHIVE_WIDTH / 2, v + chroma, ARCHIVE_WIDTH / 2, w, h,
		  kFilterBox);
	f->fitted = f->serial;
	f->image = NULL;
}

const uint8_t *archive_frames_at(struct archive_frames *f, int64_t at_ms, unsigned *ret_serial)
{
	while (f->waiting || next_block(f)) {
		f->waiting = f->block_at > at_ms;
		if (f->waiting)
			break;
		decode(f);
	}
	if (f->image)
		fit(f);
	*ret_serial = f->fitted;
	return f->fitted > 0 ? f->picture : NULL;
}
