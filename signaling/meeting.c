#include "signaling/feed_name.h"
#include "signaling/meeting_internal.h"
#include "signaling/meeting_languages.h"
#include "signaling/meeting_recording.h"
#include "signaling/meeting_studio.h"
#include "signaling/rate_limit.h"
#include <string.h>

struct meeting *meeting_new(struct meetings *meetings, const char *name)
{
	struct meeting *meeting = g_new0(struct meeting, 1);
	meeting->meetings = meetings;
	meeting->people = g_ptr_array_new_with_free_func(participant_free);
	meeting->numbers = g_hash_table_new(g_direct_hash, g_direct_equal);
	meeting->hands = g_ptr_array_new();
	meeting->screens = g_ptr_array_new();
	meeting->speaking = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	meeting->idle_since = meetings_now(meetings);
	meeting_languages_init(meeting);
	meeting->recording = recording_new(meeting);
	g_hash_table_insert(meetings->by_name, g_strdup(name), meeting);
	return meeting;
}

/* Called by the table that owns it. People stay in the store: a restarted server brings them back.
 */
void meeting_free(struct meeting *meeting)
{
	g_ptr_array_free(meeting->people, TRUE);
	g_hash_table_destroy(meeting->numbers);
	g_ptr_array_free(meeting->hands, TRUE);
	g_ptr_array_free(meeting->screens, TRUE);
	g_array_free(meeting->speaking, TRUE);
	meeting_studio_free(meeting);
	if (meeting->has_room) {
		g_hash_table_remove(meeting->meetings->by_room, GUINT_TO_POINTER(meeting->room));
		relay_close_room(meeting->meetings->relay, meeting->room);
	}
	meeting_languages_free(meeting);
	recording_free(meeting->recording);
	store_meeting_clear(&meeting->row);
	g_free(meeting);
}

void meeting_set_row(struct meeting *meeting, struct store_meeting *row)
{
	bool same = meeting->row.channels != NULL &&
		    g_strv_equal((const char *const *)meeting->row.channels,
				 (const char *const *)row->channels) &&
		    g_strv_equal((const char *const *)meeting->row.floors,
				 (const char *const *)row->floors);
	store_meeting_clear(&meeting->row);
	meeting->row = *row;
	*row = (struct store_meeting){0};
	if (!same)
		meeting_languages_follow_row(meeting);
}

static void restore_person(void *user, const struct store_person *person)
{
	struct participant *p = participant_new(user, person, true);
	p->was_connected = true; /* "reconnecting" */
	p->patience = PARTICIPANT_RESTORED_US;
	meeting_add(user, p);
}

static void restore_screen(void *user, guint32 number)
{
	struct meeting *meeting = user;
	struct participant *p = meeting_find(meeting, number);
	if (p == NULL)
		return;
	g_ptr_array_add(meeting->screens, p);
	meeting->shown_screen = number;
}

static void restore_hand(void *user, guint32 number, gint64 at)
{
	struct participant *p = meeting_find(user, number);
	if (p == NULL)
		return;
	p->hand_at = at;
	g_ptr_array_add(((struct meeting *)user)->hands, p);
}

bool meeting_restore(struct meeting *meeting, GError **error)
{
	struct store *store = meeting->meetings->store;
	if (!store_people(store, meeting->row.id, restore_person, meeting, error) ||
	    !store_hands(store, meeting->row.id, restore_hand, meeting, error) ||
	    !store_screens(store, meeting->row.id, restore_screen, meeting, error))
		return false;
	uint32_t pinned = store_pinned(store, meeting->row.id);
	meeting->pinned = meeting_find(meeting, pinned) != NULL ? pinned : 0;
	if (!meeting_recording_restore(meeting, error))
		return false;
	/* Devices (WHIP) can't resume: they connect anew. From the end, since they leave the array.
	 */
	for (guint i = meeting->people->len; i-- > 0;) {
		struct participant *p = meeting->people->pdata[i];
		if (!p->has_secret)
			participant_leave(p);
	}
	return true;
}

uint32_t meeting_room(struct meeting *meeting)
{
	if (!meeting->has_room) {
		meeting->room = relay_open_room(meeting->meetings->relay);
		meeting->has_room = true;
		g_hash_table_insert(meeting->meetings->by_room, GUINT_TO_POINTER(meeting->room),
				    meeting);
	}
	return meeting->room;
}

void meeting_add(struct meeting *meeting, struct participant *participant)
{
	g_ptr_array_add(meeting->people, participant);
	g_hash_table_insert(meeting->numbers, GUINT_TO_POINTER(participant->number), participant);
}

struct participant *meeting_peer(const struct meeting *meeting, uint32_t number)
{
	return g_hash_table_lookup(meeting->numbers, GUINT_TO_POINTER(number));
}

struct participant *meeting_find(const struct meeting *meeting, uint32_t number)
{
	struct participant *p = meeting_peer(meeting, number);
	return p != NULL && p->listed ? p : NULL;
}

bool meeting_has_space(struct meeting *meeting, GError **error)
{
	unsigned limit = meeting->meetings->config->participants;
	bool full = meeting->people->len >= limit;
	if (!full && rate_take(&meeting->comers, COMERS_A_SECOND, COMERS_BURST_SECONDS,
			       (uint64_t)meetings_now(meeting->meetings)))
		return true;
	if (full)
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_LIMIT,
			    "meeting: is full (%u people); ask the host", limit);
	else
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_LIMIT,
			    "meeting: too many come at once; try again in a moment");
	return false;
}

bool meeting_withholds(const struct meeting *meeting, enum role role, uint32_t peer)
{
	return role != ROLE_INTERPRETER &&
	       relay_sheds(meeting->meetings->relay, meeting->has_room ? meeting->room : 0, peer);
}

bool meeting_takes_publisher(struct meeting *meeting, enum role role, uint32_t peer, GError **error)
{
	if (!meeting_withholds(meeting, role, peer))
		return true;
	meeting->meetings->busy++;
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_BUSY,
		    "media: the server is busy; you can listen now, and try microphone and camera "
		    "again in a while");
	return false;
}

/* Written out once, however many there are. */
void meeting_broadcast(struct meeting *meeting, const struct participant *except, json_t *message)
{
	char *text = json_dumps(message, JSON_COMPACT);
	json_decref(message);
	size_t length = strlen(text);
	for (guint i = 0; i < meeting->people->len; i++) {
		const struct participant *p = meeting->people->pdata[i];
		if (p != except && p->connection != NULL)
			websocket_send(p->connection->socket, text, length);
	}
	free(text);
}

static json_t *strings_json(char **strings)
{
	json_t *array = json_array();
	for (size_t i = 0; strings[i] != NULL; i++)
		json_array_append_new(array, json_string(strings[i]));
	return array;
}

json_t *meeting_json(const struct meeting *meeting)
{
	const struct store_meeting *row = &meeting->row;
	return json_pack("{s:s, s:s, s:I, s:s, s:I, s:o, s:o}", "name", row->name, "title",
			 row->title, "starts", (json_int_t)row->starts * 1000, "zone", row->zone,
			 "minutes", (json_int_t)row->minutes, "floors", strings_json(row->floors),
			 "channels", strings_json(row->channels));
}

json_t *meeting_people_json(const struct meeting *meeting)
{
	json_t *people = json_array();
	for (guint i = 0; i < meeting->people->len; i++) {
		const struct participant *p = meeting->people->pdata[i];
		if (p->listed)
			json_array_append_new(people, participant_json(p));
	}
	return people;
}

json_t *meeting_marks_json(struct meeting *meeting, bool all)
{
	json_t *marks = json_object();
	for (guint i = 0; i < meeting->people->len; i++) {
		struct participant *p = meeting->people->pdata[i];
		enum mark mark = all ? p->told_mark : p->quality.mark;
		if (!p->listed || mark == MARK_UNKNOWN || (!all && mark == p->told_mark))
			continue;
		p->told_mark = mark;
		json_object_set_new(marks, p->id, json_integer(mark));
	}
	if (json_object_size(marks) > 0)
		return json_pack("{s:s, s:o}", "type", "quality", "marks", marks);
	json_decref(marks);
	return NULL;
}

const struct media_policy *meeting_policy(struct meeting *meeting, enum role role,
					  struct media_policy *ret)
{
	(void)meeting; /* every meeting allows VP8 for now: DESIGN, section 3 */
	*ret = (struct media_policy){
		.may_publish = role_may(role, ACTION_PUBLISH),
		.may_screen = role_may(role, ACTION_SCREEN),
		.interprets = role_may(role, ACTION_INTERPRET),
		.max_slots = PEER_MAX_SLOTS,
		.video_codecs = {CODEC_VP8, CODEC_NONE},
	};
	return ret;
}

bool meeting_parse_feed(struct meeting *meeting, enum role role, const char *name,
			struct feed_key *ret, enum media_kind *ret_kind, GError **error)
{
	struct feed_key feed;
	if (!feed_parse("feed", name, &feed, ret_kind, error))
		return false;
	if ((feed.kind == FEED_CAMERA || feed.kind == FEED_MICROPHONE) &&
	    meeting_find(meeting, feed.id) == NULL) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_NOT_FOUND,
			    "feed: %s: nobody here has this id", name);
		return false;
	}
	if (!meeting_may_have(meeting, role, "feed", feed, error))
		return false;
	*ret = feed;
	return true;
}

unsigned meeting_cameras(struct meeting *meeting, struct feed_key *out, unsigned max)
{
	unsigned n = 0;
	for (guint i = 0; i < meeting->people->len && n < max; i++) {
		const struct participant *p = meeting->people->pdata[i];
		if (p->listed && p->camera == DEVICE_ON)
			out[n++] = (struct feed_key){.kind = FEED_CAMERA, .id = p->number};
	}
	return n;
}

/* With the meeting. In the store it has ended with that; what it refuses when nobody is there any
 * more goes on at the next restart, and ends again then. */
static void end_recording(struct meeting *meeting)
{
	GError *error = NULL;
	if (!meeting_record(meeting, RECORDING_ENDED, &error))
		g_warning("recording of %s: %s", meeting->row.name, error->message);
	g_clear_error(&error);
}

/* Connections first, so that the last to go don't hear of each one before them. */
void meeting_end(struct meeting *meeting)
{
	end_recording(meeting);
	meeting_broadcast(meeting, NULL, json_pack("{s:s}", "type", "ended"));
	for (guint i = 0; i < meeting->people->len; i++) {
		struct participant *p = meeting->people->pdata[i];
		if (p->connection != NULL)
			connection_close(p->connection, CLOSE_ENDED, "ended");
	}
	while (meeting->people->len > 0)
		participant_leave(meeting->people->pdata[meeting->people->len - 1]);
}

bool meeting_tick(struct meeting *meeting, gint64 now)
{
	/* From the end: who leaves is taken out of the array. */
	for (guint i = meeting->people->len; i-- > 0;)
		participant_tick(meeting->people->pdata[i], now);
	if (now - meeting->quality_at >= QUALITY_US) {
		meeting->quality_at = now;
		json_t *marks = meeting_marks_json(meeting, false);
		if (marks != NULL)
			meeting_broadcast(meeting, NULL, marks);
	}
	meeting_languages_tick(meeting);
	meeting_recording_tick(meeting);
	if (meeting->people->len > 0 || now - meeting->idle_since < MEETING_IDLE_US)
		return true;
	meeting_recording_leave(meeting);
	end_recording(meeting);
	return false;
}
