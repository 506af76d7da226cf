#include "signaling/api.h"
#include "signaling/meeting_internal.h"

static json_t *tags_json(char **tags)
{
	json_t *array = json_array();
	for (size_t i = 0; tags[i] != NULL; i++)
		json_array_append_new(array, json_string(tags[i]));
	return array;
}

/* GET /api/meetings/MEETING: what the lobby shows before somebody joins. */
static void get_meeting(void *user, const struct http_request *request, struct http_reply *reply)
{
	if (!store_meeting_name_valid(request->rest))
		return; /* 404 */
	struct token token;
	GError *error = NULL;
	const struct meeting *meeting =
		meetings_admit(user, request->rest, request->bearer, ACTION_JOIN, &token, &error);
	if (meeting == NULL) {
		http_reply_error(reply, error);
		g_error_free(error);
		return;
	}
	json_t *answer = json_pack("{s:o, s:s, s:s?, s:o}", "meeting", meeting_json(meeting),
				   "role", role_name(token.role), "name", token.name, "languages",
				   tags_json(token.languages));
	char *text = json_dumps(answer, JSON_COMPACT);
	http_reply_text(reply, 200, "application/json", text);
	http_reply_header(reply, "Cache-Control", "no-store");
	free(text);
	json_decref(answer);
	token_clear(&token);
}

void api_routes(struct meetings *meetings, struct http_route *out, size_t *n)
{
	out[0] = (struct http_route){
		.method = "GET",
		.prefix = "/api/meetings/",
		.handle = get_meeting,
		.user = meetings,
	};
	*n = API_ROUTES;
}
