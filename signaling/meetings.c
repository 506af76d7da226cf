#include "signaling/access.h"
#include "signaling/meeting_floor.h"
#include "signaling/meeting_internal.h"
#include "signaling/meeting_languages.h"
#include "signaling/meeting_recording.h"
#include "signaling/meeting_studio.h"
#include "signaling/studio.h"
#include "signaling/studio_tracks.h"

static void free_meeting(void *meeting)
{
	meeting_free(meeting);
}

struct meetings *meetings_new(const struct config *config, struct store *store,
			      const struct token_key *key)
{
	struct meetings *meetings = g_new0(struct meetings, 1);
	meetings->config = config;
	meetings->store = store;
	meetings->key = key;
	meetings->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_meeting);
	meetings->by_room = g_hash_table_new(g_direct_hash, g_direct_equal);
	meetings->connections = g_hash_table_new_full(g_direct_hash, g_direct_equal, g_free, NULL);
	meetings->clock = g_get_monotonic_time;
	return meetings;
}

void meetings_free(struct meetings *meetings)
{
	if (meetings == NULL)
		return;
	if (meetings->timer != 0)
		g_source_remove(meetings->timer);
	g_hash_table_destroy(meetings->by_name);
	g_hash_table_destroy(meetings->by_room);
	g_hash_table_destroy(meetings->connections);
	g_free(meetings);
}

void meetings_end_studios(struct meetings *meetings)
{
	GHashTableIter iter;
	void *meeting;
	meetings->ending = true;
	g_hash_table_iter_init(&iter, meetings->by_name);
	while (g_hash_table_iter_next(&iter, NULL, &meeting))
		meeting_studio_free(meeting);
}

gint64 meetings_now(const struct meetings *meetings)
{
	return meetings->clock();
}

static struct participant *find_peer(struct meetings *meetings, uint32_t room, uint32_t peer)
{
	struct meeting *meeting = g_hash_table_lookup(meetings->by_room, GUINT_TO_POINTER(room));
	return meeting != NULL ? meeting_peer(meeting, peer) : NULL;
}

static void on_peer_state(void *user, uint32_t room, uint32_t peer, enum transport_state state,
			  const char *profile)
{
	(void)profile;
	struct meetings *meetings = user;
	struct meeting *meeting = g_hash_table_lookup(meetings->by_room, GUINT_TO_POINTER(room));
	struct participant *p = meeting != NULL ? meeting_peer(meeting, peer) : NULL;
	if (p != NULL)
		participant_media_state(p, state);
	else if (meeting != NULL && meeting->studio != NULL)
		studio_peer_state(meeting->studio, peer, state);
}

static void on_publication(void *user, uint32_t room, const struct publication_state *state)
{
	struct meetings *meetings = user;
	struct meeting *meeting = g_hash_table_lookup(meetings->by_room, GUINT_TO_POINTER(room));
	if (meeting != NULL && meeting->studio != NULL)
		studio_publication(meeting->studio, state);
}

static void on_trouble(void *user, uint32_t room, uint32_t peer, enum studio_trouble trouble)
{
	struct meetings *meetings = user;
	struct meeting *meeting = g_hash_table_lookup(meetings->by_room, GUINT_TO_POINTER(room));
	if (meeting != NULL && meeting->studio != NULL)
		studio_tracks_told(studio_tracks(meeting->studio), peer, trouble);
}

static void on_stage(void *user, uint32_t room, uint32_t holder, uint32_t previous)
{
	struct meetings *meetings = user;
	struct meeting *meeting = g_hash_table_lookup(meetings->by_room, GUINT_TO_POINTER(room));
	if (meeting != NULL)
		meeting_stage(meeting, holder, previous);
}

static void on_speaking(void *user, uint32_t room, const uint32_t *peers, unsigned n)
{
	struct meetings *meetings = user;
	struct meeting *meeting = g_hash_table_lookup(meetings->by_room, GUINT_TO_POINTER(room));
	if (meeting != NULL)
		meeting_speaking(meeting, peers, n);
}

static void on_stats(void *user, uint32_t room, const struct peer_stats *stats)
{
	struct participant *p = find_peer(user, room, stats->peer);
	if (p != NULL && p->media_state == TRANSPORT_OPEN)
		quality_measure(&p->quality, stats);
}

static void on_held(void *user, uint32_t room, uint32_t peer, uint64_t slots)
{
	struct participant *p = find_peer(user, room, peer);
	if (p != NULL)
		participant_held(p, slots);
}

/* Who signs and has switched the camera off hasn't lost the link. */
static bool camera_is_off(const struct meeting *meeting, uint32_t number, uint32_t peer)
{
	const struct channel *channel =
		interpretation_find_channel(meeting->interpretation, number);
	const struct participant *p = meeting_find(meeting, peer);
	return channel != NULL && channel->sign && p != NULL && p->camera == DEVICE_OFF;
}

static void on_channel(void *user, uint32_t room, uint32_t channel, uint32_t peer,
		       enum channel_air air)
{
	struct meetings *meetings = user;
	struct meeting *meeting = g_hash_table_lookup(meetings->by_room, GUINT_TO_POINTER(room));
	if (meeting != NULL && !(air == CHANNEL_LOST && camera_is_off(meeting, channel, peer)))
		interpretation_take_air(meeting->interpretation, channel, peer, air);
}

void meetings_relay_events(struct meetings *meetings, struct relay_events *ret)
{
	*ret = (struct relay_events){
		.user = meetings,
		.peer_state = on_peer_state,
		.stage = on_stage,
		.speaking = on_speaking,
		.publication = on_publication,
		.stats = on_stats,
		.held = on_held,
		.channel = on_channel,
		.trouble = on_trouble,
	};
}

static struct meeting *take_row(struct meetings *meetings, struct store_meeting *row)
{
	struct meeting *meeting = g_hash_table_lookup(meetings->by_name, row->name);
	if (meeting == NULL)
		meeting = meeting_new(meetings, row->name);
	meeting_set_row(meeting, row);
	return meeting;
}

static bool refuse(GError **error, enum signaling_error code, const char *reason)
{
	g_set_error_literal(error, SIGNALING_ERROR, code, reason);
	return false;
}

/* The row of a meeting that has not ended. */
static bool find_row(const struct meetings *meetings, const char *name, struct store_meeting *ret,
		     GError **error)
{
	if (!store_meeting_find(meetings->store, name, ret, error))
		return false;
	if (!g_str_equal(ret->state, "ended"))
		return true;
	store_meeting_clear(ret);
	return refuse(error, SIGNALING_ERROR_GONE, "meeting: has ended");
}

struct meeting *meetings_load(struct meetings *meetings, const char *name, GError **error)
{
	struct store_meeting row;
	return find_row(meetings, name, &row, error) ? take_row(meetings, &row) : NULL;
}

/* What must hold beside the signature; the meeting is the one that the token names. */
static bool token_holds(const struct token *token, const struct store_meeting *row,
			enum action action, GError **error)
{
	if (!access_current(token, row, error))
		return false;
	if (role_may(token->role, action))
		return true;
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_FORBIDDEN, "role: %s may not %s",
		    role_name(token->role), action_name(action));
	return false;
}

static bool read_token(const struct meetings *meetings, const char *bearer, struct token *ret,
		       GError **error)
{
	if (bearer == NULL)
		return refuse(error, SIGNALING_ERROR_UNAUTHORIZED, "token: is missing");
	return token_verify(meetings->key, bearer, g_get_real_time() / G_USEC_PER_SEC, ret, error);
}

struct meeting *meetings_admit(struct meetings *meetings, const char *meeting_name,
			       const char *bearer, enum action action, struct token *ret_token,
			       GError **error)
{
	struct token token;
	if (!read_token(meetings, bearer, &token, error))
		return NULL;
	struct meeting *meeting = NULL;
	if (meeting_name != NULL && !g_str_equal(meeting_name, token.meeting))
		refuse(error, SIGNALING_ERROR_UNAUTHORIZED, "token: is for another meeting");
	else
		meeting = meetings_load(meetings, token.meeting, error);
	if (meeting != NULL && !token_holds(&token, &meeting->row, action, error))
		meeting = NULL;
	if (meeting != NULL)
		*ret_token = token;
	else
		token_clear(&token);
	return meeting;
}

bool meetings_allow(const struct meetings *meetings, const char *bearer, enum action action,
		    GError **error)
{
	struct token token;
	struct store_meeting row;
	if (!read_token(meetings, bearer, &token, error))
		return false;
	bool ok = find_row(meetings, token.meeting, &row, error);
	if (ok) {
		ok = token_holds(&token, &row, action, error);
		store_meeting_clear(&row);
	}
	token_clear(&token);
	return ok;
}

static void not_ended(void *user, const struct store_meeting *row)
{
	if (!g_str_equal(row->state, "ended"))
		g_ptr_array_add(user, g_strdup(row->name));
}

/* Meetings where nobody was, and nothing was recorded, are left in the store; a recording without
 * anybody ends as it would have. */
static bool restore_one(struct meetings *meetings, const char *name, GError **error)
{
	struct meeting *meeting = meetings_load(meetings, name, error);
	if (meeting == NULL || !meeting_restore(meeting, error))
		return false;
	if (meeting->people->len == 0 && !meeting_records(meeting))
		g_hash_table_remove(meetings->by_name, name);
	return true;
}

static void restore_all(struct meetings *meetings)
{
	GError *error = NULL;
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	if (!store_meeting_list(meetings->store, not_ended, names, &error))
		g_warning("%s", error->message);
	g_clear_error(&error);
	for (guint i = 0; i < names->len; i++) {
		if (!restore_one(meetings, names->pdata[i], &error))
			g_warning("%s: %s", (const char *)names->pdata[i], error->message);
		g_clear_error(&error);
	}
	g_ptr_array_free(names, TRUE);
}

static gboolean idle_meeting(gpointer name, gpointer meeting, gpointer now)
{
	(void)name;
	return !meeting_tick(meeting, *(const gint64 *)now);
}

void meetings_tick(struct meetings *meetings)
{
	gint64 now = meetings_now(meetings);
	g_hash_table_foreach_remove(meetings->by_name, idle_meeting, &now);
	connections_tick(meetings);
}

static gboolean every_second(gpointer user)
{
	meetings_tick(user);
	return G_SOURCE_CONTINUE;
}

void meetings_start(struct meetings *meetings, struct relay *relay)
{
	meetings->relay = relay;
	restore_all(meetings);
	meetings->timer = g_timeout_add_seconds(1, every_second, meetings);
}

void meetings_on_recording_ended(struct meetings *meetings, void (*ended)(void *user), void *user)
{
	meetings->recording_ended = ended;
	meetings->recording_ended_user = user;
}

bool meetings_refresh(struct meetings *meetings, const char *name, GError **error)
{
	return !g_hash_table_contains(meetings->by_name, name) ||
	       meetings_load(meetings, name, error) != NULL;
}

bool meetings_end(struct meetings *meetings, const char *name, GError **error)
{
	struct store_meeting row;
	if (!store_meeting_find(meetings->store, name, &row, error))
		return false;
	bool ok = store_meeting_set_state(meetings->store, row.id, "ended", error);
	struct meeting *meeting = g_hash_table_lookup(meetings->by_name, name);
	store_meeting_clear(&row);
	if (ok && meeting != NULL) {
		meeting_end(meeting);
		g_hash_table_remove(meetings->by_name, name);
	}
	return ok;
}

static void metric(GString *out, const char *name, const char *type, const char *help,
		   guint64 value)
{
	g_string_append_printf(out,
			       "# HELP tongsheng_%s %s\n# TYPE tongsheng_%s %s\ntongsheng_%s "
			       "%" G_GUINT64_FORMAT "\n",
			       name, help, name, type, name, value);
}

struct meetings_count meetings_count(const struct meetings *meetings)
{
	struct meetings_count count = {.meetings = g_hash_table_size(meetings->by_name)};
	GHashTableIter iterator;
	gpointer value;
	g_hash_table_iter_init(&iterator, meetings->by_name);
	while (g_hash_table_iter_next(&iterator, NULL, &value)) {
		const struct meeting *meeting = value;
		for (guint i = 0; i < meeting->people->len; i++) {
			const struct participant *p = meeting->people->pdata[i];
			count.people += p->listed;
			count.viewers += !p->listed;
			count.connected += p->media_state == TRANSPORT_OPEN;
		}
	}
	return count;
}

void meetings_metrics(const struct meetings *meetings, GString *out)
{
	struct meetings_count count = meetings_count(meetings);
	metric(out, "meetings", "gauge", "meetings that are loaded", count.meetings);
	metric(out, "participants", "gauge", "people in meetings", count.people);
	metric(out, "viewers", "gauge", "WHEP players", count.viewers);
	metric(out, "media_connected", "gauge",
	       "participants and viewers whose media are connected", count.connected);
	metric(out, "joins_total", "counter", "people who joined", meetings->joins);
	metric(out, "resumes_total", "counter", "people who came back on a new WebSocket",
	       meetings->resumes);
	metric(out, "protocol_messages_total", "counter", "protocol messages received",
	       meetings->messages);
	metric(out, "protocol_errors_total", "counter", "protocol messages answered with an error",
	       meetings->refused);
	metric(out, "busy_total", "counter",
	       "people, devices and offers refused because the relay was overloaded",
	       meetings->busy + (meetings->relay != NULL ? relay_refused(meetings->relay) : 0));
}
