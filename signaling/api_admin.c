#include "signaling/api_admin.h"
#include "signaling/access.h"
#include "signaling/api_common.h"
#include "signaling/api_links.h"
#include "signaling/meeting_agenda.h"
#include "signaling/meeting_plan.h"
#include "signaling/meeting_recording.h"
#include <string.h>

#define BODY_MAX 65536

/* With what goes on in it now. */
static json_t *row_json(struct meetings *meetings, const struct store_meeting *row)
{
	json_t *json = meeting_plan_json(meetings->store, row);
	const struct meeting *meeting = g_hash_table_lookup(meetings->by_name, row->name);
	unsigned people = 0;
	for (guint i = 0; meeting != NULL && i < meeting->people->len; i++)
		people += ((const struct participant *)meeting->people->pdata[i])->listed;
	json_t *recording = meeting != NULL ? meeting_recording_json(meeting) : NULL;
	const char *state = json_string_value(json_object_get(recording, "state"));
	json_object_set_new(json, "people", json_integer(people));
	json_object_set_new(json, "recording", json_string(state != NULL ? state : "off"));
	json_decref(recording);
	return json;
}

static json_t *named_json(struct meetings *meetings, const char *name, GError **error)
{
	struct store_meeting row;
	if (!store_meeting_find(meetings->store, name, &row, error))
		return NULL;
	json_t *json = row_json(meetings, &row);
	store_meeting_clear(&row);
	return json;
}

struct list {
	struct meetings *meetings;
	const struct token *token;
	json_t *array;
};

static void append(void *user, const struct store_meeting *row)
{
	struct list *list = user;
	if (access_is_general(list->token) || g_str_equal(list->token->meeting, row->name))
		json_array_append_new(list->array, row_json(list->meetings, row));
}

static json_t *list_json(struct meetings *meetings, const struct token *token, GError **error)
{
	struct list list = {meetings, token, json_array()};
	if (store_meeting_list(meetings->store, append, &list, error))
		return json_pack("{s:o}", "meetings", list.array);
	json_decref(list.array);
	return NULL;
}

static json_t *create(struct meetings *meetings, const json_t *body, GError **error)
{
	struct store_meeting row = {.minutes = MEETING_MINUTES_DEFAULT};
	gint64 id;
	json_t *json = NULL;
	bool ok = meeting_plan_read(body, &row, error) && meeting_plan_check_agenda(body, error);
	if (ok && row.name == NULL)
		row.name = meeting_plan_name(meetings->store, &row);
	if (ok && store_meeting_create(meetings->store, &row, &id, error) &&
	    meeting_plan_agenda(meetings->store, id, body, error))
		json = named_json(meetings, row.name, error);
	store_meeting_clear(&row);
	return json;
}

/* Who is in it is told of what they see. */
static void tell(struct meetings *meetings, const char *name, const json_t *body)
{
	GError *error = NULL;
	struct meeting *meeting = g_hash_table_lookup(meetings->by_name, name);
	if (meeting == NULL)
		return;
	if (!meetings_refresh(meetings, name, &error))
		g_message("%s: %s", name, error->message); /* it ends at this moment */
	else if (json_object_get(body, "agenda") != NULL)
		meeting_agenda_changed(meeting);
	g_clear_error(&error);
}

static json_t *change(struct meetings *meetings, struct store_meeting *row, const json_t *body,
		      GError **error)
{
	if (!meeting_plan_check_agenda(body, error) || !meeting_plan_read(body, row, error) ||
	    !store_meeting_update(meetings->store, row, error) ||
	    !meeting_plan_agenda(meetings->store, row->id, body, error))
		return NULL;
	tell(meetings, row->name, body);
	return named_json(meetings, row->name, error);
}

static json_t *end(struct meetings *meetings, const struct store_meeting *row, GError **error)
{
	return meetings_end(meetings, row->name, error) ? named_json(meetings, row->name, error)
							: NULL;
}

/* /api/admin/meetings */
static json_t *all(struct meetings *meetings, const struct http_request *request,
		   const struct token *token, unsigned *ret_status, GError **error)
{
	if (!g_str_equal(request->method, "POST"))
		return list_json(meetings, token, error);
	if (!access_is_general(token)) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_FORBIDDEN,
			    "token: is for one meeting; another link makes new ones");
		return NULL;
	}
	json_t *body = api_body(request, error);
	json_t *answer = body != NULL ? create(meetings, body, error) : NULL;
	json_decref(body);
	*ret_status = 201;
	return answer;
}

/* /api/admin/meetings/MEETING and what is beneath it; NULL without an error: there is no such
 * thing. */
static json_t *one(struct meetings *meetings, const struct http_request *request,
		   struct store_meeting *row, const char *what, const struct token *token,
		   GError **error)
{
	bool posts = g_str_equal(request->method, "POST");
	if (what == NULL &&
	    (g_str_equal(request->method, "GET") || g_str_equal(request->method, "HEAD")))
		return row_json(meetings, row);
	if (posts && g_strcmp0(what, "end") == 0)
		return end(meetings, row, error);
	bool links = posts && g_strcmp0(what, "links") == 0;
	if (!links && (what != NULL || !g_str_equal(request->method, "PATCH")))
		return NULL;
	json_t *body = api_body(request, error), *answer = NULL;
	if (body != NULL)
		answer = links ? api_link(meetings, row, token, body, error)
			       : change(meetings, row, body, error);
	json_decref(body);
	return answer;
}

static void answer(struct http_reply *reply, unsigned status, json_t *body, GError *error)
{
	if (body != NULL)
		api_reply(reply, status, body);
	else if (error != NULL)
		api_refuse(reply, error);
}

static void handle_all(void *user, const struct http_request *request, struct http_reply *reply)
{
	struct meetings *meetings = user;
	struct token token;
	GError *error = NULL;
	unsigned status = 200;
	json_t *body = NULL;
	if (access_token(meetings->store, meetings->key, request->bearer, &token, &error)) {
		if (access_may(&token, access_is_general(&token) ? NULL : token.meeting,
			       ACTION_SCHEDULE, &error))
			body = all(meetings, request, &token, &status, &error);
		token_clear(&token);
	}
	answer(reply, status, body, error);
}

/* /api/admin/meetings/MEETING/links/ROLE */
static void withdraw(struct meetings *meetings, const struct store_meeting *row, const char *name,
		     const struct token *token, struct http_reply *reply)
{
	enum role role;
	GError *error = NULL;
	if (!role_from_name(name, &role))
		return; /* 404 */
	if (api_links_withdraw(meetings, row, token, role, &error))
		http_reply_status(reply, 204);
	else
		api_refuse(reply, error);
}

static void handle_withdraw(void *user, const struct http_request *request,
			    struct http_reply *reply)
{
	struct meetings *meetings = user;
	struct token token;
	struct store_meeting row;
	GError *error = NULL;
	g_auto(GStrv) segments = api_segments(request->rest);
	if (segments == NULL || g_strv_length(segments) != 3 ||
	    !g_str_equal(segments[1], "links") || !store_meeting_name_valid(segments[0]))
		return; /* 404 */
	if (!access_meeting(meetings->store, meetings->key, request->bearer, segments[0],
			    ACTION_SCHEDULE, &row, &token, &error)) {
		api_refuse(reply, error);
		return;
	}
	withdraw(meetings, &row, segments[2], &token, reply);
	store_meeting_clear(&row);
	token_clear(&token);
}

static void handle_one(void *user, const struct http_request *request, struct http_reply *reply)
{
	struct meetings *meetings = user;
	struct token token;
	struct store_meeting row;
	GError *error = NULL;
	g_auto(GStrv) segments = api_segments(request->rest);
	guint n = segments != NULL ? g_strv_length(segments) : 0;
	if (n < 1 || n > 2 || !store_meeting_name_valid(segments[0]))
		return; /* 404 */
	json_t *body = NULL;
	if (access_meeting(meetings->store, meetings->key, request->bearer, segments[0],
			   ACTION_SCHEDULE, &row, &token, &error)) {
		body = one(meetings, request, &row, segments[1], &token, &error);
		store_meeting_clear(&row);
		token_clear(&token);
	}
	answer(reply, 200, body, error);
}

void api_admin_routes(struct meetings *meetings, struct http_route *out, size_t *n)
{
	const struct http_route routes[API_ADMIN_ROUTES] = {
		{"GET", "/api/admin/meetings", 0, handle_all, meetings},
		{"POST", "/api/admin/meetings", BODY_MAX, handle_all, meetings},
		{"GET", "/api/admin/meetings/", 0, handle_one, meetings},
		{"POST", "/api/admin/meetings/", BODY_MAX, handle_one, meetings},
		{"PATCH", "/api/admin/meetings/", BODY_MAX, handle_one, meetings},
		{"DELETE", "/api/admin/meetings/", 0, handle_withdraw, meetings},
	};
	memcpy(out, routes, sizeof routes);
	*n = API_ADMIN_ROUTES;
}
