/* The secretariat's page. */
#include "signaling/access.h"
#include "signaling/api_admin.h"
#include "signaling/store_agenda.h"
#include "signaling/store_internal.h"
#include "tests/unit/signaling/api_fixture.h"
#include "tests/unit/signaling/world.h"
#include <string.h>

#define ALL "/api/admin/meetings"

static char *office; /* a token for all meetings */

static char *token_for(const char *meeting, enum role role)
{
	char *none[] = {NULL};
	struct token token = {.meeting = (char *)meeting,
			      .role = role,
			      .languages = none,
			      .understands = none,
			      .issued = g_get_real_time() / G_USEC_PER_SEC};
	token.expires = token.issued + 3600;
	return token_sign(world.key, &token, NULL);
}

static struct answer call(const char *method, const char *target, const char *bearer,
			  const char *body)
{
	struct http_route routes[API_ADMIN_ROUTES];
	size_t n;
	api_admin_routes(world.meetings, routes, &n);
	return call_routes(routes, n, method, target, bearer, body);
}

static void begin(void)
{
	two_people();
	office = token_for(ACCESS_ALL_MEETINGS, ROLE_SECRETARIAT);
}

static void end(void)
{
	g_free(office);
	two_leave();
}

static void expect(const char *method, const char *target, const char *bearer, const char *body,
		   unsigned status, const char *detail)
{
	struct answer got = call(method, target, bearer, body);
	g_test_message("%s %s %s: %u %s", method, target, body, got.status, got.text);
	g_assert_cmpuint(got.status, ==, status);
	if (detail != NULL)
		g_assert_cmpstr(detail_of(&got), ==, detail);
	answer_clear(&got);
}

static void meetings_are_made_and_changed(void)
{
	begin();
	struct answer got =
		call("POST", ALL, office,
		     "{\"title\":\"Sharing: 水, ça va?\",\"starts\":1590717600,\"zone\":\"Asia/"
		     "Shanghai\",\"floors\":[\"zh-hans\"],\"channels\":[\"en\",\"fr\"],"
		     "\"agenda\":[{\"sharer\":\"Yang Ling\",\"subject\":\"Hello\",\"minutes\":20}],"
		     "\"access\":\"public\",\"autoRecord\":true}");
	g_assert_cmpuint(got.status, ==, 201);
	g_assert_cmpstr(page_text(got.json, "name"), ==, "2020-05-29-sharing-ca-va");
	g_assert_cmpstr(page_text(got.json, "state"), ==, "planned");
	g_assert_cmpint(json_integer_value(json_object_get(got.json, "minutes")), ==, 120);
	json_t *floors = json_object_get(got.json, "floors");
	g_assert_cmpstr(json_string_value(json_array_get(floors, 0)), ==, "zh-Hans");
	g_assert_cmpuint(json_array_size(json_object_get(got.json, "agenda")), ==, 1);
	answer_clear(&got);
	const char *one = ALL "/2020-05-29-sharing-ca-va";
	/* What isn't named stays. */
	got = call("PATCH", one, office, "{\"venue\":\"Chengdu\",\"agenda\":[]}");
	g_assert_cmpuint(got.status, ==, 200);
	g_assert_cmpstr(page_text(got.json, "venue"), ==, "Chengdu");
	g_assert_cmpstr(page_text(got.json, "access"), ==, "public");
	g_assert_true(json_is_true(json_object_get(got.json, "autoRecord")));
	g_assert_cmpuint(json_array_size(json_object_get(got.json, "agenda")), ==, 0);
	g_assert_cmpuint(json_array_size(json_object_get(got.json, "channels")), ==, 2);
	answer_clear(&got);
	/* The same title on the same day. */
	got = call("POST", ALL, office,
		   "{\"title\":\"Sharing: 水, ça va?\",\"starts\":1590717600}");
	g_assert_cmpstr(page_text(got.json, "name"), ==, "2020-05-29-sharing-ca-va-2");
	answer_clear(&got);
	got = call("GET", ALL, office, NULL);
	json_t *list = json_object_get(got.json, "meetings");
	g_assert_cmpuint(json_array_size(list), ==, 3);
	json_t *demo = json_array_get(list, 0);
	g_assert_cmpstr(page_text(demo, "name"), ==, "demo");
	g_assert_cmpint(json_integer_value(json_object_get(demo, "people")), ==, 2);
	g_assert_cmpstr(page_text(demo, "recording"), ==, "off");
	answer_clear(&got);
	expect("POST", ALL "/demo/end", office, NULL, 200, NULL);
	end();
}

static void mistakes_are_named(void)
{
	static const struct {
		const char *body, *detail;
	} rows[] = {
		{"{}", "title: is missing"},
		{"{\"title\":\" \"}", NULL},
		{"{\"title\":\"A\",\"name\":\"../x\"}", "name: isn't 1 to 64 of a-z, 0-9 and -"},
		{"{\"title\":\"A\",\"zone\":\"../../etc/passwd\"}",
		 "zone: isn't a zone like Asia/Shanghai"},
		{"{\"title\":\"A\",\"zone\":\"Mars/Base\"}",
		 "zone: isn't a zone like Asia/Shanghai"},
		{"{\"title\":\"A\",\"minutes\":-1}", "minutes: is out of range"},
		{"{\"title\":\"A\",\"starts\":\"now\"}", "starts: isn't an integer"},
		{"{\"title\":\"A\",\"access\":\"all\"}",
		 "access: isn't public, alliance or secretariat"},
		{"{\"title\":\"A\",\"channels\":[\"x y\"]}",
		 "channels[0]: isn't a BCP 47 tag like fr or zh-Hans"},
		{"{\"title\":\"A\",\"agenda\":[{\"minutes\":5}]}",
		 "agenda[0].subject: a part needs a subject or a sharer"},
		{"{\"title\":\"A\",\"agenda\":7}", "agenda: isn't an array of at most 50 parts"},
		{"[]", "body: isn't an object"},
	};
	begin();
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		expect("POST", ALL, office, rows[i].body, 400, rows[i].detail);
	expect("PATCH", ALL "/demo", office, "{\"name\":\"other\"}", 400,
	       "name: can't be changed: links have it");
	/* Nothing of it was kept. */
	expect("PATCH", ALL "/demo", office, "{\"title\":\"New\",\"agenda\":[{}]}", 400, NULL);
	struct answer got = call("GET", ALL "/demo", office, NULL);
	g_assert_cmpstr(page_text(got.json, "title"), ==, "Sharing meeting");
	answer_clear(&got);
	expect("POST", ALL, office, "{\"title\":\"A\",\"name\":\"demo\"}", 409,
	       "name: there is a meeting \"demo\" already");
	end();
}

static void only_the_secretariat_may(void)
{
	begin();
	char *one = token_for("demo", ROLE_SECRETARIAT), *person = token_for("demo", ROLE_MEMBER);
	char *viewer = token_for(ACCESS_ALL_MEETINGS, ROLE_VIEWER);
	char *nobody = token_for(ACCESS_ALL_MEETINGS, ROLE_MEMBER);
	expect("GET", ALL, NULL, NULL, 401, NULL);
	expect("GET", ALL, person, NULL, 403, NULL);
	expect("GET", ALL, viewer, NULL, 403, NULL);
	expect("GET", ALL, nobody, NULL, 401, "token: links of this role are for one meeting");
	expect("POST", ALL, one, "{\"title\":\"A\"}", 403, NULL);
	struct answer got = call("POST", ALL, office, "{\"title\":\"Other\",\"name\":\"other\"}");
	g_assert_cmpuint(got.status, ==, 201);
	answer_clear(&got);
	got = call("GET", ALL, one, NULL);
	g_assert_cmpuint(json_array_size(json_object_get(got.json, "meetings")), ==, 1);
	answer_clear(&got);
	expect("PATCH", ALL "/other", one, "{\"title\":\"B\"}", 401,
	       "token: is for another meeting");
	expect("PATCH", ALL "/demo", one, "{\"title\":\"B\"}", 200, NULL);
	expect("GET", ALL "/demo/secrets", office, NULL, 404, NULL);
	expect("PATCH", ALL "/demo/end", office, "{}", 404, NULL);
	g_free(nobody);
	g_free(viewer);
	g_free(person);
	g_free(one);
	end();
}

/* The token in a link. */
static struct token link_token(const struct answer *got)
{
	struct token token;
	const char *url = page_text(got->json, "url");
	g_assert_true(token_verify(world.key, strstr(url, "#token=") + 7,
				   g_get_real_time() / G_USEC_PER_SEC, &token, NULL));
	return token;
}

static void links_are_made(void)
{
	begin();
	struct answer got = call("POST", ALL "/demo/links", office, "{\"role\":\"host\"}");
	struct token token = link_token(&got);
	g_assert_cmpint(token.role, ==, ROLE_HOST);
	g_assert_cmpstr(token.meeting, ==, "demo");
	token_clear(&token);
	answer_clear(&got);
	got = call("POST", ALL "/demo/links", office,
		   "{\"role\":\"interpreter\",\"languages\":[\"fr\"],\"booth\":\"B1\",\"name\":"
		   "\"Ana\",\"days\":1}");
	token = link_token(&got);
	g_assert_cmpstr(token.languages[0], ==, "fr");
	g_assert_cmpstr(token.booth, ==, "B1");
	g_assert_cmpstr(token.name, ==, "Ana");
	g_assert_cmpint(token.expires - token.issued, ==, 86400);
	token_clear(&token);
	answer_clear(&got);
	expect("POST", ALL "/demo/links", office, "{\"role\":\"interpreter\"}", 400,
	       "languages: an interpreter needs one or two");
	expect("POST", ALL "/demo/links", office, "{\"role\":\"service\"}", 403, NULL);
	char *one = token_for("demo", ROLE_SECRETARIAT);
	expect("POST", ALL "/demo/links", one, "{\"role\":\"host\"}", 403, NULL);
	expect("POST", ALL "/demo/links", one, "{\"role\":\"member\",\"days\":0}", 400,
	       "days: is out of range");
	g_free(one);
	/* The clock was ahead when the meeting was made, and was set back. */
	struct store_meeting row;
	g_assert_true(
		store_run(world.store, NULL, "UPDATE meeting SET made_at = made_at + 300", ""));
	g_assert_true(store_meeting_find(world.store, "demo", &row, NULL));
	got = call("POST", ALL "/demo/links", office, "{\"role\":\"member\"}");
	token = link_token(&got);
	g_assert_true(access_current(&token, &row, NULL));
	store_meeting_clear(&row);
	token_clear(&token);
	answer_clear(&got);
	end();
}

static void links_are_withdrawn(void)
{
	begin();
	char *one = token_for("demo", ROLE_SECRETARIAT), *of_host = token_for("demo", ROLE_HOST);
	struct answer got = call("POST", ALL "/demo/links", one, "{\"role\":\"member\"}");
	g_autofree char *link = g_strdup(strstr(page_text(got.json, "url"), "#token=") + 7);
	answer_clear(&got);
	expect("DELETE", ALL "/demo/links/king", office, NULL, 404, NULL);
	expect("DELETE", ALL "/demo/links/service", office, NULL, 403, NULL);
	expect("DELETE", ALL "/demo/links/host", one, NULL, 403,
	       "role: secretariat may not make links for host");
	expect("DELETE", ALL "/demo/links/secretariat", one, NULL, 403,
	       "role: the link that asks is of this role itself");
	expect("DELETE", ALL "/demo/links/member", link, NULL, 403, NULL);
	expect("DELETE", ALL "/other/links/member", one, NULL, 401, NULL);
	struct token token;
	g_assert_true(access_token(world.store, world.key, link, &token, NULL));
	token_clear(&token);
	expect("DELETE", ALL "/demo/links/member", one, NULL, 204, NULL);
	g_autoptr(GError) error = NULL;
	g_assert_false(access_token(world.store, world.key, link, &token, &error));
	g_assert_cmpstr(error->message, ==,
			"token: this link has been replaced; ask for the new one");
	page_say(member, "{\"type\":\"ping\",\"id\":1}"); /* who is in stays */
	page_expect(member, "pong", NULL, NULL);
	got = call("POST", ALL "/demo/links", one, "{\"role\":\"member\"}");
	token = link_token(&got); /* a new one works */
	g_assert_cmpuint(token.generation, ==, 1);
	token_clear(&token);
	answer_clear(&got);
	expect("GET", ALL "/demo", of_host, NULL, 200, NULL);
	expect("DELETE", ALL "/demo/links/host", office, NULL, 204, NULL);
	expect("GET", ALL "/demo", of_host, NULL, 401, NULL);
	g_free(of_host);
	g_free(one);
	end();
}

static void who_is_there_is_told(void)
{
	begin();
	page_forget(member);
	expect("PATCH", ALL "/demo", office, "{\"channels\":[\"fr\"]}", 200, NULL);
	json_t *languages = page_take(member, "languages");
	g_assert_cmpuint(json_array_size(json_object_get(languages, "channels")), ==, 1);
	json_decref(languages);
	page_expect_none(member, "agenda");
	expect("PATCH", ALL "/demo", office, "{\"agenda\":[{\"subject\":\"Hello\"}]}", 200, NULL);
	json_t *agenda = page_take(member, "agenda");
	g_assert_cmpuint(json_array_size(json_object_get(agenda, "agenda")), ==, 1);
	json_decref(agenda);
	end();
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(test) g_test_add_func("/api_admin/" #test, test)
	ADD(meetings_are_made_and_changed);
	ADD(mistakes_are_named);
	ADD(only_the_secretariat_may);
	ADD(links_are_made);
	ADD(links_are_withdrawn);
	ADD(who_is_there_is_told);
	return g_test_run();
}
