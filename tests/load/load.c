/*
 * The load generator: publishers and viewers on one thread, against any server of WHIP and WHEP,
 * and Janus. Says "begin" when everybody is connected and what it measures begins, "end" and a line
 * of JSON when it is over, and leaves when its input ends: who started it reads the server's CPU
 * and memory from /proc at these moments. Exit status 0 if everybody joined.
 */
#include "tests/load/joiner.h"
#include "tests/load/load_report.h"
#include "tests/load/schedule.h"

#include "relay/base/clock.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define JOIN_MAX_US   (40 * US_PER_SEC)
#define EVENTS_MAX    32 /* few, so that what is due meanwhile goes out in time */
#define LEVEL_LOUDEST 20
#define LEVEL_STEP    5
#define LEVEL_QUIET   60
#define LEVEL_SILENCE 127

struct member {
	struct timer timer; /* first: a timer of the schedule is a member */
	struct client *client;
	bool started;
};

struct run {
	struct options options;
	GPtrArray *publishers, *viewers; /* struct member */
	struct clip *sound, *pictures[SIMULCAST_LAYERS];
	GArray *delays;
	struct schedule *schedule;
	struct joiner *joiner;
	int epoll;
	unsigned signalling, failed;
	uint64_t last_open_us;
};

static void member_free(void *data)
{
	struct member *member = data;
	client_free(member->client);
	g_free(member);
}

static void tick(struct run *run, struct member *member, uint64_t now_us)
{
	uint64_t next_us = client_tick(member->client, now_us);
	schedule_set(run->schedule, &member->timer, MAX(next_us, now_us + 1));
}

/* Is back from signalling. */
static void on_signalled(void *context, void *user)
{
	struct run *run = context;
	struct member *member = user;
	g_autoptr(GError) error = NULL;
	uint64_t now_us = clock_now_us();
	run->signalling--;
	if (!client_start(member->client, now_us, &error)) {
		if (run->failed++ == 0) /* the others' reason is the same */
			fprintf(stderr, "join: %s\n", error->message);
		return;
	}
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = member};
	if (epoll_ctl(run->epoll, EPOLL_CTL_ADD, client_fd(member->client), &event) != 0)
		g_error("epoll_ctl: %s", g_strerror(errno));
	member->started = true;
	tick(run, member, now_us);
}

static void on_readable(struct run *run, struct member *member, uint64_t now_us)
{
	if (!client_readable(member->client, now_us))
		return;
	if (client_state(member->client) == CLIENT_OPEN)
		run->last_open_us = now_us;
	tick(run, member, now_us);
}

/* Returns when the next is due. */
static uint64_t tick_due(struct run *run, uint64_t now_us)
{
	struct timer *first;
	while ((first = schedule_first(run->schedule)) != NULL && first->due_us <= now_us)
		tick(run, (struct member *)first, now_us);
	return first != NULL ? first->due_us : UINT64_MAX;
}

/* Until then, or until less than at_once are signalling (0: all the time). */
static void drive(struct run *run, uint64_t until_us, unsigned at_once)
{
	for (uint64_t now_us = clock_now_us();
	     now_us < until_us && (at_once == 0 || run->signalling >= at_once);
	     now_us = clock_now_us()) {
		struct epoll_event events[EVENTS_MAX];
		uint64_t next_us = MIN(until_us, tick_due(run, now_us));
		now_us = clock_now_us();
		uint64_t wait_us = next_us > now_us ? next_us - now_us : 0;
		const struct timespec wait = {.tv_sec = (time_t)(wait_us / US_PER_SEC),
					      .tv_nsec = (long)(wait_us % US_PER_SEC * 1000)};
		int n = epoll_pwait2(run->epoll, events, EVENTS_MAX, &wait, NULL);
		now_us = clock_now_us();
		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr == NULL)
				joiner_take(run->joiner, on_signalled, run);
			else
				on_readable(run, events[i].data.ptr, now_us);
		}
	}
}

static void join(struct run *run, const struct client_options *client, GPtrArray *list,
		 unsigned at_once)
{
	struct member *member = g_new0(struct member, 1);
	member->client = client_new(client);
	g_ptr_array_add(list, member);
	run->signalling++;
	joiner_add(run->joiner, member->client, member);
	drive(run, clock_now_us() + JOIN_MAX_US, at_once);
}

static unsigned count_open(const GPtrArray *list)
{
	unsigned n = 0;
	for (guint i = 0; i < list->len; i++) {
		const struct member *member = list->pdata[i];
		n += member->started && client_state(member->client) == CLIENT_OPEN;
	}
	return n;
}

static void await_open(struct run *run, const GPtrArray *list)
{
	uint64_t give_up_us = clock_now_us() + JOIN_MAX_US;
	while (run->failed == 0 && count_open(list) < list->len && clock_now_us() < give_up_us)
		drive(run, clock_now_us() + 20 * US_PER_MS, 0);
}

static struct client_options client_options(const struct run *run, unsigned room)
{
	const struct options *options = &run->options;
	return (struct client_options){
		.url = options->url,
		.meeting = options->janus ? NULL : options->meetings[room],
		.token = options->janus ? NULL : options->tokens[room],
		.profiles = options->profiles,
		.janus_room = options->janus ? room + 1 : 0,
	};
}

static struct publish_options picture_options(const struct run *run, bool picture)
{
	struct publish_options publish = {.sound = run->sound,
					  .even = run->options.even,
					  .speech = (unsigned)run->options.speech};
	for (unsigned i = 0; picture && i < SIMULCAST_LAYERS && run->pictures[i] != NULL; i++)
		publish.pictures[publish.n_pictures++] = run->pictures[i];
	return publish;
}

/* The n-th of a meeting. Who speaks has a level of their own, so that seats don't change; the
 * channel's is silence in level and sound in content: such a microphone never takes a seat. */
static void join_publisher(struct run *run, unsigned room, unsigned n)
{
	const struct options *options = &run->options;
	struct client_options client = client_options(run, room);
	bool channel = n == (unsigned)options->publish, talks = n < (unsigned)options->talk;
	double turns = 0.618034 * run->publishers->len; /* any first few are spread, too */
	client.number = n + 1;
	client.publish = picture_options(run, n < (unsigned)options->pictures);
	client.publish.silent = !channel && !talks;
	if (channel)
		client.publish.speech = 100;
	client.publish.level =
		channel ? LEVEL_SILENCE : (uint8_t)MIN(LEVEL_LOUDEST + LEVEL_STEP * n, LEVEL_QUIET);
	client.publish.phase = turns - floor(turns);
	join(run, &client, run->publishers, 1); /* in turn: their numbers are names */
}

static void join_publishers(struct run *run)
{
	unsigned n = (unsigned)(run->options.publish + run->options.channel);
	for (unsigned room = 0; room < (unsigned)run->options.rooms; room++)
		for (unsigned i = 0; i < n; i++)
			join_publisher(run, room, i);
	await_open(run, run->publishers); /* Janus has no feed before */
}

static void join_viewer(struct run *run, unsigned room, unsigned n)
{
	const struct options *options = &run->options;
	struct client_options client = client_options(run, room);
	struct view_options *view = &client.view;
	view->voices = (unsigned)options->voices;
	view->channel = options->channel ? (unsigned)options->publish + 1 : 0;
	view->n_cameras = (unsigned)options->cameras;
	for (unsigned i = 0; options->others && i < view->n_cameras; i++)
		view->cameras[i] = (n + i + 1) % (unsigned)options->pictures + 1;
	view->size = options->size;
	view->decrypt = run->viewers->len % (unsigned)options->decrypt_each == 0;
	view->delays = run->delays;
	join(run, &client, run->viewers, (unsigned)options->at_once);
}

static void join_viewers(struct run *run)
{
	uint64_t begin_us = clock_now_us(), every_us = (uint64_t)run->options.every_ms * US_PER_MS;
	for (unsigned room = 0; room < (unsigned)run->options.rooms; room++)
		for (unsigned i = 0; i < (unsigned)run->options.view; i++) {
			drive(run, begin_us + run->viewers->len * every_us, 0);
			join_viewer(run, room, i);
		}
	await_open(run, run->viewers);
}

static double own_cpu_s(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static GPtrArray *clients_of(const GPtrArray *members)
{
	GPtrArray *clients = g_ptr_array_new();
	for (guint i = 0; i < members->len; i++)
		g_ptr_array_add(clients, ((struct member *)members->pdata[i])->client);
	return clients;
}

static void measure(struct run *run)
{
	const struct options *options = &run->options;
	if (!options->rush)
		join_viewers(run);
	drive(run, clock_now_us() + (uint64_t)options->warm_ms * US_PER_MS, 0);
	printf("begin\n");
	fflush(stdout);
	g_autoptr(GPtrArray) before = clients_of(run->viewers);
	g_ptr_array_foreach(before, (GFunc)(void (*)(void))client_begin, NULL);
	g_array_set_size(run->delays, 0);
	uint64_t begin_us = clock_now_us();
	double begin_cpu_s = own_cpu_s();
	if (options->rush)
		join_viewers(run);
	drive(run, begin_us + (uint64_t)options->seconds * US_PER_SEC, 0);
	uint64_t end_us = clock_now_us();
	g_autoptr(GPtrArray) viewers = clients_of(run->viewers);
	const struct measured measured = {
		.viewers = viewers,
		.delays = run->delays,
		.failed = run->failed,
		.open = count_open(run->publishers) + count_open(run->viewers),
		.seconds = (double)(end_us - begin_us) / 1e6,
		.cpu_s = own_cpu_s() - begin_cpu_s,
		.since_join_s = (double)(end_us - run->last_open_us) / 1e6,
	};
	report_end(&measured);
}

/* Layers have a tenth, three tenths and the rest of the rate. */
static void make_clips(struct run *run)
{
	unsigned kilobits = (unsigned)run->options.kilobits, rate = (unsigned)run->options.rate;
	run->sound = clip_new_tone(440);
	if (kilobits == 0)
		return;
	if (!run->options.simulcast) {
		run->pictures[0] = clip_new_noise(1280, 720, rate, kilobits);
		return;
	}
	run->pictures[0] = clip_new_noise(320, 180, rate, kilobits / 10);
	run->pictures[1] = clip_new_noise(640, 360, rate, kilobits * 3 / 10);
	run->pictures[2] = clip_new_noise(1280, 720, rate, kilobits * 6 / 10);
}

static void set_limits(void)
{
	struct rlimit files;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	/* Wake when a picture is due, not some 50 us later. */
	(void)prctl(PR_SET_TIMERSLACK, 1UL);
}

static bool everybody(const struct run *run)
{
	return run->failed == 0 && count_open(run->viewers) == run->viewers->len &&
	       count_open(run->publishers) == run->publishers->len;
}

int main(int argc, char **argv)
{
	struct run run = {.epoll = epoll_create1(EPOLL_CLOEXEC)};
	if (!options_read(argc, argv, &run.options))
		return 2;
	make_clips(&run);
	if (run.options.mix) {
		const struct publish_options publish = picture_options(&run, true);
		report_mix(&run.options, &publish);
		return 0;
	}
	set_limits();
	run.publishers = g_ptr_array_new_with_free_func(member_free);
	run.viewers = g_ptr_array_new_with_free_func(member_free);
	run.delays = g_array_sized_new(FALSE, FALSE, sizeof(uint32_t), 1 << 20);
	run.schedule = schedule_new();
	run.joiner = joiner_new((unsigned)run.options.at_once);
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
	if (epoll_ctl(run.epoll, EPOLL_CTL_ADD, joiner_fd(run.joiner), &event) != 0)
		g_error("epoll_ctl: %s", g_strerror(errno));
	join_publishers(&run);
	if (run.failed == 0)
		measure(&run);
	while (run.failed == 0 && getchar() != EOF)
		;
	int status = everybody(&run) ? 0 : 1;
	joiner_free(run.joiner);
	schedule_free(run.schedule);
	g_ptr_array_unref(run.viewers);
	g_ptr_array_unref(run.publishers);
	g_array_unref(run.delays);
	clip_free(run.sound);
	for (unsigned i = 0; i < SIMULCAST_LAYERS; i++)
		clip_free(run.pictures[i]);
	close(run.epoll);
	return status;
}
