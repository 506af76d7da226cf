/* The studio process as a server sees it: tones go in, and what comes out is decoded and measured.
 */
#include "recordings/loudness.h"
#include "tests/unit/recordings/studio_client.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define FLOOR_HZ   400.0
#define CHANNEL_HZ 1000.0
#define SCREEN_HZ  700.0
#define PROGRAMS   13
#define SILENT_DB  (-60.0)

/* Of a tone, in each 10 ms from a sample on. */
static GArray *curve(const struct studio_client *client, guint from, double hz)
{
	GArray *levels = g_array_new(FALSE, FALSE, sizeof(double));
	for (guint at = from; at + WINDOW <= client->sound->len; at += WINDOW) {
		double level = tone_measure(&g_array_index(client->sound, float, at), WINDOW, hz);
		g_array_append_val(levels, level);
	}
	return levels;
}

/* The first window from `from` on whose level is below, or above, db; fails when none is. */
static guint crossing(const GArray *levels, guint from, bool above, double db)
{
	for (guint i = from; i < levels->len; i++) {
		double level = g_array_index(levels, double, i);
		if (above ? level >= db : level <= db)
			return i;
	}
	g_test_message("never %s %.1f dB after %u ms", above ? "above" : "below", db,
		       from * WINDOW_MS);
	g_assert_not_reached();
}

static double loudness_of_last(const struct studio_client *client, unsigned seconds)
{
	struct loudness l;
	guint n = seconds * TONE_RATE;
	loudness_init(&l);
	loudness_add(&l, &g_array_index(client->sound, float, client->sound->len - n), n);
	return loudness_short_term(&l);
}

/* Plays on until what came last was as loud as that, within 1 LU. */
static void until_loudness(struct studio_client *client, double lufs)
{
	gint64 until = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;
	double is;
	studio_client_play(client, 3000);
	do {
		studio_client_play(client, 500);
		is = loudness_of_last(client, 3);
	} while (fabs(is - lufs) >= 1 && g_get_monotonic_time() < until);
	g_test_message("floor %.2f LUFS, channel %.2f LUFS", lufs, is);
	g_assert_cmpfloat_with_epsilon(is, lufs, 1);
}

struct scene {
	struct studio_process process;
	struct studio_client client;
	struct tone voice, interpreter, screen;
};

#define FLOOR_DB   (-20.0)
#define FLOOR_LUFS (-23.7) /* of a sine: 3 less for its mean square, 0.7 as BS.1770 says */
#define SCREEN_DB  (-23.0)

static void check_silence_and_floor(struct scene *s)
{
	struct studio_client *client = &s->client;
	/* Nobody speaks: the program is there, and silent. */
	while (client->n_packets < 30)
		studio_client_play(client, 20);
	g_assert_cmpfloat(studio_client_level(client, FLOOR_HZ, 200), <, SILENT_DB);
	/* Only the floor: in full. */
	client->voice[STUDIO_VOICE] = &s->voice;
	studio_client_until(client, FLOOR_HZ, 1000, FLOOR_DB, 1);
	until_loudness(client, FLOOR_LUFS);
}

/* 9 dB softer than the floor, which sinks at once; and they become as loud as it was. */
static void check_interpreter(struct scene *s)
{
	struct studio_client *client = &s->client;
	guint before = client->sound->len;
	studio_client_set_state(client, STUDIO_SPEECH);
	client->voice[STUDIO_CHANNEL] = &s->interpreter;
	studio_client_play(client, 4000);
	g_autoptr(GArray) floor = curve(client, before, FLOOR_HZ);
	g_autoptr(GArray) channel = curve(client, before, CHANNEL_HZ);
	guint heard = crossing(channel, 0, true, -35);
	guint ducked = crossing(floor, 0, false, FLOOR_DB - 18);
	g_test_message("interpreter heard after %u ms, floor ducked after %u ms", heard * WINDOW_MS,
		       ducked * WINDOW_MS);
	g_assert_cmpuint(ducked, <=, heard + 100 / WINDOW_MS);
	/* They pause for breath, and the floor stays low. */
	s->interpreter.muted = true;
	studio_client_until(client, FLOOR_HZ, 500, FLOOR_DB - 20, 1);
	/* The floor pauses: what is left is the interpreter, within 1 LU of what the floor was. */
	s->interpreter.muted = false;
	s->voice.muted = true;
	until_loudness(client, FLOOR_LUFS);
	studio_client_until(client, FLOOR_HZ, 500, -100, 100 + SILENT_DB);
}

/* The floor goes on, and the channel is off the air. */
static void check_original_comes_back(struct scene *s)
{
	struct studio_client *client = &s->client;
	s->voice.muted = false;
	s->interpreter.muted = true;
	studio_client_until(client, FLOOR_HZ, 500, FLOOR_DB - 20, 1);
	guint before = client->sound->len;
	studio_client_set_state(client, STUDIO_ORIGINAL);
	studio_client_play(client, 2000);
	g_autoptr(GArray) floor = curve(client, before, FLOOR_HZ);
	guint begins = crossing(floor, 0, true, FLOOR_DB - 17);
	guint full = crossing(floor, begins, true, FLOOR_DB - 1);
	g_test_message("the original's ramp: %u ms", (full - begins) * WINDOW_MS);
	g_assert_cmpuint(full - begins, >=, 100 / WINDOW_MS);
	g_assert_cmpuint(full - begins, <=, 250 / WINDOW_MS);
	studio_client_until(client, FLOOR_HZ, 500, FLOOR_DB, 1);
	g_assert_cmpfloat(studio_client_level(client, CHANNEL_HZ, 500), <, SILENT_DB + 10);
}

/* A film beside the voice. At this rate Opus doesn't keep two tones as they were, as it does a
 * voice. */
static void check_screen_sound(struct scene *s)
{
	struct studio_client *client = &s->client;
	client->voice[STUDIO_SCREEN_SOUND] = &s->screen;
	studio_client_until(client, SCREEN_HZ, 500, SCREEN_DB, 4);
	studio_client_until(client, FLOOR_HZ, 500, FLOOR_DB, 4);
	s->voice.muted = true;
	studio_client_until(client, SCREEN_HZ, 500, SCREEN_DB, 1);
}

/* The floor speaks the listener's own language: nothing but the original, whatever the booth does.
 */
static void check_floor_alone(struct scene *s)
{
	struct studio_client *client = &s->client;
	s->screen.muted = true;
	s->interpreter.muted = s->voice.muted = false;
	studio_client_set_state(client, STUDIO_ALONE);
	studio_client_until(client, FLOOR_HZ, 500, FLOOR_DB, 1);
	g_assert_cmpfloat(studio_client_level(client, CHANNEL_HZ, 500), <, SILENT_DB + 10);
}

static void check_rate(const struct studio_client *client)
{
	double seconds = (double)client->sound->len / TONE_RATE;
	double rate = (client->n_bytes - 12 * client->n_packets) * 8 / seconds;
	g_test_message("%u packets, %u of them lost, %.1f kbit/s without their headers",
		       client->n_packets, client->n_lost, rate / 1000);
	g_assert_cmpfloat(rate, <, 26000);
}

static void test_program(void)
{
	struct scene s;
	studio_process_start(&s.process, NULL);
	studio_client_init(&s.client, &s.process, "fr");
	tone_init(&s.voice, FLOOR_HZ, FLOOR_DB, 1);
	tone_init(&s.interpreter, CHANNEL_HZ, -29, 2);
	tone_init(&s.screen, SCREEN_HZ, SCREEN_DB, 3);
	check_silence_and_floor(&s);
	check_interpreter(&s);
	check_original_comes_back(&s);
	check_screen_sound(&s);
	check_floor_alone(&s);
	check_rate(&s.client);
	studio_client_clear(&s.client);
	studio_process_stop(&s.process);
	tone_clear(&s.voice);
	tone_clear(&s.interpreter);
	tone_clear(&s.screen);
}

/* Only said, not asserted: a busy machine may be late. */
static void test_delay(void)
{
	struct studio_process process;
	struct studio_client client;
	struct tone voice;
	studio_process_start(&process, NULL);
	studio_client_init(&client, &process, "floor");
	tone_init(&voice, FLOOR_HZ, -90, 1);
	studio_client_play(&client, 1000);
	client.voice[STUDIO_VOICE] = &voice;
	for (unsigned i = 0; i < 2; i++) {
		studio_client_play(&client, 1000);
		voice.dbfs = -20;
		guint from = client.sound->len;
		studio_client_play(&client, 1000);
		voice.dbfs = -90;
		g_autoptr(GArray) levels = curve(&client, from, FLOOR_HZ);
		g_test_message("delay: %u ms", crossing(levels, 0, true, -30) * WINDOW_MS);
	}
	studio_client_clear(&client);
	studio_process_stop(&process);
	tone_clear(&voice);
}

/* In-band FEC and concealment keep its time: what comes after a gap is where it belongs. */
static void test_lost_packets_are_made_up_for(void)
{
	struct studio_process process;
	struct studio_client client;
	struct tone voice;
	studio_process_start(&process, NULL);
	studio_client_init(&client, &process, "floor");
	tone_init(&voice, FLOOR_HZ, -20, 1);
	client.voice[STUDIO_VOICE + 2] = &voice;
	studio_client_play(&client, 1000);
	voice.skip = 10;
	studio_client_play(&client, 3000);
	studio_client_until(&client, FLOOR_HZ, 2000, -20, 4);
	studio_client_clear(&client);
	studio_process_stop(&process);
	tone_clear(&voice);
}

/* In kilobytes, as /proc says it. */
static unsigned long memory_of(pid_t pid, const char *field)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/status", (int)pid);
	g_autofree char *text = NULL;
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	const char *line = strstr(text, field);
	g_assert_nonnull(line);
	return strtoul(line + strlen(field), NULL, 10);
}

/* Of one processor, since it began, in seconds. */
static double time_of(pid_t pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)pid);
	g_autofree char *text = NULL;
	unsigned long user = 0, system = 0;
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	/* Fields 14 and 15 (proc(5)), counted from behind the name. */
	g_assert_cmpint(sscanf(strrchr(text, ')') + 2,
			       "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
			       &system),
			==, 2);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

/* Twelve channels and the floor. (With 32 channels it is 331 MB of data, 62 resident.) */
static void test_thirteen_programs(void)
{
	struct studio_process process;
	struct studio_client clients[PROGRAMS];
	struct tone voice;
	studio_process_start(&process, NULL);
	for (unsigned i = 0; i < PROGRAMS; i++)
		studio_client_init(&clients[i], &process, "fr");
	tone_init(&voice, FLOOR_HZ, -20, 1);
	for (unsigned i = 0; i < PROGRAMS; i++)
		for (; clients[i].n_packets == 0; studio_client_take(&clients[i]))
			studio_client_play(&clients[0], 20);
	double before = time_of(process.pid);
	for (unsigned turn = 0; turn < 3000 / 20; turn++) {
		uint8_t message[2 + TONE_MAX] = {STUDIO_RTP, STUDIO_VOICE};
		size_t length = 2 + tone_next(&voice, message + 2);
		for (unsigned i = 0; i < PROGRAMS; i++) {
			studio_client_send(&clients[i], message, length);
			studio_client_take(&clients[i]);
		}
		studio_client_play(&clients[0], 20);
	}
	g_test_message("%u programs: %.0f %% of a processor, %lu MB of data, %lu MB resident",
		       PROGRAMS, (time_of(process.pid) - before) / 3 * 100,
		       memory_of(process.pid, "VmData:") / 1024,
		       memory_of(process.pid, "VmRSS:") / 1024);
	for (unsigned i = 0; i < PROGRAMS; i++) {
		g_assert_cmpuint(clients[i].n_packets, >, 50);
		g_assert_false(clients[i].ended);
		studio_client_clear(&clients[i]);
	}
	studio_process_stop(&process);
	tone_clear(&voice);
}

static void send_nonsense(struct studio_client *client, unsigned n)
{
	uint8_t message[3000];
	for (unsigned i = 0; i < n; i++) {
		size_t length = (size_t)g_test_rand_int_range(1, i % 20 ? 200 : sizeof message);
		for (size_t j = 0; j < length; j++)
			message[j] = (uint8_t)g_test_rand_int_range(0, 256);
		/* Mostly so far right that it gets far. */
		if (i % 4 && length > 4) {
			message[0] = STUDIO_RTP;
			message[1] = (uint8_t)(i % STUDIO_SLOTS);
			message[2] = 0x80;
			message[3] = STUDIO_PAYLOAD_TYPE;
		}
		studio_client_send(client, message, length);
	}
}

static void test_nonsense_harms_nobody(void)
{
	struct studio_process process;
	struct studio_client client, other;
	struct tone voice;
	studio_process_start(&process, NULL);
	studio_client_init(&client, &process, "floor");
	studio_client_init(&other, &process, "fr");
	tone_init(&voice, FLOOR_HZ, -20, 1);
	for (unsigned i = 0; i < 50; i++) {
		send_nonsense(&client, 20);
		studio_client_play(&client, 20);
	}
	/* The other program doesn't notice. */
	other.voice[STUDIO_VOICE] = &voice;
	other.turn_us = g_get_monotonic_time();
	studio_client_play(&other, 1500);
	studio_client_until(&other, FLOOR_HZ, 500, -20, 1);
	/* And the one that got it all comes back to its senses. */
	client.voice[STUDIO_VOICE] = &voice;
	client.turn_us = g_get_monotonic_time();
	studio_client_play(&client, 3000);
	studio_client_until(&client, FLOOR_HZ, 500, -20, 1);
	studio_client_clear(&client);
	studio_client_clear(&other);
	studio_process_stop(&process);
	tone_clear(&voice);
}

/* Waits for the other side to close. */
static bool is_refused(int fd)
{
	uint8_t data[2000];
	ssize_t n;
	while ((n = recv(fd, data, sizeof data, 0)) > 0)
		;
	close(fd);
	return n == 0 || n == -1;
}

static void test_a_first_message_that_is_none_ends_the_connection(void)
{
	static const char *const hellos[] = {"fr", "{\"version\":2,\"program\":\"fr\"}",
					     "{\"version\":1,\"program\":\"/\"}"};
	struct studio_process process;
	studio_process_start(&process, NULL);
	for (unsigned i = 0; i < G_N_ELEMENTS(hellos); i++) {
		int fd = studio_connect(&process);
		g_assert_cmpint(send(fd, hellos[i], strlen(hellos[i]), MSG_NOSIGNAL), >, 0);
		g_assert_true(is_refused(fd));
	}
	studio_process_stop(&process);
}

static void test_is_private_and_has_limits(void)
{
	struct studio_process process;
	struct stat status;
	struct rlimit memory;
	studio_process_start(&process, NULL);
	g_assert_cmpint(stat(process.path, &status), ==, 0);
	g_assert_cmpuint(status.st_mode & 0777, ==, 0600);
	g_assert_cmpint(prlimit(process.pid, RLIMIT_DATA, NULL, &memory), ==, 0);
	g_assert_cmpuint(memory.rlim_cur, ==, 512 << 20);
	g_assert_cmpint(getpriority(PRIO_PROCESS, (id_t)process.pid), ==,
			getpriority(PRIO_PROCESS, 0) + 5);
	studio_process_stop(&process);
}

static void test_ends_when_the_server_is_away(void)
{
	struct studio_process process;
	struct studio_client client;
	studio_process_start(&process, "1");
	studio_client_init(&client, &process, "fr");
	studio_client_play(&client, 1500); /* not while it is there */
	studio_client_clear(&client);
	int status = studio_process_wait(&process);
	g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	studio_process_stop(&process);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	/* Real time among other tests: before them, where we may. The process inherits it. */
	(void)setpriority(PRIO_PROCESS, 0, -15);
	g_test_add_func("/studio/program", test_program);
	g_test_add_func("/studio/delay", test_delay);
	g_test_add_func("/studio/lost_packets_are_made_up_for", test_lost_packets_are_made_up_for);
	g_test_add_func("/studio/thirteen_programs", test_thirteen_programs);
	g_test_add_func("/studio/nonsense_harms_nobody", test_nonsense_harms_nobody);
	g_test_add_func("/studio/a_first_message_that_is_none_ends_the_connection",
			test_a_first_message_that_is_none_ends_the_connection);
	g_test_add_func("/studio/is_private_and_has_limits", test_is_private_and_has_limits);
	g_test_add_func("/studio/ends_when_the_server_is_away", test_ends_when_the_server_is_away);
	return g_test_run();
}
