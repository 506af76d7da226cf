#include "signaling/studio.h"
#include "signaling/studio_process.h"
#include "signaling/studio_tracks.h"
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define RETRY_MS 100
/* Who is connected for so long and sends nothing hangs. */
#define HANGS_US (10 * G_TIME_SPAN_SECOND)
/* A program that nobody listens to goes on for a while: somebody may come back to it. */
#define LINGER_US (10 * G_TIME_SPAN_SECOND)

struct program {
	uint32_t channel;
	char *tag; /* what the studio calls it */
	bool wanted, there;
	gint64 unwanted_us; /* since when */
	gint64 quiet_us;    /* connected, and not there, since when */
	uint32_t peer;	    /* of the relay; 0: not connected */
	int fd;		    /* another end of the relay's socket, for the state; -1 */
	enum studio_state state;
	bool told; /* the studio knows the state */
};

struct studio {
	struct studio_config config;
	char *name;
	struct studio_process *process;
	struct studio_tracks *tracks;
	GHashTable *programs; /* channel -> struct program, owned */
	guint timer;	      /* while one is wanted and not connected, or untold */
};

static void start_timer(struct studio *studio);

/* --- a program's connection --- */

static bool send_hello(int fd, const struct program *program)
{
	g_autofree char *hello = g_strdup_printf("{\"version\":%d,\"program\":\"%s\"}",
						 STUDIO_VERSION, program->tag);
	return send(fd, hello, strlen(hello), MSG_DONTWAIT | MSG_NOSIGNAL) > 0;
}

static void tell_state(struct program *program)
{
	const uint8_t message[] = {STUDIO_STATE, (uint8_t)program->state};
	if (program->fd >= 0 && !program->told)
		program->told =
			send(program->fd, message, sizeof message, MSG_DONTWAIT | MSG_NOSIGNAL) > 0;
}

static void describe(struct relay *relay, const struct program *program, struct peer_description *d)
{
	static const struct codec_choice opus = {CODEC_OPUS, STUDIO_PAYLOAD_TYPE, 0};
	const struct feed_key feeds[STUDIO_SLOTS] = {
		[STUDIO_VOICE] = {FEED_VOICE, 0},
		[STUDIO_VOICE + 1] = {FEED_VOICE, 1},
		[STUDIO_VOICE + 2] = {FEED_VOICE, 2},
		[STUDIO_SCREEN_SOUND] = {FEED_SCREEN_SOUND, 0},
		[STUDIO_CHANNEL] = {FEED_CHANNEL, program->channel},
	};
	*d = (struct peer_description){
		.id = relay_new_peer_id(relay), .cname = "studio", .n_publications = 1};
	d->publications[0] = (struct publication_description){.source = SOURCE_PROGRAM,
							      .mid = "program",
							      .n_codecs = 1,
							      .codecs = {opus},
							      .n_layers = 1};
	d->n_slots = program->channel == PROGRAM_FLOOR ? STUDIO_CHANNEL : STUDIO_SLOTS;
	for (unsigned i = 0; i < d->n_slots; i++) {
		d->slots[i] = (struct slot_description){.kind = MEDIA_AUDIO,
							.ssrc = relay_new_ssrc(relay),
							.n_codecs = 1,
							.codecs = {opus},
							.feed = feeds[i]};
		g_snprintf(d->slots[i].mid, sizeof d->slots[i].mid, "%u", i);
	}
}

static void connect_program(struct studio *studio, struct program *program)
{
	struct peer_description description;
	int fd = studio_process_connect(studio->process);
	if (fd < 0)
		return; /* it is being started */
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (copy < 0 || !send_hello(fd, program)) {
		close(fd);
		if (copy >= 0)
			close(copy);
		return;
	}
	describe(studio->config.relay, program, &description);
	if (relay_add_program(studio->config.relay, studio->config.room, &description, fd) != OK) {
		close(copy);
		return; /* the relay is far behind: later */
	}
	program->peer = description.id;
	program->fd = copy;
	program->told = false;
	program->quiet_us = g_get_monotonic_time();
	tell_state(program);
	relay_set_program(studio->config.relay, studio->config.room, program->channel,
			  program->peer);
}

static void set_there(struct studio *studio, struct program *program, bool there)
{
	if (program->there == there)
		return;
	program->there = there;
	program->quiet_us = g_get_monotonic_time();
	studio->config.program(studio->config.user, program->channel, there);
}

/* remove: the relay still has it. */
static void disconnect(struct studio *studio, struct program *program, bool remove)
{
	if (!program->peer)
		return;
	relay_set_program(studio->config.relay, studio->config.room, program->channel, 0);
	if (remove)
		relay_remove_peer(studio->config.relay, studio->config.room, program->peer);
	program->peer = 0;
	close(program->fd);
	program->fd = -1;
	set_there(studio, program, false);
}

static void give_up(struct studio *studio, struct program *program)
{
	g_warning("studio of %s: program %s does not come", studio->name, program->tag);
	disconnect(studio, program, true);
	studio_process_kill(studio->process); /* all of its programs come anew */
}

/* Brings one to what is wanted of it. false: look again. */
static bool attend(struct studio *studio, struct program *program)
{
	if (!program->wanted && program->peer &&
	    g_get_monotonic_time() - program->unwanted_us < LINGER_US)
		return false;
	if (!program->wanted) {
		disconnect(studio, program, true);
		return true;
	}
	tell_state(program);
	if (program->peer && !program->there &&
	    g_get_monotonic_time() - program->quiet_us > HANGS_US)
		give_up(studio, program);
	else if (!program->peer)
		connect_program(studio, program);
	return program->there && program->told;
}

static gboolean on_timer(gpointer user)
{
	struct studio *studio = user;
	/* A copy: what is told to others may add some. */
	g_autoptr(GList) programs = g_hash_table_get_values(studio->programs);
	bool all = true;
	for (GList *each = programs; each; each = each->next)
		all &= attend(studio, each->data);
	if (all)
		studio->timer = 0;
	return all ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static void start_timer(struct studio *studio)
{
	if (!studio->timer)
		studio->timer = g_timeout_add(RETRY_MS, on_timer, studio);
}

/* --- what others say --- */

static struct program *get(struct studio *studio, uint32_t channel)
{
	void *key = GUINT_TO_POINTER(channel);
	struct program *program = g_hash_table_lookup(studio->programs, key);
	if (program)
		return program;
	program = g_new0(struct program, 1);
	program->channel = channel;
	program->fd = -1;
	g_hash_table_insert(studio->programs, key, program);
	return program;
}

static void want(struct studio *studio, struct program *program, const char *tag)
{
	if (program->wanted == (tag != NULL))
		return;
	program->wanted = tag != NULL;
	program->unwanted_us = g_get_monotonic_time();
	if (tag) {
		g_free(program->tag);
		program->tag = g_strdup(tag);
	}
	if (!attend(studio, program))
		start_timer(studio);
}

void studio_want(struct studio *studio, GHashTable *tags)
{
	GHashTableIter iter;
	gpointer channel;
	g_hash_table_iter_init(&iter, tags);
	while (g_hash_table_iter_next(&iter, &channel, NULL))
		get(studio, GPOINTER_TO_UINT(channel));
	g_autoptr(GList) programs = g_hash_table_get_values(studio->programs);
	for (GList *each = programs; each; each = each->next) {
		struct program *program = each->data;
		want(studio, program,
		     g_hash_table_lookup(tags, GUINT_TO_POINTER(program->channel)));
	}
}

void studio_set_state(struct studio *studio, uint32_t channel, enum studio_state state)
{
	struct program *program = get(studio, channel);
	if (program->state == state)
		return;
	program->state = state;
	program->told = false;
	if (program->wanted && !attend(studio, program))
		start_timer(studio);
}

static struct program *find_peer(const struct studio *studio, uint32_t peer)
{
	GHashTableIter iter;
	gpointer value;
	g_hash_table_iter_init(&iter, studio->programs);
	while (g_hash_table_iter_next(&iter, NULL, &value))
		if (((struct program *)value)->peer == peer)
			return value;
	return NULL;
}

void studio_peer_state(struct studio *studio, uint32_t peer, enum transport_state state)
{
	struct program *program = find_peer(studio, peer);
	if (!program && studio_tracks_peer_state(studio->tracks, peer, state))
		return;
	if (!program || state != TRANSPORT_CLOSED)
		return;
	disconnect(studio, program, false);
	start_timer(studio);
}

void studio_publication(struct studio *studio, const struct publication_state *state)
{
	struct program *program = find_peer(studio, state->peer);
	if (program && state->source == SOURCE_PROGRAM)
		set_there(studio, program, state->active);
	if (program && !program->there)
		start_timer(studio); /* it may hang */
}

/* --- its life --- */

static void on_process_end(void *user)
{
	struct studio *studio = user;
	start_timer(studio);
	studio_tracks_wake(studio->tracks);
}

static char *on_new_part(void *user)
{
	const struct studio *studio = user;
	return studio->config.new_part(studio->config.user);
}

static void on_tracks_changed(void *user)
{
	const struct studio *studio = user;
	studio->config.recording(studio->config.user);
}

struct studio_tracks *studio_tracks(const struct studio *studio)
{
	return studio->tracks;
}

static void free_program(gpointer data)
{
	struct program *program = data;
	if (program->fd >= 0)
		close(program->fd);
	g_free(program->tag);
	g_free(program);
}

struct studio *studio_new(const struct studio_config *config)
{
	struct studio *studio = g_new0(struct studio, 1);
	studio->config = *config;
	studio->name = g_strdup(config->name);
	studio->process = studio_process_new(config->folder, config->name, config->executable,
					     on_process_end, studio);
	studio->tracks = studio_tracks_new(&(struct studio_tracks_config){
		.relay = config->relay,
		.room = config->room,
		.meeting = studio->name,
		.process = studio->process,
		.user = studio,
		.new_part = on_new_part,
		.changed = on_tracks_changed,
	});
	studio->programs = g_hash_table_new_full(NULL, NULL, NULL, free_program);
	return studio;
}

void studio_free(struct studio *studio)
{
	GHashTableIter iter;
	gpointer value;
	if (!studio)
		return;
	g_hash_table_iter_init(&iter, studio->programs);
	while (g_hash_table_iter_next(&iter, NULL, &value))
		if (((struct program *)value)->peer)
			relay_remove_peer(studio->config.relay, studio->config.room,
					  ((struct program *)value)->peer);
	g_clear_handle_id(&studio->timer, g_source_remove);
	g_hash_table_unref(studio->programs);
	studio_tracks_free(studio->tracks);
	studio_process_free(studio->process);
	g_free(studio->name);
	g_free(studio);
}
