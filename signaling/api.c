#include "signaling/api.h"
#include "signaling/access.h"
#include "signaling/api_common.h"
#include "signaling/api_links.h"
#include "signaling/calendar.h"
#include "signaling/http_path.h"
#include "signaling/meeting_agenda.h"
#include <string.h>

#define BODY_MAX 4096

static json_t *tags_json(char **tags)
{
	json_t *array = json_array();
	for (size_t i = 0; tags[i] != NULL; i++)
		json_array_append_new(array, json_string(tags[i]));
	return array;
}

/* GET /api/meetings/MEETING: what the lobby shows before somebody joins. */
static void get_meeting(const struct api *api, const struct http_request *request, const char *name,
			struct http_reply *reply)
{
	struct token token;
	GError *error = NULL;
	const struct meeting *meeting =
		meetings_admit(api->meetings, name, request->bearer, ACTION_JOIN, &token, &error);
	if (meeting == NULL) {
		api_refuse(reply, error);
		return;
	}
	json_t *answer = json_pack("{s:o, s:s, s:s?, s:o, s:s, s:b}", "meeting",
				   meeting_json(meeting), "role", role_name(token.role), "name",
				   token.name, "languages", tags_json(token.languages), "venue",
				   meeting->row.venue, "autoRecord", meeting->row.auto_record);
	meeting_agenda_add(meeting, answer);
	api_reply(reply, 200, answer);
	token_clear(&token);
}

/* With ?link=1 for whoever may make links: a member's goes into it. */
static char *calendar_link(const struct api *api, const struct http_request *request,
			   const struct store_meeting *row, const struct token *token)
{
	g_autofree char *wanted = http_query_find(request->query, "link");
	if (g_strcmp0(wanted, "1") != 0 || !role_may(token->role, ACTION_SCHEDULE))
		return NULL;
	json_t *body = json_pack("{s:s}", "role", role_name(ROLE_MEMBER));
	json_t *link = api_link(api->meetings, row, token, body, NULL);
	char *url = g_strdup(json_string_value(json_object_get(link, "url")));
	json_decref(link);
	json_decref(body);
	return url;
}

/* GET /api/meetings/MEETING/calendar.ics */
static void get_calendar(const struct api *api, const struct http_request *request,
			 const char *name, struct http_reply *reply)
{
	struct token token;
	struct store_meeting row;
	GError *error = NULL;
	if (!access_meeting(api->meetings->store, api->meetings->key, request->bearer, name,
			    ACTION_JOIN, &row, &token, &error)) {
		api_refuse(reply, error);
		return;
	}
	g_autoptr(GUri) base = g_uri_parse(api->meetings->config->base_url, G_URI_FLAGS_NONE, NULL);
	g_autofree char *link = calendar_link(api, request, &row, &token);
	g_autofree char *event =
		calendar_event(&row, base != NULL ? g_uri_get_host(base) : "tongsheng", link,
			       g_get_real_time() / G_USEC_PER_SEC);
	if (event != NULL) {
		http_reply_text(reply, 200, "text/calendar; charset=utf-8", event);
		http_reply_header(reply, "Cache-Control", "no-store");
	} else {
		api_refuse(reply, g_error_new(SIGNALING_ERROR, SIGNALING_ERROR_NOT_FOUND,
					      "starts: this meeting has no time yet"));
	}
	store_meeting_clear(&row);
	token_clear(&token);
}

static void handle(void *user, const struct http_request *request, struct http_reply *reply)
{
	const struct api *api = user;
	bool reads = g_str_equal(request->method, "GET") || g_str_equal(request->method, "HEAD");
	g_auto(GStrv) segments = api_segments(request->rest);
	guint n = segments != NULL ? g_strv_length(segments) : 0;
	if (n < 1 || n > 2 || !store_meeting_name_valid(segments[0]))
		return; /* 404 */
	if (n == 1 && reads)
		get_meeting(api, request, segments[0], reply);
	else if (n == 2 && reads && g_str_equal(segments[1], "calendar.ics"))
		get_calendar(api, request, segments[0], reply);
	else if (n == 2 && api->recording != NULL)
		api_recording_handle(api->recording, request, segments[0], segments[1], reply);
}

void api_routes(struct api *api, struct http_route *out, size_t *n)
{
	static const char *const methods[API_ROUTES] = {"GET", "POST", "PATCH", "DELETE"};
	for (size_t i = 0; i < API_ROUTES; i++)
		out[i] = (struct http_route){
			.method = methods[i],
			.prefix = "/api/meetings/",
			.max_body = i == 0 ? 0 : BODY_MAX,
			.handle = handle,
			.user = api,
		};
	*n = API_ROUTES;
}
