#include "signaling/meeting_recording.h"
#include "signaling/index_file.h"
#include "signaling/meeting_agenda.h"
#include "signaling/meeting_floor.h"
#include "signaling/meeting_languages.h"
#include "signaling/meeting_studio.h"
#include "signaling/studio.h"
#include "signaling/studio_tracks.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <sys/statvfs.h>

/* What an hour takes, for what is left: stage and screen at 2.5 Mbit/s, some voices. */
#define BYTES_AN_HOUR  ((guint64)1300 << 20)
#define LEAST_BYTES    ((guint64)512 << 20) /* with less nothing is begun */
#define HOURS_SHOWN    100
#define DECLINED_MS    ((gint64)12 * 3600 * 1000) /* so long a host's end holds */
#define LOOK_AGAIN_US  (10 * G_USEC_PER_SEC)
#define OWN_TRACKS_MAX 40 /* the studio has 150 connections: recordings/studio_server.c */

struct recording {
	struct meeting *meeting;
	struct store_recording row; /* state RECORDING_ENDED: there is none */
	gint64 begin_us;	    /* time 0 on the relay's clock */
	struct index_file *index;   /* NULL before the first one */
	char *told;		    /* what everybody knows of it */
	bool looked;		    /* whether it should begin by itself: once for each date */
	gint64 looked_for;	    /* Unix s, as planned then */
	gint64 look_us;		    /* not before, after a failure */
	GHashTable *silent;	    /* numbers of channels of which nothing is recorded now */
};

static gint64 now_ms(void)
{
	return g_get_real_time() / 1000;
}

/* --- its folder --- */

static char *folder_of(const struct recording *r)
{
	return g_strdup_printf("recordings/%" G_GINT64_FORMAT, r->row.id);
}

static char *path_in_data(const struct recording *r, const char *folder, const char *name)
{
	return g_build_filename(r->meeting->meetings->config->data, folder, name, NULL);
}

static void open_index(struct recording *r)
{
	g_autofree char *folder = folder_of(r), *path = path_in_data(r, folder, "index.jsonl");
	index_file_free(r->index); /* of the one before */
	r->index = index_file_new(path);
}

void meeting_recording_note(const struct meeting *meeting, json_t *line)
{
	const struct recording *r = meeting->recording;
	if (r->row.state == RECORDING_ENDED) {
		json_decref(line);
		return;
	}
	/* As the tracks' times: the wall's clock may be set meanwhile. */
	json_object_set_new(line, "t", json_integer((g_get_monotonic_time() - r->begin_us) / 1000));
	char *text = json_dumps(line, JSON_COMPACT);
	index_file_add(r->index, text);
	free(text);
	json_decref(line);
}

void meeting_recording_quote(const struct meeting *meeting, const char *type, json_t *line)
{
	json_object_set_new(line, "type", json_string(type));
	if (meeting->recording->row.state == RECORDING_ON)
		meeting_recording_note(meeting, line);
	else
		json_decref(line);
}

void meeting_recording_person(const struct participant *p)
{
	if (!p->listed || p->meeting->recording->row.state == RECORDING_ENDED)
		return;
	json_t *line = participant_json(p);
	json_object_set_new(line, "type", json_string("person"));
	meeting_recording_note(p->meeting, line);
}

/* How things stand, for who reads the index from here on. */
static void note_state(const struct meeting *meeting)
{
	const struct channel *channel;
	json_t *stage = meeting_stage_json(meeting), *chapter = meeting_chapter_json(meeting);
	json_object_set_new(stage, "type", json_string("stage"));
	meeting_recording_note(meeting, stage);
	meeting_recording_note(meeting,
			       json_pack("{s:s, s:o}", "type", "screen", "participant",
					 meeting_person_or_null(meeting, meeting->shown_screen)));
	meeting_recording_note(meeting, json_pack("{s:s, s:o}", "type", "speaking", "people",
						  meeting_speaking_json(meeting)));
	meeting_recording_note(meeting, json_pack("{s:s, s:s}", "type", "floor", "language",
						  meeting_floor_language(meeting)));
	for (unsigned n = 0; (channel = interpretation_channel(meeting->interpretation, n)) != NULL;
	     n++)
		meeting_recording_note(meeting,
				       json_pack("{s:s, s:s, s:o}", "type", "air", "language",
						 channel->tag, "participant",
						 meeting_person_or_null(meeting, channel->on_air)));
	if (chapter != NULL)
		meeting_recording_note(meeting, chapter);
}

char *meeting_recording_new_part(void *user)
{
	struct meeting *meeting = user;
	struct recording *r = meeting->recording;
	g_autoptr(GError) error = NULL;
	if (!store_recording_next_part(meeting->meetings->store, r->row.id, &r->row.parts,
				       &error)) {
		g_warning("recording of %s: %s", meeting->row.name, error->message);
		return NULL;
	}
	g_autofree char *folder = folder_of(r), *number = g_strdup_printf("%u", r->row.parts);
	g_autofree char *path = path_in_data(r, folder, number);
	if (g_mkdir_with_parents(path, 0750) != 0) {
		g_warning("recording of %s: %s: %s", meeting->row.name, path, g_strerror(errno));
		return NULL;
	}
	meeting_recording_note(meeting, json_pack("{s:s, s:s}", "type", "part", "folder", number));
	return g_build_filename(folder, number, NULL);
}

static guint64 free_bytes(const struct meeting *meeting)
{
	struct statvfs disk;
	if (statvfs(meeting->meetings->config->data, &disk) != 0)
		return G_MAXUINT64; /* not known: no reason to refuse */
	return (guint64)disk.f_bavail * disk.f_frsize;
}

/* --- what is recorded --- */

static void add_wish(GArray *wishes, const char *name, const char *language, bool video,
		     enum feed_kind kind, uint32_t id)
{
	struct track_wish wish = {.video = video, .feed = {kind, id}};
	g_strlcpy(wish.name, name, sizeof wish.name);
	g_strlcpy(wish.language, language, sizeof wish.language);
	g_array_append_val(wishes, wish);
}

static void write_silence(const struct meeting *meeting, const struct channel *channel, bool silent)
{
	meeting_recording_note(meeting, json_pack("{s:s, s:s, s:b}", "type", "silent", "channel",
						  channel->tag, "on", silent));
}

/* After a restart: that one began was said by the program before. */
static void note_all_silence(const struct meeting *meeting)
{
	const struct channel *channel;
	for (unsigned n = 0; (channel = interpretation_channel(meeting->interpretation, n)) != NULL;
	     n++)
		write_silence(meeting, channel, meeting_unrecorded(meeting, channel));
}

/* Said once, when it begins and when it ends. */
static void note_silence(const struct meeting *meeting, const struct channel *channel, bool silent)
{
	GHashTable *known = meeting->recording->silent;
	void *key = GUINT_TO_POINTER(channel->number);
	if (silent == g_hash_table_contains(known, key))
		return;
	if (silent)
		g_hash_table_add(known, key);
	else
		g_hash_table_remove(known, key);
	write_silence(meeting, channel, silent);
}

static void add_channel(GArray *wishes, const struct meeting *meeting,
			const struct channel *channel)
{
	bool silent = meeting_unrecorded(meeting, channel);
	g_autofree char *name =
		g_strdup_printf(channel->sign ? "channel-picture-%s" : "channel-%s", channel->tag);
	enum feed_kind kind = channel->sign ? FEED_CHANNEL_PICTURE : FEED_CHANNEL;
	add_wish(wishes, name, channel->tag, channel->sign, silent ? FEED_NONE : kind,
		 silent ? 0 : channel->number);
	note_silence(meeting, channel, silent);
}

/* Of who has had it on, until they leave: a file for each pause would help nobody. again: those
 * that have a place already; nobody takes it from them. */
static void add_own(GArray *wishes, struct participant *p, enum source source, bool again,
		    unsigned *left)
{
	static const struct {
		enum feed_kind kind;
		bool video;
	} kinds[] = {[SOURCE_MICROPHONE] = {FEED_MICROPHONE, false},
		     [SOURCE_CAMERA] = {FEED_CAMERA, true}};
	enum device_state device = source == SOURCE_CAMERA ? p->camera : p->microphone;
	unsigned bit = 1u << source;
	bool has = (p->own_tracks & bit) != 0;
	if (*left == 0 || has != again || (!has && device != DEVICE_ON))
		return;
	p->own_tracks |= bit;
	g_autofree char *name = g_strdup_printf("own-%s-%s", p->id, source_name(source));
	add_wish(wishes, name, "", kinds[source].video, kinds[source].kind, p->number);
	--*left;
}

static void add_own_tracks(GArray *wishes, const struct meeting *meeting)
{
	unsigned left = OWN_TRACKS_MAX;
	for (unsigned pass = 0; pass < 2; pass++) {
		for (guint i = 0; i < meeting->people->len; i++) {
			struct participant *p = meeting->people->pdata[i];
			if (!p->listed)
				continue;
			add_own(wishes, p, SOURCE_MICROPHONE, pass == 0, &left);
			add_own(wishes, p, SOURCE_CAMERA, pass == 0, &left);
		}
	}
}

static GArray *wishes_of(const struct meeting *meeting)
{
	GArray *wishes = g_array_new(FALSE, FALSE, sizeof(struct track_wish));
	const struct channel *channel;
	add_wish(wishes, "stage", "", true, FEED_STAGE, 0);
	add_wish(wishes, "screen", "", true, FEED_SCREEN, 0);
	add_wish(wishes, "screen-sound", "", false, FEED_SCREEN_SOUND, 0);
	for (unsigned seat = 0; seat < VOICE_SEATS; seat++) {
		g_autofree char *name = g_strdup_printf("voice-%u", seat);
		add_wish(wishes, name, "", false, FEED_VOICE, seat);
	}
	for (unsigned n = 0; (channel = interpretation_channel(meeting->interpretation, n)) != NULL;
	     n++)
		add_channel(wishes, meeting, channel);
	if (meeting->row.own_tracks)
		add_own_tracks(wishes, meeting);
	return wishes;
}

static void tell(struct meeting *meeting)
{
	struct recording *r = meeting->recording;
	json_t *message = meeting_recording_json(meeting);
	char *text = json_dumps(message, JSON_COMPACT | JSON_SORT_KEYS);
	if (g_strcmp0(text, r->told) != 0) {
		g_free(r->told);
		r->told = g_strdup(text);
		json_object_set_new(message, "type", json_string("recording"));
		meeting_broadcast(meeting, NULL, json_incref(message));
	}
	free(text);
	json_decref(message);
}

void meeting_recording_changed(void *user)
{
	tell(user);
}

static unsigned connected(const struct meeting *meeting)
{
	unsigned n = 0;
	for (guint i = 0; i < meeting->people->len; i++)
		n += ((const struct participant *)meeting->people->pdata[i])->media_state ==
		     TRANSPORT_OPEN;
	return n;
}

/* Unless a host has ended one, who meant that. After one that ended since nobody was left, a single
 * visitor is no meeting. */
static bool should_begin(const struct meeting *meeting, bool *ret_declined, GError **error)
{
	gint64 starts = meeting->row.starts * 1000;
	bool any = false;
	*ret_declined = false;
	return store_recordings_past(meeting->meetings->store, meeting->row.id, starts,
				     MAX(starts, now_ms() - DECLINED_MS), &any, ret_declined,
				     error) &&
	       !*ret_declined && connected(meeting) >= (any ? 2 : 1);
}

static void begin_by_itself(struct meeting *meeting)
{
	struct recording *r = meeting->recording;
	gint64 starts = meeting->row.starts, now_us = g_get_monotonic_time();
	bool looked = r->looked && r->looked_for == starts, declined;
	g_autoptr(GError) error = NULL;
	if (!meeting->row.auto_record || looked || r->row.state != RECORDING_ENDED ||
	    now_us < r->look_us || connected(meeting) == 0 || now_ms() < starts * 1000)
		return;
	r->looked_for = starts;
	r->looked = should_begin(meeting, &declined, &error)
			    ? meeting_record(meeting, RECORDING_ON, &error)
			    : declined;
	if (error == NULL)
		return;
	if (r->look_us == 0)
		g_warning("recording of %s: %s", meeting->row.name, error->message);
	r->look_us = now_us + LOOK_AGAIN_US;
}

void meeting_recording_tick(struct meeting *meeting)
{
	begin_by_itself(meeting);
	meeting_recording_follow(meeting);
}

void meeting_recording_follow(struct meeting *meeting)
{
	struct recording *r = meeting->recording;
	if (meeting->meetings->ending)
		return;
	if (r->row.state == RECORDING_ON) {
		g_autoptr(GArray) wishes = wishes_of(meeting);
		meeting_studio_need(meeting);
		studio_tracks_want(studio_tracks(meeting->studio), (void *)wishes->data,
				   wishes->len, r->begin_us, r->row.begin * 1000);
	} else if (meeting->studio != NULL) {
		studio_tracks_want(studio_tracks(meeting->studio), NULL, 0, 0, 0);
	}
	if (r->row.state != RECORDING_ENDED || r->told != NULL)
		tell(meeting);
}

static const char *trouble_name(enum studio_trouble trouble)
{
	static const char *const names[] = {[STUDIO_FINE] = NULL,
					    [STUDIO_DISK_FULL] = "disk-full",
					    [STUDIO_DISK_SLOW] = "disk-slow",
					    [STUDIO_DISK_ERROR] = "disk-error"};
	return names[trouble];
}

json_t *meeting_recording_json(const struct meeting *meeting)
{
	const struct recording *r = meeting->recording;
	const struct studio_tracks *tracks =
		meeting->studio != NULL ? studio_tracks(meeting->studio) : NULL;
	if (r->row.state == RECORDING_ENDED)
		return json_pack("{s:s}", "state", "off");
	guint64 hours = MIN(free_bytes(meeting) / BYTES_AN_HOUR, HOURS_SHOWN);
	return json_pack(
		"{s:s, s:I, s:b, s:s?, s:I}", "state", recording_state_name(r->row.state), "since",
		(json_int_t)r->row.begin, "writes",
		r->row.state == RECORDING_ON && tracks != NULL && studio_tracks_there(tracks) > 0,
		"trouble", trouble_name(tracks != NULL ? studio_tracks_trouble(tracks) : 0),
		"hoursLeft", (json_int_t)hours);
}

/* --- begin, pause, end --- */

/* The two clocks go together but for what NTP corrects; after a reboot only the wall's goes on. */
static void set_begin(struct recording *r)
{
	r->begin_us = g_get_monotonic_time() - (g_get_real_time() - r->row.begin * 1000);
}

static bool begin(struct meeting *meeting, GError **error)
{
	struct recording *r = meeting->recording;
	if (free_bytes(meeting) < LEAST_BYTES) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_CONFLICT,
			    "recording: the server's disk is full");
		return false;
	}
	struct store_recording row = {.state = RECORDING_ON, .begin = now_ms()};
	if (!store_recording_begin(meeting->meetings->store, meeting->row.id, row.begin, &row.id,
				   error))
		return false;
	r->row = row;
	set_begin(r);
	g_autofree char *folder = folder_of(r), *path = path_in_data(r, folder, NULL);
	if (g_mkdir_with_parents(path, 0750) != 0)
		g_warning("recording of %s: %s: %s", meeting->row.name, path, g_strerror(errno));
	open_index(r);
	meeting_recording_note(
		meeting, json_pack("{s:s, s:i, s:s, s:s, s:I, s:o}", "type", "begin", "version", 1,
				   "meeting", meeting->row.name, "title", meeting->row.title, "at",
				   (json_int_t)row.begin, "people", meeting_people_json(meeting)));
	note_state(meeting);
	return true;
}

/* What was written is made an archive of. */
static void ended(struct meeting *meeting)
{
	const struct meetings *meetings = meeting->meetings;
	g_hash_table_remove_all(meeting->recording->silent);
	if (meetings->recording_ended != NULL)
		meetings->recording_ended(meetings->recording_ended_user);
}

bool meeting_record(struct meeting *meeting, enum recording_state state, GError **error)
{
	struct recording *r = meeting->recording;
	if (r->row.state == state)
		return true;
	if (r->row.state == RECORDING_ENDED) {
		if (state == RECORDING_PAUSED) {
			g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_CONFLICT,
				    "state: nothing is recorded that could be paused");
			return false;
		}
		if (!begin(meeting, error))
			return false;
	} else {
		if (!store_recording_set_state(meeting->meetings->store, r->row.id, state, now_ms(),
					       error))
			return false;
		meeting_recording_note(meeting,
				       json_pack("{s:s}", "type", recording_state_name(state)));
		r->row.state = state;
		if (state == RECORDING_ON)
			note_state(meeting);
	}
	meeting_recording_follow(meeting);
	if (state == RECORDING_ENDED)
		ended(meeting);
	return true;
}

void meeting_recording_leave(struct meeting *meeting)
{
	const struct recording *r = meeting->recording;
	g_autoptr(GError) error = NULL;
	if (r->row.state != RECORDING_ENDED &&
	    !store_recording_left(meeting->meetings->store, r->row.id, &error))
		g_warning("recording of %s: %s", meeting->row.name, error->message);
}

bool meeting_records(const struct meeting *meeting)
{
	return meeting->recording->row.state != RECORDING_ENDED;
}

bool meeting_recording_restore(struct meeting *meeting, GError **error)
{
	struct recording *r = meeting->recording;
	struct store_recording row;
	bool found;
	if (!store_recording_open(meeting->meetings->store, meeting->row.id, &row, &found, error))
		return false;
	if (!found)
		return true;
	r->row = row;
	set_begin(r);
	open_index(r);
	meeting_recording_note(meeting, json_pack("{s:s}", "type", "restart"));
	note_state(meeting);
	note_all_silence(meeting);
	return true;
}

struct recording *recording_new(struct meeting *meeting)
{
	struct recording *r = g_new0(struct recording, 1);
	r->meeting = meeting;
	r->silent = g_hash_table_new(g_direct_hash, g_direct_equal);
	return r;
}

void recording_free(struct recording *recording)
{
	index_file_free(recording->index);
	g_hash_table_destroy(recording->silent);
	g_free(recording->told);
	g_free(recording);
}
