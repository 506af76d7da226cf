#include "recordings/archive_child.h"
#include "recordings/archive_job.h"
#include "recordings/archive_memory.h"
#include "recordings/archive_place.h"
#include "recordings/archive_program.h"
#include "recordings/archive_video.h"
#include "recordings/program.h"
#include <fcntl.h>
#include <gio/gio.h>
#include <stdio.h>
#include <unistd.h>

#define BLOCK_MS (ARCHIVE_PROGRAM_BLOCK * 1000 / ARCHIVE_PLACE_RATE)
#define PROGRESS 500 /* blocks */

static struct archive_sound_config sound_of(const struct archive_job *job,
					    const struct archive_source *source)
{
	return (struct archive_sound_config){
		.directory = job->recording,
		.time = &job->plan->time,
		.files = (const char *const *)source->files->pdata,
	};
}

static struct archive_program *program_of(struct archive_job *job,
					  const struct archive_program_plan *plan)
{
	struct archive_sound_config floor[ARCHIVE_PROGRAM_VOICES], channel;
	size_t n = 0;
	for (guint i = 0; i < job->plan->files.sources->len; i++) {
		const struct archive_source *source = job->plan->files.sources->pdata[i];
		if (source->kind == ARCHIVE_SOURCE_FLOOR && n < ARCHIVE_PROGRAM_VOICES)
			floor[n++] = sound_of(job, source);
	}
	if (plan->channel) {
		channel = sound_of(job, plan->channel);
		channel.silent = (const void *)plan->silent->data;
		channel.n_silent = plan->silent->len;
	}
	return archive_program_new(&(struct archive_program_config){
		.floor = floor,
		.n_floor = n,
		.channel = plan->channel ? &channel : NULL,
		.alone = (const void *)plan->alone->data,
		.n_alone = plan->alone->len,
		.duck_db = PROGRAM_DUCK_DB,
	});
}

/* One encoder for each kind, all from the same samples: none is made of what another has lost. */
static struct archive_child *start(struct archive_job *job, int folder, GError **error)
{
	static const char *const argv[] = {
		"ffmpeg",     "-nostdin", "-hide_banner", "-loglevel",	"error",     "-xerror",
		"-y",	      "-f",	  "f32le",	  "-ar",	"48000",     "-ac",
		"1",	      "-i",	  "pipe:0",	  "-c:a",	"libopus",   "-b:a",
		"96k",	      "-f",	  "ogg",	  "sound.opus", "-c:a",	     "aac",
		"-b:a",	      "96k",	  "-movflags",	  "+faststart", "sound.m4a", "-c:a",
		"libmp3lame", "-b:a",	  "96k",	  "sound.mp3",	NULL};
	return archive_child_start(
		&(struct archive_child_config){
			.argv = argv,
			.folder = folder,
			.in = true,
			.memory = archive_memory_given(job->plan->time.duration, 1),
			.pulse = &job->pulse},
		error);
}

/* false: the child doesn't read any more. */
static bool write_samples(struct archive_job *job, struct archive_program *program,
			  struct archive_child *child)
{
	float samples[ARCHIVE_PROGRAM_BLOCK];
	int64_t left = job->plan->time.duration * (ARCHIVE_PLACE_RATE / 1000), all = left;
	for (unsigned n = 0; left > 0; n++) {
		size_t length = (size_t)MIN(left, ARCHIVE_PROGRAM_BLOCK);
		archive_program_read(program, samples);
		if (!archive_child_write(child, samples, length * sizeof *samples))
			return false;
		left -= (int64_t)length;
		if (n % PROGRESS == 0)
			archive_job_progress(job, "programs", 1 - (double)left / (double)all);
	}
	return true;
}

static bool encode(struct archive_job *job, const struct archive_program_plan *plan, int folder,
		   GError **error)
{
	struct archive_child *child = start(job, folder, error);
	if (!child)
		return false;
	struct archive_program *program = program_of(job, plan);
	bool written = write_samples(job, program, child);
	archive_program_free(program);
	if (!archive_child_end(child, error))
		return false;
	if (!written)
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED,
			    "ffmpeg ended before the program did");
	return written;
}

static bool move_files(struct archive_job *job, const char *id, int from, GError **error)
{
	static const char *const kinds[] = {"opus", "m4a", "mp3"};
	int audio = archive_folder_open(job->folder, "audio", error);
	bool fine = audio >= 0;
	for (size_t i = 0; fine && i < G_N_ELEMENTS(kinds); i++) {
		g_autofree char *made = g_strdup_printf("sound.%s", kinds[i]);
		g_autofree char *name = g_strdup_printf("%s.%s", id, kinds[i]);
		fine = archive_file_move(from, made, audio, name, error);
	}
	if (audio >= 0)
		close(audio);
	return fine;
}

bool archive_make_program(struct archive_job *job, const struct archive_program_plan *plan,
			  GError **error)
{
	int folder = archive_folder_new(job->work, "program", error);
	bool fine = folder >= 0 && encode(job, plan, folder, error) &&
		    move_files(job, plan->id, folder, error);
	if (folder >= 0)
		close(folder);
	return fine;
}

/* As of a picture's segments: all must be there that is in the sound. */
static bool check_rendition(struct archive_job *job, int folder, const char *sound, GError **error)
{
	int64_t all = archive_child_packets(NULL, sound, folder, &job->pulse, error);
	int64_t found =
		all < 0 ? -1
			: archive_child_packets(NULL, "index.m3u8", folder, &job->pulse, error);
	if (found >= 0 && found != all)
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
			    "the segments of %s aren't whole; is the disk full?", sound);
	return found >= 0 && found == all;
}

bool archive_make_rendition(struct archive_job *job, const struct archive_program_plan *plan,
			    GError **error)
{
	g_autofree char *sound = g_strdup_printf("../../audio/%s.m4a", plan->id);
	g_autofree char *name = g_strdup_printf("audio-%s", plan->id);
	g_autofree char *offset = g_strdup_printf("%d", ARCHIVE_OFFSET_S);
	g_autofree char *length = g_strdup_printf("%d", ARCHIVE_SEGMENT_MS / 1000);
	const char *const argv[] = {"ffmpeg",
				    "-nostdin",
				    "-hide_banner",
				    "-loglevel",
				    "error",
				    "-xerror",
				    "-y",
				    "-i",
				    sound,
				    "-map",
				    "0:a",
				    "-c",
				    "copy",
				    "-output_ts_offset",
				    offset,
				    "-muxdelay",
				    "0",
				    "-muxpreload",
				    "0",
				    "-f",
				    "hls",
				    "-hls_time",
				    length,
				    "-hls_list_size",
				    "0",
				    "-hls_playlist_type",
				    "vod",
				    "-hls_segment_filename",
				    "%05d.ts",
				    "index.m3u8",
				    NULL};
	int folder = archive_folder_new(job->work, name, error);
	int hls = folder < 0 ? -1 : archive_folder_open(job->folder, "hls", error);
	const struct archive_child_config config = {
		.argv = argv, .folder = folder, .pulse = &job->pulse};
	bool fine = hls >= 0 && archive_child_run(&config, error) &&
		    check_rendition(job, folder, sound, error) &&
		    archive_file_move(job->work, name, hls, name, error);
	if (folder >= 0)
		close(folder);
	if (hls >= 0)
		close(hls);
	return fine;
}
