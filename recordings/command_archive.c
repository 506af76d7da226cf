#include "recordings/command_archive.h"
#include "recordings/archive_job.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <unistd.h>

#define THREADS	    2
#define CHUNK_S	    600
#define CHUNK_S_MAX 36000 /* its segments' names are one argument of a child */
#define MEMORY_MIB  1024
#define NICENESS    19
/* linux/ioprio.h: this process; the class of those who get the disk when nobody else wants it. */
#define IOPRIO_PROCESS 1
#define IOPRIO_IDLE    (3 << 13)

/* The hard limit stays: children whose work grows with a meeting may get more. */
static bool limit_memory(unsigned memory_mib)
{
	struct rlimit memory;
	if (getrlimit(RLIMIT_DATA, &memory) < 0)
		return false;
	memory.rlim_cur =
		memory_mib ? MIN((rlim_t)memory_mib << 20, memory.rlim_max) : memory.rlim_max;
	return setrlimit(RLIMIT_DATA, &memory) == 0;
}

/* A running meeting comes before everything here, and before the children, who inherit it. */
static void set_limits(unsigned memory_mib)
{
	const struct rlimit core = {0, 0};
	if (!limit_memory(memory_mib) || setrlimit(RLIMIT_CORE, &core) < 0)
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
		 "at most, of each process, in MiB (1024); what puts long meetings into files may "
		 "have more, up to half of what is free; 0: no limit",
		 "MIB"},
		{"chunk", 0, 0, G_OPTION_ARG_INT, &chunk_s,
		 "of a picture, which a killed job loses at most (600)", "SECONDS"},
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(GOptionContext) context = g_option_context_new(
		"FOLDER - make the archive of a recording; the server does it by itself");
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error) || argc != 2 || threads < 1 ||
	    memory_mib < 0 || chunk_s < 6 || chunk_s > CHUNK_S_MAX) {
		fprintf(stderr, "tongsheng archive: %s\n",
			error		 ? error->message
			: argc != 2	 ? "folder: one recording's"
			: threads < 1	 ? "threads: at least 1"
			: memory_mib < 0 ? "memory: at least 0"
					 : "chunk: 6 to 36000");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN); /* an encoder that ended is an error like any other */
	signal(SIGXFSZ, SIG_IGN);
	set_limits((unsigned)memory_mib);
	return run(argv[1], (unsigned)threads, (unsigned)chunk_s);
}
