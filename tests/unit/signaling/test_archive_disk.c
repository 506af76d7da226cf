/* Removing from the archive when the disk refuses, and how often it is waited for. */
#include "tests/unit/signaling/archive_fixture.h"

#include <sys/syscall.h>

/* ---- The disk ---- */

static const char *refused; /* renaming what is called like that fails; NULL: nothing */
static int watched = -1;    /* a folder */
static unsigned syncs;	    /* of it */

/* In place of the C library's. */
int renameat(int from, const char *name, int to, const char *new_name)
{
	if (refused != NULL && g_str_has_suffix(name, refused)) {
		errno = EIO;
		return -1;
	}
	return (int)syscall(SYS_renameat2, from, name, to, new_name, 0);
}

int fsync(int fd)
{
	syncs += fd == watched;
	return (int)syscall(SYS_fsync, fd);
}

/* ---- Waiting for it ---- */

static void add_attachments(struct world *w, gint64 meeting, gint64 participant, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		gint64 id;
		g_autofree char *content = g_strdup_printf("%" G_GINT64_FORMAT "-%u", meeting, i);
		g_autofree char *path = g_strconcat("attachments/", content, NULL);
		const struct store_attachment attachment = {.name = "a.pdf",
							    .type = "application/pdf",
							    .sha256 = content,
							    .participant = participant,
							    .by = "Maisara"};
		put_file(w, path, "x");
		g_assert_true(
			store_attachment_add(w->server.store, meeting, &attachment, &id, NULL));
	}
}

static void meeting_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *secretariat = link_for(w, "*", ROLE_SECRETARIAT);
	expect(w, "DELETE", "/api/archive/demo", secretariat, "", NULL, 204, NULL);
}

static void a_meeting_of(struct world *w, int folder, unsigned most)
{
	for (unsigned i = 0; i < 4; i++)
		add_take(w, w->demo, 1790009000000 + i, "done");
	add_attachments(w, w->demo, 0, 5);
	watched = folder;
	syncs = 0;
	run(&w->http, meeting_client);
	watched = -1;
	g_assert_cmpuint(syncs, >, 0);
	g_assert_cmpuint(syncs, <=, most);
	archive_removal_wait(w->archive->removal);
	g_assert_cmpuint(count_in(w, "recordings"), ==, 0);
	g_assert_cmpuint(count_in(w, "attachments"), ==, 0);
}

/* Once for the mark that it is being removed, once for all recordings. */
static void a_meetings_recordings(struct world *w, gconstpointer option)
{
	a_meeting_of(w, w->archive->recordings, 2);
}

static void a_meetings_attachments(struct world *w, gconstpointer option)
{
	a_meeting_of(w, w->archive->attachments, 1);
}

static void person_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *host = link_for(w, "demo", ROLE_HOST);
	expect(w, "DELETE", "/api/archive/demo/people/p1", host, "", NULL, 200,
	       "\"attachments\":5,\"tracks\":10}");
}

static void a_person_of(struct world *w, int folder)
{
	add_take(w, w->demo, 1790009000000, "done");
	for (gint64 take = 1; take <= 2; take++)
		for (unsigned part = 2; part < 6; part++) {
			g_autofree char *path = g_strdup_printf(
				"recordings/%" G_GINT64_FORMAT "/%u/own-p1-camera.mkv", take, part);
			put_file(w, path, "x");
		}
	add_attachments(w, w->demo, w->maisara, 5);
	watched = folder;
	syncs = 0;
	run(&w->http, person_client);
	watched = -1;
	g_assert_cmpuint(syncs, ==, 1);
}

static void a_persons_tracks(struct world *w, gconstpointer option)
{
	a_person_of(w, w->archive->recordings);
}

static void a_persons_attachments(struct world *w, gconstpointer option)
{
	a_person_of(w, w->archive->attachments);
}

/* ---- What it refuses ---- */

static void refused_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *host = link_for(w, "demo", ROLE_HOST);
	expect(w, "DELETE", "/api/archive/demo/1", host, "", NULL, 500, NULL);
	expect(w, "GET", "/api/archive/demo/1/archive.json", host, "", NULL, 200, NULL);
}

static void recording_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *host = link_for(w, "demo", ROLE_HOST);
	expect(w, "DELETE", "/api/archive/demo/1", host, "", NULL, 204, NULL);
	expect(w, "GET", "/api/archive/demo/1/archive.json", host, "", NULL, 404, NULL);
}

static void a_recording_stays(struct world *w, gconstpointer option)
{
	refused = "1";
	g_test_expect_message("tongsheng", G_LOG_LEVEL_WARNING, "archive: 1: *");
	run(&w->http, refused_client);
	g_test_assert_expected_messages();
	refused = NULL;
	run(&w->http, recording_client);
	g_assert_cmpint(rows(w, "SELECT count(*) FROM recording"), ==, 0);
}

/* The first of two: it is there until the next hour, the second goes. */
static void others_that_are_kept_too_long_go(struct world *w, gconstpointer option)
{
	gint64 other = add_take(w, w->other, 1790009000000, "done");
	g_assert_cmpint(other, ==, 2);
	g_assert_true(store_run(w->server.store, NULL,
				"UPDATE meeting SET retention_days = 30, starts = 1", ""));
	g_assert_true(store_run(w->server.store, NULL,
				"UPDATE recording SET begin_at = 0, ended_at = 1", ""));
	g_assert_true(store_run(w->server.store, NULL, "UPDATE participant SET left_at = 1", ""));
	refused = "1";
	g_test_expect_message("tongsheng", G_LOG_LEVEL_WARNING, "*the time of demo is over, but*");
	g_test_expect_message("tongsheng", G_LOG_LEVEL_MESSAGE, "*what was kept of other is*");
	archive_sweep(w->archive);
	g_test_assert_expected_messages();
	refused = NULL;
	g_assert_cmpint(rows(w, "SELECT id FROM recording"), ==, w->take);
	g_assert_false(is_there(w, "recordings/2"));
	g_assert_true(is_there(w, "recordings/1"));
	archive_sweep(w->archive);
	g_assert_cmpint(rows(w, "SELECT count(*) FROM recording"), ==, 0);
}

/* ---- A person, refused in between ---- */

#define INDEX                                                                                      \
	"{\"type\":\"begin\",\"people\":[{\"id\":\"p1\",\"name\":\"Maisara\"}],\"t\":0}\n"         \
	"{\"type\":\"chat\",\"id\":1,\"from\":\"p1\",\"name\":\"Maisara\",\"text\":\"compost\","   \
	"\"t\":"                                                                                   \
	"1}\n"

static void assert_nothing_of_it(const struct world *w, const char *host)
{
	expect(w, "GET", "/api/archive/demo/1/archive.json", host, "", NULL, 404, "isn't made");
	expect(w, "GET", "/api/archive?q=compost", host, "", NULL, 200, "{\"meetings\":[],");
}

static void refused_person_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *host = link_for(w, "demo", ROLE_HOST);
	expect(w, "DELETE", "/api/archive/demo/people/p1", host, "", NULL, 500, NULL);
	assert_nothing_of_it(w, host);
}

static void again_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *host = link_for(w, "demo", ROLE_HOST);
	expect(w, "DELETE", "/api/archive/demo/people/p1", host, "", NULL, 200, "\"remade\":1}");
	assert_nothing_of_it(w, host);
	expect(w, "DELETE", "/api/archive/demo/people/p1", host, "", NULL, 200, "\"remade\":0}");
}

/* As the job does, of what the index has. */
static void make_archive(struct world *w)
{
	g_autofree char *path = in_data(w, "recordings/1/index.jsonl"), *index = NULL;
	g_assert_true(g_file_get_contents(path, &index, NULL, NULL));
	put_file(w, "recordings/1/archive/archive.json", index);
	g_assert_true(
		store_recording_set_archive(w->server.store, w->take, ARCHIVE_DONE, "", 1, NULL));
	if (strstr(index, "compost"))
		g_assert_true(archive_index_text(w->server.store, w->demo, "chat", w->take, 5,
						 "compost", NULL));
}

static void a_person_is_removed_at_last(struct world *w, gconstpointer option)
{
	put_file(w, "recordings/1/index.jsonl", INDEX);
	make_archive(w);
	say_chat(w, w->demo, w->maisara, "compost");
	refused = option;
	g_test_expect_message("tongsheng", G_LOG_LEVEL_WARNING, "*Input/output error");
	run(&w->http, refused_person_client);
	g_test_assert_expected_messages();
	g_assert_cmpuint(w->woken, ==, 1);
	refused = NULL;
	make_archive(w);
	run(&w->http, again_client);
	archive_removal_wait(w->archive->removal);
	g_autofree char *path = in_data(w, "recordings/1/index.jsonl"), *index = NULL;
	g_assert_true(g_file_get_contents(path, &index, NULL, NULL));
	g_assert_null(strstr(index, "Maisara"));
	g_assert_false(is_there(w, "recordings/1/archive"));
	g_assert_false(is_there(w, "recordings/1/1/own-p1-microphone.mka"));
	g_assert_cmpint(rows(w, "SELECT count(*) FROM chat"), ==, 0);
	g_assert_cmpint(rows(w, "SELECT archive = 'waiting' FROM recording"), ==, 1);
}

/* ---- A job that runs ---- */

static void remove_p1(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *host = link_for(w, "demo", ROLE_HOST);
	expect(w, "DELETE", "/api/archive/demo/people/p1", host, "", NULL, 200, "\"remade\":1}");
}

static void remove_p3(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *host = link_for(w, "demo", ROLE_HOST);
	expect(w, "DELETE", "/api/archive/demo/people/p3", host, "", NULL, 200, "\"remade\":0}");
}

static void set_archive(const struct world *w, enum archive_state state)
{
	g_assert_true(store_recording_set_archive(w->server.store, w->take, state, "", 0, NULL));
}

static void assert_archive(const struct world *w, enum archive_state state, unsigned dropped)
{
	g_autofree char *sql =
		g_strdup_printf("SELECT archive = '%s' FROM recording", archive_state_name(state));
	sqlite3_stmt *query;
	g_assert_cmpint(sqlite3_prepare_v2(w->server.store->db, sql, -1, &query, NULL), ==,
			SQLITE_OK);
	g_assert_cmpint(sqlite3_step(query), ==, SQLITE_ROW);
	g_assert_cmpint(sqlite3_column_int(query, 0), ==, 1);
	sqlite3_finalize(query);
	g_assert_cmpuint(w->dropped, ==, dropped);
}

/* Nor is the one that takes them out begun again for who is removed twice. */
static void a_job_goes_on(struct world *w, gconstpointer option)
{
	put_file(w, "recordings/1/1/voice-0.who", "{\"t\":0,\"id\":\"p1\",\"at\":300}\n");
	put_file(w, "recordings/1/1/voice-0.mka", "theirs and others'");
	g_assert_cmpuint(add_person(w, w->demo, "Aiko", "JP", true), ==, 3);
	set_archive(w, ARCHIVE_RUNNING);
	run(&w->http, remove_p3); /* was there, and left nothing */
	assert_archive(w, ARCHIVE_RUNNING, 0);
	run(&w->http, remove_p1);
	assert_archive(w, ARCHIVE_WAITING, 1);
	run(&w->http, remove_p1);
	assert_archive(w, ARCHIVE_WAITING, 1);
	set_archive(w, ARCHIVE_RUNNING);
	run(&w->http, remove_p1);
	assert_archive(w, ARCHIVE_RUNNING, 1);
	/* it can't be done: once more */
	set_archive(w, ARCHIVE_FAILED);
	run(&w->http, remove_p1);
	assert_archive(w, ARCHIVE_WAITING, 2);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD_WITH(name, test, option)                                                               \
	g_test_add("/archive_disk/" name, struct world, option, world_open, test, world_close)
#define ADD(test) ADD_WITH(#test, test, NULL)
	ADD(a_meetings_recordings);
	ADD(a_meetings_attachments);
	ADD(a_persons_tracks);
	ADD(a_persons_attachments);
	ADD(a_recording_stays);
	ADD(others_that_are_kept_too_long_go);
	ADD_WITH("a_person_whose_archive_stays", a_person_is_removed_at_last, "/archive");
	ADD_WITH("a_person_whose_index_stays", a_person_is_removed_at_last, "/index.jsonl.new");
	ADD_WITH("a_person_whose_track_stays", a_person_is_removed_at_last, "microphone.mka");
	ADD(a_job_goes_on);
	return g_test_run();
}
