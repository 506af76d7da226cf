/* What is planned of made-up tracks, of which nothing is decoded. */
#include "recordings/archive_plan.h"
#include "tests/unit/recordings/archive_run.h"
#include "tests/unit/recordings/sample_file.h"
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

struct recording {
	char *path;
	int fd;
	unsigned said;
	struct archive_pulse pulse;
};

static void count(void *user)
{
	++*(unsigned *)user;
}

static void recording_init(struct recording *r)
{
	g_autofree char *top = g_dir_make_tmp("plan-XXXXXX", NULL);
	*r = (struct recording){.path = g_build_filename(top, "12", NULL)};
	g_autofree char *part = g_build_filename(r->path, "1", NULL);
	g_assert_cmpint(g_mkdir_with_parents(part, 0700), ==, 0);
	r->fd = open(r->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	g_assert_cmpint(r->fd, >=, 0);
	r->pulse = (struct archive_pulse){
		.say = count, .user = &r->said, .every_ms = 100, .locks_ms = 1000};
}

static void recording_clear(struct recording *r)
{
	close(r->fd);
	drop(r->path);
}

/* A block each 100 ms from one time to the other; keyframes: at multiples of it. */
static void add_track(const struct recording *r, const char *name, bool video, uint64_t from_ms,
		      uint64_t to_ms, uint64_t keyframes_ms)
{
	g_autofree char *part = g_build_filename(r->path, "1", NULL);
	struct sample_file *file = sample_file_new(part, name, video, NULL);
	for (uint64_t t = from_ms; t < to_ms; t += 100)
		sample_file_block(file, t, t % keyframes_ms == 0, (const uint8_t *)"data", 4);
	sample_file_free(file);
}

static struct archive_plan *plan_of(struct recording *r)
{
	g_autoptr(GError) error = NULL;
	struct archive_plan *plan = archive_plan_new(r->fd, &r->pulse, &error);
	g_assert_no_error(error);
	return plan;
}

static void check_spans(const GArray *spans, const char *expected)
{
	g_autoptr(GString) found = g_string_new(NULL);
	for (guint i = 0; i < spans->len; i++) {
		const struct archive_span *span = &g_array_index(spans, struct archive_span, i);
		g_string_append_printf(found, "%" G_GINT64_FORMAT "-", span->from);
		if (span->to == INT64_MAX)
			g_string_append(found, "end ");
		else
			g_string_append_printf(found, "%" G_GINT64_FORMAT " ", span->to);
	}
	g_assert_cmpstr(found->str, ==, expected);
}

/* lines: of the index, beside its begin; silent: of the channel fr. */
static void check_silent(const char *lines, const char *silent)
{
	struct recording r;
	recording_init(&r);
	g_autofree char *index = g_strconcat("{\"type\":\"begin\",\"t\":0}\n", lines, NULL);
	add_track(&r, "channel-fr", false, 0, 9000, 100);
	set_index(r.path, index);
	struct archive_plan *plan = plan_of(&r);
	g_assert_cmpuint(plan->programs->len, ==, 2);
	const struct archive_program_plan *fr = plan->programs->pdata[1];
	g_assert_cmpstr(fr->id, ==, "fr");
	check_spans(fr->silent, silent);
	archive_plan_free(plan);
	recording_clear(&r);
}

#define SILENT(channel, on, t)                                                                     \
	"{\"type\":\"silent\",\"channel\":\"" channel "\",\"on\":" on ",\"t\":" t "}\n"

/* A restarted server says again how it is, of every channel. */
static void test_silent_again(void)
{
	check_silent(SILENT("fr", "true", "1000") SILENT("fr", "true", "1500")
			     SILENT("fr", "false", "2000") SILENT("fr", "false", "2500")
				     SILENT("fr", "false", "2600"),
		     "1000-2000 ");
	check_silent(SILENT("fr", "true", "1000") "{\"type\":\"restart\",\"t\":4000}\n" SILENT(
			     "fr", "true", "4000") SILENT("fr", "false", "5000"),
		     "1000-5000 ");
	check_silent(SILENT("fr", "true", "1000") "{\"type\":\"restart\",\"t\":4000}\n" SILENT(
			     "de", "true", "4000") SILENT("fr", "false", "4000"),
		     "1000-4000 ");
	check_silent(SILENT("fr", "false", "0") "{\"type\":\"restart\",\"t\":4000}\n" SILENT(
			     "fr", "false", "4000"),
		     "");
}

/* Nothing but such a line ends it. */
static void test_silent_without_end(void)
{
	check_silent(SILENT("fr", "true", "1000")
			     SILENT("de", "false", "2000") "{\"type\":\"restart\",\"t\":4000}\n"
							   "{\"type\":\"paused\",\"t\":5000}\n"
							   "{\"type\":\"recording\",\"t\":6000}\n"
							   "{\"type\":\"ended\",\"t\":9000}\n",
		     "1000-end ");
}

/* lines: of the index; shown: of the sign language, whose keyframes come each 2 s from 0 on. */
static void check_shown(const char *lines, uint64_t until_ms, const char *shown)
{
	struct recording r;
	recording_init(&r);
	g_autofree char *index = g_strconcat("{\"type\":\"begin\",\"t\":0}\n", lines,
					     "{\"type\":\"ended\",\"t\":9000}\n", NULL);
	add_track(&r, "channel-picture-ase", true, 0, until_ms, 2000);
	add_track(&r, "stage", true, 0, 9000, 2000);
	set_index(r.path, index);
	struct archive_plan *plan = plan_of(&r);
	const struct archive_picture_plan *sign = archive_plan_picture(plan, "sign-ase");
	const struct archive_picture_plan *stage = archive_plan_picture(plan, "stage");
	check_spans(stage->shown, "0-9000 ");
	g_assert_true((sign != NULL) == (*shown != '\0'));
	if (sign)
		check_spans(sign->shown, shown);
	archive_plan_free(plan);
	recording_clear(&r);
}

static void test_sign_silent(void)
{
	check_shown(SILENT("de", "true", "1000"), 9000, "0-9000 ");
	/* Up to the next keyframe; one right at the end is it. */
	check_shown(SILENT("ase", "true", "1000") SILENT("ase", "false", "3100"), 9000,
		    "0-1000 4000-9000 ");
	check_shown(SILENT("ase", "true", "1000") SILENT("ase", "false", "4000"), 9000,
		    "0-1000 4000-9000 ");
	check_shown(SILENT("ase", "true", "1000") SILENT("ase", "false", "1100")
			    SILENT("ase", "true", "1500") SILENT("ase", "false", "1600")
				    SILENT("ase", "true", "6500"),
		    9000, "0-1000 2000-6500 ");
	/* The last frame before it would stay for three seconds. */
	check_shown(SILENT("ase", "true", "3000") SILENT("ase", "false", "4500"), 3000, "0-3000 ");
	check_shown(SILENT("ase", "true", "0"), 9000, "");
}

/* Those that are still written are waited for together, and what waits says that it lives. */
static void test_locks(void)
{
	static const char *const names[] = {"voice-0", "voice-1", "voice-2"};
	int locks[G_N_ELEMENTS(names)];
	struct recording r;
	recording_init(&r);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *file = g_strdup_printf("%s/1/%s.mka", r.path, names[i]);
		add_track(&r, names[i], false, 0, 2000, 100);
		locks[i] = open(file, O_RDONLY | O_CLOEXEC);
		g_assert_cmpint(flock(locks[i], LOCK_EX | LOCK_NB), ==, 0);
	}
	gint64 begin_us = g_get_monotonic_time();
	struct archive_plan *plan = plan_of(&r);
	gint64 waited_ms = (g_get_monotonic_time() - begin_us) / 1000;
	g_test_message("%" G_GINT64_FORMAT " ms, said %u", waited_ms, r.said);
	g_assert_cmpint(waited_ms, >=, 1000);
	g_assert_cmpuint(r.pulse.locks_ms, ==, 0);
	g_assert_cmpint(waited_ms, <, 2500); /* and not thrice as long */
	g_assert_cmpuint(r.said, >=, 3);
	g_assert_cmpuint(plan->files.troubles->len, ==, 3);
	g_assert_cmpint(plan->time.duration, ==, 1920); /* what is there is taken all the same */
	archive_plan_free(plan);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		close(locks[i]);
	recording_clear(&r);
}

struct late {
	const char *path;
	int lock;
};

/* While the plan waits: what was still queued is written, and the track closed. */
static void write_on(void *user)
{
	struct late *late = user;
	if (late->lock < 0)
		return;
	set_index(late->path, "{\"type\":\"begin\",\"t\":0}\n" SILENT("fr", "true", "1000"));
	close(late->lock);
	late->lock = -1;
}

/* What the index has last belongs to what is waited for. */
static void test_late_index(void)
{
	struct recording r;
	recording_init(&r);
	add_track(&r, "channel-fr", false, 0, 2000, 100);
	set_index(r.path, "{\"type\":\"begin\",\"t\":0}\n");
	g_autofree char *file = g_strdup_printf("%s/1/channel-fr.mka", r.path);
	struct late late = {r.path, open(file, O_RDONLY | O_CLOEXEC)};
	g_assert_cmpint(flock(late.lock, LOCK_EX | LOCK_NB), ==, 0);
	r.pulse.say = write_on;
	r.pulse.user = &late;
	struct archive_plan *plan = plan_of(&r);
	g_assert_cmpint(late.lock, <, 0);
	const struct archive_program_plan *fr = plan->programs->pdata[1];
	check_spans(fr->silent, "1000-end ");
	archive_plan_free(plan);
	recording_clear(&r);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/archive_plan/silent_again", test_silent_again);
	g_test_add_func("/archive_plan/silent_without_end", test_silent_without_end);
	g_test_add_func("/archive_plan/sign_silent", test_sign_silent);
	g_test_add_func("/archive_plan/locks", test_locks);
	g_test_add_func("/archive_plan/late_index", test_late_index);
	return g_test_run();
}
