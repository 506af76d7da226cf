#include "signaling/feed_name.h"
#include "signaling/meeting_languages.h"
#include "signaling/protocol.h"
#include <string.h>

#define LINES_MAX (PEER_MAX_PUBLICATIONS + PEER_MAX_SLOTS)
#define SIDE_MAX  16384 /* of a picture, in pixels */
#define FIELD_MAX 40

/* What a browser of ours may send. */
static const enum source sources[] = {SOURCE_MICROPHONE,       SOURCE_CAMERA,
				      SOURCE_SCREEN,	       SOURCE_SCREEN_SOUND,
				      SOURCE_BOOTH_MICROPHONE, SOURCE_BOOTH_CAMERA};

static bool read_mid(const json_t *object, const char *field, char ret[static MID_MAX + 1],
		     GError **error)
{
	const char *mid = NULL;
	if (!field_string(object, field, true, &mid, error))
		return false;
	size_t length = strlen(mid);
	if (length >= 1 && length <= MID_MAX) {
		memcpy(ret, mid, length + 1);
		return true;
	}
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
		    "%s: isn't 1 to %d characters long", field, MID_MAX);
	return false;
}

static bool read_source(const char *field, const char *name, enum source *ret, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(sources); i++) {
		if (strcmp(name, source_name(sources[i])) == 0) {
			*ret = sources[i];
			return true;
		}
	}
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_UNSUPPORTED,
		    "%s: there is no source \"%.40s\"", field, name);
	return false;
}

struct line_fields {
	char mid[FIELD_MAX], source[FIELD_MAX], feed[FIELD_MAX], width[FIELD_MAX],
		height[FIELD_MAX];
};

static void name_fields(struct line_fields *ret, const char *list, size_t index)
{
	g_snprintf(ret->mid, FIELD_MAX, "%s[%zu].mid", list, index);
	g_snprintf(ret->source, FIELD_MAX, "%s[%zu].source", list, index);
	g_snprintf(ret->feed, FIELD_MAX, "%s[%zu].feed", list, index);
	g_snprintf(ret->width, FIELD_MAX, "%s[%zu].width", list, index);
	g_snprintf(ret->height, FIELD_MAX, "%s[%zu].height", list, index);
}

/* An entry of "lines" (offer) or "slots"; the latter have a feed. */
static bool read_line(const json_t *object, const struct line_fields *fields,
		      struct media_line *ret, GError **error)
{
	const char *source = NULL, *feed = NULL;
	json_int_t width = 0, height = 0;
	enum media_kind kind = MEDIA_VIDEO;
	*ret = (struct media_line){0};
	if (!read_mid(object, fields->mid, ret->mid, error) ||
	    !field_string(object, fields->source, false, &source, error) ||
	    !field_string(object, fields->feed, source == NULL, &feed, error) ||
	    !field_integer(object, fields->width, false, 0, SIDE_MAX, &width, error) ||
	    !field_integer(object, fields->height, false, 0, SIDE_MAX, &height, error))
		return false;
	ret->width = (uint16_t)width;
	ret->height = (uint16_t)height;
	if (feed == NULL)
		return read_source(fields->source, source, &ret->source, error);
	if (source != NULL) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
			    "%s: stands beside a feed; a line is one of the two", fields->source);
		return false;
	}
	ret->is_slot = true;
	return feed_parse(fields->feed, feed, &ret->feed, &kind, error);
}

static bool read_lines(const json_t *message, const char *list, struct media_line *out,
		       size_t *ret_n, GError **error)
{
	const json_t *array = json_object_get(message, list);
	size_t n = json_array_size(array);
	if (!json_is_array(array) || n == 0 || n > LINES_MAX) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
			    "%s: isn't an array of 1 to %d entries", list, LINES_MAX);
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		struct line_fields fields;
		name_fields(&fields, list, i);
		const json_t *object = json_array_get(array, i);
		if (!json_is_object(object)) {
			g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
				    "%s[%zu]: isn't an object", list, i);
			return false;
		}
		if (!read_line(object, &fields, &out[i], error))
			return false;
	}
	*ret_n = n;
	return true;
}

static bool may_have(struct participant *p, const char *list, const struct media_line *lines,
		     size_t n, GError **error)
{
	for (size_t i = 0; i < n; i++) {
		struct line_fields fields;
		name_fields(&fields, list, i);
		if (lines[i].is_slot && !participant_may_have(p, fields.feed, lines[i].feed, error))
			return false;
	}
	return true;
}

bool on_offer(const struct request *request, GError **error)
{
	struct participant *p = request->participant;
	struct media_line lines[LINES_MAX];
	size_t n;
	const char *sdp = NULL;
	bool fresh = false;
	if (!request_may_offer(request, error) ||
	    !field_string(request->message, "sdp", true, &sdp, error) ||
	    !field_bool(request->message, "fresh", &fresh, error) ||
	    !read_lines(request->message, "lines", lines, &n, error) ||
	    !may_have(p, "lines", lines, n, error))
		return false;
	if (fresh)
		participant_drop_media(p);
	bool first = p->media == NULL;
	char *answer = NULL;
	if (!media_session_offer(participant_media(p), sdp, lines, n, &answer, error)) {
		if (first)
			participant_drop_media(p);
		return false;
	}
	participant_tell_relay(p);
	request_reply(request, json_pack("{s:s, s:s}", "type", "answer", "sdp", answer));
	g_free(answer);
	return true;
}

bool on_slots(const struct request *request, GError **error)
{
	struct participant *p = request->participant;
	struct media_line slots[LINES_MAX];
	size_t n;
	if (!read_lines(request->message, "slots", slots, &n, error))
		return false;
	if (p->media == NULL) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_CONFLICT,
			    "slots: there is no connection for media; offer first");
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (!slots[i].is_slot) {
			g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
				    "slots[%zu].feed: is missing", i);
			return false;
		}
	}
	if (!may_have(p, "slots", slots, n, error))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!media_session_set_slot(p->media, slots[i].mid, slots[i].feed, slots[i].width,
					    slots[i].height, error))
			return false;
	}
	request_ok(request);
	return true;
}

static bool read_device(const json_t *message, const char *field, enum device_state *ret,
			GError **error)
{
	static const char *const names[] = {
		[DEVICE_NONE] = "none", [DEVICE_OFF] = "off", [DEVICE_ON] = "on"};
	const char *name = NULL;
	if (!field_string(message, field, false, &name, error))
		return false;
	if (name == NULL)
		return true;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		if (strcmp(name, names[i]) == 0) {
			*ret = (enum device_state)i;
			return true;
		}
	}
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED, "%s: isn't on, off or none",
		    field);
	return false;
}

static bool may(const struct participant *p, enum action action, const char *field, GError **error)
{
	if (role_may(p->role, action))
		return true;
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_FORBIDDEN, "%s: %s may not %s", field,
		    role_name(p->role), action_name(action));
	return false;
}

/* Absent fields stay as they are. */
bool on_media(const struct request *request, GError **error)
{
	struct participant *p = request->participant;
	enum device_state microphone = DEVICE_AS_IT_WAS, camera = DEVICE_AS_IT_WAS;
	bool shares = false;
	if (!read_device(request->message, "microphone", &microphone, error) ||
	    !read_device(request->message, "camera", &camera, error) ||
	    !field_bool(request->message, "screen", &shares, error))
		return false;
	if ((microphone == DEVICE_ON && !may(p, ACTION_PUBLISH, "microphone", error)) ||
	    (camera == DEVICE_ON && !may(p, ACTION_PUBLISH, "camera", error)) ||
	    (shares && !may(p, ACTION_SCREEN, "screen", error)))
		return false;
	bool begins = microphone == DEVICE_ON || camera == DEVICE_ON || shares;
	if (begins && !participant_may_begin(p, error))
		return false;
	bool said = json_is_boolean(json_object_get(request->message, "screen"));
	enum device_state screen = !said ? DEVICE_AS_IT_WAS : shares ? DEVICE_ON : DEVICE_OFF;
	request_ok(request);
	participant_say(p, microphone, camera, screen);
	return true;
}
