#include "recordings/command_archive.h"
#include "recordings/archive_job.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <unistd.h>

#define THREADS	   2
#define CHUNK_S	   600
#define MEMORY_MIB 1024
#define NICENESS   19
/* linux/ioprio.h: this process; the class of those who get the disk when nobody else wants it. */
#define IOPRIO_PROCESS 1
#define IOPRIO_IDLE    (3 << 13)

/* A running meeting comes before everything here, and before the children, who inherit it. */
static void set_limits(unsigned memory_mib)
{
	const rlim_t bytes = memory_mib ? (rlim_t)memory_mib << 20 : RLIM_INFINITY;
	const struct rlimit memory = {bytes, bytes}, core = {0, 0};
	if (setrlimit(RLIMIT_DATA, &memory) < 0 || setrlimit(RLIMIT_CORE, &core) < 0)
		g_warning("limits not set: %m");
	if (setpriority(PRIO_PROCESS, 0, NICENESS) < 0)
		g_warning("priority not lowered: %m");
	if (syscall(SYS_ioprio_set, IOPRIO_PROCESS, 0, IOPRIO_IDLE) < 0)
		g_warning("disk's priority not lowered: %m");
}

static int run(const char *folder, unsigned threads, unsigned chunk_s)
{
	g_autoptr(GError) error = NULL;
	struct archive_job *job = archive_job_new(folder, threads, chunk_s, &error);
	bool fine = job && archive_job_run(job, &error);
	archive_job_free(job);
	if (fine)
		return 0;
	fprintf(stderr, "tongsheng archive: %s\n", error->message);
	return g_error_matches(error, ARCHIVE_JOB_ERROR, ARCHIVE_JOB_ERROR_LOCKED) ? EX_TEMPFAIL
										   : 1;
}

int command_archive(int argc, char **argv)
{
	int threads = THREADS, memory_mib = MEMORY_MIB, chunk_s = CHUNK_S;
	const GOptionEntry entries[] = {
		{"threads", 0, 0, G_OPTION_ARG_INT, &threads, "of an encoder (2)", "N"},
		{"memory", 0, 0, G_OPTION_ARG_INT, &memory_mib,
		 "at most, of each process, in MiB; 0: no limit (1024)", "MIB"},
		{"chunk", 0, 0, G_OPTION_ARG_INT, &chunk_s,
		 "of a picture, which a killed job loses at most (600)", "SECONDS"},
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(GOptionContext) context = g_option_context_new(
		"FOLDER - make the archive of a recording; the server does it by itself");
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error) || argc != 2 || threads < 1 ||
	    memory_mib < 0 || chunk_s < 6) {
		fprintf(stderr, "tongsheng archive: %s\n",
			error	      ? error->message
			: argc != 2   ? "folder: one recording's"
			: threads < 1 ? "threads: at least 1"
			: chunk_s < 6 ? "chunk: at least 6"
				      : "memory: at least 0");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN); /* an encoder that ended is an error like any other */
	signal(SIGXFSZ, SIG_IGN);
	set_limits((unsigned)memory_mib);
	return run(argv[1], (unsigned)threads, (unsigned)chunk_s);
}
