#include "recordings/archive_video.h"
#include "recordings/archive_child.h"
#include "recordings/matroska.h"
#include <gio/gio.h>
#include <stdio.h>

#define STILL_FRAMES 10 /* of the grid: one at least */
#define PROGRESS_MS  2000

/* What x264 may take: constant quality, but not more than this. */
static const struct {
	const char *crf, *rate, *buffer;
} qualities[2][2] = {
	[ARCHIVE_QUALITY_CAMERA] = {{"24", "1300k", "2600k"}, {"26", "320k", "640k"}},
	[ARCHIVE_QUALITY_SCREEN] = {{"21", "1500k", "6000k"}, {"25", "320k", "1280k"}},
};

static void add(GPtrArray *argv, const char *words)
{
	g_auto(GStrv) split = g_strsplit(words, " ", 0);
	for (char **word = split; *word; word++)
		g_ptr_array_add(argv, g_strdup(*word));
}

static G_GNUC_PRINTF(2, 3) void add_format(GPtrArray *argv, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *words = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	add(argv, words);
}

static void add_variant(GPtrArray *argv, const struct archive_video *video, unsigned variant)
{
	static const char *const names[] = {"720", "360"}, *const levels[] = {"3.1", "3.0"};
	add_format(argv, "-map [v%s] -c:v libx264 -preset veryfast -profile:v high -level:v %s",
		   names[variant], levels[variant]);
	add_format(argv, "-bf 0 -g 250 -threads %u -crf %s -maxrate %s -bufsize %s",
		   variant == 0 ? video->threads : 1, /* the small one is quick */
		   qualities[video->quality][variant].crf, qualities[video->quality][variant].rate,
		   qualities[video->quality][variant].buffer);
	/* Segments begin with keyframes, and a seek finds one each 2 s; times are the absolute
	 * ones. */
	add(argv, "-force_key_frames expr:not(mod(round(t*25),50)) -fps_mode passthrough");
	/* A stretch's packets don't count on from the one before: said, it is no loss. */
	add_format(argv,
		   "-muxdelay 0 -muxpreload 0 -f hls -hls_time %d -hls_list_size 0 "
		   "-hls_segment_options mpegts_flags=+initial_discontinuity "
		   "-start_number %" G_GINT64_FORMAT,
		   ARCHIVE_SEGMENT_MS / 1000, video->from_ms / ARCHIVE_SEGMENT_MS);
	add_format(argv, "-hls_segment_filename %s-%%05d.ts %s.m3u8", names[variant],
		   names[variant]);
}

static struct archive_child *start(const struct archive_video *video, GError **error)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
	add(argv, "ffmpeg -nostdin -hide_banner -loglevel error -y -copyts -f matroska -i pipe:0");
	add(argv, "-filter_complex_threads 1 -filter_complex");
	g_ptr_array_add(argv, g_strdup("[0:v]setsar=1,split=2[v720][b];"
				       "[b]scale=640:360:flags=area[v360]"));
	add_variant(argv, video, 0);
	add_variant(argv, video, 1);
	g_ptr_array_add(argv, NULL);
	return archive_child_start(
		&(struct archive_child_config){.argv = (const char *const *)argv->pdata,
					       .folder = video->folder,
					       .in = true,
					       .pulse = video->pulse},
		error);
}

static bool write_head(struct archive_child *child)
{
	g_autoptr(GByteArray) out = g_byte_array_new();
	struct matroska_places places;
	matroska_write_header(out,
			      &(struct matroska_track){.video = true,
						       .raw = true,
						       .width = ARCHIVE_WIDTH,
						       .height = ARCHIVE_HEIGHT,
						       .name = "picture",
						       .uid = 1},
			      &places);
	return archive_child_write(child, out->data, out->len);
}

static bool write_frame(struct archive_child *child, int64_t at_ms, const uint8_t *picture)
{
	g_autoptr(GByteArray) out = g_byte_array_new();
	matroska_write_cluster(out, (uint64_t)(at_ms + ARCHIVE_OFFSET_S * 1000));
	matroska_write_block_head(out, 0, true, ARCHIVE_I420);
	return archive_child_write(child, out->data, out->len) &&
	       archive_child_write(child, picture, ARCHIVE_I420);
}

/* How many; -1: the child doesn't read any more. */
static int64_t write_frames(const struct archive_video *video, struct archive_child *child)
{
	g_autofree uint8_t *dark = g_malloc(ARCHIVE_I420);
	unsigned before = UINT_MAX;
	int64_t n = 0;
	guint hint = 0;
	archive_frames_dark(dark);
	for (int64_t at = video->from_ms; at < video->to_ms; at += ARCHIVE_FRAME_MS) {
		unsigned serial = 0;
		const uint8_t *picture = NULL;
		if (archive_shown_at(video->shown, at, &hint))
			picture = archive_frames_at(video->frames, at, &serial);
		serial = picture ? serial : 0;
		bool last = at + ARCHIVE_FRAME_MS >= video->to_ms;
		bool due = at / ARCHIVE_FRAME_MS % STILL_FRAMES == 0;
		bool news = serial != before || due || last;
		if (news && !write_frame(child, at, picture ? picture : dark))
			return -1;
		n += news;
		before = serial;
		if (at % PROGRESS_MS == 0)
			video->progress(video->user, at);
	}
	return n;
}

int64_t archive_video_make(const struct archive_video *video, GError **error)
{
	struct archive_child *child = start(video, error);
	if (!child)
		return -1;
	int64_t n = write_head(child) ? write_frames(video, child) : -1;
	/* Its own words say better than ours why it doesn't read. */
	if (!archive_child_end(child, error))
		return -1;
	if (n < 0)
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED,
			    "ffmpeg ended before the picture did");
	return n;
}
