#include "recordings/archive_child.h"
#include "recordings/archive_job.h"
#include "recordings/archive_language.h"
#include "recordings/archive_video.h"
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TS_PACKET  188
#define AUDIO_BITS 110000 /* a second of a rendition, with what TS adds */

static const struct variant {
	unsigned height;
	const char *resolution, *codec;
} variants[] = {{720, "1280x720", "avc1.64001f"}, {360, "640x360", "avc1.64001e"}};

static int64_t chunk_ms(const struct archive_job *job)
{
	return (int64_t)job->chunk_segments * ARCHIVE_SEGMENT_MS;
}

guint archive_chunks(const struct archive_job *job)
{
	int64_t chunk = chunk_ms(job);
	return (guint)((job->plan->time.duration + chunk - 1) / chunk);
}

static guint segments(const struct archive_job *job)
{
	return (guint)((job->plan->time.duration + ARCHIVE_SEGMENT_MS - 1) / ARCHIVE_SEGMENT_MS);
}

static double segment_seconds(const struct archive_job *job, guint n)
{
	int64_t left = job->plan->time.duration - (int64_t)n * ARCHIVE_SEGMENT_MS;
	return (double)MIN(left, ARCHIVE_SEGMENT_MS) / 1000;
}

/* --- chunks --- */

static void on_progress(void *user, int64_t at_ms)
{
	struct archive_job *job = user;
	archive_job_progress(job, "pictures",
			     (double)(at_ms % chunk_ms(job)) / (double)chunk_ms(job));
}

/*
 * Every segment must be there, and every frame: on a full disk ffmpeg's HLS ends as if all were
 * well, with segments that are cut. Not by their playlist: what a last stretch of a moment has in
 * it is too little for ffprobe to see what it is.
 */
static bool check_segments(struct archive_job *job, int folder, guint n, int64_t frames,
			   GError **error)
{
	guint first = n * job->chunk_segments;
	guint end = MIN(first + job->chunk_segments, segments(job));
	for (size_t v = 0; v < G_N_ELEMENTS(variants); v++) {
		g_autoptr(GString) all = g_string_new("concat:");
		bool whole = true;
		for (guint i = first; whole && i < end; i++) {
			g_autofree char *name =
				g_strdup_printf("%u-%05u.ts", variants[v].height, i);
			struct stat st;
			whole = fstatat(folder, name, &st, 0) == 0 && st.st_size > 0 &&
				st.st_size % TS_PACKET == 0;
			g_string_append_printf(all, "%s%s", i > first ? "|" : "", name);
		}
		int64_t found = whole ? archive_child_packets("mpegts", all->str, folder,
							      &job->pulse, error)
				      : 0;
		if (found >= 0 && found != frames)
			g_set_error(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
				    "the segments aren't whole: %" G_GINT64_FORMAT
				    " of %" G_GINT64_FORMAT " frames; is the disk full?",
				    found, frames);
		if (found != frames)
			return false;
		g_autofree char *list = g_strdup_printf("%u.m3u8", variants[v].height);
		unlinkat(folder, list, 0);
	}
	return true;
}

/* hls/ID, open. */
static int picture_folder(struct archive_job *job, const char *id, GError **error)
{
	int hls = archive_folder_open(job->folder, "hls", error);
	int folder = hls < 0 ? -1 : archive_folder_open(hls, id, error);
	if (hls >= 0)
		close(hls);
	return folder;
}

bool archive_make_chunk(struct archive_job *job, const struct archive_picture_plan *picture,
			guint n, GError **error)
{
	int64_t from = (int64_t)n * chunk_ms(job);
	int folder = archive_folder_new(job->work, "chunk", error);
	int target = folder < 0 ? -1 : picture_folder(job, picture->id, error);
	g_autofree char *name = g_strdup_printf("%04u", n);
	struct archive_video video = {
		.shown = picture->shown,
		.quality = picture->source->kind == ARCHIVE_SOURCE_SCREEN ? ARCHIVE_QUALITY_SCREEN
									  : ARCHIVE_QUALITY_CAMERA,
		.threads = job->threads,
		.folder = folder,
		.from_ms = from,
		.to_ms = MIN(from + chunk_ms(job), job->plan->time.duration),
		.pulse = &job->pulse,
		.progress = on_progress,
		.user = job,
	};
	bool fine = target >= 0;
	if (fine) {
		video.frames =
			archive_frames_new(job->recording, picture->source, &job->plan->time, from);
		int64_t frames = archive_video_make(&video, error);
		fine = frames >= 0 && check_segments(job, folder, n, frames, error) &&
		       archive_file_move(job->work, "chunk", target, name, error);
		archive_frames_free(video.frames);
	}
	if (folder >= 0)
		close(folder);
	if (target >= 0)
		close(target);
	return fine;
}

/* --- playlists --- */

/* Bits a second: of the largest segment, and of all. */
struct rate {
	double peak, mean;
};

static struct rate write_playlist(const struct archive_job *job, int folder,
				  const struct variant *variant, GString *out)
{
	struct rate rate = {0, 0};
	g_string_append_printf(out,
			       "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:%d\n"
			       "#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n",
			       ARCHIVE_SEGMENT_MS / 1000);
	for (guint i = 0; i < segments(job); i++) {
		g_autofree char *name = g_strdup_printf("%04u/%u-%05u.ts", i / job->chunk_segments,
							variant->height, i);
		double seconds = segment_seconds(job, i);
		struct stat st = {0};
		(void)fstatat(folder, name, &st, 0); /* check_segments has seen it */
		rate.peak = MAX(rate.peak, (double)st.st_size * 8 / MAX(seconds, 1));
		rate.mean += (double)st.st_size * 8;
		g_string_append_printf(out, "#EXTINF:%.3f,\n%s\n", seconds, name);
	}
	g_string_append(out, "#EXT-X-ENDLIST\n");
	rate.mean /= (double)job->plan->time.duration / 1000;
	return rate;
}

static void add_stream(GString *master, const char *id, const struct variant *variant,
		       struct rate rate, bool audio)
{
	double more = audio ? AUDIO_BITS : 0;
	g_string_append_printf(
		master,
		"#EXT-X-STREAM-INF:BANDWIDTH=%.0f,AVERAGE-BANDWIDTH=%.0f,CODECS=\"%s%s\","
		"RESOLUTION=%s,FRAME-RATE=25.000%s\n%s/%u.m3u8\n",
		rate.peak + more, rate.mean + more, variant->codec, audio ? ",mp4a.40.2" : "",
		variant->resolution, audio ? ",AUDIO=\"programs\"" : "", id, variant->height);
}

static void add_renditions(GString *master, const struct archive_job *job)
{
	for (guint i = 0; i < job->plan->programs->len; i++) {
		const struct archive_program_plan *program = job->plan->programs->pdata[i];
		g_autofree char *name = program->channel ? archive_language_name(program->id)
							 : g_strdup("Original");
		g_string_append_printf(
			master, "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"programs\",NAME=\"%s\",", name);
		if (program->language)
			g_string_append_printf(master, "LANGUAGE=\"%s\",", program->language);
		g_string_append_printf(master,
				       "DEFAULT=%s,AUTOSELECT=YES,CHANNELS=\"1\","
				       "URI=\"audio-%s/index.m3u8\"\n",
				       program->channel ? "NO" : "YES", program->id);
	}
}

#define MASTER_HEAD "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-INDEPENDENT-SEGMENTS\n"

/* A picture's own playlists, and its lines in the master of all, if it belongs there. */
static bool write_picture(struct archive_job *job, int hls,
			  const struct archive_picture_plan *picture, GString *all, GError **error)
{
	int folder = picture_folder(job, picture->id, error);
	g_autoptr(GString) master = g_string_new(MASTER_HEAD);
	bool fine = folder >= 0;
	for (size_t v = 0; fine && v < G_N_ELEMENTS(variants); v++) {
		g_autoptr(GString) list = g_string_new(NULL);
		g_autofree char *name = g_strdup_printf("%u.m3u8", variants[v].height);
		struct rate rate = write_playlist(job, folder, &variants[v], list);
		fine = archive_file_write(folder, name, list->str, list->len, error);
		add_stream(master, picture->id, &variants[v], rate, false);
		if (all)
			add_stream(all, picture->id, &variants[v], rate, true);
	}
	g_autofree char *name = g_strdup_printf("%s.m3u8", picture->id);
	fine = fine && archive_file_write(hls, name, master->str, master->len, error);
	if (folder >= 0)
		close(folder);
	return fine;
}

bool archive_make_playlists(struct archive_job *job, GError **error)
{
	g_autoptr(GString) all = g_string_new(MASTER_HEAD);
	int hls = archive_folder_open(job->folder, "hls", error);
	bool fine = hls >= 0;
	add_renditions(all, job);
	/* The first is the stage, or else what there is. */
	for (guint i = 0; fine && i < job->plan->pictures->len; i++)
		fine = write_picture(job, hls, job->plan->pictures->pdata[i], i == 0 ? all : NULL,
				     error);
	if (job->plan->pictures->len == 0)
		g_string_append_printf(all,
				       "#EXT-X-STREAM-INF:BANDWIDTH=%d,CODECS=\"mp4a.40.2\","
				       "AUDIO=\"programs\"\naudio-floor/index.m3u8\n",
				       AUDIO_BITS);
	fine = fine && archive_file_write(hls, "master.m3u8", all->str, all->len, error);
	if (hls >= 0)
		close(hls);
	return fine;
}
