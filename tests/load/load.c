/*
 * The load generator: publishers and viewers on one thread, against any server of WHIP and WHEP,
 * and Janus. Says "begin" when everybody is connected and what it measures begins, "end" and a line
 * of JSON when it is over, and leaves when its input ends: who started it reads the server's CPU
 * and memory from /proc at these moments. Exit status 0 if everybody joined.
 */
#include "relay/base/clock.h"
#include "tests/load/client.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define VIEWERS_TICK_US (10 * US_PER_MS)
#define JOIN_MAX_US	(30 * US_PER_SEC)

static struct {
	char *url, *meeting, *token, *view_token, *query, *profiles;
	int publish, view, seconds, warm_ms, every_ms, kilobits, voices, cameras, decrypt_each;
	gboolean janus;
} options = {.publish = 1,
	     .seconds = 5,
	     .warm_ms = 1000,
	     .kilobits = 1000,
	     .voices = 1,
	     .cameras = 1,
	     .decrypt_each = 1};

static const GOptionEntry entries[] = {
	{"url", 0, 0, G_OPTION_ARG_STRING, &options.url, "The server, http://127.0.0.1:8080",
	 "URL"},
	{"meeting", 0, 0, G_OPTION_ARG_STRING, &options.meeting, "", "NAME"},
	{"token", 0, 0, G_OPTION_ARG_STRING, &options.token, "Of the publishers", "TOKEN"},
	{"view-token", 0, 0, G_OPTION_ARG_STRING, &options.view_token, "Of the viewers, if another",
	 "TOKEN"},
	{"query", 0, 0, G_OPTION_ARG_STRING, &options.query, "Of WHEP", "QUERY"},
	{"profiles", 0, 0, G_OPTION_ARG_STRING, &options.profiles, "SRTP profiles, OpenSSL's names",
	 "LIST"},
	{"janus", 0, 0, G_OPTION_ARG_NONE, &options.janus, "The server is Janus", NULL},
	{"publish", 0, 0, G_OPTION_ARG_INT, &options.publish, "Publishers", "N"},
	{"view", 0, 0, G_OPTION_ARG_INT, &options.view, "Viewers", "N"},
	{"seconds", 0, 0, G_OPTION_ARG_INT, &options.seconds, "Measured", "S"},
	{"warm", 0, 0, G_OPTION_ARG_INT, &options.warm_ms, "From the last join to there", "MS"},
	{"every", 0, 0, G_OPTION_ARG_INT, &options.every_ms, "Between joins", "MS"},
	{"kilobits", 0, 0, G_OPTION_ARG_INT, &options.kilobits, "Of pictures, a second; 0: none",
	 "N"},
	{"voices", 0, 0, G_OPTION_ARG_INT, &options.voices, "Slots for sound of a viewer", "N"},
	{"cameras", 0, 0, G_OPTION_ARG_INT, &options.cameras, "Slots for pictures of a viewer",
	 "N"},
	{"decrypt-each", 0, 0, G_OPTION_ARG_INT, &options.decrypt_each,
	 "Every N-th viewer decrypts what comes", "N"},
	G_OPTION_ENTRY_NULL,
};

struct run {
	GPtrArray *publishers, *viewers;
	struct clip *sound, *picture;
	GArray *delays;
	int epoll;
	unsigned failed;
	uint64_t viewers_tick_us;
};

static uint64_t tick_all(struct run *run, uint64_t now_us)
{
	uint64_t next = run->viewers_tick_us;
	for (guint i = 0; i < run->publishers->len; i++)
		next = MIN(next, client_tick(run->publishers->pdata[i], now_us));
	if (now_us < run->viewers_tick_us)
		return next;
	for (guint i = 0; i < run->viewers->len; i++)
		client_tick(run->viewers->pdata[i], now_us);
	run->viewers_tick_us = now_us + VIEWERS_TICK_US;
	return MIN(next, run->viewers_tick_us);
}

static void drive(struct run *run, uint64_t until_us)
{
	for (uint64_t now_us = clock_now_us(); now_us < until_us; now_us = clock_now_us()) {
		struct epoll_event events[64];
		uint64_t next = MIN(until_us, tick_all(run, now_us));
		now_us = clock_now_us();
		/* Rounded down, and not at all at the last: pictures leave when they are due. */
		int wait_ms = next > now_us ? (int)((next - now_us) / US_PER_MS) : 0;
		int n = epoll_wait(run->epoll, events, G_N_ELEMENTS(events), wait_ms);
		now_us = clock_now_us();
		for (int i = 0; i < n; i++)
			client_readable(events[i].data.ptr, now_us);
	}
}

static void join(struct run *run, const struct client_options *client_options, GPtrArray *list)
{
	g_autoptr(GError) error = NULL;
	struct client *client = client_new(client_options, clock_now_us(), &error);
	if (client == NULL) {
		fprintf(stderr, "join: %s\n", error->message);
		run->failed++;
		return;
	}
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
	g_ptr_array_add(list, client);
	if (epoll_ctl(run->epoll, EPOLL_CTL_ADD, client_fd(client), &event) != 0)
		g_error("epoll_ctl: %s", g_strerror(errno));
	drive(run, clock_now_us() + (uint64_t)options.every_ms * US_PER_MS + 100);
}

static unsigned count_open(const GPtrArray *list)
{
	unsigned n = 0;
	for (guint i = 0; i < list->len; i++)
		n += client_state(list->pdata[i]) == CLIENT_OPEN;
	return n;
}

static void await_open(struct run *run, const GPtrArray *list)
{
	uint64_t give_up_us = clock_now_us() + JOIN_MAX_US;
	while (count_open(list) < list->len && clock_now_us() < give_up_us)
		drive(run, clock_now_us() + 20 * US_PER_MS);
}

static void join_all(struct run *run)
{
	struct client_options client = {.url = options.url,
					.meeting = options.meeting,
					.token = options.token,
					.sound = run->sound,
					.picture = run->picture,
					.profiles = options.profiles};
	for (int i = 0; i < options.publish; i++) {
		client.janus_feed = options.janus ? (unsigned)i + 1 : 0;
		join(run, &client, run->publishers);
	}
	await_open(run, run->publishers); /* Janus has no feed before */
	client.janus_feed = options.janus ? (unsigned)options.publish : 0;
	client.sound = client.picture = NULL;
	client.token = options.view_token != NULL ? options.view_token : options.token;
	client.sound_slots = (unsigned)options.voices;
	client.picture_slots = run->picture != NULL ? (unsigned)options.cameras : 0;
	client.query = options.query;
	client.delays = run->delays;
	for (int i = 0; i < options.view; i++) {
		client.decrypt = i % options.decrypt_each == 0;
		join(run, &client, run->viewers);
	}
	await_open(run, run->viewers);
}

static int compare_u32(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x < y ? -1 : x > y;
}

static json_t *delay_json(GArray *delays, double share)
{
	if (delays->len == 0)
		return json_null();
	return json_integer(g_array_index(delays, uint32_t, (guint)(share * (delays->len - 1))));
}

static double own_cpu_s(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void report(const struct run *run, double seconds, double cpu_s)
{
	struct client_stats all = {0};
	for (guint i = 0; i < run->viewers->len; i++) {
		struct client_stats s = client_stats(run->viewers->pdata[i]);
		all.packets += s.packets;
		all.bytes += s.bytes;
		all.video_packets += s.video_packets;
		all.video_bytes += s.video_bytes;
		all.authenticated += s.authenticated;
		all.refused += s.refused;
		all.stamped += s.stamped;
		all.late += s.late;
		all.expected += s.expected;
	}
	const char *profile = run->viewers->len > 0 ? client_profile(run->viewers->pdata[0]) : NULL;
	g_array_sort(run->delays, compare_u32);
	json_t *json = json_pack(
		"{s:f, s:f, s:i, s:i, s:s?, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, "
		"s:o, s:o}",
		"seconds", seconds, "generatorCpu", cpu_s, "failed", (int)run->failed, "open",
		(int)(count_open(run->publishers) + count_open(run->viewers)), "profile", profile,
		"packets", (json_int_t)all.packets, "bytes", (json_int_t)all.bytes, "videoPackets",
		(json_int_t)all.video_packets, "videoBytes", (json_int_t)all.video_bytes,
		"authenticated", (json_int_t)all.authenticated, "refused", (json_int_t)all.refused,
		"stamped", (json_int_t)all.stamped, "late", (json_int_t)all.late, "expected",
		(json_int_t)all.expected, "delayP50", delay_json(run->delays, 0.5), "delayP99",
		delay_json(run->delays, 0.99), "delayP999", delay_json(run->delays, 0.999),
		"delayMax", delay_json(run->delays, 1));
	printf("end ");
	json_dumpf(json, stdout, JSON_COMPACT);
	printf("\n");
	fflush(stdout);
	json_decref(json);
}

static void allow_files(void)
{
	struct rlimit files;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
}

static bool read_options(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GOptionContext) context = g_option_context_new("- load for benchmarks");
	g_option_context_add_main_entries(context, entries, NULL);
	bool parsed = g_option_context_parse(context, &argc, &argv, &error);
	if (parsed && options.url != NULL &&
	    (options.janus || (options.meeting != NULL && options.token != NULL)) &&
	    options.publish >= 0 && options.view >= 0 && options.decrypt_each > 0)
		return true;
	fprintf(stderr, "load: %s\n",
		parsed ? "--url, --meeting and --token are needed" : error->message);
	return false;
}

int main(int argc, char **argv)
{
	struct run run = {.epoll = epoll_create1(EPOLL_CLOEXEC)};
	if (!read_options(argc, argv))
		return 2;
	allow_files();
	run.publishers = g_ptr_array_new_with_free_func((GDestroyNotify)client_free);
	run.viewers = g_ptr_array_new_with_free_func((GDestroyNotify)client_free);
	run.delays = g_array_sized_new(FALSE, FALSE, sizeof(uint32_t), 1 << 20);
	run.sound = clip_new_tone(440);
	if (options.kilobits > 0)
		run.picture = clip_new_noise(1280, 720, 30, (unsigned)options.kilobits);
	join_all(&run);
	drive(&run, clock_now_us() + (uint64_t)options.warm_ms * US_PER_MS);
	printf("begin\n");
	fflush(stdout);
	for (guint i = 0; i < run.viewers->len; i++)
		client_begin(run.viewers->pdata[i]);
	uint64_t begin_us = clock_now_us();
	double begin_cpu_s = own_cpu_s();
	drive(&run, begin_us + (uint64_t)options.seconds * US_PER_SEC);
	report(&run, (double)(clock_now_us() - begin_us) / 1e6, own_cpu_s() - begin_cpu_s);
	while (getchar() != EOF)
		;
	bool ok = run.failed == 0 && count_open(run.viewers) == run.viewers->len;
	g_ptr_array_unref(run.viewers);
	g_ptr_array_unref(run.publishers);
	g_array_unref(run.delays);
	clip_free(run.sound);
	clip_free(run.picture);
	close(run.epoll);
	return ok ? 0 : 1;
}
