/*
 * Participants in C, for tests and load: publishers over WHIP and viewers over WHEP, all on one
 * thread. Prints what was sent and what arrived. Exit status 0 if everybody joined and no row
 * broke.
 */
#include "relay/base/clock.h"
#include "tests/peer/peer.h"

#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static struct {
	char *url, *meeting, *token, *view_token, *video, *ivf, *query, *profiles, *wave, *tones;
	int publish, view, seconds, tone, tone_step, voices, cameras, kilobits, every_ms, level;
	double loss;
	gboolean decode, restart, json;
} options = {.seconds = 5,
	     .tone = 440,
	     .tone_step = 0,
	     .voices = 1,
	     .cameras = 1,
	     .kilobits = 300,
	     .level = 25};

static const GOptionEntry entries[] = {
	{"url", 0, 0, G_OPTION_ARG_STRING, &options.url, "The server, http://127.0.0.1:8080",
	 "URL"},
	{"meeting", 0, 0, G_OPTION_ARG_STRING, &options.meeting, "", "NAME"},
	{"token", 0, 0, G_OPTION_ARG_STRING, &options.token, "Of a member", "TOKEN"},
	{"view-token", 0, 0, G_OPTION_ARG_STRING, &options.view_token, "Of the viewers, if another",
	 "TOKEN"},
	{"publish", 0, 0, G_OPTION_ARG_INT, &options.publish, "How many publishers", "N"},
	{"view", 0, 0, G_OPTION_ARG_INT, &options.view, "How many viewers", "N"},
	{"seconds", 0, 0, G_OPTION_ARG_INT, &options.seconds, "After the last join", "S"},
	{"every", 0, 0, G_OPTION_ARG_INT, &options.every_ms, "Milliseconds between joins", "MS"},
	{"tone", 0, 0, G_OPTION_ARG_INT, &options.tone, "Sound of the first publisher; 0: none",
	 "HZ"},
	{"tone-step", 0, 0, G_OPTION_ARG_INT, &options.tone_step, "Added for each further one",
	 "HZ"},
	{"level", 0, 0, G_OPTION_ARG_INT, &options.level,
	 "Audio level that sound is marked with: 0 (loudest) to 127 (silence)", "N"},
	{"wave", 0, 0, G_OPTION_ARG_FILENAME, &options.wave,
	 "Sound of all publishers instead of a tone: 48 kHz, one channel, 16 bits", "FILE"},
	{"video", 0, 0, G_OPTION_ARG_STRING, &options.video,
	 "Pictures in form only, e.g. 320x180; none by default", "WxH"},
	{"kilobits", 0, 0, G_OPTION_ARG_INT, &options.kilobits, "Of --video, a second", "N"},
	{"ivf", 0, 0, G_OPTION_ARG_FILENAME, &options.ivf, "Real pictures (VP8)", "FILE"},
	{"voices", 0, 0, G_OPTION_ARG_INT, &options.voices, "Slots for sound of each viewer", "N"},
	{"cameras", 0, 0, G_OPTION_ARG_INT, &options.cameras, "Slots for pictures of each viewer",
	 "N"},
	{"query", 0, 0, G_OPTION_ARG_STRING, &options.query,
	 "Of WHEP, e.g. video=stage&size=320x180", "QUERY"},
	{"decode", 0, 0, G_OPTION_ARG_NONE, &options.decode,
	 "Viewers decode sound and tell its tone", NULL},
	{"tones", 0, 0, G_OPTION_ARG_STRING, &options.tones,
	 "Viewers decode sound; a line for each tenth of a second of it tells the dB of these",
	 "HZ,HZ,..."},
	{"restart-ice", 0, 0, G_OPTION_ARG_NONE, &options.restart, "Everybody, half way", NULL},
	{"loss", 0, 0, G_OPTION_ARG_DOUBLE, &options.loss, "Share of RTP that is lost, both ways",
	 "0..1"},
	{"profiles", 0, 0, G_OPTION_ARG_STRING, &options.profiles, "SRTP profiles, OpenSSL's names",
	 "LIST"},
	{"json", 0, 0, G_OPTION_ARG_NONE, &options.json, "One line for each stream too", NULL},
	G_OPTION_ENTRY_NULL,
};

struct run {
	GPtrArray *peers, *clips;
	struct clip *picture, *wave;
	unsigned hz[TONES_MAX], n_hz; /* of --tones */
	unsigned failed;
	int epoll;
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	interrupted = 1;
}

/* Reads and ticks for so long. */
static void drive(struct run *run, uint64_t until_us)
{
	uint64_t now_us = clock_now_us();
	while (now_us < until_us && !interrupted) {
		struct epoll_event events[64];
		uint64_t next = until_us;
		for (guint i = 0; i < run->peers->len; i++)
			next = MIN(next, peer_tick(run->peers->pdata[i], now_us));
		now_us = clock_now_us();
		int wait_ms =
			next > now_us ? (int)((next - now_us + US_PER_MS - 1) / US_PER_MS) : 0;
		int n = epoll_wait(run->epoll, events, G_N_ELEMENTS(events), wait_ms);
		now_us = clock_now_us();
		for (int i = 0; i < n; i++)
			peer_readable(events[i].data.ptr, now_us);
	}
}

/* {"slot": 0, "levels": [-12.1, -93.4]}: at once, since who reads it waits for it. */
static void tell_tones(void *user, const double *levels, unsigned n)
{
	printf("{\"slot\": %u, \"levels\": [", GPOINTER_TO_UINT(user));
	for (unsigned i = 0; i < n; i++)
		printf("%s%.1f", i > 0 ? ", " : "", levels[i]);
	puts("]}");
	fflush(stdout);
}

static void join(struct run *run, const struct peer_config *config, unsigned index)
{
	g_autoptr(GError) error = NULL;
	struct peer *peer = peer_new(config, clock_now_us(), &error);
	if (peer == NULL) {
		fprintf(stderr, "join %u: %s\n", index, error->message);
		run->failed++;
		return;
	}
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};
	g_ptr_array_add(run->peers, peer);
	if (epoll_ctl(run->epoll, EPOLL_CTL_ADD, peer_fd(peer), &event) != 0)
		g_error("epoll_ctl: %s", g_strerror(errno));
	if (peer_sender(peer, false) != NULL)
		sender_set_level(peer_sender(peer, false), (uint8_t)options.level);
	for (unsigned i = 0; run->n_hz > 0 && i < peer_receivers(peer); i++)
		receiver_measure(
			peer_receiver(peer, i),
			tones_new(run->hz, run->n_hz, 48000, tell_tones, GUINT_TO_POINTER(i)));
	drive(run, clock_now_us() + (uint64_t)options.every_ms * US_PER_MS);
}

static void join_all(struct run *run)
{
	struct peer_config config = {.url = options.url,
				     .meeting = options.meeting,
				     .loss = options.loss,
				     .srtp_profiles = options.profiles};
	config.token = options.token;
	config.picture = run->picture;
	for (int i = 0; i < options.publish && !interrupted; i++) {
		if (options.tone > 0 && run->wave == NULL && (i == 0 || options.tone_step != 0))
			g_ptr_array_add(
				run->clips,
				clip_new_tone((unsigned)(options.tone + i * options.tone_step)));
		config.sound =
			run->clips->len > 0 ? run->clips->pdata[run->clips->len - 1] : run->wave;
		join(run, &config, (unsigned)i);
	}
	config.sound = config.picture = NULL;
	config.token = options.view_token != NULL ? options.view_token : options.token;
	config.sound_slots = (unsigned)options.voices;
	config.picture_slots = (unsigned)options.cameras;
	config.query = options.query;
	config.decode = options.decode || run->n_hz > 0;
	for (int i = 0; i < options.view && !interrupted; i++)
		join(run, &config, (unsigned)(options.publish + i));
}

/* Everybody's ICE, and waits until a check with the new credentials was answered. */
static void restart_all(struct run *run)
{
	for (guint i = 0; i < run->peers->len; i++) {
		g_autoptr(GError) error = NULL;
		struct peer *peer = run->peers->pdata[i];
		uint64_t before = peer_checks(peer);
		bool ok = peer_restart_ice(peer, clock_now_us(), &error);
		for (unsigned wait = 0; ok && wait < 50 && peer_checks(peer) == before; wait++)
			drive(run, clock_now_us() + 20 * US_PER_MS);
		if (ok && peer_checks(peer) > before)
			continue;
		fprintf(stderr, "restart %u: %s\n", i,
			error != NULL ? error->message : "no check was answered");
		run->failed++;
	}
}

static json_t *sent_json(const struct peer *peer)
{
	json_t *list = json_array();
	for (int video = 0; video <= 1; video++) {
		const struct sender *sender = peer_sender(peer, video);
		if (sender == NULL)
			continue;
		const struct sender_stats *s = sender_stats(sender);
		json_array_append_new(
			list,
			json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I}", "kind",
				  video ? "video" : "audio", "packets", (json_int_t)s->packets,
				  "bytes", (json_int_t)s->bytes, "frames", (json_int_t)s->frames,
				  "keyframesAsked", (json_int_t)s->keyframes_asked, "nacked",
				  (json_int_t)s->nacked, "resent", (json_int_t)s->resent));
	}
	return list;
}

static json_t *received_json(const struct peer *peer)
{
	json_t *list = json_array();
	for (unsigned i = 0; i < peer_receivers(peer); i++) {
		const struct receiver_stats *s = receiver_stats(peer_receiver(peer, i));
		json_t *one =
			json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "packets",
				  (json_int_t)s->packets, "bytes", (json_int_t)s->bytes, "frames",
				  (json_int_t)s->frames, "retransmitted",
				  (json_int_t)s->retransmitted, "missing", (json_int_t)s->missing,
				  "broken", (json_int_t)s->broken, "asked", (json_int_t)s->asked);
		json_object_set_new(one, "filled", json_integer((json_int_t)s->filled));
		json_object_set_new(one, "keyframes", json_integer((json_int_t)s->keyframes));
		json_object_set_new(one, "keyframesAsked",
				    json_integer((json_int_t)s->keyframes_asked));
		json_object_set_new(one, "width", json_integer(s->width));
		json_object_set_new(one, "height", json_integer(s->height));
		if (options.decode)
			json_object_set_new(one, "tone", json_integer(s->tone));
		json_array_append_new(list, one);
	}
	return list;
}

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

/* The answer to "did it work": sums, and each peer's streams with --json. */
static bool report(const struct run *run)
{
	uint64_t missing = 0, broken = 0, packets = 0, bytes = 0, asked = 0;
	unsigned open = 0, n_joins = 0;
	g_autofree uint64_t *joins = g_new0(uint64_t, run->peers->len + 1);
	json_t *peers = json_array();
	for (guint i = 0; i < run->peers->len; i++) {
		const struct peer *peer = run->peers->pdata[i];
		open += peer_state(peer) == CLIENT_OPEN;
		if (peer_join_us(peer) != 0)
			joins[n_joins++] = peer_join_us(peer);
		for (unsigned r = 0; r < peer_receivers(peer); r++) {
			const struct receiver_stats *s = receiver_stats(peer_receiver(peer, r));
			missing += s->missing;
			broken += s->broken + (s->headless && options.loss == 0);
			packets += s->packets;
			bytes += s->bytes;
			asked += s->asked;
		}
		if (options.json)
			json_array_append_new(
				peers,
				json_pack("{s:b, s:s?, s:I, s:I, s:o, s:o}", "open",
					  peer_state(peer) == CLIENT_OPEN, "profile",
					  peer_profile(peer), "joinMs",
					  (json_int_t)(peer_join_us(peer) / US_PER_MS), "feedback",
					  (json_int_t)peer_feedback(peer), "sent", sent_json(peer),
					  "received", received_json(peer)));
	}
	qsort(joins, n_joins, sizeof *joins, compare_u64);
	json_t *all = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "failed",
				(json_int_t)run->failed, "open", (json_int_t)open, "packets",
				(json_int_t)packets, "bytes", (json_int_t)bytes, "missing",
				(json_int_t)missing, "broken", (json_int_t)broken, "asked",
				(json_int_t)asked, "joinMsMedian",
				(json_int_t)(joins[n_joins / 2] / US_PER_MS), "joinMsMax",
				(json_int_t)(n_joins > 0 ? joins[n_joins - 1] / US_PER_MS : 0));
	if (options.json)
		json_object_set(all, "peers", peers);
	json_dumpf(all, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(peers);
	json_decref(all);
	return run->failed == 0 && open == run->peers->len && broken == 0;
}

static bool read_options(int argc, char **argv, struct run *run, GError **error)
{
	g_autoptr(GOptionContext) context = g_option_context_new("- participants for tests");
	unsigned width = 0, height = 0;
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, error))
		return false;
	if (options.url == NULL || options.meeting == NULL || options.token == NULL ||
	    options.publish + options.view < 1 ||
	    (options.publish > 0 && options.tone <= 0 && options.video == NULL &&
	     options.ivf == NULL) ||
	    (options.view > 0 && options.voices + options.cameras < 1)) {
		g_set_error(
			error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
			"--url, --meeting, --token, and something to publish or view are needed");
		return false;
	}
	if (options.wave != NULL && (run->wave = clip_open_wave(options.wave, error)) == NULL)
		return false;
	g_auto(GStrv) tones = g_strsplit(options.tones != NULL ? options.tones : "", ",", -1);
	for (; tones[run->n_hz] != NULL && run->n_hz < TONES_MAX; run->n_hz++)
		run->hz[run->n_hz] = (unsigned)g_ascii_strtoull(tones[run->n_hz], NULL, 10);
	if (options.ivf != NULL)
		return (run->picture = clip_open_ivf(options.ivf, error)) != NULL;
	if (options.video != NULL && sscanf(options.video, "%5ux%5u", &width, &height) == 2 &&
	    width > 0 && height > 0)
		run->picture = clip_new_noise(width, height, 30, (unsigned)options.kilobits);
	return true;
}

int main(int argc, char **argv)
{
	struct run run = {.epoll = epoll_create1(EPOLL_CLOEXEC)};
	g_autoptr(GError) error = NULL;
	if (!read_options(argc, argv, &run, &error)) {
		fprintf(stderr, "peers: %s\n", error->message);
		return 2;
	}
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	run.peers = g_ptr_array_new_with_free_func((GDestroyNotify)peer_free);
	run.clips = g_ptr_array_new_with_free_func((GDestroyNotify)clip_free);
	join_all(&run);
	uint64_t half_us = (uint64_t)options.seconds * US_PER_SEC / 2;
	drive(&run, clock_now_us() + half_us);
	if (options.restart)
		restart_all(&run);
	drive(&run, clock_now_us() + half_us);
	bool ok = report(&run);
	g_ptr_array_unref(run.peers);
	g_ptr_array_unref(run.clips);
	clip_free(run.picture);
	clip_free(run.wave);
	close(run.epoll);
	return ok ? 0 : 1;
}
