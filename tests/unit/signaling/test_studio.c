/* The studio of a meeting: a real process, and a relay that only keeps what it was given. */
#include "signaling/studio.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATIENCE_US (20 * G_USEC_PER_SEC)
#define FR	    1
#define PROGRAMS    4

static struct {
	char *folder;
	struct studio *studio;
	/* Of the relay. */
	struct {
		uint32_t id;
		int fd;
		struct peer_description description;
		unsigned packets; /* that came since it was added */
	} peers[PROGRAMS];
	unsigned n_peers, n_added, n_removed;
	enum err result;
	uint32_t floor_peer, fr_peer; /* what the feeds mean */
	/* Of the meeting. */
	bool floor_there, fr_there;
	unsigned n_told;
} w;

/* --- the relay --- */

uint32_t relay_new_peer_id(struct relay *relay)
{
	static uint32_t next = 100;
	return next++;
}

uint32_t relay_new_ssrc(struct relay *relay)
{
	static uint32_t next = 5000;
	return next++;
}

enum err relay_add_program(struct relay *relay, uint32_t room,
			   const struct peer_description *description, int fd)
{
	g_assert_cmpuint(room, ==, 7);
	if (w.result != OK) {
		close(fd);
		return w.result;
	}
	g_assert_cmpuint(w.n_peers, <, PROGRAMS);
	w.peers[w.n_peers].id = description->id;
	w.peers[w.n_peers].fd = fd;
	w.peers[w.n_peers].packets = 0;
	w.peers[w.n_peers++].description = *description;
	w.n_added++;
	return OK;
}

/* Nothing is recorded here. */
enum err relay_add_track(struct relay *relay, uint32_t room,
			 const struct peer_description *description, int fd)
{
	g_assert_not_reached();
}

void relay_set_slot(struct relay *relay, uint32_t room, uint32_t peer, const char *mid,
		    struct feed_key feed, uint16_t width, uint16_t height)
{
	g_assert_not_reached();
}

static void forget(unsigned i)
{
	close(w.peers[i].fd);
	w.peers[i] = w.peers[--w.n_peers];
}

void relay_remove_peer(struct relay *relay, uint32_t room, uint32_t peer)
{
	w.n_removed++;
	for (unsigned i = 0; i < w.n_peers; i++)
		if (w.peers[i].id == peer) {
			forget(i);
			return;
		}
	g_assert_not_reached();
}

void relay_set_program(struct relay *relay, uint32_t room, uint32_t channel, uint32_t peer)
{
	g_assert_true(channel == FR || channel == PROGRAM_FLOOR);
	*(channel == FR ? &w.fr_peer : &w.floor_peer) = peer;
}

/* What the studio sends, as the relay's worker reads it. */
static void read_programs(void)
{
	uint8_t data[2000];
	for (unsigned i = 0; i < w.n_peers;) {
		uint32_t id = w.peers[i].id;
		ssize_t n = recv(w.peers[i].fd, data, sizeof data, MSG_DONTWAIT);
		if (n > 0) {
			const struct publication_state state = {
				.peer = id, .source = SOURCE_PROGRAM, .active = true};
			if (w.peers[i].packets++ == 0)
				studio_publication(w.studio, &state);
		} else if (n == 0 || errno != EAGAIN) {
			forget(i);
			studio_peer_state(w.studio, id, TRANSPORT_CLOSED);
		} else {
			i++;
		}
	}
}

/* --- the world --- */

static void on_program(void *user, uint32_t channel, bool there)
{
	*(channel == FR ? &w.fr_there : &w.floor_there) = there;
	w.n_told++;
}

static gboolean wake(gpointer user)
{
	return G_SOURCE_CONTINUE;
}

#define UNTIL(condition)                                                                           \
	for (gint64 until_us = g_get_monotonic_time() + PATIENCE_US; !(condition);                 \
	     turn(until_us, #condition))

static void turn(gint64 until_us, const char *what)
{
	if (g_get_monotonic_time() > until_us)
		g_error("not within 20 s: %s", what);
	g_main_context_iteration(NULL, TRUE);
	read_programs();
}

static void start(const char *executable)
{
	memset(&w, 0, sizeof w);
	w.folder = g_dir_make_tmp("tongsheng-studio-XXXXXX", NULL);
	w.studio = studio_new(&(struct studio_config){
		.folder = w.folder,
		.name = "sharing",
		.executable = executable ? executable : g_getenv("TONGSHENG"),
		.room = 7,
		.program = on_program});
}

static char *socket_path(void)
{
	return g_build_filename(w.folder, "studio-sharing.sock", NULL);
}

/* Of who listens on the other side; there is no other way to know, and no name to guess. */
static pid_t studio_pid(void)
{
	struct ucred credentials;
	socklen_t size = sizeof credentials;
	g_assert_cmpint(getsockopt(w.peers[0].fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size), ==,
			0);
	return credentials.pid;
}

static void want(bool floor, bool fr)
{
	g_autoptr(GHashTable) tags = g_hash_table_new(NULL, NULL);
	if (floor)
		g_hash_table_insert(tags, GUINT_TO_POINTER(PROGRAM_FLOOR), (gpointer) "floor");
	if (fr)
		g_hash_table_insert(tags, GUINT_TO_POINTER(FR), (gpointer) "fr");
	studio_want(w.studio, tags);
}

static void stop(pid_t pid)
{
	g_autofree char *path = socket_path();
	studio_free(w.studio);
	g_assert_cmpuint(w.n_peers, ==, 0);
	if (pid) {
		kill(pid, SIGTERM);
		UNTIL(kill(pid, 0) < 0 && errno == ESRCH)
		{
		}
	}
	g_unlink(path);
	g_rmdir(w.folder);
	g_free(w.folder);
}

static void test_starts_with_the_first_listener(void)
{
	start(NULL);
	want(false, false);
	g_autofree char *path = socket_path();
	g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
	want(true, true);
	UNTIL(w.floor_there && w.fr_there);
	g_assert_cmpuint(w.n_peers, ==, 2);
	for (unsigned i = 0; i < 2; i++) {
		const struct peer_description *d = &w.peers[i].description;
		bool floor = d->id == w.floor_peer;
		g_assert_true(floor || d->id == w.fr_peer);
		g_assert_cmpuint(d->n_slots, ==, floor ? 4 : 5);
		g_assert_cmpint(d->publications[0].source, ==, SOURCE_PROGRAM);
		if (!floor) {
			g_assert_cmpint(d->slots[STUDIO_CHANNEL].feed.kind, ==, FEED_CHANNEL);
			g_assert_cmpuint(d->slots[STUDIO_CHANNEL].feed.id, ==, FR);
		}
	}
	pid_t pid = studio_pid();
	stop(pid);
}

static void test_a_killed_studio_comes_back(void)
{
	start(NULL);
	want(true, true);
	UNTIL(w.floor_there && w.fr_there);
	pid_t first = studio_pid();
	gint64 killed_us = g_get_monotonic_time();
	g_test_expect_message("tongsheng", G_LOG_LEVEL_WARNING, "studio of sharing: *signal 9");
	kill(first, SIGKILL);
	UNTIL(!w.floor_there && !w.fr_there);
	g_test_message("known after %d ms", (int)((g_get_monotonic_time() - killed_us) / 1000));
	g_assert_cmpuint(w.floor_peer, ==, 0);
	g_assert_cmpuint(w.fr_peer, ==, 0);
	UNTIL(w.floor_there && w.fr_there);
	g_test_message("back after %d ms", (int)((g_get_monotonic_time() - killed_us) / 1000));
	g_test_assert_expected_messages();
	pid_t second = studio_pid();
	g_assert_cmpint(second, !=, first);
	g_assert_cmpuint(w.n_added, ==, 4);
	g_assert_cmpuint(w.n_removed, ==, 0); /* the relay knew already */
	stop(second);
}

/* Another server, or this one after a restart, finds it there. */
static void test_is_joined_again(void)
{
	start(NULL);
	want(true, false);
	UNTIL(w.floor_there);
	pid_t pid = studio_pid();
	studio_free(w.studio);
	g_assert_cmpuint(w.n_peers, ==, 0);
	char *folder = w.folder;
	start(NULL);
	studio_free(w.studio);
	g_rmdir(w.folder);
	g_free(w.folder);
	w.folder = folder;
	w.studio = studio_new(&(struct studio_config){.folder = w.folder,
						      .name = "sharing",
						      .executable = "/nowhere",
						      .room = 7,
						      .program = on_program});
	want(true, false);
	UNTIL(w.floor_there);
	g_assert_cmpint(studio_pid(), ==, pid);
	stop(pid);
}

/* Not there at all, or not one that listens: tried again ever more rarely, and nobody is harmed. */
static void test_one_that_does_not_start(void)
{
	g_test_expect_message("tongsheng", G_LOG_LEVEL_WARNING, "studio of sharing: *");
	start("/nowhere/tongsheng");
	want(true, true);
	g_test_assert_expected_messages();
	g_assert_false(w.floor_there || w.fr_there);
	g_assert_cmpuint(w.n_added, ==, 0);
	stop(0);
}

static void test_a_relay_that_is_behind_is_asked_again(void)
{
	start(NULL);
	w.result = ERR_FULL;
	want(true, false);
	g_autofree char *path = socket_path();
	UNTIL(g_file_test(path, G_FILE_TEST_EXISTS));
	g_assert_false(w.floor_there);
	w.result = OK;
	UNTIL(w.floor_there);
	stop(studio_pid());
}

/* A program that is silent (its thread hangs) isn't there, either. */
static void test_there_is_what_the_relay_hears(void)
{
	start(NULL);
	want(false, true);
	UNTIL(w.fr_there);
	struct publication_state state = {
		.peer = w.fr_peer, .source = SOURCE_PROGRAM, .active = false};
	studio_publication(w.studio, &state);
	g_assert_false(w.fr_there);
	state.active = true;
	studio_publication(w.studio, &state);
	g_assert_true(w.fr_there);
	state.peer = 99; /* somebody else's */
	state.active = false;
	studio_publication(w.studio, &state);
	studio_peer_state(w.studio, 99, TRANSPORT_CLOSED);
	g_assert_true(w.fr_there);
	stop(studio_pid());
}

/* Its process stands still, so nothing comes, though the socket is there. */
static void test_one_that_hangs_is_replaced(void)
{
	start(NULL);
	want(false, true);
	UNTIL(w.fr_there);
	pid_t first = studio_pid();
	struct publication_state state = {
		.peer = w.fr_peer, .source = SOURCE_PROGRAM, .active = false};
	g_test_expect_message("tongsheng", G_LOG_LEVEL_WARNING,
			      "studio of sharing: program fr does not come");
	g_test_expect_message("tongsheng", G_LOG_LEVEL_WARNING, "studio of sharing: *signal 9");
	kill(first, SIGSTOP);
	read_programs();
	studio_publication(w.studio, &state); /* as the relay says after two seconds */
	g_assert_false(w.fr_there);
	UNTIL(w.fr_there);
	g_test_assert_expected_messages();
	g_assert_cmpint(studio_pid(), !=, first);
	stop(studio_pid());
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_timeout_add(5, wake, NULL);
	g_test_add_func("/studio/starts_with_the_first_listener",
			test_starts_with_the_first_listener);
	g_test_add_func("/studio/a_killed_studio_comes_back", test_a_killed_studio_comes_back);
	g_test_add_func("/studio/is_joined_again", test_is_joined_again);
	g_test_add_func("/studio/one_that_does_not_start", test_one_that_does_not_start);
	g_test_add_func("/studio/a_relay_that_is_behind_is_asked_again",
			test_a_relay_that_is_behind_is_asked_again);
	g_test_add_func("/studio/there_is_what_the_relay_hears",
			test_there_is_what_the_relay_hears);
	g_test_add_func("/studio/one_that_hangs_is_replaced", test_one_that_hangs_is_replaced);
	return g_test_run();
}
