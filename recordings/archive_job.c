#include "recordings/archive_job.h"
#include "recordings/archive_unrecord.h"
#include "recordings/archive_video.h"
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* Of a step's name: channels' tags are in it. */
#define NAME_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-./"

/* What a second of each costs, about, for the bar that people see. */
#define COST_PROGRAM 1.0
#define COST_PICTURE 4.0
#define COST_REST    0.1

G_DEFINE_QUARK(archive - job - error, archive_job_error)

static bool fail(GError **error, const char *name)
{
	int saved = errno;
	g_set_error(error, G_IO_ERROR, (gint)g_io_error_from_errno(saved), "%s: %s", name,
		    g_strerror(saved));
	return false;
}

static bool open_folders(struct archive_job *job, const char *path, GError **error)
{
	g_autofree char *whole = g_canonicalize_filename(path, NULL);
	g_autofree char *name = g_path_get_basename(whole);
	job->recording = open(whole, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (job->recording < 0)
		return fail(error, path);
	if (*name && strspn(name, "0123456789") == strlen(name))
		job->recording_number = g_ascii_strtoll(name, NULL, 10);
	job->folder = archive_folder_open(job->recording, "archive", error);
	if (job->folder < 0)
		return false;
	/* One job at a time; the lock goes with the process. */
	if (flock(job->folder, LOCK_EX | LOCK_NB) == 0)
		return true;
	if (errno != EWOULDBLOCK)
		return fail(error, path);
	g_set_error(error, ARCHIVE_JOB_ERROR, ARCHIVE_JOB_ERROR_LOCKED,
		    "%s: another job makes its archive", path);
	return false;
}

static void tell(void *user)
{
	const struct archive_job *job = user;
	puts(job->told);
	fflush(stdout);
}

struct archive_job *archive_job_new(const char *path, unsigned threads, unsigned chunk_s,
				    GError **error)
{
	struct archive_job *job = g_new0(struct archive_job, 1);
	job->recording = job->folder = job->work = -1;
	job->threads = threads;
	job->chunk_segments = MAX(chunk_s * 1000 / ARCHIVE_SEGMENT_MS, 1);
	job->pulse = (struct archive_pulse){.say = tell,
					    .user = job,
					    .every_ms = ARCHIVE_PULSE_MS,
					    .locks_ms = ARCHIVE_LOCKS_MS,
					    .said_us = g_get_monotonic_time()};
	/* Before the first step there is none to be named. */
	g_strlcpy(job->told, "{\"done\":0.00,\"total\":0.000}", sizeof job->told);
	if (open_folders(job, path, error) &&
	    archive_unrecord_marked(job->recording, &job->pulse, error))
		job->plan = archive_plan_new(job->recording, &job->pulse, error);
	if (!job->plan) {
		archive_job_free(job);
		return NULL;
	}
	job->steps = archive_steps_new(job->folder);
	return job;
}

void archive_job_free(struct archive_job *job)
{
	if (!job)
		return;
	archive_steps_free(job->steps);
	archive_plan_free(job->plan);
	g_free(job->missing);
	if (job->work >= 0)
		close(job->work);
	if (job->folder >= 0)
		close(job->folder);
	if (job->recording >= 0)
		close(job->recording);
	g_free(job);
}

/* --- what is to be done --- */

typedef bool (*make_function)(struct archive_job *job, const void *what, guint n, GError **error);

struct step {
	char *name;
	const char *kind; /* what progress calls it */
	char *stamp;
	make_function make;
	const void *what;
	guint n;
	double cost;
	bool optional; /* an archive is one without it */
};

static void clear_step(void *item)
{
	struct step *step = item;
	g_free(step->name);
	g_free(step->stamp);
}

static bool make_program(struct archive_job *job, const void *what, guint n, GError **error)
{
	return archive_make_program(job, what, error);
}

static bool make_rendition(struct archive_job *job, const void *what, guint n, GError **error)
{
	return archive_make_rendition(job, what, error);
}

static bool make_chunk(struct archive_job *job, const void *what, guint n, GError **error)
{
	return archive_make_chunk(job, what, n, error);
}

static bool make_playlists(struct archive_job *job, const void *what, guint n, GError **error)
{
	return archive_make_playlists(job, error);
}

static bool make_file(struct archive_job *job, const void *what, guint n, GError **error)
{
	return archive_make_file(job, what, error);
}

static bool make_thumbnails(struct archive_job *job, const void *what, guint n, GError **error)
{
	return job->plan->pictures->len == 0 || archive_make_thumbnails(job, error);
}

static bool make_texts(struct archive_job *job, const void *what, guint n, GError **error)
{
	return archive_make_texts(job, error);
}

static void add_step(GArray *steps, struct step step)
{
	g_array_append_val(steps, step);
}

static void add_pictures(const struct archive_job *job, GArray *steps)
{
	for (guint i = 0; i < job->plan->pictures->len; i++) {
		const struct archive_picture_plan *picture = job->plan->pictures->pdata[i];
		for (guint n = 0; n < archive_chunks(job); n++)
			add_step(steps, (struct step){.name = g_strdup_printf("picture/%s/%u",
									      picture->id, n),
						      .kind = "pictures",
						      .stamp = g_strdup(picture->stamp),
						      .make = make_chunk,
						      .what = picture,
						      .n = n,
						      .cost = COST_PICTURE / archive_chunks(job)});
	}
}

static void add_programs(const struct archive_job *job, GArray *steps, const char *kind,
			 make_function make, double cost)
{
	for (guint i = 0; i < job->plan->programs->len; i++) {
		const struct archive_program_plan *program = job->plan->programs->pdata[i];
		add_step(steps, (struct step){.name = g_strdup_printf("%s/%s", kind, program->id),
					      .kind = kind,
					      .stamp = g_strdup(program->stamp),
					      .make = make,
					      .what = program,
					      .cost = cost});
	}
}

static GArray *steps_of(const struct archive_job *job)
{
	static const struct {
		const char *name, *kind, *what;
		make_function make;
		bool optional;
	} rest[] = {
		{"playlists", "playlists", NULL, make_playlists, false},
		{"meeting.mkv", "files", "meeting.mkv", make_file, false},
		/* Its muxer wants memory for each packet of a meeting. */
		{"meeting.mp4", "files", "meeting.mp4", make_file, true},
		{"thumbnails", "thumbnails", NULL, make_thumbnails, false},
		{"texts", "texts", NULL, make_texts, false},
	};
	GArray *steps = g_array_new(FALSE, FALSE, sizeof(struct step));
	g_array_set_clear_func(steps, clear_step);
	add_programs(job, steps, "programs", make_program, COST_PROGRAM);
	add_pictures(job, steps);
	add_programs(job, steps, "renditions", make_rendition, COST_REST);
	for (size_t i = 0; i < G_N_ELEMENTS(rest); i++)
		if (job->plan->time.duration > 0 || rest[i].make == make_texts)
			add_step(steps,
				 (struct step){.name = g_strdup(rest[i].name),
					       .kind = rest[i].kind,
					       .stamp = g_strdup_printf("%s %u", job->plan->stamp,
									job->chunk_segments),
					       .make = rest[i].make,
					       .what = rest[i].what,
					       .cost = COST_REST,
					       .optional = rest[i].optional});
	return steps;
}

/* --- progress --- */

void archive_job_progress(struct archive_job *job, const char *step, double done)
{
	char told[sizeof job->told];
	double total = job->all > 0 ? (job->before + done * job->step) / job->all : 1;
	snprintf(told, sizeof told, "{\"step\":\"%s\",\"done\":%.2f,\"total\":%.3f}", step,
		 CLAMP(done, 0, 1), CLAMP(total, 0, 1));
	if (strcmp(told, job->told) == 0)
		return;
	memcpy(job->told, told, sizeof told);
	archive_pulse_said(&job->pulse);
	tell(job);
}

/* --- what is there that doesn't fit any more --- */

static const struct step *find_step(const GArray *steps, const char *name)
{
	for (guint i = 0; i < steps->len; i++)
		if (strcmp(g_array_index(steps, struct step, i).name, name) == 0)
			return &g_array_index(steps, struct step, i);
	return NULL;
}

static void remove_all(int folder, const char *const *names)
{
	for (; *names; names++)
		archive_file_remove(folder, *names);
}

/* A picture's stretches come one after another: what the first one's stamp goes with is all. */
static void remove_chunk(int folder, const char *id, const char *number)
{
	unsigned n = (unsigned)g_ascii_strtoull(number, NULL, 10);
	g_autofree char *chunk = g_strdup_printf("hls/%s/%04u", id, n);
	g_autofree char *all = g_strdup_printf("hls/%s", id);
	g_autofree char *list = g_strdup_printf("hls/%s.m3u8", id);
	archive_file_remove(folder, n > 0 ? chunk : all);
	if (n == 0)
		archive_file_remove(folder, list);
}

static void remove_program(int folder, const char *id)
{
	static const char *const kinds[] = {"opus", "m4a", "mp3"};
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		g_autofree char *file = g_strdup_printf("audio/%s.%s", id, kinds[i]);
		archive_file_remove(folder, file);
	}
}

/* Which files or folders of the archive a step made. */
static void remove_made(int folder, const char *name)
{
	static const char *const texts[] = {"chapters.vtt", "chat.vtt", "questions.vtt",
					    "speakers.vtt", NULL};
	static const char *const thumbnails[] = {"thumbs", "thumbnail.jpg", NULL};
	g_auto(GStrv) words = g_strsplit(name, "/", 3);
	guint n = g_strv_length(words);
	/* Ours, but it was on a disk. */
	if (strspn(name, NAME_LETTERS) != strlen(name) || strstr(name, ".."))
		return;
	if (n == 3 && strcmp(words[0], "picture") == 0) {
		remove_chunk(folder, words[1], words[2]);
	} else if (n == 2 && strcmp(words[0], "programs") == 0) {
		remove_program(folder, words[1]);
	} else if (n == 2 && strcmp(words[0], "renditions") == 0) {
		g_autofree char *path = g_strdup_printf("hls/audio-%s", words[1]);
		archive_file_remove(folder, path);
	} else if (strcmp(name, "thumbnails") == 0) {
		remove_all(folder, thumbnails);
	} else if (strcmp(name, "texts") == 0) {
		remove_all(folder, texts);
	} else if (strcmp(name, "playlists") == 0) {
		archive_file_remove(folder, "hls/master.m3u8");
	} else if (n == 1) {
		archive_file_remove(folder, name);
	}
}

struct sweep {
	const struct archive_job *job;
	const GArray *steps;
};

static bool keep_step(void *user, const char *name, const char *stamp)
{
	const struct sweep *sweep = user;
	const struct step *step = find_step(sweep->steps, name);
	if (step && strcmp(step->stamp, stamp) == 0)
		return true;
	remove_made(sweep->job->folder, name);
	return false;
}

/* What was deleted from a recording is to be gone from its archive before anything else. */
static void sweep(struct archive_job *job, const GArray *steps)
{
	struct sweep user = {job, steps};
	if (archive_steps_forget(job->steps, keep_step, &user))
		archive_file_remove(job->folder, "archive.json");
	archive_file_remove(job->folder, "work");
}

/* --- all of it --- */

/* Without its stamp it is tried again when the job is run again. */
static void go_without(struct archive_job *job, const struct step *step, const GError *why)
{
	g_free(job->missing);
	job->missing = g_strdup_printf("%s: %s", step->name, why->message);
	fprintf(stderr, "tongsheng archive: the archive is without %s\n", job->missing);
}

static bool make_step(struct archive_job *job, const struct step *step, GError **error)
{
	g_autoptr(GError) why = NULL;
	if (step->make(job, step->what, step->n, &why))
		return archive_steps_done(job->steps, step->name, step->stamp, error);
	if (!step->optional) {
		g_propagate_error(error, g_steal_pointer(&why));
		return false;
	}
	go_without(job, step, why);
	return true;
}

static bool run_step(struct archive_job *job, const struct step *step, GError **error)
{
	job->step = step->cost;
	if (archive_steps_have(job->steps, step->name, step->stamp)) {
		job->before += step->cost;
		return true;
	}
	archive_job_progress(job, step->kind, 0);
	/* What is made and not stamped yet is found by this when the recording changes. */
	if (!archive_steps_begin(job->steps, step->name, error) || !make_step(job, step, error))
		return false;
	archive_job_progress(job, step->kind, 1);
	job->before += step->cost;
	return true;
}

bool archive_job_run(struct archive_job *job, GError **error)
{
	g_autoptr(GArray) steps = steps_of(job);
	bool fine = true;
	sweep(job, steps);
	job->work = archive_folder_new(job->folder, "work", error);
	if (job->work < 0)
		return false;
	for (guint i = 0; i < steps->len; i++)
		job->all += g_array_index(steps, struct step, i).cost;
	for (guint i = 0; fine && i < steps->len; i++)
		fine = run_step(job, &g_array_index(steps, struct step, i), error);
	archive_file_remove(job->folder, "work");
	fine = fine && archive_make_report(job, error);
	if (fine)
		printf("{\"step\":\"done\",\"done\":1,\"total\":1,\"duration\":%.3f}\n",
		       (double)job->plan->time.duration / 1000);
	return fine;
}
