/* Archives are made one after another, by a child that may fail and die. The child here is a
 * script. */
#include "signaling/archive_jobs.h"
#include "signaling/store_internal.h"
#include "tests/unit/signaling/world.h"
#include <fcntl.h>
#include <glib/gstdio.h>

#define PAUSE_MS 30 /* in place of ten seconds */

static char *script;
static struct archive_jobs *jobs;
static gint64 finished;
static unsigned n_finished;

static void on_finished(void *user, gint64 recording)
{
	finished = recording;
	n_finished++;
}

static void write_script(const char *body)
{
	g_autofree char *text = g_strdup_printf("#!/bin/sh\n%s\n", body);
	g_assert_true(g_file_set_contents(script, text, -1, NULL));
	g_assert_cmpint(g_chmod(script, 0700), ==, 0);
}

static void begin(const char *body)
{
	world_open();
	script = g_build_filename(world.folder, "job", NULL);
	write_script(body);
	finished = 0;
	n_finished = 0;
}

static void start(void)
{
	jobs = archive_jobs_new(world.store, world.folder, script, on_finished, NULL);
	archive_jobs_set_pause(jobs, PAUSE_MS);
}

static void end(void)
{
	archive_jobs_free(jobs);
	while (g_main_context_iteration(NULL, FALSE))
		;
	g_free(script);
	world_close();
}

static gint64 recorded(void)
{
	gint64 id;
	g_assert_true(store_recording_begin(world.store, 1, 1000, &id, NULL));
	g_assert_true(store_recording_set_state(world.store, id, RECORDING_ENDED, 9000, NULL));
	return id;
}

struct state {
	gint64 id;
	enum archive_state archive;
	gint64 duration;
	char error[200];
};

static void keep(void *user, const struct store_recording *row)
{
	struct state *state = user;
	if (row->id != state->id)
		return;
	state->archive = row->archive;
	state->duration = row->duration;
	g_strlcpy(state->error, row->archive_error, sizeof state->error);
}

static struct state state_of(gint64 id)
{
	struct state state = {.id = id};
	g_assert_true(store_recordings(world.store, 1, keep, &state, NULL));
	return state;
}

static void wait_for(gint64 id, enum archive_state archive)
{
	while (state_of(id).archive != archive)
		g_main_context_iteration(NULL, TRUE);
}

static gboolean on_time(gpointer user)
{
	*(bool *)user = true;
	return G_SOURCE_REMOVE;
}

/* Several pauses. */
static void wait_a_while(void)
{
	bool over = false;
	g_timeout_add(10 * PAUSE_MS, on_time, &over);
	while (!over)
		g_main_context_iteration(NULL, TRUE);
}

/* What a script waits for with "read nothing": end_waiting. */
static void make_fifo(void)
{
	g_autofree char *fifo = g_strconcat(script, ".fifo", NULL);
	g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
}

static void end_waiting(void)
{
	g_autofree char *fifo = g_strconcat(script, ".fifo", NULL);
	int fd = open(fifo, O_WRONLY | O_CLOEXEC);
	g_assert_cmpint(fd, >=, 0);
	close(fd);
}

static unsigned runs(void)
{
	g_autofree char *path = g_strconcat(script, ".runs", NULL);
	g_autofree char *text = NULL;
	gsize length = 0;
	return g_file_get_contents(path, &text, &length, NULL) ? (unsigned)length : 0;
}

/* As with a full disk. */
static void set_store_read_only(bool on)
{
	g_assert_true(store_run(world.store, NULL,
				on ? "PRAGMA query_only = 1" : "PRAGMA query_only = 0", ""));
}

static void one_after_another(void)
{
	begin("test \"$1\" = archive && test -n \"$2\" && test ! -e \"$0.runs\" || exit 1\n"
	      "touch \"$0.runs\"\n"
	      "echo '{\"step\":\"programs\",\"done\":1,\"total\":0.25}'\n"
	      "echo '{\"step\":\"end\",\"total\":1,\"duration\":12.5}'\n"
	      "rm \"$0.runs\"");
	gint64 first = recorded(), second = recorded();
	start();
	wait_for(second, ARCHIVE_DONE);
	g_assert_cmpint(finished, ==, second);
	struct state state = state_of(first);
	g_assert_cmpint(state.archive, ==, ARCHIVE_DONE);
	g_assert_cmpint(state.duration, ==, 12500);
	/* One that ends later. */
	gint64 third = recorded();
	archive_jobs_wake(jobs);
	wait_for(third, ARCHIVE_DONE);
	end();
}

static void progress_is_seen(void)
{
	begin("echo '{\"step\":\"pictures\",\"total\":0.5}'\nread nothing < \"$0.fifo\"");
	g_autofree char *fifo = g_strconcat(script, ".fifo", NULL);
	g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
	gint64 id = recorded();
	const char *step = "";
	double done = 0;
	start();
	while (!archive_jobs_progress(jobs, id, &step, &done) || step[0] == '\0')
		g_main_context_iteration(NULL, TRUE);
	g_assert_cmpstr(step, ==, "pictures");
	g_assert_cmpfloat(done, ==, 0.5);
	g_assert_cmpint(state_of(id).archive, ==, ARCHIVE_RUNNING);
	/* The server ends: the next one goes on. */
	archive_jobs_free(jobs);
	write_script("exit 0");
	start();
	wait_for(id, ARCHIVE_DONE);
	end();
}

static void failures_are_said(void)
{
	begin("echo '{\"step\":\"programs\",\"total\":0.1}'\necho 'disk: is full' >&2\nexit 1");
	gint64 id = recorded();
	g_test_expect_message("tongsheng", G_LOG_LEVEL_WARNING, "*disk: is full");
	start();
	wait_for(id, ARCHIVE_FAILED);
	g_assert_cmpstr(state_of(id).error, ==, "disk: is full");
	g_test_assert_expected_messages();
	write_script("exit 0");
	g_assert_true(archive_jobs_again(jobs, id, NULL));
	wait_for(id, ARCHIVE_DONE);
	end();
}

static void one_that_is_killed_waits(void)
{
	begin("kill -9 $$");
	gint64 id = recorded();
	g_test_expect_message("tongsheng", G_LOG_LEVEL_MESSAGE, "*killed by signal 9*");
	start();
	g_assert_cmpint(state_of(id).archive, ==, ARCHIVE_RUNNING);
	wait_for(id, ARCHIVE_WAITING);
	g_test_assert_expected_messages();
	write_script("exit 0");
	g_assert_true(archive_jobs_again(jobs, id, NULL));
	wait_for(id, ARCHIVE_DONE);
	end();
}

static void deleted_ones_are_let_go(void)
{
	begin("echo '{\"step\":\"x\"}'\nread nothing < \"$0.fifo\"");
	g_autofree char *fifo = g_strconcat(script, ".fifo", NULL);
	g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
	gint64 first = recorded();
	start();
	gint64 second = recorded();
	write_script("exit 0");
	archive_jobs_forget(jobs, first);
	g_assert_true(store_recording_set_archive(world.store, first, ARCHIVE_NONE, "", 0, NULL));
	wait_for(second, ARCHIVE_DONE);
	g_assert_cmpint(state_of(first).archive, ==, ARCHIVE_NONE);
	end();
}

/* Something else was asked about it: nothing is lost. */
static void forgotten_ones_go_on(void)
{
	begin("echo '{\"step\":\"x\"}'\nread nothing < \"$0.fifo\"");
	make_fifo();
	gint64 id = recorded();
	start();
	g_assert_cmpint(state_of(id).archive, ==, ARCHIVE_RUNNING);
	write_script("exit 0");
	archive_jobs_forget(jobs, id + 1);
	g_assert_cmpint(state_of(id).archive, ==, ARCHIVE_RUNNING);
	archive_jobs_forget(jobs, id);
	g_assert_cmpint(state_of(id).archive, ==, ARCHIVE_WAITING);
	wait_for(id, ARCHIVE_DONE);
	end();
}

static void one_that_runs_begins_again(void)
{
	begin("echo '{\"step\":\"x\"}'\nread nothing < \"$0.fifo\"");
	make_fifo();
	gint64 id = recorded();
	start();
	write_script("exit 0");
	set_store_read_only(true);
	GError *error = NULL;
	g_assert_false(archive_jobs_again(jobs, id, &error));
	g_assert_nonnull(error);
	g_clear_error(&error);
	set_store_read_only(false);
	g_assert_cmpint(state_of(id).archive, ==, ARCHIVE_RUNNING);
	g_assert_true(archive_jobs_again(jobs, id, NULL));
	wait_for(id, ARCHIVE_DONE);
	end();
}

/* For want of memory, or while the program is replaced. */
static void what_cannot_be_started_waits(void)
{
	begin("exit 0");
	start();
	gint64 first = recorded(), second = recorded();
	g_assert_cmpint(g_chmod(script, 0600), ==, 0);
	g_test_expect_message("tongsheng", G_LOG_LEVEL_WARNING, "*archive of recording 1: *tried*");
	archive_jobs_wake(jobs);
	g_assert_cmpint(state_of(first).archive, ==, ARCHIVE_WAITING);
	wait_a_while();
	g_test_assert_expected_messages(); /* and once alone */
	g_assert_cmpint(state_of(first).archive, ==, ARCHIVE_WAITING);
	g_assert_cmpint(state_of(second).archive, ==, ARCHIVE_WAITING);
	write_script("exit 0");
	wait_for(first, ARCHIVE_DONE);
	wait_for(second, ARCHIVE_DONE);
	end();
}

/* By somebody who makes the archive by hand. */
static void what_is_locked_waits(void)
{
	begin("case $2 in */1) echo 'another job' >&2; exit 75;; esac");
	start();
	gint64 first = recorded(), second = recorded();
	g_assert_cmpint(first, ==, 1);
	g_test_expect_message("tongsheng", G_LOG_LEVEL_WARNING, "*recording 1: another job; *");
	archive_jobs_wake(jobs);
	wait_for(second, ARCHIVE_DONE);
	g_assert_cmpint(state_of(first).archive, !=, ARCHIVE_FAILED);
	g_test_assert_expected_messages();
	write_script("exit 0");
	wait_for(first, ARCHIVE_DONE);
	end();
}

static void a_result_is_kept_until_it_can_be_noted(void)
{
	begin("printf x >> \"$0.runs\"\necho '{\"step\":\"x\",\"duration\":2}'\n"
	      "read nothing < \"$0.fifo\"\nexit 0");
	make_fifo();
	gint64 first = recorded();
	start();
	const char *step = "";
	double done;
	while (!archive_jobs_progress(jobs, first, &step, &done) || step[0] == '\0')
		g_main_context_iteration(NULL, TRUE);
	gint64 second = recorded();
	set_store_read_only(true);
	g_test_expect_message("tongsheng", G_LOG_LEVEL_WARNING, "*recording 1: store: *readonly*");
	end_waiting();
	wait_a_while();
	g_test_assert_expected_messages();
	g_assert_cmpint(state_of(first).archive, ==, ARCHIVE_RUNNING);
	g_assert_cmpint(state_of(second).archive, ==, ARCHIVE_WAITING);
	g_assert_cmpuint(runs(), ==, 1);
	g_assert_cmpuint(n_finished, ==, 0);
	archive_jobs_wake(jobs); /* somebody stops another recording meanwhile */
	write_script("printf x >> \"$0.runs\"");
	set_store_read_only(false);
	wait_for(second, ARCHIVE_DONE);
	g_assert_cmpint(state_of(first).archive, ==, ARCHIVE_DONE);
	g_assert_cmpint(state_of(first).duration, ==, 2000);
	g_assert_cmpuint(runs(), ==, 2);
	g_assert_cmpuint(n_finished, ==, 2);
	end();
}

/* The result that was kept is of before something was removed. */
static void a_result_that_was_kept_is_forgotten(void)
{
	begin("echo '{\"step\":\"x\"}'\nread nothing < \"$0.fifo\"\necho why\nexit 1");
	make_fifo();
	gint64 id = recorded();
	start();
	set_store_read_only(true);
	g_test_expect_message("tongsheng", G_LOG_LEVEL_WARNING, "*why");
	g_test_expect_message("tongsheng", G_LOG_LEVEL_WARNING, "*readonly*");
	end_waiting();
	wait_a_while();
	g_test_assert_expected_messages();
	write_script("exit 0");
	archive_jobs_forget(jobs, id);
	set_store_read_only(false);
	wait_for(id, ARCHIVE_DONE);
	end();
}

static void what_cannot_be_noted_is_not_begun(void)
{
	begin("printf x >> \"$0.runs\"");
	gint64 id = recorded();
	start();
	wait_for(id, ARCHIVE_DONE);
	gint64 second = recorded();
	set_store_read_only(true);
	g_test_expect_message("tongsheng", G_LOG_LEVEL_WARNING, "*recording 2: store: *readonly*");
	archive_jobs_wake(jobs);
	wait_a_while();
	g_test_assert_expected_messages();
	g_assert_cmpuint(runs(), ==, 1);
	set_store_read_only(false);
	wait_for(second, ARCHIVE_DONE);
	g_assert_cmpuint(runs(), ==, 2);
	end();
}

static void killed_three_times_is_a_failure(void)
{
	begin("printf x >> \"$0.runs\"\nkill -9 $$");
	start();
	gint64 id = recorded();
	g_test_expect_message("tongsheng", G_LOG_LEVEL_MESSAGE, "*killed by signal 9*");
	g_test_expect_message("tongsheng", G_LOG_LEVEL_MESSAGE, "*killed by signal 9*");
	g_test_expect_message("tongsheng", G_LOG_LEVEL_WARNING, "*killed by signal 9*");
	archive_jobs_wake(jobs);
	wait_for(id, ARCHIVE_FAILED);
	g_test_assert_expected_messages();
	g_assert_cmpuint(runs(), ==, 3);
	end();
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(test) g_test_add_func("/archive_jobs/" #test, test)
	ADD(one_after_another);
	ADD(progress_is_seen);
	ADD(failures_are_said);
	ADD(one_that_is_killed_waits);
	ADD(deleted_ones_are_let_go);
	ADD(forgotten_ones_go_on);
	ADD(one_that_runs_begins_again);
	ADD(what_cannot_be_started_waits);
	ADD(what_is_locked_waits);
	ADD(a_result_is_kept_until_it_can_be_noted);
	ADD(a_result_that_was_kept_is_forgotten);
	ADD(what_cannot_be_noted_is_not_begun);
	ADD(killed_three_times_is_a_failure);
	return g_test_run();
}
