#include "signaling/studio_process.h"
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BACK_OFF_MIN (250 * G_TIME_SPAN_MILLISECOND)
#define BACK_OFF_MAX (10 * G_TIME_SPAN_SECOND)
/* Who has lived so long didn't die of its start. */
#define SETTLED_US (10 * G_TIME_SPAN_SECOND)

struct studio_process {
	char *folder, *name, *socket, *executable;
	GSubprocess *child; /* NULL: none of ours; an earlier server's may be there */
	GCancellable *cancellable;
	gint64 started_us, next_start_us, back_off_us;
	void (*ended)(void *user);
	void *user;
};

static void on_end(GObject *child, GAsyncResult *result, gpointer user)
{
	struct studio_process *process = user;
	g_autoptr(GError) error = NULL;
	if (!g_subprocess_wait_check_finish(G_SUBPROCESS(child), result, &error) &&
	    g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return; /* freed */
	gint64 now_us = g_get_monotonic_time();
	if (error)
		g_warning("studio of %s: %s", process->name, error->message);
	g_clear_object(&process->child);
	if (now_us - process->started_us > SETTLED_US)
		process->back_off_us = BACK_OFF_MIN;
	process->next_start_us = now_us + process->back_off_us;
	process->back_off_us = MIN(process->back_off_us * 2, BACK_OFF_MAX);
	process->ended(process->user);
}

static void start(struct studio_process *process)
{
	g_autoptr(GSubprocessLauncher) launcher =
		g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE);
	g_autoptr(GError) error = NULL;
	/* From within the folder: a path in sockaddr_un has 107 bytes, a data folder may have more.
	 */
	g_subprocess_launcher_set_cwd(launcher, process->folder);
	process->started_us = g_get_monotonic_time();
	process->child = g_subprocess_launcher_spawn(launcher, &error, process->executable,
						     "studio", "--socket", process->socket, NULL);
	if (!process->child) {
		g_warning("studio of %s: %s", process->name, error->message);
		process->next_start_us = process->started_us + BACK_OFF_MAX;
		return;
	}
	g_subprocess_wait_check_async(process->child, process->cancellable, on_end, process);
}

static int connect_to(const struct studio_process *process)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int folder = open(process->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", folder,
		 process->socket);
	bool ok = folder >= 0 && fd >= 0 &&
		  connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;
	if (folder >= 0)
		close(folder);
	if (ok || fd < 0)
		return fd;
	close(fd);
	return -1;
}

int studio_process_connect(struct studio_process *process)
{
	int fd = connect_to(process);
	if (fd < 0 && !process->child && g_get_monotonic_time() >= process->next_start_us)
		start(process);
	return fd;
}

void studio_process_kill(struct studio_process *process)
{
	if (process->child)
		g_subprocess_force_exit(process->child);
}

struct studio_process *studio_process_new(const char *folder, const char *name,
					  const char *executable, void (*ended)(void *user),
					  void *user)
{
	struct studio_process *process = g_new0(struct studio_process, 1);
	process->folder = g_strdup(folder);
	process->name = g_strdup(name);
	process->socket = g_strdup_printf("studio-%s.sock", name);
	process->executable =
		executable ? g_strdup(executable) : g_file_read_link("/proc/self/exe", NULL);
	process->cancellable = g_cancellable_new();
	process->back_off_us = BACK_OFF_MIN;
	process->ended = ended;
	process->user = user;
	return process;
}

void studio_process_free(struct studio_process *process)
{
	if (!process)
		return;
	g_cancellable_cancel(process->cancellable);
	g_object_unref(process->cancellable);
	g_clear_object(&process->child); /* it goes on without us */
	g_free(process->executable);
	g_free(process->socket);
	g_free(process->name);
	g_free(process->folder);
	g_free(process);
}
