#include "recordings/archive_child.h"
#include "recordings/archive_job.h"
#include "recordings/archive_language.h"
#include "recordings/archive_memory.h"
#include "recordings/archive_video.h"
#include <fcntl.h>
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define THUMB_S 30

static void add(GPtrArray *argv, const char *word)
{
	g_ptr_array_add(argv, g_strdup(word));
}

static G_GNUC_PRINTF(2, 3) void add_format(GPtrArray *argv, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_ptr_array_add(argv, g_strdup_vprintf(format, arguments));
	va_end(arguments);
}

static GPtrArray *ffmpeg(void)
{
	GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);
	static const char *const words[] = {
		"ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-xerror", "-y"};
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		add(argv, words[i]);
	return argv;
}

/* memory: as of archive_child.h. */
static bool run(struct archive_job *job, GPtrArray *argv, int folder, uint64_t memory,
		GError **error)
{
	g_ptr_array_add(argv, NULL);
	return archive_child_run(
		&(struct archive_child_config){.argv = (const char *const *)argv->pdata,
					       .folder = folder,
					       .memory = memory,
					       .pulse = &job->pulse},
		error);
}

/* --- chapters, in ffmpeg's own form --- */

static void append_escaped(GString *out, const char *text)
{
	for (const char *c = text; c && *c; c++) {
		if (strchr("=;#\\\n", *c))
			g_string_append_c(out, '\\');
		if ((unsigned char)*c >= ' ' || *c == '\n')
			g_string_append_c(out, *c == '\n' ? ' ' : *c);
	}
}

static bool write_chapters(struct archive_job *job, int folder, GError **error)
{
	const GArray *chapters = job->plan->index->chapters;
	g_autoptr(GString) out = g_string_new(";FFMETADATA1\ntitle=");
	append_escaped(out, job->plan->index->title ? job->plan->index->title
						    : job->plan->index->meeting);
	g_string_append_c(out, '\n');
	for (guint i = 0; i < chapters->len; i++) {
		const struct archive_chapter *chapter =
			&g_array_index(chapters, struct archive_chapter, i);
		int64_t at = archive_time_at(&job->plan->time, chapter->t);
		int64_t end = job->plan->time.duration;
		if (i + 1 < chapters->len)
			end = archive_time_at(&job->plan->time, (chapter + 1)->t);
		if (end <= at || chapter->number == 0)
			continue;
		g_string_append_printf(out,
				       "[CHAPTER]\nTIMEBASE=1/1000\nSTART=%" G_GINT64_FORMAT
				       "\nEND=%" G_GINT64_FORMAT "\ntitle=",
				       at, end);
		append_escaped(out, chapter->sharer);
		g_string_append(out, chapter->sharer && chapter->subject ? ": " : "");
		append_escaped(out, chapter->subject);
		g_string_append_c(out, '\n');
	}
	return archive_file_write(folder, "chapters.txt", out->str, out->len, error);
}

/* --- one file with everything --- */

static void add_sound_tags(GPtrArray *argv, const struct archive_program_plan *program, guint n,
			   bool matroska)
{
	g_autofree char *code = program->language
					? archive_language_code(program->language, matroska)
					: g_strdup("und");
	g_autofree char *own =
		program->channel ? archive_language_name(program->id) : g_strdup("Original");
	add_format(argv, "-metadata:s:a:%u", n);
	add_format(argv, "language=%s", code);
	add_format(argv, "-metadata:s:a:%u", n);
	if (program->channel)
		add_format(argv, "title=%s (%s)", own, program->id);
	else
		add_format(argv, "title=%s", own);
	if (!matroska) { /* what players show of an MP4 */
		add_format(argv, "-metadata:s:a:%u", n);
		add_format(argv, "handler_name=%s", own);
	}
	add_format(argv, "-disposition:a:%u", n);
	add(argv, n == 0 ? "default" : "0");
}

static void add_pictures(GPtrArray *argv, const struct archive_job *job, bool matroska,
			 guint *ret_n)
{
	*ret_n = 0;
	for (guint i = 0; i < job->plan->pictures->len; i++) {
		const struct archive_picture_plan *picture = job->plan->pictures->pdata[i];
		/* Most players show one picture alone: the MP4 has no other. */
		if (i > 0 && !matroska)
			break;
		add(argv, "-i");
		add_format(argv, "../../hls/%s/720.m3u8", picture->id);
		++*ret_n;
	}
}

static void add_maps(GPtrArray *argv, const struct archive_job *job, guint n_pictures,
		     bool matroska)
{
	guint n_programs = job->plan->programs->len;
	for (guint i = 0; i < n_pictures; i++) {
		const struct archive_picture_plan *picture = job->plan->pictures->pdata[i];
		add(argv, "-map");
		add_format(argv, "%u:v", i);
		add_format(argv, "-metadata:s:v:%u", i);
		add_format(argv, "title=%s", picture->id);
		if (picture->source->tag) {
			g_autofree char *code =
				archive_language_code(picture->source->tag, matroska);
			add_format(argv, "-metadata:s:v:%u", i);
			add_format(argv, "language=%s", code);
		}
		add_format(argv, "-disposition:v:%u", i);
		add(argv, i == 0 ? "default" : "0");
	}
	for (guint i = 0; i < n_programs; i++) {
		add(argv, "-map");
		add_format(argv, "%u:a", n_pictures + i);
		add_sound_tags(argv, job->plan->programs->pdata[i], i, matroska);
	}
	add(argv, "-map_metadata");
	add_format(argv, "%u", n_pictures + n_programs);
	add(argv, "-map_chapters");
	add_format(argv, "%u", n_pictures + n_programs);
}

bool archive_make_file(struct archive_job *job, const char *name, GError **error)
{
	bool matroska = g_str_has_suffix(name, ".mkv");
	g_autoptr(GPtrArray) argv = ffmpeg();
	guint n_pictures;
	int folder = archive_folder_new(job->work, "file", error);
	if (folder < 0)
		return false;
	add_pictures(argv, job, matroska, &n_pictures);
	for (guint i = 0; i < job->plan->programs->len; i++) {
		const struct archive_program_plan *program = job->plan->programs->pdata[i];
		add(argv, "-i");
		add_format(argv, "../../audio/%s.%s", program->id, matroska ? "opus" : "m4a");
	}
	add(argv, "-f");
	add(argv, "ffmetadata");
	add(argv, "-i");
	add(argv, "chapters.txt");
	add_maps(argv, job, n_pictures, matroska);
	add(argv, "-c");
	add(argv, "copy");
	if (!matroska) {
		add(argv, "-movflags");
		add(argv, "+faststart");
	}
	add(argv, name);
	uint64_t memory = archive_memory_given(job->plan->time.duration,
					       n_pictures + job->plan->programs->len);
	bool fine = write_chapters(job, folder, error) && run(job, argv, folder, memory, error) &&
		    archive_file_move(folder, name, job->folder, name, error);
	close(folder);
	archive_file_remove(job->work, "file"); /* half of one may have filled the disk */
	return fine;
}

/* --- thumbnails --- */

/* One each THUMB_S of a picture: its keyframes lie on every second one. */
static bool make_thumbs(struct archive_job *job, const char *id, int folder, GError **error)
{
	g_autoptr(GPtrArray) argv = ffmpeg();
	add(argv, "-skip_frame");
	add(argv, "nokey");
	add(argv, "-i");
	add_format(argv, "../../hls/%s/360.m3u8", id);
	add(argv, "-vf");
	add_format(argv, "select=lt(mod(t+0.005\\,%d)\\,0.03),scale=160:90:flags=area", THUMB_S);
	add(argv, "-fps_mode");
	add(argv, "passthrough");
	add(argv, "-start_number");
	add(argv, "0");
	add(argv, "-q:v");
	add(argv, "5");
	add_format(argv, "%s-%%05d.jpg", id);
	return run(job, argv, folder, 0, error);
}

static bool is_shown(const struct archive_picture_plan *picture, int64_t at)
{
	for (guint i = 0; i < picture->shown->len; i++) {
		const struct archive_span *span =
			&g_array_index(picture->shown, struct archive_span, i);
		if (at >= span->from && at < span->to)
			return true;
	}
	return false;
}

/* The first picture that is really there at that time; else the first. */
static const struct archive_picture_plan *picture_at(const struct archive_job *job, int64_t at)
{
	for (guint i = 0; i < job->plan->pictures->len; i++)
		if (is_shown(job->plan->pictures->pdata[i], at))
			return job->plan->pictures->pdata[i];
	return job->plan->pictures->pdata[0];
}

static bool choose_thumbs(struct archive_job *job, int folder, GError **error)
{
	int thumbs = archive_folder_new(folder, "thumbs", error);
	bool fine = thumbs >= 0;
	for (int64_t n = 0; fine && n * THUMB_S * 1000 < job->plan->time.duration; n++) {
		const struct archive_picture_plan *picture = picture_at(job, n * THUMB_S * 1000);
		g_autofree char *from =
			g_strdup_printf("%s-%05" G_GINT64_FORMAT ".jpg", picture->id, n);
		g_autofree char *to = g_strdup_printf("%05" G_GINT64_FORMAT ".jpg", n);
		fine = archive_file_move(folder, from, thumbs, to, error);
	}
	if (thumbs >= 0)
		close(thumbs);
	return fine && archive_file_move(folder, "thumbs", job->folder, "thumbs", error);
}

/* Where something is to be seen, not right at the begin. */
static int64_t thumbnail_at(const struct archive_job *job, const struct archive_picture_plan *p)
{
	int64_t wanted = job->plan->time.duration / 5;
	for (guint i = 0; i < p->shown->len; i++) {
		const struct archive_span *span = &g_array_index(p->shown, struct archive_span, i);
		if (span->to > wanted)
			return MAX(wanted, (span->from + MIN(span->to, span->from + 4000)) / 2);
	}
	return g_array_index(p->shown, struct archive_span, 0).from;
}

/*
 * The last frame up to then of the segment, by its own time stamp: near the end, and where hardly
 * anything moves, ffmpeg's search in a playlist (-ss) misses by a second, and finds nothing.
 */
static bool make_thumbnail(struct archive_job *job, int folder, GError **error)
{
	g_autoptr(GPtrArray) argv = ffmpeg();
	const struct archive_picture_plan *picture = job->plan->pictures->pdata[0];
	int64_t at = thumbnail_at(job, picture);
	unsigned segment = (unsigned)(at / ARCHIVE_SEGMENT_MS);
	add(argv, "-copyts");
	add(argv, "-i");
	add_format(argv, "../../hls/%s/%04u/720-%05u.ts", picture->id,
		   segment / job->chunk_segments, segment);
	add(argv, "-update");
	add(argv, "1");
	add(argv, "-vf");
	add_format(argv, "select=lte(t-0.005\\,%.3f),scale=640:360:flags=area",
		   ARCHIVE_OFFSET_S + (double)at / 1000);
	add(argv, "-fps_mode");
	add(argv, "passthrough");
	add(argv, "-q:v");
	add(argv, "4");
	add(argv, "thumbnail.jpg");
	if (!run(job, argv, folder, 0, error))
		return false;
	/* Without a frame there ffmpeg makes none, and an archive is one without it. */
	return faccessat(folder, "thumbnail.jpg", F_OK, 0) < 0 ||
	       archive_file_move(folder, "thumbnail.jpg", job->folder, "thumbnail.jpg", error);
}

bool archive_make_thumbnails(struct archive_job *job, GError **error)
{
	int folder = archive_folder_new(job->work, "thumbs", error);
	bool fine = folder >= 0;
	for (guint i = 0; fine && i < job->plan->pictures->len; i++) {
		const struct archive_picture_plan *picture = job->plan->pictures->pdata[i];
		fine = make_thumbs(job, picture->id, folder, error);
		archive_job_progress(job, "thumbnails", (i + 1.0) / (job->plan->pictures->len + 1));
	}
	fine = fine && choose_thumbs(job, folder, error) && make_thumbnail(job, folder, error);
	if (folder >= 0)
		close(folder);
	return fine;
}
