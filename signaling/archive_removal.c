#include "signaling/archive_removal.h"
#include "signaling/error.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX ".deleted-"
#define DEPTH  16

struct archive_removal {
	GThreadPool *thread; /* one: the disk is busy enough */
	gint ending;	     /* atomic: what is left is for the next start */
	GArray *unsynced;    /* int: folders in which something was renamed */
};

struct task {
	int folder;
	char *name;
};

/* Nothing is followed: a symbolic link is removed, and not what it points to. */
static bool remove_entry(struct archive_removal *removal, int folder, const char *name,
			 unsigned depth)
{
	if (g_atomic_int_get(&removal->ending))
		return false;
	if (!unlinkat(folder, name, 0) || errno == ENOENT)
		return true;
	/* Linux says EISDIR, POSIX EPERM */
	if ((errno != EISDIR && errno != EPERM) || depth == DEPTH)
		return false;
	int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *listing = fd >= 0 ? fdopendir(fd) : NULL;
	if (listing == NULL) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	bool all = true;
	for (struct dirent *entry; (entry = readdir(listing)) != NULL;)
		if (!g_str_equal(entry->d_name, ".") && !g_str_equal(entry->d_name, ".."))
			all = remove_entry(removal, dirfd(listing), entry->d_name, depth + 1) &&
			      all;
	closedir(listing);
	return all && !unlinkat(folder, name, AT_REMOVEDIR);
}

static void run(gpointer data, gpointer user)
{
	struct archive_removal *removal = user;
	struct task *task = data;
	if (!remove_entry(removal, task->folder, task->name, 0) &&
	    !g_atomic_int_get(&removal->ending))
		g_warning(
			"archive: %s could not be removed: %s; it is tried again at the next start",
			task->name, g_strerror(errno));
	g_free(task->name);
	g_free(task);
}

struct archive_removal *archive_removal_new(void)
{
	struct archive_removal *removal = g_new0(struct archive_removal, 1);
	removal->thread = g_thread_pool_new(run, removal, 1, FALSE, NULL);
	removal->unsynced = g_array_new(FALSE, FALSE, sizeof(int));
	return removal;
}

void archive_removal_free(struct archive_removal *removal)
{
	if (removal == NULL)
		return;
	g_atomic_int_set(&removal->ending, 1);
	g_thread_pool_free(removal->thread, FALSE, TRUE);
	g_array_unref(removal->unsynced);
	g_free(removal);
}

void archive_removal_wait(struct archive_removal *removal)
{
	g_thread_pool_free(removal->thread, FALSE, TRUE);
	removal->thread = g_thread_pool_new(run, removal, 1, FALSE, NULL);
}

static void push(struct archive_removal *removal, int folder, const char *name)
{
	struct task *task = g_new(struct task, 1);
	*task = (struct task){folder, g_strdup(name)};
	g_thread_pool_push(removal->thread, task, NULL);
}

static void note_unsynced(struct archive_removal *removal, int folder)
{
	for (guint i = 0; i < removal->unsynced->len; i++)
		if (g_array_index(removal->unsynced, int, i) == folder)
			return;
	g_array_append_val(removal->unsynced, folder);
}

void archive_removal_sync(struct archive_removal *removal)
{
	for (guint i = 0; i < removal->unsynced->len; i++)
		if (fsync(g_array_index(removal->unsynced, int, i)) != 0)
			g_warning("archive: what is removed isn't on the disk: %s",
				  g_strerror(errno));
	g_array_set_size(removal->unsynced, 0);
}

bool archive_removal_start(struct archive_removal *removal, int folder, const char *name,
			   GError **error)
{
	/* The old name may be in use again while what had it before is still being removed. */
	g_autofree char *flat = g_strdelimit(g_strdup(name), "/", '-');
	g_autofree char *gone =
		g_strdup_printf(PREFIX "%s.%" G_GINT64_FORMAT, flat, g_get_real_time());
	if (renameat(folder, name, folder, gone) != 0) {
		if (errno == ENOENT)
			return true;
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL, "archive: %s: %s",
			    name, g_strerror(errno));
		return false;
	}
	note_unsynced(removal, folder);
	push(removal, folder, gone);
	return true;
}

void archive_removal_resume(struct archive_removal *removal, int folder,
			    void (*found)(void *user, const char *name), void *user)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *listing = fd >= 0 ? fdopendir(fd) : NULL;
	if (listing == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	/* Not while it is read: what is found may make more of them. */
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	for (struct dirent *entry; (entry = readdir(listing)) != NULL;)
		if (g_str_has_prefix(entry->d_name, PREFIX))
			g_ptr_array_add(names, g_strdup(entry->d_name));
	closedir(listing);
	for (guint i = 0; i < names->len; i++) {
		const char *name = names->pdata[i];
		if (found != NULL)
			found(user, name + strlen(PREFIX));
		push(removal, folder, name);
	}
}

bool archive_removal_mark(struct archive_removal *removal, int folder, const char *name,
			  GError **error)
{
	g_autofree char *mark = g_strconcat(PREFIX, name, NULL);
	if (mkdirat(folder, mark, 0700) == 0 || errno == EEXIST) {
		fsync(folder);
		return true;
	}
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL, "archive: %s: %s", mark,
		    g_strerror(errno));
	return false;
}

void archive_removal_unmark(struct archive_removal *removal, int folder, const char *name)
{
	g_autofree char *mark = g_strconcat(PREFIX, name, NULL);
	push(removal, folder, mark);
}
