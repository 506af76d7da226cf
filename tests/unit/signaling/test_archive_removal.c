/* Attachments, and removing: what is gone is gone, from the disk and the store, and nothing else.
 */
#include "tests/unit/signaling/archive_fixture.h"

#define PDF    "%PDF-1.7 slides"
#define ATTACH "/api/archive/demo/attachments?name="

/* ---- Attaching ---- */

static void attach_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *host = link_for(w, "demo", ROLE_HOST);
	g_autofree char *member = link_for(w, "demo", ROLE_MEMBER);
	g_autofree char *reply = asked(w, "POST", ATTACH "slides.pdf&part=2", host,
				       "Content-Type: text/html\r\n", PDF, strlen(PDF));
	json_t *json = json_of(reply, 201);
	g_assert_cmpstr(text_at(json, "name"), ==, "slides.pdf");
	g_assert_cmpstr(text_at(json, "type"), ==, "application/pdf");
	g_assert_cmpint(number_at(json, "bytes"), ==, strlen(PDF));
	g_assert_cmpint(number_at(json, "part"), ==, 2);
	g_assert_cmpstr(text_at(json, "by"), ==, "host");
	g_assert_cmpstr(text_at(json, "url"), ==, "/api/archive/demo/attachments/1");
	json_decref(json);
	/* the same again is another attachment, and no other file */
	expect(w, "POST", ATTACH "copy.pdf", host, "", PDF, 201, "copy.pdf");
	g_assert_cmpuint(count_in(w, "attachments"), ==, 1);

	const char *url = "/api/archive/demo/attachments/1";
	expect(w, "GET", url, member, "", NULL, 200, "\r\n\r\n" PDF);
	expect(w, "GET", url, member, "", NULL, 200, "Content-Type: application/pdf\r\n");
	expect(w, "GET", url, member, "", NULL, 200,
	       "Content-Disposition: attachment; filename=\"slides.pdf\"\r\n");
	expect(w, "GET", url, member, "", NULL, 200,
	       "Content-Security-Policy: sandbox; default-src 'none'\r\n");
	expect(w, "GET", url, member, "", NULL, 200, "X-Content-Type-Options: nosniff\r\n");
	expect(w, "GET", url, member, "Range: bytes=1-3\r\n", NULL, 206, "\r\n\r\nPDF");
	expect(w, "GET", url, NULL, "", NULL, 401, NULL);
	g_autofree char *other = link_for(w, "other", ROLE_HOST);
	expect(w, "GET", "/api/archive/other/attachments/1", other, "", NULL, 404, "attachment");
	json = get_json(w, "/api/archive/demo", member);
	g_assert_cmpuint(json_array_size(json_object_get(json, "attachments")), ==, 2);
	json_decref(json);
	/* the content stays while one has it */
	expect(w, "DELETE", url, member, "", NULL, 403, NULL);
	expect(w, "DELETE", url, host, "", NULL, 204, NULL);
	expect(w, "GET", url, host, "", NULL, 404, NULL);
	expect(w, "DELETE", url, host, "", NULL, 404, NULL);
	expect(w, "GET", "/api/archive/demo/attachments/2", member, "", NULL, 200, PDF);
	expect(w, "DELETE", "/api/archive/demo/attachments/2", host, "", NULL, 204, NULL);
}

static void attachments(struct world *w, gconstpointer option)
{
	run(&w->http, attach_client);
	archive_removal_wait(w->archive->removal);
	g_assert_cmpuint(count_in(w, "attachments"), ==, 0);
}

static void names_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *host = link_for(w, "demo", ROLE_HOST);
	static const struct {
		const char *name, *kept;
	} names[] = {
		{"..%2F..%2Ftoken.pdf", "\"_.._token.pdf\""},
		{"%2Fetc%2Fpasswd.pdf", "\"_etc_passwd.pdf\""},
		{"a%01%09b%7F.pdf", "\"a b.pdf\""},
		{"a%22%3Cb%3E.pdf", "\"a__b_.pdf\""},
		{"%E2%80%AEfdp.exe", "\"fdp.exe.pdf\""}, /* turned around it would read exe.pdf */
		{"%F0%9F%98%80%20%E5%A3%B0.pdf", "\"😀 声.pdf\""},
		{"page.html", "\"page.html.pdf\""},
		{"CAPITALS.PDF", "\"CAPITALS.PDF\""},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_strconcat(ATTACH, names[i].name, NULL);
		expect(w, "POST", path, host, "", PDF, 201, names[i].kept);
	}
	static const char *const bad[] = {"", "%00", "%20", "%E2%80%AE", "%FF"};
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autofree char *path = g_strconcat(ATTACH, bad[i], NULL);
		g_autofree char *reply = asked(w, "POST", path, host, "", PDF, strlen(PDF));
		g_assert_true(status_of(reply) / 100 == 4 || !*reply);
	}
	g_autofree char *longest = g_strnfill(121, 'a');
	g_autofree char *path = g_strconcat(ATTACH, longest, NULL);
	expect(w, "POST", path, host, "", PDF, 400, "name: 121 characters");
	expect(w, "POST", ATTACH "a.pdf&part=x", host, "", PDF, 400, "part");
	expect(w, "POST", "/api/archive/demo/attachments", host, "", PDF, 400, "name");
}

static void names(struct world *w, gconstpointer option)
{
	run(&w->http, names_client);
	g_assert_cmpint(rows(w, "SELECT count(*) FROM attachment"), ==, 8);
	g_assert_cmpuint(count_in(w, "attachments"), ==, 1);
}

static void lies_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *host = link_for(w, "demo", ROLE_HOST);
	const char *pdf = "Content-Type: application/pdf\r\n";
	expect(w, "POST", ATTACH "a.pdf", host, pdf, "MZ\x90 an executable", 415, "neither PDF");
	expect(w, "POST", ATTACH "a.pdf", host, pdf, "<html><script>", 415, NULL);
	expect(w, "POST", ATTACH "a.html", host, pdf, "<html><script>", 415, NULL);
	expect(w, "POST", ATTACH "a.svg", host, "", "<svg xmlns=", 415, NULL);
	expect(w, "POST", ATTACH "a.pptx", host, "", "PK\3\4 no zip", 415, NULL);
	expect(w, "POST", ATTACH "a.pdf", host, "Content-Type: image/png\r\n", PDF, 201,
	       "\"type\":\"application/pdf\"");
	expect(w, "POST", ATTACH "a.txt", host, "", "<html>", 201, "text/plain; charset=utf-8");
	expect(w, "POST", ATTACH "a.txt", host, "", "", 400, "body: is empty");
	expect(w, "POST", ATTACH "big.pdf", host, "Content-Length: 2147483648\r\n", "", 400,
	       NULL); /* two lengths */
}

static void uploads_that_lie(struct world *w, gconstpointer option)
{
	run(&w->http, lies_client);
	g_assert_cmpuint(count_in(w, "attachments"), ==, 2);
}

static void too_large_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *host = link_for(w, "demo", ROLE_HOST);
	static const char *const lengths[] = {"104857601", "2147483648", "4294967297",
					      "999999999999999999"};
	for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
		g_autofree char *request = g_strdup_printf(
			"POST " ATTACH "a.pdf HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
			"Connection: close\r\nContent-Length: %s\r\n\r\n%%PDF-",
			host, lengths[i]);
		g_autofree char *reply = ask(w->http.config.port, request);
		g_assert_cmpuint(status_of(reply), ==, 413);
		g_assert_nonnull(strstr(reply, "more than 104857600 bytes"));
	}
}

static void too_large(struct world *w, gconstpointer option)
{
	run(&w->http, too_large_client);
	g_assert_cmpuint(count_in(w, "attachments"), ==, 0);
}

static void who_may_attach_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	for (enum role role = 0; role < ROLE_COUNT; role++) {
		g_autofree char *bearer = link_for(w, "demo", role);
		bool may = role == ROLE_HOST || role == ROLE_SECRETARIAT;
		expect(w, "POST", ATTACH "a.pdf", bearer, "", PDF, may ? 201 : 403, NULL);
	}
	g_autofree char *other = link_for(w, "other", ROLE_SECRETARIAT);
	g_autofree char *general = link_for(w, "*", ROLE_SECRETARIAT);
	expect(w, "POST", ATTACH "a.pdf", other, "", PDF, 401, "another meeting");
	expect(w, "POST", ATTACH "a.pdf", NULL, "", PDF, 401, NULL);
	expect(w, "POST", ATTACH "a.pdf", general, "", PDF, 201, NULL);

	/* Who is in the meeting says so by what only their page knows. */
	g_autofree char *member = link_for(w, "demo", ROLE_MEMBER);
	g_autofree char *listener = link_for(w, "demo", ROLE_LISTENER);
	const char *here = "Tongsheng-Participant: p3 5ec2e7\r\n";
	expect(w, "POST", ATTACH "m.pdf", member, here, PDF, 201, "\"by\":\"Aiko\"");
	expect(w, "POST", ATTACH "m.pdf", listener, here, PDF, 403, NULL);
	expect(w, "POST", ATTACH "m.pdf", member, "Tongsheng-Participant: p3 5ec2e8\r\n", PDF, 403,
	       "while they are in the meeting");
	expect(w, "POST", ATTACH "m.pdf", member, "Tongsheng-Participant: p1 5ec2e7\r\n", PDF, 403,
	       "while they are in the meeting"); /* has left */
	expect(w, "POST", ATTACH "m.pdf", member, "Tongsheng-Participant: p4 5ec2e7\r\n", PDF, 403,
	       NULL); /* is in another one */
	expect(w, "POST", ATTACH "m.pdf", member, "Tongsheng-Participant: x\r\n", PDF, 400,
	       "Tongsheng-Participant");
	expect(w, "DELETE", "/api/archive/demo/attachments/1", member, here, NULL, 403,
	       "somebody else");
	expect(w, "DELETE", "/api/archive/demo/attachments/4", member, here, NULL, 204, NULL);
}

static void who_may_attach(struct world *w, gconstpointer option)
{
	g_assert_cmpuint(add_person(w, w->demo, "Aiko", "JP", false), ==, 3);
	g_assert_cmpuint(add_person(w, w->other, "Bo", "SE", false), ==, 4);
	run(&w->http, who_may_attach_client);
}

/* ---- Recordings and meetings ---- */

static void recording_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *member = link_for(w, "demo", ROLE_MEMBER);
	g_autofree char *host = link_for(w, "demo", ROLE_HOST);
	g_autofree char *other = link_for(w, "other", ROLE_SECRETARIAT);
	expect(w, "DELETE", "/api/archive/demo/1", member, "", NULL, 403, NULL);
	expect(w, "DELETE", "/api/archive/demo/1", other, "", NULL, 401, NULL);
	expect(w, "DELETE", "/api/archive/other/1", other, "", NULL, 404, "recording");
	expect(w, "DELETE", "/api/archive/demo/2", host, "", NULL, 409, "stop it first");
	expect(w, "DELETE", "/api/archive/demo/1", host, "", NULL, 204, NULL);
	expect(w, "GET", "/api/archive/demo/1/archive.json", host, "", NULL, 404, NULL);
	expect(w, "DELETE", "/api/archive/demo/1", host, "", NULL, 404, NULL);
	expect(w, "DELETE", "/api/archive/demo/one", host, "", NULL, 404, NULL);
}

static void a_recording(struct world *w, gconstpointer option)
{
	gint64 running;
	g_assert_true(
		store_recording_begin(w->server.store, w->demo, 1790009000000, &running, NULL));
	gint64 kept = add_take(w, w->other, 1790009000000, "done");
	g_assert_cmpint(kept, ==, 3);
	run(&w->http, recording_client);
	archive_removal_wait(w->archive->removal);
	g_assert_cmpuint(w->dropped, ==, 1);
	g_assert_cmpuint(count_in(w, "recordings"), ==, 1);
	g_assert_true(is_there(w, "recordings/3/archive/archive.json"));
	g_assert_cmpint(rows(w, "SELECT count(*) FROM recording"), ==, 2);
}

static void meeting_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *host = link_for(w, "demo", ROLE_HOST);
	g_autofree char *secretariat = link_for(w, "*", ROLE_SECRETARIAT);
	expect(w, "POST", ATTACH "a.pdf", host, "", PDF, 201, NULL);
	expect(w, "POST", "/api/archive/other/attachments?name=a.pdf", secretariat, "", PDF, 201,
	       NULL);
	expect(w, "POST", ATTACH "b.pdf", host, "", "%PDF-1.7 others", 201, NULL);
	g_autofree char *of_demo = link_for(w, "demo", ROLE_SECRETARIAT);
	expect(w, "GET", "/api/archive/demo", of_demo, "", NULL, 200, "\"mayDelete\":false");
	expect(w, "GET", "/api/archive/demo", secretariat, "", NULL, 200, "\"mayDelete\":true");
	expect(w, "DELETE", "/api/archive/demo", host, "", NULL, 403, "secretariat");
	expect(w, "DELETE", "/api/archive/demo", of_demo, "", NULL, 403, "secretariat");
	expect(w, "DELETE", "/api/archive/demo", secretariat, "", NULL, 204, NULL);
	expect(w, "GET", "/api/archive/demo", secretariat, "", NULL, 404, NULL);
	expect(w, "GET", "/api/archive/demo/1/archive.json", secretariat, "", NULL, 404, NULL);
	expect(w, "GET", "/api/archive/other/attachments/2", secretariat, "", NULL, 200, PDF);
}

static void a_meeting(struct world *w, gconstpointer option)
{
	say_chat(w, w->demo, w->maisara, "hello");
	g_assert_true(
		archive_index_text(w->server.store, w->demo, "chat", w->take, 5, "hello", NULL));
	gint64 kept = add_take(w, w->other, 1790009000000, "done");
	run(&w->http, meeting_client);
	archive_removal_wait(w->archive->removal);
	g_assert_cmpuint(count_in(w, "recordings"), ==, 1);
	g_autofree char *folder = g_strdup_printf("recordings/%" G_GINT64_FORMAT, kept);
	g_assert_true(is_there(w, folder));
	g_assert_cmpuint(count_in(w, "attachments"), ==, 1); /* the other has it, too */
	g_assert_cmpint(rows(w, "SELECT count(*) FROM meeting"), ==, 1);
	g_assert_cmpint(rows(w, "SELECT count(*) FROM chat"), ==, 0);
	g_assert_cmpint(rows(w, "SELECT count(*) FROM participant"), ==, 0);
	g_assert_cmpint(rows(w, "SELECT count(*) FROM archive_text"), ==, 0);
}

static void busy_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *secretariat = link_for(w, "*", ROLE_SECRETARIAT);
	expect(w, "DELETE", "/api/archive/demo", secretariat, "", NULL, 409, "people are in it");
}

static void a_meeting_with_people_stays(struct world *w, gconstpointer option)
{
	add_person(w, w->demo, "Aiko", "JP", false);
	run(&w->http, busy_client);
	g_assert_true(is_there(w, "recordings/1/archive/archive.json"));
}

/* ---- Killed in between ---- */

static void a_killed_removal_is_finished(struct world *w, gconstpointer option)
{
	gint64 kept = add_take(w, w->other, 1790009000000, "done");
	g_assert_cmpint(kept, ==, 2);
	world_stop(w);
	/* as after the renaming, before anything else */
	g_autofree char *old = in_data(w, "recordings/1");
	g_autofree char *gone = in_data(w, "recordings/.deleted-1.1790000000000000");
	g_assert_cmpint(g_rename(old, gone), ==, 0);
	put_file(w, "recordings/.deleted-2-archive.1790000000000000/hls/a.ts", "x");
	put_file(w, "attachments/.deleted-abc.1790000000000000", "x");
	g_autofree char *sum = g_strnfill(64, 'a');
	g_autofree char *orphan = g_strconcat("attachments/", sum, NULL);
	put_file(w, orphan, "x");
	put_file(w, "attachments/README", "mine");
	world_start(w);
	archive_removal_wait(w->archive->removal);
	g_assert_cmpuint(count_in(w, "recordings"), ==, 1);
	g_assert_true(is_there(w, "recordings/2/archive/archive.json"));
	g_assert_cmpint(rows(w, "SELECT count(*) FROM recording"), ==, 1);
	g_assert_cmpuint(count_in(w, "attachments"), ==, 1);
	g_assert_true(is_there(w, "attachments/README"));
}

/* As after a power cut, which the mark outlived and the store's rows didn't. */
static void a_killed_persons_removal_is_finished(struct world *w, gconstpointer option)
{
	add_take(w, w->other, 1790009000000, "done");
	world_stop(w);
	put_file(w, "recordings/1/" ARCHIVE_REMOVING "p7", "");
	world_start(w);
	archive_removal_wait(w->archive->removal);
	g_assert_cmpint(
		rows(w, "SELECT count(*) FROM recording WHERE archive = 'waiting' AND id = 1"), ==,
		1);
	g_assert_false(is_there(w, "recordings/1/archive"));
	g_assert_cmpint(rows(w, "SELECT count(*) FROM recording WHERE archive = 'done' AND id = 2"),
			==, 1);
	g_assert_true(is_there(w, "recordings/2/archive/archive.json"));
}

static void a_killed_meetings_removal_is_finished(struct world *w, gconstpointer option)
{
	add_take(w, w->demo, 1790009000000, "done");
	world_stop(w);
	g_autofree char *mark = in_data(w, "recordings/.deleted-meeting-1");
	g_autofree char *old = in_data(w, "recordings/1");
	g_autofree char *gone = in_data(w, "recordings/.deleted-1.1790000000000000");
	g_assert_cmpint(w->demo, ==, 1);
	g_assert_cmpint(g_mkdir(mark, 0700), ==, 0);
	g_assert_cmpint(g_rename(old, gone), ==, 0);
	world_start(w);
	archive_removal_wait(w->archive->removal);
	g_assert_cmpuint(count_in(w, "recordings"), ==, 0);
	g_assert_cmpint(rows(w, "SELECT count(*) FROM recording"), ==, 0);
	g_assert_cmpint(rows(w, "SELECT count(*) FROM meeting"), ==, 1);
}

/* A symbolic link is removed; what it points to isn't. */
static void links_are_not_followed(struct world *w, gconstpointer option)
{
	g_autofree char *link = in_data(w, "recordings/1/archive/elsewhere");
	g_autofree char *target = in_data(w, "elsewhere");
	put_file(w, "elsewhere/keep", "x");
	g_assert_cmpint(symlink(target, link), ==, 0);
	g_assert_true(archive_remove_takes(w->archive, w->demo, NULL));
	archive_removal_wait(w->archive->removal);
	g_assert_cmpuint(count_in(w, "recordings"), ==, 0);
	g_assert_true(is_there(w, "elsewhere/keep"));
}

/* ---- Time ---- */

static void days(struct world *w, gint64 meeting, gint64 retention, gint64 ago)
{
	gint64 now = g_get_real_time() / 1000000;
	g_assert_true(store_run(w->server.store, NULL,
				"UPDATE meeting SET retention_days = ?, starts = ?, minutes = 60 "
				"WHERE id = ?",
				"iii", retention, now - ago * 86400 - 3600, meeting));
	g_assert_true(store_run(w->server.store, NULL,
				"UPDATE recording SET begin_at = 0, ended_at = 1 WHERE meeting = ?",
				"i", meeting));
	g_assert_true(store_run(w->server.store, NULL,
				"UPDATE participant SET left_at = 1 WHERE meeting = ?", "i",
				meeting));
}

static void what_is_kept_too_long(struct world *w, gconstpointer option)
{
	gint64 other = add_take(w, w->other, 1790009000000, "done");
	days(w, w->demo, 30, 29);
	days(w, w->other, 0, 10000);
	archive_sweep(w->archive);
	archive_removal_wait(w->archive->removal);
	g_assert_cmpuint(count_in(w, "recordings"), ==, 2);

	days(w, w->demo, 30, 31);
	gint64 number = add_person(w, w->demo, "Aiko", "JP", false); /* somebody is there */
	archive_sweep(w->archive);
	g_assert_cmpint(rows(w, "SELECT count(*) FROM recording"), ==, 2);
	store_person_left(w->server.store, (guint32)number, 1);
	archive_sweep(w->archive);
	archive_removal_wait(w->archive->removal);
	g_assert_cmpuint(count_in(w, "recordings"), ==, 1);
	g_assert_cmpint(rows(w, "SELECT id FROM recording"), ==, other);
	g_assert_cmpint(rows(w, "SELECT count(*) FROM meeting"), ==, 2); /* minutes stay */
}

/* ---- One person ---- */

#define INDEX                                                                                      \
	"{\"type\":\"begin\",\"version\":1,\"people\":[{\"id\":\"p1\",\"name\":\"Maisara\","       \
	"\"country\":\"MY\",\"role\":\"member\"},{\"id\":\"p2\",\"name\":\"Jonas\"}],\"t\":0}\n"   \
	"{\"type\":\"person\",\"id\":\"p1\",\"name\":\"Maisara\",\"organisation\":\"Green\","      \
	"\"t\":"                                                                                   \
	"1}\n"                                                                                     \
	"{\"type\":\"stage\",\"holder\":{\"id\":\"p1\",\"name\":\"Maisara\"},\"t\":1}\n"           \
	"{\"type\":\"chat\",\"id\":1,\"from\":\"p1\",\"name\":\"Maisara\",\"text\":\"p2\",\"t\":"  \
	"1}\n"                                                                                     \
	"{\"type\":\"chat\",\"id\":2,\"from\":\"p2\",\"name\":\"Jonas\",\"text\":\"p1\",\"t\":2}"  \
	"\n"                                                                                       \
	"{\"type\":\"question\",\"chat\":1,\"on\":true,\"t\":3}\n"                                 \
	"{\"type\":\"question\",\"chat\":2,\"on\":true,\"t\":4}\n"                                 \
	"{\"type\":\"person\",\"id\":\"p2\",\"name\":\"Jonas\",\"country\":\"DE\",\"t\":5}\n"      \
	"{\"type\":\"chat\",\"id\":3,\"from\":\"p1\",\"name\":\"Maisara\",\"text\":\"cut by a pow"

static void person_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *member = link_for(w, "demo", ROLE_MEMBER);
	g_autofree char *host = link_for(w, "demo", ROLE_HOST);
	expect(w, "DELETE", "/api/archive/demo/people/p1", member, "", NULL, 403, NULL);
	expect(w, "DELETE", "/api/archive/demo/people/p99", host, "", NULL, 404, "participant");
	expect(w, "DELETE", "/api/archive/demo/people/p4", host, "", NULL, 404, "participant");
	expect(w, "DELETE", "/api/archive/demo/people/1", host, "", NULL, 404, NULL);
	expect(w, "DELETE", "/api/archive/demo/people/p3", host, "", NULL, 409, "in the meeting");
	expect(w, "DELETE", "/api/archive/demo/people/p1", host, "", NULL, 200,
	       "{\"removed\":{\"chat\":1,\"attachments\":1,\"tracks\":1},\"removing\":[],"
	       "\"kept\":[\"voice\",\"picture\"],\"remade\":1}");
	/* what was made with it isn't there any more */
	expect(w, "GET", "/api/archive/demo/1/archive.json", host, "", NULL, 404, "isn't made");
	expect(w, "DELETE", "/api/archive/demo/people/p1", host, "", NULL, 200,
	       "{\"removed\":{\"chat\":0,\"attachments\":0,\"tracks\":0},\"removing\":[],"
	       "\"kept\":[\"voice\",\"picture\"],\"remade\":0}");
	/* of those who took part the others are left */
	expect(w, "GET", "/api/archive", host, "", NULL, 200, "\"countries\":[\"DE\",\"JP\"]");
	/* of tracks that may be theirs or not there is nothing to wait for */
	expect(w, "GET", "/api/archive/demo/1/tracks/1/stage.mkv", host, "", NULL, 200, NULL);
}

static void a_person(struct world *w, gconstpointer option)
{
	gint64 id;
	put_file(w, "recordings/1/index.jsonl", INDEX);
	put_file(w, "recordings/1/1/voice-0.mka", "made before there was anything beside it");
	put_file(w, "attachments/abc", "x");
	put_file(w, "recordings/1/1/own-p12-microphone.mka", "somebody else's");
	say_chat(w, w->demo, w->maisara, "p2");
	say_chat(w, w->demo, w->jonas, "p1");
	g_assert_cmpuint(add_person(w, w->demo, "Aiko", "JP", false), ==, 3);
	g_assert_cmpuint(add_person(w, w->other, "Bo", "SE", true), ==, 4);
	g_assert_true(store_run(w->server.store, NULL,
				"UPDATE participant SET device = 'd', speaks = 'ms'", ""));
	const struct store_attachment attachment = {.name = "a.pdf",
						    .type = "application/pdf",
						    .sha256 = "abc",
						    .participant = w->maisara,
						    .by = "Maisara"};
	g_assert_true(store_attachment_add(w->server.store, w->demo, &attachment, &id, NULL));
	run(&w->http, person_client);
	archive_removal_wait(w->archive->removal);
	g_assert_cmpuint(w->woken, ==, 1);
	g_assert_false(is_there(w, "recordings/1/archive"));
	g_assert_false(is_there(w, "recordings/1/1/own-p1-microphone.mka"));
	g_assert_true(is_there(w, "recordings/1/1/own-p2-camera.mkv"));
	g_assert_true(is_there(w, "recordings/1/1/own-p12-microphone.mka"));
	g_assert_true(is_there(w, "recordings/1/1/stage.mkv"));
	g_assert_cmpuint(count_in(w, "attachments"), ==, 0);
	g_assert_cmpint(rows(w, "SELECT participant FROM chat"), ==, w->jonas);
	g_assert_cmpint(rows(w, "SELECT id FROM participant WHERE name || organisation || country "
				"|| speaks || device = '' AND secret IS NULL"),
			==, w->maisara);
	g_assert_cmpint(rows(w, "SELECT count(*) FROM participant WHERE name <> '' AND "
				"organisation <> '' AND device <> '' AND secret NOT NULL"),
			==, 3);
	g_assert_cmpint(rows(w, "SELECT archive = 'waiting' FROM recording"), ==, 1);
	g_autofree char *path = in_data(w, "recordings/1/index.jsonl");
	g_autofree char *index = NULL;
	g_assert_true(g_file_get_contents(path, &index, NULL, NULL));
	g_assert_null(strstr(index, "Maisara"));
	g_assert_null(strstr(index, "\"chat\":1"));
	g_assert_nonnull(strstr(index, "Jonas"));
	g_assert_nonnull(strstr(index, "\"chat\":2"));
	g_assert_nonnull(strstr(index, "\"begin\""));
	g_assert_nonnull(strstr(index, "\"country\":\"DE\""));
	g_assert_null(strstr(index, "Green"));
	g_assert_null(strstr(index, "\"MY\""));
	g_assert_null(strstr(index, "cut by a"));
	g_assert_true(g_str_has_suffix(index, "{\"type\":\"removed\",\"id\":\"p1\",\"t\":5}\n"));
}

#define WHO "{\"t\":0,\"id\":\"p12\",\"at\":300}\n{\"t\":20,\"id\":\"p1\",\"at\":400}\n"

static void voice_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *host = link_for(w, "demo", ROLE_HOST);
	const char *track = "/api/archive/demo/1/tracks/1/voice-0.mka";
	expect(w, "GET", track, host, "", NULL, 200, NULL);
	expect(w, "DELETE", "/api/archive/demo/people/p2", host, "", NULL, 200,
	       "\"removing\":[],\"kept\":[\"picture\"]");
	expect(w, "GET", track, host, "", NULL, 200, NULL);
	expect(w, "DELETE", "/api/archive/demo/people/p1", host, "", NULL, 200,
	       "\"removing\":[\"voice\"],\"kept\":[\"picture\"],\"remade\":1}");
	/* neither what was recorded nor what was made of it, until the job is done */
	expect(w, "GET", track, host, "", NULL, 404, "is being taken out");
	expect(w, "GET", "/api/archive/demo/1/tracks/index.jsonl", host, "", NULL, 404, NULL);
	expect(w, "GET", "/api/archive/demo/1/archive.json", host, "", NULL, 404, NULL);
	/* once more, before it is */
	expect(w, "DELETE", "/api/archive/demo/people/p1", host, "", NULL, 200,
	       "\"removing\":[\"voice\"],\"kept\":[\"picture\"],\"remade\":1}");
}

/* The job knows it by the mark and by the index. */
static void a_voice(struct world *w, gconstpointer option)
{
	put_file(w, "recordings/1/1/voice-0.mka", "theirs and others'");
	put_file(w, "recordings/1/1/voice-0.who", WHO);
	run(&w->http, voice_client);
	g_assert_true(is_there(w, "recordings/1/removing-p1"));
	g_assert_false(is_there(w, "recordings/1/removing-p2"));
	g_autofree char *path = in_data(w, "recordings/1/index.jsonl");
	g_autofree char *index = NULL;
	g_assert_true(g_file_get_contents(path, &index, NULL, NULL));
	char *first = strstr(index, "\"removed\"");
	g_assert_nonnull(first);
	g_assert_null(strstr(first + 1, "\"removed\""));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name)                                                                                  \
	g_test_add("/archive_removal/" #name, struct world, NULL, world_open, name, world_close)
	ADD(attachments);
	ADD(names);
	ADD(uploads_that_lie);
	ADD(too_large);
	ADD(who_may_attach);
	ADD(a_recording);
	ADD(a_meeting);
	ADD(a_meeting_with_people_stays);
	ADD(a_killed_removal_is_finished);
	ADD(a_killed_persons_removal_is_finished);
	ADD(a_killed_meetings_removal_is_finished);
	ADD(links_are_not_followed);
	ADD(what_is_kept_too_long);
	ADD(a_person);
	ADD(a_voice);
	return g_test_run();
}
