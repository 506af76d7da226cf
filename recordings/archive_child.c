#include "recordings/archive_child.h"
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORDS_MAX 400 /* bytes of what it said last */

struct archive_child {
	char *name;
	pid_t pid;
	int in;	   /* -1: none */
	int words; /* what it writes to stderr */
	struct archive_pulse *pulse;
};

/* Never less than this process may have. */
static void allow(uint64_t memory)
{
	struct rlimit limit;
	if (memory == 0 || getrlimit(RLIMIT_DATA, &limit) < 0 || limit.rlim_cur >= memory)
		return;
	limit.rlim_cur = MIN(memory, limit.rlim_max);
	setrlimit(RLIMIT_DATA, &limit);
}

/* Runs in the child, between fork and exec. */
static G_NORETURN void become(const struct archive_child_config *config, int in, int words,
			      pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || fchdir(config->folder) < 0 || dup2(in, STDIN_FILENO) < 0 ||
	    dup2(words, STDOUT_FILENO) < 0 || dup2(words, STDERR_FILENO) < 0)
		_exit(127);
	signal(SIGPIPE, SIG_DFL);
	allow(config->memory);
	execvp(config->argv[0], (char *const *)config->argv);
	dprintf(STDERR_FILENO, "%s: %s\n", config->argv[0], strerror(errno));
	_exit(127);
}

static void set_error(GError **error, const char *what)
{
	g_set_error(error, G_IO_ERROR, (gint)g_io_error_from_errno(errno), "%s: %s", what,
		    g_strerror(errno));
}

struct archive_child *archive_child_start(const struct archive_child_config *config, GError **error)
{
	bool in = config->in;
	int ends[2] = {-1, -1};
	int words = memfd_create("words", MFD_CLOEXEC);
	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	pid_t parent = getpid(), pid = -1;
	if (words >= 0 && nothing >= 0 && (!in || pipe2(ends, O_CLOEXEC) == 0))
		pid = fork();
	if (pid == 0)
		become(config, in ? ends[0] : nothing, words, parent);
	if (pid < 0)
		set_error(error, config->argv[0]);
	if (nothing >= 0)
		close(nothing);
	if (ends[0] >= 0)
		close(ends[0]);
	if (pid < 0) {
		if (words >= 0)
			close(words);
		if (ends[1] >= 0)
			close(ends[1]);
		return NULL;
	}
	if (in)
		fcntl(ends[1], F_SETPIPE_SZ, 1 << 20); /* a picture at a time; less is slower */
	struct archive_child *child = g_new0(struct archive_child, 1);
	child->name = g_strdup(config->argv[0]);
	child->pid = pid;
	child->in = ends[1];
	child->words = words;
	child->pulse = config->pulse;
	return child;
}

bool archive_child_write(struct archive_child *child, const void *data, size_t length)
{
	const char *at = data;
	while (length > 0) {
		ssize_t n = write(child->in, at, length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		length -= (size_t)n;
	}
	return true;
}

/* The last line that it wrote. */
static char *last_words(int fd)
{
	char words[WORDS_MAX + 1];
	off_t length = lseek(fd, 0, SEEK_END);
	ssize_t n = pread(fd, words, WORDS_MAX, MAX(length - WORDS_MAX, 0));
	words[MAX(n, 0)] = '\0';
	g_strchomp(words);
	const char *line = strrchr(words, '\n');
	return g_utf8_make_valid(line ? line + 1 : words, -1);
}

static void child_free(struct archive_child *child)
{
	if (child->in >= 0)
		close(child->in);
	close(child->words);
	g_free(child->name);
	g_free(child);
}

/* Whether it has had the processor since the last time. */
static bool has_worked(pid_t pid, struct timespec *used)
{
	struct timespec before = *used;
	clockid_t clock;
	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, used) < 0)
		return false;
	return used->tv_sec != before.tv_sec || used->tv_nsec != before.tv_nsec;
}

/* Until it has ended. */
static void watch(const struct archive_child *child)
{
	struct pollfd ended = {pidfd_open(child->pid, 0), POLLIN, 0};
	struct timespec used = {0};
	int n = 0;
	while (ended.fd >= 0 && n <= 0 && (n == 0 || errno == EINTR)) {
		n = poll(&ended, 1, (int)child->pulse->every_ms / 4);
		if (n == 0 && has_worked(child->pid, &used))
			archive_pulse_beat(child->pulse);
	}
	if (ended.fd >= 0)
		close(ended.fd);
}

static bool end(struct archive_child *child, char **ret_words, GError **error)
{
	int status = 0;
	if (child->in >= 0)
		close(child->in);
	child->in = -1;
	if (child->pulse)
		watch(child);
	while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
		;
	bool fine = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	g_autofree char *words = last_words(child->words);
	if (!fine)
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s ended with %s %d: %s",
			    child->name, WIFSIGNALED(status) ? "signal" : "status",
			    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), words);
	if (fine && ret_words)
		*ret_words = g_steal_pointer(&words);
	child_free(child);
	return fine;
}

bool archive_child_end(struct archive_child *child, GError **error)
{
	return end(child, NULL, error);
}

int64_t archive_child_packets(const char *format, const char *path, int folder,
			      struct archive_pulse *pulse, GError **error)
{
	const char *argv[] = {"ffprobe",
			      "-v",
			      "error",
			      "-count_packets",
			      "-select_streams",
			      "0",
			      "-show_entries",
			      "stream=nb_read_packets",
			      "-of",
			      "default=nw=1:nk=1",
			      path,
			      format ? "-f" : NULL,
			      format,
			      NULL};
	g_autofree char *words = NULL;
	struct archive_child *child = archive_child_start(
		&(struct archive_child_config){.argv = argv, .folder = folder, .pulse = pulse},
		error);
	if (!child || !end(child, &words, error))
		return -1;
	return g_ascii_strtoll(words, NULL, 10);
}

void archive_child_kill(struct archive_child *child)
{
	if (!child)
		return;
	kill(child->pid, SIGKILL);
	while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
		;
	child_free(child);
}

bool archive_child_run(const struct archive_child_config *config, GError **error)
{
	struct archive_child *child = archive_child_start(config, error);
	return child && archive_child_end(child, error);
}
