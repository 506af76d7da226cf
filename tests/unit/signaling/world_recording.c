/* The world's stand-in for the studio's recorded tracks, of which the names are kept, and whether
 * they show something. */
#include "tests/unit/signaling/world.h"

void world_recording_open(void)
{
	world.tracks = g_string_new(NULL);
}

struct studio_tracks *studio_tracks(const struct studio *studio)
{
	return (struct studio_tracks *)studio;
}

void studio_tracks_want(struct studio_tracks *tracks, const struct track_wish *wishes, unsigned n,
			gint64 begin_us, gint64 wall_us)
{
	g_string_truncate(world.tracks, 0);
	for (unsigned i = 0; i < n; i++)
		g_string_append_printf(world.tracks, "%s%s%s", i > 0 ? " " : "", wishes[i].name,
				       wishes[i].feed.kind == FEED_NONE ? "(silent)" : "");
}

char *world_new_part(void)
{
	return world.studio->config.new_part(world.studio->config.user);
}

unsigned studio_tracks_there(const struct studio_tracks *tracks)
{
	return 0;
}

enum studio_trouble studio_tracks_trouble(const struct studio_tracks *tracks)
{
	return world.trouble;
}

void studio_tracks_told(struct studio_tracks *tracks, uint32_t peer, enum studio_trouble trouble)
{
	world.trouble = trouble;
	world.studio->config.recording(world.studio->config.user);
}
