/* Recorded tracks with a studio and a relay that are made up: when another part is begun. */
#include "signaling/studio_tracks.h"
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TRACKS 3

static struct {
	struct studio_tracks *tracks;
	uint32_t peers[64]; /* that the relay was given, the last ones behind */
	unsigned n_peers, n_parts, n_changed;
	bool no_disk, closes; /* the studio ends each connection at once */
} w;

/* --- the relay, and the process --- */

uint32_t relay_new_peer_id(struct relay *relay)
{
	static uint32_t next = 100;
	return next++;
}

uint32_t relay_new_ssrc(struct relay *relay)
{
	return 5000;
}

enum err relay_add_track(struct relay *relay, uint32_t room,
			 const struct peer_description *description, int fd)
{
	close(fd);
	w.peers[w.n_peers++ % G_N_ELEMENTS(w.peers)] = description->id;
	return OK;
}

void relay_remove_peer(struct relay *relay, uint32_t room, uint32_t peer)
{
}

void relay_set_slot(struct relay *relay, uint32_t room, uint32_t peer, const char *mid,
		    struct feed_key feed, uint16_t width, uint16_t height)
{
}

int studio_process_connect(struct studio_process *process)
{
	int fds[2];
	g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds), ==, 0);
	static int other = -1; /* open until the next one: what is sent has somewhere to go */
	if (other >= 0)
		close(other);
	other = fds[1];
	return fds[0];
}

/* --- the meeting --- */

static char *new_part(void *user)
{
	w.n_parts++;
	return w.no_disk ? NULL : g_strdup_printf("recordings/1/%u", w.n_parts);
}

static void changed(void *user)
{
	w.n_changed++;
}

static void begin(void)
{
	const struct studio_tracks_config config = {
		.meeting = "demo", .new_part = new_part, .changed = changed};
	struct track_wish wishes[TRACKS] = {
		{.name = "stage", .video = true}, {.name = "voice-0"}, {.name = "voice-1"}};
	memset(&w, 0, sizeof w);
	w.tracks = studio_tracks_new(&config);
	studio_tracks_want(w.tracks, wishes, TRACKS, 0, 0);
}

static void end(void)
{
	studio_tracks_free(w.tracks);
}

static void turn_for(guint ms)
{
	gint64 until = g_get_monotonic_time() + (gint64)ms * 1000;
	while (g_get_monotonic_time() < until) {
		if (!g_main_context_iteration(NULL, FALSE))
			g_usleep(1000);
		for (; w.closes && w.n_peers > 0; w.n_peers--)
			studio_tracks_peer_state(w.tracks,
						 w.peers[(w.n_peers - 1) % G_N_ELEMENTS(w.peers)],
						 TRANSPORT_SILENT);
	}
}

static void they_share_a_part(void)
{
	begin();
	turn_for(300);
	g_assert_cmpuint(studio_tracks_there(w.tracks), ==, TRACKS);
	g_assert_cmpuint(w.n_parts, ==, 1);
	end();
}

static void warnings_pass(const char *domain, GLogLevelFlags level, const char *message, void *user)
{
}

/* A part is a folder, a row and a line: a studio that takes nothing isn't asked ten times a second.
 * In 2.5 s that is after 0.1, 0.2, 0.4, 0.8, ... instead of 25 times. */
static void what_fails_is_tried_again_less_and_less(void)
{
	g_log_set_default_handler(warnings_pass, NULL);
	g_test_log_set_fatal_handler(NULL, NULL);
	begin();
	w.closes = true;
	turn_for(2500);
	g_assert_cmpuint(w.n_parts, >=, 2);
	g_assert_cmpuint(w.n_parts, <=, 6);
	end();
	begin();
	w.no_disk = true;
	turn_for(2500);
	g_assert_cmpuint(studio_tracks_there(w.tracks), ==, 0);
	g_assert_cmpuint(w.n_parts, <=, 6);
	w.no_disk = false; /* it isn't given up */
	turn_for(4000);
	g_assert_cmpuint(studio_tracks_there(w.tracks), ==, TRACKS);
	end();
}

/* Trouble that is over makes nobody wait: a channel that is opened later has its track at once. */
static void what_comes_after_trouble_comes_at_once(void)
{
	struct track_wish wishes[TRACKS + 1] = {{.name = "stage", .video = true},
						{.name = "voice-0"},
						{.name = "voice-1"},
						{.name = "channel-fr"}};
	begin();
	w.no_disk = true;
	turn_for(2000); /* by now it is tried every 1.6 s */
	w.no_disk = false;
	turn_for(2500);
	g_assert_cmpuint(studio_tracks_there(w.tracks), ==, TRACKS);
	unsigned before = w.n_parts;
	studio_tracks_want(w.tracks, wishes, TRACKS + 1, 0, 0);
	gint64 asked_us = g_get_monotonic_time();
	while (studio_tracks_there(w.tracks) == TRACKS)
		turn_for(1);
	g_assert_cmpint(g_get_monotonic_time() - asked_us, <, 1200 * 1000);
	g_assert_cmpuint(w.n_parts, ==, before);
	end();
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	/* "a track has lost its studio" is what is tested */
	g_log_set_always_fatal(G_LOG_FATAL_MASK);
	g_test_add_func("/studio_tracks/they_share_a_part", they_share_a_part);
	g_test_add_func("/studio_tracks/what_fails_is_tried_again_less_and_less",
			what_fails_is_tried_again_less_and_less);
	g_test_add_func("/studio_tracks/what_comes_after_trouble_comes_at_once",
			what_comes_after_trouble_comes_at_once);
	return g_test_run();
}
