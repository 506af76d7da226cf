#include "recordings/command_studio.h"
#include "recordings/program.h"
#include "recordings/studio_server.h"
#include <errno.h>
#include <glib-unix.h>
#include <gst/gst.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#define MEMORY_MIB 512
#define NICENESS   5 /* the relay's packets come first */
/* A program has a dozen threads, and each a stack and maybe a heap: not the usual 8 and 64 MB. */
#define STACK_SIZE (512 << 10)
#define HEAPS	   2
#define AWAY_S	   60

/*
 * What codecs do with bad input shall not take the machine's memory, nor the server's time. Of the
 * data (stacks and heaps, not libraries and reserved addresses), which is what is really used.
 */
static void set_limits(unsigned memory_mib)
{
	const rlim_t bytes = memory_mib ? (rlim_t)memory_mib << 20 : RLIM_INFINITY;
	const struct rlimit memory = {bytes, bytes}, core = {0, 0};
	pthread_attr_t attributes;
	if (setrlimit(RLIMIT_DATA, &memory) < 0 || setrlimit(RLIMIT_CORE, &core) < 0)
		g_warning("limits not set: %m");
	errno = 0;
	if (nice(NICENESS) == -1 && errno)
		g_warning("priority not lowered: %m");
	mallopt(M_ARENA_MAX, HEAPS);
	pthread_attr_init(&attributes);
	if (pthread_attr_setstacksize(&attributes, STACK_SIZE) ||
	    pthread_setattr_default_np(&attributes))
		g_warning("stacks keep their size");
	pthread_attr_destroy(&attributes);
}

static gboolean on_end_signal(gpointer loop)
{
	g_main_loop_quit(loop);
	return G_SOURCE_CONTINUE;
}

static void on_away(void *loop)
{
	g_message("studio: no server for some time, ends");
	g_main_loop_quit(loop);
}

static int run(const struct studio_server_config *config)
{
	g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
	g_autoptr(GError) error = NULL;
	struct studio_server *studio = studio_server_new(config, on_away, loop, &error);
	if (!studio) {
		fprintf(stderr, "tongsheng studio: %s\n", error->message);
		return 1;
	}
	g_unix_signal_add(SIGINT, on_end_signal, loop);
	g_unix_signal_add(SIGTERM, on_end_signal, loop);
	g_main_loop_run(loop);
	studio_server_free(studio);
	return 0;
}

int command_studio(int argc, char **argv)
{
	g_autofree char *path = NULL;
	int away_s = AWAY_S, memory_mib = MEMORY_MIB;
	double duck_db = PROGRAM_DUCK_DB;
	const GOptionEntry entries[] = {
		{"socket", 0, 0, G_OPTION_ARG_FILENAME, &path, "where the server finds it", "PATH"},
		{"away", 0, 0, G_OPTION_ARG_INT, &away_s,
		 "ends after so long without a server (60)", "SECONDS"},
		{"memory", 0, 0, G_OPTION_ARG_INT, &memory_mib,
		 "at most, in MiB; 0: no limit (512)", "MIB"},
		{"duck", 0, 0, G_OPTION_ARG_DOUBLE, &duck_db, "the original beneath speech (-20)",
		 "DB"},
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(GOptionContext) context =
		g_option_context_new("- mix programs for a server; it starts this by itself");
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error)) {
		fprintf(stderr, "tongsheng studio: %s\n", error->message);
		return 2;
	}
	if (!path || argc > 1 || away_s < 1 || memory_mib < 0 || !(duck_db <= 0)) {
		fprintf(stderr, "tongsheng studio: %s\n",
			!path		 ? "socket: missing"
			: argc > 1	 ? "arguments: none but options"
			: away_s < 1	 ? "away: at least 1"
			: memory_mib < 0 ? "memory: at least 0"
					 : "duck: at most 0");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error like any other */
	set_limits((unsigned)memory_mib);
	gst_init(NULL, NULL);
	const struct studio_server_config config = {
		.socket = path, .away_seconds = (unsigned)away_s, .duck_db = duck_db};
	return run(&config);
}
