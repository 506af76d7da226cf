/* Archives are made one after another, by a child that may fail and die. The child here is a
 * script. */
#include "signaling/archive_jobs.h"
#include "tests/unit/signaling/world.h"
#include <glib/gstdio.h>

static char *script;
static struct archive_jobs *jobs;
static gint64 finished;

static void on_finished(void *user, gint64 recording)
{
	finished = recording;
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
}

static void start(void)
{
	jobs = archive_jobs_new(world.store, world.folder, script, on_finished, NULL);
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

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(test) g_test_add_func("/archive_jobs/" #test, test)
	ADD(one_after_another);
	ADD(progress_is_seen);
	ADD(failures_are_said);
	ADD(one_that_is_killed_waits);
	ADD(deleted_ones_are_let_go);
	return g_test_run();
}
