/*
 * Who takes part in a meeting that is recorded: WHIP devices on one thread, whose sound and
 * pictures carry the time (timecode.h). One that the server loses comes back when told to: "join"
 * on standard input, answered with "joined N". When the machine doesn't let it send in time it says
 * so: "stalled FROM UNTIL", in seconds of the monotonic clock.
 */
#include "relay/base/clock.h"
#include "tests/peer/peer.h"
#include "tests/recording/coded.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define DEVICES_MAX 12
#define PICTURE_MS  40
#define STALL_US    (30 * US_PER_MS)

static struct {
	char *url, *meeting;
	char **devices;
	int late_ms, first_report_ms;
	double loss;
} options;

static const GOptionEntry entries[] = {
	{"url", 0, 0, G_OPTION_ARG_STRING, &options.url, "The server, http://127.0.0.1:8080",
	 "URL"},
	{"meeting", 0, 0, G_OPTION_ARG_STRING, &options.meeting, "", "NAME"},
	{"device", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.devices,
	 "What it sends, of a (sound), v (camera) and s (screen), its level, its token",
	 "WHAT,LEVEL,TOKEN"},
	{"late", 0, 0, G_OPTION_ARG_INT, &options.late_ms,
	 "Pictures go out so long after they are taken", "MS"},
	{"first-report", 0, 0, G_OPTION_ARG_INT, &options.first_report_ms,
	 "No sender report before that", "MS"},
	{"loss", 0, 0, G_OPTION_ARG_DOUBLE, &options.loss, "Share of RTP that is lost, both ways",
	 "0..1"},
	G_OPTION_ENTRY_NULL,
};

struct device {
	struct peer_config config;
	unsigned level;
	struct peer *peer; /* NULL: not there */
};

static struct device devices[DEVICES_MAX];
static unsigned n_devices;

/* The n-th source of time is the n-th of all sounds and pictures. */
static bool read_device(const char *text, unsigned *source)
{
	struct device *device = &devices[n_devices++];
	g_auto(GStrv) words = g_strsplit(text, ",", 3);
	if (g_strv_length(words) != 3)
		return false;
	device->config = (struct peer_config){.url = options.url,
					      .meeting = options.meeting,
					      .token = g_strdup(words[2]),
					      .loss = options.loss,
					      .first_report_us = (uint64_t)options.first_report_ms *
								 US_PER_MS};
	device->level = (unsigned)g_ascii_strtoull(words[1], NULL, 10);
	uint64_t late_us = (uint64_t)options.late_ms * US_PER_MS;
	if (strchr(words[0], 'a') != NULL)
		device->config.sound = coded_sound_new((*source)++);
	if (strchr(words[0], 'v') != NULL)
		device->config.picture = coded_picture_new((*source)++, late_us, PICTURE_MS);
	if (strchr(words[0], 's') != NULL)
		device->config.screen = coded_picture_new((*source)++, late_us, PICTURE_MS);
	return true;
}

/* All that aren't there, from the first one on, so that they come in the same order. */
static void join(int epoll)
{
	unsigned n = 0;
	for (unsigned i = 0; i < n_devices; i++) {
		struct device *device = &devices[i];
		g_autoptr(GError) error = NULL;
		g_clear_pointer(&device->peer, peer_free);
		device->peer = peer_new(&device->config, clock_now_us(), &error);
		if (device->peer == NULL) {
			fprintf(stderr, "device %u: %s\n", i, error->message);
			continue;
		}
		struct epoll_event event = {.events = EPOLLIN, .data.ptr = device->peer};
		if (epoll_ctl(epoll, EPOLL_CTL_ADD, peer_fd(device->peer), &event) != 0)
			g_error("epoll_ctl: %s", g_strerror(errno));
		if (peer_sender(device->peer, false) != NULL)
			sender_set_level(peer_sender(device->peer, false), (uint8_t)device->level);
		n++;
	}
	printf("joined %u\n", n);
	fflush(stdout);
}

/* false: nobody tells us anything any more. */
static bool take_order(int epoll)
{
	char order[64];
	ssize_t n = read(STDIN_FILENO, order, sizeof order);
	if (n > 0 && order[0] == 'j')
		join(epoll);
	return n > 0;
}

/* What was due was sent so late that it counts. */
static void tell_stall(uint64_t due_us, uint64_t now_us)
{
	if (due_us == 0 || now_us < due_us + STALL_US)
		return;
	printf("stalled %.3f %.3f\n", (double)due_us / 1e6, (double)now_us / 1e6);
	fflush(stdout);
}

static void run(int epoll)
{
	struct epoll_event events[16];
	struct epoll_event orders = {.events = EPOLLIN, .data.ptr = NULL};
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &orders) != 0)
		g_error("epoll_ctl: %s", g_strerror(errno));
	for (uint64_t due_us = 0;;) {
		uint64_t now_us = clock_now_us(), next_us = now_us + US_PER_SEC;
		tell_stall(due_us, now_us);
		for (unsigned i = 0; i < n_devices; i++)
			if (devices[i].peer != NULL)
				next_us = MIN(next_us, peer_tick(devices[i].peer, now_us));
		due_us = next_us;
		now_us = clock_now_us();
		int wait_ms = next_us > now_us ? (int)((next_us - now_us) / US_PER_MS) + 1 : 0;
		int n = epoll_wait(epoll, events, G_N_ELEMENTS(events), wait_ms);
		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr != NULL) {
				peer_readable(events[i].data.ptr, clock_now_us());
				continue;
			}
			if (!take_order(epoll))
				return;
			due_us = 0; /* signalling takes its time */
			break;	    /* the others' peers may be gone */
		}
	}
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GOptionContext) context = g_option_context_new("- a meeting's cast");
	unsigned source = 0;
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error)) {
		fprintf(stderr, "cast: %s\n", error->message);
		return 2;
	}
	if (options.url == NULL || options.meeting == NULL || options.devices == NULL ||
	    g_strv_length(options.devices) > DEVICES_MAX) {
		fprintf(stderr, "cast: --url, --meeting and some --device are needed\n");
		return 2;
	}
	for (char **each = options.devices; *each != NULL; each++)
		if (!read_device(*each, &source)) {
			fprintf(stderr, "cast: %s: WHAT,LEVEL,TOKEN\n", *each);
			return 2;
		}
	signal(SIGPIPE, SIG_IGN);
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	run(epoll);
	for (unsigned i = 0; i < n_devices; i++) {
		peer_free(devices[i].peer);
		coded_free((struct clip *)devices[i].config.sound);
		coded_free((struct clip *)devices[i].config.picture);
		coded_free((struct clip *)devices[i].config.screen);
		g_free((char *)devices[i].config.token);
	}
	close(epoll);
	return 0;
}
