#include "signaling/minutes_api.h"
#include "signaling/access.h"
#include "signaling/api_common.h"
#include "signaling/language.h"
#include "signaling/minutes_body.h"
#include "signaling/minutes_document.h"
#include "signaling/minutes_draft.h"
#include "signaling/minutes_printer.h"
#include "signaling/store_minutes.h"
#include "signaling/text.h"
#include <string.h>

#define PREFIX	   "/api/archive/*/minutes/"
#define AUTHOR_MAX 200

struct minutes_api {
	const struct config *config;
	struct store *store;
	const struct token_key *key;
	struct minutes_printer *printer;
	void (*published)(void *user, gint64 meeting, char *const *texts);
	void *user;
};

/* A request on its way through. */
struct asked {
	struct minutes_api *api;
	const struct http_request *request;
	struct http_reply *reply;
	char *cookie;			 /* in place of a bearer, to read */
	char *meeting, *language, *rest; /* rest: what follows the language: "/versions", ".pdf" */
	struct store_meeting row;	 /* once access was given */
	struct token token;
	bool known, may_edit;
};

static bool refuse(GError **error, enum signaling_error code, const char *reason)
{
	g_set_error_literal(error, SIGNALING_ERROR, code, reason);
	return false;
}

static void reply_json(struct asked *a, json_t *answer)
{
	api_reply(a->reply, 200, answer);
}

/* ---- Who asks ---- */

/* For links to files, which can't send ours, there is the archive's cookie. */
static const char *reader_bearer(const struct asked *a)
{
	return a->request->bearer != NULL ? a->request->bearer : a->cookie;
}

/* Outsiders don't learn which meetings there are. */
static bool find_meeting(struct asked *a, GError **error)
{
	g_autoptr(GError) problem = NULL;
	struct token token;
	if (store_meeting_find(a->api->store, a->meeting, &a->row, &problem))
		return true;
	if (!access_token(a->api->store, a->api->key, reader_bearer(a), &token, error))
		return false;
	bool may = access_may(&token, a->meeting, ACTION_ARCHIVE, error);
	token_clear(&token);
	if (may)
		g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}

static bool admit_reader(struct asked *a, GError **error)
{
	return find_meeting(a, error) &&
	       access_archive(a->api->store, a->api->key, reader_bearer(a), &a->row, &a->token,
			      &a->known, error);
}

static bool admit_editor(struct asked *a, GError **error)
{
	a->known = access_meeting(a->api->store, a->api->key, a->request->bearer, a->meeting,
				  ACTION_EDIT, &a->row, &a->token, error);
	return a->known;
}

/* ---- Reading ---- */

/* ?version=N; without: the published ones, and for editors the newest when none are. */
static bool wanted_version(struct asked *a, guint64 *ret, bool *ret_said, GError **error)
{
	g_autofree char *text = http_query_value(a->request, "version");
	*ret = STORE_MINUTES_PUBLISHED;
	*ret_said = text != NULL;
	if (text == NULL || (g_ascii_string_to_unsigned(text, 10, 1, G_MAXINT64, ret, NULL)))
		return true;
	return refuse(error, SIGNALING_ERROR_MALFORMED, "version: is no number from 1 up");
}

static bool find_minutes(struct asked *a, struct store_minutes_found *ret, GError **error)
{
	guint64 version;
	bool said;
	if (!wanted_version(a, &version, &said, error))
		return false;
	bool editor = a->known && access_may(&a->token, a->meeting, ACTION_EDIT, NULL);
	g_autoptr(GError) problem = NULL;
	bool found =
		store_minutes_find(a->api->store, a->row.id, a->language, version, ret, &problem);
	if (!found && editor && !said)
		return store_minutes_find(a->api->store, a->row.id, a->language,
					  STORE_MINUTES_NEWEST, ret, error);
	if (found && !editor && !ret->published) {
		store_minutes_found_clear(ret);
		return refuse(error, SIGNALING_ERROR_NOT_FOUND,
			      "minutes: this version isn't published");
	}
	if (!found)
		g_propagate_error(error, g_steal_pointer(&problem));
	return found;
}

static void take_file(void *user, gint64 id, const char *name)
{
	json_array_append_new(user, json_pack("{s:I, s:s}", "id", (json_int_t)id, "name", name));
}

static json_t *sheet_of(struct asked *a, const struct store_minutes_found *found, GError **error)
{
	json_t *body = json_loads(found->body, 0, NULL), *files = json_array();
	g_autofree char *link =
		g_strdup_printf("%s/archive/%s", a->api->config->base_url, a->meeting);
	bool ok = store_minutes_attachments(a->api->store, a->row.id, take_file, files, error);
	json_t *sheet = json_pack("{s:s, s:s, s:I, s:b, s:I, s:o, s:o}", "language",
				  found->language, "link", link, "version",
				  (json_int_t)found->version, "published", found->published, "at",
				  (json_int_t)found->at, "attachments", files, "body", body);
	if (ok)
		return sheet;
	json_decref(sheet);
	return NULL;
}

static bool get_json(struct asked *a, const struct store_minutes_found *found, GError **error)
{
	json_t *body = json_loads(found->body, 0, NULL);
	reply_json(a,
		   json_pack("{s:s, s:I, s:b, s:s, s:I, s:o}", "language", found->language,
			     "version", (json_int_t)found->version, "published", found->published,
			     "author", found->author, "at", (json_int_t)found->at, "body", body));
	return true;
}

/* ---- As a file ---- */

/* The names are of letters, digits and "-" alone. */
static void name_file(struct asked *a, struct http_reply *reply)
{
	g_autofree char *download = http_query_value(a->request, "download");
	g_autofree char *value = g_strdup_printf("%s; filename=\"%s-minutes-%s%s\"",
						 download != NULL ? "attachment" : "inline",
						 a->meeting, a->language, a->rest);
	http_reply_header(reply, "Content-Disposition", value);
}

static void reply_pdf(struct http_reply *reply, GBytes *pdf)
{
	http_reply_bytes(reply, 200, "application/pdf", pdf);
	/* The browser's viewer is an object in a page of its own. */
	http_reply_header(reply, "Content-Security-Policy",
			  "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; "
			  "frame-ancestors 'none'");
}

struct printing {
	struct http_later *later;
	struct minutes_job *job;
};

static void on_printed(void *user, GBytes *pdf, const GError *error)
{
	struct printing *printing = user;
	struct http_reply *reply = http_later_reply(printing->later);
	if (pdf != NULL)
		reply_pdf(reply, pdf);
	else
		http_reply_error(reply, error);
	http_later_finish(printing->later);
	g_free(printing);
}

static void on_gone(void *user)
{
	struct printing *printing = user;
	minutes_job_cancel(printing->job);
	g_free(printing);
}

static bool print(struct asked *a, const json_t *sheet, GError **error)
{
	g_autoptr(GBytes) kept = minutes_printer_kept(a->api->printer, sheet);
	if (kept != NULL) {
		reply_pdf(a->reply, kept);
		name_file(a, a->reply);
		return true;
	}
	struct printing *printing = g_new0(struct printing, 1);
	printing->job = minutes_printer_print(a->api->printer, sheet, on_printed, printing, error);
	if (printing->job == NULL) {
		http_reply_header(a->reply, "Retry-After", "60");
		g_free(printing);
		return false;
	}
	name_file(a, a->reply);
	printing->later = http_reply_later(a->reply, on_gone, printing);
	return true;
}

static bool get_file(struct asked *a, const struct store_minutes_found *found, GError **error)
{
	json_t *sheet = sheet_of(a, found, error);
	if (sheet == NULL)
		return false;
	bool ok = true;
	if (g_str_equal(a->rest, ".pdf")) {
		ok = print(a, sheet, error);
	} else {
		bool page = g_str_equal(a->rest, ".html");
		g_autofree char *text = page ? minutes_html(sheet) : minutes_markdown(sheet);
		g_autofree char *policy =
			page ? minutes_html_policy() : g_strdup("default-src 'none'; sandbox");
		http_reply_text(a->reply, 200,
				page ? "text/html; charset=utf-8" : "text/markdown; charset=utf-8",
				text);
		http_reply_header(a->reply, "Content-Security-Policy", policy);
		name_file(a, a->reply);
	}
	json_decref(sheet);
	return ok;
}

static bool get_minutes(struct asked *a, GError **error)
{
	struct store_minutes_found found;
	if (!admit_reader(a, error) || !find_minutes(a, &found, error))
		return false;
	bool ok = *a->rest ? get_file(a, &found, error) : get_json(a, &found, error);
	store_minutes_found_clear(&found);
	return ok;
}

/* ---- Editing ---- */

static void take_version(void *user, const struct store_minutes *minutes)
{
	json_array_append_new(user, json_pack("{s:I, s:s, s:I, s:b}", "version",
					      (json_int_t)minutes->version, "author",
					      minutes->author, "at", (json_int_t)minutes->at,
					      "published", minutes->published));
}

static bool get_versions(struct asked *a, GError **error)
{
	if (!admit_editor(a, error))
		return false;
	json_t *versions = json_array();
	bool ok = store_minutes_versions(a->api->store, a->row.id, a->language, take_version,
					 versions, error);
	if (ok)
		reply_json(a, json_pack("{s:O}", "versions", versions));
	json_decref(versions);
	return ok;
}

static bool get_draft(struct asked *a, GError **error)
{
	g_autofree char *language = http_query_value(a->request, "language");
	json_t *body, *answers;
	if (!admit_editor(a, error))
		return false;
	if (language == NULL || !text_language_valid(language))
		return refuse(error, SIGNALING_ERROR_MALFORMED,
			      "language: missing, or no tag like en or zh-Hans (BCP 47)");
	if (!minutes_draft(a->api->store, &a->row, a->api->config->data, language, &body, &answers,
			   error))
		return false;
	reply_json(a, json_pack("{s:o, s:o}", "body", body, "possibleAnswers", answers));
	return true;
}

static json_t *read_request(struct asked *a, GError **error)
{
	gsize length;
	const char *text = g_bytes_get_data(a->request->body, &length);
	json_t *request =
		json_loadb(text != NULL ? text : "", length, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(request))
		return request;
	json_decref(request);
	refuse(error, SIGNALING_ERROR_MALFORMED, "body: is no JSON object");
	return NULL;
}

/* Who isn't named by the request is named by the link, or at least by its role. */
static char *author_of(struct asked *a, const json_t *request, GError **error)
{
	const json_t *said = json_object_get(request, "author");
	if (said != NULL && !json_is_string(said)) {
		refuse(error, SIGNALING_ERROR_MALFORMED, "author: is no text");
		return NULL;
	}
	char *author = text_clean("author", said != NULL ? json_string_value(said) : "", 0,
				  AUTHOR_MAX, false, error);
	if (author == NULL || *author != '\0')
		return author;
	g_free(author);
	return g_strdup(a->token.name != NULL ? a->token.name : role_name(a->token.role));
}

static bool version_of(const json_t *request, const char *name, gint64 least, guint64 *ret,
		       GError **error)
{
	const json_t *value = json_object_get(request, name);
	if (!json_is_integer(value) || json_integer_value(value) < least) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
			    "%s: missing, or no number from %" G_GINT64_FORMAT " up", name, least);
		return false;
	}
	*ret = (guint64)json_integer_value(value);
	return true;
}

static bool save(struct asked *a, const json_t *request, GError **error)
{
	guint64 base, version;
	g_autofree char *author = author_of(a, request, error);
	if (author == NULL || !version_of(request, "base", 0, &base, error))
		return false;
	json_t *body = minutes_body_check(json_object_get(request, "body"), error);
	if (body == NULL)
		return false;
	const struct store_minutes minutes = {
		.language = a->language, .author = author, .at = g_get_real_time() / 1000};
	char *text = json_dumps(body, JSON_COMPACT);
	bool ok =
		store_minutes_add(a->api->store, a->row.id, &minutes, base, text, &version, error);
	if (ok)
		reply_json(a, json_pack("{s:I, s:I}", "version", (json_int_t)version, "at",
					(json_int_t)minutes.at));
	free(text);
	json_decref(body);
	return ok;
}

static bool put_minutes(struct asked *a, GError **error)
{
	if (!admit_editor(a, error))
		return false;
	json_t *request = read_request(a, error);
	bool ok = request != NULL && save(a, request, error);
	json_decref(request);
	return ok;
}

static void take_published(void *user, const struct store_minutes *minutes)
{
	if (minutes->published)
		g_ptr_array_add(user, g_strdup(minutes->language));
}

static char *published_text(struct asked *a, const char *language)
{
	struct store_minutes_found found;
	if (!store_minutes_find(a->api->store, a->row.id, language, STORE_MINUTES_PUBLISHED, &found,
				NULL))
		return NULL;
	json_t *sheet = sheet_of(a, &found, NULL);
	char *text = sheet != NULL ? minutes_plain(sheet) : NULL;
	json_decref(sheet);
	store_minutes_found_clear(&found);
	return text;
}

static bool tell_published(struct asked *a, GError **error)
{
	g_autoptr(GPtrArray) languages = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
	if (a->api->published == NULL)
		return true;
	if (!store_minutes_versions(a->api->store, a->row.id, NULL, take_published, languages,
				    error))
		return false;
	for (guint i = 0; i < languages->len; i++) {
		char *text = published_text(a, g_ptr_array_index(languages, i));
		if (text != NULL)
			g_ptr_array_add(texts, text);
	}
	g_ptr_array_add(texts, NULL);
	a->api->published(a->api->user, a->row.id, (char *const *)texts->pdata);
	return true;
}

static bool post_publish(struct asked *a, GError **error)
{
	if (!admit_editor(a, error))
		return false;
	json_t *request = read_request(a, error);
	const json_t *on = json_object_get(request, "on");
	guint64 version;
	bool ok = request != NULL && version_of(request, "version", 1, &version, error);
	if (ok && !json_is_boolean(on))
		ok = refuse(error, SIGNALING_ERROR_MALFORMED, "on: missing, or not true or false");
	ok = ok && store_minutes_publish(a->api->store, a->row.id, a->language, version,
					 json_is_true(on), error);
	ok = ok && tell_published(a, error);
	if (ok)
		reply_json(a, json_pack("{s:I, s:b}", "version", (json_int_t)version, "published",
					json_is_true(on)));
	json_decref(request);
	return ok;
}

/* ---- The table ---- */

static const struct {
	const char *method, *rest;
	bool (*handle)(struct asked *a, GError **error);
} handlers[] = {
	{"GET", "", get_minutes},	    {"GET", ".pdf", get_minutes},
	{"GET", ".md", get_minutes},	    {"GET", ".html", get_minutes},
	{"GET", "/versions", get_versions}, {"PUT", "", put_minutes},
	{"POST", "/publish", post_publish},
};

/* The language, and what follows; language "draft" is none. */
static void split_path(struct asked *a)
{
	const char *rest = a->request->rest;
	gsize length = strcspn(rest, "./");
	g_autofree char *tag = g_strndup(rest, length);
	a->meeting = http_segment(a->request, 0);
	a->language = language_spell(tag);
	a->rest = g_strdup(rest + length);
}

static void answer(struct asked *a, GError **error)
{
	const char *method = g_str_equal(a->request->method, "HEAD") ? "GET" : a->request->method;
	if (a->meeting == NULL || !store_meeting_name_valid(a->meeting))
		return; /* 404 */
	if (g_str_equal(a->language, "draft") && *a->rest == '\0') {
		if (g_str_equal(method, "GET"))
			get_draft(a, error);
		return;
	}
	if (!text_language_valid(a->language))
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(handlers); i++) {
		if (!g_str_equal(handlers[i].method, method) ||
		    !g_str_equal(handlers[i].rest, a->rest))
			continue;
		handlers[i].handle(a, error);
		return;
	}
}

static void handle(void *user, const struct http_request *request, struct http_reply *reply)
{
	struct asked asked = {.api = user, .request = request, .reply = reply};
	g_autoptr(GError) error = NULL;
	bool reads = g_str_equal(request->method, "GET") || g_str_equal(request->method, "HEAD");
	if (request->bearer == NULL && reads)
		asked.cookie = http_cookie_value(request, "archive");
	split_path(&asked);
	answer(&asked, &error);
	if (error != NULL)
		http_reply_error(reply, error);
	if (asked.known)
		token_clear(&asked.token);
	store_meeting_clear(&asked.row);
	g_free(asked.cookie);
	g_free(asked.meeting);
	g_free(asked.language);
	g_free(asked.rest);
}

void minutes_api_routes(struct minutes_api *api, struct http_route *out, size_t *n)
{
	static const char *const methods[MINUTES_ROUTES] = {"GET", "PUT", "POST"};
	for (size_t i = 0; i < MINUTES_ROUTES; i++)
		out[i] = (struct http_route){.method = methods[i],
					     .prefix = PREFIX,
					     .max_body = i > 0 ? MINUTES_REQUEST_BYTES : 0,
					     .handle = handle,
					     .user = api};
	*n = MINUTES_ROUTES;
}

void minutes_api_on_published(struct minutes_api *api,
			      void (*published)(void *user, gint64 meeting, char *const *texts),
			      void *user)
{
	api->published = published;
	api->user = user;
}

struct minutes_api *minutes_api_new(const struct config *config, struct store *store,
				    const struct token_key *key, const char *executable)
{
	struct minutes_api *api = g_new0(struct minutes_api, 1);
	api->config = config;
	api->store = store;
	api->key = key;
	api->printer = minutes_printer_new(executable);
	return api;
}

void minutes_api_free(struct minutes_api *api)
{
	if (api == NULL)
		return;
	minutes_printer_free(api->printer);
	g_free(api);
}
