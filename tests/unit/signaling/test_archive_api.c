/* Who sees what of the archive, over real HTTP. */
#include "tests/unit/signaling/archive_fixture.h"

static void set_access(struct world *w, const char *meeting, const char *access)
{
	g_assert_true(store_run(w->server.store, NULL,
				"UPDATE meeting SET access = ? WHERE name = ?", "ss", access,
				meeting));
}

/* ---- The list ---- */

static unsigned listed(const struct world *w, const char *bearer, const char *query)
{
	g_autofree char *path = g_strconcat("/api/archive", query, NULL);
	json_t *json = get_json(w, path, bearer);
	unsigned n = (unsigned)json_array_size(json_object_get(json, "meetings"));
	json_decref(json);
	return n;
}

static void list_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *viewer = link_for(w, "*", ROLE_VIEWER);
	g_autofree char *member = link_for(w, "demo", ROLE_MEMBER);
	g_assert_cmpuint(listed(w, NULL, ""), ==, 0);
	g_assert_cmpuint(listed(w, viewer, ""), ==, 2);
	g_assert_cmpuint(listed(w, member, ""), ==, 1);
	expect(w, "GET", "/api/archive", "x.y.z", "", NULL, 401, "token");

	json_t *json = get_json(w, "/api/archive", viewer);
	const json_t *first = json_array_get(json_object_get(json, "meetings"), 0);
	g_assert_cmpstr(text_at(first, "name"), ==, "demo");
	g_assert_cmpstr(text_at(first, "state"), ==, "done");
	g_assert_cmpfloat(json_real_value(json_object_get(first, "duration")), ==, 3599.5);
	g_assert_cmpstr(text_at(first, "thumbnail"), ==, "/api/archive/demo/1/thumbnail.jpg");
	const json_t *countries = json_object_get(first, "countries");
	g_assert_cmpuint(json_array_size(countries), ==, 2);
	g_assert_cmpstr(json_string_value(json_array_get(countries, 0)), ==, "DE");
	g_assert_true(json_is_null(json_object_get(json, "next")));
	const json_t *second = json_array_get(json_object_get(json, "meetings"), 1);
	g_assert_cmpstr(text_at(second, "name"), ==, "other");
	g_assert_true(json_is_null(json_object_get(second, "thumbnail")));

	const json_t *months = json_object_get(json, "months");
	g_assert_cmpuint(json_array_size(months), ==, 2);
	g_assert_cmpstr(text_at(json_array_get(months, 0), "month"), ==, "2026-09");
	g_assert_cmpint(number_at(json_array_get(months, 0), "count"), ==, 1);
	json_decref(json);
	g_assert_cmpuint(listed(w, viewer, "?month=2026-08"), ==, 1);
	g_assert_cmpuint(listed(w, viewer, "?month=2020-01"), ==, 0);
	expect(w, "GET", "/api/archive?month=2026", viewer, "", NULL, 400, "month");
	expect(w, "GET", "/api/archive?before=x", viewer, "", NULL, 400, "before");
}

static void list(struct world *w, gconstpointer option)
{
	run(&w->http, list_client);
}

static void pages_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *viewer = link_for(w, "*", ROLE_VIEWER);
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree char *path = g_strdup("/api/archive");
	unsigned pages = 0;
	while (path) {
		json_t *json = get_json(w, path, viewer), *meeting;
		size_t i;
		json_array_foreach(json_object_get(json, "meetings"), i, meeting)
			g_assert_true(g_hash_table_add(seen, g_strdup(text_at(meeting, "name"))));
		const char *next = json_string_value(json_object_get(json, "next"));
		g_free(path);
		path = next ? g_strconcat("/api/archive?before=", next, NULL) : NULL;
		json_decref(json);
		g_assert_cmpuint(++pages, <, 10);
	}
	g_assert_cmpuint(pages, ==, 3);
	g_assert_cmpuint(g_hash_table_size(seen), ==, 72);
}

/* Many of the same moment: the number decides. */
static void pages(struct world *w, gconstpointer option)
{
	for (unsigned i = 0; i < 70; i++) {
		g_autofree char *name = g_strdup_printf("m%u", i);
		gint64 id = add_meeting(w, name, "Many", 1780000000);
		g_assert_true(store_meeting_set_state(w->server.store, id, "ended", NULL));
	}
	run(&w->http, pages_client);
}

/* ---- Search ---- */

static char *found_in(const struct world *w, const char *bearer, const char *query)
{
	g_autofree char *escaped = g_uri_escape_string(query, NULL, false);
	g_autofree char *path = g_strconcat("/api/archive?q=", escaped, NULL);
	json_t *json = get_json(w, path, bearer), *meeting, *place;
	GString *text = g_string_new(NULL);
	size_t i, k;
	json_array_foreach(json_object_get(json, "meetings"), i, meeting)
	{
		g_string_append_printf(text, "%s:", text_at(meeting, "name"));
		json_array_foreach(json_object_get(meeting, "found"), k, place)
			g_string_append_printf(text, " %s=%s@%s", text_at(place, "kind"),
					       text_at(place, "text"), text_at(place, "recording"));
		g_string_append(text, ";");
	}
	json_decref(json);
	return g_string_free(text, FALSE);
}

static void assert_found(const struct world *w, const char *bearer, const char *query,
			 const char *expected)
{
	g_autofree char *got = found_in(w, bearer, query);
	g_assert_cmpstr(got, ==, expected);
}

static void search_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *viewer = link_for(w, "*", ROLE_VIEWER);
	g_autofree char *member = link_for(w, "other", ROLE_MEMBER);
	assert_found(w, viewer, "compost", "demo: chat=Maisara: How do you turn <<Compost>>?@1;");
	assert_found(w, viewer, "分享", "demo: title=Sharing <<分享>>会议@;");
	assert_found(w, viewer, "堆肥方", "demo: sharer=李: <<堆肥方>>法@1;");
	assert_found(w, viewer, "堆肥", "demo: sharer=李: <<堆肥>>方法@1;");
	assert_found(w, viewer, "turn compost",
		     "demo: chat=Maisara: How do you <<turn>> "
		     "<<Compost>>?@1;");
	assert_found(w, viewer, "slide", "demo: attachment=<<Slide>>s.pdf@;");
	assert_found(w, viewer, "nothing of this", "");
	assert_found(w, viewer, "harvest", "other: title=<<Harvest>>@;");
	/* who may not see a meeting doesn't find it */
	assert_found(w, member, "compost", "");
	assert_found(w, member, "Harvest", "other: title=<<Harvest>>@;");
	assert_found(w, NULL, "Harvest", "");
	/* no syntax */
	assert_found(w, viewer, "\"", "demo: chat=Jonas: 100% of <<\">>it<<\">>@1;");
	assert_found(w, viewer, "compost OR harvest", "");
	assert_found(w, viewer, "comp* NEAR(a b)", "");
	assert_found(w, viewer, "text: ^how {-} + \"\"\" ' -- ;", "");
	assert_found(w, viewer, "100%", "demo: chat=Jonas: <<100%>> of \"it\"@1;");
	assert_found(w, viewer, "\"it\"", "demo: chat=Jonas: 100% of <<\"it\">>@1;");
	expect(w, "GET", "/api/archive?q=%FF", viewer, "", NULL, 200, NULL);
	g_autofree char *letters = g_strnfill(201, 'x');
	g_autofree char *path = g_strconcat("/api/archive?q=", letters, NULL);
	expect(w, "GET", path, viewer, "", NULL, 400, "q: 201 characters");
}

static void index_demo(struct world *w)
{
	json_t *archive = json_pack(
		"{s:[{s:f, s:i, s:s, s:s}], s:[{s:i, s:f, s:s, s:s}, {s:i, s:f, s:s, s:s}, i]}",
		"chapters", "at", 12.5, "number", 1, "sharer", "李", "subject", "堆肥方法", "chat",
		"id", 1, "at", 60.25, "name", "Maisara", "text", "How do you turn Compost?", "id",
		2, "at", 61.0, "name", "Jonas", "text", "100% of \"it\"", 7);
	GError *error = NULL;
	archive_index_recording(w->server.store, w->take, archive, &error);
	g_assert_no_error(error);
	/* again: in place of the first */
	g_assert_true(archive_index_recording(w->server.store, w->take, archive, NULL));
	json_decref(archive);
}

static void search(struct world *w, gconstpointer option)
{
	gint64 id;
	index_demo(w);
	const struct store_attachment attachment = {
		.name = "Slides.pdf", .type = "application/pdf", .sha256 = "none", .by = "host"};
	g_assert_true(store_attachment_add(w->server.store, w->demo, &attachment, &id, NULL));
	run(&w->http, search_client);
}

#define MANY 2100 /* more than are looked at for one search */

static void hidden_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	assert_found(w, NULL, "compost", "demo: chat=Maisara: How do you turn <<Compost>>?@1;");
	assert_found(w, NULL, "do", "demo: chat=Maisara: How <<do>> you turn Compost?@1;");
}

/* What may not be seen takes no place among the newest that are looked at. */
static void what_is_hidden_hides_nothing(struct world *w, gconstpointer option)
{
	index_demo(w);
	g_assert_true(store_run(w->server.store, NULL, "BEGIN", ""));
	for (unsigned i = 0; i < MANY; i++)
		g_assert_true(archive_index_text(w->server.store, w->other, "chat", 99, i,
						 "compost, do you know", NULL));
	g_assert_true(store_run(w->server.store, NULL, "COMMIT", ""));
	set_access(w, "demo", "public");
	set_access(w, "other", "secretariat");
	run(&w->http, hidden_client);
}

static void a_place_has_its_time_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *viewer = link_for(w, "*", ROLE_VIEWER);
	json_t *json = get_json(w, "/api/archive?q=compost", viewer);
	const json_t *place = json_array_get(
		json_object_get(json_array_get(json_object_get(json, "meetings"), 0), "found"), 0);
	g_assert_cmpfloat(json_number_value(json_object_get(place, "at")), ==, 60.25);
	json_decref(json);
}

static void a_place_has_its_time(struct world *w, gconstpointer option)
{
	index_demo(w);
	run(&w->http, a_place_has_its_time_client);
	g_assert_true(store_take_delete(w->server.store, w->take, NULL));
	sqlite3_stmt *query =
		store_query(w->server.store, NULL, "SELECT count(*) FROM archive_text", "");
	g_assert_cmpint(store_next(w->server.store, query, NULL), ==, SQLITE_ROW);
	g_assert_cmpint(sqlite3_column_int64(query, 0), ==, 0);
	sqlite3_reset(query);
}

/* ---- One meeting, and who may see it ---- */

static void detail_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *member = link_for(w, "demo", ROLE_MEMBER);
	g_autofree char *host = link_for(w, "demo", ROLE_HOST);
	json_t *json = get_json(w, "/api/archive/demo", member);
	g_assert_cmpstr(text_at(json, "title"), ==, "Sharing 分享会议");
	g_assert_cmpstr(text_at(json, "role"), ==, "member");
	g_assert_false(json_is_true(json_object_get(json, "mayEdit")));
	g_assert_null(json_object_get(json, "retentionDays"));
	g_assert_cmpint(number_at(json, "minutes"), ==, 90);
	const json_t *take = json_array_get(json_object_get(json, "recordings"), 0);
	g_assert_cmpstr(text_at(take, "id"), ==, "1");
	g_assert_cmpstr(text_at(take, "state"), ==, "done");
	g_assert_cmpstr(text_at(take, "base"), ==, "/api/archive/demo/1/");
	const json_t *agenda = json_object_get(json, "agenda");
	g_assert_cmpuint(json_array_size(agenda), ==, 1);
	g_assert_cmpstr(text_at(json_array_get(agenda, 0), "subject"), ==, "Soil");
	const json_t *written = json_object_get(json, "written");
	g_assert_cmpuint(json_array_size(written), ==, 1);
	g_assert_cmpint(number_at(json_array_get(written, 0), "version"), ==, 2);
	json_decref(json);

	json = get_json(w, "/api/archive/demo", host);
	g_assert_true(json_is_true(json_object_get(json, "mayEdit")));
	g_assert_cmpint(number_at(json_array_get(json_object_get(json, "written"), 0), "version"),
			==, 3);
	g_assert_cmpint(number_at(json, "retentionDays"), ==, 0);
	json_decref(json);
}

static void detail(struct world *w, gconstpointer option)
{
	struct store *store = w->server.store;
	g_assert_true(store_run(store, NULL,
				"INSERT INTO agenda VALUES (?, 1, 'Li', 'Soil', 30, NULL)", "i",
				w->demo));
	for (gint64 version = 1; version <= 3; version++)
		g_assert_true(store_run(store, NULL,
					"INSERT INTO minutes VALUES (?, 'en', ?, 'A', 5, '{}', ?)",
					"iii", w->demo, version, (gint64)(version == 2)));
	run(&w->http, detail_client);
}

static void a_job_is_seen_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *member = link_for(w, "demo", ROLE_MEMBER);
	json_t *json = get_json(w, "/api/archive/demo", member);
	const json_t *take = json_array_get(json_object_get(json, "recordings"), 0);
	g_assert_cmpstr(text_at(take, "state"), ==, "running");
	g_assert_cmpstr(text_at(take, "step"), ==, "programs");
	g_assert_cmpfloat(json_real_value(json_object_get(take, "done")), ==, 0.25);
	json_decref(json);
	/* nothing of the one before */
	expect(w, "GET", "/api/archive/demo/1/archive.json", member, "", NULL, 404, "isn't made");
}

static void a_job_is_seen(struct world *w, gconstpointer option)
{
	g_assert_true(
		store_run(w->server.store, NULL, "UPDATE recording SET archive = 'running'", ""));
	run(&w->http, a_job_is_seen_client);
}

/* What each gets of demo's detail and of a file of it. */
static void assert_sees(const struct world *w, const char *meeting, enum role role, unsigned status)
{
	g_autofree char *bearer = meeting ? link_for(w, meeting, role) : NULL;
	expect(w, "GET", "/api/archive/demo", bearer, "", NULL, status, NULL);
	expect(w, "GET", "/api/archive/demo/1/archive.json", bearer, "", NULL, status, NULL);
	expect(w, "HEAD", "/api/archive/demo/1/audio/fr.m4a", bearer, "", NULL, status, NULL);
}

static void alliance_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	assert_sees(w, NULL, 0, 401);
	for (enum role role = 0; role < ROLE_COUNT; role++)
		assert_sees(w, "demo", role, 200);
	assert_sees(w, "*", ROLE_VIEWER, 200);
	assert_sees(w, "*", ROLE_MEMBER, 401); /* there are no such links */
	assert_sees(w, "other", ROLE_HOST, 401);
	assert_sees(w, "other", ROLE_SECRETARIAT, 401);
	/* and strangers don't learn which meetings there are */
	expect(w, "GET", "/api/archive/none", NULL, "", NULL, 401, "token: is missing");
	g_autofree char *other = link_for(w, "other", ROLE_HOST);
	g_autofree char *general = link_for(w, "*", ROLE_VIEWER);
	expect(w, "GET", "/api/archive/none", other, "", NULL, 401, "another meeting");
	expect(w, "GET", "/api/archive/demo", other, "", NULL, 401, "another meeting");
	expect(w, "GET", "/api/archive/none", general, "", NULL, 404, "no meeting");
}

static void alliance(struct world *w, gconstpointer option)
{
	run(&w->http, alliance_client);
}

static void public_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	assert_sees(w, NULL, 0, 200);
	assert_sees(w, "other", ROLE_HOST, 200);
	g_assert_cmpuint(listed(w, NULL, ""), ==, 1);
	expect(w, "GET", "/api/archive/demo", "x.y.z", "", NULL, 200, "\"role\":null");
	expect(w, "GET", "/api/archive/demo/1/tracks/1/stage.mkv", NULL, "", NULL, 403, NULL);
}

static void public_to_all(struct world *w, gconstpointer option)
{
	set_access(w, "demo", "public");
	run(&w->http, public_client);
}

static void secretariat_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	assert_sees(w, NULL, 0, 401);
	for (enum role role = 0; role < ROLE_COUNT; role++)
		assert_sees(w, "demo", role,
			    role == ROLE_HOST || role == ROLE_SECRETARIAT ? 200 : 403);
	assert_sees(w, "*", ROLE_SECRETARIAT, 200);
	assert_sees(w, "*", ROLE_VIEWER, 404); /* as one that isn't there */
	g_autofree char *viewer = link_for(w, "*", ROLE_VIEWER);
	g_assert_cmpuint(listed(w, viewer, ""), ==, 1);
}

static void secretariat_alone(struct world *w, gconstpointer option)
{
	set_access(w, "demo", "secretariat");
	run(&w->http, secretariat_client);
}

#define ATTACHMENTS "/api/archive/demo/attachments"

static void attachments_open_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *member = link_for(w, "demo", ROLE_MEMBER);
	g_autofree char *viewer = link_for(w, "demo", ROLE_VIEWER);
	g_autofree char *stranger = link_for(w, "other", ROLE_MEMBER);
	g_autofree char *cookie = g_strdup_printf("Cookie: archive=%s\r\n", member);
	expect(w, "GET", "/api/archive/demo", member, "", NULL, 403, NULL);
	expect(w, "GET", "/api/archive/demo/1/audio/fr.m4a", member, "", NULL, 403, NULL);
	expect(w, "GET", ATTACHMENTS, member, "", NULL, 200, "\"name\":\"Slides.pdf\"");
	expect(w, "GET", ATTACHMENTS "/1", member, "", NULL, 200, "\r\n\r\nslides");
	expect(w, "POST", "/api/archive/demo/session", member, "", "", 204, NULL);
	expect(w, "GET", ATTACHMENTS "/1", NULL, cookie, NULL, 200, "\r\n\r\nslides");
	expect(w, "DELETE", ATTACHMENTS "/1", member, "", NULL, 403, NULL);
	expect(w, "GET", ATTACHMENTS, viewer, "", NULL, 403, NULL);
	expect(w, "GET", ATTACHMENTS, stranger, "", NULL, 401, NULL);
	expect(w, "GET", ATTACHMENTS, NULL, "", NULL, 401, NULL);
}

static void attachments_closed_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *member = link_for(w, "demo", ROLE_MEMBER);
	g_autofree char *host = link_for(w, "demo", ROLE_HOST);
	expect(w, "GET", ATTACHMENTS, member, "", NULL, 403, NULL);
	expect(w, "GET", ATTACHMENTS "/1", member, "", NULL, 403, NULL);
	expect(w, "POST", "/api/archive/demo/session", member, "", "", 403, NULL);
	expect(w, "GET", ATTACHMENTS "/1", host, "", NULL, 200, "\r\n\r\nslides");
}

/* The archive is the secretariat's; the slides are for who is there, until it is over. */
static void attachments_of_who_may_be_there(struct world *w, gconstpointer option)
{
	gint64 id;
	const struct store_attachment attachment = {
		.name = "Slides.pdf", .type = "application/pdf", .sha256 = "5ec", .by = "host"};
	put_file(w, "attachments/5ec", "slides");
	g_assert_true(store_attachment_add(w->server.store, w->demo, &attachment, &id, NULL));
	g_assert_cmpint(id, ==, 1);
	set_access(w, "demo", "secretariat");
	g_assert_true(store_meeting_set_state(w->server.store, w->demo, "open", NULL));
	run(&w->http, attachments_open_client);
	g_assert_true(store_meeting_set_state(w->server.store, w->demo, "ended", NULL));
	run(&w->http, attachments_closed_client);
}

static void changes_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *member = link_for(w, "demo", ROLE_MEMBER);
	g_autofree char *host = link_for(w, "demo", ROLE_HOST);
	const char *path = "/api/archive/demo";
	expect(w, "GET", path, member, "", NULL, 200, NULL);
	expect(w, "PATCH", path, host, "", "{\"access\":\"secretariat\",\"retentionDays\":30}", 200,
	       "{\"access\":\"secretariat\",\"retentionDays\":30}");
	expect(w, "GET", path, member, "", NULL, 403, NULL);
	expect(w, "PATCH", path, host, "", "{\"access\":\"public\"}", 200, "30");
	expect(w, "GET", path, NULL, "", NULL, 200, NULL);
	expect(w, "PATCH", path, member, "", "{\"access\":\"public\"}", 403, "edit");
	expect(w, "PATCH", path, NULL, "", "{\"access\":\"public\"}", 401, NULL);
	expect(w, "PATCH", path, host, "", "{\"access\":\"all\"}", 400, "access");
	expect(w, "PATCH", path, host, "", "{\"access\":7}", 400, "access");
	expect(w, "PATCH", path, host, "", "{\"retentionDays\":-1}", 400, "retentionDays");
	expect(w, "PATCH", path, host, "", "{\"retentionDays\":1.5}", 400, "retentionDays");
	expect(w, "PATCH", path, host, "", "{}", 400, "body");
	expect(w, "PATCH", path, host, "", "[", 400, "body");
}

static void changes_take_effect_at_once(struct world *w, gconstpointer option)
{
	run(&w->http, changes_client);
}

/* ---- The cookie ---- */

static void session_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *member = link_for(w, "demo", ROLE_MEMBER);
	g_autofree char *host = link_for(w, "demo", ROLE_HOST);
	g_autofree char *reply = asked(w, "POST", "/api/archive/demo/session", member, "", "", 0);
	g_assert_cmpuint(status_of(reply), ==, 204);
	g_autofree char *set = g_strdup_printf("Set-Cookie: archive=%s; Path=/api/archive/demo/; "
					       "HttpOnly; SameSite=Strict; Max-Age=",
					       member);
	g_assert_nonnull(strstr(reply, set));
	g_assert_null(strstr(reply, "Secure")); /* plain HTTP here */
	g_autofree char *cookie = g_strdup_printf("Cookie: a=b; archive=%s\r\n", member);
	g_autofree char *strong = g_strdup_printf("Cookie: archive=%s\r\n", host);
	expect(w, "GET", "/api/archive/demo/1/hls/stage.m3u8", NULL, cookie, NULL, 200,
	       "Content-Type: application/vnd.apple.mpegurl");
	expect(w, "HEAD", "/api/archive/demo/1/audio/fr.m4a", NULL, cookie, NULL, 200,
	       "Content-Type: audio/mp4");
	/* a header that doesn't hold isn't helped by a cookie */
	expect(w, "GET", "/api/archive/demo/1/audio/fr.m4a", "x.y.z", cookie, NULL, 401, NULL);
	expect(w, "GET", "/api/archive/other", NULL, cookie, NULL, 401, NULL);
	/* nothing is changed by it */
	expect(w, "PATCH", "/api/archive/demo", NULL, strong, "{\"access\":\"public\"}", 401, NULL);
	expect(w, "DELETE", "/api/archive/demo/1", NULL, strong, NULL, 401, NULL);
	expect(w, "DELETE", "/api/archive/demo", NULL, strong, NULL, 401, NULL);
	expect(w, "POST", "/api/archive/demo/attachments?name=a.txt", NULL, strong, "abc", 401,
	       NULL);
	expect(w, "POST", "/api/archive/demo/session", NULL, strong, NULL, 401, NULL);
}

static void session(struct world *w, gconstpointer option)
{
	run(&w->http, session_client);
}

/* ---- Files ---- */

static void files_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *member = link_for(w, "demo", ROLE_MEMBER);
	g_autofree char *host = link_for(w, "demo", ROLE_HOST);
	const char *sound = "/api/archive/demo/1/audio/fr.m4a";
	expect(w, "GET", sound, member, "", NULL, 200, "\r\n\r\narchive/audio/fr.m4a");
	expect(w, "GET", sound, member, "", NULL, 200, "Cache-Control: private, no-cache");
	expect(w, "GET", sound, member, "Range: bytes=8-12\r\n", NULL, 206, "\r\n\r\naudio");
	expect(w, "GET", sound, member, "Range: bytes=20-\r\n", NULL, 416, "bytes */20");
	expect(w, "GET", "/api/archive/demo/1/meeting.mp4?download=1", member, "", NULL, 200,
	       "Content-Disposition: attachment; filename=\"Sharing ____ 2026-09-21.mp4\"; "
	       "filename*=UTF-8''Sharing%20%E5%88%86%E4%BA%AB%E4%BC%9A%E8%AE%AE%202026-09-21.mp4");
	expect(w, "GET", "/api/archive/demo/1/tracks/1/stage.mkv", member, "", NULL, 403,
	       "secretariat");
	expect(w, "GET", "/api/archive/demo/1/tracks/1/stage.mkv", host, "", NULL, 200,
	       "\r\n\r\n1/stage.mkv");
	expect(w, "GET", "/api/archive/demo/1/tracks/index.jsonl", host, "", NULL, 200, NULL);
}

static void files(struct world *w, gconstpointer option)
{
	run(&w->http, files_client);
}

static void bad_paths_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *host = link_for(w, "demo", ROLE_HOST);
	static const char *const paths[] = {"1/../../../token.key",
					    "1/..%2f..%2f..%2ftoken.key",
					    "1/tracks/../../token.key",
					    "1/%2e%2e/index.jsonl",
					    "1/tracks/../2/stage.mkv",
					    "1/link.json",
					    "1/linked/fr.m4a",
					    "1/audio",
					    "1/audio/",
					    "1/.hidden.json",
					    "1/secret.txt",
					    "1/fifo.mp4",
					    "1/a%00b.json",
					    "1/a%0ab.json",
					    "1/%E5%A3%B0.json",
					    "1/%F0%9F%98%80.mp4",
					    "1/%E2%80%AE.json",
					    "1/tracks/archive.json",
					    "1/tracks/tongsheng.db",
					    "1/audio%5cfr.m4a",
					    "2/archive.json",
					    "01x/archive.json",
					    "-1/archive.json",
					    "99999999999999999999/archive.json",
					    "1/archive/archive.json",
					    "0/archive.json"};
	for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
		g_autofree char *path = g_strconcat("/api/archive/demo/", paths[i], NULL);
		g_autofree char *reply = asked(w, "GET", path, host, "", "", 0);
		g_test_message("%s: %u", path, status_of(reply));
		g_assert_true(status_of(reply) / 100 == 4 || !*reply); /* or hung up */
	}
	/* the recording of one meeting by the name of another */
	g_autofree char *other = link_for(w, "other", ROLE_HOST);
	expect(w, "GET", "/api/archive/other/1/archive.json", other, "", NULL, 404, "recording");
	g_autofree char *longest = g_strnfill(3000, 'a');
	g_autofree char *path = g_strconcat("/api/archive/demo/1/", longest, ".json", NULL);
	expect(w, "GET", path, host, "", NULL, 404, NULL);
}

static void paths_that_lead_elsewhere(struct world *w, gconstpointer option)
{
	g_autofree char *link = in_data(w, "recordings/1/archive/link.json");
	g_autofree char *linked = in_data(w, "recordings/1/archive/linked");
	g_autofree char *fifo = in_data(w, "recordings/1/archive/fifo.mp4");
	put_file(w, "secret.json", "secret");
	put_file(w, "recordings/1/archive/secret.txt", "secret");
	put_file(w, "recordings/1/archive/.hidden.json", "secret");
	g_assert_cmpint(symlink("../../../secret.json", link), ==, 0);
	g_assert_cmpint(symlink("audio", linked), ==, 0);
	g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
	run(&w->http, bad_paths_client);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name)                                                                                  \
	g_test_add("/archive_api/" #name, struct world, NULL, world_open, name, world_close)
	ADD(list);
	ADD(pages);
	ADD(search);
	ADD(what_is_hidden_hides_nothing);
	ADD(a_place_has_its_time);
	ADD(detail);
	ADD(a_job_is_seen);
	ADD(alliance);
	ADD(public_to_all);
	ADD(secretariat_alone);
	ADD(attachments_of_who_may_be_there);
	ADD(changes_take_effect_at_once);
	ADD(session);
	ADD(files);
	ADD(paths_that_lead_elsewhere);
	return g_test_run();
}
