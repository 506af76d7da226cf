#include "signaling/studio_tracks.h"
#include <jansson.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define RETRY_MS     100
#define RETRY_MAX_MS (10 * 1000)
#define PART_LEAST   G_USEC_PER_SEC /* a part that doesn't live so long is no success */

struct recorded {
	struct track_wish wish;
	struct peer_description description; /* of the relay's peer, whatever studio there is */
	bool wanted, there;
	enum studio_trouble trouble;
};

struct studio_tracks {
	struct studio_tracks_config config;
	GHashTable *tracks; /* name -> struct recorded, owned */
	char *part;	    /* folder; NULL: the next connection begins one */
	GHashTable *used;   /* names that have a file in it */
	gint64 begin_us, wall_us;
	gint64 part_since; /* monotonic, us */
	guint timer;	   /* while one is wanted and not there */
	guint retry_ms;	   /* longer after each failure: a part is a folder and lines on a disk */
};

/* --- a connection --- */

static void describe(const struct studio_tracks *tracks, struct recorded *track)
{
	static const struct codec_choice opus = {CODEC_OPUS, STUDIO_PAYLOAD_TYPE, 0};
	static const struct codec_choice vp8 = {CODEC_VP8, STUDIO_PICTURE_PAYLOAD_TYPE, 0};
	struct peer_description *d = &track->description;
	/* As an interpreter's: what is recorded is shed last. */
	*d = (struct peer_description){.id = relay_new_peer_id(tracks->config.relay),
				       .cname = "recorder",
				       .interprets = true,
				       .n_slots = 1};
	d->slots[0] = (struct slot_description){
		.mid = "0",
		.kind = track->wish.video ? MEDIA_VIDEO : MEDIA_AUDIO,
		.ssrc = relay_new_ssrc(tracks->config.relay),
		.n_codecs = 1,
		.codecs = {track->wish.video ? vp8 : opus},
		.feed = track->wish.feed,
	};
}

static bool send_hello(const struct studio_tracks *tracks, const struct recorded *track, int fd)
{
	const struct track_wish *wish = &track->wish;
	json_t *hello = json_pack(
		"{s:i, s:s, s:s, s:s, s:I, s:I}", "version", STUDIO_VERSION, "track", wish->name,
		"folder", tracks->part, "kind", wish->video ? "picture" : "sound", "begin",
		(json_int_t)tracks->begin_us, "wall", (json_int_t)tracks->wall_us);
	if (wish->language[0])
		json_object_set_new(hello, "language", json_string(wish->language));
	char *text = json_dumps(hello, JSON_COMPACT);
	json_decref(hello);
	bool ok = send(fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL) > 0;
	free(text);
	return ok;
}

static void retry_later(struct studio_tracks *tracks)
{
	tracks->retry_ms = MIN(tracks->retry_ms * 2, RETRY_MAX_MS);
}

static void forget_part(struct studio_tracks *tracks)
{
	g_clear_pointer(&tracks->part, g_free);
	g_hash_table_remove_all(tracks->used);
}

static bool begin_part(struct studio_tracks *tracks)
{
	tracks->part = tracks->config.new_part(tracks->config.user);
	tracks->part_since = g_get_monotonic_time();
	return tracks->part != NULL;
}

/* What comes next doesn't touch what is there. */
static void lose_part(struct studio_tracks *tracks)
{
	if (tracks->part) { /* not yet, by another track of it */
		if (g_get_monotonic_time() - tracks->part_since < PART_LEAST)
			retry_later(tracks);
		else
			tracks->retry_ms = RETRY_MS;
	}
	forget_part(tracks);
}

/* false: there is no place for a part. */
static bool connect_track(struct studio_tracks *tracks, struct recorded *track)
{
	int fd = studio_process_connect(tracks->config.process);
	if (fd < 0)
		return true; /* it is being started */
	if (g_hash_table_contains(tracks->used, track->wish.name))
		forget_part(tracks); /* a channel that comes again: another file */
	bool place = tracks->part || begin_part(tracks);
	if (!place || !send_hello(tracks, track, fd)) {
		close(fd);
		return place;
	}
	if (!track->description.id)
		describe(tracks, track);
	/* Takes the socket. ERR_FULL: the relay is far behind; later. */
	if (relay_add_track(tracks->config.relay, tracks->config.room, &track->description, fd) ==
	    OK) {
		track->there = true;
		g_hash_table_add(tracks->used, g_strdup(track->wish.name));
	}
	return true;
}

static void remove_track(struct studio_tracks *tracks, struct recorded *track)
{
	if (track->description.id)
		relay_remove_peer(tracks->config.relay, tracks->config.room, track->description.id);
	track->description.id = 0;
	track->there = false;
}

static gboolean on_timer(gpointer user)
{
	struct studio_tracks *tracks = user;
	GHashTableIter iter;
	struct recorded *track;
	unsigned missing = 0, before = studio_tracks_there(tracks);
	bool place = true;
	tracks->timer = 0;
	g_hash_table_iter_init(&iter, tracks->tracks);
	while (g_hash_table_iter_next(&iter, NULL, (void **)&track)) {
		if (!track->there && place)
			place = connect_track(tracks, track);
		missing += !track->there;
	}
	if (!place)
		retry_later(tracks);
	if (missing > 0)
		studio_tracks_wake(tracks);
	if (studio_tracks_there(tracks) != before)
		tracks->config.changed(tracks->config.user);
	return G_SOURCE_REMOVE;
}

static bool is_well(const struct studio_tracks *tracks)
{
	return tracks->part && g_get_monotonic_time() - tracks->part_since >= PART_LEAST;
}

void studio_tracks_wake(struct studio_tracks *tracks)
{
	/* Another track of a part that is written waits for no trouble that is over. */
	guint ms = is_well(tracks) ? RETRY_MS : tracks->retry_ms;
	if (!tracks->timer && g_hash_table_size(tracks->tracks) > 0)
		tracks->timer = g_timeout_add(ms, on_timer, tracks);
}

/* --- what is wanted --- */

static void want(struct studio_tracks *tracks, const struct track_wish *wish)
{
	struct recorded *track = g_hash_table_lookup(tracks->tracks, wish->name);
	if (!track) {
		track = g_new0(struct recorded, 1);
		track->wish = *wish;
		g_hash_table_insert(tracks->tracks, track->wish.name, track);
	}
	track->wanted = true;
	if (memcmp(&track->wish.feed, &wish->feed, sizeof wish->feed) == 0)
		return;
	track->wish.feed = wish->feed;
	if (!track->description.id)
		return;
	track->description.slots[0].feed = wish->feed;
	relay_set_slot(tracks->config.relay, tracks->config.room, track->description.id, "0",
		       wish->feed, 0, 0);
}

static gboolean is_unwanted(void *name, void *value, void *user)
{
	struct recorded *track = value;
	if (track->wanted)
		return FALSE;
	remove_track(user, track);
	return TRUE;
}

void studio_tracks_want(struct studio_tracks *tracks, const struct track_wish *wishes, unsigned n,
			gint64 begin_us, gint64 wall_us)
{
	GHashTableIter iter;
	struct recorded *track;
	tracks->begin_us = begin_us;
	tracks->wall_us = wall_us;
	g_hash_table_iter_init(&iter, tracks->tracks);
	while (g_hash_table_iter_next(&iter, NULL, (void **)&track))
		track->wanted = false;
	for (unsigned i = 0; i < n; i++)
		want(tracks, &wishes[i]);
	g_hash_table_foreach_remove(tracks->tracks, is_unwanted, tracks);
	if (n == 0) {
		forget_part(tracks);
		tracks->retry_ms = RETRY_MS;
	} else if (studio_tracks_there(tracks) < g_hash_table_size(tracks->tracks)) {
		studio_tracks_wake(tracks);
	}
}

unsigned studio_tracks_there(const struct studio_tracks *tracks)
{
	GHashTableIter iter;
	struct recorded *track;
	unsigned n = 0;
	g_hash_table_iter_init(&iter, tracks->tracks);
	while (g_hash_table_iter_next(&iter, NULL, (void **)&track))
		n += track->there;
	return n;
}

enum studio_trouble studio_tracks_trouble(const struct studio_tracks *tracks)
{
	/* What is lost is worse than what is late. */
	static const unsigned badness[] = {[STUDIO_FINE] = 0,
					   [STUDIO_DISK_SLOW] = 1,
					   [STUDIO_DISK_ERROR] = 2,
					   [STUDIO_DISK_FULL] = 3};
	GHashTableIter iter;
	struct recorded *track;
	enum studio_trouble worst = STUDIO_FINE;
	g_hash_table_iter_init(&iter, tracks->tracks);
	while (g_hash_table_iter_next(&iter, NULL, (void **)&track))
		if (badness[track->trouble] > badness[worst])
			worst = track->trouble;
	return worst;
}

/* --- what the relay says --- */

static struct recorded *find(const struct studio_tracks *tracks, uint32_t peer)
{
	GHashTableIter iter;
	struct recorded *track;
	g_hash_table_iter_init(&iter, tracks->tracks);
	while (g_hash_table_iter_next(&iter, NULL, (void **)&track))
		if (track->description.id == peer)
			return track;
	return NULL;
}

bool studio_tracks_peer_state(struct studio_tracks *tracks, uint32_t peer,
			      enum transport_state state)
{
	struct recorded *track = find(tracks, peer);
	if (!track)
		return false;
	if (state != TRANSPORT_SILENT)
		return true;
	g_warning("recording of %s: track %s has lost its studio", tracks->config.meeting,
		  track->wish.name);
	track->there = false;
	track->trouble = STUDIO_FINE;
	lose_part(tracks);
	studio_tracks_wake(tracks);
	tracks->config.changed(tracks->config.user);
	return true;
}

void studio_tracks_told(struct studio_tracks *tracks, uint32_t peer, enum studio_trouble trouble)
{
	struct recorded *track = find(tracks, peer);
	if (!track || track->trouble == trouble)
		return;
	track->trouble = trouble;
	tracks->config.changed(tracks->config.user);
}

struct studio_tracks *studio_tracks_new(const struct studio_tracks_config *config)
{
	struct studio_tracks *tracks = g_new0(struct studio_tracks, 1);
	tracks->config = *config;
	tracks->retry_ms = RETRY_MS;
	tracks->tracks = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	tracks->used = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return tracks;
}

void studio_tracks_free(struct studio_tracks *tracks)
{
	if (!tracks)
		return;
	studio_tracks_want(tracks, NULL, 0, 0, 0);
	g_clear_handle_id(&tracks->timer, g_source_remove);
	g_hash_table_unref(tracks->tracks);
	g_hash_table_unref(tracks->used);
	g_free(tracks);
}
