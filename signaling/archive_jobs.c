#include "signaling/archive_jobs.h"
#include <gio/gio.h>
#include <jansson.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sysexits.h>

#define ATTEMPTS 3 /* of one that is killed */
/* A word comes for each two seconds of a recording. Without one for so long it hangs. */
#define SILENCE_S    1800
#define RETRY_MS     10000 /* whatever was in the way may still be there */
#define STEP_LENGTH  40
#define ERROR_LENGTH 400

struct archive_jobs {
	struct store *store;
	char *data, *program;
	void (*finished)(void *user, gint64 recording);
	void *user;
	/* The one that runs. */
	GSubprocess *child;
	GDataInputStream *output;
	GCancellable *cancellable;
	bool exited;
	gint64 recording; /* 0: none, or it is to be forgotten */
	char step[STEP_LENGTH];
	double done;
	char *words; /* the last line that is no progress: why it failed */
	gint64 duration;
	gint64 killed;	/* the recording whose child was killed last, */
	unsigned kills; /* and how often */
	/* A result that couldn't be written down. While there is one, nothing runs and the timer
	 * does. */
	struct {
		gint64 recording; /* 0: none */
		enum archive_state state;
		char *words;
		gint64 duration;
	} unnoted;
	gint64 after;	 /* the next one is looked for behind this recording */
	char *trouble;	 /* what was last complained of, */
	gint64 troubled; /* and of which recording; 0: of all */
	unsigned pause_ms;
	guint timer, watchdog;
};

static void begin_next(struct archive_jobs *jobs);
static void settle_child(struct archive_jobs *jobs);

/* --- what it says --- */

static void take_progress(struct archive_jobs *jobs, const json_t *progress)
{
	const char *step = json_string_value(json_object_get(progress, "step"));
	const json_t *duration = json_object_get(progress, "duration");
	if (step != NULL)
		g_strlcpy(jobs->step, step, sizeof jobs->step);
	jobs->done = CLAMP(json_number_value(json_object_get(progress, "total")), 0, 1);
	if (json_is_number(duration))
		jobs->duration = (gint64)(json_number_value(duration) * 1000);
}

static gboolean on_silence(gpointer user)
{
	struct archive_jobs *jobs = user;
	jobs->watchdog = 0;
	g_warning("archive of recording %" G_GINT64_FORMAT ": has said nothing for %d s: killed",
		  jobs->recording, SILENCE_S);
	g_subprocess_force_exit(jobs->child);
	return G_SOURCE_REMOVE;
}

static void watch(struct archive_jobs *jobs)
{
	g_clear_handle_id(&jobs->watchdog, g_source_remove);
	jobs->watchdog = g_timeout_add_seconds(SILENCE_S, on_silence, jobs);
}

static void take_line(struct archive_jobs *jobs, const char *line)
{
	watch(jobs);
	json_t *progress = line[0] == '{' ? json_loads(line, 0, NULL) : NULL;
	if (progress != NULL) {
		take_progress(jobs, progress);
	} else if (line[0] != '\0') {
		g_free(jobs->words);
		jobs->words = g_utf8_make_valid(line, (gssize)strnlen(line, ERROR_LENGTH));
	}
	json_decref(progress);
}

static void read_line(struct archive_jobs *jobs);

static void on_line(GObject *source, GAsyncResult *result, gpointer user)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *line = g_data_input_stream_read_line_finish(G_DATA_INPUT_STREAM(source),
								     result, NULL, &error);
	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return; /* the jobs are gone, or it is another child's */
	struct archive_jobs *jobs = user;
	if (line == NULL) {
		g_clear_object(&jobs->output);
		if (jobs->exited)
			settle_child(jobs);
		return;
	}
	take_line(jobs, line);
	read_line(jobs);
}

static void read_line(struct archive_jobs *jobs)
{
	g_data_input_stream_read_line_async(jobs->output, G_PRIORITY_DEFAULT, jobs->cancellable,
					    on_line, jobs);
}

/* --- its end --- */

static gboolean on_retry(gpointer user);

static void pause_all(struct archive_jobs *jobs)
{
	if (jobs->timer == 0)
		jobs->timer = g_timeout_add(jobs->pause_ms, on_retry, jobs);
}

/* Of what is tried again and again: once. recording 0: of all. */
static void complain(struct archive_jobs *jobs, gint64 recording, const char *why)
{
	jobs->troubled = recording;
	if (g_strcmp0(jobs->trouble, why) == 0)
		return;
	if (recording != 0)
		g_warning("archive of recording %" G_GINT64_FORMAT ": %s; it is tried again",
			  recording, why);
	else
		g_warning("archives: %s; it is tried again", why);
	g_free(jobs->trouble);
	jobs->trouble = g_strdup(why);
}

/* What the store doesn't take now it is given again after a pause; nothing else begins until it
 * has: what is to be done next is known by the store alone. */
static bool note(struct archive_jobs *jobs, gint64 recording, enum archive_state state,
		 const char *words, gint64 duration)
{
	g_autoptr(GError) error = NULL;
	char *kept = g_strdup(words);
	bool ok =
		store_recording_set_archive(jobs->store, recording, state, words, duration, &error);
	/* Another's would have kept this one from running. */
	g_assert(jobs->unnoted.recording == 0 || jobs->unnoted.recording == recording);
	g_free(jobs->unnoted.words);
	memset(&jobs->unnoted, 0, sizeof jobs->unnoted);
	if (!ok) {
		complain(jobs, recording, error->message);
		jobs->unnoted.recording = recording;
		jobs->unnoted.state = state;
		jobs->unnoted.words = g_steal_pointer(&kept);
		jobs->unnoted.duration = duration;
		pause_all(jobs);
	} else if (state == ARCHIVE_DONE && jobs->finished != NULL) {
		jobs->finished(jobs->user, recording);
	}
	g_free(kept);
	return ok;
}

static gboolean on_retry(gpointer user)
{
	struct archive_jobs *jobs = user;
	jobs->timer = 0;
	if (jobs->unnoted.recording == 0 || note(jobs, jobs->unnoted.recording, jobs->unnoted.state,
						 jobs->unnoted.words, jobs->unnoted.duration))
		begin_next(jobs);
	return G_SOURCE_REMOVE;
}

static void failed(struct archive_jobs *jobs, gint64 recording, const char *why)
{
	g_warning("archive of recording %" G_GINT64_FORMAT ": %s", recording, why);
	note(jobs, recording, ARCHIVE_FAILED, why, 0);
}

/* Not the recording's fault: after a pause, and after the others that wait. */
static void wait_again(struct archive_jobs *jobs, gint64 recording, const char *why)
{
	complain(jobs, recording, why);
	jobs->after = recording;
	note(jobs, recording, ARCHIVE_WAITING, "", 0);
	pause_all(jobs);
}

/* For want of memory, by somebody, or in the server's own end. */
static void was_killed(struct archive_jobs *jobs, gint64 recording, int signal)
{
	g_autofree char *why = g_strdup_printf("killed by signal %d", signal);
	jobs->kills = recording == jobs->killed ? jobs->kills + 1 : 1;
	jobs->killed = recording;
	if (jobs->kills >= ATTEMPTS) {
		jobs->kills = 0;
		failed(jobs, recording, why);
		return;
	}
	g_message("archive of recording %" G_GINT64_FORMAT ": %s; goes on in a moment", recording,
		  why);
	note(jobs, recording, ARCHIVE_WAITING, "", 0);
	pause_all(jobs);
}

static void settle(struct archive_jobs *jobs, gint64 recording, GSubprocess *child)
{
	const char *words = jobs->words != NULL ? jobs->words : "failed";
	if (g_subprocess_get_if_exited(child) &&
	    g_subprocess_get_exit_status(child) == EX_TEMPFAIL) {
		wait_again(jobs, recording, words);
		return;
	}
	jobs->after = 0;
	if (jobs->troubled == recording || jobs->troubled == 0)
		g_clear_pointer(&jobs->trouble, g_free);
	if (g_subprocess_get_if_signaled(child)) {
		was_killed(jobs, recording, g_subprocess_get_term_sig(child));
	} else if (g_subprocess_get_exit_status(child) != 0) {
		failed(jobs, recording, words);
	} else {
		note(jobs, recording, ARCHIVE_DONE, "", jobs->duration);
	}
}

/* It has ended, and all that it said has been read. */
static void settle_child(struct archive_jobs *jobs)
{
	g_autoptr(GSubprocess) child = g_steal_pointer(&jobs->child);
	gint64 recording = jobs->recording;
	g_clear_handle_id(&jobs->watchdog, g_source_remove);
	g_clear_object(&jobs->cancellable);
	jobs->recording = 0;
	if (recording != 0)
		settle(jobs, recording, child);
	begin_next(jobs);
}

static void on_ended(GObject *source, GAsyncResult *result, gpointer user)
{
	struct archive_jobs *jobs = user;
	if (!g_subprocess_wait_finish(G_SUBPROCESS(source), result, NULL))
		return; /* cancelled: the jobs are gone */
	jobs->exited = true;
	if (jobs->output == NULL)
		settle_child(jobs);
}

/* --- its beginning --- */

/* Nothing of it outlives the server. */
static void set_up_child(gpointer user)
{
	(void)user;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
}

static GSubprocess *spawn(const struct archive_jobs *jobs, gint64 recording, GError **error)
{
	g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
		G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
	g_autofree char *folder =
		g_strdup_printf("%s/recordings/%" G_GINT64_FORMAT, jobs->data, recording);
	g_subprocess_launcher_set_child_setup(launcher, set_up_child, NULL, NULL);
	return g_subprocess_launcher_spawn(launcher, error, jobs->program, "archive", folder, NULL);
}

static void run(struct archive_jobs *jobs, gint64 recording)
{
	g_autoptr(GError) error = NULL;
	/* First: what can't be written down isn't begun. */
	if (!store_recording_set_archive(jobs->store, recording, ARCHIVE_RUNNING, "", 0, &error)) {
		complain(jobs, recording, error->message);
		pause_all(jobs);
		return;
	}
	jobs->child = spawn(jobs, recording, &error);
	if (jobs->child == NULL) {
		wait_again(jobs, recording, error->message);
		return;
	}
	jobs->recording = recording;
	jobs->exited = false;
	jobs->step[0] = '\0';
	jobs->done = 0;
	jobs->duration = 0;
	g_clear_pointer(&jobs->words, g_free);
	jobs->cancellable = g_cancellable_new();
	jobs->output = g_data_input_stream_new(g_subprocess_get_stdout_pipe(jobs->child));
	watch(jobs);
	read_line(jobs);
	g_subprocess_wait_async(jobs->child, jobs->cancellable, on_ended, jobs);
}

static void begin_next(struct archive_jobs *jobs)
{
	g_autoptr(GError) error = NULL;
	gint64 recording = 0;
	if (jobs->child != NULL || jobs->timer != 0)
		return;
	if (!store_recording_waiting(jobs->store, jobs->after, &recording, &error)) {
		complain(jobs, 0, error->message);
		pause_all(jobs);
	}
	if (recording != 0)
		run(jobs, recording);
}

void archive_jobs_wake(struct archive_jobs *jobs)
{
	begin_next(jobs);
}

bool archive_jobs_again(struct archive_jobs *jobs, gint64 recording, GError **error)
{
	if (!store_recording_set_archive(jobs->store, recording, ARCHIVE_WAITING, "", 0, error))
		return false;
	archive_jobs_forget(jobs, recording);
	if (jobs->killed == recording)
		jobs->kills = 0;
	if (jobs->unnoted.recording == 0)
		g_clear_handle_id(&jobs->timer, g_source_remove);
	begin_next(jobs);
	return true;
}

void archive_jobs_forget(struct archive_jobs *jobs, gint64 recording)
{
	bool runs = jobs->recording == recording;
	if (!runs && jobs->unnoted.recording != recording)
		return;
	/* Before it is killed: whatever happens next, somebody makes it. */
	note(jobs, recording, ARCHIVE_WAITING, "", 0);
	if (!runs)
		return;
	jobs->recording = 0; /* its end is nobody's business */
	g_subprocess_force_exit(jobs->child);
}

bool archive_jobs_progress(const struct archive_jobs *jobs, gint64 recording, const char **ret_step,
			   double *ret_done)
{
	if (jobs->recording != recording)
		return false;
	*ret_step = jobs->step;
	*ret_done = jobs->done;
	return true;
}

struct archive_jobs *archive_jobs_new(struct store *store, const char *data, const char *program,
				      void (*finished)(void *user, gint64 recording), void *user)
{
	g_autoptr(GError) error = NULL;
	struct archive_jobs *jobs = g_new0(struct archive_jobs, 1);
	jobs->store = store;
	jobs->data = g_strdup(data);
	jobs->program = g_strdup(program);
	jobs->finished = finished;
	jobs->user = user;
	jobs->pause_ms = RETRY_MS;
	if (!store_recordings_resume(store, &error))
		g_warning("archives: %s", error->message);
	begin_next(jobs);
	return jobs;
}

void archive_jobs_set_pause(struct archive_jobs *jobs, unsigned ms)
{
	jobs->pause_ms = ms;
}

void archive_jobs_free(struct archive_jobs *jobs)
{
	if (jobs == NULL)
		return;
	if (jobs->cancellable != NULL)
		g_cancellable_cancel(jobs->cancellable);
	if (jobs->child != NULL)
		g_subprocess_send_signal(jobs->child, SIGTERM);
	g_clear_handle_id(&jobs->timer, g_source_remove);
	g_clear_handle_id(&jobs->watchdog, g_source_remove);
	g_clear_object(&jobs->cancellable);
	g_clear_object(&jobs->output);
	g_clear_object(&jobs->child);
	g_free(jobs->unnoted.words);
	g_free(jobs->trouble);
	g_free(jobs->words);
	g_free(jobs->program);
	g_free(jobs->data);
	g_free(jobs);
}
