#include "signaling/meeting_studio.h"
#include "signaling/language.h"
#include "signaling/meeting_languages.h"
#include "signaling/meeting_recording.h"
#include "signaling/studio.h"

static void on_program(void *user, uint32_t channel, bool there)
{
	meeting_set_program(user, channel, there);
}

/* On a weak link a page asks for the program first, and goes over to it when it is there. */
static uint32_t preferred(const struct participant *p)
{
	uint32_t channel = media_session_listens(p->media, false);
	const struct channel *c = interpretation_find_channel(p->meeting->interpretation, channel);
	return c != NULL && !c->sign ? channel : PROGRAM_FLOOR;
}

static GHashTable *wanted_programs(const struct meeting *meeting)
{
	GHashTable *wanted = g_hash_table_new(NULL, NULL);
	uint32_t programs[CHANNELS_MAX];
	for (guint i = 0; i < meeting->people->len; i++) {
		const struct participant *p = meeting->people->pdata[i];
		if (p->media == NULL || p->media_state != TRANSPORT_OPEN)
			continue;
		unsigned n = media_session_programs(p->media, programs, CHANNELS_MAX);
		if (p->prefers_program)
			g_hash_table_add(wanted, GUINT_TO_POINTER(preferred(p)));
		while (n > 0)
			g_hash_table_add(wanted, GUINT_TO_POINTER(programs[--n]));
	}
	return wanted;
}

void meeting_studio_need(struct meeting *meeting)
{
	if (meeting->studio != NULL)
		return;
	meeting->studio = studio_new(&(struct studio_config){
		.folder = meeting->meetings->config->data,
		.name = meeting->row.name,
		.relay = meeting->meetings->relay,
		.room = meeting_room(meeting),
		.user = meeting,
		.program = on_program,
		.new_part = meeting_recording_new_part,
		.recording = meeting_recording_changed,
	});
	meeting_studio_follow(meeting);
}

void meeting_studio_tick(struct meeting *meeting)
{
	g_autoptr(GHashTable) wanted = wanted_programs(meeting);
	const struct channel *channel;
	if (meeting->meetings->ending)
		return;
	if (g_hash_table_size(wanted) > 0)
		meeting_studio_need(meeting);
	if (meeting->studio == NULL)
		return;
	/* Somebody may still have a slot on a channel that is gone. */
	g_autoptr(GHashTable) tags = g_hash_table_new(NULL, NULL);
	if (g_hash_table_contains(wanted, GUINT_TO_POINTER(PROGRAM_FLOOR)))
		g_hash_table_insert(tags, GUINT_TO_POINTER(PROGRAM_FLOOR), (gpointer) "floor");
	for (unsigned n = 0; (channel = interpretation_channel(meeting->interpretation, n)) != NULL;
	     n++)
		if (g_hash_table_contains(wanted, GUINT_TO_POINTER(channel->number)))
			g_hash_table_insert(tags, GUINT_TO_POINTER(channel->number), channel->tag);
	studio_want(meeting->studio, tags);
}

static enum studio_state state_of(const struct channel *channel, const char *floor)
{
	if (language_same_primary(channel->tag, floor))
		return STUDIO_ALONE;
	return channel->air == CHANNEL_SPEECH ? STUDIO_SPEECH : STUDIO_ORIGINAL;
}

void meeting_studio_follow(const struct meeting *meeting)
{
	const struct channel *channel;
	const char *floor = meeting_floor_language(meeting);
	for (unsigned n = 0; meeting->studio != NULL &&
			     (channel = interpretation_channel(meeting->interpretation, n)) != NULL;
	     n++)
		studio_set_state(meeting->studio, channel->number, state_of(channel, floor));
}

void meeting_studio_free(struct meeting *meeting)
{
	studio_free(meeting->studio);
	meeting->studio = NULL;
}
